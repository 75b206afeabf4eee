//! Exploration: every task with every answer that makes a difference, and what comes of it.
//!
//! [`explore`] searches what an execution can come to and returns findings, each with the shortest run that shows it, the
//! answer whether some states are always reached, and the audit of a saga. It runs the engine itself, so what it finds is
//! what a run does: a finding's run opens as any other, and `stepscope run` with its input and mocks writes the same
//! history byte by byte.
//!
//! Three things keep it small and honest. Errors that no handler can tell apart are one outcome (`alphabet`). A machine
//! is looked at once, whatever the way to it (`search`); strands that run beside each other are not interleaved (`walk`).
//! And what the data decide is not concluded from data that were made up (`assume`): that something is never reached is
//! said only of what no data can reach (`possible`).
//!
//! Findings are named by words and not by codes: codes are for what is read off a definition, which `lint --explain` can
//! show with an example; these come from runs, which they carry along.
//!
//! # JSON
//!
//! [`report::json`] writes the result as one object, stable but for members that may be added:
//! `{"machine", "complete", "faults", "states", "runs", "bounds": {"states", "faults", "attempts", "cancelled"},
//! "assumed": {"input", "results": [state]}, "findings": [{"kind", "severity", "state"?, "pointer"?, "line"?, "message",
//! "why", "help", "runs", "run"?}], "always": [{"state", "verdict", "run"?}], "reached": {"states": [name],
//! "handlers": [{"state", "field", "index"}]}, "saga"?: {"steps": [{"state", "undoneBy": [state]}], "rows":
//! [{"failsAt": [{"state", "errors": [name]}], "cells": [{"step", "what", "order"?}], "endsIn", "verdict", "severity",
//! "run"}], "runs", "complete"}}`, where a run is `{"input", "mocks", "steps": [{"state", "attempt", "answer"}], "events"}`.

mod alphabet;
mod always;
mod assume;
mod findings;
mod possible;
pub mod report;
mod saga;
mod search;
mod trial;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::asl::program::Action;
use crate::asl::{Program, StateId};
use crate::engine::StartSpec;
use crate::json::Json;
use crate::lint::{Config, Pairs};
use crate::session::Document;

pub use crate::session::parallel::cores as threads;
pub use alphabet::{Answer, Choice, UNFORESEEN};
pub use always::{Always, Verdict};
pub use findings::{Finding, Kind};
pub use possible::{HandlerId, Possible, possible};
pub use saga::{Audit, Cell, Fault, Outcome, Row};
pub use trial::{Replayed, Trial};
pub use walk::Decision;

use alphabet::Alphabet;
use assume::Assumed;
use search::Found;
use walk::Hit;

/// What is known of the data.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The input; `None`: assumed.
    pub input: Option<Json>,
    /// Raw results of tasks by the name of their state, each tried; of others they are assumed.
    pub results: BTreeMap<Arc<str>, Vec<Json>>,
}

impl Given {
    /// Adds results, each once for a state.
    pub fn with_results(mut self, results: impl IntoIterator<Item = (Arc<str>, Json)>) -> Self {
        self.results = alphabet::distinct(results);
        self
    }
}

/// States of which it is looked whether every run reaches them, at most: each has a bit in what is known of a way.
pub const MOST_ALWAYS: usize = 60;

/// How far an exploration goes.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most faults of a run; a visit of a state that fails counts once, however often it is retried. `None`: no limit.
    pub faults: Option<u32>,
    /// Machines that are looked at, at most.
    pub most_states: usize,
    /// Attempts of one visit that fail, at most.
    pub most_attempts: u32,
    /// Threads that search; what is found does not depend on it.
    pub threads: usize,
    /// States that every run is to reach; up to [`MOST_ALWAYS`] are looked at.
    pub always: Vec<StateId>,
}

impl Default for Options {
    fn default() -> Self {
        Self { faults: None, most_states: 100_000, most_attempts: 100, threads: threads(), always: Vec::new() }
    }
}

/// Who looks on and can stop it.
pub struct Watch<'a> {
    /// Is told now and then how far it is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Once it is set the exploration ends with what it has.
    pub cancel: &'a AtomicBool,
}

/// How far an exploration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Machines looked at.
    pub n_states: usize,
    /// Runs that have come to an end.
    pub n_runs: u64,
    /// Faults of the runs that are looked at.
    pub faults: u32,
    /// Machines that are known and not yet looked at.
    pub n_open: usize,
}

/// Where an exploration was cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// [`Options::faults`], where runs with more faults were left out.
    pub faults: Option<u32>,
    /// Whether [`Options::most_states`] was reached.
    pub states: bool,
    /// Whether [`Options::most_attempts`] was reached.
    pub attempts: bool,
    /// Whether it was stopped.
    pub cancelled: bool,
    /// All runs with up to so many faults have been looked at.
    pub complete_faults: Option<u32>,
}

impl Bounds {
    /// Whether everything has been looked at.
    pub fn is_complete(&self) -> bool {
        self.faults.is_none() && !self.states && !self.attempts && !self.cancelled
    }
}

/// What an exploration came to.
pub struct Exploration {
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
    /// Whether every run reaches the states that were asked about.
    pub always: Vec<Always>,
    /// The audit of the saga, where there is one.
    pub saga: Option<Audit>,
    /// Where it was cut.
    pub bounds: Bounds,
    /// Machines looked at.
    pub n_states: usize,
    /// Runs that came to an end; those that join another one's way are not counted.
    pub n_runs: u64,
    /// What was reached.
    pub reached: Reached,
    /// What can be reached at all.
    pub possible: Possible,
    /// Whether the input was assumed.
    pub assumed_input: bool,
    /// The states whose results were assumed.
    pub assumed_results: Vec<StateId>,
    /// Runs that together go through everything that was reached: of each way, rule and handler the first one that did.
    pub witnesses: Vec<Trial>,
}

/// What an exploration reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// States that were entered.
    pub states: BTreeSet<StateId>,
    /// Handlers that took something.
    pub handlers: BTreeSet<HandlerId>,
    /// Names of handlers that something was taken by.
    pub names: BTreeSet<(HandlerId, usize)>,
}

/// Pieces of work that are worth a thread.
const WORTH: usize = 8;

/// Returns what `work` makes of each piece, in their order, on up to `threads` threads.
fn on_all<T: Sync, R: Send>(threads: usize, pieces: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    crate::session::parallel::map(pieces, threads.min(pieces.len() / WORTH), work)
}

/// What all parts work on.
struct Ground<'a> {
    document: &'a Document,
    program: &'a Arc<Program>,
    spec: &'a StartSpec,
    config: &'a Config,
    pairs: Pairs,
    /// Whether the definition draws random numbers, so that what goes round may still leave.
    draws: bool,
}

/// Explores what an execution of the document can come to; `None` where it cannot be run. `spec` says how executions
/// start, but for their input.
pub fn explore(
    document: &Document,
    spec: &StartSpec,
    given: &Given,
    config: &Config,
    options: &Options,
    watch: &Watch<'_>,
) -> Option<Exploration> {
    let program = document.definition.program.as_ref()?;
    let assumed = Assumed::of(&program.outline, &document.root);
    let inputs = match &given.input {
        Some(input) => vec![input.clone()],
        None => assumed.inputs.clone(),
    };
    let assumed_input = given.input.is_none();
    let draws = ["MathRandom", "$random", "$shuffle"].iter().any(|it| document.text.contains(it));
    let alphabet = Alphabet::new(program, given, &assumed);
    let found = search::search(program, spec, &inputs, (&alphabet, assumed_input, draws), options, watch);
    let pairs = document.pairs(config);
    let ground = Ground { document, program, spec, config, pairs, draws };
    let possible = possible(program);
    let has_steps = !ground.pairs.steps.is_empty();
    let audit = has_steps.then(|| saga::audit(&ground, &found, &alphabet, assumed_input, options, watch));
    let always = always::judge(&ground, &found, &options.always);
    let mut all = findings::find(&ground, &found, &possible);
    all.extend(always.iter().filter_map(|it| findings::not_always(&ground, it)));
    all.extend(audit.iter().flat_map(|it| findings::of_audit(&ground, it)));
    all.sort_by_key(Finding::rank);
    let is_assumed = |id: &StateId| {
        let state = program.state(*id);
        matches!(state.action, Action::Task(_)) && !given.results.contains_key(&state.name)
    };
    let reached = reached(program, &found);
    let assumed_results = reached.states.iter().copied().filter(is_assumed).collect();
    Some(Exploration {
        findings: all,
        always,
        saga: audit,
        bounds: found.bounds,
        n_states: found.n_states,
        n_runs: found.n_runs,
        reached,
        possible,
        assumed_input,
        assumed_results,
        witnesses: witnesses(&ground, &found),
    })
}

/// Returns the inputs and results that are assumed of a document where none are given, the first guesses first.
pub fn assumptions(document: &Document) -> (Vec<Json>, BTreeMap<Arc<str>, Vec<Json>>) {
    let outline = &document.definition.outline;
    let assumed = Assumed::of(outline, &document.root);
    let results = outline.iter().map(|(id, state)| (Arc::clone(&state.name), assumed.results(id).to_vec()));
    (assumed.inputs.clone(), results.filter(|it| !it.1.is_empty()).collect())
}

/// Returns the runs that were the first to reach something, in the order in which they were found.
fn witnesses(ground: &Ground<'_>, found: &Found) -> Vec<Trial> {
    let links: BTreeSet<usize> = found.hits.values().copied().collect();
    links.into_iter().map(|it| found.open_trial(it, ground.spec)).collect()
}

fn reached(program: &Program, found: &Found) -> Reached {
    let mut reached = Reached::default();
    for hit in found.hits.keys() {
        let (state, is_catcher, idx, names) = match hit {
            Hit::Entered(_, state) => {
                reached.states.insert(*state);
                continue;
            }
            Hit::Retried(state, idx, names) => (*state, false, *idx, names),
            Hit::Caught(state, idx, names) => (*state, true, *idx, names),
        };
        let handler = (state, is_catcher, idx);
        reached.handlers.insert(handler);
        let handlers = &program.state(state).handlers;
        let own = if is_catcher {
            handlers.catch.get(idx).map(|it| &it.errors)
        } else {
            handlers.retry.get(idx).map(|it| &it.errors)
        };
        for (at, name) in own.into_iter().flatten().enumerate() {
            let is_wildcard = matches!(&**name, "States.ALL" | "States.TaskFailed");
            if is_wildcard || names.contains(name) {
                reached.names.insert((handler, at));
            }
        }
    }
    reached
}
