//! What a Task's call does to the world, and under which prefix its service's errors are known.

use crate::asl::{Pattern, Resource};

use super::catalogue;
use super::machine::State;

/// What a call does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It only looks.
    Reads,
    /// It tells somebody; telling twice is told twice.
    Tells,
    /// It starts or makes something.
    Makes,
    /// It changes something to a state; once more changes nothing.
    Sets,
    /// A function, an activity: what it does is not written here.
    Unknown,
}

/// Returns what a call does, judged by its service and the verb of its action.
pub(super) fn effect(call: &Resource) -> Effect {
    let Resource::Service { service, action, .. } = call else { return Effect::Unknown };
    let service = service.strip_prefix("aws-sdk:").unwrap_or(service);
    let action = action.split('.').next().unwrap_or(action);
    let begins = |words: &[&str]| words.iter().any(|it| action.starts_with(it));
    match service {
        "lambda" | "http" | "apigateway" if action == "invoke" => Effect::Unknown,
        "sns" | "ses" | "sesv2" | "events" | "eventbridge" | "sqs" | "pinpoint" | "chime" | "iotdataplane"
            if begins(&["publish", "send", "putEvents"]) =>
        {
            Effect::Tells
        }
        _ if begins(&[
            "get", "list", "describe", "query", "scan", "head", "batchGet", "select", "search", "lookup",
        ]) =>
        {
            Effect::Reads
        }
        _ if begins(&["put", "update", "delete", "tag", "set", "modify", "batchWrite", "stop", "terminate"]) => {
            Effect::Sets
        }
        _ => Effect::Makes,
    }
}

/// Whether the state calls a Lambda function, by its ARN or by the integration.
pub(super) fn is_lambda(state: &State<'_>) -> bool {
    match &state.call {
        Some(Resource::Lambda(arn)) => arn.contains(":function:") || arn.contains("${"),
        Some(Resource::Service { service, action, .. }) => &**service == "lambda" && action.starts_with("invoke"),
        _ => false,
    }
}

/// Whether somebody outside decides when the task ends: a callback, an activity.
pub(super) fn waits_for_somebody(state: &State<'_>) -> bool {
    matches!(&state.call, Some(Resource::Activity(_) | Resource::Service { pattern: Pattern::Callback, .. }))
}

/// Whether the state tells somebody something, so that the work itself does not hang on it.
pub(super) fn is_told(state: &State<'_>) -> bool {
    state.call.as_ref().is_some_and(|it| effect(it) == Effect::Tells) && !waits_for_somebody(state)
}

/// Optimised integrations with the prefix of their errors, and the service's name and prefix in the SDK integration.
///
/// Recorded: Lambda, DynamoDB / DynamoDb, SQS, SNS, EventBridge, ApiGateway, StepFunctions / Sfn, SecretsManager; the
/// others follow the same rule: the service's own spelling, and that of the SDK for Java.
const PREFIXES: &[(&str, &str, &str, &str)] = &[
    ("lambda", "Lambda", "lambda", "Lambda"),
    ("dynamodb", "DynamoDB", "dynamodb", "DynamoDb"),
    ("sqs", "SQS", "sqs", "Sqs"),
    ("sns", "SNS", "sns", "Sns"),
    ("states", "StepFunctions", "sfn", "Sfn"),
    ("events", "EventBridge", "eventbridge", "EventBridge"),
    ("apigateway", "ApiGateway", "apigateway", "ApiGateway"),
    ("ecs", "ECS", "ecs", "Ecs"),
    ("batch", "Batch", "batch", "Batch"),
    ("glue", "Glue", "glue", "Glue"),
    ("athena", "Athena", "athena", "Athena"),
    ("sagemaker", "SageMaker", "sagemaker", "SageMaker"),
    ("codebuild", "CodeBuild", "codebuild", "CodeBuild"),
    ("", "", "s3", "S3"),
    ("", "", "secretsmanager", "SecretsManager"),
    ("", "", "ssm", "Ssm"),
    ("", "", "kms", "Kms"),
    ("", "", "ec2", "Ec2"),
    ("", "", "rds", "Rds"),
    ("", "", "kinesis", "Kinesis"),
    ("", "", "cloudformation", "CloudFormation"),
];

/// Returns the prefix of the errors that the state's service has, and the one that they have by the other way of
/// calling the same service.
pub(super) fn prefixes(state: &State<'_>) -> Option<(&'static str, &'static str)> {
    prefixes_of(state.call.as_ref()?)
}

/// Returns the same for a call.
pub(super) fn prefixes_of(call: &Resource) -> Option<(&'static str, &'static str)> {
    let Resource::Service { service, .. } = call else { return None };
    match service.strip_prefix("aws-sdk:") {
        Some(sdk) => PREFIXES.iter().find(|it| it.2 == sdk).map(|it| (it.3, it.1)),
        None => PREFIXES.iter().find(|it| !it.0.is_empty() && it.0 == &**service).map(|it| (it.1, it.3)),
    }
}

/// Whether a task can fail with an error of this name. Names that begin with `States.` are the service's own: it raises
/// those that are known, and some of them only for time limits and Maps.
pub fn is_raised_by_tasks(name: &str) -> bool {
    const OTHERWISE: [&str; 7] = [
        "States.ALL",
        "States.TaskFailed",
        "States.Timeout",
        "States.HeartbeatTimeout",
        "States.ExceedToleratedFailureThreshold",
        "States.ItemReaderFailed",
        "States.ResultWriterFailed",
    ];
    if OTHERWISE.contains(&name) {
        return false;
    }
    match catalogue::find(name) {
        Some(known) => known.is_raised,
        None => !name.starts_with("States.") || name.starts_with("States.Http."),
    }
}

/// Whether `prefix` is what some service's errors begin with.
pub(super) fn is_prefix(prefix: &str) -> bool {
    PREFIXES.iter().any(|it| (it.1 == prefix || it.3 == prefix) && !prefix.is_empty())
}
