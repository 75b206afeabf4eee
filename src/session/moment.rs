//! What can be said about one moment of a run beyond its frame: what becomes of a failure, and why.

use std::sync::Arc;

use crate::asl::program::{Action, CatchOutput, Handlers, Program, Text};
use crate::asl::{StateId, StateKind};
use crate::engine::handlers::{Decision, Verdict, decide, explain};
use crate::engine::{Failure, FailureKind, StrandId, place};
use crate::history::{Frame, StrandView};
use crate::json::Json;

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
/// A Fail state's event carries no error; where its texts are written down, the definition has them.
fn pending_failure(program: &Program, frame: &Frame, view: &StrandView) -> Option<Arc<Failure>> {
    let ended = view.activity == crate::history::Activity::Uncaught;
    if !view.is_failing() && !ended {
        return None;
    }
    if let Some(failure) = view.failures.last() {
        return Some(Arc::clone(failure));
    }
    let kind = frame.outline().state(view.state).and_then(|it| it.kind);
    let Action::Fail { error, cause } = &program.state(view.state).action else { return None };
    debug_assert_eq!(kind, Some(StateKind::Fail), "outline and program agree");
    let fixed = |text: &Option<Text>| match text {
        Some(Text::Fixed(text)) => Some(Arc::clone(text)),
        _ => None,
    };
    Some(Arc::new(Failure { error: fixed(error), cause: fixed(cause), kind: FailureKind::Named }))
}
