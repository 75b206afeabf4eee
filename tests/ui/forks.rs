//! The tree of runs and forks in the window.

use super::*;

#[test]
fn runs_are_renamed_and_noted() {
    let mut window = Window::at_the_error();
    window.menu("Run 1, failed", "Rename…");
    window.write("No car");
    window.press(Key::Enter);
    assert!(window.shows("No car, failed"), "{}", window.names().join("\n"));
    window.menu("No car, failed", "Add a note…");
    window.write("as on the first day");
    window.click("Keep");
    assert!(window.shows("No car, as on the first day, failed"), "{}", window.names().join("\n"));
    // The next run counts on.
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, failed");
    window.menu("No car", "Change the note…");
    window.write("");
    window.press(Key::Delete);
    window.click("Keep");
    assert!(!window.shows("as on the first day"));
}

#[test]
fn a_run_that_is_removed_comes_back_as_it_was() {
    let mut window = Window::at_the_error();
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, failed");
    window.press(Key::Home);
    window.focus("Run 2, failed");
    window.press(Key::Delete);
    window.wait_for("Removed Run 2 from the list; Ctrl Z puts it back");
    assert!(!window.shows("Run 2, failed"));
    // The last one that is left is shown, where the user stood in it.
    assert!(window.event() > 20, "{}", window.event());
    window.menu("Run 1, failed", "Remove from the list");
    assert!(window.shows("No run yet"), "{}", window.names().join("\n"));
    window.press_with(CTRL, Key::Z);
    window.press_with(CTRL, Key::Z);
    window.click_first("Run 2, failed");
    assert_eq!(window.event(), 1);
    window.click_first("Run 1, failed");
    assert!(window.event() > 20, "{}", window.event());
}

/// Opens the dialog for a fork at the event at the cursor.
fn fork_here(window: &mut Window) {
    window.press_with(CTRL | SHIFT, Key::N);
    window.wait_for("stays as it is");
    // It finds its size in its first frames.
    window.pass();
}

#[test]
fn a_failed_task_is_answered_otherwise_and_the_fork_goes_on() {
    let mut window = Window::at_the_error();
    let event = window.event();
    fork_here(&mut window);
    assert!(window.shows(&format!("Fork Run 1 at event {event}")), "{}", window.names().join("\n"));
    // What the task answered is there, as the error that it is.
    assert!(window.shows("CarProvider.Busy"));
    window.click("answer: Result");
    window.focus_field("Result as JSON");
    window.write("{\"car\": ");
    window.pass();
    assert!(window.shows("Line 1, column"), "{}", window.names().join("\n"));
    window.click("Fork and run");
    assert!(window.shows("stays as it is"), "what is no JSON is no answer");
    window.focus_field("Result as JSON");
    window.write("{\"Payload\": {\"reservationId\": \"C-1\"}}");
    assert!(window.shows("It is JSON"));
    window.click("Fork and run");
    window.wait_for(&format!("Fork at event {event}, BookCar returns another result, succeeded"));
    assert!(window.shows("Run 1, failed"), "the run that it comes from is as it was");
    window.click_first("Run 1, failed");
    assert_eq!(window.event(), event, "and where the user stood in it");
}

#[test]
fn an_error_is_chosen_from_the_names_of_the_handlers() {
    let mut window = Window::at_the_error();
    window.click("Fork here…");
    window.wait_for("Named by handlers here");
    window.pass();
    window.focus_field("Error name");
    window.write("soldout");
    window.click("CarProvider.SoldOut");
    window.focus_field("Cause");
    window.write("none left");
    window.click("Fork and stay");
    window.wait_for("BookCar fails with CarProvider.SoldOut, stopped");
    window.press(Key::F10);
    window.wait_for("Stopped after a step: CancelHotel");
    window.press_with(SHIFT, Key::F8);
    window.wait_for("error CarProvider.SoldOut");
    window.wait_for("none left");
}

#[test]
fn what_cannot_be_changed_here_says_where_it_can() {
    let mut window = Window::at_the_error();
    fork_here(&mut window);
    assert!(window.shows("The input of a state is changed where it is entered"), "{}", window.names().join("\n"));
    assert!(window.shows("The definition is open as the run has it"));
    window.click_first("Go to where the state is entered");
    window.wait_for("TaskStateEntered, BookCar. Run 1 stays as it is.");
    window.pass();
    let at = window.event();
    window.focus_field("Input as JSON");
    window.write("{\"tripId\": \"other\"}");
    window.click("Fork and run");
    window.wait_for("other input of BookCar");
    window.wait_until("the fork has gone on", |window| !window.shows("other input of BookCar, running"));
    assert!(window.shows(&format!("Fork at event {at}, other input of BookCar")));
    // At the end nothing goes on unchanged.
    window.click_first("Run 1, failed");
    window.press(Key::End);
    fork_here(&mut window);
    assert!(window.shows("The execution has ended at this event"));
}

#[test]
fn a_fork_without_a_change_is_below_its_run_and_folds() {
    let mut window = Window::at_the_error();
    window.press(Key::Home);
    fork_here(&mut window);
    window.click("Go on unchanged, with the mocks in use");
    window.click("Fork and stay");
    window.wait_for("Fork at event 1, stopped");
    // What the first action brought about: the execution and its first state.
    assert_eq!(window.n_events(), 2);
    window.press(Key::F5);
    window.wait_for("Fork at event 1, failed");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, failed");
    let names = window.names();
    let place = |part: &str| names.iter().position(|it| it.contains(part)).expect("it is listed");
    assert!(place("Run 2, failed") < place("Run 1, failed"));
    assert!(place("Run 1, failed") < place("Fork at event 1"));
    window.focus("Run 1, failed");
    window.press(Key::ArrowLeft);
    assert!(!window.shows("Fork at event 1"));
    assert!(window.shows("Run 1, failed, 1 fork, forks folded"), "{}", window.names().join("\n"));
    window.focus("Run 1, failed");
    window.press(Key::ArrowRight);
    assert!(window.shows("Fork at event 1"));
    window.menu("Run 1, failed", "Remove from the list");
    window.wait_for("Removed Run 1 and its fork");
    assert!(!window.shows("Fork at event 1"));
}

#[test]
fn events_and_states_have_the_fork_in_their_menus() {
    let mut window = Window::at_the_error();
    window.menu("event 23, TaskScheduled", "Fork here…");
    window.wait_for("TaskScheduled, BookCar. Run 1 stays as it is.");
    window.press(Key::Escape);
    window.menu("BookHotel, Task", "Fork where it was entered…");
    window.wait_for("TaskStateEntered, BookHotel. Run 1 stays as it is.");
}
