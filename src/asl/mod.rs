//! Amazon States Language: from the tree of a text to what is drawn and what is run.
//!
//! `outline` is tolerant: whatever can be recognised is there to be drawn, even in a definition that is half written.
//! `program` is total: only a definition without errors becomes one, and the engine finds every field present.

mod checks;
mod choice;
pub mod document;
pub mod error_name;
mod fields;
mod lower;
pub mod mermaid;
mod nodes;
pub mod outline;
pub mod program;
mod renumber;
mod resource;
mod service;

use std::sync::Arc;

pub use checks::express;
pub use fields::{nearest, pointer_to};
pub use nodes::{StateNode, state_nodes};
pub use outline::{Outline, Scope, ScopeId, State, StateId, StateKind, Transition, TransitionKind};
pub use program::Program;
pub use resource::{Pattern, Resource};
pub use service::about_text;

use crate::diagnostic::{Diagnostic, has_errors};
use crate::json::source::Node;

/// A definition as far as it can be understood.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The states and transitions, to be drawn.
    pub outline: Arc<Outline>,
    /// What the engine runs; absent where there are errors, or features that this version does not run.
    pub program: Option<Arc<Program>>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Definition {
    /// Reads the state machine that `root` describes. Never fails: what is wrong is among the diagnostics.
    pub fn read(root: &Node) -> Self {
        let mut diagnostics = Vec::new();
        let outline = Arc::new(Outline::read(root, &mut diagnostics));
        let program = lower::lower(&outline, root, &mut diagnostics);
        checks::check(&outline, root, &mut diagnostics);
        let program = program.filter(|_| !has_errors(&diagnostics)).map(Arc::new);
        diagnostics.sort_by_key(|it| (it.span, it.code));
        diagnostics.dedup();
        Self { outline, program, diagnostics }
    }
}
