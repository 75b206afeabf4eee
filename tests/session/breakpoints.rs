//! Where breakpoints stop.

use stepscope::engine::EventId;
use stepscope::session::breakpoint::{Breakpoint, Hits};
use stepscope::session::journey::Why;
use stepscope::session::search::{next, previous};
use stepscope::session::step::Step;

use super::*;
use crate::support::random::Random;

const ORDER: &str = r#"{"StartAt": "Load", "States": {
    "Load": {"Type": "Pass", "Result": {"total": 5, "items": ["a", "b"]}, "Assign": {"total.$": "$.total"}, "Next": "Both"},
    "Both": {"Type": "Parallel", "ResultPath": "$.both", "Next": "Each",
        "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1, "IntervalSeconds": 60}],
        "Branches": [
            {"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "pay", "End": true}}},
            {"StartAt": "Pack", "States": {
                "Pack": {"Type": "Wait", "Seconds": 5, "Next": "Label"},
                "Label": {"Type": "Pass", "End": true}}}]},
    "Each": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.each", "Next": "Close",
        "ItemProcessor": {"StartAt": "Send", "States": {
            "Send": {"Type": "Task", "Resource": "send", "End": true,
                "Retry": [{"ErrorEquals": ["Late"], "MaxAttempts": 2}],
                "Catch": [{"ErrorEquals": ["Lost"], "Next": "Note"}]},
            "Note": {"Type": "Pass", "Result": "lost", "End": true}}}},
    "Close": {"Type": "Pass", "Parameters": {"total": 6}, "Assign": {"total": 6}, "Next": "Give up"},
    "Give up": {"Type": "Fail", "ErrorPath": "States.Format('Closed.{}', $.total)"}}}"#;
const ANSWERS: &str = r#"{
    "Pay": [{"throw": {"error": "Busy"}, "after": 1}, {"return": {"paid": true}, "after": 1}],
    "Send": [
        {"throw": {"error": "Late"}, "where": {"iterations": [{"map": "Each", "index": 0}], "attempt": 1}},
        {"return": 1, "where": {"iterations": [{"map": "Each", "index": 0}], "attempt": 2}},
        {"throw": {"error": "Lost"}, "where": {"iterations": [{"map": "Each", "index": 1}]}}]}"#;

fn order() -> Case {
    Case::mocked("order", ORDER, "{}", Some(ANSWERS), None)
}

/// Checks where a run of the order stops for a breakpoint.
fn check(breakpoint: Breakpoint, expected: &[&str]) {
    let case = order();
    let problems = breakpoint.problems(&case.program.outline);
    assert_eq!(problems, [], "{breakpoint:?}");
    let mut walk = Walk::with(&case, std::slice::from_ref(&breakpoint));
    let mut found = Vec::new();
    loop {
        match walk.go(false).why {
            Why::Breakpoint(0) => found.push(walk.place()),
            why => break assert_eq!(why, Why::End),
        }
    }
    assert_eq!(found, expected, "{breakpoint:?}");
}

#[test]
fn breakpoints_stop_where_they_say() {
    let on = Breakpoint::new;
    check(on(On::Enter).in_state("Send"), &["Entered Send/0", "Entered Send/1"]);
    check(on(On::Exit).in_state("Pay"), &["Exited Pay"]);
    check(on(On::Error("Busy".into())), &["TaskFailed Pay"]);
    check(on(On::Error("L*".into())), &["TaskFailed Send/0", "TaskFailed Send/1"]);
    check(on(On::Error("Closed.*".into())), &["Entered Give up"]);
    check(
        on(On::Error("States.ALL".into())),
        &["TaskFailed Pay", "TaskFailed Send/0", "TaskFailed Send/1", "Entered Give up"],
    );
    check(on(On::Uncaught), &["Entered Give up"]);
    check(on(On::Caught), &["TaskFailed Send/1"]);
    // The retrier of the Parallel takes what failed in its branch.
    check(on(On::Retry), &["TaskFailed Pay", "TaskFailed Send/0"]);
    check(on(On::Retry).in_state("Both"), &["TaskFailed Pay"]);
    check(on(On::Change("$total".into())), &["Exited Load", "Exited Close"]);
    check(on(On::Change("$.both".into())), &["Exited Both", "Exited Close"]);
    check(on(On::Time("61".into())), &["TaskScheduled Pay"].map(|_| "ParallelStateStarted Both"));
    check(on(On::Time("1h".into())), &[]);
}

#[test]
fn conditions_see_the_moment() {
    let when = |on: On, condition: &str| Breakpoint { condition: Some(condition.into()), ..Breakpoint::new(on) };
    check(when(On::Enter, "$ = \"b\""), &["Entered Send/1"]);
    check(when(On::Enter, "$moment.iterations[0] = 0"), &["Entered Send/0"]);
    check(when(On::Enter, "$$.Map.Item.Index"), &["Entered Send/1", "Entered Note/1"]);
    check(
        when(On::Enter, "$.total"),
        &[
            "Entered Both",
            "Entered Pay",
            "Entered Pack",
            "Entered Pay",
            "Entered Pack",
            "Entered Label",
            "Entered Each",
            "Entered Close",
            "Entered Give up",
        ],
    );
    check(when(On::Exit, "$total > 5"), &["Exited Close"]);
    check(when(On::Exit, "$states.result.paid"), &["Exited Pay"]);
    check(when(On::Error("*".into()), "$states.errorOutput.Error = 'Lost'"), &["TaskFailed Send/1"]);
    check(when(On::Error("*".into()), "$moment.error = 'Busy' and $moment.elapsed = 1"), &["TaskFailed Pay"]);
    check(when(On::Enter, "$moment.state = 'Send' and $states.context.Map.Item.Index = 0"), &["Entered Send/0"]);
    check(when(On::Exit, "$[?(@ == 'lost')]"), &[]);
    check(when(On::Enter, "$nowhere.at.all"), &[]);
}

#[test]
fn hits_are_counted() {
    let hits = |hits| Breakpoint { hits: Some(hits), ..Breakpoint::new(On::Enter).in_state("Pack") };
    check(hits(Hits::Exactly(1)), &["Entered Pack"]);
    check(hits(Hits::Every(2)), &["Entered Pack"]);
    check(hits(Hits::From(3)), &[]);
    let pay = Breakpoint { hits: Some(Hits::Exactly(3)), ..Breakpoint::new(On::Error("*".into())) };
    check(pay, &["TaskFailed Send/1"]);
}

#[test]
fn logpoints_write_and_do_not_stop() {
    let case = order();
    let list = [
        Breakpoint { log: Some("pay {$.total} of {{all}}".into()), ..Breakpoint::new(On::Enter).in_state("Pay") },
        Breakpoint {
            log: Some("item {$} is { {\"n\": $moment.event > 0} }".into()),
            ..Breakpoint::new(On::Enter).in_state("Send")
        },
        Breakpoint { condition: Some("$sum('x')".into()), ..Breakpoint::new(On::Enter).in_state("Close") },
    ];
    let mut walk = Walk::with(&case, &list);
    assert_eq!(walk.go(false).why, Why::End);
    let mut console = stepscope::session::console::Console::default();
    console.arm(&list, walk.run.program(), &walk.run.journal().spec.identity);
    console.extend(walk.run.log());
    let lines: Vec<String> = console.lines().iter().map(|it| it.text.clone()).collect();
    assert_eq!(
        lines[..4],
        ["pay 5 of {all}", "pay 5 of {all}", r#"item a is {"n":true}"#, r#"item b is {"n":true}"#].map(String::from)
    );
    assert!(lines[4].starts_with("The condition cannot be evaluated. "), "{lines:?}");
}

#[test]
fn what_ends_the_execution_without_an_event_of_its_own_is_uncaught_at_the_end() {
    let nested = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Bad", "States": {"Bad": {"Type": "Pass", "InputPath": "$.missing", "End": true}}}]}}}"#;
    let case = Case::mocked("nested", nested, "{}", None, None);
    for on in [On::Uncaught, On::Error("States.Runtime".into())] {
        let mut walk = Walk::with(&case, &[Breakpoint::new(on)]);
        assert_eq!(walk.go(false).why, Why::Breakpoint(0));
        assert_eq!(walk.place(), "ExecutionFailed");
    }
}

#[test]
fn a_step_stops_at_a_breakpoint_on_its_way() {
    let mut walk = Walk::with(&order(), &[Breakpoint::new(On::Enter).in_state("Label")]);
    walk.step(Step::ToState(walk.state("Both")));
    assert_eq!(walk.step(Step::Over).why, Why::Breakpoint(0));
    assert_eq!(walk.place(), "Entered Label");
}

/// Returns a few breakpoints that may be met in random workflows.
fn random_breakpoints(random: &mut Random) -> Vec<Breakpoint> {
    let n = 1 + random.below(3);
    let mut list = Vec::new();
    for _ in 0..n {
        let on = match random.below(9) {
            0 => On::Enter,
            1 => On::Exit,
            2 => On::Error((*random.pick(&["Busy", "*", "States.TaskFailed", "States.*"])).into()),
            3 => On::Retry,
            4 => On::Caught,
            5 => On::Uncaught,
            6 => On::Change((*random.pick(&["$.n", "$.list", "$x", "$.result"])).into()),
            7 => On::Time(random.below(30).to_string()),
            _ => On::Enter,
        };
        let condition =
            (*random.pick(&[None, None, Some("$.n"), Some("$moment.attempt = 1"), Some("$exists($.list)")]))
                .map(String::from);
        let hits = *random.pick(&[None, None, None, Some(Hits::Every(2)), Some(Hits::From(3)), Some(Hits::Exactly(2))]);
        let state = random.percent(30).then(|| format!("S{}", random.below(6)));
        list.push(Breakpoint { on, state, condition, hits, log: None, off: false });
    }
    list
}

#[test]
fn whatever_is_found_forwards_is_found_backwards() {
    let (mut n_stops, mut n_long, mut n_inside) = (0, 0, 0);
    for seed in 0..400 {
        let case = Case::random(seed);
        let run = case.finish(1_000_000);
        // Two that fill their history are enough: they take a hundred times as long.
        n_long += u32::from(run.log().len() > 5_000);
        if run.log().len() > 5_000 && n_long > 2 {
            continue;
        }
        let list = random_breakpoints(&mut Random::new(seed ^ 0xb7));
        let all = stops(&run, &list);
        n_stops += all.len();
        let armed = Armed::new(&list, &case.program.outline);
        let scan = || Scan::new(armed.clone(), Arc::clone(&case.program), run.journal().spec.identity.clone());
        // Long runs are looked at from some of their stops.
        let stride = (all.len() / 8).max(1);
        let end = EventId(run.log().len() as u32 + 1);
        for nth in (0..=all.len()).step_by(stride) {
            let before = nth.checked_sub(1).map(|it| all[it]);
            let here = all.get(nth).copied();
            let from = before.unwrap_or(EventId(0));
            assert_eq!(next(run.log(), from, &mut scan()), here, "{} {list:?} from {from:?}", case.name);
            let from = here.unwrap_or(end);
            assert_eq!(previous(run.log(), from, &mut scan()), before, "{} {list:?} before {from:?}", case.name);
        }
        // Driving the run finds the same.
        if all.len() < 40 {
            let mut walk = Walk::with(&case, &list);
            let (mut driven, mut inside) = (Vec::new(), Vec::new());
            loop {
                match walk.go(false).why {
                    Why::Breakpoint(_) => driven.push(walk.at.event),
                    Why::Inside(_, child, event) => inside.push((child, event)),
                    _ => break,
                }
            }
            assert_eq!(driven, all, "{} {list:?}", case.name);
            inside.sort();
            assert_eq!(inside, stops_inside(&run, &list), "{} {list:?}", case.name);
            n_inside += inside.len();
            let mut back = Vec::new();
            walk.stand_at(end.0);
            while matches!(walk.go(true).why, Why::Breakpoint(_)) {
                back.push(walk.at.event);
            }
            back.reverse();
            assert_eq!(back, all, "{} {list:?}", case.name);
        }
    }
    assert!(n_stops > 400, "only {n_stops} stops");
    assert!(n_inside > 20, "only {n_inside} stops inside");
}
