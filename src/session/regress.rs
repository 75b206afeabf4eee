//! A recorded execution as mocks and as a scenario: what it takes to have it run again without the service, and what
//! has to come out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::{Action, Amount, Program};
use crate::engine::{EventKind, StrandId, TaskStep};
use crate::history::aws::event_type;
use crate::history::read::Imported;
use crate::history::{LogView, RunStatus};
use crate::json::{Json, Object};

use super::recorded::{Attempt, End, Recording, Spot};

/// Returns the recorded answers in the native form of mock files. Tasks inside Maps are told apart by their iterations,
/// so that the order in which these run does not matter. `program` is what ran, if it is known: the events of Lambda
/// functions do not say their heartbeat limit.
pub fn mocks(log: &LogView, program: Option<&Program>) -> Json {
    let recording = Recording::of(log);
    let mut states: Vec<(Arc<str>, Vec<Json>)> = Vec::new();
    let mut invocations: BTreeMap<Spot, i64> = BTreeMap::new();
    for attempt in recording.attempts() {
        let call = &attempt.call;
        let nth = invocations.entry((Arc::clone(&call.name), Arc::clone(&call.maps))).or_default();
        *nth += 1;
        let entry = entry(log, program, attempt, *nth);
        match states.iter_mut().find(|(name, _)| *name == call.name) {
            Some((_, entries)) => entries.push(entry),
            None => states.push((Arc::clone(&call.name), vec![entry])),
        }
    }
    Json::object(states.into_iter().map(|(name, entries)| (name, Json::array(entries))))
}

fn entry(log: &LogView, program: Option<&Program>, attempt: &Attempt, nth: i64) -> Json {
    let limit = heartbeat_secs(program, attempt);
    let mut members = Object::from_iter([]);
    if let Some((_, output)) = &attempt.submitted {
        members.set("submitted", output.clone());
    }
    match attempt.end_within(limit) {
        Some(End::Returned(output)) => members.set("return", output.clone()),
        Some(End::Failed(failure, step, event)) => {
            let mut thrown = Object::from_iter([]);
            for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
                if let Some(text) = text {
                    thrown.set(name, Json::String(Arc::clone(text)));
                }
            }
            if *step != TaskStep::Run
                && let Some(event) = log.event(*event)
            {
                thrown.set("event", Json::from(event_type(log.outline(), event)));
            }
            members.set("throw", Json::Object(thrown));
        }
        Some(End::TimedOut(_)) => members.set("timeout", Json::from(true)),
        None => members.set("neverCompletes", Json::from(true)),
    }
    if let (Some((after, _)), Some(End::Returned(_) | End::Failed(..))) = (&attempt.end, attempt.end_within(limit))
        && after.as_millis() > 0
    {
        members.set("after", secs(after.as_secs()));
    }
    let beats = attempt.heartbeats(limit);
    if !beats.is_empty() {
        members.set("heartbeats", Json::array(beats.iter().map(|it| secs(it.as_secs()))));
    }
    if !attempt.call.maps.is_empty() {
        let iteration = |(map, index): &(Arc<str>, u32)| {
            Json::object([("map", Json::String(Arc::clone(map))), ("index", Json::from(i64::from(*index)))])
        };
        let iterations = Json::array(attempt.call.maps.iter().map(iteration));
        members.set("where", Json::object([("iterations", iterations), ("attempt", Json::from(nth))]));
    }
    Json::Object(members)
}

/// Returns the heartbeat limit that the definition writes down.
fn heartbeat_secs(program: Option<&Program>, attempt: &Attempt) -> Option<i64> {
    let state = program?.states.get(attempt.call.state.idx())?;
    match &state.action {
        Action::Task(task) => match task.heartbeat {
            Some(Amount::Fixed(secs)) => Some(secs),
            _ => None,
        },
        _ => None,
    }
}

fn secs(secs: f64) -> Json {
    if secs.fract() == 0.0 {
        return Json::from(secs as i64);
    }
    crate::json::Number::from_f64(secs).map_or(Json::Null, Json::from)
}

/// Returns a scenario: the definition's name, the input and the moment it started with, the recorded answers, and what
/// has to come out: how the execution ends and the states it goes through.
pub fn scenario(name: &str, definition: &str, imported: &Imported, program: Option<&Program>) -> Json {
    let log = imported.view();
    let context = Json::object([(
        "Execution",
        Json::object([
            ("Id", Json::String(Arc::clone(&imported.identity.execution_id))),
            ("Name", Json::String(Arc::clone(&imported.identity.execution_name))),
            ("RoleArn", Json::String(Arc::clone(&imported.identity.role_arn))),
            ("StartTime", Json::from(imported.started().to_string())),
        ]),
    )]);
    let kind = if imported.express { "express" } else { "standard" };
    Json::object([
        ("name", Json::from(name)),
        ("definition", Json::from(definition)),
        ("type", Json::from(kind)),
        ("input", imported.input().cloned().unwrap_or_else(|| Json::object::<&str>([]))),
        ("context", context),
        ("mocks", mocks(log, program)),
        ("expect", expectations(imported)),
    ])
}

fn expectations(imported: &Imported) -> Json {
    let tip = imported.log.tip();
    let mut members = Object::from_iter([("status".into(), Json::from(status(&tip.status)))]);
    match &tip.status {
        RunStatus::Succeeded(output) => {
            if imported.lack(tip.event).is_none() {
                members.set("output", output.clone());
            }
        }
        RunStatus::Failed(failure) | RunStatus::TimedOut(failure) | RunStatus::Aborted(failure) => {
            for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
                if let Some(text) = text {
                    members.set(name, Json::String(Arc::clone(text)));
                }
            }
        }
        RunStatus::NotStarted | RunStatus::Running => {}
    }
    members.set("path", Json::array(path(imported.view()).into_iter().map(Json::String)));
    Json::Object(members)
}

/// Returns the service's word for how a run stands.
pub fn status(status: &RunStatus) -> &'static str {
    match status {
        RunStatus::NotStarted | RunStatus::Running => "RUNNING",
        RunStatus::Succeeded(_) => "SUCCEEDED",
        RunStatus::Failed(_) => "FAILED",
        RunStatus::TimedOut(_) => "TIMED_OUT",
        RunStatus::Aborted(_) => "ABORTED",
    }
}

/// Returns the names of the states that the execution's own thread of control went through, in order.
pub fn path(log: &LogView) -> Vec<Arc<str>> {
    let entered =
        log.iter().filter(|it| it.strand == StrandId::ROOT && matches!(it.kind, EventKind::StateEntered { .. }));
    let named = entered.filter_map(|it| log.outline().state(it.state));
    named.map(|it| Arc::clone(&it.name)).collect()
}
