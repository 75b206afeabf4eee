//! The data flow of a visit: the steps by which a state comes from its input to its output, each with its expression,
//! its event and what it came to.
//!
//! The steps are the engine's own ([`Step`]): told while it takes a run's actions once more, or while it does one
//! attempt again from what the events of a history say ([`rehearse`]). What an event carries is taken from the event.

mod build;
mod rehearse;

use std::sync::Arc;

use crate::asl::program::{Action, Program, Rule, State};
use crate::engine::{EventId, Step};
use crate::history::LogView;
use crate::json::Json;

use super::visit::Visit;

pub use rehearse::{back, entered_before, iteration, rehearse, results};

/// The data flow of one attempt of a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The event by which the state was entered.
    pub entered: EventId,
    /// The attempt, from 1; 0 for states that have none.
    pub attempt: usize,
    /// Where the steps between the events come from.
    pub source: Source,
    /// The steps in order.
    pub steps: Vec<FlowStep>,
}

/// Where steps that have no event come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The engine took the run's actions once more.
    Run,
    /// They are worked out from the events and the definition.
    Events,
    /// There is no definition to work them out by.
    Nothing,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowStep {
    /// Which.
    pub field: Field,
    /// The field as it is written, in short: a path, an expression, or how many fields a template has.
    pub expression: Option<Arc<str>>,
    /// Where the field stands, as a JSON pointer within the state; empty where it stands nowhere.
    pub pointer: String,
    /// What else is to be said.
    pub note: Option<String>,
    /// The event that has the value.
    pub event: Option<EventId>,
    /// What it came to; `None` where it has not been taken or is not known.
    pub value: Option<Json>,
    /// What the value is compared with.
    pub base: Option<Json>,
    /// The rules of a Choice.
    pub rules: Vec<RuleVerdict>,
}

/// A rule of a Choice, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleVerdict {
    /// The condition, in short; empty for the default.
    pub condition: Arc<str>,
    /// Where it leads.
    pub next: Arc<str>,
    /// Whether it held.
    pub verdict: Held,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It was tested and does not hold.
    No,
    /// It holds and is taken.
    Yes,
    /// Testing it failed.
    Failed,
    /// It was not tested.
    NotRead,
}

/// A step of the data flow; those in which a value stands are also where one can be traced from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The state's raw input.
    Input,
    /// `InputPath`
    InputPath,
    /// `Parameters`
    Parameters,
    /// `Arguments`
    Arguments,
    /// `ItemsPath`
    ItemsPath,
    /// `Items`
    Items,
    /// `ItemReader`
    ItemReader,
    /// `ItemSelector`
    ItemSelector,
    /// `ItemBatcher`
    ItemBatcher,
    /// `Choices`
    Choices,
    /// `Seconds`, `Timestamp` and the like
    Delay,
    /// The raw result.
    Result,
    /// What an attempt failed with.
    Error,
    /// A retrier.
    Retry(usize),
    /// `ResultSelector`
    ResultSelector,
    /// `ResultPath`, of a catcher as well
    ResultPath,
    /// `OutputPath`
    OutputPath,
    /// `Output` in JSONata, of a rule or catcher as well
    OutputField,
    /// `Assign`, of a rule or catcher as well
    Assign,
    /// What the state handed on.
    Output,
}

impl Field {
    /// Returns its title.
    pub fn title(self) -> String {
        let name = match self {
            Self::Retry(idx) => return format!("Retry {}", idx + 1),
            Self::Input => "State input",
            Self::InputPath => "InputPath",
            Self::Parameters => "Parameters",
            Self::Arguments => "Arguments",
            Self::ItemsPath => "ItemsPath",
            Self::Items => "Items",
            Self::ItemReader => "ItemReader",
            Self::ItemSelector => "ItemSelector",
            Self::ItemBatcher => "ItemBatcher",
            Self::Choices => "Choices",
            Self::Delay => "Wait",
            Self::Result => "Result",
            Self::Error => "Error",
            Self::ResultSelector => "ResultSelector",
            Self::ResultPath => "ResultPath",
            Self::OutputPath => "OutputPath",
            Self::OutputField => "Output",
            Self::Assign => "Assign",
            Self::Output => "State output",
        };
        name.to_owned()
    }

    /// Whether data stands there, and not a field that changes it.
    pub fn is_data(self) -> bool {
        matches!(self, Self::Input | Self::Result | Self::Error | Self::Output)
    }
}

impl FlowStep {
    /// Whether the step has changed nothing.
    pub fn changes_nothing(&self) -> bool {
        self.rules.is_empty()
            && match (&self.value, &self.base) {
                (Some(value), Some(base)) => value.same(base) || value == base,
                (None, _) => self.expression.is_none() && self.note.is_none(),
                _ => false,
            }
    }
}

/// Returns the data flow of an attempt of `visit`, counted from 1; 0 is the last one.
///
/// `told` are the steps that the engine told of the whole visit; without them they are worked out from the events.
pub fn flow(program: Option<&Program>, log: &LogView, visit: &Visit, attempt: usize, told: Option<Vec<Step>>) -> Flow {
    let n_attempts = visit.attempts.len();
    let number = if attempt == 0 { n_attempts } else { attempt.min(n_attempts) };
    let idx = number.saturating_sub(1);
    let (steps, source) = match (told, program) {
        (Some(all), Some(_)) => (of_attempt(all, idx), Source::Run),
        (None, Some(program)) => (rehearse(program, log, visit, idx), Source::Events),
        (_, None) => (Vec::new(), Source::Nothing),
    };
    let steps = build::steps(program, log, visit, idx, &steps);
    Flow { entered: visit.entered, attempt: number, source, steps }
}

/// Returns the rule of a Choice that held by these steps, and its place.
pub(super) fn rule_taken<'s>(steps: &[Step], state: &'s State) -> Option<(usize, &'s Rule)> {
    let Action::Choice { rules, .. } = &state.action else { return None };
    let taken = steps.iter().find_map(|it| match it {
        Step::Rule { rule, holds: true } => Some(*rule),
        _ => None,
    })?;
    rules.get(taken).map(|it| (taken, it))
}

/// Returns those of a visit's steps that belong to one attempt: a retrier stands between two.
fn of_attempt(all: Vec<Step>, attempt: usize) -> Vec<Step> {
    let mut n_before = 0;
    let mut steps = Vec::new();
    for step in all {
        let ends = matches!(step, Step::Retry { .. });
        if n_before == attempt {
            steps.push(step);
        }
        n_before += usize::from(ends);
    }
    steps
}
