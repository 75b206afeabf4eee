//! Coverage as a file: the ending of its name says in which form.

use std::path::Path;

use crate::json::text;
use crate::session::coverage::{Covered, json, lcov, table};

use super::{Error, files};

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
pub(super) fn form(path: &Path) -> Result<Form, Error> {
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

/// Writes what was counted.
pub(super) fn write(form: Form, path: &Path, all: &[Covered<'_>]) -> Result<(), Error> {
    let content = match form {
        Form::Printed | Form::Text => table(all),
        Form::Json => format!("{}\n", text::pretty(&json(all))),
        Form::Lcov => lcov(all),
    };
    files::write(path, |out| out.write_all(content.as_bytes()))
}
