//! The graph in the centre: its layout, made on a thread, and what the user asks of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Align, Context, Layout as EguiLayout, Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use crate::session::Document;
use crate::ui::command::{Command, Request};
use crate::ui::graph::layout::{Layout, layout};
use crate::ui::graph::model::{GraphModel, GraphNode, NodeId};
use crate::ui::graph::panel::{GraphAction, GraphInput, GraphPanel};
use crate::ui::graph::status::{GraphStatus, Layer};
use crate::ui::graph::widths;
use crate::ui::jobs::Jobs;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::{draw, segmented};
use crate::ui::workbench::Workbench;
use crate::ui::{bind, fonts};

/// A layout that has been made, which one was asked for, and what it is a layout of.
pub(super) struct Made {
    order: u64,
    model: Arc<GraphModel>,
    layout: Arc<Layout>,
}

/// What the states of the graph show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Show {
    /// What has happened to them.
    #[default]
    Status,
    /// How many runs went through them.
    Coverage,
    /// What they can cost at most.
    Budget,
    /// How large their data is.
    Payload,
}

impl Show {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Status, "Status"),
        (Self::Coverage, "Coverage"),
        (Self::Budget, "Budget"),
        (Self::Payload, "Payload size"),
    ];
}

/// A layer as it was last made, over which status.
struct Layered {
    show: Show,
    /// Which coverage it is of.
    counted: u64,
    below: Arc<GraphStatus>,
    shown: Arc<GraphStatus>,
    summary: String,
}

/// The graph of the document that is open.
pub(super) struct Canvas {
    panel: GraphPanel,
    /// The layout, and the model that it is of: another one while the next layout is being made.
    layout: Option<(Arc<GraphModel>, Arc<Layout>)>,
    /// What was last painted with that layout.
    status: Arc<GraphStatus>,
    folded: BTreeSet<NodeId>,
    /// The state that a menu was asked for.
    menu: Option<NodeId>,
    /// The model whose containers are folded.
    model: Option<Arc<GraphModel>>,
    /// Counts the layouts that were asked for; an answer to an earlier one is dropped.
    order: u64,
    ordered: bool,
    show: Show,
    layered: Option<Layered>,
    /// The budget of a document, which depends on nothing else.
    budget: Option<(Arc<Document>, Arc<Layer>)>,
}

impl Canvas {
    pub(super) fn new(document: &str, order: u64) -> Self {
        Self {
            panel: GraphPanel::new(document),
            layout: None,
            status: Arc::default(),
            folded: BTreeSet::new(),
            menu: None,
            model: None,
            order,
            ordered: false,
            show: Show::Status,
            layered: None,
            budget: None,
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

    /// Whether states show how many runs went through them.
    pub(super) fn shows_coverage(&self) -> bool {
        self.show == Show::Coverage
    }

    fn zoom(&mut self, factor: f32) {
        self.panel.zoom_by(factor);
    }

    /// Returns the status with the layer that is shown, made anew only for another status; nothing without a layer.
    fn lay(&mut self, bench: &Workbench, status: &Arc<GraphStatus>) -> Option<Arc<GraphStatus>> {
        let counted = if self.show == Show::Coverage { bench.coverage_layer().1 } else { 0 };
        let is_made = |it: &&Layered| it.show == self.show && it.counted == counted && Arc::ptr_eq(&it.below, status);
        if let Some(made) = self.layered.as_ref().filter(is_made) {
            return Some(Arc::clone(&made.shown));
        }
        if self.show == Show::Status {
            return None;
        }
        let layer = match self.show {
            Show::Coverage => bench.coverage_layer().0,
            Show::Budget => {
                let document = &bench.edition.document;
                let known = self.budget.as_ref().filter(|(of, _)| Arc::ptr_eq(of, document));
                let layer = known.map_or_else(|| Arc::new(bind::layers::budget(document)), |it| Arc::clone(&it.1));
                self.budget = Some((Arc::clone(document), Arc::clone(&layer)));
                layer
            }
            Show::Status | Show::Payload => Arc::new(bench.payload_layer()),
        };
        let shown = Arc::new(status.with_layer(&layer, bench.edition.model.nodes.len()));
        let (show, below, summary) = (self.show, Arc::clone(status), layer.summary.clone());
        self.layered = Some(Layered { show, counted, below, shown: Arc::clone(&shown), summary });
        Some(shown)
    }

    /// The switch between layers at the top right, and at the top left the layer in a line.
    fn switch_ui(&mut self, canvas: Rect, ui: &mut Ui) {
        let theme = Theme::of(ui);
        let row = Rect::from_min_max(canvas.min + vec2(12.0, 8.0), pos2(canvas.right() - 12.0, canvas.top() + 32.0));
        if row.width() < 400.0 {
            return;
        }
        let names: Vec<(&str, Option<&str>)> = Show::ALL.iter().map(|(_, name)| (*name, None)).collect();
        let selected = Show::ALL.iter().position(|(it, _)| *it == self.show);
        let (clicked, switch) = draw::at(ui, row, EguiLayout::right_to_left(Align::Min), |ui| {
            segmented(ui, "graph shows", height::BUTTON_SMALL, selected, &names)
        });
        if let Some(clicked) = clicked {
            self.show = Show::ALL[clicked].0;
        }
        let word = row.with_max_x(switch.left() - 8.0);
        let left = draw::right(ui.painter(), word, "Show", fonts::text(fonts::BODY), theme.text_subdued);
        let summary = self.layered.as_ref().filter(|it| it.show == self.show && self.show != Show::Status);
        let Some(summary) = summary.map(|it| it.summary.as_str()) else { return };
        let place = row.with_max_x(left - 16.0);
        let response = ui.interact(place, ui.id().with("layer summary"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, summary));
        // What of the graph is behind it would make it hard to read.
        let width = draw::width(ui, summary, fonts::text(fonts::BODY)).min(place.width());
        let ground = place.with_max_x(place.left() + width).expand2(vec2(6.0, 0.0));
        ui.painter().rect_filled(ground, 4.0, theme.bg_canvas);
        draw::left(ui.painter(), place, summary, fonts::text(fonts::BODY), theme.text);
    }

    pub(super) fn ui(
        &mut self,
        model: &Arc<GraphModel>,
        bench: Option<&Workbench>,
        status: &Arc<GraphStatus>,
        selected: Option<NodeId>,
        ui: &mut Ui,
        out: &mut Vec<Request>,
    ) {
        let theme = Theme::of(ui);
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, theme.bg_canvas);
        let Some((laid_out, layout)) = self.layout.clone() else { return };
        let mut actions = Vec::new();
        if !Arc::ptr_eq(&laid_out, model) {
            // What was on the screen stays there, out of reach, until the next layout is made: that is some frames.
            let (model, status) = (&laid_out, &self.status);
            let input = GraphInput { model, layout: &layout, status, colors: theme, selected: None };
            self.panel.ui(input, ui, &mut actions);
            return;
        }
        let shown = bench.and_then(|it| self.lay(it, status)).unwrap_or_else(|| Arc::clone(status));
        self.status = Arc::clone(&shown);
        let canvas = ui.available_rect_before_wrap();
        let input = GraphInput { model, layout: &layout, status: &shown, colors: theme, selected };
        let response = self.panel.ui(input, ui, &mut actions);
        if response.secondary_clicked() {
            self.menu = actions.iter().find_map(|it| if let GraphAction::Menu(id, _) = it { Some(*id) } else { None });
        }
        response.context_menu(|ui| menu_ui(model, status, self.menu, ui, out));
        if bench.is_some() {
            self.switch_ui(canvas, ui);
        }
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
                GraphAction::Menu(id, _) => out.push(Request::SelectState(id.0)),
            }
        }
    }
}

/// Shows the menu of a state, or of the graph where there is none.
fn menu_ui(model: &GraphModel, status: &GraphStatus, id: Option<NodeId>, ui: &mut Ui, out: &mut Vec<Request>) {
    let mut item = |text: &str, enabled: bool, request: Request| {
        if ui.add_enabled(enabled, egui::Button::new(text)).clicked() {
            out.push(request);
            ui.close();
        }
    };
    let Some((id, node)) = id.and_then(|id| Some((id, model.node(id)?))) else {
        return item(Command::FitGraph.entry().text, true, Request::Do(Command::FitGraph));
    };
    let status = status.node(id);
    let entered = status.n_visits > 0;
    item(&format!("Show {} in the definition", node.name), true, Request::ShowState(id.0));
    let breakpoint = if status.breakpoint.is_some() { "Remove the breakpoint" } else { "Stop here" };
    item(breakpoint, true, Request::ToggleBreakpoint(id.0));
    item(Command::EditBreakpoint.entry().text, true, Request::Do(Command::EditBreakpoint));
    item(Command::RunToState.entry().text, true, Request::Do(Command::RunToState));
    let always = if status.always.is_some() { "Need not always run" } else { Command::MustAlwaysRun.entry().text };
    item(always, true, Request::Do(Command::MustAlwaysRun));
    item("Fork where it was entered…", entered, Request::ForkAtState(id.0));
}
