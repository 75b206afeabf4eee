//! The panel at the left: the definition, its inputs and mocks, the runs.

use egui::{Key, ScrollArea, Ui, vec2};
use egui_phosphor::regular as icons;

use super::command::{Command, Open, Request};
use super::exploration::Ask;
use super::fonts;
use super::problems::severity_mark;
use super::theme::{Theme, height};
use super::widgets::{BreakpointMark, Button, Look, Row, Section, Status, draw};
use crate::diagnostic::Severity;
use crate::session::tree::RunId;

/// A file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileItem {
    /// Its name.
    pub name: String,
    /// Whether the next run takes it.
    pub in_use: bool,
    /// Whether it says something that its file does not.
    pub unsaved: bool,
}

/// A run of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunItem {
    /// Its name, such as `Run 3`.
    pub name: String,
    /// What it has come to.
    pub status: Status,
    /// A word about it.
    pub note: String,
    /// What the user has written about it.
    pub written: String,
    /// Whether it is the one that is shown.
    pub shown: bool,
    /// Which one it is.
    pub place: RunPlace,
    /// How many runs are above it.
    pub depth: usize,
    /// Whether it is a fork.
    pub fork: bool,
    /// Whether its forks are not listed; `None` where it has none.
    pub folded: Option<bool>,
    /// How many runs were forked from it.
    pub n_forks: usize,
}

impl RunItem {
    /// Returns a run without forks at the top of the list.
    pub fn new(name: &str, status: Status, note: &str, place: RunPlace) -> Self {
        let (name, note) = (name.to_owned(), note.to_owned());
        let (shown, fork, written) = (false, false, String::new());
        Self { name, status, note, written, shown, place, depth: 0, fork, folded: None, n_forks: 0 }
    }
}

/// A run, or a child execution of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunPlace {
    /// The run.
    Run(RunId),
    /// Of the run, the child execution with this number.
    Child(RunId, u32),
    /// The children that have no row.
    Rest,
}

/// A breakpoint of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakpointItem {
    /// The state, or that it is any.
    pub name: String,
    /// When it stops.
    pub when: String,
    /// Its mark: of what kind it is, and whether it is on.
    pub mark: BreakpointMark,
    /// What else it asks for and does, in words.
    pub details: String,
    /// What is wrong with it, if it cannot be used.
    pub problem: Option<String>,
}

/// A finding of exploration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingItem {
    /// What is wrong in a few words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is shown in detail.
    pub shown: bool,
}

/// What the workspace shows.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceView {
    /// Name of the definition's file; `None` where histories are open without one.
    pub definition: Option<String>,
    /// Numbers of errors and of warnings in it.
    pub problems: (usize, usize),
    /// Inputs to run it with.
    pub inputs: Vec<FileItem>,
    /// Mock configurations and their test cases.
    pub mocks: Vec<FileItem>,
    /// Whether tasks without mocks answer `{}` instead of being asked about.
    pub assumes: bool,
    /// Runs, the last one first.
    pub runs: Vec<RunItem>,
    /// Breakpoints.
    pub breakpoints: Vec<BreakpointItem>,
    /// Findings of exploration, the worst first.
    pub findings: Vec<FindingItem>,
    /// What the user has written about the whole.
    pub note: String,
    /// What the user has written about events of the run that is shown.
    pub notes: std::collections::BTreeMap<u32, String>,
}

/// Shows the workspace.
pub fn workspace_ui(view: &WorkspaceView, ui: &mut Ui, out: &mut Vec<Request>) {
    let (_, head) = ui.allocate_space(vec2(ui.available_width(), height::TABS));
    let theme = Theme::of(ui);
    draw::rule_below(ui.painter(), head, theme);
    let inner = head.shrink2(vec2(12.0, 0.0));
    draw::left(ui.painter(), inner, "Workspace", fonts::strong(fonts::BODY), theme.text_strong);
    let place = egui::Rect::from_center_size(egui::pos2(head.right() - 16.0, head.center().y), vec2(24.0, 24.0));
    let open = Button::command(icons::FOLDER_OPEN, Command::OpenDefinition, Open::default());
    if open.icon_size(fonts::icon::ROW).show_at(ui, place).clicked() {
        out.push(Request::Do(Command::OpenDefinition));
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        sections_ui(view, ui, out);
    });
}

fn sections_ui(view: &WorkspaceView, ui: &mut Ui, out: &mut Vec<Request>) {
    Section::new("Definition").show(ui, |ui| {
        let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let problems = match view.problems {
            (0, 0) => String::new(),
            (0, n_warnings) => plural(n_warnings, "warning"),
            (n_errors, _) => plural(n_errors, "error"),
        };
        let (name, command) = match &view.definition {
            Some(name) => (&**name, Command::ShowDefinition),
            None => (Command::AddDefinition.entry().text, Command::AddDefinition),
        };
        if Row::new(name).icon(icons::BRACKETS_CURLY).right(&problems).show(ui).clicked() {
            out.push(Request::Do(command));
        }
    });
    let added = Section::new("Inputs").with_add("Add input").show(ui, |ui| {
        if view.inputs.is_empty() {
            note_ui(ui, "Runs start with {}");
        }
        for (idx, input) in view.inputs.iter().enumerate() {
            let row = Row::new(&input.name).icon(icons::FILE_TEXT).strong(input.in_use);
            if row.badge(input.in_use.then_some("in use")).show(ui).clicked() {
                out.push(Request::UseInput(idx));
            }
        }
    });
    if added.is_some_and(|it| it.clicked()) {
        out.push(Request::Do(Command::OpenInput));
    }
    let added = Section::new("Mocks").with_add("Add mocks").show(ui, |ui| {
        if view.mocks.is_empty() {
            note_ui(ui, if view.assumes { "Tasks answer {}" } else { "Runs ask what tasks answer" });
        }
        for (idx, mocks) in view.mocks.iter().enumerate() {
            let row = Row::new(&mocks.name).icon(icons::FLASK).strong(mocks.in_use);
            let row = if mocks.unsaved { row.right("unsaved") } else { row };
            let response = row.badge(mocks.in_use.then_some("in use")).show(ui);
            if response.clicked() {
                out.push(Request::UseMocks((!mocks.in_use).then_some(idx)));
            }
            response.context_menu(|ui| {
                if ui.button(Command::SaveMocks.entry().text).clicked() {
                    out.push(Request::SaveMocks(idx));
                    ui.close();
                }
            });
        }
        if view.assumes {
            let row = Row::new("Tasks without mocks").icon(icons::FLASK).right("answer {}, assumed");
            if row.show(ui).clicked() {
                out.push(Request::Do(Command::AssumeRest));
            }
        }
    });
    if added.is_some_and(|it| it.clicked()) {
        out.push(Request::Do(Command::OpenMocks));
    }
    Section::new("Runs").show(ui, |ui| {
        if view.runs.is_empty() {
            let key = Command::Run.key().unwrap_or_default();
            note_ui(ui, &format!("No run yet; {key} runs"));
        }
        view.runs.iter().for_each(|it| run_ui(it, ui, out));
    });
    let section = Section::new("Breakpoints").with_add("Add breakpoint");
    let added = section.show(ui, |ui| breakpoints_ui(&view.breakpoints, ui, out));
    if added.is_some_and(|it| it.clicked()) {
        out.push(Request::Do(Command::AddBreakpoint));
    }
    findings_ui(&view.findings, ui, out);
    let added = Section::new("Notes").with_add("Write a note").show(ui, |ui| notes_ui(view, ui, out));
    if added.is_some_and(|it| it.clicked()) {
        out.push(Request::Do(Command::NoteWorkspace));
    }
}

fn findings_ui(findings: &[FindingItem], ui: &mut Ui, out: &mut Vec<Request>) {
    let section = Section::new("Findings");
    let section = if findings.is_empty() { section } else { section.count(findings.len()) };
    section.show(ui, |ui| {
        if findings.is_empty() {
            let key = Command::ExploreFailures.key().unwrap_or_default();
            note_ui(ui, &format!("None; {key} explores"));
        }
        for (idx, finding) in findings.iter().enumerate() {
            let (icon, _) = severity_mark(finding.severity, Theme::of(ui));
            let row = Row::new(&finding.title).icon(icon).selected(finding.shown);
            if row.show(ui).clicked() {
                out.push(Request::Explore(Ask::ShowFinding(idx)));
            }
        }
    });
}

fn run_ui(run: &RunItem, ui: &mut Ui, out: &mut Vec<Request>) {
    const STEP: f32 = 16.0;
    if run.place == RunPlace::Rest {
        return note_ui(ui, &run.name);
    }
    // Forks folded away are still counted.
    let note = match run.folded {
        Some(true) if run.n_forks == 1 => format!("{}, 1 fork", run.note),
        Some(true) => format!("{}, {} forks", run.note, run.n_forks),
        _ => run.note.clone(),
    };
    let mut row = Row::new(&run.name).indent(STEP * run.depth as f32).status(run.status).right(&note);
    row = row.selected(run.shown).fork(run.fork).fold(run.folded);
    if !run.written.is_empty() {
        row = row.second(&run.written);
    }
    let response = row.show(ui);
    let RunPlace::Run(id) = run.place else {
        if response.clicked() {
            out.push(Request::ShowRun(run.place));
        }
        return;
    };
    let pressed = |key| response.has_focus() && ui.input_mut(|it| it.consume_key(egui::Modifiers::NONE, key));
    let folds = match run.folded {
        Some(true) => pressed(Key::ArrowRight),
        Some(false) => pressed(Key::ArrowLeft),
        None => false,
    };
    if folds || (response.clicked() && Row::is_on_caret(ui, &response, run.folded, STEP * run.depth as f32)) {
        out.push(Request::FoldRun(id));
    } else if response.clicked() {
        out.push(Request::ShowRun(run.place));
    } else if pressed(Key::Delete) {
        out.push(Request::RemoveRun(id));
    } else if pressed(Key::F2) {
        out.push(Request::AskRunName(id));
    }
    response.context_menu(|ui| {
        let mut item = |text: &str, request| {
            if ui.button(text).clicked() {
                out.push(request);
                ui.close();
            }
        };
        item("Show", Request::ShowRun(run.place));
        item("Rename…", Request::AskRunName(id));
        item(if run.written.is_empty() { "Add a note…" } else { "Change the note…" }, Request::AskRunNote(id));
        match run.folded {
            Some(true) => item("List its forks", Request::FoldRun(id)),
            Some(false) => item("Fold its forks", Request::FoldRun(id)),
            None => {}
        }
        item("Remove from the list", Request::RemoveRun(id));
    });
}

fn notes_ui(view: &WorkspaceView, ui: &mut Ui, out: &mut Vec<Request>) {
    if view.note.is_empty() && view.notes.is_empty() {
        let key = Command::NoteEvent.key().unwrap_or_default();
        note_ui(ui, &format!("None; {key} writes one at an event"));
    }
    if let Some(first) = view.note.lines().next()
        && Row::new(first).icon(icons::NOTE).show(ui).clicked()
    {
        out.push(Request::Do(Command::NoteWorkspace));
    }
    for (event, note) in &view.notes {
        if Row::new(note).icon(icons::NOTE_PENCIL).right(&format!("event {event}")).show(ui).clicked() {
            out.push(Request::MoveTo(u64::from(*event)));
        }
    }
}

fn breakpoints_ui(breakpoints: &[BreakpointItem], ui: &mut Ui, out: &mut Vec<Request>) {
    if breakpoints.is_empty() {
        let key = Command::ToggleBreakpoint.key().unwrap_or_default();
        note_ui(ui, &format!("None; {key} sets one on a state"));
    }
    for (idx, breakpoint) in breakpoints.iter().enumerate() {
        let on = breakpoint.mark.on;
        let right = if on { breakpoint.when.clone() } else { format!("{}, off", breakpoint.when) };
        let second = breakpoint.problem.as_ref().map(|it| format!("cannot be used: {it}"));
        let second = second.or_else(|| (!breakpoint.details.is_empty()).then(|| breakpoint.details.clone()));
        let mut row = Row::new(&breakpoint.name).breakpoint(breakpoint.mark).right(&right);
        if let Some(second) = &second {
            row = row.second(second);
        }
        let response = row.show(ui);
        if response.has_focus() && ui.input_mut(|it| it.consume_key(egui::Modifiers::NONE, egui::Key::Delete)) {
            out.push(Request::RemoveBreakpoint(idx));
        }
        if response.clicked() {
            out.push(Request::SwitchBreakpoint(idx));
        }
        response.context_menu(|ui| {
            if ui.button("Edit…").clicked() {
                out.push(Request::EditBreakpoint(idx));
                ui.close();
            }
            if ui.button(if on { "Switch off" } else { "Switch on" }).clicked() {
                out.push(Request::SwitchBreakpoint(idx));
                ui.close();
            }
            if ui.button("Remove").clicked() {
                out.push(Request::RemoveBreakpoint(idx));
                ui.close();
            }
        });
    }
}

/// Shows the icons that stand for the workspace in a narrow window.
pub fn rail_ui(open: Open, ui: &mut Ui, out: &mut Vec<Request>) {
    ui.vertical_centered(|ui| {
        ui.add_space(6.0);
        let commands = [
            (icons::FOLDER_OPEN, Command::OpenDefinition),
            (icons::BRACKETS_CURLY, Command::ShowDefinition),
            (icons::TREE_STRUCTURE, Command::ShowGraph),
            (icons::FILE_PLUS, Command::OpenInput),
            (icons::FLASK, Command::OpenMocks),
        ];
        for (icon, command) in commands {
            let button = Button::command(icon, command, open).look(Look::Bare);
            if button.show(ui).clicked() {
                out.push(Request::Do(command));
            }
        }
    });
}

fn note_ui(ui: &mut Ui, text: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, text));
    let inner = rect.shrink2(vec2(12.0, 0.0)).with_min_x(rect.left() + 36.0);
    draw::left(ui.painter(), inner, text, fonts::text(fonts::BODY), Theme::of(ui).text_subdued);
}
