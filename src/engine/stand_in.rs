//! A Parallel or Map whose inside is not run: something stands in for what it comes to.
//!
//! Everything around the inside is done as always: the data before it, the limits of a Map, what each iteration would
//! receive, and what becomes of the result or the failure. What a reader would read may be given.

use std::sync::Arc;

use crate::asl::program::{Action, Distributed, Map, Mode};
use crate::expr::Fault;
use crate::items::{Batching, Failed, Items, Listed, STATE_DATA, Store, Trouble, read};
use crate::json::{Array, Json};

use super::apply::Cx;
use super::entry::{Entry, StandIn};
use super::event::{EventKind, StrandId};
use super::failure::Failure;
use super::machine::{Phase, ShownItem};
use super::trace::Step;

impl Cx<'_> {
    /// Returns what the execution started with, if it says what stands in for the inside of the strand's state.
    pub(super) fn stands_in(&self, id: StrandId) -> Option<Arc<Entry>> {
        let entry = self.machine.spec.entry.as_ref().filter(|it| it.stand_in.is_some())?;
        let is_it = id == StrandId::ROOT && self.strand(id).state == entry.state && self.has_scopes(id);
        is_it.then(|| Arc::clone(entry))
    }

    /// Does the state's work without its inside.
    pub(super) fn work_without(&mut self, id: StrandId, entry: &Entry) -> Result<(), Fault> {
        let program = self.program;
        let Some(stand_in) = &entry.stand_in else { return Ok(()) };
        let failed = if let Action::Map(map) = &program.state(self.strand(id).state).action {
            self.stand_in_for_map(id, map, entry, stand_in)?
        } else {
            self.effective_input(id)?;
            self.emit_next(id, EventKind::ParallelStarted);
            None
        };
        match (failed, stand_in) {
            (Some(failure), _) => self.settle_inside(id, failure),
            (None, StandIn::Failed(failure)) => self.settle_inside(id, failure.clone()),
            (None, StandIn::Result { result, .. }) => {
                self.trace(id, || Step::Result(result.clone()));
                let (state, last) = (self.strand(id).state, self.strand(id).last);
                let is_map = matches!(program.state(state).action, Action::Map(_));
                self.emit(id, state, last, if is_map { EventKind::MapSucceeded } else { EventKind::ParallelSucceeded });
                self.schedule(id, Phase::Leave(result.clone()), self.machine.now);
            }
        }
        Ok(())
    }

    /// Prepares a Map as if its iterations were to run; returns its failure if it has one by then.
    ///
    /// A Map that says nothing about failures tolerates any number that stands in (recorded).
    fn stand_in_for_map(
        &mut self,
        id: StrandId,
        map: &Map,
        entry: &Entry,
        stand_in: &StandIn,
    ) -> Result<Option<Failure>, Fault> {
        let input = self.effective_input(id)?;
        self.concurrency(id, map, &input)?;
        let distributed = match &map.mode {
            Mode::Distributed(distributed) => Some(&**distributed),
            Mode::Inline { .. } => None,
        };
        let items = match distributed {
            None => Some(Items::new(self.items(id, &map.items, &input)?, STATE_DATA)),
            Some(distributed) => match self.items_beside(id, map, distributed, &input, entry.reader_data.as_ref())? {
                Dataset::Known(items) => Some(items),
                Dataset::Unknown => None,
                Dataset::Unreadable(failure) => return Ok(Some(failure)),
            },
        };
        let n_items = items.as_ref().map_or(0, Items::len);
        self.emit_next(id, EventKind::MapStarted { length: n_items as u32 });
        let (count, percentage) = self.tolerance(id, map, &input)?;
        if let Some(items) = &items {
            self.receive(id, map, distributed, items, &input)?;
        }
        let StandIn::Result { result, n_failed } = stand_in else { return Ok(None) };
        // Where nobody said what the reader reads, there was one item for each result.
        let n_items = if items.is_some() { n_items } else { result.as_array().map_or(0, Array::len) };
        let n_failed = f64::from(*n_failed);
        let share = if n_items == 0 { 0.0 } else { 100.0 * n_failed / n_items as f64 };
        let exceeded = count.is_some_and(|most| n_failed > most as f64) || percentage.is_some_and(|most| share > most);
        Ok(exceeded.then(Failure::exceeds_tolerance))
    }

    fn items_beside(
        &mut self,
        id: StrandId,
        map: &Map,
        distributed: &Distributed,
        input: &Json,
        data: Option<&Arc<str>>,
    ) -> Result<Dataset, Fault> {
        let Some(reader) = &distributed.reader else {
            return self.state_items(id, &map.items, input).map(Dataset::Known);
        };
        let reading = self.reading(id, reader, input)?;
        let Some(data) = data else { return Ok(Dataset::Unknown) };
        Ok(match read(&reading, &OneObject(data)) {
            Ok(items) => {
                self.trace(id, || Step::ReadItems(Json::Array(items.values.clone())));
                Dataset::Known(items)
            }
            Err(Failed::Service(cause)) => Dataset::Unreadable(Failure::named("States.ItemReaderFailed", cause)),
            Err(Failed::NoStore { .. }) => Dataset::Unknown,
        })
    }

    /// Works out what each iteration or child execution would receive.
    fn receive(
        &mut self,
        id: StrandId,
        map: &Map,
        distributed: Option<&Distributed>,
        items: &Items,
        input: &Json,
    ) -> Result<(), Fault> {
        let batcher = distributed.and_then(|it| it.batcher.as_ref());
        let batching = batcher.map(|it| self.batching(id, it, input)).transpose()?;
        let mut batches = Vec::new();
        let mut batch = batching.as_ref().map(Batching::open);
        for (idx, item) in items.values.iter().enumerate() {
            let selected = match &map.selector {
                None => item.clone(),
                Some(selector) => {
                    let (key, value) = items.named(idx);
                    let shown = ShownItem {
                        key: key.cloned(),
                        value: value.cloned().unwrap_or_default(),
                        source: distributed.map(|_| Arc::clone(items.source(idx))),
                    };
                    self.select_item(id, idx as u32, shown, selector, input)?
                }
            };
            if let (Some(batching), Some(batch)) = (&batching, &mut batch) {
                if batching.is_full(batch) || !batching.takes(batch, &selected) {
                    batches.push(batching.input(&std::mem::replace(batch, batching.open())));
                }
                batch.push(selected);
            }
        }
        if let (Some(batching), Some(batch)) = (&batching, &batch) {
            if !batch.is_empty() {
                batches.push(batching.input(batch));
            }
            self.trace(id, || Step::Batches(Json::array(batches)));
        }
        Ok(())
    }
}

/// What is known of the items of a distributed Map.
enum Dataset {
    Known(Items),
    /// A reader would read them, and nobody has said what.
    Unknown,
    /// A reader cannot read what was given.
    Unreadable(Failure),
}

/// A store in which every object is the same text.
struct OneObject<'a>(&'a str);

impl Store for OneObject<'_> {
    fn get(&self, _: &str, _: &str) -> Result<Vec<u8>, Trouble> {
        Ok(self.0.as_bytes().to_vec())
    }

    fn list(&self, _: &str, _: &str) -> Result<Vec<Listed>, Trouble> {
        Err(Trouble::Other("a listing cannot be given as data".to_owned()))
    }
}
