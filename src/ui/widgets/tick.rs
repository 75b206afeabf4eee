//! What is ticked: its outline has to be seen while it is not.

use egui::{Response, Ui, Widget};

use crate::ui::theme::Theme;

/// Shows a radio button or a check box.
pub fn tick(ui: &mut Ui, enabled: bool, control: impl Widget) -> Response {
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke.color = Theme::of(ui).line_control;
        ui.add_enabled(enabled, control)
    })
    .inner
}
