//! `stepscope replay`: what a recorded execution did, and whether it would do the same with a definition.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use crate::asl::StateId;
use crate::diagnostic::has_errors;
use crate::engine::handlers::Decision;
use crate::engine::{EventKind, StrandId};
use crate::history::RunStatus;
use crate::history::aws::{Names, history};
use crate::history::infer::{Fate, Handled, Handler, handled};
use crate::history::read::Imported;
use crate::json::{Json, Object, text};
use crate::session::Document;
use crate::session::coverage::{Coverage, Covered};
use crate::session::recorded::{Replay, replay as run_again};
use crate::session::regress::{Making, mocks, path, scenario_of_history, status};
use crate::session::start_from_context;
use crate::time::{Duration, Timestamp};

use super::args::{ReplayOptions, RunFormat};
use super::{Error, Exit, coverage, diff, files, histories, render, say};

pub(super) fn replay(options: &ReplayOptions) -> Result<Exit, Error> {
    let form = options.coverage.as_deref().map(coverage::form).transpose()?;
    let document = match &options.definition {
        None => None,
        Some(path) => match definition(path, options.machine.as_deref())? {
            Some(document) => Some(document),
            None => return Ok(Exit::Invalid),
        },
    };
    let program = document.as_ref().and_then(|it| it.definition.program.clone());
    let outline = program.as_ref().map(|it| &it.outline);
    let imported = histories::load(&options.history, outline, options.execution.as_deref())?;
    // A definition that is not the one that ran says nothing about handlers.
    let of_events = program.as_deref().filter(|_| !imported.drawn);
    let failures = handled(imported.view(), of_events);
    if let Some(target) = &options.mocks_out {
        let content = text::pretty(&mocks(imported.view(), of_events));
        files::write(target, |out| writeln!(out, "{content}"))?;
    }
    if let Some(target) = &options.scenario_out {
        let definition = options.definition.as_deref().map(|it| files::from_file(target, it));
        let name = options.history.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let (definition, machine) = (definition.as_deref(), options.machine.as_deref());
        let making = Making { name: &name, definition, machine, s3: None };
        let content = text::pretty(&scenario_of_history(making, &imported, of_events));
        files::write(target, |out| writeln!(out, "{content}"))?;
    }
    if let (Some(form), Some(target), Some(document), Some(path)) =
        (form, &options.coverage, &document, &options.definition)
    {
        let Some(program) = of_events else {
            return Err(Error(
                "the events name states that the definition does not have; nothing is covered".to_owned(),
            ));
        };
        let counted = Coverage::of_history(imported.view(), program);
        let (name, text, root) = (&*document.name, &*document.text, &*document.root);
        coverage::write(form, target, &[Covered { name, path, text, root, program, coverage: &counted }])?;
    }
    let mut spec = imported.spec();
    if let Some(path) = &options.context {
        let context = files::read_json(path)?;
        start_from_context(&mut spec, &context).map_err(|what| Error(format!("{}: {what}", path.display())))?;
    }
    let again = program.as_ref().map(|it| run_again(&imported, it, spec));
    if let (Some(target), Some(again)) = (&options.replayed_out, &again) {
        let names = Names::new(&again.run.program().outline, &again.run.journal().spec.identity);
        files::write(target, |out| history(names, again.run.log(), &mut |piece| out.write_all(piece.as_bytes())))?;
    }
    match options.format {
        RunFormat::Text => {
            say::out(&summary(&options.history.display().to_string(), &imported, &failures));
            if let Some(again) = &again {
                say::out(&verdict(&imported, again));
            }
        }
        RunFormat::Json => {
            let mut told = summary_json(&imported, &failures);
            if let Some(again) = &again {
                told.set("replay", verdict_json(&imported, again));
            }
            say::out(&format!("{}\n", text::pretty(&Json::Object(told))));
        }
    }
    let differs = again.is_some_and(|it| it.comparison.first.is_some());
    Ok(if differs { Exit::Failed } else { Exit::Done })
}

/// Reads the definition to replay with; `None` where it is invalid, which has been said.
fn definition(path: &Path, machine: Option<&str>) -> Result<Option<Document>, Error> {
    let opened = files::read_machines(path)?;
    let shown = path.display().to_string();
    let document = files::pick(&opened, machine, path)?;
    say::err(&render::diagnostics(&opened.diagnostics, &opened.text, &shown));
    let Some(document) = document else { return Ok(None) };
    let found = &document.definition;
    if found.program.is_none() || has_errors(&found.diagnostics) {
        say::err(&render::diagnostics(&found.diagnostics, &document.text, &shown));
        say::err("stepscope: the definition is invalid; see above\n");
    }
    Ok(found.program.is_some().then(|| document.clone()))
}

/// Time that visits of a state took, all together.
struct Spent {
    visits: u32,
    took: Duration,
}

/// Returns the time spent in each state, in the order in which they were first entered.
fn spent(imported: &Imported) -> Vec<(StateId, Spent)> {
    let mut entered: BTreeMap<StrandId, (StateId, Timestamp)> = BTreeMap::new();
    let mut order: Vec<(StateId, Spent)> = Vec::new();
    let mut place: BTreeMap<StateId, usize> = BTreeMap::new();
    let mut add = |state: StateId, visits: u32, took: Duration| {
        let at = *place.entry(state).or_insert_with(|| {
            order.push((state, Spent { visits: 0, took: Duration::ZERO }));
            order.len() - 1
        });
        let spent = &mut order[at].1;
        spent.visits += visits;
        spent.took = Duration::from_millis(spent.took.as_millis() + took.as_millis());
    };
    for event in imported.view().iter() {
        let ends = match &event.kind {
            EventKind::StateEntered { .. } => {
                add(event.state, 1, Duration::ZERO);
                entered.insert(event.strand, (event.state, event.at));
                continue;
            }
            EventKind::StateExited { .. } | EventKind::StateAborted | EventKind::IterationFailed { .. } => {
                entered.remove(&event.strand).into_iter().collect::<Vec<_>>()
            }
            kind if kind.ends_execution() => std::mem::take(&mut entered).into_values().collect(),
            _ => Vec::new(),
        };
        for (state, since) in ends {
            add(state, 0, event.at - since);
        }
    }
    order
}

fn summary(name: &str, imported: &Imported, failures: &[Handled]) -> String {
    let mut out = String::new();
    let tip = imported.log.tip();
    let word = status(&tip.status);
    let took = tip.at - imported.started();
    let _ =
        writeln!(out, "{name}: {word} after {took}, {} states, {} events", tip.n_transitions, imported.view().len());
    if let Some(arn) = &imported.execution_arn {
        let _ = writeln!(out, "execution {arn}");
    }
    match &tip.status {
        RunStatus::Succeeded(output) => {
            let _ = writeln!(out, "output {}", text::pretty(output));
        }
        RunStatus::Failed(failure) | RunStatus::TimedOut(failure) | RunStatus::Aborted(failure) => {
            let _ = writeln!(out, "error  {}", failure.error.as_deref().unwrap_or("(none given)"));
            let _ = writeln!(out, "cause  {}", failure.cause.as_deref().unwrap_or("(none given)"));
        }
        RunStatus::NotStarted | RunStatus::Running => {}
    }
    let _ = writeln!(out, "path   {}", shortened(&path(imported.view())));
    for (state, spent) in spent(imported) {
        let visits = if spent.visits == 1 { String::new() } else { format!(" in {} visits", spent.visits) };
        let _ = writeln!(out, "state  {}: {}{visits}", imported.outline().name(state), spent.took);
    }
    for it in failures {
        let _ = writeln!(out, "{}", failure_line(imported, it));
    }
    if !failures.is_empty() {
        out.push_str("what became of failures is inferred: the service records no retries and no catches\n");
    }
    out
}

/// Joins the states; of a long way the middle is left out.
fn shortened(path: &[Arc<str>]) -> String {
    let join = |it: &[Arc<str>]| it.join(" → ");
    if path.len() <= 40 {
        return join(path);
    }
    format!("{} → … {} states … → {}", join(&path[..20]), path.len() - 40, join(&path[path.len() - 20..]))
}

fn failure_line(imported: &Imported, it: &Handled) -> String {
    let name = imported.outline().name(it.state);
    let error = it.failure.as_ref().and_then(|it| it.error.as_deref()).unwrap_or("an error");
    let fate = match it.fate {
        Fate::Open => "nothing has followed yet".to_owned(),
        Fate::Retried(after) => format!("retried after {after}"),
        Fate::Caught(Some(next)) => format!("caught, goes on to {}", imported.outline().name(next)),
        Fate::Caught(None) => "caught".to_owned(),
        Fate::Uncaught => "not handled here".to_owned(),
        Fate::GivenUp => "given up".to_owned(),
    };
    let handler = match it.handler {
        Handler::Unknown => String::new(),
        Handler::Named(Decision::Retry(idx), Some(secs)) => format!(" [retrier {idx}, back-off {secs} s]"),
        Handler::Named(Decision::Retry(idx), None) => format!(" [retrier {idx}]"),
        Handler::Named(Decision::Catch(idx), _) => format!(" [catcher {idx}]"),
        Handler::Named(Decision::Uncaught, _) => " [no handler takes it]".to_owned(),
        Handler::Contradicts(decision) => format!(" [by the definition: {}]", decided(decision)),
    };
    format!("failed {name}, attempt {}, event {}: {error}: {fate}{handler}", it.attempt, it.event.0)
}

fn decided(decision: Decision) -> String {
    match decision {
        Decision::Retry(idx) => format!("retrier {idx} retries"),
        Decision::Catch(idx) => format!("catcher {idx} catches"),
        Decision::Uncaught => "no handler takes it".to_owned(),
    }
}

fn verdict(imported: &Imported, again: &Replay) -> String {
    let mut out = String::new();
    let word = again.run.status().name();
    let _ = writeln!(out, "replay {word} after {} events", again.run.log().len());
    for call in &again.unrecorded {
        let _ = writeln!(
            out,
            "replay stops: attempt {} of {:?} was not recorded; a mock for it lets `stepscope run` go on",
            call.attempt, &*call.name
        );
    }
    match &again.comparison.first {
        None => out.push_str("replay does the same as was recorded\n"),
        Some(first) => {
            out.push_str("replay differs\n");
            out.push_str(&diff::divergence(first, imported.view(), again.run.log(), ["recorded", "replayed"]));
        }
    }
    out
}

fn summary_json(imported: &Imported, failures: &[Handled]) -> Object {
    let tip = imported.log.tip();
    let mut told = Object::from_iter([("status".into(), Json::from(status(&tip.status)))]);
    match &tip.status {
        RunStatus::Succeeded(output) => told.set("output", output.clone()),
        RunStatus::Failed(failure) | RunStatus::TimedOut(failure) | RunStatus::Aborted(failure) => {
            for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
                if let Some(text) = text {
                    told.set(name, Json::String(Arc::clone(text)));
                }
            }
        }
        RunStatus::NotStarted | RunStatus::Running => {}
    }
    told.set("events", Json::from(imported.view().len() as i64));
    told.set("started", Json::from(imported.started().to_string()));
    told.set("milliseconds", Json::from((tip.at - imported.started()).as_millis()));
    told.set("statesFromEvents", Json::from(imported.drawn));
    if let Some(arn) = &imported.execution_arn {
        told.set("executionArn", Json::String(Arc::clone(arn)));
    }
    told.set("path", Json::array(path(imported.view()).into_iter().map(Json::String)));
    let states = spent(imported).into_iter().map(|(state, spent)| {
        Json::object([
            ("name", Json::from(imported.outline().name(state))),
            ("visits", Json::from(i64::from(spent.visits))),
            ("milliseconds", Json::from(spent.took.as_millis())),
        ])
    });
    told.set("states", Json::array(states));
    told.set("failures", Json::array(failures.iter().map(|it| failure_json(imported, it))));
    let notes = imported
        .notes
        .iter()
        .map(|it| Json::object([("code", Json::from(it.code)), ("message", Json::from(it.message.as_str()))]));
    told.set("notes", Json::array(notes));
    told
}

fn failure_json(imported: &Imported, it: &Handled) -> Json {
    let name = |state| Json::from(imported.outline().name(state));
    let mut told = Object::from_iter([
        ("event".into(), Json::from(i64::from(it.event.0))),
        ("state".into(), name(it.state)),
        ("attempt".into(), Json::from(i64::from(it.attempt))),
    ]);
    if let Some(failure) = &it.failure {
        for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
            if let Some(text) = text {
                told.set(name, Json::String(Arc::clone(text)));
            }
        }
    }
    let fate = match it.fate {
        Fate::Open => "open",
        Fate::Retried(after) => {
            told.set("backOffMilliseconds", Json::from(after.as_millis()));
            "retried"
        }
        Fate::Caught(next) => {
            if let Some(next) = next {
                told.set("next", name(next));
            }
            "caught"
        }
        Fate::Uncaught => "uncaught",
        Fate::GivenUp => "givenUp",
    };
    told.set("fate", Json::from(fate));
    let (inferred_from, decision) = match it.handler {
        Handler::Unknown => ("events", None),
        Handler::Named(decision, _) => ("definition", Some(decision)),
        Handler::Contradicts(decision) => ("contradicted", Some(decision)),
    };
    told.set("inferredFrom", Json::from(inferred_from));
    match decision {
        Some(Decision::Retry(idx)) => told.set("retrier", Json::from(idx as i64)),
        Some(Decision::Catch(idx)) => told.set("catcher", Json::from(idx as i64)),
        Some(Decision::Uncaught) | None => {}
    }
    if let Some(shown_by) = it.shown_by {
        told.set("shownByEvent", Json::from(i64::from(shown_by.0)));
    }
    Json::Object(told)
}

fn verdict_json(imported: &Imported, again: &Replay) -> Json {
    let first = &again.comparison.first;
    let mut told = Object::from_iter([
        ("same".into(), Json::from(first.is_none())),
        ("status".into(), Json::from(again.run.status().name())),
        ("events".into(), Json::from(again.run.log().len() as i64)),
    ]);
    if let Some(first) = first {
        told.set("first", diff::divergence_json(first, imported.view(), again.run.log()));
    }
    if !again.unrecorded.is_empty() {
        let calls = again.unrecorded.iter().map(|it| {
            Json::object([
                ("state", Json::String(Arc::clone(&it.name))),
                ("attempt", Json::from(i64::from(it.attempt))),
            ])
        });
        told.set("unrecorded", Json::array(calls));
    }
    Json::Object(told)
}
