//! Names in `ErrorEquals`: misspelt ones, ones that nothing raises, ones of another service.

use std::collections::BTreeMap;

use crate::asl::{Resource, StateKind, nearest};
use crate::diagnostic::{Diagnostic, Fix};
use crate::lint::budget::is_distributed;
use crate::lint::machine::{Handler, Machine, Name, State};
use crate::lint::{Config, calls, catalogue, edit};

pub(super) fn check(machine: &Machine<'_>, _: &Config, out: &mut Vec<Diagnostic>) {
    let own = own_names(machine);
    for state in &machine.states {
        for handler in state.handlers() {
            for name in handler.names.iter().filter(|it| it.is_literal) {
                if !repeated(state, handler, name, out)
                    && !unknown(machine, state, handler, name, out)
                    && !prefix(state, handler, name, out)
                {
                    never_here(machine, state, handler, name, out);
                    near_own(&own, state, handler, name, out);
                }
            }
        }
    }
}

/// Returns the names in this definition that are no service's, with how often each occurs; those that a Fail state
/// raises count as if they occurred very often.
fn own_names<'a>(machine: &Machine<'a>) -> BTreeMap<&'a str, u32> {
    let mut own = BTreeMap::new();
    for state in &machine.states {
        for name in state.handlers().flat_map(|it| &it.names).filter(|it| it.is_literal) {
            *own.entry(name.text).or_default() += 1;
        }
        if state.is(StateKind::Fail)
            && let Some(error) = state.node.get("Error").and_then(crate::json::source::Node::as_str)
        {
            *own.entry(error).or_default() += 1_000;
        }
    }
    own.retain(|name, _| catalogue::find(name).is_none());
    own
}

fn rename(name: &Name<'_>, new: &str) -> Fix {
    Fix { title: format!("write {new:?}"), edits: vec![edit::string(name.span, new)] }
}

/// Returns a fix that takes a name out of its list, if others stay.
fn without(handler: &Handler<'_>, name: &Name<'_>) -> Option<Fix> {
    let edit = edit::remove_item(handler.list()?, name.idx)?;
    Some(Fix { title: format!("take {:?} out", name.text), edits: vec![edit] })
}

fn repeated(state: &State<'_>, handler: &Handler<'_>, name: &Name<'_>, out: &mut Vec<Diagnostic>) -> bool {
    let is_repeated = handler.names.iter().any(|it| it.idx < name.idx && it.text == name.text);
    if is_repeated {
        let message = format!("{} names {:?} twice", handler.named(state), name.text);
        let finding = Diagnostic::note("ERR004", message).help("take one of the two out");
        out.push(handler.report_name(name, finding).fix(without(handler, name)));
    }
    is_repeated
}

/// Reports names that nothing raises, because they are misspelt, or because the service does not.
fn unknown(
    machine: &Machine<'_>,
    state: &State<'_>,
    handler: &Handler<'_>,
    name: &Name<'_>,
    out: &mut Vec<Diagnostic>,
) -> bool {
    let named = handler.named(state);
    let known = catalogue::find(name.text);
    if known.is_some_and(|it| it.is_raised) {
        return false;
    }
    let finding = if name.text == "States.Runtime" {
        let what = "no retrier and no catcher takes it, not even by its name";
        let finding = Diagnostic::warning("ERR002", format!("{named} names States.Runtime in vain: {what}"));
        finding.help("make what raises it impossible: check the paths that the state reads").fix(without(handler, name))
    } else if known.is_some() {
        let instead = if name.text == "States.BranchFailed" {
            "a branch that fails hands its own error on"
        } else {
            "the service ends the execution with States.Runtime instead, which no handler takes"
        };
        let finding =
            Diagnostic::note("ERR003", format!("{named} names {}, which is never raised: {instead}", name.text));
        finding.help("name what is raised, or take it out").fix(without(handler, name))
    } else {
        let is_reserved = name.text.starts_with("States.") && !name.text.starts_with("States.Http.StatusCode.");
        let near = near_known(name.text);
        if near.is_none() && !is_reserved {
            return false;
        }
        // A name that a Fail state of the machine raises is meant as it is.
        let raised =
            |it: &State<'_>| it.node.get("Error").and_then(crate::json::source::Node::as_str) == Some(name.text);
        if machine.states.iter().any(raised) {
            return false;
        }
        let finding = Diagnostic::warning(
            "ERR001",
            format!("{named} names {:?}, which nothing raises; it never matches", name.text),
        );
        match near {
            Some(near) => finding.help(format!("did you mean {near:?}?")).fix(sound_rename(handler, name, near)),
            None => finding.help("names that begin with States. are the service's own: write one of those"),
        }
    };
    out.push(handler.report_name(name, finding));
    true
}

/// Returns the renaming, unless it would put States.ALL beside other names, which the service refuses.
fn sound_rename(handler: &Handler<'_>, name: &Name<'_>, new: &str) -> Option<Fix> {
    (new != "States.ALL" || handler.names.len() == 1).then(|| rename(name, new))
}

/// Returns the known name that a misspelt one is near.
fn near_known(name: &str) -> Option<&'static str> {
    // Only names with a prefix; words without one are what functions and Fail states raise.
    let (_, word) = name.split_once('.')?;
    let is_code = |it: &str| it.rsplit('.').next().is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()));
    if is_code(name) || word.is_empty() {
        return None;
    }
    let names = || catalogue::all().filter(|it| it.is_raised && !is_code(it.name)).map(|it| it.name);
    // Two prefixes of one service differ in case; which is right depends on the integration.
    let folded = |it: &&str| it.eq_ignore_ascii_case(name);
    let near = names().find(folded).or_else(|| nearest(name, names()))?;
    let (prefix, rest) = (name.split('.').next()?, near.split_once('.')?.1);
    (!calls::is_prefix(prefix) || rest != word).then_some(near)
}

/// Reports names with the prefix that the service has in the other kind of integration, or without one.
fn prefix(state: &State<'_>, handler: &Handler<'_>, name: &Name<'_>, out: &mut Vec<Diagnostic>) -> bool {
    let (Some((right, _)), false) = (calls::prefixes(state), calls::is_lambda(state)) else { return false };
    let called = state.entry.resource.as_deref().unwrap_or_default();
    let (message, new) = match name.text.split_once('.') {
        Some((prefix, rest)) if prefix != right && prefix.eq_ignore_ascii_case(right) => {
            let message =
                format!("{} names {:?}, but errors of {called} begin with {right}.", handler.named(state), name.text);
            (message, format!("{right}.{}", renamed(rest, prefix, right)))
        }
        Some((prefix, _)) if calls::is_prefix(prefix) && prefix != right && !calls::waits_for_somebody(state) => {
            if is_other_way(state, prefix) {
                let rest = name.text.split_once('.').map_or("", |it| it.1);
                let message = format!(
                    "{} names {:?}, but errors of {called} begin with {right}.",
                    handler.named(state),
                    name.text
                );
                (message, format!("{right}.{rest}"))
            } else {
                let message = format!(
                    "{} names {:?}, an error of another service than {called} calls",
                    handler.named(state),
                    name.text
                );
                let finding = Diagnostic::warning("ERR006", message);
                let help = format!("errors of this call begin with {right}.; take the name out, or name one of these");
                out.push(handler.report_name(name, finding.help(help)).fix(without(handler, name)));
                return true;
            }
        }
        None if name.text.ends_with("Exception") && !calls::waits_for_somebody(state) => {
            let full = format!("{right}.{}", name.text);
            if catalogue::find(&full).is_none() {
                return false;
            }
            let message =
                format!("{} names {:?} without its prefix; it never matches", handler.named(state), name.text);
            (message, full)
        }
        _ => return false,
    };
    let finding = Diagnostic::warning("ERR005", message).help(format!("write {new:?}"));
    out.push(handler.report_name(name, finding).fix(Some(rename(name, &new))));
    true
}

/// Whether `prefix` is that of the same service called the other way.
fn is_other_way(state: &State<'_>, prefix: &str) -> bool {
    calls::prefixes(state).is_some_and(|(_, other)| other == prefix)
}

/// Returns the general error of a service under the other prefix: its name has the prefix in it.
fn renamed(rest: &str, from: &str, to: &str) -> String {
    match rest {
        "AmazonDynamoDBException" if to == "DynamoDb" => "DynamoDbException".to_owned(),
        "DynamoDbException" if from == "DynamoDb" => "AmazonDynamoDBException".to_owned(),
        other => other.to_owned(),
    }
}

/// Reports names of the service that this state cannot raise.
fn never_here(
    machine: &Machine<'_>,
    state: &State<'_>,
    handler: &Handler<'_>,
    name: &Name<'_>,
    out: &mut Vec<Diagnostic>,
) {
    // A time limit of a state inside arises here too, if nothing takes it there; a nested execution's does not.
    let any = |test: &dyn Fn(&State<'_>) -> bool| test(state) || machine.inside(state).any(test);
    let (can, why) = match name.text {
        "States.HeartbeatTimeout" => {
            (any(&|it| it.has_amount("HeartbeatSeconds")), "it has no HeartbeatSeconds, so no heartbeat can be missed")
        }
        "States.ExceedToleratedFailureThreshold" | "States.ItemReaderFailed" | "States.ResultWriterFailed" => {
            let is_map = |it: &State<'_>| it.is(StateKind::Map) && is_distributed(it.node);
            let nested = |it: &State<'_>| matches!(it.call, Some(Resource::Service { ref service, .. }) if &**service == "states");
            (any(&is_map) || any(&nested), "only distributed Maps raise it")
        }
        "States.QueryEvaluationError" => (any(&|it| it.jsonata), "its query language is JSONPath"),
        _ => return,
    };
    if !can {
        let message = format!("{} names {}, which cannot arise here: {why}", handler.named(state), name.text);
        let finding = Diagnostic::note("ERR007", message).help("take it out, or add what it is for");
        out.push(handler.report_name(name, finding).fix(without(handler, name)));
    }
}

/// Reports a name of the definition's own that is nearly another one of it.
fn near_own(
    own: &BTreeMap<&str, u32>,
    state: &State<'_>,
    handler: &Handler<'_>,
    name: &Name<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let Some(&times) = own.get(name.text) else { return };
    let more = own.iter().filter(|(it, n)| **n > times && is_misspelling(it, name.text)).max_by_key(|(_, n)| **n);
    if let Some((near, n_times)) = more {
        let raised =
            if *n_times >= 1_000 { "which a Fail state of this machine raises" } else { "the other name here" };
        let message = format!("{} names {:?}, nearly {near:?}, {raised}", handler.named(state), name.text);
        let finding = Diagnostic::warning("ERR008", message).help(format!("did you mean {near:?}?"));
        out.push(handler.report_name(name, finding).fix(Some(rename(name, near))));
    }
}

/// Whether one of two names is likely meant to be the other: long ones that differ in little, and not in a number or in
/// the last letter, by which people tell names apart.
fn is_misspelling(a: &str, b: &str) -> bool {
    let letters = |it: &str| it.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned();
    if a.len() < 6 || letters(a) != a || letters(b) != b {
        return false;
    }
    if a.len() == b.len() && a[..a.floor_char_boundary(a.len() - 1)] == b[..b.floor_char_boundary(b.len() - 1)] {
        return false;
    }
    let near = nearest(b, std::iter::once(a)).is_some();
    let close = a.eq_ignore_ascii_case(b) || crate::asl::nearest(b, std::iter::once(a)).is_some();
    near && close
}
