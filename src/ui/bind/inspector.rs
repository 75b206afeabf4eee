//! What the inspector shows of one state at the cursor: its visit, its data, its error and who handles it.

use std::sync::Arc;

use crate::asl::program::{CatchOutput, Program, ResultPath};
use crate::asl::{StateId, StateKind};
use crate::engine::handlers::{Decision, Verdict};
use crate::engine::{Event, EventId, EventKind, Failure};
use crate::history::{Frame, LogView, Visit, infer};
use crate::json::{Json, text};
use crate::session::Document;
use crate::session::flow::Field;
use crate::session::moment::{Handling, enters_fail, received};
use crate::session::provenance::{Asked, Question};
use crate::session::rules::{Rules, Ruling};
use crate::time::Duration;
use crate::ui::inspector::{Cause, ErrorView, Fact, Handler, InspectorView, Piece, Received, Verdict as Word};
use crate::ui::widgets::Status;

use super::index::RunIndex;
use super::table::{EventTable, attempt};
use super::{clock, visit_status};

/// Events of the visit that are listed, at most.
const MOST_EVENTS: usize = 500;
/// Events that are looked through for the visit, at most: what a frame has time for.
const MOST_SEARCHED: usize = 20_000;

/// What the inspector is made from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The document.
    pub document: &'a Document,
    /// What is known of what becomes of failures.
    pub rules: &'a Rules,
    /// Its events.
    pub log: &'a LogView,
    /// What is known of them.
    pub index: &'a RunIndex,
    /// The moment at the cursor.
    pub frame: &'a Frame,
}

/// Returns the view of a state without a run.
pub fn without_run(document: &Document, state: StateId) -> Option<InspectorView> {
    let outline = &document.definition.outline;
    let entry = outline.state(state)?;
    let facts = transitions(document, state);
    Some(InspectorView {
        name: entry.name.to_string(),
        about: about(document, state),
        facts,
        lines: lines(document, state),
        ..InspectorView::default()
    })
}

/// Returns the view of a state at the cursor; `shown` picks one of its attempts, from 1.
pub fn at_cursor(source: Source<'_>, state: StateId, shown: Option<u32>) -> Option<InspectorView> {
    let mut view = without_run(source.document, state)?;
    view.event = u64::from(source.frame.event.0);
    let visit = &source.frame.states.get(state.idx())?.last;
    let Some(activity) = visit.activity else {
        view.status = Some(Status::NotReached);
        return Some(view);
    };
    let events = visit_events(source, state, visit);
    let failures: Vec<&Event> = events.iter().copied().filter(|it| fails(source, it)).collect();
    let last = ended_by(source, &events);
    let failing = match shown {
        Some(number) => {
            let reported = failures.iter().copied().find(|it| attempt(&it.kind) == Some(number));
            reported.or(last.filter(|_| number == visit.attempts))
        }
        None => last.or(failures.last().copied()),
    };
    let explained = failing.and_then(|it| explain(source, it));
    let fate = explained.as_ref().and_then(|(ruling, _)| ruling.fate());
    view.status = Some(visit_status(activity, visit.attempts, fate));
    view.n_attempts = visit.attempts;
    view.attempt = shown.unwrap_or(visit.attempts);
    view.about = format!("{} · visit {}", view.about, source.frame.states[state.idx()].n_entered);
    fill_data(source, visit, &events, &mut view);
    let input = view.input.clone().unwrap_or_default();
    view.error = explained.map(|(ruling, failing)| error(source, &ruling, failing, &input));
    view.facts.splice(0..0, run_facts(source, visit, &events));
    let no_notes = std::collections::BTreeMap::new();
    let table = EventTable { log: source.log, index: source.index, run: 0, revision: 0, notes: &no_notes };
    view.events = events.iter().rev().take(MOST_EVENTS).rev().map(|it| table.row_of(it)).collect();
    Some(view)
}

/// Returns the event by which the execution has failed in this visit, where no event of the visit says it: an expression
/// had no value.
fn ended_by<'a>(source: Source<'a>, events: &[&Event]) -> Option<&'a Event> {
    let last = events.last().filter(|it| !fails(source, it))?;
    let end = source.log.event(source.frame.event)?;
    (matches!(end.kind, EventKind::ExecutionFailed(_)) && end.prev == last.id).then_some(end)
}

fn fails(source: Source<'_>, event: &Event) -> bool {
    super::is_error(&event.kind) || enters_fail(source.frame, event)
}

/// Returns the events of the visit up to the cursor, in order. Of a visit in a Map, only those of its own strand.
fn visit_events<'a>(source: Source<'a>, state: StateId, visit: &Visit) -> Vec<&'a Event> {
    let Some(entered) = source.log.event(visit.entered) else { return Vec::new() };
    let within = source.log.iter_from(visit.entered).take(MOST_SEARCHED).take_while(|it| it.id <= source.frame.event);
    within.filter(|it| it.strand == entered.strand && it.state == state).collect()
}

fn explain<'a>(source: Source<'a>, failing: &'a Event) -> Option<(Ruling, &'a Event)> {
    if failing.id == source.frame.event {
        return source.rules.ruling(source.frame, failing).map(|it| (it, failing));
    }
    let frame = source.log.frame_at(failing.id);
    source.rules.ruling(&frame, failing).map(|it| (it, failing))
}

/// Returns what the state hands on by a catcher after `failing`, as a question: where the history has come that far, and
/// it is `value`.
fn handed_on(source: Source<'_>, handling: &Handling, failing: &Event, value: &Json) -> Option<Question> {
    let visit = &source.frame.states.get(handling.state.idx())?.last;
    let own = |it: &&Event| it.strand == failing.strand && it.state == handling.state;
    let next = source.log.iter_from(EventId(failing.id.0 + 1)).take(MOST_SEARCHED).find(own)?;
    let EventKind::StateExited { output, .. } = &next.kind else { return None };
    (output.same(value) || output == value).then(|| Question {
        entered: visit.entered,
        upto: next.id,
        attempt: visit.attempts.saturating_sub(1) as usize,
        of: Asked::Field(Field::Output),
        way: Vec::new(),
    })
}

/// Why nothing is traced in a history that is shown alone.
pub const NO_PROGRAM: &str = "Add the definition: events alone do not say where values came from";

fn fill_data(source: Source<'_>, visit: &Visit, events: &[&Event], view: &mut InspectorView) {
    for event in events {
        match &event.kind {
            EventKind::StateEntered { input, .. } => view.input = Some(input.clone()),
            EventKind::StateExited { output, .. } => view.output = Some(output.clone()),
            _ => {}
        }
    }
    let strand = source.log.event(visit.entered).map(|it| it.strand);
    let strand = strand.and_then(|it| source.frame.strands.get(&it)).or_else(|| source.frame.strands.values().next());
    view.variables = strand.and_then(|it| it.variables.as_deref().cloned());
    let question = |of| Question {
        entered: visit.entered,
        upto: source.frame.event,
        attempt: visit.attempts.saturating_sub(1) as usize,
        of,
        way: Vec::new(),
    };
    if source.rules.program().is_none() {
        view.untraced = Some(NO_PROGRAM);
        return;
    }
    let data = if view.output.is_some() { Field::Output } else { Field::Input };
    view.data_origin = Some(question(Asked::Field(data)));
    view.variables_origin = Some(question(Asked::Variables));
}

fn run_facts(source: Source<'_>, visit: &Visit, events: &[&Event]) -> Vec<Fact> {
    let start = source.log.event(EventId(1)).map(|it| it.at);
    let mut facts = Vec::new();
    let mut add = |name, value: String, mono| facts.push(Fact { name, value, mono, state: None });
    if let (Some(first), Some(start)) = (events.first(), start) {
        add("Entered", format!("{}, event {}", clock(first.at - start), first.id.0), true);
        let ended = source.log.event(visit.event).filter(|it| matches!(it.kind, EventKind::StateExited { .. }));
        let until = ended.map_or(source.frame.at, |it| it.at);
        let words = if ended.is_some() { "Took" } else { "For" };
        add(words, (until - first.at).to_string(), true);
        let strand = first.strand;
        let iterations = source.frame.iterations(strand);
        if !iterations.is_empty() {
            let path: Vec<String> = iterations.iter().map(u32::to_string).collect();
            add("Iteration", path.join(" / "), true);
        }
    }
    if visit.attempts > 1 {
        add("Attempts", visit.attempts.to_string(), true);
    }
    for event in events {
        if let EventKind::TaskScheduled(call) = &event.kind
            && Some(call.attempt) == Some(visit.attempts)
        {
            if let Some(secs) = call.timeout_secs {
                add("Time limit", Duration::from_millis(secs.saturating_mul(1000)).to_string(), true);
            }
            if let Some(secs) = call.heartbeat_secs {
                add("Heartbeat every", Duration::from_millis(secs.saturating_mul(1000)).to_string(), true);
            }
        }
    }
    facts
}

fn transitions(document: &Document, state: StateId) -> Vec<Fact> {
    use crate::asl::TransitionKind;
    let Some(entry) = document.definition.outline.state(state) else { return Vec::new() };
    let mut facts = Vec::new();
    if let Some(comment) = &entry.comment {
        facts.push(Fact { name: "Comment", value: comment.to_string(), mono: false, state: None });
    }
    if let Some(resource) = &entry.resource {
        facts.push(Fact { name: "Resource", value: resource.to_string(), mono: true, state: None });
    }
    for transition in &entry.transitions {
        let (name, value) = match &transition.kind {
            TransitionKind::Next => ("Next", transition.name.to_string()),
            TransitionKind::Default => ("Default", transition.name.to_string()),
            TransitionKind::Choice { condition, .. } => ("If", format!("{condition} → {}", transition.name)),
            TransitionKind::Catch { errors, .. } => ("Catch", format!("{} → {}", errors.join(", "), transition.name)),
        };
        facts.push(Fact { name, value, mono: false, state: transition.target.map(|it| it.0) });
    }
    if entry.end {
        facts.push(Fact { name: "End", value: "true".to_owned(), mono: true, state: None });
    }
    facts
}

fn about(document: &Document, state: StateId) -> String {
    let Some(entry) = document.definition.outline.state(state) else { return String::new() };
    let kind = entry.kind.map_or("unknown type", StateKind::name);
    let called = entry.resource.as_deref().map(|it| crate::asl::program::Resource::of(it).short());
    called.map_or_else(|| kind.to_owned(), |it| format!("{kind} · {it}"))
}

fn lines(document: &Document, state: StateId) -> std::ops::Range<usize> {
    let Some(entry) = document.definition.outline.state(state).filter(|_| !document.text.is_empty()) else {
        return 0..0;
    };
    let line = |offset| document.lines.line_column(&document.text, offset).0 - 1;
    line(entry.name_span.start)..line(entry.span.end.saturating_sub(1)) + 1
}

fn error(source: Source<'_>, ruling: &Ruling, failing: &Event, input: &Json) -> ErrorView {
    let failure = ruling.failure();
    let view = ErrorView {
        name: failure.and_then(|it| it.error.as_deref()).unwrap_or("(no error name)").to_owned(),
        sentence: Vec::new(),
        cause: failure.map_or(Cause::None, |it| cause(it)),
        source: String::new(),
        handlers: Vec::new(),
        received: None,
    };
    match (ruling, source.rules.program()) {
        (Ruling::Decided(handling), Some(program)) => decided(view, source, program, handling, failing, input),
        _ => ErrorView { sentence: inferred_sentence(source, ruling), ..view },
    }
}

fn decided(
    view: ErrorView,
    source: Source<'_>,
    program: &Program,
    handling: &Handling,
    failing: &Event,
    input: &Json,
) -> ErrorView {
    let handlers = handlers(program, handling);
    let next = handling.next.map(|it| program.outline.name(it).to_owned());
    let received = next.zip(received(program, handling, input)).map(|(state, value)| Received {
        state,
        note: received_note(program, handling),
        origin: handed_on(source, handling, failing, &value),
        value,
        base: Some(input.clone()),
    });
    ErrorView {
        sentence: sentence(source, program, handling, failing),
        source: if handlers.is_empty() { String::new() } else { "rules recorded from the service".to_owned() },
        handlers,
        received,
        ..view
    }
}

/// Says what became of a failure where only what followed tells it.
fn inferred_sentence(source: Source<'_>, ruling: &Ruling) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(message) = ruling.failure().and_then(|it| message(it)) {
        pieces.push(Piece::Text(stopped(&message)));
    }
    let Ruling::Inferred(handled) = ruling else { return pieces };
    let shown = handled.shown_by.map(|it| format!(", event {}", it.0)).unwrap_or_default();
    match handled.fate {
        infer::Fate::Retried(after) => pieces.push(Piece::Text(format!(
            "Attempt {} failed, and the next one began after {after}{shown}: a retrier took it.",
            handled.attempt
        ))),
        infer::Fate::Caught(next) => {
            let words = if next.is_some() { "A catcher took the run to " } else { "A catcher took it." };
            pieces.push(Piece::Text(words.to_owned()));
            if let Some(next) = next {
                pieces.push(Piece::State(next.0, source.rules.outline().name(next).to_owned()));
                pieces.push(Piece::Text(format!("{shown}.")));
            }
        }
        infer::Fate::Uncaught => pieces.push(Piece::Text(format!("Nothing in this state took it{shown}."))),
        infer::Fate::Open => pieces.push(Piece::Text("Nothing has followed yet.".to_owned())),
        infer::Fate::GivenUp => {
            pieces.push(Piece::Text("Something else ended before anything became of it.".to_owned()));
        }
    }
    let against = match handled.handler {
        infer::Handler::Contradicts(decision) => format!(" By the open definition, {}.", decision_words(decision)),
        infer::Handler::Unknown | infer::Handler::Named(..) => {
            " Histories do not record handlers; add the definition to have them named.".to_owned()
        }
    };
    pieces.push(Piece::Text(format!(" Inferred from the events.{against}")));
    pieces
}

/// Says what a definition decides about a failure.
pub fn decision_words(decision: Decision) -> String {
    match decision {
        Decision::Retry(idx) => format!("Retry {} tries again", idx + 1),
        Decision::Catch(idx) => format!("Catch {} takes it", idx + 1),
        Decision::Uncaught => "no handler takes it".to_owned(),
    }
}

fn cause(failure: &Failure) -> Cause {
    match &failure.cause {
        None => Cause::None,
        Some(text) if text.is_empty() => Cause::None,
        Some(cause) => match text::parse(cause) {
            Ok(json @ (Json::Object(_) | Json::Array(_))) => Cause::Json(Arc::clone(cause), json),
            _ => Cause::Text(Arc::clone(cause)),
        },
    }
}

/// Says what happened, why, and what follows.
fn sentence(source: Source<'_>, program: &Program, handling: &Handling, failing: &Event) -> Vec<Piece> {
    let words = |it: &str| Piece::Text(it.to_owned());
    let mut pieces = Vec::new();
    if let Some(message) = message(&handling.failure) {
        pieces.push(Piece::Text(stopped(&message)));
    }
    let view = source.frame.states.get(handling.state.idx());
    let attempts = attempt(&failing.kind).or(view.map(|it| it.last.attempts)).unwrap_or(0);
    match handling.decision {
        Decision::Retry(idx) => {
            let back_off = Duration::from_secs(handling.back_off_secs.unwrap_or(0.0));
            pieces.push(Piece::Text(format!(
                "Attempt {attempts} failed, so Retry {} tries again after {back_off}.",
                idx + 1
            )));
        }
        Decision::Catch(idx) => {
            let next = handling.next.map_or("", |it| program.outline.name(it));
            let since = match (attempts, took(source, failing)) {
                (2.., Some(took)) => format!("All {attempts} attempts failed in {took}, so "),
                _ => String::new(),
            };
            pieces.push(Piece::Text(format!("{since}Catch {} takes the run to ", idx + 1)));
            pieces.push(Piece::State(handling.next.map_or(0, |it| it.0), next.to_owned()));
            pieces.push(words("."));
        }
        Decision::Uncaught => pieces.push(words(uncaught(program, handling))),
    }
    pieces
}

/// Ends a message as a sentence that another one follows.
fn stopped(message: &str) -> String {
    let stop = if message.ends_with(['.', '!', '?']) { " " } else { ". " };
    format!("{message}{stop}")
}

fn uncaught(program: &Program, handling: &Handling) -> &'static str {
    use crate::engine::FailureKind;
    let entry = program.outline.state(handling.state);
    let kind = entry.and_then(|it| it.kind);
    let nested = entry.is_some_and(|it| it.scope != crate::asl::ScopeId::ROOT);
    match (handling.failure.kind, kind, nested) {
        (FailureKind::Terminal, ..) => "No Retry and no Catch can handle this error, so the execution fails.",
        (_, Some(StateKind::Fail), true) => {
            "A Fail state ends its branch or iteration; the state around it may handle the error."
        }
        (_, Some(StateKind::Fail), false) => "A Fail state ends the execution.",
        (.., true) => "Nothing in this state handles it, so the state around it receives it.",
        (.., false) => "Nothing handles it, so the execution fails.",
    }
}

/// Returns the message of a cause that Lambda has written, or of a plain one that is short.
fn message(failure: &Failure) -> Option<String> {
    let cause = failure.cause.as_deref().filter(|it| !it.is_empty())?;
    let parsed = text::parse(cause).ok().filter(|it| it.as_object().is_some());
    match parsed {
        Some(json) => {
            let found = ["errorMessage", "message", "Message", "ErrorMessage"]
                .iter()
                .find_map(|name| json.get(name)?.as_str().map(str::to_owned));
            found.filter(|it| !it.is_empty())
        }
        None => Some(cause.to_owned()).filter(|it| it.chars().count() <= 240),
    }
}

/// Returns how long the visit took from its first attempt to the failure.
fn took(source: Source<'_>, failing: &Event) -> Option<Duration> {
    let state = source.frame.states.get(failing.state.idx())?;
    let entered = source.log.event(state.last.entered)?;
    Some(failing.at - entered.at).filter(|it| *it > Duration::ZERO)
}

fn handlers(program: &Program, handling: &Handling) -> Vec<Handler> {
    let of_state = &program.state(handling.state).handlers;
    let by = match handling.decision {
        Decision::Retry(idx) => format!("Retry {} matched before it", idx + 1),
        Decision::Catch(idx) => format!("Catch {} matched before it", idx + 1),
        Decision::Uncaught => "a retrier before it matched, with no retry left".to_owned(),
    };
    let retriers = of_state.retry.iter().zip(&handling.retriers).enumerate().map(|(idx, (it, verdict))| {
        let matched = handling.retriers.iter().position(|it| matches!(it, Verdict::UsedUp { .. }));
        let before = matched.map_or_else(|| by.clone(), |first| format!("Retry {} matched before it", first + 1));
        handler(true, idx, &it.errors, verdict, &before, Some(it.max_attempts))
    });
    let catchers = of_state.catch.iter().zip(&handling.catchers).enumerate();
    retriers.chain(catchers.map(|(idx, (it, verdict))| handler(false, idx, &it.errors, verdict, &by, None))).collect()
}

fn handler(
    is_retrier: bool,
    idx: usize,
    errors: &[Arc<str>],
    verdict: &Verdict,
    by: &str,
    retries: Option<u32>,
) -> Handler {
    let (word, reason) = match verdict {
        Verdict::Differs => (Word::Skipped, "the name differs".to_owned()),
        Verdict::NotTimeouts => (Word::Skipped, "States.TaskFailed does not match time-outs".to_owned()),
        Verdict::UsedUp { max_attempts: 0 } => {
            (Word::UsedUp, "matches; MaxAttempts is 0, so it never retries".to_owned())
        }
        Verdict::UsedUp { max_attempts } => {
            (Word::UsedUp, format!("matches; {max_attempts} of {max_attempts} retries used"))
        }
        Verdict::Takes if is_retrier => {
            let most = retries.unwrap_or(0);
            (Word::TakesIt, format!("first retrier that matches; up to {most} retries"))
        }
        Verdict::Takes => (Word::TakesIt, "first catcher that matches".to_owned()),
        Verdict::NotRead => (Word::NotRead, by.to_owned()),
        Verdict::CannotMatch => (Word::CannotMatch, "no handler takes this error".to_owned()),
    };
    let names = errors.iter().map(|it| &**it).collect::<Vec<_>>().join(", ");
    Handler { is_retrier, number: idx + 1, names, verdict: word, reason }
}

fn received_note(program: &Program, handling: &Handling) -> String {
    let Decision::Catch(idx) = handling.decision else { return String::new() };
    match &program.state(handling.state).handlers.catch[idx].output {
        CatchOutput::Placed(ResultPath::Replace) | CatchOutput::Query(None) => {
            "the catcher replaces the whole input".to_owned()
        }
        CatchOutput::Placed(ResultPath::Discard) => "the input alone: ResultPath is null".to_owned(),
        CatchOutput::Placed(ResultPath::At(path)) => format!("input with {} added", path.text()),
        CatchOutput::Query(Some(_)) => "the catcher's Output".to_owned(),
    }
}
