//! `Rules`: what tells what becomes of failures. A definition decides it; of a recorded execution it is told by what
//! followed, and a definition, where there is one, names the handler.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::Handlers;
use crate::asl::{Outline, Program, StateId};
use crate::engine::handlers::Decision;
use crate::engine::{Event, EventId, EventKind, Failure, StrandId};
use crate::history::infer::{self, Handled, Handler, handled};
use crate::history::{Frame, LogView};

use super::moment::{self, Course, Handling, handling_at};

/// What became of a failure in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A retrier tried again.
    Retried,
    /// A catcher took it.
    Caught,
    /// Nothing in its state took it.
    Uncaught,
}

/// What becomes of the failure at one moment, and how that is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Ruling {
    /// The definition decides it.
    Decided(Handling),
    /// It is inferred from what followed: there is no definition, or it says otherwise.
    Inferred(Handled),
}

impl Ruling {
    /// Returns the state that failed or in which the failure arrives.
    pub fn state(&self) -> StateId {
        match self {
            Self::Decided(it) => it.state,
            Self::Inferred(it) => it.state,
        }
    }

    /// Returns the failure; `None` where no event carries it.
    pub fn failure(&self) -> Option<&Arc<Failure>> {
        match self {
            Self::Decided(it) => Some(&it.failure),
            Self::Inferred(it) => it.failure.as_ref(),
        }
    }

    /// Returns what becomes of it; `None` where nothing has followed.
    pub fn fate(&self) -> Option<Fate> {
        match self {
            Self::Decided(it) => Some(match it.decision {
                Decision::Retry(_) => Fate::Retried,
                Decision::Catch(_) => Fate::Caught,
                Decision::Uncaught => Fate::Uncaught,
            }),
            Self::Inferred(it) => match it.fate {
                infer::Fate::Retried(_) => Some(Fate::Retried),
                infer::Fate::Caught(_) => Some(Fate::Caught),
                infer::Fate::Uncaught => Some(Fate::Uncaught),
                infer::Fate::Open | infer::Fate::GivenUp => None,
            },
        }
    }

    /// Returns where the execution goes on, if a catcher takes the failure.
    pub fn next(&self) -> Option<StateId> {
        match self {
            Self::Decided(it) => it.next,
            Self::Inferred(it) => match it.fate {
                infer::Fate::Caught(next) => next,
                _ => None,
            },
        }
    }

    /// Returns what the definition decides, where it is that.
    pub fn decided(&self) -> Option<&Handling> {
        match self {
            Self::Decided(it) => Some(it),
            Self::Inferred(_) => None,
        }
    }
}

/// What is known of the states of an execution and of what becomes of their failures. A clone shares it.
#[derive(Clone, Debug)]
pub struct Rules {
    outline: Arc<Outline>,
    program: Option<Arc<Program>>,
    /// Of a recorded execution: what became of each failure.
    followed: Option<Arc<Followed>>,
}

/// What became of failures.
#[derive(Debug)]
struct Followed {
    by_strand: BTreeMap<(StrandId, EventId), Handled>,
    /// In which thread of control a state has failed with an event.
    strands: BTreeMap<(StateId, EventId), StrandId>,
}

impl From<Arc<Program>> for Rules {
    /// Returns the rules of an execution that runs this.
    fn from(program: Arc<Program>) -> Self {
        Self { outline: Arc::clone(&program.outline), program: Some(program), followed: None }
    }
}

impl From<&Arc<Program>> for Rules {
    fn from(program: &Arc<Program>) -> Self {
        Self::from(Arc::clone(program))
    }
}

impl Rules {
    /// Returns the rules of a recorded execution. `program` is what ran, if that is known; its states are those that the
    /// events name.
    pub fn of_history(log: &LogView, program: Option<&Arc<Program>>) -> Self {
        let found = handled(log, program.map(|it| &**it));
        let strands = found.iter().map(|it| ((it.state, it.event), it.strand)).collect();
        let by_strand = found.into_iter().map(|it| ((it.strand, it.event), it)).collect();
        let followed = Followed { by_strand, strands };
        Self {
            outline: Arc::clone(log.outline()),
            program: program.map(Arc::clone),
            followed: Some(Arc::new(followed)),
        }
    }

    /// Returns the states.
    pub fn outline(&self) -> &Arc<Outline> {
        &self.outline
    }

    /// Returns what runs or ran; `None` where nobody knows.
    pub fn program(&self) -> Option<&Arc<Program>> {
        self.program.as_ref()
    }

    /// Returns the retriers and catchers of a state; `None` where nobody knows them.
    pub fn handlers(&self, state: StateId) -> Option<&Handlers> {
        self.program.as_ref()?.states.get(state.idx()).map(|it| &it.handlers)
    }

    /// Whether what becomes of failures is inferred from what followed.
    pub fn infers(&self) -> bool {
        self.program.is_none()
    }

    /// Returns what becomes of the failure that `event` reports, if it reports one; `frame` is the moment just after it.
    pub fn ruling(&self, frame: &Frame, event: &Event) -> Option<Ruling> {
        let followed = self.followed_at(event);
        if let Some(program) = &self.program
            && followed.is_none_or(|it| !matches!(it.handler, Handler::Contradicts(_)))
        {
            return handling_at(program, frame, event).map(Ruling::Decided);
        }
        followed.cloned().map(Ruling::Inferred)
    }

    /// Returns what became of the failure with which `event` ended an attempt of `state` in a recorded execution.
    pub fn fate_of(&self, state: StateId, event: EventId) -> Option<Fate> {
        let followed = self.followed.as_ref()?;
        let strand = followed.strands.get(&(state, event))?;
        Ruling::Inferred(followed.by_strand.get(&(*strand, event))?.clone()).fate()
    }

    /// Returns what the failure that `event` reports comes to in the end, with the states around it taken into account.
    pub fn course(&self, frame: &Frame, event: &Event) -> Option<Course> {
        match self.ruling(frame, event)? {
            Ruling::Decided(_) => moment::course(self.program.as_ref()?, frame, event),
            Ruling::Inferred(own) => self.course_of(frame, own),
        }
    }

    fn course_of(&self, frame: &Frame, own: Handled) -> Option<Course> {
        let begin = own.event;
        let mut strand = own.strand;
        let mut here = Some(own);
        loop {
            let it = here?;
            match it.fate {
                infer::Fate::Retried(_) => return Some(Course::Retried(it.state)),
                infer::Fate::Caught(_) => return Some(Course::Caught(it.state)),
                infer::Fate::Uncaught => {}
                infer::Fate::Open | infer::Fate::GivenUp => return None,
            }
            // What nothing takes is the next failure of the thread of control around it.
            let Some(around) = frame.strands.get(&strand).and_then(|it| it.parent) else {
                return Some(Course::Uncaught);
            };
            strand = around;
            let next = self.followed.as_ref()?.by_strand.range((around, begin)..=(around, EventId(u32::MAX))).next();
            here = next.map(|(_, it)| it.clone());
        }
    }

    /// Returns what followed on the failure that `event` reports.
    fn followed_at(&self, event: &Event) -> Option<&Handled> {
        let followed = &self.followed.as_ref()?.by_strand;
        let own = followed.get(&(event.strand, event.id));
        // That the execution failed is said by an event of its own: once more, or alone.
        own.or_else(|| {
            matches!(event.kind, EventKind::ExecutionFailed(_))
                .then(|| followed.get(&(event.strand, event.prev)))
                .flatten()
        })
    }
}
