//! Between visits: where a state's input came from, who assigned a variable, what the context object is made of.

use std::sync::Arc;

use crate::asl::StateId;
use crate::asl::program::Action;
use crate::engine::{EventId, EventKind, StrandId};
use crate::json::Json;
use crate::session::flow::{Field, back, entered_before, iteration};
use crate::session::visit::Visit;

use super::{Back, Base, Hop, Spot, Tracer, What, path_of};

/// What the event before a state's entry says about where its input came from.
enum Opened {
    By(EventId),
    Item { began: EventId, parent: StrandId, index: u32 },
    Branch { parent: StrandId, began: EventId },
    Execution(EventId),
    Nobody,
}

impl Tracer<'_> {
    /// Goes from a state's raw input to what handed it on.
    pub(super) fn came_in(&mut self, visit: &Arc<Visit>, way: &[Arc<str>]) -> Back {
        match self.opened(visit) {
            Opened::By(exit) => {
                let Some(entered) = entered_before(self.log, visit.strand, exit) else {
                    return Self::nobody(visit, way);
                };
                let Some(previous) = self.visit(entered, exit) else { return Self::nobody(visit, way) };
                let output = previous.exit.as_ref().map(|it| &it.output);
                let differs = output.is_some_and(|it| !it.same(&visit.input) && at(it, way) != at(&visit.input, way));
                if differs {
                    return Back::Begins(Self::hop(What::Edited, visit, visit.entered, way));
                }
                let attempt = previous.attempts.len().saturating_sub(1);
                let base = Base::Field { visit: entered, attempt, field: Field::Output, item: None };
                Back::CameIn(Spot { base, way: way.to_vec() })
            }
            Opened::Item { began, parent, index } => {
                let Some(map) = entered_before(self.log, parent, began) else { return Self::nobody(visit, way) };
                self.of_item(map, (visit.strand, began), index, way)
            }
            Opened::Branch { parent, began } => {
                let Some(entered) = entered_before(self.log, parent, began) else { return Self::nobody(visit, way) };
                let jsonata = self.is_jsonata(entered);
                let field = if jsonata { Field::Arguments } else { Field::Parameters };
                let base = Base::Field { visit: entered, attempt: 0, field, item: None };
                Back::CameIn(Spot { base, way: way.to_vec() })
            }
            Opened::Execution(event) => {
                let hop = Self::hop(What::ExecutionInput, visit, event, way);
                Back::Begins(Hop { state: StateId::NONE, ..hop })
            }
            Opened::Nobody => Self::nobody(visit, way),
        }
    }

    fn nobody(visit: &Visit, way: &[Arc<str>]) -> Back {
        let why = "the history does not say what came before this state";
        Back::Begins(Self::hop(What::Unknown(why), visit, visit.entered, way))
    }

    fn opened(&self, visit: &Visit) -> Opened {
        let Some(entered) = self.log.event(visit.entered) else { return Opened::Nobody };
        let opener = match entered.kind {
            EventKind::StateEntered { parent, .. } => parent,
            _ => visit.strand,
        };
        let before = EventId(visit.entered.0.saturating_sub(1));
        let begins = |it: &&crate::engine::Event| {
            it.strand == visit.strand
                && matches!(
                    it.kind,
                    EventKind::StateExited { .. }
                        | EventKind::IterationStarted { .. }
                        | EventKind::ExecutionStarted { .. }
                )
        };
        // The event that this one follows from is nearly always it.
        let found = self.log.event(entered.prev).filter(begins).or_else(|| {
            // Of a branch there is nothing before its first state.
            let first = if opener == visit.strand { EventId(0) } else { self.opening(opener, before) };
            back(self.log, before).take_while(|it| it.id > first).find(begins)
        });
        match found.map(|it| (&it.kind, it.id)) {
            Some((EventKind::StateExited { .. }, id)) => Opened::By(id),
            Some((EventKind::IterationStarted { index, parent }, began)) => {
                Opened::Item { began, parent: *parent, index: *index }
            }
            Some((_, id)) => Opened::Execution(id),
            None if opener != visit.strand => Opened::Branch { parent: opener, began: before },
            None => Opened::Nobody,
        }
    }

    /// Returns the event by which the state around was entered, before which nothing inside can have happened.
    fn opening(&self, opener: StrandId, before: EventId) -> EventId {
        entered_before(self.log, opener, before).unwrap_or_default()
    }

    /// Goes from what an iteration receives to the Map.
    pub(super) fn of_item(&mut self, map: EventId, item: (StrandId, EventId), index: u32, way: &[Arc<str>]) -> Back {
        let has_selector = self.visit(map, self.upto).is_some_and(
            |it| matches!(&self.program.state(it.state).action, Action::Map(map) if map.selector.is_some()),
        );
        if has_selector {
            let base = Base::Field { visit: map, attempt: 0, field: Field::ItemSelector, item: Some(item) };
            return Back::CameIn(Spot { base, way: way.to_vec() });
        }
        Back::CameIn(self.item_at(map, index, way))
    }

    fn item_at(&self, map: EventId, index: u32, way: &[Arc<str>]) -> Spot {
        let field = if self.is_jsonata(map) { Field::Items } else { Field::ItemsPath };
        let base = Base::Field { visit: map, attempt: 0, field, item: None };
        Spot { base, way: std::iter::once(Arc::from(index.to_string())).chain(way.iter().cloned()).collect() }
    }

    /// Finds who assigned the variable with whose name the way begins.
    pub(super) fn variable(&mut self, strand: StrandId, before: EventId, way: &[Arc<str>]) -> Back {
        let spot = Spot { base: Base::Variables { strand, before }, way: way.to_vec() };
        let Some((name, _)) = way.split_first() else {
            return self.all_variables(strand, before);
        };
        let frame = self.frame_before(before);
        let mut around = vec![strand];
        while let Some(parent) = around.last().and_then(|it| frame.strands.get(it)?.parent) {
            around.push(parent);
        }
        let assigns = |it: &&crate::engine::Event| match &it.kind {
            EventKind::StateExited { assigned: Some(assigned), .. } => {
                around.contains(&it.strand) && assigned.get(name).is_some()
            }
            _ => false,
        };
        let found = back(self.log, EventId(before.0.saturating_sub(1))).find(assigns).map(|it| (it.id, it.strand));
        let Some((exit, by)) = found else {
            return Back::Begins(self.unknown(&spot, "no state has assigned the variable"));
        };
        let Some(visit) = entered_before(self.log, by, exit).and_then(|it| self.visit(it, exit)) else {
            return Back::Begins(self.unknown(&spot, "the history does not say which state assigned it"));
        };
        let attempt = visit.attempts.len().saturating_sub(1);
        let base = Base::Field { visit: visit.entered, attempt, field: Field::Assign, item: None };
        let mut hop = Self::hop(What::Variable, &visit, exit, &[]);
        hop.path = path_of(&format!("${name}"), &way[1..]);
        Back::Hop(hop, Spot { base, way: way.to_vec() })
    }

    fn all_variables(&mut self, strand: StrandId, before: EventId) -> Back {
        let base = Base::Variables { strand, before };
        let frame = self.frame_before(before);
        let all = frame.strands.get(&strand).and_then(|it| it.variables.clone());
        let names: Vec<Arc<str>> = all
            .as_deref()
            .and_then(Json::as_object)
            .into_iter()
            .flat_map(crate::json::Object::iter)
            .map(|it| Arc::clone(it.0))
            .collect();
        let spot = Spot { base, way: Vec::new() };
        let mut hop = self.unknown(&spot, "no variable has been assigned");
        if names.is_empty() {
            return Back::Begins(hop);
        }
        hop.what = What::Variable;
        Back::Made(hop, names.into_iter().map(|it| Spot { base, way: vec![it] }).collect())
    }

    /// Goes from a part of the context object to what it stands for.
    pub(super) fn of_context(&mut self, base: (StrandId, EventId, StateId), way: &[Arc<str>]) -> Back {
        let (strand, at, state) = base;
        let names: Vec<&str> = way.iter().map(|it| &**it).collect();
        let begins = |what, event, path| {
            let state = if what == What::ExecutionInput { StateId::NONE } else { state };
            Back::Begins(Hop::new(what, state, event, path))
        };
        match names.as_slice() {
            ["Execution", "Input", ..] => begins(What::ExecutionInput, EventId(1), path_of("$", &way[2..])),
            ["Map", "Item", "Value", ..] => {
                let found = iteration(self.log, &self.log.frame_at(at), strand);
                let map = found.and_then(|(began, index, map)| Some((entered_before(self.log, map, began)?, index)));
                match map {
                    Some((map, index)) => Back::CameIn(self.item_at(map, index, &way[3..])),
                    None => begins(What::Context, at, path_of("$$", way)),
                }
            }
            _ => begins(What::Context, at, path_of("$$", way)),
        }
    }
}

fn at<'a>(value: &'a Json, way: &[Arc<str>]) -> Option<&'a Json> {
    way.iter().try_fold(value, |at, name| at.part(name))
}
