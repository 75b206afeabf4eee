//! The engine: a pure, deterministic step function over a [`Machine`].
//!
//! [`start`] makes a machine, [`apply`] moves it by one action and says what happened as [`Event`]s and what has to be
//! done outside as [`Effect`]s. There is no clock, thread, file or random source in here: time and seed come in as
//! values. Nothing else in the product decides what a workflow does.

mod agenda;
mod apply;
mod child;
mod context;
mod data;
mod entry;
mod event;
mod execution;
mod failure;
mod fingerprint;
mod flow;
pub mod handlers;
mod machine;
mod map_run;
mod patch;
mod redrive;
mod scope;
mod settle;
mod stand_in;
mod task;
mod trace;

pub use apply::{apply, enabled, start};
pub use data::place;
pub use entry::{Entry, StandIn};
pub use event::{
    Effect, EffectId, Emitted, EvaluationFailure, Event, EventId, EventKind, ReadCall, Redriven, StrandId, TaskCall,
    TaskFailure, TaskStep, WriteCall,
};
pub use execution::{Child, ExecutionId, MapRun};
pub use failure::{Failure, FailureKind};
#[doc(hidden)]
pub use machine::Standing;
pub use machine::{Action, Enabled, Identity, Machine, Outcome, Place, Quotas, StartSpec, Status};
pub use patch::Patch;
pub use trace::{Step, Traced};
