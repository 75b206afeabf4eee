//! The key cap: a key's name in a thin frame, or bare beside a button's text.

use egui::{Painter, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::draw;
use crate::ui::fonts;
use crate::ui::theme::{Theme, radius};

const PADDING: f32 = 5.0;
const HEIGHT: f32 = 16.0;

/// Shows a key such as `Ctrl K`.
pub fn key_cap(ui: &mut Ui, key: &str) -> Response {
    let width = draw::width(ui, key, fonts::text(fonts::SMALL)) + 2.0 * PADDING;
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    paint(ui.painter(), rect, key, Theme::of(ui), true);
    response
}

/// Paints a key whose right edge is at `right`; returns where it begins.
pub fn key_cap_at(ui: &Ui, right: f32, center_y: f32, key: &str, enabled: bool) -> f32 {
    let width = draw::width(ui, key, fonts::text(fonts::SMALL)) + 2.0 * PADDING;
    let rect = Rect::from_min_size(pos2(right - width, center_y - HEIGHT / 2.0), vec2(width, HEIGHT));
    paint(ui.painter(), rect, key, Theme::of(ui), enabled);
    rect.left()
}

fn paint(painter: &Painter, rect: Rect, key: &str, theme: &Theme, enabled: bool) {
    let ink = if enabled { theme.text_subdued } else { theme.line_strong };
    painter.rect_stroke(
        rect,
        radius::SEGMENT,
        Stroke::new(1.0, if enabled { theme.line_strong.gamma_multiply(0.7) } else { theme.line_subtle }),
        StrokeKind::Inside,
    );
    draw::center(painter, rect, key, fonts::text(fonts::SMALL), ink);
}
