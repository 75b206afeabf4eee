//! What two executions differ in: aligned by where they are in their states, iterations and attempts, not by event
//! numbers or times, which are never the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{Event, EventId, EventKind};
use crate::history::LogView;
use crate::history::aside::Aside;
use crate::history::aws::event_type;
use crate::json::Json;
use crate::json::diff::Difference;

use super::changes::Changes;
pub use super::changes::{Change, Generated};
use super::lanes::{Lanes, Path, Slot};

/// A run to compare: its events, and what stands beside them if they were recorded elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The events.
    pub log: &'a LogView,
    /// What its file does not say is not compared.
    pub asides: Option<&'a BTreeMap<EventId, Aside>>,
}

/// What two runs differ in.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Where they part; `None` where they do the same.
    pub first: Option<Divergence>,
    /// The visits of states that are not the same in both, in the order of the left run; those that only the right run
    /// has come last.
    pub visits: Vec<VisitPair>,
    /// The visits that both runs have and that are the same, in the order of the left run.
    pub same: Vec<VisitPair>,
    /// By the left run's events: the right one's at the same place.
    pub pairs: BTreeMap<EventId, EventId>,
}

/// The first event that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// The last event before that is the same in both, left and right; `None` at the very beginning.
    pub previous: Option<(EventId, EventId)>,
    /// The left run's event; `None` where it has no more here.
    pub left: Option<EventId>,
    /// The right run's event; `None` where it has no more here.
    pub right: Option<EventId>,
    /// Where: the state, and the items of the Maps around it.
    pub place: Place,
    /// What differs.
    pub changes: Vec<Change>,
    /// What happens instead of what, in a sentence.
    pub why: String,
}

/// A place that two runs have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The state; empty for the execution as a whole.
    pub state: Arc<str>,
    /// Which visit of the state in its thread of control, from 1.
    pub visit: u32,
    /// The items of the Maps around it, outermost first.
    pub iterations: Vec<(Arc<str>, u32)>,
}

/// One visit of a state in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitPair {
    /// Which.
    pub place: Place,
    /// Its entry in the left run; `None` where only the right one has it.
    pub left: Option<EventId>,
    /// Its entry in the right run; `None` where only the left one has it.
    pub right: Option<EventId>,
    /// What differs within it.
    pub changes: Vec<Change>,
}

/// Compares two runs.
pub fn compare(left: Side<'_>, right: Side<'_>, generated: Generated) -> Comparison {
    let (ours, theirs) = (Lanes::of(left.log), Lanes::of(right.log));
    let pair = Pair { left, right, generated };
    let mut comparison = Comparison { first: None, visits: Vec::new(), same: Vec::new(), pairs: BTreeMap::new() };
    let mut first: Option<(u32, Divergence)> = None;
    for (path, lane) in &ours.lanes {
        let Some(other) = theirs.lanes.get(path) else { continue };
        let events = |ids: &[EventId], log| ids.iter().filter_map(|it| LogView::event(log, *it)).cloned().collect();
        let (mine, other_events): (Vec<Event>, Vec<Event>) =
            (events(&lane.events, left.log), events(&other.events, right.log));
        let cut = (lane.cut, other.cut);
        if let Some((at, divergence)) = pair.walk(path, &mine, &other_events, cut, &mut comparison.pairs)
            && first.as_ref().is_none_or(|(before, _)| at < *before)
        {
            first = Some((at, divergence));
        }
    }
    for (at, divergence) in pair.lone_lanes(&ours, &theirs) {
        if first.as_ref().is_none_or(|(before, _)| at < *before) {
            first = Some((at, divergence));
        }
    }
    comparison.first = first.map(|(_, divergence)| divergence);
    pair.visits(&ours, &theirs, &mut comparison);
    comparison
}

struct Pair<'a> {
    left: Side<'a>,
    right: Side<'a>,
    generated: Generated,
}

impl Pair<'_> {
    /// Walks two lanes beside each other; returns where they part, and how far into the left run that is.
    fn walk(
        &self,
        path: &Path,
        left: &[Event],
        right: &[Event],
        cut: (bool, bool),
        pairs: &mut BTreeMap<EventId, EventId>,
    ) -> Option<(u32, Divergence)> {
        let mut previous: Option<(&Event, &Event)> = None;
        let mut visits: BTreeMap<&str, u32> = BTreeMap::new();
        for nth in 0..left.len().max(right.len()) {
            let (ours, theirs) = (left.get(nth), right.get(nth));
            if ours.is_none() && cut.0 || theirs.is_none() && cut.1 {
                return None;
            }
            if let Some(it) = ours.filter(|it| matches!(it.kind, EventKind::StateEntered { .. })) {
                *visits.entry(self.left.name(it)).or_default() += 1;
            }
            let changes = match (ours, theirs) {
                (Some(ours), Some(theirs)) => self.changes(ours, theirs, 0),
                _ => Vec::new(),
            };
            if let (Some(ours), Some(theirs), true) = (ours, theirs, changes.is_empty()) {
                pairs.insert(ours.id, theirs.id);
                previous = Some((ours, theirs));
                continue;
            }
            let at = ours.map_or_else(|| previous.map_or(0, |(it, _)| it.id.0 + 1), |it| it.id.0);
            let state = ours.map(|it| self.left.name(it)).or(theirs.map(|it| self.right.name(it))).unwrap_or_default();
            let place = place(path, state, visits.get(state).copied().unwrap_or(0));
            let why = self.why(previous, ours, theirs, &changes);
            let previous = previous.map(|(ours, theirs)| (ours.id, theirs.id));
            let (left, right) = (ours.map(|it| it.id), theirs.map(|it| it.id));
            return Some((at, Divergence { previous, left, right, place, changes, why }));
        }
        None
    }

    /// Lanes that one run lacks, though what opened them came to a good end there.
    fn lone_lanes(&self, ours: &Lanes<'_>, theirs: &Lanes<'_>) -> Vec<(u32, Divergence)> {
        let mut found = Vec::new();
        for (path, lane) in ours.lanes.iter().filter(|(path, _)| !theirs.lanes.contains_key(*path)) {
            let around: Path = path[..path.len().saturating_sub(1)].into();
            // Where the lanes around part, that says more; where the other run gave up, this says nothing.
            let Some(outer) = theirs.lanes.get(&around).filter(|it| !it.cut) else { continue };
            let failed = outer.events.iter().filter_map(|it| self.right.log.event(*it)).any(|it| {
                matches!(it.kind, EventKind::ParallelFailed | EventKind::MapFailed | EventKind::ExecutionFailed(_))
            });
            let Some(event) = lane.events.first().and_then(|it| self.left.log.event(*it)).filter(|_| !failed) else {
                continue;
            };
            let place = place(path, self.left.name(event), 1);
            let why = self.why(None, Some(event), None, &[]);
            let (previous, left, right) = (None, Some(event.id), None);
            found.push((event.id.0, Divergence { previous, left, right, place, changes: Vec::new(), why }));
        }
        found
    }

    fn visits(&self, ours: &Lanes<'_>, theirs: &Lanes<'_>, comparison: &mut Comparison) {
        let mut left = by_visit(ours);
        let mut right = by_visit(theirs);
        let mut order: Vec<(EventId, (Path, Place))> = left.iter().map(|(key, it)| (it[0].0, key.clone())).collect();
        order.sort();
        for (_, key) in order {
            let (Some(mine), other) = (left.remove(&key), right.remove(&key)) else { continue };
            let entry = |it: &[(EventId, u32)]| it.first().map(|it| it.0);
            let changes = other.as_ref().map(|other| self.visit_changes(&mine, other)).unwrap_or_default();
            let is_same = other.is_some() && changes.is_empty();
            let (left, right) = (entry(&mine), other.as_deref().and_then(entry));
            let pair = VisitPair { place: key.1, left, right, changes };
            if is_same {
                comparison.same.push(pair);
            } else {
                comparison.visits.push(pair);
            }
        }
        let mut only_right: Vec<_> = right.into_iter().collect();
        only_right.sort_by_key(|(_, events)| events[0].0);
        comparison.visits.extend(only_right.into_iter().map(|((_, place), events)| {
            let right = Some(events[0].0);
            VisitPair { place, left: None, right, changes: Vec::new() }
        }));
    }

    /// Compares two visits: what belongs to the same attempt and is of the same type goes together.
    fn visit_changes(&self, left: &[(EventId, u32)], right: &[(EventId, u32)]) -> Vec<Change> {
        let event = |side: Side<'_>, id: EventId| side.log.event(id).cloned();
        let mut rest: Vec<Option<(Event, u32)>> =
            right.iter().map(|(id, attempt)| Some((event(self.right, *id)?, *attempt))).collect();
        let mut found = Vec::new();
        for (id, attempt) in left {
            let Some(ours) = event(self.left, *id) else { continue };
            let kind = event_type(self.left.log.outline(), &ours);
            let same = |it: &Option<(Event, u32)>| {
                it.as_ref().is_some_and(|(it, other)| other == attempt && self.right.type_of(it) == kind)
            };
            match rest.iter_mut().find(|it| same(it)).and_then(Option::take) {
                Some((theirs, _)) => found.extend(self.changes(&ours, &theirs, *attempt)),
                None => found.push(one_sided(Some((&kind, *id)), None, *attempt)),
            }
        }
        for (theirs, attempt) in rest.into_iter().flatten() {
            found.push(one_sided(None, Some((&self.right.type_of(&theirs), theirs.id)), attempt));
        }
        found
    }

    /// Returns what differs between two events.
    fn changes(&self, left: &Event, right: &Event, attempt: u32) -> Vec<Change> {
        let generated = self.generated;
        let mut found = Changes { left: left.id, right: right.id, attempt, generated, list: Vec::new() };
        let (ours, theirs) = (self.left.type_of(left), self.right.type_of(right));
        if ours != theirs {
            found.texts("type", Some(&ours), Some(&theirs));
            return found.list;
        }
        found.texts("name", Some(self.left.name(left)), Some(self.right.name(right)));
        // What a file does not have cannot differ.
        if !self.left.lacks(left) && !self.right.lacks(right) {
            found.payloads(&left.kind, &right.kind);
        }
        match (&left.kind, &right.kind) {
            (EventKind::TaskScheduled(ours), EventKind::TaskScheduled(theirs)) => found.calls(ours, theirs),
            (EventKind::MapStarted { length: ours }, EventKind::MapStarted { length: theirs }) => {
                found.texts("length", Some(&ours.to_string()), Some(&theirs.to_string()));
            }
            _ => {}
        }
        if let (Some(ours), Some(theirs)) = (left.kind.failure(), right.kind.failure()) {
            found.failures(ours, theirs);
        }
        found.list
    }

    fn why(
        &self,
        previous: Option<(&Event, &Event)>,
        left: Option<&Event>,
        right: Option<&Event>,
        changes: &[Change],
    ) -> String {
        let after = previous.map(|(it, _)| format!("after {}: ", self.left.describe(it))).unwrap_or_default();
        match (left, right) {
            (Some(left), Some(_)) if changes.iter().all(|it| it.field != "type") => {
                let fields: Vec<&str> = changes.iter().map(|it| it.field).collect();
                let first = changes.first().and_then(|it| it.differences.first());
                let at = first.filter(|it| !it.pointer.is_empty()).map(|it| format!(", first at {}", it.pointer));
                format!(
                    "{after}{} has another {}{}",
                    self.left.describe(left),
                    fields.join(", "),
                    at.unwrap_or_default()
                )
            }
            (Some(left), Some(right)) => {
                format!("{after}{} became {}", self.left.describe(left), self.right.describe(right))
            }
            (Some(left), None) => format!("{after}{} does not happen any more", self.left.describe(left)),
            (None, Some(right)) => format!("{after}{} happens in addition", self.right.describe(right)),
            (None, None) => after,
        }
    }
}

impl<'a> Side<'a> {
    fn name(&self, event: &Event) -> &'a str {
        self.log.outline().name(event.state)
    }

    fn type_of(&self, event: &Event) -> String {
        event_type(self.log.outline(), event)
    }

    fn lacks(&self, event: &Event) -> bool {
        self.asides.and_then(|it| it.get(&event.id)).is_some_and(|it| it.payload.is_some())
    }

    fn describe(&self, event: &Event) -> String {
        let (kind, name) = (self.type_of(event), self.name(event));
        let error = event.kind.failure().and_then(|it| it.error.as_deref());
        let error = error.map(|it| format!(" ({it})")).unwrap_or_default();
        match &event.kind {
            EventKind::TaskScheduled(call) if call.attempt > 1 => {
                format!("{kind} of {name:?}, attempt {}", call.attempt)
            }
            EventKind::IterationStarted { index, .. }
            | EventKind::IterationSucceeded { index }
            | EventKind::IterationFailed { index } => format!("{kind} {index} of {name:?}"),
            _ if name.is_empty() => format!("{kind}{error}"),
            _ => format!("{kind} of {name:?}{error}"),
        }
    }
}

fn one_sided(left: Option<(&str, EventId)>, right: Option<(&str, EventId)>, attempt: u32) -> Change {
    let (before, after) = (left.map(|it| Json::from(it.0)), right.map(|it| Json::from(it.0)));
    let differences = vec![Difference { pointer: String::new(), before, after }];
    Change { left: left.map(|it| it.1), right: right.map(|it| it.1), attempt, field: "type", differences }
}

fn place(path: &Path, state: &str, visit: u32) -> Place {
    let iterations = path.iter().filter_map(|it| match it.slot {
        Slot::Item(index) => Some((Arc::clone(&it.state), index)),
        Slot::Branch(_) => None,
    });
    Place { state: state.into(), visit: visit.max(1), iterations: iterations.collect() }
}

/// Returns the events of each visit with their attempts.
fn by_visit(lanes: &Lanes<'_>) -> BTreeMap<(Path, Place), Vec<(EventId, u32)>> {
    let mut found: BTreeMap<(Path, Place), Vec<(EventId, u32)>> = BTreeMap::new();
    for (path, lane) in &lanes.lanes {
        let mut visits: BTreeMap<&str, u32> = BTreeMap::new();
        let mut current: Option<(Path, Place)> = None;
        let mut attempt = 0;
        for event in lane.events.iter().filter_map(|it| lanes.log.event(*it)) {
            let name = lanes.log.outline().name(event.state);
            match &event.kind {
                EventKind::StateEntered { .. } => {
                    let nth = visits.entry(name).or_default();
                    *nth += 1;
                    attempt = 0;
                    current = Some((Arc::clone(path), place(path, name, *nth)));
                }
                EventKind::TaskScheduled(_) | EventKind::ParallelStarted | EventKind::MapStarted { .. } => attempt += 1,
                _ => {}
            }
            let of_visit = !name.is_empty() && current.as_ref().is_some_and(|(_, it)| *it.state == *name);
            if let (Some(key), true) = (&current, of_visit) {
                let shown = if matches!(event.kind, EventKind::StateEntered { .. }) { 0 } else { attempt };
                found.entry(key.clone()).or_default().push((event.id, shown));
            }
        }
    }
    found
}
