//! `Workspace`: everything that is open, as one text that can be kept, committed or sent.
//!
//! Runs are kept as journals and done again when they are read, so that a run of 25,000 events is a few lines and is the
//! same to the byte. Nothing here opens a file: the definition's path and those of histories are relative to the
//! workspace's own, and whoever reads one decides what to do with them.
//!
//! The form is JSON, one thing a line, members in a fixed order: `write` prints it, `read` takes it with a place for
//! everything that is wrong, `action` knows the journals' lines, `redact` takes out what must not be seen.

mod action;
mod layout;
mod payloads;
mod read;
pub mod redact;
mod redacted;
mod restored;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::Written;
use crate::engine::Quotas;
use crate::json::Json;

use super::breakpoint::Breakpoint;
use super::journal::{Journal, Tick};
use super::run::Run;

pub use read::{Read, read};
pub use redacted::{Redacted, See, history_of};
pub use restored::{Restored, Revived};

/// The version of the form that this program writes. It reads this one and those before.
pub const VERSION: i64 = 1;
/// The member that makes a text a workspace; its value is the version.
pub const MARK: &str = "stepscopeWorkspace";
/// How names of workspace files end.
pub const ENDING: &str = ".stepscope.json";

/// What is open.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// The newest text of the definition.
    pub definition: Arc<Written>,
    /// Its file, from the workspace's folder; `None` where it has none.
    pub path: Option<String>,
    /// Whether the text has been changed and is not what the file has.
    pub edited: bool,
    /// Of a text that was changed, what the file had when it was last read or written.
    pub saved: Option<Arc<Written>>,
    /// Inputs.
    pub inputs: Vec<Named>,
    /// The input in use.
    pub input: Option<usize>,
    /// Mocks in the native form.
    pub mocks: Vec<Named>,
    /// The mocks in use.
    pub mocks_in_use: Option<usize>,
    /// The folder that stands for S3, from the workspace's folder.
    pub s3: Option<String>,
    /// Breakpoints.
    pub breakpoints: Vec<Breakpoint>,
    /// Runs, each after the one that it was forked from.
    pub runs: Vec<Kept>,
    /// What somebody has written about the whole.
    pub note: String,
    /// Seed of the next run.
    pub seed: u64,
    /// Whether the next run keeps to the quotas of the service.
    pub quotas: Quotas,
    /// Where the user stands.
    pub place: Place,
    /// What is taken out before it is given away, see [`redact::Pattern`].
    pub redact: Vec<String>,
}

/// A value with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Json,
}

/// Where the user stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which run is shown.
    pub run: Option<usize>,
    /// The event at the cursor; `None` for the end.
    pub event: Option<u32>,
    /// The state in focus, by its name.
    pub state: Option<String>,
}

/// A run that is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its name, such as `Run 3`.
    pub name: String,
    /// What happened in it.
    pub past: Past,
    /// What somebody has written about it.
    pub note: String,
    /// What somebody has written about its events.
    pub notes: BTreeMap<u32, String>,
    /// Of which run it is a fork, by its place, and at which event it left it.
    pub from: Option<(usize, u32)>,
}

/// What happened in a run.
#[derive(Clone, Debug)]
pub enum Past {
    /// What is needed to do it again.
    Journal(Arc<Made>),
    /// A recorded history in a file of its own, from the workspace's folder.
    File(String),
    /// A history, as the service writes them.
    History(Json),
}

/// What is needed to do a run again.
#[derive(Clone, Debug)]
pub struct Made {
    /// What it began with. Definitions that it went on with are in the journal.
    pub written: Arc<Written>,
    /// How it was started and what came from outside.
    pub journal: Journal,
    /// How many actions there have been.
    pub n_actions: Tick,
    /// How many events came of them; another number says that it is not the same run any more.
    pub n_events: usize,
}

impl Made {
    /// Returns what is needed to do `run` again.
    pub fn of(run: &Run) -> Self {
        Self {
            written: Arc::clone(&run.origin().written),
            journal: run.journal().clone(),
            n_actions: run.n_actions(),
            n_events: run.log().len(),
        }
    }
}

impl Workspace {
    /// Returns the text of a workspace file.
    pub fn write(&self) -> String {
        write::write(self)
    }
}

/// Whether these bytes are those of a workspace, by what stands at their beginning.
pub fn is_workspace(bytes: &[u8]) -> bool {
    let beginning = &bytes[..bytes.len().min(256)];
    beginning.windows(MARK.len()).any(|it| it == MARK.as_bytes())
}
