//! Runs a scenario and holds what came out against what was expected.

use std::sync::Arc;

use crate::handlers::fault::WithFaults;
use crate::handlers::mock::MockHost;
use crate::handlers::s3::{S3, WithS3};
use crate::session::expect::{Mismatch, Observed, check};
use crate::session::{Drive, Question, Run};
use crate::time::Duration;

use super::Ready;

/// Events after which a run that no quota ends is given up.
const MOST_EVENTS: usize = 1_000_000;
/// Actions between two looks at how far the run is; how many changes nothing of what happens.
const BUDGET: u32 = 1 << 16;

/// What became of a scenario.
#[derive(Debug)]
pub struct Played {
    /// The run, as far as it came.
    pub run: Run,
    /// Why it came no further.
    pub end: End,
    /// The claims that do not hold.
    pub mismatches: Vec<Mismatch>,
    /// Faults that never happened, by their place in the plan: the plan is for something else than what runs.
    pub idle_faults: Vec<usize>,
}

/// Why a run of a scenario came no further.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// The execution has ended.
    Ended,
    /// Nobody answers these.
    Unanswered(Vec<Question>),
    /// The scenario's time limit, on the virtual clock.
    OverTime(Duration),
    /// So many events, without an end in sight.
    OverEvents(usize),
}

impl Played {
    /// Whether the execution ended and everything came as expected.
    pub fn passed(&self) -> bool {
        self.end == End::Ended && self.mismatches.is_empty()
    }
}

/// Runs a scenario. What it writes as objects is kept in memory, so that scenarios neither see nor disturb one another.
pub fn play(ready: &Ready) -> Played {
    let scenario = &ready.scenario;
    let tasks = MockHost::new(Arc::clone(&ready.mocks), ready.otherwise);
    let objects = WithS3 { tasks, s3: ready.s3.clone().map(S3::over_folder).unwrap_or_default() };
    let mut host = WithFaults::new(objects, Arc::clone(&scenario.faults), scenario.seed);
    let mut run = Run::start(Arc::clone(&ready.subject.program), Arc::clone(&ready.spec));
    let until = scenario.time_limit.map(|it| ready.spec.at + it);
    let end = loop {
        match run.drive(&mut host, &mut |_, event| until.is_some_and(|it| event.at > it), BUDGET) {
            Drive::Ended => break End::Ended,
            Drive::Unanswered(questions) => break End::Unanswered(questions),
            Drive::Stopped => break End::OverTime(scenario.time_limit.unwrap_or_default()),
            Drive::OutOfBudget if run.log().len() > MOST_EVENTS => break End::OverEvents(run.log().len()),
            Drive::OutOfBudget => {}
        }
    };
    let observed = Observed { run: &run, compensations: &ready.subject.compensations };
    let mismatches = check(&scenario.expect, observed);
    let idle = host.hits().iter().enumerate().filter(|(_, hits)| **hits == 0);
    let idle_faults = idle.map(|(idx, _)| idx).collect();
    Played { run, end, mismatches, idle_faults }
}
