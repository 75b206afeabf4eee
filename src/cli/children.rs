//! The histories of child executions as files: one each, and a list that says which is whose.

use std::path::Path;

use crate::history::aws::{Names, history};
use crate::json::{Json, text};
use crate::session::{ChildRun, Run};

use super::{Error, files};

/// Writes `<number>.json` for each child execution, in GetExecutionHistory's shape, and `index.json`, one child a line.
pub(super) fn write(run: &Run, folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Error(format!("cannot make the folder {}: {error}", folder.display())))?;
    let outline = &run.program().outline;
    for child in run.children().iter() {
        let identity = child.identity();
        let (names, log) = (Names::new(outline, &identity), child.log(outline));
        files::write(&folder.join(file_name(child)), |out| {
            history(names, log.view(), &mut |piece| out.write_all(piece.as_bytes()))
        })?;
    }
    files::write(&folder.join("index.json"), |out| {
        let mut before = "[\n";
        for child in run.children().iter() {
            write!(out, "{before}{}", text::compact(&entry(run, child)))?;
            before = ",\n";
        }
        out.write_all(if run.children().is_empty() { b"[]\n" } else { b"\n]\n" })
    })
}

fn file_name(child: &ChildRun) -> String {
    format!("{}.json", child.about().id.0)
}

/// Returns what the list says of a child.
fn entry(run: &Run, child: &ChildRun) -> Json {
    let about = child.about();
    let name = |state| Json::from(run.program().outline.name(state));
    let item = |(map, index): &(_, u32)| Json::object([("map", name(*map)), ("index", Json::from(i64::from(*index)))]);
    Json::object([
        ("file", Json::from(file_name(child))),
        ("executionArn", Json::from(child.identity().execution_id)),
        ("mapRunArn", Json::from(&*about.run.arn)),
        ("map", name(about.map())),
        ("index", Json::from(i64::from(about.index))),
        ("iterations", Json::array(about.path.iter().map(item))),
        ("status", Json::from(child.status().name())),
    ])
}
