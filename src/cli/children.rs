//! The histories of nested executions and of child executions as files: one each, and a list that says which is whose.

use std::path::Path;

use crate::handlers::Nested;
use crate::history::aws::{Names, history};
use crate::json::{Json, text};
use crate::session::{ChildRun, Run};

use super::{Error, files};

/// Writes `<number>.json` for each child execution and `nested-<number>.json` for each nested one, in
/// GetExecutionHistory's shape, and `index.json`, one execution a line.
pub(super) fn write(run: &Run, nested: &[Nested], folder: &Path) -> Result<(), Error> {
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
    for (number, nested) in (1..).zip(nested) {
        let names = Names::new(&nested.run.program().outline, &nested.run.journal().spec.identity);
        files::write(&folder.join(nested_name(number)), |out| {
            history(names, nested.run.log(), &mut |piece| out.write_all(piece.as_bytes()))
        })?;
    }
    let children = run.children().iter().map(|it| entry(run, it));
    let nested = (1..).zip(nested).map(|(number, it)| nested_entry(number, it));
    let lines: Vec<String> = children.chain(nested).map(|it| text::compact(&it)).collect();
    files::write(&folder.join("index.json"), |out| writeln!(out, "[\n{}\n]", lines.join(",\n")))
}

fn nested_name(number: u32) -> String {
    format!("nested-{number}.json")
}

/// Returns what the list says of a nested execution.
fn nested_entry(number: u32, nested: &Nested) -> Json {
    Json::object([
        ("file", Json::from(nested_name(number))),
        ("executionArn", nested.run.journal().spec.identity.execution_id.clone().into()),
        ("machine", nested.machine.clone().into()),
        ("startedBy", nested.call.name.clone().into()),
        ("depth", Json::from(nested.depth as i64)),
        ("status", nested.run.status().name().into()),
    ])
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
