//! Coverage: how often runs and recorded executions went through each part of a definition, and what is missing.
//!
//! Counted from events alone, so that a history that was recorded elsewhere counts like a run. Parts are known by the
//! ids of a program's states: what is merged has to be of one definition.

mod collect;
mod lcov;
mod report;
mod rule;

use std::collections::BTreeMap;

use crate::asl::program::{Action, Program, State};
use crate::asl::{StateId, TransitionKind};
use crate::history::LogView;

use super::Run;

pub use lcov::lcov;
pub use report::{Covered, Report, Tally, json, percent, report, short, table};

/// A part of a definition that a run can go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A state is entered.
    State(StateId),
    /// A way out is taken, by its place in [`State::transitions`](crate::asl::State::transitions).
    Transition(StateId, u32),
    /// A rule of a Choice decides, by its place from 0; `None` for its Default.
    Rule(StateId, Option<u32>),
    /// A retrier tries again, by its place from 0.
    Retrier(StateId, u32),
    /// A retrier tries again because of the error at this place of its `ErrorEquals`.
    RetrierError(StateId, u32, u32),
    /// A catcher takes over, by its place from 0.
    Catcher(StateId, u32),
    /// A catcher takes over because of the error at this place of its `ErrorEquals`.
    CatcherError(StateId, u32, u32),
    /// A time limit of a Task runs out.
    TimeLimit(StateId, Limit),
    /// The execution's own `TimeoutSeconds` runs out.
    ExecutionTimeLimit,
}

/// The time limits of a Task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// `TimeoutSeconds`
    Timeout,
    /// `HeartbeatSeconds`
    Heartbeat,
}

/// Parts that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "these are the parts")]
pub enum Kind {
    States,
    Transitions,
    Rules,
    Retriers,
    Catchers,
    Errors,
    TimeLimits,
}

impl Kind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::States, Self::Transitions, Self::Rules, Self::Retriers, Self::Catchers, Self::Errors, Self::TimeLimits];

    /// Returns the word for a table.
    pub fn title(self) -> &'static str {
        match self {
            Self::States => "states",
            Self::Transitions => "transitions",
            Self::Rules => "choice rules",
            Self::Retriers => "retriers",
            Self::Catchers => "catchers",
            Self::Errors => "error names",
            Self::TimeLimits => "time limits",
        }
    }

    /// Returns the name of the member in JSON.
    pub fn member(self) -> &'static str {
        match self {
            Self::States => "states",
            Self::Transitions => "transitions",
            Self::Rules => "choiceRules",
            Self::Retriers => "retriers",
            Self::Catchers => "catchers",
            Self::Errors => "errorNames",
            Self::TimeLimits => "timeLimits",
        }
    }
}

impl Part {
    /// Returns what it is counted with.
    pub fn kind(self) -> Kind {
        match self {
            Self::State(_) => Kind::States,
            Self::Transition(..) => Kind::Transitions,
            Self::Rule(..) => Kind::Rules,
            Self::Retrier(..) => Kind::Retriers,
            Self::Catcher(..) => Kind::Catchers,
            Self::RetrierError(..) | Self::CatcherError(..) => Kind::Errors,
            Self::TimeLimit(..) | Self::ExecutionTimeLimit => Kind::TimeLimits,
        }
    }

    /// Returns the state that it belongs to; `None` for the execution's own time limit.
    pub fn state(self) -> Option<StateId> {
        match self {
            Self::State(id)
            | Self::Transition(id, _)
            | Self::Rule(id, _)
            | Self::Retrier(id, _)
            | Self::RetrierError(id, ..)
            | Self::Catcher(id, _)
            | Self::CatcherError(id, ..)
            | Self::TimeLimit(id, _) => Some(id),
            Self::ExecutionTimeLimit => None,
        }
    }
}

/// Returns all parts of a definition, state by state.
pub fn parts(program: &Program) -> Vec<Part> {
    let mut parts = Vec::new();
    for (id, state) in program.outline.iter() {
        parts.push(Part::State(id));
        parts.extend((0..state.transitions.len()).map(|it| Part::Transition(id, it as u32)));
        parts.extend(state.transitions.iter().filter_map(|it| match it.kind {
            TransitionKind::Choice { rule, .. } => Some(Part::Rule(id, Some(rule))),
            TransitionKind::Default => Some(Part::Rule(id, None)),
            TransitionKind::Next | TransitionKind::Catch { .. } => None,
        }));
        // A program has the states of its outline; a fork's outline may name some that are gone.
        let Some(lowered) = program.states.get(id.idx()) else { continue };
        for (retrier, it) in (0..).zip(&lowered.handlers.retry) {
            parts.push(Part::Retrier(id, retrier));
            parts.extend((0..it.errors.len()).map(|name| Part::RetrierError(id, retrier, name as u32)));
        }
        for (catcher, it) in (0..).zip(&lowered.handlers.catch) {
            parts.push(Part::Catcher(id, catcher));
            parts.extend((0..it.errors.len()).map(|name| Part::CatcherError(id, catcher, name as u32)));
        }
        parts.extend(limits(lowered).map(|it| Part::TimeLimit(id, it)));
    }
    parts.extend(program.timeout_secs.map(|_| Part::ExecutionTimeLimit));
    parts
}

/// Returns the time limits that a state sets.
fn limits(state: &State) -> impl Iterator<Item = Limit> {
    let (timeout, heartbeat) = match &state.action {
        Action::Task(task) => (task.timeout.is_some(), task.heartbeat.is_some()),
        _ => (false, false),
    };
    [timeout.then_some(Limit::Timeout), heartbeat.then_some(Limit::Heartbeat)].into_iter().flatten()
}

/// How often each part of a definition was gone through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    counts: BTreeMap<Part, u64>,
    n_runs: u64,
}

impl Coverage {
    /// Counts what a run has gone through so far, its child executions among it.
    pub fn of_run(run: &Run) -> Self {
        let program = run.program();
        let mut coverage = Self::of_history(run.log(), program);
        for child in run.children().iter() {
            coverage.add_child(child.log(&program.outline).view(), program);
        }
        coverage
    }

    /// Counts what a recorded execution of `program` went through; its events have to name the program's states.
    pub fn of_history(log: &LogView, program: &Program) -> Self {
        let mut coverage = Self { n_runs: 1, ..Self::default() };
        collect::collect(log, program, &mut coverage.counts);
        coverage
    }

    /// Counts what a child execution of the same run went through as well.
    pub fn add_child(&mut self, log: &LogView, program: &Program) {
        collect::collect(log, program, &mut self.counts);
    }

    /// Adds what `other`, of the same definition, has counted.
    pub fn merge(&mut self, other: &Self) {
        self.n_runs += other.n_runs;
        for (part, count) in &other.counts {
            *self.counts.entry(*part).or_default() += count;
        }
    }

    /// Returns how often a part was gone through.
    pub fn count(&self, part: Part) -> u64 {
        self.counts.get(&part).copied().unwrap_or(0)
    }

    /// Returns the number of executions that were counted.
    pub fn n_runs(&self) -> u64 {
        self.n_runs
    }

    /// Returns the parts that were gone through with their counts, to heat a graph by.
    pub fn iter(&self) -> impl Iterator<Item = (Part, u64)> {
        self.counts.iter().map(|(part, count)| (*part, *count))
    }

    /// Returns the parts that `other` has gone through and this has not: what it would add.
    pub fn gain(&self, other: &Self) -> Vec<Part> {
        other.counts.keys().filter(|it| self.count(**it) == 0).copied().collect()
    }
}
