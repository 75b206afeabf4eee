//! Debugging in the workbench: breakpoints, and journeys through the run that is shown.

use crate::asl::StateId;
use crate::engine::{EventId, Status as RunEnd};
use crate::session::Question;
use crate::session::breakpoint::{Breakpoint, On};
use crate::session::document::display_name;
use crate::session::journey::{Arrival, Order, Why};
use crate::session::step::{Position, Step, focus_at};
use crate::ui::graph::status::{self, GraphStatus};
use crate::ui::workspace::BreakpointItem;

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
    /// Sets a breakpoint where the state is entered, or removes all that are on it.
    pub fn toggle_breakpoint(&mut self, state: StateId) {
        let Some(name) = self.edition.document.definition.outline.state(state).map(|it| it.name.to_string()) else {
            return;
        };
        let n_before = self.breakpoints.len();
        self.breakpoints.retain(|it| it.state.as_ref() != Some(&name));
        if self.breakpoints.len() == n_before {
            self.breakpoints.push(Breakpoint::new(On::Enter).in_state(&name));
        }
        self.breakpoints_changed();
    }

    /// Sets a breakpoint for something that happens in any state, or removes it.
    pub fn toggle_break_on(&mut self, on: On) {
        let new = Breakpoint::new(on);
        let n_before = self.breakpoints.len();
        self.breakpoints.retain(|it| (&it.on, &it.state) != (&new.on, &None));
        if self.breakpoints.len() == n_before {
            self.breakpoints.push(new);
        }
        self.breakpoints_changed();
    }

    /// Switches one breakpoint off or on.
    pub fn switch_breakpoint(&mut self, position: usize) {
        if let Some(breakpoint) = self.breakpoints.get_mut(position) {
            breakpoint.off = !breakpoint.off;
            self.breakpoints_changed();
        }
    }

    /// Switches all breakpoints off, or on if all are off.
    pub fn switch_breakpoints(&mut self) {
        let off = self.breakpoints.iter().any(|it| !it.off);
        self.breakpoints.iter_mut().for_each(|it| it.off = off);
        self.breakpoints_changed();
    }

    /// Removes one breakpoint.
    pub fn remove_breakpoint(&mut self, position: usize) {
        if position < self.breakpoints.len() {
            self.breakpoints.remove(position);
            self.breakpoints_changed();
        }
    }

    /// Removes all breakpoints.
    pub fn remove_breakpoints(&mut self) {
        self.breakpoints.clear();
        self.breakpoints_changed();
    }

    /// Whether there are breakpoints.
    pub fn has_breakpoints(&self) -> bool {
        !self.breakpoints.is_empty()
    }

    fn breakpoints_changed(&mut self) {
        let list: std::sync::Arc<[Breakpoint]> = self.breakpoints.as_slice().into();
        for (_, run) in self.runs.iter_mut() {
            // What logpoints would have written in runs that are over is all that can go missing.
            if let Some(worker) = &mut run.worker {
                let _ = worker.set_breakpoints(std::sync::Arc::clone(&list));
            }
        }
        self.refresh();
    }

    /// Returns the breakpoints as the workspace lists them.
    pub(super) fn breakpoint_items(&self) -> Vec<BreakpointItem> {
        let item = |it: &Breakpoint| BreakpointItem {
            name: it.state.clone().unwrap_or_else(|| "Any state".to_owned()),
            when: it.when(),
            on: !it.off,
        };
        self.breakpoints.iter().map(item).collect()
    }

    /// Marks the states that have breakpoints.
    pub(super) fn mark_breakpoints(&self, graph: &mut GraphStatus) {
        let outline = &self.edition.document.definition.outline;
        for breakpoint in &self.breakpoints {
            let Some(name) = &breakpoint.state else { continue };
            for (id, _) in self.edition.states().filter(|(_, it)| *it.name == **name) {
                if graph.nodes.len() <= id.idx() {
                    graph.nodes.resize(outline.states.len().max(id.idx() + 1), status::NodeStatus::default());
                }
                let mark = &mut graph.nodes[id.idx()].breakpoint;
                let on = !breakpoint.off || *mark == Some(status::Breakpoint::On);
                *mark = Some(if on { status::Breakpoint::On } else { status::Breakpoint::Off });
            }
        }
    }

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
        let from = self.position();
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
        let tasks = self.tasks();
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
        let strand = self.shown_run().map(|it| focus_at(&it.published.log, event)).unwrap_or_default();
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
    }

    /// Returns once how a journey ended, and whether it went backwards.
    pub fn take_arrived(&mut self) -> Option<(Arrival, bool)> {
        self.arrived.take()
    }

    /// Returns what the run that is shown waits for, and what to do.
    pub fn wanted(&self) -> String {
        let question = self.shown_run().and_then(|it| it.published.unanswered.first());
        let folder = || format!("{}.s3", display_name(&self.file_name()));
        match question {
            Some(Question::Items(call)) => {
                let (bucket, key) = (&call.reading.bucket, call.reading.location.key());
                format!(
                    "{} reads {key} from bucket {bucket}; put it at {}/{bucket}/{key} beside the definition and open it again",
                    call.name,
                    folder()
                )
            }
            Some(Question::Results(call)) => {
                format!(
                    "{} writes into bucket {}; make the folder {} beside the definition and open it again",
                    call.name,
                    call.bucket,
                    folder()
                )
            }
            Some(Question::Task(_)) | None => "A task has no answer; add mocks for it".to_owned(),
        }
    }

    /// Returns why the run stands at this event, if a journey ended there.
    pub(super) fn why_here(&self, event: EventId) -> Option<Why> {
        let run = self.shown_run().filter(|it| it.published.done)?;
        run.published.arrival.filter(|it| it.at.event == event).map(|it| it.why)
    }
}
