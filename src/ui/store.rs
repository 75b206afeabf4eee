//! Workspaces on disk: where they are kept by themselves, how they are written so that no moment finds half a file, and
//! which one a window left behind that did not end in order.
//!
//! Each window holds a lock on a slot as long as it lives, however it ends. A slot that nobody holds and that still
//! names a workspace belongs to a window that was killed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::files::{self, DefinitionFile, FileMessage};
use super::histories::{HistoryFile, With, Work, read_history};
use super::workbench::draws_nothing;
use super::workbench::histories::ReadHistory;
use crate::handlers::{Mocks, read_mocks, write_mocks};
use crate::json::text;
use crate::session::Document;
use crate::session::document;
use crate::session::workspace::{ENDING, Restored, Revived, Workspace, is_workspace, read};

/// Windows that can be told apart at one time.
const MOST_WINDOWS: usize = 32;

/// The folder in which workspaces are kept by themselves, and this window's slot in it.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    slot: PathBuf,
    /// Held as long as the window lives; the system gives it back, also of a process that was killed.
    _lock: File,
    left_behind: Option<PathBuf>,
}

impl Store {
    /// Opens the folder, which is made where there is none, and takes a slot.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let (workspaces, windows) = (folder.join("workspaces"), folder.join("windows"));
        fs::create_dir_all(&workspaces)?;
        fs::create_dir_all(&windows)?;
        let mut free = None;
        // A slot that names a workspace and is free comes first: its window was killed.
        for nth in 0..MOST_WINDOWS {
            let slot = windows.join(format!("{nth}.open"));
            let lock =
                File::options().create(true).truncate(false).write(true).open(windows.join(format!("{nth}.lock")))?;
            if lock.try_lock().is_err() {
                continue;
            }
            let named = fs::read_to_string(&slot).ok().filter(|it| !it.is_empty()).map(PathBuf::from);
            if let Some(named) = named {
                return Ok(Self { folder: workspaces, slot, _lock: lock, left_behind: Some(named) });
            }
            if free.is_none() {
                free = Some((slot, lock));
            } else if !windows.join(format!("{}.lock", nth + 1)).exists() {
                break;
            }
        }
        let (slot, lock) = free.ok_or_else(|| io::Error::other("too many windows are open"))?;
        Ok(Self { folder: workspaces, slot, _lock: lock, left_behind: None })
    }

    /// Returns once the workspace of a window that did not end in order.
    pub fn take_left_behind(&mut self) -> Option<PathBuf> {
        self.left_behind.take()
    }

    /// Returns where the workspace of a definition is kept that has no file of its own.
    pub fn place(&self, definition: Option<&Path>, machine: &str) -> PathBuf {
        let path = definition.map(|it| std::path::absolute(it).unwrap_or_else(|_| it.to_owned()));
        let key = path.map_or_else(String::new, |it| it.display().to_string());
        let hash = key.bytes().chain(*b"#").chain(machine.bytes());
        let hash =
            hash.fold(0xcbf2_9ce4_8422_2325_u64, |hash, it| (hash ^ u64::from(it)).wrapping_mul(0x0100_0000_01b3));
        let name: String =
            machine.chars().filter(|it| it.is_ascii_alphanumeric() || "-_".contains(*it)).take(40).collect();
        self.folder.join(format!("{name}-{hash:016x}{ENDING}"))
    }

    /// Whether a file is one that is kept here and not one of the user's.
    pub fn keeps(&self, path: &Path) -> bool {
        path.starts_with(&self.folder)
    }

    /// Returns what marks a workspace as open in this window.
    pub fn slot(&self) -> PathBuf {
        self.slot.clone()
    }

    /// Says that nothing is open any more that could be left behind.
    pub fn close(&self) {
        // Where it cannot be written, nothing was either.
        let _ = fs::write(&self.slot, "");
    }
}

/// What became of writing a workspace.
#[derive(Debug)]
pub struct Saved {
    /// The file.
    pub path: PathBuf,
    /// What went wrong, in words.
    pub wrong: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// Returns the number of a writing; of two to one file that with the higher number counts, whichever comes first.
pub fn next_order() -> u64 {
    static ORDERS: AtomicU64 = AtomicU64::new(1);
    ORDERS.fetch_add(1, Ordering::Relaxed)
}

/// Writes a workspace, unless a later state of it was written. With a slot, marks it as open in this window.
pub fn save(workspace: &Workspace, path: PathBuf, order: u64, slot: Option<&Path>) -> Saved {
    static LAST: Mutex<BTreeMap<PathBuf, u64>> = Mutex::new(BTreeMap::new());
    let begun = Instant::now();
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let of_path = last.entry(path.clone()).or_default();
    if *of_path > order {
        return Saved { path, wrong: None, took: begun.elapsed() };
    }
    *of_path = order;
    // Marked first: a window that is killed meanwhile has left behind what was written before.
    let mark = path.display().to_string();
    // Written once: a mark that is being written again is none for a moment.
    let marked = match slot.filter(|it| fs::read_to_string(it).ok().as_ref() != Some(&mark)) {
        Some(slot) => fs::write(slot, mark),
        None => Ok(()),
    };
    let written = marked.and_then(|()| write_whole(&path, workspace.write().as_bytes()));
    let wrong = written
        .err()
        .map(|error| format!("cannot keep the workspace in {}: {error}; save it in another place", path.display()));
    Saved { path, wrong, took: begun.elapsed() }
}

/// Writes a file so that it is the old one or the new one at every moment, also when the machine stops.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // What is left of the attempt is in nobody's way if it cannot be removed.
        let _ = fs::remove_file(&beside);
        return done;
    }
    // A folder cannot be opened everywhere; the file's own content is safe by now.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A workspace that was read, with the definition that belongs to it and its runs done again.
#[derive(Debug)]
pub struct Loaded {
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub workspace: Workspace,
    /// Its mocks.
    pub mocks: Vec<(String, Mocks)>,
    /// Its runs.
    pub restored: Restored,
    /// The definition, and which machine of it.
    pub file: DefinitionFile,
    /// The place of the machine in it; beyond the end where there are only recorded executions.
    pub position: usize,
    /// Those of its runs that are recorded executions, at their places.
    pub histories: Vec<Option<ReadHistory>>,
    /// Whether something in it could not be read: then it is not written over.
    pub is_damaged: bool,
    /// What is to be said about it, in sentences.
    pub notes: Vec<String>,
}

/// Reads the workspace of `path`, if there is one. `fresh` is the definition where it was read already.
///
/// Fails, in words, where it cannot be shown.
pub fn load(path: &Path, fresh: Option<(DefinitionFile, usize)>) -> Result<Loaded, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}; check the path", path.display()))?;
    read_loaded(path, &bytes, fresh).map_err(|what| format!("cannot open {}: {what}", path.display()))
}

/// Reads a workspace from the bytes of its file.
pub fn read_loaded(path: &Path, bytes: &[u8], fresh: Option<(DefinitionFile, usize)>) -> Result<Loaded, String> {
    let found = read(bytes);
    let Some(mut workspace) = found.workspace else {
        let first = found.diagnostics.first();
        let what = first.map_or_else(String::new, |it| {
            let help = it.help.as_deref().map(|it| format!("; {it}")).unwrap_or_default();
            format!("{}{help}", it.message)
        });
        return Err(what);
    };
    let mut notes = Vec::new();
    if let Some(first) = found.diagnostics.first() {
        let n_more = found.diagnostics.len() - 1;
        let more = if n_more > 0 { format!(", and {n_more} more") } else { String::new() };
        let at = first.span.map_or_else(String::new, |span| {
            let text = String::from_utf8_lossy(bytes);
            let (line, column) = crate::diagnostic::LineIndex::new(&text).line_column(&text, span.start);
            format!(" (line {line}, column {column})")
        });
        notes.push(format!("{} in {}{at}{more}; the rest is here", first.message, path.display()));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let (mut file, position) = fresh.unwrap_or_else(|| definition(&workspace, folder, &mut notes));
    let position = if workspace.edited { unsaved(&workspace, &mut file, position, &mut notes) } else { position };
    freshen(&mut workspace, &mut file, position, &mut notes);
    let restored = Restored::of(&workspace.runs);
    notes.extend(restored.notes.iter().cloned());
    let is_lost = |it: &Revived| matches!(it, Revived::Lost);
    let histories = histories(&restored, folder, file.opened.documents.get(position), &mut notes);
    if position >= file.opened.documents.len() && histories.iter().all(Option::is_none) {
        return Err("it holds no definition that can be shown; open the definition itself".to_owned());
    }
    let is_damaged = !found.diagnostics.is_empty() || restored.runs.iter().any(is_lost);
    let mut mocks = Vec::new();
    for named in &workspace.mocks {
        match read_mocks(text::compact(&named.value).as_bytes(), None) {
            (Some(it), _) => mocks.push((named.name.clone(), it)),
            (None, _) => notes.push(format!("{} is left out: its mocks cannot be read", named.name)),
        }
    }
    Ok(Loaded { path: path.to_owned(), workspace, mocks, restored, file, position, histories, is_damaged, notes })
}

/// Returns the definition of a workspace: what its file has now, or what it was when it was kept.
fn definition(workspace: &Workspace, folder: &Path, notes: &mut Vec<String>) -> (DefinitionFile, usize) {
    let path = workspace.path.as_ref().map(|it| folder.join(it));
    let name = &workspace.definition.name;
    if let Some(path) = &path {
        let bytes = fs::read(path).ok().filter(|it| !is_workspace(it));
        if let Some(FileMessage::Definition(file)) = bytes.map(|it| files::open_bytes(path, &it)) {
            let documents = &file.opened.documents;
            let named = documents.iter().position(|it| it.name == *name);
            if let Some(position) = named.or((documents.len() == 1).then_some(0)) {
                return (*file, position);
            }
        }
        notes.push(format!("{} cannot be read; the definition is as it was when it was kept", path.display()));
    }
    let opened = document::open(name, workspace.definition.text.as_bytes());
    let position = opened.documents.iter().position(|it| it.name == *name).unwrap_or(0);
    (DefinitionFile { path, ..DefinitionFile::of(opened) }, position)
}

/// Takes a text that was changed in the window and not saved, in place of the file's; one that cannot be run goes over
/// what its file has, or had. Returns the place of the machine in it.
fn unsaved(workspace: &Workspace, file: &mut DefinitionFile, position: usize, notes: &mut Vec<String>) -> usize {
    let name = &workspace.definition.name;
    let path = file.path.as_ref().and_then(|it| it.file_name()).map(|it| it.to_string_lossy());
    let shown = path.unwrap_or(name.as_ref().into());
    let now = file.opened.documents.get(position).map(|it| Arc::clone(&it.text));
    let has_changed =
        file.modified.is_some() && workspace.saved.as_ref().is_some_and(|then| now.is_some_and(|it| it != then.text));
    notes.push(if has_changed {
        format!("{shown} has changed on the disk and in the window; saving asks which text to keep")
    } else {
        format!("The changes of {shown} that are not saved are back")
    });
    let machine = |opened: &document::Opened| {
        let documents = &opened.documents;
        documents.iter().position(|it| it.name == *name).or((documents.len() == 1).then_some(0))
    };
    let opened = |text: &str, holds: &dyn Fn(&Document) -> bool| {
        let opened = document::open(name, text.as_bytes());
        let position = machine(&opened)?;
        opened.documents.get(position).is_some_and(holds).then_some((opened, position))
    };
    let newest = || opened(&workspace.definition.text, &|it| it.definition.program.is_some());
    let had = || opened(&workspace.saved.as_ref()?.text, &|it| !draws_nothing(it));
    let has = position < file.opened.documents.len();
    match newest().or_else(|| if has { None } else { had() }) {
        Some((opened, position)) => {
            file.opened = opened;
            position
        }
        None => position,
    }
}

/// Reads the recorded executions among the runs.
fn histories(
    restored: &Restored,
    folder: &Path,
    document: Option<&Document>,
    notes: &mut Vec<String>,
) -> Vec<Option<ReadHistory>> {
    let with =
        document.map(|it| With { outline: Arc::clone(&it.definition.outline), program: it.definition.program.clone() });
    let mut read = |revived: &Revived| {
        let (paths, bytes) = match revived {
            Revived::Run(_) | Revived::Lost => return None,
            Revived::History(history) => (Vec::new(), text::compact(history).into_bytes()),
            Revived::File(file) => {
                let path = folder.join(file);
                match fs::read(&path) {
                    Ok(bytes) => (vec![path], bytes),
                    Err(error) => {
                        notes.push(format!("a history is left out: cannot read {}: {error}", path.display()));
                        return None;
                    }
                }
            }
        };
        match read_history(HistoryFile { paths, bytes, at: None }, with.clone()) {
            Work::Read(read) => read.executions.into_iter().next(),
            Work::Replayed(_) | Work::Compared(_) => None,
        }
    };
    restored.runs.iter().map(&mut read).collect()
}

/// Takes inputs and mocks as they are in the files beside the definition now.
fn freshen(workspace: &mut Workspace, file: &mut DefinitionFile, position: usize, notes: &mut Vec<String>) {
    let document = file.opened.documents.get(position);
    if !workspace.edited
        && document.is_some_and(|it| it.text != workspace.definition.text)
        && !workspace.runs.is_empty()
    {
        notes.push("The definition has changed since; runs keep the one that they ran with".to_owned());
    }
    if let Some((name, input)) = file.input.take()
        && let Some(named) = workspace.inputs.iter_mut().find(|it| it.name == name)
    {
        named.value = input;
    }
    for (name, mocks) in std::mem::take(&mut file.mocks) {
        if let Some(named) = workspace.mocks.iter_mut().find(|it| it.name == name) {
            named.value = text::parse(&write_mocks(&mocks)).unwrap_or_default();
        }
    }
}

/// Returns a path as it is seen from a folder, with `/` between its parts; the whole path without a folder.
pub fn seen_from(path: &Path, folder: Option<&Path>) -> String {
    let absolute = |it: &Path| std::path::absolute(it).unwrap_or_else(|_| it.to_owned());
    let whole = absolute(path);
    let Some(folder) = folder.map(absolute) else { return whole.display().to_string() };
    let (path, folder): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (whole.components().collect(), folder.components().collect());
    let n_same = path.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    if n_same == 0 {
        return whole.display().to_string();
    }
    let up = std::iter::repeat_n("..".to_owned(), folder.len() - n_same);
    let down = path[n_same..].iter().map(|it| it.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_they_are_seen_from_the_workspace() {
        for (path, folder, seen) in [
            ("/a/b/c.json", Some("/a/b"), "c.json"),
            ("/a/b/c.json", Some("/a/d/e"), "../../b/c.json"),
            ("/a/b/c.json", Some("/a/b/c"), "../c.json"),
            ("/a/b/c.json", None, "/a/b/c.json"),
        ] {
            assert_eq!(seen_from(Path::new(path), folder.map(Path::new)), seen);
        }
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("stepscope-store-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn a_window_that_ends_without_closing_leaves_its_workspace_behind_and_others_do_not() {
        let folder = folder("slots");
        let mut first = Store::open(&folder).expect("there is a temporary folder");
        assert_eq!(first.take_left_behind(), None);
        let workspace = Workspace::default();
        let place = first.place(None, "one");
        assert!(save(&workspace, place.clone(), next_order(), Some(&first.slot())).wrong.is_none());
        let mut second = Store::open(&folder).expect("a second window");
        assert_eq!(second.take_left_behind(), None, "the first window lives");
        drop(first);
        let mut third = Store::open(&folder).expect("a third window");
        assert_eq!(third.take_left_behind(), Some(place), "the first one was killed");
        third.close();
        drop(third);
        assert_eq!(Store::open(&folder).expect("a fourth window").take_left_behind(), None, "it was closed in order");
        let _ = fs::remove_dir_all(&folder);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_left_as_it_was_and_nothing_beside_it() {
        let folder = folder("whole");
        fs::create_dir_all(folder.join("taken")).expect("there is a temporary folder");
        let path = folder.join("kept.json");
        write_whole(&path, b"old").expect("it can be written");
        write_whole(&path, b"new").expect("it can be written again");
        assert_eq!(fs::read(&path).expect("it is there"), b"new");
        assert!(write_whole(&folder.join("taken"), b"x").is_err(), "a folder is in its place");
        let names: Vec<_> =
            folder.read_dir().expect("it is there").map(|it| it.expect("an entry").file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        let _ = fs::remove_dir_all(&folder);
    }
}
