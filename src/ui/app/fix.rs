//! Fixes: a problem's change of the definition, asked about, written to its file, and opened again.

use egui::Context;

use super::App;
use super::dialog::Dialog;
use crate::ui::files;
use crate::ui::theme::Theme;

impl App {
    /// Asks whether to apply the fix of the problem at `position`.
    pub(super) fn ask_fix(&mut self, position: usize) {
        let Some((bench, _)) = &self.bench else { return };
        let Some((title, _)) = bench.fixed(position) else { return };
        let whereto = match &bench.file {
            Some(path) => format!("{} is written and opened again", path.display()),
            None => "it has no file; the changed text goes to the clipboard".to_owned(),
        };
        self.dialog = Some(Dialog::Fix(position, format!("{title}; {whereto}")));
    }

    /// Applies the fix of the problem at `position` to the definition's file, or copies the changed text.
    pub(super) fn fix(&mut self, ctx: &Context, position: usize) {
        let Some((bench, _)) = &self.bench else { return };
        let Some((_, text)) = bench.fixed(position) else { return };
        if let Some(path) = &bench.file {
            files::change(&self.files, path.clone(), &bench.edition.document.text, text);
        } else {
            ctx.copy_text(text);
            self.notices.done("Copied the definition with the fix", Theme::of_context(ctx));
        }
    }
}
