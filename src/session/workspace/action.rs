//! The lines of a journal: what came to a run from outside, in and out of JSON.

use std::sync::Arc;

use crate::asl::Program;
use crate::engine::{
    Action, EffectId, Failure, FailureKind, Identity, Outcome, Patch, Quotas, StartSpec, StrandId, TaskStep,
};
use crate::items::Items;
use crate::json::source::{Node, Value};
use crate::json::{Json, Number, Object, text};
use crate::time::Timestamp;

use super::super::journal::Tick;

/// What is wrong with a part of a workspace, and where.
pub(super) struct Wrong<'a> {
    pub(super) at: &'a Node,
    pub(super) what: String,
}

pub(super) type Taken<'a, T> = Result<T, Wrong<'a>>;

/// Values that nest deeper than this are kept as text, because the whole must not nest deeper than JSON may.
const DEEPEST: u32 = 900;
/// The only member of a value that is kept as text.
const AS_TEXT: &str = "$json";

const KINDS: [(FailureKind, &str); 4] = [
    (FailureKind::Named, "named"),
    (FailureKind::Terminal, "terminal"),
    (FailureKind::Timeout, "timeout"),
    (FailureKind::Heartbeat, "heartbeat"),
];
const STEPS: [(TaskStep, &str); 4] = [
    (TaskStep::Schedule, "schedule"),
    (TaskStep::Start, "start"),
    (TaskStep::Submit, "submit"),
    (TaskStep::Run, "run"),
];

/// Returns a payload as it is kept.
pub(super) fn payload(value: &Json) -> Json {
    let looks_like_text = value.as_object().is_some_and(|it| it.len() == 1 && it.get(AS_TEXT).is_some());
    if looks_like_text || value.depth() > DEEPEST {
        return Json::object([(AS_TEXT, Json::from(text::compact(value)))]);
    }
    value.clone()
}

/// Reads a payload.
pub(super) fn take_payload(node: &Node) -> Taken<'_, Json> {
    match node.members() {
        [only] if &*only.name == AS_TEXT => {
            let wrong = |what: String| Wrong { at: &only.value, what };
            let kept = only.value.as_str().ok_or_else(|| wrong(format!("{AS_TEXT} is not a text")))?;
            text::parse(kept).map_err(|error| wrong(format!("{AS_TEXT} is not JSON: {error}")))
        }
        _ => Ok(node.to_json()),
    }
}

/// Returns a number that may be too large for JSON's integers.
pub(super) fn whole(value: u64) -> Json {
    i64::try_from(value).map_or_else(|_| Json::from(value.to_string()), Json::from)
}

pub(super) fn take_whole(node: &Node) -> Taken<'_, u64> {
    let found = match &node.value {
        Value::Number(Number::Int(value)) => u64::try_from(*value).ok(),
        Value::String(value) => value.parse().ok(),
        _ => None,
    };
    found.ok_or_else(|| Wrong { at: node, what: format!("a whole number is wanted, found {}", node.type_name()) })
}

pub(super) fn take_u32(node: &Node) -> Taken<'_, u32> {
    let value = take_whole(node)?;
    u32::try_from(value).map_err(|_| Wrong { at: node, what: format!("{value} is too large") })
}

pub(super) fn take_text(node: &Node) -> Taken<'_, &str> {
    node.as_str().ok_or_else(|| Wrong { at: node, what: format!("a text is wanted, found {}", node.type_name()) })
}

/// Returns the member `name`, which has to be there.
pub(super) fn need<'a>(node: &'a Node, name: &str) -> Taken<'a, &'a Node> {
    node.get(name).ok_or_else(|| Wrong { at: node, what: format!("{name:?} is missing") })
}

/// Returns a moment as a timestamp, or in milliseconds where timestamps do not reach.
fn moment(at: Timestamp) -> Json {
    let text = at.to_string();
    if Timestamp::parse(&text) == Some(at) { Json::from(text) } else { Json::from(at.as_millis()) }
}

fn take_moment(node: &Node) -> Taken<'_, Timestamp> {
    let found = match &node.value {
        Value::Number(Number::Int(millis)) => Some(Timestamp::from_millis(*millis)),
        Value::String(value) => Timestamp::parse(value),
        _ => None,
    };
    found.ok_or_else(|| Wrong { at: node, what: "it is no moment such as 2026-01-01T00:00:00Z".to_owned() })
}

/// Returns how a run was started.
pub(super) fn start(spec: &StartSpec) -> Json {
    let mut members = Object::from_iter([("input".into(), payload(&spec.input)), ("at".into(), moment(spec.at))]);
    members.set("seed", whole(spec.seed));
    if spec.quotas == Quotas::Off {
        members.set("quotas", Json::from("off"));
    }
    if spec.express {
        members.set("express", Json::from(true));
    }
    let it = &spec.identity;
    let names = identity_members().map(|(name, of)| (name, Json::String(Arc::clone(of(it)))));
    members.set("identity", Json::object(names));
    Json::Object(members)
}

type Member = fn(&Identity) -> &Arc<str>;

fn identity_members() -> impl Iterator<Item = (&'static str, Member)> {
    let members: [(&'static str, Member); 6] = [
        ("execution", |it| &it.execution_id),
        ("name", |it| &it.execution_name),
        ("role", |it| &it.role_arn),
        ("machine", |it| &it.machine_id),
        ("machineName", |it| &it.machine_name),
        ("region", |it| &it.region),
    ];
    members.into_iter()
}

pub(super) fn take_start(node: &Node) -> Taken<'_, StartSpec> {
    let is_true = |name: &str| matches!(node.get(name).map(|it| &it.value), Some(Value::Bool(true)));
    let identity = need(node, "identity")?;
    let text = |name: &str| -> Taken<'_, Arc<str>> { Ok(take_text(need(identity, name)?)?.into()) };
    Ok(StartSpec {
        input: take_payload(need(node, "input")?)?,
        at: take_moment(need(node, "at")?)?,
        seed: take_whole(need(node, "seed")?)?,
        quotas: if node.get("quotas").and_then(Node::as_str) == Some("off") { Quotas::Off } else { Quotas::Aws },
        express: is_true("express"),
        identity: Identity {
            execution_id: text("execution")?,
            execution_name: text("name")?,
            role_arn: text("role")?,
            machine_id: text("machine")?,
            machine_name: text("machineName")?,
            region: text("region")?,
        },
        entry: None,
    })
}

fn failure(failure: &Failure) -> Object {
    let mut members = Object::from_iter([]);
    for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
        if let Some(text) = text {
            members.set(name, Json::String(Arc::clone(text)));
        }
    }
    if failure.kind != FailureKind::Named {
        let word = KINDS.iter().find(|(kind, _)| *kind == failure.kind).map_or("named", |(_, word)| word);
        members.set("kind", Json::from(word));
    }
    members
}

fn take_failure(node: &Node) -> Taken<'_, Failure> {
    let text = |name: &str| node.get(name).map(|it| take_text(it).map(Arc::from)).transpose();
    Ok(Failure { error: text("error")?, cause: text("cause")?, kind: word(node, "kind", &KINDS, FailureKind::Named)? })
}

/// Reads one of several words; `otherwise` where there is none.
fn word<'a, T: Copy>(node: &'a Node, name: &str, words: &[(T, &str)], otherwise: T) -> Taken<'a, T> {
    let Some(found) = node.get(name) else { return Ok(otherwise) };
    let known = words.iter().find(|(_, word)| found.as_str() == Some(*word));
    known
        .map(|(value, _)| *value)
        .ok_or_else(|| Wrong { at: found, what: format!("{name} is not a word that is known") })
}

fn outcome(outcome: &Outcome) -> (&'static str, Json) {
    match outcome {
        Outcome::Succeeded(value) => ("succeeded", payload(value)),
        Outcome::Submitted(value) => ("submitted", payload(value)),
        Outcome::Heartbeat => ("heartbeat", Json::from(true)),
        Outcome::Failed(it, step) => {
            let mut members = failure(it);
            if let Some((_, word)) = STEPS.iter().find(|(known, _)| known == step).filter(|it| it.0 != TaskStep::Run) {
                members.set("step", Json::from(*word));
            }
            ("failed", Json::Object(members))
        }
        Outcome::Items(items) => {
            let sources = items
                .sources()
                .iter()
                .map(|(first, source)| Json::array([Json::from(*first as i64), Json::String(Arc::clone(source))]));
            let mut members = Object::from_iter([("sources".into(), Json::array(sources))]);
            if items.keyed {
                members.set("keyed", Json::from(true));
            }
            members.set("values", Json::array(items.values.iter().map(payload)));
            ("items", Json::Object(members))
        }
    }
}

fn take_outcome(node: &Node) -> Taken<'_, Outcome> {
    if let Some(value) = node.get("succeeded") {
        return Ok(Outcome::Succeeded(take_payload(value)?));
    }
    if let Some(value) = node.get("submitted") {
        return Ok(Outcome::Submitted(take_payload(value)?));
    }
    if let Some(value) = node.get("failed") {
        return Ok(Outcome::Failed(Arc::new(take_failure(value)?), word(value, "step", &STEPS, TaskStep::Run)?));
    }
    if node.get("heartbeat").is_some() {
        return Ok(Outcome::Heartbeat);
    }
    let items =
        node.get("items").ok_or_else(|| Wrong { at: node, what: "it says no answer that is known".to_owned() })?;
    let values = need(items, "values")?.items().iter().map(take_payload).collect::<Result<_, _>>()?;
    let source = |it: &'_ Node| -> Option<(usize, Arc<str>)> {
        let [first, source] = it.items() else { return None };
        Some((usize::try_from(take_whole(first).ok()?).ok()?, source.as_str()?.into()))
    };
    let listed = need(items, "sources")?;
    let sources: Option<Vec<_>> = listed.items().iter().map(source).collect();
    let sources = sources.filter(|it| !it.is_empty());
    let sources = sources.ok_or_else(|| Wrong { at: listed, what: "it is no list of [item, source]".to_owned() })?;
    let keyed = matches!(items.get("keyed").map(|it| &it.value), Some(Value::Bool(true)));
    Ok(Outcome::Items(Arc::new(Items::with_sources(values, keyed, sources))))
}

/// Returns the line of one action; `definition` says which text a program was read from, by its place in the list.
pub(super) fn action(tick: Tick, action: &Action, definition: &mut dyn FnMut(&Program) -> usize) -> Json {
    let mut members = Object::from_iter([("after".into(), whole(tick))]);
    let mut set = |name: &'static str, value: Json| members.set(name, value);
    let strand = |it: &StrandId| Json::from(i64::from(it.0));
    match action {
        // It comes from inside and is never among what came from outside.
        Action::Advance => {}
        Action::Resolve { effect, outcome: it, at } => {
            set("task", Json::from(i64::from(effect.0)));
            set("at", moment(*at));
            let (name, value) = outcome(it);
            set(name, value);
        }
        Action::Stop(it) => set("stop", Json::Object(failure(it))),
        Action::Redrive(at) => set("redrive", moment(*at)),
        Action::Patch(Patch::Input { strand: of, input }) => {
            set("strand", strand(of));
            set("input", payload(input));
        }
        Action::Patch(Patch::Answer { strand: of, outcome: it, at }) => {
            set("strand", strand(of));
            set("at", moment(*at));
            let (name, value) = outcome(it);
            set(name, value);
        }
        Action::Patch(Patch::Variables { strand: of, values }) => {
            set("strand", strand(of));
            set("variables", payload(&Json::Object(values.clone())));
        }
        Action::Patch(Patch::Definition(program)) => set("definition", Json::from(definition(program) as i64)),
    }
    Json::Object(members)
}

/// Reads the line of one action; `definition` returns the program of a text.
pub(super) fn take_action<'a>(
    node: &'a Node,
    definition: &dyn Fn(usize) -> Option<Arc<Program>>,
) -> Taken<'a, (Tick, Action)> {
    let tick = take_whole(need(node, "after")?)?;
    let at = || take_moment(need(node, "at")?);
    let action = if let Some(task) = node.get("task") {
        Action::Resolve { effect: EffectId(take_u32(task)?), outcome: take_outcome(node)?, at: at()? }
    } else if let Some(it) = node.get("stop") {
        Action::Stop(Arc::new(take_failure(it)?))
    } else if let Some(it) = node.get("redrive") {
        Action::Redrive(take_moment(it)?)
    } else if let Some(it) = node.get("definition") {
        let place = take_u32(it)? as usize;
        let program = definition(place);
        let what = || format!("definition {place} cannot be run, and the run went on with it");
        Action::Patch(Patch::Definition(program.ok_or_else(|| Wrong { at: it, what: what() })?))
    } else {
        let strand = StrandId(take_u32(need(node, "strand")?)?);
        Action::Patch(if let Some(it) = node.get("input") {
            Patch::Input { strand, input: take_payload(it)? }
        } else if let Some(it) = node.get("variables") {
            let Json::Object(values) = take_payload(it)? else {
                return Err(Wrong { at: it, what: "variables are not an object".to_owned() });
            };
            Patch::Variables { strand, values }
        } else {
            Patch::Answer { strand, outcome: take_outcome(node)?, at: at()? }
        })
    };
    Ok((tick, action))
}
