//! Names of errors that the service and what it calls are known to raise: our own list, `errors.tsv`.

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
    fn each_name_is_listed_once() {
        let mut names: Vec<_> = all().map(|it| it.name).collect();
        assert!(names.len() > 90);
        names.sort_unstable();
        assert!(names.windows(2).all(|it| it[0] != it[1]));
        assert!(LAMBDA_TRANSIENT.iter().all(|it| find(it).is_some_and(|it| it.is_raised)));
    }
}
