//! Exploration: starting and stopping it, making runs and files of what it found, counting, and running scenarios.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use egui::Context;

use super::App;
use crate::explore::{Progress, Watch};
use crate::ui::command::Command;
use crate::ui::exploration::{Ask, UnderWay};
use crate::ui::exploring::{self, Finished, Shows};
use crate::ui::files::{self, Ask as FileAsk, SuiteFile};
use crate::ui::jobs::Jobs;
use crate::ui::theme::Theme;
use crate::ui::widgets::grouped;
use crate::ui::window::BottomTab;

/// How often the window looks how far an exploration is.
const EVERY: Duration = Duration::from_millis(100);

/// Explorations and what else is done about them beside the window.
pub(super) struct Exploring {
    jobs: Jobs<(u64, Option<Finished>)>,
    /// Counts explorations; what an earlier one finds is dropped.
    n_started: u64,
    under_way: Option<Running>,
    /// The line about it, made once a frame.
    pub(super) line: Option<UnderWay>,
}

/// An exploration that is under way.
struct Running {
    progress: Arc<Mutex<Option<Progress>>>,
    cancel: Arc<AtomicBool>,
    began: Instant,
}

impl Exploring {
    pub(super) fn new(ctx: &Context) -> Self {
        Self { jobs: Jobs::new(ctx.clone()), n_started: 0, under_way: None, line: None }
    }

    pub(super) fn is_going(&self) -> bool {
        self.under_way.is_some()
    }

    fn do_beside(&self, name: &str, work: impl FnOnce() -> Option<Finished> + Send + 'static) {
        let nr = self.n_started;
        self.jobs.start(name, move || (nr, work()));
    }

    /// Gives up what is under way; what it has found so far comes as a result.
    fn cancel(&self) {
        if let Some(it) = &self.under_way {
            it.cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl Running {
    /// Says how far it is.
    fn line(&self) -> UnderWay {
        let progress = *self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let cancelled = self.cancel.load(Ordering::Relaxed);
        let Some(it) = progress else {
            return UnderWay { words: "Exploring…".to_owned(), share: 0.0 };
        };
        let rate = it.n_runs as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        let word = if cancelled { "Cancelling" } else { "Exploring" };
        let (states, runs) = (grouped(it.n_states as u64), grouped(it.n_runs));
        let words = format!(
            "{word}: {states} states, {runs} runs, {} runs per second, up to {} faults",
            grouped(rate as u64),
            it.faults
        );
        UnderWay { words, share: it.n_states as f32 / (it.n_states + it.n_open).max(1) as f32 }
    }
}

impl App {
    pub(super) fn explore_command(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::ExploreFailures => self.explore(ctx),
            Command::CancelExploring => self.exploring.cancel(),
            Command::MustAlwaysRun => {
                let Some((bench, _)) = &mut self.bench else { return };
                let words = bench.focus().and_then(|it| bench.toggle_always(it));
                let words = words.unwrap_or_else(|| "Select the state that must always run".to_owned());
                self.notices.done(&words, Theme::of_context(ctx));
            }
            Command::RunScenarios => self.ask_for(FileAsk::Scenarios),
            Command::RunScenarioFolder => self.ask_for(FileAsk::ScenarioFolder),
            Command::ExportAudit => {
                if let Some(explored) = self.bench.as_ref().and_then(|(bench, _)| bench.explored()).cloned() {
                    self.exploring.do_beside("export audit", move || exploring::export_audit(&explored));
                }
            }
            Command::ExportCoverage => {
                let made = self.bench.as_ref().and_then(|(bench, _)| {
                    let counted = bench.counted()?;
                    exploring::export_coverage(&counted.edition, bench.file.clone(), &counted.counted.coverage)
                });
                match made {
                    Some(export) => self.save(ctx, Some(Ok(export))),
                    None => self.show_tab(BottomTab::Coverage),
                }
            }
            Command::ShowTimeline => self.show_tab(BottomTab::Timeline),
            Command::ShowFindings => self.show_tab(BottomTab::Findings),
            Command::ShowAudit => self.show_tab(BottomTab::Audit),
            Command::ShowCoverage => self.show_tab(BottomTab::Coverage),
            _ => self.show_tab(BottomTab::Scenarios),
        }
    }

    fn show_tab(&mut self, tab: BottomTab) {
        self.panels.bottom = tab;
        self.panels.shown.bottom = true;
    }

    /// Explores the newest definition with the input and the mocks in use, beside the window.
    fn explore(&mut self, ctx: &Context) {
        let Some((bench, _)) = &self.bench else { return };
        let order = match bench.to_explore() {
            Ok(order) => order,
            Err(what) => {
                self.show_tab(BottomTab::Problems);
                return self.notices.error(&what, Theme::of_context(ctx));
            }
        };
        self.exploring.cancel();
        self.exploring.n_started += 1;
        let running = Running { progress: Arc::default(), cancel: Arc::default(), began: Instant::now() };
        let (progress, cancel, began) = (Arc::clone(&running.progress), Arc::clone(&running.cancel), running.began);
        self.exploring.under_way = Some(running);
        let wake = ctx.clone();
        self.exploring.do_beside("explore", move || {
            let config = order.file.as_deref().and_then(files::config);
            let tell = |it: Progress| {
                *progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(it);
                wake.request_repaint_after(EVERY);
            };
            let watch = Watch { progress: &tell, cancel: &cancel };
            Some(exploring::explore(order, config, &watch, &|| began.elapsed().as_secs_f64()))
        });
        if !matches!(self.panels.bottom, BottomTab::Audit | BottomTab::Coverage) {
            self.panels.bottom = BottomTab::Findings;
        }
        self.panels.shown.bottom = true;
    }

    pub(super) fn explore_request(&mut self, ctx: &Context, ask: Ask) {
        let Some((bench, _)) = &mut self.bench else { return };
        match ask {
            Ask::ShowFinding(idx) => {
                bench.show_finding(idx);
                self.show_tab(BottomTab::Findings);
            }
            Ask::Select(name) => bench.select_named(&name),
            Ask::Count(source) => bench.explorations.source = source,
            Ask::OpenFinding(idx) => self.open_shown(Shows::Finding(idx)),
            Ask::OpenAlways(idx) => self.open_shown(Shows::Always(idx)),
            Ask::OpenAuditRow(idx) => self.open_shown(Shows::AuditRow(idx)),
            Ask::TestFinding(idx) => {
                let Some(explored) = bench.explored().cloned() else { return };
                let (of, file) = (Shows::Finding(idx), bench.file.clone());
                let name = bench.name_of(of).map(|(name, note)| format!("{name} {note}")).unwrap_or_default();
                self.exploring.do_beside("make test", move || exploring::make_test(&explored, of, &name, file));
            }
            Ask::SavePairs(pairs) => self.save_pairs(ctx, pairs),
            Ask::OpenScenario(idx) => self.open_scenario(ctx, idx),
        }
    }

    /// Makes a run of what shows something.
    fn open_shown(&mut self, of: Shows) {
        let Some((bench, _)) = &self.bench else { return };
        let (Some(explored), Some((name, note))) = (bench.explored().cloned(), bench.name_of(of)) else { return };
        self.exploring.do_beside("make run", move || exploring::make_run(&explored, of, name, note));
    }

    fn open_scenario(&mut self, ctx: &Context, idx: usize) {
        let Some((bench, _)) = &self.bench else { return };
        let Some(tested) = bench.tested().cloned() else { return };
        let theme = Theme::of_context(ctx);
        let Some(ready) = tested.ready.get(idx).and_then(Option::as_ref).cloned() else {
            return self.notices.done("This scenario cannot be run, so there is no run to show", theme);
        };
        if ready.subject.text != tested.edition.document.text || ready.subject.name != tested.edition.document.name {
            let of = ready.subject.path.display();
            let text = format!("This scenario is of another definition; open {of} to look at its run");
            return self.notices.done(&text, theme);
        }
        let note = tested.view.rows.get(idx).map(|it| format!("scenario, {}", it.verdict.word())).unwrap_or_default();
        let edition = Arc::clone(&tested.edition);
        self.exploring.do_beside("run scenario", move || Some(exploring::run_scenario(&ready, edition, note)));
    }

    /// Keeps what undoes what: in the project's file, or for a sample in the window; then audits again.
    fn save_pairs(&mut self, ctx: &Context, pairs: Vec<(String, Vec<String>)>) {
        let Some((bench, _)) = &mut self.bench else { return };
        let name = |it: String| -> Arc<str> { it.into() };
        let pairs: BTreeMap<Arc<str>, Vec<Arc<str>>> =
            pairs.into_iter().map(|(step, by)| (name(step), by.into_iter().map(name).collect())).collect();
        if let Some(path) = bench.file.clone() {
            return files::save_pairs(&self.files, path, pairs);
        }
        bench.keep_pairs(pairs);
        let words = "Kept until the window is closed, because a sample has no file";
        self.notices.done(words, Theme::of_context(ctx));
        self.explore(ctx);
    }

    /// What undoes what was written: audits again.
    pub(super) fn pairs_saved(&mut self, ctx: &Context, path: &std::path::Path) {
        self.notices.done(&format!("Saved {}", path.display()), Theme::of_context(ctx));
        self.explore(ctx);
    }

    /// Runs scenarios whose files have been read.
    pub(super) fn run_scenarios(&mut self, suites: Vec<SuiteFile>) {
        let Some((bench, _)) = &self.bench else { return };
        let edition = Arc::clone(bench.newest_shared());
        self.exploring.do_beside("run scenarios", move || Some(exploring::test(suites, &files::OnDisk, edition)));
    }

    /// Takes in what was done beside the window, and asks for what is to be counted while it is looked at.
    pub(super) fn take_explored(&mut self, ctx: &Context) {
        let theme = Theme::of_context(ctx);
        for (nr, finished) in self.exploring.jobs.finished() {
            let Some((bench, _)) = &mut self.bench else { continue };
            let wake = ctx.clone();
            match finished {
                Some(Finished::Explored(_)) if nr != self.exploring.n_started => {}
                Some(Finished::Explored(explored)) => {
                    self.exploring.under_way = None;
                    let Some(explored) = *explored else { continue };
                    if bench.take_explored(explored) {
                        let (n, n_errors) = bench.n_findings();
                        let text = format!("Explored: {n} findings, {n_errors} of them errors");
                        self.notices.done(&text, theme);
                    }
                }
                // Another definition was opened meanwhile.
                Some(Finished::Made(made)) if made.edition.document.name != bench.newest().document.name => {}
                Some(Finished::Made(made)) => {
                    bench.add_made(*made, Box::new(move || wake.request_repaint()));
                }
                Some(Finished::Export(export)) => self.save(ctx, Some(Ok(*export))),
                Some(Finished::Counted(counted)) => bench.take_counted(*counted),
                Some(Finished::Tested(tested)) => {
                    bench.take_tested(*tested);
                    self.show_tab(BottomTab::Scenarios);
                }
                None => {}
            }
        }
        if self.bench.is_none() {
            self.exploring.cancel();
            self.exploring.under_way = None;
        }
        self.exploring.line = self.exploring.under_way.as_ref().map(Running::line);
        let Some((bench, canvas)) = &mut self.bench else { return };
        if (self.panels.bottom == BottomTab::Coverage || canvas.shows_coverage())
            && let Some(count) = bench.to_count()
        {
            self.exploring.do_beside("count coverage", move || exploring::count(&count));
        }
    }
}
