//! The form of a breakpoint in the window, and how breakpoints are listed, drawn and taken back.

use super::*;

/// Chooses in the list that is named `list`.
fn choose(window: &mut Window, list: &str, choice: &str) {
    window.harness.get_by_label(list).click();
    window.pass();
    window.click(choice);
}

/// Types into the field of this name.
fn fill(window: &mut Window, field: &str, text: &str) {
    window.harness.get_by_label(field).focus();
    window.pass();
    window.press_with(CTRL, Key::A);
    window.press(Key::Delete);
    window.type_text(text);
}

#[test]
fn the_form_shows_what_its_expressions_give_at_the_cursor() {
    let mut window = Window::at_the_error();
    window.press_with(SHIFT, Key::F9);
    assert!(window.shows("Add breakpoint"));
    fill(&mut window, "condition", "$moment.error = 'CarProvider.Busy'");
    window.wait_for("it holds: true");
    fill(&mut window, "condition", "$.nowhere");
    window.wait_for("it does not hold: nothing");
    fill(&mut window, "log message", "trip {$.tripId}");
    window.wait_for("it writes: trip berlin-0417");
    window.click("Save");
    let listed = window.name_with("if $.nowhere, logs");
    assert!(listed.starts_with("BookCar") && listed.ends_with("on enter"), "{listed}");
    assert!(window.shows("stopped here, logpoint"), "{}", window.names().join("\n"));
}

#[test]
fn what_cannot_be_read_is_said_with_its_place_and_the_breakpoint_is_kept() {
    let mut window = Window::at_the_error();
    window.press_with(SHIFT, Key::F9);
    fill(&mut window, "condition", "$.n >");
    window.wait_for("at byte");
    assert!(window.shows("stops nowhere until this is corrected"));
    window.click("Save");
    assert!(window.shows("cannot be used: condition:"), "{}", window.names().join("\n"));
    window.press_with(CTRL | SHIFT, Key::F5);
    window.wait_for("Run 2, failed");
    // It opens with what was typed, to be corrected.
    window.click_first("BookCar, Task");
    window.press_with(SHIFT, Key::F9);
    assert!(window.shows("Edit breakpoint"));
    fill(&mut window, "condition", "$moment.attempt = 1");
    choose(&mut window, "when", "Error by name");
    fill(&mut window, "error name", "Car*");
    window.click("Save");
    assert!(!window.shows("cannot be used"));
    window.press_with(CTRL | SHIFT, Key::F5);
    window.wait_for("Run 3, stopped");
    window.wait_for("on Car*");
}

#[test]
fn triggers_states_and_hits_are_chosen_from_lists() {
    let mut window = Window::at_the_error();
    window.command("Add breakpoint");
    choose(&mut window, "when", "Error is about to be retried");
    choose(&mut window, "state", "Any state");
    choose(&mut window, "hits", "At one hit only");
    window.click("Save");
    assert!(window.shows("Any state, at hit 2, before a retry"), "{}", window.names().join("\n"));
    window.press_with(CTRL | SHIFT, Key::F5);
    window.wait_for("Run 2, stopped");
    window.wait_for("Stopped before a retry");
    window.press(Key::F5);
    window.wait_for("Run 2, failed");
}

#[test]
fn a_time_that_cannot_be_read_is_said_and_one_that_can_stops_the_run() {
    let mut window = Window::open(&[&sample("long-waits.asl.json")]);
    window.wait_for("Run 1, ");
    window.wait_until("it has ended", |window| !window.shows("Run 1, running"));
    window.command("Add breakpoint");
    choose(&mut window, "when", "Virtual time is reached");
    choose(&mut window, "state", "Any state");
    fill(&mut window, "time", "soon");
    window.wait_for("is no time");
    fill(&mut window, "time", "1h");
    window.wait_until("it is none any more", |window| !window.shows("is no time"));
    window.click("Save");
    window.press_with(CTRL | SHIFT, Key::F5);
    window.wait_for("Stopped at a breakpoint, at 1h");
}

#[test]
fn a_removed_breakpoint_comes_back_with_undo() {
    let mut window = Window::at_the_error();
    window.press(Key::F9);
    window.press_with(SHIFT, Key::F9);
    fill(&mut window, "condition", "$.a = 1");
    window.click("Save");
    assert!(window.shows("conditional breakpoint"));
    window.press_with(SHIFT, Key::F9);
    window.click("Remove");
    assert!(window.shows("None; F9 sets one on a state"));
    window.press_with(CTRL, Key::Z);
    assert!(window.shows("if $.a = 1"), "{}", window.names().join("\n"));
    window.press_with(CTRL, Key::Z);
    assert!(window.shows("BookCar, on enter"));
    window.press_with(CTRL, Key::Z);
    window.press_with(CTRL, Key::Z);
    assert!(window.shows("Nothing to undo"));
}

#[test]
fn a_breakpoint_stops_in_a_child_execution_and_the_run_goes_on_from_there() {
    let mut window = Window::open(&[&sample("order-import.asl.json")]);
    window.wait_for("Run 1, succeeded");
    window.command("Add breakpoint");
    choose(&mut window, "when", "Error by name");
    choose(&mut window, "state", "Any state");
    fill(&mut window, "error name", "EmptyOrder");
    window.click("Save");
    window.press_with(CTRL | SHIFT, Key::F5);
    window.wait_for("Run 2, stopped");
    window.wait_for("error EmptyOrder");
    let shown = window.harness.get_by_label_contains("Import orders #2");
    assert_eq!(shown.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
    assert!(window.shows("Price order failed with EmptyOrder"), "{}", window.names().join("\n"));
    // F5 is about the run that the child belongs to.
    window.press(Key::F5);
    window.wait_for("Run 2, succeeded");
}

#[test]
fn the_menu_of_a_state_sets_and_edits_its_breakpoint() {
    let mut window = Window::at_the_error();
    let place =
        window.harness.get_all_by_label_contains("BookHotel, Task").next().expect("it is drawn").rect().center();
    let press = |pressed| egui::Event::PointerButton {
        pos: place,
        button: egui::PointerButton::Secondary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.harness.event(egui::Event::PointerMoved(place));
    window.pass();
    window.harness.event(press(true));
    window.harness.event(press(false));
    window.pass();
    window.click_first("Edit breakpoint…");
    assert!(window.shows("Add breakpoint"), "{}", window.names().join("\n"));
    window.click("Save");
    assert!(window.shows("BookHotel, on enter"), "{}", window.names().join("\n"));
}
