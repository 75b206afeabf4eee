//! A state in one sentence, for screen readers and for tests.

use std::fmt::Write as _;

use super::model::NodeId;
use super::shapes::scene::Scene;
use crate::ui::widgets::Status;

/// Returns everything that is drawn of a state, in words.
pub fn sentence(scene: &Scene, id: NodeId) -> String {
    let Some(node) = scene.model.node(id) else { return String::new() };
    let status = scene.status.node(id);
    let mut text = format!("{}, {}", node.name, node.kind_name());
    let mut add = |part: std::fmt::Arguments<'_>| {
        // Writing to a text cannot fail.
        let _ = write!(text, ", {part}");
    };
    if node.compensates {
        add(format_args!("{}", node.second_line));
    }
    if let Some(always) = status.always {
        add(format_args!("{always}"));
    }
    if let Some(coverage) = &status.coverage {
        add(format_args!("{}", if coverage.heat == 0 { "never" } else { &coverage.line }));
        return text;
    }
    if let Some(sign) = status.compared {
        add(format_args!("{}", sign.words()));
        return text;
    }
    match (status.state, status.attempts) {
        (Status::Caught, Some(attempts)) => {
            add(format_args!("failed, attempt {attempts}, caught"));
        }
        (Status::Caught, None) => add(format_args!("failed, caught")),
        (state, Some(attempts)) => {
            add(format_args!("{}, attempt {attempts}", state.words()));
        }
        (state, None) => add(format_args!("{}", state.words())),
    }
    if let Some(iterations) = status.iterations {
        add(format_args!("{} iterations done, {} failed", iterations.done, iterations.failed));
    }
    if status.n_visits > 1 {
        add(format_args!("{} visits", status.n_visits));
    }
    for (edge_id, edge) in scene.model.iter_edges().filter(|(_, edge)| edge.from == id) {
        if scene.status.edge(edge_id).is_active()
            && let Some(target) = scene.model.node(edge.to)
        {
            add(format_args!("goes to {}", target.name));
        }
    }
    if scene.status.current == Some(id) {
        add(format_args!("{}", if scene.status.is_stopped { "stopped here" } else { "current" }));
    }
    if status.asks {
        add(format_args!("asks for an answer"));
    }
    if let Some(mark) = status.breakpoint {
        add(format_args!("{}", mark.words()));
    }
    text
}
