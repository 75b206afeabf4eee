//! The definition's text: its changes, checks of it on a thread, saving it, and asking before unsaved changes are lost.

use std::sync::Arc;

use egui::{Context, ViewportCommand};

use super::App;
use super::dialog::Dialog;
use super::question::Question;
use crate::ui::command::{Command, Leave, Request, Settle};
use crate::ui::editor::{Splice, TextRequest};
use crate::ui::files::{self, DefinitionFile, Expected, Export, Wanted};
use crate::ui::theme::Theme;
use crate::ui::window::CentreTab;
use crate::ui::workbench::{Checked, check};

/// What closes the definition that is open.
pub(super) enum Leaving {
    Close,
    Quit,
    /// Opens the machine at this position of a file.
    Open(Box<DefinitionFile>, usize),
    /// Opens the sample at this position.
    Sample(usize),
}

/// What goes on with the text that is open.
#[derive(Default)]
pub(super) struct TextWork {
    /// Counts what was opened: results for another text are dropped.
    pub(super) opened: u64,
    /// Whether a check is under way.
    checking: bool,
    /// Commands that run the text, for when it has been checked.
    waiting: Vec<Command>,
    /// What closes the definition, once it is clear what becomes of its changes.
    leaving: Option<Leaving>,
    /// What the file holds, where that is not what was read.
    theirs: Option<String>,
    /// Whether saving has found that out.
    was_saving: bool,
}

impl App {
    /// Starts the check of a text that has changed, and takes what checks have found.
    pub(super) fn advance_text(&mut self, ctx: &Context) {
        for (opened, checked) in self.checks.finished() {
            self.text.checking = false;
            if opened == self.text.opened {
                self.take_check(ctx, checked);
            }
        }
        if let Some((bench, _)) = &self.bench
            && bench.draft().wants_check()
            && !self.text.checking
        {
            self.text.checking = true;
            let (opened, path) = (self.text.opened, bench.file.clone());
            let draught = bench.draft().draught(&bench.newest().document.name);
            self.checks.start("check", move || {
                let config = path.and_then(|it| files::config(&it));
                (opened, check(&draught, config.as_ref()))
            });
        }
        let asked_to_close = ctx.input(|input| input.viewport().close_requested());
        if asked_to_close && self.has_unsaved() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.leave(ctx, Leaving::Quit);
        }
    }

    fn take_check(&mut self, ctx: &Context, checked: Checked) {
        let Some((bench, _)) = &mut self.bench else { return };
        bench.take_check(checked);
        if !bench.draft().is_behind() {
            for command in std::mem::take(&mut self.text.waiting) {
                self.perform(ctx, Request::Do(command));
            }
        }
    }

    /// Keeps a command that runs the text until it has been checked; returns whether that is so.
    pub(super) fn waits_for_check(&mut self, command: Command) -> bool {
        let runs = matches!(
            command,
            Command::Run
                | Command::Restart
                | Command::Continue
                | Command::StepOver
                | Command::StepInto
                | Command::RunToState
        );
        let is_behind = self.bench.as_ref().is_some_and(|(bench, _)| bench.draft().is_behind());
        if runs && is_behind {
            self.text.waiting.push(command);
        }
        runs && is_behind
    }

    /// Carries out what the user does with the text.
    pub(super) fn change_text(&mut self, ctx: &Context, request: TextRequest) {
        let Some((bench, _)) = &mut self.bench else { return };
        match request {
            TextRequest::Change(change) => {
                bench.change_text(&change, true);
            }
            TextRequest::Undo => {
                bench.undo_text();
            }
            TextRequest::Redo => {
                bench.redo_text();
            }
            TextRequest::Cursor(at) => {
                bench.set_text_cursor(at);
            }
            TextRequest::Fix(position) => match bench.fix(position) {
                Ok(title) => {
                    let key = Command::Undo.key().unwrap_or_default();
                    self.notices
                        .done(&format!("Changed the text: {title}; {key} takes it back"), Theme::of_context(ctx));
                }
                Err(why) => self.notices.error(why, Theme::of_context(ctx)),
            },
        }
    }

    /// Carries out a command about the text.
    pub(super) fn text_command(&mut self, ctx: &Context, command: Command) {
        let theme = Theme::of_context(ctx);
        match command {
            Command::SaveDefinition => self.save_text(ctx, false),
            Command::SaveDefinitionAs => self.save_text(ctx, true),
            Command::Redo => self.change_text(ctx, TextRequest::Redo),
            Command::FindInText | Command::GoToLine => {
                if self.panels.centre == CentreTab::Graph {
                    self.panels.centre = CentreTab::Definition;
                }
                if command == Command::FindInText {
                    self.panels.editor.find();
                } else {
                    self.panels.editor.go_to_line();
                }
            }
            Command::ApplyFix => match self.bench.as_ref().and_then(|(bench, _)| bench.fixable_here()) {
                Some(position) => self.change_text(ctx, TextRequest::Fix(position)),
                None => self.notices.done("No fix for the line of the text cursor", theme),
            },
            _ => {}
        }
    }

    /// Writes the text to its file, or asks where to.
    fn save_text(&mut self, ctx: &Context, elsewhere: bool) {
        self.text.leaving = None;
        self.save_then(ctx, elsewhere);
    }

    fn save_then(&mut self, ctx: &Context, elsewhere: bool) {
        let Some((bench, _)) = &self.bench else { return };
        let draft = bench.draft();
        if let Some(why) = draft.locked() {
            return self.notices.error(why, Theme::of_context(ctx));
        }
        let text: Arc<str> = draft.text().into();
        match &bench.file {
            Some(_) if !elsewhere && !draft.is_edited() => {
                let text = format!("{} has no changes to save", bench.file_name());
                self.notices.done(&text, Theme::of_context(ctx));
            }
            Some(path) if !elsewhere => {
                let expected = Expected::This(Arc::clone(draft.saved()));
                files::save(&self.files, self.text.opened, path.clone(), text, expected);
            }
            _ => {
                let name = bench.file_name();
                let extension = if name.ends_with("json") { "json" } else { "yaml" };
                let export =
                    Export { name, extension, content: text.as_bytes().to_vec(), test: None, also: Vec::new() };
                let wanted = Wanted::Save(self.text.opened, export);
                if self.types_paths {
                    self.dialog = Some(Dialog::path(wanted, ""));
                } else {
                    files::ask_and_save(&self.files, wanted);
                }
            }
        }
    }

    /// The text has been written.
    pub(super) fn saved(&mut self, ctx: &Context, opened: u64, path: std::path::PathBuf, text: Arc<str>) {
        self.notices.done(&format!("Saved {}", path.display()), Theme::of_context(ctx));
        if opened != self.text.opened {
            return;
        }
        if let Some((bench, _)) = &mut self.bench {
            bench.set_saved(text);
            bench.file = Some(path.clone());
            self.remember(path);
        }
        // What was typed meanwhile is asked about again.
        if let Some(leaving) = self.text.leaving.take() {
            self.leave(ctx, leaving);
        }
    }

    /// The file is not what was read, and the text has changes: both are offered.
    pub(super) fn differs(&mut self, opened: u64, theirs: String, saving: bool) {
        if opened != self.text.opened || self.text.theirs.is_some() {
            return;
        }
        let Some((bench, _)) = &self.bench else { return };
        let name = bench.file_name();
        self.text.theirs = Some(theirs);
        self.text.was_saving = saving;
        let keep = if saving { "Write mine" } else { "Keep mine" };
        self.dialog = Some(Dialog::Question(Question {
            title: format!("{name} has changed on the disk"),
            text: "The file is not what was read, and the text in the window has changes that are not saved".to_owned(),
            answers: vec![
                (keep, Request::Settle(Settle::Mine)),
                ("Take the file's text", Request::Settle(Settle::Theirs)),
            ],
            otherwise: saving.then_some(Request::Leave(Leave::Cancel)),
        }));
    }

    /// Settles a file that is not what was read.
    pub(super) fn settle(&mut self, ctx: &Context, settle: Settle) {
        let Some(theirs) = self.text.theirs.take() else { return };
        let Some((bench, _)) = &mut self.bench else { return };
        match settle {
            Settle::Mine => {
                bench.set_saved(theirs.into());
                if std::mem::take(&mut self.text.was_saving) {
                    self.save_then(ctx, false);
                }
            }
            Settle::Theirs => {
                self.text.leaving = None;
                if let Some(change) = Splice::between(bench.draft().text(), &theirs) {
                    bench.change_text(&change, false);
                }
                bench.set_saved(theirs.into());
            }
        }
    }

    fn has_unsaved(&self) -> bool {
        self.bench.as_ref().is_some_and(|(bench, _)| bench.draft().is_edited())
    }

    /// Goes on with what closes the definition; asks first where it has changes that are not saved.
    pub(super) fn leave(&mut self, ctx: &Context, leaving: Leaving) {
        if !self.has_unsaved() {
            return match leaving {
                Leaving::Close => self.close_bench(),
                Leaving::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
                Leaving::Open(file, position) => self.open_kept(ctx, *file, position),
                Leaving::Sample(position) => self.open_sample(ctx, position),
            };
        }
        self.text.leaving = Some(leaving);
        let name = self.bench.as_ref().map(|(bench, _)| bench.file_name()).unwrap_or_default();
        self.dialog = Some(Dialog::Question(Question {
            title: format!("Save the changes of {name}?"),
            text: "They are lost if they are not saved".to_owned(),
            answers: vec![("Save", Request::Leave(Leave::Save)), ("Discard", Request::Leave(Leave::Discard))],
            otherwise: Some(Request::Leave(Leave::Cancel)),
        }));
    }

    /// Takes the answer to what becomes of changes that are not saved.
    pub(super) fn answer_leave(&mut self, ctx: &Context, answer: Leave) {
        match answer {
            Leave::Save => self.save_then(ctx, false),
            Leave::Discard => {
                if let Some((bench, _)) = &mut self.bench {
                    let text: Arc<str> = bench.draft().text().into();
                    bench.set_saved(text);
                }
                if let Some(leaving) = self.text.leaving.take() {
                    self.leave(ctx, leaving);
                }
            }
            Leave::Cancel => {
                self.text.leaving = None;
                self.text.theirs = None;
            }
        }
    }

    /// What was opened last is another text.
    pub(super) fn text_opened(&mut self) {
        let opened = self.text.opened + 1;
        let checking = self.text.checking;
        self.text = TextWork { opened, checking, ..TextWork::default() };
        self.panels.editor = crate::ui::editor::EditorPanel::default();
    }
}
