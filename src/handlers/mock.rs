//! Mocks: what each state's tasks answer, and the host that answers with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::{EffectId, Failure, FailureKind, Outcome, TaskCall, TaskStep};
use crate::json::Json;
use crate::session::{Host, Reply};
use crate::time::Duration;

/// What tasks answer, by the name of their state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mocks {
    states: BTreeMap<Arc<str>, Entries>,
    /// States whose last entry is not used again and again; no file says so.
    asking: BTreeSet<Arc<str>>,
}

/// The answers of one state's tasks. Those that claim invocations stand apart: the others are used in order, however
/// many there are.
#[derive(Clone, Debug, Default, PartialEq)]
struct Entries {
    claiming: Vec<Entry>,
    in_order: Vec<Entry>,
}

/// One answer, for one or several invocations.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// For which invocations; `None` for those that no other entry claims, in order.
    pub only: Option<Only>,
    /// How many invocations in a row it answers, without `only`.
    pub times: u32,
    /// What it answers.
    pub answer: Answer,
}

/// The invocations that an entry claims.
#[derive(Clone, Debug, PartialEq)]
pub struct Only {
    /// The items of the Maps around the task: name of the Map and index, outermost first.
    pub iterations: Vec<(Arc<str>, u32)>,
    /// The attempt within that iteration, from 1; `None` for all, in order.
    pub attempt: Option<u32>,
}

/// What a task answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the service says to the job or message, before the result.
    pub submitted: Option<Json>,
    /// When heartbeats arrive.
    pub heartbeats: Vec<Duration>,
    /// How long the task takes.
    pub after: Duration,
    /// How it ends.
    pub end: End,
}

/// How a task ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// With this raw result.
    Return(Json),
    /// With this error, in this step.
    Throw(Arc<Failure>, TaskStep),
    /// Not at all.
    Never,
}

impl Answer {
    /// Returns the answer that gives `result` at once.
    pub fn of(end: End) -> Self {
        Self { submitted: None, heartbeats: Vec::new(), after: Duration::ZERO, end }
    }

    /// Returns what a host says that answers so.
    pub fn reply(&self) -> Reply {
        let mut answers = Vec::new();
        if let Some(submitted) = &self.submitted {
            answers.push((Duration::ZERO, Outcome::Submitted(submitted.clone())));
        }
        answers.extend(self.heartbeats.iter().map(|at| (*at, Outcome::Heartbeat)));
        match &self.end {
            End::Never if answers.is_empty() => return Reply::Never,
            End::Never => {}
            End::Return(result) => answers.push((self.after, Outcome::Succeeded(result.clone()))),
            End::Throw(failure, step) => answers.push((self.after, Outcome::Failed(Arc::clone(failure), *step))),
        }
        answers.sort_by_key(|(after, _)| *after);
        Reply::Answers(answers)
    }
}

impl Mocks {
    /// Adds an entry for the tasks of `state`, after those it has.
    pub fn add(&mut self, state: impl Into<Arc<str>>, entry: Entry) {
        let entries = self.states.entry(state.into()).or_default();
        let list = if entry.only.is_some() { &mut entries.claiming } else { &mut entries.in_order };
        list.push(entry);
    }

    /// Says whether the tasks of `state` are asked about when its entries are used up, instead of using the last again.
    pub fn ask_beyond(&mut self, state: impl Into<Arc<str>>, asks: bool) {
        let state = state.into();
        if asks {
            self.asking.insert(state);
        } else {
            self.asking.remove(&state);
        }
    }

    /// Returns the entries of a state: those that claim invocations, then the others in their order.
    pub fn entries(&self, state: &str) -> impl Iterator<Item = &Entry> {
        self.states.get(state).into_iter().flat_map(|it| it.claiming.iter().chain(&it.in_order))
    }

    /// Names a state for which there is no answer at all yet.
    pub fn add_state(&mut self, state: impl Into<Arc<str>>) {
        self.states.entry(state.into()).or_default();
    }

    /// Returns the names of the states that have mocks, with the number of their entries.
    pub fn states(&self) -> impl Iterator<Item = (&Arc<str>, usize)> {
        self.states.iter().map(|(name, it)| (name, it.claiming.len() + it.in_order.len()))
    }

    /// Returns the results among the answers, by the name of the state.
    pub fn results(&self) -> impl Iterator<Item = (Arc<str>, Json)> {
        self.states.iter().flat_map(|(name, entries)| {
            let all = entries.in_order.iter().chain(&entries.claiming);
            all.filter_map(move |it| match &it.answer.end {
                End::Return(result) => Some((Arc::clone(name), result.clone())),
                End::Throw(..) | End::Never => None,
            })
        })
    }

    /// Takes over the states of `other`; what it says of a state is all that holds for that state.
    pub fn overlay(&mut self, other: &Self) {
        self.states.extend(other.states.iter().map(|(name, it)| (Arc::clone(name), it.clone())));
    }

    /// Whether there is no mock at all.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }
}

/// What a task answers for which there is no mock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// Nothing: the run stops and names the task.
    #[default]
    Ask,
    /// `{}`, which the host takes note of.
    Assume,
}

/// Answers tasks with mocks.
///
/// Which entry is used depends on the state, the items of the Maps around it and the attempt, so that the order in
/// which iterations run changes nothing where entries say which they are for.
#[derive(Clone, Debug)]
pub struct MockHost {
    mocks: Arc<Mocks>,
    otherwise: Otherwise,
    /// Invocations so far of states with entries that claim some, by state and items.
    invocations: BTreeMap<Place, u32>,
    /// Invocations so far that no entry claimed, by state.
    unclaimed: BTreeMap<Arc<str>, Cursor>,
    assumed: BTreeMap<Arc<str>, u32>,
    /// What tasks answer that have no mock, by their state.
    rest: BTreeMap<Arc<str>, Answer>,
}

type Place = (Arc<str>, Arc<[(crate::asl::StateId, u32)]>);

/// Where in the row of unclaimed entries a state stands.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    entry: usize,
    used: u32,
}

impl MockHost {
    /// Returns a host that has answered nothing yet.
    pub fn new(mocks: Arc<Mocks>, otherwise: Otherwise) -> Self {
        Self {
            mocks,
            otherwise,
            invocations: BTreeMap::new(),
            unclaimed: BTreeMap::new(),
            assumed: BTreeMap::new(),
            rest: BTreeMap::new(),
        }
    }

    /// Answers tasks of these states so where there is no mock.
    pub fn with_rest(mut self, rest: BTreeMap<Arc<str>, Answer>) -> Self {
        self.rest = rest;
        self
    }

    /// Returns the states for which `{}` was assumed, with the number of times.
    pub fn assumed(&self) -> impl Iterator<Item = (&Arc<str>, u32)> {
        self.assumed.iter().map(|(name, times)| (name, *times))
    }

    /// Returns the answer for the invocation and counts it.
    fn answer(&mut self, call: &TaskCall, maps: &[(Arc<str>, u32)]) -> Option<&Answer> {
        let Entries { claiming, in_order } = self.mocks.states.get(&call.name)?;
        // Only entries that claim invocations ask which one it is; a Map of any size is not counted for the others.
        let mut attempt = 0;
        if !claiming.is_empty() {
            let place = (Arc::clone(&call.name), Arc::clone(&call.iterations));
            let counted = self.invocations.entry(place).or_default();
            *counted += 1;
            attempt = *counted;
        }
        let here: Vec<(Option<u32>, &Answer)> = claiming
            .iter()
            .filter_map(|it| Some((it.only.as_ref().filter(|only| only.iterations == maps)?.attempt, &it.answer)))
            .collect();
        if let Some((_, answer)) = here.iter().find(|(of, _)| *of == Some(attempt)) {
            return Some(answer);
        }
        let mut any_attempt = here.iter().filter(|(of, _)| of.is_none()).map(|(_, answer)| *answer);
        let nth = (attempt as usize).saturating_sub(1);
        if let Some(answer) = any_attempt.clone().nth(nth).or_else(|| any_attempt.next_back()) {
            return Some(answer);
        }
        let cursor = self.unclaimed.entry(Arc::clone(&call.name)).or_default();
        let entry = in_order.get(cursor.entry)?;
        if cursor.used < entry.times {
            cursor.used += 1;
        } else if cursor.entry + 1 < in_order.len() {
            *cursor = Cursor { entry: cursor.entry + 1, used: 1 };
        } else if self.mocks.asking.contains(&call.name) {
            return None;
        }
        in_order.get(cursor.entry).map(|it| &it.answer)
    }
}

impl Host for MockHost {
    fn call(&mut self, _: EffectId, call: &Arc<TaskCall>) -> Reply {
        let maps: Vec<(Arc<str>, u32)> = call.maps.iter().map(|(name, index)| (Arc::clone(name), *index)).collect();
        if let Some(answer) = self.answer(call, &maps) {
            return answer.reply();
        }
        if let Some(answer) = self.rest.get(&call.name) {
            return answer.reply();
        }
        match self.otherwise {
            Otherwise::Ask => Reply::Unanswered,
            Otherwise::Assume => {
                *self.assumed.entry(Arc::clone(&call.name)).or_default() += 1;
                Answer::of(End::Return(Json::object::<&str>([]))).reply()
            }
        }
    }
}

/// Returns the failure that a mock throws: an error and a cause, either of which may be missing.
pub fn thrown(error: Option<&str>, cause: Option<&str>) -> Arc<Failure> {
    let kind = if error == Some("States.Timeout") { FailureKind::Timeout } else { FailureKind::Named };
    Arc::new(Failure { error: error.map(Arc::from), cause: cause.map(Arc::from), kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::StateId;
    use crate::asl::program::Resource;

    fn call(maps: &[(&str, u32)]) -> Arc<TaskCall> {
        Arc::new(TaskCall {
            state: StateId(0),
            name: "T".into(),
            resource: Resource::Lambda("f".into()),
            input: Json::Null,
            timeout_secs: None,
            heartbeat_secs: None,
            credentials: None,
            attempt: 1,
            iterations: maps.iter().map(|(_, index)| (StateId(9), *index)).collect(),
            maps: maps.iter().map(|(name, index)| (Arc::from(*name), *index)).collect(),
            at: crate::time::Timestamp::default(),
        })
    }

    fn host(text: &str) -> MockHost {
        let (mocks, diagnostics) = super::super::read_mocks(text.as_bytes(), None);
        MockHost::new(Arc::new(mocks.unwrap_or_else(|| panic!("{diagnostics:?}"))), Otherwise::Ask)
    }

    fn returned(host: &mut MockHost, maps: &[(&str, u32)]) -> i64 {
        match host.call(EffectId(0), &call(maps)) {
            Reply::Answers(answers) => match &answers[0].1 {
                Outcome::Succeeded(value) => value.as_i64().expect("a number"),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn entries_are_used_in_order_and_the_last_repeats() {
        let mut host = host(r#"{"T": [{"return": 1}, {"return": 2}]}"#);
        assert_eq!([0; 4].map(|_| returned(&mut host, &[])), [1, 2, 2, 2]);
    }

    #[test]
    fn entries_with_where_claim_their_invocations_and_leave_the_others() {
        let mut host = host(
            r#"{"T": [{"return": 1},
                {"return": 7, "where": {"iterations": [{"map": "M", "index": 2}], "attempt": 1}},
                {"return": 8, "where": {"iterations": [{"map": "M", "index": 3}]}},
                {"return": 2}]}"#,
        );
        assert_eq!(returned(&mut host, &[("M", 2)]), 7);
        assert_eq!(returned(&mut host, &[("M", 2)]), 1);
        assert_eq!(returned(&mut host, &[("M", 0)]), 2);
        assert_eq!(returned(&mut host, &[("M", 3)]), 8);
        assert_eq!(returned(&mut host, &[("M", 3)]), 8);
    }

    #[test]
    fn a_state_that_asks_beyond_its_entries_is_unanswered_when_they_are_used_up() {
        let (mocks, _) = super::super::read_mocks(br#"{"T": [{"return": 1}, {"return": 2}]}"#, None);
        let mut mocks = mocks.expect("they are sound");
        mocks.ask_beyond("T", true);
        let mut host = MockHost::new(Arc::new(mocks.clone()), Otherwise::Ask);
        assert_eq!([0; 2].map(|_| returned(&mut host, &[])), [1, 2]);
        assert_eq!(host.call(EffectId(0), &call(&[])), Reply::Unanswered);
        let rest = [("T".into(), Answer::of(End::Return(Json::from(9_i64))))].into();
        let mut host = MockHost::new(Arc::new(mocks.clone()), Otherwise::Ask).with_rest(rest);
        assert_eq!([0; 4].map(|_| returned(&mut host, &[])), [1, 2, 9, 9]);
        mocks.ask_beyond("T", false);
        let mut host = MockHost::new(Arc::new(mocks), Otherwise::Ask);
        assert_eq!([0; 3].map(|_| returned(&mut host, &[])), [1, 2, 2]);
    }

    #[test]
    fn a_state_without_an_entry_is_unanswered() {
        assert_eq!(host("{}").call(EffectId(0), &call(&[])), Reply::Unanswered);
    }
}
