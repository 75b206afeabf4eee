//! A layered layout of our own, for scopes that ELK cannot place: longest-path layers, one track per edge.
//!
//! Correct rather than beautiful. No edge crosses a box: across, edges run between layers; up and down, in the gap at
//! the right of a box or in a column of their own beside all boxes.

use egui::{Pos2, Rect, pos2, vec2};

use super::Route;
use super::scope::{FlatEdge, FlatGraph, Placed, Side, straightened};

const GAP: f32 = 40.0;
const LAYER_GAP: f32 = 32.0;
const TRACK: f32 = 8.0;
const COLUMN: f32 = 12.0;

/// Places a scope.
pub fn place(flat: &FlatGraph) -> Placed {
    let layer_of = layers(flat);
    let n_layers = layer_of.iter().max().map_or(0, |last| last + 1);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); n_layers];
    for (index, layer) in layer_of.iter().enumerate() {
        rows[*layer].push(index);
    }

    // Each edge has one track in the gap below its source and one in the gap above its target.
    let mut tracks = vec![0_usize; n_layers + 1];
    let mut take = |gap: usize| {
        tracks[gap] += 1;
        tracks[gap] - 1
    };
    let taken: Vec<_> =
        flat.edges.iter().map(|edge| (take(layer_of[edge.from] + 1), take(layer_of[edge.to]))).collect();

    let widths: Vec<f32> =
        rows.iter().map(|row| row.iter().map(|index| flat.boxes[*index].room.x + GAP).sum()).collect();
    let widest = widths.iter().copied().fold(0.0, f32::max);
    let mut boxes = vec![Pos2::ZERO; flat.boxes.len()];
    let mut gap_tops = Vec::with_capacity(n_layers + 1);
    let mut top = 0.0;
    for (layer, row) in rows.iter().enumerate() {
        gap_tops.push(top);
        top += LAYER_GAP + TRACK * tracks[layer] as f32;
        let mut left = ((widest - widths[layer]) / 2.0).floor();
        let mut height = 0.0_f32;
        for index in row {
            boxes[*index] = pos2(left, top);
            left += flat.boxes[*index].room.x + GAP;
            height = height.max(flat.boxes[*index].room.y);
        }
        top += height;
    }
    gap_tops.push(top);

    let mut n_columns = 0.0;
    let mut edges = Vec::with_capacity(flat.edges.len());
    for (edge, (track_out, track_in)) in flat.edges.iter().zip(taken) {
        let height_of = |gap: usize, track: usize| gap_tops[gap] + LAYER_GAP / 2.0 + TRACK * track as f32;
        let out = height_of(layer_of[edge.from] + 1, track_out);
        let back = height_of(layer_of[edge.to], track_in);
        let mut points = leave(flat, &boxes, edge, out);
        if layer_of[edge.to] == layer_of[edge.from] + 1 {
            // Neighbouring layers share the gap: one track is enough.
            enter(flat, &boxes, edge, out, &mut points);
        } else {
            n_columns += 1.0;
            let column = widest + COLUMN * n_columns;
            points.push(pos2(column, out));
            points.push(pos2(column, back));
            enter(flat, &boxes, edge, back, &mut points);
        }
        let label = edge.label.map(|size| {
            let first = points.get(1).copied().unwrap_or(points[0]);
            Rect::from_center_size(pos2(first.x, first.y), vec2(size.x, size.y))
        });
        edges.push(Route { points: straightened(points), label });
    }
    Placed { boxes, edges }
}

/// Returns how hard a scope is to place: a layered algorithm works on its boxes and on each layer an edge passes.
pub fn weight(flat: &FlatGraph) -> usize {
    let layer_of = layers(flat);
    let spans = flat.edges.iter().map(|edge| layer_of[edge.from].abs_diff(layer_of[edge.to]));
    flat.boxes.len() + spans.sum::<usize>()
}

/// From the port to the track below.
fn leave(flat: &FlatGraph, boxes: &[Pos2], edge: &FlatEdge, track: f32) -> Vec<Pos2> {
    let port = boxes[edge.from] + flat.port(edge.from, edge.exit).to_vec2();
    match edge.exit {
        Side::East(_) => vec![port, pos2(port.x + 8.0, port.y), pos2(port.x + 8.0, track)],
        Side::North | Side::South => vec![port, pos2(port.x, track)],
    }
}

/// From the track above to the port.
fn enter(flat: &FlatGraph, boxes: &[Pos2], edge: &FlatEdge, track: f32, points: &mut Vec<Pos2>) {
    let port = boxes[edge.to] + flat.port(edge.to, edge.entry).to_vec2();
    match edge.entry {
        Side::East(_) => points.extend([pos2(port.x + 16.0, track), pos2(port.x + 16.0, port.y), port]),
        Side::North | Side::South => points.extend([pos2(port.x, track), port]),
    }
}

/// The layer of each box: the longest way to it along edges that do not go back.
fn layers(flat: &FlatGraph) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); flat.boxes.len()];
    for edge in &flat.edges {
        next[edge.from].push(edge.to);
    }
    // Depth first, without recursion: an edge to a box that is still open goes back.
    let mut order = Vec::with_capacity(flat.boxes.len());
    let mut is_seen = vec![false; flat.boxes.len()];
    let mut is_open = vec![false; flat.boxes.len()];
    let mut forward: Vec<Vec<usize>> = vec![Vec::new(); flat.boxes.len()];
    for root in 0..flat.boxes.len() {
        if is_seen[root] {
            continue;
        }
        is_seen[root] = true;
        is_open[root] = true;
        let mut stack = vec![(root, 0)];
        while let Some((index, nth)) = stack.last_mut() {
            let index = *index;
            if let Some(&target) = next[index].get(*nth) {
                *nth += 1;
                if !is_open[target] {
                    forward[index].push(target);
                }
                if !is_seen[target] {
                    is_seen[target] = true;
                    is_open[target] = true;
                    stack.push((target, 0));
                }
            } else {
                is_open[index] = false;
                order.push(index);
                stack.pop();
            }
        }
    }
    let mut layer = vec![0; flat.boxes.len()];
    for index in order.into_iter().rev() {
        for target in &forward[index] {
            layer[*target] = layer[*target].max(layer[index] + 1);
        }
    }
    layer
}
