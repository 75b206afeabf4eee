//! Lanes: the events of a run by thread of control, named so that those of two runs can be laid beside each other.
//!
//! Event numbers and strands of two runs have nothing to do with each other as soon as something differs or several
//! strands run at once. What stays is where a strand comes from: which visit of which Parallel or Map opened it, at
//! which attempt, for which item or branch.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::StateKind;
use crate::engine::{Event, EventId, EventKind, StrandId};
use crate::history::LogView;

/// Where a lane comes from, outermost first; empty for the execution's own.
pub(super) type Path = Arc<[Step]>;

/// One step inwards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// The Parallel or Map.
    pub(super) state: Arc<str>,
    /// Which visit of it in its own lane, from 0.
    pub(super) visit: u32,
    /// Which of its beginnings in that visit, from 0.
    pub(super) start: u32,
    pub(super) slot: Slot,
}

/// Which of the strands inside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// The item of a Map.
    Item(u32),
    /// The branch of a Parallel, by the state that it begins with.
    Branch(Arc<str>),
}

/// The events of one strand.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    pub(super) events: Vec<EventId>,
    /// Whether it was given up, or stood still when its run ended: then that there is no more says nothing.
    pub(super) cut: bool,
}

/// A run by lanes.
#[derive(Debug)]
pub(super) struct Lanes<'a> {
    pub(super) log: &'a LogView,
    pub(super) lanes: BTreeMap<Path, Lane>,
}

/// What is known of a strand while the events are read.
struct Strand {
    path: Path,
    state: Arc<str>,
    visit: u32,
    start: u32,
    /// Visits so far, by state.
    visits: BTreeMap<Arc<str>, u32>,
    children: Vec<Path>,
}

impl<'a> Lanes<'a> {
    pub(super) fn of(log: &'a LogView) -> Self {
        let mut lanes = Self { log, lanes: BTreeMap::new() };
        let mut strands: BTreeMap<StrandId, Strand> = BTreeMap::new();
        strands.insert(StrandId::ROOT, Strand::new(Path::default()));
        for event in log.iter().filter(|it| it.kind != EventKind::NotRecorded) {
            lanes.read(event, &mut strands);
        }
        // What was stopped from outside or goes on might have done more.
        let last = log.iter().next_back().map(|it| &it.kind);
        let ended = matches!(
            last,
            Some(
                EventKind::ExecutionSucceeded { .. } | EventKind::ExecutionFailed(_) | EventKind::ExecutionTimedOut(_)
            )
        );
        if !ended {
            for strand in strands.values() {
                lanes.lanes.entry(Arc::clone(&strand.path)).or_default().cut = true;
            }
        }
        lanes
    }

    fn read(&mut self, event: &Event, strands: &mut BTreeMap<StrandId, Strand>) {
        let name = self.log.outline().state(event.state).map(|it| Arc::clone(&it.name)).unwrap_or_default();
        match &event.kind {
            EventKind::IterationStarted { index, parent } => open(strands, event.strand, *parent, Slot::Item(*index)),
            EventKind::StateEntered { parent, .. } if !strands.contains_key(&event.strand) => {
                open(strands, event.strand, *parent, Slot::Branch(Arc::clone(&name)));
            }
            _ => {}
        }
        let strand = strands.entry(event.strand).or_insert_with(|| Strand::new(Path::default()));
        match &event.kind {
            EventKind::StateEntered { .. } => {
                let visits = strand.visits.entry(Arc::clone(&name)).or_default();
                strand.visit = *visits;
                *visits += 1;
                strand.state = name;
                strand.start = 0;
            }
            EventKind::ParallelStarted | EventKind::MapStarted { .. } => {
                strand.start += 1;
                self.end_scope(event, strands, false);
            }
            EventKind::ParallelSucceeded | EventKind::MapSucceeded => self.end_scope(event, strands, true),
            EventKind::ParallelFailed | EventKind::MapFailed => self.end_scope(event, strands, false),
            // That something was given up depends on how far it had come.
            EventKind::StateAborted | EventKind::IterationAborted { .. } | EventKind::ExecutionAborted(_) => return,
            _ => {}
        }
        let Some(strand) = strands.get(&event.strand) else { return };
        self.lanes.entry(Arc::clone(&strand.path)).or_default().events.push(event.id);
        if matches!(event.kind, EventKind::ExecutionFailed(_) | EventKind::ExecutionTimedOut(_)) {
            self.end_all(event, strands);
        }
    }

    /// What was open inside has ended: all of it with a success, else only the strand that failed.
    fn end_scope(&mut self, event: &Event, strands: &mut BTreeMap<StrandId, Strand>, well: bool) {
        let failed = self.log.event(event.prev).and_then(|it| strands.get(&it.strand)).map(|it| Arc::clone(&it.path));
        let Some(owner) = strands.get_mut(&event.strand) else { return };
        for path in std::mem::take(&mut owner.children) {
            let lane = self.lanes.entry(path.clone()).or_default();
            lane.cut = !well && Some(&path) != failed.as_ref() && !ended(self.log, lane);
        }
    }

    fn end_all(&mut self, event: &Event, strands: &mut BTreeMap<StrandId, Strand>) {
        let failed = self.log.event(event.prev).and_then(|it| strands.get(&it.strand)).map(|it| Arc::clone(&it.path));
        for strand in strands.values().filter(|it| !it.path.is_empty() && Some(&it.path) != failed.as_ref()) {
            if let Some(lane) = self.lanes.get_mut(&strand.path)
                && !ended(self.log, lane)
            {
                lane.cut = true;
            }
        }
    }
}

/// Whether the lane's own last event says that it has come to its end.
fn ended(log: &LogView, lane: &Lane) -> bool {
    let last = lane.events.last().and_then(|it| log.event(*it));
    last.is_some_and(|it| {
        matches!(it.kind, EventKind::IterationSucceeded { .. } | EventKind::IterationFailed { .. })
            || log.outline().state(it.state).is_some_and(|state| {
                state.end && state.kind != Some(StateKind::Choice) && matches!(it.kind, EventKind::StateExited { .. })
            })
    })
}

fn open(strands: &mut BTreeMap<StrandId, Strand>, id: StrandId, parent: StrandId, slot: Slot) {
    let path = match strands.get_mut(&parent) {
        Some(owner) => {
            let start = owner.start.saturating_sub(1);
            let step = Step { state: Arc::clone(&owner.state), visit: owner.visit, start, slot };
            let path: Path = owner.path.iter().cloned().chain([step]).collect();
            owner.children.push(Arc::clone(&path));
            path
        }
        None => Path::default(),
    };
    strands.insert(id, Strand::new(path));
}

impl Strand {
    fn new(path: Path) -> Self {
        Self { path, state: Arc::default(), visit: 0, start: 0, visits: BTreeMap::new(), children: Vec::new() }
    }
}
