//! Map Runs: a distributed Map reads its items, starts a child execution for each or for each batch, and puts their
//! results together. `child.rs` has what happens at the edge between a Map and its children.
//!
//! It keeps a cursor into the items: there are never more strands than children that run at the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asl::program::{Action, Amount, Batcher, Dataset, Distributed, Items as Source, Map, Reader, Writer};
use crate::asl::program::{OutputType, Transformation};
use crate::expr::{Fault, Template, mix};
use crate::items::{self, Batching, Items, Location, Reading, STATE_DATA, Writing};
use crate::json::{Array, Json};

use super::agenda::Key;
use super::apply::{Cx, MOST_BYTES};
use super::event::{Effect, EffectId, EventKind, ReadCall, StrandId, WriteCall};
use super::execution::{ExecutionId, MapRun};
use super::failure::Failure;
use super::fingerprint::Print;
use super::machine::{Item, Outcome, Phase, ShownItem};
use super::scope::not_a_list;
use super::trace::Step;

/// Child executions of a Map Run that run at the same time, at most (the service's quota).
const MOST_CONCURRENT: i64 = 10_000;

/// A Map Run under way.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    pub(super) run: Arc<MapRun>,
    items: Items,
    /// The next item to be looked at, and one that was looked at and did not fit into the last batch.
    next_item: usize,
    held: Option<Json>,
    /// By child, in the order in which they were started.
    results: Array,
    /// The inputs of children that did not succeed, with the number of their items: what a redrive starts again.
    unfinished: BTreeMap<u32, (Json, u32)>,
    /// Those that are still to be started again.
    again: BTreeMap<u32, (Json, u32)>,
    /// Items of children that failed.
    n_failed: u64,
    pub(super) running: BTreeSet<ExecutionId>,
    rules: Rules,
    /// What the selector reads.
    input: Json,
    /// What is being read or written, and the answers that are noted for it.
    storing: Option<(EffectId, Vec<Key>)>,
    /// How it ends once its results are written.
    outcome: Option<Result<(), Failure>>,
}

/// What a Map Run goes by, with everything evaluated.
#[derive(Clone, Debug)]
struct Rules {
    most_running: usize,
    tolerated_count: Option<i64>,
    tolerated_percentage: Option<f64>,
    batching: Option<Batching>,
    transformation: Transformation,
    output: OutputType,
    writing: Option<Writing>,
}

impl Mapping {
    /// Whether it has been answered what was read or written.
    pub(super) fn is_answered(&self) -> bool {
        self.storing.as_ref().is_none_or(|(_, answers)| !answers.is_empty())
    }

    pub(super) fn note_answer(&mut self, key: Key) {
        if let Some((_, answers)) = &mut self.storing {
            answers.push(key);
        }
    }

    /// Whether more has failed than is tolerated. Without a limit nothing is (ASL, "Map State Failure Tolerance").
    fn is_exceeded(&self) -> bool {
        let Rules { tolerated_count, tolerated_percentage, .. } = self.rules;
        if tolerated_count.is_none() && tolerated_percentage.is_none() {
            return self.n_failed > 0;
        }
        let share = self.n_failed as f64 * 100.0 / self.items.len().max(1) as f64;
        tolerated_count.is_some_and(|most| self.n_failed as i64 > most)
            || tolerated_percentage.is_some_and(|most| share > most)
    }

    /// Returns how results of children are kept.
    pub(super) fn transformation(&self) -> Transformation {
        self.rules.transformation
    }

    /// Adds what can still make a difference to a fingerprint.
    pub(super) fn print(&self, print: &mut Print) {
        print.array(&self.items.values);
        print.word(self.next_item as u64);
        print.array(&self.results);
        print.word(self.n_failed);
        print.word(self.running.len() as u64);
        print.word(u64::from(self.outcome.as_ref().is_some_and(Result::is_err)));
        if let Some((_, answers)) = &self.storing {
            print.word(1 + answers.len() as u64);
        }
        if let Some(held) = &self.held {
            print.json(held);
        }
    }

    /// Notes how a child that worked on so many items ended.
    pub(super) fn note_result(&mut self, id: ExecutionId, index: u32, result: Json, failed: Option<(Json, u32)>) {
        self.running.remove(&id);
        self.results.set(index as usize, result);
        if let Some((input, n_items)) = failed {
            self.n_failed += u64::from(n_items);
            self.unfinished.insert(index, (input, n_items));
        }
    }
}

impl Cx<'_> {
    /// Begins a Map Run.
    pub(super) fn distribute(&mut self, id: StrandId, map: &Map, distributed: &Distributed) -> Result<(), Fault> {
        let input = self.effective_input(id)?;
        let most_running = match self.concurrency(id, map, &input)? {
            limit if limit <= 0 => MOST_CONCURRENT,
            limit => limit.min(MOST_CONCURRENT),
        };
        let items = match distributed.reader {
            Some(_) => None,
            None => Some(self.state_items(id, &map.items, &input)?),
        };
        let length = items.as_ref().map_or(0, Items::len) as u32;
        self.emit_next(id, EventKind::MapStarted { length });
        let (tolerated_count, tolerated_percentage) = self.tolerance(id, map, &input)?;
        let reading = distributed.reader.as_ref().map(|it| self.reading(id, it, &input)).transpose()?;
        let batching = distributed.batcher.as_ref().map(|it| self.batching(id, it, &input)).transpose()?;
        let writer = distributed.writer.as_ref();
        let rules = Rules {
            most_running: most_running as usize,
            tolerated_count,
            tolerated_percentage,
            batching,
            transformation: writer.map_or(Transformation::Compact, |it| it.transformation),
            output: writer.map_or(OutputType::Json, |it| it.output),
            writing: writer.map(|it| self.writing(id, it, &input)).transpose()?.flatten(),
        };
        self.strand_mut(id).failed_run = None;
        let run = Arc::new(self.new_run(id, distributed));
        self.emit_next(id, EventKind::MapRunStarted(Arc::clone(&run)));
        self.strand_mut(id).phase = Phase::Mapping(Box::new(Mapping {
            run,
            items: items.unwrap_or_else(|| Items::new(Array::from_iter([]), STATE_DATA)),
            next_item: 0,
            held: None,
            results: Array::from_iter([]),
            unfinished: BTreeMap::new(),
            again: BTreeMap::new(),
            n_failed: 0,
            running: BTreeSet::new(),
            rules,
            input,
            storing: None,
            outcome: None,
        }));
        match reading {
            Some(reading) => self.read_items(id, reading),
            None => self.go_on_mapping(id),
        }
        Ok(())
    }

    fn new_run(&mut self, id: StrandId, distributed: &Distributed) -> MapRun {
        let strand = self.strand_mut(id);
        strand.n_draws += 1;
        let key = mix(strand.key ^ mix(strand.n_draws));
        let state = strand.state;
        let name = &self.program.state(state).name;
        let label = distributed.label.as_deref();
        match self.machine.children.get(&self.strand(id).execution) {
            None => MapRun::new(state, label, name, distributed.express, &self.machine.spec.identity, key),
            Some(it) => MapRun::new(state, label, name, distributed.express, &it.run.child(it.index), key),
        }
    }

    /// Returns the items of a distributed Map that come from the state's own data. It may run over the members of an
    /// object too (documented with Items and ItemsPath).
    pub(super) fn state_items(&mut self, id: StrandId, items: &Source, input: &Json) -> Result<Items, Fault> {
        match self.dataset(id, items, input)? {
            Json::Array(items) => Ok(Items::new(items, STATE_DATA)),
            Json::Object(members) => Ok(Items::of_members(&members, STATE_DATA)),
            other => Err(not_a_list(items, &other)),
        }
    }

    pub(super) fn reading(&mut self, id: StrandId, reader: &Reader, input: &Json) -> Result<Reading, Fault> {
        let max_items = self.amount(id, reader.max_items.as_ref(), input)?;
        let given = self.parameters(id, reader.parameters.as_ref(), input)?;
        let location = match &reader.dataset {
            Dataset::Object(load) => Location::Object { key: named(&given, "ItemReader", "Key")?, load: load.clone() },
            Dataset::Listing(load) => {
                let prefix =
                    if given.get("Prefix").is_some() { named(&given, "ItemReader", "Prefix")? } else { Arc::default() };
                Location::Listing { prefix, load: load.clone() }
            }
        };
        Ok(Reading { bucket: named(&given, "ItemReader", "Bucket")?, location, max_items })
    }

    pub(super) fn batching(&mut self, id: StrandId, batcher: &Batcher, input: &Json) -> Result<Batching, Fault> {
        let mut size = |amount: Option<&Amount>, name: &str| match self.amount(id, amount, input)? {
            Some(most) if most <= 0 => Err(Fault::runtime(format!("field {name} must be positive"))),
            most => Ok(most.map(|it| it as u64)),
        };
        let max_items = size(batcher.max_items.as_ref(), "MaxItemsPerBatch")?;
        let max_bytes = size(batcher.max_bytes.as_ref(), "MaxInputBytesPerBatch")?;
        let quota = self.limited().then_some(MOST_BYTES as u64);
        let shared = match &batcher.input {
            Some(template) => Some(self.fill(id, Some(template), input)?),
            None => None,
        };
        Ok(Batching { max_items, max_bytes: max_bytes.into_iter().chain(quota).min(), input: shared })
    }

    fn writing(&mut self, id: StrandId, writer: &Writer, input: &Json) -> Result<Option<Writing>, Fault> {
        if writer.parameters.is_none() {
            return Ok(None);
        }
        let given = self.parameters(id, writer.parameters.as_ref(), input)?;
        let prefix =
            if given.get("Prefix").is_some() { named(&given, "ResultWriter", "Prefix")? } else { Arc::default() };
        let bucket = named(&given, "ResultWriter", "Bucket")?;
        Ok(Some(Writing { bucket, prefix, transformation: writer.transformation, output: writer.output }))
    }

    fn parameters(&mut self, id: StrandId, template: Option<&Template>, input: &Json) -> Result<Json, Fault> {
        match template {
            Some(template) => self.fill(id, Some(template), input),
            None => Ok(Json::object::<&str>([])),
        }
    }

    fn mapping(&mut self, id: StrandId) -> Option<&mut Mapping> {
        self.machine.strands.get(&id)?;
        match &mut self.strand_mut(id).phase {
            Phase::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// Hands something to the host that the Map Run waits for.
    fn store(&mut self, id: StrandId, effect: impl FnOnce(EffectId) -> Effect) {
        let effect_id = EffectId(self.machine.n_effects);
        self.machine.n_effects += 1;
        self.machine.waiting.insert(effect_id, id);
        self.out.effects.push(effect(effect_id));
        if let Some(mapping) = self.mapping(id) {
            mapping.storing = Some((effect_id, Vec::new()));
        }
    }

    fn read_items(&mut self, id: StrandId, reading: Reading) {
        let state = self.strand(id).state;
        let call = Arc::new(ReadCall { state, name: Arc::clone(&self.program.state(state).name), reading });
        self.store(id, |id| Effect::Read { id, call });
    }

    /// An answer about items or results is due.
    pub(super) fn stored(&mut self, id: StrandId, key: Key, answer: Outcome) {
        let Some(mapping) = self.mapping(id) else { return };
        if let Some((_, answers)) = &mut mapping.storing {
            answers.retain(|it| *it != key);
        }
        let outcome = mapping.outcome.clone();
        match (answer, outcome) {
            (Outcome::Items(items), None) => {
                mapping.items = (*items).clone();
                self.stop_storing(id);
                self.go_on_mapping(id);
            }
            (Outcome::Succeeded(_), Some(outcome)) => {
                self.stop_storing(id);
                self.end_map_run(id, outcome);
            }
            (Outcome::Failed(failure, _), _) => {
                self.stop_storing(id);
                self.end_map_run(id, Err((*failure).clone()));
            }
            // Nothing else answers what was asked.
            _ => {}
        }
    }

    /// Forgets what is being read or written; returns it.
    fn stop_storing(&mut self, id: StrandId) -> Option<EffectId> {
        let (effect, answers) = self.mapping(id)?.storing.take()?;
        self.machine.waiting.remove(&effect);
        for key in answers {
            self.machine.agenda.remove(key);
        }
        Some(effect)
    }

    /// Starts children while there are items and places for them; ends the Map Run when there is nothing left.
    pub(super) fn go_on_mapping(&mut self, id: StrandId) {
        loop {
            let Some(mapping) = self.mapping(id) else { return };
            if mapping.outcome.is_some() || mapping.running.len() >= mapping.rules.most_running {
                return;
            }
            if let Some((index, (input, n_items))) = mapping.again.pop_first() {
                self.start_child(id, input, n_items, Some(index));
                continue;
            }
            match self.next_input(id) {
                Ok(Some((input, n_items))) => self.start_child(id, input, n_items, None),
                Ok(None) => break,
                Err(fault) => {
                    let failure = self.evaluation_failed(id, &fault);
                    return self.fail_map_run(id, failure);
                }
            }
        }
        if self.mapping(id).is_some_and(|it| it.running.is_empty()) {
            self.conclude(id, Ok(()));
        }
    }

    /// Returns the input of the next child and the number of its items.
    fn next_input(&mut self, id: StrandId) -> Result<Option<(Json, u32)>, Fault> {
        let Some(mapping) = self.mapping(id) else { return Ok(None) };
        let Some(batching) = mapping.rules.batching.clone() else {
            return Ok(self.next_item(id)?.map(|item| (item, 1)));
        };
        let mut batch = batching.open();
        while !batching.is_full(&batch) {
            let Some(item) = self.next_item(id)? else { break };
            if !batching.takes(&batch, &item) {
                if let Some(mapping) = self.mapping(id) {
                    mapping.held = Some(item);
                }
                break;
            }
            batch.push(item);
        }
        Ok((!batch.is_empty()).then(|| (batching.input(&batch), batch.len() as u32)))
    }

    /// Returns the next item, as the selector makes it.
    fn next_item(&mut self, id: StrandId) -> Result<Option<Json>, Fault> {
        let program = self.program;
        let Some(mapping) = self.mapping(id) else { return Ok(None) };
        if let Some(held) = mapping.held.take() {
            return Ok(Some(held));
        }
        let idx = mapping.next_item;
        let Some(item) = mapping.items.values.get(idx).cloned() else { return Ok(None) };
        mapping.next_item += 1;
        let (key, value) = mapping.items.named(idx);
        let shown = ShownItem {
            key: key.cloned(),
            value: value.cloned().unwrap_or_default(),
            source: Some(Arc::clone(mapping.items.source(idx))),
        };
        let map_input = mapping.input.clone();
        let Action::Map(Map { selector: Some(selector), .. }) = &program.state(self.strand(id).state).action else {
            return Ok(Some(item));
        };
        self.select_item(id, idx as u32, shown, selector, &map_input).map(Some)
    }

    /// Fills in an `ItemSelector`. Only it sees the item, in the context object of the execution that the Map belongs to.
    pub(super) fn select_item(
        &mut self,
        id: StrandId,
        index: u32,
        shown: ShownItem,
        selector: &Template,
        map_input: &Json,
    ) -> Result<Json, Fault> {
        let path = self.strand(id).item.as_ref().map(|it| Arc::clone(&it.path)).unwrap_or_default();
        let around = self.strand_mut(id).item.replace(Arc::new(Item { index, shown: Some(shown), path }));
        let selected = self.fill(id, Some(selector), map_input);
        self.strand_mut(id).item = around;
        let selected = selected?;
        self.trace(id, || Step::ItemSelector(selected.clone()));
        Ok(selected)
    }

    /// Notes that a child is about to run, one that is started again at its place; returns the place.
    pub(super) fn note_child(
        &mut self,
        id: StrandId,
        child: ExecutionId,
        again: Option<u32>,
    ) -> Option<(u32, Arc<MapRun>)> {
        let mapping = self.mapping(id)?;
        mapping.running.insert(child);
        let index = again.unwrap_or_else(|| {
            mapping.results.push(Json::Null);
            mapping.results.len() as u32 - 1
        });
        Some((index, Arc::clone(&mapping.run)))
    }

    /// Goes on with a Map Run of which too much had failed: what did not succeed is started again, and then what had not
    /// been started (developer guide, "Redriving Map Runs").
    pub(super) fn redrive_map_run(&mut self, id: StrandId, failed: Arc<Mapping>, count: u32) {
        let mut mapping = Arc::unwrap_or_clone(failed);
        mapping.again = std::mem::take(&mut mapping.unfinished);
        mapping.n_failed = 0;
        let run = Arc::clone(&mapping.run);
        self.strand_mut(id).phase = Phase::Mapping(Box::new(mapping));
        self.emit_next(id, EventKind::MapRunRedriven(run, count));
        self.go_on_mapping(id);
    }

    /// A child has ended and its result is noted.
    pub(super) fn child_noted(&mut self, id: StrandId) {
        if self.mapping(id).is_some_and(|it| it.is_exceeded()) {
            return self.fail_map_run(id, Failure::exceeds_tolerance());
        }
        self.go_on_mapping(id);
    }

    /// The Map Run has failed: the children that run are given up.
    fn fail_map_run(&mut self, id: StrandId, failure: Failure) {
        let running = self.mapping(id).map(|it| it.running.clone()).unwrap_or_default();
        for child in running {
            self.abort_child(child);
        }
        self.conclude(id, Err(failure));
    }

    /// Writes the results, if they are to be written, and ends the Map Run.
    fn conclude(&mut self, id: StrandId, outcome: Result<(), Failure>) {
        let state = self.strand(id).state;
        let Some(mapping) = self.mapping(id) else { return };
        let Some(writing) = mapping.rules.writing.clone() else { return self.end_map_run(id, outcome) };
        mapping.outcome = Some(outcome);
        let (results, failed, arn) =
            (mapping.results.clone(), mapping.unfinished.clone(), Arc::clone(&mapping.run.arn));
        let of = |wanted: bool| -> Array {
            let found = (0..).zip(results.iter()).filter(|(index, _)| failed.contains_key(index) == wanted);
            found.map(|(_, result)| result.clone()).collect()
        };
        let unstarted = self.unstarted(id);
        let files = items::files(&writing, &arn, &of(false), &of(true), &unstarted);
        let (name, at) = (Arc::clone(&self.program.state(state).name), self.machine.now);
        let call = Arc::new(WriteCall { state, name, bucket: writing.bucket, files, at });
        self.store(id, |id| Effect::Write { id, call });
    }

    /// Returns what is written of the inputs for which no child was started.
    fn unstarted(&mut self, id: StrandId) -> Array {
        let Some(kept) = self.mapping(id).map(|it| (it.next_item, it.held.clone())) else {
            return Array::from_iter([]);
        };
        let mut found = Array::from_iter([]);
        while let Ok(Some((input, _))) = self.next_input(id) {
            found.push(items::pending(&input));
        }
        if let Some(mapping) = self.mapping(id) {
            (mapping.next_item, mapping.held) = kept;
        }
        found
    }

    fn end_map_run(&mut self, id: StrandId, outcome: Result<(), Failure>) {
        let Phase::Mapping(mapping) = std::mem::replace(&mut self.strand_mut(id).phase, Phase::Act) else { return };
        if let Err(failure) = outcome {
            if mapping.is_exceeded() {
                self.strand_mut(id).failed_run = Some(Arc::new(Mapping { outcome: None, storing: None, ..*mapping }));
            }
            self.emit_next(id, EventKind::MapRunFailed(Arc::new(failure.clone())));
            return self.settle_inside(id, failure);
        }
        let Mapping { rules, results, run, .. } = *mapping;
        let result = match &rules.writing {
            Some(writing) => writing.details(&run.arn),
            None => items::shape(&results, rules.transformation, rules.output),
        };
        // The state's exit follows from the event that began the Map Run (recorded from November 2024 on).
        let (state, started) = (self.strand(id).state, self.strand(id).last);
        let succeeded = self.emit(id, state, started, EventKind::MapRunSucceeded);
        self.emit(id, state, succeeded, EventKind::MapSucceeded);
        self.schedule(id, Phase::Leave(result), self.machine.now);
    }

    /// Gives the Map Run up, because something beside the Map failed.
    pub(super) fn leave_map_run(&mut self, id: StrandId) {
        if let Some(effect) = self.stop_storing(id) {
            self.out.effects.push(Effect::Cancel(effect));
        }
        let running = self.mapping(id).map(|it| std::mem::take(&mut it.running)).unwrap_or_default();
        for child in running {
            self.drop_child(child);
        }
        self.strand_mut(id).phase = Phase::Act;
    }
}

/// Returns the member `name` of what an action of S3 is called with.
fn named(given: &Json, field: &str, name: &str) -> Result<Arc<str>, Fault> {
    match given.get(name) {
        Some(Json::String(text)) if !text.is_empty() || name == "Prefix" => Ok(Arc::clone(text)),
        Some(other) => Err(Fault::runtime(format!(
            "The {name} of the {field} is a value of type {}, not a name",
            other.type_name()
        ))),
        None => Err(Fault::runtime(format!("The {field} has no {name}"))),
    }
}
