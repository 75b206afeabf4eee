//! The dialog for a fork: what can be changed at the event at the cursor, each with what it is now, and where the rest
//! can be changed.

use std::sync::Arc;

use egui::{Align, Context, Id, Layout, Modal, RadioButton, RichText, ScrollArea, Ui};
use egui_phosphor::regular as icons;

use super::answer::{AnswerForm, ErrorChoice};
use super::command::Request;
use super::fonts;
use super::theme::Theme;
use super::widgets::json_field::{JsonField, note_ui};
use super::widgets::{Button, Look};
use crate::json::{Json, Object};
use crate::session::{Changeable, Edit, Elsewhere, SameProgram};

/// What a fork can change, and what it is now.
#[derive(Clone, Debug)]
pub struct ForkView {
    /// Name of the run.
    pub run: String,
    /// The event.
    pub at: u64,
    /// What happens there.
    pub event: String,
    /// The state of the event; empty where there is none.
    pub state: String,
    /// What can be changed there, by the run's events.
    pub changeable: Changeable,
    /// The definition as it is open now, or why it cannot be taken.
    pub definition: Result<Arc<SameProgram>, &'static str>,
    /// Error names to choose from.
    pub errors: Vec<ErrorChoice>,
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Nothing,
    Input,
    Answer,
    Variables,
    Definition,
}

/// The dialog.
pub struct ForkDialog {
    view: ForkView,
    choice: Choice,
    input: JsonField,
    answer: AnswerForm,
    variables: JsonField,
    /// Why the fork was refused.
    pub refused: Option<String>,
}

impl ForkDialog {
    /// Returns the dialog with what is most worth changing chosen.
    pub fn new(view: ForkView) -> Self {
        let Changeable { course, input, answer, variables } = &view.changeable;
        let choice = match (answer, input) {
            (Ok(_), _) => Choice::Answer,
            (_, Ok(_)) => Choice::Input,
            _ if course.is_ok() => Choice::Nothing,
            _ => Choice::Variables,
        };
        let object = Json::object::<&str>([]);
        let form = answer.as_ref().ok().and_then(|it| it.as_ref()).map(AnswerForm::of);
        let known = variables.as_ref().map_or(object.clone(), |it| Json::Object(it.clone()));
        Self {
            choice,
            input: JsonField::new(input.as_ref().unwrap_or(&object)),
            answer: form.unwrap_or_default(),
            variables: JsonField::new(&known),
            refused: None,
            view,
        }
    }

    /// Shows the dialog; returns whether it stays. Who carries the fork out closes it.
    pub fn ui(&mut self, ctx: &Context, out: &mut Vec<Request>) -> bool {
        let modal = Modal::new(Id::new("fork"))
            .backdrop_color(egui::Color32::from_black_alpha(90))
            .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
        let answer = modal.show(ctx, |ui| self.form_ui(ui, out));
        !answer.inner && !answer.should_close()
    }

    /// Shows the form; returns whether it was given up.
    fn form_ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) -> bool {
        ui.set_width(620.0_f32.min(ui.ctx().content_rect().width() - 80.0));
        let theme = Theme::of(ui);
        let title = format!("Fork {} at event {}", self.view.run, self.view.at);
        ui.label(RichText::new(title).font(fonts::strong(fonts::TITLE)).color(theme.text_strong));
        let about = format!("{}. {} stays as it is.", self.view.event, self.view.run);
        ui.label(RichText::new(about).color(theme.text_subdued));
        ui.add_space(12.0);
        let most = (ui.ctx().content_rect().height() - 260.0).max(160.0);
        ScrollArea::vertical().id_salt("fork").max_height(most).auto_shrink([false, true]).show(ui, |ui| {
            self.choices_ui(ui, out);
        });
        if let Some(refused) = &self.refused {
            ui.add_space(8.0);
            note_ui(ui, icons::X_SQUARE, theme.status_fail, refused);
        }
        ui.add_space(16.0);
        let edit = self.edit();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let run = Button::text("Fork and run").look(Look::Primary).enabled(edit.is_ok()).show(ui).clicked();
            let stay = Button::text("Fork and stay").enabled(edit.is_ok()).show(ui).clicked();
            if let (true, Ok(edit)) = (run || stay, edit) {
                out.push(Request::Fork { at: self.view.at, edit, run });
            }
            Button::text("Cancel").show(ui).clicked()
        })
        .inner
    }

    fn choices_ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) {
        let state = if self.view.state.is_empty() { "the state" } else { &self.view.state };
        let Changeable { course, input, answer, variables } = &self.view.changeable;
        let rows = [
            (Choice::Nothing, "Go on unchanged, with the mocks in use".to_owned(), course.as_ref().err()),
            (Choice::Input, format!("The input of {state}"), input.as_ref().err()),
            (Choice::Answer, format!("What the task of {state} answers"), answer.as_ref().err()),
            (Choice::Variables, "Variables".to_owned(), variables.as_ref().err()),
        ];
        let rows = rows.map(|(choice, text, elsewhere)| (choice, text, elsewhere.cloned()));
        for (choice, text, elsewhere) in rows {
            if let Some(elsewhere) = elsewhere {
                Self::elsewhere_ui(&text, &elsewhere, ui, out);
                continue;
            }
            if ui.add(RadioButton::new(self.choice == choice, text)).clicked() {
                self.choice = choice;
            }
            if self.choice == choice && choice != Choice::Nothing {
                ui.indent(("fork", choice as u8), |ui| self.field_ui(choice, ui));
            }
        }
        match &self.view.definition {
            Ok(_) => {
                let text = "The definition: go on with it as it is open now";
                if ui.add(RadioButton::new(self.choice == Choice::Definition, text)).clicked() {
                    self.choice = Choice::Definition;
                }
            }
            Err(why) => unavailable_ui(ui, "The definition", why),
        }
    }

    fn field_ui(&mut self, choice: Choice, ui: &mut Ui) {
        match choice {
            Choice::Input => {
                self.input.ui(ui, "Input as JSON", 240.0);
            }
            Choice::Answer => self.answer.ui(&self.view.errors, false, ui),
            Choice::Variables => {
                self.variables.ui(ui, "Variables as a JSON object", 240.0);
                if let Ok(value) = self.variables.value()
                    && value.as_object().is_none()
                {
                    let words = "Variables are an object: each name with its value";
                    note_ui(ui, icons::X_SQUARE, Theme::of(ui).status_fail, words);
                }
            }
            Choice::Nothing | Choice::Definition => {}
        }
        ui.add_space(8.0);
    }

    fn elsewhere_ui(text: &str, elsewhere: &Elsewhere, ui: &mut Ui, out: &mut Vec<Request>) {
        unavailable_ui(ui, text, elsewhere.why);
        if let Some((id, what)) = elsewhere.nearest {
            let mut words = what.to_owned();
            words.get_mut(..1).map(str::make_ascii_uppercase);
            ui.horizontal(|ui| {
                ui.add_space(24.0);
                let link = format!("{words} (event {})", id.0);
                if Button::text(&link).look(Look::Link).show(ui).clicked() {
                    out.push(Request::ForkAt(u64::from(id.0)));
                }
            });
        }
    }

    /// Returns what is changed; fails while what is written cannot be taken.
    fn edit(&self) -> Result<Option<Edit>, ()> {
        match self.choice {
            Choice::Nothing => self.view.changeable.course.as_ref().map(|()| None).map_err(|_| ()),
            Choice::Input => self.input.value().map(|it| Some(Edit::Input(it.clone()))).map_err(|_| ()),
            Choice::Answer => self.answer.outcome().map(|it| Some(Edit::Answer(it))).ok_or(()),
            Choice::Variables => self.changed_variables().map(|it| Some(Edit::Variables(it))).ok_or(()),
            Choice::Definition => match &self.view.definition {
                Ok(program) => Ok(Some(Edit::Definition(Arc::clone(program)))),
                Err(_) => Err(()),
            },
        }
    }

    /// Returns the variables that have another value now; `None` where there is none.
    fn changed_variables(&self) -> Option<Object> {
        let known = self.view.changeable.variables.as_ref().ok()?;
        let new = self.variables.value().ok()?.as_object()?;
        let changed = new.iter().filter(|(name, value)| known.get(name) != Some(*value));
        let changed: Vec<(Arc<str>, Json)> = changed.map(|(name, value)| (Arc::clone(name), value.clone())).collect();
        (!changed.is_empty()).then(|| Object::from_iter(changed))
    }
}

fn unavailable_ui(ui: &mut Ui, text: &str, why: &str) {
    ui.add_enabled(false, RadioButton::new(false, text));
    ui.horizontal(|ui| {
        ui.add_space(24.0);
        let mut words = why.to_owned();
        words.get_mut(..1).map(str::make_ascii_uppercase);
        ui.label(RichText::new(words).color(Theme::of(ui).text_subdued));
    });
}
