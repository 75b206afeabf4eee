//! Exports that are text: a definition as Markdown or a web page.

use std::fmt::Write as _;

use crate::asl::mermaid::mermaid;
use crate::asl::program::Resource;
use crate::asl::{Outline, State, StateKind, TransitionKind};

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

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
