//! What an exploration costs: `cargo bench --bench explore`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use divan::Bencher;
use serde_json::{Map, Value, json};
use stepscope::engine::StartSpec;
use stepscope::explore::{Exploration, Given, Options, Watch, explore, threads};
use stepscope::json::{Json, text};
use stepscope::lint::Config;
use stepscope::session::Document;
use stepscope::session::document::open;

fn main() {
    for (name, document, goal_ms) in [
        ("7 tasks in 3 branches, 3 outcomes each", branches(), 50),
        ("30 tasks in a row, each retried and caught", row(30), 2_000),
    ] {
        for threads in [1, threads()] {
            let begin = Instant::now();
            let it = run(&document, threads);
            let ms = begin.elapsed().as_secs_f64() * 1000.0;
            let complete = if it.bounds.is_complete() { "all" } else { "cut" };
            println!("{name}, {threads} threads: {ms:.1} ms (goal {goal_ms}), {} states, {complete}", it.n_states);
        }
    }
    divan::main();
}

fn document(definition: &Value) -> Document {
    let opened = open("bench", definition.to_string().as_bytes());
    opened.documents.into_iter().next().expect("a definition")
}

fn task(next: Option<&str>) -> Value {
    let mut task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultPath": null,
        "Parameters": {"FunctionName": "f"}});
    match next {
        Some(next) => task["Next"] = json!(next),
        None => task["End"] = json!(true),
    }
    task
}

/// 7 tasks in 3 branches; each succeeds, is busy and is retried, or fails with anything else.
fn branches() -> Document {
    let branch = |of: &str, n_tasks: u32| {
        let mut states = Map::new();
        for idx in 0..n_tasks {
            let next = (idx + 1 < n_tasks).then(|| format!("{of}{}", idx + 1));
            let mut it = task(next.as_deref());
            it["Retry"] = json!([{"ErrorEquals": ["Busy"], "MaxAttempts": 1}]);
            states.insert(format!("{of}{idx}"), it);
        }
        json!({"StartAt": format!("{of}0"), "States": states})
    };
    document(&json!({"StartAt": "All", "States": {"All": {"Type": "Parallel", "End": true,
        "Branches": [branch("A", 3), branch("B", 2), branch("C", 2)]}}}))
}

/// `n` tasks in a row; each is retried and caught, and what catches it goes on with the next one.
fn row(n: u32) -> Document {
    let mut states = Map::new();
    for idx in 0..n {
        let next = if idx + 1 < n { format!("T{}", idx + 1) } else { "Done".to_owned() };
        let mut it = task(Some(&next));
        it["TimeoutSeconds"] = json!(60);
        it["Retry"] = json!([
            {"ErrorEquals": ["Lambda.ServiceException", "Lambda.TooManyRequestsException"], "MaxAttempts": 6},
            {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 3}
        ]);
        it["Catch"] = json!([
            {"ErrorEquals": ["Refused"], "ResultPath": "$.error", "Next": next},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}
        ]);
        states.insert(format!("T{idx}"), it);
    }
    states.insert("Failed".to_owned(), json!({"Type": "Fail", "Error": "Failed"}));
    states.insert("Done".to_owned(), json!({"Type": "Succeed"}));
    document(&json!({"StartAt": "T0", "States": states}))
}

fn run(document: &Document, threads: usize) -> Exploration {
    let cancel = AtomicBool::new(false);
    let watch = Watch { progress: &|_| {}, cancel: &cancel };
    let results = document.definition.outline.states.iter().map(|it| (Arc::clone(&it.name), Json::object::<&str>([])));
    let given = Given { input: text::parse("{}").ok(), ..Given::default() }.with_results(results);
    let options = Options { threads, ..Options::default() };
    let it = explore(document, &StartSpec::default(), &given, &Config::default(), &options, &watch);
    it.expect("the definition can be run")
}

#[divan::bench]
fn branches_of_7_tasks(bencher: Bencher<'_, '_>) {
    let document = branches();
    bencher.bench(|| run(&document, threads()));
}

#[divan::bench]
fn row_of_30_tasks(bencher: Bencher<'_, '_>) {
    let document = row(30);
    bencher.bench(|| run(&document, threads()));
}
