//! `Run`: one execution, driven as far as asked, with everything that is needed to show and to replay any moment.

use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{Action, Effect, Emitted, Event, EventId, ExecutionId, Machine, StartSpec, Status, apply, start};
use crate::history::{Frame, Log, LogView};

use super::children::Children;
use super::host::{Host, Question, Reply};
use super::journal::{Checkpoints, Journal, Tick};

/// One execution.
#[derive(Clone, Debug)]
pub struct Run {
    program: Arc<Program>,
    machine: Machine,
    tick: Tick,
    journal: Journal,
    checkpoints: Checkpoints,
    log: Log,
    children: Children,
    unanswered: Vec<Question>,
}

/// Why [`Run::drive`] came back.
#[derive(Clone, Debug, PartialEq)]
pub enum Drive {
    /// The execution has ended.
    Ended,
    /// The stop predicate said so.
    Stopped,
    /// The budget of actions is used up.
    OutOfBudget,
    /// Nobody has said what answers these.
    Unanswered(Vec<Question>),
}

impl Run {
    /// Starts an execution of `program`. Nothing has happened yet.
    pub fn start(program: Arc<Program>, spec: Arc<StartSpec>) -> Self {
        let machine = start(&program, Arc::clone(&spec));
        let log = Log::new(Arc::clone(&program.outline));
        let journal = Journal { spec, actions: Vec::new() };
        let (checkpoints, children) = (Checkpoints::default(), Children::default());
        Self { program, machine, tick: 0, journal, checkpoints, log, children, unanswered: Vec::new() }
    }

    /// Goes on until the execution ends, `stop` says so of an event, a task has no answer, or `budget` actions are done.
    ///
    /// Stops after the action that brought the event about. How often it comes back in between changes nothing of what
    /// happens.
    pub fn drive(&mut self, host: &mut dyn Host, stop: &mut dyn FnMut(&Frame, &Event) -> bool, budget: u32) -> Drive {
        let mut out = Emitted::default();
        for _ in 0..budget {
            if self.machine.status != Status::Running {
                return Drive::Ended;
            }
            if !self.unanswered.is_empty() {
                return Drive::Unanswered(self.unanswered.clone());
            }
            self.checkpoints.keep(self.tick, &self.machine);
            self.act(Action::Advance, &mut out);
            if self.absorb(host, stop, &mut out) {
                return Drive::Stopped;
            }
        }
        match self.machine.status {
            Status::Running if self.unanswered.is_empty() => Drive::OutOfBudget,
            Status::Running => Drive::Unanswered(self.unanswered.clone()),
            _ => Drive::Ended,
        }
    }

    /// Does something to the execution from outside, and keeps it in the journal.
    pub fn act_from_outside(&mut self, action: Action) {
        let mut out = Emitted::default();
        self.journal.actions.push((self.tick, action.clone()));
        self.act(action, &mut out);
        for event in out.events.drain(..) {
            self.log.push(event);
        }
        self.absorb_children(&mut out);
    }

    /// Redrives an execution that ended without success, at the moment at which it ended; what drives it goes on from
    /// there. Returns whether it can be redriven.
    pub fn redrive(&mut self) -> bool {
        let redrivable = self.machine.redrivable();
        if redrivable {
            self.act_from_outside(Action::Redrive(self.machine.now));
        }
        redrivable
    }

    fn absorb_children(&mut self, out: &mut Emitted) {
        out.children.drain(..).for_each(|it| self.children.begin(it));
        out.child_events.drain(..).for_each(|(id, event)| self.children.push(id, event));
    }

    fn act(&mut self, action: Action, out: &mut Emitted) {
        apply(&self.program, &mut self.machine, action, out);
        self.tick += 1;
    }

    /// Keeps what happened and carries out what is to be done; returns whether `stop` said so.
    fn absorb(&mut self, host: &mut dyn Host, stop: &mut dyn FnMut(&Frame, &Event) -> bool, out: &mut Emitted) -> bool {
        let mut stopped = false;
        for event in out.events.drain(..) {
            self.log.push(event);
            let last = self.log.view().event(self.log.tip().event).expect("it was just pushed");
            stopped |= stop(self.log.tip(), last);
        }
        self.absorb_children(out);
        for effect in out.effects.drain(..) {
            let (id, reply, question) = match effect {
                Effect::Cancel(id) => {
                    host.cancel(id);
                    continue;
                }
                Effect::Call { id, call } => (id, host.call(id, &call), Question::Task(call)),
                Effect::Read { id, call } => (id, host.read(id, &call), Question::Items(call)),
                Effect::Write { id, call } => (id, host.write(id, &call), Question::Results(call)),
            };
            match reply {
                Reply::Never => {}
                Reply::Unanswered => self.unanswered.push(question),
                Reply::Answers(answers) => {
                    let mut none = Emitted::default();
                    for (after, outcome) in answers {
                        let at = self.machine.now + after;
                        let action = Action::Resolve { effect: id, outcome, at };
                        self.journal.actions.push((self.tick, action.clone()));
                        self.act(action, &mut none);
                    }
                }
            }
        }
        stopped
    }

    /// Returns the child executions of distributed Maps.
    pub fn children(&self) -> &Children {
        &self.children
    }

    /// Returns what has happened so far.
    pub fn log(&self) -> &LogView {
        self.log.view()
    }

    /// Returns the moment after the last event.
    pub fn tip(&self) -> &Frame {
        self.log.tip()
    }

    /// Returns how the execution stands.
    pub fn status(&self) -> &Status {
        &self.machine.status
    }

    /// Returns what nobody had an answer for.
    pub fn unanswered(&self) -> &[Question] {
        &self.unanswered
    }

    /// Returns what runs.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Returns how the execution was started and what came from outside.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Returns the machine right after the action that brought about `event`.
    pub fn machine_at(&self, event: EventId) -> Machine {
        self.machine_in(ExecutionId::ROOT, event)
    }

    /// Returns the machine right after the action that brought about `event` in `execution`.
    pub fn machine_in(&self, execution: ExecutionId, event: EventId) -> Machine {
        self.journal.machine_at(&self.program, &self.checkpoints, execution, event).1
    }

    /// Returns the machine as [`Run::machine_at`], but from the very beginning, for tests of replay.
    #[doc(hidden)]
    pub fn machine_replayed_at(&self, event: EventId) -> Machine {
        self.journal.machine_at(&self.program, &Checkpoints::default(), ExecutionId::ROOT, event).1
    }
}
