//! What the engine says: events, which are the truth that is shown, and effects, which a host carries out.

use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::program::Resource;
use crate::items::{File, Reading};
use crate::json::Json;
use crate::time::Timestamp;

use super::execution::{Child, ExecutionId, MapRun};
use super::failure::Failure;
use super::machine::Place;
use super::trace::Traced;

/// An event's number within its execution, from 1; 0 where there is none before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

/// One thread of control: the execution's own, a branch or an iteration. Ids count up and are never used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrandId(pub u32);

impl StrandId {
    /// The execution's own strand.
    pub const ROOT: Self = Self(0);
}

/// A task that was started and has not been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId(pub u32);

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number; dense from 1.
    pub id: EventId,
    /// The event it follows from, as the service counts it.
    pub prev: EventId,
    /// When, on the virtual clock.
    pub at: Timestamp,
    /// In which thread of control.
    pub strand: StrandId,
    /// In which state; [`StateId::NONE`] for the execution as a whole.
    pub state: StateId,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// The execution began.
    ExecutionStarted {
        /// Its input.
        input: Json,
    },
    /// The execution ended well.
    ExecutionSucceeded {
        /// Its output.
        output: Json,
    },
    /// The execution failed.
    ExecutionFailed(Arc<Failure>),
    /// The execution's own time ran out.
    ExecutionTimedOut(Arc<Failure>),
    /// The execution was stopped from outside.
    ExecutionAborted(Arc<Failure>),
    /// The execution, which had ended without success, goes on.
    ExecutionRedriven {
        /// How often that has happened.
        count: u32,
        /// The threads of control that go on.
        strands: Arc<[Redriven]>,
    },
    /// A state began.
    StateEntered {
        /// Its raw input.
        input: Json,
        /// The strand that opened this one; the strand itself for the root.
        parent: StrandId,
    },
    /// A state ended and the strand goes on.
    StateExited {
        /// Its output.
        output: Json,
        /// The variables that it assigned.
        assigned: Option<Arc<Json>>,
    },
    /// A state was given up because something beside it failed; only Task, Wait, Parallel and Map say so.
    StateAborted,
    /// A task was handed to its service; each attempt anew.
    TaskScheduled(Arc<TaskCall>),
    /// The service took it up.
    TaskStarted(Arc<TaskCall>),
    /// The job was taken or the message with the token was sent.
    TaskSubmitted {
        /// What the service answered.
        output: Json,
        /// The task.
        call: Arc<TaskCall>,
    },
    /// The task's result came.
    TaskSucceeded {
        /// The raw result.
        output: Json,
        /// The task.
        call: Arc<TaskCall>,
    },
    /// The task failed.
    TaskFailed(Arc<TaskFailure>),
    /// One of the task's time limits ran out.
    TaskTimedOut(Arc<TaskFailure>),
    /// The branches of a Parallel began.
    ParallelStarted,
    /// All branches ended.
    ParallelSucceeded,
    /// A branch failed and no retrier takes it.
    ParallelFailed,
    /// A Map began.
    MapStarted {
        /// Its number of items.
        length: u32,
    },
    /// All items ended.
    MapSucceeded,
    /// An item failed and no retrier takes it.
    MapFailed,
    /// The child executions of a distributed Map began.
    MapRunStarted(Arc<MapRun>),
    /// They have ended, and no more of them failed than is tolerated.
    MapRunSucceeded,
    /// Items could not be read, too many of the children failed, or results could not be written.
    MapRunFailed(Arc<Failure>),
    /// They were given up because something beside the Map failed.
    MapRunAborted,
    /// The Map Run goes on with the children that had not succeeded, as often as this.
    MapRunRedriven(Arc<MapRun>, u32),
    /// An item began.
    IterationStarted {
        /// The item, from 0.
        index: u32,
        /// The strand of the Map.
        parent: StrandId,
    },
    /// An item ended.
    IterationSucceeded {
        /// The item, from 0.
        index: u32,
    },
    /// An item failed.
    IterationFailed {
        /// The item, from 0.
        index: u32,
    },
    /// An item was given up because another one failed.
    IterationAborted {
        /// The item, from 0.
        index: u32,
    },
    /// An expression had no value, of which the service makes an event of its own.
    EvaluationFailed(Arc<EvaluationFailure>),
    /// Something happened of which a recorded history says no more than that.
    NotRecorded,
    /// An event of a recorded history of a type that came after this program, by the service's name.
    Other(Arc<str>),
}

impl EventKind {
    /// Whether nothing happens after it, unless the execution is redriven.
    pub fn ends_execution(&self) -> bool {
        matches!(
            self,
            Self::ExecutionSucceeded { .. }
                | Self::ExecutionFailed(_)
                | Self::ExecutionTimedOut(_)
                | Self::ExecutionAborted(_)
        )
    }

    /// Returns the failure that the event reports.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::ExecutionFailed(failure)
            | Self::ExecutionTimedOut(failure)
            | Self::ExecutionAborted(failure)
            | Self::MapRunFailed(failure) => Some(failure),
            Self::TaskFailed(failed) | Self::TaskTimedOut(failed) => Some(&failed.failure),
            Self::EvaluationFailed(failed) => Some(&failed.failure),
            _ => None,
        }
    }
}

/// A thread of control that a redrive goes on with.
#[derive(Clone, Debug, PartialEq)]
pub struct Redriven {
    /// The thread of control.
    pub strand: StrandId,
    /// The one that opened it; `None` for the execution's own.
    pub parent: Option<StrandId>,
    /// Which item of a Map it works on.
    pub index: Option<u32>,
    /// The state that it is in or about to enter.
    pub state: StateId,
    /// By which event it entered its latest state; 0 before its first one.
    pub entered: EventId,
    /// When it entered the state.
    pub entered_at: Timestamp,
    /// The state's raw input.
    pub input: Json,
    /// Whether it is about to enter the state, does its work once more, or waits for branches or iterations.
    pub standing: Place,
    /// The variables that it sees.
    pub variables: Option<Arc<Json>>,
}

/// What an `EvaluationFailed` event carries.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationFailure {
    /// The failure.
    pub failure: Failure,
    /// The field, for example `Arguments/FunctionName`; absent for the state as a whole.
    pub location: Option<Arc<str>>,
}

/// How a task failed.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskFailure {
    /// The task.
    pub call: Arc<TaskCall>,
    /// The failure.
    pub failure: Failure,
    /// Which of its steps failed.
    pub step: TaskStep,
}

/// A step in the life of a task; its failure has an event of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskStep {
    /// Handing it to the service (`LambdaFunctionScheduleFailed`, `ActivityScheduleFailed`).
    Schedule,
    /// Taking it up (`TaskStartFailed`, `LambdaFunctionStartFailed`).
    Start,
    /// Submitting the job (`TaskSubmitFailed`).
    Submit,
    /// Its work.
    #[default]
    Run,
}

/// One attempt of a task: what a host is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskCall {
    /// The state.
    pub state: StateId,
    /// Its name.
    pub name: Arc<str>,
    /// What is called.
    pub resource: Resource,
    /// With what.
    pub input: Json,
    /// The time limit, where the state sets one.
    pub timeout_secs: Option<i64>,
    /// The limit between heartbeats, where the state sets one.
    pub heartbeat_secs: Option<i64>,
    /// The evaluated `Credentials`.
    pub credentials: Option<Json>,
    /// The attempt within this visit of the state, from 1.
    pub attempt: u32,
    /// The items of the Maps around it, outermost first.
    pub iterations: Arc<[(StateId, u32)]>,
    /// The same with the Maps' names.
    pub maps: Arc<[(Arc<str>, u32)]>,
    /// The moment on the virtual clock.
    pub at: Timestamp,
}

/// What a distributed Map reads its items from.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadCall {
    /// The Map.
    pub state: StateId,
    /// Its name.
    pub name: Arc<str>,
    /// What is read.
    pub reading: Reading,
}

/// What a distributed Map writes its results into.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteCall {
    /// The Map.
    pub state: StateId,
    /// Its name.
    pub name: Arc<str>,
    /// The bucket.
    pub bucket: Arc<str>,
    /// The objects, in the order in which they are written.
    pub files: Vec<File>,
    /// The moment on the virtual clock.
    pub at: Timestamp,
}

/// What a host has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Carry the task out and answer with its id.
    Call {
        /// What the answer names.
        id: EffectId,
        /// The task.
        call: Arc<TaskCall>,
    },
    /// Read items and answer with its id.
    Read {
        /// What the answer names.
        id: EffectId,
        /// What is read.
        call: Arc<ReadCall>,
    },
    /// Write results and answer with its id.
    Write {
        /// What the answer names.
        id: EffectId,
        /// What is written.
        call: Arc<WriteCall>,
    },
    /// Give the task up; an answer changes nothing any more.
    Cancel(EffectId),
}

/// What one action brought about.
#[derive(Clone, Debug, Default)]
pub struct Emitted {
    /// In order.
    pub events: Vec<Event>,
    /// Child executions that began, before their events.
    pub children: Vec<Child>,
    /// What happened in child executions, in order; each counts its own events.
    pub child_events: Vec<(ExecutionId, Event)>,
    /// In order.
    pub effects: Vec<Effect>,
    pub(super) trace: Option<Vec<Traced>>,
}

impl Emitted {
    /// Forgets everything, to be used again.
    pub fn clear(&mut self) {
        self.events.clear();
        self.children.clear();
        self.child_events.clear();
        self.effects.clear();
        self.trace.iter_mut().for_each(Vec::clear);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_cache_line() {
        assert!(size_of::<Event>() <= 64, "{}", size_of::<Event>());
    }
}
