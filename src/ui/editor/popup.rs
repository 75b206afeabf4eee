//! The problems of a line, under it: what is wrong, why, and what can be done with a key or a click.

use egui::{Area, Frame, Margin, Order, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::{EditorPanel, EditorView, GUTTER, TextRequest, field_id};
use crate::ui::command::{Command, Request};
use crate::ui::fonts;
use crate::ui::problems::{Problem, severity_mark};
use crate::ui::theme::{Theme, height, radius};
use crate::ui::widgets::{draw, key_cap_at};

const WIDTH: f32 = 480.0;
/// Problems of one line that are shown.
const MOST: usize = 3;

impl EditorPanel {
    /// Opens the problems of the line that the pointer is over, and closes them when it leaves.
    pub(super) fn point_at(&mut self, line: Option<usize>, ui: &Ui) {
        let pointer = ui.input(|input| input.pointer.hover_pos());
        match (line, self.popup) {
            (Some(line), None) => self.popup = Some((line, true)),
            (Some(line), Some((other, true))) if line != other => self.popup = Some((line, true)),
            (None, Some((_, true))) => {
                let over = self.popup_at.is_some_and(|at| pointer.is_some_and(|it| at.expand(8.0).contains(it)));
                if !over {
                    self.popup = None;
                }
            }
            _ => {}
        }
    }

    /// Shows the problems of the line that is open. `sheet` is where the text is, `visible` what can be seen of it.
    pub(super) fn popup_ui(
        &mut self,
        view: &EditorView<'_>,
        sheet: Rect,
        visible: Rect,
        ui: &mut Ui,
        out: &mut Vec<Request>,
    ) {
        self.popup_at = None;
        let Some((line, _)) = self.popup else { return };
        let on_line =
            |it: &&(usize, &Problem)| it.1.diagnostic.span.is_some_and(|span| self.text.line_of(span.start) == line);
        let all: Vec<(usize, &Problem)> = view.problems.iter().enumerate().collect();
        let found: Vec<&(usize, &Problem)> = all.iter().filter(on_line).take(MOST).collect();
        let top = sheet.top() + (line + 1) as f32 * height::JSON_LINE;
        if found.is_empty() || top < visible.top() || top > visible.bottom() {
            return;
        }
        let width = WIDTH.min(visible.width() - GUTTER - 16.0).max(200.0);
        let area = Area::new(ui.id().with("problems of a line")).order(Order::Foreground);
        let area = area.fixed_pos(pos2(visible.left() + GUTTER, top + 2.0)).constrain_to(ui.ctx().content_rect());
        let theme = Theme::of(ui);
        let shown = area.show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(theme.bg_panel)
                .stroke(Stroke::new(1.0, theme.line_control))
                .corner_radius(radius::CARD)
                .inner_margin(Margin::symmetric(0, 8));
            frame.show(ui, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 4.0;
                let mut is_first = true;
                for (position, problem) in found {
                    problem_ui(problem, ui);
                    if let Some(fix) = problem.diagnostic.fix.as_ref().filter(|_| view.locked.is_none()) {
                        if fix_ui(&fix.title, is_first, ui) {
                            out.push(Request::Text(TextRequest::Fix(*position)));
                        }
                        is_first = false;
                    }
                }
            });
        });
        self.popup_at = Some(shown.response.rect);
        let elsewhere = ui.input(|input| input.pointer.any_pressed() && input.pointer.hover_pos().is_some());
        let inside = ui.input(|input| input.pointer.hover_pos()).is_some_and(|it| shown.response.rect.contains(it));
        let typing = ui.memory(|memory| memory.has_focus(field_id()));
        if elsewhere && !inside && !typing {
            self.popup = None;
        }
    }
}

fn problem_ui(problem: &Problem, ui: &mut Ui) {
    let theme = Theme::of(ui);
    let diagnostic = &problem.diagnostic;
    Frame::new().inner_margin(Margin::symmetric(12, 2)).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
            let (icon, color) = severity_mark(diagnostic.severity, theme);
            draw::icon(ui.painter(), rect.center(), icon, fonts::icon::ROW, color);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let words =
                    RichText::new(&diagnostic.message).font(fonts::strong(fonts::BODY)).color(theme.text_strong);
                ui.label(words);
                if let Some(help) = &diagnostic.help {
                    ui.label(RichText::new(help).font(fonts::text(fonts::BODY)).color(theme.text));
                }
                if let Some(sentence) = &diagnostic.service {
                    let words = format!("The service says: {sentence}");
                    ui.label(RichText::new(words).font(fonts::text(fonts::SMALL)).color(theme.text_subdued));
                }
                ui.label(RichText::new(diagnostic.code).font(fonts::mono(fonts::SMALL)).color(theme.text_subdued));
            });
        });
    });
}

/// Shows what the fix does; returns whether it was clicked. The first one has a key.
fn fix_ui(title: &str, is_first: bool, ui: &mut Ui) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::BUTTON), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("apply: {title}")));
    let theme = Theme::of(ui);
    let fill = match (is_first, response.hovered()) {
        (_, true) => theme.bg_hover,
        (true, false) => theme.bg_selected,
        (false, false) => theme.bg_panel,
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    if is_first {
        ui.painter().rect_filled(Rect::from_min_size(rect.min, vec2(2.0, rect.height())), 0.0, theme.now);
    }
    let icon = pos2(rect.left() + 20.0, rect.center().y);
    draw::icon(ui.painter(), icon, icons::LIGHTBULB, fonts::icon::ROW, theme.text_strong);
    let mut inner = rect.with_min_x(rect.left() + 36.0).with_max_x(rect.right() - 12.0);
    if let Some(key) = Command::ApplyFix.key().filter(|_| is_first) {
        inner.max.x = key_cap_at(ui, inner.right(), rect.center().y, &key, true) - 8.0;
    }
    draw::left(ui.painter(), inner, title, fonts::strong(fonts::BODY), theme.text_strong);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    response.clicked()
}
