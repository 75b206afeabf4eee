//! Histories: what happened, kept so that any moment of it can be shown at once, and written as the service writes it.
//!
//! Events are the truth that is shown: [`Frame`] is a fold over them. The [`Log`] keeps a frame at the beginning of
//! every [`Segment`], so that going to any event folds one segment at most.

pub mod aside;
pub mod aws;
mod endings;
mod frame;
pub mod infer;
mod log;
pub mod read;
pub mod table;

pub use frame::{Activity, EdgeKey, Frame, RunStatus, StateView, StrandView, Visit};
pub use log::{Log, LogView, SEGMENT, Segment};
