//! The console in the window, and finding texts in events.

use super::*;

/// A window with a logpoint that has written.
fn with_lines() -> Window {
    let mut window = Window::at_the_error();
    window.press_with(SHIFT, Key::F9);
    window.harness.get_by_label("log message").focus();
    window.pass();
    window.type_text("trip {$.tripId} in {$moment.state}");
    window.click("Save");
    window.press_with(CTRL | SHIFT, Key::Y);
    window.wait_for("trip berlin-0417 in BookCar, BookCar, TaskStateEntered");
    window
}

fn ask(window: &mut Window, text: &str) {
    window.harness.get_by_label("evaluate at the cursor").focus();
    window.pass();
    window.type_text(text);
    window.press(Key::Enter);
}

#[test]
fn what_logpoints_wrote_is_listed_and_leads_to_its_event() {
    let mut window = with_lines();
    let line = window.name_with("trip berlin-0417 in BookCar");
    let event: u32 = line
        .split("event ")
        .nth(1)
        .and_then(|it| it.split(',').next())
        .and_then(|it| it.parse().ok())
        .expect("it names its event");
    assert!(line.contains("at 1d 0") || line.contains("at 0"), "{line}");
    assert_ne!(window.event(), event);
    window.click_first("trip berlin-0417 in BookCar");
    assert_eq!(window.event(), event);
}

#[test]
fn lines_are_filtered_copied_and_cleared() {
    let mut window = with_lines();
    window.harness.get_by_label("filter the console").focus();
    window.pass();
    window.type_text("nothing like it");
    assert!(window.shows("No line has this text"));
    window.press_with(CTRL, Key::A);
    window.type_text("BERLIN");
    assert!(window.shows("trip berlin-0417 in BookCar"));
    window.harness.get_by_label("Copy the console").click();
    let mut copied = None;
    for _ in 0..4 {
        window.harness.step();
        for command in &window.harness.output().platform_output.commands {
            if let egui::OutputCommand::CopyText(text) = command {
                copied = Some(text.clone());
            }
        }
    }
    assert!(copied.is_some_and(|it| it.contains("TaskStateEntered\ttrip berlin-0417 in BookCar\n")));
    window.click("Clear the console");
    assert!(!window.shows("trip berlin-0417 in BookCar"));
}

#[test]
fn expressions_are_evaluated_at_the_cursor() {
    let mut window = Window::at_the_error();
    window.press_with(CTRL | SHIFT, Key::Y);
    ask(&mut window, "$moment.error");
    window.wait_for("\"CarProvider.Busy\"");
    window.press(Key::Home);
    window.click_first("> $moment.error");
    ask(&mut window, "$.tripId & '!'");
    window.wait_for("\"berlin-0417!\"");
    ask(&mut window, "$.n >");
    window.wait_for("at byte");
    // What was asked before is asked again.
    window.press(Key::ArrowUp);
    window.press(Key::ArrowUp);
    window.press(Key::Enter);
    window.wait_until("it stands there twice", |window| {
        window.names().iter().filter(|it| *it == "\"berlin-0417!\"").count() == 2
    });
    window.assert_idle_but_for_the_cursor();
}

#[test]
fn texts_are_found_in_events_both_ways_and_around_the_end() {
    let mut window = Window::at_the_error();
    window.press(Key::Home);
    window.press_with(CTRL, Key::F);
    window.type_text("carprovider.BUSY");
    window.press(Key::Enter);
    window.wait_for("Found at event");
    let first = window.event();
    assert!(
        window.name_with(&format!("event {first}, ")).contains("CarProvider.Busy"),
        "{}",
        window.names().join("\n")
    );
    window.press(Key::F3);
    window.wait_until("it goes on", |window| window.event() > first);
    window.press_with(SHIFT, Key::F3);
    window.wait_until("it goes back", |window| window.event() == first);
    window.press_with(SHIFT, Key::F3);
    window.wait_for(", from the end again");
    assert!(window.event() > first);
    window.press_with(CTRL, Key::F);
    window.press_with(CTRL, Key::A);
    window.type_text("in no event");
    window.press(Key::F3);
    window.wait_for("No event has \"in no event\"");
}

impl Window {
    /// Fails where frames are asked for more often than a text cursor blinks.
    fn assert_idle_but_for_the_cursor(&mut self) {
        for _ in 0..20 {
            self.harness.step();
        }
        let delay = self.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        assert!(delay > Duration::from_millis(100), "{:?}", self.harness.ctx.repaint_causes());
    }
}
