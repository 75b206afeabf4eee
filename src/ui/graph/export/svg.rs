//! The pen for SVG documents.
//!
//! Icons are strokes, because a viewer does not have the icon font; texts name fonts to fall back to.

use std::fmt::Write as _;

use egui::{Color32, Pos2, Rect};

use super::super::shapes::pen::{Dash, Detail, Face, Line, Pen};
use super::super::shapes::screen::rounded_line;
use super::super::style::Icon;

/// Writes elements; positions are those of the graph.
pub struct SvgPen {
    bounds: Rect,
    body: String,
    is_faded: bool,
}

impl SvgPen {
    /// Creates a pen for a document that shows `bounds`.
    pub fn new(bounds: Rect) -> Self {
        Self { bounds, body: String::new(), is_faded: false }
    }

    /// Returns the document.
    pub fn finish(self) -> String {
        let Rect { min, .. } = self.bounds;
        let (width, height) = (self.bounds.width(), self.bounds.height());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{} {} {width} {height}\" font-family=\"Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif\">\n\
             <rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            min.x, min.y, min.x, min.y, self.body
        )
    }

    fn element(&mut self, start: std::fmt::Arguments<'_>, fill: Color32, line: Line) {
        // Writing to a text cannot fail.
        let _ = write!(self.body, "<{start} fill=\"{}\"", paint(fill));
        if fill.a() < 255 && fill.a() > 0 {
            let _ = write!(self.body, " fill-opacity=\"{:.2}\"", f32::from(fill.a()) / 255.0);
        }
        if line.width > 0.0 {
            let _ = write!(self.body, " stroke=\"{}\" stroke-width=\"{}\"", paint(line.color), line.width);
            if line.color.a() < 255 {
                let _ = write!(self.body, " stroke-opacity=\"{:.2}\"", f32::from(line.color.a()) / 255.0);
            }
            if let Dash::Broken(dash, gap) = line.dash {
                let _ = write!(self.body, " stroke-dasharray=\"{dash} {gap}\"");
            }
        }
        if self.is_faded {
            self.body.push_str(" opacity=\"0.35\"");
        }
        self.body.push_str("/>\n");
    }
}

impl Pen for SvgPen {
    fn view(&self) -> Rect {
        self.bounds
    }

    fn detail(&self) -> Detail {
        Detail::Full
    }

    fn fade(&mut self, is_faded: bool) {
        self.is_faded = is_faded;
    }

    fn rect(&mut self, rect: Rect, radii: [f32; 4], fill: Color32, outline: Line) {
        let inset = outline.width / 2.0;
        let rect = rect.shrink(inset);
        let most = rect.width().min(rect.height()) / 2.0;
        let [nw, ne, se, sw] = radii.map(|radius| (radius - inset).clamp(0.0, most));
        let Rect { min, max } = rect;
        let path = format!(
            "M{} {}H{}A{ne} {ne} 0 0 1 {} {}V{}A{se} {se} 0 0 1 {} {}H{}A{sw} {sw} 0 0 1 {} {}V{}A{nw} {nw} 0 0 1 {} {}Z",
            min.x + nw,
            min.y,
            max.x - ne,
            max.x,
            min.y + ne,
            max.y - se,
            max.x - se,
            max.y,
            min.x + sw,
            min.x,
            max.y - sw,
            min.y + nw,
            min.x + nw,
            min.y
        );
        self.element(format_args!("path d=\"{path}\""), fill, outline);
    }

    fn path(&mut self, points: &[Pos2], bend: f32, line: Line) {
        let points = points_text(&rounded_line(points, bend));
        self.element(format_args!("polyline points=\"{points}\""), Color32::TRANSPARENT, line);
    }

    fn polygon(&mut self, points: &[Pos2], fill: Color32) {
        let points = points_text(points);
        self.element(format_args!("polygon points=\"{points}\""), fill, Line::NONE);
    }

    fn disc(&mut self, center: Pos2, radius: f32, fill: Color32, outline: Line) {
        let start = format_args!("circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"", center.x, center.y);
        self.element(start, fill, outline);
    }

    fn text(&mut self, at: Pos2, text: &str, face: Face, color: Color32) {
        let weight = if face.is_strong() { 600 } else { 500 };
        let opacity = if self.is_faded { " opacity=\"0.35\"" } else { "" };
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" font-weight=\"{weight}\" fill=\"{}\"{opacity}>{}</text>",
            at.x,
            at.y,
            face.size(),
            paint(color),
            escaped(text)
        );
    }

    fn icon(&mut self, center: Pos2, size: f32, icon: Icon, color: Color32) {
        let opacity = if self.is_faded { " opacity=\"0.35\"" } else { "" };
        let scale = size / 16.0;
        let _ = writeln!(
            self.body,
            "<path transform=\"translate({} {}) scale({scale})\" d=\"{}\" fill=\"none\" stroke=\"{}\" \
             stroke-width=\"1.2\" stroke-linecap=\"round\" stroke-linejoin=\"round\"{}{opacity}/>",
            center.x - size / 2.0,
            center.y - size / 2.0,
            strokes(icon),
            paint(color),
            if icon == Icon::NotReached { " stroke-dasharray=\"2.4 2.2\"" } else { "" },
        );
    }

    fn width(&mut self, text: &str, face: Face) -> f32 {
        // Wide enough for Inter and for the fonts it falls back to.
        let em = |it: char| match it {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '\'' | '|' => 0.30,
            't' | 'f' | 'r' | ' ' | '(' | ')' | '-' | '·' => 0.38,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.90,
            'A'..='Z' => 0.69,
            it if (it as u32) < 0x2E80 => 0.60,
            // Ideographs fill a square.
            _ => 1.0,
        };
        text.chars().map(em).sum::<f32>() * face.size()
    }
}

fn paint(color: Color32) -> String {
    if color.a() == 0 {
        return "none".to_owned();
    }
    let [red, green, blue, _] = color.to_srgba_unmultiplied();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn points_text(points: &[Pos2]) -> String {
    let texts: Vec<String> = points.iter().map(|point| format!("{:.2},{:.2}", point.x, point.y)).collect();
    texts.join(" ")
}

/// Escapes what XML reserves, and leaves out the control characters it cannot hold.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            it if it.is_control() || matches!(it, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            it => out.push(it),
        }
    }
    out
}

/// The strokes of an icon in a square of 16.
fn strokes(icon: Icon) -> &'static str {
    const CIRCLE: &str = "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12Z";
    match icon {
        Icon::NotReached => CIRCLE,
        Icon::Running => "M5 3l8 5l-8 5Z",
        Icon::Waiting => "M4 2h8v2.5l-4 3.5l4 3.5V14H4v-2.5L8 8L4 4.5Z",
        Icon::Succeeded => "M3 8.5l3.5 3.5L13.5 4.5",
        Icon::Retry => "M13 3v3.5H9.5M12.6 6A5.2 5.2 0 1 0 13 9.5",
        Icon::Caught => "M2.5 4h8v8.5M7.5 9.5l3 3l3-3",
        Icon::Failed => "M2.5 2.5h11v11h-11ZM5.5 5.5l5 5M10.5 5.5l-5 5",
        Icon::TimedOut => "M8 3.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11ZM8 9l2.5-2.5M6.5 1.5h3",
        Icon::Aborted => "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12ZM3.8 3.8l8.4 8.4",
        Icon::Undo => "M5.5 3L2.5 6l3 3M2.5 6h7.5a3.5 3.5 0 0 1 0 7H5",
        Icon::Task => "M12.5 3h-1.5c-3 0-3 10-6 10H3.5M5.5 8h6",
        Icon::Pass => "M2.5 4l5 4l-5 4ZM8.5 4l5 4l-5 4Z",
        Icon::Choice => "M8 2l6 6l-6 6l-6-6Z",
        Icon::Wait => "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12ZM8 4.5V8h3",
        Icon::Succeed => "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12ZM5.5 8.2l1.8 1.8L10.7 6.3",
        Icon::Fail => "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12ZM6 6l4 4M10 6l-4 4",
        Icon::Parallel => "M3 2.5h4v11H3ZM9 2.5h4v11H9Z",
        Icon::Map => "M11 1.5l2 2l-2 2M13 3.5H6a3.5 3.5 0 0 0-3.5 3.5M5 14.5l-2-2l2-2M3 12.5h7a3.5 3.5 0 0 0 3.5-3.5",
        Icon::Unknown => "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12ZM6.2 6.3a1.8 1.8 0 1 1 1.8 2.1v.6M8 11.2v.1",
        Icon::Stopped => "M2.5 8h11M9 3.5L13.5 8L9 12.5",
        Icon::Fold => "M3 10.5l5-5l5 5",
        Icon::Unfold => "M3 5.5l5 5l5-5",
        Icon::Always => "M8 1.5l5 2v4c0 3.5-2.5 6-5 7c-2.5-1-5-3.5-5-7v-4ZM5.5 7.5l2 2l3-3.5",
    }
}
