//! Findings: what of all that was found is wrong, in words, each with the shortest run that shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::program::Action;
use crate::diagnostic::{Severity, Span};
use crate::engine::EventKind;
use crate::json::Json;
use crate::lint;
use crate::time::Duration;

use super::always::{Always, Verdict};
use super::possible::Possible;
use super::saga::Audit;
use super::search::{End, EndKey, Found, Reason};
use super::trial::Trial;
use super::{Ground, assume};

/// What kind of thing a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    PathError,
    EndlessLoop,
    EventQuota,
    PayloadQuota,
    LeftInPlace,
    UndoneTwice,
    NotInReverse,
    NotAlways,
    UncaughtError,
    ErrorHidden,
    ExecutionTimeout,
    LongBackOff,
    DeadHandler,
    UnreachedState,
    DeadName,
}

impl Kind {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PathError => "path-error",
            Self::EndlessLoop => "endless-loop",
            Self::EventQuota => "event-quota",
            Self::PayloadQuota => "payload-quota",
            Self::LeftInPlace => "left-in-place",
            Self::UndoneTwice => "undone-twice",
            Self::NotInReverse => "not-in-reverse",
            Self::NotAlways => "not-always",
            Self::UncaughtError => "uncaught-error",
            Self::ErrorHidden => "error-hidden",
            Self::ExecutionTimeout => "execution-timeout",
            Self::LongBackOff => "long-back-off",
            Self::DeadHandler => "dead-handler",
            Self::UnreachedState => "unreached-state",
            Self::DeadName => "dead-name",
        }
    }
}

/// Something that is wrong.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// The state.
    pub state: Option<StateId>,
    /// The place in the definition.
    pub pointer: String,
    /// The same in the text.
    pub span: Option<Span>,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// Why.
    pub why: String,
    /// What to do.
    pub help: String,
    /// How many of the runs that were looked at show it; 0 where none can.
    pub n_runs: u64,
    /// The shortest run that shows it; none where something never happens.
    pub trial: Option<Trial>,
}

impl Finding {
    /// Returns what findings are sorted by: the worst first, then in the order of the text.
    pub(super) fn rank(&self) -> (u8, Kind, Option<Span>, String) {
        let severity = match self.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        (severity, self.kind, self.span, self.pointer.clone())
    }

    fn at_state(ground: &Ground<'_>, id: StateId, kind: Kind, severity: Severity, message: String) -> Self {
        let state = ground.program.outline.state(id);
        Self {
            kind,
            severity,
            state: state.map(|_| id),
            pointer: state.map(|it| it.pointer.to_string()).unwrap_or_default(),
            span: state.map(|it| it.name_span),
            message,
            why: String::new(),
            help: String::new(),
            n_runs: 0,
            trial: None,
        }
    }

    fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    fn shown_by(mut self, trial: Trial, n_runs: u64) -> Self {
        self.trial = Some(trial);
        self.n_runs = n_runs;
        self
    }
}

/// Returns everything that is wrong with what was found, but for states that were asked about and the saga.
pub(super) fn find(ground: &Ground<'_>, found: &Found, possible: &Possible) -> Vec<Finding> {
    let mut out = Vec::new();
    uncaught(ground, found, &mut out);
    ends(ground, found, &mut out);
    never(ground, possible, &mut out);
    out
}

/// Whether a run may have ended so only because of data that were made up.
pub(super) fn is_artefact(key: &EndKey) -> bool {
    key.assumed && (key.reason == Reason::Terminal || &*key.error == "States.QueryEvaluationError")
}

fn name(ground: &Ground<'_>, id: StateId) -> String {
    format!("{:?}", ground.program.outline.name(id))
}

/// Returns names in words: up to three, and how many more.
fn some_of<'a>(names: impl IntoIterator<Item = &'a Arc<str>>) -> String {
    let names: Vec<&str> = names.into_iter().map(|it| &**it).collect();
    match names.len() {
        0 => "an error without a name".to_owned(),
        n if n > 3 => format!("{} or {} others", names[..2].join(", "), n - 2),
        _ => names.join(" or "),
    }
}

/// Errors that nothing catches, one finding a state that they come from.
fn uncaught(ground: &Ground<'_>, found: &Found, out: &mut Vec<Finding>) {
    struct Uncaught<'a> {
        errors: BTreeSet<Arc<str>>,
        shortest: (&'a EndKey, &'a End),
        n_ends: u64,
    }
    let mut by_state: BTreeMap<StateId, Uncaught<'_>> = BTreeMap::new();
    for (key, end) in &found.ends {
        if key.how != "FAILED" || key.reason != Reason::Plain || is_artefact(key) || key.origin == StateId::NONE {
            continue;
        }
        let new = || Uncaught { errors: BTreeSet::new(), shortest: (key, end), n_ends: 0 };
        let entry = by_state.entry(key.origin).or_insert_with(new);
        entry.errors.extend(end.members.iter().cloned().chain([Arc::clone(&key.error)]));
        entry.n_ends += end.n_ends;
        if end.link < entry.shortest.1.link {
            entry.shortest = (key, end);
        }
    }
    for (id, Uncaught { errors, shortest: (key, end), n_ends }) in by_state {
        let first = end.failure.as_ref().and_then(|it| it.error.clone());
        let others = errors.into_iter().filter(|it| Some(it) != first.as_ref());
        let errors: Vec<Arc<str>> = first.iter().cloned().chain(others).collect();
        let while_handling = if key.handled { ", while another failure is being handled" } else { "" };
        let message = format!(
            "state {} fails with {} and nothing catches it: the execution ends{while_handling}",
            name(ground, id),
            some_of(&errors)
        );
        let around = super::alphabet::around(ground.program, id);
        let has_catch = |it: &StateId| !ground.program.state(*it).handlers.catch.is_empty();
        let why = match around.iter().find(|it| has_catch(it)) {
            Some(it) => format!("no catcher of state {} names it", name(ground, *it)),
            None if around.len() > 1 => "neither the state nor one around it has a Catch".to_owned(),
            None => "the state has no Catch".to_owned(),
        };
        let help = "add a catcher for States.ALL, where something has to be undone, told or gone on with";
        let finding = Finding::at_state(ground, id, Kind::UncaughtError, Severity::Warning, message);
        out.push(finding.why(why).help(help).shown_by(found.trial(end.link, ground.spec), n_ends));
    }
}

/// Ends that no workflow means: paths that lead nowhere, quotas, endless loops, long back-offs.
fn ends(ground: &Ground<'_>, found: &Found, out: &mut Vec<Finding>) {
    let mut seen: BTreeSet<(Kind, StateId)> = BTreeSet::new();
    let mut all: Vec<(&EndKey, &End)> = found.ends.iter().collect();
    all.sort_by_key(|it| it.1.link);
    for (key, end) in all {
        let cause = || end.failure.as_ref().and_then(|it| it.cause.clone()).unwrap_or_default();
        let trial = || found.trial(end.link, ground.spec);
        let of_state = |kind, severity, message| Finding::at_state(ground, key.origin, kind, severity, message);
        let finding = if key.reason == Reason::Events {
            let message = "the history comes to 25,000 events, and the execution ends with States.Runtime".to_owned();
            of_state(Kind::EventQuota, Severity::Error, message)
                .why("the run goes round without an end, or over more than a history holds")
                .help("end the loop by a count, or move its inside into a nested or distributed execution")
        } else if &*key.error == "States.DataLimitExceeded" && key.reason == Reason::Terminal {
            let message =
                format!("state {} hands on more than 256 KiB, which nothing catches", name(ground, key.origin));
            of_state(Kind::PayloadQuota, Severity::Error, message)
                .why(cause().to_string())
                .help("keep large data in S3 and hand on where they are")
        } else if key.how == "TIMED_OUT" {
            let message = "the execution's own time runs out".to_owned();
            Finding {
                pointer: String::new(),
                span: None,
                ..of_state(Kind::ExecutionTimeout, Severity::Warning, message)
            }
            .why("back-offs, waits and time limits of tasks take longer together than the execution may")
            .help("shorten them, or give the execution more time")
        } else if key.reason == Reason::Terminal || &*key.error == "States.QueryEvaluationError" {
            let what = path_error(ground, &trial(), key.origin);
            if key.assumed && what.is_none() {
                continue;
            }
            let way = if key.handled { " on the way of a failure" } else { "" };
            let message = format!(
                "state {} ends the execution with {}{way}: {}",
                name(ground, key.origin),
                key.error,
                what.unwrap_or_else(|| "an expression has no value".to_owned())
            );
            let help =
                "hand on what is read, for example by ResultPath in the catcher before; no catcher takes this error";
            of_state(Kind::PathError, Severity::Error, message).why(cause().to_string()).help(help)
        } else {
            continue;
        };
        if seen.insert((finding.kind, key.origin)) {
            out.push(finding.shown_by(trial(), end.n_ends));
        }
    }
    if let Some((link, state)) = found.trap {
        let message =
            format!("a run that comes to state {} never ends, whatever its tasks answer", name(ground, state));
        out.push(
            Finding::at_state(ground, state, Kind::EndlessLoop, Severity::Error, message)
                .why("every way from here leads back")
                .help("add a way out: a Choice over a count, or a catcher that leads elsewhere")
                .shown_by(found.open_trial(link, ground.spec), 1),
        );
    }
    if let Some((link, state, assumed)) = found.circle {
        // Other data could lead out of it.
        let severity = if assumed { Severity::Warning } else { Severity::Error };
        let message =
            format!("a run goes round through state {} by itself, until its history is full", name(ground, state));
        out.push(
            Finding::at_state(ground, state, Kind::EventQuota, severity, message)
                .why("no task, no wait and no count on the way changes anything, so after 25,000 events it fails")
                .help("let something on the way change what the Choice looks at, or lead out of the circle")
                .shown_by(found.trial(link, ground.spec), 1),
        );
    }
    if let Some((secs, link)) = found.longest.filter(|it| it.0 > ground.config.limits.retry_secs) {
        let trial = found.open_trial(link, ground.spec);
        let state = trial.faults().last().map_or(StateId::NONE, |it| it.state);
        let message = format!(
            "retries wait {} in one run, more than the limit of {}",
            Duration::from_secs(secs),
            Duration::from_secs(ground.config.limits.retry_secs)
        );
        let worst = ground.document.budget().machine.back_off_secs;
        out.push(
            Finding::at_state(ground, state, Kind::LongBackOff, Severity::Warning, message)
                .why(format!("the retries of all states together can wait {}", Duration::from_secs(worst)))
                .help("add MaxDelaySeconds, or retry less often; the limit is set in .stepscope.json")
                .shown_by(trial, 1),
        );
    }
}

/// Returns what the state reads and does not find, if it is a member that nothing made up could have: a member of its
/// input that is not there at all.
pub(super) fn path_error(ground: &Ground<'_>, trial: &Trial, origin: StateId) -> Option<String> {
    let run = trial.replay(ground.program).run;
    let entered = run.log().iter().rev().find_map(|it| match &it.kind {
        EventKind::StateEntered { input, .. } if it.state == origin => Some(input.clone()),
        _ => None,
    })?;
    let read = assume::first_names(&ground.program.outline, &ground.document.root, origin);
    let is_missing = |name: &&(Arc<str>, String)| match &entered {
        Json::Object(members) => members.get(&name.0).is_none(),
        _ => true,
    };
    let caught = trial.decisions.iter().any(|it| it.choice.is_fault());
    let missing = read.iter().find(is_missing).filter(|_| caught)?;
    Some(format!("{} is not in what it receives", missing.1))
}

/// What is never reached, whatever the data are.
fn never(ground: &Ground<'_>, possible: &Possible, out: &mut Vec<Finding>) {
    let program = ground.program;
    for (id, state) in program.outline.iter() {
        if !possible.states.contains(&id) {
            let message = format!("no run reaches state {:?}", &*state.name);
            out.push(
                Finding::at_state(ground, id, Kind::UnreachedState, Severity::Warning, message)
                    .why("no way leads to it, or only handlers that never take anything")
                    .help("lead to it, or take it out"),
            );
            continue;
        }
        let handlers = &program.state(id).handlers;
        let retriers = handlers.retry.iter().enumerate().filter(|it| it.1.max_attempts > 0);
        let retriers = retriers.map(|(idx, it)| ((id, false, idx), &it.errors));
        let catchers = handlers.catch.iter().enumerate().map(|(idx, it)| ((id, true, idx), &it.errors));
        for (handler, errors) in retriers.chain(catchers) {
            let (_, is_catcher, idx) = handler;
            let (word, verb, field) =
                if is_catcher { ("catcher", "catches", "Catch") } else { ("retrier", "retries", "Retry") };
            let named = format!("{word} {} of state {:?}", idx + 1, &*state.name);
            let is_dead = !possible.handlers.contains(&handler);
            let dead = errors.iter().enumerate().filter(|it| is_dead || !possible.names.contains(&(handler, it.0)));
            let reasons: Vec<(usize, &Arc<str>, String, bool)> = dead
                .map(|(at, it)| {
                    let (why, is_harmless) = why_dead(ground, handler, it);
                    (at, it, why, is_harmless)
                })
                .collect();
            let place = |at: Option<usize>| {
                let names = format!("{}/{field}/{idx}/ErrorEquals", state.pointer);
                at.map_or(names.clone(), |at| format!("{names}/{at}"))
            };
            let finding = |kind, is_harmless, message, why: String, at| {
                let severity = if is_harmless { Severity::Note } else { Severity::Warning };
                let it = Finding::at_state(ground, id, kind, severity, message).why(why);
                Finding { pointer: place(at), ..it }.help("take it out, or put it where something can come to it")
            };
            if is_dead && !reasons.is_empty() {
                let is_harmless = reasons.iter().all(|it| it.3);
                out.push(finding(
                    Kind::DeadHandler,
                    is_harmless,
                    format!("{named} never {verb} anything"),
                    reasons[0].2.clone(),
                    None,
                ));
                continue;
            }
            for (at, name, why, is_harmless) in reasons {
                out.push(finding(Kind::DeadName, is_harmless, format!("{named} never {verb} {name}"), why, Some(at)));
            }
        }
    }
}

/// Returns why a handler never takes an error, and whether it does no harm to have it named.
fn why_dead(ground: &Ground<'_>, (id, is_catcher, idx): super::HandlerId, name: &str) -> (String, bool) {
    let handlers = &ground.program.state(id).handlers;
    let earlier: Vec<&Vec<Arc<str>>> = if is_catcher {
        handlers.catch[..idx].iter().map(|it| &it.errors).collect()
    } else {
        handlers.retry[..idx].iter().map(|it| &it.errors).collect()
    };
    let is_wild = |it: &Arc<str>| matches!(&**it, "States.ALL" | "States.TaskFailed");
    let taker = earlier.iter().position(|it| it.iter().any(|it| &**it == name || is_wild(it)));
    match name {
        "States.Timeout" | "States.HeartbeatTimeout" if taker.is_none() => {
            ("nothing inside has a time limit that could run out".to_owned(), true)
        }
        "States.ALL" => ("those before take every failure, or there is none".to_owned(), true),
        _ => match taker {
            Some(by) => {
                let word = if is_catcher { "catcher" } else { "retrier" };
                let rest = if is_catcher { "" } else { ", and when its attempts are used up the catchers are next" };
                (format!("{word} {} takes it first{rest}", by + 1), false)
            }
            None if !lint::is_raised_by_tasks(name) && name != "States.TaskFailed" => {
                ("no failure by this name can be handled".to_owned(), false)
            }
            None => ("nothing inside fails so, or it is caught there already".to_owned(), false),
        },
    }
}

/// Returns the finding about a state that is not always reached.
pub(super) fn not_always(ground: &Ground<'_>, always: &Always) -> Option<Finding> {
    let Verdict::Refuted(trial) = &always.verdict else { return None };
    let message = format!("a run ends without state {}", name(ground, always.state));
    let how: Vec<String> =
        trial.faults().map(|it| format!("{} answers {}", name(ground, it.state), it.choice.label())).collect();
    let why = if how.is_empty() { "without any failure".to_owned() } else { how.join(", then ") };
    let finding = Finding::at_state(ground, always.state, Kind::NotAlways, Severity::Error, message);
    let help = "lead every way to it, those of catchers among them";
    Some(finding.why(why).help(help).shown_by(Trial::clone(trial), 1))
}

/// Returns the findings of the audit: each single failure that leaves something behind, and of double failures one for
/// each state whose failure does, while another one is being handled.
pub(super) fn of_audit(ground: &Ground<'_>, audit: &Audit) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &audit.rows {
        let Some(kind) = row.verdict.kind() else { continue };
        let Some(last) = row.fails_at.last() else { continue };
        if row.fails_at.len() > 1 && !seen.insert((kind, last.state)) {
            continue;
        }
        let faults: Vec<String> = row
            .fails_at
            .iter()
            .map(|it| format!("state {} fails with {}", name(ground, it.state), some_of(&it.errors)))
            .collect();
        let message = format!("when {}: {}", faults.join(", and then "), audit.says(&ground.program.outline, row));
        // That two things fail is rare, and the last retry of an undoing has to end somehow.
        let severity = if row.fails_at.len() > 1 { Severity::Warning } else { row.verdict.severity() };
        let finding = Finding::at_state(ground, last.state, kind, severity, message);
        let help = "lead the failure to where everything before is undone, in the reverse order, and retry what undoes";
        out.push(finding.why(format!("it ends in {}", row.ends_in)).help(help).shown_by(row.trial.clone(), 1));
    }
    out
}

/// Whether a state is a Fail state.
pub(super) fn is_fail(ground: &Ground<'_>, id: StateId) -> bool {
    matches!(ground.program.states.get(id.idx()).map(|it| &it.action), Some(Action::Fail { .. }))
}
