//! Files of a project beside its definitions: its configuration, and scenarios.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use super::{FileError, FileErrorKind, FileMessage, read_bytes};
use crate::handlers::scenario::{self, Files as _, is_suite};
use crate::lint::{self, Config};
use crate::ui::jobs::Jobs;

/// Returns what the project that the definition at `path` belongs to wants of findings: the file beside it or above.
pub fn config(path: &Path) -> Option<Config> {
    let absolute = std::path::absolute(path).ok()?;
    let text = absolute.ancestors().skip(1).find_map(|it| fs::read_to_string(it.join(lint::FILE)).ok())?;
    Some(Config::read(&text).0)
}

/// Reads a file of scenarios, or those of a folder and what is in it, in the order of their paths.
pub(super) fn scenarios(path: &Path) -> FileMessage {
    let mut found = Vec::new();
    if !path.is_dir() {
        found.push(path.to_owned());
    } else if let Err(error) = walk(path, &mut found) {
        let kind = FileErrorKind::Io(error);
        return FileMessage::Failed(FileError { action: "read", path: path.to_owned(), kind });
    }
    found.sort();
    if found.is_empty() {
        let what = "it has no file named *.scenario.json, *.scenarios.yaml or the like".to_owned();
        return FileMessage::Failed(FileError::content(path, what));
    }
    let read = |path: PathBuf| {
        let bytes = OnDisk.read(&path);
        (path, bytes)
    };
    FileMessage::Scenarios(found.into_iter().map(read).collect())
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Links to folders could lead in circles.
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') {
                walk(&entry.path(), found)?;
            }
        } else if is_suite(&name) {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// The files that scenarios name.
pub struct OnDisk;

impl scenario::Files for OnDisk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        read_bytes(path).map_err(|error| error.to_string())
    }
}

/// Writes what undoes what into the configuration of the project that the definition at `path` belongs to, or into a new
/// one beside it.
pub fn save_pairs(jobs: &Jobs<FileMessage>, path: PathBuf, pairs: BTreeMap<Arc<str>, Vec<Arc<str>>>) {
    jobs.start("save pairs", move || {
        let absolute = std::path::absolute(&path).unwrap_or(path);
        let known = absolute.ancestors().skip(1).map(|it| it.join(lint::FILE)).find(|it| it.is_file());
        let target = known.unwrap_or_else(|| absolute.with_file_name(lint::FILE));
        let old = match fs::read_to_string(&target) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                let kind = FileErrorKind::Io(error);
                return FileMessage::Failed(FileError { action: "read", path: target, kind });
            }
        };
        let new = match lint::with_compensations(&old, &pairs) {
            Ok(new) => new,
            Err(what) => {
                return FileMessage::Failed(FileError { action: "change", ..FileError::content(&target, what) });
            }
        };
        match fs::write(&target, new) {
            Ok(()) => FileMessage::PairsSaved(target),
            Err(error) => {
                let kind = FileErrorKind::Io(error);
                FileMessage::Failed(FileError { action: "write", path: target, kind })
            }
        }
    });
}
