//! What the graph shows in place of what has happened.

use super::*;

#[test]
fn the_budget_says_how_often_and_how_long_each_state_is_tried_at_most() {
    let mut window = Window::at_the_error();
    window.click("graph shows: Budget");
    assert!(window.shows("BookCar, Task, up to 10 attempts · 6 min 17 s"), "{}", window.name_with("BookCar, Task"));
    assert!(window.shows("BookFlight, Task, 1 attempt"), "{}", window.name_with("BookFlight, Task"));
    assert!(window.shows("Worst case: "), "{}", window.names().join("\n"));
    window.assert_idle();
    window.click("graph shows: Status");
    assert!(window.shows("BookCar, Task, failed, attempt 4 of 4"));
}

#[test]
fn what_is_over_the_limit_is_said_at_the_state_and_in_all() {
    let folder = Folder::new();
    let definition = r#"{"StartAt": "T", "States": {"T": {"Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:000000000000:function:t",
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 20}], "Next": "D"},
        "D": {"Type": "Succeed"}}}"#;
    let path = folder.file("long.asl.json", definition);
    let mut window = Window::open(&[&path]);
    window.wait_for("T, Task");
    window.click("graph shows: Budget");
    let name = window.name_with("T, Task");
    assert!(name.contains("over the limit · up to 21 attempts · 60 d"), "{name}");
    assert!(window.name_with("Worst case: ").contains("1 over the limit"));
    assert!(window.shows("D, Succeed, no time of its own"), "{}", window.name_with("D, Succeed"));
}

#[test]
fn payload_sizes_are_those_at_the_cursor() {
    let mut window = Window::at_the_error();
    window.click("graph shows: Payload size");
    assert!(window.shows("BookHotel, Task, 313 B out"), "{}", window.name_with("BookHotel, Task"));
    assert!(window.shows("CancelHotel, Task, undoes BookHotel, never"), "{}", window.name_with("CancelHotel, Task"));
    window.press(Key::Home);
    assert!(window.shows("BookHotel, Task, never"), "{}", window.name_with("BookHotel, Task"));
}
