//! `Program`: a definition that can be run. Every field is parsed, every target is a state, every default is filled in.

use std::sync::Arc;

use crate::expr::{Expr, JsonataExpr, Path, ReferencePath, Template};
use crate::json::Json;
use crate::time::Timestamp;

pub use super::choice::{Asked, Condition, Operand, Operator, Relation, Test};
use super::outline::{Outline, ScopeId, StateId};
pub use super::resource::{Pattern, Resource};
pub use crate::items::{Format, Load, OutputType, Transformation};

/// A definition that can be run.
#[derive(Clone, Debug)]
pub struct Program {
    /// The definition's states by name; ids here and there are the same.
    pub outline: Arc<Outline>,
    /// The states in the order of [`Outline::states`].
    pub states: Vec<State>,
    /// Where each scope begins, in the order of [`Outline::scopes`].
    pub starts: Vec<StateId>,
    /// The execution's own `TimeoutSeconds`.
    pub timeout_secs: Option<i64>,
    /// What it was read from.
    pub written: Arc<Written>,
}

/// What a program was read from: with it a run can be kept, and its definition shown when the file has another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    /// The machine's name: that of the file, or its logical name in a template.
    pub name: Arc<str>,
    /// The text, a definition or a template that has it.
    pub text: Arc<str>,
    /// Whether its template says that it is an Express machine.
    pub express: bool,
}

impl Program {
    /// Returns the state `id`.
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.idx()]
    }

    /// Returns the state in which `scope` begins.
    pub fn start(&self, scope: ScopeId) -> StateId {
        self.starts[scope.idx()]
    }
}

/// One state.
#[derive(Clone, Debug)]
pub struct State {
    /// Its name.
    pub name: Arc<str>,
    /// What comes before and after its work.
    pub data: DataFlow,
    /// Its work.
    pub action: Action,
    /// `Retry` and `Catch`.
    pub handlers: Handlers,
    /// Where it leads; of no meaning for Choice and Fail.
    pub next: Next,
}

/// Where a state leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// To another state of the same scope.
    To(StateId),
    /// Out of the scope.
    End,
}

/// What comes before and after a state's work.
#[derive(Clone, Debug)]
pub struct DataFlow {
    /// The fields of the state's query language.
    pub fields: FlowFields,
    /// `Assign`
    pub assign: Option<Template>,
}

/// The fields that shape a state's data, by query language (ASL, "Query languages").
#[derive(Clone, Debug)]
pub enum FlowFields {
    /// As paths.
    JsonPath(Box<PathFlow>),
    /// As expressions.
    Jsonata(QueryFlow),
}

/// The fields of a state in JSONPath (ASL, "Input and Output Processing").
#[derive(Clone, Debug, Default)]
pub struct PathFlow {
    /// `InputPath`
    pub input_path: Select,
    /// `Parameters`; for a Map `ItemSelector` stands elsewhere.
    pub parameters: Option<Template>,
    /// `ResultSelector`
    pub result_selector: Option<Template>,
    /// `ResultPath`
    pub result_path: ResultPath,
    /// `OutputPath`
    pub output_path: Select,
}

/// The fields of a state in JSONata (ASL, "Using Arguments and Output").
#[derive(Clone, Debug, Default)]
pub struct QueryFlow {
    /// `Arguments`; absent: the state's input.
    pub arguments: Option<Template>,
    /// `Output`; absent: the state's result.
    pub output: Option<Template>,
}

/// `InputPath` or `OutputPath`.
#[derive(Clone, Debug, Default)]
pub enum Select {
    /// Absent or `$`: everything.
    #[default]
    All,
    /// `null`: an empty object.
    Nothing,
    /// What the path selects.
    Path(Path),
}

/// `ResultPath`
#[derive(Clone, Debug, Default)]
pub enum ResultPath {
    /// Absent or `$`: the result replaces the input.
    #[default]
    Replace,
    /// `null`: the result is dropped.
    Discard,
    /// The result is put into the input.
    At(ReferencePath),
}

/// What a state does.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "these are the language's own names")]
pub enum Action {
    Pass { result: Option<Json> },
    Task(Task),
    Choice { rules: Vec<Rule>, default: Option<StateId> },
    Wait(Delay),
    Succeed,
    Fail { error: Option<Text>, cause: Option<Text> },
    Parallel { branches: Vec<ScopeId> },
    Map(Map),
}

/// A Task.
#[derive(Clone, Debug)]
pub struct Task {
    /// What it calls.
    pub resource: Resource,
    /// `TimeoutSeconds` or `TimeoutSecondsPath`
    pub timeout: Option<Amount>,
    /// `HeartbeatSeconds` or `HeartbeatSecondsPath`
    pub heartbeat: Option<Amount>,
    /// `Credentials`
    pub credentials: Option<Template>,
}

/// A whole number, written down or read from the data.
#[derive(Clone, Debug)]
pub enum Amount {
    /// Written down.
    Fixed(i64),
    /// Read from the state's input, with the name of the field for messages.
    Path(Path, &'static str),
    /// Computed.
    Jsonata(JsonataExpr),
}

/// A share of a hundred, written down, read from the data or computed.
#[derive(Clone, Debug)]
pub enum Percentage {
    /// Written down.
    Fixed(f64),
    /// Read from the state's input, with the name of the field for messages.
    Path(Path, &'static str),
    /// Computed.
    Jsonata(JsonataExpr),
}

/// A text, written down or computed from the data.
#[derive(Clone, Debug)]
pub enum Text {
    /// Written down.
    Fixed(Arc<str>),
    /// Read or computed in JSONPath, with the name of the field for messages.
    Expr(Expr, &'static str),
    /// Computed in JSONata.
    Jsonata(JsonataExpr),
}

/// One rule of a Choice.
#[derive(Clone, Debug)]
pub struct Rule {
    /// When it is taken.
    pub condition: Condition,
    /// Where it leads.
    pub next: StateId,
    /// `Assign`
    pub assign: Option<Template>,
    /// `Output`, in JSONata
    pub output: Option<Template>,
}

/// How long a Wait waits.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "these are the language's own names")]
pub enum Delay {
    Seconds(i64),
    SecondsPath(Path),
    SecondsQuery(JsonataExpr),
    Timestamp(Timestamp),
    TimestampPath(Path),
    TimestampQuery(JsonataExpr),
}

/// A Map.
#[derive(Clone, Debug)]
pub struct Map {
    /// What runs for each item.
    pub processor: ScopeId,
    /// `ItemsPath` or `Items`
    pub items: Items,
    /// `ItemSelector`, or `Parameters` of an older definition
    pub selector: Option<Template>,
    /// `MaxConcurrency` or `MaxConcurrencyPath`; 0 is no limit.
    pub max_concurrency: Amount,
    /// `ToleratedFailureCount` or its path; an inline Map tolerates none.
    pub tolerated_count: Option<Amount>,
    /// `ToleratedFailurePercentage` or its path
    pub tolerated_percentage: Option<Percentage>,
    /// Whether each item is an iteration of this execution or an execution of its own.
    pub mode: Mode,
}

/// `ProcessorConfig.Mode`
#[derive(Clone, Debug)]
pub enum Mode {
    /// `INLINE`
    Inline {
        /// Whether the Map has fields that only a distributed one may have. The service takes such a definition and
        /// fails when it runs.
        foreign: bool,
    },
    /// `DISTRIBUTED`
    Distributed(Box<Distributed>),
}

/// What a distributed Map has beyond an inline one.
#[derive(Clone, Debug, Default)]
pub struct Distributed {
    /// Whether `ExecutionType` is `EXPRESS`
    pub express: bool,
    /// `Label`
    pub label: Option<Arc<str>>,
    /// `ItemReader`
    pub reader: Option<Reader>,
    /// `ItemBatcher`
    pub batcher: Option<Batcher>,
    /// `ResultWriter`
    pub writer: Option<Writer>,
}

/// `ItemReader`
#[derive(Clone, Debug)]
pub struct Reader {
    /// `Parameters`, or `Arguments` in JSONata: the bucket and what in it
    pub parameters: Option<Template>,
    /// What is read there.
    pub dataset: Dataset,
    /// `MaxItems` or `MaxItemsPath`
    pub max_items: Option<Amount>,
}

/// What a reader reads, by its `Resource` and `ReaderConfig`.
#[derive(Clone, Debug)]
pub enum Dataset {
    /// One object, with what is in it.
    Object(Load),
    /// The objects whose keys begin alike; with what is in them, where it is read too.
    Listing(Option<Format>),
}

/// `ItemBatcher`
#[derive(Clone, Debug, Default)]
pub struct Batcher {
    /// `MaxItemsPerBatch` or its path
    pub max_items: Option<Amount>,
    /// `MaxInputBytesPerBatch` or its path
    pub max_bytes: Option<Amount>,
    /// `BatchInput`
    pub input: Option<Template>,
}

/// `ResultWriter`
#[derive(Clone, Debug)]
pub struct Writer {
    /// `Parameters`, or `Arguments` in JSONata: the bucket and the beginning of the files' names. Absent where results
    /// are not written but handed on.
    pub parameters: Option<Template>,
    /// `WriterConfig.Transformation`
    pub transformation: Transformation,
    /// `WriterConfig.OutputType`
    pub output: OutputType,
}

/// What a Map runs over.
#[derive(Clone, Debug)]
pub enum Items {
    /// The state's input.
    Input,
    /// `ItemsPath`
    Path(Path),
    /// `Items`: a list, or an expression that gives one
    Query(Template),
}

/// `Retry` and `Catch`.
#[derive(Clone, Debug, Default)]
pub struct Handlers {
    /// The retriers in order.
    pub retry: Vec<Retrier>,
    /// The catchers in order.
    pub catch: Vec<Catcher>,
}

/// One retrier (ASL, "Retrying after error").
#[derive(Clone, Debug)]
pub struct Retrier {
    /// `ErrorEquals`
    pub errors: Vec<Arc<str>>,
    /// `IntervalSeconds`
    pub interval_secs: i64,
    /// `MaxAttempts`: how often it retries, not counting the first attempt
    pub max_attempts: u32,
    /// `BackoffRate`
    pub backoff_rate: f64,
    /// `MaxDelaySeconds`
    pub max_delay_secs: Option<i64>,
    /// Whether `JitterStrategy` is `FULL`
    pub full_jitter: bool,
}

impl Retrier {
    /// Returns the back-off before the retry after `used` earlier ones, in seconds, before jitter:
    /// `IntervalSeconds × BackoffRate ^ used`, at most `MaxDelaySeconds`.
    pub fn back_off_secs(&self, used: u32) -> f64 {
        let secs = self.interval_secs as f64 * self.backoff_rate.powi(used.min(i32::MAX as u32) as i32);
        let most = self.max_delay_secs.map_or(f64::MAX, |it| it as f64);
        // The service's clock ends long before this does; without a limit a rate of 10 would leave it at once.
        secs.min(most).min(99_999_999.0)
    }
}

/// One catcher (ASL, "Fallback States").
#[derive(Clone, Debug)]
pub struct Catcher {
    /// `ErrorEquals`
    pub errors: Vec<Arc<str>>,
    /// Where it leads.
    pub next: StateId,
    /// What it hands on.
    pub output: CatchOutput,
    /// `Assign`
    pub assign: Option<Template>,
}

/// What a catcher hands on.
#[derive(Clone, Debug)]
pub enum CatchOutput {
    /// The error output, placed into the state's input as `ResultPath` says.
    Placed(ResultPath),
    /// `Output` in JSONata; absent: the error output.
    Query(Option<Template>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_grows_to_its_limit() {
        let errors = vec![Arc::from("A")];
        let mut it = Retrier {
            errors,
            interval_secs: 3,
            max_attempts: 9,
            backoff_rate: 2.0,
            max_delay_secs: None,
            full_jitter: false,
        };
        assert_eq!((0..3).map(|used| it.back_off_secs(used)).collect::<Vec<_>>(), [3.0, 6.0, 12.0]);
        assert!(it.back_off_secs(5_000) <= 99_999_999.0);
        it.max_delay_secs = Some(4);
        assert_eq!((0..3).map(|used| it.back_off_secs(used)).collect::<Vec<_>>(), [3.0, 4.0, 4.0]);
    }
}
