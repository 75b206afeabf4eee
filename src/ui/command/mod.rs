//! The one table of what has a name and a key. Menus, palette, toolbar, tooltips and the key sheet are read off it;
//! keys are dispatched here and nowhere else. Carrying a command out is `app`'s.

mod chord;
mod explore;
mod table;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, Event, Key, Modifiers};

use super::editor::TextRequest;
use super::exploration::Ask;
use super::unanswered::Keep;
use super::workspace::RunPlace;
use crate::handlers::mock::Answer;
use crate::session::Edit;
use crate::session::breakpoint::Breakpoint;
use crate::session::pace::Pace;
use crate::session::provenance::Question;
use crate::session::tree::RunId;

pub use chord::Chord;
pub use table::COMMANDS;

/// Something the user can ask for by name or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named and explained in `COMMANDS`")]
pub enum Command {
    OpenDefinition,
    OpenHistory,
    AddDefinition,
    OpenPath,
    OpenWorkspace,
    SaveWorkspace,
    SaveWorkspaceAs,
    ShareWorkspace,
    NoteWorkspace,
    NoteEvent,
    OpenInput,
    OpenMocks,
    SaveDefinition,
    SaveDefinitionAs,
    Reload,
    SaveMocks,
    CloseDefinition,
    ExportHistory,
    ExportHistoryLines,
    ExportHistoryTable,
    ExportGraphSvg,
    ExportGraphPng,
    ForkHere,
    AnswerTask,
    AssumeRest,
    RestoreRun,
    Quit,
    Redo,
    FindInText,
    GoToLine,
    ApplyFix,
    Continue,
    Run,
    Restart,
    Pause,
    Stop,
    Redrive,
    ReplayHistory,
    RunFromHere,
    TurnIntoTest,
    CompareWith,
    FirstDifference,
    NextDifference,
    PreviousDifference,
    ToggleQuotas,
    ExploreFailures,
    CancelExploring,
    MustAlwaysRun,
    RunScenarios,
    RunScenarioFolder,
    ExportAudit,
    ExportCoverage,
    ShowTimeline,
    ShowFindings,
    ShowAudit,
    ShowCoverage,
    ShowScenarios,
    StepOver,
    StepInto,
    StepOut,
    RunToState,
    ReverseContinue,
    StepBack,
    StepBackInto,
    StepBackOut,
    InstantTime,
    RealTime,
    FasterTime,
    SlowerTime,
    ToggleBreakpoint,
    EditBreakpoint,
    AddBreakpoint,
    Undo,
    BreakOnCaught,
    BreakOnUncaught,
    BreakOnRetry,
    SwitchBreakpoints,
    RemoveBreakpoints,
    Start,
    End,
    PreviousEvent,
    NextEvent,
    BackTenEvents,
    ForwardTenEvents,
    PreviousError,
    NextError,
    PreviousRetry,
    NextRetry,
    PlayOrPause,
    NextStrand,
    PreviousStrand,
    FindEvents,
    FindNext,
    FindPrevious,
    GoToState,
    CopyValue,
    WhereFrom,
    ShowPalette,
    ShowKeys,
    ToggleWorkspace,
    ToggleBottom,
    ToggleInspector,
    ToggleTheme,
    ShowGraph,
    ShowDefinition,
    ShowSplit,
    ShowNewest,
    ShowConsole,
    FitGraph,
    ZoomIn,
    ZoomOut,
    ActualSize,
    LargerText,
    SmallerText,
    NormalText,
}

/// What a panel asks `app` to do. Panels change nothing but their own view state.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Carries out a command.
    Do(Command),
    /// Opens a file; the content decides what it is.
    Open(PathBuf),
    /// Opens several files; pages of one history belong together.
    OpenAll(Vec<PathBuf>),
    /// Compares the run that is shown with this one.
    Compare(RunId),
    /// Goes to this row of what two runs differ in.
    GoToDifference(usize),
    /// Opens the state machine at this position of the file that has several.
    ChooseMachine(usize),
    /// Opens the sample at this position of the list and runs it to its error.
    TrySample(usize),
    /// Makes the input at this position of the workspace the one in use.
    UseInput(usize),
    /// Makes the mocks at this position of the workspace the ones in use, or none.
    UseMocks(Option<usize>),
    /// Shows the run at this position of the workspace.
    ShowRun(RunPlace),
    /// Lists the forks of a run, or no longer.
    FoldRun(RunId),
    /// Asks what a run is to be called.
    AskRunName(RunId),
    /// Gives a run another name.
    RenameRun(RunId, String),
    /// Asks what is to be written about a run.
    AskRunNote(RunId),
    /// Keeps what the user writes about a run.
    NoteRun(RunId, String),
    /// Takes a run and its forks off the list.
    RemoveRun(RunId),
    /// Asks what a fork at the event with this id is to change.
    ForkAt(u64),
    /// Asks what a fork at the last visit of the state with this dense id is to change.
    ForkAtState(u32),
    /// Forks the run that is shown.
    Fork {
        /// The event.
        at: u64,
        /// What is changed; nothing to go on with the mocks in use.
        edit: Option<Edit>,
        /// Whether the fork goes on to its end or the next breakpoint.
        run: bool,
    },
    /// Says what the unanswered task at this place of the run that is shown answers.
    Answer {
        /// Which of the questions.
        nth: usize,
        /// The answer.
        answer: Arc<Answer>,
        /// For how long it holds.
        keep: Keep,
    },
    /// Asks where the mocks at this position of the workspace are to be written.
    SaveMocks(usize),
    /// Sets a breakpoint on the state with this dense id, or removes those on it.
    ToggleBreakpoint(u32),
    /// Switches the breakpoint at this position of the workspace off or on.
    SwitchBreakpoint(usize),
    /// Removes the breakpoint at this position of the workspace.
    RemoveBreakpoint(usize),
    /// Shows the form of the breakpoint at this position of the workspace.
    EditBreakpoint(usize),
    /// Puts a breakpoint in the place of the one at this position of the workspace, or adds it.
    SaveBreakpoint(Option<usize>, Box<Breakpoint>),
    /// Lets steps follow the strand with this number.
    FocusStrand(u32),
    /// Lets virtual time pass at this pace.
    SetPace(Pace),
    /// Evaluates an expression at the cursor and tells the console what it comes to.
    Evaluate(String),
    /// Moves the cursor to the event with this id.
    MoveTo(u64),
    /// Selects the state with this dense id, without moving the cursor.
    SelectState(u32),
    /// Selects no state.
    ClearSelection,
    /// Shows the definition of the state with this dense id in the text.
    ShowState(u32),
    /// Shows another attempt of the selected state, 1-based.
    ShowAttempt(u32),
    /// Shows this byte of the definition's text.
    ShowText(u32),
    /// Selects the state that holds this line of the definition's text, from 0.
    SelectLine(usize),
    /// What the user does with the definition's text.
    Text(TextRequest),
    /// Goes on with what closes the definition that is open, whose changes are not saved.
    Leave(Leave),
    /// Settles a file that has changed on the disk and in the window.
    Settle(Settle),
    /// Works out the data flow and the attempts of the state that is inspected.
    ShowDetail,
    /// Asks where a value came from.
    WhereFrom(Box<Question>),
    /// Puts away where a value came from.
    ForgetWhereFrom,
    /// Asks something of an exploration, of coverage or of scenarios.
    Explore(Ask),
    /// Puts a text on the clipboard.
    Copy(String),
    /// Makes a workspace without these fields, to be given away.
    Share(Vec<String>),
    /// Keeps what the user writes about an event of the run that is shown, or about the whole.
    Note(Option<u32>, String),
}

/// What becomes of changes that are not saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// They are saved first.
    Save,
    /// They are given up.
    Discard,
    /// The definition stays open.
    Cancel,
}

/// What becomes of a file that has changed on the disk and in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    /// The text of the window takes the file's place.
    Mine,
    /// The text of the file takes the window's place; the change can be taken back.
    Theirs,
}

/// Where a command stands in menus and on the key sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Opening, closing, exporting.
    File,
    /// Changing the text, and what is written or taken down beside it.
    Edit,
    /// Running and stepping.
    Run,
    /// Where to stop.
    Breakpoints,
    /// Exploring, counting, testing.
    Explore,
    /// Moving the cursor.
    Go,
    /// What is shown and how large.
    View,
}

impl Group {
    /// All groups in the order of menus.
    pub const ALL: [Self; 7] =
        [Self::File, Self::Edit, Self::Run, Self::Breakpoints, Self::Explore, Self::Go, Self::View];

    /// Returns the heading of the group.
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Run => "Run",
            Self::Breakpoints => "Breakpoints",
            Self::Explore => "Explore",
            Self::Go => "Go",
            Self::View => "View",
        }
    }
}

/// What has to be open for a command to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// A definition.
    Definition,
    /// A run.
    Run,
    /// A run that has not ended.
    Unfinished,
    /// A run that is under way.
    Going,
    /// A run that ended without success.
    Failed,
    /// A definition, and not only histories.
    Runnable,
    /// Histories without a definition.
    Bare,
    /// A run that was made here.
    Own,
    /// A recorded execution and a definition.
    Replayable,
    /// Another run beside the one that is shown.
    Comparable,
    /// Two runs that have been compared.
    Comparison,
    /// Breakpoints.
    Breakpoints,
    /// Runs that were taken off the list.
    Removed,
    /// A change of the text that was taken back.
    Redo,
    /// A run that waits for answers.
    Asking,
    /// Mocks in use.
    Mocks,
    /// A run, and a definition.
    Testable,
    /// An exploration that is under way.
    Exploring,
    /// The audit of a saga.
    Audit,
}

/// What is open now; decides which commands are enabled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// A definition is open.
    pub definition: bool,
    /// A run is shown.
    pub run: bool,
    /// The run has not ended.
    pub unfinished: bool,
    /// The run is under way.
    pub going: bool,
    /// The run ended without success.
    pub failed: bool,
    /// What is open are histories, without a definition.
    pub bare: bool,
    /// The run was recorded elsewhere.
    pub recorded: bool,
    /// The run was recorded, and the definition can be run.
    pub replayable: bool,
    /// There is another run.
    pub comparable: bool,
    /// Two runs have been compared.
    pub comparison: bool,
    /// There are breakpoints.
    pub breakpoints: bool,
    /// Runs were taken off the list.
    pub removed: bool,
    /// A change of the text was taken back and can be made again.
    pub redo: bool,
    /// The run waits for answers.
    pub asking: bool,
    /// Mocks are in use.
    pub mocks: bool,
    /// The run can go on from the cursor.
    pub can_continue: bool,
    /// An exploration is under way.
    pub exploring: bool,
    /// There is an exploration.
    pub explored: bool,
    /// There is the audit of a saga.
    pub audit: bool,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The command.
    pub command: Command,
    /// The name, in sentence case.
    pub text: &'static str,
    /// What it does, in one sentence without full stop.
    pub tooltip: &'static str,
    /// Where it stands.
    pub group: Group,
    /// What has to be open.
    pub needs: Needs,
    /// The keys, the one to show first.
    pub chords: &'static [Chord],
}

impl Command {
    /// Returns the command's row of the table.
    pub fn entry(self) -> &'static Entry {
        COMMANDS.iter().find(|it| it.command == self).expect("every command has a row in the table")
    }

    /// Returns the key to show, such as `Ctrl Shift F5`.
    pub fn key(self) -> Option<String> {
        self.entry().chords.first().map(Chord::text)
    }

    /// Whether the command does something with what is open.
    pub fn enabled(self, open: Open) -> bool {
        match self.entry().needs {
            Needs::Nothing => true,
            Needs::Definition => open.definition,
            Needs::Run => open.run,
            Needs::Unfinished => open.unfinished,
            Needs::Going => open.going,
            Needs::Failed => open.failed,
            Needs::Runnable => open.definition && !open.bare,
            Needs::Bare => open.bare,
            Needs::Own => open.run && !open.recorded,
            Needs::Replayable => open.replayable,
            Needs::Comparable => open.comparable,
            Needs::Comparison => open.comparison,
            Needs::Breakpoints => open.breakpoints,
            Needs::Removed => open.removed,
            Needs::Redo => open.redo,
            Needs::Asking => open.asking,
            Needs::Mocks => open.mocks,
            Needs::Testable => open.run && !open.bare,
            Needs::Exploring => open.exploring,
            Needs::Audit => open.audit,
        }
    }
}

/// Takes the keys of this frame out of the input and returns the commands they stand for.
///
/// While a text field has the focus only function keys count, and chords with Ctrl that it does nothing with; the arrows, Home, End and single characters belong to
/// any control that has it.
pub fn pressed(ctx: &Context, open: Open) -> Vec<Command> {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let mut commands = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let found = match event {
                Event::Copy => command_of(Key::C, Modifiers::COMMAND),
                Event::Key { key, pressed: true, modifiers, .. } => command_of(*key, *modifiers),
                _ => None,
            };
            let Some((command, chord)) = found else { return true };
            let bare = !chord.modifiers.command && chord.is_typing();
            if (typing && chord.is_typing()) || (focused && bare) || !command.enabled(open) {
                return true;
            }
            commands.push(command);
            false
        });
    });
    commands
}

fn command_of(key: Key, modifiers: Modifiers) -> Option<(Command, Chord)> {
    COMMANDS.iter().find_map(|entry| {
        let chord = entry.chords.iter().find(|it| it.matches(key, modifiers))?;
        Some((entry.command, *chord))
    })
}

#[cfg(test)]
mod tests;
