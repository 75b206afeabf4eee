//! One cursor and one focus in all panels, and what stands over them.

use super::*;

#[test]
fn a_click_on_a_state_of_the_graph_shows_it_and_leaves_the_cursor() {
    let mut window = Window::at_the_error();
    let event = window.event();
    window.click("BookHotel, Task, succeeded, goes to BookCar");
    assert!(window.shows("inspected: BookHotel, Succeeded"));
    assert!(window.shows("State graph, BookHotel selected"));
    assert_eq!(window.event(), event);
    window.click("inspected: BookHotel, Succeeded");
    window.click("Data flow");
    assert!(window.shows("reservationId: \"HT-9077\""), "{}", window.names().join("\n"));
}

#[test]
fn a_click_on_an_event_moves_every_panel() {
    let mut window = Window::at_the_error();
    window.click("event 19, TaskFailed, BookCar, attempt 2, CarProvider.Busy");
    assert_eq!(window.event(), 19);
    assert!(
        window.shows("BookCar, Task, attempt failed, will retry, attempt 2 of 4"),
        "{}",
        window.name_with("BookCar, Task")
    );
    assert!(window.shows("lane BookCar, Waiting"), "{}", window.name_with("lane BookCar"));
    assert!(window.shows("Retry 2, CarProvider.Busy, CarProvider.Timeout: Takes it"));
}

#[test]
fn a_click_on_a_lane_shows_its_state_and_one_in_its_time_moves_the_cursor() {
    let mut window = Window::at_the_error();
    window.click("lane BookHotel, Succeeded");
    assert!(window.shows("inspected: BookHotel"));
    window.click("time axis: By event");
    let ruler = window.harness.get_by_label("cursor in time").rect();
    window.click_at(ruler.left_top() + egui::vec2(10.0, 8.0));
    assert!(window.event() <= 2, "{}", window.event());
    window.click_at(ruler.right_top() + egui::vec2(-4.0, 8.0));
    assert!(window.event() + 1 >= window.n_events(), "{}", window.event());
}

#[test]
fn an_expression_that_fails_after_a_retry_is_what_banner_and_inspector_speak_of() {
    use crate::session::rulings::{FAILS_ONCE, SELECTS_NOTHING};
    let folder = Folder::new();
    folder.file("pay.mocks.json", FAILS_ONCE);
    let mut window = Window::open(&[&folder.file("pay.asl.json", SELECTS_NOTHING)]);
    window.wait_for("Run 1, failed");
    window.press(Key::End);
    let banner = "Pay failed on attempt 2 of 2 with States.Runtime. Nothing in this state handles it.";
    assert!(window.shows(banner), "{}", window.names().join("\n"));
    assert!(window.shows("error States.Runtime") && window.shows("inspected: Pay, Failed"));
    assert!(window.shows("Retry 1, Busy: Cannot match"), "{}", window.names().join("\n"));
    // The failure before it is still that of its own event.
    window.click_first("event 5, ");
    assert!(window.shows("Pay failed on attempt 1 of 4 with Busy. Next: attempt 2 after 1 s."));
    assert!(window.shows("error Busy") && window.shows("Retry 1, Busy: Takes it"));
}

#[test]
fn filters_leave_what_they_name_and_can_be_cleared() {
    let mut window = Window::at_the_error();
    window.click("filter Failed");
    assert!(window.shows("event 16, TaskFailed") && !window.shows("event 15, "));
    window.click("filter Retries");
    window.click("filter Text");
    window.harness.get_by_role(egui::accesskit::Role::TextInput).focus();
    window.pass();
    window.type_text("Nothing is named like this");
    assert!(window.shows("No event matches 3 filters"));
    window.click("Clear filters");
    assert!(window.shows("event 24, "));
}

#[test]
fn the_attempts_of_a_state_can_be_looked_at_one_by_one() {
    let mut window = Window::at_the_error();
    let event = window.event();
    window.click("attempt: 1");
    assert_eq!(window.event(), event);
    assert!(window.shows("Retry 2, CarProvider.Busy, CarProvider.Timeout: Takes it"), "{}", window.names().join("\n"));
}

#[test]
fn the_palette_goes_to_a_state_and_to_an_event() {
    let mut window = Window::at_the_error();
    window.command("CancelFlight");
    assert!(window.shows("inspected: CancelFlight"));
    window.press_with(CTRL, Key::P);
    window.type_text("7");
    window.press(Key::Enter);
    assert_eq!(window.event(), 7);
    window.press_with(CTRL, Key::K);
    window.press(Key::Escape);
    window.press(Key::ArrowRight);
    assert_eq!(window.event(), 8, "the palette is closed and keys move the cursor again");
}

#[test]
fn the_sheet_of_keys_opens_with_its_key_and_closes_with_escape() {
    let mut window = Window::at_the_error();
    window.press_with(SHIFT, Key::Questionmark);
    assert!(window.harness.query_by_label("Continue: F5").is_some(), "{}", window.names().join("\n"));
    window.press(Key::Escape);
    window.pass();
    assert!(!window.shows("Continue: F5"));
}

#[test]
fn the_definition_is_shown_at_the_state_that_was_asked_for() {
    let mut window = Window::at_the_error();
    window.press_with(CTRL, Key::Num2);
    assert!(window.shows(": \"BookCar\": {"), "{}", window.names().join("\n"));
    assert!(!window.shows("line 1: {"));
    window.press_with(CTRL, Key::Num1);
    window.click("BookHotel, Task, succeeded, goes to BookCar");
    window.click_tab("Definition");
    assert!(window.shows("line 35: \"BookHotel\": {"));
    // A line is as wide as the longest one; its beginning is in view.
    let line = window.harness.get_by_label("line 33: \"Next\": \"BookHotel\"").rect();
    window.click_at(line.left_center() + egui::vec2(80.0, 0.0));
    assert!(window.shows("inspected: BookFlight"), "{}", window.names().join("\n"));
    window.press_with(CTRL, Key::Num1);
    assert!(window.shows("State graph, BookFlight selected"));
}

#[test]
fn the_theme_changes_and_changes_back() {
    let mut window = Window::at_the_error();
    let dark = |window: &Window| window.harness.ctx.global_style().visuals.dark_mode;
    let before = dark(&window);
    window.press_with(CTRL | SHIFT, Key::L);
    assert_eq!(dark(&window), !before);
    window.click("Light or dark");
    assert_eq!(dark(&window), before);
}

#[test]
fn panels_are_hidden_and_shown() {
    let mut window = Window::at_the_error();
    for (key, name) in [(Key::B, "Add mocks"), (Key::J, "cursor in time"), (Key::I, "inspected: ")] {
        assert!(window.shows(name));
        window.press_with(CTRL, key);
        assert!(!window.shows(name), "{name}");
        window.press_with(CTRL, key);
        assert!(window.shows(name), "{name}");
    }
}

#[test]
fn a_narrow_window_still_has_everything_that_runs_and_moves() {
    let mut window = Window::sized([1000.0, 700.0], &[&sample("travel-booking.asl.json")]);
    window.wait_for("error CarProvider.Busy");
    for name in ["Continue", "Step over", "Step back", "Menu", "Light or dark"] {
        let rect = window.harness.get_by_label(name).rect();
        assert!(rect.right() <= 1000.0 && rect.bottom() <= 700.0, "{name}: {rect:?}");
    }
}

#[test]
fn a_window_in_which_nothing_happens_asks_for_no_frame() {
    let mut window = Window::at_the_error();
    window.assert_idle();
    window.press_with(CTRL, Key::Num2);
    window.assert_idle();
    window.press(Key::End);
    window.assert_idle();
}
