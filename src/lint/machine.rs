//! `Machine`: a definition as the rules see it. States with their text, their calls, their retriers and catchers.
//!
//! Read from the tree and not from the program, so that a definition which is half written, or which this version does
//! not run, has findings too. What cannot be read has its default or is left out; `asl` has reported it.

use crate::asl::error_name::{FailureKind, takes};
use crate::asl::program::Retrier as Policy;
use crate::asl::{Outline, Resource, State as Entry, StateId, StateKind, StateNode, pointer_to, state_nodes};
use crate::diagnostic::{Diagnostic, Span};
use crate::json::source::{Node, Value};

use super::budget::Budget;

/// A definition and where it stands.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The text that the places in `root` refer to.
    pub text: &'a str,
    /// The definition's tree.
    pub root: &'a Node,
    /// Its states.
    pub outline: &'a Outline,
    /// Whether it is created as an Express machine.
    pub express: bool,
}

/// A definition as the rules see it.
pub(super) struct Machine<'a> {
    pub(super) text: &'a str,
    pub(super) outline: &'a Outline,
    pub(super) express: bool,
    /// The machine's own `TimeoutSeconds`.
    pub(super) timeout_secs: Option<i64>,
    pub(super) states: Vec<State<'a>>,
    /// The place in `states` of each state of the outline.
    places: Vec<Option<usize>>,
    pub(super) budget: Budget,
}

/// One state.
pub(super) struct State<'a> {
    pub(super) id: StateId,
    pub(super) entry: &'a Entry,
    pub(super) node: &'a Node,
    pub(super) jsonata: bool,
    /// What a Task calls.
    pub(super) call: Option<Resource>,
    pub(super) retriers: Vec<Retrier<'a>>,
    pub(super) catchers: Vec<Catcher<'a>>,
}

/// What retriers and catchers have in common.
pub(super) struct Handler<'a> {
    /// `Retry` or `Catch`
    pub(super) field: &'static str,
    pub(super) idx: usize,
    pub(super) node: &'a Node,
    pub(super) names: Vec<Name<'a>>,
    pub(super) pointer: String,
}

/// One name of `ErrorEquals`.
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    pub(super) idx: usize,
    pub(super) span: Span,
    /// Whether the text has the name as it is, so that it can be judged and replaced: a template fills nothing in.
    pub(super) is_literal: bool,
}

pub(super) struct Retrier<'a> {
    pub(super) handler: Handler<'a>,
    pub(super) policy: Policy,
}

pub(super) struct Catcher<'a> {
    pub(super) handler: Handler<'a>,
    pub(super) target: Option<StateId>,
}

/// A failure to hold against handlers.
#[derive(Clone, Copy)]
pub(super) struct Trouble<'a> {
    pub(super) kind: FailureKind,
    pub(super) error: Option<&'a str>,
}

impl Trouble<'_> {
    /// A failure whose name nobody has foreseen.
    pub(super) const UNFORESEEN: Self = Self { kind: FailureKind::Named, error: None };
    /// A time limit that has run out.
    pub(super) const TIMEOUT: Self = Self { kind: FailureKind::Timeout, error: Some("States.Timeout") };
    /// A heartbeat that was missed.
    pub(super) const HEARTBEAT: Self = Self { kind: FailureKind::Heartbeat, error: Some("States.Timeout") };
}

impl<'a> Machine<'a> {
    pub(super) fn read(subject: &Subject<'a>) -> Self {
        let Subject { text, root, outline, express } = *subject;
        let states: Vec<State<'a>> =
            state_nodes(outline, root).into_iter().map(|it| State::read(it, outline, text)).collect();
        let mut places = vec![None; outline.states.len()];
        for (place, state) in states.iter().enumerate() {
            places[state.id.idx()] = Some(place);
        }
        let timeout_secs = whole(root, "TimeoutSeconds");
        let budget = Budget::default();
        let mut machine = Self { text, outline, express, timeout_secs, states, places, budget };
        machine.budget = Budget::of(&machine);
        machine
    }

    pub(super) fn get(&self, id: StateId) -> Option<&State<'a>> {
        self.place(id).map(|place| &self.states[place])
    }

    /// Returns the place in `states` of the state `id`.
    pub(super) fn place(&self, id: StateId) -> Option<usize> {
        self.places.get(id.idx()).copied().flatten()
    }

    /// Returns the Parallel or Map that `state` stands in.
    pub(super) fn owner(&self, state: &State<'_>) -> Option<&State<'a>> {
        self.get(self.outline.scopes[state.entry.scope.idx()].owner?)
    }

    /// Returns the state itself and those that it stands in, innermost first.
    pub(super) fn with_owners<'b>(&'b self, state: &'b State<'a>) -> impl Iterator<Item = &'b State<'a>> {
        std::iter::successors(Some(state), |it| self.owner(it))
    }

    /// Returns the catcher that takes `trouble` when it arises in `state`, with the state that has it.
    pub(super) fn catcher_of<'b>(
        &'b self,
        state: &'b State<'a>,
        trouble: Trouble<'_>,
    ) -> Option<(&'b State<'a>, &'b Catcher<'a>)> {
        self.with_owners(state).find_map(|it| {
            let catcher = it.catchers.iter().find(|catcher| catcher.handler.takes(trouble))?;
            Some((it, catcher))
        })
    }

    /// Returns the states of all blocks inside `state`, at any depth.
    pub(super) fn inside<'b>(&'b self, state: &'b State<'a>) -> impl Iterator<Item = &'b State<'a>> {
        // Most states have nothing inside, and need not be looked for.
        let states = if state.entry.inner.is_empty() { &[][..] } else { &self.states[..] };
        states.iter().filter(move |it| self.with_owners(it).skip(1).any(|owner| owner.id == state.id))
    }
}

impl<'a> State<'a> {
    fn read(StateNode { id, node, jsonata }: StateNode<'a>, outline: &'a Outline, text: &str) -> Self {
        let entry = &outline.states[id.idx()];
        let is_task = entry.kind == Some(StateKind::Task);
        let call = node.get("Resource").and_then(Node::as_str).filter(|_| is_task).map(Resource::of);
        let mut state = Self { id, entry, node, jsonata, call, retriers: Vec::new(), catchers: Vec::new() };
        if entry.kind.is_some_and(StateKind::handles_errors) {
            let retriers = handlers(&entry.pointer, "Retry", node, text);
            state.retriers = retriers.map(|handler| Retrier { policy: policy(&handler), handler }).collect();
            let target = |handler: &Handler<'_>| {
                let name = handler.node.get("Next").and_then(Node::as_str)?;
                outline.find_in(entry.scope, name)
            };
            let catchers = handlers(&entry.pointer, "Catch", node, text);
            state.catchers = catchers.map(|handler| Catcher { target: target(&handler), handler }).collect();
        }
        state
    }

    pub(super) fn name(&self) -> &'a str {
        &self.entry.name
    }

    pub(super) fn is(&self, kind: StateKind) -> bool {
        self.entry.kind == Some(kind)
    }

    /// Whether a number or an expression stands in `name` or in the field `namePath`.
    pub(super) fn has_amount(&self, name: &str) -> bool {
        self.node.get(name).is_some() || self.node.get(&format!("{name}Path")).is_some()
    }

    pub(super) fn has_time_limit(&self) -> bool {
        self.has_amount("TimeoutSeconds") || self.has_amount("HeartbeatSeconds")
    }

    /// Returns the handlers, the retriers first.
    pub(super) fn handlers(&self) -> impl Iterator<Item = &Handler<'a>> {
        self.retriers.iter().map(|it| &it.handler).chain(self.catchers.iter().map(|it| &it.handler))
    }

    /// Places a finding at the state's name.
    pub(super) fn report(&self, finding: Diagnostic) -> Diagnostic {
        finding.at(&*self.entry.pointer, self.entry.name_span)
    }

    /// Places a finding at the member `name`, which is there.
    pub(super) fn report_at(&self, name: &str, finding: Diagnostic) -> Diagnostic {
        match self.node.member(name) {
            Some(member) => finding.at(pointer_to(&self.entry.pointer, name), member.name_span),
            None => self.report(finding),
        }
    }

    /// Returns whether all states that can follow directly are among these; the ways of catchers are left out.
    pub(super) fn ways(&self) -> impl Iterator<Item = StateId> {
        use crate::asl::TransitionKind;
        let plain = self.entry.transitions.iter().filter(|it| !matches!(it.kind, TransitionKind::Catch { .. }));
        plain.filter_map(|it| it.target)
    }
}

impl Handler<'_> {
    pub(super) fn takes(&self, trouble: Trouble<'_>) -> bool {
        self.names.iter().any(|it| takes(it.text, trouble.kind, trouble.error))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|it| it.text == name)
    }

    /// Returns the list that the names stand in.
    pub(super) fn list(&self) -> Option<&Node> {
        self.node.get("ErrorEquals")
    }

    /// Returns what it is in words: `retrier 2 of state "Ship"`.
    pub(super) fn named(&self, state: &State<'_>) -> String {
        let word = if self.field == "Retry" { "retrier" } else { "catcher" };
        format!("{word} {} of state {:?}", self.idx + 1, state.name())
    }

    /// Places a finding at the handler's list of names.
    pub(super) fn report(&self, finding: Diagnostic) -> Diagnostic {
        let span = self.node.member("ErrorEquals").map_or(self.node.span, |it| it.name_span);
        finding.at(format!("{}/ErrorEquals", self.pointer), span)
    }

    /// Places a finding at a name.
    pub(super) fn report_name(&self, name: &Name<'_>, finding: Diagnostic) -> Diagnostic {
        finding.at(format!("{}/ErrorEquals/{}", self.pointer, name.idx), name.span)
    }
}

fn handlers<'a>(
    parent: &str,
    field: &'static str,
    node: &'a Node,
    text: &str,
) -> impl Iterator<Item = Handler<'a>> + use<'a> {
    let pointer = pointer_to(parent, field);
    let names = |node: &'a Node, text: &str| -> Vec<Name<'a>> {
        let items = node.get("ErrorEquals").map(Node::items).unwrap_or_default();
        let name = |(idx, it): (usize, &'a Node)| {
            let name = it.as_str()?;
            let written = text.get(it.span.start as usize..it.span.end as usize);
            let is_literal = it.tag.is_none() && !name.contains("${") && written.is_some_and(|it| it.contains(name));
            Some(Name { text: name, idx, span: it.span, is_literal })
        };
        items.iter().enumerate().filter_map(name).collect()
    };
    let items = node.get(field).map(Node::items).unwrap_or_default();
    let objects = items.iter().enumerate().filter(|(_, it)| matches!(it.value, Value::Object(_)));
    let handlers = objects.map(|(idx, node)| {
        let pointer = format!("{pointer}/{idx}");
        Handler { field, idx, node, names: names(node, text), pointer }
    });
    handlers.collect::<Vec<_>>().into_iter()
}

/// Returns the whole number in the member `name`.
pub(super) fn whole(node: &Node, name: &str) -> Option<i64> {
    match &node.get(name)?.value {
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn policy(handler: &Handler<'_>) -> Policy {
    let node = handler.node;
    let at_least = |name, least: i64| whole(node, name).filter(|it| *it >= least);
    let rate = match node.get("BackoffRate").map(|it| &it.value) {
        Some(Value::Number(rate)) if rate.as_f64() >= 1.0 => rate.as_f64(),
        _ => 2.0,
    };
    Policy {
        errors: handler.names.iter().map(|it| it.text.into()).collect(),
        interval_secs: at_least("IntervalSeconds", 1).unwrap_or(1),
        max_attempts: at_least("MaxAttempts", 0).and_then(|it| u32::try_from(it).ok()).unwrap_or(3),
        backoff_rate: rate,
        max_delay_secs: at_least("MaxDelaySeconds", 1),
        full_jitter: node.get("JitterStrategy").and_then(Node::as_str) == Some("FULL"),
    }
}
