//! A state's data: from its raw input to what it works on, from its raw result to its output.
//!
//! The same functions serve the inspector, which computes the steps again from the events instead of keeping them.

use std::sync::Arc;

use crate::asl::program::{Amount, FlowFields, Percentage, ResultPath, Select, Text};
use crate::expr::{Draws, Env, Expr, Fault, JsonataExpr, Outcome, Path, Template, mix};
use crate::json::{Json, Number, text};

use super::apply::Cx;
use super::event::StrandId;
use super::machine::Variables;
use super::trace::Step;

impl Variables {
    /// Looks a variable up, innermost scope first (ASL, "Workflow Variables").
    pub(super) fn get(&self, name: &str) -> Option<Json> {
        let own = self.own.as_ref().and_then(|it| it.get(name));
        own.cloned().or_else(|| self.outer.as_ref()?.get(name))
    }
}

impl Cx<'_> {
    /// Evaluates with everything the strand can see; `input` is what `$` and `$states.input` name.
    pub(super) fn with_env<T>(&mut self, id: StrandId, input: &Json, eval: impl FnOnce(&Env<'_>) -> T) -> T {
        self.with_outcome(id, input, Outcome::default(), eval)
    }

    /// Evaluates as [`Cx::with_env`], with what else `$states` holds.
    fn with_outcome<T>(
        &mut self,
        id: StrandId,
        input: &Json,
        outcome: Outcome<'_>,
        eval: impl FnOnce(&Env<'_>) -> T,
    ) -> T {
        let strand = self.strand_mut(id);
        strand.n_draws += 1;
        let draws = Draws::new(strand.key ^ mix(strand.n_draws));
        let strand = self.strand(id);
        let context = || super::context::context(self.program, self.machine, strand);
        let variables = |name: &str| strand.variables.get(name);
        eval(&Env { input, context: &context, variables: &variables, draws: &draws, outcome, now: self.machine.now })
    }

    pub(super) fn select(&mut self, id: StrandId, select: &Select, from: &Json) -> Result<Json, Fault> {
        match select {
            Select::All => Ok(from.clone()),
            Select::Nothing => Ok(Json::object::<&str>([])),
            Select::Path(path) => self.read(id, path, from),
        }
    }

    /// Evaluates a path that has to lead somewhere.
    pub(super) fn read(&mut self, id: StrandId, path: &Path, from: &Json) -> Result<Json, Fault> {
        self.with_env(id, from, |env| path.eval(env)).map_err(Fault::from)
    }

    pub(super) fn fill(&mut self, id: StrandId, template: Option<&Template>, from: &Json) -> Result<Json, Fault> {
        match template {
            None => Ok(from.clone()),
            Some(template) => self.with_env(id, from, |env| template.eval(env)),
        }
    }

    /// Evaluates a template of JSONata over the state's raw input; `None` where there is no template.
    pub(super) fn query(
        &mut self,
        id: StrandId,
        template: Option<&Template>,
        outcome: Outcome<'_>,
    ) -> Result<Option<Json>, Fault> {
        let Some(template) = template else { return Ok(None) };
        let input = self.strand(id).input.clone();
        self.with_outcome(id, &input, outcome, |env| template.eval(env)).map(Some)
    }

    /// Evaluates an expression over the state's raw input; it has to give a value of the JSON type `expected`.
    pub(super) fn query_as(&mut self, id: StrandId, expr: &JsonataExpr, expected: &str) -> Result<Json, Fault> {
        let input = self.strand(id).input.clone();
        self.with_env(id, &input, |env| expr.eval_as(env, expected))
    }

    /// Returns what the state works on: `InputPath`, then `Parameters`; in JSONata `Arguments`.
    pub(super) fn effective_input(&mut self, id: StrandId) -> Result<Json, Fault> {
        let program = self.program;
        let strand = self.strand(id);
        let raw = strand.input.clone();
        match &program.state(strand.state).data.fields {
            FlowFields::JsonPath(flow) => {
                let selected = self.select(id, &flow.input_path, &raw)?;
                self.trace(id, || Step::InputPath(selected.clone()));
                let filled = self.fill(id, flow.parameters.as_ref(), &selected)?;
                self.trace(id, || Step::Parameters(filled.clone()));
                Ok(filled)
            }
            FlowFields::Jsonata(flow) => {
                let filled = self.fill(id, flow.arguments.as_ref(), &raw)?;
                self.trace(id, || Step::Arguments(filled.clone()));
                Ok(filled)
            }
        }
    }

    /// Reads a whole number; `Ok(None)` where the state does not have the field.
    pub(super) fn amount(&mut self, id: StrandId, amount: Option<&Amount>, from: &Json) -> Result<Option<i64>, Fault> {
        match amount {
            None => Ok(None),
            Some(Amount::Fixed(value)) => Ok(Some(*value)),
            Some(Amount::Path(path, field)) => {
                let value = self.read(id, path, from)?;
                // A string of digits counts as a number here (recorded).
                let whole = value.as_i64().or_else(|| value.as_str()?.parse().ok());
                whole.map(Some).ok_or_else(|| no_such_number(field, &value, "integer", path))
            }
            Some(Amount::Jsonata(expr)) => {
                let value = self.query_as(id, expr, "number")?;
                value.as_i64().map(Some).ok_or_else(|| expr.unexpected("integer", &value))
            }
        }
    }

    /// Reads a share of a hundred; `Ok(None)` where the state does not have the field.
    pub(super) fn percentage(
        &mut self,
        id: StrandId,
        percentage: Option<&Percentage>,
        from: &Json,
    ) -> Result<Option<f64>, Fault> {
        match percentage {
            None => Ok(None),
            Some(Percentage::Fixed(value)) => Ok(Some(*value)),
            Some(Percentage::Path(path, field)) => {
                let value = self.read(id, path, from)?;
                let number = value.as_number().map(Number::as_f64).or_else(|| value.as_str()?.parse().ok());
                number.map(Some).ok_or_else(|| no_such_number(field, &value, "float", path))
            }
            Some(Percentage::Jsonata(expr)) => Ok(self.query_as(id, expr, "number")?.as_number().map(Number::as_f64)),
        }
    }

    /// Evaluates the text of a Fail state; `Ok(None)` where the state does not have the field.
    pub(super) fn text(&mut self, id: StrandId, text: Option<&Text>, from: &Json) -> Result<Option<Arc<str>>, Fault> {
        match text {
            None => Ok(None),
            Some(Text::Fixed(text)) => Ok(Some(Arc::clone(text))),
            Some(Text::Expr(expr, field)) => self.expr(id, expr, field, from).map(|value| match value {
                Json::String(text) => Some(text),
                other => Some(text::compact(&other).into()),
            }),
            Some(Text::Jsonata(expr)) => Ok(self.query_as(id, expr, "string")?.as_str().map(Arc::from)),
        }
    }

    fn expr(&mut self, id: StrandId, expr: &Expr, field: &str, from: &Json) -> Result<Json, Fault> {
        self.with_env(id, from, |env| expr.eval_field(env, field))
    }
}

fn no_such_number(field: &str, value: &Json, wanted: &str, path: &Path) -> Fault {
    let shown = value.as_str().map_or_else(|| text::compact(value), str::to_owned);
    let path = path.text();
    Fault::runtime(format!("The {field} field refers to value \"{shown}\" which is not a valid {wanted}: {path}"))
}

/// Places `result` into `input` as `ResultPath` says (ASL, "ResultPath").
///
/// Fails with `States.ResultPathMatchFailure` where the path cannot be applied to the input.
pub fn place(result_path: &ResultPath, input: &Json, result: Json) -> Result<Json, Fault> {
    match result_path {
        ResultPath::Replace => Ok(result),
        ResultPath::Discard => Ok(input.clone()),
        ResultPath::At(path) => path.write(input, result),
    }
}
