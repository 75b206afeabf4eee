//! `stepscope diff`: what two executions differ in.

use std::fmt::Write as _;

use crate::engine::EventId;
use crate::history::LogView;
use crate::history::aws::event_type;
use crate::json::diff::Difference;
use crate::json::{Json, Object, text};
use crate::session::diff::{Change, Comparison, Divergence, Generated, Place, Side, VisitPair, compare};

use super::args::{DiffOptions, RunFormat};
use super::{Error, Exit, histories, say};

/// Bytes of a value that are shown in a line.
const MOST_SHOWN: usize = 160;

pub(super) fn diff(options: &DiffOptions) -> Result<Exit, Error> {
    let left = histories::load(&options.left, None, None)?;
    let right = histories::load(&options.right, None, None)?;
    let comparison = compare(
        Side { log: left.view(), asides: Some(&left.asides) },
        Side { log: right.view(), asides: Some(&right.asides) },
        if options.exact { Generated::Compared } else { Generated::Ignored },
    );
    match options.format {
        RunFormat::Text => say::out(&comparison_text(&comparison, left.view(), right.view())),
        RunFormat::Json => {
            let told = comparison_json(&comparison, left.view(), right.view());
            say::out(&format!("{}\n", text::pretty(&told)));
        }
    }
    Ok(if comparison.first.is_none() && comparison.visits.is_empty() { Exit::Done } else { Exit::Failed })
}

fn comparison_text(comparison: &Comparison, left: &LogView, right: &LogView) -> String {
    let mut out = String::new();
    let Some(first) = &comparison.first else {
        if comparison.visits.is_empty() {
            let _ = writeln!(out, "the executions do the same: {} visits of states", comparison.same.len());
            return out;
        }
        out.push_str("the executions do the same as far as both go\n");
        visits_text(comparison, &mut out);
        return out;
    };
    out.push_str("the executions differ\n");
    out.push_str(&divergence(first, left, right, ["left", "right"]));
    visits_text(comparison, &mut out);
    out
}

fn visits_text(comparison: &Comparison, out: &mut String) {
    for it in &comparison.visits {
        let at = place_text(&it.place);
        match (it.left, it.right) {
            (Some(_), None) => {
                let _ = writeln!(out, "only left: {at}");
            }
            (None, _) => {
                let _ = writeln!(out, "only right: {at}");
            }
            (Some(_), Some(_)) => {
                let _ = writeln!(out, "differs: {at}");
                it.changes.iter().for_each(|it| change_text(it, out));
            }
        }
    }
    let _ =
        writeln!(out, "{} visits of states are the same, {} are not", comparison.same.len(), comparison.visits.len());
}

/// Prints where two runs part: the last common event, what follows in each, what differs, and why that is one.
pub(super) fn divergence(first: &Divergence, left: &LogView, right: &LogView, names: [&str; 2]) -> String {
    let mut out = String::new();
    let width = names.iter().map(|it| it.len()).max().unwrap_or(0);
    let _ = writeln!(out, "  at {}", place_text(&first.place));
    if let Some((ours, theirs)) = first.previous {
        let _ = writeln!(out, "  after {} (event {} and {})", type_of(left, ours), ours.0, theirs.0);
    }
    for (name, event, log) in [(names[0], first.left, left), (names[1], first.right, right)] {
        let shown =
            event.map_or_else(|| "nothing more".to_owned(), |it| format!("event {} {}", it.0, described(log, it)));
        let _ = writeln!(out, "  {name:width$} {shown}");
    }
    first.changes.iter().filter(|it| it.field != "type").for_each(|it| change_text(it, &mut out));
    let _ = writeln!(out, "  {}", first.why);
    out
}

fn described(log: &LogView, event: EventId) -> String {
    let name = log.event(event).map(|it| log.outline().name(it.state)).unwrap_or_default();
    let error = log.event(event).and_then(|it| it.kind.failure()).and_then(|it| it.error.as_deref());
    let error = error.map(|it| format!(", {it}")).unwrap_or_default();
    let of = if name.is_empty() { String::new() } else { format!(" of {name}") };
    format!("{}{of}{error}", type_of(log, event))
}

fn type_of(log: &LogView, event: EventId) -> String {
    log.event(event).map(|it| event_type(log.outline(), it)).unwrap_or_default()
}

fn place_text(place: &Place) -> String {
    let mut out = if place.state.is_empty() { "the execution".to_owned() } else { format!("state {}", place.state) };
    if place.visit > 1 {
        let _ = write!(out, ", visit {}", place.visit);
    }
    for (map, index) in &place.iterations {
        let _ = write!(out, ", item {index} of {map}");
    }
    out
}

fn change_text(change: &Change, out: &mut String) {
    for it in &change.differences {
        let attempt = if change.attempt > 1 { format!(", attempt {}", change.attempt) } else { String::new() };
        let shown = |it: &Option<Json>| it.as_ref().map_or_else(|| "nothing".to_owned(), |it| cut(&text::compact(it)));
        let _ =
            writeln!(out, "  {}{}{attempt}: {} → {}", change.field, it.pointer, shown(&it.before), shown(&it.after));
    }
}

fn cut(text: &str) -> String {
    if text.len() <= MOST_SHOWN {
        return text.to_owned();
    }
    format!("{}… ({} bytes)", &text[..text.floor_char_boundary(MOST_SHOWN)], text.len())
}

fn comparison_json(comparison: &Comparison, left: &LogView, right: &LogView) -> Json {
    let mut told =
        Object::from_iter([("same".into(), Json::from(comparison.first.is_none() && comparison.visits.is_empty()))]);
    if let Some(first) = &comparison.first {
        told.set("first", divergence_json(first, left, right));
    }
    told.set("visits", Json::array(comparison.visits.iter().map(visit_json)));
    told.set("sameVisits", Json::from(comparison.same.len() as i64));
    Json::Object(told)
}

/// Returns where two runs part as JSON.
pub(super) fn divergence_json(first: &Divergence, left: &LogView, right: &LogView) -> Json {
    let mut told = place_json(&first.place);
    let mut event = |name: &str, it: Option<EventId>, log: &LogView| {
        if let Some(it) = it {
            let shown = Json::object([("id", Json::from(i64::from(it.0))), ("type", Json::from(type_of(log, it)))]);
            told.set(name, shown);
        }
    };
    event("previousLeft", first.previous.map(|it| it.0), left);
    event("previousRight", first.previous.map(|it| it.1), right);
    event("left", first.left, left);
    event("right", first.right, right);
    told.set("changes", Json::array(first.changes.iter().map(change_json)));
    told.set("why", Json::from(first.why.as_str()));
    Json::Object(told)
}

fn place_json(place: &Place) -> Object {
    let iterations = place.iterations.iter().map(|(map, index)| {
        Json::object([("map", Json::String(map.clone())), ("index", Json::from(i64::from(*index)))])
    });
    Object::from_iter([
        ("state".into(), Json::String(place.state.clone())),
        ("visit".into(), Json::from(i64::from(place.visit))),
        ("iterations".into(), Json::array(iterations)),
    ])
}

fn visit_json(visit: &VisitPair) -> Json {
    let mut told = place_json(&visit.place);
    for (name, event) in [("left", visit.left), ("right", visit.right)] {
        if let Some(event) = event {
            told.set(name, Json::from(i64::from(event.0)));
        }
    }
    told.set("changes", Json::array(visit.changes.iter().map(change_json)));
    Json::Object(told)
}

fn change_json(change: &Change) -> Json {
    let mut told = Object::from_iter([("field".into(), Json::from(change.field))]);
    for (name, event) in [("left", change.left), ("right", change.right)] {
        if let Some(event) = event {
            told.set(name, Json::from(i64::from(event.0)));
        }
    }
    if change.attempt > 0 {
        told.set("attempt", Json::from(i64::from(change.attempt)));
    }
    let difference = |it: &Difference| {
        let mut told = Object::from_iter([("pointer".into(), Json::from(it.pointer.as_str()))]);
        for (name, value) in [("before", &it.before), ("after", &it.after)] {
            if let Some(value) = value {
                told.set(name, value.clone());
            }
        }
        Json::Object(told)
    };
    told.set("differences", Json::array(change.differences.iter().map(difference)));
    Json::Object(told)
}
