//! Histories as a table: one row an event, for spreadsheets.

use crate::engine::{Event, EventKind};
use crate::json::{Json, text};

use super::aws::{Names, event_type, recorded};
use super::frame::Frame;
use super::log::LogView;

/// Prints the history as CSV: what the event table of the window shows, and the payloads.
pub fn csv(names: Names<'_>, log: &LogView) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "id",
        "previousEventId",
        "timestamp",
        "type",
        "state",
        "iterations",
        "attempt",
        "error",
        "cause",
        "input",
        "output",
    ];
    // Writing to memory fails only when memory does.
    let _ = writer.write_record(head);
    let mut frame = Frame::new(std::sync::Arc::new(names.outline.clone()));
    for event in recorded(log) {
        let before: Vec<u32> = frame.iterations(event.strand);
        frame.fold(event);
        let after = frame.iterations(event.strand);
        let iterations = if after.is_empty() { before } else { after };
        let iterations: Vec<String> = iterations.iter().map(u32::to_string).collect();
        let attempts = frame.strands.get(&event.strand).map_or(0, |it| it.attempts);
        let (input, output) = payloads(event);
        let (error, cause) = failure(event);
        let row = [
            event.id.0.to_string(),
            event.prev.0.to_string(),
            event.at.to_string(),
            event_type(names.outline, event),
            names.outline.name(event.state).to_owned(),
            iterations.join("/"),
            if attempts > 0 { attempts.to_string() } else { String::new() },
            error,
            cause,
            input.map(text::compact).unwrap_or_default(),
            output.map(text::compact).unwrap_or_default(),
        ];
        let _ = writer.write_record(row);
    }
    writer.into_inner().ok().and_then(|it| String::from_utf8(it).ok()).unwrap_or_default()
}

/// Returns what went in and what came out with the event.
pub fn payloads(event: &Event) -> (Option<&Json>, Option<&Json>) {
    match &event.kind {
        EventKind::ExecutionStarted { input } | EventKind::StateEntered { input, .. } => (Some(input), None),
        EventKind::TaskScheduled(call) => (Some(&call.input), None),
        EventKind::ExecutionSucceeded { output }
        | EventKind::StateExited { output, .. }
        | EventKind::TaskSubmitted { output, .. }
        | EventKind::TaskSucceeded { output, .. } => (None, Some(output)),
        _ => (None, None),
    }
}

fn failure(event: &Event) -> (String, String) {
    let Some(failure) = event.kind.failure() else { return (String::new(), String::new()) };
    let text = |it: &Option<std::sync::Arc<str>>| it.as_deref().unwrap_or_default().to_owned();
    (text(&failure.error), text(&failure.cause))
}
