//! Restoring: a run made again from its journal, as far as it had come. A fork is made again from the run that it was
//! forked from, with which it shares everything up to where they part.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{Action, Emitted, Patch, Status, enabled};
use crate::history::Log;

use super::fork::answered;
use super::journal::{Journal, Tick};
use super::run::{Run, Where};

impl Run {
    /// Returns how many actions there have been; with the journal they say everything about the run.
    pub fn n_actions(&self) -> Tick {
        self.tick
    }

    /// Does a run again, up to its first `n_actions` actions. `origin` is the program that it began with.
    ///
    /// Programs in the journal may be as they were read from their texts: their states are numbered here as the run has
    /// them. What has no answer yet is asked when the host is briefed.
    pub fn restore(origin: Arc<Program>, journal: &Journal, n_actions: Tick) -> Self {
        let mut run = Self::start(origin, Arc::clone(&journal.spec));
        run.catch_up(&journal.actions, n_actions);
        run
    }

    /// Does a fork of this run again, up to its first `n_actions` actions.
    pub fn restore_fork(&self, journal: &Journal, n_actions: Tick) -> Self {
        let n_shared = n_shared(&self.journal.actions, &journal.actions);
        let tick_of = |actions: &[(Tick, Action)]| actions.get(n_shared).map_or(Tick::MAX, |(at, _)| *at);
        let parted = tick_of(&self.journal.actions).min(tick_of(&journal.actions)).min(self.tick).min(n_actions);
        let machine = self.journal.machine_after(&self.origin, &self.checkpoints, parted);
        let actions: Vec<_> = self.journal.actions.iter().take_while(|(at, _)| *at < parted).cloned().collect();
        let n_taken = actions.len();
        let shared = Journal { spec: Arc::clone(&self.journal.spec), actions };
        let program = shared.program(&self.origin);
        let mut run = Self {
            origin: Arc::clone(&self.origin),
            tick: parted,
            checkpoints: self.checkpoints.prefix(parted),
            children: self.children.prefix(&machine),
            log: Log::fork(self.log(), machine.n_events() as usize, &program.outline),
            program,
            machine,
            journal: shared,
            unanswered: Vec::new(),
            asked: Vec::new(),
            taken_over: BTreeSet::new(),
        };
        run.catch_up(&journal.actions[n_taken..], n_actions);
        run
    }

    /// Does these actions, and what the run does by itself before and between them.
    fn catch_up(&mut self, actions: &[(Tick, Action)], n_actions: Tick) {
        let mut out = Emitted::default();
        let mut actions = actions.iter().peekable();
        while self.tick < n_actions {
            out.clear();
            if let Some((_, action)) = actions.next_if(|(at, _)| *at == self.tick) {
                self.take(action.clone());
                continue;
            }
            if self.machine.status != Status::Running {
                break;
            }
            self.checkpoints.keep(self.tick, &self.machine);
            self.act(Action::Advance, &mut out);
            out.events.drain(..).for_each(|it| self.log.push(it));
            self.absorb_children(&mut Where(&mut |_, _| false), &mut out);
        }
        let answered: BTreeSet<_> = self.journal.actions.iter().filter_map(|(_, action)| answered(action)).collect();
        self.taken_over = enabled(&self.machine).unanswered.into_iter().filter(|it| !answered.contains(it)).collect();
    }

    fn take(&mut self, action: Action) {
        let action = match action {
            Action::Patch(Patch::Definition(program)) => {
                let program = Arc::new(program.numbered_like(&self.program));
                self.program = Arc::clone(&program);
                self.log = Log::fork(self.log(), self.log().len(), &program.outline);
                Action::Patch(Patch::Definition(program))
            }
            other => other,
        };
        self.act_from_outside(action);
    }
}

/// Returns how many actions two journals have in common from the beginning.
pub(super) fn n_shared(left: &[(Tick, Action)], right: &[(Tick, Action)]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}
