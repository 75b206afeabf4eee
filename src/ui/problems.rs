//! The list of problems in the definition: how bad, what, where, what to do.

use std::sync::Arc;

use egui::{Galley, Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::command::Request;
use super::editor::TextRequest;
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
const LINE: f32 = 17.0;

/// Shows the list; a click on a problem shows its place in the text, one on its fix applies it to the text.
pub fn problems_ui(problems: &[Problem], ui: &mut Ui, out: &mut Vec<Request>) {
    if problems.is_empty() {
        Empty::new("No problems").about("The definition is checked as you type").show(ui);
        return;
    }
    head_ui(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let row_height = 12.0 + n_lines(problems, ui) as f32 * LINE;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, row_height, problems.len(), |ui, rows| {
        let first = rows.start;
        for (position, problem) in (first..).zip(problems.get(rows).unwrap_or_default()) {
            problem_ui(position, problem, row_height, ui, out);
        }
    });
}

/// Returns how many lines the longest problem takes. All rows are as high as its, so that only visible ones are laid
/// out; it is looked for among the first, which are the worst.
fn n_lines(problems: &[Problem], ui: &Ui) -> usize {
    const LOOKED_AT: usize = 64;
    const MOST_LINES: usize = 6;
    let [_, message_at, ..] = columns(ui.available_rect_before_wrap());
    let lines = problems.iter().take(LOOKED_AT).map(|problem| {
        let (message, help) = texts(problem, message_at.width(), ui);
        let fix = usize::from(problem.diagnostic.fix.is_some());
        message.rows.len() + help.map_or(0, |it| it.rows.len()) + fix
    });
    lines.max().unwrap_or(2).clamp(2, MOST_LINES)
}

/// Lays out what is wrong, and what to do.
fn texts(problem: &Problem, width: f32, ui: &Ui) -> (Arc<Galley>, Option<Arc<Galley>>) {
    let theme = Theme::of(ui);
    let text = |text, ink| draw::paragraph(ui.painter(), text, fonts::text(fonts::BODY), ink, width);
    let Diagnostic { message, help, .. } = &problem.diagnostic;
    (text(message, theme.text_strong), help.as_deref().map(|it| text(it, theme.text_subdued)))
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

fn problem_ui(position: usize, problem: &Problem, row_height: f32, ui: &mut Ui, out: &mut Vec<Request>) {
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
    let first = |rect: Rect| Rect::from_min_size(pos2(rect.left(), rect.top() + 6.0), vec2(rect.width(), LINE));
    let second = |rect: Rect| first(rect).translate(vec2(0.0, LINE));
    let (icon, color) = severity_mark(*severity, theme);
    let line = first(severity_at);
    draw::icon(painter, pos2(line.left() + 8.0, line.center().y), icon, fonts::icon::ROW, color);
    draw::left(painter, line.with_min_x(line.left() + 22.0), word, fonts::text(fonts::BODY), theme.text);
    let code_at = second(severity_at);
    draw::left(painter, code_at.with_min_x(code_at.left() + 22.0), code, fonts::mono(fonts::SMALL), theme.text_subdued);
    let (message, help) = texts(problem, message_at.width(), ui);
    let painter = ui.painter().with_clip_rect(ui.clip_rect().intersect(rect));
    let at = pos2(message_at.left(), rect.top() + 7.0);
    let below = at + vec2(0.0, message.size().y + 2.0);
    painter.galley(at, message, theme.text_strong);
    let mut fix_at = below;
    if let Some(help) = help {
        fix_at.y += help.size().y;
        painter.galley(below, help, theme.text_subdued);
    }
    if let Some(fix) = &problem.diagnostic.fix {
        let place = Rect::from_min_size(fix_at, vec2(message_at.width(), LINE)).intersect(rect);
        fix_ui(position, &fix.title, place, ui, out);
    }
    let painter = ui.painter();
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

/// Shows what the fix does; a click, or Enter where it has the focus, applies it.
fn fix_ui(position: usize, title: &str, place: Rect, ui: &mut Ui, out: &mut Vec<Request>) {
    let text = format!("Fix: {title}");
    let response = ui.interact(place, ui.id().with(("fix", position)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &text));
    let theme = Theme::of(ui);
    let ink = if response.hovered() { theme.text_strong } else { theme.now };
    draw::left(ui.painter(), place, &text, fonts::text(fonts::BODY), ink);
    draw::focus_ring(ui, &response, place, 3.0);
    if response.clicked() {
        out.push(Request::Text(TextRequest::Fix(position)));
    }
}
