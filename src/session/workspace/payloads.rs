//! The payloads of an event, each exchanged for another one.

use std::sync::Arc;

use crate::engine::{Action, Event, EventKind, Failure, Outcome, Patch, Redriven, TaskCall, TaskFailure};
use crate::items::Items;
use crate::json::Json;
use crate::json::text::compact;

/// What makes a payload of a payload.
pub(super) type Map<'a> = dyn FnMut(&Json) -> Json + 'a;

/// Returns the event with every payload mapped. Causes are payloads that are texts.
pub(super) fn map(event: &Event, json: &mut Map<'_>) -> Event {
    let kind = match &event.kind {
        EventKind::ExecutionStarted { input } => EventKind::ExecutionStarted { input: json(input) },
        EventKind::ExecutionSucceeded { output } => EventKind::ExecutionSucceeded { output: json(output) },
        EventKind::ExecutionFailed(it) => EventKind::ExecutionFailed(Arc::new(failure(it, json))),
        EventKind::ExecutionTimedOut(it) => EventKind::ExecutionTimedOut(Arc::new(failure(it, json))),
        EventKind::ExecutionAborted(it) => EventKind::ExecutionAborted(Arc::new(failure(it, json))),
        EventKind::MapRunFailed(it) => EventKind::MapRunFailed(Arc::new(failure(it, json))),
        EventKind::StateEntered { input, parent } => EventKind::StateEntered { input: json(input), parent: *parent },
        EventKind::StateExited { output, assigned } => {
            EventKind::StateExited { output: json(output), assigned: assigned.as_ref().map(|it| Arc::new(json(it))) }
        }
        EventKind::TaskScheduled(it) => EventKind::TaskScheduled(call(it, json)),
        EventKind::TaskStarted(it) => EventKind::TaskStarted(call(it, json)),
        EventKind::TaskSubmitted { output, call: it } => {
            EventKind::TaskSubmitted { output: json(output), call: call(it, json) }
        }
        EventKind::TaskSucceeded { output, call: it } => {
            EventKind::TaskSucceeded { output: json(output), call: call(it, json) }
        }
        EventKind::TaskFailed(it) => EventKind::TaskFailed(task_failure(it, json)),
        EventKind::TaskTimedOut(it) => EventKind::TaskTimedOut(task_failure(it, json)),
        EventKind::EvaluationFailed(it) => {
            let mut failed = (**it).clone();
            failed.failure = failure(&it.failure, json);
            EventKind::EvaluationFailed(Arc::new(failed))
        }
        EventKind::ExecutionRedriven { count, strands } => {
            let strand = |it: &Redriven| Redriven {
                input: json(&it.input),
                variables: it.variables.as_ref().map(|it| Arc::new(json(it))),
                ..it.clone()
            };
            EventKind::ExecutionRedriven { count: *count, strands: strands.iter().map(strand).collect() }
        }
        other => other.clone(),
    };
    Event { kind, ..event.clone() }
}

/// Returns the action with every payload mapped.
pub(super) fn map_action(action: &Action, json: &mut Map<'_>) -> Action {
    match action {
        Action::Resolve { effect, outcome: it, at } => {
            Action::Resolve { effect: *effect, outcome: outcome(it, json), at: *at }
        }
        Action::Stop(it) => Action::Stop(Arc::new(failure(it, json))),
        Action::Patch(Patch::Input { strand, input }) => {
            Action::Patch(Patch::Input { strand: *strand, input: json(input) })
        }
        Action::Patch(Patch::Answer { strand, outcome: it, at }) => {
            Action::Patch(Patch::Answer { strand: *strand, outcome: outcome(it, json), at: *at })
        }
        Action::Patch(Patch::Variables { strand, values }) => match json(&Json::Object(values.clone())) {
            Json::Object(values) => Action::Patch(Patch::Variables { strand: *strand, values }),
            _ => action.clone(),
        },
        Action::Advance | Action::Redrive(_) | Action::Patch(Patch::Definition(_)) => action.clone(),
    }
}

fn outcome(it: &Outcome, json: &mut Map<'_>) -> Outcome {
    match it {
        Outcome::Succeeded(value) => Outcome::Succeeded(json(value)),
        Outcome::Submitted(value) => Outcome::Submitted(json(value)),
        Outcome::Failed(it, step) => Outcome::Failed(Arc::new(failure(it, json)), *step),
        Outcome::Items(items) => {
            let values = items.values.iter().map(json).collect();
            Outcome::Items(Arc::new(Items::with_sources(values, items.keyed, items.sources().to_vec())))
        }
        Outcome::Heartbeat => Outcome::Heartbeat,
    }
}

fn failure(it: &Failure, json: &mut Map<'_>) -> Failure {
    let cause = it.cause.as_ref().map(|cause| match json(&Json::String(Arc::clone(cause))) {
        Json::String(text) => text,
        other => compact(&other).into(),
    });
    Failure { cause, ..it.clone() }
}

fn call(it: &Arc<TaskCall>, json: &mut Map<'_>) -> Arc<TaskCall> {
    let credentials = it.credentials.as_ref().map(&mut *json);
    Arc::new(TaskCall { input: json(&it.input), credentials, ..(**it).clone() })
}

fn task_failure(it: &TaskFailure, json: &mut Map<'_>) -> Arc<TaskFailure> {
    Arc::new(TaskFailure { call: call(&it.call, json), failure: failure(&it.failure, json), step: it.step })
}
