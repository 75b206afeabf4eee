//! Each state of a definition with its text: for checks that read fields once more, with their places.

use std::collections::BTreeMap;

use super::outline::{Outline, ScopeId, StateId};
use crate::json::source::{Node, Value};

/// A state with its text.
#[derive(Clone, Copy, Debug)]
pub struct StateNode<'a> {
    /// The state.
    pub id: StateId,
    /// Its object.
    pub node: &'a Node,
    /// Whether its query language is JSONata.
    pub jsonata: bool,
}

/// Returns the states of the definition `root` that are objects, those inside others after their owner.
pub fn state_nodes<'a>(outline: &Outline, root: &'a Node) -> Vec<StateNode<'a>> {
    let mut out = Vec::new();
    let jsonata = root.get("QueryLanguage").and_then(Node::as_str) == Some("JSONata");
    visit(outline, ScopeId::ROOT, root, jsonata, &mut out);
    out
}

fn visit<'a>(outline: &Outline, scope: ScopeId, block: &'a Node, machine_jsonata: bool, out: &mut Vec<StateNode<'a>>) {
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
        out.push(StateNode { id, node, jsonata });
        for (&scope, block) in state.inner.iter().zip(blocks) {
            visit(outline, scope, block, machine_jsonata, out);
        }
    }
}
