//! What logpoints wrote as the console asks for it, a row at a time.

use crate::asl::Outline;
use crate::engine::EventId;
use crate::history::LogView;
use crate::history::aws::event_type;
use crate::session::console::Line;
use crate::ui::console::{ConsoleLines, ConsoleRow};

use super::clock;

/// The lines of a run.
pub struct ConsoleTable<'a> {
    /// The states that its events name.
    pub outline: &'a Outline,
    /// Its events.
    pub log: &'a LogView,
    /// What was written.
    pub lines: &'a [Line],
    /// How many lines more there were than are kept.
    pub n_more: usize,
    /// Changes when the lines do.
    pub revision: u64,
}

impl ConsoleLines for ConsoleTable<'_> {
    fn len(&self) -> usize {
        self.lines.len()
    }

    fn revision(&self) -> u64 {
        self.revision
    }

    fn n_more(&self) -> usize {
        self.n_more
    }

    fn text(&self, idx: usize) -> &str {
        self.lines.get(idx).map_or("", |it| &it.text)
    }

    fn row(&self, idx: usize) -> ConsoleRow {
        let Some(line) = self.lines.get(idx) else { return ConsoleRow::default() };
        let event = self.log.event(line.event);
        let start = self.log.event(EventId(1)).map(|it| it.at);
        let outline = self.outline;
        ConsoleRow {
            event: u64::from(line.event.0),
            time: event.zip(start).map(|(it, start)| clock(it.at - start)).unwrap_or_default(),
            state: event.map_or("", |it| outline.name(it.state)).to_owned(),
            kind: event.map(|it| event_type(outline, it)).unwrap_or_default(),
            text: line.text.clone(),
        }
    }
}

/// The lines of no run.
pub struct NoLines;

impl ConsoleLines for NoLines {
    fn len(&self) -> usize {
        0
    }

    fn revision(&self) -> u64 {
        0
    }

    fn n_more(&self) -> usize {
        0
    }

    fn text(&self, _: usize) -> &'static str {
        ""
    }

    fn row(&self, _: usize) -> ConsoleRow {
        ConsoleRow::default()
    }
}
