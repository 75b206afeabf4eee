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

use std::collections::BTreeMap;

use super::fields::Fields;
use super::outline::{Outline, ScopeId, StateId};
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
    let mut states = Vec::new();
    let jsonata = root.get("QueryLanguage").and_then(Node::as_str) == Some("JSONata");
    visit(outline, ScopeId::ROOT, root, jsonata, &mut states);
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

fn visit<'a>(outline: &Outline, scope: ScopeId, block: &'a Node, machine_jsonata: bool, out: &mut Vec<Visited<'a>>) {
    let Some(scope) = outline.scopes.get(scope.idx()) else { return };
    let Some(states) = block.get("States") else { return };
    let by_name: BTreeMap<_, _> = states.members().iter().map(|it| (&it.name, &it.value)).collect();
    for &id in &scope.states {
        let state = &outline.states[id.idx()];
        let Some(node) = by_name.get(&state.name).copied().filter(|it| matches!(it.value, Value::Object(_))) else {
            continue;
        };
        let jsonata = match node.get("QueryLanguage").and_then(Node::as_str) {
            Some("JSONata") => true,
            Some("JSONPath") => false,
            _ => machine_jsonata,
        };
        let inner = [node.get("ItemProcessor").or_else(|| node.get("Iterator"))].into_iter().flatten();
        let blocks = node.get("Branches").map(Node::items).unwrap_or_default().iter().chain(inner);
        out.push(Visited {
            id,
            fields: Fields::new(node, &*state.pointer, format!("state {:?}", &*state.name)),
            jsonata,
        });
        for (&scope, block) in state.inner.iter().zip(blocks) {
            visit(outline, scope, block, machine_jsonata, out);
        }
    }
}

/// Whether a template or CloudFormation fills the value in before the service sees it.
fn is_filled_in(node: &Node) -> bool {
    node.tag.is_some() || node.as_str().is_some_and(|it| it.contains("${"))
}

#[cfg(test)]
mod tests;
