//! Forks in the workbench: what can be changed at the cursor, and making the fork.

use std::sync::Arc;

use crate::asl::{Program, StateId};
use crate::engine::{EventId, Outcome};
use crate::history::aws::event_type;
use crate::session::tree::RunId;
use crate::session::{Edit, SameProgram, changeable};
use crate::ui::bind::errors;
use crate::ui::fork::ForkView;

use super::runs::{A_FRAME, Wake};
use super::{Edition, RunEntry, Shown, Workbench};

impl Workbench {
    /// Returns what can be changed at an event of the run that is shown; fails, in words, where nothing can.
    pub fn fork_view(&self, at: EventId) -> Result<ForkView, String> {
        let run = self.shown_run().ok_or("run the definition before it is forked")?;
        if run.worker.is_none() {
            return Err("this history is shown as it is; fork the run that it belongs to".to_owned());
        }
        if run.history.is_some() {
            return Err(if self.is_bare() {
                "add the definition to the history before it is forked".to_owned()
            } else {
                "the definition cannot be run, so nothing can be forked; correct what Problems lists".to_owned()
            });
        }
        if !run.published.done {
            return Err("the run is under way; pause it, then fork it".to_owned());
        }
        let log = &run.published.log;
        let program = run.published.program().ok_or("add the definition to the history before it is forked")?;
        let (event, changeable) =
            log.event(at).zip(changeable(log, at)).ok_or("nothing has happened yet; step into the run first")?;
        let definition = match &self.newest.document.definition.program {
            None => Err("the definition as it is open now cannot be run; correct what Problems lists"),
            Some(_) if run.edition.reads_like(&self.newest) => {
                Err("the definition is open as the run has it; change its text first")
            }
            Some(program) => Ok(Arc::new(SameProgram(Arc::clone(program)))),
        };
        let state = program.outline.name(event.state).to_owned();
        let kind = event_type(&program.outline, event);
        Ok(ForkView {
            run: run.name.clone(),
            at: u64::from(at.0),
            event: if state.is_empty() { kind } else { format!("{kind}, {state}") },
            errors: if event.state == StateId::NONE { Vec::new() } else { errors::choices(program, event.state) },
            state,
            changeable,
            definition,
        })
    }

    /// Forks the run that is shown, and shows the fork; `run` lets it go on to its end or the next breakpoint.
    ///
    /// Fails, in words, where it cannot be forked so.
    pub fn fork(&mut self, wake: Wake, at: EventId, edit: Option<Edit>, run: bool) -> Result<(), String> {
        let host = self.tasks(self.shown_run());
        let parent = self.shown_id().ok_or("no run is shown")?;
        let newest = Arc::clone(&self.newest);
        let key = self.next_key();
        let entry = self.shown_mut().ok_or("no run is shown")?;
        let written = entry.published.log.event(at).map(|it| change_in_words(entry, it.state, edit.as_ref()));
        let (seed, assumed, rest) = (entry.seed, entry.assumed.clone(), entry.rest.clone());
        let worker = entry.worker.as_mut().ok_or("this history is shown as it is; fork the run that it belongs to")?;
        let is_definition = matches!(edit, Some(Edit::Definition(_)));
        let worker = worker.fork(at, edit, host, wake).map_err(|error| format!("cannot fork: {error}"))?;
        let published = worker.published();
        let program = published.program().ok_or("add the definition to the history before it is forked")?;
        let edition =
            if is_definition { Arc::new(newest.numbered_as(program)) } else { self.edition_of(parent, program) };
        let mut fork = RunEntry::new(format!("Fork at event {}", at.0), edition, published, Some(worker));
        (fork.seed, fork.assumed, fork.rest, fork.key) = (seed, assumed, rest, key);
        fork.note = written.unwrap_or_default();
        fork.read_events(A_FRAME);
        let id = self.runs.fork(parent, at, fork);
        self.unfold_to(id);
        self.put_on_screen(Shown { run: id, child: None });
        self.move_to_end();
        if run { self.drive_on() } else { Ok(()) }
    }

    /// Returns the edition of `program`, which a run or one that it came from runs: a fork at an event from before the
    /// definition was another has the one from before.
    fn edition_of(&self, run: RunId, program: &Arc<Program>) -> Arc<Edition> {
        let line = self.runs.line(run).filter_map(|it| self.runs.get(it));
        let is_same = |it: &&RunEntry| it.published.program().is_some_and(|it| Arc::ptr_eq(it, program));
        let same = line.filter(is_same).map(|it| &it.edition).next();
        same.map_or_else(|| Arc::new(self.newest.numbered_as(program)), Arc::clone)
    }

    /// Returns the event at which the state was last entered up to the cursor.
    pub fn last_entry(&self, state: StateId) -> Option<EventId> {
        let view = self.moment()?.frame.states.get(state.idx())?;
        (view.n_entered > 0).then_some(view.last.entered)
    }
}

/// Says what a fork changes; nothing for one without a change.
fn change_in_words(run: &RunEntry, state: StateId, edit: Option<&Edit>) -> String {
    let name = run.published.outline().name(state);
    match edit {
        None => String::new(),
        Some(Edit::Input(_)) => format!("other input of {name}"),
        Some(Edit::Answer(Outcome::Failed(failure, _))) => {
            format!("{name} fails with {}", failure.error.as_deref().unwrap_or("an error without a name"))
        }
        Some(Edit::Answer(_)) => format!("{name} returns another result"),
        Some(Edit::Variables(values)) => {
            let names: Vec<&str> = values.iter().map(|(name, _)| &**name).collect();
            format!("other {}", names.join(", "))
        }
        Some(Edit::Definition(_)) => "newer definition".to_owned(),
    }
}
