//! Stepping: which event a step goes to, by the lineage of strands.
//!
//! One strand is focused. A step looks at it, at what runs inside it and at what it runs inside; what its siblings do
//! happens meanwhile and does not stop it. Forwards and backwards the same events are stops.

use std::collections::{BTreeMap, BTreeSet};

use crate::asl::StateId;
use crate::engine::{Event, EventId, EventKind, StrandId};
use crate::history::{Frame, LogView};

use super::search::Watch;

/// Where somebody stands in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The event that has just happened; 0 before everything.
    pub event: EventId,
    /// The strand in focus.
    pub strand: StrandId,
}

/// How far a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the next state of the strand, over everything that happens inside; at the strand's end to the next state of
    /// what is around it.
    Over,
    /// To the next thing that happens to the data: a state or attempt begins or ends, in the strand, inside it, or in
    /// what is around it.
    Into,
    /// To where what is around the strand goes on: the end of the Parallel or Map, or of the execution. Backwards to
    /// where it began.
    Out,
    /// To the next time that any strand enters this state.
    ToState(StateId),
}

/// Who opened whom, as far as the events so far tell.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    parents: BTreeMap<StrandId, StrandId>,
}

impl Lineage {
    /// Begins with the strands of a moment.
    pub fn begin(&mut self, frame: &Frame) {
        self.parents = frame.strands.iter().filter_map(|(id, view)| Some((*id, view.parent?))).collect();
    }

    /// Goes on by one event.
    pub fn take_in(&mut self, frame: &Frame, event: &Event) {
        let parent = match &event.kind {
            EventKind::StateEntered { parent, .. } | EventKind::IterationStarted { parent, .. } => *parent,
            EventKind::ExecutionRedriven { .. } => return self.begin(frame),
            _ => return,
        };
        if parent != event.strand {
            self.parents.insert(event.strand, parent);
        }
        if self.parents.len() > 4 * frame.strands.len() + 256 {
            let alive: BTreeSet<StrandId> = frame.strands.keys().flat_map(|it| self.around(*it)).collect();
            self.parents.retain(|strand, _| frame.strands.contains_key(strand) || alive.contains(strand));
        }
    }

    /// Returns the strands around `strand`, the nearest first.
    pub fn around(&self, strand: StrandId) -> Vec<StrandId> {
        std::iter::successors(self.parents.get(&strand), |it| self.parents.get(it)).copied().collect()
    }

    /// Whether `strand` runs inside `outer`.
    pub fn is_inside(&self, strand: StrandId, outer: StrandId) -> bool {
        let mut next = self.parents.get(&strand);
        while let Some(parent) = next {
            if *parent == outer {
                return true;
            }
            next = self.parents.get(parent);
        }
        false
    }
}

/// A step under way.
#[derive(Clone, Debug)]
pub struct Stepper {
    step: Step,
    focus: StrandId,
    /// The strands around the focus.
    around: Vec<StrandId>,
    lineage: Lineage,
}

impl Stepper {
    /// Returns a step from `from`, forwards or backwards.
    pub fn new(step: Step, from: Position, log: &LogView) -> Self {
        let mut lineage = Lineage::default();
        let frame = log.frame_at(from.event);
        lineage.begin(&frame);
        if !frame.strands.contains_key(&from.strand) && from.event.0 > 0 {
            // The strand has ended with this very event.
            lineage.begin(&log.frame_at(EventId(from.event.0 - 1)));
            if let Some(event) = log.event(from.event) {
                lineage.take_in(&frame, event);
            }
        }
        Self { step, focus: from.strand, around: lineage.around(from.strand), lineage }
    }
}

impl Watch for Stepper {
    fn begin(&mut self, _: &LogView, frame: &Frame) {
        self.lineage.begin(frame);
    }

    fn stops(&mut self, frame: &Frame, event: &Event) -> bool {
        self.lineage.take_in(frame, event);
        let strand = event.strand;
        let is_around = || self.around.contains(&strand);
        match self.step {
            Step::Over => is_entry(&event.kind) && (strand == self.focus || is_around()),
            Step::Into => {
                is_boundary(&event.kind)
                    && (strand == self.focus || is_around() || self.lineage.is_inside(strand, self.focus))
            }
            Step::Out => is_around() && event.state != StateId::NONE,
            Step::ToState(state) => is_entry(&event.kind) && event.state == state,
        }
    }
}

fn is_entry(kind: &EventKind) -> bool {
    matches!(kind, EventKind::StateEntered { .. })
}

/// Whether the event begins or ends a state or an attempt.
fn is_boundary(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::StateEntered { .. }
            | EventKind::StateExited { .. }
            | EventKind::StateAborted
            | EventKind::TaskScheduled(_)
            | EventKind::TaskSucceeded { .. }
            | EventKind::TaskFailed(_)
            | EventKind::TaskTimedOut(_)
            | EventKind::EvaluationFailed(_)
            | EventKind::ParallelFailed
            | EventKind::MapFailed
    )
}

/// Returns the strand to focus at `event`: that of the event; of an event of the whole execution, its own.
pub fn focus_at(log: &LogView, event: EventId) -> StrandId {
    log.event(event).map_or(StrandId::ROOT, |it| it.strand)
}

/// The steps that were made, so that each can be taken back exactly: what a step forwards goes past on its way into
/// another strand, no search backwards could tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    steps: Vec<(Position, Position)>,
}

impl Trail {
    /// Keeps a step.
    pub fn keep(&mut self, from: Position, to: Position) {
        if self.steps.last().is_some_and(|(_, last)| *last != from) {
            // Somebody has gone elsewhere since: earlier steps do not lead here.
            self.steps.clear();
        }
        self.steps.push((from, to));
    }

    /// Takes the last step back, if it has led to `at`, and returns where it came from.
    pub fn back(&mut self, at: Position) -> Option<Position> {
        let (from, _) = self.steps.pop_if(|(_, to)| *to == at)?;
        Some(from)
    }

    /// Forgets all steps: for another run.
    pub fn clear(&mut self) {
        self.steps.clear();
    }
}
