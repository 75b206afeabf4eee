//! An exploration as the window shows it: findings with their runs, and the audit as a matrix.

use std::sync::Arc;

use crate::asl::program::Action;
use crate::asl::{Outline, Program, StateId};
use crate::explore::{Audit, Exploration, Finding, Kind, Replayed, Trial, Verdict, report};
use crate::lint::Pairs;
use crate::session::Document;
use crate::session::regress::status;
use crate::ui::exploration::ExploredView;
use crate::ui::exploration::audit::{AuditRow, AuditView};
use crate::ui::exploration::findings::{AlwaysView, FindingView, RunView, StepView};
use crate::ui::widgets::grouped;

/// Returns what the window shows of an exploration that took `secs`.
pub fn view(document: &Document, program: &Arc<Program>, it: &Exploration, pairs: &Pairs, secs: f64) -> ExploredView {
    let outline = &program.outline;
    ExploredView {
        title: format!("Explored {} in {secs:.1} s", counted(it.n_runs, "run")),
        text: summary(it),
        findings: it.findings.iter().map(|finding| finding_view(document, program, it, finding)).collect(),
        always: it.always.iter().map(|it| always_view(outline, it)).collect(),
        audit: audit_view(program, it.saga.as_ref(), pairs),
    }
}

/// Returns how far an exploration went and what it found, in words.
fn summary(it: &Exploration) -> String {
    let bounds = &it.bounds;
    let mut parts = vec![match (bounds.is_complete(), bounds.complete_faults) {
        (true, _) => "every fault in every combination".to_owned(),
        (false, Some(faults)) => format!("every fault up to depth {faults}"),
        (false, None) => "not all runs without a fault".to_owned(),
    }];
    for (is_cut, words) in [
        (bounds.cancelled, "cancelled, what was found until then is kept"),
        (bounds.states, "stopped at the limit of states"),
        (bounds.attempts, "retries after the 100th are left out"),
        (it.assumed_input, "the input is assumed"),
        (!it.assumed_results.is_empty(), "results of tasks without mocks are assumed"),
    ] {
        if is_cut {
            parts.push(words.to_owned());
        }
    }
    parts.push(counted(it.findings.len() as u64, "finding"));
    parts.join("; ")
}

fn counted(n: u64, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{} {word}s", grouped(n)) }
}

fn finding_view(document: &Document, program: &Arc<Program>, all: &Exploration, it: &Finding) -> FindingView {
    let outline = &program.outline;
    let state = it.state.map(|it| outline.name(it).to_owned());
    let faults = it.trial.as_ref().map(|trial| faults(outline, trial)).unwrap_or_default();
    let seen_in = match (it.n_runs, &it.trial) {
        (0, None) => "no run; nothing can show it".to_owned(),
        (n, _) => format!("{n} of {}; this is the shortest", counted(all.n_runs, "run")),
    };
    FindingView {
        severity: it.severity,
        title: title(it.kind, state.as_deref().unwrap_or("the execution")),
        state,
        second: if faults.is_empty() { it.why.clone() } else { faults },
        what: sentence(&it.message),
        line: it.span.map(|span| document.lines.line_column(&document.text, span.start).0),
        why: sentence(&it.why),
        help: sentence(&it.help),
        seen_in,
        run: it.trial.as_ref().map(|trial| run_view(outline, trial, &trial.replay(program))),
    }
}

/// Says in a few words what a finding is about.
fn title(kind: Kind, state: &str) -> String {
    match kind {
        Kind::PathError => format!("{state} reads what is not there"),
        Kind::EndlessLoop => format!("{state} can go round for ever"),
        Kind::EventQuota => "A run has more events than the service allows".to_owned(),
        Kind::PayloadQuota => format!("Data of {state} can be too large"),
        Kind::LeftInPlace => format!("{state} fails and steps stay done"),
        Kind::UndoneTwice => format!("{state} fails and a step is undone twice"),
        Kind::NotInReverse => format!("{state} fails and the order of undoing is wrong"),
        Kind::NotAlways => format!("{state} is not always reached"),
        Kind::UncaughtError => format!("{state} fails uncaught"),
        Kind::ErrorHidden => format!("{state} hides the first error"),
        Kind::ExecutionTimeout => "The execution can time out".to_owned(),
        Kind::LongBackOff => format!("{state} waits long between attempts"),
        Kind::DeadHandler => format!("A handler of {state} never takes anything"),
        Kind::UnreachedState => format!("{state} is never reached"),
        Kind::DeadName => format!("A name in a handler of {state} never matches"),
    }
}

/// Returns a sentence with its first letter large.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn faults(outline: &Outline, trial: &Trial) -> String {
    let mut named: Vec<String> = Vec::new();
    for it in trial.faults() {
        let words = format!("{}: {}", outline.name(it.state), it.choice.label());
        if named.last() != Some(&words) {
            named.push(words);
        }
    }
    named.join(", then ")
}

/// Returns the answers of a run; what a task answers several times is one step.
fn run_view(outline: &Outline, trial: &Trial, replayed: &Replayed) -> RunView {
    let mut steps: Vec<(StepView, u32)> = Vec::new();
    for it in &trial.decisions {
        let is_fault = it.choice.is_fault();
        let text = if is_fault { format!("fails with {}", it.choice.label()) } else { "succeeded".to_owned() };
        let note = if is_fault { "injected fault" } else { "" };
        let state = outline.name(it.state).to_owned();
        match steps.last_mut() {
            Some((last, times)) if last.state == state && last.text == text => *times += 1,
            _ => steps.push((StepView { state, text, is_fault, note: note.to_owned() }, 1)),
        }
    }
    let mut steps: Vec<StepView> = steps
        .into_iter()
        .map(|(mut step, times)| {
            if times > 1 {
                step.text = format!("{} ×{times}", step.text);
            }
            step
        })
        .collect();
    let end = &replayed.run.tip().status;
    let error = replayed.run.status().failure().and_then(|it| it.error.clone());
    steps.push(StepView {
        state: String::new(),
        text: format!("The execution: {}", status(end)),
        is_fault: error.is_some(),
        note: error.map(|it| it.to_string()).unwrap_or_default(),
    });
    RunView { steps, n_events: replayed.run.log().len() }
}

fn always_view(outline: &Outline, it: &crate::explore::Always) -> AlwaysView {
    let (holds, words) = match &it.verdict {
        Verdict::Proved => (Some(true), "proved, every run reaches it"),
        Verdict::Held { cut: true, .. } => (Some(true), "held in every run that was looked at; some were left out"),
        Verdict::Held { .. } => (Some(true), "held in every run that was looked at; data are assumed"),
        Verdict::Refuted(_) => (Some(false), "there is a counter-example, a run ends without it"),
        Verdict::Unknown => (None, "nothing was found out"),
    };
    let has_run = matches!(it.verdict, Verdict::Refuted(_));
    AlwaysView { state: outline.name(it.state).to_owned(), holds, words: words.to_owned(), has_run }
}

fn audit_view(program: &Program, audit: Option<&Audit>, pairs: &Pairs) -> AuditView {
    let outline = &program.outline;
    let name = |id: &StateId| outline.name(*id).to_owned();
    let is_task = |id: StateId| matches!(program.state(id).action, Action::Task(_));
    let rows = audit.map(|audit| {
        audit.rows.iter().map(|row| AuditRow {
            title: report::title(outline, row, &audit.rows),
            state: row.fails_at.first().map(|it| name(&it.state)).unwrap_or_default(),
            cells: row.cells.clone(),
            ends_in: row.ends_in.clone(),
            verdict: row.verdict,
        })
    });
    AuditView {
        steps: audit.map(|it| it.steps.iter().map(|it| name(&it.0)).collect()).unwrap_or_default(),
        rows: rows.map(Iterator::collect).unwrap_or_default(),
        is_cut: audit.is_some_and(|it| it.is_cut),
        pairs: pairs.steps.iter().map(|(step, by)| (name(step), by.iter().map(name).collect())).collect(),
        tasks: outline.iter().filter(|(id, _)| is_task(*id)).map(|(id, _)| name(&id)).collect(),
    }
}
