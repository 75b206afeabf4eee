//! Where steps go: by lineage, so that what runs beside the focused strand does not stop them.

use stepscope::engine::EventKind;
use stepscope::session::step::Step::{Into, Out, Over, ToState};

use super::*;
use crate::support::random::Random;

/// Two items at a time, each with two branches, so that four strands take turns.
const NESTED: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Next": "Each"},
    "Each": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.each", "Next": "Z", "ItemProcessor": {
        "StartAt": "B", "States": {
            "B": {"Type": "Pass", "Next": "Fork"},
            "Fork": {"Type": "Parallel", "Next": "F", "Branches": [
                {"StartAt": "C", "States": {
                    "C": {"Type": "Task", "Resource": "c", "Next": "D", "Retry": [{"ErrorEquals": ["Busy"]}]},
                    "D": {"Type": "Pass", "End": true}}},
                {"StartAt": "E", "States": {"E": {"Type": "Wait", "Seconds": 9, "End": true}}}]},
            "F": {"Type": "Pass", "End": true}}}},
    "Z": {"Type": "Pass", "End": true}}}"#;
const ANSWERS: &str = r#"{"C": [
    {"throw": {"error": "Busy"}, "where": {"iterations": [{"map": "Each", "index": 0}], "attempt": 1}, "after": 1},
    {"return": {}, "where": {"iterations": [{"map": "Each", "index": 0}], "attempt": 2}, "after": 2},
    {"return": {}, "after": 3}]}"#;

fn nested() -> Walk {
    Walk::new(&Case::mocked("nested", NESTED, r#"{"items": [1, 2]}"#, Some(ANSWERS), None))
}

/// Makes steps and checks where each one goes.
fn check(walk: &mut Walk, steps: &[(Step, &str)]) {
    for (nth, (step, expected)) in steps.iter().enumerate() {
        let arrival = walk.step(*step);
        assert_eq!(walk.place(), *expected, "step {nth}: {step:?}");
        assert_eq!(arrival.why, if expected.starts_with("Execution") { Why::End } else { Why::Step });
    }
}

/// Searches backwards and checks where each search goes.
fn check_back(walk: &mut Walk, steps: &[(Step, &str)]) {
    for (nth, (step, expected)) in steps.iter().enumerate() {
        walk.travel(Some(*step), true);
        assert_eq!(walk.place(), *expected, "step {nth} back: {step:?}");
    }
}

#[test]
fn over_goes_past_everything_inside() {
    let steps = [
        (Over, "Entered A"),
        (Over, "Entered Each"),
        (Over, "Entered Z"),
        (Over, "ExecutionSucceeded"),
        (Over, "ExecutionSucceeded"),
    ];
    check(&mut nested(), &steps);
}

#[test]
fn into_goes_inside_and_stays_with_one_strand() {
    let mut walk = nested();
    let steps = [
        (Over, "Entered A"),
        (Over, "Entered Each"),
        (Into, "Entered B/0"),
        // The other item does the same meanwhile.
        (Over, "Entered Fork/0"),
        (Into, "Entered C/0"),
        (Into, "TaskScheduled C/0"),
        (Into, "TaskFailed C/0"),
        (Into, "TaskScheduled C/0"),
        (Into, "TaskSucceeded C/0"),
        (Into, "Exited C/0"),
        (Into, "Entered D/0"),
        (Into, "Exited D/0"),
        // The branch has ended; the Parallel goes on when its other branch has.
        (Into, "Exited Fork/0"),
        (Into, "Entered F/0"),
    ];
    check(&mut walk, &steps);
}

#[test]
fn over_at_the_end_of_a_branch_goes_to_what_is_around_it() {
    let mut walk = nested();
    walk.step(ToState(walk.state("D")));
    assert_eq!(walk.place(), "Entered D/1", "the item that does not retry is there first");
    check(&mut walk, &[(Over, "Entered F/1"), (Over, "Entered Z")]);
}

#[test]
fn out_goes_to_the_end_of_what_is_around() {
    let mut walk = nested();
    walk.step(ToState(walk.state("C")));
    assert_eq!(walk.place(), "Entered C/0");
    let steps = [(Out, "ParallelStateSucceeded Fork/0"), (Out, "MapStateSucceeded Each"), (Out, "ExecutionSucceeded")];
    check(&mut walk, &steps);
}

#[test]
fn to_a_state_goes_to_its_next_visit_in_any_strand() {
    let mut walk = nested();
    let to = ToState(walk.state("F"));
    check(&mut walk, &[(to, "Entered F/0"), (to, "Entered F/1"), (to, "ExecutionSucceeded")]);
    check_back(&mut walk, &[(to, "Entered F/1"), (to, "Entered F/0"), (to, "ExecutionStarted")]);
}

#[test]
fn backwards_the_same_events_are_stops() {
    let mut walk = nested();
    walk.step(ToState(walk.state("F")));
    let steps = [
        (Over, "Entered Fork/0"),
        (Over, "Entered B/0"),
        (Over, "Entered Each"),
        (Over, "Entered A"),
        (Over, "ExecutionStarted"),
    ];
    check_back(&mut walk, &steps);
    walk.step(ToState(walk.state("F")));
    check_back(
        &mut walk,
        &[(Into, "Exited Fork/0"), (Into, "Exited E/0"), (Into, "Entered E/0"), (Into, "Entered Fork/0")],
    );
    walk.step(ToState(walk.state("D")));
    check_back(
        &mut walk,
        &[(Out, "ParallelStateStarted Fork/1"), (Out, "MapStateStarted Each"), (Out, "ExecutionStarted")],
    );
}

#[test]
fn over_a_state_that_fails_goes_to_its_catcher_or_to_that_of_what_is_around() {
    let definition = r#"{"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Outer"}], "Branches": [
            {"StartAt": "T", "States": {
                "T": {"Type": "Task", "Resource": "t", "End": true, "Catch": [{"ErrorEquals": ["Mild"], "Next": "Inner"}]},
                "Inner": {"Type": "Fail", "Error": "Worse"}}},
            {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}}]},
        "Outer": {"Type": "Pass", "End": true}}}"#;
    let mocks = r#"{"T": [{"throw": {"error": "Mild"}}]}"#;
    let mut walk = Walk::new(&Case::mocked("caught", definition, "{}", Some(mocks), None));
    walk.step(ToState(walk.state("T")));
    check(&mut walk, &[(Over, "Entered Inner"), (Over, "Entered Outer"), (Over, "ExecutionSucceeded")]);
}

/// Makes random steps forwards, and keeps where each began.
fn wander(walk: &mut Walk, random: &mut Random, n: usize) -> Vec<Position> {
    let n_states = walk.run.program().states.len() as u64;
    (0..n)
        .map(|_| {
            let from = walk.at;
            let step = match random.below(10) {
                0..4 => Over,
                4..8 => Into,
                8 => Out,
                _ => ToState(StateId(random.below(n_states) as u32)),
            };
            walk.step(step);
            from
        })
        .collect()
}

#[test]
fn steps_forwards_and_as_many_back_are_the_identity() {
    for seed in 0..200 {
        let mut walk = Walk::new(&Case::random(seed));
        let mut random = Random::new(seed);
        for _ in 0..3 {
            let n = 1 + random.below(12) as usize;
            let froms = wander(&mut walk, &mut random, n);
            for from in froms.into_iter().rev() {
                walk.step_back(*random.pick(&[Over, Into, Out]));
                assert_eq!(walk.at, from, "random workflow {seed}");
            }
            // Somewhere else, and on from there.
            wander(&mut walk, &mut random, 2);
        }
    }
}

#[test]
fn within_a_strand_a_search_backwards_undoes_a_step() {
    let mut n_undone = 0;
    for seed in 0..150 {
        let mut walk = Walk::new(&Case::random(seed));
        for nth in 0..40 {
            let (from, step) = (walk.at, if nth % 3 == 0 { Over } else { Into });
            let arrival = walk.step(step);
            let entry = |walk: &Walk, at: Position| {
                walk.run.log().event(at.event).is_some_and(|it| matches!(it.kind, EventKind::StateEntered { .. }))
            };
            let is_stop = step == Into && nth > 0 || entry(&walk, from);
            let within = arrival.why == Why::Step && arrival.at.strand == from.strand && is_stop;
            if within && from.event.0 > 1 && arrival.at != from {
                let there = walk.at;
                walk.travel(Some(step), true);
                assert_eq!(
                    walk.at,
                    from,
                    "random workflow {seed}: {step:?} from {} at {}",
                    place(&walk.run, there.event),
                    there.event.0
                );
                walk.at = there;
                n_undone += 1;
            }
        }
    }
    assert!(n_undone > 500, "only {n_undone}");
}

#[test]
fn a_step_over_stays_in_the_strand_or_comes_out_of_it() {
    for seed in 0..150 {
        let case = Case::random(seed);
        let mut walk = Walk::new(&case);
        let mut random = Random::new(seed ^ 0x5e);
        for _ in 0..25 {
            let focus = walk.at;
            let around = |walk: &Walk| {
                let mut frame = walk.run.log().frame_at(focus.event);
                if !frame.strands.contains_key(&focus.strand) {
                    frame = walk.run.log().frame_at(EventId(focus.event.0.saturating_sub(1)));
                }
                let mut found = vec![focus.strand, StrandId::ROOT];
                found.extend(std::iter::successors(frame.strands.get(&focus.strand).and_then(|it| it.parent), |it| {
                    frame.strands.get(it).and_then(|it| it.parent)
                }));
                found
            };
            let allowed = around(&walk);
            let step = *random.pick(&[Over, Over, Into]);
            walk.step(step);
            assert!(step == Into || allowed.contains(&walk.at.strand), "{}: {:?} from {focus:?}", case.name, walk.at);
        }
    }
}
