//! The budget: how often things are tried at most, and how long that takes.
//!
//! Each figure is for the way through the machine that is worst for it, catchers among the ways. A loop counts once and
//! is named, because nothing in a definition says how often it turns; so is a Map whose number of items is not written
//! down. What a task does takes time as well: it counts as far as `TimeoutSeconds` bounds it.

use crate::asl::program::Retrier as Policy;
use crate::asl::{Outline, ScopeId, StateId, StateKind};
use crate::json::source::{Node, Value};

use super::machine::{Machine, State, whole};
use super::ways;

/// Most iterations of an inline Map at one time (quotas of the service).
const INLINE_CONCURRENCY: f64 = 40.0;

/// What a machine can cost at most.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// One entry for each state, in the order of [`Outline::states`].
    pub states: Vec<StateBudget>,
    /// The whole machine along its worst ways.
    pub machine: Cost,
    /// A state of each loop; the figures have one turn of it.
    pub loops: Vec<StateId>,
    /// The Maps whose number of items is not written down; the figures have one item.
    pub open_maps: Vec<StateId>,
    /// The tasks that nothing bounds: their own time is not among the figures.
    pub open_tasks: Vec<StateId>,
}

/// What one state can cost.
#[derive(Clone, Debug, Default)]
pub struct StateBudget {
    /// Most attempts in one visit: the first and all retries.
    pub attempts: f64,
    /// Most attempts when all that it stands in is retried as often as can be; of one item, inside a Map.
    pub nested_attempts: f64,
    /// Longest that the back-offs of one visit take together, in seconds.
    pub back_off_secs: f64,
    /// How long they take on average: half of it where jitter is full.
    pub expected_back_off_secs: f64,
    /// One visit with everything inside.
    pub visit: Cost,
}

/// Most attempts, seconds, transitions and events.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Attempts of tasks.
    pub attempts: f64,
    /// Seconds of back-off.
    pub back_off_secs: f64,
    /// Seconds of back-off on average, where every attempt fails.
    pub expected_back_off_secs: f64,
    /// Seconds of Wait states, as far as they are written down.
    pub wait_secs: f64,
    /// Seconds of tasks that run until their time limit at every attempt.
    pub running_secs: f64,
    /// Transitions, as the service charges them: each visit and each retry is one.
    pub transitions: f64,
    /// Events of the history.
    pub events: f64,
}

impl Cost {
    fn zip(self, other: Self, join: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            attempts: join(self.attempts, other.attempts),
            back_off_secs: join(self.back_off_secs, other.back_off_secs),
            expected_back_off_secs: join(self.expected_back_off_secs, other.expected_back_off_secs),
            wait_secs: join(self.wait_secs, other.wait_secs),
            running_secs: join(self.running_secs, other.running_secs),
            transitions: join(self.transitions, other.transitions),
            events: join(self.events, other.events),
        }
    }

    fn then(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    fn or(self, other: Self) -> Self {
        self.zip(other, f64::max)
    }

    /// Returns the cost beside `other`, at the same time: what is counted adds up, what is waited for does not.
    fn beside(self, other: Self) -> Self {
        let both = self.then(other);
        let longer = self.or(other);
        Self { attempts: both.attempts, transitions: both.transitions, events: both.events, ..longer }
    }

    fn times(self, counted: f64, waited: f64) -> Self {
        Self {
            attempts: self.attempts * counted,
            transitions: self.transitions * counted,
            events: self.events * counted,
            back_off_secs: self.back_off_secs * waited,
            expected_back_off_secs: self.expected_back_off_secs * waited,
            wait_secs: self.wait_secs * waited,
            running_secs: self.running_secs * waited,
        }
    }

    /// Returns the longest that is bounded at all, in seconds.
    pub fn longest_secs(&self) -> f64 {
        self.back_off_secs + self.wait_secs + self.running_secs
    }
}

impl Budget {
    pub(super) fn of(machine: &Machine<'_>) -> Self {
        let outline = machine.outline;
        let mut budget = Self { states: vec![StateBudget::default(); outline.states.len()], ..Self::default() };
        let mut scopes = vec![Cost::default(); outline.scopes.len()];
        // What is inside a state stands after it, so from the end everything inside is known.
        for (idx, scope) in outline.scopes.iter().enumerate().rev() {
            for &id in &scope.states {
                if let Some(state) = machine.get(id) {
                    budget.state(state, &scopes);
                }
            }
            scopes[idx] = budget.worst(outline, ScopeId(idx as u32));
        }
        budget.machine = scopes.first().copied().unwrap_or_default();
        for state in &machine.states {
            let nested = machine.with_owners(state).map(|it| budget.states[it.id.idx()].attempts).product();
            budget.states[state.id.idx()].nested_attempts = nested;
        }
        budget.loops.sort();
        budget.open_maps.sort();
        budget.open_tasks.sort();
        budget
    }

    fn state(&mut self, state: &State<'_>, scopes: &[Cost]) {
        let mut own = StateBudget { attempts: 1.0, ..StateBudget::default() };
        for retrier in &state.retriers {
            own.attempts += f64::from(retrier.policy.max_attempts);
            let longest = back_off(&retrier.policy);
            own.back_off_secs += longest;
            own.expected_back_off_secs += if retrier.policy.full_jitter { longest / 2.0 } else { longest };
        }
        let inner = state.entry.inner.iter().map(|it| scopes[it.idx()]);
        let attempt = match state.entry.kind {
            Some(StateKind::Task) => {
                let limit = whole(state.node, "TimeoutSeconds");
                if limit.is_none() && !state.has_time_limit() {
                    self.open_tasks.push(state.id);
                }
                let running_secs = limit.unwrap_or(0) as f64;
                Cost { attempts: 1.0, running_secs, transitions: 1.0, events: 3.0, ..Cost::default() }
            }
            Some(StateKind::Parallel) => {
                let branches = inner.fold(Cost::default(), Cost::beside);
                branches.then(Cost { transitions: 1.0, events: 2.0, ..Cost::default() })
            }
            Some(StateKind::Map) => self.items(state, inner.fold(Cost::default(), Cost::or)),
            Some(StateKind::Wait) => {
                let wait_secs = whole(state.node, "Seconds").unwrap_or(0) as f64;
                Cost { wait_secs, transitions: 1.0, ..Cost::default() }
            }
            _ => Cost { transitions: 1.0, ..Cost::default() },
        };
        let around = Cost {
            back_off_secs: own.back_off_secs,
            expected_back_off_secs: own.expected_back_off_secs,
            events: 2.0,
            ..Cost::default()
        };
        own.visit = attempt.times(own.attempts, own.attempts).then(around);
        self.states[state.id.idx()] = own;
    }

    /// Returns the cost of one attempt of a Map, where an item costs `item`.
    fn items(&mut self, state: &State<'_>, item: Cost) -> Cost {
        let written = state.node.get("Items").filter(|it| matches!(it.value, Value::Array(_)));
        if written.is_none() {
            self.open_maps.push(state.id);
        }
        let n_items = written.map_or(1, |it| it.items().len()) as f64;
        let is_distributed = is_distributed(state.node);
        let asked = whole(state.node, "MaxConcurrency").filter(|it| *it > 0).map(|it| it as f64);
        let at_once = asked.unwrap_or(f64::MAX).min(if is_distributed { 10_000.0 } else { INLINE_CONCURRENCY });
        let item = if is_distributed {
            // Items of a distributed Map are executions with histories of their own.
            Cost { events: 0.0, ..item }
        } else {
            item.then(Cost { events: 2.0, ..Cost::default() })
        };
        let rounds = (n_items / at_once).ceil();
        item.times(n_items, rounds).then(Cost { transitions: 1.0, events: 2.0, ..Cost::default() })
    }

    /// Returns the cost of the worst ways through a block.
    fn worst(&mut self, outline: &Outline, scope: ScopeId) -> Cost {
        let Some(start) = outline.scopes[scope.idx()].start else { return Cost::default() };
        let mut reached: Vec<Option<Cost>> = vec![None; outline.states.len()];
        reached[start.idx()] = Some(Cost::default());
        let mut worst = Cost::default();
        for group in ways::groups(outline, scope) {
            let before = group.iter().filter_map(|it| reached[it.idx()]).reduce(Cost::or);
            let Some(before) = before else { continue };
            let turn = group.iter().map(|it| self.states[it.idx()].visit);
            let after = turn.fold(before, Cost::then);
            worst = worst.or(after);
            let next: Vec<StateId> = group.iter().flat_map(|&it| ways::all(outline, it)).collect();
            if let Some(&turns) = group.iter().find(|_| next.iter().any(|it| group.contains(it))) {
                self.loops.push(turns);
            }
            for to in next {
                if !group.contains(&to) {
                    reached[to.idx()] = Some(reached[to.idx()].map_or(after, |it| it.or(after)));
                }
            }
        }
        worst
    }
}

/// Whether a Map runs its items as executions of their own.
pub(super) fn is_distributed(map: &Node) -> bool {
    let config = map.get("ItemProcessor").and_then(|it| it.get("ProcessorConfig"));
    config.and_then(|it| it.get("Mode")).and_then(Node::as_str) == Some("DISTRIBUTED")
}

/// Returns how long all back-offs of a retrier take together, in seconds, before jitter.
pub(super) fn back_off(policy: &Policy) -> f64 {
    let mut sum = 0.0;
    for used in 0..policy.max_attempts {
        let secs = policy.back_off_secs(used);
        // From the limit on, or without growth, all that follow are the same.
        if used > 0 && secs == policy.back_off_secs(used - 1) {
            return sum + secs * f64::from(policy.max_attempts - used);
        }
        sum += secs;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(interval_secs: i64, max_attempts: u32, backoff_rate: f64, max_delay_secs: Option<i64>) -> Policy {
        Policy { errors: Vec::new(), interval_secs, max_attempts, backoff_rate, max_delay_secs, full_jitter: false }
    }

    #[test]
    fn back_offs_add_up_with_growth_and_limit() {
        assert_eq!(back_off(&policy(2, 6, 2.0, None)), 126.0);
        assert_eq!(back_off(&policy(5, 20, 2.0, None)), 5_242_875.0);
        assert_eq!(back_off(&policy(5, 20, 2.0, Some(60))), 5.0 + 10.0 + 20.0 + 40.0 + 16.0 * 60.0);
        assert_eq!(back_off(&policy(3, 99_999_999, 1.0, None)), 299_999_997.0);
        assert_eq!(back_off(&policy(3, 0, 2.0, None)), 0.0);
    }
}
