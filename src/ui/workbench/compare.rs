//! Comparing in the workbench: which two runs, where the user stands in what they differ in, and the cursor in both.

use std::sync::Arc;

use crate::engine::EventId;
use crate::session::tree::RunId;
use crate::ui::bind::compare::{CompareSide, Compared, Compares};
use crate::ui::command::Request;
use crate::ui::compare::{CompareInput, CompareRow, Sign};
use crate::ui::graph::model::{GraphModel, NodeId};
use crate::ui::graph::status::GraphStatus;

use super::{Cursor, RunEntry, Workbench};

/// Two runs that were compared, and where the user stands.
#[derive(Debug)]
pub(super) struct Comparing {
    compared: Compared,
    at: Option<usize>,
}

impl Workbench {
    /// Returns the runs that the one that is shown can be compared with: the one that it came from, then the last ones.
    pub fn to_compare(&self) -> Vec<(RunId, String)> {
        let Some(shown) = self.shown_id() else { return Vec::new() };
        let from = self.runs.from(shown).map(|(id, _)| id);
        let listed = self.runs.iter().rev().filter(|(id, _)| *id != shown && self.runs.is_listed(*id));
        let mut others: Vec<(RunId, String)> = listed.map(|(id, it)| (id, it.name.clone())).collect();
        others.sort_by_key(|(id, _)| Some(*id) != from);
        others
    }

    /// Whether there is a run to compare the one that is shown with.
    pub fn can_compare(&self) -> bool {
        self.shown.is_some_and(|it| it.child.is_none()) && self.runs.rows().len() > 1
    }

    /// Returns the run that is shown and another one, to be compared. The one that came first is A.
    pub fn compares(&self, other: RunId) -> Option<Compares> {
        let shown = self.shown_id().filter(|it| *it != other)?;
        let side = |id: RunId, run: &RunEntry| CompareSide {
            run: id,
            name: run.name.clone(),
            log: run.published.log.clone(),
            imported: run.recorded().cloned(),
        };
        let (first, second) = (shown.min(other), shown.max(other));
        let (left, right) = (self.runs.get(first)?, self.runs.get(second)?);
        // The definition has ways that no run took; what was drawn from events is told by these.
        let editions = [&left.edition, &right.edition];
        let base = editions.into_iter().find(|it| !it.drawn).unwrap_or(&left.edition);
        let base = (Arc::clone(&base.document.definition.outline), Arc::clone(&base.model));
        Some(Compares { left: side(first, left), right: side(second, right), base })
    }

    /// Takes in what two runs differ in, and goes to where they part.
    pub fn take_compared(&mut self, compared: Compared) {
        self.comparing = Some(Comparing { compared, at: None });
        self.go_to_first_difference();
    }

    /// Returns what the Compare tab shows.
    pub fn compare_input(&self) -> CompareInput<'_> {
        let Some(it) = &self.comparing else { return CompareInput { view: None, at: None, shown: None } };
        let shown = it.compared.runs.iter().position(|run| self.shown_id() == Some(*run));
        CompareInput { view: Some(&it.compared.view), at: it.at, shown }
    }

    /// Returns the graph of both runs.
    pub fn compared_graph(&self) -> Option<(&Arc<GraphModel>, &Arc<GraphStatus>)> {
        self.comparing.as_ref().map(|it| (&it.compared.model, &it.compared.graph))
    }

    /// Whether two runs have been compared.
    pub fn is_comparing(&self) -> bool {
        self.comparing.is_some()
    }

    /// Goes to where the two runs part; returns whether they do.
    pub fn go_to_first_difference(&mut self) -> bool {
        let Some(it) = &mut self.comparing else { return false };
        let rows = &it.compared.view.rows;
        let Some(first) = &it.compared.view.first else {
            let differs = rows.iter().position(|it| it.is_visit && it.sign != Sign::Same);
            return differs.map(|row| self.go_to_difference(row)).is_some();
        };
        // One that has no more stands at its last event before.
        let previous = |nth: usize| first.previous.map(|it| it[nth]);
        let events = [first.events[0].or(previous(0)), first.events[1].or(previous(1))];
        let place = &first.place;
        it.at = rows.iter().position(|it| it.is_visit && it.place == *place && it.sign != Sign::Same);
        self.stand_at(events);
        true
    }

    /// Goes to the next visit that differs, or the one before; returns whether there is one.
    pub fn go_to_next_difference(&mut self, forwards: bool) -> bool {
        let Some(it) = &self.comparing else { return false };
        let rows = &it.compared.view.rows;
        let differs = |row: &CompareRow| row.is_visit && row.sign != Sign::Same;
        let found = match (it.at, forwards) {
            (None, true) => rows.iter().position(differs),
            (None, false) => rows.iter().rposition(differs),
            (Some(at), true) => rows.iter().skip(at + 1).position(differs).map(|it| at + 1 + it),
            (Some(at), false) => rows.iter().take(at).rposition(differs),
        };
        found.map(|row| self.go_to_difference(row)).is_some()
    }

    /// Goes to a row of the list: with the cursor of both runs.
    pub fn go_to_difference(&mut self, row: usize) {
        let Some(it) = &mut self.comparing else { return };
        let Some(events) = it.compared.view.rows.get(row).map(|it| it.events) else { return };
        it.at = Some(row);
        self.stand_at(events);
    }

    /// Returns what is asked for of a state of `model`, asked of the state of that name in the run that is shown; `None`
    /// where it has none.
    pub fn renamed(&self, model: &GraphModel, request: Request) -> Option<Request> {
        let id = |id: u32| {
            let name = &model.node(NodeId(id))?.name;
            self.states().find(|(_, it)| it == name).map(|(id, _)| id.0)
        };
        Some(match request {
            Request::SelectState(it) => Request::SelectState(id(it)?),
            Request::ShowState(it) => Request::ShowState(id(it)?),
            Request::ToggleBreakpoint(it) => Request::ToggleBreakpoint(id(it)?),
            other => other,
        })
    }

    /// Puts the cursor of A and B to their events. Shows the other one where the one that is shown has no such event.
    fn stand_at(&mut self, events: [Option<u64>; 2]) {
        let Some(runs) = self.comparing.as_ref().map(|it| it.compared.runs) else { return };
        let id = |event: u64| EventId(u32::try_from(event).unwrap_or(u32::MAX));
        let shown = runs.iter().position(|it| self.shown_id() == Some(*it));
        let nth = match (shown, events) {
            (Some(nth), events) if events[nth].is_some() => nth,
            (_, [Some(_), _]) => 0,
            (_, [None, Some(_)]) => 1,
            (_, [None, None]) => return,
        };
        self.show_run(runs[nth]);
        for (run, event) in runs.into_iter().zip(events) {
            if let (Some(run), Some(event)) = (self.runs.get_mut(run), event) {
                run.cursor = Cursor::At(id(event));
            }
        }
        if let Some(event) = events[nth] {
            self.move_to(id(event));
        }
    }
}
