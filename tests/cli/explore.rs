//! `explore`: exit statuses, what it prints, and runs that another process does again byte for byte.

use super::*;

const SOUND: &str = r#"{"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:t", "Next": "Done",
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]}, "Done": {"Type": "Succeed"}}}"#;

#[test]
fn an_exploration_exits_by_what_it_found() {
    let sound = file("explore-sound.asl.json", SOUND);
    let hole = file("explore-hole.asl.json", DEFINITION);
    let invalid = file("explore-invalid.asl.json", r#"{"StartAt": "X", "States": {}}"#);
    assert_eq!(stepscope(&["explore", &sound]).status, 0);
    assert_eq!(stepscope(&["explore", &sound, "--always", "Done"]).status, 0);
    assert_eq!(stepscope(&["explore", &sound, "--always", "T"]).status, 0);
    // Whoever asks twice about one state has one answer.
    assert_eq!(stepscope(&["explore", &sound, "--always", "Done", "--always", "Done"]).status, 0);
    let many = ["explore", &sound].into_iter().chain([["--always", "Done"]; 61].into_iter().flatten());
    assert_eq!(stepscope(&many.collect::<Vec<_>>()).status, 2);
    assert_eq!(stepscope(&["explore", &hole]).status, 1);
    assert_eq!(stepscope(&["explore", &invalid]).status, 3);
    assert_eq!(stepscope(&["explore", "no-such-file.json"]).status, 2);
    assert_eq!(stepscope(&["explore", &sound, "--no-such-option"]).status, 2);
    let near = stepscope(&["explore", &sound, "--always", "Dome"]);
    assert_eq!(near.status, 2);
    assert!(near.err.contains("did you mean \"Done\"?"), "{}", near.err);
    assert_eq!(stepscope(&["explore", &sound, "--compensate", "T"]).status, 2);
}

/// As `run` does, it refuses as an Express machine what the service refuses as one.
#[test]
fn what_no_express_machine_may_have_is_not_explored_as_one() {
    let waits = SOUND.replace(
        "arn:aws:lambda:us-east-1:123456789012:function:t",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    );
    let waits = file("explore-express.asl.json", waits);
    assert_eq!(stepscope(&["explore", &waits]).status, 0);
    for command in ["explore", "run"] {
        let refused = stepscope(&[command, &waits, "--type", "express"]);
        assert_eq!(refused.status, 3, "{command}: {}", refused.out);
        assert!(refused.err.contains("as an Express machine"), "{command}: {}", refused.err);
    }
}

#[test]
fn an_exploration_is_one_json_object() {
    let hole = file("explore-json.asl.json", DEFINITION);
    let answer = stepscope(&["explore", &hole, "--format", "json"]);
    let it = text::parse(&answer.out).expect("JSON");
    let finding = it.get("findings").and_then(|it| it.at(0)).expect("a finding");
    assert_eq!(finding.get("kind").and_then(Json::as_str), Some("uncaught-error"));
    assert_eq!(finding.get("state").and_then(Json::as_str), Some("Ask"));
    assert_eq!(it.get("complete"), Some(&Json::Bool(true)));
    assert!(finding.get("run").and_then(|it| it.get("mocks")).and_then(|it| it.get("Ask")).is_some());
}

#[test]
fn its_runs_are_done_again_byte_for_byte() {
    let definition = "sample-workflows/travel-booking.asl.json";
    let out = path("explored");
    let out = out.to_string_lossy();
    let answer = stepscope(&["explore", definition, "--saga", "--out", &out]);
    assert_eq!(answer.status, 1, "{}", answer.err);
    assert!(answer.out.contains("Fails at"), "{}", answer.out);
    let mut n_runs = 0;
    for entry in Path::new(&*out).read_dir().expect("the folder") {
        let path = entry.expect("an entry").path().to_string_lossy().into_owned();
        let Some(run) = path.strip_suffix(".mocks.json") else { continue };
        let again = format!("{run}.again");
        let input = format!("{run}.input.json");
        stepscope(&["run", definition, "--input", &input, "--mocks", &path, "--history", &again]);
        let read = |path: &str| std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(read(&again), read(&format!("{run}.history.json")), "{run}");
        std::fs::remove_file(&again).expect("it can be removed");
        n_runs += 1;
    }
    assert!(n_runs > 10, "{n_runs}");
    for name in ["explore.json", "saga.md", "saga.csv"] {
        assert!(Path::new(&*out).join(name).exists(), "{name}");
    }
}
