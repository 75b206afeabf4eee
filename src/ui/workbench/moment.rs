//! `Moment`: all view data that depends on the cursor, made when the cursor moves or the focus changes.

use std::sync::Arc;

use crate::engine::{Event, EventId};
use crate::history::table::payloads;
use crate::history::{Frame, RunStatus};
use crate::json::Json;
use crate::session::breakpoint::Breakpoint;
use crate::session::journey::Why;
use crate::session::moment::{Handling, attempts_allowed};
use crate::session::rules::Ruling;
use crate::ui::bind::{self, clock, inspector};
use crate::ui::command::Command;
use crate::ui::graph::model::NodeId;
use crate::ui::graph::status::GraphStatus;
use crate::ui::inspector::InspectorView;
use crate::ui::status_bar::RunStatus as StatusOfRun;
use crate::ui::strands::StrandsView;
use crate::ui::widgets::{BannerLine, Status};
use crate::ui::window::BannerView;

use super::{Workbench, histories};

/// What panels show of the moment at the cursor.
pub struct Moment {
    /// The moment.
    pub frame: Frame,
    /// What has happened to the graph.
    pub graph: Arc<GraphStatus>,
    /// The state in focus.
    pub inspector: Option<InspectorView>,
    /// The line above the canvas.
    pub banner: Option<BannerView>,
    /// What runs beside each other.
    pub strands: StrandsView,
    /// The run, for the status bar.
    pub status: StatusOfRun,
}

impl Workbench {
    /// Makes the view data again for the event at the cursor.
    pub(super) fn refresh(&mut self) {
        let at = self.moment.as_ref().map(|it| it.frame.event);
        match at {
            Some(event) if self.shown_run().is_some() => self.show_moment(event),
            _ => self.show_definition(),
        }
    }

    /// Makes the view data of a definition that is not running.
    fn show_definition(&mut self) {
        let frame = Frame::new(Arc::clone(&self.edition.document.definition.outline));
        let status = StatusOfRun {
            status: Status::NotReached,
            text: "No run yet".to_owned(),
            event: 0,
            n_events: 0,
            payload_bytes: 0,
            time: clock(crate::time::Duration::ZERO),
            n_transitions: 0,
            recorded: false,
        };
        let inspector = self.focus.and_then(|it| inspector::without_run(&self.edition.document, it));
        let mut graph = GraphStatus { is_stale: self.is_stale(), ..GraphStatus::default() };
        self.mark_breakpoints(&mut graph);
        self.mark_always(&mut graph);
        let strands = StrandsView::default();
        self.moment = Some(Moment { frame, graph: Arc::new(graph), inspector, banner: None, strands, status });
    }

    /// Makes the view data of the moment after `event`.
    pub(super) fn show_moment(&mut self, event: EventId) {
        let Some(run) = self.shown_run() else { return self.show_definition() };
        let (rules, log) = (&run.published.rules, &run.published.log);
        let frame = log.frame_at(event);
        let at_event = log.event(event);
        let ruling = at_event.and_then(|it| rules.ruling(&frame, it));
        let fate = ruling.as_ref().and_then(Ruling::fate);
        let mut graph = bind::graph::status(&self.edition.model, rules, &frame, at_event, ruling.as_ref());
        let why = self.why_here(event);
        graph.is_stale = self.is_stale();
        graph.is_stopped &= ruling.is_some() || event.0 as usize != log.len() || why.is_some();
        Self::mark_asking(run, event, &mut graph);
        if let Some(chosen) = self.chosen_strand(&frame).and_then(|it| frame.strands.get(&it)) {
            graph.current = Some(NodeId(chosen.state.0));
        }
        self.mark_breakpoints(&mut graph);
        self.mark_always(&mut graph);
        let source =
            inspector::Source { document: &self.edition.document, rules, log, index: &run.index, frame: &frame };
        // A state that was put in since the run began has no visit.
        let without = |it| inspector::without_run(&self.edition.document, it);
        let mut inspector =
            self.focus.and_then(|it| inspector::at_cursor(source, it, self.attempt).or_else(|| without(it)));
        if let Some(inspector) = &mut inspector {
            inspector.came_from.clone_from(&self.came_from);
        }
        let (status, mut text) = bind::run_status(&frame, at_event, fate);
        let stopped = why.filter(|_| ruling.is_none()).and_then(|it| stopped(&self.breakpoints, it));
        if let (Some(words), RunStatus::Running) = (&stopped, &frame.status) {
            text.clone_from(words);
        }
        let start = log.event(EventId(1)).map_or(frame.at, |it| it.at);
        // An event without a payload of its own stands for what its state works on.
        let strand = at_event.and_then(|it| frame.strand_of(it)).map(|it| &it.input);
        let payload = at_event.and_then(|it| {
            let (input, output) = payloads(it);
            output.or(input).or(strand)
        });
        let status = StatusOfRun {
            status,
            text,
            event: u64::from(frame.event.0),
            n_events: log.len() as u64,
            payload_bytes: payload.map_or(0, Json::size_bytes),
            time: clock(frame.at - start),
            n_transitions: u64::from(frame.n_transitions),
            recorded: run.history.is_some(),
        };
        let banner = self.difference_banner(event).or_else(|| match (ruling.as_ref()?, rules.program()) {
            (Ruling::Decided(handling), Some(program)) => Some(banner(program, &frame, handling, &status)),
            (Ruling::Inferred(handled), _) => Some(histories::inferred_banner(rules, handled, &status)),
            (Ruling::Decided(_), None) => None,
        });
        let asks = self.is_asking();
        let banner = banner.or_else(|| Some(stop_banner(rules.outline(), at_event?, stopped?, &status, asks)));
        let banner = banner.or_else(|| self.history_banner());
        let banner = banner.or_else(|| self.is_older().then(older_banner));
        let strands = self.strands_view(&frame);
        self.moment = Some(Moment { frame, graph: Arc::new(graph), inspector, banner, strands, status });
    }
}

/// Says why the run stands where it does; nothing where it has ended.
fn stopped(breakpoints: &[Breakpoint], why: Why) -> Option<String> {
    let words = match why {
        Why::Breakpoint(idx) => match breakpoints.get(idx).map(Breakpoint::when) {
            Some(when) => format!("Stopped at a breakpoint, {when}"),
            None => "Stopped at a breakpoint".to_owned(),
        },
        Why::Inside(idx, ..) => match breakpoints.get(idx).map(Breakpoint::when) {
            Some(when) => format!("A child execution stopped at a breakpoint, {when}"),
            None => "A child execution stopped at a breakpoint".to_owned(),
        },
        Why::Step => "Stopped after a step".to_owned(),
        Why::Paused => "Paused".to_owned(),
        Why::Unanswered => "Waiting for an answer".to_owned(),
        Why::End => return None,
    };
    Some(words)
}

/// Says at which event the run was stopped.
fn stop_banner(
    outline: &crate::asl::Outline,
    event: &Event,
    title: String,
    status: &StatusOfRun,
    asks: bool,
) -> BannerView {
    let name = outline.name(event.state);
    let kind = crate::history::aws::event_type(outline, event);
    let place = if name.is_empty() { kind } else { format!("{name}, {kind}") };
    let text = format!("{place} at {}", status.time);
    let commands = if asks { vec![Command::AnswerTask] } else { vec![Command::StepBack, Command::StepOver] };
    BannerView { kind: BannerLine::Status(Status::Waiting), title, text, commands }
}

/// Says that what is shown is not the newest definition.
fn older_banner() -> BannerView {
    BannerView {
        kind: BannerLine::Older,
        title: "This run has an older definition".to_owned(),
        text: "Graph, text and problems are of the one that it ran with.".to_owned(),
        commands: vec![Command::ForkHere, Command::ShowNewest],
    }
}

/// Says in a line where the run stands and what comes next.
fn banner(program: &crate::asl::Program, frame: &Frame, handling: &Handling, status: &StatusOfRun) -> BannerView {
    use crate::engine::handlers::Decision;
    let name = program.outline.name(handling.state);
    let error = handling.failure.error.as_deref().unwrap_or("an error without a name");
    let visit = &frame.states[handling.state.idx()].last;
    let handlers = &program.state(handling.state).handlers;
    let most = attempts_allowed(handlers, &visit.failures).max(visit.attempts);
    let attempt = if most > 1 && visit.attempts > 0 {
        format!(" on attempt {} of {most}", visit.attempts)
    } else {
        String::new()
    };
    let next = match handling.decision {
        Decision::Retry(_) => {
            let secs = handling.back_off_secs.unwrap_or(0.0);
            format!("Next: attempt {} after {}.", visit.attempts + 1, crate::time::Duration::from_secs(secs))
        }
        Decision::Catch(_) => format!("Next: {}.", handling.next.map_or("", |it| program.outline.name(it))),
        Decision::Uncaught => "Nothing in this state handles it.".to_owned(),
    };
    BannerView {
        kind: BannerLine::Status(status.status),
        title: status.text.clone(),
        text: format!("{name} failed{attempt} with {error}. {next}"),
        commands: vec![Command::PreviousError, Command::NextError],
    }
}
