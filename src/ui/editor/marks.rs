//! What stands around the text: line numbers, the current line, the state in focus, squiggles, lenses, what was found.
//! Only what is in view is painted.

use std::ops::Range;
use std::sync::Arc;

use egui::text::CharIndex;
use egui::{Color32, Galley, Rect, Sense, Stroke, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::find::Bar;
use super::text::Text;
use super::{EditorView, GUTTER};
use crate::diagnostic::Severity;
use crate::ui::fonts;
use crate::ui::problems::severity_mark;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::draw;

/// The text on the screen.
pub(super) struct Sheet<'a> {
    pub(super) view: &'a EditorView<'a>,
    pub(super) text: &'a Text,
    pub(super) galley: &'a Arc<Galley>,
    /// Where the whole text is, with its line numbers.
    pub(super) rect: Rect,
    /// The part of it that is in view.
    pub(super) viewport: Rect,
}

/// What stands beside lines: the one of the text cursor, those with problems, those with words at their end.
struct Beside<'a> {
    current: usize,
    marked: &'a [(usize, Severity)],
    lenses: &'a [(usize, &'a str)],
}

/// What the pointer is at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pointed {
    /// The line whose number was clicked.
    pub(super) clicked: Option<usize>,
    /// The line with the problem that the pointer is over.
    pub(super) problem: Option<usize>,
}

impl Sheet<'_> {
    fn visible(&self) -> Range<usize> {
        let first = (self.viewport.top() / height::JSON_LINE).floor().max(0.0) as usize;
        let last = (self.viewport.bottom() / height::JSON_LINE).ceil().max(0.0) as usize;
        first.min(self.text.n_lines())..last.min(self.text.n_lines())
    }

    fn line_rect(&self, line: usize) -> Rect {
        let top = self.rect.top() + line as f32 * height::JSON_LINE;
        Rect::from_min_size(pos2(self.rect.left(), top), vec2(self.rect.width(), height::JSON_LINE))
    }

    /// Returns where a character of a line begins.
    fn x_of(&self, line: usize, column: usize) -> f32 {
        let offset = self.galley.rows.get(line).map_or(0.0, |row| row.x_offset(CharIndex(column)));
        self.rect.left() + GUTTER + offset
    }

    /// Returns where a part of the text is on the line where it begins.
    fn span_rect(&self, start: u32, end: u32) -> (usize, Rect) {
        let line = self.text.line_of(start);
        let is_within = self.text.line_of(end) == line;
        let last = if is_within { self.text.column_of(end) } else { self.text.line(line).chars().count() };
        let first = self.text.column_of(start);
        let from = self.x_of(line, first);
        let to = self.x_of(line, last.max(first)).max(from + 8.0);
        (line, self.line_rect(line).with_min_x(from).with_max_x(to))
    }

    /// Paints what is under the text.
    pub(super) fn paint_below(&self, ui: &Ui, current: usize, bar: Option<&Bar>) {
        let theme = Theme::of(ui);
        let visible = self.visible();
        if visible.contains(&current) {
            ui.painter().rect_filled(self.line_rect(current), 0.0, theme.bg_bar);
        }
        let Some(bar) = bar else { return };
        for (found, is_current) in bar.found_between(self.text.start_of(visible.start), self.text.start_of(visible.end))
        {
            let (_, rect) = self.span_rect(found.start, found.end);
            let fill = if is_current { theme.bg_selected } else { theme.bg_hover };
            ui.painter().rect_filled(rect, 2.0, fill);
            if is_current {
                ui.painter().rect_stroke(rect, 2.0, Stroke::new(1.0, theme.now), egui::StrokeKind::Inside);
            }
        }
    }

    /// Paints what is over the text; returns what the pointer is at.
    pub(super) fn paint_above(&self, ui: &mut Ui, current: usize) -> Pointed {
        let visible = self.visible();
        let mut pointed = Pointed::default();
        let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|it| ui.clip_rect().contains(*it));
        let mut marked: Vec<(usize, Severity)> = Vec::new();
        for problem in self.view.problems {
            let Some(span) = problem.diagnostic.span else { continue };
            let line = self.text.line_of(span.start);
            if !visible.contains(&line) {
                continue;
            }
            let (_, rect) = self.span_rect(span.start, span.end);
            let color = severity_mark(problem.diagnostic.severity, Theme::of(ui)).1;
            squiggle(ui, rect.left(), rect.right(), rect.bottom() - 3.0, color);
            if pointer.is_some_and(|it| rect.contains(it)) {
                pointed.problem = Some(line);
            }
            marked.push((line, problem.diagnostic.severity));
        }
        // The worst of a line first.
        marked.sort_unstable();
        let lenses = self.view.lenses.iter().map(|it| (self.text.line_of(it.at), &*it.text));
        let lenses: Vec<(usize, &str)> = lenses.filter(|(line, _)| visible.contains(line)).collect();
        self.paint_lenses(ui, &lenses);
        let beside = Beside { current, marked: &marked, lenses: &lenses };
        self.gutter_ui(ui, visible, &beside, &mut pointed);
        pointed
    }

    fn paint_lenses(&self, ui: &Ui, lenses: &[(usize, &str)]) {
        let theme = Theme::of(ui);
        for (line, text) in lenses {
            let end = self.x_of(*line, usize::MAX);
            let rect = self.line_rect(*line).with_min_x(end + 24.0);
            draw::left(ui.painter(), rect, text, fonts::text(fonts::SMALL), theme.text_subdued);
        }
    }

    /// Shows the line numbers. They stay where they are when the text is scrolled sideways.
    fn gutter_ui(&self, ui: &mut Ui, visible: Range<usize>, beside: &Beside<'_>, pointed: &mut Pointed) {
        let Beside { current, marked, lenses } = *beside;
        let theme = Theme::of(ui);
        let left = self.rect.left() + self.viewport.left();
        let ground = Rect::from_min_max(
            pos2(left, self.rect.top() + self.viewport.top()),
            pos2(left + GUTTER - 6.0, self.rect.top() + self.viewport.bottom()),
        );
        ui.painter().rect_filled(ground, 0.0, theme.bg_canvas);
        let focus =
            self.view.focus_span().map(|it| (self.text.line_of(it.start), self.text.line_of(it.end.saturating_sub(1))));
        for line in visible {
            let rect =
                Rect::from_min_size(pos2(left, self.line_rect(line).top()), vec2(GUTTER - 6.0, height::JSON_LINE));
            let response = ui.interact(rect, ui.id().with(("line", line)), Sense::click());
            let is_current = line == current;
            let severity = marked.iter().find(|it| it.0 == line).map(|it| it.1);
            let lens = lenses.iter().find(|it| it.0 == line).map(|it| it.1);
            response.widget_info(|| {
                let mut label = format!("line {}: {}", line + 1, self.text.line(line).trim());
                if let Some(severity) = severity {
                    label = format!("{label}, {severity}");
                }
                if let Some(lens) = lens {
                    label = format!("{label}, {lens}");
                }
                WidgetInfo::selected(WidgetType::SelectableLabel, true, is_current, label)
            });
            let painter = ui.painter();
            if is_current {
                painter.rect_filled(rect, 0.0, theme.bg_bar);
            }
            if focus.is_some_and(|(first, last)| (first..=last).contains(&line)) {
                painter.rect_filled(Rect::from_min_size(rect.min, vec2(2.0, rect.height())), 0.0, theme.now);
            }
            let ink = if is_current { theme.text_strong } else { theme.text_subdued };
            // A line of text stands a little above the middle of its row.
            let number = rect.with_max_x(left + GUTTER - 12.0).translate(vec2(0.0, -2.0));
            draw::right(painter, number, &(line + 1).to_string(), fonts::mono(fonts::SMALL), ink);
            if let Some(severity) = severity {
                let (icon, color) = severity_mark(severity, theme);
                draw::icon(painter, pos2(left + 10.0, rect.center().y), icon, fonts::icon::BADGE, color);
                if response.hovered() {
                    pointed.problem = Some(line);
                }
            }
            if response.clicked() {
                pointed.clicked = Some(line);
            }
        }
    }
}

fn squiggle(ui: &Ui, from: f32, to: f32, y: f32, color: Color32) {
    let n_points = (((to - from) / 2.0).max(2.0) as usize).min(1_000);
    let points = (0..=n_points).map(|idx| pos2(from + 2.0 * idx as f32, y + if idx % 2 == 0 { 0.0 } else { 2.0 }));
    ui.painter().line(points.collect(), Stroke::new(1.0, color));
}
