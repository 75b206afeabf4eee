//! Scenarios: a definition, how it starts, what its tasks answer, what goes wrong, and what has to come out.
//!
//! A file has one scenario, a list of them, or a list under `scenarios` with what they share beside it. `read` reads
//! the file alone; `load` fetches what it names, by a port that its host implements; `play` runs one; `update` writes
//! what came into the file.

mod load;
mod play;
mod read;
mod update;

use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Span};
use crate::engine::Quotas;
use crate::json::source::Node;
use crate::session::expect::Expect;
use crate::time::Duration;

use super::fault::Fault;

pub use load::{Files, Library, Ready, Said, Subject, Unready};
pub use play::{End, Played, play};
pub use read::read;
pub use update::{Updated, update};

/// Whether the name of a file in a folder says that it has scenarios: `*.scenario.*` or `*.scenarios.*`.
pub fn is_suite(name: &str) -> bool {
    let mut parts = name.rsplit('.');
    let (ending, before) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    ["json", "yaml", "yml"].contains(&ending) && ["scenario", "scenarios"].contains(&before)
}

/// A file of scenarios.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Where it is; what its scenarios name is found from there.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// Its scenarios, in the order of the text; those that cannot be understood are missing.
    pub scenarios: Vec<Arc<Scenario>>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// One scenario as its file has it, with what it shares with others.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// JSON pointer of it in its file.
    pub pointer: String,
    /// The definition; `None` where it has none, which has been reported.
    pub definition: Option<Part>,
    /// Which machine of a template.
    pub machine: Option<Arc<str>>,
    /// Whether it is an Express execution; `None`: as the template says.
    pub express: Option<bool>,
    /// The input; `None` is `{}`.
    pub input: Option<Part>,
    /// What tasks answer; later ones take the place of earlier ones, state by state.
    pub mocks: Vec<Part>,
    /// Which test case of a MockConfigFile.
    pub test_case: Option<Arc<str>>,
    /// Whether tasks without a mock answer `{}`.
    pub assume: bool,
    /// What goes wrong.
    pub faults: Arc<[Fault]>,
    /// The starting context object.
    pub context: Option<Part>,
    /// What jitter, UUIDs, random numbers and shares of items are drawn from.
    pub seed: u64,
    /// The folder with buckets.
    pub s3: Option<Arc<str>>,
    /// Whether the service's limits hold.
    pub quotas: Quotas,
    /// How long it may take on the virtual clock before it is given up.
    pub time_limit: Option<Duration>,
    /// What has to come out.
    pub expect: Expect,
}

/// A part of a scenario: a file, or written out.
#[derive(Clone, Debug)]
pub enum Part {
    /// The path of a file, relative to that of the scenario, and the place and pointer of the path.
    File(Arc<str>, Span, String),
    /// In the scenario's own file, with its pointer there.
    Inline(Arc<Node>, String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_that_a_file_has_scenarios() {
        for name in ["a.scenario.json", "b.c.scenarios.yaml", "scenario.yml"] {
            assert!(is_suite(name), "{name}");
        }
        for name in ["a.asl.json", "scenario.txt", "scenarios", "my-scenario.json"] {
            assert!(!is_suite(name), "{name}");
        }
    }
}
