//! Coverage as an lcov trace file, which editors and code review tools show beside the text of a definition.
//!
//! A state is a function, its lines are those of its text without the states inside; what a Choice, a retrier, a
//! catcher or a time limit decides is a branch at the line where it stands. (Format: `geninfo(1)`.)

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::asl::{StateId, state_nodes};
use crate::diagnostic::{LineIndex, Span};
use crate::json::source::Node;

use super::report::Covered;
use super::{Limit, Part, parts};

/// What is known of one file.
#[derive(Default)]
struct File {
    functions: Vec<(usize, String, u64)>,
    lines: BTreeMap<usize, u64>,
    /// Line, block and count of each branch; a block is a state.
    branches: Vec<(usize, usize, u64, bool)>,
    n_blocks: usize,
}

/// Returns the trace file of all machines, one record a file.
pub fn lcov(all: &[Covered<'_>]) -> String {
    let mut files: BTreeMap<&Path, File> = BTreeMap::new();
    for it in all {
        add(files.entry(it.path).or_default(), it);
    }
    let mut out = String::new();
    for (path, file) in files {
        write(&mut out, path, &file);
    }
    out
}

fn add(file: &mut File, it: &Covered<'_>) {
    let index = LineIndex::new(it.text);
    let line = |span: Span| index.line_column(it.text, span.start).0;
    let nodes: BTreeMap<StateId, &Node> =
        state_nodes(&it.program.outline, it.root).into_iter().map(|it| (it.id, it.node)).collect();
    // Outer states come first, so that inner ones take their lines from them.
    let mut of_line: BTreeMap<usize, u64> = BTreeMap::new();
    for (id, state) in it.program.outline.iter() {
        let count = it.coverage.count(Part::State(id));
        let (first, last) = (line(state.name_span), line(Span { start: last_byte(state.span), end: state.span.end }));
        file.functions.push((first, function(&state.name), count));
        for line in first..=last.max(first) {
            of_line.insert(line, count);
        }
    }
    for (line, count) in of_line {
        *file.lines.entry(line).or_default() += count;
    }
    for part in parts(it.program) {
        let Some(id) = part.state() else { continue };
        let (Some(node), Some(state)) = (nodes.get(&id), it.program.outline.state(id)) else { continue };
        let Some(span) = place(part, node) else { continue };
        let block = file.n_blocks + id.idx();
        let reached = it.coverage.count(Part::State(id)) > 0;
        let at = if span == node.span { line(state.name_span) } else { line(span) };
        file.branches.push((at, block, it.coverage.count(part), reached));
    }
    file.n_blocks += it.program.outline.states.len();
}

fn last_byte(span: Span) -> u32 {
    span.end.saturating_sub(1).max(span.start)
}

/// Returns where a part that is a branch stands; `None` for what is none: states, and ways that rules and catchers
/// decide about.
fn place(part: Part, node: &Node) -> Option<Span> {
    let item = |field: &str, idx: u32| node.get(field)?.items().get(idx as usize);
    let error = |field: &str, at: u32, idx: u32| item(field, at)?.get("ErrorEquals")?.items().get(idx as usize);
    let member = |names: &[&str]| names.iter().find_map(|it| node.member(it)).map(|it| it.name_span);
    match part {
        Part::State(_) | Part::Transition(..) | Part::ExecutionTimeLimit => None,
        Part::Rule(_, Some(rule)) => item("Choices", rule).map(|it| it.span),
        Part::Rule(_, None) => member(&["Default"]),
        Part::Retrier(_, idx) => item("Retry", idx).map(|it| it.span),
        Part::Catcher(_, idx) => item("Catch", idx).map(|it| it.span),
        Part::RetrierError(_, at, idx) => error("Retry", at, idx).map(|it| it.span),
        Part::CatcherError(_, at, idx) => error("Catch", at, idx).map(|it| it.span),
        Part::TimeLimit(_, Limit::Timeout) => member(&["TimeoutSeconds", "TimeoutSecondsPath"]),
        Part::TimeLimit(_, Limit::Heartbeat) => member(&["HeartbeatSeconds", "HeartbeatSecondsPath"]),
    }
}

/// Returns a state's name as a function's: a line break would end the record.
fn function(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}

fn write(out: &mut String, path: &Path, file: &File) {
    let _ = writeln!(out, "TN:\nSF:{}", path.display());
    for (line, name, _) in &file.functions {
        let _ = writeln!(out, "FN:{line},{name}");
    }
    for (_, name, count) in &file.functions {
        let _ = writeln!(out, "FNDA:{count},{name}");
    }
    let hit = file.functions.iter().filter(|it| it.2 > 0).count();
    let _ = writeln!(out, "FNF:{}\nFNH:{hit}", file.functions.len());
    let mut branches: Vec<_> = file.branches.iter().collect();
    branches.sort_by_key(|it| (it.0, it.1));
    let mut number: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (line, block, count, reached) in &branches {
        let branch = number.entry((*line, *block)).or_default();
        // A branch whose state was never entered has not been evaluated at all.
        let taken = if *reached { count.to_string() } else { "-".to_owned() };
        let _ = writeln!(out, "BRDA:{line},{block},{branch},{taken}");
        *branch += 1;
    }
    let hit = branches.iter().filter(|it| it.2 > 0).count();
    let _ = writeln!(out, "BRF:{}\nBRH:{hit}", branches.len());
    for (line, count) in &file.lines {
        let _ = writeln!(out, "DA:{line},{count}");
    }
    let hit = file.lines.values().filter(|it| **it > 0).count();
    let _ = writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", file.lines.len());
}
