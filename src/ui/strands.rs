//! The strands of a moment: a chip that names the one in focus, and the list from which another is chosen.

use egui::{Popup, ScrollArea, Ui};
use egui_phosphor::regular as icons;

use super::command::Request;
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Button, Look, Row, Status};

/// A strand as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrandItem {
    /// Which.
    pub strand: u32,
    /// What it is: `branch 2 of Confirm`.
    pub name: String,
    /// The state it is in, or was in last.
    pub state: String,
    /// How it stands there.
    pub status: Status,
    /// How many strands it runs inside.
    pub depth: usize,
    /// Whether steps follow it.
    pub focused: bool,
}

/// What runs beside each other at the cursor; empty where only one strand runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StrandsView {
    /// The name of the strand in focus.
    pub name: String,
    /// The strands, each before those that run inside it.
    pub items: Vec<StrandItem>,
    /// How many more there are than are listed.
    pub n_more: usize,
}

const WIDTH: f32 = 380.0;
const MOST_HIGH: f32 = 320.0;
const INDENT: f32 = 12.0;

/// Shows the chip, and while it is open the list; a click there focuses a strand.
pub fn strands_ui(view: &StrandsView, ui: &mut Ui, out: &mut Vec<Request>) {
    if view.items.is_empty() {
        return;
    }
    let n_beside = view.items.len() + view.n_more - 1;
    let name = format!("steps follow {}, {n_beside} beside it", view.name);
    let button = Button::icon(icons::GIT_BRANCH, &name).with_text(&view.name).small().look(Look::Bare);
    let about = "The strand that steps follow; choose another of those that run at this moment";
    let button = button.about(about).show(ui);
    Popup::menu(&button).width(WIDTH).show(|ui| list_ui(view, ui, out));
}

fn list_ui(view: &StrandsView, ui: &mut Ui, out: &mut Vec<Request>) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    let n_rows = view.items.len() + usize::from(view.n_more > 0);
    ScrollArea::vertical().max_height(MOST_HIGH).show_rows(ui, height::ROW, n_rows, |ui, rows| {
        for idx in rows {
            let Some(item) = view.items.get(idx) else {
                let text = format!("{} more that are not listed", view.n_more);
                let text = egui::RichText::new(text).font(fonts::text(fonts::BODY)).color(Theme::of(ui).text_subdued);
                ui.label(text);
                continue;
            };
            let at = if item.focused { "steps follow it" } else { "" };
            let right = if at.is_empty() { item.state.clone() } else { format!("{}, {at}", item.state) };
            let row = Row::new(&item.name).status(item.status).right(&right).indent(item.depth as f32 * INDENT);
            if row.selected(item.focused).show(ui).clicked() {
                out.push(Request::FocusStrand(item.strand));
                ui.close();
            }
        }
    });
}
