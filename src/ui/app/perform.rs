//! Carrying out requests.

use egui::{Context, ViewportCommand};

use super::App;
use super::dialog::Dialog;
use crate::ui::command::{Command, Request};
use crate::ui::files::{self, Ask, Wanted};
use crate::ui::theme::Theme;
use crate::ui::window::CentreTab;

impl App {
    pub(super) fn perform(&mut self, ctx: &Context, request: Request) {
        match request {
            Request::Do(command) => self.command(ctx, command),
            Request::Open(path) => self.read(Ask::Definition, path),
            Request::Copy(text) => ctx.copy_text(text),
            Request::ShowText(byte) => {
                self.panels.centre = CentreTab::Definition;
                self.panels.reveal = Some(byte);
            }
            Request::TrySample(_)
            | Request::UseInput(_)
            | Request::UseMocks(_)
            | Request::ShowRun(_)
            | Request::MoveTo(_)
            | Request::SelectState(_)
            | Request::SelectLine(_)
            | Request::ShowAttempt(_) => {
                // Joined to the session in the next step.
            }
        }
    }

    fn command(&mut self, ctx: &Context, command: Command) {
        let panels = &mut self.panels;
        match command {
            Command::OpenDefinition => files::ask_and_read(&self.jobs, Ask::Definition),
            Command::OpenInput => files::ask_and_read(&self.jobs, Ask::Input),
            Command::OpenMocks => files::ask_and_read(&self.jobs, Ask::Mocks),
            Command::OpenPath => self.dialog = Some(Dialog::path(Wanted::Read(Ask::Definition), "")),
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Command::ShowPalette => self.dialog = Some(Dialog::palette()),
            Command::GoToState => self.dialog = Some(Dialog::places()),
            Command::ShowKeys => self.dialog = Some(Dialog::Keys),
            Command::ToggleWorkspace => panels.shown.workspace = !panels.shown.workspace,
            Command::ToggleBottom => panels.shown.bottom = !panels.shown.bottom,
            Command::ToggleInspector => panels.shown.inspector = !panels.shown.inspector,
            Command::ToggleTheme => {
                let dark = !Theme::of_context(ctx).dark;
                self.kept.dark = Some(dark);
                ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
            }
            Command::ShowGraph => panels.centre = CentreTab::Graph,
            Command::ShowDefinition => panels.centre = CentreTab::Definition,
            Command::LargerText => egui::gui_zoom::zoom_in(ctx),
            Command::SmallerText => egui::gui_zoom::zoom_out(ctx),
            Command::NormalText => ctx.set_zoom_factor(1.0),
            Command::CloseDefinition
            | Command::ExportHistory
            | Command::ExportHistoryLines
            | Command::ExportHistoryTable
            | Command::ExportGraphSvg
            | Command::ExportGraphPng
            | Command::Run
            | Command::Restart
            | Command::Start
            | Command::End
            | Command::PreviousEvent
            | Command::NextEvent
            | Command::BackTenEvents
            | Command::ForwardTenEvents
            | Command::PreviousError
            | Command::NextError
            | Command::PreviousRetry
            | Command::NextRetry
            | Command::CopyValue
            | Command::FitGraph
            | Command::ZoomIn
            | Command::ZoomOut
            | Command::ActualSize => {
                // Disabled while nothing is open; joined to the session in the next step.
            }
        }
    }
}
