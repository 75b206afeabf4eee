//! The journal, which is the truth that is replayed, and the checkpoints, which make replaying short.

use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{Action, Emitted, EventId, Machine, StartSpec, apply, start};

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
}

impl Checkpoints {
    /// Keeps the machine, if enough has happened since the last one: what a clone costs is paid by that many actions.
    pub fn keep(&mut self, tick: Tick, machine: &Machine) {
        let spacing = (machine.n_strands() as Tick).max(1_024);
        if self.kept.last().is_none_or(|(last, _)| tick >= last + spacing) {
            self.kept.push((tick, machine.clone()));
        }
    }

    /// Returns the last machine to which `event` had not happened yet, with its tick.
    ///
    /// One that has just the events up to it may be actions further on: answers that are noted have no events.
    fn before(&self, event: EventId) -> Option<&(Tick, Machine)> {
        let after = self.kept.partition_point(|(_, machine)| machine.n_events() < event.0);
        self.kept[..after].last()
    }
}

impl Journal {
    /// Returns the machine right after the action that brought about `event`, and the tick then: replayed from the
    /// nearest checkpoint.
    pub fn machine_at(&self, program: &Program, checkpoints: &Checkpoints, event: EventId) -> (Tick, Machine) {
        let (mut tick, mut machine) = match checkpoints.before(event) {
            Some((tick, machine)) => (*tick, machine.clone()),
            None => (0, start(program, Arc::clone(&self.spec))),
        };
        let mut next = self.actions.partition_point(|(at, _)| *at < tick);
        let mut out = Emitted::default();
        while machine.n_events() < event.0 {
            let from_outside = self.actions.get(next).filter(|(at, _)| *at == tick);
            next += usize::from(from_outside.is_some());
            let action = from_outside.map_or(Action::Advance, |(_, action)| action.clone());
            let before = (machine.n_events(), machine.n_due());
            apply(program, &mut machine, action, &mut out);
            out.events.clear();
            out.effects.clear();
            tick += 1;
            if from_outside.is_none() && before == (machine.n_events(), 0) {
                break;
            }
        }
        (tick, machine)
    }
}
