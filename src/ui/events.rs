//! The table of events: what happened, in order. Only visible rows are formatted; filters are applied once per change.

use egui::{Key, Rect, Sense, TextEdit, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_extras::{Column, TableBuilder, TableRow};
use egui_phosphor::regular as icons;

use super::command::Request;
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Chip, Empty, Status, draw};

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

/// The filters. Those that are on have to hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only failures.
    pub failed: bool,
    /// Only retries.
    pub retries: bool,
    /// Only events of a state: its dense id and name.
    pub state: Option<(u32, String)>,
    /// Only events in whose row this text occurs, without regard to case.
    pub text: String,
}

impl Filter {
    fn n_on(&self) -> usize {
        usize::from(self.failed)
            + usize::from(self.retries)
            + usize::from(self.state.is_some())
            + usize::from(!self.text.is_empty())
    }

    fn takes(&self, events: &dyn Events, idx: usize) -> bool {
        let facts = events.facts(idx);
        let state = self.state.as_ref().is_none_or(|(state, _)| facts.state == Some(*state));
        if (self.failed && !facts.failed) || (self.retries && !facts.retry) || !state {
            return false;
        }
        if self.text.is_empty() {
            return true;
        }
        let text = self.text.to_lowercase();
        let row = events.row(idx);
        let has = |field: &str| field.to_lowercase().contains(&text);
        has(&row.kind) || has(&row.state) || row.error.as_deref().is_some_and(has)
    }
}

/// View state of the table.
#[derive(Default)]
pub struct EventsPanel {
    /// The filters.
    pub filter: Filter,
    text_open: bool,
    shown: Option<Shown>,
    cursor: Option<u64>,
}

/// The positions that pass the filters, and what they were computed from.
struct Shown {
    revision: u64,
    filter: Filter,
    /// `None` where all pass.
    positions: Option<Vec<u32>>,
}

impl Shown {
    fn compute(events: &dyn Events, filter: &Filter) -> Self {
        let positions = (filter.n_on() > 0)
            .then(|| (0..events.len()).filter(|&idx| filter.takes(events, idx)).map(|idx| idx as u32).collect());
        Self { revision: events.revision(), filter: filter.clone(), positions }
    }

    fn len(&self, events: &dyn Events) -> usize {
        self.positions.as_ref().map_or_else(|| events.len(), Vec::len)
    }

    fn position(&self, row: usize) -> Option<usize> {
        match &self.positions {
            None => Some(row),
            Some(positions) => positions.get(row).map(|&it| it as usize),
        }
    }

    /// Returns the row of the event `id`, or the last row before it.
    fn row_of(&self, events: &dyn Events, id: u64) -> Option<usize> {
        let (mut low, mut high) = (0, self.len(events));
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.position(middle).is_some_and(|idx| events.id(idx) <= id) { low = middle + 1 } else { high = middle }
        }
        low.checked_sub(1)
    }
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
        if let Some((id, name)) = state {
            let on = self.filter.state.is_some();
            if Chip::filter(&name, on).show(ui).clicked() {
                self.filter.state = if on { None } else { Some((id, name)) };
            }
        }
        if Chip::filter("Retries", self.filter.retries).show(ui).clicked() {
            self.filter.retries = !self.filter.retries;
        }
        if Chip::filter("Failed", self.filter.failed).show(ui).clicked() {
            self.filter.failed = !self.filter.failed;
        }
        if Chip::filter("Text", self.text_open).show(ui).clicked() {
            self.text_open = !self.text_open;
            self.filter.text.clear();
        }
    }

    /// Shows the table with the event `cursor` as the current one.
    pub fn ui(&mut self, events: &dyn Events, cursor: u64, ui: &mut Ui, out: &mut Vec<Request>) {
        if self.text_open {
            self.text_ui(ui);
        }
        if self.shown.as_ref().is_none_or(|it| it.revision != events.revision() || it.filter != self.filter) {
            self.shown = Some(Shown::compute(events, &self.filter));
            self.cursor = None;
        }
        let Some(shown) = &self.shown else { return };
        let n_rows = shown.len(events);
        if n_rows == 0 {
            let n_on = self.filter.n_on();
            let text = if n_on == 0 {
                "No event yet".to_owned()
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
        let current = shown.row_of(events, cursor);
        table_ui(ui, events, shown, cursor, current.filter(|_| moved), out);
    }

    fn text_ui(&mut self, ui: &mut Ui) {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::BUTTON + 4.0));
        let field = TextEdit::singleline(&mut self.filter.text)
            .hint_text("Event, state or error name")
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

fn table_ui(
    ui: &mut Ui,
    events: &dyn Events,
    shown: &Shown,
    cursor: u64,
    reveal: Option<usize>,
    out: &mut Vec<Request>,
) {
    let theme = Theme::of(ui);
    let with_error = ui.available_width() >= ERROR_FITS;
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let digits = events.len().max(1).ilog10() as f32 + 1.0;
    let mut table = TableBuilder::new(ui)
        .id_salt("events")
        .sense(Sense::click())
        .auto_shrink(false)
        .column(Column::exact(24.0 + (digits * 7.5).max(20.0)))
        .column(Column::exact(116.0))
        .column(Column::exact(64.0))
        .column(Column::remainder().at_least(120.0).clip(true))
        .column(Column::exact(if with_error { 140.0 } else { 112.0 }).clip(true))
        .column(Column::exact(40.0));
    if with_error {
        table = table.column(Column::exact(200.0).clip(true));
    }
    if let Some(row) = reveal {
        table = table.scroll_to_row(row, None);
    }
    let header = |mut row: TableRow<'_, '_>| {
        let heads =
            [("#", true), ("Virtual time", false), ("Δ s", true), ("Event", false), ("State", false), ("Try", true)];
        let error = with_error.then_some(("Error", false));
        for (head, at_right) in heads.into_iter().chain(error) {
            row.col(|ui| {
                let rect = ui.max_rect();
                ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
                let inner = cell(rect);
                let inner = if head == "Event" { inner.with_min_x(inner.left() + GLYPH) } else { inner };
                let paint = if at_right { draw::right } else { draw::left };
                paint(ui.painter(), inner, head, fonts::strong(fonts::SMALL), theme.text_subdued);
            });
        }
    };
    table.header(height::ROW, header).body(|body| {
        body.rows(height::ROW, shown.len(events), |mut table_row| {
            let Some(idx) = shown.position(table_row.index()) else { return };
            let row = events.row(idx);
            let current = row.id == cursor;
            let related = !current && events.related(idx, cursor);
            row_ui(&mut table_row, &row, current, related, with_error, theme);
            let response = table_row.response();
            response.widget_info(|| WidgetInfo::selected(WidgetType::SelectableLabel, true, current, label(&row)));
            if response.clicked() {
                out.push(Request::MoveTo(row.id));
            }
        });
    });
}

const GLYPH: f32 = 24.0;

fn cell(rect: Rect) -> Rect {
    rect.shrink2(vec2(8.0, 0.0))
}

fn row_ui(table: &mut TableRow<'_, '_>, row: &EventRow, current: bool, related: bool, with_error: bool, theme: &Theme) {
    let ink = if current { theme.text_strong } else { theme.text };
    let ground = move |ui: &Ui, rect: Rect| {
        if current {
            ui.painter().rect_filled(rect, 0.0, theme.bg_selected);
        }
        draw::rule_below(ui.painter(), rect, theme);
    };
    let mono = |ui: &Ui, text: &str, at_right: bool, ink: egui::Color32| {
        let rect = ui.max_rect();
        ground(ui, rect);
        let paint = if at_right { draw::right } else { draw::left };
        paint(ui.painter(), cell(rect), text, fonts::mono(fonts::BODY), ink);
    };
    table.col(|ui| {
        mono(ui, &row.id.to_string(), true, if current { ink } else { theme.text_subdued });
        let rect = ui.max_rect();
        if current {
            draw::icon(ui.painter(), pos2(rect.left() + 13.0, rect.center().y), icons::ARROW_RIGHT, 14.0, theme.now);
        } else if related {
            let bar = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
            ui.painter().rect_filled(bar, 0.0, theme.line_strong);
        }
    });
    table.col(|ui| mono(ui, &row.time, false, ink));
    table.col(|ui| {
        let strong = row.delta_millis >= LONG_MILLIS;
        let ink = if strong { theme.text_strong } else { theme.text_subdued };
        let text = seconds(row.delta_millis);
        mono(ui, &text, true, ink);
        if strong {
            // JetBrains Mono comes in one weight: painted twice, half a point apart, it reads as the bold one.
            let rect = cell(ui.max_rect()).translate(vec2(-0.5, 0.0));
            draw::right(ui.painter(), rect, &text, fonts::mono(fonts::BODY), ink);
        }
    });
    let words = |ui: &Ui, text: &str, indent: f32| {
        let rect = ui.max_rect();
        ground(ui, rect);
        let inner = cell(rect);
        draw::left(ui.painter(), inner.with_min_x(inner.left() + indent), text, fonts::text(fonts::BODY), ink);
    };
    table.col(|ui| {
        words(ui, &row.kind, GLYPH);
        if let Some(status) = row.status {
            let rect = ui.max_rect();
            status.paint(ui.painter(), pos2(rect.left() + 16.0, rect.center().y), fonts::icon::CHIP, theme);
        }
    });
    table.col(|ui| words(ui, &row.state, 0.0));
    table.col(|ui| mono(ui, &row.attempt.map_or(String::new(), |it| it.to_string()), true, ink));
    if with_error {
        table.col(|ui| mono(ui, row.error.as_deref().unwrap_or_default(), false, ink));
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

    struct Numbers(usize);

    impl Events for Numbers {
        fn len(&self) -> usize {
            self.0
        }

        fn revision(&self) -> u64 {
            0
        }

        fn row(&self, idx: usize) -> EventRow {
            EventRow {
                id: self.id(idx),
                kind: "TaskFailed".into(),
                state: format!("S{}", idx % 3),
                ..EventRow::default()
            }
        }

        fn facts(&self, idx: usize) -> EventFacts {
            EventFacts { failed: idx.is_multiple_of(10), retry: false, state: Some(idx as u32 % 3) }
        }

        fn id(&self, idx: usize) -> u64 {
            idx as u64 + 1
        }

        fn related(&self, _: usize, _: u64) -> bool {
            false
        }
    }

    #[test]
    fn filters_hold_together() {
        let filter = Filter { failed: true, state: Some((0, "S0".into())), ..Filter::default() };
        let shown = Shown::compute(&Numbers(100), &filter);
        assert_eq!(shown.positions, Some(vec![0, 30, 60, 90]));
    }

    #[test]
    fn text_is_found_without_regard_to_case() {
        let filter = Filter { text: "s1".into(), ..Filter::default() };
        assert_eq!(Shown::compute(&Numbers(6), &filter).positions, Some(vec![1, 4]));
    }

    #[test]
    fn the_cursor_stands_at_its_event_or_the_last_one_before() {
        let all = Shown::compute(&Numbers(100), &Filter::default());
        assert_eq!(all.row_of(&Numbers(100), 25), Some(24));
        let failed = Shown::compute(&Numbers(100), &Filter { failed: true, ..Filter::default() });
        assert_eq!(failed.row_of(&Numbers(100), 25), Some(2));
        assert_eq!(Shown::compute(&Numbers(0), &Filter::default()).row_of(&Numbers(0), 25), None);
    }

    #[test]
    fn differences_have_two_digits_until_they_are_hours() {
        assert_eq!([seconds(50), seconds(8_000), seconds(101_520_000)], ["0.05", "8.00", "1d 04h"]);
    }
}
