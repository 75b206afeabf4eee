//! Which part of the graph is seen, and how large: plain arithmetic between graph and panel coordinates.

use egui::{Pos2, Rect, Vec2, vec2};

use super::style::MARGIN;

/// The smallest zoom.
pub const ZOOM_MIN: f32 = 0.25;
/// The largest zoom.
pub const ZOOM_MAX: f32 = 2.0;

/// A zoom and an offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// Points on the screen for one point of the graph.
    pub zoom: f32,
    /// Where the graph's origin is, from the top left of the panel.
    pub pan: Vec2,
}

/// Height of what lies over the lower edge of the canvas.
const OVERLAYS: f32 = 44.0;
/// Height of what lies over the upper edge at the right, and the width under which it reaches to the middle.
const SWITCH: (f32, f32) = (32.0, 760.0);
/// Under this zoom names are too small to be read.
const READABLE: f32 = 0.5;

/// Returns the part of a panel that nothing lies over; all of it where it is too low for that.
fn uncovered(panel: Vec2) -> Vec2 {
    panel - vec2(0.0, if panel.y > 6.0 * OVERLAYS { OVERLAYS } else { 0.0 })
}

impl Viewport {
    /// Returns the view that shows `bounds` whole if the limits of zoom allow it, never larger than life.
    ///
    /// The counts and the zoom box at the lower edge cover nothing, where the panel is high enough to do without it.
    pub fn fit(bounds: Rect, panel: Vec2) -> Self {
        let top = if panel.x < SWITCH.1 && panel.y > 6.0 * OVERLAYS { SWITCH.0 } else { 0.0 };
        let panel = uncovered(panel) - vec2(0.0, top);
        let room = (panel - Vec2::splat(2.0 * MARGIN)).max(Vec2::splat(1.0));
        let zoom = (room.x / bounds.width().max(1.0)).min(room.y / bounds.height().max(1.0));
        let zoom = zoom.clamp(ZOOM_MIN, 1.0);
        let mut pan = panel / 2.0 - bounds.center().to_vec2() * zoom + vec2(0.0, top);
        // What does not fit is shown from its start.
        if bounds.height() * zoom > room.y {
            pan.y = MARGIN + top - bounds.top() * zoom;
        }
        Self { zoom, pan: pan.round() }
    }

    /// Returns the view that shows `bounds` whole, or from its start where its names could not be read then.
    pub fn fit_readable(bounds: Rect, panel: Vec2) -> Self {
        let mut view = Self::fit(bounds, panel);
        if view.zoom < READABLE {
            view.zoom = READABLE;
            let room = panel.x - 2.0 * MARGIN;
            let left =
                if bounds.width() * READABLE > room { MARGIN } else { (panel.x - bounds.width() * READABLE) / 2.0 };
            let top = if panel.x < SWITCH.1 { SWITCH.0 } else { 0.0 };
            view.pan = (vec2(left, MARGIN + top) - bounds.min.to_vec2() * READABLE).round();
        }
        view
    }

    /// Returns whether all of `bounds` is seen.
    pub fn shows(&self, bounds: Rect, panel: Vec2) -> bool {
        Rect::from_min_size(Pos2::ZERO, panel).expand(1.0).contains_rect(self.to_panel(bounds))
    }

    /// Zooms by a factor within the limits; the point of the graph at `anchor` (in the panel) stays there.
    pub fn zoom_at(&mut self, anchor: Vec2, factor: f32) {
        let zoom = (self.zoom * factor).clamp(ZOOM_MIN, ZOOM_MAX);
        self.pan = anchor - (anchor - self.pan) * (zoom / self.zoom);
        self.zoom = zoom;
    }

    /// Returns a box of the graph in panel coordinates.
    pub fn to_panel(&self, rect: Rect) -> Rect {
        Rect::from_min_max(
            (rect.min.to_vec2() * self.zoom + self.pan).to_pos2(),
            (rect.max.to_vec2() * self.zoom + self.pan).to_pos2(),
        )
    }

    /// Returns a point of the panel in graph coordinates.
    pub fn to_graph(&self, point: Vec2) -> Pos2 {
        ((point - self.pan) / self.zoom).to_pos2()
    }

    /// Returns the part of the graph that is seen.
    pub fn seen(&self, panel: Vec2) -> Rect {
        Rect::from_min_max(self.to_graph(Vec2::ZERO), self.to_graph(panel))
    }

    /// Moves as little as needed to show `rect` with some room around it; not at all if it is seen.
    pub fn reveal(&mut self, rect: Rect, panel: Vec2) {
        let panel = uncovered(panel);
        let at = self.to_panel(rect);
        if Rect::from_min_size(Pos2::ZERO, panel).contains_rect(at) {
            return;
        }
        let at = at.expand(MARGIN);
        let axis = |min: f32, max: f32, size: f32| {
            if max - min > size || min < 0.0 { -min } else { (size - max).min(0.0) }
        };
        self.pan += vec2(axis(at.left(), at.right(), panel.x), axis(at.top(), at.bottom(), panel.y)).round();
    }

    /// Puts a point of the graph into the middle of the panel.
    pub fn center_on(&mut self, point: Pos2, panel: Vec2) {
        self.pan = (panel / 2.0 - point.to_vec2() * self.zoom).round();
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    const PANEL: Vec2 = vec2(800.0, 600.0);

    #[test]
    fn a_small_graph_is_shown_life_size_in_the_middle() {
        let view = Viewport::fit(Rect::from_min_size(Pos2::ZERO, vec2(200.0, 100.0)), PANEL);
        assert_eq!((view.zoom, view.pan), (1.0, vec2(300.0, 228.0)));
    }

    #[test]
    fn a_graph_too_large_for_the_smallest_zoom_is_shown_from_its_start() {
        let bounds = Rect::from_min_size(Pos2::ZERO, vec2(200.0, 100_000.0));
        let view = Viewport::fit(bounds, PANEL);
        assert_eq!((view.zoom, view.pan.y), (ZOOM_MIN, MARGIN));
        assert!(!view.shows(bounds, PANEL));
    }

    #[test]
    fn a_graph_that_opens_can_be_read() {
        let bounds = Rect::from_min_size(Pos2::ZERO, vec2(1_200.0, 4_000.0));
        let view = Viewport::fit_readable(bounds, PANEL);
        assert_eq!((view.zoom, view.pan), (READABLE, vec2(100.0, MARGIN)));
        assert_eq!(Viewport::fit_readable(bounds / 4.0, PANEL), Viewport::fit(bounds / 4.0, PANEL));
    }

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let mut view = Viewport { zoom: 1.0, pan: vec2(30.0, 40.0) };
        let before = view.to_graph(vec2(200.0, 100.0));
        view.zoom_at(vec2(200.0, 100.0), 1.5);
        assert!(before.distance(view.to_graph(vec2(200.0, 100.0))) < 0.001);
        view.zoom_at(Vec2::ZERO, 100.0);
        assert_eq!(view.zoom, ZOOM_MAX);
    }

    #[test]
    fn what_is_seen_is_not_scrolled_to() {
        let mut view = Viewport { zoom: 1.0, pan: Vec2::ZERO };
        view.reveal(Rect::from_min_size(pos2(10.0, 10.0), vec2(50.0, 50.0)), PANEL);
        assert_eq!(view.pan, Vec2::ZERO);
        let below = Rect::from_min_size(pos2(10.0, 900.0), vec2(50.0, 50.0));
        view.reveal(below, PANEL);
        assert!(view.shows(below, PANEL));
        assert_eq!(view.pan.x, 14.0);
    }
}
