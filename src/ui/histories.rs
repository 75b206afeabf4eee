//! What is done with recorded executions beside the window: reading them, running them again, comparing.

use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::{Outline, Program};
use crate::engine::{Event, EventId, EventKind};
use crate::history::read::{Imported, read};
use crate::session::recorded::{self, Replay};
use crate::session::tree::RunId;
use crate::session::{Execution as _, Tape};

use super::bind::RunIndex;
use super::bind::compare::{Compared, Compares};
use super::workbench::histories::ReadHistory;

/// Executions of one log that are opened, at most.
const MOST_EXECUTIONS: usize = 100;

/// The bytes of a recorded history.
#[derive(Debug)]
pub struct HistoryFile {
    /// The files that they are from, one for each page.
    pub paths: Vec<PathBuf>,
    /// The pages, one after the other.
    pub bytes: Vec<u8>,
    /// Where the cursor is to stand.
    pub at: Option<EventId>,
}

/// The definition that a history is read with.
#[derive(Clone, Debug)]
pub struct With {
    /// Its states.
    pub outline: Arc<Outline>,
    /// What runs, if it can be run.
    pub program: Option<Arc<Program>>,
}

/// What a job has come to.
#[derive(Debug)]
pub enum Work {
    /// Histories were read.
    Read(Box<Histories>),
    /// A recorded execution was run again.
    Replayed(Box<Replayed>),
    /// Two runs were compared.
    Compared(Box<Compared>),
}

/// The histories of one file.
#[derive(Debug)]
pub struct Histories {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// Where the cursor is to stand.
    pub at: Option<EventId>,
    /// The states that they were read with.
    pub with: Option<Arc<Outline>>,
    /// The executions, and how many more the file has.
    pub executions: Vec<ReadHistory>,
    /// How many there are beyond the most that are opened.
    pub n_more: usize,
    /// Why there is none.
    pub wrong: Option<String>,
}

/// What a replay is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// To see what the definition does with the recorded answers.
    Comparing,
    /// To go on from this event of the history.
    GoingOn(EventId),
    /// To be forked at this event of the history.
    Forking(EventId),
}

/// A recorded execution, run again.
#[derive(Debug)]
pub struct Replayed {
    /// The history.
    pub of: RunId,
    /// What it was made for.
    pub made_for: For,
    /// The run.
    pub replay: Replay,
}

/// Reads a history.
pub fn read_history(file: HistoryFile, with: Option<With>) -> Work {
    let HistoryFile { paths, bytes, at } = file;
    let outline = with.as_ref().map(|it| Arc::clone(&it.outline));
    let reading = read(bytes, outline.as_ref());
    let name = paths.first().map(|it| super::files::stem(it)).unwrap_or_default();
    let several = reading.executions.len() > 1;
    let n_more = reading.executions.len().saturating_sub(MOST_EXECUTIONS);
    let program = with.and_then(|it| it.program);
    let wrong = reading.executions.is_empty().then(|| {
        let first = reading.diagnostics.first();
        first.map_or_else(|| "it has no event of a history".to_owned(), |it| it.message.clone())
    });
    let executions = reading.executions.into_iter().take(MOST_EXECUTIONS).enumerate().map(|(nth, mut imported)| {
        if nth == 0 {
            imported.notes.splice(0..0, reading.diagnostics.iter().cloned());
        }
        let own = Some(&*imported.identity.execution_name).filter(|it| several && !it.is_empty());
        let name = format!("History {}", own.unwrap_or(&name));
        one(name, paths.clone(), Arc::new(imported), program.as_ref(), at.filter(|_| nth == 0))
    });
    let executions = executions.collect();
    Work::Read(Box::new(Histories { paths: paths.clone(), at, with: outline, executions, n_more, wrong }))
}

fn one(
    name: String,
    paths: Vec<PathBuf>,
    imported: Arc<Imported>,
    program: Option<&Arc<Program>>,
    at: Option<EventId>,
) -> ReadHistory {
    let replay = program.map(|it| recorded::replay(&imported, it, imported.spec()));
    let differs = replay.and_then(|it| it.comparison.first);
    let tape = Tape::new(imported, program);
    let mut index = RunIndex::default();
    index.extend(&tape.rules(), tape.log(), usize::MAX);
    ReadHistory { name, paths, tape, index, differs, at }
}

/// Runs a recorded execution again.
pub fn replay(of: RunId, imported: &Imported, program: &Arc<Program>, made_for: For) -> Work {
    let replay = recorded::replay(imported, program, imported.spec());
    Work::Replayed(Box::new(Replayed { of, made_for, replay }))
}

/// Compares two runs.
pub fn compare(sides: Compares) -> Work {
    Work::Compared(Box::new(sides.compare()))
}

/// Returns which bytes belong together: pages of one history lack its beginning or name a page after them; files that
/// are whole stand for themselves.
pub fn joined(files: Vec<HistoryFile>) -> Vec<HistoryFile> {
    if files.len() < 2 {
        return files;
    }
    let (mut pages, mut whole) = (Vec::new(), Vec::new());
    for file in files {
        match first_of_page(&file) {
            Some(first) => pages.push((first, file)),
            None => whole.push(file),
        }
    }
    pages.sort_by_key(|(first, _)| *first);
    let mut pages: Vec<HistoryFile> = pages.into_iter().map(|(_, file)| file).collect();
    // Packed pages cannot be put behind plain ones.
    let plain = |it: &HistoryFile| !it.bytes.starts_with(&[0x1f, 0x8b]);
    if pages.len() > 1 && pages.iter().all(plain) {
        let mut joined = HistoryFile { paths: Vec::new(), bytes: Vec::new(), at: None };
        for page in pages.drain(..) {
            joined.paths.extend(page.paths);
            joined.bytes.extend_from_slice(page.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&page.bytes));
            joined.bytes.push(b'\n');
        }
        pages.push(joined);
    }
    whole.extend(pages);
    whole
}

/// Returns the first event in the file, if it is one page of several.
fn first_of_page(file: &HistoryFile) -> Option<EventId> {
    let reading = read(file.bytes.clone(), None);
    let names_another = reading.diagnostics.iter().any(|it| it.code == "HIS003");
    let recorded = |it: &&Event| it.kind != EventKind::NotRecorded;
    let first = reading.executions.first().and_then(|it| it.view().iter().find(recorded)).map(|it| it.id)?;
    (names_another || first > EventId(1)).then_some(first)
}
