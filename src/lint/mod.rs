//! The linter: what the service takes and what will hurt all the same. Holes in Retry and Catch, data that is lost on
//! the way of a failure, sagas that leave things done, waits without end; and the budget of attempts and time.
//!
//! `asl` reports what the service refuses, as errors; everything here is a warning or a note. Each finding says what,
//! where, why and what to do, and carries a fix where it is clear what to write.

mod budget;
mod calls;
mod catalogue;
mod compensations;
mod config;
mod explain;
mod machine;
mod members;
mod rules;
mod shape;
mod ways;

pub use budget::{Budget, Cost, StateBudget};
pub use calls::is_raised_by_tasks;
pub use catalogue::{errors_of, reserved_errors};
pub use compensations::with_compensations;
pub use config::{Config, FILE, Limits};
pub use explain::{Example, Rule, rule, rules};
pub use machine::Subject;
pub use rules::Compensation;
pub use rules::saga::Pairs;

use crate::diagnostic::Diagnostic;
use crate::json::source::edit;
use machine::Machine;

/// Returns the findings about a definition, in the order of the text.
pub fn lint(subject: &Subject<'_>, config: &Config) -> Vec<Diagnostic> {
    let machine = Machine::read(subject);
    let mut found = Vec::new();
    for family in rules::FAMILIES {
        family(&machine, config, &mut found);
    }
    config.apply(&mut found);
    found.sort_by_key(|it| (it.span, it.code));
    found.dedup();
    found
}

/// Returns what the definition can cost at most.
pub fn budget(subject: &Subject<'_>) -> Budget {
    Machine::read(subject).budget
}

/// Returns which states undo which, as far as names, resources and the project say it.
pub fn pairs(subject: &Subject<'_>, config: &Config) -> Pairs {
    rules::saga::pairs(&Machine::read(subject), config)
}

/// Returns the steps of a saga with the states that undo them, as far as names and the project say it.
pub fn compensations(subject: &Subject<'_>, config: &Config) -> Vec<Compensation> {
    rules::compensations(&Machine::read(subject), config)
}
