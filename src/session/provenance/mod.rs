//! Where a value came from: back through fields, states and variables to what made it.
//!
//! Read off the events and the definition, so that it holds for recorded histories too. Paths are followed to the
//! member; of a function or an expression over several things all of these are named, because which part of the value
//! came from which cannot be said.

mod back;
mod before;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::asl::program::Program;
use crate::asl::{StateId, pointer_to};
use crate::diagnostic::Span;
use crate::engine::{EventId, EventKind, StrandId};
use crate::history::{Frame, LogView};
use crate::json::source::Node;
use crate::json::{Json, pointer_parts};

use super::flow::Field;
use super::visit::Visit;

/// Hops that are followed in all, at most.
const MOST_HOPS: usize = 300;
/// Steps of any kind, at most: what is handed on unchanged by thousands of states is no hop.
const MOST_STEPS: usize = 20_000;
/// How deep sources may nest.
const MOST_NESTED: usize = 16;
/// Sources of one value that are followed.
const MOST_SOURCES: usize = 24;

/// A value to be traced: a place in the data of a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The event by which the visit was entered.
    pub entered: EventId,
    /// The moment up to which events count.
    pub upto: EventId,
    /// The attempt, from 0.
    pub attempt: usize,
    /// Which of its data.
    pub of: Asked,
    /// The way to the value in there, as the parts of a JSON pointer.
    pub way: Vec<Arc<str>>,
}

/// Which data of a visit is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What stands after a step of the data flow.
    Field(Field),
    /// The variables at the moment.
    Variables,
}

/// The way of a value back to what made it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trail {
    /// The hops, from the value backwards.
    pub hops: Vec<Hop>,
    /// What the last hop was made of, if that is more than one thing.
    pub sources: Vec<Trail>,
    /// How many sources more there are.
    pub n_more: usize,
}

/// A hop on the way back.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// What it is.
    pub what: What,
    /// The state; [`StateId::NONE`] for the execution.
    pub state: StateId,
    /// The event that shows it; 0 where there is none.
    pub event: EventId,
    /// The expression or path that leads on.
    pub expression: Option<Arc<str>>,
    /// Where the value stands in the data behind the hop, as a path: `$.order.items[0]`.
    pub path: String,
    /// Where in the definition the field or literal stands, as a JSON pointer; empty where it stands nowhere.
    pub pointer: String,
    /// The value there, as far as it is known.
    pub value: Option<Json>,
    /// How many states had handed it on unchanged since the hop before.
    pub n_through: u32,
    /// Whether the value is only a part of what stands there, or made of it.
    pub is_made: bool,
}

impl Hop {
    fn new(what: What, state: StateId, event: EventId, path: String) -> Self {
        let (expression, pointer, value) = (None, String::new(), None);
        Self { what, state, event, expression, path, pointer, value, n_through: 0, is_made: false }
    }
}

/// What a hop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A field of the state led on.
    Field(Field),
    /// A variable was read.
    Variable,
    /// The beginning: the execution's input.
    ExecutionInput,
    /// The beginning: what a task answered.
    TaskResult,
    /// The beginning: what an attempt failed with.
    Error,
    /// The beginning: written in the definition.
    Literal,
    /// The beginning: the context object.
    Context,
    /// The beginning: an expression that reads nothing.
    Computed,
    /// The beginning: what child executions came to.
    Children,
    /// The beginning: changed by hand, in a fork.
    Edited,
    /// It cannot be said.
    Unknown(&'static str),
}

impl What {
    /// Returns it in words.
    pub fn words(self) -> String {
        match self {
            Self::Field(field) => field.title(),
            Self::Variable => "Variable".to_owned(),
            Self::ExecutionInput => "Execution input".to_owned(),
            Self::TaskResult => "Task result".to_owned(),
            Self::Error => "Error of the attempt".to_owned(),
            Self::Literal => "Written in the definition".to_owned(),
            Self::Context => "Context object".to_owned(),
            Self::Computed => "Computed from nothing else".to_owned(),
            Self::Children => "Results of child executions".to_owned(),
            Self::Edited => "Changed in this fork".to_owned(),
            Self::Unknown(why) => format!("Not known: {why}"),
        }
    }

    /// Whether the way ends there.
    pub fn is_beginning(self) -> bool {
        !matches!(self, Self::Field(_) | Self::Variable)
    }
}

/// Returns where the value that is asked about came from.
pub fn provenance(program: &Program, log: &LogView, question: &Question) -> Trail {
    let mut tracer = Tracer { program, log, upto: question.upto, visits: BTreeMap::new(), n_hops: 0, n_steps: 0 };
    let Some(visit) = tracer.visit(question.entered, question.upto) else { return Trail::default() };
    let base = match question.of {
        Asked::Field(field) => Base::Field { visit: question.entered, attempt: question.attempt, field, item: None },
        Asked::Variables => Base::Variables { strand: visit.strand, before: EventId(question.upto.0 + 1) },
    };
    let spot = Spot { base, way: question.way.clone() };
    let value = tracer.value(&spot);
    tracer.trail(spot, value, 0)
}

/// Returns where a JSON pointer leads in the text of a definition, as far as it leads. A field `name.$` is found by
/// `name` too.
pub fn place_in(root: &Node, pointer: &str) -> Span {
    let mut node = root;
    let mut span = root.span;
    for name in pointer_parts(pointer) {
        let member = node.member(&name).or_else(|| node.member(&format!("{name}.$")));
        let item = || name.parse::<usize>().ok().and_then(|it| node.items().get(it));
        let Some(next) = member.map(|it| &it.value).or_else(item) else { break };
        (node, span) = (next, member.map_or(next.span, |it| it.name_span));
    }
    span
}

/// A place where a value stands.
#[derive(Clone, Debug, PartialEq)]
struct Spot {
    base: Base,
    way: Vec<Arc<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Base {
    /// After a step of a visit's data flow. `item` is the iteration for which an `ItemSelector` is filled in.
    Field { visit: EventId, attempt: usize, field: Field, item: Option<(StrandId, EventId)> },
    /// The variables that a strand sees before an event.
    Variables { strand: StrandId, before: EventId },
    /// The context object that a strand sees at an event.
    Context { strand: StrandId, at: EventId, state: StateId },
}

/// What one step back comes to.
enum Back {
    /// The same value stands here.
    Same(Spot),
    /// The same value came in from another visit or strand.
    CameIn(Spot),
    /// A field led on.
    Hop(Hop, Spot),
    /// It was made of these.
    Made(Hop, Vec<Spot>),
    /// It began here.
    Begins(Hop),
}

struct Tracer<'a> {
    program: &'a Program,
    log: &'a LogView,
    upto: EventId,
    visits: BTreeMap<EventId, Arc<Visit>>,
    n_hops: usize,
    n_steps: usize,
}

impl Tracer<'_> {
    fn trail(&mut self, from: Spot, value: Option<Json>, depth: usize) -> Trail {
        let (mut spot, mut value) = (from, value);
        let mut trail = Trail::default();
        let (mut n_through, mut is_quiet) = (0, false);
        loop {
            self.n_steps += 1;
            let back = if self.n_steps > MOST_STEPS || self.n_hops > MOST_HOPS || depth > MOST_NESTED {
                Back::Begins(self.unknown(&spot, "the way is too long to be shown"))
            } else {
                self.back(&spot)
            };
            let (mut hop, next) = match back {
                Back::Same(next) => {
                    spot = next;
                    continue;
                }
                Back::CameIn(next) => {
                    n_through += u32::from(is_quiet);
                    is_quiet = true;
                    spot = next;
                    continue;
                }
                Back::Hop(hop, next) => (hop, vec![next]),
                Back::Made(mut hop, next) => {
                    hop.is_made = true;
                    (hop, next)
                }
                Back::Begins(hop) => (hop, Vec::new()),
            };
            self.n_hops += 1;
            // A state that something happened in is not one that only handed on.
            let passed = n_through + u32::from(is_quiet && (hop.what.is_beginning() && hop.state == StateId::NONE));
            hop.n_through = passed;
            n_through = 0;
            // Behind the result of a branch or iteration stands its last state.
            is_quiet = hop.what == What::Field(Field::Result);
            hop.value = hop.value.or_else(|| value.clone());
            let is_made = hop.is_made;
            trail.hops.push(hop);
            let n_sources = next.len();
            if n_sources == 0 {
                return trail;
            }
            let mut next = next.into_iter();
            if n_sources == 1 {
                spot = next.next().expect("there is one");
                value = if is_made { self.value(&spot) } else { value };
                continue;
            }
            trail.n_more = n_sources.saturating_sub(MOST_SOURCES);
            for source in next.take(MOST_SOURCES) {
                let value = self.value(&source);
                let found = self.trail(source, value, depth + 1);
                trail.sources.push(found);
            }
            return trail;
        }
    }

    /// Returns the visit that the event enters, up to `upto`.
    fn visit(&mut self, entered: EventId, upto: EventId) -> Option<Arc<Visit>> {
        if let Some(visit) = self.visits.get(&entered) {
            return Some(Arc::clone(visit));
        }
        let visit = Arc::new(Visit::read(Some(self.program), self.log, upto, entered)?);
        self.visits.insert(entered, Arc::clone(&visit));
        Some(visit)
    }

    /// Returns the value at a place, where an event has it.
    fn value(&mut self, spot: &Spot) -> Option<Json> {
        let whole = match spot.base {
            Base::Field { visit, attempt, field, .. } => {
                let visit = self.visit(visit, self.upto)?;
                let tried = visit.attempts.get(attempt);
                match field {
                    Field::Input => Some(visit.input.clone()),
                    Field::Output => visit.exit.as_ref().map(|it| it.output.clone()),
                    Field::Assign => visit.exit.as_ref().and_then(|it| it.assigned.as_deref().cloned()),
                    Field::Result => tried?.end.as_ref()?.result.as_ref().ok().cloned().flatten(),
                    Field::Error => tried?.failure().map(|it| it.output()),
                    _ => None,
                }
            }
            Base::Variables { strand, before } => {
                let frame = self.frame_before(before);
                frame.strands.get(&strand).and_then(|it| it.variables.as_deref().cloned())
            }
            Base::Context { .. } => None,
        };
        spot.way.iter().try_fold(whole?, |at, name| at.part(name).cloned())
    }

    /// Returns the moment in which variables are as an expression at this event sees them: those that are assigned with
    /// the event are not there yet.
    fn frame_before(&self, event: EventId) -> Frame {
        let enters = self.log.event(event).is_some_and(|it| matches!(it.kind, EventKind::StateEntered { .. }));
        self.log.frame_at(EventId(if enters { event.0 } else { event.0.saturating_sub(1) }))
    }

    fn hop(what: What, visit: &Visit, event: EventId, way: &[Arc<str>]) -> Hop {
        Hop::new(what, visit.state, event, path_of("$", way))
    }

    fn unknown(&mut self, spot: &Spot, why: &'static str) -> Hop {
        let (state, event) = match spot.base {
            Base::Field { visit, .. } => (self.visit(visit, self.upto).map_or(StateId::NONE, |it| it.state), visit),
            Base::Variables { before, .. } => (StateId::NONE, EventId(before.0.saturating_sub(1))),
            Base::Context { state, at, .. } => (state, at),
        };
        Hop::new(What::Unknown(why), state, event, path_of("$", &spot.way))
    }
}

/// Writes where a value stands as a path.
fn shown(spot: &Spot) -> String {
    match (spot.base, spot.way.split_first()) {
        (Base::Variables { .. }, Some((name, rest))) => path_of(&format!("${name}"), rest),
        (Base::Context { .. }, _) => path_of("$$", &spot.way),
        _ => path_of("$", &spot.way),
    }
}

/// Writes the parts of a JSON pointer as a path.
fn path_of(root: &str, way: &[Arc<str>]) -> String {
    let is_name = |it: &str| {
        it.chars().all(|it| it.is_alphanumeric() || it == '_') && !it.starts_with(|it: char| it.is_ascii_digit())
    };
    way.iter().fold(root.to_owned(), |mut path, part| {
        match &**part {
            it if !it.is_empty() && it.chars().all(|it| it.is_ascii_digit()) => {
                let _ = write!(path, "[{it}]");
            }
            it if !it.is_empty() && is_name(it) => {
                let _ = write!(path, ".{it}");
            }
            it => {
                let _ = write!(path, "['{it}']");
            }
        }
        path
    })
}

/// Writes the parts of a JSON pointer.
fn pointer_of(way: &[Arc<str>]) -> String {
    way.iter().fold(String::new(), |all, part| pointer_to(&all, part))
}
