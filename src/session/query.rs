//! Expressions over a moment: conditions of breakpoints, messages of logpoints, values that are watched.
//!
//! A text that is a JSONPath by itself is read as one, everything else as JSONata; `{% … %}` around it says JSONata. At an
//! event both see, of the strand that the event is about:
//!
//! | written | means |
//! | --- | --- |
//! | `$` | the state's output once it has been left, before that its raw input |
//! | `$name` | the workflow variable of that name |
//! | `$states.input`, `.result`, `.errorOutput`, `.context` | as in the language, as far as they are known at the moment |
//! | `$$` (JSONPath) | the context object |
//! | `$moment` | `event` (number), `type` (the service's name), `time`, `elapsed` (seconds since the start), `state`, `attempt`, `iterations`, `input`, `output`, `error`, `cause` |

use std::fmt::Write as _;
use std::sync::Arc;

use crate::engine::{Event, EventId, EventKind, Failure, Identity, StrandId};
use crate::expr::{Draws, Env, Fault, JsonataExpr, Outcome, Path, Root, SyntaxError, mix};
use crate::history::aws::event_type;
use crate::history::{Frame, LogView, StrandView};
use crate::json::{Json, Number, Object, text};
use crate::time::Timestamp;

/// An expression over a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// A JSONPath.
    Path(Path),
    /// An expression of JSONata.
    Jsonata(JsonataExpr),
}

/// A text with expressions in braces; `{{` and `}}` stand for braces.
#[derive(Clone, Debug, PartialEq)]
pub struct Message(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Query(Query),
}

/// A moment, as expressions see it.
#[derive(Clone, Copy)]
pub struct Lens<'a> {
    /// The moment just after `event`.
    pub frame: &'a Frame,
    /// The event.
    pub event: &'a Event,
    /// The names of the execution.
    pub identity: &'a Identity,
    /// When the execution began.
    pub start: Timestamp,
    /// The input of the execution.
    pub input: &'a Json,
}

/// A moment of a run, to be looked at elsewhere.
#[derive(Clone, Debug)]
pub struct Seen {
    frame: Frame,
    event: Event,
    identity: Identity,
    start: Timestamp,
    input: Json,
}

impl Seen {
    /// Returns the moment just after the event `at` as `strand` has it: by the last thing that has happened there.
    /// `None` where there is no such event.
    pub fn new(log: &LogView, identity: &Identity, at: EventId, strand: StrandId) -> Option<Self> {
        let frame = log.frame_at(at);
        let own = log.event(at)?;
        let last = frame.strands.get(&strand).filter(|_| strand != own.strand).and_then(|it| log.event(it.last));
        let event = last.unwrap_or(own).clone();
        let first = log.event(EventId(1));
        let input = match first.map(|it| &it.kind) {
            Some(EventKind::ExecutionStarted { input }) => input.clone(),
            _ => Json::Null,
        };
        Some(Self { start: first.map_or(event.at, |it| it.at), frame, event, identity: identity.clone(), input })
    }

    /// Returns the moment as expressions see it.
    pub fn lens(&self) -> Lens<'_> {
        Lens { frame: &self.frame, event: &self.event, identity: &self.identity, start: self.start, input: &self.input }
    }

    /// Evaluates a text over the moment; says in words why that is not possible.
    pub fn evaluate(&self, text: &str) -> Result<Option<Json>, String> {
        let query = Query::parse(text).map_err(|error| error.to_string())?;
        query.value(self.lens()).map_err(|fault| fault.detail.to_string())
    }
}

impl Query {
    /// Reads an expression.
    pub fn parse(written: &str) -> Result<Self, SyntaxError> {
        let written = written.trim();
        if let Some(inside) = JsonataExpr::strip(written) {
            return JsonataExpr::parse(inside, "expression").map(Self::Jsonata);
        }
        match Path::parse(written) {
            // `$states` is JSONata's, though it reads as a variable of JSONPath.
            Ok(path) if !matches!(path.root(), Root::Variable(name) if **name == *"states") => Ok(Self::Path(path)),
            _ => JsonataExpr::parse(written, "expression").map(Self::Jsonata),
        }
    }

    /// Returns the value at the moment; `Ok(None)` where the expression leads nowhere.
    pub fn value(&self, lens: Lens<'_>) -> Result<Option<Json>, Fault> {
        let nothing = Json::Null;
        let view = lens.view();
        let data = view.map_or(&nothing, data);
        match self {
            Self::Path(path) => Ok(lens.with_env(data, |env| path.eval(env)).ok()),
            Self::Jsonata(expr) => {
                let input = view.map_or(&nothing, |it| &it.input);
                lens.with_env(input, |env| expr.eval_over(env, data))
            }
        }
    }

    /// Whether the value counts as true (JSONata, `$boolean`): not absent, not null, not false, not 0, not empty.
    pub fn holds(&self, lens: Lens<'_>) -> Result<bool, Fault> {
        Ok(self.value(lens)?.is_some_and(|value| is_true(&value)))
    }
}

/// Returns what `$` names: what the strand has at hand.
pub fn data(view: &StrandView) -> &Json {
    view.output.as_ref().filter(|_| view.has_left()).unwrap_or(&view.input)
}

/// Whether a value counts as true, see [`Query::holds`].
pub fn is_true(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(number) => number.as_f64() != 0.0,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => items.iter().any(is_true),
        Json::Object(members) => !members.is_empty(),
    }
}

impl Message {
    /// Reads a message. Braces in an expression have to be closed in it.
    pub fn parse(written: &str) -> Result<Self, SyntaxError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(next) = written[at..].chars().next() {
            let rest = &written[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push(next);
                at += 2;
            } else if next == '{' {
                let end =
                    closing(rest).ok_or_else(|| SyntaxError::new(at, "a { is not closed; write {{ for a brace"))?;
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                let query = Query::parse(&rest[1..end]).map_err(|error| error.shifted(at + 1))?;
                parts.push(Part::Query(query));
                at += end + 1;
            } else {
                plain.push(next);
                at += next.len_utf8();
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// Returns the message at the moment; what an expression fails with stands in its place.
    pub fn text(&self, lens: Lens<'_>) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Query(query) => match query.value(lens) {
                    Ok(Some(Json::String(text))) => out.push_str(&text),
                    Ok(Some(value)) => out.push_str(&text::compact(&value)),
                    Ok(None) => out.push_str("(nothing)"),
                    Err(fault) => drop(write!(out, "({})", fault.detail)),
                },
            }
        }
        out
    }
}

/// Returns where the brace that opens `text` is closed; braces in strings do not count.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    let mut chars = text.char_indices();
    while let Some((at, it)) = chars.next() {
        match (quote, it) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), _) if it == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(it),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            (None, _) => {}
        }
    }
    None
}

impl Lens<'_> {
    fn view(&self) -> Option<&StrandView> {
        self.frame.strand_of(self.event)
    }

    /// Evaluates with what can be seen; `input` is what `$` names in JSONPath, and `$states.input` in JSONata.
    fn with_env<T>(&self, input: &Json, eval: impl FnOnce(&Env<'_>) -> T) -> T {
        let view = self.view();
        let error_output = view.filter(|it| it.is_failing()).and_then(|it| it.failures.last()).map(|it| it.output());
        let outcome = Outcome { result: view.and_then(|it| it.result.as_ref()), error_output: error_output.as_ref() };
        let variables = |name: &str| {
            if name == "moment" {
                return Some(self.moment());
            }
            view.and_then(|it| it.variables.as_ref()?.get(name).cloned())
        };
        let (context, draws) = (|| self.context(), Draws::new(mix(u64::from(self.event.id.0))));
        let now = self.frame.at;
        eval(&Env { input, context: &context, variables: &variables, draws: &draws, outcome, now })
    }

    /// Builds `$moment`.
    fn moment(&self) -> Json {
        let event = self.event;
        let name = self.frame.outline().name(event.state);
        let mut all = Object::from_iter([
            ("event".into(), Json::from(i64::from(event.id.0))),
            ("type".into(), Json::from(event_type(self.frame.outline(), event))),
            ("time".into(), Json::from(event.at.to_string())),
            ("elapsed".into(), Number::from_f64((event.at - self.start).as_secs()).map_or(Json::Null, Json::Number)),
            ("state".into(), if name.is_empty() { Json::Null } else { Json::from(name) }),
        ]);
        if let Some(view) = self.view() {
            let iterations = self.frame.iterations(event.strand).into_iter().map(|it| Json::from(i64::from(it)));
            all.set("iterations", Json::array(iterations));
            all.set("input", view.input.clone());
            if view.attempts > 0 {
                all.set("attempt", Json::from(i64::from(view.attempts)));
            }
            if let Some(output) = &view.output {
                all.set("output", output.clone());
            }
        }
        if let Some(failure) = self.failure() {
            let text = |it: &Option<Arc<str>>| it.clone().map_or(Json::Null, Json::String);
            all.set("error", text(&failure.error));
            all.set("cause", text(&failure.cause));
        }
        Json::Object(all)
    }

    fn failure(&self) -> Option<&Failure> {
        let pending = || self.view().filter(|it| it.is_failing()).and_then(|it| it.failures.last()).map(|it| &**it);
        self.event.kind.failure().or_else(pending)
    }

    /// Builds the context object as far as events tell it (ASL, "The Context Object").
    fn context(&self) -> Json {
        let identity = self.identity;
        let execution = Json::object([
            ("Id", Json::from(identity.execution_id.clone())),
            ("Input", self.input.clone()),
            ("StartTime", self.start.to_string().into()),
            ("Name", identity.execution_name.clone().into()),
            ("RoleArn", identity.role_arn.clone().into()),
        ]);
        let machine = Json::object([
            ("Id", Json::from(identity.machine_id.clone())),
            ("Name", identity.machine_name.clone().into()),
        ]);
        let mut all = Object::from_iter([("Execution".into(), execution), ("StateMachine".into(), machine)]);
        if let Some(view) = self.view() {
            let name = self.frame.outline().name(view.state);
            let retries = i64::from(view.attempts.saturating_sub(1));
            let state = [
                ("Name", Json::from(name)),
                ("EnteredTime", view.entered_at.to_string().into()),
                ("RetryCount", Json::from(retries)),
            ];
            all.set("State", Json::object(state));
        }
        if let Some(index) = self.frame.iterations(self.event.strand).last() {
            let item = Json::object([("Index", Json::from(i64::from(*index)))]);
            all.set("Map", Json::object([("Item", item)]));
        }
        Json::Object(all)
    }
}
