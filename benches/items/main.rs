//! What an item of a large Map costs in time and in memory: `cargo bench --bench items`.
//!
//! Each line is a process of its own, so that its peak (`VmHWM`) is that of one run. What a run of one item takes is
//! subtracted. Between the shorter and the longer run the figures of an item must not grow: what a finished item leaves
//! behind is its item, its result and its history, and nothing else.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use stepscope::engine::{Event, Quotas, StartSpec};
use stepscope::handlers::{MockHost, Otherwise, S3, WithS3, read_mocks};
use stepscope::json::Json;
use stepscope::session::Run;
use stepscope::session::document::open;

const KINDS: [(&str, &str); 4] = [
    ("inline", "inline Map of a Pass, 40 at a time"),
    ("csv", "distributed Map of a Pass from a CSV file, 10,000 at a time"),
    ("csv40", "distributed Map of a Pass from a CSV file, 40 at a time"),
    ("task", "distributed Map of a mocked Task from a CSV file, 10,000 at a time"),
];
const SHORT: usize = 25_000;
const LONG: usize = 100_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    if let [kind, n_items] = &args[..] {
        return one(kind, n_items.parse().expect("a number of items"));
    }
    println!("{:<68} {:>9} {:>9} {:>9} {:>9} {:>12}", "", "items", "s", "µs/item", "B/item", "of it events");
    for (kind, what) in KINDS {
        let Some(nothing) = in_process(kind, 1) else {
            println!("{what}: this system does not tell the peak of a process");
            continue;
        };
        for n_items in [SHORT, LONG] {
            let Some(run) = in_process(kind, n_items) else { continue };
            let per_item = |bytes: f64| bytes / n_items as f64;
            println!(
                "{what:<68} {n_items:>9} {:>9.3} {:>9.2} {:>9.0} {:>12.0}",
                run.secs,
                per_item(run.secs * 1e6),
                per_item(run.peak - nothing.peak),
                per_item(run.n_events * size_of::<Event>() as f64),
            );
        }
    }
}

/// What one run took.
struct Taken {
    secs: f64,
    peak: f64,
    n_events: f64,
}

/// Runs it in a process of its own.
fn in_process(kind: &str, n_items: usize) -> Option<Taken> {
    let own = std::env::current_exe().ok()?;
    let out = Command::new(own).args([kind, &n_items.to_string()]).output().ok()?;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let figures = String::from_utf8(out.stdout).ok()?;
    let mut figures = figures.split_whitespace().map(str::parse::<f64>);
    let mut next = || figures.next()?.ok();
    Some(Taken { secs: next()?, peak: next()?, n_events: next()? })
}

/// Runs it in this process and prints seconds, peak bytes and events.
fn one(kind: &str, n_items: usize) {
    let folder = std::env::temp_dir().join(format!("stepscope-bench-{}", std::process::id()));
    let run = Prepared::new(kind, n_items, &folder);
    let begin = Instant::now();
    let run = run.run();
    let secs = begin.elapsed().as_secs_f64();
    let peak = peak_bytes().unwrap_or_default();
    let of_children: usize = run.children().iter().map(|it| it.events().len()).sum();
    let _ = std::fs::remove_dir_all(&folder);
    assert_eq!(run.status().name(), "SUCCEEDED", "{:?}", run.status().failure());
    if kind != "inline" {
        assert_eq!(run.children().len(), n_items, "a child for each row");
    }
    if peak > 0 {
        println!("{secs} {peak} {}", run.log().len() + of_children);
    }
}

struct Prepared {
    run: Run,
    host: WithS3<MockHost>,
}

impl Prepared {
    fn new(kind: &str, n_items: usize, folder: &Path) -> Self {
        let most = if kind == "csv40" { 40 } else { 0 };
        let state = if kind == "task" {
            r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke""#
        } else {
            r#""Type": "Pass", "Parameters": {"id.$": "$.id", "k": "x"}"#
        };
        let (mode, reader) = if kind == "inline" {
            (r#""Mode": "INLINE""#, "")
        } else {
            let reader = r#""ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                "Parameters": {"Bucket": "b", "Key": "rows.csv"}},"#;
            (r#""Mode": "DISTRIBUTED", "ExecutionType": "STANDARD""#, reader)
        };
        let definition = format!(
            r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "MaxConcurrency": {most}, {reader} "End": true,
            "ItemProcessor": {{"ProcessorConfig": {{{mode}}}, "StartAt": "P", "States": {{"P": {{{state}, "End": true}}}}}}}}}}}}"#
        );
        let opened = open("bench", definition.as_bytes());
        let program = opened.documents.first().and_then(|it| it.definition.program.clone());
        let mut input = Json::object::<&str>([]);
        if kind == "inline" {
            input = Json::array((0..n_items).map(|it| Json::object([("id", Json::from(it.to_string()))])));
        } else {
            let rows = (0..n_items).fold("id,name\n".to_owned(), |mut rows, it| {
                let _ = writeln!(rows, "{it},item {it}");
                rows
            });
            std::fs::create_dir_all(folder.join("b")).expect("a folder for temporary files");
            std::fs::write(folder.join("b/rows.csv"), rows).expect("a folder for temporary files");
        }
        let spec = StartSpec { input, quotas: Quotas::Off, ..StartSpec::default() };
        let (mocks, _) = read_mocks(br#"{"P": [{"return": {"ok": true}}]}"#, None);
        let tasks = MockHost::new(Arc::new(mocks.expect("the mocks are valid")), Otherwise::Ask);
        Self {
            run: Run::start(program.expect("the definition is valid"), Arc::new(spec)),
            host: WithS3 { tasks, s3: S3::folder(folder.to_owned()) },
        }
    }

    fn run(self) -> Run {
        let Self { mut run, mut host } = self;
        run.finish(&mut host);
        run
    }
}

/// Returns the most memory that this process has had, where the system tells.
fn peak_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|it| it.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib * 1_024)
}
