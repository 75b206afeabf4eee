//! `Machine`: everything an execution is at one moment. A clone is a checkpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asl::{ScopeId, StateId};
use crate::items::Items;
use crate::json::{Array, Json, Object};
use crate::time::Timestamp;

use super::agenda::{Agenda, Key};
use super::entry::Entry;
use super::event::{EffectId, EventId, StrandId, TaskCall};
use super::execution::{Execution, ExecutionId};
use super::failure::Failure;
use super::map_run::Mapping;

/// An execution at one moment. Strands are shared with clones until they change.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The virtual clock; moves only inside `apply`.
    pub now: Timestamp,
    /// How the execution stands.
    pub status: Status,
    pub(super) strands: BTreeMap<StrandId, Arc<Strand>>,
    /// The child executions that have not ended.
    pub(super) children: BTreeMap<ExecutionId, Arc<Execution>>,
    pub(super) agenda: Agenda,
    pub(super) waiting: BTreeMap<EffectId, StrandId>,
    pub(super) spec: Arc<StartSpec>,
    pub(super) n_events: u32,
    pub(super) n_strands: u32,
    /// Executions so far, the run's own among them.
    pub(super) n_executions: u32,
    pub(super) n_effects: u32,
    /// Set when the history is full; the execution then ends with the running action.
    pub(super) history_full: bool,
    /// The child executions whose history has become full with the running action.
    pub(super) full_children: Vec<ExecutionId>,
    /// The strands of an execution that ended without success, as they were before that: what a redrive goes on with.
    pub(super) halted: Option<Arc<BTreeMap<StrandId, Arc<Strand>>>>,
    pub(super) n_redrives: u32,
    pub(super) redriven_at: Option<Timestamp>,
}

/// How an execution stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Not ended.
    Running,
    /// Ended well, with its output.
    Succeeded(Json),
    /// Failed.
    Failed(Arc<Failure>),
    /// Its own time ran out.
    TimedOut(Arc<Failure>),
    /// Stopped from outside.
    Aborted(Arc<Failure>),
}

impl Status {
    /// Returns the service's word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded(_) => "SUCCEEDED",
            Self::Failed(_) => "FAILED",
            Self::TimedOut(_) => "TIMED_OUT",
            Self::Aborted(_) => "ABORTED",
        }
    }

    /// Returns the failure of an execution that did not end well.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Running | Self::Succeeded(_) => None,
            Self::Failed(it) | Self::TimedOut(it) | Self::Aborted(it) => Some(it),
        }
    }
}

/// How an execution is started.
#[derive(Clone, Debug, PartialEq)]
pub struct StartSpec {
    /// The input.
    pub input: Json,
    /// When it starts, on the virtual clock.
    pub at: Timestamp,
    /// What jitter, UUIDs and random numbers are drawn from.
    pub seed: u64,
    /// Whether the service's limits end the execution.
    pub quotas: Quotas,
    /// Whether it is an Express execution.
    pub express: bool,
    /// Names and ARNs for the context object.
    pub identity: Identity,
    /// Where it starts, if not at the beginning.
    pub entry: Option<Arc<Entry>>,
}

/// Whether the service's limits on events, payloads and time hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotas {
    /// As at the service.
    #[default]
    Aws,
    /// Run past them.
    Off,
}

/// The names of an execution and its state machine, as the context object shows them.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "these are the context object's own names")]
pub struct Identity {
    pub execution_id: Arc<str>,
    pub execution_name: Arc<str>,
    pub role_arn: Arc<str>,
    pub machine_id: Arc<str>,
    pub machine_name: Arc<str>,
    /// The region that the service's events name.
    pub region: Arc<str>,
}

impl Default for Identity {
    fn default() -> Self {
        Self::named("local", "run")
    }
}

impl Identity {
    /// Returns the identity of a local execution `execution` of the state machine `machine`.
    pub fn named(machine: &str, execution: &str) -> Self {
        Self {
            execution_id: format!("arn:aws:states:us-east-1:000000000000:execution:{machine}:{execution}").into(),
            execution_name: execution.into(),
            role_arn: "arn:aws:iam::000000000000:role/local".into(),
            machine_id: format!("arn:aws:states:us-east-1:000000000000:stateMachine:{machine}").into(),
            machine_name: machine.into(),
            region: "us-east-1".into(),
        }
    }

    /// Returns the identity of a local Express execution, whose ARN has another form (recorded).
    pub fn express(machine: &str, execution: &str) -> Self {
        let id = format!(
            "arn:aws:states:us-east-1:000000000000:express:{machine}:{execution}:00000000-0000-4000-8000-000000000000"
        );
        Self { execution_id: id.into(), ..Self::named(machine, execution) }
    }
}

impl Default for StartSpec {
    fn default() -> Self {
        Self {
            input: Json::object::<&str>([]),
            at: Timestamp::default(),
            seed: 0,
            quotas: Quotas::Aws,
            express: false,
            identity: Identity::default(),
            entry: None,
        }
    }
}

/// What moves a machine. Only [`Action::Advance`] comes from inside; the others are journaled.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Runs what is due next: one phase of one strand, or one time limit.
    Advance,
    /// Answers a task, at once or at a later moment of the virtual clock.
    Resolve {
        /// The task.
        effect: EffectId,
        /// The answer.
        outcome: Outcome,
        /// When it arrives; now, if that is over already.
        at: Timestamp,
    },
    /// Stops the execution.
    Stop(Arc<Failure>),
    /// Goes on with an execution that ended without success, at this moment.
    Redrive(Timestamp),
    /// Changes what is about to happen: how a fork differs from the run that it came from.
    Patch(super::patch::Patch),
}

/// What a task answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Its raw result.
    Succeeded(Json),
    /// The items that were read.
    Items(Arc<Items>),
    /// That it failed, and in which of its steps.
    Failed(Arc<Failure>, super::event::TaskStep),
    /// That the job was taken, or the message with the token was sent.
    Submitted(Json),
    /// That it is alive.
    Heartbeat,
}

/// What a machine can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// When the next entry of the agenda is due; `None` where only an answer can move the machine.
    pub due: Option<Timestamp>,
    /// The tasks without an answer, in the order in which they were started.
    pub unanswered: Vec<EffectId>,
}

/// One thread of control.
#[derive(Clone, Debug)]
pub(super) struct Strand {
    pub(super) parent: Option<StrandId>,
    /// The execution that it belongs to: its parent's, or one that a Map has started with it.
    pub(super) execution: ExecutionId,
    /// The branch or item it is, from 0.
    pub(super) slot: u32,
    /// Where its random numbers come from: a hash of the seed and of the slots down to here.
    pub(super) key: u64,
    /// How often it drew.
    pub(super) n_draws: u64,
    pub(super) state: StateId,
    pub(super) phase: Phase,
    /// The due phase, while there is one.
    pub(super) wake: Option<Key>,
    /// The event that the next one follows from.
    pub(super) last: EventId,
    /// Of the current visit: the event that the entry followed from, the entry, the moment, the raw input.
    pub(super) came_from: EventId,
    pub(super) entered: EventId,
    pub(super) entered_at: Timestamp,
    pub(super) input: Json,
    /// Of the current visit: how often each retrier has retried.
    pub(super) retries: Vec<u32>,
    /// The item of the Map around it.
    pub(super) item: Option<Arc<Item>>,
    /// Of the current visit: the Map Run of which too much has failed, for a redrive to go on with.
    pub(super) failed_run: Option<Arc<Mapping>>,
    pub(super) variables: Variables,
    /// Variables that a patch assigns when the strand next leaves a state.
    pub(super) patched: Option<Arc<Json>>,
}

/// The item that an iteration works on.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) index: u32,
    /// What the context object says of it; nothing in an execution of its own.
    pub(super) shown: Option<ShownItem>,
    /// The items of the Maps around it, outermost first, this one included.
    pub(super) path: Arc<[(StateId, u32)]>,
}

/// What the context object says of an item.
#[derive(Clone, Debug)]
pub(super) struct ShownItem {
    /// The name of a member, where the items are those of an object.
    pub(super) key: Option<Json>,
    pub(super) value: Json,
    /// Where it comes from, for the selector of a distributed Map.
    pub(super) source: Option<Arc<str>>,
}

/// The workflow variables that a strand sees: its own, and below them those of the scopes around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    pub(super) own: Option<Arc<Json>>,
    pub(super) outer: Option<Arc<Variables>>,
}

/// Where a strand stands in its state.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// About to enter its state with this input.
    Enter(Json),
    /// About to do the state's work; again after each back-off.
    Act,
    /// Waiting until the wait is over.
    GoOn,
    /// Waiting for the answer of a task.
    Calling(Call),
    /// Waiting for branches or iterations.
    Joining(Join),
    /// Waiting for child executions, or for their items or results to be read or written.
    Mapping(Box<Mapping>),
    /// About to leave with this raw result.
    Leave(Json),
}

/// A task under way.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) effect: EffectId,
    pub(super) task: Arc<TaskCall>,
    pub(super) timeout: Key,
    pub(super) heartbeat: Option<Key>,
    pub(super) answers: Vec<Key>,
    pub(super) submitted: bool,
}

/// Branches or iterations under way.
#[derive(Clone, Debug)]
pub(super) struct Join {
    /// By branch or item. A shared list: each checkpoint would copy a plain one.
    pub(super) results: Array,
    pub(super) children: BTreeSet<StrandId>,
    pub(super) n_done: usize,
    /// What a Map still has to start; empty for a Parallel.
    pub(super) items: Array,
    pub(super) next_item: usize,
    pub(super) processor: Option<ScopeId>,
    /// The parameters of a Map, which its selector may need again for each item.
    pub(super) input: Json,
}

/// Where a strand stands, as [`Machine::standings`] tells tests.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub execution: ExecutionId,
    pub strand: StrandId,
    pub parent: Option<StrandId>,
    pub state: StateId,
    pub entered: EventId,
    pub input: Json,
    pub variables: BTreeMap<Arc<str>, Json>,
    pub place: Place,
}

/// Where a strand stands in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Place {
    BeforeState,
    InState,
    BackingOff,
    Waiting,
    Calling,
    Joining,
}

impl Variables {
    /// Returns how large everything that is seen is, hidden variables included.
    pub(super) fn size_bytes(&self) -> usize {
        let own = self.own.as_ref().map_or(0, |it| it.size_bytes());
        own + self.outer.as_ref().map_or(0, |it| it.size_bytes())
    }

    /// Returns everything that is seen as an object; `None` where no variable has been assigned.
    pub(super) fn seen(&self) -> Option<Arc<Json>> {
        let all = self.all();
        (!all.is_empty()).then(|| Arc::new(Json::object(all)))
    }

    /// Returns everything that is seen; inner names hide outer ones.
    fn all(&self) -> BTreeMap<Arc<str>, Json> {
        let mut all = self.outer.as_ref().map(|it| it.all()).unwrap_or_default();
        let own = self.own.as_deref().and_then(Json::as_object);
        all.extend(own.into_iter().flat_map(Object::iter).map(|(name, value)| (Arc::clone(name), value.clone())));
        all
    }
}

impl Machine {
    /// Returns the number of events so far.
    pub fn n_events(&self) -> u32 {
        self.n_events
    }

    /// Returns how the execution was started.
    pub fn spec(&self) -> &Arc<StartSpec> {
        &self.spec
    }

    /// Returns when the next entry of the agenda is due.
    pub fn due(&self) -> Option<Timestamp> {
        self.agenda.due()
    }

    /// Whether the event `event` of `execution` has happened.
    pub fn has_happened(&self, execution: ExecutionId, event: EventId) -> bool {
        match self.children.get(&execution) {
            _ if execution == ExecutionId::ROOT => self.n_events >= event.0,
            Some(child) => child.n_events >= event.0,
            // One that is over has had all its events, one that has not begun has had none.
            None => execution.0 < self.n_executions,
        }
    }

    /// Returns the strand that opened this one within the same execution.
    pub(super) fn opener(&self, strand: &Strand) -> Option<StrandId> {
        let parent = strand.parent?;
        (self.strands.get(&parent)?.execution == strand.execution).then_some(parent)
    }

    /// Returns the number of strands that have not ended.
    pub fn n_strands(&self) -> usize {
        self.strands.len()
    }

    /// Returns how many entries each strand has: in the agenda, waiting for an answer, joining. For tests of the law
    /// that it is exactly one.
    #[doc(hidden)]
    pub fn whereabouts(&self) -> Vec<(StrandId, u32)> {
        let places = |id: &StrandId, strand: &Strand| {
            let calling = matches!(&strand.phase, Phase::Calling(call) if self.waiting.get(&call.effect) == Some(id));
            let joining = matches!(strand.phase, Phase::Joining(_) | Phase::Mapping(_));
            u32::from(strand.wake.is_some()) + u32::from(calling) + u32::from(joining)
        };
        self.strands.iter().map(|(id, strand)| (*id, places(id, strand))).collect()
    }

    /// Whether an answer to `effect` would still mean something, for tests.
    #[doc(hidden)]
    pub fn waits_for(&self, effect: EffectId) -> bool {
        self.waiting.contains_key(&effect)
    }

    /// Returns where each strand stands, for tests of the law that frames and machines agree.
    #[doc(hidden)]
    pub fn standings(&self) -> Vec<Standing> {
        let standing = |(id, strand): (&StrandId, &Arc<Strand>)| Standing {
            execution: strand.execution,
            strand: *id,
            parent: self.opener(strand),
            state: strand.state,
            entered: strand.entered,
            input: strand.input.clone(),
            variables: strand.variables.all(),
            place: match &strand.phase {
                Phase::Enter(_) => Place::BeforeState,
                Phase::Act if strand.retries.iter().any(|it| *it > 0) => Place::BackingOff,
                Phase::Act | Phase::Leave(_) => Place::InState,
                Phase::GoOn => Place::Waiting,
                Phase::Calling(_) => Place::Calling,
                Phase::Joining(_) | Phase::Mapping(_) => Place::Joining,
            },
        };
        self.strands.iter().map(standing).collect()
    }

    /// Returns the number of entries of the agenda, for tests.
    #[doc(hidden)]
    pub fn n_due(&self) -> usize {
        self.agenda.len()
    }
}
