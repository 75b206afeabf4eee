//! Where a value came from, asked in the inspector.

use super::flow::tall;
use super::*;

/// A window at the error, with the data flow of `BookCar` and the focus on a line of it.
fn asked(line: &str) -> Window {
    let mut window = tall();
    window.click("Data flow");
    window.wait_for("step State input");
    let found = window.harness.get_all_by_label_contains(line).next().expect("get_all finds one or panics");
    found.focus();
    window.pass();
    window.press_with(CTRL, Key::H);
    window.wait_for("came from: ");
    window
}

#[test]
fn a_value_is_traced_to_the_task_that_answered_it() {
    let mut window = asked("hotel: { 4 keys }");
    assert!(window.shows("came from: ResultPath of BookCar / hotel"), "{}", window.name_with("came from: "));
    assert!(window.shows("hop: BookHotel, ResultPath, $.hotel"), "{}", window.names().join("\n"));
    assert!(window.shows("hop: BookHotel, Task result"));
    window.assert_idle();
    window.click_first("hop: BookHotel, Task result");
    assert!(window.shows("inspected: BookHotel"));
    let event = window.event();
    assert!(event < 12, "{event}");
    assert!(window.shows("came from: ResultPath of BookCar / hotel"), "the trail stays while it is walked");
    window.click("Close where it came from");
    assert!(!window.shows("came from: "));
}

#[test]
fn a_literal_leads_to_the_text_of_the_definition() {
    let mut window = asked("FunctionName: ");
    window.click_first("hop: BookCar, Written in the definition");
    window.pass();
    assert!(window.shows("function:book-car"), "{}", window.names().join("\n"));
}

#[test]
fn a_value_that_is_handed_on_comes_from_the_input_of_the_execution() {
    let window = asked("tripId: ");
    let hop = window.name_with("hop: Execution input");
    assert!(hop.contains("$.tripId"), "{hop}");
    assert!(hop.contains("through 2 states unchanged"), "{hop}");
}

#[test]
fn the_data_in_focus_is_asked_about_where_no_line_has_the_focus() {
    let mut window = tall();
    window.command("Where did this come from");
    window.wait_for("came from: ");
}

#[test]
fn what_the_next_state_receives_of_an_error_is_traced_to_the_attempt_that_failed() {
    let mut window = tall();
    window.menu("carError: ", "Where did this come from? Ctrl H");
    window.wait_for("came from: ");
    assert!(window.shows("hop: BookCar, Error of the attempt"), "{}", window.names().join("\n"));
}
