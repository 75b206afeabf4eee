//! From recorded events to the engine's: the same types with the same meaning, so that nothing behind this point knows
//! where a history came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::{Outline, StateId, StateKind};
use crate::engine::{EvaluationFailure, Event, EventId, EventKind, Failure, FailureKind, Identity, MapRun, StrandId};
use crate::history::aside::{Aside, Lack};
use crate::json::{Json, text};
use crate::time::Timestamp;

use super::names::{Field, Stage, What};
use super::order::Ordered;
use super::payload::Payloads;
use super::source::{Entry, Raw};
use super::states::States;
use super::threads::{Seen, Stands, Threads};

/// What became of the events of one execution.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) events: Vec<Event>,
    pub(super) outline: Arc<Outline>,
    pub(super) asides: BTreeMap<EventId, Aside>,
    pub(super) identity: Identity,
    /// The execution's own ARN, where a payload holds it.
    pub(super) execution_arn: Option<Arc<str>>,
    /// Redrives, and the event after which what they go on with was given up.
    pub(super) redrives: Vec<(EventId, EventId)>,
    /// The first state that the definition does not have.
    pub(super) missing: Option<String>,
    pub(super) counts: Counts,
}

/// What could not be taken over as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) absent: usize,
    pub(super) guessed: usize,
    pub(super) without_data: usize,
    pub(super) truncated: usize,
    pub(super) unknown: usize,
    pub(super) without_time: usize,
    pub(super) back_in_time: usize,
    /// Time-outs of tasks with two limits, of which the file does not say which ran out.
    pub(super) either_limit: usize,
}

/// Builds the events of one execution.
pub(super) fn build(
    ordered: &Ordered,
    entries: &[Entry],
    payloads: &mut Payloads,
    definition: Option<&Arc<Outline>>,
) -> Built {
    let mut builder = Builder {
        entries,
        payloads,
        states: States::new(definition),
        threads: Threads::new(ordered.last_id as usize),
        events: Vec::with_capacity(ordered.last_id as usize),
        asides: BTreeMap::new(),
        // Without a region until an event names one.
        identity: Identity { region: Arc::default(), ..Identity::default() },
        execution_arn: None,
        redrives: Vec::new(),
        counts: Counts::default(),
        now: Timestamp::default(),
    };
    let first = ordered.events.iter().find_map(|it| it.at);
    builder.now = Timestamp::from_millis(first.unwrap_or(0));
    for raw in &ordered.events {
        builder.fill_up_to(raw.id.unwrap_or(0));
        builder.add(raw);
    }
    let mut counts = builder.counts;
    counts.guessed = builder.threads.n_guessed;
    Built {
        missing: builder.states.missing().map(str::to_owned),
        outline: Arc::clone(builder.states.outline()),
        events: builder.events,
        asides: builder.asides,
        identity: builder.identity,
        execution_arn: builder.execution_arn,
        redrives: builder.redrives,
        counts,
    }
}

/// The events on their way.
pub(super) struct Builder<'a> {
    entries: &'a [Entry],
    pub(super) payloads: &'a mut Payloads,
    pub(super) states: States,
    pub(super) threads: Threads,
    pub(super) events: Vec<Event>,
    asides: BTreeMap<EventId, Aside>,
    pub(super) identity: Identity,
    pub(super) execution_arn: Option<Arc<str>>,
    redrives: Vec<(EventId, EventId)>,
    pub(super) counts: Counts,
    pub(super) now: Timestamp,
}

/// An event on its way.
pub(super) struct Current<'a> {
    pub(super) raw: &'a Raw,
    id: EventId,
    pub(super) entries: &'a [Entry],
    pub(super) thread: u32,
}

impl<'a> Builder<'a> {
    /// Puts in what is known of events that the file lacks: that they were there.
    fn fill_up_to(&mut self, id: u32) {
        while self.events.len() + 1 < id as usize {
            self.counts.absent += 1;
            self.push(StrandId::ROOT, StateId::NONE, EventId(0), EventKind::NotRecorded);
        }
    }

    fn push(&mut self, strand: StrandId, state: StateId, prev: EventId, kind: EventKind) {
        let id = EventId(self.events.len() as u32 + 1);
        self.events.push(Event { id, prev, at: self.now, strand, state, kind });
    }

    fn add(&mut self, raw: &'a Raw) {
        match raw.at.map(Timestamp::from_millis) {
            None => self.counts.without_time += 1,
            Some(at) if at < self.now => self.counts.back_in_time += 1,
            Some(at) => self.now = at,
        }
        let entries = &self.entries[raw.first as usize..raw.end as usize];
        let id = raw.id.unwrap_or(0);
        let name = if raw.what == What::EvaluationFailed { Field::State } else { Field::Name };
        let name = self.str(entries, name).map(str::to_owned).unwrap_or_default();
        let index = self.number(entries, Field::Index).and_then(|it| u32::try_from(it).ok());
        let seen = Seen { id, prev: raw.prev, what: raw.what, name: &name, index };
        let thread = self.threads.place(seen, &mut self.states);
        let prev = raw.prev.filter(|it| *it < id).unwrap_or(self.threads.get(thread).last);
        let current = Current { raw, id: EventId(id), entries, thread };
        let (state, kind) = self.event(&current, &seen);
        self.threads.get_mut(thread).last = id;
        self.push(StrandId(thread), state, EventId(prev), kind);
        self.keep_aside(&current);
    }

    /// Returns what happened, and in which state.
    fn event(&mut self, current: &Current<'a>, seen: &Seen<'_>) -> (StateId, EventKind) {
        let thread = current.thread;
        let it = self.threads.get(thread);
        // What a Map makes for an item may fail before the item has a state: then it is the Map's.
        let here = match (it.stands, it.parent) {
            (Stands::Before, Some(parent)) => self.threads.get(parent).state,
            _ => it.state,
        };
        match current.raw.what {
            What::Execution(stage) => (StateId::NONE, self.execution(current, stage)),
            What::State(kind, stage) => self.state(current, seen, kind, stage),
            What::Task(family, stage) => (here, self.task(current, family, stage)),
            What::Iteration(stage) => self.iteration(current, seen, stage),
            What::MapRun(stage) => (here, self.map_run(current, stage)),
            What::EvaluationFailed => {
                let location = self.text(current, Field::Location);
                let failure = self.failure(current, FailureKind::Named);
                self.fails(thread, &failure);
                (here, EventKind::EvaluationFailed(Arc::new(EvaluationFailure { failure, location })))
            }
            What::Other => {
                self.counts.unknown += 1;
                (here, self.other(current))
            }
        }
    }

    fn other(&self, current: &Current<'_>) -> EventKind {
        EventKind::Other(self.text(current, Field::TypeName).unwrap_or_default())
    }

    fn execution(&mut self, current: &Current<'a>, stage: Stage) -> EventKind {
        match stage {
            Stage::Started => {
                if let Some(role) = self.text(current, Field::RoleArn) {
                    self.identity.role_arn = role;
                }
                EventKind::ExecutionStarted { input: self.payload(current, Field::Input) }
            }
            Stage::Succeeded => {
                let root = self.threads.get(0).state;
                self.states.ends(root);
                EventKind::ExecutionSucceeded { output: self.payload(current, Field::Output) }
            }
            Stage::Failed(_) => {
                let kind = self.kind_of_end(current);
                EventKind::ExecutionFailed(Arc::new(self.failure(current, kind)))
            }
            Stage::TimedOut => EventKind::ExecutionTimedOut(Arc::new(self.failure(current, FailureKind::Timeout))),
            Stage::Aborted => EventKind::ExecutionAborted(Arc::new(self.failure(current, FailureKind::Terminal))),
            Stage::Redriven => self.redriven(current),
            _ => self.other(current),
        }
    }

    /// The execution goes on as it was before it failed: with the strands that were given up then.
    fn redriven(&mut self, current: &Current<'a>) -> EventKind {
        let count = self.number(current.entries, Field::RedriveCount).unwrap_or(1);
        let end = self.events.len();
        let mut failing = end;
        if let Some(EventKind::ExecutionFailed(_)) = self.events.last().map(|it| &it.kind) {
            failing = self.events[end - 1].prev.0 as usize;
            while let Some(What::State(_, Stage::Failed(_))) = self.threads.what(failing as u32) {
                failing = self.events[failing - 1].prev.0 as usize;
            }
        }
        let strands = self.threads.revive(failing as u32, &self.states);
        self.redrives.push((current.id, EventId(failing as u32)));
        EventKind::ExecutionRedriven { count: u32::try_from(count).unwrap_or(1), strands: strands.into() }
    }

    fn map_run(&mut self, current: &Current<'a>, stage: Stage) -> EventKind {
        match stage {
            Stage::Started => {
                let arn = self.text(current, Field::MapRunArn).unwrap_or_default();
                let map = self.threads.get(current.thread).state;
                EventKind::MapRunStarted(Arc::new(MapRun::recorded(map, arn, &self.identity)))
            }
            Stage::Succeeded => EventKind::MapRunSucceeded,
            Stage::Failed(_) => {
                let failure = self.failure(current, FailureKind::Named);
                self.threads.get_mut(current.thread).failure = Some(Arc::new(failure.clone()));
                EventKind::MapRunFailed(Arc::new(failure))
            }
            Stage::Aborted => EventKind::MapRunAborted,
            Stage::Redriven => {
                let arn = self.text(current, Field::MapRunArn).unwrap_or_default();
                let map = self.threads.get(current.thread).state;
                let count = self.number(current.entries, Field::RedriveCount).and_then(|it| u32::try_from(it).ok());
                EventKind::MapRunRedriven(Arc::new(MapRun::recorded(map, arn, &self.identity)), count.unwrap_or(1))
            }
            _ => self.other(current),
        }
    }

    /// Returns of what kind the failure is that ended the execution: that of the event it follows from, where this is a
    /// failure that handlers could have taken.
    fn kind_of_end(&self, current: &Current<'_>) -> FailureKind {
        if self.str(current.entries, Field::Error) == Some("States.Runtime") {
            return FailureKind::Terminal;
        }
        self.kind_behind(current.raw.prev.unwrap_or(0))
    }

    /// Returns of what kind a failure is that follows from the event `prev`. What follows from none that reports a
    /// failure is an expression or a quota, which no handler takes.
    fn kind_behind(&self, prev: u32) -> FailureKind {
        match (self.threads.of(prev), self.threads.what(prev)) {
            (_, Some(What::State(StateKind::Fail, _))) => FailureKind::Named,
            (Some(thread), Some(What::Task(_, Stage::Failed(_) | Stage::TimedOut) | What::EvaluationFailed)) => {
                self.threads.get(thread).failure.as_ref().map_or(FailureKind::Named, |it| it.kind)
            }
            (Some(thread), Some(What::State(_, Stage::Failed(_)))) => self.threads.get(thread).failed_as,
            (_, Some(What::MapRun(_))) | (None, _) => FailureKind::Named,
            // A Fail state fails again at once.
            (_, Some(What::Execution(Stage::Redriven))) if self.threads.redrives_a(StateKind::Fail) => {
                FailureKind::Named
            }
            _ => FailureKind::Terminal,
        }
    }

    fn state(&mut self, current: &Current<'a>, seen: &Seen<'_>, kind: StateKind, stage: Stage) -> (StateId, EventKind) {
        let thread = current.thread;
        let here = self.threads.get(thread).state;
        let happened = match stage {
            Stage::Entered => {
                let input = self.payload(current, Field::Input);
                let parent = StrandId(self.threads.get(thread).parent.unwrap_or(thread));
                if self.threads.get(thread).stands == Stands::Before && thread == 0 {
                    self.threads.get_mut(0).scope = self.states.root_for(seen.name);
                }
                let scope = self.threads.get(thread).scope;
                let state = self.states.enter(scope, seen.name, kind);
                self.threads.enter(thread, state, seen, &mut self.states);
                return (state, EventKind::StateEntered { input, parent });
            }
            Stage::Exited => {
                let output = self.payload(current, Field::Output);
                let assigned = self.assigned(current);
                let it = self.threads.get_mut(thread);
                it.caught = it.failure.is_some() || it.stands == Stands::Failed;
                it.stands = Stands::Left;
                self.threads.close_children(thread);
                EventKind::StateExited { output, assigned }
            }
            Stage::Aborted => {
                self.threads.close_children(thread);
                self.threads.stand(thread, Stands::GivenUp);
                EventKind::StateAborted
            }
            Stage::Started => {
                self.threads.start_scope(thread, &self.states);
                self.threads.get_mut(thread).failure = None;
                self.threads.get_mut(thread).stands = Stands::Inside;
                if kind == StateKind::Parallel {
                    EventKind::ParallelStarted
                } else {
                    let length = self.number(current.entries, Field::Length).unwrap_or(0);
                    EventKind::MapStarted { length: u32::try_from(length).unwrap_or(0) }
                }
            }
            Stage::Succeeded => {
                for child in self.threads.children(thread) {
                    self.states.ends(self.threads.get(child).state);
                }
                self.threads.close_children(thread);
                if kind == StateKind::Parallel { EventKind::ParallelSucceeded } else { EventKind::MapSucceeded }
            }
            Stage::Failed(_) => {
                let inside = current.raw.prev.and_then(|it| self.threads.of(it));
                let failure = inside.and_then(|it| self.threads.get(it).failure.clone());
                let failed_as = self.kind_behind(current.raw.prev.unwrap_or(0));
                self.threads.stand(thread, Stands::Failed);
                let it = self.threads.get_mut(thread);
                it.failure = failure;
                it.failed_as = failed_as;
                self.threads.close_children(thread);
                if kind == StateKind::Parallel { EventKind::ParallelFailed } else { EventKind::MapFailed }
            }
            _ => self.other(current),
        };
        (here, happened)
    }

    fn iteration(&mut self, current: &Current<'a>, seen: &Seen<'_>, stage: Stage) -> (StateId, EventKind) {
        let thread = current.thread;
        let parent = self.threads.get(thread).parent.unwrap_or(0);
        let map = self.threads.get(parent).state;
        let index = seen.index.unwrap_or(0);
        let happened = match stage {
            Stage::Started => EventKind::IterationStarted { index, parent: StrandId(parent) },
            Stage::Succeeded => {
                self.states.ends(self.threads.get(thread).state);
                self.threads.close(thread);
                EventKind::IterationSucceeded { index }
            }
            Stage::Aborted => {
                self.threads.close(thread);
                EventKind::IterationAborted { index }
            }
            _ => {
                self.threads.close(thread);
                EventKind::IterationFailed { index }
            }
        };
        (map, happened)
    }

    pub(super) fn failure(&self, current: &Current<'_>, kind: FailureKind) -> Failure {
        let (error, cause) = (self.text(current, Field::Error), self.text(current, Field::Cause));
        Failure { error, cause, kind }
    }

    fn assigned(&self, current: &Current<'_>) -> Option<Arc<Json>> {
        let entry = current.entries.iter().find(|it| it.field == Field::Assigned)?;
        let texts = text::parse(self.payloads.text(entry.range())).ok()?;
        // Each variable is JSON text; one that is not stays as it is.
        let value = |it: &Json| it.as_str().and_then(|it| text::parse(it).ok()).unwrap_or_else(|| it.clone());
        let members = texts.as_object()?.iter().map(|(name, it)| (Arc::clone(name), value(it)));
        Some(Arc::new(Json::Object(members.collect())))
    }

    /// Returns the payload; `null` where the file does not have it, which is kept aside.
    pub(super) fn payload(&mut self, current: &Current<'_>, field: Field) -> Json {
        let Some(entry) = current.entries.iter().find(|it| it.field == field) else {
            self.counts.without_data += 1;
            self.aside(current.id).payload = Some(Lack::NotIncluded);
            return Json::Null;
        };
        let range = entry.range();
        let truncated = current
            .entries
            .iter()
            .any(|it| it.field == Field::Truncation && self.payloads.text(it.range()).contains("true"));
        match self.payloads.value(range.clone()) {
            Some(value) if !truncated => value,
            found => {
                self.counts.truncated += 1;
                self.aside(current.id).payload = Some(Lack::Truncated);
                found.unwrap_or_else(|| Json::from(self.payloads.text(range)))
            }
        }
    }

    /// Keeps the details for which events have no place.
    fn keep_aside(&mut self, current: &Current<'_>) {
        let known = |it: &&Entry| match (current.raw.what, it.field) {
            (_, Field::Truncation | Field::TypeName) => false,
            (What::Other | What::MapRun(Stage::TimedOut), _) | (_, Field::Other) => true,
            _ => false,
        };
        for entry in current.entries.iter().filter(known) {
            let name = self.payloads.text(entry.name.0 as usize..entry.name.1 as usize);
            let text = self.payloads.text(entry.range());
            let value = if entry.quoted { Some(Json::from(text)) } else { text::parse(text).ok() };
            if let (Some(value), false) = (value, name.is_empty()) {
                let name = camel(name).into();
                self.aside(current.id).details.push((name, value));
            }
        }
    }

    fn aside(&mut self, id: EventId) -> &mut Aside {
        self.asides.entry(id).or_default()
    }

    pub(super) fn str(&self, entries: &[Entry], field: Field) -> Option<&str> {
        entries.iter().find(|it| it.field == field).map(|it| self.payloads.text(it.range()))
    }

    fn text(&self, current: &Current<'_>, field: Field) -> Option<Arc<str>> {
        self.str(current.entries, field).map(Arc::from)
    }

    pub(super) fn number(&self, entries: &[Entry], field: Field) -> Option<i64> {
        let text = self.str(entries, field)?;
        text.parse().ok().or_else(|| text.parse::<f64>().ok().map(|it| it as i64))
    }
}

/// Returns a name in the spelling of the command line.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for (at, it) in name.char_indices() {
        match it {
            '_' => upper = true,
            _ if upper => {
                out.extend(it.to_uppercase());
                upper = false;
            }
            _ if at == 0 => out.extend(it.to_lowercase()),
            _ => out.push(it),
        }
    }
    out
}
