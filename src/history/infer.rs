//! What became of each failure: which retrier or catcher took it, after which back-off. The service has no events for
//! that; it is inferred from what follows, and with a definition by the rules that the engine decides by.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::{Action, Amount, Program, Task, Text};
use crate::asl::{StateId, StateKind};
use crate::engine::handlers::{Decision, decide};
use crate::engine::{Event, EventId, EventKind, Failure, FailureKind, StrandId, TaskCall};
use crate::json::Json;
use crate::time::{Duration, Timestamp};

use super::log::LogView;

/// What became of one failure in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Handled {
    /// The event that reported the failure in this state: a task's, an evaluation's, the entry of a Fail state, that a
    /// Parallel or Map failed; where one of these was retried, the event inside that it failed by.
    pub event: EventId,
    /// In which thread of control.
    pub strand: StrandId,
    /// In which state.
    pub state: StateId,
    /// Which attempt of the visit failed, from 1.
    pub attempt: u32,
    /// The failure; `None` where no event carries it, as of a Fail state whose failure was retried.
    pub failure: Option<Arc<Failure>>,
    /// What became of it.
    pub fate: Fate,
    /// The event that shows it; `None` while nothing has followed.
    pub shown_by: Option<EventId>,
    /// What is known of the handler.
    pub handler: Handler,
}

/// What becomes of a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// Nothing has followed yet.
    Open,
    /// The state did its work again after this time.
    Retried(Duration),
    /// A catcher led on, to this state; `None` where it was not entered.
    Caught(Option<StateId>),
    /// Nothing took it.
    Uncaught,
    /// Something beside it failed, or the execution ended, before anything became of it.
    GivenUp,
}

/// What is known of the handler that took a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Handler {
    /// The events do not say which, and there is no definition.
    Unknown,
    /// The definition's retrier or catcher at this place, or none; of a retrier the back-off that it asks for, in
    /// seconds, before jitter.
    Named(Decision, Option<f64>),
    /// By the definition something else would have become of it: it is not the one that ran.
    Contradicts(Decision),
}

/// Returns what became of each failure, in the order of the failures. With `program`, whose states the events have to
/// name, handlers are told.
pub fn handled(log: &LogView, program: Option<&Program>) -> Vec<Handled> {
    let mut reader = Reader { log, program, open: BTreeMap::new(), found: Vec::new() };
    for event in log.iter() {
        reader.read(event);
    }
    let ended = log.iter().next_back().is_some_and(|it| it.kind.ends_execution());
    for it in reader.found.iter_mut().filter(|it| ended && it.fate == Fate::Open) {
        it.fate = Fate::GivenUp;
    }
    reader.found
}

/// A visit that goes on.
#[derive(Default)]
struct Visit {
    /// When the latest attempt of a task began.
    scheduled_at: Timestamp,
    /// Beginnings of the work, of a Parallel or Map.
    n_begun: u32,
    n_failures: u32,
    /// How often each retrier has retried.
    used: Vec<u32>,
    /// Whether something was retried of which nobody knows what it was: then these counts are not right.
    unsure: bool,
    /// The failure that nothing has become of yet, in `found`.
    pending: Option<usize>,
    /// The failure that a catcher has taken, until the next state is entered.
    caught: Option<usize>,
    last_failure: Option<Arc<Failure>>,
}

struct Reader<'a> {
    log: &'a LogView,
    program: Option<&'a Program>,
    open: BTreeMap<StrandId, Visit>,
    found: Vec<Handled>,
}

impl Reader<'_> {
    fn read(&mut self, event: &Event) {
        match &event.kind {
            EventKind::StateEntered { .. } => self.enter(event),
            EventKind::TaskFailed(failed) => {
                self.fail(event, event.id, Some(Arc::new(failed.failure.clone())));
            }
            EventKind::TaskTimedOut(failed) => {
                let failure = self.with_limit(event, &failed.call, failed.failure.clone());
                self.fail(event, event.id, Some(Arc::new(failure)));
            }
            EventKind::EvaluationFailed(failed) => {
                self.fail(event, event.id, Some(Arc::new(failed.failure.clone())));
            }
            EventKind::TaskScheduled(_) => {
                self.begin_again(event);
                self.visit(event).scheduled_at = event.at;
            }
            EventKind::ParallelStarted | EventKind::MapStarted { .. } => {
                let again = self.visit(event).n_begun > 0;
                if again && self.visit(event).pending.is_none() {
                    let failure = self.failure_behind(event.prev);
                    self.end_behind(event.prev, event.id);
                    self.fail(event, event.prev, failure);
                }
                self.begin_again(event);
                self.visit(event).n_begun += 1;
            }
            EventKind::ParallelFailed | EventKind::MapFailed => {
                let failure = self.failure_behind(event.prev);
                if self.visit(event).pending.is_none() {
                    self.end_behind(event.prev, event.id);
                    self.fail(event, event.id, failure);
                }
            }
            // The Map says so itself, or is retried.
            EventKind::MapRunFailed(failure) => self.visit(event).last_failure = Some(Arc::clone(failure)),
            EventKind::StateExited { output, .. } => self.exit(event, output),
            // What failed is asked for once more, by what is around.
            EventKind::IterationFailed { .. } => self.settle(event.strand, Fate::Uncaught, event.id),
            EventKind::StateAborted => {
                let pending = self.visit(event).pending.map(|at| self.found[at].event);
                let fate = if pending == Some(event.prev) { Fate::Uncaught } else { Fate::GivenUp };
                self.settle(event.strand, fate, event.id);
            }
            EventKind::IterationSucceeded { .. } | EventKind::IterationAborted { .. } => {
                self.open.remove(&event.strand);
            }
            EventKind::ExecutionFailed(failure) => {
                let before = self.log.event(event.prev);
                let strand = before.map_or(StrandId::ROOT, |it| it.strand);
                let is_pending = self.open.get(&strand).is_some_and(|it| it.pending.is_some());
                if let (Some(before), false) = (before, is_pending) {
                    // An expression of a state has no event that says that it failed.
                    let inside = Event { strand, state: before.state, ..event.clone() };
                    self.fail(&inside, event.id, Some(Arc::clone(failure)));
                }
                if let Some(at) = self.open.get(&strand).and_then(|it| it.pending) {
                    self.found[at].failure.get_or_insert_with(|| Arc::clone(failure));
                }
                self.settle(strand, Fate::Uncaught, event.id);
            }
            EventKind::ExecutionStarted { .. }
            | EventKind::ExecutionSucceeded { .. }
            | EventKind::ExecutionTimedOut(_)
            | EventKind::ExecutionAborted(_)
            | EventKind::ExecutionRedriven { .. }
            | EventKind::TaskStarted(_)
            | EventKind::TaskSubmitted { .. }
            | EventKind::TaskSucceeded { .. }
            | EventKind::ParallelSucceeded
            | EventKind::MapSucceeded
            | EventKind::MapRunStarted(_)
            | EventKind::MapRunSucceeded
            | EventKind::MapRunAborted
            | EventKind::MapRunRedriven(..)
            | EventKind::IterationStarted { .. }
            | EventKind::NotRecorded
            | EventKind::Other(_) => {}
        }
    }

    fn visit(&mut self, event: &Event) -> &mut Visit {
        self.open.entry(event.strand).or_default()
    }

    fn enter(&mut self, event: &Event) {
        let kind = self.kind(event.state);
        let caught = self.visit(event).caught.take();
        if let Some(at) = caught {
            self.found[at].fate = Fate::Caught(Some(event.state));
            self.name_handler(at, event.strand);
        }
        *self.visit(event) = Visit::default();
        if kind == Some(StateKind::Fail) {
            let failure = self.written(event.state);
            self.fail(event, event.id, failure);
        }
    }

    fn kind(&self, state: StateId) -> Option<StateKind> {
        self.log.outline().state(state)?.kind
    }

    /// Returns the failure that the definition writes down for a Fail state.
    fn written(&self, state: StateId) -> Option<Arc<Failure>> {
        let Action::Fail { error, cause } = &self.program?.states.get(state.idx())?.action else { return None };
        let fixed = |text: &Option<Text>| match text {
            None => Some(None),
            Some(Text::Fixed(text)) => Some(Some(Arc::clone(text))),
            Some(_) => None,
        };
        Some(Arc::new(Failure { error: fixed(error)?, cause: fixed(cause)?, kind: FailureKind::Named }))
    }

    fn fail(&mut self, event: &Event, reported_by: EventId, failure: Option<Arc<Failure>>) {
        if let Some(before) = self.visit(event).pending {
            // Expressions that fail again have no event between; those of a catcher fail while it takes a failure.
            let fate = match self.decision(before, event.strand) {
                Some(Decision::Catch(_)) => Fate::Caught(None),
                _ => Fate::Retried(event.at - self.moment(self.found[before].event)),
            };
            self.settle(event.strand, fate, event.id);
        }
        let at = self.found.len();
        let visit = self.visit(event);
        visit.n_failures += 1;
        visit.pending = Some(at);
        visit.last_failure.clone_from(&failure);
        let attempt = visit.n_failures;
        self.found.push(Handled {
            event: reported_by,
            strand: event.strand,
            state: event.state,
            attempt,
            failure,
            fate: Fate::Open,
            shown_by: None,
            handler: Handler::Unknown,
        });
    }

    /// Says which limit ran out, where the event does not have one that the definition has: that of heartbeats of a
    /// Lambda function (recorded).
    fn with_limit(&mut self, event: &Event, call: &TaskCall, failure: Failure) -> Failure {
        let took = (event.at - self.visit(event).scheduled_at).as_millis();
        let reached = |secs: i64| took >= secs.saturating_mul(1_000);
        let state = self.program.and_then(|it| it.states.get(event.state.idx()));
        let Some(Action::Task(Task { heartbeat: Some(Amount::Fixed(heartbeat)), .. })) = state.map(|it| &it.action)
        else {
            return failure;
        };
        let hidden = call.heartbeat_secs.is_none() && failure.kind == FailureKind::Timeout && failure.cause.is_none();
        let kind = if hidden && reached(*heartbeat) && !call.timeout_secs.is_some_and(reached) {
            FailureKind::Heartbeat
        } else {
            failure.kind
        };
        Failure { kind, ..failure }
    }

    /// The state does its work, for the first time or again.
    fn begin_again(&mut self, event: &Event) {
        self.visit(event).last_failure = None;
        let Some(at) = self.visit(event).pending else { return };
        let failed_at = self.moment(self.found[at].event);
        self.settle(event.strand, Fate::Retried(event.at - failed_at), event.id);
    }

    fn moment(&self, event: EventId) -> Timestamp {
        self.log.event(event).map(|it| it.at).unwrap_or_default()
    }

    fn exit(&mut self, event: &Event, output: &Json) {
        let Some(at) = self.visit(event).pending else { return };
        if self.found[at].failure.is_none() {
            self.found[at].failure = error_output(output).map(Arc::new);
        }
        self.settle(event.strand, Fate::Caught(None), event.id);
        self.visit(event).caught = Some(at);
    }

    /// Says what became of the strand's pending failure.
    fn settle(&mut self, strand: StrandId, fate: Fate, shown_by: EventId) {
        let Some(at) = self.open.get_mut(&strand).and_then(|it| it.pending.take()) else { return };
        self.found[at].fate = fate;
        self.found[at].shown_by = Some(shown_by);
        self.name_handler(at, strand);
    }

    /// The failure inside a Parallel or Map was not handled there.
    fn end_behind(&mut self, inside: EventId, shown_by: EventId) {
        let Some(strand) = self.log.event(inside).map(|it| it.strand) else { return };
        self.settle(strand, Fate::Uncaught, shown_by);
    }

    fn failure_behind(&self, inside: EventId) -> Option<Arc<Failure>> {
        let strand = self.log.event(inside)?.strand;
        self.open.get(&strand)?.last_failure.clone()
    }

    /// Returns what the definition makes of a failure.
    fn decision(&self, at: usize, strand: StrandId) -> Option<Decision> {
        let (found, visit) = (&self.found[at], self.open.get(&strand)?);
        let handlers = &self.program?.states.get(found.state.idx())?.handlers;
        Some(decide(handlers, &visit.used, found.failure.as_ref()?))
    }

    fn name_handler(&mut self, at: usize, strand: StrandId) {
        let found = &self.found[at];
        let Some(program) = self.program else { return };
        let Some(state) = program.states.get(found.state.idx()) else { return };
        let handlers = &state.handlers;
        let Some(visit) = self.open.get_mut(&strand) else { return };
        let Some(failure) = found.failure.as_ref().filter(|_| !visit.unsure) else {
            visit.unsure |= matches!(found.fate, Fate::Retried(_));
            return;
        };
        visit.used.resize(handlers.retry.len(), 0);
        let mut decision = decide(handlers, &visit.used, failure);
        let fate = found.fate;
        let agrees = |decision| match (decision, fate) {
            (Decision::Retry(_), Fate::Retried(_)) | (Decision::Uncaught, Fate::Uncaught) => true,
            (_, Fate::GivenUp | Fate::Open) => true,
            (Decision::Catch(idx), Fate::Caught(next)) => {
                next.is_none_or(|it| handlers.catch.get::<usize>(idx).is_some_and(|catcher| catcher.next == it))
            }
            _ => false,
        };
        // Both limits of a task are reported as `States.Timeout`; what followed tells which of them ran out.
        let other = match failure.kind {
            FailureKind::Timeout => Some(FailureKind::Heartbeat),
            FailureKind::Heartbeat => Some(FailureKind::Timeout),
            FailureKind::Named | FailureKind::Terminal => None,
        };
        if let (Some(kind), false) = (other, agrees(decision)) {
            let other = Arc::new(Failure { kind, ..Failure::clone(failure) });
            let instead = decide(handlers, &visit.used, &other);
            if agrees(instead) {
                decision = instead;
                self.found[at].failure = Some(other);
            }
        }
        let agrees = agrees(decision);
        let mut planned = None;
        if let (Decision::Retry(idx), true) = (decision, agrees) {
            planned = Some(handlers.retry[idx].back_off_secs(visit.used[idx]));
            visit.used[idx] += 1;
        }
        self.found[at].handler =
            if agrees { Handler::Named(decision, planned) } else { Handler::Contradicts(decision) };
    }
}

/// Returns the failure that a catcher has handed on unchanged, or placed somewhere in the output.
fn error_output(output: &Json) -> Option<Failure> {
    let members = output.as_object()?;
    let text = |it: &Json| it.as_str().map(Arc::<str>::from);
    if let (Some(error), Some(cause)) = (members.get("Error"), members.get("Cause")) {
        return Some(Failure { error: text(error), cause: text(cause), kind: FailureKind::Named });
    }
    members.iter().find_map(|(_, it)| {
        let (error, cause) = (it.get("Error")?, it.get("Cause")?);
        Some(Failure { error: text(error), cause: text(cause), kind: FailureKind::Named })
    })
}
