//! What the user writes about the whole or about an event.

use egui::{Context, Id, Key, Modal, TextEdit, Ui};

use super::App;
use super::dialog::Dialog;
use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Button, Look};

/// The question for a note.
pub(super) struct NoteQuestion {
    /// The event; `None` for the whole.
    event: Option<u32>,
    text: String,
}

impl App {
    /// Asks what is to be written, about the event at the cursor or about the whole.
    pub(super) fn ask_note(&mut self, at_event: bool) {
        let Some((bench, _)) = &self.bench else { return };
        let event = at_event.then(|| bench.cursor().0);
        if event == Some(0) {
            return;
        }
        let text = event.map_or(bench.note.as_str(), |it| bench.note_of(it)).to_owned();
        self.dialog = Some(Dialog::Note(NoteQuestion { event, text }));
    }

    /// Keeps a note; an empty one is none.
    pub(super) fn note(&mut self, event: Option<u32>, note: &str) {
        let Some((bench, _)) = &mut self.bench else { return };
        match event {
            Some(event) => bench.note_event(event, note),
            None => note.trim().clone_into(&mut bench.note),
        }
    }
}

impl NoteQuestion {
    /// Shows the question; returns whether it stays.
    pub(super) fn ui(&mut self, ctx: &Context, out: &mut Vec<Request>) -> bool {
        let modal = Modal::new(Id::new("note"))
            .backdrop_color(egui::Color32::from_black_alpha(90))
            .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
        let answer = modal.show(ctx, |ui| self.form_ui(ui));
        if answer.inner == Some(true) {
            out.push(Request::Note(self.event, self.text.clone()));
        }
        answer.inner.is_none() && !answer.should_close()
    }

    fn form_ui(&mut self, ui: &mut Ui) -> Option<bool> {
        ui.set_width(480.0);
        let theme = Theme::of(ui);
        let title =
            self.event.map_or_else(|| "Note about the workspace".to_owned(), |it| format!("Note at event {it}"));
        let title = ui.label(egui::RichText::new(title).font(fonts::strong(fonts::TITLE)).color(theme.text_strong));
        ui.add_space(8.0);
        let margin = egui::Margin::symmetric(8, 6);
        let field = match self.event {
            Some(_) => TextEdit::singleline(&mut self.text),
            None => TextEdit::multiline(&mut self.text).desired_rows(6),
        };
        let response = ui.add(field.margin(margin).desired_width(f32::INFINITY)).labelled_by(title.id);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if !entered && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        ui.add_space(12.0);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let kept = Button::text("Keep").look(Look::Primary).show(ui).clicked();
            if Button::text("Cancel").show(ui).clicked() {
                return Some(false);
            }
            (kept || (self.event.is_some() && entered)).then_some(true)
        })
        .inner
    }
}
