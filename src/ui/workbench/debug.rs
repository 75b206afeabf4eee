//! Debugging in the workbench: journeys through the run that is shown.

use crate::engine::{EventId, Status as RunEnd};
use crate::session::Question;
use crate::session::document::display_name;
use crate::session::journey::{Arrival, Order, Why};
use crate::session::step::{Position, Step};

use super::runs::{Launch, Wake};
use super::{Cursor, Workbench};

/// A journey that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnderWay {
    from: Position,
    step: Option<Step>,
    backwards: bool,
}

impl Workbench {
    /// Whether the run that is shown has not ended.
    pub fn is_unfinished(&self) -> bool {
        self.shown_run().is_some_and(|it| it.history.is_none() && it.published.status == RunEnd::Running)
    }

    /// Whether the run that is shown is under way.
    pub fn is_going(&self) -> bool {
        self.shown_run().is_some_and(|it| !it.published.done)
    }

    /// Whether the run that is shown can go on from the cursor.
    pub fn can_continue(&self) -> bool {
        let past = |run: &super::RunEntry| (self.cursor().0 as usize) < run.published.log.len();
        self.shown_run().is_some_and(|run| self.is_unfinished() || past(run) || run.history.is_some())
    }

    /// Goes on to the next breakpoint; where there is nothing to go on with, runs the definition.
    ///
    /// Fails, in words, as [`Workbench::start`] does.
    pub fn go_on(&mut self, wake: Wake) -> Result<(), String> {
        // What is shown of a child execution is a history; what goes on is the run that it belongs to.
        if let Some(shown) = self.shown.filter(|it| it.child.is_some()) {
            self.show_run(shown.run);
            let arrival = self.shown_run().and_then(|it| it.published.arrival);
            if let Some(Arrival { at, why: Why::Inside(..) }) = arrival {
                self.move_to(at.event);
            }
        }
        if self.can_continue() { self.travel(None, false) } else { self.start(wake, Launch::Debug(None)) }
    }

    /// Makes a step; where there is no run, into a new one.
    pub fn step(&mut self, wake: Wake, step: Step) -> Result<(), String> {
        if self.shown_run().is_none() {
            // The first step of a run goes to its first state, however far the next ones will go.
            let first = if let Step::ToState(_) = step { step } else { Step::Into };
            return self.start(wake, Launch::Debug(Some(first)));
        }
        self.travel(Some(step), false)
    }

    /// Takes the last step back; where the cursor was put elsewhere since, goes back over what is inside.
    pub fn step_back(&mut self) -> Result<(), String> {
        if let Some(at) = self.trail.back(self.position()) {
            self.move_to(at.event);
            return Ok(());
        }
        self.travel(Some(Step::Over), true)
    }

    /// Sets out on a journey through the run that is shown.
    pub fn travel(&mut self, step: Option<Step>, backwards: bool) -> Result<(), String> {
        self.travel_from(self.position(), step, backwards)
    }

    /// Sets out from another place.
    pub(super) fn travel_from(&mut self, from: Position, step: Option<Step>, backwards: bool) -> Result<(), String> {
        let Some(run) = self.shown_run() else { return Ok(()) };
        if !run.published.done {
            return Ok(());
        }
        let at_end = from.event.0 as usize >= run.published.log.len();
        let order = Order { from, step, backwards, ..Order::whole() };
        let Some(worker) = self.worker() else {
            return Err(
                "the history of a child execution is shown as it is; step in the run that it belongs to".to_owned()
            );
        };
        worker.go(order).map_err(|error| {
            format!("cannot start a thread for the run: {error}; close other programs and try again")
        })?;
        self.under_way = Some(UnderWay { from, step, backwards });
        // Where the run is driven on, it is followed; what has happened already is gone through out of sight.
        self.cursor = if at_end && step.is_none() && !backwards { Cursor::Live } else { Cursor::At(from.event) };
        Ok(())
    }

    /// Stops where the run is.
    pub fn pause(&self) {
        if let Some(worker) = self.shown_run().and_then(|it| it.worker.as_ref()) {
            worker.pause();
        }
    }

    /// Ends the run as aborted.
    pub fn stop(&mut self) {
        if let Some(worker) = self.worker() {
            worker.stop();
            self.cursor = Cursor::Live;
        }
    }

    /// Goes on with an execution that ended without success, from what it did not finish, with the mocks in use.
    ///
    /// Fails, in words, where it cannot be redriven.
    pub fn redrive(&mut self) -> Result<(), String> {
        let tasks = self.tasks(self.shown_run());
        let Some(worker) = self.worker() else {
            return Err("a child execution is redriven with the run that it belongs to".to_owned());
        };
        if !worker.redrive() {
            return Err(
                "the execution cannot be redriven: it succeeded, is an Express execution, or its history is full"
                    .to_owned(),
            );
        }
        worker.set_host(tasks);
        self.advance();
        self.move_to_end();
        self.travel(None, false)
    }

    /// Whether the run that is shown has ended without success.
    pub fn has_failed(&self) -> bool {
        let ended = |it: &RunEnd| !matches!(it, RunEnd::Running | RunEnd::Succeeded(_));
        self.shown_run().is_some_and(|it| it.worker.is_some() && it.history.is_none() && ended(&it.published.status))
    }

    /// Returns where the cursor stands.
    fn position(&self) -> Position {
        let event = self.cursor();
        let strand = self.moment.as_ref().map(|it| self.strand_in_focus(&it.frame)).unwrap_or_default();
        Position { event, strand }
    }

    /// The journey through the run that is shown has ended.
    pub(super) fn arrive(&mut self, arrival: Arrival) {
        if self.cursor == Cursor::FirstError {
            return;
        }
        let journey = self.under_way.take();
        let ended = arrival.why == Why::End && journey.is_none_or(|it| !it.backwards);
        self.cursor = if ended { Cursor::Live } else { Cursor::At(arrival.at.event) };
        if let Some(UnderWay { from, step: Some(_), backwards: false }) = journey {
            self.trail.keep(from, arrival.at);
        }
        self.attempt = None;
        self.arrived = Some((arrival, journey.is_some_and(|it| it.backwards)));
        if let Why::Inside(_, child, event) = arrival.why {
            self.arrived_inside = Some((child, event));
        }
    }

    /// Returns once how a journey ended, and whether it went backwards.
    pub fn take_arrived(&mut self) -> Option<(Arrival, bool)> {
        self.arrived.take()
    }

    /// Says what has to be there for what a distributed Map asks for; of a task, that it waits.
    pub(super) fn wanted(&self, question: &Question) -> String {
        let folder = || format!("{}.s3", display_name(&self.file_name()));
        match question {
            Question::Items(call) => {
                let (bucket, key) = (&call.reading.bucket, call.reading.location.key());
                format!(
                    "{} reads {key} from bucket {bucket}; put it at {}/{bucket}/{key} beside the definition and open it again",
                    call.name,
                    folder()
                )
            }
            Question::Results(call) => {
                format!(
                    "{} writes into bucket {}; make the folder {} beside the definition and open it again",
                    call.name,
                    call.bucket,
                    folder()
                )
            }
            Question::Task(call) => format!("{} waits for an answer", call.name),
        }
    }

    /// Returns why the run stands at this event, if a journey ended there.
    pub(super) fn why_here(&self, event: EventId) -> Option<Why> {
        let run = self.shown_run().filter(|it| it.published.done)?;
        run.published.arrival.filter(|it| it.at.event == event).map(|it| it.why)
    }
}
