//! The pen for the screen: turns strokes at zoom 1 into egui shapes at the current zoom, crisp and cut to the view.

use std::sync::Arc;

use egui::epaint::{CornerRadius, RectShape, StrokeKind, TextShape};
use egui::{Color32, Context, FontFamily, FontId, Galley, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

use super::super::style::Icon;
use super::pen::{Dash, Detail, Face, Line, Pen};

/// The font families the graph uses, as far as they are registered.
#[derive(Clone, Debug)]
pub struct Families {
    strong: FontFamily,
    icons: FontFamily,
}

impl Families {
    /// Looks up which families there are; what is missing falls back to the proportional one.
    pub fn of(ctx: &Context) -> Self {
        let find = |name: &str| {
            let family = FontFamily::Name(name.into());
            let is_there = ctx.fonts(|fonts| fonts.definitions().families.contains_key(&family));
            if is_there { family } else { FontFamily::Proportional }
        };
        Self { strong: find("strong"), icons: find("icons") }
    }

    fn font(&self, face: Face, size: f32) -> FontId {
        FontId::new(size, if face.is_strong() { self.strong.clone() } else { FontFamily::Proportional })
    }

    /// Returns the icon font at a size.
    pub fn icon_font(&self, size: f32) -> FontId {
        FontId::new(size, self.icons.clone())
    }

    /// Measures a text at zoom 1.
    pub fn width(&self, ctx: &Context, text: &str, face: Face) -> f32 {
        let font = self.font(face, face.size());
        ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER)).size().x
    }
}

/// How much a faded thing keeps of its colours.
const FADED: f32 = 0.35;

/// Collects egui shapes.
pub struct ScreenPen<'a> {
    ctx: &'a Context,
    families: &'a Families,
    zoom: f32,
    /// Screen position of the graph's origin.
    origin: Vec2,
    view: Rect,
    pixels_per_point: f32,
    is_faded: bool,
    shapes: Vec<Shape>,
}

impl<'a> ScreenPen<'a> {
    /// Creates a pen for a part of the screen; the graph's origin is drawn at `origin`.
    pub fn new(ctx: &'a Context, families: &'a Families, zoom: f32, origin: Vec2, clip: Rect) -> Self {
        let zoom = zoom.max(0.01);
        let view = Rect::from_min_max(
            ((clip.min - origin).to_vec2() / zoom).to_pos2(),
            ((clip.max - origin).to_vec2() / zoom).to_pos2(),
        );
        let pixels_per_point = ctx.pixels_per_point();
        Self { ctx, families, zoom, origin, view, pixels_per_point, is_faded: false, shapes: Vec::new() }
    }

    /// Returns what was drawn.
    pub fn into_shapes(self) -> Vec<Shape> {
        self.shapes
    }

    fn at(&self, point: Pos2) -> Pos2 {
        (point.to_vec2() * self.zoom + self.origin).to_pos2()
    }

    fn color(&self, color: Color32) -> Color32 {
        if self.is_faded { color.gamma_multiply(FADED) } else { color }
    }

    fn stroke_width(&self, width: f32) -> f32 {
        width * self.zoom.clamp(0.75, 1.6)
    }

    fn round(&self, value: f32) -> f32 {
        (value * self.pixels_per_point).round() / self.pixels_per_point
    }

    /// The middle of a line of this width, so that its edges fall on pixels as well as they can.
    fn snapped(&self, point: Pos2, width: f32) -> Pos2 {
        let pixels = (width * self.pixels_per_point).round().max(1.0);
        let shift = if pixels % 2.0 == 1.0 { 0.5 / self.pixels_per_point } else { 0.0 };
        pos2(self.round(point.x) + shift, self.round(point.y) + shift)
    }

    fn line(&mut self, points: Vec<Pos2>, line: Line) {
        let stroke = Stroke::new(self.stroke_width(line.width), self.color(line.color));
        match line.dash {
            Dash::Solid => self.shapes.push(Shape::line(points, stroke)),
            Dash::Broken(dash, gap) => {
                let view = Rect::from_min_max(self.at(self.view.min), self.at(self.view.max)).expand(8.0);
                dash_seen(&points, stroke, dash * self.zoom, gap * self.zoom, view, &mut self.shapes);
            }
        }
    }

    fn galley(&mut self, text: &str, font: FontId) -> Arc<Galley> {
        // The colour is given when it is painted: one galley serves all.
        self.ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER))
    }

    /// Each size of text is drawn into the font atlas: half points keep their number small while zooming.
    fn text_size(&self, size: f32) -> f32 {
        ((size * self.zoom * 2.0).floor() / 2.0).max(2.0)
    }
}

impl Pen for ScreenPen<'_> {
    fn view(&self) -> Rect {
        self.view
    }

    fn detail(&self) -> Detail {
        Detail::at(self.zoom)
    }

    fn fade(&mut self, is_faded: bool) {
        self.is_faded = is_faded;
    }

    fn rect(&mut self, rect: Rect, radii: [f32; 4], fill: Color32, outline: Line) {
        let (min, max) = (self.at(rect.min), self.at(rect.max));
        let rect =
            Rect::from_min_max(pos2(self.round(min.x), self.round(min.y)), pos2(self.round(max.x), self.round(max.y)));
        let most = rect.width().min(rect.height()) / 2.0;
        let radii = radii.map(|radius| (radius * self.zoom).clamp(0.0, most));
        let width = self.stroke_width(outline.width);
        let whole = |radius: f32| radius.round() as u8;
        let corners =
            CornerRadius { nw: whole(radii[0]), ne: whole(radii[1]), se: whole(radii[2]), sw: whole(radii[3]) };
        let fill = self.color(fill);
        match outline.dash {
            Dash::Solid => {
                let stroke = Stroke::new(width, self.color(outline.color));
                self.shapes.push(RectShape::new(rect, corners, fill, stroke, StrokeKind::Inside).into());
            }
            Dash::Broken(..) => {
                if fill != Color32::TRANSPARENT {
                    self.shapes.push(RectShape::filled(rect, corners, fill).into());
                }
                let inset = width.max(1.0 / self.pixels_per_point) / 2.0;
                let points = rounded_rect(rect.shrink(inset), radii.map(|radius| (radius - inset).max(0.0)));
                self.line(points, outline);
            }
        }
    }

    fn path(&mut self, points: &[Pos2], bend: f32, line: Line) {
        let width = self.stroke_width(line.width);
        let points: Vec<Pos2> = points.iter().map(|point| self.snapped(self.at(*point), width)).collect();
        let bend = if self.detail() == Detail::Boxes { 0.0 } else { bend * self.zoom };
        self.line(rounded_line(&points, bend), line);
    }

    fn polygon(&mut self, points: &[Pos2], fill: Color32) {
        let Some(tip) = points.first().map(|tip| self.at(*tip)) else { return };
        // Heads follow the lines they end, which are moved onto the middle of a pixel.
        let shift = self.snapped(tip, 1.0) - tip;
        let points = points.iter().map(|point| self.at(*point) + shift).collect();
        self.shapes.push(Shape::convex_polygon(points, self.color(fill), Stroke::NONE));
    }

    fn disc(&mut self, center: Pos2, radius: f32, fill: Color32, outline: Line) {
        let center = self.snapped(self.at(center), 1.0);
        let stroke = Stroke::new(self.stroke_width(outline.width), self.color(outline.color));
        let circle = egui::epaint::CircleShape { center, radius: radius * self.zoom, fill: self.color(fill), stroke };
        self.shapes.push(circle.into());
    }

    fn text(&mut self, at: Pos2, text: &str, face: Face, color: Color32) {
        let galley = self.galley(text, self.families.font(face, self.text_size(face.size())));
        let Some(row) = galley.rows.first() else { return };
        let baseline = row.pos.y + row.row.glyphs.first().map_or(0.0, |glyph| glyph.pos.y);
        let at = self.at(at);
        let at = pos2(self.round(at.x), self.round(at.y - baseline));
        let color = self.color(color);
        self.shapes.push(TextShape::new(at, galley, color).into());
    }

    fn icon(&mut self, center: Pos2, size: f32, icon: Icon, color: Color32) {
        let font = self.families.icon_font(self.text_size(size));
        let galley = self.galley(icon.glyph(), font);
        let Some(row) = galley.rows.first() else { return };
        let Some(glyph) = row.row.glyphs.first() else { return };
        // The middle of the icon font's own square, not of the line of text it stands in.
        let middle = row.pos.y + glyph.pos.y - glyph.font_face_ascent + glyph.font_face_height / 2.0;
        let at = self.at(center) - vec2(galley.size().x / 2.0, middle);
        let at = pos2(self.round(at.x), self.round(at.y));
        let color = self.color(color);
        self.shapes.push(TextShape::new(at, galley, color).into());
    }

    fn width(&mut self, text: &str, face: Face) -> f32 {
        self.galley(text, self.families.font(face, self.text_size(face.size()))).size().x / self.zoom
    }
}

/// Breaks a line into dashes counted from its start, and adds those that can be seen.
///
/// Catch edges can be many screens long: what is out of view costs nothing.
fn dash_seen(points: &[Pos2], stroke: Stroke, dash: f32, gap: f32, view: Rect, out: &mut Vec<Shape>) {
    let period = (dash + gap).max(0.5);
    let mut passed = 0.0;
    for piece in points.windows(2) {
        let (from, way) = (piece[0], piece[1] - piece[0]);
        let length = way.length();
        let direction = way / length.max(f32::EPSILON);
        let (mut first, mut last) = (0.0_f32, length);
        for axis in 0..2 {
            if direction[axis].abs() < 1e-6 {
                if from[axis] < view.min[axis] || from[axis] > view.max[axis] {
                    last = -1.0;
                }
                continue;
            }
            let near = (view.min[axis] - from[axis]) / direction[axis];
            let far = (view.max[axis] - from[axis]) / direction[axis];
            first = first.max(near.min(far));
            last = last.min(near.max(far));
        }
        if first < last {
            let mut at = ((passed + first) / period).floor() * period - passed;
            while at < last {
                let (start, end) = (at.max(0.0), (at + dash).min(length));
                if start < end {
                    out.push(Shape::line_segment([from + direction * start, from + direction * end], stroke));
                }
                at += period;
            }
        }
        passed += length;
    }
}

/// The outline of a box with round corners, clockwise from the top left, closed.
pub fn rounded_rect(rect: Rect, radii: [f32; 4]) -> Vec<Pos2> {
    let corners = [
        (rect.left_top() + vec2(radii[0], radii[0]), radii[0], 2.0_f32),
        (rect.right_top() + vec2(-radii[1], radii[1]), radii[1], 3.0),
        (rect.right_bottom() - vec2(radii[2], radii[2]), radii[2], 0.0),
        (rect.left_bottom() + vec2(radii[3], -radii[3]), radii[3], 1.0),
    ];
    let mut points = Vec::with_capacity(32);
    for (center, radius, quarter) in corners {
        let n_steps = if radius < 0.5 { 0 } else { (radius * 0.8).ceil().clamp(3.0, 12.0) as u32 };
        for step in 0..=n_steps {
            let turn = quarter + if n_steps == 0 { 0.0 } else { step as f32 / n_steps as f32 };
            points.push(center + Vec2::angled(turn * std::f32::consts::FRAC_PI_2) * radius);
        }
    }
    points.push(points[0]);
    points
}

/// A polyline whose corners are cut by quarter circles.
pub fn rounded_line(points: &[Pos2], bend: f32) -> Vec<Pos2> {
    if points.len() < 3 || bend < 1.0 {
        return points.to_vec();
    }
    let mut out = vec![points[0]];
    for corner in points.windows(3) {
        let (before, after) = (corner[0] - corner[1], corner[2] - corner[1]);
        let radius = bend.min(before.length() / 2.0).min(after.length() / 2.0);
        let (start, end) = (corner[1] + before.normalized() * radius, corner[1] + after.normalized() * radius);
        let center = start + (end - corner[1]);
        let n_steps = (radius * 0.8).ceil().clamp(2.0, 12.0) as u32;
        for step in 0..=n_steps {
            let turn = step as f32 / n_steps as f32 * std::f32::consts::FRAC_PI_2;
            out.push(center + (start - center) * turn.cos() + (end - center) * turn.sin());
        }
    }
    out.extend(points.last());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bends_stay_inside_their_corner() {
        let line = rounded_line(&[pos2(0.0, 0.0), pos2(0.0, 20.0), pos2(20.0, 20.0)], 8.0);
        assert_eq!((line[0], line[line.len() - 1]), (pos2(0.0, 0.0), pos2(20.0, 20.0)));
        let middle = pos2(8.0, 12.0);
        let bend = &line[1..line.len() - 1];
        assert!(bend.iter().all(|point| (point.distance(middle) - 8.0).abs() < 0.01), "{line:?}");
    }

    #[test]
    fn dashes_out_of_view_are_left_out_and_others_do_not_move() {
        let dashes = |view: Rect| {
            let mut out = Vec::new();
            let line = [pos2(0.0, 0.0), pos2(0.0, 1000.0)];
            dash_seen(&line, Stroke::new(1.0, Color32::RED), 6.0, 4.0, view, &mut out);
            out
        };
        let all = dashes(Rect::EVERYTHING);
        assert_eq!(all.len(), 100);
        let seen = dashes(Rect::from_min_max(pos2(-5.0, 500.0), pos2(5.0, 549.0)));
        assert_eq!(seen, all[50..55]);
        assert!(dashes(Rect::from_min_max(pos2(5.0, 0.0), pos2(9.0, 9.0))).is_empty());
    }

    #[test]
    fn an_outline_is_closed_and_inside_its_box() {
        let rect = Rect::from_min_size(pos2(10.0, 10.0), vec2(40.0, 20.0));
        let points = rounded_rect(rect, [6.0, 0.0, 10.0, 6.0]);
        assert_eq!(points.first(), points.last());
        assert!(points.iter().all(|point| rect.expand(0.001).contains(*point)));
    }
}
