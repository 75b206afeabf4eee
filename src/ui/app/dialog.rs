//! What stands over the window: the palette, the key sheet, or the question for a path.

use std::path::PathBuf;

use egui::{Context, Id, Key, Modal, TextEdit, Ui};

use super::notes::NoteQuestion;
use super::question::Question;
use super::runs::RunQuestion;
use super::share::ShareQuestion;
use crate::session::tree::RunId;
use crate::ui::breakpoint_editor::Form;
use crate::ui::command::{Open, Request};
use crate::ui::files::{self, FileMessage, Wanted};
use crate::ui::fonts;
use crate::ui::fork::ForkDialog;
use crate::ui::jobs::Jobs;
use crate::ui::palette::{self, Palette, Places};
use crate::ui::theme::Theme;
use crate::ui::widgets::{Button, Look};

/// An open dialog; there is at most one.
pub(super) enum Dialog {
    /// The palette, and what it finds.
    Palette(Palette, Places),
    /// The key sheet.
    Keys,
    /// The form of a breakpoint.
    Breakpoint(Box<Form>),
    /// The question for a path.
    Path(PathQuestion),
    /// The choice among the machines of a template, by their names.
    Machines(Vec<String>),
    /// A question with a few answers.
    Question(Question),
    /// The choice of a run to compare with.
    Compare(Vec<(RunId, String)>),
    /// What a fork is to change.
    Fork(Box<ForkDialog>),
    /// What a run is to be called, or what is to be written about it.
    Run(RunQuestion),
    /// Which fields are to be taken out of what is given away.
    Share(ShareQuestion),
    /// What is to be written about the whole or about an event.
    Note(NoteQuestion),
}

/// The question for a path.
pub(super) struct PathQuestion {
    wanted: Wanted,
    note: String,
    text: String,
}

impl Dialog {
    pub(super) fn palette(places: Places) -> Self {
        Self::Palette(Palette::everything(), places)
    }

    pub(super) fn places(places: Places) -> Self {
        Self::Palette(Palette::places(), places)
    }

    pub(super) fn breakpoint(form: Form) -> Self {
        Self::Breakpoint(Box::new(form))
    }

    pub(super) fn path(wanted: Wanted, note: &str) -> Self {
        let text = match &wanted {
            Wanted::Read(_) => String::new(),
            Wanted::Write(export) | Wanted::Save(_, export) => export.name.clone(),
        };
        Self::Path(PathQuestion { wanted, note: note.to_owned(), text })
    }

    /// Shows the dialog; returns whether it stays open.
    pub(super) fn ui(&mut self, ctx: &Context, open: Open, jobs: &Jobs<FileMessage>, out: &mut Vec<Request>) -> bool {
        match self {
            Self::Palette(palette, places) => palette.ui(ctx, open, places, out),
            Self::Keys => palette::keys_ui(ctx),
            Self::Breakpoint(form) => form.ui(ctx, out),
            Self::Path(question) => question.ui(ctx, jobs),
            Self::Machines(names) => machines_ui(ctx, names, out),
            Self::Question(question) => question.ui(ctx, out),
            Self::Compare(runs) => super::histories::compare_ui(ctx, runs, out),
            Self::Fork(dialog) => dialog.ui(ctx, out),
            Self::Run(question) => question.ui(ctx, out),
            Self::Share(question) => question.ui(ctx, out),
            Self::Note(question) => question.ui(ctx, out),
        }
    }
}

impl PathQuestion {
    fn ui(&mut self, ctx: &Context, jobs: &Jobs<FileMessage>) -> bool {
        let modal = Modal::new(Id::new("path"))
            .backdrop_color(egui::Color32::from_black_alpha(90))
            .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
        let answer = modal.show(ctx, |ui| self.form_ui(ui));
        if answer.inner == Some(true) {
            let path = typed_path(&self.text);
            match &self.wanted {
                Wanted::Read(ask) => files::read(jobs, *ask, path),
                Wanted::Write(export) => files::write(jobs, path, export.clone()),
                Wanted::Save(opened, export) => files::save_new(jobs, *opened, path, export),
            }
        }
        answer.inner.is_none() && !answer.should_close()
    }

    /// Shows the form; returns whether it was confirmed, or `None` while it is open.
    fn form_ui(&mut self, ui: &mut Ui) -> Option<bool> {
        ui.set_width(560.0);
        let theme = Theme::of(ui);
        let (title, action) = match &self.wanted {
            Wanted::Read(ask) => (ask.title(), "Open"),
            Wanted::Write(_) => ("Export", "Save"),
            Wanted::Save(..) => ("Save definition as", "Save"),
        };
        let title = ui.label(egui::RichText::new(title).font(fonts::strong(fonts::TITLE)).color(theme.text_strong));
        if !self.note.is_empty() {
            ui.label(egui::RichText::new(&self.note).color(theme.text_subdued));
        }
        ui.add_space(8.0);
        let field = TextEdit::singleline(&mut self.text)
            .hint_text("/path/to/file.asl.json")
            .font(fonts::mono(fonts::BODY))
            .margin(egui::Margin::symmetric(8, 6))
            .desired_width(f32::INFINITY);
        let response = ui.add(field).labelled_by(title.id);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if !entered && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        ui.add_space(12.0);
        let ready = !self.text.trim().is_empty();
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.with_layout(layout, |ui| {
            let confirmed = Button::text(action).look(Look::Primary).enabled(ready).show(ui).clicked();
            if Button::text("Cancel").show(ui).clicked() {
                return Some(false);
            }
            (ready && (confirmed || entered)).then_some(true)
        })
        .inner
    }
}

/// Asks which of several state machines to open; returns whether the question stays.
fn machines_ui(ctx: &Context, names: &[String], out: &mut Vec<Request>) -> bool {
    let modal = Modal::new(Id::new("machines"))
        .backdrop_color(egui::Color32::from_black_alpha(90))
        .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
    let answer = modal.show(ctx, |ui| {
        ui.set_width(420.0);
        let theme = Theme::of(ui);
        let title = format!("This template has {} state machines", names.len());
        ui.label(egui::RichText::new(title).font(fonts::strong(fonts::TITLE)).color(theme.text_strong));
        ui.label(egui::RichText::new("Choose the one to open").color(theme.text_subdued));
        ui.add_space(8.0);
        let mut chosen = None;
        egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for (position, name) in names.iter().enumerate() {
                if Button::text(name).show(ui).clicked() {
                    chosen = Some(position);
                }
            }
        });
        chosen
    });
    if let Some(position) = answer.inner {
        out.push(Request::ChooseMachine(position));
    }
    answer.inner.is_none() && !answer.should_close()
}

/// Reads a path as people paste it: in quotes, or as a `file://` address.
fn typed_path(text: &str) -> PathBuf {
    let text = text.trim().trim_matches(['"', '\'']);
    PathBuf::from(text.strip_prefix("file://").unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_paths_lose_their_quotes() {
        assert_eq!(typed_path(" \"/a b/c.json\" "), PathBuf::from("/a b/c.json"));
        assert_eq!(typed_path("file:///a/c.json"), PathBuf::from("/a/c.json"));
    }
}
