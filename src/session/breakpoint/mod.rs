//! Breakpoints: where a run is to stop or to say something. They are plain data, as the workspace keeps them.
//!
//! What they mean over frames and events is `scan`'s.

mod hits;
mod inside;
mod scan;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::asl::{Outline, StateId};
use crate::expr::SyntaxError;
use crate::time::{Duration, Timestamp};

use super::query::{Message, Query};

pub use hits::Hits;
pub use inside::Inside;
pub use scan::{Hit, Scan};

/// A place to stop at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakpoint {
    /// What has to happen.
    pub on: On,
    /// In which state, by name; in any, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// An expression that has to hold, see [`super::query`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// At which of the times that it happens; at every one, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hits: Option<Hits>,
    /// What to write into the console instead of stopping, with expressions in braces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Whether it is switched off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

/// What a breakpoint waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum On {
    /// A state is entered.
    Enter,
    /// A state is left.
    Exit,
    /// Something fails with an error of this name. `*` stands for anything; `States.ALL` and `States.TaskFailed` mean
    /// what they mean in handlers.
    Error(String),
    /// A failure is about to be retried.
    Retry,
    /// A failure is about to be caught.
    Caught,
    /// A failure that nothing takes: the execution is about to fail.
    Uncaught,
    /// A variable or path has another value than before in its strand: `$total`, `$.order.status`.
    Change(String),
    /// The first event at or after this moment of the virtual clock: `90`, `1d 4h 30m`, or a timestamp.
    Time(String),
}

/// What is wrong with a breakpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which text of it: `condition`, `log message`, `expression`, `time` or `state`.
    pub field: &'static str,
    /// What is wrong, in words.
    pub message: String,
}

/// A list of breakpoints made ready for a definition.
#[derive(Clone, Debug, Default)]
pub struct Armed {
    armed: Arc<[Ready]>,
}

/// One breakpoint with every text read.
#[derive(Clone, Debug)]
struct Ready {
    /// Its place in the list.
    idx: usize,
    trigger: Trigger,
    /// The states of its name; `None` for any state.
    states: Option<Vec<StateId>>,
    condition: Option<Query>,
    hits: Option<Hits>,
    message: Option<Message>,
}

#[derive(Clone, Debug)]
enum Trigger {
    Enter,
    Exit,
    Error(String),
    Retry,
    Caught,
    Uncaught,
    Change(Query),
    Time(Moment),
}

/// A moment of the virtual clock.
#[derive(Clone, Copy, Debug)]
enum Moment {
    After(Duration),
    At(Timestamp),
}

impl Breakpoint {
    /// Returns a breakpoint that stops whenever `on` happens in any state.
    pub fn new(on: On) -> Self {
        Self { on, state: None, condition: None, hits: None, log: None, off: false }
    }

    /// Returns the same for one state only.
    pub fn in_state(self, name: &str) -> Self {
        Self { state: Some(name.to_owned()), ..self }
    }

    /// Returns when it stops, in words that follow the state's name: `when caught`.
    pub fn when(&self) -> String {
        match &self.on {
            On::Enter => "on enter".to_owned(),
            On::Exit => "on exit".to_owned(),
            On::Error(name) => format!("on {name}"),
            On::Retry => "before a retry".to_owned(),
            On::Caught => "when caught".to_owned(),
            On::Uncaught => "when uncaught".to_owned(),
            On::Change(what) => format!("{what} changes"),
            On::Time(when) => format!("at {when}"),
        }
    }

    /// Returns what else it asks for and does, in words: `if $.n > 3, from hit 2 on, logs "n is {$.n}"`.
    pub fn details(&self) -> String {
        let condition = self.condition.as_ref().map(|it| format!("if {it}"));
        let hits = self.hits.map(|it| match it {
            Hits::Exactly(number) => format!("at hit {number}"),
            Hits::From(number) => format!("from hit {number} on"),
            Hits::Every(number) => format!("every {number} hits"),
        });
        let log = self.log.as_ref().map(|it| format!("logs \"{it}\""));
        [condition, hits, log].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Returns what is wrong with it, nothing if it can be used with the states of `outline`.
    pub fn problems(&self, outline: &Outline) -> Vec<Problem> {
        let mut found = Vec::new();
        self.ready(0, outline, &mut found);
        found
    }

    fn ready(&self, idx: usize, outline: &Outline, found: &mut Vec<Problem>) -> Option<Ready> {
        let mut wrong = |field, message: String| found.push(Problem { field, message });
        let mut query =
            |field, text: &str| Query::parse(text).map_err(|error: SyntaxError| wrong(field, error.to_string())).ok();
        let trigger = match &self.on {
            On::Enter => Some(Trigger::Enter),
            On::Exit => Some(Trigger::Exit),
            On::Error(name) => Some(Trigger::Error(name.clone())),
            On::Retry => Some(Trigger::Retry),
            On::Caught => Some(Trigger::Caught),
            On::Uncaught => Some(Trigger::Uncaught),
            On::Change(what) => query("expression", what).map(Trigger::Change),
            On::Time(when) => Moment::parse(when).map(Trigger::Time),
        };
        let condition = self.condition.as_deref().map(|text| query("condition", text));
        if let (On::Time(when), None) = (&self.on, &trigger) {
            wrong("time", format!("{when:?} is no time; write seconds, a span such as 1d 4h 30m, or a timestamp"));
        }
        let message = self
            .log
            .as_deref()
            .map(|text| Message::parse(text).map_err(|error| wrong("log message", error.to_string())).ok());
        let states = self.state.as_ref().map(|name| {
            let named = outline.iter().filter(|(_, it)| *it.name == **name);
            named.map(|(id, _)| id).collect::<Vec<_>>()
        });
        if let (Some(name), Some([])) = (&self.state, states.as_deref()) {
            wrong("state", format!("the definition has no state {name:?}"));
        }
        Some(Ready {
            idx,
            trigger: trigger?,
            states,
            condition: condition.map_or(Some(None), |it| it.map(Some))?,
            hits: self.hits,
            message: message.map_or(Some(None), |it| it.map(Some))?,
        })
    }
}

impl Armed {
    /// Makes breakpoints ready for the states of `outline`. One that is off, or that has a text that cannot be read,
    /// stops nowhere.
    pub fn new(list: &[Breakpoint], outline: &Outline) -> Self {
        let on = list.iter().enumerate().filter(|(_, it)| !it.off);
        let armed = on.filter_map(|(idx, it)| it.ready(idx, outline, &mut Vec::new())).collect();
        Self { armed }
    }

    /// Returns those that write into the console, or have a condition, which may have something to report there.
    pub fn that_write(&self) -> Self {
        let writes = |it: &&Ready| it.message.is_some() || it.condition.is_some();
        Self { armed: self.armed.iter().filter(writes).cloned().collect() }
    }

    /// Returns those that stop.
    pub fn that_stop(&self) -> Self {
        Self { armed: self.armed.iter().filter(|it| it.message.is_none()).cloned().collect() }
    }

    /// Returns those that are also about child executions: all but those at a moment of the run's clock.
    fn that_reach_inside(&self) -> Self {
        let reaches = |it: &&Ready| !matches!(it.trigger, Trigger::Time(_));
        Self { armed: self.armed.iter().filter(reaches).cloned().collect() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.armed.is_empty()
    }

    /// Whether what came before decides about a stop: where hits are counted.
    pub fn counts(&self) -> bool {
        self.armed.iter().any(|it| it.hits.is_some())
    }
}

impl Moment {
    /// Reads seconds, spans with units, or a timestamp.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(at) = Timestamp::parse(text) {
            return Some(Self::At(at));
        }
        if let Ok(secs) = text.parse::<f64>() {
            return (secs.is_finite() && secs >= 0.0).then(|| Self::After(Duration::from_secs(secs)));
        }
        let mut secs = 0.0;
        let mut rest = text;
        while !rest.is_empty() {
            let unit_at = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
            let number: f64 = rest[..unit_at].parse().ok()?;
            let after = rest[unit_at..].trim_start();
            let unit_len = after.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(after.len());
            secs += number
                * match &after[..unit_len] {
                    "d" => 86_400.0,
                    "h" => 3_600.0,
                    "m" | "min" => 60.0,
                    "s" => 1.0,
                    "ms" => 0.001,
                    _ => return None,
                };
            rest = after[unit_len..].trim_start();
        }
        (!text.is_empty()).then(|| Self::After(Duration::from_secs(secs)))
    }

    fn since(self, start: Timestamp) -> Timestamp {
        match self {
            Self::After(span) => start + span,
            Self::At(at) => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_the_workspace_names_only_what_was_chosen() {
        for (breakpoint, text) in [
            (Breakpoint::new(On::Enter).in_state("Ship"), r#"{"on":"enter","state":"Ship"}"#),
            (Breakpoint::new(On::Error("Car*.Busy".into())), r#"{"on":{"error":"Car*.Busy"}}"#),
            (
                Breakpoint {
                    condition: Some("$.n > 3".into()),
                    hits: Some(Hits::From(2)),
                    log: Some("n is {$.n}".into()),
                    off: true,
                    ..Breakpoint::new(On::Change("$.n".into()))
                },
                r#"{"on":{"change":"$.n"},"condition":"$.n > 3","hits":">= 2","log":"n is {$.n}","off":true}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&breakpoint).unwrap(), text);
            assert_eq!(serde_json::from_str::<Breakpoint>(text).unwrap(), breakpoint);
        }
    }

    #[test]
    fn moments_are_seconds_spans_or_timestamps() {
        let start = Timestamp::from_millis(0);
        for (text, millis) in [
            ("90", Some(90_000)),
            ("1.5", Some(1_500)),
            ("1d 4h", Some(100_800_000)),
            ("2 min 5 s", Some(125_000)),
            ("250ms", Some(250)),
            ("1970-01-01T00:01:00Z", Some(60_000)),
            ("soon", None),
            ("5 parsecs", None),
            ("", None),
        ] {
            assert_eq!(Moment::parse(text).map(|it| it.since(start).as_millis()), millis, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_each_text() {
        let wrong = Breakpoint {
            condition: Some("$.n >".into()),
            log: Some("open {".into()),
            ..Breakpoint::new(On::Time("soon".into())).in_state("Nowhere")
        };
        let fields: Vec<_> = wrong.problems(&Outline::default()).into_iter().map(|it| it.field).collect();
        assert_eq!(fields, ["condition", "time", "log message", "state"]);
    }
}
