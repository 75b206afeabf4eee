//! Redrive: an execution that ended without success goes on from the states that it did not finish.
//!
//! No recording shows one; this follows the developer guide ("Redriving executions"): what succeeded keeps its results
//! and is not run again, every state that was entered and not left does its work once more with the same input, its
//! retriers count anew, and so does the execution's time limit.

use std::sync::Arc;

use crate::asl::StateId;
use crate::time::{Duration, Timestamp};

use super::agenda::{Rank, Wake};
use super::apply::{Cx, MOST_EVENTS, limit_secs};
use super::event::{EventId, EventKind, Redriven, StrandId};
use super::execution::ExecutionId;
use super::failure::Failure;
use super::handlers::{Decision, decide};
use super::machine::{Machine, Phase, Place, Status};

impl Machine {
    /// Whether the execution can be redriven: it ended without success, is no Express execution, and has room in its
    /// history.
    pub fn redrivable(&self) -> bool {
        self.halted.is_some() && !self.spec.express && self.n_events < MOST_EVENTS - 1
    }
}

impl Cx<'_> {
    /// Keeps the strands as they are if the failure of `id` is about to end the execution.
    pub(super) fn halt_before(&mut self, id: StrandId, failure: &Failure) {
        if self.machine.halted.is_none() && self.ends_execution(id, failure) {
            self.machine.halted = Some(Arc::new(self.machine.strands.clone()));
        }
    }

    /// Whether no state around `id` takes the failure.
    fn ends_execution(&self, id: StrandId, failure: &Failure) -> bool {
        if self.strand(id).execution != ExecutionId::ROOT {
            // It ends a child execution; what becomes of the Map is another question.
            return false;
        }
        let mut around = self.strand(id).parent;
        while let Some(parent) = around {
            let strand = self.strand(parent);
            let handlers = &self.program.state(strand.state).handlers;
            if decide(handlers, &strand.retries, failure) != Decision::Uncaught {
                return false;
            }
            around = strand.parent;
        }
        true
    }

    /// Goes on with what the execution did not finish, at `at` or now if that is over already.
    pub(super) fn redrive(&mut self, at: Timestamp) {
        let Some(strands) = self.machine.halted.take() else { return };
        let program = self.program;
        let machine = &mut *self.machine;
        machine.now = machine.now.max(at);
        machine.status = Status::Running;
        machine.strands = (*strands).clone();
        // A Map Run that was under way begins anew, one of which too much had failed goes on.
        machine.strands.retain(|_, it| it.execution == ExecutionId::ROOT);
        machine.n_redrives += 1;
        machine.redriven_at = Some(machine.now);
        let (now, count, prev) = (machine.now, machine.n_redrives, EventId(machine.n_events));
        if let Some(secs) = limit_secs(program, &machine.spec) {
            machine.agenda.add(now + Duration::from_secs(secs), Rank::ExecutionLimit, Wake::ExecutionTimeout);
        }
        let goes_on = machine.strands.iter().map(|(id, strand)| Redriven {
            strand: *id,
            parent: strand.parent,
            index: strand.item.as_ref().map(|it| it.index),
            state: strand.state,
            entered: strand.entered,
            entered_at: strand.entered_at,
            input: strand.input.clone(),
            standing: match strand.phase {
                Phase::Enter(_) => Place::BeforeState,
                Phase::Joining(_) => Place::Joining,
                Phase::Act | Phase::GoOn | Phase::Calling(_) | Phase::Mapping(_) | Phase::Leave(_) => Place::InState,
            },
            variables: strand.variables.seen(),
        });
        let strands = goes_on.collect();
        let kind = EventKind::ExecutionRedriven { count, strands };
        let redriven = self.emit(StrandId::ROOT, StateId::NONE, prev, kind);
        let ids: Vec<StrandId> = self.machine.strands.keys().copied().collect();
        for id in ids {
            let strand = self.strand_mut(id);
            strand.wake = None;
            match &strand.phase {
                Phase::Joining(_) => {}
                Phase::Enter(_) | Phase::Leave(_) => {
                    let phase = strand.phase.clone();
                    self.schedule(id, phase, now);
                }
                Phase::Act | Phase::GoOn | Phase::Calling(_) | Phase::Mapping(_) => {
                    strand.retries.clear();
                    strand.last = redriven;
                    if let Some(failed) = strand.failed_run.take() {
                        self.redrive_map_run(id, failed, count);
                        continue;
                    }
                    self.schedule(id, Phase::Act, now);
                }
            }
        }
    }
}
