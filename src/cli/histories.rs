//! Recorded histories on the command line: reading one, and saying what its file does not say.

use std::path::Path;
use std::sync::Arc;

use crate::asl::Outline;
use crate::diagnostic::has_errors;
use crate::history::read::{Imported, Reading, read};

use super::{Error, files, render, say};

/// Reads the history in a file, with the states of a definition or those that its events name.
///
/// Of a log with several executions `execution` names one, by its ARN or the end of it. What the file does not say goes
/// to standard error.
pub(super) fn load(path: &Path, definition: Option<&Arc<Outline>>, execution: Option<&str>) -> Result<Imported, Error> {
    pick(read(files::read(path)?, definition), path, execution)
}

/// Picks the execution that is asked for, or the only one.
pub(super) fn pick(reading: Reading, path: &Path, execution: Option<&str>) -> Result<Imported, Error> {
    let shown = path.display().to_string();
    say::err(&render::diagnostics(&reading.diagnostics, "", &shown));
    if has_errors(&reading.diagnostics) {
        return Err(Error(format!("{shown} cannot be read as an execution history; see above")));
    }
    let named = |it: &Imported| it.execution_arn.as_deref().unwrap_or_default().to_owned();
    let names = || reading.executions.iter().map(named).collect::<Vec<_>>().join("\n  ");
    let n_executions = reading.executions.len();
    let found = match execution {
        None if n_executions > 1 => {
            let message = format!("{shown} has {n_executions} executions; pick one by --execution:\n  {}", names());
            return Err(Error(message));
        }
        None => reading.executions.first(),
        Some(wanted) => reading.executions.iter().find(|it| named(it).ends_with(wanted)),
    };
    let Some(imported) = found else {
        let wanted = execution.unwrap_or_default();
        return Err(Error(format!("{shown} has no execution {wanted:?}; it has:\n  {}", names())));
    };
    say::err(&render::diagnostics(&imported.notes, "", &shown));
    Ok(imported.clone())
}
