//! Retriers: what is worth retrying and is not, what is retried too long, too often, or twice with effect.

use crate::asl::StateKind;
use crate::diagnostic::{Diagnostic, Fix};
use crate::json::{Json, Number};
use crate::lint::budget::back_off;
use crate::lint::calls::{self, Effect};
use crate::lint::catalogue::LAMBDA_TRANSIENT;
use crate::lint::machine::{Machine, Retrier, State, Trouble};
use crate::lint::{Config, edit};
use crate::time::Duration;

pub(super) fn check(machine: &Machine<'_>, config: &Config, out: &mut Vec<Diagnostic>) {
    for state in &machine.states {
        lambda(machine, state, out);
        too_long(machine, state, config, out);
        jitter(machine, state, out);
        again(machine, state, out);
        time_out_again(state, out);
        too_often(machine, state, config, out);
    }
}

/// Returns the retrier that AWS recommends for Lambda functions, for these errors.
fn recommended(names: &[&str]) -> Json {
    Json::object([
        ("ErrorEquals", Json::array(names.iter().map(|it| Json::from(*it)))),
        ("IntervalSeconds", Json::from(2_i64)),
        ("MaxAttempts", Json::from(6_i64)),
        ("BackoffRate", Json::from(2_i64)),
        ("JitterStrategy", Json::from("FULL")),
    ])
}

/// Reports Lambda tasks that give up when the Lambda service itself has a bad moment.
fn lambda(machine: &Machine<'_>, state: &State<'_>, out: &mut Vec<Diagnostic>) {
    if !calls::is_lambda(state) || state.node.get("Retry").is_some_and(|it| it.tag.is_some()) {
        return;
    }
    let taken = |error: &str| {
        let trouble = Trouble { error: Some(error), ..Trouble::UNFORESEEN };
        machine.with_owners(state).flat_map(|it| &it.retriers).any(|it| it.handler.takes(trouble))
    };
    let missing: Vec<&str> = LAMBDA_TRANSIENT.into_iter().filter(|it| !taken(it)).collect();
    if missing.is_empty() {
        return;
    }
    let names_some = missing.len() < LAMBDA_TRANSIENT.len();
    // Older lists of AWS, and the console's, lack these two.
    let is_late =
        |it: &&str| matches!(*it, "Lambda.ClientExecutionTimeoutException" | "Lambda.TooManyRequestsException");
    let only_late = missing.iter().all(is_late);
    // The retrier that has some of them gets the others too; else there is a new one before the rest.
    let list = state.node.get("Retry").filter(|it| !it.items().is_empty());
    let some = state.retriers.iter().find(|it| LAMBDA_TRANSIENT.iter().any(|name| it.handler.has(name)));
    let names: Vec<Json> = missing.iter().map(|it| Json::from(*it)).collect();
    let added = some.and_then(|it| edit::add_items(machine.text, it.handler.list()?, &names));
    let edit = match (added, list) {
        (Some(edit), _) => Some(edit),
        (None, Some(list)) => edit::add_item(machine.text, list, true, &recommended(&missing)),
        (None, None) if state.node.get("Retry").is_none() => {
            edit::add_member(machine.text, state.node, "Retry", &Json::array([recommended(&missing)]))
        }
        (None, None) => None,
    };
    let title = if names_some { "retry the others too" } else { "add the recommended retrier" };
    let fix = edit.map(|edit| Fix { title: title.to_owned(), edits: vec![edit] });
    let finding = if names_some {
        let message =
            format!("state {:?} retries some passing errors of Lambda, but not {}", state.name(), missing.join(", "));
        let finding = if only_late { Diagnostic::note } else { Diagnostic::warning };
        state.report_at("Retry", finding("RTY001", message))
    } else {
        let message = format!("state {:?} does not retry the passing errors of the Lambda service", state.name());
        state.report(Diagnostic::note("RTY001", message))
    };
    out.push(finding.help("AWS recommends to retry them: interval 2 s, 6 attempts, rate 2").fix(fix));
}

/// Reports retriers that wait longer than the project allows.
fn too_long(machine: &Machine<'_>, state: &State<'_>, config: &Config, out: &mut Vec<Diagnostic>) {
    let limit = config.limits.retry_secs;
    let all = machine.budget.states[state.id.idx()].back_off_secs;
    let Some(worst) = state.retriers.iter().max_by(|a, b| back_off(&a.policy).total_cmp(&back_off(&b.policy))) else {
        return;
    };
    let longest_execution = machine.timeout_secs.map(|it| it as f64).filter(|_| machine.owner(state).is_none());
    let said = |secs: f64| Duration::from_secs(secs).to_string();
    let message = if all > limit {
        let last = worst.policy.back_off_secs(worst.policy.max_attempts.saturating_sub(1));
        format!(
            "the retries of state {:?} wait up to {} together, the last one {}; the limit is {}",
            state.name(),
            said(all),
            said(last),
            said(limit)
        )
    } else if let Some(limit) = longest_execution.filter(|it| all > *it) {
        format!(
            "the retries of state {:?} wait up to {}, longer than the execution may take, {}",
            state.name(),
            said(all),
            said(limit)
        )
    } else {
        return;
    };
    let limit = longest_execution.map_or(limit, |it| it.min(limit));
    let help = "add MaxDelaySeconds, or retry less often; limits are set in .stepscope.json";
    let finding = worst.handler.report(Diagnostic::warning("RTY002", message));
    out.push(finding.help(help).fix(capped(machine, worst, limit - (all - back_off(&worst.policy)))));
}

/// Returns the fix that cuts the back-off so that all of it fits into `limit`.
fn capped(machine: &Machine<'_>, retrier: &Retrier<'_>, limit: f64) -> Option<Fix> {
    let policy = |secs| crate::asl::program::Retrier { max_delay_secs: Some(secs), ..retrier.policy.clone() };
    // No single wait then takes longer than an hour, which is about as long as anybody waits for one.
    let most = [3_600, 900, 300, 60].into_iter().filter(|it| *it >= retrier.policy.interval_secs);
    let secs = most.into_iter().find(|it| back_off(&policy(*it)) <= limit)?;
    let edit = match retrier.handler.node.get("MaxDelaySeconds") {
        Some(node) => crate::diagnostic::Edit { span: node.span, text: secs.to_string() },
        None => edit::add_member(machine.text, retrier.handler.node, "MaxDelaySeconds", &Json::from(secs))?,
    };
    Some(Fix { title: format!("wait at most {} at a time", Duration::from_secs(secs as f64)), edits: vec![edit] })
}

/// Reports retriers that make many callers come back at the same moment.
fn jitter(machine: &Machine<'_>, state: &State<'_>, out: &mut Vec<Diagnostic>) {
    let is_throttle = |name: &str| {
        ["TooManyRequests", "Throttl", "ThroughputExceeded", "RequestLimit", "LimitExceeded", "SlowDown", ".429"]
            .iter()
            .any(|it| name.contains(it))
    };
    let in_map = machine.with_owners(state).skip(1).any(|it| it.is(StateKind::Map));
    for retrier in &state.retriers {
        let throttle = retrier.handler.names.iter().find(|it| is_throttle(it.text));
        let why = match throttle {
            Some(name) => format!("{} means that too many call at once", name.text),
            None if in_map && state.is(StateKind::Task) => "iterations of a Map fail together".to_owned(),
            None => continue,
        };
        if retrier.policy.max_attempts == 0 || retrier.handler.node.get("JitterStrategy").is_some() {
            continue;
        }
        let message =
            format!("{} has no jitter: {why}, and all come back at the same moment", retrier.handler.named(state));
        let edit = edit::add_member(machine.text, retrier.handler.node, "JitterStrategy", &Json::from("FULL"));
        let fix =
            edit.map(|edit| Fix { title: "spread the retries (JitterStrategy FULL)".to_owned(), edits: vec![edit] });
        let finding = retrier.handler.report(Diagnostic::note("RTY003", message));
        out.push(finding.help("add \"JitterStrategy\": \"FULL\"").fix(fix));
    }
}

/// Reports Parallels and Maps that are retried as a whole, with steps inside that happen twice then.
fn again(machine: &Machine<'_>, state: &State<'_>, out: &mut Vec<Diagnostic>) {
    if state.entry.inner.is_empty() {
        return;
    }
    let Some(retrier) = state.retriers.iter().find(|it| it.policy.max_attempts > 0) else { return };
    let effects = |wanted: &[Effect]| -> Vec<&str> {
        let tasks = machine.inside(state).filter(|it| it.is(StateKind::Task));
        tasks
            .filter(|it| it.call.as_ref().is_some_and(|it| wanted.contains(&calls::effect(it))))
            .map(State::name)
            .collect()
    };
    let (certain, unknown) = (effects(&[Effect::Tells, Effect::Makes]), effects(&[Effect::Unknown]));
    let n_tasks = machine.inside(state).filter(|it| it.is(StateKind::Task)).count();
    // With one task alone, what is retried is what has failed.
    if n_tasks < 2 && !state.is(StateKind::Map) {
        return;
    }
    let named = retrier.handler.named(state);
    let does = format!("{named} runs all of it again, what has succeeded too");
    let finding = if let Some(first) = certain.first() {
        Diagnostic::warning("RTY004", format!("{does}; {} done twice then", listed(first, certain.len())))
    } else if let Some(first) = unknown.first() {
        let message = format!("{does}; {} to stand being called twice", listed_has(first, unknown.len()));
        Diagnostic::note("RTY004", message)
    } else {
        return;
    };
    let help = "retry the states inside instead, or make their work idempotent";
    out.push(retrier.handler.report(finding).help(help));
}

fn listed(first: &str, n: usize) -> String {
    if n == 1 { format!("{first:?} is") } else { format!("{first:?} and {} more are", n - 1) }
}

fn listed_has(first: &str, n: usize) -> String {
    if n == 1 { format!("{first:?} has") } else { format!("{first:?} and {} more have", n - 1) }
}

/// Reports tasks that are retried after a time-out, when what was asked may have happened all the same.
fn time_out_again(state: &State<'_>, out: &mut Vec<Diagnostic>) {
    if !state.has_time_limit() {
        return;
    }
    let retried = |it: &&Retrier<'_>| it.handler.takes(Trouble::TIMEOUT) || it.handler.takes(Trouble::HEARTBEAT);
    let Some(retrier) = state.retriers.iter().find(retried).filter(|it| it.policy.max_attempts > 0) else { return };
    let Some(call) = state.call.as_ref().filter(|it| matches!(calls::effect(it), Effect::Tells | Effect::Makes)) else {
        return;
    };
    let message = format!(
        "{} retries time-outs, but {} may have happened although no answer came",
        retrier.handler.named(state),
        call.short()
    );
    let help = "give the call a name or token by which the service knows it again, or do not retry States.Timeout";
    out.push(retrier.handler.report(Diagnostic::note("RTY005", message)).help(help));
}

/// Reports tasks whose attempts multiply with those of what they stand in.
fn too_often(machine: &Machine<'_>, state: &State<'_>, config: &Config, out: &mut Vec<Diagnostic>) {
    let budget = &machine.budget.states[state.id.idx()];
    if !state.is(StateKind::Task) || budget.nested_attempts <= config.limits.attempts {
        return;
    }
    let count =
        |it: f64| Number::from_f64(it).and_then(Number::as_i64).map_or_else(|| it.to_string(), |it| it.to_string());
    let factors: Vec<String> = machine
        .with_owners(state)
        .map(|it| (it.name(), machine.budget.states[it.id.idx()].attempts))
        .filter(|(_, attempts)| *attempts > 1.0)
        .map(|(name, attempts)| format!("{} of {name:?}", count(attempts)))
        .collect();
    let message = format!(
        "state {:?} is tried up to {} times: {}; the limit is {}",
        state.name(),
        count(budget.nested_attempts),
        factors.join(" × "),
        count(config.limits.attempts)
    );
    let help = "retry at one level only, the innermost that can put it right";
    out.push(state.report(Diagnostic::warning("RTY006", message)).help(help));
}
