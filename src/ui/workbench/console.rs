//! What the console shows of the run that is shown, and the moment that its expressions are about.

use crate::session::query::Seen;
use crate::ui::bind::ConsoleTable;

use super::Workbench;

impl Workbench {
    /// Returns the moment at the cursor, as the strand in focus has it; `None` where nothing has happened.
    pub fn seen(&self) -> Option<Seen> {
        let (run, moment) = (self.shown_run()?, self.moment.as_ref()?);
        let strand = self.strand_in_focus(&moment.frame);
        Seen::new(&run.published.log, &run.published.identity, moment.frame.event, strand)
    }

    /// Returns what logpoints have written in the run that is shown.
    pub fn console(&self) -> Option<ConsoleTable<'_>> {
        let run = self.shown_run()?;
        let (lines, n_more) = (&run.published.console.0, run.published.console.1);
        // Tells apart the run and the publication.
        let revision = run.key << 44 | run.published.revision;
        Some(ConsoleTable { outline: run.published.rules.outline(), log: &run.published.log, lines, n_more, revision })
    }
}
