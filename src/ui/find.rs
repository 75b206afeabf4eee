//! The bar over the events in which a text to find is typed; says whether it was found, and whether the search went
//! around the end.

use egui::{Key, Modifiers, TextEdit, Ui, vec2};
use egui_phosphor::regular as icons;

use super::command::{Command, Open, Request};
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Button, Look, draw};

/// View state of the bar.
#[derive(Default)]
pub struct FindBar {
    /// What is looked for.
    pub text: String,
    /// What has come of it, in words.
    pub note: String,
    open: bool,
    /// Whether the field is to get the keyboard.
    wants_focus: bool,
}

const NOTE: f32 = 220.0;

impl FindBar {
    /// Opens the bar and gives it the keyboard.
    pub fn open(&mut self) {
        (self.open, self.wants_focus) = (true, true);
    }

    /// Shows the bar where it is open.
    pub fn ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) {
        if !self.open {
            return;
        }
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::BUTTON + 8.0));
        draw::rule_below(ui.painter(), rect, Theme::of(ui));
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        draw::at(ui, rect.shrink2(vec2(8.0, 2.0)), layout, |ui| self.content_ui(ui, out));
    }

    fn content_ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) {
        ui.spacing_mut().item_spacing.x = 4.0;
        if Button::icon(icons::X, "Close the search").small().look(Look::Bare).show(ui).clicked() {
            self.close();
            return;
        }
        let open = Open { run: true, ..Open::default() };
        for (icon, command) in [(icons::CARET_DOWN, Command::FindNext), (icons::CARET_UP, Command::FindPrevious)] {
            if Button::command(icon, command, open).small().show(ui).clicked() {
                out.push(Request::Do(command));
            }
        }
        let room = ui.available_width();
        if !self.note.is_empty() && room > 240.0 {
            let width = draw::width(ui, &self.note, fonts::text(fonts::SMALL)).min(NOTE.min(room / 2.0));
            let (rect, response) = ui.allocate_exact_size(vec2(width, height::CHIP), egui::Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, &self.note));
            draw::left(ui.painter(), rect, &self.note, fonts::text(fonts::SMALL), Theme::of(ui).text_subdued);
        }
        let field = TextEdit::singleline(&mut self.text)
            .hint_text("Find in types, states, errors and payloads")
            .font(fonts::text(fonts::BODY))
            .desired_width(ui.available_width());
        let response = ui.add(field);
        draw::name(&response, "find in events");
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        if response.changed() {
            self.note.clear();
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            let back = ui.input(|input| input.modifiers.matches_exact(Modifiers::SHIFT));
            out.push(Request::Do(if back { Command::FindPrevious } else { Command::FindNext }));
            self.wants_focus = true;
        } else if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.close();
        }
    }

    fn close(&mut self) {
        self.open = false;
        self.note.clear();
    }
}
