//! The palette: finds commands, states and events by a few letters. What it finds is a request for `app`.

use egui::{Id, Key, Modal, Rect, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::command::{COMMANDS, Command, Group, Open, Request};
use super::fonts;
use super::theme::Theme;
use super::widgets::{Empty, Status, draw, key_cap_at};

const WIDTH: f32 = 560.0;
const ROW: f32 = 28.0;
const MOST_ROWS: usize = 12;

/// What the palette finds beside commands.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// States: dense id, name, what they have come to.
    pub states: Vec<(u32, String, Status)>,
    /// Number of events.
    pub n_events: u64,
}

/// An open palette.
#[derive(Default)]
pub struct Palette {
    query: String,
    selected: usize,
    places_only: bool,
    shown_once: bool,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    text: String,
    note: String,
    icon: &'static str,
    key: Option<String>,
    request: Request,
    enabled: bool,
    score: i32,
}

impl Palette {
    /// Returns a palette that finds everything.
    pub fn everything() -> Self {
        Self::default()
    }

    /// Returns a palette that finds states and events.
    pub fn places() -> Self {
        Self { places_only: true, ..Self::default() }
    }

    /// Shows the palette; returns whether it stays open.
    pub fn ui(&mut self, ctx: &egui::Context, open: Open, places: &Places, out: &mut Vec<Request>) -> bool {
        let found = find(&self.query, self.places_only, open, places);
        let mut chosen = None;
        let modal = Modal::new(Id::new("palette"))
            .area(Modal::default_area(Id::new("palette")).anchor(egui::Align2::CENTER_TOP, vec2(0.0, 72.0)))
            .backdrop_color(egui::Color32::from_black_alpha(90))
            .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(0.0));
        let answer = modal.show(ctx, |ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = 0.0;
            self.field_ui(ui);
            let n_found = found.len();
            let (down, up, enter) = ui.input_mut(|input| {
                let none = egui::Modifiers::NONE;
                (
                    input.count_and_consume_key(none, Key::ArrowDown),
                    input.count_and_consume_key(none, Key::ArrowUp),
                    input.consume_key(none, Key::Enter),
                )
            });
            let moved = down > 0 || up > 0;
            self.selected = (self.selected + down).min(n_found.saturating_sub(1)).saturating_sub(up);
            if enter {
                chosen = found.get(self.selected).cloned();
            }
            if let Some(clicked) = self.list_ui(ui, &found, moved) {
                chosen = found.get(clicked).cloned();
            }
        });
        if let Some(found) = chosen.filter(|it| it.enabled) {
            out.push(found.request);
            return false;
        }
        !answer.should_close()
    }

    fn field_ui(&mut self, ui: &mut Ui) {
        let (_, rect) = ui.allocate_space(vec2(WIDTH, 40.0));
        let theme = Theme::of(ui);
        draw::rule_below(ui.painter(), rect, theme);
        draw::icon(
            ui.painter(),
            pos2(rect.left() + 20.0, rect.center().y),
            icons::MAGNIFYING_GLASS,
            16.0,
            theme.text_subdued,
        );
        let hint = if self.places_only { "State name or event number" } else { "Command, state or event number" };
        let field = TextEdit::singleline(&mut self.query)
            .hint_text(hint)
            .frame(egui::Frame::NONE)
            .font(fonts::text(fonts::HEADING))
            .desired_width(f32::INFINITY);
        let place = Rect::from_min_max(pos2(rect.left() + 36.0, rect.top() + 10.0), rect.max - vec2(12.0, 8.0));
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let (response, _) = draw::at(ui, place, layout, |ui| ui.add(field));
        response.widget_info(|| WidgetInfo::text_edit(true, "", &self.query, hint));
        if response.changed() {
            self.selected = 0;
        }
        response.request_focus();
    }

    fn list_ui(&mut self, ui: &mut Ui, found: &[Found], moved: bool) -> Option<usize> {
        let mut clicked = None;
        if found.is_empty() {
            ui.allocate_ui(vec2(WIDTH, 72.0), |ui| Empty::new("Nothing found").show(ui));
            return None;
        }
        let pointer_moved = ui.input(|input| input.pointer.is_moving());
        let list_height = ROW * MOST_ROWS as f32;
        let mut area = ScrollArea::vertical().max_height(list_height).auto_shrink([false, true]);
        if moved || !self.shown_once {
            let first_visible = (self.selected + 1).saturating_sub(MOST_ROWS);
            if moved && self.selected >= MOST_ROWS {
                area = area.vertical_scroll_offset(first_visible as f32 * ROW);
            } else if self.selected == 0 {
                area = area.vertical_scroll_offset(0.0);
            }
            self.shown_once = true;
        }
        area.show_rows(ui, ROW, found.len(), |ui, rows| {
            for idx in rows {
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
                let on = idx == self.selected;
                let row = &found[idx];
                response.widget_info(|| {
                    WidgetInfo::selected(
                        WidgetType::SelectableLabel,
                        row.enabled,
                        on,
                        format!("{} {}", row.text, row.note),
                    )
                });
                row_ui(ui, rect, row, on);
                if response.hovered() && pointer_moved {
                    self.selected = idx;
                }
                if response.clicked() {
                    clicked = Some(idx);
                }
            }
        });
        clicked
    }
}

fn row_ui(ui: &Ui, rect: Rect, row: &Found, on: bool) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    if on {
        painter.rect_filled(rect, 0.0, theme.bg_selected);
        painter.rect_filled(Rect::from_min_size(rect.min, vec2(2.0, rect.height())), 0.0, theme.now);
    }
    let ink = match (row.enabled, on) {
        (false, _) => theme.line_strong,
        (true, true) => theme.text_strong,
        (true, false) => theme.text,
    };
    draw::icon(painter, pos2(rect.left() + 20.0, rect.center().y), row.icon, fonts::icon::CHIP, theme.text_subdued);
    let mut inner = rect.shrink2(vec2(12.0, 0.0)).with_min_x(rect.left() + 36.0);
    if let Some(key) = &row.key {
        inner.max.x = key_cap_at(ui, inner.right(), rect.center().y, key, row.enabled) - 8.0;
    }
    let end = draw::left(painter, inner, &row.text, fonts::text(fonts::BODY), ink);
    let note = inner.with_min_x(end + 12.0);
    draw::left(painter, note, &row.note, fonts::text(fonts::BODY), theme.text_subdued);
}

/// Returns what the query finds, the best first.
fn find(query: &str, places_only: bool, open: Open, places: &Places) -> Vec<Found> {
    let query = query.trim();
    let mut found = Vec::new();
    if let Ok(event) = query.trim_start_matches('#').parse::<u64>()
        && (1..=places.n_events).contains(&event)
    {
        found.push(Found {
            text: format!("Event {event}"),
            note: format!("of {}", places.n_events),
            icon: icons::LIST_NUMBERS,
            key: None,
            request: Request::MoveTo(event),
            enabled: true,
            score: i32::MAX,
        });
    }
    for (state, name, status) in &places.states {
        let Some(score) = fuzzy(query, name) else { continue };
        found.push(Found {
            text: name.clone(),
            note: format!("state, {}", status.word().to_lowercase()),
            icon: icons::SQUARE,
            key: None,
            request: Request::SelectState(*state),
            enabled: true,
            score,
        });
    }
    if !places_only {
        for entry in COMMANDS.iter().filter(|it| it.command != Command::ShowPalette) {
            let Some(score) = fuzzy(query, entry.text) else { continue };
            let enabled = entry.command.enabled(open);
            found.push(Found {
                text: entry.text.to_owned(),
                note: entry.group.title().to_owned(),
                icon: icons::CARET_RIGHT,
                key: entry.command.key(),
                request: Request::Do(entry.command),
                enabled,
                // What can be done comes before what cannot; states give way to commands of the same fit.
                score: if enabled { score + 1 } else { score - 1_000 },
            });
        }
    }
    // A stable sort keeps the order of menus and of the definition among equals.
    if query.is_empty() {
        found.sort_by_key(|it| (!it.enabled, order(&it.request)));
    } else {
        found.sort_by_key(|it| std::cmp::Reverse(it.score));
    }
    found
}

/// Returns where something stands while nothing is typed: what is done most comes first, and what ends the program last.
fn order(request: &Request) -> (u8, Option<Group>) {
    match request {
        Request::Do(Command::Quit) => (4, None),
        Request::Do(command) => match command.entry().group {
            Group::Run => (0, None),
            group @ (Group::File | Group::Edit) => (2, Some(group)),
            group => (1, Some(group)),
        },
        _ => (3, None),
    }
}

/// Scores how well the letters of `query` fit `text` in order; `None` where they do not occur.
///
/// Letters at the start of a word and letters that follow each other count more.
fn fuzzy(query: &str, text: &str) -> Option<i32> {
    let mut wanted = query.chars().filter(|it| !it.is_whitespace()).flat_map(char::to_lowercase).peekable();
    let mut score = 0;
    let (mut follows, mut before) = (false, ' ');
    for char in text.chars() {
        let Some(&next) = wanted.peek() else { break };
        let word_start = !before.is_alphanumeric() || (char.is_uppercase() && before.is_lowercase());
        if char.to_lowercase().eq(std::iter::once(next)) {
            wanted.next();
            score += 1 + if word_start { 8 } else { 0 } + if follows { 4 } else { 0 };
            follows = true;
        } else {
            follows = false;
        }
        before = char;
    }
    wanted.peek().is_none().then(|| score * 100 - text.chars().count() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(query: &str, open: Open, places: &Places) -> Vec<String> {
        find(query, false, open, places).into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn starts_of_words_fit_better_than_letters_inside() {
        assert!(fuzzy("bc", "BookCar") > fuzzy("bc", "abcdef"));
        assert!(fuzzy("next err", "Next error").is_some());
        assert_eq!(fuzzy("xyz", "BookCar"), None);
    }

    #[test]
    fn states_commands_and_event_numbers_are_found() {
        let open = Open { definition: true, run: true, ..Open::default() };
        let places = Places { states: vec![(3, "BookCar".into(), Status::Caught)], n_events: 25 };
        assert_eq!(texts("bookcar", open, &places).first().map(String::as_str), Some("BookCar"));
        assert_eq!(texts("12", open, &places).first().map(String::as_str), Some("Event 12"));
        assert_eq!(texts("#99", open, &places), Vec::<String>::new());
        assert_eq!(texts("next error", open, &places).first().map(String::as_str), Some("Next error"));
    }

    #[test]
    fn before_anything_is_typed_enter_goes_on_with_the_run() {
        let open = Open { definition: true, run: true, ..Open::default() };
        let found = texts("", open, &Places::default());
        assert_eq!(found.first().map(String::as_str), Some("Continue"));
        let enabled = find("", false, open, &Places::default()).iter().filter(|it| it.enabled).count();
        assert_eq!(found[enabled - 1], "Quit");
    }

    #[test]
    fn what_can_be_done_comes_first() {
        let found = find("r", false, Open::default(), &Places::default());
        let first_disabled = found.iter().position(|it| !it.enabled).unwrap_or(found.len());
        assert!(found[first_disabled..].iter().all(|it| !it.enabled));
    }
}
