//! The bar at the bottom: what the run has come to, where the cursor is, how much of the quotas is used.

use egui::{Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::command::{Command, Request};
use super::fonts;
use super::theme::Theme;
use super::widgets::{Status, draw, gauge, grouped, json_tree, key_cap_at};

/// The service ends an execution at this many events.
pub const MOST_EVENTS: u64 = 25_000;
/// The service refuses larger payloads.
pub const MOST_PAYLOAD_BYTES: usize = 256 * 1024;

/// What the status bar shows of a run.
#[derive(Clone, Debug)]
pub struct RunStatus {
    /// What the run has come to.
    pub status: Status,
    /// The words for it.
    pub text: String,
    /// Event at the cursor.
    pub event: u64,
    /// Number of events of the run.
    pub n_events: u64,
    /// Size of the payload at the cursor.
    pub payload_bytes: usize,
    /// Virtual time at the cursor since the start, such as `1d 04:12:25.241`.
    pub time: String,
    /// Number of transitions up to the cursor.
    pub n_transitions: u64,
    /// Whether it was recorded elsewhere.
    pub recorded: bool,
}

/// What the status bar shows.
#[derive(Clone, Debug, Default)]
pub struct StatusView {
    /// Name of the definition, if one is open.
    pub definition: Option<String>,
    /// Numbers of errors and of warnings.
    pub problems: (usize, usize),
    /// The run, if one is shown.
    pub run: Option<RunStatus>,
}

/// Shows the status bar.
pub fn status_bar_ui(view: &StatusView, ui: &mut Ui, out: &mut Vec<Request>) {
    let bar = ui.max_rect();
    let mut items = Items { ui, left: bar.left(), bar };
    let Some(run) = &view.run else {
        items.text(view.definition.as_deref().map_or("No definition open", |_| "No run yet"));
        if view.definition.is_some() {
            items.problems(view.problems);
        }
        items.text("No network connections");
        keys_ui(ui, bar, out);
        return;
    };
    items.status(run.status, &run.text);
    if run.recorded {
        items.text("Recorded");
    }
    items.gauged(
        &format!("Event {} of {}", grouped(run.event), grouped(run.n_events)),
        &format!("event {} of {}, at most {}", run.event, run.n_events, grouped(MOST_EVENTS)),
        run.n_events as f32 / MOST_EVENTS as f32,
    );
    items.gauged(
        &format!("Payload {} of 256 KiB", json_tree::bytes(run.payload_bytes)),
        &format!("payload {} of 256 KiB", json_tree::bytes(run.payload_bytes)),
        run.payload_bytes as f32 / MOST_PAYLOAD_BYTES as f32,
    );
    items.labelled_mono(if run.recorded { "Recorded time" } else { "Virtual time" }, &run.time);
    items.text(&format!("Transitions {}", grouped(run.n_transitions)));
    items.problems(view.problems);
    keys_ui(ui, bar, out);
}

const KEYS: f32 = 76.0;

struct Items<'a> {
    ui: &'a mut Ui,
    left: f32,
    bar: Rect,
}

impl Items<'_> {
    fn text(&mut self, text: &str) {
        let width = draw::width(self.ui, text, fonts::text(fonts::SMALL));
        let rect = self.item(width, text);
        draw::left(self.ui.painter(), rect, text, fonts::text(fonts::SMALL), Theme::of(self.ui).text);
    }

    fn status(&mut self, status: Status, text: &str) {
        let font = fonts::strong(fonts::SMALL);
        let width = draw::width(self.ui, text, font.clone()) + 22.0;
        let mut rect = self.item(width, text);
        let theme = Theme::of(self.ui);
        status.paint(self.ui.painter(), pos2(rect.left() + 7.0, rect.center().y), fonts::icon::CHIP, theme);
        rect.min.x += 22.0;
        draw::left(self.ui.painter(), rect, text, font, theme.text_strong);
    }

    fn gauged(&mut self, text: &str, label: &str, share: f32) {
        const BAR: f32 = 48.0;
        let width = draw::width(self.ui, text, fonts::text(fonts::SMALL));
        let rect = self.item(width + 8.0 + BAR, label);
        draw::left(self.ui.painter(), rect, text, fonts::text(fonts::SMALL), Theme::of(self.ui).text);
        gauge(self.ui, pos2(rect.left() + width + 8.0, rect.center().y), BAR, share);
    }

    fn labelled_mono(&mut self, label: &str, value: &str) {
        let label_width = draw::width(self.ui, label, fonts::text(fonts::SMALL)) + 5.0;
        let width = draw::width(self.ui, value, fonts::mono(fonts::SMALL));
        let mut rect = self.item(label_width + width, &format!("{label} {value}"));
        let theme = Theme::of(self.ui);
        draw::left(self.ui.painter(), rect, label, fonts::text(fonts::SMALL), theme.text);
        rect.min.x += label_width;
        draw::left(self.ui.painter(), rect, value, fonts::mono(fonts::SMALL), theme.text);
    }

    fn problems(&mut self, (n_errors, n_warnings): (usize, usize)) {
        let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        match (n_errors, n_warnings) {
            (0, 0) => self.text("No problems"),
            (0, warnings) => self.text(&plural(warnings, "warning")),
            (errors, 0) => self.text(&plural(errors, "error")),
            (errors, warnings) => {
                self.text(&format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")));
            }
        }
    }

    /// Takes the room of one item with its padding and the rule behind it.
    fn item(&mut self, width: f32, label: &str) -> Rect {
        let outer = Rect::from_min_size(pos2(self.left, self.bar.top()), vec2(width + 24.0, self.bar.height()));
        self.left = outer.right();
        if outer.right() > self.bar.right() - KEYS {
            // No room: what is further left matters more.
            self.left = f32::INFINITY;
            return Rect::from_min_size(self.bar.right_top(), vec2(0.0, 0.0));
        }
        let response = self.ui.interact(outer, self.ui.id().with(label), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, label));
        let theme = Theme::of(self.ui);
        self.ui.painter().vline(outer.right().floor() + 0.5, self.bar.y_range(), theme.rule());
        outer.shrink2(vec2(12.0, 0.0))
    }
}

fn keys_ui(ui: &mut Ui, bar: Rect, out: &mut Vec<Request>) {
    let rect = Rect::from_min_max(pos2(bar.right() - KEYS, bar.top()), bar.right_bottom());
    let response = ui.interact(rect, ui.id().with("keys"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, "Keys"));
    let theme = Theme::of(ui);
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.bg_hover);
    }
    let inner = rect.shrink2(vec2(12.0, 0.0));
    draw::left(ui.painter(), inner, "Keys", fonts::text(fonts::SMALL), theme.text);
    key_cap_at(ui, inner.right(), rect.center().y, "?", true);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if draw::command_tooltip(response, Command::ShowKeys).clicked() {
        out.push(Request::Do(Command::ShowKeys));
    }
}
