//! The attempts of a visit: when each began, how long it took, what it came to, and who decided what follows.

use egui::{Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Empty, Status, draw, row_ground};

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    /// Its number, from 1.
    pub number: u32,
    /// When it began.
    pub started: String,
    /// How long it took.
    pub took: Option<String>,
    /// Its result in short, or its error.
    pub result: String,
    /// What it came to.
    pub status: Status,
    /// Who decided what follows a failure, with the back-off.
    pub next: Option<String>,
    /// The event by which it began.
    pub event: Option<u64>,
}

/// Shows the attempts; a click selects one.
pub fn attempts_ui(rows: &[AttemptRow], selected: u32, ui: &mut Ui, out: &mut Vec<Request>) {
    if rows.is_empty() {
        Empty::new("No attempt yet").about("Tasks, Parallels and Maps have attempts").show(ui);
        return;
    }
    for row in rows {
        let is_selected = row.number == selected;
        let tall = if row.next.is_some() { 64.0 } else { 44.0 };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), tall), Sense::click());
        response.widget_info(|| WidgetInfo::selected(WidgetType::SelectableLabel, true, is_selected, label(row)));
        row_ground(ui, rect, &response, is_selected);
        let theme = Theme::of(ui);
        let painter = ui.painter();
        draw::rule_below(painter, rect, theme);
        let inner = rect.shrink2(vec2(8.0, 2.0));
        let line = |nth: f32| inner.with_min_y(inner.top() + 20.0 * nth).with_max_y(inner.top() + 20.0 * (nth + 1.0));
        row.status.paint(painter, pos2(inner.left() + 8.0, line(0.0).center().y), fonts::icon::CHIP, theme);
        let number = format!("Attempt {}", row.number);
        let end = draw::left(
            painter,
            line(0.0).with_min_x(inner.left() + 24.0),
            &number,
            fonts::strong(fonts::BODY),
            theme.text_strong,
        );
        draw::left(
            painter,
            line(0.0).with_min_x(end + 12.0),
            &row.started,
            fonts::mono(fonts::BODY),
            theme.text_subdued,
        );
        if let Some(took) = &row.took {
            draw::right(painter, line(0.0), took, fonts::mono(fonts::BODY), theme.text);
        }
        draw::left(
            painter,
            line(1.0).with_min_x(inner.left() + 24.0),
            &row.result,
            fonts::mono(fonts::BODY),
            theme.text,
        );
        if let Some(next) = &row.next {
            let place = line(2.0).with_min_x(inner.left() + 24.0);
            draw::left(painter, place, next, fonts::text(fonts::BODY), theme.text_subdued);
        }
        draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
        if response.clicked() {
            out.push(Request::ShowAttempt(row.number));
        }
    }
}

fn label(row: &AttemptRow) -> String {
    let took = row.took.as_ref().map_or(String::new(), |it| format!(", took {it}"));
    let next = row.next.as_ref().map_or(String::new(), |it| format!(". {it}"));
    format!("Attempt {}, {}, started {}{took}, {}{next}", row.number, row.status.word(), row.started, row.result)
}
