//! Where the parts of the window stand: toolbar, workspace, centre, inspector, bottom, status bar; their limits, and
//! what becomes of them in a narrow window. What they show is `window`'s.

use egui::{CentralPanel, Frame, Panel, Ui};

use super::theme::{Theme, height};

/// Below this width the inspector becomes a third group at the bottom.
const INSPECTOR_FITS: f32 = 1280.0;
/// Below this width the workspace becomes a rail of icons.
const WORKSPACE_FITS: f32 = 1024.0;
const RAIL: f32 = 40.0;

/// Which parts the user wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shown {
    /// The panel at the left.
    pub workspace: bool,
    /// The panel at the bottom.
    pub bottom: bool,
    /// The panel at the right.
    pub inspector: bool,
}

impl Default for Shown {
    fn default() -> Self {
        Self { workspace: true, bottom: true, inspector: true }
    }
}

/// Where parts go at the width of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The workspace is a rail.
    pub rail: bool,
    /// The inspector is a group at the bottom.
    pub inspector_below: bool,
}

impl Placement {
    /// Returns the placement in a window that is `width` points wide.
    pub fn at(width: f32) -> Self {
        Self { rail: width < WORKSPACE_FITS, inspector_below: width < INSPECTOR_FITS }
    }
}

/// What fills the parts.
pub trait Slots {
    /// The bar at the top.
    fn toolbar_ui(&mut self, ui: &mut Ui);
    /// The bar at the bottom.
    fn status_bar_ui(&mut self, ui: &mut Ui);
    /// The panel at the left.
    fn workspace_ui(&mut self, ui: &mut Ui);
    /// The panel at the left of a narrow window, 40 wide.
    fn rail_ui(&mut self, ui: &mut Ui);
    /// The middle.
    fn centre_ui(&mut self, ui: &mut Ui);
    /// The panel at the right.
    fn inspector_ui(&mut self, ui: &mut Ui);
    /// The left group of the bottom.
    fn bottom_left_ui(&mut self, ui: &mut Ui);
    /// The right group of the bottom.
    fn bottom_right_ui(&mut self, ui: &mut Ui);
}

/// Places `slots` in the window.
pub fn show(ui: &mut Ui, shown: Shown, slots: &mut dyn Slots) {
    let placement = Placement::at(ui.available_width());
    bars_ui(ui, slots);
    let ground = Frame::NONE.fill(Theme::of(ui).bg_panel);
    if shown.inspector && !placement.inspector_below {
        let panel = Panel::right("inspector").frame(ground).default_size(400.0).size_range(360.0..=640.0);
        panel.show(ui, |ui| slots.inspector_ui(ui));
    }
    if shown.bottom || (shown.inspector && placement.inspector_below) {
        let most = (ui.available_height() - 200.0).max(160.0);
        let panel = Panel::bottom("bottom").frame(ground).default_size(256.0).size_range(160.0..=most);
        panel.resizable(true).show(ui, |ui| bottom_ui(ui, shown, placement, ground, slots));
    }
    if placement.rail {
        Panel::left("rail").frame(ground).exact_size(RAIL).show(ui, |ui| slots.rail_ui(ui));
    } else if shown.workspace {
        let panel = Panel::left("workspace").frame(ground).default_size(256.0).size_range(200.0..=400.0);
        panel.show(ui, |ui| slots.workspace_ui(ui));
    }
    CentralPanel::default().frame(Frame::NONE.fill(Theme::of(ui).bg_canvas)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        slots.centre_ui(ui);
    });
}

/// Places the two bars; what is left of `ui` is the page.
pub fn bars_ui(ui: &mut Ui, slots: &mut dyn Slots) {
    let bar = Frame::NONE.fill(Theme::of(ui).bg_bar);
    let toolbar = Panel::top("toolbar").frame(bar).exact_size(height::TOOLBAR);
    toolbar.show(ui, |ui| slots.toolbar_ui(ui));
    let status_bar = Panel::bottom("status bar").frame(bar).exact_size(height::STATUS_BAR);
    status_bar.show(ui, |ui| slots.status_bar_ui(ui));
}

fn bottom_ui(ui: &mut Ui, shown: Shown, placement: Placement, ground: Frame, slots: &mut dyn Slots) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let width = ui.available_width();
    if shown.inspector && placement.inspector_below {
        let panel = Panel::right("inspector below").frame(ground);
        if shown.bottom {
            let panel = panel.default_size((width * 0.4).max(320.0)).size_range(300.0..=(width * 0.6).max(300.0));
            panel.show(ui, |ui| slots.inspector_ui(ui));
        } else {
            slots.inspector_ui(ui);
            return;
        }
    }
    let width = ui.available_width();
    let events = (width * 5.0 / 12.0).clamp(200.0, 640.0);
    let panel = Panel::right("bottom right").frame(ground).default_size(events);
    panel.size_range(200.0..=(width - 240.0).max(200.0)).show(ui, |ui| slots.bottom_right_ui(ui));
    CentralPanel::default().frame(ground).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        slots.bottom_left_ui(ui);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_windows_move_the_inspector_and_fold_the_workspace() {
        assert_eq!(Placement::at(1600.0), Placement { rail: false, inspector_below: false });
        assert_eq!(Placement::at(1279.0), Placement { rail: false, inspector_below: true });
        assert_eq!(Placement::at(1000.0), Placement { rail: true, inspector_below: true });
    }
}
