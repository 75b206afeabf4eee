//! The context object, `$$`: built when an expression asks for it.

use std::borrow::Cow;

use crate::asl::Program;
use crate::asl::program::{Action, Pattern, Resource};
use crate::json::{Json, Object};

use super::machine::{Machine, Strand};

/// Builds the context object that `strand` sees (ASL, "The Context Object"; recorded for the members).
pub(super) fn context(program: &Program, machine: &Machine, strand: &Strand) -> Json {
    let given = machine.spec.entry.as_ref().and_then(|it| it.context.as_ref()).and_then(Json::as_object);
    let mut all = given.cloned().unwrap_or_else(|| own(program, machine, strand));
    if let Some((item, shown)) = strand.item.as_ref().and_then(|it| Some((it, it.shown.as_ref()?))) {
        let mut members = vec![("Index", Json::from(i64::from(item.index)))];
        members.extend(shown.key.clone().map(|it| ("Key", it)));
        members.push(("Value", shown.value.clone()));
        members.extend(shown.source.clone().map(|it| ("Source", Json::String(it))));
        all.set("Map", Json::object([("Item", Json::object(members))]));
    }
    Json::Object(all)
}

/// Builds it from what the engine knows, without the item of a Map.
fn own(program: &Program, machine: &Machine, strand: &Strand) -> Object {
    let spec = &*machine.spec;
    let child = machine.children.get(&strand.execution);
    let identity = child.map_or_else(|| Cow::Borrowed(&spec.identity), |it| Cow::Owned(it.run.child(it.index)));
    let (input, started) = child.map_or((&spec.input, spec.at), |it| (&it.input, it.started));
    let redriven = if child.is_some() { (0, None) } else { (machine.n_redrives, machine.redriven_at) };
    let mut execution = Object::from_iter([
        ("Id".into(), Json::from(identity.execution_id.clone())),
        ("Input".into(), input.clone()),
        ("StartTime".into(), started.to_string().into()),
        ("Name".into(), identity.execution_name.clone().into()),
        ("RoleArn".into(), identity.role_arn.clone().into()),
        ("RedriveCount".into(), Json::from(i64::from(redriven.0))),
    ]);
    if let Some(at) = redriven.1 {
        execution.set("RedriveTime", at.to_string().into());
    }
    let state_machine =
        Json::object([("Id", Json::from(identity.machine_id.clone())), ("Name", identity.machine_name.clone().into())]);
    let of_program = program.state(strand.state);
    let mut state = Object::from_iter([
        ("Name".into(), Json::from(of_program.name.clone())),
        ("EnteredTime".into(), strand.entered_at.to_string().into()),
    ]);
    if matches!(of_program.action, Action::Task(_) | Action::Parallel { .. } | Action::Map(_)) {
        state.set("RetryCount", Json::from(i64::from(strand.retries.iter().sum::<u32>())));
    }
    let mut all = Object::from_iter([
        ("Execution".into(), Json::Object(execution)),
        ("StateMachine".into(), state_machine),
        ("State".into(), Json::Object(state)),
    ]);
    if let Action::Task(task) = &of_program.action
        && matches!(task.resource, Resource::Service { pattern: Pattern::Callback | Pattern::Sync, .. })
    {
        all.set("Task", Json::object([("Token", Json::from(token(machine, strand)))]));
    }
    all
}

/// Returns the token of the task attempt that the strand is about to make; the same in every run with this seed.
fn token(machine: &Machine, strand: &Strand) -> String {
    let attempt = u64::from(strand.retries.iter().sum::<u32>());
    let draw =
        |n: u64| crate::expr::mix(strand.key ^ crate::expr::mix(u64::from(strand.entered.0) << 24 | attempt << 4 | n));
    let seed = machine.spec.seed;
    format!("token-{:016x}{:016x}-{seed}", draw(1), draw(2))
}
