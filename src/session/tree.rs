//! `Tree`: the runs of a session and which of them were forked from which. None is ever changed by another, or lost.

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
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Self { runs: Vec::new() }
    }
}

impl<T> Tree<T> {
    /// Adds a run that was started.
    pub fn add(&mut self, run: T) -> RunId {
        self.runs.push(Node { from: None, run });
        RunId(self.runs.len() - 1)
    }

    /// Adds a run that was forked from `parent` at an event.
    pub fn fork(&mut self, parent: RunId, at: EventId, run: T) -> RunId {
        self.runs.push(Node { from: Some((parent, at)), run });
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

    /// Returns all runs in the order in which they came.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (RunId, &mut T)> {
        self.runs.iter_mut().enumerate().map(|(idx, it)| (RunId(idx), &mut it.run))
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
        let mut rows = Vec::with_capacity(self.runs.len());
        let mut next: Vec<Row> = Vec::new();
        let started = (0..self.runs.len()).filter(|idx| self.runs[*idx].from.is_none());
        next.extend(started.map(|idx| Row { id: RunId(idx), depth: 0, at: None }));
        while let Some(row) = next.pop() {
            rows.push(row);
            let forks = self.runs.iter().enumerate().rev().filter_map(|(idx, it)| {
                let (parent, at) = it.from?;
                (parent == row.id).then_some(Row { id: RunId(idx), depth: row.depth + 1, at: Some(at) })
            });
            next.extend(forks);
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
}
