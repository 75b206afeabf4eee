//! That the table has no clash, and that keys come to their commands.

use super::*;

const ALL_OPEN: Open = Open { definition: true, run: true, ..NOTHING };
const NOTHING: Open = Open {
    definition: false,
    run: false,
    unfinished: false,
    failed: false,
    bare: false,
    recorded: false,
    replayable: false,
    comparable: false,
    comparison: false,
    going: false,
    breakpoints: false,
    removed: false,
    redo: false,
    asking: false,
    mocks: false,
    can_continue: false,
    exploring: false,
    explored: false,
    audit: false,
};

fn press(ctx: &Context, key: Key, modifiers: Modifiers) -> Vec<Command> {
    let event = Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
    let input = egui::RawInput { events: vec![event], ..Default::default() };
    let mut commands = Vec::new();
    ctx.run_ui(input, |ui| commands.extend(pressed(ui.ctx(), ALL_OPEN))).drop_without_applying_deltas();
    commands
}

#[test]
fn no_chord_means_two_things() {
    let chords: Vec<(Chord, Command)> =
        COMMANDS.iter().flat_map(|it| it.chords.iter().map(|chord| (*chord, it.command))).collect();
    for (idx, (chord, command)) in chords.iter().enumerate() {
        for (other, other_command) in &chords[idx + 1..] {
            assert!(chord != other, "{} is {command:?} and {other_command:?}", chord.text());
        }
    }
}

/// The window system's layer makes cutting, copying and pasting of them, whatever else is pressed.
#[test]
fn no_chord_is_one_of_the_clipboard() {
    for entry in COMMANDS.iter().filter(|it| it.command != Command::CopyValue) {
        for chord in entry.chords.iter().filter(|it| it.modifiers.command) {
            assert!(!matches!(chord.key(), Key::C | Key::X | Key::V | Key::Insert), "{} never comes", chord.text());
        }
    }
}

#[test]
fn no_command_stands_twice_in_the_table() {
    for (idx, entry) in COMMANDS.iter().enumerate() {
        assert!(COMMANDS[idx + 1..].iter().all(|it| it.command != entry.command && it.text != entry.text));
    }
}

#[test]
fn longer_chords_do_not_trigger_shorter_ones() {
    let ctx = Context::default();
    assert_eq!(press(&ctx, Key::F8, Modifiers::NONE), [Command::NextError]);
    assert_eq!(press(&ctx, Key::F8, Modifiers::SHIFT), [Command::PreviousError]);
    assert_eq!(press(&ctx, Key::F8, Modifiers::ALT | Modifiers::SHIFT), [Command::PreviousRetry]);
    assert_eq!(press(&ctx, Key::P, Modifiers::COMMAND | Modifiers::SHIFT), [Command::ShowPalette]);
    assert_eq!(press(&ctx, Key::Questionmark, Modifiers::SHIFT), [Command::ShowKeys]);
}

#[test]
fn a_command_that_can_do_nothing_leaves_its_key_alone() {
    let ctx = Context::default();
    let event =
        Event::Key { key: Key::F5, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    let input = egui::RawInput { events: vec![event], ..Default::default() };
    let mut commands = vec![Command::Quit];
    ctx.run_ui(input, |ui| commands = pressed(ui.ctx(), Open::default())).drop_without_applying_deltas();
    assert_eq!(commands, []);
}

#[test]
fn letters_typed_into_a_field_are_text() {
    let ctx = Context::default();
    let mut text = String::new();
    let mut frame = |events: Vec<Event>| {
        let mut commands = Vec::new();
        ctx.run_ui(egui::RawInput { events, ..Default::default() }, |ui| {
            commands.extend(pressed(ui.ctx(), ALL_OPEN));
            ui.text_edit_singleline(&mut text).request_focus();
        })
        .drop_without_applying_deltas();
        commands
    };
    frame(Vec::new());
    let key = |key| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    assert_eq!(frame(vec![key(Key::F), key(Key::ArrowLeft)]), []);
    assert_eq!(frame(vec![key(Key::F8)]), [Command::NextError]);
    let ctrl =
        |key| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::COMMAND };
    assert_eq!(frame(vec![ctrl(Key::Z), ctrl(Key::A)]), []);
    assert_eq!(frame(vec![ctrl(Key::S), ctrl(Key::K)]), [Command::SaveDefinition, Command::ShowPalette]);
}
