//! Breakpoints and steps in the window, by keys, clicks and names.

use super::*;

/// A run that stands where it began, with the first state selected.
fn at_the_start() -> Window {
    let mut window = Window::at_the_error();
    window.press(Key::Home);
    window
}

/// Waits until the cursor stands at an event that has this in its name.
fn wait_at(window: &mut Window, what: &str) {
    window.wait_until(&format!("it stands at {what}"), |window| {
        let event = window.event();
        window.shows(&format!("event {event}, {what}"))
    });
}

#[test]
fn a_breakpoint_is_set_stops_the_run_and_is_listed() {
    let mut window = Window::at_the_error();
    assert!(window.shows("None; F9 sets one on a state"));
    window.press(Key::F9);
    assert!(window.shows("BookCar, on enter"), "{}", window.names().join("\n"));
    assert!(window.shows("stopped here, breakpoint"), "{}", window.names().join("\n"));
    window.press_with(CTRL | SHIFT, Key::F5);
    window.wait_for("Stopped at a breakpoint, on enter: BookCar, TaskStateEntered");
    wait_at(&mut window, "TaskStateEntered, BookCar");
    assert!(window.shows("Run 2, stopped"), "{}", window.names().join("\n"));
    window.press(Key::F5);
    window.wait_for("Run 2, failed");
    // What has happened can be gone through again, backwards as well.
    window.press_with(ALT, Key::F5);
    window.wait_for("Stopped at a breakpoint, on enter");
    wait_at(&mut window, "TaskStateEntered, BookCar");
    window.press_with(ALT, Key::F5);
    window.wait_for("Back at the start");
    assert_eq!(window.event(), 1);
}

#[test]
fn breakpoints_are_switched_off_and_removed() {
    let mut window = Window::at_the_error();
    window.press(Key::F9);
    window.click("BookCar, on enter");
    assert!(window.shows("BookCar, on enter, off"));
    assert!(window.shows("breakpoint off"));
    window.press_with(CTRL | SHIFT, Key::F5);
    window.wait_for("Run 2, failed");
    window.press_with(CTRL, Key::F9);
    assert!(!window.shows("on enter, off"));
    window.command("Stop before catches");
    assert!(window.shows("Any state, when caught"));
    window.press_with(CTRL | SHIFT, Key::F9);
    assert!(window.shows("None; F9 sets one on a state"));
    assert!(!window.shows("breakpoint off"));
}

#[test]
fn the_run_stops_before_retries_and_catches() {
    let mut window = Window::at_the_error();
    window.command("Stop before catches");
    window.command("Stop before retries");
    window.press_with(CTRL | SHIFT, Key::F5);
    let mut stops = Vec::new();
    for _ in 0..4 {
        window.wait_until("it stops once more", |window| {
            window.shows("Stopped before a") && !stops.contains(&window.event())
        });
        stops.push(window.event());
        assert!(window.name_with("Stopped before a").contains(if stops.len() < 4 { "retry" } else { "catch" }));
        window.press(Key::F5);
    }
    window.wait_for("Run 2, failed");
}

#[test]
fn steps_go_over_into_out_and_back() {
    let mut window = at_the_start();
    window.press(Key::F10);
    wait_at(&mut window, "TaskStateEntered, BookFlight");
    window.press(Key::F11);
    wait_at(&mut window, "TaskScheduled, BookFlight");
    window.press(Key::F10);
    wait_at(&mut window, "TaskStateEntered, BookHotel");
    let there = window.event();
    window.press_with(SHIFT, Key::F11);
    wait_at(&mut window, "ExecutionFailed");
    // Steps are taken back as they were made, whatever they went past.
    window.press_with(ALT, Key::F10);
    window.wait_until("the step out is taken back", |window| window.event() == there);
    window.press_with(ALT, Key::F10);
    wait_at(&mut window, "TaskScheduled, BookFlight");
    window.press_with(ALT, Key::F10);
    wait_at(&mut window, "TaskStateEntered, BookFlight");
    window.press_with(ALT, Key::F10);
    window.wait_until("it is where it began", |window| window.event() == 1);
}

#[test]
fn the_run_goes_to_the_selected_state() {
    let mut window = at_the_start();
    window.click_first("CancelHotel, Task");
    window.press_with(CTRL, Key::F10);
    wait_at(&mut window, "TaskStateEntered, CancelHotel");
    window.press_with(ALT, Key::F11);
    wait_at(&mut window, "TaskStateExited, BookCar");
    window.press_with(ALT | SHIFT, Key::F11);
    window.wait_until("there is nothing around it", |window| window.event() == 1);
}

#[test]
fn the_first_step_starts_a_run_and_a_run_that_is_stopped_can_be_ended() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(sample("travel-booking.asl.json")).expect("the sample is there");
    let mut window = Window::open(&[&folder.file("alone.asl.json", text)]);
    window.wait_for("BookFlight, Task");
    assert!(window.shows("No run yet"));
    window.press(Key::F10);
    window.wait_for("Stopped after a step");
    assert!(window.shows("Run 1, stopped"), "{}", window.names().join("\n"));
    window.press_with(SHIFT, Key::F5);
    window.wait_for("Run 1, aborted");
    window.wait_for("Aborted");
}

#[test]
fn an_endless_run_is_paused_and_goes_on() {
    let folder = Folder::new();
    let text = r#"{"StartAt": "Wait", "States": {
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Again"},
        "Again": {"Type": "Choice", "Default": "Wait", "Choices": [{"Variable": "$.stop", "IsPresent": true, "Next": "End"}]},
        "End": {"Type": "Succeed"}}}"#;
    let mut window = Window::open(&[&folder.file("endless.asl.json", text)]);
    window.wait_for("Again, Choice");
    // It fills its history in a moment, so a stop on the way is what a pause can count on.
    window.click_first("Again, Choice");
    window.press(Key::F9);
    window.press(Key::F5);
    window.wait_for("Stopped at a breakpoint");
    window.press(Key::F9);
    assert!(window.shows("None; F9 sets one on a state"));
    window.press(Key::F5);
    window.press(Key::F6);
    window.wait_until("it has stopped or ended", |window| window.shows("Paused") || window.shows("Run 1, failed"));
}
