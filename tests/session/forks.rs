//! Forks: what they share, what they change, and that the run they come from is not touched.

use std::collections::BTreeMap;

use stepscope::engine::{Event, EventKind, Failure, FailureKind, Outcome, TaskStep};
use stepscope::handlers::{MockHost, Otherwise};
use stepscope::history::SEGMENT;
use stepscope::json::{Json, Object, text};
use stepscope::session::document::open;
use stepscope::session::{Drive, Edit, ForkError, SameProgram, changeable};
use stepscope::time::Duration;

use super::*;
use crate::support::runs::exported;

const MANY: u32 = 1_000_000;

const SHOP: &str = r#"{"StartAt": "Load", "States": {
    "Load": {"Type": "Pass", "Assign": {"limit": 10}, "Next": "Pay"},
    "Pay": {"Type": "Task", "Resource": "pay", "TimeoutSeconds": 30, "ResultPath": "$.paid", "Next": "Check",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refund"}]},
    "Check": {"Type": "Choice", "Default": "Refund", "Choices": [
        {"Variable": "$limit", "NumericLessThan": 20, "Next": "Ship"}]},
    "Ship": {"Type": "Task", "Resource": "ship", "End": true},
    "Refund": {"Type": "Pass", "End": true}}}"#;
const ANSWERS: &str = r#"{"Pay": [{"return": {"id": 1}, "after": 5}], "Ship": [{"return": "sent", "after": 2}]}"#;

fn shop() -> Case {
    Case::mocked("shop", SHOP, r#"{"order": 7}"#, Some(ANSWERS), None)
}

/// Drives a fork to its end, with a host that is brought to where it begins.
fn finish(case: &Case, fork: &mut Run) {
    let mut host = case.host();
    fork.brief(&mut *host);
    assert_eq!(fork.drive(&mut *host, &mut |_, _| false, MANY), Drive::Ended, "{}", case.name);
}

/// Returns the first event of a kind in a state.
fn find(run: &Run, state: &str, is_kind: impl Fn(&EventKind) -> bool) -> EventId {
    let outline = &run.program().outline;
    let mut events = run.log().iter();
    events.find(|it| outline.name(it.state) == state && is_kind(&it.kind)).expect("it happens").id
}

fn entry(run: &Run, state: &str) -> EventId {
    find(run, state, |it| matches!(it, EventKind::StateEntered { .. }))
}

fn json(text: &str) -> Json {
    text::parse(text).expect("the test has JSON")
}

fn members(text: &str) -> Object {
    json(text).as_object().expect("the test has an object").clone()
}

/// Returns the states that a run entered, and how it ended.
fn way(run: &Run) -> String {
    let entered = run.log().iter().filter(|it| matches!(it.kind, EventKind::StateEntered { .. }));
    let names: Vec<&str> = entered.map(|it| run.program().outline.name(it.state)).collect();
    format!("{} {}", names.join(" "), run.status().name())
}

/// Checks that the fork has the run's events up to `at`, and the run everything it had.
fn check_shared(name: &str, run: &Run, before: &str, fork: &Run, n_shared: usize) {
    assert_eq!(exported(run), before, "{name}: the run is as it was");
    let shared = |run: &Run| -> Vec<Event> { run.log().iter().take(n_shared).cloned().collect() };
    assert_eq!(shared(run), shared(fork), "{name}");
    let n_sealed = (n_shared.div_ceil(SEGMENT)).saturating_sub(1);
    assert!(run.log().n_shared(fork.log()) >= n_sealed, "{name}: sealed segments are the same ones");
}

#[test]
fn a_fork_without_a_change_happens_like_its_run() {
    for seed in 0..200 {
        let case = Case::random(seed);
        let run = case.finish(MANY);
        let before = exported(&run);
        let n_events = run.log().len();
        for at in (1..=n_events).step_by((n_events / 4).max(1)) {
            let mut fork = run.fork(EventId(at as u32), None).expect("every event can be forked at");
            assert!(fork.log().len() >= at, "{}", case.name);
            let n_shared = fork.log().len();
            let tip = format!("{:?}", fork.tip());
            assert_eq!(tip, format!("{:?}", run.log().frame_at(EventId(n_shared as u32))), "{}", case.name);
            finish(&case, &mut fork);
            assert!(exported(&fork) == before, "{} at event {at}", case.name);
            check_shared(&case.name, &run, &before, &fork, n_shared);
            let somewhere = EventId(usize::midpoint(at, n_events) as u32);
            let (near, far) = (fork.machine_at(somewhere), fork.machine_replayed_at(somewhere));
            assert!(format!("{near:?}") == format!("{far:?}"), "{} at event {}", case.name, somewhere.0);
        }
    }
}

#[test]
fn another_input_changes_the_entry_and_what_follows() {
    let case = shop();
    let run = case.finish(MANY);
    let before = exported(&run);
    let at = entry(&run, "Pay");
    let mut fork = run.fork(at, Some(Edit::Input(json(r#"{"order": 8}"#)))).unwrap();
    let n_shared = fork.log().len();
    assert_eq!(n_shared, at.0 as usize - 1);
    finish(&case, &mut fork);
    let EventKind::StateEntered { input, .. } = &fork.log().event(at).unwrap().kind else { panic!("it is entered") };
    assert_eq!(*input, json(r#"{"order": 8}"#));
    assert_eq!(way(&fork), "Load Pay Check Ship SUCCEEDED");
    check_shared("shop", &run, &before, &fork, n_shared);
    let first = run.fork(entry(&run, "Load"), Some(Edit::Input(json("3")))).unwrap();
    assert_eq!(first.log().len(), 0, "the first event of all can be changed too");
}

#[test]
fn another_answer_comes_when_the_first_one_did() {
    let case = shop();
    let run = case.finish(MANY);
    let failure = Failure { error: Some("Declined".into()), cause: None, kind: FailureKind::Named };
    let declined = || Outcome::Failed(Arc::new(failure.clone()), TaskStep::Run);
    let at = find(&run, "Pay", |it| matches!(it, EventKind::TaskSucceeded { .. }));
    let mut fork = run.fork(at, Some(Edit::Answer(declined()))).unwrap();
    finish(&case, &mut fork);
    assert_eq!(way(&fork), "Load Pay Refund SUCCEEDED");
    assert_eq!(fork.log().event(at).unwrap().at, run.log().event(at).unwrap().at);
    // And back again: a fork of the fork, where its task fails.
    let mut again = fork.fork(at, Some(Edit::Answer(Outcome::Succeeded(json("2"))))).unwrap();
    finish(&case, &mut again);
    assert_eq!(way(&again), "Load Pay Check Ship SUCCEEDED");
    // A task that is under way ends at once.
    let begun = find(&run, "Pay", |it| matches!(it, EventKind::TaskStarted(_)));
    let mut at_once = run.fork(begun, Some(Edit::Answer(declined()))).unwrap();
    finish(&case, &mut at_once);
    assert_eq!(way(&at_once), "Load Pay Refund SUCCEEDED");
    assert_eq!(at_once.tip().at, run.log().event(begun).unwrap().at);
}

#[test]
fn an_answer_in_place_of_a_time_out() {
    let case = Case::mocked("shop", SHOP, "{}", Some(r#"{"Pay": [{"timeout": true}], "Ship": [{"return": 1}]}"#), None);
    let run = case.finish(MANY);
    assert_eq!(way(&run), "Load Pay Refund SUCCEEDED");
    let at = find(&run, "Pay", |it| matches!(it, EventKind::TaskTimedOut(_)));
    let mut fork = run.fork(at, Some(Edit::Answer(Outcome::Succeeded(json("1"))))).unwrap();
    finish(&case, &mut fork);
    assert_eq!(way(&fork), "Load Pay Check Ship SUCCEEDED");
}

#[test]
fn other_variables_are_assigned_when_a_state_is_left() {
    let case = shop();
    let run = case.finish(MANY);
    let mut fork =
        run.fork(entry(&run, "Check"), Some(Edit::Variables(members(r#"{"limit": 99, "more": 1}"#)))).unwrap();
    finish(&case, &mut fork);
    assert_eq!(way(&fork), "Load Pay Check Refund SUCCEEDED");
    let variables = fork.log().frame_at(entry(&fork, "Check")).strands[&StrandId::ROOT].variables.clone();
    assert_eq!(variables.as_deref(), Some(&json(r#"{"limit": 99, "more": 1}"#)));
    let early = run.fork(entry(&run, "Load"), Some(Edit::Variables(members(r#"{"limit": 1}"#))));
    assert!(matches!(early, Err(ForkError::NotHere { what: "variables", .. })), "{early:?}");
}

#[test]
fn what_an_event_does_not_say_cannot_be_changed_at_it() {
    let run = shop().finish(MANY);
    let at = entry(&run, "Check");
    let answer = run.fork(at, Some(Edit::Answer(Outcome::Succeeded(Json::Null)))).unwrap_err();
    assert_eq!(answer.to_string(), "the answer cannot be changed at this event; go to where a task begins or ends");
    let input = run.fork(EventId(1), Some(Edit::Input(Json::Null))).unwrap_err();
    assert_eq!(input.to_string(), "the input cannot be changed at this event; go to where a state is entered");
    assert_eq!(run.fork(EventId(999), None).unwrap_err().to_string(), "the run has no event 999");
}

fn program(definition: &str) -> Edit {
    let opened = open("edited", definition.as_bytes());
    let program = opened.documents[0].definition.program.clone().expect("the test has a definition that runs");
    Edit::Definition(Arc::new(SameProgram(program)))
}

#[test]
fn another_definition_goes_on_with_the_states_of_the_same_names() {
    let case = shop();
    let run = case.finish(MANY);
    let before = exported(&run);
    // New states first and last, so that every id would be another one; one is gone.
    let edited = r#"{"StartAt": "New", "States": {
        "New": {"Type": "Pass", "Next": "Load"},
        "Ship": {"Type": "Pass", "Result": "by hand", "ResultPath": "$.shipped", "Next": "Bill"},
        "Check": {"Type": "Choice", "Default": "Ship", "Choices": [{"Variable": "$limit", "NumericLessThan": 5, "Next": "Bill"}]},
        "Pay": {"Type": "Task", "Resource": "pay", "Next": "Check"},
        "Load": {"Type": "Pass", "Next": "Pay"},
        "Bill": {"Type": "Pass", "End": true}}}"#;
    let at = find(&run, "Pay", |it| matches!(it, EventKind::TaskStarted(_)));
    let mut fork = run.fork(at, Some(program(edited))).unwrap();
    let n_shared = fork.log().len();
    finish(&case, &mut fork);
    assert_eq!(way(&fork), "Load Pay Check Ship Bill SUCCEEDED");
    check_shared("shop", &run, &before, &fork, n_shared);
    assert_eq!(fork.program().outline.find("Refund").map(|it| fork.program().outline.name(it)), Some("Refund"));
    // What is shown of a moment is the same from every segment and checkpoint.
    let n_visits = |name: &str| fork.tip().states[fork.program().outline.find(name).unwrap().idx()].n_entered;
    assert_eq!(["New", "Load", "Pay", "Check", "Ship", "Bill"].map(n_visits), [0, 1, 1, 1, 1, 1]);
    for event in 1..=fork.log().len() as u32 {
        let (near, far) = (fork.machine_at(EventId(event)), fork.machine_replayed_at(EventId(event)));
        assert_eq!(format!("{near:?}"), format!("{far:?}"), "at event {event}");
    }
    // A fork of the fork, before the definition changed, has the earlier one.
    let mut earlier = fork.fork(entry(&fork, "Load"), None).unwrap();
    finish(&case, &mut earlier);
    assert_eq!(exported(&earlier), before);
    let mut later = fork.fork(entry(&fork, "Check"), None).unwrap();
    finish(&case, &mut later);
    assert_eq!(exported(&later), exported(&fork));
}

#[test]
fn a_definition_without_the_state_that_the_run_is_in_is_refused() {
    let run = shop().finish(MANY);
    let without = r#"{"StartAt": "Load", "States": {"Load": {"Type": "Pass", "End": true}}}"#;
    let at = find(&run, "Pay", |it| matches!(it, EventKind::TaskStarted(_)));
    let Err(ForkError::Misfit(found)) = run.fork(at, Some(program(without))) else { panic!("it is refused") };
    assert_eq!(found[0].code, "RUN002");
    assert!(found[0].message.contains("\"Pay\""), "{found:?}");
    let other_type = SHOP.replace(
        r#""Pay": {"Type": "Task", "Resource": "pay", "TimeoutSeconds": 30, "ResultPath": "$.paid", "Next": "Check",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refund"}]}"#,
        r#""Pay": {"Type": "Pass", "Next": "Check"}"#,
    );
    assert!(matches!(run.fork(at, Some(program(&other_type))), Err(ForkError::Misfit(_))));
    assert!(run.fork(entry(&run, "Load"), Some(program(without))).is_ok());
}

#[test]
fn a_map_goes_on_with_the_processor_of_the_other_definition() {
    let definition = |suffix: &str, more: &str| {
        format!(
            r#"{{"StartAt": {first}, "States": {{{more} "M": {{"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor": {{
                "StartAt": "T", "States": {{"T": {{"Type": "Pass", "Result": "{suffix}", "End": true}}}}}}}}}}}}"#,
            first = if more.is_empty() { "\"M\"" } else { "\"P\"" },
        )
    };
    let case = Case::mocked("map", &definition("old", ""), "[1, 2, 3]", None, None);
    let run = case.finish(MANY);
    let second = run.log().iter().filter(|it| matches!(it.kind, EventKind::IterationStarted { .. })).nth(1).unwrap().id;
    let wider = definition(
        "new",
        r#""P": {"Type": "Parallel", "Next": "M", "Branches": [{"StartAt": "X", "States": {"X": {"Type": "Pass", "End": true}}}]},"#,
    );
    let mut fork = run.fork(second, Some(program(&wider))).unwrap();
    finish(&case, &mut fork);
    let stepscope::engine::Status::Succeeded(output) = fork.status() else { panic!("{:?}", fork.status()) };
    assert_eq!(text::compact(output), r#"["old","new","new"]"#);
}

#[test]
fn an_unanswered_task_asks_and_the_answer_goes_on() {
    let case = Case::mocked("shop", SHOP, "{}", None, None);
    let mut host = MockHost::new(Arc::default(), Otherwise::Ask);
    let mut run = case.start();
    let mut never = |_: &stepscope::history::Frame, _: &Event| false;
    let Drive::Unanswered(calls) = run.drive(&mut host, &mut never, MANY) else { panic!("it asks") };
    assert_eq!(calls.iter().map(|it| &**it.name()).collect::<Vec<_>>(), ["Pay"]);
    let asking = run.fork(EventId(run.log().len() as u32), None).unwrap();
    run.answer(0, vec![(Duration::from_secs(3.0), Outcome::Succeeded(json("1")))]);
    let Drive::Unanswered(calls) = run.drive(&mut host, &mut never, MANY) else { panic!("it asks again") };
    assert_eq!(&**calls[0].name(), "Ship");
    // Never: it sets no time limit, so that of the execution ends it.
    run.answer(0, Vec::new());
    assert_eq!(run.drive(&mut host, &mut never, MANY), Drive::Ended);
    assert_eq!(way(&run), "Load Pay Check Ship TIMED_OUT");
    // The fork asks anew, and can be answered otherwise.
    let mut fork = asking;
    fork.brief(&mut host);
    assert!(matches!(fork.drive(&mut host, &mut never, MANY), Drive::Unanswered(_)));
    fork.answer(0, Vec::new());
    fork.drive(&mut host, &mut never, MANY);
    assert_eq!(way(&fork), "Load Pay Refund SUCCEEDED");
}

/// Checks that what is offered at an event is what a fork takes, and that the places named for the rest take it.
fn check_offers(name: &str, run: &Run, at: EventId) {
    let offered = changeable(run.log(), at).expect("there is such an event");
    let takes =
        |at, edit| !matches!(run.fork(at, Some(edit)), Err(ForkError::NotHere { what, .. }) if what != "moment");
    let edits = [
        ("input", Edit::Input(json("{}")), offered.input.err()),
        ("answer", Edit::Answer(Outcome::Succeeded(json("{}"))), offered.answer.err()),
        ("variables", Edit::Variables(members(r#"{"x": 1}"#)), offered.variables.err()),
    ];
    for (what, edit, elsewhere) in edits {
        assert_eq!(takes(at, edit.clone()), elsewhere.is_none(), "{name}: {what} at event {}", at.0);
        if let Some((nearest, _)) = elsewhere.and_then(|it| it.nearest) {
            assert!(takes(nearest, edit), "{name}: {what} at event {}, the nearest to {}", nearest.0, at.0);
        }
    }
}

#[test]
fn what_is_offered_is_what_the_run_has_and_the_nearest_place_is_of_the_same_visit() {
    let run = shop().finish(MANY);
    let paid = find(&run, "Pay", |it| matches!(it, EventKind::TaskSucceeded { .. }));
    let at = |id| changeable(run.log(), id).expect("there is such an event");
    let entered = at(entry(&run, "Pay"));
    assert_eq!(entered.input, Ok(json(r#"{"order": 7}"#)));
    assert_eq!(entered.variables, Ok(members(r#"{"limit": 10}"#)));
    assert_eq!(entered.answer.unwrap_err().nearest.map(|it| it.0), Some(paid));
    assert_eq!(at(paid).answer, Ok(Some(Outcome::Succeeded(json(r#"{"id": 1}"#)))));
    assert_eq!(at(paid).input.unwrap_err().nearest.map(|it| it.0), Some(entry(&run, "Pay")));
    let begun = find(&run, "Pay", |it| matches!(it, EventKind::TaskStarted(_)));
    assert_eq!(at(begun).answer, at(paid).answer, "what it comes to is what is changed");
    let last = EventId(run.log().len() as u32);
    let nearest = at(last).course.unwrap_err().nearest.expect("there is an event before").0;
    assert_eq!(at(nearest).course, Ok(()));
}

#[test]
fn edits_of_random_runs_reach_an_end_and_leave_the_run_alone() {
    let mut tried: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..150 {
        let case = Case::random(seed);
        let run = case.finish(MANY);
        // Those that fill their history take a hundred times as long and say nothing new.
        if run.log().len() > 5_000 {
            continue;
        }
        let before = exported(&run);
        let stride = (run.log().len() / 12).max(1);
        for event in run.log().iter().step_by(stride) {
            check_offers(&case.name, &run, event.id);
            let edits = [
                ("input", Edit::Input(json(r#"{"n": 3, "list": [1, 2]}"#))),
                ("answer", Edit::Answer(Outcome::Succeeded(json(r#"{"edited": true}"#)))),
                ("variables", Edit::Variables(members(r#"{"x": 1}"#))),
            ];
            for (what, edit) in edits {
                let Ok(mut fork) = run.fork(event.id, Some(edit)) else { continue };
                let n_shared = fork.log().len();
                finish(&case, &mut fork);
                check_shared(&case.name, &run, &before, &fork, n_shared);
                let last = EventId(fork.log().len() as u32);
                assert_eq!(format!("{:?}", fork.machine_at(last)), format!("{:?}", fork.machine_replayed_at(last)));
                *tried.entry(what).or_default() += 1;
            }
        }
    }
    assert!(tried.len() == 3 && tried.values().all(|it| *it > 100), "{tried:?}");
}
