//! Redaction: what is taken out, what is said, and what still happens in the same way.

use stepscope::json::{Json, text};
use stepscope::session::workspace::Named;
use stepscope::session::workspace::redact::{Pattern, Redactor};

use super::*;
use crate::support::runs::{Case, exported, over_some};

const MANY: u32 = 1_000_000;

fn patterns(named: &[&str]) -> Vec<Pattern> {
    named.iter().map(|it| Pattern::parse(it).unwrap_or_else(|what| panic!("{what}"))).collect()
}

fn json(text: &str) -> Json {
    text::parse(text).expect("the test has JSON")
}

/// Returns what is left of a payload.
fn redacted(named: &[&str], payload: &str) -> String {
    let mut redactor = Redactor::new(patterns(named));
    redactor.see(&json(payload));
    text::compact(&redactor.payload(&json(payload)))
}

#[test]
fn patterns_find_fields_from_the_root_or_anywhere() {
    let payload = r#"{"a":"one1","b":{"a":"two2","c":[{"a":"three3"},{"d":"four4"}]}}"#;
    for (pattern, left) in [
        ("$.a", r#"{"a":"redacted-1","b":{"a":"two2","c":[{"a":"three3"},{"d":"four4"}]}}"#),
        ("$..a", r#"{"a":"redacted-1","b":{"a":"redacted-2","c":[{"a":"redacted-3"},{"d":"four4"}]}}"#),
        ("a", r#"{"a":"redacted-1","b":{"a":"redacted-2","c":[{"a":"redacted-3"},{"d":"four4"}]}}"#),
        ("b.a", r#"{"a":"one1","b":{"a":"redacted-1","c":[{"a":"three3"},{"d":"four4"}]}}"#),
        ("$.b.*", r#"{"a":"one1","b":{"a":"redacted-1","c":["redacted-2"]}}"#),
        ("*.c.a", r#"{"a":"one1","b":{"a":"two2","c":[{"a":"redacted-1"},{"d":"four4"}]}}"#),
        ("$.b.c[1].d", r#"{"a":"one1","b":{"a":"two2","c":[{"a":"three3"},{"d":"redacted-1"}]}}"#),
        ("$.b.c[*]", r#"{"a":"one1","b":{"a":"two2","c":[{"redacted":"redacted-1"},{"redacted":"redacted-3"}]}}"#),
        ("$['b']['a']", r#"{"a":"one1","b":{"a":"redacted-1","c":[{"a":"three3"},{"d":"four4"}]}}"#),
        ("$.nothing", payload),
    ] {
        assert_eq!(redacted(&[pattern], payload), left, "{pattern}");
    }
    let names = r#"{"apiToken":"abcd","tokenId":"efgh","other":1}"#;
    assert_eq!(redacted(&["*Token"], names), r#"{"apiToken":"redacted-1","tokenId":"efgh","other":1}"#);
}

#[test]
fn a_text_that_is_no_pattern_is_refused_in_words() {
    for text in ["", "$", "$.", "a..", "$a", "a[", "a[x]", "..", "$..", "a.b..c."] {
        let what = Pattern::parse(text).expect_err(text);
        assert!(what.contains("write for example"), "{what}");
    }
}

#[test]
fn types_stay_and_equal_values_stay_equal() {
    let payload =
        r#"{"s":"secret","n":12345678,"b":true,"z":null,"l":[1],"o":{"k":"v"},"again":{"s":"secret","n":12345678}}"#;
    let left = redacted(&["$.*", "again.*"], payload);
    assert_eq!(
        left,
        r#"{"s":"redacted-1","n":9000002,"b":false,"z":null,"l":["redacted-4"],"o":{"redacted":"redacted-5"},"again":{"redacted":"redacted-7"}}"#
    );
    let left = redacted(&["$..s", "$..n"], payload);
    assert!(left.contains(r#""s":"redacted-1","n":9000002,"b":true"#), "{left}");
    assert!(left.contains(r#""again":{"s":"redacted-1","n":9000002}"#), "{left}");
}

#[test]
fn a_value_is_replaced_in_every_text_and_in_json_inside_texts() {
    let payload =
        r#"{"password":"hunter2","cause":"{\"password\":\"other77\",\"user\":\"bob\"}","log":"login hunter2 failed"}"#;
    assert_eq!(
        redacted(&["$..password"], payload),
        r#"{"password":"redacted-1","cause":"{\"password\":\"redacted-2\",\"user\":\"bob\"}","log":"login redacted-1 failed"}"#
    );
    let cut = r#"{"left":"{\"user\":\"bob\",\"password\":\"hun"}"#;
    assert!(!redacted(&["$..password"], cut).contains("hun\""));
}

const SHOP: &str = r#"{"StartAt": "Check", "States": {
    "Check": {"Type": "Choice", "Default": "Refuse", "Choices": [
        {"Variable": "$.code", "StringEqualsPath": "$.expected", "Next": "Pay"},
        {"Variable": "$.code", "StringEquals": "master-key", "Next": "Pay"}]},
    "Pay": {"Type": "Task", "Resource": "pay", "ResultPath": "$.paid", "Next": "Amount",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refuse"}]},
    "Amount": {"Type": "Choice", "Default": "Refuse", "Choices": [
        {"Variable": "$.paid.amount", "NumericLessThan": 100, "Next": "Done"}]},
    "Refuse": {"Type": "Fail", "Error": "Refused"},
    "Done": {"Type": "Succeed"}}}"#;
const MOCKS: &str = r#"{"Pay": [{"return": {"amount": 12, "receipt": "card 4111-1111 charged"}}]}"#;

fn shop(code: &str) -> (Case, Workspace) {
    let input = format!(r#"{{"code": "{code}", "expected": "{code}", "card": {{"number": "4111-1111"}}}}"#);
    let case = Case::mocked("shop", SHOP, &input, Some(MOCKS), None);
    let run = case.finish(MANY);
    let mut first = kept("Run 1", &run, None);
    first.note = format!("the code was {code}");
    first.notes.insert(2, "here 4111-1111 is used".to_owned());
    let named = |name: &str, text: &str| Named { name: name.to_owned(), value: json(text) };
    let workspace = Workspace {
        inputs: vec![named("input", &input)],
        mocks: vec![named("mocks", MOCKS)],
        note: "ask who owns 4111-1111".to_owned(),
        ..with_runs(vec![first])
    };
    (case, workspace)
}

#[test]
fn a_run_whose_comparisons_still_hold_stays_a_run() {
    for code in ["swordfish", "master-key"] {
        let (case, workspace) = shop(code);
        let named = ["$.code", "$.expected", "$.card.number"];
        let redacted = workspace.redacted(patterns(&named));
        assert!(redacted.notes.is_empty(), "{:?}", redacted.notes);
        assert_eq!(redacted.n_values, 2);
        let text = redacted.workspace.write();
        assert!(!text.contains(code) && !text.contains("4111"), "{text}");
        let (run, again) = (case.finish(MANY), revived(&sound(&text)).remove(0));
        assert_eq!((run.status().name(), again.status().name()), ("SUCCEEDED", "SUCCEEDED"));
        assert_eq!(run.log().len(), again.log().len());
        assert!(!exported(&again).contains(code) && !exported(&again).contains("4111"));
    }
}

#[test]
fn a_run_that_would_go_another_way_is_taken_along_as_history() {
    let (_, workspace) = shop("swordfish");
    let redacted = workspace.redacted(patterns(&["amount", "$.card"]));
    assert!(redacted.notes.iter().any(|it| it.contains("Run 1 would happen differently")), "{:?}", redacted.notes);
    let text = redacted.workspace.write();
    assert!(!text.contains("4111"), "{text}");
    let restored = Restored::of(&sound(&text).runs);
    let Revived::History(history) = &restored.runs[0] else { panic!("{:?}", restored.runs) };
    let read = stepscope::history::read::read(text::compact(history).into_bytes(), None);
    assert_eq!(read.executions[0].view().len(), shop("swordfish").0.finish(MANY).log().len());
}

#[test]
fn what_is_left_in_names_is_said() {
    let case = Case::mocked("named", SHOP, r#"{"code": "Refuse", "expected": ""}"#, Some(MOCKS), None);
    let workspace = with_runs(vec![kept("Run 1", &case.finish(MANY), None)]);
    let redacted = workspace.redacted(patterns(&["$.code"]));
    assert!(redacted.notes.iter().any(|it| it.contains("still occur")), "{:?}", redacted.notes);
}

#[test]
fn nothing_to_redact_changes_nothing() {
    over_some(|case| {
        let run = case.finish(MANY);
        if run.log().len() > 5_000 {
            return;
        }
        let workspace = with_runs(vec![kept("Run 1", &run, None)]);
        let redacted = workspace.redacted(patterns(&["$..password"]));
        assert_eq!((redacted.n_values, redacted.notes.len()), (0, 0), "{}", case.name);
        assert!(redacted.workspace.write() == workspace.write(), "{}", case.name);
    });
}

#[test]
fn of_random_runs_no_value_is_left_and_the_rest_is_as_long() {
    let mut n_runs = 0;
    for seed in 0..60 {
        let case = Case::random(seed);
        let run = case.finish(MANY);
        if run.log().len() > 3_000 {
            continue;
        }
        let workspace = with_runs(vec![kept("Run 1", &run, None)]);
        let redacted = workspace.redacted(patterns(&["ok", "$..n", "list"]));
        let restored = Restored::of(&sound(&redacted.workspace.write()).runs);
        let n_events = match &restored.runs[0] {
            Revived::Run(run) => run.log().len(),
            Revived::History(history) => {
                history.get("events").and_then(Json::as_array).map_or(0, stepscope::json::Array::len)
            }
            other => panic!("{other:?}"),
        };
        n_runs += usize::from(matches!(restored.runs[0], Revived::Run(_)));
        assert_eq!(n_events, run.log().len(), "{}", case.name);
        let again = |it: &Workspace| it.redacted(patterns(&["ok", "$..n", "list"])).workspace.write();
        assert!(again(&workspace) == redacted.workspace.write(), "{}", case.name);
    }
    assert!(n_runs > 5, "only {n_runs} stay runs");
}
