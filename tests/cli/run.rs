//! `run` and `test-state`: executions and how they end.

use super::*;

#[test]
fn a_run_exits_by_how_the_execution_ended() {
    let fail = file(
        "fail.asl.json",
        r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Oops", "Cause": "why"}}}"#,
    );
    let echo = file("echo.asl.json", ECHO);
    let slow = file(
        "slow.asl.json",
        r#"{"StartAt": "W", "TimeoutSeconds": 5, "States": {"W": {"Type": "Wait", "Seconds": 9, "End": true}}}"#,
    );
    assert_eq!(stepscope(&["run", &echo]).status, 0);
    assert_eq!(stepscope(&["run", &fail]).status, 1);
    assert_eq!(stepscope(&["run", &slow]).status, 1);
    assert_eq!(stepscope(&["run", &echo, "--no-such-option"]).status, 2);
    assert_eq!(stepscope(&["run"]).status, 2);
    assert_eq!(stepscope(&["no-such-command-or-file", "--x"]).status, 2);
}

#[test]
fn a_run_prints_one_json_object() {
    let echo = file("print-echo.asl.json", ECHO);
    let input = file("print-echo.input.json", r#"{"n": [1, 2.50, "ü"]}"#);
    let answer = stepscope(&["run", &echo, "--input", &input, "--format", "json"]);
    assert_eq!(answer.out, "{\"status\":\"SUCCEEDED\",\"output\":{\"n\":[1,2.5,\"ü\"]},\"events\":4}\n");
    let fail = file(
        "print-fail.asl.json",
        r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Oops", "Cause": "why"}}}"#,
    );
    let answer = stepscope(&["run", &fail, "--format", "json"]);
    assert_eq!(answer.out, "{\"status\":\"FAILED\",\"error\":\"Oops\",\"cause\":\"why\",\"events\":3}\n");
}

#[test]
fn a_run_tells_people_what_happened() {
    let sample = "sample-workflows/travel-booking";
    let args = [
        &format!("{sample}.asl.json"),
        "--input",
        &format!("{sample}.input.json"),
        "--mocks",
        &format!("{sample}.mocks.json"),
    ];
    let answer = stepscope(&[&["run"], &args[..]].concat());
    assert_eq!(answer.status, 1);
    for part in ["travel-booking: FAILED after 1 d 4 h", "43 events", "BookingFailed", "BookCar", "CarProvider.Busy"] {
        assert!(answer.out.contains(part), "{part} is not in {}", answer.out);
    }
    assert_eq!(answer.err, "");
}

#[test]
fn the_readme_shows_what_a_run_prints() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the read-me");
    let (_, example) = readme.split_once("$ stepscope run ").expect("an example of run");
    let (example, _) = example.split_once("```").expect("the end of the example");
    let example = example.replace("\\\n", " ");
    let (command, shown) = example.split_once('\n').expect("a command and what it prints");
    let args: Vec<&str> = ["run"].into_iter().chain(command.split_whitespace()).collect();
    assert_eq!(stepscope(&args).out, shown);
}

#[test]
fn input_comes_from_standard_input() {
    let echo = file("stdin.asl.json", ECHO);
    let answer = stepscope_with(&["run", &echo, "--input", "-", "--format", "json"], br#"{"from": "a pipe"}"#);
    assert_eq!(member(json(&answer.out).get("output").expect("an output"), "from"), "a pipe");
    let answer = stepscope_with(&["run", &echo, "--input", "-"], b"{");
    assert_eq!(answer.status, 2, "{}", answer.err);
}

#[test]
fn a_history_is_written_in_the_shape_of_the_service() {
    let echo = file("history.asl.json", ECHO);
    let target = path("history.json");
    let answer = stepscope(&["run", &echo, "--history", &target.to_string_lossy()]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let history = json(&std::fs::read_to_string(&target).expect("the history"));
    let events = history.get("events").and_then(Json::as_array).expect("events");
    let types: Vec<&str> = events.iter().map(|it| member(it, "type")).collect();
    assert_eq!(types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
    let details = events.iter().nth(2).and_then(|it| it.get("stateExitedEventDetails")).expect("details");
    assert_eq!((member(details, "name"), member(details, "output")), ("Echo", "{}"));
    let answer = stepscope(&["run", &echo, "--history", "-"]);
    assert!(answer.out.starts_with("{\"events\":["), "{}", answer.out);
    let answer = stepscope(&["run", &echo, "--history", &path("no/such/folder/h.json").to_string_lossy()]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("cannot write") && answer.err.contains("h.json"), "{}", answer.err);
}

#[test]
fn a_task_without_a_mock_is_named_with_the_mock_that_would_answer() {
    let ask = file("unanswered.asl.json", DEFINITION);
    let answer = stepscope(&["run", &ask]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains(r#"{"Ask": [{"return": {}}]}"#), "{}", answer.err);
    let mocks = file("unanswered.mocks.json", r#"{"Ask": [{"return": {}}]}"#);
    assert_eq!(stepscope(&["run", &ask, "--mocks", &mocks]).status, 0);
    let answer = stepscope(&["run", &ask, "--unanswered", "assume"]);
    assert_eq!(answer.status, 0);
    assert!(answer.out.contains("assumed Ask"), "{}", answer.out);
}

#[test]
fn a_distributed_map_reads_and_writes_a_folder_and_its_children_have_histories() {
    let definition = file("rows.asl.json", ROWS);
    let mocks = file(
        "rows.mocks.json",
        r#"{"Ask": [{"throw": {"error": "Busy", "cause": "later"}, "where": {"iterations": [{"map": "Each", "index": 1}]}},
            {"return": "ok"}]}"#,
    );
    let (s3, children) = (path("rows-s3"), path("rows-children"));
    std::fs::create_dir_all(s3.join("shop/in")).expect("a folder for temporary files");
    std::fs::write(s3.join("shop/in/rows.csv"), "id\n1\n2\n3\n").expect("a folder for temporary files");
    let folder = s3.to_string_lossy();
    let children_folder = children.to_string_lossy();
    let args = ["run", &definition, "--mocks", &mocks, "--s3", &folder, "--children", &children_folder];
    let answer = stepscope(&args);
    assert_eq!((answer.status, &*answer.err), (0, ""));
    let line = "children of Each: 1 FAILED, 2 SUCCEEDED; the first that failed is 2, with Busy: later";
    assert!(answer.out.contains(line), "{}", answer.out);

    let output =
        json(answer.out.split_once("output ").and_then(|(_, it)| it.split_once("\nchildren")).expect("an output").0);
    let key = member(output.get("ResultWriterDetails").expect("details"), "Key");
    let manifest = json(&std::fs::read_to_string(s3.join("out").join(key)).expect("the manifest"));
    assert_eq!(member(&manifest, "DestinationBucket"), "out");

    let index = json(&std::fs::read_to_string(children.join("index.json")).expect("the list of children"));
    let listed: Vec<(&str, &str)> =
        index.as_array().expect("a list").iter().map(|it| (member(it, "file"), member(it, "status"))).collect();
    assert_eq!(listed, [("1.json", "SUCCEEDED"), ("2.json", "FAILED"), ("3.json", "SUCCEEDED")]);
    let second = json(&std::fs::read_to_string(children.join("2.json")).expect("a history"));
    let events = second.get("events").and_then(Json::as_array).expect("events");
    let types: Vec<&str> = events.iter().map(|it| member(it, "type")).collect();
    let expected = ["ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted"];
    assert_eq!(types[..4], expected);
    assert_eq!(types[4..], ["LambdaFunctionFailed", "ExecutionFailed"]);
}

#[test]
fn a_map_whose_objects_are_nowhere_is_named_with_the_option_that_gives_them() {
    let definition = file("rows-nowhere.asl.json", ROWS);
    let answer = stepscope(&["run", &definition]);
    assert_eq!(answer.status, 2);
    for part in ["\"Each\"", "\"shop\"", "\"in/rows.csv\"", "DIR/shop/in/rows.csv", "--s3 DIR"] {
        assert!(answer.err.contains(part), "{part} is not in {}", answer.err);
    }
    let folder = path("rows-empty");
    std::fs::create_dir_all(folder.join("shop")).expect("a folder for temporary files");
    let answer = stepscope(&["run", &definition, "--s3", &folder.to_string_lossy(), "--format", "json"]);
    assert_eq!(answer.status, 1);
    assert_eq!(member(&json(&answer.out), "error"), "States.ItemReaderFailed");
}

#[test]
fn results_without_a_folder_are_said_to_be_lost() {
    let definition = file("lost.asl.json", ROWS.replace("\"ItemReader\"", "\"//ItemReader\""));
    let input = file("lost.input.json", "[1]");
    let answer = stepscope(&["run", &definition, "--input", &input, "--unanswered", "assume"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.err.contains("--s3 DIR") && answer.err.contains("manifest.json"), "{}", answer.err);
}

#[test]
fn the_mock_file_of_step_functions_local_is_read() {
    let ask = file("local.asl.json", DEFINITION);
    let mocks = file(
        "MockConfigFile.json",
        r#"{"StateMachines": {"Asking": {"TestCases": {"Good": {"Ask": "Yes"}, "Bad": {"Ask": "No"}}}},
            "MockedResponses": {"Yes": {"0": {"Return": 1}}, "No": {"0": {"Throw": {"Error": "Denied", "Cause": "c"}}}}}"#,
    );
    for (case, status) in [("Good", 0), ("Asking#Bad", 1), ("Other", 2)] {
        let answer = stepscope(&["run", &ask, "--mocks", &mocks, "--test-case", case]);
        assert_eq!(answer.status, status, "{case}: {}", answer.err);
    }
    let answer = stepscope(&["run", &ask, "--mocks", &mocks]);
    assert!(answer.status == 2 && answer.err.contains("Asking#Good"), "{}", answer.err);
}

#[test]
fn a_context_sets_names_and_the_clock() {
    let show = file(
        "context.asl.json",
        r#"{"StartAt": "S", "States": {"S": {"Type": "Pass", "Parameters":
            {"start.$": "$$.Execution.StartTime", "name.$": "$$.Execution.Name"}, "End": true}}}"#,
    );
    let context =
        file("context.json", r#"{"Execution": {"Name": "nightly", "StartTime": "2026-04-17T01:00:00+01:00"}}"#);
    let answer = stepscope(&["run", &show, "--context", &context, "--format", "json"]);
    let output = json(&answer.out).get("output").cloned().expect("an output");
    assert_eq!((member(&output, "start"), member(&output, "name")), ("2026-04-17T00:00:00.000Z", "nightly"));
    let wrong = file("context-wrong.json", r#"{"Execution": {"StartTime": "soon"}}"#);
    let answer = stepscope(&["run", &show, "--context", &wrong]);
    assert!(answer.status == 2 && answer.err.contains("soon"), "{}", answer.err);
}

#[test]
fn a_seed_repeats_a_run() {
    let draw = file(
        "seed.asl.json",
        r#"{"StartAt": "S", "States": {"S": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": true}}}"#,
    );
    let run = |seed: &str| stepscope(&["run", &draw, "--seed", seed, "--format", "json"]).out;
    assert_eq!(run("7"), run("7"));
    assert_ne!(run("7"), run("8"));
}

#[test]
fn quotas_can_be_lifted() {
    let big = file(
        "quota.asl.json",
        r#"{"StartAt": "S", "States": {"S": {"Type": "Pass", "Parameters":
            {"a.$": "$.text", "b.$": "$.text", "c.$": "$.text"}, "End": true}}}"#,
    );
    let input = file("quota.input.json", format!("{{\"text\": \"{}\"}}", "x".repeat(100_000)));
    let run = |quotas: &str| stepscope(&["run", &big, "--input", &input, "--quotas", quotas, "--format", "json"]);
    let answer = run("aws");
    assert_eq!((answer.status, member(&json(&answer.out), "error")), (1, "States.DataLimitExceeded"));
    assert_eq!(run("off").status, 0);
}

#[test]
fn a_state_by_itself_exits_by_whether_the_request_was_carried_out() {
    let fail = r#"{"definition": {"Type": "Fail", "Error": "Oops"}, "stateNam": "F"}"#;
    let answer = stepscope(&["test-state", &file("fail.request.json", fail)]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert_eq!((member(&json(&answer.out), "status"), member(&json(&answer.out), "error")), ("FAILED", "Oops"));
    assert!(answer.err.contains("TestState has no member \"stateNam\""), "{}", answer.err);

    let refused = stepscope_with(&["test-state", "-"], br#"{"definition": "{\"Type\": \"Map\"}"}"#);
    assert_eq!(refused.status, 3, "{}", refused.err);
    let refusal = json(&refused.out);
    let refusal = refusal.get("error").expect("a refusal");
    assert_eq!(member(refusal, "code"), "InvalidDefinition");
    assert!(member(refusal, "message").starts_with("Invalid State Machine Definition: '"));

    assert_eq!(stepscope_with(&["test-state", "-"], b"{").status, 2);
    assert_eq!(stepscope(&["test-state", "no-such.json"]).status, 2);
}

#[test]
fn a_nested_execution_runs_where_its_definition_is_given() {
    let parent = r#"{"StartAt": "Ship", "States": {"Ship": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Shipping", "Input.$": "$"},
        "OutputPath": "$.Output"}}}"#;
    let parent = file("nested-parent.asl.json", parent);
    let child = file("Shipping.asl.json", DEFINITION);
    file("Shipping.mocks.json", r#"{"Ask": [{"return": {"parcel": 3}, "after": 60}]}"#);
    let histories = path("nested-histories");
    let _ = std::fs::remove_dir_all(&histories);
    let folder = histories.to_string_lossy().into_owned();
    let args = ["run", &parent, "--machine-file", &child, "--format", "json", "--children", &folder];
    let answer = stepscope(&args);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert_eq!(json(&answer.out).get("output"), Some(&json(r#"{"parcel": 3}"#)));
    let nested = std::fs::read_to_string(histories.join("nested-1.json")).expect("its history is written");
    assert!(nested.contains("LambdaFunctionSucceeded"), "{nested}");
    // Without the definition the task is one like any other.
    assert_eq!(stepscope(&["run", &parent]).status, 2);
}

#[test]
fn a_failed_execution_is_redriven_from_what_it_did_not_finish() {
    let definition = r#"{"StartAt": "First", "States": {
        "First": {"Type": "Task", "Resource": "f", "ResultPath": "$.first", "Next": "Ask"},
        "Ask": {"Type": "Task", "Resource": "f", "ResultPath": "$.answer", "End": true}}}"#;
    let definition = file("redrive.asl.json", definition);
    let before = r#"{"First": [{"return": 1}], "Ask": [{"throw": {"error": "Busy"}}]}"#;
    let before = file("redrive-before.json", before);
    let after = file("redrive-after.json", r#"{"First": [{"return": 2}], "Ask": [{"return": "yes"}]}"#);
    let history = path("redrive-history.json").to_string_lossy().into_owned();
    let args = ["run", &definition, "--mocks", &before, "--format", "json", "--history", &history, "--redrive", &after];
    let answer = stepscope(&args);
    assert_eq!(answer.status, 0, "{}", answer.err);
    // What had succeeded is not run again.
    assert_eq!(json(&answer.out).get("output"), Some(&json(r#"{"first": 1, "answer": "yes"}"#)));
    let history = std::fs::read_to_string(history).expect("the history is written");
    assert!(history.contains("ExecutionRedriven") && history.contains(r#""redriveCount":1"#), "{history}");
    // Without other mocks it fails again.
    let args = ["run", &definition, "--mocks", &before, "--format", "json", "--redrive"];
    assert_eq!(stepscope(&args).status, 1);
    let args = ["run", &definition, "--mocks", &before, "--type", "express", "--redrive"];
    let refused = stepscope(&args);
    assert!(refused.status == 2 && refused.err.contains("cannot be redriven"), "{}", refused.err);
}

#[test]
fn what_an_express_machine_cannot_do_is_refused_when_it_runs_as_one() {
    let callback = DEFINITION.replace(
        "arn:aws:lambda:us-east-1:123456789012:function:ask",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    );
    let definition = file("express.asl.json", callback);
    let answer = stepscope(&["run", &definition, "--type", "express"]);
    assert!(answer.status == 3 && answer.err.contains("ASL020"), "{}", answer.err);
    let context =
        file("express-id.asl.json", ECHO.replace("\"End\"", r#""Parameters": {"id.$": "$$.Execution.Id"}, "End""#));
    let answer = stepscope(&["run", &context, "--type", "express"]);
    assert!(answer.out.contains(":express:express-id:run:"), "{}", answer.out);
}

#[test]
fn a_redriven_map_run_starts_again_what_did_not_succeed_and_nothing_else() {
    let definition = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "MaxConcurrency": 1, "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Ask",
            "States": {"Ask": {"Type": "Task", "Resource": "f", "End": true}}}}}}"#;
    let definition = file("redrive-map.asl.json", definition);
    let input = file("redrive-map.input.json", "[1, 2, 3]");
    let before = r#"{"Ask": [{"return": "first"}, {"throw": {"error": "Busy"}}]}"#;
    let before = file("redrive-map-before.json", before);
    let after = file("redrive-map-after.json", r#"{"Ask": [{"return": "again"}, {"return": "new"}]}"#);
    let history = path("redrive-map-history.json").to_string_lossy().into_owned();
    let args = ["run", &definition, "--input", &input, "--mocks", &before, "--redrive", &after];
    let answer = stepscope(&[&args[..], &["--format", "json", "--history", &history]].concat());
    assert_eq!(answer.status, 0, "{} {}", answer.out, answer.err);
    assert_eq!(json(&answer.out).get("output"), Some(&json(r#"["first", "again", "new"]"#)));
    let history = std::fs::read_to_string(history).expect("the history is written");
    let kinds: Vec<&str> = history.split(r#""type":""#).skip(1).filter_map(|it| it.split('"').next()).collect();
    let after: Vec<&str> = kinds.iter().copied().skip_while(|it| *it != "ExecutionRedriven").collect();
    assert_eq!(after[..3], ["ExecutionRedriven", "MapRunRedriven", "MapRunSucceeded"], "{kinds:?}");
    assert_eq!(kinds.iter().filter(|it| **it == "MapRunStarted").count(), 1, "{kinds:?}");
}
