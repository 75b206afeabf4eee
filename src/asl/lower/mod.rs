//! From the tree of a text to a [`Program`]: reads every field of every state and reports what is wrong.
//!
//! Returns nothing where a field that the engine needs is missing; the diagnostics then say which.

mod distributed;
mod parts;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Fix, has_errors};
use crate::json::source::{Node, Value};
use crate::json::text::write_quoted;

use parts::{
    COMMON, FLOW, HANDLED, MOST, RESULT, amount, catch_output, data_flow, delay, failure_text, items, percentage,
    retrier, task, template, wildcard,
};
pub(super) use parts::{path, query};

use super::choice;
use super::fields::{Fields, Language, nearest};
use super::outline::{Outline, ScopeId, StateId, StateKind};
use super::program::{Action, Amount, Catcher, Handlers, Map, Next, Program, Rule, State};
use super::service;

/// Returns a name as JSON writes it, which YAML reads too.
fn quoted(name: &str) -> String {
    let mut out = String::new();
    write_quoted(name, &mut out);
    out
}

const MACHINE: &[&str] = &["Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage"];

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
    let mut lowering = Lowering {
        outline,
        language: language(&machine, Language::JsonPath, out),
        runnable: true,
        states: Vec::new(),
        starts: Vec::new(),
    };
    lowering.scope(&machine, ScopeId::ROOT, out);
    let Lowering { states, starts, runnable, .. } = lowering;
    if !runnable || has_errors(out) {
        return None;
    }
    let states = states.into_iter().collect::<Option<Vec<State>>>()?;
    let starts = starts.into_iter().collect::<Option<Vec<StateId>>>()?;
    Some(Program { outline: Arc::clone(outline), states, starts, timeout_secs, written: Arc::default() })
}

/// Returns the query language that the machine or the state has, where `inherited` is the one around it.
fn language(fields: &Fields<'_>, inherited: Language, out: &mut Vec<Diagnostic>) -> Language {
    match fields.string("QueryLanguage", out) {
        None => inherited,
        Some("JSONata") => Language::Jsonata,
        Some("JSONPath") => {
            if inherited == Language::Jsonata {
                let what = "a QueryLanguage of JSONPath inside a machine whose QueryLanguage is JSONata";
                out.push(fields.wrong("QueryLanguage", "ASL004", what));
            }
            Language::JsonPath
        }
        Some(other) => {
            out.push(
                fields
                    .wrong("QueryLanguage", "ASL004", &format!("an unknown QueryLanguage {other:?}"))
                    .help("write JSONPath or JSONata"),
            );
            inherited
        }
    }
}

struct Lowering<'a> {
    outline: &'a Arc<Outline>,
    /// The machine's own query language, which its states have unless they say otherwise.
    language: Language,
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
        let n_before = out.len();
        let start = block.required_string("StartAt", "name the first state", out);
        if !block.has("States") {
            out.push(block.missing("States", "add States with at least one state"));
        }
        if id == ScopeId::ROOT {
            let missing: Vec<&str> = ["States", "StartAt"].into_iter().filter(|it| !block.has(it)).collect();
            out[n_before..].iter_mut().filter(|it| it.code == "ASL002").for_each(|it| {
                it.service = service::required(&missing);
            });
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

    /// Returns the state of this scope that the member `field` names; reports where there is none.
    fn target(
        &self,
        fields: &Fields<'_>,
        field: &str,
        name: &str,
        scope: ScopeId,
        out: &mut Vec<Diagnostic>,
    ) -> Option<StateId> {
        let found = self.outline.find_in(scope, name);
        if found.is_none() {
            out.push(self.no_such_state(fields, field, name, scope));
        }
        found
    }

    fn no_such_state(&self, fields: &Fields<'_>, field: &str, name: &str, scope: ScopeId) -> Diagnostic {
        let span = fields.get(field).map_or(fields.node.span, |it| it.span);
        let message = format!("{} has a {field} that leads to {name:?}, which is no state here", fields.owner);
        let pointer = fields.pointer_to(field);
        let refusal = (field == "Next").then(|| service::next_target(name, &pointer)).flatten();
        let diagnostic = Diagnostic::error("ASL009", message).at(pointer, span).service(refusal);
        let names = || self.outline.scopes[scope.idx()].states.iter().map(|&id| self.outline.name(id));
        let near = nearest(name, names());
        if let Some(near) = near {
            let fix = Fix::replace(format!("write {near:?}"), span, quoted(near));
            return diagnostic.help(format!("did you mean {near:?}?")).fix(Some(fix));
        }
        if self.outline.find(name).is_some() {
            return diagnostic.help("a transition cannot leave or enter the branches of a Parallel or Map");
        }
        diagnostic
            .help(format!("add a state {name:?} or name one of: {}", names().take(5).collect::<Vec<_>>().join(", ")))
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
            out.push(
                Diagnostic::error("ASL004", message)
                    .at(fields.pointer.clone(), entry.name_span)
                    .help("shorten the name"),
            );
        }
        let place = self.states.len();
        self.states.push(None);
        let kind_name = fields.required_string("Type", "name one of the eight types, for example Task", out);
        let Some(kind) = entry.kind else {
            if let Some(name) = kind_name {
                let types = StateKind::ALL.map(StateKind::name);
                let near = nearest(name, types.into_iter());
                let help = near.map_or_else(
                    || format!("the types are {}", types.join(", ")),
                    |it| format!("did you mean {it:?}?"),
                );
                let span = fields.get("Type").map_or(node.span, |it| it.span);
                let fix = near.map(|near| Fix::replace(format!("write {near:?}"), span, quoted(near)));
                let finding = fields.wrong("Type", "ASL010", &format!("an unknown Type {name:?}")).help(help);
                out.push(finding.fix(fix).service(service::state_type(&fields.pointer_to("Type"))));
            }
            return;
        };
        let language = language(&fields, self.language, out);
        let fields = fields.in_language(language);
        let action = self.action(kind, &fields, id, out);
        let data = data_flow(kind, &fields, out);
        let handlers = self.handlers(kind, &fields, entry.scope, out);
        let next = self.next(kind, &fields, entry.scope, out);
        self.states[place] = (|| {
            Some(State {
                name: Arc::clone(&entry.name),
                data: data?,
                action: action?,
                handlers: handlers?,
                next: next?,
            })
        })();
    }

    /// Notes that a feature cannot be run by this version, which is no fault of the definition.
    fn not_yet(&mut self, fields: &Fields<'_>, name: &str, what: &str, out: &mut Vec<Diagnostic>) {
        self.runnable = false;
        let span = fields.get(name).map_or(fields.node.span, |it| it.span);
        let message = format!("{} {what}, which this version of Stepscope draws but does not run", fields.owner);
        out.push(Diagnostic::warning("RUN001", message).at(fields.pointer.clone(), span));
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
            (Some(name), false) => self.target(fields, "Next", name, scope, out).map(Next::To),
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

    fn action(
        &mut self,
        kind: StateKind,
        fields: &Fields<'_>,
        id: StateId,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Action> {
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
                Some(Action::Fail { error: error.ok()?, cause: cause.ok()? })
            }
            StateKind::Parallel => {
                fields.unknown(&[COMMON, FLOW, RESULT, HANDLED, &["Branches"]], out);
                if !fields.has("Branches") {
                    out.push(fields.missing("Branches", "add Branches with at least one branch"));
                }
                let items = fields.list("Branches", out);
                if items.is_some_and(<[Node]>::is_empty) {
                    let finding = fields.wrong("Branches", "ASL004", "no branch").help("add at least one branch");
                    out.push(finding.service(service::empty(&fields.pointer_to("Branches"))));
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
            let rule = fields.item("Choices", idx, node, "rule");
            let condition = choice::read(&rule, out);
            let next = rule.required_string("Next", "name the state that the rule leads to", out);
            let target = next.and_then(|name| self.target(&rule, "Next", name, scope, out));
            let assign = template(&rule, "Assign", out);
            let output = if rule.language == Language::Jsonata { template(&rule, "Output", out) } else { Ok(None) };
            let rule =
                || Some(Rule { condition: condition?, next: target?, assign: assign.ok()?, output: output.ok()? });
            rules.push(rule());
        }
        let default = match fields.string("Default", out) {
            None => None,
            Some(name) => Some(self.target(fields, "Default", name, scope, out)?),
        };
        Some(Action::Choice { rules: rules.into_iter().collect::<Option<_>>()?, default })
    }

    fn map(&mut self, fields: &Fields<'_>, id: StateId, out: &mut Vec<Diagnostic>) -> Option<Action> {
        const MAP: &[&str] = &[
            "ItemProcessor",
            "Iterator",
            "ItemsPath",
            "Items",
            "ItemSelector",
            "ItemReader",
            "ItemBatcher",
            "ResultWriter",
            "MaxConcurrency",
            "MaxConcurrencyPath",
            "ToleratedFailureCount",
            "ToleratedFailureCountPath",
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
            "Label",
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
        let mode = distributed::mode(fields, &block, out);
        if matches!(mode, Err(distributed::Unread::NotYet)) {
            self.not_yet(fields, "ItemReader", "reads Parquet files", out);
        }
        let items = items(fields, out);
        let older = !fields.has("ItemSelector") && fields.language == Language::JsonPath;
        let selector = template(fields, if older { "Parameters" } else { "ItemSelector" }, out);
        let max_concurrency = amount(fields, "MaxConcurrency", "MaxConcurrencyPath", 0, out);
        let tolerated_count = amount(fields, "ToleratedFailureCount", "ToleratedFailureCountPath", 0, out);
        let tolerated_percentage =
            percentage(fields, "ToleratedFailurePercentage", "ToleratedFailurePercentagePath", out);
        Some(Action::Map(Map {
            processor,
            items: items?,
            selector: selector.ok()?,
            max_concurrency: max_concurrency.ok()?.unwrap_or(Amount::Fixed(0)),
            tolerated_count: tolerated_count.ok()?,
            tolerated_percentage: tolerated_percentage.ok()?,
            mode: mode.ok()?,
        }))
    }

    fn handlers(
        &self,
        kind: StateKind,
        fields: &Fields<'_>,
        scope: ScopeId,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Handlers> {
        if !kind.handles_errors() {
            return Some(Handlers::default());
        }
        let mut retry = Vec::new();
        let nodes = fields.list("Retry", out).unwrap_or_default();
        for (idx, node) in nodes.iter().enumerate() {
            let it = fields.item("Retry", idx, node, "retrier");
            retry.push(retrier(&it, idx + 1 == nodes.len(), out));
        }
        let mut catch = Vec::new();
        let nodes = fields.list("Catch", out).unwrap_or_default();
        for (idx, node) in nodes.iter().enumerate() {
            let it = fields.item("Catch", idx, node, "catcher");
            catch.push(self.catcher(&it, idx + 1 == nodes.len(), scope, out));
        }
        Some(Handlers {
            retry: retry.into_iter().collect::<Option<_>>()?,
            catch: catch.into_iter().collect::<Option<_>>()?,
        })
    }

    fn catcher(&self, fields: &Fields<'_>, last: bool, scope: ScopeId, out: &mut Vec<Diagnostic>) -> Option<Catcher> {
        fields.unknown(&[&["ErrorEquals", "Next", "ResultPath", "Comment", "Assign", "Output"]], out);
        let errors = fields.names("ErrorEquals", out);
        wildcard(fields, &errors, last, out);
        let name = fields.required_string("Next", "name the state that takes over", out);
        let next = name.and_then(|name| self.target(fields, "Next", name, scope, out));
        let output = catch_output(fields, out);
        let assign = template(fields, "Assign", out);
        Some(Catcher { errors, next: next?, output: output?, assign: assign.ok()? })
    }
}
