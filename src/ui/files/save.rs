//! Saving a definition: whole or not at all, and never over what somebody else has written meanwhile.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::{Export, FileError, FileErrorKind, FileMessage, SHOWN, Wanted, file_name, read_bytes, wait_for};
use crate::ui::jobs::Jobs;

/// What a file that is written to has to be.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Whatever it is.
    Anything,
    /// Not there.
    Nothing,
    /// This text, or not there.
    This(Arc<str>),
}

/// Writes a definition to its file, whole or not at all. A file that is not what is expected is left alone.
/// `opened` comes back with the answer.
pub fn save(jobs: &Jobs<FileMessage>, opened: u64, path: PathBuf, text: Arc<str>, expected: Expected) {
    jobs.start("save file", move || save_message(opened, &path, &text, &expected));
}

/// Writes a definition to a file that is not there yet.
pub fn save_new(jobs: &Jobs<FileMessage>, opened: u64, path: PathBuf, export: &Export) {
    if let Ok(text) = std::str::from_utf8(&export.content) {
        save(jobs, opened, path, text.into(), Expected::Nothing);
    }
}

/// Asks for a place and writes the definition to it.
pub fn ask_and_save(jobs: &Jobs<FileMessage>, wanted: Wanted) {
    let Wanted::Save(opened, export) = wanted else { return };
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Save definition as")
        .set_file_name(&export.name)
        .add_filter(export.extension, &[export.extension])
        .add_filter("All files", &["*"]);
    let answer = dialog.save_file();
    jobs.start("save dialog", move || {
        let asked = Instant::now();
        match (wait_for(answer), std::str::from_utf8(&export.content)) {
            // The dialog has asked whether a file is to be replaced.
            (Some(file), Ok(text)) => save_message(opened, file.path(), &text.into(), &Expected::Anything),
            (None, _) if asked.elapsed() < SHOWN => FileMessage::NoDialog(Wanted::Save(opened, export)),
            _ => FileMessage::Cancelled,
        }
    });
}

fn save_message(opened: u64, path: &Path, text: &Arc<str>, expected: &Expected) -> FileMessage {
    let fail = |kind| FileMessage::Failed(FileError { action: "write", path: path.to_owned(), kind });
    match (expected, read_bytes(path)) {
        (Expected::Nothing, Ok(_)) => {
            let what = "there is a file of this name; choose another one".to_owned();
            return fail(FileErrorKind::Content(what));
        }
        (Expected::This(known), Ok(bytes)) if bytes != known.as_bytes() => {
            let theirs = String::from_utf8_lossy(&bytes).into_owned();
            return FileMessage::Differs { opened, theirs, saving: true };
        }
        _ => {}
    }
    match write_whole(path, text.as_bytes()) {
        Ok(()) => FileMessage::Saved(opened, path.to_owned(), Arc::clone(text)),
        Err(error) => fail(FileErrorKind::Io(error)),
    }
}

/// Writes a file so that it is either the old or the new one, whatever happens meanwhile. A link stays a link.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = path.with_file_name(format!(".{}.{}.part", file_name(&path), std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| {
        if let Ok(meta) = fs::metadata(&path) {
            fs::set_permissions(&beside, meta.permissions())?;
        }
        fs::rename(&beside, &path)
    });
    let Err(error) = moved else { return Ok(()) };
    // What cannot be removed is in the way of nobody.
    let _ = fs::remove_file(&beside);
    // A folder that takes no new files may still hold one that can be written.
    if error.kind() == io::ErrorKind::PermissionDenied { fs::write(&path, content) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is gone when the test is over.
    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn folder(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("stepscope-files-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("there is a temporary folder");
        Folder(path)
    }

    #[test]
    fn a_file_is_written_whole_and_nothing_is_left_beside_it() {
        let folder = folder("whole");
        let path = folder.0.join("a.json");
        fs::write(&path, "old").expect("it can be written");
        let known = Expected::This("old".into());
        let saved = save_message(1, &path, &"new".into(), &known);
        assert!(matches!(saved, FileMessage::Saved(1, _, _)), "{saved:?}");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
        assert_eq!(fs::read_dir(&folder.0).expect("it is a folder").count(), 1);
    }

    #[test]
    fn a_file_that_has_changed_is_left_alone_and_one_that_has_gone_is_written() {
        let folder = folder("changed");
        let path = folder.0.join("a.json");
        let known = Expected::This("old".into());
        fs::write(&path, "other").expect("it can be written");
        let found = save_message(1, &path, &"new".into(), &known);
        assert!(matches!(found, FileMessage::Differs { saving: true, .. }), "{found:?}");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "other");
        let found = save_message(1, &path, &"new".into(), &Expected::Nothing);
        assert!(matches!(found, FileMessage::Failed(_)), "{found:?}");
        fs::remove_file(&path).expect("it is there");
        let found = save_message(1, &path, &"new".into(), &known);
        assert!(matches!(found, FileMessage::Saved(..)), "{found:?}");
    }
}
