//! `stepscope export`: a definition's graph or a history as a file of another kind.

use std::collections::BTreeSet;

use crate::asl::Outline;
use crate::asl::document::Recognised;
use crate::asl::mermaid::mermaid;
use crate::history::aws::{Names, history, json_lines};
use crate::history::read::{Imported, is_history, read};
use crate::history::table::csv;
use crate::session::rules::Rules;
use crate::session::workspace::is_workspace;
use crate::ui::bind;
use crate::ui::fonts;
use crate::ui::graph::export::{png, svg};
use crate::ui::graph::layout::{Layout, layout};
use crate::ui::graph::model::GraphModel;
use crate::ui::graph::status::GraphStatus;
use crate::ui::graph::widths;
use crate::ui::theme::Theme;

use super::args::ExportOptions;
use super::{Error, Exit, files, histories, redact, render, report, say};

/// Pixels a point in pictures: sharp on screens of today.
const PIXELS_A_POINT: f32 = 2.0;

pub(super) fn export(options: &ExportOptions) -> Result<Exit, Error> {
    let shown = options.file.display().to_string();
    let ending = options.to.extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    let bytes = files::read(&options.file)?;
    if is_history(&bytes) {
        return export_history(options, bytes, &ending);
    }
    if is_workspace(&bytes) {
        return redact::workspace(options, &bytes, &ending);
    }
    let opened = files::machines_in(&options.file, &bytes);
    if opened.recognised == Recognised::History {
        return export_history(options, bytes, &ending);
    }
    let Some(document) = files::pick(&opened, options.machine.as_deref(), &options.file)? else {
        say::err(&render::diagnostics(&opened.diagnostics, &opened.text, &shown));
        return Ok(Exit::Invalid);
    };
    if !options.redact.is_empty() {
        return Err(Error(format!(
            "{shown} is a definition and has no payloads; --redact is for histories and workspaces"
        )));
    }
    let outline = &document.definition.outline;
    let content = match ending.as_str() {
        "svg" => drawn(outline, None).into_bytes(),
        "png" => painted(outline, None).map_err(|error| Error(format!("cannot draw {shown}: {error}")))?,
        "mmd" => mermaid(outline).into_bytes(),
        "md" => report::markdown(&document.name, outline).into_bytes(),
        "html" => report::html(&document.name, outline, &drawn(outline, None)).into_bytes(),
        _ => {
            let to = options.to.display();
            let endings = "a definition can become .svg, .png, .mmd, .md or .html, a history .json, .jsonl or .csv";
            return Err(Error(format!("cannot tell what to write to {to}; {endings}")));
        }
    };
    files::write(&options.to, |out| out.write_all(&content))?;
    Ok(Exit::Done)
}

/// Writes a recorded history: as the service writes it, as a table, or as what its events show of the graph.
fn export_history(options: &ExportOptions, bytes: Vec<u8>, ending: &str) -> Result<Exit, Error> {
    let imported = histories::pick(read(bytes, None), &options.file, options.execution.as_deref())?;
    let imported = redact::history(options, imported)?;
    let outline = imported.outline();
    let names = Names { asides: Some(&imported.asides), ..Names::new(outline, &imported.identity) };
    let name = imported.identity.machine_name.as_ref();
    let content = match ending {
        "json" => {
            files::write(&options.to, |out| history(names, imported.view(), &mut |it| out.write_all(it.as_bytes())))?;
            return Ok(Exit::Done);
        }
        "jsonl" => {
            let lines = |out: &mut dyn std::io::Write| {
                json_lines(names, imported.view(), &mut |it| out.write_all(it.as_bytes()))
            };
            files::write(&options.to, lines)?;
            return Ok(Exit::Done);
        }
        "csv" => csv(names, imported.view()).into_bytes(),
        "svg" => drawn(outline, Some(&imported)).into_bytes(),
        "png" => {
            let shown = options.file.display();
            painted(outline, Some(&imported)).map_err(|error| Error(format!("cannot draw {shown}: {error}")))?
        }
        "mmd" => mermaid(outline).into_bytes(),
        "md" => report::markdown(name, outline).into_bytes(),
        "html" => report::html(name, outline, &drawn(outline, Some(&imported))).into_bytes(),
        _ => {
            let to = options.to.display();
            let endings = "a history can become .json, .jsonl, .csv, .svg, .png, .mmd, .md or .html";
            return Err(Error(format!("cannot tell what to write to {to}; {endings}")));
        }
    };
    files::write(&options.to, |out| out.write_all(&content))?;
    Ok(Exit::Done)
}

/// Returns the graph as SVG, with what has happened to it. Where nothing has, nothing on it is said to be unreached.
fn drawn(outline: &Outline, recorded: Option<&Imported>) -> String {
    let (model, layout) = placed(outline);
    svg(&layout, &model, &status(&model, recorded), &Theme::LIGHT)
}

/// Returns the same as PNG.
fn painted(outline: &Outline, recorded: Option<&Imported>) -> Result<Vec<u8>, String> {
    let (model, layout) = placed(outline);
    let status = status(&model, recorded);
    png(&layout, &model, &status, &Theme::LIGHT, fonts::definitions(), PIXELS_A_POINT).map_err(|it| it.to_string())
}

fn status(model: &GraphModel, recorded: Option<&Imported>) -> GraphStatus {
    recorded.map_or_else(GraphStatus::default, |it| {
        let rules = Rules::of_history(it.view(), None);
        bind::graph::status(model, &rules, it.log.tip(), None, None)
    })
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
