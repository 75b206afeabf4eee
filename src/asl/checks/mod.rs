//! What the service refuses although each field is sound by itself: rules about names, ways, resources and languages.
//!
//! `lower` reads fields and reports what stands in the way of running; these checks read the same tree once more, for
//! both query languages, and add what else CreateStateMachine refuses. One family of rules a file. A rule is an error
//! where a refusal has been recorded or the language or the service's documentation forbids it, otherwise a warning.

mod express;
mod flow;
mod integration;
mod label;
mod members;

use super::fields::Fields;
use super::nodes::{StateNode, state_nodes};
use super::outline::{Outline, StateId};
use crate::diagnostic::{Diagnostic, Severity};
use crate::json::source::{Node, Value};

pub use express::express;

/// A state with its text.
struct Visited<'a> {
    id: StateId,
    fields: Fields<'a>,
    /// Whether its query language is JSONata.
    jsonata: bool,
}

/// Adds what the service refuses in the definition `root`, apart from what has been found already.
pub(super) fn check(outline: &Outline, root: &Node, out: &mut Vec<Diagnostic>) {
    if !matches!(root.value, Value::Object(_)) {
        return;
    }
    let mut found = Vec::new();
    members::machine(&Fields::new(root, "", "the definition"), &mut found);
    let with_fields = |StateNode { id, node, jsonata }| {
        let state = &outline.states[StateId::idx(id)];
        Visited { id, fields: Fields::new(node, &*state.pointer, format!("state {:?}", &*state.name)), jsonata }
    };
    let states: Vec<Visited<'_>> = state_nodes(outline, root).into_iter().map(with_fields).collect();
    for state in &states {
        members::state(outline, state, &mut found);
        integration::resource(outline, state, &mut found);
        label::label(state, &mut found);
    }
    label::repeated(&states, &mut found);
    flow::names(outline, &mut found);
    flow::reachable(outline, &mut found);
    flow::ends(outline, &mut found);
    // One thing that is wrong has one finding: what has been said about a place is not said again in other words.
    let is_new = |it: &Diagnostic| {
        !out.iter().any(|old| {
            old.severity == Severity::Error && old.pointer == it.pointer && old.span.is_some() && old.span == it.span
        })
    };
    found.retain(is_new);
    out.append(&mut found);
}

/// Whether a template or CloudFormation fills the value in before the service sees it.
fn is_filled_in(node: &Node) -> bool {
    node.tag.is_some() || node.as_str().is_some_and(|it| it.contains("${"))
}

#[cfg(test)]
mod tests;
