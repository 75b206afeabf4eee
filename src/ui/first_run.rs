//! The first page: open something, go on with something, or try an example that stops at its error.

use std::path::PathBuf;

use egui::{Frame, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::command::{Command, Request};
use super::fonts;
use super::theme::{Theme, radius};
use super::thumbnail::{self, Thumbnail};
use super::widgets::{Button, Look, Status, draw, key_cap_at};

const PAGE_WIDTH: f32 = 1040.0;
const LEFT_WIDTH: f32 = 440.0;
const COLUMN_GAP: f32 = 32.0;
const CARD: f32 = 64.0;
const SAMPLE: f32 = 56.0;
const DROP_ZONE: f32 = 80.0;

/// An example that is offered.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its name.
    pub title: &'static str,
    /// What it shows, in one line.
    pub line: &'static str,
    /// How its run ends, or what it stops at.
    pub outcome: Status,
    /// Its drawing.
    pub thumbnail: Thumbnail,
}

/// A file opened before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// Where it is.
    pub path: PathBuf,
    /// What was found in it when it was open last, such as `2 problems`.
    pub note: String,
}

/// What the first page shows.
#[derive(Clone, Debug, Default)]
pub struct FirstRunView {
    /// The examples.
    pub samples: Vec<Sample>,
    /// The files opened before, the last one first.
    pub recent: Vec<Recent>,
    /// Whether files are held over the window.
    pub dropping: bool,
}

/// Shows the first page.
pub fn first_run_ui(view: &FirstRunView, ui: &mut Ui, out: &mut Vec<Request>) {
    ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, Theme::of(ui).bg_canvas);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let room = ui.available_rect_before_wrap();
        let width = PAGE_WIDTH.min(room.width() - 64.0);
        let two_columns = width >= 900.0;
        let left_width = if two_columns { LEFT_WIDTH } else { width };
        let left = room.center().x - width / 2.0;
        let n_left = 2.0;
        let left_height = 28.0 + n_left * (CARD + 8.0) + 28.0 + recent_height(view);
        let samples_height = 28.0 + view.samples.len() as f32 * SAMPLE + 30.0;
        let body = if two_columns { left_height.max(samples_height) } else { left_height + samples_height + 24.0 };
        let total = 96.0 + body + 16.0 + DROP_ZONE;
        // Optical middle: a little above the real one.
        let top = room.top() + ((room.height() - total) * 0.42).clamp(24.0, 112.0);
        title_ui(ui, pos2(left, top), width);
        let body_top = top + 96.0;
        let start = Rect::from_min_size(pos2(left, body_top), vec2(left_width, left_height));
        column_ui(ui, start, |ui| start_ui(view, ui, out));
        let samples = if two_columns {
            let samples_left = left + left_width + COLUMN_GAP;
            Rect::from_min_size(pos2(samples_left, body_top), vec2(left + width - samples_left, samples_height))
        } else {
            Rect::from_min_size(pos2(left, start.bottom() + 24.0), vec2(width, samples_height))
        };
        if !view.samples.is_empty() {
            column_ui(ui, samples, |ui| samples_ui(view, ui, out));
        }
        let zone = Rect::from_min_size(pos2(left, body_top + body + 16.0), vec2(width, DROP_ZONE));
        drop_zone_ui(view, ui, zone);
        ui.allocate_rect(Rect::from_min_max(room.min, pos2(room.left(), zone.bottom() + 24.0)), Sense::hover());
    });
}

fn column_ui(ui: &mut Ui, rect: Rect, content: impl FnOnce(&mut Ui)) {
    let mut column = ui.new_child(UiBuilder::new().max_rect(rect));
    column.spacing_mut().item_spacing.y = 0.0;
    content(&mut column);
}

fn title_ui(ui: &Ui, at: egui::Pos2, width: f32) {
    let theme = Theme::of(ui);
    let title = Rect::from_min_size(at, vec2(width, 32.0));
    let title_text = "Debug a Step Functions workflow on this machine";
    draw::left(ui.painter(), title, title_text, fonts::strong(fonts::WELCOME), theme.text_strong);
    let line = title.translate(vec2(0.0, 34.0)).with_max_y(title.bottom() + 26.0);
    let text = "Open a definition to run it, or an execution history to replay it. Nothing leaves this computer.";
    draw::left(ui.painter(), line, text, fonts::text(fonts::HEADING), theme.text_subdued);
}

fn heading_ui(ui: &mut Ui, title: &str, note: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    let label = if note.is_empty() { title.to_owned() } else { format!("{title}: {note}") };
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &label));
    let theme = Theme::of(ui);
    let line = rect.with_max_y(rect.top() + 18.0);
    draw::left(ui.painter(), line, title, fonts::strong(fonts::HEADING), theme.text_strong);
    draw::right(ui.painter(), line, note, fonts::text(fonts::BODY), theme.text_subdued);
}

fn start_ui(view: &FirstRunView, ui: &mut Ui, out: &mut Vec<Request>) {
    heading_ui(ui, "Start", "");
    let cards = [
        (icons::BRACKETS_CURLY, Command::OpenDefinition, "Amazon States Language in JSON or YAML"),
        (icons::CLOCK_COUNTER_CLOCKWISE, Command::OpenHistory, "What a recorded execution did, step by step"),
        (icons::PATH, Command::OpenPath, "Type or paste where the file is"),
    ];
    for (icon, command, about) in cards {
        if card_ui(ui, icon, command, about) {
            out.push(Request::Do(command));
        }
        ui.add_space(8.0);
    }
    ui.add_space(20.0);
    heading_ui(ui, "Recent", "");
    if view.recent.is_empty() {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 45.0), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, "No file opened yet"));
        let theme = Theme::of(ui);
        ui.painter().rect_stroke(rect, radius::CARD, theme.rule(), StrokeKind::Inside);
        let inner = rect.shrink2(vec2(16.0, 0.0));
        draw::left(ui.painter(), inner, "No file opened yet", fonts::text(fonts::BODY), theme.text_subdued);
        return;
    }
    frame_ui(ui, |ui| {
        let n_rows = view.recent.len().min(MOST_RECENT);
        for (idx, recent) in view.recent.iter().take(MOST_RECENT).enumerate() {
            if recent_ui(ui, recent, idx + 1 == n_rows) {
                out.push(Request::Open(recent.path.clone()));
            }
        }
    });
}

const MOST_RECENT: usize = 5;

fn recent_height(view: &FirstRunView) -> f32 {
    view.recent.len().clamp(1, MOST_RECENT) as f32 * 45.0 + 20.0
}

fn frame_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let theme = Theme::of(ui);
    Frame::new().fill(theme.bg_panel).stroke(theme.rule()).corner_radius(radius::CARD).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        content(ui);
    });
}

fn card_ui(ui: &mut Ui, icon: &str, command: Command, about: &str) -> bool {
    let entry = command.entry();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CARD), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, entry.text));
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let (fill, line) =
        if response.hovered() { (theme.bg_hover, theme.line_strong) } else { (theme.bg_panel, theme.line_subtle) };
    painter.rect(rect, radius::CARD, fill, Stroke::new(1.0, line), StrokeKind::Inside);
    draw::icon(painter, pos2(rect.left() + 28.0, rect.center().y), icon, fonts::icon::WELCOME, theme.text_strong);
    let mut inner = rect.shrink2(vec2(16.0, 0.0));
    inner.min.x += 40.0;
    if let Some(key) = command.key() {
        inner.max.x = key_cap_at(ui, inner.right(), rect.center().y, &key, true) - 8.0;
    }
    let (first, second) = lines(inner);
    draw::left(painter, first, entry.text, fonts::strong(fonts::BODY), theme.text_strong);
    draw::left(painter, second, about, fonts::text(fonts::BODY), theme.text_subdued);
    draw::focus_ring(ui, &response, rect, radius::CARD);
    response.clicked()
}

fn recent_ui(ui: &mut Ui, recent: &Recent, last: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 45.0), Sense::click());
    let name = recent.path.file_name().map_or_else(String::new, |it| it.to_string_lossy().into_owned());
    let folder = recent.path.parent().map_or_else(String::new, |it| it.display().to_string());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("open {name} in {folder}")));
    let theme = Theme::of(ui);
    hover_ground(ui, rect, response.hovered(), last, false);
    let painter = ui.painter();
    draw::icon(painter, pos2(rect.left() + 26.0, rect.center().y), icons::BRACKETS_CURLY, 16.0, theme.text_subdued);
    let mut inner = rect.shrink2(vec2(16.0, 0.0));
    inner.max.x = draw::right(painter, inner, &recent.note, fonts::text(fonts::BODY), theme.text_subdued) - 8.0;
    inner.min.x += 35.0;
    let (first, second) = lines(inner);
    draw::left(painter, first, &name, fonts::text(fonts::BODY), theme.text_strong);
    draw::left(painter, second, &folder, fonts::text(fonts::BODY), theme.text_subdued);
    draw::focus_ring(ui, &response, rect.shrink(2.0), radius::BUTTON);
    response.clicked()
}

fn samples_ui(view: &FirstRunView, ui: &mut Ui, out: &mut Vec<Request>) {
    heading_ui(ui, "Try an example", "each opens at its error");
    frame_ui(ui, |ui| {
        for (idx, sample) in view.samples.iter().enumerate() {
            if sample_ui(ui, sample, idx, view.samples.len()) {
                out.push(Request::TrySample(idx));
            }
        }
    });
    ui.add_space(8.0);
    let theme = Theme::of(ui);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 18.0));
    let text = "Written for Stepscope; each has an input and mocks, so that it runs at once.";
    draw::left(ui.painter(), rect, text, fonts::text(fonts::BODY), theme.text_subdued);
}

fn sample_ui(ui: &mut Ui, sample: &Sample, idx: usize, n_samples: usize) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), SAMPLE), Sense::click());
    response.widget_info(|| {
        let label = format!("{}, {}, {}", sample.title, sample.line, sample.outcome.word());
        WidgetInfo::labeled(WidgetType::Button, true, label)
    });
    let theme = Theme::of(ui);
    hover_ground(ui, rect, response.hovered(), idx + 1 == n_samples, idx == 0);
    let painter = ui.painter();
    let drawing = Rect::from_center_size(pos2(rect.left() + 45.0, rect.center().y), vec2(52.0, 38.0));
    thumbnail::paint(painter, drawing, &sample.thumbnail, theme);
    let button = Rect::from_min_size(pos2(rect.right() - 16.0 - 64.0, rect.center().y - 14.0), vec2(64.0, 28.0));
    let outcome = Rect::from_min_max(pos2(button.left() - 112.0, rect.top()), pos2(button.left() - 8.0, rect.bottom()));
    sample.outcome.paint(painter, pos2(outcome.left() + 8.0, rect.center().y), 16.0, theme);
    let word = outcome.with_min_x(outcome.left() + 20.0);
    draw::left(painter, word, sample.outcome.short_word(), fonts::text(fonts::BODY), theme.text);
    let inner = Rect::from_min_max(pos2(rect.left() + 88.0, rect.top()), pos2(outcome.left() - 8.0, rect.bottom()));
    let (first, second) = lines(inner);
    draw::left(painter, first, sample.title, fonts::strong(fonts::BODY), theme.text_strong);
    draw::left(painter, second, sample.line, fonts::text(fonts::BODY), theme.text_subdued);
    draw::focus_ring(ui, &response, rect.shrink(2.0), radius::BUTTON);
    let look = if idx == 0 { Look::Primary } else { Look::Normal };
    let name = format!("Try {}", sample.title);
    let pressed = Button::icon("", &name).with_text("Try").look(look).centered().show_at(ui, button).clicked();
    pressed || response.clicked()
}

fn hover_ground(ui: &Ui, rect: Rect, hovered: bool, last: bool, first: bool) {
    let theme = Theme::of(ui);
    if hovered {
        let corner = |at_end: bool| if at_end { radius::CARD as u8 } else { 0 };
        let corners = egui::CornerRadius { nw: corner(first), ne: corner(first), sw: corner(last), se: corner(last) };
        ui.painter().rect_filled(rect, corners, theme.bg_hover);
    }
    if !last {
        draw::rule_below(ui.painter(), rect, theme);
    }
}

fn lines(rect: Rect) -> (Rect, Rect) {
    let center = rect.center().y;
    (
        Rect::from_min_max(pos2(rect.left(), center - 17.0), pos2(rect.right(), center - 1.0)),
        Rect::from_min_max(pos2(rect.left(), center + 1.0), pos2(rect.right(), center + 17.0)),
    )
}

fn drop_zone_ui(view: &FirstRunView, ui: &Ui, rect: Rect) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    if view.dropping {
        painter.rect_filled(rect, radius::CARD, theme.tint_now);
    }
    let color = if view.dropping { theme.now } else { theme.line_control };
    draw::dashed_rect(painter, rect.shrink(0.5), Stroke::new(1.0, color), 4.0, 3.0);
    let (first_text, second_text) = (
        "Drop files here",
        ".asl.json, .asl.yaml, history .json, MockConfigFile. The content decides what a file is, not its name.",
    );
    let width = draw::width(ui, second_text, fonts::text(fonts::BODY));
    let left = (rect.center().x - width / 2.0).max(rect.left() + 56.0);
    draw::icon(painter, pos2(left - 28.0, rect.center().y), icons::DOWNLOAD_SIMPLE, 20.0, theme.text_subdued);
    let inner = Rect::from_min_max(pos2(left, rect.top()), pos2(rect.right() - 16.0, rect.bottom()));
    let (first, second) = lines(inner);
    draw::left(painter, first, first_text, fonts::strong(fonts::BODY), theme.text_strong);
    draw::left(painter, second, second_text, fonts::text(fonts::BODY), theme.text_subdued);
}
