//! "Finally": whether every run reaches a state before it ends.

use crate::asl::StateId;

use super::findings::{is_artefact, path_error};
use super::search::{EndKey, Found};
use super::trial::Trial;
use super::{Ground, MOST_ALWAYS};

/// Whether every run reaches a state.
#[derive(Clone, Debug)]
pub struct Always {
    /// The state.
    pub state: StateId,
    /// What was found.
    pub verdict: Verdict,
}

/// What was found of a state that every run is to reach.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Every run that ends reaches it before, whatever tasks answer: all have been looked at.
    Proved,
    /// All runs that were looked at reach it; some were left out, or data were assumed.
    Held {
        /// Whether runs were left out.
        cut: bool,
        /// Whether data were assumed.
        assumed: bool,
    },
    /// A run ends without it.
    Refuted(Box<Trial>),
    /// Nothing was found out.
    Unknown,
}

impl Verdict {
    /// Returns it in a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Held { .. } => "held",
            Self::Refuted(_) => "refuted",
            Self::Unknown => "unknown",
        }
    }
}

pub(super) fn judge(ground: &Ground<'_>, found: &Found, states: &[StateId]) -> Vec<Always> {
    let judge = |(at, state): (usize, &StateId)| {
        let without = |it: &&(&EndKey, &super::search::End)| it.0.always & (1 << at) == 0;
        let mut missing: Vec<_> = found.ends.iter().collect();
        missing.retain(|it| without(&it));
        missing.sort_by_key(|it| it.1.link);
        let is_real = |it: &&(&EndKey, &super::search::End)| {
            !is_artefact(it.0) || path_error(ground, &found.trial(it.1.link, ground.spec), it.0.origin).is_some()
        };
        let counter = missing.iter().find(is_real).map(|it| it.1.link);
        let assumed = found.ends.keys().any(|it| it.assumed);
        let verdict = match counter {
            Some(link) => Verdict::Refuted(Box::new(found.trial(link, ground.spec))),
            None if found.ends.is_empty() => Verdict::Unknown,
            None if found.bounds.is_complete() && !assumed => Verdict::Proved,
            None => Verdict::Held { cut: !found.bounds.is_complete(), assumed },
        };
        Always { state: *state, verdict }
    };
    states.iter().enumerate().take(MOST_ALWAYS).map(judge).collect()
}
