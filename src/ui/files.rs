//! Files and file dialogs, all as jobs. No other part of the window touches the file system.

mod project;
mod save;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use std::{fmt, fs, io};

use super::histories::{HistoryFile, joined};
use super::jobs::Jobs;
use super::store::{self, Loaded};
use crate::asl::document::Recognised;
use crate::engine::EventId;
use crate::handlers::{Mocks, read_mocks, test_cases};
use crate::history::read::is_history;
use crate::json::{Json, source, text};
use crate::session::document::{self, Opened};
use crate::session::workspace::is_workspace;

pub use project::{OnDisk, config, save_pairs};
pub use save::{Expected, ask_and_save, save, save_new};

/// Larger files are not read: the service takes definitions up to 1 MB and histories stay far below this.
pub const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// A dialog that is answered faster than this was never shown.
const SHOWN: Duration = Duration::from_millis(250);

/// What a dialog asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A definition.
    Definition,
    /// An execution history.
    History,
    /// An input.
    Input,
    /// A mock configuration.
    Mocks,
    /// A file of scenarios.
    Scenarios,
    /// A folder with files of scenarios.
    ScenarioFolder,
    /// A workspace.
    Workspace,
}

impl Ask {
    /// Returns the title of the dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::Definition => "Open definition",
            Self::History => "Open execution history",
            Self::Input => "Add input",
            Self::Mocks => "Add mocks",
            Self::Scenarios => "Run scenarios",
            Self::ScenarioFolder => "Run the scenarios of a folder",
            Self::Workspace => "Open workspace",
        }
    }

    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Definition => &["json", "jsonc", "json5", "yaml", "yml", "asl"],
            Self::History => &["json", "jsonl", "csv", "gz", "log"],
            Self::Scenarios | Self::ScenarioFolder => &["json", "yaml", "yml"],
            Self::Input | Self::Mocks | Self::Workspace => &["json"],
        }
    }
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Suggested name.
    pub name: String,
    /// Its extension, without dot.
    pub extension: &'static str,
    /// Its content.
    pub content: Vec<u8>,
    /// A scenario: its mocks are written beside it, and it names the definition as seen from where it stands.
    pub test: Option<TestFiles>,
    /// The same in other forms, by the ending that asks for them.
    pub also: Vec<(&'static str, Vec<u8>)>,
}

/// A file of scenarios, and its bytes or why there are none.
pub type SuiteFile = (PathBuf, Result<Vec<u8>, String>);

/// What belongs to a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct TestFiles {
    /// The scenario.
    pub scenario: Json,
    /// The mocks.
    pub mocks: String,
    /// The file of the definition, if it has one.
    pub definition: Option<PathBuf>,
    /// The recorded input, and a name for it.
    pub input: (String, Json),
}

/// A file with definitions, and what stands beside it.
#[derive(Debug)]
pub struct DefinitionFile {
    /// Where it is; `None` for a sample.
    pub path: Option<PathBuf>,
    /// What it says.
    pub opened: Opened,
    /// The input beside it, `NAME.input.json`.
    pub input: Option<(String, Json)>,
    /// The mocks beside it, `NAME.mocks.json`, one for each test case.
    pub mocks: Vec<(String, Mocks)>,
    /// When it was last changed, if that can be told.
    pub modified: Option<SystemTime>,
    /// The folder beside it that stands for S3, `NAME.s3`.
    pub s3: Option<PathBuf>,
    /// What is wrong with what stands beside it, in sentences.
    pub notes: Vec<String>,
}

/// What a job has come to.
#[derive(Debug)]
pub enum FileMessage {
    /// A file with definitions was read, or one that turned out to be none.
    Definition(Box<DefinitionFile>),
    /// An input was read.
    Input(String, Json),
    /// Mocks were read, one for each test case.
    Mocks(Vec<(String, Mocks)>),
    /// A workspace was read, and its runs done again.
    Workspace(Box<Loaded>),
    /// A file was written.
    Written(PathBuf),
    /// A definition was written to its file; the number is that of [`save`].
    Saved(u64, PathBuf, Arc<str>),
    /// A file is not what it was when it was read.
    Differs {
        /// The number of [`save`].
        opened: u64,
        /// What the file holds.
        theirs: String,
        /// Whether something else was to be written to it.
        saving: bool,
    },
    /// A scenario and its mocks were written, of an execution with this input.
    WrittenTest {
        /// The scenario.
        scenario: PathBuf,
        /// The mocks.
        mocks: PathBuf,
        /// The input and its name.
        input: (String, Json),
    },
    /// Files of scenarios were read.
    Scenarios(Vec<SuiteFile>),
    /// What undoes what was written into this file.
    PairsSaved(PathBuf),
    /// A history was read.
    History(HistoryFile),
    /// Several files were read, definitions first.
    Several(Vec<FileMessage>),
    /// The definition's file was read again.
    Reloaded(Box<DefinitionFile>),
    /// When the file was last changed, if that can be told.
    Stamp(PathBuf, Option<SystemTime>),
    /// The user closed the dialog.
    Cancelled,
    /// The system has no file dialog; the path has to be typed.
    NoDialog(Wanted),
    /// The world failed.
    Failed(FileError),
}

/// What a path is wanted for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// To read it.
    Read(Ask),
    /// To write to it.
    Write(Export),
    /// To write the definition to it and go on with that file; the number is that of [`save`].
    Save(u64, Export),
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
    Folder,
    Content(String),
}

impl FileError {
    fn content(path: &Path, what: String) -> Self {
        Self { action: "use", path: path.to_owned(), kind: FileErrorKind::Content(what) }
    }
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
            FileErrorKind::Folder => write!(f, "cannot {action} {path}: it is a folder; choose a file in it"),
            FileErrorKind::Content(what) => write!(f, "cannot {action} {path}: {what}"),
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
    let answer: Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> =
        if ask == Ask::ScenarioFolder { Box::pin(dialog.pick_folder()) } else { Box::pin(dialog.pick_file()) };
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
    let dialog = export.also.iter().fold(dialog, |dialog, (ending, _)| dialog.add_filter(*ending, &[*ending]));
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

/// Reads several files whose paths are known.
pub fn read_all(jobs: &Jobs<FileMessage>, paths: Vec<PathBuf>) {
    jobs.start("read files", move || {
        let (mut messages, mut histories) = (Vec::new(), Vec::new());
        for path in paths {
            match read_message(Ask::Definition, &path) {
                FileMessage::History(file) => histories.push(file),
                other => messages.push(other),
            }
        }
        messages.sort_by_key(|it| !matches!(it, FileMessage::Definition(_)));
        messages.extend(joined(histories).into_iter().map(FileMessage::History));
        FileMessage::Several(messages)
    });
}

/// Reads the pages of a history again, to be shown at an event.
pub fn read_history(jobs: &Jobs<FileMessage>, paths: Vec<PathBuf>, at: Option<EventId>) {
    jobs.start("read history", move || {
        let mut file = HistoryFile { paths: Vec::new(), bytes: Vec::new(), at };
        for path in paths {
            match read_bytes(&path) {
                Ok(bytes) if file.bytes.is_empty() => file.bytes = bytes,
                Ok(bytes) => {
                    file.bytes.push(b'\n');
                    file.bytes.extend(bytes);
                }
                Err(error) => return FileMessage::Failed(error),
            }
            file.paths.push(path);
        }
        FileMessage::History(file)
    });
}

/// Writes a file whose path is known.
pub fn write(jobs: &Jobs<FileMessage>, path: PathBuf, export: Export) {
    jobs.start("write file", move || write_message(&path, &export));
}

/// Reads a definition's file again.
pub fn reload(jobs: &Jobs<FileMessage>, path: PathBuf) {
    jobs.start("read file", move || match read_message(Ask::Definition, &path) {
        FileMessage::Definition(file) => FileMessage::Reloaded(file),
        other => other,
    });
}

/// Looks when a file was last changed.
pub fn stamp(jobs: &Jobs<FileMessage>, path: PathBuf) {
    jobs.start("look at file", move || {
        let modified = modified(&path);
        FileMessage::Stamp(path, modified)
    });
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn read_message(ask: Ask, path: &Path) -> FileMessage {
    if matches!(ask, Ask::Scenarios | Ask::ScenarioFolder) {
        return project::scenarios(path);
    }
    let bytes = match read_bytes(path) {
        Ok(bytes) => bytes,
        Err(error) => return FileMessage::Failed(error),
    };
    let name = file_name(path);
    let unreadable = |what: String| FileMessage::Failed(FileError::content(path, what));
    match ask {
        // A workspace may hold histories, so it is looked for first.
        Ask::Definition | Ask::History | Ask::Workspace if is_workspace(&bytes) => open_bytes(path, &bytes),
        Ask::Definition | Ask::History | Ask::Workspace if is_history(&bytes) => history(path, bytes),
        Ask::Definition | Ask::History | Ask::Workspace => match open_bytes(path, &bytes) {
            FileMessage::Definition(file) if file.opened.recognised == Recognised::History => history(path, bytes),
            other => other,
        },
        Ask::Input => match read_input(&bytes) {
            Ok(input) => FileMessage::Input(name, input),
            Err(what) => unreadable(what),
        },
        Ask::Mocks | Ask::Scenarios | Ask::ScenarioFolder => match read_all_mocks(&name, &bytes) {
            Ok(mocks) => FileMessage::Mocks(mocks),
            Err(what) => unreadable(what),
        },
    }
}

fn history(path: &Path, bytes: Vec<u8>) -> FileMessage {
    FileMessage::History(HistoryFile { paths: vec![path.to_owned()], bytes, at: None })
}

/// Opens a file by its content: mocks are mocks, whatever the user thought to open.
pub(super) fn open_bytes(path: &Path, bytes: &[u8]) -> FileMessage {
    if is_workspace(bytes) {
        return match store::read_loaded(path, bytes, None) {
            Ok(loaded) => FileMessage::Workspace(Box::new(loaded)),
            Err(what) => FileMessage::Failed(FileError { action: "open", ..FileError::content(path, what) }),
        };
    }
    let mut opened = document::open(document::display_name(&path.to_string_lossy()), bytes);
    if opened.recognised == Recognised::Mocks {
        return match read_all_mocks(&file_name(path), bytes) {
            Ok(mocks) => FileMessage::Mocks(mocks),
            Err(what) => FileMessage::Failed(FileError::content(path, what)),
        };
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    for external in std::mem::take(&mut opened.externals) {
        // What cannot be read stays among the findings, which name the file.
        if let Ok(bytes) = read_bytes(&folder.join(&*external.path)) {
            opened.add(&external, &bytes);
        }
    }
    if let Some(config) = config(path) {
        opened.documents.iter_mut().for_each(|it| it.lint(&config));
    }
    let mut file =
        DefinitionFile { path: Some(path.to_owned()), modified: modified(path), ..DefinitionFile::of(opened) };
    let stem = file_name(path);
    let stem =
        [".asl.json", ".asl.yaml", ".asl.yml", ".json", ".yaml", ".yml"].iter().find_map(|it| stem.strip_suffix(it));
    if let Some(stem) = stem {
        file.s3 = Some(folder.join(format!("{stem}.s3"))).filter(|it| it.is_dir());
        file.read_beside(&format!("{stem}.input.json"), &format!("{stem}.mocks.json"), &|name| {
            read_bytes(&folder.join(name)).ok()
        });
    }
    FileMessage::Definition(Box::new(file))
}

impl DefinitionFile {
    /// Returns a file with nothing beside it.
    pub fn of(opened: Opened) -> Self {
        Self { path: None, opened, input: None, mocks: Vec::new(), modified: None, s3: None, notes: Vec::new() }
    }

    /// Reads the input and the mocks that belong to the definition, where `read` finds them.
    pub fn read_beside(&mut self, input: &str, mocks: &str, read: &dyn Fn(&str) -> Option<Vec<u8>>) {
        match read(input).map(|bytes| read_input(&bytes)) {
            Some(Ok(value)) => self.input = Some((input.to_owned(), value)),
            Some(Err(what)) => self.notes.push(format!("{input} beside it is not used: {what}")),
            None => {}
        }
        match read(mocks).map(|bytes| read_all_mocks(mocks, &bytes)) {
            Some(Ok(found)) => self.mocks = found,
            Some(Err(what)) => self.notes.push(format!("{mocks} beside it is not used: {what}")),
            None => {}
        }
    }
}

fn read_input(bytes: &[u8]) -> Result<Json, String> {
    let text = source::decode(bytes).map_err(|diagnostic| diagnostic.message)?;
    text::parse(text).map_err(|error| format!("it is not JSON: {error}"))
}

/// Reads mocks; of a file with several test cases each is one entry.
fn read_all_mocks(name: &str, bytes: &[u8]) -> Result<Vec<(String, Mocks)>, String> {
    let cases = test_cases(bytes);
    let read = |name: String, case: Option<&str>| match read_mocks(bytes, case) {
        (Some(mocks), _) => Ok((name, mocks)),
        (None, diagnostics) => {
            let first = diagnostics.into_iter().next();
            Err(first.map_or_else(|| "it holds no mocks".to_owned(), |it| it.message))
        }
    };
    if cases.is_empty() {
        return Ok(vec![read(name.to_owned(), None)?]);
    }
    cases.iter().map(|case| read(case.clone(), Some(case))).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |it| it.to_string_lossy().into_owned())
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, FileError> {
    let fail = |kind| FileError { action: "read", path: path.to_owned(), kind };
    let meta = fs::metadata(path).map_err(|error| fail(FileErrorKind::Io(error)))?;
    if meta.is_dir() {
        return Err(fail(FileErrorKind::Folder));
    }
    if meta.len() > MOST_BYTES {
        return Err(fail(FileErrorKind::TooLarge(meta.len())));
    }
    fs::read(path).map_err(|error| fail(FileErrorKind::Io(error)))
}

fn write_message(path: &Path, export: &Export) -> FileMessage {
    if let Some(test) = &export.test {
        return write_test(path, test);
    }
    let ending = path.extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    let other = export.also.iter().find(|(it, _)| *it == ending);
    if other.is_none() && !export.also.is_empty() && ending != export.extension {
        let endings: Vec<&str> = export.also.iter().map(|it| it.0).collect();
        let what = format!("the ending says no form; name it .{} or .{}", endings.join(", ."), export.extension);
        return FileMessage::Failed(FileError { action: "write", ..FileError::content(path, what) });
    }
    match fs::write(path, other.map_or(&export.content, |it| &it.1)) {
        Ok(()) => FileMessage::Written(path.to_owned()),
        Err(error) => {
            FileMessage::Failed(FileError { action: "write", path: path.to_owned(), kind: FileErrorKind::Io(error) })
        }
    }
}

/// Writes a scenario, and beside it its mocks.
fn write_test(path: &Path, test: &TestFiles) -> FileMessage {
    let mut scenario = test.scenario.clone();
    if let (Json::Object(members), Some(definition)) = (&mut scenario, &test.definition) {
        let near = definition.parent() == path.parent();
        let shown = if near { file_name(definition) } else { definition.display().to_string() };
        members.set("definition", Json::from(shown.as_str()));
    }
    let name = file_name(path);
    let beside = [".scenario.json", ".json"].iter().find_map(|it| name.strip_suffix(it)).unwrap_or(&name);
    let mocks = path.with_file_name(format!("{beside}.mocks.json"));
    for (path, content) in [(path, text::pretty(&scenario)), (&*mocks, test.mocks.clone())] {
        if let Err(error) = fs::write(path, content + "\n") {
            let kind = FileErrorKind::Io(error);
            return FileMessage::Failed(FileError { action: "write", path: path.to_owned(), kind });
        }
    }
    FileMessage::WrittenTest { scenario: path.to_owned(), mocks, input: test.input.clone() }
}

/// Returns a file's name without its folders and endings.
pub fn stem(path: &Path) -> String {
    let name = file_name(path);
    let endings = [".gz", ".jsonl", ".json", ".csv", ".log", ".history"];
    endings.iter().fold(&*name, |name, it| name.strip_suffix(it).unwrap_or(name)).to_owned()
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
        let error = read_bytes(Path::new("/no/such/file.asl.json")).expect_err("it is not there");
        let text = "cannot read /no/such/file.asl.json: there is no such file or folder; check the path";
        assert_eq!(error.to_string(), text);
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
