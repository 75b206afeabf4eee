//! Slips of the pen in sound definitions: each is reported by the linter or by an exploration.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use stepscope::explore::Given;

use super::*;
use crate::support::random::Random;

/// Returns a saga of some steps, each of which is undone when a later one fails, and whose undoing goes on when it fails.
fn saga(seed: u64) -> Value {
    let mut random = Random::new(seed);
    let things = ["flight", "car", "room", "seat", "table"];
    let n_steps = 2 + random.below(4) as usize;
    let services = ["dynamodb:putItem", "lambda:invoke", "sqs:sendMessage"];
    let mut states = Map::new();
    for (idx, thing) in things.iter().enumerate().take(n_steps) {
        let undo = |idx: usize| format!("Cancel {}", things[idx]);
        let before = if idx == 0 { "Sorry".to_owned() } else { undo(idx - 1) };
        let next = if idx + 1 == n_steps { "Done".to_owned() } else { format!("Book {}", things[idx + 1]) };
        let service = services[random.below(2) as usize];
        let mut catchers = vec![json!({"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": before})];
        if random.percent(60) {
            // It is refused for good: the same way, and nobody is to be called.
            catchers.insert(0, json!({"ErrorEquals": ["Refused"], "ResultPath": "$.error", "Next": before}));
        }
        let mut step = json!({"Type": "Task", "Resource": format!("arn:aws:states:::{service}"), "Next": next,
            "ResultPath": format!("$.{thing}"), "Parameters": parameters(service), "Catch": catchers});
        if random.percent(50) {
            step["Retry"] = json!([{"ErrorEquals": ["Refused"], "MaxAttempts": 0},
                {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1 + random.below(3), "MaxDelaySeconds": 9,
                "JitterStrategy": "FULL"}]);
        }
        states.insert(format!("Book {thing}"), step);
        states.insert(
            undo(idx),
            json!({"Type": "Task", "Resource": "arn:aws:states:::dynamodb:deleteItem", "Next": before,
                "ResultPath": null, "Parameters": parameters("dynamodb:deleteItem"),
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 4, "JitterStrategy": "FULL"}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": before}]}),
        );
    }
    states.insert("Sorry".to_owned(), json!({"Type": "Pass", "Parameters": {"why.$": "$.error.Cause"}, "Next": "No"}));
    states.insert("No".to_owned(), json!({"Type": "Fail", "Error": "Refused"}));
    states.insert("Done".to_owned(), json!({"Type": "Succeed"}));
    json!({"StartAt": format!("Book {}", things[0]), "States": states})
}

fn parameters(service: &str) -> Value {
    match service {
        "lambda:invoke" => json!({"FunctionName": "f", "Payload.$": "$"}),
        "dynamodb:putItem" => json!({"TableName": "t", "Item": {}}),
        _ => json!({"TableName": "t", "Key": {}}),
    }
}

/// Returns what the linter and an exploration say.
fn all(definition: &Value) -> BTreeSet<String> {
    let document = document(&definition.to_string());
    let problems = document.problems().into_iter().map(|it| format!("{} {}", it.code, it.message));
    let mut all: BTreeSet<String> = problems.collect();
    if document.definition.program.is_some() {
        let it = explored(&document, &Given::default(), &options());
        all.extend(it.findings.iter().map(|it| format!("{} {}", it.kind.name(), it.message)));
    }
    all
}

/// Returns the names of the steps that come after the first.
fn later(definition: &Value) -> Vec<String> {
    let states = definition["States"].as_object().expect("states");
    states.keys().filter(|it| it.starts_with("Book ") && *it != "Book flight").cloned().collect()
}

/// Makes a slip; returns what it was, or nothing where this definition has no place for it.
fn slip(definition: &mut Value, which: u64, random: &mut Random) -> Option<String> {
    let later = later(definition);
    let step = random.pick(&later).clone();
    let states = definition["States"].as_object_mut()?;
    match which {
        0 => {
            states[&step].as_object_mut()?.remove("Catch")?;
            Some(format!("the catchers of {step} are removed"))
        }
        1 => {
            let catchers = states[&step]["Catch"].as_array_mut()?;
            catchers.last_mut()?["ErrorEquals"] = json!(["State.ALL"]);
            Some(format!("States.ALL is misspelt in {step}"))
        }
        2 => {
            let catchers = states[&step]["Catch"].as_array_mut().filter(|it| it.len() > 1)?;
            catchers.swap(0, 1);
            Some(format!("the catchers of {step} are swapped"))
        }
        3 => {
            // The way of failures goes past one undoing.
            let thing = step.strip_prefix("Book ")?.to_owned();
            let undo = format!("Cancel {thing}");
            let next = states[&undo]["Next"].clone();
            let past = states[next.as_str()?].get("Next")?.clone();
            states[&undo]["Next"] = past.clone();
            states[&undo]["Catch"][0]["Next"] = past;
            // It leads into it only where a later step fails.
            let leads = states.iter().any(|it| it.1["Catch"][0]["Next"] == json!(undo));
            (leads && next.as_str()?.starts_with("Cancel ")).then(|| format!("{undo} leads past {next}"))
        }
        4 => {
            let catchers = states[&step]["Catch"].as_array_mut()?;
            for catcher in catchers {
                catcher["Next"] = json!("Sorry");
            }
            Some(format!("the compensations are left out when {step} fails"))
        }
        5 => {
            let catchers = states[&step]["Catch"].as_array_mut()?;
            catchers.last_mut()?["ResultPath"] = Value::Null;
            Some(format!("the error of {step} is dropped"))
        }
        6 => {
            let retry = states[&step].get_mut("Retry")?.as_array_mut()?;
            retry.swap(0, 1);
            Some(format!("the retriers of {step} are swapped"))
        }
        _ => {
            let (_, undo) = states.iter_mut().find(|it| it.0.starts_with("Cancel ") && it.1["Next"] != "Sorry")?;
            undo.as_object_mut()?.remove("Catch");
            Some("an undoing has lost its catcher".to_owned())
        }
    }
}

#[test]
fn slips_in_generated_sagas_are_reported() {
    let mut n_slips = [0; 8];
    for seed in 0..48 {
        let sound = saga(seed);
        let before = all(&sound);
        let left = before.iter().filter(|it| it.starts_with("path-error") || it.starts_with("uncaught"));
        assert_eq!(left.count(), 0, "{before:#?}\n{sound}");
        let which = seed % 8;
        let mut slipped = sound.clone();
        let Some(what) = slip(&mut slipped, which, &mut Random::new(seed ^ 0x51)) else { continue };
        n_slips[which as usize] += 1;
        let after = all(&slipped);
        assert!(after.difference(&before).next().is_some(), "seed {seed}: {what} is not reported\n{slipped}");
    }
    assert!(n_slips.iter().all(|it| *it > 0), "{n_slips:?}");
}
