//! Exploration in the workbench: what was found, which states every run is to reach, runs that are made of it, and what
//! is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::StateId;
use crate::diagnostic::Severity;
use crate::engine::{Identity, StartSpec};
use crate::explore::{Given, Verdict};
use crate::handlers::read_mocks;
use crate::json::text;
use crate::session::coverage::Coverage;
use crate::ui::command::Command;
use crate::ui::exploration::ExploreInput;
use crate::ui::exploration::coverage::Source;
use crate::ui::exploring::{
    Count, CountedRuns, Explored, MadeRun, Order, Shows, Tested, ToCount, same_states, test_of_run,
};
use crate::ui::files::Export;
use crate::ui::graph::status::{GraphStatus, Layer, NodeStatus};
use crate::ui::widgets::BannerLine;
use crate::ui::window::BannerView;
use crate::ui::workspace::FindingItem;

use super::{Cursor, Edition, Named, RunEntry, Wake, Workbench};

/// Findings that the workspace lists, at most.
const MOST_LISTED: usize = 50;

/// What is known of explorations of what is open.
#[derive(Default)]
pub struct Explorations {
    /// The names of the states that every run is to reach.
    always: Vec<Arc<str>>,
    /// What undoes what of a definition that has no file.
    pairs: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    explored: Option<Arc<Explored>>,
    finding: Option<usize>,
    tested: Option<Arc<Tested>>,
    /// The runs that are counted.
    pub source: Source,
    counted: Option<Box<CountedRuns>>,
    /// What was counted of runs before.
    known: BTreeMap<(u64, u64), Arc<Coverage>>,
    asked: Option<CountKey>,
    order: u64,
}

/// What is counted: as long as it is the same, so is the result.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CountKey {
    source: Source,
    edition: *const Edition,
    runs: Vec<(u64, u64)>,
    shown: Option<u64>,
    others: usize,
}

impl Workbench {
    /// Returns what an exploration of the newest definition is asked, with the input and the mocks in use; fails, in
    /// words, where it cannot be run.
    pub fn to_explore(&self) -> Result<Order, String> {
        let edition = Arc::clone(&self.newest);
        let document = &edition.document;
        if document.definition.program.is_none() {
            return Err("the definition cannot be run; correct what Problems lists".to_owned());
        }
        let identity = if document.express {
            Identity::express(&document.name, "run")
        } else {
            Identity::named(&document.name, "run")
        };
        let spec = StartSpec {
            seed: self.seed,
            quotas: self.quotas,
            express: document.express,
            identity,
            ..StartSpec::default()
        };
        let input = self.inputs.get(self.input).map(|it| it.value.clone());
        let given = Given { input, ..Given::default() }.with_results(self.mocks_in_use().results());
        let (pairs, always) = (self.explorations.pairs.clone(), self.explorations.always.clone());
        Ok(Order { spec, given, pairs, always, file: self.file.clone(), edition })
    }

    /// Takes in an exploration. One of another machine is dropped; returns whether it was kept.
    pub fn take_explored(&mut self, explored: Explored) -> bool {
        if explored.edition.document.name != self.newest.document.name {
            return false;
        }
        self.explorations.finding = (!explored.view.findings.is_empty()).then_some(0);
        self.explorations.explored = Some(Arc::new(explored));
        self.refresh();
        true
    }

    /// Returns the last exploration.
    pub fn explored(&self) -> Option<&Arc<Explored>> {
        self.explorations.explored.as_ref()
    }

    /// Whether the last exploration was of another definition than the newest.
    pub fn is_explored_stale(&self) -> bool {
        let of = |it: &Arc<Explored>| Arc::ptr_eq(&it.edition, &self.newest) || it.edition.reads_like(&self.newest);
        self.explored().is_some_and(|it| !of(it))
    }

    /// Shows a finding in detail and its state.
    pub fn show_finding(&mut self, idx: usize) {
        let Some(finding) = self.explored().and_then(|it| it.view.findings.get(idx)) else { return };
        let state = finding.state.clone();
        self.explorations.finding = Some(idx);
        if let Some(state) = state {
            self.select_named(&state);
        }
    }

    /// Selects the state of this name, if the definition on the screen has one.
    pub fn select_named(&mut self, name: &str) {
        let found = self.states().find(|(_, it)| *it == name).map(|(id, _)| id);
        if found.is_some() {
            self.select(found);
        }
    }

    /// Returns what a run that shows something is to be called, and what is written about it.
    pub fn name_of(&self, of: Shows) -> Option<(String, String)> {
        let view = &self.explored()?.view;
        Some(match of {
            Shows::Finding(idx) => (format!("Finding {}", idx + 1), view.findings.get(idx)?.title.clone()),
            Shows::AuditRow(idx) => {
                let row = view.audit.rows.get(idx)?;
                (format!("Case {}", idx + 1), format!("{} fails: {}", row.title, row.verdict))
            }
            Shows::Always(idx) => {
                let name = &view.always.get(idx)?.state;
                (format!("Without {name}"), format!("ends without {name}"))
            }
        })
    }

    /// Adds a run that was made, and shows it at its first failure; its input and mocks are then those in use.
    pub fn add_made(&mut self, made: MadeRun, wake: Wake) {
        let MadeRun { name, note, edition, run, mocks } = made;
        if let Some(mocks) = mocks {
            let input = run.journal().spec.input.clone();
            self.input = put(&mut self.inputs, format!("{name} input"), input);
            if let (Some(mocks), _) = read_mocks(text::compact(&mocks).as_bytes(), None) {
                self.mocks_in_use = Some(put(&mut self.mocks, format!("{name} mocks"), Arc::new(mocks)));
            }
        }
        let seed = run.journal().spec.seed;
        let mut worker = self.at_rest(run, wake);
        worker.set_host(self.tasks(None));
        let mut entry = RunEntry::new(name, edition, worker.published(), Some(worker));
        (entry.seed, entry.note, entry.key, entry.cursor) = (seed, note, self.next_key(), Cursor::FirstError);
        entry.read_events(usize::MAX);
        let id = self.runs.add(entry);
        self.show_run(id);
    }

    /// Makes a scenario of the run that is shown; fails, in words, where that cannot be.
    pub fn test_of_shown(&mut self) -> Result<Export, String> {
        let (file, shown) = (self.file.clone(), self.file_name());
        let older = self.is_older();
        let entry = self.shown_mut().ok_or("run the definition first")?;
        let name = entry.name.clone();
        let worker =
            entry.worker.as_mut().ok_or("this history is shown as it is; choose the run that it belongs to")?;
        let run = worker.run().ok_or("the run is under way; pause it, or wait for its end")?;
        if older {
            return Err("the run has an older definition; restart it with the newest one first".to_owned());
        }
        Ok(test_of_run(run, &name, Some(&shown), file, None))
    }

    /// Says of a state that every run is to reach it, or no longer; returns which, in words.
    pub fn toggle_always(&mut self, state: StateId) -> Option<String> {
        let name = Arc::clone(&self.edition.document.definition.outline.state(state)?.name);
        let always = &mut self.explorations.always;
        let words = if let Some(at) = always.iter().position(|it| *it == name) {
            always.remove(at);
            format!("{name} need not always run")
        } else {
            let key = Command::ExploreFailures.key().unwrap_or_default();
            let words = format!("{name} must always run; {key} explores whether it does");
            always.push(name);
            words
        };
        self.refresh();
        Some(words)
    }

    /// Marks the states that every run is to reach, with what was found of them.
    pub(super) fn mark_always(&self, graph: &mut GraphStatus) {
        for name in &self.explorations.always {
            let Some((id, _)) = self.edition.states().find(|(_, it)| it.name == *name) else { continue };
            if graph.nodes.len() <= id.idx() {
                graph.nodes.resize(id.idx() + 1, NodeStatus::default());
            }
            graph.nodes[id.idx()].always = Some(self.verdict_of(name));
        }
    }

    fn verdict_of(&self, name: &str) -> &'static str {
        let explored = self.explored().filter(|_| !self.is_explored_stale());
        let found = explored.and_then(|it| {
            let outline = &it.edition.document.definition.outline;
            it.exploration.always.iter().find(|it| outline.name(it.state) == name)
        });
        match found.map(|it| &it.verdict) {
            None => "must always run, not explored yet",
            Some(Verdict::Proved) => "must always run, proved",
            Some(Verdict::Held { .. }) => "must always run, held",
            Some(Verdict::Refuted(_)) => "must always run, counter-example",
            Some(Verdict::Unknown) => "must always run, not found out",
        }
    }

    /// Keeps what undoes what, of a definition without a file.
    pub fn keep_pairs(&mut self, pairs: BTreeMap<Arc<str>, Vec<Arc<str>>>) {
        self.explorations.pairs = pairs;
    }

    /// Says above the canvas how far the exploration went.
    pub fn explore_banner(&self) -> Option<BannerView> {
        let view = &self.explored()?.view;
        let stale = self.is_explored_stale();
        Some(BannerView {
            kind: if stale { BannerLine::Older } else { BannerLine::Done },
            title: view.title.clone(),
            text: if stale { format!("of an older definition; {}", view.text) } else { view.text.clone() },
            commands: vec![Command::ExploreFailures],
        })
    }

    /// Returns the findings as the workspace lists them.
    pub(super) fn finding_items(&self) -> Vec<FindingItem> {
        let findings = self.explored().map(|it| &it.view.findings[..]).unwrap_or_default();
        let item = |(idx, it): (usize, &crate::ui::exploration::findings::FindingView)| FindingItem {
            title: it.title.clone(),
            severity: it.severity,
            shown: self.explorations.finding == Some(idx),
        };
        findings.iter().enumerate().take(MOST_LISTED).map(item).collect()
    }

    /// Returns how many findings there are, and how many of them are errors.
    pub fn n_findings(&self) -> (usize, usize) {
        let findings = self.explored().map(|it| &it.view.findings[..]).unwrap_or_default();
        (findings.len(), findings.iter().filter(|it| it.severity == Severity::Error).count())
    }

    /// Returns what the tabs of exploration show, but for what is under way.
    pub fn explore_input(&self) -> ExploreInput<'_> {
        let it = &self.explorations;
        ExploreInput {
            under_way: None,
            explored: it.explored.as_ref().map(|it| &it.view),
            is_stale: self.is_explored_stale(),
            finding: it.finding,
            coverage: it.counted.as_ref().map(|it| &it.view),
            source: it.source,
            lacking: [
                self.shown_run().is_none().then_some("Show a run to count it"),
                self.runs().rows().is_empty().then_some("Run the definition first"),
                it.explored.is_none().then_some("Explore failures first"),
                it.tested.is_none().then_some("Run scenarios first"),
            ],
            scenarios: it.tested.as_ref().map(|it| &it.view),
        }
    }

    /// Takes in scenarios that were run.
    pub fn take_tested(&mut self, tested: Tested) {
        self.explorations.tested = Some(Arc::new(tested));
    }

    /// Returns the scenarios that were run.
    pub fn tested(&self) -> Option<&Arc<Tested>> {
        self.explorations.tested.as_ref()
    }

    /// Returns what is to be counted, if that is not what was last asked for.
    pub fn to_count(&mut self) -> Option<Count> {
        self.newest.document.definition.program.as_ref()?;
        let outline = Arc::clone(&self.newest.document.definition.outline);
        let fits = |it: &RunEntry| {
            !it.edition.drawn
                && it.published.done
                && it.edition.reads_like(&self.newest)
                && same_states(&it.edition.document.definition.outline, &outline)
        };
        let shown = self.shown_id();
        let (mut runs, mut left_out, mut shown_at) = (Vec::new(), 0, None);
        for (id, run) in self.runs.iter().filter(|(id, _)| self.runs.is_listed(*id)) {
            if !fits(run) {
                left_out += 1;
                continue;
            }
            if Some(id) == shown {
                shown_at = Some(runs.len());
            }
            runs.push((run.key, run.published.revision, id));
        }
        let it = &self.explorations;
        let of_newest = |edition: &Arc<Edition>| edition.reads_like(&self.newest);
        let (others, nr) = match it.source {
            Source::ThisRun | Source::AllRuns => (Vec::new(), 0),
            Source::Exploration => {
                let explored = it.explored.as_ref().filter(|it| of_newest(&it.edition));
                let coverage = explored.map(|it| it.coverage.clone()).unwrap_or_default();
                (coverage, explored.map_or(0, |it| Arc::as_ptr(it) as usize))
            }
            Source::Scenarios => {
                let tested = it.tested.as_ref().filter(|it| of_newest(&it.edition));
                let coverage = tested.map(|it| it.coverage.clone()).unwrap_or_default();
                (coverage, tested.map_or(0, |it| Arc::as_ptr(it) as usize))
            }
        };
        let key = CountKey {
            source: it.source,
            edition: Arc::as_ptr(&self.newest),
            runs: runs.iter().map(|it| (it.0, it.1)).collect(),
            shown: shown_at.map(|at| runs[at].0),
            others: nr,
        };
        if it.asked.as_ref() == Some(&key) {
            return None;
        }
        let to_count = |(run_key, revision, id): &(u64, u64, crate::session::tree::RunId)| {
            let run = self.runs.get(*id)?;
            let key = (*run_key, *revision);
            let known = self.explorations.known.get(&key).cloned();
            Some(ToCount { key, log: run.published.log.clone(), children: run.published.children.clone(), known })
        };
        let source = it.source;
        let runs: Vec<ToCount> = runs.iter().filter_map(to_count).collect();
        let edition = Arc::clone(&self.newest);
        let it = &mut self.explorations;
        it.asked = Some(key);
        it.order += 1;
        if runs.is_empty() && others.is_empty() {
            it.counted = None;
            return None;
        }
        Some(Count { order: it.order, edition, source, runs, shown: shown_at, left_out, others })
    }

    /// Takes in runs that were counted.
    pub fn take_counted(&mut self, counted: CountedRuns) {
        let it = &mut self.explorations;
        if counted.order == it.order {
            it.known = counted.known.iter().cloned().collect();
            it.counted = Some(Box::new(counted));
        }
    }

    /// Returns what was counted.
    pub fn counted(&self) -> Option<&CountedRuns> {
        self.explorations.counted.as_deref()
    }

    /// Returns the heat of the graph that is on the screen, and a number that is another one for another heat.
    pub fn coverage_layer(&self) -> (Arc<Layer>, u64) {
        let outline = &self.edition.document.definition.outline;
        match self.counted() {
            Some(it) if same_states(&it.edition.document.definition.outline, outline) => {
                (Arc::clone(&it.layer), it.order)
            }
            Some(_) => {
                let summary = "Runs of the newest definition are counted; this one has other states".to_owned();
                (Arc::new(Layer { summary, ..Layer::default() }), u64::MAX)
            }
            None => (Arc::new(Layer { summary: "No run to count yet".to_owned(), ..Layer::default() }), 0),
        }
    }
}

/// Puts a value in the place of the one of its name, or adds it; returns where it is.
fn put<T>(all: &mut Vec<Named<T>>, name: String, value: T) -> usize {
    let new = Named { name, value, unsaved: true };
    if let Some(at) = all.iter().position(|it| it.name == new.name) {
        all[at] = new;
        return at;
    }
    all.push(new);
    all.len() - 1
}
