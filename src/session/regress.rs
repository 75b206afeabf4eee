//! A recorded execution as mocks and as a scenario: what it takes to have it run again without the service, and what
//! has to come out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::{Action, Amount, Program};
use crate::engine::{EventKind, Quotas, StrandId, TaskStep};
use crate::history::aws::event_type;
use crate::history::read::Imported;
use crate::history::{LogView, RunStatus};
use crate::json::{Json, Object};

use super::context::context_of;
use super::recorded::{Attempt, End, Recording, Spot};
use super::run::Run;

/// Returns the recorded answers in the native form of mock files. Tasks inside Maps are told apart by their iterations,
/// so that the order in which these run does not matter. `program` is what ran, if it is known: the events of Lambda
/// functions do not say their heartbeat limit.
pub fn mocks(log: &LogView, program: Option<&Program>) -> Json {
    let mut answers = Answers::default();
    answers.add(log, program);
    answers.finish()
}

/// The answers of tasks, by state, while they are gathered.
#[derive(Default)]
struct Answers {
    states: Vec<(Arc<str>, Vec<Object>)>,
    places: BTreeMap<Arc<str>, usize>,
    invocations: BTreeMap<Spot, i64>,
}

impl Answers {
    fn add(&mut self, log: &LogView, program: Option<&Program>) {
        for attempt in Recording::of(log).attempts() {
            let call = &attempt.call;
            let nth = self.invocations.entry((Arc::clone(&call.name), Arc::clone(&call.maps))).or_default();
            *nth += 1;
            let entry = entry(log, program, attempt, *nth);
            let place = *self.places.entry(Arc::clone(&call.name)).or_insert_with(|| {
                self.states.push((Arc::clone(&call.name), Vec::new()));
                self.states.len() - 1
            });
            self.states[place].1.push(entry);
        }
    }

    /// Returns the mocks. What is always answered alike is said once, as the last entry repeats.
    fn finish(self) -> Json {
        let plain = |it: &Object| {
            let members = it.iter().filter(|(name, _)| &***name != "where");
            members.map(|(name, value)| (Arc::clone(name), value.clone())).collect::<Object>()
        };
        let state = |(name, mut entries): (Arc<str>, Vec<Object>)| {
            let first = entries.first().map(plain);
            if first.as_ref().is_some_and(|first| entries.iter().all(|it| plain(it) == *first)) {
                entries = first.into_iter().collect();
            }
            (name, Json::array(entries.into_iter().map(Json::Object)))
        };
        Json::object(self.states.into_iter().map(state))
    }
}

fn entry(log: &LogView, program: Option<&Program>, attempt: &Attempt, nth: i64) -> Object {
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
    members
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

/// What a scenario that is made of an execution has to be told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Making<'a> {
    /// The scenario's name.
    pub name: &'a str,
    /// The path of the definition, relative to the file that the scenario is written into.
    pub definition: Option<&'a str>,
    /// Which machine of a template.
    pub machine: Option<&'a str>,
    /// The folder with buckets, relative to the scenario's file.
    pub s3: Option<&'a str>,
}

/// Returns a scenario of a recorded execution: how it started, the recorded answers, and what has to come out: how the
/// execution ends and the states it goes through.
pub fn scenario_of_history(making: Making<'_>, imported: &Imported, program: Option<&Program>) -> Json {
    let mut context = Object::from_iter([]);
    let identity = &imported.identity;
    context.set("Id", Json::String(Arc::clone(&identity.execution_id)));
    context.set("Name", Json::String(Arc::clone(&identity.execution_name)));
    context.set("RoleArn", Json::String(Arc::clone(&identity.role_arn)));
    context.set("StartTime", Json::from(imported.started().to_string()));
    let mut members = making.begin(imported.express, imported.input());
    members.set("context", Json::object([("Execution", Json::Object(context))]));
    members.set("mocks", mocks(imported.view(), program));
    let whole = imported.lack(imported.log.tip().event).is_none();
    members.set("expect", expectations(imported.view(), &imported.log.tip().status, whole));
    Json::Object(members)
}

/// Returns a scenario of a run, which passes when it is run: how it started, what its tasks answered, those of its
/// child executions among them, and what came out. What a fork has changed of a definition, an input or a variable is
/// not in it.
pub fn scenario_of_run(making: Making<'_>, run: &Run) -> Json {
    let (program, spec) = (run.program(), &run.journal().spec);
    let mut members = making.begin(spec.express, Some(&spec.input));
    members.set("context", context_of(spec));
    if spec.seed != 0 {
        members.set("seed", Json::from(i64::try_from(spec.seed).unwrap_or(i64::MAX)));
    }
    if spec.quotas == Quotas::Off {
        members.set("quotas", Json::from("off"));
    }
    if let Some(s3) = making.s3 {
        members.set("s3", Json::from(s3));
    }
    let mut answers = Answers::default();
    answers.add(run.log(), Some(program));
    for child in run.children().iter() {
        answers.add(child.log(&program.outline).view(), Some(program));
    }
    members.set("mocks", answers.finish());
    members.set("expect", expectations(run.log(), &run.tip().status, true));
    Json::Object(members)
}

impl Making<'_> {
    fn begin(self, express: bool, input: Option<&Json>) -> Object {
        let mut members = Object::from_iter([("name".into(), Json::from(self.name))]);
        for (name, value) in [("definition", self.definition), ("machine", self.machine)] {
            if let Some(value) = value {
                members.set(name, Json::from(value));
            }
        }
        members.set("type", Json::from(if express { "express" } else { "standard" }));
        let input = input.cloned().unwrap_or_else(|| Json::object::<&str>([]));
        // A text under `input` is the path of a file.
        members.set(if input.as_str().is_some() { "inputValue" } else { "input" }, input);
        members
    }
}

/// Returns what has to come out for an execution to have done the same; `whole` says that the output is all there.
fn expectations(log: &LogView, status: &RunStatus, whole: bool) -> Json {
    let mut members = Object::from_iter([]);
    let names = Json::array(path(log).into_iter().map(Json::String));
    match status {
        RunStatus::Succeeded(output) => {
            members.set("status", Json::from(self::status(status)));
            if whole {
                members.set("output", output.clone());
            }
        }
        RunStatus::Failed(failure) | RunStatus::TimedOut(failure) => {
            members.set("status", Json::from(self::status(status)));
            for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
                if let Some(text) = text {
                    members.set(name, Json::String(Arc::clone(text)));
                }
            }
        }
        // What was stopped from outside, or goes on, would have gone on.
        RunStatus::Aborted(_) | RunStatus::NotStarted | RunStatus::Running => {
            members.set("pathContains", names);
            return Json::Object(members);
        }
    }
    members.set("path", names);
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
