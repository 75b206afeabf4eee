//! The response: how the state ended, and the steps on the way by the names that the service gives them.

use crate::asl::StateKind;
use crate::asl::program::FlowFields;
use crate::engine::Step;
use crate::json::{Json, Number, Object, text};

use super::drive::{Ended, Ran};
use super::request::{Level, Request};
use super::subject::Subject;

/// Writes the response to a request.
pub(super) fn write(request: &Request, subject: &Subject, ran: &Ran) -> Json {
    let mut response = Object::from_iter([]);
    let failed = match &ran.ended {
        Ended::Succeeded { output } => {
            response.set("output", written(output));
            None
        }
        Ended::Caught { failure, output } => {
            response.set("output", written(output));
            Some(failure)
        }
        Ended::Retriable { failure } | Ended::Failed { failure } => Some(failure),
    };
    if let Some(failure) = failed {
        let texts = [("error", &failure.error), ("cause", &failure.cause)];
        for (name, text) in texts {
            if let Some(text) = text {
                response.set(name, Json::String(text.clone()));
            }
        }
    }
    if request.level != Level::Info {
        response.set("inspectionData", inspection(request, subject, ran));
    }
    if let Some(next) = &ran.next {
        response.set("nextState", Json::String(next.clone()));
    }
    response.set("status", ran.ended.status().into());
    Json::Object(response)
}

/// DEBUG and TRACE show the same but for the request and response of a task that calls a web address (recorded).
fn inspection(request: &Request, subject: &Subject, ran: &Ran) -> Json {
    let mut data = Object::from_iter([("input".into(), Json::String(request.input_text.clone()))]);
    let jsonata = matches!(subject.program.state(subject.state).data.fields, FlowFields::Jsonata(_));
    let mut selected = Vec::new();
    let mut details = Object::from_iter([]);
    for step in &ran.steps {
        match step {
            Step::ItemSelector(item) => selected.push(item.clone()),
            Step::MaxConcurrency(most) => data.set("maxConcurrency", Json::from(*most)),
            Step::ToleratedFailureCount(most) => data.set("toleratedFailureCount", Json::from(*most)),
            Step::ToleratedFailurePercentage(most) => {
                data.set("toleratedFailurePercentage", Number::from_f64(*most).map_or(Json::Null, Json::from));
            }
            Step::Retry { retrier, after_secs } => {
                details.set("retryBackoffIntervalSeconds", Json::from(after_secs.round() as i64));
                details.set("retryIndex", Json::from(*retrier as i64));
            }
            Step::Catch { catcher } => details.set("catchIndex", Json::from(*catcher as i64)),
            other => {
                if let Some((name, value)) = named(other, subject, jsonata) {
                    data.set(name, written(value));
                }
            }
        }
    }
    if !selected.is_empty() {
        data.set("afterItemSelector", written(&Json::array(selected)));
    }
    if !details.is_empty() {
        data.set("errorDetails", Json::Object(details));
    }
    if !ran.variables.is_empty() {
        data.set("variables", written(&Json::Object(ran.variables.clone())));
    }
    Json::Object(data)
}

/// Returns the service's name of a step, or `None` where it does not show the step for states of this type (recorded).
fn named<'a>(step: &'a Step, subject: &Subject, jsonata: bool) -> Option<(&'static str, &'a Json)> {
    use StateKind::{Fail, Map, Parallel, Pass, Task};
    let kind = subject.kind;
    match step {
        Step::Arguments(value) if kind == Task => Some(("afterArguments", value)),
        Step::Result(value) if matches!(kind, Task | Pass) => Some(("result", value)),
        Step::Batches(value) => Some(("afterItemBatcher", value)),
        _ if jsonata => None,
        Step::InputPath(value) if kind != Fail => Some(("afterInputPath", value)),
        Step::Parameters(value) if matches!(kind, Task | Pass | Parallel) => Some(("afterParameters", value)),
        Step::Items(value) => Some(("afterItemsPath", value)),
        Step::ReadItems(value) if subject.points() => Some(("afterItemsPointer", value)),
        Step::ResultSelector(value) if matches!(kind, Task | Pass | Parallel | Map) => {
            Some(("afterResultSelector", value))
        }
        Step::ResultPath(value) => Some(("afterResultPath", value)),
        _ => None,
    }
}

/// Members that hold data hold it as JSON text.
fn written(value: &Json) -> Json {
    text::compact(value).into()
}
