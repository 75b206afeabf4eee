//! The mark of a breakpoint: its shape tells what kind it is, whether it is filled whether it is on.

use egui::{Painter, Pos2, Shape, Stroke, pos2, vec2};

use crate::ui::theme::Theme;

/// What kind of breakpoint it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakpointKind {
    /// It writes into the console and does not stop.
    Log,
    /// It stops if a condition holds, or at certain hits.
    Conditional,
    /// It stops.
    Plain,
}

/// The mark of a breakpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakpointMark {
    /// What kind it is.
    pub kind: BreakpointKind,
    /// Whether it is switched on.
    pub on: bool,
}

impl BreakpointMark {
    /// Returns the mark of a breakpoint without conditions.
    pub fn plain(on: bool) -> Self {
        Self { kind: BreakpointKind::Plain, on }
    }

    /// Returns the mark in words.
    pub fn words(self) -> &'static str {
        match (self.kind, self.on) {
            (BreakpointKind::Plain, true) => "breakpoint",
            (BreakpointKind::Plain, false) => "breakpoint off",
            (BreakpointKind::Conditional, true) => "conditional breakpoint",
            (BreakpointKind::Conditional, false) => "conditional breakpoint off",
            (BreakpointKind::Log, true) => "logpoint",
            (BreakpointKind::Log, false) => "logpoint off",
        }
    }

    /// Returns the mark that stands for both of two on one place: what stops says more than what writes.
    pub fn and(self, other: Self) -> Self {
        if (other.on, other.kind) > (self.on, self.kind) { other } else { self }
    }

    /// Returns the corners of a diamond, from the top clockwise.
    pub fn diamond(at: Pos2, radius: f32) -> [Pos2; 4] {
        let (across, up) = (vec2(radius, 0.0), vec2(0.0, radius));
        [at - up, at + across, at + up, at - across]
    }

    /// Returns the two bars inside of a conditional one, each from end to end.
    pub fn bars(at: Pos2) -> [[Pos2; 2]; 2] {
        [-1.5, 1.5].map(|y| [pos2(at.x - 2.5, at.y + y), pos2(at.x + 2.5, at.y + y)])
    }

    /// Paints the mark on a panel.
    pub fn paint(self, painter: &Painter, at: Pos2, theme: &Theme) {
        let ink = theme.status_fail;
        match (self.kind, self.on) {
            (BreakpointKind::Log, true) => {
                painter.add(Shape::convex_polygon(Self::diamond(at, 6.0).to_vec(), ink, Stroke::NONE));
            }
            (BreakpointKind::Log, false) => {
                painter.add(Shape::closed_line(Self::diamond(at, 5.5).to_vec(), Stroke::new(1.5, ink)));
            }
            (_, true) => {
                painter.circle_filled(at, 5.0, ink);
            }
            (_, false) => {
                painter.circle_stroke(at, 4.5, Stroke::new(1.5, ink));
            }
        }
        if self.kind == BreakpointKind::Conditional {
            let bars = if self.on { theme.bg_panel } else { ink };
            for bar in Self::bars(at) {
                painter.line_segment(bar, Stroke::new(1.25, bars));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_marks_on_one_state_the_one_that_stops_is_shown() {
        let mark = |kind, on| BreakpointMark { kind, on };
        use BreakpointKind::{Conditional, Log, Plain};
        assert_eq!(mark(Log, true).and(mark(Conditional, true)), mark(Conditional, true));
        assert_eq!(mark(Plain, true).and(mark(Log, true)), mark(Plain, true));
        assert_eq!(mark(Plain, false).and(mark(Log, true)), mark(Log, true));
    }
}
