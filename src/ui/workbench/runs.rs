//! The runs of the workbench: starting them, taking in what they publish, and moving through the one that is shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::StateId;
use crate::engine::{EventId, ExecutionId, Identity, StartSpec, Status as RunEnd};
use crate::handlers::mock::Answer;
use crate::handlers::{MockHost, Mocks, Otherwise, S3, WithS3};
use crate::history::LogView;
use crate::session::journey::Order;
use crate::session::step::Step;
use crate::session::tree::{RunId, Tree};
use crate::session::worker::{Published, Worker};
use crate::session::workspace::Made;
use crate::session::{Host, Run};
use crate::ui::bind::{EventTable, Fate, RunIndex};
use crate::ui::graph::model::NodeId;
use crate::ui::timeline::Lanes;
use crate::ui::widgets::Status;

use super::children::Listing;
use super::histories::History;
use super::{Cursor, Edition, Shown, Workbench};

/// Events of a run that are taken in in one frame: some two milliseconds of work.
pub(super) const A_FRAME: usize = 8_192;

/// Called from a run's thread when it has published something.
pub type Wake = Box<dyn Fn() + Send>;

/// How far a new run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launch {
    /// To its end, past all breakpoints, with the cursor at its first failure that is not simply retried.
    AtError,
    /// To its end, past all breakpoints.
    ToEnd,
    /// To the first breakpoint, or as far as the step.
    Debug(Option<Step>),
}

/// One run.
pub struct RunEntry {
    /// Its name, such as `Run 3`.
    pub name: String,
    /// The seed it was started with.
    pub seed: u64,
    /// What was last published of it.
    pub published: Arc<Published>,
    /// What is known of its events.
    pub index: RunIndex,
    /// The run in time.
    pub lanes: Arc<Lanes>,
    /// States that were answered with `{}` because there is no mock for them.
    pub assumed: Vec<Arc<str>>,
    /// What tasks without mocks answer for its rest, by their state.
    pub(super) rest: BTreeMap<Arc<str>, Answer>,
    /// What the user has written about it.
    pub note: String,
    /// The definition that it ran with.
    pub edition: Arc<Edition>,
    /// Its child executions, as far as they are listed.
    pub(super) listing: Listing,
    /// Those of them that were opened.
    pub(super) opened: BTreeMap<ExecutionId, Self>,
    /// What was read, if it is a recorded execution.
    pub(super) history: Option<History>,
    /// What drives it; `None` for a history that is shown as it is.
    pub(super) worker: Option<Worker>,
    /// Journeys whose end the workbench has taken note of.
    pub(super) n_arrivals: u32,
    /// Where the user stood when another run was shown.
    pub(super) cursor: Cursor,
    /// Whether its forks are not listed, if the user has said so.
    pub(super) folded: Option<bool>,
    /// Tells it from all others.
    pub(super) key: u64,
    /// What the user has written about its events.
    pub notes: BTreeMap<u32, String>,
    /// How often that has changed.
    pub(super) n_notings: u64,
    /// What is needed to do it again.
    pub(super) kept: Option<super::saved::AtRevision>,
    /// The recorded execution as the service writes it, if that was asked for.
    pub(super) written: Option<crate::json::Json>,
}

impl RunEntry {
    /// Returns an entry for a run that `worker` drives, or for a history that is shown as it is.
    pub(super) fn new(name: String, edition: Arc<Edition>, published: Arc<Published>, worker: Option<Worker>) -> Self {
        Self {
            name,
            seed: 0,
            // What was published so far may be all that ever is.
            listing: Listing::of(&published),
            published,
            index: RunIndex::default(),
            lanes: Arc::new(Lanes::default()),
            assumed: Vec::new(),
            rest: BTreeMap::new(),
            note: String::new(),
            edition,
            opened: BTreeMap::new(),
            history: None,
            worker,
            n_arrivals: 0,
            cursor: Cursor::Live,
            folded: None,
            key: 0,
            notes: BTreeMap::new(),
            n_notings: 0,
            kept: None,
            written: None,
        }
    }

    /// Returns a number that no other run has.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// Returns what the run has come to, and a word about it.
    pub fn outcome(&self) -> (Status, String) {
        let rests = self.published.done && self.published.status == RunEnd::Running;
        let asks = rests && !self.published.unanswered.is_empty();
        let (status, word) = match (rests, &self.history) {
            (true, Some(_)) => (Status::Running, "not ended"),
            (true, None) if asks => (Status::Waiting, "waits for an answer"),
            (true, None) => (Status::Waiting, "stopped"),
            (false, _) => came_to(&self.published.status),
        };
        let note = match self.assumed.len() {
            0 => word.to_owned(),
            1 => format!("{word}, 1 task assumed"),
            n_assumed => format!("{word}, {n_assumed} tasks assumed"),
        };
        (status, note)
    }

    fn log(&self) -> &LogView {
        &self.published.log
    }

    /// Returns the first failure that was not simply retried, or for want of one the first.
    fn first_error(&self) -> Option<EventId> {
        let next = |id: EventId| self.index.next_error(id);
        let mut all = std::iter::successors(next(EventId(0)), |id| next(*id));
        all.find(|id| self.index.fate(*id) != Some(Fate::Retried)).or_else(|| next(EventId(0)))
    }

    /// Whether nothing that was published is still to be taken in.
    fn is_read(&self) -> bool {
        self.index.len() == self.published.log.len()
    }

    /// Begins to take in what was published of a run that came back; [`RunEntry::take_in`] goes on with it.
    pub(super) fn catch_up(&mut self) {
        self.listing = Listing::of(&self.published);
        self.read_events(A_FRAME);
    }

    /// Takes in what the run's thread has published, at most [`A_FRAME`] events of it; returns whether there was
    /// anything new.
    fn take_in(&mut self) -> bool {
        let Some(worker) = &self.worker else { return false };
        let published = worker.published();
        let is_new = published.revision != self.published.revision;
        if !is_new && self.is_read() && !self.index.is_empty() {
            return false;
        }
        if is_new {
            self.published = published;
            self.listing = Listing::of(&self.published);
        }
        self.read_events(A_FRAME);
        true
    }

    /// Takes in the events that have come since, at most so many.
    pub(super) fn read_events(&mut self, most: usize) {
        self.index.extend(&self.published.rules, &self.published.log, most);
        // Tells apart the run, the publication, and how much of it was taken in.
        let n_slices = self.index.len().div_ceil(A_FRAME) as u64;
        self.lanes = Arc::new(self.index.lanes(self.key << 44 | self.published.revision << 16 | n_slices & 0xffff));
    }
}

impl Workbench {
    /// Starts a run with the input, the mocks and the seed in use, and shows it.
    ///
    /// Fails, in words, where the definition cannot be run or the system gives no thread.
    pub fn start(&mut self, wake: Wake, launch: Launch) -> Result<(), String> {
        let edition = Arc::clone(&self.newest);
        let document = &edition.document;
        let Some(program) = self.runnable() else {
            return Err("the definition cannot be run; correct what Problems lists".to_owned());
        };
        let name = self.next_name();
        let spec = StartSpec {
            input: self.inputs.get(self.input).map_or_else(|| document.input.clone(), |it| it.value.clone()),
            seed: self.seed,
            quotas: self.quotas,
            express: document.express,
            identity: Identity::named(&document.name, &name.to_lowercase().replace(' ', "-")),
            ..StartSpec::default()
        };
        let assumed = if self.assumes { assumed(&program, &self.mocks_in_use()) } else { Vec::new() };
        let run = Run::start(Arc::clone(&program), Arc::new(spec));
        let made = Made::of(&run);
        let host = self.tasks(None);
        let mut worker = Worker::new(run, host, wake, self.breakpoints.as_slice().into());
        worker.set_pace(self.pace);
        let order = match launch {
            Launch::AtError | Launch::ToEnd => Order { past_breakpoints: true, ..Order::whole() },
            Launch::Debug(step) => Order { step, ..Order::whole() },
        };
        worker.go(order).map_err(|error| {
            format!("cannot start a thread for the run: {error}; close other programs and try again")
        })?;
        let mut entry = RunEntry::new(name, edition, worker.published(), Some(worker));
        (entry.seed, entry.assumed, entry.key) = (self.seed, assumed, self.next_key());
        // Until it rests, it is kept as it begins.
        entry.kept = Some((0, Arc::new(made)));
        let id = self.runs.add(entry);
        self.draft.is_run();
        self.put_on_screen(Shown { run: id, child: None });
        self.cursor = if launch == Launch::AtError { Cursor::FirstError } else { Cursor::Live };
        self.moment = None;
        Ok(())
    }

    /// Makes this the run that is shown, with the definition that it ran with. The one before keeps its cursor.
    pub(super) fn put_on_screen(&mut self, shown: Shown) {
        self.leave();
        self.shown = Some(shown);
        let Some(run) = self.shown_run() else { return };
        let (edition, cursor) = (Arc::clone(&run.edition), run.cursor);
        self.is_earlier = !edition.reads_like(&self.newest);
        self.show_edition(&edition);
        self.cursor = cursor;
        self.attempt = None;
        self.trail.clear();
        self.under_way = None;
        (self.strand, self.playing) = (None, None);
    }

    /// Notes where the user stands in the run that is shown, before another one is.
    pub(super) fn leave(&mut self) {
        let cursor = self.cursor;
        if let Some(run) = self.shown_mut() {
            run.cursor = cursor;
        }
    }

    /// Puts an edition on the screen. The focus stays on the state of the same name.
    pub(super) fn show_edition(&mut self, edition: &Arc<Edition>) {
        if Arc::ptr_eq(&self.edition, edition) {
            return;
        }
        self.focus = self.focus.and_then(|it| edition.same_state(&self.edition, it));
        self.edition = Arc::clone(edition);
        self.moment = None;
    }

    /// Returns a number that no entry has yet.
    pub(super) fn next_key(&mut self) -> u64 {
        self.n_entries += 1;
        self.n_entries
    }

    /// Returns the name of the next run.
    fn next_name(&self) -> String {
        // Histories that were opened stand among the runs and are none.
        let is_run = |(id, it): &(RunId, &RunEntry)| it.history.is_none() && self.runs.from(*id).is_none();
        format!("Run {}", self.runs.iter().filter(is_run).count() + 1)
    }

    /// Returns who answers the tasks of a run, or of a new one: the mocks in use, what was said for its rest, and the
    /// folder that stands for S3. What nobody answers is asked about, unless `{}` is to be assumed.
    pub(super) fn tasks(&self, run: Option<&RunEntry>) -> Box<dyn Host + Send> {
        let otherwise = if self.assumes { Otherwise::Assume } else { Otherwise::Ask };
        let rest = run.map(|it| it.rest.clone()).unwrap_or_default();
        let tasks = MockHost::new(self.mocks_in_use(), otherwise).with_rest(rest);
        Box::new(WithS3 { tasks, s3: self.s3.clone().map(S3::folder).unwrap_or_default() })
    }

    /// Takes in what runs have published. To be called once a frame; costs nothing where nothing is new.
    pub fn advance(&mut self) {
        let mut changed = false;
        let mut arrival = None;
        let shown = self.shown.filter(|it| it.child.is_none()).map(|it| it.run);
        for (id, run) in self.runs.iter_mut() {
            if !run.take_in() || shown != Some(id) {
                continue;
            }
            changed = true;
            if run.published.n_arrivals != run.n_arrivals && run.is_read() {
                run.n_arrivals = run.published.n_arrivals;
                arrival = run.published.arrival;
            }
        }
        if let Some(arrival) = arrival {
            self.arrive(arrival);
        }
        if changed || self.moment.is_none() {
            self.follow();
        }
        self.follow_inside();
    }

    /// Whether runs have published more than was taken in so far.
    pub fn is_behind(&self) -> bool {
        self.runs.iter().any(|(_, it)| it.worker.is_some() && !it.is_read())
    }

    /// Returns once, when a run that was to stop at its first error has come to its end, whether there was one.
    pub fn take_landed(&mut self) -> Option<bool> {
        self.landed.take()
    }

    /// Returns all runs and which were forked from which.
    pub fn runs(&self) -> &Tree<RunEntry> {
        &self.runs
    }

    /// Returns which run is shown, or whose child execution is.
    pub fn shown_id(&self) -> Option<RunId> {
        self.shown.map(|it| it.run)
    }

    /// Returns the run that is shown, or the child execution.
    pub fn shown_run(&self) -> Option<&RunEntry> {
        let Shown { run, child } = self.shown?;
        let run = self.runs.get(run)?;
        match child {
            Some(child) => run.opened.get(&child),
            None => Some(run),
        }
    }

    pub(super) fn shown_mut(&mut self) -> Option<&mut RunEntry> {
        let Shown { run, child } = self.shown?;
        let run = self.runs.get_mut(run)?;
        match child {
            Some(child) => run.opened.get_mut(&child),
            None => Some(run),
        }
    }

    /// Returns what drives the run that is shown; `None` for a history that is shown as it is.
    pub(super) fn worker(&mut self) -> Option<&mut Worker> {
        self.shown_mut()?.worker.as_mut()
    }

    /// Shows a run, where the user last stood in it.
    pub fn show_run(&mut self, id: RunId) {
        if self.runs.get(id).is_some() {
            self.put_on_screen(Shown { run: id, child: None });
            self.follow();
        }
    }

    /// Shows a run at an event; while its events are still taken in, as near as there is one.
    pub fn show_run_at(&mut self, id: RunId, at: EventId) {
        if self.runs.get(id).is_some() {
            self.put_on_screen(Shown { run: id, child: None });
            self.cursor = Cursor::At(at);
            self.follow();
        }
    }

    /// Returns the events of the run that is shown, as the table asks for them.
    pub fn table(&self) -> Option<EventTable<'_>> {
        let run = self.shown_run()?;
        let log = &run.published.log;
        // Notes are part of what rows say, so filters look again when one changes.
        let revision = run.published.revision + (run.n_notings << 32);
        Some(EventTable { log, index: &run.index, run: run.key, revision, notes: &run.notes })
    }

    /// Returns the event at the cursor; 0 where there is none.
    pub fn cursor(&self) -> EventId {
        self.moment.as_ref().map_or(EventId(0), |it| it.frame.event)
    }

    /// Moves the cursor to the event `id`, or as near as there is one.
    pub fn move_to(&mut self, id: EventId) {
        let Some(run) = self.shown_run() else { return };
        let last = run.log().len().min(run.index.len()) as u32;
        self.cursor = Cursor::At(EventId(id.0.clamp(1, last.max(1))));
        self.attempt = None;
        self.follow();
    }

    /// Moves the cursor by `events`, backwards if negative.
    pub fn move_by(&mut self, events: i64) {
        let to = (i64::from(self.cursor().0) + events).clamp(1, i64::from(u32::MAX));
        self.move_to(EventId(to as u32));
    }

    /// Carries out a move that always succeeds.
    pub fn go(&mut self, step: impl FnOnce(&mut Self)) -> bool {
        step(self);
        true
    }

    /// Returns what a state has come to at the cursor, as the graph has it.
    pub fn status_of(&self, state: StateId) -> Status {
        self.moment.as_ref().map_or(Status::NotReached, |it| it.graph.node(NodeId(state.0)).state)
    }

    /// Moves the cursor to the end, and follows it while the run goes on.
    pub fn move_to_end(&mut self) {
        self.cursor = Cursor::Live;
        self.attempt = None;
        self.follow();
    }

    /// Moves to the next failure, or the one before; returns whether there is one.
    pub fn move_to_error(&mut self, forwards: bool) -> bool {
        let at = self.cursor();
        let found = self
            .shown_run()
            .and_then(|run| if forwards { run.index.next_error(at) } else { run.index.previous_error(at) });
        found.map(|id| self.move_to(id)).is_some()
    }

    /// Moves to the next event of a retry, or the one before; returns whether there is one.
    pub fn move_to_retry(&mut self, forwards: bool) -> bool {
        let at = self.cursor();
        let Some(run) = self.shown_run() else { return false };
        let is_retry = |id: &EventId| run.index.is_retry(*id);
        let last = run.index.len() as u32;
        let found = if forwards {
            (at.0 + 1..=last).map(EventId).find(is_retry)
        } else {
            (1..at.0).rev().map(EventId).find(is_retry)
        };
        found.map(|id| self.move_to(id)).is_some()
    }

    /// Shows a state in detail, without moving the cursor.
    pub fn select(&mut self, state: Option<StateId>) {
        self.focus = state.filter(|it| self.edition.document.definition.outline.state(*it).is_some());
        self.attempt = None;
        self.refresh();
    }

    /// Shows another attempt of the state in focus, from 1.
    pub fn show_attempt(&mut self, attempt: u32) {
        self.attempt = Some(attempt);
        self.refresh();
    }

    /// Goes where the cursor is, with the focus on the state of its event.
    pub(super) fn follow(&mut self) {
        let Some(run) = self.shown_run() else { return self.refresh() };
        let last = EventId(run.log().len().min(run.index.len()) as u32);
        let done = run.published.done && run.is_read();
        let first_error = (self.cursor == Cursor::FirstError && done).then(|| run.first_error()).flatten();
        let event = match self.cursor {
            Cursor::Live => last,
            Cursor::At(id) => id.min(last),
            Cursor::FirstError => first_error.unwrap_or(last),
        };
        if let Some(state) = self.state_to_look_at(event) {
            self.focus = Some(state);
        }
        if self.cursor == Cursor::FirstError && done {
            self.cursor = Cursor::At(event);
            self.landed = Some(first_error.is_some());
        }
        self.show_moment(event);
    }

    /// Returns the state of the event; of an event of the whole execution, the state that came before it.
    fn state_to_look_at(&self, event: EventId) -> Option<StateId> {
        let run = self.shown_run()?;
        let mut next = run.log().event(event);
        while let Some(it) = next {
            if it.state != StateId::NONE {
                return Some(it.state);
            }
            next = run.log().event(it.prev).filter(|before| before.id < it.id);
        }
        None
    }
}

/// Returns what an execution has come to, and the word for it.
pub(super) fn came_to(end: &RunEnd) -> (Status, &'static str) {
    match end {
        RunEnd::Running => (Status::Running, "running"),
        RunEnd::Succeeded(_) => (Status::Succeeded, "succeeded"),
        RunEnd::Failed(_) => (Status::Failed, "failed"),
        RunEnd::TimedOut(_) => (Status::TimedOut, "timed out"),
        RunEnd::Aborted(_) => (Status::Aborted, "aborted"),
    }
}

/// Returns the tasks for which there is no mock.
pub(super) fn assumed(program: &crate::asl::Program, mocks: &Mocks) -> Vec<Arc<str>> {
    let answered: std::collections::BTreeSet<&Arc<str>> =
        mocks.states().filter(|(_, n)| *n > 0).map(|(name, _)| name).collect();
    let tasks = program.states.iter().filter(|it| matches!(it.action, crate::asl::program::Action::Task(_)));
    tasks.filter(|it| !answered.contains(&it.name)).map(|it| Arc::clone(&it.name)).collect()
}
