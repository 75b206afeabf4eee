//! What holds for every history that we write ourselves, over the samples and random workflows: it reads back to the
//! same events, moments and bytes, with its definition and without.

use std::collections::BTreeMap;
use std::sync::Arc;

use stepscope::engine::{EventId, EventKind, FailureKind, Identity, StrandId, TaskCall};
use stepscope::history::aws::Names;
use stepscope::history::read::{Imported, read};
use stepscope::history::{Frame, LogView, RunStatus};
use stepscope::session::Run;

use crate::support::runs::{exported_alone, exported_log, over_all, over_some};

/// Returns the history that `text` is, with the states of the run's definition or without.
pub fn import(name: &str, text: &str, run: Option<&Run>) -> Imported {
    let mut reading = read(text.as_bytes().to_vec(), run.map(|it| &it.program().outline));
    assert_eq!(reading.diagnostics, [], "{name}");
    assert_eq!(reading.executions.len(), 1, "{name}");
    reading.executions.remove(0)
}

/// Checks that a whole history has left no question open.
fn nothing_is_guessed(name: &str, imported: &Imported, has_definition: bool) {
    let known = ["HIS019", "HIS021", "HIS022"];
    let notes: Vec<_> = imported.notes.iter().filter(|it| !known.contains(&it.code)).collect();
    assert!(notes.is_empty(), "{name}: {notes:?}");
    assert_eq!(imported.drawn, !has_definition, "{name}");
}

/// Returns an imported history as it is exported.
pub fn exported_again(imported: &Imported) -> String {
    let identity: &Identity = &imported.identity;
    let names = Names { asides: Some(&imported.asides), ..Names::new(imported.outline(), identity) };
    exported_log(names, imported.view())
}

#[test]
fn a_history_that_is_read_and_written_again_is_the_same_to_the_byte() {
    over_all(|case| {
        let run = case.finish(1_000_000);
        let text = exported_alone(&run);
        for run in [Some(&run), None] {
            let imported = import(&case.name, &text, run);
            nothing_is_guessed(&case.name, &imported, run.is_some());
            if exported_again(&imported) != text {
                let (left, right) = (text.lines(), exported_again(&imported));
                let differs = left.zip(right.lines()).find(|(left, right)| left != right);
                panic!("{}: {differs:#?}", case.name);
            }
        }
    });
}

#[test]
fn with_its_definition_an_imported_history_has_the_frames_of_the_run() {
    over_some(|case| {
        let run = case.finish(1_000_000);
        let imported = import(&case.name, &exported_alone(&run), Some(&run));
        let (mut ours, mut theirs) = (start(run.log()), start(imported.view()));
        // The children of a distributed Map have strands that their parent's history knows nothing of.
        let mut names: BTreeMap<StrandId, StrandId> = BTreeMap::new();
        for (event, again) in run.log().iter().zip(imported.view().iter()) {
            ours.fold(event);
            theirs.fold(again);
            let strand = *names.entry(event.strand).or_insert(again.strand);
            assert_eq!((again.strand, again.state), (strand, event.state), "{}: {event:?}", case.name);
            if !run.children().is_empty() {
                continue;
            }
            assert_eq!(again.strand, event.strand, "{}: {event:?}", case.name);
            if event.id.0 % 7 == 0 || run.log().len() < 300 {
                assert_eq!(plain(&theirs), plain(&ours), "{} at event {}", case.name, event.id.0);
            }
        }
        if run.children().is_empty() {
            assert_eq!(plain(&theirs), plain(&ours), "{} at its end", case.name);
        }
    });
}

#[test]
fn without_a_definition_the_frames_are_the_same_but_for_what_was_not_entered() {
    over_some(|case| {
        let run = case.finish(1_000_000);
        let imported = import(&case.name, &exported_alone(&run), None);
        assert!(imported.drawn, "{}", case.name);
        let (ours, theirs) = (run.tip(), imported.log.tip());
        assert_eq!(status(&theirs.status), status(&ours.status), "{}", case.name);
        assert_eq!(theirs.n_transitions, ours.n_transitions, "{}", case.name);
        let (ours, theirs) = (named(run.log()), named(imported.view()));
        let differs = ours.iter().zip(&theirs).find(|(left, right)| left != right);
        assert_eq!(differs, None, "{}", case.name);
    });
}

fn start(log: &LogView) -> Frame {
    log.frame_at(EventId(0))
}

/// Returns each event's state by name and where it stands among Maps, which hold without ids.
fn named(log: &LogView) -> Vec<(String, Vec<u32>, Option<u32>)> {
    let mut frame = start(log);
    let row = |event: &stepscope::engine::Event| {
        let before = frame.iterations(event.strand);
        frame.fold(event);
        let after = frame.iterations(event.strand);
        let iterations = if after.is_empty() { before } else { after };
        let attempts = frame.strands.get(&event.strand).map(|it| it.attempts);
        (frame.outline().name(event.state).to_owned(), iterations, attempts)
    };
    log.iter().map(row).collect()
}

fn status(status: &RunStatus) -> &'static str {
    match status {
        RunStatus::NotStarted => "not started",
        RunStatus::Running => "running",
        RunStatus::Succeeded(_) => "succeeded",
        RunStatus::Failed(_) => "failed",
        RunStatus::TimedOut(_) => "timed out",
        RunStatus::Aborted(_) => "aborted",
    }
}

/// Returns the moment without what the service's events do not say: which of a task's limits ran out, the heartbeat of
/// a Lambda function, the role's other members.
fn plain(frame: &Frame) -> Frame {
    let mut frame = frame.clone();
    let one_limit = |failure: &mut Arc<stepscope::engine::Failure>| {
        if failure.kind == FailureKind::Heartbeat {
            Arc::make_mut(failure).kind = FailureKind::Timeout;
        }
    };
    for strand in frame.strands.values_mut() {
        let strand = Arc::make_mut(strand);
        strand.failures.iter_mut().for_each(one_limit);
        if let Some(call) = &mut strand.call {
            let known: &mut TaskCall = Arc::make_mut(call);
            known.heartbeat_secs = None;
            known.credentials = None;
        }
    }
    for state in &mut frame.states {
        Arc::make_mut(&mut state.last.failures).iter_mut().for_each(one_limit);
    }
    match &mut frame.status {
        RunStatus::Failed(failure) | RunStatus::TimedOut(failure) | RunStatus::Aborted(failure) => one_limit(failure),
        RunStatus::NotStarted | RunStatus::Running | RunStatus::Succeeded(_) => {}
    }
    frame
}

#[test]
fn a_child_execution_of_a_distributed_map_is_a_history_of_its_own() {
    over_some(|case| {
        let run = case.finish(1_000_000);
        let outline = &case.program.outline;
        for child in run.children().iter().step_by(run.children().len() / 4 + 1) {
            let (identity, log) = (child.identity(), child.log(outline));
            let text = exported_log(Names::new(outline, &identity), log.view());
            let name = format!("{}, child {}", case.name, child.about().id.0);
            for run in [Some(&run), None] {
                let imported = import(&name, &text, run);
                assert_eq!(exported_again(&imported), text, "{name}");
                assert_eq!(imported.drawn, run.is_none(), "{name}: {:?}", imported.notes);
            }
        }
    });
}

#[test]
fn a_redriven_history_reads_back_to_the_frames_of_the_run() {
    over_some(|case| {
        let mut run = case.finish(1_000_000);
        let at = run.tip().at + stepscope::time::Duration::from_secs(60.0);
        run.act_from_outside(stepscope::engine::Action::Redrive(at));
        let mut host = case.host();
        run.finish(&mut *host);
        let text = exported_alone(&run);
        let imported = import(&case.name, &text, Some(&run));
        assert_eq!(exported_again(&imported), text, "{}", case.name);
        if several_in_one_state(&run) {
            return;
        }
        let (mut ours, mut theirs) = (start(run.log()), start(imported.view()));
        // The children of a distributed Map have strands that their parent's history knows nothing of.
        let mut names: BTreeMap<StrandId, StrandId> = BTreeMap::new();
        for (event, again) in run.log().iter().zip(imported.view().iter()) {
            ours.fold(event);
            theirs.fold(again);
            let strand = *names.entry(event.strand).or_insert(again.strand);
            assert_eq!((again.strand, again.state), (strand, event.state), "{}: {event:?}", case.name);
        }
        if run.children().is_empty() {
            assert_eq!(plain(&theirs), plain(&ours), "{} at its end", case.name);
        }
    });
}

/// Whether a redrive goes on with several strands in one state: then the events do not say which of them fails without
/// one of its own.
fn several_in_one_state(run: &Run) -> bool {
    let redriven = run.log().iter().find_map(|it| match &it.kind {
        EventKind::ExecutionRedriven { strands, .. } => Some(Arc::clone(strands)),
        _ => None,
    });
    let states: Vec<_> = redriven.iter().flat_map(|it| it.iter()).map(|it| it.state).collect();
    (1..states.len()).any(|nth| states[..nth].contains(&states[nth]))
}
