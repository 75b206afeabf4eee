//! TestState requests against what was written down for them: every file of `tests/test-state`.
//!
//! A file is named for the fact that it holds. It has a `request`, and the `response` or the `refusal` that it comes to,
//! with the `notes` that go with it. `UPDATE_EXPECT=1 cargo test test_state` writes the expectations anew; read what has
//! changed before you keep it.

use std::path::Path;

use stepscope::json::{Json, Object, text};
use stepscope::session::test_state::{Refusal, Untested, test_state};
use stepscope::time::Timestamp;

#[test]
fn every_request_comes_to_what_was_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/test-state");
    let mut paths: Vec<_> = folder.read_dir().expect("the folder").map(|it| it.expect("an entry").path()).collect();
    paths.sort();
    assert!(paths.len() > 40, "the requests are there");
    let mut wrong = Vec::new();
    for path in paths {
        let written = std::fs::read_to_string(&path).expect("a file");
        let case = text::parse(&written).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let request = case.get("request").unwrap_or_else(|| panic!("{} has no request", path.display()));
        let found = outcome(request);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, text::pretty(&found) + "\n").expect("the expectation can be written");
        } else if case != found {
            wrong.push(format!(
                "{}\n  expected {}\n  found    {}",
                path.display(),
                text::compact(&case),
                text::compact(&found)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the case as it should be: the request and what it comes to.
fn outcome(request: &Json) -> Json {
    let mut case = Object::from_iter([("request".into(), request.clone())]);
    match test_state(request, Timestamp::default()) {
        Ok(tested) => {
            case.set("response", tested.response);
            if !tested.notes.is_empty() {
                case.set("notes", Json::array(tested.notes.into_iter().map(Json::from)));
            }
        }
        Err(Untested::Refused(Refusal { code, message })) => {
            case.set("refusal", Json::object([("code", Json::from(code)), ("message", message.into())]));
        }
        Err(Untested::Unsupported(what)) => panic!("not run by this version: {what}"),
    }
    Json::Object(case)
}

#[test]
fn members_may_hold_json_text_or_the_value_itself() {
    let state = r#"{"Type":"Pass","End":true}"#;
    let [as_text, as_value] = [
        format!(r#"{{"definition": {}, "input": "{{\"a\": 1}}"}}"#, text::compact(&Json::from(state))),
        format!(r#"{{"definition": {state}, "input": {{"a": 1}}}}"#),
    ]
    .map(|it| test_state(&text::parse(&it).expect("a request"), Timestamp::default()).expect("a response").response);
    assert_eq!(as_text, as_value);
    assert_eq!(as_text.get("output").and_then(Json::as_str), Some(r#"{"a":1}"#));
}

#[test]
fn no_request_panics() {
    let odd = [
        "null",
        "1",
        "[]",
        "{}",
        r#""x""#,
        r#"{"a":[]}"#,
        "true",
        r#""{""#,
        r#""[]""#,
        r#"{"Type":1}"#,
        "-1",
        r#"{"States":{}}"#,
    ];
    let members = [
        "definition",
        "input",
        "context",
        "variables",
        "mock",
        "stateConfiguration",
        "stateName",
        "roleArn",
        "inspectionLevel",
        "revealSecrets",
    ];
    let base = r#"{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}"#;
    for member in members {
        for value in odd {
            let request = if member == "definition" {
                format!(r#"{{"definition": {value}}}"#)
            } else {
                format!(r#"{{"definition": {base}, "{member}": {value}}}"#)
            };
            // Whatever comes of it.
            let _ = test_state(&text::parse(&request).expect("a request"), Timestamp::default());
        }
    }
}
