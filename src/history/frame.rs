//! `Frame`: everything that can be shown of a run at one moment. A fold over its events and nothing else, so that a
//! run of the engine, a recorded history and a remote execution look alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::{Outline, StateId, StateKind};
use crate::engine::{Event, EventId, EventKind, Failure, StrandId, TaskCall};
use crate::json::{Json, Object};
use crate::time::Timestamp;

/// A run at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment's event; 0 before everything.
    pub event: EventId,
    /// The virtual time.
    pub at: Timestamp,
    /// How the execution stands.
    pub status: RunStatus,
    /// The threads of control: those alive, and branches that wait for their siblings.
    pub strands: BTreeMap<StrandId, Arc<StrandView>>,
    /// What is known of each state, in the order of [`Outline::states`].
    pub states: Vec<StateView>,
    /// How often each way between states was taken.
    pub edges: BTreeMap<EdgeKey, u32>,
    /// States entered so far; the service counts them as transitions.
    pub n_transitions: u32,
    outline: SharedOutline,
}

#[derive(Clone, Debug)]
struct SharedOutline(Arc<Outline>);

impl PartialEq for SharedOutline {
    /// Frames of one run share their outline; frames of different runs are compared by what happened.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// How an execution stands at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RunStatus {
    /// It has not begun.
    #[default]
    NotStarted,
    /// It runs.
    Running,
    /// It ended well.
    Succeeded(Json),
    /// It failed.
    Failed(Arc<Failure>),
    /// Its own time ran out.
    TimedOut(Arc<Failure>),
    /// It was stopped.
    Aborted(Arc<Failure>),
}

/// A way between two states, and whether a catcher took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EdgeKey {
    /// From this state.
    pub from: StateId,
    /// To this one.
    pub to: StateId,
    /// Whether by a catcher.
    pub caught: bool,
}

/// What is known of a state at a moment, over all strands that were in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateView {
    /// How often it was entered.
    pub n_entered: u32,
    /// How often it was left.
    pub n_exited: u32,
    /// How often it was left by a catcher.
    pub n_caught: u32,
    /// Attempts that failed.
    pub n_failed: u32,
    /// How often it was given up because something beside it failed.
    pub n_aborted: u32,
    /// Strands in it now.
    pub n_inside: u32,
    /// Iterations of a Map that ended well.
    pub n_iterations_done: u32,
    /// Iterations of a Map that failed.
    pub n_iterations_failed: u32,
    /// How its last visit stands.
    pub last: Visit,
}

/// One visit of a state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Visit {
    /// What became of it; `None` if there was no visit.
    pub activity: Option<Activity>,
    /// Attempts so far, from 1 once there is one.
    pub attempts: u32,
    /// The failures of the visit, in order.
    pub failures: Arc<Vec<Arc<Failure>>>,
    /// The event by which it was entered.
    pub entered: EventId,
    /// Its latest event.
    pub event: EventId,
}

/// What a strand is doing, or what became of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// In the state.
    Running,
    /// Waiting for a task's answer.
    Calling,
    /// In a Wait.
    Waiting,
    /// Waiting for branches or iterations.
    Joining,
    /// An attempt failed; what becomes of it has not happened yet.
    Failed,
    /// A time limit ran out; what becomes of it has not happened yet.
    TimedOut,
    /// Left.
    Exited,
    /// Left by a catcher.
    Caught,
    /// The failure was not handled in this state.
    Uncaught,
    /// Given up because something beside it failed.
    Aborted,
}

/// A thread of control at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct StrandView {
    /// The strand that opened it; `None` for the execution's own.
    pub parent: Option<StrandId>,
    /// Which item of a Map it works on.
    pub index: Option<u32>,
    /// The state it is in, or was in last.
    pub state: StateId,
    /// What it is doing.
    pub activity: Activity,
    /// When it entered the state.
    pub entered_at: Timestamp,
    /// By which event it entered the state; 0 before its first one.
    pub entered: EventId,
    /// Its latest event.
    pub last: EventId,
    /// The state's raw input.
    pub input: Json,
    /// The raw result, once a task, Parallel or Map has one.
    pub result: Option<Json>,
    /// The state's output, once it has been left.
    pub output: Option<Json>,
    /// The latest attempt of a task.
    pub call: Option<Arc<TaskCall>>,
    /// Attempts in this visit.
    pub attempts: u32,
    /// The failures of this visit in order, the pending one last.
    pub failures: Vec<Arc<Failure>>,
    /// The variables that it sees.
    pub variables: Option<Arc<Json>>,
}

impl StrandView {
    /// Returns a strand that is in the event's state since then, by itself and with nothing done there.
    pub(super) fn new(event: &Event, activity: Activity) -> Self {
        Self {
            parent: None,
            index: None,
            state: event.state,
            activity,
            entered_at: event.at,
            entered: EventId(0),
            last: event.id,
            input: Json::Null,
            result: None,
            output: None,
            call: None,
            attempts: 0,
            failures: Vec::new(),
            variables: None,
        }
    }

    /// Whether an attempt has failed and nothing has become of it yet.
    pub fn is_failing(&self) -> bool {
        matches!(self.activity, Activity::Failed | Activity::TimedOut)
    }

    /// Whether it has come to its end and waits for its siblings.
    pub fn has_left(&self) -> bool {
        matches!(self.activity, Activity::Exited | Activity::Caught)
    }
}

impl Frame {
    /// Returns the moment before everything.
    pub fn new(outline: Arc<Outline>) -> Self {
        Self {
            event: EventId(0),
            at: Timestamp::default(),
            status: RunStatus::NotStarted,
            strands: BTreeMap::new(),
            states: vec![StateView::default(); outline.states.len()],
            edges: BTreeMap::new(),
            n_transitions: 0,
            outline: SharedOutline(outline),
        }
    }

    /// Returns the states that the frame speaks of.
    pub fn outline(&self) -> &Arc<Outline> {
        &self.outline.0
    }

    /// Goes on with another definition, in which states that both have keep their ids.
    pub(super) fn redefine(&mut self, outline: &Arc<Outline>) {
        self.states.resize(outline.states.len().max(self.states.len()), StateView::default());
        self.outline = SharedOutline(Arc::clone(outline));
    }

    /// Returns the strand to look at: that of the moment's event if it is alive, else the nearest around it.
    pub fn strand_of(&self, event: &Event) -> Option<&StrandView> {
        self.strands.get(&event.strand).or_else(|| self.strands.values().next()).map(|it| &**it)
    }

    /// Returns the items of the Maps around `strand`, outermost first.
    pub fn iterations(&self, strand: StrandId) -> Vec<u32> {
        let mut found = Vec::new();
        let mut next = Some(strand);
        while let Some(view) = next.and_then(|it| self.strands.get(&it)) {
            found.extend(view.index);
            next = view.parent;
        }
        found.reverse();
        found
    }

    /// Moves on by one event.
    pub fn fold(&mut self, event: &Event) {
        self.event = event.id;
        self.at = event.at;
        match &event.kind {
            EventKind::ExecutionStarted { .. } => self.status = RunStatus::Running,
            EventKind::ExecutionSucceeded { output } => {
                self.status = RunStatus::Succeeded(output.clone());
                self.strands.clear();
            }
            EventKind::ExecutionFailed(failure) => {
                self.give_up(Activity::Uncaught, Some(failure));
                self.status = RunStatus::Failed(Arc::clone(failure));
            }
            EventKind::ExecutionTimedOut(failure) => {
                self.give_up(Activity::Aborted, None);
                self.status = RunStatus::TimedOut(Arc::clone(failure));
            }
            EventKind::ExecutionAborted(failure) => {
                self.give_up(Activity::Aborted, None);
                self.status = RunStatus::Aborted(Arc::clone(failure));
            }
            EventKind::ExecutionRedriven { strands, .. } => self.redrive(event, strands),
            EventKind::StateEntered { input, parent } => self.enter(event, input, *parent),
            EventKind::StateExited { output, assigned } => self.exit(event, output, assigned.as_ref()),
            EventKind::StateAborted => {
                self.close_children(event.strand);
                self.update(event, Activity::Aborted, |_| ());
                if let Some(state) = self.states.get_mut(event.state.idx()) {
                    state.n_aborted += 1;
                    state.n_inside = state.n_inside.saturating_sub(1);
                }
            }
            EventKind::TaskScheduled(call) => self.update(event, Activity::Calling, |it| {
                it.attempts += 1;
                it.call = Some(Arc::clone(call));
            }),
            EventKind::TaskStarted(_) | EventKind::TaskSubmitted { .. } => {
                self.update(event, Activity::Calling, |_| ());
            }
            EventKind::TaskSucceeded { output, .. } => {
                self.update(event, Activity::Running, |it| it.result = Some(output.clone()));
            }
            EventKind::TaskFailed(failed) => self.fail(event, Activity::Failed, &failed.failure),
            EventKind::TaskTimedOut(failed) => self.fail(event, Activity::TimedOut, &failed.failure),
            EventKind::EvaluationFailed(failed) => self.fail(event, Activity::Failed, &failed.failure),
            EventKind::ParallelStarted | EventKind::MapStarted { .. } => {
                // That it tries again is all that says that an attempt failed; an iteration that failed has said so.
                let again = self.strands.get(&event.strand).is_some_and(|it| it.attempts > 0);
                let retried = again && event.kind == EventKind::ParallelStarted;
                let failure = retried.then(|| self.failure_inside(event.strand)).flatten();
                self.close_children(event.strand);
                self.update(event, Activity::Joining, |it| {
                    it.attempts += 1;
                    it.failures.extend(failure);
                });
            }
            EventKind::ParallelSucceeded | EventKind::MapSucceeded => {
                self.close_children(event.strand);
                self.update(event, Activity::Running, |_| ());
            }
            EventKind::ParallelFailed | EventKind::MapFailed => {
                // An expression of its own that failed has said so already.
                let own = self.strands.get(&event.strand).is_some_and(|it| it.is_failing());
                let failure = self.failure_inside(event.strand).filter(|_| !own);
                self.close_children(event.strand);
                match failure {
                    Some(failure) => self.fail(event, Activity::Failed, &failure),
                    None => self.update(event, Activity::Failed, |_| ()),
                }
            }
            EventKind::MapRunStarted(_) => self.update(event, Activity::Joining, |_| ()),
            EventKind::MapRunSucceeded => self.update(event, Activity::Running, |_| ()),
            EventKind::MapRunFailed(failure) => self.fail(event, Activity::Failed, failure),
            // That the Map is given up follows.
            EventKind::MapRunAborted => {}
            EventKind::MapRunRedriven(..) => self.update(event, Activity::Joining, |_| ()),
            EventKind::IterationStarted { index, parent } => self.open_iteration(event, *index, *parent),
            EventKind::IterationSucceeded { .. } => {
                self.end_iteration(event.strand);
                self.count(event.state, |it| it.n_iterations_done += 1);
            }
            EventKind::IterationFailed { .. } => self.fail_iteration(event),
            EventKind::IterationAborted { .. } => self.end_iteration(event.strand),
            EventKind::NotRecorded | EventKind::Other(_) => {
                if self.status == RunStatus::NotStarted {
                    self.status = RunStatus::Running;
                }
            }
        }
    }

    fn enter(&mut self, event: &Event, input: &Json, parent: StrandId) {
        self.n_transitions += 1;
        let kind = self.outline().state(event.state).and_then(|it| it.kind);
        let failing = kind == Some(StateKind::Fail);
        let activity = match kind {
            Some(StateKind::Wait) => Activity::Waiting,
            _ if failing => Activity::Failed,
            _ => Activity::Running,
        };
        let inherited = self.strands.get(&parent).and_then(|it| it.variables.clone());
        let before = self.strands.get(&event.strand);
        if let Some(before) = before.filter(|it| it.has_left() && it.state != StateId::NONE) {
            let key = EdgeKey { from: before.state, to: event.state, caught: before.activity == Activity::Caught };
            *self.edges.entry(key).or_default() += 1;
        }
        let (parent, index, variables) = match before {
            Some(before) => (before.parent, before.index, before.variables.clone()),
            None => ((parent != event.strand).then_some(parent), None, inherited),
        };
        let (entered, input) = (event.id, input.clone());
        let view = StrandView { parent, index, entered, input, variables, ..StrandView::new(event, activity) };
        self.strands.insert(event.strand, Arc::new(view));
        self.count(event.state, |it| {
            it.n_entered += 1;
            it.n_inside += 1;
            it.n_failed += u32::from(failing);
            it.last = Visit { activity: Some(activity), entered: event.id, event: event.id, ..Visit::default() };
        });
    }

    fn exit(&mut self, event: &Event, output: &Json, assigned: Option<&Arc<Json>>) {
        let failing = self.strands.get(&event.strand).is_some_and(|it| it.is_failing());
        self.update(event, if failing { Activity::Caught } else { Activity::Exited }, |it| {
            it.output = Some(output.clone());
            if let Some(assigned) = assigned {
                it.variables = Some(Arc::new(merged(it.variables.as_deref(), assigned)));
            }
        });
        self.count(event.state, |it| {
            it.n_exited += 1;
            it.n_caught += u32::from(failing);
            it.n_inside = it.n_inside.saturating_sub(1);
        });
    }

    fn fail(&mut self, event: &Event, activity: Activity, failure: &Failure) {
        let failure = Arc::new(failure.clone());
        self.update(event, activity, |it| it.failures.push(Arc::clone(&failure)));
        self.count(event.state, |it| {
            it.n_failed += 1;
            Arc::make_mut(&mut it.last.failures).push(failure);
        });
    }

    /// Sets what the event's strand is doing, and the state's last visit with it.
    pub(super) fn update(&mut self, event: &Event, activity: Activity, change: impl FnOnce(&mut StrandView)) {
        let Some(strand) = self.strands.get_mut(&event.strand) else { return };
        let strand = Arc::make_mut(strand);
        strand.activity = activity;
        strand.last = event.id;
        change(strand);
        let (attempts, entered) = (strand.attempts, strand.entered);
        if let Some(state) = self.states.get_mut(event.state.idx()) {
            state.last.activity = Some(activity);
            state.last.attempts = attempts;
            state.last.entered = entered;
            state.last.event = event.id;
        }
    }

    pub(super) fn count(&mut self, state: StateId, change: impl FnOnce(&mut StateView)) {
        if let Some(state) = self.states.get_mut(state.idx()) {
            change(state);
        }
    }
}

fn merged(before: Option<&Json>, assigned: &Json) -> Json {
    let mut all = before.and_then(Json::as_object).cloned().unwrap_or_else(|| Object::from_iter([]));
    for (name, value) in assigned.as_object().into_iter().flat_map(Object::iter) {
        all.set(Arc::clone(name), value.clone());
    }
    Json::Object(all)
}
