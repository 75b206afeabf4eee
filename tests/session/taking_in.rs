//! A long run that is there at once is taken in in slices, and the cursor comes to where it was asked for.

use std::time::{Duration, Instant};

use stepscope::engine::EventId;
use stepscope::session::document::open;
use stepscope::session::tree::RunId;
use stepscope::ui::workbench::{Launch, Workbench};

use crate::support::runs::Case;

/// A Map over 6,000 items: more events than are taken in between two frames.
const LONG: &str = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor":
    {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}}}}"#;

#[test]
fn a_replay_of_many_events_is_taken_in_between_frames_and_the_cursor_lands_when_it_is() {
    let input = format!("[{}]", vec!["1"; 6_000].join(","));
    let case = Case::mocked("long", LONG, &input, None, None).without_quotas();
    let document = open("long", LONG.as_bytes()).documents.remove(0);
    let mut bench = Workbench::open(document, None, &[]);
    let quiet = || Box::new(|| ());
    bench.start(quiet(), Launch::ToEnd).expect("it can be run");
    let of = bench.shown_id().expect("it is shown");
    let begin = Instant::now();
    while bench.runs().get(of).is_some_and(|it| !it.published.done) || bench.is_behind() {
        assert!(begin.elapsed() < Duration::from_mins(1));
        bench.advance();
    }
    let run = case.finish(1_000);
    let n_events = run.log().len();
    assert!(n_events > 16_384, "{n_events}");
    let replay: RunId = bench.add_replay(of, EventId(1), run, quiet()).expect("it was made of that run");
    let asked = EventId(n_events as u32 - 5);
    bench.show_run_at(replay, asked);
    assert!(bench.is_behind() && bench.cursor() < asked, "{:?}", bench.cursor());
    let mut n_frames = 0;
    while bench.is_behind() {
        bench.advance();
        n_frames += 1;
    }
    assert!((2..10).contains(&n_frames), "{n_frames}");
    assert_eq!(bench.cursor(), asked);
}
