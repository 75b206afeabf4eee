//! The small drawings of the samples on the first page: the shape of the workflow and where it breaks.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::theme::Theme;
use super::widgets::Status;

/// A box on a grid of 4 columns and 4 rows, in half steps.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Middle, in columns.
    pub column: f32,
    /// Middle, in rows.
    pub row: f32,
    /// What it has come to.
    pub status: Status,
}

/// A line between two blocks, by their positions.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Position of the block it leaves.
    pub from: usize,
    /// Position of the block it reaches.
    pub to: usize,
    /// A Catch: dashed, out of the side.
    pub catch: bool,
}

/// A drawing.
#[derive(Clone, Copy, Debug)]
pub struct Thumbnail {
    /// The boxes.
    pub blocks: &'static [Block],
    /// The lines.
    pub links: &'static [Link],
    /// Whether a frame stands around it, as around Parallel and Map.
    pub framed: bool,
}

const BLOCK: egui::Vec2 = vec2(15.0, 7.0);

/// Paints the drawing in `rect`.
pub fn paint(painter: &Painter, rect: Rect, thumbnail: &Thumbnail, theme: &Theme) {
    let at = |block: &Block| -> Pos2 {
        let step = vec2(rect.width() / 4.0, rect.height() / 4.0);
        pos2((rect.left() + (block.column + 0.5) * step.x).round(), (rect.top() + (block.row + 0.5) * step.y).round())
    };
    if thumbnail.framed {
        painter.rect_stroke(rect.expand(1.0), 3.0, Stroke::new(1.0, theme.line_strong), StrokeKind::Inside);
    }
    for link in thumbnail.links {
        let (Some(from), Some(to)) = (thumbnail.blocks.get(link.from), thumbnail.blocks.get(link.to)) else { continue };
        let (start, end) = (at(from), at(to));
        if link.catch {
            let stroke = Stroke::new(1.0, theme.status_retry);
            let corner = pos2(end.x, start.y);
            let path = [start + vec2(BLOCK.x / 2.0, 0.0), corner, end - vec2(0.0, BLOCK.y / 2.0)];
            painter.extend(Shape::dashed_line(&path, stroke, 2.0, 2.0));
        } else {
            let stroke = Stroke::new(1.0, theme.line_strong);
            let half = f32::midpoint(start.y, end.y);
            painter.line(vec![start, pos2(start.x, half), pos2(end.x, half), end], stroke);
        }
    }
    for block in thumbnail.blocks {
        let body = Rect::from_center_size(at(block), BLOCK);
        let color: Color32 = block.status.color(theme);
        painter.rect_filled(body, 2.0, theme.bg_panel);
        painter.rect(body, 2.0, theme.tint(color), Stroke::new(1.0, color), StrokeKind::Inside);
    }
}

/// Returns a block.
pub const fn block(column: f32, row: f32, status: Status) -> Block {
    Block { column, row, status }
}

/// Returns a line.
pub const fn next(from: usize, to: usize) -> Link {
    Link { from, to, catch: false }
}

/// Returns the dashed line of a Catch.
pub const fn catch(from: usize, to: usize) -> Link {
    Link { from, to, catch: true }
}
