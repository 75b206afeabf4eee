//! The window in pictures: the real application, painted without a GPU.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::App as _;
use egui::{Color32, Context, Event, FullOutput, Key, Modifiers, RawInput, Rect, Shape, Vec2};
use stepscope::ui::App;
use stepscope::ui::raster::{Raster, Rasteriser};
use stepscope::ui::theme::Theme as Tokens;

/// A window that can be painted. What is done in it is done with keys.
pub struct Stage {
    ctx: Context,
    frame: eframe::Frame,
    app: App,
    rasteriser: Rasteriser,
    output: FullOutput,
    size: Vec2,
    time: f64,
    /// Whether a frame was asked for.
    busy: bool,
}

impl Stage {
    pub fn open(size: [f32; 2], theme: egui::Theme, paths: &[&Path]) -> Self {
        let ctx = Context::default();
        let paths: Vec<PathBuf> = paths.iter().map(|it| it.to_path_buf()).collect();
        let app = App::new(&eframe::CreationContext::_new_kittest(ctx.clone()), paths).with_typed_paths();
        ctx.set_theme(theme);
        let mut stage = Self {
            ctx,
            frame: eframe::Frame::_new_kittest(),
            app,
            rasteriser: Rasteriser::default(),
            output: FullOutput::default(),
            size: size.into(),
            time: 0.0,
            busy: true,
        };
        stage.ctx.enable_accesskit();
        stage.settle();
        stage
    }

    /// Presses a key and waits for what comes of it.
    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        self.pass(vec![event(true), event(false)]);
        self.settle();
    }

    pub fn type_text(&mut self, text: &str) {
        self.pass(vec![Event::Text(text.to_owned())]);
        self.settle();
    }

    /// Paints the window.
    pub fn picture(&self) -> Raster {
        self.rasteriser.paint(&self.ctx, &self.output, self.size, Color32::BLACK)
    }

    /// Returns where the first thing is whose name contains `part`.
    pub fn place(&self, part: &str) -> Rect {
        let update = self.output.platform_output.accesskit_update.as_ref().expect("names are asked for");
        let named = |node: &egui::accesskit::Node| {
            [node.label(), node.value()].into_iter().flatten().any(|name| name.contains(part))
        };
        let (_, node) = update.nodes.iter().find(|(_, node)| named(node)).unwrap_or_else(|| panic!("no {part:?}"));
        let bounds = node.bounds().expect("what has a name has a place");
        Rect::from_min_max(
            egui::pos2(bounds.x0 as f32, bounds.y0 as f32),
            egui::pos2(bounds.x1 as f32, bounds.y1 as f32),
        )
    }

    /// Returns the colour tokens of the window.
    pub fn theme(&self) -> &'static Tokens {
        Tokens::of_context(&self.ctx)
    }

    /// Returns the lines of text that reach out of what they are painted into, at the right or the left, where nothing
    /// can be scrolled.
    pub fn cut_off(&self) -> Vec<String> {
        let texts = self.output.shapes.iter().filter_map(|clipped| {
            let Shape::Text(text) = &clipped.shape else { return None };
            Some((text.visual_bounding_rect(), clipped.clip_rect, text.galley.text()))
        });
        let window = Rect::from_min_size(egui::Pos2::ZERO, self.size);
        let is_cut = |(at, clip, _): &(Rect, Rect, &str)| {
            at.is_positive()
                && clip.intersects(*at)
                && window.intersects(*at)
                && (at.right() > clip.right() + 1.0 || at.left() < clip.left() - 1.0)
        };
        texts.filter(is_cut).map(|(at, clip, text)| format!("{text:?} at {at:?} in {clip:?}")).collect()
    }

    /// Returns all texts as they are painted, with their numbers of lines.
    pub fn texts(&self) -> Vec<(String, usize)> {
        let text = |clipped: &egui::epaint::ClippedShape| match &clipped.shape {
            Shape::Text(text) => Some((text.galley.text().to_owned(), text.galley.rows.len())),
            _ => None,
        };
        self.output.shapes.iter().filter_map(text).collect()
    }

    /// Goes on until no frame is asked for, jobs and runs included.
    fn settle(&mut self) {
        let begin = Instant::now();
        let mut quiet = 0;
        self.busy = true;
        while quiet < 40 {
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "the window does not come to rest: {:?}",
                self.ctx.repaint_causes()
            );
            self.pass(Vec::new());
            // Reading, layout and running are done by threads that ask for a frame when they are done.
            std::thread::sleep(Duration::from_millis(2));
            // A text cursor blinks every half second; that is rest enough.
            let delay = self.output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
            self.busy = delay < Duration::from_millis(100);
            quiet = if self.busy { 0 } else { quiet + 1 };
        }
    }

    fn pass(&mut self, events: Vec<Event>) {
        // Time stands still while nothing happens, or a text cursor would blink for ever.
        if self.busy || !events.is_empty() {
            self.time += 1.0 / 60.0;
        }
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(egui::Pos2::ZERO, self.size)),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let (app, frame) = (&mut self.app, &mut self.frame);
        let mut output = self.ctx.run_ui(input, |ui| {
            app.logic(ui.ctx(), frame);
            app.ui(ui, frame);
        });
        self.rasteriser.update_textures(&mut output.textures_delta);
        self.output = output;
    }
}

/// Writes a picture to look at.
pub fn save(name: &str, raster: &Raster) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ui");
    std::fs::create_dir_all(&folder).expect("target can be written");
    std::fs::write(folder.join(name), raster.to_png().expect("memory takes it")).expect("target can be written");
}
