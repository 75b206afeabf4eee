//! What can be said about one moment of a run beyond its frame: what becomes of a failure, and why.

use std::sync::Arc;

use crate::asl::program::{Action, CatchOutput, Handlers, Program, Text};
use crate::asl::{StateId, StateKind};
use crate::engine::handlers::{Decision, Verdict, decide, explain};
use crate::engine::{Event, EventKind, Failure, FailureKind, StrandId, place};
use crate::expr::{Draws, Env, Fault, Outcome};
use crate::history::{Frame, StrandView};
use crate::json::{Json, text};

/// What becomes of the failure that a strand stands at, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Handling {
    /// The state that failed or in which the failure arrives.
    pub state: StateId,
    /// The failure.
    pub failure: Arc<Failure>,
    /// What becomes of it.
    pub decision: Decision,
    /// The verdict on each retrier, in order.
    pub retriers: Vec<Verdict>,
    /// The verdict on each catcher, in order.
    pub catchers: Vec<Verdict>,
    /// The back-off before the next attempt in seconds, before jitter; `None` if there is none.
    pub back_off_secs: Option<f64>,
    /// Where the run goes on, if a catcher takes the failure.
    pub next: Option<StateId>,
}

/// Returns what becomes of the failure that `strand` stands at; `None` if it does not stand at one.
///
/// Computed again from the definition by the same rules as the engine's, so that it holds for recorded histories too.
pub fn handling(program: &Program, frame: &Frame, strand: StrandId) -> Option<Handling> {
    let view = frame.strands.get(&strand)?;
    let failure = pending_failure(program, frame, view)?;
    Some(handling_of(program, view, &failure))
}

/// Returns what becomes of the failure that `event` reports, if it reports one; `frame` is the moment just after it.
pub fn handling_at(program: &Program, frame: &Frame, event: &Event) -> Option<Handling> {
    let fails = event.kind.failure().is_some()
        || matches!(event.kind, EventKind::ParallelFailed | EventKind::MapFailed)
        || enters_fail(frame, event);
    fails.then(|| handling(program, frame, event.strand)).flatten()
}

/// Whether the event enters a Fail state: the failure has no event of its own.
pub fn enters_fail(frame: &Frame, event: &Event) -> bool {
    let kind = frame.outline().state(event.state).and_then(|it| it.kind);
    matches!(event.kind, EventKind::StateEntered { .. }) && kind == Some(StateKind::Fail)
}

/// What a failure comes to in the end, with the states around it taken into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// A retrier of this state tries again.
    Retried(StateId),
    /// A catcher of this state takes over.
    Caught(StateId),
    /// Nothing takes it: the execution fails.
    Uncaught,
}

/// Returns what the failure that `event` reports comes to in the end, if it reports one.
pub fn course(program: &Program, frame: &Frame, event: &Event) -> Option<Course> {
    let own = handling_at(program, frame, event)?;
    let taken = |decision, state| match decision {
        Decision::Retry(_) => Some(Course::Retried(state)),
        Decision::Catch(_) => Some(Course::Caught(state)),
        Decision::Uncaught => None,
    };
    if let Some(course) = taken(own.decision, own.state) {
        return Some(course);
    }
    let mut around = frame.strands.get(&event.strand)?.parent;
    while let Some(view) = around.and_then(|it| frame.strands.get(&it)) {
        let handlers = &program.state(view.state).handlers;
        let decision = decide(handlers, &used_by(handlers, &view.failures), &own.failure);
        if let Some(course) = taken(decision, view.state) {
            return Some(course);
        }
        around = view.parent;
    }
    Some(Course::Uncaught)
}

/// Returns what becomes of `failure` in the state that `view` is in, after the failures that it has had before.
fn handling_of(program: &Program, view: &StrandView, failure: &Arc<Failure>) -> Handling {
    let handlers = &program.state(view.state).handlers;
    let earlier = view.failures.len().saturating_sub(1);
    let used = used_by(handlers, &view.failures[..earlier]);
    let decision = decide(handlers, &used, failure);
    let (retriers, catchers) = explain(handlers, &used, failure);
    let back_off = match decision {
        Decision::Retry(idx) => Some(handlers.retry[idx].back_off_secs(used[idx])),
        _ => None,
    };
    let next = match decision {
        Decision::Catch(idx) => Some(handlers.catch[idx].next),
        _ => None,
    };
    Handling {
        state: view.state,
        failure: Arc::clone(failure),
        decision,
        retriers,
        catchers,
        back_off_secs: back_off,
        next,
    }
}

/// Returns what the state that a catcher leads to receives; `None` if no catcher takes the failure, its `ResultPath`
/// cannot be applied to the input, or its `Output` would have to be evaluated.
pub fn received(program: &Program, handling: &Handling, input: &Json) -> Option<Json> {
    let Decision::Catch(idx) = handling.decision else { return None };
    let catcher = program.state(handling.state).handlers.catch.get(idx)?;
    match &catcher.output {
        CatchOutput::Placed(result_path) => place(result_path, input, handling.failure.output()).ok(),
        CatchOutput::Query(None) => Some(handling.failure.output()),
        CatchOutput::Query(Some(_)) => None,
    }
}

/// Returns how often each retrier has retried, given the failures that were retried so far.
pub fn used_by(handlers: &Handlers, retried: &[Arc<Failure>]) -> Vec<u32> {
    let mut used = vec![0; handlers.retry.len()];
    for failure in retried {
        if let Decision::Retry(idx) = decide(handlers, &used, failure) {
            used[idx] += 1;
        }
    }
    used
}

/// Returns how many attempts a visit may have that has failed like this: those made, and those that the retrier which
/// takes the last failure still has. Several retriers count each for itself (ASL, "Retrying after error").
pub fn attempts_allowed(handlers: &Handlers, failures: &[Arc<Failure>]) -> u32 {
    let Some((last, earlier)) = failures.split_last() else { return 1 };
    let used = used_by(handlers, earlier);
    let retrier = handlers.retry.iter().position(|it| it.errors.iter().any(|name| last.matches(name)));
    let left = retrier.map_or(0, |idx| handlers.retry[idx].max_attempts.saturating_sub(used[idx]));
    (failures.len() as u32).saturating_add(left)
}

/// Returns the failure that a strand stands at.
///
/// A Fail state's event carries no error; its texts are evaluated again.
pub(super) fn pending_failure(program: &Program, frame: &Frame, view: &StrandView) -> Option<Arc<Failure>> {
    let ended = view.activity == crate::history::Activity::Uncaught;
    if !view.is_failing() && !ended {
        return None;
    }
    if let Some(failure) = view.failures.last() {
        return Some(Arc::clone(failure));
    }
    let Action::Fail { error, cause } = &program.state(view.state).action else { return None };
    let text = |text: &Option<Text>| text.as_ref().map_or(Ok(None), |it| evaluated(it, frame, view));
    let failure = match (text(error), text(cause)) {
        (Ok(error), Ok(cause)) => Failure { error, cause, kind: FailureKind::Named },
        (Err(fault), _) | (_, Err(fault)) => {
            let kind = if fault.is_query() { FailureKind::Named } else { FailureKind::Terminal };
            Failure { kind, ..Failure::named(fault.error, fault.detail) }
        }
    };
    Some(Arc::new(failure))
}

/// Evaluates a text of a Fail state as the engine does, but for the context object and random numbers, which events do
/// not tell.
fn evaluated(text: &Text, frame: &Frame, view: &StrandView) -> Result<Option<Arc<str>>, Fault> {
    let variables = |name: &str| view.variables.as_ref()?.get(name).cloned();
    let env = Env {
        input: &view.input,
        context: &|| Json::object::<&str>([]),
        variables: &variables,
        draws: &Draws::new(0),
        outcome: Outcome::default(),
        now: frame.at,
    };
    let value = match text {
        Text::Fixed(text) => return Ok(Some(Arc::clone(text))),
        Text::Expr(expr, field) => expr.eval_field(&env, field)?,
        Text::Jsonata(expr) => expr.eval_as(&env, "string")?,
    };
    Ok(Some(value.as_str().map_or_else(|| text::compact(&value).into(), Arc::from)))
}
