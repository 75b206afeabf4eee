//! Reading a workspace. What is wrong is said with its place, and everything else is there all the same.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Program;
use crate::asl::program::Written;
use crate::diagnostic::Diagnostic;
use crate::engine::Quotas;
use crate::json::source::{Node, Value, parse_bytes};
use crate::json::text;

use super::super::document::open;
use super::super::journal::Journal;
use super::action::{Taken, Wrong, need, take_action, take_payload, take_start, take_text, take_u32, take_whole};
use super::{Kept, MARK, Made, Named, Past, Place, VERSION, Workspace};

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The workspace as far as it could be read; `None` where the text is none that this program reads.
    pub workspace: Option<Workspace>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the bytes of a workspace file. Never fails: what is wrong is among the diagnostics.
pub fn read(bytes: &[u8]) -> Read {
    let (root, diagnostics) = parse_bytes(bytes);
    let mut reader = Reader { diagnostics, texts: Vec::new() };
    let workspace = root.as_ref().and_then(|root| reader.workspace(root));
    Read { workspace, diagnostics: reader.diagnostics }
}

/// Returns the program of a text; `None` where it cannot be run.
pub(super) fn program(written: &Written) -> Option<Arc<Program>> {
    let opened = open(&written.name, written.text.as_bytes());
    let named = opened.documents.iter().find(|it| it.name == written.name);
    let document = named.or(opened.documents.first())?;
    let mut program = Arc::clone(document.definition.program.as_ref()?);
    // A text that was part of a template does not say itself whether it is Express.
    Arc::make_mut(&mut program).written = Arc::new(written.clone());
    Some(program)
}

struct Reader {
    diagnostics: Vec<Diagnostic>,
    texts: Vec<Arc<Written>>,
}

impl Reader {
    fn workspace(&mut self, root: &Node) -> Option<Workspace> {
        let version = match root.get(MARK).map(take_whole) {
            None => {
                let message = format!("no workspace: it has no member {MARK:?}");
                let help = "open a file that `Save workspace` has written";
                self.diagnostics.push(Diagnostic::error("WSP001", message).at("", root.span).help(help));
                return None;
            }
            Some(Err(wrong)) => {
                self.wrong(&wrong, "its version cannot be read");
                1
            }
            Some(Ok(version)) => version,
        };
        if version > VERSION as u64 {
            let message = format!("the workspace has version {version}, and this program reads up to {VERSION}");
            let help = "open it with a newer Stepscope, or ask its author to export the histories";
            self.diagnostics.push(Diagnostic::error("WSP002", message).at(format!("/{MARK}"), root.span).help(help));
            return None;
        }
        self.texts = root.get("texts").map(Node::items).unwrap_or_default().iter().map(text_of).collect();
        let definition = root.get("definition");
        let member = |name: &str| definition.and_then(|it| it.get(name));
        let mut workspace = Workspace {
            path: member("path").and_then(Node::as_str).map(str::to_owned),
            edited: member("edited").is_some_and(is_true),
            s3: root.get("s3").and_then(Node::as_str).map(str::to_owned),
            quotas: match root.get("quotas").and_then(Node::as_str) {
                Some("off") => Quotas::Off,
                _ => Quotas::Aws,
            },
            note: root.get("note").map(joined).unwrap_or_default(),
            ..Workspace::default()
        };
        let text = |name: &str| member(name).map(take_u32)?.ok().and_then(|it| self.texts.get(it as usize)).cloned();
        workspace.saved = text("saved");
        match text("text") {
            Some(written) => workspace.definition = written,
            None => {
                self.lost(definition.unwrap_or(root), "the text of the definition is missing", "open the definition");
            }
        }
        if let Some(seed) = root.get("seed") {
            workspace.seed = self.or_default(take_whole(seed), "the seed is 0 instead");
        }
        (workspace.inputs, workspace.input) = self.named(root, "inputs", "input");
        (workspace.mocks, workspace.mocks_in_use) = self.named(root, "mocks", "mocks");
        let texts = |name: &str| root.get(name).map(Node::items).unwrap_or_default();
        workspace.redact = texts("redact").iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
        for node in texts("breakpoints") {
            match serde_json::from_str(&text::compact(&node.to_json())) {
                Ok(breakpoint) => workspace.breakpoints.push(breakpoint),
                Err(error) => self.lost(node, &format!("a breakpoint cannot be read: {error}"), "set it again"),
            }
        }
        self.runs(texts("runs"), &mut workspace.runs);
        workspace.place = root.get("place").map(place).unwrap_or_default();
        Some(workspace)
    }

    fn named(&mut self, root: &Node, list: &str, what: &str) -> (Vec<Named>, Option<usize>) {
        let (mut values, mut in_use) = (Vec::new(), None);
        for node in root.get(list).map(Node::items).unwrap_or_default() {
            let named = || -> Taken<'_, Named> {
                Ok(Named {
                    name: take_text(need(node, "name")?)?.to_owned(),
                    value: take_payload(need(node, "value")?)?,
                })
            };
            match named() {
                Ok(named) => {
                    if node.get("inUse").is_some_and(is_true) {
                        in_use = Some(values.len());
                    }
                    values.push(named);
                }
                Err(wrong) => self.wrong(&wrong, &format!("this {what} is left out")),
            }
        }
        (values, in_use)
    }

    /// Reads the runs. One that cannot be read keeps its place, as a history of nothing, so that places stay right.
    fn runs(&mut self, nodes: &[Node], runs: &mut Vec<Kept>) {
        let texts = self.texts.clone();
        // Most workspaces have no run that changed its definition on the way; what is asked for is read once.
        let programs: Vec<OnceCell<Option<Arc<Program>>>> = texts.iter().map(|_| OnceCell::new()).collect();
        let of_text = |place: usize| programs.get(place)?.get_or_init(|| program(&texts[place])).clone();
        for node in nodes {
            let name = node.get("name").and_then(Node::as_str).unwrap_or("Run").to_owned();
            let past = past(node, &texts, runs, &of_text).unwrap_or_else(|wrong| {
                self.wrong(&wrong, &format!("{name} cannot be done again"));
                Past::History(crate::json::Json::Null)
            });
            let from = node.get("fork").and_then(|it| {
                let of = take_u32(it.get("of")?).ok()? as usize;
                (of < runs.len()).then_some((of, take_u32(it.get("at")?).ok()?))
            });
            let notes = node.get("notes").map(Node::members).unwrap_or_default().iter();
            let notes = notes.filter_map(|it| Some((it.name.parse().ok()?, joined(&it.value))));
            let notes: BTreeMap<u32, String> = notes.collect();
            runs.push(Kept { name, past, note: node.get("note").map(joined).unwrap_or_default(), notes, from });
        }
    }

    fn or_default<T: Default>(&mut self, taken: Taken<'_, T>, instead: &str) -> T {
        taken.unwrap_or_else(|wrong| {
            self.wrong(&wrong, instead);
            T::default()
        })
    }

    fn wrong(&mut self, wrong: &Wrong<'_>, instead: &str) {
        self.lost(wrong.at, &format!("{}; {instead}", wrong.what), "mend the place, or go on without it");
    }

    fn lost(&mut self, at: &Node, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic::warning("WSP003", message).at("", at.span).help(help));
    }
}

fn past<'a>(
    node: &'a Node,
    texts: &[Arc<Written>],
    earlier: &[Kept],
    of_text: &dyn Fn(usize) -> Option<Arc<Program>>,
) -> Taken<'a, Past> {
    if let Some(path) = node.get("file") {
        return Ok(Past::File(take_text(path)?.to_owned()));
    }
    if let Some(history) = node.get("history") {
        return Ok(Past::History(history.to_json()));
    }
    let text = need(node, "text")?;
    let written = texts.get(take_u32(text)? as usize);
    let written = written.ok_or_else(|| Wrong { at: text, what: "there is no such text".to_owned() })?;
    let shares = node.get("fork").and_then(|it| Some((it.get("of")?, it.get("shares")?)));
    let mut journal = match shares {
        None => Journal { spec: Arc::new(take_start(need(node, "start")?)?), actions: Vec::new() },
        Some((of, shares)) => {
            let parent = earlier.get(take_u32(of)? as usize).map(|it| &it.past);
            let Some(Past::Journal(parent)) = parent else {
                return Err(Wrong { at: of, what: "the run that it was forked from cannot be done again".to_owned() });
            };
            let n_shared = take_u32(shares)? as usize;
            let shared = parent.journal.actions.get(..n_shared);
            let shared = shared.ok_or_else(|| Wrong { at: shares, what: "its run has fewer actions".to_owned() })?;
            Journal { spec: Arc::clone(&parent.journal.spec), actions: shared.to_vec() }
        }
    };
    for line in node.get("actions").map(Node::items).unwrap_or_default() {
        let (tick, action) = take_action(line, of_text)?;
        if journal.actions.last().is_some_and(|(last, _)| *last >= tick) {
            return Err(Wrong { at: line, what: "actions are not in order".to_owned() });
        }
        journal.actions.push((tick, action));
    }
    let n_events = node.get("events").map_or(Ok(0), take_u32)? as usize;
    let n_actions = take_whole(need(node, "steps")?)?;
    Ok(Past::Journal(Arc::new(Made { written: Arc::clone(written), journal, n_actions, n_events })))
}

fn text_of(node: &Node) -> Arc<Written> {
    let name = node.get("name").and_then(Node::as_str).unwrap_or("workflow").into();
    let express = node.get("express").is_some_and(is_true);
    Arc::new(Written { name, text: node.get("text").map(joined).unwrap_or_default().into(), express })
}

fn place(node: &Node) -> Place {
    let number = |name: &str| node.get(name).and_then(|it| take_u32(it).ok());
    Place {
        run: number("run").map(|it| it as usize),
        event: number("event"),
        state: node.get("state").and_then(Node::as_str).map(str::to_owned),
    }
}

fn is_true(node: &Node) -> bool {
    matches!(node.value, Value::Bool(true))
}

/// Reads a text that may stand by its lines.
fn joined(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.to_string(),
        Value::Array(lines) => lines.iter().filter_map(Node::as_str).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}
