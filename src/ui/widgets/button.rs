//! Buttons: primary, normal, in a bar (icon only until hovered), and links.

use egui::{Rect, Response, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::draw;
use crate::ui::command::{Command, Open};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height, radius};

/// How a button is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The one action the view is about.
    Primary,
    /// A filled button.
    Normal,
    /// No fill until hovered; for bars and heads.
    Bare,
    /// Text in the link colour, underlined when hovered.
    Link,
}

/// A button. Without a text it is as wide as high, and its name is in the tooltip.
pub struct Button<'a> {
    name: &'a str,
    icon: Option<&'a str>,
    text: Option<&'a str>,
    key: Option<String>,
    about: Option<&'a str>,
    look: Look,
    height: f32,
    icon_size: f32,
    enabled: bool,
    on: bool,
    centered: bool,
}

impl<'a> Button<'a> {
    /// Returns a button with a text.
    pub fn text(text: &'a str) -> Self {
        Self { text: Some(text), ..Self::icon("", text) }
    }

    /// Returns a button with an icon; `name` is for the tooltip and assistive technology.
    pub fn icon(icon: &'a str, name: &'a str) -> Self {
        Self {
            name,
            icon: (!icon.is_empty()).then_some(icon),
            text: None,
            key: None,
            about: None,
            look: Look::Normal,
            height: height::BUTTON,
            icon_size: fonts::icon::ROW,
            enabled: true,
            on: false,
            centered: false,
        }
    }

    /// Returns the toolbar's button of a command: icon, tooltip and key from the table, disabled if it can do nothing.
    pub fn command(icon: &'a str, command: Command, open: Open) -> Self {
        let entry = command.entry();
        let button = Self::icon(icon, entry.text.trim_end_matches('…')).look(Look::Bare).about(entry.tooltip);
        Self { key: command.key(), icon_size: fonts::icon::TOOLBAR, ..button }.enabled(command.enabled(open))
    }

    /// Puts an icon before the text.
    pub fn with_icon(mut self, icon: &'a str) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Shows a text behind the icon.
    pub fn with_text(mut self, text: &'a str) -> Self {
        self.text = Some(text);
        self
    }

    /// Names the key: behind the text of a button that has one, and in the tooltip.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds a sentence to the tooltip.
    pub fn about(mut self, about: &'a str) -> Self {
        self.about = Some(about);
        self
    }

    /// Sets the look.
    pub fn look(mut self, look: Look) -> Self {
        self.look = look;
        self
    }

    /// Makes the button 24 high.
    pub fn small(mut self) -> Self {
        self.height = height::BUTTON_SMALL;
        self
    }

    /// Sets the size of the icon.
    pub fn icon_size(mut self, size: f32) -> Self {
        self.icon_size = size;
        self
    }

    /// Enables or disables.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Writes the text in the middle of a button that is wider than it.
    pub fn centered(mut self) -> Self {
        self.centered = true;
        self
    }

    /// Paints a toggle that is on.
    pub fn on(mut self, on: bool) -> Self {
        self.on = on;
        self
    }

    /// Returns the width that the button takes.
    pub fn width(&self, ui: &Ui) -> f32 {
        let Some(text) = self.text else { return self.height };
        let padding = if self.look == Look::Link { 0.0 } else { 24.0 };
        let icon = self.icon.map_or(0.0, |_| self.icon_size + 8.0);
        let key = self.key.as_ref().map_or(0.0, |key| draw::width(ui, key, fonts::text(fonts::SMALL)) + 8.0);
        (padding + icon + draw::width(ui, text, fonts::text(fonts::BODY)) + key).ceil()
    }

    /// Shows the button at the cursor.
    pub fn show(self, ui: &mut Ui) -> Response {
        let size = vec2(self.width(ui), self.height);
        let (id, rect) = ui.allocate_space(size);
        self.place(ui, rect, id)
    }

    /// Shows the button in `rect`.
    pub fn show_at(self, ui: &mut Ui, rect: Rect) -> Response {
        let id = ui.id().with(("button", self.name));
        self.place(ui, rect, id)
    }

    fn place(self, ui: &mut Ui, rect: Rect, id: egui::Id) -> Response {
        let enabled = self.enabled && ui.is_enabled();
        let response = draw::sense_click(ui, rect, id, self.enabled);
        response.widget_info(|| {
            let kind = if self.look == Look::Link { WidgetType::Link } else { WidgetType::Button };
            WidgetInfo { selected: self.on.then_some(true), ..WidgetInfo::labeled(kind, enabled, self.name) }
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &response, enabled);
        }
        let response = if self.look == Look::Link && enabled {
            response.on_hover_cursor(egui::CursorIcon::PointingHand)
        } else {
            response
        };
        if self.text.is_none() || self.about.is_some() {
            draw::tooltip(response, self.name, self.key.as_deref(), self.about)
        } else {
            response
        }
    }

    fn paint(&self, ui: &Ui, rect: Rect, response: &Response, enabled: bool) {
        let theme = Theme::of(ui);
        let hot = enabled && (response.hovered() || response.is_pointer_button_down_on());
        let (fill, outline, ink) = match self.look {
            _ if !enabled && self.look != Look::Bare && self.look != Look::Link => {
                (Some(theme.bg_raised), Some(theme.line_subtle), theme.line_strong)
            }
            Look::Primary if hot => (Some(theme.text), None, theme.on_inverse),
            Look::Primary => (Some(theme.inverse), None, theme.on_inverse),
            Look::Normal if hot => (Some(theme.bg_hover), Some(theme.line_strong), theme.text_strong),
            Look::Normal => (Some(theme.bg_raised), Some(theme.line_subtle), theme.text_strong),
            Look::Bare if hot || self.on => (hot.then_some(theme.bg_hover), None, theme.text_strong),
            Look::Bare => (None, None, if enabled { theme.text } else { theme.line_strong }),
            Look::Link if hot => (None, None, theme.text_strong),
            Look::Link => (None, None, if enabled { theme.now } else { theme.line_strong }),
        };
        let painter = ui.painter();
        if let Some(fill) = fill {
            painter.rect_filled(rect, radius::BUTTON, fill);
        }
        if let Some(outline) = outline {
            painter.rect_stroke(rect, radius::BUTTON, Stroke::new(1.0, outline), StrokeKind::Inside);
        }
        match (self.icon, self.text) {
            (Some(icon), None) => draw::icon(painter, rect.center(), icon, self.icon_size, ink),
            (icon, Some(text)) => {
                let padding = if self.look == Look::Link { 0.0 } else { 12.0 };
                let mut inner = rect.shrink2(vec2(padding, 0.0));
                if let Some(icon) = icon {
                    let center = pos2(inner.left() + self.icon_size / 2.0, inner.center().y);
                    draw::icon(painter, center, icon, self.icon_size, ink);
                    inner.min.x += self.icon_size + 8.0;
                }
                if self.look == Look::Link && hot {
                    let end = inner.left() + draw::width(ui, text, fonts::text(fonts::BODY));
                    painter.hline(inner.left()..=end, rect.center().y + 7.5, Stroke::new(1.0, ink));
                }
                let strong = self.look == Look::Primary;
                let font = if strong { fonts::strong(fonts::BODY) } else { fonts::text(fonts::BODY) };
                if self.centered {
                    draw::center(painter, inner, text, font, ink);
                } else {
                    draw::left(painter, inner, text, font, ink);
                }
                if let Some(key) = &self.key {
                    let ink = match self.look {
                        Look::Primary if enabled => ink.gamma_multiply(0.75),
                        _ if enabled => theme.text_subdued,
                        _ => theme.line_strong,
                    };
                    draw::right(painter, inner, key, fonts::text(fonts::SMALL), ink);
                }
            }
            (None, None) => {}
        }
        draw::focus_ring(ui, response, rect, radius::BUTTON);
    }
}
