//! Nothing that is called never reached, here or by the linter, is reached by any of many random runs.

use std::collections::{BTreeMap, BTreeSet};

use stepscope::asl::StateId;
use stepscope::engine::{
    Action, Effect, Emitted, EventKind, Failure, FailureKind, Machine, Outcome, Status, Step, TaskStep, apply, start,
};
use stepscope::explore::{HandlerId, Kind, assumptions, possible};
use stepscope::items::Items;
use stepscope::json::Json;
use stepscope::lint::is_raised_by_tasks;

use super::*;
use crate::support::random::Random;
use crate::support::workflow;

/// What runs have reached: places in the definition, as findings name them.
#[derive(Default)]
struct Reached {
    states: BTreeSet<StateId>,
    handlers: BTreeSet<HandlerId>,
    names: BTreeSet<(HandlerId, usize)>,
}

/// What tasks can answer with.
struct Answers {
    names: Vec<Arc<str>>,
    results: BTreeMap<Arc<str>, Vec<Json>>,
    inputs: Vec<Json>,
}

impl Answers {
    fn of(document: &Document) -> Self {
        let program = program(document);
        let handlers = program.states.iter().map(|it| &it.handlers);
        let mut names: BTreeSet<Arc<str>> = handlers
            .flat_map(|it| it.retry.iter().map(|it| &it.errors).chain(it.catch.iter().map(|it| &it.errors)))
            .flatten()
            .filter(|it| is_raised_by_tasks(it))
            .cloned()
            .collect();
        names.insert("Nobody.ForeSaw".into());
        let (inputs, results) = assumptions(document);
        Self { names: names.into_iter().collect(), results, inputs }
    }
}

/// Runs once, with every answer left to chance, and notes what is reached.
fn wander(document: &Document, answers: &Answers, seed: u64, reached: &mut Reached) {
    let program = program(document);
    let mut random = Random::new(seed);
    let input = if random.percent(10) { Json::object::<&str>([]) } else { random.pick(&answers.inputs).clone() };
    let mut machine = start(program, Arc::new(StartSpec { input, ..spec() }));
    let mut out = Emitted::traced();
    // What fails once fails again more often than not, so that retries come to an end.
    let mut stubborn: BTreeMap<StateId, Arc<str>> = BTreeMap::new();
    for _ in 0..3_000 {
        if machine.status != Status::Running {
            break;
        }
        out.clear();
        apply(program, &mut machine, Action::Advance, &mut out);
        let events = out.events.iter().chain(out.child_events.iter().map(|it| &it.1));
        reached.states.extend(events.filter(|it| matches!(it.kind, EventKind::StateEntered { .. })).map(|it| it.state));
        note(program, &mut out, reached);
        for effect in std::mem::take(&mut out.effects) {
            answer(&mut machine, program, effect, answers, &mut random, &mut stubborn);
        }
    }
}

fn note(program: &Program, out: &mut Emitted, reached: &mut Reached) {
    let mut failing: Option<Failure> = None;
    for traced in out.take_trace() {
        let (handler, errors) = match traced.step {
            Step::Failed(failure) => {
                failing = Some(failure);
                continue;
            }
            Step::Retry { retrier, .. } => {
                let errors = &program.state(traced.state).handlers.retry[retrier].errors;
                ((traced.state, false, retrier), errors)
            }
            Step::Catch { catcher } => {
                let errors = &program.state(traced.state).handlers.catch[catcher].errors;
                ((traced.state, true, catcher), errors)
            }
            _ => continue,
        };
        reached.handlers.insert(handler);
        let Some(failure) = &failing else { continue };
        let by = errors.iter().enumerate().filter(|it| failure.matches(it.1));
        reached.names.extend(by.map(|it| (handler, it.0)));
    }
}

fn answer(
    machine: &mut Machine,
    program: &Program,
    effect: Effect,
    answers: &Answers,
    random: &mut Random,
    stubborn: &mut BTreeMap<StateId, Arc<str>>,
) {
    let failed = |name: &Arc<str>| {
        let failure = Failure { error: Some(Arc::clone(name)), cause: Some("".into()), kind: FailureKind::Named };
        Outcome::Failed(Arc::new(failure), TaskStep::Run)
    };
    let (id, outcome) = match effect {
        Effect::Call { id, call } => {
            let has_limit = call.timeout_secs.is_some() || call.heartbeat_secs.is_some();
            let outcome = match random.below(100) {
                0..10 if has_limit => return,
                0..50 => {
                    let name = match stubborn.get(&call.state).filter(|_| random.percent(85)) {
                        Some(name) => Arc::clone(name),
                        None => Arc::clone(random.pick(&answers.names)),
                    };
                    stubborn.insert(call.state, Arc::clone(&name));
                    failed(&name)
                }
                50..55 => Outcome::Succeeded(Json::object::<&str>([])),
                _ => match answers.results.get(&call.name) {
                    Some(results) => Outcome::Succeeded(random.pick(results).clone()),
                    None => Outcome::Succeeded(Json::object::<&str>([])),
                },
            };
            (id, outcome)
        }
        Effect::Read { id, .. } if random.percent(20) => (id, failed(&"States.ItemReaderFailed".into())),
        Effect::Read { id, .. } => {
            let items = (0..random.below(3)).map(|_| random.pick(&answers.inputs).clone()).collect();
            (id, Outcome::Items(Arc::new(Items::new(items, "S3://b/k"))))
        }
        Effect::Write { id, .. } if random.percent(20) => (id, failed(&"States.ResultWriterFailed".into())),
        Effect::Write { id, .. } => (id, Outcome::Succeeded(Json::Null)),
        Effect::Cancel(_) => return,
    };
    let at = machine.now + stepscope::time::Duration::from_secs(random.below(4) as f64 / 1000.0);
    apply(program, machine, Action::Resolve { effect: id, outcome, at }, &mut Emitted::default());
}

/// Returns the place of a handler's name that a pointer names.
fn named_at(document: &Document, pointer: &str) -> Option<(HandlerId, usize)> {
    let (rest, at) = pointer.rsplit_once("/ErrorEquals/")?;
    let (rest, idx) = rest.rsplit_once('/')?;
    let (state, field) = rest.rsplit_once('/')?;
    let outline = &document.definition.outline;
    let (id, _) = outline.iter().find(|it| &*it.1.pointer == state)?;
    Some(((id, field == "Catch", idx.parse().ok()?), at.parse().ok()?))
}

/// Checks everything that is called never reached against `n` random runs; returns how many claims there were.
fn check(path: &str, document: &Document, n: u64) -> usize {
    let program = program(document);
    let answers = Answers::of(document);
    let mut reached = Reached::default();
    for seed in 0..n {
        wander(document, &answers, seed * 7_919 + 1, &mut reached);
    }
    let possible = possible(program);
    for state in &reached.states {
        assert!(
            possible.states.contains(state),
            "{path}: {} is said to be never reached",
            program.outline.name(*state)
        );
    }
    for handler in &reached.handlers {
        assert!(possible.handlers.contains(handler), "{path}: {handler:?} is said to take nothing");
    }
    let mut n_claims = program.outline.states.len() - possible.states.len();
    // The linter says so of names that another handler takes before.
    for it in document.findings.iter().filter(|it| matches!(it.code, "HND001" | "HND002")) {
        let Some(place) = named_at(document, &it.pointer) else { continue };
        n_claims += 1;
        let ((state, is_catcher, idx), at) = place;
        let handlers = &program.state(state).handlers;
        let errors = if is_catcher { &handlers.catch[idx].errors } else { &handlers.retry[idx].errors };
        // A wildcard beside it takes what the name does not.
        let is_alone = errors.len() == 1;
        let is_reached = if is_alone { reached.handlers.contains(&place.0) } else { reached.names.contains(&place) };
        assert!(!is_reached, "{path}: the linter says of {}: {}", errors[at], it.message);
    }
    n_claims
}

#[test]
fn what_is_called_never_reached_is_not_reached_by_random_runs() {
    let mut n_claims = 0;
    for (path, document) in own() {
        n_claims += check(&path.display().to_string(), &document, 40);
    }
    for seed in 0..40 {
        let document = document(&workflow::definition(seed).to_string());
        n_claims += check(&format!("random workflow {seed}"), &document, 25);
    }
    assert!(n_claims > 10, "{n_claims}");
}

#[test]
fn definitions_of_others_are_explored_and_nothing_is_called_never_reached_in_error() {
    let (mut n_explored, mut n_complete, mut n_path_errors) = (0, 0, 0);
    for (path, document) in definitions() {
        let name = path.display().to_string();
        check(&name, &document, 6);
        let given = Given::default();
        let it = explored(&document, &given, &Options { most_states: 100, ..Options::default() });
        n_explored += 1;
        n_complete += u32::from(it.bounds.is_complete());
        n_path_errors += it.findings.iter().filter(|it| it.kind == Kind::PathError).count();
        for state in &it.reached.states {
            assert!(it.possible.states.contains(state), "{name}: {state:?}");
        }
    }
    eprintln!("{n_explored} explored, {n_complete} as a whole within 100 states, {n_path_errors} path errors");
}
