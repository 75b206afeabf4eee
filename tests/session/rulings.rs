//! What is said of the failure at the cursor: of that one, and not of what has failed before.

use stepscope::engine::EventId;
use stepscope::history::infer::Fate as Followed;
use stepscope::history::infer::handled;
use stepscope::history::read::read;
use stepscope::session::Run;
use stepscope::session::rules::{Fate, Rules, Ruling};

use crate::support::runs::{Case, exported_alone};

/// Its task fails once, is retried and succeeds; what it selects of the result is not there.
pub const SELECTS_NOTHING: &str = r#"{"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "pay",
    "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 3}],
    "ResultSelector": {"id.$": "$.receipt.id"}, "End": true}}}"#;
pub const FAILS_ONCE: &str = r#"{"Pay": [{"throw": {"error": "Busy"}}, {"return": {"ok": true}}]}"#;

/// Returns the ruling at the last event of a run.
fn last_ruling(rules: &Rules, run: &Run) -> Option<Ruling> {
    let last = EventId(run.log().len() as u32);
    rules.ruling(&run.log().frame_at(last), run.log().event(last)?)
}

fn error(ruling: &Ruling) -> &str {
    ruling.failure().and_then(|it| it.error.as_deref()).unwrap_or_default()
}

#[test]
fn an_expression_that_fails_after_a_retry_is_the_failure_at_the_end() {
    let run = Case::mocked("pay", SELECTS_NOTHING, "{}", Some(FAILS_ONCE), None).finish(100);
    let ruling = last_ruling(&Rules::from(run.program()), &run).expect("the execution has failed");
    assert_eq!((error(&ruling), ruling.fate()), ("States.Runtime", Some(Fate::Uncaught)));
    let frame = run.log().frame_at(EventId(run.log().len() as u32));
    let errors: Vec<_> = frame.states[0].last.failures.iter().filter_map(|it| it.error.as_deref()).collect();
    assert_eq!((errors, frame.states[0].last.attempts), (vec!["Busy", "States.Runtime"], 2));
}

#[test]
fn a_failure_that_an_event_has_said_is_not_counted_twice() {
    let mocks = r#"{"Pay": [{"throw": {"error": "Busy"}}, {"throw": {"error": "Declined"}}]}"#;
    let run = Case::mocked("pay", SELECTS_NOTHING, "{}", Some(mocks), None).finish(100);
    let ruling = last_ruling(&Rules::from(run.program()), &run).expect("the execution has failed");
    assert_eq!((error(&ruling), ruling.fate()), ("Declined", Some(Fate::Uncaught)));
    let frame = run.log().frame_at(EventId(run.log().len() as u32));
    assert_eq!(frame.states[0].last.failures.len(), 2);
}

#[test]
fn around_a_branch_whose_expression_fails_after_a_retry_it_is_that_failure_too() {
    let around = format!(
        r#"{{"StartAt": "Both", "States": {{"Both": {{"Type": "Parallel", "End": true, "Retry":
        [{{"ErrorEquals": ["Declined"], "IntervalSeconds": 1}}], "Branches": [{SELECTS_NOTHING}]}}}}}}"#
    );
    let mocks = r#"{"Pay": [{"throw": {"error": "Declined"}}, {"return": {"ok": true}}]}"#;
    let run = Case::mocked("both", &around, "{}", Some(mocks), None).finish(100);
    let ruling = last_ruling(&Rules::from(run.program()), &run).expect("the execution has failed");
    assert_eq!((error(&ruling), ruling.fate()), ("States.Runtime", Some(Fate::Uncaught)));
}

#[test]
fn a_history_says_it_with_and_without_its_definition() {
    let run = Case::mocked("pay", SELECTS_NOTHING, "{}", Some(FAILS_ONCE), None).finish(100);
    let recorded = read(exported_alone(&run).into_bytes(), Some(&run.program().outline));
    let imported = recorded.executions.first().expect("it is a history");
    let last = EventId(imported.log.view().len() as u32);
    for program in [None, Some(run.program())] {
        let found = handled(imported.log.view(), program.map(|it| &**it));
        let told: Vec<_> =
            found.iter().map(|it| (it.event.0, it.attempt, matches!(it.fate, Followed::Uncaught))).collect();
        assert_eq!(told, [(5, 1, false), (last.0, 2, true)], "{found:?}");
        let rules = Rules::of_history(imported.log.view(), program);
        let event = imported.log.view().event(last).expect("the last one");
        let ruling = rules.ruling(&imported.log.view().frame_at(last), event).expect("the execution has failed");
        assert_eq!((error(&ruling), ruling.fate()), ("States.Runtime", Some(Fate::Uncaught)));
    }
}
