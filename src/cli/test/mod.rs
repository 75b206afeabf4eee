//! `stepscope test`: scenario files run on all cores, what does not hold said in the order of the files.

mod coverage;
mod find;
mod json;
mod junit;
mod text;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::diagnostic::has_errors;
use crate::handlers::scenario::{
    End, Files, Library, Ready, Scenario, Subject, Suite, Unready, Updated, play, read, update,
};
use crate::session::coverage::{Coverage, short};
use crate::session::expect::Mismatch;
use crate::session::parallel;
use crate::time::Duration;

use super::args::{TestFormat, TestOptions};
use super::coverage::Form;
use super::{Error, Exit, coverage as written, files, render, say};

/// A file of scenarios and what became of them.
pub(super) struct Tested {
    pub(super) suite: Suite,
    /// In the order of the text; empty where the file itself is not understood.
    pub(super) rows: Vec<Row>,
}

/// One scenario and what became of it.
pub(super) struct Row {
    pub(super) scenario: Arc<Scenario>,
    pub(super) verdict: Verdict,
}

pub(super) enum Verdict {
    Ran(Box<Ran>),
    /// It cannot be run.
    Unready(Unready),
}

/// What is kept of a run.
pub(super) struct Ran {
    pub(super) passed: bool,
    pub(super) status: &'static str,
    pub(super) end: End,
    pub(super) mismatches: Vec<Mismatch>,
    pub(super) idle_faults: Vec<usize>,
    pub(super) n_events: usize,
    pub(super) took: Duration,
    /// On the clock on the wall.
    pub(super) secs: f64,
    pub(super) subject: Arc<Subject>,
    pub(super) coverage: Option<Coverage>,
}

/// How many scenarios there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) passed: usize,
    pub(super) failed: usize,
    /// Scenarios and whole files that cannot be run.
    pub(super) broken: usize,
    /// Scenarios whose definition is invalid.
    pub(super) invalid: usize,
}

struct OnDisk;

impl Files for OnDisk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        files::read(path).map_err(|Error(what)| what)
    }
}

pub(super) fn test(options: &TestOptions) -> Result<Exit, Error> {
    let target = options.coverage.as_deref().map(written::form).transpose()?;
    if target == Some(Form::Printed) && options.format != TestFormat::Text {
        return Err(Error("--coverage - prints a table; name a file, or leave --format at text".to_owned()));
    }
    let paths = find::suites(&options.suites)?;
    let mut tested = run(options, &paths, target.is_some())?;
    if options.update && write_updates(&tested)? {
        tested = run(options, &paths, target.is_some())?;
    }
    let gathered = coverage::gather(&tested);
    let covered = coverage::views(&gathered);
    let totals = totals(&tested);
    match options.format {
        TestFormat::Text => {
            say_diagnostics(&tested);
            say::out(&text::report(&tested, totals));
            if target.is_some_and(|it| it != Form::Printed) {
                say::out(&short(&covered));
            }
        }
        TestFormat::Json => {
            let covered = target.is_some().then_some(&covered[..]);
            say::out(&format!("{}\n", crate::json::text::pretty(&json::report(&tested, totals, covered))));
        }
        TestFormat::Junit => {
            say_diagnostics(&tested);
            say::out(&junit::report(&tested, totals));
        }
    }
    if let (Some(form), Some(path)) = (target, &options.coverage) {
        written::write(form, path, &covered)?;
    }
    Ok(match totals {
        Totals { broken: 1.., .. } => Exit::Usage,
        Totals { invalid: 1.., .. } => Exit::Invalid,
        Totals { failed: 1.., .. } => Exit::Failed,
        _ => Exit::Done,
    })
}

/// Reads and runs all scenarios that are asked for.
fn run(options: &TestOptions, paths: &[PathBuf], wants_coverage: bool) -> Result<Vec<Tested>, Error> {
    let jobs = options.jobs.unwrap_or_else(parallel::cores);
    let read_one = |path: &PathBuf| files::read(path).map(|bytes| read(path, &bytes));
    let suites = parallel::map(paths, jobs, read_one).into_iter().collect::<Result<Vec<Suite>, Error>>()?;
    let mut library = Library::new(&OnDisk);
    let mut tested = Vec::new();
    let mut ready: Vec<(usize, usize, Ready)> = Vec::new();
    let mut verdicts: Vec<Vec<(Arc<Scenario>, Option<Verdict>)>> = Vec::new();
    for (nr, suite) in suites.iter().enumerate() {
        let mut own = Vec::new();
        let sound = !has_errors(&suite.diagnostics);
        for scenario in suite.scenarios.iter().filter(|it| sound && is_wanted(options, suite, it)) {
            let verdict = match library.load(suite, scenario) {
                Ok(it) => {
                    ready.push((nr, own.len(), it));
                    None
                }
                Err(unready) => Some(Verdict::Unready(unready)),
            };
            own.push((Arc::clone(scenario), verdict));
        }
        verdicts.push(own);
    }
    if verdicts.iter().all(Vec::is_empty) && suites.iter().all(|it| !has_errors(&it.diagnostics)) {
        let filter = options.filter.as_deref().unwrap_or_default();
        return Err(Error(format!("no scenario has {filter:?} in its name or path; leave --filter out to see all")));
    }
    let ran = parallel::map(&ready, jobs, |(_, _, it)| play_one(it, wants_coverage));
    for ((nr, place, _), ran) in ready.iter().zip(ran) {
        verdicts[*nr][*place].1 = Some(Verdict::Ran(Box::new(ran)));
    }
    for (suite, verdicts) in suites.into_iter().zip(verdicts) {
        let row = |(scenario, verdict): (Arc<Scenario>, Option<Verdict>)| Some(Row { scenario, verdict: verdict? });
        let rows: Vec<Row> = verdicts.into_iter().filter_map(row).collect();
        if !rows.is_empty() || has_errors(&suite.diagnostics) {
            tested.push(Tested { suite, rows });
        }
    }
    Ok(tested)
}

fn is_wanted(options: &TestOptions, suite: &Suite, scenario: &Scenario) -> bool {
    let Some(filter) = &options.filter else { return true };
    let filter = filter.to_lowercase();
    let has = |it: &str| it.to_lowercase().contains(&filter);
    has(&scenario.name) || has(&suite.path.to_string_lossy())
}

fn play_one(ready: &Ready, wants_coverage: bool) -> Ran {
    let started = Instant::now();
    let played = play(ready);
    let (run, passed) = (&played.run, played.passed());
    let last = run.log().iter().next_back().map_or(ready.spec.at, |it| it.at);
    Ran {
        passed,
        status: run.status().name(),
        n_events: run.log().len(),
        took: last - ready.spec.at,
        coverage: wants_coverage.then(|| Coverage::of_run(run)),
        subject: Arc::clone(&ready.subject),
        end: played.end,
        mismatches: played.mismatches,
        idle_faults: played.idle_faults,
        secs: started.elapsed().as_secs_f64(),
    }
}

/// Writes what came into the files whose records differ; returns whether a file has changed.
fn write_updates(tested: &[Tested]) -> Result<bool, Error> {
    let mut any = false;
    for Tested { suite, rows } in tested {
        let failed: Vec<(Arc<Scenario>, Vec<Mismatch>)> = rows
            .iter()
            .filter_map(|row| match &row.verdict {
                Verdict::Ran(ran) if !ran.mismatches.is_empty() && ran.end == End::Ended => {
                    Some((Arc::clone(&row.scenario), ran.mismatches.clone()))
                }
                _ => None,
            })
            .collect();
        let shown = suite.path.display();
        match update(suite, &failed) {
            Ok(None) => {}
            Ok(Some(Updated { text, n_changed, left })) => {
                for it in left {
                    say::err(&format!("stepscope: {shown}: not updated: {it}\n"));
                }
                if n_changed > 0 {
                    files::write(&suite.path, |out| out.write_all(text.as_bytes()))?;
                    let ending = if n_changed == 1 { "" } else { "s" };
                    say::err(&format!("stepscope: {shown}: {n_changed} expectation{ending} updated\n"));
                    any = true;
                }
            }
            Err(why) => say::err(&format!("stepscope: {shown}: not updated: {why}\n")),
        }
    }
    Ok(any)
}

fn totals(tested: &[Tested]) -> Totals {
    let mut totals = Totals::default();
    for Tested { suite, rows } in tested {
        totals.broken += usize::from(has_errors(&suite.diagnostics));
        for row in rows {
            match &row.verdict {
                Verdict::Ran(ran) if ran.passed => totals.passed += 1,
                Verdict::Ran(_) => totals.failed += 1,
                Verdict::Unready(Unready::Broken(_)) => totals.broken += 1,
                Verdict::Unready(Unready::Invalid(_)) => totals.invalid += 1,
            }
        }
    }
    totals
}

/// Prints what is wrong with files and definitions, each finding once.
fn say_diagnostics(tested: &[Tested]) {
    let mut said = Vec::new();
    let mut say = |text: String| {
        if !said.contains(&text) {
            say::err(&text);
            said.push(text);
        }
    };
    for Tested { suite, rows } in tested {
        say(render::diagnostics(&suite.diagnostics, &suite.text, &suite.path.display().to_string()));
        for row in rows {
            let Verdict::Unready(unready) = &row.verdict else { continue };
            for it in unready.said() {
                say(render::diagnostics(&it.found, &it.text, &it.path.display().to_string()));
            }
        }
    }
}
