//! What floats over the canvas: counts by status (legend and filter), the zoom box, the minimap.

use egui::{
    Align2, Color32, CornerRadius, FontId, Id, Mesh, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    WidgetType, pos2, vec2,
};
use egui_phosphor::regular as phosphor;

use super::panel::GraphInput;
use super::shapes::screen::Families;
use super::status::ORDER;
use super::style::Icon;
use crate::ui::compare::Sign;
use crate::ui::theme::Theme;
use crate::ui::widgets::Status;

const MARGIN: f32 = 12.0;
const HEIGHT: f32 = 28.0;
const CHIP_HEIGHT: f32 = 24.0;
/// What the zoom box takes at the right, with room on both sides of it.
const BESIDE_ZOOM: f32 = 232.0;
const MINIMAP: egui::Vec2 = vec2(142.0, 90.0);

/// What the zoom box asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ZoomAction {
    /// Zoom by this factor.
    By(f32),
    /// Zoom to 100 %.
    LifeSize,
    /// Show the whole graph.
    Fit,
    /// Show or hide the minimap.
    Minimap,
}

/// Draws the zoom box at the bottom right.
pub fn zoom_box_ui(
    ui: &Ui,
    canvas: Rect,
    id: Id,
    colors: &Theme,
    zoom: f32,
    shows_minimap: bool,
) -> Option<ZoomAction> {
    let percent = format!("{} %", (zoom * 100.0).round());
    // A fixed width for each: nothing shifts when a number changes.
    let parts = [
        (32.0, phosphor::MINUS, "Zoom out", ZoomAction::By(1.0 / 1.25)),
        (52.0, percent.as_str(), "Zoom to 100 %", ZoomAction::LifeSize),
        (32.0, phosphor::PLUS, "Zoom in", ZoomAction::By(1.25)),
        (36.0, phosphor::CORNERS_OUT, "Fit graph", ZoomAction::Fit),
        (36.0, phosphor::MAP_TRIFOLD, if shows_minimap { "Hide minimap" } else { "Show minimap" }, ZoomAction::Minimap),
    ];
    let width: f32 = parts.iter().map(|part| part.0).sum();
    let outer =
        Rect::from_min_max(canvas.max - vec2(width + MARGIN, HEIGHT + MARGIN), canvas.max - vec2(MARGIN, MARGIN));
    let painter = ui.painter().with_clip_rect(canvas);
    let families = Families::of(ui.ctx());
    painter.rect(outer, 4.0, colors.bg_panel, Stroke::new(1.0, colors.line_subtle), StrokeKind::Inside);
    let mut asked = None;
    let mut left = outer.left();
    for (width, face, name, action) in parts {
        let rect = Rect::from_min_size(pos2(left, outer.top()), vec2(width, HEIGHT));
        left += width;
        let response = button(ui, rect, id.with(("zoom", face.len(), width as u32, left as u32)), name);
        if response.hovered() {
            painter.rect_filled(rect.shrink(2.0), 3.0, colors.bg_hover);
        }
        focus_ring(&painter, &response, rect.shrink(2.0), colors);
        let font = match action {
            ZoomAction::LifeSize => FontId::proportional(12.0),
            ZoomAction::By(_) | ZoomAction::Fit | ZoomAction::Minimap => families.icon_font(16.0),
        };
        painter.text(rect.center(), Align2::CENTER_CENTER, face, font, colors.text);
        if action == ZoomAction::Fit {
            painter.vline(rect.left(), rect.y_range(), Stroke::new(1.0, colors.line_subtle));
        }
        if response.clicked() {
            asked = Some(action);
        }
    }
    asked
}

/// Draws the counts at the bottom left; a click on one shows only that status, a second click all.
pub fn counts_ui(ui: &Ui, canvas: Rect, id: Id, input: GraphInput<'_>, filter: &mut Option<Status>) {
    let colors = input.colors;
    if input.status.nodes.iter().any(|it| it.compared.is_some()) {
        return legend_ui(ui, canvas, id, input);
    }
    let mut counts = [0_u32; ORDER.len()];
    for (node, _) in input.model.iter_nodes() {
        let state = input.status.node(node).state;
        if let Some(index) = ORDER.iter().position(|it| *it == state) {
            counts[index] += 1;
        }
    }
    let painter = ui.painter().with_clip_rect(canvas);
    let families = Families::of(ui.ctx());
    let mut left = canvas.left() + MARGIN;
    let most = canvas.right() - BESIDE_ZOOM;
    for (state, count) in ORDER.into_iter().zip(counts).filter(|(_, count)| *count > 0) {
        let text = format!("{count} {}", state.words());
        let galley = painter.layout_no_wrap(text.clone(), FontId::proportional(11.0), colors.text_strong);
        let width = galley.size().x + 34.0;
        if left + width > most {
            break;
        }
        let bottom = canvas.bottom() - MARGIN - 2.0;
        let rect = Rect::from_min_max(pos2(left, bottom - CHIP_HEIGHT), pos2(left + width, bottom));
        left += width + 6.0;
        let is_on = *filter == Some(state);
        let response = button(ui, rect, id.with(("count", state as u8)), &text);
        let fill = if response.hovered() { colors.bg_hover } else { colors.bg_panel };
        let outline = if is_on { colors.now } else { colors.line_subtle };
        painter.rect(rect, 4.0, fill, Stroke::new(1.0, outline), StrokeKind::Inside);
        focus_ring(&painter, &response, rect, colors);
        let glyph_at = pos2(rect.left() + 15.0, rect.center().y);
        let glyph = Icon::of_status(state).glyph();
        painter.text(glyph_at, Align2::CENTER_CENTER, glyph, families.icon_font(14.0), state.color(colors));
        let text_at = pos2(rect.left() + 26.0, rect.center().y - galley.size().y / 2.0);
        painter.galley(text_at, galley, colors.text_strong);
        if response.clicked() {
            *filter = (!is_on).then_some(state);
        }
    }
}

/// Draws what the signs of two compared runs mean, and how many states have each.
fn legend_ui(ui: &Ui, canvas: Rect, id: Id, input: GraphInput<'_>) {
    let colors = input.colors;
    let painter = ui.painter().with_clip_rect(canvas);
    let mut left = canvas.left() + MARGIN;
    for sign in Sign::ALL {
        let count = input.status.nodes.iter().filter(|it| it.compared == Some(sign)).count();
        let text = format!("{} {count} {}", sign.mark(), sign.words());
        let galley = painter.layout_no_wrap(text.clone(), FontId::proportional(11.0), colors.text_strong);
        let bottom = canvas.bottom() - MARGIN - 2.0;
        let size = vec2(galley.size().x + 20.0, CHIP_HEIGHT);
        let rect = Rect::from_min_size(pos2(left, bottom - CHIP_HEIGHT), size);
        if rect.right() > canvas.right() - BESIDE_ZOOM {
            break;
        }
        left = rect.right() + 6.0;
        let response = ui.interact(rect, id.with(("legend", sign.mark())), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("{count} {}", sign.words())));
        painter.rect(rect, 4.0, colors.bg_panel, Stroke::new(1.0, colors.line_subtle), StrokeKind::Inside);
        let text_at = pos2(rect.left() + 10.0, rect.center().y - galley.size().y / 2.0);
        painter.galley(text_at, galley, colors.text_strong);
    }
}

/// Draws the minimap above the zoom box; returns the point of the graph to look at when it is clicked or dragged.
pub fn minimap_ui(ui: &Ui, canvas: Rect, id: Id, input: GraphInput<'_>, seen: Rect) -> Option<Pos2> {
    let colors = input.colors;
    let corner = canvas.max - vec2(MARGIN, MARGIN + HEIGHT + 12.0);
    let outer = Rect::from_min_max(corner - MINIMAP, corner);
    let painter = ui.painter().with_clip_rect(outer.intersect(canvas));
    painter.rect(outer, 4.0, colors.bg_panel, Stroke::new(1.0, colors.line_subtle), StrokeKind::Inside);
    let inner = outer.shrink(6.0);
    let bounds = input.layout.bounds;
    let scale = (inner.width() / bounds.width().max(1.0)).min(inner.height() / bounds.height().max(1.0));
    let origin = inner.center() - bounds.center().to_vec2() * scale;
    let place =
        |rect: Rect| Rect::from_min_max(origin + rect.min.to_vec2() * scale, origin + rect.max.to_vec2() * scale);
    let mut mesh = Mesh::default();
    for (node, model) in input.model.iter_nodes() {
        let Some(rect) = input.layout.node(node) else { continue };
        let rect = place(rect);
        // At least a point high, or rows of states would vanish.
        let rect = Rect::from_center_size(rect.center(), rect.size().max(vec2(2.0, 1.0)));
        let color = if model.is_container() { colors.line_subtle } else { minimap_color(colors, input, node) };
        mesh.add_colored_rect(rect, color);
    }
    painter.add(mesh);
    let view = place(seen).intersect(outer);
    painter.rect_stroke(view, CornerRadius::same(2), Stroke::new(1.5, colors.text_strong), StrokeKind::Inside);

    let response = ui.interact(outer, id.with("minimap"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Other, true, "Minimap"));
    let pointer = response.interact_pointer_pos().filter(|_| response.clicked() || response.dragged())?;
    Some(((pointer - origin) / scale).to_pos2())
}

fn minimap_color(colors: &Theme, input: GraphInput<'_>, node: super::model::NodeId) -> Color32 {
    match input.status.node(node).state {
        Status::NotReached => colors.line_strong,
        state => state.color(colors),
    }
}

fn button(ui: &Ui, rect: Rect, id: Id, name: &str) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    response.on_hover_text(name)
}

fn focus_ring(painter: &egui::Painter, response: &Response, rect: Rect, colors: &Theme) {
    if response.has_focus() {
        painter.rect_stroke(rect.expand(1.0), 4.0, Stroke::new(2.0, colors.now), StrokeKind::Outside);
    }
}
