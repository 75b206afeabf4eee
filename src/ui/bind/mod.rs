//! From the session to what panels show: plain functions from definitions, events and frames to view data.
//!
//! No painting and no input here. What depends on the definition alone is made once per document, what depends on the
//! events grows with them, what depends on the cursor is made when the cursor moves.

pub mod compare;
mod console;
pub mod coverage;
pub mod detail;
pub mod editor;
pub mod errors;
pub mod explored;
pub mod graph;
mod index;
pub mod inspector;
pub mod layers;
mod table;

pub use console::{ConsoleTable, NoLines};
pub use index::{Fate, RunIndex};
pub use table::{EventTable, NoEvents};

use crate::engine::{Event, EventKind};
use crate::history::{Activity, Frame, RunStatus};
use crate::time::Duration;

use super::widgets::Status;

/// Returns the status of a visit, where a failure that stands at the cursor comes to `fate`.
pub fn visit_status(activity: Activity, attempts: u32, fate: Option<Fate>) -> Status {
    match activity {
        Activity::Running | Activity::Calling | Activity::Joining => Status::Running,
        Activity::Waiting => Status::Waiting,
        Activity::Exited if attempts > 1 => Status::Retried,
        Activity::Exited => Status::Succeeded,
        Activity::Caught => Status::Caught,
        Activity::Aborted => Status::Aborted,
        Activity::Uncaught => Status::Failed,
        Activity::Failed | Activity::TimedOut => match fate {
            Some(Fate::Retried) => Status::FailedAttempt,
            Some(Fate::Caught) => Status::Caught,
            Some(Fate::Uncaught) | None if activity == Activity::TimedOut => Status::TimedOut,
            Some(Fate::Uncaught) | None => Status::Failed,
        },
    }
}

/// Returns the status of the whole run at a moment and the words for it.
pub fn run_status(frame: &Frame, at_event: Option<&Event>, fate: Option<Fate>) -> (Status, String) {
    let standing = at_event.filter(|it| it.kind.failure().is_some()).and(fate);
    match (&frame.status, standing) {
        (RunStatus::NotStarted, _) => (Status::NotReached, "Not started".to_owned()),
        (RunStatus::Running, Some(Fate::Retried)) => (Status::FailedAttempt, "Stopped before a retry".to_owned()),
        (RunStatus::Running, Some(Fate::Caught)) => (Status::Caught, "Stopped before a catch".to_owned()),
        (RunStatus::Running, Some(Fate::Uncaught)) => (Status::Failed, "Stopped at an uncaught error".to_owned()),
        (RunStatus::Running, None) => (Status::Running, "Running".to_owned()),
        (RunStatus::Succeeded(_), _) => (Status::Succeeded, "Succeeded".to_owned()),
        (RunStatus::Failed(_), _) => (Status::Failed, "Failed".to_owned()),
        (RunStatus::TimedOut(_), _) => (Status::TimedOut, "Timed out".to_owned()),
        (RunStatus::Aborted(_), _) => (Status::Aborted, "Aborted".to_owned()),
    }
}

/// Writes a span of virtual time as the status bar and the table do: `04:12:10.262`, with days before it from one on.
pub fn clock(span: Duration) -> String {
    let millis = span.as_millis().max(0);
    let (days, hours, minutes) = (millis / 86_400_000, millis / 3_600_000 % 24, millis / 60_000 % 60);
    let (seconds, rest) = (millis / 1_000 % 60, millis % 1_000);
    let days = if days > 0 { format!("{days}d ") } else { String::new() };
    format!("{days}{hours:02}:{minutes:02}:{seconds:02}.{rest:03}")
}

/// Whether the event reports that something failed: an attempt, a Fail state, a Parallel or Map, the execution.
pub fn is_error(kind: &EventKind) -> bool {
    kind.failure().is_some() || matches!(kind, EventKind::ParallelFailed | EventKind::MapFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_days_only_from_one_day_on() {
        assert_eq!(clock(Duration::from_millis(15_130_262)), "04:12:10.262");
        assert_eq!(clock(Duration::from_millis(101_530_262)), "1d 04:12:10.262");
    }
}
