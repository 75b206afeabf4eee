//! The benchmark machines beside the project: what they give, in how many states and events.
//!
//! Skipped with a visible line where they are not there.

use std::path::PathBuf;

use serde_json::Value;
use stepscope::engine::{EventKind, Status};
use stepscope::json::text;

use crate::support::runs::Case;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/workloads")
}

#[test]
fn workloads_give_what_their_manifest_says() {
    let folder = folder();
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest.json")) else {
        eprintln!("skipped: no workloads at {}", folder.display());
        return;
    };
    let manifest: serde_json::Map<String, Value> = serde_json::from_str(&manifest).expect("the manifest is JSON");
    let mut n_checked = 0;
    for (name, expected) in &manifest {
        let read = |ending: &str| std::fs::read_to_string(folder.join(format!("{name}.{ending}.json"))).ok();
        let definition = read("asl").unwrap_or_else(|| panic!("{name} has a definition"));
        if definition.contains("\"JSONata\"") {
            eprintln!("skipped: {name} uses JSONata, which is not run yet");
            continue;
        }
        let input = read("input").unwrap_or_else(|| "{}".to_owned());
        let case = Case::mocked(name, &definition, &input, read("mocks").as_deref(), None).without_quotas();
        check(name, expected, &case);
        n_checked += 1;
    }
    assert!(n_checked > 0, "the manifest names workloads without JSONata");
}

fn check(name: &str, expected: &Value, case: &Case) {
    let run = case.finish(1 << 20);
    assert_eq!(Some(run.status().name()), expected["status"].as_str(), "{name}");
    let n_entered = run.log().iter().filter(|it| matches!(it.kind, EventKind::StateEntered { .. })).count() as u64;
    assert_eq!(Some(n_entered), expected["states"].as_u64(), "{name}: states entered");
    if let Some(n_events) = expected["events"].as_u64() {
        assert_eq!(run.log().len() as u64, n_events, "{name}: events");
    }
    if let Some(secs) = expected["virtual_seconds"].as_i64() {
        assert_eq!((run.tip().at - case.spec.at).as_millis(), secs * 1_000, "{name}: virtual time");
    }
    if let Some(error) = expected["error"].as_str() {
        let failure = run.status().failure().and_then(|it| it.error.as_deref());
        assert_eq!(failure, Some(error), "{name}");
    }
    let Status::Succeeded(output) = run.status() else { return };
    let output: Value = serde_json::from_str(&text::compact(output)).expect("printed JSON reads back");
    if let Some(whole) = expected.get("output") {
        assert_eq!(&output, whole, "{name}");
    }
    if let Some(n_items) = expected["output_len"].as_u64() {
        assert_eq!(output.as_array().map(|it| it.len() as u64), Some(n_items), "{name}");
        assert_eq!(output.as_array().and_then(|it| it.last()), expected.get("output_last"), "{name}");
    }
    if let Some([key, value]) = expected["output_key"].as_array().map(Vec::as_slice) {
        assert_eq!(&output[key.as_str().expect("a member's name")], value, "{name}");
    }
}
