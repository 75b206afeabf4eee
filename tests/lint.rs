//! The linter: definitions with their findings, fixes that take findings away, and mutations that are noticed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use stepscope::diagnostic::{Diagnostic, Severity, apply, has_errors};
use stepscope::handlers::read_mocks;
use stepscope::handlers::scenario::{self, Files, Library};
use stepscope::history;
use stepscope::lint::{Config, Example, rules};
use stepscope::session::document::{Opened, open};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Returns everything that is found in a text, as `lint` reports it.
fn all(opened: &Opened) -> Vec<Diagnostic> {
    let of_documents = opened.documents.iter().flat_map(|it| it.problems().into_iter().cloned());
    opened.diagnostics.iter().cloned().chain(of_documents).collect()
}

fn found(text: &str) -> Vec<Diagnostic> {
    all(&open("Machine", text.as_bytes()))
}

/// Returns the text after all fixes have been applied, as often as that helps.
fn fixed(text: &str) -> String {
    let mut text = text.to_owned();
    for round in 0.. {
        assert!(round < 20, "the fixes of this text call for one another:\n{text}");
        let found = found(&text);
        let Some((new, _)) = apply(&text, found.iter().filter_map(|it| it.fix.as_deref())) else { break };
        text = new;
    }
    text
}

fn codes(found: &[Diagnostic]) -> BTreeSet<&'static str> {
    found.iter().map(|it| it.code).collect()
}

/// Returns a line for each finding: severity, code, pointer, message, help, fix.
fn shown(found: &[Diagnostic]) -> String {
    let mut out = String::new();
    for it in found {
        let _ = writeln!(out, "{} {} {}", it.severity, it.code, it.pointer);
        let _ = writeln!(out, "    {}", it.message);
        if let Some(help) = &it.help {
            let _ = writeln!(out, "    help: {help}");
        }
        if let Some(fix) = &it.fix {
            let _ = writeln!(out, "    fix: {}", fix.title);
        }
    }
    out
}

/// Compares `actual` with a file, or writes it where `UPDATE_EXPECT` is set.
fn expect(path: &Path, actual: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, actual).expect("the expectation can be written");
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        wrong.push(format!("{}\nexpected:\n{expected}\nactual:\n{actual}", path.display()));
    }
}

/// Each definition of `tests/lint` beside its findings, and what is left of them after the fixes.
#[test]
fn definitions_have_their_findings_and_fixes_take_them_away() {
    let mut wrong = Vec::new();
    let mut n_cases = 0;
    let mut paths: Vec<PathBuf> =
        folder("tests/lint").read_dir().expect("the cases").map(|it| it.expect("an entry").path()).collect();
    paths.sort();
    for path in paths.iter().filter(|it| it.extension().is_some_and(|it| it != "findings")) {
        n_cases += 1;
        let text = std::fs::read_to_string(path).expect("a definition");
        let before = found(&text);
        assert!(!has_errors(&before), "{}: {before:?}", path.display());
        let after = found(&fixed(&text));
        let actual = format!("{}\nafter the fixes\n\n{}", shown(&before), shown(&after));
        expect(&path.with_extension("findings"), &actual, &mut wrong);
    }
    assert!(n_cases > 10, "{n_cases} cases");
    assert!(wrong.is_empty(), "{}\nUPDATE_EXPECT=1 writes them anew", wrong.join("\n\n"));
}

/// Each of the named holes is found, and what is offered takes it away.
#[test]
fn the_known_holes_are_found_and_closed() {
    for (name, code, is_fixed) in [
        ("a_notification_takes_the_booking_with_it", "SAG001", true),
        ("retries_of_60_days", "RTY002", true),
        ("a_null_result_path_leads_into_a_missing_path", "DAT002", true),
        ("state_all_is_misspelt", "ERR001", true),
        ("states_runtime_is_named_in_vain", "ERR002", true),
        ("an_exhausted_retrier_hides_a_later_one", "HND002", true),
    ] {
        let path = folder("tests/lint").join(format!("{name}.asl.json"));
        let text = std::fs::read_to_string(&path).expect(name);
        let before = found(&text);
        assert!(codes(&before).contains(code), "{name}: {}", shown(&before));
        let new = fixed(&text);
        let after = found(&new);
        assert_eq!(!codes(&after).contains(code), is_fixed, "{name}: {}", shown(&after));
        assert!(!has_errors(&after), "{name}: {new}");
    }
}

/// Each code that is printed anywhere is explained, and nothing else is.
#[test]
fn every_code_is_explained_once() {
    let mut printed = BTreeSet::new();
    collect(&folder("src"), &mut printed);
    let explained: Vec<&str> = rules().iter().map(|it| it.code).collect();
    let unique: BTreeSet<String> = explained.iter().map(|it| (*it).to_owned()).collect();
    assert_eq!(unique.len(), explained.len(), "a code is explained twice");
    assert_eq!(printed.difference(&unique).collect::<Vec<_>>(), Vec::<&String>::new(), "not explained");
    assert_eq!(unique.difference(&printed).collect::<Vec<_>>(), Vec::<&String>::new(), "never printed");
}

/// Finds what looks like a code in the sources: three capitals and three digits in quotes.
fn collect(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in folder.read_dir().expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, codes);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            for part in text.split('"') {
                let is_code = part.len() == 6
                    && part.bytes().take(3).all(|it| it.is_ascii_uppercase())
                    && part.bytes().skip(3).all(|it| it.is_ascii_digit());
                if is_code {
                    codes.insert(part.to_owned());
                }
            }
        }
    }
}

/// The examples of the explanations hold: one that is said to be reported is, with the severity that is named.
#[test]
fn examples_are_reported_as_they_say() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let examples = rule.examples();
        if !examples.iter().any(|it| !it.is_reported) {
            wrong.push(format!("{} has no example that is not reported", rule.code));
        }
        for example in examples {
            let found = of_example(&example);
            let own: Vec<_> = found.iter().filter(|it| it.code == rule.code).collect();
            if own.is_empty() == example.is_reported {
                wrong.push(format!("{}: {}\n{}", rule.code, example.text, shown(&found)));
            }
            if let Some(it) = own.iter().find(|it| !rule.severity.contains(&it.severity.to_string())) {
                wrong.push(format!("{} is said to be {} and is {}", rule.code, rule.severity, it.severity));
            }
            let is_definition = matches!(example.kind, "states" | "machine");
            if is_definition
                && rule.code.as_bytes()[..3] != *b"ASL"
                && rule.code.as_bytes()[..3] != *b"EXP"
                && has_errors(&found)
            {
                wrong.push(format!("{}: the service refuses the example\n{}", rule.code, shown(&found)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn of_example(example: &Example) -> Vec<Diagnostic> {
    match example.kind {
        "states" => {
            let start = example.text.split('"').nth(1).expect("a state has a name");
            found(&format!("{{\"StartAt\": \"{start}\", \"States\": {{{}}}}}", example.text))
        }
        "machine" | "text" => found(example.text),
        "mocks" => read_mocks(example.text.as_bytes(), None).1,
        "config" => Config::read(example.text).1,
        "scenario" => of_scenarios(example.text),
        "history" => {
            let reading = history::read::read(example.text.as_bytes().to_vec(), None);
            let of_executions = reading.executions.into_iter().flat_map(|it| it.notes);
            reading.diagnostics.into_iter().chain(of_executions).collect()
        }
        other => panic!("an example of the kind {other:?}"),
    }
}

/// Reads scenarios whose files are nowhere to be found.
fn of_scenarios(text: &str) -> Vec<Diagnostic> {
    struct Nowhere;
    impl Files for Nowhere {
        fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
            Err(format!("there is no {}", path.display()))
        }
    }
    let suite = scenario::read(Path::new("example.scenario.json"), text.as_bytes());
    let mut found = suite.diagnostics.clone();
    let mut library = Library::new(&Nowhere);
    for unready in suite.scenarios.iter().filter_map(|it| library.load(&suite, it).err()) {
        found.extend(unready.said().iter().flat_map(|it| it.found.clone()));
    }
    found
}

/// What a slip of the pen does to a sound definition is noticed.
#[test]
fn mutations_are_noticed() {
    let sound = std::fs::read_to_string(folder("tests/lint/a_sound_saga.asl.json")).expect("the definition");
    let before = found(&sound);
    assert!(before.iter().all(|it| it.severity == Severity::Note), "{}", shown(&before));
    for (what, from, to, code) in [
        (
            "a catcher is removed",
            r#""Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refund payment"}]"#,
            r#""Comment": "nothing is caught""#,
            "SAG001",
        ),
        ("an error is misspelt", "Lambda.SdkClientException", "Lambda.SdkClientExeption", "ERR001"),
        ("an own error is misspelt", r#"["CardDeclined"], "ResultPath""#, r#"["CardDeclind"], "ResultPath""#, "ERR008"),
        (
            "two catchers are swapped",
            r#"{"ErrorEquals": ["CardDeclined"], "ResultPath": "$.error", "Next": "Cancel car"},
        {"ErrorEquals": ["States.TaskFailed", "States.Timeout"], "ResultPath": "$.error", "Next": "Refund payment"}"#,
            r#"{"ErrorEquals": ["States.TaskFailed", "States.Timeout"], "ResultPath": "$.error", "Next": "Refund payment"},
        {"ErrorEquals": ["CardDeclined"], "ResultPath": "$.error", "Next": "Cancel car"}"#,
            "HND001",
        ),
        (
            "States.ALL comes before another catcher",
            r#"{"ErrorEquals": ["States.TaskFailed", "States.Timeout"]"#,
            r#"{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refund payment"},
        {"ErrorEquals": ["States.TaskFailed", "States.Timeout"]"#,
            "ASL012",
        ),
        (
            "a compensation is left out of the chain",
            r#""Next": "Cancel car", "ResultPath": "$.refund""#,
            r#""Next": "Cancel flight", "ResultPath": "$.refund""#,
            "SAG002",
        ),
        ("a catcher leads past a compensation", r#""Next": "Refund payment"}]"#, r#""Next": "Cancel car"}]"#, "SAG002"),
        (
            "the error is dropped",
            r#""ResultPath": "$.error", "Next": "Cancel flight""#,
            r#""ResultPath": null, "Next": "Cancel flight""#,
            "DAT002",
        ),
        (
            "a compensation loses its retrier",
            r#""Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5, "JitterStrategy": "FULL"}], "Comment": "car""#,
            r#""Comment": "car""#,
            "SAG003",
        ),
        ("a time-out is forgotten", r#"["States.TaskFailed", "States.Timeout"]"#, r#"["States.TaskFailed"]"#, "HND004"),
        ("a limit on the growth is removed", r#""MaxDelaySeconds": 60, "#, "", "RTY002"),
        ("a Default is removed", r#""Default": "Reserve flight""#, r#""Comment": "no way out""#, "FLW001"),
    ] {
        assert_eq!(sound.matches(from).count(), 1, "{what}: {from}");
        let mutated = found(&sound.replace(from, to));
        let is_old = |it: &Diagnostic| before.iter().any(|old| (old.code, &old.message) == (it.code, &it.message));
        let new: Vec<_> = mutated.iter().filter(|it| it.code == code && !is_old(it)).collect();
        assert!(!new.is_empty(), "{what}: no {code}\n{}", shown(&mutated));
    }
}

/// All definitions that are at hand are linted without a panic, and fixes make nothing worse.
#[test]
fn definitions_of_others_are_linted_and_fixed() {
    let folders = ["../shared/definitions", "../../shared/definitions"].map(folder);
    let Some(root) = folders.iter().find(|it| it.exists()) else {
        eprintln!("skipped: {} is not there", folders[0].display());
        return;
    };
    let mut n_fixed = 0;
    for kind in ["definition", "template"] {
        for entry in root.join(kind).read_dir().expect("definitions") {
            let path = entry.expect("an entry").path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let opened = open("Machine", text.as_bytes());
            let own: Vec<&Diagnostic> =
                opened.documents.iter().filter(|it| it.text == opened.text).flat_map(|it| it.problems()).collect();
            let fixes: Vec<_> = own.iter().filter_map(|it| it.fix.as_deref()).collect();
            n_fixed += fixes.len();
            let Some((new, _)) = apply(&text, fixes) else { continue };
            let errors = |found: &[Diagnostic]| found.iter().filter(|it| it.severity == Severity::Error).count();
            let (before, after) = (all(&opened), found(&new));
            assert!(errors(&after) <= errors(&before), "{}: {}", path.display(), shown(&after));
        }
    }
    eprintln!("{n_fixed} fixes were offered");
}

/// Returns a saga of `n` steps, each of which leads to the undoing of those before it.
fn long_saga(n: usize) -> String {
    let mut states = String::new();
    let task = r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke""#;
    for i in 0..n {
        let next = if i + 1 < n { format!("BookThing{}", i + 1) } else { "Done".to_owned() };
        let undo = if i > 0 { format!("CancelThing{}", i - 1) } else { "Failed".to_owned() };
        let _ = write!(
            states,
            r#""BookThing{i}": {{{task}, "ResultPath": "$.t{i}", "Catch": [{{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "{undo}"}}], "Next": "{next}"}},"#
        );
        let next = if i > 0 { format!("CancelThing{}", i - 1) } else { "Failed".to_owned() };
        let _ = write!(
            states,
            r#""CancelThing{i}": {{{task}, "Parameters": {{"x.$": "$.t{i}.id"}}, "ResultPath": null, "Next": "{next}"}},"#
        );
    }
    format!(
        r#"{{"StartAt": "BookThing0", "States": {{{states} "Done": {{"Type": "Succeed"}}, "Failed": {{"Type": "Fail"}}}}}}"#
    )
}

/// Returns `n` tasks in a row that all lead their failures to one state.
fn long_row(n: usize) -> String {
    let mut states = String::new();
    for i in 0..n {
        let next = if i + 1 < n { format!("Step{}", i + 1) } else { "Done".to_owned() };
        let _ = write!(
            states,
            r#""Step{i}": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {{"x.$": "$.a{i}"}}, "ResultPath": "$.r{i}", "Catch": [{{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Handle"}}], "Next": "{next}"}},"#
        );
    }
    format!(
        r#"{{"StartAt": "Step0", "States": {{{states} "Handle": {{"Type": "Fail"}}, "Done": {{"Type": "Succeed"}}}}}}"#
    )
}

#[test]
fn machines_of_hundreds_of_states_have_all_their_findings() {
    let codes_of = |text: &str| {
        let mut counts = std::collections::BTreeMap::new();
        for it in found(text) {
            *counts.entry(it.code).or_insert(0) += 1;
        }
        counts
    };
    // Twice as long, twice as much is found: nothing is left out of a large machine.
    for of in [long_saga, long_row] {
        let (short, long) = (codes_of(&of(60)), codes_of(&of(120)));
        assert_eq!(short.keys().collect::<Vec<_>>(), long.keys().collect::<Vec<_>>());
        for (code, n_short) in short.iter().filter(|it| *it.1 > 1) {
            let n_long: i32 = long[code];
            assert!((n_long - 2 * n_short).abs() <= 2, "{code}: {n_short} and {n_long}");
        }
    }
}
