//! What becomes of a failure: a retry, a catch, or the end of the strand.

use crate::asl::program::{Action, CatchOutput, Catcher, Next};
use crate::expr::{Draws, Fault, Outcome, mix};
use crate::json::Json;
use crate::time::Duration;

use super::apply::Cx;
use super::data::place;
use super::event::{EventKind, StrandId};
use super::failure::{Failure, FailureKind};
use super::handlers::{Decision, decide};
use super::machine::Phase;
use super::trace::Step;

impl Cx<'_> {
    /// Decides what becomes of a failure of the strand's own state (ASL, "Error Handling"). What failed is the strand's
    /// last event.
    pub(super) fn settle(&mut self, id: StrandId, failure: Failure) {
        self.settle_as(id, failure, None);
    }

    /// Decides what becomes of a failure inside the Parallel or Map. If it does not retry it says that it failed.
    pub(super) fn settle_inside(&mut self, id: StrandId, failure: Failure) {
        let is_map = matches!(self.program.state(self.strand(id).state).action, Action::Map(_));
        self.settle_as(id, failure, Some(if is_map { EventKind::MapFailed } else { EventKind::ParallelFailed }));
    }

    fn settle_as(&mut self, id: StrandId, failure: Failure, failed: Option<EventKind>) {
        let program = self.program;
        self.trace(id, || Step::Failed(failure.clone()));
        let state = program.state(self.strand(id).state);
        match decide(&state.handlers, &self.strand(id).retries, &failure) {
            Decision::Retry(retrier) => self.retry(id, retrier),
            handled => {
                if let Some(kind) = failed {
                    self.emit_next(id, kind);
                }
                match handled {
                    Decision::Catch(catcher) => self.catch(id, catcher, &failure),
                    _ => self.perish(id, failure),
                }
            }
        }
    }

    /// Goes back to the state's work after the back-off. The service has no event for it (recorded).
    fn retry(&mut self, id: StrandId, idx: usize) {
        let program = self.program;
        let handlers = &program.state(self.strand(id).state).handlers;
        let retrier = &handlers.retry[idx];
        let strand = self.strand_mut(id);
        strand.retries.resize(handlers.retry.len(), 0);
        let longest = retrier.back_off_secs(strand.retries[idx]);
        strand.retries[idx] += 1;
        strand.n_draws += 1;
        let secs = if retrier.full_jitter {
            // Jitter is drawn after the cap: anything from none to all of the delay.
            Draws::new(strand.key ^ mix(strand.n_draws)).next_fraction() * longest
        } else {
            longest
        };
        let due = self.machine.now + Duration::from_secs(secs);
        self.trace(id, || Step::Retry { retrier: idx, after_secs: secs });
        self.schedule(id, Phase::Act, due);
    }

    /// Leaves the state with what the catcher makes of the failure. The state's own data flow does not apply (recorded
    /// for `OutputPath`).
    fn catch(&mut self, id: StrandId, idx: usize, failure: &Failure) {
        let program = self.program;
        let catcher = &program.state(self.strand(id).state).handlers.catch[idx];
        self.trace(id, || Step::Catch { catcher: idx });
        match self.caught(id, catcher, failure.output()) {
            Ok((output, assigned)) => self.exit_to(id, output, assigned, Next::To(catcher.next)),
            Err(fault) => {
                // Nothing handles what fails in a handler, whatever it is called.
                let failure = Failure { kind: FailureKind::Terminal, ..self.evaluation_failed(id, &fault) };
                self.perish(id, failure);
            }
        }
    }

    /// Returns what the catcher hands on and the variables that it assigns.
    fn caught(&mut self, id: StrandId, catcher: &Catcher, error_output: Json) -> Result<(Json, Option<Json>), Fault> {
        match &catcher.output {
            CatchOutput::Placed(result_path) => {
                let assigned = self.assign(id, catcher.assign.as_ref(), &error_output)?;
                let output = place(result_path, &self.strand(id).input.clone(), error_output)?;
                Ok((output, assigned))
            }
            CatchOutput::Query(output) => {
                let outcome = Outcome { result: None, error_output: Some(&error_output) };
                let assigned = self.query(id, catcher.assign.as_ref(), outcome)?;
                let output = self.query(id, output.as_ref(), outcome)?;
                Ok((output.unwrap_or(error_output), assigned))
            }
        }
    }
}
