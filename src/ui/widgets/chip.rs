//! The chip: a short word in a frame. As a filter it can be on and carries a cross.

use egui::{Color32, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::draw;
use crate::ui::fonts;
use crate::ui::theme::{Theme, height, radius};

/// A chip.
pub struct Chip<'a> {
    text: &'a str,
    icon: Option<(&'a str, Color32)>,
    fill: Option<Color32>,
    on: Option<bool>,
}

impl<'a> Chip<'a> {
    /// Returns a chip that only says something.
    pub fn new(text: &'a str) -> Self {
        Self { text, icon: None, fill: None, on: None }
    }

    /// Returns a chip that filters while it is on.
    pub fn filter(text: &'a str, on: bool) -> Self {
        Self { on: Some(on), ..Self::new(text) }
    }

    /// Puts an icon before the text.
    pub fn icon(mut self, icon: &'a str, color: Color32) -> Self {
        self.icon = Some((icon, color));
        self
    }

    /// Fills the chip, without outline.
    pub fn fill(mut self, fill: Color32) -> Self {
        self.fill = Some(fill);
        self
    }

    fn width(&self, ui: &Ui) -> f32 {
        let icon = self.icon.map_or(0.0, |_| fonts::icon::CHIP + 4.0);
        let cross = if self.on == Some(true) { 16.0 } else { 0.0 };
        (draw::width(ui, self.text, fonts::text(fonts::SMALL)) + icon + cross + 16.0).ceil()
    }

    /// Shows the chip.
    pub fn show(self, ui: &mut Ui) -> Response {
        let sense = if self.on.is_some() { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(self.width(ui), height::CHIP), sense);
        let on = self.on == Some(true);
        response.widget_info(|| match self.on {
            Some(on) => WidgetInfo::selected(WidgetType::Checkbox, true, on, format!("filter {}", self.text)),
            None => WidgetInfo::labeled(WidgetType::Label, true, self.text),
        });
        self.paint(ui, rect, &response, on);
        response
    }

    fn paint(&self, ui: &Ui, rect: Rect, response: &Response, on: bool) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        let hot = self.on.is_some() && response.hovered();
        let fill = match self.fill {
            Some(fill) => Some(fill),
            None if on => Some(theme.bg_selected),
            None => hot.then_some(theme.bg_hover),
        };
        if let Some(fill) = fill {
            painter.rect_filled(rect, radius::BUTTON, fill);
        }
        if self.fill.is_none() {
            let color = if on { theme.now } else { theme.line_subtle };
            painter.rect_stroke(rect, radius::BUTTON, Stroke::new(1.0, color), StrokeKind::Inside);
        }
        let mut inner = rect.shrink2(vec2(8.0, 0.0));
        if let Some((icon, color)) = self.icon {
            draw::icon(painter, pos2(inner.left() + 7.0, inner.center().y), icon, fonts::icon::CHIP, color);
            inner.min.x += fonts::icon::CHIP + 4.0;
        }
        if on {
            draw::icon(painter, pos2(inner.right() - 4.0, inner.center().y), icons::X, 11.0, theme.text_strong);
            inner.max.x -= 16.0;
        }
        let strong = on || self.fill.is_some();
        draw::left(
            painter,
            inner,
            self.text,
            fonts::text(fonts::SMALL),
            if strong { theme.text_strong } else { theme.text },
        );
        draw::focus_ring(ui, response, rect, radius::BUTTON);
    }
}
