//! What differs between two events that stand at the same place.

use std::sync::Arc;

use crate::engine::{EventId, EventKind, Failure, TaskCall};
use crate::json::Json;
use crate::json::diff::{Difference, diff};
use crate::time::Timestamp;

/// What the engine's task tokens begin with.
const TOKEN: &str = "token-";
/// Differences that are listed of one payload, at most.
const MOST: usize = 100;

/// What is compared of values that are made anew in every execution: task tokens, UUIDs, moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generated {
    /// Everything.
    Compared,
    /// Only that one stands where the other has one.
    Ignored,
}

/// One thing that differs at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The left run's event.
    pub left: Option<EventId>,
    /// The right run's event.
    pub right: Option<EventId>,
    /// The attempt, from 1; 0 where it belongs to none.
    pub attempt: u32,
    /// What of the event: its `type`, or a member of its details such as `input`.
    pub field: &'static str,
    /// The differences: of a payload by place, of anything else one.
    pub differences: Vec<Difference>,
}

/// The differences between two events, as they are found.
pub(super) struct Changes {
    pub(super) left: EventId,
    pub(super) right: EventId,
    pub(super) attempt: u32,
    pub(super) generated: Generated,
    pub(super) list: Vec<Change>,
}

impl Changes {
    fn add(&mut self, field: &'static str, mut differences: Vec<Difference>) {
        if self.generated == Generated::Ignored {
            differences.retain(|it| !is_generated(it));
        }
        if !differences.is_empty() {
            let (left, right) = (Some(self.left), Some(self.right));
            self.list.push(Change { left, right, attempt: self.attempt, field, differences });
        }
    }

    pub(super) fn texts(&mut self, field: &'static str, left: Option<&str>, right: Option<&str>) {
        if left != right {
            let (before, after) = (left.map(Json::from), right.map(Json::from));
            self.add(field, vec![Difference { pointer: String::new(), before, after }]);
        }
    }

    pub(super) fn payloads(&mut self, left: &EventKind, right: &EventKind) {
        for ((field, ours), (_, theirs)) in payload(left).into_iter().zip(payload(right)) {
            self.add(field, diff(ours, theirs, MOST));
        }
        if let (EventKind::StateExited { assigned: ours, .. }, EventKind::StateExited { assigned: theirs, .. }) =
            (left, right)
        {
            let of = |it: &Option<Arc<Json>>| it.as_deref().cloned().unwrap_or_default();
            self.add("assignedVariables", diff(&of(ours), &of(theirs), MOST));
        }
    }

    pub(super) fn calls(&mut self, left: &TaskCall, right: &TaskCall) {
        let called = |it: &TaskCall| format!("{:?}", it.resource);
        if left.resource != right.resource {
            self.texts("resource", Some(&called(left)), Some(&called(right)));
        }
        let limit = |it: Option<i64>| it.map(|it| it.to_string());
        self.texts("timeoutInSeconds", limit(left.timeout_secs).as_deref(), limit(right.timeout_secs).as_deref());
        // The events of Lambda functions have no place for it (recorded).
        if left.heartbeat_secs.is_some() && right.heartbeat_secs.is_some() {
            let (ours, theirs) = (limit(left.heartbeat_secs), limit(right.heartbeat_secs));
            self.texts("heartbeatInSeconds", ours.as_deref(), theirs.as_deref());
        }
    }

    pub(super) fn failures(&mut self, left: &Failure, right: &Failure) {
        self.texts("error", left.error.as_deref(), right.error.as_deref());
        let (ours, theirs) = (left.cause.as_deref().map(unnumbered), right.cause.as_deref().map(unnumbered));
        self.texts("cause", ours.as_deref(), theirs.as_deref());
    }
}

/// Returns a cause without the number of the event at which its state was entered.
fn unnumbered(cause: &str) -> String {
    const BEFORE: &str = "(entered at the event id #";
    match cause.split_once(BEFORE) {
        Some((head, rest)) => format!("{head}{BEFORE}{}", rest.trim_start_matches(|it: char| it.is_ascii_digit())),
        None => cause.to_owned(),
    }
}

/// Whether two texts are of one kind that every execution makes anew.
fn is_generated(it: &Difference) -> bool {
    let text = |it: &Option<Json>| it.as_ref().and_then(Json::as_str).map(str::to_owned);
    let (Some(before), Some(after)) = (text(&it.before), text(&it.after)) else { return false };
    let moment = |it: &str| Timestamp::parse(it).is_some();
    // What a token looks like is the service's own affair; ours are known.
    let token = |it: &str| it.starts_with(TOKEN);
    (moment(&before) && moment(&after)) || (is_uuid(&before) && is_uuid(&after)) || token(&before) || token(&after)
}

fn is_uuid(text: &str) -> bool {
    let hyphen = |at: usize| [8, 13, 18, 23].contains(&at);
    text.len() == 36
        && text.bytes().zip(0..).all(|(it, at)| if hyphen(at) { it == b'-' } else { it.is_ascii_hexdigit() })
}

fn payload(kind: &EventKind) -> Option<(&'static str, &Json)> {
    match kind {
        EventKind::ExecutionStarted { input } | EventKind::StateEntered { input, .. } => Some(("input", input)),
        EventKind::TaskScheduled(call) => Some(("input", &call.input)),
        EventKind::ExecutionSucceeded { output }
        | EventKind::StateExited { output, .. }
        | EventKind::TaskSubmitted { output, .. }
        | EventKind::TaskSucceeded { output, .. } => Some(("output", output)),
        _ => None,
    }
}
