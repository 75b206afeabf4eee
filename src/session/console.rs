//! `Console`: what logpoints write. It follows from the events and the breakpoints alone, so that a logpoint that is set
//! afterwards says what it would have said.

use std::sync::Arc;

use crate::engine::{EventId, Identity};
use crate::history::{Frame, LogView};

use super::breakpoint::{Armed, Breakpoint, Scan};
use super::rules::Rules;
use super::search::Watch as _;

/// Lines that are kept; of those after them only the number is.
const MOST_LINES: usize = 5_000;

/// A line of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The event at which it was written.
    pub event: EventId,
    /// The place of its breakpoint in the list.
    pub breakpoint: usize,
    /// What it says.
    pub text: String,
}

/// What logpoints have written in one run. A clone shares the lines.
#[derive(Clone, Debug, Default)]
pub struct Console {
    lines: Arc<Vec<Line>>,
    n_more: usize,
    scan: Option<(Scan, Frame)>,
}

impl Console {
    /// Begins anew with these breakpoints.
    pub fn arm(&mut self, list: &[Breakpoint], rules: impl Into<Rules>, identity: &Identity) {
        *self = Self::default();
        let rules = rules.into();
        let writing = Armed::new(list, rules.outline()).that_write();
        if !writing.is_empty() {
            let frame = Frame::new(Arc::clone(rules.outline()));
            self.scan = Some((Scan::new(writing, rules, identity.clone()), frame));
        }
    }

    /// Takes in the events of `log` that are new.
    pub fn extend(&mut self, log: &LogView) {
        let Some((scan, frame)) = &mut self.scan else { return };
        if frame.event.0 == 0 {
            scan.begin(log, frame);
        }
        for event in log.iter_from(EventId(frame.event.0 + 1)) {
            frame.fold(event);
            for hit in scan.hits(frame, event) {
                let Some(text) = hit.message else { continue };
                if self.lines.len() < MOST_LINES {
                    Arc::make_mut(&mut self.lines).push(Line { event: event.id, breakpoint: hit.breakpoint, text });
                } else {
                    self.n_more += 1;
                }
            }
        }
    }

    /// Returns the lines, the earliest first.
    pub fn lines(&self) -> &Arc<Vec<Line>> {
        &self.lines
    }

    /// Returns how many more there were than are kept.
    pub fn n_more(&self) -> usize {
        self.n_more
    }
}
