//! The test itself: the engine, started in the state under test, runs until that state is left, has failed, or would be
//! tried again. What happens in between is the engine's alone.

use std::sync::Arc;

use crate::asl::program::Resource;
use crate::engine::{
    Action, Effect, Emitted, Entry, EventKind, Failure, FailureKind, Machine, Outcome, Quotas, StandIn, StartSpec,
    Status, Step, TaskStep, apply, start,
};
use crate::json::{Json, Object, text};
use crate::time::Timestamp;

use super::request::{Mock, Request};
use super::subject::Subject;

/// What a test came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) ended: Ended,
    /// The state that would be next.
    pub(super) next: Option<Arc<str>>,
    /// The steps on the way, in order.
    pub(super) steps: Vec<Step>,
    /// The variables after it.
    pub(super) variables: Object,
    /// Whether the state called something that nobody had an answer for.
    pub(super) assumed: bool,
}

/// How the state ended.
#[derive(Debug)]
pub(super) enum Ended {
    Succeeded { output: Json },
    Caught { failure: Failure, output: Json },
    Retriable { failure: Failure },
    Failed { failure: Failure },
}

impl Ended {
    /// Returns the service's word.
    pub(super) fn status(&self) -> &'static str {
        match self {
            Self::Succeeded { .. } => "SUCCEEDED",
            Self::Caught { .. } => "CAUGHT_ERROR",
            Self::Retriable { .. } => "RETRIABLE",
            Self::Failed { .. } => "FAILED",
        }
    }
}

/// Runs the state under test.
pub(super) fn run(request: &Request, subject: &Subject, context: Json, at: Timestamp) -> Ran {
    let program = &subject.program;
    let n_retriers = program.state(subject.state).handlers.retry.len();
    let variables = request.variables.as_ref().and_then(Json::as_object).cloned();
    let entry = Entry {
        state: subject.state,
        variables: variables.clone().unwrap_or_else(|| Object::from_iter([])),
        // Only the retrier that applies to the failure is asked how often it has retried.
        retries: vec![request.configuration.retries.unwrap_or(0); n_retriers],
        context: Some(context),
        stand_in: stand_in(request),
        reader_data: request.configuration.item_reader_data.clone(),
    };
    // As an Express execution a test ends after five minutes, which is what the service gives one.
    let spec = StartSpec {
        input: request.input.clone(),
        at,
        quotas: Quotas::Aws,
        express: true,
        entry: Some(Arc::new(entry)),
        ..StartSpec::default()
    };
    let mut machine = start(program, Arc::new(spec));
    let mut out = Emitted::traced();
    let mut test =
        Test { request, subject, entered: 0, failure: None, exited: None, assumed: false, steps: Vec::new() };
    loop {
        apply(program, &mut machine, Action::Advance, &mut out);
        test.answer(&mut machine, &mut out);
        if let Some((ended, next)) = test.look(&machine, &mut out) {
            let mut variables = variables.unwrap_or_else(|| Object::from_iter([]));
            let assigned = test.exited.and_then(|it| it.assigned);
            for (name, value) in assigned.iter().filter_map(|it| it.as_object()).flat_map(Object::iter) {
                variables.set(Arc::clone(name), value.clone());
            }
            return Ran { ended, next, steps: test.steps, variables, assumed: test.assumed };
        }
    }
}

/// A test under way.
struct Test<'a> {
    request: &'a Request,
    subject: &'a Subject,
    /// The event by which the state was entered.
    entered: u32,
    failure: Option<Failure>,
    exited: Option<Exited>,
    assumed: bool,
    steps: Vec<Step>,
}

/// What the state handed on when it was left.
struct Exited {
    output: Json,
    assigned: Option<Arc<Json>>,
}

impl Test<'_> {
    /// Answers the task that the state has started.
    fn answer(&mut self, machine: &mut Machine, out: &mut Emitted) {
        for effect in std::mem::take(&mut out.effects) {
            let Effect::Call { id, call } = effect else { continue };
            let outcome = match &self.request.mock {
                Some(Mock::Result(result)) => Outcome::Succeeded(result.clone()),
                Some(Mock::Failed { error, cause }) => {
                    Outcome::Failed(Arc::new(failure(error, cause.as_ref())), TaskStep::Run)
                }
                None => {
                    self.assumed = true;
                    Outcome::Succeeded(assumed(&call.resource))
                }
            };
            let at = machine.now;
            apply(&self.subject.program, machine, Action::Resolve { effect: id, outcome, at }, out);
        }
    }

    /// Looks at what has happened; returns how the state ended and what is next, once that is known.
    fn look(&mut self, machine: &Machine, out: &mut Emitted) -> Option<(Ended, Option<Arc<str>>)> {
        let name = |state| Arc::clone(&self.subject.program.state(state).name);
        let mut next = None;
        for event in out.events.drain(..) {
            match event.kind {
                EventKind::StateEntered { .. } if self.exited.is_some() => next = Some(name(event.state)),
                EventKind::StateEntered { .. } => self.entered = event.id.0,
                EventKind::StateExited { output, assigned } => self.exited = Some(Exited { output, assigned }),
                _ => {}
            }
        }
        let mut retried = false;
        for step in out.take_trace() {
            match step.step {
                Step::Failed(failure) => self.failure = Some(failure),
                step => {
                    retried |= matches!(step, Step::Retry { .. });
                    self.steps.push(step);
                }
            }
        }
        let running = machine.status == Status::Running;
        let failure = || self.failure.clone().or_else(|| machine.status.failure().cloned()).map(|it| self.shown(it));
        if retried {
            return failure().map(|failure| (Ended::Retriable { failure }, None));
        }
        match &self.exited {
            Some(_) if running && next.is_none() => None,
            Some(Exited { output, .. }) => {
                let output = output.clone();
                let ended = match failure() {
                    Some(failure) => Ended::Caught { failure, output },
                    None => Ended::Succeeded { output },
                };
                Some((ended, next))
            }
            None if running => None,
            None => failure().map(|failure| (Ended::Failed { failure }, None)),
        }
    }

    /// A test has no history, so its causes do not say where in one the state was entered.
    fn shown(&self, failure: Failure) -> Failure {
        let (name, entered) = (&self.subject.program.state(self.subject.state).name, self.entered);
        let place =
            format!("An error occurred while executing the state '{name}' (entered at the event id #{entered}). ");
        let cause = failure.cause.map(|it| it.strip_prefix(&*place).map_or_else(|| Arc::clone(&it), Arc::from));
        Failure { cause, ..failure }
    }
}

/// Returns what a Parallel or Map comes to without running what is inside.
fn stand_in(request: &Request) -> Option<StandIn> {
    let n_failed = request.configuration.failed_iterations.unwrap_or(0);
    match request.mock.as_ref()? {
        Mock::Result(result) => Some(StandIn::Result { result: result.clone(), n_failed }),
        Mock::Failed { error, cause } => Some(StandIn::Failed(failure(error, cause.as_ref()))),
    }
}

/// Returns the failure that a mock names. Names that the engine knows are its own kinds of failure.
fn failure(error: &Arc<str>, cause: Option<&Arc<str>>) -> Failure {
    let kind = match &**error {
        "States.Timeout" => FailureKind::Timeout,
        "States.HeartbeatTimeout" => FailureKind::Heartbeat,
        "States.Runtime" => FailureKind::Terminal,
        _ => FailureKind::Named,
    };
    Failure { error: Some(Arc::clone(error)), cause: cause.cloned(), kind }
}

/// Returns the answer of a service that was neither called nor mocked: nothing; of a function through its integration
/// what Step Functions puts around nothing (recorded).
fn assumed(resource: &Resource) -> Json {
    let nothing = Json::object::<&str>([]);
    match resource {
        Resource::Service { service, action, .. } if &**service == "lambda" && &**action == "invoke" => {
            invocation(nothing)
        }
        _ => nothing,
    }
}

fn invocation(payload: Json) -> Json {
    const ID: &str = "00000000-0000-0000-0000-000000000000";
    let length = text::compact(&payload).len().to_string();
    let headers = [
        ("Connection", "keep-alive"),
        ("Content-Length", &*length),
        ("Content-Type", "application/json"),
        ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("X-Amz-Executed-Version", "$LATEST"),
        ("x-amzn-Remapped-Content-Length", "0"),
        ("x-amzn-RequestId", ID),
        ("X-Amzn-Trace-Id", "Root=1-00000000-000000000000000000000000"),
    ];
    let all = Json::object(headers.map(|(name, value)| (name, Json::array([value.into()]))));
    let single = Json::object(headers.map(|(name, value)| (name, Json::from(value))));
    let http = Json::object([("AllHttpHeaders", all), ("HttpHeaders", single), ("HttpStatusCode", Json::from(200))]);
    Json::object([
        ("ExecutedVersion", "$LATEST".into()),
        ("Payload", payload),
        ("SdkHttpMetadata", http),
        ("SdkResponseMetadata", Json::object([("RequestId", Json::from(ID))])),
        ("StatusCode", Json::from(200)),
    ])
}
