//! Sagas: steps that something undoes. What stays done when a later step fails, in which order it is undone, and what
//! happens when the undoing fails.
//!
//! Nothing in a definition says which state undoes which; names do. A state that only failures lead to, or that is on
//! their way, and whose name begins like an undoing ("Cancel flight"), undoes the steps that are about the same thing.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::asl::{StateId, StateKind};
use crate::diagnostic::{Diagnostic, Fix};
use crate::json::{Json, source::Node};
use crate::lint::calls::{self, Effect};
use crate::lint::machine::{Catcher, Machine, State, Trouble};
use crate::lint::ways::{Dominators, Reaches, States};
use crate::lint::{Config, edit, ways};

use super::handlers::{go_on, handling_states, masks};

const UNDO: &[&str] = &[
    "cancel",
    "refund",
    "release",
    "undo",
    "rollback",
    "revert",
    "compensate",
    "delete",
    "remove",
    "void",
    "reverse",
    "unreserve",
    "restore",
    "deallocate",
    "deprovision",
    "unlock",
    "unbook",
    "reject",
    "terminate",
];
const DO: &[&str] = &[
    "reserve",
    "book",
    "create",
    "charge",
    "start",
    "allocate",
    "provision",
    "order",
    "pay",
    "process",
    "debit",
    "hire",
    "rent",
    "register",
    "subscribe",
    "deploy",
    "launch",
    "lock",
    "hold",
    "place",
    "make",
    "add",
    "insert",
    "put",
    "ship",
    "capture",
    "transfer",
    "buy",
    "purchase",
    "issue",
];
const LOOK: &[&str] = &[
    "get",
    "check",
    "validate",
    "verify",
    "find",
    "list",
    "query",
    "lookup",
    "calculate",
    "compute",
    "is",
    "has",
    "wait",
    "notify",
    "send",
    "log",
    "describe",
    "read",
    "fetch",
    "load",
    "report",
    "alert",
    "email",
];
const EMPTY: &[&str] = &[
    "the",
    "a",
    "an",
    "state",
    "step",
    "task",
    "lambda",
    "function",
    "and",
    "of",
    "for",
    "to",
    "all",
    "transaction",
    "service",
    "on",
    "failure",
    "error",
    "result",
];

/// What is undone by what.
struct Saga<'a> {
    /// For each step the states that undo it.
    steps: BTreeMap<StateId, BTreeSet<StateId>>,
    /// The states that undo something.
    undoing: BTreeSet<StateId>,
    /// For each step the steps that are done before it, on every way.
    before: BTreeMap<StateId, Vec<StateId>>,
    /// What can be reached without further errors, what stands inside among it.
    inside: Reaches<'a>,
    /// The same without what stands inside.
    plain: Reaches<'a>,
    dominators: Dominators,
    /// For each state the steps that are undone where it leads, once that was asked for.
    undone: RefCell<BTreeMap<StateId, Rc<States>>>,
}

/// A step of a saga and what undoes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compensation {
    /// The step.
    pub step: StateId,
    /// The states each of which undoes it.
    pub by: BTreeSet<StateId>,
}

pub(in crate::lint) fn compensations(machine: &Machine<'_>, config: &Config) -> Vec<Compensation> {
    let saga = Saga::find(machine, &handling_states(machine), config);
    saga.steps.into_iter().map(|(step, by)| Compensation { step, by }).collect()
}

/// Steps and what undoes them, as it is told by names or as a project says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// For each step the states that undo it, any of them; none where nothing does.
    pub steps: BTreeMap<StateId, BTreeSet<StateId>>,
}

pub(in crate::lint) fn pairs(machine: &Machine<'_>, config: &Config) -> Pairs {
    let handling = handling_states(machine);
    let saga = Saga::find(machine, &handling, config);
    let mut steps = saga.steps.clone();
    if !steps.is_empty() {
        // What is done like the others and that nothing undoes is a step too.
        for state in machine.states.iter().filter(|it| it.is(StateKind::Task)) {
            let is_beside = handling.contains(&state.id) || saga.undoing.contains(&state.id) || calls::is_told(state);
            let looks = state.call.as_ref().is_none_or(|it| calls::effect(it) == Effect::Reads);
            if !is_beside && !looks && begins(state.name(), DO) {
                steps.entry(state.id).or_default();
            }
        }
    }
    Pairs { steps }
}

pub(super) fn check(machine: &Machine<'_>, config: &Config, out: &mut Vec<Diagnostic>) {
    if machine.states.iter().all(|it| it.catchers.is_empty()) {
        return;
    }
    let handling = handling_states(machine);
    let saga = Saga::find(machine, &handling, config);
    let forward = || {
        let is_step = |it: &&State<'_>| !handling.contains(&it.id) && !saga.undoing.contains(&it.id);
        machine.states.iter().filter(|it| it.is(StateKind::Task)).filter(is_step)
    };
    if !saga.steps.is_empty() {
        let is_normal = |id: &StateId| {
            let fails = machine.get(*id).is_some_and(|it| it.is(StateKind::Fail));
            !handling.contains(id) && !fails && !saga.undoing.contains(id)
        };
        let normal = States::of(machine.outline.iter().map(|(id, _)| id).filter(is_normal));
        for state in forward() {
            stays_done(machine, &saga, &normal, state, out);
            never_undone(&saga, state, &forward, out);
        }
        order(machine, &saga, out);
    }
    for &id in &handling {
        let Some(state) = machine.get(id) else { continue };
        if saga.undoing.contains(&id) {
            undoing_fails(machine, &saga, state, out);
        } else {
            masks(machine, state, out);
        }
    }
}

/// Returns the words of a name in small letters: "CancelFlight" and "Cancel flight" have the same.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for char in name.chars() {
        let begins = match last {
            None => true,
            Some(last) => !last.is_alphanumeric() || (char.is_uppercase() && last.is_lowercase()),
        };
        if char.is_alphanumeric() {
            if begins || words.is_empty() {
                words.push(String::new());
            }
            words.last_mut().expect("a word has begun").extend(char.to_lowercase());
        }
        last = Some(char);
    }
    words
}

/// Returns what a name is about: its words without verbs, in the singular.
fn things(name: &str) -> BTreeSet<String> {
    let is_thing = |it: &String| ![UNDO, DO, LOOK, EMPTY].iter().any(|list| list.contains(&&**it));
    let singular = |it: String| if it.len() > 3 { it.trim_end_matches('s').to_owned() } else { it };
    words(name).into_iter().filter(is_thing).map(singular).collect()
}

/// Whether a name begins with one of these verbs; "un-do" and "roll back" count as one word.
fn begins(name: &str, verbs: &[&str]) -> bool {
    let words = words(name);
    let joined = words.get(..2).map(<[String]>::concat);
    words.first().is_some_and(|it| verbs.contains(&&**it)) || joined.is_some_and(|it| verbs.contains(&&*it))
}

impl<'a> Saga<'a> {
    fn find(machine: &'a Machine<'_>, handling: &BTreeSet<StateId>, config: &Config) -> Self {
        let targets = machine.states.iter().flat_map(|it| &it.catchers).filter_map(|it| it.target);
        let after_failure = reach_inside(machine, targets);
        let undoing: BTreeSet<StateId> = machine
            .states
            .iter()
            .filter(|it| it.is(StateKind::Task) && begins(it.name(), UNDO) && after_failure.contains(&it.id))
            .map(|it| it.id)
            .collect();
        let is_step = |it: &&State<'_>| {
            it.is(StateKind::Task)
                && !handling.contains(&it.id)
                && !undoing.contains(&it.id)
                && !begins(it.name(), LOOK)
                && !calls::is_told(it)
                && it.call.as_ref().is_some_and(|it| calls::effect(it) != Effect::Reads)
        };
        let about_what: BTreeMap<StateId, BTreeSet<String>> =
            undoing.iter().filter_map(|it| Some((*it, things(machine.get(*it)?.name())))).collect();
        let mut steps = BTreeMap::new();
        for step in machine.states.iter().filter(is_step) {
            let about = things(step.name());
            let shared = |id: &StateId| {
                let by = &about_what[id];
                // What is about nothing in particular undoes everything.
                if by.is_empty() { usize::MAX } else { by.intersection(&about).count() }
            };
            let specific = undoing.iter().map(shared).filter(|it| *it < usize::MAX).max().unwrap_or(0);
            let by: BTreeSet<StateId> = undoing
                .iter()
                .copied()
                .filter(|it| {
                    let n = shared(it);
                    n == usize::MAX || (n > 0 && n == specific)
                })
                .collect();
            if !by.is_empty() {
                steps.insert(step.id, by);
            }
        }
        for state in &machine.states {
            if let Some(said) = config.compensations.get(state.name()) {
                let by: BTreeSet<StateId> = said.iter().filter_map(|it| machine.outline.find(it)).collect();
                steps.remove(&state.id);
                if !by.is_empty() {
                    steps.insert(state.id, by);
                }
            }
        }
        let undoing = steps.values().flatten().copied().collect();
        let dominators = Dominators::of(machine);
        let before = done_before(machine, &dominators, &steps);
        Self {
            steps,
            undoing,
            before,
            inside: Reaches::new(|id| next_inside(machine, id)),
            plain: Reaches::new(|id| ways::plain(machine, id)),
            dominators,
            undone: RefCell::default(),
        }
    }

    /// Returns the steps that are undone where `target` leads.
    fn undone(&self, target: StateId) -> Rc<States> {
        if let Some(known) = self.undone.borrow().get(&target) {
            return Rc::clone(known);
        }
        let reached = self.inside.from(target);
        let is_undone = |(_, by): &(&StateId, &BTreeSet<StateId>)| by.iter().any(|it| reached.contains(*it));
        let undone = Rc::new(States::of(self.steps.iter().filter(is_undone).map(|it| *it.0)));
        self.undone.borrow_mut().insert(target, Rc::clone(&undone));
        undone
    }
}

/// Returns for each task the steps that are certainly done when it begins.
fn done_before(
    machine: &Machine<'_>,
    dominators: &Dominators,
    steps: &BTreeMap<StateId, BTreeSet<StateId>>,
) -> BTreeMap<StateId, Vec<StateId>> {
    // A Parallel that is left has done what is inside.
    let mut done_with: BTreeMap<StateId, Vec<StateId>> = BTreeMap::new();
    for step in steps.keys().filter_map(|it| machine.get(*it)) {
        let owners = machine.with_owners(step).skip(1).take_while(|it| it.is(StateKind::Parallel));
        for it in std::iter::once(step).chain(owners) {
            done_with.entry(it.id).or_default().push(step.id);
        }
    }
    let mut before: BTreeMap<StateId, Vec<StateId>> = BTreeMap::new();
    for (id, done) in done_with {
        for later in dominators.behind(id).iter() {
            before.entry(later).or_default().extend(&done);
        }
    }
    let tasks = machine.states.iter().filter(|it| it.is(StateKind::Task));
    let of_task = |task: &State<'_>| {
        let mut done: Vec<StateId> =
            machine.with_owners(task).filter_map(|it| before.get(&it.id)).flatten().copied().collect();
        done.sort();
        (task.id, done)
    };
    tasks.map(of_task).collect()
}

/// Returns what can be reached without further errors, what stands inside among it.
fn reach_inside(machine: &Machine<'_>, starts: impl IntoIterator<Item = StateId>) -> BTreeSet<StateId> {
    ways::reach(starts, |id| next_inside(machine, id))
}

/// Returns where a state leads without an error, and where what stands inside begins.
fn next_inside(machine: &Machine<'_>, id: StateId) -> Vec<StateId> {
    let inner = machine.outline.states[id.idx()].inner.iter();
    let inner = inner.filter_map(|it| machine.outline.scopes[it.idx()].start);
    ways::plain(machine, id).into_iter().chain(inner).collect()
}

fn names(machine: &Machine<'_>, ids: &[StateId]) -> String {
    let names: Vec<String> =
        ids.iter().filter_map(|it| machine.get(*it)).map(|it| format!("{:?}", it.name())).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// Reports what stays done when `state` fails; `normal` are the states to which no failure leads and that undo nothing.
fn stays_done(machine: &Machine<'_>, saga: &Saga<'_>, normal: &States, state: &State<'_>, out: &mut Vec<Diagnostic>) {
    let Some(done) = saga.before.get(&state.id).filter(|it| !it.is_empty()) else { return };
    let Some((owner, catcher)) = machine.catcher_of(state, Trouble::UNFORESEEN) else {
        let stay = if done.len() == 1 { "stays" } else { "stay" };
        let message = format!(
            "if state {:?} fails, the execution ends and {} {stay} done: no catcher leads to what undoes them",
            state.name(),
            names(machine, done)
        );
        let next = state.node.get("Next").and_then(Node::as_str).filter(|_| calls::is_told(state));
        let help = match next {
            Some(_) => "catch its failures and go on: telling must not decide what happened",
            None => "add a catcher that leads to the undoing",
        };
        let fix = match next {
            Some(next) => go_on(machine, state, next),
            None => undo_too(machine, saga, state, done),
        };
        // This says more than that nothing catches it.
        out.retain(|it| it.code != "HND006" || it.pointer != *state.entry.pointer);
        out.push(state.report(Diagnostic::warning("SAG001", message)).help(help).fix(fix));
        return;
    };
    let Some(target) = catcher.target else { return };
    if !saga.inside.from(target).is_disjoint(normal) {
        return;
    }
    let missed = missed(saga, done, target);
    if missed.is_empty() {
        return;
    }
    let message = format!(
        "when state {:?} fails, {} leads to {:?}, which does not undo {}",
        state.name(),
        catcher.handler.named(owner),
        machine.outline.name(target),
        names(machine, &missed)
    );
    let finding = Diagnostic::warning("SAG002", message).help("lead it to where everything before is undone");
    let better = covering(machine, saga, owner, done);
    let fix = better.and_then(|better| {
        let next = catcher.handler.node.get("Next")?;
        let name = machine.get(better.target?)?.name();
        Some(Fix { title: format!("lead it to {name:?}"), edits: vec![edit::string(next.span, name)] })
    });
    out.push(catcher.handler.report(finding).fix(fix));
}

/// Returns the steps of `done` that nothing undoes where `target` leads.
fn missed(saga: &Saga<'_>, done: &[StateId], target: StateId) -> Vec<StateId> {
    let undone = saga.undone(target);
    let is_missed = |step: &&StateId| saga.steps.contains_key(step) && !undone.contains(**step);
    done.iter().filter(is_missed).copied().collect()
}

/// Returns a catcher in the block of `state` whose way undoes all of `done`.
fn covering<'b, 'a>(
    machine: &'b Machine<'a>,
    saga: &Saga<'_>,
    state: &State<'_>,
    done: &[StateId],
) -> Option<&'b Catcher<'a>> {
    let siblings = machine.states.iter().filter(|it| it.entry.scope == state.entry.scope && it.id != state.id);
    let mut catchers = siblings.flat_map(|it| &it.catchers);
    let done = States::of(done.iter().copied().filter(|it| saga.steps.contains_key(it)));
    catchers.find(|it| it.target.is_some_and(|it| done.is_subset(&saga.undone(it))))
}

fn undo_too(machine: &Machine<'_>, saga: &Saga<'_>, state: &State<'_>, done: &[StateId]) -> Option<Fix> {
    let catcher = covering(machine, saga, state, done)?;
    let name = machine.get(catcher.target?)?.name();
    let copied =
        catcher.handler.node.members().iter().filter(|it| &*it.name != "ErrorEquals" && &*it.name != "Comment");
    let members = std::iter::once((std::sync::Arc::from("ErrorEquals"), Json::array([Json::from("States.ALL")])))
        .chain(copied.map(|it| (std::sync::Arc::clone(&it.name), it.value.to_json())));
    let value = Json::object(members);
    let edit = match state.node.get("Catch") {
        Some(list) => edit::add_item(machine.text, list, false, &value)?,
        None => edit::add_member(machine.text, state.node, "Catch", &Json::array([value]))?,
    };
    Some(Fix { title: format!("catch its failures and lead them to {name:?}"), edits: vec![edit] })
}

/// Reports steps that nothing undoes, beside others that are undone.
fn never_undone<'b, 'a: 'b, I: Iterator<Item = &'b State<'a>>>(
    saga: &Saga<'_>,
    state: &State<'_>,
    forward: &impl Fn() -> I,
    out: &mut Vec<Diagnostic>,
) {
    let looks = state.call.as_ref().is_none_or(|it| calls::effect(it) == Effect::Reads) || calls::is_told(state);
    if saga.steps.contains_key(&state.id) || looks || !begins(state.name(), DO) {
        return;
    }
    // Only between steps that are undone is it one of them.
    let has_before = saga.before.get(&state.id).is_some_and(|it| !it.is_empty());
    let behind = saga.dominators.behind(state.id);
    let later: Vec<&State<'_>> = forward().filter(|it| behind.contains(it.id)).collect();
    let is_followed_by_step = later.iter().any(|it| saga.steps.contains_key(&it.id));
    let (Some(first), true) = (later.first(), has_before || is_followed_by_step) else { return };
    let first = first.name();
    let message = format!(
        "nothing undoes state {:?}, as other steps are undone, when {first:?} or what follows fails",
        state.name()
    );
    let help = "add a state that undoes it to the way of failures after it";
    out.push(state.report(Diagnostic::warning("SAG005", message)).help(help));
}

/// Reports undoing in another order than the reverse of the doing.
fn order(machine: &Machine<'_>, saga: &Saga<'_>, out: &mut Vec<Diagnostic>) {
    let first_done = |undo: &StateId| {
        let mut steps: Vec<StateId> = saga.steps.iter().filter(|it| it.1.contains(undo)).map(|it| *it.0).collect();
        // Of several steps about one thing the first is what has to be undone; later ones only confirm it.
        steps.sort_by_key(|it| (saga.before.get(it).map_or(0, Vec::len), *it));
        steps.first().copied()
    };
    let done: BTreeMap<StateId, StateId> =
        saga.undoing.iter().filter_map(|undo| Some((*undo, first_done(undo)?))).collect();
    for (first, done_first) in &done {
        let Some(state) = machine.get(*first) else { continue };
        let from_first = saga.plain.from(*first);
        for (second, done_second) in done.iter().filter(|it| from_first.contains(*it.0)) {
            let is_before = saga.before.get(done_second).is_some_and(|it| it.binary_search(done_first).is_ok());
            let leads_back = || saga.plain.from(*second).contains(*first);
            if done_first == done_second || !is_before || leads_back() {
                continue;
            }
            let message = format!(
                "state {:?} comes before {:?}, but {:?} is done before {:?}: undo in the reverse order",
                state.name(),
                machine.outline.name(*second),
                machine.outline.name(*done_first),
                machine.outline.name(*done_second)
            );
            let help = "what is done last may rest on what is done first; undo it first";
            out.push(state.report(Diagnostic::note("SAG004", message)).help(help));
        }
    }
}

/// Reports undoing whose own failure leaves the rest undone.
fn undoing_fails(machine: &Machine<'_>, saga: &Saga<'_>, state: &State<'_>, out: &mut Vec<Diagnostic>) {
    if machine.catcher_of(state, Trouble::UNFORESEEN).is_some() {
        return;
    }
    let mut retriers = machine.with_owners(state).flat_map(|it| &it.retriers);
    let is_retried = retriers.any(|it| it.policy.max_attempts > 0 && it.handler.takes(Trouble::UNFORESEEN));
    let reached = saga.inside.from(state.id);
    let rest: Vec<StateId> = reached.iter().filter(|it| *it != state.id && saga.undoing.contains(it)).collect();
    let are = if rest.len() == 1 { "is" } else { "are" };
    let then =
        if rest.is_empty() { String::new() } else { format!(", and {} {are} not reached", names(machine, &rest)) };
    let name = state.name();
    let (finding, help, fix) = if is_retried {
        let next = state.node.get("Next").and_then(Node::as_str).filter(|_| !rest.is_empty());
        let Some(next) = next else { return };
        let message = format!("if state {name:?} still fails after its retries, the execution ends{then}");
        let help = "catch it and go on with what is left to undo";
        (Diagnostic::note("SAG003", message), help, go_on(machine, state, next))
    } else {
        let lacks = "undoes something and has neither Retry nor Catch for any failure";
        let message = format!("state {name:?} {lacks}: if it fails, the execution ends{then}");
        let help = "give it a retrier, and a catcher that goes on with the rest";
        (Diagnostic::warning("SAG003", message), help, retry_all(machine, state))
    };
    out.push(state.report(finding).help(help).fix(fix));
}

/// Returns the fix that retries a state after any failure.
fn retry_all(machine: &Machine<'_>, state: &State<'_>) -> Option<Fix> {
    let retrier = Json::object([
        ("ErrorEquals", Json::array([Json::from("States.ALL")])),
        ("IntervalSeconds", Json::from(2_i64)),
        ("MaxAttempts", Json::from(6_i64)),
        ("BackoffRate", Json::from(2_i64)),
        ("JitterStrategy", Json::from("FULL")),
    ]);
    let edit = match state.node.get("Retry") {
        Some(list) => edit::add_item(machine.text, list, false, &retrier)?,
        None => edit::add_member(machine.text, state.node, "Retry", &Json::array([retrier]))?,
    };
    Some(Fix { title: "retry it after any failure".to_owned(), edits: vec![edit] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_are_about() {
        for (name, about) in [
            ("CancelFlight", vec!["flight"]),
            ("Reserve car rental", vec!["car", "rental"]),
            ("Refund payments", vec!["payment"]),
            ("Roll back", vec!["back", "roll"]),
        ] {
            assert_eq!(things(name).into_iter().collect::<Vec<_>>(), about, "{name}");
        }
        assert!(begins("Roll back", UNDO) && begins("cancel_order", UNDO) && !begins("Order", UNDO));
    }
}
