//! What a history says beside its events, or does not say: payloads that were left out or cut off, and details for which
//! the engine's events have no place.

use std::sync::Arc;

use crate::json::Json;

/// What stands beside one event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aside {
    /// What is wrong with its payload.
    pub payload: Option<Lack>,
    /// Details that events have no place for, by the service's name, for example `workerName`.
    pub details: Vec<(Arc<str>, Json)>,
}

/// Why a payload is not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// It was left out when the history was written; the event holds `null`.
    NotIncluded,
    /// It was cut off; the event holds what is left, as a string where that is no JSON.
    Truncated,
}
