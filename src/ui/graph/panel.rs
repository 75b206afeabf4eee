//! The graph on the screen: what can be seen of it, and what the user does with it.
//!
//! Drawing goes through [`egui_graphs::GraphView`], which asks for another frame each time it is shown. So it is shown
//! only when something has changed; else the shapes of the last time are painted again, and an idle window stays idle.

use std::sync::Arc;

use egui::epaint::ClippedShape;
use egui::{Event, EventFilter, Id, Key, Pos2, Rect, Response, Sense, Ui, Vec2, WidgetInfo, WidgetType};
use egui_graphs::{GraphChange, GraphView, MetadataFrame, SettingsInteraction, SettingsNavigation};

use super::layout::Layout;
use super::model::{EdgeId, GraphModel, NodeId};
use super::shapes::scene::Scene;
use super::shapes::screen::Families;
use super::shapes::{self, Picture, StateGraph, container, node};
use super::status::{GraphFocus, GraphStatus};
use super::viewport::Viewport;
use super::walk::{self, Direction};
use super::{access, overlay};
use crate::ui::theme::Theme;

/// What the graph shows this frame. Replace an `Arc` when its content changes: that is what is compared.
#[derive(Clone, Copy)]
pub struct GraphInput<'a> {
    /// The definition.
    pub model: &'a Arc<GraphModel>,
    /// Its layout; from the same model.
    pub layout: &'a Arc<Layout>,
    /// The moment at the cursor.
    pub status: &'a Arc<GraphStatus>,
    /// The theme.
    pub colors: &'a Theme,
    /// The state in the focus of the window.
    pub selected: Option<NodeId>,
}

/// What the user asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GraphAction {
    /// A state was clicked or walked to.
    Select(NodeId),
    /// The empty canvas was clicked.
    ClearSelection,
    /// A state was double-clicked, or Enter was pressed on it.
    Open(NodeId),
    /// The caret of a Parallel or Map was clicked: lay out again with it folded or unfolded.
    ToggleFold(NodeId),
    /// The breakpoint slot of a state was clicked.
    ToggleBreakpoint(NodeId),
    /// An edge or its label was clicked: show all its error names, or its condition.
    ShowEdge(EdgeId),
    /// A state was clicked with the second button, at this place on the screen.
    Menu(NodeId, Pos2),
}

/// The view of one document's graph.
pub struct GraphPanel {
    id: Id,
    viewport: Viewport,
    must_fit: bool,
    /// The size of the panel in the last frame, and what was seen then if it was not the user's choice.
    fitted: (Vec2, Option<Viewport>),
    /// What the next frame zooms by, about the middle.
    zoom_step: f32,
    shows_minimap: bool,
    /// The current state that was scrolled to last.
    followed: Option<NodeId>,
    /// The state in the focus of the window that was scrolled to last.
    followed_focus: Option<NodeId>,
    focus: GraphFocus,
    shown: Option<Shown>,
    /// The id `GraphView` got from its place in the window.
    widget: Option<Id>,
    /// Changes whenever galleys made earlier no longer fit the font atlas.
    atlas: (f32, f32),
}

/// The last picture, and the shapes it became.
struct Shown {
    picture: Arc<Picture>,
    graph: StateGraph,
    drawn: Option<Drawn>,
}

struct Drawn {
    rect: Rect,
    viewport: Viewport,
    shapes: Vec<ClippedShape>,
    /// States that can be seen, with what answers to the pointer.
    visible: Vec<(NodeId, Rect)>,
}

impl GraphPanel {
    /// Creates the view of a document; `document` tells it from others that are open.
    pub fn new(document: impl std::hash::Hash + std::fmt::Debug) -> Self {
        Self {
            id: Id::new(("graph", document)),
            viewport: Viewport { zoom: 1.0, pan: Vec2::ZERO },
            must_fit: true,
            fitted: (Vec2::ZERO, None),
            zoom_step: 1.0,
            shows_minimap: true,
            followed: None,
            followed_focus: None,
            focus: GraphFocus::default(),
            shown: None,
            widget: None,
            atlas: (0.0, 0.0),
        }
    }

    /// Shows the whole graph from the next frame on.
    pub fn fit(&mut self) {
        self.must_fit = true;
    }

    /// Zooms by `factor` about the middle, from the next frame on.
    pub fn zoom_by(&mut self, factor: f32) {
        self.zoom_step *= factor;
    }

    /// Whether the keyboard is the graph's: arrows then walk along its edges.
    pub fn has_focus(&self, ctx: &egui::Context) -> bool {
        self.widget.is_some_and(|id| ctx.memory(|memory| memory.has_focus(id)))
    }

    /// Returns the zoom and offset.
    pub fn viewport(&self) -> Viewport {
        self.viewport
    }

    /// Sets the zoom and offset, as they were saved.
    pub fn set_viewport(&mut self, viewport: Viewport) {
        self.viewport = viewport;
        self.must_fit = false;
    }

    /// Shows the graph in all the space there is.
    pub fn ui(&mut self, input: GraphInput<'_>, ui: &mut Ui, out: &mut Vec<GraphAction>) -> Response {
        let rect = ui.available_rect_before_wrap();
        let before = self.widget.and_then(|id| ui.ctx().read_response(id));
        self.keep_place(input, rect.size());
        let is_fitted = self.refit(input, rect.size()) || self.must_fit;
        if std::mem::take(&mut self.must_fit) {
            let is_first = self.fitted.0 == Vec2::ZERO;
            let fit = if is_first { Viewport::fit_readable } else { Viewport::fit };
            self.viewport = fit(input.layout.bounds, rect.size());
        }
        let step = std::mem::replace(&mut self.zoom_step, 1.0);
        if (step - 1.0).abs() > f32::EPSILON {
            self.viewport.zoom_at(rect.size() / 2.0, step);
        }
        if let Some(response) = &before {
            self.navigate(ui, response, rect);
            self.hover(response, rect);
            self.keyboard(input, ui, response, rect, out);
        }
        self.follow(input, rect.size());
        if is_fitted {
            self.fitted.1 = Some(self.viewport);
        }
        self.fitted.0 = rect.size();
        self.compose(input, ui);

        let was_clicked = before.is_some_and(|it| it.clicked() || it.double_clicked() || it.secondary_clicked());
        ui.painter().rect_filled(rect, 0.0, input.colors.bg_canvas);
        // Which state was clicked is GraphView's to find out.
        let replayed = if was_clicked { None } else { self.replay(ui, rect) };
        let response = replayed.unwrap_or_else(|| self.show(ui, rect, out));
        self.widget = Some(response.id);
        if response.clicked() {
            response.request_focus();
        }
        self.announce(ui, &response, out);
        self.overlays(input, ui, rect);
        response
    }

    /// Keeps what the user sees where it is when an edit gives another layout.
    fn keep_place(&mut self, input: GraphInput<'_>, panel: Vec2) {
        let Some(shown) = &self.shown else { return };
        let old = &shown.picture.scene;
        if Arc::ptr_eq(&old.layout, input.layout) {
            return;
        }
        let seen = self.viewport.seen(panel);
        let is_seen = |id: &NodeId| old.layout.node(*id).is_some_and(|rect| seen.intersects(rect));
        let ids = old.model.iter_nodes().map(|(id, _)| id);
        let anchor =
            self.focus.selected.into_iter().chain(old.status.current).chain(ids).filter(is_seen).find_map(|id| {
                let before = old.layout.node(id)?;
                let name = &old.model.node(id)?.name;
                let after = input.model.iter_nodes().find(|(_, node)| node.name == *name)?.0;
                Some(input.layout.node(after)?.min - before.min)
            });
        if let Some(moved) = anchor {
            self.viewport.pan -= moved * self.viewport.zoom;
        }
        self.focus.hovered_edge = None;
        self.focus.hovered_node = None;
    }

    /// Fits the graph again into a panel of another size, unless the user has moved it; as far as it can be read then.
    /// What has to be seen in any case is the current state. Returns whether it was fitted.
    fn refit(&mut self, input: GraphInput<'_>, panel: Vec2) -> bool {
        let (before, fitted) = self.fitted;
        if before == panel || before == Vec2::ZERO {
            return false;
        }
        self.followed = None;
        self.followed_focus = None;
        if fitted != Some(self.viewport) {
            return false;
        }
        self.viewport = Viewport::fit_readable(input.layout.bounds, panel);
        true
    }

    fn navigate(&mut self, ui: &Ui, response: &Response, rect: Rect) {
        if response.dragged() {
            self.viewport.pan += response.drag_delta();
        } else {
            self.viewport.pan = self.viewport.pan.round();
        }
        let Some(pointer) = response.hover_pos().filter(|_| response.hovered()) else { return };
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
        // A wheel notch is 40 or 50 points: about one sixth more or less.
        let factor = pinch * (scroll.y / 300.0).exp();
        if (factor - 1.0).abs() > f32::EPSILON {
            self.viewport.zoom_at(pointer - rect.min, factor);
        }
        self.viewport.pan.x += scroll.x;
    }

    fn hover(&mut self, response: &Response, rect: Rect) {
        let Some(shown) = &self.shown else { return };
        let scene = &shown.picture.scene;
        let at = response.hover_pos().filter(|_| response.hovered() && !response.dragged());
        let at = at.map(|pointer| self.viewport.to_graph(pointer - rect.min));
        let visible = shown.drawn.iter().flat_map(|drawn| &drawn.visible);
        self.focus.hovered_node = at.and_then(|at| {
            let is_hit = |id: &NodeId| shapes::hit_rect(scene, *id).is_some_and(|rect| rect.contains(at));
            visible.map(|(id, _)| *id).find(is_hit)
        });
        self.focus.hovered_edge = at
            .filter(|_| self.focus.hovered_node.is_none())
            .and_then(|at| scene.model.iter_edges().map(|(id, _)| id).find(|id| shapes::is_on_edge(scene, *id, at)));
    }

    fn keyboard(
        &mut self,
        input: GraphInput<'_>,
        ui: &Ui,
        response: &Response,
        rect: Rect,
        out: &mut Vec<GraphAction>,
    ) {
        let Some(shown) = self.shown.as_ref().filter(|_| response.has_focus()) else { return };
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let pressed: Vec<(Key, bool)> = ui.input(|input| {
            let key = |event: &Event| match event {
                Event::Key { key, pressed: true, modifiers, .. } if !modifiers.any() || modifiers.shift_only() => {
                    Some((*key, modifiers.shift))
                }
                _ => None,
            };
            input.events.iter().filter_map(key).collect()
        });
        for (key, has_shift) in pressed {
            let direction = match key {
                Key::ArrowUp => Direction::Up,
                Key::ArrowDown => Direction::Down,
                Key::ArrowLeft => Direction::Left,
                Key::ArrowRight => Direction::Right,
                Key::F if has_shift => {
                    let target = self.focus.selected.and_then(|id| input.layout.node(id));
                    self.viewport = Viewport::fit(target.unwrap_or(input.layout.bounds), rect.size());
                    continue;
                }
                Key::F => {
                    self.viewport = Viewport::fit(input.layout.bounds, rect.size());
                    continue;
                }
                Key::Plus | Key::Equals | Key::Minus => {
                    let factor = if key == Key::Minus { 1.0 / 1.25 } else { 1.25 };
                    self.viewport.zoom_at(rect.size() / 2.0, factor);
                    continue;
                }
                Key::Enter => {
                    out.extend(self.focus.selected.map(GraphAction::Open));
                    continue;
                }
                _ => continue,
            };
            if has_shift {
                continue;
            }
            self.focus.by_keyboard = true;
            if let Some(next) = walk::step(&shown.picture.scene, self.focus.selected, direction) {
                out.push(GraphAction::Select(next));
                if let Some(target) = input.layout.node(next) {
                    self.viewport.reveal(target, rect.size());
                }
            }
        }
    }

    /// Scrolls to the current state, and to the one in focus, when they change, if they cannot be seen.
    fn follow(&mut self, input: GraphInput<'_>, panel: Vec2) {
        let before = self.shown.as_ref().map(|it| &it.picture.scene.model);
        if before.is_some_and(|it| !Arc::ptr_eq(it, input.model)) {
            // The number is another state's now.
            self.followed = None;
            self.followed_focus = None;
        }
        if self.followed_focus != input.selected {
            self.followed_focus = input.selected;
            if let Some(rect) = input.selected.and_then(|id| input.layout.node(id)) {
                self.viewport.reveal(rect, panel);
            }
        }
        if self.followed != input.status.current {
            self.followed = input.status.current;
            if let Some(rect) = input.status.current.and_then(|id| input.layout.node(id)) {
                self.viewport.reveal(rect, panel);
            }
        }
    }

    /// Makes a new picture if this frame's differs from the last.
    fn compose(&mut self, input: GraphInput<'_>, ui: &Ui) {
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is not general enough")]
        let filled = ui.ctx().fonts(|fonts| fonts.font_atlas_fill_ratio());
        let atlas = (ui.pixels_per_point(), filled);
        // The atlas only ever fills, unless it was made anew.
        let is_new_atlas = atlas.0 != self.atlas.0 || atlas.1 < self.atlas.1;
        self.atlas = atlas;
        self.focus.selected = input.selected;
        let last = self.shown.as_ref().map(|shown| &shown.picture.scene);
        let has_layout = last.is_some_and(|it| Arc::ptr_eq(&it.layout, input.layout));
        let is_same_graph = has_layout && last.is_some_and(|it| Arc::ptr_eq(&it.model, input.model));
        let is_same = is_same_graph
            && !is_new_atlas
            && last.is_some_and(|it| {
                Arc::ptr_eq(&it.status, input.status) && it.focus == self.focus && it.colors == *input.colors
            });
        if is_same {
            return;
        }
        let scene = Scene {
            model: input.model.clone(),
            layout: input.layout.clone(),
            status: input.status.clone(),
            focus: self.focus,
            colors: *input.colors,
        };
        let picture = Arc::new(Picture { scene, families: Families::of(ui.ctx()) });
        match &mut self.shown {
            Some(shown) if is_same_graph => {
                shapes::replace(&mut shown.graph, &picture);
                shown.picture = picture;
                shown.drawn = None;
            }
            shown => *shown = Some(Shown { graph: shapes::build(&picture), picture, drawn: None }),
        }
    }

    /// Paints the shapes of the last time again; `None` if there are none for this view.
    fn replay(&self, ui: &mut Ui, rect: Rect) -> Option<Response> {
        let drawn = self.shown.as_ref()?.drawn.as_ref()?;
        if drawn.rect != rect || drawn.viewport != self.viewport {
            return None;
        }
        // The same call as in GraphView::show: same size, same senses, and so the same id.
        let (response, painter) = ui.allocate_painter(ui.available_size(), Sense::click_and_drag());
        ui.ctx().graphics_mut(|graphics| {
            let list = graphics.entry(painter.layer_id());
            for shape in &drawn.shapes {
                list.add(shape.clip_rect, shape.shape.clone());
            }
        });
        Some(response)
    }

    fn show(&mut self, ui: &mut Ui, rect: Rect, out: &mut Vec<GraphAction>) -> Response {
        let Some(shown) = &mut self.shown else {
            return ui.allocate_rect(rect, Sense::click_and_drag());
        };
        let key = Some(format!("{:?}", self.id));
        let mut frame = MetadataFrame::new(key.clone()).load(ui);
        frame.zoom = self.viewport.zoom;
        frame.pan = self.viewport.pan;
        frame.save(ui);
        let layer = ui.layer_id();
        let n_before = ui.ctx().graphics(|graphics| graphics.get(layer).map_or(0, |list| list.all_entries().len()));
        let interaction = SettingsInteraction::default()
            .with_dragging_enabled(false)
            .with_hover_enabled(false)
            .with_node_clicking_enabled(true)
            .with_edge_clicking_enabled(true);
        let navigation =
            SettingsNavigation::default().with_fit_to_screen_enabled(false).with_zoom_and_pan_enabled(false);
        let view = GraphView::<fixed::State, fixed::Fixed>::new()
            .with_id(key.clone())
            .with_interactions(&interaction)
            .with_navigations(&navigation)
            .show(ui, &mut shown.graph);
        let scene = &shown.picture.scene;
        let frame = MetadataFrame::new(key).load(ui);
        if frame.zoom == self.viewport.zoom && frame.pan == self.viewport.pan {
            let shapes = ui.ctx().graphics(|graphics| {
                graphics.get(layer).map(|list| list.all_entries().skip(n_before).cloned().collect()).unwrap_or_default()
            });
            let place = |id: NodeId| {
                let at = self.viewport.to_panel(shapes::hit_rect(scene, id)?).translate(rect.min.to_vec2());
                rect.intersects(at).then(|| (id, at.intersect(rect)))
            };
            let visible = scene.model.iter_nodes().filter_map(|(id, _)| place(id)).collect();
            shown.drawn = Some(Drawn { rect, viewport: self.viewport, shapes, visible });
        } else {
            // It fits the graph when it is first shown, and corrects the offset when it has moved in the window.
            shown.drawn = None;
            ui.ctx().request_discard("the graph was drawn at another place than asked for");
        }

        let pointer = view.response.interact_pointer_pos().map(|at| self.viewport.to_graph(at - rect.min));
        let n_actions = out.len();
        for change in view.changes {
            match change {
                GraphChange::NodeClicked { node } => {
                    let id = NodeId(node.index() as u32);
                    self.focus.by_keyboard = false;
                    out.push(pointer.and_then(|at| part_clicked(scene, id, at)).unwrap_or(GraphAction::Select(id)));
                }
                GraphChange::NodeDoubleClicked { node } => out.push(GraphAction::Open(NodeId(node.index() as u32))),
                GraphChange::EdgeClicked { edge } => {
                    let id = shown.graph.edge(edge).and_then(|edge| edge.payload().id);
                    out.extend(id.map(GraphAction::ShowEdge));
                }
                _ => {}
            }
        }
        if view.response.clicked() && out.len() == n_actions {
            out.push(GraphAction::ClearSelection);
        }
        if view.response.secondary_clicked()
            && let (Some(at), Some(id)) = (view.response.interact_pointer_pos(), self.focus.hovered_node)
        {
            out.push(GraphAction::Menu(id, at));
        }
        view.response
    }

    /// Gives every visible state a node in the access tree; the canvas itself takes the clicks.
    fn announce(&self, ui: &Ui, response: &Response, out: &mut Vec<GraphAction>) {
        let Some(shown) = &self.shown else { return };
        let scene = &shown.picture.scene;
        response.widget_info(|| {
            let selected = self.focus.selected.and_then(|id| scene.model.node(id));
            let what = selected.map_or("nothing".to_owned(), |node| node.name.clone());
            WidgetInfo::labeled(WidgetType::Other, true, format!("State graph, {what} selected"))
        });
        let has_requests =
            ui.input(|input| input.events.iter().any(|event| matches!(event, Event::AccessKitActionRequest(_))));
        for (id, rect) in shown.drawn.iter().flat_map(|drawn| &drawn.visible) {
            let access_id = self.id.with(("state", id.0));
            let state = ui.interact(*rect, access_id, Sense::hover());
            state.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, access::sentence(scene, *id)));
            if has_requests
                && ui.input(|input| input.has_accesskit_action_request(access_id, egui::accesskit::Action::Click))
            {
                out.push(GraphAction::Select(*id));
            }
        }
    }

    fn overlays(&mut self, input: GraphInput<'_>, ui: &mut Ui, rect: Rect) {
        let does_fit = self.viewport.shows(input.layout.bounds, rect.size());
        overlay::counts_ui(ui, rect, self.id, input, &mut self.focus.filter);
        match overlay::zoom_box_ui(ui, rect, self.id, input.colors, self.viewport.zoom, self.shows_minimap) {
            Some(overlay::ZoomAction::By(factor)) => self.viewport.zoom_at(rect.size() / 2.0, factor),
            Some(overlay::ZoomAction::LifeSize) => {
                self.viewport.zoom_at(rect.size() / 2.0, 1.0 / self.viewport.zoom);
            }
            Some(overlay::ZoomAction::Fit) => self.fit(),
            Some(overlay::ZoomAction::Minimap) => self.shows_minimap = !self.shows_minimap,
            None => {}
        }
        if self.shows_minimap && !does_fit {
            let seen = self.viewport.seen(rect.size());
            if let Some(point) = overlay::minimap_ui(ui, rect, self.id, input, seen) {
                self.viewport.center_on(point, rect.size());
            }
        }
        let is_drawn = self.shown.as_ref().and_then(|shown| shown.drawn.as_ref());
        let is_current = is_drawn.is_some_and(|drawn| drawn.viewport == self.viewport)
            && self.shown.as_ref().is_some_and(|shown| shown.picture.scene.focus.filter == self.focus.filter);
        if !is_current || self.must_fit {
            ui.ctx().request_repaint();
        }
    }
}

/// Returns what a click on a certain part of a state asks for, beyond selecting it.
fn part_clicked(scene: &Scene, id: NodeId, at: Pos2) -> Option<GraphAction> {
    let rect = scene.layout.node(id)?;
    if scene.layout.shows_lanes(id) {
        return container::caret_rect(rect).contains(at).then_some(GraphAction::ToggleFold(id));
    }
    if scene.model.node(id)?.is_container() && node::unfold_rect(rect).contains(at) {
        return Some(GraphAction::ToggleFold(id));
    }
    node::breakpoint_rect(rect).contains(at).then_some(GraphAction::ToggleBreakpoint(id))
}

/// A layout that moves nothing: places come from [`super::layout`].
mod fixed {
    use egui_graphs::{DisplayEdge, DisplayNode, Graph, Layout, LayoutState};
    use petgraph::EdgeType;
    use petgraph::stable_graph::IndexType;

    #[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
    pub struct State;

    impl LayoutState for State {}

    #[derive(Debug, Default)]
    pub struct Fixed;

    impl Layout<State> for Fixed {
        fn from_state(_state: State) -> impl Layout<State> {
            Self
        }

        fn next<N, E, Ty, Ix, Dn, De>(&mut self, _graph: &mut Graph<N, E, Ty, Ix, Dn, De>, _ui: &egui::Ui)
        where
            N: Clone,
            E: Clone,
            Ty: EdgeType,
            Ix: IndexType,
            Dn: DisplayNode<N, E, Ty, Ix>,
            De: DisplayEdge<N, E, Ty, Ix, Dn>,
        {
        }

        fn state(&self) -> State {
            State
        }
    }
}

#[cfg(test)]
mod tests;
