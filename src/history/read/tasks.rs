//! Attempts of tasks: what was called, and which of its limits ran out.

use std::sync::Arc;

use crate::asl::program::Resource;
use crate::engine::{EventKind, Failure, FailureKind, TaskCall, TaskFailure, TaskStep};
use crate::json::{Json, text};
use crate::time::Timestamp;

use super::build::{Builder, Current};
use super::names::{Family, Field, Stage};

/// Where an execution that starts another one puts its own ARN, so that the console shows them together (developer
/// guide, "Start workflow executions from a task state").
const STARTED_BY: &str = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

impl<'a> Builder<'a> {
    /// Returns what happened to the attempt under way, or that one began.
    pub(super) fn task(&mut self, current: &Current<'a>, family: Family, stage: Stage) -> EventKind {
        if stage == Stage::Scheduled {
            let call = Arc::new(self.call(current, family));
            let it = self.threads.get_mut(current.thread);
            it.call = Some(Arc::clone(&call));
            it.failure = None;
            return EventKind::TaskScheduled(call);
        }
        // Where the beginning of the attempt is not in the file, what the event itself says has to do.
        let call = match &self.threads.get(current.thread).call {
            Some(call) => Arc::clone(call),
            None => Arc::new(self.call(current, family)),
        };
        let failed = |builder: &mut Self, kind, step, call: Arc<TaskCall>| {
            let failure = builder.failure(current, kind);
            builder.fails(current.thread, &failure);
            Arc::new(TaskFailure { call, failure, step })
        };
        match stage {
            Stage::Submitted => EventKind::TaskSubmitted { output: self.payload(current, Field::Output), call },
            Stage::Succeeded => EventKind::TaskSucceeded { output: self.payload(current, Field::Output), call },
            Stage::Failed(step) => EventKind::TaskFailed(failed(self, FailureKind::Named, step, call)),
            Stage::TimedOut => {
                let kind = self.limit(current, &call);
                EventKind::TaskTimedOut(failed(self, kind, TaskStep::Run, call))
            }
            _ => EventKind::TaskStarted(call),
        }
    }

    /// Returns which of its limits a task ran into. The service calls both `States.Timeout` (recorded); how long it took
    /// tells them apart.
    fn limit(&mut self, current: &Current<'_>, call: &TaskCall) -> FailureKind {
        if self.str(current.entries, Field::Cause).is_some() {
            // A limit has no cause (recorded): somebody sent this.
            return FailureKind::Timeout;
        }
        match (call.timeout_secs, call.heartbeat_secs) {
            (None, Some(_)) => FailureKind::Heartbeat,
            (Some(timeout), Some(_)) => {
                self.counts.either_limit += 1;
                let entered = self.scheduled_at(current);
                let took = (self.now - entered).as_millis();
                if took >= timeout.saturating_mul(1_000) { FailureKind::Timeout } else { FailureKind::Heartbeat }
            }
            (_, None) => FailureKind::Timeout,
        }
    }

    fn scheduled_at(&self, current: &Current<'_>) -> Timestamp {
        let mut prev = current.raw.prev.unwrap_or(0);
        while let Some(event) = (prev as usize).checked_sub(1).and_then(|it| self.events.get(it)) {
            if matches!(event.kind, EventKind::TaskScheduled(_)) {
                return event.at;
            }
            prev = event.prev.0;
        }
        self.now
    }

    /// The visit stands at this failure.
    pub(super) fn fails(&mut self, thread: u32, failure: &Failure) {
        let it = self.threads.get_mut(thread);
        it.n_failures += 1;
        it.failure = Some(Arc::new(failure.clone()));
    }

    fn call(&mut self, current: &Current<'a>, family: Family) -> TaskCall {
        let resource = self.str(current.entries, Field::Resource).unwrap_or_default();
        let (resource, arn) = match family {
            Family::Lambda => (Resource::Lambda(resource.into()), resource.to_owned()),
            Family::Activity => (Resource::Activity(resource.into()), resource.to_owned()),
            Family::Service => {
                let service = self.str(current.entries, Field::ResourceType).unwrap_or_default();
                let arn = format!("arn:aws:states:::{service}:{resource}");
                (Resource::of(&arn), arn)
            }
        };
        let region = self.str(current.entries, Field::Region).filter(|it| **it != *self.identity.region);
        if let Some(region) = region.map(Arc::from) {
            self.identity.region = region;
        }
        let input = if current.entries.iter().any(|it| it.field == Field::Parameters) {
            self.payload(current, Field::Parameters)
        } else {
            self.payload(current, Field::Input)
        };
        // Looking into every payload would build them all.
        let starts = self.str(current.entries, Field::ResourceType) == Some("states");
        if starts && self.execution_arn.is_none() {
            let id = input.get("Input").and_then(|it| it.get(STARTED_BY)).and_then(Json::as_str);
            self.execution_arn = id.map(Arc::from);
        }
        let credentials = current.entries.iter().find(|it| it.field == Field::Credentials);
        let credentials = credentials.and_then(|it| text::parse(self.payloads.text(it.range())).ok());
        let role = credentials.as_ref().and_then(|it| it.get("roleArn").or_else(|| it.get("RoleArn"))).cloned();
        let it = self.threads.get(current.thread);
        let call = TaskCall {
            state: it.state,
            name: self.states.name(it.state),
            resource,
            input,
            timeout_secs: self.number(current.entries, Field::Timeout),
            heartbeat_secs: self.number(current.entries, Field::Heartbeat),
            credentials: role.map(|role| Json::object([("RoleArn", role)])),
            attempt: it.n_failures + 1,
            iterations: Arc::clone(&it.path),
            maps: Arc::clone(&it.maps),
            at: self.now,
        };
        self.states.calls(call.state, &arn);
        call
    }
}
