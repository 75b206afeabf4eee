//! Expressions of recorded cases and public definitions, where the folder `../shared` with them is at hand.

use std::path::{Path as File, PathBuf};

use stepscope::diagnostic::Span;
use stepscope::expr::{Draws, Env, Expr, Outcome, Path, ReferencePath, Template};
use stepscope::json::source::{Member, Node, Value};
use stepscope::json::{Array, Json, Object, text};
use stepscope::time::Timestamp;

/// Returns every JSON file below a folder of `../shared`, with its name; nothing, and says so, where it is absent.
fn shared(folder: &str) -> Vec<(String, Json)> {
    fn list(folder: &File, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                list(&path, files);
            } else if path.extension().is_some_and(|it| it == "json") {
                files.push(path);
            }
        }
    }
    let root = File::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1).take(2).map(|it| it.join("shared"));
    let Some(root) = root.map(|it| it.join(folder)).find(|it| it.is_dir()) else {
        eprintln!("skipped: ../shared/{folder} is absent");
        return Vec::new();
    };
    let mut files = Vec::new();
    list(&root, &mut files);
    files.sort();
    let read =
        |path: PathBuf| Some((path.display().to_string(), text::parse(&std::fs::read_to_string(path).ok()?).ok()?));
    files.into_iter().filter_map(read).collect()
}

/// Gives a value the shape of a definition, without places.
pub(crate) fn node(value: &Json) -> Node {
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Number(*value),
        Json::String(value) => Value::String(value.clone()),
        Json::Array(items) => Value::Array(items.iter().map(node).collect()),
        Json::Object(members) => {
            let member = |(name, value): (&std::sync::Arc<str>, &Json)| Member {
                name: name.clone(),
                name_span: Span::default(),
                value: node(value),
            };
            Value::Object(members.iter().map(member).collect())
        }
    };
    Node { span: Span::default(), value, tag: None }
}

/// Which of the texts in fields is what.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Field {
    Expr,
    Path,
    ReferencePath,
}

/// Calls `visit` with every field of a definition that holds an expression of the JSONPath language.
fn for_each_field(at: &Json, visit: &mut dyn FnMut(&str, Field, &str)) {
    if at.get("QueryLanguage").and_then(Json::as_str) == Some("JSONata") {
        return;
    }
    for item in at.as_array().into_iter().flat_map(Array::iter) {
        for_each_field(item, visit);
    }
    for (name, value) in at.as_object().into_iter().flat_map(Object::iter) {
        let kind = match &**name {
            "ResultPath" | "TimeoutSecondsPath" | "HeartbeatSecondsPath" | "SecondsPath" | "TimestampPath" => {
                Some(Field::ReferencePath)
            }
            "InputPath" | "OutputPath" | "ItemsPath" | "Variable" | "MaxConcurrencyPath" => Some(Field::Path),
            "ErrorPath" | "CausePath" => Some(Field::Expr),
            name if name.ends_with(".$") => Some(Field::Expr),
            _ => None,
        };
        match (kind, value.as_str()) {
            (Some(kind), Some(value)) => visit(name, kind, value),
            // The Result of a Pass state is a literal, whatever its fields are called (recorded).
            _ if &**name != "Result" => for_each_field(value, visit),
            _ => {}
        }
    }
}

#[test]
fn every_expression_of_accepted_definitions_is_read() {
    let mut n_read = 0;
    let mut refused = Vec::new();
    let cases = shared("conformance/cases/execution").into_iter();
    let definitions = cases.filter_map(|(name, case)| Some((name, case.get("definition")?.clone())));
    for (name, definition) in definitions.chain(shared("definitions/definition")) {
        for_each_field(&definition, &mut |field, kind, value| {
            // Placeholders of templates are filled in before the service sees the definition.
            if value.contains("${") {
                return;
            }
            let result = match kind {
                Field::Expr => Expr::parse(value).map(|_| ()),
                Field::Path => Path::parse(value).map(|_| ()),
                Field::ReferencePath => ReferencePath::parse(value).map(|_| ()),
            };
            n_read += 1;
            if let Err(error) = result {
                refused.push(format!("{name}: {field}: {value}: {error}"));
            }
        });
    }
    eprintln!("{n_read} expressions");
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn every_expression_that_the_service_refused_is_refused() {
    for (name, case) in shared("conformance/cases/validation") {
        let error = case.get("expected").and_then(|it| it.get("error")).and_then(|it| it.get("message"));
        if !error.and_then(Json::as_str).is_some_and(|it| it.contains("must be a valid JSONPath")) {
            continue;
        }
        let mut n_refused = 0;
        if let Some(definition) = case.get("definition") {
            for_each_field(definition, &mut |_, _, value| n_refused += usize::from(Expr::parse(value).is_err()));
        }
        assert!(n_refused > 0, "{name}");
    }
}

/// Executions of a single Pass state with Parameters and nothing else: the answer is the template's value.
#[test]
fn recorded_templates_give_the_recorded_values() {
    let mut n_cases = 0;
    for (name, case) in shared("conformance/cases/execution") {
        let states = case.get("definition").and_then(|it| it.get("States")).and_then(Json::as_object);
        let Some((_, state)) = states.filter(|it| it.len() == 1).and_then(|it| it.iter().next()) else { continue };
        let is_plain =
            ["InputPath", "OutputPath", "ResultPath", "Result", "Assign"].iter().all(|it| state.get(it).is_none());
        let (Some(parameters), Some(input), true) = (state.get("Parameters"), case.get("input"), is_plain) else {
            continue;
        };
        let expected = case.get("expected").expect("expected");
        if state.get("Type").and_then(Json::as_str) != Some("Pass") {
            continue;
        }
        let (template, found) = Template::parse(&node(parameters), "");
        assert_eq!(found, [], "{name}");
        // The recorder's placeholder for the name of the state machine.
        let machine = Json::object([("Name", Json::from("ArnPart_0idx"))]);
        let execution = Json::object([("Input", input.clone())]);
        let context = || Json::object([("StateMachine", machine.clone()), ("Execution", execution.clone())]);
        let draws = Draws::new(0);
        let env = Env {
            input,
            context: &context,
            variables: &|_| None,
            draws: &draws,
            outcome: Outcome::default(),
            now: Timestamp::default(),
        };
        let text = text::compact(parameters);
        if text.contains("MathRandom") || text.contains("UUID") || text.contains("\"$$\"") {
            assert!(template.eval(&env).is_ok(), "{name}");
            continue;
        }
        match template.eval(&env) {
            Ok(value) => assert_eq!(Some(&value), expected.get("output"), "{name}"),
            Err(fault) => {
                assert_eq!(expected.get("error").and_then(Json::as_str), Some(fault.error), "{name}: {fault:?}");
                let cause = expected.get("cause").and_then(Json::as_str).unwrap_or_default();
                // The recorder has put a placeholder in the place of the input.
                let (said, _) = fault.detail.split_once(" the input '").unwrap_or((&fault.detail, ""));
                assert!(cause.contains(said), "{name}: {said}");
            }
        }
        n_cases += 1;
    }
    eprintln!("{n_cases} recorded templates");
}

/// TestState shows what came before and after Parameters and ResultSelector.
#[test]
fn recorded_inspections_show_the_values_of_their_templates() {
    let mut n_compared = 0;
    for (name, case) in shared("conformance/cases/test_state") {
        let response = case.get("expected").and_then(|it| it.get("response"));
        let (Some(definition), Some(shown)) =
            (case.get("definition"), response.and_then(|it| it.get("inspectionData")))
        else {
            continue;
        };
        let given = case.get("request").and_then(|it| it.get("context")).and_then(Json::as_str);
        let context = || given.and_then(|it| text::parse(it).ok()).unwrap_or_default();
        for (field, before, after) in
            [("Parameters", "afterInputPath", "afterParameters"), ("ResultSelector", "result", "afterResultSelector")]
        {
            let (Some(field), Some(input), Some(expected)) =
                (definition.get(field), shown.get(before), shown.get(after))
            else {
                continue;
            };
            // Dates in the context have been masked.
            if text::compact(expected).contains("\"date\"") {
                continue;
            }
            let (template, found) = Template::parse(&node(field), "");
            assert_eq!(found, [], "{name}");
            let draws = Draws::new(0);
            let env = Env {
                input,
                context: &context,
                variables: &|_| None,
                draws: &draws,
                outcome: Outcome::default(),
                now: Timestamp::default(),
            };
            assert_eq!(template.eval(&env).as_ref(), Ok(expected), "{name} {after}");
            n_compared += 1;
        }
    }
    eprintln!("{n_compared} recorded inspections");
}
