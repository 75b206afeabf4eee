//! What is done about exploration beside the window: exploring, making runs of what was found, counting what runs went
//! through, running scenarios.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::{Outline, Program, StateId};
use crate::diagnostic::{Diagnostic, Severity, has_errors};
use crate::engine::StartSpec;
use crate::explore::{self, Exploration, Given, Options, Trial, Watch, report};
use crate::handlers::scenario::{End, Files, Library, Ready, Suite, Unready, play, read};
use crate::history::LogView;
use crate::json::{Json, text};
use crate::lint::Config;
use crate::session::coverage::{self, Coverage, Covered, Part};
use crate::session::parallel;
use crate::session::regress::{Making, scenario_of_run};
use crate::session::{Children, Run};

use super::bind::coverage::Counted;
use super::bind::{coverage as bind_coverage, explored};
use super::exploration::ExploredView;
use super::exploration::coverage::{CoverageView, Source};
use super::exploration::scenarios::{ScenarioRow, ScenariosView, Verdict};
use super::files::{Export, TestFiles};
use super::graph::status::Layer;
use super::workbench::Edition;

/// What a job has come to.
pub enum Finished {
    /// An exploration; `None` where the definition cannot be run.
    Explored(Box<Option<Explored>>),
    /// A run was made of something that was found.
    Made(Box<MadeRun>),
    /// A file is to be saved.
    Export(Box<Export>),
    /// Runs were counted.
    Counted(Box<CountedRuns>),
    /// Scenarios were run.
    Tested(Box<Tested>),
}

/// An exploration, and the definition that was explored.
pub struct Explored {
    /// The definition.
    pub edition: Arc<Edition>,
    /// What it came to.
    pub exploration: Exploration,
    /// The same for panels.
    pub view: ExploredView,
    /// What the runs that it kept go through.
    pub coverage: Vec<Arc<Coverage>>,
}

impl Explored {
    /// Returns the run that shows something.
    pub fn trial(&self, of: Shows) -> Option<&Trial> {
        match of {
            Shows::Finding(idx) => self.exploration.findings.get(idx)?.trial.as_ref(),
            Shows::AuditRow(idx) => Some(&self.exploration.saga.as_ref()?.rows.get(idx)?.trial),
            Shows::Always(idx) => match &self.exploration.always.get(idx)?.verdict {
                explore::Verdict::Refuted(trial) => Some(trial),
                _ => None,
            },
        }
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.edition.document.definition.program.as_ref()
    }
}

/// What a run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// A finding, by its place.
    Finding(usize),
    /// A row of the audit.
    AuditRow(usize),
    /// That a state is not always reached.
    Always(usize),
}

/// A run that was made of something that was found.
pub struct MadeRun {
    /// What it is called.
    pub name: String,
    /// What is written about it.
    pub note: String,
    /// The definition that it ran with.
    pub edition: Arc<Edition>,
    /// The run, at its end.
    pub run: Run,
    /// What its tasks were asked and answered, as a file of mocks; `None` for a scenario, which has a file.
    pub mocks: Option<Json>,
}

/// What an exploration is asked.
pub struct Order {
    /// The definition.
    pub edition: Arc<Edition>,
    /// Its file, beside or above which the project says what undoes what.
    pub file: Option<PathBuf>,
    /// How executions start.
    pub spec: StartSpec,
    /// What is known of the data.
    pub given: Given,
    /// What undoes what beyond what the project says.
    pub pairs: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// The names of the states that every run is to reach.
    pub always: Vec<Arc<str>>,
}

/// Explores.
pub fn explore(order: Order, config: Option<Config>, watch: &Watch<'_>, secs: &dyn Fn() -> f64) -> Finished {
    let document = &order.edition.document;
    let Some(program) = &document.definition.program else { return Finished::Explored(Box::new(None)) };
    let mut config = config.unwrap_or_default();
    config.compensations.extend(order.pairs);
    let always = order.always.iter().filter_map(|it| program.outline.find(it)).collect();
    let options = Options { always, ..Options::default() };
    let found = explore::explore(document, &order.spec, &order.given, &config, &options, watch);
    let Some(exploration) = found else { return Finished::Explored(Box::new(None)) };
    let view = explored::view(document, program, &exploration, &document.pairs(&config), secs());
    let kept = kept(&exploration);
    let count = |trial: &&Trial| Arc::new(Coverage::of_run(&trial.replay(program).run));
    let coverage = parallel::map(&kept, parallel::cores(), count);
    let edition = Arc::clone(&order.edition);
    Finished::Explored(Box::new(Some(Explored { edition, exploration, view, coverage })))
}

/// Returns all runs that an exploration kept.
fn kept(it: &Exploration) -> Vec<&Trial> {
    let findings = it.findings.iter().filter_map(|it| it.trial.as_ref());
    let rows = it.saga.iter().flat_map(|it| it.rows.iter().map(|it| &it.trial));
    it.witnesses.iter().chain(findings).chain(rows).collect()
}

/// Makes a run of something that was found.
pub fn make_run(explored: &Explored, of: Shows, name: String, note: String) -> Option<Finished> {
    let replayed = explored.trial(of)?.replay(explored.program()?);
    let edition = Arc::clone(&explored.edition);
    let mocks = Some(replayed.mocks);
    Some(Finished::Made(Box::new(MadeRun { name, note, edition, run: replayed.run, mocks })))
}

/// Makes a scenario of a finding. `definition` is the file that it is of.
pub fn make_test(explored: &Explored, of: Shows, name: &str, definition: Option<PathBuf>) -> Option<Finished> {
    let replayed = explored.trial(of)?.replay(explored.program()?);
    let shown = definition.as_deref().and_then(|it| it.file_name()).map(|it| it.to_string_lossy().into_owned());
    let export = test_of_run(&replayed.run, name, shown.as_deref(), definition, Some(replayed.mocks));
    Some(Finished::Export(Box::new(export)))
}

/// Returns the scenario of a run and its mocks, to be written. `shown` names the definition where it has no file.
pub fn test_of_run(
    run: &Run,
    name: &str,
    shown: Option<&str>,
    definition: Option<PathBuf>,
    mocks: Option<Json>,
) -> Export {
    let scenario = scenario_of_run(Making { name, definition: shown, ..Making::default() }, run);
    let mocks = mocks.or_else(|| scenario.get("mocks").cloned()).unwrap_or(Json::Null);
    let test = TestFiles {
        scenario,
        mocks: text::pretty(&mocks),
        definition,
        input: (format!("Input of {name}"), run.journal().spec.input.clone()),
    };
    let file = name.to_lowercase().replace(|it: char| !it.is_alphanumeric(), "-");
    let name = format!("{file}.scenario.json");
    Export { name, extension: "json", content: Vec::new(), test: Some(test), also: Vec::new() }
}

/// Writes the audit in each of its forms.
pub fn export_audit(explored: &Explored) -> Option<Finished> {
    let (program, audit) = (explored.program()?, explored.exploration.saga.as_ref()?);
    let outline = &program.outline;
    let json = text::pretty(&report::audit(program, audit)) + "\n";
    Some(Finished::Export(Box::new(Export {
        name: format!("{}.saga.md", explored.edition.document.name),
        extension: "md",
        content: report::markdown(outline, audit).into_bytes(),
        test: None,
        also: vec![("csv", report::csv(outline, audit).into_bytes()), ("json", json.into_bytes())],
    })))
}

/// Writes coverage in each of its forms.
pub fn export_coverage(edition: &Edition, file: Option<PathBuf>, coverage: &Coverage) -> Option<Export> {
    let document = &edition.document;
    let path = file.unwrap_or_else(|| PathBuf::from(format!("{}.asl.json", document.name)));
    let covered = [Covered {
        name: &document.name,
        path: &path,
        text: &document.text,
        root: &document.root,
        program: document.definition.program.as_ref()?,
        coverage,
    }];
    let lcov = coverage::lcov(&covered).into_bytes();
    let table = coverage::table(&covered).into_bytes();
    Some(Export {
        name: format!("{}.coverage.json", document.name),
        extension: "json",
        content: (text::pretty(&coverage::json(&covered)) + "\n").into_bytes(),
        test: None,
        also: vec![("info", lcov.clone()), ("lcov", lcov), ("txt", table)],
    })
}

/// A run to be counted.
pub struct ToCount {
    /// Which run it is, and what of it.
    pub key: (u64, u64),
    /// Its events.
    pub log: LogView,
    /// Its child executions.
    pub children: Children,
    /// What was counted of it before.
    pub known: Option<Arc<Coverage>>,
}

/// What is to be counted.
pub struct Count {
    /// Which asking it is; the answer to an earlier one is dropped.
    pub order: u64,
    /// The definition that all of them ran.
    pub edition: Arc<Edition>,
    /// Which runs are wanted.
    pub source: Source,
    /// The runs of the workspace.
    pub runs: Vec<ToCount>,
    /// Which of these is shown.
    pub shown: Option<usize>,
    /// Runs of another definition.
    pub left_out: usize,
    /// The runs of an exploration or of scenarios, where these are wanted.
    pub others: Vec<Arc<Coverage>>,
}

/// Runs that were counted.
pub struct CountedRuns {
    /// Which asking it answers.
    pub order: u64,
    /// What each run of the workspace went through.
    pub known: Vec<((u64, u64), Arc<Coverage>)>,
    /// The definition.
    pub edition: Arc<Edition>,
    /// What all that were wanted went through.
    pub counted: Counted,
    /// The table.
    pub view: CoverageView,
    /// The heat.
    pub layer: Arc<Layer>,
}

/// Counts; nothing where the definition cannot be run.
pub fn count(it: &Count) -> Option<Finished> {
    let program = it.edition.document.definition.program.as_ref()?;
    let of = |run: &ToCount| run.known.clone().unwrap_or_else(|| Arc::new(coverage_of(run, program)));
    let own: Vec<Arc<Coverage>> = parallel::map(&it.runs, parallel::cores(), of);
    let shown = it.shown.and_then(|idx| own.get(idx));
    let wanted: Vec<&Arc<Coverage>> = match it.source {
        Source::ThisRun => shown.into_iter().collect(),
        Source::AllRuns => own.iter().collect(),
        Source::Exploration | Source::Scenarios => it.others.iter().collect(),
    };
    let counted = Counted::of(wanted.iter().copied());
    // What others than the one that is shown have gone through already.
    let before = match it.source {
        Source::ThisRun | Source::AllRuns => {
            let others = own.iter().enumerate().filter(|(idx, _)| Some(*idx) != it.shown);
            Counted::of(others.map(|(_, it)| it))
        }
        Source::Exploration | Source::Scenarios => Counted::of(wanted.iter().copied()),
    };
    let gain: Option<Vec<Part>> = shown.map(|it| before.coverage.gain(it));
    let view = bind_coverage::view(program, &counted, it.source, it.left_out, gain.as_deref());
    let layer = bind_coverage::layer(program, &it.edition.model, &counted);
    let known = it.runs.iter().map(|it| it.key).zip(own).collect();
    let edition = Arc::clone(&it.edition);
    let (order, layer) = (it.order, Arc::new(layer));
    Some(Finished::Counted(Box::new(CountedRuns { order, known, edition, counted, view, layer })))
}

fn coverage_of(run: &ToCount, program: &Program) -> Coverage {
    let mut coverage = Coverage::of_history(&run.log, program);
    for child in run.children.iter() {
        coverage.add_child(child.log(&program.outline).view(), program);
    }
    coverage
}

/// Whether states have the same ids in both.
pub fn same_states(one: &Outline, other: &Outline) -> bool {
    let names = |it: &Outline, at: u32| it.state(StateId(at)).map(|it| Arc::clone(&it.name));
    one.states.len() == other.states.len() && (0..one.states.len() as u32).all(|at| names(one, at) == names(other, at))
}

/// Scenarios that were run.
pub struct Tested {
    /// The list.
    pub view: ScenariosView,
    /// By row: what it takes to run it again.
    pub ready: Vec<Option<Ready>>,
    /// What those of the definition went through that was open.
    pub coverage: Vec<Arc<Coverage>>,
    /// That definition.
    pub edition: Arc<Edition>,
}

/// Runs the scenarios of these files, which have been read.
pub fn test(suites: Vec<(PathBuf, Result<Vec<u8>, String>)>, files: &dyn Files, edition: Arc<Edition>) -> Finished {
    let mut library = Library::new(files);
    let mut rows: Vec<(ScenarioRow, Option<Ready>)> = Vec::new();
    for (path, bytes) in suites {
        let file = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let broken =
            |why: String| ScenarioRow { name: file.clone(), file: file.clone(), verdict: Verdict::Broken, why };
        let suite: Suite = match bytes {
            Ok(bytes) => read(&path, &bytes),
            Err(why) => {
                rows.push((broken(why), None));
                continue;
            }
        };
        if has_errors(&suite.diagnostics) {
            let first = suite.diagnostics.iter().find(|it| it.severity == Severity::Error);
            rows.push((broken(first.map(Diagnostic::full_message).unwrap_or_default()), None));
            continue;
        }
        for scenario in &suite.scenarios {
            let row = |verdict, why| ScenarioRow { name: scenario.name.to_string(), file: file.clone(), verdict, why };
            match library.load(&suite, scenario) {
                Ok(ready) => rows.push((row(Verdict::Passed, String::new()), Some(ready))),
                Err(unready) => rows.push((row(Verdict::Broken, why_unready(&unready)), None)),
            }
        }
    }
    let is_own = |ready: &Ready| ready.subject.text == edition.document.text;
    let played = parallel::map(&rows, parallel::cores(), |(_, ready)| {
        let ready = ready.as_ref()?;
        let played = play(ready);
        let coverage = is_own(ready).then(|| Arc::new(Coverage::of_run(&played.run)));
        Some((played.passed(), why_failed(&played.end, &played.mismatches), coverage))
    });
    let mut coverage = Vec::new();
    for ((row, _), played) in rows.iter_mut().zip(played) {
        let Some((passed, why, own)) = played else { continue };
        coverage.extend(own);
        if !passed {
            (row.verdict, row.why) = (Verdict::Failed, why);
        }
    }
    let n = |verdict| rows.iter().filter(|it| it.0.verdict == verdict).count();
    let broken = n(Verdict::Broken);
    let broken = if broken > 0 { format!(", {broken} cannot be run") } else { String::new() };
    let summary =
        format!("{} scenarios: {} passed, {} failed{broken}", rows.len(), n(Verdict::Passed), n(Verdict::Failed));
    let (rows, ready) = rows.into_iter().unzip();
    Finished::Tested(Box::new(Tested { view: ScenariosView { summary, rows }, ready, coverage, edition }))
}

/// Runs a scenario again, to be shown.
pub fn run_scenario(ready: &Ready, edition: Arc<Edition>, note: String) -> Finished {
    let played = play(ready);
    let name = ready.scenario.name.to_string();
    Finished::Made(Box::new(MadeRun { name, note, edition, run: played.run, mocks: None }))
}

fn why_unready(unready: &Unready) -> String {
    let first = unready.said().iter().flat_map(|it| &it.found).next();
    first.map(Diagnostic::full_message).unwrap_or_default()
}

fn why_failed(end: &End, mismatches: &[crate::session::expect::Mismatch]) -> String {
    match end {
        End::Unanswered(questions) => {
            let names: Vec<&str> = questions.iter().map(|it| &**it.name()).collect();
            format!("no mock answers {}", names.join(", "))
        }
        End::OverTime(limit) => format!("given up after its time limit of {limit} of virtual time"),
        End::OverEvents(n) => format!("given up after {n} events, without an end in sight"),
        End::Ended => {
            let Some(first) = mismatches.first() else { return String::new() };
            let more =
                if mismatches.len() > 1 { format!(", and {} more", mismatches.len() - 1) } else { String::new() };
            format!("{}: expected {}, came {}{more}", first.about, first.expected, first.actual)
        }
    }
}
