//! What is worked out of the state in focus only when it is looked at: its data flow, its attempts, and where a value
//! came from.

use std::sync::Arc;

use crate::engine::{ExecutionId, Step};
use crate::session::flow::flow;
use crate::session::provenance::{Question, provenance};
use crate::session::visit::Visit;
use crate::ui::bind::{detail, inspector, layers};
use crate::ui::graph::status::Layer;
use crate::ui::inspector::Detail;

use super::Workbench;

impl Workbench {
    /// Works out the data flow and the attempts of the state in focus at the cursor.
    pub fn show_detail(&mut self) {
        let found = self.detail().unwrap_or_default();
        if let Some(inspector) = self.moment.as_mut().and_then(|it| it.inspector.as_mut()) {
            inspector.detail = Some(Arc::new(found));
        }
    }

    fn detail(&mut self) -> Option<Detail> {
        let (run, moment, focus) = (self.shown_run()?, self.moment.as_ref()?, self.focus?);
        let (program, log) = (run.published.program(), &run.published.log);
        let entered = moment.frame.states.get(focus.idx())?.last.entered;
        let visit = Visit::read(program.map(|it| &**it), log, moment.frame.event, entered)?;
        let attempt = self.attempt.map_or(0, |it| it as usize);
        let told = self.steps_of(&visit);
        let (run, moment) = (self.shown_run()?, self.moment.as_ref()?);
        let (program, log) = (run.published.program(), &run.published.log);
        let flow = flow(program.map(|it| &**it), log, &visit, attempt, told);
        let source = inspector::Source {
            document: &self.edition.document,
            rules: &run.published.rules,
            log,
            index: &run.index,
            frame: &moment.frame,
        };
        Some(detail::detail(source, &visit, &flow))
    }

    /// Returns the steps that the engine tells of a visit of the run that is shown.
    fn steps_of(&mut self, visit: &Visit) -> Option<Vec<Step>> {
        let shown = self.shown?;
        let execution = shown.child.unwrap_or(ExecutionId::ROOT);
        let worker = self.runs.get_mut(shown.run)?.worker.as_mut()?;
        worker.steps(execution, visit.strand, visit.entered, visit.last)
    }

    /// Returns how large the data of each state is at the cursor.
    pub fn payload_layer(&self) -> Layer {
        match (self.shown_run(), &self.moment) {
            (Some(run), Some(moment)) => layers::payload(&run.published.log, &moment.frame),
            _ => Layer { summary: "No run yet: start one to see how large its data is".to_owned(), ..Layer::default() },
        }
    }

    /// Returns why it cannot be said where values of the run that is shown came from, where that is so.
    pub fn untraced(&self) -> Option<&'static str> {
        let run = self.shown_run()?;
        run.published.program().is_none().then_some(inspector::NO_PROGRAM)
    }

    /// Finds out where a value came from.
    pub fn ask_where_from(&mut self, question: Question) {
        let Some(run) = self.shown_run() else { return };
        let (program, log) = (run.published.program(), &run.published.log);
        let (Some(program), Some(entered)) = (program, log.event(question.entered)) else { return };
        let trail = provenance(program, log, &question);
        let value = trail.hops.first().and_then(|it| it.value.as_ref());
        let found = detail::came_from(&self.edition.document, &question, value, entered.state, &trail);
        self.show_came_from(Some(Arc::new(found)));
    }

    /// Puts away where a value came from.
    pub fn forget_where_from(&mut self) {
        self.show_came_from(None);
    }

    fn show_came_from(&mut self, found: Option<Arc<crate::ui::inspector::CameFrom>>) {
        self.came_from.clone_from(&found);
        if let Some(inspector) = self.moment.as_mut().and_then(|it| it.inspector.as_mut()) {
            inspector.came_from = found;
        }
    }
}
