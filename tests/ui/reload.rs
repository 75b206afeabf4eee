//! The definition changes while it is open: on command, by a fix, on the disk.

use super::*;

const FIRST: &str = r#"{"StartAt": "Load", "States": {
    "Load": {"Type": "Pass", "Next": "Check"},
    "Check": {"Type": "Pass", "Result": "first", "Next": "Ship"},
    "Ship": {"Type": "Pass", "End": true}}}"#;
// Another order of states, one more, one less.
const SECOND: &str = r#"{"StartAt": "Load", "States": {
    "Bill": {"Type": "Pass", "Result": "billed", "End": true},
    "Check": {"Type": "Pass", "Result": "second", "Next": "Bill"},
    "Load": {"Type": "Pass", "Next": "Check"}}}"#;

/// A run of the first definition, at its end, with `Check` selected and a breakpoint on it.
fn ran(folder: &Folder) -> Window {
    let mut window = Window::open(&[&folder.file("flow.asl.json", FIRST)]);
    window.wait_for("Check, Pass");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 1, succeeded");
    window.click_first("Check, Pass");
    window.press(Key::F9);
    window.wait_for("Check, on enter");
    window
}

fn reload(window: &mut Window, folder: &Folder, text: &str) {
    folder.file("flow.asl.json", text);
    window.press_with(CTRL, Key::R);
}

#[test]
fn the_newest_definition_is_shown_and_runs_keep_their_own() {
    let folder = Folder::new();
    let mut window = ran(&folder);
    reload(&mut window, &folder, SECOND);
    window.wait_for("Reloaded the definition; the run keeps the one that it ran with");
    window.wait_for("Bill, Pass, not reached");
    assert!(!window.shows("Ship, Pass"));
    assert!(window.shows("inspected: Check"), "the selection stays at the state of the same name");
    assert!(window.name_with("Check, Pass").contains("breakpoint"), "{}", window.name_with("Check, Pass"));
    assert!(window.shows("Run 1, succeeded, older definition"), "{}", window.names().join("\n"));
    // The run has its own graph and text, and says so.
    window.click_first("Run 1, succeeded");
    window.wait_for("Ship, Pass, succeeded");
    window.wait_for("This run has an older definition");
    assert!(!window.shows("Bill, Pass"));
    window.press_with(CTRL, Key::Num2);
    assert!(window.shows("\"first\""), "{}", window.names().join("\n"));
    window.press_with(CTRL, Key::E);
    window.wait_for("\"second\"");
    window.press_with(CTRL, Key::E);
    window.wait_for("\"first\"");
    window.press_with(CTRL, Key::Num1);
    // New runs take the newest.
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, succeeded");
    window.command("Fit graph");
    window.wait_for("Bill, Pass, succeeded");
}

#[test]
fn a_run_goes_on_in_a_fork_with_the_definition_that_was_reloaded() {
    let folder = Folder::new();
    let mut window = ran(&folder);
    reload(&mut window, &folder, SECOND);
    window.wait_for("Bill, Pass, not reached");
    window.click_first("Run 1, succeeded");
    window.wait_for("Ship, Pass");
    window.press(Key::Home);
    window.press(Key::ArrowRight);
    window.press_with(CTRL | SHIFT, Key::N);
    window.wait_for("stays as it is");
    window.pass();
    window.click("The definition: go on with it as it is open now");
    window.click("Fork and stay");
    window.wait_for("Fork at event 2, newer definition, stopped");
    window.wait_for("Bill, Pass, not reached");
    assert!(!window.shows("Ship, Pass"), "what is gone is not drawn");
    window.press(Key::F5);
    window.wait_for("Stopped at a breakpoint, on enter: Check");
    window.press(Key::F5);
    window.wait_for("Fork at event 2, newer definition, succeeded");
    window.wait_for("Bill, Pass, succeeded");
    window.click_first("Run 1, succeeded");
    window.wait_for("Ship, Pass, not reached");
}

#[test]
fn a_file_that_cannot_be_read_any_more_leaves_everything_as_it_is() {
    let folder = Folder::new();
    let mut window = ran(&folder);
    reload(&mut window, &folder, "{");
    window.wait_for("cannot open");
    assert!(window.shows("Ship, Pass, succeeded"));
    assert!(window.shows("Run 1, succeeded"));
    reload(&mut window, &folder, FIRST);
    window.wait_for("The definition is as it was");
    assert!(!window.shows("older definition"));
}

#[test]
fn a_change_on_the_disk_is_noticed_when_the_window_gets_the_focus() {
    let folder = Folder::new();
    let mut window = ran(&folder);
    window.harness.event(egui::Event::WindowFocused(true));
    for _ in 0..20 {
        window.pass();
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(!window.shows("has changed on disk"));
    let path = folder.file("flow.asl.json", SECOND);
    let file = std::fs::File::options().write(true).open(path).expect("it can be opened");
    let changed = file.metadata().and_then(|it| it.modified()).expect("it has a time");
    file.set_modified(changed + Duration::from_secs(5)).expect("it can be touched");
    window.harness.event(egui::Event::WindowFocused(true));
    window.wait_for("flow.asl.json has changed on disk; Ctrl R reloads it");
    assert!(window.shows("Ship, Pass, succeeded"), "nothing is reloaded unasked");
    window.press_with(CTRL, Key::R);
    window.wait_for("Bill, Pass, not reached");
}
