//! One history in every spelling that the service, its tools and its logs have: all read back to the same events.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use stepscope::diagnostic::Severity;
use stepscope::engine::{EventId, EventKind};
use stepscope::history::RunStatus;
use stepscope::history::aside::Lack;
use stepscope::history::read::{Imported, Reading, is_history, read};
use stepscope::json::Json;
use stepscope::time::Timestamp;

use super::laws::exported_again;
use crate::support::runs::{Case, exported_alone};

const DEFINITION: &str = r#"{"StartAt": "Each", "States": {
    "Each": {"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": {"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 60,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}], "End": true,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Told"}]},
        "Told": {"Type": "Pass", "Assign": {"told": true}, "End": true}
    }}, "Next": "Both"},
    "Both": {"Type": "Parallel", "Next": "End", "Branches": [
        {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "Result": "é \" \\", "End": true}}},
        {"StartAt": "Right", "States": {"Right": {"Type": "Wait", "Seconds": 3, "End": true}}}]},
    "End": {"Type": "Fail", "Error": "Done", "Cause": "for now"}}}"#;
const MOCKS: &str = r#"{"Ask": [{"throw": {"error": "Busy"}, "after": 1}, {"submitted": {"id": 1}, "return": "ok", "after": 1.5},
    {"throw": {"error": "Broken", "cause": "no"}}]}"#;

/// Returns the history as our own export writes it.
fn original() -> String {
    let mut case = Case::mocked("spellings", DEFINITION, "[1, 2, 3]", Some(MOCKS), None);
    // Numbers of seconds and of milliseconds are told apart by their size, which those of 1970 do not have.
    Arc::make_mut(&mut case.spec).at = Timestamp::parse("2024-05-01T07:30:00.120Z").expect("a time");
    exported_alone(&case.finish(1_000_000))
}

fn events() -> Vec<Value> {
    let whole: Value = serde_json::from_str(&original()).expect("JSON");
    whole["events"].as_array().expect("events").clone()
}

/// Returns the value with every name of the service changed; text inside strings stays.
fn renamed(value: &Value, rename: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                // The names of variables are the user's own.
                let inside = if name == "assignedVariables" { value.clone() } else { renamed(value, rename) };
                (rename(name), inside)
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|it| renamed(it, rename)).collect(),
        scalar => scalar.clone(),
    }
}

/// Returns the event as CloudWatch has it.
fn log_event(event: &Value) -> Value {
    let at = millis(event["timestamp"].as_str().expect("a time"));
    let details = event.as_object().expect("an object").iter().find(|(name, _)| name.ends_with("EventDetails"));
    let mut log = json!({
        "id": event["id"].to_string(), "type": event["type"], "previous_event_id": event["previousEventId"].to_string(),
        "event_timestamp": at.to_string(), "redrive_count": "0",
        "execution_arn": "arn:aws:states:eu-west-1:123456789012:express:Shop:order-7:11111111-2222-3333-4444-555555555555",
    });
    if let Some((_, details)) = details {
        log["details"] = details.clone();
    }
    log
}

fn millis(text: &str) -> i64 {
    Timestamp::parse(text).expect("a time").as_millis()
}

fn only(name: &str, reading: Reading) -> Imported {
    assert_eq!(reading.diagnostics, [], "{name}");
    let [imported] = &reading.executions[..] else { panic!("{name}: {} executions", reading.executions.len()) };
    imported.clone()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).expect("it fits");
    packer.finish().expect("it fits")
}

#[test]
fn every_spelling_reads_back_to_the_same_history() {
    let events = events();
    let list = |events: &[Value]| json!({ "events": events }).to_string();
    let snake = |name: &str| {
        let mut out = String::new();
        for it in name.chars() {
            if it.is_uppercase() {
                out.push('_');
            }
            out.extend(it.to_lowercase());
        }
        out
    };
    let pascal = |name: &str| name[..1].to_uppercase() + &name[1..];
    let with_times = |change: &dyn Fn(i64) -> Value| {
        let changed = events.iter().map(|it| {
            let mut it = it.clone();
            it["timestamp"] = change(millis(it["timestamp"].as_str().expect("a time")));
            it
        });
        changed.collect::<Vec<_>>()
    };
    let nulls = events.iter().map(|it| {
        let mut it = it.clone();
        it["activityFailedEventDetails"] = Value::Null;
        it["mapRunStartedEventDetails"] = Value::Null;
        it
    });
    let nulls = renamed(&json!({ "events": nulls.collect::<Vec<_>>() }), &pascal);
    let reversed: Vec<Value> = events.iter().rev().cloned().collect();
    let (early, late) = events.split_at(events.len() / 2);
    let page = |events: &[Value], token: Option<&str>| json!({"events": events, "nextToken": token});
    let logs: Vec<Value> = events.iter().map(log_event).collect();
    let wrapped = |it: &Value| json!({"timestamp": 1, "message": it.to_string(), "ingestionTime": 2, "eventId": "9"});
    let mut csv = String::from("timestamp,message\n");
    let mut lines = String::new();
    for it in &logs {
        let _ = writeln!(csv, "1,\"{}\"", it.to_string().replace('"', "\"\""));
        let _ = writeln!(lines, "2024-05-01T07:30:00.000Z {it}");
    }
    let insights: Vec<Value> = logs
        .iter()
        .map(|it| json!([{"field": "@timestamp", "value": "2024-05-01 07:30:00.000"}, {"field": "@message", "value": it.to_string()}]))
        .collect();
    let forms: Vec<(&str, String)> = vec![
        ("the command line's", list(&events)),
        ("indented", serde_json::to_string_pretty(&json!({ "events": events })).expect("JSON")),
        ("with a byte order mark", format!("\u{feff}{}", list(&events))),
        ("a list alone", json!(events).to_string()),
        ("latest first", list(&reversed)),
        ("in upper case, with nulls", nulls.to_string()),
        ("with underlines", renamed(&json!({ "events": events }), &snake).to_string()),
        ("seconds", list(&with_times(&|it| json!(it as f64 / 1000.0)))),
        ("milliseconds", list(&with_times(&|it| json!(it)))),
        ("pages in a list", json!([page(early, Some("t")), page(late, None)]).to_string()),
        ("pages one after the other", format!("{}\n{}", page(early, Some("t")), page(late, None))),
        (
            "pages in the wrong order, overlapping",
            json!([page(late, None), page(&events[..early.len() + 3], None)]).to_string(),
        ),
        ("one event a line", events.iter().fold(String::new(), |out, it| format!("{out}{it}\n"))),
        ("log events", json!(logs).to_string()),
        (
            "log events, filtered",
            json!({"events": logs.iter().map(wrapped).collect::<Vec<_>>(), "searchedLogStreams": []}).to_string(),
        ),
        (
            "log events of a subscription",
            json!({"messageType": "DATA_MESSAGE", "logEvents": logs.iter().map(wrapped).collect::<Vec<_>>()})
                .to_string(),
        ),
        ("Insights", json!({"results": insights, "status": "Complete"}).to_string()),
        ("a log's table", csv),
        ("a log's lines", lines),
    ];
    let original = original();
    for (name, text) in forms {
        for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
            assert!(is_history(&bytes), "{name} is recognised");
            let imported = only(name, read(bytes, None));
            let again = exported_again(&imported);
            if again != original {
                let differs = again.lines().zip(original.lines()).find(|(left, right)| left != right);
                panic!("{name}: {differs:#?}");
            }
        }
    }
}

#[test]
fn log_events_name_their_execution() {
    let logs: Vec<Value> = events().iter().map(log_event).collect();
    let imported = only("log", read(json!(logs).to_string().into_bytes(), None));
    assert!(imported.express);
    assert_eq!(&*imported.identity.machine_name, "Shop");
    assert_eq!(&*imported.identity.execution_name, "order-7");
    // Where the task's events were says more than where the execution is.
    assert_eq!(&*imported.identity.region, "us-east-1");
}

#[test]
fn executions_of_one_log_are_kept_apart() {
    let logs = events().iter().map(log_event).collect::<Vec<_>>();
    let others = logs.iter().map(|it| {
        let mut it = it.clone();
        it["execution_arn"] = json!("arn:aws:states:eu-west-1:123456789012:express:Shop:order-8:2");
        it
    });
    let mixed: Vec<Value> = logs.iter().cloned().zip(others).flat_map(|(left, right)| [left, right]).collect();
    let reading = read(json!(mixed).to_string().into_bytes(), None);
    let names: Vec<&str> = reading.executions.iter().map(|it| &*it.identity.execution_name).collect();
    assert_eq!(names, ["order-7", "order-8"]);
    assert!(reading.executions.iter().all(|it| it.view().len() == logs.len()));
}

#[test]
fn what_was_not_included_is_not_made_up_and_stays_out_when_it_is_written() {
    let mut events = events();
    for event in &mut events {
        for (name, details) in event.as_object_mut().expect("an object") {
            if let (true, Some(details)) = (name.ends_with("EventDetails"), details.as_object_mut()) {
                for gone in ["input", "output", "parameters", "inputDetails", "outputDetails"] {
                    details.remove(gone);
                }
            }
        }
    }
    let text = json!({ "events": events }).to_string();
    let imported = only("without data", read(text.into_bytes(), None));
    assert_eq!(imported.lack(EventId(1)), Some(Lack::NotIncluded));
    assert_eq!(imported.input(), None);
    assert!(imported.notes.iter().any(|it| it.code == "HIS013"), "{:?}", imported.notes);
    let again: Value = serde_json::from_str(&exported_again(&imported)).expect("JSON");
    assert_eq!(again["events"], json!(events));
}

#[test]
fn a_payload_that_was_cut_off_is_kept_as_far_as_it_goes() {
    let mut events = events();
    events[0]["executionStartedEventDetails"]["input"] = json!("[1, 2, {\"a");
    events[0]["executionStartedEventDetails"]["inputDetails"] = json!({"truncated": true});
    let imported = only("cut off", read(json!({ "events": events }).to_string().into_bytes(), None));
    assert_eq!(imported.lack(EventId(1)), Some(Lack::Truncated));
    let first = imported.view().event(EventId(1)).expect("it is there");
    assert_eq!(first.kind, EventKind::ExecutionStarted { input: Json::from("[1, 2, {\"a") });
    let again: Value = serde_json::from_str(&exported_again(&imported)).expect("JSON");
    assert_eq!(again["events"], json!(events));
}

#[test]
fn events_that_are_missing_leave_their_places() {
    let kept: Vec<Value> =
        events().into_iter().filter(|it| it["type"] == "ExecutionFailed" || it["type"] == "TaskFailed").collect();
    let imported = only("errors only", read(json!({ "events": kept }).to_string().into_bytes(), None));
    let recorded = imported.view().iter().filter(|it| it.kind != EventKind::NotRecorded).count();
    assert_eq!(recorded, kept.len());
    assert_eq!(imported.view().len(), events().len());
    assert!(matches!(imported.log.tip().status, RunStatus::Failed(_)));
    assert!(imported.notes.iter().any(|it| it.code == "HIS012"), "{:?}", imported.notes);
    let again: Value = serde_json::from_str(&exported_again(&imported)).expect("JSON");
    assert_eq!(again["events"], json!(kept));
}

#[test]
fn details_that_events_have_no_place_for_are_kept() {
    let mut events = events();
    let scheduled = events.iter().position(|it| it["type"] == "TaskScheduled").expect("there is one");
    events[scheduled]["taskScheduledEventDetails"]["somethingNew"] = json!({"a": [1]});
    events.insert(
        1,
        json!({"timestamp": "2024-05-01T07:30:00.120Z", "type": "StateMachineDreamt", "id": 2, "previousEventId": 1,
            "stateMachineDreamtEventDetails": {"of": "sheep", "count": 3}}),
    );
    for (nth, event) in events.iter_mut().enumerate().skip(2) {
        event["id"] = json!(nth + 1);
        let prev = event["previousEventId"].as_u64().expect("a number");
        event["previousEventId"] = json!(if prev < 2 { prev } else { prev + 1 });
    }
    let imported = only("new", read(json!({ "events": events }).to_string().into_bytes(), None));
    assert!(imported.notes.iter().any(|it| it.code == "HIS015"), "{:?}", imported.notes);
    let again: Value = serde_json::from_str(&exported_again(&imported)).expect("JSON");
    assert_eq!(again["events"], json!(events));
}

#[test]
fn a_file_that_breaks_off_is_read_as_far_as_it_goes() {
    let text = original();
    let reading = read(text.as_bytes()[..text.len() * 2 / 3].to_vec(), None);
    assert_eq!(reading.diagnostics.len(), 1);
    assert_eq!(reading.diagnostics[0].severity, Severity::Warning);
    let n_events = reading.executions[0].view().len();
    assert!(n_events > 5 && n_events < events().len(), "{n_events}");
}

#[test]
fn what_is_no_history_is_refused_with_a_reason() {
    for text in ["", "{}", "[]", "{\"events\": []}", "nothing", "[{\"events\": [{\"id\": 1}]}]", "\u{1f}\u{8b}"] {
        let reading = read(text.as_bytes().to_vec(), None);
        assert!(reading.executions.is_empty(), "{text}");
        assert!(reading.diagnostics.iter().any(|it| it.severity == Severity::Error), "{text}");
    }
    assert!(!is_history(DEFINITION.as_bytes()));
    assert!(!is_history(MOCKS.as_bytes()));
}
