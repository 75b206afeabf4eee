//! A read-only view of JSON text: line numbers, colours, the lines of the focus and the lines with problems.
//! Only the visible lines are read, so its cost does not depend on the size of the text.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::draw;
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};

const GUTTER: f32 = 48.0;

/// A text with the places of its lines.
#[derive(Clone, Debug)]
pub struct Code {
    text: Arc<str>,
    starts: Vec<u32>,
}

impl Code {
    /// Reads where the lines begin.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let after_breaks = text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next);
        let starts = std::iter::once(0).chain(after_breaks).collect();
        Self { text, starts }
    }

    /// Returns the number of lines.
    pub fn n_lines(&self) -> usize {
        self.starts.len()
    }

    /// Returns the line, from 0, that holds the byte `offset`.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    fn line(&self, idx: usize) -> &str {
        let start = self.starts.get(idx).map_or(self.text.len(), |&it| it as usize);
        let end = self.starts.get(idx + 1).map_or(self.text.len(), |&it| it as usize);
        self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }
}

/// What the view shows beside the text.
#[derive(Clone, Debug, Default)]
pub struct Marks<'a> {
    /// Lines of the focus, from 0.
    pub focus: Range<usize>,
    /// Lines with a problem, from 0, ascending, with the colour of its severity.
    pub problems: &'a [(usize, Color32)],
    /// The line to bring into view, from 0, if it is not visible.
    pub reveal: Option<usize>,
}

/// Shows `lines` of the text; returns the line that was clicked, from 0.
pub fn code_ui(
    ui: &mut Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    code: &Code,
    lines: Range<usize>,
    marks: &Marks<'_>,
) -> Option<usize> {
    let theme = Theme::of(ui);
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = ScrollArea::both().id_salt(("code", id)).auto_shrink(false);
    if let Some(line) = marks.reveal.filter(|line| lines.contains(line)) {
        let above = 3.0 * height::JSON_LINE;
        area = area.vertical_scroll_offset(((line - lines.start) as f32 * height::JSON_LINE - above).max(0.0));
    }
    area.show_rows(ui, height::JSON_LINE, lines.len(), |ui, rows| {
        for row in rows {
            let idx = lines.start + row;
            let text = code.line(idx);
            let galley = ui.painter().layout_job(highlight(text, theme));
            let width = (GUTTER + galley.size().x + 16.0).max(ui.available_width());
            let (rect, response) = ui.allocate_exact_size(vec2(width, height::JSON_LINE), Sense::click());
            let marked = marks.focus.contains(&idx);
            response.widget_info(|| {
                let label = format!("line {}: {}", idx + 1, text.trim());
                WidgetInfo::selected(WidgetType::SelectableLabel, true, marked, label)
            });
            let painter = ui.painter();
            if marked {
                painter.rect_filled(rect, 0.0, theme.bg_selected);
                painter.rect_filled(Rect::from_min_size(rect.min, vec2(2.0, rect.height())), 0.0, theme.now);
            }
            let number = Rect::from_min_max(rect.min, pos2(rect.left() + GUTTER - 12.0, rect.bottom()));
            draw::right(painter, number, &(idx + 1).to_string(), fonts::mono(fonts::SMALL), theme.text_subdued);
            if let Ok(found) = marks.problems.binary_search_by_key(&idx, |(line, _)| *line) {
                let color = marks.problems[found].1;
                painter.circle_filled(pos2(rect.left() + 9.0, rect.center().y), 3.0, color);
                let start = rect.left() + GUTTER + indent_width(text, galley.size().x);
                squiggle(ui, start, rect.left() + GUTTER + galley.size().x, rect.bottom() - 3.0, color);
            }
            let top = (rect.center().y - galley.size().y / 2.0).round();
            painter.galley(pos2(rect.left() + GUTTER, top), galley, theme.text);
            if response.clicked() {
                clicked = Some(idx);
            }
        }
    });
    clicked
}

fn indent_width(text: &str, width: f32) -> f32 {
    let n_chars = text.chars().count().max(1);
    let n_spaces = text.chars().take_while(|it| it.is_whitespace()).count();
    width * n_spaces as f32 / n_chars as f32
}

fn squiggle(ui: &Ui, from: f32, to: f32, y: f32, color: Color32) {
    let n_points = (((to - from) / 2.0).max(2.0) as usize).min(400);
    let points = (0..n_points).map(|idx| pos2(from + 2.0 * idx as f32, y + if idx % 2 == 0 { 0.0 } else { 2.0 }));
    ui.painter().line(points.collect(), egui::Stroke::new(1.0, color));
}

/// Colours one line of JSON: names, strings, numbers and words. A string never crosses a line in JSON, so that a line
/// can be read on its own.
pub fn highlight(line: &str, theme: &Theme) -> LayoutJob {
    let font = fonts::mono(fonts::BODY);
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let color = match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
                let is_name = bytes[at..].iter().find(|it| !it.is_ascii_whitespace()) == Some(&b':');
                if is_name { theme.json_key } else { theme.json_string }
            }
            b'0'..=b'9' | b'-' | b'a'..=b'z' | b'A'..=b'Z' => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || b"+-._".contains(&bytes[at])) {
                    at += 1;
                }
                theme.json_number
            }
            _ => {
                at += 1;
                while at < bytes.len() && !matches!(bytes[at], b'"' | b'0'..=b'9' | b'-' | b'a'..=b'z' | b'A'..=b'Z') {
                    at += 1;
                }
                theme.text
            }
        };
        while !line.is_char_boundary(at) {
            at += 1;
        }
        job.append(&line[start..at], 0.0, TextFormat::simple(font.clone(), color));
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_strings_and_numbers_have_their_own_colours() {
        let theme = &Theme::DARK;
        let job = highlight(r#"  "Next": "a\"é", "n": -1.5e3, true"#, theme);
        let parts: Vec<(&str, Color32)> = job
            .sections
            .iter()
            .map(|it| (&job.text[it.byte_range.start.0..it.byte_range.end.0], it.format.color))
            .collect();
        assert!(parts.contains(&(r#""Next""#, theme.json_key)));
        assert!(parts.contains(&(r#""a\"é""#, theme.json_string)));
        assert!(parts.contains(&("-1.5e3", theme.json_number)));
        assert!(parts.contains(&("true", theme.json_number)));
    }

    #[test]
    fn every_byte_of_broken_text_is_shown() {
        for line in ["\"open", "\"a\\", "é\"ü", "", "\\\\\"", "{\"a\":1"] {
            assert_eq!(highlight(line, &Theme::LIGHT).text, line);
        }
    }

    #[test]
    fn offsets_find_their_line() {
        let code = Code::new("{\n  \"a\": 1\n}\n");
        assert_eq!((code.n_lines(), code.line_of(0), code.line_of(4), code.line_of(11)), (4, 0, 1, 2));
        assert_eq!(code.line(1), "  \"a\": 1");
    }
}
