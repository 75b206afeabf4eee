//! `Patch`: what somebody changes of an execution that is about to go on differently from the run it was forked from.
//!
//! A patch has no event: it changes what the next ones say, so that a fork's history is one that could have been.

use std::sync::Arc;

use crate::asl::program::{Action, Program};
use crate::asl::{ScopeId, StateId};
use crate::json::{Json, Object};
use crate::time::Timestamp;

use super::agenda::{Rank, Wake};
use super::apply::Cx;
use super::event::StrandId;
use super::machine::{Machine, Outcome, Phase};

/// A change to what is about to happen.
#[derive(Clone, Debug)]
pub enum Patch {
    /// The strand enters its next state with this raw input.
    Input {
        /// The strand, about to enter a state.
        strand: StrandId,
        /// The input.
        input: Json,
    },
    /// The strand's task ends like this, instead of as it would have.
    Answer {
        /// The strand, waiting for a task.
        strand: StrandId,
        /// The end.
        outcome: Outcome,
        /// When it comes, in place of what comes then.
        at: Timestamp,
    },
    /// The strand assigns these variables too when it next leaves a state.
    Variables {
        /// The strand.
        strand: StrandId,
        /// The variables.
        values: Object,
    },
    /// The execution goes on by this program, in which the states keep their ids (`Program::numbered_like`). Whoever
    /// applies actions has to apply those that follow with it.
    Definition(Arc<Program>),
}

impl PartialEq for Patch {
    /// Programs are equal where they are the same one.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Input { strand, input }, Self::Input { strand: theirs, input: other }) => {
                strand == theirs && input == other
            }
            (
                Self::Answer { strand, outcome, at },
                Self::Answer { strand: their_strand, outcome: theirs, at: their_at },
            ) => strand == their_strand && outcome == theirs && at == their_at,
            (Self::Variables { strand, values }, Self::Variables { strand: theirs, values: other }) => {
                strand == theirs && values == other
            }
            (Self::Definition(program), Self::Definition(theirs)) => Arc::ptr_eq(program, theirs),
            _ => false,
        }
    }
}

impl Machine {
    /// Whether the patch would change something here: its strand stands where it has to.
    pub fn takes(&self, patch: &Patch) -> bool {
        let phase = |strand| self.strands.get(&strand).map(|it| &it.phase);
        match patch {
            Patch::Input { strand, .. } => matches!(phase(*strand), Some(Phase::Enter(_))),
            Patch::Answer { strand, .. } => matches!(phase(*strand), Some(Phase::Calling(_))),
            Patch::Variables { strand, .. } => phase(*strand).is_some(),
            Patch::Definition(program) => self.misfits(program).is_empty(),
        }
    }

    /// Returns the states that some strand stands in and that `program` does not have, or has as another type while
    /// they are being worked on.
    pub fn misfits(&self, program: &Program) -> Vec<StateId> {
        let misfits = |strand: &&Arc<super::machine::Strand>| {
            let Some(shown) = program.outline.state(strand.state).filter(|it| it.scope != ScopeId::GONE) else {
                return true;
            };
            let action = &program.state(strand.state).action;
            let fits = match &strand.phase {
                Phase::Enter(_) | Phase::Act | Phase::Leave(_) | Phase::GoOn => true,
                Phase::Calling(_) => matches!(action, Action::Task(_)),
                Phase::Mapping(_) => matches!(action, Action::Map(_)),
                Phase::Joining(join) if join.processor.is_some() => matches!(action, Action::Map(_)),
                Phase::Joining(join) => {
                    matches!(action, Action::Parallel { .. }) && shown.inner.len() == join.results.len()
                }
            };
            !fits
        };
        let found: std::collections::BTreeSet<StateId> =
            self.strands.values().filter(misfits).map(|it| it.state).collect();
        found.into_iter().collect()
    }
}

impl Cx<'_> {
    pub(super) fn patch(&mut self, patch: Patch) {
        if !self.machine.takes(&patch) {
            return;
        }
        match patch {
            Patch::Input { strand, input } => self.strand_mut(strand).phase = Phase::Enter(input),
            Patch::Answer { strand, outcome, at } => self.answer_instead(strand, outcome, at),
            Patch::Variables { strand, values } => {
                self.strand_mut(strand).patched = Some(Arc::new(Json::Object(values)));
            }
            Patch::Definition(program) => {
                let strands: Vec<StrandId> = self.machine.strands.keys().copied().collect();
                for id in strands {
                    let state = self.strand(id).state;
                    if let (Action::Map(map), Phase::Joining(join)) =
                        (&program.state(state).action, &mut self.strand_mut(id).phase)
                    {
                        join.processor = Some(map.processor);
                    }
                }
            }
        }
    }

    /// Puts an answer in the place of the one that is due at `at`, and drops those after it.
    fn answer_instead(&mut self, id: StrandId, outcome: Outcome, at: Timestamp) {
        let at = at.max(self.machine.now);
        let Phase::Calling(call) = &self.strand(id).phase else { return };
        let ends = |outcome: &Outcome| !matches!(outcome, Outcome::Heartbeat | Outcome::Submitted(_));
        let agenda = &self.machine.agenda;
        let is_end = |key: &super::agenda::Key| matches!(agenda.get(*key), Some(Wake::Answer(_, it)) if ends(it));
        let mut sooner: Vec<_> = call.answers.clone();
        sooner.sort_unstable();
        let replaced = sooner.iter().copied().find(|key| key.0 == at && is_end(key));
        let (kept, dropped): (Vec<_>, Vec<_>) =
            sooner.into_iter().filter(|key| Some(*key) != replaced).partition(|key| key.0 <= at && !is_end(key));
        for key in dropped {
            self.machine.agenda.remove(key);
        }
        let key = match replaced {
            Some(key) => {
                self.machine.agenda.replace(key, Wake::Answer(id, outcome));
                key
            }
            None => self.machine.agenda.add(at, Rank::Move, Wake::Answer(id, outcome)),
        };
        if let Phase::Calling(call) = &mut self.strand_mut(id).phase {
            call.answers = kept;
            call.answers.push(key);
        }
    }

    /// Adds what a patch assigns to what the state assigns, as the strand leaves it.
    pub(super) fn with_patch(&mut self, id: StrandId, assigned: Option<Json>) -> Option<Json> {
        if self.strand(id).patched.is_none() {
            return assigned;
        }
        let patched = self.strand_mut(id).patched.take();
        let mut all = match assigned {
            Some(Json::Object(members)) => members,
            _ => Object::from_iter([]),
        };
        for (name, value) in patched.as_deref().and_then(Json::as_object).into_iter().flat_map(Object::iter) {
            all.set(Arc::clone(name), value.clone());
        }
        Some(Json::Object(all))
    }
}
