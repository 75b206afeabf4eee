//! Recorded executions: reading them beside the window, what is made of them, and comparing runs.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, Id, Modal};

use super::App;
use super::canvas::Canvas;
use super::dialog::Dialog;
use crate::diagnostic::Severity;
use crate::engine::EventId;
use crate::json::text;
use crate::session::recorded::Replay;
use crate::session::regress::{Making, mocks, scenario_of_history};
use crate::session::tree::RunId;
use crate::ui::command::{Command, Request};
use crate::ui::files::{self, Export, TestFiles};
use crate::ui::fonts;
use crate::ui::histories::{self, For, Histories, HistoryFile, Replayed, With, Work};
use crate::ui::inspector::InspectorTab;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Button, Look};
use crate::ui::window::BottomTab;
use crate::ui::workbench::histories::ReadHistory;
use crate::ui::workbench::{Wake, Workbench};

impl App {
    /// Reads a history beside the window, with the definition if one is open.
    pub(super) fn import(&mut self, file: HistoryFile) {
        let with = self.definition();
        self.works.start("read history", move || histories::read_history(file, with));
    }

    /// Returns the definition that is open.
    fn definition(&self) -> Option<With> {
        let (bench, _) = self.bench.as_ref().filter(|(bench, _)| !bench.is_bare())?;
        let definition = &bench.newest().document.definition;
        Some(With { outline: Arc::clone(&definition.outline), program: definition.program.clone() })
    }

    /// Reads histories again that were open with another definition, or without one.
    pub(super) fn read_again(&self, histories: Vec<(Vec<PathBuf>, Option<EventId>)>) {
        for (paths, at) in histories {
            files::read_history(&self.files, paths, at);
        }
    }

    /// Takes what has been done beside the window.
    pub(super) fn take_work(&mut self, ctx: &Context, work: Work) {
        match work {
            Work::Read(read) => self.take_histories(ctx, *read),
            Work::Replayed(replayed) => self.take_replay(ctx, *replayed),
            Work::Compared(compared) => {
                if let Some((bench, _)) = &mut self.bench {
                    bench.take_compared(*compared);
                    self.panels.bottom = BottomTab::Compare;
                    self.panels.shown.bottom = true;
                }
            }
        }
    }

    fn take_histories(&mut self, ctx: &Context, read: Histories) {
        let theme = Theme::of_context(ctx);
        let shown = read.paths.iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(", ");
        if let Some(what) = read.wrong {
            return self.notices.error(&format!("cannot open {shown}: {what}"), theme);
        }
        let now = self.definition().map(|it| it.outline);
        let is_same = match (&now, &read.with) {
            (Some(now), Some(with)) => Arc::ptr_eq(now, with),
            (now, with) => now.is_none() && with.is_none(),
        };
        if !is_same {
            // Another definition was opened meanwhile.
            return self.read_again(vec![(read.paths, read.at)]);
        }
        if let [path] = &read.paths[..] {
            self.remember(path.clone());
        }
        let Some(first) = read.executions.first() else { return };
        if self.bench.is_none() {
            let bench = Workbench::of_history(first);
            let canvas = Canvas::new(&bench.edition.document.name, 0);
            self.bench = Some((bench, canvas));
            self.text_opened();
            self.panels.bottom = BottomTab::Timeline;
        }
        let mut notices: Vec<(String, bool)> =
            read.executions.iter().map(|it| (it.summary(), has_warnings(it))).collect();
        if read.n_more > 0 {
            notices.push((format!("{shown} has {} more executions, which are not opened", read.n_more), true));
        }
        let Some((bench, _)) = &mut self.bench else { return };
        // The first one is shown in the end.
        for history in read.executions.into_iter().rev() {
            bench.add_history(history, wake(ctx));
        }
        for (text, stays) in notices.into_iter().take(3) {
            self.notices.told(&text, stays, theme);
        }
    }

    /// Carries out a command about a recorded execution or about comparing.
    pub(super) fn recorded(&mut self, ctx: &Context, command: Command) {
        let Some((bench, _)) = &mut self.bench else { return };
        match command {
            Command::ReplayHistory => self.replay(For::Comparing),
            Command::RunFromHere => {
                let at = bench.cursor();
                self.replay(For::GoingOn(at));
            }
            Command::TurnIntoTest => {
                let made = if bench.is_recorded() {
                    let why = "the definition cannot be run; correct what Problems lists";
                    Some(test_of(bench).ok_or_else(|| why.to_owned()))
                } else {
                    Some(bench.test_of_shown())
                };
                self.save(ctx, made);
            }
            Command::CompareWith => self.dialog = Some(Dialog::Compare(bench.to_compare())),
            Command::FirstDifference => self.show_difference(ctx, Workbench::go_to_first_difference),
            Command::NextDifference => self.show_difference(ctx, |it| it.go_to_next_difference(true)),
            _ => self.show_difference(ctx, |it| it.go_to_next_difference(false)),
        }
    }

    /// Compares the run that is shown with another one, beside the window.
    pub(super) fn compare(&mut self, other: RunId) {
        let Some(sides) = self.bench.as_ref().and_then(|(bench, _)| bench.compares(other)) else { return };
        self.works.start("compare runs", move || histories::compare(sides));
    }

    fn show_difference(&mut self, ctx: &Context, go: impl FnOnce(&mut Workbench) -> bool) {
        let Some((bench, _)) = &mut self.bench else { return };
        if go(bench) {
            self.panels.bottom = BottomTab::Compare;
            self.panels.shown.bottom = true;
        } else {
            self.notices.done("No other difference in this direction", Theme::of_context(ctx));
        }
    }

    pub(super) fn replay(&mut self, made_for: For) {
        let Some((bench, _)) = &self.bench else { return };
        let (Some((imported, program)), Some(of)) = (bench.to_replay(), bench.shown_id()) else { return };
        self.works.start("replay history", move || histories::replay(of, &imported, &program, made_for));
    }

    fn take_replay(&mut self, ctx: &Context, replayed: Replayed) {
        let Replayed { of, made_for, replay } = replayed;
        let theme = Theme::of_context(ctx);
        let Some((bench, _)) = &mut self.bench else { return };
        let Some(name) = bench.runs().get(of).map(|it| it.name.clone()) else { return };
        match made_for {
            For::Comparing => {
                let verdict = match (&replay.comparison.first, replay.unrecorded.first()) {
                    (Some(first), _) => format!("The definition does something else: {}", first.why),
                    (None, Some(call)) => format!(
                        "The definition does the same as far as was recorded; attempt {} of {} was not",
                        call.attempt, call.name
                    ),
                    (None, None) => format!("The definition does the same as {name}"),
                };
                let first = replay.comparison.first.as_ref();
                let parts = first.and_then(|it| it.left.or(it.previous.map(|it| it.0))).unwrap_or(EventId(1));
                let replayed = bench.add_replay(of, parts, replay.run, wake(ctx));
                bench.show_run(of);
                self.notices.told(&verdict, first.is_some(), theme);
                if let Some(replayed) = replayed {
                    self.compare(replayed);
                }
            }
            For::GoingOn(at) => {
                let Some((left, right)) = same_moment(&replay, at) else {
                    return self.notices.error(NOTHING_ALIKE, theme);
                };
                if let Err(what) = bench.add_run_from(of, left, replay.run, right, wake(ctx)) {
                    return self.notices.error(&what, theme);
                }
                self.panels.inspector.tab = InspectorTab::Overview;
                let text = if left == at {
                    format!("Stands at event {} of {name}; what comes now is answered by the mocks in use", at.0)
                } else {
                    format!(
                        "The definition does not bring about event {}; the run goes on from event {} of {name}",
                        at.0, left.0
                    )
                };
                self.notices.told(&text, left != at, theme);
            }
            For::Forking(at) => {
                let Some((left, right)) = same_moment(&replay, at) else {
                    return self.notices.error(NOTHING_ALIKE, theme);
                };
                let Some(replayed) = bench.add_replay(of, left, replay.run, wake(ctx)) else { return };
                bench.show_run_at(replayed, right);
                let what = if left == at {
                    format!("{name} stays as it is; this is a run with its answers, at event {}", right.0)
                } else {
                    let (at, left) = (at.0, left.0);
                    format!("The definition does not bring about event {at}; this run stands at event {left} of {name}")
                };
                self.notices.told(&what, left != at, theme);
                self.ask_fork_at(ctx, right);
            }
        }
    }
}

/// Said where a definition and a history have no beginning in common.
const NOTHING_ALIKE: &str = "the definition does nothing of what was recorded up to this event";

/// Returns the event of a history that a replay can go on from, and the replay's: an event that the definition does not
/// bring about has no moment, so it is the last one before.
fn same_moment(replay: &Replay, at: EventId) -> Option<(EventId, EventId)> {
    replay.comparison.pairs.range(..=at).next_back().map(|(left, right)| (*left, *right))
}

/// Makes mocks and a scenario of the recorded execution that is shown.
fn test_of(bench: &Workbench) -> Option<Export> {
    let (imported, program) = bench.to_replay()?;
    // A definition that is not the one that ran says nothing about its handlers.
    let ran = Some(&*program).filter(|_| !imported.drawn);
    let name = bench.shown_run()?.name.strip_prefix("History ").unwrap_or(&bench.edition.document.name).to_owned();
    let making = Making { name: &name, definition: Some(&bench.file_name()), ..Making::default() };
    let test = TestFiles {
        scenario: scenario_of_history(making, &imported, ran),
        mocks: text::pretty(&mocks(imported.view(), ran)),
        definition: bench.file.clone(),
        input: (format!("Input of {name}"), imported.spec().input),
    };
    let name = format!("{name}.scenario.json");
    Some(Export { name, extension: "json", content: Vec::new(), test: Some(test), also: Vec::new() })
}

/// Whether something is missing that matters.
fn has_warnings(history: &ReadHistory) -> bool {
    let warns = history.tape.imported().notes.iter().any(|it| it.severity != Severity::Note);
    warns || history.differs.is_some()
}

fn wake(ctx: &Context) -> Wake {
    let ctx = ctx.clone();
    Box::new(move || ctx.request_repaint())
}

/// Asks which run to compare with; returns whether the question stays.
pub(super) fn compare_ui(ctx: &Context, runs: &[(RunId, String)], out: &mut Vec<Request>) -> bool {
    let modal = Modal::new(Id::new("compare"))
        .backdrop_color(egui::Color32::from_black_alpha(90))
        .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
    let answer = modal.show(ctx, |ui| {
        ui.set_width(420.0);
        let theme = Theme::of(ui);
        let heading = |text: &str| egui::RichText::new(text).font(fonts::strong(fonts::TITLE)).color(theme.text_strong);
        ui.label(heading("Compare with"));
        ui.label(egui::RichText::new("The run that came first is A").color(theme.text_subdued));
        ui.add_space(8.0);
        let mut chosen = None;
        egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for (nth, (place, name)) in runs.iter().enumerate() {
                let look = if nth == 0 { Look::Primary } else { Look::Normal };
                let button = Button::text(name).look(look).show(ui);
                if nth == 0 && ui.memory(|memory| memory.focused().is_none()) {
                    button.request_focus();
                }
                if button.clicked() {
                    chosen = Some(*place);
                }
            }
        });
        chosen
    });
    out.extend(answer.inner.map(Request::Compare));
    answer.inner.is_none() && !answer.should_close()
}
