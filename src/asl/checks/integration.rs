//! The Resource of a Task: whether the service knows what it calls.

use super::{Visited, is_filled_in};
use crate::asl::outline::{Outline, StateKind};
use crate::asl::resource::{Pattern, Resource};
use crate::asl::service;
use crate::diagnostic::Diagnostic;

/// A call and the endings that it takes; the empty one is the plain call.
type Call = (&'static str, &'static [&'static str]);

/// The optimised integrations whose calls are few and have not changed in years (developer guide, "Integrating
/// optimized services").
const CALLS: &[(&str, &[Call])] = &[
    ("apigateway", &[("invoke", &["", "waitForTaskToken"])]),
    (
        "athena",
        &[
            ("startQueryExecution", &["", "sync"]),
            ("stopQueryExecution", &[""]),
            ("getQueryExecution", &[""]),
            ("getQueryResults", &[""]),
        ],
    ),
    ("batch", &[("submitJob", &["", "sync"])]),
    ("databrew", &[("startJobRun", &["", "sync"])]),
    ("dynamodb", &[("getItem", &[""]), ("putItem", &[""]), ("updateItem", &[""]), ("deleteItem", &[""])]),
    ("ecs", &[("runTask", &["", "sync", "waitForTaskToken"])]),
    ("events", &[("putEvents", &["", "waitForTaskToken"])]),
    ("glue", &[("startJobRun", &["", "sync"])]),
    ("http", &[("invoke", &[""])]),
    ("lambda", &[("invoke", &["", "waitForTaskToken"])]),
    ("mediaconvert", &[("createJob", &["", "sync"])]),
    ("sns", &[("publish", &["", "waitForTaskToken"])]),
    ("sqs", &[("sendMessage", &["", "waitForTaskToken"])]),
    ("states", &[("startExecution", &["", "sync", "sync:2", "waitForTaskToken"])]),
];

/// Optimised integrations with many calls, to which calls are added: what they call is not checked.
const OPEN: &[&str] =
    &["bedrock", "codebuild", "eks", "elasticmapreduce", "emr-containers", "emr-serverless", "sagemaker"];

/// Reports a Resource that the service does not know.
pub(super) fn resource(outline: &Outline, state: &Visited<'_>, out: &mut Vec<Diagnostic>) {
    if outline.states[state.id.idx()].kind != Some(StateKind::Task) {
        return;
    }
    let fields = &state.fields;
    let Some(node) = fields.get("Resource").filter(|it| !is_filled_in(it)) else { return };
    let Some(arn) = node.as_str() else { return };
    let pointer = fields.pointer_to("Resource");
    let refusal = service::resource(arn, &pointer);
    let finding = |finding: Diagnostic| finding.at(pointer.as_str(), node.span);
    if !arn.starts_with("arn:") {
        let message = format!("{} has a Resource {arn:?} that is no ARN", fields.owner);
        let help = "write an ARN, for example arn:aws:states:::lambda:invoke, unless a tool puts one in its place";
        out.push(finding(Diagnostic::warning("ASL019", message)).help(help));
        return;
    }
    let Resource::Service { service, action, pattern } = Resource::of(arn) else { return };
    if service.starts_with("aws-sdk:") {
        if pattern == Pattern::Sync {
            let message = format!("{} waits for a job of {service}, which SDK integrations cannot do", fields.owner);
            let help = "remove .sync, or use the optimized integration of the service";
            out.push(finding(Diagnostic::error("ASL019", message)).help(help).service(refusal));
        }
        return;
    }
    if let Some((_, calls)) = CALLS.iter().find(|(name, _)| *name == &*service) {
        if let Some((what, help)) = refused(&service, &action, calls) {
            let message = format!("{} {what}", fields.owner);
            out.push(finding(Diagnostic::error("ASL019", message)).help(help).service(refusal));
        }
    } else if !OPEN.contains(&&*service) {
        let message = format!("{} calls {service}, which has no optimized integration known here", fields.owner);
        let help =
            format!("the service refuses unknown ones; arn:aws:states:::aws-sdk:{service}:… calls it by the SDK");
        out.push(finding(Diagnostic::warning("ASL019", message)).help(help));
    }
}

/// Returns what is wrong with the call `action` of `service` and what to do, if it is not among `calls`.
fn refused(service: &str, action: &str, calls: &[Call]) -> Option<(String, String)> {
    let (name, ending) = action.split_once('.').unwrap_or((action, ""));
    let Some((_, endings)) = calls.iter().find(|(it, _)| *it == name) else {
        let known: Vec<&str> = calls.iter().map(|(name, _)| *name).collect();
        let known = known.join(", ");
        let what = format!("calls {service}:{name}, which is not among the optimized calls of {service}");
        return Some((what, format!("use one of {known}, or arn:aws:states:::aws-sdk:{service}:{name}")));
    };
    if endings.contains(&ending) {
        return None;
    }
    let known: Vec<String> = endings.iter().filter(|it| !it.is_empty()).map(|it| format!(".{it}")).collect();
    let help = match &known[..] {
        [] => format!("remove .{ending}"),
        _ => format!("remove .{ending}, or write {}", known.join(" or ")),
    };
    Some((format!("calls {service}:{name} with the ending .{ending}, which it does not take"), help))
}
