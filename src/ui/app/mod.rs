//! Wiring: what is open, which dialog stands over it, and carrying out what panels and keys ask for. The only part of
//! the window that changes anything but view state.

mod dialog;
mod perform;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, Ui, ViewportBuilder};

use self::dialog::Dialog;
use super::command::{self, Open, Request};
use super::files::{self, Ask, FileMessage};
use super::first_run::{FirstRunView, Recent, first_run_ui};
use super::frame::{self, Shown, Slots};
use super::jobs::Jobs;
use super::samples::SAMPLES;
use super::status_bar::{StatusView, status_bar_ui};
use super::theme::{self, Theme};
use super::toasts::Notices;
use super::toolbar::{ToolbarView, toolbar_ui};
use super::window::Panels;

/// Why there is no window.
#[derive(Debug)]
pub struct Error(eframe::Error);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.0.to_string();
        if reason.contains("DISPLAY") {
            f.write_str("cannot open a window: this machine has no display; set DISPLAY or WAYLAND_DISPLAY, or use the commands listed by `stepscope --help`")
        } else {
            write!(f, "cannot open a window: {reason}; use the commands listed by `stepscope --help` instead")
        }
    }
}

impl std::error::Error for Error {}

/// Opens the window, and in it the files that are named; returns when it is closed.
pub fn run(paths: Vec<PathBuf>) -> Result<(), Error> {
    let mut viewport = ViewportBuilder::default()
        .with_app_id("stepscope")
        .with_title("Stepscope")
        .with_inner_size([1600.0, 1000.0])
        .with_min_inner_size([760.0, 480.0]);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(include_bytes!("../../../assets/icon/stepscope.png")) {
        viewport = viewport.with_icon(Arc::new(icon));
    }
    let options = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    eframe::run_native("stepscope", options, Box::new(|creation| Ok(Box::new(App::new(creation, paths)))))
        .map_err(Error)
}

/// What is kept from one start to the next.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Kept {
    recent: Vec<PathBuf>,
    shown: Shown,
    /// The theme the user chose; the system's if none.
    dark: Option<bool>,
}

const KEPT: &str = "window";
const MOST_RECENT: usize = 12;

/// The window.
pub struct App {
    kept: Kept,
    panels: Panels,
    toolbar: ToolbarView,
    status: StatusView,
    first_run: FirstRunView,
    dialog: Option<Dialog>,
    notices: Notices,
    jobs: Jobs<FileMessage>,
    requests: Vec<Request>,
}

impl App {
    /// Returns the window's first state.
    pub fn new(creation: &eframe::CreationContext<'_>, paths: Vec<PathBuf>) -> Self {
        let ctx = &creation.egui_ctx;
        theme::apply(ctx);
        let kept: Kept = creation.storage.and_then(|storage| eframe::get_value(storage, KEPT)).unwrap_or_default();
        if let Some(dark) = kept.dark {
            ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
        }
        let panels = Panels { shown: kept.shown, ..Panels::default() };
        let mut app = Self {
            kept,
            panels,
            toolbar: ToolbarView::default(),
            status: StatusView::default(),
            first_run: FirstRunView { samples: SAMPLES.to_vec(), ..FirstRunView::default() },
            dialog: None,
            notices: Notices::default(),
            jobs: Jobs::new(ctx.clone()),
            requests: paths.into_iter().map(Request::Open).collect(),
        };
        app.show_recent();
        app
    }

    fn open(&self) -> Open {
        self.toolbar.open
    }

    /// Takes keys, dropped files and results of jobs, and carries out what is asked for.
    fn advance(&mut self, ctx: &Context) {
        if self.dialog.is_none() {
            let pressed = command::pressed(ctx, self.open());
            self.requests.extend(pressed.into_iter().map(Request::Do));
        }
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        self.requests.extend(dropped.into_iter().map(|file| Request::Open(file.path().to_owned())));
        self.first_run.dropping = ctx.input(|input| !input.raw.hovered_files.is_empty());
        for message in self.jobs.finished() {
            self.take_file(ctx, message);
        }
        for request in std::mem::take(&mut self.requests) {
            self.perform(ctx, request);
        }
    }

    fn remember(&mut self, path: PathBuf) {
        self.kept.recent.retain(|it| *it != path);
        self.kept.recent.insert(0, path);
        self.kept.recent.truncate(MOST_RECENT);
        self.show_recent();
    }

    fn show_recent(&mut self) {
        self.toolbar.recent.clone_from(&self.kept.recent);
        let recent = self.kept.recent.iter();
        self.first_run.recent = recent.map(|path| Recent { path: path.clone(), note: String::new() }).collect();
    }

    fn page_ui(&mut self, ui: &mut Ui) {
        let mut requests = std::mem::take(&mut self.requests);
        frame::bars_ui(ui, &mut Bars { app: self, out: &mut requests });
        first_run_ui(&self.first_run, ui, &mut requests);
        self.requests = requests;
    }

    fn dialogs_ui(&mut self, ctx: &Context) {
        let Some(mut dialog) = self.dialog.take() else {
            if ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
                self.notices.close_one();
            }
            return;
        };
        let mut requests = std::mem::take(&mut self.requests);
        if dialog.ui(ctx, self.open(), &self.jobs, &mut requests) {
            self.dialog = Some(dialog);
        }
        self.requests = requests;
    }
}

/// The two bars of the first page; the panels between them are not shown.
struct Bars<'a> {
    app: &'a App,
    out: &'a mut Vec<Request>,
}

impl Slots for Bars<'_> {
    fn toolbar_ui(&mut self, ui: &mut Ui) {
        toolbar_ui(&self.app.toolbar, ui, self.out);
    }

    fn status_bar_ui(&mut self, ui: &mut Ui) {
        status_bar_ui(&self.app.status, ui, self.out);
    }

    fn workspace_ui(&mut self, _: &mut Ui) {}

    fn rail_ui(&mut self, _: &mut Ui) {}

    fn centre_ui(&mut self, _: &mut Ui) {}

    fn inspector_ui(&mut self, _: &mut Ui) {}

    fn bottom_left_ui(&mut self, _: &mut Ui) {}

    fn bottom_right_ui(&mut self, _: &mut Ui) {}
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        self.advance(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.page_ui(ui);
        self.dialogs_ui(&ctx);
        self.notices.ui(&ctx);
        // What was asked for in this pass is carried out before the next one, which has to come.
        if !self.requests.is_empty() {
            ctx.request_repaint();
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.kept.shown = self.panels.shown;
        eframe::set_value(storage, KEPT, &self.kept);
    }
}

impl App {
    fn take_file(&mut self, ctx: &Context, message: FileMessage) {
        let theme = Theme::of_context(ctx);
        match message {
            FileMessage::Read(ask, path, text) => self.take_text(ctx, ask, path, &text),
            FileMessage::Written(path) => self.notices.done(&format!("Saved {}", path.display()), theme),
            FileMessage::Cancelled => {}
            FileMessage::NoDialog(wanted) => {
                self.dialog = Some(Dialog::path(wanted, "This system offers no file dialog; type or paste the path"));
            }
            FileMessage::Failed(error) => self.notices.error(&error.to_string(), theme),
        }
    }

    fn take_text(&mut self, ctx: &Context, ask: Ask, path: PathBuf, text: &str) {
        // Until the session is joined to the window a file is only read; this is the next step of the work.
        let theme = Theme::of_context(ctx);
        self.notices.done(&format!("Read {} bytes of {} for {}", text.len(), path.display(), ask.title()), theme);
        self.remember(path);
    }

    fn read(&self, ask: Ask, path: PathBuf) {
        files::read(&self.jobs, ask, path);
    }
}
