//! The service's names of events and of what they carry, in every spelling: `previousEventId` of the command line,
//! `PreviousEventId` of some SDKs, `previous_event_id` of others and of log events.

use crate::asl::StateKind;
use crate::engine::TaskStep;

/// The type of a recorded event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Execution(Stage),
    State(StateKind, Stage),
    Task(Family, Stage),
    Iteration(Stage),
    MapRun(Stage),
    EvaluationFailed,
    /// A type that came after this program.
    Other,
}

/// What became of the thing that an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Entered,
    Exited,
    Scheduled,
    Started,
    Submitted,
    Succeeded,
    Failed(TaskStep),
    TimedOut,
    Aborted,
    Redriven,
}

/// The three groups of task events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Lambda,
    Activity,
    Service,
}

/// A member of an event's details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Input,
    Output,
    /// The input of an integration.
    Parameters,
    Error,
    Cause,
    Resource,
    ResourceType,
    Region,
    RoleArn,
    Timeout,
    Heartbeat,
    Credentials,
    Index,
    Length,
    /// The state of an `EvaluationFailed`.
    State,
    Location,
    Assigned,
    MapRunArn,
    RedriveCount,
    /// `inputDetails`, `outputDetails`, `assignedVariablesDetails`.
    Truncation,
    /// The type's own name, kept for types that are not known.
    TypeName,
    Other,
}

const STAGES: [(&str, Stage); 13] = [
    ("entered", Stage::Entered),
    ("exited", Stage::Exited),
    ("scheduled", Stage::Scheduled),
    ("started", Stage::Started),
    ("submitted", Stage::Submitted),
    ("succeeded", Stage::Succeeded),
    ("schedulefailed", Stage::Failed(TaskStep::Schedule)),
    ("startfailed", Stage::Failed(TaskStep::Start)),
    ("submitfailed", Stage::Failed(TaskStep::Submit)),
    ("failed", Stage::Failed(TaskStep::Run)),
    ("timedout", Stage::TimedOut),
    ("aborted", Stage::Aborted),
    ("redriven", Stage::Redriven),
];

/// Returns the type that a name in plain spelling stands for.
pub(super) fn what(plain: &str) -> What {
    use Stage::{Aborted, Entered, Exited, Failed, Redriven, Scheduled, Started, Submitted, Succeeded, TimedOut};
    if plain == "evaluationfailed" {
        return What::EvaluationFailed;
    }
    let Some((subject, stage)) = STAGES.iter().find_map(|(name, stage)| Some((plain.strip_suffix(name)?, *stage)))
    else {
        return What::Other;
    };
    let known = match subject {
        "execution" => {
            let fits = matches!(stage, Started | Succeeded | Failed(TaskStep::Run) | TimedOut | Aborted | Redriven);
            fits.then_some(What::Execution(stage))
        }
        "mapiteration" => {
            matches!(stage, Started | Succeeded | Failed(TaskStep::Run) | Aborted).then_some(What::Iteration(stage))
        }
        "maprun" => matches!(stage, Started | Succeeded | Failed(TaskStep::Run) | Aborted | Redriven | TimedOut)
            .then_some(What::MapRun(stage)),
        "lambdafunction" | "activity" | "task" => {
            let family = match subject {
                "lambdafunction" => Family::Lambda,
                "activity" => Family::Activity,
                _ => Family::Service,
            };
            let fits = matches!(stage, Scheduled | Started | Submitted | Succeeded | Failed(_) | TimedOut);
            fits.then_some(What::Task(family, stage))
        }
        _ => {
            let fits = matches!(stage, Entered | Exited | Aborted | Started | Succeeded | Failed(TaskStep::Run));
            let kind = subject.strip_suffix("state").and_then(kind).filter(|_| fits);
            kind.map(|it| What::State(it, stage))
        }
    };
    known.unwrap_or(What::Other)
}

fn kind(plain: &str) -> Option<StateKind> {
    StateKind::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(plain))
}

/// Returns the member that a name in plain spelling stands for.
pub(super) fn field(plain: &str) -> Field {
    match plain {
        "name" => Field::Name,
        "input" => Field::Input,
        "output" => Field::Output,
        "parameters" => Field::Parameters,
        "error" => Field::Error,
        "cause" => Field::Cause,
        "resource" => Field::Resource,
        "resourcetype" => Field::ResourceType,
        "region" => Field::Region,
        "rolearn" => Field::RoleArn,
        "timeoutinseconds" => Field::Timeout,
        "heartbeatinseconds" => Field::Heartbeat,
        "taskcredentials" => Field::Credentials,
        "index" => Field::Index,
        "length" => Field::Length,
        "state" => Field::State,
        "location" => Field::Location,
        "assignedvariables" => Field::Assigned,
        "maprunarn" => Field::MapRunArn,
        "redrivecount" => Field::RedriveCount,
        "inputdetails" | "outputdetails" | "assignedvariablesdetails" => Field::Truncation,
        _ => Field::Other,
    }
}

/// A name without the differences between spellings: lower case, no underlines.
#[derive(Debug)]
pub(super) struct Plain {
    bytes: [u8; 48],
    len: usize,
}

impl Plain {
    pub(super) fn of(name: &[u8]) -> Self {
        let mut plain = Self { bytes: [0; 48], len: 0 };
        for byte in name.iter().filter(|it| **it != b'_' && **it != b'@') {
            let Some(slot) = plain.bytes.get_mut(plain.len) else { return Self { bytes: [0; 48], len: 0 } };
            *slot = byte.to_ascii_lowercase();
            plain.len += 1;
        }
        plain
    }

    /// Returns the name; empty for one that is too long to be the service's.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The types of `HistoryEvent` in the service's API reference.
    const ALL: [&str; 61] = [
        "ActivityFailed",
        "ActivityScheduled",
        "ActivityScheduleFailed",
        "ActivityStarted",
        "ActivitySucceeded",
        "ActivityTimedOut",
        "ChoiceStateEntered",
        "ChoiceStateExited",
        "EvaluationFailed",
        "ExecutionAborted",
        "ExecutionFailed",
        "ExecutionRedriven",
        "ExecutionStarted",
        "ExecutionSucceeded",
        "ExecutionTimedOut",
        "FailStateEntered",
        "LambdaFunctionFailed",
        "LambdaFunctionScheduled",
        "LambdaFunctionScheduleFailed",
        "LambdaFunctionStarted",
        "LambdaFunctionStartFailed",
        "LambdaFunctionSucceeded",
        "LambdaFunctionTimedOut",
        "MapIterationAborted",
        "MapIterationFailed",
        "MapIterationStarted",
        "MapIterationSucceeded",
        "MapRunAborted",
        "MapRunFailed",
        "MapRunRedriven",
        "MapRunStarted",
        "MapRunSucceeded",
        "MapStateAborted",
        "MapStateEntered",
        "MapStateExited",
        "MapStateFailed",
        "MapStateStarted",
        "MapStateSucceeded",
        "ParallelStateAborted",
        "ParallelStateEntered",
        "ParallelStateExited",
        "ParallelStateFailed",
        "ParallelStateStarted",
        "ParallelStateSucceeded",
        "PassStateEntered",
        "PassStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "TaskFailed",
        "TaskScheduled",
        "TaskStarted",
        "TaskStartFailed",
        "TaskStateAborted",
        "TaskStateEntered",
        "TaskStateExited",
        "TaskSubmitFailed",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskTimedOut",
        "WaitStateEntered",
        "WaitStateExited",
    ];

    #[test]
    fn every_type_of_the_service_is_known_in_every_spelling() {
        for name in ALL.into_iter().chain(["WaitStateAborted"]) {
            assert_ne!(what(Plain::of(name.as_bytes()).as_str()), What::Other, "{name}");
        }
        assert_eq!(what("taskstatestarted"), What::State(StateKind::Task, Stage::Started));
        assert_eq!(what("somethingnew"), What::Other);
        for spelling in ["previousEventId", "PreviousEventId", "previous_event_id"] {
            assert_eq!(Plain::of(spelling.as_bytes()).as_str(), "previouseventid");
        }
    }
}
