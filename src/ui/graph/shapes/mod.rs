//! How the graph is drawn, and its shapes for `egui_graphs`.
//!
//! `scene` is what is drawn, `node`, `edge` and `container` draw it with a `pen`; `screen` is the pen for egui. Here,
//! states and edges become the display shapes of an [`egui_graphs::Graph`]. All of them share one [`Scene`].

mod compared;
pub mod container;
mod edge;
pub mod node;
pub mod pen;
pub mod scene;
pub mod screen;

use std::sync::Arc;

use egui::{Pos2, Rect, Shape, Vec2};
use egui_graphs::{DisplayEdge, DisplayNode, DrawContext, EdgeProps, Graph, Node, NodeProps};
use petgraph::Directed;
use petgraph::stable_graph::{DefaultIx, NodeIndex};

use super::model::{EdgeId, NodeId};
use scene::Scene;
use screen::{Families, ScreenPen};

/// What the shapes of one picture share.
#[derive(Debug)]
pub struct Picture {
    /// What is drawn.
    pub scene: Scene,
    /// With which fonts.
    pub families: Families,
}

/// The payload of a node: `egui_graphs` clones it for every edge, so it is a reference and a number.
#[derive(Clone, Debug)]
pub struct NodePayload {
    /// The picture it belongs to.
    pub picture: Arc<Picture>,
    /// The state.
    pub id: NodeId,
}

/// The payload of an edge.
#[derive(Clone, Debug)]
pub struct EdgePayload {
    /// The picture it belongs to.
    pub picture: Arc<Picture>,
    /// The edge; `None` for the one that draws containers, lanes and Start under all others.
    pub id: Option<EdgeId>,
}

/// The graph as `egui_graphs` holds it.
pub type StateGraph = Graph<NodePayload, EdgePayload, Directed, DefaultIx, StateShape, EdgeShape>;

/// Builds the graph of a picture. The node of a state has the state's id for an index.
pub fn build(picture: &Arc<Picture>) -> StateGraph {
    let mut graph = StateGraph::new();
    // Those that are gone too, or the others would have other indices; without a place they are not drawn.
    for id in (0..picture.scene.model.nodes.len() as u32).map(NodeId) {
        let location = picture.scene.layout.node(id).map_or(Pos2::ZERO, |rect| rect.center());
        graph.add_node_with_label_and_location(NodePayload { picture: picture.clone(), id }, String::new(), location);
    }
    if graph.node_count() > 0 {
        // Edges are drawn in their order and before nodes: the first one is the background.
        let first = NodeIndex::new(0);
        graph.add_edge(first, first, EdgePayload { picture: picture.clone(), id: None });
    }
    for (id, edge) in picture.scene.model.iter_edges() {
        if picture.scene.model.is_drawable(edge) {
            let (from, to) = (NodeIndex::new(edge.from.index()), NodeIndex::new(edge.to.index()));
            graph.add_edge(from, to, EdgePayload { picture: picture.clone(), id: Some(id) });
        }
    }
    graph
}

/// Shows another picture of the same model and layout with the same graph.
pub fn replace(graph: &mut StateGraph, picture: &Arc<Picture>) {
    for node in graph.g_mut().node_weights_mut() {
        node.payload_mut().picture = picture.clone();
    }
    for edge in graph.g_mut().edge_weights_mut() {
        edge.payload_mut().picture = picture.clone();
    }
}

/// A state.
#[derive(Clone, Debug)]
pub struct StateShape(NodePayload);

impl StateShape {
    fn rect(&self) -> Option<Rect> {
        self.0.picture.scene.layout.node(self.0.id)
    }
}

impl From<NodeProps<NodePayload>> for StateShape {
    fn from(props: NodeProps<NodePayload>) -> Self {
        Self(props.payload)
    }
}

impl DisplayNode<NodePayload, EdgePayload, Directed, DefaultIx> for StateShape {
    fn closest_boundary_point(&self, dir: Vec2) -> Pos2 {
        let Some(rect) = self.rect() else { return Pos2::ZERO };
        let half = rect.size() / 2.0;
        let scale = (half.x / dir.x.abs().max(f32::EPSILON)).min(half.y / dir.y.abs().max(f32::EPSILON));
        rect.center() + if dir == Vec2::ZERO { dir } else { dir * scale }
    }

    fn shapes(&mut self, ctx: &DrawContext<'_>) -> Vec<Shape> {
        with_pen(&self.0.picture, ctx, |scene, pen| scene.draw_node(pen, self.0.id))
    }

    fn update(&mut self, state: &NodeProps<NodePayload>) {
        self.0 = state.payload.clone();
    }

    fn is_inside(&self, pos: Pos2) -> bool {
        hit_rect(&self.0.picture.scene, self.0.id).is_some_and(|rect| rect.contains(pos))
    }
}

/// Returns the part of a state that answers to the pointer: a container's header, or the whole box.
pub fn hit_rect(scene: &Scene, id: NodeId) -> Option<Rect> {
    let rect = scene.layout.node(id)?;
    Some(if scene.layout.shows_lanes(id) { container::header_rect(rect) } else { rect })
}

/// An edge, or the background.
#[derive(Clone, Debug)]
pub struct EdgeShape(EdgePayload);

impl From<EdgeProps<EdgePayload>> for EdgeShape {
    fn from(props: EdgeProps<EdgePayload>) -> Self {
        Self(props.payload)
    }
}

type StateNode = Node<NodePayload, EdgePayload, Directed, DefaultIx, StateShape>;

impl DisplayEdge<NodePayload, EdgePayload, Directed, DefaultIx, StateShape> for EdgeShape {
    fn shapes(&mut self, _start: &StateNode, _end: &StateNode, ctx: &DrawContext<'_>) -> Vec<Shape> {
        with_pen(&self.0.picture, ctx, |scene, pen| match self.0.id {
            Some(id) => scene.draw_edge(pen, id),
            None => scene.draw_background(pen),
        })
    }

    fn update(&mut self, state: &EdgeProps<EdgePayload>) {
        self.0 = state.payload.clone();
    }

    fn is_inside(&self, _start: &StateNode, _end: &StateNode, pos: Pos2) -> bool {
        self.0.id.is_some_and(|id| is_on_edge(&self.0.picture.scene, id, pos))
    }

    fn extra_bounds(&self, _start: &StateNode, _end: &StateNode) -> Option<(Pos2, Pos2)> {
        let bounds = self.0.picture.scene.layout.bounds;
        self.0.id.is_none().then_some((bounds.min, bounds.max))
    }
}

/// Returns whether a point is on an edge's line (within 5 points) or its label.
pub fn is_on_edge(scene: &Scene, id: EdgeId, pos: Pos2) -> bool {
    let Some(route) = scene.layout.edges.get(id.index()) else { return false };
    route.label.is_some_and(|label| label.contains(pos))
        || route.points.windows(2).any(|piece| Rect::from_two_pos(piece[0], piece[1]).expand(5.0).contains(pos))
}

fn with_pen(picture: &Picture, ctx: &DrawContext<'_>, draw: impl FnOnce(&Scene, &mut ScreenPen<'_>)) -> Vec<Shape> {
    let clip = ctx.painter.clip_rect();
    let mut pen = ScreenPen::new(ctx.ctx, &picture.families, ctx.meta.zoom, ctx.meta.pan, clip);
    draw(&picture.scene, &mut pen);
    pen.into_shapes()
}
