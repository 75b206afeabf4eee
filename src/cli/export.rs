//! `stepscope export`: a definition's graph or a history as a file of another kind.

use std::collections::BTreeSet;

use crate::asl::Outline;
use crate::asl::document::Recognised;
use crate::asl::mermaid::mermaid;
use crate::ui::bind;
use crate::ui::fonts;
use crate::ui::graph::export::{png, svg};
use crate::ui::graph::layout::{Layout, layout};
use crate::ui::graph::model::GraphModel;
use crate::ui::graph::status::GraphStatus;
use crate::ui::graph::widths;
use crate::ui::theme::Theme;

use super::args::ExportOptions;
use super::{Error, Exit, files, render, report, say};

/// Pixels a point in pictures: sharp on screens of today.
const PIXELS_A_POINT: f32 = 2.0;

pub(super) fn export(options: &ExportOptions) -> Result<Exit, Error> {
    let opened = files::read_machines(&options.file)?;
    let shown = options.file.display().to_string();
    let ending = options.to.extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    if opened.recognised == Recognised::History {
        let content = report::history(&opened.text, &ending).map_err(|what| Error(format!("{shown}: {what}")))?;
        files::write(&options.to, |out| out.write_all(content.as_bytes()))?;
        return Ok(Exit::Done);
    }
    let Some(document) = files::pick(&opened, options.machine.as_deref(), &options.file)? else {
        say::err(&render::diagnostics(&opened.diagnostics, &opened.text, &shown));
        return Ok(Exit::Invalid);
    };
    let outline = &document.definition.outline;
    let content = match ending.as_str() {
        "svg" => drawn(outline).into_bytes(),
        "png" => {
            let (model, layout) = placed(outline);
            png(&layout, &model, &GraphStatus::default(), &Theme::LIGHT, fonts::definitions(), PIXELS_A_POINT)
                .map_err(|error| Error(format!("cannot draw {shown}: {error}")))?
        }
        "mmd" => mermaid(outline).into_bytes(),
        "md" => report::markdown(&document.name, outline).into_bytes(),
        "html" => report::html(&document.name, outline, &drawn(outline)).into_bytes(),
        _ => {
            let to = options.to.display();
            let endings = "a definition can become .svg, .png, .mmd, .md or .html, a history .json, .jsonl or .csv";
            return Err(Error(format!("cannot tell what to write to {to}; {endings}")));
        }
    };
    files::write(&options.to, |out| out.write_all(&content))?;
    Ok(Exit::Done)
}

/// Returns the graph as SVG. Nothing has happened to it, so nothing on it is said to be unreached.
fn drawn(outline: &Outline) -> String {
    let (model, layout) = placed(outline);
    svg(&layout, &model, &GraphStatus::default(), &Theme::LIGHT)
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
