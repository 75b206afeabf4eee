//! The gauge: how much of a quota is used, as a thin bar beside its number.

use egui::{Color32, Rect, Ui, pos2, vec2};

use crate::ui::theme::Theme;

/// From this share on a quota is a warning.
const WARNING: f32 = 0.75;

/// Paints a bar of `size` that is filled to `share`, from 0 to 1, at `left_center`.
pub fn gauge(ui: &Ui, left_center: egui::Pos2, width: f32, share: f32) {
    let theme = Theme::of(ui);
    let rect = Rect::from_min_size(pos2(left_center.x, left_center.y - 2.0), vec2(width, 4.0));
    ui.painter().rect_filled(rect, 2.0, theme.line_subtle);
    let filled = Rect::from_min_size(rect.min, vec2((width * share.clamp(0.0, 1.0)).max(2.0), 4.0));
    ui.painter().rect_filled(filled, 2.0, color(theme, share));
}

fn color(theme: &Theme, share: f32) -> Color32 {
    if share >= 1.0 {
        theme.status_fail
    } else if share >= WARNING {
        theme.status_wait
    } else {
        theme.text_subdued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_quarters_warn_and_all_is_an_error() {
        let theme = &Theme::DARK;
        assert_eq!(color(theme, 0.74), theme.text_subdued);
        assert_eq!(color(theme, 0.75), theme.status_wait);
        assert_eq!(color(theme, 1.0), theme.status_fail);
    }
}
