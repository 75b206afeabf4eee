//! Turns what egui wants painted into an image, without a GPU: for exported pictures and for tests.
//!
//! Triangles are filled with the top-left rule, colours and texels are blended as egui's own painters do it: in gamma
//! space, with premultiplied alpha.

use std::collections::BTreeMap;

use egui::epaint::{ClippedPrimitive, ImageData, ImageDelta, Primitive, Vertex};
use egui::{Color32, Context, FullOutput, Pos2, TextureId, TexturesDelta};

/// An image of opaque or transparent pixels, row by row from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// One premultiplied colour a pixel.
    pub pixels: Vec<Color32>,
}

impl Raster {
    /// Creates an image of one colour.
    pub fn filled(width: usize, height: usize, color: Color32) -> Self {
        Self { width, height, pixels: vec![color; width * height] }
    }

    /// Returns the colour of a pixel; transparent outside.
    pub fn pixel(&self, x: usize, y: usize) -> Color32 {
        if x < self.width {
            self.pixels.get(y * self.width + x).copied().unwrap_or_default()
        } else {
            Color32::TRANSPARENT
        }
    }

    /// Encodes the image as PNG.
    pub fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.to_rgba())?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Returns the pixels as bytes of red, green, blue and alpha, not premultiplied.
    pub fn to_rgba(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(Color32::to_srgba_unmultiplied).collect()
    }
}

/// Holds egui's textures and paints with them.
#[derive(Debug, Default)]
pub struct Rasteriser {
    textures: BTreeMap<TextureId, Raster>,
}

impl Rasteriser {
    /// Takes over the textures that were set, changed or freed in a frame, and empties the delta.
    #[expect(clippy::iter_over_hash_type, reason = "textures do not depend on each other")]
    pub fn update_textures(&mut self, delta: &mut TexturesDelta) {
        for (id, changes) in delta.set.drain() {
            for change in changes {
                self.set(id, &change);
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    /// Paints a frame of `size` points over a background.
    pub fn paint(&self, ctx: &Context, output: &FullOutput, size: egui::Vec2, background: Color32) -> Raster {
        let scale = output.pixels_per_point;
        let primitives = ctx.tessellate(output.shapes.clone(), scale);
        let (width, height) = ((size.x * scale).round() as usize, (size.y * scale).round() as usize);
        let mut raster = Raster::filled(width, height, background);
        for primitive in &primitives {
            self.paint_primitive(&mut raster, primitive, scale);
        }
        raster
    }

    fn set(&mut self, id: TextureId, change: &ImageDelta) {
        let ImageData::Color(image) = &change.image;
        let [width, height] = image.size;
        let Some([left, top]) = change.pos else {
            self.textures.insert(id, Raster { width, height, pixels: image.pixels.clone() });
            return;
        };
        let Some(texture) = self.textures.get_mut(&id) else { return };
        for row in 0..height {
            let from = row * width;
            let to = (top + row) * texture.width + left;
            texture.pixels[to..to + width].copy_from_slice(&image.pixels[from..from + width]);
        }
    }

    fn paint_primitive(&self, raster: &mut Raster, primitive: &ClippedPrimitive, scale: f32) {
        // Paint callbacks belong to GPUs; the window uses none.
        let Primitive::Mesh(mesh) = &primitive.primitive else { return };
        let Some(texture) = self.textures.get(&mesh.texture_id) else { return };
        let edge = |value: f32, most: usize| (value * scale).round().clamp(0.0, most as f32) as usize;
        let clip = Clip {
            left: edge(primitive.clip_rect.min.x, raster.width),
            right: edge(primitive.clip_rect.max.x, raster.width),
            top: edge(primitive.clip_rect.min.y, raster.height),
            bottom: edge(primitive.clip_rect.max.y, raster.height),
        };
        for corner in mesh.indices.chunks_exact(3) {
            let corners = [0, 1, 2].map(|nth| mesh.vertices[corner[nth] as usize]);
            if let Some(triangle) = Triangle::new(corners, scale) {
                triangle.fill(raster, &clip, texture);
            }
        }
    }
}

struct Clip {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

struct Triangle {
    corners: [Vertex; 3],
    at: [Pos2; 3],
    /// Twice the area; positive.
    area: f32,
}

impl Triangle {
    fn new(mut corners: [Vertex; 3], scale: f32) -> Option<Self> {
        let at = |corners: &[Vertex; 3]| corners.map(|corner| (corner.pos.to_vec2() * scale).to_pos2());
        let area = |at: &[Pos2; 3]| cross(at[0], at[1], at[2]);
        if area(&at(&corners)) < 0.0 {
            corners.swap(0, 1);
        }
        let at = at(&corners);
        let area = area(&at);
        (area > 0.0 && area.is_finite()).then_some(Self { corners, at, area })
    }

    fn fill(&self, raster: &mut Raster, clip: &Clip, texture: &Raster) {
        let [a, b, c] = self.at;
        let low = |values: [f32; 3], least: usize| {
            (values.into_iter().fold(f32::INFINITY, f32::min).floor().max(0.0) as usize).max(least)
        };
        let high = |values: [f32; 3], most: usize| (values.into_iter().fold(0.0, f32::max).ceil() as usize).min(most);
        let (left, right) = (low([a.x, b.x, c.x], clip.left), high([a.x, b.x, c.x], clip.right));
        let (top, bottom) = (low([a.y, b.y, c.y], clip.top), high([a.y, b.y, c.y], clip.bottom));
        let takes_border = [is_top_left(b, c), is_top_left(c, a), is_top_left(a, b)];
        let [first, second, third] = self.corners;
        let has_one_color = first.color == second.color && second.color == third.color;
        let has_one_texel = first.uv == second.uv && second.uv == third.uv;
        let texel = has_one_texel.then(|| sample(texture, first.uv));
        for y in top..bottom {
            for x in left..right {
                let middle = egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
                let weights = [cross(b, c, middle), cross(c, a, middle), cross(a, b, middle)];
                let is_inside = weights
                    .iter()
                    .zip(takes_border)
                    .all(|(weight, border)| *weight > 0.0 || (*weight == 0.0 && border));
                if !is_inside {
                    continue;
                }
                let weights = weights.map(|weight| weight / self.area);
                let color =
                    if has_one_color { channels(first.color) } else { self.mix(weights, |it| channels(it.color)) };
                let texel = texel.unwrap_or_else(|| {
                    let [u, v] = self.mix(weights, |it| [it.uv.x, it.uv.y]);
                    sample(texture, egui::pos2(u, v))
                });
                let pixel = &mut raster.pixels[y * raster.width + x];
                *pixel = blend(*pixel, std::array::from_fn(|nth| color[nth] * texel[nth] / 255.0));
            }
        }
    }

    fn mix<const N: usize>(&self, weights: [f32; 3], value: impl Fn(&Vertex) -> [f32; N]) -> [f32; N] {
        let [a, b, c] = [0, 1, 2].map(|nth| value(&self.corners[nth]));
        std::array::from_fn(|nth| a[nth] * weights[0] + b[nth] * weights[1] + c[nth] * weights[2])
    }
}

fn cross(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

fn is_top_left(from: Pos2, to: Pos2) -> bool {
    to.y < from.y || (to.y == from.y && to.x > from.x)
}

fn channels(color: Color32) -> [f32; 4] {
    color.to_array().map(f32::from)
}

fn blend(under: Color32, over: [f32; 4]) -> Color32 {
    let keep = 1.0 - over[3] / 255.0;
    let under = channels(under);
    let mixed = |nth: usize| (over[nth] + under[nth] * keep + 0.5).min(255.0) as u8;
    Color32::from_rgba_premultiplied(mixed(0), mixed(1), mixed(2), mixed(3))
}

/// Reads a texture between its texels.
fn sample(texture: &Raster, uv: Pos2) -> [f32; 4] {
    let (x, y) = (uv.x * texture.width as f32 - 0.5, uv.y * texture.height as f32 - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (right_share, bottom_share) = (x - left, y - top);
    let at = |x: f32, y: f32| {
        let x = (x.max(0.0) as usize).min(texture.width.saturating_sub(1));
        let y = (y.max(0.0) as usize).min(texture.height.saturating_sub(1));
        channels(texture.pixel(x, y))
    };
    if right_share == 0.0 && bottom_share == 0.0 {
        return at(left, top);
    }
    let corners = [at(left, top), at(left + 1.0, top), at(left, top + 1.0), at(left + 1.0, top + 1.0)];
    std::array::from_fn(|nth| {
        let top = corners[0][nth] * (1.0 - right_share) + corners[1][nth] * right_share;
        let bottom = corners[2][nth] * (1.0 - right_share) + corners[3][nth] * right_share;
        top * (1.0 - bottom_share) + bottom * bottom_share
    })
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2, vec2};

    use super::*;

    fn painted(paint: impl Fn(&egui::Painter)) -> Raster {
        let ctx = Context::default();
        let size = vec2(40.0, 20.0);
        let input = egui::RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)), ..Default::default() };
        let mut output = ctx.run_ui(input, |ui| paint(ui.painter()));
        let mut rasteriser = Rasteriser::default();
        rasteriser.update_textures(&mut output.textures_delta);
        rasteriser.paint(&ctx, &output, size, Color32::BLACK)
    }

    #[test]
    fn a_box_fills_its_pixels_and_no_others() {
        let rect = Rect::from_min_max(pos2(10.0, 5.0), pos2(30.0, 15.0));
        let raster = painted(|painter| {
            painter.rect_filled(rect, 0.0, Color32::RED);
        });
        assert_eq!(raster.pixel(10, 5), Color32::RED);
        assert_eq!(raster.pixel(29, 14), Color32::RED);
        assert_eq!(raster.pixel(8, 10), Color32::BLACK);
        assert_eq!(raster.pixel(31, 10), Color32::BLACK);
    }

    #[test]
    fn see_through_colours_mix_once_where_triangles_meet() {
        let half = Color32::from_rgba_premultiplied(128, 0, 0, 128);
        let raster = painted(|painter| {
            painter.rect_filled(Rect::from_min_max(pos2(0.0, 0.0), pos2(40.0, 20.0)), 0.0, half);
        });
        let inner: std::collections::BTreeSet<_> =
            (2..38).flat_map(|x| (2..18).map(move |y| (x, y))).map(|(x, y)| raster.pixel(x, y).to_array()).collect();
        assert_eq!(inner, std::collections::BTreeSet::from([[128, 0, 0, 255]]));
    }

    #[test]
    fn png_holds_the_same_pixels() {
        let raster = Raster::filled(3, 2, Color32::from_rgb(1, 2, 3));
        let png = raster.to_png().expect("memory takes it");
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut bytes).expect("one frame");
        assert_eq!(bytes, [1, 2, 3, 255].repeat(6));
    }
}
