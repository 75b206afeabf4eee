//! Opening: what to do with a file that was read.

use std::fmt::Write as _;

use egui::Context;

use super::App;
use super::canvas::Canvas;
use super::dialog::Dialog;
use super::text::Leaving;
use crate::diagnostic::{Diagnostic, Severity};
use crate::session::document::{self, Opened};
use crate::ui::command::Leave;
use crate::ui::files::{self, Ask, DefinitionFile, FileMessage};
use crate::ui::samples;
use crate::ui::theme::Theme;
use crate::ui::window::BottomTab;
use crate::ui::workbench::{Launch, Wake, Workbench, draws_nothing};

impl App {
    pub(super) fn take_file(&mut self, ctx: &Context, message: FileMessage) {
        let theme = Theme::of_context(ctx);
        match message {
            FileMessage::Definition(file) => self.open_file(ctx, file),
            FileMessage::Saved(opened, path, text) => self.saved(ctx, opened, path, text),
            FileMessage::Differs { opened, theirs, saving } => self.differs(opened, theirs, saving),
            FileMessage::Reloaded(file) => {
                self.take_reloaded(ctx, file);
            }
            FileMessage::Stamp(path, modified) => self.take_stamp(ctx, &path, modified),
            FileMessage::Input(name, input) => match &mut self.bench {
                Some((bench, _)) => bench.add_input(name, input),
                None => self.notices.error("open a definition before its input", theme),
            },
            FileMessage::Mocks(mocks) => match &mut self.bench {
                Some((bench, _)) => {
                    for (name, mocks) in mocks {
                        bench.add_mocks(name, mocks);
                    }
                }
                None => self.notices.error("open a definition before its mocks", theme),
            },
            FileMessage::Workspace(loaded) => self.open_workspace(ctx, *loaded, None),
            FileMessage::History(file) => self.import(file),
            FileMessage::Scenarios(suites) => self.run_scenarios(suites),
            FileMessage::PairsSaved(path) => self.pairs_saved(ctx, &path),
            FileMessage::Several(messages) => {
                for message in messages {
                    self.take_file(ctx, message);
                }
            }
            FileMessage::WrittenTest { scenario, mocks, input: (name, input) } => {
                if let Some((bench, _)) = &mut self.bench {
                    bench.add_input(name, input);
                }
                self.notices.done(&format!("Saved {} and {}", scenario.display(), mocks.display()), theme);
                files::read(&self.files, Ask::Mocks, mocks);
            }
            FileMessage::Written(path) => {
                self.was_written(&path);
                self.mocks_written(Some(&path));
                self.notices.done(&format!("Saved {}", path.display()), theme);
            }
            FileMessage::Cancelled => {
                self.was_not_written();
                self.mocks_written(None);
                self.answer_leave(ctx, Leave::Cancel);
            }
            FileMessage::NoDialog(wanted) => {
                self.dialog = Some(Dialog::path(wanted, "This system offers no file dialog; type or paste the path"));
            }
            FileMessage::Failed(error) => {
                self.was_not_written();
                self.answer_leave(ctx, Leave::Cancel);
                self.mocks_written(None);
                self.notices.error(&error.to_string(), theme);
            }
        }
    }

    /// Opens what a file holds: its only machine, or after a choice one of several.
    fn open_file(&mut self, ctx: &Context, file: Box<DefinitionFile>) {
        if let Some(path) = &file.path
            && !file.opened.documents.is_empty()
        {
            self.remember(path.clone());
        }
        match file.opened.documents.len() {
            0 => self.refuse(ctx, &file),
            1 if draws_nothing(&file.opened.documents[0]) => self.refuse(ctx, &file),
            1 => self.leave(ctx, Leaving::Open(file, 0)),
            _ => {
                let names = file.opened.documents.iter().map(|it| it.name.to_string()).collect();
                self.dialog = Some(Dialog::Machines(names));
                self.choice = Some(file);
            }
        }
    }

    pub(super) fn choose_machine(&mut self, ctx: &Context, position: usize) {
        if let Some(file) = self.choice.take() {
            self.leave(ctx, Leaving::Open(file, position));
        }
    }

    /// Says why a file was not opened. What is on the screen stays.
    pub(super) fn refuse(&mut self, ctx: &Context, file: &DefinitionFile) {
        let theme = Theme::of_context(ctx);
        let name = file.path.as_ref().map_or_else(String::new, |it| it.display().to_string());
        let text = format!("cannot open {name}: {}", sentence(&file.opened));
        self.notices.error(&text, theme);
        if let Some((bench, _)) = &mut self.bench
            && bench.file == file.path
        {
            bench.report(&file.opened.diagnostics);
        }
    }

    pub(super) fn open_machine(&mut self, ctx: &Context, mut file: DefinitionFile, position: usize) {
        if position >= file.opened.documents.len() {
            return;
        }
        self.leave_bench();
        // Histories that wait for their definition are read again with it.
        let is_file = file.path.is_some();
        let again = self.bench.as_ref().filter(|_| is_file).map(|(bench, _)| bench.histories(bench.file == file.path));
        let document = file.opened.documents.swap_remove(position);
        let order = self.bench.as_ref().map_or(0, |(_, canvas)| canvas.order());
        let canvas = Canvas::new(&document.name, order);
        let is_whole = *document.text == *file.opened.text;
        let mut bench = Workbench::open(document, file.path, &file.opened.diagnostics);
        if !is_whole {
            bench.lock_draft();
        }
        self.text_opened();
        bench.s3 = file.s3;
        self.modified = file.modified;
        if let Some((name, input)) = file.input {
            bench.add_input(name, input);
        }
        let has_mocks = !file.mocks.is_empty();
        for (name, mocks) in file.mocks {
            bench.add_mocks(name, mocks);
        }
        self.panels.bottom = if bench.can_run() { BottomTab::Timeline } else { BottomTab::Problems };
        self.bench = Some((bench, canvas));
        self.read_again(again.unwrap_or_default());
        for note in file.notes {
            self.notices.error(&note, Theme::of_context(ctx));
        }
        // What has its answers beside it is run at once, and stands at its error.
        if has_mocks {
            self.run(ctx, Launch::AtError);
        }
    }

    /// Opens a sample and runs it.
    pub(super) fn open_sample(&mut self, ctx: &Context, position: usize) {
        let Some(files) = samples::FILES.get(position) else { return };
        let opened = document::open(document::display_name(files.name), files.definition.as_bytes());
        let mut file = DefinitionFile::of(opened);
        file.read_beside("input", "mocks", &|name| {
            let text = if name == "input" { files.input } else { files.mocks };
            Some(text.as_bytes().to_vec())
        });
        self.open_machine(ctx, file, 0);
        if let Some((bench, _)) = &mut self.bench {
            let stem = bench.edition.document.name.clone();
            for (named, ending) in bench
                .inputs
                .iter_mut()
                .map(|it| (&mut it.name, "input"))
                .chain(bench.mocks.iter_mut().map(|it| (&mut it.name, "mocks")))
            {
                *named = format!("{stem}.{ending}.json");
            }
        }
    }

    /// Runs the definition.
    pub(super) fn run(&mut self, ctx: &Context, launch: Launch) {
        self.drive(ctx, |bench, wake| bench.start(wake, launch));
    }

    /// Carries out what starts or moves a run, and says what is in its way.
    pub(super) fn drive(&mut self, ctx: &Context, go: impl FnOnce(&mut Workbench, Wake) -> Result<(), String>) {
        let wake = ctx.clone();
        let Some((bench, _)) = &mut self.bench else { return };
        if let Err(what) = go(bench, Box::new(move || wake.request_repaint())) {
            self.panels.bottom = BottomTab::Problems;
            self.notices.error(&what, Theme::of_context(ctx));
        }
    }
}

/// Says in one sentence what is wrong with a text that holds no definition.
fn sentence(opened: &Opened) -> String {
    let worst = |it: &&Diagnostic| it.severity == Severity::Error;
    let of_documents = opened.documents.iter().flat_map(|it| &it.definition.diagnostics);
    let all = || opened.diagnostics.iter().chain(of_documents.clone());
    let Some(first) = all().find(worst).or(all().next()) else {
        return "it holds no state machine".to_owned();
    };
    let mut text = first.message.clone();
    if let Some(span) = first.span {
        let (line, column) = crate::diagnostic::LineIndex::new(&opened.text).line_column(&opened.text, span.start);
        let _ = write!(text, " (line {line}, column {column})");
    }
    if let Some(help) = &first.help {
        let _ = write!(text, "; {help}");
    }
    text
}
