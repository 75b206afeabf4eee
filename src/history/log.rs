//! `Log`: the events of one run in sealed, shared segments.

use std::sync::Arc;

use crate::asl::Outline;
use crate::engine::{Event, EventId};

use super::frame::Frame;

/// Events per segment: what going to a moment folds at most.
pub const SEGMENT: usize = 1_024;

/// Consecutive events and the moment before them.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The moment before the first event.
    pub before: Frame,
    /// At most [`SEGMENT`] events.
    pub events: Vec<Event>,
}

/// The events of a run that goes on.
#[derive(Clone, Debug)]
pub struct Log {
    view: LogView,
    tip: Frame,
}

/// The events of a run as they were at one moment; a clone costs as much as it has segments.
#[derive(Clone, Debug)]
pub struct LogView {
    sealed: Vec<Arc<Segment>>,
    open: Arc<Segment>,
}

impl Log {
    /// Returns an empty log of a run of what `outline` describes.
    pub fn new(outline: Arc<Outline>) -> Self {
        let tip = Frame::new(outline);
        let open = Arc::new(Segment { before: tip.clone(), events: Vec::new() });
        Self { view: LogView { sealed: Vec::new(), open }, tip }
    }

    /// Appends an event; its id has to be the next one.
    pub fn push(&mut self, event: Event) {
        debug_assert_eq!(event.id.0 as usize, self.view.len() + 1, "ids are dense from 1");
        if self.view.open.events.len() == SEGMENT {
            let next = Arc::new(Segment { before: self.tip.clone(), events: Vec::with_capacity(SEGMENT) });
            self.view.sealed.push(std::mem::replace(&mut self.view.open, next));
        }
        self.tip.fold(&event);
        Arc::make_mut(&mut self.view.open).events.push(event);
    }

    /// Returns the moment after the last event.
    pub fn tip(&self) -> &Frame {
        &self.tip
    }

    /// Returns what has happened so far, to be read elsewhere.
    pub fn view(&self) -> &LogView {
        &self.view
    }
}

impl LogView {
    /// Returns the states that the events name.
    pub fn outline(&self) -> &Arc<Outline> {
        self.open.before.outline()
    }

    /// Returns the number of events.
    pub fn len(&self) -> usize {
        self.sealed.len() * SEGMENT + self.open.events.len()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the event `id`.
    pub fn event(&self, id: EventId) -> Option<&Event> {
        let idx = (id.0 as usize).checked_sub(1)?;
        self.segment(idx / SEGMENT)?.events.get(idx % SEGMENT)
    }

    /// Returns the events in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.sealed.iter().chain(std::iter::once(&self.open)).flat_map(|it| it.events.iter())
    }

    /// Returns the events from `id` on, without walking those before.
    pub fn iter_from(&self, id: EventId) -> impl Iterator<Item = &Event> {
        let idx = (id.0 as usize).saturating_sub(1);
        let segments = self.sealed.iter().chain(std::iter::once(&self.open)).skip(idx / SEGMENT);
        segments.flat_map(|it| it.events.iter()).skip(idx % SEGMENT)
    }

    /// Returns the moment just after the event `id`; of 0, the moment before everything.
    pub fn frame_at(&self, id: EventId) -> Frame {
        let n_events = (id.0 as usize).min(self.len());
        let nth = n_events.saturating_sub(1) / SEGMENT;
        let segment = self.segment(nth).unwrap_or(&self.open);
        let mut frame = segment.before.clone();
        for event in &segment.events[..n_events - nth * SEGMENT] {
            frame.fold(event);
        }
        frame
    }

    fn segment(&self, nth: usize) -> Option<&Segment> {
        if nth == self.sealed.len() { Some(&self.open) } else { self.sealed.get(nth).map(|it| &**it) }
    }
}
