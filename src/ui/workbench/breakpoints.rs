//! The breakpoints of the workbench: setting, changing and removing them, taking that back, and how they are listed.

use std::sync::Arc;

use crate::asl::StateId;
use crate::session::breakpoint::{Breakpoint, On};
use crate::ui::breakpoint_editor::Form;
use crate::ui::graph::status::{GraphStatus, NodeStatus};
use crate::ui::widgets::{BreakpointKind, BreakpointMark};
use crate::ui::workspace::BreakpointItem;

use super::Workbench;
use super::undo::Change;

impl Workbench {
    /// Sets a breakpoint where the state is entered, or removes all that are on it.
    pub fn toggle_breakpoint(&mut self, state: StateId) {
        let Some(name) = self.edition.document.definition.outline.state(state).map(|it| it.name.to_string()) else {
            return;
        };
        self.change_breakpoints(|list| {
            let n_before = list.len();
            list.retain(|it| it.state.as_ref() != Some(&name));
            if list.len() == n_before {
                list.push(Breakpoint::new(On::Enter).in_state(&name));
            }
        });
    }

    /// Sets a breakpoint for something that happens in any state, or removes it.
    pub fn toggle_break_on(&mut self, on: On) {
        let new = Breakpoint::new(on);
        self.change_breakpoints(|list| {
            let n_before = list.len();
            list.retain(|it| (&it.on, &it.state) != (&new.on, &None));
            if list.len() == n_before {
                list.push(new);
            }
        });
    }

    /// Whether runs stop at this in any state.
    pub fn breaks_on(&self, on: &On) -> bool {
        self.breakpoints.iter().any(|it| it.on == *on && it.state.is_none() && !it.off)
    }

    /// Switches one breakpoint off or on.
    pub fn switch_breakpoint(&mut self, position: usize) {
        self.change_breakpoints(|list| {
            if let Some(breakpoint) = list.get_mut(position) {
                breakpoint.off = !breakpoint.off;
            }
        });
    }

    /// Switches all breakpoints off, or on if all are off.
    pub fn switch_breakpoints(&mut self) {
        self.change_breakpoints(|list| {
            let off = list.iter().any(|it| !it.off);
            for it in list.iter_mut() {
                it.off = off;
            }
        });
    }

    /// Removes one breakpoint.
    pub fn remove_breakpoint(&mut self, position: usize) {
        self.change_breakpoints(|list| {
            if position < list.len() {
                list.remove(position);
            }
        });
    }

    /// Removes all breakpoints.
    pub fn remove_breakpoints(&mut self) {
        self.change_breakpoints(Vec::clear);
    }

    /// Puts a breakpoint in the place of the one at `position`, or adds it.
    pub fn save_breakpoint(&mut self, position: Option<usize>, breakpoint: Breakpoint) {
        self.change_breakpoints(|list| match position.and_then(|it| list.get_mut(it)) {
            Some(old) => *old = breakpoint,
            None => list.push(breakpoint),
        });
    }

    /// Whether there are breakpoints.
    pub fn has_breakpoints(&self) -> bool {
        !self.breakpoints.is_empty()
    }

    /// Returns the form to change the breakpoint at `position`; without one, that of the state in focus, or a new one
    /// there.
    pub fn breakpoint_form(&self, position: Option<usize>) -> Option<Form> {
        let name = self.focus.map(|it| self.edition.document.definition.outline.name(it).to_owned());
        let on_it = || self.breakpoints.iter().position(|it| it.state.is_some() && it.state == name);
        let Some(position) = position.or_else(on_it) else { return Some(self.new_breakpoint_form()) };
        let breakpoint = self.breakpoints.get(position)?;
        Some(Form::new(Some(position), breakpoint, self.state_names()))
    }

    /// Returns the form for a new breakpoint at the state in focus, or in any.
    pub fn new_breakpoint_form(&self) -> Form {
        let new = Breakpoint::new(On::Enter);
        let new = match self.focus {
            Some(state) => new.in_state(self.edition.document.definition.outline.name(state)),
            None => new,
        };
        Form::new(None, &new, self.state_names())
    }

    fn state_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.states().map(|(_, name)| name.to_owned()).collect();
        names.sort();
        names.dedup();
        names
    }

    fn change_breakpoints(&mut self, change: impl FnOnce(&mut Vec<Breakpoint>)) {
        let before = self.breakpoints.clone();
        change(&mut self.breakpoints);
        if before == self.breakpoints {
            return;
        }
        self.keep_change(Change::Breakpoints(before));
        self.breakpoints_changed();
    }

    pub(super) fn breakpoints_changed(&mut self) {
        let list: Arc<[Breakpoint]> = self.breakpoints.as_slice().into();
        for (_, run) in self.runs.iter_mut() {
            // What logpoints would have written in runs that are over is all that can go missing.
            if let Some(worker) = &mut run.worker {
                let _ = worker.set_breakpoints(Arc::clone(&list));
            }
        }
        self.refresh();
    }

    /// Returns the breakpoints as the workspace lists them.
    pub(super) fn breakpoint_items(&self) -> Vec<BreakpointItem> {
        let outline = &self.edition.document.definition.outline;
        let item = |it: &Breakpoint| BreakpointItem {
            name: it.state.clone().unwrap_or_else(|| "Any state".to_owned()),
            when: it.when(),
            mark: mark(it),
            details: it.details(),
            problem: it.problems(outline).into_iter().next().map(|it| format!("{}: {}", it.field, it.message)),
        };
        self.breakpoints.iter().map(item).collect()
    }

    /// Marks the states that have breakpoints.
    pub(super) fn mark_breakpoints(&self, graph: &mut GraphStatus) {
        let outline = &self.edition.document.definition.outline;
        for breakpoint in &self.breakpoints {
            let Some(name) = &breakpoint.state else { continue };
            for (id, _) in self.edition.states().filter(|(_, it)| *it.name == **name) {
                if graph.nodes.len() <= id.idx() {
                    graph.nodes.resize(outline.states.len().max(id.idx() + 1), NodeStatus::default());
                }
                let drawn = &mut graph.nodes[id.idx()].breakpoint;
                let own = mark(breakpoint);
                *drawn = Some(drawn.map_or(own, |it| it.and(own)));
            }
        }
    }
}

fn mark(breakpoint: &Breakpoint) -> BreakpointMark {
    let kind = if breakpoint.log.is_some() {
        BreakpointKind::Log
    } else if breakpoint.condition.is_some() || breakpoint.hits.is_some() {
        BreakpointKind::Conditional
    } else {
        BreakpointKind::Plain
    };
    BreakpointMark { kind, on: !breakpoint.off }
}
