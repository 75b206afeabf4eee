//! The state machines that tasks may start, read from `--machine-file`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::handlers::{Mocks, Startable};
use crate::session::document::display_name;

use super::run::read_mock_file;
use super::{Error, files, render, say};

/// Reads each `[NAME=]FILE`; `None` where a definition or its mocks are not sound, which has been said then.
pub(super) fn machines(given: &[String]) -> Result<Option<BTreeMap<Arc<str>, Startable>>, Error> {
    let mut machines = BTreeMap::new();
    for argument in given {
        let (name, path) = match argument.split_once('=') {
            Some((name, path)) => (Some(name), PathBuf::from(path)),
            None => (None, PathBuf::from(argument)),
        };
        let opened = files::read_machines(&path)?;
        let shown = path.display().to_string();
        let document = files::pick(&opened, name, &path)?;
        let Some((document, program)) = document.and_then(|it| Some((it, it.definition.program.as_ref()?))) else {
            let found = document.map_or(&opened.diagnostics, |it| &it.definition.diagnostics);
            say::err(&render::diagnostics(found, document.map_or(&opened.text, |it| &it.text), &shown));
            say::err(&format!("stepscope: {shown} has no definition that can be run; see above\n"));
            return Ok(None);
        };
        let Some(mocks) = mocks_beside(&path)? else { return Ok(None) };
        let name = name.map_or_else(|| Arc::clone(&document.name), Arc::from);
        let (program, express, mocks) = (Arc::clone(program), document.express, Arc::new(mocks));
        machines.insert(name, Startable { program, express, mocks });
    }
    Ok(Some(machines))
}

/// Reads the mocks beside a definition, if there are any.
fn mocks_beside(path: &Path) -> Result<Option<Mocks>, Error> {
    let file = path.with_file_name(format!("{}.mocks.json", display_name(&path.to_string_lossy())));
    if file.is_file() { read_mock_file(&file, None) } else { Ok(Some(Mocks::default())) }
}
