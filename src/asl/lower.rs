//! From the tree of a text to a [`Program`]: reads every field of every state and reports what is wrong.
//!
//! Returns nothing where a field that the engine needs is missing; the diagnostics then say which.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, has_errors};
use crate::expr::{Expr, Path, ReferencePath, Template};
use crate::json::source::{Node, Value};
use crate::time::Timestamp;

use super::choice;
use super::fields::Fields;
use super::outline::{Outline, ScopeId, StateId, StateKind};
use super::program::{
    Action, Amount, Catcher, DataFlow, Delay, Handlers, Map, Next, Program, Resource, ResultPath, Retrier, Rule, Select,
    State, Task, Text,
};

/// The longest wait and the most attempts that the service takes.
const MOST: i64 = 99_999_999;

const MACHINE: &[&str] = &["Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage"];
const COMMON: &[&str] = &["Type", "Comment", "QueryLanguage", "Assign", "Output", "InputPath", "OutputPath"];
const FLOW: &[&str] = &["Next", "End"];
const RESULT: &[&str] = &["ResultPath", "Parameters", "Arguments"];
const HANDLED: &[&str] = &["ResultSelector", "Retry", "Catch"];

/// Reads the whole definition.
pub(super) fn lower(outline: &Arc<Outline>, root: &Node, out: &mut Vec<Diagnostic>) -> Option<Program> {
    let machine = Fields::new(root, "", "the definition");
    if !matches!(root.value, Value::Object(_)) {
        let message = format!("the definition is {}, not an object", root.type_name());
        let help = "a definition is an object with StartAt and States";
        out.push(Diagnostic::error("ASL001", message).at("", root.span).help(help));
        return None;
    }
    machine.unknown(&[MACHINE], out);
    let timeout_secs = machine.whole("TimeoutSeconds", 1, MOST, out);
    let mut lowering = Lowering { outline, jsonata: is_jsonata(&machine, false, out), runnable: true, states: Vec::new(), starts: Vec::new() };
    lowering.scope(&machine, ScopeId::ROOT, out);
    let Lowering { states, starts, runnable, .. } = lowering;
    if !runnable || has_errors(out) {
        return None;
    }
    let states = states.into_iter().collect::<Option<Vec<State>>>()?;
    let starts = starts.into_iter().collect::<Option<Vec<StateId>>>()?;
    Some(Program { outline: Arc::clone(outline), states, starts, timeout_secs })
}

/// Parses the path in the member `name`; reports where it is none.
pub(super) fn path(fields: &Fields<'_>, name: &str, text: &str, out: &mut Vec<Diagnostic>) -> Option<Path> {
    match Path::parse(text) {
        Ok(path) => Some(path),
        Err(error) => {
            out.push(bad_path(fields, name, text, &error.message));
            None
        }
    }
}

fn bad_path(fields: &Fields<'_>, name: &str, text: &str, why: &str) -> Diagnostic {
    let help = "a path begins with $ and names members, for example $.order.items[0]";
    fields.wrong(name, "ASL008", &format!("a {name} {text:?} that is no path: {why}")).help(help)
}

fn is_jsonata(fields: &Fields<'_>, inherited: bool, out: &mut Vec<Diagnostic>) -> bool {
    match fields.string("QueryLanguage", out) {
        None => inherited,
        Some("JSONata") => true,
        Some("JSONPath") => {
            if inherited {
                let what = "a QueryLanguage of JSONPath inside a machine whose QueryLanguage is JSONata";
                out.push(fields.wrong("QueryLanguage", "ASL004", what));
            }
            false
        }
        Some(other) => {
            out.push(fields.wrong("QueryLanguage", "ASL004", &format!("an unknown QueryLanguage {other:?}")).help("write JSONPath or JSONata"));
            inherited
        }
    }
}

struct Lowering<'a> {
    outline: &'a Arc<Outline>,
    /// Whether the machine's own query language is JSONata.
    jsonata: bool,
    /// Whether everything so far can be run by this version.
    runnable: bool,
    states: Vec<Option<State>>,
    starts: Vec<Option<StateId>>,
}

impl Lowering<'_> {
    /// Reads one `States` block; `block.node` is the object that has it.
    fn scope(&mut self, block: &Fields<'_>, id: ScopeId, out: &mut Vec<Diagnostic>) {
        let scope = &self.outline.scopes[id.idx()];
        self.starts.push(scope.start);
        let start = block.required_string("StartAt", "name the first state", out);
        if !block.has("States") {
            out.push(block.missing("States", "add States with at least one state"));
        }
        if block.object("States", out).is_some_and(|it| it.members().is_empty()) {
            out.push(block.wrong("States", "ASL004", "no state in States").help("add at least one state"));
        } else if let (Some(name), None) = (start, scope.start) {
            out.push(self.no_such_state(block, "StartAt", name, id));
        }
        for &state in &scope.states.clone() {
            self.state(state, block, out);
        }
    }

    fn no_such_state(&self, fields: &Fields<'_>, field: &str, name: &str, scope: ScopeId) -> Diagnostic {
        let span = fields.get(field).map_or(fields.node.span, |it| it.span);
        let message = format!("{} has a {field} that leads to {name:?}, which is no state here", fields.owner);
        let diagnostic = Diagnostic::error("ASL009", message).at(fields.pointer_to(field), span);
        let names = || self.outline.scopes[scope.idx()].states.iter().map(|&id| self.outline.name(id));
        let near = names().find(|it| it.eq_ignore_ascii_case(name) || super::fields::distance(it, name) <= 2);
        if let Some(near) = near {
            return diagnostic.help(format!("did you mean {near:?}?"));
        }
        if self.outline.find(name).is_some() {
            return diagnostic.help("a transition cannot leave or enter the branches of a Parallel or Map");
        }
        diagnostic.help(format!("add a state {name:?} or name one of: {}", names().take(5).collect::<Vec<_>>().join(", ")))
    }

    fn state(&mut self, id: StateId, block: &Fields<'_>, out: &mut Vec<Diagnostic>) {
        let outline = Arc::clone(self.outline);
        let entry = &outline.states[id.idx()];
        let Some(node) = block.get("States").and_then(|it| it.get(&entry.name)) else { return };
        let fields = Fields::new(node, &*entry.pointer, format!("state {:?}", &*entry.name));
        if !matches!(node.value, Value::Object(_)) {
            let message = format!("{} is {}, not an object", fields.owner, node.type_name());
            out.push(Diagnostic::error("ASL003", message).at(fields.pointer, node.span));
            self.states.push(None);
            return;
        }
        if entry.name.chars().count() > 80 {
            let message = format!("{} has a name of more than 80 characters", fields.owner);
            out.push(Diagnostic::error("ASL004", message).at(fields.pointer.clone(), entry.name_span).help("shorten the name"));
        }
        let place = self.states.len();
        self.states.push(None);
        let kind_name = fields.required_string("Type", "name one of the eight types, for example Task", out);
        let Some(kind) = entry.kind else {
            if let Some(name) = kind_name {
                let types = StateKind::ALL.map(StateKind::name);
                let near = types.into_iter().find(|it| it.eq_ignore_ascii_case(name) || super::fields::distance(it, name) <= 2);
                let help = near.map_or_else(|| format!("the types are {}", types.join(", ")), |it| format!("did you mean {it:?}?"));
                out.push(fields.wrong("Type", "ASL010", &format!("an unknown Type {name:?}")).help(help));
            }
            return;
        };
        if is_jsonata(&fields, self.jsonata, out) {
            // Its fields are another language's; until that is built, the state is drawn but not read.
            self.not_yet(&fields, "QueryLanguage", "uses JSONata", out);
            for &scope in &entry.inner {
                self.skip_scope(scope);
            }
            return;
        }
        let action = self.action(kind, &fields, id, out);
        let data = data_flow(kind, &fields, out);
        let handlers = self.handlers(kind, &fields, entry.scope, out);
        let next = self.next(kind, &fields, entry.scope, out);
        self.states[place] = (|| {
            Some(State { name: Arc::clone(&entry.name), data: data?, action: action?, handlers: handlers?, next: next? })
        })();
    }

    /// Notes that a feature cannot be run by this version, which is no fault of the definition.
    fn not_yet(&mut self, fields: &Fields<'_>, name: &str, what: &str, out: &mut Vec<Diagnostic>) {
        self.runnable = false;
        let span = fields.get(name).map_or(fields.node.span, |it| it.span);
        let message = format!("{} {what}, which this version of Stepscope draws but does not run", fields.owner);
        out.push(Diagnostic::warning("RUN001", message).at(fields.pointer.clone(), span));
    }

    /// Keeps the places of the states of a scope that is not read.
    fn skip_scope(&mut self, id: ScopeId) {
        self.starts.push(None);
        let outline = Arc::clone(self.outline);
        for &state in &outline.scopes[id.idx()].states {
            self.states.push(None);
            for &inner in &outline.states[state.idx()].inner {
                self.skip_scope(inner);
            }
        }
    }

    fn next(&self, kind: StateKind, fields: &Fields<'_>, scope: ScopeId, out: &mut Vec<Diagnostic>) -> Option<Next> {
        if kind.is_terminal() || kind == StateKind::Choice {
            return Some(Next::End);
        }
        let end = fields.bool("End", out).unwrap_or(false);
        match (fields.string("Next", out), end) {
            (Some(_), true) => {
                out.push(fields.wrong("End", "ASL011", "both Next and End").help("remove one of the two"));
                None
            }
            (Some(name), false) => match self.outline.find_in(scope, name) {
                Some(id) => Some(Next::To(id)),
                None => {
                    out.push(self.no_such_state(fields, "Next", name, scope));
                    None
                }
            },
            (None, true) => Some(Next::End),
            (None, false) => {
                if !fields.has("Next") {
                    let help = "add Next with the name of the following state, or \"End\": true";
                    out.push(fields.missing("Next", help));
                }
                None
            }
        }
    }

    fn action(&mut self, kind: StateKind, fields: &Fields<'_>, id: StateId, out: &mut Vec<Diagnostic>) -> Option<Action> {
        let scope = self.outline.states[id.idx()].scope;
        match kind {
            StateKind::Pass => {
                fields.unknown(&[COMMON, FLOW, RESULT, &["Result"]], out);
                Some(Action::Pass { result: fields.get("Result").map(Node::to_json) })
            }
            StateKind::Task => task(fields, out).map(Action::Task),
            StateKind::Choice => self.choice(fields, scope, out),
            StateKind::Wait => {
                fields.unknown(&[COMMON, FLOW, &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]], out);
                delay(fields, out).map(Action::Wait)
            }
            StateKind::Succeed => {
                fields.unknown(&[COMMON], out);
                Some(Action::Succeed)
            }
            StateKind::Fail => {
                fields.unknown(&[COMMON, &["Error", "ErrorPath", "Cause", "CausePath"]], out);
                let error = failure_text(fields, "Error", "ErrorPath", out);
                let cause = failure_text(fields, "Cause", "CausePath", out);
                Some(Action::Fail { error: error?, cause: cause? })
            }
            StateKind::Parallel => {
                fields.unknown(&[COMMON, FLOW, RESULT, HANDLED, &["Branches"]], out);
                if !fields.has("Branches") {
                    out.push(fields.missing("Branches", "add Branches with at least one branch"));
                }
                let items = fields.list("Branches", out);
                if items.is_some_and(<[Node]>::is_empty) {
                    out.push(fields.wrong("Branches", "ASL004", "no branch").help("add at least one branch"));
                }
                let branches = self.outline.states[id.idx()].inner.clone();
                for (branch, (&inner, node)) in branches.iter().zip(items.unwrap_or_default()).enumerate() {
                    let pointer = format!("{}/{branch}", fields.pointer_to("Branches"));
                    let block = Fields::new(node, pointer, format!("branch {} of {}", branch + 1, fields.owner));
                    block.unknown(&[&["StartAt", "States", "Comment", "QueryLanguage"]], out);
                    self.scope(&block, inner, out);
                }
                Some(Action::Parallel { branches })
            }
            StateKind::Map => self.map(fields, id, out),
        }
    }

    fn choice(&self, fields: &Fields<'_>, scope: ScopeId, out: &mut Vec<Diagnostic>) -> Option<Action> {
        fields.unknown(&[COMMON, &["Choices", "Default"]], out);
        if !fields.has("Choices") {
            out.push(fields.missing("Choices", "add Choices with at least one rule"));
        }
        let items = fields.list("Choices", out)?;
        if items.is_empty() {
            out.push(fields.wrong("Choices", "ASL004", "no rule in Choices").help("add at least one rule"));
        }
        let mut rules = Vec::new();
        for (idx, node) in items.iter().enumerate() {
            let pointer = format!("{}/{idx}", fields.pointer_to("Choices"));
            let rule = Fields::new(node, pointer, format!("rule {} of {}", idx + 1, fields.owner));
            let condition = choice::read(&rule, out);
            let next = rule.required_string("Next", "name the state that the rule leads to", out);
            let target = next.and_then(|name| {
                let found = self.outline.find_in(scope, name);
                if found.is_none() {
                    out.push(self.no_such_state(&rule, "Next", name, scope));
                }
                found
            });
            let assign = template(&rule, "Assign", out);
            rules.push((|| Some(Rule { condition: condition?, next: target?, assign: assign? }))());
        }
        let default = match fields.string("Default", out) {
            None => None,
            Some(name) => {
                let found = self.outline.find_in(scope, name);
                if found.is_none() {
                    out.push(self.no_such_state(fields, "Default", name, scope));
                }
                Some(found?)
            }
        };
        Some(Action::Choice { rules: rules.into_iter().collect::<Option<_>>()?, default })
    }

    fn map(&mut self, fields: &Fields<'_>, id: StateId, out: &mut Vec<Diagnostic>) -> Option<Action> {
        const MAP: &[&str] = &[
            "ItemProcessor", "Iterator", "ItemsPath", "Items", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter",
            "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailureCount", "ToleratedFailureCountPath",
            "ToleratedFailurePercentage", "ToleratedFailurePercentagePath", "Label",
        ];
        fields.unknown(&[COMMON, FLOW, RESULT, HANDLED, MAP], out);
        let field = if fields.has("ItemProcessor") { "ItemProcessor" } else { "Iterator" };
        let processor = self.outline.states[id.idx()].inner.first().copied();
        let Some(processor) = processor else {
            out.push(fields.missing("ItemProcessor", "add the states that run for each item"));
            return None;
        };
        let node = fields.object(field, out)?;
        let block = Fields::new(node, fields.pointer_to(field), format!("the {field} of {}", fields.owner));
        block.unknown(&[&["StartAt", "States", "Comment", "ProcessorConfig", "QueryLanguage"]], out);
        self.scope(&block, processor, out);
        let mode = node.get("ProcessorConfig").and_then(|it| it.get("Mode")).and_then(Node::as_str);
        if mode == Some("DISTRIBUTED") {
            self.not_yet(fields, field, "is a distributed Map", out);
            return None;
        }
        let items = match fields.string("ItemsPath", out) {
            Some(text) => Some(path(fields, "ItemsPath", text, out)?),
            None => None,
        };
        let name = if fields.has("ItemSelector") { "ItemSelector" } else { "Parameters" };
        let selector = template(fields, name, out);
        let max_concurrency = amount(fields, "MaxConcurrency", "MaxConcurrencyPath", 0, out);
        let tolerated_count = amount(fields, "ToleratedFailureCount", "ToleratedFailureCountPath", 0, out);
        let tolerated_percentage = amount(fields, "ToleratedFailurePercentage", "ToleratedFailurePercentagePath", 0, out);
        Some(Action::Map(Map {
            processor,
            items,
            selector: selector?,
            max_concurrency: max_concurrency?.unwrap_or(Amount::Fixed(0)),
            tolerated_count: tolerated_count?,
            tolerated_percentage: tolerated_percentage?,
        }))
    }

    fn handlers(&self, kind: StateKind, fields: &Fields<'_>, scope: ScopeId, out: &mut Vec<Diagnostic>) -> Option<Handlers> {
        if !kind.handles_errors() {
            return Some(Handlers::default());
        }
        let mut retry = Vec::new();
        let nodes = fields.list("Retry", out).unwrap_or_default();
        for (idx, node) in nodes.iter().enumerate() {
            let pointer = format!("{}/{idx}", fields.pointer_to("Retry"));
            let it = Fields::new(node, pointer, format!("retrier {} of {}", idx + 1, fields.owner));
            retry.push(retrier(&it, idx + 1 == nodes.len(), out));
        }
        let mut catch = Vec::new();
        let nodes = fields.list("Catch", out).unwrap_or_default();
        for (idx, node) in nodes.iter().enumerate() {
            let pointer = format!("{}/{idx}", fields.pointer_to("Catch"));
            let it = Fields::new(node, pointer, format!("catcher {} of {}", idx + 1, fields.owner));
            catch.push(self.catcher(&it, idx + 1 == nodes.len(), scope, out));
        }
        Some(Handlers { retry: retry.into_iter().collect::<Option<_>>()?, catch: catch.into_iter().collect::<Option<_>>()? })
    }

    fn catcher(&self, fields: &Fields<'_>, last: bool, scope: ScopeId, out: &mut Vec<Diagnostic>) -> Option<Catcher> {
        fields.unknown(&[&["ErrorEquals", "Next", "ResultPath", "Comment", "Assign", "Output"]], out);
        let errors = fields.names("ErrorEquals", out);
        wildcard(fields, &errors, last, out);
        let name = fields.required_string("Next", "name the state that takes over", out);
        let next = name.and_then(|name| {
            let found = self.outline.find_in(scope, name);
            if found.is_none() {
                out.push(self.no_such_state(fields, "Next", name, scope));
            }
            found
        });
        let result_path = result_path(fields, out);
        let assign = template(fields, "Assign", out);
        Some(Catcher { errors, next: next?, result_path: result_path?, assign: assign? })
    }
}

fn retrier(fields: &Fields<'_>, last: bool, out: &mut Vec<Diagnostic>) -> Option<Retrier> {
    let known = &["ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"];
    fields.unknown(&[known], out);
    let n_before = out.len();
    let errors = fields.names("ErrorEquals", out);
    wildcard(fields, &errors, last, out);
    let interval_secs = fields.whole("IntervalSeconds", 1, MOST, out).unwrap_or(1);
    let max_attempts = fields.whole("MaxAttempts", 0, MOST, out).unwrap_or(3) as u32;
    let max_delay_secs = fields.whole("MaxDelaySeconds", 1, 31_622_400, out);
    let backoff_rate = match fields.get("BackoffRate").map(|it| &it.value) {
        None => 2.0,
        Some(Value::Number(rate)) if rate.as_f64() >= 1.0 => rate.as_f64(),
        Some(_) => {
            let help = "1 keeps the interval, 2 doubles it each time";
            out.push(fields.wrong("BackoffRate", "ASL004", "a BackoffRate that is not a number of at least 1").help(help));
            2.0
        }
    };
    let full_jitter = match fields.string("JitterStrategy", out) {
        None | Some("NONE") => false,
        Some("FULL") => true,
        Some(other) => {
            out.push(fields.wrong("JitterStrategy", "ASL004", &format!("an unknown JitterStrategy {other:?}")).help("write FULL or NONE"));
            false
        }
    };
    let sound = !has_errors(&out[n_before..]);
    sound.then_some(Retrier { errors, interval_secs, max_attempts, backoff_rate, max_delay_secs, full_jitter })
}

/// `States.ALL` has to stand alone and last (ASL, "Error Handling").
fn wildcard(fields: &Fields<'_>, errors: &[Arc<str>], last: bool, out: &mut Vec<Diagnostic>) {
    if !errors.iter().any(|it| &**it == "States.ALL") {
        return;
    }
    if errors.len() > 1 {
        let help = "keep States.ALL alone, or remove it";
        out.push(fields.wrong("ErrorEquals", "ASL012", "States.ALL beside other names").help(help));
    } else if !last {
        let help = "move it to the end: what comes after it is never read";
        out.push(fields.wrong("ErrorEquals", "ASL012", "States.ALL but is not the last").help(help));
    }
}

fn data_flow(kind: StateKind, fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<DataFlow> {
    let input_path = select(fields, "InputPath", out);
    let output_path = select(fields, "OutputPath", out);
    // A Map's Parameters are an older name of its ItemSelector and are read there.
    let parameters = if kind == StateKind::Map { Some(None) } else { template(fields, "Parameters", out) };
    let result_selector = template(fields, "ResultSelector", out);
    let result_path = result_path(fields, out);
    let assign = template(fields, "Assign", out);
    Some(DataFlow {
        input_path: input_path?,
        parameters: parameters?,
        result_selector: result_selector?,
        result_path: result_path?,
        output_path: output_path?,
        assign: assign?,
    })
}

fn select(fields: &Fields<'_>, name: &str, out: &mut Vec<Diagnostic>) -> Option<Select> {
    match fields.get(name).map(|it| &it.value) {
        None => Some(Select::All),
        Some(Value::Null) => Some(Select::Nothing),
        Some(_) => {
            let text = fields.string(name, out)?;
            if text == "$" { Some(Select::All) } else { path(fields, name, text, out).map(Select::Path) }
        }
    }
}

fn result_path(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<ResultPath> {
    match fields.get("ResultPath").map(|it| &it.value) {
        None => Some(ResultPath::Replace),
        Some(Value::Null) => Some(ResultPath::Discard),
        Some(_) => {
            let text = fields.string("ResultPath", out)?;
            if text == "$" {
                return Some(ResultPath::Replace);
            }
            match ReferencePath::parse(text) {
                Ok(path) => Some(ResultPath::At(path)),
                Err(error) => {
                    out.push(bad_path(fields, "ResultPath", text, &error.message));
                    None
                }
            }
        }
    }
}

/// Reads a payload template; `Some(None)` where there is none.
fn template(fields: &Fields<'_>, name: &str, out: &mut Vec<Diagnostic>) -> Option<Option<Template>> {
    let Some(node) = fields.get(name) else { return Some(None) };
    let (template, diagnostics) = Template::parse(node, &fields.pointer_to(name));
    let sound = !has_errors(&diagnostics);
    out.extend(diagnostics);
    sound.then_some(Some(template))
}

fn task(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<Task> {
    const TASK: &[&str] =
        &["Resource", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath", "Credentials"];
    fields.unknown(&[COMMON, FLOW, RESULT, HANDLED, TASK], out);
    let resource = fields.required_string("Resource", "name what to call, for example arn:aws:states:::lambda:invoke", out);
    let timeout = amount(fields, "TimeoutSeconds", "TimeoutSecondsPath", 1, out);
    let heartbeat = amount(fields, "HeartbeatSeconds", "HeartbeatSecondsPath", 1, out);
    if let (Some(Some(Amount::Fixed(timeout))), Some(Some(Amount::Fixed(heartbeat)))) = (&timeout, &heartbeat)
        && heartbeat >= timeout
    {
        let what = format!("a HeartbeatSeconds of {heartbeat} that is not smaller than its TimeoutSeconds of {timeout}");
        out.push(fields.wrong("HeartbeatSeconds", "ASL013", &what).help("make the heartbeat shorter"));
    }
    let credentials = template(fields, "Credentials", out);
    Some(Task { resource: Resource::of(resource?), timeout: timeout?, heartbeat: heartbeat?, credentials: credentials? })
}

/// Reads a whole number that is written down or read by a path; `Some(None)` where there is neither.
fn amount(fields: &Fields<'_>, name: &str, by_path: &'static str, least: i64, out: &mut Vec<Diagnostic>) -> Option<Option<Amount>> {
    match (fields.has(name), fields.has(by_path)) {
        (true, true) => {
            out.push(fields.wrong(by_path, "ASL011", &format!("both {name} and {by_path}")).help("remove one of the two"));
            None
        }
        (true, false) => fields.whole(name, least, MOST, out).map(|it| Some(Amount::Fixed(it))),
        (false, true) => {
            let text = fields.string(by_path, out)?;
            path(fields, by_path, text, out).map(|it| Some(Amount::Path(it, by_path)))
        }
        (false, false) => Some(None),
    }
}

fn delay(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<Delay> {
    const NAMES: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
    let given: Vec<&str> = NAMES.into_iter().filter(|it| fields.has(it)).collect();
    let [name] = given[..] else {
        if given.is_empty() {
            out.push(fields.missing("Seconds", "add Seconds, SecondsPath, Timestamp or TimestampPath"));
        } else {
            let what = format!("both {} and {}", given[0], given[1]);
            out.push(fields.wrong(given[1], "ASL011", &what).help("remove one of the two"));
        }
        return None;
    };
    match name {
        "Seconds" => fields.whole(name, 0, MOST, out).map(Delay::Seconds),
        "Timestamp" => {
            let text = fields.string(name, out)?;
            let parsed = Timestamp::parse(text);
            if parsed.is_none() {
                let help = "write it as 2016-03-14T01:59:00Z";
                out.push(fields.wrong(name, "ASL007", &format!("a {name} that is no timestamp")).help(help));
            }
            parsed.map(Delay::Timestamp)
        }
        _ => {
            let parsed = path(fields, name, fields.string(name, out)?, out)?;
            Some(if name == "SecondsPath" { Delay::SecondsPath(parsed) } else { Delay::TimestampPath(parsed) })
        }
    }
}

fn failure_text(fields: &Fields<'_>, name: &str, by_path: &'static str, out: &mut Vec<Diagnostic>) -> Option<Option<Text>> {
    if fields.has(name) && fields.has(by_path) {
        out.push(fields.wrong(by_path, "ASL011", &format!("both {name} and {by_path}")).help("remove one of the two"));
        return None;
    }
    if fields.has(by_path) {
        let text = fields.string(by_path, out)?;
        return match Expr::parse(text) {
            Ok(expr) => Some(Some(Text::Expr(expr, by_path))),
            Err(error) => {
                out.push(bad_path(fields, by_path, text, &error.message));
                None
            }
        };
    }
    match fields.has(name) {
        true => fields.string(name, out).map(|it| Some(Text::Fixed(it.into()))),
        false => Some(None),
    }
}
