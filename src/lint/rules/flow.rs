//! Ways and quotas: Choices without a way out, waits without an end, more than the service carries.

use crate::asl::{StateId, StateKind};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::json::source::{Node, Value};
use crate::lint::budget::is_distributed;
use crate::lint::machine::{Machine, State, whole};
use crate::lint::{Config, calls};
use crate::time::Duration;

/// The most bytes of a payload (quotas of the service).
const MOST_BYTES: usize = 262_144;
/// The longest that an Express execution takes (quotas of the service).
const EXPRESS_SECS: f64 = 300.0;

pub(super) fn check(machine: &Machine<'_>, config: &Config, out: &mut Vec<Diagnostic>) {
    for state in &machine.states {
        without_default(state, out);
        without_end(state, out);
        longer_than_around(machine, state, out);
        concurrency(machine, state, out);
        payload(state, out);
    }
    loops(machine, out);
    whole_machine(machine, config, out);
}

/// Reports Choices that can end the execution because no rule holds.
fn without_default(state: &State<'_>, out: &mut Vec<Diagnostic>) {
    let rules = state.node.get("Choices").map(Node::items).unwrap_or_default();
    if !state.is(StateKind::Choice) || state.node.get("Default").is_some() || rules.is_empty() || is_complete(rules) {
        return;
    }
    let message = format!(
        "state {:?} has no Default: when no rule holds, the execution ends with States.Runtime, which no catcher takes",
        state.name()
    );
    out.push(
        state.report(Diagnostic::warning("FLW001", message)).help("add Default with the state for everything else"),
    );
}

/// Whether of every value one of the rules holds, as far as that can be seen: a rule that always holds, or two that
/// are each other's opposite.
fn is_complete(rules: &[Node]) -> bool {
    const OPPOSITES: [(&str, &str); 6] = [
        ("NumericLessThan", "NumericGreaterThanEquals"),
        ("NumericGreaterThan", "NumericLessThanEquals"),
        ("StringLessThan", "StringGreaterThanEquals"),
        ("StringGreaterThan", "StringLessThanEquals"),
        ("TimestampLessThan", "TimestampGreaterThanEquals"),
        ("TimestampGreaterThan", "TimestampLessThanEquals"),
    ];
    let condition =
        |rule: &Node| rule.get("Condition").and_then(Node::as_str).map(|it| it.replace(char::is_whitespace, ""));
    if rules.iter().any(|it| condition(it).as_deref() == Some("{%true%}")) {
        return true;
    }
    let same = |a: &Node, b: &Node, name: &str, other: &str| match (a.get(name), b.get(other)) {
        (Some(a), Some(b)) => a.to_json().same(&b.to_json()),
        _ => false,
    };
    let variable = |it: &Node| it.get("Variable").and_then(Node::as_str).map(str::to_owned);
    let opposite = |a: &Node, b: &Node| {
        if let (Some(a), Some(b)) = (condition(a), condition(b)) {
            let inner = |it: &str| it.trim_start_matches("{%").trim_end_matches("%}").to_owned();
            return inner(&b) == format!("$not({})", inner(&a));
        }
        if let Some(inner) = b.get("Not") {
            let comparison = |it: &Node| -> Vec<(String, crate::json::Json)> {
                let members = it.members().iter().filter(|it| !matches!(&*it.name, "Next" | "Comment"));
                members.map(|it| (it.name.to_string(), it.value.to_json())).collect()
            };
            return comparison(inner) == comparison(a);
        }
        if variable(a).is_none() || variable(a) != variable(b) {
            return false;
        }
        let flag = |it: &Node, name: &str| match it.get(name).map(|it| &it.value) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        };
        let flags = ["BooleanEquals", "IsPresent", "IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp"];
        flags.iter().any(|name| matches!((flag(a, name), flag(b, name)), (Some(a), Some(b)) if a != b))
            || OPPOSITES.iter().any(|(name, other)| same(a, b, name, other))
    };
    rules.iter().any(|a| rules.iter().any(|b| !std::ptr::eq(a, b) && opposite(a, b)))
}

/// Reports tasks that wait for somebody outside without a limit.
fn without_end(state: &State<'_>, out: &mut Vec<Diagnostic>) {
    if !calls::waits_for_somebody(state) || state.has_time_limit() {
        return;
    }
    let whom = if matches!(state.call, Some(crate::asl::Resource::Activity(_))) { "a worker" } else { "a callback" };
    let message = format!(
        "state {:?} waits for {whom} without a time limit: if none comes, the execution hangs for a year",
        state.name()
    );
    let help = "add TimeoutSeconds, and HeartbeatSeconds if who answers can send heartbeats";
    out.push(state.report(Diagnostic::warning("TIM001", message)).help(help));
}

/// Reports states that are given more time than the whole execution has.
fn longer_than_around(machine: &Machine<'_>, state: &State<'_>, out: &mut Vec<Diagnostic>) {
    let limit = machine.timeout_secs.map(|it| it as f64);
    let (limit, of) = match (limit, machine.express) {
        (Some(limit), _) => (limit, "the machine's TimeoutSeconds"),
        (None, true) => (EXPRESS_SECS, "what an Express execution may take"),
        (None, false) => return,
    };
    let field = if state.is(StateKind::Wait) { "Seconds" } else { "TimeoutSeconds" };
    let Some(secs) = whole(state.node, field).map(|it| it as f64).filter(|it| *it > limit) else { return };
    let said = |secs| Duration::from_secs(secs).to_string();
    let message = format!("state {:?} has {field} of {}, longer than {of}, {}", state.name(), said(secs), said(limit));
    let help = "the execution ends first, and no catcher takes that; make one of the two fit the other";
    out.push(state.report_at(field, Diagnostic::warning("TIM002", message)).help(help));
}

/// Reports inline Maps that ask for more at one time than they get.
fn concurrency(machine: &Machine<'_>, state: &State<'_>, out: &mut Vec<Diagnostic>) {
    let Some(asked) = whole(state.node, "MaxConcurrency").filter(|it| *it > 40) else { return };
    if !state.is(StateKind::Map) || is_distributed(state.node) {
        return;
    }
    let message =
        format!("state {:?} asks for {asked} iterations at one time; an inline Map runs 40 at most", state.name());
    let node = state.node.get("MaxConcurrency").expect("it has been read");
    let written = machine.text.get(node.span.start as usize..node.span.end as usize) == Some(&*asked.to_string());
    let fix = written
        .then(|| Fix { title: "ask for 40".to_owned(), edits: vec![Edit { span: node.span, text: "40".to_owned() }] });
    let help = "ask for 40, or make it a distributed Map";
    out.push(state.report_at("MaxConcurrency", Diagnostic::note("QUO002", message)).help(help).fix(fix));
}

/// Reports literal payloads that the service does not carry.
fn payload(state: &State<'_>, out: &mut Vec<Diagnostic>) {
    for name in ["Result", "Parameters", "Arguments", "Output"] {
        let Some(node) = state.node.get(name) else { continue };
        // What is written in the file is about as long as what it stands for.
        if ((node.span.end - node.span.start) as usize) <= MOST_BYTES {
            continue;
        }
        let size = node.to_json().size_bytes();
        if size > MOST_BYTES {
            let message =
                format!("the {name} of state {:?} has {size} bytes; a payload has {MOST_BYTES} at most", state.name());
            let help = "put it into S3 and hand on its key";
            out.push(state.report_at(name, Diagnostic::warning("QUO003", message)).help(help));
        }
    }
}

/// Reports loops that nothing but the service's own quota ends.
fn loops(machine: &Machine<'_>, out: &mut Vec<Diagnostic>) {
    if machine.timeout_secs.is_some() {
        return;
    }
    for &id in &machine.budget.loops {
        let Some(state) = machine.get(id) else { continue };
        let around = crate::lint::ways::groups(machine.outline, state.entry.scope);
        let Some(group) = around.into_iter().find(|it| it.contains(&id)) else { continue };
        let states = || group.iter().filter_map(|it| machine.get(*it));
        // A loop that asks again and again whether something has happened; one that counts ends by itself.
        let waits = states().find(|it| it.is(StateKind::Wait));
        let Some(wait) = waits.filter(|_| states().any(|it| it.is(StateKind::Task)) && !counts(&group, machine)) else {
            continue;
        };
        // As many as there are when nothing has to be retried.
        let events = |it: &State<'_>| if it.is(StateKind::Task) { 5.0 } else { 2.0 };
        let turn: f64 = states().map(events).sum();
        let turns = (25_000.0 / turn.max(1.0)).floor();
        let secs = whole(wait.node, "Seconds").map(|it| it as f64 * turns);
        let lasts = secs.map_or(String::new(), |it| format!(", after {} of waiting", Duration::from_secs(it)));
        let message = format!(
            "the loop through state {:?} turns until something outside changes; its history is full after some {turns} turns{lasts}",
            wait.name()
        );
        let help =
            "count the turns and give up, use a .sync or .waitForTaskToken call, or give the machine TimeoutSeconds";
        out.push(wait.report(Diagnostic::note("FLW002", message)).help(help));
    }
}

/// Whether a Choice of the loop compares a number: then it most likely counts its turns.
fn counts(group: &[StateId], machine: &Machine<'_>) -> bool {
    fn compares(node: &Node) -> bool {
        node.members().iter().any(|it| {
            it.name.starts_with("Numeric")
                || (&*it.name == "Condition" && it.value.as_str().is_some_and(|it| it.contains(['<', '>'])))
                || compares(&it.value)
        }) || node.items().iter().any(compares)
    }
    let choices = group.iter().filter_map(|it| machine.get(*it)).filter(|it| it.is(StateKind::Choice));
    choices.filter_map(|it| it.node.get("Choices")).any(compares)
}

/// Reports machines that cost more than there is.
fn whole_machine(machine: &Machine<'_>, config: &Config, out: &mut Vec<Diagnostic>) {
    let cost = machine.budget.machine;
    let start = machine.outline.scopes.first().and_then(|it| it.start).and_then(|it| machine.get(it));
    let Some(start) = start else { return };
    if cost.events > config.limits.events {
        let message = format!(
            "an execution can have {} events without any loop turning twice; the limit is {}",
            cost.events, config.limits.events
        );
        let help = "an execution ends at 25,000 events: run parts in executions of their own, or a distributed Map";
        out.push(start.report(Diagnostic::warning("QUO001", message)).help(help));
    }
    let limit =
        if machine.express { EXPRESS_SECS.min(config.limits.execution_secs) } else { config.limits.execution_secs };
    let longest = cost.longest_secs();
    if longest > limit {
        let said = |secs| Duration::from_secs(secs).to_string();
        let message = format!(
            "an execution can take {}: {} of back-off, {} of waiting, {} of tasks up to their time limits; the limit is {}",
            said(longest),
            said(cost.back_off_secs),
            said(cost.wait_secs),
            said(cost.running_secs),
            said(limit)
        );
        let help = "stepscope lint --budget shows where it goes; limits are set in .stepscope.json";
        out.push(start.report(Diagnostic::warning("TIM003", message)).help(help));
    }
}
