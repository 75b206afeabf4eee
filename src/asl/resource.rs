//! `Resource`: what a Task calls, read from its ARN.

use std::sync::Arc;

use crate::json::Json;

/// What a Task calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A Lambda function by its ARN.
    Lambda(Arc<str>),
    /// An activity by its ARN.
    Activity(Arc<str>),
    /// An integration, `arn:aws:states:::SERVICE:ACTION`.
    Service {
        /// For example `lambda`, `states` or `aws-sdk:dynamodb`; the events' `resourceType`.
        service: Arc<str>,
        /// For example `invoke` or `startExecution.sync:2`; the events' `resource`.
        action: Arc<str>,
        /// When the state goes on.
        pattern: Pattern,
    },
}

/// When a Task with an integration goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// As soon as the service has answered.
    RequestResponse,
    /// When the job that was started has ended (`.sync`, `.sync:2`).
    Sync,
    /// When the token is sent back (`.waitForTaskToken`).
    Callback,
}

impl Resource {
    /// Reads the ARN. What is neither a Lambda function nor an integration counts as a Lambda function, among it
    /// placeholders such as `${BookCar}` of a template.
    pub fn of(arn: &str) -> Self {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, _, partition_service, region, account, rest] = parts[..] else { return Self::Lambda(arn.into()) };
        if partition_service == "states" && rest.starts_with("activity:") {
            return Self::Activity(arn.into());
        }
        if partition_service != "states" || !region.is_empty() || !account.is_empty() {
            return Self::Lambda(arn.into());
        }
        let cut = match rest.strip_prefix("aws-sdk:") {
            Some(sdk) => "aws-sdk:".len() + sdk.find(':').unwrap_or(sdk.len()),
            None => rest.find(':').unwrap_or(rest.len()),
        };
        let action = rest.get(cut + 1..).unwrap_or_default();
        let pattern = match action.split_once('.') {
            Some((_, "waitForTaskToken")) => Pattern::Callback,
            Some((_, "sync" | "sync:2")) => Pattern::Sync,
            _ => Pattern::RequestResponse,
        };
        Self::Service { service: rest[..cut].into(), action: action.into(), pattern }
    }

    /// Returns the member that the service adds to what the task sends, unless it is there: a job of ECS says who started
    /// it (recorded).
    pub fn added_member(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Service { service, action, pattern: Pattern::Sync }
                if &**service == "ecs" && action.starts_with("runTask") =>
            {
                Some(("StartedBy", "AWS Step Functions"))
            }
            _ => None,
        }
    }

    /// Whether it calls an HTTPS API.
    pub fn is_http(&self) -> bool {
        matches!(self, Self::Service { service, .. } if &**service == "http")
    }

    /// Returns the member of what the task sends that its integration does not take.
    ///
    /// API Gateway wants each header and each query parameter as a list of strings (recorded for `Headers`).
    pub fn refused_member(&self, input: &Json) -> Option<&'static str> {
        let Self::Service { service, .. } = self else { return None };
        if &**service != "apigateway" {
            return None;
        }
        let strings = |it: &Json| it.as_array().is_some_and(|it| it.iter().all(|it| it.as_str().is_some()));
        let sound = |it: &Json| it.as_object().is_some_and(|it| it.iter().all(|(_, value)| strings(value)));
        ["Headers", "QueryParameters"].into_iter().find(|name| input.get(name).is_some_and(|it| !sound(it)))
    }

    /// Returns the name that the service uses in the sentence about a result that is too large.
    pub fn called(&self) -> &str {
        match self {
            Self::Lambda(arn) | Self::Activity(arn) => arn,
            Self::Service { service, .. } => service,
        }
    }

    /// Returns a short name for people: `lambda:invoke`, `sqs, callback`, a function's or an activity's name.
    pub fn short(&self) -> String {
        match self {
            Self::Lambda(arn) => match arn.split_once(":function:") {
                Some((_, function)) => format!("lambda {}", function.split(':').next().unwrap_or(function)),
                None => arn.to_string(),
            },
            Self::Activity(arn) => format!("activity {}", arn.rsplit(':').next().unwrap_or(arn)),
            Self::Service { service, action, pattern } => {
                let service = service.strip_prefix("aws-sdk:").unwrap_or(service);
                let action = action.split('.').next().unwrap_or(action);
                match pattern {
                    Pattern::RequestResponse => format!("{service}:{action}"),
                    Pattern::Sync => format!("{service}:{action}, job"),
                    Pattern::Callback => format!("{service}, callback"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrations_split_where_the_events_split_them() {
        for (arn, service, action, pattern) in [
            ("arn:aws:states:::lambda:invoke", "lambda", "invoke", Pattern::RequestResponse),
            ("arn:aws:states:::aws-sdk:dynamodb:putItem", "aws-sdk:dynamodb", "putItem", Pattern::RequestResponse),
            ("arn:aws:states:::states:startExecution.sync:2", "states", "startExecution.sync:2", Pattern::Sync),
            (
                "arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken",
                "sqs",
                "sendMessage.waitForTaskToken",
                Pattern::Callback,
            ),
        ] {
            let expected = Resource::Service { service: service.into(), action: action.into(), pattern };
            assert_eq!(Resource::of(arn), expected);
        }
        assert!(matches!(Resource::of("${BookCar}"), Resource::Lambda(_)));
        assert!(matches!(Resource::of("arn:aws:states:us-east-1:1:activity:Ship"), Resource::Activity(_)));
        assert!(matches!(Resource::of("arn:aws:lambda:us-east-1:1:function:Ship"), Resource::Lambda(_)));
    }
}
