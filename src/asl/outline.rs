//! `Outline`: the states of a definition and how they lead to each other, as far as they can be recognised.
//!
//! States of all scopes stand in one list, so that a [`StateId`] names a state of the whole definition. The outline is
//! what the graph draws and what events refer to; a history without a definition makes one of its own.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Span};
use crate::json::source::{Member, Node, Value};

use super::fields::pointer_to;

/// A state, by its place in [`Outline::states`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

impl StateId {
    /// The state of events that belong to the execution as a whole.
    pub const NONE: Self = Self(u32::MAX);

    /// Returns the place in [`Outline::states`].
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// A `States` block, by its place in [`Outline::scopes`]. The root is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// The outermost scope.
    pub const ROOT: Self = Self(0);
    /// That of states which an earlier definition had and this one does not.
    pub const GONE: Self = Self(u32::MAX);

    /// Returns the place in [`Outline::scopes`].
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// The eight types of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "these are the language's own names")]
pub enum StateKind {
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
}

impl StateKind {
    /// All types, in the order in which the specification names them.
    pub const ALL: [Self; 8] =
        [Self::Task, Self::Parallel, Self::Map, Self::Pass, Self::Wait, Self::Choice, Self::Succeed, Self::Fail];

    /// Returns the type that `Type` names.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Returns the name that stands in `Type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Pass => "Pass",
            Self::Choice => "Choice",
            Self::Wait => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Parallel => "Parallel",
            Self::Map => "Map",
        }
    }

    /// Whether no state follows this one.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeed | Self::Fail)
    }

    /// Whether the state may have Retry and Catch (ASL, "Error Handling").
    pub fn handles_errors(self) -> bool {
        matches!(self, Self::Task | Self::Parallel | Self::Map)
    }
}

/// The states and transitions of a definition.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The comment of the machine.
    pub comment: Option<Arc<str>>,
    /// All states, those inside others after their owner.
    pub states: Vec<State>,
    /// All `States` blocks; the root first. Empty only where there is no definition at all.
    pub scopes: Vec<Scope>,
}

/// One state.
#[derive(Clone, Debug)]
pub struct State {
    /// Its name.
    pub name: Arc<str>,
    /// Its type; `None` where it is missing or unknown.
    pub kind: Option<StateKind>,
    /// The comment.
    pub comment: Option<Arc<str>>,
    /// The `Resource` of a Task.
    pub resource: Option<Arc<str>>,
    /// Retries in words for a badge, the sum of `MaxAttempts`; `None` without retriers.
    pub n_retries: Option<u32>,
    /// The scope the state stands in.
    pub scope: ScopeId,
    /// The scopes inside: the branches of a Parallel, the processor of a Map.
    pub inner: Vec<ScopeId>,
    /// Whether `End` is true.
    pub end: bool,
    /// The ways out, in the order of the text.
    pub transitions: Vec<Transition>,
    /// JSON pointer of the state in the definition.
    pub pointer: Arc<str>,
    /// Where the state's object stands.
    pub span: Span,
    /// Where its name stands.
    pub name_span: Span,
}

/// One way out of a state.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What takes it.
    pub kind: TransitionKind,
    /// The name of the next state.
    pub name: Arc<str>,
    /// The next state; `None` where the scope has none of this name.
    pub target: Option<StateId>,
    /// Where the name stands.
    pub span: Span,
}

/// What takes a transition.
#[derive(Clone, Debug, PartialEq)]
pub enum TransitionKind {
    /// `Next`
    Next,
    /// A rule of `Choices`.
    Choice {
        /// Its place among the rules, from 0.
        rule: u32,
        /// The condition in words.
        condition: Arc<str>,
    },
    /// `Default` of a Choice.
    Default,
    /// A catcher.
    Catch {
        /// Its place among the catchers, from 0.
        catcher: u32,
        /// Its `ErrorEquals`.
        errors: Vec<Arc<str>>,
    },
}

/// One `States` block.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The Parallel or Map it belongs to; `None` for the root.
    pub owner: Option<StateId>,
    /// Which branch of the owner it is, from 0; 0 for a processor and the root.
    pub branch: u32,
    /// Where it begins; `None` where `StartAt` is missing or names no state.
    pub start: Option<StateId>,
    /// Its states in the order of the text.
    pub states: Vec<StateId>,
}

impl Outline {
    /// Reads what can be recognised. What is wrong with the structure goes to `out`.
    pub(super) fn read(root: &Node, out: &mut Vec<Diagnostic>) -> Self {
        let mut outline = Self { comment: text(root, "Comment"), ..Self::default() };
        outline.read_scope(root, "", None, 0, out);
        outline
    }

    /// Returns the state `id`; `None` for [`StateId::NONE`].
    pub fn state(&self, id: StateId) -> Option<&State> {
        self.states.get(id.idx())
    }

    /// Returns the name of the state `id`, empty for events of the execution as a whole.
    pub fn name(&self, id: StateId) -> &str {
        self.state(id).map_or("", |it| &it.name)
    }

    /// Returns the states with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (StateId, &State)> {
        self.states.iter().zip(0..).map(|(state, id)| (StateId(id), state))
    }

    /// Returns the first state of this name; names repeat only across scopes.
    pub fn find(&self, name: &str) -> Option<StateId> {
        self.iter().find(|(_, it)| &*it.name == name).map(|(id, _)| id)
    }

    /// Returns the state of this name within `scope`.
    pub fn find_in(&self, scope: ScopeId, name: &str) -> Option<StateId> {
        let scope = self.scopes.get(scope.idx())?;
        scope.states.iter().copied().find(|&id| self.name(id) == name)
    }

    fn read_scope(
        &mut self,
        block: &Node,
        pointer: &str,
        owner: Option<StateId>,
        branch: u32,
        out: &mut Vec<Diagnostic>,
    ) -> ScopeId {
        let scope = ScopeId(self.scopes.len() as u32);
        self.scopes.push(Scope { owner, branch, start: None, states: Vec::new() });
        let members = block.get("States").map(Node::members).unwrap_or_default();
        let mut by_name = std::collections::BTreeMap::new();
        for member in members {
            // Of two states with one name the last counts, as for any repeated member; the reader has reported it.
            if members.iter().rev().find(|it| it.name == member.name).is_some_and(|it| std::ptr::eq(it, member)) {
                let id = self.read_state(member, &format!("{pointer}/States"), scope, out);
                by_name.insert(Arc::clone(&member.name), id);
                self.scopes[scope.idx()].states.push(id);
            }
        }
        let start = block.get("StartAt").and_then(Node::as_str).and_then(|name| by_name.get(name).copied());
        self.scopes[scope.idx()].start = start;
        for &id in by_name.values() {
            for transition in &mut self.states[id.idx()].transitions {
                transition.target = by_name.get(&transition.name).copied();
            }
        }
        scope
    }

    fn read_state(&mut self, member: &Member, parent: &str, scope: ScopeId, out: &mut Vec<Diagnostic>) -> StateId {
        let node = &member.value;
        let pointer = pointer_to(parent, &member.name);
        let id = StateId(self.states.len() as u32);
        let kind = node.get("Type").and_then(Node::as_str).and_then(StateKind::of);
        self.states.push(State {
            name: Arc::clone(&member.name),
            kind,
            comment: text(node, "Comment"),
            resource: text(node, "Resource"),
            n_retries: retries(node),
            scope,
            inner: Vec::new(),
            end: matches!(node.get("End").map(|it| &it.value), Some(Value::Bool(true))),
            transitions: transitions(node, kind),
            pointer: pointer.as_str().into(),
            span: node.span,
            name_span: member.name_span,
        });
        let inner = match kind {
            Some(StateKind::Parallel) => {
                let branches = node.get("Branches").map(Node::items).unwrap_or_default();
                let read = |(branch, block): (u32, &Node)| {
                    self.read_scope(block, &format!("{pointer}/Branches/{branch}"), Some(id), branch, out)
                };
                (0..).zip(branches).map(read).collect()
            }
            Some(StateKind::Map) => {
                let field = if node.get("ItemProcessor").is_some() { "ItemProcessor" } else { "Iterator" };
                let read = |block| self.read_scope(block, &format!("{pointer}/{field}"), Some(id), 0, out);
                node.get(field).map(read).into_iter().collect()
            }
            _ => Vec::new(),
        };
        self.states[id.idx()].inner = inner;
        id
    }
}

fn text(node: &Node, name: &str) -> Option<Arc<str>> {
    node.get(name).and_then(Node::as_str).map(Arc::from)
}

fn retries(node: &Node) -> Option<u32> {
    let retriers = node.get("Retry")?.items();
    let attempts = |retrier: &Node| match retrier.get("MaxAttempts").map(|it| &it.value) {
        Some(Value::Number(number)) => number.as_i64().and_then(|it| u32::try_from(it).ok()).unwrap_or(3),
        _ => 3,
    };
    (!retriers.is_empty()).then(|| retriers.iter().map(attempts).fold(0, u32::saturating_add))
}

fn transitions(node: &Node, kind: Option<StateKind>) -> Vec<Transition> {
    let mut found = Vec::new();
    let mut add = |kind: TransitionKind, target: Option<&Node>| {
        if let Some((name, target)) = target.and_then(|it| Some((it.as_str()?, it))) {
            found.push(Transition { kind, name: name.into(), target: None, span: target.span });
        }
    };
    if kind == Some(StateKind::Choice) {
        for (rule, choice) in (0..).zip(node.get("Choices").map(Node::items).unwrap_or_default()) {
            let condition = super::choice::describe(choice).into();
            add(TransitionKind::Choice { rule, condition }, choice.get("Next"));
        }
        add(TransitionKind::Default, node.get("Default"));
    } else {
        add(TransitionKind::Next, node.get("Next"));
    }
    for (catcher, catch) in (0..).zip(node.get("Catch").map(Node::items).unwrap_or_default()) {
        let names = catch.get("ErrorEquals").map(Node::items).unwrap_or_default();
        let errors = names.iter().filter_map(Node::as_str).map(Arc::from).collect();
        add(TransitionKind::Catch { catcher, errors }, catch.get("Next"));
    }
    found
}
