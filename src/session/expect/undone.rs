//! What a run has undone of what it had done.

use std::collections::{BTreeMap, BTreeSet};

use crate::asl::StateId;
use crate::asl::program::Program;
use crate::engine::{EventId, EventKind};
use crate::history::LogView;
use crate::history::infer::{Fate, handled};
use crate::lint::Compensation;

/// What became of the steps that something undoes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Steps in the order in which they were undone, each with the event by which its undoing ended.
    pub undone: Vec<(StateId, EventId)>,
    /// Steps that stay done, in the order in which they were done, each with the event by which it ended.
    pub stay: Vec<(StateId, EventId)>,
    /// The first step that was undone while one that was done later still stood: with that one.
    pub out_of_order: Option<(StateId, StateId, EventId)>,
}

/// Follows the steps of `pairs` through an execution. A step is done, and undone, where its state is left without a
/// catcher. What undoes several steps undoes all that are done, the latest first.
pub fn undone(log: &LogView, program: &Program, pairs: &[Compensation]) -> Undone {
    let failures = handled(log, Some(program));
    let caught: BTreeSet<EventId> =
        failures.iter().filter(|it| matches!(it.fate, Fate::Caught(_))).filter_map(|it| it.shown_by).collect();
    let mut steps_of: BTreeMap<StateId, BTreeSet<StateId>> = BTreeMap::new();
    for Compensation { step, by } in pairs {
        for it in by {
            steps_of.entry(*it).or_default().insert(*step);
        }
    }
    let is_step = |id: StateId| pairs.iter().any(|it| it.step == id);
    let mut found = Undone::default();
    for event in log.iter() {
        if !matches!(event.kind, EventKind::StateExited { .. }) || caught.contains(&event.id) {
            continue;
        }
        if let Some(steps) = steps_of.get(&event.state) {
            while let Some(at) = found.stay.iter().rposition(|(step, _)| steps.contains(step)) {
                let later = found.stay[at + 1..].last().copied();
                let (step, _) = found.stay.remove(at);
                if let (None, Some((later, _))) = (found.out_of_order, later) {
                    found.out_of_order = Some((step, later, event.id));
                }
                found.undone.push((step, event.id));
            }
        }
        if is_step(event.state) {
            found.stay.push((event.state, event.id));
        }
    }
    found
}
