//! Parallel and Map: forking strands, joining them, and giving them up when one fails.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::program::{Action, Items, Map};
use crate::asl::{ScopeId, StateId};
use crate::expr::{Fault, mix};
use crate::items::Ending;
use crate::json::{Array, Json, text};

use super::apply::Cx;
use super::event::{Effect, EventId, EventKind, StrandId};
use super::failure::Failure;
use super::machine::{Item, Join, Phase, ShownItem, Strand, Variables};
use super::trace::Step;

/// Iterations of an inline Map that run at the same time, at most (the service's quota).
const MOST_CONCURRENT: i64 = 40;

impl Cx<'_> {
    /// Starts all branches of a Parallel.
    pub(super) fn fork(&mut self, id: StrandId, branches: &[ScopeId]) -> Result<(), Fault> {
        let input = self.effective_input(id)?;
        let started = self.emit_next(id, EventKind::ParallelStarted);
        let item = self.strand(id).item.clone();
        let mut children = BTreeSet::new();
        for (slot, &branch) in (0..).zip(branches) {
            let child = self.open(id, slot, self.program.start(branch), started, item.clone());
            self.schedule(child, Phase::Enter(input.clone()), self.machine.now);
            children.insert(child);
        }
        self.strand_mut(id).phase = Phase::Joining(Join {
            results: branches.iter().map(|_| Json::Null).collect(),
            children,
            n_done: 0,
            items: Array::from_iter([]),
            next_item: 0,
            processor: None,
            input: Json::Null,
        });
        Ok(())
    }

    /// Starts as many iterations of a Map as may run at the same time.
    pub(super) fn iterate(&mut self, id: StrandId, map: &Map) -> Result<(), Fault> {
        let input = self.effective_input(id)?;
        let limit = self.concurrency(id, map, &input)?;
        let limit = if limit <= 0 { MOST_CONCURRENT } else { limit.min(MOST_CONCURRENT) };
        let items = self.items(id, &map.items, &input)?;
        let n_items = items.len();
        self.emit_next(id, EventKind::MapStarted { length: n_items as u32 });
        self.tolerance(id, map, &input)?;
        self.strand_mut(id).phase = Phase::Joining(Join {
            results: items.iter().map(|_| Json::Null).collect(),
            children: BTreeSet::new(),
            n_done: 0,
            items,
            next_item: 0,
            processor: Some(map.processor),
            input,
        });
        if n_items == 0 {
            self.joined(id);
        }
        let started = self.strand(id).last;
        for _ in 0..limit.min(n_items as i64) {
            // A selector that has no value ends the Map, and with it the rest of this loop.
            if !self.start_iteration(id, started) {
                break;
            }
        }
        Ok(())
    }

    /// Reads how many failures the Map tolerates: a count and a percentage.
    pub(super) fn tolerance(
        &mut self,
        id: StrandId,
        map: &Map,
        input: &Json,
    ) -> Result<(Option<i64>, Option<f64>), Fault> {
        let count = self.amount(id, map.tolerated_count.as_ref(), input)?;
        if count.is_some_and(|it| it < 0) {
            return Err(Fault::runtime("ToleratedFailureCount cannot be negative."));
        }
        let percentage = self.percentage(id, map.tolerated_percentage.as_ref(), input)?;
        if percentage.is_some_and(|it| !(0.0..=100.0).contains(&it)) {
            return Err(Fault::runtime("ToleratedFailurePercentage must be between 0 and 100."));
        }
        if let Some(most) = count {
            self.trace(id, || Step::ToleratedFailureCount(most));
        }
        if let Some(most) = percentage {
            self.trace(id, || Step::ToleratedFailurePercentage(most));
        }
        Ok((count, percentage))
    }

    /// Reads how many iterations may run at the same time; 0 is no limit.
    pub(super) fn concurrency(&mut self, id: StrandId, map: &Map, input: &Json) -> Result<i64, Fault> {
        let most = self.amount(id, Some(&map.max_concurrency), input)?.unwrap_or(0);
        self.trace(id, || Step::MaxConcurrency(most));
        Ok(most)
    }

    /// Reads the items of an inline Map.
    pub(super) fn items(&mut self, id: StrandId, items: &Items, input: &Json) -> Result<Array, Fault> {
        match self.dataset(id, items, input)? {
            Json::Array(items) => Ok(items),
            other => Err(not_a_list(items, &other)),
        }
    }

    /// Returns what a Map runs over, whatever it is.
    pub(super) fn dataset(&mut self, id: StrandId, items: &Items, input: &Json) -> Result<Json, Fault> {
        let found = match items {
            Items::Input => input.clone(),
            Items::Path(path) => self.read(id, path, input)?,
            Items::Query(template) => self.fill(id, Some(template), input)?,
        };
        self.trace(id, || Step::Items(found.clone()));
        Ok(found)
    }

    /// Starts the next item of the Map; returns whether the Map goes on.
    fn start_iteration(&mut self, id: StrandId, prev: EventId) -> bool {
        let Some(Phase::Joining(join)) = self.machine.strands.get(&id).map(|it| &it.phase) else { return false };
        let (index, processor) = (join.next_item, join.processor.expect("a Map has a processor"));
        let Some(value) = join.items.get(index).cloned() else { return true };
        let map_input = join.input.clone();
        let (state, outer) = (self.strand(id).state, self.strand(id).item.clone());
        let index = index as u32;
        let above = outer.iter().flat_map(|it| it.path.iter().copied());
        let path = above.chain([(state, index)]).collect();
        let shown = Some(ShownItem { key: None, value: value.clone(), source: None });
        let item = Arc::new(Item { index, shown, path });
        let child = self.open(id, index, state, prev, Some(item));
        self.emit_next(child, EventKind::IterationStarted { index, parent: id });
        if let Phase::Joining(join) = &mut self.strand_mut(id).phase {
            join.next_item += 1;
            join.children.insert(child);
        }
        let program = self.program;
        let selector = match &program.state(state).action {
            Action::Map(map) => map.selector.as_ref(),
            _ => None,
        };
        // The selector reads the Map's input; the item is in the context object.
        let selected = match selector {
            None => Ok(value),
            Some(template) => self.fill(child, Some(template), &map_input),
        };
        match selected {
            Ok(input) => {
                if selector.is_some() {
                    self.trace(id, || Step::ItemSelector(input.clone()));
                }
                self.strand_mut(child).state = program.start(processor);
                self.schedule(child, Phase::Enter(input), self.machine.now);
                true
            }
            Err(fault) => {
                let entered = self.strand(id).entered;
                let strand = self.strand_mut(child);
                strand.came_from = strand.last;
                strand.entered = entered;
                let failure = self.evaluation_failed(child, &fault);
                self.perish(child, failure);
                false
            }
        }
    }

    /// Opens a strand inside `parent`; the caller schedules its first phase.
    pub(super) fn open(
        &mut self,
        parent: StrandId,
        slot: u32,
        state: StateId,
        last: EventId,
        item: Option<Arc<Item>>,
    ) -> StrandId {
        let id = StrandId(self.machine.n_strands);
        self.machine.n_strands += 1;
        let outer = self.strand(parent);
        let variables = Variables { own: None, outer: Some(Arc::new(outer.variables.clone())) };
        let strand = Strand {
            parent: Some(parent),
            execution: outer.execution,
            slot,
            key: mix(outer.key ^ mix(u64::from(slot) + 1) ^ outer.n_draws),
            n_draws: 0,
            state,
            phase: Phase::Act,
            wake: None,
            last,
            came_from: EventId(0),
            entered: EventId(0),
            entered_at: self.machine.now,
            input: Json::Null,
            retries: Vec::new(),
            failed_run: None,
            item,
            variables,
            patched: None,
        };
        self.machine.strands.insert(id, Arc::new(strand));
        id
    }

    /// A branch or iteration has come to its end with `output`.
    pub(super) fn join(&mut self, child: StrandId, output: Json) {
        let ended = self.strand(child);
        let (parent, slot, last) = (ended.parent.expect("only the root has no parent"), ended.slot, ended.last);
        let (map_state, is_map) = (self.strand(parent).state, self.in_map(parent));
        // What the Map's end follows from is the iteration's end; what the next iteration follows from is what came
        // before that (recorded).
        let end = if is_map {
            self.emit(child, map_state, last, EventKind::IterationSucceeded { index: slot })
        } else {
            last
        };
        self.machine.strands.remove(&child);
        let Phase::Joining(join) = &mut self.strand_mut(parent).phase else { return };
        join.children.remove(&child);
        join.results.set(slot as usize, output);
        join.n_done += 1;
        if join.n_done == join.results.len() {
            self.strand_mut(parent).last = end;
            self.joined(parent);
        } else if is_map {
            self.start_iteration(parent, last);
        }
    }

    /// All branches or iterations have ended.
    fn joined(&mut self, id: StrandId) {
        let Phase::Joining(join) = &mut self.strand_mut(id).phase else { return };
        let results = Json::Array(join.results.clone());
        self.trace(id, || Step::Result(results.clone()));
        let (state, last) = (self.strand(id).state, self.strand(id).last);
        let kind = if self.in_map(id) { EventKind::MapSucceeded } else { EventKind::ParallelSucceeded };
        // The state's exit follows from what this event follows from (recorded).
        self.emit(id, state, last, kind);
        self.schedule(id, Phase::Leave(results), self.machine.now);
    }

    /// A branch or iteration failed and nothing inside takes it: its siblings are given up and the failure is the
    /// parent's.
    pub(super) fn perish(&mut self, child: StrandId, failure: Failure) {
        if self.is_child(child) {
            let (execution, last) = (self.strand(child).execution, self.strand(child).last);
            let ending = Ending::Failed { error: failure.error.clone(), cause: failure.cause.clone() };
            return self.end_child(execution, EventKind::ExecutionFailed(Arc::new(failure)), last, ending);
        }
        self.halt_before(child, &failure);
        let failed = self.strand(child);
        let Some(parent) = failed.parent else {
            let failing = failed.last;
            let failure = Arc::new(failure);
            return self.end(EventKind::ExecutionFailed(Arc::clone(&failure)), failing, super::Status::Failed(failure));
        };
        let (failing, slot, state) = (failed.last, failed.slot, self.strand(parent).state);
        if self.in_map(parent) {
            self.emit(child, state, failing, EventKind::IterationFailed { index: slot });
        } else if self.in_task(child) {
            // Recorded for the task whose failure ends its branch.
            let task_state = self.strand(child).state;
            self.emit(child, task_state, failing, EventKind::StateAborted);
        }
        self.machine.strands.remove(&child);
        self.abort_children(parent, failing);
        let parent_strand = self.strand_mut(parent);
        parent_strand.last = failing;
        parent_strand.phase = Phase::Act;
        self.settle_inside(parent, failure);
    }

    fn abort_children(&mut self, id: StrandId, failing: EventId) {
        if matches!(self.strand(id).phase, Phase::Mapping(_)) {
            let state = self.strand(id).state;
            self.emit(id, state, failing, EventKind::MapRunAborted);
            return self.leave_map_run(id);
        }
        if !matches!(self.strand(id).phase, Phase::Joining(_)) {
            return;
        }
        let (map_state, is_map) = (self.strand(id).state, self.in_map(id));
        let Phase::Joining(join) = std::mem::replace(&mut self.strand_mut(id).phase, Phase::Act) else { return };
        for child in join.children {
            // The child whose failure this is has gone already.
            if !self.machine.strands.contains_key(&child) {
                continue;
            }
            self.abort_children(child, failing);
            let (state, slot) = (self.strand(child).state, self.strand(child).slot);
            if !matches!(self.strand(child).phase, Phase::Enter(_)) && self.says_aborted(child) {
                self.emit(child, state, failing, EventKind::StateAborted);
            }
            if is_map {
                self.emit(child, map_state, failing, EventKind::IterationAborted { index: slot });
            }
            if let Some(effect) = self.hang_up(child) {
                self.out.effects.push(Effect::Cancel(effect));
            }
            if let Some(key) = self.strand(child).wake {
                self.machine.agenda.remove(key);
            }
            self.machine.strands.remove(&child);
        }
    }

    /// Whether the service has an event for the state being given up.
    fn says_aborted(&self, id: StrandId) -> bool {
        let action = &self.program.state(self.strand(id).state).action;
        matches!(action, Action::Task(_) | Action::Wait(_) | Action::Parallel { .. } | Action::Map(_))
    }

    /// Whether the strand stands in a state that has scopes inside, a Parallel or a Map.
    pub(super) fn has_scopes(&self, id: StrandId) -> bool {
        let action = &self.program.state(self.strand(id).state).action;
        matches!(action, Action::Parallel { .. } | Action::Map(_))
    }

    fn in_map(&self, id: StrandId) -> bool {
        matches!(self.program.state(self.strand(id).state).action, Action::Map(_))
    }
}

/// A Map cannot run over what it found. Also in JSONPath this is a fault of the kind that JSONata has (recorded).
pub(super) fn not_a_list(items: &Items, found: &Json) -> Fault {
    let expr = if let Items::Query(template) = items { template.as_jsonata() } else { None };
    match expr {
        Some(expr) => expr.unexpected("array", found),
        None => Fault::query(format!("Map state input must be an array but was: {}", text::compact(found)), None),
    }
}
