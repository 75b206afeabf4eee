//! Child executions of distributed Maps: listed under their run, and opened as histories of their own.

use std::sync::Arc;

use crate::engine::{ExecutionId, Status as RunEnd};
use crate::session::worker::Published;
use crate::session::{ChildRun, Children};
use crate::ui::bind::RunIndex;
use crate::ui::timeline::Lanes;
use crate::ui::widgets::Status;
use crate::ui::workspace::{RunItem, RunPlace};

use super::{Cursor, RunEntry, Workbench};

/// Children that are listed under a run, at most; those that failed come first.
const MOST_LISTED: usize = 100;

impl Workbench {
    /// Returns the runs as the workspace lists them: the last one first, under the one that is shown its children.
    pub(super) fn run_items(&self) -> Vec<RunItem> {
        let mut items = Vec::new();
        let shown = self.shown.map(|it| self.runs[it].child_of.map_or(it, |(of, _)| of));
        for (idx, run) in self.runs.iter().enumerate().rev().filter(|(_, it)| it.child_of.is_none()) {
            let (status, note) = run.outcome();
            let place = RunPlace::Run(idx);
            items.push(RunItem { name: run.name.clone(), status, note, shown: self.shown == Some(idx), place });
            if shown == Some(idx) {
                self.list_children(idx, &run.published.children, &mut items);
            }
        }
        items
    }

    fn list_children(&self, of: usize, children: &Children, items: &mut Vec<RunItem>) {
        let failed = |it: &&ChildRun| !matches!(it.status(), RunEnd::Succeeded(_) | RunEnd::Running);
        let first = children.iter().filter(failed);
        let then = children.iter().filter(|it| !failed(it));
        let open = self.shown.and_then(|it| self.runs[it].child_of);
        items.extend(first.chain(then).take(MOST_LISTED).map(|child| {
            let (status, word) = outcome(child);
            let id = child.about().id;
            let name = self.child_name(child);
            let place = RunPlace::Child(of, id.0);
            RunItem { name, status, note: word.to_owned(), shown: open == Some((of, id)), place }
        }));
        if children.len() > MOST_LISTED {
            let name = format!("{} more", children.len() - MOST_LISTED);
            let place = RunPlace::Run(of);
            items.push(RunItem { name, status: Status::NotReached, note: String::new(), shown: false, place });
        }
    }

    fn child_name(&self, child: &ChildRun) -> String {
        let about = child.about();
        format!("{} #{}", self.document.definition.outline.name(about.map()), about.index)
    }

    /// Shows the history of a child execution of the run at this place.
    pub fn open_child(&mut self, of: usize, id: u32) {
        let id = ExecutionId(id);
        if let Some(open) = self.runs.iter().position(|it| it.child_of == Some((of, id))) {
            return self.show_run(open);
        }
        let Some(run) = self.runs.get(of) else { return };
        let Some(child) = run.published.children.get(id) else { return };
        let name = format!("{}, {}", run.name, self.child_name(child));
        let published = Published {
            identity: child.identity(),
            log: child.log(&run.published.program.outline).view().clone(),
            children: Children::default(),
            status: child.status(),
            unanswered: Vec::new(),
            arrival: None,
            done: true,
            revision: 1,
            ..(*run.published).clone()
        };
        let mut index = RunIndex::default();
        index.extend(&published.program, &published.log);
        let lanes: Arc<Lanes> = Arc::new(index.lanes(published.revision));
        let entry = RunEntry {
            name,
            seed: run.seed,
            published: Arc::new(published),
            index,
            lanes,
            assumed: Vec::new(),
            worker: None,
            child_of: Some((of, id)),
            n_arrivals: 0,
        };
        self.runs.push(entry);
        self.show_run(self.runs.len() - 1);
        self.cursor = Cursor::FirstError;
        self.follow();
    }
}

fn outcome(child: &ChildRun) -> (Status, &'static str) {
    match child.status() {
        RunEnd::Running => (Status::Running, "running"),
        RunEnd::Succeeded(_) => (Status::Succeeded, "succeeded"),
        RunEnd::Failed(_) => (Status::Failed, "failed"),
        RunEnd::TimedOut(_) => (Status::TimedOut, "timed out"),
        RunEnd::Aborted(_) => (Status::Aborted, "aborted"),
    }
}
