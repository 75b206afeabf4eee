//! Carrying out what concerns breakpoints, strands, the console, finding, and the pace of virtual time.

use egui::Context;

use super::App;
use super::dialog::Dialog;
use crate::session::pace::Pace;
use crate::ui::command::{Command, Request};
use crate::ui::theme::Theme;
use crate::ui::window::BottomTab;

impl App {
    pub(super) fn debug_command(&mut self, ctx: &Context, command: Command) {
        let Some((bench, _)) = &mut self.bench else { return };
        let theme = Theme::of_context(ctx);
        match command {
            Command::EditBreakpoint => self.dialog = bench.breakpoint_form(None).map(Dialog::breakpoint),
            Command::AddBreakpoint => self.dialog = Some(Dialog::breakpoint(bench.new_breakpoint_form())),
            Command::Undo => match bench.undo() {
                Some(text) => self.notices.done(&text, theme),
                None => self.notices.done("Nothing to undo", theme),
            },
            Command::PlayOrPause => {
                let words = bench.play_or_pause();
                let nothing = "Nothing to play; a run that goes on is paused first";
                self.notices.done(words.as_deref().unwrap_or(nothing), theme);
            }
            Command::InstantTime => self.set_pace(Pace::Instant),
            Command::RealTime => self.set_pace(Pace::Times(1.0)),
            Command::FasterTime | Command::SlowerTime => {
                let pace = bench.pace().beside(command == Command::FasterTime);
                self.set_pace(pace);
            }
            Command::NextStrand | Command::PreviousStrand => {
                if !bench.focus_next_strand(command == Command::NextStrand) {
                    self.notices.done("Nothing runs beside this at this event", theme);
                }
            }
            Command::FindEvents => {
                self.panels.shown.bottom = true;
                self.panels.find.open();
            }
            Command::FindNext => self.find(ctx, true),
            Command::FindPrevious => self.find(ctx, false),
            _ => {
                self.panels.shown.bottom = true;
                self.panels.bottom = BottomTab::Console;
                self.panels.console.focus();
            }
        }
        // The pace is no more than a word in the toolbar, which a narrow window has no room for.
        if matches!(command, Command::InstantTime | Command::RealTime | Command::FasterTime | Command::SlowerTime)
            && let Some((bench, _)) = &self.bench
        {
            let pace = bench.pace();
            self.notices.done(&format!("{}: {}", pace.name(), pace.about()), theme);
        }
    }

    pub(super) fn debug_request(&mut self, request: Request) {
        let Some((bench, _)) = &mut self.bench else { return };
        match request {
            Request::EditBreakpoint(position) => {
                self.dialog = bench.breakpoint_form(Some(position)).map(Dialog::breakpoint);
            }
            Request::SaveBreakpoint(position, breakpoint) => bench.save_breakpoint(position, *breakpoint),
            Request::FocusStrand(strand) => bench.focus_strand(strand),
            Request::SetPace(pace) => self.set_pace(pace),
            Request::Evaluate(text) => self.evaluate(text),
            _ => {}
        }
    }

    fn set_pace(&mut self, pace: Pace) {
        if let Some((bench, _)) = &mut self.bench {
            bench.set_pace(pace);
        }
    }

    /// Goes on with what is played, and asks for the frames that it needs.
    pub(super) fn play(&mut self, ctx: &Context) {
        if let Some(wait) = self.bench.as_mut().and_then(|(bench, _)| bench.play()) {
            ctx.request_repaint_after(wait);
        }
    }
}
