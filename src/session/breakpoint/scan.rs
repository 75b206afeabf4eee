//! `Scan`: which breakpoints are met, event by event. The same forwards and backwards, live and recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::StateId;
use crate::engine::{Event, EventId, EventKind, Failure, Identity, StrandId};
use crate::history::{Frame, LogView};
use crate::json::Json;
use crate::session::moment::{Course, enters_fail};
use crate::session::query::{Lens, Query, data};
use crate::session::rules::Rules;
use crate::session::search::Watch;
use crate::time::Timestamp;

use super::{Armed, Ready, Trigger};

/// A walk over events that looks out for breakpoints.
#[derive(Clone, Debug)]
pub struct Scan {
    list: Armed,
    rules: Rules,
    identity: Identity,
    counts: Vec<u32>,
    /// By breakpoint: what it watches, as each strand has it.
    watched: Vec<BTreeMap<StrandId, Option<Json>>>,
    start: Option<Timestamp>,
    input: Json,
    now: Timestamp,
    /// The failures that have just been reported, by their events.
    reported: BTreeMap<EventId, bool>,
}

/// That a breakpoint is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its place in the list.
    pub breakpoint: usize,
    /// What it writes into the console; `None` if it stops.
    pub message: Option<String>,
}

impl Scan {
    /// Returns a scan for `list`, made ready for the states of `rules`, before its first event.
    pub fn new(list: Armed, rules: impl Into<Rules>, identity: Identity) -> Self {
        let n = list.armed.len();
        Self {
            list,
            rules: rules.into(),
            identity,
            counts: vec![0; n],
            watched: vec![BTreeMap::new(); n],
            start: None,
            input: Json::Null,
            now: Timestamp::default(),
            reported: BTreeMap::new(),
        }
    }

    /// Goes on by one event and returns the breakpoints that are met, in the order of the list. `frame` is the moment
    /// just after it.
    ///
    /// A condition that cannot be evaluated does not hold, and says so in a message.
    pub fn hits(&mut self, frame: &Frame, event: &Event) -> Vec<Hit> {
        if let EventKind::ExecutionStarted { input } = &event.kind {
            self.start = Some(event.at);
            self.input = input.clone();
        }
        if matches!(event.kind, EventKind::ExecutionRedriven { .. }) {
            self.watch_all(frame, event);
        }
        let failed = self.failure(frame, event);
        let mut hits = Vec::new();
        let list = self.list.clone();
        for (nth, ready) in list.armed.iter().enumerate() {
            if !self.is_met(nth, ready, frame, event, failed.as_ref()) {
                continue;
            }
            let lens = self.lens(frame, event);
            match ready.condition.as_ref().map_or(Ok(true), |it| it.holds(lens)) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(fault) => {
                    let message = Some(format!("The condition cannot be evaluated. {}", fault.detail));
                    hits.push(Hit { breakpoint: ready.idx, message });
                    continue;
                }
            }
            self.counts[nth] += 1;
            if ready.hits.is_none_or(|it| it.takes(self.counts[nth])) {
                let message = ready.message.as_ref().map(|it| it.text(self.lens(frame, event)));
                hits.push(Hit { breakpoint: ready.idx, message });
            }
        }
        self.now = event.at;
        hits
    }

    /// Goes on by one event and returns the first breakpoint that stops there.
    pub fn stop(&mut self, frame: &Frame, event: &Event) -> Option<usize> {
        self.hits(frame, event).into_iter().find(|it| it.message.is_none()).map(|it| it.breakpoint)
    }

    fn lens<'a>(&'a self, frame: &'a Frame, event: &'a Event) -> Lens<'a> {
        let start = self.start.unwrap_or(event.at);
        Lens { frame, event, identity: &self.identity, start, input: &self.input }
    }

    fn is_met(&mut self, nth: usize, ready: &Ready, frame: &Frame, event: &Event, failed: Option<&Reported>) -> bool {
        let here = |state: StateId| ready.states.as_ref().is_none_or(|states| states.contains(&state));
        let course = || failed.and_then(|_| course_of(&self.rules, frame, event));
        match &ready.trigger {
            Trigger::Enter => matches!(event.kind, EventKind::StateEntered { .. }) && here(event.state),
            Trigger::Exit => matches!(event.kind, EventKind::StateExited { .. }) && here(event.state),
            Trigger::Error(pattern) => failed.is_some_and(|it| {
                // Where it was raised; a breakpoint on a Parallel or Map is also met when the failure gets there.
                (it.is_first || ready.states.is_some()) && here(it.state) && it.is_named(pattern)
            }),
            Trigger::Retry => matches!(course(), Some(Course::Retried(state)) if here(state)),
            Trigger::Caught => {
                // What a Map Run fails with gets to its Map with the next event.
                let arrives = !matches!(event.kind, EventKind::MapRunFailed(_));
                let own = |state| failed.is_some_and(|it| it.state == state);
                arrives && matches!(course(), Some(Course::Caught(state)) if here(state) && own(state))
            }
            Trigger::Uncaught => {
                failed.is_some_and(|it| it.is_first && here(it.state)) && course() == Some(Course::Uncaught)
            }
            Trigger::Change(query) => self.has_changed(nth, query, frame, event) && here(event.state),
            Trigger::Time(moment) => {
                let Some(start) = self.start else { return false };
                let at = moment.since(start);
                let before = if event.id == EventId(1) { None } else { Some(self.now) };
                event.at >= at && before.is_none_or(|it| it < at)
            }
        }
    }

    /// Whether what the strand of the event has at hand differs from what it had.
    fn has_changed(&mut self, nth: usize, query: &Query, frame: &Frame, event: &Event) -> bool {
        if !matches!(event.kind, EventKind::StateEntered { .. } | EventKind::StateExited { .. }) {
            return false;
        }
        let Some(view) = frame.strands.get(&event.strand) else { return false };
        let now = self.value(query, frame, event);
        let seen = &mut self.watched[nth];
        // A branch has at first what is around it; an item is another thing than the Map's input.
        let around = || view.parent.filter(|_| view.index.is_none()).and_then(|it| seen.get(&it)).cloned();
        let before = seen.get(&event.strand).cloned().or_else(around);
        let changed = before.is_some_and(|it| it != now);
        seen.insert(event.strand, now);
        if seen.len() > 2 * frame.strands.len() + 64 {
            seen.retain(|strand, _| frame.strands.contains_key(strand));
        }
        changed
    }

    fn value(&self, query: &Query, frame: &Frame, event: &Event) -> Option<Json> {
        if let Query::Path(path) = query
            && path.is_whole_input()
        {
            return frame.strands.get(&event.strand).map(|it| data(it).clone());
        }
        query.value(self.lens(frame, event)).ok().flatten()
    }

    /// Notes what every strand has at hand at this moment.
    fn watch_all(&mut self, frame: &Frame, event: &Event) {
        for (nth, ready) in self.list.clone().armed.iter().enumerate() {
            let Trigger::Change(query) = &ready.trigger else { continue };
            let has_data = frame.strands.iter().filter(|(_, view)| view.entered.0 > 0);
            let values = has_data.map(|(strand, _)| {
                let of_strand = Event { strand: *strand, ..event.clone() };
                (*strand, self.value(query, frame, &of_strand))
            });
            self.watched[nth] = values.collect();
        }
    }

    /// Returns the failure that the event reports, and keeps in mind that it has.
    fn failure(&mut self, frame: &Frame, event: &Event) -> Option<Reported> {
        if !is_aftermath(&event.kind) {
            self.reported.clear();
        }
        let known = self.reported.get(&event.prev) == Some(&true);
        let view = frame.strands.get(&event.strand);
        let pending = || self.rules.ruling(frame, event).and_then(|it| it.failure().cloned());
        let (failure, state, is_first) = match &event.kind {
            EventKind::TaskFailed(_)
            | EventKind::TaskTimedOut(_)
            | EventKind::EvaluationFailed(_)
            | EventKind::MapRunFailed(_) => (event.kind.failure().cloned().map(Arc::new), event.state, true),
            EventKind::StateEntered { .. } if enters_fail(frame, event) => (pending(), event.state, true),
            EventKind::ParallelFailed | EventKind::MapFailed => (pending(), event.state, false),
            EventKind::ExecutionFailed(failure) | EventKind::ExecutionTimedOut(failure) if !known => {
                (Some(Arc::clone(failure)), view.map_or(StateId::NONE, |it| it.state), true)
            }
            _ => return None,
        };
        self.reported.insert(event.id, is_first || known);
        Some(Reported { failure, state, is_first })
    }
}

impl Watch for Scan {
    fn begin(&mut self, log: &LogView, frame: &Frame) {
        self.counts.iter_mut().for_each(|it| *it = 0);
        self.reported.clear();
        self.now = frame.at;
        let first = log.event(EventId(1)).filter(|_| frame.event.0 > 0);
        self.start = first.map(|it| it.at);
        if let Some(EventKind::ExecutionStarted { input }) = first.map(|it| &it.kind) {
            self.input = input.clone();
        }
        let Some(last) = log.event(frame.event) else {
            self.watched.iter_mut().for_each(BTreeMap::clear);
            return;
        };
        self.watch_all(frame, last);
        // What the failure brought about that was reported last may go on after this moment.
        let mut burst = Vec::new();
        let mut at = frame.event;
        while let Some(event) = log.event(at) {
            burst.push(event);
            if !is_aftermath(&event.kind) {
                break;
            }
            at = EventId(at.0 - 1);
        }
        for event in burst.into_iter().rev() {
            let is_first = event.kind.failure().is_some() || enters_fail(frame, event);
            let known = self.reported.get(&event.prev) == Some(&true);
            self.reported.insert(event.id, is_first || known);
        }
    }

    fn stops(&mut self, frame: &Frame, event: &Event) -> bool {
        self.stop(frame, event).is_some()
    }

    fn counts(&self) -> bool {
        self.list.counts()
    }
}

/// Whether such events only say what a failure brings with it.
fn is_aftermath(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::ParallelFailed
            | EventKind::MapFailed
            | EventKind::IterationFailed { .. }
            | EventKind::IterationAborted { .. }
            | EventKind::StateAborted
            | EventKind::ExecutionFailed(_)
    )
}

/// Returns what becomes of the failure that the event reports.
fn course_of(rules: &Rules, frame: &Frame, event: &Event) -> Option<Course> {
    match event.kind {
        EventKind::ExecutionFailed(_) | EventKind::ExecutionTimedOut(_) => Some(Course::Uncaught),
        _ => rules.course(frame, event),
    }
}

/// A failure that an event reports.
struct Reported {
    /// `None` where neither events nor the definition tell it.
    failure: Option<Arc<Failure>>,
    state: StateId,
    /// Whether no earlier event has reported it.
    is_first: bool,
}

impl Reported {
    fn is_named(&self, pattern: &str) -> bool {
        let Some(failure) = &self.failure else { return false };
        let name = failure.error.as_deref().unwrap_or_default();
        matches_pattern(pattern.trim(), name) || failure.matches(pattern.trim())
    }
}

/// Whether `name` is what `pattern` says, in which `*` stands for any text.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(head) else { return false };
    let mut rest = rest;
    while let Some((piece, after)) = rest.split_once('*') {
        let Some(at) = left.find(piece) else { return false };
        left = &left[at + piece.len()..];
        rest = after;
    }
    left.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, expected) in [
            ("Busy", "Busy", true),
            ("Busy", "CarProvider.Busy", false),
            ("*", "", true),
            ("Lambda.*", "Lambda.Unknown", true),
            ("*.Busy", "CarProvider.Busy", true),
            ("Car*.B*y", "CarProvider.Busy", true),
            ("Car*.B*yy", "CarProvider.Busy", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches_pattern(pattern, name), expected, "{pattern} {name}");
        }
    }
}
