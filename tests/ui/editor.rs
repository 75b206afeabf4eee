//! The definition changed in the window: by keys in its text, by fixes, taken back, run, saved, and asked about.

use super::*;

const THREE: &str = r#"{
  "StartAt": "First",
  "States": {
    "First": { "Type": "Pass", "Next": "Second" },
    "Second": { "Type": "Pass", "Next": "Third" },
    "Third": { "Type": "Succeed" }
  }
}
"#;

const TYPO: &str = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Next": "B",
    "Catch": [{"ErrorEquals": ["State.ALL"], "Next": "B"}]},
  "B": {"Type": "Succeed"}
}}"#;

const FIELD: &str = "Text of the definition";

impl Window {
    /// Opens a definition of that text in a folder, with its text shown.
    fn editing(folder: &Folder, name: &str, text: &str) -> Self {
        let mut window = Self::open(&[&folder.file(name, text)]);
        window.wait_for("State graph");
        window.press_with(CTRL, Key::Num3);
        window.wait_for("checked in ");
        window
    }

    /// Puts the text cursor at the end of a line, from 1.
    fn go_to_end_of(&mut self, line: usize) {
        self.press_with(CTRL, Key::G);
        self.type_text(&line.to_string());
        self.press(Key::Enter);
        self.pass();
        self.press(Key::End);
    }

    /// Types at the beginning of the definition's text.
    pub fn type_into_the_text(&mut self, text: &str) {
        self.press_with(CTRL, Key::Num2);
        self.go_to_end_of(1);
        self.type_text(text);
        self.wait_for(", edited");
    }

    /// Returns the whole text.
    pub fn definition_text(&self) -> String {
        let node = self.harness.get_by_label(FIELD);
        node.accesskit_node().value().unwrap_or_default()
    }

    fn wait_for_no(&mut self, text: &str) {
        self.wait_until(&format!("{text:?} is gone"), |window| !window.shows(text));
    }
}

#[test]
fn a_mistake_is_shown_where_it_is_and_the_graph_stays_until_it_is_corrected() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    let before = window.harness.get_by_label_contains("Second, Pass").rect();
    window.go_to_end_of(5);
    assert!(window.shows("go to Second"), "{}", window.names().join("\n"));
    // The comma after the state goes.
    window.press(Key::Backspace);
    window.wait_for("The text cannot be read");
    let banner = window.name_with("The text cannot be read");
    assert!(banner.contains("Line 6, column 5") || banner.contains("Line 5, column"), "{banner}");
    assert!(window.shows("1 error"), "{}", window.names().join("\n"));
    assert!(window.shows("definition three.asl.json, edited"));
    assert_eq!(window.harness.get_by_label_contains("Second, Pass").rect(), before, "the graph has not moved");
    window.type_text(",");
    window.wait_for_no("The text cannot be read");
    assert!(window.shows("No problems"), "{}", window.names().join("\n"));
    assert!(!window.shows("definition three.asl.json, edited"), "it is the file's text again");
    assert_eq!(window.harness.get_by_label_contains("Second, Pass").rect(), before);
}

#[test]
fn a_wrong_target_is_a_problem_on_its_line() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    window.go_to_end_of(5);
    for _ in 0..4 {
        window.press(Key::ArrowLeft);
    }
    window.type_text("x");
    window.wait_for("line 5: \"Second\": { \"Type\": \"Pass\", \"Next\": \"Thirdx\" },, error");
    assert!(window.shows("1 error"), "{}", window.names().join("\n"));
}

#[test]
fn a_state_that_is_put_in_is_drawn_and_selected_by_the_cursor_in_it() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    window.go_to_end_of(5);
    window.press(Key::Enter);
    window.type_text("\"Between\": { \"Type\": \"Pass\", \"End\": true },");
    window.wait_for("Between, Pass");
    assert!(window.definition_text().contains("\n    \"Between\""), "the indent goes on: {}", window.definition_text());
    window.press(Key::Home);
    window.wait_for("inspected: Between");
    window.press(Key::ArrowUp);
    window.wait_for("inspected: Second");
}

#[test]
fn what_is_typed_is_taken_back_and_made_again() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    window.go_to_end_of(1);
    window.press(Key::Enter);
    window.type_text("\"Comment\": \"c\",");
    assert!(window.definition_text().starts_with("{\n  \"Comment\": \"c\",\n"), "{}", window.definition_text());
    window.press_with(CTRL, Key::Z);
    window.press_with(CTRL, Key::Z);
    assert_eq!(window.definition_text(), THREE);
    assert!(!window.shows(", edited"));
    window.press_with(CTRL, Key::Y);
    window.press_with(CTRL | SHIFT, Key::Z);
    assert!(window.definition_text().contains("Comment"), "{}", window.definition_text());
}

#[test]
fn a_fix_of_the_problems_changes_the_text_and_not_the_file() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "typo.asl.json", TYPO);
    window.click_tab("Problems, 2");
    assert!(window.shows("which nothing raises"), "{}", window.names().join("\n"));
    window.click("Fix: write \"States.ALL\"");
    window.wait_for_no("which nothing raises");
    assert!(window.shows("definition typo.asl.json, edited"));
    let path = folder.path("typo.asl.json");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), TYPO);
    window.press_with(CTRL, Key::Z);
    window.wait_for("which nothing raises");
    assert_eq!(window.definition_text(), TYPO);
    window.press_with(CTRL, Key::Y);
    window.press_with(CTRL, Key::S);
    window.wait_for("Saved ");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), TYPO.replace("State.ALL", "States.ALL"));
    assert!(!window.shows(", edited"));
}

#[test]
fn the_problems_of_a_line_stand_under_it_with_their_fix() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "typo.asl.json", TYPO);
    window.go_to_end_of(1);
    assert!(!window.shows("apply: write"));
    window.go_to_end_of(3);
    assert!(window.shows("apply: write \"States.ALL\""), "{}", window.names().join("\n"));
    window.press(Key::Escape);
    assert!(!window.shows("apply: write"));
    window.press_with(CTRL, Key::Period);
    window.wait_until("it is applied", |window| window.definition_text().contains("\"States.ALL\""));
}

#[test]
fn a_run_takes_the_draft_and_keeps_its_edition() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 1, succeeded");
    window.go_to_end_of(5);
    window.press(Key::Enter);
    window.type_text("\"Lone\": { \"Type\": \"Succeed\" },");
    window.wait_for("Lone, Succeed");
    // What has happened stays on the screen under the new text.
    assert!(window.shows("Second, Pass, succeeded"), "{}", window.names().join("\n"));
    window.wait_for("edits since Run 1");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, succeeded");
    assert!(!window.shows("since Run 2"));
    assert!(window.shows("Run 1, succeeded, older definition"), "{}", window.names().join("\n"));
    window.click_first("Run 1, succeeded, older definition");
    window.wait_for("Run 1 ran with this earlier definition");
    window.wait_for_no("Lone, Succeed");
    assert_eq!(window.definition_text(), THREE);
    window.press_with(CTRL, Key::E);
    window.wait_for("Lone, Succeed");
    assert!(window.definition_text().contains("Lone"));
}

#[test]
fn a_run_that_is_asked_for_at_once_takes_what_was_just_typed() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    window.go_to_end_of(5);
    for _ in 0..5 {
        window.press(Key::ArrowLeft);
    }
    window.harness.event(egui::Event::Text("x".to_owned()));
    window.harness.key_press(Key::F5);
    window.wait_for("the definition cannot be run");
    assert!(!window.shows("Run 1"), "{}", window.names().join("\n"));
    window.press_with(CTRL, Key::Z);
    window.press(Key::F5);
    window.wait_for("Run 1, succeeded");
}

#[test]
fn unsaved_changes_are_asked_about() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    let path = folder.path("three.asl.json");
    let other = folder.file("other.asl.json", THREE.replace("First", "Other"));
    window.go_to_end_of(8);
    window.press(Key::Enter);
    window.press_with(CTRL | SHIFT, Key::O);
    window.answer_path(&other, "Open");
    window.wait_for("Save");
    window.click("Cancel");
    assert!(window.shows("definition three.asl.json, edited"), "{}", window.names().join("\n"));
    window.command("Close definition");
    window.click("Save");
    window.wait_for("Try an example");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), THREE.trim_end().to_owned() + "\n\n");
}

#[test]
fn discarded_changes_are_gone() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    window.go_to_end_of(1);
    window.press(Key::Enter);
    window.command("Close definition");
    window.click("Discard");
    window.wait_for("Try an example");
    assert_eq!(std::fs::read_to_string(folder.path("three.asl.json")).expect("the file"), THREE);
}

#[test]
fn a_file_that_has_changed_meanwhile_is_not_written_over() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    let path = folder.path("three.asl.json");
    let theirs = THREE.replace("Third", "Theirs");
    window.go_to_end_of(1);
    window.press(Key::Enter);
    std::fs::write(&path, &theirs).expect("it can be written");
    window.press_with(CTRL, Key::S);
    window.wait_for("Write mine");
    window.click("Take the file's text");
    window.wait_for("Theirs, Succeed");
    assert_eq!((window.definition_text(), window.shows(", edited")), (theirs, false));
    window.press_with(CTRL, Key::Z);
    window.press_with(CTRL, Key::S);
    window.wait_for("Saved ");
    assert!(std::fs::read_to_string(&path).expect("the file").contains("Third"));
}

#[test]
fn a_file_that_has_changed_is_read_again_and_never_over_changes() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    std::fs::write(folder.path("three.asl.json"), THREE.replace("Third", "Theirs")).expect("it can be written");
    window.press_with(CTRL, Key::R);
    window.wait_for("Theirs, Succeed");
    assert!(!window.shows(", edited") && window.definition_text().contains("Theirs"));
    // With changes in the window, it is asked which of both is meant.
    window.go_to_end_of(1);
    window.press(Key::Enter);
    std::fs::write(folder.path("three.asl.json"), THREE).expect("it can be written");
    window.press_with(CTRL, Key::R);
    window.wait_for("Keep mine");
    window.click("Keep mine");
    assert!(window.shows(", edited") && window.definition_text().contains("Theirs"));
}

#[test]
fn a_sample_asks_where_it_is_to_be_saved() {
    let folder = Folder::new();
    let mut window = Window::open(&[]);
    window.wait_for("Try an example");
    window.click_first("Travel booking");
    window.wait_for("Run 1, failed");
    window.press_with(CTRL, Key::S);
    let path = folder.path("mine.asl.json");
    window.answer_path(&path, "Save");
    window.wait_for("definition mine.asl.json");
    let sample = std::fs::read_to_string(sample("travel-booking.asl.json")).expect("the sample");
    assert_eq!(std::fs::read_to_string(&path).expect("it was saved"), sample);
    // A path that is taken is not written over without a word.
    window.command("Save definition as…");
    let taken = folder.file("taken.json", "{}");
    window.answer_path(&taken, "Save");
    window.wait_for("there is a file of this name");
    assert_eq!(std::fs::read_to_string(&taken).expect("it is there"), "{}");
}

#[test]
fn words_are_found_in_the_text() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    window.go_to_end_of(1);
    window.press_with(CTRL, Key::F);
    window.type_text("second");
    window.wait_for("1 of 2");
    window.press(Key::Enter);
    window.wait_for("2 of 2");
    window.press(Key::Escape);
    window.pass();
    // What was found is selected, so that typing replaces it.
    window.type_text("Other");
    window.wait_until("it is replaced", |window| window.definition_text().contains("\"Other\": {"));
}

#[test]
fn a_definition_in_yaml_is_changed_alike() {
    let folder = Folder::new();
    let text = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: B\n  B:\n    Type: Succeed\n";
    let mut window = Window::editing(&folder, "small.asl.yaml", text);
    assert!(window.shows("YAML · checked in"));
    window.go_to_end_of(5);
    window.press(Key::Enter);
    window.type_text("Comment: [");
    window.wait_for("The text cannot be read");
    window.press(Key::Backspace);
    window.type_text("why");
    window.wait_for_no("The text cannot be read");
    assert!(window.definition_text().contains("    Next: B\n    Comment: why\n"), "{}", window.definition_text());
}

#[test]
fn a_retrier_says_what_it_can_cost() {
    let mut window = Window::at_the_error();
    window.press_with(CTRL, Key::Num2);
    window.wait_for("up to 10 attempts and 1 min 17 s of waiting");
}

#[test]
fn a_part_of_a_template_that_is_a_string_is_shown_and_not_changed() {
    let folder = Folder::new();
    let definition = r#"{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"#;
    let text = format!(
        r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {{"Orders": {{
            "Type": "AWS::StepFunctions::StateMachine", "Properties": {{"DefinitionString": "{definition}"}}}}}}}}"#
    );
    let mut window = Window::open(&[&folder.file("template.json", text)]);
    window.wait_for("A, Succeed");
    window.press_with(CTRL, Key::Num2);
    window.wait_for("is a part of a template");
    window.harness.get_by_label(FIELD).focus();
    window.pass();
    window.type_text("x");
    window.press_with(CTRL, Key::Z);
    assert!(!window.shows(", edited"));
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 1, succeeded");
}

#[test]
fn a_window_with_a_text_in_it_asks_for_no_frame() {
    let folder = Folder::new();
    let mut window = Window::editing(&folder, "three.asl.json", THREE);
    window.settle();
    window.assert_idle();
}
