//! Expressions of the JSONata query language, behind an interface of our own.
//!
//! The language itself is `jsonata-core`'s; this module fences it: it passes in what an expression names and no more,
//! adds the service's own functions, limits time, depth and length, and turns trouble into the service's sentences.

mod functions;
mod names;
mod place;
mod sentence;
mod trace;
mod value;
mod walk;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::JValue;

pub use names::Reference;
use names::{Names, Need};
pub(in crate::expr) use value::Memo;

use super::{Env, Fault, SyntaxError};
use crate::json::{Json, MAX_DEPTH, text};

/// The longest that one evaluation may take, in milliseconds of real time: the crate counts no steps. The service allows
/// one second (documented); this is more, so that a slow machine decides as a fast one in all but endless loops.
const MOST_MILLIS: u64 = 5_000;
/// How deep evaluation may nest. Measured at the service: `1+1+…` with 100 terms, 99 parentheses and 31 calls of a
/// function that adds to its own result are taken, one more of each is not.
const MOST_NESTED: usize = 99;
/// The most items of a sequence (measured).
const MOST_ITEMS: usize = 873_782;

/// What `$states` holds beside the input (ASL, "Reserved variable: $states").
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome<'a> {
    /// `$states.result`, once there is one.
    pub result: Option<&'a Json>,
    /// `$states.errorOutput`, in a catcher.
    pub error_output: Option<&'a Json>,
}

/// An expression in a field of a state.
#[derive(Clone, Debug)]
pub struct JsonataExpr {
    text: Arc<str>,
    /// Where the expression stands in its state, for example `Output/values[0]`.
    location: Arc<str>,
    names: Arc<Names>,
    /// The functions of the service that are used as values.
    values: Arc<[&'static str]>,
    parsed: Arc<AstNode>,
}

impl JsonataExpr {
    /// Returns the text between `{%` and `%}`, if `text` is written so: with nothing around them (recorded).
    pub fn strip(text: &str) -> Option<&str> {
        Some(text.strip_prefix("{%")?.strip_suffix("%}")?.trim())
    }

    /// Reads `text`, which stood between `{%` and `%}` in the field `location`.
    ///
    /// Fails, in the service's words, on what is no expression of JSONata 2.0.6, the version that it has.
    pub fn parse(text: &str, location: &str) -> Result<Self, SyntaxError> {
        let refuse = |message: String| SyntaxError::new(0, message).code("EXP005");
        // Shields from the parser as well: what it gets is whatever somebody is typing.
        let parsed = catch_unwind(|| jsonata_core::parser::parse(text))
            .map_err(|_| refuse("the parser cannot read it".to_owned()))?;
        let mut parsed = parsed.map_err(|error| refuse(sentence::of_syntax(&error.to_string())))?;
        let names = Names::read(&mut parsed, text);
        match names.flaw {
            Some(flaw @ (names::NO_COALESCING | names::NO_DEFAULT)) => {
                let help = "?? and ?: came with JSONata 2.1; write $exists(a) ? a : b";
                return Err(refuse(flaw.to_owned()).help(help));
            }
            Some(flaw) => return Err(refuse(flaw.to_owned())),
            None => {}
        }
        let values = functions::prepare(&mut parsed, &names).into();
        let (names, parsed) = (Arc::new(names), Arc::new(parsed));
        Ok(Self { text: text.into(), location: location.into(), names, values, parsed })
    }

    /// Returns the expression as it was written, without `{%` and `%}`.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns what the service refuses when a definition is created, in the order of the text: names at the top level,
    /// `$` there, and `$$` anywhere.
    pub fn bare_names(&self) -> &[Reference] {
        &self.names.refused
    }

    /// Returns the names, without `$`, of the variables of the workflow that the expression may read, in the order of
    /// the alphabet: what it does not bind itself and what is no function or `$states`.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let names = self.names.read.keys().map(String::as_str);
        names.filter(|it| *it != "states" && !functions::is_function(it) && !self.names.bound.iter().any(|b| b == it))
    }

    /// Whether the expression names `$states.member`.
    pub fn names_state_member(&self, member: &str) -> bool {
        match self.names.read.get("states") {
            Some(Need::Members(members)) => members.contains_key(member),
            Some(Need::All) | None => false,
        }
    }

    /// Returns the variable, without `$`, and the members on the way to one of its parts, if the expression is nothing
    /// else; `$states.input.a` is the variable `states`.
    pub fn way(&self) -> Option<(&str, &[String])> {
        self.names.way.as_ref().map(|(name, way)| (name.as_str(), way.as_slice()))
    }

    /// Returns what the expression may read of `$states` and of the variables of the workflow: a variable, without `$`,
    /// and the members on the way, as far as they are names.
    pub fn reads(&self) -> Vec<(&str, Vec<&str>)> {
        let mut found = Vec::new();
        for (name, need) in &self.names.read {
            if name == "states" || self.variables().any(|it| it == name) {
                need.ways(&mut Vec::new(), &mut |way| found.push((name.as_str(), way.to_vec())));
            }
        }
        found
    }

    /// Returns the value; fails with `States.QueryEvaluationError`.
    pub fn eval(&self, env: &Env<'_>) -> Result<Json, Fault> {
        self.eval_with(env, &Memo::default())
    }

    /// Returns the value, as one of several expressions over the same data.
    pub(in crate::expr) fn eval_with(&self, env: &Env<'_>, memo: &Memo) -> Result<Json, Fault> {
        if let Some(value) = self.part(env) {
            return Ok(value);
        }
        let value = self.eval_in(env, memo, &JValue::Undefined)?;
        value.ok_or_else(|| self.fault("returned nothing (undefined)."))
    }

    /// Returns the value where `$` by itself names `data`, which no field of a state can see; `Ok(None)` for nothing.
    pub fn eval_over(&self, env: &Env<'_>, data: &Json) -> Result<Option<Json>, Fault> {
        let memo = Memo::default();
        let data = memo.to_jvalue(data, &Need::All);
        self.eval_in(env, &memo, &data)
    }

    fn eval_in(&self, env: &Env<'_>, memo: &Memo, data: &JValue) -> Result<Option<Json>, Fault> {
        let value = self.run(env, memo, data);
        match value.map_err(|ending| self.fault(&format!("threw an error during evaluation{ending}")))? {
            Value::Nothing => Ok(None),
            Value::Unsupported => Err(self.fault("returned an unsupported result type.")),
            Value::TooLarge => Err(self.fault(&format!("threw an error during evaluation: {}", sentence::MEMORY))),
            Value::Json(value) if value.depth() > MAX_DEPTH => Err(Fault::too_deep()),
            Value::Json(value) => Ok(Some(value)),
        }
    }

    /// Returns the value, which has to be of the JSON type `expected`.
    pub fn eval_as(&self, env: &Env<'_>, expected: &str) -> Result<Json, Fault> {
        let value = self.eval(env)?;
        if value.type_name() == expected {
            return Ok(value);
        }
        Err(self.unexpected(expected, &value))
    }

    /// Returns the fault of a value that should have been `expected`.
    pub fn unexpected(&self, expected: &str, value: &Json) -> Fault {
        let (was, shown) = (value.type_name(), text::compact(value));
        self.fault(&format!(
            "returned an unexpected result type. Expected '{expected}', but was '{was}' for value: {shown}"
        ))
    }

    /// Returns the fault of a value that is of the right type and cannot be used.
    pub fn refuse(&self, detail: &str) -> Fault {
        Fault::query(detail, Some(Arc::clone(&self.location)))
    }

    fn fault(&self, what: &str) -> Fault {
        let (text, location) = (&self.text, &self.location);
        self.refuse(&format!("The JSONata expression '{text}' specified for the field '{location}' {what}"))
    }

    /// Returns what `$variable.a.b` names where it leads through objects alone: no language is needed for that, and what
    /// is handed on is shared. Gives nothing of all other expressions.
    fn part(&self, env: &Env<'_>) -> Option<Json> {
        let (variable, way) = self.names.way.as_ref()?;
        let (base, way) = match (variable.as_str(), way.split_first()) {
            ("states", None) => return None,
            ("states", Some((member, way))) => (member_of_states(env, member)?, way),
            (name, _) => ((env.variables)(name)?, way.as_slice()),
        };
        way.iter().try_fold(base, |at, name| at.as_object()?.get(name).cloned())
    }

    /// Evaluates over `data`, which in a state is nothing. Fails with the end of the service's sentence.
    fn run(&self, env: &Env<'_>, memo: &Memo, data: &JValue) -> Result<Value, String> {
        let draws = env.draws.clone();
        let failure = match self.attempt(&self.parsed, env, memo, data, None) {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        if !sentence::wants_culprit(&failure) {
            return Err(sentence::ending(&failure, None));
        }
        let marks = trace::Marks::default();
        let again = Env { draws: &draws, ..*env };
        let culprit = match self.attempt(&marks.place(&self.parsed), &again, memo, data, Some(&marks)) {
            // Marks nest, so the second try may reach a limit that the first did not.
            Err(same) if same.get(..5) == failure.get(..5) => marks.culprit(),
            _ => None,
        };
        Err(sentence::ending(&failure, culprit.as_ref()))
    }

    /// Evaluates once. Fails with the crate's sentence.
    fn attempt(
        &self,
        parsed: &AstNode,
        env: &Env<'_>,
        memo: &Memo,
        data: &JValue,
        marks: Option<&trace::Marks>,
    ) -> Result<Value, String> {
        let work = || {
            let mut context = Context::new();
            functions::bind(&mut context, &self.values, env)?;
            for (name, need) in &self.names.read {
                let value = match name.as_str() {
                    "states" => Some(states(env, memo, need)),
                    name => (env.variables)(name).map(|it| memo.to_jvalue(&it, need)),
                };
                if let Some(value) = value {
                    context.bind(name.clone(), value);
                }
            }
            let mut options = limits();
            if marks.is_some() {
                // A mark is a level of its own.
                options.max_stack_depth = Some(4 * MOST_NESTED);
            }
            let mut evaluator = Evaluator::with_options(context, options);
            let message = |error: jsonata_core::evaluator::EvaluatorError| error.message().to_owned();
            functions::register(&mut evaluator, &self.names, env).map_err(message)?;
            if let Some(marks) = marks.cloned() {
                evaluator.register_fn(trace::MARK, move |args: &[JValue]| Ok(marks.pass(args))).map_err(message)?;
            }
            let result = evaluator.evaluate(parsed, data);
            result.map(|it| memo.result(&it)).map_err(message)
        };
        // A panic in the crate is a failed evaluation, not the end of the program; nothing it held outlives it.
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("the evaluation was given up".to_owned()))
    }
}

/// Returns what is needed of `$states`.
fn states(env: &Env<'_>, memo: &Memo, need: &Need) -> JValue {
    let present = ["input", "result", "errorOutput", "context"].into_iter().filter_map(|name| {
        let need = match need {
            Need::All => &Need::All,
            Need::Members(members) => members.get(name)?,
        };
        Some((name.to_owned(), memo.to_jvalue(&member_of_states(env, name)?, need)))
    });
    JValue::object(present.collect())
}

fn member_of_states(env: &Env<'_>, name: &str) -> Option<Json> {
    match name {
        "input" => Some(env.input.clone()),
        "result" => env.outcome.result.cloned(),
        "errorOutput" => env.outcome.error_output.cloned(),
        "context" => Some((env.context)()),
        _ => None,
    }
}

impl PartialEq for JsonataExpr {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.location) == (&other.text, &other.location)
    }
}

/// What an evaluation gave.
enum Value {
    Json(Json),
    Nothing,
    /// A function, or something that holds one.
    Unsupported,
    /// More than any state can hand on.
    TooLarge,
}

fn limits() -> EvaluatorOptions {
    EvaluatorOptions {
        timeout_ms: Some(MOST_MILLIS),
        max_stack_depth: Some(MOST_NESTED),
        max_sequence_length: Some(MOST_ITEMS),
        ..EvaluatorOptions::default()
    }
}
