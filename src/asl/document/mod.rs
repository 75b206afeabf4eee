//! What a text is, by its content, and the state machines in it.
//!
//! A definition stands alone, or in a CloudFormation or SAM template, which `template` looks through. What the states
//! mean is not looked at here.
//!
//! **Placeholders.** What is known only when a template is deployed stays in the definition as an opaque name:
//! `${Name}`, for an attribute `${Resource.Attribute}`. So it does where the template gives the value, which is
//! recorded beside it: people know a task by `${ChargeFunctionArn}` and not by a made-up ARN, and names survive a
//! change of stage. There are two exceptions, without which the definition could not be read: `AWS::Partition` becomes
//! `aws`, since the name of every service integration begins with it, and a placeholder without quotes whose value is
//! a number or a boolean becomes that value.

mod function;
mod template;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Span};
use crate::json::source::{self, Node, UNQUOTED, Value, placeholder_len};
use crate::json::{Json, Number};

/// The name of the machine in a text that holds nothing else.
pub const STANDALONE: &str = "StateMachine";

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// A state machine definition.
    Definition,
    /// A CloudFormation or SAM template.
    Template,
    /// An execution history.
    History,
    /// Mocked answers, in the native form or as an AWS `MockConfigFile`.
    Mocks,
    /// None of these.
    Unknown,
}

/// A state machine found in a text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its logical id in the template, or [`STANDALONE`].
    pub name: Arc<str>,
    /// The definition. A string with a tag is, at least in part, known only when the template is deployed.
    pub node: Node,
    /// The text that the places in `node` refer to: the file, or what a `DefinitionString` amounts to.
    pub text: Arc<str>,
    /// Whether it is an Express workflow.
    pub express: bool,
    /// What the template fills in, by name.
    pub placeholders: Vec<Placeholder>,
}

/// A state machine whose template names a file with its definition.
#[derive(Clone, Debug)]
pub struct External {
    /// Its logical id in the template.
    pub name: Arc<str>,
    /// The path of the file, relative to the template.
    pub path: Arc<str>,
    /// Whether it is an Express workflow.
    pub express: bool,
    /// What the template fills in, by name.
    pub placeholders: Vec<Placeholder>,
}

/// A name in a definition that is filled in when its template is deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct Placeholder {
    /// The name, without `${` and `}`.
    pub name: Arc<str>,
    /// Its value, if the template says it: a literal, or the default of a parameter.
    pub value: Option<Json>,
    /// Where the value comes from, to be shown, for example `parameter Stage` or `GetAtt Charge.Arn`.
    pub origin: Arc<str>,
}

/// Placeholders by name, while they are collected.
type Placeholders = BTreeMap<Arc<str>, Placeholder>;

/// Returns what a text is, by its content.
pub fn recognise(root: &Node) -> Recognised {
    if template::is_template(root) {
        Recognised::Template
    } else if root.get("StartAt").is_some() || root.get("States").is_some() {
        Recognised::Definition
    } else if is_history(root) {
        Recognised::History
    } else if is_mocks(root) {
        Recognised::Mocks
    } else {
        Recognised::Unknown
    }
}

/// Returns the state machines of the text that `root` was read from, and what stands in the way of others.
///
/// All places in the findings refer to `text`, also those about a definition inside a string, which say themselves
/// where they are in it. A machine whose definition is in another file is a finding here and an entry of [`externals`].
pub fn machines(root: &Node, text: &str) -> (Vec<Source>, Vec<Diagnostic>) {
    match recognise(root) {
        Recognised::Definition => {
            let mut placeholders = Placeholders::new();
            collect_placeholders(root, &mut placeholders);
            let source = Source {
                name: Arc::from(STANDALONE),
                node: root.clone(),
                text: Arc::from(text),
                express: false,
                placeholders: placeholders.into_values().collect(),
            };
            (vec![source], Vec::new())
        }
        Recognised::Template => template::machines(root, text),
        Recognised::History => (
            Vec::new(),
            vec![other(
                root,
                text,
                "an execution history",
                "open the definition that it ran, or replay it with `stepscope replay`",
            )],
        ),
        Recognised::Mocks => {
            (Vec::new(), vec![other(root, text, "a file of mocked answers", "open it beside a definition")])
        }
        Recognised::Unknown => {
            let what = format!(
                "nothing that can be opened: looked for a definition (`StartAt`, `States`), a template (`Resources` \
                 with a state machine), an execution history (`events`) or mocks (`MockedResponses`), found {}",
                contents(root)
            );
            (Vec::new(), vec![other(root, text, &what, "open a state machine definition in JSON or YAML")])
        }
    }
}

/// Returns the state machines of a template whose definitions are in files of their own.
pub fn externals(root: &Node) -> Vec<External> {
    if template::is_template(root) { template::externals(root) } else { Vec::new() }
}

impl External {
    /// Reads the definition from the text of its file; the places in the findings refer to that text.
    pub fn read(&self, text: &str) -> (Option<Source>, Vec<Diagnostic>) {
        let (node, mut findings) = source::parse(text);
        // The template fills these in.
        findings.retain(|it| it.code != "TXT014");
        let Some(mut node) = node else { return (None, findings) };
        let mut placeholders: Placeholders =
            self.placeholders.iter().map(|it| (Arc::clone(&it.name), it.clone())).collect();
        fill_in(&mut node, &placeholders);
        collect_placeholders(&node, &mut placeholders);
        let source = Source {
            name: Arc::clone(&self.name),
            node,
            text: Arc::from(text),
            express: self.express,
            placeholders: placeholders.into_values().collect(),
        };
        (Some(source), findings)
    }
}

fn other(root: &Node, text: &str, what: &str, help: &str) -> Diagnostic {
    // The beginning is enough: marking a whole text as wrong hides what is in it.
    let start = root.span.start;
    let len = text.get(start as usize..).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
    let span = Span { start, end: start + len as u32 };
    Diagnostic::error("TXT020", format!("no state machine: the text is {what}")).at("", span).help(help)
}

/// Says what a value that was not recognised is.
fn contents(root: &Node) -> String {
    let names: Vec<String> = root.members().iter().take(5).map(|it| format!("`{}`", shortened(&it.name))).collect();
    match &root.value {
        Value::Object(members) if members.is_empty() => "an object without members".to_owned(),
        Value::Object(members) => {
            let more = if members.len() > names.len() { ", …" } else { "" };
            format!("an object with {}{more}", names.join(", "))
        }
        Value::Array(items) => format!("a list of {} items", items.len()),
        Value::String(text) => format!("the text `{}`", shortened(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => format!("a single {}", root.type_name()),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

fn is_history(root: &Node) -> bool {
    let Some(events) = root.get("events").or((root.type_name() == "array").then_some(root)) else { return false };
    let is_event = |it: &Node| it.get("type").is_some() && it.get("id").is_some();
    // An empty list is a history only by its name.
    let is_named = root.get("events").is_some() && events.type_name() == "array";
    events.items().iter().take(3).all(is_event) && (is_named || !events.items().is_empty())
}

fn is_mocks(root: &Node) -> bool {
    let is_object = |name: &str| root.get(name).is_some_and(|it| it.type_name() == "object");
    if is_object("MockedResponses") || is_object("StateMachines") {
        return true;
    }
    let outcomes = ["return", "throw", "timeout", "neverCompletes", "submitted"];
    let is_outcome = |it: &Node| outcomes.iter().any(|name| it.get(name).is_some());
    let is_list = |it: &Node| !it.items().is_empty() && it.items().iter().all(is_outcome);
    !root.members().is_empty() && root.members().iter().all(|it| is_list(&it.value))
}

/// Adds the placeholders in the strings of `node` that are not known yet.
fn collect_placeholders(node: &Node, placeholders: &mut Placeholders) {
    let mut rest = vec![node];
    while let Some(node) = rest.pop() {
        rest.extend(node.items());
        rest.extend(node.members().iter().map(|it| &it.value));
        let Some(text) = node.as_str() else { continue };
        for (at, _) in text.match_indices("${") {
            let Some(len) = placeholder_len(&text[at..]) else { continue };
            let name = &text[at + 2..at + len - 1];
            if !placeholders.contains_key(name) {
                let name: Arc<str> = Arc::from(name);
                let origin = Arc::from("not given by a template");
                placeholders.insert(Arc::clone(&name), Placeholder { name, value: None, origin });
            }
        }
    }
}

/// Replaces placeholders without quotes whose values are numbers or booleans.
fn fill_in(node: &mut Node, placeholders: &Placeholders) {
    let mut rest = vec![node];
    while let Some(node) = rest.pop() {
        if let (Value::String(text), Some(UNQUOTED)) = (&node.value, node.tag.as_deref())
            && placeholder_len(text) == Some(text.len())
            && let Some(value) = placeholders.get(&text[2..text.len() - 1]).and_then(|it| scalar(it.value.as_ref()?))
        {
            node.value = value;
            node.tag = None;
        }
        match &mut node.value {
            Value::Array(items) => rest.extend(items),
            Value::Object(members) => rest.extend(members.iter_mut().map(|it| &mut it.value)),
            _ => {}
        }
    }
}

/// Returns the value as it reads without quotes, unless that is no number and no boolean.
fn scalar(value: &Json) -> Option<Value> {
    match value {
        Json::Number(number) => Some(Value::Number(*number)),
        Json::Bool(value) => Some(Value::Bool(*value)),
        // Parameters and substitutions are text for CloudFormation, whatever they look like.
        Json::String(text) => match &**text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            digits => match digits.parse() {
                Ok(value) => Some(Value::Number(Number::Int(value))),
                Err(_) => digits.parse().ok().and_then(Number::from_f64).map(Value::Number),
            },
        },
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::json::text::compact;

    fn recognised(text: &str) -> Recognised {
        recognise(&source::parse(text).0.expect("it can be read"))
    }

    #[test]
    fn a_text_is_recognised_by_its_content() {
        for (text, what) in [
            (r#"{"StartAt": "A", "States": {}}"#, Recognised::Definition),
            ("States: {}\n", Recognised::Definition),
            ("Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n", Recognised::Template),
            ("AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n", Recognised::Template),
            (r#"{"events": [{"id": 1, "type": "ExecutionStarted"}]}"#, Recognised::History),
            (r#"[{"id": 1, "type": "ExecutionStarted"}]"#, Recognised::History),
            (r#"{"StateMachines": {}, "MockedResponses": {}}"#, Recognised::Mocks),
            (
                r#"{"Charge": [{"throw": {"error": "E"}}], "Ship": [{"return": 1}, {"timeout": true}]}"#,
                Recognised::Mocks,
            ),
            (r#"{"events": [{"when": 1}]}"#, Recognised::Unknown),
            (r#"{"a": [], "b": [{"x": 1}]}"#, Recognised::Unknown),
            ("{}", Recognised::Unknown),
            ("[]", Recognised::Unknown),
            ("just words", Recognised::Unknown),
        ] {
            assert_eq!(recognised(text), what, "{text}");
        }
    }

    #[test]
    fn a_standalone_definition_is_one_machine_with_the_names_it_leaves_open() {
        let text = r#"{"StartAt": "A", "States": {"A": {"Resource": "${Charge}", "TimeoutSeconds": ${Limit}}}}"#;
        let (machines, findings) = machines(&source::parse(text).0.expect("it can be read"), text);
        assert_eq!(findings, []);
        let [machine] = &machines[..] else { panic!("one machine") };
        assert_eq!((&*machine.name, &*machine.text, machine.express), (STANDALONE, text, false));
        let names: Vec<&str> = machine.placeholders.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["Charge", "Limit"]);
    }

    #[test]
    fn what_is_no_machine_says_what_was_looked_for_and_what_was_found() {
        let message = |text: &str| {
            let (machines, findings) = machines(&source::parse(text).0.expect("it can be read"), text);
            assert!(machines.is_empty() && findings.len() == 1 && findings[0].help.is_some());
            findings[0].message.clone()
        };
        assert!(message(r#"{"name": "x", "version": 1}"#).ends_with("found an object with `name`, `version`"));
        assert!(message("lorem ipsum").ends_with("found the text `lorem ipsum`"));
        assert!(message("[1, 2]").ends_with("found a list of 2 items"));
        assert_eq!(message(r#"{"events": []}"#), "no state machine: the text is an execution history");
    }

    /// Returns the files below `folder`, in order.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
        }
        found.sort();
        found
    }

    #[test]
    fn every_public_definition_and_template_is_recognised() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/definitions");
        let folder = if folder.exists() {
            folder
        } else {
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/definitions")
        };
        if !folder.exists() {
            eprintln!("skipped: {} is not there", folder.display());
            return;
        }
        let (mut n_machines, mut n_externals) = (0, 0);
        for path in files(&folder) {
            let shown = path.display();
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            let (node, findings) = source::parse(&text);
            let errors: Vec<_> = findings.iter().filter(|it| it.code != "TXT014" && it.code != "TXT009").collect();
            let root = node.unwrap_or_else(|| panic!("{shown}: {findings:?}"));
            let expected =
                if shown.to_string().contains("/template/") { Recognised::Template } else { Recognised::Definition };
            assert_eq!(recognise(&root), expected, "{shown}");
            let (machines, findings) = machines(&root, &text);
            if !errors.is_empty() || findings.iter().any(|it| it.code != "TXT021") {
                eprintln!("{shown}: {errors:?} {findings:?}");
            }
            let externals = externals(&root);
            assert!(!machines.is_empty() || !findings.is_empty(), "{shown}");
            assert_eq!(externals.len(), findings.iter().filter(|it| it.code == "TXT021").count(), "{shown}");
            for machine in &machines {
                assert!(machine.node.get("StartAt").is_some(), "{shown}");
            }
            n_machines += machines.len();
            n_externals += externals.len();
        }
        eprintln!("{n_machines} machines in the files themselves, {n_externals} in other files");
        assert!(n_machines > 100 && n_externals > 30);
    }

    #[test]
    fn a_definition_in_another_file_gets_the_values_of_its_template() {
        let template = "Parameters: {Limit: {Type: Number, Default: 30}}\nResources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Type: EXPRESS\n      DefinitionUri: m.asl.yaml\n      DefinitionSubstitutions: {Limit: !Ref Limit, Table: !Ref Orders, Name: x}\n";
        let root = source::parse(template).0.expect("it can be read");
        let (sources, findings) = machines(&root, template);
        assert!(sources.is_empty());
        assert_eq!(findings[0].message, "the definition of M is in the file m.asl.yaml");
        let external = &externals(&root)[0];
        assert_eq!(&*external.path, "m.asl.yaml");
        for text in [
            "StartAt: A\nTimeoutSeconds: ${Limit}\nComment: '${Limit}'\nTable: ${Table}\n",
            "{\"StartAt\": \"A\", \"TimeoutSeconds\": ${Limit}, \"Comment\": \"${Limit}\", \"Table\": \"${Table}\"}",
        ] {
            let (source, findings) = external.read(text);
            assert_eq!(findings, []);
            let source = source.expect("it can be read");
            assert!(source.express);
            assert_eq!(
                compact(&source.node.to_json()),
                r#"{"StartAt":"A","TimeoutSeconds":30,"Comment":"${Limit}","Table":"${Table}"}"#
            );
            let shown: Vec<_> =
                source.placeholders.iter().map(|it| (&*it.name, it.value.clone(), &*it.origin)).collect();
            assert_eq!(
                shown,
                [
                    ("Limit", Some(30.into()), "parameter Limit"),
                    ("Name", Some("x".into()), "given in the template"),
                    ("Table", None, "Ref Orders"),
                ]
            );
        }
    }

    /// Changes `text` at random places, as `draw` says.
    fn mutated(text: &str, draw: &mut impl FnMut(usize) -> usize) -> String {
        const BITS: [&str; 40] = [
            "\n", "\t", " ", "{", "}", "[", "]", ",", ": ", "- ", "? ", "|", "&a ", "*a", "!Sub ", "!!int ", "'", "\"",
            "\\", " #", "---\n", "é", "\u{feff}", "\u{85}", "\r\n", "${", "${A}", "${!A}", "<<: ", "\\ud83d", "//",
            "/*", "Fn::Join", "Ref", "\"\": ", "0", "-", "e9", "\u{1}", "%",
        ];
        let mut text = text.to_owned();
        let place = |text: &str, at: usize| (0..=at).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
        for _ in 0..=draw(8) {
            let at = place(&text, draw(text.len() + 1));
            if draw(4) == 0 {
                let end = place(&text, (at + draw(12)).min(text.len())).max(at);
                text.replace_range(at..end, "");
            } else {
                text.insert_str(at, BITS[draw(BITS.len())]);
            }
        }
        text
    }

    #[test]
    fn no_mutation_of_a_text_makes_reading_panic_or_point_outside_it() {
        let seeds = [
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": [1, -2.5e3, "\u00e9\n", null, ${X}], "End": true}}}"#,
            "StartAt: A\nStates:\n  A: &x {Type: 'Pass', \"k\": [1, 2.5, ~]}\n  B: *x\n  C: |\n    é ${D}\n  <<: *x\n",
            "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Join\n        - ''\n        - - '{\"StartAt\": \"A\", \"States\": {\"A\": '\n          - !Sub ['${A}${B}', {A: !GetAtt F.Arn}]\n          - Ref: B\n          - '}}'\n",
        ];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut draw = |bound: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % bound as u64) as usize
        };
        for round in 0..6_000 {
            let text = mutated(seeds[round % seeds.len()], &mut draw);
            let (node, mut findings) = source::parse(&text);
            assert!(node.is_some() || !findings.is_empty(), "{text:?}");
            if let Some(node) = node {
                let (machines, more) = machines(&node, &text);
                findings.extend(more);
                assert!(!machines.is_empty() || !findings.is_empty(), "{text:?}");
                for machine in &machines {
                    assert!(every_place_is_inside(&machine.node, &machine.text), "{text:?}");
                }
            }
            let is_inside = |it: Span| text.get(it.start as usize..it.end as usize).is_some();
            assert!(findings.iter().all(|it| it.span.is_none_or(is_inside)), "{text:?}: {findings:?}");
        }
    }

    fn every_place_is_inside(node: &Node, text: &str) -> bool {
        text.get(node.span.start as usize..node.span.end as usize).is_some()
            && node.items().iter().all(|it| every_place_is_inside(it, text))
            && node.members().iter().all(|it| every_place_is_inside(&it.value, text))
    }
}
