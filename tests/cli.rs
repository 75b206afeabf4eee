//! The built program from outside: exit statuses, what it prints, and what it says to files that are wrong.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use stepscope::json::{Json, text};

const DEFINITION: &str = r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task",
    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask", "End": true}}}"#;
const ECHO: &str = r#"{"StartAt": "Echo", "States": {"Echo": {"Type": "Pass", "End": true}}}"#;

/// What a call of the program came to.
struct Answer {
    status: i32,
    out: String,
    err: String,
}

/// Calls the program with nothing on its standard input.
fn stepscope(args: &[&str]) -> Answer {
    stepscope_with(args, b"")
}

fn stepscope_with(args: &[&str], input: &[u8]) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepscope"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for display in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(display);
    }
    let mut child = command.spawn().expect("the program starts");
    // A program that does not read its input closes it, which is no fault of the call.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    let answer =
        Answer { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
    assert!(!answer.err.contains("panicked"), "{args:?} panicked: {}", answer.err);
    answer
}

/// Returns a path for a test's own file.
fn path(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder.join(name)
}

/// Writes a file and returns its path.
fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = path(name);
    std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
    std::fs::write(&path, content).expect("the file can be written");
    path.to_string_lossy().into_owned()
}

fn json(text_of_json: &str) -> Json {
    text::parse(text_of_json).unwrap_or_else(|error| panic!("{error}: {text_of_json}"))
}

fn member<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::as_str).unwrap_or_else(|| panic!("no text {name} in {}", text::compact(value)))
}

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

const ROWS: &str = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "Label": "Rows", "End": true,
    "ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        "Parameters": {"Bucket": "shop", "Key": "in/rows.csv"}},
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "f", "End": true}}},
    "ToleratedFailureCount": 1,
    "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "jobs"}}}}}"#;

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
fn lint_exits_by_whether_the_service_would_refuse() {
    let sound = file("lint-sound.asl.json", ECHO);
    let wrong = file("lint-wrong.asl.json", ECHO.replace("Pass", "Pas"));
    let answer = stepscope(&["lint", &sound]);
    assert_eq!((answer.status, &*answer.out), (0, "0 errors, 0 warnings, 0 notes\n"));
    let answer = stepscope(&["lint", &sound, &wrong]);
    assert_eq!(answer.status, 1, "{}", answer.out);
    assert!(answer.out.contains("lint-wrong.asl.json:1:") && answer.out.contains("\"Pas\""), "{}", answer.out);
    assert_eq!(stepscope(&["lint"]).status, 2);
    assert_eq!(stepscope(&["lint", "no-such-file.json"]).status, 2);
}

const TYPO: &str = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Next": "B",
    "Catch": [{"ErrorEquals": ["State.ALL"], "Next": "B"}]},
  "B": {"Type": "Succeed"}
}}"#;

#[test]
fn lint_fixes_what_it_can_and_says_what_is_left() {
    let path = file("lint-fix.asl.json", TYPO);
    let answer = stepscope(&["lint", &path]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.contains("warning[ERR001]") && answer.out.contains("--fix does it"), "{}", answer.out);
    let answer = stepscope(&["lint", "--fix", &path]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.contains("1 fix applied") && answer.out.contains("0 warnings"), "{}", answer.out);
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), TYPO.replace("State.ALL", "States.ALL"));
    assert!(!stepscope(&["lint", "--fix", &path]).out.contains("applied"));
    assert_eq!(stepscope(&["lint", "--fix", "-"]).status, 2);
}

#[test]
fn lint_does_what_the_nearest_configuration_says() {
    let path = file("lint-config/machines/a.asl.json", TYPO);
    file(
        "lint-config/.stepscope.json",
        r#"{"lint": {"rules": {"ERR001": "off", "HND006": "warning", "HND0066": "off"}}}"#,
    );
    let answer = stepscope(&["lint", &path]);
    assert!(!answer.out.contains("[ERR001]") && answer.out.contains("warning[HND006]"), "{}", answer.out);
    assert!(answer.out.contains("warning[CFG001]") && answer.out.contains("did you mean HND006?"), "{}", answer.out);
    let loud = file("lint-config/loud.json", r#"{"lint": {"rules": {"ERR001": "note"}}}"#);
    assert!(stepscope(&["lint", "--config", &loud, &path]).out.contains("note[ERR001]"));
    assert_eq!(stepscope(&["lint", "--config", "no-such-file.json", &path]).status, 2);
}

#[test]
fn lint_explains_every_code_and_lists_them() {
    let answer = stepscope(&["lint", "--explain", "hnd002"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.starts_with("HND002 warning") && answer.out.contains("Not reported"), "{}", answer.out);
    let answer = stepscope(&["lint", "--explain"]);
    assert!(answer.out.contains("ASL009") && answer.out.contains("SAG001"), "{}", answer.out);
    let answer = stepscope(&["lint", "--explain", "HND02"]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("did you mean HND"), "{}", answer.err);
}

#[test]
fn lint_adds_up_what_retries_can_cost() {
    let path = file(
        "lint-budget.asl.json",
        r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
            "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 10, "JitterStrategy": "FULL"}],
            "Branches": [
              {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": true,
                "TimeoutSeconds": 7, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3, "BackoffRate": 2}]}}},
              {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "End": true}}}
            ]}}}"#,
    );
    let answer = stepscope(&["lint", "--budget", "--format", "json", &path]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let budget = text::parse(&answer.out).expect("JSON");
    let worst = budget.at(0).and_then(|it| it.get("worst")).expect("a machine");
    let figure = |name: &str| worst.get(name).and_then(Json::as_number).map(stepscope::json::Number::as_f64);
    // Three times four attempts; 1 + 2 + 4 seconds in each of three rounds, and 10 + 20 between them.
    assert_eq!(figure("attempts"), Some(12.0));
    assert_eq!(figure("backOffSeconds"), Some(51.0));
    assert_eq!(figure("expectedBackOffSeconds"), Some(36.0));
    assert_eq!(figure("waitSeconds"), Some(15.0));
    assert_eq!(figure("runningSeconds"), Some(84.0));
    // In each round the Parallel itself, four attempts, the Wait.
    assert_eq!(figure("transitions"), Some(18.0));
    let answer = stepscope(&["lint", "--budget", &path]);
    assert!(answer.out.contains("12 attempts") && answer.out.contains("51 s of back-off"), "{}", answer.out);
}

#[test]
fn lint_prints_findings_as_json_and_as_sarif() {
    let wrong = file(
        "lint-json.asl.json",
        "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": { \"Type\": \"Pass\", \"Next\": \"B\" }\n  }\n}\n",
    );
    let answer = stepscope(&["lint", "--format", "json", &wrong]);
    let findings = json(&answer.out);
    let errors: Vec<&Json> =
        findings.as_array().expect("a list").iter().filter(|it| member(it, "severity") == "error").collect();
    let [error] = errors[..] else { panic!("one error: {}", answer.out) };
    assert_eq!(member(error, "pointer"), "/States/A/Next");
    assert_eq!(error.get("line").and_then(Json::as_i64), Some(4));
    assert_eq!(error.get("column").and_then(Json::as_i64), Some(36));
    let answer = stepscope(&["lint", "--format", "sarif", &wrong]);
    let log = json(&answer.out);
    assert_eq!(member(&log, "version"), "2.1.0");
    assert!(answer.out.contains(member(error, "code")), "{}", answer.out);
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
fn a_graph_is_written_as_the_ending_says() {
    let sample = "sample-workflows/travel-booking.asl.json";
    let (svg, png, pdf) = (path("graph.svg"), path("graph.png"), path("graph.pdf"));
    for (target, beginning) in [(&svg, &b"<svg"[..]), (&png, b"\x89PNG\r\n\x1a\n")] {
        let answer = stepscope(&["export", sample, "--to", &target.to_string_lossy()]);
        assert_eq!(answer.status, 0, "{}", answer.err);
        let written = std::fs::read(target).expect("the picture");
        let found = written.windows(beginning.len()).take(200).any(|it| it == beginning);
        assert!(found, "{} begins otherwise", target.display());
    }
    let picture = std::fs::read_to_string(&svg).expect("the picture");
    assert!(picture.contains("BookCar") && picture.contains("CancelHotel"));
    let answer = stepscope(&["export", sample, "--to", &pdf.to_string_lossy()]);
    assert!(answer.status == 2 && answer.err.contains("svg"), "{}: {}", answer.status, answer.err);
}

#[test]
fn one_machine_of_a_template_is_picked_by_its_name() {
    let machine = |cause: &str| {
        format!(
            r#"{{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"Definition":
                {{"StartAt": "F", "States": {{"F": {{"Type": "Fail", "Error": "E", "Cause": "{cause}"}}}}}}}}}}"#
        )
    };
    let template = file(
        "two.template.json",
        format!(r#"{{"Resources": {{"One": {}, "Two": {}}}}}"#, machine("first"), machine("second")),
    );
    let answer = stepscope(&["run", &template, "--machine", "Two", "--format", "json"]);
    assert_eq!((answer.status, member(&json(&answer.out), "cause")), (1, "second"), "{}", answer.err);
    let answer = stepscope(&["run", &template]);
    assert!(answer.status == 2 && answer.err.contains("One, Two"), "{}", answer.err);
    let answer = stepscope(&["run", &template, "--machine", "Three"]);
    assert!(answer.status == 2 && answer.err.contains("Three"), "{}", answer.err);
}

#[test]
fn a_text_that_is_no_definition_is_invalid_and_says_why() {
    let mut wrong = Vec::new();
    let machine = |states: &str| format!(r#"{{"StartAt": "A", "States": {{{states}}}}}"#);
    for (name, content, says) in [
        (
            "malformed.json",
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass" "End": true}}}"#.to_owned(),
            "malformed.json:1:",
        ),
        ("cut-off.json", r#"{"StartAt": "A", "States": {"A": {"Type": "#.to_owned(), "cut-off.json:1:"),
        ("malformed.yaml", "StartAt: A\nStates:\n  A: [Type: Pass\n".to_owned(), "malformed.yaml:"),
        ("tabs.yaml", "StartAt: A\nStates:\n\tA: {Type: Pass}\n".to_owned(), "tabs.yaml:3"),
        ("empty.json", String::new(), "empty"),
        ("blank.json", " \n\n".to_owned(), "white space"),
        ("list.json", "[1, 2]".to_owned(), "list.json"),
        ("number.json", "42".to_owned(), "number.json"),
        ("unknown-type.json", machine(r#""A": {"Type": "Pas", "End": true}"#), "\"Pas\""),
        ("no-type.json", machine(r#""A": {"End": true}"#), "Type"),
        ("no-start.json", r#"{"States": {"A": {"Type": "Succeed"}}}"#.to_owned(), "StartAt"),
        ("start-nowhere.json", r#"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#.to_owned(), "\"B\""),
        ("next-nowhere.json", machine(r#""A": {"Type": "Pass", "Next": "B"}"#), "\"B\""),
        ("no-next.json", machine(r#""A": {"Type": "Pass"}"#), "Next"),
        ("no-states.json", machine(""), "States"),
        ("bad-path.json", machine(r#""A": {"Type": "Pass", "InputPath": "$.a[", "End": true}"#), "InputPath"),
    ] {
        let path = file(name, content);
        let (run, lint) = (stepscope(&["run", &path]), stepscope(&["lint", &path]));
        if run.status != 3 || !run.err.contains(says) || !run.out.is_empty() {
            wrong.push(format!("run {name}: {}, without {says}: {}{}", run.status, run.out, run.err));
        }
        if lint.status != 1 || !lint.out.contains(says) {
            wrong.push(format!("lint {name}: {}, without {says}: {}{}", lint.status, lint.out, lint.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_a_name_that_occurs_twice_the_last_counts_and_a_warning_says_so() {
    let states = r#"{"A": {"Type": "Fail"}, "A": {"Type": "Succeed"}}"#;
    let path = file("duplicate.json", format!(r#"{{"StartAt": "A", "States": {states}}}"#));
    let answer = stepscope(&["run", &path]);
    assert!(answer.status == 0 && answer.err.contains("the name \"A\" occurs again"), "{}", answer.err);
    let answer = stepscope(&["lint", &path]);
    assert!(answer.status == 0 && answer.out.contains("1 warning"), "{}", answer.out);
}

#[test]
fn bytes_that_are_no_text_are_invalid_and_say_where() {
    let path = file("invalid-utf-8.json", b"{\"StartAt\": \"\xff\xfe\", \"States\": {}}");
    let answer = stepscope(&["run", &path]);
    assert_eq!(answer.status, 3, "{}", answer.err);
    assert!(answer.err.contains("UTF-8"), "{}", answer.err);
    let echo = file("utf-8-echo.json", ECHO);
    let answer = stepscope(&["run", &echo, "--input", &path]);
    assert!(answer.status == 2 && answer.err.contains("UTF-8"), "{}", answer.err);
}

#[test]
fn ten_thousand_levels_of_nesting_end_in_a_message() {
    for (name, open, close) in [("deep.json", "[", "]"), ("deep-objects.json", "{\"a\":", "}"), ("deep.yaml", "- ", "")]
    {
        let middle = if close == "}" { "1" } else { "" };
        let path = file(name, format!("{}{middle}{}", open.repeat(10_000), close.repeat(10_000)));
        let answer = stepscope(&["run", &path]);
        assert_eq!(answer.status, 3, "{name}: {}", answer.err);
        assert!(answer.err.contains("nested deeper than 1000 levels"), "{name}: {}", answer.err);
        let echo = file("deep-echo.json", ECHO);
        let answer = stepscope(&["run", &echo, "--input", &path]);
        assert!(answer.status == 2 && answer.err.contains(name), "{name}: {} {}", answer.status, answer.err);
    }
    let nested = (0..10_000).fold(String::from(r#"{"Type": "Succeed"}"#), |inner, _| {
        format!(r#"{{"Type": "Parallel", "End": true, "Branches": [{{"StartAt": "A", "States": {{"A": {inner}}}}}]}}"#)
    });
    let path = file("deep-parallel.json", format!(r#"{{"StartAt": "A", "States": {{"A": {nested}}}}}"#));
    let answer = stepscope(&["run", &path]);
    assert_eq!(answer.status, 3);
    assert!(answer.err.contains("nested deeper than 1000 levels"), "{}", answer.err);
}

#[test]
fn a_file_of_ten_megabytes_is_read() {
    let padding = "x".repeat(10 << 20);
    let path = file(
        "big.asl.json",
        format!(r#"{{"Comment": "{padding}", "StartAt": "A", "States": {{"A": {{"Type": "Succeed"}}}}}}"#),
    );
    let answer = stepscope(&["run", &path]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let path = file("big-broken.asl.json", format!(r#"{{"Comment": "{padding}", "StartAt": "A", "States": {{"A": "#));
    let answer = stepscope(&["run", &path]);
    assert!(answer.status == 3 && answer.err.contains("the text ends inside the object"), "{}", answer.status);
    assert!(answer.err.len() < 100_000, "a message of {} bytes", answer.err.len());
}

#[test]
fn a_history_where_a_definition_is_expected_is_recognised() {
    let echo = file("recognised.asl.json", ECHO);
    let history = path("recognised.history.json").to_string_lossy().into_owned();
    stepscope(&["run", &echo, "--history", &history]);
    let answer = stepscope(&["run", &history]);
    assert_eq!(answer.status, 2, "{}", answer.err);
    assert!(answer.err.contains("history"), "{}", answer.err);
    let mocks = file("recognised.mocks.json", r#"{"StateMachines": {}, "MockedResponses": {}}"#);
    let answer = stepscope(&["run", &mocks]);
    assert!(answer.status == 2 && answer.err.contains("mock"), "{}: {}", answer.status, answer.err);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    for (path, says) in
        [(folder, "folder"), ("no/such/file.asl.json", "no/such/file.asl.json"), ("", "a value is required")]
    {
        let answer = stepscope(&["run", path]);
        assert!(answer.status == 2 && answer.err.contains(says), "{path:?}: {} {}", answer.status, answer.err);
    }
    let echo = file("unreadable-echo.json", ECHO);
    for option in ["--input", "--mocks", "--context"] {
        let answer = stepscope(&["run", &echo, option, "no/such.json"]);
        assert!(
            answer.status == 2 && answer.err.contains("no/such.json"),
            "{option}: {} {}",
            answer.status,
            answer.err
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let path = file("forbidden.asl.json", ECHO);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("the mode can be set");
    if std::fs::read(&path).is_ok() {
        eprintln!("skipped: this user may read every file");
    } else {
        let answer = stepscope(&["run", &path]);
        assert!(answer.status == 2 && answer.err.contains("forbidden.asl.json"), "{}", answer.err);
    }
    std::fs::remove_file(&path).expect("the file can be removed");
}

#[test]
fn an_input_that_is_no_json_and_mocks_that_are_no_mocks_say_so() {
    let ask = file("wrong-files.asl.json", DEFINITION);
    let broken = file("wrong-input.json", "{\"a\": }");
    let answer = stepscope(&["run", &ask, "--input", &broken]);
    assert!(answer.status == 2 && answer.err.contains("wrong-input.json"), "{}", answer.err);
    for (name, content, says) in [
        ("mocks-list.json", "[]", "object"),
        ("mocks-of-no-list.json", r#"{"Ask": {"return": 1}}"#, "\"Ask\""),
        ("mocks-without-end.json", r#"{"Ask": [{"after": 1}]}"#, "return"),
        ("mocks-late.json", r#"{"Ask": [{"return": 1, "after": "soon"}]}"#, "after"),
        ("mocks-misspelt.json", r#"{"Ask": [{"retrun": 1, "return": 2}]}"#, "retrun"),
        ("mocks-empty.json", "", "mocks-empty.json"),
    ] {
        let mocks = file(name, content);
        let answer = stepscope(&["run", &ask, "--mocks", &mocks]);
        assert!(answer.status == 2 && answer.err.contains(says), "{name}: {} {}", answer.status, answer.err);
    }
}

#[test]
fn a_window_without_a_display_says_what_is_missing() {
    if cfg!(target_os = "linux") {
        let answer = stepscope(&[]);
        assert_eq!(answer.status, 2, "{}", answer.err);
        assert!(answer.err.starts_with("stepscope: "), "{}", answer.err);
    }
}

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
