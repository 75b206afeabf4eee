//! `Inside`: breakpoints met in the child executions of distributed Maps, each of which has events of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{EventId, ExecutionId, Status};
use crate::history::Frame;
use crate::session::children::{ChildRun, Children};
use crate::session::rules::Rules;

use super::{Armed, Scan};

/// A walk over the events of all children of a run, as they come.
///
/// Hits are counted in each child by itself. A breakpoint at a moment of the virtual clock is about the run and stops in
/// no child.
#[derive(Clone, Debug)]
pub struct Inside {
    list: Armed,
    rules: Rules,
    /// Those that have begun and not ended.
    going: BTreeMap<ExecutionId, (Scan, Frame)>,
}

impl Inside {
    /// Returns a walk that goes on with the events to come after those of `children`.
    pub fn new(list: &Armed, rules: Rules, children: Option<&Children>) -> Self {
        let mut inside = Self { list: list.that_reach_inside(), rules, going: BTreeMap::new() };
        if !inside.list.is_empty() {
            for child in children.into_iter().flat_map(Children::iter).filter(|it| it.status() == Status::Running) {
                inside.take_in(child);
            }
        }
        inside
    }

    /// Takes in what is new in `child`; returns the first event there at which a breakpoint stops, and which one.
    pub fn take_in(&mut self, child: &ChildRun) -> Option<(EventId, usize)> {
        if self.list.is_empty() {
            return None;
        }
        let id = child.about().id;
        let (scan, frame) = self.going.entry(id).or_insert_with(|| {
            let scan = Scan::new(self.list.clone(), self.rules.clone(), child.identity());
            (scan, Frame::new(Arc::clone(self.rules.outline())))
        });
        let mut found = None;
        for event in child.events().get(frame.event.0 as usize..).unwrap_or_default() {
            frame.fold(event);
            let stop = scan.stop(frame, event);
            found = found.or(stop.map(|it| (event.id, it)));
        }
        if child.status() != Status::Running {
            self.going.remove(&id);
        }
        found
    }
}
