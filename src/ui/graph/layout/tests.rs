//! Laws of layouts: nothing overlaps, everything is inside what it belongs to.

use std::collections::BTreeSet;

use super::super::model::{EdgeKind, GraphEdge, GraphModel, GraphNode, LaneId, NodeId};
use super::super::samples;
use super::{Layout, TextWidths, elk, layered, layout, layout_with};
use crate::asl::StateKind;

fn widths(model: &GraphModel) -> TextWidths {
    TextWidths::measure(model, |text| text.len() as f32 * 7.5, |text| text.len() as f32 * 6.0)
}

fn lay_out(model: &GraphModel) -> Layout {
    layout(model, &widths(model), &BTreeSet::new())
}

/// What holds for every model, whoever placed it.
fn check(model: &GraphModel, layout: &Layout, what: &str) {
    let inside = |outer: egui::Rect, inner: egui::Rect| outer.expand(0.51).contains_rect(inner);
    for (id, node) in model.iter_nodes() {
        let rect = layout.node(id).unwrap_or_else(|| panic!("{what}: {} has no place", node.name));
        assert!(rect.is_finite() && rect.is_positive(), "{what}: {} is at {rect}", node.name);
        assert!(inside(layout.bounds, rect), "{what}: {} is out of bounds", node.name);
        if let Some(lane) = node.lane {
            let lane_rect = layout.lanes.iter().find(|it| it.id == lane).expect("the lane is laid out").rect;
            assert!(inside(lane_rect, rect), "{what}: {} leaves its lane", node.name);
            let container = layout.node(lane.container).expect("the container is laid out");
            assert!(inside(container, lane_rect), "{what}: a lane of {:?} leaves it", lane.container);
        }
        for (other_id, other) in model.iter_nodes().skip(id.index() + 1).filter(|(_, it)| it.lane == node.lane) {
            let other_rect = layout.node(other_id).expect("placed");
            assert!(!rect.shrink(0.5).intersects(other_rect), "{what}: {} overlaps {}", node.name, other.name);
        }
    }
    for (id, edge) in model.iter_edges() {
        let route = &layout.edges[id.index()];
        if !model.is_drawable(edge) {
            assert!(route.points.is_empty(), "{what}: edge {id:?} to nowhere is drawn");
            continue;
        }
        assert!(route.points.len() >= 2, "{what}: edge {id:?} has no route");
        for piece in route.points.windows(2) {
            let (a, b) = (piece[0], piece[1]);
            assert!(a.is_finite() && b.is_finite(), "{what}: edge {id:?}");
            assert!(a.x == b.x || a.y == b.y, "{what}: edge {id:?} {:?} is not orthogonal: {:?}", edge, route.points);
            let piece = egui::Rect::from_two_pos(a, b).expand(0.01);
            assert!(inside(layout.bounds, piece.shrink(0.01)), "{what}: edge {id:?} is out of bounds");
            for (node_id, node) in model.iter_nodes() {
                if node.lane == model.nodes[edge.from.index()].lane {
                    let body = layout.node(node_id).expect("placed").shrink(2.0);
                    assert!(
                        !piece.intersects(body),
                        "{what}: edge {id:?} {edge:?} crosses {}: {:?}",
                        node.name,
                        route.points
                    );
                }
            }
        }
        if let Some(label) = route.label {
            for (node_id, node) in model.iter_nodes() {
                if node.lane == model.nodes[edge.from.index()].lane {
                    let body = layout.node(node_id).expect("placed").shrink(1.0);
                    assert!(!label.intersects(body), "{what}: label of edge {id:?} covers {}", node.name);
                }
            }
        }
        let (from, to) = (layout.node(edge.from).expect("placed"), layout.node(edge.to).expect("placed"));
        assert!(from.expand(1.0).contains(route.points[0]), "{what}: edge {id:?} does not start at its source");
        assert!(to.expand(1.0).contains(route.points[route.points.len() - 1]), "{what}: edge {id:?} misses its target");
    }
}

#[test]
fn random_models_hold_the_invariants() {
    for seed in 0..120 {
        let model = samples::random(seed, 4 + (seed as u32 * 7) % 60);
        check(&model, &lay_out(&model), &format!("seed {seed}"));
    }
}

#[test]
fn elk_places_every_random_scope_itself() {
    for seed in 0..60 {
        let model = samples::random(seed, 40);
        let placed_by_elk = layout_with(&model, &widths(&model), &BTreeSet::new(), |flat| {
            Some(elk::place(flat).expect("elk places it"))
        });
        check(&model, &placed_by_elk, &format!("seed {seed}"));
    }
}

#[test]
fn the_fallback_holds_the_same_invariants() {
    for seed in 0..120 {
        let model = samples::random(seed, 4 + (seed as u32 * 7) % 60);
        let layout = layout_with(&model, &widths(&model), &BTreeSet::new(), |flat| Some(layered::place(flat)));
        // Labels of Choice edges stand on corners in the fallback and may lie over a neighbour's line, never a box.
        check(&model, &layout, &format!("fallback, seed {seed}"));
    }
}

#[test]
fn three_hundred_nested_states_hold_the_invariants() {
    let model = samples::random(7, 300);
    assert!(model.nodes.len() >= 300);
    check(&model, &lay_out(&model), "300 states");
}

#[test]
fn the_same_model_gives_the_same_picture() {
    let model = samples::random(11, 80);
    assert_eq!(lay_out(&model), lay_out(&model));
}

#[test]
fn a_folded_container_hides_its_states() {
    let model = samples::travel_booking();
    let folded = layout(&model, &widths(&model), &BTreeSet::from([NodeId(3)]));
    assert_eq!(folded.node(NodeId(4)), None);
    assert!(folded.lanes.is_empty());
    assert_eq!(folded.node(NodeId(3)).map(|rect| rect.size()), Some(super::NODE_SIZE));
}

#[test]
fn a_long_chain_does_not_overflow_the_stack() {
    let nodes = (0..2000).map(|index| GraphNode::new(format!("S{index}"), StateKind::Pass)).collect();
    let edges = (0..1999).map(|index| GraphEdge::new(NodeId(index), NodeId(index + 1), EdgeKind::Next)).collect();
    let model = GraphModel { nodes, edges, start: Some(NodeId(0)) };
    let layout = lay_out(&model);
    let columns: BTreeSet<_> = layout.nodes.iter().map(|rect| rect.expect("placed").center().x as i32).collect();
    assert_eq!(columns.len(), 1, "a chain is one straight column");
}

#[test]
fn empty_models_and_empty_branches_have_a_layout() {
    let empty = lay_out(&GraphModel::default());
    assert!(empty.bounds.is_finite());
    let mut parallel = GraphNode::new("Both", StateKind::Parallel);
    parallel.n_lanes = 2;
    let model = GraphModel { nodes: vec![parallel], edges: Vec::new(), start: Some(NodeId(0)) };
    let layout = lay_out(&model);
    assert_eq!(layout.lanes.len(), 2);
    check(&model, &layout, "empty branches");
}

#[test]
fn a_state_inside_itself_is_left_out() {
    let mut node = GraphNode::new("Loop", StateKind::Map);
    node.n_lanes = 1;
    node.lane = Some(LaneId { container: NodeId(0), lane: 0 });
    let model = GraphModel { nodes: vec![node], edges: Vec::new(), start: Some(NodeId(0)) };
    assert_eq!(lay_out(&model).node(NodeId(0)), None);
}
