//! Painting shared by the controls: one-line text that is cut to its room, icons, the focus ring, dashes and hatching.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Response, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::ui::command::Command;
use crate::ui::fonts;
use crate::ui::theme::Theme;

/// Shows `content` in `rect`, without moving the cursor of `ui`.
pub fn at<R>(ui: &mut Ui, rect: Rect, layout: egui::Layout, content: impl FnOnce(&mut Ui) -> R) -> (R, Rect) {
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(layout));
    let answer = content(&mut child);
    (answer, child.min_rect())
}

/// Senses clicks on `rect`, without moving the cursor of `ui`.
pub fn sense_click(ui: &mut Ui, rect: Rect, id: egui::Id, enabled: bool) -> Response {
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    if !enabled {
        child.disable();
    }
    child.interact(rect, id, egui::Sense::click())
}

/// Lays out one line of text, cut with `…` where it is wider than `width`.
pub fn line(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, color));
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    // Whatever a name holds, a line is one line.
    job.break_on_newline = false;
    painter.layout_job(job)
}

/// Lays out text that is wrapped at `width`.
pub fn paragraph(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    painter.layout(text.to_owned(), font, color, width)
}

/// Returns the width of one line of text.
pub fn width(ui: &Ui, text: &str, font: FontId) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}

/// Paints one line of text in the vertical middle of `rect`, from its left edge; returns where it ends.
pub fn left(painter: &Painter, rect: Rect, text: &str, font: FontId, color: Color32) -> f32 {
    let galley = line(painter, text, font, color, rect.width());
    let end = rect.left() + galley.size().x;
    painter.galley(pos2(rect.left(), middle(rect, &galley)), galley, color);
    end
}

/// Paints one line of text in the vertical middle of `rect`, up to its right edge; returns where it begins.
pub fn right(painter: &Painter, rect: Rect, text: &str, font: FontId, color: Color32) -> f32 {
    let galley = line(painter, text, font, color, rect.width());
    let start = rect.right() - galley.size().x;
    painter.galley(pos2(start, middle(rect, &galley)), galley, color);
    start
}

/// Paints one line of text in the middle of `rect`.
pub fn center(painter: &Painter, rect: Rect, text: &str, font: FontId, color: Color32) {
    let galley = line(painter, text, font, color, rect.width());
    let at = pos2((rect.center().x - galley.size().x / 2.0).round(), middle(rect, &galley));
    painter.galley(at, galley, color);
}

/// Paints an icon in the middle of `center`.
pub fn icon(painter: &Painter, center: Pos2, icon: &str, size: f32, color: Color32) {
    painter.text(center, Align2::CENTER_CENTER, icon, fonts::icons(size), color);
}

fn middle(rect: Rect, galley: &Galley) -> f32 {
    (rect.center().y - galley.size().y / 2.0).round()
}

/// Names a field to assistive technology, beside what it holds.
pub fn name(response: &Response, name: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
}

/// Paints the ring of the keyboard focus around a control.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: f32) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, Theme::of(ui).now);
        ui.painter().rect_stroke(rect.expand(1.0), radius + 1.0, stroke, StrokeKind::Outside);
    }
}

/// Paints a dashed or dotted rectangle.
pub fn dashed_rect(painter: &Painter, rect: Rect, stroke: Stroke, dash: f32, gap: f32) {
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    painter.extend(Shape::dashed_line(&corners, stroke, dash, gap));
}

/// Paints 45° lines through `rect`, `step` apart.
pub fn hatch(painter: &Painter, rect: Rect, stroke: Stroke, step: f32) {
    let visible = rect.intersect(painter.clip_rect());
    if !visible.is_positive() {
        return;
    }
    let painter = painter.with_clip_rect(visible);
    let slant = rect.height();
    // Lines are counted from the block's own edge, so that they do not crawl while it is scrolled.
    let first = ((visible.left() - rect.left() - slant) / step).floor().max(-(slant / step).ceil());
    let mut x = rect.left() + first * step;
    while x < visible.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + slant, rect.top())], stroke);
        x += step;
    }
}

/// Paints the 1 px rule under `rect`.
pub fn rule_below(painter: &Painter, rect: Rect, theme: &Theme) {
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.rule());
}

/// Adds the tooltip of a command: its name, its key, what it does.
pub fn command_tooltip(response: Response, command: Command) -> Response {
    let entry = command.entry();
    tooltip(response, entry.text.trim_end_matches('…'), command.key().as_deref(), Some(entry.tooltip))
}

/// Adds a tooltip: name, key, and a sentence about it.
pub fn tooltip(response: Response, name: &str, key: Option<&str>, about: Option<&str>) -> Response {
    let content = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
        ui.horizontal(|ui| {
            let theme = Theme::of(ui);
            ui.label(egui::RichText::new(name).font(fonts::strong(fonts::BODY)).color(theme.text_strong));
            if let Some(key) = key {
                super::key_cap(ui, key);
            }
        });
        if let Some(about) = about {
            let theme = Theme::of(ui);
            ui.label(egui::RichText::new(about).font(fonts::text(fonts::SMALL)).color(theme.text_subdued));
        }
    };
    if response.enabled() { response.on_hover_ui(content) } else { response.on_disabled_hover_ui(content) }
}
