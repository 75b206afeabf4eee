//! What makes the window one window: everything can be reached, read, and is where it was left.

use egui::{Key, Theme, vec2};

use super::stage::Stage;
use super::{CTRL, Folder, SHIFT, Window, sample};

const LOW: [f32; 2] = [1000.0, 700.0];

#[test]
fn the_key_sheet_is_inside_the_window() {
    for size in [[1600.0, 1000.0], LOW] {
        let mut stage = Stage::open(size, Theme::Dark, &[&sample("travel-booking.asl.json")]);
        stage.press(SHIFT, Key::Questionmark);
        let window = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        for row in ["Open definition: Ctrl O", "Toggle breakpoint: F9", "Graph: Ctrl 1"] {
            assert!(window.contains_rect(stage.place(row)), "{row} at {:?} in {size:?}", stage.place(row));
        }
    }
}

#[test]
fn what_is_switched_on_has_a_check_mark_in_the_menu() {
    let mut window = Window::at_the_error();
    let is_checked = |window: &Window, name: &str| {
        use egui_kittest::kittest::{NodeT as _, Queryable as _};
        let node = window.harness.query_all_by_label(name).last().expect("it is in the menu");
        node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    let open = |window: &mut Window| {
        window.click("Menu");
        window.pass();
        window.click_first("Breakpoints ⏵");
        window.wait_for("Stop before catches");
    };
    open(&mut window);
    assert!(!is_checked(&window, "Stop before catches"));
    window.click_tab("Stop before catches");
    open(&mut window);
    assert!(is_checked(&window, "Stop before catches"));
    assert!(!is_checked(&window, "Stop before retries"));
}

#[test]
fn side_by_side_the_state_in_focus_is_seen_in_the_graph_and_the_text() {
    let mut stage = Stage::open([1280.0, 800.0], Theme::Dark, &[&sample("travel-booking.asl.json")]);
    stage.press(CTRL, Key::Num2);
    stage.press(CTRL, Key::Num3);
    let text = stage.place("Text of the definition");
    let node = stage.place("BookCar, Task");
    assert!(node.right() < text.left() && node.left() > 256.0, "{node:?} beside {text:?}");
    // The text is scrolled to the state: its first line is above what is seen.
    assert!(text.top() < 0.0, "{text:?}");
}

#[test]
fn a_graph_that_is_seen_whole_is_so_in_a_panel_of_another_size() {
    let mut stage = Stage::open([1600.0, 1000.0], Theme::Dark, &[&sample("travel-booking.asl.json")]);
    let before = stage.place("BookingFailed, Fail");
    stage.press(CTRL, Key::J);
    let larger = stage.place("BookingFailed, Fail");
    assert!(larger.width() > before.width(), "{larger:?} after {before:?}");
    stage.press(CTRL, Key::J);
    assert!((stage.place("BookingFailed, Fail").center() - before.center()).length() < 2.0);
    // What the user has zoomed stays as it is.
    stage.press(egui::Modifiers::NONE, Key::Minus);
    let zoomed = stage.place("BookingFailed, Fail").size();
    stage.press(CTRL, Key::J);
    assert!((stage.place("BookingFailed, Fail").size() - zoomed).abs().max_elem() < vec2(1.0, 1.0).max_elem());
}

#[test]
fn the_state_at_the_end_of_a_long_run_is_scrolled_to() {
    let folder = Folder::new();
    let state = |n: usize| match n {
        299 => format!(r#""S{n}": {{"Type": "Succeed"}}"#),
        _ => format!(r#""S{n}": {{"Type": "Pass", "Next": "S{}"}}"#, n + 1),
    };
    let states: Vec<String> = (0..300).map(state).collect();
    let text = format!(r#"{{"StartAt": "S0", "States": {{{}}}}}"#, states.join(","));
    let mut window = Window::sized([1280.0, 800.0], &[&folder.file("long.asl.json", text)]);
    window.wait_for("S0, Pass");
    assert!(!window.shows("S299, Succeed"));
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 1, succeeded");
    window.wait_for("S299, Succeed");
}

#[test]
fn a_name_with_the_end_of_a_line_in_it_stays_on_one_line() {
    let folder = Folder::new();
    let text = r#"{"StartAt": "a\nb", "States": {"a\nb": {"Type": "Pass", "Next": "🚂 مرحبا"}, "🚂 مرحبا": {"Type": "Succeed"}}}"#;
    let mut stage = Stage::open(LOW, Theme::Light, &[&folder.file("names.asl.json", text)]);
    stage.press(CTRL, Key::F5);
    let names = stage.texts().into_iter().filter(|(text, _)| matches!(&**text, "a\nb" | "a b"));
    let n_lines: Vec<usize> = names.map(|(_, n)| n).collect();
    assert!(n_lines.len() > 2 && n_lines.iter().all(|n| *n == 1), "{n_lines:?}");
}

#[test]
fn a_hundred_steps_pressed_at_once_end_where_the_run_ends() {
    let mut window = Window::at_the_error();
    for _ in 0..100 {
        window.harness.key_press(Key::F10);
    }
    window.wait_until("the run has ended", |it| it.event() == it.n_events());
    window.settle();
}
