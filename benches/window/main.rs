//! What the window costs while a run of a million events goes on and while the user moves through it:
//! `cargo bench --bench window`.
//!
//! The real application on a context without a display: everything of a frame but the painting on the screen. Figures
//! are of the machine they are measured on; the last column says what share of a frame of 16 ms they are.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::App as _;
use egui::{Context, Event, Key, Modifiers, RawInput, Rect, Vec2};
use stepscope::asl::Program;
use stepscope::engine::{EventId, Quotas};
use stepscope::session::document::open;
use stepscope::ui::App;
use stepscope::ui::workbench::{Launch, Workbench};

/// Counts to `$.n` with a Choice and a Pass: four events a round.
const COUNTING: &str = r#"{"StartAt": "Init", "States": {
    "Init": {"Type": "Pass", "Parameters": {"i": 0}, "Next": "More?"},
    "More?": {"Type": "Choice", "Default": "Done",
        "Choices": [{"Variable": "$.i", "NumericLessThan": 250000, "Next": "Count"}]},
    "Count": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)"}, "Next": "More?"},
    "Done": {"Type": "Succeed"}
}}"#;

const FRAME: Duration = Duration::from_millis(16);

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|it| it == "--test") {
        return;
    }
    take_in();
    frames();
}

/// What the window's own thread does with what the run's thread publishes, and with a move of the cursor.
fn take_in() {
    let opened = open("counting", COUNTING.as_bytes());
    let document = opened.documents.into_iter().next().expect("the definition is valid");
    let _: &std::sync::Arc<Program> = document.definition.program.as_ref().expect("it can be run");
    let mut bench = Workbench::open(document, None, &[]);
    bench.quotas = Quotas::Off;
    let begin = Instant::now();
    bench.start(Box::new(|| ()), Launch::ToEnd).expect("a thread can be started");
    let mut taking = Vec::new();
    while bench.is_going() || bench.is_behind() {
        let frame = Instant::now();
        bench.advance();
        taking.push(frame.elapsed());
        std::thread::sleep(FRAME.saturating_sub(frame.elapsed()));
    }
    let n_events = bench.shown_run().map_or(0, |it| it.published.log.len());
    println!("{n_events} events are there after {:.1} s", begin.elapsed().as_secs_f64());
    report("taking in what was published", &mut taking);
    let mut moving = Vec::new();
    for nth in 0..1_000_u64 {
        // A step that is prime to the number of events visits places far from each other.
        let id = 1 + (nth * 999_983) % n_events as u64;
        let begin = Instant::now();
        bench.move_to(EventId(id as u32));
        moving.push(begin.elapsed());
    }
    report("moving the cursor, any event", &mut moving);
}

/// Whole frames of the application, from input to shapes.
fn frames() {
    let path = std::env::temp_dir().join(format!("stepscope-bench-{}.asl.json", std::process::id()));
    std::fs::write(&path, COUNTING).expect("the folder for temporary files can be written");
    let mut window = Window::open(path.clone());
    window.pass_until(Duration::from_secs(2));
    let quotas = "Quotas of the service";
    window.command(quotas);
    let mut running = Vec::new();
    window.pass(vec![key(Key::F5, Modifiers::COMMAND)]);
    let begin = Instant::now();
    let mut quiet = 0;
    while quiet < 60 && begin.elapsed() < Duration::from_mins(2) {
        let frame = Instant::now();
        window.pass(Vec::new());
        running.push(frame.elapsed());
        quiet = if window.is_busy() { 0 } else { quiet + 1 };
        std::thread::sleep(FRAME.saturating_sub(frame.elapsed()));
    }
    report("frames while the run goes on", &mut running);
    let mut moves = Vec::new();
    for keys in [Key::Home, Key::End, Key::ArrowLeft, Key::ArrowRight] {
        for _ in 0..100 {
            let begin = Instant::now();
            window.pass(vec![key(keys, Modifiers::SHIFT), key(keys, Modifiers::NONE)]);
            moves.push(begin.elapsed());
        }
    }
    report("frames in which the cursor moves", &mut moves);
    let _ = std::fs::remove_file(path);
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len() - 1)).copied();
    let (Some(median), Some(most), Some(nearly)) = (at(0.5), times.last().copied(), at(0.99)) else { return };
    let millis = |it: Duration| it.as_secs_f64() * 1_000.0;
    println!(
        "{what}: median {:.2} ms, 99 % {:.2} ms, most {:.2} ms of {} ({:.0} % of a frame)",
        millis(median),
        millis(nearly),
        millis(most),
        times.len(),
        100.0 * millis(most) / millis(FRAME)
    );
}

fn key(key: Key, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}

struct Window {
    ctx: Context,
    frame: eframe::Frame,
    app: App,
    time: f64,
    delay: Duration,
}

impl Window {
    fn open(path: PathBuf) -> Self {
        let ctx = Context::default();
        let app = App::new(&eframe::CreationContext::_new_kittest(ctx.clone()), vec![path]);
        Self { ctx, frame: eframe::Frame::_new_kittest(), app, time: 0.0, delay: Duration::ZERO }
    }

    fn pass(&mut self, events: Vec<Event>) {
        self.time += 1.0 / 60.0;
        let screen = Rect::from_min_size(egui::Pos2::ZERO, Vec2::new(1600.0, 1000.0));
        let input = RawInput { screen_rect: Some(screen), time: Some(self.time), events, ..RawInput::default() };
        let (app, frame) = (&mut self.app, &mut self.frame);
        let mut output = self.ctx.run_ui(input, |ui| {
            app.logic(ui.ctx(), frame);
            app.ui(ui, frame);
        });
        self.delay = output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        let shapes = std::mem::take(&mut output.shapes);
        std::hint::black_box(self.ctx.tessellate(shapes, output.pixels_per_point));
        output.drop_without_applying_deltas();
    }

    /// Whether a frame was asked for.
    fn is_busy(&self) -> bool {
        self.delay < Duration::from_millis(200)
    }

    fn pass_until(&mut self, most: Duration) {
        let begin = Instant::now();
        while begin.elapsed() < most {
            self.pass(Vec::new());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Carries out a command by its name, through the palette.
    fn command(&mut self, name: &str) {
        self.pass(vec![key(Key::K, Modifiers::COMMAND)]);
        self.pass_until(Duration::from_millis(100));
        self.pass(vec![Event::Text(name.to_owned())]);
        self.pass_until(Duration::from_millis(100));
        self.pass(vec![key(Key::Enter, Modifiers::NONE)]);
        self.pass_until(Duration::from_millis(100));
    }
}
