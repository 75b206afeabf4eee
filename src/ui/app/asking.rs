//! Questions about the run whose answers may take a while: finding a text, evaluating expressions. They are answered
//! beside the window, and taken in here.

use std::sync::atomic::Ordering;

use egui::Context;

use super::App;
use super::dialog::Dialog;
use crate::engine::EventId;
use crate::json::{Json, text};
use crate::session::breakpoint::Breakpoint;
use crate::session::find::{Found, GivenUp, Needle, find};
use crate::session::query::{Message, Seen};
use crate::ui::breakpoint_editor::Preview;
use crate::ui::console::{Answer, ConsoleLines as _};
use crate::ui::jobs::Jobs;
use crate::ui::theme::Theme;

/// Questions under way.
pub(super) struct Asking {
    jobs: Jobs<Told>,
    /// Counts searches; what an earlier one finds is dropped.
    n_finds: u64,
    given_up: GivenUp,
}

/// An answer.
enum Told {
    Found { nth: u64, forwards: bool, found: Option<Found> },
    Evaluated(Answer),
    Preview(Box<Breakpoint>, Preview),
}

impl Asking {
    pub(super) fn new(ctx: &Context) -> Self {
        Self { jobs: Jobs::new(ctx.clone()), n_finds: 0, given_up: GivenUp::default() }
    }
}

impl App {
    /// Takes in what was answered.
    pub(super) fn take_answers(&mut self) {
        for told in self.asking.jobs.finished() {
            match told {
                Told::Found { nth, .. } if nth != self.asking.n_finds => {}
                Told::Found { forwards, found, .. } => self.take_found(forwards, found),
                Told::Evaluated(answer) => {
                    let n_lines = self.bench.as_ref().and_then(|(it, _)| Some(it.console()?.len())).unwrap_or(0);
                    self.panels.console.answer(n_lines, answer);
                }
                Told::Preview(breakpoint, preview) => {
                    if let Some(Dialog::Breakpoint(form)) = &mut self.dialog {
                        form.show_preview(&breakpoint, preview);
                    }
                }
            }
        }
    }

    /// Looks for the text of the find bar; without one, asks for it.
    pub(super) fn find(&mut self, ctx: &Context, forwards: bool) {
        let Some(needle) = Needle::new(&self.panels.find.text) else {
            return self.panels.find.open();
        };
        let Some((log, from)) = self.bench.as_ref().and_then(|(bench, _)| {
            let run = bench.shown_run()?;
            Some((run.published.log.clone(), bench.cursor()))
        }) else {
            return self.notices.done("No run to find anything in", Theme::of_context(ctx));
        };
        // The one that is under way has nobody to wait for it any more.
        self.asking.given_up.store(true, Ordering::Relaxed);
        self.asking.given_up = GivenUp::default();
        self.asking.n_finds += 1;
        "Searching…".clone_into(&mut self.panels.find.note);
        let (nth, given_up) = (self.asking.n_finds, self.asking.given_up.clone());
        self.asking.jobs.start("find", move || {
            let found = find(&log, from, &needle, forwards, &given_up);
            Told::Found { nth, forwards, found }
        });
    }

    fn take_found(&mut self, forwards: bool, found: Option<Found>) {
        self.panels.find.note = match found {
            None => format!("No event has {:?}", self.panels.find.text),
            Some(found) => {
                let side = match (found.wrapped, forwards) {
                    (false, _) => "",
                    (true, true) => ", from the beginning again",
                    (true, false) => ", from the end again",
                };
                format!("Found at event {}{side}", found.event.0)
            }
        };
        if let (Some(found), Some((bench, _))) = (found, &mut self.bench) {
            bench.move_to(found.event);
        }
    }

    /// Evaluates an expression at the cursor for the console.
    pub(super) fn evaluate(&mut self, asked: String) {
        let (event, seen) = self.seen();
        self.asking.jobs.start("evaluate", move || {
            let value = match seen {
                Some(seen) => seen.evaluate(&asked).map(|it| it.as_ref().map_or("nothing".to_owned(), text::compact)),
                None => Err("Nothing has happened yet; run the definition, so that there is a moment".to_owned()),
            };
            Told::Evaluated(Answer { asked, event: u64::from(event.0), value })
        });
    }

    /// Checks what was typed into the form of a breakpoint, and asks what it gives at the cursor.
    pub(super) fn check_form(&mut self) {
        let Some((Dialog::Breakpoint(form), (bench, _))) = self.dialog.as_mut().zip(self.bench.as_ref()) else {
            return;
        };
        let Some(breakpoint) = form.check(&bench.edition.document.definition.outline) else { return };
        if breakpoint.condition.is_none() && breakpoint.log.is_none() {
            return;
        }
        let (event, seen) = self.seen();
        self.asking.jobs.start("preview", move || {
            let preview = preview(&breakpoint, event, seen.as_ref());
            Told::Preview(Box::new(breakpoint), preview)
        });
    }

    fn seen(&self) -> (EventId, Option<Seen>) {
        self.bench.as_ref().map_or((EventId(0), None), |(bench, _)| (bench.cursor(), bench.seen()))
    }
}

/// Says what the expressions of a breakpoint give at a moment.
fn preview(breakpoint: &Breakpoint, event: EventId, seen: Option<&Seen>) -> Preview {
    let Some(seen) = seen else {
        let later = || Some("What it gives is shown here once there is a run".to_owned());
        return Preview { condition: later(), log: later() };
    };
    let condition = breakpoint.condition.as_deref().map(|it| match seen.evaluate(it) {
        Ok(value) => {
            let holds =
                if value.as_ref().is_some_and(crate::session::query::is_true) { "holds" } else { "does not hold" };
            let text = value.as_ref().map_or("nothing".to_owned(), shortened);
            format!("At event {} it {holds}: {text}", event.0)
        }
        Err(why) => format!("At event {} it cannot be evaluated: {why}", event.0),
    });
    let log = breakpoint.log.as_deref().and_then(|it| Message::parse(it).ok());
    let log = log.map(|it| format!("At event {} it writes: {}", event.0, it.text(seen.lens())));
    Preview { condition, log }
}

fn shortened(value: &Json) -> String {
    const MOST: usize = 200;
    let text = text::compact(value);
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
