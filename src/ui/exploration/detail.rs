//! A finding in detail, in the place of the inspector: what, where, why, in how many runs, and the run that shows it.

use egui::{Frame, Margin, Rect, RichText, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::Ask;
use super::findings::{FindingView, StepView, severity_word};
use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::problems::severity_mark;
use crate::ui::theme::{INSPECTOR_PADDING, Theme, height};
use crate::ui::widgets::{Button, Chip, Look, card, draw, heading};

/// Width of the words at the left.
const WORDS: f32 = 64.0;

/// Shows the finding at `idx` of `n_findings`.
pub fn finding_ui(idx: usize, n_findings: usize, finding: &FindingView, ui: &mut Ui, out: &mut Vec<Request>) {
    let theme = Theme::of(ui);
    ScrollArea::vertical().id_salt("finding").auto_shrink(false).show(ui, |ui| {
        Frame::NONE.inner_margin(Margin::same(INSPECTOR_PADDING as i8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            ui.horizontal(|ui| {
                let (icon, color) = severity_mark(finding.severity, theme);
                Chip::new(severity_word(finding.severity)).icon(icon, color).show(ui);
                let place = format!("Finding {} of {n_findings}", idx + 1);
                ui.label(RichText::new(place).font(fonts::text(fonts::BODY)).color(theme.text_subdued));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let next = Button::icon(icons::CARET_DOWN, "Next finding").look(Look::Bare);
                    if next.enabled(idx + 1 < n_findings).show(ui).clicked() {
                        out.push(Request::Explore(Ask::ShowFinding(idx + 1)));
                    }
                    let previous = Button::icon(icons::CARET_UP, "Previous finding").look(Look::Bare);
                    if previous.enabled(idx > 0).show(ui).clicked() {
                        out.push(Request::Explore(Ask::ShowFinding(idx - 1)));
                    }
                });
            });
            ui.label(RichText::new(&finding.title).font(fonts::strong(fonts::TITLE)).color(theme.text_strong));
            ui.add_space(6.0);
            line_ui("What", &finding.what, ui);
            where_ui(finding, ui, out);
            line_ui("Why", &finding.why, ui);
            line_ui("Do", &finding.help, ui);
            line_ui("Seen in", &finding.seen_in, ui);
            let Some(run) = &finding.run else { return };
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                let open = Button::icon(icons::PLAY, "Open as run").with_text("Open as run").look(Look::Primary);
                if open.about("Makes a run of it, with its input and mocks").show(ui).clicked() {
                    out.push(Request::Explore(Ask::OpenFinding(idx)));
                }
                let test = Button::text("Turn into a test…").about("Saves a scenario that does the same again");
                if test.show(ui).clicked() {
                    out.push(Request::Explore(Ask::TestFinding(idx)));
                }
            });
            ui.add_space(14.0);
            let n_faults = run.steps.iter().filter(|it| it.is_fault && !it.state.is_empty()).count();
            let faults = if n_faults == 1 { "1 fault".to_owned() } else { format!("{n_faults} faults") };
            heading(ui, "Counter-example", &format!("{} steps, {faults}", run.steps.len()));
            card(ui, |ui| {
                for (nth, step) in run.steps.iter().enumerate() {
                    step_ui(nth + 1, step, ui, out);
                }
            });
        });
    });
}

fn line_ui(word: &str, text: &str, ui: &mut Ui) {
    if text.is_empty() {
        return;
    }
    let theme = Theme::of(ui);
    let width = ui.available_width();
    let galley = draw::paragraph(ui.painter(), text, fonts::text(fonts::BODY), theme.text_strong, width - WORDS);
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y + 4.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("{word}: {text}")));
    let word_at = Rect::from_min_size(rect.min, vec2(WORDS, 18.0));
    draw::left(ui.painter(), word_at, word, fonts::text(fonts::BODY), theme.text_subdued);
    ui.painter().galley(pos2(rect.left() + WORDS, rect.top() + 2.0), galley, theme.text_strong);
}

/// Shows the state and the line; a click goes there.
fn where_ui(finding: &FindingView, ui: &mut Ui, out: &mut Vec<Request>) {
    let Some(state) = &finding.state else { return };
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 20.0));
    let theme = Theme::of(ui);
    draw::left(ui.painter(), rect, "Where", fonts::text(fonts::BODY), theme.text_subdued);
    let line = finding.line.map_or_else(String::new, |it| format!(", line {it}"));
    let text = format!("{state}{line}");
    let place = rect.with_min_x(rect.left() + WORDS);
    let response = ui.interact(place, ui.id().with("where"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Where: {text}")));
    let ink = if response.hovered() { theme.text_strong } else { theme.now };
    draw::left(ui.painter(), place, &text, fonts::text(fonts::BODY), ink);
    draw::focus_ring(ui, &response, place, 3.0);
    if response.clicked() {
        out.push(Request::Explore(Ask::Select(state.clone())));
    }
}

fn step_ui(nth: usize, step: &StepView, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
    let parts = [step.state.as_str(), &step.text, &step.note];
    let label: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    let label = format!("step {nth}, {}", label.join(", "));
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &label));
    let theme = Theme::of(ui);
    let painter = ui.painter();
    if step.is_fault {
        painter.rect_filled(rect, 0.0, theme.tint_fail);
    }
    draw::rule_below(painter, rect, theme);
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let number = Rect::from_min_size(inner.min, vec2(16.0, inner.height()));
    draw::right(painter, number, &nth.to_string(), fonts::mono(fonts::SMALL), theme.text_subdued);
    let (icon, color) =
        if step.is_fault { (icons::X_SQUARE, theme.status_fail) } else { (icons::CHECK, theme.status_ok) };
    draw::icon(painter, pos2(inner.left() + 32.0, rect.center().y), icon, fonts::icon::ROW, color);
    let mut room = inner.with_min_x(inner.left() + 48.0);
    room.max.x = draw::right(painter, room, &step.note, fonts::text(fonts::BODY), theme.text_subdued) - 8.0;
    let end = draw::left(painter, room, &step.state, fonts::strong(fonts::BODY), theme.text_strong);
    let gap = if step.state.is_empty() { 0.0 } else { 8.0 };
    draw::left(painter, room.with_min_x(end + gap), &step.text, fonts::text(fonts::BODY), theme.text);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if response.clicked() && !step.state.is_empty() {
        out.push(Request::Explore(Ask::Select(step.state.clone())));
    }
}
