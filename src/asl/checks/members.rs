//! Members that are there and must not be, or must be there and are not: by query language, by type, in Credentials.

use super::{Visited, is_filled_in};
use crate::asl::fields::Fields;
use crate::asl::outline::{Outline, StateKind};
use crate::asl::service;
use crate::diagnostic::Diagnostic;
use crate::json::source::Value;

/// Fields of a state whose language is JSONPath (ASL, "Query languages"), and what does their work in JSONata.
const JSONPATH: &[(&str, &str)] = &[
    ("InputPath", "Arguments or Output"),
    ("OutputPath", "Output"),
    ("Parameters", "Arguments"),
    ("Result", "Output"),
    ("ResultSelector", "Output"),
    ("ResultPath", "Output"),
    ("ItemsPath", "Items"),
    ("SecondsPath", "Seconds"),
    ("TimestampPath", "Timestamp"),
    ("TimeoutSecondsPath", "TimeoutSeconds"),
    ("HeartbeatSecondsPath", "HeartbeatSeconds"),
    ("ErrorPath", "Error"),
    ("CausePath", "Cause"),
    ("MaxConcurrencyPath", "MaxConcurrency"),
    ("ToleratedFailureCountPath", "ToleratedFailureCount"),
    ("ToleratedFailurePercentagePath", "ToleratedFailurePercentage"),
];

/// Fields of a state whose language is JSONata, and what does their work in JSONPath.
const JSONATA: &[(&str, &str)] =
    &[("Arguments", "Parameters"), ("Output", "ResultSelector, ResultPath and OutputPath"), ("Items", "ItemsPath")];

/// Reports members of the machine that are not what they have to be and that nothing else reads.
pub(super) fn machine(machine: &Fields<'_>, out: &mut Vec<Diagnostic>) {
    machine.string("Comment", out);
    machine.string("Version", out);
}

/// Reports members of a state that its language or its type does not have, and incomplete ones.
pub(super) fn state(outline: &Outline, state: &Visited<'_>, out: &mut Vec<Diagnostic>) {
    let fields = &state.fields;
    fields.string("Comment", out);
    let (foreign, own, other) =
        if state.jsonata { (JSONPATH, "JSONata", "JSONPath") } else { (JSONATA, "JSONPath", "JSONata") };
    for (name, instead) in foreign {
        let what = format!("a field of {other}, {name}, and its QueryLanguage is {own}");
        let help = format!("use {instead}, or set QueryLanguage to {other}");
        forbidden(fields, name, "ASL015", &what, &help, out);
    }
    // ASL, "State types": a Fail state neither reads nor hands on data; a Succeed state assigns nothing.
    let never: &[&str] = match outline.states[state.id.idx()].kind {
        Some(StateKind::Fail) => &["InputPath", "OutputPath", "Output", "Assign"],
        Some(StateKind::Succeed) => &["Assign"],
        _ => &[],
    };
    for name in never {
        let what = format!("a field {name:?}, which states of its type do not have");
        forbidden(fields, name, "ASL005", &what, "remove it", out);
    }
    credentials(fields, out);
}

/// Reports the member `name`, whatever is in it, at its name.
fn forbidden(fields: &Fields<'_>, name: &str, code: &'static str, what: &str, help: &str, out: &mut Vec<Diagnostic>) {
    if let Some(member) = fields.node.member(name) {
        let message = format!("{} has {what}", fields.owner);
        out.push(Diagnostic::error(code, message).at(fields.pointer_to(name), member.name_span).help(help));
    }
}

/// Credentials name the role that the Task takes on (recorded; ASL, "Task state credentials").
fn credentials(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) {
    let Some(node) = fields.get("Credentials").filter(|it| !is_filled_in(it)) else { return };
    if !matches!(node.value, Value::Object(_)) || node.get("RoleArn").or(node.get("RoleArn.$")).is_some() {
        return;
    }
    let pointer = fields.pointer_to("Credentials");
    let inner = Fields::new(node, pointer.as_str(), format!("the Credentials of {}", fields.owner));
    out.push(
        inner
            .missing("RoleArn", "add RoleArn with the role that the task takes on")
            .service(service::required_member("RoleArn", &pointer)),
    );
}
