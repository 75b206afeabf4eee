//! Error names: which failures a name in `ErrorEquals` takes.
//!
//! One rule for everybody: the engine decides by it, and the linter finds handlers that nothing can reach by it.

/// What is known of a failure beyond its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A task, a Fail state or a branch failed: handlers match it by name.
    Named,
    /// `TimeoutSeconds` ran out.
    Timeout,
    /// `HeartbeatSeconds` ran out. The service reports it as `States.Timeout` too (recorded).
    Heartbeat,
    /// No handler takes it: a path that leads nowhere, a quota.
    Terminal,
}

/// Whether a handler that names `name` takes a failure of this kind with the name `error`.
///
/// `States.ALL` takes everything that can be taken, `States.TaskFailed` everything but time-outs; both names of a
/// missed heartbeat match it. `States.Runtime` takes nothing, not even itself (recorded).
pub fn takes(name: &str, kind: FailureKind, error: Option<&str>) -> bool {
    match (kind, name) {
        (FailureKind::Terminal, _) => false,
        (_, "States.ALL") => true,
        (FailureKind::Named, "States.TaskFailed") | (FailureKind::Heartbeat, "States.HeartbeatTimeout") => true,
        (FailureKind::Timeout | FailureKind::Heartbeat, "States.TaskFailed") => false,
        _ => error == Some(name),
    }
}
