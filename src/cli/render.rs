//! What the command line prints: findings with their lines, and runs in a few lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::asl::StateId;
use crate::diagnostic::{Diagnostic, Edit, Fix, LineIndex, Severity};
use crate::engine::Status;
use crate::json::{Json, text};
use crate::session::{ChildRun, Run};

/// Prints findings about `source`, each with the line it is about.
pub(super) fn diagnostics(found: &[Diagnostic], source: &str, path: &str) -> String {
    let renderer = Renderer::plain();
    let lines = LineIndex::new(source);
    let mut out = String::new();
    for it in found {
        let level = match it.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(it.message.as_str()).id(it.code);
        let span = it.span.map(|span| clamp(span.start as usize, span.end as usize, source));
        let mut group = match span {
            Some(range) => {
                // Only its line: the renderer goes through all that it is given, for each finding.
                let begins = source[..range.start].rfind('\n').map_or(0, |it| it + 1);
                let ends = source[range.end..].find('\n').map_or(source.len(), |it| range.end + it);
                let (line, _) = lines.line_column(source, begins as u32);
                let snippet = Snippet::source(&source[begins..ends]).line_start(line).path(path).fold(true);
                let range = range.start - begins..range.end - begins;
                title.element(snippet.annotation(AnnotationKind::Primary.span(range)))
            }
            None => title.elements(Vec::<annotate_snippets::Element<'_>>::new()),
        };
        if let Some(sentence) = &it.service {
            group = group.element(Level::NOTE.message(format!("the service says: {sentence}")));
        }
        if let Some(help) = &it.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        if let Some(fix) = &it.fix {
            group = group.element(Level::HELP.message(format!("--fix does it: {}", fix.title)));
        }
        let _ = writeln!(out, "{}\n", renderer.render(&[group]));
    }
    out
}

/// Cuts a span to its first line, so that a finding about a whole state does not print the state.
fn clamp(start: usize, end: usize, source: &str) -> std::ops::Range<usize> {
    let start = source.floor_char_boundary(start.min(source.len()));
    let end = source.floor_char_boundary(end.clamp(start, source.len()));
    let line = source[start..end].find('\n').map_or(end, |it| start + it);
    start..line
}

/// Returns findings as the JSON list that `--format json` prints.
///
/// The service's sentence stands in the message, where tools show it, and alone in `service`.
pub(super) fn diagnostics_json(found: &[Diagnostic], source: &str) -> Vec<Json> {
    let index = LineIndex::new(source);
    let one = |it: &Diagnostic| {
        let (line, column) = it.span.map_or((1, 1), |span| index.line_column(source, span.start));
        let mut members = vec![
            ("code", Json::from(it.code)),
            ("severity", it.severity.to_string().into()),
            ("message", it.full_message().into()),
            ("pointer", it.pointer.as_str().into()),
            ("line", Json::from(line as i64)),
            ("column", Json::from(column as i64)),
        ];
        members.extend(it.service.as_deref().map(|it| ("service", Json::from(it))));
        members.extend(it.help.as_deref().map(|it| ("help", Json::from(it))));
        members.extend(it.fix.as_deref().map(|it| ("fix", fix_json(it))));
        Json::object(members)
    };
    found.iter().map(one).collect()
}

/// Returns a fix with its places in bytes of the text.
fn fix_json(fix: &Fix) -> Json {
    let edit = |it: &Edit| {
        Json::object([
            ("start", Json::from(i64::from(it.span.start))),
            ("end", i64::from(it.span.end).into()),
            ("text", it.text.as_str().into()),
        ])
    };
    Json::object([("title", Json::from(fix.title.as_str())), ("edits", Json::array(fix.edits.iter().map(edit)))])
}

/// Prints how a run ended, for people.
pub(super) fn summary(name: &str, run: &Run, assumed: &[(String, u32)]) -> String {
    let mut out = String::new();
    let tip = run.tip();
    let started = run.journal().spec.at;
    let _ = writeln!(
        out,
        "{name}: {} after {} of virtual time, {} states, {} events",
        run.status().name(),
        tip.at - started,
        tip.n_transitions,
        run.log().len()
    );
    match run.status() {
        Status::Succeeded(output) => {
            let _ = writeln!(out, "output {}", text::pretty(output));
        }
        status => {
            if let Some(failure) = status.failure() {
                let _ = writeln!(out, "error  {}", failure.error.as_deref().unwrap_or("(none given)"));
                let _ = writeln!(out, "cause  {}", failure.cause.as_deref().unwrap_or("(none given)"));
            }
        }
    }
    let outline = tip.outline();
    for (id, state) in outline.iter() {
        let view = &tip.states[id.idx()];
        if view.n_failed > 0 {
            let last = view.last.failures.last().and_then(|it| it.error.as_deref()).unwrap_or("an error");
            let caught = if view.n_caught > 0 { format!(", caught {}", times(view.n_caught)) } else { String::new() };
            let _ = writeln!(out, "failed {}: {}{caught}, last {last}", state.name, times(view.n_failed));
        }
    }
    out.push_str(&children(run));
    for (state, times) in assumed {
        let times = self::times(*times);
        let _ = writeln!(out, "assumed {state}: answered {{}} {times}, because there is no mock for it");
    }
    out
}

/// Returns a line for each distributed Map: how its child executions ended, and how the first one failed that did.
fn children(run: &Run) -> String {
    let mut maps: BTreeMap<StateId, (BTreeMap<&str, u32>, Option<&ChildRun>)> = BTreeMap::new();
    for child in run.children().iter() {
        let (ends, failed) = maps.entry(child.about().map()).or_default();
        let status = child.status();
        *ends.entry(status.name()).or_default() += 1;
        if failed.is_none() && matches!(status, Status::Failed(_) | Status::TimedOut(_)) {
            *failed = Some(child);
        }
    }
    let mut out = String::new();
    for (map, (ends, failed)) in maps {
        let ends: Vec<String> = ends.iter().map(|(status, n)| format!("{n} {status}")).collect();
        let _ = write!(out, "children of {}: {}", run.program().outline.name(map), ends.join(", "));
        if let Some(child) = failed {
            let (status, number) = (child.status(), child.about().id.0);
            let failure = status.failure();
            let error = failure.and_then(|it| it.error.as_deref()).unwrap_or("an error without a name");
            let cause = failure.and_then(|it| it.cause.as_deref()).map(|it| format!(": {it}")).unwrap_or_default();
            let _ = write!(out, "; the first that failed is {number}, with {error}{cause}");
        }
        out.push('\n');
    }
    out
}

fn times(n: u32) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

/// Returns how a run ended as the object that `--format json` prints.
pub(super) fn summary_json(run: &Run) -> Json {
    let mut members: Vec<(&str, Json)> = vec![("status", run.status().name().into())];
    match run.status() {
        Status::Succeeded(output) => members.push(("output", output.clone())),
        status => {
            let failure = status.failure();
            members.extend(failure.and_then(|it| it.error.clone()).map(|it| ("error", Json::from(it))));
            members.extend(failure.and_then(|it| it.cause.clone()).map(|it| ("cause", Json::from(it))));
        }
    }
    members.push(("events", Json::from(run.log().len() as i64)));
    Json::object(members)
}
