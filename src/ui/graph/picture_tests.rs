//! Pictures of the graph, painted without a GPU and looked at pixel by pixel.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Color32, Context, FontData, FontDefinitions, FontFamily, Pos2, Rect, Vec2};

use super::layout::{TextWidths, layout};
use super::model::{GraphModel, NodeId};
use super::samples;
use super::shapes::pen::Face;
use super::shapes::scene::Scene;
use super::shapes::screen::{Families, ScreenPen};
use super::status::{GraphFocus, GraphStatus, NodeStatus, ORDER};
use super::style::MARGIN;
use crate::ui::raster::{Raster, Rasteriser};
use crate::ui::theme::Theme;
use crate::ui::widgets::Status;

/// The fonts of the window.
pub fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 3] = [
        ("inter", include_bytes!("../../../assets/fonts/Inter-Medium.otf")),
        ("inter-strong", include_bytes!("../../../assets/fonts/Inter-SemiBold.otf")),
        ("phosphor", egui_phosphor::Variant::Regular.font_bytes()),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    fonts.families.entry(FontFamily::Proportional).or_default().insert(0, "inter".to_owned());
    let rest = fonts.families[&FontFamily::Proportional].clone();
    let family = |first: &str| std::iter::once(first.to_owned()).chain(rest.iter().cloned()).collect();
    fonts.families.insert(FontFamily::Name("strong".into()), family("inter-strong"));
    fonts.families.insert(FontFamily::Name("icons".into()), family("phosphor"));
    fonts
}

/// Writes a file to look at.
pub fn save(name: &str, bytes: &[u8]) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ui");
    std::fs::create_dir_all(&folder).expect("target can be written");
    std::fs::write(folder.join(name), bytes).expect("target can be written");
}

/// Makes a scene with real text widths.
pub fn scene(ctx: &Context, model: GraphModel, status: GraphStatus, colors: Theme) -> (Scene, Families) {
    let families = Families::of(ctx);
    let widths = TextWidths::measure(
        &model,
        |text| families.width(ctx, text, Face::Name),
        |text| families.width(ctx, text, Face::Line),
    );
    let layout = layout(&model, &widths, &BTreeSet::new());
    let scene = Scene {
        model: Arc::new(model),
        layout: Arc::new(layout),
        status: Arc::new(status),
        focus: GraphFocus::default(),
        colors,
    };
    (scene, families)
}

/// A picture, and how to find graph positions in it.
struct Picture {
    scene: Scene,
    raster: Raster,
    zoom: f32,
}

impl Picture {
    fn paint(model: GraphModel, status: GraphStatus, colors: Theme, zoom: f32) -> Self {
        let ctx = Context::default();
        ctx.set_fonts(fonts());
        let mut rasteriser = Rasteriser::default();
        let mut input = egui::RawInput::default();
        let mut warm_up = ctx.run_ui(input.clone(), |_| {});
        rasteriser.update_textures(&mut warm_up.textures_delta);
        let (mut scene_out, mut last) = (None, None);
        let mut size = Vec2::splat(64.0);
        // Text can be measured inside a frame only: the first one finds the size.
        for _ in 0..2 {
            input.screen_rect = Some(Rect::from_min_size(Pos2::ZERO, size));
            let mut output = ctx.run_ui(input.clone(), |ui| {
                let (scene, families) = scene(&ctx, model.clone(), status.clone(), colors);
                size = ((scene.layout.bounds.size() + Vec2::splat(2.0 * MARGIN)) * zoom).ceil();
                let mut pen = ScreenPen::new(&ctx, &families, zoom, Vec2::splat(MARGIN * zoom), Rect::EVERYTHING);
                scene.draw(&mut pen);
                ui.painter().extend(pen.into_shapes());
                scene_out = Some(scene);
            });
            rasteriser.update_textures(&mut output.textures_delta);
            last = Some(output);
        }
        let raster = rasteriser.paint(&ctx, &last.expect("two frames"), size, colors.bg_canvas);
        Self { scene: scene_out.expect("the frame made one"), raster, zoom }
    }

    fn at(&self, x: f32, y: f32) -> Color32 {
        let at = |value: f32| ((value + MARGIN) * self.zoom) as usize;
        self.raster.pixel(at(x), at(y))
    }

    fn node(&self, id: u32) -> Rect {
        self.scene.layout.node(NodeId(id)).expect("placed")
    }

    fn save(&self, name: &str) {
        save(name, &self.raster.to_png().expect("a PNG"));
    }
}

fn is_near(a: Color32, b: Color32) -> bool {
    a.to_array().iter().zip(b.to_array()).all(|(a, b)| a.abs_diff(b) <= 24)
}

#[test]
fn renders_the_travel_booking_graph() {
    for (name, colors) in [("graph-dark.png", Theme::DARK), ("graph-light.png", Theme::LIGHT)] {
        let picture = Picture::paint(samples::travel_booking(), samples::travel_booking_stopped(), colors, 1.0);
        picture.save(name);
        let flight = picture.node(0);
        assert_eq!(picture.at(flight.left() + 6.0, flight.top() + 6.0), colors.tint(colors.status_ok));
        assert!(is_near(picture.at(flight.center().x + 40.0, flight.top() + 0.5), colors.status_ok), "{name}");
        assert_eq!(picture.at(flight.right() - 8.0, flight.top() + 8.0), colors.bg_panel);
        let car = picture.node(2);
        assert!(is_near(picture.at(car.right() - 15.0, car.center().y), colors.status_fail), "breakpoint, {name}");
        assert!(is_near(picture.at(car.right() + 3.0, car.top() + 10.0), colors.now), "halo, {name}");
        assert!(is_near(picture.at(car.left() + 2.0, car.top() - 20.0), colors.now), "tab, {name}");
        let hotel = picture.node(7);
        assert_eq!(picture.at(hotel.left() + 6.0, hotel.top() + 6.0), colors.bg_panel, "not reached has no tint");
        let charge = picture.node(4);
        assert_eq!(picture.at(charge.left() - 4.0, charge.center().y), colors.bg_canvas, "lanes are canvas");
    }
}

#[test]
fn every_status_is_drawn_in_its_colour() {
    for (name, colors) in [("statuses-dark.png", Theme::DARK), ("statuses-light.png", Theme::LIGHT)] {
        let model = samples::one_of_each_status();
        let status = GraphStatus {
            nodes: ORDER.iter().map(|state| NodeStatus { state: *state, ..NodeStatus::default() }).collect(),
            ..GraphStatus::default()
        };
        let picture = Picture::paint(model, status, colors, 1.0);
        picture.save(name);
        for (index, state) in ORDER.iter().enumerate() {
            let rect = picture.node(index as u32);
            let tint = if *state == Status::NotReached { colors.bg_panel } else { colors.tint(state.color(&colors)) };
            // Stripes mix into the tint of what was compensated.
            let block = picture.at(rect.left() + 28.0, rect.bottom() - 6.0);
            assert!(block == tint || (*state == Status::Compensated && is_near(block, tint)), "{state:?}, {name}");
            let glyph = Rect::from_center_size(rect.left_center() + egui::vec2(16.0, 0.0), Vec2::splat(16.0));
            let has_glyph = (0..256).any(|step| {
                let at = glyph.min + egui::vec2((step % 16) as f32, (step / 16) as f32);
                is_near(picture.at(at.x, at.y), state.color(&colors))
            });
            assert!(has_glyph, "{state:?} has no glyph, {name}");
        }
    }
}

#[test]
fn renders_three_hundred_nested_states() {
    let model = samples::random(7, 300);
    let picture = Picture::paint(model, GraphStatus::default(), Theme::DARK, 0.2);
    picture.save("graph-300.png");
    let colors = Theme::DARK;
    let drawn = picture.scene.model.iter_nodes().filter(|(_, node)| !node.is_container()).all(|(id, _)| {
        let rect = picture.node(id.0);
        is_near(picture.at(rect.right() - 20.0, rect.center().y), colors.bg_panel)
    });
    assert!(drawn, "each state has a body");
}

#[test]
fn labels_of_choices_stand_on_their_edges() {
    let picture = Picture::paint(samples::workflow(24), GraphStatus::default(), Theme::LIGHT, 1.0);
    picture.save("choices.png");
    for (id, edge) in picture.scene.model.iter_edges() {
        let route = &picture.scene.layout.edges[id.0 as usize];
        let Some(label) = route.label else { continue };
        let is_on_line = route.points.windows(2).any(|piece| Rect::from_two_pos(piece[0], piece[1]).intersects(label));
        assert!(is_on_line, "{edge:?}: {label} {:?}", route.points);
        assert_eq!(picture.at(label.left() + 3.0, label.top() + 3.0), Theme::LIGHT.bg_canvas);
    }
}

#[test]
fn the_panel_has_its_boxes_in_the_corners() {
    let ctx = Context::default();
    ctx.set_fonts(fonts());
    let size = egui::vec2(944.0, 616.0);
    let (model, status) = (Arc::new(samples::travel_booking()), Arc::new(samples::travel_booking_stopped()));
    let widths = TextWidths::measure(&model, |text| text.len() as f32 * 7.5, |text| text.len() as f32 * 5.9);
    let layout = Arc::new(layout(&model, &widths, &BTreeSet::new()));
    let mut panel = super::panel::GraphPanel::new("picture");
    panel.set_viewport(super::viewport::Viewport { zoom: 1.0, pan: egui::vec2(60.0, 8.0) });
    let mut rasteriser = Rasteriser::default();
    let mut last = None;
    for _ in 0..4 {
        let input = egui::RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)), ..Default::default() };
        let mut output = ctx.run_ui(input, |ui| {
            let colors = &Theme::LIGHT;
            let (model, layout, status) = (&model, &layout, &status);
            let input = super::panel::GraphInput { model, layout, status, colors, selected: Some(NodeId(0)) };
            panel.ui(input, ui, &mut Vec::new());
        });
        rasteriser.update_textures(&mut output.textures_delta);
        last = Some(output);
    }
    let raster = rasteriser.paint(&ctx, &last.expect("four frames"), size, Color32::RED);
    save("panel-light.png", &raster.to_png().expect("a PNG"));
    assert_eq!(raster.pixel(940, 612), Theme::LIGHT.bg_canvas);
    assert_eq!(raster.pixel(920, 582), Theme::LIGHT.bg_panel, "the zoom box");
    assert_eq!(raster.pixel(18, 582), Theme::LIGHT.bg_panel, "the counts");
}
