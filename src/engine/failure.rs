//! `Failure`: a workflow that fails is data. Names, and which names of a handler match.

use std::sync::Arc;

use crate::asl::error_name::takes;
use crate::expr::Fault;
use crate::json::Json;

pub use crate::asl::error_name::FailureKind;

/// What went wrong in a state or an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error name; absent where a Fail state or a callback gave none.
    pub error: Option<Arc<str>>,
    /// The cause, often JSON text; absent where none was given.
    pub cause: Option<Arc<str>>,
    /// What the engine knows beyond the name.
    pub kind: FailureKind,
}

impl Failure {
    /// Returns a failure that handlers match by name.
    pub fn named(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> Self {
        Self { error: Some(error.into()), cause: Some(cause.into()), kind: FailureKind::Named }
    }

    /// Returns a time-out: named `States.Timeout`, without a cause (recorded for both time limits).
    pub fn timeout(kind: FailureKind) -> Self {
        Self { error: Some("States.Timeout".into()), cause: None, kind }
    }

    /// Returns a failure that no handler takes.
    pub fn terminal(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> Self {
        Self { error: Some(error.into()), cause: Some(cause.into()), kind: FailureKind::Terminal }
    }

    /// Returns the failure of a state in which an expression had no value: of JSONata one that handlers take.
    pub(super) fn of_fault(fault: &Fault, state: &str, entered: u32) -> Self {
        let detail = &fault.detail;
        let cause = format!(
            "An error occurred while executing the state '{state}' (entered at the event id #{entered}). {detail}"
        );
        let kind = if fault.is_query() { FailureKind::Named } else { FailureKind::Terminal };
        Self { kind, ..Self::named(fault.error, cause) }
    }

    /// Returns the failure of a result or output that is larger than the service carries.
    pub(super) fn too_large(called: &str, kind: FailureKind) -> Self {
        let cause = format!(
            "The state/task '{called}' returned a result with a size exceeding the maximum number of bytes service limit."
        );
        Self { kind, ..Self::named("States.DataLimitExceeded", cause) }
    }

    /// Returns the failure of a Map of which too many iterations failed (recorded).
    pub(super) fn exceeds_tolerance() -> Self {
        Self::named("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")
    }

    /// Returns the failure of variables that are larger than the service keeps. Its sentence has not been recorded.
    pub(super) fn too_much_assigned(state: &str) -> Self {
        let cause =
            format!("The variables assigned in the state '{state}' exceed the maximum number of bytes service limit.");
        Self::terminal("States.DataLimitExceeded", cause)
    }

    /// Returns what a catcher hands on: `{"Error": …, "Cause": …}`, both always there (recorded: `null` where a callback
    /// gave none, an empty cause for a time-out).
    pub fn output(&self) -> Json {
        let text = |it: &Option<Arc<str>>| it.clone().map_or(Json::Null, Json::String);
        let cause = match self.kind {
            FailureKind::Timeout | FailureKind::Heartbeat => Json::String(self.cause.clone().unwrap_or_default()),
            FailureKind::Named | FailureKind::Terminal => text(&self.cause),
        };
        Json::object([("Error", text(&self.error)), ("Cause", cause)])
    }

    /// Whether a handler that names `name` takes this failure.
    pub fn matches(&self, name: &str) -> bool {
        takes(name, self.kind, self.error.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_take_what_the_service_lets_them_take() {
        let named = Failure::named("Lambda.TooManyRequestsException", "");
        let timeout = Failure::timeout(FailureKind::Timeout);
        let heartbeat = Failure::timeout(FailureKind::Heartbeat);
        let runtime = Failure::terminal("States.Runtime", "");
        for (failure, name, expected) in [
            (&named, "States.ALL", true),
            (&named, "States.TaskFailed", true),
            (&named, "lambda.TooManyRequestsException", false),
            (&timeout, "States.Timeout", true),
            (&timeout, "States.TaskFailed", false),
            (&timeout, "States.HeartbeatTimeout", false),
            (&heartbeat, "States.HeartbeatTimeout", true),
            (&heartbeat, "States.Timeout", true),
            (&runtime, "States.ALL", false),
            (&runtime, "States.Runtime", false),
        ] {
            assert_eq!(failure.matches(name), expected, "{:?} {name}", failure.error);
        }
    }
}
