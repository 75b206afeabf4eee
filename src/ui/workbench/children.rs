//! Child executions of distributed Maps: listed under their run, and opened as histories of their own.

use std::sync::Arc;

use crate::engine::{ExecutionId, Status as RunEnd};
use crate::session::journey::{Arrival, Why};
use crate::session::step::{Position, focus_at};
use crate::session::worker::Published;
use crate::session::{ChildRun, Children};
use crate::ui::bind::RunIndex;
use crate::ui::timeline::Lanes;
use crate::ui::widgets::Status;
use crate::ui::workspace::{RunItem, RunPlace};

use super::runs::came_to;
use super::{Cursor, RunEntry, Workbench};

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
    /// Returns the runs as the workspace lists them: the last one first, under the one that is shown its children.
    pub(super) fn run_items(&self) -> Vec<RunItem> {
        let mut items = Vec::new();
        let open = self.shown.and_then(|it| self.runs[it].child_of);
        let shown = open.map(|(of, _)| of).or(self.shown);
        for (idx, run) in self.runs.iter().enumerate().rev().filter(|(_, it)| it.child_of.is_none()) {
            let (status, note) = run.outcome();
            let place = RunPlace::Run(idx);
            items.push(RunItem { name: run.name.clone(), status, note, shown: self.shown == Some(idx), place });
            if shown != Some(idx) {
                continue;
            }
            items.extend(run.listing.rows.iter().map(|(id, name, status, word)| RunItem {
                name: name.clone(),
                status: *status,
                note: (*word).to_owned(),
                shown: open == Some((idx, *id)),
                place: RunPlace::Child(idx, id.0),
            }));
            if run.listing.n_more > 0 {
                let name = format!("{} more that are not listed", run.listing.n_more);
                let (status, note) = (Status::NotReached, String::new());
                items.push(RunItem { name, status, note, shown: false, place: RunPlace::Rest });
            }
        }
        items
    }

    /// Shows the history of a child execution of the run at this place.
    pub fn open_child(&mut self, of: usize, id: u32) {
        let id = ExecutionId(id);
        let Some(run) = self.runs.get(of) else { return };
        let Some(child) = run.published.children.get(id) else { return };
        let open = self.runs.iter().position(|it| it.child_of == Some((of, id)));
        if let Some(open) = open.filter(|it| self.runs[*it].published.log.len() == child.events().len()) {
            return self.show_run(open);
        }
        let name = format!("{}, {}", run.name, name(&run.published, child));
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
            listing: Listing::default(),
            worker: None,
            child_of: Some((of, id)),
            n_arrivals: 0,
        };
        let place = open.unwrap_or(self.runs.len());
        match self.runs.get_mut(place) {
            // It has gone on since it was opened.
            Some(open) => *open = entry,
            None => self.runs.push(entry),
        }
        self.show_run(place);
        self.cursor = Cursor::FirstError;
        self.follow();
    }

    /// Opens the child execution in which a journey has just stopped, at the event.
    pub(super) fn follow_inside(&mut self) {
        let Some(((child, event), of)) = self.arrived_inside.take().zip(self.shown) else { return };
        let why = self.runs.get(of).and_then(|it| it.published.arrival).map(|it| it.why);
        self.open_child(of, child.0);
        let opened = self.shown.filter(|it| *it != of).and_then(|it| self.runs.get_mut(it));
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
    format!("{} #{}", published.program.outline.name(about.map()), about.index)
}
