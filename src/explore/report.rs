//! An exploration as JSON, and its audit as a matrix in text, Markdown and CSV.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::asl::{Outline, Program, StateId};
use crate::json::Json;
use crate::session::Document;

pub use super::saga::title;
use super::trial::Trial;
use super::{Audit, Exploration, Finding, Verdict};

/// Returns the whole result as one object; see the documentation of [`crate::explore`].
pub fn json(document: &Document, program: &Arc<Program>, it: &Exploration) -> Json {
    let outline = &program.outline;
    let name = |id: StateId| Json::from(outline.name(id));
    let bounds = Json::object([
        ("states", Json::Bool(it.bounds.states)),
        ("faults", it.bounds.faults.map_or(Json::Null, |it| Json::from(i64::from(it)))),
        ("attempts", Json::Bool(it.bounds.attempts)),
        ("cancelled", Json::Bool(it.bounds.cancelled)),
    ]);
    let assumed = Json::object([
        ("input", Json::Bool(it.assumed_input)),
        ("results", Json::array(it.assumed_results.iter().map(|it| name(*it)))),
    ]);
    let always = it.always.iter().map(|it| {
        let mut members = vec![("state", name(it.state)), ("verdict", Json::from(it.verdict.name()))];
        if let Verdict::Refuted(trial) = &it.verdict {
            members.push(("run", run(program, trial)));
        }
        Json::object(members)
    });
    let handlers = it.reached.handlers.iter().map(|(state, is_catcher, idx)| {
        let field = if *is_catcher { "Catch" } else { "Retry" };
        Json::object([("state", name(*state)), ("field", field.into()), ("index", Json::from(*idx as i64))])
    });
    let reached = Json::object([
        ("states", Json::array(it.reached.states.iter().map(|it| name(*it)))),
        ("handlers", Json::array(handlers)),
    ]);
    let mut members = vec![
        ("machine", Json::from(&*document.name)),
        ("complete", Json::Bool(it.bounds.is_complete())),
        ("faults", it.bounds.complete_faults.map_or(Json::Null, |it| Json::from(i64::from(it)))),
        ("states", Json::from(it.n_states as i64)),
        ("runs", Json::from(it.n_runs as i64)),
        ("bounds", bounds),
        ("assumed", assumed),
        ("findings", Json::array(it.findings.iter().map(|it| finding(document, program, it)))),
        ("always", Json::array(always)),
        ("reached", reached),
    ];
    members.extend(it.saga.as_ref().map(|it| ("saga", audit(program, it))));
    Json::object(members)
}

fn finding(document: &Document, program: &Arc<Program>, it: &Finding) -> Json {
    let mut members = vec![("kind", Json::from(it.kind.name())), ("severity", it.severity.to_string().into())];
    members.extend(it.state.map(|it| ("state", Json::from(program.outline.name(it)))));
    if !it.pointer.is_empty() {
        members.push(("pointer", it.pointer.as_str().into()));
    }
    if let Some(span) = it.span {
        let (line, _) = document.lines.line_column(&document.text, span.start);
        members.push(("line", Json::from(line as i64)));
    }
    members.extend([
        ("message", Json::from(it.message.as_str())),
        ("why", it.why.as_str().into()),
        ("help", it.help.as_str().into()),
        ("runs", Json::from(it.n_runs as i64)),
    ]);
    members.extend(it.trial.as_ref().map(|it| ("run", run(program, it))));
    Json::object(members)
}

/// Returns a run: with what it starts, what its tasks answer, and how many events it has.
fn run(program: &Arc<Program>, trial: &Trial) -> Json {
    let replayed = trial.replay(program);
    let step = |it: &super::Decision| {
        Json::object([
            ("state", Json::from(program.outline.name(it.state))),
            ("attempt", Json::from(i64::from(it.attempt))),
            ("answer", Json::from(it.choice.label())),
        ])
    };
    Json::object([
        ("input", trial.spec.input.clone()),
        ("mocks", replayed.mocks),
        ("steps", Json::array(trial.decisions.iter().map(step))),
        ("events", Json::from(replayed.run.log().len() as i64)),
    ])
}

/// Returns the audit as one object, as it stands under `saga`.
pub fn audit(program: &Arc<Program>, audit: &Audit) -> Json {
    let outline = &program.outline;
    let name = |id: &StateId| Json::from(outline.name(*id));
    let steps = audit
        .steps
        .iter()
        .map(|(step, by)| Json::object([("state", name(step)), ("undoneBy", Json::array(by.iter().map(&name)))]));
    let rows = audit.rows.iter().map(|row| {
        let fault = |it: &super::Fault| {
            let errors = Json::array(it.errors.iter().map(|it| Json::String(Arc::clone(it))));
            Json::object([("state", name(&it.state)), ("errors", errors)])
        };
        let cell = |((step, _), cell): (&(StateId, Vec<StateId>), &super::Cell)| {
            let (what, order) = match cell {
                super::Cell::NotDone => ("not-done", None),
                super::Cell::Kept => ("kept", None),
                super::Cell::Undone(nth) => ("undone", Some(*nth)),
                super::Cell::LeftInPlace => ("left-in-place", None),
                super::Cell::UndoneTwice => ("undone-twice", None),
            };
            let mut members = vec![("step", name(step)), ("what", Json::from(what))];
            members.extend(order.map(|it| ("order", Json::from(i64::from(it)))));
            Json::object(members)
        };
        Json::object([
            ("failsAt", Json::array(row.fails_at.iter().map(fault))),
            ("cells", Json::array(audit.steps.iter().zip(&row.cells).map(cell))),
            ("endsIn", row.ends_in.as_str().into()),
            ("verdict", row.verdict.to_string().into()),
            ("severity", row.verdict.severity().to_string().into()),
            ("run", run(program, &row.trial)),
        ])
    });
    Json::object([
        ("steps", Json::array(steps)),
        ("rows", Json::array(rows)),
        ("runs", Json::from(audit.n_runs as i64)),
        ("complete", Json::Bool(!audit.is_cut)),
    ])
}

/// Returns the matrix as lists of texts, the heads first.
fn matrix(outline: &Outline, audit: &Audit) -> Vec<Vec<String>> {
    let mut heads = vec!["Fails at".to_owned()];
    heads.extend(audit.steps.iter().map(|it| outline.name(it.0).to_owned()));
    heads.extend(["Ends in".to_owned(), "Verdict".to_owned()]);
    let row = |row: &super::Row| {
        let mut cells = vec![title(outline, row, &audit.rows)];
        cells.extend(row.cells.iter().map(ToString::to_string));
        cells.extend([row.ends_in.clone(), row.verdict.to_string()]);
        cells
    };
    std::iter::once(heads).chain(audit.rows.iter().map(row)).collect()
}

/// Returns the matrix in columns.
pub fn table(outline: &Outline, audit: &Audit) -> String {
    let rows = matrix(outline, audit);
    let n_columns = rows.first().map_or(0, Vec::len);
    let width = |at: usize| rows.iter().map(|it| it[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..n_columns).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Returns the matrix as a table of Markdown.
pub fn markdown(outline: &Outline, audit: &Audit) -> String {
    let rows = matrix(outline, audit);
    let mut out = String::new();
    for (nr, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().map(|it| it.replace('|', "\\|")).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
        if nr == 0 {
            let _ = writeln!(out, "|{}", " --- |".repeat(row.len()));
        }
    }
    out
}

/// Returns the matrix as CSV.
pub fn csv(outline: &Outline, audit: &Audit) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in matrix(outline, audit) {
        // Writing to memory fails only when memory does.
        let _ = writer.write_record(row);
    }
    writer.into_inner().ok().and_then(|it| String::from_utf8(it).ok()).unwrap_or_default()
}
