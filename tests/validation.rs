//! Definitions that the service was asked about: what it took is taken here, what it refused is refused, with its words.

use std::path::{Path, PathBuf};

use stepscope::asl::express;
use stepscope::diagnostic::{Diagnostic, has_errors};
use stepscope::json::{Json, text};
use stepscope::session::document::open;

fn recorded(kind: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["../shared", "../../shared"].map(|it| root.join(it).join("conformance/cases").join(kind));
    let Some(folder) = folders.iter().find(|it| it.exists()) else {
        eprintln!("skipped: {} is not there", folders[0].display());
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    entries.map(|it| it.expect("an entry").path()).filter(|it| it.extension().is_some_and(|it| it == "json")).collect()
}

fn read(path: &Path) -> Json {
    text::parse(&std::fs::read_to_string(path).expect("the case can be read")).expect("the case is JSON")
}

fn member<'a>(value: &'a Json, pointer: &[&str]) -> Option<&'a Json> {
    pointer.iter().try_fold(value, |value, name| value.as_object()?.get(name))
}

fn findings(case: &Json) -> Vec<Diagnostic> {
    let definition = match member(case, &["definition_text"]).and_then(Json::as_str) {
        Some(text) => text.to_owned(),
        None => text::compact(member(case, &["definition"]).expect("a definition")),
    };
    let opened = open("Recorded", definition.as_bytes());
    let mut found = opened.diagnostics;
    for document in &opened.documents {
        found.extend(document.definition.diagnostics.iter().cloned());
        if member(case, &["type"]).and_then(Json::as_str) == Some("EXPRESS") {
            found.extend(express(&document.definition.outline));
        }
    }
    found
}

#[test]
fn what_the_service_ran_is_not_refused() {
    for path in ["execution", "mock_config"].into_iter().flat_map(recorded) {
        let found = findings(&read(&path));
        assert!(!has_errors(&found), "{}: {found:?}", path.display());
    }
}

#[test]
fn verdicts_are_the_recorded_ones() {
    for path in recorded("validation") {
        let case = read(&path);
        let code = member(&case, &["expected", "error", "code"]).and_then(Json::as_str);
        if code.is_some_and(|it| it != "InvalidDefinition") {
            continue; // A refusal of the request, not of the definition.
        }
        let found = findings(&case);
        let accepted = member(&case, &["expected", "accepted"]).and_then(Json::as_bool).expect("a verdict");
        assert_eq!(!has_errors(&found), accepted, "{}: {found:?}", path.display());
        let by_service = member(&case, &["origin"]).and_then(Json::as_str) != Some("emulator");
        if let Some(said) = member(&case, &["expected", "error", "message"]).and_then(Json::as_str)
            && by_service
        {
            let is_said = |it: &Diagnostic| it.service.as_ref().is_some_and(|sentence| said.contains(sentence));
            assert!(found.iter().any(is_said), "{}: {said}\n{found:?}", path.display());
        }
    }
}
