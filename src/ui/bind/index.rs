//! `RunIndex`: what the event table and the timeline need of every event, grown as events come.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::{Pattern, Resource};
use crate::asl::{StateId, StateKind};
use crate::chunks::Chunks;
use crate::engine::handlers::{Decision, decide};
use crate::engine::{Event, EventId, EventKind, Failure, StrandId, TaskCall};
use crate::history::LogView;
use crate::session::moment::used_by;
pub use crate::session::rules::Fate;
use crate::session::rules::Rules;
use crate::time::Timestamp;
use crate::ui::timeline::{Lane, Lanes, Span, SpanKind};
use crate::ui::widgets::Status;

/// What is known of the events so far. Extending it costs what the new events cost.
#[derive(Clone, Debug, Default)]
pub struct RunIndex {
    /// By event: what became of it, if it is a failure of an attempt, a Parallel or a Map.
    fates: Vec<Option<Fate>>,
    /// By event: whether it belongs to a retry.
    retries: Vec<bool>,
    /// Failures in order, and in which states.
    errors: Vec<(EventId, StateId)>,
    millis: Chunks<i64>,
    lanes: Vec<Lane>,
    lane_of: BTreeMap<StateId, usize>,
    open: BTreeMap<StrandId, OpenVisit>,
    start: Option<Timestamp>,
}

/// A visit that has not ended.
#[derive(Clone, Debug)]
struct OpenVisit {
    state: StateId,
    /// The spans that have begun and not ended: the visit's own, or the attempt's.
    begun: Option<(EventId, i64)>,
    attempt: u32,
    failed: Option<(EventId, i64)>,
    /// The failures of this visit, in order.
    failures: Vec<Arc<Failure>>,
    has_attempts: bool,
}

impl RunIndex {
    /// Takes in the events of `log` that are new, at most so many.
    pub fn extend(&mut self, rules: &Rules, log: &LogView, most: usize) {
        let next = EventId(self.fates.len() as u32 + 1);
        for event in log.iter_from(next).take(most) {
            self.push(rules, event);
        }
    }

    /// Returns the number of events taken in.
    pub fn len(&self) -> usize {
        self.fates.len()
    }

    /// Whether no event was taken in.
    pub fn is_empty(&self) -> bool {
        self.fates.is_empty()
    }

    /// Returns what became of the failure `id`; `None` if it is none, or nothing has become of it yet.
    pub fn fate(&self, id: EventId) -> Option<Fate> {
        self.fates.get(id.0.checked_sub(1)? as usize).copied().flatten()
    }

    /// Whether the event is a failure that was retried, or begins a retry.
    pub fn is_retry(&self, id: EventId) -> bool {
        id.0.checked_sub(1).and_then(|idx| self.retries.get(idx as usize)).copied().unwrap_or(false)
    }

    /// Returns the first failure after `id`.
    pub fn next_error(&self, id: EventId) -> Option<EventId> {
        self.errors.get(self.errors.partition_point(|it| it.0 <= id)).map(|it| it.0)
    }

    /// Returns the last failure before `id`.
    pub fn previous_error(&self, id: EventId) -> Option<EventId> {
        self.errors[..self.errors.partition_point(|it| it.0 < id)].last().map(|it| it.0)
    }

    /// Returns the run in time. `revision` tells it from earlier ones.
    pub fn lanes(&self, revision: u64) -> Lanes {
        let now = self.millis.last().copied().unwrap_or(0);
        let last = self.millis.len() as u64;
        let mut lanes = self.lanes.clone();
        for open in self.open.values() {
            let (Some((begun, at)), Some(&lane)) = (open.begun, self.lane_of.get(&open.state)) else { continue };
            let kind = SpanKind::Attempt { number: open.attempt, outcome: Status::Running };
            lanes[lane].spans.push(Span { events: (u64::from(begun.0), last), millis: (at, now), kind });
        }
        Lanes { lanes, event_millis: self.millis.clone(), revision }
    }

    fn push(&mut self, rules: &Rules, event: &Event) {
        let start = *self.start.get_or_insert(event.at);
        let millis = (event.at - start).as_millis();
        self.fates.push(None);
        self.retries.push(false);
        self.millis.push(millis);
        if super::is_error(&event.kind) {
            self.errors.push((event.id, event.state));
        }
        match &event.kind {
            EventKind::StateEntered { .. } => self.enter(rules, event, millis),
            EventKind::TaskScheduled(_) | EventKind::MapStarted { .. } | EventKind::ParallelStarted => {
                self.attempt(rules, event, millis);
            }
            EventKind::TaskSubmitted { call, .. } => self.submitted(event, call, millis),
            EventKind::TaskSucceeded { .. } => self.end_attempt(event, millis, Status::Succeeded),
            EventKind::TaskFailed(_) | EventKind::EvaluationFailed(_) | EventKind::MapRunFailed(_) => {
                self.fail(event, millis, Status::Failed);
            }
            EventKind::TaskTimedOut(_) => self.fail(event, millis, Status::TimedOut),
            EventKind::ParallelFailed | EventKind::MapFailed => self.fail(event, millis, Status::Failed),
            EventKind::StateExited { .. } => self.exit(event, millis),
            EventKind::StateAborted => {
                self.end_attempt(event, millis, Status::Aborted);
                self.open.remove(&event.strand);
            }
            EventKind::ExecutionFailed(_) | EventKind::ExecutionTimedOut(_) | EventKind::ExecutionAborted(_) => {
                self.settle(event.prev, Fate::Uncaught);
                self.give_up(event, millis);
            }
            EventKind::IterationFailed { .. } => {
                self.settle(event.prev, Fate::Uncaught);
                self.end_attempt(event, millis, Status::Failed);
                self.open.remove(&event.strand);
            }
            EventKind::IterationAborted { .. } => {
                self.end_attempt(event, millis, Status::Aborted);
                self.open.remove(&event.strand);
            }
            EventKind::ExecutionStarted { .. }
            | EventKind::ExecutionSucceeded { .. }
            | EventKind::ExecutionRedriven { .. }
            | EventKind::TaskStarted(_)
            | EventKind::ParallelSucceeded
            | EventKind::MapSucceeded
            | EventKind::MapRunStarted(_)
            | EventKind::MapRunSucceeded
            | EventKind::MapRunAborted
            | EventKind::MapRunRedriven(..)
            | EventKind::IterationStarted { .. }
            | EventKind::IterationSucceeded { .. }
            | EventKind::NotRecorded
            | EventKind::Other(_) => {}
        }
    }

    fn enter(&mut self, rules: &Rules, event: &Event, millis: i64) {
        let n_lanes = self.lanes.len();
        let lane = *self.lane_of.entry(event.state).or_insert(n_lanes);
        if lane == n_lanes {
            let name = rules.outline().name(event.state).into();
            self.lanes.push(Lane { state: event.state.0, name, spans: Chunks::default() });
        }
        let kind = rules.outline().state(event.state).and_then(|it| it.kind);
        let has_attempts = kind.is_some_and(StateKind::handles_errors);
        if kind == Some(StateKind::Fail) {
            self.errors.push((event.id, event.state));
            let kind = SpanKind::Attempt { number: 0, outcome: Status::Failed };
            self.add(event.state, (event.id, event.id), (millis, millis), kind);
        }
        let begun = (!has_attempts && kind != Some(StateKind::Fail)).then_some((event.id, millis));
        let open =
            OpenVisit { state: event.state, begun, attempt: 0, failed: None, failures: Vec::new(), has_attempts };
        self.open.insert(event.strand, open);
    }

    fn attempt(&mut self, rules: &Rules, event: &Event, millis: i64) {
        let retried = self.open.get(&event.strand).is_some_and(|it| it.attempt > 0);
        if retried {
            self.settle(event.prev, Fate::Retried);
            let own = self.retries.len() - 1;
            self.retries[own] = true;
            if let Some(failed) = (event.prev.0 as usize).checked_sub(1).and_then(|idx| self.retries.get_mut(idx)) {
                *failed = true;
            }
        }
        let Some(open) = self.open.get_mut(&event.strand) else { return };
        open.attempt += 1;
        let begun = open.begun.replace((event.id, millis));
        let failed = open.failed.take();
        let state = open.state;
        let rule = retried.then(|| rule(rules, state, &open.failures)).flatten();
        // A Parallel or Map has no event for an attempt that failed: the next one ends it.
        let attempt = open.attempt - 1;
        let since = failed.or_else(|| {
            begun.filter(|_| retried).map(|(first, at)| {
                let kind = SpanKind::Attempt { number: attempt, outcome: Status::FailedAttempt };
                let end = self.millis.get((event.prev.0 as usize).saturating_sub(1)).copied().unwrap_or(at);
                self.add(state, (first, event.prev), (at, end), kind);
                (event.prev, end)
            })
        });
        if let Some((failed, at)) = since.filter(|(_, at)| *at < millis) {
            let kind = match rule {
                Some((interval_secs, rate, nth)) => SpanKind::back_off(millis - at, interval_secs, rate, nth),
                None if rules.infers() => SpanKind::inferred_back_off(millis - at),
                None => SpanKind::back_off(millis - at, 0, 1.0, 0),
            };
            self.add(state, (failed, event.id), (at, millis), kind);
        }
    }

    /// A job or message is on its way: what follows is waiting.
    fn submitted(&mut self, event: &Event, call: &TaskCall, millis: i64) {
        if !matches!(&call.resource, Resource::Service { pattern: Pattern::Sync | Pattern::Callback, .. }) {
            return;
        }
        let Some(open) = self.open.get_mut(&event.strand) else { return };
        let (state, number) = (open.state, open.attempt);
        let Some((first, at)) = open.begun.replace((event.id, millis)) else { return };
        let kind = SpanKind::Attempt { number, outcome: Status::Running };
        self.add(state, (first, event.id), (at, millis), kind);
    }

    fn end_attempt(&mut self, event: &Event, millis: i64, outcome: Status) {
        let Some(open) = self.open.get_mut(&event.strand) else { return };
        let (state, number) = (open.state, open.attempt);
        let Some((first, at)) = open.begun.take() else { return };
        self.add(state, (first, event.id), (at, millis), SpanKind::Attempt { number, outcome });
    }

    fn fail(&mut self, event: &Event, millis: i64, outcome: Status) {
        self.settle(event.prev, Fate::Uncaught);
        self.end_attempt(event, millis, outcome);
        if let Some(open) = self.open.get_mut(&event.strand) {
            open.failed = Some((event.id, millis));
            open.failures.extend(event.kind.failure().cloned().map(Arc::new));
        }
    }

    fn exit(&mut self, event: &Event, millis: i64) {
        let Some(open) = self.open.remove(&event.strand) else { return };
        if open.failed.is_some() {
            self.settle(event.prev, Fate::Caught);
            return;
        }
        let Some((first, at)) = open.begun else { return };
        let waits = self.lane_of.contains_key(&open.state) && !open.has_attempts && millis > at;
        let outcome = if open.attempt > 1 { Status::Retried } else { Status::Succeeded };
        let kind = if waits { SpanKind::Wait } else { SpanKind::Attempt { number: open.attempt, outcome } };
        self.add(open.state, (first, event.id), (at, millis), kind);
    }

    /// The execution has ended: what was under way ends with it.
    fn give_up(&mut self, event: &Event, millis: i64) {
        for (_, open) in std::mem::take(&mut self.open) {
            if let Some((first, at)) = open.begun {
                let kind = SpanKind::Attempt { number: open.attempt, outcome: Status::Aborted };
                self.add(open.state, (first, event.id), (at, millis), kind);
            }
        }
    }

    fn add(&mut self, state: StateId, events: (EventId, EventId), millis: (i64, i64), kind: SpanKind) {
        let Some(&lane) = self.lane_of.get(&state) else { return };
        let events = (u64::from(events.0.0), u64::from(events.1.0));
        self.lanes[lane].spans.push(Span { events, millis, kind });
    }

    /// Notes what became of the failure `id`, and draws its attempt so.
    fn settle(&mut self, id: EventId, fate: Fate) {
        let Some(slot) = (id.0 as usize).checked_sub(1).and_then(|idx| self.fates.get_mut(idx)) else { return };
        if slot.is_some() {
            return;
        }
        *slot = Some(fate);
        let outcome = match fate {
            Fate::Retried => Status::FailedAttempt,
            Fate::Caught => Status::Caught,
            Fate::Uncaught => return,
        };
        // The attempt that failed is among the last spans of its lane, so this walks neither the run nor the lanes.
        let Ok(place) = self.errors.binary_search_by_key(&id, |it| it.0) else { return };
        let Some(&lane) = self.lane_of.get(&self.errors[place].1) else { return };
        let spans = &mut self.lanes[lane].spans;
        let n_spans = spans.len();
        for idx in (n_spans.saturating_sub(4)..n_spans).rev() {
            let ends = |it: &Span| it.events.1 == u64::from(id.0) && matches!(it.kind, SpanKind::Attempt { .. });
            if spans.get(idx).is_some_and(ends)
                && let Some(Span { kind: SpanKind::Attempt { outcome: drawn, .. }, .. }) = spans.get_mut(idx)
            {
                *drawn = outcome;
            }
        }
    }
}

/// Returns the interval, the rate and how often before, of the retrier that has just retried after the last of
/// `failures`; `None` where the failures do not say.
fn rule(rules: &Rules, state: StateId, failures: &[Arc<Failure>]) -> Option<(i64, f64, u32)> {
    let handlers = rules.handlers(state)?;
    let (last, earlier) = failures.split_last()?;
    let used = used_by(handlers, earlier);
    match decide(handlers, &used, last) {
        Decision::Retry(idx) => Some((handlers.retry[idx].interval_secs, handlers.retry[idx].backoff_rate, used[idx])),
        Decision::Catch(_) | Decision::Uncaught => None,
    }
}
