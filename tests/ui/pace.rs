//! The pace of virtual time in the window: runs that wait, and playing what has happened.

use super::*;

const WAITS: &str = r#"{"StartAt": "First", "States": {
    "First": {"Type": "Wait", "Seconds": 1, "Next": "Long"},
    "Long": {"Type": "Wait", "Seconds": 259200, "Next": "Last"},
    "Last": {"Type": "Pass", "End": true}}}"#;

fn waits(folder: &Folder) -> Window {
    let mut window = Window::open(&[&folder.file("waits.asl.json", WAITS)]);
    window.wait_for("First, Wait");
    window
}

fn choose_pace(window: &mut Window, now: &str, then: &str) {
    window.click(now);
    window.click_first(then);
}

#[test]
fn a_run_waits_at_its_pace_is_paused_at_once_and_goes_on_faster() {
    let folder = Folder::new();
    let mut window = waits(&folder);
    choose_pace(&mut window, "Instant time", "Real time");
    let begin = Instant::now();
    window.press(Key::F5);
    window.wait_for("First, Wait, waiting");
    window.wait_for("Long, Wait, waiting");
    assert!(begin.elapsed() > Duration::from_millis(900), "it has waited for a second");
    assert!(window.shows("Run 1, running"));
    window.press(Key::F6);
    window.wait_for("Run 1, stopped");
    window.wait_for("Paused");
    window.assert_idle();
    // Three days go on while it runs, as fast as is chosen then.
    window.press(Key::F5);
    window.wait_for("Run 1, running");
    choose_pace(&mut window, "Real time", "Instant time");
    window.wait_for("Run 1, succeeded");
    assert!(window.shows("3d 00:00:01"), "{}", window.names().join("\n"));
}

#[test]
fn the_clock_of_a_run_that_waits_goes_on() {
    let folder = Folder::new();
    let mut window = waits(&folder);
    choose_pace(&mut window, "Instant time", "Time ×3600");
    window.press(Key::F5);
    window.wait_for("Long, Wait, waiting");
    // An hour a second.
    window.wait_for("00:1");
    window.press_with(SHIFT, Key::F5);
    window.wait_for("Run 1, aborted");
    window.assert_idle();
}

#[test]
fn what_has_happened_is_played_and_paused() {
    let mut window = Window::at_the_error();
    window.press(Key::End);
    window.assert_idle();
    let last = window.event();
    window.press(Key::Space);
    window.wait_until("it is on its way", |window| (4..last).contains(&window.event()));
    window.press(Key::Space);
    let at = window.event();
    assert!(at < last);
    std::thread::sleep(Duration::from_millis(500));
    window.pass();
    assert_eq!(window.event(), at, "it stays");
    window.assert_idle();
    window.press(Key::Space);
    window.wait_until("it comes to the end", |window| window.event() == last);
    window.assert_idle();
}

#[test]
fn that_it_plays_and_pauses_is_said_at_once() {
    let mut window = Window::at_the_error();
    // In real time the next event is minutes away.
    window.command("Real time");
    window.press(Key::Home);
    window.press(Key::Space);
    assert!(window.shows("Playing, real time: waits take as long as they say"), "{}", window.names().join("\n"));
    window.press(Key::Space);
    assert!(window.shows(&format!("Paused at event {}", window.event())));
    window.assert_idle();
}

#[test]
fn a_click_elsewhere_ends_the_playing() {
    let mut window = Window::at_the_error();
    window.press(Key::Home);
    window.press(Key::Space);
    window.wait_until("it is on its way", |window| window.event() > 2);
    window.press(Key::Home);
    std::thread::sleep(Duration::from_millis(500));
    window.pass();
    assert_eq!(window.event(), 1);
    window.assert_idle();
}
