//! Findings as a SARIF 2.1.0 log, for code review tools: with rules, help, places and fixes.

use crate::diagnostic::{Diagnostic, Edit, Fix, LineIndex, Span};
use crate::json::Json;
use crate::lint;

use super::lint::Findings;

/// Returns the findings as a SARIF log.
pub(super) fn log(all: &[Findings]) -> Json {
    let mut results = Vec::new();
    let mut codes = std::collections::BTreeSet::new();
    for file in all {
        let index = LineIndex::new(&file.text);
        for it in &file.found {
            codes.insert(it.code);
            results.push(result(it, file, &index));
        }
    }
    let driver = Json::object([
        ("name", Json::from("stepscope")),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("rules", Json::array(codes.into_iter().map(rule))),
    ]);
    let run = Json::object([("tool", Json::object([("driver", driver)])), ("results", Json::array(results))]);
    Json::object([
        ("$schema", Json::from("https://json.schemastore.org/sarif-2.1.0.json")),
        ("version", "2.1.0".into()),
        ("runs", Json::array([run])),
    ])
}

fn rule(code: &str) -> Json {
    let mut members = vec![("id", Json::from(code))];
    if let Some(rule) = lint::rule(code) {
        members.push(("shortDescription", Json::object([("text", Json::from(rule.title))])));
        let text = Json::from(rule.text);
        members.push(("help", Json::object([("text", text.clone()), ("markdown", text)])));
    }
    Json::object(members)
}

fn result(it: &Diagnostic, file: &Findings, index: &LineIndex) -> Json {
    let artifact = || Json::object([("uri", Json::from(file.path.as_str()))]);
    let region = it.span.map_or_else(|| Json::object([("startLine", Json::from(1_i64))]), |it| region(it, file, index));
    let physical = Json::object([("artifactLocation", artifact()), ("region", region)]);
    let message = it.full_message();
    let message = it.help.as_ref().map_or_else(|| message.clone(), |help| format!("{message}; {help}"));
    let mut members = vec![
        ("ruleId", Json::from(it.code)),
        ("level", it.severity.to_string().into()),
        ("message", Json::object([("text", Json::from(message))])),
        ("locations", Json::array([Json::object([("physicalLocation", physical)])])),
    ];
    if let Some(Fix { title, edits }) = it.fix.as_deref() {
        let replacement = |Edit { span, text }: &Edit| {
            let inserted = Json::object([("text", Json::from(text.as_str()))]);
            Json::object([("deletedRegion", self::region(*span, file, index)), ("insertedContent", inserted)])
        };
        let change = Json::object([
            ("artifactLocation", artifact()),
            ("replacements", Json::array(edits.iter().map(replacement))),
        ]);
        let description = Json::object([("text", Json::from(title.as_str()))]);
        let fix = Json::object([("description", description), ("artifactChanges", Json::array([change]))]);
        members.push(("fixes", Json::array([fix])));
    }
    Json::object(members)
}

fn region(span: Span, file: &Findings, index: &LineIndex) -> Json {
    let (line, column) = index.line_column(&file.text, span.start);
    let (end_line, end_column) = index.line_column(&file.text, span.end);
    let number = |it: usize| Json::from(it as i64);
    Json::object([
        ("startLine", number(line)),
        ("startColumn", number(column)),
        ("endLine", number(end_line)),
        ("endColumn", number(end_column)),
    ])
}
