//! Keys with their modifiers: how they are written, matched, and left to text fields.

use egui::{Key, Modifiers};

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    pub(super) modifiers: Modifiers,
    key: Key,
}

impl Chord {
    /// Returns the key without its modifiers.
    pub fn key(&self) -> Key {
        self.key
    }

    /// Returns the modifiers.
    pub fn modifiers(&self) -> Modifiers {
        self.modifiers
    }

    /// Returns the chord as it is printed on key caps: `Ctrl Shift F5`; on a Mac `⌘ ⇧ F5`.
    pub fn text(&self) -> String {
        let mac = cfg!(target_os = "macos");
        let mut names: Vec<&str> = Vec::new();
        if self.modifiers.command {
            names.push(if mac { "⌘" } else { "Ctrl" });
        }
        if self.modifiers.alt {
            names.push(if mac { "⌥" } else { "Alt" });
        }
        if self.modifiers.shift {
            names.push(if mac { "⇧" } else { "Shift" });
        }
        names.push(match self.key {
            Key::ArrowLeft => "←",
            Key::ArrowRight => "→",
            Key::ArrowUp => "↑",
            Key::ArrowDown => "↓",
            Key::Questionmark => "?",
            Key::Slash => "/",
            Key::Plus => "+",
            Key::Equals => "=",
            Key::Minus => "−",
            Key::Period => ".",
            other => other.name(),
        });
        names.join(" ")
    }

    pub(super) fn matches(self, key: Key, modifiers: Modifiers) -> bool {
        if key != self.key {
            return false;
        }
        // Which of these need Shift depends on the keyboard.
        let printed = matches!(self.key, Key::Questionmark | Key::Plus) && !self.modifiers.shift;
        let modifiers = if printed { Modifiers { shift: false, ..modifiers } } else { modifiers };
        modifiers.matches_exact(self.modifiers)
    }

    /// Whether a text field may have the key instead.
    pub(super) fn is_typing(self) -> bool {
        let function_key = matches!(
            self.key,
            Key::F1 | Key::F3 | Key::F5 | Key::F6 | Key::F7 | Key::F8 | Key::F9 | Key::F10 | Key::F11
        );
        // What every text field does with Ctrl: the clipboard, taking back, finding, and what moves its cursor.
        let of_fields = matches!(self.key, Key::A | Key::C | Key::F | Key::V | Key::X | Key::Y | Key::Z)
            || matches!(
                self.key,
                Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown | Key::Home | Key::End
            );
        !function_key && (of_fields || !self.modifiers.command)
    }
}

pub(super) const fn plain(key: Key) -> Chord {
    Chord { modifiers: Modifiers::NONE, key }
}

pub(super) const fn shift(key: Key) -> Chord {
    Chord { modifiers: Modifiers::SHIFT, key }
}

pub(super) const fn alt(key: Key) -> Chord {
    Chord { modifiers: Modifiers::ALT, key }
}

pub(super) const fn alt_shift(key: Key) -> Chord {
    Chord { modifiers: Modifiers { alt: true, ..Modifiers::SHIFT }, key }
}

pub(super) const fn ctrl(key: Key) -> Chord {
    Chord { modifiers: Modifiers::COMMAND, key }
}

pub(super) const fn ctrl_shift(key: Key) -> Chord {
    Chord { modifiers: Modifiers { shift: true, ..Modifiers::COMMAND }, key }
}
