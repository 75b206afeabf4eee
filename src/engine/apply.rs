//! `start`, `enabled` and `apply`: the only way to make a machine and the only way to move it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::{Program, ScopeId, StateId};
use crate::expr::mix;
use crate::json::Json;
use crate::time::{Duration, Timestamp};

use super::agenda::{Agenda, Rank, Wake};
use super::event::{Effect, Emitted, Event, EventId, EventKind, StrandId};
use super::execution::ExecutionId;
use super::failure::{Failure, FailureKind};
use super::machine::{Action, Enabled, Machine, Outcome, Phase, Quotas, StartSpec, Status, Strand, Variables};

/// Events that a Standard execution may have.
pub(super) const MOST_EVENTS: u32 = 25_000;
/// Bytes of a payload.
pub(super) const MOST_BYTES: usize = 262_144;
const YEAR_SECS: f64 = 31_536_000.0;
/// How long an Express execution may take.
pub(super) const EXPRESS_SECS: f64 = 300.0;

/// Returns a machine about to run `program`. Nothing has happened yet: the first `Advance` starts the execution.
pub fn start(program: &Program, spec: Arc<StartSpec>) -> Machine {
    let mut agenda = Agenda::default();
    if let Some(secs) = limit_secs(program, &spec) {
        agenda.add(spec.at + Duration::from_secs(secs), Rank::ExecutionLimit, Wake::ExecutionTimeout);
    }
    let wake = agenda.add(spec.at, Rank::Move, Wake::Phase(StrandId::ROOT));
    let entry = spec.entry.as_deref();
    let own = entry.map(|it| Arc::new(Json::Object(it.variables.clone())));
    let root = Strand {
        parent: None,
        execution: ExecutionId::ROOT,
        slot: 0,
        key: mix(spec.seed),
        n_draws: 0,
        state: entry.map_or_else(|| program.start(ScopeId::ROOT), |it| it.state),
        phase: Phase::Enter(spec.input.clone()),
        wake: Some(wake),
        last: EventId(0),
        came_from: EventId(0),
        entered: EventId(0),
        entered_at: spec.at,
        input: Json::Null,
        retries: entry.map(|it| it.retries.clone()).unwrap_or_default(),
        failed_run: None,
        item: None,
        variables: Variables { own, outer: None },
        patched: None,
    };
    Machine {
        now: spec.at,
        status: Status::Running,
        strands: BTreeMap::from([(StrandId::ROOT, Arc::new(root))]),
        children: BTreeMap::new(),
        agenda,
        waiting: BTreeMap::new(),
        spec,
        n_events: 0,
        n_strands: 1,
        n_executions: 1,
        n_effects: 0,
        history_full: false,
        full_children: Vec::new(),
        halted: None,
        n_redrives: 0,
        redriven_at: None,
    }
}

/// Returns how long an execution may take, in seconds: what it says itself, or the service's quota.
pub(super) fn limit_secs(program: &Program, spec: &StartSpec) -> Option<f64> {
    let quota_secs = match (spec.quotas, spec.express) {
        (Quotas::Off, _) => None,
        (Quotas::Aws, true) => Some(EXPRESS_SECS),
        (Quotas::Aws, false) => Some(YEAR_SECS),
    };
    let own_secs = program.timeout_secs.map(|it| it as f64);
    own_secs.into_iter().chain(quota_secs).reduce(f64::min)
}

/// Returns what the machine can do, always in the same order for the same machine.
pub fn enabled(machine: &Machine) -> Enabled {
    let answered = |strand: &StrandId| match &machine.strands[strand].phase {
        Phase::Calling(call) => !call.answers.is_empty(),
        Phase::Mapping(mapping) => mapping.is_answered(),
        _ => false,
    };
    let unanswered = machine.waiting.iter().filter(|(_, strand)| !answered(strand)).map(|(effect, _)| *effect);
    Enabled { due: machine.agenda.due(), unanswered: unanswered.collect() }
}

/// Moves `machine` by one action and appends what happened to `out`. Total: an action that means nothing changes nothing.
pub fn apply(program: &Program, machine: &mut Machine, action: Action, out: &mut Emitted) {
    let running = machine.status == Status::Running;
    let meant = if matches!(action, Action::Redrive(_)) { !running && machine.redrivable() } else { running };
    if !meant {
        return;
    }
    let mut cx = Cx { program, machine, out };
    match action {
        Action::Advance => cx.advance(),
        Action::Resolve { effect, outcome, at } => cx.resolve(effect, outcome, at),
        Action::Stop(failure) => {
            let kind = EventKind::ExecutionAborted(Arc::clone(&failure));
            cx.end(kind, EventId(0), Status::Aborted(failure));
        }
        Action::Redrive(at) => cx.redrive(at),
        Action::Patch(patch) => cx.patch(patch),
    }
    while let Some(child) = cx.machine.full_children.pop() {
        cx.end_of_child_history(child);
    }
    if cx.machine.history_full && cx.machine.status == Status::Running {
        cx.end_of_history();
    }
}

/// What every part of the step function works on.
pub(super) struct Cx<'a> {
    pub(super) program: &'a Program,
    pub(super) machine: &'a mut Machine,
    pub(super) out: &'a mut Emitted,
}

impl Cx<'_> {
    fn advance(&mut self) {
        let Some((key, wake)) = self.machine.agenda.pop() else { return };
        self.machine.now = key.0;
        match wake {
            Wake::Phase(strand) => {
                if self.machine.n_events == 0 {
                    let input = self.machine.spec.input.clone();
                    self.emit(StrandId::ROOT, StateId::NONE, EventId(0), EventKind::ExecutionStarted { input });
                }
                self.run_phase(strand);
            }
            Wake::Answer(strand, outcome) => match self.strand(strand).phase {
                Phase::Mapping(_) => self.stored(strand, key, outcome),
                _ => self.answer(strand, key, outcome),
            },
            Wake::Timeout(strand) => self.time_out(strand, FailureKind::Timeout),
            Wake::HttpLimit(strand) => self.cut_off(strand),
            Wake::Heartbeat(strand) => self.time_out(strand, FailureKind::Heartbeat),
            Wake::ExecutionTimeout => {
                let failure = Arc::new(Failure::timeout(FailureKind::Timeout));
                let last = self.strand(StrandId::ROOT).last;
                self.end(EventKind::ExecutionTimedOut(Arc::clone(&failure)), last, Status::TimedOut(failure));
            }
            Wake::ChildTimeout(child) => self.time_out_child(child),
        }
    }

    fn run_phase(&mut self, id: StrandId) {
        let strand = self.strand_mut(id);
        strand.wake = None;
        match std::mem::replace(&mut strand.phase, Phase::Act) {
            Phase::Enter(input) => self.enter(id, input),
            Phase::Leave(result) => self.leave(id, result),
            Phase::Act => self.act(id),
            Phase::GoOn => self.wake(id),
            waiting @ (Phase::Calling(_) | Phase::Joining(_) | Phase::Mapping(_)) => {
                self.strand_mut(id).phase = waiting;
            }
        }
    }

    pub(super) fn strand(&self, id: StrandId) -> &Strand {
        &self.machine.strands[&id]
    }

    pub(super) fn strand_mut(&mut self, id: StrandId) -> &mut Strand {
        Arc::make_mut(self.machine.strands.get_mut(&id).expect("a strand that is due or joined is alive"))
    }

    /// Whether the service's limits hold.
    pub(super) fn limited(&self) -> bool {
        self.machine.spec.quotas == Quotas::Aws
    }

    /// Schedules the strand's next phase.
    pub(super) fn schedule(&mut self, id: StrandId, phase: Phase, at: Timestamp) {
        let key = self.machine.agenda.add(at, Rank::Move, Wake::Phase(id));
        let strand = self.strand_mut(id);
        strand.phase = phase;
        strand.wake = Some(key);
    }

    /// Says that something happened. The strand's next event will follow from what its `last` is, which this does not
    /// change; [`Cx::emit_next`] does.
    pub(super) fn emit(&mut self, strand: StrandId, state: StateId, prev: EventId, kind: EventKind) -> EventId {
        let execution = self.machine.strands.get(&strand).map_or(ExecutionId::ROOT, |it| it.execution);
        if execution != ExecutionId::ROOT {
            return self.emit_in_child(execution, strand, state, prev, kind);
        }
        if self.is_last_place(self.machine.n_events, self.machine.spec.express, &kind) {
            self.machine.history_full = true;
            return EventId(self.machine.n_events);
        }
        self.machine.n_events += 1;
        let id = EventId(self.machine.n_events);
        self.out.events.push(Event { id, prev, at: self.machine.now, strand, state, kind });
        id
    }

    /// Whether a history of so many events has no place for this one: the service keeps the last place for the event
    /// that ends the execution.
    pub(super) fn is_last_place(&self, n_events: u32, express: bool, kind: &EventKind) -> bool {
        let full = self.limited() && !express && n_events + 1 >= MOST_EVENTS;
        full && !matches!(kind, EventKind::ExecutionSucceeded { .. })
    }

    /// Says that something happened in the strand's state, following from its last event, and makes it its last.
    pub(super) fn emit_next(&mut self, id: StrandId, kind: EventKind) -> EventId {
        let (state, last) = (self.strand(id).state, self.strand(id).last);
        let event = self.emit(id, state, last, kind);
        self.strand_mut(id).last = event;
        event
    }

    /// Ends the execution: everything that runs is given up.
    pub(super) fn end(&mut self, kind: EventKind, prev: EventId, status: Status) {
        self.emit(StrandId::ROOT, StateId::NONE, prev, kind);
        if self.machine.history_full {
            return;
        }
        self.close(status);
    }

    fn end_of_history(&mut self) {
        let failure = Arc::new(history_is_full());
        let prev = EventId(self.machine.n_events);
        self.machine.n_events += 1;
        let (id, at) = (EventId(self.machine.n_events), self.machine.now);
        let kind = EventKind::ExecutionFailed(Arc::clone(&failure));
        self.out.events.push(Event { id, prev, at, strand: StrandId::ROOT, state: StateId::NONE, kind });
        self.close(Status::Failed(failure));
    }

    fn close(&mut self, status: Status) {
        let children: Vec<ExecutionId> = self.machine.children.keys().copied().collect();
        let machine = &mut *self.machine;
        if !matches!(status, Status::Succeeded(_)) && machine.halted.is_none() {
            machine.halted = Some(Arc::new(std::mem::take(&mut machine.strands)));
        }
        self.out.effects.extend(machine.waiting.keys().map(|effect| Effect::Cancel(*effect)));
        machine.waiting.clear();
        machine.agenda.clear();
        machine.strands.clear();
        machine.status = status;
        for child in children {
            self.say_aborted(child);
        }
        self.machine.children.clear();
    }

    fn resolve(&mut self, effect: super::event::EffectId, outcome: Outcome, at: Timestamp) {
        // A late answer, to a task that was given up or has ended, changes nothing.
        let Some(&id) = self.machine.waiting.get(&effect) else { return };
        let at = at.max(self.machine.now);
        let key = self.machine.agenda.add(at, Rank::Move, Wake::Answer(id, outcome));
        match &mut self.strand_mut(id).phase {
            Phase::Calling(call) => call.answers.push(key),
            Phase::Mapping(mapping) => mapping.note_answer(key),
            _ => {}
        }
    }
}

/// Returns the failure of an execution that has no room for another event.
pub(super) fn history_is_full() -> Failure {
    Failure::terminal("States.Runtime", "The execution reached the maximum number of history events (25000).")
}
