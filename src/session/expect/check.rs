//! Holds a run against what was expected of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::asl::{StateId, pointer_to};
use crate::engine::handlers::Decision;
use crate::engine::{Event, EventId, EventKind, Status, StrandId};
use crate::expr::{Draws, Env, Outcome, Path};
use crate::history::infer::{self, Fate, Handler, handled};
use crate::json::diff::{Difference, diff};
use crate::json::{Json, Number, pointer_parts, text};
use crate::lint::Compensation;
use crate::session::ChildRun;
use crate::session::regress::path;

use super::{By, Expect, Handled, Mismatch, Observed, Pairs, Range, Undone, Update, What, undone};

/// Characters of a value that are shown.
const SHOWN: usize = 200;

/// Returns the claims that do not hold, in their order.
pub fn check(expect: &Expect, observed: Observed<'_>) -> Vec<Mismatch> {
    let checker = Checker { observed };
    (0..)
        .zip(&expect.claims)
        .filter_map(|(idx, it)| Some(Mismatch { claim: idx, ..checker.claim(&it.what)? }))
        .collect()
}

struct Checker<'a> {
    observed: Observed<'a>,
}

impl Checker<'_> {
    /// Returns how the claim fails; `None` where it holds.
    fn claim(&self, what: &What) -> Option<Mismatch> {
        match what {
            What::Status(expected) => self.status(expected),
            What::Output(expected) => self.output(expected),
            What::OutputContains(expected) => self.contains(expected),
            What::OutputAt(at, expected) => self.output_at(at, expected),
            What::Error(expected) => self.failure_text("error", expected.as_ref()),
            What::Cause(expected) => self.failure_text("cause", expected.as_ref()),
            What::CauseContains(part) => {
                let cause = self.run_status().failure().and_then(|it| it.cause.clone());
                let holds = cause.as_deref().is_some_and(|it| it.contains(&**part));
                let actual = cause.map_or_else(|| "no cause".to_owned(), |it| quoted(&it));
                (!holds).then(|| self.at_end("cause", format!("a text with {}", quoted(part)), actual))
            }
            What::Path(expected) => self.path(expected),
            What::PathContains(expected) => self.path_contains(expected),
            What::Visited(name) => {
                let entered = self.first_entry(name).is_some();
                (!entered).then(|| self.at_end(&format!("visited {name:?}"), "entered".into(), "never entered".into()))
            }
            What::NotVisited(name) => {
                let event = self.first_entry(name)?;
                let mismatch = self.at_end(&format!("notVisited {name:?}"), "never entered".into(), "entered".into());
                Some(Mismatch { event: Some(event), ..mismatch })
            }
            What::Undone(expected, pairs) => self.undone(expected, pairs),
            What::AllUndone(pairs) => self.all_undone(pairs),
            What::Handled(expected) => self.handled(expected),
            What::Attempts(name, range) => self.attempts(name, *range),
            What::Duration(range) => self.duration(*range),
            What::Events(range) => {
                let n_events = self.observed.run.log().len();
                let over = range.max.map(|it| EventId(it as u32 + 1)).filter(|it| it.0 as usize <= n_events);
                self.figure("events", *range, n_events as f64, over, "")
            }
        }
    }

    fn run_status(&self) -> &Status {
        self.observed.run.status()
    }

    /// Returns a mismatch that shows at the last event.
    fn at_end(&self, about: &str, expected: String, actual: String) -> Mismatch {
        let last = self.observed.run.log().iter().next_back().map(|it| it.id);
        Mismatch { claim: 0, about: about.to_owned(), expected, actual, first: None, event: last, update: Update::None }
    }

    fn status(&self, expected: &str) -> Option<Mismatch> {
        let status = self.run_status();
        if status.name() == expected {
            return None;
        }
        let mut actual = status.name().to_owned();
        if let Some(failure) = status.failure() {
            let error = failure.error.as_deref().unwrap_or("an error without a name");
            let cause = failure.cause.as_deref().filter(|it| !it.is_empty()).map(|it| format!(": {}", cut(it)));
            actual = format!("{actual} with {error}{}", cause.unwrap_or_default());
        }
        let update = Update::Value(Json::from(status.name()));
        Some(Mismatch { update, ..self.at_end("status", expected.to_owned(), actual) })
    }

    fn output_or_none(&self) -> Option<&Json> {
        match self.run_status() {
            Status::Succeeded(output) => Some(output),
            _ => None,
        }
    }

    /// Returns what an expectation of an output has to say where there is none.
    fn no_output(&self, about: &str, expected: &Json) -> Mismatch {
        let actual = format!("no output: the execution {}", ended(self.run_status()));
        self.at_end(about, shown(expected), actual)
    }

    fn output(&self, expected: &Json) -> Option<Mismatch> {
        let Some(actual) = self.output_or_none() else {
            let failure = self.run_status().failure();
            let texts = failure.map(|it| [("error", it.error.clone()), ("cause", it.cause.clone())]);
            let members = texts.into_iter().flatten().filter_map(|(name, text)| Some((name, Json::from(text?))));
            let update = Update::Members(members.collect());
            return Some(Mismatch { update, ..self.no_output("output", expected) });
        };
        let first = diff(expected, actual, 1).into_iter().next()?;
        let update = Update::Value(actual.clone());
        let mismatch = self.at_end("output", shown(expected), shown(actual));
        Some(Mismatch { first: Some(first), update, ..mismatch })
    }

    fn contains(&self, expected: &Json) -> Option<Mismatch> {
        let Some(actual) = self.output_or_none() else { return Some(self.no_output("outputContains", expected)) };
        let first = lacks(expected, actual, "")?;
        Some(Mismatch { first: Some(first), ..self.at_end("outputContains", shown(expected), shown(actual)) })
    }

    fn output_at(&self, at: &str, expected: &Json) -> Option<Mismatch> {
        let about = format!("output at {at}");
        let Some(output) = self.output_or_none() else { return Some(self.no_output(&about, expected)) };
        let Some(actual) = value_at(output, at) else {
            return Some(self.at_end(&about, shown(expected), "nothing is there".to_owned()));
        };
        let first = diff(expected, &actual, 1).into_iter().next()?;
        let mismatch = self.at_end(&about, shown(expected), shown(&actual));
        Some(Mismatch { first: Some(first), update: Update::Value(actual), ..mismatch })
    }

    fn failure_text(&self, about: &'static str, expected: Option<&Arc<str>>) -> Option<Mismatch> {
        let failure = self.run_status().failure();
        let actual = failure.and_then(|it| if about == "error" { it.error.clone() } else { it.cause.clone() });
        if actual.as_ref() == expected {
            return None;
        }
        let none = match self.run_status() {
            Status::Succeeded(_) => format!("no {about}: the execution SUCCEEDED"),
            _ => format!("no {about}"),
        };
        let update = match (&actual, self.output_or_none()) {
            (Some(actual), _) => Update::Value(Json::from(Arc::clone(actual))),
            (None, Some(output)) if about == "error" => Update::Members(vec![("output", output.clone())]),
            (None, _) => Update::Members(Vec::new()),
        };
        let expected = expected.map_or_else(|| format!("no {about}"), |it| quoted(it));
        let actual = actual.map_or(none, |it| quoted(&it));
        Some(Mismatch { update, ..self.at_end(about, expected, actual) })
    }

    /// Returns the events that enter the states of the execution's own path.
    fn entries(&self) -> impl Iterator<Item = &Event> {
        let is_own = |it: &&Event| it.strand == StrandId::ROOT && matches!(it.kind, EventKind::StateEntered { .. });
        self.observed.run.log().iter().filter(is_own)
    }

    fn path(&self, expected: &[Arc<str>]) -> Option<Mismatch> {
        let actual = path(self.observed.run.log());
        let same = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
        if same == expected.len() && same == actual.len() {
            return None;
        }
        let step = |names: &[Arc<str>]| match names.get(same) {
            Some(name) => format!("{name:?} as state {} of the path", same + 1),
            None => format!("the end after {}", count(names.len(), "state")),
        };
        let names = Json::array(actual.iter().map(|it| Json::String(Arc::clone(it))));
        let mut mismatch = self.at_end("path", step(expected), step(&actual));
        mismatch.update = Update::Value(names);
        if let Some(event) = self.entries().nth(same) {
            mismatch.event = Some(event.id);
        }
        Some(mismatch)
    }

    fn path_contains(&self, expected: &[Arc<str>]) -> Option<Mismatch> {
        let outline = self.observed.run.log().outline();
        let mut entries = self.entries();
        let mut last = None;
        for (idx, name) in expected.iter().enumerate() {
            let Some(event) = entries.by_ref().find(|it| outline.name(it.state) == &**name) else {
                let after = match idx.checked_sub(1).map(|it| &expected[it]) {
                    Some(before) => format!(" after {before:?}"),
                    None => String::new(),
                };
                let mismatch = self.at_end("pathContains", format!("{name:?}{after}"), "it does not come".to_owned());
                return Some(Mismatch { event: last.or(mismatch.event), ..mismatch });
            };
            last = Some(event.id);
        }
        None
    }

    /// Returns the event by which a state of this name is first entered; of a child execution the number in it.
    fn first_entry(&self, name: &str) -> Option<EventId> {
        let outline = self.observed.run.log().outline();
        let enters = |it: &&Event| matches!(it.kind, EventKind::StateEntered { .. }) && outline.name(it.state) == name;
        let own = self.observed.run.log().iter().find(enters);
        let inside = || self.observed.run.children().iter().flat_map(ChildRun::events).find(enters);
        own.or_else(inside).map(|it| it.id)
    }

    fn compensations(&self, pairs: &Pairs) -> Vec<Compensation> {
        let Pairs::Given(pairs) = pairs else { return self.observed.compensations.to_vec() };
        let outline = self.observed.run.log().outline();
        let pair = |(step, by): &(Arc<str>, Arc<str>)| {
            Some(Compensation { step: outline.find(step)?, by: BTreeSet::from([outline.find(by)?]) })
        };
        pairs.iter().filter_map(pair).collect()
    }

    fn followed(&self, pairs: &Pairs) -> Undone {
        undone(self.observed.run.log(), self.observed.run.program(), &self.compensations(pairs))
    }

    fn undone(&self, expected: &[Arc<str>], pairs: &Pairs) -> Option<Mismatch> {
        let outline = self.observed.run.log().outline();
        let found = self.followed(pairs);
        let actual: Vec<Json> = found.undone.iter().map(|it| Json::from(outline.name(it.0))).collect();
        let expected: Vec<Json> = expected.iter().map(|it| Json::String(Arc::clone(it))).collect();
        let same = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
        if same == expected.len() && same == actual.len() {
            return None;
        }
        let (expected, actual) = (Json::array(expected), Json::array(actual));
        let mut mismatch = self.at_end("compensations", shown(&expected), shown(&actual));
        mismatch.update = Update::Value(actual);
        if let Some((_, event)) = found.undone.get(same) {
            mismatch.event = Some(*event);
        }
        Some(mismatch)
    }

    fn all_undone(&self, pairs: &Pairs) -> Option<Mismatch> {
        let name = |id: StateId| self.observed.run.log().outline().name(id).to_owned();
        let found = self.followed(pairs);
        if let Some((step, event)) = found.stay.first() {
            let names: Vec<String> = found.stay.iter().map(|it| format!("{:?}", name(it.0))).collect();
            let stays = if names.len() == 1 { "stays" } else { "stay" };
            let actual = format!("{} {stays} done", names.join(", "));
            let mismatch = self.at_end("compensations", format!("{:?} is undone", name(*step)), actual);
            return Some(Mismatch { event: Some(*event), ..mismatch });
        }
        let (step, later, event) = found.out_of_order?;
        let expected = format!("{:?}, done later, is undone before {:?}", name(later), name(step));
        let actual = format!("{:?} is undone first", name(step));
        Some(Mismatch { event: Some(event), ..self.at_end("compensations", expected, actual) })
    }

    fn handled(&self, expected: &Handled) -> Option<Mismatch> {
        let run = self.observed.run;
        let program = run.program();
        let mut all = handled(run.log(), Some(program));
        for child in run.children().iter() {
            all.extend(handled(child.log(&program.outline).view(), Some(program)));
        }
        let of_state = |it: &&infer::Handled| {
            let error = it.failure.as_ref().and_then(|it| it.error.clone());
            program.outline.name(it.state) == &*expected.state && (expected.error.is_none() || error == expected.error)
        };
        let own: Vec<&infer::Handled> = all.iter().filter(of_state).collect();
        let taken = own.iter().filter(|it| expected.by.fits(it)).count();
        if expected.times.map_or(taken > 0, |it| it as usize == taken) {
            return None;
        }
        let times = |n: usize| if n == 1 { "once".to_owned() } else { format!("{n} times") };
        let by = match expected.by {
            By::Anyone => "handled".to_owned(),
            By::Retrier(nr) => format!("retried by retrier {nr}"),
            By::Catcher(nr) => format!("caught by catcher {nr}"),
            By::Nobody => "not handled".to_owned(),
        };
        let wanted = expected.times.map_or_else(|| "at least once".to_owned(), |it| times(it as usize));
        let error = expected.error.as_deref().unwrap_or("any error");
        let instead: BTreeSet<String> = own.iter().filter(|it| !expected.by.fits(it)).map(|it| fate(it)).collect();
        let mut actual = if taken == 0 { "never".to_owned() } else { times(taken) };
        if own.is_empty() {
            let _ = write!(actual, "; {error} does not arise there");
        } else if !instead.is_empty() {
            let _ = write!(actual, "; {}", instead.into_iter().collect::<Vec<_>>().join(", "));
        }
        let mismatch =
            self.at_end(&format!("handlers of {:?}", &*expected.state), format!("{error} {by} {wanted}"), actual);
        Some(Mismatch { event: own.first().map(|it| it.event).or(mismatch.event), ..mismatch })
    }

    fn attempts(&self, name: &str, range: Range) -> Option<Mismatch> {
        let run = self.observed.run;
        let outline = run.log().outline();
        let begins = |it: &&Event| {
            let is_begin = matches!(
                it.kind,
                EventKind::TaskScheduled(_) | EventKind::ParallelStarted | EventKind::MapStarted { .. }
            );
            is_begin && outline.name(it.state) == name
        };
        let inside = run.children().iter().flat_map(ChildRun::events);
        let begun: Vec<EventId> = run.log().iter().chain(inside).filter(begins).map(|it| it.id).collect();
        let over = range.max.and_then(|it| begun.get(it as usize)).copied();
        self.figure(&format!("attempts of {name:?}"), range, begun.len() as f64, over, "")
    }

    fn duration(&self, range: Range) -> Option<Mismatch> {
        let run = self.observed.run;
        let since = |it: &Event| (it.at - run.journal().spec.at).as_secs();
        let over = range.max.and_then(|most| run.log().iter().find(|it| since(it) > most)).map(|it| it.id);
        let took = run.log().iter().next_back().map_or(0.0, since);
        self.figure("duration", range, took, over, " s")
    }

    fn figure(&self, about: &str, range: Range, actual: f64, over: Option<EventId>, unit: &str) -> Option<Mismatch> {
        if range.holds(actual) {
            return None;
        }
        let expected = match (range.exact(), range.min, range.max) {
            (Some(exact), ..) => format!("{exact}{unit}"),
            (None, Some(min), Some(max)) => format!("{min}{unit} to {max}{unit}"),
            (None, Some(min), None) => format!("at least {min}{unit}"),
            (None, None, Some(max)) => format!("at most {max}{unit}"),
            (None, None, None) => "anything".to_owned(),
        };
        let update = match range.exact() {
            Some(_) => Number::from_f64(actual).map_or(Update::None, |it| Update::Value(plain(it))),
            None => Update::None,
        };
        let mismatch = self.at_end(about, expected, format!("{actual}{unit}"));
        Some(Mismatch { event: over.or(mismatch.event), update, ..mismatch })
    }
}

impl By {
    fn fits(self, it: &infer::Handled) -> bool {
        match (self, it.handler, it.fate) {
            (Self::Anyone, _, Fate::Retried(_) | Fate::Caught(_)) => true,
            (Self::Nobody, _, Fate::Uncaught) => true,
            (Self::Retrier(nr), Handler::Named(Decision::Retry(idx), _), _) => idx as u32 + 1 == nr,
            (Self::Catcher(nr), Handler::Named(Decision::Catch(idx), _), _) => idx as u32 + 1 == nr,
            _ => false,
        }
    }
}

/// Says what became of a failure, for whoever expected something else.
fn fate(it: &infer::Handled) -> String {
    let error = it.failure.as_ref().and_then(|it| it.error.as_deref()).unwrap_or("an error");
    match (it.handler, it.fate) {
        (Handler::Named(Decision::Retry(idx), _), _) => format!("retrier {} takes {error}", idx + 1),
        (Handler::Named(Decision::Catch(idx), _), _) => format!("catcher {} takes {error}", idx + 1),
        (_, Fate::Retried(_)) => format!("{error} is retried"),
        (_, Fate::Caught(_)) => format!("{error} is caught"),
        _ => format!("nothing takes {error}"),
    }
}

/// Returns the first place in which `actual` lacks what `expected` has.
fn lacks(expected: &Json, actual: &Json, pointer: &str) -> Option<Difference> {
    let inside = |name: &str, expected: &Json, actual: Option<&Json>| {
        let pointer = pointer_to(pointer, name);
        match actual {
            Some(actual) => lacks(expected, actual, &pointer),
            None => Some(Difference { pointer, before: Some(expected.clone()), after: None }),
        }
    };
    match (expected, actual) {
        (Json::Object(expected), Json::Object(actual)) => {
            expected.iter().find_map(|(name, value)| inside(name, value, actual.get(name)))
        }
        (Json::Array(expected), Json::Array(actual)) if expected.len() == actual.len() => {
            let mut pairs = expected.iter().zip(actual.iter()).enumerate();
            pairs.find_map(|(idx, (expected, actual))| inside(&idx.to_string(), expected, Some(actual)))
        }
        _ if expected == actual => None,
        _ => {
            let (before, after) = (Some(expected.clone()), Some(actual.clone()));
            Some(Difference { pointer: pointer.to_owned(), before, after })
        }
    }
}

/// Returns what stands at a JSON pointer or a JSONPath.
fn value_at(output: &Json, at: &str) -> Option<Json> {
    if at.starts_with('$') {
        let nothing = || Json::object::<&str>([]);
        let env = Env {
            input: output,
            context: &nothing,
            variables: &|_| None,
            draws: &Draws::new(0),
            outcome: Outcome::default(),
            now: crate::time::Timestamp::default(),
        };
        return Path::parse(at).ok()?.eval(&env).ok();
    }
    pointer_parts(at).try_fold(output, |value, name| value.part(&name)).cloned()
}

fn ended(status: &Status) -> String {
    match status {
        Status::Running => "is still running".to_owned(),
        other => other.name().to_owned(),
    }
}

fn plain(number: Number) -> Json {
    number.as_i64().map_or(Json::Number(number), Json::from)
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn quoted(value: &str) -> String {
    shown(&Json::from(value))
}

fn shown(value: &Json) -> String {
    cut(&text::compact(value))
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}… ({} bytes)", &value[..at], value.len()),
        None => value.to_owned(),
    }
}
