//! What coverage comes to: figures of each kind, what is missing in words, and the table and JSON that show them.

use std::fmt::Write as _;
use std::path::Path;

use crate::asl::program::{Handlers, Program};
use crate::asl::{StateId, TransitionKind};
use crate::diagnostic::LineIndex;
use crate::json::source::Node;
use crate::json::{Json, Object};

use super::{Coverage, Kind, Limit, Part, limits, parts};

/// A definition with what was counted in it.
#[derive(Clone, Copy)]
pub struct Covered<'a> {
    /// The machine's name.
    pub name: &'a str,
    /// The file with the text.
    pub path: &'a Path,
    /// The text that the definition's places refer to.
    pub text: &'a str,
    /// The definition's tree.
    pub root: &'a Node,
    /// The definition.
    pub program: &'a Program,
    /// What was counted.
    pub coverage: &'a Coverage,
}

/// How much of a definition was gone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The figures, in the order of [`Kind::ALL`].
    pub tallies: Vec<Tally>,
    /// What was not gone through, state by state.
    pub missing: Vec<Part>,
}

/// How many parts of one kind were gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The kind.
    pub kind: Kind,
    /// Parts that were gone through at least once.
    pub hit: usize,
    /// Parts that there are.
    pub total: usize,
}

/// Returns the figures of a definition.
pub fn report(program: &Program, coverage: &Coverage) -> Report {
    let mut tallies: Vec<Tally> = Kind::ALL.into_iter().map(|kind| Tally { kind, hit: 0, total: 0 }).collect();
    let mut missing = Vec::new();
    for part in parts(program) {
        let tally = &mut tallies[part.kind() as usize];
        tally.total += 1;
        if coverage.count(part) > 0 {
            tally.hit += 1;
        } else {
            missing.push(part);
        }
    }
    Report { tallies, missing }
}

/// Returns the share in whole hundredths, never 100 while something is missing; `None` of nothing.
pub fn percent(hit: usize, total: usize) -> Option<usize> {
    (total > 0).then(|| hit * 100 / total)
}

impl Part {
    /// Says what did not happen where the part is missing, for example `"BookCar": retrier 2 never tried again`.
    /// Handlers and rules count from 1, as people count them.
    pub fn missing_in_words(self, program: &Program) -> String {
        let name = |id: StateId| program.outline.name(id);
        let handlers = |id: StateId| program.states.get(id.idx()).map(|it| &it.handlers);
        let error =
            |id: StateId, names: fn(&Handlers, usize) -> Option<&Vec<std::sync::Arc<str>>>, at: u32, idx: u32| {
                let names = handlers(id).and_then(|it| names(it, at as usize));
                names.and_then(|it| it.get(idx as usize)).map_or("", |it| &**it)
            };
        match self {
            Self::State(id) => format!("{:?}: never entered", name(id)),
            Self::Transition(id, idx) => {
                let way = program.outline.state(id).and_then(|it| it.transitions.get(idx as usize));
                let to = way.map_or("", |it| &*it.name);
                let by = match way.map(|it| &it.kind) {
                    Some(TransitionKind::Catch { catcher, .. }) => format!("catcher {}", catcher + 1),
                    Some(TransitionKind::Choice { rule, .. }) => format!("rule {}", rule + 1),
                    Some(TransitionKind::Default) => "Default".to_owned(),
                    Some(TransitionKind::Next) | None => "Next".to_owned(),
                };
                format!("{:?}: never left for {to:?} ({by})", name(id))
            }
            Self::Rule(id, Some(rule)) => {
                let ways = program.outline.state(id).map(|it| &it.transitions[..]).unwrap_or_default();
                let condition = ways.iter().find_map(|it| match &it.kind {
                    TransitionKind::Choice { rule: idx, condition } if *idx == rule => Some(condition),
                    _ => None,
                });
                let condition = condition.map(|it| format!(" ({it})")).unwrap_or_default();
                format!("{:?}: rule {}{condition} never decided", name(id), rule + 1)
            }
            Self::Rule(id, None) => format!("{:?}: a rule always decided, never Default", name(id)),
            Self::Retrier(id, idx) => format!("{:?}: retrier {} never tried again", name(id), idx + 1),
            Self::RetrierError(id, at, idx) => {
                let error = error(id, |it, at| it.retry.get(at).map(|it| &it.errors), at, idx);
                format!("{:?}: retrier {} never tried again after {error}", name(id), at + 1)
            }
            Self::Catcher(id, idx) => format!("{:?}: catcher {} never took over", name(id), idx + 1),
            Self::CatcherError(id, at, idx) => {
                let error = error(id, |it, at| it.catch.get(at).map(|it| &it.errors), at, idx);
                format!("{:?}: catcher {} never took {error}", name(id), at + 1)
            }
            Self::TimeLimit(id, Limit::Timeout) => format!("{:?}: TimeoutSeconds never ran out", name(id)),
            Self::TimeLimit(id, Limit::Heartbeat) => format!("{:?}: no heartbeat was ever missed", name(id)),
            Self::ExecutionTimeLimit => "the execution's TimeoutSeconds never ran out".to_owned(),
        }
    }
}

/// Returns the figures as a table, a line a machine.
pub fn short(all: &[Covered<'_>]) -> String {
    let width = all.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).max("coverage".len());
    let mut out = format!("{:width$}", "coverage");
    for kind in Kind::ALL {
        let _ = write!(out, "  {:>12}", kind.title());
    }
    out.push('\n');
    for it in all {
        let _ = write!(out, "{:width$}", it.name);
        for tally in report(it.program, it.coverage).tallies {
            let cell = if tally.total == 0 { "-".to_owned() } else { format!("{}/{}", tally.hit, tally.total) };
            let _ = write!(out, "  {cell:>12}");
        }
        out.push('\n');
    }
    out
}

/// Returns the figures of each machine with shares, and what is missing in words.
pub fn table(all: &[Covered<'_>]) -> String {
    let mut out = String::new();
    for it in all {
        let found = report(it.program, it.coverage);
        let (path, n_runs) = (it.path.display(), it.coverage.n_runs());
        let runs = if n_runs == 1 { "run" } else { "runs" };
        let _ = writeln!(out, "{} ({path}), {n_runs} {runs}", it.name);
        for Tally { kind, hit, total } in found.tallies {
            let share = percent(hit, total).map_or("-".to_owned(), |it| format!("{it} %"));
            let _ = writeln!(out, "  {:12}  {:>9}  {share:>5}", kind.title(), format!("{hit}/{total}"));
        }
        for part in found.missing {
            let _ = writeln!(out, "  missing  {}", part.missing_in_words(it.program));
        }
        out.push('\n');
    }
    out
}

/// Returns the counts of each part as JSON, with places in the text.
pub fn json(all: &[Covered<'_>]) -> Json {
    Json::object([("machines", Json::array(all.iter().map(machine)))])
}

fn machine(it: &Covered<'_>) -> Json {
    let found = report(it.program, it.coverage);
    let lines = LineIndex::new(it.text);
    let tally = |it: &Tally| {
        let figures = [("hit", count(it.hit as u64)), ("total", count(it.total as u64))];
        (it.kind.member(), Json::object(figures))
    };
    Json::object([
        ("file", Json::from(it.path.to_string_lossy().into_owned())),
        ("machine", it.name.into()),
        ("runs", count(it.coverage.n_runs())),
        ("totals", Json::object(found.tallies.iter().map(tally))),
        ("states", Json::array(it.program.outline.iter().map(|(id, _)| state(it, id, &lines)))),
        ("missing", Json::array(found.missing.iter().map(|part| part.missing_in_words(it.program).into()))),
    ])
}

fn state(it: &Covered<'_>, id: StateId, lines: &LineIndex) -> Json {
    let (program, coverage) = (it.program, it.coverage);
    let outlined = &program.outline.states[id.idx()];
    let (line, _) = lines.line_column(it.text, outlined.name_span.start);
    let mut members = Object::from_iter([
        ("name".into(), Json::String(outlined.name.clone())),
        ("pointer".into(), Json::String(outlined.pointer.clone())),
        ("line".into(), count(line as u64)),
        ("count".into(), count(coverage.count(Part::State(id)))),
    ]);
    let mut list = |name: &str, items: Vec<Json>| {
        if !items.is_empty() {
            members.set(name, Json::array(items));
        }
    };
    let transitions = (0..).zip(&outlined.transitions).map(|(idx, way)| {
        let kind = match &way.kind {
            TransitionKind::Next => ("next", Json::from(true)),
            TransitionKind::Choice { rule, .. } => ("rule", count(u64::from(*rule) + 1)),
            TransitionKind::Default => ("default", Json::from(true)),
            TransitionKind::Catch { catcher, .. } => ("catcher", count(u64::from(*catcher) + 1)),
        };
        let counted = coverage.count(Part::Transition(id, idx));
        Json::object([("to", Json::String(way.name.clone())), kind, ("count", count(counted))])
    });
    list("transitions", transitions.collect());
    let Some(lowered) = program.states.get(id.idx()) else { return Json::Object(members) };
    let handler = |whole: Part, errors: &[std::sync::Arc<str>], part: &dyn Fn(u32) -> Part| {
        let names = (0..).zip(errors).map(|(idx, name)| {
            Json::object([("name", Json::String(name.clone())), ("count", count(coverage.count(part(idx))))])
        });
        Json::object([("errors", Json::array(names)), ("count", count(coverage.count(whole)))])
    };
    let retriers = (0..).zip(&lowered.handlers.retry);
    let retrier = |(at, it): (u32, &crate::asl::program::Retrier)| {
        handler(Part::Retrier(id, at), &it.errors, &|idx| Part::RetrierError(id, at, idx))
    };
    list("retriers", retriers.map(retrier).collect());
    let catchers = (0..).zip(&lowered.handlers.catch);
    let catcher = |(at, it): (u32, &crate::asl::program::Catcher)| {
        handler(Part::Catcher(id, at), &it.errors, &|idx| Part::CatcherError(id, at, idx))
    };
    list("catchers", catchers.map(catcher).collect());
    let limits = limits(lowered).map(|limit| {
        let field = match limit {
            Limit::Timeout => "TimeoutSeconds",
            Limit::Heartbeat => "HeartbeatSeconds",
        };
        Json::object([("field", Json::from(field)), ("count", count(coverage.count(Part::TimeLimit(id, limit))))])
    });
    list("timeLimits", limits.collect());
    Json::Object(members)
}

fn count(value: u64) -> Json {
    Json::from(i64::try_from(value).unwrap_or(i64::MAX))
}
