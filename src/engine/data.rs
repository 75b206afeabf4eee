//! A state's data: from its raw input to what it works on, from its raw result to its output.
//!
//! The same functions serve the inspector, which computes the steps again from the events instead of keeping them.

use std::sync::Arc;

use crate::asl::program::{Amount, ResultPath, Select, Text};
use crate::expr::{Draws, Env, Expr, Fault, Outcome, Path, Template, mix};
use crate::json::{Json, text};

use super::apply::Cx;
use super::event::StrandId;
use super::machine::Variables;

impl Variables {
    /// Looks a variable up, innermost scope first (ASL, "Workflow Variables").
    pub(super) fn get(&self, name: &str) -> Option<Json> {
        let own = self.own.as_ref().and_then(|it| it.get(name));
        own.cloned().or_else(|| self.outer.as_ref()?.get(name))
    }
}

impl Cx<'_> {
    /// Evaluates with everything the strand can see; `input` is what `$` names.
    pub(super) fn with_env<T>(&mut self, id: StrandId, input: &Json, eval: impl FnOnce(&Env<'_>) -> T) -> T {
        let strand = self.strand_mut(id);
        strand.n_draws += 1;
        let draws = Draws::new(strand.key ^ mix(strand.n_draws));
        let strand = self.strand(id);
        let context = || super::context::context(self.program, self.machine, strand);
        let variables = |name: &str| strand.variables.get(name);
        eval(&Env {
            input,
            context: &context,
            variables: &variables,
            draws: &draws,
            outcome: Outcome::default(),
            now: self.machine.now,
        })
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

    /// Returns what the state works on: `InputPath`, then `Parameters`.
    pub(super) fn effective_input(&mut self, id: StrandId) -> Result<Json, Fault> {
        let program = self.program;
        let strand = self.strand(id);
        let (raw, data) = (strand.input.clone(), &program.state(strand.state).data);
        let selected = self.select(id, &data.input_path, &raw)?;
        self.fill(id, data.parameters.as_ref(), &selected)
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
                whole.map(Some).ok_or_else(|| {
                    let shown = value.as_str().map_or_else(|| text::compact(&value), str::to_owned);
                    let path = path.text();
                    Fault::runtime(format!(
                        "The {field} field refers to value \"{shown}\" which is not a valid integer: {path}"
                    ))
                })
            }
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
        }
    }

    fn expr(&mut self, id: StrandId, expr: &Expr, field: &str, from: &Json) -> Result<Json, Fault> {
        self.with_env(id, from, |env| expr.eval_field(env, field))
    }
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
