//! Two runs beside each other: what they differ in, on one graph, and the cursor in both.

use super::*;

/// Two runs of the travel booking: the second one gets its car.
fn two_runs(folder: &Folder) -> Window {
    let mut window = Window::at_the_error();
    let mocks = std::fs::read_to_string(sample("travel-booking.mocks.json")).expect("the sample is there");
    let mut mocks: serde_json::Value = serde_json::from_str(&mocks).expect("JSON");
    mocks["BookCar"] = serde_json::json!([{"return": {"Payload": {"reservationId": "C-1"}}, "after": 1}]);
    window.command("Add mocks");
    window.answer_path(&folder.file("car.mocks.json", mocks.to_string()), "Open");
    window.wait_for("car.mocks.json, in use");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, ");
    window.wait_until("the second run has ended", |it| it.shows("Run 2, succeeded") || it.shows("Run 2, failed"));
    window
}

/// Compares the two runs.
fn compared(folder: &Folder) -> Window {
    let mut window = two_runs(folder);
    window.press_with(CTRL, Key::D);
    window.wait_for("Compare with");
    window.press(Key::Enter);
    window.wait_for("First difference in BookCar");
    window
}

#[test]
fn two_runs_are_laid_beside_each_other_with_the_first_difference_on_top() {
    let folder = Folder::new();
    let mut window = compared(&folder);
    assert!(window.shows("A: Run 1") && window.shows("B: Run 2"));
    assert!(window.shows("TaskFailed of \"BookCar\""), "{}", window.names().join("\n"));
    assert!(window.shows("differs, BookCar, event"), "{}", window.names().join("\n"));
    assert!(
        window.shows("only in A, attempt 1, event 16 in A, none in B, TaskFailed"),
        "{}",
        window.names().join("\n")
    );
    assert!(!window.shows("the same, BookFlight, event"));
    window.click("compared visits: All visits");
    assert!(window.shows("the same, BookFlight, event"), "{}", window.names().join("\n"));
}

#[test]
fn keys_and_rows_move_the_cursor_of_both_runs() {
    let folder = Folder::new();
    let mut window = compared(&folder);
    let in_b = window.event();
    window.press(Key::End);
    window.press(Key::D);
    assert_eq!(window.event(), in_b);
    window.click("A: Run 1");
    assert!(window.shows(&format!("event {}, TaskFailed, BookCar", window.event())), "{}", window.names().join("\n"));
    // The next difference is one that only B has: B is shown.
    window.press(Key::F7);
    stands_at(&window, "ParallelStateEntered, Confirm");
    window.press_with(SHIFT, Key::F7);
    stands_at(&window, "TaskStateEntered, BookCar");
    while !window.shows(&format!("event {}, TaskStateEntered, CancelHotel", window.event())) {
        let before = window.event();
        window.press(Key::F7);
        assert_ne!(window.event(), before, "there is a difference that only A has");
    }
    window.click_first("only in B, BookingComplete, event");
    stands_at(&window, "SucceedStateEntered, BookingComplete");
    window.click_first("only in A, CancelHotel, event");
    stands_at(&window, "TaskStateEntered, CancelHotel");
}

fn stands_at(window: &Window, what: &str) {
    let event = window.event();
    assert!(window.shows(&format!("event {event}, {what}")), "{}", window.names().join("\n"));
}

#[test]
fn both_runs_are_on_one_graph_with_words_and_a_legend() {
    let folder = Folder::new();
    let mut window = compared(&folder);
    window.wait_for("CancelHotel, Task, undoes BookHotel, only in A");
    for name in ["BookFlight, Task, the same", "BookCar, Task, differs"] {
        assert!(window.shows(name), "no {name}:\n{}", window.names().join("\n"));
    }
    assert!(window.shows(" only in A") && window.shows(" only in B") && window.shows(" the same"));
    // The graph is the run's again where something else is looked at.
    window.click_tab("Timeline");
    window.wait_for("BookFlight, Task, succeeded");
    window.assert_idle();
}

#[test]
fn runs_that_do_the_same_say_so() {
    let mut window = Window::at_the_error();
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, failed");
    window.press_with(CTRL, Key::D);
    window.press(Key::Enter);
    window.wait_for("Both do the same");
    window.press(Key::F7);
    assert!(window.shows("No other difference in this direction"), "{}", window.names().join("\n"));
}
