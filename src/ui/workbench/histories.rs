//! Recorded executions in the workbench: taking them in, saying what they are, and runs that are made of them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::Program;
use crate::engine::EventId;
use crate::history::infer::{self, Handled};
use crate::history::read::Imported;
use crate::session::diff::Divergence;
use crate::session::recorded::Recorded;
use crate::session::rules::Rules;
use crate::session::worker::Worker;
use crate::session::{Document, Execution as _, Run, Tape};
use crate::ui::bind::{self, RunIndex, inspector::decision_words};
use crate::ui::command::Command;
use crate::ui::graph::model::GraphModel;
use crate::ui::status_bar::RunStatus;
use crate::ui::timeline::Lanes;
use crate::ui::widgets::{BannerLine, Status};
use crate::ui::window::BannerView;

use super::children::Listing;
use super::{Cursor, RunEntry, Wake, Workbench};

/// A recorded execution that has been read, ready to be shown. Made beside the window.
#[derive(Debug)]
pub struct ReadHistory {
    /// Its name.
    pub name: String,
    /// The files that it was read from.
    pub paths: Vec<PathBuf>,
    /// The events, to be gone through.
    pub tape: Tape,
    /// What is known of them.
    pub index: RunIndex,
    /// Where the definition does something else.
    pub differs: Option<Divergence>,
    /// Where the cursor is to stand; at its first failure, if nowhere else.
    pub at: Option<EventId>,
}

/// What is known of a run that is a recorded execution.
#[derive(Debug)]
pub(super) struct History {
    imported: Arc<Imported>,
    paths: Vec<PathBuf>,
    drawn: Option<Drawn>,
    differs: Option<Divergence>,
}

/// The states that a history names, where they are not the definition's.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) document: Arc<Document>,
    pub(super) model: Arc<GraphModel>,
}

impl Drawn {
    fn of(read: &ReadHistory) -> Option<Self> {
        let imported = read.tape.imported();
        let outline = Some(imported.outline()).filter(|_| imported.drawn)?;
        let document = Arc::new(Document::drawn(&read.name, outline));
        Some(Self { model: bind::graph::shared(outline), document })
    }
}

impl Workbench {
    /// Opens recorded executions without a definition; the first one's states stand for it.
    pub fn of_history(first: &ReadHistory) -> Self {
        let imported = first.tape.imported();
        let document = Document::drawn(&first.name, imported.outline());
        Self { bare: true, ..Self::open(document, None, &imported.notes) }
    }

    /// Whether recorded executions are open without a definition.
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    /// Adds a recorded execution to the runs and shows it, at its first failure.
    pub fn add_history(&mut self, read: ReadHistory, wake: Wake) {
        let drawn = Drawn::of(&read);
        let ReadHistory { name, paths, tape, index, differs, at } = read;
        let imported = Arc::clone(tape.imported());
        let worker = Worker::of_tape(tape, wake, self.breakpoints.as_slice().into());
        let mut entry = RunEntry::of_worker(name, 0, worker);
        entry.lanes = Arc::new(index.lanes(entry.published.revision));
        entry.index = index;
        entry.history = Some(History { imported, paths, drawn, differs });
        self.push(entry);
        self.cursor = at.map_or(Cursor::FirstError, Cursor::At);
        self.follow();
    }

    /// Adds a run to the others and shows it.
    pub(super) fn push(&mut self, mut entry: RunEntry) {
        entry.take_in();
        self.runs.push(entry);
        self.moment = None;
        self.focus = None;
        self.show_run(self.runs.len() - 1);
    }

    /// Returns the states of the run that is shown, if they are not the definition's.
    pub(super) fn drawn(&self) -> Option<&Drawn> {
        self.shown_run()?.history.as_ref()?.drawn.as_ref()
    }

    /// Whether the states of the run that is shown were drawn from its events.
    pub fn is_drawn(&self) -> bool {
        self.drawn().is_some()
    }

    fn history(&self) -> Option<&History> {
        self.shown_run()?.history.as_ref()
    }

    /// Returns the recorded execution that is shown.
    pub fn shown_history(&self) -> Option<&Arc<Imported>> {
        self.history().map(|it| &it.imported)
    }

    /// Whether a recorded execution is shown.
    pub fn is_recorded(&self) -> bool {
        self.history().is_some()
    }

    /// Returns the last history among the runs, by its place.
    pub fn last_history(&self) -> Option<usize> {
        self.runs.iter().rposition(|it| it.history.is_some())
    }

    /// Returns the last run among the runs that was made here, by its place.
    pub fn last_own_run(&self) -> Option<usize> {
        self.runs.iter().rposition(|it| it.history.is_none() && it.child_of.is_none())
    }

    /// Returns the place of the run that is shown.
    pub fn shown_place(&self) -> Option<usize> {
        self.shown
    }

    /// Returns the name of the run at this place.
    pub fn name_of(&self, place: usize) -> Option<&str> {
        self.runs.get(place).map(|it| &*it.name)
    }

    /// Returns the recorded execution that is shown and the definition to run it with.
    pub fn to_replay(&self) -> Option<(Arc<Imported>, Arc<Program>)> {
        let program = self.document.definition.program.as_ref()?;
        Some((Arc::clone(self.shown_history()?), Arc::clone(program)))
    }

    /// Returns the files of histories that another definition may fit better, and where the cursor stands in each: those
    /// whose states were drawn, or all.
    pub fn histories(&self, all: bool) -> Vec<(Vec<PathBuf>, Option<EventId>)> {
        let mut found: Vec<(Vec<PathBuf>, Option<EventId>)> = Vec::new();
        for (idx, run) in self.runs.iter().enumerate() {
            let Some(history) = run.history.as_ref().filter(|it| all || it.drawn.is_some()) else { continue };
            let at = (self.shown == Some(idx)).then(|| self.cursor()).or(run.stands_at);
            if found.iter().all(|(paths, _)| *paths != history.paths) {
                found.push((history.paths.clone(), at));
            }
        }
        found
    }

    /// Adds a run in which the definition has got recorded answers. What it asks for from here on, it asks the mocks in
    /// use.
    pub fn add_replay(&mut self, of: &str, run: Run, wake: Wake) -> usize {
        let mut worker = self.at_rest(run, wake);
        worker.set_host(self.tasks());
        self.push(RunEntry::of_worker(format!("Replay of {of}"), 0, worker));
        self.runs.len() - 1
    }

    /// Adds a run that has got recorded answers up to the event `at` of `replay`, and asks the mocks in use from there on.
    ///
    /// Fails, in words, where the replay has no such event.
    pub fn add_run_from(&mut self, replay: Run, at: EventId, of: &str, wake: Wake) -> Result<(), String> {
        let mut worker = self.at_rest(replay, Box::new(|| ()));
        let fork = worker.fork(at, None, self.tasks(), wake).map_err(|error| error.to_string())?;
        let name = format!("{}, from {of}", self.next_name());
        self.push(RunEntry::of_worker(name, 0, fork));
        self.move_to(at);
        Ok(())
    }

    fn at_rest(&self, run: Run, wake: Wake) -> Worker {
        let host = Box::new(Recorded::new(Arc::default()));
        Worker::new(run, host, wake, self.breakpoints.as_slice().into())
    }

    /// Says above the canvas what is to be said of a history at an event.
    pub(super) fn history_banner(&self, event: EventId) -> Option<BannerView> {
        let history = self.history()?;
        let kind = BannerLine::Status(Status::NotReached);
        let banner =
            |title: &str, text: String, commands| Some(BannerView { kind, title: title.to_owned(), text, commands });
        let differs = history.differs.as_ref();
        if let Some(first) = differs.filter(|it| it.left.or(it.previous.map(|it| it.0)) == Some(event)) {
            let commands = vec![Command::ReplayHistory];
            return banner("Not what the definition does", format!("First difference: {}", first.why), commands);
        }
        if self.bare {
            let commands = vec![Command::AddDefinition];
            return banner("No definition", "Add the definition to see untaken paths".to_owned(), commands);
        }
        let text = match differs.and_then(|it| it.left) {
            Some(left) => {
                format!("The definition lacks some of its states; the first difference is at event {}", left.0)
            }
            None => "The definition lacks some of its states".to_owned(),
        };
        history.drawn.is_some().then(|| banner("Another definition ran", text, vec![Command::ReplayHistory])).flatten()
    }
}

impl RunEntry {
    /// Returns what was read, if it is a recorded execution.
    pub(super) fn recorded(&self) -> Option<&Arc<Imported>> {
        self.history.as_ref().map(|it| &it.imported)
    }

    /// Returns an entry for a run that rests.
    pub(super) fn of_worker(name: String, seed: u64, worker: Worker) -> Self {
        Self {
            name,
            seed,
            published: worker.published(),
            index: RunIndex::default(),
            lanes: Arc::new(Lanes::default()),
            assumed: Vec::new(),
            listing: Listing::default(),
            worker: Some(worker),
            history: None,
            stands_at: None,
            child_of: None,
            n_arrivals: 0,
        }
    }
}

impl ReadHistory {
    /// Returns what was recognised and what is missing, in sentences.
    pub fn summary(&self) -> String {
        let log = self.tape.log();
        let (_, word) = super::runs::came_to(self.tape.status());
        let events = if log.len() == 1 { "1 event".to_owned() } else { format!("{} events", log.len()) };
        let mut sentences = vec![format!("{} is an execution history: {events}, {word}", self.name)];
        sentences.extend(self.tape.imported().notes.iter().map(|it| match &it.help {
            Some(help) => format!("{}; {help}", it.message),
            None => it.message.clone(),
        }));
        if let Some(first) = &self.differs {
            sentences.push(format!("the definition does something else: {}", first.why));
        }
        sentences.join(". ")
    }
}

/// Says above the canvas what became of a failure, where only what followed tells it.
pub(super) fn inferred_banner(rules: &Rules, handled: &Handled, status: &RunStatus) -> BannerView {
    let name = rules.outline().name(handled.state);
    let error = handled.failure.as_ref().and_then(|it| it.error.as_deref()).unwrap_or("an error without a name");
    let attempt = if handled.attempt > 1 { format!(" on attempt {}", handled.attempt) } else { String::new() };
    let next = match handled.fate {
        infer::Fate::Retried(after) => format!("the next attempt began after {after}"),
        infer::Fate::Caught(Some(next)) => format!("a catcher led to {}", rules.outline().name(next)),
        infer::Fate::Caught(None) => "a catcher took it".to_owned(),
        infer::Fate::Uncaught => "nothing in this state took it".to_owned(),
        infer::Fate::Open => "nothing has followed".to_owned(),
        infer::Fate::GivenUp => "something else ended before".to_owned(),
    };
    let against = match handled.handler {
        infer::Handler::Contradicts(decision) => format!("; by the definition, {}", decision_words(decision)),
        infer::Handler::Unknown | infer::Handler::Named(..) => String::new(),
    };
    BannerView {
        kind: BannerLine::Status(status.status),
        title: status.text.clone(),
        text: format!("{name} failed{attempt} with {error}. Inferred: {next}{against}."),
        commands: if rules.infers() {
            vec![Command::AddDefinition, Command::NextError]
        } else {
            vec![Command::PreviousError, Command::NextError]
        },
    }
}
