//! `Trace`: the steps by which a state comes from its input to its output, told while the engine takes them.
//!
//! Off unless the caller of `apply` asks for it by [`Emitted::traced`]; then nothing is made and nothing is kept. So the
//! steps of any moment can be had again by taking the action at that moment once more.

use crate::asl::StateId;
use crate::json::Json;

use super::apply::Cx;
use super::event::{Emitted, StrandId};
use super::failure::Failure;

/// A step that a strand took.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    /// The strand.
    pub strand: StrandId,
    /// The state that it is in.
    pub state: StateId,
    /// The step.
    pub step: Step,
}

/// A step on the way from a state's input to its output, with what it came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `InputPath` was applied.
    InputPath(Json),
    /// `Parameters` was filled in.
    Parameters(Json),
    /// `Arguments` was evaluated.
    Arguments(Json),
    /// The items of a Map, by `ItemsPath` or `Items`.
    Items(Json),
    /// The items that a reader found, where `ItemsPointer` led.
    ReadItems(Json),
    /// What an iteration of a Map receives, by `ItemSelector`; one step for each item.
    ItemSelector(Json),
    /// What the child executions receive, by `ItemBatcher`: one input a batch.
    Batches(Json),
    /// How many iterations may run at the same time; 0 is no limit.
    MaxConcurrency(i64),
    /// How many iterations may fail.
    ToleratedFailureCount(i64),
    /// How many of a hundred iterations may fail.
    ToleratedFailurePercentage(f64),
    /// A rule of a Choice was tested.
    Rule {
        /// Its place in `Choices`.
        rule: usize,
        /// Whether it holds.
        holds: bool,
    },
    /// The raw result.
    Result(Json),
    /// `ResultSelector` was filled in.
    ResultSelector(Json),
    /// `ResultPath` was applied.
    ResultPath(Json),
    /// `OutputPath` or `Output`: what the state hands on.
    Output(Json),
    /// `Assign` was evaluated: the variables that change.
    Assign(Json),
    /// The state failed, in this attempt.
    Failed(Failure),
    /// A retrier tries again.
    Retry {
        /// Its place in `Retry`.
        retrier: usize,
        /// The back-off, with its jitter.
        after_secs: f64,
    },
    /// A catcher takes over.
    Catch {
        /// Its place in `Catch`.
        catcher: usize,
    },
}

impl Emitted {
    /// Returns an empty one that keeps steps too.
    pub fn traced() -> Self {
        Self { trace: Some(Vec::new()), ..Self::default() }
    }

    /// Takes the steps out, in order; none if they are not kept.
    pub fn take_trace(&mut self) -> Vec<Traced> {
        self.trace.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

impl Cx<'_> {
    /// Tells a step of `strand`; `step` is asked for it only if somebody listens.
    pub(super) fn trace(&mut self, strand: StrandId, step: impl FnOnce() -> Step) {
        if let Some(trace) = &mut self.out.trace {
            let state = self.machine.strands.get(&strand).map_or(StateId::NONE, |it| it.state);
            trace.push(Traced { strand, state, step: step() });
        }
    }
}
