//! A debugging session: what is open, the runs of it, and the thread that drives them.
//!
//! Knows no window, no file and no standard output; what tasks answer comes through [`Host`].

pub mod breakpoint;
mod changeable;
mod changes;
mod children;
pub mod console;
mod context;
pub mod coverage;
pub mod diff;
pub mod document;
mod execution;
pub mod expect;
pub mod find;
pub mod flow;
mod fork;
mod host;
mod journal;
pub mod journey;
mod lanes;
pub mod moment;
pub mod pace;
pub mod parallel;
pub mod provenance;
pub mod query;
pub mod recorded;
pub mod regress;
mod restore;
pub mod rules;
mod run;
pub mod search;
pub mod step;
pub mod strands;
pub mod test_state;
pub mod tree;
pub mod visit;
pub mod worker;
pub mod workspace;

pub use changeable::{Changeable, Elsewhere, changeable};
pub use children::{ChildRun, Children};
pub use context::{context_of, start_from_context};
pub use document::Document;
pub use execution::{Execution, Tape};
pub use fork::{Edit, ForkError, SameProgram};
pub use host::{Host, Question, Reply};
pub use journal::{Checkpoints, Journal, Tick};
pub use run::{Drive, Lookout, Run};
