//! Reloading: another text of the definition takes the place of the one that is open. Runs keep the one that they ran
//! with, and the user stays at the states of the same names.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::session::Document;

use super::{Edition, Workbench};

impl Workbench {
    /// Takes another text of the definition and shows it. Inputs, mocks, breakpoints and runs stay, and so does the
    /// selection where there is a state of its name. Returns whether the text is another one.
    pub fn reload(&mut self, document: Document, found: &[Diagnostic]) -> bool {
        let edition = Arc::new(Edition::new(document, found));
        let is_other = !edition.reads_like(&self.newest);
        let was_shown = self.shown.is_none();
        let text = Arc::clone(&edition.document.text);
        self.newest = edition;
        if self.draft.locked().is_none() {
            self.take_saved(&text);
        }
        if is_other || was_shown {
            let left = self.shown;
            self.show_newest();
            self.left = left.or(self.left);
        }
        is_other
    }

    /// Shows the newest definition instead of the run; where that is what is shown, goes back to the run.
    pub fn toggle_newest(&mut self) {
        match (self.shown, self.left.take()) {
            (Some(shown), _) => {
                self.show_newest();
                self.left = Some(shown);
            }
            (None, Some(left)) => {
                self.put_on_screen(left);
                self.follow();
            }
            (None, None) => {}
        }
    }

    /// Whether the run that is shown ran with another definition than the newest.
    pub fn is_older(&self) -> bool {
        self.is_earlier && self.edition.is_older_than(&self.newest)
    }
}
