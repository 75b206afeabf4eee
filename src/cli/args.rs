//! The arguments that the command line takes.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Debug AWS Step Functions workflows on this machine. Without a subcommand the window opens.
#[derive(Debug, Parser)]
#[command(name = "stepscope", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do without a window
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Files to open in the window: definitions in JSON or YAML, templates, execution histories
    pub files: Vec<PathBuf>,
}

/// What can be done without a window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run one execution to its end on the virtual clock
    Run(Box<RunOptions>),
    /// Try one state by itself, as the TestState operation does
    TestState(TestStateOptions),
    /// Report what is wrong with definitions
    Lint(LintOptions),
    /// Say what a recorded execution did, and whether it would do the same with a definition
    Replay(ReplayOptions),
    /// Say what two recorded executions differ in
    Diff(DiffOptions),
    /// Write a definition's graph, or a history, as a file of another kind
    Export(ExportOptions),
    /// Try every failure: what ends the execution, what is never reached, what a saga leaves undone
    Explore(ExploreOptions),
    /// Run scenario files and say which expectations do not hold
    Test(TestOptions),
}

/// What is run, for `run` and `explore`.
#[derive(Debug, clap::Args)]
pub struct ToRun {
    /// The definition, or a template with one
    pub definition: PathBuf,
    /// With a MockConfigFile: `StateMachine#TestCase`, or `TestCase` where only one machine is named
    #[arg(long, value_name = "NAME")]
    pub test_case: Option<String>,
    /// Which machine of a template, by its logical name
    #[arg(long, value_name = "NAME")]
    pub machine: Option<String>,
    /// Standard or Express; a template may say so itself
    #[arg(long = "type", value_enum)]
    pub kind: Option<MachineType>,
}

/// Options of `explore`.
#[derive(Debug, clap::Args)]
pub struct ExploreOptions {
    /// Execution input, JSON; `-` reads standard input; without it inputs are assumed that have what is read of them
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// What tasks answer when they succeed, each result of a state tried; of other states results are assumed
    #[arg(long, value_name = "FILE")]
    pub mocks: Option<PathBuf>,
    #[command(flatten)]
    pub to_run: ToRun,
    /// A state that every run has to reach before it ends, whatever fails; may be given up to 60 times
    #[arg(long, value_name = "STATE")]
    pub always: Vec<String>,
    /// Most faults of a run; a visit of a state that fails counts once, however often it is retried; default: no limit
    #[arg(long, value_name = "N")]
    pub faults: Option<u32>,
    /// Stop after so many different machines
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub limit: usize,
    /// Threads that search; what is found does not depend on it; default: one for each core
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Print the audit of the saga: what each failure, and each pair of failures, leaves done
    #[arg(long)]
    pub saga: bool,
    /// UNDO undoes STEP, whatever they are called; may be given several times. Names tell the others
    #[arg(long, value_name = "STEP=UNDO")]
    pub compensate: Vec<String>,
    /// Limits and compensations of the project; default: the .stepscope.json nearest above the definition
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What standard output gets
    #[arg(long, value_enum, default_value_t = RunFormat::Text)]
    pub format: RunFormat,
    /// Write the run of each finding, and of each row of the audit, as input, mocks and history, and the audit as
    /// Markdown and CSV
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Options of `replay`.
#[derive(Debug, clap::Args)]
pub struct ReplayOptions {
    /// The history: output of get-execution-history, a list of events, or log events; gzip or not; `-` reads
    /// standard input
    pub history: PathBuf,
    /// The definition that ran, or that is to run now; with it the execution is run again with the recorded answers
    #[arg(long, value_name = "FILE")]
    pub definition: Option<PathBuf>,
    /// Which machine of a template, by its logical name
    #[arg(long, value_name = "NAME")]
    pub machine: Option<String>,
    /// Which execution of a log, by its ARN or the end of it
    #[arg(long, value_name = "ARN")]
    pub execution: Option<String>,
    /// The context object that the execution had, every member optional; histories do not hold it
    #[arg(long, value_name = "FILE", requires = "definition")]
    pub context: Option<PathBuf>,
    /// What standard output gets
    #[arg(long, value_enum, default_value_t = RunFormat::Text)]
    pub format: RunFormat,
    /// Write the recorded answers as a mock file
    #[arg(long, value_name = "FILE")]
    pub mocks_out: Option<PathBuf>,
    /// Write a scenario: definition, input, mocks and what has to come out
    #[arg(long, value_name = "FILE")]
    pub scenario_out: Option<PathBuf>,
    /// Write what the recorded execution went through of the definition; the ending says how: json, info or lcov, txt;
    /// `-` prints it
    #[arg(long, value_name = "FILE", requires = "definition")]
    pub coverage: Option<PathBuf>,
    /// Write the history of the replay
    #[arg(long, value_name = "FILE", requires = "definition")]
    pub replayed_out: Option<PathBuf>,
}

/// Options of `diff`.
#[derive(Debug, clap::Args)]
pub struct DiffOptions {
    /// One history
    pub left: PathBuf,
    /// The other one
    pub right: PathBuf,
    /// Compare task tokens, UUIDs and moments too, which every execution makes anew
    #[arg(long)]
    pub exact: bool,
    /// What standard output gets
    #[arg(long, value_enum, default_value_t = RunFormat::Text)]
    pub format: RunFormat,
}

/// Options of `run`.
#[derive(Debug, clap::Args)]
pub struct RunOptions {
    /// Execution input, JSON; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// What tasks answer: the native form, or a MockConfigFile.json
    #[arg(long, value_name = "FILE")]
    pub mocks: Option<PathBuf>,
    #[command(flatten)]
    pub to_run: ToRun,
    /// The starting context object, every member optional
    #[arg(long, value_name = "FILE")]
    pub context: Option<PathBuf>,
    /// S3 objects that distributed Maps read and write, DIR/BUCKET/KEY
    #[arg(long, value_name = "DIR")]
    pub s3: Option<PathBuf>,
    /// Whether the service's limits on events, payloads and time end a run
    #[arg(long, value_enum, default_value_t = QuotaChoice::Aws)]
    pub quotas: QuotaChoice,
    /// Seed of jitter, UUIDs and random numbers
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Write the history in GetExecutionHistory's shape; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// A state machine that tasks may start: its name and its definition; NAME.mocks.json beside NAME.asl.json answers
    /// its tasks
    #[arg(long = "machine-file", value_name = "[NAME=]FILE")]
    pub machine_files: Vec<String>,
    /// When the execution has ended without success, redrive it from what it did not finish; with MOCKS, these answer
    /// from then on. May be given several times
    #[arg(long, value_name = "MOCKS", num_args = 0..=1, default_missing_value = "")]
    pub redrive: Vec<String>,
    /// Write the histories of nested executions and of the child executions of distributed Maps, one file each, and a
    /// list of them
    #[arg(long, value_name = "DIR")]
    pub children: Option<PathBuf>,
    /// Write a scenario that does the same again: definition, input, what tasks answered and what came out
    #[arg(long, value_name = "FILE", conflicts_with = "redrive")]
    pub scenario_out: Option<PathBuf>,
    /// What standard output gets
    #[arg(long, value_enum, default_value_t = RunFormat::Text)]
    pub format: RunFormat,
    /// What happens to a task for which there is no mock
    #[arg(long, value_enum, default_value_t = Unanswered::Stop)]
    pub unanswered: Unanswered,
}

/// Options of `test`.
#[derive(Debug, clap::Args)]
pub struct TestOptions {
    /// Scenario files, JSON or YAML, and folders in which files named *.scenario.* and *.scenarios.* are
    #[arg(required = true, value_name = "SUITE")]
    pub suites: Vec<PathBuf>,
    /// What standard output gets
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Write what the scenarios go through of their definitions; the ending says how: json, info or lcov, txt; `-`
    /// prints it
    #[arg(long, value_name = "FILE")]
    pub coverage: Option<PathBuf>,
    /// Write what came into the scenario files, where records of what came before differ
    #[arg(long)]
    pub update: bool,
    /// Run only scenarios whose name, or the path of whose file, has this text; capitals or not
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How many scenarios run at the same time; default: one a core
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// What `test` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// Failed expectations, and a summary
    Text,
    /// One JSON object
    Json,
    /// JUnit XML, for continuous integration
    Junit,
}

/// Options of `test-state`.
#[derive(Debug, clap::Args)]
pub struct TestStateOptions {
    /// The request, JSON with the members of a TestState request; `-` reads standard input
    pub request: PathBuf,
}

/// Options of `lint`.
#[derive(Debug, clap::Args)]
pub struct LintOptions {
    /// Definitions, or templates with some
    #[arg(required_unless_present = "explain")]
    pub definitions: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = LintFormat::Text)]
    pub format: LintFormat,
    /// Which type the machine is created as
    #[arg(long = "type", value_enum)]
    pub kind: Option<MachineType>,
    /// Apply the fixes that findings offer, and report what is left
    #[arg(long)]
    pub fix: bool,
    /// Print the most attempts and the longest time of each state instead of findings
    #[arg(long, conflicts_with = "fix")]
    pub budget: bool,
    /// Which findings are wanted, and from when on figures are one; default: the .stepscope.json nearest above each file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Say what a code means, with examples; without one, list all
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "", exclusive = true)]
    pub explain: Option<String>,
}

/// Options of `export`.
#[derive(Debug, clap::Args)]
pub struct ExportOptions {
    /// The definition, a template with one, an execution history, or a workspace
    pub file: PathBuf,
    /// Which machine of a template, by its logical name
    #[arg(long, value_name = "NAME")]
    pub machine: Option<String>,
    /// Which execution of a log, by its ARN or the end of it
    #[arg(long, value_name = "ARN")]
    pub execution: Option<String>,
    /// A field that must not be seen, `$.card.number` or `$..password`; what has its value elsewhere is replaced too. May
    /// be given several times; for histories and workspaces
    #[arg(long, value_name = "PATH")]
    pub redact: Vec<String>,
    /// The file to write; its ending says what: svg, png, mmd, md, html, and json, jsonl, csv of a history
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// The two types of state machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MachineType {
    /// Up to a year, exactly once
    Standard,
    /// Up to five minutes, at least once
    Express,
}

/// Whether quotas hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QuotaChoice {
    /// As at the service
    Aws,
    /// Run past them
    Off,
}

/// What `run` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// A readable summary
    Text,
    /// One JSON object
    Json,
}

/// What `lint` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// Findings with the lines they are about
    Text,
    /// One JSON list
    Json,
    /// SARIF 2.1.0, for code review tools
    Sarif,
}

/// What happens to a task for which there is no mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unanswered {
    /// The run stops and names it
    Stop,
    /// It answers {}, and the summary says so
    Assume,
}
