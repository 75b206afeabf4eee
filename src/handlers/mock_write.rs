//! Mocks in the native form, as they are written into files.

use std::sync::Arc;

use crate::engine::TaskStep;
use crate::json::{Json, Number, text};
use crate::time::Duration;

use super::mock::{End, Entry, Mocks};

/// Entries that one of another form is written as, at most: the native form says each invocation by itself.
const MOST_TIMES: u32 = 1_000;

/// Returns the text of a native mock file that says the same. Which states ask beyond their entries, no file says.
pub fn write_mocks(mocks: &Mocks) -> String {
    let states = mocks.states().map(|(state, _)| {
        // The last one is used again and again anyway.
        let entries: Vec<&Entry> = mocks.entries(state).collect();
        let n_times = |idx: usize| if idx + 1 == entries.len() { 1 } else { entries[idx].times.clamp(1, MOST_TIMES) };
        let all = (0..entries.len()).flat_map(|idx| (0..n_times(idx)).map(move |_| idx));
        let written: Vec<Json> = all.map(|idx| entry(entries[idx])).collect();
        (Arc::clone(state), Json::Array(written.into_iter().collect()))
    });
    let mut text = text::pretty(&Json::Object(states.collect()));
    text.push('\n');
    text
}

fn entry(entry: &Entry) -> Json {
    let mut members: Vec<(Arc<str>, Json)> = Vec::new();
    let mut add = |name: &str, value: Json| members.push((name.into(), value));
    let answer = &entry.answer;
    match &answer.end {
        End::Return(result) => add("return", result.clone()),
        End::Throw(failure, step) => {
            let event = match step {
                TaskStep::Schedule => Some("TaskScheduleFailed"),
                TaskStep::Start => Some("TaskStartFailed"),
                TaskStep::Submit => Some("TaskSubmitFailed"),
                TaskStep::Run => None,
            };
            let texts = [("error", failure.error.as_deref()), ("cause", failure.cause.as_deref()), ("event", event)];
            let texts = texts.into_iter().filter_map(|(name, text)| Some((Arc::from(name), Json::from(text?))));
            add("throw", Json::Object(texts.collect()));
        }
        End::Never => add("neverCompletes", Json::Bool(true)),
    }
    if let Some(submitted) = &answer.submitted {
        add("submitted", submitted.clone());
    }
    if answer.after > Duration::ZERO {
        add("after", secs(answer.after));
    }
    if !answer.heartbeats.is_empty() {
        add("heartbeats", Json::Array(answer.heartbeats.iter().map(|it| secs(*it)).collect()));
    }
    if let Some(only) = &entry.only {
        let iteration = |(map, index): &(Arc<str>, u32)| {
            Json::object([("map", Json::from(Arc::clone(map))), ("index", Json::from(i64::from(*index)))])
        };
        let iterations = ("iterations", Json::Array(only.iterations.iter().map(iteration).collect()));
        let attempt = only.attempt.map(|it| ("attempt", Json::from(i64::from(it))));
        let claimed = std::iter::once(iterations).chain(attempt);
        add("where", Json::Object(claimed.map(|(name, value)| (Arc::from(name), value)).collect()));
    }
    Json::Object(members.into_iter().collect())
}

fn secs(span: Duration) -> Json {
    let millis = span.as_millis();
    let whole = Number::Int(millis / 1_000);
    let number = if millis % 1_000 == 0 { whole } else { Number::from_f64(millis as f64 / 1_000.0).unwrap_or(whole) };
    Json::from(number)
}

#[cfg(test)]
mod tests {
    use super::super::read_mocks;
    use super::*;

    fn read(text: &str) -> Mocks {
        let (mocks, diagnostics) = read_mocks(text.as_bytes(), None);
        mocks.unwrap_or_else(|| panic!("{diagnostics:?}"))
    }

    #[test]
    fn what_is_written_reads_as_the_same_mocks() {
        let text = r#"{
            "A": [{"return": {"a": [1, 2.5]}}, {"return": null, "after": 1.25}],
            "B": [{"throw": {"error": "E", "cause": "c"}}, {"throw": {"error": "States.Timeout"}, "after": 3}],
            "C": [{"throw": {"error": "E", "event": "TaskSubmitFailed"}}, {"timeout": true},
                  {"neverCompletes": true, "submitted": {"id": 7}, "heartbeats": [10, 20.5]}],
            "D": [{"return": 1, "where": {"iterations": [{"map": "M", "index": 2}], "attempt": 3}},
                  {"return": 2, "where": {"iterations": []}}, {"return": 3}],
            "E": []}"#;
        let mocks = read(text);
        assert_eq!(read(&write_mocks(&mocks)), mocks);
    }

    #[test]
    fn answers_for_several_invocations_are_written_one_by_one() {
        let config = r#"{"StateMachines": {"M": {"TestCases": {"C": {"T": "R"}}}},
            "MockedResponses": {"R": {"0-2": {"Return": 1}, "3": {"Return": 2}}}}"#;
        let (mocks, _) = read_mocks(config.as_bytes(), Some("M#C"));
        let written = write_mocks(&mocks.expect("it is sound"));
        assert_eq!(read(&written).entries("T").count(), 4, "{written}");
    }
}
