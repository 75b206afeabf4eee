//! The text of a workspace: what it looks like, and what is said of one that is broken.

use stepscope::json::Json;
use stepscope::session::breakpoint::{Breakpoint, On};
use stepscope::session::workspace::{Named, Place, is_workspace};

use super::*;
use crate::support::runs::Case;

const DEFINITION: &str = "{\n  \"StartAt\": \"Pay\",\n  \"States\": {\n    \"Pay\": {\"Type\": \"Task\", \"Resource\": \"pay\", \"End\": true}\n  }\n}\n";

/// Returns a workspace with one thing of every kind.
fn full() -> Workspace {
    let mocks = r#"{"Pay": [{"throw": {"error": "Busy"}}]}"#;
    let case = Case::mocked("shop", DEFINITION, r#"{"order": 7}"#, Some(mocks), None);
    let run = case.finish(1_000);
    let fork = run.fork(stepscope::engine::EventId(3), None).expect("there is such an event");
    let mut first = kept("Run 1", &run, None);
    "declines\nevery card".clone_into(&mut first.note);
    first.notes.insert(5, "why here".to_owned());
    let named = |name: &str, text: &str| Named {
        name: name.to_owned(),
        value: stepscope::json::text::parse(text).expect("valid"),
    };
    Workspace {
        path: Some("shop.asl.json".to_owned()),
        edited: true,
        inputs: vec![named("one", r#"{"order": 7}"#), named("two", "[]")],
        input: Some(1),
        mocks: vec![named("busy", mocks)],
        mocks_in_use: Some(0),
        s3: Some("shop.s3".to_owned()),
        breakpoints: vec![
            Breakpoint {
                condition: Some("$.order > 3".into()),
                off: true,
                ..Breakpoint::new(On::Enter).in_state("Pay")
            },
            Breakpoint::new(On::Error("Busy".into())),
        ],
        note: "to look at".to_owned(),
        seed: u64::MAX,
        place: Place { run: Some(0), event: Some(4), state: Some("Pay".to_owned()) },
        redact: vec!["$..card".to_owned()],
        ..with_runs(vec![
            first,
            kept("Run 2", &fork, Some((0, 3))),
            Kept { past: Past::File("old.history.json".to_owned()), ..kept("Recorded", &run, None) },
        ])
    }
}

#[test]
fn a_workspace_has_one_thing_a_line() {
    let text = full().write();
    let written = include_str!("full.stepscope.json");
    if text != written && std::env::var_os("UPDATE").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workspace/full.stepscope.json");
        std::fs::write(path, &text).expect("the folder can be written");
    }
    assert_eq!(text, written);
    assert_eq!(sound(&text).write(), text);
    assert!(is_workspace(text.as_bytes()) && !is_workspace(DEFINITION.as_bytes()));
}

#[test]
fn a_change_of_one_thing_is_a_change_of_one_line() {
    let before = full().write();
    let mut changed = full();
    changed.breakpoints[1].off = true;
    let after = changed.write();
    let differ = before.lines().filter(|it| !after.lines().any(|other| other == *it)).count();
    assert_eq!((differ, before.lines().count()), (1, after.lines().count()));
}

#[test]
fn a_newer_version_is_refused_with_what_to_do() {
    let text = full().write().replace("\"stepscopeWorkspace\": 1", "\"stepscopeWorkspace\": 2");
    let Read { workspace, diagnostics } = read(text.as_bytes());
    assert!(workspace.is_none());
    let found = &diagnostics[0];
    assert_eq!((found.code, diagnostics.len()), ("WSP002", 1));
    assert!(found.message.contains("version 2") && found.help.as_deref().is_some_and(|it| it.contains("newer")));
}

#[test]
fn what_is_no_workspace_is_refused() {
    for text in ["", "[]", "{}", DEFINITION, "\u{0}"] {
        let Read { workspace, diagnostics } = read(text.as_bytes());
        assert!(workspace.is_none() && !diagnostics.is_empty(), "{text:?}");
    }
}

#[test]
fn of_a_broken_workspace_everything_else_is_kept() {
    let whole = full().write();
    for (from, to, says, n_runs_lost) in [
        (r#""on": "enter""#, r#""on": "sometimes""#, "breakpoint", 0),
        (r#""seed": "18446744073709551615""#, r#""seed": "many""#, "seed", 0),
        (r#""name": "one""#, r#""title": "one""#, "\"name\" is missing; this input", 0),
        (r#""task": 0"#, r#""task": "first""#, "Run 1 cannot be done again", 2),
        (r#""steps""#, r#""stops""#, "\"steps\" is missing", 2),
    ] {
        let text = whole.replacen(from, to, 1);
        assert_ne!(text, whole, "{from} is in it");
        let Read { workspace, diagnostics } = read(text.as_bytes());
        let workspace = workspace.expect("the rest is there");
        let found = diagnostics.first().unwrap_or_else(|| panic!("{to} is reported"));
        assert!(diagnostics.iter().any(|it| it.message.contains(says)), "{diagnostics:?}");
        assert!(found.span.is_some_and(|it| it.start > 0), "{found:?} has a place");
        assert_eq!((workspace.runs.len(), workspace.note.as_str()), (3, "to look at"));
        let lost = workspace.runs.iter().filter(|it| matches!(it.past, Past::History(Json::Null))).count();
        assert_eq!(lost, n_runs_lost, "{to}: {diagnostics:?}");
    }
}

#[test]
fn a_file_that_was_cut_off_is_read_as_far_as_it_goes() {
    let whole = full().write();
    let mut n_read = 0;
    for end in (0..whole.len()).step_by(61).filter(|it| whole.is_char_boundary(*it)) {
        let Read { workspace, diagnostics } = read(&whole.as_bytes()[..end]);
        assert!(!diagnostics.is_empty(), "cut off at {end}");
        if let Some(workspace) = workspace {
            n_read += 1;
            let _ = Restored::of(&workspace.runs);
        }
    }
    assert!(n_read > 10, "only {n_read}");
}

#[test]
fn a_run_that_happens_otherwise_now_says_so() {
    let text = full().write().replacen("\\\"End\\\": true", "\\\"Next\\\": \\\"Pay\\\"", 1);
    let restored = Restored::of(&sound(&text).runs);
    assert!(
        restored.notes.iter().any(|it| it.contains("differently") || it.contains("left out")),
        "{:?}",
        restored.notes
    );
}
