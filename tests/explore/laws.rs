//! Laws: the number of threads changes nothing, every run replays byte for byte, and nothing that happens is missed.

use std::collections::BTreeSet;

use stepscope::engine::{
    Action, Effect, EffectId, Emitted, EventKind, Failure, Outcome, Status, TaskStep, apply, start,
};
use stepscope::explore::{Given, Options, Trial, possible};
use stepscope::handlers::{MockHost, Otherwise};
use stepscope::session::{Drive, Run};

use super::*;
use crate::support::random::Random;
use crate::support::runs::exported_alone;
use crate::support::workflow;

/// Returns everything that an exploration says, as text.
fn said(document: &Document, it: &Exploration) -> String {
    text::pretty(&stepscope::explore::report::json(document, program(document), it))
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut documents: Vec<Document> = own().into_iter().map(|it| it.1).collect();
    documents.extend((0..12).map(|seed| document(&workflow::definition(seed).to_string())));
    for document in documents {
        let with =
            |threads| explored(&document, &Given::default(), &Options { threads, most_states: 120, ..options() });
        let (one, many) = (said(&document, &with(1)), said(&document, &with(5)));
        assert_eq!(one, many, "{}", document.text);
    }
}

/// Whether what a run reads or writes is not in its mocks.
fn has_store(run: &Run) -> bool {
    run.log().iter().any(|it| matches!(it.kind, EventKind::MapRunStarted(_) | EventKind::MapRunFailed(_)))
}

fn replays(document: &Document, trial: &Trial, what: &str) -> bool {
    let program = program(document);
    let replayed = trial.replay(program);
    if has_store(&replayed.run) {
        return false;
    }
    let (mocks, found) = read_mocks(text::pretty(&replayed.mocks).as_bytes(), None);
    let mocks = mocks.unwrap_or_else(|| panic!("{found:?}"));
    let mut host = MockHost::new(Arc::new(mocks), Otherwise::Ask);
    let mut run = Run::start(Arc::clone(program), Arc::clone(&trial.spec));
    let drive = run.finish(&mut host);
    assert_eq!(drive, Drive::Ended, "{what}");
    assert_eq!(exported_alone(&run), exported_alone(&replayed.run), "{what}");
    true
}

#[test]
fn every_run_replays_with_its_mocks_byte_for_byte() {
    let mut n_runs = 0;
    let mut documents = own();
    documents.extend(
        (0..30)
            .map(|seed| (format!("random workflow {seed}").into(), document(&workflow::definition(seed).to_string()))),
    );
    for (path, document) in documents {
        let it = explored(&document, &Given::default(), &Options { most_states: 120, ..options() });
        let of_findings = it.findings.iter().filter_map(|it| Some((it.kind.name(), it.trial.as_ref()?)));
        let of_rows = it.saga.iter().flat_map(|it| &it.rows).map(|it| ("a row of the audit", &it.trial));
        for (what, trial) in of_findings.chain(of_rows) {
            let what = format!("{}: {what}", path.display());
            // Those that fill a history are slow to write, and one is like the other.
            if what.contains("event-quota") || what.contains("endless") {
                continue;
            }
            n_runs += usize::from(replays(&document, trial, &what));
        }
    }
    assert!(n_runs > 80, "{n_runs}");
}

#[test]
fn a_run_ends_as_its_finding_says() {
    for (path, document) in own() {
        let it = explored(&document, &Given::default(), &options());
        for finding in it.findings.iter().filter(|it| it.kind.name() == "uncaught-error") {
            let trial = finding.trial.as_ref().expect("an error has a run");
            let run = trial.replay(program(&document)).run;
            let failure = run.status().failure().and_then(|it| it.error.clone()).unwrap_or_default();
            assert!(finding.message.contains(&*failure), "{}: {} and {failure}", path.display(), finding.message);
        }
    }
}

/// Drives a workflow with random outcomes of the kinds that tasks have, and returns the states that it enters.
fn wander(document: &Document, input: &stepscope::json::Json, seed: u64) -> BTreeSet<u32> {
    let program = program(document);
    let mut random = Random::new(seed);
    let spec = StartSpec { input: input.clone(), ..spec() };
    let mut machine = start(program, Arc::new(spec));
    let mut open: Vec<EffectId> = Vec::new();
    let mut entered = BTreeSet::new();
    let mut out = Emitted::default();
    for _ in 0..4_000 {
        if machine.status != Status::Running {
            break;
        }
        out.clear();
        apply(program, &mut machine, Action::Advance, &mut out);
        let events = out.events.iter().chain(out.child_events.iter().map(|it| &it.1));
        entered.extend(events.filter(|it| matches!(it.kind, EventKind::StateEntered { .. })).map(|it| it.state.0));
        for effect in std::mem::take(&mut out.effects) {
            match effect {
                Effect::Call { id, call } => {
                    open.push(id);
                    let names = ["Busy", "Broken", "Lambda.TooManyRequestsException", "Nobody.Knows", "Else"];
                    let has_limit = call.timeout_secs.is_some() || call.heartbeat_secs.is_some();
                    let failed = |name: &str| Outcome::Failed(Arc::new(Failure::named(name, "")), TaskStep::Run);
                    let outcome = match random.below(10) {
                        0 if has_limit => continue,
                        0..=4 => failed(names[random.below(5) as usize]),
                        _ => Outcome::Succeeded(text::parse("{}").expect("JSON")),
                    };
                    // Answers come in any order.
                    let at = machine.now + stepscope::time::Duration::from_secs(random.below(3) as f64 / 1000.0);
                    apply(program, &mut machine, Action::Resolve { effect: id, outcome, at }, &mut Emitted::default());
                }
                Effect::Read { .. } | Effect::Write { .. } => return entered,
                Effect::Cancel(_) => {}
            }
        }
    }
    entered
}

/// Where the data are given and everything has been looked at, what random runs reach has been reached.
#[test]
fn nothing_that_random_runs_reach_is_missed() {
    let mut n_complete = 0;
    for seed in 0..30 {
        let document = document(&workflow::definition(seed).to_string());
        let program = program(&document);
        let has_reader = program.outline.states.iter().any(|it| it.kind == Some(stepscope::asl::StateKind::Map));
        let input = text::parse(&workflow::input(seed).to_string()).expect("JSON");
        let results = program.outline.states.iter().map(|it| (Arc::clone(&it.name), text::parse("{}").expect("JSON")));
        let given = Given { input: Some(input.clone()), ..Given::default() }.with_results(results);
        let it = explored(&document, &given, &Options { most_states: 400, ..options() });
        for state in &it.reached.states {
            assert!(possible(program).states.contains(state), "{seed}: state {state:?} is possible\n{}", document.text);
        }
        for handler in &it.reached.handlers {
            assert!(it.possible.handlers.contains(handler), "{seed}: handler {handler:?} is possible");
        }
        if !it.bounds.is_complete() {
            continue;
        }
        n_complete += u32::from(!has_reader);
        for nth in 0..12 {
            for state in wander(&document, &input, seed << 16 | nth) {
                let is_reached = it.reached.states.iter().any(|it| it.0 == state);
                let name = program.outline.name(stepscope::asl::StateId(state));
                assert!(is_reached, "{seed}, {nth}: {name} is reached by a random run\n{}", document.text);
            }
        }
    }
    assert!(n_complete > 7, "{n_complete} of 30 have been looked at as a whole");
}
