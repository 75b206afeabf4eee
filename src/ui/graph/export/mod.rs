//! The graph as a file: SVG from the same strokes as the screen, PNG through the rasteriser.
//!
//! Pictures are drawn on white, whatever the theme of the window, and hold text as text.

mod svg;

use std::sync::Arc;

use egui::{Color32, Context, Pos2, RawInput, Rect, Vec2};

use super::layout::Layout;
use super::model::GraphModel;
use super::shapes::scene::Scene;
use super::shapes::screen::{Families, ScreenPen};
use super::status::{GraphFocus, GraphStatus};
use super::style::MARGIN;
use crate::ui::raster::Rasteriser;
use crate::ui::theme::Theme;

/// Returns the graph as an SVG document.
pub fn svg(layout: &Layout, model: &GraphModel, status: &GraphStatus, colors: &Theme) -> String {
    let scene = scene(layout, model, status, colors);
    let mut pen = svg::SvgPen::new(layout.bounds.expand(MARGIN));
    scene.draw(&mut pen);
    pen.finish()
}

/// Returns the graph as a PNG image of `scale` pixels a point, with the fonts that `fonts` holds.
pub fn png(
    layout: &Layout,
    model: &GraphModel,
    status: &GraphStatus,
    colors: &Theme,
    fonts: egui::FontDefinitions,
    scale: f32,
) -> Result<Vec<u8>, png::EncodingError> {
    // A graph of many thousand states would take more pixels than memory has: it is shown smaller.
    let most = layout.bounds.size().max_elem() + 2.0 * MARGIN;
    let scale = scale.min(MAX_SIDE / most);
    let size = layout.bounds.size() + Vec2::splat(2.0 * MARGIN);
    let scene = scene(layout, model, status, colors);
    let ctx = Context::default();
    ctx.set_fonts(fonts);
    let mut input =
        RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size * scale)), ..RawInput::default() };
    input.max_texture_side = Some(8192);
    let mut rasteriser = Rasteriser::default();
    let mut output = ctx.run_ui(input, |ui| {
        let families = Families::of(&ctx);
        let origin = (Vec2::splat(MARGIN) - layout.bounds.min.to_vec2()) * scale;
        let mut pen = ScreenPen::new(&ctx, &families, scale, origin, Rect::EVERYTHING);
        scene.draw(&mut pen);
        ui.painter().extend(pen.into_shapes());
    });
    rasteriser.update_textures(&mut output.textures_delta);
    rasteriser.paint(&ctx, &output, size * scale, Color32::WHITE).to_png()
}

/// The longest side of a PNG, in pixels.
const MAX_SIDE: f32 = 8_000.0;

fn scene(layout: &Layout, model: &GraphModel, status: &GraphStatus, colors: &Theme) -> Scene {
    Scene {
        model: Arc::new(model.clone()),
        layout: Arc::new(layout.clone()),
        status: Arc::new(status.clone()),
        focus: GraphFocus::default(),
        colors: Theme { bg_canvas: Color32::WHITE, ..*colors },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::layout::{TextWidths, layout};
    use super::super::{picture_tests, samples};
    use super::*;

    fn laid_out(model: &GraphModel) -> Layout {
        let widths = TextWidths::measure(model, |text| text.len() as f32 * 7.5, |text| text.len() as f32 * 6.0);
        layout(model, &widths, &BTreeSet::new())
    }

    #[test]
    fn an_svg_holds_every_name_as_escaped_text() {
        let mut model = samples::travel_booking();
        model.nodes[0].name = "A<b>&\"c\"".to_owned();
        let text = svg(&laid_out(&model), &model, &samples::travel_booking_stopped(), &Theme::LIGHT);
        assert!(text.contains(">A&lt;b&gt;&amp;&quot;c&quot;</text>"), "{text}");
        for node in &model.nodes[1..] {
            assert!(text.contains(&format!(">{}</text>", node.name)), "{}", node.name);
        }
        assert_eq!(text.matches("<svg").count(), 1);
        assert!(!text.contains("NaN") && !text.contains("inf"), "all numbers are finite");
        picture_tests::save("graph.svg", text.as_bytes());
    }

    #[test]
    fn a_png_has_the_size_of_the_graph_and_a_white_ground() {
        let model = samples::travel_booking();
        let layout = laid_out(&model);
        let status = samples::travel_booking_stopped();
        let fonts = picture_tests::fonts();
        let bytes = png(&layout, &model, &status, &Theme::LIGHT, fonts, 2.0).expect("a PNG");
        picture_tests::save("graph-export.png", &bytes);
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
        let size = (layout.bounds.size() + Vec2::splat(2.0 * MARGIN)) * 2.0;
        assert_eq!((reader.info().width, reader.info().height), (size.x as u32, size.y as u32));
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut pixels).expect("one frame");
        assert_eq!(pixels[..4], [255; 4]);
        assert!(pixels.chunks(4).any(|pixel| pixel[..3] == [0x00, 0x75, 0x5A]), "succeeded states are outlined");
    }
}
