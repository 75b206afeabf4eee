//! Which thread of control each event belongs to. The service does not say; it says which event each one follows from,
//! and that, with what each event is, leaves one answer (recorded rules: what a state's entry, an iteration, a retry or
//! an abort follows from).
//!
//! Where the event before is not in the file, the strands that stand where such an event can come are asked instead.

use std::sync::Arc;

use crate::asl::{ScopeId, StateId, StateKind};
use crate::engine::{Failure, FailureKind, TaskCall};

use super::names::{Family, Stage, What};
use super::states::{States, Way};

/// One thread of control, as far as the events have come.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub(super) parent: Option<u32>,
    pub(super) index: Option<u32>,
    pub(super) scope: ScopeId,
    pub(super) state: StateId,
    pub(super) kind: Option<StateKind>,
    /// What the entry of its state followed from.
    came_from: u32,
    pub(super) entered: u32,
    pub(super) stands: Stands,
    pub(super) last: u32,
    pub(super) call: Option<Arc<TaskCall>>,
    /// Failures of the visit.
    pub(super) n_failures: u32,
    /// The failure that the visit stands at, where an event carried it.
    pub(super) failure: Option<Arc<Failure>>,
    /// Of what kind the failure is that its Parallel or Map failed with for good.
    pub(super) failed_as: FailureKind,
    /// Whether a catcher took it out of its state.
    pub(super) caught: bool,
    /// The items of the Maps around it.
    pub(super) path: Arc<[(StateId, u32)]>,
    pub(super) maps: Arc<[(Arc<str>, u32)]>,
    pub(super) children: Vec<u32>,
    /// The event by which it ended or failed, and where it stood before.
    pub(super) before_end: (u32, Stands),
}

/// Where a thread stands in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// Opened, not in a state yet.
    Before,
    /// In its state.
    Inside,
    /// Its Parallel or Map has failed for good.
    Failed,
    /// Its state has been left.
    Left,
    /// Its state was given up.
    GivenUp,
    /// It has come to its end.
    Ended,
}

/// All threads of an execution.
#[derive(Debug)]
pub(super) struct Threads {
    pub(super) all: Vec<Thread>,
    /// By the id of an event: the thread it belongs to, and what it was.
    of_event: Vec<Option<(u32, What)>>,
    /// What the aborts that follow from one event have still to name, in the order in which strands are given up.
    aborting: (u32, Vec<u32>),
    /// The event that is read.
    now: u32,
    /// Strands that a redrive goes on with and that have not done so yet, in order.
    pub(super) redriven: Vec<u32>,
    /// Events whose place is a guess.
    pub(super) n_guessed: usize,
}

/// What is known of an event when its thread is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub(super) id: u32,
    pub(super) prev: Option<u32>,
    pub(super) what: What,
    pub(super) name: &'a str,
    pub(super) index: Option<u32>,
}

/// The execution's own thread.
pub(super) const ROOT: u32 = 0;

impl Threads {
    pub(super) fn new(n_events: usize) -> Self {
        let root = Thread::new(None, None, ScopeId::ROOT, Arc::default(), Arc::default());
        Self {
            all: vec![root],
            of_event: vec![None; n_events + 1],
            aborting: (0, Vec::new()),
            now: 0,
            redriven: Vec::new(),
            n_guessed: 0,
        }
    }

    pub(super) fn get(&self, id: u32) -> &Thread {
        &self.all[id as usize]
    }

    pub(super) fn get_mut(&mut self, id: u32) -> &mut Thread {
        &mut self.all[id as usize]
    }

    /// Returns the branches or iterations inside that have not ended.
    pub(super) fn children(&self, id: u32) -> Vec<u32> {
        self.get(id).children.clone()
    }

    /// Returns what the event `id` was.
    pub(super) fn what(&self, id: u32) -> Option<What> {
        self.of_event.get(id as usize).copied().flatten().map(|(_, what)| what)
    }

    /// Returns the thread of the event `id`.
    pub(super) fn of(&self, id: u32) -> Option<u32> {
        self.of_event.get(id as usize).copied().flatten().map(|(thread, _)| thread)
    }

    /// Returns the thread that the event belongs to, and takes note of the event.
    pub(super) fn place(&mut self, seen: Seen<'_>, states: &mut States) -> u32 {
        self.now = seen.id;
        let prev = seen.prev.filter(|it| *it < seen.id).and_then(|it| self.of(it).map(|thread| (it, thread)));
        let thread = match (seen.what, prev) {
            (What::Execution(_), _) => Some(ROOT),
            (_, None) if seen.prev == Some(0) => self.begin(&seen),
            (_, Some((prev, thread))) => self.behind(&seen, prev, thread, states),
            (_, None) => None,
        };
        let thread = thread.unwrap_or_else(|| {
            self.n_guessed += 1;
            self.guess(&seen, states).unwrap_or(ROOT)
        });
        if let Some(slot) = self.of_event.get_mut(seen.id as usize) {
            *slot = Some((thread, seen.what));
        }
        thread
    }

    /// What follows from nothing: the first state's entry, or that its expressions had no value.
    fn begin(&self, seen: &Seen<'_>) -> Option<u32> {
        let fits = match seen.what {
            What::State(_, Stage::Entered) => self.get(ROOT).stands == Stands::Before,
            What::EvaluationFailed => true,
            _ => false,
        };
        fits.then_some(ROOT)
    }

    /// What follows from the event `prev` of `thread`.
    fn behind(&mut self, seen: &Seen<'_>, prev: u32, thread: u32, states: &mut States) -> Option<u32> {
        let before = self.what(prev)?;
        if before == What::Execution(Stage::Redriven) {
            return self.behind_redrive(seen, states);
        }
        match seen.what {
            What::State(_, Stage::Entered) if before == What::State(StateKind::Parallel, Stage::Started) => {
                Some(self.enter_branch(thread, seen.name, states))
            }
            What::State(_, Stage::Entered) => Some(thread),
            What::State(kind, Stage::Aborted) => self.next_aborted(thread, prev, kind),
            What::State(kind, Stage::Exited) => self.around(thread, |it| it.kind == Some(kind) && it.is_inside()),
            // A new beginning follows from what failed inside; what failed for good does not begin again.
            What::State(kind, _) => self.around(thread, |it| it.kind == Some(kind) && it.stands == Stands::Inside),
            What::Iteration(Stage::Started) => {
                let map = self.around(thread, |it| it.in_map() && states.name(it.state).as_ref() == seen.name)?;
                Some(self.open_iteration(map, seen.index.unwrap_or(0), states))
            }
            What::Iteration(Stage::Aborted) => self.aborted_iteration(seen, thread, prev, states),
            What::Iteration(_) => self.around(thread, |it| self.is_open_iteration(it, seen, states)),
            What::MapRun(Stage::Aborted) => self.next_aborted(thread, prev, StateKind::Map),
            What::EvaluationFailed => self.that_came_from(seen, prev, thread, states),
            What::Task(..) | What::MapRun(_) | What::Other | What::Execution(_) => Some(thread),
        }
    }

    /// Returns the nearest thread from `thread` outwards of which `fits` says so.
    fn around(&self, thread: u32, fits: impl Fn(&Thread) -> bool) -> Option<u32> {
        let mut next = Some(thread);
        while let Some(id) = next {
            let it = self.get(id);
            if fits(it) {
                return Some(id);
            }
            next = it.parent;
        }
        None
    }

    /// An evaluation that failed follows from what the state's entry follows from, or, in a Wait, from the entry.
    fn that_came_from(&self, seen: &Seen<'_>, prev: u32, thread: u32, states: &States) -> Option<u32> {
        let in_state = |it: &Thread| states.name(it.state).as_ref() == seen.name && it.is_inside();
        let it = self.get(thread);
        // What a Map makes for an item is evaluated in the item's strand.
        let for_item = it.stands == Stands::Before && it.index.is_some();
        if in_state(it) || for_item && it.parent.is_some_and(|map| in_state(self.get(map))) {
            return Some(thread);
        }
        let children = self.get(thread).children.iter().copied();
        let mut beside = children.filter(|it| in_state(self.get(*it)) && self.get(*it).came_from == prev);
        beside.next().or_else(|| self.around(thread, in_state))
    }

    /// Returns the branch of the Parallel in `owner` whose first state is entered.
    fn enter_branch(&mut self, owner: u32, first: &str, states: &mut States) -> u32 {
        let state = self.get(owner).state;
        let scope = states.branch(state, first);
        let waiting = |it: &&u32| self.get(**it).scope == scope && self.get(**it).stands == Stands::Before;
        match self.get(owner).children.iter().find(waiting) {
            Some(&child) => child,
            None => self.open(owner, None, scope, states),
        }
    }

    fn open_iteration(&mut self, map: u32, index: u32, states: &mut States) -> u32 {
        let scope = states.processor(self.get(map).state);
        self.open(map, Some(index), scope, states)
    }

    fn open(&mut self, parent: u32, index: Option<u32>, scope: ScopeId, states: &States) -> u32 {
        let outer = self.get(parent);
        let (path, maps) = match index {
            Some(index) => (
                outer.path.iter().copied().chain([(outer.state, index)]).collect(),
                outer.maps.iter().cloned().chain([(states.name(outer.state), index)]).collect(),
            ),
            None => (Arc::clone(&outer.path), Arc::clone(&outer.maps)),
        };
        let id = self.all.len() as u32;
        self.all.push(Thread::new(Some(parent), index, scope, path, maps));
        self.get_mut(parent).children.push(id);
        id
    }

    /// A Parallel or Map begins, for the first time or again. A definition says how many branches there are; they have
    /// their strands from the beginning, as in the engine.
    pub(super) fn start_scope(&mut self, owner: u32, states: &States) {
        self.close_children(owner);
        if self.get(owner).kind == Some(StateKind::Parallel) {
            for scope in states.given_inside(self.get(owner).state).to_vec() {
                self.open(owner, None, scope, states);
            }
        }
    }

    /// The thread ends or fails; where it stood before is kept for a redrive.
    pub(super) fn stand(&mut self, thread: u32, stands: Stands) {
        let now = self.now;
        let it = self.get_mut(thread);
        // What is given up in several events was what it was before the first of them.
        if !matches!(it.stands, Stands::Failed | Stands::GivenUp | Stands::Ended) {
            it.before_end = (now, it.stands);
        }
        it.stands = stands;
    }

    /// Everything inside has ended.
    pub(super) fn close_children(&mut self, owner: u32) {
        let mut inside = std::mem::take(&mut self.get_mut(owner).children);
        while let Some(child) = inside.pop() {
            self.stand(child, Stands::Ended);
            inside.append(&mut self.get_mut(child).children);
        }
    }

    /// The iteration or branch has ended.
    pub(super) fn close(&mut self, thread: u32) {
        self.close_children(thread);
        self.stand(thread, Stands::Ended);
        if let Some(parent) = self.get(thread).parent {
            self.get_mut(parent).children.retain(|it| *it != thread);
        }
    }

    /// The state is entered.
    pub(super) fn enter(&mut self, thread: u32, state: StateId, seen: &Seen<'_>, states: &mut States) {
        let before = self.get(thread);
        if before.stands == Stands::Left {
            let way = if before.caught { Way::Caught } else { Way::On };
            let error = before.failure.as_ref().filter(|_| before.caught).and_then(|it| it.error.clone());
            states.follow(before.state, state, way, error.as_ref());
        }
        let kind = states.kind(state);
        let it = self.get_mut(thread);
        it.state = state;
        it.kind = kind;
        it.came_from = seen.prev.unwrap_or(0);
        it.entered = seen.id;
        it.stands = Stands::Inside;
        it.call = None;
        it.n_failures = 0;
        it.failure = None;
        it.caught = false;
    }

    /// Returns the strand of which the service says no more than that its state, of this kind, was given up.
    fn next_aborted(&mut self, thread: u32, prev: u32, kind: StateKind) -> Option<u32> {
        self.find_given_up(thread, prev);
        let fits = |it: &Thread| it.kind == Some(kind) && it.is_inside();
        self.aborting.1.iter().copied().find(|it| fits(self.get(*it)))
    }

    /// Notes the strands that are given up because of the event `prev` of `failing`, in the order in which that
    /// happens: the failing task's own, where its branch ends with it; then those beside it, what is inside them first.
    fn find_given_up(&mut self, failing: u32, prev: u32) {
        if self.aborting.0 != prev {
            let mut queue = Vec::new();
            if let Some(scope) = self.get(failing).parent {
                let it = self.get(failing);
                if it.index.is_none() && it.kind == Some(StateKind::Task) {
                    queue.push(failing);
                }
                self.push_inside(scope, failing, &mut queue);
            }
            self.aborting = (prev, queue);
        }
    }

    fn push_inside(&self, scope: u32, failing: u32, queue: &mut Vec<u32>) {
        for &child in self.get(scope).children.iter().filter(|it| **it != failing) {
            self.push_inside(child, failing, queue);
            queue.push(child);
        }
    }

    /// Returns the iteration of this Map and index that is given up next.
    fn aborted_iteration(&mut self, seen: &Seen<'_>, thread: u32, prev: u32, states: &States) -> Option<u32> {
        self.find_given_up(thread, prev);
        self.aborting.1.iter().copied().find(|it| self.is_open_iteration(self.get(*it), seen, states))
    }

    pub(super) fn is_open_iteration(&self, it: &Thread, seen: &Seen<'_>, states: &States) -> bool {
        let map = it.parent.map(|it| self.get(it));
        it.stands != Stands::Ended
            && it.index.is_some()
            && it.index == seen.index
            && map.is_some_and(|it| states.name(it.state).as_ref() == seen.name)
    }

    pub(super) fn first_open(&self, from: u32, fits: &dyn Fn(&Thread) -> bool) -> Option<u32> {
        for &child in &self.get(from).children {
            let inside = self.first_open(child, fits);
            if inside.is_some() {
                return inside;
            }
            if fits(self.get(child)) {
                return Some(child);
            }
        }
        None
    }

    /// Returns a thread that stands where the event can come; of several the one that the latest event belongs to.
    fn guess(&mut self, seen: &Seen<'_>, states: &mut States) -> Option<u32> {
        let latest = |fits: &dyn Fn(&Thread) -> bool| {
            let open = self.all.iter().zip(0..).filter(|(it, _)| it.stands != Stands::Ended && fits(it));
            open.max_by_key(|(it, _)| it.last).map(|(_, id)| id)
        };
        let named = |it: &Thread| states.name(it.state).as_ref() == seen.name;
        match seen.what {
            What::State(_, Stage::Entered) => {
                // A strand goes on in its own scope; a state that begins a branch opens one.
                let goes_on = |it: &Thread| it.stands == Stands::Left && states.has(it.scope, seen.name);
                if let Some(found) = latest(&goes_on) {
                    return Some(found);
                }
                if self.get(ROOT).stands == Stands::Before {
                    return Some(ROOT);
                }
                let opens = |it: &Thread| {
                    it.kind == Some(StateKind::Parallel)
                        && it.stands == Stands::Inside
                        && (states.given_inside(it.state).is_empty()
                            || states.given_inside(it.state).iter().any(|scope| states.has(*scope, seen.name)))
                };
                match latest(&opens) {
                    Some(owner) => Some(self.enter_branch(owner, seen.name, states)),
                    None => latest(&|it| matches!(it.stands, Stands::Left | Stands::Before)),
                }
            }
            What::State(_, Stage::Exited) | What::EvaluationFailed => latest(&|it| named(it) && it.is_inside()),
            What::State(kind, _) => latest(&|it| it.kind == Some(kind) && it.is_inside()),
            What::Task(family, stage) => latest(&|it| it.can_have(family, stage)),
            What::Iteration(Stage::Started) => {
                let map = latest(&|it| it.in_map() && named(it))?;
                Some(self.open_iteration(map, seen.index.unwrap_or(0), states))
            }
            What::Iteration(_) => self.first_open(ROOT, &|it| self.is_open_iteration(it, seen, states)),
            What::MapRun(_) => latest(&Thread::in_map),
            What::Execution(_) | What::Other => Some(ROOT),
        }
    }
}

impl Thread {
    fn new(
        parent: Option<u32>,
        index: Option<u32>,
        scope: ScopeId,
        path: Arc<[(StateId, u32)]>,
        maps: Arc<[(Arc<str>, u32)]>,
    ) -> Self {
        Self {
            parent,
            index,
            scope,
            state: StateId::NONE,
            kind: None,
            came_from: 0,
            entered: 0,
            stands: Stands::Before,
            last: 0,
            call: None,
            n_failures: 0,
            failure: None,
            failed_as: FailureKind::Named,
            caught: false,
            path,
            maps,
            children: Vec::new(),
            before_end: (0, Stands::Before),
        }
    }

    pub(super) fn is_inside(&self) -> bool {
        matches!(self.stands, Stands::Inside | Stands::Failed)
    }

    fn in_map(&self) -> bool {
        self.kind == Some(StateKind::Map) && self.stands == Stands::Inside
    }

    fn can_have(&self, family: Family, stage: Stage) -> bool {
        use crate::asl::program::Resource;
        if self.kind != Some(StateKind::Task) || !self.is_inside() {
            return false;
        }
        let same = |call: &Arc<TaskCall>| {
            matches!(
                (&call.resource, family),
                (Resource::Lambda(_), Family::Lambda)
                    | (Resource::Activity(_), Family::Activity)
                    | (Resource::Service { .. }, Family::Service)
            )
        };
        stage == Stage::Scheduled || self.call.as_ref().is_some_and(same)
    }
}
