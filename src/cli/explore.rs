//! `stepscope explore`: every failure tried, findings with their runs, the audit of a saga.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::asl::{Outline, Program, StateId, nearest};
use crate::diagnostic::Severity;
use crate::explore::{
    self, Exploration, Finding, Given, MOST_ALWAYS, Options, Progress, Trial, Verdict, Watch, report,
};
use crate::history::aws::{Names, history};
use crate::json::text;
use crate::lint::Config;
use crate::session::Document;

use super::args::{ExploreOptions, RunFormat, ToRun};
use super::run::{is_refused, read_mock_file, start_spec};
use super::{Error, Exit, files, render, say};

/// How often progress is shown.
const EVERY: Duration = Duration::from_millis(200);

pub(super) fn explore(options: &ExploreOptions) -> Result<Exit, Error> {
    let ToRun { definition, machine, .. } = &options.to_run;
    let path = definition.display().to_string();
    let opened = files::read_machines(definition)?;
    let document = files::pick(&opened, machine.as_deref(), definition)?;
    say::err(&render::diagnostics(&opened.diagnostics, &opened.text, &path));
    let Some(document) = document else { return Ok(Exit::Invalid) };
    let Some(program) = &document.definition.program else {
        say::err(&render::diagnostics(&document.definition.diagnostics, &document.text, &path));
        say::err("stepscope: the definition cannot be run; see above\n");
        return Ok(Exit::Invalid);
    };
    let outline = &program.outline;
    let spec = start_spec(&options.to_run, document);
    if is_refused(&spec, document, &path) {
        return Ok(Exit::Invalid);
    }
    let Some(given) = given(options)? else { return Ok(Exit::Usage) };
    let config = config(options, outline)?;
    if options.always.len() > MOST_ALWAYS {
        return Err(Error(format!(
            "--always names more than {MOST_ALWAYS} states; ask about the others by themselves"
        )));
    }
    let always = options.always.iter().map(|it| state(outline, it)).collect::<Result<Vec<_>, _>>()?;
    let wanted = Options {
        faults: options.faults,
        most_states: options.limit,
        threads: options.threads.unwrap_or_else(explore::threads).max(1),
        always,
        ..Options::default()
    };
    let shown = Shown { last: Mutex::new(None) };
    let cancel = AtomicBool::new(false);
    let watch = Watch { progress: &|it| shown.show(it), cancel: &cancel };
    let found = explore::explore(document, &spec, &given, &config, &wanted, &watch);
    shown.clear();
    let Some(found) = found else { return Ok(Exit::Invalid) };
    let is_json = options.format == RunFormat::Json;
    // It carries every run out, so it is made once.
    let whole = if is_json || options.out.is_some() {
        text::pretty(&report::json(document, program, &found)) + "\n"
    } else {
        String::new()
    };
    match options.format {
        RunFormat::Json => say::out(&whole),
        RunFormat::Text => say::out(&in_words(document, program, &found, options.saga)),
    }
    if let Some(folder) = &options.out {
        write(program, &found, &whole, folder)?;
    }
    let is_bad = |it: &Finding| it.severity != Severity::Note;
    Ok(if found.findings.iter().any(is_bad) { Exit::Failed } else { Exit::Done })
}

/// Shows progress on a terminal, in one line that is written over.
struct Shown {
    last: Mutex<Option<Instant>>,
}

impl Shown {
    fn show(&self, it: Progress) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|it| it.elapsed() < EVERY) {
            return;
        }
        *last = Some(Instant::now());
        let Progress { n_states, n_runs, faults, n_open } = it;
        say::err(&format!("\r\x1b[Kexploring: {n_states} states, {n_runs} runs, {faults} faults, {n_open} open"));
    }

    fn clear(&self) {
        if self.last.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            say::err("\r\x1b[K");
        }
    }
}

fn given(options: &ExploreOptions) -> Result<Option<Given>, Error> {
    let input = options.input.as_deref().map(files::read_json).transpose()?;
    let mut given = Given { input, ..Given::default() };
    if let Some(path) = &options.mocks {
        let Some(mocks) = read_mock_file(path, options.to_run.test_case.as_deref())? else { return Ok(None) };
        given = given.with_results(mocks.results());
    }
    Ok(Some(given))
}

/// Returns what the project says, and what the arguments say of what undoes what.
fn config(options: &ExploreOptions, outline: &Outline) -> Result<Config, Error> {
    let mut config = Config::default();
    if let Some((path, text)) = files::project(options.config.as_deref(), &options.to_run.definition)? {
        let (read, wrong) = Config::read(&text);
        say::err(&render::diagnostics(&wrong, &text, &path.display().to_string()));
        config = read;
    }
    let mut said: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for pair in &options.compensate {
        let Some((step, undo)) = pair.split_once('=') else {
            return Err(Error(format!("--compensate {pair:?} names no two states; write STEP=UNDO")));
        };
        state(outline, step)?;
        state(outline, undo)?;
        said.entry(step.into()).or_default().push(undo.into());
    }
    config.compensations.extend(said);
    Ok(config)
}

fn state(outline: &Outline, name: &str) -> Result<StateId, Error> {
    outline.find(name).ok_or_else(|| {
        let near = nearest(name, outline.states.iter().map(|it| &*it.name));
        let help = near.map_or(String::new(), |it| format!("; did you mean {it:?}?"));
        Error(format!("the definition has no state {name:?}{help}"))
    })
}

fn in_words(document: &Document, program: &Arc<Program>, found: &Exploration, with_saga: bool) -> String {
    let outline = &program.outline;
    let mut out = String::new();
    let far = match (found.bounds.is_complete(), found.bounds.complete_faults) {
        (true, _) => "every failure in every combination".to_owned(),
        (false, Some(faults)) => format!("complete up to {faults} faults"),
        (false, None) => "not complete".to_owned(),
    };
    let _ = writeln!(out, "{}: {} states explored, {} ends, {far}", document.name, found.n_states, found.n_runs);
    for (is_cut, what) in [
        (found.bounds.states, "stopped at the limit of states (--limit)"),
        (found.bounds.faults.is_some(), "runs with more faults are left out (--faults)"),
        (found.bounds.attempts, "retries after the 100th attempt of a visit are left out"),
        (found.bounds.cancelled, "stopped"),
    ] {
        if is_cut {
            let _ = writeln!(out, "bounded: {what}");
        }
    }
    if found.assumed_input || !found.assumed_results.is_empty() {
        let mut what: Vec<String> = Vec::new();
        what.extend(found.assumed_input.then(|| "the input (--input)".to_owned()));
        if !found.assumed_results.is_empty() {
            let names: Vec<&str> = found.assumed_results.iter().map(|it| outline.name(*it)).collect();
            what.push(format!("the results of {} (--mocks)", names.join(", ")));
        }
        let _ = writeln!(out, "assumed: {}", what.join(" and "));
    }
    for it in &found.findings {
        out.push('\n');
        let place = it.span.map_or(String::new(), |span| {
            let (line, _) = document.lines.line_column(&document.text, span.start);
            format!(", line {line}")
        });
        let _ = writeln!(out, "{}[{}]: {}{place}", it.severity, it.kind.name(), it.message);
        let _ = writeln!(out, "  why:  {}", it.why);
        let _ = writeln!(out, "  help: {}", it.help);
        if let Some(trial) = &it.trial {
            let _ = writeln!(out, "  run:  {}", steps(outline, trial));
        }
    }
    if !found.always.is_empty() {
        out.push('\n');
    }
    for it in &found.always {
        let name = outline.name(it.state);
        let verdict = match &it.verdict {
            Verdict::Proved => "proved: every run reaches it".to_owned(),
            Verdict::Held { cut, assumed } => {
                let but = match (cut, assumed) {
                    (true, true) => "some runs were left out, and data were assumed",
                    (true, false) => "some runs were left out",
                    _ => "data were assumed",
                };
                format!("every run that was looked at reaches it; {but}")
            }
            Verdict::Refuted(_) => "refuted; see above".to_owned(),
            Verdict::Unknown => "nothing was found out".to_owned(),
        };
        let _ = writeln!(out, "always {name:?}: {verdict}");
    }
    if let (true, Some(audit)) = (with_saga, &found.saga) {
        let _ = writeln!(out, "\n{}", report::table(outline, audit).trim_end());
    } else if with_saga {
        let help = "name what undoes what by --compensate STEP=UNDO";
        let _ = writeln!(out, "\nno saga: no state undoes another one; {help}");
    }
    let count = |is_catcher| found.reached.handlers.iter().filter(|it| it.1 == is_catcher).count();
    let retriers: usize = program.states.iter().map(|it| it.handlers.retry.len()).sum();
    let catchers: usize = program.states.iter().map(|it| it.handlers.catch.len()).sum();
    let _ = writeln!(
        out,
        "\nreached {} of {} states, {} of {retriers} retriers, {} of {catchers} catchers",
        found.reached.states.len(),
        outline.states.len(),
        count(false),
        count(true)
    );
    out
}

/// Returns a run in one line; a task that answers the same several times is named once.
fn steps(outline: &Outline, trial: &Trial) -> String {
    let mut parts: Vec<(String, u32)> = Vec::new();
    for it in &trial.decisions {
        let name = outline.name(it.state);
        let answer = if it.choice.is_fault() { format!("fails with {}", it.choice.label()) } else { "succeeds".into() };
        let part = format!("{name} {answer}");
        match parts.last_mut() {
            Some((last, times)) if *last == part => *times += 1,
            _ => parts.push((part, 1)),
        }
    }
    let part = |(part, times): &(String, u32)| if *times > 1 { format!("{part} ×{times}") } else { part.clone() };
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// Writes each run as three files, the whole result as `explore.json`, the audit as `saga.md` and `saga.csv`.
fn write(program: &Arc<Program>, found: &Exploration, whole: &str, folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Error(format!("cannot make the folder {}: {error}", folder.display())))?;
    for (number, it) in (1..).zip(&found.findings) {
        if let Some(trial) = &it.trial {
            write_run(program, trial, folder, &format!("{number:02}-{}", it.kind.name()))?;
        }
    }
    files::write(&folder.join("explore.json"), |out| out.write_all(whole.as_bytes()))?;
    if let Some(audit) = &found.saga {
        for (number, row) in (1..).zip(&audit.rows) {
            write_run(program, &row.trial, folder, &format!("saga-{number:02}"))?;
        }
        let outline = &program.outline;
        files::write(&folder.join("saga.md"), |out| out.write_all(report::markdown(outline, audit).as_bytes()))?;
        files::write(&folder.join("saga.csv"), |out| out.write_all(report::csv(outline, audit).as_bytes()))?;
    }
    Ok(())
}

fn write_run(program: &Arc<Program>, trial: &Trial, folder: &Path, name: &str) -> Result<(), Error> {
    let replayed = trial.replay(program);
    let file = |what: &str| folder.join(format!("{name}.{what}.json"));
    files::write(&file("input"), |out| writeln!(out, "{}", text::pretty(&trial.spec.input)))?;
    files::write(&file("mocks"), |out| writeln!(out, "{}", text::pretty(&replayed.mocks)))?;
    let names = Names::new(&program.outline, &trial.spec.identity);
    files::write(&file("history"), |out| {
        history(names, replayed.run.log(), &mut |piece| out.write_all(piece.as_bytes()))
    })
}
