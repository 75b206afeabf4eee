//! Redaction on the command line: a history or a workspace without the fields that must not be seen.

use crate::history::read::Imported;
use crate::json::Json;
use crate::session::workspace::redact::{Pattern, Redactor};
use crate::session::workspace::{Past, Workspace, read};

use super::args::ExportOptions;
use super::{Error, Exit, files, render, say};

/// Reads the fields that are named.
fn patterns(named: &[String]) -> Result<Vec<Pattern>, Error> {
    named.iter().map(|it| Pattern::parse(it).map_err(Error)).collect()
}

/// Returns the history without the fields, and says how many values they had.
pub(super) fn history(options: &ExportOptions, imported: Imported) -> Result<Imported, Error> {
    if options.redact.is_empty() {
        return Ok(imported);
    }
    let (redacted, n_values) = Redactor::new(patterns(&options.redact)?).imported(&imported);
    say::err(&count(n_values));
    Ok(redacted)
}

/// Writes a workspace without the fields, and without those that it names itself.
pub(super) fn workspace(options: &ExportOptions, bytes: &[u8], ending: &str) -> Result<Exit, Error> {
    let shown = options.file.display().to_string();
    if ending != "json" {
        let to = options.to.display();
        return Err(Error(format!("cannot tell what to write to {to}; a workspace can become .json")));
    }
    let found = read(bytes);
    let text = String::from_utf8_lossy(bytes);
    say::err(&render::diagnostics(&found.diagnostics, &text, &shown));
    let Some(mut workspace) = found.workspace else { return Ok(Exit::Invalid) };
    for named in &options.redact {
        if !workspace.redact.contains(named) {
            workspace.redact.push(named.clone());
        }
    }
    take_along(options, &mut workspace)?;
    let redacted = workspace.redacted(patterns(&workspace.redact)?);
    for note in &redacted.notes {
        say::err(&format!("stepscope: {note}\n"));
    }
    say::err(&count(redacted.n_values));
    files::write(&options.to, |out| out.write_all(redacted.workspace.write().as_bytes()))?;
    Ok(Exit::Done)
}

/// Puts histories that are in files of their own into the workspace, so that they can be redacted and sent with it.
fn take_along(options: &ExportOptions, workspace: &mut Workspace) -> Result<(), Error> {
    let folder = options.file.parent().map(std::path::Path::to_owned).unwrap_or_default();
    for kept in &mut workspace.runs {
        let Past::File(path) = &kept.past else { continue };
        let reading = crate::history::read::read(files::read(&folder.join(path))?, None);
        let history = reading.executions.first().map(crate::session::workspace::history_of);
        kept.past = Past::History(history.unwrap_or(Json::Null));
    }
    Ok(())
}

fn count(n_values: usize) -> String {
    match n_values {
        0 => "stepscope: no field fits, nothing is redacted\n".to_owned(),
        1 => "stepscope: 1 value is redacted\n".to_owned(),
        n => format!("stepscope: {n} values are redacted\n"),
    }
}
