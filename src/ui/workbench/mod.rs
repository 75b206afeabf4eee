//! `Workbench`: what is open in the window and where the user stands in it. No painting and no files.
//!
//! `app` hands it what was read and what was asked for; panels get its view data. Everything that depends on the cursor
//! is made once when the cursor moves, not once a frame.

mod answers;
mod breakpoints;
mod check;
mod children;
mod compare;
mod console;
mod debug;
mod detail;
mod draft;
mod editing;
mod edition;
pub mod explored;
mod forks;
pub mod histories;
mod moment;
mod play;
mod reload;
mod runs;
mod saved;
mod strands;
mod tree;
mod undo;

use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::StateId;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{EventId, ExecutionId, Quotas, StrandId};
use crate::handlers::Mocks;
use crate::json::Json;
use crate::session::Document;
use crate::session::breakpoint::Breakpoint;
use crate::session::journey::Arrival;
use crate::session::pace::Pace;
use crate::session::step::Trail;
use crate::session::tree::{RunId, Tree};

use super::editor::Crumb;
use super::inspector::CameFrom;
use super::status_bar::{RunStatus, StatusView};
use super::workspace::{FileItem, WorkspaceView};

pub use check::{Broken, Checked, Draught, check, draws_nothing};
pub use draft::Draft;
pub use edition::Edition;
pub use moment::Moment;
pub use runs::{Launch, RunEntry, Wake};
pub use saved::Histories;

/// What is open.
pub struct Workbench {
    /// The definition on the screen: that of the run that is shown, else the newest.
    pub edition: Arc<Edition>,
    /// The definition as it was last read or checked; new runs take it.
    newest: Arc<Edition>,
    /// The text of the newest definition, and what was changed in it.
    draft: Draft,
    /// Whether the screen has an earlier definition, with which the run that is shown ran.
    is_earlier: bool,
    /// The way to the place of the text cursor.
    crumbs: Vec<Crumb>,
    /// The byte of the text cursor.
    text_cursor: u32,
    /// Where it was read from; `None` for a sample.
    pub file: Option<PathBuf>,
    /// Inputs to run it with.
    pub inputs: Vec<Named<Json>>,
    /// The input in use; beyond the end for none, which is `{}`.
    pub input: usize,
    /// Mocks to run it with.
    pub mocks: Vec<Named<Arc<Mocks>>>,
    /// The mocks in use.
    pub mocks_in_use: Option<usize>,
    /// Whether tasks without mocks answer `{}` instead of being asked about.
    assumes: bool,
    /// The folder that stands for S3.
    pub s3: Option<PathBuf>,
    /// Seed of the next run.
    pub seed: u64,
    /// Whether the next run keeps to the quotas of the service.
    pub quotas: Quotas,
    runs: Tree<RunEntry>,
    shown: Option<Shown>,
    /// What was shown before the newest definition was.
    left: Option<Shown>,
    /// Runs that were taken off the list, the last one last.
    removed: Vec<RunId>,
    /// Counts the entries of runs, so that panels can tell them apart.
    n_entries: u64,
    cursor: Cursor,
    focus: Option<StateId>,
    attempt: Option<u32>,
    moment: Option<Moment>,
    /// Set when the cursor has come to the first error, or to the end for want of one.
    landed: Option<bool>,
    breakpoints: Vec<Breakpoint>,
    /// What can be taken back, the last change last.
    changes: Vec<undo::Change>,
    /// The strand that was chosen, and at which event.
    strand: Option<(EventId, StrandId)>,
    pace: Pace,
    playing: Option<play::Playing>,
    /// The steps that were made in the run that is shown.
    trail: Trail,
    under_way: Option<debug::UnderWay>,
    /// Where a value came from that was asked about.
    came_from: Option<Arc<CameFrom>>,
    arrived: Option<(Arrival, bool)>,
    /// The child execution, and the event there, at which a journey has just stopped.
    arrived_inside: Option<(ExecutionId, EventId)>,
    /// What the user has written about the whole.
    pub note: String,
    /// The fields that are taken out of what is given away.
    pub redact: Vec<String>,
    /// The file in which the workspace is kept, if the user has chosen one.
    pub workspace_file: Option<PathBuf>,
    /// The mocks as they are kept.
    kept_mocks: Vec<(Arc<Mocks>, Json)>,
    comparing: Option<compare::Comparing>,
    /// What was explored, and what is counted.
    pub explorations: explored::Explorations,
}

/// A file of the workspace.
#[derive(Clone, Debug)]
pub struct Named<T> {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: T,
    /// Whether it says something that its file does not.
    pub unsaved: bool,
}

/// The run that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    run: RunId,
    /// The child execution of it that is shown in its place.
    child: Option<ExecutionId>,
}

/// Where the user stands in the run that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursor {
    /// At the end, wherever that is.
    Live,
    /// At the first failure, once the run has ended; one that was not simply retried comes first.
    FirstError,
    /// At an event.
    At(EventId),
}

impl Workbench {
    /// Opens a definition. `found` are the problems of the file around it.
    pub fn open(document: Document, file: Option<PathBuf>, found: &[Diagnostic]) -> Self {
        let newest = Arc::new(Edition::new(document, found));
        let draft = Draft::new(&newest.document.text, newest.problems.clone());
        Self {
            edition: Arc::clone(&newest),
            newest,
            draft,
            is_earlier: false,
            crumbs: Vec::new(),
            text_cursor: 0,
            file,
            inputs: Vec::new(),
            input: 0,
            mocks: Vec::new(),
            mocks_in_use: None,
            assumes: false,
            s3: None,
            seed: 0,
            quotas: Quotas::Aws,
            runs: Tree::default(),
            shown: None,
            left: None,
            removed: Vec::new(),
            n_entries: 0,
            cursor: Cursor::Live,
            focus: None,
            attempt: None,
            moment: None,
            landed: None,
            breakpoints: Vec::new(),
            changes: Vec::new(),
            strand: None,
            pace: Pace::Instant,
            playing: None,
            trail: Trail::default(),
            under_way: None,
            came_from: None,
            arrived: None,
            arrived_inside: None,
            note: String::new(),
            redact: Vec::new(),
            workspace_file: None,
            kept_mocks: Vec::new(),
            comparing: None,
            explorations: explored::Explorations::default(),
        }
    }

    /// Shows the problems of a text that could not be read, beside what is on the screen.
    pub fn report(&mut self, found: &[Diagnostic]) {
        self.draft.report(edition::unplaced(found));
    }

    /// Makes the next run keep to the service's quotas, or go past them; returns which, in words.
    pub fn toggle_quotas(&mut self) -> &'static str {
        let (quotas, words) = match self.quotas {
            Quotas::Aws => (Quotas::Off, "Runs go past the quotas of the service"),
            Quotas::Off => (Quotas::Aws, "Runs end where the service would end them"),
        };
        self.quotas = quotas;
        words
    }

    /// Adds an input and makes it the one in use.
    pub fn add_input(&mut self, name: String, value: Json) {
        self.input = self.inputs.len();
        self.inputs.push(Named { name, value, unsaved: false });
    }

    /// Adds mocks and makes them the ones in use.
    pub fn add_mocks(&mut self, name: String, mocks: Mocks) {
        self.mocks_in_use = Some(self.mocks.len());
        self.mocks.push(Named { name, value: Arc::new(mocks), unsaved: false });
    }

    /// Returns what the workspace shows.
    pub fn workspace(&self) -> WorkspaceView {
        let file = |name: &str, in_use, unsaved| FileItem { name: name.to_owned(), in_use, unsaved };
        WorkspaceView {
            definition: (!self.is_bare()).then(|| self.file_name()),
            problems: (self.count(Severity::Error), self.count(Severity::Warning)),
            inputs: self.inputs.iter().enumerate().map(|(idx, it)| file(&it.name, idx == self.input, false)).collect(),
            mocks: self
                .mocks
                .iter()
                .enumerate()
                .map(|(idx, it)| file(&it.name, Some(idx) == self.mocks_in_use, it.unsaved))
                .collect(),
            assumes: self.assumes,
            runs: self.run_items(),
            breakpoints: self.breakpoint_items(),
            findings: self.finding_items(),
            note: self.note.clone(),
            notes: self.shown_run().map(|it| it.notes.clone()).unwrap_or_default(),
        }
    }

    /// Returns the name of the definition's file, or the sample's.
    pub fn file_name(&self) -> String {
        let from_path = self.file.as_ref().and_then(|it| it.file_name()).map(|it| it.to_string_lossy().into_owned());
        from_path.unwrap_or_else(|| {
            let name = &self.newest.document.name;
            if self.newest.drawn { name.to_string() } else { format!("{name}.asl.json") }
        })
    }

    /// Returns the name of the state machine.
    pub fn machine_name(&self) -> Arc<str> {
        Arc::clone(&self.newest.document.name)
    }

    /// Returns what the status bar shows.
    pub fn status(&self) -> StatusView {
        StatusView {
            definition: Some(self.file_name()),
            problems: (self.count(Severity::Error), self.count(Severity::Warning)),
            run: self.moment.as_ref().map(|it| {
                let time = self.live_time().unwrap_or_else(|| it.status.time.clone());
                RunStatus { time, ..it.status.clone() }
            }),
        }
    }

    fn count(&self, severity: Severity) -> usize {
        self.problems().iter().filter(|it| it.diagnostic.severity == severity).count()
    }

    /// Returns the state that panels show in detail.
    pub fn focus(&self) -> Option<StateId> {
        self.focus
    }

    /// Returns what depends on the cursor.
    pub fn moment(&self) -> Option<&Moment> {
        self.moment.as_ref()
    }

    /// Returns the state in whose definition the 0-based `line` stands, the innermost one.
    pub fn state_at_line(&self, line: usize) -> Option<StateId> {
        let at = |offset| self.edition.code.line_of(offset);
        let holds =
            |it: &crate::asl::State| (at(it.name_span.start)..=at(it.span.end.saturating_sub(1))).contains(&line);
        let outline = &self.edition.document.definition.outline;
        outline.iter().filter(|(_, it)| holds(it)).max_by_key(|(_, it)| it.name_span.start).map(|(id, _)| id)
    }

    /// Returns all states by name, for going to one.
    pub fn states(&self) -> impl Iterator<Item = (StateId, &str)> {
        self.edition.states().map(|(id, it)| (id, &*it.name))
    }
}
