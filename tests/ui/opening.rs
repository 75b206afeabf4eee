//! What becomes of a file, whatever is in it. A file that cannot be opened is explained, and what is open stays.

use std::sync::Arc;

use super::*;

/// Opens the saga, then the file, and checks that a notice says all of `words` and the saga is still there.
fn refused(path: &Path, words: &[&str]) {
    let mut window = Window::at_the_error();
    window.press_with(CTRL | SHIFT, Key::O);
    window.answer_path(path, "Open");
    window.wait_for(words[0]);
    let notice = window.name_with(words[0]);
    assert!(words.iter().all(|it| notice.contains(it)), "{notice:?} does not say {words:?}");
    assert!(notice.contains(&path.display().to_string()), "{notice:?} does not name the file");
    assert!(window.shows("BookCar, Task, failed") && window.shows("error CarProvider.Busy"), "the saga stays");
    assert!(window.shows("definition travel-booking.asl.json"));
}

#[test]
fn a_file_that_is_not_there() {
    refused(Path::new("/no/such/file.asl.json"), &["cannot read", "there is no such file or folder"]);
}

#[test]
fn a_notice_that_stays_asks_for_no_frame_and_goes_with_escape() {
    let mut window = Window::open(&[Path::new("/no/such/file.asl.json")]);
    window.wait_for("there is no such file or folder");
    window.assert_idle();
    assert!(window.shows("there is no such file or folder"));
    window.press(Key::Escape);
    window.settle();
    window.pass();
    assert!(!window.shows("there is no such file or folder"));
}

#[test]
fn a_folder() {
    let folder = Folder::new();
    refused(&folder.path(""), &["it is a folder"]);
}

#[test]
fn an_empty_file() {
    let folder = Folder::new();
    refused(&folder.file("empty.json", ""), &["cannot open", "empty"]);
}

#[test]
fn malformed_json() {
    let folder = Folder::new();
    refused(&folder.file("half.asl.json", "{\n  \"StartAt\": \"A\",\n  \"States\": {"), &["cannot open", "line "]);
}

#[test]
fn bytes_that_are_no_text() {
    let folder = Folder::new();
    refused(&folder.file("bytes.json", [0x7b, 0x22, 0xff, 0xfe, 0x00, 0x22]), &["cannot open", "UTF-8"]);
}

#[test]
fn ten_thousand_levels() {
    let folder = Folder::new();
    refused(&folder.file("deep.json", "[".repeat(10_000) + &"]".repeat(10_000)), &["cannot open"]);
}

#[test]
fn ten_thousand_levels_in_a_state() {
    let folder = Folder::new();
    let deep = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    let text = format!(r#"{{"StartAt":"A","States":{{"A":{{"Type":"Pass","Result":{deep},"End":true}}}}}}"#);
    let mut window = Window::open(&[&folder.file("deep.asl.json", text)]);
    window.wait_until("it is opened or explained", |it| it.shows("A, Pass") || it.shows("cannot open"));
}

#[test]
fn json_that_is_something_else() {
    let folder = Folder::new();
    refused(&folder.file("package.json", r#"{"name": "x", "version": "1.0.0"}"#), &["cannot open"]);
}

#[test]
fn an_execution_history_without_an_event() {
    let folder = Folder::new();
    let text = r#"{"events": [{"previousEventId": "#;
    refused(&folder.file("history.json", text), &["cannot open", "not JSON from line 1"]);
}

#[test]
fn a_definition_with_errors_is_drawn_and_its_problems_listed() {
    let folder = Folder::new();
    let text = "{\n  \"StartAt\": \"First\",\n  \"States\": {\n    \"First\": { \"Type\": \"Pass\", \"Next\": \"Gone\" }\n  }\n}\n";
    let mut window = Window::open(&[&folder.file("broken.asl.json", text)]);
    window.wait_for("First, Pass");
    assert!(window.shows("1 error"), "{}", window.names().join("\n"));
    window.press(Key::F5);
    window.wait_for("the definition cannot be run");
    window.click_first("Gone");
    assert!(window.shows("line 4: \"First\""), "{}", window.names().join("\n"));
}

#[test]
fn a_template_with_two_machines_asks_which() {
    let folder = Folder::new();
    let machine = |state: &str| format!(r#"{{"StartAt": "{state}", "States": {{"{state}": {{"Type": "Succeed"}}}}}}"#);
    let text = format!(
        r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {{
            "Orders": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"Definition": {}}}}},
            "Refunds": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"Definition": {}}}}}}}}}"#,
        machine("TakeOrder"),
        machine("PayBack")
    );
    let mut window = Window::open(&[&folder.file("template.json", text)]);
    window.wait_for("This template has 2 state machines");
    window.click("Refunds");
    window.wait_for("PayBack, Succeed");
    assert!(!window.shows("TakeOrder"));
}

#[test]
fn files_are_dropped() {
    let mut window = Window::open(&[]);
    window.wait_for("Try an example");
    window.drop_files(&[&sample("travel-booking.asl.json")]);
    window.wait_for("error CarProvider.Busy");
    let folder = Folder::new();
    let mocks = folder.file("quiet.mocks.json", r#"{"BookCar": [{"return": {"Payload": {"reservationId": "C-1"}}}]}"#);
    window.drop_files(&[&mocks]);
    window.wait_for("quiet.mocks.json, in use");
    window.press_with(CTRL, Key::F5);
    window.wait_for("Run 2, ");
}

#[test]
fn an_input_and_mocks_are_added_by_their_paths() {
    let folder = Folder::new();
    let mut window = Window::at_the_error();
    window.command("Add input");
    window.answer_path(&folder.file("other.json", r#"{"tripId": "other"}"#), "Open");
    window.wait_for("other.json, in use");
    window.command("Add input");
    window.answer_path(&folder.file("bad.json", "{"), "Open");
    window.wait_for("it is not JSON");
    window.command("Add mocks");
    window.answer_path(&folder.file("bad.mocks.json", "[1]"), "Open");
    window.wait_for("bad.mocks.json: ");
    window.click("travel-booking.input.json");
    assert!(window.shows("travel-booking.input.json, in use"));
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl Window {
    fn drop_files(&mut self, paths: &[&Path]) {
        let files = paths.iter().map(|path| Arc::new(Dropped(path.to_path_buf())) as _);
        self.harness.input_mut().dropped_files = files.collect();
        self.harness.step();
    }
}

#[test]
#[ignore = "measures; run it by hand"]
fn cost_of_a_frame_with_a_megabyte_on_one_line() {
    let folder = Folder::new();
    let states: Vec<String> = (0..4_000)
        .map(|nth| {
            format!(
                r#""State{nth}":{{"Type":"Pass","Result":{{"text":"{}"}},"Next":"State{}"}}"#,
                "x".repeat(200),
                nth + 1
            )
        })
        .collect();
    let text = format!(r#"{{"StartAt":"State0","States":{{{},"State4000":{{"Type":"Succeed"}}}}}}"#, states.join(","));
    println!("{} bytes", text.len());
    let mut window = Window::open(&[&folder.file("long.asl.json", text)]);
    let begin = Instant::now();
    window.wait_for("State0, Pass");
    println!("drawn after {:?}", begin.elapsed());
    for key in [Key::Num1, Key::Num2] {
        window.press_with(CTRL, key);
        let begin = Instant::now();
        window.harness.run_steps(10);
        println!("{key:?}: {:?} a frame", begin.elapsed() / 10);
    }
}
