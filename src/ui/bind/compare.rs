//! What two runs differ in, as the Compare tab lists it and as one graph shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::asl::Outline;
use crate::engine::EventId;
use crate::history::read::Imported;
use crate::history::{EdgeKey, Frame, LogView};
use crate::json::{Json, text};
use crate::session::diff::{Change, Comparison, Generated, Place, Side, VisitPair, compare};
use crate::session::tree::RunId;
use crate::ui::compare::{CompareRow, CompareView, FirstView, Sign};
use crate::ui::graph::model::{GraphModel, LaneId, NodeId};
use crate::ui::graph::status::{EdgeStatus, GraphStatus, NodeStatus};

/// Differences that are listed of one visit, at most.
const MOST_OF_A_VISIT: usize = 40;
/// Characters of a value in a row.
const MOST_SHOWN: usize = 80;

/// A run to compare.
#[derive(Clone, Debug)]
pub struct CompareSide {
    /// The run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// Its events.
    pub log: LogView,
    /// What was read, if it was recorded: what its file lacks is not compared.
    pub imported: Option<Arc<Imported>>,
}

/// Two runs to compare, and the graph of the definition if there is one.
#[derive(Clone, Debug)]
pub struct Compares {
    /// A.
    pub left: CompareSide,
    /// B.
    pub right: CompareSide,
    /// The states and the graph to draw on.
    pub base: (Arc<Outline>, Arc<GraphModel>),
}

/// Two runs that were compared.
#[derive(Debug)]
pub struct Compared {
    /// The runs.
    pub runs: [RunId; 2],
    /// What they differ in.
    pub comparison: Comparison,
    /// The list of it.
    pub view: CompareView,
    /// The graph of both.
    pub model: Arc<GraphModel>,
    /// What each state and edge comes to in it.
    pub graph: Arc<GraphStatus>,
}

impl CompareSide {
    fn side(&self) -> Side<'_> {
        Side { log: &self.log, asides: self.imported.as_ref().map(|it| &it.asides) }
    }

    fn end(&self) -> Frame {
        self.log.frame_at(EventId(self.log.len() as u32))
    }
}

impl Compares {
    /// Compares.
    pub fn compare(self) -> Compared {
        let comparison = compare(self.left.side(), self.right.side(), Generated::Ignored);
        let view = view(&self, &comparison);
        let (model, graph) = graph(&self, &comparison);
        Compared { runs: [self.left.run, self.right.run], comparison, view, model, graph: Arc::new(graph) }
    }
}

fn view(sides: &Compares, comparison: &Comparison) -> CompareView {
    let first = comparison.first.as_ref().map(|it| FirstView {
        place: place_text(&it.place),
        why: it.why.clone(),
        events: [id(it.left), id(it.right)],
        previous: it.previous.map(|(left, right)| [u64::from(left.0), u64::from(right.0)]),
    });
    let mut rows = Vec::new();
    for visit in in_order(comparison) {
        push_visit(visit, &mut rows);
    }
    CompareView {
        names: [sides.left.name.clone(), sides.right.name.clone()],
        runs: [sides.left.run, sides.right.run],
        first,
        rows,
        n_same: comparison.same.len(),
        n_differ: comparison.visits.len(),
    }
}

fn id(event: Option<EventId>) -> Option<u64> {
    event.map(|it| u64::from(it.0))
}

/// Returns all visits in the order of the left run; those that only the right one has, behind what comes before them
/// there.
fn in_order(comparison: &Comparison) -> Vec<&VisitPair> {
    let all = || comparison.visits.iter().chain(&comparison.same);
    let beside: BTreeMap<EventId, EventId> = all().filter_map(|it| Some((it.right?, it.left?))).collect();
    let place = |it: &VisitPair| match (it.left, it.right) {
        (Some(left), _) => (left, 0, EventId(0)),
        (None, Some(right)) => {
            let before = beside.range(..right).next_back().map_or(EventId(0), |(_, left)| *left);
            (before, 1, right)
        }
        (None, None) => (EventId(0), 0, EventId(0)),
    };
    let mut visits: Vec<&VisitPair> = all().collect();
    visits.sort_by_key(|it| place(it));
    visits
}

fn push_visit(visit: &VisitPair, rows: &mut Vec<CompareRow>) {
    let n: usize = visit.changes.iter().map(|it| it.differences.len()).sum();
    let (sign, text) = match (visit.left, visit.right) {
        (Some(_), None) => (Sign::OnlyLeft, String::new()),
        (None, _) => (Sign::OnlyRight, String::new()),
        _ if visit.changes.is_empty() => (Sign::Same, String::new()),
        _ if n == 1 => (Sign::Differs, "1 difference".to_owned()),
        _ => (Sign::Differs, format!("{n} differences")),
    };
    let events = [id(visit.left), id(visit.right)];
    rows.push(CompareRow { sign, is_visit: true, place: place_text(&visit.place), attempt: 0, events, text });
    let differences = visit.changes.iter().flat_map(|change| change.differences.iter().map(move |it| (change, it)));
    for (change, it) in differences.take(MOST_OF_A_VISIT) {
        let sign = match (&it.before, &it.after) {
            (Some(_), None) => Sign::OnlyLeft,
            (None, Some(_)) => Sign::OnlyRight,
            _ => Sign::Differs,
        };
        rows.push(CompareRow {
            sign,
            is_visit: false,
            place: String::new(),
            attempt: change.attempt,
            events: [id(change.left), id(change.right)],
            text: change_text(change, &it.pointer, it.before.as_ref(), it.after.as_ref()),
        });
    }
    if n > MOST_OF_A_VISIT {
        let text = format!("{} more that are not listed", n - MOST_OF_A_VISIT);
        rows.push(CompareRow { sign: Sign::Differs, is_visit: false, place: String::new(), attempt: 0, events, text });
    }
}

fn change_text(change: &Change, pointer: &str, before: Option<&Json>, after: Option<&Json>) -> String {
    let plain = |it: &Json| it.as_str().map_or_else(|| shown(it), cut);
    match (change.field, before, after) {
        // An event that only one of them has.
        ("type", Some(it), None) | ("type", None, Some(it)) => plain(it),
        (field, before, after) => {
            let place = if pointer.is_empty() { field.to_owned() } else { format!("{field} {pointer}") };
            match (before, after) {
                (Some(before), Some(after)) if field == "type" => format!("{} → {}", plain(before), plain(after)),
                (Some(before), Some(after)) => format!("{place}: {} → {}", shown(before), shown(after)),
                (Some(only), None) | (None, Some(only)) => format!("{place}: {}", shown(only)),
                (None, None) => place,
            }
        }
    }
}

fn shown(value: &Json) -> String {
    cut(&text::compact(value))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn place_text(place: &Place) -> String {
    let mut out = if place.state.is_empty() { "the execution".to_owned() } else { place.state.to_string() };
    if place.visit > 1 {
        let _ = write!(out, ", visit {}", place.visit);
    }
    for (map, index) in &place.iterations {
        let _ = write!(out, ", item {index} of {map}");
    }
    out
}

/// Returns one graph for both runs: that of the definition, with the states and ways that only a run has.
fn graph(sides: &Compares, comparison: &Comparison) -> (Arc<GraphModel>, GraphStatus) {
    let ends = [sides.left.end(), sides.right.end()];
    let (outline, base) = &sides.base;
    let mut model = Arc::clone(base);
    // By run: the node of each of its states.
    let nodes: Vec<Vec<NodeId>> = ends
        .iter()
        .map(|end| {
            if Arc::ptr_eq(end.outline(), outline) {
                (0..base.nodes.len() as u32).map(NodeId).collect()
            } else {
                unite(Arc::make_mut(&mut model), &super::graph::model(end.outline()))
            }
        })
        .collect();
    let differing: BTreeSet<&str> = comparison.visits.iter().map(|it| &*it.place.state).collect();
    let mut status = GraphStatus::default();
    let entered = |nth: usize, node: NodeId| {
        let at = nodes[nth].iter().position(|it| *it == node);
        at.and_then(|it| ends[nth].states.get(it)).map_or(0, |it| it.n_entered)
    };
    for (node, shown) in model.iter_nodes() {
        let counts = [entered(0, node), entered(1, node)];
        let differs = differing.contains(&*shown.name);
        status.nodes.push(NodeStatus { compared: sign(counts, differs), ..NodeStatus::default() });
    }
    for (_, edge) in model.iter_edges() {
        let taken = |nth: usize| {
            let state =
                |node: NodeId| nodes[nth].iter().position(|it| *it == node).map(|it| crate::asl::StateId(it as u32));
            let (Some(from), Some(to)) = (state(edge.from), state(edge.to)) else { return 0 };
            ends[nth].edges.get(&EdgeKey { from, to, caught: edge.is_catch() }).copied().unwrap_or(0)
        };
        let counts = [taken(0), taken(1)];
        let compared = sign(counts, counts[0] != counts[1]);
        status.edges.push(EdgeStatus { compared, ..EdgeStatus::default() });
    }
    status.has_started = true;
    (model, status)
}

fn sign(counts: [u32; 2], differs: bool) -> Option<Sign> {
    match counts {
        [0, 0] => None,
        [_, 0] => Some(Sign::OnlyLeft),
        [0, _] => Some(Sign::OnlyRight),
        _ if differs => Some(Sign::Differs),
        _ => Some(Sign::Same),
    }
}

/// Adds to `base` what `other` has beyond it; states are the same where their names are. Returns which node of `base`
/// each of `other` is.
fn unite(base: &mut GraphModel, other: &GraphModel) -> Vec<NodeId> {
    let mut by_name: BTreeMap<String, NodeId> = base.iter_nodes().map(|(id, it)| (it.name.clone(), id)).collect();
    let mut nodes: Vec<NodeId> = Vec::with_capacity(other.nodes.len());
    for (_, node) in other.iter_nodes() {
        if let Some(known) = by_name.get(&node.name) {
            nodes.push(*known);
            continue;
        }
        let id = NodeId(base.nodes.len() as u32);
        let mut node = node.clone();
        // Owners come before what is inside them.
        node.lane =
            node.lane.and_then(|it| Some(LaneId { container: *nodes.get(it.container.index())?, lane: it.lane }));
        if let Some(lane) = node.lane
            && let Some(owner) = base.nodes.get_mut(lane.container.index())
        {
            owner.n_lanes = owner.n_lanes.max(lane.lane + 1);
        }
        by_name.insert(node.name.clone(), id);
        base.nodes.push(node);
        nodes.push(id);
    }
    let known = |base: &GraphModel, from, to, is_catch| {
        base.edges.iter().any(|it| it.from == from && it.to == to && it.is_catch() == is_catch)
    };
    for edge in &other.edges {
        let (Some(from), Some(to)) = (nodes.get(edge.from.index()), nodes.get(edge.to.index())) else { continue };
        if !known(base, *from, *to, edge.is_catch()) {
            let mut edge = edge.clone();
            (edge.from, edge.to) = (*from, *to);
            base.edges.push(edge);
        }
    }
    base.start = base.start.or_else(|| nodes.get(other.start?.index()).copied());
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::StateKind;
    use crate::ui::graph::model::{EdgeKind, GraphEdge, GraphNode};

    fn model(names: &[&str]) -> GraphModel {
        let nodes = names.iter().map(|it| GraphNode::new(*it, StateKind::Pass)).collect();
        let edges = (1..names.len() as u32).map(|to| GraphEdge::new(NodeId(to - 1), NodeId(to), EdgeKind::Next));
        GraphModel { nodes, edges: edges.collect(), start: Some(NodeId(0)) }
    }

    #[test]
    fn states_of_both_graphs_are_one_where_their_names_are() {
        let mut base = model(&["A", "B", "D"]);
        let nodes = unite(&mut base, &model(&["A", "C", "D"]));
        assert_eq!(nodes, [NodeId(0), NodeId(3), NodeId(2)]);
        let names: Vec<&str> = base.nodes.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["A", "B", "D", "C"]);
        let edges: Vec<(u32, u32)> = base.edges.iter().map(|it| (it.from.0, it.to.0)).collect();
        assert_eq!(edges, [(0, 1), (1, 2), (0, 3), (3, 2)]);
        // What is known already is not added once more.
        unite(&mut base, &model(&["A", "B"]));
        assert_eq!((base.nodes.len(), base.edges.len()), (4, 4));
    }
}
