//! What has happened to each state and edge at one moment of a run, and what the user looks at.
//!
//! Filled from the frame at the cursor. Words and shapes for it are in `style` and `shapes`.

use super::model::{EdgeId, NodeId};
use crate::ui::compare::Sign;
use crate::ui::widgets::{BreakpointMark, Status};

/// Every status in the order in which counts are listed.
pub const ORDER: [Status; 11] = [
    Status::Running,
    Status::Waiting,
    Status::Succeeded,
    Status::Retried,
    Status::FailedAttempt,
    Status::Caught,
    Status::Failed,
    Status::TimedOut,
    Status::Aborted,
    Status::Compensated,
    Status::NotReached,
];

/// Attempts made and allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// The attempt that runs or ran last, from 1.
    pub made: u32,
    /// 1 + `MaxAttempts`; `None` where no definition says it.
    pub allowed: Option<u32>,
}

impl std::fmt::Display for Attempts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.allowed {
            Some(allowed) => write!(f, "{} of {}", self.made, allowed.max(self.made)),
            None => write!(f, "{}", self.made),
        }
    }
}

/// How many iterations of a Map ended at a state, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iterations {
    /// Iterations that left the state with success.
    pub done: u32,
    /// Iterations that failed in it.
    pub failed: u32,
}

/// How often exploration came here; replaces the status fill while coverage is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The quartile, 1 to 4; 0 when never reached.
    pub heat: u8,
    /// The second line ("702 runs · 5/6 names"); never reached says "never" by itself.
    pub line: String,
}

/// One state at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeStatus {
    /// What has become of it.
    pub state: Status,
    /// Shown as a badge when there was more than one attempt.
    pub attempts: Option<Attempts>,
    /// How often it was entered.
    pub n_visits: u32,
    /// Iterations through it, for a state inside a Map.
    pub iterations: Option<Iterations>,
    /// The text at the Retry loop ("3 of 3 used"); with it the loop is drawn as taken.
    pub retry_text: Option<String>,
    /// Whether its task waits for the user to say what it answers.
    pub asks: bool,
    /// The breakpoint on it.
    pub breakpoint: Option<BreakpointMark>,
    /// What exploration found, while coverage is shown.
    pub coverage: Option<Coverage>,
    /// How it stands in two runs, while they are compared.
    pub compared: Option<Sign>,
    /// That every run is to reach it and what was found of that, in words.
    pub always: Option<&'static str>,
}

/// One edge at the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeStatus {
    /// How often it was taken.
    pub n_taken: u32,
    /// Whether the next event takes it.
    pub is_next: bool,
    /// Which of its error names took it or is about to, by their order; the one that its chip shows in full.
    pub name: u8,
    /// The quartile of runs along it, 1 to 4, while coverage is shown.
    pub heat: Option<u8>,
    /// How it stands in two runs, while they are compared.
    pub compared: Option<Sign>,
}

impl EdgeStatus {
    /// Returns whether it is drawn as part of the path.
    pub fn is_active(self) -> bool {
        self.n_taken > 0 || self.is_next
    }
}

/// The whole graph at the cursor. States and edges that are not listed are not reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphStatus {
    /// By [`NodeId`].
    pub nodes: Vec<NodeStatus>,
    /// By [`EdgeId`].
    pub edges: Vec<EdgeStatus>,
    /// The state of the current event: it gets the halo.
    pub current: Option<NodeId>,
    /// Whether the run stands still at `current`: the halo gets its "Stopped" tab.
    pub is_stopped: bool,
    /// Whether the text is invalid and the graph is that of the last valid text: outlines are toned down.
    pub is_stale: bool,
    /// Whether a run has started: the Start disc's edge is then drawn as taken.
    pub has_started: bool,
}

impl GraphStatus {
    /// Returns the status of a state.
    pub fn node(&self, id: NodeId) -> &NodeStatus {
        static NOT_REACHED: NodeStatus = NodeStatus {
            state: Status::NotReached,
            attempts: None,
            n_visits: 0,
            iterations: None,
            retry_text: None,
            asks: false,
            breakpoint: None,
            coverage: None,
            compared: None,
            always: None,
        };
        self.nodes.get(id.index()).unwrap_or(&NOT_REACHED)
    }

    /// Returns the status of an edge.
    pub fn edge(&self, id: EdgeId) -> EdgeStatus {
        self.edges.get(id.index()).copied().unwrap_or_default()
    }
}

/// What the graph shows in place of what has happened: a heat and a second line for each state, a weight for each edge.
/// Coverage, budget and payload sizes are such layers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// By [`NodeId`]; states that are not listed were never reached.
    pub nodes: Vec<Coverage>,
    /// The quartile of each edge, by [`EdgeId`]; edges that are not listed have none.
    pub edges: Vec<Option<u8>>,
    /// All of it in a line.
    pub summary: String,
}

impl Layer {
    /// Returns quartiles, 1 to 4, of values by how many are smaller; equal values have the same.
    pub fn quartiles<T: PartialOrd>(values: &[T]) -> Vec<u8> {
        let mut sorted: Vec<&T> = values.iter().collect();
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let heat = |it: &T| 1 + (sorted.partition_point(|other| *other < it) * 4 / sorted.len().max(1)) as u8;
        values.iter().map(heat).collect()
    }
}

impl GraphStatus {
    /// Returns the status with a layer over it.
    pub fn with_layer(&self, layer: &Layer, n_nodes: usize) -> Self {
        let mut shown = self.clone();
        shown.nodes.resize_with(n_nodes.max(shown.nodes.len()), NodeStatus::default);
        for (idx, node) in shown.nodes.iter_mut().enumerate() {
            let never = || Coverage { heat: 0, line: String::new() };
            node.coverage = Some(layer.nodes.get(idx).cloned().unwrap_or_else(never));
        }
        shown.edges.resize(layer.edges.len().max(shown.edges.len()), EdgeStatus::default());
        for (edge, heat) in shown.edges.iter_mut().zip(&layer.edges) {
            edge.heat = *heat;
        }
        shown
    }
}

/// What the user points at, in this view only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GraphFocus {
    /// The selected state.
    pub selected: Option<NodeId>,
    /// Whether the keyboard moved the selection last: it then has the focus ring.
    pub by_keyboard: bool,
    /// The state under the pointer.
    pub hovered_node: Option<NodeId>,
    /// The edge (or its label) under the pointer.
    pub hovered_edge: Option<EdgeId>,
    /// The only status that is not dimmed, when a status count is used as a filter.
    pub filter: Option<Status>,
}
