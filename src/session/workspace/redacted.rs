//! A workspace to be given away: without the fields that must not be seen, and with everything that still holds.

use std::sync::Arc;

use crate::asl::program::Written;
use crate::engine::{Action, Event, Patch, StartSpec};
use crate::history::aws::{Names, history};
use crate::history::read::{Imported, read as read_history};
use crate::history::{Log, LogView};
use crate::json::{Json, Object, text};

use super::super::children::ChildRun;
use super::super::journal::Journal;
use super::super::run::Run;
use super::payloads::map_action;
use super::read::program;
use super::redact::{Pattern, Redactor};
use super::{Kept, Made, Named, Past, Restored, Revived, Workspace};

/// A workspace without what must not be seen.
#[derive(Clone, Debug)]
pub struct Redacted {
    /// What is left.
    pub workspace: Workspace,
    /// How many different values were replaced.
    pub n_values: usize,
    /// What is not as it was, in sentences.
    pub notes: Vec<String>,
}

/// A payload, looked at on the way.
pub type See<'a> = dyn FnMut(&Json) + 'a;

impl Workspace {
    /// Returns the workspace without the fields that `patterns` name. Runs that would happen differently without them
    /// become histories.
    pub fn redacted(&self, patterns: Vec<Pattern>) -> Redacted {
        let restored = Restored::of(&self.runs);
        let mut redactor = Redactor::new(patterns);
        self.see(&restored, &mut redactor);
        let mut notes = restored.notes;
        let mut workspace = Workspace {
            definition: written(&redactor, &self.definition),
            saved: self.saved.as_ref().map(|it| written(&redactor, it)),
            inputs: self.inputs.iter().map(|it| Named { value: redactor.payload(&it.value), ..it.clone() }).collect(),
            mocks: self.mocks.iter().map(|it| Named { value: mocks(&redactor, &it.value), ..it.clone() }).collect(),
            note: redactor.text(&self.note),
            runs: Vec::with_capacity(self.runs.len()),
            ..self.clone()
        };
        for breakpoint in &mut workspace.breakpoints {
            for text in [&mut breakpoint.condition, &mut breakpoint.log].into_iter().flatten() {
                *text = redactor.text(text);
            }
        }
        for (kept, revived) in self.runs.iter().zip(&restored.runs) {
            let past = past(&redactor, kept, revived, &mut notes);
            let note = |it: &str| redactor.text(it);
            workspace.runs.push(Kept {
                name: kept.name.clone(),
                past,
                note: note(&kept.note),
                notes: kept.notes.iter().map(|(event, it)| (*event, note(it))).collect(),
                from: kept.from,
            });
        }
        let n_left = redactor.left_in(&workspace.write());
        if n_left > 0 {
            let what = "still occur where no field is, in names or in the definition; look for them before you send it";
            notes.push(format!("{n_left} of the values {what}"));
        }
        Redacted { workspace, n_values: redactor.n_values(), notes }
    }

    /// Shows every payload to `see`, for who wants to know what fields there are.
    pub fn each_payload(&self, see: &mut See<'_>) {
        self.inputs.iter().for_each(|it| see(&it.value));
        for named in &self.mocks {
            map_mocks(&named.value, &mut |it| {
                see(it);
                it.clone()
            });
        }
        for kept in &self.runs {
            match &kept.past {
                Past::Journal(made) => {
                    see(&made.journal.spec.input);
                    for (_, action) in &made.journal.actions {
                        map_action(action, &mut |it| {
                            see(it);
                            it.clone()
                        });
                    }
                }
                Past::History(history) => {
                    for imported in imported(history) {
                        for event in imported.view().iter() {
                            super::payloads::map(event, &mut |it| {
                                see(it);
                                it.clone()
                            });
                        }
                    }
                }
                Past::File(_) => {}
            }
        }
    }

    fn see(&self, restored: &Restored, redactor: &mut Redactor) {
        self.each_payload(&mut |it| redactor.see(it));
        // What states have made of it may be in other fields.
        for revived in &restored.runs {
            if let Revived::Run(run) = revived {
                run.log().iter().for_each(|it| redactor.see_event(it));
                run.children().iter().flat_map(ChildRun::events).for_each(|it| redactor.see_event(it));
            }
        }
        redactor.see_text(&self.note);
        self.runs.iter().flat_map(|it| it.notes.values().chain([&it.note])).for_each(|it| redactor.see_text(it));
    }
}

impl Redactor {
    /// Returns a recorded history without what the patterns find in it.
    pub fn imported(mut self, imported: &Imported) -> (Imported, usize) {
        imported.view().iter().for_each(|it| self.see_event(it));
        let mut redacted = imported.clone();
        redacted.log = log(&self, imported.view());
        for aside in redacted.asides.values_mut() {
            aside.details.iter_mut().for_each(|(_, value)| *value = self.payload(value));
        }
        (redacted, self.n_values())
    }
}

fn log(redactor: &Redactor, view: &LogView) -> Log {
    let mut log = Log::new(Arc::clone(view.outline()));
    view.iter().for_each(|it| log.push(redactor.event(it)));
    log
}

fn written(redactor: &Redactor, it: &Written) -> Arc<Written> {
    Arc::new(Written { text: redactor.definition(&it.text).into(), ..it.clone() })
}

fn mocks(redactor: &Redactor, value: &Json) -> Json {
    map_mocks(value, &mut |it| redactor.payload(it))
}

/// Maps the payloads of mocks in the native form.
fn map_mocks(mocks: &Json, map: &mut dyn FnMut(&Json) -> Json) -> Json {
    let Some(states) = mocks.as_object() else { return mocks.clone() };
    let mut entry = |it: &Json| {
        let Some(members) = it.as_object() else { return it.clone() };
        let member = |(name, value): (&Arc<str>, &Json)| {
            let mapped = match (&**name, value) {
                ("return" | "submitted", _) => map(value),
                ("throw", Json::Object(thrown)) => {
                    let mut thrown = thrown.clone();
                    if let Some(cause) = thrown.get("cause").cloned() {
                        thrown.set("cause", map(&cause));
                    }
                    Json::Object(thrown)
                }
                _ => value.clone(),
            };
            (Arc::clone(name), mapped)
        };
        Json::Object(members.iter().map(member).collect::<Object>())
    };
    let state = |(name, entries): (&Arc<str>, &Json)| {
        let entries = entries.as_array().map(|it| Json::array(it.iter().map(&mut entry)));
        (Arc::clone(name), entries.unwrap_or_default())
    };
    Json::Object(states.iter().map(state).collect::<Object>())
}

fn past(redactor: &Redactor, kept: &Kept, revived: &Revived, notes: &mut Vec<String>) -> Past {
    match (&kept.past, revived) {
        (Past::File(path), _) => {
            notes.push(format!("{} is left out: it is in {path}; export that file by itself", kept.name));
            Past::History(Json::Null)
        }
        (Past::History(history), _) => {
            let redacted = imported(history).first().map(|it| as_json(names_of(it), log(redactor, it.view()).view()));
            Past::History(redacted.unwrap_or_default())
        }
        (Past::Journal(made), Revived::Run(run)) => {
            if let Some(again) = done_again(redactor, made, run) {
                return Past::Journal(Arc::new(again));
            }
            notes.push(format!(
                "{} would happen differently without these values, so its history is taken along and not the run",
                kept.name
            ));
            let names = Names::new(&run.program().outline, &run.journal().spec.identity);
            Past::History(as_json(names, log(redactor, run.log()).view()))
        }
        // It could not be done again before either, which has been said.
        (Past::Journal(_), _) => Past::History(Json::Null),
    }
}

/// Does a run again without the values; nothing where it does not happen in the same way.
fn done_again(redactor: &Redactor, made: &Made, run: &Run) -> Option<Made> {
    let map = &mut |it: &Json| redactor.payload(it);
    let action = |(tick, action): &(u64, Action)| {
        let action = match action {
            Action::Patch(Patch::Definition(it)) => {
                Action::Patch(Patch::Definition(program(&written(redactor, &it.written))?))
            }
            other => map_action(other, map),
        };
        Some((*tick, action))
    };
    let actions = made.journal.actions.iter().map(action).collect::<Option<Vec<_>>>()?;
    let spec = StartSpec { input: redactor.payload(&made.journal.spec.input), ..(*made.journal.spec).clone() };
    let journal = Journal { spec: Arc::new(spec), actions };
    let written = written(redactor, &made.written);
    let again = Run::restore(program(&written)?, &journal, made.n_actions);
    same_shape(run, &again).then(|| Made { written, journal, n_actions: again.n_actions(), n_events: made.n_events })
}

/// Whether two runs went the same way, whatever data they had.
fn same_shape(left: &Run, right: &Run) -> bool {
    let shape = |it: &Event| {
        let error = it.kind.failure().and_then(|it| it.error.clone());
        (it.id, it.prev, it.at, it.strand, it.state, std::mem::discriminant(&it.kind), error)
    };
    let same = |left: &mut dyn Iterator<Item = &Event>, right: &mut dyn Iterator<Item = &Event>| {
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some(left), Some(right)) if shape(left) == shape(right) => {}
                _ => return false,
            }
        }
    };
    left.log().len() == right.log().len()
        && left.children().len() == right.children().len()
        && same(&mut left.log().iter(), &mut right.log().iter())
        && left
            .children()
            .iter()
            .zip(right.children().iter())
            .all(|(left, right)| same(&mut left.events().iter(), &mut right.events().iter()))
}

/// Returns a recorded history as the service writes it, to be kept in a workspace.
pub fn history_of(imported: &Imported) -> Json {
    as_json(names_of(imported), imported.view())
}

fn names_of(imported: &Imported) -> Names<'_> {
    Names { asides: Some(&imported.asides), ..Names::new(imported.outline(), &imported.identity) }
}

/// Returns the executions of a history as the service writes them.
fn imported(history: &Json) -> Vec<Imported> {
    read_history(text::compact(history).into_bytes(), None).executions
}

fn as_json(names: Names<'_>, view: &LogView) -> Json {
    let mut out = String::new();
    let written: Result<(), std::convert::Infallible> = history(names, view, &mut |piece| {
        out.push_str(piece);
        Ok(())
    });
    let Ok(()) = written;
    text::parse(&out).unwrap_or_default()
}
