//! How one state is drawn: its box, status, words, and what stands around it.

use egui::{Color32, Rect, pos2, vec2};

use super::super::model::{GraphNode, NodeId};
use super::super::status::NodeStatus;
use super::super::style::{BREAKPOINT_SLOT, CHIP_HEIGHT, Icon, NODE_RADIUS, RETRY_OUT, STATUS_BLOCK, TEXT_LEFT};
use super::compared;
use super::pen::{Dash, Detail, Face, Line, Pen, fitted_text};
use super::scene::Scene;
use crate::ui::theme::Theme;
use crate::ui::widgets::{BreakpointKind, BreakpointMark, Status, grouped};

/// How far anything of a state reaches out of its box.
pub const REACH: f32 = 140.0;

/// Draws a state that is not shown as a container.
pub fn draw(scene: &Scene, pen: &mut dyn Pen, id: NodeId) {
    let (Some(rect), Some(node)) = (scene.layout.node(id), scene.model.node(id)) else { return };
    let reach = if node.has_retry { REACH } else { 32.0 };
    if !pen.view().intersects(rect.expand(reach)) {
        return;
    }
    let status = scene.status.node(id);
    pen.fade(scene.is_faded(id));
    if node.has_retry && pen.detail() > Detail::Boxes {
        retry_loop(scene, pen, rect, status, scene.status.current == Some(id));
    }
    let shows_lanes = node.is_container() && scene.layout.shows_lanes(id);
    if !shows_lanes {
        halo(scene, pen, id, rect, NODE_RADIUS);
        body(scene, pen, id, rect, node, status);
        if let Some(mark) = status.breakpoint {
            breakpoint(&scene.colors, pen, pos2(rect.right() - 15.0, rect.center().y), mark);
        }
        if status.always.is_some() && pen.detail() > Detail::Boxes {
            pen.icon(pos2(rect.right() - 15.0, rect.top() + 10.0), 14.0, Icon::Always, scene.colors.now);
        }
    }
    badge(scene, pen, rect, status);
    ring(scene, pen, id, rect, if node.is_terminal() { rect.height() / 2.0 } else { NODE_RADIUS });
    pen.fade(false);
}

/// The outline of a status; containers have it as well.
pub fn outline(scene: &Scene, status: &NodeStatus, detail: Detail) -> Line {
    let colors = &scene.colors;
    let color = if scene.status.is_stale { colors.line_strong } else { status.state.color(colors) };
    let dash = |dash| if detail == Detail::Boxes { Dash::Solid } else { dash };
    if let Some(coverage) = &status.coverage {
        return match coverage.heat {
            0 => Line::broken(1.0, colors.status_none, dash(Dash::DOTTED)),
            _ => Line::solid(1.0, colors.text_subdued),
        };
    }
    if let Some(sign) = status.compared {
        return compared::outline(scene, sign, detail);
    }
    match status.state {
        Status::NotReached => Line::broken(1.0, color, dash(Dash::DOTTED)),
        Status::Running => Line::broken(1.5, color, Dash::Solid),
        Status::Waiting | Status::Succeeded | Status::Retried => Line::solid(1.5, color),
        Status::FailedAttempt => Line::broken(1.5, color, dash(Dash::DASHED)),
        Status::Caught | Status::TimedOut | Status::Compensated => Line::solid(1.5, color),
        Status::Aborted => Line::broken(1.5, color, dash(Dash::FOCUS)),
        Status::Failed => Line::solid(2.5, color),
    }
}

/// The halo of the current state and its tab.
pub fn halo(scene: &Scene, pen: &mut dyn Pen, id: NodeId, rect: Rect, radius: f32) {
    if scene.status.current != Some(id) {
        return;
    }
    let colors = &scene.colors;
    let mut radii = [radius + 4.0; 4];
    if scene.status.is_stopped && pen.detail() > Detail::Boxes {
        // The tab stands on the corner of the halo.
        radii[0] = 0.0;
        let width = pen.width("Stopped", Face::Tab) + 36.0;
        let tab = Rect::from_min_size(rect.left_top() - vec2(4.0, 26.0), vec2(width, 26.0));
        pen.rect(tab, [6.0, 6.0, 0.0, 0.0], colors.now, Line::NONE);
        pen.icon(pos2(tab.left() + 14.0, tab.top() + 11.0), 14.0, Icon::Stopped, colors.on_now);
        pen.text(pos2(tab.left() + 24.0, tab.top() + 15.0), "Stopped", Face::Tab, colors.on_now);
    }
    pen.rect(rect.expand(4.0), radii, Color32::TRANSPARENT, Line::solid(2.0, colors.now));
}

/// The ring of the selection, dashed when the keyboard moved it.
pub fn ring(scene: &Scene, pen: &mut dyn Pen, id: NodeId, rect: Rect, radius: f32) {
    if scene.focus.selected != Some(id) {
        return;
    }
    // Around the halo, if there is one.
    let outset = if scene.status.current == Some(id) { 7.0 } else { 3.0 };
    let line = if scene.focus.by_keyboard {
        Line::broken(2.0, scene.colors.now, Dash::FOCUS)
    } else {
        Line::solid(1.5, scene.colors.text_strong)
    };
    let outset = outset + line.width / 2.0;
    pen.rect(rect.expand(outset), [radius + outset; 4], Color32::TRANSPARENT, line);
}

fn body(scene: &Scene, pen: &mut dyn Pen, id: NodeId, rect: Rect, node: &GraphNode, status: &NodeStatus) {
    let colors = &scene.colors;
    let detail = pen.detail();
    let radius = if node.is_terminal() { rect.height() / 2.0 } else { NODE_RADIUS };
    if let Some(sign) = status.compared {
        return compared::body(scene, pen, rect, radius, node, sign);
    }
    let is_reached = status.state != Status::NotReached;
    let heat =
        status.coverage.as_ref().and_then(|coverage| colors.heat.get(usize::from(coverage.heat).checked_sub(1)?));
    let fill = match heat {
        Some(heat) => *heat,
        None if scene.is_lit(id) => colors.bg_hover,
        None => colors.bg_panel,
    };
    let accent = if scene.status.is_stale { colors.line_strong } else { status.state.color(colors) };
    let block = Rect::from_min_size(rect.min, vec2(STATUS_BLOCK, rect.height()));
    let glyph_at = block.center();
    if status.coverage.is_some() {
        pen.rect(rect, [radius; 4], fill, Line::NONE);
        pen.icon(glyph_at, 16.0, Icon::of_kind(node.kind), colors.text);
    } else {
        if !is_reached || scene.status.is_stale {
            pen.rect(rect, [radius; 4], fill, Line::NONE);
        } else {
            // The block is what the rest leaves of a tinted box: its corners are then those of the box.
            pen.rect(rect, [radius; 4], colors.tint(accent), Line::NONE);
            let rest = Rect::from_min_max(block.right_top(), rect.max);
            pen.rect(rest, [0.0, radius, radius, 0.0], fill, Line::NONE);
            if status.state == Status::Compensated && detail > Detail::Boxes {
                stripes(pen, block.shrink2(vec2(1.0, 1.5)), radius, accent.gamma_multiply(0.45));
            }
        }
        pen.icon(glyph_at, 16.0, Icon::of_status(status.state), accent);
    }
    let line = outline(scene, status, detail);
    pen.rect(rect, [radius; 4], Color32::TRANSPARENT, line);
    if status.state == Status::Caught && detail > Detail::Boxes && status.coverage.is_none() {
        pen.rect(rect.shrink(3.0), [radius - 2.5; 4], Color32::TRANSPARENT, Line::solid(1.0, line.color));
    }
    words(scene, pen, rect, node, status);
}

fn words(scene: &Scene, pen: &mut dyn Pen, rect: Rect, node: &GraphNode, status: &NodeStatus) {
    let colors = &scene.colors;
    if pen.detail() == Detail::Boxes {
        return;
    }
    let is_reached = status.state != Status::NotReached || status.coverage.as_ref().is_some_and(|it| it.heat > 0);
    let left = rect.left() + TEXT_LEFT;
    let mut room = rect.right() - BREAKPOINT_SLOT - left;
    if node.is_container() {
        room -= 18.0;
        pen.icon(unfold_rect(rect).center(), 14.0, Icon::Unfold, colors.text_subdued);
    }
    let name_color = if is_reached { colors.text_strong } else { colors.text_subdued };
    if pen.detail() == Detail::Names {
        fitted_text(pen, pos2(left, rect.center().y + 5.0), &node.name, Face::Name, name_color, room);
        return;
    }
    fitted_text(pen, pos2(left, rect.top() + 19.0), &node.name, Face::Name, name_color, room);
    let baseline = rect.top() + 35.0;
    if let Some(coverage) = &status.coverage {
        let line = if coverage.heat == 0 { "never" } else { &coverage.line };
        let color = if coverage.heat == 0 { colors.text_subdued } else { colors.text_strong };
        fitted_text(pen, pos2(left, baseline), line, Face::Line, color, room);
        return;
    }
    if let Some(iterations) = status.iterations {
        let mut at = left;
        for (count, icon, color) in [
            (iterations.done, Icon::Succeeded, colors.status_ok),
            (iterations.failed, Icon::Failed, colors.status_fail),
        ] {
            if count == 0 && icon == Icon::Failed {
                continue;
            }
            let text = count.to_string();
            pen.text(pos2(at, baseline), &text, Face::Badge, colors.text_strong);
            at += pen.width(&text, Face::Badge) + 9.0;
            pen.icon(pos2(at, baseline - 4.0), 12.0, icon, color);
            at += 14.0;
        }
        return;
    }
    let icon = if node.compensates { Icon::Undo } else { Icon::of_kind(node.kind) };
    pen.icon(pos2(left + 6.0, baseline - 4.0), 12.0, icon, colors.text_subdued);
    let at = pos2(left + 16.0, baseline);
    if status.asks {
        fitted_text(pen, at, "asks for an answer", Face::Line, colors.text_strong, room - 16.0);
    } else if status.n_visits > 1 {
        let line = format!("{} · {} visits", node.second_line, grouped(u64::from(status.n_visits)));
        fitted_text(pen, at, &line, Face::Line, colors.text_subdued, room - 16.0);
    } else {
        fitted_text(pen, at, &node.second_line, Face::Line, colors.text_subdued, room - 16.0);
    }
}

/// Returns where a folded container unfolds.
pub fn unfold_rect(rect: Rect) -> Rect {
    Rect::from_center_size(pos2(rect.right() - 34.0, rect.center().y), vec2(18.0, 24.0))
}

/// Returns where a click sets or removes a breakpoint.
pub fn breakpoint_rect(rect: Rect) -> Rect {
    Rect::from_min_max(pos2(rect.right() - BREAKPOINT_SLOT, rect.top()), rect.max)
}

/// Lines from the bottom left to the top right, 6 apart, cut off at the block.
fn stripes(pen: &mut dyn Pen, block: Rect, radius: f32, color: Color32) {
    let mut start = 6.0;
    while start < block.width() + block.height() {
        let from = pos2(block.left() + (start - block.height()).max(0.0), block.top() + start.min(block.height()));
        let to = pos2(block.left() + start.min(block.width()), block.top() + (start - block.width()).max(0.0));
        // The corners are round: stripes that would show outside of them are left out.
        if start > radius * 0.6 {
            pen.path(&[from, to], 0.0, Line::solid(2.0, color));
        }
        start += 6.0;
    }
}

fn badge(scene: &Scene, pen: &mut dyn Pen, rect: Rect, status: &NodeStatus) {
    let Some(attempts) = status.attempts.filter(|it| it.made > 1 && pen.detail() == Detail::Full) else { return };
    let colors = &scene.colors;
    let text = attempts.to_string();
    let width = pen.width(&text, Face::Badge) + 32.0;
    let pill = Rect::from_min_size(pos2(rect.right() - width, rect.top() - 25.0), vec2(width, 19.0));
    pen.rect(pill, [9.5; 4], colors.bg_panel, Line::solid(1.5, colors.status_retry));
    pen.icon(pos2(pill.left() + 14.0, pill.center().y), 12.0, Icon::Retry, colors.status_retry);
    pen.text(pos2(pill.left() + 23.0, pill.center().y + 4.0), &text, Face::Badge, colors.text_strong);
}

/// A breakpoint is a disc, one with a condition has two bars in it, a logpoint is a diamond; hollow where it is off.
pub fn breakpoint(colors: &Theme, pen: &mut dyn Pen, at: egui::Pos2, mark: BreakpointMark) {
    let ink = colors.status_fail;
    match (mark.kind, mark.on) {
        (BreakpointKind::Log, true) => pen.polygon(&BreakpointMark::diamond(at, 6.0), ink),
        (BreakpointKind::Log, false) => {
            let [top, right, bottom, left] = BreakpointMark::diamond(at, 5.5);
            pen.path(&[top, right, bottom, left, top], 0.0, Line::solid(1.5, ink));
        }
        (_, true) => pen.disc(at, 5.0, ink, Line::NONE),
        (_, false) => pen.disc(at, 4.5, Color32::TRANSPARENT, Line::solid(1.5, ink)),
    }
    if mark.kind == BreakpointKind::Conditional {
        let bars = if mark.on { colors.bg_panel } else { ink };
        for bar in BreakpointMark::bars(at) {
            pen.path(&bar, 0.0, Line::solid(1.25, bars));
        }
    }
}

fn retry_loop(scene: &Scene, pen: &mut dyn Pen, rect: Rect, status: &NodeStatus, is_current: bool) {
    let colors = &scene.colors;
    let is_used = status.retry_text.is_some() && !scene.status.is_stale;
    let (width, color) = if is_used { (2.0, colors.status_retry) } else { (1.25, colors.catch_dim) };
    let end = rect.left() - if is_current { 4.0 } else { 0.0 };
    let out = rect.left() - RETRY_OUT;
    let (high, low) = (rect.top() + 12.0, rect.top() + 32.0);
    let head = if is_used { 8.0 } else { 7.0 };
    let points = [pos2(end, low), pos2(out, low), pos2(out, high), pos2(end - head + 1.0, high)];
    pen.path(&points, 6.0, Line::solid(width, color));
    super::edge::head(pen, pos2(end, high), vec2(1.0, 0.0), head, color);
    let Some(text) = status.retry_text.as_ref().filter(|_| pen.detail() == Detail::Full) else { return };
    let max = super::super::style::RETRY_ROOM - RETRY_OUT - 8.0 - 30.0;
    let width = pen.width(text, Face::Line).min(max) + 30.0;
    let chip =
        Rect::from_min_size(pos2(out - 8.0 - width, rect.top() + 22.0 - CHIP_HEIGHT / 2.0), vec2(width, CHIP_HEIGHT));
    super::edge::chip(scene, pen, chip, Icon::Retry, text, Some(color));
}
