//! Names of errors that the service and what it calls are known to raise: our own list, `errors.tsv`.

use crate::asl::Resource;

use super::calls;

/// One name.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) name: &'static str,
    /// Whether a handler can ever take a failure by this name.
    pub(super) is_raised: bool,
}

pub(super) fn all() -> impl Iterator<Item = Known> {
    let lines = include_str!("errors.tsv").lines().filter(|it| !it.starts_with('#'));
    lines.filter_map(|line| {
        let mut fields = line.split('\t');
        let (name, raised) = (fields.next()?, fields.next()?);
        Some(Known { name, is_raised: raised != "never" })
    })
}

pub(super) fn find(name: &str) -> Option<Known> {
    all().find(|it| it.name == name)
}

/// Returns the names of errors that a call is known to raise, beside those that its own code does.
pub fn errors_of(call: &Resource) -> impl Iterator<Item = &'static str> {
    let own = match call {
        Resource::Lambda(_) => Some("Lambda"),
        Resource::Activity(_) => None,
        Resource::Service { .. } => calls::prefixes_of(call).map(|(own, _)| own),
    };
    // What runs a function has names of its own.
    let is_own =
        move |prefix: &str| own == Some(prefix) || (own == Some("Lambda") && matches!(prefix, "Sandbox" | "Runtime"));
    let raised = all().filter(|it| it.is_raised).map(|it| it.name);
    raised.filter(move |it| it.split('.').next().is_some_and(&is_own))
}

/// Returns the names of errors that the service itself raises and handlers can take.
pub fn reserved_errors() -> impl Iterator<Item = &'static str> {
    let wildcard = ["States.ALL", "States.TaskFailed"];
    all()
        .filter(|it| it.is_raised)
        .map(|it| it.name)
        .filter(move |it| it.starts_with("States.") && !wildcard.contains(it))
}

/// The errors of the Lambda service itself that pass by themselves, with which it documents to retry (the developer
/// guide's best practice "Handle transient Lambda service exceptions").
pub(super) const LAMBDA_TRANSIENT: [&str; 5] = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_the_errors_of_its_service_and_no_others() {
        let errors = |arn: &str| errors_of(&Resource::of(arn)).collect::<Vec<_>>();
        assert!(errors("arn:aws:states:::sqs:sendMessage").iter().all(|it| it.starts_with("SQS.")));
        assert!(errors("arn:aws:states:::aws-sdk:s3:getObject").contains(&"S3.NoSuchKeyException"));
        let lambda = errors("arn:aws:lambda:eu-west-1:1:function:F");
        assert!(lambda.contains(&"Lambda.ServiceException") && lambda.contains(&"Sandbox.Timedout"), "{lambda:?}");
        assert_eq!(errors("arn:aws:states:eu-west-1:1:activity:A"), [""; 0]);
        let reserved: Vec<_> = reserved_errors().collect();
        assert!(reserved.contains(&"States.Timeout"));
        assert!(!reserved.contains(&"States.ALL") && !reserved.contains(&"States.Runtime"));
    }

    #[test]
    fn each_name_is_listed_once() {
        let mut names: Vec<_> = all().map(|it| it.name).collect();
        assert!(names.len() > 90);
        names.sort_unstable();
        assert!(names.windows(2).all(|it| it[0] != it[1]));
        assert!(LAMBDA_TRANSIENT.iter().all(|it| find(it).is_some_and(|it| it.is_raised)));
    }
}
