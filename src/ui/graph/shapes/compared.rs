//! How two runs look on one graph: every state and way with a sign, a line and a word.

use egui::{Pos2, Rect, pos2, vec2};

use super::super::model::GraphNode;
use super::super::style::{BREAKPOINT_SLOT, Icon, STATUS_BLOCK, TEXT_LEFT};
use super::pen::{Dash, Detail, Face, Line, Pen, fitted_text};
use super::scene::Scene;
use crate::ui::compare::Sign;

/// The outline of a state.
pub fn outline(scene: &Scene, sign: Sign, detail: Detail) -> Line {
    let colors = &scene.colors;
    let dash = |dash| if detail == Detail::Boxes { Dash::Solid } else { dash };
    match sign {
        Sign::OnlyLeft => Line::broken(1.5, colors.now, dash(Dash::DASHED)),
        Sign::OnlyRight => Line::solid(1.5, colors.now),
        Sign::Differs => Line::solid(2.5, colors.now),
        Sign::Same => Line::solid(1.0, colors.text_subdued),
    }
}

/// Draws the inside of a state.
pub fn body(scene: &Scene, pen: &mut dyn Pen, rect: Rect, radius: f32, node: &GraphNode, sign: Sign) {
    let colors = &scene.colors;
    let is_same = sign == Sign::Same;
    let ground = if is_same { colors.bg_panel } else { colors.tint(colors.now) };
    pen.rect(rect, [radius; 4], ground, Line::NONE);
    let rest = Rect::from_min_max(pos2(rect.left() + STATUS_BLOCK, rect.top()), rect.max);
    pen.rect(rest, [0.0, radius, radius, 0.0], colors.bg_panel, Line::NONE);
    let ink = if is_same { colors.text_subdued } else { colors.text_strong };
    let mark = sign.mark();
    let at = pos2(rect.left() + (STATUS_BLOCK - pen.width(mark, Face::Name)) / 2.0, rect.center().y + 5.0);
    pen.text(at, mark, Face::Name, ink);
    let line = outline(scene, sign, pen.detail());
    pen.rect(rect, [radius; 4], egui::Color32::TRANSPARENT, line);
    if sign == Sign::OnlyRight && pen.detail() > Detail::Boxes {
        pen.rect(rect.shrink(3.0), [radius - 2.5; 4], egui::Color32::TRANSPARENT, Line::solid(1.0, line.color));
    }
    if pen.detail() == Detail::Boxes {
        return;
    }
    let left = rect.left() + TEXT_LEFT;
    let room = rect.right() - BREAKPOINT_SLOT - left;
    let is_alone = pen.detail() == Detail::Names;
    let baseline = if is_alone { rect.center().y + 5.0 } else { rect.top() + 19.0 };
    fitted_text(pen, pos2(left, baseline), &node.name, Face::Name, colors.text_strong, room);
    if pen.detail() == Detail::Full {
        let baseline = rect.top() + 35.0;
        pen.icon(pos2(left + 6.0, baseline - 4.0), 12.0, Icon::of_kind(node.kind), colors.text_subdued);
        fitted_text(pen, pos2(left + 16.0, baseline), sign.words(), Face::Line, ink, room - 16.0);
    }
}

/// Returns the line of a way.
pub fn edge(scene: &Scene, sign: Sign) -> Line {
    let colors = &scene.colors;
    match sign {
        Sign::OnlyLeft => Line::broken(2.5, colors.now, Dash::DASHED),
        Sign::OnlyRight => Line::solid(2.5, colors.now),
        Sign::Differs => Line::solid(2.5, colors.text_strong),
        Sign::Same => Line::solid(1.5, colors.text),
    }
}

/// Draws the sign of a way on its longest piece.
pub fn edge_mark(scene: &Scene, pen: &mut dyn Pen, points: &[Pos2], sign: Sign) {
    if sign == Sign::Same || pen.detail() == Detail::Boxes {
        return;
    }
    let longest = points.windows(2).max_by(|a, b| (a[1] - a[0]).length().total_cmp(&(b[1] - b[0]).length()));
    let Some([from, to]) = longest.and_then(|it| <&[Pos2; 2]>::try_from(it).ok()) else { return };
    let at = *from + (*to - *from) / 2.0;
    let colors = &scene.colors;
    let disc = Rect::from_center_size(at, vec2(16.0, 16.0));
    pen.rect(disc, [8.0; 4], colors.bg_canvas, Line::solid(1.0, colors.now));
    let width = pen.width(sign.mark(), Face::Badge);
    pen.text(pos2(at.x - width / 2.0, at.y + 4.0), sign.mark(), Face::Badge, colors.text_strong);
}
