//! The rules, one family a file. Each adds its findings; what a project wants of them, `Config` decides.

mod data;
mod flow;
mod handlers;
mod names;
mod retries;
pub(super) mod saga;

use crate::diagnostic::Diagnostic;

use super::config::Config;
use super::machine::Machine;
pub use saga::Compensation;
pub(super) use saga::compensations;

/// A family of rules.
type Family = fn(&Machine<'_>, &Config, &mut Vec<Diagnostic>);

pub(super) const FAMILIES: [Family; 6] =
    [names::check, handlers::check, retries::check, data::check, flow::check, saga::check];
