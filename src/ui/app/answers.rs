//! Answers to tasks that have none, and the mocks that they become.

use std::path::Path;

use egui::Context;

use super::App;
use super::dialog::Dialog;
use crate::handlers::write_mocks;
use crate::ui::files::{self, Export, Wanted};

impl App {
    /// Looks what the run that is shown waits for. Costs nothing where nothing has changed.
    pub(super) fn look_for_questions(&mut self) {
        let bench = self.bench.as_ref().map(|(bench, _)| bench);
        let key = bench.and_then(super::super::workbench::Workbench::asking_key);
        if self.waiting.as_ref().map(|it| it.key) != key {
            self.waiting = bench.and_then(super::super::workbench::Workbench::unanswered);
        }
    }

    /// Shows what the run that is shown waits for.
    pub(super) fn questions_ui(&mut self, ctx: &Context) {
        if let Some(view) = &self.waiting {
            self.questions.ui(view, ctx, &mut self.requests);
        }
    }

    /// Lets tasks without mocks answer `{}`, or ask again.
    pub(super) fn assume_rest(&mut self, ctx: &Context) {
        self.drive(ctx, |bench, _| bench.assume_rest(!bench.assumes()));
    }

    /// Asks where the mocks at a place of the workspace are to be written; those in use for `None`.
    pub(super) fn save_mocks(&mut self, position: Option<usize>) {
        let Some((bench, _)) = &self.bench else { return };
        let Some(position) = position.or(bench.mocks_in_use) else { return };
        let Some(mocks) = bench.mocks.get(position) else { return };
        let stem = bench.file_name();
        let stem = crate::session::document::display_name(&stem);
        let export = Export {
            name: format!("{stem}.mocks.json"),
            extension: "json",
            content: write_mocks(&mocks.value).into_bytes(),
            test: None,
            also: Vec::new(),
        };
        self.saving_mocks = Some(position);
        if self.types_paths {
            self.dialog = Some(Dialog::path(Wanted::Write(export), ""));
        } else {
            files::ask_and_write(&self.files, export);
        }
    }

    /// A file was written, or none was after all: if it was to be one of mocks, they are saved.
    pub(super) fn mocks_written(&mut self, path: Option<&Path>) {
        let name = path.and_then(Path::file_name).map(|it| it.to_string_lossy().into_owned());
        if let (Some(position), Some((bench, _)), Some(name)) = (self.saving_mocks.take(), &mut self.bench, name) {
            bench.mocks_saved(position, name);
        }
    }
}
