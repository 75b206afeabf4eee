//! The state graph: a definition drawn as boxes and edges, with what happened to them at the cursor.
//!
//! In reading order: `model` (what there is), `status` (what happened), `style` (sizes and colours), `layout` (where),
//! `shapes` (how it is drawn), `panel` (what the user can do with it), `export` (as a file).

pub mod access;
pub mod export;
pub mod layout;
pub mod model;
mod overlay;
pub mod panel;
pub mod shapes;
pub mod status;
pub mod style;
pub mod viewport;
mod walk;

use egui::Context;

use self::layout::TextWidths;
use self::model::GraphModel;
use self::shapes::pen::Face;
use self::shapes::screen::Families;

/// Measures the texts that decide sizes, with the faces of `ctx`.
pub fn widths(ctx: &Context, model: &GraphModel) -> TextWidths {
    let families = Families::of(ctx);
    let strong = |text: &str| families.width(ctx, text, Face::Name);
    let small = |text: &str| families.width(ctx, text, Face::Line);
    TextWidths::measure(model, strong, small)
}

#[cfg(test)]
mod picture_tests;
#[cfg(test)]
pub mod samples;
