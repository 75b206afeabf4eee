//! What `test` prints for people: a line for each file, what does not hold, and the totals.

use std::fmt::Write as _;

use crate::diagnostic::{LineIndex, has_errors};
use crate::handlers::scenario::{End, Scenario, Suite, Unready};
use crate::json::{Json, text};
use crate::session::Question;
use crate::session::expect::Mismatch;

use super::{Ran, Row, Tested, Totals, Verdict};

pub(super) fn report(tested: &[Tested], totals: Totals) -> String {
    let mut out = String::new();
    for Tested { suite, rows } in tested {
        file(suite, rows, &mut out);
    }
    let _ = writeln!(out, "{}", sum(totals));
    out
}

fn sum(totals: Totals) -> String {
    let Totals { passed, failed, broken, invalid } = totals;
    let mut parts = vec![format!("{passed} passed"), format!("{failed} failed")];
    if broken > 0 {
        parts.push(format!("{broken} cannot be run"));
    }
    if invalid > 0 {
        parts.push(format!("{invalid} with an invalid definition"));
    }
    let total = passed + failed + broken + invalid;
    format!("{total} scenario{}: {}", if total == 1 { "" } else { "s" }, parts.join(", "))
}

fn file(suite: &Suite, rows: &[Row], out: &mut String) {
    let path = suite.path.display();
    if has_errors(&suite.diagnostics) {
        let _ = writeln!(out, "BROKEN  {path}: it is not understood");
        return;
    }
    let passed = rows.iter().filter(|it| matches!(&it.verdict, Verdict::Ran(ran) if ran.passed)).count();
    if passed == rows.len() {
        let _ = writeln!(out, "ok      {path}: {passed} passed");
    }
    let lines = LineIndex::new(&suite.text);
    for Row { scenario, verdict } in rows {
        match verdict {
            Verdict::Ran(ran) => {
                if !ran.passed {
                    let line = lines.line_column(&suite.text, scenario.span.start).0;
                    let _ = writeln!(out, "FAILED  {path}:{line} {}", scenario.name);
                    ran_badly(suite, &lines, scenario, ran, out);
                } else if passed < rows.len() {
                    let _ = writeln!(out, "ok      {path} {}", scenario.name);
                }
                for idx in &ran.idle_faults {
                    let Some(fault) = scenario.faults.get(*idx) else { continue };
                    let (nr, state) = (idx + 1, &fault.state);
                    let _ = writeln!(out, "  note: fault {nr} of {:?}, for {state:?}, never happened", scenario.name);
                }
            }
            Verdict::Unready(unready) => {
                let what = match unready {
                    Unready::Broken(_) => "it cannot be run",
                    Unready::Invalid(_) => "its definition is invalid",
                };
                let _ = writeln!(out, "BROKEN  {path} {}: {what}", scenario.name);
            }
        }
    }
}

fn ran_badly(suite: &Suite, lines: &LineIndex, scenario: &Scenario, ran: &Ran, out: &mut String) {
    for line in stopped(&ran.end) {
        let _ = writeln!(out, "  {line}");
    }
    for it in &ran.mismatches {
        let line = lines.line_column(&suite.text, scenario.expect.claims[it.claim].span.start).0;
        let _ = writeln!(out, "  {}, line {line}", it.about);
        for part in explained(it) {
            let _ = writeln!(out, "    {part}");
        }
    }
}

/// Says why a run came to no end, a line each.
pub(super) fn stopped(end: &End) -> Vec<String> {
    match end {
        End::Ended => Vec::new(),
        End::OverTime(limit) => vec![format!("given up after its time limit of {limit} of virtual time")],
        End::OverEvents(n) => vec![format!("given up after {n} events, without an end in sight")],
        End::Unanswered(questions) => questions.iter().map(asks).collect(),
    }
}

fn asks(question: &Question) -> String {
    let name = question.name();
    match question {
        Question::Task(_) => {
            format!("no mock answers state {name:?}; add {{{name:?}: [{{\"return\": {{}}}}]}} to its mocks")
        }
        Question::Items(call) => format!(
            "state {name:?} reads its items from bucket {:?}, key {:?}, and nothing says where that is; add \"s3\"",
            &*call.reading.bucket,
            call.reading.location.key()
        ),
        Question::Results(call) => {
            format!("nothing takes the results of state {name:?} into bucket {:?}; add \"s3\"", &*call.bucket)
        }
    }
}

/// Returns what was expected, what came, where they part, and at which event.
pub(super) fn explained(it: &Mismatch) -> Vec<String> {
    let mut parts = vec![format!("expected  {}", it.expected), format!("came      {}", it.actual)];
    if let Some(first) = it.first.as_ref().filter(|it| !it.pointer.is_empty()) {
        let shown = |it: &Option<Json>| it.as_ref().map_or_else(|| "nothing".to_owned(), short);
        parts.push(format!("first at  {}: {} → {}", first.pointer, shown(&first.before), shown(&first.after)));
    }
    if let Some(event) = it.event {
        parts.push(format!("at event  {}", event.0));
    }
    parts
}

fn short(value: &Json) -> String {
    let written = text::compact(value);
    match written.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &written[..at]),
        None => written,
    }
}
