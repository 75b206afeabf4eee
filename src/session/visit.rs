//! `Visit`: one visit of a state, read off the events: what went in, its attempts, what came out.
//!
//! Nothing here needs the engine, so that it holds for recorded histories as well.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::program::{Handlers, Program, Retrier};
use crate::engine::handlers::{Decision, decide};
use crate::engine::{Event, EventId, EventKind, Failure, FailureKind, StrandId, TaskCall};
use crate::history::{Frame, LogView};
use crate::json::Json;
use crate::time::{Duration, Timestamp};

/// Events that are looked through for a visit, at most: some ten milliseconds of work.
pub const MOST_SEARCHED: usize = 100_000;

/// One visit of a state, as far as it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// The state.
    pub state: StateId,
    /// The thread of control.
    pub strand: StrandId,
    /// The event by which it was entered.
    pub entered: EventId,
    /// When.
    pub entered_at: Timestamp,
    /// The raw input.
    pub input: Json,
    /// The attempts at its work, in order; of a Task, Parallel or Map.
    pub attempts: Vec<Attempt>,
    /// How it was left; `None` if it was not.
    pub exit: Option<Exit>,
    /// Its latest event.
    pub last: EventId,
}

/// One attempt at a state's work.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// By which event it began, and when; `None` where it failed before its work.
    pub begun: Option<(EventId, Timestamp)>,
    /// What the task was called with.
    pub call: Option<Arc<TaskCall>>,
    /// How it ended; `None` if it goes on.
    pub end: Option<AttemptEnd>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptEnd {
    /// By which event, and when; `None` where the history has none for it.
    pub event: Option<(EventId, Timestamp)>,
    /// The raw result of a task, nothing for branches and iterations that have ended, or the failure.
    pub result: Result<Option<Json>, Arc<Failure>>,
}

/// How a visit was left.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    /// By which event.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// What the state handed on.
    pub output: Json,
    /// The variables that it assigned.
    pub assigned: Option<Arc<Json>>,
}

impl Visit {
    /// Reads the visit that began with the event `entered`, up to the event `upto`. Nothing if the event enters no state.
    pub fn read(program: Option<&Program>, log: &LogView, upto: EventId, entered: EventId) -> Option<Self> {
        let mut visit = Self::of_events(log, upto, entered)?;
        visit.find_failures(program, log);
        Some(visit)
    }

    /// Reads it up to the event `upto` without what branches and iterations failed with.
    pub fn of_events(log: &LogView, upto: EventId, entered: EventId) -> Option<Self> {
        let first = log.event(entered)?;
        let EventKind::StateEntered { input, .. } = &first.kind else { return None };
        let mut visit = Self {
            state: first.state,
            strand: first.strand,
            entered,
            entered_at: first.at,
            input: input.clone(),
            attempts: Vec::new(),
            exit: None,
            last: entered,
        };
        let later = log.iter_from(EventId(entered.0 + 1)).take(MOST_SEARCHED);
        for event in later.take_while(|it| it.id <= upto).filter(|it| it.strand == first.strand) {
            if matches!(event.kind, EventKind::StateEntered { .. }) {
                break;
            }
            if event.state == first.state {
                visit.add(event);
            }
        }
        Some(visit)
    }

    /// Adds what branches and iterations failed with: that is in the events of their own strands, and where they came to
    /// a Fail state only the definition says it.
    fn find_failures(&mut self, program: Option<&Program>, log: &LogView) {
        for idx in 0..self.attempts.len() {
            let next = self.attempts.get(idx + 1).and_then(|it| it.begun);
            let attempt = &mut self.attempts[idx];
            let before = match &attempt.end {
                None => next,
                Some(AttemptEnd { event, result: Err(failure) })
                    if failure.error.is_none() && failure.cause.is_none() =>
                {
                    *event
                }
                Some(_) => continue,
            };
            let Some((before, _)) = before else { continue };
            let found = failure_inside(program, &log.frame_at(EventId(before.0.saturating_sub(1))), self.strand);
            let unknown = || Arc::new(Failure { error: None, cause: None, kind: FailureKind::Named });
            let event = attempt.end.as_ref().and_then(|it| it.event);
            attempt.end = Some(AttemptEnd { event, result: Err(found.unwrap_or_else(unknown)) });
        }
    }

    fn add(&mut self, event: &Event) {
        self.last = event.id;
        let at = Some((event.id, event.at));
        match &event.kind {
            EventKind::TaskScheduled(call) => {
                self.attempts.push(Attempt { begun: at, call: Some(Arc::clone(call)), end: None });
            }
            EventKind::ParallelStarted | EventKind::MapStarted { .. } => {
                self.attempts.push(Attempt { begun: at, call: None, end: None });
            }
            EventKind::TaskSucceeded { output, .. } => self.end(at, Ok(Some(output.clone()))),
            EventKind::ParallelSucceeded | EventKind::MapSucceeded => self.end(at, Ok(None)),
            EventKind::ParallelFailed | EventKind::MapFailed => {
                if self.attempts.last().is_some_and(|it| it.end.is_none()) {
                    self.end(at, Err(Arc::new(Failure { error: None, cause: None, kind: FailureKind::Named })));
                }
            }
            EventKind::StateExited { output, assigned } => {
                let (output, assigned) = (output.clone(), assigned.clone());
                self.exit = Some(Exit { event: event.id, at: event.at, output, assigned });
            }
            kind => {
                if let Some(failure) = kind.failure() {
                    self.end(at, Err(Arc::new(failure.clone())));
                }
            }
        }
    }

    fn end(&mut self, event: Option<(EventId, Timestamp)>, result: Result<Option<Json>, Arc<Failure>>) {
        let end = Some(AttemptEnd { event, result });
        match self.attempts.last_mut() {
            Some(attempt) if attempt.end.is_none() => attempt.end = end,
            // It failed before its work, or after it.
            _ => self.attempts.push(Attempt { begun: None, call: None, end }),
        }
    }

    /// Returns the failures of the attempts before this one, counted from 0.
    pub fn failures_before(&self, attempt: usize) -> Vec<Arc<Failure>> {
        let earlier = self.attempts.iter().take(attempt);
        earlier.filter_map(|it| it.failure().map(Arc::clone)).collect()
    }

    /// Returns what became of the attempt, counted from 0, if it failed.
    pub fn decision(&self, handlers: &Handlers, attempt: usize) -> Option<Decision> {
        let failure = self.attempts.get(attempt)?.failure()?;
        let used = super::moment::used_by(handlers, &self.failures_before(attempt));
        Some(decide(handlers, &used, failure))
    }

    /// Returns the catcher by which the state was left.
    pub fn caught_by(&self, handlers: &Handlers) -> Option<usize> {
        self.exit.as_ref()?;
        match self.decision(handlers, self.attempts.len().checked_sub(1)?)? {
            Decision::Catch(catcher) => Some(catcher),
            Decision::Retry(_) | Decision::Uncaught => None,
        }
    }

    /// Returns how long is waited after the attempt, counted from 0, if a retrier takes its failure.
    pub fn back_off(&self, handlers: &Handlers, attempt: usize) -> Option<BackOff> {
        let Some(Decision::Retry(retrier)) = self.decision(handlers, attempt) else { return None };
        let used = super::moment::used_by(handlers, &self.failures_before(attempt));
        let n_used = used.get(retrier).copied().unwrap_or(0);
        let longest_secs = handlers.retry[retrier].back_off_secs(n_used);
        let ended = self.attempts[attempt].end.as_ref().and_then(|it| it.event);
        let next = self.attempts.get(attempt + 1).and_then(|it| it.begun);
        let waited = ended.zip(next).map(|((_, ended), (_, next))| next - ended);
        Some(BackOff { retrier, n_used, longest_secs, waited })
    }
}

impl Attempt {
    /// Returns what it failed with.
    pub fn failure(&self) -> Option<&Arc<Failure>> {
        self.end.as_ref()?.result.as_ref().err()
    }

    /// Returns how long it took.
    pub fn took(&self) -> Option<Duration> {
        let ((_, begun), (_, ended)) = self.begun.zip(self.end.as_ref()?.event)?;
        Some(ended - begun)
    }
}

/// The wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackOff {
    /// The place of the retrier in `Retry`.
    pub retrier: usize,
    /// How often it had retried before.
    pub n_used: u32,
    /// How long the back-off is before jitter, in seconds.
    pub longest_secs: f64,
    /// How long was waited, once the next attempt has begun.
    pub waited: Option<Duration>,
}

impl BackOff {
    /// Returns the reckoning in words: `2 s × 2² = 8 s`.
    pub fn formula(&self, retrier: &Retrier) -> String {
        let secs = |secs: f64| Duration::from_secs(secs).to_string();
        let (first, rate) = (secs(retrier.interval_secs as f64), retrier.backoff_rate);
        let uncapped = Retrier { max_delay_secs: None, ..retrier.clone() }.back_off_secs(self.n_used);
        let mut text = format!("{first} × {rate}{} = {}", superscript(self.n_used), secs(uncapped));
        if uncapped > self.longest_secs {
            let _ = write!(text, ", at most {}", secs(self.longest_secs));
        }
        text
    }
}

/// Returns the failure that a branch or an iteration of `parent` stands at.
fn failure_inside(program: Option<&Program>, frame: &Frame, parent: StrandId) -> Option<Arc<Failure>> {
    let inside = frame.strands.values().filter(|it| it.parent == Some(parent) && it.is_failing());
    let mut found = inside.filter_map(|view| match (view.failures.last(), program) {
        (Some(failure), _) => Some(Arc::clone(failure)),
        (None, Some(program)) => super::moment::pending_failure(program, frame, view),
        (None, None) => None,
    });
    // An iteration has gone by then, and its failure is noted at its Map.
    found.next().or_else(|| frame.strands.get(&parent)?.failures.last().cloned())
}

/// Writes an exponent.
fn superscript(number: u32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    number.to_string().bytes().map(|it| DIGITS[usize::from(it - b'0')]).collect()
}

/// A branch or an iteration, as far as it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// Its strand.
    pub strand: StrandId,
    /// The event by which it began.
    pub began: EventId,
    /// Its place among the branches or items, from 0.
    pub index: u32,
    /// The event by which its latest state was left; `None` before that.
    pub exit: Option<EventId>,
    /// What the state handed on.
    pub output: Option<Json>,
}

/// Returns the branches or iterations of a Parallel or Map in the order of their places, in the attempt that begins with
/// `begun`, up to `upto`. Nothing where there are too many events to look through.
pub fn inside(log: &LogView, parent: StrandId, begun: EventId, upto: EventId) -> Option<Vec<Inside>> {
    let mut found: Vec<Inside> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    let mut n_branches = 0;
    for (nth, event) in log.iter_from(begun).take_while(|it| it.id <= upto).enumerate() {
        if nth == MOST_SEARCHED {
            return None;
        }
        match &event.kind {
            EventKind::IterationStarted { index, parent: of } if *of == parent => {
                places.insert(event.strand, found.len());
                found.push(Inside { strand: event.strand, began: event.id, index: *index, exit: None, output: None });
            }
            EventKind::StateEntered { parent: of, .. }
                if *of == parent && event.strand != parent && !places.contains_key(&event.strand) =>
            {
                places.insert(event.strand, found.len());
                found.push(Inside {
                    strand: event.strand,
                    began: event.id,
                    index: n_branches,
                    exit: None,
                    output: None,
                });
                n_branches += 1;
            }
            EventKind::StateExited { output, .. } => {
                if let Some(place) = places.get(&event.strand) {
                    (found[*place].exit, found[*place].output) = (Some(event.id), Some(output.clone()));
                }
            }
            EventKind::StateEntered { .. } if event.strand == parent => break,
            _ => {}
        }
    }
    // Branches are opened in the order of their places, whatever comes first of them.
    if n_branches > 0 {
        found.sort_by_key(|it| it.strand);
        found.iter_mut().zip(0..).for_each(|(it, index)| it.index = index);
    }
    found.sort_by_key(|it| it.index);
    Some(found)
}
