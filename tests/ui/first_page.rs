//! The first page: samples, files opened before, and the way back to it.

use super::*;

/// Title, a state that decides how the sample ends, and the status in which it is when the sample is opened.
const SAMPLES: [(&str, &str); 8] = [
    ("Travel booking saga", "error CarProvider.Busy"),
    ("Retry and catch", "error "),
    ("Error conditions", "error "),
    ("Lambda service exceptions", "error "),
    ("Parallel and Map failures", "error "),
    ("Time-outs and heartbeats", "error "),
    ("Long waits", ""),
    ("Map in a Map in a Parallel", "error "),
];

#[test]
fn every_sample_is_run_and_stands_where_it_is_worth_looking() {
    let mut window = Window::open(&[]);
    for (title, error) in SAMPLES {
        window.wait_for("Try an example");
        window.click(&format!("Try {title}"));
        window.wait_until("the run has ended", |it| {
            ["Run 1, failed", "Run 1, succeeded"].iter().any(|end| it.shows(end))
        });
        window.wait_for("State graph, ");
        window.pass();
        assert!(window.shows("inspected: "), "{title}: no state is shown in detail");
        if error.is_empty() {
            assert_eq!(window.event(), window.n_events(), "{title} has no error and stands at its end");
        } else {
            assert!(window.shows(error), "{title} shows no error:\n{}", window.names().join("\n"));
        }
        assert!(!window.shows(" tasks assumed"), "{title} lacks mocks");
        // The holes of the saga are what it is there to show.
        let problems = if title == "Travel booking saga" { "4 warnings" } else { "No problems" };
        assert!(window.shows(problems), "{title}: {}", window.names().join("\n"));
        window.press_with(CTRL, Key::W);
    }
}

#[test]
fn closing_leads_back_and_the_file_is_among_the_recent_ones() {
    let mut window = Window::at_the_error();
    window.press_with(CTRL, Key::W);
    window.wait_for("Try an example");
    assert!(window.shows("No definition open"));
    window.click_first("open travel-booking.asl.json in ");
    window.wait_for("error CarProvider.Busy");
}

#[test]
fn the_page_asks_for_a_path() {
    let mut window = Window::open(&[]);
    window.wait_for("Try an example");
    window.press_with(CTRL | SHIFT, Key::O);
    window.answer_path(&sample("long-waits.asl.json"), "Open");
    window.wait_for("Run 1, succeeded");
}

#[test]
fn a_page_on_which_nothing_happens_asks_for_no_frame() {
    let mut window = Window::open(&[]);
    window.wait_for("Try an example");
    window.assert_idle();
}
