//! Places a scope with ELK's layered algorithm.
//!
//! Ports stand at fixed places: everything comes in at the top and goes on at the bottom, errors leave to the east.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use egui::{Pos2, Rect, pos2, vec2};
use serde_json::{Value, json};

use super::scope::{FlatGraph, Placed, Side};
use super::{Route, layered};

/// Up to this weight the slower placement is used, which is better to look at.
const NETWORK_SIMPLEX_MAX: usize = 600;
/// Above this weight the engine takes many seconds.
const WEIGHT_MAX: usize = 8_000;

/// Places a scope; `None` when the engine cannot: it is too large, or the engine reports an error, panics, or leaves
/// something out.
pub fn place(flat: &FlatGraph) -> Option<Placed> {
    if flat.boxes.len() <= 1 {
        return Some(Placed { boxes: vec![Pos2::ZERO; flat.boxes.len()], edges: Vec::new() });
    }
    let weight = layered::weight(flat);
    if weight > WEIGHT_MAX {
        return None;
    }
    let request = request(flat, weight).to_string();
    let answer = quietly(|| elkrs::create_elk().layout_json(&request))?.ok()?;
    read(flat, &answer)
}

fn request(flat: &FlatGraph, weight: usize) -> Value {
    let placement = if weight <= NETWORK_SIMPLEX_MAX { "NETWORK_SIMPLEX" } else { "BRANDES_KOEPF" };
    let mut ports: Vec<Vec<Value>> = vec![Vec::new(); flat.boxes.len()];
    let mut seen: Vec<Vec<Side>> = vec![Vec::new(); flat.boxes.len()];
    let mut port = |index: usize, side: Side| {
        let nth = seen[index].iter().position(|it| *it == side).unwrap_or_else(|| {
            let at = flat.port(index, side);
            let nth = seen[index].len();
            ports[index].push(json!({
                "id": format!("p{index}.{nth}"), "x": at.x, "y": at.y, "width": 0, "height": 0,
                "layoutOptions": {"elk.port.side": match side {
                    Side::North => "NORTH",
                    Side::South => "SOUTH",
                    Side::East(_) => "EAST",
                }},
            }));
            seen[index].push(side);
            nth
        });
        format!("p{index}.{nth}")
    };
    let mut edges = Vec::with_capacity(flat.edges.len());
    for (index, edge) in flat.edges.iter().enumerate() {
        let priority = if edge.is_main { "10" } else { "1" };
        let mut value = json!({
            "id": format!("e{index}"),
            "sources": [port(edge.from, edge.exit)],
            "targets": [port(edge.to, edge.entry)],
            "layoutOptions": {"elk.layered.priority.straightness": priority, "elk.layered.priority.direction": priority},
        });
        if let Some(size) = edge.label {
            value["labels"] = json!([{
                "id": format!("l{index}"), "text": "label", "width": size.x, "height": size.y,
                "layoutOptions": {"elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER"},
            }]);
        }
        edges.push(value);
    }
    let children: Vec<Value> = flat
        .boxes
        .iter()
        .zip(ports)
        .enumerate()
        .map(|(index, (it, ports))| {
            json!({
                "id": format!("n{index}"), "width": it.room.x, "height": it.room.y, "ports": ports,
                "layoutOptions": {"elk.portConstraints": "FIXED_POS"},
            })
        })
        .collect();
    json!({
        "id": "scope",
        "layoutOptions": {
            "elk.algorithm": "layered",
            "elk.direction": "DOWN",
            "elk.edgeRouting": "ORTHOGONAL",
            "elk.padding": "[top=0,left=0,bottom=0,right=0]",
            "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
            "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
            "elk.layered.nodePlacement.strategy": placement,
            "elk.layered.spacing.nodeNodeBetweenLayers": "32",
            "elk.layered.spacing.edgeNodeBetweenLayers": "16",
            "elk.spacing.nodeNode": "40",
            "elk.spacing.edgeNode": "24",
            "elk.spacing.edgeEdge": "28",
            "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
            "elk.spacing.componentComponent": "40",
        },
        "children": children,
        "edges": edges,
    })
}

fn read(flat: &FlatGraph, answer: &Value) -> Option<Placed> {
    let number = |value: &Value, key: &str| value.get(key)?.as_f64().map(|it| it as f32).filter(|it| it.is_finite());
    let point = |value: &Value| Some(pos2(number(value, "x")?, number(value, "y")?));
    let children = answer.get("children")?.as_array()?;
    let boxes = children.iter().map(point).collect::<Option<Vec<_>>>()?;
    let no_edges = Vec::new();
    let answered = answer.get("edges").and_then(Value::as_array).unwrap_or(&no_edges);
    if boxes.len() != flat.boxes.len() || answered.len() != flat.edges.len() {
        return None;
    }
    let mut edges = Vec::with_capacity(answered.len());
    for (value, edge) in answered.iter().zip(&flat.edges) {
        let section = value.get("sections")?.get(0)?;
        let mut points = vec![point(section.get("startPoint")?)?];
        for bend in section.get("bendPoints").and_then(Value::as_array).into_iter().flatten() {
            points.push(point(bend)?);
        }
        points.push(point(section.get("endPoint")?)?);
        let label = match edge.label {
            None => None,
            Some(size) => Some(Rect::from_min_size(point(value.get("labels")?.get(0)?)?, vec2(size.x, size.y))),
        };
        edges.push(Route { points, label });
    }
    Some(Placed { boxes, edges })
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` and returns `None` if it panics, without the panic being printed.
///
/// Only a panic hook can keep a panic from being printed. It is set once, in front of the one that was there, and
/// looks at a flag of the thread, so that panics of all others are printed as ever.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                before(info);
            }
        }));
    });
    IS_QUIET.set(true);
    // The engine is made anew for each call: nothing of it is seen after a panic.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_QUIET.set(false);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_engine_is_an_absent_answer() {
        assert_eq!(quietly(|| -> u32 { panic!("inside the engine") }), None);
        assert_eq!(quietly(|| 7), Some(7));
    }
}
