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

    /// Returns the log of a run that shares the first `n_events` events with `view` and may go on differently, by what
    /// `outline` describes: an outline in which the states of the events have the same ids. Shares what is sealed.
    pub fn fork(view: &LogView, n_events: usize, outline: &Arc<Outline>) -> Self {
        let n_events = n_events.min(view.len());
        let n_sealed = n_events.div_ceil(SEGMENT).saturating_sub(1);
        let segment = if n_sealed == view.sealed.len() { &view.open } else { &view.sealed[n_sealed] };
        let n_open = n_events - n_sealed * SEGMENT;
        let mut open = Arc::clone(segment);
        if n_open < open.events.len() {
            open = Arc::new(Segment { before: open.before.clone(), events: open.events[..n_open].to_vec() });
        }
        let mut tip = view.frame_at(EventId(n_events as u32));
        if !Arc::ptr_eq(tip.outline(), outline) {
            Arc::make_mut(&mut open).before.redefine(outline);
            tip.redefine(outline);
        }
        Self { view: LogView { sealed: view.sealed[..n_sealed].to_vec(), open }, tip }
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
        // Between two segments the later one has the frame at hand, if there is one.
        let nth = (n_events / SEGMENT).min(self.sealed.len());
        let segment = self.segment(nth).unwrap_or(&self.open);
        let mut frame = segment.before.clone();
        for event in &segment.events[..n_events - nth * SEGMENT] {
            frame.fold(event);
        }
        frame
    }

    /// Returns the number of segments, from the beginning, that are the very same as those of `other`.
    pub fn n_shared(&self, other: &Self) -> usize {
        self.sealed.iter().zip(&other.sealed).take_while(|(own, theirs)| Arc::ptr_eq(own, theirs)).count()
    }

    fn segment(&self, nth: usize) -> Option<&Segment> {
        if nth == self.sealed.len() { Some(&self.open) } else { self.sealed.get(nth).map(|it| &**it) }
    }
}
