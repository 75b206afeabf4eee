//! `Template`: a payload template, such as the value of Parameters, Arguments or ItemSelector, in either language.
//!
//! In JSONPath the fields whose names end with `.$` are computed, in JSONata the strings between `{%` and `%}`;
//! everything else is literal and shared between all results.

use std::sync::Arc;

use super::jsonata::Memo;
use super::{Env, Expr, Fault, JsonataExpr, SyntaxError};
use crate::diagnostic::Diagnostic;
use crate::json::source::{Node, Value};
use crate::json::{Json, MAX_DEPTH};

/// A parsed payload template (ASL, "Payload Template").
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    part: Part,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(Json),
    Object(Arc<[(Arc<str>, Part)]>),
    Array(Arc<[Part]>),
    /// What stands in a field `.$`, with the field's name as it was written.
    Computed(Arc<str>, Expr),
    /// A string between `{%` and `%}`.
    Jsonata(JsonataExpr),
}

impl Template {
    /// Reads a template; `pointer` is the JSON pointer of `node`, under which findings are reported.
    ///
    /// A field that is reported stays in the template as `null`.
    pub fn parse(node: &Node, pointer: &str) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let part = read(node, pointer, &mut found);
        (Self { part }, found)
    }

    /// Reads a template of JSONata in the field `location` of its state.
    ///
    /// A string that is reported stays in the template as `null`.
    pub fn parse_jsonata(node: &Node, pointer: &str, location: &str) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let part = read_jsonata(node, pointer, location, &mut found);
        (Self { part }, found)
    }

    /// Returns the expression of a template that is nothing else.
    pub fn as_jsonata(&self) -> Option<&JsonataExpr> {
        match &self.part {
            Part::Jsonata(expr) => Some(expr),
            Part::Literal(_) | Part::Object(_) | Part::Array(_) | Part::Computed(..) => None,
        }
    }

    /// Returns a template that gives `value` as it is.
    pub fn literal(value: Json) -> Self {
        Self { part: Part::Literal(value) }
    }

    /// Whether nothing in the template is computed.
    pub fn is_literal(&self) -> bool {
        matches!(self.part, Part::Literal(_))
    }

    /// Returns the value of the template.
    ///
    /// Fails on paths without a value, on functions that fail, and on results that nest deeper than
    /// [`MAX_DEPTH`](crate::json::MAX_DEPTH).
    pub fn eval(&self, env: &Env<'_>) -> Result<Json, Fault> {
        let value = build(&self.part, env, &Memo::default())?;
        if value.depth() > MAX_DEPTH { Err(Fault::too_deep()) } else { Ok(value) }
    }

    /// Calls `visit` with every expression of JSONPath in the template, in the order of the text.
    pub fn for_each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        for_each(&self.part, visit);
    }
}

/// What stands at a place of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Spot<'a> {
    /// A value as it is written.
    Literal(Json),
    /// An expression of JSONPath, whose value stands this many steps up the way.
    Expr(&'a Expr, usize),
    /// One of JSONata, whose value stands this many steps up the way.
    Jsonata(&'a JsonataExpr, usize),
    /// An object or a list with something computed inside.
    Parts,
    /// The template has no such place.
    Nothing,
}

impl Template {
    /// Returns what stands at a place of what the template makes. `way` are the parts of a JSON pointer.
    pub fn spot(&self, way: &[Arc<str>]) -> Spot<'_> {
        let mut part = &self.part;
        for (nth, name) in way.iter().enumerate() {
            let inner = match part {
                Part::Literal(value) => {
                    let found = way[nth..].iter().try_fold(value.clone(), |at, name| at.part(name).cloned());
                    return found.map_or(Spot::Nothing, Spot::Literal);
                }
                Part::Computed(_, expr) => return Spot::Expr(expr, way.len() - nth),
                Part::Jsonata(expr) => return Spot::Jsonata(expr, way.len() - nth),
                Part::Object(_) | Part::Array(_) => part.inner(name),
            };
            let Some(inner) = inner else { return Spot::Nothing };
            part = inner;
        }
        match part {
            Part::Literal(value) => Spot::Literal(value.clone()),
            Part::Computed(_, expr) => Spot::Expr(expr, 0),
            Part::Jsonata(expr) => Spot::Jsonata(expr, 0),
            Part::Object(_) | Part::Array(_) => Spot::Parts,
        }
    }

    /// Returns the ways to the members or items at a place that has some with something computed inside.
    pub fn ways_below(&self, way: &[Arc<str>]) -> Vec<Vec<Arc<str>>> {
        let names: Vec<Arc<str>> = match way.iter().try_fold(&self.part, |part, name| part.inner(name)) {
            Some(Part::Object(parts)) => parts.iter().map(|(name, _)| Arc::clone(name)).collect(),
            Some(Part::Array(parts)) => (0..parts.len()).map(|it| it.to_string().into()).collect(),
            _ => Vec::new(),
        };
        names.into_iter().map(|name| way.iter().cloned().chain([name]).collect()).collect()
    }

    /// Returns how many fields or items the template has at its top, and how many of these have something computed.
    pub fn n_fields(&self) -> (usize, usize) {
        let computed = |it: &Part| !matches!(it, Part::Literal(_));
        match &self.part {
            Part::Literal(Json::Object(members)) => (members.len(), 0),
            Part::Literal(Json::Array(items)) => (items.len(), 0),
            Part::Literal(_) => (1, 0),
            Part::Computed(..) | Part::Jsonata(_) => (1, 1),
            Part::Object(parts) => (parts.len(), parts.iter().filter(|(_, it)| computed(it)).count()),
            Part::Array(parts) => (parts.len(), parts.iter().filter(|it| computed(it)).count()),
        }
    }
}

impl Part {
    /// Returns the member or item of this name, where something is computed beside or in it.
    fn inner(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(parts) => parts.iter().find(|(it, _)| &**it == name).map(|(_, it)| it),
            Self::Array(parts) => parts.get(name.parse::<usize>().ok()?),
            Self::Literal(_) | Self::Computed(..) | Self::Jsonata(_) => None,
        }
    }
}

fn read(node: &Node, pointer: &str, found: &mut Vec<Diagnostic>) -> Part {
    match &node.value {
        Value::Object(members) => {
            let parts: Vec<(Arc<str>, Part)> = members
                .iter()
                .map(|member| {
                    let pointer = format!("{pointer}/{}", escape_pointer(&member.name));
                    match member.name.strip_suffix(".$") {
                        Some(plain) => (plain.into(), read_field(&member.name, &member.value, &pointer, found)),
                        None => (Arc::clone(&member.name), read(&member.value, &pointer, found)),
                    }
                })
                .collect();
            object(parts)
        }
        Value::Array(items) => {
            let parts: Vec<Part> =
                items.iter().enumerate().map(|(idx, item)| read(item, &format!("{pointer}/{idx}"), found)).collect();
            array(parts, node)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Part::Literal(node.to_json()),
    }
}

fn read_jsonata(node: &Node, pointer: &str, location: &str, found: &mut Vec<Diagnostic>) -> Part {
    match &node.value {
        Value::Object(members) => object(
            members
                .iter()
                .map(|member| {
                    let name = &member.name;
                    let (pointer, location) =
                        (format!("{pointer}/{}", escape_pointer(name)), format!("{location}/{name}"));
                    (Arc::clone(name), read_jsonata(&member.value, &pointer, &location, found))
                })
                .collect(),
        ),
        Value::Array(items) => {
            let read =
                |(idx, item)| read_jsonata(item, &format!("{pointer}/{idx}"), &format!("{location}[{idx}]"), found);
            array(items.iter().enumerate().map(read).collect(), node)
        }
        Value::String(text) => match JsonataExpr::strip(text) {
            None => Part::Literal(node.to_json()),
            Some(text) => match JsonataExpr::parse(text, location) {
                Ok(expr) => {
                    found.extend(unknown_references(&expr, node, pointer, location));
                    Part::Jsonata(expr)
                }
                Err(error) => {
                    let message = format!("{location} is not a JSONata expression: {}", error.message);
                    found.push(Diagnostic::error("EXP005", message).at(pointer, node.span));
                    Part::Literal(Json::Null)
                }
            },
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => Part::Literal(node.to_json()),
    }
}

/// Reports what an expression refers to and a state does not have: it has no input at the top level (measured at the
/// service, which refuses the definition).
fn unknown_references(expr: &JsonataExpr, node: &Node, pointer: &str, location: &str) -> Vec<Diagnostic> {
    let text = node.as_str().unwrap_or_default();
    let begin = text.find(&**expr.text()).unwrap_or_default();
    let found = expr.bare_names().iter().map(|reference| {
        let name = &reference.name;
        let (message, help) = match &**name {
            "$" | "$$" => (format!("{name} is nothing here"), "write $states.input".to_owned()),
            _ => {
                let help = format!("write $states.input.{name} for a member of the input, ${name} for a variable");
                (format!("{name:?} stands alone"), help)
            }
        };
        let error = SyntaxError { code: "EXP006", message, offset: begin + reference.offset, help: Some(help) };
        let sentence = format!("UNSUPPORTED_JSONATA_EXPRESSION: {}", reference.sentence());
        error
            .diagnose(&format!("{location} refers to what a state does not have"), node, pointer)
            .service(Some(sentence))
    });
    found.collect()
}

/// Returns an object, literal if all its members are.
fn object(parts: Vec<(Arc<str>, Part)>) -> Part {
    let literal = |(name, part): &(Arc<str>, Part)| match part {
        Part::Literal(value) => Some((Arc::clone(name), value.clone())),
        Part::Object(_) | Part::Array(_) | Part::Computed(..) | Part::Jsonata(_) => None,
    };
    match parts.iter().map(literal).collect::<Option<Vec<_>>>() {
        Some(members) => Part::Literal(Json::object(members)),
        None => Part::Object(parts.into()),
    }
}

/// Returns the list that `node` is, literal if all its items are.
fn array(parts: Vec<Part>, node: &Node) -> Part {
    if parts.iter().all(|part| matches!(part, Part::Literal(_))) {
        return Part::Literal(node.to_json());
    }
    Part::Array(parts.into())
}

fn read_field(name: &Arc<str>, node: &Node, pointer: &str, found: &mut Vec<Diagnostic>) -> Part {
    let Some(text) = node.as_str() else {
        let message = format!("the value of \"{name}\" is {}, not a string", with_article(node.type_name()));
        let help =
            "a field that ends with .$ holds a JSONPath or a call of an intrinsic function; drop the .$ for a literal";
        found.push(Diagnostic::error("EXP001", message).at(pointer, node.span).help(help));
        return Part::Literal(Json::Null);
    };
    match Expr::parse(text) {
        Ok(expr) => Part::Computed(Arc::clone(name), expr),
        Err(error) => {
            let claim = format!("the value of \"{name}\" is not a JSONPath or a call of an intrinsic function");
            found.push(error.diagnose(&claim, node, pointer));
            Part::Literal(Json::Null)
        }
    }
}

fn build(part: &Part, env: &Env<'_>, memo: &Memo) -> Result<Json, Fault> {
    match part {
        Part::Literal(value) => Ok(value.clone()),
        Part::Computed(field, expr) => expr.eval_field(env, field),
        Part::Jsonata(expr) => expr.eval_with(env, memo),
        Part::Array(parts) => {
            parts.iter().map(|part| build(part, env, memo)).collect::<Result<Vec<_>, _>>().map(Json::array)
        }
        Part::Object(parts) => {
            let mut members = Vec::with_capacity(parts.len());
            for (name, part) in parts.iter() {
                members.push((Arc::clone(name), build(part, env, memo)?));
            }
            Ok(Json::object(members))
        }
    }
}

fn for_each<'a>(part: &'a Part, visit: &mut dyn FnMut(&'a Expr)) {
    match part {
        Part::Literal(_) | Part::Jsonata(_) => {}
        Part::Computed(_, expr) => visit(expr),
        Part::Array(parts) => parts.iter().for_each(|part| for_each(part, visit)),
        Part::Object(parts) => parts.iter().for_each(|(_, part)| for_each(part, visit)),
    }
}

/// Escapes a name for a JSON pointer (RFC 6901).
fn escape_pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn with_article(type_name: &str) -> String {
    match type_name {
        "null" => type_name.to_owned(),
        "array" | "object" => format!("an {type_name}"),
        _ => format!("a {type_name}"),
    }
}
