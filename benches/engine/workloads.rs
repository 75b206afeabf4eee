//! The machines that are measured: counting loops, a wide Map, a wide Parallel, a large payload, retries that are caught.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use stepscope::asl::Program;
use stepscope::engine::{Quotas, StartSpec};
use stepscope::handlers::{MockHost, Mocks, Otherwise, read_mocks};
use stepscope::json::text;
use stepscope::session::Run;
use stepscope::session::document::open;

/// Something to run over and over.
pub struct Workload {
    program: Arc<Program>,
    spec: Arc<StartSpec>,
    mocks: Arc<Mocks>,
}

impl Workload {
    fn new(definition: &Value, input: &Value, mocks: &Value) -> Self {
        let opened = open("bench", definition.to_string().as_bytes());
        let program = opened.documents.first().and_then(|it| it.definition.program.clone());
        let input = text::parse(&input.to_string()).expect("the input is JSON");
        let (mocks, _) = read_mocks(mocks.to_string().as_bytes(), None);
        Self {
            program: program.expect("the definition is valid"),
            spec: Arc::new(StartSpec { input, quotas: Quotas::Off, ..StartSpec::default() }),
            mocks: Arc::new(mocks.expect("the mocks are valid")),
        }
    }

    /// Runs it to its end.
    pub fn run(&self) -> Run {
        let mut host = MockHost::new(Arc::clone(&self.mocks), Otherwise::Ask);
        let mut run = Run::start(Arc::clone(&self.program), Arc::clone(&self.spec));
        run.finish(&mut host);
        assert_eq!(run.status().name(), "SUCCEEDED", "a workload succeeds");
        run
    }
}

/// Counts to `n` with a Choice and a Pass.
pub fn counting(n: u32) -> Workload {
    let definition = json!({"StartAt": "Init", "States": {
        "Init": {"Type": "Pass", "Parameters": {"i": 0, "n.$": "$.n"}, "Next": "More?"},
        "More?": {"Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$.i", "NumericLessThanPath": "$.n", "Next": "Count"}]},
        "Count": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)", "n.$": "$.n"}, "Next": "More?"},
        "Done": {"Type": "Succeed"}
    }});
    Workload::new(&definition, &json!({"n": n}), &json!({}))
}

/// Maps `n` items, 40 at a time.
pub fn mapping(n: u32) -> Workload {
    let definition = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 40, "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "P", "States": {
            "P": {"Type": "Pass", "Parameters": {"v.$": "$", "k": "x"}, "End": true}
        }}
    }}});
    Workload::new(&definition, &json!({"items": (1..=n).collect::<Vec<_>>()}), &json!({}))
}

/// Runs `n_branches` branches of `length` Pass states side by side.
pub fn forking(n_branches: u32, length: u32) -> Workload {
    let branch = |nth: u32| {
        let states = chain(length, &|it| format!("B{nth}P{it}"), &|it| json!({"Parameters": {"b": nth, "k": it}}));
        json!({"StartAt": format!("B{nth}P0"), "States": states})
    };
    let branches: Vec<Value> = (0..n_branches).map(branch).collect();
    let definition =
        json!({"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": branches, "End": true}}});
    Workload::new(&definition, &json!({}), &json!({}))
}

/// Carries some 200 KiB through `length` states that each change a part.
pub fn carrying(length: u32) -> Workload {
    let states = chain(length, &|it| format!("P{it}"), &|it| json!({"Result": {"n": it}, "ResultPath": "$.last"}));
    let row = |it: u32| json!({"id": it, "name": format!("item {it}"), "tags": ["alpha", "beta"], "price": 12.5});
    let input = json!({"rows": (0..3_000).map(row).collect::<Vec<_>>()});
    Workload::new(&json!({"StartAt": "P0", "States": states}), &input, &json!({}))
}

/// Calls `n` times a task that succeeds at the third attempt and one that never does and is caught.
pub fn retrying(n: u32) -> Workload {
    let retry = json!([{"ErrorEquals": ["Transient"], "IntervalSeconds": 1, "BackoffRate": 2.0, "MaxAttempts": 3}]);
    let definition = json!({"StartAt": "More?", "States": {
        "More?": {"Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$.i", "NumericLessThanPath": "$.n", "Next": "Flaky"}]},
        "Flaky": {"Type": "Task", "Resource": "f", "ResultPath": "$.r", "Retry": retry, "Next": "Broken"},
        "Broken": {"Type": "Task", "Resource": "f", "Next": "Count", "Retry": retry,
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Count"}]},
        "Count": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)", "n.$": "$.n"}, "Next": "More?"},
        "Done": {"Type": "Succeed"}
    }});
    let flaky = (0..n).flat_map(|_| {
        let busy = json!({"throw": {"error": "Transient", "cause": "try again"}});
        [busy.clone(), busy, json!({"return": {"ok": true}})]
    });
    let broken = json!({"throw": {"error": "Permanent", "cause": "no"}});
    let mocks = json!({"Flaky": flaky.collect::<Vec<_>>(), "Broken": [broken]});
    Workload::new(&definition, &json!({"i": 0, "n": n}), &mocks)
}

/// Returns Pass states that lead from one to the next.
fn chain(length: u32, name: &dyn Fn(u32) -> String, fields: &dyn Fn(u32) -> Value) -> Map<String, Value> {
    let state = |nth: u32| {
        let mut state = fields(nth);
        state["Type"] = json!("Pass");
        if nth + 1 == length {
            state["End"] = json!(true);
        } else {
            state["Next"] = json!(name(nth + 1));
        }
        (name(nth), state)
    };
    (0..length).map(state).collect()
}
