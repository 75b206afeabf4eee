//! Functions of CloudFormation (`Ref`, `Fn::Sub`, `!GetAtt` …) as text, as far as a text is known before deployment.

use std::sync::Arc;

use super::{Placeholder, Placeholders};
use crate::json::Json;
use crate::json::source::{Node, Value, placeholder_len};

/// Functions inside functions beyond this many levels stay opaque.
const MAX_NESTING: u32 = 32;

/// The partition in which definitions are shown; the names of service integrations begin with it.
const PARTITION: &str = "aws";
const PARTITION_NAME: &str = "AWS::Partition";

/// Writes values of a template as text and records the placeholders that stay in it.
pub(super) struct Texts<'a> {
    parameters: Option<&'a Node>,
    pub(super) placeholders: Placeholders,
}

/// Returns the name of the function that a value calls, without `Fn::` or `!`, and what it is given.
pub(super) fn function(node: &Node) -> Option<(&str, &Node)> {
    if let Some(name) = node.tag.as_deref().and_then(|it| it.strip_prefix('!')) {
        return Some((name, node));
    }
    let [member] = node.members() else { return None };
    match &*member.name {
        "Ref" => Some(("Ref", &member.value)),
        name => name.strip_prefix("Fn::").map(|name| (name, &member.value)),
    }
}

impl<'a> Texts<'a> {
    pub(super) fn new(root: &'a Node) -> Self {
        Self { parameters: root.get("Parameters"), placeholders: Placeholders::new() }
    }

    /// Records what a `DefinitionSubstitutions` or the map of an `Fn::Sub` says about a name.
    pub(super) fn substitution(&mut self, name: &Arc<str>, value: &Node) {
        let (known, origin) = match function(value) {
            None => (literal(value), Arc::from("given in the template")),
            Some(("Ref", argument)) => self.reference(argument.as_str().unwrap_or("")),
            Some((function, _)) => (None, Arc::from(format!("{function} {}", opaque_name(value)))),
        };
        self.record(name, known, origin);
    }

    /// Returns the text of a value, `None` where it is a list or an object.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        let mut out = String::new();
        self.write(node, 0, &mut out).then_some(out)
    }

    /// Replaces the functions inside a definition that is written as an object by their texts.
    pub(super) fn replace_functions(&mut self, node: &mut Node) {
        let mut rest = vec![node];
        while let Some(node) = rest.pop() {
            if let Some((name, _)) = function(node) {
                let tag = Arc::from(format!("!{name}"));
                let text = self.text(node).unwrap_or_else(|| self.opaque(node));
                node.value = Value::String(Arc::from(text));
                node.tag = Some(tag);
                continue;
            }
            match &mut node.value {
                Value::Array(items) => rest.extend(items),
                Value::Object(members) => rest.extend(members.iter_mut().map(|it| &mut it.value)),
                _ => {}
            }
        }
    }

    fn write(&mut self, node: &Node, nesting: u32, out: &mut String) -> bool {
        let Some((name, argument)) = function(node) else {
            match literal(node) {
                Some(Json::String(text)) => out.push_str(&text),
                Some(value) => out.push_str(&crate::json::text::compact(&value)),
                None => return false,
            }
            return true;
        };
        match (name, argument.as_str(), argument.items()) {
            _ if nesting >= MAX_NESTING => out.push_str(&self.opaque(node)),
            ("Sub", Some(text), _) => self.write_sub(text, out),
            ("Sub", None, [text, map]) if text.as_str().is_some() => {
                for member in map.members() {
                    self.substitution(&member.name, &member.value);
                }
                self.write_sub(text.as_str().unwrap_or(""), out);
            }
            ("Join", None, [delimiter, pieces]) if delimiter.as_str().is_some() && function(pieces).is_none() => {
                for (idx, piece) in pieces.items().iter().enumerate() {
                    if idx > 0 {
                        out.push_str(delimiter.as_str().unwrap_or(""));
                    }
                    if !self.write(piece, nesting + 1, out) {
                        return false;
                    }
                }
            }
            ("Ref", Some(PARTITION_NAME), _) => out.push_str(PARTITION),
            _ => out.push_str(&self.opaque(node)),
        }
        true
    }

    /// Writes the text of an `Fn::Sub`: `${!Name}` is a literal `${Name}`.
    fn write_sub(&mut self, text: &str, out: &mut String) {
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if let Some(literal) = from.strip_prefix("${!") {
                out.push_str("${");
                rest = literal;
                continue;
            }
            let Some(len) = placeholder_len(from) else {
                out.push_str("${");
                rest = &from[2..];
                continue;
            };
            let name = &from[2..len - 1];
            if name == PARTITION_NAME {
                out.push_str(PARTITION);
            } else {
                if !self.placeholders.contains_key(name) {
                    let (value, origin) = if name.contains('.') {
                        (None, Arc::from(format!("GetAtt {name}")))
                    } else {
                        self.reference(name)
                    };
                    self.record(&Arc::from(name), value, origin);
                }
                out.push_str(&from[..len]);
            }
            rest = &from[len..];
        }
        out.push_str(rest);
    }

    /// Records a function as a placeholder and returns that.
    fn opaque(&mut self, node: &Node) -> String {
        let name: Arc<str> = Arc::from(opaque_name(node));
        let (value, origin) = match function(node) {
            Some(("Ref", _)) => self.reference(&name),
            Some((function, _)) => (None, Arc::from(format!("{function} {name}"))),
            None => (None, Arc::from("not given by a template")),
        };
        let text = format!("${{{name}}}");
        self.record(&name, value, origin);
        text
    }

    /// Returns what a `Ref` comes to: the default of a parameter, or nothing that is known.
    fn reference(&self, name: &str) -> (Option<Json>, Arc<str>) {
        match self.parameters.and_then(|it| it.get(name)) {
            Some(parameter) => (parameter.get("Default").and_then(literal), Arc::from(format!("parameter {name}"))),
            None => (None, Arc::from(format!("Ref {name}"))),
        }
    }

    fn record(&mut self, name: &Arc<str>, value: Option<Json>, origin: Arc<str>) {
        self.placeholders.insert(Arc::clone(name), Placeholder { name: Arc::clone(name), value, origin });
    }
}

fn literal(node: &Node) -> Option<Json> {
    let is_scalar = !matches!(node.value, Value::Array(_) | Value::Object(_) | Value::Null);
    (is_scalar && function(node).is_none()).then(|| node.to_json())
}

/// Returns a name for what a function comes to: `Table` for a `Ref`, `Charge.Arn` for a `GetAtt`, otherwise the
/// function with its plain arguments.
fn opaque_name(node: &Node) -> String {
    let Some((function, argument)) = function(node) else { return String::new() };
    let arguments: Vec<&str> = match argument.as_str() {
        Some(text) => vec![text],
        None => argument.items().iter().filter_map(Node::as_str).collect(),
    };
    let name = match function {
        "Ref" | "GetAtt" if !arguments.is_empty() => arguments.join("."),
        _ => [&[function], &arguments[..]].concat().join("."),
    };
    // It becomes part of JSON text, so nothing may need an escape.
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | ':' | '_' | '-');
    name.chars().take(200).map(|it| if is_plain(it) { it } else { '_' }).collect()
}
