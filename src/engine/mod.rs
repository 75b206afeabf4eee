//! The engine: a pure, deterministic step function over a [`Machine`].
//!
//! [`start`] makes a machine, [`apply`] moves it by one action and says what happened as [`Event`]s and what has to be
//! done outside as [`Effect`]s. There is no clock, thread, file or random source in here: time and seed come in as
//! values. Nothing else in the product decides what a workflow does.

mod agenda;
mod apply;
mod context;
mod data;
mod event;
mod failure;
mod flow;
pub mod handlers;
mod machine;
mod redrive;
mod scope;
mod settle;
mod task;

pub use apply::{apply, enabled, start};
pub use data::place;
pub use event::{
    Effect, EffectId, Emitted, EvaluationFailure, Event, EventId, EventKind, Redriven, StrandId, TaskCall, TaskFailure,
    TaskStep,
};
pub use failure::{Failure, FailureKind};
pub use machine::{Action, Enabled, Identity, Machine, Outcome, Quotas, StartSpec, Status};
#[doc(hidden)]
pub use machine::{Place, Standing};
