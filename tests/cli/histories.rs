//! `replay`, `diff` and `export`: recorded executions.

use super::*;

const RETRYING: &str = r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task",
    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask", "End": true,
    "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3, "MaxAttempts": 1}]}}}"#;

/// Writes a definition and the history of a run of it, whose task fails until its retries are used up.
fn recorded(name: &str) -> (String, String) {
    let definition = file(&format!("{name}.asl.json"), RETRYING);
    let mocks = file(
        &format!("{name}.mocks.json"),
        r#"{"Ask": [{"throw": {"error": "Busy", "cause": "later"}, "after": 0.5}]}"#,
    );
    let history = path(&format!("{name}.history.json")).to_string_lossy().into_owned();
    let answer = stepscope(&["run", &definition, "--mocks", &mocks, "--history", &history]);
    assert_eq!(answer.status, 1, "{}", answer.err);
    (definition, history)
}

#[test]
fn a_replay_without_a_definition_says_what_happened_and_what_is_inferred() {
    let (_, history) = recorded("replay-alone");
    let answer = stepscope(&["replay", &history]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.contains("FAILED after 4 s"), "{}", answer.out);
    assert!(answer.out.contains("failed Ask, attempt 1, event 5: Busy: retried after 3 s\n"), "{}", answer.out);
    assert!(answer.out.contains("inferred"), "{}", answer.out);
    assert!(answer.err.contains("the graph is drawn from the events"), "{}", answer.err);
    let told = json(&stepscope(&["replay", &history, "--format", "json"]).out);
    let failures = told.get("failures").and_then(Json::as_array).expect("failures");
    assert_eq!(failures.len(), 2);
    let first = failures.get(0).expect("a failure");
    assert_eq!(first.get("fate").and_then(Json::as_str), Some("retried"));
    assert_eq!(first.get("inferredFrom").and_then(Json::as_str), Some("events"));
    assert_eq!(first.get("backOffMilliseconds").and_then(Json::as_i64), Some(3_000));
}

#[test]
fn a_replay_with_a_definition_names_handlers_and_tells_whether_it_does_the_same() {
    let (definition, history) = recorded("replay-with");
    let answer = stepscope(&["replay", &history, "--definition", &definition]);
    assert_eq!(answer.status, 0, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("[retrier 0, back-off 3 s]"), "{}", answer.out);
    assert!(answer.out.contains("replay does the same"), "{}", answer.out);
    let caught = RETRYING.replace(
        "\"End\": true,",
        "\"Next\": \"Rest\", \"Catch\": [{\"ErrorEquals\": [\"Busy\"], \"Next\": \"Rest\"}],",
    );
    let caught = caught.replace("}}}", "}, \"Rest\": {\"Type\": \"Succeed\"}}}");
    let edited = file("replay-edited.asl.json", caught);
    let answer = stepscope(&["replay", &history, "--definition", &edited]);
    assert_eq!(answer.status, 1, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("ExecutionFailed (Busy) became TaskStateExited of \"Ask\""), "{}", answer.out);
    let told = json(&stepscope(&["replay", &history, "--definition", &edited, "--format", "json"]).out);
    let first = told.get("replay").and_then(|it| it.get("first")).expect("where they part");
    assert_eq!(first.get("left").and_then(|it| it.get("id")).and_then(Json::as_i64), Some(9));
    assert_eq!(first.get("previousLeft").and_then(|it| it.get("id")).and_then(Json::as_i64), Some(8));
}

#[test]
fn a_replay_that_asks_for_more_than_was_recorded_says_so() {
    let (_, history) = recorded("replay-more");
    let edited = file("replay-more-edited.asl.json", RETRYING.replace("\"MaxAttempts\": 1", "\"MaxAttempts\": 2"));
    let answer = stepscope(&["replay", &history, "--definition", &edited]);
    assert_eq!(answer.status, 1, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("attempt 3 of \"Ask\" was not recorded"), "{}", answer.out);
}

#[test]
fn a_history_becomes_mocks_and_a_scenario_that_bring_it_about_again() {
    let (definition, history) = recorded("replay-mocks");
    let (mocks, scenario) = (path("replayed.mocks.json"), path("replayed.scenario.json"));
    let (mocks, scenario) = (mocks.to_string_lossy().into_owned(), scenario.to_string_lossy().into_owned());
    let options = ["replay", &history, "--definition", &definition, "--mocks-out", &mocks, "--scenario-out", &scenario];
    assert_eq!(stepscope(&options).status, 0);
    let again = path("replayed.history.json").to_string_lossy().into_owned();
    let answer = stepscope(&["run", &definition, "--mocks", &mocks, "--history", &again]);
    assert_eq!(answer.status, 1, "{}", answer.err);
    let read = |path: &str| std::fs::read_to_string(path).expect("the file");
    assert_eq!(read(&again), read(&history));
    let scenario = json(&read(&scenario));
    let expect = scenario.get("expect").expect("what has to come out");
    assert_eq!(expect.get("status").and_then(Json::as_str), Some("FAILED"));
    assert_eq!(expect.get("error").and_then(Json::as_str), Some("Busy"));
}

#[test]
fn a_diff_tells_where_two_executions_part() {
    let (_, left) = recorded("diff-left");
    let answer = stepscope(&["diff", &left, &left]);
    assert!(answer.status == 0 && answer.out.contains("do the same"), "{}{}", answer.out, answer.err);
    let changed =
        std::fs::read_to_string(&left).expect("the history").replace("\"cause\":\"later\"", "\"cause\":\"never\"");
    let right = file("diff-right.history.json", changed);
    let answer = stepscope(&["diff", &left, &right]);
    assert_eq!(answer.status, 1, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("LambdaFunctionFailed"), "{}", answer.out);
    assert!(answer.out.contains("cause: \"later\" → \"never\""), "{}", answer.out);
    let told = json(&stepscope(&["diff", &left, &right, "--format", "json"]).out);
    assert_eq!(told.get("same").and_then(Json::as_bool), Some(false));
    assert_eq!(told.get("visits").and_then(Json::as_array).map(stepscope::json::Array::len), Some(1));
}

#[test]
fn a_history_is_exported_as_events_tables_and_drawings() {
    let (_, history) = recorded("exported");
    let to = |ending: &str| path(&format!("exported-as.{ending}")).to_string_lossy().into_owned();
    for ending in ["json", "jsonl", "csv", "svg", "png", "mmd", "md", "html"] {
        let answer = stepscope(&["export", &history, "--to", &to(ending)]);
        assert_eq!(answer.status, 0, "{ending}: {}", answer.err);
    }
    let read = |path: &str| std::fs::read_to_string(path).expect("the file");
    assert_eq!(read(&to("json")), read(&history));
    assert_eq!(read(&to("jsonl")).lines().count(), 9);
    assert_eq!(read(&to("csv")).lines().count(), 10);
    let answer = stepscope(&["export", &history, "--to", &to("pdf")]);
    assert!(answer.status == 2 && answer.err.contains(".jsonl"), "{}", answer.err);
}

#[test]
fn what_is_no_history_is_not_replayed() {
    let echo = file("no-history.asl.json", ECHO);
    for command in [vec!["replay", &echo], vec!["diff", &echo, &echo], vec!["replay", "no/such/file"]] {
        let answer = stepscope(&command);
        assert!(answer.status == 2 && !answer.err.is_empty(), "{command:?}: {} {}", answer.status, answer.err);
    }
}
