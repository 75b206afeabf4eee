//! `lint --budget`: most attempts, longest time and transitions of each state and of the whole machine.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::asl::{Outline, StateId};
use crate::json::{Json, Number, text};
use crate::lint::{Budget, Cost};
use crate::session::Document;
use crate::time::Duration;

/// The budget of one machine.
pub(super) struct Machine {
    path: String,
    name: String,
    outline: Arc<Outline>,
    budget: Budget,
}

impl Machine {
    pub(super) fn of(path: &str, document: &Document) -> Self {
        let outline = Arc::clone(&document.definition.outline);
        let (path, name) = (path.to_owned(), document.name.to_string());
        Self { path, name, outline, budget: document.budget() }
    }
}

pub(super) fn render(machines: &[Machine], for_people: bool) -> String {
    if for_people {
        machines.iter().map(table).collect::<String>()
    } else {
        format!("{}\n", text::pretty(&Json::array(machines.iter().map(json))))
    }
}

fn table(machine: &Machine) -> String {
    let Machine { path, outline, budget, .. } = machine;
    let mut out = format!("{path}\n");
    let width = outline.states.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).clamp(5, 40);
    let _ = writeln!(
        out,
        "  {:width$}  {:>8}  {:>8}  {:>14}  {:>14}",
        "state", "attempts", "nested", "back-off", "expected"
    );
    for (id, state) in outline.iter() {
        let it = &budget.states[id.idx()];
        if it.attempts > 1.0 || it.nested_attempts > 1.0 {
            let (longest, expected) = (secs(it.back_off_secs), secs(it.expected_back_off_secs));
            let _ = writeln!(
                out,
                "  {:width$}  {:>8}  {:>8}  {longest:>14}  {expected:>14}",
                state.name,
                count(it.attempts),
                count(it.nested_attempts)
            );
        }
    }
    let Cost { attempts, back_off_secs, expected_back_off_secs, wait_secs, running_secs, transitions, events } =
        budget.machine;
    let _ = writeln!(
        out,
        "  an execution: at most {} attempts, {} transitions, {} events",
        count(attempts),
        count(transitions),
        count(events)
    );
    let _ = writeln!(
        out,
        "  waits at most {} of back-off ({} expected), {} in Wait states, {} in tasks up to their time limits",
        secs(back_off_secs),
        secs(expected_back_off_secs),
        secs(wait_secs),
        secs(running_secs)
    );
    for (what, states) in [
        ("without bound, counted once: the loop through", &budget.loops),
        ("per item: the Map", &budget.open_maps),
        ("without a time limit: the task", &budget.open_tasks),
    ] {
        if !states.is_empty() {
            let _ = writeln!(out, "  {what} {}", names(outline, states).join(", "));
        }
    }
    out.push('\n');
    out
}

fn json(machine: &Machine) -> Json {
    let Machine { path, name, outline, budget, .. } = machine;
    let states = outline.iter().map(|(id, state)| {
        let it = &budget.states[id.idx()];
        Json::object([
            ("state", Json::from(&*state.name)),
            ("pointer", (&*state.pointer).into()),
            ("attempts", number(it.attempts)),
            ("nestedAttempts", number(it.nested_attempts)),
            ("backOffSeconds", number(it.back_off_secs)),
            ("expectedBackOffSeconds", number(it.expected_back_off_secs)),
            ("visit", cost(&it.visit)),
        ])
    });
    let list = |ids: &[StateId]| Json::array(names(outline, ids).into_iter().map(Json::from));
    Json::object([
        ("file", Json::from(path.as_str())),
        ("machine", name.as_str().into()),
        ("worst", cost(&budget.machine)),
        ("loops", list(&budget.loops)),
        ("perItem", list(&budget.open_maps)),
        ("withoutTimeLimit", list(&budget.open_tasks)),
        ("states", Json::array(states)),
    ])
}

fn cost(it: &Cost) -> Json {
    Json::object([
        ("attempts", number(it.attempts)),
        ("transitions", number(it.transitions)),
        ("events", number(it.events)),
        ("backOffSeconds", number(it.back_off_secs)),
        ("expectedBackOffSeconds", number(it.expected_back_off_secs)),
        ("waitSeconds", number(it.wait_secs)),
        ("runningSeconds", number(it.running_secs)),
        ("longestSeconds", number(it.longest_secs())),
    ])
}

fn names(outline: &Outline, ids: &[StateId]) -> Vec<String> {
    ids.iter().map(|it| outline.name(*it).to_owned()).collect()
}

/// Returns a figure as a whole number where it is one; what is beyond all numbers is `null`.
fn number(value: f64) -> Json {
    let number = Number::from_f64(value);
    number.map_or(Json::Null, |it| it.as_i64().map_or(Json::Number(it), Json::from))
}

fn count(value: f64) -> String {
    if value < 1e15 { format!("{value:.0}") } else { format!("{value:.1e}") }
}

fn secs(value: f64) -> String {
    if value == 0.0 { "0 s".to_owned() } else { Duration::from_secs(value).to_string() }
}
