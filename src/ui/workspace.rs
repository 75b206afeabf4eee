//! The panel at the left: the definition, its inputs and mocks, the runs.

use egui::{ScrollArea, Ui, vec2};
use egui_phosphor::regular as icons;

use super::command::{Command, Open, Request};
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{BreakpointMark, Button, Look, Row, Section, Status, draw};

/// A file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileItem {
    /// Its name.
    pub name: String,
    /// Whether the next run takes it.
    pub in_use: bool,
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
    /// Whether it is the one that is shown.
    pub shown: bool,
    /// Which one it is.
    pub place: RunPlace,
}

/// A run, or a child execution of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunPlace {
    /// The run at this place, in the order in which they were started.
    Run(usize),
    /// Of the run at this place, the child execution with this number.
    Child(usize, u32),
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

/// What the workspace shows.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceView {
    /// Name of the definition's file.
    pub definition: String,
    /// Number of problems in it.
    pub n_problems: usize,
    /// Inputs to run it with.
    pub inputs: Vec<FileItem>,
    /// Mock configurations and their test cases.
    pub mocks: Vec<FileItem>,
    /// Runs, the last one first.
    pub runs: Vec<RunItem>,
    /// Breakpoints.
    pub breakpoints: Vec<BreakpointItem>,
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
        let problems = match view.n_problems {
            0 => String::new(),
            1 => "1 problem".to_owned(),
            n => format!("{n} problems"),
        };
        if Row::new(&view.definition).icon(icons::BRACKETS_CURLY).right(&problems).show(ui).clicked() {
            out.push(Request::Do(Command::ShowDefinition));
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
            note_ui(ui, "Tasks without mocks answer {}");
        }
        for (idx, mocks) in view.mocks.iter().enumerate() {
            let row = Row::new(&mocks.name).icon(icons::FLASK).strong(mocks.in_use);
            if row.badge(mocks.in_use.then_some("in use")).show(ui).clicked() {
                out.push(Request::UseMocks((!mocks.in_use).then_some(idx)));
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
        for run in &view.runs {
            if run.place == RunPlace::Rest {
                note_ui(ui, &run.name);
                continue;
            }
            let inside = matches!(run.place, RunPlace::Child(..));
            let row = Row::new(&run.name)
                .indent(if inside { 16.0 } else { 0.0 })
                .status(run.status)
                .right(&run.note)
                .selected(run.shown);
            if row.show(ui).clicked() {
                out.push(Request::ShowRun(run.place));
            }
        }
    });
    let section = Section::new("Breakpoints").with_add("Add breakpoint");
    let added = section.show(ui, |ui| breakpoints_ui(&view.breakpoints, ui, out));
    if added.is_some_and(|it| it.clicked()) {
        out.push(Request::Do(Command::AddBreakpoint));
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
