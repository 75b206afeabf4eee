//! Writing a workspace: everything in a fixed order, texts by their lines, forks by what they add.

use std::sync::Arc;

use crate::asl::program::Written;
use crate::engine::Quotas;
use crate::json::{Json, Object, text};

use super::super::breakpoint::Breakpoint;
use super::super::restore::n_shared;
use super::action::{action, payload, start, whole};
use super::layout::print;
use super::{Kept, MARK, Made, Named, Past, VERSION, Workspace};

/// The texts that runs and the screen refer to by their places.
#[derive(Default)]
struct Texts(Vec<Arc<Written>>);

impl Texts {
    fn place(&mut self, written: &Arc<Written>) -> usize {
        let known = self.0.iter().position(|it| it == written);
        known.unwrap_or_else(|| {
            self.0.push(Arc::clone(written));
            self.0.len() - 1
        })
    }
}

pub(super) fn write(workspace: &Workspace) -> String {
    let mut texts = Texts::default();
    let mut members = Object::from_iter([(MARK.into(), Json::from(VERSION))]);
    members.set("definition", definition(workspace, &mut texts));
    members.set("seed", whole(workspace.seed));
    if workspace.quotas == Quotas::Off {
        members.set("quotas", Json::from("off"));
    }
    members.set("place", place(workspace));
    set_text(&mut members, "note", &workspace.note);
    if !workspace.redact.is_empty() {
        members.set("redact", Json::array(workspace.redact.iter().map(|it| Json::from(it.as_str()))));
    }
    members.set("inputs", named(&workspace.inputs, workspace.input));
    members.set("mocks", named(&workspace.mocks, workspace.mocks_in_use));
    if let Some(s3) = &workspace.s3 {
        members.set("s3", Json::from(s3.as_str()));
    }
    members.set("breakpoints", Json::array(workspace.breakpoints.iter().filter_map(breakpoint)));
    let runs = workspace.runs.iter().map(|it| run(workspace, it, &mut texts));
    let runs = Json::array(runs.collect::<Vec<_>>());
    members.set("runs", runs);
    members.set("texts", Json::array(texts.0.iter().map(|it| lines(it))));
    print(&Json::Object(members))
}

/// Sets a text by its lines; nothing where it is empty.
fn set_text(members: &mut Object, name: &str, value: &str) {
    if !value.is_empty() {
        members.set(name, by_lines(value));
    }
}

/// Returns a text as it stands, or by its lines where it has several.
fn by_lines(value: &str) -> Json {
    if value.contains('\n') { Json::array(value.split('\n').map(Json::from)) } else { Json::from(value) }
}

fn lines(written: &Written) -> Json {
    let mut members = Object::from_iter([("name".into(), Json::String(Arc::clone(&written.name)))]);
    if written.express {
        members.set("express", Json::from(true));
    }
    members.set("text", by_lines(&written.text));
    Json::Object(members)
}

fn definition(workspace: &Workspace, texts: &mut Texts) -> Json {
    let mut members = Object::from_iter([]);
    if let Some(path) = &workspace.path {
        members.set("path", Json::from(path.as_str()));
    }
    if workspace.edited {
        members.set("edited", Json::from(true));
    }
    members.set("text", Json::from(texts.place(&workspace.definition) as i64));
    if let Some(saved) = &workspace.saved {
        members.set("saved", Json::from(texts.place(saved) as i64));
    }
    Json::Object(members)
}

fn place(workspace: &Workspace) -> Json {
    let place = &workspace.place;
    let mut members = Object::from_iter([]);
    if let Some(run) = place.run {
        members.set("run", Json::from(run as i64));
    }
    if let Some(event) = place.event {
        members.set("event", Json::from(i64::from(event)));
    }
    if let Some(state) = &place.state {
        members.set("state", Json::from(state.as_str()));
    }
    Json::Object(members)
}

fn named(values: &[Named], in_use: Option<usize>) -> Json {
    let entry = |(idx, it): (usize, &Named)| {
        let mut members = Object::from_iter([("name".into(), Json::from(it.name.as_str()))]);
        if in_use == Some(idx) {
            members.set("inUse", Json::from(true));
        }
        members.set("value", payload(&it.value));
        Json::Object(members)
    };
    Json::array(values.iter().enumerate().map(entry))
}

/// Breakpoints have a form of their own, which names only what was chosen.
fn breakpoint(breakpoint: &Breakpoint) -> Option<Json> {
    text::parse(&serde_json::to_string(breakpoint).ok()?).ok()
}

fn run(workspace: &Workspace, kept: &Kept, texts: &mut Texts) -> Json {
    let mut members = Object::from_iter([("name".into(), Json::from(kept.name.as_str()))]);
    set_text(&mut members, "note", &kept.note);
    if !kept.notes.is_empty() {
        let notes = kept.notes.iter().map(|(event, note)| (event.to_string(), by_lines(note)));
        members.set("notes", Json::object(notes));
    }
    let parent = kept.from.and_then(|(of, _)| workspace.runs.get(of));
    let shared = match (&kept.past, parent.map(|it| &it.past)) {
        (Past::Journal(made), Some(Past::Journal(parent))) => shared(parent, made),
        _ => None,
    };
    if let Some((of, at)) = kept.from {
        let mut fork = vec![("of", Json::from(of as i64)), ("at", Json::from(i64::from(at)))];
        fork.extend(shared.map(|it| ("shares", Json::from(it as i64))));
        members.set("fork", Json::object(fork));
    }
    match &kept.past {
        Past::File(path) => members.set("file", Json::from(path.as_str())),
        Past::History(history) => members.set("history", history.clone()),
        Past::Journal(made) => {
            members.set("text", Json::from(texts.place(&made.written) as i64));
            members.set("steps", whole(made.n_actions));
            members.set("events", Json::from(made.n_events as i64));
            if shared.is_none() {
                members.set("start", start(&made.journal.spec));
            }
            let own = &made.journal.actions[shared.unwrap_or(0)..];
            let mut place = |it: &crate::asl::Program| texts.place(&it.written);
            members.set("actions", Json::array(own.iter().map(|(tick, it)| action(*tick, it, &mut place))));
        }
    }
    Json::Object(members)
}

/// Returns how many actions a fork has from the run that it was forked from; `None` where it began differently.
fn shared(parent: &Made, fork: &Made) -> Option<usize> {
    let same_start = parent.journal.spec == fork.journal.spec && parent.written == fork.written;
    same_start.then(|| n_shared(&parent.journal.actions, &fork.journal.actions))
}
