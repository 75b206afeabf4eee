//! Scenarios in the window: run from a file or a folder, what does not hold, their runs and their coverage.

use super::*;

/// Writes the travel booking and scenarios of it: one holds, one does not, one is of something else.
fn folder() -> Folder {
    let folder = Folder::new();
    let text = |name: &str| std::fs::read_to_string(sample(name)).expect("the sample is there");
    folder.file("trip.asl.json", text("travel-booking.asl.json"));
    folder.file("trip.input.json", text("travel-booking.input.json"));
    folder.file("trip.mocks.json", text("travel-booking.mocks.json"));
    let scenario = |name: &str, status: &str| {
        format!(
            r#"{{"name": "{name}", "definition": "trip.asl.json", "input": "trip.input.json", "mocks": "trip.mocks.json", "expect": {{"status": "{status}"}}}}"#
        )
    };
    folder.file(
        "trip.scenarios.json",
        format!("[{}, {}]", scenario("the car is gone", "FAILED"), scenario("all is well", "SUCCEEDED")),
    );
    folder
}

fn opened(folder: &Folder) -> Window {
    let mut window = Window::open(&[&folder.path("trip.asl.json")]);
    window.wait_for("Run 1, failed");
    window
}

#[test]
fn those_that_do_not_hold_say_what_was_expected() {
    let folder = folder();
    let mut window = opened(&folder);
    window.press_with(CTRL | SHIFT, Key::T);
    window.answer_path(&folder.path("trip.scenarios.json"), "Open");
    window.wait_for("2 scenarios: 1 passed, 1 failed");
    assert!(window.shows("scenario the car is gone, passed, trip.scenarios.json"), "{}", window.names().join("\n"));
    let failed = window.name_with("scenario all is well, failed");
    assert!(failed.contains("status: expected SUCCEEDED, came FAILED"), "{failed}");
    window.assert_idle();
}

#[test]
fn a_scenario_opens_as_a_run_and_is_counted() {
    let folder = folder();
    let mut window = opened(&folder);
    window.press_with(CTRL | SHIFT, Key::T);
    window.answer_path(&folder.path("trip.scenarios.json"), "Open");
    window.wait_for("2 scenarios: ");
    window.click_first("scenario all is well, failed");
    window.wait_for("all is well, scenario, failed");
    assert!(window.shows("BookCar, Task, failed, attempt 4 of 4, caught"), "{}", window.names().join("\n"));
    window.command("Coverage");
    window.click("coverage of: Scenarios");
    window.wait_for("Counted: 2 runs of scenarios");
}

#[test]
fn a_folder_is_searched_for_files_of_scenarios() {
    let folder = folder();
    let other = r#"{"name": "x", "definition": "none.asl.json"}"#;
    folder.file("broken.scenario.json", other);
    let mut window = opened(&folder);
    window.command("Run the scenarios of a folder");
    window.answer_path(&folder.path("."), "Open");
    window.wait_for("3 scenarios: 1 passed, 1 failed, 1 cannot be run");
    let broken = window.name_with("scenario x, cannot be run");
    assert!(broken.contains("none.asl.json"), "{broken}");
    window.click(&broken);
    window.wait_for("This scenario cannot be run");
}

#[test]
fn a_run_that_was_made_here_becomes_a_scenario_that_passes() {
    let folder = folder();
    let mut window = opened(&folder);
    window.command("Turn into mocks and a test");
    let target = folder.path("own.scenario.json");
    window.answer_path(&target, "Save");
    window.wait_for("own.mocks.json, in use");
    window.press_with(CTRL | SHIFT, Key::T);
    window.answer_path(&target, "Open");
    window.wait_for("1 scenarios: 1 passed, 0 failed");
}
