//! Histories that the service recorded: each is read, with its definition and without. The recordings lie beside the
//! project; without them there is nothing to read.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stepscope::engine::EventKind;
use stepscope::history::infer::{Handler, handled};
use stepscope::history::read::{Imported, read};
use stepscope::session::document::open;
use stepscope::session::recorded::replay;

use super::laws::exported_again;

#[test]
fn every_recorded_history_is_read_and_most_replay_without_a_difference() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/cases");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    if files.is_empty() {
        eprintln!("skipped: there are no recorded histories at {}", folder.display());
        return;
    }
    let (mut n_read, mut n_replayed, mut n_same) = (0, 0, 0);
    for file in files {
        let case: Value = serde_json::from_slice(&std::fs::read(&file).expect("a case")).expect("JSON");
        let Some(events) = case["expected"]["events"].as_array() else { continue };
        let name = case["name"].as_str().unwrap_or_default();
        let text = json!({"events": events.iter().map(as_sent).collect::<Vec<_>>()}).to_string();
        let imported = only(name, &text, None);
        let recorded = imported.view().iter().filter(|it| it.kind != EventKind::NotRecorded).count();
        assert_eq!(recorded, events.len(), "{name}");
        // What is written again is what was read, but for what the recorder lost.
        if events.iter().all(|it| it["id"].is_u64() && it["previousEventId"].is_u64()) {
            let (left, right) = (parsed(&exported_again(&imported)), parsed(&text));
            for (left, right) in left.iter().zip(&right) {
                assert_eq!(left, right, "{name}");
            }
        }
        n_read += 1;
        let opened = open("recorded", case["definition"].to_string().as_bytes());
        let Some(program) = opened.documents.first().and_then(|it| it.definition.program.clone()) else { continue };
        let imported = only(name, &text, Some(&program.outline));
        assert!(!imported.drawn, "{name}: {:?}", imported.notes);
        for it in handled(imported.view(), Some(&program)) {
            assert!(!matches!(it.handler, Handler::Contradicts(_)), "{name}: {it:?}");
        }
        n_replayed += 1;
        n_same += usize::from(replay(&imported, &program, imported.spec()).comparison.first.is_none());
    }
    eprintln!("{n_read} recorded histories are read, {n_replayed} run again, {n_same} without a difference");
    // The others hold names, moments and random numbers that the recorder has masked.
    assert!(n_same * 10 >= n_replayed * 9, "{n_same} of {n_replayed}");
}

fn only(name: &str, text: &str, outline: Option<&std::sync::Arc<stepscope::asl::Outline>>) -> Imported {
    let mut reading = read(text.as_bytes().to_vec(), outline);
    assert_eq!(reading.diagnostics, [], "{name}");
    assert_eq!(reading.executions.len(), 1, "{name}");
    reading.executions.remove(0)
}

/// Returns the events with payloads as values and moments and empty details left out, to be compared.
fn parsed(text: &str) -> Vec<Value> {
    let whole: Value = serde_json::from_str(text).expect("JSON");
    let value = |it: &Value| it.as_str().and_then(|it| serde_json::from_str(it).ok()).unwrap_or_else(|| it.clone());
    let mut events = whole["events"].as_array().expect("events").clone();
    for event in events.iter_mut().filter_map(Value::as_object_mut) {
        event.remove("timestamp");
        for details in event.values_mut().filter_map(Value::as_object_mut) {
            for name in ["input", "output", "parameters"] {
                if let Some(payload) = details.get_mut(name) {
                    *payload = value(payload);
                }
            }
            for variable in details
                .get_mut("assignedVariables")
                .and_then(Value::as_object_mut)
                .into_iter()
                .flat_map(|it| it.values_mut())
            {
                *variable = value(variable);
            }
        }
        event.retain(|_, it| it.as_object().is_none_or(|it| !it.is_empty()));
    }
    events
}

/// Returns a recorded event as the service sends it: payloads as text.
fn as_sent(event: &Value) -> Value {
    let mut event = event.clone();
    let text = |it: &Value| Value::String(it.to_string());
    let members = event.as_object_mut().expect("an event");
    members.remove("reconstructed");
    for details in members.values_mut().filter_map(Value::as_object_mut) {
        for name in ["input", "output", "parameters"] {
            if let Some(payload) = details.get_mut(name) {
                *payload = text(payload);
            }
        }
        if let Some(cause) = details.get_mut("cause").filter(|it| !it.is_string()) {
            *cause = text(cause);
        }
        for variable in details
            .get_mut("assignedVariables")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flat_map(|it| it.values_mut())
        {
            *variable = text(variable);
        }
    }
    event
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "json") {
            found.push(path);
        }
    }
}
