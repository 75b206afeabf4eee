//! Facts about expressions as a whole, over the public API.

use super::*;
use crate::diagnostic::{Diagnostic, Span};
use crate::json::source::{Member, Node, Value};
use crate::json::text;

fn json(source: &str) -> Json {
    text::parse(source).expect("test JSON")
}

/// Evaluates with `input`, a context of one Execution.Input, and a variable `total` of 7.
fn with_env<T>(input: &str, run: impl FnOnce(&Env<'_>) -> T) -> T {
    let input = json(input);
    let draws = Draws::new(1);
    let context = || json(r#"{"Execution":{"Input":{"a":1}},"Map":{"Item":{"Index":0}}}"#);
    let variables = |name: &str| (name == "total").then(|| Json::from(7));
    run(&Env { input: &input, context: &context, variables: &variables, draws: &draws })
}

fn eval(expression: &str, input: &str) -> Result<String, String> {
    let expr = Expr::parse(expression).map_err(|error| error.to_string())?;
    with_env(input, |env| expr.eval_field(env, "value.$"))
        .map(|value| text::compact(&value))
        .map_err(|fault| fault.detail.to_string())
}

fn check(cases: &[(&str, &str, &str)]) {
    for (expression, input, expected) in cases {
        assert_eq!(eval(expression, input).as_deref(), Ok(*expected), "{expression} over {input}");
    }
}

/// Gives a payload the shape of a definition, without places.
fn node(value: &Json) -> Node {
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Number(*value),
        Json::String(value) => Value::String(Arc::clone(value)),
        Json::Array(items) => Value::Array(items.iter().map(node).collect()),
        Json::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| Member { name: Arc::clone(name), name_span: Span::default(), value: node(value) })
                .collect(),
        ),
    };
    Node { span: Span::default(), value, tag: None }
}

fn template(source: &str) -> (Template, Vec<Diagnostic>) {
    Template::parse(&node(&json(source)), "/States/A/Parameters")
}

#[test]
fn definite_paths_give_the_value() {
    check(&[
        ("$", r#"{"a":1}"#, r#"{"a":1}"#),
        ("$.a.b", r#"{"a":{"b":[1,2]}}"#, "[1,2]"),
        ("$.a[1]", r#"{"a":[1,2]}"#, "2"),
        ("$.a[-1]", r#"{"a":[1,2]}"#, "2"),
        ("$[0][1].x", r#"[[0,{"x":null}]]"#, "null"),
        ("$['a b'][\"c.d\"]", r#"{"a b":{"c.d":true}}"#, "true"),
        ("$.[0].['a']", r#"[{"a":"x"}]"#, r#""x""#),
        ("$.a-b_c.é", r#"{"a-b_c":{"é":1}}"#, "1"),
        (r#"$['Test\""Name"']"#, r#"{"Test\\\"\"Name\"":1}"#, "1"),
        ("$$.Execution.Input.a", "{}", "1"),
        ("$$.Map.Item['Index']", "{}", "0"),
        ("$total", "{}", "7"),
    ]);
}

#[test]
fn a_missing_value_is_told_in_the_words_of_its_field() {
    let fault = |path: &str, input: &str| {
        let path = Path::parse(path).expect("path");
        let plain = with_env(input, |env| path.eval(env)).map_err(|miss| Fault::from(miss).detail.to_string());
        plain.expect_err("missing")
    };
    assert_eq!(fault("$.a.b", "{}"), "Invalid path '$.a.b' : Missing property in path $['a']");
    assert_eq!(fault("$.a.b", r#"{"a":{}}"#), "Invalid path '$.a.b' : No results for path: $['a']['b']");
    assert_eq!(fault("$.X", "{}"), "Invalid path '$.X' : No results for path: $['X']");
    assert_eq!(fault("$.a[3]", r#"{"a":[]}"#), "Invalid path '$.a[3]' : No results for path: $['a'][3]");
    assert_eq!(
        eval("$.x", r#"{"int-literal": 0}"#),
        Err("The JSONPath '$.x' specified for the field 'value.$' could not be found in the input '{\"int-literal\":0}'"
            .to_owned())
    );
    assert_eq!(
        eval("States.Array($.x)", "{}"),
        Err("The function 'States.Array($.x)' had the following error: The JsonPath argument for the field '$.x' could \
             not be found in the input '{}'"
            .to_owned())
    );
}

#[test]
fn result_paths_make_missing_objects_and_share_the_rest() {
    let write = |path: &str, into: &str, value: &str| {
        let path = ReferencePath::parse(path).expect("path");
        path.write(&json(into), json(value)).map(|it| text::compact(&it)).map_err(|fault| fault.error)
    };
    assert_eq!(write("$", "{}", "1").as_deref(), Ok("1"));
    assert_eq!(write("$.a", r#"{"b":2}"#, "1").as_deref(), Ok(r#"{"b":2,"a":1}"#));
    assert_eq!(write("$.a.b.c", r#"{"a":{"x":0}}"#, "1").as_deref(), Ok(r#"{"a":{"x":0,"b":{"c":1}}}"#));
    assert_eq!(write("$.a[1]", r#"{"a":[0,0]}"#, "1").as_deref(), Ok(r#"{"a":[0,1]}"#));
    for (path, into) in [("$.a.b", r#"{"a":1}"#), ("$.a[2]", r#"{"a":[0,0]}"#), ("$.a", "[]"), ("$.a[0]", "{}")] {
        assert_eq!(write(path, into, "1"), Err("States.ResultPathMatchFailure"), "{path}");
    }
    let into = json(r#"{"a":{"deep":[1]},"b":[2]}"#);
    let out = ReferencePath::parse("$.a.new").expect("path").write(&into, Json::Null).expect("written");
    let both = |pointer: fn(&Json) -> Option<&Json>| pointer(&into).zip(pointer(&out));
    assert!(both(|it| it.get("b")).is_some_and(|(a, b)| a.same(b)));
    assert!(both(|it| it.get("a")?.get("deep")).is_some_and(|(a, b)| a.same(b)));
    assert!(ReferencePath::parse("$.a[*]").is_err());
    assert!(ReferencePath::parse("$['a','b']").is_err());
}

#[test]
fn templates_compute_their_fields_and_share_what_is_literal() {
    let (parsed, found) = template(
        r#"{"literal":{"x":[1]},"n.$":"$.n","nested":[{"t.$":"States.Array($.n, $total)"},"$.n"],"$.odd":"$.n"}"#,
    );
    assert_eq!(found, []);
    let value = with_env(r#"{"n":5}"#, |env| (parsed.eval(env), parsed.eval(env)));
    let (Ok(one), Ok(two)) = value else { panic!("{value:?}") };
    assert_eq!(text::compact(&one), r#"{"literal":{"x":[1]},"n":5,"nested":[{"t":[5,7]},"$.n"],"$.odd":"$.n"}"#);
    assert!(one.get("literal").zip(two.get("literal")).is_some_and(|(a, b)| a.same(b)));
    let (literal, _) = template(r#"{"a":{"b":[1]}}"#);
    assert!(literal.is_literal());
    assert!(with_env("{}", |env| literal.eval(env).expect("ok").same(&literal.eval(env).expect("ok"))));
}

#[test]
fn findings_about_templates_say_where_and_what() {
    let (_, found) = template(
        r#"{"a.$":1,"b":{"c/d.$":"$.x["},"e.$":"States.Nope()","f.$":"States.Array","g.$":"States.UUID(1)","h.$":"x"}"#,
    );
    let told: Vec<(&str, &str)> = found.iter().map(|it| (it.code, it.pointer.as_str())).collect();
    assert_eq!(
        told,
        [
            ("EXP001", "/States/A/Parameters/a.$"),
            ("EXP002", "/States/A/Parameters/b/c~1d.$"),
            ("EXP003", "/States/A/Parameters/e.$"),
            ("EXP002", "/States/A/Parameters/f.$"),
            ("EXP004", "/States/A/Parameters/g.$"),
            ("EXP002", "/States/A/Parameters/h.$"),
        ]
    );
}
