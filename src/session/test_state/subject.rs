//! The state under test: found in the definition, compiled, and refused as the service refuses definitions.
//!
//! A state that comes alone is given a machine around it, in which it is called `StateName` (recorded in the places that
//! refusals name); whatever it leads to is a state there that ends.

use std::sync::Arc;

use crate::asl::program::{Action, Dataset, Distributed, Map, Mode, Resource};
use crate::asl::{Definition, Outline, Program, StateId, StateKind, about_text};
use crate::diagnostic::{Diagnostic, Severity};
use crate::items::{Format, Load};
use crate::json::source::{self, Member, Node, Value};
use crate::json::text;

use super::{Refusal, Untested};

/// What a state is called that comes without a name; the context object calls every state under test so (recorded).
pub(super) const NAME: &str = "StateName";

/// A compiled definition and the state in it that is tested.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) program: Arc<Program>,
    pub(super) state: StateId,
    pub(super) kind: StateKind,
}

/// Reads `definition`: a machine where `name` says which of its states is meant, otherwise a state.
pub(super) fn read(definition: &str, name: Option<&str>) -> Result<Subject, Untested> {
    let root = parse(definition)?;
    let root = if name.is_some() { root } else { alone(root) };
    let read = Definition::read(&root);
    let errors: Vec<&Diagnostic> = read.diagnostics.iter().filter(|it| it.severity == Severity::Error).collect();
    if !errors.is_empty() {
        return Err(invalid(&errors.iter().map(|it| sentence(it)).collect::<Vec<_>>().join(", ")).into());
    }
    let Some(program) = read.program else {
        let findings: Vec<String> = read.diagnostics.iter().map(Diagnostic::full_message).collect();
        return Err(Untested::Unsupported(findings.join("; ")));
    };
    let wanted = name.unwrap_or(NAME);
    let found = read.outline.states.iter().position(|it| &*it.name == wanted);
    let Some(idx) = found else {
        return Err(Refusal::validation(format!("The definition has no state '{wanted}'")).into());
    };
    let of_outline = &read.outline.states[idx];
    let kind = of_outline.kind.expect("a definition without errors has types");
    Ok(Subject { program, state: StateId(idx as u32), kind })
}

impl Subject {
    /// Returns what a Task calls; `None` for other states.
    pub(super) fn resource(&self) -> Option<&Resource> {
        match &self.program.state(self.state).action {
            Action::Task(task) => Some(&task.resource),
            _ => None,
        }
    }

    /// Whether a Map reads items from where an `ItemsPointer` leads.
    pub(super) fn points(&self) -> bool {
        let reader = self.distributed().and_then(|it| it.reader.as_ref());
        let format = reader.and_then(|it| match &it.dataset {
            Dataset::Object(Load::Items(format) | Load::AthenaData(format)) | Dataset::Listing(Some(format)) => {
                Some(format)
            }
            Dataset::Object(Load::Inventory(..)) | Dataset::Listing(None) => None,
        });
        matches!(format, Some(Format::Json { pointer }) if !pointer.is_empty())
    }

    /// Whether a Map writes its results to S3, so that its own result is no list.
    pub(super) fn writes_results(&self) -> bool {
        let writer = self.distributed().and_then(|it| it.writer.as_ref());
        writer.is_some_and(|it| it.parameters.is_some())
    }

    fn distributed(&self) -> Option<&Distributed> {
        match &self.program.state(self.state).action {
            Action::Map(Map { mode: Mode::Distributed(it), .. }) => Some(it),
            _ => None,
        }
    }

    /// Whether `name` is a state inside this Map or Parallel, at any depth.
    pub(super) fn has_inside(&self, name: &str) -> bool {
        is_inside(&self.program.outline, self.state, name)
    }
}

fn is_inside(outline: &Outline, state: StateId, name: &str) -> bool {
    let scopes = outline.states[state.idx()].inner.iter();
    let states = scopes.flat_map(|it| &outline.scopes[it.idx()].states);
    states.into_iter().any(|it| &*outline.states[it.idx()].name == name || is_inside(outline, *it, name))
}

fn parse(definition: &str) -> Result<Node, Refusal> {
    let (root, _) = source::parse(definition);
    // The service reads strict JSON: no comments, no YAML.
    match (text::parse(definition), root) {
        (Ok(_), Some(root)) if matches!(root.value, Value::Object(_)) => Ok(root),
        (read, root) => {
            let known = about_text(definition, root.as_ref());
            Err(invalid(&known.unwrap_or_else(|| match read {
                Err(error) => format!("INVALID_JSON_DESCRIPTION: {error}"),
                Ok(_) => "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object".to_owned(),
            })))
        }
    }
}

/// Puts a machine around a state.
fn alone(state: Node) -> Node {
    let span = state.span;
    let string = |text: &str| Node::new(span, Value::String(text.into()));
    let object = |members: Vec<(&str, Node)>| {
        let member = |(name, value): (&str, Node)| Member { name: name.into(), name_span: span, value };
        Node::new(span, Value::Object(members.into_iter().map(member).collect()))
    };
    let mut names: Vec<Arc<str>> = targets(&state);
    names.sort();
    names.dedup();
    let ends = names.iter().filter(|it| &***it != NAME).map(|it| (&**it, object(vec![("Type", string("Succeed"))])));
    let states = object(std::iter::once((NAME, state)).chain(ends).collect());
    object(vec![("StartAt", string(NAME)), ("States", states)])
}

/// Returns the names of the states that a state leads to.
fn targets(state: &Node) -> Vec<Arc<str>> {
    let own = [state.get("Next"), state.get("Default")];
    let lists = [state.get("Choices"), state.get("Catch")];
    let listed = lists.into_iter().flatten().flat_map(Node::items).map(|it| it.get("Next"));
    own.into_iter().chain(listed).flatten().filter_map(Node::as_str).map(Arc::from).collect()
}

/// Returns what the service says of a finding, or something of its form where that has not been recorded.
fn sentence(finding: &Diagnostic) -> String {
    finding.service.clone().unwrap_or_else(|| {
        let place = if finding.pointer.is_empty() { "/" } else { &finding.pointer };
        format!("SCHEMA_VALIDATION_FAILED: {} at {place}", finding.message)
    })
}

fn invalid(what: &str) -> Refusal {
    Refusal::new("InvalidDefinition", format!("Invalid State Machine Definition: '{what}'"))
}
