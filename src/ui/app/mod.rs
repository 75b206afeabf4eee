//! Wiring: what is open, which dialog stands over it, and carrying out what panels and keys ask for. The only part of
//! the window that changes anything but view state.

mod answers;
mod asking;
mod canvas;
mod debugging;
mod dialog;
mod explore;
mod export;
mod fork;
mod histories;
mod keeping;
mod notes;
mod open;
mod perform;
mod question;
mod reload;
mod runs;
mod share;
mod switches;
mod text;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use egui::{Context, Ui, ViewportBuilder};

use self::asking::Asking;
use self::canvas::{Canvas, Made};
use self::dialog::Dialog;
use self::explore::Exploring;
use self::keeping::Keeping;
use self::text::TextWork;
use super::bind::editor::EditorWords;
use super::bind::{NoEvents, NoLines};
use super::command::{self, Open, Request};
use super::exploration::{ExploreInput, UnderWay};
use super::files::{DefinitionFile, FileMessage};
use super::first_run::{FirstRunView, Recent, first_run_ui};
use super::frame::{self, Shown, Slots};
use super::graph::model::NodeId;
use super::histories::Work;
use super::inspector::InspectorTab;
use super::jobs::Jobs;
use super::palette::Places;
use super::samples::SAMPLES;
use super::status_bar::{StatusView, status_bar_ui};
use super::theme::{self, Theme};
use super::timeline::Lanes;
use super::toasts::Notices;
use super::toolbar::{ToolbarView, toolbar_ui};
use super::unanswered::{UnansweredPanel, UnansweredView};
use super::window::{BottomTab, Panels, View};
use super::workbench::{Checked, Workbench};
use super::workspace::RunPlace;
use crate::session::journey::Why;

/// Why there is no window.
#[derive(Debug)]
pub struct Error(eframe::Error);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.0.to_string();
        if reason.contains("DISPLAY") {
            f.write_str("cannot open a window, because this machine has no display (neither DISPLAY nor WAYLAND_DISPLAY is set); use `stepscope run DEFINITION` to run a definition without one")
        } else {
            write!(f, "cannot open a window: {reason}; use `stepscope run DEFINITION` to run a definition without one")
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
    eframe::run_native(
        "stepscope",
        options,
        Box::new(|creation| {
            let app = App::new(creation, paths);
            Ok(Box::new(match eframe::storage_dir("stepscope") {
                Some(folder) => app.with_data_folder(&folder),
                None => app,
            }))
        }),
    )
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
    first_run: FirstRunView,
    dialog: Option<Dialog>,
    notices: Notices,
    files: Jobs<FileMessage>,
    layouts: Jobs<Made>,
    checks: Jobs<(u64, Checked)>,
    text: TextWork,
    asking: Asking,
    works: Jobs<Work>,
    exploring: Exploring,
    requests: Vec<Request>,
    /// What is open, and its graph.
    bench: Option<(Workbench, Canvas)>,
    /// A file with several machines, of which the user is to choose one.
    choice: Option<Box<DefinitionFile>>,
    /// What the run that is shown waits for, and the panel that asks for it.
    waiting: Option<UnansweredView>,
    questions: UnansweredPanel,
    /// The mocks that are being written to a file, by their place in the workspace.
    saving_mocks: Option<usize>,
    /// When the definition's file was last changed, as far as the user knows.
    modified: Option<SystemTime>,
    no_lanes: Lanes,
    /// Paths are typed in the window, not chosen in dialogs of the system.
    types_paths: bool,
    keeping: Keeping,
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
        Self::with(ctx, kept, paths)
    }

    /// Asks for paths in the window itself instead of by the system's file dialogs: for where there is nobody to answer
    /// those.
    pub fn with_typed_paths(mut self) -> Self {
        self.types_paths = true;
        self
    }

    fn with(ctx: &Context, kept: Kept, paths: Vec<PathBuf>) -> Self {
        let panels = Panels { shown: kept.shown, ..Panels::default() };
        let mut app = Self {
            kept,
            panels,
            first_run: FirstRunView { samples: SAMPLES.to_vec(), ..FirstRunView::default() },
            dialog: None,
            notices: Notices::default(),
            files: Jobs::new(ctx.clone()),
            layouts: Jobs::new(ctx.clone()),
            checks: Jobs::new(ctx.clone()),
            text: TextWork::default(),
            asking: Asking::new(ctx),
            works: Jobs::new(ctx.clone()),
            exploring: Exploring::new(ctx),
            requests: if paths.is_empty() { Vec::new() } else { vec![Request::OpenAll(paths)] },
            bench: None,
            choice: None,
            waiting: None,
            questions: UnansweredPanel::default(),
            saving_mocks: None,
            modified: None,
            no_lanes: Lanes::default(),
            types_paths: false,
            keeping: Keeping::new(ctx.clone()),
        };
        app.show_recent();
        app
    }

    fn open(&self) -> Open {
        let bench = self.bench.as_ref().map(|(bench, _)| bench);
        Open {
            redo: bench.is_some_and(|it| it.draft().can_redo()),
            definition: bench.is_some(),
            run: bench.is_some_and(|it| it.shown_run().is_some()),
            unfinished: bench.is_some_and(Workbench::is_unfinished),
            failed: bench.is_some_and(Workbench::has_failed),
            going: bench.is_some_and(Workbench::is_going),
            bare: bench.is_some_and(Workbench::is_bare),
            recorded: bench.is_some_and(Workbench::is_recorded),
            replayable: bench.is_some_and(|it| it.to_replay().is_some()),
            comparable: bench.is_some_and(Workbench::can_compare),
            comparison: bench.is_some_and(Workbench::is_comparing),
            breakpoints: bench.is_some_and(Workbench::has_breakpoints),
            removed: bench.is_some_and(Workbench::has_removed),
            asking: bench.is_some_and(Workbench::is_asking),
            mocks: bench.is_some_and(|it| it.mocks_in_use.is_some()),
            can_continue: bench.is_some_and(Workbench::can_continue),
            exploring: self.exploring.is_going(),
            explored: bench.is_some_and(|it| it.explored().is_some()),
            audit: bench.is_some_and(|it| it.explored().is_some_and(|it| !it.view.audit.rows.is_empty())),
        }
    }

    /// Takes keys, dropped files and results of jobs, and carries out what is asked for.
    fn advance(&mut self, ctx: &Context) {
        if self.dialog.is_none() {
            let pressed = command::pressed(ctx, self.open());
            self.requests.extend(pressed.into_iter().map(Request::Do));
        }
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        if !dropped.is_empty() {
            self.requests.push(Request::OpenAll(dropped.iter().map(|file| file.path().to_owned()).collect()));
        }
        self.first_run.dropping = ctx.input(|input| !input.raw.hovered_files.is_empty());
        for message in self.files.finished() {
            self.take_file(ctx, message);
        }
        for work in self.works.finished() {
            self.take_work(ctx, work);
        }
        for request in std::mem::take(&mut self.requests) {
            self.perform(ctx, request);
        }
        self.advance_text(ctx);
        self.take_answers();
        self.take_explored(ctx);
        self.check_form();
        if let Some((bench, canvas)) = &mut self.bench {
            bench.advance();
            if bench.is_behind() {
                ctx.request_repaint();
            }
            if let Some(has_error) = bench.take_landed() {
                self.panels.inspector.tab = if has_error { InspectorTab::Error } else { InspectorTab::Overview };
            }
            if let Some((arrival, backwards)) = bench.take_arrived() {
                let what = match (arrival.why, backwards) {
                    (Why::End, true) => "Back at the start; nothing stops before",
                    (Why::End, false) if bench.is_recorded() => "The recorded history ends here",
                    _ => "",
                };
                if !what.is_empty() {
                    self.notices.done(what, Theme::of_context(ctx));
                }
            }
            let compared = bench.compared_graph().filter(|_| self.panels.bottom == BottomTab::Compare);
            canvas.advance(ctx, compared.map_or(&bench.edition.model, |(model, _)| model), &self.layouts);
        }
        self.look_for_questions();
        self.look_at_file(ctx);
        self.play(ctx);
        self.keep(ctx);
    }

    fn remember(&mut self, path: PathBuf) {
        self.kept.recent.retain(|it| *it != path);
        self.kept.recent.insert(0, path);
        self.kept.recent.truncate(MOST_RECENT);
        self.show_recent();
    }

    fn show_recent(&mut self) {
        let recent = self.kept.recent.iter();
        self.first_run.recent = recent.map(|path| Recent { path: path.clone(), note: String::new() }).collect();
    }

    fn page_ui(&mut self, ui: &mut Ui) {
        let mut requests = std::mem::take(&mut self.requests);
        let toolbar = self.toolbar();
        if let Some((bench, canvas)) = &mut self.bench {
            let shown = Shell { toolbar: &toolbar, no_lanes: &self.no_lanes, under_way: self.exploring.line.as_ref() };
            bench_ui(bench, canvas, &mut self.panels, shown, ui, &mut requests);
        } else {
            let status = StatusView::default();
            frame::bars_ui(ui, &mut Bars { toolbar: &toolbar, status: &status, out: &mut requests });
            first_run_ui(&self.first_run, ui, &mut requests);
        }
        self.requests = requests;
    }

    fn toolbar(&self) -> ToolbarView {
        let bench = self.bench.as_ref().map(|(bench, _)| bench);
        let seed = |it: &Workbench| it.shown_run().map_or(it.seed, |run| run.seed);
        ToolbarView {
            document: bench.map(Workbench::file_name),
            edited: bench.is_some_and(|it| it.draft().is_edited()),
            seed: bench.map(seed),
            pace: bench.map(Workbench::pace),
            runs: bench.map_or([None; 2], |it| [it.last_own_run(), it.last_history()].map(|it| it.map(RunPlace::Run))),
            open: self.open(),
            switched_on: self.switched_on(),
            explores: self.panels.bottom.explores(),
            recent: self.kept.recent.clone(),
        }
    }

    fn places(&self) -> Places {
        let Some((bench, _)) = &self.bench else { return Places::default() };
        let states = bench.states().map(|(id, name)| (id.0, name.to_owned(), bench.status_of(id))).collect();
        Places { states, n_events: bench.shown_run().map_or(0, |it| it.published.log.len() as u64) }
    }

    fn dialogs_ui(&mut self, ctx: &Context) {
        let Some(mut dialog) = self.dialog.take() else {
            if ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
                self.notices.close_one();
            }
            return;
        };
        let mut requests = std::mem::take(&mut self.requests);
        if dialog.ui(ctx, self.open(), &self.files, &mut requests) {
            self.dialog = Some(dialog);
        }
        self.requests = requests;
    }
}

/// What is shown around what is open.
struct Shell<'a> {
    toolbar: &'a ToolbarView,
    no_lanes: &'a Lanes,
    under_way: Option<&'a UnderWay>,
}

/// Shows what is open.
fn bench_ui(
    bench: &Workbench,
    canvas: &mut Canvas,
    panels: &mut Panels,
    Shell { toolbar, no_lanes, under_way }: Shell<'_>,
    ui: &mut Ui,
    out: &mut Vec<Request>,
) {
    let table = bench.table();
    let no_events = NoEvents;
    let (console, no_lines) = (bench.console(), NoLines);
    let moment = bench.moment();
    let focus = bench.focus().and_then(|id| Some((id, bench.edition.document.definition.outline.state(id)?)));
    let (workspace, status) = (bench.workspace(), bench.status());
    let (draft, words) = (bench.draft_words(), EditorWords::of(bench));
    let older = if bench.is_older() { ", older definition" } else { "" };
    let workflow = format!("{}{older}", bench.edition.document.name);
    let explore_banner = panels.bottom.explores().then(|| bench.explore_banner()).flatten();
    let view = View {
        toolbar,
        status: &status,
        workspace: &workspace,
        workflow: &workflow,
        banner: explore_banner.as_ref().or_else(|| moment.and_then(|it| it.banner.as_ref())),
        explore: ExploreInput { under_way, ..bench.explore_input() },
        stale: words.stale.as_ref(),
        draft: draft.as_deref(),
        code: &bench.edition.code,
        editor: words.view(bench),
        problems: bench.problems(),
        events: table.as_ref().map_or(&no_events, |it| it),
        console: console.as_ref().map_or(&no_lines, |it| it),
        strands: moment.map(|it| &it.strands),
        compare: bench.compare_input(),
        lanes: bench.shown_run().map_or(no_lanes, |it| &it.lanes),
        cursor: u64::from(bench.cursor().0),
        focus: focus.map(|(id, state)| (id.0, &*state.name)),
        inspector: moment.and_then(|it| it.inspector.as_ref()),
    };
    if let Some((model, graph)) = bench.compared_graph().filter(|_| panels.bottom == BottomTab::Compare) {
        // Both runs on one graph: its states are those of the run that is shown where their names are.
        let selected = focus.and_then(|(_, it)| model.iter_nodes().find(|(_, node)| *node.name == *it.name));
        let selected = selected.map(|(id, _)| id);
        let mut canvas = |ui: &mut Ui, out: &mut Vec<Request>| {
            let mut asked = Vec::new();
            canvas.ui(model, None, graph, selected, ui, &mut asked);
            out.extend(asked.into_iter().filter_map(|it| bench.renamed(model, it)));
        };
        return panels.ui(&view, &mut canvas, ui, out);
    }
    let selected = focus.map(|(id, _)| NodeId(id.0));
    let graph = moment.map(|it| Arc::clone(&it.graph)).unwrap_or_default();
    let model = &bench.edition.model;
    panels.ui(&view, &mut |ui, out| canvas.ui(model, Some(bench), &graph, selected, ui, out), ui, out);
}

/// The two bars of the first page; the panels between them are not shown.
struct Bars<'a> {
    toolbar: &'a ToolbarView,
    status: &'a StatusView,
    out: &'a mut Vec<Request>,
}

impl Slots for Bars<'_> {
    fn toolbar_ui(&mut self, ui: &mut Ui) {
        toolbar_ui(self.toolbar, ui, self.out);
    }

    fn status_bar_ui(&mut self, ui: &mut Ui) {
        status_bar_ui(self.status, ui, self.out);
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
        self.questions_ui(&ctx);
        self.dialogs_ui(&ctx);
        self.notices.ui(&ctx);
        // What was asked for in this pass is carried out before the next one, which has to come.
        if !self.requests.is_empty() {
            ctx.request_repaint();
        }
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.close_in_order();
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.kept.shown = self.panels.shown;
        eframe::set_value(storage, KEPT, &self.kept);
    }
}
