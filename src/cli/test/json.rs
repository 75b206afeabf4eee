//! What `test --format json` prints.

use std::sync::Arc;

use crate::cli::render::diagnostics_json;
use crate::diagnostic::LineIndex;
use crate::handlers::scenario::{Scenario, Suite, Unready};
use crate::json::{Json, Object};
use crate::session::coverage::{self, Covered};
use crate::session::expect::Mismatch;

use super::{Ran, Row, Tested, Totals, Verdict, text};

pub(super) fn report(tested: &[Tested], totals: Totals, covered: Option<&[Covered<'_>]>) -> Json {
    let mut members = Object::from_iter([
        ("passed".into(), count(totals.passed)),
        ("failed".into(), count(totals.failed)),
        ("broken".into(), count(totals.broken)),
        ("invalid".into(), count(totals.invalid)),
        ("suites".into(), Json::array(tested.iter().map(|it| suite(&it.suite, &it.rows)))),
    ]);
    if let Some(covered) = covered {
        members.set("coverage", coverage::json(covered));
    }
    Json::Object(members)
}

fn suite(suite: &Suite, rows: &[Row]) -> Json {
    let lines = LineIndex::new(&suite.text);
    Json::object([
        ("file", Json::from(suite.path.to_string_lossy().into_owned())),
        ("scenarios", Json::array(rows.iter().map(|it| scenario(suite, &lines, it)))),
        ("diagnostics", Json::array(diagnostics_json(&suite.diagnostics, &suite.text))),
    ])
}

fn scenario(suite: &Suite, lines: &LineIndex, Row { scenario, verdict }: &Row) -> Json {
    let line = lines.line_column(&suite.text, scenario.span.start).0;
    let mut members = Object::from_iter([
        ("name".into(), Json::String(Arc::clone(&scenario.name))),
        ("pointer".into(), Json::from(scenario.pointer.as_str())),
        ("line".into(), count(line)),
    ]);
    match verdict {
        Verdict::Ran(ran) => {
            members.set("verdict", Json::from(if ran.passed { "passed" } else { "failed" }));
            add_run(suite, lines, scenario, ran, &mut members);
        }
        Verdict::Unready(unready) => {
            let word = match unready {
                Unready::Broken(_) => "broken",
                Unready::Invalid(_) => "invalid",
            };
            members.set("verdict", Json::from(word));
            let found = unready.said().iter().flat_map(|it| {
                let file = Json::from(it.path.to_string_lossy().into_owned());
                diagnostics_json(&it.found, &it.text).into_iter().map(move |found| match found {
                    Json::Object(mut found) => {
                        found.set("file", file.clone());
                        Json::Object(found)
                    }
                    other => other,
                })
            });
            members.set("diagnostics", Json::array(found));
        }
    }
    Json::Object(members)
}

fn add_run(suite: &Suite, lines: &LineIndex, scenario: &Scenario, ran: &Ran, members: &mut Object) {
    members.set("status", Json::from(ran.status));
    members.set("events", count(ran.n_events));
    members.set("milliseconds", Json::from(ran.took.as_millis()));
    let failures = ran.mismatches.iter().map(|it| failure(suite, lines, scenario, it));
    members.set("failures", Json::array(failures));
    let stopped = text::stopped(&ran.end);
    if !stopped.is_empty() {
        members.set("stopped", Json::array(stopped.into_iter().map(Json::from)));
    }
    if !ran.idle_faults.is_empty() {
        let pointers = ran.idle_faults.iter().filter_map(|it| scenario.faults.get(*it));
        members.set("idleFaults", Json::array(pointers.map(|it| Json::from(it.pointer.as_str()))));
    }
}

fn failure(suite: &Suite, lines: &LineIndex, scenario: &Scenario, it: &Mismatch) -> Json {
    let claim = &scenario.expect.claims[it.claim];
    let (line, column) = lines.line_column(&suite.text, claim.span.start);
    let mut members = Object::from_iter([
        ("about".into(), Json::from(it.about.as_str())),
        ("expected".into(), Json::from(it.expected.as_str())),
        ("actual".into(), Json::from(it.actual.as_str())),
        ("pointer".into(), Json::from(claim.pointer.as_str())),
        ("line".into(), count(line)),
        ("column".into(), count(column)),
    ]);
    if let Some(first) = &it.first {
        let mut place = Object::from_iter([("pointer".into(), Json::from(first.pointer.as_str()))]);
        for (name, value) in [("expected", &first.before), ("actual", &first.after)] {
            if let Some(value) = value {
                place.set(name, value.clone());
            }
        }
        members.set("first", Json::Object(place));
    }
    if let Some(event) = it.event {
        members.set("event", Json::from(i64::from(event.0)));
    }
    Json::Object(members)
}

fn count(n: usize) -> Json {
    Json::from(n as i64)
}
