//! The tree of runs in the workbench: how it is listed, what the user calls its runs, and what is off the list.

use std::sync::Arc;

use crate::session::tree::RunId;
use crate::ui::workspace::{RunItem, RunPlace};

use super::undo::Change;
use super::{Cursor, Workbench};

/// A run with more forks than this lists them when it is unfolded.
const MANY_FORKS: usize = 8;

impl Workbench {
    /// Returns the runs as the workspace lists them: the last one that was started first, under each its forks, and
    /// under the one that is shown its child executions.
    pub(super) fn run_items(&self) -> Vec<RunItem> {
        let mut items = Vec::new();
        let shown = self.shown;
        let mut folded_at = None;
        for row in self.runs.rows() {
            // What is below a folded run is skipped, whatever its own folds.
            if folded_at.is_some_and(|depth| row.depth > depth) {
                continue;
            }
            folded_at = None;
            let Some(run) = self.runs.get(row.id) else { continue };
            let folded = row.n_forks > 0 && self.is_folded(row.id, row.n_forks);
            if folded {
                folded_at = Some(row.depth);
            }
            let (status, word) = run.outcome();
            let older =
                if run.edition.drawn || run.edition.reads_like(&self.newest) { "" } else { ", older definition" };
            items.push(RunItem {
                written: run.note.clone(),
                shown: shown.is_some_and(|it| it.run == row.id && it.child.is_none()),
                depth: row.depth,
                fork: row.at.is_some(),
                folded: (row.n_forks > 0).then_some(folded),
                n_forks: row.n_forks,
                ..RunItem::new(&run.name, status, &format!("{word}{older}"), RunPlace::Run(row.id))
            });
            if shown.is_some_and(|it| it.run == row.id) {
                self.child_items(row.id, row.depth + 1, &mut items);
            }
        }
        items
    }

    /// Whether the forks of a run are not listed.
    fn is_folded(&self, id: RunId, n_forks: usize) -> bool {
        self.runs.get(id).and_then(|it| it.folded).unwrap_or(n_forks > MANY_FORKS)
    }

    /// Lists the forks of a run, or no longer.
    pub fn fold_run(&mut self, id: RunId) {
        let n_forks = self.runs.rows().iter().find(|it| it.id == id).map_or(0, |it| it.n_forks);
        let folded = self.is_folded(id, n_forks);
        if let Some(run) = self.runs.get_mut(id) {
            run.folded = Some(!folded);
        }
    }

    /// Lists a run whatever was folded.
    pub(super) fn unfold_to(&mut self, id: RunId) {
        let above: Vec<RunId> = self.runs.line(id).skip(1).collect();
        for id in above {
            if let Some(run) = self.runs.get_mut(id) {
                run.folded = Some(false);
            }
        }
    }

    /// Gives a run another name; an empty one changes nothing.
    pub fn rename_run(&mut self, id: RunId, name: &str) {
        let name = name.trim();
        if let Some(run) = self.runs.get_mut(id)
            && !name.is_empty()
        {
            name.clone_into(&mut run.name);
        }
    }

    /// Keeps what the user writes about a run.
    pub fn note_run(&mut self, id: RunId, note: &str) {
        if let Some(run) = self.runs.get_mut(id) {
            note.trim().clone_into(&mut run.note);
        }
    }

    /// Takes a run and its forks off the list; [`Workbench::restore_run`] puts them back. Returns how many there are.
    pub fn remove_run(&mut self, id: RunId) -> usize {
        let n_before = self.runs.rows().len();
        self.runs.remove(id);
        self.removed.push(id);
        self.keep_change(Change::RemovedRun(id));
        if let Some(shown) = self.shown_id().filter(|it| !self.runs.is_listed(*it)) {
            // The one that it came from is the nearest thing to look at, then the last one that was started.
            let parent = self.runs.line(shown).find(|it| self.runs.is_listed(*it));
            let next = parent.or_else(|| self.runs.rows().first().map(|it| it.id));
            match next {
                Some(next) => self.show_run(next),
                None => self.show_newest(),
            }
        }
        n_before - self.runs.rows().len()
    }

    /// Puts back what was last taken off the list; returns its name, if there was anything.
    pub fn restore_run(&mut self) -> Option<String> {
        let id = self.removed.pop()?;
        self.runs.restore(id);
        self.unfold_to(id);
        self.runs.get(id).map(|it| it.name.clone())
    }

    /// Whether runs were taken off the list.
    pub fn has_removed(&self) -> bool {
        !self.removed.is_empty()
    }

    /// Shows the newest definition, and no run.
    pub fn show_newest(&mut self) {
        self.leave();
        self.shown = None;
        self.cursor = Cursor::Live;
        self.attempt = None;
        self.trail.clear();
        self.under_way = None;
        self.is_earlier = false;
        let newest = Arc::clone(&self.newest);
        self.show_edition(&newest);
        self.moment = None;
        self.refresh();
    }
}
