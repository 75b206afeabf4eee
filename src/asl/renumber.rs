//! A program with the ids of an earlier one: states that both have keep their number, so that what has happened by the
//! earlier definition can be read by the later one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::outline::{Outline, ScopeId, StateId};
use super::program::{Action, Next, Program, State};

impl Program {
    /// Returns the same program with states numbered as in `earlier` where they have the same name, and new ones after
    /// those. States that only `earlier` has stay, out of every scope, so that their events have a name.
    pub fn numbered_like(&self, earlier: &Self) -> Self {
        let numbers = numbers(&self.outline, &earlier.outline);
        let to = |id: StateId| numbers.get(&id).copied().unwrap_or(id);
        let n_states = numbers.values().map(|it| it.0 + 1).max().unwrap_or(0).max(earlier.states.len() as u32);
        let mut outline = Outline { states: earlier.outline.states.clone(), ..(*self.outline).clone() };
        for gone in &mut outline.states {
            gone.scope = ScopeId::GONE;
            gone.inner.clear();
            gone.transitions.clear();
        }
        let mut states: Vec<Option<State>> = earlier.states.iter().cloned().map(Some).collect();
        states.resize(n_states as usize, None);
        for ((id, shown), state) in self.outline.iter().zip(&self.states) {
            let mut shown = shown.clone();
            for transition in &mut shown.transitions {
                transition.target = transition.target.map(to);
            }
            let at = to(id).idx();
            match outline.states.get_mut(at) {
                Some(place) => *place = shown,
                // New numbers are given in the order of the states.
                None => outline.states.push(shown),
            }
            states[at] = Some(state.renumbered(&to));
        }
        for scope in &mut outline.scopes {
            scope.owner = scope.owner.map(to);
            scope.start = scope.start.map(to);
            scope.states.iter_mut().for_each(|it| *it = to(*it));
        }
        Self {
            outline: Arc::new(outline),
            states: states.into_iter().flatten().collect(),
            starts: self.starts.iter().map(|it| to(*it)).collect(),
            timeout_secs: self.timeout_secs,
            written: Arc::clone(&self.written),
        }
    }
}

impl State {
    fn renumbered(&self, to: &impl Fn(StateId) -> StateId) -> Self {
        let mut state = self.clone();
        if let Next::To(next) = &mut state.next {
            *next = to(*next);
        }
        for catcher in &mut state.handlers.catch {
            catcher.next = to(catcher.next);
        }
        if let Action::Choice { rules, default } = &mut state.action {
            for rule in rules.iter_mut() {
                rule.next = to(rule.next);
            }
            *default = default.map(to);
        }
        state
    }
}

/// Returns the numbers of the states of `outline`: those that states of their names have in `earlier`.
fn numbers(outline: &Outline, earlier: &Outline) -> BTreeMap<StateId, StateId> {
    let mut free: BTreeMap<&str, Vec<StateId>> = BTreeMap::new();
    for (id, state) in earlier.iter() {
        free.entry(&*state.name).or_default().push(id);
    }
    let mut next = earlier.states.len() as u32;
    let number = |(id, state): (StateId, &super::State)| {
        let known = free.get_mut(&*state.name).filter(|it| !it.is_empty()).map(|it| it.remove(0));
        let number = known.unwrap_or_else(|| {
            next += 1;
            StateId(next - 1)
        });
        (id, number)
    };
    outline.iter().map(number).collect()
}
