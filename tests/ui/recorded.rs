//! Recorded executions in the window: opened alone, beside their definition and against another one, and what is made
//! of them.

use stepscope::json::{Json, text};

use super::*;
use crate::support::runs::{Case, exported_alone};

/// Returns the history of a sample's run, as the service writes it.
pub fn history_of(name: &str) -> String {
    let file =
        |ending: &str| std::fs::read_to_string(sample(&format!("{name}.{ending}"))).expect("the sample is there");
    let (definition, input, mocks) = (file("asl.json"), file("input.json"), file("mocks.json"));
    exported_alone(&Case::mocked(name, &definition, &input, Some(&mocks), None).finish(1_000_000))
}

fn definition_of(name: &str) -> String {
    std::fs::read_to_string(sample(&format!("{name}.asl.json"))).expect("the sample is there")
}

/// Opens the history of the travel booking alone and waits until it stands at its error.
fn alone(folder: &Folder) -> Window {
    let mut window = Window::open(&[&folder.file("trip.json", history_of("travel-booking"))]);
    window.wait_for("error CarProvider.Busy");
    window.wait_for("BookCar, Task");
    window
}

/// Opens the travel booking without mocks, and its history.
fn beside(folder: &Folder, definition: &str) -> Window {
    let definition = folder.file("trip.asl.json", definition);
    let mut window = Window::open(&[&folder.file("trip.json", history_of("travel-booking")), &definition]);
    window.wait_for("History trip, failed");
    window.wait_for("BookCar, Task");
    window
}

#[test]
fn a_history_alone_is_drawn_from_its_events_and_its_handlers_are_inferred() {
    let folder = Folder::new();
    let mut window = alone(&folder);
    assert!(window.shows("History trip is an execution history"), "{}", window.names().join("\n"));
    assert!(window.shows("The graph is drawn from the events"));
    assert!(window.shows("History trip, failed") && window.shows("Recorded"));
    // No definition says how many attempts there may be.
    assert!(window.shows("BookCar, Task, failed, attempt 4, caught"), "{}", window.names().join("\n"));
    assert!(window.shows("Inferred: a catcher led to CancelHotel"), "{}", window.names().join("\n"));
    assert!(window.shows("Inferred from the events. Histories do not record handlers"));
    assert!(!window.shows("Retry 2, CarProvider.Busy"));
    window.press_with(SHIFT, Key::F8);
    assert!(window.shows("Inferred: the next attempt began after"), "{}", window.names().join("\n"));
    window.press(Key::Home);
    assert!(window.shows("No definition: Add the definition to see untaken paths"));
    // What only a run can do is off.
    window.press_with(SHIFT, Key::F5);
    window.press_with(CTRL | SHIFT, Key::F5);
    window.press_with(CTRL, Key::F5);
    window.pass();
    assert!(window.shows("History trip, failed") && !window.shows("Run 1"), "{}", window.names().join("\n"));
}

#[test]
fn breakpoints_and_steps_go_through_recorded_events_both_ways() {
    let folder = Folder::new();
    let mut window = alone(&folder);
    let n_events = window.n_events();
    window.press(Key::Home);
    window.click_first("BookHotel, Task");
    window.press(Key::F9);
    window.press(Key::F5);
    window.wait_for("Stopped at a breakpoint, on enter: BookHotel, TaskStateEntered");
    let stop = window.event();
    window.press(Key::F5);
    window.wait_for("The recorded history ends here");
    assert_eq!(window.event(), n_events);
    window.press_with(ALT, Key::F5);
    window.wait_until("it is back at the breakpoint", |window| window.event() == stop);
    window.press(Key::F10);
    window.wait_until("it is in the next state", |window| {
        window.shows(&format!("event {}, TaskStateEntered, BookCar", window.event()))
    });
    window.press_with(ALT, Key::F10);
    window.wait_until("the step is taken back", |window| window.event() == stop);
    // Without a definition, what became of errors is told by what followed.
    window.press_with(CTRL | SHIFT, Key::F9);
    window.command("Stop before catches");
    window.press(Key::F5);
    window.wait_for("Stopped before a catch");
    assert!(window.shows("Inferred: a catcher led to CancelHotel"), "{}", window.names().join("\n"));
    window.assert_idle();
}

#[test]
fn the_definition_is_added_to_a_history_that_is_open_and_the_cursor_stays() {
    let folder = Folder::new();
    let mut window = alone(&folder);
    window.press_with(SHIFT, Key::F8);
    let at = window.event();
    window.command("Add the definition");
    window.answer_path(&folder.file("trip.asl.json", definition_of("travel-booking")), "Open");
    window.wait_for("Retry 2, CarProvider.Busy");
    assert_eq!(window.event(), at);
    assert!(window.shows("definition trip.asl.json") && window.shows("History trip, failed"));
    assert!(window.shows("Next: attempt"), "{}", window.names().join("\n"));
    // Now there are the paths that were not taken.
    window.wait_for("Confirm, Parallel, not reached");
    assert!(!window.shows("Inferred"));
}

#[test]
fn a_history_is_shown_as_a_run_of_the_definition_that_is_open() {
    let folder = Folder::new();
    let mut window = Window::at_the_error();
    window.press_with(CTRL | SHIFT, Key::O);
    window.answer_path(&folder.file("trip.json", history_of("travel-booking")), "Open");
    window.wait_for("History trip, failed");
    assert!(window.shows("Run 1, failed") && window.shows("Recorded"));
    assert!(window.shows("BookCar, Task, failed, attempt 4 of 4, caught"), "{}", window.names().join("\n"));
    window.click_first("Run 1, failed");
    assert!(!window.shows("Recorded"));
}

#[test]
fn the_first_event_that_the_definition_does_not_do_is_marked() {
    let folder = Folder::new();
    let changed = definition_of("travel-booking").replacen("\"MaxAttempts\": 3", "\"MaxAttempts\": 1", 1);
    let mut window = beside(&folder, &changed);
    window.wait_for("the definition does something else");
    window.command("Replay against the definition");
    window.wait_for("The definition does something else");
    window.wait_for("First difference in ");
    assert!(window.shows("Replay of History trip"), "{}", window.names().join("\n"));
    window.press(Key::D);
    assert!(window.shows("Not what the definition does"), "{}", window.names().join("\n"));
    // The cursor stands there in both.
    window.click_first("B: Replay of History trip");
    assert!(window.shows(&format!("event {}, TaskStateExited, BookCar", window.event())));
}

#[test]
fn a_history_of_other_states_is_drawn_beside_the_definition() {
    let folder = Folder::new();
    let mut window = Window::open(&[&sample("retry-and-catch.asl.json")]);
    window.wait_for("FetchRates, Task");
    window.press_with(CTRL | SHIFT, Key::O);
    window.answer_path(&folder.file("trip.json", history_of("travel-booking")), "Open");
    window.wait_for("History trip, failed");
    window.wait_for("BookCar, Task");
    assert!(window.shows("this is not the definition that ran"), "{}", window.names().join("\n"));
    window.press(Key::Home);
    assert!(window.shows("Another definition ran"), "{}", window.names().join("\n"));
    window.click_first("Run 1, ");
    window.wait_for("FetchRates, Task");
    assert!(!window.shows("BookCar, Task"));
}

#[test]
fn pages_of_one_history_are_one() {
    let folder = Folder::new();
    let whole = text::parse(&history_of("travel-booking")).expect("JSON");
    let events: Vec<Json> = whole.get("events").and_then(Json::as_array).expect("events").iter().cloned().collect();
    let page = |events: &[Json], next: Option<&str>| {
        let mut members = vec![("events", Json::array(events.iter().cloned()))];
        members.extend(next.map(|it| ("nextToken", Json::from(it))));
        text::pretty(&Json::object(members))
    };
    let first = folder.file("page-1.json", page(&events[..20], Some("more")));
    let second = folder.file("page-2.json", page(&events[20..], None));
    let mut window = Window::open(&[&second, &first]);
    window.wait_for("History page-1, failed");
    window.wait_for("BookCar, Task");
    assert_eq!(window.n_events() as usize, events.len());
    assert!(!window.shows("History page-2"));
}

#[test]
fn what_a_file_lacks_is_said() {
    let folder = Folder::new();
    let cut = history_of("travel-booking").replace(r#""truncated": false"#, r#""truncated": true"#);
    let cut = cut.replace(r#""truncated":false"#, r#""truncated":true"#);
    let mut window = Window::open(&[&folder.file("trip.json", cut)]);
    window.wait_for("he payloads of ");
    assert!(window.shows("were cut off; fetch the history from the service"), "{}", window.names().join("\n"));
}

#[test]
fn a_history_becomes_mocks_that_are_in_use_and_a_scenario() {
    let folder = Folder::new();
    let mut window = beside(&folder, &definition_of("travel-booking"));
    window.command("Turn into mocks and a test");
    let target = folder.path("regression.scenario.json");
    window.answer_path(&target, "Save");
    window.wait_for("regression.mocks.json, in use");
    let scenario = text::parse(&std::fs::read_to_string(&target).expect("it was saved")).expect("JSON");
    let member = |name: &str| scenario.get(name).and_then(Json::as_str).map(str::to_owned);
    assert_eq!(member("definition").as_deref(), Some("trip.asl.json"));
    let status = scenario.get("expect").and_then(|it| it.get("status")).and_then(Json::as_str).map(str::to_owned);
    assert_eq!(status.as_deref(), Some("FAILED"));
    // The mocks make a run of the same way.
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 1, failed");
    window.press_with(CTRL, Key::D);
    window.press(Key::Enter);
    window.wait_for("0 visits differ");
}

#[test]
fn a_run_goes_on_locally_from_the_cursor() {
    let folder = Folder::new();
    let mut window = beside(&folder, &definition_of("travel-booking"));
    window.wait_for("error CarProvider.Busy");
    let at = window.event();
    // Without mocks for it, what comes now is assumed to succeed.
    window.press_with(SHIFT, Key::F8);
    let before = window.event();
    assert!(before < at);
    window.command("Run from here locally");
    window.wait_for(&format!("Run from event {before}"));
    window.wait_for("Stands at event");
    let here = window.event();
    assert!(!window.shows("Recorded"));
    window.press(Key::F5);
    window.wait_until("it has gone on to its end", |window| window.event() > here && window.shows("Succeeded"));
}

#[test]
fn commands_that_need_a_history_are_off_without_one() {
    let mut window = Window::at_the_error();
    window.command("Replay against the definition");
    window.pass();
    assert!(!window.shows("Replay of"), "{}", window.names().join("\n"));
}

#[test]
#[ignore = "measures; run it by hand"]
fn cost_of_opening_a_large_history() {
    let folder = Folder::new();
    let run = crate::support::runs::long().without_quotas().finish(2_000_000);
    let text = exported_alone(&run);
    println!("{} events, {} bytes", run.log().len(), text.len());
    let path = folder.file("long.json", text);
    let begin = Instant::now();
    let mut window = Window::open(&[&path]);
    let mut longest = Duration::ZERO;
    while !window.shows("History long") {
        let frame = Instant::now();
        window.harness.step();
        longest = longest.max(frame.elapsed());
        assert!(begin.elapsed() < Duration::from_mins(2));
        std::thread::sleep(Duration::from_millis(5));
    }
    println!("shown after {:?}; the longest frame took {longest:?}", begin.elapsed());
}

#[test]
fn a_fork_of_a_history_is_one_of_a_run_with_its_answers_at_the_same_event() {
    let folder = Folder::new();
    let mut window = beside(&folder, &definition_of("travel-booking"));
    window.press(Key::End);
    window.press_with(SHIFT, Key::F8);
    let at = window.event();
    window.press_with(CTRL | SHIFT, Key::N);
    window.wait_for(&format!("Fork Replay of History trip at event {at}"));
    assert!(window.shows("History trip stays as it is; this is a run with its answers"));
    window.pass();
    window.click("Fork and stay");
    window.wait_for(&format!("Fork at event {at}, "));
    // It stands before the answer that another one may take the place of.
    assert_eq!(window.event(), at - 1);
    assert!(window.shows("History trip, failed") && window.shows("Replay of History trip, failed"));
    // From the menu of an event as well.
    window.click_first("History trip, failed");
    window.press(Key::Home);
    window.menu("event 3, ", "Fork here…");
    window.wait_for("Fork Replay of History trip at event 3");
}

#[test]
fn without_a_definition_the_question_where_a_value_came_from_is_off_and_says_why() {
    const WHY: &str = "Add the definition: events alone do not say where values came from";
    let folder = Folder::new();
    let mut window = alone(&folder);
    window.click("Data flow");
    window.wait_for("tripId: ");
    window.harness.get_all_by_label_contains("tripId: ").next().expect("get_all finds one or panics").click_secondary();
    window.pass();
    assert!(window.shows(&format!("Where did this come from? {WHY}")), "{}", window.names().join("\n"));
    window.press(Key::Escape);
    window.press_with(CTRL, Key::H);
    window.wait_until("the command says so too", |window| window.names().iter().any(|it| it == WHY));
}
