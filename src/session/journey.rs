//! `Journey`: a command that moves through a run, carried out. Forwards through what has happened and then by driving
//! the run on; backwards through what has happened.

use crate::engine::{Event, EventId, ExecutionId, Status};
use crate::history::{Frame, LogView};
use crate::time::Timestamp;

use super::breakpoint::{Armed, Inside, Scan};
use super::children::ChildRun;
use super::execution::Execution;
use super::host::Host;
use super::run::{Drive, Lookout};
use super::search::{Watch, go_to_end, next, previous, stops_at};
use super::step::{Position, Step, Stepper, focus_at};

/// Where to go.
#[derive(Clone, Debug)]
pub struct Order {
    /// From where.
    pub from: Position,
    /// How far; without a step to the next breakpoint.
    pub step: Option<Step>,
    /// Whether back in time.
    pub backwards: bool,
    /// Where to stop on the way.
    pub breakpoints: Armed,
    /// Whether to go past all breakpoints, also those that are set on the way.
    pub past_breakpoints: bool,
}

/// Where a journey ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The place.
    pub at: Position,
    /// The reason.
    pub why: Why,
}

/// Why a journey ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The step is done.
    Step,
    /// At the breakpoint at this place of the list.
    Breakpoint(usize),
    /// At the breakpoint at this place of the list, in a child execution; the run itself stands where it was.
    Inside(usize, ExecutionId, EventId),
    /// The execution has ended; backwards: it began there.
    End,
    /// Somebody has to say what a task answers.
    Unanswered,
    /// It was told to stop.
    Paused,
}

/// A journey under way.
#[derive(Debug)]
pub struct Journey {
    order: Order,
    watch: Both,
    inside: Inside,
    /// Whether everything has been looked at that had happened before.
    caught_up: bool,
}

/// Looks out for breakpoints and for the end of the step.
#[derive(Debug)]
struct Both {
    scan: Scan,
    stepper: Option<Stepper>,
    why: Why,
}

/// What has been found while the run was driven on.
struct Driven<'a> {
    watch: &'a mut Both,
    inside: &'a mut Inside,
    found: Option<(EventId, Why)>,
    found_inside: Option<Why>,
}

impl Lookout for Driven<'_> {
    fn stops(&mut self, frame: &Frame, event: &Event) -> bool {
        if self.found.is_none() && self.watch.stops(frame, event) {
            self.found = Some((event.id, self.watch.why));
        }
        self.found.is_some()
    }

    fn stops_inside(&mut self, child: &ChildRun) -> bool {
        // Also what is not stopped at is taken in.
        let met = self.inside.take_in(child);
        let why = met.map(|(event, breakpoint)| Why::Inside(breakpoint, child.about().id, event));
        self.found_inside = self.found_inside.or(why);
        self.found_inside.is_some()
    }
}

impl Watch for Both {
    fn begin(&mut self, log: &LogView, frame: &Frame) {
        self.scan.begin(log, frame);
        if let Some(stepper) = &mut self.stepper {
            stepper.begin(log, frame);
        }
    }

    fn stops(&mut self, frame: &Frame, event: &Event) -> bool {
        let met = self.scan.stop(frame, event);
        let stepped = self.stepper.as_mut().is_some_and(|it| it.stops(frame, event));
        match met {
            Some(breakpoint) => self.why = Why::Breakpoint(breakpoint),
            None if stepped => self.why = Why::Step,
            None => return false,
        }
        true
    }

    fn counts(&self) -> bool {
        self.scan.counts()
    }
}

impl Order {
    /// Returns the order to go from the beginning to the end.
    pub fn whole() -> Self {
        Self {
            from: Position::default(),
            step: None,
            backwards: false,
            breakpoints: Armed::default(),
            past_breakpoints: false,
        }
    }
}

impl Journey {
    /// Sets out in `run`.
    pub fn new(order: Order, run: &dyn Execution) -> Self {
        let list = if order.past_breakpoints { Armed::default() } else { order.breakpoints.that_stop() };
        let inside = Inside::new(&list, run.rules(), run.children());
        let scan = Scan::new(list, run.rules(), run.identity().clone());
        let stepper = order.step.map(|step| Stepper::new(step, order.from, run.log()));
        Self { watch: Both { scan, stepper, why: Why::Step }, inside, order, caught_up: false }
    }

    /// Makes these the breakpoints from here on.
    pub fn arm(&mut self, breakpoints: &Armed, run: &dyn Execution) {
        if self.order.past_breakpoints {
            return;
        }
        let list = breakpoints.that_stop();
        self.inside = Inside::new(&list, run.rules(), run.children());
        let mut scan = Scan::new(list, run.rules(), run.identity().clone());
        go_to_end(run.log(), &mut scan);
        self.watch.scan = scan;
    }

    /// Goes on, with at most `budget` actions and with what is due up to the moment `until`, if there is one; returns
    /// where it has ended, or nothing if it is not there yet.
    pub fn proceed(
        &mut self,
        run: &mut dyn Execution,
        host: &mut dyn Host,
        budget: u32,
        until: Option<Timestamp>,
    ) -> Option<Arrival> {
        let from = self.order.from.event;
        if self.order.backwards {
            let found = previous(run.log(), from, &mut self.watch);
            let start = EventId(u32::from(!run.log().is_empty()));
            return Some(
                found.map_or_else(|| arrive(run.log(), start, Why::End), |event| self.arrive_where(run, event)),
            );
        }
        if !self.caught_up {
            self.caught_up = true;
            if let Some(event) = next(run.log(), from, &mut self.watch) {
                return Some(self.arrive_where(run, event));
            }
        }
        let mut driven = Driven { watch: &mut self.watch, inside: &mut self.inside, found: None, found_inside: None };
        let drive = run.go_on(host, &mut driven, budget, until);
        let (found, found_inside) = (driven.found, driven.found_inside);
        if let Some(why) = found_inside {
            // Where the same action has brought about a stop of the run itself, that one comes next.
            let event = found.map_or(run.last(), |(event, _)| EventId(event.0.saturating_sub(1)));
            return Some(arrive(run.log(), event, why));
        }
        if let Some((event, why)) = found {
            return Some(arrive(run.log(), event, why));
        }
        match drive {
            Drive::OutOfBudget if *run.status() == Status::Running => None,
            Drive::Unanswered(_) => Some(arrive(run.log(), run.last(), Why::Unanswered)),
            Drive::OutOfBudget | Drive::Ended | Drive::Stopped => Some(arrive(run.log(), run.last(), Why::End)),
        }
    }

    fn arrive_where(&self, run: &dyn Execution, event: EventId) -> Arrival {
        // Backwards the search reads forwards, and goes past the stop that it returns: the reason is asked for again.
        let mut watch = Both { scan: self.watch.scan.clone(), stepper: None, why: Why::Step };
        let why = if stops_at(run.log(), event, &mut watch) { watch.why } else { Why::Step };
        arrive(run.log(), event, why)
    }
}

/// Returns the arrival of a journey that is told to stop where the run stands.
pub fn paused(run: &dyn Execution) -> Arrival {
    arrive(run.log(), run.last(), Why::Paused)
}

fn arrive(log: &LogView, event: EventId, why: Why) -> Arrival {
    Arrival { at: Position { event, strand: focus_at(log, event) }, why }
}
