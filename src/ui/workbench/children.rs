//! Child executions of distributed Maps: listed under their run, and opened as histories of their own.

use std::sync::Arc;

use crate::engine::{ExecutionId, Status as RunEnd};
use crate::session::journey::{Arrival, Why};
use crate::session::step::{Position, focus_at};
use crate::session::tree::RunId;
use crate::session::worker::Published;
use crate::session::{ChildRun, Children};
use crate::ui::widgets::Status;
use crate::ui::workspace::{RunItem, RunPlace};

use super::runs::came_to;
use super::{Cursor, RunEntry, Shown, Workbench};

/// Children that are listed under a run, at most.
const MOST_LISTED: usize = 100;

/// The children of a run that are listed, made when the run has published and not once a frame.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    rows: Vec<(ExecutionId, String, Status, &'static str)>,
    n_more: usize,
}

impl Listing {
    /// Lists the first children, of a run that rests those that failed before the others.
    pub(super) fn of(published: &Published) -> Self {
        let children = &published.children;
        let row = |child: &ChildRun| {
            let (status, word) = came_to(&child.status());
            (child.about().id, name(published, child), status, word)
        };
        let failed = |it: &&ChildRun| !matches!(it.status(), RunEnd::Succeeded(_) | RunEnd::Running);
        let rows = if published.done {
            let first = children.iter().filter(failed);
            first.chain(children.iter().filter(|it| !failed(it))).take(MOST_LISTED).map(row).collect()
        } else {
            children.iter().take(MOST_LISTED).map(row).collect()
        };
        Self { rows, n_more: children.len().saturating_sub(MOST_LISTED) }
    }
}

impl Workbench {
    /// Returns the child executions of a run as the workspace lists them below it.
    pub(super) fn child_items(&self, id: RunId, depth: usize, items: &mut Vec<RunItem>) {
        let Some(run) = self.runs.get(id) else { return };
        let open = self.shown.filter(|it| it.run == id).and_then(|it| it.child);
        let item = |name: &str, status, word: &str, place| RunItem { depth, ..RunItem::new(name, status, word, place) };
        items.extend(run.listing.rows.iter().map(|(child, name, status, word)| RunItem {
            shown: open == Some(*child),
            ..item(name, *status, word, RunPlace::Child(id, child.0))
        }));
        if run.listing.n_more > 0 {
            let name = format!("{} more that are not listed", run.listing.n_more);
            items.push(item(&name, Status::NotReached, "", RunPlace::Rest));
        }
    }

    /// Shows the history of a child execution of a run.
    pub fn open_child(&mut self, of: RunId, id: u32) {
        let id = ExecutionId(id);
        let key = self.next_key();
        let Some(run) = self.runs.get_mut(of) else { return };
        // What was opened before is shown again unless the run has gone on since.
        let known = run.opened.get(&id).is_some_and(|it| it.published.revision == run.published.revision);
        if !known {
            let Some(child) = run.published.children.get(id) else { return };
            let name = format!("{}, {}", run.name, name(&run.published, child));
            let published = Published {
                identity: child.identity(),
                log: child.log(run.published.outline()).view().clone(),
                children: Children::default(),
                status: child.status(),
                unanswered: Vec::new(),
                arrival: None,
                done: true,
                ..(*run.published).clone()
            };
            let mut entry = RunEntry::new(name, Arc::clone(&run.edition), Arc::new(published), None);
            entry.seed = run.seed;
            entry.key = key;
            entry.read_events(usize::MAX);
            entry.cursor = Cursor::FirstError;
            run.opened.insert(id, entry);
        }
        self.put_on_screen(Shown { run: of, child: Some(id) });
        self.follow();
    }

    /// Opens the child execution in which a journey has just stopped, at the event.
    pub(super) fn follow_inside(&mut self) {
        let Some(((child, event), of)) = self.arrived_inside.take().zip(self.shown_id()) else { return };
        let why = self.runs.get(of).and_then(|it| it.published.arrival).map(|it| it.why);
        self.open_child(of, child.0);
        let opened = self.runs.get_mut(of).and_then(|it| it.opened.get_mut(&child));
        if let (Some(opened), Some(Why::Inside(breakpoint, ..))) = (opened, why) {
            let at = Position { event, strand: focus_at(&opened.published.log, event) };
            let arrival = Some(Arrival { at, why: Why::Breakpoint(breakpoint) });
            opened.published = Arc::new(Published { arrival, ..(*opened.published).clone() });
            self.move_to(event);
        }
    }
}

fn name(published: &Published, child: &ChildRun) -> String {
    let about = child.about();
    format!("{} #{}", published.outline().name(about.map()), about.index)
}
