//! Files of the command line: read whole, with an error that says which and what to do.

use std::io::{BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

use crate::asl::document::Recognised;
use crate::json::{Json, text};
use crate::lint::FILE;
use crate::session::Document;
use crate::session::document::{Opened, display_name, open};

use super::Error;

/// Reads a whole file; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        let read = std::io::stdin().read_to_end(&mut bytes);
        return read.map(|_| bytes).map_err(|error| Error(format!("cannot read standard input: {error}")));
    }
    if path.is_dir() {
        return Err(Error(format!("{} is a folder; name a file in it", path.display())));
    }
    std::fs::read(path)
        .map_err(|error| Error(format!("cannot read {}: {error}; check the path and its permissions", path.display())))
}

/// Reads a file that holds one JSON value.
pub(super) fn read_json(path: &Path) -> Result<Json, Error> {
    let bytes = read(path)?;
    let content = String::from_utf8(bytes).map_err(|error| {
        Error(format!("{} is not UTF-8 (byte {}); save it as UTF-8", path.display(), error.utf8_error().valid_up_to()))
    })?;
    text::parse(content.trim_start_matches('\u{feff}'))
        .map_err(|error| Error(format!("{} is not JSON: {error}", path.display())))
}

/// Writes a file piece by piece; `-` is standard output.
pub(super) fn write(path: &Path, pieces: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Error> {
    let written = if path.as_os_str() == "-" {
        let mut out = BufWriter::new(std::io::stdout().lock());
        pieces(&mut out).and_then(|()| out.flush())
    } else {
        std::fs::File::create(path).and_then(|file| {
            let mut out = BufWriter::new(file);
            pieces(&mut out).and_then(|()| out.flush())
        })
    };
    written.map_err(|error| {
        let path = path.display();
        Error(format!("cannot write {path}: {error}; check that its folder exists and can be written to"))
    })
}

/// Reads a file with one or more state machines.
pub(super) fn read_machines(path: &Path) -> Result<Opened, Error> {
    Ok(machines_in(path, &read(path)?))
}

/// Reads the state machines in the bytes of a file.
pub(super) fn machines_in(path: &Path, bytes: &[u8]) -> Opened {
    let mut opened = open(display_name(&path.to_string_lossy()), bytes);
    // A machine in a file of its own that cannot be read stays a finding of the template.
    for external in std::mem::take(&mut opened.externals) {
        let file = path.parent().unwrap_or(Path::new("")).join(&*external.path);
        if let Ok(bytes) = read(&file) {
            opened.add(&external, &bytes);
        }
    }
    opened
}

/// Returns what the project of the file at `path` wants, as it is written: the file that is `given`, or the nearest one
/// beside `path` or in a folder above.
pub(super) fn project(given: Option<&Path>, path: &Path) -> Result<Option<(PathBuf, String)>, Error> {
    let found = match given {
        Some(given) => Some((given.to_owned(), read(given)?)),
        None => above(path, FILE),
    };
    Ok(found.map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned())))
}

/// Returns the file `name` that is nearest to `path`: beside it, or in a folder above.
fn above(path: &Path, name: &str) -> Option<(PathBuf, Vec<u8>)> {
    let absolute = std::path::absolute(path).ok().filter(|_| path.as_os_str() != "-")?;
    absolute.ancestors().skip(1).find_map(|folder| {
        let file = folder.join(name);
        let bytes = std::fs::read(&file).ok()?;
        Some((file, bytes))
    })
}

/// Returns the path by which `file` is found from the folder of the file `from`, with slashes; an absolute one where
/// there is no such path.
pub(super) fn from_file(from: &Path, file: &Path) -> String {
    let slashed = |it: &Path| it.iter().map(|it| it.to_string_lossy().replace('\\', "/")).collect::<Vec<_>>();
    let (Ok(from), Ok(to)) = (std::path::absolute(from), std::path::absolute(file)) else {
        return file.to_string_lossy().into_owned();
    };
    let (from, to) = (slashed(from.parent().unwrap_or(Path::new(""))), slashed(&to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return to.join("/");
    }
    let up = std::iter::repeat_n("..", from.len() - common);
    up.chain(to[common..].iter().map(String::as_str)).collect::<Vec<_>>().join("/")
}

/// Picks the machine to run: the one that is named, or the only one.
pub(super) fn pick<'a>(opened: &'a Opened, name: Option<&str>, path: &Path) -> Result<Option<&'a Document>, Error> {
    let documents = &opened.documents;
    let names = || documents.iter().map(|it| &*it.name).collect::<Vec<_>>().join(", ");
    match (name, &documents[..]) {
        (None, [only]) => Ok(Some(only)),
        (None, []) => Ok(None),
        (None, _) => Err(Error(format!(
            "{} has {} state machines; pick one by --machine: {}",
            path.display(),
            documents.len(),
            names()
        ))),
        (Some(name), _) => {
            let found = documents.iter().find(|it| &*it.name == name);
            let single = documents.len() == 1 && opened.recognised == Recognised::Definition;
            found
                .or(documents.first().filter(|_| single))
                .map(Some)
                .ok_or_else(|| Error(format!("{} has no state machine {name:?}; it has: {}", path.display(), names())))
        }
    }
}
