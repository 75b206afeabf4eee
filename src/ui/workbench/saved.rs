//! The workbench as a workspace: what is kept of it, whether it has changed, and how it comes back.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::asl::program::Written;
use crate::engine::EventId;
use crate::handlers::write_mocks;
use crate::json::text;
use crate::session::Run;
use crate::session::document;
use crate::session::tree::RunId;
use crate::session::worker::Worker;
use crate::session::workspace::{
    Kept, Made, Named as NamedJson, Past, Place, Restored, Revived, Workspace, history_of,
};
use crate::ui::store::seen_from;

use super::histories::ReadHistory;
use super::runs::Wake;
use super::{Cursor, Edition, RunEntry, Shown, Workbench};

/// What is needed to do a run again, and at which publication that was.
pub(super) type AtRevision = (u64, Arc<Made>);

/// How recorded executions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Histories {
    /// By the paths of their files, where each is the only one of its file.
    ByPath,
    /// In the workspace itself.
    Embedded,
}

impl RunEntry {
    /// Returns what is kept of the run; nothing where nothing can be.
    fn past(&mut self, path: Option<String>) -> Option<Past> {
        let Some(imported) = self.recorded() else { return self.made().map(Past::Journal) };
        if let Some(path) = path {
            return Some(Past::File(path));
        }
        if self.written.is_none() {
            self.written = Some(history_of(imported));
        }
        self.written.clone().map(Past::History)
    }

    /// Returns what is needed to do the run again, of one that is under way as it was when it last rested.
    fn made(&mut self) -> Option<Arc<Made>> {
        let revision = self.published.revision;
        let known = self.kept.as_ref().filter(|(at, _)| *at == revision || !self.published.done);
        if let Some((_, made)) = known {
            return Some(Arc::clone(made));
        }
        if let Some(made) = self.worker.as_mut().and_then(Worker::made) {
            self.kept = Some((revision, Arc::new(made)));
        }
        self.kept.as_ref().map(|(_, made)| Arc::clone(made))
    }
}

impl Workbench {
    /// Returns a number that is another one when there is something new to keep. To be called once a frame.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = DefaultHasher::new();
        (Arc::as_ptr(&self.newest.document) as usize, &self.file, &self.s3, self.seed).hash(&mut hash);
        (self.draft.revision(), self.draft.is_edited(), Arc::as_ptr(self.draft.saved()).addr()).hash(&mut hash);
        (self.quotas == crate::engine::Quotas::Off, &self.note, &self.redact, &self.workspace_file).hash(&mut hash);
        (self.input, self.inputs.len(), self.mocks_in_use, self.mocks.len()).hash(&mut hash);
        for input in &self.inputs {
            (&input.name, input.value.size_bytes()).hash(&mut hash);
        }
        for mocks in &self.mocks {
            (&mocks.name, Arc::as_ptr(&mocks.value) as usize).hash(&mut hash);
        }
        for breakpoint in &self.breakpoints {
            format!("{breakpoint:?}").hash(&mut hash);
        }
        for (id, run) in self.runs.iter() {
            let revision = run.published.done.then_some(run.published.revision);
            (&run.name, &run.note, &run.notes, revision, self.runs.is_listed(id)).hash(&mut hash);
        }
        let cursor = if let Cursor::At(id) = self.cursor { Some(id.0) } else { None };
        (self.shown.map(|it| it.run), cursor, self.focus).hash(&mut hash);
        hash.finish()
    }

    /// Returns what is open, with paths as they are seen from `folder`.
    pub fn snapshot(&mut self, folder: Option<&Path>, histories: Histories) -> Workspace {
        let document = &self.newest.document;
        let written = match &document.definition.program {
            Some(program) => Arc::clone(&program.written),
            None => Arc::new(Written {
                name: Arc::clone(&document.name),
                text: Arc::clone(&document.text),
                express: document.express,
            }),
        };
        // What is not saved is kept as it stands, whether or not it can be read.
        let edited = self.draft.is_edited();
        let saved = edited.then(|| Arc::new(Written { text: Arc::clone(self.draft.saved()), ..(*written).clone() }));
        let definition = if edited && *written.text != *self.draft.text() {
            Arc::new(Written { text: self.draft.text().into(), ..(*written).clone() })
        } else {
            written
        };
        let (runs, places) = self.kept_runs(folder, histories);
        let mocks = self.kept_mocks();
        let named = |name: &str, value| NamedJson { name: name.to_owned(), value };
        Workspace {
            definition,
            path: self.file.as_ref().map(|it| seen_from(it, folder)),
            edited,
            saved,
            inputs: self.inputs.iter().map(|it| named(&it.name, it.value.clone())).collect(),
            input: (self.input < self.inputs.len()).then_some(self.input),
            mocks,
            mocks_in_use: self.mocks_in_use,
            s3: self.s3.as_ref().map(|it| seen_from(it, folder)),
            breakpoints: self.breakpoints.clone(),
            runs,
            note: self.note.clone(),
            seed: self.seed,
            quotas: self.quotas,
            place: Place {
                run: self.shown.and_then(|it| places.get(&it.run.0).copied()),
                event: if let Cursor::At(id) = self.cursor { Some(id.0) } else { None },
                state: self.focus.map(|it| self.edition.document.definition.outline.name(it).to_owned()),
            },
            redact: self.redact.clone(),
        }
    }

    /// Returns the mocks in the native form, which is made once for each.
    fn kept_mocks(&mut self) -> Vec<NamedJson> {
        let mut made = Vec::with_capacity(self.mocks.len());
        let mut named = Vec::with_capacity(self.mocks.len());
        for it in &self.mocks {
            let known = self.kept_mocks.iter().find(|(mocks, _)| Arc::ptr_eq(mocks, &it.value));
            let value = known.map(|(_, value)| value.clone());
            let value = value.unwrap_or_else(|| text::parse(&write_mocks(&it.value)).unwrap_or_default());
            made.push((Arc::clone(&it.value), value.clone()));
            named.push(NamedJson { name: it.name.clone(), value });
        }
        self.kept_mocks = made;
        named
    }

    /// Returns the runs that are listed, and at which place each stands.
    fn kept_runs(&mut self, folder: Option<&Path>, histories: Histories) -> (Vec<Kept>, BTreeMap<usize, usize>) {
        let (mut kept, mut places) = (Vec::new(), BTreeMap::new());
        let listed: Vec<RunId> = self.runs.iter().map(|(id, _)| id).filter(|it| self.runs.is_listed(*it)).collect();
        let mut n_of_file: BTreeMap<PathBuf, u32> = BTreeMap::new();
        for path in self.runs.iter().filter_map(|(_, it)| it.history.as_ref()).flat_map(|it| &it.paths) {
            *n_of_file.entry(path.clone()).or_default() += 1;
        }
        for id in listed {
            let from = self.runs.from(id).and_then(|(of, at)| Some((*places.get(&of.0)?, at.0)));
            let Some(run) = self.runs.get_mut(id) else { continue };
            let path = match run.history.as_ref().map(|it| &it.paths[..]) {
                Some([only]) if histories == Histories::ByPath && n_of_file.get(only) == Some(&1) => {
                    Some(seen_from(only, folder))
                }
                _ => None,
            };
            let Some(past) = run.past(path) else { continue };
            places.insert(id.0, kept.len());
            kept.push(Kept { name: run.name.clone(), past, note: run.note.clone(), notes: run.notes.clone(), from });
        }
        (kept, places)
    }

    /// Puts back what was kept. `wake` makes what runs call when they have published something.
    /// `histories` are the recorded executions among the runs, at their places.
    pub fn restore(
        &mut self,
        workspace: &Workspace,
        restored: Restored,
        histories: Vec<Option<ReadHistory>>,
        wake: &dyn Fn() -> Wake,
    ) {
        if let Some(saved) = workspace.saved.as_ref().filter(|_| workspace.edited && self.draft.locked().is_none()) {
            self.put_back_text(&workspace.definition.text, Arc::clone(&saved.text));
        }
        self.seed = workspace.seed;
        self.quotas = workspace.quotas;
        self.note.clone_from(&workspace.note);
        self.redact.clone_from(&workspace.redact);
        self.input = workspace.input.unwrap_or(usize::MAX);
        self.breakpoints.clone_from(&workspace.breakpoints);
        let mut editions = BTreeMap::from([(self.written(), Arc::clone(&self.newest))]);
        let mut ids: Vec<Option<RunId>> = Vec::new();
        for ((kept, revived), history) in workspace.runs.iter().zip(restored.runs).zip(histories) {
            let entry = match (revived, history) {
                (Revived::Run(run), _) => self.entry(kept, *run, &mut editions, wake()),
                (_, Some(history)) => self.history_entry(history, wake()),
                _ => {
                    ids.push(None);
                    continue;
                }
            };
            let entry =
                RunEntry { name: kept.name.clone(), note: kept.note.clone(), notes: kept.notes.clone(), ..entry };
            let from = kept.from.and_then(|(of, at)| Some(((*ids.get(of)?)?, EventId(at))));
            ids.push(Some(match from {
                Some((of, at)) => self.runs.fork(of, at, entry),
                None => self.runs.add(entry),
            }));
        }
        let place = &workspace.place;
        if let Some(run) = place.run.and_then(|it| *ids.get(it)?) {
            self.put_on_screen(Shown { run, child: None });
            self.cursor = place.event.map_or(Cursor::Live, |it| Cursor::At(EventId(it)));
        }
        self.follow();
        // The text is under the run that is shown, as it was.
        if self.is_earlier && self.draft.is_edited() {
            self.show_draft();
        }
        if let Some(state) = &place.state {
            self.select(self.edition.document.definition.outline.find(state));
        }
    }

    fn written(&self) -> (Arc<str>, Arc<str>) {
        let document = &self.newest.document;
        (Arc::clone(&document.name), Arc::clone(&document.text))
    }

    fn entry(
        &mut self,
        kept: &Kept,
        run: Run,
        editions: &mut BTreeMap<(Arc<str>, Arc<str>), Arc<Edition>>,
        wake: Wake,
    ) -> RunEntry {
        let written = Arc::clone(&run.program().written);
        let key = (Arc::clone(&written.name), Arc::clone(&written.text));
        let known = editions.get(&key).cloned();
        let edition = known.or_else(|| {
            let opened = document::open(&written.name, written.text.as_bytes());
            let named = opened.documents.iter().position(|it| it.name == written.name).unwrap_or(0);
            let document = opened.documents.into_iter().nth(named)?;
            Some(Arc::new(Edition::new(document, &opened.diagnostics)))
        });
        let edition = edition.unwrap_or_else(|| Arc::clone(&self.newest));
        editions.insert(key, Arc::clone(&edition));
        // A run that went on with another definition has its states by other numbers.
        let is_renumbered = run.program().outline.states.len() != edition.document.definition.outline.states.len()
            || !Arc::ptr_eq(run.program(), run.origin());
        let edition = if is_renumbered { Arc::new(edition.numbered_as(run.program())) } else { edition };
        let seed = run.journal().spec.seed;
        let worker = Worker::resume(run, self.tasks(None), wake, self.breakpoints.as_slice().into());
        let mut entry = RunEntry::new(kept.name.clone(), edition, worker.published(), Some(worker));
        (entry.seed, entry.key) = (seed, self.next_key());
        // The first publication may have gone by before anybody looked.
        entry.catch_up();
        entry
    }

    /// Keeps what the user writes about an event of the run that is shown.
    pub fn note_event(&mut self, event: u32, note: &str) {
        let note = note.trim().to_owned();
        if let Some(run) = self.shown_mut() {
            if note.is_empty() {
                run.notes.remove(&event);
            } else {
                run.notes.insert(event, note);
            }
            run.n_notings += 1;
        }
    }

    /// Returns what the user has written about an event of the run that is shown.
    pub fn note_of(&self, event: u32) -> &str {
        self.shown_run().and_then(|it| it.notes.get(&event)).map_or("", String::as_str)
    }
}
