//! Expectations: what has to come out of a run, and what came instead.
//!
//! Each claim knows where it stands in its file, so that a failed one can be shown, jumped to and updated there.

mod check;
mod read;
mod undone;

use std::sync::Arc;

use crate::asl::{Outline, nearest};
use crate::diagnostic::{Diagnostic, Span};
use crate::engine::EventId;
use crate::json::Json;
use crate::json::diff::Difference;
use crate::lint::Compensation;

use super::Run;

pub use check::check;
pub use read::{MEMBERS, read_member};
pub use undone::{Undone, undone};

/// What has to come out of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The claims, in the order of the text.
    pub claims: Vec<Claim>,
}

/// One claim about a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// What is claimed.
    pub what: What,
    /// JSON pointer of the value in its file.
    pub pointer: String,
    /// Where the value stands.
    pub span: Span,
}

/// What can be claimed.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// How the execution ends: the service's word.
    Status(Arc<str>),
    /// The output, as a whole.
    Output(Json),
    /// What the output has among other things; lists have the same length.
    OutputContains(Json),
    /// What stands in the output at a JSON pointer or a JSONPath.
    OutputAt(Arc<str>, Json),
    /// The name of the error; `None` for an error without a name, or none.
    Error(Option<Arc<str>>),
    /// The cause, as a whole.
    Cause(Option<Arc<str>>),
    /// A part of the cause.
    CauseContains(Arc<str>),
    /// The states that the execution's own thread of control goes through, in order.
    Path(Vec<Arc<str>>),
    /// States of that path in their order, with others between.
    PathContains(Vec<Arc<str>>),
    /// A state that is entered, in any thread of control or child execution.
    Visited(Arc<str>),
    /// A state that is not.
    NotVisited(Arc<str>),
    /// The steps that are undone, in the order of the undoing.
    Undone(Vec<Arc<str>>, Pairs),
    /// Whatever was done is undone in the reverse order.
    AllUndone(Pairs),
    /// A handler takes an error.
    Handled(Handled),
    /// How often the work of a state is begun, retries among it.
    Attempts(Arc<str>, Range),
    /// How long the execution takes on the virtual clock, in seconds.
    Duration(Range),
    /// Events of the execution's own history.
    Events(Range),
}

/// Which state undoes which step: the step first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pairs {
    /// As the linter takes them from the names.
    Inferred,
    /// As written down.
    Given(Vec<(Arc<str>, Arc<str>)>),
}

/// A handler that takes an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handled {
    /// The state.
    pub state: Arc<str>,
    /// The name of the error; `None` for any.
    pub error: Option<Arc<str>>,
    /// Who takes it.
    pub by: By,
    /// How often; `None` for at least once.
    pub times: Option<u32>,
}

/// Who takes an error. Retriers and catchers count from 1, as the window shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A retrier or a catcher.
    Anyone,
    /// The retrier with this number.
    Retrier(u32),
    /// The catcher with this number.
    Catcher(u32),
    /// Nobody.
    Nobody,
}

/// Figures that are allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least.
    pub min: Option<f64>,
    /// The most.
    pub max: Option<f64>,
}

impl Range {
    /// Returns the one figure that is allowed, where it is only one.
    pub fn exact(self) -> Option<f64> {
        self.min.filter(|_| self.min == self.max)
    }

    /// Whether a figure is allowed.
    pub fn holds(self, figure: f64) -> bool {
        self.min.is_none_or(|it| figure >= it) && self.max.is_none_or(|it| figure <= it)
    }
}

/// What a run is held against.
#[derive(Clone, Copy)]
pub struct Observed<'a> {
    /// The run.
    pub run: &'a Run,
    /// The steps of its definition and what undoes them, as far as names tell.
    pub compensations: &'a [Compensation],
}

/// A claim that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Which claim, by its place in [`Expect::claims`].
    pub claim: usize,
    /// What it is about, for example `output` or `attempts of "BookCar"`.
    pub about: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// The first place in which two values differ.
    pub first: Option<Difference>,
    /// The event at which it shows.
    pub event: Option<EventId>,
    /// What the file has to say for the claim to hold.
    pub update: Update,
}

/// How a claim in a file becomes one that holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// By another value.
    Value(Json),
    /// By other members in place of it; none takes it out.
    Members(Vec<(&'static str, Json)>),
    /// By nobody but a person: it is a rule and not a record.
    None,
}

impl Expect {
    /// Reports claims about states that the definition does not have.
    pub fn check_states(&self, outline: &Outline, out: &mut Vec<Diagnostic>) {
        for claim in &self.claims {
            for name in claim.what.states() {
                if outline.find(name).is_none() {
                    out.push(unknown_state(name, outline, &claim.pointer, claim.span));
                }
            }
        }
    }
}

/// Returns the finding that a scenario names a state that the definition does not have.
pub fn unknown_state(name: &str, outline: &Outline, pointer: &str, span: Span) -> Diagnostic {
    let near = nearest(name, outline.states.iter().map(|it| &*it.name));
    let names = || outline.states.iter().take(12).map(|it| &*it.name).collect::<Vec<_>>().join(", ");
    let help = near.map_or_else(|| format!("its states are {}", names()), |it| format!("did you mean {it:?}?"));
    Diagnostic::error("SCN004", format!("the definition has no state {name:?}")).at(pointer, span).help(help)
}

impl What {
    /// Returns the states that the claim names.
    fn states(&self) -> Vec<&Arc<str>> {
        let given = |pairs| match pairs {
            &Pairs::Inferred => Vec::new(),
            Pairs::Given(pairs) => pairs.iter().flat_map(|(step, by)| [step, by]).collect(),
        };
        match self {
            Self::Visited(name) | Self::NotVisited(name) | Self::Attempts(name, _) => vec![name],
            Self::Path(names) | Self::PathContains(names) => names.iter().collect(),
            Self::Undone(names, pairs) => names.iter().chain(given(pairs)).collect(),
            Self::AllUndone(pairs) => given(pairs),
            Self::Handled(handled) => vec![&handled.state],
            Self::Status(_)
            | Self::Output(_)
            | Self::OutputContains(_)
            | Self::OutputAt(..)
            | Self::Error(_)
            | Self::Cause(_)
            | Self::CauseContains(_)
            | Self::Duration(_)
            | Self::Events(_) => Vec::new(),
        }
    }
}
