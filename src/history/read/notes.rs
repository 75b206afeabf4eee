//! What a recorded history does not say, in sentences.

use crate::diagnostic::{Diagnostic, LineIndex, Severity, Span};
use crate::history::frame::RunStatus;
use crate::history::log::Log;

use super::build::Counts;
use super::order::Ordered;
use super::source::Found;

fn note(code: &'static str, message: String) -> Diagnostic {
    Diagnostic { severity: Severity::Note, ..Diagnostic::warning(code, message) }
}

fn events(n: usize) -> String {
    format!("{n} event{}", if n == 1 { "" } else { "s" })
}

/// Returns what is to be said of the file as a whole.
pub(super) fn of_file(found: &Found, whole: &str) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    if let Some(broken) = found.broken {
        let (line, column) = LineIndex::new(whole).line_column(whole, broken.at as u32);
        let message = format!(
            "the text is not JSON from line {line}, column {column} on; {} were read before that",
            events(found.events.len())
        );
        let diagnostic = if found.events.is_empty() {
            Diagnostic::error("HIS001", message)
        } else {
            Diagnostic::warning("HIS001", message)
        };
        let help = "download the history again; what was cut off is missing";
        out.push(diagnostic.at("", Span::new(broken.at, broken.at)).help(help));
    } else if found.events.is_empty() {
        let message = if found.has_list { "the history has no event" } else { "the text has no event of a history" };
        out.push(
            Diagnostic::error("HIS001", message).help("save what `aws stepfunctions get-execution-history` prints"),
        );
    }
    if found.has_next_page {
        let message = "the last page names one after it, which is not in the file".to_owned();
        out.push(Diagnostic::warning("HIS003", message).help("fetch all pages, and put them one after the other"));
    }
    out
}

/// Returns what is to be said of ids and of their order. Ids far beyond the number of events are given up.
pub(super) fn of_order(ordered: &mut Ordered) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    if ordered.n_twice > 0 {
        out.push(note("HIS010", format!("{} came twice; the first counts", events(ordered.n_twice))));
    }
    if ordered.n_numbered > 0 {
        let message = format!("{} had no id and are numbered by their place", events(ordered.n_numbered));
        out.push(Diagnostic::warning("HIS011", message));
    }
    // A gap costs an event each; the service's own histories end at 25,000.
    if ordered.last_id as usize > 4 * ordered.events.len() + 100_000 {
        let message =
            format!("ids go up to {}, for {}; they are numbered anew", ordered.last_id, events(ordered.events.len()));
        out.push(Diagnostic::warning("HIS011", message));
        for (id, event) in (1..).zip(&mut ordered.events) {
            event.id = Some(id);
            event.prev = None;
        }
        ordered.last_id = ordered.events.len() as u32;
    }
    out
}

/// Says that the history names a state that the definition lacks.
pub(super) fn other_definition(missing: &str) -> Diagnostic {
    let message = format!(
        "the history names the state {missing}, which the definition does not have there: this is not the definition that ran"
    );
    let help = "the graph is drawn from the events instead; open the definition as it was when the execution started";
    Diagnostic::warning("HIS020", message).help(help)
}

/// Returns what is to be said of the events.
pub(super) fn of_events(counts: &Counts, drawn: bool, has_definition: bool, from_log: bool) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    if drawn && !has_definition {
        let message = "the graph is drawn from the events: states and ways that were not taken are missing".to_owned();
        out.push(note("HIS021", message));
        if let Some(last) = out.last_mut() {
            last.help = Some("open the definition with it, to see them and to have handlers named".to_owned());
        }
    }
    let mut warn = |code, n: usize, message: &str, help: &str| {
        if n > 0 {
            out.push(Diagnostic::warning(code, message.replace("{}", &events(n))).help(help));
        }
    };
    let absent = if from_log {
        "the log's level leaves them out; set it to ALL to have everything"
    } else {
        "fetch all pages of the history"
    };
    warn("HIS012", counts.absent, "{} of the execution are not in the file", absent);
    let excluded = if from_log {
        "the log was written without execution data; set includeExecutionData to true to have it"
    } else {
        "fetch the history with --include-execution-data"
    };
    warn("HIS013", counts.without_data, "{} have no payload in the file", excluded);
    warn(
        "HIS014",
        counts.truncated,
        "the payloads of {} were cut off",
        "fetch the history from the service, which has them whole",
    );
    warn("HIS015", counts.unknown, "{} are of a type that this version does not know", "they are shown by their names");
    warn(
        "HIS016",
        counts.guessed,
        "the file does not say what {} follow from; their place is a guess",
        "fetch the whole history",
    );
    warn(
        "HIS017",
        counts.without_time,
        "{} have no time; that of the event before is shown",
        "durations of this history mean nothing",
    );
    warn(
        "HIS018",
        counts.back_in_time,
        "{} are earlier than the ones before; the time of these is shown",
        "durations are not exact there",
    );
    if counts.either_limit > 0 {
        let message = format!(
            "for {} the file does not say whether TimeoutSeconds or HeartbeatSeconds ran out; it is told by how long they took",
            events(counts.either_limit)
        );
        out.push(note("HIS019", message));
    }
    out
}

/// Says that the execution has not ended.
pub(super) fn of_end(log: &Log) -> Option<Diagnostic> {
    let running = matches!(log.tip().status, RunStatus::Running | RunStatus::NotStarted);
    let message = "the execution has not ended in this history".to_owned();
    running.then(|| note("HIS022", message))
}
