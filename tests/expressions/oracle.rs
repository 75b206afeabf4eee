//! Paths against another implementation, `serde_json_path` (RFC 9535), on what it has in common with the dialect of the
//! service: names, indices, wildcards, slices, unions, descendants and plain filters.
//!
//! Left out is where the dialects part: a filter looks at an object itself here and at its members there, a union of
//! names at the end is an object here, slices whose ends have different signs, lists directly behind `..`.

use proptest::prelude::*;
use serde_json_path::JsonPath;

use stepscope::expr::{Draws, Env, Outcome, Path};
use stepscope::json::{Json, text};
use stepscope::time::Timestamp;

use super::laws::{name, value};

/// A step in the text of both dialects, and whether it leads to one part at most.
fn step() -> impl Strategy<Value = (String, bool)> {
    let index = -3..4_i64;
    prop_oneof![
        5 => name().prop_map(|it| (format!(".{it}"), true)),
        2 => name().prop_map(|it| (format!("['{it}']"), true)),
        3 => index.clone().prop_map(|it| (format!("[{it}]"), true)),
        1 => Just(("[*]".to_owned(), false)),
        1 => Just((".*".to_owned(), false)),
        1 => index.clone().prop_map(|it| (format!("[{it}:]"), false)),
        1 => index.clone().prop_map(|it| (format!("[:{it}]"), false)),
        1 => (0..4_i64, 0..5_i64).prop_map(|(from, to)| (format!("[{from}:{to}]"), false)),
        1 => (index.clone(), index).prop_map(|(one, other)| (format!("[{one},{other}]"), false)),
        1 => (name(), name()).prop_map(|(one, other)| (format!("['{one}','{other}'].a"), false)),
        1 => name().prop_map(|it| (format!("..{it}"), false)),
        1 => Just(("..*".to_owned(), false)),
    ]
}

/// A condition on numbers, truth and presence, with as many parentheses as both dialects understand.
fn condition() -> impl Strategy<Value = String> {
    let compared = (name(), prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]), 0..9_i64)
        .prop_map(|(name, operator, value)| format!("@.{name} {operator} {value}"));
    let equal =
        (name(), prop::sample::select(vec!["==", "!="]), prop::sample::select(vec!["true", "false", "null", "'x'"]))
            .prop_map(|(name, operator, value)| format!("@['{name}']{operator}{value}"));
    let nested = (name(), name(), 0..9_i64).prop_map(|(one, other, value)| format!("@.{one}.{other} >= {value}"));
    let present = name().prop_map(|it| format!("@.{it}"));
    prop_oneof![compared, equal, nested, present].prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} && {other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} || {other})")),
            inner.prop_map(|it| format!("!({it})")),
        ]
    })
}

/// Returns all values that the other implementation finds.
fn expected(path: &str, input: &Json) -> Vec<Json> {
    let input = serde_json::from_str(&text::compact(input)).expect("JSON");
    let found = JsonPath::parse(path).unwrap_or_else(|error| panic!("{path}: {error}")).query(&input).all();
    found.into_iter().map(|it| text::parse(&it.to_string()).expect("JSON")).collect()
}

/// Returns what ours gives; nothing where it has no value.
fn found(path: &str, input: &Json) -> Option<Json> {
    let env = Env {
        input,
        context: &|| Json::Null,
        variables: &|_| None,
        draws: &Draws::new(0),
        outcome: Outcome::default(),
        now: Timestamp::default(),
    };
    Path::parse(path).unwrap_or_else(|error| panic!("{path}: {error}")).eval(&env).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn paths_find_what_the_standard_finds(steps in prop::collection::vec(step(), 0..5), input in value()) {
        // Behind `..` a list has a rule of its own.
        prop_assume!(steps.windows(2).all(|it| it[0].0 != "..*" || !it[1].0.starts_with('[')));
        let path: String = std::iter::once("$").chain(steps.iter().map(|it| it.0.as_str())).collect();
        let expected = expected(&path, &input);
        let is_definite = steps.iter().all(|it| it.1);
        prop_assert_eq!(Path::parse(&path).expect("a path").is_definite(), is_definite);
        if is_definite {
            prop_assert_eq!(found(&path, &input), expected.first().cloned(), "{}", path);
        } else {
            prop_assert_eq!(found(&path, &input), Some(Json::array(expected)), "{}", path);
        }
    }

    #[test]
    fn filters_keep_what_the_standard_keeps(condition in condition(), input in prop::collection::vec(value(), 0..6)) {
        let input = Json::object([("a", Json::array(input))]);
        let path = format!("$.a[?({condition})]");
        prop_assert_eq!(found(&path, &input), Some(Json::array(expected(&path, &input))), "{}", path);
    }
}
