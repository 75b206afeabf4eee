//! The console: what logpoints wrote, and expressions that are evaluated over the moment at the cursor.

use egui::{Key, Rect, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::command::Request;
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Button, Empty, Look, draw, row_ground};

/// Expressions that are kept to be asked again.
const MOST_KEPT: usize = 100;
const TIME: f32 = 104.0;
const STATE: f32 = 120.0;
const INPUT: f32 = height::BUTTON + 8.0;

/// A line that a logpoint wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsoleRow {
    /// The event at which it was written.
    pub event: u64,
    /// Virtual time since the start of the run.
    pub time: String,
    /// The state of the event.
    pub state: String,
    /// The type of the event, as the service names it.
    pub kind: String,
    /// What it says.
    pub text: String,
}

/// The lines of a run.
pub trait ConsoleLines {
    /// Returns the number of lines.
    fn len(&self) -> usize;
    /// Whether there is no line.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Returns a number that changes when the lines do.
    fn revision(&self) -> u64;
    /// Returns how many lines more there were than are kept.
    fn n_more(&self) -> usize;
    /// Returns what the line at a position says.
    fn text(&self, idx: usize) -> &str;
    /// Returns the line at a position.
    fn row(&self, idx: usize) -> ConsoleRow;
}

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The expression.
    pub asked: String,
    /// The event at whose moment it was evaluated; 0 where there was none.
    pub event: u64,
    /// The value as text, or why there is none.
    pub value: Result<String, String>,
}

/// View state of the console.
#[derive(Default)]
pub struct ConsolePanel {
    filter: String,
    input: String,
    /// Answers, each with the number of lines that stood before it.
    answers: Vec<(usize, Answer)>,
    /// How many lines are cleared away.
    n_cleared: usize,
    /// What was asked, the last one at the end.
    asked: Vec<String>,
    /// Which of `asked` the input line shows.
    recalled: Option<usize>,
    wants_focus: bool,
    shown: Option<Shown>,
}

/// What is listed, and what that was computed from.
struct Shown {
    key: (u64, usize, usize, String),
    rows: Vec<Place>,
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Line(usize),
    Asked(usize),
    Answered(usize),
}

impl ConsolePanel {
    /// Gives the keyboard to the input line.
    pub fn focus(&mut self) {
        self.wants_focus = true;
    }

    /// Takes in what an expression came to; it stands after the `n_lines` lines that there are.
    pub fn answer(&mut self, n_lines: usize, answer: Answer) {
        self.answers.push((n_lines, answer));
        if self.answers.len() > MOST_KEPT {
            self.answers.remove(0);
        }
        self.shown = None;
    }

    /// Shows what filters, copies and clears, from the right; for the tab row.
    pub fn tools_ui(&mut self, lines: &dyn ConsoleLines, ui: &mut Ui, out: &mut Vec<Request>) {
        ui.spacing_mut().item_spacing.x = 4.0;
        if Button::icon(icons::TRASH, "Clear the console").small().look(Look::Bare).show(ui).clicked() {
            self.n_cleared = lines.len();
            self.answers.clear();
            self.shown = None;
        }
        if Button::icon(icons::COPY, "Copy the console").small().look(Look::Bare).show(ui).clicked() {
            out.push(Request::Copy(self.text(lines)));
        }
        if ui.available_width() > 120.0 {
            let field = TextEdit::singleline(&mut self.filter)
                .hint_text("Filter")
                .font(fonts::text(fonts::BODY))
                .desired_width((ui.available_width() - 60.0).min(160.0));
            let response = ui.add(field);
            draw::name(&response, "filter the console");
        }
    }

    /// Shows the console.
    pub fn ui(&mut self, lines: &dyn ConsoleLines, cursor: u64, ui: &mut Ui, out: &mut Vec<Request>) {
        self.list(lines);
        let all = ui.available_rect_before_wrap();
        let input = Rect::from_min_max(pos2(all.left(), all.bottom() - INPUT), all.max);
        let above = Rect::from_min_max(all.min, pos2(all.right(), input.top()));
        let layout = egui::Layout::top_down(egui::Align::Min);
        draw::at(ui, above, layout, |ui| {
            ui.shrink_clip_rect(above);
            self.rows_ui(lines, cursor, ui, out);
        });
        draw::rule_below(ui.painter(), above, Theme::of(ui));
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        draw::at(ui, input.shrink2(vec2(8.0, 2.0)), layout, |ui| self.input_ui(ui, out));
        ui.advance_cursor_after_rect(all);
    }

    fn list(&mut self, lines: &dyn ConsoleLines) {
        // Another run, or other breakpoints, begin anew.
        self.n_cleared = self.n_cleared.min(lines.len());
        let key = (lines.revision(), self.answers.len(), self.n_cleared, self.filter.clone());
        if self.shown.as_ref().is_some_and(|it| it.key == key) {
            return;
        }
        let filter = self.filter.to_lowercase();
        let has = |text: &str| filter.is_empty() || text.to_lowercase().contains(&filter);
        let mut rows = Vec::with_capacity(lines.len() + 2 * self.answers.len());
        let mut answers = self.answers.iter().enumerate().peekable();
        for idx in 0..=lines.len() {
            while let Some((nth, _)) = answers.next_if(|(_, (after, _))| *after <= idx || idx == lines.len()) {
                rows.extend([Place::Asked(nth), Place::Answered(nth)]);
            }
            if idx >= self.n_cleared && idx < lines.len() && has(lines.text(idx)) {
                rows.push(Place::Line(idx));
            }
        }
        self.shown = Some(Shown { key, rows });
    }

    /// Returns everything that is listed, as text.
    fn text(&mut self, lines: &dyn ConsoleLines) -> String {
        self.list(lines);
        let places = self.shown.as_ref().map(|it| it.rows.as_slice()).unwrap_or_default();
        let line = |place: &Place| match *place {
            Place::Line(idx) => {
                let row = lines.row(idx);
                format!("{}\t{}\t{}\t{}\n", row.time, row.state, row.kind, row.text)
            }
            Place::Asked(nth) => format!("> {}\n", self.answers[nth].1.asked),
            Place::Answered(nth) => match &self.answers[nth].1.value {
                Ok(text) | Err(text) => format!("{text}\n"),
            },
        };
        places.iter().map(line).collect()
    }

    fn rows_ui(&self, lines: &dyn ConsoleLines, cursor: u64, ui: &mut Ui, out: &mut Vec<Request>) {
        let places = self.shown.as_ref().map(|it| it.rows.as_slice()).unwrap_or_default();
        if places.is_empty() {
            let text = if self.filter.is_empty() { "Nothing written yet" } else { "No line has this text" };
            Empty::new(text).about("Logpoints write here; expressions are evaluated at the cursor").show(ui);
            return;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let n_rows = places.len() + usize::from(lines.n_more() > 0);
        ScrollArea::vertical().auto_shrink(false).stick_to_bottom(true).show_rows(
            ui,
            height::ROW,
            n_rows,
            |ui, rows| {
                for idx in rows {
                    match places.get(idx) {
                        Some(Place::Line(line)) => line_ui(&lines.row(*line), cursor, ui, out),
                        Some(Place::Asked(nth)) => {
                            let answer = &self.answers[*nth].1;
                            let text = format!("> {}", answer.asked);
                            said_ui(ui, answer.event, &text, Theme::of(ui).text_subdued, out);
                        }
                        Some(Place::Answered(nth)) => {
                            let answer = &self.answers[*nth].1;
                            let (text, ink) = match &answer.value {
                                Ok(text) => (text, Theme::of(ui).text_strong),
                                Err(text) => (text, Theme::of(ui).status_fail),
                            };
                            said_ui(ui, answer.event, text, ink, out);
                        }
                        None => {
                            let text = format!("{} more lines were not kept", lines.n_more());
                            said_ui(ui, 0, &text, Theme::of(ui).text_subdued, out);
                        }
                    }
                }
            },
        );
    }

    fn input_ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) {
        let theme = Theme::of(ui);
        let (_, mark) = ui.allocate_space(vec2(14.0, height::ROW));
        draw::icon(ui.painter(), mark.center(), icons::CARET_RIGHT, 14.0, theme.text_subdued);
        let field = TextEdit::singleline(&mut self.input)
            .hint_text("A JSONPath or JSONata expression, such as $.order or $moment.error")
            .font(fonts::mono(fonts::BODY))
            .desired_width(f32::INFINITY);
        let response = ui.add(field);
        draw::name(&response, "evaluate at the cursor");
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        if response.has_focus() {
            let none = egui::Modifiers::NONE;
            let (up, down) =
                ui.input_mut(|it| (it.consume_key(none, Key::ArrowUp), it.consume_key(none, Key::ArrowDown)));
            if up || down {
                self.recall(up);
            }
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            self.wants_focus = true;
            let text = self.input.trim().to_owned();
            if !text.is_empty() {
                self.asked.retain(|it| *it != text);
                self.asked.push(text.clone());
                if self.asked.len() > MOST_KEPT {
                    self.asked.remove(0);
                }
                self.recalled = None;
                self.input.clear();
                out.push(Request::Evaluate(text));
            }
        }
    }

    /// Shows what was asked before, or after that, in the input line.
    fn recall(&mut self, earlier: bool) {
        let last = self.asked.len();
        let at = self.recalled.unwrap_or(last);
        let to = if earlier { at.saturating_sub(1) } else { (at + 1).min(last) };
        self.recalled = (to < last).then_some(to);
        self.input = self.asked.get(to).cloned().unwrap_or_default();
    }
}

fn line_ui(row: &ConsoleRow, cursor: u64, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
    let current = row.event == cursor;
    response.widget_info(|| {
        let label = format!("{}, {}, {}, event {}, at {}", row.text, row.state, row.kind, row.event, row.time);
        WidgetInfo::selected(WidgetType::SelectableLabel, true, current, label)
    });
    row_ground(ui, rect, &response, current);
    let (theme, painter) = (Theme::of(ui), ui.painter());
    let inner = rect.shrink2(vec2(8.0, 0.0));
    draw::left(painter, inner.with_max_x(inner.left() + TIME), &row.time, fonts::mono(fonts::BODY), theme.text_subdued);
    let state =
        Rect::from_min_max(pos2(inner.left() + TIME, inner.top()), pos2(inner.left() + TIME + STATE, inner.bottom()));
    draw::left(painter, state.with_max_x(state.right() - 8.0), &row.state, fonts::text(fonts::BODY), theme.text);
    let at_right = format!("{} {}", row.kind, row.event);
    let width = draw::width(ui, &at_right, fonts::text(fonts::SMALL)).min(rect.width() / 3.0);
    let kind = inner.with_min_x(inner.right() - width);
    draw::right(painter, kind, &at_right, fonts::text(fonts::SMALL), theme.text_subdued);
    let text = Rect::from_min_max(pos2(state.right(), inner.top()), pos2(kind.left() - 8.0, inner.bottom()));
    draw::left(painter, text, &row.text, fonts::mono(fonts::BODY), theme.text_strong);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if response.clicked() {
        out.push(Request::MoveTo(row.event));
    }
    copy_menu(&response, &row.text, out);
}

/// Shows what was asked or answered; a click goes to its event.
fn said_ui(ui: &mut Ui, event: u64, text: &str, ink: egui::Color32, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, text));
    row_ground(ui, rect, &response, false);
    draw::left(ui.painter(), rect.shrink2(vec2(8.0, 0.0)), text, fonts::mono(fonts::BODY), ink);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if response.clicked() && event > 0 {
        out.push(Request::MoveTo(event));
    }
    copy_menu(&response, text, out);
}

fn copy_menu(response: &egui::Response, text: &str, out: &mut Vec<Request>) {
    response.context_menu(|ui| {
        if ui.button("Copy").clicked() {
            out.push(Request::Copy(text.to_owned()));
            ui.close();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Texts(Vec<&'static str>);

    impl ConsoleLines for Texts {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn revision(&self) -> u64 {
            self.0.len() as u64
        }

        fn n_more(&self) -> usize {
            0
        }

        fn text(&self, idx: usize) -> &str {
            self.0[idx]
        }

        fn row(&self, idx: usize) -> ConsoleRow {
            ConsoleRow { event: idx as u64 + 1, text: self.0[idx].to_owned(), ..ConsoleRow::default() }
        }
    }

    fn rows(panel: &mut ConsolePanel, lines: &Texts) -> Vec<Place> {
        panel.list(lines);
        panel.shown.as_ref().map(|it| it.rows.clone()).unwrap_or_default()
    }

    fn answer() -> Answer {
        Answer { asked: "$.n".into(), event: 1, value: Ok("1".into()) }
    }

    #[test]
    fn answers_stand_where_they_were_given() {
        let mut panel = ConsolePanel::default();
        panel.answer(1, answer());
        let found = rows(&mut panel, &Texts(vec!["one", "two"]));
        assert_eq!(found, [Place::Line(0), Place::Asked(0), Place::Answered(0), Place::Line(1)]);
        // Of a run with fewer lines they stand at the end.
        assert_eq!(rows(&mut panel, &Texts(vec![])), [Place::Asked(0), Place::Answered(0)]);
    }

    #[test]
    fn the_filter_takes_lines_by_their_text_and_what_is_cleared_stays_away() {
        let mut panel = ConsolePanel { filter: "TW".into(), ..ConsolePanel::default() };
        assert_eq!(rows(&mut panel, &Texts(vec!["one", "two", "twelve"])), [Place::Line(1), Place::Line(2)]);
        panel.n_cleared = 2;
        assert_eq!(rows(&mut panel, &Texts(vec!["one", "two", "twelve"])), [Place::Line(2)]);
    }

    #[test]
    fn what_was_asked_is_recalled_from_the_last_one_back() {
        let mut panel = ConsolePanel { asked: vec!["$.a".into(), "$.b".into()], ..ConsolePanel::default() };
        for (earlier, expected) in [(true, "$.b"), (true, "$.a"), (true, "$.a"), (false, "$.b"), (false, "")] {
            panel.recall(earlier);
            assert_eq!(panel.input, expected);
        }
    }
}
