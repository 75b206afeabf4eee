//! The graph in the centre: its layout, made on a thread, and what the user asks of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Context, Ui};

use crate::ui::command::{Command, Request};
use crate::ui::graph::layout::{Layout, layout};
use crate::ui::graph::model::{GraphModel, GraphNode, NodeId};
use crate::ui::graph::panel::{GraphAction, GraphInput, GraphPanel};
use crate::ui::graph::status::GraphStatus;
use crate::ui::graph::widths;
use crate::ui::jobs::Jobs;
use crate::ui::theme::Theme;

/// A layout that has been made, which one was asked for, and what it is a layout of.
pub(super) struct Made {
    order: u64,
    model: Arc<GraphModel>,
    layout: Arc<Layout>,
}

/// The graph of the document that is open.
pub(super) struct Canvas {
    panel: GraphPanel,
    /// The layout, and the model that it is of: another one while the next layout is being made.
    layout: Option<(Arc<GraphModel>, Arc<Layout>)>,
    /// What was last painted with that layout.
    status: Arc<GraphStatus>,
    folded: BTreeSet<NodeId>,
    /// The model whose containers are folded.
    model: Option<Arc<GraphModel>>,
    /// Counts the layouts that were asked for; an answer to an earlier one is dropped.
    order: u64,
    ordered: bool,
}

impl Canvas {
    pub(super) fn new(document: &str, order: u64) -> Self {
        Self {
            panel: GraphPanel::new(document),
            layout: None,
            status: Arc::default(),
            folded: BTreeSet::new(),
            model: None,
            order,
            ordered: false,
        }
    }

    /// Takes layouts that have been made, and asks for one where there is none.
    pub(super) fn advance(&mut self, ctx: &Context, model: &Arc<GraphModel>, jobs: &Jobs<Made>) {
        for made in jobs.finished() {
            if made.order == self.order {
                self.layout = Some((made.model, made.layout));
            }
        }
        self.take_model(model);
        if !self.ordered {
            self.ordered = true;
            self.order += 1;
            // Texts can only be measured here; placing them is the thread's.
            let (widths, model, folded, order) =
                (widths(ctx, model), Arc::clone(model), self.folded.clone(), self.order);
            jobs.start("layout", move || {
                let layout = Arc::new(layout(&model, &widths, &folded));
                Made { order, model, layout }
            });
        }
    }

    /// Has another model laid out. Containers of the same name stay folded.
    fn take_model(&mut self, model: &Arc<GraphModel>) {
        let before = self.model.replace(Arc::clone(model));
        let Some(before) = before.filter(|it| !Arc::ptr_eq(it, model)) else { return };
        let name = |id: &NodeId| before.node(*id).map(|it| it.name.as_str());
        let names: BTreeSet<&str> = self.folded.iter().filter_map(name).collect();
        let is_folded = |it: &GraphNode| it.is_container() && names.contains(&*it.name);
        // Of another workflow nothing stands where it stood.
        let known: BTreeSet<&str> = before.nodes.iter().map(|it| &*it.name).collect();
        if !model.nodes.iter().any(|it| known.contains(&*it.name)) {
            self.panel.fit();
        }
        self.folded = model.iter_nodes().filter(|(_, it)| is_folded(it)).map(|(id, _)| id).collect();
        self.ordered = false;
    }

    pub(super) fn order(&self) -> u64 {
        self.order
    }

    pub(super) fn layout(&self) -> Option<&Arc<Layout>> {
        self.layout.as_ref().map(|(_, layout)| layout)
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
        let Some((laid_out, layout)) = &self.layout else { return };
        let mut actions = Vec::new();
        if !Arc::ptr_eq(laid_out, model) {
            // What was on the screen stays there, out of reach, until the next layout is made: that is some frames.
            let input = GraphInput { model: laid_out, layout, status: &self.status, colors: theme, selected: None };
            self.panel.ui(input, ui, &mut actions);
            return;
        }
        self.status = Arc::clone(status);
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
