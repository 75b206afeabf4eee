//! `Run`: one execution, driven as far as asked, with everything that is needed to show and to replay any moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{
    Action, Effect, EffectId, Emitted, Event, EventId, ExecutionId, Identity, Machine, Outcome, StartSpec, Status,
    StrandId, apply, start,
};
use crate::history::{Frame, Log, LogView};
use crate::time::{Duration, Timestamp};

use super::children::{ChildRun, Children};
use super::execution::Execution;
use super::host::{Host, Question, Reply};
use super::journal::{Checkpoints, Journal, Tick};
use super::rules::Rules;

/// One execution.
#[derive(Clone, Debug)]
pub struct Run {
    /// What it began with; a fork may go on with another.
    pub(super) origin: Arc<Program>,
    pub(super) program: Arc<Program>,
    pub(super) machine: Machine,
    pub(super) tick: Tick,
    pub(super) journal: Journal,
    pub(super) checkpoints: Checkpoints,
    pub(super) log: Log,
    pub(super) children: Children,
    pub(super) unanswered: Vec<Question>,
    /// The ids of what is unanswered.
    pub(super) asked: Vec<EffectId>,
    /// What a fork has taken over without an answer: [`Run::brief`] asks for it.
    pub(super) taken_over: BTreeSet<EffectId>,
}

/// Why [`Run::drive`] came back.
#[derive(Clone, Debug, PartialEq)]
pub enum Drive {
    /// The execution has ended.
    Ended,
    /// The stop predicate said so.
    Stopped,
    /// The budget of actions is used up, or nothing more is due up to the moment that was given.
    OutOfBudget,
    /// Nobody has said what answers these.
    Unanswered(Vec<Question>),
}

/// Says where [`Execution::go_on`] is to stop.
pub trait Lookout {
    /// Something has happened in the run's own execution; `frame` is the moment just after it. Whether to stop there.
    fn stops(&mut self, frame: &Frame, event: &Event) -> bool;

    /// Something has happened in a child execution. Whether to stop there.
    fn stops_inside(&mut self, child: &ChildRun) -> bool {
        let _ = child;
        false
    }
}

/// Stops where a function says so of an event of the run's own execution.
pub(super) struct Where<'a>(pub(super) &'a mut dyn FnMut(&Frame, &Event) -> bool);

impl Lookout for Where<'_> {
    fn stops(&mut self, frame: &Frame, event: &Event) -> bool {
        (self.0)(frame, event)
    }
}

impl Run {
    /// Starts an execution of `program`. Nothing has happened yet.
    pub fn start(program: Arc<Program>, spec: Arc<StartSpec>) -> Self {
        let machine = start(&program, Arc::clone(&spec));
        let log = Log::new(Arc::clone(&program.outline));
        let journal = Journal { spec, actions: Vec::new() };
        Self {
            origin: Arc::clone(&program),
            program,
            machine,
            tick: 0,
            journal,
            checkpoints: Checkpoints::default(),
            log,
            children: Children::default(),
            unanswered: Vec::new(),
            asked: Vec::new(),
            taken_over: BTreeSet::new(),
        }
    }

    /// Goes on until the execution ends, `stop` says so of an event, a task has no answer, or `budget` actions are done.
    ///
    /// Stops after the action that brought the event about. How often it comes back in between changes nothing of what
    /// happens.
    pub fn drive(&mut self, host: &mut dyn Host, stop: &mut dyn FnMut(&Frame, &Event) -> bool, budget: u32) -> Drive {
        self.go_on(host, &mut Where(stop), budget, None)
    }

    /// Whether it cannot go on before somebody answers. What is due at the same moment still happens, so that branches
    /// ask together.
    fn is_held_up(&self) -> bool {
        !self.unanswered.is_empty() && self.machine.due().is_none_or(|due| due > self.machine.now)
    }

    /// Does something to the execution from outside, and keeps it in the journal.
    pub fn act_from_outside(&mut self, action: Action) {
        let mut out = Emitted::default();
        self.journal.actions.push((self.tick, action.clone()));
        self.act(action, &mut out);
        for event in out.events.drain(..) {
            self.log.push(event);
        }
        self.absorb_children(&mut Where(&mut |_, _| false), &mut out);
    }

    /// Goes on until the execution ends or nobody has an answer for something.
    pub fn finish(&mut self, host: &mut dyn Host) -> Drive {
        /// Actions a call; how many changes nothing of what happens.
        const BUDGET: u32 = 1 << 20;
        loop {
            match self.drive(host, &mut |_, _| false, BUDGET) {
                Drive::OutOfBudget => {}
                other => return other,
            }
        }
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

    pub(super) fn absorb_children(&mut self, lookout: &mut dyn Lookout, out: &mut Emitted) -> bool {
        let mut stopped = false;
        out.children.drain(..).for_each(|it| self.children.begin(it));
        for (id, event) in out.child_events.drain(..) {
            stopped |= self.children.push(id, event).is_some_and(|it| lookout.stops_inside(it));
        }
        stopped
    }

    pub(super) fn act(&mut self, action: Action, out: &mut Emitted) {
        apply(&self.program, &mut self.machine, action, out);
        self.tick += 1;
    }

    /// Keeps what happened and carries out what is to be done; returns whether to stop.
    fn absorb(&mut self, host: &mut dyn Host, lookout: &mut dyn Lookout, out: &mut Emitted) -> bool {
        let mut stopped = false;
        for event in out.events.drain(..) {
            self.log.push(event);
            let last = self.log.view().event(self.log.tip().event).expect("it was just pushed");
            stopped |= lookout.stops(self.log.tip(), last);
        }
        stopped |= self.absorb_children(lookout, out);
        for effect in out.effects.drain(..) {
            if let Effect::Cancel(id) = effect {
                host.cancel(id);
            } else if let Some((id, question)) = asked(effect) {
                self.ask(host, id, question);
            }
        }
        stopped
    }

    /// Asks the host, and notes what it says.
    pub(super) fn ask(&mut self, host: &mut dyn Host, id: EffectId, question: Question) {
        match tell(host, id, &question) {
            Reply::Never => {}
            Reply::Unanswered => {
                self.unanswered.push(question);
                self.asked.push(id);
            }
            Reply::Answers(answers) => self.note(id, answers),
        }
    }

    /// Notes the answers to a task, each after a span of virtual time.
    fn note(&mut self, id: EffectId, answers: Vec<(Duration, Outcome)>) {
        let mut none = Emitted::default();
        for (after, outcome) in answers {
            let at = self.machine.now + after;
            let action = Action::Resolve { effect: id, outcome, at };
            self.journal.actions.push((self.tick, action.clone()));
            self.act(action, &mut none);
        }
    }

    /// Says what the unanswered task at this place of [`Run::unanswered`] answers, with the spans of virtual time after
    /// which; nothing means that it never answers. Does nothing where there is no such task.
    pub fn answer(&mut self, nth: usize, answers: Vec<(Duration, Outcome)>) {
        if nth < self.asked.len() {
            self.unanswered.remove(nth);
            let id = self.asked.remove(nth);
            self.note(id, answers);
        }
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

    /// Returns the virtual time.
    pub fn now(&self) -> Timestamp {
        self.machine.now
    }

    /// Returns when something happens next by itself; `None` where nothing does.
    pub fn due(&self) -> Option<Timestamp> {
        self.machine.due()
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

    /// Returns what it began with; a fork may have gone on with another.
    pub fn origin(&self) -> &Arc<Program> {
        &self.origin
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
        self.journal.machine_at(&self.origin, &self.checkpoints, execution, event).1
    }

    /// Returns the steps that `strand` took between two events of `execution`, as the engine tells them when it does them
    /// once more. Nothing where that is too long to be waited for.
    pub fn steps(
        &self,
        execution: ExecutionId,
        strand: StrandId,
        from: EventId,
        to: EventId,
    ) -> Option<Vec<crate::engine::Step>> {
        /// Some ten milliseconds of work.
        const MOST: Tick = 20_000;
        self.journal.steps(&self.origin, &self.checkpoints, execution, (strand, from, to), MOST)
    }

    /// Returns the machine as [`Run::machine_at`], but from the very beginning, for tests of replay.
    #[doc(hidden)]
    pub fn machine_replayed_at(&self, event: EventId) -> Machine {
        self.journal.machine_at(&self.origin, &Checkpoints::default(), ExecutionId::ROOT, event).1
    }
}

impl Execution for Run {
    fn log(&self) -> &LogView {
        Self::log(self)
    }

    fn rules(&self) -> Rules {
        Rules::from(Arc::clone(self.program()))
    }

    fn identity(&self) -> &Identity {
        &self.journal.spec.identity
    }

    fn status(&self) -> &Status {
        Self::status(self)
    }

    fn children(&self) -> Option<&Children> {
        Some(Self::children(self))
    }

    fn go_on(
        &mut self,
        host: &mut dyn Host,
        lookout: &mut dyn Lookout,
        budget: u32,
        until: Option<Timestamp>,
    ) -> Drive {
        let mut out = Emitted::default();
        debug_assert!(self.taken_over.is_empty(), "the host of a fork is briefed first");
        for _ in 0..budget {
            if self.machine.status != Status::Running {
                return Drive::Ended;
            }
            if self.is_held_up() {
                return Drive::Unanswered(self.unanswered.clone());
            }
            if until.is_some_and(|until| self.machine.due().is_some_and(|due| due > until)) {
                return Drive::OutOfBudget;
            }
            self.checkpoints.keep(self.tick, &self.machine);
            self.act(Action::Advance, &mut out);
            if self.absorb(host, lookout, &mut out) {
                return Drive::Stopped;
            }
        }
        match self.machine.status {
            Status::Running if self.is_held_up() => Drive::Unanswered(self.unanswered.clone()),
            Status::Running => Drive::OutOfBudget,
            _ => Drive::Ended,
        }
    }
}

/// Returns what the effect asks for, if it asks for something.
pub(super) fn asked(effect: Effect) -> Option<(EffectId, Question)> {
    match effect {
        Effect::Cancel(_) => None,
        Effect::Call { id, call } => Some((id, Question::Task(call))),
        Effect::Read { id, call } => Some((id, Question::Items(call))),
        Effect::Write { id, call } => Some((id, Question::Results(call))),
    }
}

/// Tells the host what is asked for, and returns what it says.
pub(super) fn tell(host: &mut dyn Host, id: EffectId, question: &Question) -> Reply {
    match question {
        Question::Task(call) => host.call(id, call),
        Question::Items(call) => host.read(id, call),
        Question::Results(call) => host.write(id, call),
    }
}
