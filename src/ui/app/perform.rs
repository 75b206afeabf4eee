//! Carrying out requests.

use egui::Context;

use super::App;
use super::dialog::Dialog;
use super::runs::RunText;
use super::text::Leaving;
use crate::asl::StateId;
use crate::engine::EventId;
use crate::json::text;
use crate::session::breakpoint::On;
use crate::session::step::Step;
use crate::ui::command::{Command, Request};
use crate::ui::files::{self, Ask, Wanted};
use crate::ui::theme::Theme;
use crate::ui::widgets::json_tree;
use crate::ui::window::CentreTab;
use crate::ui::workbench::{Launch, Workbench};
use crate::ui::workspace::RunPlace;

impl App {
    pub(super) fn perform(&mut self, ctx: &Context, request: Request) {
        match request {
            Request::Do(command) => self.command(ctx, command),
            Request::Open(path) => files::read(&self.files, Ask::Definition, path),
            Request::OpenAll(paths) => files::read_all(&self.files, paths),
            Request::Compare(other) => self.compare(other),
            Request::ChooseMachine(position) => self.choose_machine(ctx, position),
            Request::TrySample(position) => self.leave(ctx, Leaving::Sample(position)),
            Request::Copy(text) => ctx.copy_text(text),
            Request::Share(fields) => self.share(ctx, fields),
            Request::Note(event, note) => self.note(event, &note),
            Request::Text(request) => self.change_text(ctx, request),
            Request::Leave(answer) => self.answer_leave(ctx, answer),
            Request::Settle(answer) => self.settle(ctx, answer),
            Request::AskRunName(id) => self.ask_run_text(id, RunText::Name),
            Request::AskRunNote(id) => self.ask_run_text(id, RunText::Note),
            Request::Answer { nth, answer, keep } => {
                self.drive(ctx, |bench, _| bench.answer(nth, (*answer).clone(), keep));
            }
            Request::SaveMocks(position) => self.save_mocks(Some(position)),
            Request::ForkAt(event) => self.ask_fork(ctx, Some(EventId(event as u32))),
            Request::ForkAtState(id) => self.ask_fork_at_state(ctx, id),
            Request::Fork { at, edit, run } => self.fork(ctx, at, edit, run),
            Request::RemoveRun(id) => self.remove_run(ctx, id),
            Request::ShowText(byte) => {
                self.show_text();
                self.panels.editor.reveal(byte);
            }
            Request::ShowState(id) => {
                let state = |bench: &Workbench| {
                    bench.edition.document.definition.outline.state(StateId(id)).map(|it| it.name_span.start)
                };
                let place =
                    self.bench.as_ref().filter(|(bench, _)| !bench.edition.drawn).and_then(|(bench, _)| state(bench));
                if let Some(byte) = place {
                    self.perform(ctx, Request::SelectState(id));
                    self.perform(ctx, Request::ShowText(byte));
                }
            }
            Request::Explore(ask) => self.explore_request(ctx, ask),
            Request::EditBreakpoint(_)
            | Request::SaveBreakpoint(..)
            | Request::FocusStrand(_)
            | Request::SetPace(_)
            | Request::Evaluate(_) => self.debug_request(request),
            on_bench => {
                if let Some((bench, _)) = &mut self.bench {
                    perform_on_bench(bench, on_bench);
                }
            }
        }
    }

    /// Brings the text into view, beside the graph where they are side by side.
    fn show_text(&mut self) {
        if self.panels.centre == CentreTab::Graph {
            self.panels.centre = CentreTab::Definition;
        }
    }

    fn command(&mut self, ctx: &Context, command: Command) {
        if self.waits_for_check(command) {
            return;
        }
        // Whatever is written next, it is what this command asks for.
        self.was_not_written();
        let panels = &mut self.panels;
        match command {
            Command::OpenDefinition => self.ask_for(Ask::Definition),
            Command::OpenHistory => self.ask_for(Ask::History),
            Command::AddDefinition => self.ask_for(Ask::Definition),
            Command::OpenInput => self.ask_for(Ask::Input),
            Command::OpenMocks => self.ask_for(Ask::Mocks),
            Command::OpenPath => self.dialog = Some(Dialog::path(Wanted::Read(Ask::Definition), "")),
            Command::CloseDefinition => self.leave(ctx, Leaving::Close),
            Command::Quit => self.leave(ctx, Leaving::Quit),
            Command::SaveDefinition
            | Command::SaveDefinitionAs
            | Command::Redo
            | Command::FindInText
            | Command::GoToLine
            | Command::ApplyFix => self.text_command(ctx, command),
            Command::OpenWorkspace => self.ask_for(Ask::Workspace),
            Command::SaveWorkspace => self.save_workspace(ctx, false),
            Command::SaveWorkspaceAs => self.save_workspace(ctx, true),
            Command::ShareWorkspace => self.ask_share(),
            Command::NoteWorkspace => self.ask_note(false),
            Command::NoteEvent => self.ask_note(true),
            Command::ShowPalette => self.dialog = Some(Dialog::palette(self.places())),
            Command::GoToState => self.dialog = Some(Dialog::places(self.places())),
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
            // The text opens where the state in focus is.
            Command::ShowDefinition => panels.centre = CentreTab::Definition,
            Command::ShowSplit => panels.centre = CentreTab::Split,
            Command::LargerText => egui::gui_zoom::zoom_in(ctx),
            Command::SmallerText => egui::gui_zoom::zoom_out(ctx),
            Command::NormalText => ctx.set_zoom_factor(1.0),
            Command::Run => self.run(ctx, Launch::ToEnd),
            Command::Continue
            | Command::StepOver
            | Command::StepInto
            | Command::StepOut
            | Command::RunToState
            | Command::ReverseContinue
            | Command::StepBack
            | Command::StepBackInto
            | Command::StepBackOut
            | Command::Pause
            | Command::Stop
            | Command::Redrive => self.travel(ctx, command),
            Command::ToggleQuotas => {
                if let Some((bench, _)) = &mut self.bench {
                    let words = bench.toggle_quotas();
                    self.notices.done(words, Theme::of_context(ctx));
                }
            }
            Command::ExploreFailures
            | Command::CancelExploring
            | Command::MustAlwaysRun
            | Command::RunScenarios
            | Command::RunScenarioFolder
            | Command::ExportAudit
            | Command::ExportCoverage
            | Command::ShowTimeline
            | Command::ShowFindings
            | Command::ShowAudit
            | Command::ShowCoverage
            | Command::ShowScenarios => self.explore_command(ctx, command),
            Command::ReplayHistory
            | Command::RunFromHere
            | Command::TurnIntoTest
            | Command::CompareWith
            | Command::FirstDifference
            | Command::NextDifference
            | Command::PreviousDifference => self.recorded(ctx, command),
            Command::ToggleBreakpoint
            | Command::BreakOnCaught
            | Command::BreakOnUncaught
            | Command::BreakOnRetry
            | Command::SwitchBreakpoints
            | Command::RemoveBreakpoints => self.breakpoints(ctx, command),
            Command::Reload => self.ask_reload(ctx),
            Command::SaveMocks => self.save_mocks(None),
            Command::AnswerTask => self.questions.open(),
            Command::AssumeRest => self.assume_rest(ctx),
            Command::ShowNewest => {
                if let Some((bench, _)) = &mut self.bench {
                    bench.toggle_newest();
                }
            }
            Command::ForkHere => self.ask_fork(ctx, None),
            Command::EditBreakpoint
            | Command::AddBreakpoint
            | Command::Undo
            | Command::PlayOrPause
            | Command::InstantTime
            | Command::RealTime
            | Command::FasterTime
            | Command::SlowerTime
            | Command::NextStrand
            | Command::PreviousStrand
            | Command::FindEvents
            | Command::FindNext
            | Command::FindPrevious
            | Command::ShowConsole => self.debug_command(ctx, command),
            Command::RestoreRun => self.restore_run(ctx),
            Command::Restart => {
                if let Some((bench, _)) = &mut self.bench {
                    bench.seed = bench.shown_run().map_or(bench.seed, |it| it.seed);
                }
                self.run(ctx, Launch::Debug(None));
            }
            Command::ExportHistory
            | Command::ExportHistoryLines
            | Command::ExportHistoryTable
            | Command::ExportGraphSvg
            | Command::ExportGraphPng => self.export(ctx, command),
            Command::FitGraph | Command::ZoomIn | Command::ZoomOut | Command::ActualSize => {
                if let Some((_, canvas)) = &mut self.bench {
                    canvas.command(command);
                }
            }
            Command::Start
            | Command::End
            | Command::PreviousEvent
            | Command::NextEvent
            | Command::BackTenEvents
            | Command::ForwardTenEvents
            | Command::PreviousError
            | Command::NextError
            | Command::PreviousRetry
            | Command::NextRetry => self.go(ctx, command),
            Command::CopyValue => self.copy_value(ctx),
            Command::WhereFrom => match self.bench.as_ref().and_then(|(bench, _)| bench.untraced()) {
                Some(why) => self.notices.done(why, Theme::of_context(ctx)),
                None => json_tree::where_from::ask(ctx),
            },
        }
    }

    pub(super) fn ask_for(&mut self, ask: Ask) {
        if self.types_paths {
            self.dialog = Some(Dialog::path(Wanted::Read(ask), ""));
        } else {
            files::ask_and_read(&self.files, ask);
        }
    }

    /// Goes on with the run, or back in it.
    fn travel(&mut self, ctx: &Context, command: Command) {
        let focus = self.bench.as_ref().and_then(|(bench, _)| bench.focus());
        if command == Command::RunToState && focus.is_none() {
            return self.notices.done("Select the state to run to", Theme::of_context(ctx));
        }
        self.drive(ctx, |bench, wake| match command {
            Command::Continue => bench.go_on(wake),
            Command::StepOver => bench.step(wake, Step::Over),
            Command::StepInto => bench.step(wake, Step::Into),
            Command::StepOut => bench.step(wake, Step::Out),
            Command::RunToState => focus.map_or(Ok(()), |state| bench.step(wake, Step::ToState(state))),
            Command::ReverseContinue => bench.travel(None, true),
            Command::StepBack => bench.step_back(),
            Command::StepBackInto => bench.travel(Some(Step::Into), true),
            Command::StepBackOut => bench.travel(Some(Step::Out), true),
            Command::Pause => {
                bench.pause();
                Ok(())
            }
            Command::Redrive => bench.redrive(),
            _ => {
                bench.stop();
                Ok(())
            }
        });
    }

    fn breakpoints(&mut self, ctx: &Context, command: Command) {
        let Some((bench, _)) = &mut self.bench else { return };
        match command {
            Command::ToggleBreakpoint => match bench.focus() {
                Some(state) => bench.toggle_breakpoint(state),
                None => self.notices.done("Select the state to stop at", Theme::of_context(ctx)),
            },
            Command::BreakOnCaught => bench.toggle_break_on(On::Caught),
            Command::BreakOnUncaught => bench.toggle_break_on(On::Uncaught),
            Command::BreakOnRetry => bench.toggle_break_on(On::Retry),
            Command::SwitchBreakpoints => bench.switch_breakpoints(),
            _ => bench.remove_breakpoints(),
        }
    }

    /// Moves the cursor.
    fn go(&mut self, ctx: &Context, command: Command) {
        let Some((bench, _)) = &mut self.bench else { return };
        let (found, what) = match command {
            Command::PreviousError => (bench.move_to_error(false), "No error before this event"),
            Command::NextError => (bench.move_to_error(true), "No error after this event"),
            Command::PreviousRetry => (bench.move_to_retry(false), "No retry before this event"),
            Command::NextRetry => (bench.move_to_retry(true), "No retry after this event"),
            Command::Start => (bench.go(|it| it.move_to(EventId(1))), ""),
            Command::End => (bench.go(Workbench::move_to_end), ""),
            Command::PreviousEvent => (bench.go(|it| it.move_by(-1)), ""),
            Command::NextEvent => (bench.go(|it| it.move_by(1)), ""),
            Command::BackTenEvents => (bench.go(|it| it.move_by(-10)), ""),
            _ => (bench.go(|it| it.move_by(10)), ""),
        };
        if !found {
            self.notices.done(what, Theme::of_context(ctx));
        } else if matches!(command, Command::PreviousError | Command::NextError) {
            self.panels.inspector.tab = crate::ui::inspector::InspectorTab::Error;
        }
    }

    /// Copies the payload of the event at the cursor.
    fn copy_value(&mut self, ctx: &Context) {
        let inspected = self.bench.as_ref().and_then(|(bench, _)| bench.moment()?.inspector.as_ref());
        let value = inspected.and_then(|it| it.output.as_ref().or(it.input.as_ref()));
        match value {
            Some(value) => ctx.copy_text(text::pretty(value)),
            None => self.notices.done("No value to copy at this event", Theme::of_context(ctx)),
        }
    }
}

/// Carries out what concerns what is open alone.
fn perform_on_bench(bench: &mut Workbench, request: Request) {
    match request {
        Request::UseInput(position) => bench.input = position,
        Request::UseMocks(position) => bench.mocks_in_use = position,
        Request::ShowRun(RunPlace::Run(id)) => bench.show_run(id),
        Request::ShowRun(RunPlace::Child(of, id)) => bench.open_child(of, id),
        Request::ShowRun(RunPlace::Rest) => {}
        Request::FoldRun(id) => bench.fold_run(id),
        Request::RenameRun(id, name) => bench.rename_run(id, &name),
        Request::NoteRun(id, note) => bench.note_run(id, &note),
        Request::ToggleBreakpoint(id) => bench.toggle_breakpoint(StateId(id)),
        Request::SwitchBreakpoint(position) => bench.switch_breakpoint(position),
        Request::RemoveBreakpoint(position) => bench.remove_breakpoint(position),
        Request::MoveTo(event) => bench.move_to(EventId(event as u32)),
        Request::SelectState(id) => bench.select(Some(StateId(id))),
        Request::GoToDifference(row) => bench.go_to_difference(row),
        Request::ClearSelection => bench.select(None),
        Request::SelectLine(line) => {
            if let Some(state) = bench.state_at_line(line) {
                bench.select(Some(state));
            }
        }
        Request::ShowAttempt(attempt) => bench.show_attempt(attempt),
        Request::ShowDetail => bench.show_detail(),
        Request::WhereFrom(question) => bench.ask_where_from(*question),
        Request::ForgetWhereFrom => bench.forget_where_from(),
        Request::Do(_)
        | Request::Open(_)
        | Request::OpenAll(_)
        | Request::Compare(_)
        | Request::ChooseMachine(_)
        | Request::TrySample(_)
        | Request::Copy(_)
        | Request::Share(_)
        | Request::Note(..)
        | Request::Text(_)
        | Request::Leave(_)
        | Request::Settle(_)
        | Request::AskRunName(_)
        | Request::Answer { .. }
        | Request::SaveMocks(_)
        | Request::ForkAt(_)
        | Request::ForkAtState(_)
        | Request::Fork { .. }
        | Request::AskRunNote(_)
        | Request::RemoveRun(_)
        | Request::ShowText(_)
        | Request::ShowState(_)
        | Request::EditBreakpoint(_)
        | Request::SaveBreakpoint(..)
        | Request::FocusStrand(_)
        | Request::SetPace(_)
        | Request::Evaluate(_)
        | Request::Explore(_) => {}
    }
}
