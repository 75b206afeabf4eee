//! The text field: what it does with keys that a text field does not know, and what it has changed.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Align, Context, EventFilter, Frame, Key, Layout, Modifiers, Rect, TextEdit, Ui};

use super::{EditorPanel, EditorView, Splice, TextRequest, byte_of, char_of, field_id};
use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw;

/// What Tab puts in: YAML takes no tabs.
const INDENT: &str = "  ";

/// Keys that are the text's while it has the focus.
const KEYS: EventFilter = EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };

impl EditorPanel {
    /// Takes the keys that a code editor has beyond a text field.
    pub(super) fn keys(&mut self, is_locked: bool, ui: &mut Ui, out: &mut Vec<Request>) {
        if !ui.memory(|memory| memory.has_focus(field_id())) {
            return;
        }
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::NONE, Key::Escape) && self.popup.take().is_none() {
            // Tab then goes on to the next control.
            ui.memory_mut(|memory| memory.surrender_focus(field_id()));
        }
        if pressed(Modifiers::COMMAND, Key::F) {
            self.find();
        }
        if is_locked {
            return;
        }
        // The longer chord first: the shorter one would match it too.
        let redo = pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || pressed(Modifiers::COMMAND, Key::Y);
        if redo {
            out.push(Request::Text(TextRequest::Redo));
        } else if pressed(Modifiers::COMMAND, Key::Z) {
            out.push(Request::Text(TextRequest::Undo));
        }
        let added = if pressed(Modifiers::SHIFT, Key::Tab) {
            self.outdent(ui.ctx(), out);
            return;
        } else if pressed(Modifiers::NONE, Key::Tab) {
            INDENT.to_owned()
        } else if pressed(Modifiers::NONE, Key::Enter) {
            self.new_line(ui.ctx())
        } else {
            return;
        };
        self.put_in(&added, ui.ctx(), out);
    }

    /// Returns what a new line begins with: the indent of the line of the cursor, one deeper after what opens a block.
    fn new_line(&self, ctx: &Context) -> String {
        let (start, _) = self.selection(ctx);
        let line = self.text.line_of(start as u32);
        let before = &self.text.as_str()[self.text.start_of(line) as usize..start];
        let indent: String = before.chars().take_while(|it| *it == ' ' || *it == '\t').collect();
        let opens = before.trim_end().ends_with(['{', '[', ':']);
        format!("{}{indent}{}", self.text.line_end(), if opens { INDENT } else { "" })
    }

    /// Takes an indent away from the line of the cursor.
    fn outdent(&mut self, ctx: &Context, out: &mut Vec<Request>) {
        let (start, _) = self.selection(ctx);
        let line = self.text.line_of(start as u32);
        let n_spaces = self.text.line(line).bytes().take(INDENT.len()).take_while(|it| *it == b' ').count();
        if n_spaces == 0 {
            return;
        }
        let at = self.text.start_of(line);
        self.make(Splice { at, removed: " ".repeat(n_spaces), added: String::new() }, out);
        self.caret = (start as u32).saturating_sub(n_spaces as u32).max(at);
        self.put_cursor(ctx);
    }

    /// Replaces what is selected.
    fn put_in(&mut self, added: &str, ctx: &Context, out: &mut Vec<Request>) {
        let (start, end) = self.selection(ctx);
        let removed = self.text.as_str().get(start..end).unwrap_or_default().to_owned();
        self.make(Splice { at: start as u32, removed, added: added.to_owned() }, out);
        self.caret = (start + added.len()) as u32;
        self.put_cursor(ctx);
        // As after typing: the line that is written now is the one to see.
        self.reveal = Some((self.caret, false));
        self.popup = None;
    }

    fn make(&mut self, change: Splice, out: &mut Vec<Request>) {
        self.text.change(&change);
        out.push(Request::Text(TextRequest::Change(change)));
    }

    /// Returns the bytes that are selected.
    fn selection(&self, ctx: &Context) -> (usize, usize) {
        let range = TextEditState::load(ctx, field_id()).and_then(|it| it.cursor.char_range());
        let Some(range) = range else { return (self.caret as usize, self.caret as usize) };
        let chars = range.as_sorted_char_range();
        (byte_of(self.text.as_str(), chars.start.0), byte_of(self.text.as_str(), chars.end.0))
    }

    /// Tells the text field where the text cursor is.
    pub(super) fn put_cursor(&self, ctx: &Context) {
        self.select(self.caret, self.caret, ctx);
    }

    /// Selects the bytes from one to another.
    fn select(&self, from: u32, to: u32, ctx: &Context) {
        let mut state = TextEditState::load(ctx, field_id()).unwrap_or_default();
        let cursor = |byte: u32| CCursor::new(char_of(self.text.as_str(), byte as usize));
        state.cursor.set_char_range(Some(CCursorRange::two(cursor(from), cursor(to))));
        state.store(ctx, field_id());
    }

    /// Shows the text field, and says what it has changed.
    pub(super) fn field_ui(&mut self, view: &EditorView<'_>, rect: Rect, ui: &mut Ui, out: &mut Vec<Request>) {
        // A field without the focus selects nothing.
        if ui.memory(|memory| memory.has_focus(field_id()))
            && let Some((from, to)) = self.selects.take()
        {
            self.select(from, to, ui.ctx());
        }
        let theme = Theme::of(ui);
        let lines = &mut self.lines;
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| lines.galley(ui, text.as_str());
        let mut buffer = self.text.as_str().to_owned();
        let mut fixed = self.text.as_str();
        let text: &mut dyn egui::TextBuffer = if view.locked.is_some() { &mut fixed } else { &mut buffer };
        let field = TextEdit::multiline(text)
            .id(field_id())
            .font(fonts::mono(fonts::BODY))
            .frame(Frame::NONE)
            .margin(egui::Margin::ZERO)
            .desired_width(rect.width())
            .min_size(rect.size())
            .event_filter(KEYS)
            .layouter(&mut layouter);
        let wants_focus = std::mem::take(&mut self.wants_focus);
        let (output, _) = draw::at(ui, rect, Layout::top_down(Align::Min), |ui| {
            ui.visuals_mut().text_cursor.stroke.color = theme.text_strong;
            field.show(ui)
        });
        ui.ctx().accesskit_node_builder(field_id(), |node| node.set_label("Text of the definition"));
        if wants_focus {
            output.response.response.request_focus();
        }
        let is_changed = output.response.response.changed();
        if is_changed && let Some(change) = self.text.replace(buffer) {
            out.push(Request::Text(TextRequest::Change(change)));
            self.popup = None;
        }
        let Some(range) = output.cursor_range else { return };
        // What can be taken back is the draft's; the field would keep the whole text for each change.
        let mut state = output.state;
        state.clear_undoer();
        state.store(ui.ctx(), field_id());
        let caret = byte_of(self.text.as_str(), range.primary.index.0) as u32;
        if caret != self.caret {
            let line = self.text.line_of(caret);
            if !is_changed && line != self.text.line_of(self.caret) {
                self.popup = self.has_problem(view, line).then_some((line, false));
            }
            self.caret = caret;
            out.push(Request::Text(TextRequest::Cursor(caret)));
        }
    }
}
