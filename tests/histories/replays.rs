//! What is made of a recorded history: its failures and their handlers, a run that does the same again, mocks.

use std::sync::Arc;

use stepscope::engine::handlers::Decision;
use stepscope::engine::{EventKind, Outcome, StartSpec, Status};
use stepscope::history::infer::{Fate, Handler, handled};
use stepscope::json::{Json, text};
use stepscope::session::diff::{Generated, Side, compare};
use stepscope::session::moment::handling;
use stepscope::session::recorded::{Recorded, Recording, replay};
use stepscope::session::regress::mocks;
use stepscope::session::{Drive, Edit, Run};

use super::laws::import;
use crate::support::runs::{Case, exported_alone, over_some};

/// What the children of a distributed Map were answered is in their own histories.
fn has_children(run: &Run) -> bool {
    run.log().iter().any(|it| matches!(it.kind, EventKind::MapRunStarted(_) | EventKind::MapRunFailed(_)))
}

#[test]
fn a_recorded_execution_replays_without_a_difference() {
    over_some(|case| {
        let run = case.finish(1_000_000);
        if has_children(&run) {
            return;
        }
        let imported = import(&case.name, &exported_alone(&run), Some(&run));
        let again = replay(&imported, &case.program, StartSpec::clone(&case.spec));
        assert_eq!(again.comparison.first, None, "{}", case.name);
        assert_eq!(again.comparison.visits, [], "{}", case.name);
        // So it has been compared with all of it.
        assert!(again.comparison.pairs.len() + 1_000 > run.log().len(), "{}", case.name);
    });
}

#[test]
fn every_failure_has_the_fate_and_the_handler_that_the_engine_gave_it() {
    over_some(|case| {
        let run = case.finish(1_000_000);
        let imported = import(&case.name, &exported_alone(&run), Some(&run));
        let ours = handled(run.log(), Some(&case.program));
        let theirs = handled(imported.view(), Some(&case.program));
        assert_eq!(ours.len(), theirs.len(), "{}", case.name);
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(
                (ours.event, ours.fate, ours.handler),
                (theirs.event, theirs.fate, theirs.handler),
                "{}",
                case.name
            );
            assert!(!matches!(ours.handler, Handler::Contradicts(_)), "{}: {ours:?}", case.name);
            let Handler::Named(decision, _) = theirs.handler else { continue };
            let fits = theirs.fate == Fate::GivenUp
                || match decision {
                    Decision::Retry(_) => matches!(theirs.fate, Fate::Retried(_)),
                    Decision::Catch(_) => matches!(theirs.fate, Fate::Caught(_)),
                    Decision::Uncaught => matches!(theirs.fate, Fate::Uncaught),
                };
            assert!(fits, "{}: {theirs:?}", case.name);
            let event = imported.view().event(theirs.event).expect("it is there");
            let of_task = matches!(event.kind, EventKind::TaskFailed(_) | EventKind::TaskTimedOut(_));
            // What a Parallel or Map retries is reported inside it; of two limits, what followed tells which ran out.
            if of_task && event.strand == theirs.strand && theirs.failure.as_deref() == event.kind.failure() {
                // The inspector, which looks at one moment alone, says the same.
                let frame = imported.view().frame_at(theirs.event);
                let shown = handling(&case.program, &frame, theirs.strand).map(|it| it.decision);
                assert_eq!(shown, Some(decision), "{}: {theirs:?}", case.name);
            }
        }
    });
}

#[test]
fn the_mocks_of_a_history_bring_it_about_again() {
    over_some(|case| {
        let run = case.finish(1_000_000);
        if has_children(&run) {
            return;
        }
        let imported = import(&case.name, &exported_alone(&run), Some(&run));
        let file = text::compact(&mocks(imported.view(), Some(&case.program)));
        let (mocks, diagnostics) = stepscope::handlers::read_mocks(file.as_bytes(), None);
        let mocks = mocks.unwrap_or_else(|| panic!("{}: {diagnostics:?}", case.name));
        let answers = crate::support::runs::Answers::Mocks(Arc::new(mocks));
        let again = Case { answers, ..case.clone() }.finish(1_000_000);
        let comparison = compare(
            Side { log: run.log(), asides: None },
            Side { log: again.log(), asides: None },
            Generated::Compared,
        );
        assert_eq!(comparison.first, None, "{}", case.name);
    });
}

#[test]
fn a_failure_that_was_recorded_is_forked_and_goes_on_with_what_was_recorded() {
    let definition = r#"{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "f", "End": true}}},
        {"StartAt": "Pack", "States": {"Pack": {"Type": "Task", "Resource": "f", "Next": "Ship"},
            "Ship": {"Type": "Task", "Resource": "f", "End": true}}}]}}}"#;
    let mocks = r#"{"Pay": [{"throw": {"error": "Declined"}, "after": 3}],
        "Pack": [{"return": "packed", "after": 1}], "Ship": [{"return": "shipped", "after": 1}]}"#;
    let run = Case::mocked("production", definition, "{}", Some(mocks), None).finish(1_000_000);
    // All that is left of it is its history.
    let imported = import("production", &exported_alone(&run), Some(&run));
    let again = replay(&imported, run.program(), imported.spec());
    let failed = handled(imported.view(), Some(run.program())).first().map(|it| it.event).expect("a failure");
    let here = again.comparison.pairs[&failed];
    let paid = Outcome::Succeeded(Json::from("paid"));
    let mut fork = again.run.fork(here, Some(Edit::Answer(paid))).expect("a task's answer can be changed");
    let mut host = Recorded::new(Arc::new(Recording::of(imported.view())));
    fork.brief(&mut host);
    assert_eq!(fork.drive(&mut host, &mut |_, _| false, 1_000_000), Drive::Ended);
    let output = text::parse(r#"["paid", "shipped"]"#).expect("JSON");
    assert_eq!(*fork.status(), Status::Succeeded(output));
}
