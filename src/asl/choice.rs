//! Choice rules: the condition trees of a Choice state, read, described in words, and decided.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::expr::{Fault, JsonataExpr, Miss, Path};
use crate::json::source::{Node, Value};
use crate::json::{Json, text};
use crate::time::Timestamp;

use super::fields::{Fields, Language};

/// When a rule is taken.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "these are the language's own names")]
pub enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
    Jsonata(JsonataExpr),
    Always(bool),
}

/// One comparison.
#[derive(Clone, Debug)]
pub struct Test {
    /// `Variable`
    pub variable: Path,
    /// The comparison and what it compares with.
    pub operator: Operator,
}

/// What a [`Test`] asks of its variable.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "these are the language's own names")]
pub enum Operator {
    String(Relation, Operand),
    Numeric(Relation, Operand),
    Timestamp(Relation, Operand),
    BooleanEquals(Operand),
    StringMatches(Arc<str>),
    IsNull(bool),
    IsPresent(bool),
    IsNumeric(bool),
    IsString(bool),
    IsBoolean(bool),
    IsTimestamp(bool),
}

/// How two values have to stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are the language's own names")]
pub enum Relation {
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
}

/// What a variable is compared with.
#[derive(Clone, Debug)]
pub enum Operand {
    /// Written down.
    Fixed(Json),
    /// Read from the data.
    Path(Path),
}

const RELATIONS: [(Relation, &str, &str); 5] = [
    (Relation::LessThanEquals, "LessThanEquals", "≤"),
    (Relation::GreaterThanEquals, "GreaterThanEquals", "≥"),
    (Relation::Equals, "Equals", "="),
    (Relation::LessThan, "LessThan", "<"),
    (Relation::GreaterThan, "GreaterThan", ">"),
];

const CHECKS: [&str; 6] = ["IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"];

impl Relation {
    /// Whether values that compare like `ordering` stand in this relation.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equals => ordering.is_eq(),
            Self::LessThan => ordering.is_lt(),
            Self::GreaterThan => ordering.is_gt(),
            Self::LessThanEquals => ordering.is_le(),
            Self::GreaterThanEquals => ordering.is_ge(),
        }
    }
}

/// What a condition has to ask for while it is decided: the engine answers from a machine, others from what they know.
pub trait Asked {
    /// Returns the value at `path`.
    fn read(&mut self, path: &Path) -> Result<Json, Miss>;

    /// Evaluates an expression that has to be a boolean.
    fn query(&mut self, expr: &JsonataExpr) -> Result<bool, Fault>;
}

impl Condition {
    /// Whether the condition holds. A variable that is not there is an error for every operator but the one that asks
    /// for it.
    pub fn holds(&self, asked: &mut impl Asked) -> Result<bool, Fault> {
        match self {
            Self::And(items) => {
                for item in items {
                    if !item.holds(asked)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(items) => {
                for item in items {
                    if item.holds(asked)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(item) => Ok(!item.holds(asked)?),
            Self::Test(test) => test.holds(asked),
            Self::Jsonata(expr) => asked.query(expr),
            Self::Always(value) => Ok(*value),
        }
    }
}

impl Test {
    fn holds(&self, asked: &mut impl Asked) -> Result<bool, Fault> {
        let invalid = |path: &Path| {
            let path = path.text();
            Fault::runtime(format!(
                "Invalid path '{path}': The choice state's condition path references an invalid value."
            ))
        };
        let value = match (asked.read(&self.variable), &self.operator) {
            (Ok(value), _) => value,
            (Err(_), Operator::IsPresent(wanted)) => return Ok(!wanted),
            (Err(_), _) => return Err(invalid(&self.variable)),
        };
        let operand = match self.operator.operand_path() {
            None => None,
            Some(path) => Some(asked.read(path).map_err(|_| invalid(path))?),
        };
        Ok(self.operator.passes(&value, operand.as_ref()))
    }
}

impl Operator {
    /// Whether `value` passes, when a path operand has turned out to be `operand`.
    ///
    /// A value of another type than the operator's passes no comparison (ASL, "Choice Rules").
    pub fn passes(&self, value: &Json, operand: Option<&Json>) -> bool {
        let fixed = |it: &Operand| if let Operand::Fixed(value) = it { Some(value.clone()) } else { None };
        let against = |it: &Operand| operand.cloned().or_else(|| fixed(it)).unwrap_or_default();
        match self {
            Self::String(relation, it) => match (value.as_str(), against(it).as_str()) {
                (Some(a), Some(b)) => relation.holds(a.encode_utf16().cmp(b.encode_utf16())),
                _ => false,
            },
            Self::Numeric(relation, it) => match (value.as_number(), against(it).as_number()) {
                (Some(a), Some(b)) => a.partial_cmp(&b).is_some_and(|ordering| relation.holds(ordering)),
                _ => false,
            },
            Self::Timestamp(relation, it) => match (timestamp(value), timestamp(&against(it))) {
                (Some(a), Some(b)) => relation.holds(a.cmp(&b)),
                _ => false,
            },
            Self::BooleanEquals(it) => match (value.as_bool(), against(it).as_bool()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
            Self::StringMatches(pattern) => value.as_str().is_some_and(|it| matches(pattern, it)),
            Self::IsNull(wanted) => value.is_null() == *wanted,
            Self::IsPresent(wanted) => *wanted,
            Self::IsNumeric(wanted) => value.as_number().is_some() == *wanted,
            Self::IsString(wanted) => value.as_str().is_some() == *wanted,
            Self::IsBoolean(wanted) => value.as_bool().is_some() == *wanted,
            Self::IsTimestamp(wanted) => timestamp(value).is_some() == *wanted,
        }
    }

    /// Returns the path of an operator whose name ends in `Path`.
    pub fn operand_path(&self) -> Option<&Path> {
        match self {
            Self::String(_, Operand::Path(path))
            | Self::Numeric(_, Operand::Path(path))
            | Self::Timestamp(_, Operand::Path(path))
            | Self::BooleanEquals(Operand::Path(path)) => Some(path),
            _ => None,
        }
    }
}

fn timestamp(value: &Json) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?)
}

/// Whether `text` matches `pattern`, in which `*` stands for any text and `\*` for an asterisk (ASL, "StringMatches").
fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = vec![String::new()];
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        match char {
            '*' => pieces.push(String::new()),
            '\\' => pieces.last_mut().expect("there is a first piece").extend(chars.next()),
            other => pieces.last_mut().expect("there is a first piece").push(other),
        }
    }
    let [first, middle @ .., last] = &pieces[..] else { return pieces[0] == text };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece.as_str()) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last.as_str())
}

/// Reads the condition of a rule.
pub(super) fn read(rule: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<Condition> {
    match rule.language {
        Language::JsonPath => read_test(rule, out),
        Language::Jsonata => read_query(rule, out),
    }
}

/// Reads `Condition`: an expression, or a truth value written down (ASL, "Choice Rules in JSONata").
fn read_query(rule: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<Condition> {
    let help = "add Condition with an expression that gives true or false, for example {% $states.input.paid %}";
    if let Some(member) = rule.node.members().iter().find(|it| is_operator(&it.name) || &*it.name == "Variable") {
        let message = format!("{} compares with {}, which is JSONPath, in a state in JSONata", rule.owner, member.name);
        let place = rule.pointer_to(&member.name);
        out.push(Diagnostic::error("ASL015", message).at(place, member.name_span).help(help));
        return None;
    }
    let Some(node) = rule.get("Condition") else {
        out.push(rule.missing("Condition", help));
        return None;
    };
    if let Value::Bool(value) = node.value {
        return Some(Condition::Always(value));
    }
    match super::lower::query(rule, "Condition", out) {
        Ok(Some(expr)) => Some(Condition::Jsonata(expr)),
        Ok(None) => {
            out.push(rule.wrong_type("Condition", node, "an expression between {% and %}"));
            None
        }
        Err(_) => None,
    }
}

/// Reads a rule of JSONPath or one condition inside another.
fn read_test(rule: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Option<Condition> {
    for (name, all) in [("And", true), ("Or", false)] {
        if !rule.has(name) {
            continue;
        }
        let items = rule.list(name, out)?;
        if items.is_empty() {
            out.push(rule.wrong(name, "ASL004", &format!("an empty {name}")).help("add at least one condition"));
        }
        let read_item = |(idx, item)| read_test(&inner(rule, item, &format!("{}/{idx}", rule.pointer_to(name))), out);
        let items: Option<Vec<Condition>> = items.iter().enumerate().map(read_item).collect();
        return items.map(|it| if all { Condition::And(it) } else { Condition::Or(it) });
    }
    if rule.has("Not") {
        let item = rule.object("Not", out)?;
        return read_test(&inner(rule, item, &rule.pointer_to("Not")), out).map(|it| Condition::Not(Box::new(it)));
    }
    let operators: Vec<&str> =
        rule.node.members().iter().map(|it| &*it.name).filter(|name| is_operator(name)).collect();
    let [name] = operators[..] else {
        let what = if operators.is_empty() { "no comparison" } else { "more than one comparison" };
        let message = format!("{} has {what}", rule.owner);
        let help = "give each rule one comparison such as StringEquals, or And, Or, Not around several";
        out.push(Diagnostic::error("ASL006", message).at(rule.pointer.clone(), rule.node.span).help(help));
        return None;
    };
    let variable = rule.required_string("Variable", "name the value to compare, for example \"$.status\"", out)?;
    let variable = super::lower::path(rule, "Variable", variable, out);
    let operator = read_operator(rule, name, out);
    Some(Condition::Test(Test { variable: variable?, operator: operator? }))
}

fn inner<'a>(rule: &Fields<'_>, node: &'a Node, pointer: &str) -> Fields<'a> {
    Fields::new(node, pointer, rule.owner.clone())
}

fn read_operator(rule: &Fields<'_>, name: &str, out: &mut Vec<Diagnostic>) -> Option<Operator> {
    if CHECKS.contains(&name) {
        let wanted = rule.bool(name, out)?;
        return Some(match name {
            "IsNull" => Operator::IsNull(wanted),
            "IsPresent" => Operator::IsPresent(wanted),
            "IsNumeric" => Operator::IsNumeric(wanted),
            "IsString" => Operator::IsString(wanted),
            "IsBoolean" => Operator::IsBoolean(wanted),
            _ => Operator::IsTimestamp(wanted),
        });
    }
    if name == "StringMatches" {
        return rule.string(name, out).map(|it| Operator::StringMatches(it.into()));
    }
    let (family, relation, by_path) = parts(name)?;
    let operand = if by_path {
        let text = rule.string(name, out)?;
        Operand::Path(super::lower::path(rule, name, text, out)?)
    } else {
        let node = rule.get(name)?;
        match family {
            "Numeric" if !matches!(node.value, Value::Number(_)) => {
                out.push(rule.wrong(name, "ASL003", &format!("a {name} that is not a number")));
                return None;
            }
            "Boolean" => rule.bool(name, out).map(|_| ())?,
            "Timestamp" if rule.string(name, out).is_none_or(|it| Timestamp::parse(it).is_none()) => {
                let help = "write it as 2016-03-14T01:59:00Z";
                out.push(rule.wrong(name, "ASL007", &format!("a {name} that is no timestamp")).help(help));
                return None;
            }
            "String" => rule.string(name, out).map(|_| ())?,
            _ => {}
        }
        Operand::Fixed(node.to_json())
    };
    Some(match family {
        "String" => Operator::String(relation, operand),
        "Numeric" => Operator::Numeric(relation, operand),
        "Timestamp" => Operator::Timestamp(relation, operand),
        _ => Operator::BooleanEquals(operand),
    })
}

/// Splits `NumericLessThanPath` into its family, its relation and whether it takes a path.
fn parts(name: &str) -> Option<(&'static str, Relation, bool)> {
    let family = ["String", "Numeric", "Timestamp", "Boolean"].into_iter().find(|it| name.starts_with(it))?;
    let rest = &name[family.len()..];
    let (rest, by_path) = rest.strip_suffix("Path").map_or((rest, false), |it| (it, true));
    let (relation, ..) = RELATIONS.into_iter().find(|(_, word, _)| *word == rest)?;
    (family != "Boolean" || relation == Relation::Equals).then_some((family, relation, by_path))
}

pub(super) fn is_operator(name: &str) -> bool {
    CHECKS.contains(&name) || name == "StringMatches" || parts(name).is_some()
}

/// Describes the condition of a rule for people: `$.total > 100 and $.paid = true`.
pub(super) fn describe(rule: &Node) -> String {
    let mut out = String::new();
    write_condition(rule, false, &mut out);
    out
}

fn write_condition(rule: &Node, nested: bool, out: &mut String) {
    for (name, word) in [("And", " and "), ("Or", " or ")] {
        let Some(items) = rule.get(name).map(Node::items) else { continue };
        let brackets = nested && items.len() > 1;
        out.push_str(if brackets { "(" } else { "" });
        for (idx, item) in items.iter().enumerate() {
            out.push_str(if idx > 0 { word } else { "" });
            write_condition(item, true, out);
        }
        out.push_str(if brackets { ")" } else { "" });
        return;
    }
    if let Some(item) = rule.get("Not") {
        out.push_str("not ");
        return write_condition(item, true, out);
    }
    if let Some(condition) = rule.get("Condition").and_then(Node::as_str) {
        return out.push_str(condition.trim_start_matches("{%").trim_end_matches("%}").trim());
    }
    let variable = rule.get("Variable").and_then(Node::as_str).unwrap_or("?");
    let Some(member) = rule.members().iter().find(|it| is_operator(&it.name)) else {
        return out.push_str(variable);
    };
    let value = match (&member.value.value, member.name.ends_with("Path")) {
        (Value::String(path), true) => path.to_string(),
        _ => text::compact(&member.value.to_json()),
    };
    let wanted = matches!(member.value.value, Value::Bool(true));
    let _ = match (&*member.name, parts(&member.name)) {
        (_, Some((_, relation, _))) => {
            let (_, _, sign) =
                RELATIONS.into_iter().find(|(it, ..)| *it == relation).expect("every relation is listed");
            write!(out, "{variable} {sign} {value}")
        }
        ("StringMatches", _) => write!(out, "{variable} matches {value}"),
        (check, _) => {
            let word = check.trim_start_matches("Is").to_lowercase();
            write!(out, "{variable} is {}{word}", if wanted { "" } else { "not " })
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asterisks_stand_for_any_text_unless_they_are_escaped() {
        for (pattern, text, expected) in [
            ("log-*.txt", "log-2024.txt", true),
            ("log-*.txt", "log-.txt", true),
            ("log-*.txt", "log-2024.txt2", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*a", "a", false),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_value_of_another_type_passes_no_comparison() {
        let less = Operator::Numeric(Relation::LessThan, Operand::Fixed(Json::from(5)));
        assert!(less.passes(&Json::from(4), None));
        assert!(!less.passes(&Json::from("4"), None));
        assert!(Operator::IsNull(true).passes(&Json::Null, None));
    }
}
