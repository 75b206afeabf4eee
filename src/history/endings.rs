//! How threads of control end and go on in a [`Frame`]: iterations, what a Parallel or Map closes, an execution that gives
//! up, and a redrive after it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::frame::{Activity, Frame, RunStatus, StrandView, Visit};
use crate::asl::{StateId, StateKind};
use crate::engine::{Event, Failure, Place, Redriven, StrandId};

impl Frame {
    /// The execution goes on after a failure.
    pub(super) fn redrive(&mut self, event: &Event, strands: &[Redriven]) {
        self.status = RunStatus::Running;
        let before = std::mem::take(&mut self.strands);
        self.states.iter_mut().for_each(|it| it.n_inside = 0);
        for it in strands {
            self.go_on(event, it, before.get(&it.strand));
        }
    }

    /// A redrive goes on with a strand, in the state that it was in.
    fn go_on(&mut self, event: &Event, redriven: &Redriven, before: Option<&Arc<StrandView>>) {
        let entering = redriven.standing == Place::BeforeState;
        if let (true, Some(before)) = (entering, before) {
            self.strands.insert(redriven.strand, Arc::clone(before));
            return;
        }
        let waits = self.outline().state(redriven.state).and_then(|it| it.kind) == Some(StateKind::Wait);
        let activity = match redriven.standing {
            Place::BeforeState => Activity::Exited,
            Place::Joining => Activity::Joining,
            _ if waits => Activity::Waiting,
            _ => Activity::Running,
        };
        let view = StrandView {
            parent: redriven.parent,
            index: redriven.index,
            // Which state it has left is not known any more.
            state: if entering { StateId::NONE } else { redriven.state },
            entered_at: redriven.entered_at,
            entered: redriven.entered,
            input: redriven.input.clone(),
            variables: redriven.variables.clone(),
            ..StrandView::new(event, activity)
        };
        self.strands.insert(redriven.strand, Arc::new(view));
        if !entering {
            self.count(redriven.state, |it| {
                it.n_inside += 1;
                it.last =
                    Visit { activity: Some(activity), entered: redriven.entered, event: event.id, ..Visit::default() };
            });
        }
    }

    pub(super) fn open_iteration(&mut self, event: &Event, index: u32, parent: StrandId) {
        let variables = self.strands.get(&parent).and_then(|it| it.variables.clone());
        let (parent, index) = (Some(parent), Some(index));
        let view = StrandView { parent, index, variables, ..StrandView::new(event, Activity::Running) };
        self.strands.insert(event.strand, Arc::new(view));
    }

    pub(super) fn fail_iteration(&mut self, event: &Event) {
        let failure = self.strands.get(&event.strand).and_then(|it| it.failures.last().cloned());
        let parent = self.strands.get(&event.strand).and_then(|it| it.parent);
        self.mark_uncaught(event.strand);
        self.end_iteration(event.strand);
        self.count(event.state, |it| it.n_iterations_failed += 1);
        // What the Map fails with, if nothing retries it.
        if let (Some(parent), Some(failure)) = (parent.and_then(|it| self.strands.get_mut(&it)), failure) {
            Arc::make_mut(parent).failures.push(failure);
        }
    }

    pub(super) fn end_iteration(&mut self, strand: StrandId) {
        self.close_children(strand);
        self.close(strand);
    }

    /// Takes away what runs inside `strand`.
    pub(super) fn close_children(&mut self, strand: StrandId) {
        // Children have higher ids than their parents, so one pass upwards finds all descendants.
        let mut inside = BTreeSet::from([strand]);
        let mut found = Vec::new();
        for (id, view) in self.strands.range(strand..).skip(1) {
            if view.parent.is_some_and(|it| inside.contains(&it)) {
                inside.insert(*id);
                found.push(*id);
            }
        }
        for id in found {
            self.mark_uncaught(id);
            self.close(id);
        }
    }

    fn close(&mut self, strand: StrandId) {
        let Some(view) = self.strands.remove(&strand) else { return };
        let inside = view.entered.0 > 0 && !view.has_left() && view.activity != Activity::Aborted;
        if inside {
            self.count(view.state, |it| it.n_inside = it.n_inside.saturating_sub(1));
        }
    }

    /// A failure that ended its strand was not handled in its state.
    fn mark_uncaught(&mut self, strand: StrandId) {
        let Some(view) = self.strands.get(&strand) else { return };
        if view.is_failing() {
            let state = view.state;
            self.count(state, |it| it.last.activity = Some(Activity::Uncaught));
        }
    }

    /// The execution has ended without success: the strands stay, to show where.
    pub(super) fn give_up(&mut self, activity: Activity, failure: Option<&Arc<Failure>>) {
        for strand in self.strands.values_mut() {
            let strand = Arc::make_mut(strand);
            if strand.has_left() || strand.activity == Activity::Aborted {
                continue;
            }
            // What no event of its state has said comes after what the visit has failed with before.
            let pending = strand.failures.last().filter(|_| strand.is_failing());
            let is_known = failure.zip(pending).is_some_and(|(own, pending)| own.error == pending.error);
            strand.activity = activity;
            let Some(state) = self.states.get_mut(strand.state.idx()) else { continue };
            state.last.activity = Some(activity);
            if let Some(failure) = failure.filter(|_| !is_known) {
                strand.failures.push(Arc::clone(failure));
                Arc::make_mut(&mut state.last.failures).push(Arc::clone(failure));
            }
        }
    }

    /// Returns the failure that a Parallel or Map fails with: the pending one inside it, where an event carried it.
    pub(super) fn failure_inside(&self, strand: StrandId) -> Option<Arc<Failure>> {
        let pending = |it: &&Arc<StrandView>| it.parent == Some(strand) && it.is_failing();
        let inside = self.strands.values().find(pending).and_then(|it| it.failures.last().cloned());
        inside.or_else(|| self.strands.get(&strand)?.failures.last().cloned())
    }
}
