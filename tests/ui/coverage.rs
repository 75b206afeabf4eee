//! Coverage in the window: the table, what is missing, the heat of the graph, and what a run would add.

use super::*;

fn covered() -> Window {
    let mut window = Window::at_the_error();
    window.command("Coverage");
    window.wait_for("Counted: 1 run of the workspace");
    window
}

#[test]
fn what_runs_did_not_go_through_is_listed_and_leads_to_its_state() {
    let mut window = covered();
    assert!(window.shows("States, "), "{}", window.names().join("\n"));
    assert!(window.shows("missing: \"Confirm\": never entered"), "{}", window.names().join("\n"));
    window.click("missing: \"Confirm\": never entered");
    assert!(window.shows("Confirm"));
    let states = window.name_with("States, ");
    window.click(&states);
    assert!(!window.shows("missing: \"Confirm\": never entered"), "the kind is folded");
    window.assert_idle();
}

#[test]
fn another_run_is_counted_and_says_what_it_adds() {
    let folder = Folder::new();
    let mut window = covered();
    let before = window.name_with("States, ");
    let mocks = std::fs::read_to_string(sample("travel-booking.mocks.json")).expect("the sample is there");
    let mut mocks: serde_json::Value = serde_json::from_str(&mocks).expect("JSON");
    mocks["BookCar"] = serde_json::json!([{"return": {"Payload": {"reservationId": "C-1"}}, "after": 1}]);
    window.command("Add mocks");
    window.answer_path(&folder.file("car.mocks.json", mocks.to_string()), "Open");
    window.wait_for("car.mocks.json, in use");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Counted: 2 runs of the workspace");
    assert_ne!(window.name_with("States, "), before);
    assert!(window.shows("This run adds "), "{}", window.names().join("\n"));
    assert!(!window.shows("adds nothing"));
    window.click("coverage of: This run");
    window.wait_for("Counted: the run that is shown");
}

#[test]
fn the_graph_shows_how_many_runs_went_through_each_state() {
    let mut window = Window::at_the_error();
    window.click("graph shows: Coverage");
    window.wait_for("BookFlight, Task, 1 run · ");
    assert!(window.shows("Confirm, Parallel, never"), "{}", window.names().join("\n"));
    assert!(window.shows("states reached; heat is runs through a state"));
    window.press_with(CTRL, Key::F5);
    window.wait_for("BookFlight, Task, 2 runs · ");
}

#[test]
fn exploration_covers_what_no_run_did() {
    let mut window = covered();
    window.press_with(CTRL | SHIFT, Key::F);
    window.wait_until("the exploration is done", |it| it.shows("Explored: "));
    window.click("coverage of: Exploration");
    window.wait_for("runs that exploration kept");
    assert!(!window.shows("missing: \"Confirm\": never entered"), "{}", window.names().join("\n"));
    assert!(window.shows("This run would add nothing"), "{}", window.names().join("\n"));
}

#[test]
fn coverage_is_written_in_the_form_that_the_ending_asks_for() {
    let folder = Folder::new();
    let mut window = covered();
    for (name, has) in [("c.json", "\"machines\""), ("c.info", "SF:"), ("c.txt", "missing  ")] {
        window.command("Export coverage");
        window.wait_for_path();
        let target = folder.path(name);
        window.answer_path(&target, "Save");
        window.wait_until("it is saved", |_| target.exists());
        let text = std::fs::read_to_string(&target).expect("it is there");
        assert!(text.contains(has), "{text}");
    }
}
