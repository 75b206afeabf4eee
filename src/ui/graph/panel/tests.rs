//! The panel as a person uses it: moving, choosing, and what a frame costs.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::super::layout::{TextWidths, layout};
use super::super::samples;
use super::*;

struct Window {
    panel: GraphPanel,
    model: Arc<GraphModel>,
    layout: Arc<Layout>,
    status: Arc<GraphStatus>,
    selected: Option<NodeId>,
    actions: Vec<GraphAction>,
}

fn widths(model: &GraphModel) -> TextWidths {
    TextWidths::measure(model, |text| text.len() as f32 * 7.5, |text| text.len() as f32 * 6.0)
}

impl Window {
    fn new(model: GraphModel, status: GraphStatus) -> Self {
        let layout = layout(&model, &widths(&model), &BTreeSet::new());
        Self {
            panel: GraphPanel::new("test"),
            model: Arc::new(model),
            layout: Arc::new(layout),
            status: Arc::new(status),
            selected: None,
            actions: Vec::new(),
        }
    }

    fn open<'a>(self) -> Harness<'a, Self> {
        let mut harness = Harness::builder().with_size(vec2(944.0, 700.0)).build_ui_state(
            |ui, window: &mut Self| {
                let input = GraphInput {
                    model: &window.model,
                    layout: &window.layout,
                    status: &window.status,
                    colors: &Theme::DARK,
                    selected: window.selected,
                };
                let first = window.actions.len();
                window.panel.ui(input, ui, &mut window.actions);
                for action in &window.actions[first..] {
                    match action {
                        GraphAction::Select(id) => window.selected = Some(*id),
                        GraphAction::ClearSelection => window.selected = None,
                        _ => {}
                    }
                }
            },
            self,
        );
        harness.run();
        harness
    }
}

fn drawn_rect(harness: &Harness<'_, Window>) -> Rect {
    let drawn = harness.state().panel.shown.as_ref().and_then(|shown| shown.drawn.as_ref());
    drawn.expect("it is drawn").rect
}

fn travel_booking<'a>() -> Harness<'a, Window> {
    Window::new(samples::travel_booking(), samples::travel_booking_stopped()).open()
}

#[test]
fn an_idle_graph_asks_for_no_frame() {
    // `run` fails if the window never settles.
    let mut harness = travel_booking();
    harness.run();
    assert!(harness.state().panel.shown.as_ref().is_some_and(|shown| shown.drawn.is_some()));
}

#[test]
fn the_first_frames_fit_the_graph() {
    let harness = travel_booking();
    let panel = &harness.state().panel;
    let drawn = panel.shown.as_ref().and_then(|shown| shown.drawn.as_ref()).expect("it is drawn");
    assert!(panel.viewport.shows(harness.state().layout.bounds, drawn.rect.size()));
    assert_eq!(drawn.viewport, panel.viewport);
}

#[test]
fn a_state_is_a_sentence_and_can_be_clicked_by_it() {
    let mut harness = travel_booking();
    let car = "BookCar, Task, failed, attempt 4 of 4, caught, goes to CancelHotel, stopped here, breakpoint";
    harness.get_by_label(car).click();
    harness.run();
    assert_eq!(harness.state().actions, [GraphAction::Select(NodeId(2))]);
    assert_eq!(harness.state().selected, Some(NodeId(2)));
}

#[test]
fn arrows_walk_along_edges_and_into_lanes() {
    let mut harness = travel_booking();
    harness.get_by_label_contains("BookCar, Task").click();
    harness.run();
    let mut press = |key: Key| {
        harness.key_press(key);
        harness.run();
        let id = harness.state().selected.expect("something is selected");
        harness.state().model.nodes[id.index()].name.clone()
    };
    assert_eq!(press(Key::ArrowDown), "Confirm");
    assert_eq!(press(Key::ArrowDown), "ChargeCard");
    assert_eq!(press(Key::ArrowRight), "SendItinerary");
    assert_eq!(press(Key::ArrowDown), "BookingComplete");
    assert_eq!(press(Key::ArrowUp), "Confirm");
    assert_eq!(press(Key::ArrowUp), "BookCar");
    assert_eq!(press(Key::ArrowRight), "CancelHotel");
    assert_eq!(press(Key::ArrowDown), "CancelFlight");
}

#[test]
fn the_wheel_zooms_at_the_pointer_and_dragging_pans() {
    let mut harness = travel_booking();
    let before = harness.state().panel.viewport();
    harness.hover_at(egui::pos2(600.0, 600.0));
    harness.run();
    harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, -120.0),
        modifiers: egui::Modifiers::NONE,
        phase: egui::TouchPhase::Move,
    });
    // Scrolling is smoothed over some frames.
    harness.run_steps(30);
    harness.run();
    let zoomed = harness.state().panel.viewport();
    assert!(zoomed.zoom < before.zoom, "{zoomed:?}");
    harness.drag_at(egui::pos2(600.0, 600.0));
    harness.run();
    harness.hover_at(egui::pos2(560.0, 580.0));
    harness.run();
    harness.drop_at(egui::pos2(560.0, 580.0));
    harness.run();
    assert_eq!(harness.state().panel.viewport().pan - zoomed.pan.round(), vec2(-40.0, -20.0));
}

#[test]
fn buttons_of_the_zoom_box_zoom_and_fit() {
    let mut harness = travel_booking();
    let fitted = harness.state().panel.viewport();
    harness.get_by_label("Zoom out").click();
    harness.run();
    assert!((harness.state().panel.viewport().zoom - fitted.zoom / 1.25).abs() < 0.001);
    harness.get_by_label("Fit graph").click();
    harness.run();
    assert_eq!(harness.state().panel.viewport(), fitted);
}

#[test]
fn a_count_filters_and_a_second_click_shows_all() {
    let mut harness = travel_booking();
    harness.get_by_label("2 succeeded").click();
    harness.run();
    assert_eq!(harness.state().panel.focus.filter, Some(crate::ui::widgets::Status::Succeeded));
    harness.get_by_label("2 succeeded").click();
    harness.run();
    assert_eq!(harness.state().panel.focus.filter, None);
}

#[test]
fn the_caret_folds_and_the_slot_sets_a_breakpoint() {
    let mut harness = travel_booking();
    let at = |harness: &Harness<'_, Window>, graph: Pos2| {
        (graph.to_vec2() * harness.state().panel.viewport.zoom + harness.state().panel.viewport.pan).to_pos2()
            + drawn_rect(harness).min.to_vec2()
    };
    let click = |harness: &mut Harness<'_, Window>, place: Pos2| {
        harness.drag_at(place);
        harness.drop_at(place);
        harness.run();
    };
    let confirm = harness.state().layout.node(NodeId(3)).expect("placed");
    let place = at(&harness, container::caret_rect(confirm).center());
    click(&mut harness, place);
    let flight = harness.state().layout.node(NodeId(0)).expect("placed");
    let place = at(&harness, node::breakpoint_rect(flight).center());
    click(&mut harness, place);
    let expected = [GraphAction::ToggleFold(NodeId(3)), GraphAction::ToggleBreakpoint(NodeId(0))];
    assert_eq!(harness.state().actions, expected);
}

#[test]
fn an_edit_does_not_move_what_is_looked_at() {
    let mut harness = travel_booking();
    harness.get_by_label_contains("CancelHotel, Task").click();
    harness.run();
    let before = harness.get_by_label_contains("CancelHotel, Task").rect();
    let mut model = samples::travel_booking();
    // A new state in front of all others pushes everything down.
    model.nodes.push(super::super::model::GraphNode::new("First", crate::asl::StateKind::Pass));
    let first = NodeId(model.nodes.len() as u32 - 1);
    let kind = super::super::model::EdgeKind::Next;
    model.edges.push(super::super::model::GraphEdge::new(first, NodeId(0), kind));
    model.start = Some(first);
    let layout = layout(&model, &widths(&model), &BTreeSet::new());
    assert_ne!(layout.node(NodeId(7)), harness.state().layout.node(NodeId(7)));
    harness.state_mut().layout = Arc::new(layout);
    harness.state_mut().model = Arc::new(model);
    harness.run();
    let after = harness.get_by_label_contains("CancelHotel, Task").rect();
    assert!(before.min.distance(after.min) < 1.0, "{before} {after}");
}

#[test]
fn the_current_state_is_scrolled_to_only_when_it_is_out_of_view() {
    let model = samples::random(3, 200);
    let last = model.iter_nodes().filter(|(_, node)| node.lane.is_none()).last().expect("a state").0;
    let mut harness = Window::new(model, GraphStatus::default()).open();
    let size = drawn_rect(&harness).size();
    harness.state_mut().panel.set_viewport(Viewport { zoom: 1.0, pan: vec2(10.0, 10.0) });
    harness.run();
    harness.state_mut().status = Arc::new(GraphStatus { current: Some(last), ..GraphStatus::default() });
    harness.run();
    let target = harness.state().layout.node(last).expect("placed");
    let view = harness.state().panel.viewport();
    assert!(view.seen(size).contains_rect(target), "{view:?} {target}");
    harness.state_mut().status =
        Arc::new(GraphStatus { current: Some(last), is_stopped: true, ..GraphStatus::default() });
    harness.run();
    assert_eq!(harness.state().panel.viewport(), view);
}

#[test]
fn a_large_graph_has_a_minimap() {
    let mut harness = Window::new(samples::random(3, 200), GraphStatus::default()).open();
    let before = harness.state().panel.viewport();
    harness.get_by_label("Minimap").click();
    harness.run();
    assert_ne!(harness.state().panel.viewport(), before);
    harness.get_by_label("Hide minimap").click();
    harness.run();
    assert!(harness.query_by_label("Minimap").is_none());
}

/// Prints what a frame costs: `cargo test --release --lib graph::panel -- --ignored --nocapture`.
#[test]
#[ignore = "measures; run it by hand"]
fn cost_of_a_frame() {
    for n_states in [50, 500, 2000] {
        let model = samples::workflow(n_states);
        let begin = std::time::Instant::now();
        let mut window = Window::new(model, GraphStatus::default());
        let layout_millis = begin.elapsed().as_secs_f64() * 1e3;
        for zoom in [0.25, 1.0] {
            let ctx = egui::Context::default();
            ctx.set_fonts(super::super::picture_tests::fonts());
            window.panel.set_viewport(Viewport { zoom, pan: vec2(20.0, 20.0) });
            let frame = |window: &mut Window, pan: f32| {
                window.panel.viewport.pan.y -= pan;
                let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, vec2(1400.0, 900.0)));
                let begin = std::time::Instant::now();
                let output = ctx.run_ui(egui::RawInput { screen_rect, ..Default::default() }, |ui| {
                    let input = GraphInput {
                        model: &window.model,
                        layout: &window.layout,
                        status: &window.status,
                        colors: &Theme::DARK,
                        selected: None,
                    };
                    window.panel.ui(input, ui, &mut Vec::new());
                });
                let ui_time = begin.elapsed();
                let begin = std::time::Instant::now();
                let n_shapes = ctx.tessellate(output.shapes.clone(), output.pixels_per_point).len();
                output.drop_without_applying_deltas();
                (ui_time.as_secs_f64() * 1e3, begin.elapsed().as_secs_f64() * 1e3, n_shapes)
            };
            for _ in 0..5 {
                frame(&mut window, 1.0);
            }
            let mut mean = |pan: f32| {
                let times: Vec<_> = (0..20).map(|_| frame(&mut window, pan)).collect();
                let sum = times.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
                format!("{:.2} + {:.2} ms", sum.0 / 20.0, sum.1 / 20.0)
            };
            let (moving, idle) = (mean(1.0), mean(0.0));
            println!("{n_states} states, zoom {zoom}: layout {layout_millis:.0} ms, moving {moving}, unchanged {idle}");
        }
    }
}
