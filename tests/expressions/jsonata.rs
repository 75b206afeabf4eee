//! JSONata as the service has it: a table of expressions with what they give, and what an expression tells of itself.

use stepscope::expr::{Draws, Env, JsonataExpr, Outcome, Reference, Template};
use stepscope::json::{Json, text};
use stepscope::time::Timestamp;

use super::recorded::node;

const TABLE: &str = include_str!("jsonata.txt");

fn env<'a>(input: &'a Json, draws: &'a Draws, variables: &'a dyn Fn(&str) -> Option<Json>) -> Env<'a> {
    Env {
        input,
        context: &|| Json::object([("State", Json::object([("Name", Json::from("Ship"))]))]),
        variables,
        draws,
        outcome: Outcome::default(),
        now: Timestamp::from_millis(1_700_000_000_000),
    }
}

/// Evaluates as the table writes results.
fn show(expression: &str, input: &Json) -> String {
    let expr = match JsonataExpr::parse(expression, "Output") {
        Ok(expr) => expr,
        Err(error) => return format!("refused {}", error.message),
    };
    match expr.eval(&env(input, &Draws::new(1), &|_| None)) {
        Ok(value) => text::compact(&value),
        Err(fault) => {
            let before = format!("The JSONata expression '{expression}' specified for the field 'Output' ");
            let what = fault.detail.strip_prefix(&before).unwrap_or_else(|| panic!("{}", fault.detail));
            match what {
                "returned nothing (undefined)." => "undefined".to_owned(),
                "returned an unsupported result type." => "function".to_owned(),
                what => what.replace("threw an error during evaluation", "! "),
            }
        }
    }
}

#[test]
fn every_line_of_the_table_gives_what_it_says() {
    let mut input = Json::Null;
    let mut wrong = Vec::new();
    let mut n_lines = 0;
    for line in TABLE.lines().filter(|it| !it.is_empty() && !it.starts_with("--")) {
        if let Some(value) = line.strip_prefix("input ") {
            input = text::parse(value).expect("JSON");
            continue;
        }
        let (expression, expected) = line.split_once("  =>  ").expect("a result");
        let shown = show(expression, &input);
        // Members have no order.
        let same = match (text::parse(&shown), text::parse(expected)) {
            (Ok(shown), Ok(expected)) => shown == expected,
            _ => shown == expected,
        };
        if !same {
            wrong.push(format!("{expression}\n    expected {expected}\n    but was  {shown}"));
        }
        n_lines += 1;
    }
    assert!(wrong.is_empty(), "{} of {n_lines}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_expression_sees_states_and_variables() {
    let input = text::parse(r#"{"n": 2, "items": [{"id": 1}, {"id": 2}]}"#).expect("JSON");
    let (draws, result, error) = (Draws::new(1), Json::from(7), text::parse(r#"{"Error": "E"}"#).expect("JSON"));
    let variables = |name: &str| match name {
        "total" => Some(Json::from(40)),
        "order" => text::parse(r#"{"id": "A", "lines": [{"sku": "x"}, {"sku": "y"}]}"#).ok(),
        // A variable hides a function of its name.
        "pad" | "sum" => Some(Json::from("mine")),
        _ => None,
    };
    let given = Outcome { result: Some(&result), error_output: Some(&error) };
    let env = Env { outcome: given, ..env(&input, &draws, &variables) };
    for (expression, expected) in [
        ("$states.input.n + $total", "42"),
        ("$states.result", "7"),
        ("$states.errorOutput.Error", r#""E""#),
        ("$states.context.State.Name", r#""Ship""#),
        ("$keys($states)", r#"["input","result","errorOutput","context"]"#),
        ("$states.input.items.id", "[1,2]"),
        ("$states.input.items[id > 1]", r#"{"id":2}"#),
        ("$order.lines.sku & $order.id", r#""[\"x\",\"y\"]A""#),
        ("$count($order)", "1"),
        ("($order := 5; $order)", "5"),
        ("$pad & $sum", r#""minemine""#),
        ("$exists($nowhere)", "false"),
    ] {
        let value = JsonataExpr::parse(expression, "Output").expect(expression).eval(&env).expect(expression);
        assert_eq!(text::compact(&value), expected, "{expression}");
    }
    for call in ["$pad('a', 3)", "$sum([1])"] {
        let fault = JsonataExpr::parse(call, "Output").expect(call).eval(&env).expect_err(call);
        assert!(fault.detail.ends_with("evaluation. T1006: Attempted to invoke a non-function"), "{}", fault.detail);
    }
}

#[test]
fn an_expression_tells_what_it_names() {
    let expr = |text: &str| JsonataExpr::parse(text, "Output").expect(text);
    let variables = |text: &str| expr(text).variables().collect::<Vec<_>>().join(" ");
    assert_eq!(variables("$a + $sum($b.c) & $states.input.d & '$e' /* $f */"), "a b");
    assert_eq!(variables("($x := $y; $map($z, function($v, $i) { $v & $x & $w }))"), "w y z");
    assert_eq!(variables("$states.input.a@$l#$i.($l & $i & $k)"), "k");
    assert_eq!(variables("$uuid() & $parse($raw) & $custom(1)"), "custom raw");
    let told: Vec<String> = expr("$x + phone & $$.a").bare_names().iter().map(Reference::sentence).collect();
    assert_eq!(
        told,
        ["Reference to 'phone' at the top level is not supported.", "Reference to '$$' is not supported."]
    );
    assert_eq!(expr("$x + phone").bare_names()[0].offset, 5);
    assert!(expr("$states.errorOutput.Cause").names_state_member("errorOutput"));
    assert!(!expr("$states.input.errorOutput").names_state_member("errorOutput"));
}

#[test]
fn the_expressions_of_a_template_share_what_they_convert_and_name_their_places() {
    let source = r#"{"a": "{% $states.input.items %}", "b": ["{% $states.input %}", "{% $states.input.items.id %}"],
        "c": "{% $nowhere %}", "plain": "{% not closed"}"#;
    let (template, found) = Template::parse_jsonata(&node(&text::parse(source).expect("JSON")), "/States/A", "Output");
    assert_eq!(found, []);
    let input = text::parse(r#"{"items": [{"id": 9007199254740993}]}"#).expect("JSON");
    let draws = Draws::new(1);
    let with = |name: &str| (name == "nowhere").then_some(Json::Null);
    let value = template.eval(&env(&input, &draws, &with)).expect("a value");
    let items = r#"[{"id":9007199254740993}]"#;
    let expected =
        format!(r#"{{"a":{items},"b":[{{"items":{items}}},9007199254740993],"c":null,"plain":"{{% not closed"}}"#);
    assert_eq!(text::compact(&value), expected);
    let fault = template.eval(&env(&input, &draws, &|_| None)).expect_err("undefined");
    assert_eq!(fault.location.as_deref(), Some("Output/c"));
}

#[test]
fn a_failed_evaluation_draws_as_a_good_one() {
    let input = Json::Null;
    let draws = Draws::new(5);
    let expr = JsonataExpr::parse("$number('x' & $uuid())", "Output").expect("an expression");
    let env = env(&input, &draws, &|_| None);
    let told = |env: &Env<'_>| expr.eval(env).expect_err("no number").detail.to_string();
    // The sentence names the very value that could not be cast, although it comes from a second evaluation.
    let first = told(&env);
    assert_eq!(first, told(&Env { draws: &Draws::new(5), ..env }));
    assert_ne!(first, told(&env));
}
