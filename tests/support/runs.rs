//! Ways to run workflows in tests: what to run, and hosts that answer the tasks.

use std::path::Path;
use std::sync::Arc;

use stepscope::asl::Program;
use stepscope::engine::{
    EffectId, Failure, FailureKind, Outcome, Quotas, ReadCall, StartSpec, TaskCall, TaskStep, WriteCall,
};
use stepscope::handlers::{MockHost, Mocks, Otherwise, read_mocks};
use stepscope::history::LogView;
use stepscope::history::aws::{Names, history};
use stepscope::items::Items;
use stepscope::json::{Json, text};
use stepscope::session::document::open;
use stepscope::session::{Drive, Host, Reply, Run};
use stepscope::time::Duration;

use super::random::Random;
use super::workflow::{ERRORS, definition, input};

/// How many random workflows laws are tried on.
pub const N_RANDOM: u64 = 400;

/// Something to run.
#[derive(Clone, Debug)]
pub struct Case {
    /// What to call it when a law does not hold.
    pub name: String,
    /// The workflow.
    pub program: Arc<Program>,
    /// How it starts.
    pub spec: Arc<StartSpec>,
    /// What its tasks answer.
    pub answers: Answers,
}

/// What tasks answer.
#[derive(Clone, Debug)]
pub enum Answers {
    /// What mocks say, and `{}` where they say nothing.
    Mocks(Arc<Mocks>),
    /// Anything, depending on this seed and on which task, iteration and attempt it is.
    Random(u64),
}

impl Case {
    /// Returns the random workflow `seed` with random answers.
    pub fn random(seed: u64) -> Self {
        let program = program(&definition(seed).to_string());
        let quotas = if seed.is_multiple_of(7) { Quotas::Off } else { Quotas::Aws };
        let spec = StartSpec { input: json(&input(seed)), seed, express: seed.is_multiple_of(5), quotas, ..spec() };
        Self { name: format!("random workflow {seed}"), program, spec: Arc::new(spec), answers: Answers::Random(seed) }
    }

    /// Returns the workflow in `definition` with `input` and mocks.
    pub fn mocked(name: &str, definition: &str, input: &str, mocks: Option<&str>, test_case: Option<&str>) -> Self {
        let mocks = mocks.map_or_else(Mocks::default, |text| {
            let (mocks, diagnostics) = read_mocks(text.as_bytes(), test_case);
            mocks.unwrap_or_else(|| panic!("{name}: {diagnostics:?}"))
        });
        let input = text::parse(input).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let spec = Arc::new(StartSpec { input, ..spec() });
        Self { name: name.to_owned(), program: program(definition), spec, answers: Answers::Mocks(Arc::new(mocks)) }
    }

    /// Returns the same without the service's limits.
    pub fn without_quotas(mut self) -> Self {
        Arc::make_mut(&mut self.spec).quotas = Quotas::Off;
        self
    }

    /// Returns a host that has answered nothing yet.
    pub fn host(&self) -> Box<dyn Host> {
        match &self.answers {
            Answers::Mocks(mocks) => Box::new(MockHost::new(Arc::clone(mocks), Otherwise::Assume)),
            Answers::Random(seed) => Box::new(RandomHost(*seed)),
        }
    }

    /// Returns the run before anything has happened.
    pub fn start(&self) -> Run {
        Run::start(Arc::clone(&self.program), Arc::clone(&self.spec))
    }

    /// Returns the run at its end, driven `budget` actions at a time.
    pub fn finish(&self, budget: u32) -> Run {
        let (mut run, mut host) = (self.start(), self.host());
        loop {
            match run.drive(&mut *host, &mut |_, _| false, budget) {
                Drive::OutOfBudget => {}
                Drive::Ended => return run,
                other => panic!("{}: {other:?}", self.name),
            }
        }
    }
}

/// Calls `check` with every sample and random workflow.
pub fn over_all(check: impl Fn(&Case)) {
    over(N_RANDOM, check);
}

/// Calls `check` with every sample and a quarter of the random workflows.
pub fn over_some(check: impl Fn(&Case)) {
    over(N_RANDOM / 4, check);
}

fn over(n_random: u64, check: impl Fn(&Case)) {
    let samples = samples();
    assert!(samples.len() >= 8, "the samples are there");
    samples.iter().for_each(&check);
    check(&long());
    for seed in 0..n_random {
        check(&Case::random(seed));
    }
}

/// Returns the samples with their inputs and mocks.
fn samples() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-workflows");
    let mut paths: Vec<_> = folder.read_dir().expect("the samples").map(|it| it.expect("an entry").path()).collect();
    paths.sort();
    let cases = paths.iter().filter_map(|path| {
        let file = path.file_name()?.to_str()?;
        let (name, _) = file.split_once(".asl.")?;
        let beside = |ending: &str| std::fs::read_to_string(folder.join(format!("{name}.{ending}.json"))).ok();
        let definition = std::fs::read_to_string(path).expect("the sample");
        let (input, mocks) = (beside("input").unwrap_or_else(|| "{}".to_owned()), beside("mocks"));
        Some(Case::mocked(file, &definition, &input, mocks.as_deref(), None))
    });
    cases.collect()
}

/// Returns a run of several segments and checkpoints, with a task in the loop.
pub fn long() -> Case {
    let definition = r#"{"StartAt": "More?", "States": {
        "More?": {"Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$.i", "NumericLessThan": 700, "Next": "Ask"}]},
        "Ask": {"Type": "Task", "Resource": "f", "ResultPath": "$.r", "Next": "Count",
            "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}]},
        "Count": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)"}, "Next": "More?"},
        "Done": {"Type": "Succeed"}}}"#;
    let mocks =
        r#"{"Ask": [{"throw": {"error": "Busy"}}, {"return": {}, "after": 2, "heartbeats": [0.5, 1, 1, 1.5]}]}"#;
    Case::mocked("a long loop", definition, r#"{"i": 0}"#, Some(mocks), None)
}

/// Returns the run's history as it is exported, with those of its child executions.
pub fn exported(run: &Run) -> String {
    let mut out = String::new();
    let outline = &run.program().outline;
    out.push_str(&exported_log(Names::new(outline, &run.journal().spec.identity), run.log()));
    for child in run.children().iter() {
        out.push_str(&exported_log(Names::new(outline, &child.identity()), child.log(outline).view()));
    }
    out
}

/// Returns the run's history alone.
pub fn exported_alone(run: &Run) -> String {
    exported_log(Names::new(&run.program().outline, &run.journal().spec.identity), run.log())
}

/// Returns a history as it is exported.
pub fn exported_log(names: Names<'_>, log: &LogView) -> String {
    let mut out = String::new();
    let written: Result<(), std::convert::Infallible> = history(names, log, &mut |piece| {
        out.push_str(piece);
        Ok(())
    });
    let Ok(()) = written;
    out
}

fn spec() -> StartSpec {
    StartSpec::default()
}

fn json(value: &serde_json::Value) -> Json {
    text::parse(&value.to_string()).expect("serde_json prints JSON")
}

fn program(definition: &str) -> Arc<Program> {
    let opened = open("test", definition.as_bytes());
    let document = opened.documents.first().unwrap_or_else(|| panic!("{:?}\n{definition}", opened.diagnostics));
    let found = &document.definition;
    let program = found.program.as_ref().unwrap_or_else(|| panic!("{:?}\n{definition}", found.diagnostics));
    Arc::clone(program)
}

/// Answers every task with something that depends on its place alone, never on the order of calls.
struct RandomHost(u64);

impl Host for RandomHost {
    fn call(&mut self, _: EffectId, call: &Arc<TaskCall>) -> Reply {
        let place = format!("{} {:?} {}", call.name, call.maps, call.attempt);
        let key = place.bytes().fold(self.0, |key, byte| (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut random = Random::new(key);
        let mut answers = Vec::new();
        if random.percent(20) {
            answers.push((Duration::ZERO, Outcome::Submitted(Json::from("taken"))));
        }
        // Whole seconds, so that answers, limits and each other's answers meet.
        let secs = |random: &mut Random, end| Duration::from_secs(random.below(end) as f64);
        for _ in 0..random.below(3) {
            answers.push((secs(&mut random, 8), Outcome::Heartbeat));
        }
        let after = if random.percent(50) { Duration::ZERO } else { secs(&mut random, 22) };
        match random.below(20) {
            0 if answers.is_empty() => return Reply::Never,
            0 => {}
            _ => answers.push((after, outcome(&mut random))),
        }
        answers.sort_by_key(|(after, _)| *after);
        Reply::Answers(answers)
    }

    fn read(&mut self, _: EffectId, call: &Arc<ReadCall>) -> Reply {
        let key = call.reading.location.key().bytes().fold(self.0, |key, byte| key.rotate_left(5) ^ u64::from(byte));
        Reply::Answers(vec![(Duration::ZERO, read(&mut Random::new(key)))])
    }

    fn write(&mut self, _: EffectId, call: &Arc<WriteCall>) -> Reply {
        let refused = call.files.len() > 2 && self.0.is_multiple_of(3);
        let failure = Arc::new(Failure::named("States.ResultWriterFailed", "no room"));
        let outcome = if refused { Outcome::Failed(failure, TaskStep::Run) } else { Outcome::Succeeded(Json::Null) };
        Reply::Answers(vec![(Duration::from_secs(1.0), outcome)])
    }
}

/// Returns what reading items comes to.
pub fn read(random: &mut Random) -> Outcome {
    if random.percent(15) {
        return Outcome::Failed(Arc::new(Failure::named("States.ItemReaderFailed", "random")), TaskStep::Run);
    }
    let items = (0..random.below(30)).map(|it| Json::from(it as i64)).collect();
    Outcome::Items(Arc::new(Items::new(items, "S3://b/k")))
}

/// Returns how a task ends.
pub fn outcome(random: &mut Random) -> Outcome {
    let failed = |error: Option<&str>, kind, step| {
        let failure = Failure { error: error.map(Arc::from), cause: Some("random".into()), kind };
        Outcome::Failed(Arc::new(failure), step)
    };
    match random.below(100) {
        0 => Outcome::Succeeded(Json::from("x".repeat(263_000).as_str())),
        1 => Outcome::Succeeded(Json::Null),
        2..60 => Outcome::Succeeded(Json::object([("ok", Json::from(random.below(9) as i64))])),
        60..66 => failed(Some("States.Timeout"), FailureKind::Timeout, TaskStep::Run),
        66..70 => failed(None, FailureKind::Named, TaskStep::Run),
        70..74 => failed(Some("Busy"), FailureKind::Named, TaskStep::Schedule),
        74..78 => failed(Some("Broken"), FailureKind::Named, TaskStep::Submit),
        _ => failed(Some(*random.pick(&ERRORS)), FailureKind::Named, TaskStep::Run),
    }
}
