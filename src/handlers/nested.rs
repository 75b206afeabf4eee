//! Nested executions: a task that starts another state machine runs that machine's definition, where one is given.
//!
//! The nested execution has a history of its own, on the same virtual clock: it starts when the task does, and the task
//! takes as long as it does. What its own tasks answer is said by its own mocks.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Program;
use crate::asl::program::{Pattern, Resource};
use crate::engine::{
    EffectId, Failure, Identity, Outcome, Quotas, ReadCall, StartSpec, Status, TaskCall, TaskStep, WriteCall,
};
use crate::json::{Json, text};
use crate::session::{Drive, Host, Question, Reply, Run};
use crate::time::Duration;

use super::mock::{MockHost, Mocks, Otherwise};

/// How deep executions may start each other; one that starts itself would never come to an end.
const MOST_NESTED: usize = 10;

/// A state machine that tasks may start.
#[derive(Clone, Debug)]
pub struct Startable {
    /// Its definition.
    pub program: Arc<Program>,
    /// Whether it is an Express machine.
    pub express: bool,
    /// What its tasks answer.
    pub mocks: Arc<Mocks>,
}

/// A nested execution that was started.
#[derive(Clone, Debug)]
pub struct Nested {
    /// The task that started it.
    pub call: Arc<TaskCall>,
    /// The name of its state machine.
    pub machine: Arc<str>,
    /// The executions around it, from 1.
    pub depth: usize,
    /// The execution, as far as it came.
    pub run: Run,
    /// What nobody has an answer for in it.
    pub unanswered: Vec<Question>,
}

/// Answers tasks that start state machines by running them; every other effect is the host's behind it.
#[derive(Debug)]
pub struct WithMachines<H> {
    /// Who answers everything else.
    pub inner: H,
    machines: Arc<BTreeMap<Arc<str>, Startable>>,
    seed: u64,
    quotas: Quotas,
    otherwise: Otherwise,
    depth: usize,
    nested: Vec<Nested>,
}

impl<H: Host> WithMachines<H> {
    /// Returns a host that knows `machines` by name. Nested executions draw from `seed`.
    pub fn new(
        inner: H,
        machines: BTreeMap<Arc<str>, Startable>,
        seed: u64,
        quotas: Quotas,
        otherwise: Otherwise,
    ) -> Self {
        Self { inner, machines: Arc::new(machines), seed, quotas, otherwise, depth: 0, nested: Vec::new() }
    }

    /// Returns the nested executions, in the order in which they were started; those inside another one before it.
    pub fn nested(&self) -> &[Nested] {
        &self.nested
    }

    /// Runs the machine that the task starts; `None` where it starts none that is known.
    fn start(&mut self, call: &Arc<TaskCall>, way: Way) -> Option<Reply> {
        let arn = call.input.get("StateMachineArn").or_else(|| call.input.get("stateMachineArn"))?.as_str()?;
        let name = machine_name(arn);
        let (name, machine) = self.machines.get_key_value(name).map(|(name, it)| (Arc::clone(name), it.clone()))?;
        if self.depth >= MOST_NESTED {
            return None;
        }
        let spec = StartSpec {
            input: input_of(&call.input)?,
            at: call.at,
            seed: crate::expr::mix(self.seed ^ (self.nested.len() as u64 + 1)),
            quotas: self.quotas,
            express: machine.express,
            identity: self.identity(call, arn, &name),
            ..StartSpec::default()
        };
        let mut host = WithMachines {
            inner: MockHost::new(Arc::clone(&machine.mocks), self.otherwise),
            machines: Arc::clone(&self.machines),
            seed: spec.seed,
            quotas: self.quotas,
            otherwise: self.otherwise,
            depth: self.depth + 1,
            nested: Vec::new(),
        };
        let mut run = Run::start(Arc::clone(&machine.program), Arc::new(spec));
        let unanswered = match run.finish(&mut host) {
            Drive::Unanswered(questions) => questions,
            Drive::Ended | Drive::Stopped | Drive::OutOfBudget => Vec::new(),
        };
        self.nested.append(&mut host.nested);
        let reply = if unanswered.is_empty() { reply(&run, way, arn) } else { Reply::Unanswered };
        self.nested.push(Nested { call: Arc::clone(call), machine: name, depth: self.depth + 1, run, unanswered });
        Some(reply)
    }

    fn identity(&self, call: &TaskCall, arn: &str, machine: &str) -> Identity {
        let given = call.input.get("Name").or_else(|| call.input.get("name")).and_then(Json::as_str);
        let own =
            || format!("{}-{}", call.name.replace(|it: char| !it.is_ascii_alphanumeric(), "-"), self.nested.len() + 1);
        let execution = given.map_or_else(own, str::to_owned);
        let mut identity = Identity::named(machine, &execution);
        if arn.starts_with("arn:") {
            identity.machine_id = arn.into();
            identity.execution_id = format!("{}:{execution}", arn.replacen(":stateMachine:", ":execution:", 1)).into();
        }
        identity
    }
}

impl<H: Host> Host for WithMachines<H> {
    fn call(&mut self, id: EffectId, call: &Arc<TaskCall>) -> Reply {
        let started = Way::of(&call.resource).and_then(|way| self.start(call, way));
        started.unwrap_or_else(|| self.inner.call(id, call))
    }

    fn read(&mut self, id: EffectId, call: &Arc<ReadCall>) -> Reply {
        self.inner.read(id, call)
    }

    fn write(&mut self, id: EffectId, call: &Arc<WriteCall>) -> Reply {
        self.inner.write(id, call)
    }

    fn cancel(&mut self, id: EffectId) {
        self.inner.cancel(id);
    }
}

/// How a task starts a state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It goes on at once (`startExecution`).
    Start,
    /// It waits for the end; input and output are texts (`startExecution.sync`).
    Sync,
    /// It waits for the end; input and output are values (`startExecution.sync:2`).
    SyncValues,
    /// The SDK's call that answers with the result (`aws-sdk:sfn:startSyncExecution`).
    SdkSync,
}

impl Way {
    fn of(resource: &Resource) -> Option<Self> {
        let Resource::Service { service, action, pattern } = resource else { return None };
        match (&**service, &**action, pattern) {
            ("states", "startExecution", _) | ("aws-sdk:sfn", "startExecution", Pattern::RequestResponse) => {
                Some(Self::Start)
            }
            ("states", "startExecution.sync", _) => Some(Self::Sync),
            ("states", "startExecution.sync:2", _) => Some(Self::SyncValues),
            ("aws-sdk:sfn", "startSyncExecution", _) => Some(Self::SdkSync),
            _ => None,
        }
    }
}

/// Returns the state machine's name in its ARN, without a version or alias; a text that is no ARN is the name.
fn machine_name(arn: &str) -> &str {
    arn.split(':').nth(6).unwrap_or(arn)
}

/// Returns the input that a task hands to the machine: a value, or JSON text as the API takes it.
fn input_of(parameters: &Json) -> Option<Json> {
    match parameters.get("Input").or_else(|| parameters.get("input")) {
        None => Some(Json::object::<&str>([])),
        Some(Json::String(written)) => text::parse(written).ok(),
        Some(value) => Some(value.clone()),
    }
}

fn reply(run: &Run, way: Way, arn: &str) -> Reply {
    let identity = &run.journal().spec.identity;
    let started = run.journal().spec.at;
    let took = run.tip().at - started;
    let taken = Json::object([
        ("ExecutionArn", Json::from(identity.execution_id.clone())),
        ("StartDate", Json::from(started.as_millis())),
    ]);
    if way == Way::Start {
        return Reply::Answers(vec![(Duration::ZERO, Outcome::Succeeded(taken))]);
    }
    let described = described(run, way, arn);
    let succeeded = matches!(run.status(), Status::Succeeded(_));
    let end = if succeeded || way == Way::SdkSync {
        Outcome::Succeeded(described)
    } else {
        // Recorded: whatever the nested execution failed with, the task fails with this.
        let failure = Failure::named("States.TaskFailed", text::compact(&described));
        Outcome::Failed(Arc::new(failure), TaskStep::Run)
    };
    let mut answers = vec![(took, end)];
    if way != Way::SdkSync {
        answers.insert(0, (Duration::ZERO, Outcome::Submitted(taken)));
    }
    Reply::Answers(answers)
}

/// Returns what describes the ended execution, with the members that a recorded task has.
fn described(run: &Run, way: Way, arn: &str) -> Json {
    let spec = &run.journal().spec;
    let payload = |value: &Json| if way == Way::SyncValues { value.clone() } else { Json::from(text::compact(value)) };
    let included = || Json::object([("Included", Json::from(true))]);
    let mut members = Vec::new();
    let failure = run.status().failure();
    members.extend(failure.and_then(|it| it.cause.clone()).map(|it| ("Cause", Json::from(it))));
    members.extend(failure.and_then(|it| it.error.clone()).map(|it| ("Error", Json::from(it))));
    members.push(("ExecutionArn", Json::from(spec.identity.execution_id.clone())));
    members.extend([("Input", payload(&spec.input)), ("InputDetails", included())]);
    members.push(("Name", Json::from(spec.identity.execution_name.clone())));
    if let Status::Succeeded(output) = run.status() {
        members.extend([("Output", payload(output)), ("OutputDetails", included())]);
    }
    members.extend([
        ("StartDate", Json::from(spec.at.as_millis())),
        ("StateMachineArn", Json::from(arn)),
        ("Status", Json::from(run.status().name())),
        ("StopDate", Json::from(run.tip().at.as_millis())),
    ]);
    Json::object(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handlers::read_mocks;
    use crate::session::document::open;

    fn machine(definition: &str, mocks: &str) -> Startable {
        let opened = open("child", definition.as_bytes());
        let program = opened.documents[0].definition.program.clone().expect("it is sound");
        let mocks = Arc::new(read_mocks(mocks.as_bytes(), None).0.expect("they are mocks"));
        Startable { program, express: false, mocks }
    }

    fn host(machines: &[(&str, Startable)]) -> WithMachines<MockHost> {
        let machines = machines.iter().map(|(name, it)| (Arc::from(*name), it.clone())).collect();
        let inner = MockHost::new(Arc::new(Mocks::default()), Otherwise::Ask);
        WithMachines::new(inner, machines, 0, Quotas::Aws, Otherwise::Ask)
    }

    fn parent(resource: &str) -> Run {
        let definition = format!(
            r#"{{"StartAt": "Ship", "States": {{"Ship": {{"Type": "Task", "Resource": "{resource}", "End": true,
                "Parameters": {{"StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:Shipping",
                    "Input": {{"order.$": "$.order"}}}}}}}}}}"#
        );
        let program = machine(&definition, "{}").program;
        let input = text::parse(r#"{"order": 7}"#).expect("it is JSON");
        Run::start(program, Arc::new(StartSpec { input, ..StartSpec::default() }))
    }

    const CHILD: &str = r#"{"StartAt": "Pack", "States": {"Pack": {"Type": "Task", "Resource": "f", "End": true}}}"#;

    fn finish(run: &mut Run, host: &mut WithMachines<MockHost>) -> Drive {
        run.finish(host)
    }

    #[test]
    fn a_task_takes_as_long_as_the_execution_that_it_waits_for_and_has_its_output() {
        let child = machine(CHILD, r#"{"Pack": [{"return": {"parcel": 1}, "after": 90}]}"#);
        let (mut run, mut host) =
            (parent("arn:aws:states:::states:startExecution.sync:2"), host(&[("Shipping", child)]));
        assert_eq!(finish(&mut run, &mut host), Drive::Ended);
        let Status::Succeeded(output) = run.status() else { panic!("{:?}", run.status()) };
        assert_eq!(output.get("Output").and_then(|it| it.get("parcel")).and_then(Json::as_i64), Some(1));
        assert_eq!(output.get("Input").and_then(|it| it.get("order")).and_then(Json::as_i64), Some(7));
        assert_eq!(run.tip().at.as_millis(), 90_000);
        assert_eq!(host.nested()[0].run.tip().at.as_millis(), 90_000);
    }

    #[test]
    fn what_a_nested_execution_fails_with_is_in_the_cause() {
        let child = machine(CHILD, r#"{"Pack": [{"throw": {"error": "NoBox", "cause": "none left"}}]}"#);
        let (mut run, mut host) = (parent("arn:aws:states:::states:startExecution.sync"), host(&[("Shipping", child)]));
        finish(&mut run, &mut host);
        let failure = run.status().failure().expect("it fails");
        assert_eq!(failure.error.as_deref(), Some("States.TaskFailed"));
        assert!(failure.cause.as_deref().is_some_and(|it| it.contains(r#""Error":"NoBox""#)), "{failure:?}");
    }

    #[test]
    fn a_task_that_does_not_wait_goes_on_at_once() {
        let child = machine(CHILD, r#"{"Pack": [{"return": {}, "after": 90}]}"#);
        let (mut run, mut host) = (parent("arn:aws:states:::states:startExecution"), host(&[("Shipping", child)]));
        finish(&mut run, &mut host);
        assert!(matches!(run.status(), Status::Succeeded(_)) && run.tip().at.as_millis() == 0);
    }

    #[test]
    fn a_nested_task_without_a_mock_leaves_its_parent_unanswered() {
        let child = machine(CHILD, "{}");
        let (mut run, mut host) =
            (parent("arn:aws:states:::states:startExecution.sync:2"), host(&[("Shipping", child)]));
        assert!(matches!(finish(&mut run, &mut host), Drive::Unanswered(_)));
        assert_eq!(host.nested()[0].unanswered.len(), 1);
    }

    #[test]
    fn a_machine_that_starts_itself_is_asked_about_in_the_end() {
        let own = parent("arn:aws:states:::states:startExecution.sync:2");
        let child = Startable { program: Arc::clone(own.program()), express: false, mocks: Arc::default() };
        let (mut run, mut host) = (own, host(&[("Shipping", child)]));
        assert!(matches!(finish(&mut run, &mut host), Drive::Unanswered(_)));
        assert_eq!(host.nested().len(), MOST_NESTED);
    }
}
