//! The laws of workspaces: a run that was kept is the run, to the byte, whatever was done to it.

use std::sync::Arc;

use stepscope::engine::{Action, EventId, Failure, Outcome};
use stepscope::json::{Json, Object, text};
use stepscope::session::document::open;
use stepscope::session::{Edit, Run, SameProgram};

use super::*;
use crate::support::runs::{Case, exported, long, over_some};

const MANY: u32 = 1_000_000;

/// Checks that two runs cannot be told apart: what has happened, what is noted, where they stand.
fn check_same(name: &str, run: &Run, again: &Run) {
    assert!(exported(run) == exported(again), "{name}: the histories differ");
    assert_eq!(run.journal().actions.len(), again.journal().actions.len(), "{name}");
    assert_eq!(run.n_actions(), again.n_actions(), "{name}");
    assert_eq!(run.status(), again.status(), "{name}");
    assert_eq!(format!("{:?}", run.tip()), format!("{:?}", again.tip()), "{name}");
    let last = EventId(run.log().len() as u32);
    let middle = EventId(last.0 / 2 + 1);
    for event in [middle, last] {
        let (theirs, ours) = (run.machine_at(event), again.machine_at(event));
        assert!(format!("{theirs:?}") == format!("{ours:?}"), "{name} at event {}", event.0);
    }
}

#[test]
fn a_run_that_was_kept_is_the_same_to_the_byte() {
    over_some(|case| {
        let run = case.finish(MANY);
        check_same(&case.name, &run, &again(vec![kept("Run 1", &run, None)])[0]);
    });
}

#[test]
fn a_run_that_was_kept_on_the_way_goes_on_as_it_would_have() {
    over_some(|case| {
        let whole = case.finish(MANY);
        let (mut run, mut host) = (case.start(), case.host());
        let half = whole.log().len() / 2;
        run.drive(&mut *host, &mut |_, event| event.id.0 as usize >= half, MANY);
        let mut again = again(vec![kept("Run 1", &run, None)]).remove(0);
        check_same(&case.name, &run, &again);
        let mut host = case.host();
        again.brief(&mut *host);
        again.finish(&mut *host);
        assert!(exported(&whole) == exported(&again), "{}", case.name);
    });
}

#[test]
fn forks_come_back_from_the_run_that_they_were_forked_from() {
    for seed in 0..120 {
        let case = Case::random(seed);
        let run = case.finish(MANY);
        let n_events = run.log().len();
        if n_events > 5_000 {
            continue;
        }
        let mut all = vec![(run, None)];
        for at in (1..=n_events).step_by((n_events / 3).max(1)) {
            let edits = [
                None,
                Some(Edit::Input(text::parse(r#"{"n": 3, "list": [1, 2]}"#).expect("valid"))),
                Some(Edit::Answer(Outcome::Succeeded(Json::from("edited")))),
                Some(Edit::Variables(Object::from_iter([("x".into(), Json::from(1))]))),
            ];
            for edit in edits {
                let parent = all.len() - 1;
                // Forks of forks too, where the last one reaches as far.
                let (of, event) = if all[parent].0.log().len() >= at { (parent, at) } else { (0, at) };
                let Ok(mut fork) = all[of].0.fork(EventId(event as u32), edit) else { continue };
                let mut host = case.host();
                fork.brief(&mut *host);
                fork.drive(&mut *host, &mut |_, _| false, 200);
                all.push((fork, Some((of, event as u32))));
            }
        }
        let names: Vec<String> = (0..all.len()).map(|it| format!("Run {it}")).collect();
        let kept = all.iter().zip(&names).map(|((run, from), name)| kept(name, run, *from)).collect();
        for ((run, _), again) in all.iter().zip(&again(kept)) {
            check_same(&case.name, run, again);
        }
    }
}

#[test]
fn a_fork_shares_the_events_of_its_run_again() {
    let case = long();
    let run = case.finish(MANY);
    let at = EventId(4_000);
    let fork = run.fork(at, None).expect("there is such an event");
    let again = again(vec![kept("Run 1", &run, None), kept("Run 2", &fork, Some((0, at.0)))]);
    assert_eq!(again[0].log().n_shared(again[1].log()), run.log().n_shared(fork.log()));
    assert!(run.log().n_shared(fork.log()) >= 3);
}

#[test]
fn redrives_and_stops_come_back() {
    let mut n_redriven = 0;
    for seed in 0..150 {
        let case = Case::random(seed);
        let mut run = case.finish(MANY);
        if run.log().len() > 5_000 || !run.redrive() {
            continue;
        }
        n_redriven += 1;
        let mut host = case.host();
        run.drive(&mut *host, &mut |_, _| false, 50);
        check_same(&case.name, &run, &again(vec![kept("Run 1", &run, None)])[0]);
        run.act_from_outside(Action::Stop(Arc::new(Failure::terminal("Stopped", "by hand"))));
        check_same(&case.name, &run, &again(vec![kept("Run 1", &run, None)])[0]);
    }
    assert!(n_redriven > 20, "only {n_redriven}");
}

#[test]
fn a_run_keeps_the_definition_that_it_went_on_with() {
    let definition = |result: &str, more: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{{more}
                "A": {{"Type": "Pass", "Next": "B"}},
                "B": {{"Type": "Pass", "Result": "{result}", "End": true}}}}}}"#
        )
    };
    let case = Case::mocked("old", &definition("old", ""), "{}", None, None);
    let run = case.finish(MANY);
    let edited = definition("new", r#""Z": {"Type": "Pass", "Next": "A"},"#);
    let opened = open("new", edited.as_bytes());
    let program = opened.documents[0].definition.program.clone().expect("it runs");
    let mut fork = run.fork(EventId(3), Some(Edit::Definition(Arc::new(SameProgram(program))))).expect("it fits");
    let mut host = case.host();
    fork.brief(&mut *host);
    fork.finish(&mut *host);
    assert!(exported(&fork).contains("new") && !exported(&fork).contains("old"));
    let runs = vec![kept("Run 1", &run, None), kept("Run 2", &fork, Some((0, 3)))];
    for (run, again) in [&run, &fork].into_iter().zip(&again(runs)) {
        check_same("definition", run, again);
    }
    // Also by itself, without the run that it was forked from.
    check_same("definition", &fork, &again(vec![kept("Run 2", &fork, None)])[0]);
}

#[test]
fn payloads_of_every_form_come_back() {
    let deep = "[".repeat(990) + &"]".repeat(990);
    for payload in [
        deep.as_str(),
        r#"{"$json": "1"}"#,
        r#"{"$json": {"$json": null}}"#,
        r"[1e300, 0.1, 2.0, -0.0, 9007199254740993, 1.0000000000000002, 5e-324]",
        r#"{"b": 1, "a": {"": "é\u0000\"\\\n"}}"#,
        r#""${x}""#,
    ] {
        let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
        let run = Case::mocked("payload", definition, payload, None, None).finish(MANY);
        let again = again(vec![kept("Run 1", &run, None)]);
        check_same(payload, &run, &again[0]);
        let input = |run: &Run| text::compact(&run.journal().spec.input);
        assert_eq!(input(&run), input(&again[0]));
    }
}
