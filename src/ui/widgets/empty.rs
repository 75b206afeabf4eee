//! What stands where there is nothing to show: a text, the action that changes it, its key.

use egui::{Response, Ui};

use super::{Button, Look};
use crate::ui::fonts;
use crate::ui::theme::Theme;

/// An empty state.
pub struct Empty<'a> {
    text: &'a str,
    about: Option<&'a str>,
    action: Option<(&'a str, Option<String>)>,
}

impl<'a> Empty<'a> {
    /// Returns an empty state with its text.
    pub fn new(text: &'a str) -> Self {
        Self { text, about: None, action: None }
    }

    /// Adds a subdued second line.
    pub fn about(mut self, about: &'a str) -> Self {
        self.about = Some(about);
        self
    }

    /// Adds the button.
    pub fn action(mut self, text: &'a str, key: Option<String>) -> Self {
        self.action = Some((text, key));
        self
    }

    /// Shows it in the middle of the room that is left; returns the answer of the button.
    pub fn show(self, ui: &mut Ui) -> Option<Response> {
        let theme = Theme::of(ui);
        let lines = 20.0 + self.about.map_or(0.0, |_| 20.0) + self.action.as_ref().map_or(0.0, |_| 40.0);
        ui.vertical_centered(|ui| {
            ui.add_space(((ui.available_height() - lines) / 2.0).max(12.0));
            ui.label(egui::RichText::new(self.text).font(fonts::text(fonts::HEADING)).color(theme.text));
            if let Some(about) = self.about {
                ui.label(egui::RichText::new(about).font(fonts::text(fonts::BODY)).color(theme.text_subdued));
            }
            self.action.map(|(text, key)| {
                ui.add_space(8.0);
                let mut button = Button::text(text).look(Look::Normal);
                if let Some(key) = key {
                    button = button.key(key);
                }
                button.show(ui)
            })
        })
        .inner
    }
}
