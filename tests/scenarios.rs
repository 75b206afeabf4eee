//! Scenarios: suites in, reports out; scenarios made of runs; updates in place; coverage.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stepscope::asl::Program;
use stepscope::engine::Status;
use stepscope::handlers::scenario::{Files, Library, Suite, play, read, update};
use stepscope::history;
use stepscope::json::{Json, text};
use stepscope::session::Run;
use stepscope::session::coverage::{Coverage, Part, parts, report};
use stepscope::session::document::open;
use stepscope::session::regress::{Making, scenario_of_run};

use crate::cli::{Answer, stepscope};
use crate::support::runs::{Case, N_RANDOM, exported_alone, over_all};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn test(args: &[&str]) -> Answer {
    stepscope(&[&["test"], args].concat())
}

/// Returns an empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scenarios").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

fn write(path: &Path, content: &str) -> String {
    std::fs::write(path, content).expect("the file can be written");
    path.to_string_lossy().into_owned()
}

fn content(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Takes the seconds on the clock on the wall out of JUnit's attributes.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    for (idx, part) in text.split(" time=\"").enumerate() {
        match part.split_once('"') {
            Some((_, rest)) if idx > 0 => out.push_str(rest),
            _ => out.push_str(part),
        }
    }
    out
}

/// Each folder of `tests/scenarios` with what `test` says of it, in each format.
#[test]
fn suites_have_the_reports_that_were_written_down() {
    let mut wrong = String::new();
    let mut cases: Vec<PathBuf> =
        root().join("tests/scenarios").read_dir().expect("the cases").map(|it| it.expect("an entry").path()).collect();
    cases.sort();
    assert!(cases.len() > 7, "{} cases", cases.len());
    for case in cases {
        let shown = case.strip_prefix(root()).expect("it is below").to_string_lossy().into_owned();
        let more = std::fs::read_to_string(case.join("args")).unwrap_or_default();
        let args: Vec<&str> = [&*shown].into_iter().chain(more.split_whitespace()).collect();
        let said = test(&args);
        expect(
            &case.join("expected.txt"),
            &format!("{}---\n{}---\nexit {}\n", said.out, said.err, said.status),
            &mut wrong,
        );
        for (format, file) in [("json", "expected.json"), ("junit", "expected.xml")] {
            let kept = case.join(file);
            if kept.exists() {
                let again = test(&[&*shown, "--format", format]);
                assert_eq!(again.status, said.status, "{shown}: {format}");
                expect(&kept, &timeless(&again.out), &mut wrong);
            }
        }
        if more.is_empty() {
            let xml = test(&[&*shown, "--format", "junit"]).out;
            well_formed(&xml).unwrap_or_else(|what| panic!("{shown}: {what}\n{xml}"));
            let json = test(&[&*shown, "--format", "json"]).out;
            text::parse(&json).unwrap_or_else(|error| panic!("{shown}: {error}\n{json}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nUPDATE_EXPECT=1 writes them anew");
}

/// Compares with a file, or writes it where `UPDATE_EXPECT` is set.
fn expect(path: &Path, actual: &str, wrong: &mut String) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, actual).expect("the expectation can be written");
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        let _ = writeln!(wrong, "{}\nexpected:\n{expected}\nactual:\n{actual}", path.display());
    }
}

/// Checks that tags are closed in order, attributes are quoted, and nothing stands unescaped.
fn well_formed(xml: &str) -> Result<(), String> {
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").ok_or("no declaration")?;
    let mut open: Vec<&str> = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        sound(&rest[..at])?;
        let tag = &rest[at + 1..];
        let end = tag.find('>').ok_or("a tag without an end")?;
        let (tag, after) = (&tag[..end], &tag[end + 1..]);
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop();
            if last != Some(name) {
                return Err(format!("{name} closes {last:?}"));
            }
        } else {
            let own = tag.trim_end_matches('/');
            let (name, attributes) = own.split_once(' ').unwrap_or((own, ""));
            for (idx, part) in attributes.split('"').enumerate() {
                let is_name = idx % 2 == 0;
                if is_name && !part.is_empty() && !part.trim().trim_end_matches('=').chars().all(char::is_alphanumeric)
                {
                    return Err(format!("{part:?} is no attribute"));
                }
                sound(part)?;
            }
            if attributes.matches('"').count() % 2 == 1 {
                return Err(format!("a quote is open in {tag}"));
            }
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        rest = after;
    }
    if open.is_empty() && rest.trim().is_empty() { Ok(()) } else { Err(format!("{open:?} is open, {rest:?} is left")) }
}

fn sound(text: &str) -> Result<(), String> {
    let names = ["amp;", "lt;", "gt;", "quot;", "#"];
    let escaped = text.match_indices('&').all(|(at, _)| names.iter().any(|it| text[at + 1..].starts_with(it)));
    let control = text.chars().any(|it| it < ' ' && it != '\n' && it != '\t');
    if escaped && !control && !text.contains('<') { Ok(()) } else { Err(format!("{text:?} is not escaped")) }
}

#[test]
fn the_scenarios_of_the_samples_pass() {
    let said = test(&["sample-workflows"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("travel-booking.scenarios.yaml"), "{}", said.out);
    assert!(!said.out.contains("note:"), "{}", said.out);
}

#[test]
fn a_filter_picks_scenarios_by_name_or_path() {
    let folder = "tests/scenarios/each_expectation_fails_and_says_how";
    let said = test(&[folder, "--filter", "DECLINED"]);
    assert!(said.out.ends_with("1 scenario: 0 passed, 1 failed\n"), "{}", said.out);
    assert!(test(&[folder, "--filter", "order.SCEN"]).out.ends_with("3 scenarios: 0 passed, 3 failed\n"));
    let said = test(&[folder, "--filter", "nothing like this"]);
    assert_eq!(said.status, 2, "{}", said.err);
}

#[test]
fn usage_that_is_wrong_is_exit_status_2() {
    let empty = folder("empty").to_string_lossy().into_owned();
    for args in [
        &[][..],
        &["no/such/file.scenario.json"],
        &[&*empty],
        &["sample-workflows", "--coverage", "coverage.doc"],
        &["sample-workflows", "--coverage", "-", "--format", "json"],
    ] {
        let said = test(args);
        assert_eq!(said.status, 2, "{args:?}: {}", said.out);
        assert!(!said.err.is_empty(), "{args:?}");
    }
}

#[test]
fn how_many_run_at_the_same_time_changes_nothing_of_the_report() {
    let suites = ["tests/scenarios/each_expectation_fails_and_says_how", "sample-workflows", "--format", "json"];
    let one = test(&[&suites[..], &["--jobs", "1"]].concat());
    let many = test(&[&suites[..], &["--jobs", "16"]].concat());
    assert_eq!(one.out, many.out);
    assert_eq!(one.status, many.status);
}

const MACHINE: &str = r#"{"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "f", "Next": "End", "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}]},
    "End": {"Type": "Pass", "End": true}}}"#;

#[test]
fn an_update_writes_what_came_and_leaves_the_rest_as_it_is() {
    let folder = folder("update");
    write(&folder.join("m.asl.json"), MACHINE);
    let yaml = "# The whole file.\ndefinition: m.asl.json\nmocks:\n  Ask: [{return: {a: 1, b: [x, w]}}]\nscenarios:\n  \
                - name: one # a name\n    expect:\n      status: FAILED # how it ends\n      output:\n        a: 0 # zero\n        \
                b:\n        - x\n        - z\n      path:\n      - Ask\n      attempts: {Ask: 2}\n      events: {max: 3}\n  \
                - name: two\n    mocks: {Ask: [{throw: {error: Bad, cause: nope}}]}\n    expect:\n      # was fine once\n      \
                output: {a: 1}\n      notVisited: [End]\n";
    let json = "[\n  {\"name\": \"one\", \"definition\": \"m.asl.json\", // why\n   \"mocks\": {\"Ask\": [{\"return\": 7}]},\n   \
                \"expect\": {\"status\": \"FAILED\", \"error\": \"Oops\", \"duration\": 4,\n     \"path\": [\"Ask\"]}}\n]\n";
    let yaml = write(&folder.join("a.scenarios.yaml"), yaml);
    let json = write(&folder.join("b.scenario.json"), json);
    let said = test(&[&yaml, &json, "--update"]);
    // One limit is left: it is a rule and no record.
    assert_eq!(said.status, 1, "{}{}", said.out, said.err);
    assert!(said.out.contains("events, line"), "{}", said.out);
    assert!(said.out.ends_with("3 scenarios: 2 passed, 1 failed\n"), "{}{}", said.out, said.err);
    let expected = "# The whole file.\ndefinition: m.asl.json\nmocks:\n  Ask: [{return: {a: 1, b: [x, w]}}]\nscenarios:\n  \
                - name: one # a name\n    expect:\n      status: SUCCEEDED # how it ends\n      output:\n        a: 1 # zero\n        \
                b:\n        - x\n        - w\n      path:\n      - Ask\n      - End\n      attempts: {Ask: 1}\n      events: {max: 3}\n  \
                - name: two\n    mocks: {Ask: [{throw: {error: Bad, cause: nope}}]}\n    expect:\n      # was fine once\n      \
                error: \"Bad\"\n      cause: \"nope\"\n      notVisited: [End]\n";
    assert_eq!(content(Path::new(&yaml)), expected);
    let expected = "[\n  {\"name\": \"one\", \"definition\": \"m.asl.json\", // why\n   \"mocks\": {\"Ask\": [{\"return\": 7}]},\n   \
                \"expect\": {\"status\": \"SUCCEEDED\", \"output\": 7, \"duration\": 0,\n     \"path\": [\"Ask\",\"End\"]}}\n]\n";
    assert_eq!(content(Path::new(&json)).replace("\"Ask\", \"End\"", "\"Ask\",\"End\""), expected);
    let (before, other) = (content(Path::new(&yaml)), content(Path::new(&json)));
    let again = test(&[&yaml, &json, "--update"]);
    assert_eq!((content(Path::new(&yaml)), content(Path::new(&json))), (before, other), "an update of an update");
    assert!(!again.err.contains("updated"), "{}", again.err);
}

#[test]
fn what_scenarios_share_is_not_updated() {
    let folder = folder("shared");
    write(&folder.join("m.asl.json"), MACHINE);
    let text = "definition: m.asl.json\nmocks: {Ask: [{return: 1}]}\nexpect: {output: 2}\nscenarios:\n- name: one\n- name: two\n";
    let path = write(&folder.join("a.scenarios.yaml"), text);
    let said = test(&[&path, "--update"]);
    assert_eq!(said.status, 1);
    assert!(said.err.contains("other scenarios share it"), "{}", said.err);
    assert_eq!(content(Path::new(&path)), text);
}

#[test]
fn a_scenario_of_a_local_run_passes_at_once() {
    let folder = folder("made");
    for name in [
        "travel-booking.asl.json",
        "nested-map-in-parallel.asl.yaml",
        "order-import.asl.json",
        "retry-and-catch.asl.json",
    ] {
        let stem = name.split('.').next().expect("a name");
        let file = |ending: &str| format!("sample-workflows/{stem}{ending}");
        let target = folder.join(format!("{stem}.scenario.json")).to_string_lossy().into_owned();
        let (definition, input, mocks) = (format!("sample-workflows/{name}"), file(".input.json"), file(".mocks.json"));
        let args = ["run", &definition, "--input", &input, "--mocks", &mocks, "--seed", "5", "--scenario-out", &target];
        stepscope(&args);
        let said = test(&[&target]);
        assert_eq!(said.status, 0, "{name}: {}{}", said.out, said.err);
    }
    assert!(test(&[&folder.to_string_lossy()]).out.ends_with("4 scenarios: 4 passed, 0 failed\n"));
}

#[test]
fn a_scenario_of_a_recorded_execution_passes_at_once() {
    let folder = folder("recorded");
    let name = |it: &str| folder.join(it).to_string_lossy().into_owned();
    let definition = "sample-workflows/travel-booking.asl.json";
    let (input, mocks) = ("sample-workflows/travel-booking.input.json", "sample-workflows/travel-booking.mocks.json");
    stepscope(&["run", definition, "--input", input, "--mocks", mocks, "--history", &name("h.json")]);
    let out = name("made.scenario.json");
    stepscope(&["replay", &name("h.json"), "--definition", definition, "--scenario-out", &out]);
    let said = test(&[&out]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
}

struct OnDisk;

impl Files for OnDisk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|error| error.to_string())
    }
}

/// Files of which there is one: the definition.
struct Only(String);

impl Files for Only {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        if path.ends_with("m.asl.json") { Ok(self.0.clone().into_bytes()) } else { Err("not there".to_owned()) }
    }
}

#[test]
fn what_undoes_a_step_is_what_the_project_says_where_names_tell_nothing() {
    let definition = r#"{"StartAt": "Pay", "States": {
        "Pay": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "pay"},
            "Next": "Ship"},
        "Ship": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "ship"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Mend"}], "End": true},
        "Mend": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "mend"},
            "End": true}}}"#;
    let scenario = r#"{"name": "lost", "definition": "orders.asl.json",
        "mocks": {"Pay": [{"return": {}}], "Ship": [{"throw": {"error": "Lost"}}], "Mend": [{"return": {}}]},
        "expect": {"status": "SUCCEEDED", "compensations": ["Pay"]}}"#;
    let folder = folder("project_pairs");
    let nested = folder.join("lost/in");
    std::fs::create_dir_all(&nested).expect("the folder can be made");
    write(&nested.join("orders.asl.json"), definition);
    let suite = write(&nested.join("lost.scenario.json"), scenario);
    let before = test(&[&suite]);
    assert_eq!(before.status, 1, "names tell nothing of it: {}{}", before.out, before.err);
    // Two folders above, as the linter finds it.
    write(&folder.join(".stepscope.json"), r#"{"saga": {"compensations": {"Pay": ["Mend"]}}}"#);
    let after = test(&[&suite]);
    assert_eq!(after.status, 0, "{}{}", after.out, after.err);
}

/// Makes a scenario of a run, and returns what it comes to: the failed expectations.
fn played(run: &Run, definition: &str) -> String {
    let making = Making { name: "made", definition: Some("m.asl.json"), ..Making::default() };
    let written = text::pretty(&scenario_of_run(making, run));
    let suite: Suite = read(Path::new("made.scenario.json"), written.as_bytes());
    assert_eq!(suite.diagnostics, [], "{written}");
    let files = Only(definition.to_owned());
    let ready = Library::new(&files).load(&suite, &suite.scenarios[0]);
    let played = play(&ready.unwrap_or_else(|unready| panic!("{unready:?}\n{written}")));
    if played.passed() { String::new() } else { format!("{:?} {:?}\n{written}", played.end, played.mismatches) }
}

#[test]
fn a_scenario_of_a_random_run_passes_at_once() {
    let mut n_played = 0;
    for seed in 0..N_RANDOM {
        let definition = crate::support::workflow::definition(seed).to_string();
        // Distributed Maps take their items from a folder, which a random run does not have.
        if definition.contains("DISTRIBUTED") || repeats_names(&definition) {
            continue;
        }
        let mut case = Case::random(seed);
        // Random definitions ask for what no Express machine may have.
        Arc::make_mut(&mut case.spec).express = false;
        let run = case.finish(u32::MAX);
        if run.log().len() > 20_000 {
            continue;
        }
        n_played += 1;
        let failed = played(&run, &definition);
        assert!(failed.is_empty(), "{}: {failed}\n{definition}", case.name);
    }
    assert!(n_played > 150, "{n_played} were played");
}

/// Whether two states have one name: mocks could not tell their tasks apart.
fn repeats_names(definition: &str) -> bool {
    let opened = open("m", definition.as_bytes());
    let outline = &opened.documents[0].definition.outline;
    let mut names: Vec<&str> = outline.states.iter().map(|it| &*it.name).collect();
    names.sort_unstable();
    names.windows(2).any(|it| it[0] == it[1])
}

fn program(definition: &str) -> Arc<Program> {
    open("m", definition.as_bytes()).documents[0].definition.program.clone().expect("it is sound")
}

/// Merging is in no order, counts add up, and nothing is counted that the definition does not have.
#[test]
fn coverage_is_merged_in_any_order() {
    for seed in 0..60 {
        let case = Case::random(seed);
        let all = parts(&case.program);
        let mut shares = Vec::new();
        for more in 0..3 {
            let mut case = case.clone();
            case.answers = crate::support::runs::Answers::Random(seed * 31 + more);
            let run = case.finish(u32::MAX);
            let coverage = Coverage::of_run(&run);
            for (part, _) in coverage.iter() {
                assert!(all.contains(&part), "{}: {part:?}", case.name);
            }
            for (id, _) in run.program().outline.iter().filter(|_| run.children().is_empty()) {
                let entered = u64::from(run.tip().states[id.idx()].n_entered);
                assert_eq!(coverage.count(Part::State(id)), entered, "{}: {id:?}", case.name);
            }
            shares.push(coverage);
        }
        let merged = |order: [usize; 3]| {
            let mut sum = Coverage::default();
            for it in order {
                sum.merge(&shares[it]);
            }
            sum
        };
        let sum = merged([0, 1, 2]);
        assert_eq!(sum, merged([2, 0, 1]));
        assert_eq!(sum, merged([1, 2, 0]));
        assert_eq!(sum.n_runs(), 3);
        // What the second adds to the first is what the first lacks of both together.
        let mut two = shares[0].clone();
        let gain = two.gain(&shares[1]);
        two.merge(&shares[1]);
        let report_of = |it: &Coverage| report(&case.program, it).missing.len();
        assert_eq!(report_of(&shares[0]) - gain.len(), report_of(&two), "seed {seed}");
    }
}

/// A recorded history goes through the same parts as the run that it was written of.
#[test]
fn a_history_has_the_coverage_of_its_run() {
    over_all(|case| {
        let run = case.finish(u32::MAX);
        if !run.children().is_empty() || run.log().len() > 5_000 {
            return;
        }
        let written = exported_alone(&run);
        let read = history::read::read(written.into_bytes(), Some(&case.program.outline));
        let imported = &read.executions[0];
        let of_history = Coverage::of_history(imported.view(), &case.program);
        let of_run = Coverage::of_run(&run);
        for part in parts(&case.program) {
            // The service has one name for both time limits, and events do not carry all that a Choice sees.
            if matches!(part, Part::State(_) | Part::Transition(..) | Part::Catcher(..)) {
                assert_eq!(of_history.count(part), of_run.count(part), "{}: {part:?}", case.name);
            }
        }
    });
}

#[test]
fn coverage_is_written_in_each_form() {
    let folder = folder("coverage");
    let suite = "tests/scenarios/coverage_is_counted_part_by_part";
    let target = |ending: &str| folder.join(format!("c.{ending}")).to_string_lossy().into_owned();
    let said = test(&[suite, "--coverage", &target("info")]);
    assert!(
        said.out.contains("4/4           3/6           1/3           1/1           1/2           2/4           1/2"),
        "{}",
        said.out
    );
    let lcov = content(Path::new(&target("info")));
    for line in [
        "SF:tests/scenarios/coverage_is_counted_part_by_part/order.asl.json",
        "FN:5,Route",
        "FNDA:2,Charge",
        "FNDA:1,Refund",
        "FNF:4",
        "FNH:4",
        "BRDA:8,0,0,0",
        "BRDA:9,0,0,2",
        "BRDA:16,1,0,1",
        // A retrier and its two names: one retry, after Busy.
        "BRDA:17,1,0,1",
        "BRDA:17,1,1,1",
        "BRDA:17,1,2,0",
        "DA:13,2",
        "DA:25,1",
        "end_of_record",
    ] {
        assert!(lcov.lines().any(|it| it == line), "{line} is not in\n{lcov}");
    }
    test(&[suite, "--coverage", &target("json")]);
    let json = text::parse(&content(Path::new(&target("json")))).expect("it is JSON");
    let machine = json.get("machines").and_then(|it| it.at(0)).expect("a machine");
    let figure = |kind: &str, name: &str| {
        machine.get("totals").and_then(|it| it.get(kind)?.get(name)?.as_i64()).expect("a figure")
    };
    let figures: Vec<_> = ["states", "transitions", "choiceRules", "retriers", "catchers", "errorNames", "timeLimits"]
        .map(|it| (figure(it, "hit"), figure(it, "total")))
        .to_vec();
    assert_eq!(figures, [(4, 4), (3, 6), (1, 3), (1, 1), (1, 2), (2, 4), (1, 2)]);
    assert_eq!(machine.get("runs").and_then(Json::as_i64), Some(2));
    test(&[suite, "--coverage", &target("txt")]);
    let table = content(Path::new(&target("txt")));
    assert!(table.contains("\"Charge\": retrier 1 never tried again after Slow"), "{table}");
    let said = test(&[suite, "--format", "json", "--coverage", &target("json")]);
    assert!(text::parse(&said.out).expect("it is JSON").get("coverage").is_some());
}

/// A thousand scenarios, each with a retry and a fault. What they take is printed for whoever measures.
#[test]
fn a_thousand_scenarios_of_one_file_pass() {
    let folder = folder("thousand");
    write(&folder.join("m.asl.json"), MACHINE);
    let mut all =
        String::from("definition: m.asl.json\nmocks: {Ask: [{return: 1}]}\nexpect: {output: 1}\nscenarios:\n");
    for nr in 0..1_000 {
        let _ = writeln!(all, "- {{name: nr {nr}, faults: [{{state: Ask, error: Busy, attempts: 1}}]}}");
    }
    let path = write(&folder.join("all.scenarios.yaml"), &all);
    let started = std::time::Instant::now();
    let said = test(&[&path]);
    eprintln!("1,000 scenarios in {:.2} s", started.elapsed().as_secs_f64());
    assert!(said.out.ends_with("1000 scenarios: 1000 passed, 0 failed\n"), "{}{}", said.out, said.err);
}

/// A run that ended well is what a test of that run is about.
#[test]
fn a_scenario_says_how_the_run_ended() {
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "text", "End": true}}}"#;
    let run = Case::mocked("m", definition, "\"an input that is a text\"", None, None).finish(u32::MAX);
    assert!(matches!(run.status(), Status::Succeeded(_)));
    assert_eq!(played(&run, definition), "");
    let made = scenario_of_run(Making::default(), &run);
    let expect = made.get("expect").expect("what has to come out");
    assert_eq!(text::compact(expect), r#"{"status":"SUCCEEDED","output":"text","path":["A"]}"#);
    assert_eq!(made.get("inputValue").and_then(Json::as_str), Some("an input that is a text"));
    assert_eq!(parts(&program(definition)).len(), 1);
}

/// What is left of a file after an accident is read without a panic, and updating it leaves a file that can be read.
#[test]
fn mangled_files_are_findings() {
    let mut texts = Vec::new();
    for folder in root().join("tests/scenarios").read_dir().expect("the cases") {
        for entry in folder.expect("an entry").path().read_dir().expect("a case") {
            let path = entry.expect("an entry").path();
            if path.to_string_lossy().contains(".scenario") {
                texts.push((content(&path), path));
            }
        }
    }
    let mut n_ready = 0;
    for (nr, (text, path)) in (0..).zip(&texts) {
        let mut random = crate::support::random::Random::new(nr);
        for _ in 0..60 {
            let boundary = |random: &mut crate::support::random::Random| {
                text.floor_char_boundary(random.below(text.len() as u64 + 1) as usize)
            };
            let (one, other) = (boundary(&mut random), boundary(&mut random));
            let (from, to) = (one.min(other), one.max(other).min(one.min(other) + 30));
            let to = text.floor_char_boundary(to).max(from);
            let instead = *random.pick(&["", "{", "[]", ": ", "\"", "null", "-1", "\n  - x: [y]\n", "é"]);
            let mangled = format!("{}{instead}{}", &text[..from], &text[to..]);
            let suite = read(path, mangled.as_bytes());
            let mut library = Library::new(&OnDisk);
            let mut failed = Vec::new();
            for scenario in &suite.scenarios {
                let Ok(ready) = library.load(&suite, scenario) else { continue };
                n_ready += 1;
                failed.push((Arc::clone(scenario), play(&ready).mismatches));
            }
            if let Ok(Some(updated)) = update(&suite, &failed) {
                let again = read(path, updated.text.as_bytes());
                assert_eq!(again.scenarios.len(), suite.scenarios.len(), "{mangled}\n→\n{}", updated.text);
            }
        }
    }
    assert!(n_ready > 100, "{n_ready} could be run");
}

#[test]
fn a_recorded_execution_is_covered_as_a_run_is() {
    let folder = folder("replayed");
    let name = |it: &str| folder.join(it).to_string_lossy().into_owned();
    let definition = "tests/scenarios/coverage_is_counted_part_by_part/order.asl.json";
    let input = write(&folder.join("input.json"), r#"{"kind": "b"}"#);
    let mocks = write(&folder.join("mocks.json"), r#"{"Charge": [{"throw": {"error": "Slow"}}, {"return": 1}]}"#);
    stepscope(&["run", definition, "--input", &input, "--mocks", &mocks, "--history", &name("h.json")]);
    let said = stepscope(&["replay", &name("h.json"), "--definition", definition, "--coverage", &name("c.txt")]);
    assert_eq!(said.status, 0, "{}", said.err);
    let table = content(Path::new(&name("c.txt")));
    for line in ["states              3/4   75 %", "retriers            1/1  100 %", "error names         1/4   25 %"] {
        assert!(table.contains(line), "{line} is not in\n{table}");
    }
    let other = write(&folder.join("other.asl.json"), MACHINE);
    let said = stepscope(&["replay", &name("h.json"), "--definition", &other, "--coverage", &name("c.txt")]);
    assert_eq!(said.status, 2);
}
