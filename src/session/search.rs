//! Finding an event in a log by what happens there: forwards and backwards by one rule.

use crate::engine::{Event, EventId};
use crate::history::{Frame, LogView, SEGMENT};

/// A rule that says at which events to stop, over the moment just after each and the event itself.
///
/// What it keeps in mind has to follow from the moment where it begins, so that it says the same from wherever it does.
pub trait Watch {
    /// Begins at the moment `frame`, just after an event of `log` or before all of them.
    fn begin(&mut self, log: &LogView, frame: &Frame);

    /// Goes on by one event and says whether to stop there.
    fn stops(&mut self, frame: &Frame, event: &Event) -> bool;

    /// Whether it counts, so that it has to see every event from the beginning.
    fn counts(&self) -> bool {
        false
    }
}

/// Returns the first event after `from` at which `watch` stops. If there is none, `watch` has seen all there are, and
/// the search can go on with those to come.
pub fn next(log: &LogView, from: EventId, watch: &mut dyn Watch) -> Option<EventId> {
    let begin = if watch.counts() { EventId(0) } else { from };
    let mut frame = log.frame_at(begin);
    watch.begin(log, &frame);
    for event in log.iter_from(EventId(begin.0 + 1)) {
        frame.fold(event);
        if watch.stops(&frame, event) && event.id > from {
            return Some(event.id);
        }
    }
    None
}

/// Returns the last event before `from` at which `watch` stops.
///
/// Goes back segment by segment, each read forwards; a rule that counts reads everything before `from`.
pub fn previous(log: &LogView, from: EventId, watch: &mut dyn Watch) -> Option<EventId> {
    let mut end = from.0.saturating_sub(1).min(log.len() as u32);
    while end > 0 {
        let begin = if watch.counts() { 0 } else { (end - 1) / SEGMENT as u32 * SEGMENT as u32 };
        let mut frame = log.frame_at(EventId(begin));
        watch.begin(log, &frame);
        let mut found = None;
        for event in log.iter_from(EventId(begin + 1)).take((end - begin) as usize) {
            frame.fold(event);
            if watch.stops(&frame, event) {
                found = Some(event.id);
            }
        }
        if found.is_some() {
            return found;
        }
        end = begin;
    }
    None
}

/// Whether `watch` stops at the event `at`.
pub fn stops_at(log: &LogView, at: EventId, watch: &mut dyn Watch) -> bool {
    let before = EventId(at.0.saturating_sub(1));
    let begin = if watch.counts() { EventId(0) } else { before };
    let mut frame = log.frame_at(begin);
    watch.begin(log, &frame);
    let mut stops = false;
    for event in log.iter_from(EventId(begin.0 + 1)).take((at.0 - begin.0) as usize) {
        frame.fold(event);
        stops = watch.stops(&frame, event);
    }
    stops
}

/// Brings `watch` to the end of the log, from where the search goes on with the events to come.
pub fn go_to_end(log: &LogView, watch: &mut dyn Watch) {
    let begin = EventId(if watch.counts() { 0 } else { log.len() as u32 });
    let mut frame = log.frame_at(begin);
    watch.begin(log, &frame);
    for event in log.iter_from(EventId(begin.0 + 1)) {
        frame.fold(event);
        watch.stops(&frame, event);
    }
}
