//! Data on the way of a failure: what a catcher loses, and what its handler then looks for in vain.

use std::collections::BTreeSet;

use crate::asl::{StateId, StateKind};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::json::Json;
use crate::json::source::Value;
use crate::lint::machine::{Catcher, Machine, State};
use crate::lint::shape::{self, Read, Shape};
use crate::lint::{Config, calls, edit};

use super::handlers::handling_states;

/// How many states of the way of one failure are looked at; what goes wrong goes wrong soon.
const MOST_FOLLOWED: usize = 64;

pub(super) fn check(machine: &Machine<'_>, _: &Config, out: &mut Vec<Diagnostic>) {
    let inputs = shape::inputs(machine);
    let handling = handling_states(machine);
    let reads: Vec<Vec<Read<'_>>> = machine.states.iter().map(shape::reads).collect();
    let mut told = BTreeSet::new();
    for state in &machine.states {
        for catcher in &state.catchers {
            let input = &inputs[state.id.idx()];
            let n_before = told.len();
            in_vain(machine, &reads, state, catcher, input, &mut told, out);
            if told.len() == n_before {
                discards(machine, &handling, state, catcher, out);
            }
        }
    }
    for (state, reads) in machine.states.iter().zip(&reads) {
        let input = &inputs[state.id.idx()];
        for read in reads.iter().filter(|it| input.at(&it.names).is_none()) {
            if told.insert((state.id, read.node.span)) {
                missing(state, read, out);
            }
        }
    }
}

/// Places already spoken of: the state that reads and where.
type Told = BTreeSet<(StateId, crate::diagnostic::Span)>;

fn fails_with(jsonata: bool) -> &'static str {
    if jsonata { "States.QueryEvaluationError" } else { "States.Runtime, which no catcher takes" }
}

/// Reports reads of what the state's input cannot have, on whichever way it is reached.
fn missing(state: &State<'_>, read: &Read<'_>, out: &mut Vec<Diagnostic>) {
    let message = format!(
        "state {:?} reads {} in {}, which its input never has; it fails with {}",
        state.name(),
        read.text,
        read.field,
        fails_with(state.jsonata)
    );
    let finding =
        Diagnostic::warning("DAT003", message).at(format!("{}/{}", state.entry.pointer, read.field), read.node.span);
    out.push(finding.help("hand it on in the states before, or read what is there"));
}

/// Reports what is read in vain on the way that a catcher leads.
fn in_vain(
    machine: &Machine<'_>,
    reads: &[Vec<Read<'_>>],
    state: &State<'_>,
    catcher: &Catcher<'_>,
    input: &Shape,
    told: &mut Told,
    out: &mut Vec<Diagnostic>,
) {
    let Some(target) = catcher.target else { return };
    let handed_on = shape::caught(state, catcher.handler.node, input);
    let Some((reader, read)) = first_miss(machine, reads, target, &handed_on, catcher) else { return };
    if !told.insert((reader.id, read.node.span)) {
        return;
    }
    let node = catcher.handler.node;
    let field = if state.jsonata { "Output" } else { "ResultPath" };
    let what = match node.get(field).map(|it| &it.value) {
        None => format!("has no {field} and replaces the input by the error"),
        Some(Value::Null) => "has ResultPath null and drops the error".to_owned(),
        Some(_) => format!("does not hand it on in {field}"),
    };
    let message = format!(
        "state {:?} reads {} in {}, which is not there when {} leads to it: that {what}; it fails with {}",
        reader.name(),
        read.text,
        read.field,
        catcher.handler.named(state),
        fails_with(reader.jsonata)
    );
    let finding = Diagnostic::warning("DAT002", message).help("change what the catcher hands on, or what is read");
    let finding = match node.member(field) {
        Some(member) => finding.at(format!("{}/{field}", catcher.handler.pointer), member.name_span),
        None => catcher.handler.report(finding),
    };
    let fix = if state.jsonata { kept(machine, catcher, input, read) } else { placed(machine, catcher, input, read) };
    out.push(finding.fix(fix));
}

/// Follows the way of a failure, up to the first Choice, and returns the first read in vain.
fn first_miss<'a, 'b>(
    machine: &'b Machine<'a>,
    reads: &'b [Vec<Read<'a>>],
    target: StateId,
    handed_on: &Shape,
    catcher: &Catcher<'_>,
) -> Option<(&'b State<'a>, &'b Read<'a>)> {
    let mut seen = BTreeSet::new();
    let mut open = vec![(target, handed_on.clone(), true)];
    while let Some((id, input, is_handed_on)) = open.pop() {
        let Some(place) = machine.place(id).filter(|_| seen.len() < MOST_FOLLOWED && seen.insert(id)) else { continue };
        let state = &machine.states[place];
        let misses =
            |it: &Read<'_>| input.at(&it.names).is_none() || (is_handed_on && wants_error(it, &input, state, catcher));
        if let Some(read) = reads[place].iter().find(|it| misses(it)) {
            return Some((state, read));
        }
        // Behind a Choice it may be the data that decides that this way is not taken.
        if state.is(StateKind::Choice) {
            continue;
        }
        let output = shape::output(state, &input);
        let is_handed_on = is_handed_on && shape::keeps_input(state);
        open.extend(state.ways().map(|it| (it, output.clone(), is_handed_on)));
        if state.is(StateKind::Parallel) {
            let inner = shape::effective(state, &input);
            let starts = state.entry.inner.iter().filter_map(|it| machine.outline.scopes[it.idx()].start);
            open.extend(starts.map(|it| (it, inner.clone(), false)));
        }
    }
    None
}

/// Whether `read` looks for the error at a place where this catcher, which drops it or puts it elsewhere, has none.
///
/// What the input holds beside that is unknown; a member of it that is known may well be meant.
fn wants_error(read: &Read<'_>, input: &Shape, state: &State<'_>, catcher: &Catcher<'_>) -> bool {
    let is_error = read.names.last().is_some_and(|it| matches!(&**it, "Error" | "Cause"));
    let placed = catcher.handler.node.get("ResultPath");
    if state.jsonata || !is_error || read.names.first().is_some_and(|it| input.names(it)) {
        return false;
    }
    match placed.map(|it| &it.value) {
        Some(Value::Null) => true,
        Some(Value::String(path)) => {
            let at = read.names[..read.names.len() - 1].join(".");
            path.strip_prefix("$.").is_some_and(|it| it != at)
        }
        _ => false,
    }
}

/// What a catcher in JSONata hands on to keep the input, with the error in it.
const KEPT: &str = "{% $merge([$states.input, {\"error\": $states.errorOutput}]) %}";

/// Returns the fix that keeps the input in JSONata, where what is read is in it.
fn kept(machine: &Machine<'_>, catcher: &Catcher<'_>, input: &Shape, read: &Read<'_>) -> Option<Fix> {
    let node = catcher.handler.node;
    if node.get("Output").is_some() || input.at(&read.names).is_none() {
        return None;
    }
    let edit = edit::add_member(machine.text, node, "Output", &Json::from(KEPT))?;
    Some(Fix { title: "keep the input, with the error in it".to_owned(), edits: vec![edit] })
}

/// Returns the fix that puts the error where it is read, or beside the input that is read.
fn placed(machine: &Machine<'_>, catcher: &Catcher<'_>, input: &Shape, read: &Read<'_>) -> Option<Fix> {
    let node = catcher.handler.node;
    let (last, way) = read.names.split_last()?;
    let is_plain = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let path = if matches!(&**last, "Error" | "Cause") && way.iter().all(|it| is_plain(it)) {
        if way.is_empty() { "$".to_owned() } else { format!("$.{}", way.join(".")) }
    } else if node.get("ResultPath").is_none() && input.at(&read.names).is_some() {
        // Whoever reads the error at the top would look in vain then.
        let reads_error = |id: StateId| {
            let reads = machine.get(id).map(shape::reads).unwrap_or_default();
            reads.iter().any(|it| matches!(it.names.first().map(|it| &**it), Some("Error" | "Cause")))
        };
        if crate::lint::ways::reach(catcher.target, |it| crate::lint::ways::plain(machine, it))
            .into_iter()
            .any(reads_error)
        {
            return None;
        }
        "$.error".to_owned()
    } else {
        return None;
    };
    let edit = match node.get("ResultPath") {
        Some(old) => Edit { span: old.span, text: edit::line(&Json::from(&*path)) },
        None => edit::add_member(machine.text, node, "ResultPath", &Json::from(&*path))?,
    };
    Some(Fix { title: format!("put the error at {path}"), edits: vec![edit] })
}

/// Reports catchers that replace the input by the error where it is still needed.
fn discards(
    machine: &Machine<'_>,
    handling: &BTreeSet<StateId>,
    state: &State<'_>,
    catcher: &Catcher<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let node = catcher.handler.node;
    let field = if state.jsonata { "Output" } else { "ResultPath" };
    let replaces = match node.get(field).map(|it| &it.value) {
        None => true,
        Some(Value::String(path)) => !state.jsonata && &**path == "$",
        Some(_) => false,
    };
    let Some(target) = catcher.target.and_then(|it| machine.get(it)).filter(|_| replaces) else { return };
    let named = catcher.handler.named(state);
    let message = if !handling.contains(&target.id) && !target.entry.kind.is_some_and(StateKind::is_terminal) {
        format!(
            "{named} leads to {:?}, as the way without errors does, with the error alone; the input is lost",
            target.name()
        )
    } else if target.is(StateKind::Task) && !calls::is_told(target) && gets_all(target) {
        format!("{named} hands {:?} the error alone; the input is lost", target.name())
    } else {
        return;
    };
    let (value, help) = if state.jsonata {
        (KEPT, "add Output with $states.input in it")
    } else {
        ("$.error", "add \"ResultPath\": \"$.error\" to keep the input with the error in it")
    };
    // What reads the error at the top now would look for it in vain.
    let reads_error =
        shape::reads(target).iter().any(|it| it.names.first().is_some_and(|it| matches!(&**it, "Error" | "Cause")));
    let edit = match node.get(field) {
        Some(old) => Some(edit::string(old.span, value)),
        None => edit::add_member(machine.text, node, field, &Json::from(value)),
    };
    let title = "keep the input, with the error in it".to_owned();
    let fix = edit.filter(|_| !reads_error && !gets_error(target)).map(|edit| Fix { title, edits: vec![edit] });
    out.push(catcher.handler.report(Diagnostic::note("DAT001", message)).help(help).fix(fix));
}

/// Whether a task gets its input as a whole.
fn gets_all(task: &State<'_>) -> bool {
    let template = task.node.get("Parameters").or_else(|| task.node.get("Arguments"));
    template.is_none_or(|it| {
        let payload = it.get("Payload.$").or_else(|| it.get("Payload")).and_then(crate::json::source::Node::as_str);
        matches!(payload.map(str::trim), Some("$" | "{% $states.input %}"))
    })
}

/// Whether the name of a task says that the error is what it is after.
fn gets_error(task: &State<'_>) -> bool {
    let name = task.name().to_ascii_lowercase();
    ["error", "fail", "exception"].iter().any(|it| name.contains(it))
}
