//! Histories in the shape of the service's `GetExecutionHistory`: names of events and what their details carry.
//!
//! Which event carries what was read off recorded histories; payloads are JSON text inside the JSON, as there.

use std::collections::BTreeMap;

use crate::asl::program::Resource;
use crate::asl::{Outline, StateKind};
use crate::engine::{Event, EventId, EventKind, Failure, Identity, TaskCall, TaskStep};
use crate::json::text::write_quoted;
use crate::json::{Json, text};

use super::aside::{Aside, Lack};
use super::log::LogView;

/// What a history names besides its events.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The states.
    pub outline: &'a Outline,
    /// The execution's role and region.
    pub identity: &'a Identity,
    /// What stands beside the events of a history that was recorded elsewhere.
    pub asides: Option<&'a BTreeMap<EventId, Aside>>,
}

impl<'a> Names<'a> {
    /// Returns the names of a run of what `outline` describes.
    pub fn new(outline: &'a Outline, identity: &'a Identity) -> Self {
        Self { outline, identity, asides: None }
    }
}

/// Returns the service's name for the event's type, for example `LambdaFunctionScheduled`.
pub fn event_type(outline: &Outline, event: &Event) -> String {
    let kind = || outline.state(event.state).and_then(|it| it.kind).map_or("", StateKind::name);
    let name = match &event.kind {
        EventKind::ExecutionStarted { .. } => "ExecutionStarted",
        EventKind::ExecutionSucceeded { .. } => "ExecutionSucceeded",
        EventKind::ExecutionFailed(_) => "ExecutionFailed",
        EventKind::ExecutionTimedOut(_) => "ExecutionTimedOut",
        EventKind::ExecutionAborted(_) => "ExecutionAborted",
        EventKind::ExecutionRedriven { .. } => "ExecutionRedriven",
        EventKind::StateEntered { .. } => return format!("{}StateEntered", kind()),
        EventKind::StateExited { .. } => return format!("{}StateExited", kind()),
        EventKind::StateAborted => return format!("{}StateAborted", kind()),
        EventKind::TaskScheduled(call) => return task_type(call, "Scheduled"),
        EventKind::TaskStarted(call) => return task_type(call, "Started"),
        EventKind::TaskSubmitted { call, .. } => return task_type(call, "Submitted"),
        EventKind::TaskSucceeded { call, .. } => return task_type(call, "Succeeded"),
        EventKind::TaskTimedOut(failed) => return task_type(&failed.call, "TimedOut"),
        EventKind::TaskFailed(failed) => {
            let what = match failed.step {
                TaskStep::Schedule => "ScheduleFailed",
                TaskStep::Start => "StartFailed",
                TaskStep::Submit => "SubmitFailed",
                TaskStep::Run => "Failed",
            };
            return task_type(&failed.call, what);
        }
        EventKind::ParallelStarted => "ParallelStateStarted",
        EventKind::ParallelSucceeded => "ParallelStateSucceeded",
        EventKind::ParallelFailed => "ParallelStateFailed",
        EventKind::MapStarted { .. } => "MapStateStarted",
        EventKind::MapSucceeded => "MapStateSucceeded",
        EventKind::MapFailed => "MapStateFailed",
        EventKind::MapRunStarted(_) => "MapRunStarted",
        EventKind::MapRunSucceeded => "MapRunSucceeded",
        EventKind::MapRunFailed(_) => "MapRunFailed",
        EventKind::MapRunAborted => "MapRunAborted",
        EventKind::MapRunRedriven(..) => "MapRunRedriven",
        EventKind::IterationStarted { .. } => "MapIterationStarted",
        EventKind::IterationSucceeded { .. } => "MapIterationSucceeded",
        EventKind::IterationFailed { .. } => "MapIterationFailed",
        EventKind::IterationAborted { .. } => "MapIterationAborted",
        EventKind::EvaluationFailed(_) => "EvaluationFailed",
        EventKind::NotRecorded => "NotRecorded",
        EventKind::Other(name) => name,
    };
    name.to_owned()
}

fn task_type(call: &TaskCall, what: &str) -> String {
    let family = match call.resource {
        Resource::Lambda(_) => "LambdaFunction",
        Resource::Activity(_) => "Activity",
        Resource::Service { .. } => "Task",
    };
    format!("{family}{what}")
}

/// Prints the whole history, `{"events": […]}`, one event a line, piece by piece: a history with large payloads is
/// larger than what it was made of.
pub fn history<E>(names: Names<'_>, log: &LogView, write: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut piece = String::from("{\"events\":[");
    let mut separator = "\n";
    for event in recorded(log) {
        piece.push_str(separator);
        separator = ",\n";
        write_event(names, event, &mut piece);
        write(&piece)?;
        piece.clear();
    }
    piece.push_str("\n]}\n");
    write(&piece)
}

/// Prints the history as one event a line, without anything around them.
pub fn json_lines<E>(names: Names<'_>, log: &LogView, write: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut line = String::new();
    for event in recorded(log) {
        write_event(names, event, &mut line);
        line.push('\n');
        write(&line)?;
        line.clear();
    }
    Ok(())
}

/// Returns the events that there is something to write of.
pub(super) fn recorded(log: &LogView) -> impl Iterator<Item = &Event> {
    log.iter().filter(|it| it.kind != EventKind::NotRecorded)
}

/// Prints one event at the end of `out`.
pub fn write_event(names: Names<'_>, event: &Event, out: &mut String) {
    use std::fmt::Write as _;
    let name = event_type(names.outline, event);
    let _ = write!(
        out,
        r#"{{"timestamp":"{}","type":"{name}","id":{},"previousEventId":{}"#,
        event.at, event.id.0, event.prev.0
    );
    let key = match &event.kind {
        EventKind::StateEntered { .. } => "stateEntered".to_owned(),
        EventKind::StateExited { .. } => "stateExited".to_owned(),
        _ => {
            let mut letters = name.chars();
            letters.next().map(|it| it.to_lowercase().collect::<String>() + letters.as_str()).unwrap_or_default()
        }
    };
    let aside = names.asides.and_then(|it| it.get(&event.id));
    let mut details = Details { out: String::new(), lack: aside.and_then(|it| it.payload) };
    details_of(names, event, &mut details);
    for (name, value) in aside.into_iter().flat_map(|it| &it.details) {
        details.raw(name, &text::compact(value));
    }
    if !details.out.is_empty() {
        let _ = write!(out, r#","{key}EventDetails":{{{}}}"#, details.out);
    }
    out.push('}');
}

fn details_of(names: Names<'_>, event: &Event, details: &mut Details) {
    let state = names.outline.name(event.state);
    match &event.kind {
        EventKind::ExecutionStarted { input } => {
            details.payload("input", input);
            details.text("roleArn", &names.identity.role_arn);
        }
        EventKind::ExecutionSucceeded { output } => details.payload("output", output),
        EventKind::ExecutionFailed(failure)
        | EventKind::ExecutionTimedOut(failure)
        | EventKind::ExecutionAborted(failure)
        | EventKind::MapRunFailed(failure) => details.failure(failure),
        EventKind::MapRunStarted(run) => details.text("mapRunArn", &run.arn),
        EventKind::ExecutionRedriven { count, .. } => details.raw("redriveCount", &count.to_string()),
        EventKind::StateEntered { input, .. } => {
            details.text("name", state);
            details.payload("input", input);
        }
        EventKind::StateExited { output, assigned } => {
            details.text("name", state);
            details.payload("output", output);
            if let Some(assigned) = assigned {
                let as_text =
                    |(name, value): (&std::sync::Arc<str>, &Json)| (name.clone(), text::compact(value).into());
                let texts =
                    Json::object(assigned.as_object().into_iter().flat_map(crate::json::Object::iter).map(as_text));
                details.raw("assignedVariables", &text::compact(&texts));
                details.raw("assignedVariablesDetails", r#"{"truncated":false}"#);
            }
        }
        EventKind::TaskScheduled(call) => scheduled(names, call, details),
        EventKind::TaskStarted(call) => details.resource(call),
        EventKind::TaskSubmitted { output, call } | EventKind::TaskSucceeded { output, call } => {
            details.resource(call);
            details.payload("output", output);
        }
        EventKind::TaskFailed(failed) | EventKind::TaskTimedOut(failed) => {
            details.resource(&failed.call);
            details.failure(&failed.failure);
        }
        EventKind::MapRunRedriven(run, count) => {
            details.text("mapRunArn", &run.arn);
            details.raw("redriveCount", &count.to_string());
        }
        EventKind::MapStarted { length } => details.raw("length", &length.to_string()),
        EventKind::IterationStarted { index, .. }
        | EventKind::IterationSucceeded { index }
        | EventKind::IterationFailed { index }
        | EventKind::IterationAborted { index } => {
            details.text("name", state);
            details.raw("index", &index.to_string());
        }
        EventKind::EvaluationFailed(failed) => {
            details.text("state", state);
            details.failure(&failed.failure);
            if let Some(location) = &failed.location {
                details.text("location", location);
            }
        }
        EventKind::StateAborted
        | EventKind::ParallelStarted
        | EventKind::ParallelSucceeded
        | EventKind::ParallelFailed
        | EventKind::MapSucceeded
        | EventKind::MapFailed
        | EventKind::MapRunSucceeded
        | EventKind::MapRunAborted
        | EventKind::NotRecorded
        | EventKind::Other(_) => {}
    }
}

fn scheduled(names: Names<'_>, call: &TaskCall, details: &mut Details) {
    match &call.resource {
        Resource::Lambda(arn) | Resource::Activity(arn) => {
            details.text("resource", arn);
            details.payload("input", &call.input);
        }
        Resource::Service { .. } => {
            details.resource(call);
            details.text("region", &names.identity.region);
            if details.lack != Some(Lack::NotIncluded) {
                details.text("parameters", &text::compact(&call.input));
            }
        }
    }
    if let Some(secs) = call.timeout_secs {
        details.raw("timeoutInSeconds", &secs.to_string());
    }
    // A Lambda function's own event has no place for it (recorded fields).
    if let (Some(secs), false) = (call.heartbeat_secs, matches!(call.resource, Resource::Lambda(_))) {
        details.raw("heartbeatInSeconds", &secs.to_string());
    }
    if let Some(role) = call.credentials.as_ref().and_then(|it| it.get("RoleArn")) {
        let credentials = Json::object([("roleArn", role.clone())]);
        details.raw("taskCredentials", &text::compact(&credentials));
    }
}

/// The members of an event's details, as they are written.
struct Details {
    out: String,
    lack: Option<Lack>,
}

impl Details {
    fn raw(&mut self, name: &str, json: &str) {
        if !self.out.is_empty() {
            self.out.push(',');
        }
        write_quoted(name, &mut self.out);
        self.out.push(':');
        self.out.push_str(json);
    }

    fn text(&mut self, name: &str, value: &str) {
        let mut quoted = String::with_capacity(value.len() + 2);
        write_quoted(value, &mut quoted);
        self.raw(name, &quoted);
    }

    fn payload(&mut self, name: &str, value: &Json) {
        let truncated = match (self.lack, value) {
            (Some(Lack::NotIncluded), _) => return,
            (Some(Lack::Truncated), Json::String(left)) => {
                self.text(name, left);
                r#"{"truncated":true}"#
            }
            (Some(Lack::Truncated), _) => r#"{"truncated":true}"#,
            (None, _) => r#"{"truncated":false}"#,
        };
        if self.lack.is_none() || !matches!(value, Json::String(_)) {
            self.text(name, &text::compact(value));
        }
        self.raw(&format!("{name}Details"), truncated);
    }

    fn failure(&mut self, failure: &Failure) {
        if let Some(error) = &failure.error {
            self.text("error", error);
        }
        if let Some(cause) = &failure.cause {
            self.text("cause", cause);
        }
    }

    /// Which service is called; a Lambda function's and an activity's events do not repeat it.
    fn resource(&mut self, call: &TaskCall) {
        if let Resource::Service { service, action, .. } = &call.resource {
            self.text("resourceType", service);
            self.text("resource", action);
        }
    }
}
