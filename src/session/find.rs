//! Finding a text in what happened: in types of events, names of states, errors and causes, and payloads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::{Event, EventId};
use crate::history::aws::event_type;
use crate::history::table::payloads;
use crate::history::{Frame, LogView};
use crate::json::{Json, text};

use super::search::{Watch, next, previous};

/// A text to find, without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    lower: String,
    /// Whether it may reach over more than one token of JSON.
    spans: bool,
}

/// An event that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The event.
    pub event: EventId,
    /// Whether the search went over the end, or the beginning, and on from the other side.
    pub wrapped: bool,
}

/// A flag that gives a search up once it is set.
pub type GivenUp = Arc<AtomicBool>;

/// Returns the next event after `from` that has the text, or with `forwards` unset the one before; goes on from the
/// other side where there is none. `None` where no event has it, or the search was given up.
pub fn find(log: &LogView, from: EventId, needle: &Needle, forwards: bool, given_up: &GivenUp) -> Option<Found> {
    let mut watch = Finder { needle, given_up };
    let mut search =
        |from: EventId| if forwards { next(log, from, &mut watch) } else { previous(log, from, &mut watch) };
    let beyond = if forwards { EventId(0) } else { EventId(log.len() as u32 + 1) };
    let found = match search(from) {
        Some(event) => Some(Found { event, wrapped: false }),
        None => search(beyond).map(|event| Found { event, wrapped: true }),
    };
    found.filter(|_| !given_up.load(Ordering::Relaxed))
}

struct Finder<'a> {
    needle: &'a Needle,
    given_up: &'a AtomicBool,
}

impl Watch for Finder<'_> {
    fn begin(&mut self, _: &LogView, _: &Frame) {}

    fn stops(&mut self, frame: &Frame, event: &Event) -> bool {
        self.given_up.load(Ordering::Relaxed) || self.needle.is_in_event(frame, event)
    }
}

impl Needle {
    /// Returns the text to find; `None` where it is empty.
    pub fn new(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let spans = lower.contains(['{', '}', '[', ']', ':', ',', '"']);
        (!lower.trim().is_empty()).then_some(Self { lower, spans })
    }

    fn is_in_event(&self, frame: &Frame, event: &Event) -> bool {
        let outline = frame.outline();
        let failure = event.kind.failure();
        let told = || failure.into_iter().flat_map(|it| [it.error.as_deref(), it.cause.as_deref()]).flatten();
        let (input, output) = payloads(event);
        self.is_in(&event_type(outline, event))
            || self.is_in(outline.name(event.state))
            || told().any(|it| self.is_in(it))
            || [input, output].into_iter().flatten().any(|it| self.is_in_json(it))
    }

    fn is_in_json(&self, value: &Json) -> bool {
        if self.spans { self.is_in(&text::compact(value)) } else { self.is_in_tokens(value) }
    }

    fn is_in_tokens(&self, value: &Json) -> bool {
        match value {
            Json::Null => self.is_in("null"),
            Json::Bool(value) => self.is_in(if *value { "true" } else { "false" }),
            Json::Number(number) => {
                // Only what looks like a number is in one.
                let looks = self.lower.bytes().all(|it| it.is_ascii_digit() || b"+-.e".contains(&it));
                looks && self.is_in(&number.to_string())
            }
            Json::String(text) => self.is_in(text),
            Json::Array(items) => items.iter().any(|it| self.is_in_tokens(it)),
            Json::Object(members) => members.iter().any(|(name, it)| self.is_in(name) || self.is_in_tokens(it)),
        }
    }

    fn is_in(&self, hay: &str) -> bool {
        if !hay.is_ascii() {
            return hay.to_lowercase().contains(&self.lower);
        }
        let (hay, needle) = (hay.as_bytes(), self.lower.as_bytes());
        hay.len() >= needle.len() && hay.windows(needle.len()).any(|it| it.eq_ignore_ascii_case(needle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::{Outline, StateId};
    use crate::engine::{EventKind, Failure, FailureKind, StrandId};
    use crate::history::Log;
    use crate::time::Timestamp;

    /// Returns a log of payloads, and a failure at its end.
    fn log(payloads: &[&str]) -> Log {
        let mut log = Log::new(Arc::new(Outline::default()));
        let failure =
            Failure { error: Some("Car.Busy".into()), cause: Some("No slot".into()), kind: FailureKind::Terminal };
        let inputs =
            payloads.iter().map(|it| EventKind::ExecutionStarted { input: text::parse(it).expect("it is JSON") });
        for (kind, id) in inputs.chain([EventKind::ExecutionFailed(Arc::new(failure))]).zip(1..) {
            let (id, prev) = (EventId(id), EventId(id - 1));
            log.push(Event { id, prev, at: Timestamp::default(), strand: StrandId::ROOT, state: StateId::NONE, kind });
        }
        log
    }

    #[test]
    fn a_text_is_found_both_ways_and_around_the_end() {
        let log = log(&[r#"{"order": "A-17"}"#, r#"{"total": 42}"#, r#"["größe", true]"#, r#"{"order": "a-17"}"#]);
        for (text, from, forwards, expected) in [
            ("a-17", 1, true, Some((4, false))),
            ("A-17", 4, true, Some((1, true))),
            ("A-17", 4, false, Some((1, false))),
            ("A-17", 1, false, Some((4, true))),
            ("42", 0, true, Some((2, false))),
            ("GRÖSSE", 0, true, None),
            ("GRÖ", 0, true, Some((3, false))),
            ("\"total\":42", 0, true, Some((2, false))),
            ("car.busy", 0, true, Some((5, false))),
            ("no SLOT", 0, true, Some((5, false))),
            ("executionfailed", 0, true, Some((5, false))),
            ("nowhere", 0, true, None),
            // The only one there is is found again.
            ("42", 2, true, Some((2, true))),
        ] {
            let needle = Needle::new(text).expect("there is a text");
            let found = find(log.view(), EventId(from), &needle, forwards, &GivenUp::default());
            assert_eq!(found.map(|it| (it.event.0, it.wrapped)), expected, "{text} from {from}, forwards: {forwards}");
        }
    }

    #[test]
    fn a_search_that_is_given_up_finds_nothing() {
        let log = log(&["1"]);
        let needle = Needle::new("1").expect("there is a text");
        assert_eq!(find(log.view(), EventId(0), &needle, true, &Arc::new(AtomicBool::new(true))), None);
        assert_eq!(Needle::new("  "), None);
    }
}
