//! The edge between a distributed Map and its child executions: how one begins and ends, and how it is given up.

use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::program::{Action, Map};
use crate::expr::mix;
use crate::items::{Ending, Record};
use crate::json::Json;
use crate::time::Duration;

use super::agenda::{Rank, Wake};
use super::apply::{Cx, EXPRESS_SECS, history_is_full};
use super::event::{Effect, Event, EventId, EventKind, StrandId};
use super::execution::{Child, Execution, ExecutionId};
use super::failure::{Failure, FailureKind};
use super::machine::{Item, Phase, Variables};

impl Cx<'_> {
    /// Whether the strand is the own one of a child execution.
    pub(super) fn is_child(&self, id: StrandId) -> bool {
        self.machine.children.get(&self.strand(id).execution).is_some_and(|it| it.root == id)
    }

    /// Starts a child execution of the Map that `map` stands in; with a place, once more at that place.
    pub(super) fn start_child(&mut self, map: StrandId, input: Json, n_items: u32, again: Option<u32>) {
        let program = self.program;
        let id = ExecutionId(self.machine.n_executions);
        let Action::Map(Map { processor, .. }) = &program.state(self.strand(map).state).action else { return };
        let Some((index, run)) = self.note_child(map, id, again) else { return };
        self.machine.n_executions += 1;
        let parent = self.strand(map).execution;
        let around = self.strand(map).item.clone();
        let path: Arc<[(StateId, u32)]> =
            around.iter().flat_map(|it| it.path.iter().copied()).chain([(run.map, index)]).collect();
        let item = Arc::new(Item { index, shown: None, path: Arc::clone(&path) });
        let root = self.open(map, index, program.start(*processor), EventId(0), Some(item));
        let now = self.machine.now;
        let strand = self.strand_mut(root);
        strand.execution = id;
        // Its draws do not depend on how often the Map has drawn for its items; it sees no variable of the Map.
        strand.key = mix(run.key ^ mix(u64::from(index) + 1));
        strand.variables = Variables::default();
        let limit = (run.express && self.limited()).then(|| {
            let due = now + Duration::from_secs(EXPRESS_SECS);
            self.machine.agenda.add(due, Rank::ExecutionLimit, Wake::ChildTimeout(id))
        });
        self.out.children.push(Child { id, parent, run: Arc::clone(&run), index, strand: root, path });
        let execution = Execution {
            run,
            index,
            map,
            root,
            input: input.clone(),
            started: now,
            n_items,
            n_events: 0,
            full: false,
            limit,
        };
        self.machine.children.insert(id, Arc::new(execution));
        self.schedule(root, Phase::Enter(input), now);
    }

    /// Says that the strand's execution begins, if this is a child's first move.
    pub(super) fn begin_child(&mut self, id: StrandId) {
        let execution = self.strand(id).execution;
        let Some(child) = self.machine.children.get(&execution).filter(|it| it.n_events == 0) else { return };
        let input = child.input.clone();
        self.emit(id, StateId::NONE, EventId(0), EventKind::ExecutionStarted { input });
    }

    /// Says that something happened in a child execution, which counts its own events.
    pub(super) fn emit_in_child(
        &mut self,
        execution: ExecutionId,
        strand: StrandId,
        state: StateId,
        prev: EventId,
        kind: EventKind,
    ) -> EventId {
        let Some(child) = self.machine.children.get(&execution) else { return EventId(0) };
        let (n_events, last_place) = (child.n_events, self.is_last_place(child.n_events, child.run.express, &kind));
        let at = self.machine.now;
        let child = Arc::make_mut(self.machine.children.get_mut(&execution).expect("just seen"));
        if last_place {
            if !child.full {
                child.full = true;
                self.machine.full_children.push(execution);
            }
            return EventId(n_events);
        }
        child.n_events += 1;
        let id = EventId(child.n_events);
        self.out.child_events.push((execution, Event { id, prev, at, strand, state, kind }));
        id
    }

    /// Ends a child execution, whose strand has come to its end, with this event.
    pub(super) fn end_child(&mut self, execution: ExecutionId, kind: EventKind, prev: EventId, ending: Ending) {
        let Some(child) = self.machine.children.get(&execution) else { return };
        let (root, map) = (child.root, child.map);
        self.emit(root, StateId::NONE, prev, kind);
        if self.machine.children.get(&execution).is_some_and(|it| it.full) {
            // The action ends it with another event.
            return;
        }
        self.note_ending(execution, ending);
        self.child_noted(map);
    }

    /// Takes a child that has said that it ended away, and keeps its result.
    fn note_ending(&mut self, execution: ExecutionId, ending: Ending) {
        let Some(child) = self.machine.children.get(&execution).map(Arc::clone) else { return };
        self.drop_strand(child.root);
        self.machine.children.remove(&execution);
        if let Some(key) = child.limit {
            self.machine.agenda.remove(key);
        }
        let failed = (!matches!(ending, Ending::Succeeded(_))).then(|| (child.input.clone(), child.n_items));
        let stopped = self.machine.now;
        let Phase::Mapping(mapping) = &mut self.strand_mut(child.map).phase else { return };
        let result = match ending {
            Ending::Succeeded(output) if mapping.transformation() != crate::items::Transformation::None => output,
            ending => {
                let identity = child.run.child(child.index);
                let record = Record {
                    execution_id: identity.execution_id,
                    name: identity.execution_name,
                    machine_id: identity.machine_id,
                    input: child.input.clone(),
                    started: child.started,
                    stopped,
                    ending,
                };
                record.to_json()
            }
        };
        mapping.note_result(execution, child.index, result, failed);
    }

    /// The time limit of a child execution has run out.
    pub(super) fn time_out_child(&mut self, execution: ExecutionId) {
        let Some(child) = self.machine.children.get(&execution) else { return };
        let last = self.strand(child.root).last;
        let failure = Arc::new(Failure::timeout(FailureKind::Timeout));
        self.end_child(execution, EventKind::ExecutionTimedOut(failure), last, Ending::TimedOut);
    }

    /// The history of a child execution is full: it ends with its last event.
    pub(super) fn end_of_child_history(&mut self, execution: ExecutionId) {
        let Some(child) = self.machine.children.get_mut(&execution) else { return };
        let child = Arc::make_mut(child);
        let prev = EventId(child.n_events);
        child.n_events += 1;
        let (id, strand, map) = (EventId(child.n_events), child.root, child.map);
        let failure = Arc::new(history_is_full());
        let ending = Ending::Failed { error: failure.error.clone(), cause: failure.cause.clone() };
        let (at, kind) = (self.machine.now, EventKind::ExecutionFailed(failure));
        self.out.child_events.push((execution, Event { id, prev, at, strand, state: StateId::NONE, kind }));
        self.note_ending(execution, ending);
        self.child_noted(map);
    }

    /// Says that a child execution is given up, as the service says it of one that is stopped.
    pub(super) fn say_aborted(&mut self, execution: ExecutionId) {
        let Some(child) = self.machine.children.get(&execution) else { return };
        let root = child.root;
        let nothing = Failure { error: None, cause: None, kind: FailureKind::Terminal };
        self.emit_in_child(execution, root, StateId::NONE, EventId(0), EventKind::ExecutionAborted(Arc::new(nothing)));
    }

    /// Gives a child up whose Map Run has failed, and keeps that it was.
    pub(super) fn abort_child(&mut self, execution: ExecutionId) {
        self.say_aborted(execution);
        self.note_ending(execution, Ending::Aborted);
    }

    /// Gives a child up together with its Map Run.
    pub(super) fn drop_child(&mut self, execution: ExecutionId) {
        self.say_aborted(execution);
        let Some(child) = self.machine.children.get(&execution).map(Arc::clone) else { return };
        self.drop_strand(child.root);
        self.machine.children.remove(&execution);
        if let Some(key) = child.limit {
            self.machine.agenda.remove(key);
        }
    }

    /// Takes a strand away with everything inside, without a word: its execution has said that it ended.
    fn drop_strand(&mut self, id: StrandId) {
        if !self.machine.strands.contains_key(&id) {
            return;
        }
        match &self.strand(id).phase {
            Phase::Joining(join) => {
                for child in join.children.clone() {
                    self.drop_strand(child);
                }
            }
            Phase::Mapping(_) => self.leave_map_run(id),
            _ => {}
        }
        if let Some(effect) = self.hang_up(id) {
            self.out.effects.push(Effect::Cancel(effect));
        }
        if let Some(key) = self.strand(id).wake {
            self.machine.agenda.remove(key);
        }
        self.machine.strands.remove(&id);
    }
}
