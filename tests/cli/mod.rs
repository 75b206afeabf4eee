//! The built program from outside: exit statuses, what it prints, and what it says to files that are wrong.

mod explore;
mod files;
mod histories;
mod lint;
mod run;
mod workspaces;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use stepscope::json::{Json, text};

const DEFINITION: &str = r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task",
    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask", "End": true}}}"#;

const ECHO: &str = r#"{"StartAt": "Echo", "States": {"Echo": {"Type": "Pass", "End": true}}}"#;

/// What a call of the program came to.
pub(super) struct Answer {
    pub(super) status: i32,
    pub(super) out: String,
    pub(super) err: String,
}

/// Calls the program with nothing on its standard input.
pub(super) fn stepscope(args: &[&str]) -> Answer {
    stepscope_with(args, b"")
}

fn stepscope_with(args: &[&str], input: &[u8]) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepscope"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for display in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(display);
    }
    let mut child = command.spawn().expect("the program starts");
    // A program that does not read its input closes it, which is no fault of the call.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    let answer =
        Answer { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
    assert!(!answer.err.contains("panicked"), "{args:?} panicked: {}", answer.err);
    answer
}

/// Returns a path for a test's own file.
fn path(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder.join(name)
}

/// Writes a file and returns its path.
fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = path(name);
    std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
    std::fs::write(&path, content).expect("the file can be written");
    path.to_string_lossy().into_owned()
}

fn json(text_of_json: &str) -> Json {
    text::parse(text_of_json).unwrap_or_else(|error| panic!("{error}: {text_of_json}"))
}

fn member<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::as_str).unwrap_or_else(|| panic!("no text {name} in {}", text::compact(value)))
}

const ROWS: &str = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "Label": "Rows", "End": true,
    "ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        "Parameters": {"Bucket": "shop", "Key": "in/rows.csv"}},
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "f", "End": true}}},
    "ToleratedFailureCount": 1,
    "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "jobs"}}}}}"#;
