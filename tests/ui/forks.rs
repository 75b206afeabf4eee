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
