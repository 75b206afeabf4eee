//! Reads fault plans, with a finding for what cannot go wrong like that.

use std::sync::Arc;

use crate::asl::{nearest, pointer_to};
use crate::diagnostic::Diagnostic;
use crate::engine::TaskStep;
use crate::handlers::mock::thrown;
use crate::handlers::mock_native;
use crate::json::source::{Node, Value};
use crate::time::Duration;

use super::{Fault, Items, Numbers, Then, Trouble};

/// The members that a fault may have.
const MEMBERS: [&str; 11] =
    ["state", "error", "cause", "event", "timeout", "attempts", "visits", "items", "iterations", "after", "then"];

/// Reads the faults of the list `node`, which stands at `pointer`.
pub fn read(node: &Node, pointer: &str, out: &mut Vec<Diagnostic>) -> Vec<Fault> {
    let Value::Array(items) = &node.value else {
        let help = "write [{\"state\": \"Charge\", \"error\": \"Busy\", \"attempts\": \"1-3\"}]";
        out.push(Diagnostic::error("SCN005", "the fault plan is no list").at(pointer, node.span).help(help));
        return Vec::new();
    };
    items.iter().enumerate().filter_map(|(idx, it)| read_fault(it, &format!("{pointer}/{idx}"), out)).collect()
}

fn read_fault(node: &Node, pointer: &str, out: &mut Vec<Diagnostic>) -> Option<Fault> {
    let mut wrong = |message: &str, at: &Node, member: &str, help: &str| {
        let pointer = if member.is_empty() { pointer.to_owned() } else { pointer_to(pointer, member) };
        out.push(Diagnostic::error("SCN005", message).at(pointer, at.span).help(help));
    };
    let text = |name: &str| node.get(name).and_then(Node::as_str);
    let Some(state) = text("state") else {
        wrong("the fault names no state", node, "", "add \"state\" with the name of a Task");
        return None;
    };
    let known = |name: &str| MEMBERS.contains(&name);
    for member in node.members().iter().filter(|it| !known(&it.name)) {
        let near = nearest(&member.name, MEMBERS.into_iter());
        let help =
            near.map_or_else(|| format!("there are {}", MEMBERS.join(", ")), |it| format!("did you mean {it:?}?"));
        wrong(&format!("a fault has no {:?}", &*member.name), &member.value, &member.name, &help);
    }
    let is_silent = matches!(node.get("timeout").map(|it| &it.value), Some(Value::Bool(true)));
    let trouble = match (text("error"), is_silent) {
        (None, true) => Trouble::Silence,
        (Some(error), false) => {
            let step = match text("event") {
                Some(name) if name.ends_with("SubmitFailed") => TaskStep::Submit,
                Some(name) if name.ends_with("StartFailed") => TaskStep::Start,
                Some(name) if name.ends_with("ScheduleFailed") => TaskStep::Schedule,
                _ => TaskStep::Run,
            };
            Trouble::Error(thrown(Some(error), Some(text("cause").unwrap_or_default())), step)
        }
        _ => {
            let help = "add \"error\": \"Lambda.TooManyRequestsException\", or \"timeout\": true; not both";
            wrong("the fault does not say how the task fails", node, "", help);
            return None;
        }
    };
    let mut sound = true;
    let mut numbers = |name: &str, least: u32| {
        let given = node.get(name)?;
        let found = numbers(given, least);
        if found.is_none() {
            let help = format!("write {least}, [{least}, {}] or \"{least}-{}\"", least + 1, least + 2);
            wrong(&format!("{name} are no whole numbers from {least}"), given, name, &help);
            sound = false;
        }
        found
    };
    let (attempts, visits) = (numbers("attempts", 1), numbers("visits", 1));
    let items = match node.get("items").map(|it| (it, items(it))) {
        None => Items::All,
        Some((_, Some(items))) => items,
        Some((given, None)) => {
            let message = "items are no indices and no share of a hundred";
            wrong(message, given, "items", "write \"5%\", 3, [1, 2] or \"0-4\"");
            return None;
        }
    };
    let mut iterations = Vec::new();
    for item in node.get("iterations").map(Node::items).unwrap_or_default() {
        let Some(found) = mock_native::iteration(item) else {
            wrong("this names no item of a Map", item, "iterations", "write {\"map\": \"Each order\", \"index\": 2}");
            return None;
        };
        iterations.push(found);
    }
    let after = match node.get("after").map(|it| (it, mock_native::secs(it))) {
        None => Duration::ZERO,
        Some((_, Some(after))) => after,
        Some((given, None)) => {
            wrong("after is no number of seconds", given, "after", "write a number such as 2.5");
            return None;
        }
    };
    let then = match node.get("then") {
        None => None,
        Some(given) if attempts.is_none() => {
            wrong("then comes after no attempt", given, "then", "say by \"attempts\" which attempts fail");
            return None;
        }
        Some(given) => {
            let ends = ["return", "throw", "timeout", "neverCompletes"].iter().any(|it| given.get(it).is_some());
            let delay = given.get("after").map(mock_native::secs);
            match delay {
                Some(Some(after)) if !ends && given.members().len() == 1 => Some(Then::After(after)),
                _ => {
                    let entry = mock_native::read_entry(given, state, &pointer_to(pointer, "then"), out)?;
                    Some(Then::Answer(entry.answer))
                }
            }
        }
    };
    let (state, pointer) = (Arc::from(state), pointer.to_owned());
    let fault = Fault { state, trouble, after, attempts, visits, items, iterations, then, pointer, span: node.span };
    sound.then_some(fault)
}

/// Reads `"5%"`, or indices.
fn items(node: &Node) -> Option<Items> {
    let Some(percent) = node.as_str().and_then(|it| it.trim().strip_suffix('%')) else {
        return numbers(node, 0).map(Items::Of);
    };
    let percent = percent.trim().parse::<f64>().ok()?;
    (0.0..=100.0).contains(&percent).then_some(Items::Percent(percent))
}

/// Reads `3`, `[1, 2]`, `"1-3"`, `"2-"` or `"1-2, 5"`; all have to be at least `least`.
fn numbers(node: &Node, least: u32) -> Option<Numbers> {
    let one = |it: &Node| mock_native::whole(it).map(|it| (it, it));
    let found = match &node.value {
        Value::Number(_) => vec![one(node)?],
        Value::Array(items) => items.iter().map(one).collect::<Option<Vec<_>>>()?,
        Value::String(text) => text.split(',').map(range).collect::<Option<Vec<_>>>()?,
        _ => return None,
    };
    (!found.is_empty() && found.iter().all(|(from, to)| *from >= least && from <= to)).then_some(Numbers(found))
}

fn range(text: &str) -> Option<(u32, u32)> {
    let number = |it: &str| it.trim().parse::<u32>().ok();
    match text.split_once('-') {
        None => number(text).map(|it| (it, it)),
        Some((from, to)) if to.trim().is_empty() => Some((number(from)?, u32::MAX)),
        Some((from, to)) => Some((number(from)?, number(to)?)),
    }
}
