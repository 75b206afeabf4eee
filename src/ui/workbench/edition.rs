//! `Edition`: the definition as it was at some time, with what panels show of it. A run keeps the one that it ran with,
//! so that its graph and text are right however often the file has changed since.

use std::sync::Arc;

use crate::asl::{Definition, Outline, Program, ScopeId, State, StateId};
use crate::diagnostic::Diagnostic;
use crate::session::Document;
use crate::ui::bind;
use crate::ui::graph::model::GraphModel;
use crate::ui::problems::Problem;
use crate::ui::widgets::code::Code;

/// One edition of the definition.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The definition.
    pub document: Arc<Document>,
    /// Its text.
    pub code: Code,
    /// Its problems.
    pub problems: Vec<Problem>,
    /// Its states and edges.
    pub model: Arc<GraphModel>,
    /// Whether it is only what the events of a history tell; there is no text then.
    pub drawn: bool,
}

impl Edition {
    /// Returns the edition of a document. `found` are the problems of the file around it.
    pub fn new(document: Document, found: &[Diagnostic]) -> Self {
        let document = Arc::new(document);
        let model = bind::graph::shared(&document.definition.outline);
        let code = Code::new(Arc::clone(&document.text));
        let mut problems = unplaced(found);
        problems.extend(document.problems().into_iter().map(|it| problem(&document, it)));
        Self { document, code, problems, model, drawn: false }
    }

    /// Returns what the events of a history tell of the definition that ran. `notes` say what its file lacks.
    pub fn drawn(name: &str, outline: &Arc<Outline>, notes: &[Diagnostic]) -> Self {
        Self { drawn: true, ..Self::new(Document::drawn(name, outline), notes) }
    }

    /// Returns the same edition for a run that goes on by `program`, in which its states have other ids
    /// ([`Program::numbered_like`]).
    pub fn numbered_as(&self, program: &Arc<Program>) -> Self {
        let outline = Arc::clone(&program.outline);
        let definition = Definition { outline, program: Some(Arc::clone(program)), ..self.document.definition.clone() };
        let document = Document { definition, ..(*self.document).clone() };
        let model = bind::graph::shared(&document.definition.outline);
        Self { document: Arc::new(document), model, ..self.clone() }
    }

    /// Whether both are of the same text.
    pub fn reads_like(&self, other: &Self) -> bool {
        self.document.text == other.document.text
    }

    /// Whether it is a definition that was another one than `newest`, and not one drawn from a history.
    pub fn is_older_than(&self, newest: &Self) -> bool {
        !self.drawn && !newest.drawn && !self.reads_like(newest)
    }

    /// Returns the states that the definition has, not those that only runs of it have had.
    pub fn states(&self) -> impl Iterator<Item = (StateId, &State)> {
        self.document.definition.outline.iter().filter(|(_, it)| it.scope != ScopeId::GONE)
    }

    /// Returns the state of this name that stands like `state` of `other`: as the same one among those of its name.
    pub fn same_state(&self, other: &Self, state: StateId) -> Option<StateId> {
        let name = &other.document.definition.outline.state(state)?.name;
        let nth = other.states().filter(|(_, it)| it.name == *name).position(|(id, _)| id == state)?;
        self.states().filter(|(_, it)| it.name == *name).map(|(id, _)| id).nth(nth)
    }
}

/// Returns problems whose places are in another text, or nowhere.
pub(super) fn unplaced(found: &[Diagnostic]) -> Vec<Problem> {
    found.iter().map(|it| Problem { diagnostic: it.clone(), place: None, state: None }).collect()
}

fn problem(document: &Document, diagnostic: &Diagnostic) -> Problem {
    let place = diagnostic.span.map(|it| document.lines.line_column(&document.text, it.start));
    let outline = &document.definition.outline;
    let holds = |pointer: &str| {
        diagnostic.pointer.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let state = outline.iter().filter(|(_, it)| holds(&it.pointer)).last().map(|(_, it)| it.name.to_string());
    Problem { diagnostic: diagnostic.clone(), place, state }
}
