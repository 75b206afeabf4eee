//! The list of problems in the definition: how bad, what, where, what to do.

use egui::{Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::command::Request;
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Empty, draw};
use crate::diagnostic::{Diagnostic, Severity};

/// A problem with its place.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// 1-based line and column, where they are known.
    pub place: Option<(usize, usize)>,
    /// The state it is in.
    pub state: Option<String>,
}

/// Returns the icon and the colour of a severity.
pub fn severity_mark(severity: Severity, theme: &Theme) -> (&'static str, egui::Color32) {
    match severity {
        Severity::Error => (icons::X_SQUARE, theme.status_fail),
        Severity::Warning => (icons::WARNING, theme.status_wait),
        Severity::Note => (icons::INFO, theme.text_subdued),
    }
}

const SEVERITY: f32 = 92.0;
const PLACE: f32 = 72.0;
const STATE: f32 = 120.0;

/// Shows the list; a click shows the place in the text.
pub fn problems_ui(problems: &[Problem], ui: &mut Ui, out: &mut Vec<Request>) {
    if problems.is_empty() {
        Empty::new("No problems").about("The definition is checked when it is opened").show(ui);
        return;
    }
    head_ui(ui);
    let two_lines = 44.0;
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, two_lines, problems.len(), |ui, rows| {
        for problem in problems.get(rows).unwrap_or_default() {
            problem_ui(problem, two_lines, ui, out);
        }
    });
}

fn columns(rect: Rect) -> [Rect; 4] {
    let at = |from: f32, to: f32| Rect::from_min_max(pos2(from, rect.top()), pos2(to, rect.bottom()));
    let right = rect.right() - 8.0;
    let message = rect.left() + SEVERITY;
    [
        at(rect.left() + 8.0, message),
        at(message, right - PLACE - STATE - 8.0),
        at(right - PLACE - STATE, right - PLACE),
        at(right - PLACE, right),
    ]
}

fn head_ui(ui: &mut Ui) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::ROW));
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
    for (place, name) in columns(rect).into_iter().zip(["Severity", "Problem", "State", "Line"]) {
        draw::left(ui.painter(), place, name, fonts::strong(fonts::SMALL), theme.text_subdued);
    }
}

fn problem_ui(problem: &Problem, row_height: f32, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), row_height), Sense::click());
    let Diagnostic { severity, message, help, code, span, .. } = &problem.diagnostic;
    let word = match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    };
    let place = problem.place.map_or(String::new(), |(line, column)| format!("{line}:{column}"));
    response.widget_info(|| {
        let help = help.as_deref().unwrap_or_default();
        WidgetInfo::labeled(WidgetType::Button, true, format!("{word} {code} at {place}: {message}. {help}"))
    });
    let theme = Theme::of(ui);
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.bg_hover);
    }
    let painter = ui.painter();
    draw::rule_below(painter, rect, theme);
    let [severity_at, message_at, state_at, place_at] = columns(rect);
    let first = |rect: Rect| Rect::from_min_size(pos2(rect.left(), rect.center().y - 18.0), vec2(rect.width(), 17.0));
    let second = |rect: Rect| Rect::from_min_size(pos2(rect.left(), rect.center().y + 1.0), vec2(rect.width(), 17.0));
    let (icon, color) = severity_mark(*severity, theme);
    let line = first(severity_at);
    draw::icon(painter, pos2(line.left() + 8.0, line.center().y), icon, fonts::icon::ROW, color);
    draw::left(painter, line.with_min_x(line.left() + 22.0), word, fonts::text(fonts::BODY), theme.text);
    let code_at = second(severity_at);
    draw::left(painter, code_at.with_min_x(code_at.left() + 22.0), code, fonts::mono(fonts::SMALL), theme.text_subdued);
    draw::left(painter, first(message_at), message, fonts::text(fonts::BODY), theme.text_strong);
    if let Some(help) = help {
        draw::left(painter, second(message_at), help, fonts::text(fonts::BODY), theme.text_subdued);
    }
    if let Some(state) = &problem.state {
        draw::left(painter, first(state_at), state, fonts::text(fonts::BODY), theme.text);
    }
    draw::left(painter, first(place_at), &place, fonts::mono(fonts::BODY), theme.text);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if response.clicked()
        && let Some(span) = span
    {
        out.push(Request::ShowText(span.start));
    }
}
