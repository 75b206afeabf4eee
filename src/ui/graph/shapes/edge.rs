//! How edges, their labels and the Start disc are drawn.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::super::model::{EdgeId, EdgeKind, NodeId};
use super::super::style::{CHIP_EXTRA, Icon, START_RADIUS};
use super::compared;
use super::pen::{Dash, Detail, Face, Line, Pen, fitted_text};
use super::scene::Scene;

/// Bends have this radius.
const BEND: f32 = 8.0;

/// Draws an edge with its head and label.
pub fn draw(scene: &Scene, pen: &mut dyn Pen, id: EdgeId) {
    let (Some(edge), Some(route)) = (scene.model.edge(id), scene.layout.edges.get(id.index())) else { return };
    if route.points.len() < 2 || !pen.view().intersects(route.bounds().expand(8.0)) {
        return;
    }
    let colors = &scene.colors;
    let status = scene.status.edge(id);
    let is_active = status.is_active() && !scene.status.is_stale;
    let is_lit = scene.focus.hovered_edge == Some(id);
    let color = match (edge.is_catch(), is_active || is_lit) {
        (true, true) => colors.status_retry,
        (true, false) => colors.catch_dim,
        (false, true) => {
            if is_lit {
                colors.text_strong
            } else {
                colors.text
            }
        }
        (false, false) => colors.line_strong,
    };
    let width = match status.heat {
        Some(heat) => [1.0, 1.0, 1.5, 2.5, 4.0][usize::from(heat.min(4))],
        None if is_active || is_lit => 2.5,
        None => 1.25,
    };
    let dash = if edge.is_catch() && pen.detail() > Detail::Boxes { Dash::DASHED } else { Dash::Solid };
    pen.fade(scene.focus.filter.is_some());
    let line = status.compared.map_or(Line { width, color, dash }, |it| compared::edge(scene, it));
    arrow(scene, pen, &route.points, edge.to, line);
    if let Some(sign) = status.compared {
        compared::edge_mark(scene, pen, &route.points, sign);
    }
    if let (Some(rect), Some(label)) = (route.label, edge.label(usize::from(status.name))) {
        let icon = match edge.kind {
            EdgeKind::Catch { .. } => Icon::Caught,
            EdgeKind::Next | EdgeKind::Choice { .. } | EdgeKind::Default => Icon::Choice,
        };
        match pen.detail() {
            Detail::Full => chip(scene, pen, rect, icon, &label, (is_active || is_lit).then_some(color)),
            Detail::Names => {
                let small = Rect::from_center_size(rect.center(), vec2(20.0, 20.0));
                pen.rect(small, [4.0; 4], colors.bg_canvas, Line::solid(1.0, colors.line_subtle));
                pen.icon(small.center(), 12.0, icon, color);
            }
            Detail::Boxes => {}
        }
    }
    pen.fade(false);
}

/// Draws the Start disc and the edge from it.
pub fn draw_start(scene: &Scene, pen: &mut dyn Pen) {
    let (Some(start), Some(first)) = (&scene.layout.start, scene.model.start) else { return };
    let colors = &scene.colors;
    let has_started = scene.status.has_started && !scene.status.is_stale;
    let (width, color) = if has_started { (2.5, colors.text) } else { (1.25, colors.line_strong) };
    arrow(scene, pen, &start.route.points, first, Line::solid(width, color));
    pen.disc(start.center, START_RADIUS, if has_started { colors.text } else { colors.text_subdued }, Line::NONE);
    if pen.detail() > Detail::Boxes {
        pen.text(start.center + vec2(14.0, 4.0), "Start", Face::Line, colors.text_subdued);
    }
}

/// A line with a head; it ends at the halo of its target.
fn arrow(scene: &Scene, pen: &mut dyn Pen, points: &[Pos2], to: NodeId, line: Line) {
    let [first @ .., last] = points else { return };
    let Some(before) = first.last() else { return };
    let toward = (*last - *before).normalized();
    let tip = if scene.status.current == Some(to) { *last - toward * 4.0 } else { *last };
    let size = if line.width > 2.0 { 8.0 } else { 7.0 };
    let mut points = points.to_vec();
    if let Some(end) = points.last_mut() {
        // The line ends inside the head: a wide one would show at its tip.
        *end = tip - toward * (size - 1.0);
    }
    pen.path(&points, BEND, line);
    head(pen, tip, toward, size, line.color);
}

/// Draws the head of an arrow.
pub fn head(pen: &mut dyn Pen, tip: Pos2, toward: Vec2, size: f32, color: egui::Color32) {
    let across = vec2(-toward.y, toward.x) * (size / 2.0);
    let back = tip - toward * size;
    pen.polygon(&[tip, back + across, back - across], color);
}

/// Draws a label: a glyph and words in a small box, outlined in `accent` when it is part of the path.
pub fn chip(scene: &Scene, pen: &mut dyn Pen, rect: Rect, icon: Icon, text: &str, accent: Option<egui::Color32>) {
    let colors = &scene.colors;
    pen.rect(rect, [4.0; 4], colors.bg_canvas, Line::solid(1.0, accent.unwrap_or(colors.line_subtle)));
    let glyph = match (accent, icon) {
        (Some(accent), _) => accent,
        (None, Icon::Caught) => colors.catch_dim,
        (None, _) => colors.text_subdued,
    };
    pen.icon(pos2(rect.left() + 13.0, rect.center().y), 12.0, icon, glyph);
    let color = if accent.is_some() { colors.text_strong } else { colors.text };
    let at = pos2(rect.left() + 22.0, rect.center().y + 4.0);
    fitted_text(pen, at, text, Face::Line, color, rect.width() - CHIP_EXTRA + 1.0);
}
