//! The thread that drives a run: commands reach it while it runs and while it rests.

use std::time::{Duration, Instant};

use stepscope::engine::{Outcome, Status};
use stepscope::handlers::{MockHost, Otherwise};
use stepscope::json::Json;
use stepscope::session::breakpoint::On;
use stepscope::session::worker::{Published, Worker};

use super::*;

/// Counts for as long as it is let.
const ENDLESS: &str = r#"{"StartAt": "Count", "States": {
    "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Again"},
    "Again": {"Type": "Choice", "Default": "Count", "Choices": [{"Variable": "$.n", "NumericLessThan": 0, "Next": "Done"}]},
    "Done": {"Type": "Succeed"}}}"#;

fn worker(case: &Case, breakpoints: &[Breakpoint], otherwise: Otherwise) -> Worker {
    Worker::new(case.start(), Box::new(MockHost::new(Arc::default(), otherwise)), Box::new(|| ()), breakpoints.into())
}

fn endless(breakpoints: &[Breakpoint]) -> Worker {
    worker(&Case::mocked("endless", ENDLESS, r#"{"n": 0}"#, None, None).without_quotas(), breakpoints, Otherwise::Ask)
}

/// Waits until something holds of what is published.
fn wait_until(worker: &Worker, what: &str, holds: impl Fn(&Published) -> bool) -> Arc<Published> {
    let begin = Instant::now();
    loop {
        let published = worker.published();
        if holds(&published) {
            return published;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "waited in vain until {what}: {:?}", published.arrival);
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn arrive(worker: &Worker, nth: u32) -> Arrival {
    wait_until(worker, "it arrives", |it| it.done && it.n_arrivals == nth).arrival.expect("it has arrived")
}

fn go(worker: &mut Worker, from: Position, step: Option<Step>, backwards: bool) {
    worker.go(Order { from, step, backwards, ..Order::whole() }).expect("there are threads");
}

#[test]
fn journeys_end_at_breakpoints_and_go_on_from_there() {
    let third = Breakpoint { condition: Some("$.n = 3".into()), ..Breakpoint::new(On::Enter).in_state("Again") };
    let fifth = Breakpoint { condition: Some("$.n = 5".into()), ..third.clone() };
    let mut worker = endless(&[third, fifth]);
    go(&mut worker, Position::default(), None, false);
    let first = arrive(&worker, 1);
    assert_eq!(first.why, Why::Breakpoint(0));
    go(&mut worker, first.at, None, false);
    let second = arrive(&worker, 2);
    assert_eq!(second.why, Why::Breakpoint(1));
    assert_eq!(second.at.event.0, first.at.event.0 + 8, "two rounds of four events");
    go(&mut worker, second.at, None, true);
    assert_eq!(arrive(&worker, 3), first);
    go(&mut worker, first.at, Some(Step::Over), false);
    let step = arrive(&worker, 4);
    assert_eq!((step.why, step.at.event.0), (Why::Step, first.at.event.0 + 2));
}

#[test]
fn a_run_that_does_not_end_is_paused_goes_on_and_is_stopped() {
    let mut worker = endless(&[]);
    go(&mut worker, Position::default(), None, false);
    let before = wait_until(&worker, "it runs", |it| it.log.len() > 2_000).log.len();
    worker.pause();
    let paused = arrive(&worker, 1);
    assert_eq!(paused.why, Why::Paused);
    let at = worker.published().log.len();
    assert!(at >= before);
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(worker.published().log.len(), at, "it rests");
    go(&mut worker, paused.at, None, false);
    wait_until(&worker, "it goes on", |it| it.log.len() > at + 2_000);
    worker.stop();
    arrive(&worker, 2);
    assert!(matches!(worker.published().status, Status::Aborted(_)));
    let run = worker.finish().expect("the thread did not panic");
    assert!(matches!(run.status(), Status::Aborted(_)));
}

#[test]
fn breakpoints_that_are_set_meanwhile_stop_it() {
    let mut worker = endless(&[]);
    go(&mut worker, Position::default(), None, false);
    wait_until(&worker, "it runs", |it| it.log.len() > 2_000);
    worker.set_breakpoints([Breakpoint::new(On::Enter).in_state("Again")].into()).expect("there are threads");
    let arrival = arrive(&worker, 1);
    assert_eq!(arrival.why, Why::Breakpoint(0));
    // One that is set while it rests says what it would have said.
    let says = Breakpoint { log: Some("n is {$.n}".into()), ..Breakpoint::new(On::Exit).in_state("Again") };
    worker.set_breakpoints([says].into()).expect("there are threads");
    let published = wait_until(&worker, "it is read", |it| it.done && !it.console.0.is_empty());
    assert_eq!(published.console.0[0].text, "n is 1");
    assert_eq!(published.arrival, Some(arrival));
}

#[test]
fn what_is_stopped_at_rest_ends_at_once() {
    let mut worker = endless(&[Breakpoint::new(On::Enter)]);
    go(&mut worker, Position::default(), None, false);
    arrive(&worker, 1);
    worker.stop();
    assert!(matches!(worker.published().status, Status::Aborted(_)));
}

#[test]
fn an_unanswered_task_waits_for_its_answer() {
    let task = r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "t", "End": true}}}"#;
    let mut worker = worker(&Case::mocked("task", task, "{}", None, None), &[], Otherwise::Ask);
    go(&mut worker, Position::default(), None, false);
    let asks = arrive(&worker, 1);
    assert_eq!(asks.why, Why::Unanswered);
    assert_eq!(&**worker.published().unanswered[0].name(), "T");
    worker.answer(0, vec![(stepscope::time::Duration::ZERO, Outcome::Succeeded(Json::from("done")))]);
    assert!(worker.published().unanswered.is_empty());
    go(&mut worker, asks.at, None, false);
    assert_eq!(arrive(&worker, 2).why, Why::End);
    assert_eq!(worker.published().status, Status::Succeeded(Json::from("done")));
}

#[test]
fn a_run_that_is_under_way_is_forked_where_it_was() {
    let mut worker = endless(&[]);
    go(&mut worker, Position::default(), None, false);
    wait_until(&worker, "it runs", |it| it.log.len() > 3_000);
    let host = Box::new(MockHost::new(Arc::default(), Otherwise::Ask));
    let edit = stepscope::session::Edit::Input(stepscope::json::text::parse(r#"{"n": -9}"#).expect("it is JSON"));
    let at = EventId(2_002);
    let entered = worker.published().log.event(at).map(|it| it.kind.clone());
    assert!(matches!(entered, Some(stepscope::engine::EventKind::StateEntered { .. })), "{entered:?}");
    let mut fork = worker.fork(at, Some(edit), host, Box::new(|| ())).expect("it can be forked");
    assert_eq!(arrive(&worker, 1).why, Why::Paused);
    assert_eq!(fork.published().log.len(), 2_001);
    go(&mut fork, Position { event: at, strand: StrandId::ROOT }, None, false);
    assert_eq!(arrive(&fork, 1).why, Why::End);
    assert!(matches!(fork.published().status, Status::Succeeded(_)));
    assert!(worker.published().log.n_shared(&fork.published().log) > 0);
}
