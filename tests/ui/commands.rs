//! Every command of the table does something that can be noticed.

use stepscope::ui::command::{COMMANDS, Command, Open};

use super::*;

/// What can be noticed of a window: every name with its place and whether it is selected, the colours, the zoom.
fn noticed(window: &Window) -> Vec<String> {
    let nodes = window.harness.root().children_recursive();
    let mut seen: Vec<String> = nodes
        .map(|it| {
            let node = it.accesskit_node();
            format!("{:?} {:?} {:?} {:?}", node.label(), node.value(), node.is_selected(), node.bounding_box())
        })
        .collect();
    let ctx = &window.harness.ctx;
    seen.push(format!("{} {}", ctx.zoom_factor(), ctx.global_style().visuals.dark_mode));
    seen
}

#[test]
fn every_enabled_command_does_something() {
    for entry in COMMANDS {
        let mut window = Window::at_the_error();
        prepare(&mut window, entry.command);
        window.settle();
        let before = noticed(&window);
        window.perform(entry.command);
        window.pass();
        let done = match entry.command {
            // These have tests of their own.
            Command::CancelExploring
            | Command::ExportAudit
            | Command::CopyValue
            | Command::Quit
            | Command::Pause
            | Command::Reload => continue,
            _ => noticed(&window) != before,
        };
        assert!(done, "{} changes nothing that can be noticed", entry.text);
    }
}

/// Brings the window where the command has something to do.
fn prepare(window: &mut Window, command: Command) {
    match command {
        Command::ShowTimeline => window.command("Findings"),
        Command::ShowGraph => window.press_with(CTRL, Key::Num2),
        Command::NormalText => window.press_with(CTRL, Key::Minus),
        Command::FitGraph => window.press(Key::Minus),
        Command::SwitchBreakpoints | Command::RemoveBreakpoints => window.press(Key::F9),
        Command::RunToState => window.press(Key::Home),
        Command::AnswerTask => {
            window.click("travel-booking.mocks.json, in use");
            window.press_with(CTRL, Key::F5);
            window.wait_for("BookFlight waits for an answer");
            window.click("Close window");
            assert!(!window.shows("BookFlight waits for an answer"));
        }
        Command::CompareWith => window.press_with(CTRL, Key::F5),
        Command::FirstDifference | Command::NextDifference | Command::PreviousDifference => {
            window.press_with(CTRL, Key::F5);
            window.wait_for("Run 2, failed");
            window.press_with(CTRL, Key::D);
            window.press(Key::Enter);
            window.wait_for("Both do the same");
        }
        Command::RestoreRun | Command::Undo => {
            window.focus("Run 1, failed");
            window.press(Key::Delete);
            window.wait_for("Removed Run 1");
        }
        Command::Redo => {
            window.type_into_the_text(" ");
            window.press_with(CTRL, Key::Z);
        }
        Command::ShowNewest => {
            window.type_into_the_text(" ");
            window.wait_for("since Run 1");
            window.press_with(CTRL, Key::F5);
            window.wait_for("Run 2, failed");
            window.click_first("Run 1, failed");
        }
        Command::Stop => {
            window.press(Key::F9);
            window.press_with(CTRL | SHIFT, Key::F5);
            window.wait_for("Stopped at a breakpoint");
        }
        _ => {}
    }
}

#[test]
fn what_is_copied_is_the_value_in_the_inspector() {
    let mut window = Window::at_the_error();
    window.harness.event(egui::Event::Copy);
    let mut copied = None;
    for _ in 0..4 {
        window.harness.step();
        for command in &window.harness.output().platform_output.commands {
            if let egui::OutputCommand::CopyText(text) = command {
                copied = Some(text.clone());
            }
        }
    }
    let copied: serde_json::Value = serde_json::from_str(&copied.expect("something was copied")).expect("it is JSON");
    assert_eq!(copied["tripId"], "berlin-0417");
}

#[test]
fn quitting_closes_the_window() {
    let mut window = Window::at_the_error();
    let (key, modifiers) = (Key::Q, CTRL);
    window.harness.event(egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
    let mut closes = false;
    for _ in 0..4 {
        window.harness.step();
        let output = &window.harness.output().viewport_output[&egui::ViewportId::ROOT];
        closes |= output.commands.contains(&egui::ViewportCommand::Close);
    }
    assert!(closes);
}

#[test]
fn commands_that_need_something_open_do_nothing_on_the_first_page() {
    let mut window = Window::open(&[]);
    window.wait_for("Try an example");
    for entry in COMMANDS.iter().filter(|it| !it.command.enabled(Open::default())) {
        let before = noticed(&window);
        window.perform(entry.command);
        // The palette stays where its first row can do nothing.
        window.press(Key::Escape);
        window.settle();
        assert!(noticed(&window) == before, "{} changes the first page", entry.text);
    }
}

impl Window {
    /// Carries out a command by its first key, or by its name in the palette.
    fn perform(&mut self, command: Command) {
        match command.entry().chords.first() {
            Some(chord) => self.press_with(chord.modifiers(), chord.key()),
            None => self.command(command.entry().text),
        }
    }
}
