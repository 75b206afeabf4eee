//! The alphabet: what a task can answer, so far as it makes a difference.
//!
//! For a task these are its results, each error that a handler of the state or of a state around it names, the errors
//! that its service is known to raise, its time limits, and one error that nobody has foreseen. Errors that no handler
//! in scope can tell apart are one outcome; it keeps the names of all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::error_name::FailureKind;
use crate::asl::program::{Action, Condition, Handlers, Mode, Operand, Operator, Program};
use crate::engine::handlers::{Decision, decide};
use crate::engine::{Failure, Outcome, TaskCall, TaskStep};
use crate::items::{Items, STATE_DATA};
use crate::json::{Json, Object};
use crate::lint;
use crate::session::Reply;
use crate::time::Duration;

use super::Given;
use super::assume::Assumed;

/// The name of the error that stands for all that nobody has foreseen.
pub const UNFORESEEN: &str = "Unforeseen.Error";
/// Heartbeats that are sent at most before a task is given up without a missed one.
const MOST_BEATS: i64 = 2_000;

/// One thing that a task can answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it answers.
    pub answer: Answer,
    /// The errors that it stands for, its own first; none for a result.
    pub members: Vec<Arc<str>>,
    /// Whether the result was made up, because nobody gave one.
    pub assumed: bool,
}

/// What a task answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// This raw result.
    Returned(Json),
    /// These items, for a Map that reads them.
    Read(Items),
    /// That it failed.
    Failed(Arc<Failure>),
    /// Nothing: its time limit or its heartbeat runs out.
    Silent,
    /// Nothing but heartbeats, until its time limit runs out.
    Beating,
}

impl Choice {
    /// Whether it is a failure.
    pub fn is_fault(&self) -> bool {
        !matches!(self.answer, Answer::Returned(_) | Answer::Read(_))
    }

    /// Returns it in a few words: `succeeds`, or the name of the error.
    pub fn label(&self) -> &str {
        match &self.answer {
            Answer::Returned(_) | Answer::Read(_) => "succeeds",
            Answer::Failed(_) => self.members.first().map_or("an error", |it| it),
            Answer::Silent => "no answer in time",
            Answer::Beating => "heartbeats and no answer in time",
        }
    }

    /// Returns what a host says, `after` so long.
    pub(super) fn reply(&self, after: Duration, limits: (Option<i64>, Option<i64>)) -> Reply {
        match &self.answer {
            Answer::Returned(result) => Reply::Answers(vec![(after, Outcome::Succeeded(result.clone()))]),
            Answer::Read(items) => Reply::Answers(vec![(after, Outcome::Items(Arc::new(items.clone())))]),
            Answer::Failed(failure) => {
                Reply::Answers(vec![(after, Outcome::Failed(Arc::clone(failure), TaskStep::Run))])
            }
            Answer::Silent => Reply::Never,
            Answer::Beating => {
                let beats = beats(limits);
                Reply::Answers(beats.map(|it| (Duration::from_secs(it as f64), Outcome::Heartbeat)).collect())
            }
        }
    }

    /// Returns the entry of a mock file that answers so.
    pub(super) fn mock(&self, after: Duration, limits: (Option<i64>, Option<i64>)) -> Object {
        let mut members = Object::from_iter([]);
        match &self.answer {
            Answer::Returned(result) => members.set("return", result.clone()),
            Answer::Read(_) => members.set("return", Json::Null),
            Answer::Failed(failure) => {
                let mut thrown = Object::from_iter([]);
                for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
                    if let Some(text) = text {
                        thrown.set(name, Json::String(Arc::clone(text)));
                    }
                }
                members.set("throw", Json::Object(thrown));
            }
            Answer::Silent => members.set("timeout", Json::from(true)),
            Answer::Beating => {
                members.set("timeout", Json::from(true));
                members.set("heartbeats", Json::array(beats(limits).map(Json::from)));
            }
        }
        if after > Duration::ZERO && matches!(self.answer, Answer::Returned(_) | Answer::Failed(_)) {
            let secs = crate::json::Number::from_f64(after.as_secs());
            members.set("after", secs.map_or(Json::Null, Json::from));
        }
        members
    }
}

/// Returns the seconds at which heartbeats keep a task alive until its time limit.
fn beats((timeout, heartbeat): (Option<i64>, Option<i64>)) -> impl Iterator<Item = i64> {
    let every = heartbeat.unwrap_or(1).max(1);
    let n_beats = (timeout.unwrap_or(0) / every).min(MOST_BEATS);
    (1..=n_beats).map(move |it| it * every)
}

/// What each state's calls can answer, the results first.
#[derive(Debug)]
pub(super) struct Alphabet {
    tasks: Vec<Vec<Arc<Choice>>>,
    pub(super) reads: Vec<Arc<Choice>>,
    pub(super) writes: Vec<Arc<Choice>>,
}

impl Alphabet {
    pub(super) fn new(program: &Program, given: &Given, assumed: &Assumed) -> Self {
        let words = tested_names(program);
        let of_state = |idx: usize| {
            let id = StateId(idx as u32);
            match &program.states[idx].action {
                Action::Task(task) => {
                    let mut all = results(id, program, given, assumed);
                    all.extend(failures(program, id, lint::errors_of(&task.resource).collect(), &words));
                    all.extend(time_outs(program, id));
                    all.into_iter().map(Arc::new).collect()
                }
                _ => Vec::new(),
            }
        };
        let failed = |error: &str, cause: &str| Choice {
            answer: Answer::Failed(Arc::new(Failure::named(error, cause))),
            members: vec![error.into()],
            assumed: false,
        };
        let read = |values: Vec<Json>| Choice {
            answer: Answer::Read(Items::new(values.into_iter().collect(), STATE_DATA)),
            members: Vec::new(),
            assumed: true,
        };
        let item = assumed.item.clone();
        let written = Choice { answer: Answer::Returned(Json::Null), members: Vec::new(), assumed: false };
        let reads = [
            read(vec![item.clone()]),
            read(Vec::new()),
            read(vec![item.clone(), item]),
            failed("States.ItemReaderFailed", "The items could not be read"),
        ];
        let writes = [written, failed("States.ResultWriterFailed", "The results could not be written")];
        Self {
            tasks: (0..program.states.len()).map(of_state).collect(),
            reads: reads.into_iter().map(Arc::new).collect(),
            writes: writes.into_iter().map(Arc::new).collect(),
        }
    }

    /// Returns what the task in `state` can answer.
    pub(super) fn of(&self, state: StateId) -> &[Arc<Choice>] {
        self.tasks.get(state.idx()).map_or(&[], Vec::as_slice)
    }
}

fn results(id: StateId, program: &Program, given: &Given, assumed: &Assumed) -> Vec<Choice> {
    let result =
        |result: &Json, assumed| Choice { answer: Answer::Returned(result.clone()), members: Vec::new(), assumed };
    match given.results.get(&program.state(id).name).filter(|it| !it.is_empty()) {
        Some(results) => results.iter().map(|it| result(it, false)).collect(),
        None => assumed.results(id).iter().map(|it| result(it, true)).collect(),
    }
}

/// Returns the states whose handlers a failure in `id` meets, innermost first, up to the execution that it is in.
pub(super) fn around(program: &Program, id: StateId) -> Vec<StateId> {
    let owner = |it: &StateId| {
        let outline = &program.outline;
        let owner = outline.scopes.get(outline.state(*it)?.scope.idx())?.owner?;
        // A failure in a child execution fails that, and its Map fails for another reason.
        let is_distributed =
            matches!(&program.state(owner).action, Action::Map(map) if matches!(map.mode, Mode::Distributed(_)));
        (!is_distributed).then_some(owner)
    };
    std::iter::successors(Some(id), owner).collect()
}

/// Which handler takes a failure in a state, as a retrier and as a catcher.
type Takers = (Option<usize>, Option<usize>);

/// Returns which handlers take a failure in each of the states.
fn taken_by(chain: &[&Handlers], failure: &Failure) -> Vec<Takers> {
    let first = |it: &Handlers| {
        let retrier = it.retry.iter().position(|it| it.errors.iter().any(|name| failure.matches(name)));
        let only = Handlers { retry: Vec::new(), catch: it.catch.clone() };
        let catcher = match decide(&only, &[], failure) {
            Decision::Catch(catcher) => Some(catcher),
            _ => None,
        };
        (retrier, catcher)
    };
    chain.iter().map(|it| first(it)).collect()
}

fn failures(program: &Program, id: StateId, known: Vec<&'static str>, words: &BTreeSet<Arc<str>>) -> Vec<Choice> {
    let states = around(program, id);
    let chain: Vec<&Handlers> = states.iter().map(|it| &program.state(*it).handlers).collect();
    let named = chain.iter().flat_map(|it| {
        let retriers = it.retry.iter().flat_map(|it| &it.errors);
        retriers.chain(it.catch.iter().flat_map(|it| &it.errors)).cloned()
    });
    // A name that no task raises is no outcome: a handler that names it waits in vain.
    let named = named.filter(|it| lint::is_raised_by_tasks(it));
    let tested = words.iter().filter(|it| lint::is_raised_by_tasks(it)).cloned();
    let all = named.chain(tested).chain(known.into_iter().map(Arc::from)).chain([Arc::from(UNFORESEEN)]);
    let mut seen = BTreeSet::new();
    let mut classes: Vec<(Vec<Takers>, Option<Arc<str>>, Choice)> = Vec::new();
    for name in all.filter(|it| seen.insert(Arc::clone(it))) {
        let failure = Failure::named(Arc::clone(&name), "");
        let by = taken_by(&chain, &failure);
        let tested = words.get(&name).cloned();
        if let Some((_, _, class)) = classes.iter_mut().find(|it| it.0 == by && it.1 == tested) {
            class.members.push(name);
        } else {
            let answer = Answer::Failed(Arc::new(failure));
            classes.push((by, tested, Choice { answer, members: vec![name], assumed: false }));
        }
    }
    classes.into_iter().map(|it| it.2).collect()
}

/// Returns the ways in which a task can run out of time.
fn time_outs(program: &Program, id: StateId) -> Vec<Choice> {
    let Action::Task(task) = &program.state(id).action else { return Vec::new() };
    let silent = |members: &[&str]| Choice {
        answer: Answer::Silent,
        members: members.iter().map(|it| Arc::from(*it)).collect(),
        assumed: false,
    };
    match (&task.timeout, &task.heartbeat) {
        (None, None) if task.resource.is_http() => vec![silent(&["States.Http.Socket"])],
        (None, None) => Vec::new(),
        (_, None) => vec![silent(&["States.Timeout"])],
        (timeout, Some(_)) => {
            let mut all = vec![silent(&["States.HeartbeatTimeout", "States.Timeout"])];
            let states = around(program, id);
            let chain: Vec<&Handlers> = states.iter().map(|it| &program.state(*it).handlers).collect();
            let by = |kind| taken_by(&chain, &Failure::timeout(kind));
            if timeout.is_some() && by(FailureKind::Timeout) != by(FailureKind::Heartbeat) {
                let members = vec![Arc::from("States.Timeout")];
                all.push(Choice { answer: Answer::Beating, members, assumed: false });
            }
            all
        }
    }
}

/// Returns the limits of a call that a mock has to know: its time limit and that between heartbeats.
pub(super) fn limits(call: &TaskCall) -> (Option<i64>, Option<i64>) {
    (call.timeout_secs, call.heartbeat_secs)
}

/// Returns the texts that Choices compare the name of an error with: such errors are told apart by them.
fn tested_names(program: &Program) -> BTreeSet<Arc<str>> {
    let mut names = BTreeSet::new();
    for state in &program.states {
        if let Action::Choice { rules, .. } = &state.action {
            for rule in rules {
                tested(&rule.condition, &mut names);
            }
        }
    }
    names
}

fn tested(condition: &Condition, names: &mut BTreeSet<Arc<str>>) {
    match condition {
        Condition::And(all) | Condition::Or(all) => all.iter().for_each(|it| tested(it, names)),
        Condition::Not(one) => tested(one, names),
        Condition::Test(test) if test.variable.leading_names().last().is_some_and(|it| &**it == "Error") => {
            if let Operator::String(_, Operand::Fixed(Json::String(text))) = &test.operator {
                names.insert(Arc::clone(text));
            }
        }
        _ => {}
    }
}

/// Results by the name of their state, each once.
pub(super) fn distinct(results: impl IntoIterator<Item = (Arc<str>, Json)>) -> BTreeMap<Arc<str>, Vec<Json>> {
    let mut all: BTreeMap<Arc<str>, Vec<Json>> = BTreeMap::new();
    for (state, result) in results {
        let known = all.entry(state).or_default();
        if !known.contains(&result) {
            known.push(result);
        }
    }
    all
}
