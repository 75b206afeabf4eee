//! Child executions of distributed Maps in the window, and failed runs that go on.

use super::*;

fn order_import() -> Window {
    let mut window = Window::open(&[&sample("order-import.asl.json")]);
    window.wait_for("Run 1, succeeded");
    window
}

#[test]
fn child_executions_are_listed_and_open_as_histories_of_their_own() {
    let mut window = order_import();
    assert!(window.shows("Import orders #2, failed"), "{}", window.names().join("\n"));
    window.click_first("Import orders #2");
    window.wait_until("the child's failure is shown", |window| window.shows("EmptyOrder"));
    // It has no driver of its own.
    window.press(Key::F10);
    assert!(window.shows("shown as it is"), "{}", window.names().join("\n"));
    window.click_first("Run 1, succeeded");
    assert!(window.shows("MapRunSucceeded"), "{}", window.names().join("\n"));
    // What was opened counts as no run.
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, succeeded");
}

#[test]
fn a_failed_run_is_redriven() {
    let mut window = Window::at_the_error();
    window.wait_for("Run 1, failed");
    window.press(Key::End);
    let n_before = window.n_events();
    window.command("Redrive");
    window.wait_until("the run has gone on", |window| window.n_events() > n_before && window.shows("Run 1, failed"));
    window.press(Key::End);
    assert!(window.shows("ExecutionFailed"), "{}", window.names().join("\n"));
}
