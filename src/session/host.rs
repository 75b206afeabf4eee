//! `Host`: the port through which a run gets what its tasks answer.

use std::sync::Arc;

use crate::engine::{EffectId, Outcome, TaskCall};
use crate::time::{Duration, Timestamp};

/// Answers tasks. Mocks answer at once, for later moments of the virtual clock; real handlers answer when they can.
pub trait Host {
    /// A task is to be carried out.
    fn call(&mut self, id: EffectId, call: &Arc<TaskCall>) -> Reply;

    /// As [`Host::call`], at this moment of the virtual clock; for those whose answers depend on it.
    fn call_at(&mut self, now: Timestamp, id: EffectId, call: &Arc<TaskCall>) -> Reply {
        let _ = now;
        self.call(id, call)
    }

    /// A task was given up.
    fn cancel(&mut self, id: EffectId) {
        let _ = id;
    }
}

/// What a host says to a task.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// It answers after these spans of virtual time, counted from now.
    Answers(Vec<(Duration, Outcome)>),
    /// It will never answer; its time limits run.
    Never,
    /// Nobody has said what it answers.
    Unanswered,
}
