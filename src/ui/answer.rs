//! The form for what a task answers: a result as JSON, or an error from a list of names or typed. Forks and unanswered
//! tasks ask with it.

use std::sync::Arc;

use egui::{Margin, RichText, ScrollArea, TextEdit, Ui};
use egui_phosphor::regular as icons;

use super::fonts;
use super::theme::{Theme, height};
use super::widgets::json_field::{JsonField, note_ui};
use super::widgets::{Row, segmented};
use crate::engine::{Failure, Outcome, TaskStep};
use crate::handlers::mock::{End, thrown};
use crate::json::Json;

/// An error name that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorChoice {
    /// The name.
    pub name: String,
    /// Where it is from.
    pub from: Source,
}

/// Where an error name is from, in the order in which they are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A retrier or catcher of the state or around it names it.
    Handlers,
    /// What the task calls raises it.
    Service,
    /// The language reserves it.
    Reserved,
}

impl Source {
    fn title(self) -> &'static str {
        match self {
            Self::Handlers => "Named by handlers here",
            Self::Service => "Raised by the service",
            Self::Reserved => "Reserved names",
        }
    }
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A result.
    Result,
    /// An error.
    Error,
    /// Nothing: its time limits run out.
    Never,
}

/// An answer as it is being written.
#[derive(Clone, Debug)]
pub struct AnswerForm {
    kind: Kind,
    result: JsonField,
    error: String,
    cause: String,
    step: TaskStep,
}

impl Default for AnswerForm {
    fn default() -> Self {
        let result = JsonField::new(&Json::object::<&str>([]));
        Self { kind: Kind::Result, result, error: String::new(), cause: String::new(), step: TaskStep::Run }
    }
}

impl AnswerForm {
    /// Returns a form with an answer in it.
    pub fn of(outcome: &Outcome) -> Self {
        let mut form = Self::default();
        match outcome {
            Outcome::Succeeded(result) => form.result.set(result),
            Outcome::Failed(failure, step) => form.set_failure(failure, *step),
            Outcome::Items(_) | Outcome::Submitted(_) | Outcome::Heartbeat => {}
        }
        form
    }

    /// Puts another answer in.
    pub fn set(&mut self, end: &End) {
        match end {
            End::Return(result) => {
                self.kind = Kind::Result;
                self.result.set(result);
            }
            End::Throw(failure, step) => self.set_failure(failure, *step),
            End::Never => self.kind = Kind::Never,
        }
    }

    fn set_failure(&mut self, failure: &Failure, step: TaskStep) {
        self.kind = Kind::Error;
        failure.error.as_deref().unwrap_or_default().clone_into(&mut self.error);
        failure.cause.as_deref().unwrap_or_default().clone_into(&mut self.cause);
        self.step = step;
    }

    /// Returns how the task ends; `None` while what is written is no answer.
    pub fn end(&self) -> Option<End> {
        match self.kind {
            Kind::Result => self.result.value().ok().cloned().map(End::Return),
            Kind::Error => {
                let text = |it: &str| (!it.trim().is_empty()).then(|| it.trim().to_owned());
                let (error, cause) = (text(&self.error)?, text(&self.cause));
                Some(End::Throw(thrown(Some(&error), cause.as_deref()), self.step))
            }
            Kind::Never => Some(End::Never),
        }
    }

    /// Returns how the task ends, where it does.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.end()? {
            End::Return(result) => Some(Outcome::Succeeded(result)),
            End::Throw(failure, step) => Some(Outcome::Failed(Arc::clone(&failure), step)),
            End::Never => None,
        }
    }

    /// Shows the form. `never` offers that there is no answer at all.
    pub fn ui(&mut self, errors: &[ErrorChoice], never: bool, ui: &mut Ui) {
        let kinds = [("Result", Kind::Result), ("Error", Kind::Error), ("Never answers", Kind::Never)];
        let kinds = if never { &kinds[..] } else { &kinds[..2] };
        let choices: Vec<(&str, Option<&str>)> = kinds.iter().map(|(text, _)| (*text, None)).collect();
        let selected = kinds.iter().position(|(_, kind)| *kind == self.kind);
        if let Some(idx) = segmented(ui, "answer", height::BUTTON_SMALL, selected, &choices) {
            self.kind = kinds[idx].1;
        }
        ui.add_space(8.0);
        match self.kind {
            Kind::Result => {
                self.result.ui(ui, "Result as JSON", 200.0);
            }
            Kind::Error => self.error_ui(errors, ui),
            Kind::Never => {
                let words = "The task's time limits run out: those that the state sets, else those of the service";
                ui.label(RichText::new(words).color(Theme::of(ui).text_subdued));
            }
        }
    }

    fn error_ui(&mut self, errors: &[ErrorChoice], ui: &mut Ui) {
        let theme = Theme::of(ui);
        field_ui(ui, "Error name", &mut self.error, "Such as CarProvider.Busy");
        if self.error.trim().is_empty() {
            note_ui(ui, icons::INFO, theme.text_subdued, "Choose a name below or type one");
        }
        let typed = self.error.trim().to_lowercase();
        // A name that was chosen does not hide the others.
        let whole = typed.is_empty() || errors.iter().any(|it| it.name.to_lowercase() == typed);
        let mut last = None;
        let area = ScrollArea::vertical().id_salt("error names").max_height(132.0).auto_shrink([false, true]);
        area.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for choice in errors.iter().filter(|it| whole || it.name.to_lowercase().contains(&typed)) {
                if last != Some(choice.from) {
                    last = Some(choice.from);
                    ui.add_space(4.0);
                    ui.label(
                        RichText::new(choice.from.title()).font(fonts::strong(fonts::SMALL)).color(theme.text_subdued),
                    );
                }
                if Row::new(&choice.name).selected(choice.name == self.error.trim()).show(ui).clicked() {
                    self.error.clone_from(&choice.name);
                }
            }
        });
        ui.add_space(4.0);
        field_ui(ui, "Cause", &mut self.cause, "Words or JSON; may be empty");
    }
}

fn field_ui(ui: &mut Ui, name: &str, text: &mut String, hint: &str) {
    let label = ui.label(RichText::new(name).color(Theme::of(ui).text_subdued));
    let field = TextEdit::singleline(text)
        .hint_text(hint)
        .font(fonts::mono(fonts::BODY))
        .margin(Margin::symmetric(8, 6))
        .desired_width(f32::INFINITY);
    ui.add(field).labelled_by(label.id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_comes_out() {
        let failure = thrown(Some("A.B"), Some("why"));
        for end in [
            End::Return(Json::from("x")),
            End::Throw(Arc::clone(&failure), TaskStep::Submit),
            End::Throw(thrown(Some("States.Timeout"), None), TaskStep::Run),
            End::Never,
        ] {
            let mut form = AnswerForm::default();
            form.set(&end);
            assert_eq!(form.end(), Some(end));
        }
        let form = AnswerForm::of(&Outcome::Failed(Arc::clone(&failure), TaskStep::Start));
        assert_eq!(form.outcome(), Some(Outcome::Failed(failure, TaskStep::Start)));
    }

    #[test]
    fn an_error_without_a_name_is_no_answer() {
        let form = AnswerForm { kind: Kind::Error, ..AnswerForm::default() };
        assert_eq!(form.end(), None);
    }
}
