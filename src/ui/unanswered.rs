//! The panel for tasks that nobody has an answer for. It stands over the graph while the run waits, and stops nothing
//! else.

use std::sync::Arc;

use egui::{Align, Align2, Context, DragValue, Id, Layout, RichText, ScrollArea, Ui, Window, vec2};

use super::answer::{AnswerForm, ErrorChoice};
use super::command::{Command, Request};
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Button, Look, Row, Status, segmented};
use crate::handlers::mock::{Answer, End};
use crate::json::text;
use crate::time::Duration;

/// For how long an answer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// For this call; the next one is asked about.
    #[default]
    Once,
    /// For all later calls in this run.
    ThisRun,
    /// For all later calls in all runs with these mocks.
    EveryTime,
}

/// What a run waits for.
#[derive(Clone, Debug, Default)]
pub struct UnansweredView {
    /// Tells these questions from earlier ones.
    pub key: (u64, u64),
    /// Name of the run.
    pub run: String,
    /// The questions.
    pub waiting: Vec<Waiting>,
    /// Whether mocks are in use, to which answers are added.
    pub has_mocks: bool,
}

/// One question.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// The state.
    pub name: String,
    /// Its dense id.
    pub state: u32,
    /// What it calls, and which of several calls it is.
    pub about: String,
    /// What it sends.
    pub input: String,
    /// What was answered elsewhere.
    pub recorded: Vec<Recorded>,
    /// Error names to choose from.
    pub errors: Vec<ErrorChoice>,
    /// What is wanted instead of an answer, such as a folder.
    pub wanted: Option<String>,
}

/// An answer that was given elsewhere.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Where.
    pub from: String,
    /// After how long.
    pub after: Duration,
    /// The answer.
    pub end: End,
}

impl Recorded {
    fn text(&self) -> String {
        match &self.end {
            End::Return(result) => {
                let text = text::compact(result);
                match text.char_indices().nth(80) {
                    Some((cut, _)) => format!("Result {}…", &text[..cut]),
                    None => format!("Result {text}"),
                }
            }
            End::Throw(failure, _) => {
                format!("Error {}", failure.error.as_deref().unwrap_or("without a name"))
            }
            End::Never => "Never answers".to_owned(),
        }
    }
}

/// View state of the panel.
#[derive(Default)]
pub struct UnansweredPanel {
    /// The questions that the answer is being written for.
    key: (u64, u64),
    /// Whether the user has closed it for these questions.
    closed: bool,
    nth: usize,
    form: AnswerForm,
    after_secs: f64,
    keep: Keep,
}

impl UnansweredPanel {
    /// Shows the panel again that was closed.
    pub fn open(&mut self) {
        self.closed = false;
    }

    /// Shows the panel, unless it was closed.
    pub fn ui(&mut self, view: &UnansweredView, ctx: &Context, out: &mut Vec<Request>) {
        if self.key != view.key {
            let keep = self.keep;
            *self = Self { key: view.key, keep, ..Self::default() };
            self.choose(view, 0);
        }
        if self.closed || view.waiting.is_empty() {
            return;
        }
        let title = match view.waiting.as_slice() {
            [one] => format!("{} waits for an answer", one.name),
            several => format!("{} tasks wait for answers", several.len()),
        };
        let mut open = true;
        let theme = Theme::of_context(ctx);
        Window::new(RichText::new(&title).font(fonts::strong(fonts::HEADING)).color(theme.text_strong))
            .id(Id::new("unanswered"))
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .pivot(Align2::RIGHT_TOP)
            .default_pos(ctx.content_rect().right_top() + vec2(-416.0, 112.0))
            .show(ctx, |ui| {
                ui.set_width(400.0);
                self.content_ui(view, ui, out);
            });
        self.closed = !open;
    }

    fn choose(&mut self, view: &UnansweredView, nth: usize) {
        self.nth = nth;
        self.form = AnswerForm::default();
        self.after_secs = 0.0;
        // What was answered last time is most likely what is meant.
        if let Some(first) = view.waiting.get(nth).and_then(|it| it.recorded.first()) {
            self.form.set(&first.end);
            self.after_secs = first.after.as_millis() as f64 / 1_000.0;
        }
    }

    fn content_ui(&mut self, view: &UnansweredView, ui: &mut Ui, out: &mut Vec<Request>) {
        let theme = Theme::of(ui);
        if view.waiting.len() > 1 {
            let area = ScrollArea::vertical().id_salt("waiting").max_height(96.0).auto_shrink([false, true]);
            area.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (nth, it) in view.waiting.iter().enumerate() {
                    let row = Row::new(&it.name).status(Status::Waiting).right(&it.about).selected(nth == self.nth);
                    if row.show(ui).clicked() {
                        self.choose(view, nth);
                        out.push(Request::SelectState(it.state));
                    }
                }
            });
            ui.add_space(8.0);
        }
        let Some(asking) = view.waiting.get(self.nth) else { return };
        if let Some(wanted) = &asking.wanted {
            ui.label(RichText::new(wanted).color(theme.text));
            return;
        }
        ui.label(RichText::new(format!("It calls {} with", asking.about)).color(theme.text_subdued));
        ui.add(
            egui::Label::new(RichText::new(&asking.input).font(fonts::mono(fonts::SMALL)).color(theme.text)).truncate(),
        );
        if !asking.recorded.is_empty() {
            ui.add_space(4.0);
            ui.label(RichText::new("Answered before").font(fonts::strong(fonts::SMALL)).color(theme.text_subdued));
            let area = ScrollArea::vertical().id_salt("recorded").max_height(96.0).auto_shrink([false, true]);
            area.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for it in &asking.recorded {
                    let text = it.text();
                    let chosen = self.form.end().as_ref() == Some(&it.end);
                    if Row::new(&text).right(&it.from).selected(chosen).show(ui).clicked() {
                        self.form.set(&it.end);
                        self.after_secs = it.after.as_millis() as f64 / 1_000.0;
                    }
                }
            });
        }
        ui.add_space(8.0);
        ui.push_id(self.nth, |ui| self.form.ui(&asking.errors, true, ui));
        ui.add_space(8.0);
        let end = self.form.end();
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new("After").color(theme.text_subdued));
            let never = matches!(end, Some(End::Never));
            let span = DragValue::new(&mut self.after_secs).range(0.0..=31_536_000.0).speed(0.1).suffix(" s");
            ui.add_enabled(!never, span).labelled_by(label.id);
        });
        ui.add_space(4.0);
        let keeps = [("This time", Keep::Once), ("Rest of this run", Keep::ThisRun), ("Every time", Keep::EveryTime)];
        let choices: Vec<(&str, Option<&str>)> = keeps.iter().map(|(text, _)| (*text, None)).collect();
        let selected = keeps.iter().position(|(_, keep)| *keep == self.keep);
        if let Some(idx) = segmented(ui, "holds", height::BUTTON_SMALL, selected, &choices) {
            self.keep = keeps[idx].1;
        }
        let whereto =
            if view.has_mocks { "It is added to the mocks in use" } else { "It becomes the first of new mocks" };
        ui.label(RichText::new(whereto).color(theme.text_subdued));
        ui.add_space(8.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let answered = Button::text("Answer").look(Look::Primary).enabled(end.is_some()).show(ui).clicked();
            if let (true, Some(end)) = (answered, end) {
                let answer = Answer { after: Duration::from_secs(self.after_secs), ..Answer::of(end) };
                out.push(Request::Answer { nth: self.nth, answer: Arc::new(answer), keep: self.keep });
            }
            if Button::text("Assume {} for all others").show(ui).clicked() {
                out.push(Request::Do(Command::AssumeRest));
            }
        });
    }
}
