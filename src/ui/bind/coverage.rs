//! Coverage as the window shows it: the table, and the heat of the graph.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::program::Program;
use crate::asl::{StateId, TransitionKind};
use crate::session::coverage::{self, Coverage, Part};
use crate::ui::exploration::coverage::{CoverageView, KindView, Source};
use crate::ui::graph::model::GraphModel;
use crate::ui::graph::status::{Coverage as Heat, Layer};

/// What some runs went through.
#[derive(Debug)]
pub struct Counted {
    /// Of all of them together.
    pub coverage: Coverage,
    /// By part: how many runs went through it.
    by_runs: BTreeMap<Part, u64>,
    n_runs: u64,
}

impl Counted {
    /// Adds up runs of one definition.
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a Arc<Coverage>>) -> Self {
        let mut counted = Self { coverage: Coverage::default(), by_runs: BTreeMap::new(), n_runs: 0 };
        for run in runs {
            counted.coverage.merge(run);
            counted.n_runs += 1;
            for (part, _) in run.iter() {
                *counted.by_runs.entry(part).or_default() += 1;
            }
        }
        counted
    }

    fn runs(&self, part: Part) -> u64 {
        self.by_runs.get(&part).copied().unwrap_or(0)
    }

    fn count_words(&self) -> String {
        if self.n_runs == 1 { "1 run".to_owned() } else { format!("{} runs", self.n_runs) }
    }
}

/// Returns the table. `left_out` runs are of another definition; `gain` is what the run that is shown would add.
pub fn view(
    program: &Program,
    counted: &Counted,
    source: Source,
    left_out: usize,
    gain: Option<&[Part]>,
) -> CoverageView {
    let report = coverage::report(program, &counted.coverage);
    let name = |part: Part| part.state().map(|it| program.outline.name(it).to_owned());
    let kinds = report.tallies.iter().map(|tally| {
        let missing = report.missing.iter().filter(|it| it.kind() == tally.kind);
        KindView {
            title: capital(tally.kind.title()),
            hit: tally.hit,
            total: tally.total,
            missing: missing.map(|it| (name(*it), it.missing_in_words(program))).collect(),
        }
    });
    let of = match source {
        Source::ThisRun => "the run that is shown".to_owned(),
        Source::AllRuns => format!("{} of the workspace", counted.count_words()),
        Source::Exploration => format!("{} that exploration kept", counted.count_words()),
        Source::Scenarios => format!("{} of scenarios", counted.count_words()),
    };
    let left_out = match left_out {
        0 => String::new(),
        1 => "; 1 run of another definition is left out".to_owned(),
        n => format!("; {n} runs of another definition are left out"),
    };
    CoverageView {
        about: format!("Counted: {of}{left_out}"),
        kinds: kinds.collect(),
        gain: gain.map(|it| gained(program, it, matches!(source, Source::ThisRun | Source::AllRuns))),
    }
}

/// Says what a run adds to others, or would add to runs that it is not among.
fn gained(program: &Program, parts: &[Part], is_among: bool) -> String {
    const MOST_NAMED: usize = 3;
    let named: Vec<String> = parts.iter().take(MOST_NAMED).map(|it| in_words(*it, program)).collect();
    let adds = if is_among { "adds" } else { "would add" };
    match parts.len() {
        0 => format!("This run {adds} nothing"),
        n if n > MOST_NAMED => format!("This run {adds} {n}: {} and {} more", named.join(", "), n - MOST_NAMED),
        n => format!("This run {adds} {n}: {}", named.join(", ")),
    }
}

/// Says what happens where a part is gone through.
fn in_words(part: Part, program: &Program) -> String {
    let name = part.state().map_or("", |it| program.outline.name(it));
    match part {
        Part::State(_) => format!("{name} entered"),
        Part::Transition(id, idx) => {
            let way = program.outline.state(id).and_then(|it| it.transitions.get(idx as usize));
            format!("{name} to {}", way.map_or("", |it| &*it.name))
        }
        Part::Rule(_, Some(rule)) => format!("rule {} of {name}", rule + 1),
        Part::Rule(_, None) => format!("Default of {name}"),
        Part::Retrier(_, at) | Part::RetrierError(_, at, _) => format!("retrier {} of {name}", at + 1),
        Part::Catcher(_, at) | Part::CatcherError(_, at, _) => format!("catcher {} of {name}", at + 1),
        Part::TimeLimit(..) => format!("a time limit of {name}"),
        Part::ExecutionTimeLimit => "the time limit of the execution".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Returns the heat of states and ways: the more runs went through, the hotter.
pub fn layer(program: &Program, model: &GraphModel, counted: &Counted) -> Layer {
    let runs: Vec<u64> =
        (0..program.outline.states.len() as u32).map(|it| counted.runs(Part::State(StateId(it)))).collect();
    let heats = heats(&runs);
    let node = |(idx, heat): (usize, u8)| {
        let id = StateId(idx as u32);
        let words = if runs[idx] == 1 { "1 run".to_owned() } else { format!("{} runs", runs[idx]) };
        Heat {
            heat,
            line: if heat == 0 { String::new() } else { format!("{words} · {}", names(program, counted, id)) },
        }
    };
    let ways: Vec<u64> = model
        .edges
        .iter()
        .map(|edge| {
            let (from, to) = (StateId(edge.from.0), StateId(edge.to.0));
            let Some(state) = program.outline.state(from) else { return 0 };
            let leads = |way: &crate::asl::Transition| {
                way.target == Some(to) && matches!(way.kind, TransitionKind::Catch { .. }) == edge.is_catch()
            };
            let all = (0..).zip(&state.transitions).filter(|(_, it)| leads(it));
            all.map(|(idx, _)| counted.runs(Part::Transition(from, idx))).max().unwrap_or(0)
        })
        .collect();
    let reached = runs.iter().filter(|it| **it > 0).count();
    let most = runs.iter().max().copied().unwrap_or(0);
    Layer {
        nodes: heats.into_iter().enumerate().map(node).collect(),
        edges: self::heats(&ways).into_iter().map(|it| (it > 0).then_some(it)).collect(),
        summary: format!(
            "{}: {reached} of {} states reached; heat is runs through a state, up to {most}",
            counted.count_words(),
            runs.len()
        ),
    }
}

/// Returns quartiles of what is above nothing; 0 for the rest.
fn heats(runs: &[u64]) -> Vec<u8> {
    let reached: Vec<u64> = runs.iter().copied().filter(|it| *it > 0).collect();
    let mut heats = Layer::quartiles(&reached).into_iter();
    runs.iter().map(|it| if *it > 0 { heats.next().unwrap_or(1) } else { 0 }).collect()
}

/// Says how many names in the handlers of a state took something.
fn names(program: &Program, counted: &Counted, id: StateId) -> String {
    let Some(handlers) = program.states.get(id.idx()).map(|it| &it.handlers) else { return String::new() };
    let (mut hit, mut total) = (0, 0);
    let mut add = |part| {
        total += 1;
        hit += u32::from(counted.runs(part) > 0);
    };
    for (at, it) in (0..).zip(&handlers.retry) {
        (0..it.errors.len() as u32).for_each(|name| add(Part::RetrierError(id, at, name)));
    }
    for (at, it) in (0..).zip(&handlers.catch) {
        (0..it.errors.len() as u32).for_each(|name| add(Part::CatcherError(id, at, name)));
    }
    if total == 0 { "no handler".to_owned() } else { format!("{hit}/{total} names") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_reached_has_no_heat_and_does_not_cool_the_rest() {
        assert_eq!(heats(&[0, 8, 0, 4, 2, 1]), [0, 4, 0, 3, 2, 1]);
        assert_eq!(heats(&[0, 0]), [0, 0]);
    }
}
