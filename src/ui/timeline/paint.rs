//! Painting of the timeline: ruler, blocks, back-offs, gaps, cursor, overview. Only what is visible.

use egui::{Painter, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};
use egui_phosphor::regular as icons;

use super::axis::{clock, gap_label};
use super::{Lane, Pass, Span, SpanKind};
use crate::ui::fonts;
use crate::ui::theme::{Theme, radius};
use crate::ui::widgets::{Status, draw};

const BLOCK: f32 = 20.0;
/// A block with less room than this is a bar.
const NARROW: f32 = 3.0;
/// A block with less room than this has no text.
const TEXT_FITS: f32 = 14.0;

/// Paints the marks of the ruler.
pub fn ruler(ui: &Ui, pass: &Pass<'_>, rect: Rect, theme: &Theme) {
    let painter = ui.painter().with_clip_rect(rect.with_min_x(pass.area.left() - 8.0).intersect(ui.clip_rect()));
    ui.painter().rect_filled(rect, 0.0, theme.bg_panel);
    draw::rule_below(ui.painter(), rect, theme);
    let width = f64::from(pass.area.width());
    let (from, to) = (pass.range.0 * width, pass.range.1 * width);
    let apart = 84.0 * (pass.range.1 - pass.range.0);
    let cursor = pass.cursor_x();
    for tick in pass.axis.ticks(from, to, apart) {
        let x = pass.screen_x(tick.x).floor() + 0.5;
        painter.vline(x, (rect.bottom() - 5.0)..=rect.bottom(), Stroke::new(1.0, theme.line_strong));
        let text = draw::line(&painter, &tick.label, fonts::mono(fonts::SMALL), theme.text_subdued, 160.0);
        let span = Rect::from_min_size(pos2(x, rect.top()), vec2(text.size().x + 8.0, rect.height()));
        // The flag of the cursor hides the labels that it would cover.
        if span.right() < cursor - 48.0 || span.left() > cursor + 48.0 {
            painter.galley(pos2(x + 4.0, rect.top() + 5.0), text, theme.text_subdued);
        }
    }
}

/// Paints the blocks of one lane, and the gaps that go through it.
pub fn lane(ui: &Ui, pass: &Pass<'_>, lane: &Lane, rect: Rect, theme: &Theme) {
    let clip = rect.with_min_x(pass.area.left() - 8.0).intersect(ui.clip_rect());
    let painter = ui.painter().with_clip_rect(clip);
    for gap in pass.axis.gaps() {
        let (left, right) = (pass.screen_x(gap.left), pass.screen_x(gap.right));
        if right >= clip.left() && left <= clip.right() {
            gap_band(&painter, Rect::from_x_y_ranges(left..=right, rect.y_range()), theme);
        }
    }
    let (from, to) = (pass.axis_x(clip.left()), pass.axis_x(clip.right()));
    let mut idx = first_visible(pass, lane, from);
    while let Some(span) = lane.spans.get(idx) {
        let (left, right) = pass.lanes.span_x(pass.axis, span);
        // What has happened since the axis was made stands at its end, however much it is.
        if left > to || pass.lanes.begin(pass.axis, span) > pass.axis.end() {
            break;
        }
        // Of spans that begin on one pixel the first is painted, so that cost does not grow with the run.
        idx += 1;
        if dense(lane.spans.len() - idx) {
            let next = pass.axis.position_of(pass.axis_x(pass.screen_x(left) + 1.0));
            idx = lane.spans.partition_point_from(idx, |it| pass.lanes.begin(pass.axis, it) < next);
        }
        if right < from {
            continue;
        }
        let (left, right) = (pass.screen_x(left), pass.screen_x(right));
        let block = Rect::from_min_max(
            pos2(left, rect.center().y - BLOCK / 2.0),
            pos2(right.max(left + 2.0), rect.center().y + BLOCK / 2.0),
        );
        let future = span.events.0 > pass.cursor;
        let painter = if future { faded(&painter) } else { painter.clone() };
        span_shape(ui, &painter, pass, span, block, theme);
    }
}

/// Returns the first span that may be visible: ends are not in order where iterations overlap, so it looks back a little.
fn first_visible(pass: &Pass<'_>, lane: &Lane, from: f64) -> usize {
    const BACK: usize = 64;
    let position = pass.axis.position_of(from);
    lane.spans.partition_point_from(0, |span| pass.lanes.begin(pass.axis, span) < position).saturating_sub(BACK)
}

/// Whether there are so many spans that those on one pixel are worth leaving out; else each is painted.
fn dense(n_spans: usize) -> bool {
    n_spans > 128
}

fn faded(painter: &Painter) -> Painter {
    let mut painter = painter.clone();
    painter.set_opacity(0.4);
    painter
}

fn span_shape(ui: &Ui, painter: &Painter, pass: &Pass<'_>, span: &Span, block: Rect, theme: &Theme) {
    if block.width() <= NARROW {
        let color = match &span.kind {
            SpanKind::Wait | SpanKind::BackOff { .. } => theme.status_wait,
            SpanKind::Attempt { outcome, .. } => outcome.color(theme),
        };
        painter.rect_filled(block, 0.0, color);
        return;
    }
    match &span.kind {
        SpanKind::Wait => {
            let y = block.center().y.floor();
            painter.hline(block.x_range(), y, Stroke::new(2.0, theme.status_wait));
        }
        SpanKind::BackOff { formulas } => back_off(ui, painter, block, formulas, theme),
        SpanKind::Attempt { number, outcome } => {
            let outcome = if span.events.1 <= pass.cursor { *outcome } else { Status::Running };
            let gap = pass.axis.gaps().iter().find(|gap| {
                let (left, right) = (pass.screen_x(gap.left), pass.screen_x(gap.right));
                left > block.left() + 1.0 && right < block.right() - 1.0
            });
            let Some(gap) = gap else {
                attempt(ui, painter, block, *number, outcome, theme, true);
                return;
            };
            // An attempt that lasts through a gap: its begin, a line, its end.
            let (left, right) = (pass.screen_x(gap.left), pass.screen_x(gap.right));
            painter.hline(block.x_range(), block.center().y.floor(), Stroke::new(2.0, outcome.color(theme)));
            let begin = block.with_max_x(left.min(block.left() + 22.0));
            let end = block.with_min_x(right.max(block.right() - 22.0));
            attempt(ui, painter, begin, *number, outcome, theme, false);
            attempt(ui, painter, end, 0, outcome, theme, true);
        }
    }
}

fn attempt(ui: &Ui, painter: &Painter, block: Rect, number: u32, outcome: Status, theme: &Theme, ended: bool) {
    let color = outcome.color(theme);
    painter.rect_filled(block, radius::SEGMENT, theme.tint(color));
    match outcome {
        Status::FailedAttempt if block.width() > 8.0 => {
            draw::dashed_rect(painter, block.shrink(0.5), Stroke::new(1.0, color), 3.0, 2.0);
        }
        Status::Caught | Status::Failed | Status::TimedOut => {
            painter.rect_stroke(block, radius::SEGMENT, Stroke::new(1.5, color), StrokeKind::Inside);
        }
        _ => {
            painter.rect_stroke(block, radius::SEGMENT, Stroke::new(1.0, color), StrokeKind::Inside);
        }
    }
    if block.width() < TEXT_FITS {
        return;
    }
    let glyph = match outcome {
        _ if !ended => "",
        Status::Succeeded | Status::Retried | Status::Compensated => icons::CHECK,
        Status::Running | Status::Waiting | Status::NotReached => "",
        _ => icons::X,
    };
    let text = if number > 0 { number.to_string() } else { String::new() };
    let text_width = draw::width(ui, &text, fonts::strong(fonts::SMALL));
    let glyph_width = if glyph.is_empty() { 0.0 } else { 11.0 };
    let both = glyph_width + 3.0 + text_width <= block.width() - 4.0 && !glyph.is_empty() && number > 0;
    let width = if both { glyph_width + 3.0 + text_width } else { 0.0 };
    let center = block.center();
    if both {
        draw::icon(painter, pos2(center.x - width / 2.0 + 5.0, center.y), glyph, 11.0, color);
        let place = Rect::from_center_size(
            pos2(center.x + width / 2.0 - text_width / 2.0, center.y),
            vec2(text_width + 1.0, BLOCK),
        );
        draw::center(painter, place, &text, fonts::strong(fonts::SMALL), theme.text_strong);
    } else if glyph.is_empty() {
        draw::center(painter, block, &text, fonts::strong(fonts::SMALL), theme.text_strong);
    } else {
        draw::icon(painter, center, glyph, 11.0, color);
    }
}

fn back_off(ui: &Ui, painter: &Painter, block: Rect, formulas: &[String; 3], theme: &Theme) {
    let color = theme.status_wait;
    painter.rect_filled(block, radius::SEGMENT, theme.bg_canvas);
    if block.width() >= 4.0 {
        draw::hatch(painter, block.shrink(1.0), Stroke::new(1.0, color.gamma_multiply(0.55)), 6.0);
    }
    painter.rect_stroke(block, radius::SEGMENT, Stroke::new(1.0, color), StrokeKind::Inside);
    let font = fonts::mono(fonts::SMALL);
    let fitting = formulas.iter().map(|it| (it, draw::width(ui, it, font.clone()) + 8.0));
    if let Some((text, width)) = fitting.into_iter().find(|(_, width)| *width <= block.width() - 6.0) {
        let label = Rect::from_center_size(block.center(), vec2(width, 14.0));
        painter.rect_filled(label, 2.0, theme.bg_canvas);
        draw::center(painter, label, text, font, theme.text_strong);
    }
}

fn gap_band(painter: &Painter, rect: Rect, theme: &Theme) {
    painter.rect_filled(rect, 0.0, theme.bg_raised);
    for x in [rect.left(), rect.right()] {
        let n_points = (rect.height() / 6.0).ceil() as usize + 1;
        let points =
            (0..n_points).map(|idx| pos2(x + if idx % 2 == 0 { -2.0 } else { 2.0 }, rect.top() + idx as f32 * 6.0));
        painter.add(Shape::line(points.collect(), Stroke::new(1.0, theme.line_strong)));
    }
}

/// Paints the cursor with its flag, and what was cut out of the gaps.
pub fn cursor(ui: &Ui, pass: &Pass<'_>, ruler: Rect, body: Rect, theme: &Theme) {
    let span = body.with_min_x(pass.area.left() - 8.0);
    let inside = ui.painter().with_clip_rect(span.intersect(ui.clip_rect()));
    for gap in pass.axis.gaps() {
        let x = f32::midpoint(pass.screen_x(gap.left), pass.screen_x(gap.right));
        let text = gap_label(gap.millis);
        let width = draw::width(ui, &text, fonts::mono(fonts::SMALL)) + 12.0;
        let chip = Rect::from_center_size(pos2(x, body.bottom() - 14.0), vec2(width, 18.0));
        inside.rect(chip, radius::BUTTON, theme.bg_panel, Stroke::new(1.0, theme.line_control), StrokeKind::Inside);
        draw::center(&inside, chip, &text, fonts::mono(fonts::SMALL), theme.text_strong);
    }
    let x = pass.cursor_x();
    if x < pass.area.left() - 1.0 || x > pass.area.right() + 1.0 {
        return;
    }
    let painter = ui.painter();
    painter.vline(x.round(), (ruler.bottom() - 3.0)..=body.bottom(), Stroke::new(2.0, theme.now));
    let text = match pass.axis.mode() {
        super::Mode::ByEvent => format!("event {}", pass.cursor),
        _ => clock(pass.lanes.millis_of(pass.cursor)),
    };
    let width = draw::width(ui, &text, fonts::mono(fonts::SMALL)) + 12.0;
    let left = (x - width / 2.0).clamp(pass.area.left() - 8.0, (ruler.right() - width).max(pass.area.left()));
    let flag = Rect::from_min_size(pos2(left.round(), ruler.top() + 3.0), vec2(width, 18.0));
    painter.rect_filled(flag, radius::SEGMENT, theme.now);
    draw::center(painter, flag, &text, fonts::mono(fonts::SMALL), theme.on_now);
}

/// Paints the strip of the whole run with the part that is shown.
pub fn overview(ui: &Ui, pass: &Pass<'_>, strip: Rect, columns: &[Option<Status>], range: (f64, f64), theme: &Theme) {
    let painter = ui.painter().with_clip_rect(strip.expand(4.0).intersect(ui.clip_rect()));
    painter.rect(strip, radius::SEGMENT, theme.bg_canvas, Stroke::new(1.0, theme.line_subtle), StrokeKind::Inside);
    let mut start = 0;
    for idx in 1..=columns.len() {
        if idx == columns.len() || columns[idx] != columns[start] {
            if let Some(status) = columns[start] {
                let bar = Rect::from_min_max(
                    pos2(strip.left() + start as f32, strip.center().y - 3.0),
                    pos2(strip.left() + idx as f32, strip.center().y + 3.0),
                );
                painter.rect_filled(bar, 0.0, status.color(theme));
            }
            start = idx;
        }
    }
    let at = |share: f64| strip.left() + (share * f64::from(strip.width())) as f32;
    let shown = Rect::from_min_max(pos2(at(range.0), strip.top()), pos2(at(range.1), strip.bottom()));
    painter.rect_stroke(shown, radius::SEGMENT, Stroke::new(1.0, theme.line_control), StrokeKind::Inside);
    for x in [shown.left(), shown.right()] {
        let handle = Rect::from_center_size(pos2(x, strip.center().y), vec2(5.0, 12.0));
        painter.rect(handle, 2.0, theme.bg_panel, Stroke::new(1.0, theme.line_control), StrokeKind::Inside);
    }
    let cursor = strip.left() + pass.lanes.event_x(pass.axis, pass.cursor) as f32;
    painter.vline(cursor.round(), strip.expand(3.0).y_range(), Stroke::new(2.0, theme.now));
}
