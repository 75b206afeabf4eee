//! `Agenda`: what is to happen when. The only scheduler there is.

use std::collections::BTreeMap;

use crate::time::Timestamp;

use super::event::StrandId;
use super::execution::ExecutionId;
use super::machine::Outcome;

/// The order of things due at the same moment: an answer comes before the time limit that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Move,
    TaskLimit,
    ExecutionLimit,
}

/// When something is due; equal moments in the order in which they were put down.
pub(super) type Key = (Timestamp, Rank, u64);

/// What is due.
#[derive(Clone, Debug)]
pub(super) enum Wake {
    /// The strand's next phase.
    Phase(StrandId),
    /// An answer for the strand's task.
    Answer(StrandId, Outcome),
    /// `TimeoutSeconds` of the strand's task.
    Timeout(StrandId),
    /// The time that an HTTP call may take.
    HttpLimit(StrandId),
    /// `HeartbeatSeconds` of the strand's task.
    Heartbeat(StrandId),
    /// The execution's own time limit.
    ExecutionTimeout,
    /// The time limit of a child execution.
    ChildTimeout(ExecutionId),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    entries: BTreeMap<Key, Wake>,
    put_down: u64,
}

impl Agenda {
    pub(super) fn add(&mut self, at: Timestamp, rank: Rank, wake: Wake) -> Key {
        let key = (at, rank, self.put_down);
        self.put_down += 1;
        self.entries.insert(key, wake);
        key
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.entries.remove(&key);
    }

    /// Puts something else in the place of what is due then.
    pub(super) fn replace(&mut self, key: Key, wake: Wake) {
        self.entries.insert(key, wake);
    }

    pub(super) fn get(&self, key: Key) -> Option<&Wake> {
        self.entries.get(&key)
    }

    /// Returns everything that is to happen, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Wake)> {
        self.entries.iter()
    }

    pub(super) fn due(&self) -> Option<Timestamp> {
        self.entries.first_key_value().map(|(key, _)| key.0)
    }

    pub(super) fn pop(&mut self) -> Option<(Key, Wake)> {
        self.entries.pop_first()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
