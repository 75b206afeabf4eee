//! Exports: what is written, and under which name. Dialogs and writing are `files`'s.

use std::convert::Infallible;

use egui::Context;

use super::App;
use crate::history::aws::{Names, history, json_lines};
use crate::history::table::csv;
use crate::ui::command::Command;
use crate::ui::files::{self, Export};
use crate::ui::theme::Theme;

impl App {
    pub(super) fn export(&mut self, ctx: &Context, command: Command) {
        match self.made(ctx, command) {
            Some(Ok(export)) => files::ask_and_write(&self.files, export),
            Some(Err(what)) => self.notices.error(&what, Theme::of_context(ctx)),
            None => {}
        }
    }

    /// Makes the file that `command` asks for; `None` where there is nothing to export yet.
    pub(super) fn made(&self, ctx: &Context, command: Command) -> Option<Result<Export, String>> {
        let (bench, canvas) = self.bench.as_ref()?;
        let name = &bench.document.name;
        let file = |ending: &str, extension, content| Ok(Export { name: format!("{name}.{ending}"), extension, content });
        if matches!(command, Command::ExportGraphSvg | Command::ExportGraphPng) {
            let (layout, moment) = (canvas.layout()?, bench.moment()?);
            return Some(if command == Command::ExportGraphSvg {
                let svg = crate::ui::graph::export::svg(layout, &bench.model, &moment.graph);
                file("svg", "svg", svg.into_bytes())
            } else {
                let theme = super::canvas::colors(Theme::of_context(ctx));
                let png = crate::ui::graph::export::png(layout, &bench.model, &moment.graph, &theme);
                png.map_err(|error| format!("cannot draw the graph: {error}")).and_then(|png| file("png", "png", png))
            });
        }
        let run = bench.shown_run()?;
        let published = &run.published;
        let names = Names { outline: &published.program.outline, identity: &published.identity };
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
