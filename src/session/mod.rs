//! A debugging session: what is open, the runs of it, and the thread that drives them.
//!
//! Knows no window, no file and no standard output; what tasks answer comes through [`Host`].

mod changes;
mod children;
pub mod diff;
pub mod document;
mod host;
mod journal;
mod lanes;
pub mod moment;
pub mod recorded;
pub mod regress;
mod run;
pub mod test_state;
pub mod worker;

pub use children::{ChildRun, Children};
pub use document::Document;
pub use host::{Host, Question, Reply};
pub use journal::{Checkpoints, Journal, Tick};
pub use run::{Drive, Run};
