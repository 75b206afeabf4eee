//! What a fork at an event can change, with what it is now, and where the rest can be changed: what is offered before
//! [`super::Run::fork`] is asked, by the same rules.

use std::sync::Arc;

use crate::engine::{Event, EventId, EventKind, Outcome, StrandId, TaskStep};
use crate::history::LogView;
use crate::json::{Json, Object};

/// Events that are looked through for one at which something can be changed, at most.
const MOST_SEARCHED: usize = 20_000;

/// What can be changed at an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Changeable {
    /// What happens next, without any change; not where the execution has ended.
    pub course: Result<(), Elsewhere>,
    /// The raw input of the state that the event enters.
    pub input: Result<Json, Elsewhere>,
    /// How the task of the event ends; `None` where it has not ended in this run.
    pub answer: Result<Option<Outcome>, Elsewhere>,
    /// The variables that were assigned up to the event.
    pub variables: Result<Object, Elsewhere>,
}

/// Why something cannot be changed at an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The reason.
    pub why: &'static str,
    /// The nearest event at which it can be changed, and what happens there.
    pub nearest: Option<(EventId, &'static str)>,
}

/// Returns what can be changed at `at`; `None` where there is no such event.
pub fn changeable(log: &LogView, at: EventId) -> Option<Changeable> {
    let event = log.event(at)?;
    Some(Changeable {
        course: course(event),
        input: input(log, event),
        answer: answer(log, event),
        variables: variables(log, event),
    })
}

fn course(event: &Event) -> Result<(), Elsewhere> {
    let ended = matches!(
        event.kind,
        EventKind::ExecutionSucceeded { .. }
            | EventKind::ExecutionFailed(_)
            | EventKind::ExecutionTimedOut(_)
            | EventKind::ExecutionAborted(_)
    );
    let nearest = (event.prev > EventId(0)).then_some((event.prev, "go to the event before"));
    if ended { Err(Elsewhere { why: "the execution has ended at this event", nearest }) } else { Ok(()) }
}

fn input(log: &LogView, event: &Event) -> Result<Json, Elsewhere> {
    if let EventKind::StateEntered { input, .. } = &event.kind {
        return Ok(input.clone());
    }
    let entered = |it: &&Event| matches!(it.kind, EventKind::StateEntered { .. });
    let own = log.frame_at(event.id).strands.get(&event.strand).map(|it| it.entered);
    let found = own.filter(|it| *it > EventId(0)).or_else(|| before(log, event).find(entered).map(|it| it.id));
    let found = found.or_else(|| after(log, event).find(entered).map(|it| it.id));
    let nearest = found.map(|it| (it, "go to where the state is entered"));
    Err(Elsewhere { why: "the input of a state is changed where it is entered", nearest })
}

fn answer(log: &LogView, event: &Event) -> Result<Option<Outcome>, Elsewhere> {
    if let Some(outcome) = ends_task(event) {
        return Ok(Some(outcome));
    }
    let of_strand = |it: &&Event| it.strand == event.strand;
    if begins_task(event) {
        // It is answered in place of the end that it comes to, at once.
        return Ok(after(log, event).filter(of_strand).find_map(ends_task));
    }
    let is_task = |it: &&Event| begins_task(it) || ends_task(it).is_some();
    let left = |it: &&Event| !matches!(it.kind, EventKind::StateExited { .. });
    // The same visit first, then whatever is near.
    let own = before(log, event).filter(of_strand).take_while(|it| !matches!(it.kind, EventKind::StateExited { .. }));
    let own = own.filter(is_task).map(|it| it.id).next();
    let next = || after(log, event).filter(of_strand).take_while(left).find(|it| ends_task(it).is_some());
    let any = || before(log, event).find(|it| ends_task(it).is_some());
    let later = || after(log, event).find(|it| ends_task(it).is_some());
    let found = own.or_else(|| next().map(|it| it.id)).or_else(|| any().or_else(later).map(|it| it.id));
    let nearest = found.map(|it| (it, "go to where a task ends"));
    let why = if nearest.is_some() { "no task begins or ends at this event" } else { "no task has begun in this run" };
    Err(Elsewhere { why, nearest })
}

fn variables(log: &LogView, event: &Event) -> Result<Object, Elsewhere> {
    if let Some(exit) = last_exit(log, event) {
        let frame = log.frame_at(exit.id);
        let seen = frame.strands.get(&exit.strand).and_then(|it| it.variables.clone());
        return Ok(seen.as_deref().and_then(Json::as_object).cloned().unwrap_or_else(|| Object::from_iter([])));
    }
    let left = |it: &&Event| it.strand == event.strand && matches!(it.kind, EventKind::StateExited { .. });
    let nearest = after(log, event).find(left).map(|it| (it.id, "go to where a state is left"));
    let why = "variables are assigned when a state is left, and none has been left before this event";
    Err(Elsewhere { why, nearest })
}

/// Returns the last exit from a state up to `event`, of its strand or one around it.
pub(super) fn last_exit<'a>(log: &'a LogView, event: &Event) -> Option<&'a Event> {
    let frame = log.frame_at(event.id);
    let parent = |strand: &StrandId| frame.strands.get(strand).and_then(|it| it.parent);
    let around: Vec<StrandId> = std::iter::successors(Some(event.strand), parent).collect();
    let earlier = (1..=event.id.0).rev().filter_map(|id| log.event(EventId(id)));
    earlier.filter(|it| matches!(it.kind, EventKind::StateExited { .. })).find(|it| around.contains(&it.strand))
}

/// Whether a task that is under way can be answered at the event.
pub(super) fn begins_task(event: &Event) -> bool {
    matches!(event.kind, EventKind::TaskScheduled(_) | EventKind::TaskStarted(_) | EventKind::TaskSubmitted { .. })
}

/// Returns how a task ends at the event, if one does.
pub(super) fn ends_task(event: &Event) -> Option<Outcome> {
    match &event.kind {
        EventKind::TaskSucceeded { output, .. } => Some(Outcome::Succeeded(output.clone())),
        EventKind::TaskFailed(failed) => Some(Outcome::Failed(Arc::new(failed.failure.clone()), failed.step)),
        EventKind::TaskTimedOut(failed) => Some(Outcome::Failed(Arc::new(failed.failure.clone()), TaskStep::Run)),
        _ => None,
    }
}

fn before<'a>(log: &'a LogView, event: &Event) -> impl Iterator<Item = &'a Event> {
    (1..event.id.0).rev().take(MOST_SEARCHED).filter_map(|id| log.event(EventId(id)))
}

fn after<'a>(log: &'a LogView, event: &Event) -> impl Iterator<Item = &'a Event> {
    log.iter_from(EventId(event.id.0 + 1)).take(MOST_SEARCHED)
}
