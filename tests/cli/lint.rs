//! `stepscope lint`: findings, fixes, explanations, budgets.

use super::*;

const TYPO: &str = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Next": "B",
    "Catch": [{"ErrorEquals": ["State.ALL"], "Next": "B"}]},
  "B": {"Type": "Succeed"}
}}"#;

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
