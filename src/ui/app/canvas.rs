//! The graph in the centre: its layout, made on a thread, and what the user asks of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Context, Ui};

use crate::ui::command::{Command, Request};
use crate::ui::graph::layout::{Layout, layout};
use crate::ui::graph::model::{GraphModel, NodeId};
use crate::ui::graph::panel::{GraphAction, GraphInput, GraphPanel};
use crate::ui::graph::status::GraphStatus;
use crate::ui::graph::widths;
use crate::ui::jobs::Jobs;
use crate::ui::theme::Theme;

/// A layout that has been made, and which one was asked for.
pub(super) struct Made {
    order: u64,
    layout: Arc<Layout>,
}

/// The graph of the document that is open.
pub(super) struct Canvas {
    panel: GraphPanel,
    layout: Option<Arc<Layout>>,
    folded: BTreeSet<NodeId>,
    /// Counts the layouts that were asked for; an answer to an earlier one is dropped.
    order: u64,
    ordered: bool,
    /// What is laid out, and what was before with how it was: two runs on one graph come and go.
    model: Option<Arc<GraphModel>>,
    before: Option<Laid>,
}

/// A graph that was laid out.
struct Laid {
    model: Arc<GraphModel>,
    layout: Arc<Layout>,
    folded: BTreeSet<NodeId>,
}

impl Canvas {
    pub(super) fn new(document: &str, order: u64) -> Self {
        Self {
            panel: GraphPanel::new(document),
            layout: None,
            folded: BTreeSet::new(),
            order,
            ordered: false,
            model: None,
            before: None,
        }
    }

    /// Takes layouts that have been made, and asks for one where there is none.
    pub(super) fn advance(&mut self, ctx: &Context, model: &Arc<GraphModel>, jobs: &Jobs<Made>) {
        self.change_to(model);
        for made in jobs.finished() {
            if made.order == self.order {
                self.layout = Some(made.layout);
            }
        }
        if !self.ordered {
            self.ordered = true;
            self.order += 1;
            // Texts can only be measured here; placing them is the thread's.
            let (widths, model, folded, order) =
                (widths(ctx, model), Arc::clone(model), self.folded.clone(), self.order);
            jobs.start("layout", move || Made { order, layout: Arc::new(layout(&model, &widths, &folded)) });
        }
    }

    /// Lays out another graph from here on; the one before is kept as it was.
    fn change_to(&mut self, model: &Arc<GraphModel>) {
        let Some(old) = self.model.replace(Arc::clone(model)).filter(|it| !Arc::ptr_eq(it, model)) else { return };
        let folded = std::mem::take(&mut self.folded);
        let left = self.layout.take().map(|layout| Laid { model: old, layout, folded });
        let known = std::mem::replace(&mut self.before, left).filter(|it| Arc::ptr_eq(&it.model, model));
        self.ordered = known.is_some();
        // A layout of the one before that is still to come is none of this one.
        self.order += 1;
        match known {
            Some(known) => (self.layout, self.folded) = (Some(known.layout), known.folded),
            None => self.panel.fit(),
        }
    }

    pub(super) fn order(&self) -> u64 {
        self.order
    }

    pub(super) fn layout(&self) -> Option<&Arc<Layout>> {
        self.layout.as_ref()
    }

    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::FitGraph => self.panel.fit(),
            Command::ZoomIn => self.zoom(1.25),
            Command::ZoomOut => self.zoom(0.8),
            Command::ActualSize => {
                let zoom = self.panel.viewport().zoom;
                self.zoom(1.0 / zoom);
            }
            _ => {}
        }
    }

    fn zoom(&mut self, factor: f32) {
        self.panel.zoom_by(factor);
    }

    pub(super) fn ui(
        &mut self,
        model: &Arc<GraphModel>,
        status: &Arc<GraphStatus>,
        selected: Option<NodeId>,
        ui: &mut Ui,
        out: &mut Vec<Request>,
    ) {
        let theme = Theme::of(ui);
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, theme.bg_canvas);
        let Some(layout) = &self.layout else { return };
        let mut actions = Vec::new();
        self.panel.ui(GraphInput { model, layout, status, colors: theme, selected }, ui, &mut actions);
        for action in actions {
            match action {
                GraphAction::Select(id) => out.push(Request::SelectState(id.0)),
                GraphAction::ClearSelection => out.push(Request::ClearSelection),
                GraphAction::Open(id) => out.push(Request::ShowState(id.0)),
                GraphAction::ToggleFold(id) => {
                    if !self.folded.remove(&id) {
                        self.folded.insert(id);
                    }
                    self.ordered = false;
                    out.push(Request::SelectState(id.0));
                }
                // The inspector lists all names of a Catch and the whole condition of a rule.
                GraphAction::ShowEdge(edge) => {
                    if let Some(edge) = model.edge(edge) {
                        out.push(Request::SelectState(edge.from.0));
                    }
                }
                GraphAction::ToggleBreakpoint(id) => out.push(Request::ToggleBreakpoint(id.0)),
                // Menus of states are not in this version.
                GraphAction::Menu(id, _) => out.push(Request::SelectState(id.0)),
            }
        }
    }
}
