//! The Scenarios tab: which passed, and which expectation of the others does not hold.

use egui::{Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::{Ask, ExploreInput};
use crate::ui::command::{Command, Request};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::{Empty, draw, row_ground};

/// What became of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything came as expected.
    Passed,
    /// Something did not.
    Failed,
    /// It cannot be run.
    Broken,
}

impl Verdict {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Broken => "cannot be run",
        }
    }
}

/// A scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioRow {
    /// Its name.
    pub name: String,
    /// The name of its file.
    pub file: String,
    /// What became of it.
    pub verdict: Verdict,
    /// What does not hold, in a line.
    pub why: String,
}

/// What the tab shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScenariosView {
    /// All of it in a line.
    pub summary: String,
    /// The scenarios, in the order of their files.
    pub rows: Vec<ScenarioRow>,
}

/// Shows the tab.
pub fn scenarios_ui(input: ExploreInput<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
    let Some(view) = input.scenarios else {
        let command = Command::RunScenarios;
        let empty = Empty::new("No scenarios run yet").about("A file of scenarios, or a folder with such files");
        if empty.action(command.entry().text, command.key()).show(ui).is_some_and(|it| it.clicked()) {
            out.push(Request::Do(command));
        }
        return;
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &view.summary));
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
    draw::left(ui.painter(), rect.shrink2(vec2(12.0, 0.0)), &view.summary, fonts::text(fonts::BODY), theme.text_strong);
    let area = ScrollArea::vertical().id_salt("scenarios").auto_shrink(false);
    area.show_rows(ui, height::ROW_TWO_LINES, view.rows.len(), |ui, rows| {
        let first = rows.start;
        for (idx, row) in (first..).zip(view.rows.get(rows).unwrap_or_default()) {
            if row_ui(row, ui) {
                out.push(Request::Explore(Ask::OpenScenario(idx)));
            }
        }
    });
}

/// Shows a scenario; returns whether it was clicked.
fn row_ui(row: &ScenarioRow, ui: &mut Ui) -> bool {
    let size = vec2(ui.available_width(), height::ROW_TWO_LINES);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        let parts = [row.name.as_str(), row.verdict.word(), &row.file, &row.why];
        let label: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        WidgetInfo::labeled(WidgetType::Button, true, format!("scenario {}", label.join(", ")))
    });
    let theme = Theme::of(ui);
    row_ground(ui, rect, &response, false);
    draw::rule_below(ui.painter(), rect, theme);
    let (icon, color) = match row.verdict {
        Verdict::Passed => (icons::CHECK, theme.status_ok),
        Verdict::Failed => (icons::X_SQUARE, theme.status_fail),
        Verdict::Broken => (icons::WARNING, theme.status_wait),
    };
    let left = pos2(rect.left() + 36.0, rect.top() + 4.0);
    let first = Rect::from_min_max(left, pos2(rect.right() - 12.0, rect.top() + 22.0));
    let second = first.translate(vec2(0.0, 18.0));
    draw::icon(ui.painter(), pos2(rect.left() + 20.0, first.center().y), icon, fonts::icon::ROW, color);
    let painter = ui.painter();
    let from = draw::right(painter, first, row.verdict.word(), fonts::text(fonts::BODY), theme.text);
    draw::left(painter, first.with_max_x(from - 8.0), &row.name, fonts::strong(fonts::BODY), theme.text_strong);
    let from = draw::right(painter, second, &row.file, fonts::text(fonts::BODY), theme.text_subdued);
    draw::left(painter, second.with_max_x(from - 8.0), &row.why, fonts::text(fonts::BODY), theme.text);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    response.clicked()
}
