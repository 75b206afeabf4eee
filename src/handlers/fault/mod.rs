//! Fault plans: which attempts of which tasks fail, and how, whatever mocks answer otherwise.

mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::program::{Action, Mode, Program};
use crate::diagnostic::{Diagnostic, Span};
use crate::engine::{EffectId, Failure, Outcome, ReadCall, TaskCall, TaskStep, WriteCall};
use crate::expr::mix;
use crate::session::expect::unknown_state;
use crate::session::{Host, Reply};
use crate::time::Duration;

use super::mock::Answer;

pub use read::read;

/// The error of a distributed Map whose results cannot be written; a fault with this name is for the writing.
const WRITER_FAILED: &str = "States.ResultWriterFailed";

/// What goes wrong in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The name of the state.
    pub state: Arc<str>,
    /// How it goes wrong.
    pub trouble: Trouble,
    /// After which time.
    pub after: Duration,
    /// In which attempts of a visit, from 1; `None` for all.
    pub attempts: Option<Numbers>,
    /// In which visits of the state, from 1 for each item of the Maps around it; `None` for all.
    pub visits: Option<Numbers>,
    /// For which items of the innermost Map around it.
    pub items: Items,
    /// Items of Maps that have to be among those around it: the Map's name and the index from 0.
    pub iterations: Vec<(Arc<str>, u32)>,
    /// What comes after the last of `attempts`.
    pub then: Option<Then>,
    /// JSON pointer of the fault in its file.
    pub pointer: String,
    /// Where the fault stands.
    pub span: Span,
}

/// How a task goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// With this error, in this step.
    Error(Arc<Failure>, TaskStep),
    /// It never answers; its time limit runs out.
    Silence,
}

/// Whole numbers, as ranges with both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers(pub Vec<(u32, u32)>);

impl Numbers {
    /// Whether `number` is among them.
    pub fn has(&self, number: u32) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&number))
    }

    fn last(&self) -> u32 {
        self.0.iter().map(|(_, to)| *to).max().unwrap_or(0)
    }
}

/// Items of a Map.
#[derive(Clone, Debug, PartialEq)]
pub enum Items {
    /// All, and tasks outside Maps.
    All,
    /// Those with these indices, from 0.
    Of(Numbers),
    /// So many of a hundred, drawn for each item by itself: which ones depends on the seed and the item, not on the
    /// order.
    Percent(f64),
}

/// What comes when a fault is over.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// This answer.
    Answer(Answer),
    /// What mocks answer, after this time.
    After(Duration),
}

impl Fault {
    /// Reports a fault that cannot happen in this definition.
    pub fn check(&self, program: &Program, out: &mut Vec<Diagnostic>) {
        let Some(id) = program.outline.find(&self.state) else {
            return out.push(unknown_state(&self.state, &program.outline, &self.pointer, self.span));
        };
        // Names repeat across scopes; one state that the fault is for is enough.
        let named = || program.states.iter().filter(|it| it.name == self.state);
        let can_fail = |action: &Action| match action {
            Action::Task(_) => true,
            Action::Map(map) => match &map.mode {
                Mode::Distributed(it) => it.reader.is_some() || it.writer.is_some(),
                Mode::Inline { .. } => false,
            },
            _ => false,
        };
        if !named().any(|it| can_fail(&it.action)) {
            let kind = program.outline.state(id).and_then(|it| it.kind).map_or("state", |it| it.name());
            let message = format!("a {kind} such as {:?} asks nobody, so nothing can go wrong there", &*self.state);
            let help = "name a Task, or a distributed Map that reads or writes";
            return out.push(Diagnostic::error("SCN005", message).at(self.pointer.as_str(), self.span).help(help));
        }
        let has_limit = |action: &Action| matches!(action, Action::Task(task) if task.timeout.is_some() || task.heartbeat.is_some());
        if self.trouble == Trouble::Silence && !named().any(|it| has_limit(&it.action)) {
            let message = format!("{:?} has no time limit that would run out", &*self.state);
            let help = "give the Task a TimeoutSeconds, or let it fail with States.Timeout";
            out.push(Diagnostic::warning("SCN005", message).at(self.pointer.as_str(), self.span).help(help));
        }
    }

    /// Whether the fault is for this place, whatever the attempt.
    fn is_for(&self, state: &str, maps: &[(Arc<str>, u32)], visit: u32, seed: u64) -> bool {
        let of_items = || match &self.items {
            Items::All => true,
            Items::Of(numbers) => maps.last().is_some_and(|(_, index)| numbers.has(*index)),
            Items::Percent(percent) => !maps.is_empty() && self.draw(maps, seed) < percent / 100.0,
        };
        *self.state == *state
            && self.visits.as_ref().is_none_or(|it| it.has(visit))
            && self.iterations.iter().all(|it| maps.contains(it))
            && of_items()
    }

    /// Returns the fraction in `0.0..1.0` that belongs to an item.
    fn draw(&self, maps: &[(Arc<str>, u32)], seed: u64) -> f64 {
        let error = match &self.trouble {
            Trouble::Error(failure, _) => failure.error.as_deref().unwrap_or_default(),
            Trouble::Silence => "States.Timeout",
        };
        let named = [&*self.state, "\0", error].concat();
        let key = named.bytes().fold(mix(seed), |key, byte| mix(key ^ u64::from(byte)));
        let key = maps.iter().fold(key, |key, (_, index)| mix(key ^ mix(u64::from(*index) + 1)));
        (key >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn reply(&self) -> Reply {
        match &self.trouble {
            Trouble::Error(failure, step) => {
                Reply::Answers(vec![(self.after, Outcome::Failed(Arc::clone(failure), *step))])
            }
            Trouble::Silence => Reply::Never,
        }
    }
}

/// Lets tasks go wrong as a plan says, and leaves all others to the host behind it. What goes wrong by the plan the host
/// behind is not asked about, so mocks that are used in order are kept for the others.
#[derive(Clone, Debug)]
pub struct WithFaults<H> {
    /// Who answers what goes well.
    pub inner: H,
    plan: Arc<[Fault]>,
    seed: u64,
    visits: BTreeMap<Place, u32>,
    reads: BTreeMap<(Arc<str>, bool), u32>,
    hits: Vec<u32>,
}

type Place = (StateId, Arc<[(StateId, u32)]>);

impl<H: Host> WithFaults<H> {
    /// Returns a host in which nothing has gone wrong yet. Which items a share of them is, `seed` decides.
    pub fn new(inner: H, plan: Arc<[Fault]>, seed: u64) -> Self {
        let hits = vec![0; plan.len()];
        Self { inner, plan, seed, visits: BTreeMap::new(), reads: BTreeMap::new(), hits }
    }

    /// Returns how often each fault of the plan has happened.
    pub fn hits(&self) -> &[u32] {
        &self.hits
    }

    /// Returns what the plan says to the attempt of a Map to read or write.
    fn objects(&mut self, state: &Arc<str>, writes: bool) -> Option<Reply> {
        let attempt = self.reads.entry((Arc::clone(state), writes)).or_default();
        *attempt += 1;
        let is_for = |it: &Fault| {
            let is_write =
                matches!(&it.trouble, Trouble::Error(failure, _) if failure.error.as_deref() == Some(WRITER_FAILED));
            it.state == *state && is_write == writes && it.attempts.as_ref().is_none_or(|it| it.has(*attempt))
        };
        let at = self.plan.iter().position(is_for)?;
        self.hits[at] += 1;
        Some(self.plan[at].reply())
    }
}

impl<H: Host> Host for WithFaults<H> {
    fn call(&mut self, id: EffectId, call: &Arc<TaskCall>) -> Reply {
        if !self.plan.iter().any(|it| it.state == call.name) {
            return self.inner.call(id, call);
        }
        let visit = self.visits.entry((call.state, Arc::clone(&call.iterations))).or_default();
        if call.attempt == 1 || *visit == 0 {
            *visit += 1;
        }
        let visit = *visit;
        let mut then = None;
        for (at, fault) in self.plan.iter().enumerate() {
            if !fault.is_for(&call.name, &call.maps, visit, self.seed) {
                continue;
            }
            if fault.attempts.as_ref().is_none_or(|it| it.has(call.attempt)) {
                self.hits[at] += 1;
                return fault.reply();
            }
            if fault.attempts.as_ref().is_some_and(|it| call.attempt > it.last()) {
                then = then.or(fault.then.as_ref());
            }
        }
        match then {
            Some(Then::Answer(answer)) => answer.reply(),
            Some(Then::After(after)) => delayed(self.inner.call(id, call), *after),
            None => self.inner.call(id, call),
        }
    }

    fn read(&mut self, id: EffectId, call: &Arc<ReadCall>) -> Reply {
        self.objects(&call.name, false).unwrap_or_else(|| self.inner.read(id, call))
    }

    fn write(&mut self, id: EffectId, call: &Arc<WriteCall>) -> Reply {
        self.objects(&call.name, true).unwrap_or_else(|| self.inner.write(id, call))
    }

    fn cancel(&mut self, id: EffectId) {
        self.inner.cancel(id);
    }
}

/// Returns the answer with its end at `after`; what comes before the end stays where it is.
fn delayed(reply: Reply, after: Duration) -> Reply {
    let Reply::Answers(mut answers) = reply else { return reply };
    for (at, outcome) in &mut answers {
        if matches!(outcome, Outcome::Succeeded(_) | Outcome::Failed(..)) {
            *at = after;
        }
    }
    answers.sort_by_key(|(at, _)| *at);
    Reply::Answers(answers)
}
