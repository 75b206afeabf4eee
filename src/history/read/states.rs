//! The states that a history names: those of a definition, or drawn from the events as far as they show them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::{Outline, Scope, ScopeId, State, StateId, StateKind, Transition, TransitionKind};
use crate::diagnostic::Span;

/// The states, found by where they stand and their names.
#[derive(Debug)]
pub(super) struct States {
    outline: Arc<Outline>,
    by_name: BTreeMap<(ScopeId, Arc<str>), StateId>,
    /// Whether the outline is made from the events.
    drawn: bool,
    /// The first state that the definition does not have.
    missing: Option<String>,
}

/// How a strand came from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    On,
    Caught,
}

impl States {
    /// Returns the states of a definition, or none yet.
    pub(super) fn new(definition: Option<&Arc<Outline>>) -> Self {
        let Some(outline) = definition else {
            let root = Scope { owner: None, branch: 0, start: None, states: Vec::new() };
            let outline = Arc::new(Outline { scopes: vec![root], ..Outline::default() });
            return Self { outline, by_name: BTreeMap::new(), drawn: true, missing: None };
        };
        let by_name = outline.iter().map(|(id, state)| ((state.scope, Arc::clone(&state.name)), id)).collect();
        Self { outline: Arc::clone(outline), by_name, drawn: false, missing: None }
    }

    pub(super) fn outline(&self) -> &Arc<Outline> {
        &self.outline
    }

    pub(super) fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    pub(super) fn kind(&self, id: StateId) -> Option<StateKind> {
        self.outline.state(id)?.kind
    }

    pub(super) fn name(&self, id: StateId) -> Arc<str> {
        self.outline.state(id).map(|it| Arc::clone(&it.name)).unwrap_or_default()
    }

    /// Returns the state that is entered in `scope`.
    pub(super) fn enter(&mut self, scope: ScopeId, name: &str, kind: StateKind) -> StateId {
        let key = (scope, Arc::<str>::from(name));
        if let Some(&id) = self.by_name.get(&key) {
            if !self.drawn && self.kind(id) != Some(kind) {
                self.missing.get_or_insert_with(|| format!("{} {name:?}", kind.name()));
            }
            return id;
        }
        if !self.drawn {
            self.missing.get_or_insert_with(|| format!("{} {name:?}", kind.name()));
            return StateId::NONE;
        }
        let outline = Arc::make_mut(&mut self.outline);
        let id = StateId(outline.states.len() as u32);
        let pointer = match outline.scopes[scope.idx()].owner.and_then(|it| outline.state(it)) {
            Some(owner) if owner.kind == Some(StateKind::Parallel) => {
                format!("{}/Branches/{}/States/{}", owner.pointer, outline.scopes[scope.idx()].branch, escaped(name))
            }
            Some(owner) => format!("{}/ItemProcessor/States/{}", owner.pointer, escaped(name)),
            None => format!("/States/{}", escaped(name)),
        };
        outline.states.push(State {
            name: Arc::clone(&key.1),
            kind: Some(kind),
            comment: None,
            resource: None,
            n_retries: None,
            scope,
            inner: Vec::new(),
            end: false,
            transitions: Vec::new(),
            pointer: pointer.into(),
            span: Span::default(),
            name_span: Span::default(),
        });
        let within = &mut outline.scopes[scope.idx()];
        within.start = within.start.or(Some(id));
        within.states.push(id);
        self.by_name.insert(key, id);
        id
    }

    /// Returns the scopes inside a state of the definition; none that were drawn.
    pub(super) fn given_inside(&self, id: StateId) -> &[ScopeId] {
        if self.drawn { &[] } else { self.outline.state(id).map_or(&[], |it| &it.inner) }
    }

    /// Returns the scope in which an execution begins with this state: the root, or of a child execution of a
    /// distributed Map the Map's own.
    pub(super) fn root_for(&self, first: &str) -> ScopeId {
        if self.drawn || self.has(ScopeId::ROOT, first) {
            return ScopeId::ROOT;
        }
        let begins = |(_, scope): &(u32, &Scope)| scope.start.is_some_and(|it| self.outline.name(it) == first);
        let found = (0..).zip(&self.outline.scopes).find(begins);
        found.map_or(ScopeId::ROOT, |(scope, _)| ScopeId(scope))
    }

    pub(super) fn has(&self, scope: ScopeId, name: &str) -> bool {
        self.by_name.contains_key(&(scope, Arc::from(name)))
    }

    /// Returns the scope of the Map `owner`.
    pub(super) fn processor(&mut self, owner: StateId) -> ScopeId {
        match self.outline.state(owner).and_then(|it| it.inner.first()) {
            Some(&scope) => scope,
            None => self.draw_scope(owner, 0),
        }
    }

    /// Returns the branch of the Parallel `owner` that begins with the state `first`.
    pub(super) fn branch(&mut self, owner: StateId, first: &str) -> ScopeId {
        let inside = self.outline.state(owner).map_or(&[][..], |it| &it.inner);
        let begins = |it: &&ScopeId| {
            let start = self.outline.scopes.get(it.idx()).and_then(|it| it.start);
            start.is_some_and(|it| self.outline.name(it) == first)
        };
        let known = inside.iter().find(begins).or_else(|| inside.iter().find(|it| self.has(**it, first)));
        match known {
            Some(&scope) => scope,
            None if self.drawn => self.draw_scope(owner, inside.len() as u32),
            None => inside.first().copied().unwrap_or(ScopeId::ROOT),
        }
    }

    fn draw_scope(&mut self, owner: StateId, branch: u32) -> ScopeId {
        if !self.drawn || self.outline.state(owner).is_none() {
            return ScopeId::ROOT;
        }
        let outline = Arc::make_mut(&mut self.outline);
        let scope = ScopeId(outline.scopes.len() as u32);
        outline.scopes.push(Scope { owner: Some(owner), branch, start: None, states: Vec::new() });
        outline.states[owner.idx()].inner.push(scope);
        scope
    }

    /// Takes note of a way from one state to another.
    pub(super) fn follow(&mut self, from: StateId, to: StateId, way: Way, error: Option<&Arc<str>>) {
        let known = |it: &Transition| it.target == Some(to) && (way == Way::Caught) == is_catch(&it.kind);
        let Some(state) = self.outline.state(from).filter(|_| self.drawn) else { return };
        if let Some(at) = state.transitions.iter().position(known) {
            if let Some(error) = error {
                self.caught_too(from, at, error);
            }
            return;
        }
        let (name, same) = (self.name(to), |it: &&Transition| (way == Way::Caught) == is_catch(&it.kind));
        let nth = state.transitions.iter().filter(same).count() as u32;
        let kind = match (way, state.kind) {
            (Way::Caught, _) => TransitionKind::Catch { catcher: nth, errors: error.cloned().into_iter().collect() },
            (Way::On, Some(StateKind::Choice)) => TransitionKind::Choice { rule: nth, condition: Arc::default() },
            (Way::On, _) => TransitionKind::Next,
        };
        let transition = Transition { kind, name, target: Some(to), span: Span::default() };
        Arc::make_mut(&mut self.outline).states[from.idx()].transitions.push(transition);
    }

    fn caught_too(&mut self, from: StateId, at: usize, error: &Arc<str>) {
        let has = |it: &Transition| matches!(&it.kind, TransitionKind::Catch { errors, .. } if errors.contains(error));
        if self.outline.states[from.idx()].transitions.get(at).is_some_and(|it| !has(it))
            && let TransitionKind::Catch { errors, .. } =
                &mut Arc::make_mut(&mut self.outline).states[from.idx()].transitions[at].kind
        {
            errors.push(Arc::clone(error));
        }
    }

    /// Whether a strand that has left the state has come to its end, as far as the definition says.
    pub(super) fn is_last(&self, id: StateId) -> bool {
        self.outline.state(id).is_some_and(|it| it.end || it.kind.is_some_and(StateKind::is_terminal))
    }

    /// Takes note that a strand ended behind the state.
    pub(super) fn ends(&mut self, id: StateId) {
        let ends = self.outline.state(id).is_some_and(|it| !it.end && it.kind.is_some_and(|it| !it.is_terminal()));
        if self.drawn && ends {
            Arc::make_mut(&mut self.outline).states[id.idx()].end = true;
        }
    }

    /// Takes note of what a Task calls.
    pub(super) fn calls(&mut self, id: StateId, resource: &str) {
        if self.drawn && self.outline.state(id).is_some_and(|it| it.resource.is_none()) {
            Arc::make_mut(&mut self.outline).states[id.idx()].resource = Some(resource.into());
        }
    }
}

fn is_catch(kind: &TransitionKind) -> bool {
    matches!(kind, TransitionKind::Catch { .. })
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
