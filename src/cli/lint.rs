//! `stepscope lint`: what is wrong with definitions.

use crate::asl::express;
use crate::diagnostic::{Diagnostic, LineIndex, Severity};
use crate::json::{Json, text};

use super::args::{LintFormat, LintOptions, MachineType};
use super::{Error, Exit, files, render, say};

/// One text and what is wrong with it.
struct Findings {
    path: String,
    text: String,
    found: Vec<Diagnostic>,
}

pub(super) fn lint(options: &LintOptions) -> Result<Exit, Error> {
    let mut all = Vec::new();
    for path in &options.definitions {
        let opened = files::read_machines(path)?;
        let shown = path.display().to_string();
        all.push(Findings { path: shown.clone(), text: opened.text.to_string(), found: opened.diagnostics });
        for document in &opened.documents {
            let mut found = document.definition.diagnostics.clone();
            if options.kind == Some(MachineType::Express) && !document.express {
                found.extend(express(&document.definition.outline));
            }
            all.push(Findings { path: shown.clone(), text: document.text.to_string(), found });
        }
    }
    match options.format {
        LintFormat::Text => {
            for it in &all {
                say::out(&render::diagnostics(&it.found, &it.text, &it.path));
            }
            say::out(&totals(&all));
        }
        LintFormat::Json => {
            let found = all.iter().flat_map(|it| render::diagnostics_json(&it.found, &it.text));
            say::out(&format!("{}\n", text::pretty(&Json::array(found))));
        }
        LintFormat::Sarif => say::out(&format!("{}\n", text::pretty(&sarif(&all)))),
    }
    let errors = all.iter().flat_map(|it| &it.found).any(|it| it.severity == Severity::Error);
    Ok(if errors { Exit::Failed } else { Exit::Done })
}

fn totals(all: &[Findings]) -> String {
    let count = |severity| all.iter().flat_map(|it| &it.found).filter(|it| it.severity == severity).count();
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    format!("{}, {}, {}\n", plural(errors, "error"), plural(warnings, "warning"), plural(notes, "note"))
}

/// Returns the findings as a SARIF 2.1.0 log.
fn sarif(all: &[Findings]) -> Json {
    let mut results = Vec::new();
    let mut codes = std::collections::BTreeSet::new();
    for file in all {
        let index = LineIndex::new(&file.text);
        for it in &file.found {
            codes.insert(it.code);
            let (line, column) = it.span.map_or((1, 1), |span| index.line_column(&file.text, span.start));
            let region =
                Json::object([("startLine", Json::from(line as i64)), ("startColumn", Json::from(column as i64))]);
            let artifact = Json::object([("uri", Json::from(file.path.as_str()))]);
            let physical = Json::object([("artifactLocation", artifact), ("region", region)]);
            let message = it.full_message();
            let message = it.help.as_ref().map_or_else(|| message.clone(), |help| format!("{message}; {help}"));
            results.push(Json::object([
                ("ruleId", Json::from(it.code)),
                ("level", it.severity.to_string().into()),
                ("message", Json::object([("text", Json::from(message))])),
                ("locations", Json::array([Json::object([("physicalLocation", physical)])])),
            ]));
        }
    }
    let rules = codes.into_iter().map(|code| Json::object([("id", Json::from(code))]));
    let driver = Json::object([
        ("name", Json::from("stepscope")),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("rules", Json::array(rules)),
    ]);
    let run = Json::object([("tool", Json::object([("driver", driver)])), ("results", Json::array(results))]);
    Json::object([
        ("$schema", Json::from("https://json.schemastore.org/sarif-2.1.0.json")),
        ("version", "2.1.0".into()),
        ("runs", Json::array([run])),
    ])
}
