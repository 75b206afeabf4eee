//! Models for tests: the travel-booking saga of the design, and random ones.

use super::model::{EdgeKind, GraphEdge, GraphModel, GraphNode, LaneId, NodeId};
use super::status::{Attempts, EdgeStatus, GraphStatus, NodeStatus, ORDER};
use crate::asl::StateKind;
use crate::ui::widgets::{BreakpointMark, Status};

/// The travel-booking saga.
pub fn travel_booking() -> GraphModel {
    let mut nodes = Vec::new();
    let mut add = |name: &str, kind, second_line: &str| {
        let mut node = GraphNode::new(name, kind);
        second_line.clone_into(&mut node.second_line);
        nodes.push(node);
        NodeId(nodes.len() as u32 - 1)
    };
    let flight = add("BookFlight", StateKind::Task, "Task · lambda:invoke");
    let hotel = add("BookHotel", StateKind::Task, "Task · sqs, callback");
    let car = add("BookCar", StateKind::Task, "Task · lambda:invoke");
    let confirm = add("Confirm", StateKind::Parallel, "Parallel, 2 branches");
    let charge = add("ChargeCard", StateKind::Task, "Task · branch 1");
    let send = add("SendItinerary", StateKind::Task, "Task · branch 2");
    let complete = add("BookingComplete", StateKind::Succeed, "Succeed");
    let cancel_hotel = add("CancelHotel", StateKind::Task, "undoes BookHotel");
    let cancel_flight = add("CancelFlight", StateKind::Task, "undoes BookFlight");
    let notify = add("NotifyFailure", StateKind::Task, "Task · sns:publish");
    let failed = add("BookingFailed", StateKind::Fail, "Fail · BookingFailed");
    nodes[car.index()].has_retry = true;
    nodes[confirm.index()].n_lanes = 2;
    nodes[charge.index()].lane = Some(LaneId { container: confirm, lane: 0 });
    nodes[send.index()].lane = Some(LaneId { container: confirm, lane: 1 });
    nodes[cancel_hotel.index()].compensates = true;
    nodes[cancel_flight.index()].compensates = true;
    let next = |from, to| GraphEdge::new(from, to, EdgeKind::Next);
    let catch = |from, to, names: &[&str]| {
        let names = names.iter().map(ToString::to_string).collect();
        GraphEdge::new(from, to, EdgeKind::Catch { names })
    };
    let edges = vec![
        next(flight, hotel),
        next(hotel, car),
        next(car, confirm),
        next(confirm, complete),
        catch(flight, notify, &["States.ALL"]),
        catch(hotel, cancel_flight, &["States.ALL"]),
        catch(car, cancel_hotel, &["CarProvider.Busy", "CarProvider.SoldOut", "States.Timeout", "States.ALL"]),
        next(cancel_hotel, cancel_flight),
        next(cancel_flight, notify),
        next(notify, failed),
    ];
    GraphModel { nodes, edges, start: Some(flight) }
}

/// The saga stopped before its catch, as the design shows it.
pub fn travel_booking_stopped() -> GraphStatus {
    let mut nodes = vec![NodeStatus::default(); 11];
    let mut edges = vec![EdgeStatus::default(); 10];
    nodes[0].state = Status::Succeeded;
    nodes[1].state = Status::Succeeded;
    nodes[2] = NodeStatus {
        state: Status::Caught,
        attempts: Some(Attempts { made: 4, allowed: Some(4) }),
        retry_text: Some("3 of 3 used".to_owned()),
        breakpoint: Some(BreakpointMark::plain(true)),
        n_visits: 1,
        ..NodeStatus::default()
    };
    nodes[9].breakpoint = Some(BreakpointMark::plain(false));
    edges[0].n_taken = 1;
    edges[1].n_taken = 1;
    edges[6].is_next = true;
    GraphStatus { nodes, edges, current: Some(NodeId(2)), is_stopped: true, is_stale: false, has_started: true }
}

/// Seeded random numbers (xorshift64*), so that failures can be repeated.
pub struct Random(pub u64);

impl Random {
    /// A number under `bound`.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % u64::from(bound.max(1))) as u32
    }

    /// True in so many of 100 cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}

/// A random model of at least `n_states` states, nested up to three deep, with loops, self loops, shared handlers,
/// choices, unreachable states, and edges to nowhere.
pub fn random(seed: u64, n_states: u32) -> GraphModel {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut model = GraphModel { start: Some(NodeId(0)), ..GraphModel::default() };
    scope(&mut random, &mut model, None, n_states, 0);
    for _ in 0..random.below(3) {
        let from = NodeId(random.below(model.nodes.len() as u32));
        model.edges.push(GraphEdge::new(from, NodeId(1_000_000), EdgeKind::Next));
    }
    model
}

fn scope(random: &mut Random, model: &mut GraphModel, lane: Option<LaneId>, n_states: u32, depth: u32) {
    let mut members = Vec::new();
    let mut left = n_states.max(1);
    while left > 0 {
        left -= 1;
        let id = NodeId(model.nodes.len() as u32);
        let mut node = GraphNode::new(format!("State{}", id.0), StateKind::Task);
        node.lane = lane;
        node.has_retry = random.chance(15);
        members.push(id);
        let is_container = depth < 3 && left > 2 && random.chance(12);
        if is_container {
            node.n_lanes = 1 + random.below(3);
            node.kind = Some(if node.n_lanes == 1 { StateKind::Map } else { StateKind::Parallel });
        } else if random.chance(15) {
            node.kind = Some(StateKind::Choice);
        }
        let n_lanes = node.n_lanes;
        model.nodes.push(node);
        for lane in 0..n_lanes {
            let share = 1 + random.below((left / 2).clamp(1, 12));
            left = left.saturating_sub(share);
            scope(random, model, Some(LaneId { container: id, lane }), share, depth + 1);
        }
    }
    for (nth, from) in members.iter().enumerate() {
        let any = members[random.below(members.len() as u32) as usize];
        let ahead = members[(nth + 1 + random.below(4) as usize).min(members.len() - 1)];
        if model.nodes[from.index()].kind == Some(StateKind::Choice) {
            for rule in 0..=random.below(4) {
                let to = if random.chance(70) { ahead } else { any };
                let condition = format!("$.n > {rule}");
                model.edges.push(GraphEdge::new(*from, to, EdgeKind::Choice { condition }));
            }
            model.edges.push(GraphEdge::new(*from, ahead, EdgeKind::Default));
        } else if let Some(next) = members.get(nth + 1)
            && random.chance(92)
        {
            let to = if random.chance(90) { *next } else { any };
            model.edges.push(GraphEdge::new(*from, to, EdgeKind::Next));
        }
        for _ in 0..[0, 0, 0, 1, 1, 2, 4][random.below(7) as usize] {
            let to = if random.chance(50) { members[members.len() - 1] } else { any };
            let names = vec![format!("Error.{}", random.below(9)); 1 + random.below(3) as usize];
            model.edges.push(GraphEdge::new(*from, to, EdgeKind::Catch { names }));
        }
    }
}

/// A chain with a state for each status, in the order of [`ORDER`], with a long name among them.
pub fn one_of_each_status() -> GraphModel {
    let kinds = [
        Some(StateKind::Task),
        Some(StateKind::Wait),
        Some(StateKind::Pass),
        Some(StateKind::Task),
        Some(StateKind::Choice),
        Some(StateKind::Task),
        Some(StateKind::Fail),
        Some(StateKind::Task),
        None,
        Some(StateKind::Task),
        Some(StateKind::Succeed),
    ];
    let nodes = ORDER.iter().zip(kinds).map(|(state, kind)| GraphNode::new(format!("{state:?}"), kind));
    let nodes: Vec<_> = nodes.collect();
    let edges =
        (1..nodes.len() as u32).map(|index| GraphEdge::new(NodeId(index - 1), NodeId(index), EdgeKind::Next)).collect();
    GraphModel { nodes, edges, start: Some(NodeId(0)) }
}

/// A workflow as people write them: steps in a row with a shared handler, every fifth a Choice that skips ahead or goes
/// back, every seventh a Parallel or Map of small branches.
pub fn workflow(n_states: u32) -> GraphModel {
    let mut model = GraphModel { start: Some(NodeId(0)), ..GraphModel::default() };
    let mut row = Vec::new();
    while (model.nodes.len() as u32) < n_states {
        let nth = row.len();
        let id = NodeId(model.nodes.len() as u32);
        row.push(id);
        let kind = match nth {
            _ if nth % 7 == 6 => [StateKind::Parallel, StateKind::Map][nth % 2],
            _ if nth % 5 == 3 => StateKind::Choice,
            _ => StateKind::Task,
        };
        let mut node = GraphNode::new(format!("Step {nth} of the order"), kind);
        node.has_retry = kind == StateKind::Task && nth % 3 == 0;
        node.n_lanes = match kind {
            StateKind::Parallel => 3,
            StateKind::Map => 1,
            _ => 0,
        };
        let n_lanes = node.n_lanes;
        model.nodes.push(node);
        for lane in 0..n_lanes {
            for step in 0..=lane {
                let inner = NodeId(model.nodes.len() as u32);
                let mut node = GraphNode::new(format!("Part {nth}.{lane}.{step}"), StateKind::Task);
                node.lane = Some(LaneId { container: id, lane });
                model.nodes.push(node);
                if step > 0 {
                    model.edges.push(GraphEdge::new(NodeId(inner.0 - 1), inner, EdgeKind::Next));
                }
            }
        }
    }
    for (nth, from) in row.iter().enumerate() {
        let ahead = |steps: usize| row[(nth + steps).min(row.len() - 1)];
        if model.nodes[from.index()].kind == Some(StateKind::Choice) {
            let condition = format!("$.total > {nth}");
            model.edges.push(GraphEdge::new(*from, ahead(2), EdgeKind::Choice { condition }));
            let condition = "$.retry is true".to_owned();
            model.edges.push(GraphEdge::new(*from, row[nth - 1], EdgeKind::Choice { condition }));
            model.edges.push(GraphEdge::new(*from, ahead(1), EdgeKind::Default));
        } else if nth + 1 < row.len() {
            model.edges.push(GraphEdge::new(*from, ahead(1), EdgeKind::Next));
            if nth % 4 == 1 {
                let names = vec!["States.Timeout".to_owned(), "States.TaskFailed".to_owned()];
                model.edges.push(GraphEdge::new(*from, row[row.len() - 1], EdgeKind::Catch { names }));
            }
        }
    }
    model
}
