//! What is assumed of data that nobody gave: an input and results of tasks that have everything that is read of them.
//!
//! Everything that any state reads is looked up in the definition's text and put together: of the input everything but
//! what only catchers write, of a task what is read of the place into which its result goes. Where a Choice compares a
//! value or a Map runs over a list there are variants beside the first guess, so that the other ways are taken too.
//! Guesses widen what is explored; that something is never reached is not concluded from them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::{Outline, StateId, StateKind, StateNode, state_nodes};
use crate::json::source::{Node, Value};
use crate::json::{Json, Number};

/// Variants that are tried of one document, at most.
const MOST_VARIANTS: usize = 10;
const DEEPEST: usize = 8;

/// What is assumed.
#[derive(Debug, Default)]
pub(super) struct Assumed {
    /// Inputs of the execution, the first guess first.
    pub(super) inputs: Vec<Json>,
    /// An item of a list that is not given.
    pub(super) item: Json,
    results: BTreeMap<StateId, Vec<Json>>,
}

impl Assumed {
    pub(super) fn of(outline: &Outline, root: &Node) -> Self {
        let states = state_nodes(outline, root);
        let mut reads = Vec::new();
        let mut error_places = Vec::new();
        for state in &states {
            of_state(state, &mut reads);
            for catcher in state.node.get("Catch").map(Node::items).unwrap_or_default() {
                let path = catcher.get("ResultPath").and_then(Node::as_str).map(steps);
                error_places.extend(path.filter(|it| !it.is_empty()));
            }
        }
        reads.retain(|it| !error_places.iter().any(|place| it.steps.starts_with(place)));
        // What is read of an element of a list is read of what stands in the list, whoever put it there.
        let inner: Vec<Read> = reads.iter().flat_map(Read::inside).collect();
        let of_items = Need::all(inner.iter().chain(&reads));
        let item = of_items.value(None, 0);
        let fill = |reads: Vec<Read>| Need::all(&reads).variants(&item);
        let mut results = BTreeMap::new();
        for state in states.iter().filter(|it| outline.states[it.id.idx()].kind == Some(StateKind::Task)) {
            let all = reads.iter().chain(&inner);
            results.insert(state.id, fill(of_result(state, all)));
        }
        Self { inputs: fill(reads.clone()), item: item.clone(), results }
    }

    pub(super) fn results(&self, id: StateId) -> &[Json] {
        self.results.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// Returns the members of its input that a state cannot do without, each with the state's word for it; none where it
/// cannot be told.
pub(super) fn first_names(outline: &Outline, root: &Node, id: StateId) -> Vec<(Arc<str>, String)> {
    let Some(state) = state_nodes(outline, root).into_iter().find(|it| it.id == id) else { return Vec::new() };
    let kind = outline.states[id.idx()].kind;
    if state.jsonata || kind == Some(StateKind::Choice) {
        // A missing member may be meant there.
        return Vec::new();
    }
    let mut reads = Vec::new();
    match state.node.get("InputPath") {
        Some(path) => texts(path, "InputPath", false, &Leaf::Any, &mut reads),
        None => {
            for (name, member) in state.node.members().iter().map(|it| (&*it.name, &it.value)) {
                if name == "Parameters"
                    || name == "ItemsPath"
                    || name.ends_with("SecondsPath")
                    || name == "TimestampPath"
                {
                    texts(member, name, false, &Leaf::Any, &mut reads);
                }
            }
        }
    }
    let first = |it: Read| match it.steps.first() {
        Some(Step::Name(name)) if it.is_direct => Some((Arc::clone(name), format!("$.{name}"))),
        _ => None,
    };
    reads.into_iter().filter_map(first).collect()
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Name(Arc<str>),
    Element,
}

/// Something that a state reads.
#[derive(Clone, Debug)]
struct Read {
    steps: Vec<Step>,
    leaf: Leaf,
    /// Whether it is read of the input itself, and not by way of the context object.
    is_direct: bool,
}

/// What is known of a value at the end of a path.
#[derive(Clone, Debug, PartialEq)]
enum Leaf {
    Any,
    Number,
    Time,
    List,
    Flag,
    /// One of these makes a difference, and so does none of them.
    Among(Vec<Json>),
    /// It makes a difference whether it is there.
    Optional,
}

impl Read {
    /// Returns what it reads of elements of lists on its way.
    fn inside(&self) -> Vec<Self> {
        let after = self.steps.iter().enumerate().filter(|it| *it.1 == Step::Element);
        after
            .map(|(at, _)| Self {
                steps: self.steps[at + 1..].to_vec(),
                leaf: self.leaf.clone(),
                is_direct: self.is_direct,
            })
            .collect()
    }
}

/// Returns the steps of a path from its root on: `$.a['b'][0]` has a name, a name and an element.
fn steps(path: &str) -> Vec<Step> {
    let mut out = Vec::new();
    let mut rest = path.trim_start_matches('$');
    while out.len() < DEEPEST {
        if let Some(after) = rest.strip_prefix('[') {
            let Some((inside, after)) = after.split_once(']') else { break };
            let name = inside.strip_prefix(['\'', '"']).and_then(|it| it.strip_suffix(['\'', '"']));
            out.push(name.map_or(Step::Element, |it| Step::Name(it.into())));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(|it: char| !it.is_alphanumeric() && it != '_' && it != '-').unwrap_or(after.len());
            if end == 0 {
                break;
            }
            out.push(Step::Name(after[..end].into()));
            rest = &after[end..];
        } else {
            break;
        }
    }
    out
}

/// Returns what an intrinsic function takes for the argument that begins after `before`.
fn argument(before: &str) -> Leaf {
    let (mut depth, mut place) = (0_u32, 0_u32);
    for (at, char) in before.char_indices().rev() {
        match char {
            ')' => depth += 1,
            '(' if depth > 0 => depth -= 1,
            ',' if depth == 0 => place += 1,
            '(' => {
                let name = before[..at].rsplit(|it: char| !it.is_alphanumeric()).next().unwrap_or_default();
                return match (name, place) {
                    ("MathAdd" | "MathRandom" | "ArrayRange", _) => Leaf::Number,
                    ("ArrayPartition" | "ArrayGetItem", 1) => Leaf::Number,
                    (name, 0) if name.starts_with("Array") && name.len() > 5 => Leaf::List,
                    ("StringToJson", _) => Leaf::Among(vec![Json::from("1")]),
                    _ => Leaf::Any,
                };
            }
            _ => {}
        }
    }
    Leaf::Any
}

/// Finds the paths in a text that is a path, an intrinsic function over paths, or JSONata.
fn paths(text: &str, leaf: &Leaf, out: &mut Vec<Read>) {
    let mut from = 0;
    while let Some(at) = text[from..].find('$') {
        let begin = from + at;
        let rest = &text[begin..];
        let end = rest[1..]
            .find(|it: char| !it.is_alphanumeric() && !"_-.[]'$*:".contains(it))
            .map_or(rest.len(), |it| it + 1);
        let path = &rest[..end];
        from = begin + end;
        let from_root = ["$states.input", "$$.Map.Item.Value", "$$.Execution.Input", "$states.context.Execution.Input"];
        let from_root = from_root.iter().find_map(|it| path.strip_prefix(it));
        let own = from_root.or_else(|| path.strip_prefix('$').filter(|it| it.starts_with(['.', '['])));
        if let Some(own) = own {
            let steps = steps(own);
            let leaf = if *leaf == Leaf::Any { argument(&text[..begin]) } else { leaf.clone() };
            if !steps.is_empty() {
                out.push(Read { steps, leaf, is_direct: from_root.is_none() });
            }
        }
    }
}

/// Adds what a state reads of its input.
fn of_state(state: &StateNode<'_>, out: &mut Vec<Read>) {
    let base = state.node.get("InputPath").and_then(Node::as_str).filter(|it| !state.jsonata && !it.starts_with("$$"));
    let base = base.map(steps).unwrap_or_default();
    let first = out.len();
    fields(state, out);
    // What stands beside InputPath is read of what that selects.
    for read in out[first..].iter_mut().filter(|it| it.is_direct) {
        read.steps.splice(0..0, base.iter().cloned());
    }
    if !base.is_empty() {
        out.push(Read { steps: base, leaf: Leaf::Any, is_direct: true });
    }
}

fn fields(state: &StateNode<'_>, out: &mut Vec<Read>) {
    for member in state.node.members() {
        let leaf = match &*member.name {
            // These are no reads, or of something else than the input.
            "States" | "ItemProcessor" | "Iterator" | "Branches" | "Catch" | "Retry" | "ResultSelector"
            | "ResultPath" | "Comment" | "Resource" | "Type" | "InputPath" | "OutputPath" => continue,
            "Assign" if !state.jsonata => continue,
            "ItemsPath" => Leaf::List,
            "TimestampPath" => Leaf::Time,
            name if name.ends_with("SecondsPath") || name.ends_with("CountPath") || name == "MaxConcurrencyPath" => {
                Leaf::Number
            }
            "Choices" => {
                member.value.items().iter().for_each(|it| condition(it, out));
                continue;
            }
            _ => Leaf::Any,
        };
        texts(&member.value, &member.name, state.jsonata, &leaf, out);
    }
}

fn texts(node: &Node, name: &str, jsonata: bool, leaf: &Leaf, out: &mut Vec<Read>) {
    match &node.value {
        Value::String(text) => {
            let is_read = if jsonata { text.starts_with("{%") } else { name.ends_with(".$") || name.ends_with("Path") };
            if is_read {
                paths(text, leaf, out);
            }
        }
        Value::Object(members) => members.iter().for_each(|it| texts(&it.value, &it.name, jsonata, leaf, out)),
        Value::Array(items) => items.iter().for_each(|it| texts(it, name, jsonata, leaf, out)),
        _ => {}
    }
}

fn condition(rule: &Node, out: &mut Vec<Read>) {
    for name in ["And", "Or"] {
        rule.get(name).map(Node::items).unwrap_or_default().iter().for_each(|it| condition(it, out));
    }
    if let Some(inner) = rule.get("Not") {
        condition(inner, out);
    }
    if let Some(text) = rule.get("Condition").and_then(Node::as_str) {
        paths(text, &Leaf::Any, out);
    }
    let Some(variable) = rule.get("Variable").and_then(Node::as_str) else { return };
    for member in rule.members() {
        let operand = member.value.to_json();
        let leaf = match &*member.name {
            "Variable" | "Next" | "Comment" | "Assign" | "Output" => continue,
            name if name.ends_with("Path") => {
                let leaf = if name.starts_with("Numeric") { Leaf::Number } else { Leaf::Any };
                paths(member.value.as_str().unwrap_or_default(), &leaf, out);
                leaf
            }
            "StringMatches" => {
                let text = operand.as_str().unwrap_or_default().replace('*', "x");
                Leaf::Among(vec![Json::from(text.as_str())])
            }
            name if name.starts_with("Numeric") => {
                let number = operand.as_number().map_or(0.0, Number::as_f64);
                let around = [number, number + 1.0, number - 1.0];
                Leaf::Among(around.iter().filter_map(|it| number_of(*it)).collect())
            }
            name if name.starts_with("Boolean") => Leaf::Flag,
            name if name.starts_with("Timestamp") => Leaf::Among(vec![operand, "1970-01-01T00:00:00Z".into()]),
            "IsNumeric" => Leaf::Among(vec![Json::from(1_i64)]),
            "IsBoolean" => Leaf::Flag,
            "IsNull" => Leaf::Among(vec![Json::from("text"), Json::Null]),
            "IsTimestamp" => Leaf::Time,
            "IsPresent" => Leaf::Optional,
            "IsString" => Leaf::Any,
            _ => Leaf::Among(vec![operand]),
        };
        paths(variable, &leaf, out);
    }
}

fn number_of(value: f64) -> Option<Json> {
    if value.fract() == 0.0 { Some(Json::from(value as i64)) } else { Number::from_f64(value).map(Json::from) }
}

/// Returns what is read of the raw result of a task, in its own fields and behind it.
fn of_result<'a>(state: &StateNode<'_>, all: impl Iterator<Item = &'a Read>) -> Vec<Read> {
    let mut out = Vec::new();
    let text = |name: &str| state.node.get(name).and_then(Node::as_str);
    if state.jsonata {
        let mut own = Vec::new();
        for name in ["Output", "Assign"] {
            if let Some(node) = state.node.get(name) {
                results_in(node, &mut own);
            }
        }
        if state.node.get("Output").is_none() {
            own.extend(all.cloned());
        }
        return own;
    }
    for name in ["ResultSelector", "Assign"] {
        if let Some(node) = state.node.get(name) {
            texts(node, name, false, &Leaf::Any, &mut out);
        }
    }
    let place = text("ResultPath").map(steps).unwrap_or_default();
    let all: Vec<&Read> = all.collect();
    // What a later state takes for a number or a list comes from the result by way of the selector.
    for member in state.node.get("ResultSelector").map(Node::members).unwrap_or_default() {
        let (Some(name), Some(path)) = (member.name.strip_suffix(".$"), member.value.as_str()) else { continue };
        let mut selected = place.clone();
        selected.push(Step::Name(name.into()));
        for read in &all {
            if let Some(below) = read.steps.strip_prefix(&selected[..]) {
                let steps = steps(path).iter().chain(below).cloned().collect();
                out.push(Read { steps, leaf: read.leaf.clone(), is_direct: true });
            }
        }
    }
    if state.node.get("ResultSelector").is_some()
        || state.node.member("ResultPath").is_some_and(|it| is_null(&it.value))
    {
        return out;
    }
    let output = text("OutputPath").map(steps).unwrap_or_default();
    for read in all {
        let whole: Vec<Step> = output.iter().chain(&read.steps).cloned().collect();
        if let Some(below) = whole.strip_prefix(&place[..]) {
            out.push(Read { steps: below.to_vec(), leaf: read.leaf.clone(), is_direct: true });
        }
    }
    if let Some(below) = output.strip_prefix(&place[..]).filter(|it| !it.is_empty()) {
        out.push(Read { steps: below.to_vec(), leaf: Leaf::Any, is_direct: true });
    }
    out
}

fn is_null(node: &Node) -> bool {
    matches!(node.value, Value::Null)
}

fn results_in(node: &Node, out: &mut Vec<Read>) {
    if let Some(text) = node.as_str() {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("$states.result") {
            let steps = steps(after);
            out.push(Read { steps, leaf: Leaf::Any, is_direct: true });
            rest = after;
        }
    }
    node.members().iter().for_each(|it| results_in(&it.value, out));
    node.items().iter().for_each(|it| results_in(it, out));
}

/// The names that lead to a value, and what stands there instead.
type Way<'a> = (Vec<&'a Arc<str>>, Option<Json>);

/// Everything that is read of a value.
#[derive(Debug, Default)]
struct Need {
    members: BTreeMap<Arc<str>, Need>,
    element: Option<Box<Need>>,
    leaves: Vec<Leaf>,
}

impl Need {
    fn all<'a>(reads: impl IntoIterator<Item = &'a Read>) -> Self {
        let mut root = Self::default();
        for read in reads {
            let mut at = &mut root;
            for step in &read.steps {
                at = match step {
                    Step::Name(name) => at.members.entry(Arc::clone(name)).or_default(),
                    Step::Element => at.element.get_or_insert_default(),
                };
            }
            if !at.leaves.contains(&read.leaf) {
                at.leaves.push(read.leaf.clone());
            }
        }
        root
    }

    fn is_list(&self) -> bool {
        self.members.is_empty() && (self.element.is_some() || self.leaves.contains(&Leaf::List))
    }

    /// Returns the values that make a difference here, the first guess first.
    fn values(&self, item: &Json) -> Vec<Json> {
        if !self.members.is_empty() {
            return Vec::new();
        }
        if self.is_list() {
            let one = self.element.as_ref().map_or_else(|| item.clone(), |it| it.value(None, 1));
            let two = [one.clone(), one.clone()];
            return vec![Json::array([one]), Json::array([]), Json::array(two)];
        }
        let mut values: Vec<Json> = Vec::new();
        for leaf in &self.leaves {
            let these = match leaf {
                Leaf::Any | Leaf::List | Leaf::Optional => continue,
                Leaf::Number => vec![Json::from(1_i64)],
                Leaf::Time => vec![Json::from("2030-01-01T00:00:00Z")],
                Leaf::Flag => vec![Json::Bool(true), Json::Bool(false)],
                Leaf::Among(values) => values.clone(),
            };
            values.extend(these.into_iter().filter(|it| !values.contains(it)).collect::<Vec<_>>());
        }
        let is_text = values.iter().all(|it| it.as_str().is_some());
        if is_text {
            values.push(Json::from("text"));
        }
        values
    }

    /// Returns a value with everything; at the place `changed` the other value, or nothing.
    fn value(&self, changed: Option<(&[&Arc<str>], &Option<Json>)>, depth: usize) -> Json {
        if let Some(([], Some(value))) = changed {
            return value.clone();
        }
        if self.members.is_empty() || depth > DEEPEST {
            let item = Json::object::<&str>([]);
            return self.values(&item).into_iter().next().unwrap_or_else(|| Json::from("text"));
        }
        let member = |(name, need): (&Arc<str>, &Self)| {
            let inner = changed.and_then(|(way, value)| match way.split_first() {
                Some((first, rest)) if *first == name => Some((rest, value)),
                _ => None,
            });
            (Arc::clone(name), need.value(inner, depth + 1))
        };
        let is_left_out = |name: &Arc<str>| matches!(changed, Some(([only], None)) if *only == name);
        Json::object(self.members.iter().filter(|it| !is_left_out(it.0)).map(member))
    }

    /// Returns the first guess, and documents in which one value is another one.
    fn variants(&self, item: &Json) -> Vec<Json> {
        if self.members.is_empty() {
            let mut own = self.values(item);
            if own.len() == 1 && own[0].as_str() == Some("text") {
                own = vec![Json::object::<&str>([])];
            }
            return own;
        }
        let mut ways = Vec::new();
        self.ways(&mut Vec::new(), item, &mut ways);
        let mut all = vec![self.value(None, 0)];
        for (way, value) in &ways {
            let other = self.value(Some((way, value)), 0);
            if !all.contains(&other) && all.len() < MOST_VARIANTS {
                all.push(other);
            }
        }
        all
    }

    fn ways<'a>(&'a self, way: &mut Vec<&'a Arc<str>>, item: &Json, out: &mut Vec<Way<'a>>) {
        if way.len() > DEEPEST {
            return;
        }
        for (name, need) in &self.members {
            way.push(name);
            // A list that is not given has items that have everything; the first guess already has one without.
            let others = need.values(item);
            let skipped = usize::from(!need.is_list());
            out.extend(others.into_iter().skip(skipped).map(|it| (way.clone(), Some(it))));
            if need.leaves.contains(&Leaf::Optional) {
                out.push((way.clone(), None));
            }
            need.ways(way, item, out);
            way.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::Definition;
    use crate::json::{source, text};

    fn assumed(definition: &str) -> (Assumed, Arc<Outline>) {
        let root = source::parse(definition).0.expect("a definition");
        let outline = Definition::read(&root).outline;
        (Assumed::of(&outline, &root), outline)
    }

    #[test]
    fn a_result_has_what_is_read_of_the_place_that_it_goes_to() {
        let (assumed, outline) = assumed(
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Task", "Resource": "arn:aws:lambda:::function:a", "ResultPath": "$.a", "Next": "B",
                    "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}]},
                "B": {"Type": "Pass", "Parameters": {"x.$": "$.a.b[0].c", "y.$": "$.id", "z.$": "$.error.Cause"},
                    "End": true}
            }}"#,
        );
        let of_a = assumed.results(outline.find("A").expect("A"));
        assert_eq!(text::compact(&of_a[0]), r#"{"b":[{"c":"text"}]}"#);
        let input = text::compact(&assumed.inputs[0]);
        assert!(input.contains("\"id\"") && !input.contains("error"), "{input}");
    }

    #[test]
    fn a_choice_makes_variants() {
        let (assumed, outline) = assumed(
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Task", "Resource": "arn:aws:lambda:::function:a", "OutputPath": "$.Payload", "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.status", "StringEquals": "DONE", "Next": "D"},
                    {"Variable": "$.n", "NumericGreaterThan": 5, "Next": "D"}], "Default": "A"},
                "D": {"Type": "Succeed"}
            }}"#,
        );
        let of_a: Vec<String> = assumed.results(outline.find("A").expect("A")).iter().map(text::compact).collect();
        assert_eq!(of_a[0], r#"{"Payload":{"n":5,"status":"DONE"}}"#);
        assert!(of_a.contains(&r#"{"Payload":{"n":6,"status":"DONE"}}"#.to_owned()), "{of_a:?}");
        assert!(of_a.contains(&r#"{"Payload":{"n":5,"status":"text"}}"#.to_owned()), "{of_a:?}");
    }
}
