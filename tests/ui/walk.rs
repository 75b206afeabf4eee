//! The walk: open the travel booking, run it, look at its errors and retries, export what there is.

use std::process::Command;

use super::*;

/// The number of the event that tests of the walk stand at: the fourth failed attempt of `BookCar`.
const LAST_FAILURE: u32 = 25;

#[test]
fn a_definition_with_mocks_beside_it_is_run_and_stands_at_its_error() {
    let window = Window::at_the_error();
    assert_eq!(window.event(), LAST_FAILURE);
    assert!(window.shows("inspected: BookCar, Caught"));
    assert!(window.shows("BookCar, Task, failed, attempt 4 of 4, caught, goes to CancelHotel, stopped here"));
    assert!(
        window.shows(
            "Stopped before a catch: BookCar failed on attempt 4 of 4 with CarProvider.Busy. Next: CancelHotel."
        )
    );
    assert!(window.shows("Catch 2, CarProvider.Busy, CarProvider.SoldOut: Takes it, first catcher that matches"));
    assert!(window.shows("lane CancelHotel, Not reached"));
}

#[test]
fn a_second_run_ends_and_its_errors_are_walked_with_keys() {
    let mut window = Window::at_the_error();
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, failed");
    let n_events = window.n_events();
    window.wait_until("the cursor is at the end", |window| window.event() == n_events);
    assert!(window.shows("BookingFailed, Fail, failed"));
    window.press(Key::Home);
    assert_eq!(window.event(), 1);
    assert!(window.shows("BookCar, Task, not reached"));
    let mut failures = Vec::new();
    for attempt in 1..=4 {
        window.press(Key::F8);
        failures.push(window.event());
        assert!(window.shows("error CarProvider.Busy"));
        let state = window.name_with("BookCar, Task,");
        // A first attempt is not counted before there is a second one.
        assert!(attempt == 1 || state.contains(&format!("attempt {attempt} of 4")), "{state}");
        assert!(state.contains(if attempt < 4 { "attempt failed, will retry" } else { "caught" }), "{state}");
    }
    assert_eq!(failures.last(), Some(&LAST_FAILURE));
    window.press_with(SHIFT, Key::F8);
    assert_eq!(window.event(), failures[2]);
    assert!(window.shows("Retry 2, CarProvider.Busy, CarProvider.Timeout: Takes it"));
}

#[test]
fn events_and_retries_are_walked_with_keys() {
    let mut window = Window::at_the_error();
    let n_events = window.n_events();
    window.press(Key::ArrowLeft);
    assert_eq!(window.event(), LAST_FAILURE - 1);
    window.press(Key::ArrowRight);
    window.press(Key::ArrowRight);
    assert_eq!(window.event(), LAST_FAILURE + 1);
    window.press_with(SHIFT, Key::ArrowLeft);
    assert_eq!(window.event(), LAST_FAILURE - 9);
    window.press_with(SHIFT, Key::ArrowRight);
    assert_eq!(window.event(), LAST_FAILURE + 1);
    window.press(Key::End);
    assert_eq!(window.event(), n_events);
    window.press(Key::ArrowRight);
    assert_eq!(window.event(), n_events);
    window.press(Key::Home);
    window.press(Key::ArrowLeft);
    assert_eq!(window.event(), 1);
    window.press_with(ALT, Key::F8);
    let first = window.event();
    assert!(window.name_with(&format!("event {first}, Task")).contains("BookCar"));
    window.press_with(ALT, Key::F8);
    let second = window.event();
    assert!(first < second);
    window.press_with(ALT | SHIFT, Key::F8);
    assert_eq!(window.event(), first);
}

#[test]
fn the_exported_history_is_the_one_of_the_command_line() {
    let folder = Folder::new();
    let mut window = Window::at_the_error();
    window.press_with(CTRL | SHIFT, Key::E);
    let path = folder.path("history.json");
    window.answer_path(&path, "Save");
    window.wait_for("Saved ");
    let expected = folder.path("expected.json");
    let output = Command::new(env!("CARGO_BIN_EXE_stepscope"))
        .arg("run")
        .arg(sample("travel-booking.asl.json"))
        .arg("--input")
        .arg(sample("travel-booking.input.json"))
        .arg("--mocks")
        .arg(sample("travel-booking.mocks.json"))
        .arg("--history")
        .arg(&expected)
        .output()
        .expect("the program was built");
    assert!(expected.exists(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_to_string(path).unwrap(), std::fs::read_to_string(expected).unwrap());
}

#[test]
fn every_export_is_written() {
    let folder = Folder::new();
    let mut window = Window::at_the_error();
    let n_events = window.n_events() as usize;
    let mut export = |words: &str, name: &str| {
        window.command(words);
        let path = folder.path(name);
        window.answer_path(&path, "Save");
        window.wait_until("the file is there", |_| path.exists());
        window.wait_for(&format!("Saved {}", path.display()));
        std::fs::read(&path).expect("it was saved")
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    let lines = text(export("Export history as JSON Lines", "history.jsonl"));
    assert_eq!(lines.lines().count(), n_events);
    for line in lines.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        assert!(event["type"].is_string());
    }
    let table = text(export("Export history as CSV", "history.csv"));
    let rows =
        csv::Reader::from_reader(table.as_bytes()).records().map(|it| it.expect("sound CSV")).collect::<Vec<_>>();
    assert_eq!(rows.len(), n_events);
    let drawing = text(export("Export graph as SVG", "graph.svg"));
    assert!(drawing.starts_with("<svg"), "{}", &drawing[..80]);
    for state in ["BookFlight", "BookHotel", "BookCar", "Confirm", "ChargeCard", "CancelHotel", "BookingFailed"] {
        assert!(drawing.contains(state), "the drawing lacks {state}");
    }
    let picture = export("Export graph as PNG", "graph.png");
    let reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().expect("a PNG");
    assert!(reader.info().width > 600 && reader.info().height > 600, "{:?}", reader.info().size());
}

#[test]
fn an_export_to_nowhere_says_so_and_another_path_works() {
    let folder = Folder::new();
    let mut window = Window::at_the_error();
    window.press_with(CTRL | SHIFT, Key::E);
    window.answer_path(&folder.path("no/such/folder/history.json"), "Save");
    window.wait_for("there is no such file or folder");
    window.press_with(CTRL | SHIFT, Key::E);
    window.harness.get_by_label("Cancel").click();
    window.pass();
    assert!(window.harness.query_by_label("Cancel").is_none(), "the dialog is gone");
    assert_eq!(window.event(), LAST_FAILURE);
}
