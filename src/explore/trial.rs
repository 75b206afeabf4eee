//! `Trial`: a run that an exploration found, as the decisions that lead to it; to be opened as a run, or written as
//! input and mocks with which `stepscope run` does the same again.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::{Program, StateId};
use crate::engine::{EffectId, ReadCall, StartSpec, TaskCall, WriteCall};
use crate::items::{Items, STATE_DATA};
use crate::json::{Json, Object};
use crate::session::{Host, Reply, Run};
use crate::time::Duration;

use super::alphabet::{Choice, limits};
use super::walk::Decision;

/// A run as the decisions that lead to it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// How it starts, its input among it.
    pub spec: Arc<StartSpec>,
    /// What its tasks answer, in the order in which that was decided.
    pub decisions: Vec<Decision>,
    /// What tasks answer after that, by their state; none where the decisions lead to the end.
    pub(super) then: Arc<BTreeMap<StateId, Arc<Choice>>>,
}

/// A trial that has been carried out.
pub struct Replayed {
    /// The run at its end.
    pub run: Run,
    /// What its tasks were asked and answered, as a mock file.
    pub mocks: Json,
}

impl Trial {
    /// Carries the run out.
    pub fn replay(&self, program: &Arc<Program>) -> Replayed {
        let answers = self.decisions.iter().map(|it| (it.effect, (Arc::clone(&it.choice), it.after))).collect();
        let mut host = Script { answers, then: Arc::clone(&self.then), mocks: MockFile::default() };
        let mut run = Run::start(Arc::clone(program), Arc::clone(&self.spec));
        run.finish(&mut host);
        Replayed { run, mocks: host.mocks.to_json() }
    }

    /// Returns the decisions that are failures.
    pub fn faults(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().filter(|it| it.choice.is_fault())
    }
}

/// Answers as it was decided; what was never decided has no answer, because something else ended it.
struct Script {
    then: Arc<BTreeMap<StateId, Arc<Choice>>>,
    answers: BTreeMap<EffectId, (Arc<Choice>, Duration)>,
    mocks: MockFile,
}

impl Host for Script {
    fn call(&mut self, id: EffectId, call: &Arc<TaskCall>) -> Reply {
        let then = self.then.get(&call.state).map(|it| (Arc::clone(it), Duration::ZERO));
        let Some((choice, after)) = self.answers.get(&id).cloned().or(then) else {
            self.mocks.add(call, Object::from_iter([("neverCompletes".into(), Json::from(true))]));
            return Reply::Never;
        };
        self.mocks.add(call, choice.mock(after, limits(call)));
        choice.reply(after, limits(call))
    }

    fn read(&mut self, id: EffectId, _: &Arc<ReadCall>) -> Reply {
        if let Some((choice, after)) = self.answers.get(&id) {
            return choice.reply(*after, (None, None));
        }
        let nothing = Items::new(std::iter::empty::<Json>().collect(), STATE_DATA);
        Reply::Answers(vec![(Duration::ZERO, crate::engine::Outcome::Items(Arc::new(nothing)))])
    }

    fn write(&mut self, id: EffectId, _: &Arc<WriteCall>) -> Reply {
        match self.answers.get(&id) {
            Some((choice, after)) => choice.reply(*after, (None, None)),
            None => Reply::Answers(vec![(Duration::ZERO, crate::engine::Outcome::Succeeded(Json::Null))]),
        }
    }
}

/// A state and the iterations around it.
type Spot = (Arc<str>, Vec<(Arc<str>, u32)>);

/// Mocks in the native form, as the calls come.
#[derive(Debug, Default)]
pub(super) struct MockFile {
    states: Vec<(Arc<str>, Vec<Json>)>,
    /// Calls so far by state and iterations.
    invocations: BTreeMap<Spot, i64>,
}

impl MockFile {
    pub(super) fn add(&mut self, call: &TaskCall, mut entry: Object) {
        if !call.maps.is_empty() {
            let place = (Arc::clone(&call.name), call.maps.to_vec());
            let nth = self.invocations.entry(place).or_default();
            *nth += 1;
            let iteration = |(map, index): &(Arc<str>, u32)| {
                Json::object([("map", Json::String(Arc::clone(map))), ("index", Json::from(i64::from(*index)))])
            };
            let iterations = Json::array(call.maps.iter().map(iteration));
            entry.set("where", Json::object([("iterations", iterations), ("attempt", Json::from(*nth))]));
        }
        match self.states.iter_mut().find(|(name, _)| *name == call.name) {
            Some((_, entries)) => entries.push(Json::Object(entry)),
            None => self.states.push((Arc::clone(&call.name), vec![Json::Object(entry)])),
        }
    }

    pub(super) fn to_json(&self) -> Json {
        let entries = |entries: &[Json]| {
            // The last entry answers all calls that come after it.
            let same = entries.windows(2).rev().take_while(|it| it[0] == it[1]).count();
            Json::array(entries[..entries.len() - same].iter().cloned())
        };
        Json::object(self.states.iter().map(|(name, all)| (Arc::clone(name), entries(all))))
    }
}
