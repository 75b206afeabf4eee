//! The form of what undoes what: each step with the task that undoes it.

use egui::{ComboBox, ScrollArea, Ui};

use super::Ask;
use super::audit::AuditView;
use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Button, Look};

/// What is being written.
pub(super) struct PairsForm {
    pairs: Vec<(String, Vec<String>)>,
    tasks: Vec<String>,
}

impl PairsForm {
    pub(super) fn new(view: &AuditView) -> Self {
        Self { pairs: view.pairs.clone(), tasks: view.tasks.clone() }
    }

    /// Shows the form; returns whether it was saved.
    pub(super) fn ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) -> bool {
        let theme = Theme::of(ui);
        let mut saved = false;
        egui::Frame::NONE.inner_margin(12.0).show(ui, |ui| {
            let about = "Each step, and the task that undoes it. Steps that nothing undoes are left out of the order.";
            ui.label(egui::RichText::new(about).font(fonts::text(fonts::BODY)).color(theme.text_subdued));
            ui.horizontal(|ui| {
                let free = self.tasks.iter().filter(|it| self.pairs.iter().all(|(step, _)| step != *it));
                let free: Vec<String> = free.cloned().collect();
                let label = ui.label("Add step");
                let mut added = None;
                let combo = ComboBox::from_id_salt("added step").selected_text("Choose a task");
                let response = combo.show_ui(ui, |ui| {
                    for task in &free {
                        if ui.selectable_label(false, task).clicked() {
                            added = Some(task.clone());
                        }
                    }
                });
                response.response.labelled_by(label.id);
                self.pairs.extend(added.map(|it| (it, Vec::new())));
                saved = Button::text("Save and audit again").look(Look::Primary).show(ui).clicked();
            });
            ScrollArea::vertical().id_salt("pairs").auto_shrink(false).show(ui, |ui| {
                for (step, by) in &mut self.pairs {
                    pair_ui(step, by, &self.tasks, ui);
                }
            });
        });
        if saved {
            out.push(Request::Explore(Ask::SavePairs(self.pairs.clone())));
        }
        saved
    }
}

fn pair_ui(step: &str, by: &mut Vec<String>, tasks: &[String], ui: &mut Ui) {
    ui.horizontal(|ui| {
        let label = ui.label(format!("{step} is undone by"));
        let shown = if by.is_empty() { "nothing".to_owned() } else { by.join(" or ") };
        let combo = ComboBox::from_id_salt(("undone by", step)).selected_text(&shown).width(220.0);
        let response = combo.show_ui(ui, |ui| {
            if ui.selectable_label(by.is_empty(), "nothing").clicked() {
                by.clear();
            }
            for task in tasks.iter().filter(|it| *it != step) {
                let is_chosen = by.contains(task);
                if ui.selectable_label(is_chosen, task).clicked() {
                    *by = vec![task.clone()];
                }
            }
        });
        response.response.labelled_by(label.id);
    });
}
