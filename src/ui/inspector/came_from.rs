//! Where a value came from: a row for each hop back, up to what made it.

use egui::{Frame, Margin, ScrollArea, Sense, Stroke, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::theme::{INSPECTOR_PADDING, Theme};
use crate::ui::widgets::{Button, Look, draw, row_ground};

/// The rows are at most this tall together.
const MOST_HEIGHT: f32 = 300.0;
const ROW: f32 = 40.0;
const INDENT: f32 = 14.0;

/// Where a value came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CameFrom {
    /// Which value was asked about, in words.
    pub place: String,
    /// The value in short.
    pub value: Option<String>,
    /// The hops, from the value backwards; what a hop is made of is indented below it.
    pub rows: Vec<HopRow>,
}

/// A hop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HopRow {
    /// How deep it is indented.
    pub depth: usize,
    /// What it is.
    pub what: String,
    /// The state, by id and name.
    pub state: Option<(u32, String)>,
    /// The event that shows it.
    pub event: Option<u64>,
    /// Where the value stood behind it.
    pub path: String,
    /// The expression that leads on.
    pub expression: Option<String>,
    /// The value there, in short.
    pub value: Option<String>,
    /// How many states had handed it on unchanged.
    pub n_through: u32,
    /// Whether the way ends there.
    pub is_beginning: bool,
    /// Whether the value was made of what follows, and is not the same.
    pub is_made: bool,
    /// Where it stands in the text of the definition.
    pub byte: Option<u32>,
}

/// Shows where a value came from.
pub fn came_from_ui(view: &CameFrom, ui: &mut Ui, out: &mut Vec<Request>) {
    let theme = Theme::of(ui);
    let margin = Margin { left: INSPECTOR_PADDING as i8, right: INSPECTOR_PADDING as i8, top: 8, bottom: 8 };
    let frame = Frame::new().fill(theme.bg_bar).stroke(Stroke::new(1.0, theme.line_subtle)).inner_margin(margin);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 0.0;
        head_ui(view, ui, out);
        let area = ScrollArea::vertical().id_salt("came from").auto_shrink([false, true]).max_height(MOST_HEIGHT);
        area.show_rows(ui, ROW, view.rows.len(), |ui, rows| {
            for row in view.rows.get(rows).unwrap_or_default() {
                row_ui(row, ui, out);
            }
        });
    });
}

fn head_ui(view: &CameFrom, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let value = view.value.as_ref().map_or(String::new(), |it| format!(", {it}"));
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("came from: {}{value}", view.place)));
    let theme = Theme::of(ui);
    let close = egui::Rect::from_min_size(pos2(rect.right() - 24.0, rect.top()), vec2(24.0, 24.0));
    let button = Button::icon(icons::X, "Close where it came from").look(Look::Bare).icon_size(14.0);
    if button.show_at(ui, close).clicked() {
        out.push(Request::ForgetWhereFrom);
    }
    let first = rect.with_max_y(rect.top() + 20.0).with_max_x(close.left() - 4.0);
    let second = rect.with_min_y(rect.top() + 18.0);
    let end = draw::left(ui.painter(), first, "Came from", fonts::strong(fonts::HEADING), theme.text_strong);
    if let Some(value) = &view.value {
        draw::left(ui.painter(), first.with_min_x(end + 8.0), value, fonts::mono(fonts::BODY), theme.text);
    }
    draw::left(ui.painter(), second, &view.place, fonts::text(fonts::SMALL), theme.text_subdued);
}

fn row_ui(row: &HopRow, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, label(row)));
    row_ground(ui, rect, &response, false);
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let left = rect.left() + row.depth as f32 * INDENT;
    let glyph = if row.is_beginning { icons::DOT_OUTLINE } else { icons::ARROW_ELBOW_LEFT_UP };
    draw::icon(painter, pos2(left + 8.0, rect.top() + 12.0), glyph, 14.0, theme.text_subdued);
    let first = rect.with_min_x(left + 20.0).with_max_y(rect.top() + 22.0);
    let second = rect.with_min_x(left + 20.0).with_min_y(rect.top() + 19.0);
    let right = row.event.map_or(String::new(), |it| format!("event {it}"));
    let start = draw::right(painter, first, &right, fonts::text(fonts::SMALL), theme.text_subdued);
    let title = match &row.state {
        Some((_, name)) => format!("{name} · {}", row.what),
        None => row.what.clone(),
    };
    let weight = if row.is_beginning { fonts::strong(fonts::BODY) } else { fonts::text(fonts::BODY) };
    draw::left(painter, first.with_max_x(start - 8.0), &title, weight, theme.text_strong);
    draw::left(painter, second, &second_line(row), fonts::mono(fonts::SMALL), theme.text_subdued);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if response.clicked() {
        out.extend(row.event.map(Request::MoveTo));
        out.extend(row.state.as_ref().map(|(id, _)| Request::SelectState(*id)));
        if row.is_beginning {
            out.extend(row.byte.map(Request::ShowText));
        }
    }
}

fn second_line(row: &HopRow) -> String {
    let mut parts = Vec::new();
    if let Some(expression) = &row.expression {
        parts.push(expression.clone());
    }
    if row.expression.as_ref() != Some(&row.path) && row.path != "$" {
        parts.push(row.path.clone());
    }
    if row.is_made {
        parts.push("made of".to_owned());
    }
    if let Some(value) = row.value.as_ref().filter(|_| row.is_beginning) {
        parts.push(format!("= {value}"));
    }
    match row.n_through {
        0 => {}
        1 => parts.push("through 1 state unchanged".to_owned()),
        n_states => parts.push(format!("through {n_states} states unchanged")),
    }
    parts.join(" · ")
}

fn label(row: &HopRow) -> String {
    let state = row.state.as_ref().map_or(String::new(), |(_, name)| format!("{name}, "));
    format!("hop: {state}{}, {}", row.what, second_line(row))
}
