//! The rules of the code's shape: which module may use which, what only some may touch, how a file is laid out.
//!
//! Sources are read as text. Lines that only tests have are exempt from the rules about what a module uses: what follows
//! the first `#[cfg(test)]` that opens a block, and files that a `#[cfg(test)] mod …;` names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The modules of the crate with their heights. A module uses only what is lower, and nothing at its own height.
const LAYERS: [(&str, u32); 15] = [
    ("chunks", 0),
    ("diagnostic", 0),
    ("json", 0),
    ("time", 0),
    ("expr", 1),
    ("items", 1),
    ("asl", 2),
    ("engine", 3),
    ("lint", 3),
    ("history", 4),
    ("session", 5),
    ("explore", 6),
    ("handlers", 6),
    ("cli", 7),
    ("ui", 7),
];
/// Up to here everything is a function of its arguments.
const HIGHEST_PURE: u32 = 4;
/// The foundation: of these, one may use another where that one does not use it back.
const FOUNDATION: u32 = 0;
const MOST_LINES: usize = 600;

/// Uses between equals that are meant, with their reason.
const MEANT: [(&str, &str, &str); 1] =
    [("cli/export.rs", "ui", "a picture on the command line is the one that the window draws")];

/// What pure modules do not hold, and what to do instead.
const IMPURE: [(&str, &str); 9] = [
    ("std::fs", "let cli or ui::files read the file and pass its bytes"),
    ("std::net", "answer through session::Host"),
    ("std::thread", "let session::worker or ui::jobs run it"),
    ("std::process", "return what happened; cli owns exit codes"),
    ("std::env", "let main read it and pass it on"),
    ("Instant::now", "take the time as a value"),
    ("SystemTime", "take the time as a value"),
    ("HashMap", "use BTreeMap: its order is the same in every run"),
    ("HashSet", "use BTreeSet: its order is the same in every run"),
];

/// One file of the crate.
struct Source {
    /// Below `src`, with slashes.
    path: String,
    text: String,
    /// Lines up to the tests.
    n_product_lines: usize,
}

impl Source {
    /// Returns the module that the file belongs to: the first part of its path.
    fn module(&self) -> &str {
        self.path.split('/').next().map_or("", |it| it.trim_end_matches(".rs"))
    }

    fn height(&self) -> Option<u32> {
        height(self.module())
    }

    /// Returns the lines of the product with their numbers, without comments.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = |line| strip_comment(line);
        (1..).zip(self.text.lines()).take(self.n_product_lines).map(move |(nr, line)| (nr, code(line)))
    }

    fn owns(&self, owners: &[&str]) -> bool {
        owners.iter().any(|it| self.path == *it || self.path.starts_with(&format!("{it}/")))
    }
}

fn height(module: &str) -> Option<u32> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, height)| *height)
}

fn strip_comment(line: &str) -> &str {
    // A `//` inside a text is an address, which ends in more of it.
    match line.find("//") {
        Some(at) if !line[..at].ends_with(':') => &line[..at],
        _ => line,
    }
}

/// Returns all files of the crate.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let texts: Vec<(PathBuf, String)> =
        paths.into_iter().map(|it| (it.clone(), std::fs::read_to_string(it).expect("a source is text"))).collect();
    let only_tests: BTreeSet<PathBuf> = texts.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let source = |(path, text): (PathBuf, String)| {
        let exempt = only_tests.iter().any(|it| path.starts_with(it) || path == it.with_extension("rs"));
        let below = path.strip_prefix(&root).expect("it was found there");
        let parts: Vec<_> = below.iter().map(|it| it.to_string_lossy().into_owned()).collect();
        Source { path: parts.join("/"), n_product_lines: if exempt { 0 } else { product_lines(&text) }, text }
    };
    texts.into_iter().map(source).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// Returns where the modules are that only tests have: the files' paths without their ending.
fn test_modules(path: &Path, text: &str) -> Vec<PathBuf> {
    let is_root = ["mod.rs", "lib.rs", "main.rs"].iter().any(|it| path.ends_with(it));
    let folder =
        if is_root { path.parent().expect("a file is in a folder").to_owned() } else { path.with_extension("") };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let pairs = lines.windows(2).filter(|it| it[0] == "#[cfg(test)]");
    pairs.filter_map(|it| it[1].strip_suffix(';')?.rsplit_once("mod ")).map(|(_, name)| folder.join(name)).collect()
}

fn product_lines(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests =
        lines.windows(2).position(|it| it[0] == "#[cfg(test)]" && it[1].starts_with("mod ") && it[1].ends_with('{'));
    tests.unwrap_or(lines.len())
}

/// Fails with all findings at once.
fn report(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// Returns the crate's modules that a line names.
fn used(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").map(|(at, text)| {
        let rest = &line[at + text.len()..];
        let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Whether the line has `name` as words of its own.
fn holds(line: &str, name: &str) -> bool {
    let of_word = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        !before.ends_with(of_word) && !after.starts_with(of_word)
    })
}

#[test]
fn modules_use_only_what_is_below_them() {
    let mut findings = Vec::new();
    for source in sources() {
        let Some(own) = source.height() else { continue };
        for (nr, line) in source.lines() {
            if line.contains("crate::{") {
                let what = "names the crate as a whole; write one `use crate::module::…` for each module";
                findings.push(format!("src/{}:{nr} {what}", source.path));
            }
            for name in used(line) {
                let Some(theirs) = height(name) else { continue };
                let within_foundation = own == FOUNDATION && theirs == FOUNDATION;
                let meant = MEANT.iter().any(|(file, module, _)| *file == source.path && *module == name);
                if !meant && name != source.module() && theirs >= own && !within_foundation {
                    let (module, path) = (source.module(), &source.path);
                    findings.push(format!(
                        "src/{path}:{nr} {module} ({own}) uses {name} ({theirs}), which is not below it; move what both \
                         need down, or pass it in"
                    ));
                }
            }
        }
    }
    report(findings);
}

#[test]
fn the_foundation_has_no_circles() {
    let names: Vec<&str> = LAYERS.iter().filter(|it| it.1 == FOUNDATION).map(|it| it.0).collect();
    let sources = sources();
    let uses = |from: &str, to: &str| {
        let of_module = sources.iter().filter(|it| it.module() == from);
        of_module.flat_map(Source::lines).any(|(_, line)| used(line).any(|it| it == to))
    };
    for (idx, one) in names.iter().enumerate() {
        for other in &names[idx + 1..] {
            assert!(!uses(one, other) || !uses(other, one), "{one} and {other} use each other; one has to be lower");
        }
    }
}

#[test]
fn every_module_has_a_height() {
    let known = |it: &Source| it.height().is_some() || ["lib", "main"].contains(&it.module());
    let unknown = sources().into_iter().filter(|it| !known(it));
    report(unknown.map(|it| format!("src/{} is in no layer; add its module to LAYERS", it.path)).collect());
}

#[test]
fn what_is_pure_touches_nothing_outside() {
    let mut findings = Vec::new();
    for source in sources().iter().filter(|it| it.height().is_some_and(|height| height <= HIGHEST_PURE)) {
        for (nr, line) in source.lines() {
            for (name, instead) in IMPURE {
                if holds(line, name) {
                    findings.push(format!("src/{}:{nr} holds {name}; {instead}", source.path));
                }
            }
            if line.contains("egui") {
                findings.push(format!("src/{}:{nr} knows egui; move it into ui", source.path));
            }
        }
    }
    report(findings);
}

/// Finds `names` in files that are not among `owners`.
fn only(owners: &[&str], names: &[&str], instead: &str) {
    let mut findings = Vec::new();
    for source in sources().iter().filter(|it| !it.owns(owners)) {
        for (nr, line) in source.lines() {
            for name in names.iter().filter(|it| holds(line, it)) {
                findings.push(format!("src/{}:{nr} holds {name}, which is for {owners:?}; {instead}", source.path));
            }
        }
    }
    report(findings);
}

#[test]
fn only_the_worker_the_windows_jobs_and_work_in_parallel_start_threads() {
    let owners = ["session/parallel.rs", "session/worker.rs", "ui/jobs.rs"];
    only(&owners, &["thread::spawn", "thread::Builder", "thread::scope"], "start a job, or drive in place");
}

#[test]
fn only_the_hosts_touch_files() {
    let names = ["std::fs", "File::open", "File::create", "fs::read", "fs::write"];
    let hosts = ["cli", "handlers/s3.rs", "ui/files.rs", "ui/files", "ui/store.rs", "main.rs"];
    only(&hosts, &names, "ask ui::files");
}

#[test]
fn the_session_and_what_answers_know_no_window_and_no_output() {
    let names = ["egui", "println!", "print!", "eprintln!", "eprint!"];
    let findings = sources()
        .into_iter()
        .filter(|it| ["session", "handlers", "explore"].contains(&it.module()))
        .flat_map(|source| {
            let hits = source.lines().filter(|(_, line)| names.iter().any(|it| line.contains(it)));
            hits.map(|(nr, line)| format!("src/{}:{nr} {}; return it to the host", source.path, line.trim()))
                .collect::<Vec<_>>()
        });
    report(findings.collect());
}

#[test]
fn the_hosts_see_frames_and_never_machines() {
    let mut findings = Vec::new();
    for source in sources().iter().filter(|it| ["cli", "ui"].contains(&it.module())) {
        for (nr, line) in source.lines() {
            let mut words = line.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '"');
            if words.any(|it| it == "Machine") && (line.contains("engine") || line.contains(": Machine")) {
                findings.push(format!("src/{}:{nr} names Machine; show a Frame, or ask session", source.path));
            }
            if line.contains("machine_at") {
                findings.push(format!("src/{}:{nr} asks for a machine; show a Frame, or ask session", source.path));
            }
        }
    }
    report(findings);
}

#[test]
fn files_say_what_they_own_and_are_of_a_readable_size() {
    let mut findings = Vec::new();
    for Source { path, text, .. } in sources() {
        let first = text.lines().next().unwrap_or_default();
        if first.strip_prefix("//! ").is_none_or(|it| it.trim().len() < 20) {
            findings.push(format!("src/{path}:1 does not say what it owns; open it with a sentence after `//!`"));
        }
        let n_lines = text.lines().count();
        if n_lines > MOST_LINES {
            let what = format!("has {n_lines} lines, more than {MOST_LINES}");
            findings.push(format!("src/{path} {what}; give one of its ideas a file of its own"));
        }
        let is_code = |it: &&str| !it.trim().is_empty() && !it.trim_start().starts_with("//");
        if text.lines().filter(is_code).count() == 0 {
            findings.push(format!("src/{path} is empty; remove it"));
        }
    }
    report(findings);
}
