//! A field for JSON: the text, and under it at once where it is no JSON and why.

use egui::{Color32, Margin, Response, RichText, ScrollArea, TextEdit, Ui};
use egui_phosphor::regular as icons;

use crate::json::{Json, text};
use crate::ui::fonts;
use crate::ui::theme::Theme;

/// A JSON value as it is being typed.
#[derive(Clone, Debug)]
pub struct JsonField {
    text: String,
    /// What the text says; read again only when it changes.
    value: Result<Json, text::ParseError>,
}

impl JsonField {
    /// Returns a field with `value` in it.
    pub fn new(value: &Json) -> Self {
        Self { text: text::pretty(value), value: Ok(value.clone()) }
    }

    /// Puts another value in.
    pub fn set(&mut self, value: &Json) {
        *self = Self::new(value);
    }

    /// Returns what the text says, or why it is no JSON.
    pub fn value(&self) -> Result<&Json, &text::ParseError> {
        self.value.as_ref()
    }

    /// Shows the field under its name, at most `most` high.
    pub fn ui(&mut self, ui: &mut Ui, name: &str, most: f32) -> Response {
        let theme = Theme::of(ui);
        let label = ui.label(RichText::new(name).color(theme.text_subdued));
        let area = ScrollArea::vertical().id_salt(("json field", name)).max_height(most).auto_shrink([false, true]);
        let response = area.show(ui, |ui| {
            let field = TextEdit::multiline(&mut self.text)
                .font(fonts::mono(fonts::BODY))
                .margin(Margin::symmetric(8, 6))
                .desired_rows(3)
                .desired_width(f32::INFINITY);
            ui.add(field).labelled_by(label.id)
        });
        let response = response.inner;
        if response.changed() {
            self.value = text::parse(&self.text);
        }
        match &self.value {
            Ok(_) => note_ui(ui, icons::CHECK, theme.text_subdued, "It is JSON"),
            Err(error) => {
                let words = format!("Line {}, column {}: {}", error.line, error.column, error.message);
                note_ui(ui, icons::X_SQUARE, theme.status_fail, &words);
            }
        }
        response
    }
}

/// Shows a line with an icon.
pub fn note_ui(ui: &mut Ui, icon: &str, color: Color32, words: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(RichText::new(icon).font(fonts::icons(fonts::icon::CHIP)).color(color));
        ui.label(RichText::new(words).color(Theme::of(ui).text));
    });
}
