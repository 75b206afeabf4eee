//! Facts about expressions as a whole, over the public API.
//!
//! Whole recorded cases are evaluated in `tests/expressions`.

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
    run(&Env {
        input: &input,
        context: &context,
        variables: &variables,
        draws: &draws,
        outcome: Outcome::default(),
        now: Timestamp::default(),
    })
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

#[test]
fn findings_point_into_texts_without_escapes() {
    let place = |text: &str, start: usize, end: usize| {
        let node = Node { span: Span::new(start, end), value: Value::String(text.into()), tag: None };
        let error = Path::parse(text).expect_err(text);
        error.diagnose("InputPath is not a JSONPath", &node, "/InputPath")
    };
    let exact = place("$.a b", 100, 107);
    assert_eq!(exact.span, Some(Span::new(104, 106)));
    assert!(exact.message.starts_with("InputPath is not a JSONPath: a name with blanks"), "{}", exact.message);
    assert_eq!(place("$.a b", 100, 105).span, Some(Span::new(103, 105)));
    let escaped = place("$.a b", 100, 109);
    assert_eq!(escaped.span, Some(Span::new(100, 109)));
    assert!(escaped.message.ends_with(" at byte 3"), "{}", escaped.message);
}

#[test]
fn indefinite_paths_give_a_list_and_leave_out_what_is_missing() {
    let shop = r#"{"shop":{"books":[{"t":"A","p":8},{"t":"B","p":12},{"t":"C"}],"bike":{"p":20}}}"#;
    let list = r#"{"a":[0,1,2,3,4]}"#;
    check(&[
        ("$.shop.books[*].t", shop, r#"["A","B","C"]"#),
        ("$.shop.books[*].p", shop, "[8,12]"),
        ("$.shop.bike.*", shop, "[20]"),
        ("$..p", shop, "[8,12,20]"),
        ("$..books[0].t", shop, r#"["A"]"#),
        ("$.shop..t", shop, r#"["A","B","C"]"#),
        ("$..[0].t", shop, r#"["A","B","C"]"#),
        ("$..['t','p']", shop, r#"[{"t":"A","p":8},{"t":"B","p":12}]"#),
        ("$..bike.*", shop, "[20]"),
        ("$.shop.books[0]['p','t']", shop, r#"{"p":8,"t":"A"}"#),
        ("$.shop.books[2]['t','p']", shop, r#"{"t":"C"}"#),
        ("$.shop.books[*]['t','p']", shop, r#"[{"t":"A","p":8},{"t":"B","p":12},{"t":"C"}]"#),
        ("$.shop['bike','none'].p", shop, "[20]"),
        ("$..*", r#"{"a":[1,{"b":2}]}"#, r#"[[1,{"b":2}],1,{"b":2},2]"#),
        ("$.a[1,3,9,-1]", list, "[1,3,4]"),
        ("$.a[1:]", list, "[1,2,3,4]"),
        ("$.a[-2:]", list, "[3,4]"),
        ("$.a[-9:]", list, "[0,1,2,3,4]"),
        ("$.a[:2]", list, "[0,1]"),
        ("$.a[:-3]", list, "[0,1]"),
        ("$.a[1:3]", list, "[1,2]"),
        ("$.a[-3:-1]", list, "[2,3]"),
        ("$.a[-1:1]", list, "[4,0]"),
        ("$.a[3:1]", list, "[]"),
        ("$.a[7:9]", list, "[]"),
        ("$.none.b[1:].c", list, "[]"),
        ("$[*]", "{}", "[]"),
        ("$.a.b[*]", r#"{"a":1}"#, "[]"),
        ("$.[*].['a', 'b']", r#"[{"a":1,"c":0},{"b":2}]"#, r#"[{"a":1},{"b":2}]"#),
    ]);
}

#[test]
fn filters_compare_as_the_library_does() {
    let users = r#"{"min":2,"users":[
        {"n":"ann","age":1,"tags":["x","y"]},{"n":"bob","age":2.0,"tags":[]},{"n":"cy","age":"3","nick":null}]}"#;
    let names = |condition: &str| {
        let found = eval(&format!("$.users[?({condition})].n"), users).expect(condition);
        found.replace(['[', ']', '"'], "")
    };
    for (condition, expected) in [
        ("@.age == 1", "ann"),
        ("@.age == 2", "bob"),
        ("@.age == '1'", "ann"),
        ("@.age === '3'", "cy"),
        ("@.age === 3", ""),
        ("@.age >= 2", "bob,cy"),
        ("@.age < 2", "ann"),
        ("@.age > $.min", "cy"),
        ("@.n != 'bob'", "ann,cy"),
        ("@.none != 1", "ann,bob,cy"),
        ("@.nick", "cy"),
        ("!@.nick", "ann,bob"),
        ("@.nick == null", "cy"),
        ("!(@.age > 1) || @.n == \"cy\"", "ann,cy"),
        ("@.age==1&&@.n=='ann'", "ann"),
        ("@.age == 1 || @.age == 2 && @.n == 'x'", "ann"),
        ("(@.age == 1 || @.age == 2) && @.n == 'x'", ""),
        ("@.n =~ /[AB].*/i", "ann,bob"),
        ("@.n =~ /b/", ""),
        ("@.n in ['ann','cy']", "ann,cy"),
        ("@.n nin ['ann','cy']", "bob"),
        ("'x' in @.tags", "ann"),
        ("@.tags contains 'y'", "ann"),
        ("@.n contains 'o'", "bob"),
        ("@.tags subsetof ['x','y','z']", "ann,bob"),
        ("@.tags anyof ['y']", "ann"),
        ("@.tags noneof ['y']", "bob"),
        ("@.tags all ['x']", "ann"),
        // A side that is no list makes the whole condition fail, whatever stands around it.
        ("@.n nin 5", ""),
        ("!(@.n in $.none)", ""),
        ("@.n == 'bob' || @.age in 5", "bob"),
        ("@.age noneof ['y']", ""),
        ("@ all ['x']", "ann,bob,cy"),
        ("@ noneof ['x']", ""),
        ("!(@.tags empty 1)", "cy"),
        ("@.tags size 2", "ann"),
        ("@.n size 2", "cy"),
        ("@.tags empty true", "bob"),
        ("@.tags empty false", "ann"),
        ("@.tags.length() == 2", "ann"),
        ("@['n'] == bob", "bob"),
        ("@.tags[?(@ == 'y')]", "ann,bob"),
        ("@.tags[0] == 'x'", "ann"),
    ] {
        assert_eq!(names(condition), expected, "{condition}");
    }
    check(&[
        ("$[?(@.a == 1)].b", r#"{"a":1,"b":2}"#, "[2]"),
        ("$.x[?(@ > 1)]", r#"{"x":[1,2,3]}"#, "[2,3]"),
        ("$..[?(@.id == 2)].v", r#"{"a":[{"id":1},{"id":2,"v":"x"}],"b":{"id":2,"v":"y"}}"#, r#"["x","y"]"#),
        ("$.x[?(@.a)]", "{}", "[]"),
    ]);
}

#[test]
fn functions_end_a_path() {
    check(&[
        ("$.a.length()", r#"{"a":[1,2,3]}"#, "3"),
        ("$.a.length()", r#"{"a":{"x":1}}"#, "1"),
        ("$.a.length()", r#"{"a":"text"}"#, "null"),
        ("$.length()", "[1]", "1"),
        ("$.a.min()", r#"{"a":[3,1.5,"x"]}"#, "1.5"),
        ("$.a.max()", r#"{"a":[3,1.5]}"#, "3.0"),
        ("$.a.sum()", r#"{"a":[3,1.5]}"#, "4.5"),
        ("$.a.avg()", r#"{"a":[3,1]}"#, "2.0"),
        ("$.a.stddev()", r#"{"a":[2,4,4,4,5,5,7,9]}"#, "2.0"),
        ("$.sum($.a, $..n, 1)", r#"{"a":2,"n":3}"#, "6.0"),
        ("$.a.keys()", r#"{"a":{"x":1,"y":2}}"#, r#"["x","y"]"#),
        ("$.a.concat(\"-\", $.b)", r#"{"a":["x","y"],"b":"z"}"#, r#""xy-z""#),
        ("$.a.append(3, {\"k\":[1]})", r#"{"a":[1]}"#, r#"[1,3,{"k":[1]}]"#),
        ("$.a.first()", r#"{"a":[1,2]}"#, "1"),
        ("$.a.last()", r#"{"a":[1,2]}"#, "2"),
        ("$.a.index(-2)", r#"{"a":[1,2]}"#, "1"),
        ("$.a.distinct()", r#"{"a":[1,2,1]}"#, "[1,2]"),
        ("$..n.sum()", r#"[{"n":1},{"n":2}]"#, "3.0"),
        ("$[*].a.length()", r#"[{"a":[1]},{"a":[1,2]},{}]"#, "[1,2]"),
        ("States.MathAdd($.a.length(), 1)", r#"{"a":[1]}"#, "2"),
    ]);
    assert!(eval("$.a.min()", r#"{"a":[]}"#).is_err());
    assert!(eval("$.a.length()", "{}").is_err());
}

#[test]
fn intrinsic_functions_compute() {
    check(&[
        ("States.Format('{} is {}', $.a, 1.5)", r#"{"a":"x"}"#, r#""x is 1.5""#),
        (r"States.Format('it\'s \{\} {} \\', null)", "{}", r#""it's {} null \\""#),
        ("States.Format($.t, $.o)", r#"{"t":"<{}>","o":{"A":1,"B":[true,"s"]}}"#, r#""<{A=1, B=[true, s]}>""#),
        ("States.StringToJson($.s)", r#"{"s":"{\"a\":[1]}"}"#, r#"{"a":[1]}"#),
        ("States.StringToJson('{\"NewField\": \"MyValue\" }')", "{}", r#"{"NewField":"MyValue"}"#),
        ("States.JsonToString($)", r#"{"a":"x"}"#, r#""{\"a\":\"x\"}""#),
        ("States.Array()", "{}", "[]"),
        ("States.Array( 1 , 'a,b)' , null , true, $['x,)'] )", r#"{"x,)":2}"#, r#"[1,"a,b)",null,true,2]"#),
        ("States.ArrayPartition($, 2)", "[1,2,3]", "[[1,2],[3]]"),
        ("States.ArrayContains($, 2)", "[1,2.0]", "true"),
        ("States.ArrayRange(1, 9, 2)", "{}", "[1,3,5,7,9]"),
        ("States.ArrayRange(5, 1, -2)", "{}", "[5,3,1]"),
        ("States.ArrayRange(1, 5, -1)", "{}", "[]"),
        ("States.ArrayGetItem($, 1)", "[5,6]", "6"),
        ("States.ArrayLength($)", "[5,6]", "2"),
        ("States.ArrayUnique($)", r#"[1,"1",1.0,[2],{"a":1},[2]]"#, r#"[1,"1",[2],{"a":1}]"#),
        ("States.Base64Encode('Data to encode')", "{}", r#""RGF0YSB0byBlbmNvZGU=""#),
        ("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "{}", r#""Data to encode""#),
        ("States.Hash('abc', 'MD5')", "{}", r#""900150983cd24fb0d6963f7d28e17f72""#),
        ("States.Hash('abc', 'SHA-1')", "{}", r#""a9993e364706816aba3e25717850c26c9cd0d89d""#),
        (
            "States.Hash('abc', 'SHA-256')",
            "{}",
            r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#,
        ),
        ("States.JsonMerge($.a, $.b, false)", r#"{"a":{"x":{"k":1},"y":1},"b":{"x":2}}"#, r#"{"x":2,"y":1}"#),
        ("States.MathAdd(-0.5, 0.5)", "{}", "1"),
        ("States.MathAdd(-1.5, 0)", "{}", "-1"),
        ("States.MathAdd($total, -8)", "{}", "-1"),
        ("States.StringSplit('1,2.3,,4', ',.')", "{}", r#"["1","2","3","4"]"#),
        ("States.StringSplit('Hello\nWorld', '\n')", "{}", r#"["Hello","World"]"#),
        ("States.ArrayGetItem(States.StringSplit('a-b', '-'), States.MathAdd(0, 1))", "{}", r#""b""#),
    ]);
}

#[test]
fn functions_refuse_what_they_cannot_take() {
    for call in [
        "States.Format('{}')",
        "States.Format('{}', 1, 2)",
        "States.Format($.n)",
        "States.Format($.brace, 1)",
        "States.StringToJson('{')",
        "States.ArrayPartition($.list, 0)",
        "States.ArrayRange(0, 1000, 1)",
        "States.ArrayRange(0, 1, 0)",
        "States.ArrayRange(-9223372036854775808, 9223372036854775807, 1)",
        "States.ArrayGetItem($.list, 1)",
        "States.ArrayGetItem($.list, -1)",
        "States.ArrayLength('x')",
        "States.Base64Decode('*')",
        "States.Base64Encode($.long)",
        "States.Hash('x', 'CRC')",
        "States.JsonMerge($, $, true)",
        "States.MathAdd('1', 1)",
        "States.MathAdd(9223372036854775807, 1)",
        "States.MathRandom(1, 1)",
    ] {
        let input = format!(r#"{{"n":1,"list":[1],"brace":"{{","long":"{}"}}"#, "x".repeat(10_001));
        let fault = eval(call, &input).expect_err(call);
        assert!(fault.starts_with(&format!("The function '{call}' had the following error: ")), "{fault}");
    }
}

#[test]
fn random_values_are_reproducible_and_in_range() {
    let draw = |call: &str| eval(call, "{}").expect(call);
    assert_eq!(draw("States.MathRandom(0, 999, 3)"), draw("States.MathRandom(0, 999, 3)"));
    assert_eq!(draw("States.UUID()"), draw("States.UUID()"));
    for seed in 0..200 {
        let drawn: i64 = draw(&format!("States.MathRandom(-3, 3, {seed})")).parse().expect("number");
        assert!((-3..3).contains(&drawn));
    }
    let uuid = draw("States.UUID()");
    let shape: String =
        uuid.trim_matches('"').chars().map(|it| if it.is_ascii_hexdigit() { 'x' } else { it }).collect();
    assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
    assert_eq!(&uuid[15..16], "4");
    assert!("89ab".contains(&uuid[20..21]));
    let both = draw("States.Array(States.UUID(), States.UUID())");
    assert_ne!(both[2..38], both[41..77]);
}

#[test]
fn wrong_texts_are_refused_with_their_place() {
    for (text, offset) in [
        ("$.", 2),
        ("$..", 3),
        ("$...a", 3),
        ("$a b", 2),
        ("$.a b", 3),
        ("$.a[", 4),
        ("$.a[]", 4),
        ("$.a['x", 4),
        ("$.a['x']x", 8),
        ("$.a[1:2:3]", 7),
        ("$.a[:]", 5),
        ("$.a[99999999999]", 4),
        ("$.a[?(@.b == )]", 13),
        ("$.a[?(@.b & 1)]", 10),
        ("$.a[?@.b]", 5),
        ("$.a[?(@.b]", 9),
        ("$.a[?(1)]", 7),
        ("$.a.nope()", 4),
        ("$.a.length().b", 12),
        ("$$x", 2),
        ("@.a", 0),
        ("", 0),
        ("States.Array(1", 14),
        ("States.Array(1,)", 15),
        ("States.Array(1) ?", 16),
        ("States.Array($.a[)", 17),
        ("States.Format('a\\nb')", 16),
        ("States.Format('{')", 15),
        ("States.array(1)", 0),
        ("Array(1)", 0),
    ] {
        let error = Expr::parse(text).expect_err(text);
        assert_eq!(error.offset, offset, "{text}: {error}");
    }
    let near = Expr::parse("States.array(1)").expect_err("unknown");
    assert_eq!((near.code, near.help.as_deref()), ("EXP003", Some("did you mean States.Array?")));
}

#[test]
fn results_do_not_nest_deeper_than_any_json() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let (wrapping, _) = template(r#"{"a.$":"$"}"#);
    assert!(with_env(&deep(999), |env| wrapping.eval(env)).is_ok());
    assert!(with_env(&deep(1000), |env| wrapping.eval(env)).is_err());
    let path = ReferencePath::parse("$.a.b").expect("path");
    assert!(path.write(&json("{}"), json(&deep(998))).is_ok());
    assert!(path.write(&json("{}"), json(&deep(999))).is_err());
}
