//! `Entry`: an execution that starts in the middle, in a state of any scope.

use std::sync::Arc;

use crate::asl::StateId;
use crate::json::{Json, Object};

use super::failure::Failure;

/// Where an execution starts that does not start at the beginning, and what it finds there.
///
/// The state's own scope is the execution's outermost one: where it ends, the execution ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The state.
    pub state: StateId,
    /// The variables that have been assigned before.
    pub variables: Object,
    /// How often each retrier of the state has retried already; none: not at all.
    pub retries: Vec<u32>,
    /// What expressions see as the context object, instead of the engine's own; items of Maps are added to it.
    pub context: Option<Json>,
    /// What the state comes to without its inside being run, if it is a Parallel or Map.
    pub stand_in: Option<StandIn>,
    /// What the `ItemReader` of such a Map would read, as it stands in its object.
    pub reader_data: Option<Arc<str>>,
}

/// What a Parallel or Map comes to when its inside is not run.
#[derive(Clone, Debug, PartialEq)]
pub enum StandIn {
    /// Its inside has ended.
    Result {
        /// What the branches or iterations came to.
        result: Json,
        /// How many iterations failed all the same.
        n_failed: u32,
    },
    /// Its inside has failed.
    Failed(Failure),
}
