//! `Document`: what is open. A definition with its text, the input and the mocks to run it with.

use std::sync::Arc;

use crate::asl::Definition;
use crate::asl::document::{Recognised, Source, machines, recognise};
use crate::diagnostic::{Diagnostic, LineIndex};
use crate::json::{Json, source};

/// A definition that is open.
#[derive(Clone, Debug)]
pub struct Document {
    /// The machine's name: that of the file, or its logical name in a template.
    pub name: Arc<str>,
    /// The text that the definition's places refer to.
    pub text: Arc<str>,
    /// Where the lines of the text begin.
    pub lines: Arc<LineIndex>,
    /// The definition as far as it can be understood.
    pub definition: Definition,
    /// Whether the template says that it is an Express machine.
    pub express: bool,
    /// The input to run with.
    pub input: Json,
}

/// What a text turned out to be.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it is.
    pub recognised: Recognised,
    /// The machines in it: one for a definition, any number for a template.
    pub documents: Vec<Document>,
    /// What is wrong with the text as a whole; what is wrong with a machine is in its definition.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file's bytes. `name` is used where the text gives the machine none. Never fails: what is wrong is among the
/// diagnostics.
pub fn open(name: &str, bytes: &[u8]) -> Opened {
    let (root, mut diagnostics) = source::parse_bytes(bytes);
    let Some(root) = root else {
        return Opened { recognised: Recognised::Unknown, documents: Vec::new(), diagnostics };
    };
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let recognised = recognise(&root);
    let (sources, found) = machines(&root, text);
    diagnostics.extend(found);
    let single = sources.len() == 1 && recognised == Recognised::Definition;
    let document = |source: Source| {
        let name = if single { name.into() } else { source.name };
        Document {
            name,
            lines: Arc::new(LineIndex::new(&source.text)),
            text: source.text,
            definition: Definition::read(&source.node),
            express: source.express,
            input: Json::object::<&str>([]),
        }
    };
    Opened { recognised, documents: sources.into_iter().map(document).collect(), diagnostics }
}

/// Returns the name to show for a file: without its folders and without the endings of definitions.
pub fn display_name(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let endings = [".asl.json", ".asl.yaml", ".asl.yml", ".template.json", ".json", ".yaml", ".yml"];
    endings.iter().find_map(|it| file.strip_suffix(it)).filter(|it| !it.is_empty()).unwrap_or(file)
}
