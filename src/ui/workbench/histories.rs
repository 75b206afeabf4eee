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
use crate::session::tree::RunId;
use crate::session::worker::Worker;
use crate::session::{Document, Execution as _, Run, Tape};
use crate::ui::bind::{RunIndex, inspector::decision_words};
use crate::ui::command::Command;
use crate::ui::status_bar::RunStatus;
use crate::ui::widgets::{BannerLine, Status};
use crate::ui::window::BannerView;

use super::runs::A_FRAME;
use super::{Cursor, Edition, RunEntry, Wake, Workbench};

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
    pub(super) paths: Vec<PathBuf>,
    differs: Option<Divergence>,
}

impl Workbench {
    /// Opens recorded executions without a definition; what the first one's events tell stands for it.
    pub fn of_history(first: &ReadHistory) -> Self {
        let imported = first.tape.imported();
        let drawn = Arc::new(Edition::drawn(&first.name, imported.outline(), &imported.notes));
        let mut bench = Self::open(Document::drawn(&first.name, imported.outline()), None, &[]);
        bench.draft.lock("A recorded execution holds no definition; open the one that it ran with", Vec::new());
        Self { edition: Arc::clone(&drawn), newest: drawn, ..bench }
    }

    /// Returns the definition as it was last read.
    pub fn newest(&self) -> &Edition {
        &self.newest
    }

    /// Returns the definition as it was last read, to be kept.
    pub fn newest_shared(&self) -> &Arc<Edition> {
        &self.newest
    }

    /// Whether recorded executions are open without a definition.
    pub fn is_bare(&self) -> bool {
        self.newest.drawn
    }

    /// Adds a recorded execution to the runs and shows it, at its first failure.
    pub fn add_history(&mut self, read: ReadHistory, wake: Wake) {
        let entry = self.history_entry(read, wake);
        let id = self.runs.add(entry);
        self.show_run(id);
    }

    /// Returns the entry of a recorded execution.
    pub(super) fn history_entry(&mut self, read: ReadHistory, wake: Wake) -> RunEntry {
        let ReadHistory { name, paths, tape, index, differs, at } = read;
        let imported = Arc::clone(tape.imported());
        let outline = imported.outline();
        let fits = |it: &Edition| Arc::ptr_eq(&it.document.definition.outline, outline);
        let edition = if fits(&self.newest) {
            Arc::clone(&self.newest)
        } else {
            Arc::new(Edition::drawn(&name, outline, &imported.notes))
        };
        let worker = Worker::of_tape(tape, wake, self.breakpoints.as_slice().into());
        let mut entry = RunEntry::new(name, edition, worker.published(), Some(worker));
        entry.index = index;
        entry.history = Some(History { imported, paths, differs });
        entry.cursor = at.map_or(Cursor::FirstError, Cursor::At);
        entry.key = self.next_key();
        entry.read_events(0);
        entry
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

    /// Returns the last history on the list.
    pub fn last_history(&self) -> Option<RunId> {
        self.last_run(|it| it.history.is_some())
    }

    /// Returns the last run on the list that was made here.
    pub fn last_own_run(&self) -> Option<RunId> {
        self.last_run(|it| it.history.is_none())
    }

    fn last_run(&self, holds: impl Fn(&RunEntry) -> bool) -> Option<RunId> {
        self.runs.iter().rev().find(|(id, it)| self.runs.is_listed(*id) && holds(it)).map(|(id, _)| id)
    }

    /// Returns the recorded execution that is shown and the definition to run it with.
    pub fn to_replay(&self) -> Option<(Arc<Imported>, Arc<Program>)> {
        let program = self.newest.document.definition.program.as_ref()?;
        Some((Arc::clone(self.shown_history()?), Arc::clone(program)))
    }

    /// Returns the files of histories that another definition may fit better, and where the cursor stands in each: those
    /// whose states were drawn, or all.
    pub fn histories(&self, all: bool) -> Vec<(Vec<PathBuf>, Option<EventId>)> {
        let mut found: Vec<(Vec<PathBuf>, Option<EventId>)> = Vec::new();
        for (id, run) in self.runs.iter() {
            let Some(history) = run.history.as_ref().filter(|_| all || run.edition.drawn) else { continue };
            let at = match run.cursor {
                _ if self.shown_id() == Some(id) => Some(self.cursor()),
                Cursor::At(event) => Some(event),
                Cursor::Live | Cursor::FirstError => None,
            };
            if found.iter().all(|(paths, _)| *paths != history.paths) {
                found.push((history.paths.clone(), at));
            }
        }
        found
    }

    /// Adds a run in which the definition has got the answers of the history `of`, from which it parts at `at`. What it
    /// asks for from here on, it asks the mocks in use.
    pub fn add_replay(&mut self, of: RunId, at: EventId, run: Run, wake: Wake) -> Option<RunId> {
        let name = format!("Replay of {}", self.runs.get(of)?.name);
        let mut worker = self.at_rest(run, wake);
        worker.set_host(self.tasks(self.shown_run()));
        Some(self.add_below(of, at, name, worker))
    }

    /// Adds a run that has got the answers of the history `of` up to its event `at`, which is `event` of `replay`, and
    /// asks the mocks in use from there on.
    ///
    /// Fails, in words, where the replay has no such event.
    pub fn add_run_from(
        &mut self,
        of: RunId,
        at: EventId,
        replay: Run,
        event: EventId,
        wake: Wake,
    ) -> Result<(), String> {
        let mut worker = self.at_rest(replay, Box::new(|| ()));
        let fork = worker.fork(event, None, self.tasks(self.shown_run()), wake).map_err(|error| error.to_string())?;
        let id = self.add_below(of, at, format!("Run from event {}", at.0), fork);
        self.show_run(id);
        Ok(())
    }

    fn add_below(&mut self, of: RunId, at: EventId, name: String, worker: Worker) -> RunId {
        let mut entry = RunEntry::new(name, Arc::clone(&self.newest), worker.published(), Some(worker));
        entry.key = self.next_key();
        entry.read_events(A_FRAME);
        let id = self.runs.fork(of, at, entry);
        self.unfold_to(id);
        id
    }

    pub(super) fn at_rest(&self, run: Run, wake: Wake) -> Worker {
        let host = Box::new(Recorded::new(Arc::default()));
        Worker::new(run, host, wake, self.breakpoints.as_slice().into())
    }

    /// Says above the canvas that the definition does something else at an event.
    pub(super) fn difference_banner(&self, event: EventId) -> Option<BannerView> {
        let first = self.history()?.differs.as_ref()?;
        let at = first.left.or(first.previous.map(|it| it.0));
        let text = format!("First difference: {}", first.why);
        (at == Some(event)).then(|| quiet("Not what the definition does", text, Command::ReplayHistory))
    }

    /// Says above the canvas what is to be said of a history where there is nothing else to say.
    pub(super) fn history_banner(&self) -> Option<BannerView> {
        let history = self.history()?;
        if self.is_bare() {
            let text = "Add the definition to see untaken paths".to_owned();
            return Some(quiet("No definition", text, Command::AddDefinition));
        }
        let text = match history.differs.as_ref().and_then(|it| it.left) {
            Some(left) => {
                format!("The definition lacks some of its states; the first difference is at event {}", left.0)
            }
            None => "The definition lacks some of its states".to_owned(),
        };
        self.edition.drawn.then(|| quiet("Another definition ran", text, Command::ReplayHistory))
    }
}

fn quiet(title: &str, text: String, command: Command) -> BannerView {
    let kind = BannerLine::Status(Status::NotReached);
    BannerView { kind, title: title.to_owned(), text, commands: vec![command] }
}

impl RunEntry {
    /// Returns what was read, if it is a recorded execution.
    pub(super) fn recorded(&self) -> Option<&Arc<Imported>> {
        self.history.as_ref().map(|it| &it.imported)
    }
}

impl ReadHistory {
    /// Returns what was recognised and what is missing, in sentences.
    pub fn summary(&self) -> String {
        let log = self.tape.log();
        let (_, word) = super::runs::came_to(self.tape.status());
        let events = if log.len() == 1 { "1 event".to_owned() } else { format!("{} events", log.len()) };
        let mut sentences = vec![format!("{} is an execution history: {events}, {word}", self.name)];
        sentences.extend(self.tape.imported().notes.iter().map(|it| {
            let mut sentence = match &it.help {
                Some(help) => format!("{}; {help}", it.message),
                None => it.message.clone(),
            };
            if let Some(first) = sentence.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            sentence
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
