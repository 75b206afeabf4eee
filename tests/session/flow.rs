//! The data flow of a visit, and its attempts.

use std::fmt::Write as _;
use stepscope::json::text::compact;
use stepscope::session::flow::{Field, Flow, Held, Source, flow};
use stepscope::session::visit::Visit;

use super::*;
use crate::support::runs::N_RANDOM;

fn run_of(case: &Case) -> Run {
    let mut run = case.start();
    run.finish(&mut *case.host());
    run
}

/// Returns the visits of a state in the whole run, in order.
fn visits(run: &Run, state: &str) -> Vec<Visit> {
    let id = run.program().outline.find(state).expect("the workflow has it");
    let entered = run
        .log()
        .iter()
        .filter(|it| it.state == id && matches!(it.kind, stepscope::engine::EventKind::StateEntered { .. }));
    entered.filter_map(|it| Visit::read(Some(run.program()), run.log(), until(run, it.id), it.id)).collect()
}

/// Returns the event by which the visit that an event enters has come to its end.
fn until(run: &Run, entered: EventId) -> EventId {
    let strand = run.log().event(entered).expect("it is in the log").strand;
    let later = run.log().iter_from(EventId(entered.0 + 1)).filter(|it| it.strand == strand);
    let last = later.take_while(|it| !matches!(it.kind, stepscope::engine::EventKind::StateEntered { .. })).last();
    last.map_or(entered, |it| it.id)
}

/// Writes a step: its title, its expression, its value or what is said instead.
fn show(flow: &Flow) -> Vec<String> {
    let line = |it: &stepscope::session::flow::FlowStep| {
        let mut line = it.field.title();
        for part in [it.expression.as_deref(), it.note.as_deref()].into_iter().flatten() {
            let _ = write!(line, " [{part}]");
        }
        if it.changes_nothing() {
            return line + " no change";
        }
        if let Some(value) = &it.value {
            let _ = write!(line, " {}", compact(value));
        }
        for rule in &it.rules {
            let _ = write!(line, " ({} → {}: {:?})", rule.condition, rule.next, rule.verdict);
        }
        line
    };
    flow.steps.iter().map(line).collect()
}

/// Checks the strip of the last visit of a state, told by the engine and worked out from the events.
fn check(definition: &str, input: &str, mocks: Option<&str>, state: &str, attempt: usize, expected: &[&str]) {
    let run = run_of(&Case::mocked(state, definition, input, mocks, None));
    let visit = visits(&run, state).pop().expect("the state was visited");
    let told = run.steps(stepscope::engine::ExecutionId::ROOT, visit.strand, visit.entered, visit.last);
    let by_engine = flow(Some(run.program()), run.log(), &visit, attempt, told);
    assert_eq!(by_engine.source, Source::Run);
    assert_eq!(show(&by_engine), expected, "{state}, by the engine");
    let by_events = flow(Some(run.program()), run.log(), &visit, attempt, None);
    assert_eq!(by_events.source, Source::Events);
    assert_eq!(show(&by_events), expected, "{state}, from the events");
}

const BOOK: &str = r#"{"StartAt": "Book", "States": {
    "Book": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:book",
        "InputPath": "$.trip", "Parameters": {"to.$": "$.to", "class": "economy"},
        "ResultSelector": {"id.$": "$.bookingId"}, "ResultPath": "$.hotel", "OutputPath": "$.hotel",
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "BackoffRate": 3}],
        "Catch": [{"ErrorEquals": ["Full"], "ResultPath": "$.error", "Assign": {"why.$": "$.Error"}, "Next": "Sorry"}],
        "Next": "Done"},
    "Sorry": {"Type": "Pass", "End": true},
    "Done": {"Type": "Succeed"}}}"#;

#[test]
fn a_task_in_jsonpath_goes_through_all_its_fields() {
    let mocks = r#"{"Book": [{"return": {"bookingId": "H1", "debug": 1}}]}"#;
    check(
        BOOK,
        r#"{"trip": {"to": "Berlin"}}"#,
        Some(mocks),
        "Book",
        0,
        &[
            r#"State input {"trip":{"to":"Berlin"}}"#,
            r#"InputPath [$.trip] {"to":"Berlin"}"#,
            r#"Parameters [2 fields, 1 computed] {"to":"Berlin","class":"economy"}"#,
            r#"Result {"bookingId":"H1","debug":1}"#,
            r#"ResultSelector [1 field, 1 computed] {"id":"H1"}"#,
            r#"ResultPath [$.hotel] {"trip":{"to":"Berlin"},"hotel":{"id":"H1"}}"#,
            r#"OutputPath [$.hotel] {"id":"H1"}"#,
            r#"State output {"id":"H1"}"#,
        ],
    );
}

#[test]
fn what_is_not_written_changes_nothing() {
    let plain = r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:t", "End": true}}}"#;
    check(
        plain,
        r#"{"a": 1}"#,
        Some(r#"{"T": [{"return": 5}]}"#),
        "T",
        0,
        &[
            r#"State input {"a":1}"#,
            "InputPath no change",
            "Parameters no change",
            "Result 5",
            "ResultSelector no change",
            "ResultPath no change",
            "OutputPath no change",
            "State output 5",
        ],
    );
}

#[test]
fn a_retried_attempt_ends_with_its_back_off_and_a_caught_one_with_what_the_handler_gets() {
    let mocks = r#"{"Book": [{"throw": {"error": "Busy"}}, {"throw": {"error": "Full", "cause": "no bed"}}]}"#;
    check(
        BOOK,
        r#"{"trip": {"to": "Rome"}}"#,
        Some(mocks),
        "Book",
        1,
        &[
            r#"State input {"trip":{"to":"Rome"}}"#,
            r#"InputPath [$.trip] {"to":"Rome"}"#,
            r#"Parameters [2 fields, 1 computed] {"to":"Rome","class":"economy"}"#,
            r#"Error {"Error":"Busy","Cause":null}"#,
            "Retry 1 [tries again after 2 s × 3⁰ = 2 s]",
        ],
    );
    check(
        BOOK,
        r#"{"trip": {"to": "Rome"}}"#,
        Some(mocks),
        "Book",
        2,
        &[
            r#"State input {"trip":{"to":"Rome"}}"#,
            r#"InputPath [$.trip] {"to":"Rome"}"#,
            r#"Parameters [2 fields, 1 computed] {"to":"Rome","class":"economy"}"#,
            r#"Error {"Error":"Full","Cause":"no bed"}"#,
            r#"ResultPath [$.error] [of Catch 1] {"trip":{"to":"Rome"},"error":{"Error":"Full","Cause":"no bed"}}"#,
            r#"Assign [1 field, 1 computed] {"why":"Full"}"#,
            r#"State output {"trip":{"to":"Rome"},"error":{"Error":"Full","Cause":"no bed"}}"#,
        ],
    );
}

#[test]
fn a_task_in_jsonata_has_arguments_output_and_assign() {
    let definition = r#"{"QueryLanguage": "JSONata", "StartAt": "T", "States": {"T": {"Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:000000000000:function:t",
        "Arguments": {"n": "{% $states.input.n + 1 %}"}, "Output": "{% $states.result.r %}",
        "Assign": {"last": "{% $states.result %}"}, "End": true}}}"#;
    check(
        definition,
        r#"{"n": 1}"#,
        Some(r#"{"T": [{"return": {"r": [7]}}]}"#),
        "T",
        0,
        &[
            r#"State input {"n":1}"#,
            r#"Arguments [1 field, 1 computed] {"n":2}"#,
            r#"Result {"r":[7]}"#,
            r"Output [{% $states.result.r %}] [7]",
            r#"Assign [1 field, 1 computed] {"last":{"r":[7]}}"#,
            "State output [7]",
        ],
    );
}

#[test]
fn each_rule_of_a_choice_has_its_verdict() {
    let definition = r#"{"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Default": "B", "Choices": [
            {"Variable": "$.n", "NumericLessThan": 1, "Next": "A"},
            {"Variable": "$.n", "NumericEquals": 2, "Next": "A"},
            {"Variable": "$.n", "NumericEquals": 3, "Next": "A"}]},
        "A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}"#;
    let run = |n: &str, state: &str| {
        let run = run_of(&Case::mocked(state, definition, n, None, None));
        let visit = visits(&run, state).pop().expect("the state was visited");
        let flow = flow(Some(run.program()), run.log(), &visit, 0, None);
        let rules = flow.steps.into_iter().find(|it| it.field == Field::Choices).expect("it has rules").rules;
        rules.into_iter().map(|it| it.verdict).collect::<Vec<_>>()
    };
    assert_eq!(run(r#"{"n": 2}"#, "C"), [Held::No, Held::Yes, Held::NotRead, Held::NotRead]);
    assert_eq!(run(r#"{"n": 9}"#, "C"), [Held::No, Held::No, Held::No, Held::Yes]);
    assert_eq!(run(r#"{"x": 9}"#, "C"), [Held::Failed, Held::NotRead, Held::NotRead, Held::NotRead]);
}

#[test]
fn a_map_shows_its_items_and_what_iterations_receive() {
    let definition = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "ItemsPath": "$.list",
        "ItemSelector": {"v.$": "$$.Map.Item.Value", "k.$": "$.k"}, "ResultPath": "$.out", "End": true,
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}}}"#;
    check(
        definition,
        r#"{"list": [1, 2], "k": 5}"#,
        None,
        "M",
        0,
        &[
            r#"State input {"list":[1,2],"k":5}"#,
            "InputPath no change",
            "ItemsPath [$.list] [1,2]",
            r#"ItemSelector [2 fields, 2 computed] [{"v":1,"k":5},{"v":2,"k":5}]"#,
            r#"Result [{"v":1,"k":5},{"v":2,"k":5}]"#,
            "ResultSelector no change",
            r#"ResultPath [$.out] {"list":[1,2],"k":5,"out":[{"v":1,"k":5},{"v":2,"k":5}]}"#,
            "OutputPath no change",
            r#"State output {"list":[1,2],"k":5,"out":[{"v":1,"k":5},{"v":2,"k":5}]}"#,
        ],
    );
}

#[test]
fn a_wait_says_until_when_and_a_pass_what_it_puts_in() {
    let definition = r#"{"StartAt": "W", "States": {
        "W": {"Type": "Wait", "SecondsPath": "$.s", "Next": "P"},
        "P": {"Type": "Pass", "Result": {"x": 1}, "ResultPath": "$.p", "End": true}}}"#;
    check(
        definition,
        r#"{"s": 60}"#,
        None,
        "W",
        0,
        &[
            r#"State input {"s":60}"#,
            "InputPath no change",
            "Wait [$.s] [until 1970-01-01T00:01:00.000Z, after 1 min]",
            "OutputPath no change",
            r"State output no change",
        ],
    );
    check(
        definition,
        r#"{"s": 60}"#,
        None,
        "P",
        0,
        &[
            r#"State input {"s":60}"#,
            "InputPath no change",
            "Parameters no change",
            r#"Result {"x":1}"#,
            r#"ResultPath [$.p] {"s":60,"p":{"x":1}}"#,
            "OutputPath no change",
            r#"State output {"s":60,"p":{"x":1}}"#,
        ],
    );
}

#[test]
fn without_a_definition_there_is_what_the_events_carry() {
    let mocks = r#"{"Book": [{"return": 3}]}"#;
    let run = run_of(&Case::mocked("Book", BOOK, r#"{"trip": {"to": "Rome"}}"#, Some(mocks), None));
    let visit = visits(&run, "Book").pop().expect("the state was visited");
    let flow = flow(None, run.log(), &visit, 0, None);
    assert_eq!(flow.source, Source::Nothing);
    assert_eq!(
        show(&flow),
        [r#"State input {"trip":{"to":"Rome"}}"#, r#"Parameters {"to":"Rome","class":"economy"}"#, "Result 3",]
    );
}

#[test]
fn attempts_have_their_back_offs_and_durations() {
    let definition = r#"{"StartAt": "T", "States": {"T": {"Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:000000000000:function:t",
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxDelaySeconds": 5, "MaxAttempts": 3}],
        "End": true}}}"#;
    let busy = r#"{"throw": {"error": "Busy"}, "after": 1}"#;
    let mocks = format!(r#"{{"T": [{busy}, {busy}, {busy}, {{"return": 1}}]}}"#);
    let run = run_of(&Case::mocked("T", definition, "{}", Some(&mocks), None));
    let visit = visits(&run, "T").pop().expect("the state was visited");
    let handlers = &run.program().state(visit.state).handlers;
    let back_offs: Vec<String> = (0..visit.attempts.len())
        .filter_map(|it| visit.back_off(handlers, it))
        .map(|it| {
            format!(
                "{} waited {:?}",
                it.formula(&handlers.retry[it.retrier]),
                it.waited.map(stepscope::time::Duration::as_millis)
            )
        })
        .collect();
    assert_eq!(
        back_offs,
        [
            "2 s × 2⁰ = 2 s waited Some(2000)",
            "2 s × 2¹ = 4 s waited Some(4000)",
            "2 s × 2² = 8 s, at most 5 s waited Some(5000)",
        ]
    );
    let took: Vec<i64> = visit
        .attempts
        .iter()
        .filter_map(stepscope::session::visit::Attempt::took)
        .map(stepscope::time::Duration::as_millis)
        .collect();
    assert_eq!(took[..3], [1_000, 1_000, 1_000]);
}

/// What depends on random numbers, the token and the execution's names is not in the events.
fn is_told_by_events(run: &Run, definition: &str, state: StateId) -> bool {
    let span = run.program().outline.state(state).expect("it has been entered").span;
    let text = &definition[span.start as usize..span.end as usize];
    !["UUID", "MathRandom", "Token", "$$", "$random", "$uuid", "context"].iter().any(|it| text.contains(it))
}

#[test]
fn what_is_worked_out_from_events_is_what_the_engine_tells() {
    let mut n_compared = 0;
    for seed in 0..N_RANDOM / 4 {
        let run = run_of(&Case::random(seed));
        let definition = crate::support::workflow::definition(seed).to_string();
        let entered =
            run.log().iter().filter(|it| matches!(it.kind, stepscope::engine::EventKind::StateEntered { .. }));
        for entered in entered.take(20).map(|it| it.id).collect::<Vec<_>>() {
            let Some(visit) = Visit::read(Some(run.program()), run.log(), until(&run, entered), entered) else {
                continue;
            };
            if visit.exit.is_none() || !is_told_by_events(&run, &definition, visit.state) {
                continue;
            }
            let told = run.steps(stepscope::engine::ExecutionId::ROOT, visit.strand, entered, visit.last);
            for attempt in 1..=visit.attempts.len().max(1) {
                let by_engine = show(&flow(Some(run.program()), run.log(), &visit, attempt, told.clone()));
                let by_events = show(&flow(Some(run.program()), run.log(), &visit, attempt, None));
                let name = run.program().outline.name(visit.state);
                assert_eq!(by_engine, by_events, "workflow {seed}, {name}, event {}, attempt {attempt}", entered.0);
                n_compared += 1;
            }
        }
    }
    assert!(n_compared > 200, "{n_compared}");
}

#[test]
fn what_is_not_recorded_is_not_an_error() {
    let definition = r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token", "x.$": "$$.Execution.Name"}},
        "ResultPath": "$.r", "End": true}}}"#;
    let run = run_of(&Case::mocked("Ask", definition, "{}", Some(r#"{"Ask": [{"return": 5}]}"#), None));
    let visit = visits(&run, "Ask").pop().expect("the state was visited");
    let flow = flow(Some(run.program()), run.log(), &visit, 0, None);
    let lines = show(&flow);
    assert!(lines[2].contains(r#""t":"token-"#), "the event has it: {lines:?}");
    assert_eq!(
        lines[3..],
        [
            "Result 5",
            "ResultSelector no change",
            r#"ResultPath [$.r] {"r":5}"#,
            "OutputPath no change",
            r#"State output {"r":5}"#,
        ]
    );
}
