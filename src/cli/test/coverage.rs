//! `test --coverage`: what all scenarios together go through, machine by machine, in the form that the ending asks for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::Error;
use crate::handlers::scenario::Subject;
use crate::json::{Json, text};
use crate::session::coverage::{self, Coverage, Covered};

use super::{Tested, Verdict};

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A table with what is missing, on standard output.
    Printed,
    /// The same in a file.
    Text,
    Json,
    Lcov,
}

/// Returns the form that the name of a file asks for.
pub(super) fn target(path: &Path) -> Result<Form, Error> {
    if path.as_os_str() == "-" {
        return Ok(Form::Printed);
    }
    match path.extension().map(|it| it.to_string_lossy().to_lowercase()).as_deref() {
        Some("json") => Ok(Form::Json),
        Some("info" | "lcov") => Ok(Form::Lcov),
        Some("txt") => Ok(Form::Text),
        _ => Err(Error(format!("{}: the ending says no form; name it .json, .info, .lcov or .txt", path.display()))),
    }
}

/// Adds up what runs of the same definition went through, in the order of the definitions' paths.
pub(super) fn gather(tested: &[Tested]) -> Vec<(Arc<Subject>, Coverage)> {
    type Key = (PathBuf, String, Arc<str>);
    let mut found: BTreeMap<Key, (Arc<Subject>, Coverage)> = BTreeMap::new();
    for row in tested.iter().flat_map(|it| &it.rows) {
        let Verdict::Ran(ran) = &row.verdict else { continue };
        let Some(coverage) = &ran.coverage else { continue };
        let subject = &ran.subject;
        let key = (subject.path.clone(), subject.pointer.clone(), Arc::clone(&subject.name));
        found.entry(key).or_insert_with(|| (Arc::clone(subject), Coverage::default())).1.merge(coverage);
    }
    found.into_values().collect()
}

fn views(all: &[(Arc<Subject>, Coverage)]) -> Vec<Covered<'_>> {
    all.iter()
        .map(|(subject, coverage)| Covered {
            name: &subject.name,
            path: &subject.path,
            text: &subject.text,
            root: &subject.root,
            program: &subject.program,
            coverage,
        })
        .collect()
}

pub(super) fn short(all: &[(Arc<Subject>, Coverage)]) -> String {
    coverage::short(&views(all))
}

pub(super) fn json(all: &[(Arc<Subject>, Coverage)]) -> Json {
    coverage::json(&views(all))
}

pub(super) fn render(form: Form, all: &[(Arc<Subject>, Coverage)]) -> String {
    let views = views(all);
    match form {
        Form::Printed | Form::Text => coverage::table(&views),
        Form::Json => format!("{}\n", text::pretty(&coverage::json(&views))),
        Form::Lcov => coverage::lcov(&views),
    }
}
