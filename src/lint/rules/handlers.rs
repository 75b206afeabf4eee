//! Retriers and catchers that nothing reaches, and failures that no handler takes.

use crate::asl::error_name::FailureKind;
use crate::asl::{StateKind, TransitionKind};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::machine::{Handler, Machine, Name, State, Trouble};
use crate::lint::{Config, calls, edit, ways};

pub(super) fn check(machine: &Machine<'_>, _: &Config, out: &mut Vec<Diagnostic>) {
    for state in &machine.states {
        let retriers: Vec<&Handler<'_>> = state.retriers.iter().map(|it| &it.handler).collect();
        let catchers: Vec<&Handler<'_>> = state.catchers.iter().map(|it| &it.handler).collect();
        shadowed(machine, state, &retriers, out);
        shadowed(machine, state, &catchers, out);
        never_retries(state, out);
        // Who catches time-outs by their name has thought of them and does not want them retried.
        let by_name = |it: &&Handler<'_>| it.has("States.Timeout") || it.has("States.HeartbeatTimeout");
        if !catchers.iter().any(by_name) {
            time_outs(machine, state, &retriers, out);
        }
        time_outs(machine, state, &catchers, out);
    }
    uncaught(machine, out);
}

/// Returns the failures that a handler by this name is there for.
fn meant_by(name: &str) -> Vec<Trouble<'_>> {
    match name {
        "States.ALL" => vec![Trouble::UNFORESEEN, Trouble::TIMEOUT, Trouble::HEARTBEAT],
        "States.TaskFailed" => vec![Trouble::UNFORESEEN],
        "States.Timeout" => vec![Trouble::TIMEOUT],
        "States.HeartbeatTimeout" => vec![Trouble::HEARTBEAT],
        other => vec![Trouble { kind: FailureKind::Named, error: Some(other) }],
    }
}

/// Reports names that an earlier handler of the list takes already.
///
/// Of retriers the first that matches decides alone: when its attempts are used up, no later one is read.
fn shadowed(machine: &Machine<'_>, state: &State<'_>, handlers: &[&Handler<'_>], out: &mut Vec<Diagnostic>) {
    for (idx, handler) in handlers.iter().enumerate() {
        let earlier = &handlers[..idx];
        let taken_by = |name: &Name<'_>| {
            let first = |trouble: &Trouble<'_>| earlier.iter().find(|it| it.takes(*trouble));
            let takers: Option<Vec<_>> = meant_by(name.text).iter().map(first).collect();
            // The service refuses what follows States.ALL; that has been said.
            takers?.into_iter().next().filter(|it| !it.has("States.ALL"))
        };
        let dead: Vec<(&Name<'_>, &&Handler<'_>)> =
            handler.names.iter().filter_map(|name| Some((name, taken_by(name)?))).collect();
        let is_all = dead.len() == handler.names.len();
        for (name, by) in dead {
            let named = handler.named(state);
            if name.text == "States.ALL" {
                // Nothing is lost by it: those before take everything.
                let message = format!("{named} has nothing left to take: those before take every failure");
                let edit = state.node.get(handler.field).and_then(|it| edit::remove_item(it, handler.idx));
                let fix = edit.map(|edit| Fix { title: "take it out".to_owned(), edits: vec![edit] });
                let code = if handler.field == "Retry" { "HND002" } else { "HND001" };
                out.push(handler.report_name(name, Diagnostic::note(code, message)).help("take it out").fix(fix));
                continue;
            }
            let number = by.idx + 1;
            let finding = if handler.field == "Retry" {
                let message = format!("{named} never retries {}: retrier {number} takes it first", name.text);
                let more =
                    "once a retrier has used its attempts up, the catchers are next, and no later retrier is read";
                Diagnostic::warning("HND002", format!("{message}, and alone; {more}"))
            } else {
                let message = format!("{named} never catches {}: catcher {number} takes it first", name.text);
                Diagnostic::warning("HND001", message)
            };
            let fix = if by.has(name.text) {
                let list = handler.list().filter(|_| !is_all);
                let edits = match list {
                    Some(list) => edit::remove_item(list, name.idx),
                    None => state.node.get(handler.field).and_then(|it| edit::remove_item(it, handler.idx)),
                };
                let title = if is_all {
                    format!("take {} out", named.split(" of ").next().unwrap_or("it"))
                } else {
                    format!("take {:?} out", name.text)
                };
                edits.map(|edit| Fix { title, edits: vec![edit] })
            } else {
                let swapped = edit::swap(machine.text, by.node.span, handler.node.span);
                let is_sound = by.names.len() == 1 && handler.idx == by.idx + 1;
                let title = "put the more special one first".to_owned();
                swapped.filter(|_| is_sound).map(|edits| Fix { title, edits })
            };
            let help = if by.has(name.text) {
                "take it out of one of the two"
            } else {
                "put the more special one first; the order decides"
            };
            out.push(handler.report_name(name, finding.help(help)).fix(fix));
        }
    }
}

/// Reports retriers that never retry and keep nothing from a later one.
fn never_retries(state: &State<'_>, out: &mut Vec<Diagnostic>) {
    for (idx, retrier) in state.retriers.iter().enumerate() {
        let handler = &retrier.handler;
        let meant = || handler.names.iter().flat_map(|it| meant_by(it.text));
        // Behind one that takes the same it is dead for another reason, which has been given.
        let is_hidden = || meant().all(|trouble| state.retriers[..idx].iter().any(|it| it.handler.takes(trouble)));
        let keeps_from_later =
            || meant().any(|trouble| state.retriers[idx + 1..].iter().any(|it| it.handler.takes(trouble)));
        if retrier.policy.max_attempts > 0 || handler.names.is_empty() || keeps_from_later() || is_hidden() {
            continue;
        }
        let message = format!("{} retries 0 times and has no effect", handler.named(state));
        let finding = Diagnostic::note("HND003", message);
        let help = "MaxAttempts 0 keeps errors from retriers after it; before it, or alone, it does nothing";
        let removed = state.node.get("Retry").and_then(|list| {
            if list.items().len() > 1 { edit::remove_item(list, idx) } else { edit::remove_member(state.node, "Retry") }
        });
        let fix = removed.map(|edit| Fix { title: "take the retrier out".to_owned(), edits: vec![edit] });
        out.push(handler.report(finding.help(help)).fix(fix));
    }
}

/// Reports lists that take every failure of a task but the running out of the time limit that it has.
fn time_outs(machine: &Machine<'_>, state: &State<'_>, handlers: &[&Handler<'_>], out: &mut Vec<Diagnostic>) {
    let Some(handler) = handlers.iter().find(|it| it.has("States.TaskFailed")) else { return };
    let limited = state.has_time_limit()
        || machine.inside(state).any(|it| it.has_time_limit() && machine.catcher_of(it, Trouble::TIMEOUT).is_none());
    let takes_time_outs = |it: &&Handler<'_>| it.takes(Trouble::TIMEOUT) || it.takes(Trouble::HEARTBEAT);
    if !limited || handlers.iter().any(takes_time_outs) {
        return;
    }
    let verb = if handler.field == "Retry" { "retry" } else { "catch" };
    let message = format!(
        "{} names States.TaskFailed, which does not {verb} time-outs, and there is a time limit",
        handler.named(state)
    );
    let finding = Diagnostic::warning("HND004", message).help("name States.Timeout as well");
    let edit = handler.list().and_then(|it| edit::add_item(machine.text, it, false, &"States.Timeout".into()));
    let fix = edit.map(|edit| Fix { title: "add \"States.Timeout\"".to_owned(), edits: vec![edit] });
    out.push(handler.report(finding).fix(fix));
}

/// Reports tasks whose failure ends the execution, in machines that take care of failures elsewhere.
fn uncaught(machine: &Machine<'_>, out: &mut Vec<Diagnostic>) {
    let has_catchers = |it: &State<'_>| !it.catchers.is_empty();
    let tasks = || machine.states.iter().filter(|it| it.is(StateKind::Task));
    if !machine.states.iter().any(has_catchers) {
        if let (Some(first), true) = (tasks().next(), tasks().count() > 1) {
            let message = format!(
                "no state of the machine catches anything: the first failure of any of its {} tasks ends the execution",
                tasks().count()
            );
            let help = "add Catch where something has to be put right, undone or told";
            out.push(first.report(Diagnostic::note("HND007", message)).help(help));
        }
        return;
    }
    let handling = handling_states(machine);
    for state in tasks().filter(|it| !handling.contains(&it.id)) {
        let caught = |it| machine.catcher_of(state, it).is_some();
        let message = if !caught(Trouble::UNFORESEEN) {
            let some = machine.with_owners(state).find(|it| has_catchers(it));
            let but = some.map_or(String::new(), |it| {
                let names: Vec<_> = it.catchers.iter().flat_map(|it| &it.handler.names).map(|it| it.text).collect();
                format!(" unless it is {}", names.join(" or "))
            });
            format!("no catcher takes a failure of state {:?}{but}; it ends the execution", state.name())
        } else if state.has_time_limit() && !caught(Trouble::TIMEOUT) {
            format!("no catcher takes a time-out of state {:?}; it ends the execution", state.name())
        } else {
            continue;
        };
        let help = "add a catcher for States.ALL to it, or to the Parallel or Map around it";
        out.push(state.report(Diagnostic::note("HND006", message)).help(help).fix(same_catcher(machine, state)));
    }
}

/// Returns the states that only catchers lead to.
pub(super) fn handling_states(machine: &Machine<'_>) -> std::collections::BTreeSet<crate::asl::StateId> {
    let starts = machine.outline.scopes.iter().filter_map(|it| it.start);
    let normal = ways::reach(starts.clone(), |it| ways::plain(machine, it));
    let everything = ways::reach(starts, |it| ways::all(machine.outline, it));
    // What stands inside a state that only catchers lead to is as special as that.
    let is_handling = |id: &crate::asl::StateId| {
        let Some(state) = machine.get(*id) else { return false };
        machine.with_owners(state).any(|it| !normal.contains(&it.id))
    };
    everything.into_iter().filter(is_handling).collect()
}

/// Returns the fix that gives `state` the catcher for States.ALL that all others of its block have.
fn same_catcher(machine: &Machine<'_>, state: &State<'_>) -> Option<Fix> {
    let siblings = machine.states.iter().filter(|it| it.entry.scope == state.entry.scope && it.id != state.id);
    let mut general = siblings.flat_map(|it| &it.catchers).filter(|it| it.handler.takes(Trouble::UNFORESEEN));
    let first = general.next()?;
    let is_same = |it: &crate::lint::machine::Catcher<'_>| it.target == first.target;
    if !general.all(is_same) || first.handler.names.len() != 1 || !state.catchers.is_empty() {
        return None;
    }
    // It must not lead back to where the failing state was reached from only through itself.
    if first.target == Some(state.id) {
        return None;
    }
    let target = machine.get(first.target?)?.name();
    let value = crate::json::Json::array([first.handler.node.to_json()]);
    let edit = edit::add_member(machine.text, state.node, "Catch", &value)?;
    Some(Fix { title: format!("catch it as the others do, leading to {target:?}"), edits: vec![edit] })
}

/// Reports tasks on the way of a failure that can fail themselves: their error takes the place of the first.
///
/// What undoes something has a rule of its own.
pub(super) fn masks(machine: &Machine<'_>, state: &State<'_>, out: &mut Vec<Diagnostic>) {
    if !state.is(StateKind::Task) || machine.catcher_of(state, Trouble::UNFORESEEN).is_some() {
        return;
    }
    let leads_to_fail = ways::reach([state.id], |it| ways::plain(machine, it))
        .into_iter()
        .filter_map(|it| machine.get(it))
        .any(|it| it.is(StateKind::Fail));
    if !leads_to_fail || !state.retriers.is_empty() {
        return;
    }
    let message = format!("if state {:?} fails itself, its error hides the one that is being handled", state.name());
    let next = state.entry.transitions.iter().find(|it| it.kind == TransitionKind::Next);
    let fix = next.filter(|_| calls::is_told(state)).and_then(|next| go_on(machine, state, &next.name));
    let help = "give it a retrier, and a catcher that goes on";
    out.push(state.report(Diagnostic::note("HND008", message)).help(help).fix(fix));
}

/// Returns the fix that lets the execution go on when `state` fails.
pub(super) fn go_on(machine: &Machine<'_>, state: &State<'_>, next: &str) -> Option<Fix> {
    use crate::json::Json;
    if state.node.get("Catch").is_some() {
        return None;
    }
    let names = Json::array([Json::from("States.ALL")]);
    let mut members = vec![("ErrorEquals", names)];
    if state.jsonata {
        members.push(("Output", "{% $states.input %}".into()));
    } else {
        members.push(("ResultPath", Json::Null));
    }
    members.push(("Next", next.into()));
    let value = Json::array([Json::object(members)]);
    let edit: Edit = edit::add_member(machine.text, state.node, "Catch", &value)?;
    Some(Fix { title: format!("catch its failures and go on with {next:?}"), edits: vec![edit] })
}
