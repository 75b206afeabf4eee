//! Which of the strands that run beside each other steps follow.

use super::*;

const BESIDE: &str = r#"{"StartAt": "Both", "States": {
    "Both": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "A1", "States": {
            "A1": {"Type": "Wait", "Seconds": 2, "Next": "A2"},
            "A2": {"Type": "Wait", "Seconds": 2, "Next": "A3"},
            "A3": {"Type": "Pass", "End": true}}},
        {"StartAt": "B1", "States": {
            "B1": {"Type": "Wait", "Seconds": 1, "Next": "B2"},
            "B2": {"Type": "Wait", "Seconds": 9, "Next": "B3"},
            "B3": {"Type": "Pass", "End": true}}}]}}}"#;

fn in_both(folder: &Folder) -> Window {
    let mut window = Window::open(&[&folder.file("beside.asl.json", BESIDE)]);
    window.wait_for("A1, Wait");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 1, succeeded");
    window.press(Key::Home);
    window.click_first("B1, Wait");
    window.press_with(CTRL, Key::F10);
    window.wait_until("it stands in B1", |window| {
        window.shows(&format!("event {}, WaitStateEntered, B1", window.event()))
    });
    window
}

fn wait_in(window: &mut Window, state: &str) {
    window.wait_until(&format!("it stands in {state}"), |window| {
        window.shows(&format!("event {}, WaitStateEntered, {state}", window.event()))
    });
}

#[test]
fn the_strand_that_steps_follow_is_named_and_another_can_be_chosen() {
    let folder = Folder::new();
    let mut window = in_both(&folder);
    assert!(window.shows("steps follow branch 2 of Both, 2 beside it"), "{}", window.names().join("\n"));
    window.click_first("steps follow branch 2 of Both");
    assert!(window.shows("branch 1 of Both, A1, Waiting"), "{}", window.names().join("\n"));
    let event = window.event();
    window.click_first("branch 1 of Both, A1");
    assert!(window.shows("steps follow branch 1 of Both"), "{}", window.names().join("\n"));
    assert_eq!(window.event(), event, "the moment stays");
    assert!(window.shows("A1, Wait, waiting, stopped here"), "{}", window.names().join("\n"));
    assert!(window.shows("B1, Wait, waiting"));
    window.press(Key::F10);
    wait_in(&mut window, "A2");
    // The step is taken back to where it came from.
    window.press_with(ALT, Key::F10);
    window.wait_until("it is back", |window| window.event() == event);
    // The choice still stands there; another one leads elsewhere.
    window.press_with(ALT, Key::ArrowDown);
    assert!(window.shows("steps follow branch 2 of Both"), "{}", window.names().join("\n"));
    window.press(Key::F10);
    wait_in(&mut window, "B2");
}

#[test]
fn strands_are_gone_through_by_keys() {
    let folder = Folder::new();
    let mut window = in_both(&folder);
    window.press_with(ALT, Key::ArrowDown);
    assert!(window.shows("steps follow the execution"), "{}", window.names().join("\n"));
    window.press_with(ALT, Key::ArrowUp);
    window.press_with(ALT, Key::ArrowUp);
    assert!(window.shows("steps follow branch 1 of Both"));
    window.press(Key::Home);
    assert!(!window.shows("steps follow"));
    window.press_with(ALT, Key::ArrowDown);
    assert!(window.shows("Nothing runs beside this"));
}

#[test]
fn items_of_maps_within_branches_have_all_their_names() {
    let mut window = Window::open(&[&sample("nested-map-in-parallel.asl.yaml")]);
    window.wait_for("Run 1, succeeded");
    window.press(Key::Home);
    window.click_first("CountStock, Task");
    window.press_with(CTRL, Key::F10);
    let name = "item 0 of EachWarehouse in item 0 of EachRegion in branch 1 of TakeStock";
    window.wait_for(&format!("steps follow {name}"));
}
