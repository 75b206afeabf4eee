//! The laws of the engine, of histories and of runs, tried on the samples and on random workflows.
//!
//! What forks share with the run they came from is in `session/forks.rs`, that a written history reads back to equal
//! frames in `histories`. A law that does not hold names the case; a random one comes back with
//! `Case::random(seed)`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stepscope::engine::{
    Action, Effect, EffectId, Emitted, Event, EventId, EventKind, ExecutionId, Failure, Machine, Outcome, Place,
    Standing, Status, Step, StrandId, apply, enabled, start,
};
use stepscope::history::{Activity, Frame, RunStatus, SEGMENT};
use stepscope::json::{Json, Object};
use stepscope::session::{ChildRun, Drive, Journal, Reply, Run};
use stepscope::time::{Duration, Timestamp};

use crate::support::random::Random;
use crate::support::runs::{Case, N_RANDOM, exported, long, outcome, over_all, read};

/// More than any action of a run that a quota bounds.
const MANY: u32 = 1_000_000;

/// Returns some of the events of a run: all of a short one, else those around the borders of segments and every so many.
fn some_events(run: &Run) -> Vec<EventId> {
    let n_events = run.log().len();
    let near_border = |id: &usize| (*id + 2) % SEGMENT < 4;
    let stride = (n_events / 24).max(1);
    (1..=n_events).filter(|id| id.is_multiple_of(stride) || near_border(id)).map(|id| EventId(id as u32)).collect()
}

/// Does again what a journal says, and returns what happens.
fn replay(case: &Case, journal: &Journal, n_events: usize) -> Emitted {
    replay_into(case, journal, n_events, Emitted::default())
}

fn replay_into(case: &Case, journal: &Journal, n_events: usize, mut out: Emitted) -> Emitted {
    let mut machine = start(&case.program, Arc::clone(&journal.spec));
    let mut actions = journal.actions.iter().peekable();
    for tick in 0.. {
        if out.events.len() >= n_events {
            break;
        }
        let action = actions.next_if(|(at, _)| *at == tick).map_or(Action::Advance, |(_, action)| action.clone());
        apply(&case.program, &mut machine, action, &mut out);
    }
    out
}

/// Returns some of the child executions of a run.
fn some_children(run: &Run) -> impl Iterator<Item = &ChildRun> {
    let stride = (run.children().len() / 6).max(1);
    run.children().iter().step_by(stride)
}

#[test]
fn the_same_run_twice_has_the_same_history_to_the_byte() {
    over_all(|case| {
        let (once, again) = (case.finish(MANY), case.finish(MANY));
        assert!(exported(&once) == exported(&again), "{}", case.name);
        assert_eq!(once.journal().actions, again.journal().actions, "{}", case.name);
    });
}

#[test]
fn a_journal_determines_every_event() {
    over_all(|case| {
        let run = case.finish(MANY);
        let out = replay(case, run.journal(), run.log().len());
        assert!(run.log().iter().eq(&out.events), "{}", case.name);
        assert!(run.children().iter().map(ChildRun::about).eq(&out.children), "{}", case.name);
        for child in run.children().iter() {
            let id = child.about().id;
            let again = out.child_events.iter().filter(|(of, _)| *of == id).map(|(_, event)| event);
            assert!(child.events().iter().eq(again), "{}: child {}", case.name, id.0);
        }
    });
}

#[test]
fn every_child_execution_ends_within_its_run() {
    let mut n_children = 0;
    for seed in 0..N_RANDOM {
        let case = Case::random(seed);
        let run = case.finish(MANY);
        for child in run.children().iter() {
            let place = format!("{}: child {}", case.name, child.about().id.0);
            check_order(&place, child.events().iter());
            assert!(
                matches!(child.events()[0].kind, EventKind::ExecutionStarted { .. } | EventKind::ExecutionAborted(_)),
                "{place}"
            );
            assert_ne!(child.status(), Status::Running, "{place}");
            n_children += 1;
        }
    }
    assert!(n_children > 300, "only {n_children}");
}

#[test]
fn a_map_never_has_more_strands_than_may_run_at_the_same_time() {
    for mode in ["INLINE", "DISTRIBUTED"] {
        let definition = format!(
            r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "MaxConcurrency": 7, "End": true, "ItemProcessor":
            {{"ProcessorConfig": {{"Mode": "{mode}"}}, "StartAt": "W", "States": {{
                "W": {{"Type": "Wait", "SecondsPath": "$", "End": true}}}}}}}}}}}}"#
        );
        let items: Vec<String> = (0..2_000).map(|it| (it % 13).to_string()).collect();
        let case = Case::mocked(mode, &definition, &format!("[{}]", items.join(",")), None, None);
        let mut machine = start(&case.program, Arc::clone(&case.spec));
        let (mut most, mut out) = (0, Emitted::default());
        while machine.status == Status::Running {
            apply(&case.program, &mut machine, Action::Advance, &mut out);
            most = most.max(machine.n_strands());
        }
        assert_eq!((most, machine.status.name()), (8, "SUCCEEDED"), "{mode}");
    }
}

#[test]
fn what_a_run_publishes_of_its_children_does_not_change_afterwards() {
    let case =
        (0..N_RANDOM).map(Case::random).find(|it| it.finish(MANY).children().len() > 20).expect("many have children");
    let (mut run, mut host) = (case.start(), case.host());
    let mut published = Vec::new();
    while run.drive(&mut *host, &mut |_, _| false, 7) != Drive::Ended {
        let children = run.children().clone();
        let n_events: Vec<usize> = children.iter().map(|it| it.events().len()).collect();
        published.push((children, n_events));
    }
    for (children, n_events) in published {
        assert_eq!(children.iter().map(|it| it.events().len()).collect::<Vec<_>>(), n_events);
        assert_eq!(children.len(), n_events.len());
    }
}

#[test]
fn telling_the_steps_changes_nothing_and_tells_every_output() {
    over_all(|case| {
        let run = case.finish(MANY);
        let mut told = replay_into(case, run.journal(), run.log().len(), Emitted::traced());
        assert!(run.log().iter().eq(&told.events), "{}", case.name);
        // The steps of child executions are told too, each under its own strand.
        let mut outputs: BTreeMap<StrandId, Vec<Json>> = BTreeMap::new();
        for it in told.take_trace() {
            if let Step::Output(output) = it.step {
                outputs.entry(it.strand).or_default().push(output);
            }
        }
        for event in &told.events {
            if let EventKind::StateExited { output, .. } = &event.kind {
                let of_strand =
                    outputs.get_mut(&event.strand).filter(|it| !it.is_empty()).expect("its steps were told");
                assert_eq!(of_strand.remove(0), *output, "{}", case.name);
            }
        }
    });
}

#[test]
fn event_ids_are_dense_and_times_never_fall() {
    over_all(|case| check_order(&case.name, case.finish(MANY).log().iter()));
}

fn check_order<'a>(name: &str, events: impl Iterator<Item = &'a Event>) {
    let mut now = Timestamp::from_millis(i64::MIN);
    for (id, event) in (1..).zip(events) {
        assert_eq!(event.id.0, id, "{name}");
        assert!(event.prev < event.id, "{name}: {event:?}");
        assert!(event.at >= now, "{name}: {event:?}");
        now = event.at;
    }
}

#[test]
fn how_often_driving_pauses_changes_nothing() {
    over_all(|case| {
        let (steps, leap) = (case.finish(1), case.finish(MANY));
        assert!(exported(&steps) == exported(&leap), "{}", case.name);
        assert_eq!(steps.journal().actions, leap.journal().actions, "{}", case.name);
        assert_eq!(steps.status(), leap.status(), "{}", case.name);
    });
}

#[test]
fn going_to_an_event_shows_what_folding_from_the_beginning_shows() {
    over_all(|case| {
        let run = case.finish(MANY);
        let wanted: BTreeSet<EventId> = some_events(&run).into_iter().collect();
        let mut folded = Frame::new(Arc::clone(&case.program.outline));
        assert_eq!(run.log().frame_at(EventId(0)), folded, "{}", case.name);
        for event in run.log().iter() {
            folded.fold(event);
            if wanted.contains(&event.id) {
                assert_eq!(run.log().frame_at(event.id), folded, "{} at event {}", case.name, event.id.0);
            }
        }
        assert_eq!(*run.tip(), folded, "{}", case.name);
    });
}

#[test]
fn a_machine_is_the_same_from_any_checkpoint() {
    over_all(|case| {
        let run = case.finish(MANY);
        for event in some_events(&run) {
            let (near, far) = (run.machine_at(event), run.machine_replayed_at(event));
            assert!(format!("{near:?}") == format!("{far:?}"), "{} at event {}", case.name, event.0);
        }
    });
}

#[test]
fn a_checkpoint_between_two_actions_without_events_is_not_taken_for_the_earlier_one() {
    let case = long();
    let run = case.finish(MANY);
    // Checkpoints are some thousand actions apart; an iteration of the loop takes 17 actions and 9 events.
    let near_checkpoint = |event: &EventId| (event.0 * 17 / 9 + 60) % 1_024 < 120;
    let around_some = run.log().iter().map(|it| it.id).take(2_800).filter(near_checkpoint);
    for event in around_some {
        let (near, far) = (run.machine_at(event), run.machine_replayed_at(event));
        assert!(format!("{near:?}") == format!("{far:?}"), "at event {}", event.0);
    }
}

#[test]
fn frames_agree_with_machines() {
    over_all(|case| {
        let run = case.finish(MANY);
        for event in some_events(&run) {
            let machine = run.machine_at(event);
            let frame = run.log().frame_at(EventId(machine.n_events()));
            agree(&format!("{} at event {}", case.name, machine.n_events()), &machine, ExecutionId::ROOT, &frame);
        }
        for child in some_children(&run) {
            let (id, log) = (child.about().id, child.log(&case.program.outline));
            let stride = (child.events().len() / 6).max(1);
            for event in child.events().iter().step_by(stride) {
                let machine = run.machine_in(id, event.id);
                let shown = child.events().iter().filter(|it| machine.has_happened(id, it.id)).count();
                let frame = log.view().frame_at(EventId(shown as u32));
                if frame.status == RunStatus::Running {
                    agree(&format!("{} child {} at event {shown}", case.name, id.0), &machine, id, &frame);
                }
            }
        }
    });
}

/// Checks that what is shown of a moment is how the machine stands.
fn agree(place: &str, machine: &Machine, execution: ExecutionId, frame: &Frame) {
    let same_status = match (&machine.status, &frame.status) {
        (Status::Running, RunStatus::Running) => true,
        (Status::Succeeded(theirs), RunStatus::Succeeded(shown)) => theirs == shown,
        (Status::Failed(theirs), RunStatus::Failed(shown))
        | (Status::TimedOut(theirs), RunStatus::TimedOut(shown))
        | (Status::Aborted(theirs), RunStatus::Aborted(shown)) => theirs == shown,
        _ => false,
    };
    assert!(same_status, "{place}: {:?} is shown as {:?}", machine.status, frame.status);
    if machine.status != Status::Running {
        return;
    }
    let mut standings = machine.standings();
    standings.retain(|it| it.execution == execution);
    for standing in &standings {
        let Some(view) = frame.strands.get(&standing.strand) else {
            assert_eq!(standing.entered, EventId(0), "{place}: {standing:?} is not shown");
            continue;
        };
        let shown = format!("{place}: {standing:?} is shown as {view:?}");
        assert_eq!(view.parent, standing.parent, "{shown}");
        assert_eq!(view.entered, standing.entered, "{shown}");
        let variables = view.variables.as_deref().and_then(Json::as_object);
        assert_eq!(variables.map_or(0, Object::len), standing.variables.len(), "{shown}");
        for (name, value) in &standing.variables {
            assert_eq!(variables.and_then(|it| it.get(name)), Some(value), "{shown}");
        }
        if standing.entered == EventId(0) {
            continue;
        }
        assert_eq!(view.input, standing.input, "{shown}");
        let expected: &[Activity] = match standing.place {
            Place::BeforeState => &[Activity::Exited, Activity::Caught],
            Place::InState => &[Activity::Running],
            // That a Parallel or Map tries again has no event of its own until it has begun again.
            Place::BackingOff => &[Activity::Failed, Activity::TimedOut, Activity::Running, Activity::Joining],
            Place::Waiting => &[Activity::Waiting],
            Place::Calling => &[Activity::Calling],
            Place::Joining => &[Activity::Joining],
        };
        // Wait and Fail states are shown as what they are from their entry on.
        let about_to =
            standing.place == Place::InState && matches!(view.activity, Activity::Waiting | Activity::Failed);
        assert!(expected.contains(&view.activity) || about_to, "{shown}");
        if standing.place != Place::BeforeState {
            assert_eq!(view.state, standing.state, "{shown}");
        }
    }
    for (id, view) in &frame.strands {
        let alive = standings.iter().any(|it| it.strand == *id);
        let given_up = inside_what_backs_off(frame, &standings, view.parent);
        assert!(alive || view.has_left() || given_up, "{place}: {id:?} is gone and shown as {view:?}");
    }
}

/// Whether a strand around is a Parallel or Map that is about to begin again: until it does, its last branches show.
fn inside_what_backs_off(frame: &Frame, standings: &[Standing], parent: Option<StrandId>) -> bool {
    let Some(parent) = parent else { return false };
    let backs_off = standings.iter().any(|it| it.strand == parent && it.place == Place::BackingOff);
    let above = frame.strands.get(&parent).and_then(|it| it.parent);
    backs_off || inside_what_backs_off(frame, standings, above)
}

#[test]
fn every_strand_is_in_one_place_and_every_effect_ends_once() {
    over_all(|case| {
        let (mut machine, mut host) = (start(&case.program, Arc::clone(&case.spec)), case.host());
        let (mut open, mut begun) = (BTreeSet::new(), BTreeSet::new());
        let (mut n_cancelled, mut n_ended) = (0, 0);
        while machine.status == Status::Running {
            let mut out = Emitted::default();
            apply(&case.program, &mut machine, Action::Advance, &mut out);
            let of_children = out.child_events.iter().map(|(_, event)| event);
            n_ended += out.events.iter().chain(of_children).filter(|it| ends_an_effect(it)).count();
            for effect in out.effects {
                let is_task = matches!(effect, Effect::Call { .. });
                let (id, reply) = match effect {
                    Effect::Cancel(id) => {
                        assert!(open.remove(&id), "{}: {id:?} is cancelled once", case.name);
                        n_cancelled += 1;
                        continue;
                    }
                    Effect::Call { id, call } => (id, host.call(id, &call)),
                    Effect::Read { id, call } => (id, host.read(id, &call)),
                    Effect::Write { id, call } => (id, host.write(id, &call)),
                };
                assert!(open.insert(id), "{}: {id:?} is called once", case.name);
                if is_task {
                    begun.insert(id);
                }
                let Reply::Answers(answers) = reply else { continue };
                for (after, outcome) in answers {
                    let action = Action::Resolve { effect: id, outcome, at: machine.now + after };
                    apply(&case.program, &mut machine, action, &mut Emitted::default());
                }
            }
            in_one_place(&case.name, &machine);
            let unanswered = enabled(&machine).unanswered;
            assert!(unanswered.iter().all(|it| open.contains(it)), "{}", case.name);
        }
        // A time limit cancels a task and has an event too; everything else does one of the two.
        assert!(begun.len() <= n_cancelled + n_ended, "{}", case.name);
        assert!(machine.n_strands() == 0 && machine.n_due() == 0, "{}: nothing is left", case.name);
    });
}

fn ends_an_effect(event: &Event) -> bool {
    matches!(event.kind, EventKind::TaskSucceeded { .. } | EventKind::TaskFailed(_) | EventKind::TaskTimedOut(_))
}

fn in_one_place(name: &str, machine: &Machine) {
    for (strand, n_places) in machine.whereabouts() {
        assert_eq!(n_places, 1, "{name}: {strand:?} at {} events", machine.n_events());
    }
}

#[test]
fn a_late_answer_changes_nothing() {
    over_all(|case| {
        let run = case.finish(MANY);
        for event in some_events(&run) {
            let mut machine = run.machine_at(event);
            let before = format!("{machine:?}");
            for effect in (0..50).map(EffectId).filter(|it| !machine.waits_for(*it)).collect::<Vec<_>>() {
                let action = Action::Resolve { effect, outcome: Outcome::Succeeded(Json::Null), at: machine.now };
                apply(&case.program, &mut machine, action, &mut Emitted::default());
            }
            assert!(format!("{machine:?}") == before, "{} at event {}", case.name, event.0);
        }
    });
}

#[test]
fn no_action_in_any_machine_panics() {
    for seed in 0..3 * N_RANDOM {
        let case = Case::random(seed);
        let mut random = Random::new(!seed);
        let mut machine = start(&case.program, Arc::clone(&case.spec));
        let mut out = Emitted::default();
        let mut n_effects = 0;
        for _ in 0..600 {
            let action = any_action(&mut random, &machine, n_effects);
            let ended = machine.status != Status::Running && !matches!(action, Action::Redrive(_));
            let n_before = (out.events.len(), out.child_events.len());
            apply(&case.program, &mut machine, action, &mut out);
            in_one_place(&case.name, &machine);
            n_effects += out.effects.drain(..).filter(|it| !matches!(it, Effect::Cancel(_))).count() as u32;
            if ended {
                let n_after = (out.events.len(), out.child_events.len());
                assert_eq!(n_after, n_before, "{}: an end is an end", case.name);
                break;
            }
        }
        check_order(&case.name, out.events.iter());
    }
}

/// Returns anything that could be done to a machine: answers to tasks of now, before and never, in any order of time.
fn any_action(random: &mut Random, machine: &Machine, n_effects: u32) -> Action {
    match random.below(1_000) {
        0 => Action::Stop(Arc::new(Failure::named("Stopped", "at random"))),
        1 => Action::Redrive(machine.now),
        2..550 => Action::Advance,
        _ => {
            let effect = EffectId(n_effects.saturating_sub(random.below(5) as u32));
            let at = match random.below(4) {
                0 => Timestamp::from_millis(0),
                1 => machine.now,
                2 => Timestamp::from_millis(i64::MAX),
                _ => machine.now + Duration::from_secs(random.below(9) as f64),
            };
            let outcome = match random.below(5) {
                0 => Outcome::Heartbeat,
                1 => Outcome::Submitted(Json::Null),
                2 | 3 => read(random),
                _ => outcome(random),
            };
            Action::Resolve { effect, outcome, at }
        }
    }
}

#[test]
fn a_redrive_goes_on_with_what_was_not_finished() {
    over_all(|case| {
        let mut run = case.finish(MANY);
        let (n_events, machine) = (run.log().len(), run.machine_at(EventId(run.log().len() as u32)));
        let redrivable = machine.redrivable();
        let unsuccessful = !matches!(run.status(), Status::Succeeded(_));
        assert_eq!(redrivable, unsuccessful && !case.spec.express && n_events < 24_999, "{}", case.name);
        let at = machine.now + Duration::from_secs(60.0);
        run.act_from_outside(Action::Redrive(at));
        if !redrivable {
            assert_eq!(run.log().len(), n_events, "{}", case.name);
            return;
        }
        let mut host = case.host();
        run.drive(&mut *host, &mut |_, _| false, 2_000);
        check_order(&case.name, run.log().iter());
        let replayed = replay(case, run.journal(), run.log().len());
        assert!(run.log().iter().eq(replayed.events.iter().take(run.log().len())), "{}", case.name);
        let redriven = run.log().iter().nth(n_events).expect("it goes on");
        assert!(
            redriven.at == at && matches!(redriven.kind, EventKind::ExecutionRedriven { count: 1, .. }),
            "{redriven:?}"
        );
        let EventKind::ExecutionRedriven { strands, .. } = &redriven.kind else { return };
        for it in strands.iter().filter(|it| it.standing != Place::BeforeState) {
            let left = |event: &Event| matches!(event.kind, EventKind::StateExited { .. }) && event.strand == it.strand;
            let mut since = run.log().iter_from(it.entered).take_while(|event| event.id < redriven.id);
            assert!(!since.any(left), "{}: {it:?} had been left", case.name);
        }
        for event in (n_events..=run.log().len()).step_by(7).map(|it| EventId(it as u32)) {
            let machine = run.machine_at(event);
            let frame = run.log().frame_at(EventId(machine.n_events()));
            let place = format!("{} redriven, at event {}", case.name, machine.n_events());
            agree(&place, &machine, ExecutionId::ROOT, &frame);
        }
    });
}

#[test]
fn the_random_workflows_reach_every_kind_of_event_and_end() {
    let (mut kinds, mut ends) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..N_RANDOM {
        let run = Case::random(seed).finish(MANY);
        ends.insert(run.status().name());
        let of_children = run.children().iter().flat_map(ChildRun::events);
        kinds.extend(run.log().iter().chain(of_children).map(|it| {
            let shown = format!("{:?}", it.kind);
            shown.split(|it: char| !it.is_alphabetic()).next().unwrap_or_default().to_owned()
        }));
    }
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["FAILED", "SUCCEEDED", "TIMED_OUT"]);
    // All but ExecutionRedriven, which only comes from outside.
    assert_eq!(kinds.len(), 29, "{kinds:?}");
}
