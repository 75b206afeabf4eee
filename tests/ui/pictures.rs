//! Pictures of the window, written to `target/ui/` to be looked at, and what has to be true of them.
//!
//! `UPDATE_SCREENSHOT=1` also writes the read-me's picture, `assets/screenshot.png`.

use egui::{Key, Modifiers, Theme};

use super::stage::{Stage, save};
use super::{CTRL, Folder, sample};

const WINDOW: [f32; 2] = [1600.0, 1000.0];
const THEMES: [(Theme, &str); 2] = [(Theme::Dark, "dark"), (Theme::Light, "light")];

#[test]
fn the_saga_at_its_error() {
    for (theme, name) in THEMES {
        let mut stage = Stage::open(WINDOW, theme, &[&sample("travel-booking.asl.json")]);
        save(&format!("window-{name}.png"), &stage.picture());
        stage.press(CTRL, Key::Num2);
        save(&format!("window-definition-{name}.png"), &stage.picture());
        stage.press(CTRL, Key::Num1);
        stage.press(CTRL, Key::K);
        stage.type_text("book");
        save(&format!("window-palette-{name}.png"), &stage.picture());
        stage.press(Modifiers::NONE, Key::Escape);
        stage.press(Modifiers::SHIFT, Key::Questionmark);
        save(&format!("window-keys-{name}.png"), &stage.picture());
    }
}

#[test]
fn the_first_page() {
    for (theme, name) in THEMES {
        let stage = Stage::open(WINDOW, theme, &[]);
        save(&format!("first-page-{name}.png"), &stage.picture());
    }
    save("first-page-narrow.png", &Stage::open([1000.0, 700.0], Theme::Dark, &[]).picture());
}

#[test]
fn a_narrow_window() {
    let stage = Stage::open([1000.0, 700.0], Theme::Dark, &[&sample("travel-booking.asl.json")]);
    save("window-narrow.png", &stage.picture());
}

#[test]
fn other_samples() {
    for name in ["nested-map-in-parallel.asl.yaml", "parallel-map-failures.asl.json", "long-waits.asl.json"] {
        let stage = Stage::open(WINDOW, Theme::Dark, &[&sample(name)]);
        save(&format!("{}.png", name.split('.').next().unwrap_or(name)), &stage.picture());
    }
}

#[test]
fn a_broken_definition() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(sample("travel-booking.asl.json")).expect("the sample is there");
    let text = text.replacen("\"Next\": \"BookHotel\"", "\"Next\": \"BookHotl\"", 1);
    let text = text.replacen("\"MaxAttempts\": 3", "\"MaxAttempts\": -3", 1);
    let mut stage = Stage::open(WINDOW, Theme::Dark, &[&folder.file("travel-booking.asl.json", text)]);
    stage.press(Modifiers::NONE, Key::F5);
    save("window-broken.png", &stage.picture());
}
