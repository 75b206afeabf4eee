//! Laws of expressions, tried on generated texts and values.

use proptest::prelude::*;

use stepscope::expr::{Draws, Env, Expr, Fault, Outcome, ReferencePath, Template};
use stepscope::json::source::{Node, Value};
use stepscope::json::{Json, text};
use stepscope::time::Timestamp;

/// A step of the common subset, with its text.
#[derive(Clone, Debug)]
enum Plain {
    Name(String),
    Index(i64),
    Wildcard,
    From(i64),
    Descend(String),
}

impl Plain {
    fn text(&self) -> String {
        match self {
            Self::Name(name) => format!(".{name}"),
            Self::Index(index) => format!("[{index}]"),
            Self::Wildcard => "[*]".to_owned(),
            Self::From(from) => format!("[{from}:]"),
            Self::Descend(name) => format!("..{name}"),
        }
    }

    /// Returns what the step leads to, one value after the other: the definition, without any economy.
    fn apply(&self, at: &Json) -> Vec<Json> {
        let items: Vec<Json> = at.as_array().map(|it| it.iter().cloned().collect()).unwrap_or_default();
        let members: Vec<Json> =
            at.as_object().map(|it| it.iter().map(|it| it.1.clone()).collect()).unwrap_or_default();
        let from = |index: i64| if index < 0 { items.len() as i64 + index } else { index };
        match self {
            Self::Name(name) => at.get(name).cloned().into_iter().collect(),
            Self::Index(index) => {
                usize::try_from(from(*index)).ok().and_then(|it| items.get(it)).cloned().into_iter().collect()
            }
            Self::Wildcard => [items, members].concat(),
            Self::From(index) => items.iter().skip(from(*index).max(0) as usize).cloned().collect(),
            Self::Descend(name) => {
                let below = [items, members].concat().into_iter().flat_map(|it| self.apply(&it));
                at.get(name).cloned().into_iter().chain(below).collect()
            }
        }
    }
}

pub(super) fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

fn plain() -> impl Strategy<Value = Plain> {
    prop_oneof![
        4 => name().prop_map(Plain::Name),
        3 => (-2..3_i64).prop_map(Plain::Index),
        1 => Just(Plain::Wildcard),
        1 => (-2..3_i64).prop_map(Plain::From),
        1 => name().prop_map(Plain::Descend),
    ]
}

pub(super) fn value() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![Just(Json::Null), any::<bool>().prop_map(Json::from), (0..9_i64).prop_map(Json::from)];
    scalar.prop_recursive(5, 60, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::array),
            prop::collection::vec((name(), inner), 0..4).prop_map(Json::object),
        ]
    })
}

/// Texts near the grammar: its own pieces in any order.
fn jumble() -> impl Strategy<Value = String> {
    let pieces = vec![
        "$",
        "$$",
        "@",
        ".",
        "..",
        "[",
        "]",
        "(",
        ")",
        "?(",
        "*",
        "'",
        "\"",
        "\\",
        ",",
        ":",
        "-",
        "1",
        "99",
        "a",
        " ",
        "!",
        "&&",
        "||",
        "==",
        "=~",
        "/",
        "/[a-",
        "{",
        "}",
        "in",
        "é",
        "length()",
        "sum(",
        "States.Format(",
        "States.Array(",
        "null",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|it| it.concat())
}

fn eval(text: &str, input: &Json) -> Option<Result<Json, Fault>> {
    let expr = Expr::parse(text).ok()?;
    let draws = Draws::new(0);
    let env = Env {
        input,
        context: &|| Json::Null,
        variables: &|_| None,
        draws: &draws,
        outcome: Outcome::default(),
        now: Timestamp::default(),
    };
    Some(expr.eval(&env))
}

proptest! {
    #[test]
    fn paths_lead_where_their_steps_lead(steps in prop::collection::vec(plain(), 0..5), input in value()) {
        let path: String = std::iter::once("$".to_owned()).chain(steps.iter().map(Plain::text)).collect();
        let expected = steps.iter().fold(vec![input.clone()], |at, step| at.iter().flat_map(|it| step.apply(it)).collect());
        let definite = steps.iter().all(|step| matches!(step, Plain::Name(_) | Plain::Index(_)));
        // `$..a[0]` is fine; only a list step directly behind `..` has its own rule, and it has no name.
        match eval(&path, &input).expect("a path") {
            Ok(found) if definite => prop_assert_eq!(Some(&found), expected.first(), "{}", path),
            Ok(found) => prop_assert_eq!(found, Json::array(expected), "{}", path),
            Err(_) => prop_assert!(definite && expected.is_empty(), "{}", path),
        }
    }

    #[test]
    fn no_text_panics(text in jumble(), input in value()) {
        let _ = eval(&text, &input);
        let _ = eval(&format!("${text}"), &input);
        let _ = eval(&format!("$[?(@{text})]"), &input);
        let _ = eval(&format!("States.Format({text})"), &input);
    }

    #[test]
    fn no_characters_panic(text in "\\PC{0,30}") {
        let _ = eval(&text, &Json::Null);
        let _ = eval(&format!("$[?(@ =~ /{text}/)]"), &Json::from(1));
    }

    #[test]
    fn what_is_written_is_read_back(steps in prop::collection::vec(name(), 0..5), input in value(), put in value()) {
        let text: String = std::iter::once("$".to_owned()).chain(steps.iter().map(|it| format!(".{it}"))).collect();
        if let Ok(changed) = ReferencePath::parse(&text).expect("a path").write(&input, put.clone()) {
            prop_assert_eq!(eval(&text, &changed), Some(Ok(put)));
            prop_assert_eq!(changed.size_bytes(), text::compact(&changed).len());
        }
    }
}

#[test]
fn deep_texts_are_errors_and_long_ones_are_not() {
    let work = || {
        let n = 10_000;
        for unit in ["(", "[", "[?(", "!", "@[?(", "$.sum(", "States.Array(", "{", "/(", "'"] {
            for start in ["", "$", "$[?(", "$[?(@ =~ /", "$.a.sum(", "States.Array("] {
                let text = format!("{start}{}", unit.repeat(n));
                assert!(Expr::parse(&text).is_err(), "{start}{unit}…");
            }
        }
        assert!(Expr::parse(&format!("${}", "[*]".repeat(n))).is_err());
        assert!(Expr::parse(&format!("${}", ".a".repeat(n))).is_ok());
        assert!(Expr::parse(&format!("$[*]{}", ".a".repeat(n))).is_ok());
        assert!(Expr::parse(&format!("$[{}1]", "1,".repeat(n))).is_ok());
        assert!(Expr::parse(&format!("States.Array({}1)", "1,".repeat(n))).is_ok());
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("thread");
    thread.join().expect("no overflow");
}

#[test]
fn searches_without_end_are_given_up() {
    let items = Json::array((0..3_000).map(|nth| Json::array([Json::from(nth)])));
    for path in ["$[*]..*[?($..*)]", "$..*..*..*..*", "$[?($[?($[?(@)])])]"] {
        let input = Json::object([("a", items.clone()), ("b", Json::array([items.clone(), items.clone()]))]);
        let before = std::time::Instant::now();
        let _ = eval(path, &input).expect("a path");
        assert!(before.elapsed().as_secs() < 20, "{path} took {:?}", before.elapsed());
    }
    assert!(eval("$[?($..*)]..*[?($..*)]", &items).is_some_and(|it| it.is_err()));
}

#[test]
fn deep_values_are_searched_on_a_small_stack() {
    let work = || {
        let deep =
            |open: &str, close: &str| text::parse(&(open.repeat(999) + "[]" + &close.repeat(999))).expect("JSON");
        for input in [deep("[", "]"), deep("{\"a\":", "}")] {
            for path in ["$..a", "$..*", "$..[0]", "$..[?(@.a)]", "$..a..a", "$..*.length()", "$..[?(@..a)]"] {
                assert!(eval(path, &input).is_some(), "{path}");
            }
            let way = if input.as_array().is_some() { "[0]" } else { ".a" }.repeat(990);
            assert!(eval(&format!("$[*]{way}"), &input).is_some_and(|it| it.is_ok()));
            let nested = (0..900).fold(super::recorded::node(&Json::object([("a.$", Json::from("$"))])), |inner, _| {
                Node { value: Value::Array(vec![inner]), ..super::recorded::node(&Json::Null) }
            });
            let (template, found) = Template::parse(&nested, "");
            let draws = Draws::new(0);
            let env = Env {
                input: &input,
                context: &|| Json::Null,
                variables: &|_| None,
                draws: &draws,
                outcome: Outcome::default(),
                now: Timestamp::default(),
            };
            assert!(found.is_empty() && template.eval(&env).is_err());
            assert!(ReferencePath::parse(&format!("${way}")).expect("path").write(&input, Json::Null).is_ok());
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("thread");
    thread.join().expect("no overflow");
}
