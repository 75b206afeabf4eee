//! Exports: what is written, and under which name. Dialogs and writing are `files`'s.

use std::convert::Infallible;

use egui::Context;

use super::App;
use super::dialog::Dialog;
use crate::history::aws::{Names, history, json_lines};
use crate::history::table::csv;
use crate::ui::command::Command;
use crate::ui::files::{self, Export, Wanted};
use crate::ui::fonts;
use crate::ui::graph::export::{png, svg};
use crate::ui::theme::Theme;

/// Pixels a point in exported pictures: sharp on screens of today.
const PIXELS_A_POINT: f32 = 2.0;

impl App {
    pub(super) fn export(&mut self, ctx: &Context, command: Command) {
        self.saving_mocks = None;
        let made = self.made(command);
        self.save(ctx, made);
    }

    /// Asks where to write what was made, or says why there is nothing.
    pub(super) fn save(&mut self, ctx: &Context, made: Option<Result<Export, String>>) {
        match made {
            Some(Ok(export)) if self.types_paths => self.dialog = Some(Dialog::path(Wanted::Write(export), "")),
            Some(Ok(export)) => files::ask_and_write(&self.files, export),
            Some(Err(what)) => self.notices.error(&what, Theme::of_context(ctx)),
            None => {}
        }
    }

    /// Makes the file that `command` asks for; `None` where there is nothing to export yet.
    pub(super) fn made(&self, command: Command) -> Option<Result<Export, String>> {
        let (bench, canvas) = self.bench.as_ref()?;
        let name = &bench.edition.document.name;
        let file = |ending: &str, extension, content| {
            Ok(Export { name: format!("{name}.{ending}"), extension, content, test: None, also: Vec::new() })
        };
        if matches!(command, Command::ExportGraphSvg | Command::ExportGraphPng) {
            let (layout, moment) = (canvas.layout()?, bench.moment()?);
            // Exported graphs are read on paper and in documents: always the light colours, on white.
            let colors = Theme::LIGHT;
            return Some(if command == Command::ExportGraphSvg {
                file("svg", "svg", svg(layout, &bench.edition.model, &moment.graph, &colors).into_bytes())
            } else {
                let png =
                    png(layout, &bench.edition.model, &moment.graph, &colors, fonts::definitions(), PIXELS_A_POINT);
                png.map_err(|error| format!("cannot draw the graph: {error}")).and_then(|png| file("png", "png", png))
            });
        }
        let run = bench.shown_run()?;
        let published = &run.published;
        let asides = bench.shown_history().map(|it| &it.asides);
        let names = Names { asides, ..Names::new(published.outline(), &published.identity) };
        let mut content = String::new();
        let mut add = |piece: &str| -> Result<(), Infallible> {
            content.push_str(piece);
            Ok(())
        };
        Some(match command {
            Command::ExportHistory => {
                let Ok(()) = history(names, &published.log, &mut add);
                file("history.json", "json", content.into_bytes())
            }
            Command::ExportHistoryLines => {
                let Ok(()) = json_lines(names, &published.log, &mut add);
                file("history.jsonl", "jsonl", content.into_bytes())
            }
            _ => file("history.csv", "csv", csv(names, &published.log).into_bytes()),
        })
    }
}
