//! What the graph shows of a definition: states, the lanes they stand in, and the edges between them.
//!
//! Built once per definition. Where things are drawn belongs to `layout`, what happened to them to `status`.

use crate::asl::StateKind;

/// The dense id of a state; the index of its node in [`GraphModel::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    /// Returns the id as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The index of an edge in [`GraphModel::edges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeId(pub u32);

impl EdgeId {
    /// Returns the id as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The lane a state stands in: one branch of a Parallel, or the item processor of a Map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaneId {
    /// The Parallel or Map.
    pub container: NodeId,
    /// Which branch, from 0; always 0 for a Map.
    pub lane: u32,
}

/// One state.
#[derive(Clone, Debug)]
pub struct GraphNode {
    /// The name of the state.
    pub name: String,
    /// Its type; `None` where it is missing or not one of the language.
    pub kind: Option<StateKind>,
    /// The line under the name ("Task · lambda:invoke"), or beside it in a container ("Parallel, 2 branches").
    pub second_line: String,
    /// Whether this state undoes another; the second line then says which, and gets ↩ for an icon.
    pub compensates: bool,
    /// Where it stands; `None` at the top level.
    pub lane: Option<LaneId>,
    /// How many lanes it holds: branches of a Parallel, 1 for a Map, 0 for all others and for folded containers.
    pub n_lanes: u32,
    /// Whether it has at least one retrier: a loop is drawn at its west side.
    pub has_retry: bool,
    /// Whether the definition does not have it any more, but the run that is shown once did: it keeps its number and is
    /// not drawn.
    pub is_gone: bool,
}

impl GraphNode {
    /// Creates a state at the top level, without lanes or retriers; its second line is the name of its kind.
    pub fn new(name: impl Into<String>, kind: impl Into<Option<StateKind>>) -> Self {
        let kind = kind.into();
        Self {
            name: name.into(),
            kind,
            second_line: kind_name(kind).to_owned(),
            compensates: false,
            lane: None,
            n_lanes: 0,
            has_retry: false,
            is_gone: false,
        }
    }

    /// Returns its type in words.
    pub fn kind_name(&self) -> &'static str {
        kind_name(self.kind)
    }

    /// Returns whether an execution (or a branch) ends here; drawn as a pill.
    pub fn is_terminal(&self) -> bool {
        self.kind.is_some_and(StateKind::is_terminal)
    }

    /// Returns whether it is drawn as a box around lanes.
    pub fn is_container(&self) -> bool {
        self.n_lanes > 0
    }
}

fn kind_name(kind: Option<StateKind>) -> &'static str {
    kind.map_or("Unknown type", StateKind::name)
}

/// Why an execution would take an edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// `Next`.
    Next,
    /// A catcher, with the names of its `ErrorEquals`.
    Catch {
        /// The error names, in their order; catchers with the same target may share one edge.
        names: Vec<String>,
    },
    /// A rule of a Choice, with its condition in words.
    Choice {
        /// The condition, as short as it can be said.
        condition: String,
    },
    /// `Default` of a Choice.
    Default,
}

/// A transition between two states of the same scope.
///
/// An edge to a state that does not exist, or into another scope, is kept (its index stays valid) but not drawn: the
/// linter reports it.
#[derive(Clone, Debug)]
pub struct GraphEdge {
    /// The state it leaves.
    pub from: NodeId,
    /// The state it enters.
    pub to: NodeId,
    /// Why it is taken.
    pub kind: EdgeKind,
}

impl GraphEdge {
    /// Creates an edge.
    pub fn new(from: NodeId, to: NodeId, kind: EdgeKind) -> Self {
        Self { from, to, kind }
    }

    /// Returns whether a catcher leads along it.
    pub fn is_catch(&self) -> bool {
        matches!(self.kind, EdgeKind::Catch { .. })
    }

    /// Returns the text of its chip: the condition, or the error name at `first` in full and how many others there are.
    pub fn label(&self, first: usize) -> Option<String> {
        match &self.kind {
            EdgeKind::Next => None,
            EdgeKind::Default => Some("Default".to_owned()),
            EdgeKind::Choice { condition } => (!condition.is_empty()).then(|| condition.clone()),
            EdgeKind::Catch { names } => {
                let name = names.get(first).or(names.first())?;
                Some(match names.len() {
                    1 => name.clone(),
                    2 => format!("{name}, +1 name"),
                    n_names => format!("{name}, +{} names", n_names - 1),
                })
            }
        }
    }

    /// Returns every text that its chip can have.
    pub fn labels(&self) -> impl Iterator<Item = String> {
        let n_names = if let EdgeKind::Catch { names } = &self.kind { names.len() } else { 1 };
        (0..n_names).filter_map(|first| self.label(first))
    }
}

/// A definition as the graph shows it.
#[derive(Clone, Debug, Default)]
pub struct GraphModel {
    /// All states of all scopes; the index is the dense state id. Definition order within each scope.
    pub nodes: Vec<GraphNode>,
    /// All transitions.
    pub edges: Vec<GraphEdge>,
    /// The `StartAt` of the top level.
    pub start: Option<NodeId>,
}

impl GraphModel {
    /// Returns the state of an id.
    pub fn node(&self, id: NodeId) -> Option<&GraphNode> {
        self.nodes.get(id.index())
    }

    /// Returns the edge of an id.
    pub fn edge(&self, id: EdgeId) -> Option<&GraphEdge> {
        self.edges.get(id.index())
    }

    /// Returns every state that is drawn, with its id.
    pub fn iter_nodes(&self) -> impl Iterator<Item = (NodeId, &GraphNode)> {
        let all = self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index as u32), node));
        all.filter(|(_, node)| !node.is_gone)
    }

    /// Returns every edge with its id.
    pub fn iter_edges(&self) -> impl Iterator<Item = (EdgeId, &GraphEdge)> {
        self.edges.iter().enumerate().map(|(index, edge)| (EdgeId(index as u32), edge))
    }

    /// Returns whether an edge joins two states of one scope, so that it can be drawn.
    pub fn is_drawable(&self, edge: &GraphEdge) -> bool {
        matches!((self.node(edge.from), self.node(edge.to)), (Some(from), Some(to)) if from.lane == to.lane && !from.is_gone && !to.is_gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catch_label_shows_the_first_name_and_counts_the_rest() {
        let label = |names: &[&str]| {
            let names = names.iter().map(ToString::to_string).collect();
            GraphEdge::new(NodeId(0), NodeId(1), EdgeKind::Catch { names }).label(0)
        };
        assert_eq!(label(&[]), None);
        assert_eq!(label(&["States.ALL"]).as_deref(), Some("States.ALL"));
        assert_eq!(label(&["A", "B"]).as_deref(), Some("A, +1 name"));
        assert_eq!(label(&["A", "B", "C"]).as_deref(), Some("A, +2 names"));
    }

    #[test]
    fn an_edge_to_nowhere_or_into_another_scope_is_not_drawn() {
        let mut inner = GraphNode::new("Inner", StateKind::Pass);
        inner.lane = Some(LaneId { container: NodeId(0), lane: 0 });
        let nodes = vec![GraphNode::new("Outer", StateKind::Map), inner];
        let model = GraphModel { nodes, ..GraphModel::default() };
        let edge = |from, to| GraphEdge::new(NodeId(from), NodeId(to), EdgeKind::Next);
        assert!(model.is_drawable(&edge(0, 0)));
        assert!(!model.is_drawable(&edge(0, 1)));
        assert!(!model.is_drawable(&edge(0, 7)));
    }
}
