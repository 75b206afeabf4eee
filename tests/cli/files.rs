//! Files of every kind, sound and not, and what is said of them.

use super::*;

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
