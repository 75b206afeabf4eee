//! Exploring failures in the window: findings, the runs that show them, what must always run, and the saga's audit.

use stepscope::json::{Json, text};

use super::*;

/// Opens a definition beside its input, as a copy in a folder that can be written to, and explores it.
fn explored(folder: &Folder, name: &str) -> Window {
    let text =
        |ending: &str| std::fs::read_to_string(sample(&format!("{name}.{ending}"))).expect("the sample is there");
    let definition = folder.file("trip.asl.json", text("asl.json"));
    folder.file("trip.input.json", text("input.json"));
    folder.file("trip.mocks.json", text("mocks.json"));
    let mut window = Window::open(&[&definition]);
    window.wait_for("Run 1, ");
    explore(&mut window);
    window
}

fn explore(window: &mut Window) {
    window.press_with(CTRL | SHIFT, Key::F);
    window.wait_until("the exploration is done", |it| it.shows("Explored: "));
}

#[test]
fn findings_are_listed_with_their_runs_and_one_is_shown_in_detail() {
    let folder = Folder::new();
    let mut window = explored(&folder, "travel-booking");
    assert!(window.shows("Explored ") && window.shows("finding"), "{}", window.names().join("\n"));
    let first = window.name_with(" events");
    assert!(window.shows("Finding 1 of "), "{}", window.names().join("\n"));
    assert!(window.shows("What: ") && window.shows("Why: ") && window.shows("Seen in: "), "{first}");
    assert!(window.shows("step 1, "), "{}", window.names().join("\n"));
    assert!(window.shows("injected fault"), "{}", window.names().join("\n"));
    window.click("Next finding");
    assert!(window.shows("Finding 2 of "));
    window.assert_idle();
}

#[test]
fn a_finding_opens_as_a_run_that_its_mocks_bring_about_again() {
    let folder = Folder::new();
    let mut window = explored(&folder, "travel-booking");
    window.click("Open as run");
    window.wait_for("Finding 1 mocks, in use");
    window.wait_for("Finding 1 input, in use");
    window.press_with(CTRL, Key::F5);
    window.wait_until("the run has ended", |it| it.shows("Run 3, failed") || it.shows("Run 3, succeeded"));
    window.press_with(CTRL, Key::D);
    window.wait_for("Compare with");
    window.click_tab("Finding 1");
    window.wait_for("Both do the same");
    window.wait_for("0 visits differ");
}

#[test]
fn a_finding_becomes_a_scenario_that_passes() {
    let folder = Folder::new();
    let mut window = explored(&folder, "travel-booking");
    window.click("Turn into a test…");
    window.wait_for_path();
    let target = folder.path("finding.scenario.json");
    window.answer_path(&target, "Save");
    window.wait_for("finding.mocks.json, in use");
    let scenario = text::parse(&std::fs::read_to_string(&target).expect("it was saved")).expect("JSON");
    assert_eq!(scenario.get("definition").and_then(Json::as_str), Some("trip.asl.json"));
    window.press_with(CTRL | SHIFT, Key::T);
    window.answer_path(&target, "Open");
    window.wait_for("1 scenarios: 1 passed, 0 failed");
}

#[test]
fn what_must_always_run_is_marked_and_judged() {
    let folder = Folder::new();
    let mut window = explored(&folder, "travel-booking");
    window.menu("BookFlight, Task", "Must always run");
    assert!(window.shows("BookFlight, Task, must always run, not explored yet"), "{}", window.names().join("\n"));
    window.menu("NotifyFailure, Task", "Must always run");
    window.press(Key::Escape);
    window.wait_until("the notice is gone", |it| !it.shows("Explored: "));
    explore(&mut window);
    window.wait_for("BookFlight must always run: ");
    assert!(window.shows("BookFlight must always run: proved") || window.shows("BookFlight must always run: held"));
    assert!(window.shows("NotifyFailure must always run: there is a counter-example"), "{}", window.names().join("\n"));
    window.click("Open run without NotifyFailure");
    window.wait_for("Without NotifyFailure, ends without NotifyFailure");
}

#[test]
fn findings_are_stale_once_the_definition_has_changed() {
    let folder = Folder::new();
    let mut window = explored(&folder, "travel-booking");
    assert!(!window.shows("Stale: "));
    let text = std::fs::read_to_string(folder.path("trip.asl.json")).expect("it is there");
    folder.file("trip.asl.json", text.replacen("\"MaxAttempts\": 3", "\"MaxAttempts\": 1", 1));
    window.press_with(CTRL, Key::R);
    window.wait_for("Stale: the definition has changed since");
    assert!(window.shows("Finding 1 of "), "what was found stays");
}

#[test]
fn the_audit_is_a_matrix_whose_rows_open_as_runs() {
    let folder = Folder::new();
    let mut window = explored(&folder, "travel-booking");
    window.command("Saga audit");
    window.wait_for("Fails at BookCar: BookFlight undone 2nd, BookHotel undone 1st");
    assert!(window.shows("BookCar not started"), "{}", window.names().join("\n"));
    let n_rows = |window: &Window| window.names().iter().filter(|it| it.starts_with("Fails at ")).count();
    let before = n_rows(&window);
    window.click_first("filter Left in place");
    let left = window.names();
    assert!(left.iter().filter(|it| it.starts_with("Fails at ")).all(|it| it.contains("left in place")));
    assert!(n_rows(&window) <= before);
    window.click_first("filter All ");
    window.click_first("Fails at BookCar: ");
    window.wait_for("BookCar fails: ");
}

#[test]
fn what_undoes_what_is_kept_in_the_projects_file_and_audited_again() {
    let folder = Folder::new();
    folder.file(".stepscope.json", "{\n  // ours\n  \"lint\": {\"limits\": {\"attempts\": 7}}\n}\n");
    let mut window = explored(&folder, "travel-booking");
    window.command("Saga audit");
    window.wait_for("Fails at BookCar: ");
    window.click("What undoes what…");
    let combos = window.harness.get_all_by_role(egui::accesskit::Role::ComboBox);
    let is_wanted = |it: &egui_kittest::Node<'_>| it.accesskit_node().value().as_deref() == Some("CancelHotel");
    combos.into_iter().find(is_wanted).expect("BookHotel is undone by CancelHotel").click();
    window.pass();
    window.click_tab("nothing");
    window.click("Save and audit again");
    window.wait_for("Saved ");
    window.wait_until("it is audited again", |it| {
        it.shows("Fails at BookCar: BookFlight undone") && !it.shows("BookHotel undone 1st")
    });
    let config = std::fs::read_to_string(folder.path(".stepscope.json")).expect("it is there");
    assert!(config.contains("// ours") && config.contains("\"BookHotel\": null"), "{config}");
}

#[test]
fn the_audit_is_written_in_the_form_that_the_ending_asks_for() {
    let folder = Folder::new();
    let mut window = explored(&folder, "travel-booking");
    for (name, begins) in [("a.md", "| Fails at |"), ("a.csv", "Fails at,"), ("a.json", "{")] {
        window.command("Export the audit");
        window.wait_for_path();
        let target = folder.path(name);
        window.answer_path(&target, "Save");
        window.wait_until("it is saved", |_| target.exists());
        let text = std::fs::read_to_string(&target).expect("it is there");
        assert!(text.starts_with(begins), "{text}");
    }
    window.command("Export the audit");
    window.wait_for_path();
    window.answer_path(&folder.path("a.txt"), "Save");
    window.wait_for("the ending says no form");
}

#[test]
fn a_cancelled_exploration_keeps_what_it_has_found() {
    let folder = Folder::new();
    // Branches that each fail in their own way multiply.
    let branch = |nr: usize| {
        let step = |at: usize| {
            let end = if at == 4 { r#""End": true"#.to_owned() } else { format!(r#""Next": "T{nr}-{}""#, at + 1) };
            format!(
                r#""T{nr}-{at}": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {{"FunctionName": "f{nr}{at}", "Payload.$": "$"}},
                "Retry": [{{"ErrorEquals": ["A{nr}{at}", "B"], "MaxAttempts": 3}}, {{"ErrorEquals": ["C"], "MaxAttempts": 2}}], {end}}}"#
            )
        };
        let states: Vec<String> = (0..5).map(step).collect();
        format!(r#"{{"StartAt": "T{nr}-0", "States": {{{}}}}}"#, states.join(","))
    };
    let branches: Vec<String> = (0..6).map(branch).collect();
    let text = format!(
        r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Parallel", "End": true, "Branches": [{}]}}}}}}"#,
        branches.join(",")
    );
    let mut window = Window::open(&[&folder.file("wide.asl.json", text)]);
    window.wait_for("P, Parallel");
    window.press_with(CTRL | SHIFT, Key::F);
    window.wait_for("runs per second");
    window.click("Cancel");
    window.wait_for("cancelled, what was found until then is kept");
    assert!(window.shows("Finding 1 of "), "{}", window.names().join("\n"));
    window.assert_idle();
}

#[test]
fn the_mode_of_the_toolbar_explores_and_goes_back_to_the_run() {
    let mut window = Window::at_the_error();
    window.click("mode: Explore");
    window.wait_until("the exploration is done", |it| it.shows("Explored: "));
    assert!(window.shows("Finding 1 of "));
    window.click("mode: Run");
    assert!(!window.shows("Finding 1 of "), "the inspector is back");
    window.click("mode: Explore");
    window.pass();
    assert!(window.shows("Finding 1 of ") && !window.shows("Exploring"), "it is not explored again");
}
