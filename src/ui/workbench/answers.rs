//! Tasks that nobody has an answer for: what asks, what was recorded for it, and giving an answer, which becomes part of
//! the mocks in use.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::asl::StateId;
use crate::engine::{EventId, EventKind, Outcome, TaskCall};
use crate::handlers::Mocks;
use crate::handlers::mock::{Answer, End, Entry};
use crate::json::text;
use crate::session::Question;
use crate::session::step::{Position, focus_at};
use crate::ui::bind::errors;
use crate::ui::graph::status::GraphStatus;
use crate::ui::unanswered::{Keep, Recorded, UnansweredView, Waiting};
use crate::ui::widgets::Status;

use super::runs::assumed;
use super::{Named, RunEntry, Workbench};

/// Recorded answers that are offered, at most.
const MOST_RECORDED: usize = 12;
/// Events that are looked through for recorded answers in each run, at most.
const MOST_SEARCHED: usize = 20_000;

impl Workbench {
    /// Whether the run that is shown waits for answers.
    pub fn is_asking(&self) -> bool {
        self.shown_run().is_some_and(|it| it.worker.is_some() && !it.published.unanswered.is_empty())
    }

    /// Returns what tells the questions of the run that is shown from all others.
    pub fn asking_key(&self) -> Option<(u64, u64)> {
        self.shown_run().filter(|_| self.is_asking()).map(|it| (it.key, it.published.revision))
    }

    /// Returns what the run that is shown waits for, with what can be chosen from.
    pub fn unanswered(&self) -> Option<UnansweredView> {
        let key = self.asking_key()?;
        let run = self.shown_run()?;
        let choices = |state| run.published.program().map_or_else(Vec::new, |it| errors::choices(it, state));
        let waiting = run.published.unanswered.iter().map(|question| match question {
            Question::Task(call) => Waiting {
                name: call.name.to_string(),
                state: call.state.0,
                about: about(call),
                input: text::compact(&call.input),
                recorded: self.recorded(&call.name),
                errors: choices(call.state),
                wanted: None,
            },
            Question::Items(_) | Question::Results(_) => Waiting {
                name: question.name().to_string(),
                state: question.state().0,
                wanted: Some(self.wanted(question)),
                ..Waiting::default()
            },
        });
        Some(UnansweredView {
            key,
            run: run.name.clone(),
            waiting: waiting.collect(),
            has_mocks: self.mocks_in_use.is_some(),
        })
    }

    /// Returns what tasks of states of this name have answered in the runs, the last one first, and what mocks say of
    /// them.
    fn recorded(&self, name: &str) -> Vec<Recorded> {
        let mut found: Vec<Recorded> = Vec::new();
        let mut add = |from: String, after, end: End| {
            if found.len() < MOST_RECORDED && found.iter().all(|it| it.end != end) {
                found.push(Recorded { from, after, end });
            }
        };
        for (_, run) in self.runs.iter().rev() {
            for event in run.published.log.iter_from(EventId(1)).take(MOST_SEARCHED) {
                let (end, call) = match &event.kind {
                    EventKind::TaskSucceeded { output, call } => (End::Return(output.clone()), call),
                    EventKind::TaskFailed(failed) => {
                        (End::Throw(Arc::new(failed.failure.clone()), failed.step), &failed.call)
                    }
                    _ => continue,
                };
                if *call.name == *name {
                    add(format!("{}, event {}", run.name, event.id.0), event.at - call.at, end);
                }
            }
        }
        for mocks in &self.mocks {
            for entry in mocks.value.entries(name) {
                add(mocks.name.clone(), entry.answer.after, entry.answer.end.clone());
            }
        }
        found
    }

    /// Answers the question at this place of the run that is shown, and lets the run go on; the answer becomes part of
    /// the mocks in use.
    ///
    /// Fails, in words, where the run cannot go on.
    pub fn answer(&mut self, nth: usize, answer: Answer, keep: Keep) -> Result<(), String> {
        let question = self.shown_run().and_then(|it| it.published.unanswered.get(nth));
        let Some(Question::Task(call)) = question else { return Ok(()) };
        let name = Arc::clone(&call.name);
        self.keep_answer(&name, answer.clone(), keep == Keep::EveryTime);
        let outcomes: Vec<(crate::time::Duration, Outcome)> = match answer.reply() {
            crate::session::Reply::Answers(outcomes) => outcomes,
            crate::session::Reply::Never | crate::session::Reply::Unanswered => Vec::new(),
        };
        if keep == Keep::ThisRun
            && let Some(run) = self.shown_mut()
        {
            run.rest.insert(name, answer);
        }
        if let Some(worker) = self.worker() {
            worker.answer(nth, outcomes);
        }
        self.go_on_answered()
    }

    /// Whether tasks without mocks answer `{}`.
    pub fn assumes(&self) -> bool {
        self.assumes
    }

    /// Lets tasks without mocks answer `{}` from now on, in the run that is shown as well, or asks about them again.
    ///
    /// Fails, in words, where the run cannot go on.
    pub fn assume_rest(&mut self, assumes: bool) -> Result<(), String> {
        self.assumes = assumes;
        if !assumes || !self.is_asking() {
            return Ok(());
        }
        let mocks = self.mocks_in_use();
        if let Some(run) = self.shown_mut() {
            run.assumed = run.published.program().map_or_else(Vec::new, |it| assumed(it, &mocks));
        }
        self.go_on_answered()
    }

    /// Lets the run go on with the answers that there are now; it stops at once if others are missing.
    fn go_on_answered(&mut self) -> Result<(), String> {
        let tasks = self.tasks(self.shown_run());
        let Some(worker) = self.worker() else { return Ok(()) };
        worker.set_host(tasks);
        self.advance();
        self.move_to_end();
        self.drive_on()
    }

    /// Goes on at the end of the run that is shown, whatever of it has been read.
    pub(super) fn drive_on(&mut self) -> Result<(), String> {
        let Some(run) = self.shown_run() else { return Ok(()) };
        let log = &run.published.log;
        let event = EventId(log.len() as u32);
        let from = Position { event, strand: focus_at(log, event) };
        self.travel_from(from, None, false)
    }

    /// Makes an answer part of the mocks in use, or of new ones where none are.
    fn keep_answer(&mut self, state: &Arc<str>, answer: Answer, every_time: bool) {
        let position = self.mocks_in_use.filter(|it| *it < self.mocks.len()).unwrap_or_else(|| {
            self.mocks.push(Named { name: "answers".to_owned(), value: Arc::default(), unsaved: true });
            self.mocks.len() - 1
        });
        self.mocks_in_use = Some(position);
        let named = &mut self.mocks[position];
        named.unsaved = true;
        let mocks: &mut Mocks = Arc::make_mut(&mut named.value);
        mocks.add(Arc::clone(state), Entry { only: None, times: 1, answer });
        mocks.ask_beyond(Arc::clone(state), !every_time);
    }

    /// Returns the mocks that new runs take.
    pub(super) fn mocks_in_use(&self) -> Arc<Mocks> {
        self.mocks_in_use.and_then(|it| self.mocks.get(it)).map(|it| Arc::clone(&it.value)).unwrap_or_default()
    }

    /// The mocks at this place were written to a file of this name.
    pub fn mocks_saved(&mut self, position: usize, name: String) {
        if let Some(mocks) = self.mocks.get_mut(position) {
            mocks.name = name;
            mocks.unsaved = false;
        }
    }

    /// Marks the states that wait for an answer, where the cursor stands at the end.
    pub(super) fn mark_asking(run: &RunEntry, event: EventId, graph: &mut GraphStatus) {
        if event.0 as usize != run.published.log.len() || run.worker.is_none() {
            return;
        }
        for question in &run.published.unanswered {
            if let Some(node) =
                graph.nodes.get_mut(question.state().idx()).filter(|_| question.state() != StateId::NONE)
            {
                node.state = Status::Waiting;
                node.asks = true;
            }
        }
    }
}

/// Says which of several calls of a state it is.
fn about(call: &TaskCall) -> String {
    let mut about = call.resource.short();
    for (map, index) in &*call.maps {
        let _ = write!(about, ", item {index} of {map}");
    }
    if call.attempt > 1 {
        let _ = write!(about, ", attempt {}", call.attempt);
    }
    about
}
