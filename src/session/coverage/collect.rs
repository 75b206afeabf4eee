//! Counts the parts that the events of one execution go through.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::Program;
use crate::asl::{StateId, StateKind, TransitionKind};
use crate::engine::handlers::Decision;
use crate::engine::{Event, EventId, EventKind, Failure, FailureKind, StrandId};
use crate::history::infer::{Fate, Handled, Handler, handled};
use crate::history::{Frame, LogView, StrandView};

use super::rule::{self, Decider};
use super::{Limit, Part, limits};

type Counts = BTreeMap<Part, u64>;

/// Adds what the events of `log` go through.
pub(super) fn collect(log: &LogView, program: &Program, counts: &mut Counts) {
    let failures = handled(log, Some(program));
    for it in &failures {
        failure(log, program, it, counts);
    }
    let caught = failures.iter().filter(|it| matches!(it.fate, Fate::Caught(_)));
    let caught: BTreeMap<EventId, &Handled> = caught.filter_map(|it| Some((it.shown_by?, it))).collect();
    let mut walk = Walk { program, caught, left: BTreeMap::new(), frame: None, counts };
    // Frames are only for asking a Choice again.
    walk.frame = rule::is_ambiguous(program).then(|| Frame::new(log.outline().clone()));
    for event in log.iter() {
        walk.event(event);
    }
}

fn add(counts: &mut Counts, part: Part) {
    *counts.entry(part).or_default() += 1;
}

/// Counts the handler that took a failure, and the time limit that ran out.
fn failure(log: &LogView, program: &Program, it: &Handled, counts: &mut Counts) {
    let Some(state) = program.states.get(it.state.idx()) else { return };
    let matching = |errors: &[Arc<str>]| -> Vec<u32> {
        let takes = |name: &str| it.failure.as_ref().is_some_and(|failure| failure.matches(name));
        (0..).zip(errors).filter(|(_, name)| takes(name)).map(|(idx, _)| idx).collect()
    };
    if let Handler::Named(decision, _) = it.handler {
        match (decision, it.fate) {
            (Decision::Retry(idx), Fate::Retried(_)) => {
                add(counts, Part::Retrier(it.state, idx as u32));
                for name in state.handlers.retry.get(idx).map(|it| matching(&it.errors)).unwrap_or_default() {
                    add(counts, Part::RetrierError(it.state, idx as u32, name));
                }
            }
            (Decision::Catch(idx), Fate::Caught(_)) => {
                add(counts, Part::Catcher(it.state, idx as u32));
                for name in state.handlers.catch.get(idx).map(|it| matching(&it.errors)).unwrap_or_default() {
                    add(counts, Part::CatcherError(it.state, idx as u32, name));
                }
            }
            _ => {}
        }
    }
    let timed_out = matches!(log.event(it.event).map(|it| &it.kind), Some(EventKind::TaskTimedOut(_)));
    let limit = |failure: &Failure| match failure.kind {
        FailureKind::Timeout => Some(Limit::Timeout),
        FailureKind::Heartbeat => Some(Limit::Heartbeat),
        FailureKind::Named | FailureKind::Terminal => None,
    };
    // A failure may have the name without there being a limit.
    let limit = it.failure.as_deref().filter(|_| timed_out).and_then(limit);
    if let Some(limit) = limit.filter(|limit| limits(state).any(|it| it == *limit)) {
        add(counts, Part::TimeLimit(it.state, limit));
    }
}

/// A state that a strand has left.
struct Left {
    state: StateId,
    by: By,
    /// What it saw before, where a Choice has to be asked again.
    saw: Option<Arc<StrandView>>,
}

enum By {
    /// Its work, and where it leads from there.
    Plain,
    /// A catcher, where it is known which.
    Catcher(Option<u32>),
}

struct Walk<'a> {
    program: &'a Program,
    /// Failures that were caught, by the exit that shows it.
    caught: BTreeMap<EventId, &'a Handled>,
    left: BTreeMap<StrandId, Left>,
    frame: Option<Frame>,
    counts: &'a mut Counts,
}

impl Walk<'_> {
    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::StateEntered { .. } => {
                add(self.counts, Part::State(event.state));
                if let Some(left) = self.left.remove(&event.strand) {
                    self.transition(&left, event);
                }
            }
            EventKind::StateExited { .. } => {
                let by = match self.caught.get(&event.id).map(|it| it.handler) {
                    None => By::Plain,
                    Some(Handler::Named(Decision::Catch(idx), _)) => By::Catcher(Some(idx as u32)),
                    Some(_) => By::Catcher(None),
                };
                // Before the exit is folded: what the rule assigns it has not seen.
                let saw = self.frame.as_ref().and_then(|it| it.strands.get(&event.strand).cloned());
                self.left.insert(event.strand, Left { state: event.state, by, saw });
            }
            EventKind::ExecutionTimedOut(_) if self.program.timeout_secs.is_some() => {
                add(self.counts, Part::ExecutionTimeLimit);
            }
            _ => {}
        }
        if let Some(frame) = &mut self.frame {
            frame.fold(event);
        }
    }

    /// Counts the way from a state that was left to the one that is entered.
    fn transition(&mut self, left: &Left, entered: &Event) {
        let Some(from) = self.program.outline.state(left.state) else { return };
        let leads = |it: &&(u32, &crate::asl::Transition)| it.1.target == Some(entered.state);
        let mut ways = (0..).zip(&from.transitions);
        let found = match left.by {
            By::Catcher(catcher) => ways.find(|(_, it)| match it.kind {
                TransitionKind::Catch { catcher: idx, .. } => match catcher {
                    Some(catcher) => idx == catcher,
                    None => it.target == Some(entered.state),
                },
                _ => false,
            }),
            By::Plain if from.kind == Some(StateKind::Choice) => {
                let Some(decider) = rule::taken(self.program, left.state, entered, left.saw.as_deref()) else { return };
                let rule = match decider {
                    Decider::Rule(idx) => Some(idx),
                    Decider::Default => None,
                };
                add(self.counts, Part::Rule(left.state, rule));
                ways.find(|(_, it)| match it.kind {
                    TransitionKind::Choice { rule: idx, .. } => rule == Some(idx),
                    TransitionKind::Default => rule.is_none(),
                    TransitionKind::Next | TransitionKind::Catch { .. } => false,
                })
            }
            By::Plain => ways.find(|it| it.1.kind == TransitionKind::Next && leads(&it)),
        };
        if let Some((idx, _)) = found {
            add(self.counts, Part::Transition(left.state, idx));
        }
    }
}
