//! What `test --format junit` prints: JUnit XML as build servers read it. A file is a suite, a scenario a case; one that
//! cannot be run is an error, one that does not hold a failure.

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, Severity, has_errors};
use crate::handlers::scenario::Unready;

use super::{Ran, Row, Tested, Totals, Verdict, text};

pub(super) fn report(tested: &[Tested], totals: Totals) -> String {
    let Totals { passed, failed, broken, invalid } = totals;
    let (total, errors) = (passed + failed + broken + invalid, broken + invalid);
    let secs: f64 = tested.iter().flat_map(|it| &it.rows).map(secs).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"stepscope\" tests=\"{total}\" failures=\"{failed}\" errors=\"{errors}\" time=\"{secs:.3}\">"
    );
    for it in tested {
        suite(it, &mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

fn secs(row: &Row) -> f64 {
    match &row.verdict {
        Verdict::Ran(ran) => ran.secs,
        Verdict::Unready(_) => 0.0,
    }
}

fn suite(Tested { suite, rows }: &Tested, out: &mut String) {
    let path = escaped(&suite.path.to_string_lossy());
    let unreadable = has_errors(&suite.diagnostics);
    let failed = rows.iter().filter(|it| matches!(&it.verdict, Verdict::Ran(ran) if !ran.passed)).count();
    let unready = rows.iter().filter(|it| matches!(it.verdict, Verdict::Unready(_))).count();
    let (tests, errors) = (rows.len() + usize::from(unreadable), unready + usize::from(unreadable));
    let time: f64 = rows.iter().map(secs).sum();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"0\" \
         time=\"{time:.3}\">"
    );
    if unreadable {
        let _ = writeln!(out, "    <testcase name=\"{path}\" classname=\"{path}\" time=\"0.000\">");
        error("the file is not understood", &suite.diagnostics, out);
        out.push_str("    </testcase>\n");
    }
    for row in rows {
        let (name, time) = (escaped(&row.scenario.name), secs(row));
        let _ = write!(out, "    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\" time=\"{time:.3}\"");
        match &row.verdict {
            Verdict::Ran(ran) if ran.passed => out.push_str("/>\n"),
            Verdict::Ran(ran) => {
                out.push_str(">\n");
                failure(ran, out);
                out.push_str("    </testcase>\n");
            }
            Verdict::Unready(unready) => {
                out.push_str(">\n");
                let found: Vec<Diagnostic> = unready.said().iter().flat_map(|it| it.found.iter().cloned()).collect();
                let what = match unready {
                    Unready::Broken(_) => "the scenario cannot be run",
                    Unready::Invalid(_) => "the definition is invalid",
                };
                error(what, &found, out);
                out.push_str("    </testcase>\n");
            }
        }
    }
    out.push_str("  </testsuite>\n");
}

fn failure(ran: &Ran, out: &mut String) {
    let stopped = text::stopped(&ran.end);
    let first = ran.mismatches.first().map(|it| format!("{}: expected {}, came {}", it.about, it.expected, it.actual));
    let message = stopped.first().cloned().or(first).unwrap_or_default();
    let kind = if stopped.is_empty() { "expectation" } else { "stopped" };
    let mut lines = stopped;
    for it in &ran.mismatches {
        lines.push(it.about.clone());
        lines.extend(text::explained(it).into_iter().map(|it| format!("  {it}")));
    }
    let _ = writeln!(
        out,
        "      <failure message=\"{}\" type=\"{kind}\">{}</failure>",
        escaped(&message),
        escaped_text(&lines.join("\n"))
    );
}

fn error(what: &str, found: &[Diagnostic], out: &mut String) {
    let errors = found.iter().filter(|it| it.severity == Severity::Error);
    let lines: Vec<String> = errors.map(|it| format!("{} {}: {}", it.code, it.pointer, it.full_message())).collect();
    let _ = writeln!(
        out,
        "      <error message=\"{}\" type=\"scenario\">{}</error>",
        escaped(what),
        escaped_text(&lines.join("\n"))
    );
}

/// Returns a text as it stands in an attribute. What XML 1.0 has no way to write becomes the replacement character.
fn escaped(text: &str) -> String {
    write(text, true)
}

/// Returns a text as it stands between tags, with its line breaks.
fn escaped_text(text: &str) -> String {
    write(text, false)
}

fn write(text: &str, attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // In an attribute a reader makes spaces of these; a carriage return becomes a line break anywhere.
            '\n' | '\t' if attribute => {
                let _ = write!(out, "&#{};", char as u32);
            }
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(char),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped_or_replaced() {
        assert_eq!(escaped("a <b> & \"c\"\n\u{1b}[0m"), "a &lt;b&gt; &amp; &quot;c&quot;&#10;\u{fffd}[0m");
        assert_eq!(escaped_text("]]>\n\tü\r"), "]]&gt;\n\tü&#13;");
    }
}
