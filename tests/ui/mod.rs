//! The window as its users have it: the real application, without a display, by keys, clicks and the names that
//! assistive technology reads.

mod breakpoints;
mod budget;
mod children;
mod commands;
mod compare;
mod console;
mod coverage;
mod debugging;
mod editor;
mod explore;
mod first_page;
mod flow;
mod forks;
mod monkey;
mod opening;
mod pace;
mod panels;
mod pictures;
mod polish;
mod provenance;
mod recorded;
mod reload;
mod scenarios;
mod stage;
mod strands;
mod unanswered;
mod walk;
mod workspace;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use stepscope::ui::App;

/// Jobs and runs take milliseconds; what is not there after this long does not come.
const PATIENCE: Duration = Duration::from_secs(20);
pub const ALT: Modifiers = Modifiers::ALT;
pub const CTRL: Modifiers = Modifiers::COMMAND;
pub const SHIFT: Modifiers = Modifiers::SHIFT;

/// A window with the application in it.
pub struct Window {
    pub harness: Harness<'static, App>,
}

impl Window {
    /// Opens a window, and in it the files that are named.
    pub fn open(paths: &[&Path]) -> Self {
        Self::sized([1600.0, 1000.0], paths)
    }

    pub fn sized(size: [f32; 2], paths: &[&Path]) -> Self {
        let paths: Vec<PathBuf> = paths.iter().map(|it| it.to_path_buf()).collect();
        let builder = Harness::builder().with_size(size).with_step_dt(1.0 / 60.0).with_max_steps(600);
        Self { harness: builder.build_eframe(|creation| App::new(creation, paths).with_typed_paths()) }
    }

    /// Opens the travel booking and waits until it stands at its error.
    pub fn at_the_error() -> Self {
        let mut window = Self::open(&[&sample("travel-booking.asl.json")]);
        window.wait_for("error CarProvider.Busy");
        window.wait_for("BookCar, Task");
        window
    }

    /// Goes on until a name that contains `text` is there.
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(&format!("{text:?} is shown"), |window| window.shows(text));
    }

    /// Goes on until something holds.
    pub fn wait_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !holds(self) {
            assert!(begin.elapsed() < PATIENCE, "waited in vain until {what}; shown are:\n{}", self.names().join("\n"));
            self.harness.step();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Lets a few frames pass: for what takes effect at once, if it does.
    pub fn pass(&mut self) {
        self.harness.run_steps(4);
    }

    /// Goes on until no frame is asked for.
    pub fn settle(&mut self) {
        self.harness.run();
    }

    /// Fails where the window asks for frames though nothing happens in it.
    pub fn assert_idle(&mut self) {
        self.settle();
        self.harness.step();
        let causes = self.harness.ctx.repaint_causes();
        assert!(!self.harness.ctx.has_requested_repaint(), "a frame is asked for by {causes:?}");
        let delay = self.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        assert!(delay > Duration::from_hours(1), "a frame is asked for after {delay:?} by {causes:?}");
    }

    pub fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    pub fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.pass();
    }

    /// Types into what has the focus.
    pub fn type_text(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.pass();
    }

    /// Clicks what has exactly this name.
    pub fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.pass();
    }

    /// Gives the focus to the first of what has this in its name.
    pub fn focus(&mut self, part: &str) {
        self.harness.get_all_by_label_contains(part).next().expect("get_all finds one or panics").focus();
        self.pass();
    }

    /// Gives the focus to the field of this name.
    pub fn focus_field(&mut self, name: &str) {
        let fields = self.harness.get_all_by_label(name);
        let is_field = |it: &egui_kittest::Node<'_>| {
            use egui::accesskit::Role;
            matches!(it.accesskit_node().role(), Role::TextInput | Role::MultilineTextInput)
        };
        fields.into_iter().find(is_field).expect("there is such a field").focus();
        self.pass();
    }

    /// Chooses an entry of the menu of what has this in its name.
    pub fn menu(&mut self, part: &str, entry: &str) {
        self.harness.get_all_by_label_contains(part).next().expect("get_all finds one or panics").click_secondary();
        self.pass();
        // Menus are on top of everything, and come last.
        self.click_tab(entry);
    }

    /// Writes a text into the field that has the focus, in place of what is in it.
    pub fn write(&mut self, text: &str) {
        self.press_with(CTRL, Key::A);
        self.type_text(text);
    }

    /// Clicks the first of what has this in its name.
    pub fn click_first(&mut self, part: &str) {
        self.harness.get_all_by_label_contains(part).next().expect("get_all finds one or panics").click();
        self.pass();
    }

    /// Clicks the last thing of this name: tabs of the centre come after the headings of the workspace.
    pub fn click_tab(&mut self, name: &str) {
        self.harness.get_all_by_label(name).last().expect("get_all finds one or panics").click();
        self.pass();
    }

    /// Clicks a point.
    pub fn click_at(&mut self, at: egui::Pos2) {
        self.harness.drag_at(at);
        self.harness.drop_at(at);
        self.pass();
    }

    /// Whether anything has this in its name.
    pub fn shows(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// Returns the first name that contains `part`.
    pub fn name_with(&self, part: &str) -> String {
        let found = self.names().into_iter().find(|it| it.contains(part));
        found.unwrap_or_else(|| panic!("nothing is named {part:?}; shown are:\n{}", self.names().join("\n")))
    }

    /// Returns every name in the window.
    pub fn names(&self) -> Vec<String> {
        let nodes = self.harness.root().children_recursive();
        nodes.filter_map(|it| it.accesskit_node().label().or_else(|| it.accesskit_node().value())).collect()
    }

    /// Returns the number of the event at the cursor, as the status bar says it.
    pub fn event(&self) -> u32 {
        let name = self.name_with(", at most 25,000");
        let number = name.strip_prefix("event ").and_then(|it| it.split(' ').next());
        number.and_then(|it| it.parse().ok()).expect("the status bar names the event")
    }

    /// Returns how many events the run has, as the status bar says it.
    pub fn n_events(&self) -> u32 {
        let name = self.name_with(", at most 25,000");
        let number = name.split(" of ").nth(1).and_then(|it| it.split(',').next());
        number.and_then(|it| it.parse().ok()).expect("the status bar names the last event")
    }

    /// Carries out the command that the palette finds first for these words.
    pub fn command(&mut self, words: &str) {
        self.press_with(CTRL, Key::K);
        self.type_text(words);
        self.press(Key::Enter);
    }

    /// Goes on until a path is asked for.
    pub fn wait_for_path(&mut self) {
        let role = egui::accesskit::Role::TextInput;
        self.wait_until("a path is asked for", |it| it.harness.query_all_by_role(role).count() == 1);
    }

    /// Saves what is asked for at `path`, in the dialog that asks for one.
    pub fn answer_path(&mut self, path: &Path, button: &str) {
        self.harness.get_by_role(egui::accesskit::Role::TextInput).focus();
        self.pass();
        self.press_with(CTRL, Key::A);
        self.type_text(&path.display().to_string());
        self.click(button);
    }
}

/// Returns the path of a sample.
pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-workflows").join(name)
}

/// A folder that is gone when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NTH: AtomicUsize = AtomicUsize::new(0);
        let name = format!("stepscope-ui-{}-{}", std::process::id(), NTH.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("there is a temporary folder");
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file and returns where it is.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("the temporary folder takes it");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in the way of nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
