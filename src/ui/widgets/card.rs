//! The card: a framed block in the inspector and on the first page, and the heading above it.

use egui::{Frame, Margin, Stroke, Ui, vec2};

use super::draw;
use crate::ui::fonts;
use crate::ui::theme::{Theme, radius};

/// Shows a heading with a subdued note at its right.
pub fn heading(ui: &mut Ui, title: &str, note: &str) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 18.0));
    let theme = Theme::of(ui);
    let end = draw::left(ui.painter(), rect, title, fonts::strong(fonts::HEADING), theme.text_strong);
    let mut rest = rect;
    rest.min.x = end + 12.0;
    draw::right(ui.painter(), rest, note, fonts::text(fonts::BODY), theme.text_subdued);
    ui.add_space(6.0);
}

/// Shows `body` in a frame over the whole width, on the canvas colour.
pub fn card<R>(ui: &mut Ui, body: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = Theme::of(ui);
    Frame::new()
        .fill(theme.bg_canvas)
        .stroke(Stroke::new(1.0, theme.line_subtle))
        .corner_radius(radius::CARD)
        .inner_margin(Margin::ZERO)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            body(ui)
        })
        .inner
}

/// Shows a card with a head: a strong word and a subdued note.
pub fn card_titled<R>(ui: &mut Ui, title: &str, note: &str, body: impl FnOnce(&mut Ui) -> R) -> R {
    card(ui, |ui| {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
        let theme = Theme::of(ui);
        let corners = egui::CornerRadius { nw: 5, ne: 5, sw: 0, se: 0 };
        ui.painter().rect_filled(rect, corners, theme.bg_raised);
        let inner = rect.shrink2(vec2(12.0, 0.0));
        let end = draw::left(ui.painter(), inner, title, fonts::strong(fonts::BODY), theme.text_strong);
        let mut rest = inner;
        rest.min.x = end + 8.0;
        draw::left(ui.painter(), rest, note, fonts::text(fonts::BODY), theme.text_subdued);
        body(ui)
    })
}
