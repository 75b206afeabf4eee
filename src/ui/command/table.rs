//! `COMMANDS`: the table itself, in the order of menus.

use egui::{Key, Modifiers};

use super::{Chord, Command, Entry, Group, Needs};

/// Every command once, in the order of menus.
pub const COMMANDS: &[Entry] = {
    use Command as C;
    use Group::{Breakpoints, Edit, File, Go, Run, View};
    use Needs::{Definition, Nothing};
    &[
        entry(C::OpenDefinition, "Open definition…", "Opens a workflow definition", File, Nothing, &[ctrl(Key::O)]),
        entry(
            C::OpenPath,
            "Open by path…",
            "Opens a definition whose path is typed or pasted",
            File,
            Nothing,
            &[ctrl_shift(Key::O)],
        ),
        entry(C::OpenInput, "Add input…", "Adds a JSON file to the inputs", File, Definition, &[]),
        entry(C::OpenMocks, "Add mocks…", "Adds a mock configuration file", File, Definition, &[]),
        entry(
            C::SaveDefinition,
            "Save definition",
            "Writes the text to its file; one without a file asks where",
            File,
            Definition,
            &[ctrl(Key::S)],
        ),
        entry(
            C::SaveDefinitionAs,
            "Save definition as…",
            "Writes the text to another file and goes on with that",
            File,
            Definition,
            &[ctrl_shift(Key::S)],
        ),
        entry(
            C::ExportHistory,
            "Export history…",
            "Saves the run as the service writes execution histories",
            File,
            Needs::Run,
            &[ctrl(Key::E)],
        ),
        entry(
            C::ExportHistoryLines,
            "Export history as JSON Lines…",
            "Saves one event per line",
            File,
            Needs::Run,
            &[],
        ),
        entry(C::ExportHistoryTable, "Export history as CSV…", "Saves the events as a table", File, Needs::Run, &[]),
        entry(C::ExportGraphSvg, "Export graph as SVG…", "Saves the graph as drawing", File, Definition, &[]),
        entry(C::ExportGraphPng, "Export graph as PNG…", "Saves the graph as picture", File, Definition, &[]),
        entry(C::CloseDefinition, "Close definition", "Goes back to the first page", File, Definition, &[ctrl(Key::W)]),
        entry(C::Quit, "Quit", "Ends Stepscope", File, Nothing, &[ctrl(Key::Q)]),
        entry(
            C::Undo,
            "Undo",
            "Takes the last change of the text back, or lists a removed run again",
            Edit,
            Needs::Undo,
            &[ctrl(Key::Z)],
        ),
        entry(
            C::Redo,
            "Redo",
            "Makes the change again that was taken back",
            Edit,
            Needs::Redo,
            &[ctrl(Key::Y), ctrl_shift(Key::Z)],
        ),
        entry(C::FindInText, "Find in the definition…", "Finds words in the text", Edit, Definition, &[]),
        entry(C::GoToLine, "Go to line…", "Goes to a line of the text", Edit, Definition, &[ctrl(Key::G)]),
        entry(
            C::ApplyFix,
            "Apply the fix",
            "Applies the fix of the problem on the line of the text cursor",
            Edit,
            Definition,
            &[ctrl(Key::Period)],
        ),
        entry(
            C::ShowNewest,
            "Show the newest definition",
            "Shows the text that the next run takes, in place of the one that the run ran with",
            Edit,
            Needs::Earlier,
            &[],
        ),
        entry(
            C::Continue,
            "Continue",
            "Goes on to the next breakpoint; runs the definition where there is nothing to go on with",
            Run,
            Definition,
            &[plain(Key::F5)],
        ),
        entry(
            C::ReverseContinue,
            "Continue backwards",
            "Goes back to the previous breakpoint",
            Run,
            Needs::Run,
            &[alt(Key::F5)],
        ),
        entry(
            C::StepOver,
            "Step over",
            "Goes to the next state of the same scope",
            Run,
            Definition,
            &[plain(Key::F10)],
        ),
        entry(
            C::StepInto,
            "Step into",
            "Goes to the next attempt or state, inside branches and items too",
            Run,
            Definition,
            &[plain(Key::F11)],
        ),
        entry(
            C::StepOut,
            "Step out",
            "Goes to the end of the Parallel or Map around, or of the run",
            Run,
            Needs::Run,
            &[shift(Key::F11)],
        ),
        entry(
            C::StepBack,
            "Step back",
            "Takes the last step back; elsewhere goes back to the state before",
            Run,
            Needs::Run,
            &[alt(Key::F10)],
        ),
        entry(
            C::StepBackInto,
            "Step back into",
            "Goes back to the attempt or state before, inside branches and items too",
            Run,
            Needs::Run,
            &[alt(Key::F11)],
        ),
        entry(
            C::StepBackOut,
            "Step back out",
            "Goes back to where the Parallel or Map around began",
            Run,
            Needs::Run,
            &[alt_shift(Key::F11)],
        ),
        entry(
            C::RunToState,
            "Run to the selected state",
            "Goes on until the selected state is entered",
            Run,
            Definition,
            &[ctrl(Key::F10)],
        ),
        entry(
            C::Pause,
            "Pause",
            "Stops where the run is; it can go on from there",
            Run,
            Needs::Going,
            &[plain(Key::F6)],
        ),
        entry(C::Stop, "Stop", "Ends the run as aborted", Run, Needs::Unfinished, &[shift(Key::F5)]),
        entry(
            C::Redrive,
            "Redrive",
            "Goes on with a failed run from what it did not finish, with the mocks in use",
            Run,
            Needs::Failed,
            &[],
        ),
        entry(
            C::ToggleQuotas,
            "Quotas of the service",
            "Whether the next run ends where the service would end it, as at 25,000 events, or goes past all quotas",
            Run,
            Definition,
            &[],
        ),
        entry(
            C::Run,
            "Run to the end",
            "Runs the definition with the input in use, past all breakpoints",
            Run,
            Definition,
            &[ctrl(Key::F5)],
        ),
        entry(
            C::Restart,
            "Restart",
            "Runs again with the same input and seed",
            Run,
            Needs::Run,
            &[ctrl_shift(Key::F5)],
        ),
        entry(
            C::RestoreRun,
            "Put the removed run back",
            "Lists the run again that was last taken off the list, with its forks",
            Run,
            Needs::Removed,
            &[],
        ),
        entry(
            C::ToggleBreakpoint,
            "Toggle breakpoint",
            "Stops where the selected state is entered, or no longer",
            Breakpoints,
            Definition,
            &[plain(Key::F9)],
        ),
        entry(
            C::BreakOnUncaught,
            "Stop at uncaught errors",
            "Stops at an error that nothing takes, or no longer",
            Breakpoints,
            Definition,
            &[],
        ),
        entry(
            C::BreakOnCaught,
            "Stop before catches",
            "Stops at an error that a catcher takes, or no longer",
            Breakpoints,
            Definition,
            &[],
        ),
        entry(
            C::BreakOnRetry,
            "Stop before retries",
            "Stops at an error that is tried again, or no longer",
            Breakpoints,
            Definition,
            &[],
        ),
        entry(
            C::SwitchBreakpoints,
            "Switch all breakpoints off or on",
            "Keeps the breakpoints without stopping at them, or stops at them again",
            Breakpoints,
            Needs::Breakpoints,
            &[ctrl(Key::F9)],
        ),
        entry(
            C::RemoveBreakpoints,
            "Remove all breakpoints",
            "Takes all breakpoints away",
            Breakpoints,
            Needs::Breakpoints,
            &[ctrl_shift(Key::F9)],
        ),
        entry(C::PreviousEvent, "Previous event", "Moves back one event", Go, Needs::Run, &[plain(Key::ArrowLeft)]),
        entry(C::NextEvent, "Next event", "Moves on one event", Go, Needs::Run, &[plain(Key::ArrowRight)]),
        entry(C::BackTenEvents, "Back ten events", "Moves back ten events", Go, Needs::Run, &[shift(Key::ArrowLeft)]),
        entry(
            C::ForwardTenEvents,
            "Forward ten events",
            "Moves on ten events",
            Go,
            Needs::Run,
            &[shift(Key::ArrowRight)],
        ),
        entry(C::Start, "Start of the run", "Moves to the first event", Go, Needs::Run, &[plain(Key::Home)]),
        entry(C::End, "End of the run", "Moves to the last event", Go, Needs::Run, &[plain(Key::End)]),
        entry(C::PreviousError, "Previous error", "Moves back to an error", Go, Needs::Run, &[shift(Key::F8)]),
        entry(C::NextError, "Next error", "Moves on to an error", Go, Needs::Run, &[plain(Key::F8)]),
        entry(C::PreviousRetry, "Previous retry", "Moves back to a retry", Go, Needs::Run, &[alt_shift(Key::F8)]),
        entry(C::NextRetry, "Next retry", "Moves on to a retry", Go, Needs::Run, &[alt(Key::F8)]),
        entry(
            C::GoToState,
            "Go to state or event…",
            "Finds a state by name or an event by number",
            Go,
            Definition,
            &[ctrl(Key::P)],
        ),
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
            C::CopyValue,
            "Copy value",
            "Copies the JSON that the inspector shows",
            View,
            Needs::Run,
            &[ctrl(Key::C)],
        ),
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
            "Larger",
            "Makes everything in the window larger",
            View,
            Nothing,
            &[ctrl(Key::Plus), ctrl(Key::Equals)],
        ),
        entry(C::SmallerText, "Smaller", "Makes everything in the window smaller", View, Nothing, &[ctrl(Key::Minus)]),
        entry(C::NormalText, "Normal size", "Shows everything at its usual size", View, Nothing, &[ctrl(Key::Num0)]),
    ]
};

const fn entry(
    command: Command,
    text: &'static str,
    tooltip: &'static str,
    group: Group,
    needs: Needs,
    chords: &'static [Chord],
) -> Entry {
    Entry { command, text, tooltip, group, needs, chords }
}

const fn plain(key: Key) -> Chord {
    Chord { modifiers: Modifiers::NONE, key }
}

const fn shift(key: Key) -> Chord {
    Chord { modifiers: Modifiers::SHIFT, key }
}

const fn alt(key: Key) -> Chord {
    Chord { modifiers: Modifiers::ALT, key }
}

const fn alt_shift(key: Key) -> Chord {
    Chord { modifiers: Modifiers { alt: true, ..Modifiers::SHIFT }, key }
}

const fn ctrl(key: Key) -> Chord {
    Chord { modifiers: Modifiers::COMMAND, key }
}

const fn ctrl_shift(key: Key) -> Chord {
    Chord { modifiers: Modifiers { shift: true, ..Modifiers::COMMAND }, key }
}
