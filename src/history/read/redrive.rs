//! Redriven executions: the strands that were given up when the execution failed go on, each in its state.
//!
//! No event says which strand it belongs to that goes on: all follow from the redrive. They do so in their order, as in
//! the engine.

use crate::asl::StateKind;
use crate::engine::{EventId, Place, Redriven, StrandId};
use crate::json::Json;
use crate::time::Timestamp;

use super::names::{Stage, What};
use super::states::States;
use super::threads::{ROOT, Seen, Stands, Thread, Threads};

impl Threads {
    /// Takes back what became of strands after the event `failing`, and returns those that have not come to their end.
    pub(super) fn revive(&mut self, failing: u32, states: &States) -> Vec<Redriven> {
        for id in 0..self.all.len() as u32 {
            let it = self.get_mut(id);
            let ended = matches!(it.stands, Stands::Failed | Stands::GivenUp | Stands::Ended);
            if ended && it.before_end.0 > failing {
                it.stands = it.before_end.1;
                if let Some(parent) = it.parent {
                    let children = &mut self.get_mut(parent).children;
                    if let Err(place) = children.binary_search(&id) {
                        children.insert(place, id);
                    }
                }
            }
        }
        let alive = |id: &u32| {
            let it = self.get(*id);
            match it.stands {
                Stands::Before | Stands::Inside => true,
                Stands::Left => !states.is_last(it.state),
                Stands::Failed | Stands::GivenUp | Stands::Ended => false,
            }
        };
        let alive: Vec<u32> = (0..self.all.len() as u32).filter(alive).collect();
        let joins = |id: u32| self.get(id).children.iter().any(|it| alive.contains(it));
        let redriven = |&id: &u32| {
            let it = self.get(id);
            let standing = match it.stands {
                Stands::Inside if joins(id) => Place::Joining,
                Stands::Inside => Place::InState,
                _ => Place::BeforeState,
            };
            Redriven {
                strand: StrandId(id),
                parent: it.parent.map(StrandId),
                index: it.index,
                state: it.state,
                entered: EventId(it.entered),
                entered_at: Timestamp::default(),
                input: Json::Null,
                standing,
                variables: None,
            }
        };
        let found: Vec<Redriven> = alive.iter().map(redriven).collect();
        self.redriven = found.iter().filter(|it| it.standing == Place::InState).map(|it| it.strand.0).collect();
        for id in self.redriven.clone() {
            let it = self.get_mut(id);
            it.n_failures = 0;
            it.failure = None;
        }
        found
    }

    /// What follows from a redrive: that a strand goes on, or what a strand brings about that failed in going on.
    pub(super) fn behind_redrive(&mut self, seen: &Seen<'_>, states: &States) -> Option<u32> {
        match seen.what {
            What::State(kind, Stage::Aborted | Stage::Failed(_)) => {
                let fits = |it: &Thread| it.kind == Some(kind) && it.is_inside();
                self.first_open(ROOT, &fits).or_else(|| fits(self.get(ROOT)).then_some(ROOT))
            }
            What::Iteration(Stage::Aborted | Stage::Failed(_)) => {
                self.first_open(ROOT, &|it| self.is_open_iteration(it, seen, states))
            }
            _ => self.goes_on(seen, states),
        }
    }

    /// Whether a strand that has yet to go on is in a state of this type.
    pub(super) fn redrives_a(&self, kind: StateKind) -> bool {
        self.redriven.iter().any(|it| self.get(*it).kind == Some(kind))
    }

    /// Returns the strand that a redrive goes on with by this event. They do so in their order.
    fn goes_on(&mut self, seen: &Seen<'_>, states: &States) -> Option<u32> {
        let fits = |it: &Thread| match seen.what {
            What::Task(..) => it.kind == Some(StateKind::Task),
            What::State(kind, Stage::Exited) => it.kind == Some(kind) && states.name(it.state).as_ref() == seen.name,
            What::State(kind, _) => it.kind == Some(kind),
            What::EvaluationFailed => states.name(it.state).as_ref() == seen.name,
            What::Iteration(_) => it.index.is_some() && it.index == seen.index,
            What::MapRun(_) => it.kind == Some(StateKind::Map),
            What::Execution(_) | What::Other => false,
        };
        let at = self.redriven.iter().position(|it| fits(self.get(*it)))?;
        Some(self.redriven.remove(at))
    }
}
