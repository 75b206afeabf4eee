//! The journal, which is the truth that is replayed, and the checkpoints, which make replaying short.

use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{Action, Emitted, EventId, ExecutionId, Machine, StartSpec, apply, start};

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
    /// from the nearest checkpoint.
    pub fn machine_at(
        &self,
        program: &Program,
        checkpoints: &Checkpoints,
        execution: ExecutionId,
        event: EventId,
    ) -> (Tick, Machine) {
        let (mut tick, mut machine) = match checkpoints.before(execution, event) {
            Some((tick, machine)) => (*tick, machine.clone()),
            None => (0, start(program, Arc::clone(&self.spec))),
        };
        let mut next = self.actions.partition_point(|(at, _)| *at < tick);
        let mut out = Emitted::default();
        while !machine.has_happened(execution, event) {
            let from_outside = self.actions.get(next).filter(|(at, _)| *at == tick);
            next += usize::from(from_outside.is_some());
            let action = from_outside.map_or(Action::Advance, |(_, action)| action.clone());
            let before = (machine.n_events(), machine.n_due());
            apply(program, &mut machine, action, &mut out);
            out.clear();
            tick += 1;
            if from_outside.is_none() && before == (machine.n_events(), 0) {
                break;
            }
        }
        (tick, machine)
    }
}
