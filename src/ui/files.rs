//! Files and file dialogs, all as jobs. No other part of the window touches the file system.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fmt, fs, io};

use super::jobs::Jobs;

/// Larger files are not read: the service takes definitions up to 1 MB and histories stay far below this.
pub const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// A dialog that is answered faster than this was never shown.
const SHOWN: Duration = Duration::from_millis(250);

/// What a dialog asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A definition.
    Definition,
    /// An input.
    Input,
    /// A mock configuration.
    Mocks,
}

impl Ask {
    /// Returns the title of the dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::Definition => "Open definition",
            Self::Input => "Add input",
            Self::Mocks => "Add mocks",
        }
    }

    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Definition => &["json", "jsonc", "json5", "yaml", "yml", "asl"],
            Self::Input | Self::Mocks => &["json"],
        }
    }
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Suggested name.
    pub name: String,
    /// Its extension, without dot.
    pub extension: &'static str,
    /// Its content.
    pub content: Vec<u8>,
}

/// What a job has come to.
#[derive(Debug)]
pub enum FileMessage {
    /// A file was read.
    Read(Ask, PathBuf, String),
    /// A file was written.
    Written(PathBuf),
    /// The user closed the dialog.
    Cancelled,
    /// The system has no file dialog; the path has to be typed.
    NoDialog(Wanted),
    /// The world failed.
    Failed(FileError),
}

/// What a path is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// To read it.
    Read(Ask),
    /// To write to it.
    Write(Export),
}

/// Why a file could not be read or written.
#[derive(Debug)]
pub struct FileError {
    action: &'static str,
    path: PathBuf,
    kind: FileErrorKind,
}

#[derive(Debug)]
enum FileErrorKind {
    Io(io::Error),
    TooLarge(u64),
    NotText(usize),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, path, kind } = self;
        let path = path.display();
        match kind {
            FileErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                write!(f, "cannot {action} {path}: there is no such file or folder; check the path")
            }
            FileErrorKind::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                write!(f, "cannot {action} {path}: permission denied; change its permissions or choose another place")
            }
            FileErrorKind::Io(error) => write!(f, "cannot {action} {path}: {error}"),
            FileErrorKind::TooLarge(n_bytes) => {
                write!(
                    f,
                    "cannot {action} {path}: it has {n_bytes} bytes, more than {MOST_BYTES}; is it the right file?"
                )
            }
            FileErrorKind::NotText(at) => {
                write!(f, "cannot {action} {path}: byte {at} is not UTF-8 text; save it as UTF-8")
            }
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let FileErrorKind::Io(error) = &self.kind { Some(error) } else { None }
    }
}

/// Asks for a file and reads it.
pub fn ask_and_read(jobs: &Jobs<FileMessage>, ask: Ask) {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title(ask.title())
        .add_filter(ask.title(), ask.extensions())
        .add_filter("All files", &["*"]);
    // The future is made here, on the main thread, because macOS asks for it; only waiting is a job.
    let answer = dialog.pick_file();
    jobs.start("open dialog", move || {
        let asked = Instant::now();
        match wait_for(answer) {
            Some(file) => read_message(ask, file.path()),
            None if asked.elapsed() < SHOWN => FileMessage::NoDialog(Wanted::Read(ask)),
            None => FileMessage::Cancelled,
        }
    });
}

/// Asks for a place and writes to it.
pub fn ask_and_write(jobs: &Jobs<FileMessage>, export: Export) {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Export")
        .set_file_name(&export.name)
        .add_filter(export.extension, &[export.extension]);
    let answer = dialog.save_file();
    jobs.start("save dialog", move || {
        let asked = Instant::now();
        match wait_for(answer) {
            Some(file) => write_message(file.path(), &export),
            None if asked.elapsed() < SHOWN => FileMessage::NoDialog(Wanted::Write(export)),
            None => FileMessage::Cancelled,
        }
    });
}

/// Reads a file whose path is known.
pub fn read(jobs: &Jobs<FileMessage>, ask: Ask, path: PathBuf) {
    jobs.start("read file", move || read_message(ask, &path));
}

/// Writes a file whose path is known.
pub fn write(jobs: &Jobs<FileMessage>, path: PathBuf, export: Export) {
    jobs.start("write file", move || write_message(&path, &export));
}

fn read_message(ask: Ask, path: &Path) -> FileMessage {
    match read_text(path) {
        Ok(text) => FileMessage::Read(ask, path.to_owned(), text),
        Err(error) => FileMessage::Failed(error),
    }
}

fn read_text(path: &Path) -> Result<String, FileError> {
    let fail = |kind| FileError { action: "read", path: path.to_owned(), kind };
    let n_bytes = fs::metadata(path).map_err(|error| fail(FileErrorKind::Io(error)))?.len();
    if n_bytes > MOST_BYTES {
        return Err(fail(FileErrorKind::TooLarge(n_bytes)));
    }
    let bytes = fs::read(path).map_err(|error| fail(FileErrorKind::Io(error)))?;
    let text =
        String::from_utf8(bytes).map_err(|error| fail(FileErrorKind::NotText(error.utf8_error().valid_up_to())))?;
    // Editors on Windows write a byte order mark; it is no part of the text.
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

fn write_message(path: &Path, export: &Export) -> FileMessage {
    match fs::write(path, &export.content) {
        Ok(()) => FileMessage::Written(path.to_owned()),
        Err(error) => {
            FileMessage::Failed(FileError { action: "write", path: path.to_owned(), kind: FileErrorKind::Io(error) })
        }
    }
}

/// Waits on this thread for a dialog's answer.
fn wait_for<F: Future>(answer: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut answer = std::pin::pin!(answer);
    loop {
        match answer.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_says_what_where_and_what_to_do() {
        let error = read_text(Path::new("/no/such/file.asl.json")).expect_err("it is not there");
        let text = "cannot read /no/such/file.asl.json: there is no such file or folder; check the path";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let path = std::env::temp_dir().join(format!("stepscope-bom-{}.json", std::process::id()));
        fs::write(&path, "\u{feff}{}").expect("the temporary folder can be written");
        let text = read_text(&path);
        fs::remove_file(&path).expect("the file was just written");
        assert_eq!(text.expect("it is text"), "{}");
    }

    #[test]
    fn waiting_for_an_answer_that_comes_later_returns_it() {
        let (sender, receiver) = std::sync::mpsc::channel::<std::task::Waker>();
        let mut polled = false;
        let answer = std::future::poll_fn(move |context| {
            if polled {
                return std::task::Poll::Ready(7);
            }
            polled = true;
            sender.send(context.waker().clone()).expect("the test holds the receiver");
            std::task::Poll::Pending
        });
        let waker_thread = std::thread::spawn(move || receiver.recv().expect("the future is polled").wake());
        assert_eq!(wait_for(answer), 7);
        waker_thread.join().expect("it does not panic");
    }
}
