//! Random workflows: valid definitions with every type of state, nested blocks, handlers and data fields.
//!
//! Almost all inputs of states keep the members `n` (a number) and `list` (an array), which paths refer to; a few states
//! lose them on purpose, so that expressions without a value come up too. Transitions lead forward, except for a few
//! loops that only a quota ends.

use serde_json::{Map, Value, json};

use super::random::Random;

/// The error names that tasks fail with and handlers name.
pub const ERRORS: [&str; 4] = ["Busy", "Broken", "Lambda.TooManyRequestsException", "Nobody.Knows"];

const DEEPEST: u32 = 3;

/// Returns the definition of the random workflow `seed`.
pub fn definition(seed: u64) -> Value {
    // A loop ends by the quota of events, which neither Express executions nor runs past the quotas have.
    let loops = !seed.is_multiple_of(5) && !seed.is_multiple_of(7);
    let mut maker = Maker { random: Random::new(seed), n_states: 0, loops };
    let mut root = maker.block(0);
    if maker.random.percent(10) {
        root.insert("TimeoutSeconds".to_owned(), json!(1 + maker.random.below(60)));
    }
    Value::Object(root)
}

/// Returns an input with the members that random workflows refer to.
pub fn input(seed: u64) -> Value {
    let mut random = Random::new(seed ^ 0x1f);
    let list: Vec<u64> = (0..random.below(5)).map(|_| random.below(100)).collect();
    json!({"n": random.below(10), "list": list})
}

struct Maker {
    random: Random,
    n_states: u32,
    loops: bool,
}

impl Maker {
    /// Returns `StartAt` and `States` of a block at `depth`.
    fn block(&mut self, depth: u32) -> Map<String, Value> {
        let n_here = 1 + self.random.below(if depth == 0 { 6 } else { 3 }) as u32;
        let names: Vec<String> = (0..n_here).map(|idx| format!("S{}", self.n_states + idx)).collect();
        self.n_states += n_here;
        let mut states = Map::new();
        for idx in 0..names.len() {
            states.insert(names[idx].clone(), Value::Object(self.state(&names, idx, depth)));
        }
        Map::from_iter([("StartAt".to_owned(), json!(names[0])), ("States".to_owned(), Value::Object(states))])
    }

    fn state(&mut self, names: &[String], idx: usize, depth: u32) -> Map<String, Value> {
        if self.random.percent(35) {
            return self.state_in_jsonata(names, idx, depth);
        }
        let last = idx + 1 == names.len();
        let mut state = match self.random.below(if depth < DEEPEST { 12 } else { 9 }) {
            0 => return self.ending(last, names, idx),
            1 if !last => return self.choice(names, idx, depth),
            1 | 2 => self.pass(),
            3 => self.wait(),
            4..=8 => self.task(),
            9 => self.parallel(depth),
            _ => self.map(depth),
        };
        if last {
            state.insert("End".to_owned(), json!(true));
        } else {
            state.insert("Next".to_owned(), json!(self.later(names, idx)));
        }
        if state.contains_key("Retry") {
            self.catch(&mut state, names, idx);
        }
        self.mischief(&mut state);
        state
    }

    /// Returns the next state, or one further on.
    fn later<'a>(&mut self, names: &'a [String], idx: usize) -> &'a str {
        let ahead = &names[(idx + 1).min(names.len() - 1)..];
        if self.random.percent(70) { &ahead[0] } else { self.random.pick::<String>(ahead) }
    }

    fn ending(&mut self, last: bool, names: &[String], idx: usize) -> Map<String, Value> {
        let state = match self.random.below(4) {
            0 if last => json!({"Type": "Succeed"}),
            1 if last => json!({"Type": "Fail", "Error": self.random.pick(&ERRORS), "Cause": "on purpose"}),
            2 if last => json!({"Type": "Fail", "CausePath": "States.Format('n is {}', $.n)"}),
            _ if last => json!({"Type": "Pass", "End": true}),
            _ => json!({"Type": "Pass", "Next": names[idx + 1]}),
        };
        object(state)
    }

    fn choice(&mut self, names: &[String], idx: usize, depth: u32) -> Map<String, Value> {
        let mut rules = Vec::new();
        for _ in 0..=self.random.below(2) {
            let limit = self.random.below(10);
            let mut rule = object(match self.random.below(4) {
                0 => json!({"Variable": "$.n", "NumericLessThan": limit}),
                1 => json!({"Not": {"Variable": "$.list[0]", "IsPresent": true}}),
                2 => json!({"And": [
                    {"Variable": "$.n", "NumericGreaterThanEquals": limit},
                    {"Variable": "$.list", "IsNull": false}
                ]}),
                _ => {
                    json!({"Or": [{"Variable": "$.n", "IsString": true}, {"Variable": "$.n", "NumericEquals": limit}]})
                }
            });
            // A way back makes a loop, which only a quota ends where nothing counts.
            let back = self.loops && depth == 0 && self.random.percent(5);
            let next = if back { names[0].clone() } else { self.later(names, idx).to_owned() };
            rule.insert("Next".to_owned(), json!(next));
            rules.push(Value::Object(rule));
        }
        let mut state = object(json!({"Type": "Choice", "Choices": rules}));
        if self.random.percent(90) {
            state.insert("Default".to_owned(), json!(self.later(names, idx)));
        }
        state
    }

    fn pass(&mut self) -> Map<String, Value> {
        object(match self.random.below(5) {
            0 => json!({"Type": "Pass"}),
            1 => json!({"Type": "Pass", "Result": {"fixed": [1, "two", null]}, "ResultPath": "$.fixed"}),
            2 => json!({"Type": "Pass", "Assign": {"v.$": "$.n", "w": {"x.$": "$.list"}}}),
            3 => json!({"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "ResultPath": "$.made"}),
            _ => json!({"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "list.$": "$.list"}}),
        })
    }

    fn wait(&mut self) -> Map<String, Value> {
        object(match self.random.below(3) {
            0 => json!({"Type": "Wait", "Seconds": self.random.below(20)}),
            1 => json!({"Type": "Wait", "SecondsPath": "$.n"}),
            _ => json!({"Type": "Wait", "Timestamp": "1970-01-01T00:00:07Z"}),
        })
    }

    fn task(&mut self) -> Map<String, Value> {
        let resource = *self.random.pick(&[
            "arn:aws:lambda:us-east-1:000000000000:function:f",
            "arn:aws:states:us-east-1:000000000000:activity:a",
            "arn:aws:states:::lambda:invoke",
            "arn:aws:states:::states:startExecution.sync:2",
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        ]);
        let mut state = object(json!({"Type": "Task", "Resource": resource}));
        if self.random.percent(50) {
            state.insert("Parameters".to_owned(), json!({"n.$": "$.n", "k": 1, "try.$": "$$.State.RetryCount"}));
        }
        if self.random.percent(60) {
            state.insert("TimeoutSeconds".to_owned(), json!(10 + self.random.below(10)));
            if self.random.percent(40) {
                state.insert("HeartbeatSeconds".to_owned(), json!(1 + self.random.below(8)));
            }
        }
        self.result(&mut state);
        self.retry(&mut state);
        state
    }

    fn parallel(&mut self, depth: u32) -> Map<String, Value> {
        let branches: Vec<Value> = (0..=self.random.below(3)).map(|_| Value::Object(self.block(depth + 1))).collect();
        let mut state = object(json!({"Type": "Parallel", "Branches": branches}));
        self.result(&mut state);
        self.retry(&mut state);
        state
    }

    fn map(&mut self, depth: u32) -> Map<String, Value> {
        let mut block = self.block(depth + 1);
        let distributed = self.random.percent(35);
        let mode = if distributed { "DISTRIBUTED" } else { "INLINE" };
        let kind = if self.random.percent(25) { "EXPRESS" } else { "STANDARD" };
        block.insert("ProcessorConfig".to_owned(), json!({"Mode": mode, "ExecutionType": kind}));
        let mut state = object(json!({
            "Type": "Map",
            "ItemsPath": "$.list",
            "ItemSelector": {"n.$": "$.n", "list.$": "$.list", "item.$": "$$.Map.Item.Value"},
            "MaxConcurrency": self.random.below(4),
            "ItemProcessor": block
        }));
        if self.random.percent(10) {
            state.insert("ItemsPath".to_owned(), json!("$.n"));
        }
        if distributed {
            self.distributed(&mut state);
        }
        self.result(&mut state);
        self.retry(&mut state);
        state
    }

    /// Returns a state in JSONata that, like the others, keeps `n` and `list`, and now and then does not.
    fn state_in_jsonata(&mut self, names: &[String], idx: usize, depth: u32) -> Map<String, Value> {
        const ADDED: &str = "{% $merge([$states.input, {'r1': $states.result}]) %}";
        let last = idx + 1 == names.len();
        let limit = self.random.below(10);
        let mut state = object(match self.random.below(if depth < DEEPEST { 10 } else { 8 }) {
            0 if last => {
                json!({"Type": "Fail", "Error": "Broken", "Cause": "{% 'n is ' & $string($states.input.n) %}"})
            }
            0 | 1 if !last => {
                json!({"Type": "Choice", "Default": self.later(names, idx), "Output": "{% $states.input %}",
                "Choices": [{"Condition": format!("{{% $states.input.n < {limit} %}}"), "Next": self.later(names, idx),
                    "Assign": {"smaller": true}, "Output": "{% $merge([$states.input, {'below': true}]) %}"}]})
            }
            2 => json!({"Type": "Pass", "Output": "{% $merge([$states.input, {'n': $states.input.n + 1}]) %}"}),
            3 => json!({"Type": "Pass", "Assign": {"v": "{% $states.input.n %}", "ids": [1, "{% $uuid() %}"]}}),
            4 if self.random.percent(50) => json!({"Type": "Wait", "Seconds": "{% $states.input.n %}"}),
            4 => json!({"Type": "Wait", "Timestamp": "{% $fromMillis(7000) %}"}),
            5..=7 => {
                let resource =
                    *self.random.pick(&["arn:aws:states:::lambda:invoke", "arn:aws:states:::batch:submitJob.sync"]);
                json!({"Type": "Task", "Resource": resource, "TimeoutSeconds": "{% 10 + $states.input.n %}",
                    "Arguments": {"n": "{% $states.input.n %}", "try": "{% $states.context.State.RetryCount %}"},
                    "Assign": {"seen": "{% $states.result %}"}, "Output": ADDED})
            }
            8 => {
                let branches: Vec<Value> =
                    (0..=self.random.below(2)).map(|_| Value::Object(self.block(depth + 1))).collect();
                json!({"Type": "Parallel", "Branches": branches, "Output": ADDED})
            }
            9 => json!({"Type": "Map", "Items": "{% $states.input.list %}", "MaxConcurrency": "{% $states.input.n %}",
                "ItemSelector": {"n": "{% $states.context.Map.Item.Index %}", "list": [1, 2],
                    "item": "{% $states.context.Map.Item.Value %}"},
                "ItemProcessor": self.block(depth + 1), "Output": ADDED}),
            _ => json!({"Type": "Pass", "Output": "{% $states.input %}"}),
        });
        state.insert("QueryLanguage".to_owned(), json!("JSONata"));
        let kind = state["Type"].as_str().unwrap_or_default().to_owned();
        match kind.as_str() {
            "Fail" | "Choice" => return state,
            _ if last => state.insert("End".to_owned(), json!(true)),
            _ => state.insert("Next".to_owned(), json!(self.later(names, idx))),
        };
        if matches!(kind.as_str(), "Task" | "Parallel" | "Map") {
            self.retry(&mut state);
            self.catch(&mut state, names, idx);
            for catcher in state.get_mut("Catch").and_then(Value::as_array_mut).into_iter().flatten() {
                let catcher = catcher.as_object_mut().expect("a catcher");
                catcher.remove("ResultPath");
                catcher.remove("Assign");
                catcher.insert(
                    "Output".to_owned(),
                    json!("{% $merge([$states.input, {'error': $states.errorOutput}]) %}"),
                );
            }
        }
        match self.random.below(25) {
            0 => state.insert("Output".to_owned(), json!("{% $nowhere %}")),
            1 => state.insert("Assign".to_owned(), json!({"bad": "{% $states.input.n.x.y() %}"})),
            2 => state.insert("Output".to_owned(), json!({"n": "{% $states.input.n %}", "list": []})),
            _ => None,
        };
        state
    }

    /// What only a distributed Map has; children of batches mostly fail, for their input has no `n`.
    fn distributed(&mut self, state: &mut Map<String, Value>) {
        if self.random.percent(40) {
            state.remove("ItemsPath");
            let reader = json!({
                "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": "b", "Key.$": "States.Format('{}.json', $.n)"}
            });
            state.insert("ItemReader".to_owned(), reader);
        }
        if self.random.percent(15) {
            let batcher = json!({"MaxItemsPerBatch": 1 + self.random.below(3), "BatchInput": {"n.$": "$.n"}});
            state.insert("ItemBatcher".to_owned(), batcher);
        }
        match self.random.below(4) {
            0 => state.insert("ToleratedFailureCount".to_owned(), json!(self.random.below(3))),
            1 => state.insert("ToleratedFailurePercentage".to_owned(), json!(self.random.below(101))),
            2 => state.insert("ToleratedFailureCountPath".to_owned(), json!("$.n")),
            _ => None,
        };
        if self.random.percent(30) {
            let writer = json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out"}});
            state.insert("ResultWriter".to_owned(), writer);
        }
    }

    /// Keeps the input beside the result.
    fn result(&mut self, state: &mut Map<String, Value>) {
        let path = if self.random.percent(20) { Value::Null } else { json!(format!("$.r{}", self.random.below(3))) };
        state.insert("ResultPath".to_owned(), path);
        if self.random.percent(15) {
            state.insert("ResultSelector".to_owned(), json!({"all.$": "$"}));
        }
        if self.random.percent(15) {
            state.insert("Assign".to_owned(), json!({"seen.$": "$"}));
        }
    }

    fn retry(&mut self, state: &mut Map<String, Value>) {
        let mut retriers = Vec::new();
        for _ in 0..self.random.below(3) {
            let mut retrier = object(json!({"ErrorEquals": self.names(), "MaxAttempts": self.random.below(3)}));
            if self.random.percent(50) {
                retrier.insert("IntervalSeconds".to_owned(), json!(1 + self.random.below(4)));
                retrier.insert("BackoffRate".to_owned(), json!(1.5));
                retrier.insert("MaxDelaySeconds".to_owned(), json!(5 + self.random.below(3)));
            }
            if self.random.percent(30) {
                retrier.insert("JitterStrategy".to_owned(), json!("FULL"));
            }
            retriers.push(Value::Object(retrier));
        }
        if self.random.percent(20) {
            retriers.push(json!({"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}));
        }
        state.insert("Retry".to_owned(), Value::Array(retriers));
    }

    fn catch(&mut self, state: &mut Map<String, Value>, names: &[String], idx: usize) {
        if idx + 1 == names.len() {
            return;
        }
        let mut catchers = Vec::new();
        for _ in 0..self.random.below(2) {
            let names_here = self.names();
            catchers.push(json!({"ErrorEquals": names_here, "Next": self.later(names, idx), "ResultPath": "$.error"}));
        }
        if self.random.percent(60) {
            catchers.push(json!({
                "ErrorEquals": ["States.ALL"], "Next": self.later(names, idx), "ResultPath": "$.error",
                "Assign": {"problem.$": "$.Error"}
            }));
        }
        state.insert("Catch".to_owned(), Value::Array(catchers));
    }

    fn names(&mut self) -> Vec<&'static str> {
        let mut names = vec![*self.random.pick(&ERRORS)];
        if self.random.percent(30) {
            names.push(*self.random.pick(&["States.Timeout", "States.TaskFailed", "States.HeartbeatTimeout"]));
        }
        names
    }

    /// Now and then takes something away that a later state may need.
    fn mischief(&mut self, state: &mut Map<String, Value>) {
        match self.random.below(60) {
            0 => state.insert("OutputPath".to_owned(), json!("$.n")),
            1 => state.insert("InputPath".to_owned(), json!("$.nowhere")),
            2 => state.insert("OutputPath".to_owned(), Value::Null),
            3 => state.insert("InputPath".to_owned(), json!("$.list")),
            _ => None,
        };
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => unreachable!("{other} is no object"),
    }
}
