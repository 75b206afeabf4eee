//! `stepscope run`: one execution to its end on the virtual clock.

use std::path::Path;
use std::sync::Arc;

use crate::asl::document::Recognised;
use crate::asl::express;
use crate::diagnostic::has_errors;
use crate::engine::{Identity, Quotas, StartSpec, Status};
use crate::handlers::{MockHost, Mocks, Otherwise, S3, WithMachines, WithS3, read_mocks};
use crate::history::aws::{Names, history};
use crate::json::text;
use crate::session::regress::{Making, scenario_of_run};
use crate::session::{Document, Drive, Question, Run, start_from_context};

use super::args::{MachineType, QuotaChoice, RunFormat, RunOptions, ToRun, Unanswered};
use super::{Error, Exit, children, files, nested, render, say};

pub(super) fn run(options: &RunOptions) -> Result<Exit, Error> {
    let ToRun { definition, test_case, machine, .. } = &options.to_run;
    let path = definition.display().to_string();
    let opened = files::read_machines(definition)?;
    let document = files::pick(&opened, machine.as_deref(), definition)?;
    say::err(&render::diagnostics(&opened.diagnostics, &opened.text, &path));
    let Some(document) = document else {
        return Ok(if matches!(opened.recognised, Recognised::History | Recognised::Mocks) {
            Exit::Usage
        } else {
            Exit::Invalid
        });
    };
    let diagnostics = &document.definition.diagnostics;
    let Some(program) = &document.definition.program else {
        say::err(&render::diagnostics(diagnostics, &document.text, &path));
        let why = if has_errors(diagnostics) || has_errors(&opened.diagnostics) {
            "the definition is invalid"
        } else {
            "the definition uses what this version does not run"
        };
        say::err(&format!("stepscope: {why}; see above\n"));
        return Ok(Exit::Invalid);
    };
    let Some(mocks) = mocks(options)? else { return Ok(Exit::Usage) };
    let spec = spec(options, document)?;
    let otherwise = match options.unanswered {
        Unanswered::Stop => Otherwise::Ask,
        Unanswered::Assume => Otherwise::Assume,
    };
    if is_refused(&spec, document, &path) {
        return Ok(Exit::Invalid);
    }
    let tasks = MockHost::new(Arc::new(mocks), otherwise);
    let tasks = WithS3 { tasks, s3: options.s3.clone().map(S3::folder).unwrap_or_default() };
    let Some(machines) = nested::machines(&options.machine_files)? else { return Ok(Exit::Invalid) };
    let mut host = WithMachines::new(tasks, machines, spec.seed, spec.quotas, otherwise);
    let mut run = Run::start(Arc::clone(program), Arc::new(spec));
    let mut drive = run.finish(&mut host);
    for mocks in &options.redrive {
        if drive != Drive::Ended || matches!(run.status(), Status::Succeeded(_)) {
            break;
        }
        if !run.redrive() {
            return Err(Error(format!(
                "the execution ended {} and cannot be redriven: it is an Express execution, or its history is full",
                run.status().name()
            )));
        }
        if !mocks.is_empty() {
            let Some(mocks) = read_mock_file(Path::new(mocks), test_case.as_deref())? else {
                return Ok(Exit::Usage);
            };
            host.inner.tasks = MockHost::new(Arc::new(mocks), otherwise);
        }
        drive = run.finish(&mut host);
    }
    if let Some(target) = &options.history {
        let names = Names::new(&program.outline, &run.journal().spec.identity);
        files::write(target, |out| history(names, run.log(), &mut |piece| out.write_all(piece.as_bytes())))?;
    }
    if let Some(target) = &options.scenario_out {
        let definition = files::from_file(target, definition);
        let s3 = options.s3.as_deref().map(|it| files::from_file(target, it));
        let (machine, name) = (machine.as_deref(), &*document.name);
        let making = Making { name, definition: Some(&definition), machine, s3: s3.as_deref() };
        let content = text::pretty(&scenario_of_run(making, &run));
        files::write(target, |out| writeln!(out, "{content}"))?;
    }
    if let Some(folder) = &options.children {
        children::write(&run, host.nested(), folder)?;
    }
    if let Drive::Unanswered(questions) = drive {
        for nested in host.nested().iter().filter(|it| !it.unanswered.is_empty()) {
            let machine = &nested.machine;
            say::err(&format!(
                "stepscope: in the nested execution of {machine:?}, whose mocks are {machine}.mocks.json:\n"
            ));
            for question in &nested.unanswered {
                say::err(&asks(question));
            }
        }
        for question in &questions {
            say::err(&asks(question));
        }
        if questions.iter().any(|it| matches!(it, Question::Task(_))) {
            say::err("stepscope: or pass --unanswered assume, to go on with {}\n");
        }
        return Ok(Exit::Usage);
    }
    for (bucket, key) in host.inner.s3.in_memory() {
        say::err(&format!("stepscope: without --s3 DIR, {key} was not written into a folder as bucket {bucket}\n"));
    }
    match options.format {
        RunFormat::Json => say::out(&format!("{}\n", text::compact(&render::summary_json(&run)))),
        RunFormat::Text => {
            let assumed: Vec<(String, u32)> =
                host.inner.tasks.assumed().map(|(name, times)| (name.to_string(), times)).collect();
            say::out(&render::summary(&document.name, &run, &assumed));
        }
    }
    Ok(if matches!(run.status(), Status::Succeeded(_)) { Exit::Done } else { Exit::Failed })
}

/// Returns what to do about a question that nobody answers.
fn asks(question: &Question) -> String {
    let name = question.name();
    match question {
        Question::Task(_) => format!(
            "stepscope: no mock answers state {name:?}; add to the file of --mocks: {{{name:?}: [{{\"return\": {{}}}}]}}\n"
        ),
        Question::Items(call) => {
            let (bucket, key) = (&call.reading.bucket, call.reading.location.key());
            format!(
                "stepscope: state {name:?} reads its items from bucket {bucket:?}, key {key:?}, and nothing says where \
                 that is; put it at DIR/{bucket}/{key} and pass --s3 DIR\n"
            )
        }
        Question::Results(call) => {
            format!(
                "stepscope: nothing takes the results of state {name:?} into bucket {:?}; pass --s3 DIR\n",
                call.bucket
            )
        }
    }
}

fn mocks(options: &RunOptions) -> Result<Option<Mocks>, Error> {
    let Some(path) = &options.mocks else { return Ok(Some(Mocks::default())) };
    read_mock_file(path, options.to_run.test_case.as_deref())
}

/// Reads a file of mocks; what is wrong with it is said, and then there are none.
pub(super) fn read_mock_file(path: &Path, test_case: Option<&str>) -> Result<Option<Mocks>, Error> {
    let bytes = files::read(path)?;
    let (mocks, diagnostics) = read_mocks(&bytes, test_case);
    let rendered = render::diagnostics(&diagnostics, &String::from_utf8_lossy(&bytes), &path.display().to_string());
    say::err(&rendered);
    Ok(mocks)
}

/// Returns how an execution of the document starts, as far as its type and name say it.
pub(super) fn start_spec(to_run: &ToRun, document: &Document) -> StartSpec {
    let express = to_run.kind.map_or(document.express, |it| it == MachineType::Express);
    let identity =
        if express { Identity::express(&document.name, "run") } else { Identity::named(&document.name, "run") };
    StartSpec { express, identity, ..StartSpec::default() }
}

/// Whether the service refuses the document as an Express machine, which it is to run as; says why.
pub(super) fn is_refused(spec: &StartSpec, document: &Document, path: &str) -> bool {
    if !spec.express || document.express {
        return false;
    }
    let refused = express(&document.definition.outline);
    if refused.is_empty() {
        return false;
    }
    say::err(&render::diagnostics(&refused, &document.text, path));
    say::err("stepscope: the service refuses this definition as an Express machine; see above\n");
    true
}

fn spec(options: &RunOptions, document: &Document) -> Result<StartSpec, Error> {
    let input = match &options.input {
        Some(path) => files::read_json(path)?,
        None => document.input.clone(),
    };
    let quotas = match options.quotas {
        QuotaChoice::Aws => Quotas::Aws,
        QuotaChoice::Off => Quotas::Off,
    };
    let mut spec = StartSpec { input, seed: options.seed, quotas, ..start_spec(&options.to_run, document) };
    if let Some(path) = &options.context {
        let context = files::read_json(path)?;
        start_from_context(&mut spec, &context).map_err(|what| Error(format!("{}: {what}", path.display())))?;
    }
    Ok(spec)
}
