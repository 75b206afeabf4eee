//! Taking back what was changed in the workbench: breakpoints, and runs that were taken off the list.

use crate::session::breakpoint::Breakpoint;
use crate::session::tree::RunId;

use super::Workbench;

/// Changes that can be taken back, at most.
const MOST_KEPT: usize = 100;

/// A change that can be taken back.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// The breakpoints were these.
    Breakpoints(Vec<Breakpoint>),
    /// This run was on the list.
    RemovedRun(RunId),
}

impl Workbench {
    pub(super) fn keep_change(&mut self, change: Change) {
        self.changes.push(change);
        if self.changes.len() > MOST_KEPT {
            self.changes.remove(0);
        }
    }

    /// Takes the last change back; returns what was done, in words, if there was any.
    pub fn undo(&mut self) -> Option<String> {
        while let Some(change) = self.changes.pop() {
            match change {
                Change::Breakpoints(before) => {
                    self.breakpoints = before;
                    self.breakpoints_changed();
                    return Some("Breakpoints are as they were before".to_owned());
                }
                // It may have been put back by its own command.
                Change::RemovedRun(id) if self.runs.is_listed(id) => {}
                Change::RemovedRun(_) => {
                    if let Some(name) = self.restore_run() {
                        return Some(format!("{name} is listed again"));
                    }
                }
            }
        }
        None
    }
}
