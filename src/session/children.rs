//! The child executions of a run, each with its own events; what a distributed Map starts can be opened like the run.

use std::sync::Arc;

use crate::asl::Outline;
use crate::engine::{Child, Event, EventId, EventKind, ExecutionId, Failure, Identity, Machine, Status};
use crate::history::Log;
use crate::json::Json;
use crate::time::Timestamp;

/// Children per shared piece.
const PIECE: usize = 256;

/// The child executions of a run in the order in which they began. A clone shares them and costs a pointer for each
/// 256 of them; afterwards only what goes on is copied.
#[derive(Clone, Debug, Default)]
pub struct Children {
    /// Every piece but the last is full.
    pieces: Vec<Arc<Vec<Arc<ChildRun>>>>,
}

/// One child execution.
#[derive(Clone, Debug)]
pub struct ChildRun {
    about: Child,
    events: Vec<Event>,
}

impl Children {
    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Returns the child execution `id`; `None` also for the run's own execution.
    pub fn get(&self, id: ExecutionId) -> Option<&ChildRun> {
        let idx = (id.0 as usize).checked_sub(1)?;
        self.pieces.get(idx / PIECE)?.get(idx % PIECE).map(|it| &**it)
    }

    /// Returns them in the order in which they began.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &ChildRun> {
        self.pieces.iter().flat_map(|it| it.iter()).map(|it| &**it)
    }

    /// Returns the children as they were when `machine` stood where it does. Those that have not changed are shared.
    pub(super) fn prefix(&self, machine: &Machine) -> Self {
        let mut prefix = Self::default();
        for child in self.pieces.iter().flat_map(|it| it.iter()) {
            let id = child.about.id;
            if !machine.has_happened(id, EventId(0)) {
                break;
            }
            let n_events = child.events.partition_point(|it| machine.has_happened(id, it.id));
            let mut child = Arc::clone(child);
            if n_events < child.events.len() {
                Arc::make_mut(&mut child).events.truncate(n_events);
            }
            prefix.add(child);
        }
        prefix
    }

    fn add(&mut self, child: Arc<ChildRun>) {
        match self.pieces.last_mut() {
            Some(last) if last.len() < PIECE => Arc::make_mut(last).push(child),
            _ => self.pieces.push(Arc::new(vec![child])),
        }
    }

    /// A child began; its id has to be the next one.
    pub(super) fn begin(&mut self, about: Child) {
        debug_assert_eq!(about.id.0 as usize, self.len() + 1, "ids are dense from 1");
        self.add(Arc::new(ChildRun { about, events: Vec::new() }));
    }

    /// Something happened in a child; returns the child.
    pub(super) fn push(&mut self, id: ExecutionId, event: Event) -> Option<&ChildRun> {
        let found = (id.0 as usize)
            .checked_sub(1)
            .and_then(|idx| Arc::make_mut(self.pieces.get_mut(idx / PIECE)?).get_mut(idx % PIECE));
        let child = Arc::make_mut(found?);
        let ends = matches!(
            event.kind,
            EventKind::ExecutionSucceeded { .. }
                | EventKind::ExecutionFailed(_)
                | EventKind::ExecutionTimedOut(_)
                | EventKind::ExecutionAborted(_)
        );
        child.events.push(event);
        if ends {
            child.events.shrink_to_fit();
        }
        Some(child)
    }
}

impl ChildRun {
    /// Returns what began it.
    pub fn about(&self) -> &Child {
        &self.about
    }

    /// Returns the names that its history carries.
    pub fn identity(&self) -> Identity {
        self.about.identity()
    }

    /// Returns its events so far, with ids from 1.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Returns its input; `None` before its first event.
    pub fn input(&self) -> Option<&Json> {
        self.events.first().and_then(|it| match &it.kind {
            EventKind::ExecutionStarted { input } => Some(input),
            _ => None,
        })
    }

    /// Returns when it began and, if it has ended, when.
    pub fn times(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let ended = (self.status() != Status::Running).then(|| self.events.last().map(|it| it.at)).flatten();
        (self.events.first().map(|it| it.at), ended)
    }

    /// Returns how it stands.
    pub fn status(&self) -> Status {
        let failed = |of: fn(Arc<Failure>) -> Status, failure: &Arc<Failure>| of(Arc::clone(failure));
        match self.events.last().map(|it| &it.kind) {
            Some(EventKind::ExecutionSucceeded { output }) => Status::Succeeded(output.clone()),
            Some(EventKind::ExecutionFailed(failure)) => failed(Status::Failed, failure),
            Some(EventKind::ExecutionTimedOut(failure)) => failed(Status::TimedOut, failure),
            Some(EventKind::ExecutionAborted(failure)) => failed(Status::Aborted, failure),
            _ => Status::Running,
        }
    }

    /// Returns its history as a log of its own, folded when it is asked for.
    pub fn log(&self, outline: &Arc<Outline>) -> Log {
        let mut log = Log::new(Arc::clone(outline));
        self.events.iter().for_each(|it| log.push(it.clone()));
        log
    }
}
