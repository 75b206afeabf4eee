//! The search: every task with every answer, each machine once, those with fewer faults first.
//!
//! It goes wave by wave. A wave is taken apart by all threads and put together in its order, so what is found and which
//! run is the shortest is the same for any number of threads. A machine that has been met with as many faults or fewer
//! is not met again; between two of the same fingerprint nothing differs that could still matter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::asl::StateId;
use crate::asl::program::Program;
use crate::engine::{Failure, StartSpec, Status, start};
use crate::json::Json;

use super::alphabet::{Alphabet, Choice};
use super::trial::Trial;
use super::walk::{Decision, Hit, Node, Rest, Walker};
use super::{Bounds, MOST_ALWAYS, Options, Progress, Watch, on_all};

/// Nodes that are taken apart before their successors are looked at.
const CHUNK: usize = 512;

/// How a run ended, as far as it is told apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EndKey {
    pub(super) how: &'static str,
    /// Where the failure came from.
    pub(super) origin: StateId,
    pub(super) error: Arc<str>,
    /// The failure's cause begins so: errors of one name can have different reasons.
    pub(super) reason: Reason,
    pub(super) handled: bool,
    pub(super) assumed: bool,
    pub(super) always: u64,
}

/// What a failure is about, beyond its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// None, or a task's own.
    Plain,
    /// No handler can take it.
    Terminal,
    /// A Fail state says so.
    Meant,
    /// The history is full.
    Events,
}

/// The first run that ended so, and how many did.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) link: usize,
    pub(super) n_ends: u64,
    pub(super) failure: Option<Failure>,
    pub(super) members: BTreeSet<Arc<str>>,
}

struct Link {
    parent: Option<usize>,
    decision: Option<Decision>,
    root: usize,
}

/// What the search came to.
#[derive(Default)]
pub(super) struct Found {
    pub(super) ends: BTreeMap<EndKey, End>,
    /// What was reached, each with the link that was first to.
    pub(super) hits: BTreeMap<Hit, usize>,
    pub(super) n_states: usize,
    pub(super) n_runs: u64,
    pub(super) bounds: Bounds,
    /// Machines from which no end is reached, the first one's way.
    pub(super) trap: Option<(usize, StateId)>,
    /// The run that backs off longest of those that were met.
    pub(super) longest: Option<(f64, usize)>,
    /// A run that goes round by itself.
    pub(super) circle: Option<(usize, StateId, bool)>,
    /// Machines that stand and wait for nothing.
    pub(super) stuck: Option<usize>,
    links: Vec<Link>,
    inputs: Vec<Json>,
    /// The first result of each task.
    successes: Arc<BTreeMap<StateId, Arc<Choice>>>,
    /// For each task the first link after which it is decided what it answers, of runs without faults.
    calls: BTreeMap<StateId, usize>,
}

impl Found {
    /// Returns the tasks that are called in runs without faults, each with the link that leads to it.
    pub(super) fn first_calls(&self) -> impl Iterator<Item = (StateId, usize)> {
        self.calls.iter().map(|(state, link)| (*state, *link))
    }

    /// Returns the run that leads along a link.
    pub(super) fn trial(&self, link: usize, spec: &StartSpec) -> Trial {
        let mut decisions = Vec::new();
        let mut at = Some(link);
        let mut root = 0;
        while let Some(link) = at.and_then(|it| self.links.get(it)) {
            decisions.extend(link.decision.clone());
            root = link.root;
            at = link.parent;
        }
        decisions.reverse();
        let input = self.inputs.get(root).cloned().unwrap_or_else(|| spec.input.clone());
        Trial { spec: Arc::new(StartSpec { input, ..spec.clone() }), decisions, then: Arc::default() }
    }

    /// Returns the run that leads along a link and then goes on without a failure.
    pub(super) fn open_trial(&self, link: usize, spec: &StartSpec) -> Trial {
        Trial { then: Arc::clone(&self.successes), ..self.trial(link, spec) }
    }
}

/// A node with its place.
struct Place {
    node: Node,
    link: usize,
    id: u32,
}

/// A node that has been made and not yet been looked at.
struct Made {
    node: Node,
    print: u128,
    from: u32,
    link: usize,
}

struct Successor {
    node: Node,
    rest: Rest,
    print: u128,
    hits: Vec<Hit>,
}

struct Search<'a> {
    program: &'a Program,
    options: &'a Options,
    watch: &'a Watch<'a>,
    found: Found,
    met: BTreeMap<u128, u32>,
    /// Where a machine of a decision stands.
    stands_in: Vec<StateId>,
    link_of: Vec<usize>,
    edges: Vec<(u32, u128)>,
    /// Machines with an end behind them, or of which it is not known.
    ends: BTreeSet<u32>,
    later: BTreeMap<u32, Vec<Made>>,
    /// Machines that are kept for later, so that none is kept twice.
    kept: BTreeSet<(u32, u128)>,
}

/// Searches everything that can happen from these inputs on.
pub(super) fn search(
    program: &Program,
    spec: &StartSpec,
    inputs: &[Json],
    (alphabet, assumed, draws): (&Alphabet, bool, bool),
    options: &Options,
    watch: &Watch<'_>,
) -> Found {
    let walker = Walker {
        program,
        alphabet,
        always: options.always.iter().copied().take(MOST_ALWAYS).collect(),
        most_attempts: options.most_attempts.max(1),
        draws,
    };
    let success = |idx| walker.alphabet.of(StateId(idx)).iter().find(|it| !it.is_fault()).cloned();
    let successes = (0..program.states.len() as u32).filter_map(|it| Some((StateId(it), success(it)?)));
    let found = Found { inputs: inputs.to_vec(), successes: Arc::new(successes.collect()), ..Found::default() };
    let mut search = Search {
        program,
        options,
        watch,
        found,
        met: BTreeMap::new(),
        stands_in: Vec::new(),
        link_of: Vec::new(),
        edges: Vec::new(),
        ends: BTreeSet::new(),
        later: BTreeMap::new(),
        kept: BTreeSet::new(),
    };
    let mut first = Vec::new();
    for (root, input) in inputs.iter().enumerate() {
        let spec = Arc::new(StartSpec { input: input.clone(), ..spec.clone() });
        let machine = start(program, spec);
        let mut node = Node::new(machine, assumed);
        let mut hits = Vec::new();
        let now = node.machine.now;
        let rest = walker.go_on(&mut node, now, &mut hits);
        let print = node.fingerprint(program);
        search.found.links.push(Link { parent: None, decision: None, root });
        let link = search.found.links.len() - 1;
        let successor = Successor { node, rest, print, hits };
        search.take(None, link, successor, &mut first);
    }
    search.run(&walker, first);
    search.trap();
    search.found
}

impl Search<'_> {
    fn run(&mut self, walker: &Walker<'_>, first: Vec<Made>) {
        self.later.insert(0, first);
        while let Some((faults, made)) = self.later.pop_first() {
            self.kept.clear();
            if self.options.faults.is_some_and(|most| faults > most) {
                self.found.bounds.faults = self.options.faults;
                self.unknown(&made);
                for (_, made) in std::mem::take(&mut self.later) {
                    self.unknown(&made);
                }
                return;
            }
            let mut wave = self.places(made);
            while !wave.is_empty() {
                let mut made = Vec::new();
                for chunk in wave.chunks(CHUNK) {
                    if self.is_over() {
                        self.found.bounds.complete_faults = faults.checked_sub(1);
                        self.ends.extend(self.link_of.iter().enumerate().map(|it| it.0 as u32));
                        return;
                    }
                    let all = on_all(self.options.threads, chunk, |place| self.expand(walker, &place.node));
                    for (place, successors) in chunk.iter().zip(all) {
                        self.merge(walker, place, successors, &mut made);
                    }
                }
                wave = self.places(made);
                (self.watch.progress)(Progress {
                    n_states: self.found.n_states,
                    n_runs: self.found.n_runs,
                    faults,
                    n_open: wave.len() + self.later.values().map(Vec::len).sum::<usize>(),
                });
            }
            self.found.bounds.complete_faults = Some(faults);
        }
    }

    fn is_over(&mut self) -> bool {
        self.found.bounds.cancelled |= self.watch.cancel.load(Ordering::Relaxed);
        self.found.bounds.states |= self.found.n_states >= self.options.most_states;
        self.found.bounds.cancelled || self.found.bounds.states
    }

    /// Notes that nothing is known of what is behind these.
    fn unknown(&mut self, made: &[Made]) {
        self.ends.extend(made.iter().map(|it| it.from));
    }

    /// Gives those a place that have not been met.
    fn places(&mut self, made: Vec<Made>) -> Vec<Place> {
        let mut places = Vec::new();
        for Made { node, print, from, link } in made {
            let next = self.link_of.len() as u32;
            if from != u32::MAX {
                self.edges.push((from, print));
            }
            if self.met.contains_key(&print) {
                continue;
            }
            self.met.insert(print, next);
            if node.faults == 0 {
                for open in &node.open {
                    self.found.calls.entry(open.state).or_insert(link);
                }
            }
            self.link_of.push(link);
            self.stands_in.push(node.next().map_or(StateId::NONE, |it| it.state));
            self.found.n_states += 1;
            places.push(Place { node, link, id: next });
        }
        places
    }

    fn expand(&self, walker: &Walker<'_>, node: &Node) -> Vec<(Decision, Successor)> {
        let Some(open) = node.next() else { return Vec::new() };
        let choices = walker.choices(node, open);
        let successor = |choice| {
            let mut hits = Vec::new();
            let (node, decision, rest) = walker.decide(node, open, choice, &mut hits);
            let print = if rest == Rest::Decide { node.fingerprint(self.program) } else { 0 };
            (decision, Successor { node, rest, print, hits })
        };
        choices.into_iter().map(successor).collect()
    }

    fn merge(
        &mut self,
        walker: &Walker<'_>,
        place: &Place,
        successors: Vec<(Decision, Successor)>,
        made: &mut Vec<Made>,
    ) {
        let open = place.node.next();
        if open.is_some_and(|it| it.attempt() > walker.most_attempts) {
            self.found.bounds.attempts = true;
        }
        let root = self.found.links[place.link].root;
        for (decision, successor) in successors {
            let link = self.found.links.len();
            self.found.links.push(Link { parent: Some(place.link), decision: Some(decision), root });
            if !self.take(Some((place.id, place.node.faults)), link, successor, made) {
                self.found.links.pop();
            }
        }
    }

    /// Looks at what a decision led to; returns whether its link is needed.
    fn take(&mut self, from: Option<(u32, u32)>, link: usize, successor: Successor, made: &mut Vec<Made>) -> bool {
        let Successor { node, rest, print, hits, .. } = successor;
        let (id, faults) = from.unwrap_or((u32::MAX, 0));
        let mut is_kept = from.is_none();
        for hit in hits {
            self.found.hits.entry(hit).or_insert_with(|| {
                is_kept = true;
                link
            });
        }
        if node.back_off_secs > self.found.longest.map_or(0.0, |it| it.0) {
            self.found.longest = Some((node.back_off_secs, link));
            is_kept = true;
        }
        match rest {
            Rest::Ended => {
                self.found.n_runs += 1;
                self.ends.insert(id);
                is_kept |= self.end(&node, link);
            }
            Rest::Loops => {
                // It ends by the history's quota, which says nothing of where it could have ended.
                self.found.n_runs += 1;
                self.ends.insert(id);
                is_kept |= self.found.circle.is_none();
                let stands = node.state();
                self.found.circle.get_or_insert((link, stands, node.assumed));
            }
            Rest::Stuck => {
                self.found.n_runs += 1;
                self.ends.insert(id);
                is_kept |= self.found.stuck.is_none();
                self.found.stuck.get_or_insert(link);
            }
            Rest::Decide if self.met.contains_key(&print) => {
                if id != u32::MAX {
                    self.edges.push((id, print));
                }
            }
            Rest::Decide if node.faults > faults => {
                let faults = node.faults;
                if self.kept.insert((faults, print)) {
                    self.later.entry(faults).or_default().push(Made { node, print, from: id, link });
                    is_kept = true;
                } else if id != u32::MAX {
                    self.edges.push((id, print));
                }
            }
            Rest::Decide => {
                made.push(Made { node, print, from: id, link });
                is_kept = true;
            }
        }
        is_kept
    }

    fn end(&mut self, node: &Node, link: usize) -> bool {
        let failure = node.machine.status.failure().cloned();
        let origin = node.origin.as_ref().filter(|it| Some(&it.1) == failure.as_ref());
        let state = origin.map_or(StateId::NONE, |it| it.0);
        let is_fail = |id: StateId| {
            let action = self.program.states.get(id.idx()).map(|it| &it.action);
            matches!(action, Some(crate::asl::program::Action::Fail { .. }))
        };
        let reason = match &failure {
            Some(it) if it.cause.as_deref().is_some_and(|it| it.contains("maximum number of history events")) => {
                Reason::Events
            }
            Some(it) if it.kind == crate::engine::FailureKind::Terminal => Reason::Terminal,
            Some(_) if is_fail(state) => Reason::Meant,
            _ => Reason::Plain,
        };
        let how = match node.machine.status {
            Status::Running => "RUNNING",
            ref other => other.name(),
        };
        let error = failure.as_ref().and_then(|it| it.error.clone()).unwrap_or_default();
        let key = EndKey {
            how,
            origin: state,
            error,
            reason,
            handled: node.handled,
            assumed: node.assumed,
            always: node.always,
        };
        let mut is_new = false;
        let end = self.found.ends.entry(key).or_insert_with(|| {
            is_new = true;
            End { link, n_ends: 0, failure, members: BTreeSet::new() }
        });
        end.n_ends += 1;
        end.members.extend(node.members().iter().cloned());
        is_new
    }

    /// Finds a machine from which no end can be reached.
    fn trap(&mut self) {
        let mut before: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (from, print) in &self.edges {
            match self.met.get(print) {
                Some(to) => before.entry(*to).or_default().push(*from),
                // It was made and never looked at.
                None => {
                    self.ends.insert(*from);
                }
            }
        }
        let mut open: Vec<u32> = self.ends.iter().copied().collect();
        let mut leads: BTreeSet<u32> = self.ends.clone();
        while let Some(id) = open.pop() {
            for from in before.get(&id).into_iter().flatten() {
                if leads.insert(*from) {
                    open.push(*from);
                }
            }
        }
        let first = (0..self.link_of.len() as u32).find(|id| !leads.contains(id));
        self.found.trap = first.map(|id| (self.link_of[id as usize], self.stands_in[id as usize]));
    }
}
