//! Which state an arrow key leads to: along edges, and in and out of lanes.

use egui::{Rect, Vec2};

use super::model::{LaneId, NodeId};
use super::shapes::hit_rect;
use super::shapes::scene::Scene;

/// The direction of an arrow key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
    Left,
    Right,
}

impl Direction {
    fn vector(self) -> Vec2 {
        match self {
            Self::Up => Vec2::UP,
            Self::Down => Vec2::DOWN,
            Self::Left => Vec2::LEFT,
            Self::Right => Vec2::RIGHT,
        }
    }
}

/// Returns the state that an arrow key leads to; the first state if none is selected, `None` if there is no way.
///
/// Down from a container leads into it, down from the last state of a lane goes on after the container. Else the nearest
/// in the direction is taken, of the states joined to this one by an edge or standing in lanes beside it.
pub fn step(scene: &Scene, from: Option<NodeId>, direction: Direction) -> Option<NodeId> {
    let Some(from) = from.filter(|id| scene.layout.node(*id).is_some()) else { return scene.model.start };
    let here = hit_rect(scene, from)?;
    let nearest = |candidates: Vec<NodeId>| {
        let costs = candidates
            .into_iter()
            .filter(|id| *id != from)
            .filter_map(|id| Some((cost(here, hit_rect(scene, id)?, direction.vector())?, id)));
        costs.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, id)| id)
    };
    if direction == Direction::Down
        && let Some(inside) = nearest(inside(scene, from))
    {
        return Some(inside);
    }
    let mut scope = Some(from);
    while let Some(id) = scope {
        if let Some(found) = nearest(neighbours(scene, id, direction)) {
            return Some(found);
        }
        // No way on in this lane: look around its container.
        scope = scene.model.node(id).and_then(|node| node.lane).map(|lane| lane.container);
    }
    None
}

/// The length of the way, with a preference for straight ones; `None` if it leads elsewhere.
fn cost(from: Rect, to: Rect, toward: Vec2) -> Option<f32> {
    let way = to.center() - from.center();
    let along = way.dot(toward);
    let across = (way - along * toward).length();
    (along > 1.0 && along * 4.0 > across).then_some(along + 2.0 * across)
}

fn inside(scene: &Scene, container: NodeId) -> Vec<NodeId> {
    let is_inside = |lane: Option<LaneId>| lane.is_some_and(|lane| lane.container == container);
    scene.model.iter_nodes().filter(|(_, node)| is_inside(node.lane)).map(|(id, _)| id).collect()
}

fn neighbours(scene: &Scene, id: NodeId, direction: Direction) -> Vec<NodeId> {
    let ends = scene.model.edges.iter().flat_map(|edge| [(edge.from, edge.to), (edge.to, edge.from)]);
    let mut found: Vec<NodeId> = ends.filter(|(from, _)| *from == id).map(|(_, to)| to).collect();
    if let Some(lane) = scene.model.node(id).and_then(|node| node.lane) {
        // The header stands above its lanes.
        found.extend((direction == Direction::Up).then_some(lane.container));
        found.extend(inside(scene, lane.container));
    }
    found
}
