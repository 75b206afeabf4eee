//! Reloading the definition: on command, after a fix, and the offer to when its file has changed on the disk.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use egui::{Context, Event};

use super::App;
use crate::ui::command::Command;
use crate::ui::files::{self, DefinitionFile};
use crate::ui::theme::Theme;

impl App {
    /// Reads the definition's file again.
    pub(super) fn ask_reload(&mut self, ctx: &Context) {
        let Some((bench, _)) = &self.bench else { return };
        if let Some(path) = &bench.file {
            files::reload(&self.files, path.clone());
        } else {
            let what = "A sample has no file to read again; save its text as a file and open that";
            self.notices.done(what, Theme::of_context(ctx));
        }
    }

    /// Puts the machine of the same name in the place of the one that is open; returns whether there was another text.
    /// What was open stays where the file cannot be read as a definition any more.
    pub(super) fn take_reloaded(&mut self, ctx: &Context, mut file: Box<DefinitionFile>) -> bool {
        let theme = Theme::of_context(ctx);
        let Some((bench, _)) = self.bench.as_mut().filter(|(bench, _)| bench.file == file.path) else {
            return false;
        };
        let documents = &mut file.opened.documents;
        let name = &bench.edition.document.name;
        let position = documents.iter().position(|it| it.name == *name).or((documents.len() == 1).then_some(0));
        let Some(position) = position.filter(|it| !crate::ui::workbench::draws_nothing(&documents[*it])) else {
            self.refuse(ctx, &file);
            return false;
        };
        self.modified = file.modified;
        if bench.draft().is_edited() {
            let theirs = documents.swap_remove(position).text.to_string();
            self.differs(self.text.opened, theirs, false);
            return false;
        }
        let document = documents.swap_remove(position);
        let n_runs = bench.runs().rows().len();
        if !bench.reload(document, &file.opened.diagnostics) {
            self.notices.done("The definition is as it was", theme);
            return false;
        }
        let runs = match n_runs {
            0 => "",
            1 => "; the run keeps the one that it ran with",
            _ => "; runs keep the one that they ran with",
        };
        self.notices.done(&format!("Reloaded the definition{runs}"), theme);
        true
    }

    /// Looks whether the definition's file has changed, when the window gets the focus.
    pub(super) fn look_at_file(&mut self, ctx: &Context) {
        let focused = ctx.input(|input| input.events.contains(&Event::WindowFocused(true)));
        let path = self.bench.as_ref().and_then(|(bench, _)| bench.file.clone());
        if let (true, Some(path)) = (focused, path) {
            files::stamp(&self.files, path);
        }
    }

    /// Offers to reload a file that has changed since it was read, once for each change.
    pub(super) fn take_stamp(&mut self, ctx: &Context, path: &Path, modified: Option<SystemTime>) {
        let is_open = self.bench.as_ref().is_some_and(|(bench, _)| bench.file.as_deref() == Some(path));
        if !is_open || modified.is_none() || modified == self.modified {
            return;
        }
        self.modified = modified;
        let name = path.file_name().map_or_else(|| PathBuf::from(path), PathBuf::from);
        let key = Command::Reload.key().unwrap_or_default();
        self.notices.told(
            &format!("{} has changed on disk; {key} reloads it", name.display()),
            true,
            Theme::of_context(ctx),
        );
    }
}
