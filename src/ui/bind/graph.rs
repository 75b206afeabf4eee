//! The graph's model from a definition's outline, and its status from the frame at the cursor.

use std::sync::Arc;

use crate::asl::program::Resource;
use crate::asl::{Outline, ScopeId, State, StateId, StateKind, TransitionKind};
use crate::engine::{Event, EventId};
use crate::history::{Activity, EdgeKey, Frame, RunStatus, StateView};
use crate::session::moment::attempts_allowed;
use crate::session::rules::{Fate, Rules, Ruling};
use crate::ui::graph::model::{EdgeKind, GraphEdge, GraphModel, GraphNode, LaneId, NodeId};
use crate::ui::graph::status::{Attempts, EdgeStatus, GraphStatus, Iterations, NodeStatus};
use crate::ui::widgets::Status;

/// Returns what the graph shows of a definition.
pub fn model(outline: &Outline) -> GraphModel {
    let mut model = GraphModel::default();
    for (_, state) in outline.iter() {
        model.nodes.push(node(outline, state));
    }
    for (id, state) in outline.iter().filter(|(_, it)| it.scope != ScopeId::GONE) {
        for (at, transition) in state.transitions.iter().enumerate() {
            let Some(target) = transition.target else { continue };
            // Two catchers to one state are one edge with all their names; so are two rules.
            let earlier = state.transitions[..at]
                .iter()
                .any(|it| it.target == Some(target) && same_kind(&it.kind, &transition.kind));
            if !earlier {
                let kind = edge_kind(state, &transition.kind, target);
                model.edges.push(GraphEdge::new(NodeId(id.0), NodeId(target.0), kind));
            }
        }
    }
    model.start = outline.scopes.first().and_then(|it| it.start).map(|it| NodeId(it.0));
    model
}

fn same_kind(a: &TransitionKind, b: &TransitionKind) -> bool {
    matches!(
        (a, b),
        (TransitionKind::Catch { .. }, TransitionKind::Catch { .. })
            | (TransitionKind::Choice { .. }, TransitionKind::Choice { .. })
    )
}

fn edge_kind(state: &State, kind: &TransitionKind, target: StateId) -> EdgeKind {
    let alike = || state.transitions.iter().filter(|it| it.target == Some(target) && same_kind(&it.kind, kind));
    match kind {
        TransitionKind::Next => EdgeKind::Next,
        TransitionKind::Default => EdgeKind::Default,
        TransitionKind::Choice { .. } => {
            let conditions = alike().filter_map(|it| match &it.kind {
                TransitionKind::Choice { condition, .. } => Some(condition.to_string()),
                _ => None,
            });
            EdgeKind::Choice { condition: conditions.collect::<Vec<_>>().join(", or ") }
        }
        TransitionKind::Catch { .. } => {
            let names = alike().flat_map(|it| match &it.kind {
                TransitionKind::Catch { errors, .. } => errors.iter().map(ToString::to_string).collect(),
                _ => Vec::new(),
            });
            EdgeKind::Catch { names: names.collect() }
        }
    }
}

fn node(outline: &Outline, state: &State) -> GraphNode {
    let mut node = GraphNode::new(&*state.name, state.kind);
    node.is_gone = state.scope == ScopeId::GONE;
    let scope = outline.scopes.get(state.scope.idx()).filter(|_| state.scope != ScopeId::ROOT);
    node.lane = scope.and_then(|it| Some(LaneId { container: NodeId(it.owner?.0), lane: it.branch }));
    node.n_lanes = state.inner.len() as u32;
    node.has_retry = state.n_retries.is_some();
    node.second_line = second_line(outline, state);
    if let Some(undone) = undoes(outline, state) {
        node.second_line = format!("undoes {undone}");
        node.compensates = true;
    }
    node
}

fn second_line(outline: &Outline, state: &State) -> String {
    match state.kind {
        Some(StateKind::Task) => {
            let called = state.resource.as_deref().map(|it| Resource::of(it).short());
            called.map_or_else(|| "Task".to_owned(), |it| format!("Task · {it}"))
        }
        Some(StateKind::Parallel) => match state.inner.len() {
            1 => "Parallel, 1 branch".to_owned(),
            n_branches => format!("Parallel, {n_branches} branches"),
        },
        Some(StateKind::Map) => "Map".to_owned(),
        Some(kind) => {
            let in_branch = outline.scopes.get(state.scope.idx()).and_then(|it| it.owner);
            let branch = outline.scopes.get(state.scope.idx()).map_or(0, |it| it.branch + 1);
            let owner = in_branch.and_then(|it| outline.state(it)).and_then(|it| it.kind);
            match owner {
                Some(StateKind::Parallel) => format!("{} · branch {branch}", kind.name()),
                _ => kind.name().to_owned(),
            }
        }
        None => "unknown type".to_owned(),
    }
}

/// Returns the state that this one undoes, told from the names: `CancelHotel` undoes `BookHotel`.
///
/// A guess that is only drawn; both states have to be there, and this one must not be on the way that succeeds.
pub fn undoes<'a>(outline: &'a Outline, state: &State) -> Option<&'a str> {
    const UNDO: [&str; 8] = ["Cancel", "Undo", "Refund", "Release", "Revert", "Rollback", "Compensate", "Delete"];
    const DO: [&str; 9] = ["Book", "Reserve", "Charge", "Create", "Hold", "Process", "Make", "Place", "Update"];
    if state.kind != Some(StateKind::Task) {
        return None;
    }
    let rest =
        UNDO.iter().find_map(|verb| state.name.strip_prefix(verb)).map(str::trim_start).filter(|it| !it.is_empty())?;
    let scope = outline.scopes.get(state.scope.idx())?;
    scope.states.iter().map(|id| outline.name(*id)).find(|name| {
        DO.iter().any(|verb| name.strip_prefix(verb).is_some_and(|it| it.trim_start().eq_ignore_ascii_case(rest)))
    })
}

/// Returns what has happened to every state and edge at the moment of `frame`.
///
/// `ruling` is what becomes of the failure that `event` reports, if it reports one.
pub fn status(
    model: &GraphModel,
    rules: &Rules,
    frame: &Frame,
    event: Option<&Event>,
    ruling: Option<&Ruling>,
) -> GraphStatus {
    let nodes = frame.states.iter().zip(0..).map(|(view, id)| {
        let failing = ruling.filter(|it| it.state() == StateId(id));
        node_status(rules, frame, view, StateId(id), failing)
    });
    let mut nodes: Vec<NodeStatus> = nodes.collect();
    compensated(model, frame, &mut nodes);
    let edges = model.edges.iter().map(|edge| edge_status(frame, edge, ruling)).collect();
    let current = event.map(|it| it.state).filter(|it| *it != StateId::NONE).or_else(|| last_state(frame));
    let stands = matches!(frame.status, RunStatus::Running) && frame.event > EventId(0);
    GraphStatus {
        nodes,
        edges,
        current: current.map(|it| NodeId(it.0)),
        is_stopped: stands,
        is_stale: false,
        has_started: frame.n_transitions > 0,
    }
}

fn last_state(frame: &Frame) -> Option<StateId> {
    frame.strands.values().map(|it| (it.last, it.state)).max_by_key(|(last, _)| *last).map(|(_, state)| state)
}

fn node_status(rules: &Rules, frame: &Frame, view: &StateView, id: StateId, failing: Option<&Ruling>) -> NodeStatus {
    let made = view.last.attempts;
    let allowed = rules.handlers(id).map(|it| attempts_allowed(it, &view.last.failures).max(made));
    let Some(activity) = view.last.activity else { return NodeStatus::default() };
    let inside = frame.strands.values().filter(|it| it.state == id && !it.has_left());
    let fate = failing.and_then(Ruling::fate).or_else(|| rules.fate_of(id, view.last.event));
    let waiting_retry = fate == Some(Fate::Retried);
    let state = match activity {
        // Of several iterations in one state, one that still runs says more than the last that ended.
        _ if view.n_inside > 0
            && inside.clone().any(|it| matches!(it.activity, Activity::Calling | Activity::Running))
            && !matches!(activity, Activity::Failed | Activity::TimedOut) =>
        {
            Status::Running
        }
        Activity::Running | Activity::Calling | Activity::Joining => Status::Running,
        Activity::Waiting => Status::Waiting,
        Activity::Exited if view.last.attempts > 1 => Status::Retried,
        Activity::Exited => Status::Succeeded,
        Activity::Caught => Status::Caught,
        Activity::Aborted => Status::Aborted,
        Activity::Uncaught => Status::Failed,
        Activity::Failed | Activity::TimedOut if waiting_retry => Status::FailedAttempt,
        Activity::Failed | Activity::TimedOut => match fate {
            Some(Fate::Caught) => Status::Caught,
            Some(_) if activity == Activity::TimedOut => Status::TimedOut,
            Some(_) => Status::Failed,
            None if allowed.is_some_and(|it| made < it) => Status::FailedAttempt,
            None => Status::Failed,
        },
    };
    let iterations = (view.n_entered > 1 || view.n_iterations_done + view.n_iterations_failed > 0).then(|| {
        let of_map = view.n_iterations_done + view.n_iterations_failed > 0;
        if of_map {
            Iterations { done: view.n_iterations_done, failed: view.n_iterations_failed }
        } else {
            Iterations {
                done: view.n_exited - view.n_caught,
                failed: view.n_entered - view.n_inside - (view.n_exited - view.n_caught),
            }
        }
    });
    let retried = made.saturating_sub(1);
    NodeStatus {
        state,
        attempts: (made > 1).then_some(Attempts { made, allowed }),
        n_visits: view.n_entered,
        iterations: iterations
            .filter(|_| in_map(frame.outline(), id) || view.n_iterations_done + view.n_iterations_failed > 0),
        retry_text: match allowed {
            Some(allowed) => (retried > 0 && allowed > 1).then(|| format!("{retried} of {} used", allowed - 1)),
            None => (retried > 0).then(|| format!("{retried} inferred")),
        },
        asks: false,
        breakpoint: None,
        coverage: None,
        compared: None,
        always: None,
    }
}

fn in_map(outline: &Outline, id: StateId) -> bool {
    let mut next = outline.state(id);
    while let Some(owner) = next.and_then(|it| outline.scopes.get(it.scope.idx())).and_then(|it| it.owner) {
        next = outline.state(owner);
        if next.is_some_and(|it| it.kind == Some(StateKind::Map)) {
            return true;
        }
    }
    false
}

/// A state whose compensation has succeeded is drawn as undone.
fn compensated(model: &GraphModel, frame: &Frame, nodes: &mut [NodeStatus]) {
    let outline = frame.outline();
    for (id, state) in outline.iter() {
        let done = nodes.get(id.idx()).is_some_and(|it| matches!(it.state, Status::Succeeded | Status::Retried));
        if !done || !model.nodes.get(id.idx()).is_some_and(|it| it.compensates) {
            continue;
        }
        let undone = undoes(outline, state).and_then(|name| outline.find_in(state.scope, name));
        let Some(node) = undone.and_then(|it| nodes.get_mut(it.idx())) else { continue };
        if matches!(node.state, Status::Succeeded | Status::Retried) {
            node.state = Status::Compensated;
        }
    }
}

fn edge_status(frame: &Frame, edge: &GraphEdge, ruling: Option<&Ruling>) -> EdgeStatus {
    let (from, to) = (StateId(edge.from.0), StateId(edge.to.0));
    let key = EdgeKey { from, to, caught: edge.is_catch() };
    let n_taken = frame.edges.get(&key).copied().unwrap_or(0);
    let next = ruling.filter(|it| it.state() == from && it.next() == Some(to) && edge.is_catch());
    let failure = next.and_then(Ruling::failure).or_else(|| {
        let last = &frame.states.get(from.idx())?.last;
        (n_taken > 0).then(|| last.failures.last()).flatten()
    });
    let names: &[String] = if let EdgeKind::Catch { names } = &edge.kind { names } else { &[] };
    let name = failure.and_then(|failure| names.iter().position(|it| failure.matches(it))).unwrap_or(0);
    // A Choice with several rules that lead to one state takes the edge of all of them; which one, no event says.
    EdgeStatus { n_taken, is_next: next.is_some(), name: u8::try_from(name).unwrap_or(0), heat: None, compared: None }
}

/// Shares a model.
pub fn shared(outline: &Outline) -> Arc<GraphModel> {
    Arc::new(model(outline))
}
