//! What an Express machine cannot do.

use crate::asl::outline::{Outline, StateKind};
use crate::asl::resource::{Pattern, Resource};
use crate::diagnostic::Diagnostic;

/// Returns what the service refuses in a definition when it is created as an Express machine: waiting for jobs and for
/// callbacks, and activities (developer guide, "Integrating optimized services", "Choosing workflow type").
pub fn express(outline: &Outline) -> Vec<Diagnostic> {
    let tasks = outline.states.iter().filter(|it| it.kind == Some(StateKind::Task));
    let refused = tasks.filter_map(|state| {
        let what = match Resource::of(state.resource.as_deref()?) {
            Resource::Activity(_) => "calls an activity",
            Resource::Service { pattern: Pattern::Sync, .. } => "waits for a job (.sync)",
            Resource::Service { pattern: Pattern::Callback, .. } => "waits for a callback (.waitForTaskToken)",
            _ => return None,
        };
        let message = format!("state {:?} {what}, which an Express machine cannot do", &*state.name);
        let help = "make it a Standard machine, or call without waiting";
        Some(Diagnostic::error("ASL020", message).at(format!("{}/Resource", state.pointer), state.name_span).help(help))
    });
    refused.collect()
}
