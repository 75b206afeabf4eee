//! A Parallel or Map whose inside is not run: something stands in for what it comes to.
//!
//! Everything around the inside is done as always: the data before it, the limits of a Map, the selector of each item,
//! and what becomes of the result or the failure.

use std::sync::Arc;

use crate::asl::program::{Action, Map};
use crate::expr::Fault;

use super::apply::Cx;
use super::entry::StandIn;
use super::event::{EventKind, StrandId};
use super::failure::Failure;
use super::machine::{Item, Phase, ShownItem};
use super::trace::Step;

impl Cx<'_> {
    /// Returns what stands in for the inside of the state that the strand is in.
    pub(super) fn stand_in(&self, id: StrandId) -> Option<StandIn> {
        let entry = self.machine.spec.entry.as_ref()?;
        let is_it = id == StrandId::ROOT && self.strand(id).state == entry.state && self.has_scopes(id);
        entry.stand_in.clone().filter(|_| is_it)
    }

    /// Does the state's work without its inside.
    pub(super) fn work_without(&mut self, id: StrandId, stand_in: StandIn) -> Result<(), Fault> {
        let program = self.program;
        let exceeded = match &program.state(self.strand(id).state).action {
            Action::Map(map) => self.stand_in_for_map(id, map, stand_in.n_failed())?,
            _ => {
                self.effective_input(id)?;
                self.emit_next(id, EventKind::ParallelStarted);
                false
            }
        };
        match stand_in {
            StandIn::Failed(failure) => self.settle_inside(id, failure),
            StandIn::Result { .. } if exceeded => self.settle_inside(id, Failure::exceeds_tolerance()),
            StandIn::Result { result, .. } => {
                let (state, last) = (self.strand(id).state, self.strand(id).last);
                let is_map = matches!(program.state(state).action, Action::Map(_));
                self.emit(id, state, last, if is_map { EventKind::MapSucceeded } else { EventKind::ParallelSucceeded });
                self.trace(id, || Step::Result(result.clone()));
                self.schedule(id, Phase::Leave(result), self.machine.now);
            }
        }
        Ok(())
    }

    /// Prepares a Map as if its iterations were to run; returns whether more of them failed than it tolerates.
    ///
    /// A Map that says nothing about failures tolerates any number that stands in (recorded).
    fn stand_in_for_map(&mut self, id: StrandId, map: &Map, n_failed: u32) -> Result<bool, Fault> {
        let input = self.effective_input(id)?;
        self.concurrency(id, map, &input)?;
        let (count, percentage) = self.tolerance(id, map, &input)?;
        let items = self.items(id, &map.items, &input)?;
        self.emit_next(id, EventKind::MapStarted { length: items.len() as u32 });
        if let Some(template) = &map.selector {
            let outer = self.strand(id).item.clone();
            for (index, value) in (0..).zip(items.iter()) {
                let shown = Some(ShownItem { key: None, value: value.clone(), source: None });
                let item = Item { index, shown, path: [(self.strand(id).state, index)].into() };
                self.strand_mut(id).item = Some(Arc::new(item));
                let selected = self.fill(id, Some(template), &input);
                self.strand_mut(id).item.clone_from(&outer);
                let selected = selected?;
                self.trace(id, || Step::ItemSelector(selected));
            }
        }
        let n_failed = f64::from(n_failed);
        let share = if items.is_empty() { 0.0 } else { 100.0 * n_failed / items.len() as f64 };
        Ok(count.is_some_and(|most| n_failed > most as f64) || percentage.is_some_and(|most| share > most))
    }
}

impl StandIn {
    fn n_failed(&self) -> u32 {
        match self {
            Self::Result { n_failed, .. } => *n_failed,
            Self::Failed(_) => 0,
        }
    }
}

impl Failure {
    /// Returns the failure of a Map of which too many iterations failed (recorded).
    pub(super) fn exceeds_tolerance() -> Self {
        Self::named("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")
    }
}
