//! The table of events: what happened, in order. Only visible rows are formatted; `sieve` knows which they are.

mod sieve;

use egui::{Key, Rect, Sense, TextEdit, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_extras::{Column, TableBuilder, TableRow};
use egui_phosphor::regular as icons;

use super::command::Request;
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Chip, Empty, Status, draw};

pub use sieve::Filter;
use sieve::{Sieve, Sieves};

/// From this many milliseconds on a difference is written strongly.
const LONG_MILLIS: i64 = 2_000;
/// The error has its own column from this width on.
const ERROR_FITS: f32 = 640.0;

/// An event as the table shows it.
#[derive(Clone, Debug, Default)]
pub struct EventRow {
    /// Its id, from 1.
    pub id: u64,
    /// Virtual time since the start of the run.
    pub time: String,
    /// Milliseconds since the event that caused it.
    pub delta_millis: i64,
    /// Its type, as the service names it.
    pub kind: String,
    /// What it says of the state, where it says something.
    pub status: Option<Status>,
    /// The state it belongs to; empty for events of the execution.
    pub state: String,
    /// The attempt it belongs to.
    pub attempt: Option<u32>,
    /// Its error name.
    pub error: Option<String>,
    /// What the user has written about it.
    pub note: Option<String>,
}

/// What filters ask of an event; cheap to answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventFacts {
    /// It is a failure.
    pub failed: bool,
    /// It is a failed attempt that is tried again, or the new attempt.
    pub retry: bool,
    /// Dense id of its state.
    pub state: Option<u32>,
}

/// The events of a run.
pub trait Events {
    /// Returns the number of events.
    fn len(&self) -> usize;
    /// Whether there is no event.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Returns a number that tells the run from others.
    fn run(&self) -> u64;
    /// Returns a number that changes when the events do.
    fn revision(&self) -> u64;
    /// Returns the event at a position.
    fn row(&self, idx: usize) -> EventRow;
    /// Returns what filters ask of the event at a position.
    fn facts(&self, idx: usize) -> EventFacts;
    /// Returns the id of the event at a position; ids rise with positions.
    fn id(&self, idx: usize) -> u64;
    /// Whether the event at a position caused the event `current`, or was caused by it.
    fn related(&self, idx: usize, current: u64) -> bool;
}

/// View state of the table.
#[derive(Default)]
pub struct EventsPanel {
    /// The filters.
    pub filter: Filter,
    text_open: bool,
    sieves: Sieves,
    cursor: Option<u64>,
    /// Scroll offset and height of the rows in the last pass.
    view: (f32, f32),
}

impl EventsPanel {
    /// Shows the filters, from the right; for the tab row. `selected` is the state that can be filtered for.
    pub fn filters_ui(&mut self, ui: &mut Ui, selected: Option<(u32, &str)>) {
        ui.spacing_mut().item_spacing.x = 6.0;
        let state = match (&self.filter.state, selected) {
            (Some((id, name)), _) => Some((*id, name.clone())),
            (None, Some((id, name))) => Some((id, name.to_owned())),
            (None, None) => None,
        };
        const CHIP: f32 = 76.0;
        if let Some((id, name)) = state.filter(|_| ui.available_width() > 2.0 * CHIP) {
            let on = self.filter.state.is_some();
            if Chip::filter(&name, on).show(ui).clicked() {
                self.filter.state = if on { None } else { Some((id, name)) };
            }
        }
        if ui.available_width() > CHIP && Chip::filter("Retries", self.filter.retries).show(ui).clicked() {
            self.filter.retries = !self.filter.retries;
        }
        if ui.available_width() > CHIP && Chip::filter("Failed", self.filter.failed).show(ui).clicked() {
            self.filter.failed = !self.filter.failed;
        }
        if ui.available_width() > CHIP && Chip::filter("Text", self.text_open).show(ui).clicked() {
            self.text_open = !self.text_open;
            self.filter.text.clear();
        }
    }

    /// Shows the table with the event `cursor` as the current one.
    pub fn ui(&mut self, events: &dyn Events, cursor: u64, ui: &mut Ui, out: &mut Vec<Request>) {
        if self.text_open {
            self.text_ui(ui);
        }
        let (is_looking, are_others) = self.sieves.advance(events, &self.filter);
        if is_looking {
            ui.ctx().request_repaint();
        }
        if are_others {
            self.cursor = None;
        }
        let shown = self.sieves.shown();
        let n_rows = shown.len(events);
        if n_rows == 0 {
            let n_on = self.filter.n_on();
            let text = if n_on == 0 {
                "No event yet".to_owned()
            } else if is_looking {
                "Looking for events".to_owned()
            } else {
                format!("No event matches {n_on} filter{}", if n_on == 1 { "" } else { "s" })
            };
            let empty = Empty::new(&text);
            let empty = if n_on == 0 { empty } else { empty.action("Clear filters", None) };
            if empty.show(ui).is_some_and(|it| it.clicked()) {
                self.filter = Filter::default();
                self.text_open = false;
            }
            return;
        }
        let moved = self.cursor != Some(cursor);
        self.cursor = Some(cursor);
        if self.view.1 <= 0.0 {
            self.view.1 = ui.available_height() - height::ROW;
        }
        let offset = shown.row_of(events, cursor).filter(|_| moved).and_then(|row| revealing_offset(row, self.view));
        self.view = table_ui(ui, events, shown, cursor, offset, out);
    }

    fn text_ui(&mut self, ui: &mut Ui) {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::BUTTON + 4.0));
        let field = TextEdit::singleline(&mut self.filter.text)
            .hint_text("Event, state, error name or note")
            .font(fonts::text(fonts::BODY))
            .desired_width(f32::INFINITY);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let (response, _) = draw::at(ui, rect.shrink2(vec2(8.0, 2.0)), layout, |ui| ui.add(field));
        if response.has_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.text_open = false;
            self.filter.text.clear();
        }
    }
}

/// Returns the offset that brings a row into view, or `None` if it is in view already.
fn revealing_offset(row: usize, (offset, view_height): (f32, f32)) -> Option<f32> {
    let top = row as f32 * height::ROW;
    if top < offset {
        Some(top)
    } else if top + height::ROW > offset + view_height {
        Some((top + height::ROW - view_height).max(0.0))
    } else {
        None
    }
}

/// Shows the rows; returns the scroll offset and the height of the rows.
fn table_ui(
    ui: &mut Ui,
    events: &dyn Events,
    shown: &Sieve,
    cursor: u64,
    offset: Option<f32>,
    out: &mut Vec<Request>,
) -> (f32, f32) {
    let theme = Theme::of(ui);
    let fields = fields(ui.available_width());
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let digits = events.len().max(1).ilog10() as f32 + 1.0;
    // Times only grow, so the last one is the widest.
    let time_width =
        12.0 + events.len().checked_sub(1).map_or(0, |last| events.row(last).time.len()).max(12) as f32 * 7.5;
    let mut table = TableBuilder::new(ui).id_salt("events").sense(Sense::click()).auto_shrink(false);
    for field in &fields {
        table = table.column(match field {
            Field::Number => Column::exact(28.0 + (digits * 7.5).max(16.0)),
            Field::Time => Column::exact(time_width),
            Field::Delta => Column::exact(56.0),
            Field::Kind => Column::remainder().at_least(100.0).clip(true),
            Field::State => Column::exact(96.0).clip(true),
            Field::Attempt => Column::exact(36.0),
            Field::Error => Column::exact(200.0).clip(true),
        });
    }
    if let Some(offset) = offset {
        table = table.vertical_scroll_offset(offset);
    }
    let header = |mut row: TableRow<'_, '_>| {
        for field in &fields {
            row.col(|ui| {
                let rect = ui.max_rect();
                ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
                let inner = cell(rect);
                let inner = if *field == Field::Kind { inner.with_min_x(inner.left() + GLYPH) } else { inner };
                let (head, at_right) = field.head();
                let paint = if at_right { draw::right } else { draw::left };
                paint(ui.painter(), inner, head, fonts::strong(fonts::SMALL), theme.text_subdued);
            });
        }
    };
    let output = table.header(height::ROW, header).body(|body| {
        body.rows(height::ROW, shown.len(events), |mut table_row| {
            let Some(idx) = shown.position(table_row.index()) else { return };
            let row = events.row(idx);
            let current = row.id == cursor;
            let mark = if current {
                Mark::Current
            } else if events.related(idx, cursor) {
                Mark::Related
            } else {
                Mark::None
            };
            for field in &fields {
                table_row.col(|ui| field_ui(ui, *field, &row, mark, theme));
            }
            let response = table_row.response();
            response.widget_info(|| WidgetInfo::selected(WidgetType::SelectableLabel, true, current, label(&row)));
            if response.clicked() {
                out.push(Request::MoveTo(row.id));
            }
            response.context_menu(|ui| {
                if ui.button("Move here").clicked() {
                    out.push(Request::MoveTo(row.id));
                    ui.close();
                }
                if ui.button("Fork here…").clicked() {
                    out.push(Request::ForkAt(row.id));
                    ui.close();
                }
            });
        });
    });
    (output.state.offset.y, output.inner_rect.height())
}

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Number,
    Time,
    Delta,
    Kind,
    State,
    Attempt,
    Error,
}

impl Field {
    /// Returns the name, and whether it stands at the right.
    fn head(self) -> (&'static str, bool) {
        match self {
            Self::Number => ("#", true),
            Self::Time => ("Virtual time", false),
            Self::Delta => ("Δ s", true),
            Self::Kind => ("Event", false),
            Self::State => ("State", false),
            Self::Attempt => ("Try", true),
            Self::Error => ("Error", false),
        }
    }
}

/// Returns the columns that have room: what can be seen elsewhere goes first.
fn fields(width: f32) -> Vec<Field> {
    use Field::{Attempt, Delta, Error, Kind, Number, State, Time};
    let all = [Number, Time, Delta, Kind, State, Attempt, Error];
    let least = |field: &Field| match field {
        Error => ERROR_FITS,
        Delta => 430.0,
        Time => 370.0,
        Attempt => 280.0,
        Number | Kind | State => 0.0,
    };
    all.into_iter().filter(|field| width >= least(field)).collect()
}

/// What a row is to the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    None,
    Current,
    Related,
}

const GLYPH: f32 = 24.0;

fn cell(rect: Rect) -> Rect {
    rect.shrink2(vec2(6.0, 0.0))
}

fn field_ui(ui: &Ui, field: Field, row: &EventRow, mark: Mark, theme: &Theme) {
    let rect = ui.max_rect();
    let painter = ui.painter();
    if mark == Mark::Current {
        painter.rect_filled(rect, 0.0, theme.bg_selected);
    }
    draw::rule_below(painter, rect, theme);
    let ink = if mark == Mark::Current { theme.text_strong } else { theme.text };
    let quiet = if mark == Mark::Current { theme.text_strong } else { theme.text_subdued };
    let inner = cell(rect);
    match field {
        Field::Number => {
            draw::right(painter, inner, &row.id.to_string(), fonts::mono(fonts::BODY), quiet);
            mark_ui(painter, rect, mark, theme);
        }
        Field::Time => {
            draw::left(painter, inner, &row.time, fonts::mono(fonts::BODY), ink);
        }
        Field::Delta => {
            let text = seconds(row.delta_millis);
            let long = row.delta_millis >= LONG_MILLIS;
            let ink = if long { theme.text_strong } else { quiet };
            draw::right(painter, inner, &text, fonts::mono(fonts::BODY), ink);
            if long {
                // JetBrains Mono comes in one weight: painted twice, half a point apart, it reads as the bold one.
                draw::right(painter, inner.translate(vec2(-0.5, 0.0)), &text, fonts::mono(fonts::BODY), ink);
            }
        }
        Field::Kind => {
            draw::left(painter, inner.with_min_x(inner.left() + GLYPH), &row.kind, fonts::text(fonts::BODY), ink);
            if let Some(note) = &row.note {
                let kind = draw::width(ui, &row.kind, fonts::text(fonts::BODY));
                let left = inner.with_min_x(inner.left() + GLYPH + kind + 12.0);
                let text = format!("{} {note}", icons::NOTE_PENCIL);
                draw::left(painter, left, &text, fonts::text(fonts::SMALL), quiet);
            }
            if let Some(status) = row.status {
                status.paint(painter, pos2(rect.left() + 15.0, rect.center().y), fonts::icon::CHIP, theme);
            }
        }
        Field::State => {
            draw::left(painter, inner, &row.state, fonts::text(fonts::BODY), ink);
        }
        Field::Attempt => {
            let text = row.attempt.map_or(String::new(), |it| it.to_string());
            draw::right(painter, inner, &text, fonts::mono(fonts::BODY), ink);
        }
        Field::Error => {
            let text = row.error.as_deref().unwrap_or_default();
            draw::left(painter, inner, text, fonts::mono(fonts::BODY), ink);
        }
    }
}

fn mark_ui(painter: &egui::Painter, rect: Rect, mark: Mark, theme: &Theme) {
    match mark {
        Mark::Current => {
            draw::icon(painter, pos2(rect.left() + 12.0, rect.center().y), icons::ARROW_RIGHT, 14.0, theme.now);
        }
        Mark::Related => {
            let bar = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
            painter.rect_filled(bar, 0.0, theme.line_strong);
        }
        Mark::None => {}
    }
}

fn label(row: &EventRow) -> String {
    let mut label = format!("event {}, {}", row.id, row.kind);
    if !row.state.is_empty() {
        label.push_str(", ");
        label.push_str(&row.state);
    }
    if let Some(attempt) = row.attempt {
        label.push_str(", attempt ");
        label.push_str(&attempt.to_string());
    }
    if let Some(error) = &row.error {
        label.push_str(", ");
        label.push_str(error);
    }
    if let Some(note) = &row.note {
        label.push_str(", note: ");
        label.push_str(note);
    }
    label
}

/// Writes milliseconds as seconds with two digits; whole hours and more in their own units.
fn seconds(millis: i64) -> String {
    const HOUR: i64 = 3_600_000;
    if millis >= 100 * 1_000 * 100 {
        let hours = millis / HOUR;
        return if hours >= 24 {
            format!("{}d {:02}h", hours / 24, hours % 24)
        } else {
            format!("{hours}h {:02}m", millis % HOUR / 60_000)
        };
    }
    format!("{}.{:02}", millis / 1_000, millis % 1_000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_scrolls_only_to_rows_out_of_view() {
        assert_eq!(revealing_offset(3, (0.0, 240.0)), None);
        assert_eq!(revealing_offset(10, (0.0, 240.0)), Some(24.0));
        assert_eq!(revealing_offset(1, (120.0, 240.0)), Some(24.0));
    }

    #[test]
    fn a_narrow_table_keeps_number_event_and_state() {
        assert_eq!(fields(200.0), [Field::Number, Field::Kind, Field::State]);
        assert_eq!(fields(900.0).len(), 7);
    }

    #[test]
    fn differences_have_two_digits_until_they_are_hours() {
        assert_eq!([seconds(50), seconds(8_000), seconds(101_520_000)], ["0.05", "8.00", "1d 04h"]);
    }
}
