//! `Tree`: the runs of a session and which of them were forked from which. None is ever changed by another, or lost:
//! what is taken off the list can be put back.

use std::collections::BTreeMap;

use crate::engine::EventId;

/// A run of a [`Tree`], by the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub usize);

/// Runs with what is known of them.
#[derive(Clone, Debug)]
pub struct Tree<T> {
    runs: Vec<Node<T>>,
}

#[derive(Clone, Debug)]
struct Node<T> {
    /// The run that it was forked from, and at which event.
    from: Option<(RunId, EventId)>,
    /// Whether it is off the list, and its forks with it.
    removed: bool,
    run: T,
}

/// A row of the tree as it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The run.
    pub id: RunId,
    /// How many runs are above it.
    pub depth: usize,
    /// At which event it left the run above it.
    pub at: Option<EventId>,
    /// How many runs were forked from it, those that are on the list.
    pub n_forks: usize,
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Self { runs: Vec::new() }
    }
}

impl<T> Tree<T> {
    /// Adds a run that was started.
    pub fn add(&mut self, run: T) -> RunId {
        self.runs.push(Node { from: None, removed: false, run });
        RunId(self.runs.len() - 1)
    }

    /// Adds a run that was forked from `parent` at an event.
    pub fn fork(&mut self, parent: RunId, at: EventId, run: T) -> RunId {
        self.runs.push(Node { from: Some((parent, at)), removed: false, run });
        RunId(self.runs.len() - 1)
    }

    /// Returns a run.
    pub fn get(&self, id: RunId) -> Option<&T> {
        self.runs.get(id.0).map(|it| &it.run)
    }

    /// Returns a run, to be brought up to date.
    pub fn get_mut(&mut self, id: RunId) -> Option<&mut T> {
        self.runs.get_mut(id.0).map(|it| &mut it.run)
    }

    /// Returns which run it was forked from, and at which event.
    pub fn from(&self, id: RunId) -> Option<(RunId, EventId)> {
        self.runs.get(id.0)?.from
    }

    /// Returns all runs in the order in which they came, also those off the list.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (RunId, &T)> {
        self.runs.iter().enumerate().map(|(idx, it)| (RunId(idx), &it.run))
    }

    /// Returns all runs in the order in which they came, also those off the list.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (RunId, &mut T)> {
        self.runs.iter_mut().enumerate().map(|(idx, it)| (RunId(idx), &mut it.run))
    }

    /// Returns the run and those that it came from, itself first.
    pub fn line(&self, id: RunId) -> impl Iterator<Item = RunId> {
        let known = self.runs.get(id.0).map(|_| id);
        std::iter::successors(known, |id| self.from(*id).map(|(parent, _)| parent))
    }

    /// Takes a run off the list, and with it what was forked from it.
    pub fn remove(&mut self, id: RunId) {
        if let Some(node) = self.runs.get_mut(id.0) {
            node.removed = true;
        }
    }

    /// Puts a run back on the list that was taken off it.
    pub fn restore(&mut self, id: RunId) {
        if let Some(node) = self.runs.get_mut(id.0) {
            node.removed = false;
        }
    }

    /// Whether a run is on the list: neither it nor one that it came from was taken off.
    pub fn is_listed(&self, id: RunId) -> bool {
        id.0 < self.runs.len() && self.line(id).all(|it| !self.runs[it.0].removed)
    }

    /// Returns the number of runs.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Returns the number of runs that were started and not forked.
    pub fn n_started(&self) -> usize {
        self.runs.iter().filter(|it| it.from.is_none()).count()
    }

    /// Returns the runs as they are listed: the last one that was started first, each with its forks below it in the
    /// order in which they came.
    pub fn rows(&self) -> Vec<Row> {
        let mut forks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut started = Vec::new();
        for (idx, node) in self.runs.iter().enumerate().filter(|(_, it)| !it.removed) {
            match node.from {
                Some((parent, _)) => forks.entry(parent.0).or_default().push(idx),
                None => started.push((idx, 0)),
            }
        }
        let mut rows = Vec::with_capacity(self.runs.len());
        while let Some((idx, depth)) = started.pop() {
            let below = forks.remove(&idx).unwrap_or_default();
            let at = self.runs[idx].from.map(|(_, at)| at);
            rows.push(Row { id: RunId(idx), depth, at, n_forks: below.len() });
            started.extend(below.into_iter().rev().map(|it| (it, depth + 1)));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forks_stand_below_the_run_that_they_came_from() {
        let mut tree = Tree::default();
        let first = tree.add("first");
        let second = tree.add("second");
        let fork = tree.fork(first, EventId(5), "fork");
        tree.fork(first, EventId(2), "another");
        tree.fork(fork, EventId(7), "of the fork");
        let listed: Vec<(&str, usize)> = tree.rows().iter().map(|it| (*tree.get(it.id).unwrap(), it.depth)).collect();
        assert_eq!(listed, [("second", 0), ("first", 0), ("fork", 1), ("of the fork", 2), ("another", 1)]);
        assert_eq!((tree.from(fork), tree.from(second)), (Some((first, EventId(5))), None));
        assert_eq!((tree.len(), tree.n_started()), (5, 2));
    }

    #[test]
    fn a_run_goes_off_the_list_with_its_forks_and_comes_back_with_them() {
        let mut tree = Tree::default();
        let first = tree.add("first");
        let fork = tree.fork(first, EventId(5), "fork");
        let deeper = tree.fork(fork, EventId(7), "of the fork");
        tree.add("second");
        let listed = |tree: &Tree<&'static str>| tree.rows().iter().map(|it| it.id.0).collect::<Vec<_>>();
        let all = listed(&tree);
        tree.remove(deeper);
        tree.remove(first);
        assert_eq!(listed(&tree), [3]);
        assert!(!tree.is_listed(fork));
        assert_eq!(tree.get(fork), Some(&"fork"));
        tree.restore(first);
        assert_eq!(listed(&tree), [3, 0, 1]);
        tree.restore(deeper);
        assert_eq!(listed(&tree), all);
    }
}
