//! The rows of the table about what the window shows: tabs, panels, colours, sizes.

use egui::Key;

use super::chord::{ctrl, ctrl_shift, plain};
use super::table::entry;
use super::{Command, Entry, Group, Needs};

pub(super) const VIEWS: &[Entry] = {
    use Command as C;
    use Group::View;
    use Needs::{Definition, Nothing};
    &[
        entry(
            C::ShowPalette,
            "Search and commands",
            "Finds commands, states and events",
            View,
            Nothing,
            &[ctrl(Key::K), ctrl_shift(Key::P)],
        ),
        entry(C::ShowKeys, "Keys", "Shows every key", View, Nothing, &[plain(Key::Questionmark), ctrl(Key::Slash)]),
        entry(C::ShowGraph, "Graph", "Shows the graph", View, Definition, &[ctrl(Key::Num1)]),
        entry(
            C::ShowDefinition,
            "Definition",
            "Shows the text of the definition",
            View,
            Definition,
            &[ctrl(Key::Num2)],
        ),
        entry(C::ShowSplit, "Split", "Shows the graph and the text side by side", View, Definition, &[ctrl(Key::Num3)]),
        entry(
            C::ShowNewest,
            "Newest definition",
            "Shows the definition as it is open now instead of the run's, or goes back to the run",
            View,
            Definition,
            &[ctrl(Key::E)],
        ),
        entry(
            C::ShowConsole,
            "Console",
            "Shows what logpoints wrote, and evaluates expressions at the cursor",
            View,
            Definition,
            &[ctrl_shift(Key::Y)],
        ),
        entry(
            C::ToggleWorkspace,
            "Workspace",
            "Shows or hides the panel at the left",
            View,
            Definition,
            &[ctrl(Key::B)],
        ),
        entry(
            C::ToggleBottom,
            "Timeline and events",
            "Shows or hides the panel at the bottom",
            View,
            Definition,
            &[ctrl(Key::J)],
        ),
        entry(
            C::ToggleInspector,
            "Inspector",
            "Shows or hides the panel at the right",
            View,
            Definition,
            &[ctrl(Key::I)],
        ),
        entry(C::FitGraph, "Fit graph", "Shows the whole graph", View, Definition, &[plain(Key::F)]),
        entry(
            C::ZoomIn,
            "Zoom in",
            "Makes the graph larger",
            View,
            Definition,
            &[plain(Key::Plus), plain(Key::Equals)],
        ),
        entry(C::ZoomOut, "Zoom out", "Makes the graph smaller", View, Definition, &[plain(Key::Minus)]),
        entry(C::ActualSize, "Actual size", "Shows the graph at 100 %", View, Definition, &[plain(Key::Num0)]),
        entry(
            C::ToggleTheme,
            "Light or dark",
            "Changes between the light and the dark theme",
            View,
            Nothing,
            &[ctrl_shift(Key::L)],
        ),
        entry(
            C::LargerText,
            "Larger window text",
            "Makes everything in the window larger",
            View,
            Nothing,
            &[ctrl(Key::Plus), ctrl(Key::Equals)],
        ),
        entry(
            C::SmallerText,
            "Smaller window text",
            "Makes everything in the window smaller",
            View,
            Nothing,
            &[ctrl(Key::Minus)],
        ),
        entry(
            C::NormalText,
            "Normal window text",
            "Shows everything at its usual size",
            View,
            Nothing,
            &[ctrl(Key::Num0)],
        ),
    ]
};
