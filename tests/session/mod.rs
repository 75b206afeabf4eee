//! The debugger without a window: breakpoints, steps, forks.

mod breakpoints;
mod flow;
mod forks;
mod pace;
mod provenance;
pub mod rulings;
mod stepping;
mod taking_in;
mod worker;

use std::sync::Arc;

use stepscope::asl::StateId;
use stepscope::engine::{EventId, ExecutionId, StrandId};
use stepscope::history::Frame;
use stepscope::history::aws::event_type;
use stepscope::session::breakpoint::{Armed, Breakpoint, On, Scan};
use stepscope::session::journey::{Arrival, Journey, Order, Why};
use stepscope::session::step::{Position, Step, Trail};
use stepscope::session::{Host, Run};

use crate::support::runs::Case;

/// A run that is walked through.
pub struct Walk {
    pub run: Run,
    host: Box<dyn Host>,
    pub at: Position,
    pub trail: Trail,
    breakpoints: Armed,
}

impl Walk {
    pub fn new(case: &Case) -> Self {
        Self::with(case, &[])
    }

    pub fn with(case: &Case, breakpoints: &[Breakpoint]) -> Self {
        let breakpoints = Armed::new(breakpoints, &case.program.outline);
        let (run, host) = (case.start(), case.host());
        Self { run, host, at: Position::default(), trail: Trail::default(), breakpoints }
    }

    /// Goes on to a breakpoint or the end, or back to one.
    pub fn go(&mut self, backwards: bool) -> Arrival {
        self.travel(None, backwards)
    }

    pub fn step(&mut self, step: Step) -> Arrival {
        let from = self.at;
        let arrival = self.travel(Some(step), false);
        self.trail.keep(from, self.at);
        arrival
    }

    pub fn step_back(&mut self, step: Step) -> Arrival {
        if let Some(at) = self.trail.back(self.at) {
            self.at = at;
            return Arrival { at, why: Why::Step };
        }
        self.travel(Some(step), true)
    }

    /// Goes on without the trail of the steps made.
    pub fn travel(&mut self, step: Option<Step>, backwards: bool) -> Arrival {
        let order = Order { from: self.at, step, backwards, breakpoints: self.breakpoints.clone(), ..Order::whole() };
        let mut journey = Journey::new(order, &self.run);
        loop {
            if let Some(arrival) = journey.proceed(&mut self.run, &mut *self.host, 3, None) {
                self.at = arrival.at;
                return arrival;
            }
        }
    }

    /// Puts the cursor at an event.
    pub fn stand_at(&mut self, event: u32) {
        let strand = self.run.log().event(EventId(event)).map_or(StrandId::ROOT, |it| it.strand);
        self.at = Position { event: EventId(event), strand };
    }

    /// Returns where it stands: `TaskScheduled Ship/2`, with the items of the Maps around it.
    pub fn place(&self) -> String {
        place(&self.run, self.at.event)
    }

    pub fn state(&self, name: &str) -> StateId {
        self.run.program().outline.find(name).expect("the workflow has it")
    }
}

/// Returns an event in words.
pub fn place(run: &Run, event: EventId) -> String {
    let Some(found) = run.log().event(event) else { return "nowhere".to_owned() };
    let outline = &run.program().outline;
    let kind = event_type(outline, found);
    let mut items = run.log().frame_at(event).iterations(found.strand);
    if items.is_empty() {
        items = run.log().frame_at(EventId(event.0 - 1)).iterations(found.strand);
    }
    let items = items.iter().fold(String::new(), |all, it| all + "/" + &it.to_string());
    let kind = kind
        .replace("TaskState", "")
        .replace("PassState", "")
        .replace("ParallelStateE", "E")
        .replace("MapStateE", "E")
        .replace("WaitState", "")
        .replace("FailState", "")
        .replace("LambdaFunction", "Task");
    format!("{kind} {}{items}", outline.name(found.state)).trim_end().to_owned()
}

/// Returns the events at which a list of breakpoints stops in a run, read in one go.
pub fn stops(run: &Run, list: &[Breakpoint]) -> Vec<EventId> {
    let armed = Armed::new(list, &run.program().outline).that_stop();
    let mut scan = Scan::new(armed, Arc::clone(run.program()), run.journal().spec.identity.clone());
    let mut frame = run.log().frame_at(EventId(0));
    let mut found = Vec::new();
    for event in run.log().iter() {
        frame.fold(event);
        if scan.stop(&frame, event).is_some() {
            found.push(event.id);
        }
    }
    found
}

/// Returns the events at which a list of breakpoints stops in the child executions of a run, each read in one go.
pub fn stops_inside(run: &Run, list: &[Breakpoint]) -> Vec<(ExecutionId, EventId)> {
    let reaches: Vec<Breakpoint> = list.iter().filter(|it| !matches!(it.on, On::Time(_))).cloned().collect();
    let armed = Armed::new(&reaches, &run.program().outline).that_stop();
    let mut found = Vec::new();
    for child in run.children().iter() {
        let mut scan = Scan::new(armed.clone(), Arc::clone(run.program()), child.identity());
        let mut frame = Frame::new(Arc::clone(&run.program().outline));
        for event in child.events() {
            frame.fold(event);
            if scan.stop(&frame, event).is_some() {
                found.push((child.about().id, event.id));
            }
        }
    }
    found.sort();
    found
}
