//! Finds scenario files: those that are named, and in folders those whose name says so.

use std::path::{Path, PathBuf};

use crate::cli::Error;
use crate::handlers::scenario::is_suite;

/// Returns the files in `suites`, in a folder those named `*.scenario.*` or `*.scenarios.*` in the order of their
/// paths.
pub(super) fn suites(suites: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut found: Vec<PathBuf> = Vec::new();
    for suite in suites {
        let mut own = Vec::new();
        if suite.is_dir() {
            walk(suite, &mut own)?;
            own.sort();
            if own.is_empty() {
                let what = "has no file named *.scenario.json, *.scenarios.yaml or the like";
                return Err(Error(format!("{} {what}; name a file, or another folder", suite.display())));
            }
        } else {
            own.push(suite.clone());
        }
        for path in own {
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let wrong = |error: std::io::Error| {
        Error(format!("cannot read the folder {}: {error}; check its permissions", folder.display()))
    };
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let path = entry.path();
        // Links to folders could lead in circles.
        if entry.file_type().map_err(wrong)?.is_dir() {
            if !entry.file_name().to_string_lossy().starts_with('.') {
                walk(&path, found)?;
            }
        } else if is_suite(&entry.file_name().to_string_lossy()) {
            found.push(path);
        }
    }
    Ok(())
}
