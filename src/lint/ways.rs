//! Ways through a block: what can be reached, what lies on every way, what goes round. Without recursion, so that a
//! machine of thousands of states in a row is no trouble.

use std::collections::BTreeSet;

use crate::asl::{Outline, ScopeId, StateId};

use super::machine::Machine;

/// Returns what can be reached from `starts` by the ways that `next` gives, `starts` among it.
pub(super) fn reach(
    starts: impl IntoIterator<Item = StateId>,
    next: impl Fn(StateId) -> Vec<StateId>,
) -> BTreeSet<StateId> {
    let mut reached: BTreeSet<StateId> = starts.into_iter().collect();
    let mut open: Vec<StateId> = reached.iter().copied().collect();
    while let Some(id) = open.pop() {
        open.extend(next(id).into_iter().filter(|it| reached.insert(*it)));
    }
    reached
}

/// Returns where `id` leads without an error.
pub(super) fn plain(machine: &Machine<'_>, id: StateId) -> Vec<StateId> {
    machine.get(id).map(|it| it.ways().collect()).unwrap_or_default()
}

/// Returns where `id` leads, catchers among it.
pub(super) fn all(outline: &Outline, id: StateId) -> Vec<StateId> {
    outline.states[id.idx()].transitions.iter().filter_map(|it| it.target).collect()
}

/// Returns the states of its block that no way without errors reaches but through `id`; none where `id` itself is not
/// reached so.
pub(super) fn behind(machine: &Machine<'_>, id: StateId) -> BTreeSet<StateId> {
    let scope = machine.outline.states[id.idx()].scope;
    let Some(start) = machine.outline.scopes[scope.idx()].start else { return BTreeSet::new() };
    let reached = reach([start], |it| plain(machine, it));
    if !reached.contains(&id) {
        return BTreeSet::new();
    }
    let around = |from| plain(machine, from).into_iter().filter(|it| *it != id).collect();
    let others = if start == id { BTreeSet::new() } else { reach([start], around) };
    reached.into_iter().filter(|it| *it != id && !others.contains(it)).collect()
}

/// Returns the states of `scope` in groups that lead to one another in a circle, the groups in an order in which ways
/// lead only to later ones (Tarjan's algorithm).
pub(super) fn groups(outline: &Outline, scope: ScopeId) -> Vec<Vec<StateId>> {
    const UNSEEN: u32 = u32::MAX;
    let states = &outline.scopes[scope.idx()].states;
    let n_states = outline.states.len();
    let (mut order, mut low, mut on_stack) = (vec![UNSEEN; n_states], vec![0; n_states], vec![false; n_states]);
    let (mut stack, mut groups, mut counter) = (Vec::new(), Vec::new(), 0);
    for &root in states {
        if order[root.idx()] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, all(outline, root), 0)];
        while let Some((id, ways, at)) = calls.last_mut() {
            let id = *id;
            if *at == 0 && order[id.idx()] == UNSEEN {
                (order[id.idx()], low[id.idx()]) = (counter, counter);
                counter += 1;
                stack.push(id);
                on_stack[id.idx()] = true;
            }
            if let Some(&to) = ways.get(*at) {
                *at += 1;
                if order[to.idx()] == UNSEEN {
                    calls.push((to, all(outline, to), 0));
                } else if on_stack[to.idx()] {
                    low[id.idx()] = low[id.idx()].min(order[to.idx()]);
                }
                continue;
            }
            calls.pop();
            if let Some((parent, ..)) = calls.last() {
                low[parent.idx()] = low[parent.idx()].min(low[id.idx()]);
            }
            if low[id.idx()] == order[id.idx()] {
                let from = stack.iter().rposition(|it| *it == id).expect("a state is put on the stack before its ways");
                let group: Vec<StateId> = stack.drain(from..).collect();
                for it in &group {
                    on_stack[it.idx()] = false;
                }
                groups.push(group);
            }
        }
    }
    groups.reverse();
    groups
}
