//! `Execution`: what a journey goes through. A run, which can be driven on, or a recorded execution, which is as it is.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{EventId, Identity, Status};
use crate::history::read::Imported;
use crate::history::{LogView, RunStatus};
use crate::time::Timestamp;

use super::children::Children;
use super::host::Host;
use super::rules::Rules;
use super::run::{Drive, Lookout, Run};

/// An execution that can be gone through.
pub trait Execution {
    /// Returns what has happened so far.
    fn log(&self) -> &LogView;

    /// Returns what tells what becomes of its failures.
    fn rules(&self) -> Rules;

    /// Returns the names of the execution and its machine.
    fn identity(&self) -> &Identity;

    /// Returns how it stands.
    fn status(&self) -> &Status;

    /// Returns its child executions, where it has any.
    fn children(&self) -> Option<&Children> {
        None
    }

    /// Goes on beyond what has happened, where it can, as [`Run::drive`] does: with what is due up to the moment `until`,
    /// without one with everything.
    fn go_on(&mut self, host: &mut dyn Host, lookout: &mut dyn Lookout, budget: u32, until: Option<Timestamp>)
    -> Drive;

    /// Returns its last event; 0 where nothing has happened.
    fn last(&self) -> EventId {
        EventId(self.log().len() as u32)
    }
}

/// A recorded execution, to be gone through.
#[derive(Clone, Debug)]
pub struct Tape {
    imported: Arc<Imported>,
    rules: Rules,
    status: Status,
}

impl Tape {
    /// Returns a recorded execution. `program` is what ran, if it is known and the events name its states.
    pub fn new(imported: Arc<Imported>, program: Option<&Arc<Program>>) -> Self {
        let rules = Rules::of_history(imported.view(), program.filter(|_| !imported.drawn));
        let status = match &imported.log.tip().status {
            RunStatus::NotStarted | RunStatus::Running => Status::Running,
            RunStatus::Succeeded(output) => Status::Succeeded(output.clone()),
            RunStatus::Failed(failure) => Status::Failed(Arc::clone(failure)),
            RunStatus::TimedOut(failure) => Status::TimedOut(Arc::clone(failure)),
            RunStatus::Aborted(failure) => Status::Aborted(Arc::clone(failure)),
        };
        Self { imported, rules, status }
    }

    /// Returns what was read.
    pub fn imported(&self) -> &Arc<Imported> {
        &self.imported
    }
}

impl Execution for Tape {
    fn log(&self) -> &LogView {
        self.imported.view()
    }

    fn rules(&self) -> Rules {
        self.rules.clone()
    }

    fn identity(&self) -> &Identity {
        &self.imported.identity
    }

    fn status(&self) -> &Status {
        &self.status
    }

    fn go_on(&mut self, _: &mut dyn Host, _: &mut dyn Lookout, _: u32, _: Option<Timestamp>) -> Drive {
        // What was not recorded has not happened.
        Drive::Ended
    }
}

/// One or the other.
#[derive(Clone, Debug)]
pub(super) enum Held {
    Run(Box<Run>),
    Tape(Box<Tape>),
}

impl Held {
    pub(super) fn as_run(&self) -> Option<&Run> {
        match self {
            Self::Run(run) => Some(run),
            Self::Tape(_) => None,
        }
    }

    pub(super) fn as_run_mut(&mut self) -> Option<&mut Run> {
        match self {
            Self::Run(run) => Some(run),
            Self::Tape(_) => None,
        }
    }
}

impl Deref for Held {
    type Target = dyn Execution;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Run(run) => &**run,
            Self::Tape(tape) => &**tape,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Run(run) => &mut **run,
            Self::Tape(tape) => &mut **tape,
        }
    }
}
