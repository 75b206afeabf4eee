//! Exploration in the window: findings, the audit of a saga, coverage and scenarios, each a tab at the bottom, and what
//! can be asked of them.

pub mod audit;
pub mod coverage;
pub mod detail;
pub mod findings;
mod pairs;
pub mod scenarios;

use egui::{Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use self::audit::{AuditPanel, AuditView};
use self::coverage::{CoveragePanel, CoverageView, Source};
use self::findings::{AlwaysView, FindingView};
use self::scenarios::ScenariosView;
use super::command::{Command, Request};
use super::fonts;
use super::theme::Theme;
use super::widgets::{Button, Empty, Look, draw};

/// What can be asked of an exploration, of coverage and of scenarios.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Shows a finding, and its state.
    ShowFinding(usize),
    /// Makes a run of a finding.
    OpenFinding(usize),
    /// Makes a scenario of a finding.
    TestFinding(usize),
    /// Makes a run that ends without a state that every run is to reach, by the place among these.
    OpenAlways(usize),
    /// Makes a run of a row of the audit.
    OpenAuditRow(usize),
    /// Keeps what undoes what, by names, and audits again.
    SavePairs(Vec<(String, Vec<String>)>),
    /// Counts these runs.
    Count(Source),
    /// Makes a run of a scenario.
    OpenScenario(usize),
    /// Selects the state of this name.
    Select(String),
}

/// What an exploration came to, as panels show it.
#[derive(Clone, Debug, Default)]
pub struct ExploredView {
    /// How many runs in which time.
    pub title: String,
    /// How far it went and what it found.
    pub text: String,
    /// What is wrong, the worst first.
    pub findings: Vec<FindingView>,
    /// Whether every run reaches the states that it is to.
    pub always: Vec<AlwaysView>,
    /// The audit of the saga.
    pub audit: AuditView,
}

/// Work that is under way.
#[derive(Clone, Debug, PartialEq)]
pub struct UnderWay {
    /// What has been done so far, in words.
    pub words: String,
    /// How much of what is known, from 0 to 1.
    pub share: f32,
}

/// What the tabs show.
#[derive(Clone, Copy, Debug)]
pub struct ExploreInput<'a> {
    /// The exploration that is under way.
    pub under_way: Option<&'a UnderWay>,
    /// The last one.
    pub explored: Option<&'a ExploredView>,
    /// Whether it was of another definition than the newest.
    pub is_stale: bool,
    /// The finding that is shown in detail.
    pub finding: Option<usize>,
    /// What was counted, and of which runs.
    pub coverage: Option<&'a CoverageView>,
    /// The runs that are to be counted.
    pub source: Source,
    /// Which sources have nothing: the reasons, in the order of [`Source::ALL`].
    pub lacking: [Option<&'static str>; 4],
    /// What scenarios came to.
    pub scenarios: Option<&'a ScenariosView>,
}

impl<'a> ExploreInput<'a> {
    /// Returns what is shown before anything is explored or counted.
    pub fn nothing() -> Self {
        Self {
            under_way: None,
            explored: None,
            is_stale: false,
            finding: None,
            coverage: None,
            source: Source::default(),
            lacking: [Some("Run the definition first"); 4],
            scenarios: None,
        }
    }

    /// Returns what is shown of a finding.
    pub fn shown_finding(&self) -> Option<(usize, &'a FindingView)> {
        let idx = self.finding?;
        Some((idx, self.explored?.findings.get(idx)?))
    }
}

/// View state of the tabs.
#[derive(Default)]
pub struct ExplorePanels {
    /// The audit.
    pub audit: AuditPanel,
    /// Coverage.
    pub coverage: CoveragePanel,
}

/// Shows how far an exploration is, with the button that stops it; nothing while there is none.
pub fn progress_ui(under_way: Option<&UnderWay>, ui: &mut Ui, out: &mut Vec<Request>) {
    let Some(it) = under_way else { return };
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
    let theme = Theme::of(ui);
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
    ui.painter().rect_filled(bar, 0.0, theme.line_subtle);
    let done = Rect::from_min_size(bar.min, vec2(bar.width() * it.share.clamp(0.0, 1.0), 2.0));
    ui.painter().rect_filled(done, 0.0, theme.now);
    draw::rule_below(ui.painter(), rect, theme);
    let mut inner = rect.shrink2(vec2(12.0, 0.0));
    let button = Button::text("Cancel").small().look(Look::Bare).about(Command::CancelExploring.entry().tooltip);
    let width = button.width(ui);
    let place = Rect::from_min_size(pos2(inner.right() - width, rect.center().y - 11.0), vec2(width, 24.0));
    if button.show_at(ui, place).clicked() {
        out.push(Request::Do(Command::CancelExploring));
    }
    inner.max.x = place.left() - 8.0;
    let response = ui.interact(inner, ui.id().with("progress of exploring"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &it.words));
    draw::left(ui.painter(), inner, &it.words, fonts::text(fonts::BODY), theme.text);
}

/// Says that nothing has been explored, with the button that does.
fn nothing_explored_ui(under_way: Option<&UnderWay>, about: &str, ui: &mut Ui, out: &mut Vec<Request>) {
    if under_way.is_some() {
        Empty::new("Exploring").about("What is found is shown when it is done or cancelled").show(ui);
        return;
    }
    let command = Command::ExploreFailures;
    let empty = Empty::new("Nothing explored yet").about(about).action(command.entry().text, command.key());
    if empty.show(ui).is_some_and(|it| it.clicked()) {
        out.push(Request::Do(command));
    }
}

/// Shows a text that can be clicked, in `rect`; `name` says to assistive technology what it does.
fn link_ui(ui: &mut Ui, rect: Rect, text: &str, name: &str) -> bool {
    let response = ui.interact(rect, ui.id().with(("link", name)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    let theme = Theme::of(ui);
    let ink = if response.hovered() { theme.text_strong } else { theme.now };
    draw::right(ui.painter(), rect, text, fonts::text(fonts::BODY), ink);
    draw::focus_ring(ui, &response, rect, 3.0);
    response.clicked()
}

/// Shows a line that says that what is below it was found of another definition.
fn stale_ui(is_stale: bool, ui: &mut Ui) {
    if !is_stale {
        return;
    }
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let key = Command::ExploreFailures.key().unwrap_or_default();
    let text = format!("Stale: the definition has changed since; {key} explores again");
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &text));
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
    draw::left(ui.painter(), rect.shrink2(vec2(12.0, 0.0)), &text, fonts::text(fonts::BODY), theme.text_strong);
}
