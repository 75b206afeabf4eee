//! The data flow and the attempts of a visit as the inspector shows them, and where a value came from.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::asl::StateId;
use crate::engine::handlers::Decision;
use crate::json::{Json, text};
use crate::session::Document;
use crate::session::flow::{Field, Flow, FlowStep, Held, Source as Origin};
use crate::session::provenance::{Asked, Question, Trail, place_in};
use crate::session::visit::Visit;
use crate::time::Timestamp;
use crate::ui::bind::clock;
use crate::ui::inspector::{AttemptRow, CameFrom, Detail, HopRow, RuleRow, StepView};
use crate::ui::widgets::Status;
use crate::ui::widgets::json_tree::bytes;

use super::inspector::Source;

/// Characters of a value in a line.
const MOST_CHARS: usize = 80;

/// Returns what the inspector shows of a visit and the data flow of one of its attempts.
pub fn detail(source: Source<'_>, visit: &Visit, flow: &Flow) -> Detail {
    let pointer = source.document.definition.outline.state(visit.state).map(|it| Arc::clone(&it.pointer));
    let step = |it: &FlowStep| step(source, visit, flow, pointer.as_deref(), it);
    Detail {
        steps: flow.steps.iter().map(step).collect(),
        source: match flow.source {
            Origin::Run => "Told by the engine, which has done this visit once more",
            Origin::Events => "Worked out from the recorded events and the definition; what is random is not recorded",
            Origin::Nothing => "Only what the events carry; the steps between need the definition",
        },
        attempts: attempts(source, visit),
    }
}

fn step(source: Source<'_>, visit: &Visit, flow: &Flow, pointer: Option<&str>, step: &FlowStep) -> StepView {
    let place = pointer.filter(|_| !step.pointer.is_empty() && step.expression.is_some());
    let span = place.map(|it| place_in(&source.document.root, &format!("{it}{}", step.pointer)));
    let field = |of| Question {
        entered: visit.entered,
        upto: source.frame.event,
        attempt: flow.attempt.saturating_sub(1),
        of: Asked::Field(of),
        way: Vec::new(),
    };
    let is_traced =
        !matches!(step.field, Field::Choices | Field::Delay | Field::Retry(_) | Field::ItemReader | Field::ItemBatcher);
    StepView {
        title: step.field.title(),
        expression: step.expression.as_deref().map(str::to_owned),
        note: step.note.clone(),
        event: step.event.map(|it| u64::from(it.0)),
        size: step.value.as_ref().map(|it| bytes(it.size_bytes())),
        value: step.value.clone(),
        base: step.base.clone(),
        is_data: step.field.is_data(),
        unchanged: step.changes_nothing(),
        rules: step.rules.iter().map(rule).collect(),
        byte: span.map(|it| it.start),
        origin: is_traced.then(|| field(step.field)),
    }
}

fn rule(rule: &crate::session::flow::RuleVerdict) -> RuleRow {
    let verdict = match rule.verdict {
        Held::No => "Does not hold",
        Held::Yes => "Taken",
        Held::Failed => "Fails",
        Held::NotRead => "Not read",
    };
    let condition = if rule.condition.is_empty() { "Default".to_owned() } else { rule.condition.to_string() };
    RuleRow { condition, next: rule.next.to_string(), verdict, is_taken: rule.verdict == Held::Yes }
}

fn attempts(source: Source<'_>, visit: &Visit) -> Vec<AttemptRow> {
    let start = source.log.event(crate::engine::EventId(1)).map_or(visit.entered_at, |it| it.at);
    let handlers = source.rules.handlers(visit.state);
    let row = |(idx, attempt): (usize, &crate::session::visit::Attempt)| {
        let decision = handlers.and_then(|it| visit.decision(it, idx));
        let event = attempt.begun.or(attempt.end.as_ref().and_then(|it| it.event));
        let (result, status) = match attempt.end.as_ref().map(|it| &it.result) {
            None => ("still runs".to_owned(), Status::Running),
            Some(Ok(Some(value))) => (short(value), Status::Succeeded),
            Some(Ok(None)) => ("succeeded".to_owned(), Status::Succeeded),
            Some(Err(failure)) => {
                let status = match decision {
                    Some(Decision::Retry(_)) => Status::FailedAttempt,
                    Some(Decision::Catch(_)) => Status::Caught,
                    _ => Status::Failed,
                };
                (failure.error.as_deref().unwrap_or("an error without a name").to_owned(), status)
            }
        };
        AttemptRow {
            number: idx as u32 + 1,
            started: event.map_or_else(String::new, |(_, at): (_, Timestamp)| clock(at - start)),
            took: attempt.took().map(|it| it.to_string()),
            result,
            status,
            next: handlers.zip(decision).map(|(it, decision)| next(source, visit, it, idx, decision)),
            event: event.map(|(id, _)| u64::from(id.0)),
        }
    };
    visit.attempts.iter().enumerate().map(row).collect()
}

/// Says who decided what follows a failure.
fn next(
    source: Source<'_>,
    visit: &Visit,
    handlers: &crate::asl::program::Handlers,
    idx: usize,
    decision: Decision,
) -> String {
    match decision {
        Decision::Retry(retrier) => {
            let Some(back_off) = visit.back_off(handlers, idx) else { return String::new() };
            let policy = &handlers.retry[retrier];
            let mut words = format!("Retry {} waits {}", retrier + 1, back_off.formula(policy));
            if policy.full_jitter {
                let waited = back_off.waited.map(|it| it.to_string());
                let _ = match waited {
                    Some(waited) => write!(words, ", full jitter made it {waited}"),
                    None => write!(words, ", full jitter makes it less"),
                };
            }
            words
        }
        Decision::Catch(catcher) => {
            let next = source.rules.outline().name(handlers.catch[catcher].next);
            format!("Catch {} leads to {next}", catcher + 1)
        }
        Decision::Uncaught => "No retrier and no catcher takes it".to_owned(),
    }
}

/// Returns where a value came from as rows.
pub fn came_from(
    document: &Document,
    question: &Question,
    value: Option<&Json>,
    state: StateId,
    trail: &Trail,
) -> CameFrom {
    let name = document.definition.outline.name(state);
    let of = match question.of {
        Asked::Field(field) => format!("{} of {name}", field.title()),
        Asked::Variables => "Variables".to_owned(),
    };
    let way: Vec<&str> = question.way.iter().map(|it| &**it).collect();
    let place = if way.is_empty() { of } else { format!("{of} / {}", way.join(" / ")) };
    let mut rows = Vec::new();
    add_rows(document, trail, 0, &mut rows);
    CameFrom { place, value: value.map(short), rows }
}

fn add_rows(document: &Document, trail: &Trail, depth: usize, rows: &mut Vec<HopRow>) {
    for hop in &trail.hops {
        let outline = &document.definition.outline;
        let name = outline.name(hop.state).to_owned();
        let place = (!hop.pointer.is_empty()).then(|| place_in(&document.root, &hop.pointer).start);
        rows.push(HopRow {
            depth,
            what: hop.what.words(),
            state: (!name.is_empty()).then_some((hop.state.0, name)),
            event: (hop.event.0 > 0).then_some(u64::from(hop.event.0)),
            path: hop.path.clone(),
            expression: hop.expression.as_deref().map(str::to_owned),
            value: hop.value.as_ref().map(short),
            n_through: hop.n_through,
            is_beginning: hop.what.is_beginning(),
            is_made: hop.is_made,
            byte: place,
        });
    }
    for source in &trail.sources {
        add_rows(document, source, depth + 1, rows);
    }
    if trail.n_more > 0 {
        rows.push(HopRow { depth: depth + 1, what: format!("{} sources more", trail.n_more), ..HopRow::default() });
    }
}

/// Writes a value in a line; of a large one only how large it is.
fn short(value: &Json) -> String {
    if value.size_bytes() > 4 * MOST_CHARS {
        return format!("{}, {}", value.type_name(), bytes(value.size_bytes()));
    }
    let text = text::compact(value);
    match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
