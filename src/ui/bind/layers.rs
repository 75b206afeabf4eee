//! The layers of the graph: what states can cost at most, and how large their data is.

use crate::asl::{StateId, StateKind};
use crate::engine::EventKind;
use crate::history::{Frame, LogView};
use crate::lint::Cost;
use crate::session::Document;
use crate::time::Duration;
use crate::ui::graph::status::{Coverage, Layer};
use crate::ui::widgets::json_tree::bytes;
use std::fmt::Write as _;

/// The findings that say that a state can cost more than the project allows.
const OVER: [&str; 2] = ["RTY002", "RTY006"];

/// Returns the budget of a definition as a layer: the hotter a state, the longer it can take at most.
pub fn budget(document: &Document) -> Layer {
    let budget = document.budget();
    let outline = &document.definition.outline;
    let figures: Vec<(f64, f64)> =
        budget.states.iter().map(|it| (it.visit.longest_secs(), it.nested_attempts)).collect();
    let heats = Layer::quartiles(&figures);
    let node = |(idx, heat): (usize, u8)| {
        let id = StateId(idx as u32);
        let (secs, attempts) = figures[idx];
        let is_task = outline.state(id).and_then(|it| it.kind) == Some(StateKind::Task);
        let mut parts = Vec::new();
        if is_over(document, id) {
            parts.push("over the limit".to_owned());
        }
        match attempts {
            n if n > 1.0 => parts.push(format!("up to {} attempts", count(n))),
            _ if is_task => parts.push("1 attempt".to_owned()),
            _ => {}
        }
        if secs > 0.0 {
            parts.push(Duration::from_secs(secs).to_string());
        }
        if parts.is_empty() {
            parts.push("no time of its own".to_owned());
        }
        Coverage { heat, line: parts.join(" · ") }
    };
    Layer {
        nodes: heats.into_iter().enumerate().map(node).collect(),
        edges: Vec::new(),
        summary: summary(document, &budget.machine, &budget),
    }
}

fn summary(document: &Document, cost: &Cost, budget: &crate::lint::Budget) -> String {
    let mut text =
        format!("Worst case: {} attempts of tasks, {}", count(cost.attempts), Duration::from_secs(cost.longest_secs()));
    let n_over = (0..budget.states.len()).filter(|it| is_over(document, StateId(*it as u32))).count();
    if n_over > 0 {
        let _ = write!(text, "; {n_over} over the limit");
    }
    let open = [
        (budget.loops.len(), "loops counted once"),
        (budget.open_maps.len(), "Maps with one item"),
        (budget.open_tasks.len(), "tasks without a time limit"),
    ];
    for (n_open, words) in open.into_iter().filter(|(n_open, _)| *n_open > 0) {
        let _ = write!(text, "; {n_open} {words}");
    }
    text
}

/// Whether a finding says that the state can cost more than is allowed.
fn is_over(document: &Document, id: StateId) -> bool {
    let Some(state) = document.definition.outline.state(id) else { return false };
    let own = |pointer: &str| {
        let rest = pointer.strip_prefix(&*state.pointer);
        rest.is_some_and(|it| it.is_empty() || it.starts_with("/Retry") || it.starts_with("/Catch"))
    };
    document.findings.iter().any(|it| OVER.contains(&it.code) && own(&it.pointer))
}

fn count(number: f64) -> String {
    format!("{number:.0}")
}

/// Returns as a layer how large the data is that each state handed on last, or that it works on.
pub fn payload(log: &LogView, frame: &Frame) -> Layer {
    let size = |idx: usize| {
        let last = &frame.states[idx].last;
        last.activity?;
        let output = log.event(last.event).and_then(|it| match &it.kind {
            EventKind::StateExited { output, .. } => Some((output.size_bytes(), "out")),
            _ => None,
        });
        output.or_else(|| match &log.event(last.entered)?.kind {
            EventKind::StateEntered { input, .. } => Some((input.size_bytes(), "in")),
            _ => None,
        })
    };
    let sizes: Vec<Option<(usize, &str)>> = (0..frame.states.len()).map(size).collect();
    let known: Vec<usize> = sizes.iter().flatten().map(|it| it.0).collect();
    let mut heats = Layer::quartiles(&known).into_iter();
    let nodes = sizes.iter().map(|it| match it {
        Some((n_bytes, side)) => {
            Coverage { heat: heats.next().unwrap_or(1), line: format!("{} {side}", bytes(*n_bytes)) }
        }
        None => Coverage { heat: 0, line: String::new() },
    });
    let nodes = nodes.collect();
    let summary = match known.iter().max() {
        Some(most) => format!("Largest data of a state at this event: {}, of 256 KiB", bytes(*most)),
        None => "No state has data at this event".to_owned(),
    };
    Layer { nodes, edges: Vec::new(), summary }
}
