//! Expressions of the JSONata query language, behind an interface of our own.
//!
//! The language itself is `jsonata-core`'s; this module fences it: it passes in what an expression names and no more,
//! adds the service's own functions, limits time, depth and length, and turns trouble into the service's sentences.

mod functions;
mod value;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::JValue;

use super::{Env, Fault, SyntaxError};
use crate::json::{Json, MAX_DEPTH, text};

/// The longest that one evaluation may take, in milliseconds of real time.
const MOST_MILLIS: u64 = 5_000;
/// How deep calls may nest; the crate's own measure, a call takes about three.
const MOST_NESTED: usize = 1_000;
/// The most items of a sequence.
const MOST_ITEMS: usize = 1_000_000;

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
    names: Names,
    parsed: Arc<AstNode>,
}

/// What an expression names, so that nothing else is converted for it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Names {
    /// Variables and functions, without their `$`.
    variables: Vec<String>,
    /// Members of `$states`; `None` where it is used as a whole.
    states: Option<Vec<String>>,
}

impl JsonataExpr {
    /// Returns the text between `{%` and `%}`, if `text` is written so: with nothing around them (recorded).
    pub fn strip(text: &str) -> Option<&str> {
        Some(text.strip_prefix("{%")?.strip_suffix("%}")?.trim())
    }

    /// Reads `text`, which stood between `{%` and `%}` in the field `location`.
    pub fn parse(text: &str, location: &str) -> Result<Self, SyntaxError> {
        // Shields from the parser as well: what it gets is whatever somebody is typing.
        let parsed = catch_unwind(|| jsonata_core::parser::parse(text))
            .map_err(|_| SyntaxError::new(0, "the parser cannot read it"))?
            .map_err(|error| SyntaxError::new(0, error.to_string()))?;
        Ok(Self { text: text.into(), location: location.into(), names: Names::read(text), parsed: Arc::new(parsed) })
    }

    /// Returns the expression as it was written, without `{%` and `%}`.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns the value; fails with `States.QueryEvaluationError`.
    pub fn eval(&self, env: &Env<'_>) -> Result<Json, Fault> {
        // A panic in the crate is a failed evaluation, not the end of the program; nothing it held outlives it.
        let value = catch_unwind(AssertUnwindSafe(|| self.run(env)))
            .unwrap_or_else(|_| Err("the evaluation was given up".to_owned()));
        let value = value.map_err(|why| self.fault(&format!("threw an error during evaluation. {why}")))?;
        match value {
            Value::Nothing => Err(self.fault("returned nothing (undefined).")),
            Value::Unsupported => Err(self.fault("returned an unsupported result type.")),
            Value::Json(value) if value.depth() > MAX_DEPTH => Err(Fault::too_deep()),
            Value::Json(value) => Ok(value),
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

    fn run(&self, env: &Env<'_>) -> Result<Value, String> {
        let mut context = Context::new();
        for name in &self.names.variables {
            if let Some(value) = (env.variables)(name) {
                context.bind(name.clone(), value::to_jvalue(&value));
            }
        }
        if self.names.variables.iter().any(|it| it == "states") {
            context.bind("states".to_owned(), self.states(env));
        }
        let mut evaluator = Evaluator::with_options(context, options());
        functions::register(&mut evaluator, &self.names.variables, env).map_err(|error| describe(error.message()))?;
        let result = evaluator.evaluate(&self.parsed, &JValue::Undefined);
        result.map(|it| value::from_jvalue(&it)).map_err(|error| describe(error.message()))
    }

    fn states(&self, env: &Env<'_>) -> JValue {
        let named = |name: &str| self.names.states.as_ref().is_none_or(|names| names.iter().any(|it| it == name));
        let given =
            [("input", Some(env.input)), ("result", env.outcome.result), ("errorOutput", env.outcome.error_output)];
        let mut members: Vec<(String, JValue)> = given
            .into_iter()
            .filter(|(name, _)| named(name))
            .filter_map(|(name, value)| Some((name.to_owned(), value::to_jvalue(value?))))
            .collect();
        if named("context") {
            members.push(("context".to_owned(), value::to_jvalue(&(env.context)())));
        }
        JValue::object(members.into_iter().collect())
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
    /// A function, or a number that JSON does not have.
    Unsupported,
}

impl Names {
    /// Finds everything in `text` that looks like a variable; what a string or a comment holds does no harm.
    fn read(text: &str) -> Self {
        let mut names = Self { variables: Vec::new(), states: Some(Vec::new()) };
        for (at, _) in text.match_indices('$') {
            let (name, rest) = identifier(&text[at + 1..]);
            if !names.variables.iter().any(|it| it == name) {
                names.variables.push(name.to_owned());
            }
            if name == "states" {
                let member = rest.trim_start().strip_prefix('.').map(|it| identifier(it.trim_start()).0);
                match (member, &mut names.states) {
                    (Some(member), Some(states)) if !member.is_empty() => states.push(member.to_owned()),
                    _ => names.states = None,
                }
            }
        }
        names
    }
}

/// Splits the identifier off the beginning of `text`.
fn identifier(text: &str) -> (&str, &str) {
    text.split_at(text.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(text.len()))
}

fn options() -> EvaluatorOptions {
    EvaluatorOptions {
        timeout_ms: Some(MOST_MILLIS),
        max_stack_depth: Some(MOST_NESTED),
        max_sequence_length: Some(MOST_ITEMS),
        ..EvaluatorOptions::default()
    }
}

/// Returns the service's text for an error of the crate, which has the right code and often other words.
fn describe(message: &str) -> String {
    match message.split(':').next() {
        Some("T1006") => "T1006: Attempted to invoke a non-function".to_owned(),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Draws;
    use crate::time::Timestamp;

    fn eval(text: &str) -> Result<String, String> {
        let input = text::parse(r#"{"n": 2, "items": [1, 2, 3], "name": "Ada"}"#).unwrap();
        let result = Json::from(7);
        let env = Env {
            input: &input,
            context: &|| Json::object([("State", Json::object([("Name", Json::from("Ship"))]))]),
            variables: &|name| (name == "total").then(|| Json::from(40)),
            draws: &Draws::new(1),
            outcome: Outcome { result: Some(&result), error_output: None },
            now: Timestamp::from_millis(1_700_000_000_000),
        };
        let expr = JsonataExpr::parse(text, "Output").map_err(|error| error.message)?;
        expr.eval(&env).map(|it| text::compact(&it)).map_err(|fault| fault.detail.to_string())
    }

    #[test]
    fn an_expression_sees_states_and_variables() {
        for (text, expected) in [
            ("$states.input.n + $total", "42"),
            ("$states.result", "7"),
            ("$states.context.State.Name", r#""Ship""#),
            ("$keys($states)", r#"["input","result","context"]"#),
            ("$states.input.items[$ > 1]", "[2,3]"),
            ("$partition($states.input.items, 2)", "[[1,2],[3]]"),
            ("$range(1, 9, 4)", "[1,5,9]"),
            ("$hash('a', 'MD5')", r#""0cc175b9c0f1b6a831c399e269772661""#),
            (r#"$parse("{\"a\": [1]}").a"#, "[1]"),
            ("$millis()", "1700000000000"),
            ("$now()", r#""2023-11-14T22:13:20.000Z""#),
            ("$random(5) = $random(5) and $random() < 1", "true"),
            ("$length($uuid())", "36"),
            ("$pad('a', 3) & $replace('aba', 'b', '-')", r#""a  a-a""#),
            ("$formatInteger(14, 'I')", r#""XIV""#),
        ] {
            assert_eq!(eval(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_has_no_value_says_so_in_the_words_of_the_service() {
        let at = |text: &str, what: &str| {
            Err(format!("The JSONata expression '{text}' specified for the field 'Output' {what}"))
        };
        for (text, what) in [
            ("$nowhere", "returned nothing (undefined)."),
            ("$states.errorOutput", "returned nothing (undefined)."),
            ("function($x){$x}", "returned an unsupported result type."),
            ("$states.input.name()", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ] {
            assert_eq!(eval(text), at(text, what), "{text}");
        }
    }

    #[test]
    fn what_would_bring_the_program_down_is_a_failed_evaluation() {
        for text in [
            "$formatInteger(0/0, 'w')",
            "$formatInteger(1e300, 'w')",
            "$pad('', 1e9)",
            "$toMillis('1', '[,D]')",
            "$fromMillis(1, '[,D]')",
            "$eval('1')",
            "($f := function($x){1 + $f($x)}; $f(1))",
            "$count([1..99999999])",
            "$replace($pad('a', 99999, 'a'), 'a', $pad('b', 99999, 'b'))",
        ] {
            assert!(eval(text).is_err(), "{text} gave {:?}", eval(text));
        }
    }

    #[test]
    fn only_what_is_named_is_converted() {
        let names = Names::read("$a + $states.input.x + $states . result");
        assert_eq!(names.variables, ["a", "states"]);
        assert_eq!(names.states.unwrap(), ["input", "result"]);
        assert_eq!(Names::read("$merge([$states, {}])").states, None);
    }
}
