//! The mock held against the state under test: which states take one, which need one, and of what shape it is.

use crate::asl::StateKind;
use crate::asl::program::{Pattern, Resource};
use crate::json::Json;

use super::Refusal;
use super::answers::{self, Judged};
use super::request::{Mock, Request, Validation};
use super::subject::Subject;

/// Refuses a mock that the state does not take, and the lack of one that it needs (the order is recorded).
pub(super) fn check_state(request: &Request, subject: &Subject) -> Result<(), Refusal> {
    let takes_one = matches!(subject.kind, StateKind::Task | StateKind::Map | StateKind::Parallel);
    if request.mock.is_some() {
        if takes_one {
            return Ok(());
        }
        let kind = subject.kind.name();
        return Err(Refusal::validation(format!("State type '{kind}' is not supported when a mock is specified")));
    }
    let unsupported =
        |what: &str| Err(Refusal::new("InvalidDefinition", format!("TestState API does not support {what}")));
    match (subject.kind, subject.resource()) {
        (StateKind::Map | StateKind::Parallel, _) => unsupported(
            "Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
        ),
        (_, Some(Resource::Activity(_))) => unsupported("Activity tasks when a mock is not specified"),
        (_, Some(Resource::Service { pattern: Pattern::Sync | Pattern::Callback, .. })) => {
            unsupported("the '.sync' and '.waitForTaskToken' service integration patterns when a mock is not specified")
        }
        (StateKind::Task, _) if request.role_arn.is_none() => {
            Err(Refusal::validation("RoleArn must be specified when testing a Task state"))
        }
        _ => Ok(()),
    }
}

/// Holds a mocked result against what the state could have as its result; returns what could not be judged.
pub(super) fn check_result(request: &Request, subject: &Subject) -> Result<Option<String>, Refusal> {
    check_cause(request, subject)?;
    let Some(Mock::Result(result)) = &request.mock else { return Ok(None) };
    match subject.kind {
        StateKind::Map if subject.writes_results() => match result {
            Json::Object(_) => Ok(None),
            _ => Err(Refusal::validation("Mocked result must be an object.")),
        },
        StateKind::Map | StateKind::Parallel => {
            let Json::Array(items) = result else {
                return Err(Refusal::validation("Mocked result must be an array."));
            };
            if request.configuration.failed_iterations.is_some_and(|it| it as usize > items.len()) {
                let most = "less than or equal to the number of Map iterations";
                return Err(Refusal::validation(format!("Map iteration failure count must be {most}")));
            }
            Ok(None)
        }
        _ => check_answer(request, subject, result),
    }
}

fn check_answer(request: &Request, subject: &Subject, result: &Json) -> Result<Option<String>, Refusal> {
    let Some(resource) = subject.resource().filter(|_| request.validation != Validation::None) else { return Ok(None) };
    match answers::judge(resource, result, request.validation == Validation::Strict) {
        Ok(Judged::Sound | Judged::Free) => Ok(None),
        Ok(Judged::Unknown) => Ok(Some(format!(
            "what {} answers is not known here, so the mocked result was not held against it; the service does that",
            resource.called()
        ))),
        Err(wrong) => Err(Refusal::validation(format!("Mock result schema validation error: {wrong}"))),
    }
}

fn check_cause(request: &Request, subject: &Subject) -> Result<(), Refusal> {
    match &request.configuration.caused_by {
        Some(name) if !subject.has_inside(name) => {
            Err(Refusal::validation(format!("State '{name}' of errorCausedByState does not exist in the tested state")))
        }
        _ => Ok(()),
    }
}
