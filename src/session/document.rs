//! `Document`: what is open. A definition with its text, the input and the mocks to run it with.

use std::sync::Arc;

use crate::asl::document::{External, Recognised, Source, externals, machines, recognise};
use crate::asl::program::Written;
use crate::asl::{Definition, Outline, about_text, express};
use crate::diagnostic::{Diagnostic, LineIndex, Span, has_errors};
use crate::history::read::is_history;
use crate::json::{Json, source, source::Node};
use crate::lint::{self, Budget, Config, Pairs};

/// A definition that is open.
#[derive(Clone, Debug)]
pub struct Document {
    /// The machine's name: that of the file, or its logical name in a template.
    pub name: Arc<str>,
    /// The text that the definition's places refer to.
    pub text: Arc<str>,
    /// Where the lines of the text begin.
    pub lines: Arc<LineIndex>,
    /// The definition as far as it can be understood.
    pub definition: Definition,
    /// The tree that it was read from.
    pub root: Arc<Node>,
    /// What the linter says about it, beyond the definition's own diagnostics; see [`Document::lint`].
    pub findings: Vec<Diagnostic>,
    /// Whether the template says that it is an Express machine.
    pub express: bool,
    /// The input to run with.
    pub input: Json,
}

/// What a text turned out to be.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it is.
    pub recognised: Recognised,
    /// The machines in it: one for a definition, any number for a template.
    pub documents: Vec<Document>,
    /// The machines of a template that stand in files of their own; [`Opened::add`] takes their text.
    pub externals: Vec<External>,
    /// What is wrong with the text as a whole; what is wrong with a machine is in its definition.
    pub diagnostics: Vec<Diagnostic>,
    /// The text that these refer to.
    pub text: Arc<str>,
}

/// Reads a file's bytes. A recorded history is recognised and left alone: [`crate::history::read`] is for these.
/// `name` is used where the text gives the machine none. Never fails: what is wrong is among the
/// diagnostics.
pub fn open(name: &str, bytes: &[u8]) -> Opened {
    if is_history(bytes) {
        // Reading it as a definition would build a tree of all its payloads.
        let message = "no state machine: the text is an execution history";
        let help = "open the definition that it ran, or replay it with `stepscope replay`";
        let diagnostics = vec![Diagnostic::error("TXT020", message).at("", Span::default()).help(help)];
        let (documents, externals) = (Vec::new(), Vec::new());
        return Opened { recognised: Recognised::History, documents, externals, diagnostics, text: Arc::default() };
    }
    let (text, root, mut diagnostics) = match source::decode(bytes) {
        Ok(text) => {
            let (root, diagnostics) = source::parse(text);
            (Arc::from(text), root, diagnostics)
        }
        Err(diagnostic) => (Arc::from(String::from_utf8_lossy(bytes)), None, vec![*diagnostic]),
    };
    let Some(root) = root else {
        if let Some(finding) = diagnostics.first_mut() {
            finding.service = about_text(&text, None);
        }
        let (documents, externals) = (Vec::new(), Vec::new());
        return Opened { recognised: Recognised::Unknown, documents, externals, diagnostics, text };
    };
    let recognised = recognise(&root);
    // What could be read of a broken text is drawn; it is not run.
    let runnable = !has_errors(&diagnostics);
    let (sources, mut found) = machines(&root, &text);
    if recognised == Recognised::Unknown
        && let Some(finding) = found.first_mut()
    {
        finding.service = about_text(&text, Some(&root));
    }
    diagnostics.extend(found);
    let single = recognised == Recognised::Definition;
    let documents = sources.into_iter().map(|mut source| {
        if single {
            source.name = name.into();
        }
        Document::of(source, runnable)
    });
    let documents = documents.collect();
    Opened { recognised, documents, externals: externals(&root), diagnostics, text }
}

impl Opened {
    /// Adds the machine of `external`, whose file has these bytes.
    pub fn add(&mut self, external: &External, bytes: &[u8]) {
        match source::decode(bytes) {
            Ok(text) => {
                let (source, findings) = external.read(text);
                let runnable = !has_errors(&findings);
                if let Some(source) = source {
                    let mut document = Document::of(source, runnable);
                    document.definition.diagnostics.splice(0..0, findings);
                    self.documents.push(document);
                }
            }
            Err(diagnostic) => self.diagnostics.push(*diagnostic),
        }
        // The file that the template's finding asks for has been read.
        let path = &*external.path;
        self.diagnostics.retain(|it| it.code != "TXT021" || !it.message.contains(path));
    }
}

impl Document {
    fn of(source: Source, runnable: bool) -> Self {
        let mut definition = Definition::read(&source.node);
        if source.express {
            definition.diagnostics.extend(express(&definition.outline));
        }
        if !runnable || has_errors(&definition.diagnostics) {
            definition.program = None;
        }
        if let Some(program) = &mut definition.program {
            let (name, text, express) = (Arc::clone(&source.name), Arc::clone(&source.text), source.express);
            Arc::make_mut(program).written = Arc::new(Written { name, text, express });
        }
        let mut document = Self {
            name: source.name,
            lines: Arc::new(LineIndex::new(&source.text)),
            text: source.text,
            definition,
            root: Arc::new(source.node),
            findings: Vec::new(),
            express: source.express,
            input: Json::object::<&str>([]),
        };
        document.lint(&Config::default());
        document
    }

    /// Returns a document without a text: the states that a recorded history names.
    pub fn drawn(name: &str, outline: &Arc<Outline>) -> Self {
        let definition = Definition { outline: Arc::clone(outline), program: None, diagnostics: Vec::new() };
        Self {
            name: name.into(),
            text: Arc::default(),
            lines: Arc::new(LineIndex::new("")),
            definition,
            root: Arc::new(Node { span: Span::default(), value: source::Value::Null, tag: None }),
            findings: Vec::new(),
            express: false,
            input: Json::object::<&str>([]),
        }
    }

    /// Lets the linter look at the definition as `config` wants it.
    pub fn lint(&mut self, config: &Config) {
        self.findings = lint::lint(&self.subject(), config);
    }

    /// Returns what the definition can cost at most.
    pub fn budget(&self) -> Budget {
        lint::budget(&self.subject())
    }

    /// Returns which states undo which.
    pub fn pairs(&self, config: &Config) -> Pairs {
        lint::pairs(&self.subject(), config)
    }

    fn subject(&self) -> lint::Subject<'_> {
        let outline = &self.definition.outline;
        lint::Subject { text: &self.text, root: &self.root, outline, express: self.express }
    }

    /// Returns everything that is wrong with the definition, in the order of the text.
    pub fn problems(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<_> = self.definition.diagnostics.iter().chain(&self.findings).collect();
        all.sort_by_key(|it| (it.span, it.code));
        all
    }
}

/// Returns the name to show for a file: without its folders and without the endings of definitions.
pub fn display_name(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let endings = [".asl.json", ".asl.yaml", ".asl.yml", ".template.json", ".json", ".yaml", ".yml"];
    endings.iter().find_map(|it| file.strip_suffix(it)).filter(|it| !it.is_empty()).unwrap_or(file)
}
