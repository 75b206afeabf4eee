//! The head of a section of the workspace: a caret that folds it, a count, a button that adds to it.

use egui::{Response, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::{Button, Look, draw};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};

/// A section head.
pub struct Section<'a> {
    title: &'a str,
    count: Option<usize>,
    add: Option<&'a str>,
}

impl<'a> Section<'a> {
    /// Returns a section head.
    pub fn new(title: &'a str) -> Self {
        Self { title, count: None, add: None }
    }

    /// Shows a number at its right.
    pub fn count(mut self, count: usize) -> Self {
        self.count = Some(count);
        self
    }

    /// Shows a `+` button of this name.
    pub fn with_add(mut self, name: &'a str) -> Self {
        self.add = Some(name);
        self
    }

    /// Shows the head, and `body` unless it is folded; returns the answer of the `+` button.
    pub fn show(self, ui: &mut Ui, body: impl FnOnce(&mut Ui)) -> Option<Response> {
        ui.add_space(4.0);
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::SECTION));
        let id = ui.id().with(("section", self.title));
        let response = ui.interact(rect, id, Sense::click());
        let mut open = ui.data_mut(|data| *data.get_persisted_mut_or(id, true));
        if response.clicked() {
            open = !open;
            ui.data_mut(|data| data.insert_persisted(id, open));
        }
        response.widget_info(|| WidgetInfo::selected(WidgetType::CollapsingHeader, true, open, self.title));
        let theme = Theme::of(ui);
        let ink = if response.hovered() { theme.text_strong } else { theme.text };
        let caret = if open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
        draw::icon(ui.painter(), pos2(rect.left() + 14.0, rect.center().y), caret, 12.0, theme.text_subdued);
        let mut title = rect;
        title.min.x += 24.0;
        title.max.x -= 40.0;
        draw::left(ui.painter(), title, self.title, fonts::text(fonts::BODY), ink);
        if let Some(count) = self.count {
            let text = count.to_string();
            draw::right(
                ui.painter(),
                rect.shrink2(vec2(12.0, 0.0)),
                &text,
                fonts::text(fonts::SMALL),
                theme.text_subdued,
            );
        }
        draw::focus_ring(ui, &response, rect.shrink(2.0), 4.0);
        let added = self.add.map(|name| {
            let place = egui::Rect::from_center_size(pos2(rect.right() - 16.0, rect.center().y), vec2(24.0, 24.0));
            Button::icon(icons::PLUS, name).look(Look::Bare).icon_size(14.0).show_at(ui, place)
        });
        if open {
            body(ui);
        }
        added
    }
}
