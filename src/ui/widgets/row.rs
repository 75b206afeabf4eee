//! The row of a list: glyph, one or two lines, something at the right; selected with a bar at its left edge.

use egui::{Painter, Rect, Response, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::{BreakpointMark, Status, draw};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};

enum Glyph<'a> {
    None,
    Icon(&'a str),
    Status(Status),
    Breakpoint(BreakpointMark),
}

/// A row.
pub struct Row<'a> {
    text: &'a str,
    second: Option<&'a str>,
    right: Option<&'a str>,
    badge: Option<&'a str>,
    glyph: Glyph<'a>,
    selected: bool,
    strong: bool,
    indent: f32,
    padding: f32,
    fork: bool,
    /// Whether what is below it is not listed.
    folded: Option<bool>,
}

impl<'a> Row<'a> {
    /// Returns a row of one line.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            second: None,
            right: None,
            badge: None,
            glyph: Glyph::None,
            selected: false,
            strong: false,
            indent: 0.0,
            padding: 12.0,
            fork: false,
            folded: None,
        }
    }

    /// Adds a second, subdued line.
    pub fn second(mut self, text: &'a str) -> Self {
        self.second = Some(text);
        self
    }

    /// Adds a subdued text at the right.
    pub fn right(mut self, text: &'a str) -> Self {
        self.right = Some(text);
        self
    }

    /// Adds a framed word at the right, such as `in use`.
    pub fn badge(mut self, badge: Option<&'a str>) -> Self {
        self.badge = badge;
        self
    }

    /// Puts an icon before the text.
    pub fn icon(mut self, icon: &'a str) -> Self {
        self.glyph = Glyph::Icon(icon);
        self
    }

    /// Puts a status before the text.
    pub fn status(mut self, status: Status) -> Self {
        self.glyph = Glyph::Status(status);
        self
    }

    /// Puts the mark of a breakpoint before the text.
    pub fn breakpoint(mut self, mark: BreakpointMark) -> Self {
        self.glyph = Glyph::Breakpoint(mark);
        self
    }

    /// Marks the row as the selected one.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// Writes the text in the strong colour.
    pub fn strong(mut self, strong: bool) -> Self {
        self.strong = strong;
        self
    }

    /// Moves the row's contents in.
    pub fn indent(mut self, indent: f32) -> Self {
        self.indent = indent;
        self
    }

    /// Puts the mark of a fork before everything.
    pub fn fork(mut self, fork: bool) -> Self {
        self.fork = fork;
        self
    }

    /// Puts a caret before the row that says whether what is below it is folded; none where nothing is.
    pub fn fold(mut self, folded: Option<bool>) -> Self {
        self.folded = folded;
        self
    }

    /// Whether the pointer is on the caret of a row with this fold and indent.
    pub fn is_on_caret(ui: &Ui, response: &Response, folded: Option<bool>, indent: f32) -> bool {
        let at = ui.input(|it| it.pointer.interact_pos()).filter(|_| folded.is_some());
        at.is_some_and(|it| response.rect.contains(it) && it.x < response.rect.left() + indent + 14.0)
    }

    /// Shows the row over the whole width.
    pub fn show(self, ui: &mut Ui) -> Response {
        let row_height = if self.second.is_some() { height::ROW_TWO_LINES } else { height::ROW };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), row_height), Sense::click());
        response.widget_info(|| {
            let fold = self.folded.map(|it| if it { "forks folded" } else { "forks listed" });
            let parts = [Some(self.text), self.badge, self.second, self.right, fold];
            let status = if let Glyph::Status(status) = self.glyph { Some(status.word()) } else { None };
            let label: Vec<&str> = parts.into_iter().flatten().chain(status).filter(|it| !it.is_empty()).collect();
            WidgetInfo::selected(WidgetType::SelectableLabel, true, self.selected, label.join(", "))
        });
        if ui.is_rect_visible(rect) {
            row_ground(ui, rect, &response, self.selected);
            self.paint(ui.painter(), rect, Theme::of(ui), ui);
            draw::focus_ring(ui, &response, rect.shrink(2.0), 4.0);
        }
        response
    }

    fn paint(&self, painter: &Painter, rect: Rect, theme: &Theme, ui: &Ui) {
        let mut inner = rect.shrink2(vec2(self.padding, 0.0));
        inner.min.x += self.indent;
        if let Some(folded) = self.folded {
            let caret = if folded { icons::CARET_RIGHT } else { icons::CARET_DOWN };
            draw::icon(painter, pos2(inner.left() - 4.0, rect.center().y), caret, 10.0, theme.text_subdued);
        }
        if self.fork {
            let at = pos2(inner.left() + 8.0, rect.center().y);
            draw::icon(painter, at, icons::GIT_FORK, fonts::icon::ROW, theme.text_subdued);
            inner.min.x += fonts::icon::ROW + 8.0;
        }
        let glyph_at = pos2(inner.left() + 8.0, rect.center().y);
        match self.glyph {
            Glyph::None => {}
            Glyph::Icon(icon) => {
                draw::icon(painter, glyph_at, icon, fonts::icon::ROW, theme.text_subdued);
                inner.min.x += fonts::icon::ROW + 8.0;
            }
            Glyph::Breakpoint(mark) => {
                mark.paint(painter, glyph_at, theme);
                inner.min.x += fonts::icon::ROW + 8.0;
            }
            Glyph::Status(status) => {
                status.paint(painter, glyph_at, fonts::icon::ROW, theme);
                inner.min.x += fonts::icon::ROW + 8.0;
            }
        }
        if let Some(badge) = self.badge {
            let width = draw::width(ui, badge, fonts::text(fonts::SMALL)) + 12.0;
            let frame = Rect::from_min_size(pos2(inner.right() - width, rect.center().y - 9.0), vec2(width, 18.0));
            painter.rect_stroke(frame, 4.0, egui::Stroke::new(1.0, theme.line_subtle), egui::StrokeKind::Inside);
            draw::center(painter, frame, badge, fonts::text(fonts::SMALL), theme.text);
            inner.max.x = frame.left() - 8.0;
        }
        if let Some(right) = self.right {
            let ink = if self.selected { theme.text } else { theme.text_subdued };
            inner.max.x = draw::right(painter, inner, right, fonts::text(fonts::BODY), ink) - 8.0;
        }
        let ink = if self.selected || self.strong { theme.text_strong } else { theme.text };
        if let Some(second) = self.second {
            let (first_line, second_line) = two_lines(inner);
            draw::left(painter, first_line, self.text, fonts::text(fonts::BODY), theme.text_strong);
            draw::left(painter, second_line, second, fonts::text(fonts::BODY), theme.text_subdued);
        } else {
            draw::left(painter, inner, self.text, fonts::text(fonts::BODY), ink);
        }
    }
}

/// Paints what is behind a row: hovered, or selected with the bar.
pub fn row_ground(ui: &Ui, rect: Rect, response: &Response, selected: bool) {
    let theme = Theme::of(ui);
    if selected {
        ui.painter().rect_filled(rect, 0.0, theme.bg_selected);
        let bar = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
        ui.painter().rect_filled(bar, 0.0, theme.now);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.bg_hover);
    }
}

/// Splits a row into its two lines.
pub fn two_lines(rect: Rect) -> (Rect, Rect) {
    let center = rect.center().y;
    let line = |top: f32| Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), top + 16.0));
    (line(center - 16.0), line(center))
}
