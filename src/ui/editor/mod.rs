//! The text of the definition, to be changed: line numbers, colours, problems with their fixes, what retriers cost.
//!
//! The panel holds a copy of the draft's text, which a text field changes, and says each change as a [`Splice`]. The
//! draft itself is the workbench's: where another revision of it comes in, the copy is made anew.

mod edit;
mod find;
mod lines;
mod marks;
mod popup;
mod splice;
mod text;

use egui::{Context, Id, Rect, ScrollArea, Ui, pos2, vec2};

use self::find::Bar;
use self::lines::Lines;
use self::text::Text;
use super::command::{Command, Request};
use super::fonts;
use super::problems::Problem;
use super::theme::{Theme, height};
use super::widgets::code::{Code, Marks, code_ui};
use super::widgets::{Button, Look, draw};
use crate::diagnostic::Span;

pub use splice::{Splice, byte_of, char_of};

/// Width of the line numbers.
const GUTTER: f32 = 48.0;
const HEAD: f32 = 28.0;
/// Longer lines make each frame take longer than a frame has.
const LONGEST_LINE: usize = 20_000;
/// Larger texts make a change take longer than a frame has; the service takes definitions up to 1 MB.
const MOST_BYTES: usize = 2 << 20;

/// What the user does with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextRequest {
    /// Changes it; typing goes on in the step before.
    Change(Splice),
    /// Takes the last change back.
    Undo,
    /// Makes the change again that was taken back.
    Redo,
    /// Applies the fix of the problem at this position.
    Fix(usize),
    /// Puts the text cursor at this byte.
    Cursor(u32),
}

/// A step on the way to a place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// Its name, such as `Catch 1`.
    pub name: String,
    /// Where it begins.
    pub at: u32,
}

/// Words at the end of the line that holds a byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The byte.
    pub at: u32,
    /// The words.
    pub text: String,
}

/// What the editor shows.
#[derive(Clone, Copy, Debug)]
pub struct EditorView<'a> {
    /// The text.
    pub text: &'a str,
    /// Another number for each text.
    pub revision: u64,
    /// Where to go on in a text that has changed by itself.
    pub caret: u32,
    /// Why the text cannot be changed, where that is so.
    pub locked: Option<&'a str>,
    /// What shows a text that can be changed instead.
    pub unlock: Option<Command>,
    /// Its problems.
    pub problems: &'a [Problem],
    /// What is said at the ends of lines.
    pub lenses: &'a [Lens],
    /// The state in focus: its name, and where it stands, if that is known of the text as it is.
    pub focus: Option<(&'a str, Option<Span>)>,
    /// The way to the place of the text cursor.
    pub crumbs: &'a [Crumb],
    /// What the text is, and how long the last check took.
    pub about: &'a str,
}

impl EditorView<'_> {
    fn focus_span(&self) -> Option<Span> {
        self.focus.and_then(|(_, span)| span)
    }
}

/// View state of the editor.
#[derive(Default)]
pub struct EditorPanel {
    text: Text,
    lines: Lines,
    bar: Option<Bar>,
    /// The byte of the text cursor.
    caret: u32,
    /// The byte to bring into view, and whether the text cursor goes there.
    reveal: Option<(u32, bool)>,
    /// The name of the state in focus when it was last looked at.
    seen_focus: Option<String>,
    /// The line whose problems are shown, and whether the pointer has opened them.
    popup: Option<(usize, bool)>,
    /// Where they were last shown.
    popup_at: Option<Rect>,
    /// The keyboard is to be the text's.
    wants_focus: bool,
    /// The bytes to be selected when it is.
    selects: Option<(u32, u32)>,
    /// A text with lines that are too long, as it is shown instead.
    long: Option<(u64, Code)>,
}

impl EditorPanel {
    /// Brings a byte into view, with the text cursor and the problems of its line.
    pub fn reveal(&mut self, byte: u32) {
        self.reveal = Some((byte, true));
    }

    /// Asks what to find in the text.
    pub fn find(&mut self) {
        self.bar = Some(Bar::find());
    }

    /// Asks which line to go to.
    pub fn go_to_line(&mut self) {
        self.bar = Some(Bar::line());
    }

    /// Shows the editor in all the space there is.
    pub fn ui(&mut self, view: &EditorView<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        let ground = ui.available_rect_before_wrap();
        ui.painter().rect_filled(ground, 0.0, Theme::of(ui).bg_canvas);
        if self.text.sync(view.revision, view.text) {
            self.caret = if view.caret > 0 { view.caret } else { self.caret };
            self.caret = self.caret.min(self.text.as_str().len() as u32);
            self.put_cursor(ui.ctx());
            if view.caret > 0 {
                self.reveal = self.reveal.or(Some((view.caret, false)));
            }
            self.popup = None;
        }
        head_ui(view, ui, out);
        if let Some(what) = self.unfit() {
            note_ui(&what, None, ui, out);
            self.long_ui(view, ui, out);
            return;
        }
        if let Some(what) = view.locked {
            note_ui(what, view.unlock, ui, out);
        }
        self.bar_ui(ui);
        self.follow_focus(view);
        self.body_ui(view, ui, out);
    }

    /// Returns why the text is not for a text field, if it is not.
    fn unfit(&self) -> Option<String> {
        let longest = self.text.longest_line();
        if self.text.as_str().len() > MOST_BYTES {
            return Some("This text is too large to be changed here".to_owned());
        }
        (longest > LONGEST_LINE).then(|| format!("A line has {longest} bytes, too many to be changed here"))
    }

    /// Shows a text that no text field can take.
    fn long_ui(&mut self, view: &EditorView<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
        let revision = view.revision;
        if self.long.as_ref().is_none_or(|it| it.0 != revision) {
            self.long = Some((revision, Code::new(view.text)));
        }
        let Some((_, code)) = &self.long else { return };
        let focus = view.focus_span().map_or(0..0, |it| code.line_of(it.start)..code.line_of(it.end) + 1);
        let reveal = self.reveal.take().map(|(byte, _)| code.line_of(byte));
        let marks = Marks { focus, problems: &[], reveal };
        if let Some(line) = code_ui(ui, "definition", code, 0..code.n_lines(), &marks) {
            out.push(Request::SelectLine(line));
        }
    }

    /// A state that was selected elsewhere is brought into view.
    fn follow_focus(&mut self, view: &EditorView<'_>) {
        let Some((name, span)) = view.focus else {
            self.seen_focus = None;
            return;
        };
        let Some(span) = span.filter(|_| self.seen_focus.as_deref() != Some(name)) else { return };
        self.seen_focus = Some(name.to_owned());
        // The text cursor in it is what has selected it.
        let holds = (span.start..=span.end).contains(&self.caret) && self.caret > 0;
        if !holds && self.reveal.is_none() {
            self.reveal = Some((span.start, false));
        }
    }

    fn body_ui(&mut self, view: &EditorView<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
        let is_locked = view.locked.is_some();
        self.keys(is_locked, ui, out);
        let galley = self.lines.galley(ui, self.text.as_str());
        let visible = ui.available_size();
        let mut area = ScrollArea::both().id_salt("definition").auto_shrink(false);
        if let Some((byte, goes)) = self.reveal.take() {
            let line = self.text.line_of(byte);
            area = scrolled_to(area, ui, line, visible.y);
            if goes {
                self.caret = byte.min(self.text.as_str().len() as u32);
                self.put_cursor(ui.ctx());
                self.popup = self.has_problem(view, line).then_some((line, false));
                out.push(Request::Text(TextRequest::Cursor(self.caret)));
            }
        }
        let lenses = view.lenses.iter().map(|lens| {
            let row = galley.rows.get(self.text.line_of(lens.at)).map_or(0.0, |it| it.size.x);
            // About the width of the words, which are in a small face.
            row + 24.0 + lens.text.len() as f32 * fonts::SMALL * 0.6
        });
        let width = lenses.fold(galley.size().x, f32::max) + GUTTER + 16.0;
        // The last line can be scrolled up to the middle.
        let size = vec2(width, galley.size().y + visible.y / 2.0).max(visible);
        let shown = area.show_viewport(ui, |ui, viewport| {
            let (_, rect) = ui.allocate_space(size);
            let marks = marks::Sheet { view, text: &self.text, galley: &galley, rect, viewport };
            marks.paint_below(ui, self.text.line_of(self.caret), self.bar.as_ref());
            let inner = rect.with_min_x(rect.left() + GUTTER);
            self.field_ui(view, inner, ui, out);
            // What was typed in this frame is laid out already.
            let galley = self.lines.galley(ui, self.text.as_str());
            let marks = marks::Sheet { view, text: &self.text, galley: &galley, rect, viewport };
            let pointed = marks.paint_above(ui, self.text.line_of(self.caret));
            if let Some(line) = pointed.clicked {
                let at = self.text.start_of(line);
                self.go_to(at, ui.ctx(), out);
            }
            self.point_at(pointed.problem, ui);
            rect
        });
        self.popup_ui(view, shown.inner, shown.inner_rect, ui, out);
    }

    fn has_problem(&self, view: &EditorView<'_>, line: usize) -> bool {
        view.problems.iter().filter_map(|it| it.diagnostic.span).any(|it| self.text.line_of(it.start) == line)
    }

    /// Puts the text cursor at a byte, and says so.
    fn go_to(&mut self, byte: u32, ctx: &Context, out: &mut Vec<Request>) {
        self.caret = byte;
        self.wants_focus = true;
        self.put_cursor(ctx);
        out.push(Request::Text(TextRequest::Cursor(byte)));
    }
}

/// Shows where the cursor is, and what the text has come to.
fn head_ui(view: &EditorView<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEAD));
    let theme = Theme::of(ui);
    draw::rule_below(ui.painter(), rect, theme);
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let font = fonts::text(fonts::SMALL);
    let right = draw::right(ui.painter(), inner, view.about, font.clone(), theme.text_subdued);
    let response = ui.interact(inner.with_min_x(right), ui.id().with("about text"), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, view.about));
    let mut at = inner.with_max_x(right - 16.0);
    for (nth, crumb) in view.crumbs.iter().enumerate() {
        if nth > 0 {
            let glyph = pos2(at.left() + 6.0, at.center().y);
            draw::icon(ui.painter(), glyph, egui_phosphor::regular::CARET_RIGHT, 10.0, theme.text_subdued);
            at.min.x += 14.0;
        }
        let width = draw::width(ui, &crumb.name, fonts::strong(fonts::SMALL)).min(at.width());
        if width < 8.0 {
            break;
        }
        let place = Rect::from_min_size(pos2(at.left(), at.top() + 4.0), vec2(width, HEAD - 8.0));
        let response = ui.interact(place, ui.id().with(("crumb", nth)), egui::Sense::click());
        response.widget_info(|| {
            let name = format!("go to {}", crumb.name);
            egui::WidgetInfo::labeled(egui::WidgetType::Link, true, name)
        });
        let last = nth + 1 == view.crumbs.len();
        let ink = if last || response.hovered() { theme.text_strong } else { theme.text };
        let font = if last { fonts::strong(fonts::SMALL) } else { font.clone() };
        draw::left(ui.painter(), place, &crumb.name, font, ink);
        draw::focus_ring(ui, &response, place, 3.0);
        if response.clicked() {
            out.push(Request::ShowText(crumb.at));
        }
        at.min.x += width + 2.0;
    }
}

/// Scrolls to a line; what is in view already stays where it is.
fn scrolled_to(area: ScrollArea, ui: &Ui, line: usize, visible: f32) -> ScrollArea {
    let id = ui.make_persistent_id(Id::new("definition"));
    let before = egui::scroll_area::State::load(ui.ctx(), id).map_or(0.0, |it| it.offset.y);
    let top = line as f32 * height::JSON_LINE;
    if top >= before && top + 3.0 * height::JSON_LINE <= before + visible {
        return area;
    }
    area.vertical_scroll_offset((top - visible / 4.0).max(0.0)).horizontal_scroll_offset(0.0)
}

/// Returns the id of the text field.
fn field_id() -> Id {
    Id::new("text of the definition")
}

/// Says in a line why the text cannot be changed.
fn note_ui(what: &str, unlock: Option<Command>, ui: &mut Ui, out: &mut Vec<Request>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::BANNER));
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
    draw::rule_below(ui.painter(), rect, theme);
    let mut inner = rect.shrink2(vec2(12.0, 0.0));
    if let Some(command) = unlock {
        let button = Button::text(command.entry().text).small().look(Look::Normal);
        let width = button.width(ui);
        let place = Rect::from_min_size(pos2(inner.right() - width, rect.center().y - 12.0), vec2(width, 24.0));
        if button.show_at(ui, place).clicked() {
            out.push(Request::Do(command));
        }
        inner.max.x = place.left() - 8.0;
    }
    let response = ui.interact(inner, ui.id().with("locked"), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, what));
    draw::left(ui.painter(), inner, what, fonts::text(fonts::BODY), theme.text);
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// Shows a text of so many states in a window of its own, without assistive technology; returns how long a frame
    /// takes in milliseconds: at rest, while typing, with the pointer over it.
    fn cost(n_states: usize) -> (usize, [f64; 3]) {
        let state = |nth: usize| {
            let text = "x".repeat(150);
            format!(
                "    \"State{nth}\": {{\n      \"Type\": \"Pass\",\n      \"Result\": {{\n        \"text\": \"{text}\"\n      }},\n      \"Next\": \"State{}\"\n    }},\n",
                nth + 1
            )
        };
        let mut text: String = (0..n_states).map(state).collect();
        let ctx = Context::default();
        super::super::theme::apply(&ctx);
        let mut panel = EditorPanel::default();
        let mut revision = 0;
        panel.reveal(30);
        panel.wants_focus = true;
        let mut frame = |events: Vec<egui::Event>, text: &mut String, revision: &mut u64| {
            let began = Instant::now();
            let mut out = Vec::new();
            let screen_rect = Some(Rect::from_min_size(egui::Pos2::ZERO, vec2(900.0, 800.0)));
            let input = egui::RawInput { events, screen_rect, ..egui::RawInput::default() };
            let output = ctx.run_ui(input, |ui| {
                let view = EditorView {
                    text,
                    revision: *revision,
                    caret: 0,
                    locked: None,
                    unlock: None,
                    problems: &[],
                    lenses: &[],
                    focus: None,
                    crumbs: &[],
                    about: "JSON",
                };
                panel.ui(&view, ui, &mut out);
            });
            ctx.tessellate(output.shapes.clone(), 1.0);
            output.drop_without_applying_deltas();
            for request in out {
                if let Request::Text(TextRequest::Change(change)) = request {
                    assert!(change.apply(text));
                    *revision += 1;
                }
            }
            began.elapsed().as_secs_f64() * 1000.0
        };
        for _ in 0..3 {
            frame(Vec::new(), &mut text, &mut revision);
        }
        let n_bytes = text.len();
        let mut mean = |event: Option<egui::Event>| {
            let times = (0..10).map(|_| frame(event.iter().cloned().collect(), &mut text, &mut revision));
            times.sum::<f64>() / 10.0
        };
        let at = pos2(300.0, 200.0);
        let costs = [None, Some(egui::Event::Text("x".to_owned())), Some(egui::Event::PointerMoved(at))].map(&mut mean);
        assert_eq!(text.len(), n_bytes + 10, "what was typed is in the text");
        (n_bytes, costs)
    }

    #[test]
    fn typing_changes_the_copy_and_the_draft_alike() {
        assert!(cost(3).0 > 500);
    }

    #[test]
    #[ignore = "measures; run it by hand"]
    fn cost_of_a_frame() {
        for n_states in [50, 500, 4_000] {
            let (n_bytes, costs) = cost(n_states);
            println!("{n_bytes} bytes: rest, typing, pointing: {costs:.2?} ms");
        }
    }
}
