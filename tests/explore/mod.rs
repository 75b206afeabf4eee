//! Exploration: what it finds of known holes, that its runs replay, that nothing is called never reached in error.

mod found;
mod laws;
mod mutations;
mod never;
mod sagas;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use stepscope::asl::Program;
use stepscope::engine::{Identity, StartSpec};
use stepscope::explore::{Exploration, Finding, Given, Options, Watch, explore};
use stepscope::handlers::read_mocks;
use stepscope::json::text;
use stepscope::lint::Config;
use stepscope::session::Document;
use stepscope::session::document::open;

/// Machines that an exploration of a test looks at, at most: debug builds are slow.
const LIMIT: usize = 1_500;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn document(definition: &str) -> Document {
    let opened = open("test", definition.as_bytes());
    let document = opened.documents.into_iter().next();
    document.unwrap_or_else(|| panic!("{:?}\n{definition}", opened.diagnostics))
}

fn program(document: &Document) -> &Arc<Program> {
    document.definition.program.as_ref().unwrap_or_else(|| panic!("{:?}", document.definition.diagnostics))
}

fn spec() -> StartSpec {
    StartSpec { identity: Identity::named("test", "run"), ..StartSpec::default() }
}

fn options() -> Options {
    Options { most_states: LIMIT, ..Options::default() }
}

fn explored(document: &Document, given: &Given, options: &Options) -> Exploration {
    let cancel = AtomicBool::new(false);
    let watch = Watch { progress: &|_| {}, cancel: &cancel };
    explore(document, &spec(), given, &Config::default(), options, &watch).expect("it can be run")
}

/// Explores a definition with everything assumed.
fn explored_text(definition: &str) -> Exploration {
    explored(&document(definition), &Given::default(), &options())
}

fn of_lint(name: &str) -> String {
    std::fs::read_to_string(folder("tests/lint").join(format!("{name}.asl.json"))).expect(name)
}

fn given(input: &str, mocks: &str) -> Given {
    let (mocks, found) = read_mocks(mocks.as_bytes(), None);
    let input = Some(text::parse(input).expect("JSON"));
    Given { input, ..Given::default() }.with_results(mocks.unwrap_or_else(|| panic!("{found:?}")).results())
}

/// Returns a line for each finding.
fn shown(findings: &[Finding]) -> String {
    let mut out = String::new();
    for it in findings {
        let _ = writeln!(out, "{} {} {}", it.severity, it.kind.name(), it.message);
    }
    out
}

/// Returns the definitions of others, where they are at hand, and says so where they are not.
fn definitions() -> Vec<(PathBuf, Document)> {
    let folders = ["../shared/definitions", "../../shared/definitions"].map(folder);
    let Some(root) = folders.iter().find(|it| it.exists()) else {
        eprintln!("skipped: {} is not there", folders[0].display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = ["definition", "template"]
        .iter()
        .flat_map(|kind| root.join(kind).read_dir().expect("definitions"))
        .map(|it| it.expect("an entry").path())
        .collect();
    paths.sort();
    let open = |path: PathBuf| {
        let opened = open("test", &std::fs::read(&path).ok()?);
        Some(opened.documents.into_iter().map(move |it| (path.clone(), it)).collect::<Vec<_>>())
    };
    let all = paths.into_iter().filter_map(open).flatten();
    all.filter(|it| it.1.definition.program.is_some()).collect()
}

/// Returns definitions of our own: samples, the linter's cases, and those of this folder.
fn own() -> Vec<(PathBuf, Document)> {
    let mut all = Vec::new();
    for name in ["sample-workflows", "tests/lint", "tests/explore"] {
        let mut paths: Vec<PathBuf> =
            folder(name).read_dir().expect(name).map(|it| it.expect("an entry").path()).collect();
        paths.sort();
        for path in paths.into_iter().filter(|it| it.to_string_lossy().contains(".asl.")) {
            if !path.to_string_lossy().ends_with("findings") {
                let text = std::fs::read_to_string(&path).expect("a definition");
                all.push((path, document(&text)));
            }
        }
    }
    all
}
