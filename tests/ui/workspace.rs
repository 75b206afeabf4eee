//! What is open outlives the window, however it ends; it is saved, opened and given away.

use std::path::Path;

use super::*;
use crate::support::runs::{Case, exported_alone};

const SHOP: &str = r#"{"StartAt": "Pay", "States": {
    "Pay": {"Type": "Task", "Resource": "pay", "Next": "Ship"},
    "Ship": {"Type": "Pass", "End": true}}}"#;
const MOCKS: &str = r#"{"Pay": [{"return": {"receipt": "for 4111-1111"}}]}"#;
const INPUT: &str = r#"{"order": 7, "card": {"cardNumber": "4111-1111"}}"#;

/// Opens a window that keeps what is open in the folder.
fn keeping(folder: &Folder, paths: &[&Path]) -> Window {
    let (data, paths) = (folder.path("data"), paths.iter().map(|it| it.to_path_buf()).collect::<Vec<_>>());
    let builder = Harness::builder().with_size([1600.0, 1000.0]).with_step_dt(1.0 / 60.0).with_max_steps(600);
    let harness = builder.build_eframe(|creation| App::new(creation, paths).with_typed_paths().with_data_folder(&data));
    Window { harness }
}

/// Writes the shop with its input and mocks beside it.
fn shop(folder: &Folder) -> PathBuf {
    folder.file("shop.input.json", INPUT);
    folder.file("shop.mocks.json", MOCKS);
    folder.file("shop.asl.json", SHOP)
}

/// Opens the shop and waits until it has run.
fn shop_window(folder: &Folder) -> Window {
    let mut window = keeping(folder, &[&shop(folder)]);
    window.wait_for("Run 1, succeeded");
    // The graph is laid out by a job of its own.
    window.wait_for("Ship, Pass");
    window
}

/// Returns what is kept in the data folder, all of it.
fn kept(folder: &Folder) -> String {
    let Ok(entries) = folder.path("data/workspaces").read_dir() else { return String::new() };
    let paths = entries.map(|it| it.expect("an entry").path());
    // What is being written beside it is not kept yet.
    let whole = paths.filter(|it| it.extension().is_some_and(|it| it == "json"));
    whole.map(|it| std::fs::read_to_string(it).unwrap_or_default()).collect()
}

/// Goes on until what is kept holds.
fn until_kept(window: &mut Window, folder: &Folder, holds: impl Fn(&str) -> bool) {
    window.wait_until("it is kept", |_| holds(&kept(folder)));
}

/// Goes on until everything is kept and nothing is under way.
fn rest(window: &mut Window, folder: &Folder) {
    until_kept(window, folder, |it| it.contains("\"name\": \"Run 1\""));
    let mut before = String::new();
    while before != kept(folder) {
        before = kept(folder);
        window.harness.run_steps(60);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_is_open_comes_back_after_a_kill() {
    let folder = Folder::new();
    let mut window = shop_window(&folder);
    window.press(Key::Home);
    window.click_first("Ship, Pass");
    window.press(Key::F9);
    window.press_with(CTRL | SHIFT, Key::F5);
    window.wait_for("Run 2, stopped");
    window.press(Key::ArrowLeft);
    let at = window.event();
    window.press_with(CTRL, Key::M);
    window.type_text("paid, not shipped");
    window.press(Key::Enter);
    until_kept(&mut window, &folder, |it| it.contains("paid, not shipped"));
    // Nothing is told to the window: it is as if the process had been killed.
    drop(window);
    let mut window = keeping(&folder, &[]);
    window.wait_for("Stepscope did not end in order; what was open is back, with 2 runs");
    window.wait_for("Run 2, stopped");
    assert!(window.shows("Run 1, succeeded") && window.shows("Ship, on enter"), "{}", window.names().join("\n"));
    assert_eq!(window.event(), at);
    window.wait_for("note: paid, not shipped");
    assert!(window.shows("shop.input.json") && window.shows("shop.mocks.json"));
    // The run goes on from where it stood.
    window.press(Key::End);
    window.press(Key::F5);
    window.wait_for("Run 2, succeeded");
}

#[test]
fn a_text_that_was_typed_and_not_saved_comes_back_after_a_kill() {
    // One that can be read, and one that cannot; the second goes over the file's.
    for (typed, then) in [(" ", "checked in "), ("]", "The text cannot be read")] {
        let folder = Folder::new();
        let mut window = shop_window(&folder);
        rest(&mut window, &folder);
        window.type_into_the_text(typed);
        let text = window.definition_text();
        assert!(text.starts_with(&format!("{}{typed}\n", SHOP.lines().next().expect("a line"))), "{text}");
        until_kept(&mut window, &folder, |it| it.contains("\"edited\": true"));
        // It is kept as it stands, though nothing was asked for.
        drop(window);
        assert_eq!(std::fs::read_to_string(folder.path("shop.asl.json")).expect("it is there"), SHOP);
        let mut window = keeping(&folder, &[]);
        window.wait_for("The changes of shop.asl.json that are not saved are back");
        window.press_with(CTRL, Key::Num3);
        window.wait_for(then);
        assert!(window.shows(", edited") && window.shows("Run 1, succeeded"), "{}", window.names().join("\n"));
        assert_eq!(window.definition_text(), text);
        // It is saved as any other.
        window.press_with(CTRL, Key::S);
        window.wait_for("Saved ");
        assert_eq!(std::fs::read_to_string(folder.path("shop.asl.json")).expect("it is there"), text);
    }
}

#[test]
fn a_text_that_comes_back_over_a_file_that_has_changed_asks_which_to_keep() {
    let folder = Folder::new();
    let mut window = shop_window(&folder);
    rest(&mut window, &folder);
    window.type_into_the_text(" ");
    let text = window.definition_text();
    until_kept(&mut window, &folder, |it| it.contains("\"edited\": true"));
    drop(window);
    folder.file("shop.asl.json", SHOP.replace("Ship", "Send"));
    // Opened by its name; what was left behind is the same.
    let mut window = keeping(&folder, &[&folder.path("shop.asl.json")]);
    window.wait_for("shop.asl.json has changed on the disk and in the window");
    assert_eq!(
        {
            window.press_with(CTRL, Key::Num3);
            window.definition_text()
        },
        text
    );
    window.press_with(CTRL, Key::S);
    window.wait_for("shop.asl.json has changed on the disk");
    window.click("Take the file's text");
    window.wait_until("the file's text is there", |it| it.definition_text().contains("Send"));
    assert!(!window.shows(", edited"));
}

#[test]
fn a_change_is_kept_within_a_second_and_then_nothing_is_done() {
    let folder = Folder::new();
    let mut window = shop_window(&folder);
    rest(&mut window, &folder);
    window.click_first("Ship, Pass");
    window.press(Key::F9);
    // Sixty frames are one second; what is written then comes from beside the window.
    window.harness.run_steps(60);
    let begin = Instant::now();
    while !kept(&folder).contains(r#""on": "enter", "state": "Ship""#) {
        assert!(begin.elapsed() < PATIENCE, "it is not kept: {}", kept(&folder));
        std::thread::sleep(Duration::from_millis(2));
    }
    rest(&mut window, &folder);
    window.assert_idle();
    let before = folder.path("data/workspaces").metadata().and_then(|it| it.modified()).expect("the folder is there");
    window.harness.run_steps(300);
    window.assert_idle();
    let after = folder.path("data/workspaces").metadata().and_then(|it| it.modified()).expect("the folder is there");
    assert_eq!(before, after, "an idle window writes nothing");
}

#[test]
fn a_window_that_is_closed_leaves_nothing_behind_and_its_definition_opens_as_it_was() {
    let folder = Folder::new();
    let mut window = shop_window(&folder);
    window.click_first("Ship, Pass");
    window.press(Key::F9);
    // Closing writes what was not written yet.
    eframe::App::on_exit(window.harness.state_mut(), None);
    drop(window);
    let mut window = keeping(&folder, &[]);
    window.harness.run_steps(30);
    std::thread::sleep(Duration::from_millis(100));
    window.pass();
    assert!(window.shows("Open definition") && !window.shows("did not end in order"));
    window.press_with(CTRL | SHIFT, Key::O);
    window.answer_path(&folder.path("shop.asl.json"), "Open");
    window.wait_for("Opened with 1 run from before");
    assert!(window.shows("Ship, on enter") && window.shows("Run 1, succeeded"));
    // A definition that was changed meanwhile is the changed one, and the run keeps its own.
    eframe::App::on_exit(window.harness.state_mut(), None);
    drop(window);
    folder.file("shop.asl.json", SHOP.replace("Ship", "Send"));
    let mut window = keeping(&folder, &[&folder.path("shop.asl.json")]);
    window.wait_for("Run 1, succeeded, older definition");
    assert!(window.shows("The definition has changed since"), "{}", window.names().join("\n"));
}

#[test]
fn two_windows_do_not_take_each_other_for_dead() {
    let folder = Folder::new();
    let mut first = shop_window(&folder);
    until_kept(&mut first, &folder, |it| it.contains("Run 1"));
    let mut other = keeping(&folder, &[]);
    other.harness.run_steps(30);
    std::thread::sleep(Duration::from_millis(100));
    other.pass();
    assert!(!other.shows("did not end in order"));
}

#[test]
fn a_workspace_is_saved_to_a_file_kept_there_and_opened_by_its_content() {
    let folder = Folder::new();
    let mut window = shop_window(&folder);
    window.press_with(CTRL | SHIFT, Key::S);
    window.answer_path(&folder.path("kept.json"), "Save");
    window.wait_for("Saved ");
    let read = || std::fs::read_to_string(folder.path("kept.json")).unwrap_or_default();
    // Seen from its own folder.
    window.wait_until("its paths are seen from there", |_| read().contains(r#""path": "shop.asl.json""#));
    window.click_first("Ship, Pass");
    window.press(Key::F9);
    window.wait_until("changes are kept there", |_| read().contains(r#""on": "enter""#));
    eframe::App::on_exit(window.harness.state_mut(), None);
    drop(window);
    // Another folder, as after a clone.
    std::fs::create_dir_all(folder.path("clone")).expect("the temporary folder takes it");
    for name in ["kept.json", "shop.asl.json"] {
        std::fs::copy(folder.path(name), folder.path("clone").join(name)).expect("it is there");
    }
    let mut window = keeping(&folder, &[&folder.path("clone/kept.json")]);
    window.wait_for("Run 1, succeeded");
    assert!(window.shows("Ship, on enter") && window.shows("definition shop.asl.json"));
    window.press_with(CTRL | SHIFT, Key::S);
    window.wait_for("Saved kept.json");
}

#[test]
fn a_damaged_workspace_shows_what_is_left_and_is_not_written_over() {
    let folder = Folder::new();
    let mut window = shop_window(&folder);
    window.press_with(CTRL | SHIFT, Key::S);
    window.answer_path(&folder.path("kept.json"), "Save");
    window.wait_for("Saved ");
    let read = || std::fs::read_to_string(folder.path("kept.json")).unwrap_or_default();
    window.wait_until("it is there", |_| read().contains(r#""path": "shop.asl.json""#));
    eframe::App::on_exit(window.harness.state_mut(), None);
    drop(window);
    let damaged = read().replacen(r#""steps""#, r#""stops""#, 1);
    let path = folder.file("damaged.json", &damaged);
    let mut window = keeping(&folder, &[&path]);
    window.wait_for("\"steps\" is missing");
    assert!(window.name_with("\"steps\" is missing").contains("the rest is here"));
    assert!(window.shows("shop.input.json"));
    until_kept(&mut window, &folder, |it| !it.is_empty());
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), damaged);
    let newer = folder.file("newer.json", r#"{"stepscopeWorkspace": 99}"#);
    window.press_with(CTRL | SHIFT, Key::O);
    window.answer_path(&newer, "Open");
    window.wait_for("open it with a newer Stepscope");
}

#[test]
fn what_is_given_away_lacks_the_ticked_fields() {
    let folder = Folder::new();
    let mut window = Window::open(&[&shop(&folder)]);
    window.wait_for("Run 1, succeeded");
    window.command("Export for sharing");
    // Fields that often must not be seen are ticked already; the preview shows what is left.
    window.wait_for("such as \"4111-1111\"");
    assert!(window.names().iter().any(|it| it.contains("\"cardNumber\": \"redacted-") || it.contains("\"card\": {")));
    assert!(!window.name_with("\"order\"").contains("4111"));
    window.click("order");
    window.wait_for("\"order\": 9000");
    window.click("Export…");
    window.wait_for("Save");
    let path = folder.path("shared.json");
    window.answer_path(&path, "Save");
    window.wait_for("Saved ");
    let text = std::fs::read_to_string(&path).expect("it was written");
    assert!(!text.contains("4111") && !text.contains("\"order\": 7"), "{text}");
    let found = stepscope::session::workspace::read(text.as_bytes());
    assert_eq!(found.diagnostics, []);
    let workspace = found.workspace.expect("it is a workspace");
    assert!(workspace.redact.iter().any(|it| it == "$..cardNumber") && workspace.runs.len() == 1);
}

#[test]
fn notes_stand_at_their_events_and_are_found() {
    let mut window = Window::at_the_error();
    let at = window.event();
    window.press_with(CTRL, Key::M);
    assert!(window.shows(&format!("Note at event {at}")));
    window.type_text("ask the Partner");
    window.press(Key::Enter);
    assert!(window.shows("note: ask the Partner") && window.shows(&format!("ask the Partner, event {at}")));
    window.press(Key::Home);
    window.click("filter Text");
    window.harness.get_by_role(egui::accesskit::Role::TextInput).focus();
    window.pass();
    window.type_text("partner");
    let rows = || window.names().into_iter().filter(|it| it.starts_with("event ") && it.contains(", note: ")).count();
    assert_eq!(rows(), 1);
    assert!(!window.shows("event 1, ExecutionStarted"));
    window.click_first(&format!("ask the Partner, event {at}"));
    assert_eq!(window.event(), at);
    window.command("Note about the workspace");
    window.type_text("the whole");
    window.click("Keep");
    assert!(window.shows("the whole"));
}

#[test]
fn recorded_executions_come_back_with_and_without_their_definition() {
    let folder = Folder::new();
    let run = Case::mocked("shop", SHOP, INPUT, Some(MOCKS), None).finish(1_000);
    let history = folder.file("paid.history.json", exported_alone(&run));
    let mut window = keeping(&folder, &[&history]);
    window.wait_for("History paid, succeeded");
    until_kept(&mut window, &folder, |it| it.contains("paid.history.json"));
    drop(window);
    let mut window = keeping(&folder, &[]);
    window.wait_for("History paid, succeeded");
    // With its definition, and saved into one file.
    window.press_with(CTRL | SHIFT, Key::O);
    window.answer_path(&shop(&folder), "Open");
    window.wait_for("Run 1, succeeded");
    window.wait_for("History paid, succeeded");
    window.press_with(CTRL | SHIFT, Key::S);
    window.answer_path(&folder.path("kept.json"), "Save");
    let read = || std::fs::read_to_string(folder.path("kept.json")).unwrap_or_default();
    window.wait_until("it is kept by its path", |_| read().contains(r#""file": "paid.history.json""#));
    drop(window);
    let mut window = keeping(&folder, &[&folder.path("kept.json")]);
    window.wait_for("History paid, succeeded");
    assert!(window.shows("Run 1, succeeded"));
    // What is given away has it in itself, without the fields.
    window.command("Export for sharing");
    window.click("Export…");
    window.wait_for("Save");
    window.answer_path(&folder.path("shared.json"), "Save");
    window.wait_for("Saved ");
    let shared = std::fs::read_to_string(folder.path("shared.json")).expect("it was written");
    assert!(shared.contains("\"history\": {") && !shared.contains("4111"), "{shared}");
}
