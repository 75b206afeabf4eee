//! Keeping what is open: by itself within a second of a change, when it is asked for, and what comes back at the next
//! start. All writing and reading is done beside the window.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::Context;

use super::App;
use super::canvas::Canvas;
use super::dialog::Dialog;
use crate::session::workspace::redact::Pattern;
use crate::session::workspace::{ENDING, Redacted, Workspace};
use crate::ui::files::{self, DefinitionFile, Export, Wanted};
use crate::ui::jobs::Jobs;
use crate::ui::store::{self, Loaded, Saved, Store};
use crate::ui::theme::Theme;
use crate::ui::window::BottomTab;
use crate::ui::workbench::{Histories, Wake, Workbench};

/// Seconds from the first change to the writing of it.
const SOON: f64 = 0.4;
/// Writing that takes longer than this, in seconds, is done less often: it rests so many times as long as it took longer.
const LONG: f64 = 0.3;
const RESTS: f64 = 8.0;

/// What is done beside the window.
pub(super) enum Done {
    Saved(Saved),
    /// A workspace was read, or a definition of which none is kept.
    Read(Box<Result<Loaded, String>>, How),
    Fresh(Box<DefinitionFile>, usize),
    Redacted(Box<Redacted>),
}

/// Why a workspace is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Its window did not end in order.
    LeftBehind,
    /// Its definition was opened.
    Again,
}

/// How far keeping has come.
pub(super) struct Keeping {
    store: Option<Store>,
    jobs: Jobs<Done>,
    /// The fingerprint of what was last written.
    written: Option<u64>,
    /// When the first change since was seen, in the window's seconds.
    since: Option<f64>,
    /// Not to be written before this.
    not_before: f64,
    is_writing: bool,
    /// Whether it was said that it does not work.
    has_complained: bool,
    /// Whether the next file that is written is the workspace's own, and whether it is so from then on.
    asked_for_place: bool,
    /// What is to be said as soon as there is a frame.
    complaint: Option<String>,
}

impl Keeping {
    pub(super) fn new(ctx: Context) -> Self {
        Self {
            store: None,
            jobs: Jobs::new(ctx),
            written: None,
            since: None,
            not_before: 0.0,
            is_writing: false,
            has_complained: false,
            asked_for_place: false,
            complaint: None,
        }
    }
}

impl App {
    /// Keeps what is open in `folder`, and shows what a window left behind there that did not end in order, unless
    /// files are to be opened.
    pub fn with_data_folder(mut self, folder: &Path) -> Self {
        match Store::open(folder) {
            Ok(mut store) => {
                let left_behind = store.take_left_behind().filter(|it| it.exists());
                self.keeping.store = Some(store);
                if let Some(path) = left_behind.filter(|_| self.requests.is_empty()) {
                    self.keeping.jobs.start("read workspace", move || {
                        Done::Read(Box::new(store::load(&path, None)), How::LeftBehind)
                    });
                }
            }
            Err(error) => {
                let what = format!("what is open is not kept by itself: {}: {error}", folder.display());
                self.keeping.complaint = Some(what);
            }
        }
        self
    }

    /// Writes what has changed, when it is time. To be called once a frame; where nothing has changed it does nothing and
    /// asks for no frame.
    pub(super) fn keep(&mut self, ctx: &Context) {
        if let Some(what) = self.keeping.complaint.take() {
            self.notices.error(&what, Theme::of_context(ctx));
        }
        let done = self.keeping.jobs.finished();
        for done in done {
            self.take_done(ctx, done);
        }
        let Some((bench, _)) = &self.bench else { return };
        if self.keeping.store.is_none() && bench.workspace_file.is_none() {
            return;
        }
        if self.keeping.written == Some(bench.fingerprint()) {
            self.keeping.since = None;
            return;
        }
        if self.keeping.is_writing {
            return;
        }
        let now = ctx.input(|input| input.time);
        let since = *self.keeping.since.get_or_insert(now);
        let due = (since + SOON).max(self.keeping.not_before);
        if now >= due {
            self.write_now(true);
        } else {
            ctx.request_repaint_after(Duration::from_secs_f64(due - now));
        }
    }

    /// Writes what is open to where it is kept.
    fn write_now(&mut self, stays_open: bool) {
        let Some((workspace, path)) = self.taken_for_written() else { return };
        let slot = self.keeping.store.as_ref().filter(|_| stays_open).map(Store::slot);
        let order = store::next_order();
        self.keeping.is_writing = true;
        self.keeping
            .jobs
            .start("keep workspace", move || Done::Saved(store::save(&workspace, path, order, slot.as_deref())));
    }

    /// Returns what is to be written and where, and takes it for written.
    fn taken_for_written(&mut self) -> Option<(Workspace, PathBuf)> {
        let (bench, _) = self.bench.as_mut()?;
        let (path, folder) = match (&bench.workspace_file, &self.keeping.store) {
            (Some(own), _) => (own.clone(), own.parent().map(Path::to_owned)),
            (None, Some(store)) => (store.place(bench.file.as_deref(), &bench.machine_name()), None),
            (None, None) => return None,
        };
        let workspace = bench.snapshot(folder.as_deref(), Histories::ByPath);
        self.keeping.written = Some(bench.fingerprint());
        self.keeping.since = None;
        Some((workspace, path))
    }

    /// Writes what is open before the window closes, and says that nothing is left behind.
    pub(super) fn close_in_order(&mut self) {
        let is_new = self.bench.as_ref().is_some_and(|(bench, _)| Some(bench.fingerprint()) != self.keeping.written);
        if is_new && let Some((workspace, path)) = self.taken_for_written() {
            // Nobody is left to be told.
            let _ = store::save(&workspace, path, store::next_order(), None);
        }
        if let Some(store) = &self.keeping.store {
            store.close();
        }
    }

    /// Says that nothing is open any more.
    pub(super) fn close_bench(&mut self) {
        self.leave_bench();
        self.bench = None;
        if let Some(store) = &self.keeping.store {
            store.close();
        }
    }

    /// Writes what is open before something else is.
    pub(super) fn leave_bench(&mut self) {
        let is_new = self.bench.as_ref().is_some_and(|(bench, _)| Some(bench.fingerprint()) != self.keeping.written);
        if is_new {
            self.write_now(false);
        }
        self.keeping.written = None;
        self.keeping.since = None;
    }

    /// Opens a machine of a file: with what is kept of it, if there is something.
    pub(super) fn open_kept(&mut self, ctx: &Context, file: DefinitionFile, position: usize) {
        let Some(document) = file.opened.documents.get(position) else { return };
        let (Some(store), Some(path)) = (&self.keeping.store, &file.path) else {
            return self.open_machine(ctx, file, position);
        };
        let place = store.place(Some(path), &document.name);
        // What has not been written yet of the same definition goes first.
        let is_same = self.bench.as_ref().is_some_and(|(bench, _)| bench.file == file.path);
        let own = self.bench.as_ref().filter(|_| is_same).and_then(|(bench, _)| bench.workspace_file.clone());
        let first = if is_same { self.taken_for_written() } else { None };
        let place = own.unwrap_or(place);
        let order = store::next_order();
        self.keeping.jobs.start("read workspace", move || {
            if let Some((workspace, path)) = first {
                let _ = store::save(&workspace, path, order, None);
            }
            if place.exists() {
                Done::Read(Box::new(store::load(&place, Some((file, position)))), How::Again)
            } else {
                Done::Fresh(Box::new(file), position)
            }
        });
    }

    fn take_done(&mut self, ctx: &Context, done: Done) {
        let theme = Theme::of_context(ctx);
        match done {
            Done::Saved(saved) => {
                self.keeping.is_writing = false;
                let now = ctx.input(|input| input.time);
                self.keeping.not_before = now + (saved.took.as_secs_f64() - LONG).max(0.0) * RESTS;
                match saved.wrong {
                    None => self.keeping.has_complained = false,
                    Some(what) if !self.keeping.has_complained => {
                        self.keeping.has_complained = true;
                        self.notices.error(&what, theme);
                    }
                    Some(_) => {}
                }
            }
            Done::Read(read, how) => match *read {
                Ok(loaded) => self.open_workspace(ctx, loaded, Some(how)),
                Err(what) => self.notices.error(&what, theme),
            },
            Done::Fresh(file, position) => self.open_machine(ctx, *file, position),
            Done::Redacted(redacted) => self.write_redacted(ctx, *redacted),
        }
    }

    /// Shows a workspace. One of which nothing was asked but its definition is shown as if that were opened.
    pub(super) fn open_workspace(&mut self, ctx: &Context, loaded: Loaded, how: Option<How>) {
        let Loaded { path, workspace, mocks, restored, mut file, position, histories, is_damaged, notes } = loaded;
        let theme = Theme::of_context(ctx);
        let is_same = self.bench.as_ref().is_some_and(|(bench, _)| bench.file.is_some() && bench.file == file.path);
        // Histories that wait for their definition are read again with it.
        let waiting = self.bench.as_ref().filter(|(bench, _)| bench.is_bare()).map(|(bench, _)| bench.histories(true));
        if !is_same {
            self.leave_bench();
        }
        self.modified = file.modified;
        let mut bench = if position < file.opened.documents.len() {
            let document = file.opened.documents.swap_remove(position);
            let is_whole = *document.text == *file.opened.text;
            let mut bench = Workbench::open(document, file.path, &file.opened.diagnostics);
            if !is_whole {
                bench.lock_draft();
            }
            bench
        } else if let Some(first) = histories.iter().flatten().next() {
            Workbench::of_history(first)
        } else {
            return;
        };
        self.text_opened();
        let order = self.bench.as_ref().map_or(0, |(_, canvas)| canvas.order());
        let canvas = Canvas::new(&bench.machine_name(), order);
        bench.s3 = file.s3.or_else(|| {
            let folder = path.parent().unwrap_or(Path::new(""));
            workspace.s3.as_ref().map(|it| folder.join(it)).filter(|it| it.is_dir())
        });
        for named in &workspace.inputs {
            bench.add_input(named.name.clone(), named.value.clone());
        }
        for (name, mocks) in mocks {
            bench.add_mocks(name, mocks);
        }
        bench.mocks_in_use = workspace.mocks_in_use.filter(|it| *it < bench.mocks.len());
        // What could not be read of a file is not to be lost by writing over it.
        let is_own = !is_damaged && !self.keeping.store.as_ref().is_some_and(|it| it.keeps(&path));
        bench.workspace_file = is_own.then(|| path.clone());
        let waking = ctx.clone();
        bench.restore(&workspace, restored, histories, &|| -> Wake {
            let ctx = waking.clone();
            Box::new(move || ctx.request_repaint())
        });
        let n_runs = bench.runs().len();
        self.panels.bottom = if bench.can_run() { BottomTab::Timeline } else { BottomTab::Problems };
        self.bench = Some((bench, canvas));
        self.keeping.written = None;
        self.read_again(waiting.unwrap_or_default());
        let runs = if n_runs == 1 { "1 run".to_owned() } else { format!("{n_runs} runs") };
        match how {
            Some(How::LeftBehind) => {
                let text = format!("Stepscope did not end in order; what was open is back, with {runs}");
                self.notices.told(&text, true, theme);
            }
            Some(How::Again) if n_runs > 0 => {
                self.notices.told(&format!("Opened with {runs} from before"), false, theme);
            }
            Some(How::Again) => {}
            None => self.remember(path),
        }
        // What matters most is said last.
        for note in notes {
            self.notices.told(&note, true, theme);
        }
    }

    /// Saves the workspace to its file; asks for one where it has none, or where another one is wanted.
    pub(super) fn save_workspace(&mut self, ctx: &Context, elsewhere: bool) {
        let Some((bench, _)) = &mut self.bench else { return };
        if let Some(own) = bench.workspace_file.clone().filter(|_| !elsewhere) {
            self.write_now(true);
            let name = own.file_name().map_or_else(String::new, |it| it.to_string_lossy().into_owned());
            return self.notices.done(&format!("Saved {name}"), Theme::of_context(ctx));
        }
        let folder = bench.file.as_ref().and_then(|it| it.parent()).map(Path::to_owned);
        let name = format!("{}{ENDING}", bench.machine_name());
        let content = bench.snapshot(folder.as_deref(), Histories::ByPath).write().into_bytes();
        self.keeping.asked_for_place = true;
        self.ask_to_write(Export { name, extension: "json", content, test: None, also: Vec::new() });
    }

    pub(super) fn ask_to_write(&mut self, export: Export) {
        if self.types_paths {
            self.dialog = Some(Dialog::path(Wanted::Write(export), ""));
        } else {
            files::ask_and_write(&self.files, export);
        }
    }

    /// Takes note that a file was written: if it is the workspace's, it is kept there from now on.
    pub(super) fn was_written(&mut self, path: &Path) {
        if std::mem::take(&mut self.keeping.asked_for_place)
            && let Some((bench, _)) = &mut self.bench
        {
            bench.workspace_file = Some(path.to_owned());
            self.remember(path.to_owned());
            // Paths are seen from there.
            self.write_now(true);
        }
    }

    /// Takes note that no place was chosen.
    pub(super) fn was_not_written(&mut self) {
        self.keeping.asked_for_place = false;
    }

    /// Makes a workspace without these fields, beside the window.
    pub(super) fn share(&mut self, ctx: &Context, fields: Vec<String>) {
        let Some((bench, _)) = &mut self.bench else { return };
        let patterns: Result<Vec<Pattern>, String> = fields.iter().map(|it| Pattern::parse(it)).collect();
        let patterns = match patterns {
            Ok(patterns) => patterns,
            Err(what) => return self.notices.error(&what, Theme::of_context(ctx)),
        };
        bench.redact = fields;
        let folder = bench.file.as_ref().and_then(|it| it.parent()).map(Path::to_owned);
        let workspace = bench.snapshot(folder.as_deref(), Histories::Embedded);
        self.keeping.jobs.start("redact workspace", move || Done::Redacted(Box::new(workspace.redacted(patterns))));
    }

    fn write_redacted(&mut self, ctx: &Context, redacted: Redacted) {
        let Some((bench, _)) = &self.bench else { return };
        let theme = Theme::of_context(ctx);
        for note in &redacted.notes {
            self.notices.told(note, true, theme);
        }
        let name = format!("{}.shared{ENDING}", bench.machine_name());
        self.keeping.asked_for_place = false;
        let content = redacted.workspace.write().into_bytes();
        self.ask_to_write(Export { name, extension: "json", content, test: None, also: Vec::new() });
    }
}
