//! The form of a breakpoint: where it is met, on what condition and how often, and whether it stops or writes.
//!
//! What is typed is checked while it is typed; what it gives at the cursor is asked of `app`.

use egui::{ComboBox, DragValue, Modal, TextEdit, Ui, vec2};

use super::command::Request;
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{Button, Look, draw, tick};
use crate::asl::Outline;
use crate::session::breakpoint::{Breakpoint, Hits, On, Problem};

const WIDTH: f32 = 560.0;
const LABEL: f32 = 112.0;
const ANY: &str = "Any state";

/// What a breakpoint can wait for: the choice, and what its text is, with an example.
const TRIGGERS: [(&str, Option<(&str, &str)>); 8] = [
    ("State is entered", None),
    ("State is left", None),
    ("Error by name", Some(("Error name", "States.Timeout, or Lambda.* for all that begin so"))),
    ("Error is about to be retried", None),
    ("Error is caught", None),
    ("Error is not caught", None),
    ("Value changes", Some(("Value", "$total for a variable, $.order.status for a path"))),
    ("Virtual time is reached", Some(("Time", "90, 1d 4h 30m, or a timestamp"))),
];
const HITS: [&str; 4] = ["Every time", "At one hit only", "From a hit on", "At every so many hits"];

/// An open form.
pub struct Form {
    /// Which breakpoint of the list is changed; none for a new one.
    position: Option<usize>,
    states: Vec<String>,
    trigger: usize,
    /// The error name, the expression or the time, by the trigger.
    what: [String; 8],
    state: Option<String>,
    condition: String,
    hits: usize,
    n_hits: u32,
    log: String,
    off: bool,
    checked: Option<Checked>,
    begun: bool,
}

/// What has been found out about what was typed.
struct Checked {
    breakpoint: Breakpoint,
    problems: Vec<Problem>,
    /// `None` while it is asked for.
    preview: Option<Preview>,
}

/// What expressions give at the cursor, each in a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// What the condition comes to.
    pub condition: Option<String>,
    /// What would be written.
    pub log: Option<String>,
}

impl Form {
    /// Returns the form with what `breakpoint` says; `states` are the names to choose from.
    pub fn new(position: Option<usize>, breakpoint: &Breakpoint, states: Vec<String>) -> Self {
        let mut what: [String; 8] = Default::default();
        let trigger = match &breakpoint.on {
            On::Enter => 0,
            On::Exit => 1,
            On::Error(_) => 2,
            On::Retry => 3,
            On::Caught => 4,
            On::Uncaught => 5,
            On::Change(_) => 6,
            On::Time(_) => 7,
        };
        if let On::Error(text) | On::Change(text) | On::Time(text) = &breakpoint.on {
            what[trigger].clone_from(text);
        }
        let (hits, n_hits) = match breakpoint.hits {
            None => (0, 2),
            Some(Hits::Exactly(number)) => (1, number),
            Some(Hits::From(number)) => (2, number),
            Some(Hits::Every(number)) => (3, number),
        };
        Self {
            position,
            states,
            trigger,
            what,
            state: breakpoint.state.clone(),
            condition: breakpoint.condition.clone().unwrap_or_default(),
            hits,
            n_hits,
            log: breakpoint.log.clone().unwrap_or_default(),
            off: breakpoint.off,
            checked: None,
            begun: false,
        }
    }

    /// Returns the breakpoint as it stands in the form.
    pub fn breakpoint(&self) -> Breakpoint {
        let what = || self.what[self.trigger].trim().to_owned();
        let on = match self.trigger {
            0 => On::Enter,
            1 => On::Exit,
            2 => On::Error(what()),
            3 => On::Retry,
            4 => On::Caught,
            5 => On::Uncaught,
            6 => On::Change(what()),
            _ => On::Time(what()),
        };
        let text = |it: &str| (!it.trim().is_empty()).then(|| it.trim().to_owned());
        let hits = match self.hits {
            0 => None,
            1 => Some(Hits::Exactly(self.n_hits)),
            2 => Some(Hits::From(self.n_hits)),
            _ => Some(Hits::Every(self.n_hits)),
        };
        Breakpoint {
            on,
            state: self.state.clone(),
            condition: text(&self.condition),
            hits,
            log: text(&self.log),
            off: self.off,
        }
    }

    /// Checks what was typed since; returns the breakpoint if what it gives at the cursor is to be found out.
    pub fn check(&mut self, outline: &Outline) -> Option<Breakpoint> {
        let breakpoint = self.breakpoint();
        if self.checked.as_ref().is_some_and(|it| it.breakpoint == breakpoint) {
            return None;
        }
        let mut problems = breakpoint.problems(outline);
        if breakpoint.on == On::Error(String::new()) {
            problems
                .push(Problem { field: "error name", message: "no error has an empty name; write * for any".into() });
        }
        self.checked = Some(Checked { breakpoint: breakpoint.clone(), problems, preview: None });
        Some(breakpoint)
    }

    /// Takes in what the expressions of `breakpoint` give; what was typed since makes it void.
    pub fn show_preview(&mut self, breakpoint: &Breakpoint, preview: Preview) {
        if let Some(checked) = self.checked.as_mut().filter(|it| it.breakpoint == *breakpoint) {
            checked.preview = Some(preview);
        }
    }

    /// Shows the form; returns whether it stays open.
    pub fn ui(&mut self, ctx: &egui::Context, out: &mut Vec<Request>) -> bool {
        let modal = Modal::new(egui::Id::new("breakpoint"))
            .backdrop_color(egui::Color32::from_black_alpha(90))
            .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
        let answer = modal.show(ctx, |ui| self.form_ui(ui, out));
        if self.checked.as_ref().is_none_or(|it| it.breakpoint != self.breakpoint()) {
            ctx.request_repaint();
        }
        !answer.inner && !answer.should_close()
    }

    /// Shows what is in the form; returns whether it is done.
    fn form_ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) -> bool {
        ui.set_width(WIDTH);
        let theme = Theme::of(ui);
        let title = if self.position.is_some() { "Edit breakpoint" } else { "Add breakpoint" };
        ui.label(egui::RichText::new(title).font(fonts::strong(fonts::TITLE)).color(theme.text_strong));
        ui.add_space(8.0);
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        self.when_ui(ui);
        self.state_ui(ui);
        self.condition_ui(ui);
        self.hits_ui(ui);
        self.log_ui(ui);
        labelled(ui, "", |ui| {
            let mut on = !self.off;
            tick(ui, true, egui::Checkbox::new(&mut on, "Switched on"));
            self.off = !on;
        });
        ui.add_space(8.0);
        self.buttons_ui(ui, out)
    }

    fn when_ui(&mut self, ui: &mut Ui) {
        labelled(ui, "When", |ui| {
            let combo =
                ComboBox::from_id_salt("when").width(260.0).height(320.0).selected_text(TRIGGERS[self.trigger].0);
            let response = combo.show_ui(ui, |ui| {
                for (idx, (text, _)) in TRIGGERS.iter().enumerate() {
                    ui.selectable_value(&mut self.trigger, idx, *text);
                }
            });
            draw::name(&response.response, "when");
            if !std::mem::replace(&mut self.begun, true) {
                response.response.request_focus();
            }
        });
        let Some((name, hint)) = TRIGGERS[self.trigger].1 else { return };
        let text = &mut self.what[self.trigger];
        labelled(ui, name, |ui| field_ui(ui, text, &name.to_lowercase(), hint));
        self.problem_ui(ui, &["error name", "expression", "time"]);
    }

    fn state_ui(&mut self, ui: &mut Ui) {
        labelled(ui, "State", |ui| {
            let shown = self.state.as_deref().unwrap_or(ANY);
            let combo = ComboBox::from_id_salt("state").width(260.0).height(320.0).selected_text(shown);
            let response = combo.show_ui(ui, |ui| {
                ui.selectable_value(&mut self.state, None, ANY);
                for name in &self.states {
                    ui.selectable_value(&mut self.state, Some(name.clone()), name);
                }
            });
            draw::name(&response.response, "state");
        });
        self.problem_ui(ui, &["state"]);
    }

    fn condition_ui(&mut self, ui: &mut Ui) {
        let hint = "$.total > 100, or $moment.attempt = 2; always, if empty";
        labelled(ui, "Condition", |ui| field_ui(ui, &mut self.condition, "condition", hint));
        if !self.problem_ui(ui, &["condition"]) && !self.condition.trim().is_empty() {
            note_ui(ui, self.preview(|it| it.condition.as_deref()));
        }
    }

    fn hits_ui(&mut self, ui: &mut Ui) {
        labelled(ui, "Hits", |ui| {
            let combo = ComboBox::from_id_salt("hits").width(200.0).selected_text(HITS[self.hits]);
            let response = combo.show_ui(ui, |ui| {
                for (idx, text) in HITS.iter().enumerate() {
                    ui.selectable_value(&mut self.hits, idx, *text);
                }
            });
            draw::name(&response.response, "hits");
            if self.hits > 0 {
                let number = ui.add(DragValue::new(&mut self.n_hits).range(1..=1_000_000).speed(0.1));
                draw::name(&number, "number of hits");
            }
        });
    }

    fn log_ui(&mut self, ui: &mut Ui) {
        let hint = "stops, if empty; else writes this: total is {$.total}";
        labelled(ui, "Log message", |ui| field_ui(ui, &mut self.log, "log message", hint));
        if !self.problem_ui(ui, &["log message"]) && !self.log.trim().is_empty() {
            note_ui(ui, self.preview(|it| it.log.as_deref()));
        }
    }

    /// Shows the buttons; returns whether the form is done.
    fn buttons_ui(&self, ui: &mut Ui, out: &mut Vec<Request>) -> bool {
        let broken = self.checked.as_ref().is_some_and(|it| !it.problems.is_empty());
        if broken {
            let text = "It is kept as it is, and stops nowhere until this is corrected";
            note_ui(ui, text);
        }
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.with_layout(layout, |ui| {
            if Button::text("Save").look(Look::Primary).show(ui).clicked() {
                out.push(Request::SaveBreakpoint(self.position, Box::new(self.breakpoint())));
                return true;
            }
            if Button::text("Cancel").show(ui).clicked() {
                return true;
            }
            if let Some(position) = self.position
                && Button::text("Remove").show(ui).clicked()
            {
                out.push(Request::RemoveBreakpoint(position));
                return true;
            }
            false
        })
        .inner
    }

    fn preview(&self, of: impl Fn(&Preview) -> Option<&str>) -> &str {
        match self.checked.as_ref().map(|it| &it.preview) {
            Some(Some(preview)) => of(preview).unwrap_or_default(),
            _ => "…",
        }
    }

    /// Shows what is wrong with these texts; returns whether anything is.
    fn problem_ui(&self, ui: &mut Ui, fields: &[&str]) -> bool {
        let problems = self.checked.as_ref().map(|it| it.problems.as_slice()).unwrap_or_default();
        let found = problems.iter().find(|it| fields.contains(&it.field));
        if let Some(problem) = found {
            let ink = Theme::of(ui).status_fail;
            let text = egui::RichText::new(format!("Wrong here: {}", problem.message))
                .font(fonts::text(fonts::SMALL))
                .color(ink);
            labelled(ui, "", |ui| ui.label(text));
        }
        found.is_some()
    }
}

fn labelled<R>(ui: &mut Ui, label: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(LABEL, height::ROW), egui::Sense::hover());
        draw::left(ui.painter(), rect, label, fonts::text(fonts::BODY), Theme::of(ui).text_subdued);
        content(ui)
    })
    .inner
}

fn field_ui(ui: &mut Ui, text: &mut String, name: &str, hint: &str) {
    let field = TextEdit::singleline(text)
        .hint_text(hint)
        .font(fonts::mono(fonts::BODY))
        .margin(egui::Margin::symmetric(8, 6))
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    draw::name(&response, name);
}

fn note_ui(ui: &mut Ui, text: &str) {
    let text = egui::RichText::new(text).font(fonts::text(fonts::SMALL)).color(Theme::of(ui).text_subdued);
    labelled(ui, "", |ui| ui.add(egui::Label::new(text).truncate()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_gives_back_the_breakpoint_that_it_was_made_from() {
        let plain = |on| Breakpoint::new(on);
        for breakpoint in [
            plain(On::Enter).in_state("Ship"),
            plain(On::Exit),
            plain(On::Error("Car*".into())),
            plain(On::Retry),
            plain(On::Caught),
            plain(On::Uncaught).in_state("Pay"),
            plain(On::Change("$total".into())),
            plain(On::Time("1d 4h".into())),
            Breakpoint { condition: Some("$.n > 3".into()), hits: Some(Hits::Every(2)), ..plain(On::Enter) },
            Breakpoint { log: Some("n is {$.n}".into()), hits: Some(Hits::From(5)), off: true, ..plain(On::Enter) },
            Breakpoint { hits: Some(Hits::Exactly(1)), ..plain(On::Enter) },
        ] {
            assert_eq!(Form::new(None, &breakpoint, Vec::new()).breakpoint(), breakpoint);
        }
    }

    #[test]
    fn what_was_typed_since_makes_a_preview_void() {
        let outline = Outline::default();
        let mut form = Form::new(None, &Breakpoint::new(On::Enter), Vec::new());
        let first = form.check(&outline).expect("nothing was checked yet");
        assert_eq!(form.check(&outline), None);
        form.condition = "$.n".into();
        let second = form.check(&outline).expect("something was typed");
        let preview = Preview { condition: Some("at event 1: true".into()), log: None };
        form.show_preview(&first, preview.clone());
        assert_eq!(form.preview(|it| it.condition.as_deref()), "…");
        form.show_preview(&second, preview);
        assert_eq!(form.preview(|it| it.condition.as_deref()), "at event 1: true");
    }
}
