//! Workspaces: what is open, written down and read back.

mod laws;
mod redaction;
mod text;

use std::sync::Arc;

use stepscope::session::Run;
use stepscope::session::workspace::{Kept, Made, Past, Read, Restored, Revived, Workspace, read};

/// Returns a run as it is kept; `from` says of which one it is a fork, and at which event.
pub fn kept(name: &str, run: &Run, from: Option<(usize, u32)>) -> Kept {
    let past = Past::Journal(Arc::new(Made::of(run)));
    Kept { name: name.to_owned(), past, note: String::new(), notes: std::collections::BTreeMap::new(), from }
}

/// Returns a workspace with these runs.
pub fn with_runs(runs: Vec<Kept>) -> Workspace {
    let definition = runs.iter().find_map(|it| match &it.past {
        Past::Journal(made) => Some(Arc::clone(&made.written)),
        _ => None,
    });
    Workspace { definition: definition.unwrap_or_default(), runs, ..Workspace::default() }
}

/// Reads a workspace in which nothing is wrong.
pub fn sound(text: &str) -> Workspace {
    let Read { workspace, diagnostics } = read(text.as_bytes());
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
    workspace.expect("it is a workspace")
}

/// Writes runs down, reads them and does them again.
pub fn again(runs: Vec<Kept>) -> Vec<Run> {
    let text = with_runs(runs).write();
    let workspace = sound(&text);
    assert_eq!(workspace.write(), text, "what was read is written as it was");
    revived(&workspace)
}

/// Does the runs of a workspace again, of which nothing has become different.
pub fn revived(workspace: &Workspace) -> Vec<Run> {
    let restored = Restored::of(&workspace.runs);
    assert!(restored.notes.is_empty(), "{:?}", restored.notes);
    let run = |it: Revived| if let Revived::Run(run) = it { *run } else { panic!("{it:?}") };
    restored.runs.into_iter().map(run).collect()
}
