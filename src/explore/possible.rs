//! What can be reached at all, whatever the data are: the ground on which something is said to be never reached.
//!
//! The search tries data that it was given or made up; that it did not reach something proves nothing where the data
//! could be otherwise. This goes by the ways and the names of errors alone and takes every way of a Choice, every number
//! of items and every answer of a task, so it holds everything that any run can reach, and a little more. What is not
//! in here no run reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asl::error_name::FailureKind;
use crate::asl::program::{Action, FlowFields, Mode, Next, Pattern, Program, Resource, Text};
use crate::asl::{ScopeId, StateId};
use crate::engine::Failure;
use crate::lint;

/// A handler: its state, whether it is a catcher, its place in the list.
pub type HandlerId = (StateId, bool, usize);

/// What can be reached.
#[derive(Debug, Default)]
pub struct Possible {
    /// States that can be entered.
    pub states: BTreeSet<StateId>,
    /// Handlers that can take something: a retrier that retries, a catcher that takes over.
    pub handlers: BTreeSet<HandlerId>,
    /// Names of handlers by which one of them is the first to take something.
    pub names: BTreeSet<(HandlerId, usize)>,
    /// Failures that can come out of a state.
    out: BTreeMap<StateId, BTreeSet<Trouble>>,
}

/// A failure as handlers see it; the name `None` stands for all that no handler names.
type Trouble = (Kind, Option<Arc<str>>);

/// The names of errors in a definition.
struct Names {
    all: BTreeSet<Arc<str>>,
    /// Those that tasks can fail with.
    raised: BTreeSet<Arc<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Named,
    Timeout,
    Heartbeat,
}

/// Returns what can be reached in `program`.
pub fn possible(program: &Program) -> Possible {
    let all = all_names(program);
    let raised = all.iter().filter(|it| lint::is_raised_by_tasks(it)).cloned().collect();
    let names = Names { all, raised };
    let mut possible = Possible::default();
    // Everything only grows, so this comes to an end.
    loop {
        let before = possible.size();
        possible.enter_scope(program, ScopeId::ROOT);
        for id in possible.states.clone() {
            possible.visit(program, id, &names);
        }
        if possible.size() == before {
            return possible;
        }
    }
}

/// Returns all names that handlers and Fail states have.
fn all_names(program: &Program) -> BTreeSet<Arc<str>> {
    let mut names = BTreeSet::new();
    for state in &program.states {
        let retriers = state.handlers.retry.iter().flat_map(|it| &it.errors);
        names.extend(retriers.chain(state.handlers.catch.iter().flat_map(|it| &it.errors)).cloned());
        if let Action::Fail { error: Some(Text::Fixed(name)), .. } = &state.action {
            names.insert(Arc::clone(name));
        }
    }
    names
}

impl Possible {
    fn size(&self) -> (usize, usize, usize, usize) {
        let out = self.out.values().map(BTreeSet::len).sum();
        (self.states.len(), self.handlers.len(), self.names.len(), out)
    }

    fn enter_scope(&mut self, program: &Program, scope: ScopeId) {
        if let Some(start) = program.starts.get(scope.idx()) {
            self.states.insert(*start);
        }
    }

    fn visit(&mut self, program: &Program, id: StateId, names: &Names) {
        let state = program.state(id);
        let any = || names.raised.iter().cloned().map(Some).chain([None]);
        let named = |name: Option<Arc<str>>| (Kind::Named, name);
        let mut troubles: BTreeSet<Trouble> = BTreeSet::new();
        let mut inner: Vec<ScopeId> = Vec::new();
        match &state.action {
            Action::Choice { rules, default } => {
                self.states.extend(rules.iter().map(|it| it.next).chain(*default));
            }
            Action::Task(task) => {
                troubles.extend(any().map(named));
                let is_told = matches!(
                    task.resource,
                    Resource::Activity(_) | Resource::Service { pattern: Pattern::Callback | Pattern::Sync, .. }
                );
                // Who is told the token of a task can send any error, its time limit among them.
                if task.timeout.is_some() || task.heartbeat.is_some() || is_told {
                    troubles.insert((Kind::Timeout, Some("States.Timeout".into())));
                }
                if task.heartbeat.is_some() {
                    troubles.insert((Kind::Heartbeat, Some("States.Timeout".into())));
                }
                if task.resource.is_http() {
                    troubles.insert(named(Some("States.Http.Socket".into())));
                }
            }
            Action::Fail { error, .. } => match error {
                Some(Text::Fixed(name)) => {
                    troubles.insert(named(Some(Arc::clone(name))));
                }
                Some(_) => {
                    troubles.extend(names.all.iter().cloned().map(Some).chain([None]).map(named));
                }
                None => {
                    troubles.insert(named(None));
                }
            },
            Action::Parallel { branches } => inner.extend(branches),
            Action::Map(map) => {
                inner.push(map.processor);
                // A Map over what is no list fails so in either language.
                troubles.insert(named(Some("States.QueryEvaluationError".into())));
                if matches!(map.mode, Mode::Distributed(_)) {
                    for name in [
                        "States.ExceedToleratedFailureThreshold",
                        "States.ItemReaderFailed",
                        "States.ResultWriterFailed",
                    ] {
                        troubles.insert(named(Some(name.into())));
                    }
                }
            }
            Action::Pass { .. } | Action::Wait(_) | Action::Succeed => {}
        }
        if let Next::To(next) = state.next
            && !matches!(state.action, Action::Choice { .. } | Action::Fail { .. } | Action::Succeed)
        {
            self.states.insert(next);
        }
        if matches!(state.data.fields, FlowFields::Jsonata(_)) {
            troubles.insert(named(Some("States.QueryEvaluationError".into())));
        }
        for scope in inner {
            self.enter_scope(program, scope);
            let passes_on = !matches!(&state.action, Action::Map(map) if matches!(map.mode, Mode::Distributed(_)));
            if passes_on {
                let of_scope = program.outline.scopes.get(scope.idx()).map_or(&[][..], |it| &it.states);
                let from: Vec<Trouble> = of_scope.iter().filter_map(|it| self.out.get(it)).flatten().cloned().collect();
                troubles.extend(from);
            }
        }
        for trouble in troubles {
            self.handle(program, id, trouble);
        }
    }

    /// Lets the state's handlers take a failure, as the engine does.
    fn handle(&mut self, program: &Program, id: StateId, trouble: Trouble) {
        let handlers = &program.state(id).handlers;
        let kind = match trouble.0 {
            Kind::Named => FailureKind::Named,
            Kind::Timeout => FailureKind::Timeout,
            Kind::Heartbeat => FailureKind::Heartbeat,
        };
        let failure = Failure { error: trouble.1.clone(), cause: None, kind };
        let taking = |errors: &[Arc<str>]| -> Vec<usize> {
            errors.iter().enumerate().filter(|it| failure.matches(it.1)).map(|it| it.0).collect()
        };
        let first = handlers.retry.iter().enumerate().find_map(|(idx, it)| {
            let by = taking(&it.errors);
            (!by.is_empty()).then_some((idx, by, it.max_attempts))
        });
        if let Some((idx, by, max_attempts)) = first {
            let handler = (id, false, idx);
            // One with no attempts decides too: it keeps later ones from retrying.
            self.names.extend(by.into_iter().map(|it| (handler, it)));
            if max_attempts > 0 {
                self.handlers.insert(handler);
            }
        }
        let catcher = handlers.catch.iter().enumerate().find_map(|(idx, it)| {
            let by = taking(&it.errors);
            (!by.is_empty()).then_some((idx, by, it.next))
        });
        match catcher {
            Some((idx, by, next)) => {
                let handler = (id, true, idx);
                self.names.extend(by.into_iter().map(|it| (handler, it)));
                self.handlers.insert(handler);
                self.states.insert(next);
            }
            None => {
                self.out.entry(id).or_default().insert(trouble);
            }
        }
    }
}
