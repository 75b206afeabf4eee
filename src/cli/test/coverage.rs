//! `test --coverage`: what all scenarios together go through, machine by machine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::handlers::scenario::Subject;
use crate::session::coverage::{Coverage, Covered};

use super::{Tested, Verdict};

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

/// Returns it with the texts of the definitions.
pub(super) fn views(all: &[(Arc<Subject>, Coverage)]) -> Vec<Covered<'_>> {
    all.iter().map(|(subject, coverage)| view(subject, coverage)).collect()
}

fn view<'a>(subject: &'a Subject, coverage: &'a Coverage) -> Covered<'a> {
    Covered {
        name: &subject.name,
        path: &subject.path,
        text: &subject.text,
        root: &subject.root,
        program: &subject.program,
        coverage,
    }
}
