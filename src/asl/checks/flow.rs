//! Names and ways: names that occur twice, states that nothing leads to, blocks without an end.

use std::collections::{BTreeMap, BTreeSet};

use crate::asl::outline::{Outline, Scope, ScopeId, StateId, StateKind};
use crate::asl::service;
use crate::diagnostic::Diagnostic;

/// Names are unique in the whole machine, also across branches (ASL, "States"; the service's DUPLICATE_STATE_NAME).
///
/// A name that occurs twice in one block is no matter of the outline: the reader of the text has said so.
pub(super) fn names(outline: &Outline, out: &mut Vec<Diagnostic>) {
    let mut first = BTreeMap::new();
    for (_, state) in outline.iter() {
        let Some(other) = first.get(&state.name) else {
            first.insert(&state.name, &state.pointer);
            continue;
        };
        let message = format!("the name {:?} is used twice: there is a state {other} already", &*state.name);
        let help = "rename one of the two: names are unique in the whole state machine, also across branches";
        out.push(Diagnostic::error("ASL014", message).at(&*state.pointer, state.name_span).help(help));
    }
}

/// Reports states that cannot be reached. Where nothing leads to one, the service has been seen to refuse it; it is a
/// warning all the same, so that a definition that is being written can be run.
pub(super) fn reachable(outline: &Outline, out: &mut Vec<Diagnostic>) {
    for scope in &outline.scopes {
        let Some(start) = scope.start else { continue };
        let reached = reached_from(outline, start);
        let targets: BTreeSet<StateId> = scope.states.iter().flat_map(|&id| ways(outline, id)).collect();
        for &id in scope.states.iter().filter(|it| !reached.contains(it)) {
            let state = &outline.states[id.idx()];
            let message = format!("state {:?} cannot be reached", &*state.name);
            let finding = if targets.contains(&id) {
                Diagnostic::warning("ASL017", format!("{message}: only states lead to it that cannot be reached"))
            } else {
                Diagnostic::warning("ASL017", format!("{message}: no state leads to it"))
                    .service(service::unreachable(&state.name, &state.pointer))
            };
            out.push(finding.at(&*state.pointer, state.name_span).help("lead a Next to it, or remove the state"));
        }
    }
}

/// Reports blocks in which no state is the last (the service's MISSING_END_STATE, documented for the machine itself).
pub(super) fn ends(outline: &Outline, out: &mut Vec<Diagnostic>) {
    for (id, scope) in (0..).map(ScopeId).zip(&outline.scopes) {
        let is_last = |id: &StateId| {
            let state = &outline.states[id.idx()];
            // A state that is not understood may well be the last, and so may the one that a wrong name stands for.
            state.transitions.iter().any(|it| it.target.is_none())
                || state.end
                || state.kind.is_none_or(StateKind::is_terminal)
                || state.transitions.is_empty()
        };
        let (Some(start), false) = (scope.start, scope.states.iter().any(is_last)) else { continue };
        let state = &outline.states[start.idx()];
        let message = format!("{} has no end: each of its states leads to another", named(outline, scope));
        let help = "give one state \"End\": true, or add a Succeed or Fail state";
        let finding = if id == ScopeId::ROOT {
            Diagnostic::error("ASL018", message).at("/States", state.name_span)
        } else {
            Diagnostic::warning("ASL018", message).at(&*state.pointer, state.name_span)
        };
        out.push(finding.help(help));
    }
}

fn named(outline: &Outline, scope: &Scope) -> String {
    match scope.owner {
        None => "the definition".to_owned(),
        Some(owner) => format!("block {} of state {:?}", scope.branch + 1, outline.name(owner)),
    }
}

fn ways(outline: &Outline, id: StateId) -> impl Iterator<Item = StateId> {
    outline.states[id.idx()].transitions.iter().filter_map(|it| it.target).filter(move |&it| it != id)
}

fn reached_from(outline: &Outline, start: StateId) -> BTreeSet<StateId> {
    let mut reached = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        open.extend(ways(outline, id).filter(|&it| reached.insert(it)));
    }
    reached
}
