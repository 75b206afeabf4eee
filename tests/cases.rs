//! Whole runs against what was written down for them: every folder of `tests/cases` and every sample.
//!
//! A case is a folder named for the fact that it holds: a definition, an input and mocks where it needs them, and
//! `expected.events`, the history in one line an event, those of child executions after it. A folder `s3` is what a
//! distributed Map reads; what one writes is kept in memory and stands at the end. `UPDATE_EXPECT=1 cargo test cases` writes the expectations anew;
//! read what has changed before you keep it.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stepscope::engine::{EffectId, ReadCall, TaskCall, WriteCall};
use stepscope::engine::{Identity, StartSpec, Status};
use stepscope::handlers::{MockHost, Mocks, Otherwise, S3, WithS3, read_mocks};
use stepscope::history::LogView;
use stepscope::history::aws::{Names, json_lines};
use stepscope::items::Store as _;
use stepscope::json::{Json, Object, text};
use stepscope::session::document::{display_name, open};
use stepscope::session::{Drive, Host, Reply, Run};
use stepscope::time::Timestamp;
use stepscope::ui::samples::{FILES, SAMPLES};

/// A history of more events than this is shortened to its first and last ones.
const SHOWN_EVENTS: usize = 200;
/// A text of more bytes than this is shortened to its beginning.
const SHOWN_BYTES: usize = 1_000;
/// Of more child executions than this, only the first ones are shown.
const SHOWN_CHILDREN: usize = 12;
/// Actions after which a case counts as one that never ends.
const MOST_ACTIONS: u32 = 1 << 20;

#[test]
fn every_case_does_what_was_written_down() {
    let mut wrong = Vec::new();
    let folders = list(&root().join("tests/cases"), "");
    assert!(!folders.is_empty(), "there are no cases");
    for folder in folders {
        let definition = only(&folder, "definition.asl.");
        check(&definition, &folder, "", &folder.join("expected.events"), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_sample_does_what_was_written_down() {
    let mut wrong = Vec::new();
    let folder = root().join("sample-workflows");
    for definition in samples() {
        let name = display_name(&definition.to_string_lossy()).to_owned();
        let expected = root().join(format!("tests/sample-histories/{name}.events"));
        check(&definition, &folder, &format!("{name}."), &expected, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_index_of_samples_names_all_of_them_and_how_they_end() {
    let index = std::fs::read_to_string(root().join("sample-workflows/index.json")).expect("the index");
    let index = text::parse(&index).expect("the index is JSON");
    let entries = index.as_array().expect("the index is a list");
    let text = |entry: &Json, name: &str| entry.get(name).and_then(Json::as_str).expect("a text").to_owned();
    let mut listed: Vec<String> = entries.iter().map(|it| text(it, "file")).collect();
    listed.sort();
    let name = |it: &PathBuf| it.file_name().expect("a file").to_string_lossy().into_owned();
    assert_eq!(listed, samples().iter().map(name).collect::<Vec<_>>());
    for entry in entries.iter() {
        let file = root().join("sample-workflows").join(text(entry, "file"));
        let stem = display_name(&text(entry, "file")).to_owned();
        let (run, _) = run(&file, file.parent().expect("a folder"), &format!("{stem}."));
        let caught = run.tip().states.iter().any(|it| it.n_caught > 0);
        // What a Fail state ends after a catch was still caught; which of the two a reader is told is the sample's choice.
        let fits = match text(entry, "outcome").as_str() {
            "Caught" => caught,
            "Failed" => matches!(run.status(), Status::Failed(_)),
            "Succeeded" => matches!(run.status(), Status::Succeeded(_)) && !caught,
            other => panic!("{stem}: no such outcome: {other}"),
        };
        assert!(fits, "{stem} ends {}, caught: {caught}", run.status().name());
    }
}

#[test]
fn the_first_page_says_of_samples_what_the_index_says() {
    let index = std::fs::read_to_string(root().join("sample-workflows/index.json")).expect("the index");
    let index = text::parse(&index).expect("the index is JSON");
    let entries = index.as_array().expect("the index is a list");
    for (sample, files) in SAMPLES.iter().zip(FILES) {
        let entry = entries.iter().find(|it| it.get("file").and_then(Json::as_str) == Some(files.name));
        let entry = entry.unwrap_or_else(|| panic!("{} is not in the index", files.name));
        let shown = [("title", sample.title), ("line", sample.line), ("outcome", sample.outcome.word())];
        for (name, shown) in shown {
            assert_eq!(entry.get(name).and_then(Json::as_str), Some(shown), "{}", files.name);
        }
    }
}

/// Runs a definition and compares its history with the expectation, or writes the expectation.
fn check(definition: &Path, folder: &Path, prefix: &str, expected: &Path, wrong: &mut Vec<String>) {
    let (run, written) = run(definition, folder, prefix);
    let found = history(&run, &written);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(expected.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(expected, found).expect("the expectation can be written");
        return;
    }
    let wanted = std::fs::read_to_string(expected).unwrap_or_default();
    if wanted == found {
        return;
    }
    let same = wanted.lines().zip(found.lines()).take_while(|(wanted, found)| wanted == found).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(nothing)").to_owned();
    let (nth, wanted, found) = (same + 1, line(&wanted), line(&found));
    wrong.push(format!("{}:{nth}\n  expected {wanted}\n  found    {found}", expected.display()));
}

/// Answers with mocks, reads objects from a folder and keeps those that are written in memory.
struct CaseHost {
    folder: WithS3<MockHost>,
    memory: WithS3<MockHost>,
}

impl Host for CaseHost {
    fn call(&mut self, id: EffectId, call: &Arc<TaskCall>) -> Reply {
        self.folder.call(id, call)
    }

    fn read(&mut self, id: EffectId, call: &Arc<ReadCall>) -> Reply {
        match self.memory.read(id, call) {
            Reply::Unanswered => self.folder.read(id, call),
            found => found,
        }
    }

    fn write(&mut self, id: EffectId, call: &Arc<WriteCall>) -> Reply {
        self.memory.write(id, call)
    }
}

/// Runs a definition to its end with the input, the mocks and the objects that lie beside it. Returns what it wrote too.
fn run(definition: &Path, folder: &Path, prefix: &str) -> (Run, S3) {
    let shown = definition.display();
    let bytes = std::fs::read(definition).expect("the definition can be read");
    let opened = open(display_name(&definition.to_string_lossy()), &bytes);
    let [document] = &opened.documents[..] else { panic!("{shown}: {:?}", opened.diagnostics) };
    let program = document.definition.program.as_ref();
    let program = program.unwrap_or_else(|| panic!("{shown}: {:?}", document.definition.diagnostics));
    let beside = |name: &str| std::fs::read(folder.join(format!("{prefix}{name}"))).ok();
    let mut spec =
        StartSpec { identity: Identity::named("case", "run"), at: Timestamp::default(), ..StartSpec::default() };
    if let Some(input) = beside("input.json") {
        let input = String::from_utf8(input).expect("the input is UTF-8");
        spec.input = text::parse(&input).unwrap_or_else(|error| panic!("{shown}: input: {error}"));
    }
    let mocks = match beside("mocks.json").or_else(|| beside("mocks.yaml")) {
        None => Mocks::default(),
        Some(bytes) => {
            let (mocks, diagnostics) = read_mocks(&bytes, None);
            mocks.unwrap_or_else(|| panic!("{shown}: mocks: {diagnostics:?}"))
        }
    };
    let mut run = Run::start(Arc::clone(program), Arc::new(spec));
    let tasks = MockHost::new(Arc::new(mocks), Otherwise::Ask);
    let objects = folder.join(format!("{prefix}s3"));
    let s3 = if objects.is_dir() { S3::folder(objects) } else { S3::default() };
    let mut host =
        CaseHost { folder: WithS3 { tasks: tasks.clone(), s3 }, memory: WithS3 { tasks, s3: S3::default() } };
    let drive = run.drive(&mut host, &mut |_, _| false, MOST_ACTIONS);
    assert_eq!(drive, Drive::Ended, "{shown}");
    (run, host.memory.s3)
}

/// Returns the history as text: a line for each event, `id <- previous seconds type details`, and how the run ended;
/// then the same of each child execution, and the objects that were written.
fn history(run: &Run, objects: &S3) -> String {
    let outline = &run.program().outline;
    let mut out = String::new();
    events(run, Names::new(outline, &run.journal().spec.identity), run.log(), &mut out);
    let _ = match run.status() {
        Status::Succeeded(output) => writeln!(out, "SUCCEEDED {}", cut(&text::compact(output))),
        status => writeln!(out, "{}", status.name()),
    };
    for child in run.children().iter().take(SHOWN_CHILDREN) {
        let (about, identity) = (child.about(), child.identity());
        let place = about.path.iter().map(|(map, index)| format!("{} {index}", outline.name(*map)));
        let place = place.collect::<Vec<_>>().join(" / ");
        let _ = writeln!(out, "\nchild {} of {}: {place}  {}", about.id.0, about.parent.0, identity.execution_id);
        events(run, Names::new(outline, &identity), child.log(outline).view(), &mut out);
    }
    let hidden = run.children().len().saturating_sub(SHOWN_CHILDREN);
    if hidden > 0 {
        let _ = writeln!(out, "\n… {hidden} children …");
    }
    for (bucket, key) in objects.in_memory() {
        let content = objects.get(bucket, key).expect("it was just listed");
        let _ = writeln!(out, "\nobject {bucket}/{key}\n{}", String::from_utf8_lossy(&content));
    }
    out
}

fn events(run: &Run, names: Names<'_>, log: &LogView, out: &mut String) {
    let mut written = String::new();
    let mut write = |piece: &str| {
        written.push_str(piece);
        Ok::<(), Infallible>(())
    };
    match json_lines(names, log, &mut write) {
        Ok(()) => {}
        Err(never) => match never {},
    }
    let events: Vec<Json> = written.lines().map(|line| text::parse(line).expect("an event is JSON")).collect();
    let hidden = events.len().saturating_sub(SHOWN_EVENTS);
    for (event, shown) in events.iter().zip(log.iter()) {
        let nth = shown.id.0 as usize;
        if hidden > 0 && nth == SHOWN_EVENTS / 2 + 1 {
            let _ = writeln!(out, "   … {hidden} events …");
        }
        if hidden == 0 || nth <= SHOWN_EVENTS / 2 || nth > SHOWN_EVENTS / 2 + hidden {
            let secs = (shown.at - run.journal().spec.at).as_secs();
            let _ = writeln!(out, "{:>4} <- {:<4} {secs:>10.3}  {}", nth, shown.prev.0, line(event));
        }
    }
}

/// Returns an event's type and details. What only repeats the definition is left out.
fn line(event: &Json) -> String {
    let mut out = event.get("type").and_then(Json::as_str).unwrap_or("(no type)").to_owned();
    let members = event.as_object().into_iter().flat_map(Object::iter);
    for (_, details) in members.filter(|(name, _)| name.ends_with("EventDetails")) {
        for (name, value) in details.as_object().into_iter().flat_map(Object::iter) {
            let repeats = ["region", "roleArn", "resourceType", "resource"].contains(&&**name);
            if repeats || name.ends_with("Details") {
                continue;
            }
            let value = value.as_str().map_or_else(|| text::compact(value), str::to_owned);
            let _ = match &**name {
                "name" => write!(out, " {value}"),
                _ => write!(out, "  {name}={}", cut(&value.replace('\n', "\\n"))),
            };
        }
    }
    out
}

/// Shortens a long text, keeping how long it was.
fn cut(value: &str) -> String {
    if value.len() <= SHOWN_BYTES {
        return value.to_owned();
    }
    format!("{}… ({} bytes)", &value[..value.floor_char_boundary(60)], value.len())
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn samples() -> Vec<PathBuf> {
    let mut found = list(&root().join("sample-workflows"), ".asl.json");
    found.extend(list(&root().join("sample-workflows"), ".asl.yaml"));
    found.sort();
    found
}

/// Returns what lies in a folder and ends in `ending`, in the order of the names.
fn list(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<PathBuf> = entries.flatten().map(|it| it.path()).collect();
    found.retain(|it| it.to_string_lossy().ends_with(ending));
    found.sort();
    found
}

/// Returns the one file of a folder whose name begins with `beginning`.
fn only(folder: &Path, beginning: &str) -> PathBuf {
    let mut found = list(folder, "");
    found.retain(|it| it.file_name().is_some_and(|it| it.to_string_lossy().starts_with(beginning)));
    assert_eq!(found.len(), 1, "{} has one file {beginning}…", folder.display());
    found.remove(0)
}
