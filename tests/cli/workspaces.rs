//! Redaction on the command line.

use super::*;

const DEFINITION_WITH_TASK: &str =
    r#"{"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "pay", "End": true}}}"#;

/// Writes the history of a payment that failed.
fn payment(name: &str) -> String {
    let definition = file(&format!("{name}.asl.json"), DEFINITION_WITH_TASK);
    let input = file(&format!("{name}.input.json"), r#"{"card": {"number": "4111-2222"}, "n": 1}"#);
    let mocks = file(
        &format!("{name}.mocks.json"),
        r#"{"Pay": [{"throw": {"error": "Declined", "cause": "{\"card\": {\"number\": \"4111-2222\"}}"}}]}"#,
    );
    let history = path(&format!("{name}.history.json")).to_string_lossy().into_owned();
    let answer = stepscope(&["run", &definition, "--input", &input, "--mocks", &mocks, "--history", &history]);
    assert_eq!(answer.status, 1, "{}", answer.err);
    history
}

#[test]
fn a_history_is_exported_without_the_fields_that_are_named() {
    let history = payment("redacted-payment");
    for ending in ["json", "jsonl", "csv"] {
        let target = path(&format!("redacted-payment-out.{ending}")).to_string_lossy().into_owned();
        let answer = stepscope(&["export", &history, "--to", &target, "--redact", "card.number", "--redact", "$..pin"]);
        assert!(answer.status == 0 && answer.err.ends_with("stepscope: 1 value is redacted\n"), "{}", answer.err);
        let written = std::fs::read_to_string(&target).expect("the file");
        assert!(!written.contains("4111") && written.contains("redacted-1"), "{written}");
    }
    let target = path("redacted-payment-out.json").to_string_lossy().into_owned();
    let answer = stepscope(&["replay", &target, "--format", "json"]);
    assert_eq!(answer.status, 0, "the history that was written reads back: {}", answer.err);
}

#[test]
fn fields_that_are_no_fields_and_definitions_are_refused() {
    let history = payment("unredacted-payment");
    let target = path("unredacted.json").to_string_lossy().into_owned();
    let answer = stepscope(&["export", &history, "--to", &target, "--redact", "card["]);
    assert!(answer.status == 2 && answer.err.contains("a [ has no ]"), "{}", answer.err);
    let definition = file("plain.asl.json", DEFINITION_WITH_TASK);
    let answer = stepscope(&["export", &definition, "--to", &target, "--redact", "card"]);
    assert!(answer.status == 2 && answer.err.contains("has no payloads"), "{}", answer.err);
}

#[test]
fn a_workspace_is_exported_without_the_fields_that_it_and_the_call_name() {
    let workspace = include_str!("../workspace/full.stepscope.json");
    let source = file(
        "full.stepscope.json",
        workspace.replace("\"file\": \"old.history.json\"", "\"file\": \"old-payment.history.json\""),
    );
    payment("old-payment");
    let target = path("full-redacted.json").to_string_lossy().into_owned();
    let answer = stepscope(&["export", &source, "--to", &target, "--redact", "$..order"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.err.contains("values are redacted"), "{}", answer.err);
    let written = std::fs::read_to_string(&target).expect("the file");
    assert!(!written.contains("4111") && !written.contains("\"order\": 7"), "{written}");
    assert!(json(&written).get("stepscopeWorkspace").is_some());
    let answer = stepscope(&["export", &source, "--to", &path("full.svg").to_string_lossy()]);
    assert!(answer.status == 2 && answer.err.contains("can become .json"), "{}", answer.err);
}
