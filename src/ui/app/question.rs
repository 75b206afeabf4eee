//! A question with a few answers, over the window.

use egui::{Context, Id, Modal};

use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Button, Look};

/// A question.
pub(super) struct Question {
    /// What is asked.
    pub(super) title: String,
    /// What hangs on it.
    pub(super) text: String,
    /// The answers with what they ask for, the suggested one first.
    pub(super) answers: Vec<(&'static str, Request)>,
    /// What is asked for where none of them is given.
    pub(super) otherwise: Option<Request>,
}

impl Question {
    /// Shows the question; returns whether it stays.
    pub(super) fn ui(&self, ctx: &Context, out: &mut Vec<Request>) -> bool {
        let modal = Modal::new(Id::new("question"))
            .backdrop_color(egui::Color32::from_black_alpha(90))
            .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
        let answer = modal.show(ctx, |ui| {
            ui.set_width(460.0);
            let theme = Theme::of(ui);
            let title = egui::RichText::new(&self.title).font(fonts::strong(fonts::TITLE));
            ui.label(title.color(theme.text_strong));
            ui.label(egui::RichText::new(&self.text).color(theme.text_subdued));
            ui.add_space(12.0);
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| {
                let mut given = None;
                for (nth, (text, request)) in self.answers.iter().enumerate() {
                    let look = if nth == 0 { Look::Primary } else { Look::Normal };
                    let response = Button::text(text).look(look).show(ui);
                    if nth == 0 && ui.memory(|memory| memory.focused().is_none()) {
                        response.request_focus();
                    }
                    if response.clicked() {
                        given = Some(Some(request.clone()));
                    }
                }
                if Button::text("Cancel").show(ui).clicked() {
                    given = Some(self.otherwise.clone());
                }
                given
            })
            .inner
        });
        let closed = answer.should_close();
        match answer.inner {
            Some(request) => out.extend(request),
            None if closed => out.extend(self.otherwise.clone()),
            None => return true,
        }
        false
    }
}
