//! The strand in focus: which of those that run beside each other a step follows.

use crate::engine::StrandId;
use crate::history::Frame;
use crate::session::step::focus_at;
use crate::session::strands::{full_name, live};
use crate::ui::bind::visit_status;
use crate::ui::strands::{StrandItem, StrandsView};

use super::Workbench;

/// Strands that are listed, at most.
const MOST_LISTED: usize = 1_000;

impl Workbench {
    /// Focuses a strand of the moment at the cursor: steps follow it from here. The cursor stays.
    pub fn focus_strand(&mut self, strand: u32) {
        let strand = StrandId(strand);
        let Some(view) = self.moment.as_ref().and_then(|it| it.frame.strands.get(&strand)) else { return };
        self.focus = Some(view.state);
        self.attempt = None;
        self.strand = Some((self.cursor(), strand));
        self.refresh();
    }

    /// Focuses the next strand in the order of the list, or the one before; returns whether there is another.
    pub fn focus_next_strand(&mut self, forwards: bool) -> bool {
        let Some(moment) = &self.moment else { return false };
        let all = live(&moment.frame);
        if all.len() < 2 {
            return false;
        }
        let own = self.strand_in_focus(&moment.frame);
        let at = all.iter().position(|it| it.strand == own).unwrap_or(0);
        let to = if forwards { at + 1 } else { at + all.len() - 1 } % all.len();
        self.focus_strand(all[to].strand.0);
        true
    }

    /// Returns the strand that steps follow: the one that was chosen at this moment, else that of its event.
    pub(super) fn strand_in_focus(&self, frame: &Frame) -> StrandId {
        self.chosen_strand(frame)
            .unwrap_or_else(|| self.shown_run().map_or(StrandId::ROOT, |it| focus_at(&it.published.log, frame.event)))
    }

    /// Returns the strand that was chosen at this moment.
    pub(super) fn chosen_strand(&self, frame: &Frame) -> Option<StrandId> {
        let (event, strand) = self.strand?;
        (event == frame.event && frame.strands.contains_key(&strand)).then_some(strand)
    }

    /// Returns what the window shows of the strands of a moment; nothing where only one runs.
    pub(super) fn strands_view(&self, frame: &Frame) -> StrandsView {
        if frame.strands.len() < 2 {
            return StrandsView::default();
        }
        let own = self.strand_in_focus(frame);
        let item = |it: &crate::session::strands::Live| StrandItem {
            strand: it.strand.0,
            name: full_name(frame, it.strand),
            state: frame.outline().name(it.view.state).to_owned(),
            status: visit_status(it.view.activity, it.view.attempts, None),
            depth: it.depth,
            focused: it.strand == own,
        };
        let all = live(frame);
        let items = all.iter().take(MOST_LISTED).map(item).collect();
        StrandsView { name: full_name(frame, own), items, n_more: all.len().saturating_sub(MOST_LISTED) }
    }
}
