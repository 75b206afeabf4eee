//! The error tab: name, explanation, cause, why this handler, and what the handler receives.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use crate::json::{Json, text};
use crate::session::provenance::Question;
use crate::ui::command::{Command, Request};
use crate::ui::fonts;
use crate::ui::theme::{INSPECTOR_PADDING, SECTION_GAP, Theme, height};
use crate::ui::widgets::json_tree::{JsonTree, bytes};
use crate::ui::widgets::{Button, Look, card, card_titled, draw, heading, segmented};

/// An error and what becomes of it.
#[derive(Clone, Debug)]
pub struct ErrorView {
    /// The error name.
    pub name: String,
    /// What happened, why, and what follows.
    pub sentence: Vec<Piece>,
    /// Its cause.
    pub cause: Cause,
    /// Every retrier and catcher in the order in which they are asked.
    pub handlers: Vec<Handler>,
    /// How the rules behind the verdicts are known, such as `rules recorded from the service`.
    pub source: String,
    /// What the state that a catcher goes to receives.
    pub received: Option<Received>,
}

/// A piece of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Text(String),
    /// A name of the workflow or an error.
    Code(String),
    /// The name of a state; a click selects it.
    State(u32, String),
}

/// The cause of an error.
#[derive(Clone, Debug)]
pub enum Cause {
    /// There is none.
    None,
    /// Words.
    Text(Arc<str>),
    /// JSON in a string, as Lambda writes it: the text and what it says.
    Json(Arc<str>, Json),
}

/// What the rules make of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It names other errors.
    Skipped,
    /// It matches, but has no retry left.
    UsedUp,
    /// It takes the error.
    TakesIt,
    /// One before it took the error.
    NotRead,
    /// No handler may take this error.
    CannotMatch,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Skipped => "Skipped",
            Self::UsedUp => "Used up",
            Self::TakesIt => "Takes it",
            Self::NotRead => "Not read",
            Self::CannotMatch => "Cannot match",
        }
    }
}

/// A retrier or catcher.
#[derive(Clone, Debug)]
pub struct Handler {
    /// Whether it is a retrier.
    pub is_retrier: bool,
    /// Its number among its kind, from 1.
    pub number: usize,
    /// The names it handles, as they are written.
    pub names: String,
    /// What the rules make of it.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// What the next state gets from a catcher.
#[derive(Clone, Debug)]
pub struct Received {
    /// Name of that state.
    pub state: String,
    /// How it comes about, such as `input with $.carError added`.
    pub note: String,
    /// The value.
    pub value: Json,
    /// The input of the state that failed, to compare with.
    pub base: Option<Json>,
    /// What it is, where it has been handed on: so that it can be asked where a part of it came from.
    pub origin: Option<Question>,
}

/// Shows the tab.
pub fn error_ui(
    view: &ErrorView,
    raw: &mut bool,
    cause: &mut JsonTree,
    received: &mut JsonTree,
    ui: &mut Ui,
    out: &mut Vec<Request>,
) {
    title_ui(view, raw, ui, out);
    sentence_ui(&view.sentence, ui, out);
    ui.add_space(12.0);
    cause_ui(&view.cause, *raw, cause, ui, out);
    if !view.handlers.is_empty() {
        ui.add_space(SECTION_GAP);
        heading(ui, "Why this handler", &view.source);
        card(ui, |ui| {
            let n_handlers = view.handlers.len();
            for (idx, handler) in view.handlers.iter().enumerate() {
                handler_ui(handler, idx + 1 == n_handlers, ui);
            }
        });
    }
    if let Some(it) = &view.received {
        ui.add_space(SECTION_GAP);
        heading(ui, &format!("What {} receives", it.state), &it.note);
        card(ui, |ui| {
            ui.add_space(4.0);
            received.traced(it.origin.as_ref()).ui(ui, "received", &it.value, it.base.as_ref(), 320.0, out);
            ui.add_space(4.0);
        });
    }
}

/// Height of what can be done about an error.
pub const ACTIONS: f32 = 52.0;

/// Shows what can be done about the error, under everything else.
pub fn actions_ui(ui: &mut Ui, out: &mut Vec<Request>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ACTIONS));
    draw::rule_below(ui.painter(), Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + 1.0)), Theme::of(ui));
    let mut button = Button::text("Fork here…").with_icon(icons::GIT_FORK).about(Command::ForkHere.entry().tooltip);
    if let Some(key) = Command::ForkHere.key() {
        button = button.key(key);
    }
    let at = Rect::from_min_size(
        pos2(rect.left() + INSPECTOR_PADDING, rect.top() + 12.0),
        vec2(button.width(ui), height::BUTTON),
    );
    if button.show_at(ui, at).clicked() {
        out.push(Request::Do(Command::ForkHere));
    }
}

fn title_ui(view: &ErrorView, raw: &mut bool, ui: &mut Ui, out: &mut Vec<Request>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
    let theme = Theme::of(ui);
    let copy = Rect::from_center_size(pos2(rect.right() - 12.0, rect.center().y), vec2(24.0, 24.0));
    let button = Button::icon(icons::COPY, "Copy error and cause").look(Look::Bare);
    if button.show_at(ui, copy).clicked() {
        let cause = match &view.cause {
            Cause::None => "",
            Cause::Text(text) | Cause::Json(text, _) => text,
        };
        out.push(Request::Copy(format!("{}: {cause}", view.name)));
    }
    let mut name = rect.with_max_x(copy.left() - 8.0);
    if matches!(view.cause, Cause::Json(..)) {
        let place = Rect::from_min_max(pos2(copy.left() - 150.0, rect.top()), pos2(copy.left() - 6.0, rect.bottom()));
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        let (clicked, switch) = draw::at(ui, place, layout, |ui| {
            let choices = [("Parsed", None), ("Raw", None)];
            segmented(ui, "cause", height::BUTTON_SMALL, Some(usize::from(*raw)), &choices)
        });
        if let Some(idx) = clicked {
            *raw = idx == 1;
        }
        name.max.x = switch.left() - 8.0;
    }
    let response = ui.interact(name, ui.id().with("error name"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("error {}", view.name)));
    draw::left(ui.painter(), name, &view.name, fonts::mono(fonts::TITLE), theme.text_strong);
}

fn sentence_ui(pieces: &[Piece], ui: &mut Ui, out: &mut Vec<Request>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 2.0);
        ui.spacing_mut().interact_size.y = 16.0;
        let theme = Theme::of(ui);
        for piece in pieces {
            let words = |text: &str, font, color| egui::RichText::new(text).font(font).color(color);
            match piece {
                Piece::Text(text) => {
                    ui.label(words(&unbroken(text), fonts::text(fonts::HEADING), theme.text));
                }
                Piece::Code(text) => {
                    ui.label(words(text, fonts::mono(fonts::BODY), theme.text_strong));
                }
                Piece::State(state, name) => {
                    if ui.link(words(name, fonts::text(fonts::HEADING), theme.now)).clicked() {
                        out.push(Request::SelectState(*state));
                    }
                }
            }
        }
    });
}

fn cause_ui(cause: &Cause, raw: bool, tree: &mut JsonTree, ui: &mut Ui, out: &mut Vec<Request>) {
    match cause {
        Cause::None => {
            let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 20.0));
            let ink = Theme::of(ui).text_subdued;
            draw::left(ui.painter(), rect, "The error has no cause", fonts::text(fonts::BODY), ink);
        }
        Cause::Json(text, value) if !raw => {
            card_titled(ui, "Cause", &format!("JSON, {}", bytes(text.len())), |ui| {
                ui.add_space(4.0);
                members_ui(value, tree, ui, out);
                ui.add_space(4.0);
            });
        }
        Cause::Text(text) | Cause::Json(text, _) => {
            card_titled(ui, "Cause", &bytes(text.len()), |ui| raw_ui(text, ui));
        }
    }
}

/// Shows short members of an object as a table, as errors of Lambda have them; anything else as a tree.
fn members_ui(value: &Json, tree: &mut JsonTree, ui: &mut Ui, out: &mut Vec<Request>) {
    const MOST_ROWS: usize = 8;
    let flat = value.as_object().filter(|object| {
        !object.is_empty() && object.len() <= MOST_ROWS && object.iter().all(|(_, value)| is_short(value))
    });
    let Some(object) = flat else {
        tree.ui(ui, "cause", value, None, 280.0, out);
        return;
    };
    let names = object.iter().map(|(name, _)| draw::width(ui, name, fonts::mono(fonts::BODY)));
    let names_width = names.fold(96.0_f32, f32::max).min(160.0) + 28.0;
    for (name, value) in object.iter() {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
        let shown = text::compact(value);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("{name}: {shown}")));
        let theme = Theme::of(ui);
        let inner = rect.shrink2(vec2(12.0, 0.0));
        let at = inner.with_max_x(rect.left() + names_width - 8.0);
        draw::left(ui.painter(), at, name, fonts::mono(fonts::BODY), theme.json_key);
        let ink = if value.as_str().is_some() { theme.json_string } else { theme.json_number };
        let at = inner.with_min_x(rect.left() + names_width);
        draw::left(ui.painter(), at, &shown, fonts::mono(fonts::BODY), ink);
    }
}

fn is_short(value: &Json) -> bool {
    value.depth() == 0 && value.size_bytes() <= 48
}

fn raw_ui(text: &str, ui: &mut Ui) {
    const MOST_BYTES: usize = 16 * 1024;
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 8)).show(ui, |ui| {
        let theme = Theme::of(ui);
        let words = egui::RichText::new(&text[..end]).font(fonts::mono(fonts::BODY)).color(theme.text);
        ui.add(egui::Label::new(words).wrap().selectable(true));
        if end < text.len() {
            let rest = format!("{} more; copy shows all", bytes(text.len() - end));
            ui.label(egui::RichText::new(rest).color(theme.text_subdued));
        }
    });
}

fn handler_ui(handler: &Handler, last: bool, ui: &mut Ui) {
    const TEXT: f32 = 92.0;
    let theme = Theme::of(ui);
    let wins = handler.verdict == Verdict::TakesIt;
    let quiet = matches!(handler.verdict, Verdict::Skipped | Verdict::NotRead | Verdict::CannotMatch);
    let ink = if quiet { theme.text_subdued } else { theme.text_strong };
    // Long lists of names and reasons are wrapped: what is cut off cannot be read anywhere else.
    let width = ui.available_width() - TEXT - 8.0;
    let names = draw::paragraph(ui.painter(), &handler.names, fonts::mono(fonts::SMALL), ink, width);
    let mut verdict = LayoutJob::default();
    let verdict_ink = if wins { theme.text_strong } else { theme.text };
    let reason_ink = if wins { theme.text_strong } else { theme.text_subdued };
    let strong = TextFormat::simple(fonts::strong(fonts::BODY), verdict_ink);
    verdict.append(handler.verdict.word(), 0.0, strong);
    let reason = format!(" — {}", handler.reason);
    verdict.append(&reason, 0.0, TextFormat::simple(fonts::text(fonts::BODY), reason_ink));
    verdict.wrap.max_width = width;
    let verdict = ui.painter().layout_job(verdict);
    let names_height = names.size().y.max(17.0);
    let row_height = 10.0 + names_height + verdict.size().y.max(17.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), row_height), Sense::hover());
    let kind = if handler.is_retrier { "Retry" } else { "Catch" };
    let label = format!("{kind} {}", handler.number);
    response.widget_info(|| {
        let text = format!("{label}, {}: {}, {}", handler.names, handler.verdict.word(), handler.reason);
        WidgetInfo::labeled(WidgetType::Label, true, text)
    });
    let painter = ui.painter();
    if wins {
        painter.rect_filled(rect.shrink2(vec2(1.0, 0.0)), 0.0, theme.tint_retry);
    }
    if !last {
        draw::rule_below(painter, rect, theme);
    }
    let (icon, color) = match handler.verdict {
        Verdict::TakesIt if handler.is_retrier => (icons::ARROW_CLOCKWISE, theme.status_retry),
        Verdict::TakesIt => (icons::ARROW_ELBOW_RIGHT_DOWN, theme.status_retry),
        Verdict::UsedUp => (icons::ARROW_CLOCKWISE, theme.status_retry),
        Verdict::CannotMatch => (icons::PROHIBIT, theme.text_subdued),
        Verdict::Skipped | Verdict::NotRead => (icons::MINUS, theme.text_subdued),
    };
    draw::icon(painter, pos2(rect.left() + 20.0, rect.top() + 14.0), icon, fonts::icon::CHIP, color);
    let number = Rect::from_min_size(rect.min + vec2(36.0, 5.0), vec2(TEXT - 40.0, 17.0));
    let number_font = if quiet { fonts::text(fonts::BODY) } else { fonts::strong(fonts::BODY) };
    draw::left(painter, number, &label, number_font, ink);
    painter.galley(rect.min + vec2(TEXT, 7.0), names, ink);
    painter.galley(rect.min + vec2(TEXT, 6.0 + names_height), verdict, verdict_ink);
}

/// Keeps numbers and their units on one line.
fn unbroken(text: &str) -> String {
    const UNITS: [&str; 6] = ["ms", "s", "min", "h", "d", "B"];
    let mut joined = String::with_capacity(text.len());
    for word in text.split_inclusive(' ') {
        let unit = word.trim_end_matches([' ', '.', ',', ';']);
        if UNITS.contains(&unit) && joined.trim_end().ends_with(|it: char| it.is_ascii_digit()) {
            joined.pop();
            joined.push('\u{a0}');
        }
        joined.push_str(word);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stay_with_their_numbers() {
        assert_eq!(unbroken("failed in 17.84 s, so"), "failed in 17.84\u{a0}s, so");
        assert_eq!(unbroken("after 3 d 2 h."), "after 3\u{a0}d 2\u{a0}h.");
        assert_eq!(unbroken("the s of 4 attempts "), "the s of 4 attempts ");
    }
}
