//! The context object that a request brings, held against what the service lets it say; and the one it gets without.

use crate::asl::program::{Pattern, Resource};
use crate::json::{Json, Object, text};
use crate::time::Timestamp;

use super::Refusal;
use super::request::Request;
use super::subject::{NAME, Subject};

/// The account where the role does not say it.
const ACCOUNT: &str = "111111111111";
/// What the execution and the machine are called; the service makes up names for each call.
const EXECUTION: &str = "test";
const MACHINE: &str = "test-state";

/// The members of each object of the context object, and what they are.
const OBJECTS: [(&str, &[(&str, Kind)]); 4] = [
    (
        "Execution",
        &[
            ("Id", Kind::Text),
            ("Input", Kind::Any),
            ("Name", Kind::Text),
            ("RoleArn", Kind::Text),
            ("StartTime", Kind::Text),
            ("RedriveCount", Kind::Number),
            ("RedriveTime", Kind::Text),
        ],
    ),
    ("State", &[("EnteredTime", Kind::Text), ("Name", Kind::Text), ("RetryCount", Kind::Number)]),
    ("StateMachine", &[("Id", Kind::Text), ("Name", Kind::Text)]),
    ("Task", &[("Token", Kind::Text)]),
];

#[derive(Clone, Copy)]
enum Kind {
    Any,
    Number,
    Text,
}

/// Reads the context object of a request for a state that calls `resource`, if it is a Task.
pub(super) fn read(context: &str, resource: Option<&Resource>) -> Result<Json, Refusal> {
    let Ok(context) = text::parse(context) else { return refuse("must be valid JSON") };
    let Json::Object(objects) = &context else { return refuse("must be an object") };
    for (name, value) in objects.iter() {
        let Some((_, members)) = OBJECTS.iter().find(|(it, _)| *it == &**name) else {
            return match &**name {
                "Map" => refuse("'Map' field is not supported when mocking a Context object"),
                _ => refuse(&format!("Field '{name}' is not allowed")),
            };
        };
        if &**name == "Task" && !has_token(resource) {
            return refuse(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
            );
        }
        let Json::Object(object) = value else { return refuse(&format!("{name} must be an object")) };
        for (member, value) in object.iter() {
            let Some((_, kind)) = members.iter().find(|(it, _)| *it == &**member) else {
                return refuse(&format!("Field '{member}' is not allowed"));
            };
            match (kind, value) {
                (Kind::Any, _) | (Kind::Text, Json::String(_)) | (Kind::Number, Json::Number(_)) => {}
                (Kind::Text, _) => return refuse(&format!("{name}.{member} must be a string")),
                (Kind::Number, _) => return refuse(&format!("{name}.{member} must be a number")),
            }
        }
    }
    Ok(context)
}

/// Makes the context object of a request that brings none (recorded: an Express execution, without a redrive count; the
/// role is `null` where there is none).
pub(super) fn made(request: &Request, subject: &Subject, at: Timestamp) -> Json {
    let account = request.role_arn.as_deref().and_then(|it| it.split(':').nth(4)).filter(|it| !it.is_empty());
    let account = account.unwrap_or(ACCOUNT);
    let text = |it: String| Json::from(it);
    let execution = Json::object([
        ("Id", text(format!("arn:aws:states:us-east-1:{account}:express:{MACHINE}:{EXECUTION}"))),
        ("Input", request.input.clone()),
        ("Name", EXECUTION.into()),
        ("RoleArn", request.role_arn.clone().map_or(Json::Null, Json::String)),
        ("StartTime", text(at.to_string())),
    ]);
    let machine = Json::object([
        ("Id", text(format!("arn:aws:states:us-east-1:{account}:stateMachine:{MACHINE}"))),
        ("Name", MACHINE.into()),
    ]);
    let mut state =
        Object::from_iter([("Name".into(), Json::from(NAME)), ("EnteredTime".into(), text(at.to_string()))]);
    if subject.kind.handles_errors() {
        let retries = request.configuration.retries.unwrap_or(0);
        state.set("RetryCount", Json::from(i64::from(retries)));
    }
    let mut context = Object::from_iter([
        ("Execution".into(), execution),
        ("StateMachine".into(), machine),
        ("State".into(), Json::Object(state)),
    ]);
    if has_token(subject.resource()) {
        context.set("Task", Json::object([("Token", Json::from("test-token"))]));
    }
    Json::Object(context)
}

/// Whether the task has a token in its context object.
fn has_token(resource: Option<&Resource>) -> bool {
    matches!(resource, Some(Resource::Service { pattern: Pattern::Sync | Pattern::Callback, .. }))
}

fn refuse(what: &str) -> Result<Json, Refusal> {
    Err(Refusal::validation(format!("Invalid Context object provided: {what}")))
}
