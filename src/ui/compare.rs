//! The Compare tab: what two runs differ in, visit beside visit, with the first difference on top.

use egui::{Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::command::{Command, Request};
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Button, Empty, Look, draw, row_ground, segmented};
use super::workspace::RunPlace;
use crate::session::tree::RunId;

/// How something stands in two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Only in A.
    OnlyLeft,
    /// Only in B.
    OnlyRight,
    /// In both, and not the same.
    Differs,
    /// The same in both.
    Same,
}

impl Sign {
    /// All, as they are listed.
    pub const ALL: [Self; 4] = [Self::OnlyLeft, Self::OnlyRight, Self::Differs, Self::Same];

    /// Returns the mark: from A to B it goes away, is added, changes.
    pub fn mark(self) -> &'static str {
        match self {
            Self::OnlyLeft => "−",
            Self::OnlyRight => "+",
            Self::Differs => "~",
            Self::Same => "=",
        }
    }

    /// Returns it in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::OnlyLeft => "only in A",
            Self::OnlyRight => "only in B",
            Self::Differs => "differs",
            Self::Same => "the same",
        }
    }
}

/// A visit of a state, or one thing that differs in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareRow {
    /// How it stands in both.
    pub sign: Sign,
    /// Whether it is a visit.
    pub is_visit: bool,
    /// Which state, visit and items; empty for what differs in a visit.
    pub place: String,
    /// The attempt, from 1; 0 where it belongs to none.
    pub attempt: u32,
    /// The events in A and B.
    pub events: [Option<u64>; 2],
    /// What differs.
    pub text: String,
}

/// The first event that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstView {
    /// Where.
    pub place: String,
    /// What happens instead of what.
    pub why: String,
    /// The events in A and B.
    pub events: [Option<u64>; 2],
    /// The last events before that are the same.
    pub previous: Option<[u64; 2]>,
}

/// What two runs differ in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareView {
    /// The names of A and B.
    pub names: [String; 2],
    /// The runs.
    pub runs: [RunId; 2],
    /// Where they part.
    pub first: Option<FirstView>,
    /// The visits of both, with what differs in each behind it.
    pub rows: Vec<CompareRow>,
    /// Visits that are the same.
    pub n_same: usize,
    /// Visits that are not.
    pub n_differ: usize,
}

/// What the tab shows.
#[derive(Clone, Copy, Debug)]
pub struct CompareInput<'a> {
    /// What was compared; `None` before.
    pub view: Option<&'a CompareView>,
    /// The row at which the user stands.
    pub at: Option<usize>,
    /// Which of the two is shown: A is 0.
    pub shown: Option<usize>,
}

/// View state of the tab.
#[derive(Default)]
pub struct ComparePanel {
    all: bool,
    /// The row that was brought into view last.
    seen: Option<usize>,
}

const SIGN: f32 = 24.0;
const EVENT: f32 = 64.0;
const PLACE: f32 = 220.0;

impl ComparePanel {
    /// Shows the switch between all visits and those that differ.
    pub fn mode_ui(&mut self, ui: &mut Ui) {
        let choices = [("Differences", None), ("All visits", None)];
        if let Some(clicked) =
            segmented(ui, "compared visits", height::BUTTON_SMALL, Some(usize::from(self.all)), &choices)
        {
            self.all = clicked == 1;
        }
    }

    /// Shows the tab.
    pub fn ui(&mut self, input: CompareInput<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
        let Some(view) = input.view else {
            let empty = Empty::new("Nothing compared").about("Pick another run to lay beside the one that is shown");
            let entry = Command::CompareWith.entry();
            let button = empty.action(entry.text, Command::CompareWith.key()).show(ui);
            if button.is_some_and(|it| it.clicked()) {
                out.push(Request::Do(Command::CompareWith));
            }
            return;
        };
        ui.spacing_mut().item_spacing.y = 0.0;
        sides_ui(view, input.shown, ui, out);
        first_ui(view, ui, out);
        head_ui(ui);
        let rows: Vec<usize> =
            (0..view.rows.len()).filter(|it| self.all || view.rows[*it].sign != Sign::Same).collect();
        let mut area = ScrollArea::vertical().id_salt("compared").auto_shrink(false);
        if self.seen != input.at {
            self.seen = input.at;
            if let Some(row) = input.at.and_then(|at| rows.iter().position(|it| *it == at)) {
                let room = ui.available_height();
                area = area.vertical_scroll_offset((row as f32 * height::ROW - room / 2.0).max(0.0));
            }
        }
        area.show_rows(ui, height::ROW, rows.len(), |ui, shown| {
            for &idx in rows.get(shown).unwrap_or_default() {
                if row_ui(&view.rows[idx], input.at == Some(idx), ui) {
                    out.push(Request::GoToDifference(idx));
                }
            }
        });
    }
}

/// Shows which runs A and B are; a click shows one of them.
fn sides_ui(view: &CompareView, shown: Option<usize>, ui: &mut Ui, out: &mut Vec<Request>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 32.0));
    let inner = rect.shrink2(vec2(8.0, 0.0));
    draw::rule_below(ui.painter(), rect, Theme::of(ui));
    draw::at(ui, inner, egui::Layout::left_to_right(egui::Align::Center), |ui| {
        for nth in 0..2 {
            let text = format!("{}: {}", ["A", "B"][nth], view.names[nth]);
            let look = if shown == Some(nth) { Look::Normal } else { Look::Bare };
            if Button::text(&text).small().look(look).on(shown == Some(nth)).show(ui).clicked() {
                out.push(Request::ShowRun(RunPlace::Run(view.runs[nth])));
            }
        }
        let visits = if view.n_differ == 1 { "1 visit differs" } else { &format!("{} visits differ", view.n_differ) };
        let same = format!("{visits}, {} the same", view.n_same);
        let theme = Theme::of(ui);
        ui.label(egui::RichText::new(same).font(fonts::text(fonts::BODY)).color(theme.text_subdued));
    });
}

fn first_ui(view: &CompareView, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::BANNER), Sense::hover());
    let theme = Theme::of(ui);
    draw::rule_below(ui.painter(), rect, theme);
    let mut inner = rect.shrink2(vec2(12.0, 0.0));
    let text = match &view.first {
        Some(first) => format!("First difference in {}: {}", first.place, first.why),
        None if view.n_differ == 0 => "Both do the same".to_owned(),
        None => "Both do the same as far as both go".to_owned(),
    };
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &text));
    if view.n_differ > 0 || view.first.is_some() {
        for (command, name) in [
            (Command::NextDifference, "Next"),
            (Command::PreviousDifference, "Previous"),
            (Command::FirstDifference, "Go to first difference"),
        ] {
            let mut button = Button::text(name).small().look(Look::Bare).about(command.entry().tooltip);
            if let Some(key) = command.key() {
                button = button.key(key);
            }
            let width = button.width(ui);
            let place = Rect::from_min_size(pos2(inner.right() - width, rect.center().y - 12.0), vec2(width, 24.0));
            inner.max.x = place.left() - 8.0;
            if button.show_at(ui, place).clicked() {
                out.push(Request::Do(command));
            }
        }
    }
    draw::left(ui.painter(), inner, &text, fonts::text(fonts::BODY), theme.text_strong);
}

/// Returns the columns: sign, place, event in A, event in B, what.
fn columns(rect: Rect) -> [Rect; 5] {
    let mut left = rect.left() + 8.0;
    let mut next = |width: f32| {
        let part = Rect::from_min_max(pos2(left, rect.top()), pos2(left + width - 8.0, rect.bottom()));
        left += width;
        part
    };
    let place = PLACE.min(rect.width() * 0.4);
    [
        next(SIGN),
        next(place),
        next(EVENT),
        next(EVENT),
        next(f32::max(rect.width() - SIGN - place - 2.0 * EVENT - 8.0, 40.0)),
    ]
}

fn head_ui(ui: &mut Ui) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::ROW));
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
    for (place, name) in columns(rect).into_iter().zip(["", "Visit", "Event in A", "in B", "Difference"]) {
        draw::left(ui.painter(), place, name, fonts::strong(fonts::SMALL), theme.text_subdued);
    }
}

/// Shows a row; returns whether it was clicked.
fn row_ui(row: &CompareRow, selected: bool, ui: &mut Ui) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
    let attempt = if row.attempt > 0 { format!("attempt {}", row.attempt) } else { String::new() };
    let place = if row.is_visit { &row.place } else { &attempt };
    response.widget_info(|| {
        let event = |nth: usize| row.events[nth].map_or_else(|| "none".to_owned(), |it| it.to_string());
        let events = format!("event {} in A, {} in B", event(0), event(1));
        let parts = [row.sign.words(), place, &events, &row.text];
        let label: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        WidgetInfo::selected(WidgetType::SelectableLabel, true, selected, label.join(", "))
    });
    if ui.is_rect_visible(rect) {
        row_ground(ui, rect, &response, selected);
        let theme = Theme::of(ui);
        let painter = ui.painter();
        draw::rule_below(painter, rect, theme);
        let [sign_at, place_at, left_at, right_at, text_at] = columns(rect);
        let ink = if row.sign == Sign::Same { theme.text_subdued } else { theme.now };
        draw::center(painter, sign_at, row.sign.mark(), fonts::mono(fonts::BODY), ink);
        let (font, ink) = match (row.is_visit, row.sign) {
            (true, Sign::Same) => (fonts::text(fonts::BODY), theme.text),
            (true, _) => (fonts::strong(fonts::BODY), theme.text_strong),
            (false, _) => (fonts::text(fonts::BODY), theme.text_subdued),
        };
        let indent = if row.is_visit { 0.0 } else { 12.0 };
        draw::left(painter, place_at.with_min_x(place_at.left() + indent), place, font, ink);
        for (at, event) in [(left_at, row.events[0]), (right_at, row.events[1])] {
            let text = event.map_or_else(|| "–".to_owned(), |it| it.to_string());
            draw::right(painter, at, &text, fonts::mono(fonts::BODY), theme.text);
        }
        let alone = row.is_visit && matches!(row.sign, Sign::OnlyLeft | Sign::OnlyRight);
        let text = if alone { row.sign.words() } else { &row.text };
        let font = if row.is_visit { fonts::text(fonts::BODY) } else { fonts::mono(fonts::BODY) };
        draw::left(painter, text_at, text, font, theme.text);
        draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    }
    response.clicked()
}
