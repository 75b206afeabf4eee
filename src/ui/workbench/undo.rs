//! Taking back what was changed in the workbench: breakpoints, runs that were taken off the list, and
//! the text of the definition.

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
    /// The text of the definition was another one; the draft knows which.
    Text,
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
                Change::Text => {
                    if self.draft_back() {
                        return Some("The text is as it was before".to_owned());
                    }
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
        // The draft remembers more than is kept here.
        self.draft_back().then(|| "The text is as it was before".to_owned())
    }
}
