//! The data flow and the attempts of a state in the inspector.

use super::*;

/// A window at the error, tall enough for the whole strip.
pub fn tall() -> Window {
    let mut window = Window::sized([1600.0, 2400.0], &[&sample("travel-booking.asl.json")]);
    window.wait_for("error CarProvider.Busy");
    window.wait_for("BookCar, Task");
    window
}

#[test]
fn the_data_flow_has_a_step_for_each_field_with_its_expression_event_and_size() {
    let mut window = tall();
    window.click("BookHotel, Task, succeeded, goes to BookCar");
    window.click("Data flow");
    window.wait_for("step State input");
    assert!(window.shows("step InputPath, "), "{}", window.names().join("\n"));
    assert!(window.name_with("step InputPath").ends_with("no change"));
    assert!(window.shows("step Parameters, 2 fields, 1 computed"));
    assert!(window.shows("step ResultPath, $.hotel"));
    assert!(window.shows("step State output"));
    assert!(window.shows("added hotel: { 4 keys }"), "{}", window.names().join("\n"));
    assert!(!window.shows("step ResultPath, $.hotel, no change"));
    assert!(window.shows("Told by the engine, which has done this visit once more"));
    window.assert_idle();
}

#[test]
fn whole_values_are_shown_without_signs() {
    let mut window = tall();
    window.click("BookHotel, Task, succeeded, goes to BookCar");
    window.click("Data flow");
    window.wait_for("added hotel: { 4 keys }");
    window.click("show: Full data");
    assert!(!window.shows("added hotel"), "{}", window.names().join("\n"));
    assert!(window.shows("reservationId: \"HT-9077\""), "{}", window.names().join("\n"));
}

#[test]
fn a_field_leads_to_its_text_and_an_event_moves_the_cursor() {
    let mut window = tall();
    window.click("BookHotel, Task, succeeded, goes to BookCar");
    window.click("Data flow");
    window.wait_for("step State input");
    window.click("show ResultPath in the definition");
    assert!(window.shows("\"ResultPath\": \"$.hotel\""), "{}", window.names().join("\n"));
    let name = window.name_with("event 7");
    window.click_first("event 7");
    assert_eq!(window.event(), 7, "{name}");
}

#[test]
fn attempts_say_how_long_they_took_and_who_decided_what_follows() {
    let mut window = tall();
    window.click("Attempts");
    window.wait_for("Attempt 4, ");
    let third = window.name_with("Attempt 3, ");
    assert!(third.contains("took 960 ms"), "{third}");
    assert!(third.contains("CarProvider.Busy. Retry 2 waits 2 s × 2² = 8 s"), "{third}");
    assert!(window.name_with("Attempt 4, ").ends_with("Catch 2 leads to CancelHotel"));
}

#[test]
fn a_row_of_the_attempts_selects_the_one_whose_data_is_shown() {
    let mut window = tall();
    window.click("Attempts");
    window.wait_for("Attempt 4, ");
    window.click_first("Attempt 2, ");
    window.click("Data flow");
    window.wait_for("step Retry 2, tries again after 2 s × 2¹ = 4 s");
    assert!(window.shows("step Error"));
    assert!(!window.shows("step State output"), "the second attempt did not leave the state");
}
