//! Paces: runs that wait on a clock, and that waiting changes nothing of what happens.

use std::time::{Duration, Instant};

use stepscope::engine::Event;
use stepscope::handlers::{MockHost, Otherwise};
use stepscope::history::Frame;
use stepscope::session::pace::Pace;
use stepscope::session::worker::Worker;
use stepscope::session::{Drive, Execution as _, Lookout};

use super::*;

const WAITS: &str = r#"{"StartAt": "First", "States": {
    "First": {"Type": "Wait", "Seconds": 1, "Next": "Long"},
    "Long": {"Type": "Wait", "Seconds": 259200, "Next": "Last"},
    "Last": {"Type": "Pass", "End": true}}}"#;

fn waiting(pace: Pace) -> Worker {
    let case = Case::mocked("waits", WAITS, "{}", None, None);
    let host = Box::new(MockHost::new(Arc::default(), Otherwise::Ask));
    let mut worker = Worker::new(case.start(), host, Box::new(|| ()), Arc::from([]));
    worker.set_pace(pace);
    worker.go(Order::whole()).expect("there are threads");
    worker
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(20), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_run_waits_as_long_as_its_pace_says_and_is_paused_at_once() {
    let begin = Instant::now();
    let worker = waiting(Pace::Times(10.0));
    wait_until("the first wait is over", || worker.published().log.len() > 3);
    assert!(begin.elapsed() > Duration::from_millis(90), "a second takes a tenth of one");
    let published = worker.published();
    assert!(!published.done && published.clock.is_some());
    let called = Instant::now();
    worker.pause();
    wait_until("it is paused", || worker.published().done);
    assert!(called.elapsed() < Duration::from_secs(1), "{:?}", called.elapsed());
    let paused = worker.published();
    assert_eq!(paused.arrival.map(|it| it.why), Some(Why::Paused));
    assert!(paused.clock.is_none());
}

#[test]
fn the_pace_of_a_run_that_waits_is_changed() {
    let mut worker = waiting(Pace::Times(1.0));
    wait_until("it waits", || worker.published().log.len() > 1);
    worker.set_pace(Pace::Instant);
    wait_until("it has ended", || worker.published().done);
    assert_eq!(worker.published().arrival.map(|it| it.why), Some(Why::End));
}

/// Stops nowhere.
struct Nowhere;

impl Lookout for Nowhere {
    fn stops(&mut self, _: &Frame, _: &Event) -> bool {
        false
    }
}

#[test]
fn what_happens_does_not_depend_on_the_pace() {
    for seed in 0..120 {
        let case = Case::random(seed);
        let at_once = case.finish(1_000_000);
        if at_once.log().len() > 5_000 {
            continue;
        }
        let (mut run, mut host) = (case.start(), case.host());
        // From moment to moment, as a clock lets it go on.
        loop {
            let until = run.due();
            match run.go_on(&mut *host, &mut Nowhere, 1_000, until) {
                Drive::OutOfBudget => assert!(until.is_some(), "{} stands still", case.name),
                Drive::Ended => break,
                other => panic!("{}: {other:?}", case.name),
            }
        }
        assert!(run.log().iter().eq(at_once.log().iter()), "{}", case.name);
    }
}

#[test]
fn nothing_happens_before_it_is_due() {
    let case = Case::mocked("waits", WAITS, "{}", None, None);
    let (mut run, mut host) = (case.start(), case.host());
    let start = run.due().expect("it begins");
    let second = start + stepscope::time::Duration::from_millis(999);
    assert_eq!(run.go_on(&mut *host, &mut Nowhere, 1_000, Some(second)), Drive::OutOfBudget);
    assert_eq!(place(&run, run.tip().event), "Entered First");
    assert!(run.now() <= second);
    assert_eq!(run.due().map(|it| (it - start).as_millis()), Some(1_000));
}
