//! From one decision to the next: a machine is moved until it is to be decided what a task answers, or until it ends.
//!
//! Nothing that happens in between is a choice. Of several tasks that wait, that of the innermost and first strand is
//! decided first and everything that follows from it is done before the next one is, each at a moment of its own: what
//! strands of a Parallel do makes no difference to each other but through the first failure, so one order stands for
//! all.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::{Action as Work, Program};
use crate::asl::{StateId, StateKind};
use crate::engine::{
    Action, Effect, EffectId, Emitted, EventKind, Failure, Machine, Outcome, Status, Step, StrandId, apply,
};
use crate::expr::mix;
use crate::session::{Question, Reply};
use crate::time::{Duration, Timestamp};

use super::alphabet::{Alphabet, Choice, limits};

/// Moves without a decision after which it is looked whether the machine goes in a circle.
const PATIENCE: u32 = 400;

/// A task whose answer is to be decided.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) effect: EffectId,
    pub(super) strand: StrandId,
    pub(super) state: StateId,
    pub(super) asked_at: Timestamp,
    pub(super) question: Question,
}

impl Open {
    pub(super) fn attempt(&self) -> u32 {
        match &self.question {
            Question::Task(call) => call.attempt,
            _ => 1,
        }
    }

    pub(super) fn limits(&self) -> (Option<i64>, Option<i64>) {
        match &self.question {
            Question::Task(call) => limits(call),
            _ => (None, None),
        }
    }
}

/// What was decided.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The state whose task it is.
    pub state: StateId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// What it answers.
    pub choice: Arc<Choice>,
    /// After how long.
    pub after: Duration,
    pub(super) effect: EffectId,
}

/// Something that was reached on the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hit {
    /// From which state a strand came, and to which.
    Entered(StateId, StateId),
    Retried(StateId, usize, Vec<Arc<str>>),
    Caught(StateId, usize, Vec<Arc<str>>),
}

/// A machine and what is known of the way to it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) machine: Machine,
    pub(super) open: Vec<Open>,
    last_asked: Option<EffectId>,
    /// What the current visit of a strand has failed with, as a place in the alphabet: it goes on failing so.
    pub(super) tries: BTreeMap<StrandId, usize>,
    /// The names that the last injected failure stands for.
    members: Vec<Arc<str>>,
    /// Where the last failure came from.
    pub(super) origin: Option<(StateId, Failure)>,
    pub(super) faults: u32,
    /// Which of the states that are always to be reached have been, a bit each.
    pub(super) always: u64,
    /// Whether a catcher has taken over something.
    pub(super) handled: bool,
    /// Whether data were made up.
    pub(super) assumed: bool,
    pub(super) back_off_secs: f64,
    entered: StateId,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// It is to be decided what a task answers.
    Decide,
    /// The execution has ended.
    Ended,
    /// Nothing will ever happen.
    Stuck,
    /// It goes round by itself, with nothing to decide and without an end.
    Loops,
}

/// What walks need to know.
pub(super) struct Walker<'a> {
    pub(super) program: &'a Program,
    pub(super) alphabet: &'a Alphabet,
    /// The states that are always to be reached, at most [`MOST_ALWAYS`](super::MOST_ALWAYS).
    pub(super) always: Vec<StateId>,
    pub(super) most_attempts: u32,
    /// Whether random numbers can lead out of a loop.
    pub(super) draws: bool,
}

impl Node {
    pub(super) fn new(machine: Machine, assumed: bool) -> Self {
        Self {
            machine,
            open: Vec::new(),
            last_asked: None,
            tries: BTreeMap::new(),
            members: Vec::new(),
            origin: None,
            faults: 0,
            always: 0,
            handled: false,
            assumed,
            back_off_secs: 0.0,
            entered: StateId::NONE,
        }
    }

    /// Returns the task that is decided next.
    pub(super) fn next(&self) -> Option<&Open> {
        self.open.iter().min_by_key(|it| it.strand)
    }

    /// Returns the state that was entered last.
    pub(super) fn state(&self) -> StateId {
        self.entered
    }

    /// Returns the names that the last injected failure stands for.
    pub(super) fn members(&self) -> &[Arc<str>] {
        &self.members
    }

    pub(super) fn fingerprint(&self, program: &Program) -> u128 {
        let mut tags: BTreeMap<StrandId, u64> = BTreeMap::new();
        for (strand, choice) in &self.tries {
            *tags.entry(*strand).or_default() |= (*choice as u64 + 1) << 1;
        }
        for open in &self.open {
            *tags.entry(open.strand).or_default() |= 1;
        }
        // What the whole way has been is told apart as far as findings ask for it.
        // Scattered, so that none of it meets the low bits above.
        *tags.entry(StrandId::ROOT).or_default() ^= mix(self.always | u64::from(self.handled) << 63);
        self.machine.fingerprint(program, &tags)
    }
}

impl Walker<'_> {
    /// Returns everything that such a question can be answered with.
    pub(super) fn answers(&self, open: &Open) -> &[Arc<Choice>] {
        match open.question {
            Question::Task(_) => self.alphabet.of(open.state),
            Question::Items(_) => &self.alphabet.reads,
            Question::Results(_) => &self.alphabet.writes,
        }
    }

    /// Returns what the task can answer now, by the places in its alphabet.
    pub(super) fn choices(&self, node: &Node, open: &Open) -> Vec<(usize, Arc<Choice>)> {
        let all = self.answers(open);
        let numbered = all.iter().enumerate().map(|(idx, it)| (idx, Arc::clone(it)));
        match node.tries.get(&open.strand) {
            None => numbered.collect(),
            // What comes after a visit depends on its last answer alone, so it fails alike until it succeeds.
            Some(before) => {
                let is_cut = open.attempt() > self.most_attempts;
                let first = all.iter().position(|it| !it.is_fault());
                numbered.filter(|(idx, _)| Some(*idx) == first || (idx == before && !is_cut)).collect()
            }
        }
    }

    /// Decides what `open` answers and goes on from there.
    pub(super) fn decide(
        &self,
        node: &Node,
        open: &Open,
        (idx, choice): (usize, Arc<Choice>),
        hits: &mut Vec<Hit>,
    ) -> (Node, Decision, Rest) {
        let mut node = node.clone();
        node.open.retain(|it| it.effect != open.effect);
        let waited = node.last_asked.is_some_and(|it| it > open.effect);
        let at = node.machine.now + Duration::from_secs(if waited { 0.001 } else { 0.0 });
        let after = at - open.asked_at;
        if choice.is_fault() {
            if node.tries.insert(open.strand, idx).is_none() {
                node.faults += 1;
            }
            node.members.clone_from(&choice.members);
        } else {
            node.tries.remove(&open.strand);
        }
        node.assumed |= choice.assumed;
        let mut out = Emitted::default();
        let mut horizon = node.machine.now;
        if let Reply::Answers(answers) = choice.reply(Duration::ZERO, open.limits()) {
            for (later, outcome) in answers {
                let is_beat = matches!(outcome, Outcome::Heartbeat);
                let due = if is_beat { open.asked_at + later } else { at };
                if !is_beat {
                    horizon = due;
                }
                let action = Action::Resolve { effect: open.effect, outcome, at: due };
                apply(self.program, &mut node.machine, action, &mut out);
            }
        }
        let attempt = open.attempt();
        let rest = self.go_on(&mut node, horizon, hits);
        (node, Decision { state: open.state, attempt, choice, after, effect: open.effect }, rest)
    }

    /// Moves the machine to the next decision; everything up to `horizon` happens before one.
    pub(super) fn go_on(&self, node: &mut Node, mut horizon: Timestamp, hits: &mut Vec<Hit>) -> Rest {
        let mut out = Emitted::traced();
        // What strands have left last; they enter the next state before anything is decided.
        let mut left = BTreeMap::new();
        // Where it has been some time ago (Brent's way to find a circle).
        let (mut n_moves, mut remembered, mut until) = (0_u32, None, PATIENCE);
        loop {
            if node.machine.status != Status::Running {
                return Rest::Ended;
            }
            n_moves += 1;
            if n_moves > PATIENCE && !self.draws {
                let print = node.fingerprint(self.program);
                if remembered == Some(print) {
                    return Rest::Loops;
                }
                if n_moves >= until {
                    (remembered, until) = (Some(print), n_moves.saturating_mul(2));
                }
            }
            match node.machine.due() {
                Some(at) if at <= horizon => {}
                _ if !node.open.is_empty() => return Rest::Decide,
                Some(at) => horizon = at,
                None => return Rest::Stuck,
            }
            out.clear();
            apply(self.program, &mut node.machine, Action::Advance, &mut out);
            self.absorb(node, &mut out, &mut left, hits);
        }
    }

    fn absorb(&self, node: &mut Node, out: &mut Emitted, left: &mut BTreeMap<StrandId, StateId>, hits: &mut Vec<Hit>) {
        let mut asking = None;
        for event in out.events.iter().chain(out.child_events.iter().map(|(_, event)| event)) {
            match &event.kind {
                EventKind::StateEntered { .. } => {
                    let from = left.remove(&event.strand).unwrap_or(StateId::NONE);
                    hits.push(Hit::Entered(from, event.state));
                    node.entered = event.state;
                    // A state may be asked about more than once.
                    for (at, _) in self.always.iter().enumerate().filter(|it| *it.1 == event.state) {
                        node.always |= 1 << at;
                    }
                }
                EventKind::StateExited { .. } => {
                    node.tries.remove(&event.strand);
                    left.insert(event.strand, event.state);
                }
                EventKind::TaskScheduled(_) | EventKind::MapRunStarted(_) => asking = Some(event.strand),
                _ => {}
            }
        }
        for effect in out.effects.drain(..) {
            let (effect, state, question) = match effect {
                Effect::Cancel(effect) => {
                    node.open.retain(|it| it.effect != effect);
                    continue;
                }
                Effect::Call { id, call } => (id, call.state, Question::Task(call)),
                Effect::Read { id, call } => (id, call.state, Question::Items(call)),
                Effect::Write { id, call } => (id, call.state, Question::Results(call)),
            };
            let strand = asking.unwrap_or_default();
            node.last_asked = Some(effect);
            node.open.push(Open { effect, strand, state, asked_at: node.machine.now, question });
        }
        for traced in out.take_trace() {
            match traced.step {
                Step::Failed(failure) => {
                    let has_scopes = |id: StateId| {
                        let kind = self.program.outline.state(id).and_then(|it| it.kind);
                        matches!(kind, Some(StateKind::Parallel | StateKind::Map))
                    };
                    let is_passed_on =
                        has_scopes(traced.state) && node.origin.as_ref().is_some_and(|it| it.1 == failure);
                    if !is_passed_on {
                        let is_injected = matches!(
                            self.program.states.get(traced.state.idx()).map(|it| &it.action),
                            Some(Work::Task(_))
                        );
                        if !is_injected {
                            node.members.clear();
                        }
                        node.origin = Some((traced.state, failure));
                    }
                }
                Step::Retry { retrier, after_secs } => {
                    node.back_off_secs += after_secs;
                    hits.push(Hit::Retried(traced.state, retrier, node.names()));
                }
                Step::Catch { catcher } => {
                    node.handled = true;
                    hits.push(Hit::Caught(traced.state, catcher, node.names()));
                }
                _ => {}
            }
        }
        hits.sort_unstable();
        hits.dedup();
    }
}

impl Node {
    /// Returns the names of the failure that is being handled, those that it stands for among them.
    fn names(&self) -> Vec<Arc<str>> {
        let own = self.origin.as_ref().and_then(|it| it.1.error.clone());
        let mut names = self.members.clone();
        names.extend(own);
        names.sort();
        names.dedup();
        names
    }
}
