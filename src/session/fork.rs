//! Forks: a run that shares another one's events up to some event and goes on differently from there.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::asl::Program;
use crate::diagnostic::Diagnostic;
use crate::engine::{
    Action, Effect, EffectId, Emitted, Event, EventId, EventKind, ExecutionId, Outcome, Patch, apply, enabled,
};
use crate::history::Log;
use crate::json::{Json, Object};

use super::changeable::{begins_task, ends_task, last_exit};
use super::host::Host;
use super::run::{Run, asked, tell};

/// What a fork changes.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// The raw input of the state that the event enters.
    Input(Json),
    /// How the task of the event ends: its result or its error.
    Answer(Outcome),
    /// Variables, as the strand of the event and what is inside it see them.
    Variables(Object),
    /// The definition. States are the same where their names are.
    Definition(Arc<SameProgram>),
}

/// A program, equal to itself alone.
#[derive(Debug)]
pub struct SameProgram(pub Arc<Program>);

impl PartialEq for SameProgram {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Why there is no fork.
#[derive(Clone, Debug, PartialEq)]
pub enum ForkError {
    /// The run has no such event.
    NoEvent(EventId),
    /// The event is not one at which this can be changed.
    NotHere {
        /// What was to be changed: `input`, `answer`, `variables`.
        what: &'static str,
        /// Which events can, in words.
        instead: &'static str,
    },
    /// The definition does not have what the run is in.
    Misfit(Vec<Diagnostic>),
}

impl fmt::Display for ForkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEvent(id) => write!(f, "the run has no event {}", id.0),
            Self::NotHere { what, instead } => write!(f, "the {what} cannot be changed at this event; {instead}"),
            Self::Misfit(found) => {
                let messages: Vec<&str> = found.iter().map(|it| it.message.as_str()).collect();
                f.write_str(&messages.join("; "))
            }
        }
    }
}

impl std::error::Error for ForkError {}

/// Where a fork leaves its parent.
enum Place {
    /// After everything that the event's action brought about.
    After(EventId),
    /// Before the action that brings the event about.
    Before(EventId),
}

impl Run {
    /// Returns a run that has happened like this one up to `at`, and may go on differently.
    ///
    /// With an edit, the event that says what is edited is the first one that differs: it happens anew. Without one,
    /// the event `at` and what its action brought about is shared. This run is not changed.
    pub fn fork(&self, at: EventId, edit: Option<Edit>) -> Result<Self, ForkError> {
        let event = self.log().event(at).ok_or(ForkError::NoEvent(at))?;
        let (place, patch) = match edit {
            None => (Place::After(at), None),
            Some(Edit::Input(input)) => {
                let EventKind::StateEntered { .. } = event.kind else {
                    return Err(not_here("input", "go to where a state is entered"));
                };
                (Place::Before(at), Some(Patch::Input { strand: event.strand, input }))
            }
            Some(Edit::Answer(outcome)) => other_answer(event, outcome)?,
            Some(Edit::Variables(values)) => {
                let exit = last_exit(self.log(), event).ok_or_else(|| {
                    not_here("variables", "no state has been left before it, and variables are assigned when one is")
                })?;
                (Place::Before(exit.id), Some(Patch::Variables { strand: exit.strand, values }))
            }
            Some(Edit::Definition(program)) => {
                (Place::After(at), Some(Patch::Definition(Arc::new(program.0.numbered_like(&self.program)))))
            }
        };
        let mut fork = self.part(&place);
        if let Some(patch) = patch {
            fork.patch(patch)?;
        }
        // One that has had an answer, such as that it was submitted, has had its host's whole say.
        let actions = fork.journal.actions.iter();
        let answered: BTreeSet<EffectId> = actions.filter_map(|(_, action)| answered(action)).collect();
        fork.taken_over = enabled(&fork.machine).unanswered.into_iter().filter(|id| !answered.contains(id)).collect();
        Ok(fork)
    }

    /// Brings a host that has answered nothing to where the run stands: it is told of everything that hosts were asked
    /// so far, in the same order. What has no answer yet it is asked.
    pub fn brief(&mut self, host: &mut dyn Host) {
        let mut open = std::mem::take(&mut self.taken_over);
        open.extend(self.asked.drain(..));
        self.unanswered.clear();
        let mut questions = Vec::new();
        self.journal.retell(&self.origin, self.tick, &mut |effect| {
            if let Effect::Cancel(id) = effect {
                host.cancel(id);
            } else if let Some((id, question)) = asked(effect) {
                if open.contains(&id) {
                    questions.push((id, question));
                } else {
                    tell(host, id, &question);
                }
            }
        });
        for (id, question) in questions {
            self.ask(host, id, question);
        }
    }

    /// Returns the run as it was at a place.
    fn part(&self, place: &Place) -> Self {
        let (tick, mut machine) = match *place {
            Place::After(at) => self.journal.machine_at(&self.origin, &self.checkpoints, ExecutionId::ROOT, at),
            Place::Before(at) => self.journal.machine_before(&self.origin, &self.checkpoints, at),
        };
        let mut journal = self.journal.clone();
        journal.actions = self.journal.prefix(tick);
        // Answers that were noted with the last action belong to it.
        let n_before = journal.actions.partition_point(|(at, _)| *at < tick);
        let noted = journal.actions[n_before..].to_vec();
        let program = journal.program(&self.origin);
        for (_, action) in &noted {
            apply(&program, &mut machine, action.clone(), &mut Emitted::default());
        }
        Self {
            origin: Arc::clone(&self.origin),
            tick: tick + noted.len() as u64,
            checkpoints: self.checkpoints.prefix(tick),
            children: self.children.prefix(&machine),
            log: Log::fork(self.log(), machine.n_events() as usize, &program.outline),
            program,
            machine,
            journal,
            unanswered: Vec::new(),
            asked: Vec::new(),
            taken_over: BTreeSet::new(),
        }
    }

    fn patch(&mut self, patch: Patch) -> Result<(), ForkError> {
        if let Patch::Definition(program) = &patch {
            let misfits = self.machine.misfits(program);
            if !misfits.is_empty() {
                let found = misfits.iter().map(|state| {
                    let name = self.program.outline.name(*state);
                    let message = format!("the run is in state {name:?}, which the definition does not have as it was");
                    Diagnostic::error("RUN002", message).help("fork before the state is entered, or keep the state")
                });
                return Err(ForkError::Misfit(found.collect()));
            }
            self.program = Arc::clone(program);
            self.log = Log::fork(self.log(), self.log().len(), &program.outline);
        } else if !self.machine.takes(&patch) {
            return Err(not_here("moment", "the execution has ended, or something else is due at the same time"));
        }
        self.act_from_outside(Action::Patch(patch));
        Ok(())
    }
}

fn other_answer(event: &Event, outcome: Outcome) -> Result<(Place, Option<Patch>), ForkError> {
    let patch = Patch::Answer { strand: event.strand, outcome, at: event.at };
    if ends_task(event).is_some() {
        Ok((Place::Before(event.id), Some(patch)))
    } else if begins_task(event) {
        Ok((Place::After(event.id), Some(patch)))
    } else {
        Err(not_here("answer", "go to where a task begins or ends"))
    }
}

pub(super) fn answered(action: &Action) -> Option<EffectId> {
    match action {
        Action::Resolve { effect, .. } => Some(*effect),
        _ => None,
    }
}

fn not_here(what: &'static str, instead: &'static str) -> ForkError {
    ForkError::NotHere { what, instead }
}
