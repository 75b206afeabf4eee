//! The events of a run as the event table asks for them, a row at a time.

use crate::asl::StateId;
use crate::engine::{Event, EventId, EventKind};
use crate::history::LogView;
use crate::history::aws::event_type;
use crate::ui::events::{EventFacts, EventRow, Events};
use crate::ui::widgets::Status;

use super::index::{Fate, RunIndex};
use super::{clock, is_error};

/// The events of a run. Rows are made when they are asked for.
pub struct EventTable<'a> {
    /// The events.
    pub log: &'a LogView,
    /// What is known of them.
    pub index: &'a RunIndex,
    /// Tells the run from others.
    pub run: u64,
    /// Changes when the events do.
    pub revision: u64,
    /// What the user has written about events.
    pub notes: &'a std::collections::BTreeMap<u32, String>,
}

impl EventTable<'_> {
    fn event(&self, idx: usize) -> Option<&Event> {
        self.log.event(EventId(idx as u32 + 1))
    }

    /// Returns the row of an event.
    pub fn row_of(&self, event: &Event) -> EventRow {
        let start = self.log.event(EventId(1)).map_or(event.at, |it| it.at);
        let before = self.log.event(event.prev).map_or(start, |it| it.at);
        let failure = event.kind.failure();
        EventRow {
            id: u64::from(event.id.0),
            time: clock(event.at - start),
            delta_millis: (event.at - before).as_millis(),
            kind: event_type(self.log.outline(), event),
            status: self.status(event),
            state: self.log.outline().name(event.state).to_owned(),
            attempt: attempt(&event.kind),
            error: failure.and_then(|it| it.error.as_deref()).map(str::to_owned),
            note: self.notes.get(&event.id.0).cloned(),
        }
    }

    fn status(&self, event: &Event) -> Option<Status> {
        match &event.kind {
            EventKind::ExecutionSucceeded { .. } => Some(Status::Succeeded),
            EventKind::ExecutionFailed(_) => Some(Status::Failed),
            EventKind::ExecutionTimedOut(_) => Some(Status::TimedOut),
            EventKind::ExecutionAborted(_) | EventKind::StateAborted | EventKind::IterationAborted { .. } => {
                Some(Status::Aborted)
            }
            EventKind::IterationFailed { .. } => Some(Status::Failed),
            kind if is_error(kind) => Some(match self.index.fate(event.id) {
                Some(Fate::Retried) => Status::FailedAttempt,
                Some(Fate::Caught) => Status::Caught,
                Some(Fate::Uncaught) | None if matches!(kind, EventKind::TaskTimedOut(_)) => Status::TimedOut,
                Some(Fate::Uncaught) | None => Status::Failed,
            }),
            _ => None,
        }
    }
}

/// Returns the attempt that an event belongs to, where it says so itself.
pub(super) fn attempt(kind: &EventKind) -> Option<u32> {
    match kind {
        EventKind::TaskScheduled(call)
        | EventKind::TaskStarted(call)
        | EventKind::TaskSubmitted { call, .. }
        | EventKind::TaskSucceeded { call, .. } => Some(call.attempt),
        EventKind::TaskFailed(failed) | EventKind::TaskTimedOut(failed) => Some(failed.call.attempt),
        _ => None,
    }
}

/// The events of no run.
pub struct NoEvents;

impl Events for NoEvents {
    fn len(&self) -> usize {
        0
    }

    fn run(&self) -> u64 {
        0
    }

    fn revision(&self) -> u64 {
        0
    }

    fn row(&self, _: usize) -> EventRow {
        EventRow::default()
    }

    fn facts(&self, _: usize) -> EventFacts {
        EventFacts::default()
    }

    fn id(&self, _: usize) -> u64 {
        0
    }

    fn related(&self, _: usize, _: u64) -> bool {
        false
    }
}

impl Events for EventTable<'_> {
    fn len(&self) -> usize {
        self.index.len().min(self.log.len())
    }

    fn run(&self) -> u64 {
        self.run
    }

    fn revision(&self) -> u64 {
        self.revision
    }

    fn row(&self, idx: usize) -> EventRow {
        self.event(idx).map(|it| self.row_of(it)).unwrap_or_default()
    }

    fn facts(&self, idx: usize) -> EventFacts {
        let Some(event) = self.event(idx) else { return EventFacts::default() };
        let state = (event.state != StateId::NONE).then_some(event.state.0);
        let failed = is_error(&event.kind) || matches!(event.kind, EventKind::IterationFailed { .. });
        EventFacts { failed, retry: self.index.is_retry(event.id), state }
    }

    fn id(&self, idx: usize) -> u64 {
        idx as u64 + 1
    }

    fn related(&self, idx: usize, current: u64) -> bool {
        let Some(event) = self.event(idx) else { return false };
        let current_event = self.log.event(EventId(current as u32));
        u64::from(event.prev.0) == current || current_event.is_some_and(|it| it.prev == event.id)
    }
}
