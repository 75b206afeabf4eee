//! Entering and leaving states, and the states that do their work at once: Pass, Choice, Wait, Succeed, Fail.

use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::program::{Action, Asked, Delay, FlowFields, Mode, Next};
use crate::expr::{Fault, JsonataExpr, Miss, Outcome, Path, Template};
use crate::items::Ending;
use crate::json::{Json, Object, text};
use crate::time::{Duration, Timestamp};

use super::apply::{Cx, MOST_BYTES};
use super::data::place;
use super::event::{EvaluationFailure, EventKind, StrandId};
use super::failure::{Failure, FailureKind};
use super::machine::{Phase, Status};
use super::trace::Step;

/// Bytes of all variables together.
const MOST_STORED_BYTES: usize = 10 * 1024 * 1024;
/// The longest that a Wait may take, in seconds.
const LONGEST_WAIT_SECS: i64 = 99_999_999;

impl Cx<'_> {
    /// The first phase of a state: it is entered with its raw input.
    pub(super) fn enter(&mut self, id: StrandId, input: Json) {
        self.begin_child(id);
        let parent = self.machine.opener(self.strand(id)).unwrap_or(id);
        let came_from = self.strand(id).last;
        let entered = self.emit_next(id, EventKind::StateEntered { input: input.clone(), parent });
        let now = self.machine.now;
        let strand = self.strand_mut(id);
        strand.came_from = came_from;
        strand.entered = entered;
        strand.entered_at = now;
        strand.input = input;
        self.schedule(id, Phase::Act, now);
    }

    /// The work of the state; of a Task, Parallel or Map once more for each retry.
    pub(super) fn act(&mut self, id: StrandId) {
        let program = self.program;
        if let Some(entry) = self.stands_in(id) {
            if let Err(fault) = self.work_without(id, &entry) {
                self.fault(id, &fault);
            }
            return;
        }
        let done = match &program.state(self.strand(id).state).action {
            Action::Pass { result } => self.pass(id, result.as_ref()),
            Action::Choice { rules, default } => self.choose(id, rules, *default),
            Action::Wait(delay) => self.wait(id, delay),
            Action::Succeed => self.go_on(id),
            Action::Fail { error, cause } => self.fail(id, error.as_ref(), cause.as_ref()),
            Action::Task(task) => self.call(id, task),
            Action::Parallel { branches } => self.fork(id, branches),
            Action::Map(map) => match &map.mode {
                Mode::Distributed(distributed) => self.distribute(id, map, distributed),
                Mode::Inline { foreign: false } => self.iterate(id, map),
                Mode::Inline { foreign: true } => {
                    let what = "The ItemReader, ItemBatcher and ResultWriter fields are not supported for INLINE maps";
                    Err(Fault::runtime(what))
                }
            },
        };
        if let Err(fault) = done {
            self.fault(id, &fault);
        }
    }

    /// The last phase of a state that has a result.
    pub(super) fn leave(&mut self, id: StrandId, result: Json) {
        match self.shape(id, result) {
            Ok((output, assigned)) => self.exit(id, output, assigned),
            Err(fault) => self.fault(id, &fault),
        }
    }

    /// Returns the state's output and the variables that it assigns, made of its raw result.
    fn shape(&mut self, id: StrandId, result: Json) -> Result<(Json, Option<Json>), Fault> {
        let program = self.program;
        let data = &program.state(self.strand(id).state).data;
        match &data.fields {
            FlowFields::JsonPath(flow) => {
                let selected = self.fill(id, flow.result_selector.as_ref(), &result)?;
                self.trace(id, || Step::ResultSelector(selected.clone()));
                let assigned = self.assign(id, data.assign.as_ref(), &result)?;
                let raw = self.strand(id).input.clone();
                let placed = place(&flow.result_path, &raw, selected)?;
                self.trace(id, || Step::ResultPath(placed.clone()));
                Ok((self.select(id, &flow.output_path, &placed)?, assigned))
            }
            FlowFields::Jsonata(flow) => {
                let outcome = Outcome { result: Some(&result), error_output: None };
                let assigned = self.query(id, data.assign.as_ref(), outcome)?;
                let output = self.query(id, flow.output.as_ref(), outcome)?;
                Ok((output.unwrap_or(result), assigned))
            }
        }
    }

    fn exit(&mut self, id: StrandId, output: Json, assigned: Option<Json>) {
        let next = self.program.state(self.strand(id).state).next;
        self.exit_to(id, output, assigned, next);
    }

    /// Leaves the state with `output` and goes on to `next`.
    pub(super) fn exit_to(&mut self, id: StrandId, output: Json, assigned: Option<Json>, next: Next) {
        if self.limited() && output.size_bytes() > MOST_BYTES {
            // A state's own output that is too large ends the execution, without a failure event of the state (recorded).
            let name = Arc::clone(&self.program.state(self.strand(id).state).name);
            return self.settle(id, Failure::too_large(&name, FailureKind::Terminal));
        }
        self.trace(id, || Step::Output(output.clone()));
        let assigned = self.with_patch(id, assigned);
        if let Some(assigned) = &assigned {
            self.trace(id, || Step::Assign(assigned.clone()));
            if self.limited() && !self.has_room(id, assigned) {
                let name = Arc::clone(&self.program.state(self.strand(id).state).name);
                return self.settle(id, Failure::too_much_assigned(&name));
            }
            self.commit(id, assigned);
        }
        let assigned = assigned.map(Arc::new);
        self.emit_next(id, EventKind::StateExited { output: output.clone(), assigned });
        match next {
            Next::To(state) => {
                let strand = self.strand_mut(id);
                strand.state = state;
                strand.retries.clear();
                strand.failed_run = None;
                self.schedule(id, Phase::Enter(output), self.machine.now);
            }
            Next::End => self.finish(id, output),
        }
    }

    /// The strand has come to its end.
    fn finish(&mut self, id: StrandId, output: Json) {
        let last = self.strand(id).last;
        if self.is_child(id) {
            let ending = Ending::Succeeded(output.clone());
            return self.end_child(self.strand(id).execution, EventKind::ExecutionSucceeded { output }, last, ending);
        }
        if self.strand(id).parent.is_some() {
            return self.join(id, output);
        }
        self.end(EventKind::ExecutionSucceeded { output: output.clone() }, last, Status::Succeeded(output));
    }

    /// Evaluates `Assign` over `from`. The strand sees the new values only when it has left the state (recorded).
    pub(super) fn assign(
        &mut self,
        id: StrandId,
        assign: Option<&Template>,
        from: &Json,
    ) -> Result<Option<Json>, Fault> {
        assign.map(|template| self.fill(id, Some(template), from)).transpose()
    }

    /// Whether variables may be that large: 256 KiB in one Assign, 10 MiB in all that the strand sees (developer guide,
    /// "Passing data between states with variables").
    fn has_room(&self, id: StrandId, assigned: &Json) -> bool {
        let stored = self.strand(id).variables.size_bytes();
        assigned.size_bytes() <= MOST_BYTES && stored + assigned.size_bytes() <= MOST_STORED_BYTES
    }

    fn commit(&mut self, id: StrandId, assigned: &Json) {
        let variables = &mut self.strand_mut(id).variables;
        let mut own =
            variables.own.as_deref().and_then(Json::as_object).cloned().unwrap_or_else(|| Object::from_iter([]));
        for (name, value) in assigned.as_object().into_iter().flat_map(Object::iter) {
            own.set(Arc::clone(name), value.clone());
        }
        variables.own = Some(Arc::new(Json::Object(own)));
    }

    fn pass(&mut self, id: StrandId, result: Option<&Json>) -> Result<(), Fault> {
        if matches!(self.program.state(self.strand(id).state).data.fields, FlowFields::Jsonata(_)) {
            // It has no result that an expression could name.
            return self.go_on(id);
        }
        let input = self.effective_input(id)?;
        if let Some(result) = result {
            self.trace(id, || Step::Result(result.clone()));
        }
        self.leave(id, result.cloned().unwrap_or(input));
        Ok(())
    }

    /// The end of a Wait.
    pub(super) fn wake(&mut self, id: StrandId) {
        if let Err(fault) = self.go_on(id) {
            self.fault(id, &fault);
        }
    }

    /// Leaves a state without a result: its output is made of its input alone.
    fn go_on(&mut self, id: StrandId) -> Result<(), Fault> {
        let state = self.program.state(self.strand(id).state);
        let output = match &state.data.fields {
            FlowFields::JsonPath(_) => None,
            FlowFields::Jsonata(flow) => flow.output.as_ref(),
        };
        self.go_on_to(id, state.next, state.data.assign.as_ref(), output)
    }

    fn go_on_to(
        &mut self,
        id: StrandId,
        next: Next,
        assign: Option<&Template>,
        output: Option<&Template>,
    ) -> Result<(), Fault> {
        let program = self.program;
        let (output, assigned) = match &program.state(self.strand(id).state).data.fields {
            FlowFields::JsonPath(flow) => {
                let input = self.effective_input(id)?;
                let assigned = self.assign(id, assign, &input)?;
                (self.select(id, &flow.output_path, &input)?, assigned)
            }
            FlowFields::Jsonata(_) => {
                let assigned = self.query(id, assign, Outcome::default())?;
                let output = self.query(id, output, Outcome::default())?;
                (output.unwrap_or_else(|| self.strand(id).input.clone()), assigned)
            }
        };
        self.exit_to(id, output, assigned, next);
        Ok(())
    }

    fn choose(
        &mut self,
        id: StrandId,
        rules: &[crate::asl::program::Rule],
        default: Option<StateId>,
    ) -> Result<(), Fault> {
        let input = self.effective_input(id)?;
        for (idx, rule) in rules.iter().enumerate() {
            let holds = rule.condition.holds(&mut Choosing { cx: &mut *self, strand: id, input: &input })?;
            self.trace(id, || Step::Rule { rule: idx, holds });
            if holds {
                return self.go_on_to(id, Next::To(rule.next), rule.assign.as_ref(), rule.output.as_ref());
            }
        }
        let Some(default) = default else {
            let detail = "Failed to transition out of the state. The state does not point to a next state.";
            return Err(Fault::runtime(detail));
        };
        // The state's own Assign and Output are for the case that no rule holds (recorded).
        let data = &self.program.state(self.strand(id).state).data;
        let output = match &data.fields {
            FlowFields::JsonPath(_) => None,
            FlowFields::Jsonata(flow) => flow.output.as_ref(),
        };
        self.go_on_to(id, Next::To(default), data.assign.as_ref(), output)
    }

    fn wait(&mut self, id: StrandId, delay: &Delay) -> Result<(), Fault> {
        let input = self.effective_input(id)?;
        let due = match delay {
            Delay::Seconds(secs) => self.in_secs(*secs),
            Delay::Timestamp(at) => *at,
            Delay::SecondsQuery(expr) => {
                let value = self.query_as(id, expr, "number")?;
                let secs = value.as_i64().ok_or_else(|| expr.unexpected("integer", &value))?;
                if secs < 0 {
                    return Err(expr.refuse(&format!("The Seconds field has a negative value: {secs}")));
                }
                if secs > LONGEST_WAIT_SECS {
                    return Err(expr.refuse("Wait state delay is too long."));
                }
                self.in_secs(secs)
            }
            Delay::TimestampQuery(expr) => {
                let value = self.query_as(id, expr, "string")?;
                let text = value.as_str().unwrap_or_default();
                Timestamp::parse(text).ok_or_else(|| {
                    expr.refuse(&format!(
                        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
                    ))
                })?
            }
            Delay::SecondsPath(path) => {
                let shown = path.text();
                let value = self.with_env(id, &input, |env| path.eval(env));
                let missing =
                    || Fault::runtime(format!("The SecondsPath parameter does not reference an input value: {shown}"));
                let value = value.map_err(|_| missing())?;
                let secs = value.as_number().and_then(crate::json::Number::as_i64).ok_or_else(|| {
                    let value = plain(&value);
                    Fault::runtime(format!(
                        "The SecondsPath parameter cannot be parsed as a long value: {shown} == {value}"
                    ))
                })?;
                if secs < 0 {
                    let detail = format!("The SecondsPath parameter references a negative value: {shown} == {secs}");
                    return Err(Fault::runtime(detail));
                }
                if secs > LONGEST_WAIT_SECS {
                    return Err(Fault::runtime("Wait state delay is too long."));
                }
                self.in_secs(secs)
            }
            Delay::TimestampPath(path) => {
                let shown = path.text();
                let value = self.with_env(id, &input, |env| path.eval(env));
                let missing = || {
                    Fault::runtime(format!("The TimestampPath parameter does not reference an input value: {shown}"))
                };
                let value = value.map_err(|_| missing())?;
                value.as_str().and_then(Timestamp::parse).ok_or_else(|| {
                    let value = plain(&value);
                    Fault::runtime(format!(
                        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {shown} == {value}"
                    ))
                })?
            }
        };
        self.schedule(id, Phase::GoOn, due.max(self.machine.now));
        Ok(())
    }

    fn in_secs(&self, secs: i64) -> Timestamp {
        self.machine.now + Duration::from_secs(secs as f64)
    }

    fn fail(
        &mut self,
        id: StrandId,
        error: Option<&crate::asl::program::Text>,
        cause: Option<&crate::asl::program::Text>,
    ) -> Result<(), Fault> {
        let input = self.effective_input(id)?;
        let error = self.text(id, error, &input)?;
        let cause = self.text(id, cause, &input)?;
        self.settle(id, Failure { error, cause, kind: FailureKind::Named });
        Ok(())
    }

    /// An expression of the state had no value. In JSONPath nothing can handle that; what an expression of JSONata
    /// fails with can be retried and caught, and has an event of its own.
    pub(super) fn fault(&mut self, id: StrandId, fault: &Fault) {
        let failure = self.evaluation_failed(id, fault);
        if fault.is_query() && self.has_scopes(id) {
            return self.settle_inside(id, failure);
        }
        self.settle(id, failure);
    }

    /// Says that an expression had no value, where the service has an event for it, and returns the state's failure.
    ///
    /// The event follows from what the state's entry follows from, of a Wait from the entry (recorded).
    pub(super) fn evaluation_failed(&mut self, id: StrandId, fault: &Fault) -> Failure {
        let strand = self.strand(id);
        let state = self.program.state(strand.state);
        let failure = Failure::of_fault(fault, &state.name, strand.entered.0);
        if fault.is_query() {
            let waits = matches!(state.action, Action::Wait(_));
            let prev = if waits { strand.entered } else { strand.came_from };
            let failed = EvaluationFailure { failure: failure.clone(), location: fault.location.clone() };
            let event = self.emit(id, strand.state, prev, EventKind::EvaluationFailed(Arc::new(failed)));
            self.strand_mut(id).last = event;
        }
        failure
    }
}

/// A Choice while it decides: its conditions ask what its strand sees.
struct Choosing<'a, 'b> {
    cx: &'a mut Cx<'b>,
    strand: StrandId,
    input: &'a Json,
}

impl Asked for Choosing<'_, '_> {
    fn read(&mut self, path: &Path) -> Result<Json, Miss> {
        self.cx.with_env(self.strand, self.input, |env| path.eval(env))
    }

    fn query(&mut self, expr: &JsonataExpr) -> Result<bool, Fault> {
        Ok(self.cx.query_as(self.strand, expr, "boolean")? == Json::Bool(true))
    }
}

/// Shows a value in a sentence: a string without quotes.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| text::compact(value), str::to_owned)
}
