//! Tasks without mocks: the run stops and asks, and the answers become mocks.

use super::*;

const ORDER: &str = r#"{"StartAt": "Reserve", "States": {
    "Reserve": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"order.$": "$.order"},
        "Retry": [{"ErrorEquals": ["Stock.Busy"], "IntervalSeconds": 1, "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["Stock.Empty"], "Next": "Empty"}], "ResultPath": "$.reserved", "Next": "Pay"},
    "Pay": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:pay", "TimeoutSeconds": 30,
        "ResultPath": "$.paid", "End": true},
    "Empty": {"Type": "Fail", "Error": "NoStock"}}}"#;
const BRANCHES: &str = r#"{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
    {"StartAt": "Left", "States": {"Left": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}},
    {"StartAt": "Right", "States": {"Right": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}]}}}"#;

/// A run of the order that has stopped at its first task.
fn asking(folder: &Folder) -> Window {
    folder.file("order.input.json", r#"{"order": 7}"#);
    let mut window = Window::open(&[&folder.file("order.asl.json", ORDER)]);
    window.wait_for("Reserve, Task");
    window.press(Key::F5);
    window.wait_for("Reserve waits for an answer");
    window.pass();
    window
}

fn write_result(window: &mut Window, result: &str) {
    window.focus_field("Result as JSON");
    window.write(result);
}

#[test]
fn a_run_stops_at_a_task_without_a_mock_and_goes_on_with_the_answer() {
    let folder = Folder::new();
    let mut window = asking(&folder);
    assert!(window.shows("Run 1, waits for an answer"), "{}", window.names().join("\n"));
    assert!(
        window.name_with("Reserve, Task,").contains("asks for an answer"),
        "{}",
        window.name_with("Reserve, Task,")
    );
    assert!(window.shows("It calls sqs:sendMessage with") && window.shows(r#"{"order":7}"#));
    write_result(&mut window, r#"{"id": "#);
    assert!(window.shows("Line 1, column"));
    window.click("Answer");
    assert!(window.shows("Reserve waits for an answer"), "what is no JSON is no answer");
    write_result(&mut window, r#"{"id": "M-1"}"#);
    window.click("Answer");
    window.wait_for("Pay waits for an answer");
    // The answer has become the first of new mocks, which no file has yet.
    assert!(window.shows("answers, in use, unsaved"), "{}", window.names().join("\n"));
    window.pass();
    window.click("Answer");
    window.wait_for("Run 1, succeeded");
    assert!(!window.shows("waits for an answer"));
    // What was answered is answered again, in the order in which it was.
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, succeeded");
}

#[test]
fn errors_are_chosen_and_answers_that_hold_once_are_asked_for_again() {
    let folder = Folder::new();
    let mut window = asking(&folder);
    window.click("answer: Error");
    window.wait_for("Named by handlers here");
    window.pass();
    window.click("Stock.Busy");
    window.focus_field("Cause");
    window.write("try later");
    window.click("Answer");
    // The retrier takes it, and the next attempt is asked about.
    window.wait_for("attempt 2");
    window.pass();
    // What was answered before is offered, and is what the form begins with.
    assert!(window.shows("Error Stock.Busy, Run 1, event"), "{}", window.names().join("\n"));
    window.focus_field("Error name");
    window.write("empty");
    window.click("Stock.Empty");
    window.click("Answer");
    window.wait_for("Run 1, failed");
    assert!(window.shows("Empty, Fail, failed"), "{}", window.names().join("\n"));
}

#[test]
fn an_answer_for_the_rest_of_the_run_is_not_asked_for_again_in_it() {
    let folder = Folder::new();
    let mut window = asking(&folder);
    window.click("answer: Error");
    window.wait_for("Named by handlers here");
    window.pass();
    window.click("Stock.Busy");
    window.click("holds: Rest of this run");
    window.click("Answer");
    window.wait_for("Run 1, failed");
    assert!(window.shows("attempt 3"), "{}", window.names().join("\n"));
    // In another run only the first attempt is known.
    window.press_with(CTRL, Key::F5);
    window.wait_for("Reserve waits for an answer");
    assert!(window.shows("attempt 2"), "{}", window.names().join("\n"));
}

#[test]
fn a_task_that_never_answers_runs_out_of_its_time() {
    let folder = Folder::new();
    let mut window = asking(&folder);
    window.click("Answer");
    window.wait_for("Pay waits for an answer");
    window.pass();
    window.click("answer: Never answers");
    window.click("Answer");
    window.wait_for("Run 1, failed");
    window.press_with(SHIFT, Key::F8);
    window.press_with(SHIFT, Key::F8);
    assert!(window.shows("error States.Timeout"), "{}", window.names().join("\n"));
}

#[test]
fn several_tasks_that_wait_are_listed_and_each_is_answered() {
    let folder = Folder::new();
    let mut window = Window::open(&[&folder.file("both.asl.json", BRANCHES)]);
    window.wait_for("Left, Task");
    window.press(Key::F5);
    window.wait_for("2 tasks wait for answers");
    window.pass();
    window.click("Right, sns:publish, Waiting");
    write_result(&mut window, r#""from the right""#);
    window.click("Answer");
    window.wait_for("Left waits for an answer");
    window.pass();
    write_result(&mut window, r#""from the left""#);
    window.click("Answer");
    window.wait_for("Run 1, succeeded");
    window.click_tab("Data flow");
    window.click_first("Both, Parallel");
    window.press(Key::End);
    let names = window.names();
    let place = |part: &str| names.iter().rposition(|it| it.contains(part)).unwrap_or_else(|| panic!("{names:?}"));
    assert!(place("from the left") < place("from the right"));
}

#[test]
fn nothing_is_assumed_until_the_user_says_so() {
    let folder = Folder::new();
    let mut window = asking(&folder);
    assert!(!window.shows("assumed"));
    window.click("Assume {} for all others");
    window.wait_for("Run 1, succeeded, 2 tasks assumed");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, succeeded, 2 tasks assumed");
    window.click_first("Tasks without mocks, answer {}, assumed");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Reserve waits for an answer");
}

#[test]
fn answers_are_saved_as_mocks_that_other_tools_read() {
    let folder = Folder::new();
    let mut window = asking(&folder);
    write_result(&mut window, r#"{"id": "M-1"}"#);
    window.click("holds: Every time");
    window.click("Answer");
    window.wait_for("Pay waits for an answer");
    assert!(window.shows("unsaved"));
    window.command("Save mocks…");
    let path = folder.path("saved.mocks.json");
    window.answer_path(&path, "Save");
    window.wait_for("saved.mocks.json, in use");
    assert!(!window.shows("unsaved"));
    let saved: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).expect("it was written")).expect("JSON");
    assert_eq!(saved, serde_json::json!({"Reserve": [{"return": {"id": "M-1"}}]}));
}
