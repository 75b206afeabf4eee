//! The native mock file: state name → outcomes, in the order in which that state's tasks are scheduled.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::engine::TaskStep;
use crate::json::source::{Node, Value};
use crate::time::Duration;

use super::mock::{Answer, End, Entry, Mocks, Only, thrown};

const MEMBERS: [&str; 9] =
    ["return", "throw", "timeout", "neverCompletes", "submitted", "after", "heartbeats", "where", "invocation"];

pub(super) fn read(root: &Node) -> (Option<Mocks>, Vec<Diagnostic>) {
    let mut out = Vec::new();
    if !matches!(root.value, Value::Object(_)) {
        let help = "write {\"State name\": [{\"return\": {}}]}";
        out.push(Diagnostic::error("MCK001", "a mock file is an object of state names").at("", root.span).help(help));
        return (None, out);
    }
    let mut mocks = Mocks::default();
    for member in root.members() {
        let pointer = format!("/{}", member.name.replace('~', "~0").replace('/', "~1"));
        if !matches!(member.value.value, Value::Array(_)) {
            let message = format!("the mocks of state {:?} are not a list", &*member.name);
            out.push(
                Diagnostic::error("MCK002", message).at(pointer, member.value.span).help("put [ and ] around them"),
            );
            continue;
        }
        mocks.add_state(Arc::clone(&member.name));
        for (idx, node) in member.value.items().iter().enumerate() {
            if let Some(entry) = read_entry(node, &member.name, &format!("{pointer}/{idx}"), &mut out) {
                mocks.add(Arc::clone(&member.name), entry);
            }
        }
    }
    (Some(mocks), out)
}

pub(super) fn read_entry(node: &Node, state: &str, pointer: &str, out: &mut Vec<Diagnostic>) -> Option<Entry> {
    let mut wrong = |what: &str, node: &Node, help: &str| {
        let message = format!("a mock of state {state:?} {what}");
        out.push(Diagnostic::error("MCK003", message).at(pointer, node.span).help(help));
    };
    if !matches!(node.value, Value::Object(_)) {
        wrong("is not an object", node, "write {\"return\": …} or {\"throw\": {\"error\": …}}");
        return None;
    }
    for member in node.members() {
        if !MEMBERS.contains(&&*member.name) {
            let what = format!("has a member {:?} that is not known", &*member.name);
            wrong(&what, &member.value, &format!("the members are {}", MEMBERS[..8].join(", ")));
        }
    }
    let is_true = |name: &str| matches!(node.get(name).map(|it| &it.value), Some(Value::Bool(true)));
    let end = if is_true("timeout") || is_true("neverCompletes") {
        End::Never
    } else if let Some(throw) = node.get("throw") {
        let text = |name: &str| throw.get(name).and_then(Node::as_str);
        let step = match text("event") {
            Some(name) if name.ends_with("SubmitFailed") => TaskStep::Submit,
            Some(name) if name.ends_with("StartFailed") => TaskStep::Start,
            Some(name) if name.ends_with("ScheduleFailed") => TaskStep::Schedule,
            _ => TaskStep::Run,
        };
        End::Throw(thrown(text("error"), text("cause")), step)
    } else if let Some(result) = node.get("return") {
        End::Return(result.to_json())
    } else {
        wrong("says neither return, throw, timeout nor neverCompletes", node, "add \"return\" with the task's result");
        return None;
    };
    let after = node.get("after").map_or(Some(Duration::ZERO), secs);
    if after.is_none() {
        wrong("has an after that is not a number of seconds", node.get("after")?, "write a number such as 2.5");
    }
    let heartbeats: Option<Vec<Duration>> =
        node.get("heartbeats").map(Node::items).unwrap_or_default().iter().map(secs).collect();
    if heartbeats.is_none() {
        wrong("has heartbeats that are not seconds", node.get("heartbeats")?, "write a list such as [10, 20]");
    }
    let only = node.get("where").map(|it| Only {
        iterations: it.get("iterations").map(Node::items).unwrap_or_default().iter().filter_map(iteration).collect(),
        attempt: it.get("attempt").and_then(whole),
    });
    let submitted = node.get("submitted").map(Node::to_json);
    Some(Entry { only, times: 1, answer: Answer { submitted, heartbeats: heartbeats?, after: after?, end } })
}

pub(super) fn secs(node: &Node) -> Option<Duration> {
    let Value::Number(number) = node.value else { return None };
    (number.as_f64() >= 0.0).then(|| Duration::from_secs(number.as_f64()))
}

pub(super) fn whole(node: &Node) -> Option<u32> {
    let Value::Number(number) = node.value else { return None };
    number.as_i64().and_then(|it| u32::try_from(it).ok())
}

pub(super) fn iteration(node: &Node) -> Option<(Arc<str>, u32)> {
    Some((node.get("map")?.as_str()?.into(), whole(node.get("index")?)?))
}
