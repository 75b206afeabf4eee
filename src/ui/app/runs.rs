//! What the user calls runs and writes about them, and taking them off the list.

use egui::{Context, Id, Key, Modal, TextEdit, Ui};

use super::App;
use super::dialog::Dialog;
use crate::session::tree::RunId;
use crate::ui::command::{Command, Request};
use crate::ui::fonts;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Button, Look};

/// A text of a run that the user can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunText {
    Name,
    Note,
}

/// The question for a text of a run.
pub(super) struct RunQuestion {
    run: RunId,
    what: RunText,
    text: String,
}

impl App {
    pub(super) fn ask_run_text(&mut self, run: RunId, what: RunText) {
        let Some(entry) = self.bench.as_ref().and_then(|(bench, _)| bench.runs().get(run)) else { return };
        let text = if what == RunText::Name { &entry.name } else { &entry.note };
        self.dialog = Some(Dialog::Run(RunQuestion { run, what, text: text.clone() }));
    }

    /// Takes a run off the list, and says how it comes back.
    pub(super) fn remove_run(&mut self, ctx: &Context, run: RunId) {
        let Some((bench, _)) = &mut self.bench else { return };
        let name = bench.runs().get(run).map(|it| it.name.clone()).unwrap_or_default();
        let forks = match bench.remove_run(run) {
            0 | 1 => String::new(),
            2 => " and its fork".to_owned(),
            n_removed => format!(" and its {} forks", n_removed - 1),
        };
        let key = Command::Undo.key().unwrap_or_default();
        let text = format!("Removed {name}{forks} from the list; {key} puts it back");
        self.notices.done(&text, Theme::of_context(ctx));
    }

    pub(super) fn restore_run(&mut self, ctx: &Context) {
        let restored = self.bench.as_mut().and_then(|(bench, _)| bench.restore_run());
        if let Some(name) = restored {
            self.notices.done(&format!("{name} is listed again"), Theme::of_context(ctx));
        }
    }
}

impl RunQuestion {
    /// Shows the question; returns whether it stays.
    pub(super) fn ui(&mut self, ctx: &Context, out: &mut Vec<Request>) -> bool {
        let modal = Modal::new(Id::new("run text"))
            .backdrop_color(egui::Color32::from_black_alpha(90))
            .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
        let answer = modal.show(ctx, |ui| self.form_ui(ui));
        if answer.inner == Some(true) {
            let text = self.text.trim().to_owned();
            out.push(match self.what {
                RunText::Name => Request::RenameRun(self.run, text),
                RunText::Note => Request::NoteRun(self.run, text),
            });
        }
        answer.inner.is_none() && !answer.should_close()
    }

    /// Shows the form; returns whether it was confirmed, or `None` while it is open.
    fn form_ui(&mut self, ui: &mut Ui) -> Option<bool> {
        ui.set_width(420.0);
        let theme = Theme::of(ui);
        let title = if self.what == RunText::Name { "Rename the run" } else { "Note about the run" };
        let title = ui.label(egui::RichText::new(title).font(fonts::strong(fonts::TITLE)).color(theme.text_strong));
        ui.add_space(8.0);
        let field =
            TextEdit::singleline(&mut self.text).margin(egui::Margin::symmetric(8, 6)).desired_width(f32::INFINITY);
        let response = ui.add(field).labelled_by(title.id);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if !entered && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        ui.add_space(12.0);
        // A note can be taken away, a name cannot.
        let ready = self.what == RunText::Note || !self.text.trim().is_empty();
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let saved = Button::text("Keep").look(Look::Primary).enabled(ready).show(ui).clicked();
            if Button::text("Cancel").show(ui).clicked() {
                return Some(false);
            }
            (ready && (saved || entered)).then_some(true)
        })
        .inner
    }
}
