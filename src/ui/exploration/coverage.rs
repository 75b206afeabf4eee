//! The Coverage tab: how much of the definition runs went through, and what is missing.

use std::collections::BTreeSet;

use egui::{Align, Layout, Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::{Ask, ExploreInput};
use crate::ui::command::{Command, Request};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::{Button, Empty, Look, draw, row_ground, segmented};

/// Which runs are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The run that is shown.
    ThisRun,
    /// All runs of the workspace.
    #[default]
    AllRuns,
    /// The runs that exploration kept.
    Exploration,
    /// The runs of scenarios.
    Scenarios,
}

impl Source {
    /// All, as they are listed.
    pub const ALL: [Self; 4] = [Self::ThisRun, Self::AllRuns, Self::Exploration, Self::Scenarios];

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::ThisRun => "This run",
            Self::AllRuns => "All runs",
            Self::Exploration => "Exploration",
            Self::Scenarios => "Scenarios",
        }
    }
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageView {
    /// Of which runs, in words.
    pub about: String,
    /// The figures of each kind.
    pub kinds: Vec<KindView>,
    /// What the run that is shown would add.
    pub gain: Option<String>,
}

/// How much of one kind was gone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindView {
    /// The word for it.
    pub title: String,
    /// Parts that were gone through.
    pub hit: usize,
    /// Parts that there are.
    pub total: usize,
    /// What is missing: the state and a sentence.
    pub missing: Vec<(Option<String>, String)>,
}

/// View state of the tab.
#[derive(Default)]
pub struct CoveragePanel {
    folded: BTreeSet<String>,
}

/// A line of the list.
enum Line<'a> {
    Kind(&'a KindView),
    Missing(&'a (Option<String>, String)),
}

impl CoveragePanel {
    /// Shows the tab.
    pub fn ui(&mut self, input: ExploreInput<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        head_ui(input, ui, out);
        let Some(view) = input.coverage else {
            let about = "Run the definition, explore it, or run scenarios; then it is counted here";
            Empty::new("Nothing counted").about(about).show(ui);
            return;
        };
        if let Some(gain) = &view.gain {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, gain));
            let theme = Theme::of(ui);
            ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
            draw::left(ui.painter(), rect.shrink2(vec2(12.0, 0.0)), gain, fonts::text(fonts::BODY), theme.text_strong);
        }
        let mut lines = Vec::new();
        for kind in &view.kinds {
            lines.push(Line::Kind(kind));
            if !self.folded.contains(&kind.title) {
                lines.extend(kind.missing.iter().map(Line::Missing));
            }
        }
        let area = ScrollArea::vertical().id_salt("coverage").auto_shrink(false);
        area.show_rows(ui, height::ROW, lines.len(), |ui, rows| {
            for line in lines.get(rows).unwrap_or_default() {
                match line {
                    Line::Kind(kind) => {
                        let is_folded = self.folded.contains(&kind.title);
                        if kind_ui(kind, is_folded, ui) && !self.folded.remove(&kind.title) {
                            self.folded.insert(kind.title.clone());
                        }
                    }
                    Line::Missing((state, words)) => missing_ui(state.as_deref(), words, ui, out),
                }
            }
        });
    }
}

/// Shows which runs are counted, with the choice.
fn head_ui(input: ExploreInput<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 32.0));
    let theme = Theme::of(ui);
    draw::rule_below(ui.painter(), rect, theme);
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let mut chosen = None;
    let ((), taken) = draw::at(ui, inner, Layout::right_to_left(Align::Center), |ui| {
        let entry = Command::ExportCoverage.entry();
        let export = Button::icon(icons::EXPORT, entry.text).about(entry.tooltip).look(Look::Bare);
        if export.enabled(input.coverage.is_some()).show(ui).clicked() {
            out.push(Request::Do(Command::ExportCoverage));
        }
        let choices: Vec<(&str, Option<&str>)> =
            Source::ALL.iter().zip(input.lacking).map(|(it, lacks)| (it.word(), lacks)).collect();
        let at = Source::ALL.iter().position(|it| *it == input.source);
        chosen = segmented(ui, "coverage of", height::BUTTON_SMALL, at, &choices);
    });
    if let Some(chosen) = chosen {
        out.push(Request::Explore(Ask::Count(Source::ALL[chosen])));
    }
    let Some(view) = input.coverage else { return };
    let room = inner.with_max_x(taken.left() - 8.0);
    let response = ui.interact(room, ui.id().with("counted runs"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &view.about));
    draw::left(ui.painter(), room, &view.about, fonts::text(fonts::BODY), theme.text);
}

/// Shows the figures of a kind; returns whether it was clicked.
fn kind_ui(kind: &KindView, is_folded: bool, ui: &mut Ui) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
    let rest = match (kind.total, kind.missing.len()) {
        (0, _) => "none there".to_owned(),
        (_, 0) => "complete".to_owned(),
        (_, n) => format!("{n} missing"),
    };
    response.widget_info(|| {
        let label = format!("{}, {} of {}, {rest}", kind.title, kind.hit, kind.total);
        WidgetInfo::selected(WidgetType::CollapsingHeader, true, !is_folded, label)
    });
    let theme = Theme::of(ui);
    row_ground(ui, rect, &response, false);
    let painter = ui.painter();
    draw::rule_below(painter, rect, theme);
    let inner = rect.shrink2(vec2(12.0, 0.0));
    if !kind.missing.is_empty() {
        let caret = if is_folded { icons::CARET_RIGHT } else { icons::CARET_DOWN };
        draw::icon(painter, pos2(inner.left() + 4.0, rect.center().y), caret, 10.0, theme.text_subdued);
    }
    let name = inner.with_min_x(inner.left() + 16.0);
    draw::left(
        painter,
        name.with_max_x(name.left() + 120.0),
        &kind.title,
        fonts::strong(fonts::BODY),
        theme.text_strong,
    );
    let bar = Rect::from_min_size(pos2(name.left() + 128.0, rect.center().y - 3.0), vec2(96.0, 6.0));
    painter.rect_filled(bar, 3.0, theme.line_subtle);
    if kind.hit > 0 {
        let share = kind.hit as f32 / kind.total.max(1) as f32;
        let done = Rect::from_min_size(bar.min, vec2((bar.width() * share).max(3.0), bar.height()));
        painter.rect_filled(done, 3.0, theme.text_subdued);
    }
    let figures = inner.with_min_x(bar.right() + 12.0);
    let end = draw::left(
        painter,
        figures.with_max_x(figures.left() + 72.0),
        &format!("{}/{}", kind.hit, kind.total),
        fonts::mono(fonts::BODY),
        theme.text,
    );
    let words = inner.with_min_x(end.max(figures.left() + 72.0) + 8.0);
    draw::left(painter, words, &rest, fonts::text(fonts::BODY), theme.text_subdued);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    response.clicked()
}

fn missing_ui(state: Option<&str>, words: &str, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("missing: {words}")));
    let theme = Theme::of(ui);
    row_ground(ui, rect, &response, false);
    let inner = rect.shrink2(vec2(12.0, 0.0)).with_min_x(rect.left() + 44.0);
    draw::left(ui.painter(), inner, words, fonts::text(fonts::BODY), theme.text);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if let (true, Some(state)) = (response.clicked(), state) {
        out.push(Request::Explore(Ask::Select(state.to_owned())));
    }
}
