//! `Host`: the port through which a run gets what its tasks answer.

use std::sync::Arc;

use crate::asl::StateId;
use crate::engine::{EffectId, Outcome, ReadCall, TaskCall, WriteCall};
use crate::time::Duration;

/// Answers tasks. Mocks answer at once, for later moments of the virtual clock; real handlers answer when they can.
pub trait Host {
    /// A task is to be carried out.
    fn call(&mut self, id: EffectId, call: &Arc<TaskCall>) -> Reply;

    /// The items of a distributed Map are to be read; the answer is [`Outcome::Items`].
    fn read(&mut self, id: EffectId, call: &Arc<ReadCall>) -> Reply {
        let _ = (id, call);
        Reply::Unanswered
    }

    /// The results of a distributed Map are to be written; the answer is [`Outcome::Succeeded`] with anything.
    fn write(&mut self, id: EffectId, call: &Arc<WriteCall>) -> Reply {
        let _ = (id, call);
        Reply::Unanswered
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

/// What nobody has an answer for.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// What a task answers.
    Task(Arc<TaskCall>),
    /// Where the items are that a distributed Map reads.
    Items(Arc<ReadCall>),
    /// Where the results of a distributed Map go.
    Results(Arc<WriteCall>),
}

impl Question {
    /// Returns the state that asks.
    pub fn state(&self) -> StateId {
        match self {
            Self::Task(call) => call.state,
            Self::Items(call) => call.state,
            Self::Results(call) => call.state,
        }
    }

    /// Returns its name.
    pub fn name(&self) -> &Arc<str> {
        match self {
            Self::Task(call) => &call.name,
            Self::Items(call) => &call.name,
            Self::Results(call) => &call.name,
        }
    }
}
