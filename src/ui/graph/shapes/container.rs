//! How Parallel and Map are drawn: a box with a header around lanes.

use egui::{Color32, Pos2, Rect, pos2, vec2};

use super::super::model::NodeId;
use super::super::style::{HEADER_HEIGHT, Icon};
use super::node;
use super::pen::{Detail, Face, Line, Pen};
use super::scene::Scene;
use crate::ui::widgets::Status;

const RADIUS: f32 = 8.0;

/// Draws all containers that show their lanes, outer ones first.
pub fn draw_all(scene: &Scene, pen: &mut dyn Pen) {
    let mut lanes = scene.layout.lanes.iter().peekable();
    for id in &scene.layout.containers {
        let Some(rect) = scene.layout.node(*id) else { continue };
        let is_visible = pen.view().intersects(rect.expand(32.0));
        if is_visible {
            draw_box(scene, pen, *id, rect);
        }
        // Lanes are listed in the order of their containers.
        while let Some(lane) = lanes.next_if(|lane| lane.id.container == *id) {
            if is_visible && pen.view().intersects(lane.rect) {
                pen.rect(lane.rect, [4.0; 4], scene.colors.bg_canvas, Line::solid(1.0, scene.colors.line_subtle));
            }
        }
    }
}

/// Returns the part of a container that answers to the pointer.
pub fn header_rect(rect: Rect) -> Rect {
    Rect::from_min_size(rect.min, vec2(rect.width(), HEADER_HEIGHT))
}

/// Returns where a container folds.
pub fn caret_rect(rect: Rect) -> Rect {
    Rect::from_center_size(pos2(rect.right() - 15.0, rect.top() + 15.0), vec2(24.0, 24.0))
}

fn draw_box(scene: &Scene, pen: &mut dyn Pen, id: NodeId, rect: Rect) {
    let Some(model) = scene.model.node(id) else { return };
    let colors = &scene.colors;
    let status = scene.status.node(id);
    pen.fade(scene.is_faded(id));
    node::halo(scene, pen, id, rect, RADIUS);
    let fill = if scene.is_lit(id) { colors.bg_raised } else { colors.bg_panel };
    let line = node::outline(scene, status, pen.detail());
    pen.rect(rect, [RADIUS; 4], fill, line);
    if pen.detail() == Detail::Boxes {
        pen.icon(pos2(rect.left() + 18.0, rect.top() + 15.0), 16.0, Icon::of_kind(model.kind), colors.text_subdued);
        pen.fade(false);
        return;
    }
    let is_reached = status.state != Status::NotReached || status.coverage.as_ref().is_some_and(|it| it.heat > 0);
    let name_width = pen.width(&model.name, Face::Name);
    let second_line = match &status.coverage {
        Some(coverage) if coverage.heat == 0 => "never",
        Some(coverage) => coverage.line.as_str(),
        None if status.compared.is_some() => status.compared.map_or("", crate::ui::compare::Sign::words),
        None => model.second_line.as_str(),
    };
    let second_width = if pen.detail() == Detail::Full { 8.0 + pen.width(second_line, Face::Line) } else { 0.0 };
    // Wide containers keep their header in view.
    let most = (rect.right() - 64.0 - 28.0 - name_width - second_width).max(rect.left());
    let left = pen.view().left().clamp(rect.left(), most);
    let baseline = rect.top() + 19.5;
    pen.icon(Pos2::new(left + 18.0, rect.top() + 15.0), 14.0, Icon::of_kind(model.kind), colors.text_subdued);
    let name_color = if is_reached { colors.text_strong } else { colors.text_subdued };
    pen.text(pos2(left + 30.0, baseline), &model.name, Face::Name, name_color);
    if pen.detail() == Detail::Full {
        pen.text(pos2(left + 38.0 + name_width, baseline), second_line, Face::Line, colors.text_subdued);
    }
    let mut right = rect.right() - 15.0;
    pen.icon(pos2(right, rect.top() + 15.0), 14.0, Icon::Fold, colors.text_subdued);
    if let Some(mark) = status.breakpoint {
        right -= 18.0;
        node::breakpoint(colors, pen, pos2(right, rect.top() + 15.0), mark);
    }
    if status.always.is_some() {
        right -= 18.0;
        pen.icon(pos2(right, rect.top() + 15.0), 14.0, Icon::Always, colors.now);
    }
    if is_reached && status.coverage.is_none() {
        right -= 18.0;
        pen.icon(pos2(right, rect.top() + 15.0), 16.0, Icon::of_status(status.state), line.color);
    }
    if status.state == Status::Caught && status.coverage.is_none() {
        pen.rect(rect.shrink(3.0), [RADIUS - 2.5; 4], Color32::TRANSPARENT, Line::solid(1.0, line.color));
    }
    pen.fade(false);
}
