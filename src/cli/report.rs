//! Exports that are text: a definition as Markdown or a web page, a history as lines or a table.

use std::fmt::Write as _;

use crate::asl::mermaid::mermaid;
use crate::asl::program::Resource;
use crate::asl::{Outline, State, StateKind, TransitionKind};
use crate::json::{Json, text};

/// Returns the definition as Markdown: a table of its states and a diagram.
pub(super) fn markdown(name: &str, outline: &Outline) -> String {
    let mut out = format!("# {name}\n\n");
    if let Some(comment) = &outline.comment {
        let _ = writeln!(out, "{comment}\n");
    }
    out.push_str("| state | type | calls | leads to | errors |\n| --- | --- | --- | --- | --- |\n");
    for (_, state) in outline.iter() {
        let cell = |text: String| text.replace('|', "\\|").replace('\n', " ");
        let row = row(state).map(cell);
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    let _ = write!(out, "\n```mermaid\n{}```\n", mermaid(outline));
    out
}

/// Returns the definition as a web page of its own: the drawing and a table of its states.
pub(super) fn html(name: &str, outline: &Outline, drawing: &str) -> String {
    let name = escaped(name);
    let comment = outline.comment.as_deref().map(|it| format!("<p>{}</p>\n", escaped(it))).unwrap_or_default();
    let mut rows = String::new();
    for (_, state) in outline.iter() {
        let cells = row(state).map(|it| format!("<td>{}</td>", escaped(&it)));
        let _ = writeln!(rows, "<tr>{}</tr>", cells.concat());
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title>\n\
         <style>body{{font:14px/1.5 sans-serif;margin:2em;color:#353A41;background:#fff}}\
         table{{border-collapse:collapse}}td,th{{border:1px solid #DCDFE3;padding:4px 10px;text-align:left}}\
         svg{{max-width:100%;height:auto}}</style></head>\n\
         <body><h1>{name}</h1>\n{comment}{drawing}\n<table>\n\
         <tr><th>state</th><th>type</th><th>calls</th><th>leads to</th><th>errors</th></tr>\n{rows}</table></body></html>\n"
    )
}

/// Returns name, type, what it calls, where it leads and what it catches of a state.
fn row(state: &State) -> [String; 5] {
    let to = |wanted: fn(&TransitionKind) -> bool| {
        let ways = state.transitions.iter().filter(|it| wanted(&it.kind)).map(|it| match &it.kind {
            TransitionKind::Next | TransitionKind::Default => it.name.to_string(),
            TransitionKind::Choice { condition, .. } => format!("{condition} → {}", it.name),
            TransitionKind::Catch { errors, .. } => format!("{} → {}", errors.join(", "), it.name),
        });
        ways.collect::<Vec<_>>().join("; ")
    };
    let called = state.resource.as_deref().map(|it| Resource::of(it).short()).unwrap_or_default();
    let kind = state.kind.map_or("", StateKind::name).to_owned();
    let mut errors = state.n_retries.map(|it| format!("up to {it} retries; ")).unwrap_or_default();
    errors.push_str(&to(|it| matches!(it, TransitionKind::Catch { .. })));
    let next = to(|it| !matches!(it, TransitionKind::Catch { .. }));
    [state.name.to_string(), kind, called, next, errors.trim_end_matches("; ").to_owned()]
}

/// Returns a history in the service's shape as `json`, `jsonl` or `csv`.
pub(super) fn history(content: &str, ending: &str) -> Result<String, String> {
    let root = text::parse(content).map_err(|error| format!("it is not JSON: {error}"))?;
    let events = root.get("events").unwrap_or(&root).as_array().ok_or("it has no list of events")?;
    match ending {
        "json" => Ok(text::pretty(&Json::object([("events", Json::Array(events.clone()))])) + "\n"),
        "jsonl" => Ok(events.iter().map(|it| text::compact(it) + "\n").collect()),
        "csv" => Ok(table(events)),
        _ => Err("a history can become .json, .jsonl or .csv; drawing it needs its definition".to_owned()),
    }
}

fn table(events: &crate::json::Array) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory fails only when memory does.
    let _ = writer.write_record([
        "id",
        "previousEventId",
        "timestamp",
        "type",
        "name",
        "error",
        "cause",
        "input",
        "output",
    ]);
    for event in events.iter() {
        let details = event.as_object().and_then(|it| it.iter().find(|(name, _)| name.ends_with("EventDetails")));
        let of_event = |name: &str| shown(event.get(name));
        let detail = |name: &str| shown(details.and_then(|(_, it)| it.get(name)));
        let input = if detail("input").is_empty() { detail("parameters") } else { detail("input") };
        let _ = writer.write_record([
            of_event("id"),
            of_event("previousEventId"),
            of_event("timestamp"),
            of_event("type"),
            detail("name"),
            detail("error"),
            detail("cause"),
            input,
            detail("output"),
        ]);
    }
    writer.into_inner().ok().and_then(|it| String::from_utf8(it).ok()).unwrap_or_default()
}

fn shown(value: Option<&Json>) -> String {
    value.map(|it| it.as_str().map_or_else(|| text::compact(it), str::to_owned)).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_becomes_lines_and_a_table() {
        let content = r#"{"events": [{"id": 1, "previousEventId": 0, "type": "ExecutionFailed",
            "executionFailedEventDetails": {"error": "E", "cause": "a, b"}}]}"#;
        assert_eq!(history(content, "jsonl").expect("events").lines().count(), 1);
        let table = history(content, "csv").expect("events");
        assert_eq!(table.lines().nth(1), Some("1,0,,ExecutionFailed,,E,\"a, b\",,"));
        assert!(history(content, "svg").is_err());
    }
}
