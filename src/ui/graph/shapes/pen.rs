//! What the graph is drawn with, in points at zoom 1: on the screen and into files with the same strokes.

use egui::{Color32, Pos2, Rect};

use super::super::style::Icon;

/// The fonts of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Names of states: 13 SemiBold.
    Name,
    /// The "Stopped" tab: 12 SemiBold.
    Tab,
    /// Badges: 11 SemiBold.
    Badge,
    /// Second lines and labels: 11 Medium.
    Line,
}

impl Face {
    /// Returns the size in points.
    pub fn size(self) -> f32 {
        match self {
            Self::Name => 13.0,
            Self::Tab => 12.0,
            Self::Badge | Self::Line => 11.0,
        }
    }

    /// Returns whether it is the SemiBold face.
    pub fn is_strong(self) -> bool {
        !matches!(self, Self::Line)
    }
}

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// Into dashes and gaps of these lengths, counted from its start.
    Broken(f32, f32),
}

impl Dash {
    /// States that were not reached.
    pub const DOTTED: Self = Self::Broken(2.0, 3.0);
    /// Catch edges and failed attempts.
    pub const DASHED: Self = Self::Broken(6.0, 4.0);
    /// The keyboard focus.
    pub const FOCUS: Self = Self::Broken(4.0, 3.0);
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Its width.
    pub width: f32,
    /// Its colour.
    pub color: Color32,
    /// How it is broken.
    pub dash: Dash,
}

impl Line {
    /// Nothing to see.
    pub const NONE: Self = Self { width: 0.0, color: Color32::TRANSPARENT, dash: Dash::Solid };

    /// Creates an unbroken line.
    pub fn solid(width: f32, color: Color32) -> Self {
        Self { width, color, dash: Dash::Solid }
    }

    /// Creates a broken line.
    pub fn broken(width: f32, color: Color32, dash: Dash) -> Self {
        Self { width, color, dash }
    }
}

/// How much is worth drawing at a zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Boxes and glyphs (under 40 %).
    Boxes,
    /// And names (under 60 %).
    Names,
    /// And second lines, labels, dashes.
    Full,
}

impl Detail {
    /// Returns what is drawn at a zoom.
    pub fn at(zoom: f32) -> Self {
        if zoom < 0.4 {
            Self::Boxes
        } else if zoom < 0.6 {
            Self::Names
        } else {
            Self::Full
        }
    }
}

/// Draws on something. Positions and sizes are points at zoom 1.
pub trait Pen {
    /// Returns the part of the graph that can be seen.
    fn view(&self) -> Rect;
    /// Returns how much is worth drawing.
    fn detail(&self) -> Detail;
    /// Makes what follows stand back, or no longer.
    fn fade(&mut self, is_faded: bool);
    /// Draws a box; the outline lies inside of `rect`. Radii go clockwise from the top left.
    fn rect(&mut self, rect: Rect, radii: [f32; 4], fill: Color32, outline: Line);
    /// Draws a line with round bends.
    fn path(&mut self, points: &[Pos2], bend: f32, line: Line);
    /// Fills a convex shape.
    fn polygon(&mut self, points: &[Pos2], fill: Color32);
    /// Draws a disc or a ring.
    fn disc(&mut self, center: Pos2, radius: f32, fill: Color32, outline: Line);
    /// Writes one line of text from its left end, on a baseline.
    fn text(&mut self, at: Pos2, text: &str, face: Face, color: Color32);
    /// Draws an icon.
    fn icon(&mut self, center: Pos2, size: f32, icon: Icon, color: Color32);
    /// Returns the width of a text.
    fn width(&mut self, text: &str, face: Face) -> f32;
}

/// Writes a text that ends in the middle with "…" if it is wider than `max`; returns the width it takes.
pub fn fitted_text(pen: &mut dyn Pen, at: Pos2, text: &str, face: Face, color: Color32, max: f32) -> f32 {
    if text.contains(char::is_control) {
        // A name may hold the end of a line; here it has one.
        return fitted_text(pen, at, &text.replace(char::is_control, " "), face, color, max);
    }
    let width = pen.width(text, face);
    if width <= max {
        pen.text(at, text, face, color);
        return width;
    }
    let short = elided(text, |text| pen.width(text, face) <= max);
    pen.text(at, &short, face, color);
    pen.width(&short, face)
}

/// Takes characters out of the middle until the text fits; the end of a name tells as much as its start.
fn elided(text: &str, mut fits: impl FnMut(&str) -> bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let shortened = |n_kept: usize| {
        let head: String = chars[..n_kept.div_ceil(2)].iter().collect();
        let tail: String = chars[chars.len() - n_kept / 2..].iter().collect();
        format!("{}…{}", head.trim_end(), tail.trim_start())
    };
    let (mut fitting, mut too_many) = (0, chars.len());
    while fitting + 1 < too_many {
        let middle = usize::midpoint(fitting, too_many);
        if fits(&shortened(middle)) {
            fitting = middle;
        } else {
            too_many = middle;
        }
    }
    shortened(fitting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_elide_in_the_middle() {
        let fits = |text: &str| text.chars().count() <= 9;
        assert_eq!(elided("ProcessPaymentRefund", fits), "Proc…fund");
        assert_eq!(elided("ab", |text| text.chars().count() <= 1), "…");
    }
}
