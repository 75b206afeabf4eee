//! The banner above the canvas: what has happened, in one line, and what to do next.

use egui::{Color32, Response, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::{Button, Look, Status, draw};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};

/// What a banner is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BannerLine {
    /// The run has come to this.
    Status(Status),
    /// The text cannot be read; the last valid graph stays.
    Invalid,
    /// What is shown is not the newest.
    Older,
    /// Something that is about no single run is done.
    Done,
}

/// A banner.
pub struct Banner<'a> {
    kind: BannerLine,
    title: &'a str,
    text: &'a str,
    actions: &'a [(&'a str, Option<String>)],
}

impl<'a> Banner<'a> {
    /// Returns a banner with a strong title and a sentence.
    pub fn new(kind: BannerLine, title: &'a str, text: &'a str) -> Self {
        Self { kind, title, text, actions: &[] }
    }

    /// Adds buttons with their keys.
    pub fn actions(mut self, actions: &'a [(&'a str, Option<String>)]) -> Self {
        self.actions = actions;
        self
    }

    /// Shows the banner over the whole width; returns the position of the button that was clicked.
    pub fn show(self, ui: &mut Ui) -> Option<usize> {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::BANNER));
        let theme = Theme::of(ui);
        ui.painter().rect_filled(rect, 0.0, self.fill(theme));
        draw::rule_below(ui.painter(), rect, theme);
        let mut inner = rect.shrink2(vec2(12.0, 0.0));
        let glyph = pos2(inner.left() + 8.0, inner.center().y);
        match self.kind {
            BannerLine::Status(status) => status.paint(ui.painter(), glyph, fonts::icon::ROW, theme),
            BannerLine::Invalid => draw::icon(ui.painter(), glyph, icons::WARNING, 16.0, theme.status_fail),
            BannerLine::Done => draw::icon(ui.painter(), glyph, icons::CHECK, 16.0, theme.text_strong),
            BannerLine::Older => {
                draw::icon(ui.painter(), glyph, icons::CLOCK_COUNTER_CLOCKWISE, 16.0, theme.text_subdued);
            }
        }
        inner.min.x += 24.0;
        let mut clicked = None;
        for (idx, (text, key)) in self.actions.iter().enumerate().rev() {
            let last = idx + 1 == self.actions.len();
            let look = if last { Look::Normal } else { Look::Bare };
            let mut button = Button::text(text).small().look(look);
            if let Some(key) = key {
                button = button.key(key.clone());
            }
            let width = button.width(ui);
            let place =
                egui::Rect::from_min_size(pos2(inner.right() - width, rect.center().y - 12.0), vec2(width, 24.0));
            let response: Response = button.show_at(ui, place);
            if response.clicked() {
                clicked = Some(idx);
            }
            inner.max.x = place.left() - 8.0;
        }
        let response = ui.interact(inner, ui.id().with("banner"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("{}: {}", self.title, self.text)));
        let painter = ui.painter();
        inner.min.x = draw::left(painter, inner, self.title, fonts::strong(fonts::BODY), theme.text_strong) + 8.0;
        draw::left(painter, inner, self.text, fonts::text(fonts::BODY), theme.text_strong);
        clicked
    }

    fn fill(&self, theme: &Theme) -> Color32 {
        match self.kind {
            BannerLine::Status(Status::NotReached) => theme.bg_raised,
            BannerLine::Status(status) => theme.tint(status.color(theme)),
            BannerLine::Invalid => theme.tint_fail,
            BannerLine::Older | BannerLine::Done => theme.bg_raised,
        }
    }
}
