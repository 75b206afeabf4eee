//! The data flow as a strip: a rail with a disc for data and a ring for each field, and a card of JSON beside it.

use egui::{Rect, Sense, Stroke, Ui, WidgetInfo, WidgetType, pos2, vec2};
use std::fmt::Write as _;

use super::Detail;
use crate::json::Json;
use crate::session::provenance::Question;
use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::json_tree::JsonTree;
use crate::ui::widgets::{Button, Look, card, draw, segmented};

/// Values that are taller scroll on their own.
const MOST_HEIGHT: f32 = 240.0;
/// Where the rail is, and where what stands beside it begins.
const RAIL: f32 = 7.0;
const BESIDE: f32 = 22.0;

/// A step of the data flow.
#[derive(Clone, Debug, PartialEq)]
pub struct StepView {
    /// The field, or what the data is.
    pub title: String,
    /// The field as it is written, in short.
    pub expression: Option<String>,
    /// What else is to be said.
    pub note: Option<String>,
    /// The event that has the value.
    pub event: Option<u64>,
    /// How large the value is.
    pub size: Option<String>,
    /// What it came to.
    pub value: Option<Json>,
    /// What it is compared with.
    pub base: Option<Json>,
    /// Whether data stands there, and not a field that changes it.
    pub is_data: bool,
    /// Whether it has changed nothing.
    pub unchanged: bool,
    /// The rules of a Choice.
    pub rules: Vec<RuleRow>,
    /// Where the field stands in the text of the definition.
    pub byte: Option<u32>,
    /// What the value is, where it can be said where it came from.
    pub origin: Option<Question>,
}

/// A rule of a Choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// The condition.
    pub condition: String,
    /// Where it leads.
    pub next: String,
    /// What became of it.
    pub verdict: &'static str,
    /// Whether it was taken.
    pub is_taken: bool,
}

/// Shows the strip.
pub fn flow_ui(detail: &Detail, full: &mut bool, trees: &mut Vec<JsonTree>, ui: &mut Ui, out: &mut Vec<Request>) {
    head_ui(full, ui);
    trees.resize_with(detail.steps.len(), JsonTree::default);
    let mut below: Option<f32> = None;
    for (nth, (step, tree)) in detail.steps.iter().zip(trees).enumerate() {
        let center = step_ui(nth, step, *full, tree, ui, out);
        let theme = Theme::of(ui);
        let rail = ui.max_rect().left() + RAIL;
        if let Some(above) = below {
            ui.painter().vline(rail, above..=center - 6.0, Stroke::new(1.0, theme.line_strong));
        }
        if step.is_data {
            ui.painter().circle_filled(pos2(rail, center), 5.5, theme.text);
        } else {
            ui.painter().circle_stroke(pos2(rail, center), 3.0, Stroke::new(1.0, theme.text_subdued));
        }
        below = Some(center + 6.0);
    }
    ui.add_space(12.0);
    let width = ui.available_width();
    let theme = Theme::of(ui);
    let text = draw::paragraph(ui.painter(), detail.source, fonts::text(fonts::SMALL), theme.text_subdued, width);
    let (rect, response) = ui.allocate_exact_size(vec2(width, text.size().y), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, detail.source));
    ui.painter().galley(rect.min, text, theme.text_subdued);
}

/// The switch between what changes and whole values, and what the signs mean.
fn head_ui(full: &mut bool, ui: &mut Ui) {
    let row = ui.allocate_space(vec2(ui.available_width(), height::BUTTON_SMALL)).1;
    let layout = egui::Layout::left_to_right(egui::Align::Min);
    let (clicked, switch) = draw::at(ui, row, layout, |ui| {
        segmented(ui, "show", height::BUTTON_SMALL, Some(usize::from(*full)), &[("Changes", None), ("Full data", None)])
    });
    if let Some(clicked) = clicked {
        *full = clicked == 1;
    }
    if !*full {
        let theme = Theme::of(ui);
        let rest = row.with_min_x(switch.right() + 8.0);
        draw::right(ui.painter(), rest, "+ added  ~ changed  − dropped", fonts::text(fonts::BODY), theme.text_subdued);
    }
    ui.add_space(12.0);
}

/// Shows a step; returns the middle of its head.
fn step_ui(nth: usize, step: &StepView, full: bool, tree: &mut JsonTree, ui: &mut Ui, out: &mut Vec<Request>) -> f32 {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let shows_value = step.value.is_some() && (full || !step.unchanged || nth == 0);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, label(step, shows_value)));
    let theme = Theme::of(ui);
    let mut left = rect.left() + BESIDE;
    let title = rect.with_min_x(left);
    let font = if step.is_data { fonts::strong(fonts::HEADING) } else { fonts::strong(fonts::BODY) };
    let ink = if step.unchanged && !step.is_data { theme.text_subdued } else { theme.text_strong };
    left = draw::left(ui.painter(), title, &step.title, font, ink) + 8.0;
    // What stands at the right comes first, so that a long expression is cut and not the event.
    let mut right = rect.right();
    let quiet = !shows_value && step.rules.is_empty() && step.note.is_none();
    let words = match (&step.size, quiet) {
        (_, true) if step.unchanged => Some("no change".to_owned()),
        (_, true) if step.value.is_none() => Some("not known".to_owned()),
        (Some(size), _) => Some(size.clone()),
        (None, _) => None,
    };
    if let Some(words) = words {
        let place = rect.with_max_x(right);
        right = draw::right(ui.painter(), place, &words, fonts::text(fonts::BODY), theme.text_subdued) - 6.0;
    }
    if let Some(event) = step.event {
        let name = format!("event {event}");
        let button = Button::text(&name).look(Look::Link);
        let width = button.width(ui);
        let place = Rect::from_min_size(pos2(right - width, rect.top() + 2.0), vec2(width, 20.0));
        if button.show_at(ui, place).clicked() {
            out.push(Request::MoveTo(event));
        }
        right = place.left() - 6.0;
    }
    let expression = step.expression.as_deref().unwrap_or(if step.is_data || !step.unchanged { "" } else { "not set" });
    let place = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
    if let Some(byte) = step.byte
        && place.width() > 8.0
    {
        let end = draw::left(ui.painter(), place, expression, fonts::mono(fonts::SMALL), theme.now);
        let id = ui.id().with(("flow field", nth));
        let link = draw::sense_click(ui, place.with_max_x(end.min(place.right())), id, true);
        link.widget_info(|| {
            WidgetInfo::labeled(WidgetType::Link, true, format!("show {} in the definition", step.title))
        });
        draw::focus_ring(ui, &link, link.rect, 2.0);
        if link.clicked() {
            out.push(Request::ShowText(byte));
        }
    } else {
        draw::left(ui.painter(), place, expression, fonts::mono(fonts::SMALL), theme.text_subdued);
    }
    body_ui(nth, step, full, shows_value, tree, ui, out);
    rect.center().y
}

fn body_ui(
    nth: usize,
    step: &StepView,
    full: bool,
    shows_value: bool,
    tree: &mut JsonTree,
    ui: &mut Ui,
    out: &mut Vec<Request>,
) {
    if let Some(note) = &step.note {
        let width = ui.available_width() - BESIDE;
        let theme = Theme::of(ui);
        let text = draw::paragraph(ui.painter(), note, fonts::text(fonts::BODY), theme.text, width);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), text.size().y + 4.0), Sense::hover());
        ui.painter().galley(pos2(rect.left() + BESIDE, rect.top()), text, theme.text);
    }
    if !shows_value && step.rules.is_empty() {
        return;
    }
    let place = ui.available_rect_before_wrap();
    let place = place.with_min_x(place.left() + BESIDE);
    let ((), used) = draw::at(ui, place, egui::Layout::top_down(egui::Align::Min), |ui| {
        card(ui, |ui| {
            ui.add_space(4.0);
            for rule in &step.rules {
                rule_ui(rule, ui);
            }
            if let Some(value) = step.value.as_ref().filter(|_| shows_value) {
                let base = step.base.as_ref().filter(|_| !full);
                tree.traced(step.origin.as_ref()).ui(ui, ("flow", nth), value, base, MOST_HEIGHT, out);
            }
            ui.add_space(4.0);
        });
    });
    ui.allocate_rect(used, Sense::hover());
    ui.add_space(6.0);
}

/// A rule of a Choice: its condition, and under it what became of it.
fn rule_ui(rule: &RuleRow, ui: &mut Ui) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    response.widget_info(|| {
        WidgetInfo::labeled(WidgetType::Label, true, format!("{} → {}: {}", rule.condition, rule.next, rule.verdict))
    });
    let theme = Theme::of(ui);
    if rule.is_taken {
        ui.painter().rect_filled(rect, 0.0, theme.tint_now);
    }
    let inner = rect.shrink2(vec2(8.0, 0.0));
    let first = inner.with_max_y(inner.top() + 20.0);
    let second = inner.with_min_y(inner.top() + 18.0);
    let ink = if rule.is_taken { theme.text_strong } else { theme.text };
    draw::left(ui.painter(), first, &rule.condition, fonts::mono(fonts::BODY), ink);
    let end = draw::left(ui.painter(), second, rule.verdict, fonts::strong(fonts::SMALL), ink);
    let next = format!("→ {}", rule.next);
    draw::left(ui.painter(), second.with_min_x(end + 8.0), &next, fonts::text(fonts::SMALL), theme.text_subdued);
}

fn label(step: &StepView, shows_value: bool) -> String {
    let mut label = format!("step {}", step.title);
    for part in [&step.expression, &step.note, &step.size].into_iter().flatten() {
        let _ = write!(label, ", {part}");
    }
    if step.unchanged && !shows_value {
        label.push_str(", no change");
    }
    label
}
