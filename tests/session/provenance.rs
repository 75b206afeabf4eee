//! Where a value came from.

use std::fmt::Write as _;
use stepscope::engine::EventKind;
use stepscope::expr::{Draws, Env, Outcome, Path};
use stepscope::json::Json;
use stepscope::json::text::compact;
use stepscope::session::flow::Field;
use stepscope::session::provenance::{Asked, Question, Trail, What, provenance};
use stepscope::session::visit::Visit;

use super::*;
use crate::support::runs::N_RANDOM;
use stepscope::time::Timestamp;

fn run_of(case: &Case) -> Run {
    let mut run = case.start();
    run.finish(&mut *case.host());
    run
}

fn ask(run: &Run, entered: EventId, of: Asked, pointer: &str) -> Trail {
    let upto = run.tip().event;
    let visit = Visit::of_events(run.log(), run.tip().event, entered).expect("the event enters a state");
    let attempt = visit.attempts.len().saturating_sub(1);
    let way = pointer.split('/').skip(1).map(Arc::from).collect();
    provenance(run.program(), run.log(), &Question { entered, upto, attempt, of, way })
}

/// Writes a trail: a line a hop, sources indented.
fn show(run: &Run, trail: &Trail, depth: usize, out: &mut Vec<String>) {
    for hop in &trail.hops {
        let state = run.program().outline.name(hop.state);
        let words = [hop.what.words(), state.to_owned(), hop.path.clone()];
        let words: Vec<String> = words.into_iter().filter(|it| !it.is_empty()).collect();
        let mut line = format!("{}{}", "  ".repeat(depth), words.join(" "));
        if let Some(text) = &hop.expression {
            let _ = write!(line, " by {text}");
        }
        if hop.n_through > 0 {
            let _ = write!(line, " through {}", hop.n_through);
        }
        if hop.is_made {
            line.push_str(" made of");
        }
        out.push(line);
    }
    for source in &trail.sources {
        show(run, source, depth + 1, out);
    }
}

/// Checks where a part of the output of a state's last visit came from.
fn check(definition: &str, input: &str, mocks: Option<&str>, asked: (&str, Asked, &str), expected: &[&str]) {
    let run = run_of(&Case::mocked("provenance", definition, input, mocks, None));
    let (state, of, pointer) = asked;
    let id = run.program().outline.find(state).expect("the workflow has it");
    let is_entry = |it: &&stepscope::engine::Event| it.state == id && matches!(it.kind, EventKind::StateEntered { .. });
    let entered = run.log().iter().rev().find(is_entry).expect("the state was visited").id;
    let mut lines = Vec::new();
    show(&run, &ask(&run, entered, of, pointer), 0, &mut lines);
    assert_eq!(lines, expected, "{state} {pointer}");
}

const OUTPUT: Asked = Asked::Field(Field::Output);
const INPUT: Asked = Asked::Field(Field::Input);
const TASK: &str = r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:t""#;

fn chain() -> String {
    format!(
        r#"{{"StartAt": "Look", "States": {{
        "Look": {{{TASK}, "Parameters": {{"id.$": "$.order.id", "kind": "book"}},
            "ResultSelector": {{"total.$": "$.sum", "tag.$": "States.Format('{{}}-{{}}', $.a, $.b)"}},
            "ResultPath": "$.found", "Next": "Rest"}},
        "Rest": {{"Type": "Wait", "Seconds": 1, "Next": "Ask"}},
        "Ask": {{"Type": "Choice", "Choices": [{{"Variable": "$.found.total", "NumericGreaterThan": 0, "Next": "Use"}}], "Default": "Use"}},
        "Use": {{{TASK}, "InputPath": "$.found", "Parameters": {{"pay.$": "$.total", "all.$": "$", "by": {{"cash": true}}}},
            "OutputPath": "$", "End": true}}}}}}"#
    )
}
const MOCKS: &str = r#"{"Look": [{"return": {"sum": 7, "a": 1, "b": 2}}], "Use": [{"return": {"ok": 1}}]}"#;
const ORDER: &str = r#"{"order": {"id": 4}, "unused": {}}"#;

#[test]
fn a_parameter_leads_through_result_path_and_selector_to_the_task() {
    check(
        &chain(),
        ORDER,
        Some(MOCKS),
        ("Use", Asked::Field(Field::Parameters), "/pay"),
        &[
            "Parameters Use $.total by $.total",
            "InputPath Use $.found.total by $.found",
            "ResultPath Look $.total by $.found through 2",
            "ResultSelector Look $.sum by $.sum",
            "Task result Look $.sum",
        ],
    );
}

#[test]
fn a_function_names_everything_that_it_reads() {
    check(
        &chain(),
        ORDER,
        Some(MOCKS),
        ("Use", INPUT, "/found/tag"),
        &[
            "ResultPath Look $.tag by $.found through 2",
            "ResultSelector Look $ by States.Format('{}-{}', $.a, $.b) made of",
            "  Task result Look $.a",
            "  Task result Look $.b",
        ],
    );
}

#[test]
fn literals_and_the_input_of_the_execution_are_beginnings() {
    check(
        &chain(),
        ORDER,
        Some(MOCKS),
        ("Use", Asked::Field(Field::Parameters), "/by/cash"),
        &["Written in the definition Use $.by.cash by Parameters/by/cash"],
    );
    check(&chain(), ORDER, Some(MOCKS), ("Use", INPUT, "/order/id"), &["Execution input $.order.id through 3"]);
    check(
        &chain(),
        ORDER,
        Some(MOCKS),
        ("Use", INPUT, ""),
        &[
            "ResultPath Look $ by $.found through 2 made of",
            "  Execution input $",
            "  ResultSelector Look $ made of",
            "    ResultSelector Look $.sum by $.sum",
            "    Task result Look $.sum",
            "    ResultSelector Look $ by States.Format('{}-{}', $.a, $.b) made of",
            "      Task result Look $.a",
            "      Task result Look $.b",
        ],
    );
}

#[test]
fn items_of_a_map_keep_their_index() {
    let definition = format!(
        r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "ItemsPath": "$.list", "MaxConcurrency": 1,
        "ItemSelector": {{"v.$": "$$.Map.Item.Value.n", "i.$": "$$.Map.Item.Index", "k.$": "$.k"}}, "Next": "After",
        "ItemProcessor": {{"StartAt": "P", "States": {{"P": {{"Type": "Pass", "Next": "Q"}}, "Q": {{{TASK}, "ResultPath": "$.r", "End": true}}}}}}}},
        "After": {{"Type": "Pass", "End": true}}}}}}"#
    );
    let (input, mocks) = (r#"{"list": [{"n": 1}, {"n": 2}], "k": 5}"#, Some(r#"{"Q": [{"return": {"x": 3}}]}"#));
    check(
        &definition,
        input,
        mocks,
        ("After", INPUT, "/1/v"),
        &[
            "Result M $[1].v",
            "ItemSelector M $$.Map.Item.Value.n by $$.Map.Item.Value.n through 2",
            "ItemsPath M $.list[1].n by $.list",
            "Execution input $.list[1].n",
        ],
    );
    check(
        &definition,
        input,
        mocks,
        ("After", INPUT, "/0/r/x"),
        &["Result M $[0].r.x", "ResultPath Q $.x by $.r", "Task result Q $.x"],
    );
    check(
        &definition,
        input,
        mocks,
        ("Q", INPUT, "/i"),
        &["ItemSelector M $$.Map.Item.Index by $$.Map.Item.Index through 1", "Context object M $$.Map.Item.Index"],
    );
    check(
        &definition,
        input,
        mocks,
        ("M", Asked::Field(Field::ItemSelector), "/0/k"),
        &["ItemSelector M $.k by $.k", "Execution input $.k"],
    );
}

#[test]
fn branches_of_a_parallel_are_told_apart() {
    let definition = format!(
        r#"{{"StartAt": "B", "States": {{"B": {{"Type": "Parallel", "Parameters": {{"in.$": "$.deep"}}, "Next": "After", "Branches": [
        {{"StartAt": "L", "States": {{"L": {{{TASK}, "End": true}}}}}},
        {{"StartAt": "R", "States": {{"R": {{"Type": "Pass", "End": true}}}}}}]}},
        "After": {{"Type": "Pass", "End": true}}}}}}"#
    );
    let (input, mocks) = (r#"{"deep": {"a": 1}}"#, Some(r#"{"L": [{"return": {"x": 3}}]}"#));
    check(&definition, input, mocks, ("After", INPUT, "/0/x"), &["Result B $[0].x", "Task result L $.x"]);
    check(
        &definition,
        input,
        mocks,
        ("After", INPUT, "/1/in/a"),
        &["Result B $[1].in.a", "Parameters B $.deep.a by $.deep through 1", "Execution input $.deep.a"],
    );
}

#[test]
fn variables_lead_to_the_state_that_assigned_them() {
    let definition = format!(
        r#"{{"StartAt": "Set", "States": {{
        "Set": {{{TASK}, "Assign": {{"rate.$": "$.r", "fixed": [8]}}, "Next": "Box"}},
        "Box": {{"Type": "Parallel", "Next": "Use", "Branches": [
            {{"StartAt": "In", "States": {{"In": {{"Type": "Pass", "Parameters": {{"seen.$": "$rate"}}, "End": true}}}}}}]}},
        "Use": {{"Type": "Pass", "Parameters": {{"f.$": "$fixed[0]"}}, "End": true}}}}}}"#
    );
    let mocks = Some(r#"{"Set": [{"return": {"r": {"eur": 2}}}]}"#);
    check(
        &definition,
        "{}",
        mocks,
        ("In", OUTPUT, "/seen/eur"),
        &[
            "Parameters In $rate.eur by $rate",
            "Variable Set $rate.eur",
            "Assign Set $.r.eur by $.r",
            "Task result Set $.r.eur",
        ],
    );
    check(
        &definition,
        "{}",
        mocks,
        ("Use", OUTPUT, "/f"),
        &[
            "Parameters Use $fixed[0] by $fixed[0]",
            "Variable Set $fixed[0]",
            "Written in the definition Set $.fixed[0] by Assign/fixed/0",
        ],
    );
    check(
        &definition,
        "{}",
        mocks,
        ("Use", Asked::Variables, "/rate"),
        &["Variable Set $rate", "Assign Set $.r by $.r", "Task result Set $.r"],
    );
}

#[test]
fn what_a_catcher_hands_on_leads_to_the_failed_attempt() {
    let definition = format!(
        r#"{{"StartAt": "T", "States": {{"T": {{{TASK}, "Catch": [{{"ErrorEquals": ["States.ALL"], "ResultPath": "$.err", "Next": "Use"}}], "End": true}},
        "Use": {{"Type": "Pass", "End": true}}}}}}"#
    );
    let (input, mocks) = (r#"{"a": 1}"#, Some(r#"{"T": [{"throw": {"error": "Full", "cause": "no bed"}}]}"#));
    check(
        &definition,
        input,
        mocks,
        ("Use", OUTPUT, "/err/Cause"),
        &["ResultPath T $.Cause by $.err", "Error of the attempt T $.Cause"],
    );
    check(&definition, input, mocks, ("Use", OUTPUT, "/a"), &["Execution input $.a through 1"]);
}

#[test]
fn expressions_of_jsonata_lead_along_their_paths() {
    let definition = format!(
        r#"{{"QueryLanguage": "JSONata", "StartAt": "T", "States": {{
        "T": {{{TASK}, "Arguments": {{"n": "{{% $states.input.n %}}"}}, "Output": {{"deep": "{{% $states.result.r %}}", "sum": "{{% $states.input.n + $states.result.r.x %}}",
            "prices": "{{% $states.input.items.price %}}", "now": "{{% 1 + 1 %}}", "lit": "text"}},
            "Assign": {{"v": "{{% $states.result.r.x %}}"}}, "Next": "Use"}},
        "Use": {{"Type": "Pass", "Output": {{"w": "{{% $v %}}", "all": "{{% $states.input %}}"}}, "End": true}}}}}}"#
    );
    let input = r#"{"n": 1, "items": [{"price": 1}, {"price": 2}]}"#;
    let mocks = Some(r#"{"T": [{"return": {"r": {"x": 3}}}]}"#);
    let at = |pointer, expected: &[&str]| check(&definition, input, mocks, ("Use", OUTPUT, pointer), expected);
    at(
        "/all/deep/x",
        &[
            "Output Use $.deep.x by {% $states.input %}",
            "Output T $.r.x by {% $states.result.r %}",
            "Task result T $.r.x",
        ],
    );
    at(
        "/all/sum",
        &[
            "Output Use $.sum by {% $states.input %}",
            "Output T $ by {% $states.input.n + $states.result.r.x %} made of",
            "  Execution input $.n",
            "  Task result T $.r.x",
        ],
    );
    at(
        "/all/prices/1",
        &[
            "Output Use $.prices[1] by {% $states.input %}",
            "Output T $.items by {% $states.input.items.price %} made of",
            "Execution input $.items",
        ],
    );
    at("/all/now", &["Output Use $.now by {% $states.input %}", "Computed from nothing else T $ by {% 1 + 1 %}"]);
    at("/all/lit", &["Output Use $.lit by {% $states.input %}", "Written in the definition T $.lit by Output/lit"]);
    at(
        "/w",
        &[
            "Output Use $v by {% $v %}",
            "Variable T $v",
            "Assign T $.r.x by {% $states.result.r.x %}",
            "Task result T $.r.x",
        ],
    );
}

#[test]
fn a_loop_of_thousands_is_gone_back_through() {
    let definition = r#"{"StartAt": "Count", "States": {
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "k.$": "$.k"}, "Next": "Again"},
        "Again": {"Type": "Choice", "Default": "Done", "Choices": [{"Variable": "$.n", "NumericLessThan": 2000, "Next": "Count"}]},
        "Done": {"Type": "Succeed"}}}"#;
    let run = run_of(&Case::mocked("loop", definition, r#"{"n": 0, "k": 1}"#, None, None));
    let entered =
        run.log().iter().rev().find(|it| matches!(it.kind, EventKind::StateEntered { .. })).expect("it ran").id;
    let trail = ask(&run, entered, INPUT, "/k");
    assert_eq!(trail.hops.last().map(|it| it.what.is_beginning()), Some(true));
    assert!(matches!(trail.hops.last().map(|it| it.what), Some(What::Unknown("the way is too long to be shown"))));
}

/// Returns the value that a beginning says it is.
fn beginning(run: &Run, trail: &Trail) -> Option<Json> {
    let hop = trail.hops.last()?;
    let whole = match (hop.what, &run.log().event(hop.event)?.kind) {
        (What::Literal, _) => return hop.value.clone(),
        (What::TaskResult, EventKind::TaskSucceeded { output, .. }) => output.clone(),
        (What::ExecutionInput, _) => match &run.log().event(EventId(1))?.kind {
            EventKind::ExecutionStarted { input } => input.clone(),
            _ => return None,
        },
        _ => return None,
    };
    let env = Env {
        input: &whole,
        context: &|| Json::Null,
        variables: &|_| None,
        draws: &Draws::new(0),
        outcome: Outcome::default(),
        now: Timestamp::default(),
    };
    Path::parse(&hop.path).unwrap_or_else(|it| panic!("{}: {it:?}", hop.path)).eval(&env).ok()
}

/// Returns the pointers to all values in `value`.
fn pointers(value: &Json, at: &str, out: &mut Vec<(String, Json)>) {
    out.push((at.to_owned(), value.clone()));
    match value {
        Json::Object(members) => members.iter().for_each(|(name, it)| pointers(it, &format!("{at}/{name}"), out)),
        Json::Array(items) => items.iter().zip(0..).for_each(|(it, idx)| pointers(it, &format!("{at}/{idx}"), out)),
        _ => {}
    }
}

#[test]
fn a_value_is_what_it_is_at_its_beginning() {
    let mut n_found = 0;
    for seed in 0..N_RANDOM / 4 {
        let run = run_of(&Case::random(seed));
        let exits: Vec<_> = run.log().iter().filter(|it| matches!(it.kind, EventKind::StateExited { .. })).collect();
        for exit in exits.iter().rev().take(12) {
            let EventKind::StateExited { output, .. } = &exit.kind else { continue };
            let is_entry = |it: &&stepscope::engine::Event| {
                it.strand == exit.strand && it.id < exit.id && matches!(it.kind, EventKind::StateEntered { .. })
            };
            let Some(entered) = run.log().iter().rev().find(is_entry).map(|it| it.id) else { continue };
            let mut all = Vec::new();
            pointers(output, "", &mut all);
            for (pointer, value) in all.into_iter().filter(|it| it.1.size_bytes() < 1_000).take(12) {
                let upto = exit.id;
                let visit = Visit::of_events(run.log(), upto, entered).expect("it enters a state");
                let attempt = visit.attempts.len().saturating_sub(1);
                let way = pointer.split('/').skip(1).map(Arc::from).collect();
                let question = Question { entered, upto, attempt, of: OUTPUT, way };
                let trail = provenance(run.program(), run.log(), &question);
                assert!(!trail.hops.is_empty(), "workflow {seed}, event {}, {pointer}", exit.id.0);
                if trail.sources.is_empty()
                    && trail.hops.iter().all(|it| !it.is_made)
                    && let Some(began) = beginning(&run, &trail)
                {
                    let lines = {
                        let mut lines = Vec::new();
                        show(&run, &trail, 0, &mut lines);
                        lines
                    };
                    assert_eq!(
                        compact(&began),
                        compact(&value),
                        "workflow {seed}, {}, event {}, {pointer}: {lines:#?}",
                        run.program().outline.name(exit.state),
                        exit.id.0
                    );
                    n_found += 1;
                }
            }
        }
    }
    assert!(n_found > 300, "{n_found}");
}
