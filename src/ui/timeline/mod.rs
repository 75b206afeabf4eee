//! The timeline: lanes of attempts, back-offs and waits under a ruler, with the cursor; dragging scrubs, the wheel
//! zooms at the pointer. `lanes` and `axis` hold the numbers.

pub mod axis;
pub mod lanes;
mod paint;

use egui::{Context, CursorIcon, Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

pub use axis::Mode;
pub use lanes::{Lane, Lanes, Span, SpanKind};

use self::axis::Axis;
use super::command::{Command, Request};
use super::fonts;
use super::jobs::Jobs;
use super::theme::{Theme, height};
use super::widgets::{Empty, Status, draw, segmented};

const LABELS: f32 = 112.0;
const RULER: f32 = 24.0;
const LANE: f32 = 32.0;
const OVERVIEW: f32 = 44.0;
/// Runs of more events than this are laid out on a thread.
const AT_ONCE: u64 = 50_000;
/// How long a long run rests before the timeline is brought up to date.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(100);
/// The largest zoom: this share of the axis fills the width.
const LEAST_RANGE: f64 = 1.0 / 4_096.0;

/// View state of the timeline.
pub struct TimelinePanel {
    /// How time is laid out.
    pub mode: Mode,
    /// Part of the axis that is shown, from 0 to 1.
    range: (f64, f64),
    laid: Option<Laid>,
    /// Makes what takes too long for a pass.
    jobs: Option<Jobs<Laid>>,
    ordered: bool,
    /// The revision that was there in the last pass.
    seen: u64,
    cursor: u64,
}

impl Default for TimelinePanel {
    fn default() -> Self {
        Self { mode: Mode::default(), range: (0.0, 1.0), laid: None, jobs: None, ordered: false, seen: 0, cursor: 0 }
    }
}

/// What follows from a run at a width, kept until one of them changes.
struct Laid {
    revision: u64,
    n_events: u64,
    mode: Mode,
    width: f32,
    axis: Axis,
    /// The worst outcome in each column of the whole run.
    overview: Vec<Option<Status>>,
}

/// What one pass paints by: the axis, the part of it that is shown, and where.
struct Pass<'a> {
    lanes: &'a Lanes,
    axis: &'a Axis,
    /// Where the axis stands on the screen.
    area: Rect,
    range: (f64, f64),
    cursor: u64,
}

impl Pass<'_> {
    fn screen_x(&self, x: f64) -> f32 {
        let width = f64::from(self.area.width());
        let share = (x / width - self.range.0) / (self.range.1 - self.range.0);
        self.area.left() + (share * width) as f32
    }

    fn axis_x(&self, screen_x: f32) -> f64 {
        let width = f64::from(self.area.width());
        let share = f64::from(screen_x - self.area.left()) / width;
        (self.range.0 + share * (self.range.1 - self.range.0)) * width
    }

    fn cursor_x(&self) -> f32 {
        self.screen_x(self.lanes.event_x(self.axis, self.cursor))
    }
}

impl TimelinePanel {
    /// Shows the switch of the axis; for the tab row.
    pub fn mode_ui(&mut self, ui: &mut Ui) {
        let names: Vec<(&str, Option<&str>)> = Mode::ALL.iter().map(|(_, name)| (*name, None)).collect();
        let selected = Mode::ALL.iter().position(|(mode, _)| *mode == self.mode);
        if let Some(clicked) = segmented(ui, "time axis", height::BUTTON_SMALL, selected, &names) {
            self.mode = Mode::ALL[clicked].0;
            self.range = (0.0, 1.0);
        }
    }

    /// Shows the lanes with the event `cursor` as the current one and the state `focus` selected.
    pub fn ui(&mut self, lanes: &Lanes, cursor: u64, focus: Option<u32>, ui: &mut Ui, out: &mut Vec<Request>) {
        if lanes.lanes.is_empty() {
            let empty = Empty::new("No run yet").action(Command::Run.entry().text, Command::Run.key());
            if empty.show(ui).is_some_and(|it| it.clicked()) {
                out.push(Request::Do(Command::Run));
            }
            return;
        }
        let whole = ui.available_rect_before_wrap();
        let area = whole.with_min_x(whole.left() + LABELS + 8.0).with_max_x(whole.right() - 12.0);
        if area.width() < 40.0 {
            return;
        }
        self.lay_out(ui.ctx(), lanes, area.width());
        let Some(Laid { axis, overview: columns, .. }) = &self.laid else { return };
        let moved = self.cursor != cursor;
        self.cursor = cursor;
        let mut pass = Pass { lanes, axis, area, range: self.range, cursor };
        if moved {
            pass.range = revealed(self.range, lanes.event_x(axis, cursor) / f64::from(area.width()));
        }
        let theme = Theme::of(ui);
        let ruler = Rect::from_min_max(whole.min, pos2(whole.right(), whole.top() + RULER));
        let overview = Rect::from_min_max(pos2(whole.left(), whole.bottom() - OVERVIEW), whole.max);
        let body = Rect::from_min_max(ruler.left_bottom(), overview.right_top());
        paint::ruler(ui, &pass, ruler, theme);
        lanes_ui(ui, &pass, body, focus, theme, out);
        paint::cursor(ui, &pass, ruler, body, theme);
        let mut range = pass.range;
        interact(ui, &pass, ruler, body, &mut range, out);
        overview_ui(ui, &pass, overview, columns, &mut range, theme);
        self.range = range;
        ui.allocate_rect(whole, Sense::hover());
    }

    /// Brings what follows from the run up to date: at once, or, of a long run, on a thread, while the last one stays.
    fn lay_out(&mut self, ctx: &Context, lanes: &Lanes, width: f32) {
        if let Some(done) = self.jobs.as_ref().and_then(|it| it.finished().pop()) {
            self.laid = Some(done);
            self.ordered = false;
        }
        let rests = std::mem::replace(&mut self.seen, lanes.revision) == lanes.revision;
        let mode = self.mode;
        let laid = self.laid.as_ref().filter(|it| it.mode == mode && it.width == width);
        if laid.is_some_and(|it| it.revision == lanes.revision) {
            return;
        }
        // While the run goes on it is worth the work only from time to time, so that all of it stays in proportion.
        let known = laid.map_or(0, |it| it.n_events);
        let has_changed = lanes.n_events() >= known + known / 8 || lanes.n_events() < known;
        if lanes.n_events() <= AT_ONCE {
            self.laid = Some(Laid::of(lanes, mode, width));
            return;
        }
        if self.laid.is_none() {
            // To have something to paint by: where events stand by number needs no walk through the run.
            let axis = lanes.axis(Mode::ByEvent, width);
            self.laid = Some(Laid { revision: u64::MAX, n_events: 0, mode, width, axis, overview: Vec::new() });
        }
        if self.ordered || !(has_changed || rests) {
            ctx.request_repaint_after(PATIENCE);
            return;
        }
        self.ordered = true;
        let lanes = lanes.clone();
        let jobs = self.jobs.get_or_insert_with(|| Jobs::new(ctx.clone()));
        jobs.start("timeline", move || Laid::of(&lanes, mode, width));
    }
}

impl Laid {
    fn of(lanes: &Lanes, mode: Mode, width: f32) -> Self {
        let axis = lanes.axis(mode, width);
        let overview = lanes.columns(&axis, width.max(1.0) as usize);
        Self { revision: lanes.revision, n_events: lanes.n_events(), mode, width, axis, overview }
    }
}

/// Moves the range so that the cursor is in it; leaves it where it is already.
fn revealed(range: (f64, f64), cursor: f64) -> (f64, f64) {
    if (range.0..=range.1).contains(&cursor) {
        return range;
    }
    let length = range.1 - range.0;
    let from = (cursor - length / 2.0).clamp(0.0, 1.0 - length);
    (from, from + length)
}

/// Zooms so that the place under the pointer stays where it is.
fn zoomed(range: (f64, f64), at: f64, factor: f64) -> (f64, f64) {
    let length = ((range.1 - range.0) / factor).clamp(LEAST_RANGE, 1.0);
    let fixed = range.0 + at * (range.1 - range.0);
    let from = (fixed - at * length).clamp(0.0, 1.0 - length);
    (from, from + length)
}

fn lanes_ui(ui: &mut Ui, pass: &Pass<'_>, body: Rect, focus: Option<u32>, theme: &Theme, out: &mut Vec<Request>) {
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(body));
    inner.shrink_clip_rect(body);
    inner.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical().id_salt("lanes").auto_shrink(false);
    area.show_rows(&mut inner, LANE, pass.lanes.lanes.len(), |ui, rows| {
        for lane in pass.lanes.lanes.get(rows).unwrap_or_default() {
            let (_, rect) = ui.allocate_space(vec2(ui.available_width(), LANE));
            let label = rect.with_max_x(rect.left() + LABELS);
            let id = ui.id().with(("lane", lane.state));
            let response = ui.interact(label, id, Sense::click());
            let status = lane.status_at(pass.cursor);
            let selected = focus == Some(lane.state);
            response.widget_info(|| {
                let label = format!("lane {}, {}", lane.name, status.word());
                WidgetInfo::selected(WidgetType::SelectableLabel, true, selected, label)
            });
            if selected {
                ui.painter().rect_filled(rect, 0.0, theme.bg_selected);
            } else if response.hovered() {
                ui.painter().rect_filled(label, 0.0, theme.bg_hover);
            }
            draw::rule_below(ui.painter(), rect, theme);
            status.paint(ui.painter(), pos2(rect.left() + 18.0, rect.center().y), fonts::icon::CHIP, theme);
            let text = label.with_min_x(rect.left() + 30.0).with_max_x(label.right() - 6.0);
            let (font, ink) = if selected {
                (fonts::strong(fonts::BODY), theme.text_strong)
            } else {
                (fonts::text(fonts::BODY), theme.text)
            };
            draw::left(ui.painter(), text, &lane.name, font, ink);
            draw::focus_ring(ui, &response, label.shrink(2.0), 3.0);
            if response.clicked() {
                out.push(Request::SelectState(lane.state));
            }
            paint::lane(ui, pass, lane, rect, theme);
        }
    });
    ui.painter().vline((body.left() + LABELS).floor() + 0.5, (body.top() - RULER)..=body.bottom(), theme.rule());
}

fn interact(ui: &mut Ui, pass: &Pass<'_>, ruler: Rect, body: Rect, range: &mut (f64, f64), out: &mut Vec<Request>) {
    let touch = Rect::from_min_max(pos2(pass.area.left() - 8.0, ruler.top()), pos2(ruler.right(), body.bottom()));
    let response = ui.interact(touch, ui.id().with("time"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::slider(true, pass.cursor as f64, "cursor in time"));
    let response = response.on_hover_cursor(CursorIcon::Default);
    if response.double_clicked() {
        *range = (0.0, 1.0);
    } else if let Some(pointer) = response.interact_pointer_pos()
        && (response.clicked() || response.dragged())
    {
        let event = pass.lanes.event_at(pass.axis, pass.axis_x(pointer.x));
        if event != pass.cursor {
            out.push(Request::MoveTo(event));
        }
    }
    if let Some(pointer) = response.hover_pos() {
        let over_lanes = body.contains(pointer);
        let (wheel, zoom, shift) = ui.input_mut(|input| {
            let zoom = input.zoom_delta();
            // Over the lanes the wheel scrolls them; over the ruler it zooms.
            let wheel = if over_lanes { 0.0 } else { std::mem::take(&mut input.smooth_scroll_delta.y) };
            (wheel, zoom, std::mem::take(&mut input.smooth_scroll_delta.x))
        });
        let factor = f64::from(zoom) * f64::from(wheel / 200.0).exp();
        if (factor - 1.0).abs() > 1e-4 {
            let at = f64::from((pointer.x - pass.area.left()) / pass.area.width()).clamp(0.0, 1.0);
            *range = zoomed(*range, at, factor);
        }
        if shift != 0.0 {
            *range = panned(*range, -f64::from(shift / pass.area.width()) * (range.1 - range.0));
        }
    }
    draw::focus_ring(ui, &response, touch.shrink(2.0), 3.0);
}

fn panned(range: (f64, f64), by: f64) -> (f64, f64) {
    let length = range.1 - range.0;
    let from = (range.0 + by).clamp(0.0, 1.0 - length);
    (from, from + length)
}

fn overview_ui(
    ui: &mut Ui,
    pass: &Pass<'_>,
    rect: Rect,
    columns: &[Option<Status>],
    range: &mut (f64, f64),
    theme: &Theme,
) {
    ui.painter().rect_filled(rect, 0.0, theme.bg_panel);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, theme.rule());
    let label = rect.with_max_x(rect.left() + LABELS).with_min_x(rect.left() + 12.0);
    draw::left(ui.painter(), label, "Whole run", fonts::text(fonts::BODY), theme.text_subdued);
    let strip = Rect::from_center_size(pos2(pass.area.center().x, rect.center().y), vec2(pass.area.width(), 20.0));
    paint::overview(ui, pass, strip, columns, *range, theme);
    let response = ui.interact(strip, ui.id().with("overview"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Slider, true, "part of the run that is shown"));
    if response.double_clicked() {
        *range = (0.0, 1.0);
    } else if response.dragged() && *range != (0.0, 1.0) {
        *range = panned(*range, f64::from(response.drag_delta().x / strip.width()));
    }
    draw::focus_ring(ui, &response, strip, 3.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zoom_keeps_the_place_under_the_pointer() {
        let range = zoomed((0.0, 1.0), 0.25, 4.0);
        assert!((range.0 + 0.25 * (range.1 - range.0) - 0.25).abs() < 1e-9, "{range:?}");
        assert_eq!(zoomed(range, 0.5, 0.001), (0.0, 1.0));
    }

    #[test]
    fn the_range_moves_only_if_the_cursor_is_out_of_view() {
        assert_eq!(revealed((0.2, 0.4), 0.3), (0.2, 0.4));
        let moved = revealed((0.2, 0.4), 0.9);
        assert!(moved.0 <= 0.9 && 0.9 <= moved.1 && (moved.1 - moved.0 - 0.2).abs() < 1e-9);
    }
}
