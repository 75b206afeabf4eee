//! Where everything stands: a pure function of the model, the widths of its texts, and what is folded.
//!
//! Scopes are laid out from the inside out, each as a flat graph in which a container is one box; `scope` makes that
//! flat graph and reads the answer, `elk` places it, `layered` places it when `elk` cannot. Drawing is left to `shapes`.

mod elk;
mod layered;
mod scope;

use std::collections::{BTreeMap, BTreeSet};

use egui::{Pos2, Rect, Vec2, pos2};

use super::model::{GraphModel, LaneId, NodeId};
use super::style::{CONTAINER_PADDING, HEADER_HEIGHT, LANE_GAP, LANE_PADDING, NODE_SIZE};

/// Widths of the texts that decide sizes, in points at zoom 1.
#[derive(Clone, Debug, Default)]
pub struct TextWidths {
    /// Name and second line with the gap between, by node; only those of containers are read.
    pub headers: Vec<f32>,
    /// The label, by edge; 0 for edges without.
    pub labels: Vec<f32>,
}

impl TextWidths {
    /// Measures the texts of a model: `strong` gives widths at 13 points SemiBold, `small` at 11 points Medium.
    pub fn measure(
        model: &GraphModel,
        mut strong: impl FnMut(&str) -> f32,
        mut small: impl FnMut(&str) -> f32,
    ) -> Self {
        let headers = model
            .nodes
            .iter()
            .map(|node| if node.is_container() { strong(&node.name) + 8.0 + small(&node.second_line) } else { 0.0 });
        let headers = headers.collect();
        let labels = model.edges.iter().map(|edge| edge.labels().map(|label| small(&label)).fold(0.0, f32::max));
        Self { headers, labels: labels.collect() }
    }
}

/// The way of one edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Corners from source to target; each piece is horizontal or vertical. Empty when the edge is not drawn.
    pub points: Vec<Pos2>,
    /// The place of the label.
    pub label: Option<Rect>,
}

impl Route {
    /// Returns the smallest box around the line and its label.
    pub fn bounds(&self) -> Rect {
        let line = Rect::from_points(&self.points);
        self.label.map_or(line, |label| line.union(label))
    }
}

/// The Start disc and the edge to the first state.
#[derive(Clone, Debug, PartialEq)]
pub struct StartMark {
    /// The centre of the disc.
    pub center: Pos2,
    /// The edge to the `StartAt` state.
    pub route: Route,
}

/// One lane of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lane {
    /// Whose lane, and which.
    pub id: LaneId,
    /// Its box.
    pub rect: Rect,
}

/// Places in points at zoom 1; the top left of the graph is the origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// By [`NodeId`]; `None` for states inside a folded container.
    pub nodes: Vec<Option<Rect>>,
    /// Containers that show their lanes, outer ones first.
    pub containers: Vec<NodeId>,
    /// Lanes of those containers, in the same order.
    pub lanes: Vec<Lane>,
    /// By [`super::model::EdgeId`].
    pub edges: Vec<Route>,
    /// The Start disc.
    pub start: Option<StartMark>,
    /// The box around everything, labels and loops included.
    pub bounds: Rect,
}

impl Layout {
    /// Returns the box of a state; `None` when it is hidden or unknown.
    pub fn node(&self, id: NodeId) -> Option<Rect> {
        self.nodes.get(id.index()).copied().flatten()
    }

    /// Returns whether a state is drawn as a box around lanes.
    pub fn shows_lanes(&self, id: NodeId) -> bool {
        self.lanes.iter().any(|lane| lane.id.container == id)
    }
}

/// Lays out a model. Never fails: what the layout engine cannot place is placed by a simpler one.
pub fn layout(model: &GraphModel, widths: &TextWidths, folded: &BTreeSet<NodeId>) -> Layout {
    layout_with(model, widths, folded, elk::place)
}

/// A way to place one scope.
type Place = fn(&scope::FlatGraph) -> Option<scope::Placed>;

fn layout_with(model: &GraphModel, widths: &TextWidths, folded: &BTreeSet<NodeId>, place: Place) -> Layout {
    let mut members: BTreeMap<Option<LaneId>, Vec<NodeId>> = BTreeMap::new();
    for (id, node) in model.iter_nodes() {
        members.entry(node.lane).or_default().push(id);
    }
    let mut builder = Builder { model, widths, folded, place, members, sizes: Vec::new(), scopes: Vec::new() };
    builder.sizes = vec![NODE_SIZE; model.nodes.len()];
    builder.scopes.resize_with(model.nodes.len(), Vec::new);
    let root = builder.scope(None, 0);
    let mut out = Layout {
        nodes: vec![None; model.nodes.len()],
        containers: Vec::new(),
        lanes: Vec::new(),
        edges: vec![Route::default(); model.edges.len()],
        start: None,
        bounds: Rect::from_min_size(Pos2::ZERO, root.size),
    };
    builder.write(root, Vec2::ZERO, &mut out);
    out
}

/// Nesting deeper than this is drawn folded: the language sets no limit, the stack does.
const MAX_DEPTH: u32 = 64;

struct Builder<'a> {
    model: &'a GraphModel,
    widths: &'a TextWidths,
    folded: &'a BTreeSet<NodeId>,
    place: Place,
    members: BTreeMap<Option<LaneId>, Vec<NodeId>>,
    sizes: Vec<Vec2>,
    /// By container: its lanes once they are laid out.
    scopes: Vec<Vec<scope::Scope>>,
}

impl Builder<'_> {
    fn scope(&mut self, lane: Option<LaneId>, depth: u32) -> scope::Scope {
        let nodes = self.members.remove(&lane).unwrap_or_default();
        for id in &nodes {
            let node = &self.model.nodes[id.index()];
            if node.is_container() && !self.folded.contains(id) && depth < MAX_DEPTH {
                self.container(*id, node.n_lanes, depth);
            }
        }
        let start = if lane.is_none() { self.model.start } else { None };
        scope::lay_out(self.model, self.widths, &self.sizes, nodes, start, self.place)
    }

    fn container(&mut self, id: NodeId, n_lanes: u32, depth: u32) {
        let lanes: Vec<_> =
            (0..n_lanes).map(|lane| self.scope(Some(LaneId { container: id, lane }), depth + 1)).collect();
        let inner: f32 = lanes.iter().map(|lane| lane_size(lane).x).sum();
        let width = inner + LANE_GAP * (lanes.len() as f32 - 1.0) + 2.0 * CONTAINER_PADDING;
        let height = lanes.iter().map(|lane| lane_size(lane).y).fold(0.0, f32::max);
        // Icon, fold caret and the padding around them take 72 of the header.
        let header = self.widths.headers.get(id.index()).copied().unwrap_or(0.0) + 72.0;
        self.sizes[id.index()] =
            Vec2::new(width.max(even(header)).max(NODE_SIZE.x), HEADER_HEIGHT + height + CONTAINER_PADDING);
        self.scopes[id.index()] = lanes;
    }

    fn write(&mut self, scope: scope::Scope, offset: Vec2, out: &mut Layout) {
        for (edge, route) in scope.edges {
            out.edges[edge.index()] = route.moved(offset);
        }
        if let Some(start) = scope.start {
            out.start = Some(StartMark { center: start.center + offset, route: start.route.moved(offset) });
        }
        for (id, rect) in scope.nodes {
            let rect = rect.translate(offset);
            out.nodes[id.index()] = Some(rect);
            let lanes = std::mem::take(&mut self.scopes[id.index()]);
            if lanes.is_empty() {
                continue;
            }
            out.containers.push(id);
            let inner: f32 = lanes.iter().map(|lane| lane_size(lane).x).sum();
            let gaps = LANE_GAP * (lanes.len() as f32 - 1.0) + 2.0 * CONTAINER_PADDING;
            // A header wider than the lanes widens them all alike.
            let spare = ((rect.width() - inner - gaps) / lanes.len() as f32).max(0.0);
            let mut left = rect.left() + CONTAINER_PADDING;
            let mut insides = Vec::with_capacity(lanes.len());
            for (index, lane) in lanes.iter().enumerate() {
                let lane_rect = Rect::from_min_max(
                    pos2(left, rect.top() + HEADER_HEIGHT),
                    pos2(left + lane_size(lane).x + spare, rect.bottom() - CONTAINER_PADDING),
                );
                out.lanes.push(Lane { id: LaneId { container: id, lane: index as u32 }, rect: lane_rect });
                insides
                    .push(lane_rect.min.to_vec2() + Vec2::new((spare / 2.0).floor(), 0.0) + Vec2::splat(LANE_PADDING));
                left = lane_rect.right() + LANE_GAP;
            }
            for (lane, inside) in lanes.into_iter().zip(insides) {
                self.write(lane, inside, out);
            }
        }
    }
}

impl Route {
    fn moved(mut self, offset: Vec2) -> Self {
        for point in &mut self.points {
            *point += offset;
        }
        self.label = self.label.map(|label| label.translate(offset));
        self
    }
}

fn lane_size(lane: &scope::Scope) -> Vec2 {
    // A branch without states (an invalid text) still shows as a lane.
    lane.size.max(Vec2::new(48.0, 24.0)) + Vec2::splat(2.0 * LANE_PADDING)
}

/// Rounds up to the next even number, so that centres fall on whole points.
fn even(width: f32) -> f32 {
    (width / 2.0).ceil() * 2.0
}

#[cfg(test)]
mod tests;
