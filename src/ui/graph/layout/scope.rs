//! One scope as a flat graph: boxes with room for what is drawn beside them, ports, and edges; and the way back.
//!
//! The room of a state is larger than its body: Retry loops stand west of it, the labels of its Catch edges east.
//! Placers see rooms only, so nothing they route can cross a label.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::super::model::{EdgeId, GraphModel, NodeId};
use super::super::style::{CHIP_EXTRA, CHIP_HEIGHT, CHIP_OFFSET, CHIP_TEXT_MAX, RETRY_ROOM, START_RADIUS};
use super::{Place, Route, StartMark, TextWidths, even, layered};

/// Labels of Catch edges stand this far apart, centre to centre.
const CHIP_PITCH: f32 = 24.0;
/// The room for a self loop on the east side; its label is counted apart.
const LOOP_ROOM: f32 = 28.0;

/// A box to place.
pub struct FlatBox {
    /// The size to keep free.
    pub room: Vec2,
    /// What is drawn, relative to the room.
    pub body: Rect,
}

/// Where an edge leaves or enters a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Side {
    /// The middle of the body's top.
    North,
    /// The middle of the body's bottom.
    South,
    /// The east edge of the room, at this height in the room.
    East(f32),
}

/// An edge to route.
pub struct FlatEdge {
    /// Index of the source in [`FlatGraph::boxes`].
    pub from: usize,
    /// Index of the target.
    pub to: usize,
    /// Where it leaves.
    pub exit: Side,
    /// Where it enters.
    pub entry: Side,
    /// The size of a label the placer has to find room for.
    pub label: Option<Vec2>,
    /// Whether it should be straight and point down before others.
    pub is_main: bool,
}

/// What a placer gets.
#[derive(Default)]
pub struct FlatGraph {
    /// In the order of the definition; the Start disc first.
    pub boxes: Vec<FlatBox>,
    /// No self loops.
    pub edges: Vec<FlatEdge>,
}

impl FlatGraph {
    /// Returns a port in the coordinates of its room.
    pub fn port(&self, index: usize, side: Side) -> Pos2 {
        let FlatBox { room, body } = &self.boxes[index];
        match side {
            Side::North => pos2(body.center().x, 0.0),
            Side::South => pos2(body.center().x, room.y),
            Side::East(height) => pos2(room.x, height),
        }
    }
}

/// What a placer returns.
pub struct Placed {
    /// The top left of each room.
    pub boxes: Vec<Pos2>,
    /// From port to port, with the label if there was one.
    pub edges: Vec<Route>,
}

/// A scope that is laid out; its top left is the origin.
pub struct Scope {
    pub nodes: Vec<(NodeId, Rect)>,
    pub edges: Vec<(EdgeId, Route)>,
    pub start: Option<StartMark>,
    pub size: Vec2,
}

/// Lays out the states of one scope, whose sizes are known.
pub fn lay_out(
    model: &GraphModel,
    widths: &TextWidths,
    sizes: &[Vec2],
    nodes: Vec<NodeId>,
    start: Option<NodeId>,
    place: Place,
) -> Scope {
    let draft = Draft::new(model, widths, sizes, nodes, start);
    let placed = place(&draft.flat).unwrap_or_else(|| layered::place(&draft.flat));
    draft.finish(placed)
}

/// What an edge of the flat graph stands for.
enum Meaning {
    Start,
    Edge(EdgeId),
}

struct Draft {
    flat: FlatGraph,
    nodes: Vec<NodeId>,
    has_start: bool,
    /// By flat edge.
    meanings: Vec<Meaning>,
    /// By flat edge: the height in the room at which a Catch edge leaves, and the size of its label.
    chips: Vec<Option<Vec2>>,
    self_loops: Vec<(EdgeId, usize, Option<Vec2>, bool)>,
}

impl Draft {
    fn new(model: &GraphModel, widths: &TextWidths, sizes: &[Vec2], nodes: Vec<NodeId>, start: Option<NodeId>) -> Self {
        let start = start.filter(|id| nodes.contains(id));
        let first = usize::from(start.is_some());
        // Ids in a scope are not consecutive; this finds the box of each.
        let mut box_of = vec![None; model.nodes.len()];
        for (index, id) in nodes.iter().enumerate() {
            box_of[id.index()] = Some(first + index);
        }
        let chip = |id: EdgeId| {
            let width = widths.labels.get(id.index()).copied().unwrap_or(0.0);
            (width > 0.0).then(|| vec2(even(width.min(CHIP_TEXT_MAX)) + CHIP_EXTRA, CHIP_HEIGHT))
        };
        let mut out = Self {
            flat: FlatGraph::default(),
            has_start: start.is_some(),
            meanings: Vec::new(),
            chips: Vec::new(),
            self_loops: Vec::new(),
            nodes,
        };
        let n_boxes = first + out.nodes.len();
        let mut catches: Vec<Vec<EdgeId>> = vec![Vec::new(); n_boxes];
        let mut only_caught = vec![true; n_boxes];
        let mut east_room = vec![0.0_f32; n_boxes];
        let mut west_room = vec![0.0_f32; n_boxes];
        for (index, id) in out.nodes.iter().enumerate() {
            if model.nodes[id.index()].has_retry {
                west_room[first + index] = RETRY_ROOM;
            }
        }
        let mut others = Vec::new();
        for (id, edge) in model.iter_edges() {
            let (Some(&Some(from)), Some(&Some(to))) = (box_of.get(edge.from.index()), box_of.get(edge.to.index()))
            else {
                continue;
            };
            if from == to {
                let is_west = west_room[from] == 0.0;
                let room = LOOP_ROOM + chip(id).map_or(0.0, |chip| chip.x + 8.0);
                let side = if is_west { &mut west_room } else { &mut east_room };
                side[from] += room;
                out.self_loops.push((id, from, chip(id), is_west));
            } else if edge.is_catch() {
                catches[from].push(id);
            } else {
                only_caught[to] = false;
                others.push((id, from, to));
            }
        }
        if let Some(start) = start.and_then(|id| box_of[id.index()]) {
            only_caught[start] = false;
        }
        for (index, catches) in catches.iter().enumerate() {
            let widest = catches.iter().filter_map(|id| chip(*id)).map(|chip| chip.x).fold(0.0, f32::max);
            if !catches.is_empty() {
                east_room[index] += CHIP_OFFSET + widest + 16.0;
            }
        }

        if start.is_some() {
            let size = Vec2::splat(2.0 * START_RADIUS);
            out.flat.boxes.push(FlatBox { room: size, body: Rect::from_min_size(Pos2::ZERO, size) });
        }
        for (index, id) in out.nodes.iter().enumerate() {
            let index = first + index;
            let size = sizes[id.index()];
            let chips_height = catches[index].len() as f32 * CHIP_PITCH - (CHIP_PITCH - CHIP_HEIGHT);
            let extra = even((chips_height - size.y).max(0.0) / 2.0);
            let body = Rect::from_min_size(pos2(west_room[index], extra), size);
            let room = vec2(west_room[index] + size.x + east_room[index], size.y + 2.0 * extra);
            out.flat.boxes.push(FlatBox { room, body });
        }

        if let Some(start) = start.and_then(|id| box_of[id.index()]) {
            out.push(Meaning::Start, None, (0, start), Side::South, Side::North, true);
        }
        for (id, from, to) in others {
            let is_main = matches!(model.edges[id.index()].kind, super::super::model::EdgeKind::Next);
            let label = chip(id);
            out.push(Meaning::Edge(id), None, (from, to), Side::South, Side::North, is_main);
            if let Some(edge) = out.flat.edges.last_mut() {
                edge.label = label;
            }
        }
        for (from, list) in catches.iter().enumerate() {
            for (nth, id) in list.iter().enumerate() {
                let edge = &model.edges[id.index()];
                let Some(to) = box_of[edge.to.index()] else { continue };
                let body = out.flat.boxes[from].body;
                let height = body.center().y + (nth as f32 - (list.len() as f32 - 1.0) / 2.0) * CHIP_PITCH;
                let entry_body = out.flat.boxes[to].body;
                let entry = match catches[to].len() {
                    _ if only_caught[to] => Side::North,
                    0 => Side::East(entry_body.center().y),
                    // Under the only label of the target's own Catch edge.
                    1 => Side::East(entry_body.center().y + 16.0),
                    _ => Side::North,
                };
                out.push(Meaning::Edge(*id), chip(*id), (from, to), Side::East(height), entry, false);
            }
        }
        out
    }

    fn push(
        &mut self,
        meaning: Meaning,
        chip: Option<Vec2>,
        ends: (usize, usize),
        exit: Side,
        entry: Side,
        is_main: bool,
    ) {
        self.meanings.push(meaning);
        self.chips.push(chip);
        self.flat.edges.push(FlatEdge { from: ends.0, to: ends.1, exit, entry, label: None, is_main });
    }

    fn finish(self, placed: Placed) -> Scope {
        // Thirds of points occur; whole ones keep strokes crisp, and offsets inside a room are whole already.
        let boxes: Vec<Pos2> = placed.boxes.iter().map(|min| min.round()).collect();
        let body = |index: usize| self.flat.boxes[index].body.translate(boxes[index].to_vec2());
        let first = usize::from(self.has_start);
        let mut edges = Vec::with_capacity(self.meanings.len());
        let mut start = None;
        for (index, (meaning, placed)) in self.meanings.iter().zip(placed.edges).enumerate() {
            let edge = &self.flat.edges[index];
            let (source, target) = (body(edge.from), body(edge.to));
            let mut points = Vec::with_capacity(placed.points.len() + 4);
            match edge.exit {
                Side::East(height) => {
                    let height = height + boxes[edge.from].y;
                    let leave = height.clamp(source.top() + 8.0, source.bottom() - 8.0);
                    points.push(pos2(source.right(), leave));
                    points.push(pos2(source.right() + CHIP_OFFSET / 2.0, leave));
                    points.push(pos2(source.right() + CHIP_OFFSET / 2.0, height));
                }
                Side::North | Side::South => points.push(pos2(source.center().x, source.bottom())),
            }
            points.extend(placed.points.iter().map(|point| point.round()));
            points.push(match edge.entry {
                Side::East(height) => pos2(target.right(), height + boxes[edge.to].y),
                Side::North | Side::South => pos2(target.center().x, target.top()),
            });
            let mut label = placed.label.map(|label| Rect::from_min_size(label.min.round(), label.size()));
            if let (Some(chip), Side::East(height)) = (self.chips[index], edge.exit) {
                let center = pos2(source.right() + CHIP_OFFSET + chip.x / 2.0, height + boxes[edge.from].y);
                label = Some(Rect::from_center_size(center, chip));
            }
            let route = Route { points: straightened(points), label };
            match meaning {
                Meaning::Start => start = Some(StartMark { center: source.center(), route }),
                Meaning::Edge(id) => edges.push((*id, route)),
            }
        }
        for (id, index, chip, is_west) in &self.self_loops {
            edges.push((*id, self_loop(body(*index), *chip, *is_west)));
        }

        let nodes: Vec<_> = self.nodes.iter().enumerate().map(|(index, id)| (*id, body(first + index))).collect();
        let mut bounds = Rect::NOTHING;
        for (index, min) in boxes.iter().enumerate() {
            bounds = bounds.union(Rect::from_min_size(*min, self.flat.boxes[index].room));
        }
        for route in edges.iter().map(|(_, route)| route).chain(start.iter().map(|start| &start.route)) {
            bounds = bounds.union(route.bounds());
        }
        if !bounds.is_positive() {
            bounds = Rect::from_min_size(Pos2::ZERO, Vec2::ZERO);
        }
        let offset = -bounds.min.to_vec2();
        Scope {
            nodes: nodes.into_iter().map(|(id, rect)| (id, rect.translate(offset))).collect(),
            edges: edges.into_iter().map(|(id, route)| (id, route.moved(offset))).collect(),
            start: start.map(|mark| StartMark { center: mark.center + offset, route: mark.route.moved(offset) }),
            size: bounds.size(),
        }
    }
}

/// A loop from the lower to the upper part of one side, with its label outside.
fn self_loop(body: Rect, chip: Option<Vec2>, is_west: bool) -> Route {
    let (side, out) = if is_west { (body.left(), -20.0) } else { (body.right(), 20.0) };
    let middle = if body.height() > 60.0 { body.top() + 22.0 } else { body.center().y };
    let (low, high) = (middle + 14.0, middle - 14.0);
    let points = vec![pos2(side, low), pos2(side + out, low), pos2(side + out, high), pos2(side, high)];
    let label = chip.map(|chip| {
        let center = side + out + out.signum() * (4.0 + chip.x / 2.0);
        Rect::from_center_size(pos2(center, middle), chip)
    });
    Route { points, label }
}

/// Drops repeated points and those in the middle of a straight line, and squares corners that rounding has bent.
pub fn straightened(points: Vec<Pos2>) -> Vec<Pos2> {
    let mut out: Vec<Pos2> = Vec::with_capacity(points.len());
    for mut point in points {
        if let Some(last) = out.last().copied() {
            // A difference of one point comes from rounding, not from routing.
            if (last.x - point.x).abs() <= 1.0 && (last.y - point.y).abs() > 1.0 {
                point.x = last.x;
            } else if (last.y - point.y).abs() <= 1.0 && (last.x - point.x).abs() > 1.0 {
                point.y = last.y;
            }
            if last.distance(point) < 0.5 {
                continue;
            }
        }
        while let [.., before, last] = out.as_slice() {
            let in_line = (before.x == last.x && last.x == point.x) || (before.y == last.y && last.y == point.y);
            if !in_line {
                break;
            }
            out.pop();
        }
        out.push(point);
    }
    out
}
