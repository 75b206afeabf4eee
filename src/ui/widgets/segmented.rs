//! The segmented switch: a few choices side by side, one of them on.

use egui::{Rect, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::draw;
use crate::ui::fonts;
use crate::ui::theme::{Theme, radius};

/// Shows `choices` and returns the position of one that was clicked. A choice with a reason is disabled, and the
/// reason is its tooltip.
pub fn segmented(
    ui: &mut Ui,
    name: &str,
    height: f32,
    selected: Option<usize>,
    choices: &[(&str, Option<&str>)],
) -> Option<usize> {
    let widths: Vec<f32> = choices
        .iter()
        .map(|(text, _)| (draw::width(ui, text, fonts::strong(fonts::BODY)) + 20.0).ceil().max(28.0))
        .collect();
    let (_, rect) = ui.allocate_space(vec2(widths.iter().sum::<f32>() + 2.0, height));
    let theme = Theme::of(ui);
    ui.painter().rect(rect, radius::BUTTON, theme.bg_panel, Stroke::new(1.0, theme.line_subtle), StrokeKind::Inside);
    let mut clicked = None;
    let mut left = rect.left() + 1.0;
    for (idx, ((text, reason), width)) in choices.iter().zip(widths).enumerate() {
        let part = Rect::from_min_size(pos2(left, rect.top() + 1.0), vec2(width, height - 2.0));
        left += width;
        let on = selected == Some(idx);
        let enabled = reason.is_none();
        let id = ui.id().with((name, idx));
        let response = draw::sense_click(ui, part, id, enabled);
        response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, enabled, on, format!("{name}: {text}")));
        let hot = enabled && response.hovered();
        if on || hot {
            ui.painter().rect_filled(part, radius::SEGMENT, if on { theme.bg_hover } else { theme.bg_raised });
        }
        let (font, ink) = match (on, enabled) {
            (true, _) => (fonts::strong(fonts::BODY), theme.text_strong),
            (false, true) => (fonts::text(fonts::BODY), theme.text),
            (false, false) => (fonts::text(fonts::BODY), theme.line_strong),
        };
        draw::center(ui.painter(), part, text, font, ink);
        draw::focus_ring(ui, &response, part, radius::SEGMENT);
        if response.clicked() {
            clicked = Some(idx);
        }
        if let Some(reason) = reason {
            draw::tooltip(response, text, None, Some(reason));
        }
    }
    clicked
}
