//! The plain tabs of the inspector: overview, values, events.

use egui::{Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::InspectorView;
use crate::json::{Json, text};
use crate::ui::command::{Command, Request};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::json_tree::{JsonTree, bytes};
use crate::ui::widgets::{Button, Empty, Look, card, draw};

/// Values that are taller scroll on their own.
const MOST_HEIGHT: f32 = 360.0;

/// Shows names and values.
pub fn overview_ui(view: &InspectorView, ui: &mut Ui, out: &mut Vec<Request>) {
    const NAMES: f32 = 128.0;
    for fact in &view.facts {
        let theme = Theme::of(ui);
        let font = if fact.mono { fonts::mono(fonts::BODY) } else { fonts::text(fonts::BODY) };
        let width = ui.available_width() - NAMES;
        let galley = draw::paragraph(ui.painter(), &fact.value, font.clone(), theme.text, width);
        let row_height = (galley.size().y + 8.0).max(height::ROW);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), row_height), Sense::hover());
        let first_line = rect.with_max_y(rect.top() + height::ROW);
        draw::left(
            ui.painter(),
            first_line.with_max_x(rect.left() + NAMES),
            fact.name,
            fonts::text(fonts::BODY),
            theme.text_subdued,
        );
        let value = rect.with_min_x(rect.left() + NAMES);
        if let Some(state) = fact.state {
            let name = fact.value.clone();
            let button = Button::text(&name).look(Look::Link);
            let place = Rect::from_min_size(value.min, vec2(button.width(ui).min(width), height::ROW));
            if button.show_at(ui, place).clicked() {
                out.push(Request::SelectState(state));
            }
            continue;
        }
        let response = ui.interact(rect, ui.id().with(("fact", fact.name)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("{}: {}", fact.name, fact.value)));
        ui.painter().galley(pos2(value.left(), rect.top() + 4.0), galley, theme.text);
    }
}

/// Shows a value in a card under its title, compared with `base` if there is one.
pub fn value_ui(
    ui: &mut Ui,
    title: &str,
    tree: &mut JsonTree,
    value: Option<&Json>,
    base: Option<&Json>,
    missing: &str,
    out: &mut Vec<Request>,
) {
    let (_, head) = ui.allocate_space(vec2(ui.available_width(), 24.0));
    let theme = Theme::of(ui);
    let end = draw::left(ui.painter(), head, title, fonts::strong(fonts::HEADING), theme.text_strong);
    let Some(value) = value else {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 20.0));
        draw::left(ui.painter(), rect, missing, fonts::text(fonts::BODY), theme.text_subdued);
        return;
    };
    let copy = format!("Copy {}", title.to_lowercase());
    let place = Rect::from_center_size(pos2(head.right() - 12.0, head.center().y), vec2(24.0, 24.0));
    let button = Button::icon(icons::COPY, &copy).look(Look::Bare).icon_size(14.0);
    if button.show_at(ui, place).clicked() {
        out.push(Request::Copy(text::pretty(value)));
    }
    let note = head.with_min_x(end + 8.0).with_max_x(place.left() - 4.0);
    draw::right(ui.painter(), note, &bytes(value.size_bytes()), fonts::text(fonts::BODY), theme.text_subdued);
    ui.add_space(4.0);
    card(ui, |ui| {
        ui.add_space(4.0);
        tree.ui(ui, title, value, base, MOST_HEIGHT, out);
        ui.add_space(4.0);
    });
}

/// Shows what to do where no error is.
pub fn no_error_ui(event: u64, ui: &mut Ui, out: &mut Vec<Request>) {
    let text = format!("No error at event {event}");
    let next = Command::NextError;
    if Empty::new(&text).action(next.entry().text, next.key()).show(ui).is_some_and(|it| it.clicked()) {
        out.push(Request::Do(next));
    }
}

/// Shows the events of the visit.
pub fn events_ui(view: &InspectorView, ui: &mut Ui, out: &mut Vec<Request>) {
    for row in &view.events {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
        let current = row.id == view.event;
        response.widget_info(|| {
            WidgetInfo::selected(WidgetType::SelectableLabel, true, current, format!("event {}, {}", row.id, row.kind))
        });
        crate::ui::widgets::row_ground(ui, rect, &response, current);
        let theme = Theme::of(ui);
        let painter = ui.painter();
        let number = rect.with_max_x(rect.left() + 44.0);
        draw::right(painter, number, &row.id.to_string(), fonts::mono(fonts::BODY), theme.text_subdued);
        if let Some(status) = row.status {
            status.paint(painter, pos2(rect.left() + 60.0, rect.center().y), fonts::icon::CHIP, theme);
        }
        let kind = rect.with_min_x(rect.left() + 74.0).with_max_x(rect.right() - 112.0);
        draw::left(painter, kind, &row.kind, fonts::text(fonts::BODY), theme.text);
        let time = rect.with_max_x(rect.right() - 8.0);
        draw::right(painter, time, &row.time, fonts::mono(fonts::BODY), theme.text_subdued);
        draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
        if response.clicked() {
            out.push(Request::MoveTo(row.id));
        }
    }
}
