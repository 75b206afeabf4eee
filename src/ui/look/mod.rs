//! The window as tests see it: by the names that assistive technology reads.

mod booking;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::command::{Command, Request};
use super::editor::TextRequest;
use super::first_run::{FirstRunView, first_run_ui};
use super::inspector::InspectorTab;
use super::samples::SAMPLES;
use super::theme;
use super::window::{BottomTab, CentreTab, Panels};

struct Window {
    run: booking::Booking,
    panels: Panels,
    out: Vec<Request>,
    styled: bool,
}

fn window(prepare: impl Fn(&mut Panels)) -> Harness<'static, Window> {
    let mut state = Window { run: booking::Booking::new(), panels: Panels::default(), out: Vec::new(), styled: false };
    prepare(&mut state.panels);
    let mut harness = Harness::builder().with_size([1600.0, 1000.0]).build_ui_state(
        |ui, window: &mut Window| {
            if !window.styled {
                theme::apply(ui.ctx());
                window.styled = true;
                ui.ctx().request_discard("the first pass has no fonts yet");
                return;
            }
            window.panels.ui(&window.run.view(), &mut |_, _| {}, ui, &mut window.out);
        },
        state,
    );
    harness.run();
    harness.state_mut().out.clear();
    harness
}

#[test]
fn a_click_on_an_event_moves_the_cursor() {
    let mut harness = window(|_| {});
    harness.get_by_label("event 21, TaskFailed, BookCar, attempt 3, CarProvider.Busy").click();
    harness.run();
    assert_eq!(harness.state().out, [Request::MoveTo(21)]);
}

#[test]
fn a_click_on_a_lane_selects_its_state() {
    let mut harness = window(|_| {});
    harness.get_by_label("lane BookHotel, Succeeded").click();
    harness.run();
    assert_eq!(harness.state().out, [Request::SelectState(1)]);
}

#[test]
fn the_banner_and_the_toolbar_ask_for_commands() {
    let mut harness = window(|_| {});
    for name in ["Step over", "Step into", "Step out"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    let steps = [Command::StepOver, Command::StepInto, Command::StepOut];
    assert_eq!(harness.state().out, steps.map(Request::Do));
}

#[test]
fn every_verdict_is_read_with_its_reason() {
    let harness = window(|panels| panels.inspector.tab = InspectorTab::Error);
    harness.get_by_label("Catch 2, CarProvider.Busy, CarProvider.SoldOut: Takes it, first catcher that matches");
    harness.get_by_label("Retry 2, CarProvider.Busy, CarProvider.Timeout: Used up, matches; 3 of 3 retries used");
}

#[test]
fn filters_leave_only_what_they_name() {
    let mut harness = window(|_| {});
    harness.get_by_label("filter Failed").click();
    harness.run();
    harness.get_by_label("event 24, TaskFailed, BookCar, attempt 4, CarProvider.Busy");
    assert!(harness.query_by_label_contains("event 23").is_none());
}

#[test]
fn a_mode_that_has_nothing_cannot_be_clicked() {
    let mut harness = window(|_| {});
    harness.get_by_label("mode: Replay").click();
    harness.run();
    assert_eq!(harness.state().out, []);
    harness.get_by_label("mode: Explore").click();
    harness.run();
    assert_eq!(harness.state().out, [Request::Do(Command::ExploreFailures)]);
}

#[test]
fn a_click_on_a_problem_shows_its_place_in_the_text() {
    let mut harness = window(|panels| panels.bottom = BottomTab::Problems);
    harness.get_by_label_contains("Warning DAT002 at 17:9").click();
    harness.run();
    let [Request::ShowText(byte)] = harness.state().out[..] else { panic!("{:?}", harness.state().out) };
    harness.state_mut().panels.centre = CentreTab::Definition;
    harness.state_mut().panels.editor.reveal(byte);
    harness.step();
    harness.step();
    let at = Request::Text(TextRequest::Cursor(byte));
    assert!(harness.state().out.contains(&at), "{:?}", harness.state().out);
    // What is wrong there stands under the line.
    harness.get_by_label_contains("line 17: ");
}

#[test]
fn a_window_in_which_nothing_happens_asks_for_no_frame() {
    // `run` fails where a pass always asks for the next one.
    let mut harness = window(|panels| panels.inspector.tab = InspectorTab::Data);
    harness.run();
    assert!(harness.state().out.is_empty());
}

#[test]
fn samples_are_tried_by_their_name() {
    let view = FirstRunView { samples: SAMPLES.to_vec(), ..FirstRunView::default() };
    let mut styled = false;
    let mut harness = Harness::builder().with_size([1600.0, 1000.0]).build_ui_state(
        move |ui, out: &mut Vec<Request>| {
            if !styled {
                theme::apply(ui.ctx());
                styled = true;
                ui.ctx().request_discard("the first pass has no fonts yet");
                return;
            }
            first_run_ui(&view, ui, out);
        },
        Vec::new(),
    );
    harness.run();
    harness.get_by_label("Try Retry and catch").click();
    harness.run();
    assert_eq!(*harness.state(), [Request::TrySample(1)]);
}
