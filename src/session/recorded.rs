//! A recorded history as the source of answers: the engine asks, and gets what was answered then, at the moment it was.
//!
//! Which answer that is, the place says: the state, the items of the Maps around it, which visit and which attempt. So a
//! changed definition gets the recorded answers wherever it comes to the same place, in whatever order.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{
    EffectId, Event, EventId, EventKind, Failure, FailureKind, Outcome, StartSpec, StrandId, TaskCall, TaskStep,
};
use crate::history::read::Imported;
use crate::history::{LogView, RunStatus};
use crate::json::Json;
use crate::time::{Duration, Timestamp};

use super::diff::{Comparison, Generated, Side, compare};
use super::host::{Host, Reply};
use super::run::{Drive, Run};

/// Actions between two looks at whether to stop; how many changes nothing of what happens.
const BUDGET: u32 = 1 << 16;
/// What a recorded heartbeat limit may be late by without a heartbeat before.
const LATE: Duration = Duration::from_millis(250);

/// Heartbeats that are made up for one attempt, at most.
const MOST_BEATS: usize = 10_000;

/// The attempts of all tasks in a history.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    attempts: Vec<Attempt>,
    by_place: BTreeMap<Place, usize>,
}

/// One attempt of a task as it was recorded.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The event that began it.
    pub event: EventId,
    /// What was asked for.
    pub call: Arc<TaskCall>,
    /// When it began.
    pub at: Timestamp,
    /// What the service said to the job or message, and how long after the beginning.
    pub submitted: Option<(Duration, Json)>,
    /// How it ended, and how long after the beginning; `None` if it was given up or goes on.
    pub end: Option<(Duration, End)>,
    /// How long after the beginning the history ends.
    recorded: Duration,
}

/// How a recorded attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// With this raw result.
    Returned(Json),
    /// With this failure, in this step, reported by this event.
    Failed(Arc<Failure>, TaskStep, EventId),
    /// One of its time limits ran out: nothing was answered.
    TimedOut(FailureKind),
}

/// A state, and the items of the Maps around it.
pub(super) type Spot = (Arc<str>, Arc<[(Arc<str>, u32)]>);

/// Where a task is called: at which spot, in which visit and at which attempt, both from 1.
type Place = (Spot, u32, u32);

/// Counts visits of states at their places, by their first attempts.
#[derive(Clone, Debug, Default)]
struct Visits(BTreeMap<Spot, u32>);

impl Visits {
    fn place(&mut self, call: &TaskCall) -> Place {
        let spot = (Arc::clone(&call.name), Arc::clone(&call.maps));
        let visit = self.0.entry(spot.clone()).or_default();
        if call.attempt == 1 || *visit == 0 {
            *visit += 1;
        }
        (spot, *visit, call.attempt)
    }
}

impl Recording {
    /// Reads the attempts of a history.
    pub fn of(log: &LogView) -> Self {
        let mut recording = Self::default();
        let mut open: BTreeMap<StrandId, usize> = BTreeMap::new();
        let mut visits = Visits::default();
        let last = log.iter().next_back().map(|it| it.at).unwrap_or_default();
        for event in log.iter() {
            if let EventKind::TaskScheduled(call) = &event.kind {
                let idx = recording.attempts.len();
                open.insert(event.strand, idx);
                recording.by_place.insert(visits.place(call), idx);
                let (call, at, recorded) = (Arc::clone(call), event.at, last - event.at);
                recording.attempts.push(Attempt { event: event.id, call, at, submitted: None, end: None, recorded });
            } else if let Some(attempt) = open.get(&event.strand).and_then(|it| recording.attempts.get_mut(*it)) {
                attempt.add(event);
            }
        }
        recording
    }

    /// Returns the attempts in the order in which they began.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }
}

impl Attempt {
    fn add(&mut self, event: &Event) {
        let after = event.at - self.at;
        match &event.kind {
            EventKind::TaskSubmitted { output, .. } => self.submitted = Some((after, output.clone())),
            EventKind::TaskSucceeded { output, .. } => self.end = Some((after, End::Returned(output.clone()))),
            EventKind::TaskFailed(failed) => {
                let failure = Arc::new(failed.failure.clone());
                self.end = Some((after, End::Failed(failure, failed.step, event.id)));
            }
            EventKind::TaskTimedOut(failed) => {
                let end = if self.ran_out(after, &failed.failure) {
                    End::TimedOut(failed.failure.kind)
                } else {
                    End::Failed(Arc::new(failed.failure.clone()), failed.step, event.id)
                };
                self.end = Some((after, end));
            }
            _ => {}
        }
    }

    /// Whether one of the limits that the events name ran out. A failure that was sent may have the same name; then it
    /// is an answer.
    fn ran_out(&self, after: Duration, failure: &Failure) -> bool {
        let limit = match failure.kind {
            FailureKind::Heartbeat => self.call.heartbeat_secs,
            _ => self.call.timeout_secs,
        };
        failure.cause.is_none() && limit.is_some_and(|it| after.as_millis() >= it.saturating_mul(1_000))
    }

    /// Returns how it ended; a time-out that no known limit explains is that of `heartbeat_secs`, where it took as long.
    pub fn end_within(&self, heartbeat_secs: Option<i64>) -> Option<&End> {
        let (took, end) = self.end.as_ref()?;
        let hidden = heartbeat_secs.filter(|_| self.call.heartbeat_secs.is_none());
        let explains = hidden.is_some_and(|it| took.as_millis() >= it.saturating_mul(1_000));
        match end {
            End::Failed(failure, ..) if explains && failure.kind == FailureKind::Timeout && failure.cause.is_none() => {
                Some(&End::TimedOut(FailureKind::Heartbeat))
            }
            end => Some(end),
        }
    }

    /// Returns when heartbeats must have come, counted from the beginning. Histories do not have them; where an attempt
    /// took longer than its limit, there were some, and these are the fewest that explain it. `limit_secs` is for
    /// attempts of which the history does not say the limit.
    pub fn heartbeats(&self, limit_secs: Option<i64>) -> Vec<Duration> {
        let known = self.call.heartbeat_secs.or(limit_secs).filter(|it| *it > 0);
        let Some(secs) = known else { return Vec::new() };
        // What was given up had not missed one.
        let took = self.end.as_ref().map_or(self.recorded, |(took, _)| *took);
        let limit = secs.saturating_mul(1_000);
        let took = took.as_millis();
        let mut beats = Vec::new();
        if self.end_within(limit_secs) == Some(&End::TimedOut(FailureKind::Heartbeat)) {
            let mut last = took - limit;
            if last > LATE.as_millis() {
                beats.push(Duration::from_millis(last));
                while last > limit && beats.len() < MOST_BEATS {
                    last -= limit;
                    beats.push(Duration::from_millis(last));
                }
            }
            beats.reverse();
        } else {
            beats.extend(
                (1..MOST_BEATS as i64).map(|nth| nth * limit).take_while(|it| *it <= took).map(Duration::from_millis),
            );
        }
        beats
    }
}

/// Answers with what was recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    recording: Arc<Recording>,
    visits: Visits,
    unrecorded: Vec<Arc<TaskCall>>,
}

impl Recorded {
    /// Returns a host that has answered nothing yet.
    pub fn new(recording: Arc<Recording>) -> Self {
        Self { recording, visits: Visits::default(), unrecorded: Vec::new() }
    }

    /// Returns the calls for which the recording has no answer.
    pub fn unrecorded(&self) -> &[Arc<TaskCall>] {
        &self.unrecorded
    }
}

impl Host for Recorded {
    fn call(&mut self, _: EffectId, call: &Arc<TaskCall>) -> Reply {
        let place = self.visits.place(call);
        let Some(attempt) = self.recording.by_place.get(&place).and_then(|it| self.recording.attempts.get(*it)) else {
            self.unrecorded.push(Arc::clone(call));
            return Reply::Unanswered;
        };
        // The engine takes no time between states, the service does. Answers at their recorded moments keep strands that
        // run at once in their recorded order; what begins later than recorded takes as long as it took.
        let ahead = if call.at < attempt.at { attempt.at - call.at } else { Duration::ZERO };
        let shifted = |after: Duration| Duration::from_millis(ahead.as_millis() + after.as_millis());
        let mut answers: Vec<(Duration, Outcome)> =
            attempt.heartbeats(call.heartbeat_secs).into_iter().map(|it| (shifted(it), Outcome::Heartbeat)).collect();
        if let Some((after, output)) = &attempt.submitted {
            answers.push((shifted(*after), Outcome::Submitted(output.clone())));
        }
        let after = attempt.end.as_ref().map_or(Duration::ZERO, |(after, _)| shifted(*after));
        match attempt.end_within(call.heartbeat_secs) {
            Some(End::Returned(output)) => answers.push((after, Outcome::Succeeded(output.clone()))),
            Some(End::Failed(failure, step, _)) => answers.push((after, Outcome::Failed(Arc::clone(failure), *step))),
            // The limits are the definition's; they run out by themselves.
            Some(End::TimedOut(_)) | None => {}
        }
        if answers.is_empty() {
            return Reply::Never;
        }
        answers.sort_by_key(|(after, _)| *after);
        Reply::Answers(answers)
    }
}

/// A recorded execution, run again.
#[derive(Debug)]
pub struct Replay {
    /// The run. It is like any other: it can be looked at, and gone on with from any event.
    pub run: Run,
    /// What it does differently from what was recorded; the recording is the left one.
    pub comparison: Comparison,
    /// The calls for which the recording has no answer; the run waits for them.
    pub unrecorded: Vec<Arc<TaskCall>>,
}

/// Runs a recorded execution again, with a definition that may have been changed since. `spec` says how it starts, as
/// a rule [`Imported::spec`].
pub fn replay(imported: &Imported, program: &Arc<Program>, spec: StartSpec) -> Replay {
    let mut host = Recorded::new(Arc::new(Recording::of(imported.view())));
    let mut run = Run::start(Arc::clone(program), Arc::new(spec));
    // What was stopped from outside or goes on is run as far as it was recorded.
    let open =
        !matches!(imported.log.tip().status, RunStatus::Succeeded(_) | RunStatus::Failed(_) | RunStatus::TimedOut(_));
    let end = imported.log.tip().at;
    while run.drive(&mut host, &mut |_, event| open && event.at > end, BUDGET) == Drive::OutOfBudget {}
    let left = Side { log: imported.view(), asides: Some(&imported.asides) };
    let comparison = compare(left, Side { log: run.log(), asides: None }, Generated::Ignored);
    Replay { run, comparison, unrecorded: host.unrecorded }
}
