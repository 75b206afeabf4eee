//! What is known of data before anything runs: which members an object has, as far as the definition says.
//!
//! Cautious: what comes from outside, from a task, or in two ways is unknown, and nothing is said about it.

use std::sync::Arc;

use crate::asl::{StateId, StateKind};
use crate::expr::{Expr, JsonataExpr, Path, Root};
use crate::json::source::{Node, Value};

use super::machine::{Machine, State};
use super::members::Members;

/// Objects that nest deeper are not followed.
const DEEPEST: usize = 6;
/// How often what is known of one state's input may become less before nothing is.
const MOST_ROUNDS: u32 = 8;

/// What is known of a value. A clone shares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing.
    Any,
    /// No object and no list.
    Scalar,
    /// An object with these members, and no others.
    Closed(Members),
    /// An object with at least these members.
    Open(Members),
}

impl Shape {
    /// What a catcher hands on about the error.
    pub(super) fn error_output() -> Self {
        Self::Closed([(Arc::from("Error"), Self::Scalar), (Arc::from("Cause"), Self::Scalar)].into_iter().collect())
    }

    /// Returns what is at the end of `names`; `None` where it is certain that there is nothing.
    pub(super) fn at<'a>(&self, names: impl IntoIterator<Item = &'a Arc<str>>) -> Option<Self> {
        let mut at = self;
        for name in names {
            at = match at {
                Self::Any => return Some(Self::Any),
                Self::Scalar => return None,
                Self::Closed(members) => members.get(name)?,
                Self::Open(members) => match members.get(name) {
                    Some(it) => it,
                    None => return Some(Self::Any),
                },
            };
        }
        Some(at.clone())
    }

    /// Whether it is known to have a member `name`.
    pub(super) fn names(&self, name: &str) -> bool {
        match self {
            Self::Closed(members) | Self::Open(members) => members.get(name).is_some(),
            Self::Any | Self::Scalar => false,
        }
    }

    /// Returns the value after `value` was put at the end of `names`.
    pub(super) fn with(&self, names: &[Arc<str>], value: Self) -> Self {
        let Some((name, rest)) = names.split_first() else { return value };
        let (members, is_closed) = match self {
            Self::Closed(members) => (members.clone(), true),
            Self::Open(members) => (members.clone(), false),
            Self::Any | Self::Scalar => (Members::default(), false),
        };
        let inner = members.get(name).cloned().unwrap_or(if is_closed { Self::empty() } else { Self::Any });
        let members = members.with(Arc::clone(name), inner.with(rest, value));
        if is_closed { Self::Closed(members) } else { Self::Open(members) }
    }

    fn empty() -> Self {
        Self::Closed(Members::default())
    }

    /// Returns what is known of a value that is one of the two.
    fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Self::Closed(a) | Self::Open(a), Self::Closed(b) | Self::Open(b)) => Self::Open(a.both(b, Self::or)),
            _ => Self::Any,
        }
    }

    fn cut(self, depth: usize) -> Self {
        if self.height() <= depth {
            return self;
        }
        let inner = |members: &Members| members.map(|it| it.clone().cut(depth - 1));
        match &self {
            _ if depth == 0 => Self::Any,
            Self::Closed(members) => Self::Closed(inner(members)),
            Self::Open(members) => Self::Open(inner(members)),
            Self::Any | Self::Scalar => self,
        }
    }

    /// Returns how far it has to be followed to know it.
    pub(super) fn height(&self) -> usize {
        match self {
            Self::Any => 0,
            Self::Scalar => 1,
            Self::Closed(members) | Self::Open(members) => 1 + members.height(),
        }
    }
}

/// Something that a state reads of its input.
#[derive(Clone, Debug)]
pub(super) struct Read<'a> {
    /// The names of the path, from the input on.
    pub(super) names: Vec<Arc<str>>,
    /// The path as it is written.
    pub(super) text: String,
    /// The field of the state that it stands in.
    pub(super) field: &'static str,
    /// The value that has it.
    pub(super) node: &'a Node,
}

/// Returns what is known of each state's input on the ways without errors and those with, in the order of the outline.
pub(super) fn inputs(machine: &Machine<'_>) -> Vec<Shape> {
    let outline = machine.outline;
    let mut inputs: Vec<Option<Shape>> = vec![None; outline.states.len()];
    let mut rounds = vec![0_u32; outline.states.len()];
    let mut open: Vec<StateId> = Vec::new();
    let mut give = |to: Option<StateId>, shape: Shape, open: &mut Vec<StateId>, inputs: &mut Vec<Option<Shape>>| {
        let Some(to) = to else { return };
        let place = &mut inputs[to.idx()];
        let new = place.as_ref().map_or_else(|| shape.clone(), |old| old.or(&shape)).cut(DEEPEST);
        if place.as_ref() != Some(&new) {
            rounds[to.idx()] += 1;
            *place = Some(if rounds[to.idx()] > MOST_ROUNDS { Shape::Any } else { new });
            if rounds[to.idx()] <= MOST_ROUNDS + 1 {
                open.push(to);
            }
        }
    };
    give(outline.scopes.first().and_then(|it| it.start), Shape::Any, &mut open, &mut inputs);
    while let Some(id) = open.pop() {
        let (Some(state), Some(input)) = (machine.get(id), inputs[id.idx()].clone()) else { continue };
        let output = output(state, &input);
        for to in state.ways() {
            give(Some(to), output.clone(), &mut open, &mut inputs);
        }
        for catcher in &state.catchers {
            give(catcher.target, caught(state, catcher.handler.node, &input), &mut open, &mut inputs);
        }
        for &scope in &state.entry.inner {
            let inner = match state.entry.kind {
                Some(StateKind::Parallel) => effective(state, &input),
                _ => state.node.get("ItemSelector").map_or(Shape::Any, |it| template(it, state.jsonata, &Shape::Any)),
            };
            give(outline.scopes[scope.idx()].start, inner, &mut open, &mut inputs);
        }
    }
    inputs.into_iter().map(|it| it.unwrap_or(Shape::Any)).collect()
}

/// Returns what a catcher of `state` hands on.
pub(super) fn caught(state: &State<'_>, catcher: &Node, input: &Shape) -> Shape {
    if state.jsonata {
        return match catcher.get("Output") {
            None => Shape::error_output(),
            Some(output) if output.as_str().is_some_and(|it| is_exactly(it, "$states.errorOutput")) => {
                Shape::error_output()
            }
            Some(output) => template(output, true, input),
        };
    }
    place(catcher, input, Shape::error_output())
}

/// Returns `input` after `result` was put where the `ResultPath` of `node` says.
fn place(node: &Node, input: &Shape, result: Shape) -> Shape {
    match node.get("ResultPath").map(|it| &it.value) {
        None => result,
        Some(Value::Null) => input.clone(),
        Some(Value::String(text)) => match Path::parse(text) {
            Ok(path) if *path.root() == Root::Input && path.is_names() => {
                input.with(&path.leading_names().cloned().collect::<Vec<_>>(), result)
            }
            _ => Shape::Any,
        },
        Some(_) => Shape::Any,
    }
}

fn select(node: &Node, field: &str, from: &Shape) -> Shape {
    match node.get(field).map(|it| &it.value) {
        None => from.clone(),
        Some(Value::Null) => Shape::empty(),
        Some(Value::String(text)) => follow(text, from),
        Some(_) => Shape::Any,
    }
}

fn follow(text: &str, from: &Shape) -> Shape {
    match Path::parse(text) {
        Ok(path) if *path.root() == Root::Input && path.is_names() => {
            // What is not there ends the execution: nothing comes after it that could be wrong.
            from.at(path.leading_names()).unwrap_or(Shape::Any)
        }
        _ => Shape::Any,
    }
}

/// Returns what a state works on.
pub(super) fn effective(state: &State<'_>, input: &Shape) -> Shape {
    if state.jsonata {
        return state.node.get("Arguments").map_or_else(|| input.clone(), |it| template(it, true, input));
    }
    let selected = select(state.node, "InputPath", input);
    match state.node.get("Parameters") {
        Some(it) if !state.is(StateKind::Map) => template(it, false, &selected),
        _ => selected,
    }
}

/// Returns what a state hands on when nothing goes wrong.
pub(super) fn output(state: &State<'_>, input: &Shape) -> Shape {
    let is_work = state.entry.kind.is_none_or(StateKind::handles_errors);
    if state.jsonata {
        return match state.node.get("Output") {
            Some(it) => template(it, true, input),
            None if is_work => Shape::Any,
            None => input.clone(),
        };
    }
    let result = match state.entry.kind {
        Some(StateKind::Pass) => match state.node.get("Result") {
            Some(it) => literal(it),
            None => effective(state, input),
        },
        Some(StateKind::Choice | StateKind::Wait) => {
            return select(state.node, "OutputPath", &select(state.node, "InputPath", input));
        }
        _ => match state.node.get("ResultSelector") {
            Some(it) => template(it, false, &Shape::Any),
            None => Shape::Any,
        },
    };
    select(state.node, "OutputPath", &place(state.node, input, result))
}

/// Whether what a state in JSONPath hands on is its input, with at most something put into it.
pub(super) fn keeps_input(state: &State<'_>) -> bool {
    let has = |name: &str| state.node.get(name).is_some();
    let is_put_in = match state.node.get("ResultPath").map(|it| &it.value) {
        None => false,
        Some(Value::String(path)) => &**path != "$",
        Some(_) => true,
    };
    let is_same = match state.entry.kind {
        Some(StateKind::Pass) => is_put_in || !["Result", "Parameters", "InputPath"].into_iter().any(has),
        Some(StateKind::Wait | StateKind::Choice) => !has("InputPath"),
        _ => is_put_in,
    };
    is_same && !state.jsonata && !has("OutputPath")
}

fn literal(node: &Node) -> Shape {
    match &node.value {
        _ if node.tag.is_some() => Shape::Any,
        Value::Object(members) => {
            Shape::Closed(members.iter().map(|it| (Arc::clone(&it.name), literal(&it.value))).collect())
        }
        Value::Array(_) => Shape::Any,
        _ => Shape::Scalar,
    }
}

fn template(node: &Node, jsonata: bool, input: &Shape) -> Shape {
    match &node.value {
        _ if node.tag.is_some() => Shape::Any,
        Value::Object(members) => {
            let member = |it: &crate::json::source::Member| {
                let text = it.value.as_str();
                match (jsonata, it.name.strip_suffix(".$")) {
                    (false, Some(name)) => (Arc::from(name), text.map_or(Shape::Any, |it| follow(it, input))),
                    _ => (Arc::clone(&it.name), template(&it.value, jsonata, input)),
                }
            };
            Shape::Closed(members.iter().map(member).collect())
        }
        Value::String(text) if jsonata && JsonataExpr::strip(text).is_some() => {
            query_names(text).and_then(|names| input.at(&names)).unwrap_or(Shape::Any)
        }
        Value::Array(_) => Shape::Any,
        _ => Shape::Scalar,
    }
}

fn is_exactly(text: &str, expression: &str) -> bool {
    JsonataExpr::strip(text) == Some(expression)
}

/// Returns the names of an expression that is nothing but a way into the input: `{% $states.input.order.id %}`.
fn query_names(text: &str) -> Option<Vec<Arc<str>>> {
    let rest = JsonataExpr::strip(text)?.strip_prefix("$states.input")?;
    let is_name = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let names = rest.strip_prefix('.')?.split('.');
    names.map(|it| is_name(it).then(|| Arc::from(it))).collect()
}

/// Returns what `state` reads of its input and has to find there.
pub(super) fn reads<'a>(state: &State<'a>) -> Vec<Read<'a>> {
    let mut reads = Vec::new();
    if state.jsonata {
        // Only what is nothing but a way: inside an expression a missing member may be meant.
        for field in ["Arguments", "Output", "Items", "Seconds", "TimeoutSeconds", "Error", "Cause"] {
            if let Some(node) = state.node.get(field) {
                queries(node, field, &mut reads);
            }
        }
        return reads;
    }
    let base: Vec<Arc<str>> = match state.node.get("InputPath").map(|it| &it.value) {
        None => Vec::new(),
        Some(Value::String(text)) => match Path::parse(text) {
            Ok(path) if *path.root() == Root::Input && path.is_names() => {
                path_read(&path, &[], "InputPath", state.node.get("InputPath").expect("it is there"), &mut reads);
                path.leading_names().cloned().collect()
            }
            _ => return reads,
        },
        Some(_) => return reads,
    };
    let singles = [
        "ItemsPath",
        "SecondsPath",
        "TimestampPath",
        "TimeoutSecondsPath",
        "HeartbeatSecondsPath",
        "MaxConcurrencyPath",
        "ErrorPath",
        "CausePath",
    ];
    for field in singles {
        if let Some(node) = state.node.get(field) {
            // Fields beside the data read the input as it is after InputPath.
            expression(node, &base, field, &mut reads);
        }
    }
    for field in ["Parameters", "ItemSelector"] {
        if let Some(node) = state.node.get(field) {
            computed(node, &base, field, &mut reads);
        }
    }
    if state.is(StateKind::Choice)
        && let Some(node) = state.node.get("Choices")
    {
        let mut present = Vec::new();
        guarded(node, &mut present);
        variables(node, &base, &present, &mut reads);
    }
    reads
}

fn path_read<'a>(path: &Path, base: &[Arc<str>], field: &'static str, node: &'a Node, reads: &mut Vec<Read<'a>>) {
    // Behind a step that is no name, and in a list of all that match, nothing has to be there.
    if *path.root() != Root::Input || !path.is_definite() {
        return;
    }
    let names: Vec<_> = base.iter().chain(path.leading_names()).cloned().collect();
    reads.push(Read { names, text: path.text().to_string(), field, node });
}

fn expression<'a>(node: &'a Node, base: &[Arc<str>], field: &'static str, reads: &mut Vec<Read<'a>>) {
    let Some(Ok(expr)) = node.as_str().map(Expr::parse) else { return };
    expr.for_each_path(&mut |path| path_read(path, base, field, node, reads));
}

fn computed<'a>(node: &'a Node, base: &[Arc<str>], field: &'static str, reads: &mut Vec<Read<'a>>) {
    for member in node.members() {
        if member.name.ends_with(".$") {
            expression(&member.value, base, field, reads);
        } else {
            computed(&member.value, base, field, reads);
        }
    }
    node.items().iter().for_each(|it| computed(it, base, field, reads));
}

fn queries<'a>(node: &'a Node, field: &'static str, reads: &mut Vec<Read<'a>>) {
    if let Some(names) = node.as_str().and_then(query_names) {
        let text = node.as_str().and_then(JsonataExpr::strip).unwrap_or_default().to_owned();
        reads.push(Read { names, text, field, node });
    }
    node.members().iter().map(|it| &it.value).chain(node.items()).for_each(|it| queries(it, field, reads));
}

/// Finds the variables that a Choice asks about before it reads them.
fn guarded<'a>(node: &'a Node, present: &mut Vec<&'a str>) {
    if node.get("IsPresent").is_some() {
        present.extend(node.get("Variable").and_then(Node::as_str));
    }
    node.members().iter().map(|it| &it.value).chain(node.items()).for_each(|it| guarded(it, present));
}

fn variables<'a>(node: &'a Node, base: &[Arc<str>], present: &[&str], reads: &mut Vec<Read<'a>>) {
    for member in node.members() {
        let is_operand = member.name.ends_with("Path") && member.value.as_str().is_some();
        if (&*member.name == "Variable" && node.get("IsPresent").is_none()) || is_operand {
            let is_guarded = |it: &str| member.value.as_str().is_some_and(|text| text.starts_with(it));
            if !present.iter().any(|it| is_guarded(it)) {
                expression(&member.value, base, "Choices", reads);
            }
        }
        variables(&member.value, base, present, reads);
    }
    node.items().iter().for_each(|it| variables(it, base, present, reads));
}
