//! `stepscope export`: a definition's graph as a file.

use std::collections::BTreeSet;

use crate::asl::Outline;
use crate::ui::bind;
use crate::ui::fonts;
use crate::ui::graph::export::{png, svg};
use crate::ui::graph::layout::{Layout, layout};
use crate::ui::graph::model::GraphModel;
use crate::ui::graph::status::GraphStatus;
use crate::ui::graph::widths;
use crate::ui::theme::Theme;

use super::args::ExportOptions;
use super::{Error, Exit, files, render, say};

/// Pixels a point in pictures: sharp on screens of today.
const PIXELS_A_POINT: f32 = 2.0;

pub(super) fn export(options: &ExportOptions) -> Result<Exit, Error> {
    let opened = files::read_machines(&options.file)?;
    let shown = options.file.display().to_string();
    let Some(document) = files::pick(&opened, options.machine.as_deref(), &options.file)? else {
        say::err(&render::diagnostics(&opened.diagnostics, &opened.text, &shown));
        return Ok(Exit::Invalid);
    };
    let ending = options.to.extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (model, layout) = placed(&document.definition.outline);
    // Nothing has happened to the graph, so nothing on it is said to be unreached.
    let (status, colors) = (GraphStatus::default(), Theme::LIGHT);
    let content = match ending.as_str() {
        "svg" => svg(&layout, &model, &status, &colors).into_bytes(),
        "png" => png(&layout, &model, &status, &colors, fonts::definitions(), PIXELS_A_POINT)
            .map_err(|error| Error(format!("cannot draw {shown}: {error}")))?,
        _ => {
            let to = options.to.display();
            return Err(Error(format!("cannot tell what to write to {to}; end its name in .svg or .png")));
        }
    };
    files::write(&options.to, |out| out.write_all(&content))?;
    Ok(Exit::Done)
}

/// Returns the graph and where everything stands, measured with the window's faces.
fn placed(outline: &Outline) -> (GraphModel, Layout) {
    let model = bind::graph::model(outline);
    let ctx = egui::Context::default();
    ctx.set_fonts(fonts::definitions());
    let mut measured = None;
    // Faces are there from the first pass on.
    let output = ctx.run_ui(egui::RawInput::default(), |_| measured = Some(widths(&ctx, &model)));
    output.drop_without_applying_deltas();
    let widths = measured.unwrap_or_default();
    let layout = layout(&model, &widths, &BTreeSet::new());
    (model, layout)
}
