//! Pictures of the window, written to `target/ui/` to be looked at, and what has to be true of them.

use std::path::Path;

use egui::{Color32, Key, Modifiers, Theme};
use stepscope::ui::raster::Raster;

use super::stage::{Stage, save};
use super::{CTRL, Folder, sample};

const WINDOW: [f32; 2] = [1600.0, 1000.0];
const NARROW: [f32; 2] = [1000.0, 700.0];
const THEMES: [(Theme, &str); 2] = [(Theme::Dark, "dark"), (Theme::Light, "light")];

/// Paints and saves the window; fails where text is cut off.
fn picture(stage: &Stage, name: &str) -> Raster {
    assert_eq!(stage.cut_off(), Vec::<String>::new(), "{name}");
    let raster = stage.picture();
    save(name, &raster);
    raster
}

fn n_pixels(raster: &Raster, place: egui::Rect, color: Color32) -> usize {
    let places = (place.top() as usize..place.bottom() as usize)
        .flat_map(|y| (place.left() as usize..place.right() as usize).map(move |x| (x, y)));
    places.filter(|(x, y)| is_near(raster.pixel(*x, *y), color)).count()
}

/// Thin strokes are mixed with their ground.
fn is_near(one: Color32, other: Color32) -> bool {
    one.to_array().into_iter().zip(other.to_array()).all(|(one, other)| one.abs_diff(other) < 40)
}

#[test]
fn statuses_have_their_colours_in_the_graph() {
    for (theme, name) in THEMES {
        let stage = Stage::open(WINDOW, theme, &[&sample("travel-booking.asl.json")]);
        let raster = picture(&stage, &format!("window-{name}.png"));
        let tokens = stage.theme();
        let n = |part: &str, color| n_pixels(&raster, stage.place(part), color);
        for (part, color) in
            [("BookFlight, Task, succeeded", tokens.status_ok), ("BookCar, Task, failed", tokens.status_retry)]
        {
            assert!(n(part, color) > 5, "{name}: {part} has its colour at {} pixels", n(part, color));
        }
        assert_eq!(n("CancelHotel, Task", tokens.status_ok), 0);
        assert_eq!(n("BookCar, Task, failed", tokens.status_ok), 0);
    }
}

#[test]
fn no_text_is_cut_off_in_a_narrow_window_or_on_the_first_page() {
    picture(&Stage::open(NARROW, Theme::Dark, &[&sample("travel-booking.asl.json")]), "window-narrow.png");
    picture(&Stage::open(NARROW, Theme::Light, &[]), "first-page-narrow.png");
    picture(&Stage::open(WINDOW, Theme::Dark, &[]), "first-page-dark.png");
}

#[test]
fn problems_can_be_read_to_their_end() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(sample("travel-booking.asl.json")).expect("the sample is there");
    let text = text.replacen("\"Next\": \"BookHotel\"", "\"Next\": \"BookHotl\"", 1);
    let text = text.replacen("\"MaxAttempts\": 3", "\"MaxAttempts\": -3", 1);
    let mut stage = Stage::open(WINDOW, Theme::Dark, &[&folder.file("travel-booking.asl.json", text)]);
    stage.press(Modifiers::NONE, Key::F5);
    picture(&stage, "window-broken.png");
}

#[test]
fn two_runs_are_told_apart_without_their_colours() {
    for (theme, name) in THEMES {
        let folder = Folder::new();
        let history = folder.file("trip.json", super::recorded::history_of("travel-booking"));
        let alone = Stage::open(WINDOW, theme, &[&history]);
        picture(&alone, &format!("window-recorded-{name}.png"));
        let text = |name: &str| std::fs::read_to_string(sample(name)).expect("the sample is there");
        folder.file("trip.input.json", text("travel-booking.input.json"));
        folder.file(
            "trip.mocks.json",
            text("travel-booking.mocks.json").replacen("CarProvider.Busy", "CarProvider.Gone", 1),
        );
        let definition = folder.file("trip.asl.json", text("travel-booking.asl.json"));
        let mut stage = Stage::open(WINDOW, theme, &[&definition, &history]);
        stage.press(CTRL, Key::D);
        stage.press(Modifiers::NONE, Key::Enter);
        let raster = picture(&stage, &format!("window-compared-{name}.png"));
        // The same in both is neither of the colours of a status.
        let (place, tokens) = (stage.place("BookFlight, Task, the same"), stage.theme());
        assert_eq!(n_pixels(&raster, place, tokens.status_ok), 0, "{name}");
    }
}

#[test]
#[ignore = "pictures to look at; nothing is asserted that other tests do not"]
fn more_to_look_at() {
    for (theme, name) in THEMES {
        save(&format!("first-page-{name}.png"), &Stage::open(WINDOW, theme, &[]).picture());
        let mut stage = Stage::open(WINDOW, theme, &[&sample("travel-booking.asl.json")]);
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
    for name in ["nested-map-in-parallel.asl.yaml", "parallel-map-failures.asl.json", "long-waits.asl.json"] {
        let stage = Stage::open(WINDOW, Theme::Light, &[&sample(name)]);
        save(&format!("{}.png", name.split('.').next().unwrap_or(name)), &stage.picture());
    }
}

#[test]
#[ignore = "pictures to look at; nothing is asserted that other tests do not"]
fn forks_to_look_at() {
    for (theme, name) in THEMES {
        let mut stage = Stage::open(WINDOW, theme, &[&sample("travel-booking.asl.json")]);
        stage.press(CTRL | Modifiers::SHIFT, Key::N);
        save(&format!("window-fork-{name}.png"), &stage.picture());
    }
}

#[test]
fn what_exploration_found_can_be_read_in_every_tab() {
    for (theme, name) in THEMES {
        let mut stage = Stage::open(WINDOW, theme, &[&sample("travel-booking.asl.json")]);
        stage.press(CTRL | Modifiers::SHIFT, Key::F);
        picture(&stage, &format!("window-explored-{name}.png"));
        for (tab, file) in [("Saga audit", "audit"), ("Coverage", "coverage")] {
            stage.press(CTRL, Key::K);
            stage.type_text(tab);
            stage.press(Modifiers::NONE, Key::Enter);
            picture(&stage, &format!("window-{file}-{name}.png"));
        }
    }
}

/// Makes the read-me's picture: `cargo test --release --test tests the_read_me -- --ignored`.
#[test]
#[ignore = "writes assets/screenshot.png"]
fn the_read_mes_picture() {
    let stage = Stage::open(WINDOW, Theme::Dark, &[&sample("travel-booking.asl.json")]);
    let png = opaque_png(&stage.picture());
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshot.png"), png)
        .expect("it can be written");
}

/// Encodes without transparency and as small as it gets.
fn opaque_png(raster: &Raster) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, raster.width as u32, raster.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().expect("memory takes it");
    let pixels: Vec<u8> = raster.pixels.iter().flat_map(|it| [it.r(), it.g(), it.b()]).collect();
    writer.write_image_data(&pixels).expect("memory takes it");
    writer.finish().expect("memory takes it");
    bytes
}
