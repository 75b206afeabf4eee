//! `stepscope lint`: what is wrong with definitions, what their handlers cost, what a code means, and the fixes.

use std::path::Path;

use crate::asl::{express, nearest};
use crate::diagnostic::{Diagnostic, Fix, Severity, apply};
use crate::json::{Json, text};
use crate::lint::{self, Config};
use crate::session::document::Opened;

use super::args::{LintFormat, LintOptions, MachineType};
use super::{Error, Exit, budget, files, render, sarif, say};

/// How often fixes are applied to a file before what is left is left. One fix may make another possible.
const MOST_ROUNDS: u32 = 20;

/// One text and what is wrong with it.
pub(super) struct Findings {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) found: Vec<Diagnostic>,
}

pub(super) fn lint(options: &LintOptions) -> Result<Exit, Error> {
    if let Some(code) = &options.explain {
        return explain(code);
    }
    let mut all = Vec::new();
    let mut budgets = Vec::new();
    for path in &options.definitions {
        let shown = path.display().to_string();
        let config = config(options, path, &mut all)?;
        let fixed = if options.fix { fix(options, path, &config)? } else { 0 };
        if fixed > 0 && options.format == LintFormat::Text {
            say::out(&format!("{shown}: {} applied\n", plural(fixed, "fix")));
        }
        let opened = read(options, path, &config)?;
        if options.budget {
            budgets.extend(opened.documents.iter().map(|it| budget::Machine::of(&shown, it)));
            continue;
        }
        all.push(Findings { path: shown.clone(), text: opened.text.to_string(), found: opened.diagnostics });
        for document in &opened.documents {
            let found = document.problems().into_iter().cloned().collect();
            all.push(Findings { path: shown.clone(), text: document.text.to_string(), found });
        }
    }
    if options.budget {
        say::out(&budget::render(&budgets, options.format == LintFormat::Text));
        return Ok(Exit::Done);
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
        LintFormat::Sarif => say::out(&format!("{}\n", text::pretty(&sarif::log(&all)))),
    }
    let errors = all.iter().flat_map(|it| &it.found).any(|it| it.severity == Severity::Error);
    Ok(if errors { Exit::Failed } else { Exit::Done })
}

/// Reads the definitions of a file, with findings as `config` wants them.
fn read(options: &LintOptions, path: &Path, config: &Config) -> Result<Opened, Error> {
    let mut opened = files::read_machines(path)?;
    config.apply(&mut opened.diagnostics);
    for document in &mut opened.documents {
        if options.kind == Some(MachineType::Express) && !document.express {
            document.definition.diagnostics.extend(express(&document.definition.outline));
        }
        document.express |= options.kind == Some(MachineType::Express);
        config.apply(&mut document.definition.diagnostics);
        document.lint(config);
    }
    Ok(opened)
}

/// Returns what the project of the definition at `path` wants. What is wrong with that is among the findings.
fn config(options: &LintOptions, path: &Path, all: &mut Vec<Findings>) -> Result<Config, Error> {
    let Some((path, text)) = files::project(options.config.as_deref(), path)? else { return Ok(Config::default()) };
    let (config, found) = Config::read(&text);
    let path = path.display().to_string();
    if !all.iter().any(|it| it.path == path) {
        all.push(Findings { path, text, found });
    }
    Ok(config)
}

/// Applies all fixes to the file at `path` and returns how many.
fn fix(options: &LintOptions, path: &Path, config: &Config) -> Result<usize, Error> {
    if path.as_os_str() == "-" {
        return Err(Error("--fix writes files; name one instead of standard input".to_owned()));
    }
    let mut n_fixed = 0;
    for _ in 0..MOST_ROUNDS {
        let opened = read(options, path, config)?;
        // A definition inside a string, or in a file of its own, has places in another text.
        let own = opened.documents.iter().filter(|it| it.text == opened.text);
        let problems: Vec<&Diagnostic> = own.flat_map(|it| it.problems()).collect();
        let fixes = problems.iter().filter_map(|it| it.fix.as_deref()).collect::<Vec<&Fix>>();
        let Some((text, n)) = apply(&opened.text, fixes) else { break };
        files::write(path, |out| out.write_all(text.as_bytes()))?;
        n_fixed += n;
    }
    Ok(n_fixed)
}

fn explain(code: &str) -> Result<Exit, Error> {
    let rules = lint::rules();
    if code.is_empty() {
        let line = |it: &lint::Rule| format!("{}  {:<15}  {}\n", it.code, it.severity, it.title);
        say::out(&rules.iter().map(line).collect::<String>());
        return Ok(Exit::Done);
    }
    let Some(rule) = lint::rule(code) else {
        let near = nearest(code, rules.iter().map(|it| it.code));
        let help = near.map_or("stepscope lint --explain lists all".to_owned(), |it| format!("did you mean {it}?"));
        return Err(Error(format!("there is no code {code:?}; {help}")));
    };
    say::out(&format!("{} {}: {}\n\n{}\n", rule.code, rule.severity, rule.title, rule.text));
    Ok(Exit::Done)
}

fn plural(n: usize, what: &str) -> String {
    let ending = match (n, what.ends_with('x')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{n} {what}{ending}")
}

fn totals(all: &[Findings]) -> String {
    let count = |severity| all.iter().flat_map(|it| &it.found).filter(|it| it.severity == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    format!("{}, {}, {}\n", plural(errors, "error"), plural(warnings, "warning"), plural(notes, "note"))
}
