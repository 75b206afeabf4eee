//! Holes that are known, each found with a run that shows it.

use std::sync::atomic::{AtomicBool, Ordering};

use stepscope::diagnostic::Severity;
use stepscope::explore::{Given, Kind, Options, Verdict, Watch, explore};
use stepscope::lint::Config;

use super::*;

/// Checks that a finding of this kind is there that says this.
fn check(it: &Exploration, kind: Kind, says: &str) {
    let found = it.findings.iter().any(|it| it.kind == kind && it.message.contains(says));
    assert!(found, "no {} with {says:?}\n{}", kind.name(), shown(&it.findings));
}

#[test]
fn a_notification_that_fails_takes_the_booking_with_it() {
    let it = explored_text(&of_lint("a_notification_takes_the_booking_with_it"));
    check(&it, Kind::UncaughtError, r#"state "Tell guest" fails"#);
    check(&it, Kind::LeftInPlace, r#""Reserve room", "Charge guest" stay done"#);
    assert!(it.bounds.is_complete());
}

#[test]
fn retries_of_60_days_are_run_through() {
    let it = explored_text(&of_lint("retries_of_60_days"));
    check(&it, Kind::LongBackOff, "retries wait 60 d 16 h in one run");
    let trial = it.findings.iter().find(|it| it.kind == Kind::LongBackOff).and_then(|it| it.trial.as_ref());
    let run = trial.expect("a run").replay(it_program(&of_lint("retries_of_60_days")).as_ref().expect("it runs")).run;
    let waited = run.tip().at - run.journal().spec.at;
    assert!(waited.as_secs() > 60.0 * 86_400.0 && run.status().name() == "SUCCEEDED", "{waited}");
}

#[test]
fn a_catcher_that_drops_the_error_leads_into_a_path_error() {
    let it = explored_text(&of_lint("a_null_result_path_leads_into_a_missing_path"));
    check(&it, Kind::PathError, "\"Note failure\" ends the execution with States.Runtime on the way of a failure");
    let errors = it.findings.iter().filter(|it| it.kind == Kind::PathError).count();
    assert_eq!(errors, 1, "the way with the error is sound\n{}", shown(&it.findings));
}

#[test]
fn a_misspelt_wildcard_catches_nothing_that_is_foreseen() {
    let it = explored_text(&of_lint("state_all_is_misspelt"));
    check(&it, Kind::UncaughtError, "nothing catches it");
}

#[test]
fn states_runtime_is_named_in_vain() {
    let it = explored_text(&of_lint("states_runtime_is_named_in_vain"));
    check(&it, Kind::DeadName, "never catches States.Runtime");
}

#[test]
fn names_behind_an_exhausted_retrier_are_dead() {
    let it = explored_text(&of_lint("an_exhausted_retrier_hides_a_later_one"));
    check(&it, Kind::DeadName, r#"retrier 2 of state "Key" never retries Lambda.ServiceException"#);
    check(&it, Kind::DeadName, r#"retrier 2 of state "Key" never retries Lambda.SdkClientException"#);
    let dead = it.findings.iter().filter(|it| it.kind == Kind::DeadName).count();
    assert_eq!(dead, 2, "{}", shown(&it.findings));
}

#[test]
fn an_error_that_is_caught_inside_never_comes_out() {
    let it = explored_text(
        r#"{"StartAt": "P", "States": {
            "P": {"Type": "Parallel", "End": true,
                "Branches": [{"StartAt": "T", "States": {
                    "T": {"Type": "Task", "Resource": "arn:aws:lambda:::function:t", "End": true,
                        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "R"}]},
                    "R": {"Type": "Fail", "Error": "Refused"}}}],
                "Catch": [{"ErrorEquals": ["Busy"], "Next": "A"}, {"ErrorEquals": ["Refused"], "Next": "B"}]},
            "A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}"#,
    );
    check(&it, Kind::DeadHandler, r#"catcher 1 of state "P" never catches anything"#);
    check(&it, Kind::UnreachedState, r#"no run reaches state "A""#);
    assert!(!it.findings.iter().any(|it| it.kind == Kind::UncaughtError), "{}", shown(&it.findings));
}

#[test]
fn a_loop_without_a_way_out_is_found() {
    let document = document(
        r#"{"StartAt": "Ask", "States": {
            "Ask": {"Type": "Task", "Resource": "arn:aws:lambda:::function:t", "ResultPath": null, "Next": "Stop?",
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Stop?"}]},
            "Stop?": {"Type": "Choice", "Default": "Rest", "Choices": [
                {"Variable": "$.n", "NumericEquals": 1, "Next": "Done"}]},
            "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Ask"}, "Done": {"Type": "Succeed"}}}"#,
    );
    let it = explored(&document, &given(r#"{"n": 0}"#, r#"{"Ask": [{"return": 1}]}"#), &options());
    let trial = it.findings.iter().find_map(|it| it.trial.as_ref()).expect("a run");
    let run = trial.replay(program(&document)).run;
    assert_eq!(run.log().len(), 25_000, "it goes on until the history is full");
    check(&it, Kind::EndlessLoop, "never ends");
}

const CIRCLE: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Succeed"},
    "B": {"Type": "Choice", "Choices": [{"Variable": "$$.State.Name", "IsPresent": false, "Next": "C"}],
        "Default": "A"}}}"#;

#[test]
fn a_loop_that_nothing_stops_fills_the_history() {
    let it = explored_text(CIRCLE);
    check(&it, Kind::EventQuota, "goes round");
    let trial = it.findings.iter().find(|it| it.kind == Kind::EventQuota).and_then(|it| it.trial.as_ref());
    let n_events = trial.and_then(|it| Some(it.replay(it_program(CIRCLE).as_ref()?).run.log().len()));
    assert_eq!(n_events, Some(25_000), "the run goes on until the history is full");
}

#[test]
fn a_poll_that_can_end_is_no_finding() {
    let it = explored_text(
        r#"{"StartAt": "Ask", "States": {
            "Ask": {"Type": "Task", "Resource": "arn:aws:lambda:::function:t", "ResultPath": "$.job", "Next": "Done?",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}]},
            "Done?": {"Type": "Choice", "Default": "Rest", "Choices": [
                {"Variable": "$.job.status", "StringEquals": "DONE", "Next": "Yes"},
                {"Variable": "$.job.status", "StringEquals": "FAILED", "Next": "No"}]},
            "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Ask"},
            "Yes": {"Type": "Succeed"}, "No": {"Type": "Fail", "Error": "No"}}}"#,
    );
    assert_eq!(shown(&it.findings), "");
    assert_eq!(it.reached.states.len(), 5, "a Choice is followed every way where the data are assumed");
}

#[test]
fn errors_that_no_handler_tells_apart_are_one_outcome() {
    let it = explored_text(
        r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:lambda:::function:t", "End": true,
            "Retry": [{"ErrorEquals": ["A", "B"], "MaxAttempts": 2}]}}}"#,
    );
    // Two outcomes of the first attempt, A or B and any other, then two retries of A or B; and success of each.
    assert_eq!((it.n_states, it.n_runs), (3, 5), "{}", shown(&it.findings));
}

const LOCK: &str = r#"{"StartAt": "Lock", "States": {
    "Lock": {"Type": "Task", "Resource": "arn:aws:lambda:::function:l", "ResultPath": null, "Next": "Work",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Unlock"}]},
    "Work": {"Type": "Task", "Resource": "arn:aws:lambda:::function:w", "ResultPath": null, "Next": "Unlock",
        "Catch": [{"ErrorEquals": ["CATCHES"], "ResultPath": null, "Next": "Unlock"}]},
    "Unlock": {"Type": "Pass", "End": true}}}"#;

#[test]
fn what_is_always_reached_is_proved_or_refuted_by_a_run() {
    let judge = |text: &str, given: &Given| {
        let document = document(text);
        let always = vec![program(&document).outline.find("Unlock").expect("the state")];
        let it = explored(&document, given, &Options { always, ..options() });
        (it.always[0].verdict.clone(), it)
    };
    let known = given("{}", r#"{"Lock": [{"return": 1}], "Work": [{"return": 1}]}"#);
    let sound = LOCK.replace("CATCHES", "States.ALL");
    assert!(matches!(judge(&sound, &known).0, Verdict::Proved));
    let (assumed, _) = judge(&sound, &Given::default());
    assert!(matches!(assumed, Verdict::Held { cut: false, assumed: true }), "{assumed:?}");
    let (refuted, it) = judge(&LOCK.replace("CATCHES", "Foreseen"), &known);
    let Verdict::Refuted(trial) = refuted else { panic!("{refuted:?}") };
    assert_eq!(trial.faults().count(), 1);
    let run = trial.replay(it_program(&LOCK.replace("CATCHES", "Foreseen")).as_ref().expect("it runs")).run;
    assert_eq!(run.status().name(), "FAILED");
    assert!(it.findings.iter().any(|it| it.kind == Kind::NotAlways && it.severity == Severity::Error));
}

fn it_program(text: &str) -> Option<Arc<Program>> {
    document(text).definition.program.clone()
}

#[test]
fn an_exploration_that_is_stopped_keeps_what_it_has() {
    let document = document(&of_lint("a_sound_saga"));
    let cancel = AtomicBool::new(false);
    let watch = Watch { progress: &|_| cancel.store(true, Ordering::Relaxed), cancel: &cancel };
    let it = explore(&document, &spec(), &Given::default(), &Config::default(), &options(), &watch).expect("it runs");
    assert!(it.bounds.cancelled && !it.bounds.is_complete());
    assert!(it.n_states > 0 && !it.reached.states.is_empty());
    let whole = explored_text(&of_lint("a_sound_saga"));
    assert!(it.n_states < whole.n_states);
}

#[test]
fn a_bound_is_said() {
    let document = document(&of_lint("a_sound_saga"));
    let one = explored(&document, &Given::default(), &Options { faults: Some(1), ..options() });
    assert_eq!((one.bounds.faults, one.bounds.complete_faults), (Some(1), Some(1)));
    assert!(!one.bounds.is_complete());
    let few = explored(&document, &Given::default(), &Options { most_states: 10, ..options() });
    assert!(few.bounds.states && !few.bounds.is_complete());
}
