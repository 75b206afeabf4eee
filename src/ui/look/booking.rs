//! The travel booking of the design, stopped at its fourth failed attempt, as plain view data.

use crate::chunks::Chunks;
use crate::diagnostic::{Diagnostic, Span as TextSpan};
use crate::json::{Json, text};
use crate::session::tree::RunId;
use crate::ui::command::{Command, Open};
use crate::ui::editor::EditorView;
use crate::ui::events::{EventFacts, EventRow, Events};
use crate::ui::inspector::{Cause, ErrorView, Fact, Handler, InspectorView, Piece, Received, Verdict};
use crate::ui::problems::Problem;
use crate::ui::status_bar::{RunStatus, StatusView};
use crate::ui::timeline::{Lane, Lanes, Span, SpanKind};
use crate::ui::toolbar::ToolbarView;
use crate::ui::widgets::code::Code;
use crate::ui::widgets::{BannerLine, BreakpointMark, Status};
use crate::ui::window::{BannerView, View};
use crate::ui::workspace::{BreakpointItem, FileItem, RunItem, RunPlace, WorkspaceView};

pub struct Booking {
    toolbar: ToolbarView,
    status: StatusView,
    workspace: WorkspaceView,
    banner: BannerView,
    code: Code,
    problems: Vec<Problem>,
    events: Table,
    lanes: Lanes,
    inspector: InspectorView,
}

struct Table(Vec<(EventRow, i64, u32)>);

impl Events for Table {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn run(&self) -> u64 {
        1
    }

    fn revision(&self) -> u64 {
        1
    }

    fn row(&self, idx: usize) -> EventRow {
        self.0[idx].0.clone()
    }

    fn facts(&self, idx: usize) -> EventFacts {
        let failed = self.0[idx].0.status.is_some();
        EventFacts { failed, retry: failed, state: Some(self.0[idx].2) }
    }

    fn id(&self, idx: usize) -> u64 {
        idx as u64 + 1
    }

    fn related(&self, idx: usize, current: u64) -> bool {
        (current.saturating_sub(2)..=current).contains(&self.id(idx))
    }
}

const DAY: i64 = 28 * 3_600_000;
const DEFINITION: &str = r#"{
  "StartAt": "BookFlight",
  "States": {
    "BookFlight": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Retry": [
        { "ErrorEquals": ["FlightProvider.Busy"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 2 }
      ],
      "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "NotifyFailure" }],
      "Next": "BookHotel"
    },
    "BookHotel": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Catch": [
        { "ErrorEquals": ["States.ALL"], "Next": "CancelFlight" }
      ],
      "Next": "BookCar"
    }
  }
}
"#;

impl Booking {
    pub fn new() -> Self {
        let (events, lanes) = run();
        let open = Open { definition: true, run: true, can_continue: true, ..Open::default() };
        Self {
            toolbar: ToolbarView {
                edited: false,
                document: Some("travel-booking.asl.json".into()),
                runs: [None; 2],
                seed: Some(42),
                pace: Some(crate::session::pace::Pace::Instant),
                open,
                switched_on: Vec::new(),
                explores: false,
                recent: Vec::new(),
            },
            status: StatusView {
                definition: Some("travel-booking.asl.json".into()),
                problems: (2, 2),
                run: Some(RunStatus {
                    recorded: false,
                    status: Status::Caught,
                    text: "Caught at BookCar".into(),
                    event: 24,
                    n_events: 31,
                    payload_bytes: 3_174,
                    time: "1d 04:12:25.241".into(),
                    n_transitions: 3,
                }),
            },
            workspace: workspace(),
            banner: BannerView {
                kind: BannerLine::Status(Status::Caught),
                title: "Caught".into(),
                text: "BookCar failed on attempt 4 of 4 with CarProvider.Busy. Next: CancelHotel.".into(),
                commands: vec![Command::PreviousError, Command::NextError],
            },
            code: Code::new(DEFINITION),
            problems: problems(),
            events,
            lanes,
            inspector: inspector(),
        }
    }

    pub fn view(&self) -> View<'_> {
        View {
            toolbar: &self.toolbar,
            status: &self.status,
            workspace: &self.workspace,
            workflow: "travel-booking",
            banner: Some(&self.banner),
            stale: None,
            draft: None,
            code: &self.code,
            editor: EditorView {
                text: DEFINITION,
                revision: 0,
                caret: 0,
                locked: None,
                unlock: None,
                problems: &self.problems,
                lenses: &[],
                focus: None,
                crumbs: &[],
                about: "JSON · checked in 12 ms",
            },
            problems: &self.problems,
            events: &self.events,
            console: &crate::ui::bind::NoLines,
            strands: None,
            compare: crate::ui::compare::CompareInput { view: None, at: None, shown: None },
            explore: crate::ui::exploration::ExploreInput::nothing(),
            lanes: &self.lanes,
            cursor: 24,
            focus: Some((2, "BookCar")),
            inspector: Some(&self.inspector),
        }
    }
}

fn workspace() -> WorkspaceView {
    let file = |name: &str, in_use| FileItem { name: name.into(), in_use, unsaved: false };
    let run = |name: &str, status, note: &str, shown| RunItem {
        shown,
        ..RunItem::new(name, status, note, RunPlace::Run(RunId(0)))
    };
    let breakpoint = |name: &str, when: &str, on| BreakpointItem {
        name: name.into(),
        when: when.into(),
        mark: BreakpointMark::plain(on),
        details: String::new(),
        problem: None,
    };
    WorkspaceView {
        definition: Some("travel-booking.asl.json".into()),
        problems: (0, 4),
        inputs: vec![file("trip-berlin.json", true), file("trip-no-hotel.json", false)],
        mocks: vec![file("car provider busy ×4", true), file("all succeed", false)],
        assumes: false,
        runs: vec![
            run("Run 3", Status::Caught, "31 events", true),
            run("Run 2", Status::Failed, "failed", false),
            run("Run 1", Status::Succeeded, "succeeded", false),
        ],
        findings: Vec::new(),
        breakpoints: vec![
            breakpoint("BookCar", "when caught", true),
            breakpoint("Any state", "when uncaught", true),
            breakpoint("NotifyFailure", "on enter", false),
        ],
        note: String::new(),
        notes: std::collections::BTreeMap::new(),
    }
}

fn problems() -> Vec<Problem> {
    let problem = |diagnostic: Diagnostic, place, state: &str| Problem {
        diagnostic,
        place: Some(place),
        state: Some(state.into()),
    };
    let at = DEFINITION.find("\"CancelFlight\"").map_or(0, |it| it as u32);
    vec![
        problem(
            Diagnostic::warning("DAT002", "the catcher replaces the input that CancelFlight reads")
                .at("/States/BookHotel/Catch/0", TextSpan { start: at, end: at + 10 })
                .help("keep the input: add \"ResultPath\": \"$.error\""),
            (17, 9),
            "BookHotel",
        ),
        problem(
            Diagnostic::warning("RTY001", "no Retry on Lambda.ServiceException and 2 more names")
                .help("add a retrier for the errors that Lambda itself raises"),
            (4, 5),
            "BookFlight",
        ),
    ]
}

fn run() -> (Table, Lanes) {
    let mut rows: Vec<(EventRow, i64, u32)> = Vec::new();
    let mut millis_before = 0;
    let mut add = |millis: i64, kind: &str, state: u32, attempt: Option<u32>, status: Option<Status>| {
        let names = ["BookFlight", "BookHotel", "BookCar", "CancelHotel"];
        let error = status.map(|_| "CarProvider.Busy".to_owned());
        let id = rows.len() as u64 + 1;
        let time = if millis >= DAY {
            let rest = millis - DAY;
            format!("04:{:02}:{:02}.{:03}", rest / 60_000, rest / 1_000 % 60, rest % 1_000)
        } else {
            format!("00:00:{:02}.{:03}", millis / 1_000, millis % 1_000)
        };
        let row = EventRow {
            id,
            time,
            delta_millis: millis - millis_before,
            kind: kind.into(),
            status,
            state: names[state as usize].into(),
            attempt,
            error,
            note: None,
        };
        millis_before = millis;
        rows.push((row, millis, state));
    };
    add(0, "ExecutionStarted", 0, None, None);
    for (kind, millis) in [
        ("TaskStateEntered", 0),
        ("TaskScheduled", 10),
        ("TaskStarted", 40),
        ("TaskSucceeded", 900),
        ("TaskStateExited", 900),
    ] {
        add(millis, kind, 0, Some(1), None);
    }
    for (kind, millis) in [
        ("TaskStateEntered", 900),
        ("TaskScheduled", 950),
        ("TaskSubmitted", 1_400),
        ("TaskSucceeded", DAY),
        ("TaskStateExited", DAY),
    ] {
        add(millis, kind, 1, Some(1), None);
    }
    let start = DAY + 10;
    add(start, "TaskStateEntered", 2, None, None);
    let mut lanes_car = Vec::new();
    let mut at = start;
    for attempt in 1..=4_u32 {
        add(at, "TaskScheduled", 2, Some(attempt), None);
        add(at + 50, "TaskStarted", 2, Some(attempt), None);
        let status = if attempt == 4 { Status::Caught } else { Status::FailedAttempt };
        add(at + 1_003, "TaskFailed", 2, Some(attempt), Some(status));
        let first = 13 + u64::from(attempt - 1) * 3;
        lanes_car.push(Span {
            events: (first, first + 2),
            millis: (at, at + 1_003),
            kind: SpanKind::Attempt { number: attempt, outcome: status },
        });
        let back_off = 2_000 << (attempt - 1);
        if attempt < 4 {
            lanes_car.push(Span {
                events: (first + 2, first + 3),
                millis: (at + 1_003, at + 1_003 + back_off),
                kind: SpanKind::back_off(back_off, 2, 2.0, attempt - 1),
            });
        }
        at += 1_003 + back_off;
    }
    let end = at - 16_000;
    for kind in [
        "TaskStateExited",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionFailed",
    ] {
        add(end + 900, kind, 3, None, None);
    }
    let millis = rows.iter().map(|(_, millis, _)| *millis).collect();
    let done = |events, millis, outcome| Span { events, millis, kind: SpanKind::Attempt { number: 1, outcome } };
    let lane = |state, name: &str, spans| Lane { state, name: name.into(), spans: Chunks::from_vec(spans) };
    let lanes = Lanes {
        lanes: vec![
            lane(0, "BookFlight", vec![done((2, 6), (0, 900), Status::Succeeded)]),
            lane(1, "BookHotel", vec![done((7, 11), (900, DAY), Status::Succeeded)]),
            lane(2, "BookCar", lanes_car),
            lane(3, "CancelHotel", vec![done((26, 30), (end, end + 900), Status::Succeeded)]),
        ],
        event_millis: millis,
        revision: 1,
    };
    (Table(rows), lanes)
}

fn inspector() -> InspectorView {
    let json = |source: &str| text::parse(source).expect("test JSON");
    let cause = r#"{"errorMessage":"No free slot at partner EU-3","errorType":"CarProvider.Busy","statusCode":429,"requestId":"c1f0-77ab-42"}"#;
    let input = json(
        r#"{"tripId":"berlin-0417","flight":{"id":"F-1","seat":"12A","price":210},"hotel":{"id":"H-7731","price":412.5,"room":"double","nights":3}}"#,
    );
    let mut received = input.as_object().expect("an object").clone();
    received.set("carError", Json::object([("Error", Json::from("CarProvider.Busy")), ("Cause", Json::from(cause))]));
    let handler = |is_retrier, number, names: &str, verdict, reason: &str| Handler {
        is_retrier,
        number,
        names: names.into(),
        verdict,
        reason: reason.into(),
    };
    InspectorView {
        name: "BookCar".into(),
        about: "Task · lambda:invoke · visit 1".into(),
        status: Some(Status::Caught),
        n_attempts: 4,
        attempt: 4,
        facts: vec![
            Fact { name: "Status", value: "Caught by catcher 2".into(), mono: false, state: None },
            Fact { name: "Resource", value: "arn:aws:states:::lambda:invoke".into(), mono: true, state: None },
            Fact { name: "Next", value: "CancelHotel".into(), mono: false, state: Some(3) },
            Fact { name: "Time", value: "18.012 s, 14 s of it waiting".into(), mono: false, state: None },
        ],
        input: Some(input.clone()),
        output: Some(Json::Object(received.clone())),
        error: Some(ErrorView {
            name: "CarProvider.Busy".into(),
            sentence: vec![
                Piece::Text(
                    "Partner EU-3 had no free slot. All 4 attempts failed in 18\u{a0}s, so Catch 2 takes the run to "
                        .into(),
                ),
                Piece::State(3, "CancelHotel".into()),
                Piece::Text(".".into()),
            ],
            cause: Cause::Json(cause.into(), json(cause)),
            handlers: vec![
                handler(
                    true,
                    1,
                    "Lambda.ServiceException, Lambda.TooManyRequestsException",
                    Verdict::Skipped,
                    "the name differs",
                ),
                handler(
                    true,
                    2,
                    "CarProvider.Busy, CarProvider.Timeout",
                    Verdict::UsedUp,
                    "matches; 3 of 3 retries used",
                ),
                handler(false, 1, "States.Timeout", Verdict::Skipped, "matches time-outs only"),
                handler(
                    false,
                    2,
                    "CarProvider.Busy, CarProvider.SoldOut",
                    Verdict::TakesIt,
                    "first catcher that matches",
                ),
                handler(false, 3, "States.ALL", Verdict::NotRead, "Catch 2 matched before it"),
            ],
            source: "rules recorded from the service".into(),
            received: Some(Received {
                state: "CancelHotel".into(),
                note: "input with $.carError added".into(),
                value: Json::Object(received),
                base: Some(input),
                origin: None,
            }),
        }),
        event: 24,
        variables: None,
        lines: 12..19,
        events: Vec::new(),
        detail: Some(std::sync::Arc::default()),
        variables_origin: None,
        data_origin: None,
        untraced: None,
        came_from: None,
    }
}
