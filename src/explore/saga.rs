//! The saga audit: what stays done when a step fails, and when another one fails while that is being handled.
//!
//! For each task that can fail the run goes the shortest way to it; what runs beside it in a Parallel is done before it
//! fails, which leaves most to undo. It fails with each error that handlers tell apart, at every attempt; everything
//! else succeeds. For double failures each task that is then called fails as well. A step counts as done when its task
//! has succeeded, and as undone when the task of a state that undoes it has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::asl::{Outline, StateId};
use crate::diagnostic::Severity;
use crate::engine::Status;

use super::alphabet::{Alphabet, Choice};
use super::findings::{Kind, is_fail, path_error};
use super::search::Found;
use super::trial::Trial;
use super::walk::{Decision, Node, Open, Rest, Walker};
use super::{Ground, Options, Watch, on_all};

/// Decisions that a run of the audit takes at most: one that goes round is left there.
const MOST_DECISIONS: usize = 2_000;
/// Runs of the audit at most.
const MOST_RUNS: usize = 20_000;

/// What an audit came to.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The steps in the order in which they are done, each with the states that undo it.
    pub steps: Vec<(StateId, Vec<StateId>)>,
    /// One row for each failure, or pair of failures, and what came of it; errors with the same are one row.
    pub rows: Vec<Row>,
    /// How many runs were made.
    pub n_runs: usize,
    /// Whether there would have been more.
    pub is_cut: bool,
}

/// A failure, or two, and what came of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// What fails, in order.
    pub fails_at: Vec<Fault>,
    /// What became of each step.
    pub cells: Vec<Cell>,
    /// In which state the run ended, or with which error.
    pub ends_in: String,
    /// What that means.
    pub verdict: Outcome,
    /// The run.
    pub trial: Trial,
}

/// A state that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The state.
    pub state: StateId,
    /// The errors with which it comes to the same.
    pub errors: Vec<Arc<str>>,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It was not done, so there was nothing to undo.
    NotDone,
    /// It was done and stays, as it should: the run went on and succeeded.
    Kept,
    /// It was undone, as so many-th of the steps, from 1.
    Undone(u32),
    /// It was done and is not undone.
    LeftInPlace,
    /// It was undone more often than it was done.
    UndoneTwice,
}

/// What a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing had been done.
    NothingToUndo,
    /// Everything that had been done was undone, in the reverse order.
    AllUndone,
    /// The run went on and succeeded.
    GoesOn,
    /// So many steps stay done.
    LeftInPlace(u32),
    /// A step was undone again.
    UndoneTwice,
    /// Everything was undone, and not in the reverse order.
    NotInReverse,
    /// Everything was undone, and the run ends with the error of what failed while the first failure was being handled.
    ErrorHidden,
    /// It cannot be told, because the run rests on data that were made up.
    Unknown,
}

impl Outcome {
    /// Returns how bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::LeftInPlace(_) | Self::UndoneTwice => Severity::Error,
            Self::NotInReverse | Self::ErrorHidden => Severity::Warning,
            Self::NothingToUndo | Self::AllUndone | Self::GoesOn | Self::Unknown => Severity::Note,
        }
    }

    pub(super) fn kind(self) -> Option<Kind> {
        match self {
            Self::LeftInPlace(_) => Some(Kind::LeftInPlace),
            Self::UndoneTwice => Some(Kind::UndoneTwice),
            Self::NotInReverse => Some(Kind::NotInReverse),
            Self::ErrorHidden => Some(Kind::ErrorHidden),
            Self::NothingToUndo | Self::AllUndone | Self::GoesOn | Self::Unknown => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToUndo => f.write_str("nothing to undo"),
            Self::AllUndone => f.write_str("all undone"),
            Self::GoesOn => f.write_str("goes on"),
            Self::LeftInPlace(1) => f.write_str("1 step left"),
            Self::LeftInPlace(n) => write!(f, "{n} steps left"),
            Self::UndoneTwice => f.write_str("undone twice"),
            Self::NotInReverse => f.write_str("not in reverse"),
            Self::ErrorHidden => f.write_str("error hidden"),
            Self::Unknown => f.write_str("cannot be told"),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDone => f.write_str("–"),
            Self::Kept => f.write_str("kept"),
            Self::Undone(nth) => {
                let ending = match (nth % 10, nth % 100) {
                    (1, it) if it != 11 => "st",
                    (2, it) if it != 12 => "nd",
                    (3, it) if it != 13 => "rd",
                    _ => "th",
                };
                write!(f, "undone {nth}{ending}")
            }
            Self::LeftInPlace => f.write_str("left in place"),
            Self::UndoneTwice => f.write_str("undone twice"),
        }
    }
}

impl Audit {
    /// Returns what a row says of the steps, in words.
    pub(super) fn says(&self, outline: &Outline, row: &Row) -> String {
        let which = |wanted: &dyn Fn(&Cell) -> bool| {
            let of = self.steps.iter().zip(&row.cells).filter(|it| wanted(it.1));
            of.map(|it| format!("{:?}", outline.name(it.0.0))).collect::<Vec<_>>().join(", ")
        };
        match row.verdict {
            Outcome::LeftInPlace(1) => format!("{} stays done", which(&|it| *it == Cell::LeftInPlace)),
            Outcome::LeftInPlace(_) => format!("{} stay done", which(&|it| *it == Cell::LeftInPlace)),
            Outcome::UndoneTwice => format!("{} is undone twice", which(&|it| *it == Cell::UndoneTwice)),
            Outcome::NotInReverse => {
                format!("{} are not undone in the reverse order", which(&|it| matches!(it, Cell::Undone(_))))
            }
            Outcome::ErrorHidden => "everything is undone, and the first error is lost".to_owned(),
            other => other.to_string(),
        }
    }
}

/// A node and the decisions that led to it.
#[derive(Clone)]
struct Way {
    node: Node,
    decisions: Vec<Decision>,
}

/// A run under way: what fails in it, and where else something could.
struct Run {
    way: Way,
    rest: Rest,
    /// The first moments at which other tasks were asked after the first failure.
    asked: Vec<(StateId, Way)>,
}

struct Auditor<'a> {
    ground: &'a Ground<'a>,
    walker: Walker<'a>,
    steps: Vec<(StateId, Vec<StateId>)>,
    assumed: bool,
}

pub(super) fn audit(
    ground: &Ground<'_>,
    found: &Found,
    alphabet: &Alphabet,
    assumed: bool,
    options: &Options,
    watch: &Watch<'_>,
) -> Audit {
    let walker = Walker {
        program: ground.program,
        alphabet,
        always: Vec::new(),
        most_attempts: options.most_attempts,
        draws: ground.draws,
    };
    let ways = first_ways(ground, found);
    // In the order in which the shortest ways come to them.
    let mut steps: Vec<(usize, StateId, Vec<StateId>)> = ground
        .pairs
        .steps
        .iter()
        .filter_map(|(step, by)| Some((ways.get(step)?.0, *step, by.iter().copied().collect())))
        .collect();
    steps.sort();
    let steps = steps.into_iter().map(|it| (it.1, it.2)).collect();
    let auditor = Auditor { ground, walker, steps, assumed };
    let mut cases: Vec<(usize, StateId, usize)> = Vec::new();
    for (state, (depth, ..)) in &ways {
        let choices = auditor.walker.alphabet.of(*state);
        cases.extend(choices.iter().enumerate().filter(|it| it.1.is_fault()).map(|it| (*depth, *state, it.0)));
    }
    cases.sort_unstable();
    let mut rows: Vec<Row> = Vec::new();
    let (mut n_runs, mut is_cut) = (0, false);
    let mut doubles: Vec<(StateId, usize, StateId, Way)> = Vec::new();
    let singles = on_all(options.threads, &cases, |(_, state, choice)| {
        let way = auditor.prefix(&ways[state].1)?;
        Some(auditor.run(way, *state, *choice, true))
    });
    for ((_, state, choice), run) in cases.iter().zip(singles) {
        let Some(run) = run else { continue };
        n_runs += 1;
        auditor.add(&mut rows, &[(*state, *choice)], &run);
        doubles.extend(run.asked.into_iter().map(|(then, way)| (*state, *choice, then, way)));
    }
    let mut pairs = Vec::new();
    for (first, choice, then, way) in &doubles {
        let choices = auditor.walker.alphabet.of(*then).iter().enumerate().filter(|it| it.1.is_fault());
        pairs.extend(choices.map(|it| (*first, *choice, *then, it.0, way)));
    }
    is_cut |= pairs.len() > MOST_RUNS;
    pairs.truncate(MOST_RUNS);
    for chunk in pairs.chunks(256) {
        if watch.cancel.load(std::sync::atomic::Ordering::Relaxed) {
            is_cut = true;
            break;
        }
        let runs = on_all(options.threads, chunk, |(_, _, then, choice, way)| {
            auditor.run((*way).clone(), *then, *choice, false)
        });
        for ((first, choice, then, second, _), run) in chunk.iter().zip(runs) {
            n_runs += 1;
            auditor.add(&mut rows, &[(*first, *choice), (*then, *second)], &run);
        }
    }
    Audit { steps: auditor.steps, rows, n_runs, is_cut }
}

/// Returns for each task that is called without a failure before the shortest way to it, with its length.
fn first_ways(ground: &Ground<'_>, found: &Found) -> BTreeMap<StateId, (usize, Trial)> {
    found
        .first_calls()
        .map(|(state, link)| {
            let trial = found.trial(link, ground.spec);
            (state, (trial.decisions.len(), trial))
        })
        .collect()
}

impl Auditor<'_> {
    /// Returns the way along a trial.
    fn prefix(&self, trial: &Trial) -> Option<Way> {
        let machine = crate::engine::start(self.ground.program, Arc::clone(&trial.spec));
        let mut node = Node::new(machine, self.assumed);
        let now = node.machine.now;
        self.walker.go_on(&mut node, now, &mut Vec::new());
        let mut way = Way { node, decisions: Vec::new() };
        for decision in &trial.decisions {
            let open = way.node.open.iter().find(|it| it.effect == decision.effect)?.clone();
            self.step(&mut way, &open, (0, Arc::clone(&decision.choice)));
        }
        Some(way)
    }

    fn step(&self, way: &mut Way, open: &Open, choice: (usize, Arc<Choice>)) -> Rest {
        let (node, decision, rest) = self.walker.decide(&way.node, open, choice, &mut Vec::new());
        way.node = node;
        way.decisions.push(decision);
        rest
    }

    /// Lets `failing` fail at every attempt of the visit that the way has come to, and everything else succeed.
    fn run(&self, way: Way, failing: StateId, choice: usize, first: bool) -> Run {
        let mut run = Run { way, rest: Rest::Decide, asked: Vec::new() };
        let mut has_failed = false;
        let mut seen = BTreeSet::new();
        // What an earlier failure goes on failing with stays that.
        while run.rest == Rest::Decide && run.way.decisions.len() < MOST_DECISIONS {
            let open = &run.way.node.open;
            if has_failed && first {
                for it in open.iter().filter(|it| it.state != failing && seen.insert(it.state)) {
                    run.asked.push((it.state, run.way.clone()));
                }
            }
            // What runs beside it is done before it fails.
            let others = open.iter().filter(|it| it.state != failing);
            let Some(next) = others.min_by_key(|it| it.strand).or_else(|| open.first()).cloned() else { break };
            let all = self.walker.answers(&next);
            let success = || all.iter().position(|it| !it.is_fault());
            let wanted = if next.state == failing { Some(choice) } else { success() };
            let Some((idx, choice)) = wanted.and_then(|idx| Some((idx, Arc::clone(all.get(idx)?)))) else { break };
            has_failed |= next.state == failing;
            run.rest = self.step(&mut run.way, &next, (idx, choice));
        }
        run
    }

    /// Adds a run to the rows, or its errors to the row that came to the same.
    fn add(&self, rows: &mut Vec<Row>, faults: &[(StateId, usize)], run: &Run) {
        let trial = Trial {
            spec: Arc::clone(run.way.node.machine.spec()),
            decisions: run.way.decisions.clone(),
            then: Arc::default(),
        };
        let fails_at: Vec<Fault> = faults
            .iter()
            .map(|(state, choice)| {
                let members = self.walker.alphabet.of(*state).get(*choice).map(|it| it.members.clone());
                Fault { state: *state, errors: members.unwrap_or_default() }
            })
            .collect();
        let (cells, in_reverse, undid) = self.cells(&run.way);
        let node = &run.way.node;
        let is_success = matches!(node.machine.status, Status::Succeeded(_));
        let goes_on = is_success && !undid;
        let cells: Vec<Cell> =
            cells.into_iter().map(|it| if goes_on && it == Cell::LeftInPlace { Cell::Kept } else { it }).collect();
        let failure = node.machine.status.failure();
        let origin = node.origin.as_ref().filter(|it| Some(&it.1) == failure).map(|it| it.0);
        let error = failure.and_then(|it| it.error.clone());
        let ends_in = match (&node.machine.status, origin) {
            (Status::Running, _) => "no end".to_owned(),
            (Status::Succeeded(_), _) => "success".to_owned(),
            (_, Some(state)) if is_fail(self.ground, state) => self.ground.program.outline.name(state).to_owned(),
            _ => error.as_deref().map_or("a failure".to_owned(), |it| format!("{it}, uncaught")),
        };
        let is_terminal = failure.is_some_and(|it| it.kind == crate::engine::FailureKind::Terminal);
        let n_left = cells.iter().filter(|it| **it == Cell::LeftInPlace).count() as u32;
        let last = faults.last().map_or(StateId::NONE, |it| it.0);
        let origin_id = origin.unwrap_or(StateId::NONE);
        let rests_on_guesses = || is_terminal && node.assumed && path_error(self.ground, &trial, origin_id).is_none();
        let verdict = if run.rest != Rest::Ended || rests_on_guesses() {
            Outcome::Unknown
        } else if cells.contains(&Cell::UndoneTwice) {
            Outcome::UndoneTwice
        } else if n_left > 0 {
            Outcome::LeftInPlace(n_left)
        } else if goes_on {
            Outcome::GoesOn
        } else if !in_reverse {
            Outcome::NotInReverse
        } else if faults.len() > 1 && origin == Some(last) && undid {
            Outcome::ErrorHidden
        } else if cells.iter().all(|it| *it == Cell::NotDone) {
            Outcome::NothingToUndo
        } else {
            Outcome::AllUndone
        };
        let same = rows.iter_mut().find(|row| {
            let states = row.fails_at.iter().map(|it| it.state).eq(faults.iter().map(|it| it.0));
            let all_but_one = row.fails_at.iter().zip(&fails_at).filter(|it| it.0.errors != it.1.errors).count() < 2;
            states && all_but_one && row.cells == cells && row.verdict == verdict && row.ends_in == ends_in
        });
        match same {
            Some(row) => {
                for (known, new) in row.fails_at.iter_mut().zip(fails_at) {
                    for error in new.errors {
                        if !known.errors.contains(&error) {
                            known.errors.push(error);
                        }
                    }
                }
            }
            None => rows.push(Row { fails_at, cells, ends_in, verdict, trial }),
        }
    }

    /// Returns what became of each step, whether what was undone was so in the reverse order, and whether anything was.
    fn cells(&self, way: &Way) -> (Vec<Cell>, bool, bool) {
        let n_steps = self.steps.len();
        let (mut n_done, mut n_undone, mut again) = (vec![0_u32; n_steps], vec![0_u32; n_steps], vec![false; n_steps]);
        let (mut done, mut undone): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut undid = false;
        for decision in way.decisions.iter().filter(|it| !it.choice.is_fault()) {
            for (idx, (step, by)) in self.steps.iter().enumerate() {
                if *step == decision.state {
                    n_done[idx] += 1;
                    done.push(idx);
                }
                if !by.contains(&decision.state) {
                    continue;
                }
                undid = true;
                if n_undone[idx] < n_done[idx] {
                    n_undone[idx] += 1;
                    undone.push(idx);
                } else {
                    again[idx] |= n_done[idx] > 0;
                }
            }
        }
        let nth = |idx: usize| undone.iter().rposition(|it| *it == idx).map_or(0, |it| it as u32 + 1);
        let cell = |idx: usize| match (n_done[idx], n_undone[idx]) {
            _ if again[idx] => Cell::UndoneTwice,
            (0, _) => Cell::NotDone,
            (done, undone) if undone < done => Cell::LeftInPlace,
            _ => Cell::Undone(nth(idx)),
        };
        let in_reverse = undone.windows(2).all(|pair| {
            let at = |idx: usize| done.iter().position(|it| *it == idx);
            // One state can undo several steps, and steps of different branches have no order.
            let same = self.steps[pair[0]].1 == self.steps[pair[1]].1;
            let outline = &self.ground.program.outline;
            let scope = |idx: usize| outline.state(self.steps[idx].0).map(|it| it.scope);
            same || scope(pair[0]) != scope(pair[1]) || at(pair[0]) >= at(pair[1])
        });
        ((0..n_steps).map(cell).collect(), in_reverse, undid)
    }
}

/// Returns what fails in a row, in words: `BookCar then CancelHotel`, with the errors where they make a difference.
pub fn title(outline: &Outline, row: &Row, rows: &[Row]) -> String {
    let states = |it: &Row| it.fails_at.iter().map(|it| it.state).collect::<Vec<_>>();
    let is_alone = rows.iter().filter(|it| states(it) == states(row)).count() == 1;
    let one = |fault: &Fault| {
        let name = outline.name(fault.state);
        match &fault.errors[..] {
            [first, others @ ..] if !is_alone && !others.is_empty() => format!("{name} ({first}, +{})", others.len()),
            [only] if !is_alone => format!("{name} ({only})"),
            _ => name.to_owned(),
        }
    };
    row.fails_at.iter().map(one).collect::<Vec<_>>().join(" then ")
}
