//! One attempt of a state done once more from what the events say of it: the engine starts in the state, with its
//! recorded input, variables and result, and tells its steps.
//!
//! What events do not say is not there: random numbers, and the token of a task.

use std::sync::Arc;

use crate::asl::program::{Action as Work, Program};
use crate::engine::{
    Action, Effect, Emitted, Entry, Event, EventId, EventKind, Outcome, Quotas, StandIn, StartSpec, Status, Step,
    StrandId, TaskStep, apply, start,
};
use crate::history::{Frame, LogView};
use crate::json::{Json, Object};
use crate::session::moment::used_by;
use crate::session::visit::{MOST_SEARCHED, Visit, inside};

/// Actions of one attempt, at most: a state is entered, works, is answered and left.
const MOST_ACTIONS: usize = 16;
/// What stands for names and tokens that events do not have.
const NOT_RECORDED: &str = "(not recorded)";
/// Items of a Map up to which what an iteration sees of its item is worked out.
const MOST_ITEMS: u32 = 1_000;

/// Returns the steps of the attempt, counted from 0; those that the events up to the end of `visit` bear out.
pub fn rehearse(program: &Program, log: &LogView, visit: &Visit, attempt: usize) -> Vec<Step> {
    let Some(state) = program.states.get(visit.state.idx()) else { return Vec::new() };
    let tried = visit.attempts.get(attempt);
    let end = tried.and_then(|it| it.end.as_ref());
    let before = log.frame_at(visit.entered);
    let variables = before.strands.get(&visit.strand).and_then(|it| it.variables.clone());
    let is_nesting = matches!(state.action, Work::Parallel { .. } | Work::Map(_));
    let mut known = true;
    let stand_in = is_nesting.then(|| match end.map(|it| &it.result) {
        Some(Err(failure)) => StandIn::Failed((**failure).clone()),
        Some(Ok(_)) => {
            let result = results(log, visit, attempt);
            known = result.is_some();
            StandIn::Result { result: result.unwrap_or_default(), n_failed: 0 }
        }
        None => {
            known = false;
            StandIn::Result { result: Json::Null, n_failed: 0 }
        }
    });
    let entry = Entry {
        state: visit.state,
        variables: variables.as_deref().and_then(Json::as_object).cloned().unwrap_or_else(|| Object::from_iter([])),
        retries: used_by(&state.handlers, &visit.failures_before(attempt)),
        context: Some(context(program, log, &before, visit, attempt)),
        stand_in,
        reader_data: None,
    };
    let spec = StartSpec {
        input: visit.input.clone(),
        at: visit.entered_at,
        quotas: Quotas::Off,
        entry: Some(Arc::new(entry)),
        ..StartSpec::default()
    };
    let waits = matches!(state.action, Work::Wait(_)) && visit.exit.is_none();
    let answer = end.map(|it| match &it.result {
        Ok(result) => Outcome::Succeeded(result.clone().unwrap_or_default()),
        Err(failure) => Outcome::Failed(Arc::clone(failure), TaskStep::Run),
    });
    let mut steps = run(program, spec, answer, if waits { 2 } else { MOST_ACTIONS });
    // What is not recorded may be missing here though it was there then.
    let succeeded = end.is_none_or(|it| it.result.is_ok()) && (end.is_some() || visit.exit.is_some());
    let is_last = attempt + 1 >= visit.attempts.len();
    if succeeded
        && (!is_last || visit.exit.is_some())
        && let Some(first) = steps.iter().position(|it| matches!(it, Step::Failed(_)))
    {
        steps.truncate(first);
    }
    if !known && let Some(first) = steps.iter().position(|it| matches!(it, Step::Result(_))) {
        steps.truncate(first);
    }
    steps
}

fn run(program: &Program, spec: StartSpec, mut answer: Option<Outcome>, n_actions: usize) -> Vec<Step> {
    let mut machine = start(program, Arc::new(spec));
    let mut out = Emitted::traced();
    let mut steps = Vec::new();
    for _ in 0..n_actions {
        out.clear();
        apply(program, &mut machine, Action::Advance, &mut out);
        let told: Vec<Step> =
            out.take_trace().into_iter().filter(|it| it.strand == StrandId::ROOT).map(|it| it.step).collect();
        let retried = told.iter().any(|it| matches!(it, Step::Retry { .. }));
        steps.extend(told);
        let left = out.events.iter().any(|it| matches!(it.kind, EventKind::StateExited { .. }));
        if left || retried || machine.status != Status::Running {
            break;
        }
        let asked = out.effects.iter().find_map(|it| match it {
            Effect::Call { id, .. } => Some(*id),
            _ => None,
        });
        if let Some(effect) = asked {
            let Some(outcome) = answer.take() else { break };
            let at = machine.now;
            apply(program, &mut machine, Action::Resolve { effect, outcome, at }, &mut out);
        }
    }
    steps
}

/// Returns the raw result of a Parallel or Map: what its branches or iterations came to.
pub fn results(log: &LogView, visit: &Visit, attempt: usize) -> Option<Json> {
    let (begun, _) = visit.attempts.get(attempt)?.begun?;
    let upto = visit.attempts.get(attempt)?.end.as_ref()?.event?.0;
    let inside = inside(log, visit.strand, begun, upto)?;
    inside.into_iter().map(|it| it.output).collect::<Option<Vec<_>>>().map(Json::array)
}

/// Returns the context object as far as events tell it.
fn context(program: &Program, log: &LogView, before: &Frame, visit: &Visit, attempt: usize) -> Json {
    let first = log.event(EventId(1));
    let input = first.and_then(|it| match &it.kind {
        EventKind::ExecutionStarted { input } => Some(input.clone()),
        _ => None,
    });
    let unknown = || Json::from(NOT_RECORDED);
    let execution = Json::object([
        ("Id", unknown()),
        ("Name", unknown()),
        ("RoleArn", unknown()),
        ("RedriveCount", Json::from(0)),
        ("Input", input.unwrap_or_default()),
        ("StartTime", Json::from(first.map_or(visit.entered_at, |it| it.at).to_string())),
    ]);
    let state = Json::object([
        ("Name", Json::from(program.outline.name(visit.state))),
        ("EnteredTime", Json::from(visit.entered_at.to_string())),
        ("RetryCount", Json::from(attempt as i64)),
    ]);
    let machine = Json::object([("Id", unknown()), ("Name", unknown())]);
    let task = Json::object([("Token", unknown())]);
    let mut all = vec![("Execution", execution), ("State", state), ("StateMachine", machine), ("Task", task)];
    if let Some(item) = item(program, log, before, visit.strand) {
        all.push(("Map", Json::object([("Item", item)])));
    }
    Json::object(all)
}

/// Returns what the innermost iteration around `strand` sees as its item.
fn item(program: &Program, log: &LogView, before: &Frame, strand: StrandId) -> Option<Json> {
    let (started, index, parent) = iteration(log, before, strand)?;
    let mut members = vec![("Index", Json::from(i64::from(index)))];
    let map = entered_before(log, parent, started).and_then(|it| Visit::of_events(log, started, it));
    if let Some(map) = map {
        let n_items = log.iter_from(map.entered).take_while(|it| it.id <= started).find_map(|it| match it.kind {
            EventKind::MapStarted { length } if it.strand == parent => Some(length),
            _ => None,
        });
        if n_items.is_some_and(|it| it <= MOST_ITEMS) {
            let steps = rehearse(program, log, &map, 0);
            let items = steps.iter().find_map(|it| if let Step::Items(items) = it { Some(items) } else { None });
            members.extend(items.and_then(|it| it.at(index as usize)).map(|it| ("Value", it.clone())));
        }
    }
    Some(Json::object(members))
}

/// Returns the event that began the innermost iteration around `strand`, its index, and the strand of its Map.
pub fn iteration(log: &LogView, frame: &Frame, strand: StrandId) -> Option<(EventId, u32, StrandId)> {
    let mut inner = strand;
    loop {
        let view = frame.strands.get(&inner)?;
        let parent = view.parent?;
        if let Some(index) = view.index {
            let began = |it: &&Event| it.strand == inner && matches!(it.kind, EventKind::IterationStarted { .. });
            return Some((back(log, frame.event).find(began)?.id, index, parent));
        }
        inner = parent;
    }
}

/// Returns the event by which `strand` entered the state that it was in at `at`.
pub fn entered_before(log: &LogView, strand: StrandId, at: EventId) -> Option<EventId> {
    let entered = |it: &&Event| it.strand == strand && matches!(it.kind, EventKind::StateEntered { .. });
    back(log, at).find(entered).map(|it| it.id)
}

/// Returns the events from `at` backwards, as many as are looked through at most.
pub fn back(log: &LogView, at: EventId) -> impl Iterator<Item = &Event> {
    let first = at.0.saturating_sub(MOST_SEARCHED as u32);
    (first..=at.0).rev().filter_map(|it| log.event(EventId(it)))
}
