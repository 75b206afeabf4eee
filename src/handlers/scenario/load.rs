//! Fetches what scenarios name: definitions, inputs, mocks. Each definition is read once, however many name it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::asl::{Definition, Program, express as express_refuses};
use crate::diagnostic::{Diagnostic, Span, has_errors};
use crate::engine::{Identity, StartSpec};
use crate::handlers::fault::Fault;
use crate::handlers::mock::{Mocks, Otherwise};
use crate::handlers::{read_mocks, read_mocks_in};
use crate::json::source::{self, Node};
use crate::json::{Json, text};
use crate::lint::{self, Compensation, Config, Subject as Linted, compensations};
use crate::session::document::{Opened, display_name, open};
use crate::session::start_from_context;

use super::{Part, Scenario, Suite};

/// Where the files are that scenarios name.
pub trait Files {
    /// Returns the bytes of the file at `path`, or says why they are not to be had.
    fn read(&self, path: &Path) -> Result<Vec<u8>, String>;
}

/// A definition that scenarios run.
#[derive(Debug)]
pub struct Subject {
    /// The machine's name.
    pub name: Arc<str>,
    /// The file with its text.
    pub path: PathBuf,
    /// JSON pointer of the definition in that file, where it is a part of a scenario.
    pub pointer: String,
    /// The text that its places refer to.
    pub text: Arc<str>,
    /// Its tree.
    pub root: Arc<Node>,
    /// What runs.
    pub program: Arc<Program>,
    /// Whether its template says that it is an Express machine.
    pub express: bool,
    /// Its steps and what undoes them, as far as names and its project say it.
    pub compensations: Vec<Compensation>,
}

/// A scenario with everything that it takes to run it.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// Its definition.
    pub subject: Arc<Subject>,
    /// How it starts.
    pub spec: Arc<StartSpec>,
    /// What its tasks answer.
    pub mocks: Arc<Mocks>,
    /// What is answered where there is no mock.
    pub otherwise: Otherwise,
    /// The folder with buckets.
    pub s3: Option<PathBuf>,
}

/// Findings about a text.
#[derive(Clone, Debug)]
pub struct Said {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// The findings.
    pub found: Vec<Diagnostic>,
}

/// Why a scenario cannot be run.
#[derive(Clone, Debug)]
pub enum Unready {
    /// It is not understood, or names what cannot be read.
    Broken(Vec<Said>),
    /// Its definition is one that the service refuses, or that this version does not run.
    Invalid(Vec<Said>),
}

impl Unready {
    /// Returns the findings.
    pub fn said(&self) -> &[Said] {
        match self {
            Self::Broken(said) | Self::Invalid(said) => said,
        }
    }
}

/// What has been read of the files that scenarios name.
pub struct Library<'a> {
    files: &'a dyn Files,
    opened: BTreeMap<PathBuf, Result<Arc<Opened>, String>>,
    subjects: BTreeMap<(PathBuf, Arc<str>), Arc<Subject>>,
    mocks: BTreeMap<MockKey, Result<Arc<Mocks>, Said>>,
    values: BTreeMap<PathBuf, Result<Json, String>>,
    /// What the projects of folders want.
    configs: BTreeMap<PathBuf, Arc<Config>>,
}

/// A file of mocks and the test case in it.
type MockKey = (PathBuf, Option<Arc<str>>);

/// Where the scenario is that asks.
#[derive(Clone, Copy)]
struct Asks<'a> {
    suite: &'a Suite,
    scenario: &'a Scenario,
}

impl Asks<'_> {
    fn path(self, relative: &str) -> PathBuf {
        self.suite.path.parent().unwrap_or(Path::new("")).join(relative)
    }

    fn said(self, found: Vec<Diagnostic>) -> Vec<Said> {
        vec![Said { path: self.suite.path.clone(), text: Arc::clone(&self.suite.text), found }]
    }

    fn broken(self, message: impl Into<String>, span: Span, pointer: &str, help: &str) -> Unready {
        Unready::Broken(self.said(vec![Diagnostic::error("SCN006", message).at(pointer, span).help(help)]))
    }
}

impl<'a> Library<'a> {
    /// Returns an empty one.
    pub fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            opened: BTreeMap::new(),
            subjects: BTreeMap::new(),
            mocks: BTreeMap::new(),
            values: BTreeMap::new(),
            configs: BTreeMap::new(),
        }
    }

    /// Returns what the project of the file at `path` wants: of what stands in its folder or above, the nearest.
    fn config(&mut self, path: &Path) -> Arc<Config> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if let Some(known) = self.configs.get(&folder) {
            return Arc::clone(known);
        }
        // A relative path goes on above where it begins.
        let whole = std::path::absolute(&folder).ok().filter(|_| folder.is_relative());
        let above = whole.iter().flat_map(|it| it.ancestors());
        let found = folder.ancestors().chain(above).find_map(|it| self.files.read(&it.join(lint::FILE)).ok());
        let config = found.map(|bytes| Config::read(&String::from_utf8_lossy(&bytes)).0).unwrap_or_default();
        Arc::clone(self.configs.entry(folder).or_insert_with(|| Arc::new(config)))
    }

    /// Fetches what `scenario` names. A scenario with findings of its own, which [`super::read`] has reported, is not
    /// looked at by itself: that is for whoever has the whole file.
    pub fn load(&mut self, suite: &Suite, scenario: &Arc<Scenario>) -> Result<Ready, Unready> {
        let asks = Asks { suite, scenario };
        let subject = self.subject(asks)?;
        let mut found = Vec::new();
        scenario.expect.check_states(&subject.program.outline, &mut found);
        scenario.faults.iter().for_each(|it: &Fault| it.check(&subject.program, &mut found));
        if has_errors(&found) {
            return Err(Unready::Broken(asks.said(found)));
        }
        let mut mocks = Mocks::default();
        for part in &scenario.mocks {
            let more = self.mocks(asks, part)?;
            mocks.overlay(&more);
        }
        let express = scenario.express.unwrap_or(subject.express);
        if express && !subject.express {
            let refused = express_refuses(&subject.program.outline);
            if !refused.is_empty() {
                let (path, text) = (subject.path.clone(), Arc::clone(&subject.text));
                return Err(Unready::Invalid(vec![Said { path, text, found: refused }]));
            }
        }
        let name = &subject.name;
        let identity = if express { Identity::express(name, "run") } else { Identity::named(name, "run") };
        let input = match &scenario.input {
            Some(part) => self.value(asks, part)?,
            None => Json::object::<&str>([]),
        };
        let mut spec = StartSpec {
            input,
            seed: scenario.seed,
            quotas: scenario.quotas,
            express,
            identity,
            ..StartSpec::default()
        };
        if let Some(part) = &scenario.context {
            let context = self.value(asks, part)?;
            let (span, pointer) = place(part);
            start_from_context(&mut spec, &context)
                .map_err(|what| asks.broken(what, span, pointer, "correct the context object"))?;
        }
        Ok(Ready {
            scenario: Arc::clone(scenario),
            subject,
            spec: Arc::new(spec),
            mocks: Arc::new(mocks),
            otherwise: if scenario.assume { Otherwise::Assume } else { Otherwise::Ask },
            s3: scenario.s3.as_deref().map(|it| asks.path(it)),
        })
    }

    fn subject(&mut self, asks: Asks<'_>) -> Result<Arc<Subject>, Unready> {
        let scenario = asks.scenario;
        match &scenario.definition {
            None => Err(Unready::Broken(Vec::new())),
            Some(Part::Inline(node, pointer)) => {
                // What scenarios share is read once, too.
                let key = (asks.suite.path.clone(), Arc::from(pointer.as_str()));
                if let Some(subject) = self.subjects.get(&key) {
                    return Ok(Arc::clone(subject));
                }
                let subject = inline(asks, node, pointer, &self.config(&asks.suite.path))?;
                self.subjects.insert(key, Arc::clone(&subject));
                Ok(subject)
            }
            Some(Part::File(relative, span, pointer)) => {
                let path = asks.path(relative);
                let opened = self.opened(&path).map_err(|why| {
                    let help = "the path is relative to the scenario's file";
                    asks.broken(format!("the definition cannot be read: {why}"), *span, pointer, help)
                })?;
                let documents = &opened.documents;
                let document = match &scenario.machine {
                    Some(name) => documents.iter().find(|it| it.name == *name),
                    None if documents.len() == 1 => documents.first(),
                    None => None,
                };
                let Some(document) = document else {
                    let names = documents.iter().map(|it| &*it.name).collect::<Vec<_>>().join(", ");
                    if documents.is_empty() {
                        let (text, found) = (Arc::clone(&opened.text), opened.diagnostics.clone());
                        return Err(Unready::Invalid(vec![Said { path, text, found }]));
                    }
                    let message = format!("{relative} has {} state machines", documents.len());
                    let help = format!("pick one by \"machine\": {names}");
                    return Err(asks.broken(message, *span, pointer, &help));
                };
                let key = (path.clone(), Arc::clone(&document.name));
                if let Some(subject) = self.subjects.get(&key) {
                    return Ok(Arc::clone(subject));
                }
                let Some(program) = &document.definition.program else {
                    let (text, found) = (Arc::clone(&document.text), document.definition.diagnostics.clone());
                    let whole =
                        Said { path: path.clone(), text: Arc::clone(&opened.text), found: opened.diagnostics.clone() };
                    return Err(Unready::Invalid(vec![whole, Said { path, text, found }]));
                };
                let config = self.config(&path);
                let subject = Subject {
                    name: Arc::clone(&document.name),
                    path,
                    pointer: String::new(),
                    text: Arc::clone(&document.text),
                    root: Arc::clone(&document.root),
                    program: Arc::clone(program),
                    express: document.express,
                    compensations: pairs(&document.text, &document.root, program, &config),
                };
                Ok(Arc::clone(self.subjects.entry(key).or_insert_with(|| Arc::new(subject))))
            }
        }
    }

    /// Reads the machines of a file, once.
    fn opened(&mut self, path: &Path) -> Result<Arc<Opened>, String> {
        if let Some(known) = self.opened.get(path) {
            return known.clone();
        }
        let opened = self.files.read(path).map(|bytes| {
            let mut opened = open(display_name(&path.to_string_lossy()), &bytes);
            // A machine in a file of its own that cannot be read stays a finding of the template.
            for external in std::mem::take(&mut opened.externals) {
                let file = path.parent().unwrap_or(Path::new("")).join(&*external.path);
                if let Ok(bytes) = self.files.read(&file) {
                    opened.add(&external, &bytes);
                }
            }
            Arc::new(opened)
        });
        self.opened.insert(path.to_owned(), opened.clone());
        opened
    }

    fn mocks(&mut self, asks: Asks<'_>, part: &Part) -> Result<Arc<Mocks>, Unready> {
        let test_case = &asks.scenario.test_case;
        match part {
            Part::Inline(node, _) => {
                let (mocks, found) = read_mocks_in(node, test_case.as_deref());
                mocks.map(Arc::new).ok_or_else(|| Unready::Broken(asks.said(found)))
            }
            Part::File(relative, span, pointer) => {
                let key = (asks.path(relative), test_case.clone());
                if let Some(known) = self.mocks.get(&key) {
                    return known.clone().map_err(|said| Unready::Broken(vec![said]));
                }
                let bytes = self.files.read(&key.0).map_err(|why| {
                    let help = "the path is relative to the scenario's file";
                    asks.broken(format!("the mocks cannot be read: {why}"), *span, pointer, help)
                })?;
                let (mocks, found) = read_mocks(&bytes, test_case.as_deref());
                let text = String::from_utf8_lossy(&bytes).into();
                let mocks = mocks.map(Arc::new).ok_or_else(|| Said { path: key.0.clone(), text, found });
                self.mocks.insert(key, mocks.clone());
                mocks.map_err(|said| Unready::Broken(vec![said]))
            }
        }
    }

    fn value(&mut self, asks: Asks<'_>, part: &Part) -> Result<Json, Unready> {
        let (relative, span, pointer) = match part {
            Part::Inline(node, _) => return Ok(node.to_json()),
            Part::File(relative, span, pointer) => (relative, span, pointer),
        };
        let path = asks.path(relative);
        if !self.values.contains_key(&path) {
            let value = self.files.read(&path).and_then(|bytes| {
                let written = source::decode(&bytes).map_err(|it| it.message)?;
                text::parse(written.trim_start_matches('\u{feff}')).map_err(|error| format!("it is not JSON: {error}"))
            });
            self.values.insert(path.clone(), value);
        }
        self.values[&path].clone().map_err(|why| {
            let help = "the path is relative to the scenario's file; an input that is a text stands under inputValue";
            asks.broken(format!("{relative} cannot be read: {why}"), *span, pointer, help)
        })
    }
}

fn place(part: &Part) -> (Span, &str) {
    match part {
        Part::File(_, span, pointer) => (*span, pointer),
        Part::Inline(node, pointer) => (node.span, pointer),
    }
}

fn pairs(text: &str, root: &Node, program: &Program, config: &Config) -> Vec<Compensation> {
    compensations(&Linted { text, root, outline: &program.outline, express: false }, config)
}

/// Reads a definition that is a part of a scenario.
fn inline(asks: Asks<'_>, node: &Arc<Node>, pointer: &str, config: &Config) -> Result<Arc<Subject>, Unready> {
    let definition = Definition::read(node);
    let Some(program) = definition.program else {
        return Err(Unready::Invalid(asks.said(definition.diagnostics)));
    };
    Ok(Arc::new(Subject {
        name: display_name(&asks.suite.path.to_string_lossy()).into(),
        path: asks.suite.path.clone(),
        pointer: pointer.to_owned(),
        text: Arc::clone(&asks.suite.text),
        root: Arc::clone(node),
        compensations: pairs(&asks.suite.text, node, &program, config),
        program,
        express: false,
    }))
}
