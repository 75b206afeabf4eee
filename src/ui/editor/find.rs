//! The bar over the text: finding words in it, and going to a line.

use egui::{Key, Modifiers, Rect, TextEdit, Ui, pos2, vec2};
use egui_phosphor::regular as icons;

use super::EditorPanel;
use crate::diagnostic::Span;
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::{Button, Look, draw};

/// Places that are looked for, at most.
const MOST_FOUND: usize = 10_000;

/// What the bar is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Words,
    Line,
}

/// An open bar.
pub(super) struct Bar {
    wanted: Wanted,
    input: String,
    found: Vec<Span>,
    current: usize,
    /// What was looked for, and in how long a text.
    looked: Option<(String, usize)>,
    is_new: bool,
}

impl Bar {
    pub(super) fn find() -> Self {
        Self { wanted: Wanted::Words, input: String::new(), found: Vec::new(), current: 0, looked: None, is_new: true }
    }

    pub(super) fn line() -> Self {
        Self { wanted: Wanted::Line, ..Self::find() }
    }

    /// Returns the places found that begin from one byte to another, and whether it is the current one.
    pub(super) fn found_between(&self, from: u32, to: u32) -> impl Iterator<Item = (Span, bool)> {
        let first = self.found.partition_point(|it| it.start < from);
        let until = self.found.partition_point(|it| it.start <= to);
        self.found[first..until].iter().zip(first..).map(|(span, nth)| (*span, nth == self.current))
    }

    /// Looks for the words, if they or the text are other ones; the place at the cursor or after it comes first.
    fn look(&mut self, text: &str, caret: u32) -> bool {
        if self.looked.as_ref().is_some_and(|(words, len)| *words == self.input && *len == text.len()) {
            return false;
        }
        let is_other = self.looked.as_ref().is_none_or(|it| it.0 != self.input);
        self.looked = Some((self.input.clone(), text.len()));
        self.found = find(text, &self.input);
        self.current = self.found.iter().position(|it| it.start >= caret).unwrap_or(0);
        is_other
    }

    fn step(&mut self, forwards: bool) {
        let n_found = self.found.len().max(1);
        self.current = (self.current + if forwards { 1 } else { n_found - 1 }) % n_found;
    }

    fn words(&self) -> String {
        match (self.input.is_empty(), self.found.len()) {
            (true, _) => String::new(),
            (false, 0) => "Not found".to_owned(),
            (false, MOST_FOUND) => format!("{} of many", self.current + 1),
            (false, n_found) => format!("{} of {n_found}", self.current + 1),
        }
    }
}

/// Returns where `words` stand in `text`, in whatever case.
fn find(text: &str, words: &str) -> Vec<Span> {
    if words.is_empty() {
        return Vec::new();
    }
    // Letters beyond ASCII are told apart by case: their forms differ in length.
    let (text, words) = (text.to_ascii_lowercase(), words.to_ascii_lowercase());
    let found = text.match_indices(&words).take(MOST_FOUND);
    found.map(|(at, it)| Span::new(at, at + it.len())).collect()
}

impl EditorPanel {
    /// Shows the bar, if it is open.
    pub(super) fn bar_ui(&mut self, ui: &mut Ui) {
        let Some(mut bar) = self.bar.take() else { return };
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::BANNER));
        let theme = Theme::of(ui);
        ui.painter().rect_filled(rect, 0.0, theme.bg_panel);
        draw::rule_below(ui.painter(), rect, theme);
        let field = Rect::from_min_size(pos2(rect.left() + 12.0, rect.top() + 4.0), vec2(240.0, 24.0));
        let (hint, label) = match bar.wanted {
            Wanted::Words => ("Find in the definition", "Words to find"),
            Wanted::Line => ("Line", "Line to go to"),
        };
        let input = TextEdit::singleline(&mut bar.input).hint_text(hint).margin(egui::Margin::symmetric(8, 4));
        let (response, _) = draw::at(ui, field, egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.add(input.desired_width(field.width()))
        });
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
        if std::mem::take(&mut bar.is_new) {
            response.request_focus();
        }
        let escape = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        // Enter takes the focus from a field of one line.
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let backwards = ui.input(|input| input.modifiers.shift);
        let mut at = Rect::from_min_size(pos2(field.right() + 8.0, rect.top() + 4.0), vec2(24.0, 24.0));
        let mut button = |icon: &str, name: &str, ui: &mut Ui| {
            let clicked = Button::icon(icon, name).look(Look::Bare).small().show_at(ui, at).clicked();
            at = at.translate(vec2(28.0, 0.0));
            clicked
        };
        let mut moves = false;
        if bar.wanted == Wanted::Words {
            let is_other = bar.look(self.text.as_str(), self.caret);
            let back = button(icons::CARET_UP, "Find previous", ui) || (entered && backwards);
            let next = button(icons::CARET_DOWN, "Find next", ui) || (entered && !backwards);
            if back || next {
                bar.step(next);
                response.request_focus();
            }
            moves = back || next || is_other;
        }
        let close = button(icons::X, "Close", ui) || escape;
        let words = at.with_max_x(rect.right() - 8.0);
        let said = bar.words();
        draw::left(ui.painter(), words, &said, fonts::text(fonts::BODY), theme.text_subdued);
        if !said.is_empty() {
            let response = ui.interact(words, ui.id().with("found"), egui::Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, &said));
        }
        if moves && let Some(found) = bar.found.get(bar.current) {
            self.reveal = Some((found.start, false));
        }
        if bar.wanted == Wanted::Line && entered {
            if let Ok(line) = bar.input.trim().parse::<usize>() {
                self.reveal(self.text.start_of(line.max(1) - 1));
            }
            self.wants_focus = true;
            return;
        }
        if close {
            if let Some(found) = bar.found.get(bar.current) {
                self.selects = Some((found.start, found.end));
            }
            self.wants_focus = true;
            return;
        }
        self.bar = Some(bar);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_whatever_case_and_stepped_through_in_a_ring() {
        let mut bar = Bar::find();
        bar.input = "next".to_owned();
        let text = "\"Next\": 1, \"next\": 2, é NEXT";
        assert!(bar.look(text, 3));
        assert_eq!((bar.found.len(), bar.current, bar.words()), (3, 1, "2 of 3".to_owned()));
        bar.step(true);
        bar.step(true);
        assert_eq!(bar.current, 0);
        bar.step(false);
        assert_eq!(bar.current, 2);
        assert_eq!(bar.found_between(0, 5).collect::<Vec<_>>(), [(Span::new(1, 5), false)]);
        assert!(!bar.look(text, 0), "nothing has changed");
    }

    #[test]
    fn what_is_not_there_is_said() {
        let mut bar = Bar::find();
        assert_eq!(bar.words(), "");
        bar.input = "nowhere".to_owned();
        bar.look("text", 0);
        bar.step(true);
        assert_eq!((bar.words(), bar.current), ("Not found".to_owned(), 0));
    }
}
