//! Somebody who presses and clicks whatever there is: nothing ends the window, and it is idle when they stop.

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2};
use egui_kittest::kittest::NodeT as _;
use stepscope::ui::command::{COMMANDS, Command};

use super::{CTRL, Folder, Window, sample};

/// How many things are done in one window.
const STEPS: usize = 90;
/// What is typed into whatever has the focus.
const WORDS: &[&str] = &["a", "{", "\"x\": 1", "$.total > 1", "é 🚂", "מסע", "12", "\n", "States.ALL", "}"];
const KEYS: &[Key] = &[
    Key::Escape,
    Key::Enter,
    Key::Tab,
    Key::ArrowDown,
    Key::ArrowUp,
    Key::ArrowLeft,
    Key::ArrowRight,
    Key::Space,
    Key::Backspace,
    Key::Delete,
    Key::Home,
    Key::End,
    Key::PageDown,
    Key::PageUp,
];

/// The titles of what asks where to write.
const QUESTIONS: &[&str] = &["Save as", "Save definition as"];

/// A sequence that looks random and is the same every time.
struct Dice(u64);

impl Dice {
    /// Returns a number below `n`.
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % n as u64).expect("it is below a usize")
    }

    fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// Answers a question for where to write with a place that is gone when the test is over; returns whether there was one.
fn answer_path(window: &mut Window, folder: &Folder, dice: &mut Dice) -> bool {
    let asks = |node: egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        let name = node.label().or_else(|| node.value());
        node.role() == Role::Label && name.is_some_and(|it| QUESTIONS.contains(&&*it))
    };
    if !window.harness.root().children_recursive().any(asks) {
        return false;
    }
    let path = folder.path(&format!("written-{}", dice.below(1_000)));
    key(window, CTRL, Key::A);
    window.harness.event(Event::Text(path.display().to_string()));
    window.harness.step();
    let last = if dice.below(2) == 0 { Key::Enter } else { Key::Escape };
    key(window, Modifiers::NONE, last);
    true
}

/// Does one thing; returns what, for the message when it went wrong.
fn act(window: &mut Window, folder: &Folder, dice: &mut Dice) -> String {
    if answer_path(window, folder, dice) {
        return String::from("a path");
    }
    match dice.below(10) {
        0..=3 => {
            let entry = dice.one_of(COMMANDS);
            if matches!(entry.command, Command::Quit | Command::ShowPalette) {
                return String::from("nothing");
            }
            if let Some(chord) = entry.chords.first().filter(|_| dice.below(2) == 0) {
                key(window, chord.modifiers(), chord.key());
            } else {
                key(window, CTRL, Key::K);
                window.harness.event(Event::Text(entry.text.to_owned()));
                window.harness.step();
                key(window, Modifiers::NONE, Key::Enter);
            }
            format!("{:?}", entry.command)
        }
        4..=6 => {
            let nodes = window.harness.root().children_recursive();
            let places: Vec<(Pos2, String)> = nodes
                .filter_map(|node| {
                    let name = node.accesskit_node().label().or_else(|| node.accesskit_node().value())?;
                    Some((node.rect().center(), name))
                })
                .filter(|(at, _)| at.x >= 0.0 && at.y >= 0.0 && at.x < 1280.0 && at.y < 800.0)
                .collect();
            let Some((at, name)) = (!places.is_empty()).then(|| dice.one_of(&places)) else {
                return String::from("nothing to click");
            };
            let button = if dice.below(5) == 0 { PointerButton::Secondary } else { PointerButton::Primary };
            click(window, *at, button);
            format!("{button:?} on {name:?}")
        }
        7 => {
            let at = egui::pos2(dice.below(1280) as f32, dice.below(800) as f32);
            click(window, at, PointerButton::Primary);
            format!("a click at {at:?}")
        }
        8 => {
            let typed = *dice.one_of(KEYS);
            key(window, Modifiers::NONE, typed);
            format!("{typed:?}")
        }
        _ => {
            let text = *dice.one_of(WORDS);
            window.harness.event(Event::Text(text.to_owned()));
            window.harness.step();
            format!("typing {text:?}")
        }
    }
}

fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    for pressed in [true, false] {
        window.harness.event(Event::Key { key, physical_key: None, pressed, repeat: false, modifiers });
    }
    window.harness.step();
}

fn click(window: &mut Window, pos: Pos2, button: PointerButton) {
    window.harness.event(Event::PointerMoved(pos));
    for pressed in [true, false] {
        window.harness.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
    }
    window.harness.step();
}

/// Goes on until the window is at rest, but for a text cursor that blinks.
fn come_to_rest(window: &mut Window, done: &[String]) {
    let begin = Instant::now();
    let mut quiet = 0;
    while quiet < 8 {
        window.harness.step();
        std::thread::sleep(Duration::from_millis(1));
        let delay = window.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        quiet = if delay < Duration::from_millis(100) { 0 } else { quiet + 1 };
        let causes = window.harness.ctx.repaint_causes();
        let last = &done[done.len().saturating_sub(12)..];
        assert!(begin.elapsed() < Duration::from_secs(10), "not idle, because of {causes:?}, after {last:#?}");
    }
}

fn play(name: &str, seed: u64) {
    let folder = Folder::new();
    let stem = name.split('.').next().unwrap_or(name);
    let mut definition = folder.path(name);
    for entry in std::fs::read_dir(sample("")).expect("there are samples").flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with(stem) {
            let copy = folder.file(&file, std::fs::read(entry.path()).expect("it can be read"));
            if file == name {
                definition = copy;
            }
        }
    }
    let mut window = Window::sized([1280.0, 800.0], &[&definition]);
    window.wait_for(stem);
    let mut dice = Dice(seed);
    let mut done: Vec<String> = Vec::new();
    for _ in 0..STEPS {
        let acted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| act(&mut window, &folder, &mut dice)));
        let what = acted.ok();
        assert!(what.is_some(), "{name}, {seed}: a panic after {:#?}", &done[done.len().saturating_sub(30)..]);
        done.extend(what);
    }
    // What goes on, at the pace of a clock for example, is paused; what is asked is put away.
    for _ in 0..3 {
        key(&mut window, Modifiers::NONE, Key::Escape);
    }
    key(&mut window, Modifiers::NONE, Key::F6);
    come_to_rest(&mut window, &done);
}

#[test]
fn a_monkey_at_the_travel_booking_ends_nothing() {
    play("travel-booking.asl.json", 1);
}

#[test]
fn a_monkey_at_maps_in_a_parallel_ends_nothing() {
    play("nested-map-in-parallel.asl.yaml", 2);
}

#[test]
fn a_monkey_at_long_waits_ends_nothing() {
    play("long-waits.asl.json", 3);
}

/// Looks for what the three above do not meet: `MONKEYS=200 cargo test --test tests many_monkeys -- --ignored`.
#[test]
#[ignore = "takes minutes; for whoever has changed much"]
fn many_monkeys_end_nothing() {
    let n: u64 = std::env::var("MONKEYS").ok().and_then(|it| it.parse().ok()).unwrap_or(20);
    let samples = ["travel-booking.asl.json", "nested-map-in-parallel.asl.yaml", "long-waits.asl.json"];
    for seed in 0..n {
        for name in samples {
            play(name, seed * 7 + 100);
        }
    }
}
