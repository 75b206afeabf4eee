//! The journal, which is the truth that is replayed, and the checkpoints, which make replaying short.

use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{
    Action, Effect, Emitted, EventId, ExecutionId, Machine, Patch, StartSpec, Step, StrandId, apply, start,
};

/// A count of actions since the start.
pub type Tick = u64;

/// What came to a run from outside; together with the program it determines every event.
#[derive(Clone, Debug)]
pub struct Journal {
    /// How the execution was started.
    pub spec: Arc<StartSpec>,
    /// What was done to it, each with the number of actions before it. `Advance` is not among it.
    pub actions: Vec<(Tick, Action)>,
}

/// Machines kept on the way.
#[derive(Clone, Debug, Default)]
pub struct Checkpoints {
    kept: Vec<(Tick, Machine)>,
    /// What all of them weigh.
    weight: usize,
    /// Every how many actions one is kept, at least; 0 stands for the first distance.
    spacing: Tick,
}

/// The first distance between checkpoints, in actions.
const SPACING: Tick = 1_024;
/// What checkpoints may weigh together, in strands. A strand that has changed since the last one is some hundred bytes.
const MOST_WEIGHT: usize = 1 << 17;

impl Checkpoints {
    /// Keeps the machine, if enough has happened since the last one: what a clone costs is paid by that many actions.
    ///
    /// When they weigh too much, every second one goes and they are kept half as often from then on, so that a long run
    /// costs time to go back to and not memory.
    pub fn keep(&mut self, tick: Tick, machine: &Machine) {
        let spacing = (machine.n_strands() as Tick).max(self.spacing).max(SPACING);
        if self.kept.last().is_some_and(|(last, _)| tick < last + spacing) {
            return;
        }
        self.weight += weight(machine);
        self.kept.push((tick, machine.clone()));
        if self.weight > MOST_WEIGHT && self.kept.len() > 2 {
            let mut nth = 0;
            self.kept.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
            self.weight = self.kept.iter().map(|(_, machine)| weight(machine)).sum();
            self.spacing = spacing * 2;
        }
    }

    /// Returns those up to `tick`.
    pub fn prefix(&self, tick: Tick) -> Self {
        let n_kept = self.kept.partition_point(|(at, _)| *at <= tick);
        let kept = self.kept[..n_kept].to_vec();
        Self { weight: kept.iter().map(|(_, machine)| weight(machine)).sum(), kept, spacing: self.spacing }
    }

    /// Returns the last machine of at most `tick` actions, with its tick.
    fn up_to(&self, tick: Tick) -> Option<&(Tick, Machine)> {
        self.kept[..self.kept.partition_point(|(at, _)| *at <= tick)].last()
    }

    /// Returns the last machine to which `event` of `execution` had not happened yet, with its tick.
    ///
    /// One that has just the events up to it may be actions further on: answers that are noted have no events.
    fn before(&self, execution: ExecutionId, event: EventId) -> Option<&(Tick, Machine)> {
        let after = self.kept.partition_point(|(_, machine)| !machine.has_happened(execution, event));
        self.kept[..after].last()
    }
}

fn weight(machine: &Machine) -> usize {
    machine.n_strands() + 8
}

impl Journal {
    /// Returns the machine right after the action that brought about `event` in `execution`, and the tick then: replayed
    /// from the nearest checkpoint. `program` is the one that the run began with.
    pub fn machine_at(
        &self,
        program: &Program,
        checkpoints: &Checkpoints,
        execution: ExecutionId,
        event: EventId,
    ) -> (Tick, Machine) {
        let mut replay = self.replay(program, checkpoints.before(execution, event));
        while !replay.machine.has_happened(execution, event) && replay.step() {}
        (replay.tick, replay.machine)
    }

    /// Returns the machine right before the action that brings about `event`, and the tick then.
    pub fn machine_before(&self, program: &Program, checkpoints: &Checkpoints, event: EventId) -> (Tick, Machine) {
        let (after, _) = self.machine_at(program, checkpoints, ExecutionId::ROOT, event);
        let mut replay = self.replay(program, checkpoints.before(ExecutionId::ROOT, event));
        while replay.tick + 1 < after && replay.step() {}
        (replay.tick, replay.machine)
    }

    /// Returns the machine after the first `n_actions` actions.
    pub fn machine_after(&self, program: &Program, checkpoints: &Checkpoints, n_actions: Tick) -> Machine {
        let mut replay = self.replay(program, checkpoints.up_to(n_actions));
        while replay.tick < n_actions && replay.step() {}
        replay.machine
    }

    /// Returns the actions from outside up to `tick`, and those that only note answers from there on: they bring about
    /// nothing by themselves.
    pub fn prefix(&self, tick: Tick) -> Vec<(Tick, Action)> {
        let before = self.actions.partition_point(|(at, _)| *at < tick);
        let notes = self.actions[before..].iter().zip(tick..);
        let noted = notes.take_while(|((at, action), due)| at == due && matches!(action, Action::Resolve { .. }));
        self.actions[..before + noted.count()].to_vec()
    }

    /// Returns the program that is in force after all actions. `program` is the one that the run began with.
    pub fn program(&self, program: &Arc<Program>) -> Arc<Program> {
        let last = self.actions.iter().rev().find_map(|(_, action)| match action {
            Action::Patch(Patch::Definition(program)) => Some(program),
            _ => None,
        });
        Arc::clone(last.unwrap_or(program))
    }

    /// Returns the program that is in force at `tick`.
    fn program_at<'a>(&'a self, program: &'a Program, tick: Tick) -> &'a Program {
        let mut earlier = self.actions.iter().rev().filter(|(at, _)| *at < tick);
        earlier.find_map(|(_, action)| definition(action)).unwrap_or(program)
    }

    /// Does again what `strand` of `execution` did after its event `from`, up to the action that brings about `to`, and
    /// returns the steps that the engine tells of it. Nothing where that takes more than `most` actions.
    pub fn steps(
        &self,
        program: &Program,
        checkpoints: &Checkpoints,
        execution: ExecutionId,
        visit: (StrandId, EventId, EventId),
        most: Tick,
    ) -> Option<Vec<Step>> {
        let (strand, from, to) = visit;
        let mut replay = self.replay(program, checkpoints.before(execution, from));
        let last = replay.tick + most;
        let mut steps = Vec::new();
        while !replay.machine.has_happened(execution, to) {
            let has_begun = replay.machine.has_happened(execution, from);
            replay.out = if has_begun { Emitted::traced() } else { Emitted::default() };
            if replay.tick >= last || !replay.step() {
                return None;
            }
            let told = replay.out.take_trace().into_iter().filter(|it| it.strand == strand);
            steps.extend(told.map(|it| it.step));
        }
        Some(steps)
    }

    /// Does again the first `n_actions` actions, and calls `tell` with every effect.
    pub fn retell(&self, program: &Program, n_actions: Tick, tell: &mut dyn FnMut(Effect)) {
        let mut replay = self.replay(program, None);
        while replay.tick < n_actions {
            let goes_on = replay.step();
            replay.out.effects.drain(..).for_each(&mut *tell);
            if !goes_on {
                break;
            }
        }
    }

    fn replay<'a>(&'a self, program: &'a Program, from: Option<&(Tick, Machine)>) -> Replay<'a> {
        let (tick, machine) = match from {
            Some((tick, machine)) => (*tick, machine.clone()),
            None => (0, start(program, Arc::clone(&self.spec))),
        };
        let next = self.actions.partition_point(|(at, _)| *at < tick);
        let program = self.program_at(program, tick);
        Replay { program, actions: &self.actions[next..], tick, machine, out: Emitted::default() }
    }
}

fn definition(action: &Action) -> Option<&Program> {
    match action {
        Action::Patch(Patch::Definition(program)) => Some(program),
        _ => None,
    }
}

/// A run that is done again.
struct Replay<'a> {
    program: &'a Program,
    /// Those still to come.
    actions: &'a [(Tick, Action)],
    tick: Tick,
    machine: Machine,
    out: Emitted,
}

impl Replay<'_> {
    /// Does the next action; returns whether there may be another one.
    fn step(&mut self) -> bool {
        let from_outside = self.actions.split_first().filter(|((at, _), _)| *at == self.tick);
        let action = match from_outside {
            Some(((_, action), rest)) => {
                self.actions = rest;
                self.program = definition(action).unwrap_or(self.program);
                action.clone()
            }
            None => Action::Advance,
        };
        let advances = action == Action::Advance;
        let before = (self.machine.n_events(), self.machine.n_due());
        self.out.clear();
        apply(self.program, &mut self.machine, action, &mut self.out);
        self.tick += 1;
        !advances || before != (self.machine.n_events(), 0)
    }
}
