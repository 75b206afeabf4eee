//! What reading a recorded history costs: 25,000 events with 25 MB of payloads, against `serde_json` on the same bytes.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::BytesCount;
use stepscope::engine::EventId;
use stepscope::history::read::{Imported, read};

const N_EVENTS: usize = 25_000;

/// How payloads relate to each other.
#[derive(Clone, Copy)]
enum Payloads {
    /// What a state puts out is what the next one gets, as at the service.
    HandedOn,
    /// None comes twice, so that sharing gains nothing.
    AllDifferent,
}

/// Returns a history of a loop of ten states; each payload has about 1,000 bytes.
fn history(payloads: Payloads) -> Vec<u8> {
    let mut out = String::from("{\"events\":[");
    let payload = |nth: usize| {
        let rows: Vec<String> = (0..12)
            .map(|row| {
                format!(
                    r#"{{\"id\":{},\"name\":\"item {row}\",\"tags\":[\"alpha\",\"beta\"],\"price\":12.5}}"#,
                    nth * 12 + row
                )
            })
            .collect();
        format!(r#"{{\"round\":{nth},\"rows\":[{}]}}"#, rows.join(","))
    };
    let event = |out: &mut String, id: usize, prev: usize, kind: &str, details: &str| {
        let separator = if id == 1 { "" } else { "," };
        let at = format!("2024-05-01T{:02}:{:02}:{:02}.{:03}Z", id / 3_600, id / 60 % 60, id % 60, id % 1_000);
        let _ = write!(
            out,
            r#"{separator}
{{"timestamp":"{at}","type":"{kind}","id":{id},"previousEventId":{prev},{details}}}"#
        );
    };
    let whole = r#""Details":{"truncated":false}"#;
    let data = |name: &str, nth: usize| format!("\"{name}\":\"{}\",\"{name}{}", payload(nth), &whole[1..]);
    let started = format!(
        r#""executionStartedEventDetails":{{{},"roleArn":"arn:aws:iam::000000000000:role/r"}}"#,
        data("input", 0)
    );
    event(&mut out, 1, 0, "ExecutionStarted", &started);
    let mut prev = 0;
    for id in 2..N_EVENTS {
        let (visit, entry) = ((id - 2) / 2, id % 2 == 0);
        let (kind, key, name) = if entry {
            ("PassStateEntered", "stateEntered", "input")
        } else {
            ("PassStateExited", "stateExited", "output")
        };
        let nth = match payloads {
            Payloads::HandedOn => visit + usize::from(!entry),
            Payloads::AllDifferent => id,
        };
        let details = format!(r#""{key}EventDetails":{{"name":"S{}",{}}}"#, visit % 10, data(name, nth));
        event(&mut out, id, prev, kind, &details);
        prev = id;
    }
    let failed = r#""executionFailedEventDetails":{"error":"E","cause":"c"}"#;
    event(&mut out, N_EVENTS, prev, "ExecutionFailed", failed);
    out.push_str("\n]}\n");
    out.into_bytes()
}

fn import(bytes: Vec<u8>) -> Imported {
    let mut reading = read(bytes, None);
    let imported = reading.executions.pop().expect("there is an execution");
    assert_eq!(imported.view().len(), N_EVENTS);
    imported
}

/// Prints how long reading takes and how much it holds, in relation to `serde_json` and to the file.
pub fn figures() {
    println!("reading a history of 25,000 events:");
    for (name, payloads) in
        [("payloads handed on", Payloads::HandedOn), ("payloads all different", Payloads::AllDifferent)]
    {
        let bytes = history(payloads);
        let size = bytes.len() as f64;
        let values = fastest(|| (), |()| serde_json::from_slice::<serde_json::Value>(&bytes).expect("it is JSON"));
        let ours = fastest(|| bytes.clone(), import);
        let ratio = ours.as_secs_f64() / values.as_secs_f64();
        println!("  {name}, {:.1} MB: {ours:.1?}, {ratio:.2} × serde_json::Value ({values:.1?})", size / 1e6);
        drop(bytes);
        if let Some((held, most)) = memory(payloads) {
            println!("  {name}: {:.2} × the file held, {:.2} × at most, its bytes included", held / size, most / size);
        }
        let imported = import(history(payloads));
        // Of each event the fastest try: what else the machine does is not the event's.
        let going_to = |id| (0..5).map(|_| once(|| imported.view().frame_at(EventId(id)))).min().unwrap_or_default();
        let slowest = (1..=N_EVENTS as u32).step_by(37).map(going_to).max();
        println!("  {name}: going to an event takes {:.1?} at most", slowest.unwrap_or_default());
    }
}

fn once<T>(work: impl FnOnce() -> T) -> Duration {
    let begin = Instant::now();
    black_box(work());
    begin.elapsed()
}

fn fastest<I, T>(prepare: impl Fn() -> I, work: impl Fn(I) -> T) -> Duration {
    let run = || {
        let input = prepare();
        let begin = Instant::now();
        let result = black_box(work(input));
        let took = begin.elapsed();
        drop(result);
        took
    };
    (0..9).map(|_| run()).min().unwrap_or_default()
}

/// Returns the bytes that the process holds after reading and at most while reading, beyond those before. A process of
/// its own does it, in which nothing was ever held before; only where the system tells.
fn memory(payloads: Payloads) -> Option<(f64, f64)> {
    let path = std::env::temp_dir().join("stepscope-bench-history.json");
    std::fs::write(&path, history(payloads)).ok()?;
    let program = std::env::current_exe().ok()?;
    let output = std::process::Command::new(program).env(MEASURE, &path).output().ok()?;
    let _ = std::fs::remove_file(&path);
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

const MEASURE: &str = "STEPSCOPE_BENCH_MEASURE";

/// Reads the history that the environment names and prints what that holds, in the process that [`memory`] starts.
/// Returns whether there was one.
pub fn measured() -> bool {
    let Some(path) = std::env::var_os(MEASURE) else { return false };
    let status = |name: &str| -> f64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|it| it.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().find_map(|it| it.parse::<f64>().ok()).unwrap_or(f64::NAN) * 1024.0
    };
    let before = status("VmRSS:");
    let imported = import(std::fs::read(path).expect("the file"));
    println!("{} {}", status("VmRSS:") - before, status("VmHWM:") - before);
    drop(imported);
    true
}

#[divan::bench(sample_count = 20)]
fn import_25k(bencher: Bencher<'_, '_>) {
    let bytes = history(Payloads::HandedOn);
    bencher.counter(BytesCount::new(bytes.len())).with_inputs(|| bytes.clone()).bench_values(import);
}

/// Going to some event of an imported history.
#[divan::bench]
fn scrub_import_25k(bencher: Bencher<'_, '_>) {
    let imported = import(history(Payloads::HandedOn));
    let mut at = 0_u32;
    bencher.bench_local(|| {
        at = (at + 7_919) % N_EVENTS as u32;
        imported.view().frame_at(EventId(at + 1))
    });
}
