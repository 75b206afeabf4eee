//! What fills the frame when a definition is open: the panels, by the view that `app` hands in. Panels know nothing of
//! each other; they meet here.

use egui::{Align, Layout, Panel, Ui, UiBuilder, vec2};

use super::command::{Command, Request};
use super::compare::{CompareInput, ComparePanel};
use super::console::{ConsoleLines, ConsolePanel};
use super::editor::{EditorPanel, EditorView};
use super::events::{Events, EventsPanel};
use super::exploration::audit::AuditPanel;
use super::exploration::detail::finding_ui;
use super::exploration::findings::findings_ui;
use super::exploration::scenarios::scenarios_ui;
use super::exploration::{ExploreInput, ExplorePanels, progress_ui};
use super::find::FindBar;
use super::fonts;
use super::frame::{self, Shown, Slots};
use super::inspector::{InspectorPanel, InspectorView};
use super::problems::{Problem, problems_ui};
use super::status_bar::{StatusView, status_bar_ui};
use super::strands::{StrandsView, strands_ui};
use super::theme::Theme;
use super::timeline::{Lanes, TimelinePanel};
use super::toolbar::{ToolbarView, toolbar_ui};
use super::widgets::code::Code;
use super::widgets::{Banner, BannerLine, Tab, Tabs, draw};
use super::workspace::{WorkspaceView, rail_ui, workspace_ui};

/// What the centre shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CentreTab {
    /// The graph.
    #[default]
    Graph,
    /// The text of the definition.
    Definition,
    /// Both, side by side.
    Split,
}

/// What the left group of the bottom shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BottomTab {
    /// The timeline.
    #[default]
    Timeline,
    /// The problems in the definition.
    Problems,
    /// What exploration found.
    Findings,
    /// What stays done when a step fails.
    Audit,
    /// How much of the definition runs went through.
    Coverage,
    /// Which scenarios passed.
    Scenarios,
    /// What two runs differ in.
    Compare,
    /// What logpoints wrote.
    Console,
}

impl BottomTab {
    /// All, in the order of the tabs.
    const ALL: [Self; 8] = [
        Self::Timeline,
        Self::Problems,
        Self::Findings,
        Self::Audit,
        Self::Coverage,
        Self::Scenarios,
        Self::Compare,
        Self::Console,
    ];

    /// Whether it is about exploring and not about one run.
    pub fn explores(self) -> bool {
        matches!(self, Self::Findings | Self::Audit | Self::Coverage)
    }
}

/// A line above the canvas.
#[derive(Clone, Debug)]
pub struct BannerView {
    /// What it is about.
    pub kind: BannerLine,
    /// The strong words.
    pub title: String,
    /// The sentence.
    pub text: String,
    /// What to do next, the suggested one last.
    pub commands: Vec<Command>,
}

/// Everything the window shows of an open definition. Borrowed; made anew only for what has changed.
pub struct View<'a> {
    /// The toolbar.
    pub toolbar: &'a ToolbarView,
    /// The status bar.
    pub status: &'a StatusView,
    /// The workspace.
    pub workspace: &'a WorkspaceView,
    /// Name of the workflow, at the right of the centre's tabs.
    pub workflow: &'a str,
    /// The line above the canvas.
    pub banner: Option<&'a BannerView>,
    /// Why the graph does not follow the text. It lies over the graph, so that nothing moves while one types.
    pub stale: Option<&'a BannerView>,
    /// How far the text is from what was last run, in words.
    pub draft: Option<&'a str>,
    /// The text of the definition that is on the screen.
    pub code: &'a Code,
    /// The text to be changed.
    pub editor: EditorView<'a>,
    /// Its problems.
    pub problems: &'a [Problem],
    /// The events of the run, or of none.
    pub events: &'a dyn Events,
    /// What logpoints wrote in the run, or in none.
    pub console: &'a dyn ConsoleLines,
    /// What runs beside each other at the cursor.
    pub strands: Option<&'a StrandsView>,
    /// What two runs differ in.
    pub compare: CompareInput<'a>,
    /// What exploration found, and what was counted.
    pub explore: ExploreInput<'a>,
    /// The run in time.
    pub lanes: &'a Lanes,
    /// The event at the cursor.
    pub cursor: u64,
    /// The state of the focus: its dense id and name.
    pub focus: Option<(u32, &'a str)>,
    /// The state of the focus in detail.
    pub inspector: Option<&'a InspectorView>,
}

/// Paints the graph; part of `View` in all but its lifetime.
pub type Canvas<'a> = dyn FnMut(&mut Ui, &mut Vec<Request>) + 'a;

/// View state of the window's panels.
#[derive(Default)]
pub struct Panels {
    /// Which parts are shown.
    pub shown: Shown,
    /// What the centre shows.
    pub centre: CentreTab,
    /// What the left group of the bottom shows.
    pub bottom: BottomTab,
    /// The table of events.
    pub events: EventsPanel,
    /// What is looked for in the events.
    pub find: FindBar,
    /// The console.
    pub console: ConsolePanel,
    /// The timeline.
    pub timeline: TimelinePanel,
    /// What two runs differ in.
    pub compare: ComparePanel,
    /// What exploration found, and what was counted.
    pub explore: ExplorePanels,
    /// The inspector.
    pub inspector: InspectorPanel,
    /// The text of the definition.
    pub editor: EditorPanel,
}

impl Panels {
    /// Shows the window.
    pub fn ui(&mut self, view: &View<'_>, canvas: &mut Canvas<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
        let shown = self.shown;
        frame::show(ui, shown, &mut Filled { panels: self, view, canvas, out });
    }
}

struct Filled<'a, 'v> {
    panels: &'a mut Panels,
    view: &'a View<'v>,
    canvas: &'a mut Canvas<'v>,
    out: &'a mut Vec<Request>,
}

impl Slots for Filled<'_, '_> {
    fn toolbar_ui(&mut self, ui: &mut Ui) {
        toolbar_ui(self.view.toolbar, ui, self.out);
    }

    fn status_bar_ui(&mut self, ui: &mut Ui) {
        status_bar_ui(self.view.status, ui, self.out);
    }

    fn workspace_ui(&mut self, ui: &mut Ui) {
        workspace_ui(self.view.workspace, ui, self.out);
    }

    fn rail_ui(&mut self, ui: &mut Ui) {
        rail_ui(self.view.toolbar.open, ui, self.out);
    }

    fn centre_ui(&mut self, ui: &mut Ui) {
        let ground = ui.max_rect().with_max_y(ui.max_rect().top() + super::theme::height::TABS);
        ui.painter().rect_filled(ground, 0.0, Theme::of(ui).bg_panel);
        let tabs = [Tab::new("Graph"), Tab::new("Definition"), Tab::new("Split")];
        let out = &mut *self.out;
        let clicked = Tabs::new("centre", &tabs, self.panels.centre as usize).show(ui, |ui| {
            let theme = Theme::of(ui);
            let words = self.view.draft.unwrap_or(self.view.workflow);
            let width = draw::width(ui, words, fonts::text(fonts::BODY)).min(240.0);
            let (rect, response) = ui.allocate_exact_size(vec2(width, 16.0), egui::Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, words));
            draw::left(ui.painter(), rect, words, fonts::text(fonts::BODY), theme.text_subdued);
            if let Some(strands) = self.view.strands {
                strands_ui(strands, ui, out);
            }
        });
        match clicked {
            Some(0) => self.out.push(Request::Do(Command::ShowGraph)),
            Some(1) => self.out.push(Request::Do(Command::ShowDefinition)),
            Some(_) => self.out.push(Request::Do(Command::ShowSplit)),
            None => {}
        }
        if let Some(banner) = self.view.banner {
            banner_ui(banner, ui, self.out);
        }
        match self.panels.centre {
            CentreTab::Graph => self.graph_ui(ui),
            CentreTab::Definition => self.panels.editor.ui(&self.view.editor, ui, self.out),
            CentreTab::Split => {
                let width = ui.available_width();
                let range = (width * 0.25).max(160.0)..=(width * 0.75).max(160.0);
                let text = Panel::right("split").frame(egui::Frame::NONE).default_size((width * 0.6).round());
                text.size_range(range).resizable(true).show(ui, |ui| {
                    self.panels.editor.ui(&self.view.editor, ui, self.out);
                });
                self.graph_ui(ui);
            }
        }
    }

    fn inspector_ui(&mut self, ui: &mut Ui) {
        let explore = &self.view.explore;
        if let (BottomTab::Findings, Some((idx, finding))) = (self.panels.bottom, explore.shown_finding()) {
            let n_findings = explore.explored.map_or(0, |it| it.findings.len());
            return finding_ui(idx, n_findings, finding, ui, self.out);
        }
        self.panels.inspector.ui(self.view.inspector, Some(self.view.code), ui, self.out);
    }

    fn bottom_left_ui(&mut self, ui: &mut Ui) {
        let lines = self.view.console;
        let console_tab =
            if lines.is_empty() { Tab::new("Console") } else { Tab::counted("Console", lines.len() + lines.n_more()) };
        let problems = Tab::counted("Problems", self.view.problems.len());
        let input = self.view.explore;
        let counted = |name, n: Option<usize>| n.map_or(Tab::new(name), |n| Tab::counted(name, n));
        let tabs = [
            Tab::new("Timeline"),
            problems,
            counted("Findings", input.explored.map(|it| it.findings.len())),
            Tab::new("Saga audit"),
            Tab::new("Coverage"),
            counted("Scenarios", input.scenarios.map(|it| it.rows.len())),
            Tab::new("Compare"),
            console_tab,
        ];
        let Panels { bottom, timeline, console, compare, explore, .. } = &mut *self.panels;
        let clicked = Tabs::new("bottom", &tabs, *bottom as usize).show(ui, |ui| match bottom {
            BottomTab::Timeline if ui.available_width() > 420.0 => timeline.mode_ui(ui),
            BottomTab::Compare if ui.available_width() > 420.0 => compare.mode_ui(ui),
            BottomTab::Console => console.tools_ui(lines, ui, self.out),
            BottomTab::Audit => {
                AuditPanel::export_ui(input, ui, self.out);
                explore.audit.tools_ui(input, ui);
            }
            BottomTab::Timeline
            | BottomTab::Problems
            | BottomTab::Findings
            | BottomTab::Coverage
            | BottomTab::Scenarios
            | BottomTab::Compare => {}
        });
        if let Some(clicked) = clicked {
            *bottom = BottomTab::ALL[clicked];
        }
        progress_ui(input.under_way, ui, self.out);
        match bottom {
            BottomTab::Timeline => {
                let focus = self.view.focus.map(|(state, _)| state);
                timeline.ui(self.view.lanes, self.view.cursor, focus, ui, self.out);
            }
            BottomTab::Problems => problems_ui(self.view.problems, ui, self.out),
            BottomTab::Findings => findings_ui(input, ui, self.out),
            BottomTab::Audit => explore.audit.ui(input, ui, self.out),
            BottomTab::Coverage => explore.coverage.ui(input, ui, self.out),
            BottomTab::Scenarios => scenarios_ui(input, ui, self.out),
            BottomTab::Console => console.ui(lines, self.view.cursor, ui, self.out),
            BottomTab::Compare => compare.ui(self.view.compare, ui, self.out),
        }
    }

    fn bottom_right_ui(&mut self, ui: &mut Ui) {
        let tabs = [Tab::counted("Events", self.view.events.len())];
        let events = &mut self.panels.events;
        Tabs::new("events group", &tabs, 0).show(ui, |ui| events.filters_ui(ui, self.view.focus));
        self.panels.find.ui(ui, self.out);
        self.panels.events.ui(self.view.events, self.view.cursor, ui, self.out);
    }
}

impl Filled<'_, '_> {
    fn graph_ui(&mut self, ui: &mut Ui) {
        let rect = ui.available_rect_before_wrap();
        let layout = Layout::top_down(Align::Min);
        ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), |ui| {
            ui.shrink_clip_rect(rect);
            (self.canvas)(ui, self.out);
        });
        if let Some(stale) = self.view.stale {
            let place = rect.with_max_y(rect.top() + super::theme::height::BANNER);
            draw::at(ui, place, layout, |ui| banner_ui(stale, ui, self.out));
        }
    }
}

fn banner_ui(banner: &BannerView, ui: &mut Ui, out: &mut Vec<Request>) {
    let actions: Vec<(&str, Option<String>)> =
        banner.commands.iter().map(|command| (command.entry().text, command.key())).collect();
    let clicked = Banner::new(banner.kind, &banner.title, &banner.text).actions(&actions).show(ui);
    if let Some(command) = clicked.and_then(|idx| banner.commands.get(idx)) {
        out.push(Request::Do(*command));
    }
}
