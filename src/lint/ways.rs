//! Ways through a block: what can be reached, what lies on every way, what goes round. Without recursion, so that a
//! machine of thousands of states in a row is no trouble.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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

/// A set of states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct States(Vec<u64>);

impl States {
    pub(super) fn of(ids: impl IntoIterator<Item = StateId>) -> Self {
        let mut states = Self::default();
        for id in ids {
            states.insert(id);
        }
        states
    }

    /// Returns whether it was not there.
    pub(super) fn insert(&mut self, id: StateId) -> bool {
        let (word, bit) = (id.idx() / 64, 1 << (id.idx() % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    pub(super) fn contains(&self, id: StateId) -> bool {
        self.0.get(id.idx() / 64).is_some_and(|it| it & (1 << (id.idx() % 64)) != 0)
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(own, theirs)| *own |= theirs);
    }

    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(own, theirs)| own & theirs == 0)
    }

    pub(super) fn is_subset(&self, other: &Self) -> bool {
        let theirs = other.0.iter().copied().chain(std::iter::repeat(0));
        self.0.iter().zip(theirs).all(|(own, theirs)| own & !theirs == 0)
    }

    /// Returns them in the order of the outline.
    pub(super) fn iter(&self) -> impl Iterator<Item = StateId> {
        let ids = self
            .0
            .iter()
            .zip(0_u32..)
            .flat_map(|(word, nth)| (0..64).map(move |bit| (word >> bit & 1, nth * 64 + bit)));
        ids.filter(|(is_in, _)| *is_in == 1).map(|(_, id)| StateId(id))
    }
}

/// What can be reached from single states, each worked out once: a way that comes to a state whose reach is known ends
/// there.
pub(super) struct Reaches<'a> {
    next: Box<dyn Fn(StateId) -> Vec<StateId> + 'a>,
    known: RefCell<BTreeMap<StateId, Rc<States>>>,
}

impl<'a> Reaches<'a> {
    pub(super) fn new(next: impl Fn(StateId) -> Vec<StateId> + 'a) -> Self {
        Self { next: Box::new(next), known: RefCell::default() }
    }

    /// Returns what can be reached from `from`, itself among it.
    pub(super) fn from(&self, from: StateId) -> Rc<States> {
        let mut known = self.known.borrow_mut();
        if let Some(found) = known.get(&from) {
            return Rc::clone(found);
        }
        let mut reached = States::of([from]);
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            for to in (self.next)(id) {
                if reached.contains(to) {
                    continue;
                }
                if let Some(all) = known.get(&to) {
                    reached.extend(all);
                } else {
                    reached.insert(to);
                    open.push(to);
                }
            }
        }
        let reached = Rc::new(reached);
        known.insert(from, Rc::clone(&reached));
        reached
    }
}

/// Which states lie on every way without errors to others (dominators; Cooper, Harvey and Kennedy's algorithm).
pub(super) struct Dominators {
    /// The states that each is the last one before, on every way.
    children: Vec<Vec<StateId>>,
}

impl Dominators {
    pub(super) fn of(machine: &Machine<'_>) -> Self {
        let n_states = machine.outline.states.len();
        let mut children = vec![Vec::new(); n_states];
        for start in machine.outline.scopes.iter().filter_map(|it| it.start) {
            for (id, above) in above(machine, start, n_states) {
                children[above.idx()].push(id);
            }
        }
        Self { children }
    }

    /// Returns the states of its block that no way without errors reaches but through `id`; none where `id` itself is
    /// not reached so.
    pub(super) fn behind(&self, id: StateId) -> States {
        let mut found = States::default();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            for &inner in &self.children[id.idx()] {
                found.insert(inner);
                open.push(inner);
            }
        }
        found
    }
}

/// Returns each state that is reached from `start`, with the last one that lies on every way to it.
fn above(machine: &Machine<'_>, start: StateId, n_states: usize) -> Vec<(StateId, StateId)> {
    const NONE: usize = usize::MAX;
    let mut place = vec![NONE; n_states];
    let mut before: Vec<Vec<StateId>> = vec![Vec::new(); n_states];
    let mut seen = States::of([start]);
    let mut order = Vec::new();
    let mut calls = vec![(start, plain(machine, start), 0)];
    while let Some((id, ways, at)) = calls.last_mut() {
        let id = *id;
        let Some(&to) = ways.get(*at) else {
            calls.pop();
            order.push(id);
            continue;
        };
        *at += 1;
        before[to.idx()].push(id);
        if seen.insert(to) {
            calls.push((to, plain(machine, to), 0));
        }
    }
    order.reverse();
    order.iter().enumerate().for_each(|(nth, id)| place[id.idx()] = nth);
    // The place of the last state on every way, by the place of the state.
    let mut last = vec![NONE; order.len()];
    last[0] = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for nth in 1..order.len() {
            let known = before[order[nth].idx()].iter().map(|it| place[it.idx()]).filter(|it| last[*it] != NONE);
            let meet = |mut a: usize, mut b: usize| {
                while a != b {
                    if a > b {
                        a = last[a];
                    } else {
                        b = last[b];
                    }
                }
                a
            };
            let Some(new) = known.reduce(meet) else { continue };
            if last[nth] != new {
                last[nth] = new;
                changed = true;
            }
        }
    }
    (1..order.len()).map(|nth| (order[nth], order[last[nth]])).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::Definition;
    use crate::json::source;
    use crate::lint::machine::Subject;

    /// The states of the block that no way without errors reaches but through `id`, by trying to go around it.
    fn behind_by_trying(machine: &Machine<'_>, id: StateId) -> BTreeSet<StateId> {
        let start = machine.outline.scopes[0].start.expect("the machine has one");
        let reached = reach([start], |it| plain(machine, it));
        let around = |from| plain(machine, from).into_iter().filter(|it| *it != id).collect();
        let others = if start == id { BTreeSet::new() } else { reach([start], around) };
        if !reached.contains(&id) {
            return BTreeSet::new();
        }
        reached.into_iter().filter(|it| *it != id && !others.contains(it)).collect()
    }

    #[test]
    fn what_is_behind_a_state_cannot_be_reached_around_it() {
        let text = r#"{"StartAt": "A", "States": {
            "A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "B"}], "Default": "C"},
            "B": {"Type": "Pass", "Next": "D"}, "C": {"Type": "Pass", "Next": "E"},
            "D": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "B"}], "Default": "F"},
            "E": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "C"}], "Default": "F"},
            "F": {"Type": "Pass", "Next": "G"}, "G": {"Type": "Succeed"}, "H": {"Type": "Pass", "Next": "G"}}}"#;
        let root = source::parse(text).0.expect("test JSON");
        let outline = Definition::read(&root).outline;
        let machine = Machine::read(&Subject { text, root: &root, outline: &outline, express: false });
        let dominators = Dominators::of(&machine);
        let plain_reach = Reaches::new(|id| plain(&machine, id));
        for (id, state) in outline.iter() {
            let found: BTreeSet<StateId> = dominators.behind(id).iter().collect();
            assert_eq!(found, behind_by_trying(&machine, id), "{}", state.name);
            let found: BTreeSet<StateId> = plain_reach.from(id).iter().collect();
            assert_eq!(found, reach([id], |it| plain(&machine, it)), "{}", state.name);
        }
    }
}
