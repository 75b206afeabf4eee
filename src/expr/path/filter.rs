//! Filters: what stands in `[?( )]`, read and applied to one value after the other.

use std::cmp::Ordering;

use super::function::Call;
use super::parse::Cursor;
use super::regex::Regex;
use super::walk::{self, Scope};
use super::{Step, is_definite};
use crate::expr::SyntaxError;
use crate::json::{Array, Json, Number, text};

/// A condition on one value, which it calls `@`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// `@.a`: the path has a value.
    Exists(Operand),
    Compare(Box<(Operand, Operator, Operand)>),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Literal(Json),
    Pattern(Regex),
    /// A path from `@` (or from `$`, the whole document), perhaps with a function at its end.
    Path {
        from_current: bool,
        steps: Vec<Step>,
        function: Option<Call>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    SameTypeEqual,
    SameTypeNotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    Contains,
    AllOf,
    AnyOf,
    NoneOf,
    SubsetOf,
    Size,
    Empty,
}

/// The operators in an order in which none is the beginning of a later one.
const OPERATORS: [(&str, Operator); 18] = [
    ("===", Operator::SameTypeEqual),
    ("!==", Operator::SameTypeNotEqual),
    ("==", Operator::Equal),
    ("=~", Operator::Matches),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("in", Operator::In),
    ("nin", Operator::NotIn),
    ("contains", Operator::Contains),
    ("all", Operator::AllOf),
    ("anyof", Operator::AnyOf),
    ("noneof", Operator::NoneOf),
    ("subsetof", Operator::SubsetOf),
    ("size", Operator::Size),
    ("empty", Operator::Empty),
];

impl Filter {
    /// Reads `?(…)`.
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, SyntaxError> {
        cursor.take('?');
        cursor.skip_blanks();
        if cursor.peek() != Some('(') {
            return Err(cursor.error("expected ( after ?"));
        }
        read_any(cursor)
    }

    /// Whether `current` meets the condition; `scope` knows what `$` means in it.
    pub(super) fn accepts(&self, current: &Json, scope: &Scope<'_>) -> bool {
        self.test(current, scope) == Some(true)
    }

    /// Returns whether the condition holds; nothing where the Jayway library gives up, which no `!` turns into a yes.
    fn test(&self, current: &Json, scope: &Scope<'_>) -> Option<bool> {
        match self {
            Self::All(parts) => {
                for part in parts {
                    if !part.test(current, scope)? {
                        return Some(false);
                    }
                }
                Some(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.test(current, scope)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            Self::Not(part) => part.test(current, scope).map(|holds| !holds),
            Self::Exists(operand) => Some(operand.value(current, scope).is_some()),
            Self::Compare(sides) => {
                let (left, operator, right) = &**sides;
                if *operator == Operator::Matches {
                    return Some(matches(left, right, current, scope));
                }
                let (left, right) = (left.value(current, scope), right.value(current, scope));
                operator.holds(left.as_ref(), right.as_ref())
            }
        }
    }
}

impl Operand {
    /// Returns the value; `None` where a path has none.
    fn value(&self, current: &Json, scope: &Scope<'_>) -> Option<Json> {
        match self {
            Self::Literal(value) => Some(value.clone()),
            Self::Pattern(_) => None,
            Self::Path { from_current, steps, function } => {
                let base = if *from_current { current } else { scope.root };
                let n_plain = steps.iter().take_while(|step| step.is_plain()).count();
                // A list of nothing is a value, but not if its parent is missing.
                let at = walk::locate(&steps[..n_plain], base)?;
                let value = if n_plain == steps.len() {
                    at.clone()
                } else {
                    let mut found = walk::collect(&steps[n_plain..], at, scope).ok()?;
                    if is_definite(steps) { found.pop()? } else { Json::array(found) }
                };
                match function {
                    Some(call) => call.apply(&value, scope).ok(),
                    None => Some(value),
                }
            }
        }
    }
}

impl Operator {
    /// Returns whether the comparison holds; a side that is missing is `None` and equals nothing.
    ///
    /// Gives nothing where a list is wanted and there is none, or a truth value and there is none: the library gives up.
    fn holds(self, left: Option<&Json>, right: Option<&Json>) -> Option<bool> {
        let both =
            |holds: fn(&Json, &Json) -> bool| Some(left.zip(right).is_some_and(|(left, right)| holds(left, right)));
        match self {
            Self::NotEqual => Self::Equal.holds(left, right).map(|it| !it),
            Self::SameTypeNotEqual => Self::SameTypeEqual.holds(left, right).map(|it| !it),
            Self::NotIn => Self::In.holds(left, right).map(|it| !it),
            Self::Equal => both(equal),
            Self::SameTypeEqual => both(|left, right| left == right),
            Self::Less => both(|left, right| compare(left, right).is_some_and(Ordering::is_lt)),
            Self::LessOrEqual => both(|left, right| compare(left, right).is_some_and(Ordering::is_le)),
            Self::Greater => both(|left, right| compare(left, right).is_some_and(Ordering::is_gt)),
            Self::GreaterOrEqual => both(|left, right| compare(left, right).is_some_and(Ordering::is_ge)),
            Self::Contains => both(|left, right| match (left, right) {
                (Json::String(left), Json::String(right)) => left.contains(&**right),
                _ => left.as_array().is_some_and(|items| holds_item(items, right)),
            }),
            Self::Size => {
                both(|left, right| size(left).zip(right.as_i64()).is_some_and(|(it, expected)| it == expected))
            }
            Self::Empty => match left.and_then(size) {
                Some(size) => Some((size == 0) == right?.as_bool()?),
                None => Some(false),
            },
            Self::In => match list(right)? {
                Some(items) => Some(left.is_some_and(|left| holds_item(items, left))),
                None => Some(false),
            },
            Self::AllOf | Self::SubsetOf | Self::AnyOf | Self::NoneOf => {
                let Some(right) = list(right)? else { return Some(false) };
                // An object is no list of which anything could be wanted.
                let Some(left) = list(left)? else { return Some(self == Self::AllOf) };
                Some(match self {
                    Self::AllOf => right.iter().all(|it| holds_item(left, it)),
                    Self::SubsetOf => left.iter().all(|it| holds_item(right, it)),
                    Self::AnyOf => left.iter().any(|it| holds_item(right, it)),
                    _ => !left.iter().any(|it| holds_item(right, it)),
                })
            }
            Self::Matches => Some(false),
        }
    }
}

/// Returns the list that a side is: of an object none, of anything else nothing at all.
#[expect(
    clippy::option_option,
    reason = "an object is no list, and the rest not even that: the library tells them apart"
)]
fn list(side: Option<&Json>) -> Option<Option<&Array>> {
    match side? {
        Json::Array(items) => Some(Some(items)),
        Json::Object(_) => Some(None),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

/// Compares as the Jayway library does: a text and a number are equal if the left one reads like the right one.
fn equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::String(left), Json::Number(right)) => **left == *right.to_string(),
        (Json::Number(left), Json::String(right)) => right.parse::<f64>().is_ok_and(|right| right == left.as_f64()),
        _ => left == right,
    }
}

fn compare(left: &Json, right: &Json) -> Option<Ordering> {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.partial_cmp(right),
        (Json::String(left), Json::String(right)) => Some(left.cmp(right)),
        (Json::String(left), Json::Number(right)) => Some((**left).cmp(&right.to_string())),
        (Json::Number(left), Json::String(right)) => Some(left.to_string().as_str().cmp(right)),
        _ => None,
    }
}

fn holds_item(items: &Array, value: &Json) -> bool {
    items.iter().any(|item| equal(item, value))
}

fn size(value: &Json) -> Option<i64> {
    match value {
        Json::String(value) => Some(value.encode_utf16().count() as i64),
        Json::Array(items) => Some(items.len() as i64),
        Json::Object(members) => Some(members.len() as i64),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

/// Whether the side that is no pattern matches the one that is, as a whole; of a list, any item.
fn matches(left: &Operand, right: &Operand, current: &Json, scope: &Scope<'_>) -> bool {
    let ((Operand::Pattern(pattern), other) | (other, Operand::Pattern(pattern))) = (left, right) else { return false };
    let reads = |value: &Json| match value {
        Json::String(value) => pattern.matches(value),
        Json::Number(value) => pattern.matches(&value.to_string()),
        Json::Bool(value) => pattern.matches(if *value { "true" } else { "false" }),
        Json::Null | Json::Array(_) | Json::Object(_) => pattern.matches(""),
    };
    match other.value(current, scope) {
        Some(Json::Array(items)) => items.iter().any(reads),
        Some(value) => reads(&value),
        None => pattern.matches(""),
    }
}

/// Reads parts joined by `||`.
fn read_any(cursor: &mut Cursor<'_>) -> Result<Filter, SyntaxError> {
    let mut parts = vec![read_all(cursor)?];
    while cursor.take_text("||") {
        parts.push(read_all(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
}

/// Reads parts joined by `&&`.
fn read_all(cursor: &mut Cursor<'_>) -> Result<Filter, SyntaxError> {
    let mut parts = vec![read_part(cursor)?];
    while cursor.take_text("&&") {
        parts.push(read_part(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
}

/// Reads `(…)`, `!…`, a path that must exist, or a comparison, and the blanks behind it.
fn read_part(cursor: &mut Cursor<'_>) -> Result<Filter, SyntaxError> {
    cursor.enter()?;
    cursor.skip_blanks();
    let part = match cursor.peek() {
        Some('!') => {
            cursor.take('!');
            Filter::Not(Box::new(read_part(cursor)?))
        }
        Some('(') => {
            cursor.take('(');
            let inner = read_any(cursor)?;
            if !cursor.take(')') {
                return Err(cursor.error("expected &&, || or )"));
            }
            inner
        }
        _ => read_comparison(cursor)?,
    };
    cursor.leave();
    cursor.skip_blanks();
    Ok(part)
}

fn read_comparison(cursor: &mut Cursor<'_>) -> Result<Filter, SyntaxError> {
    let left = read_operand(cursor)?;
    cursor.skip_blanks();
    if matches!(cursor.peek(), None | Some(')' | '&' | '|')) {
        return match left {
            Operand::Path { .. } => Ok(Filter::Exists(left)),
            Operand::Literal(_) | Operand::Pattern(_) => Err(cursor.error("expected an operator")),
        };
    }
    let operator = read_operator(cursor)?;
    cursor.skip_blanks();
    let right = read_operand(cursor)?;
    Ok(Filter::Compare(Box::new((left, operator, right))))
}

fn read_operator(cursor: &mut Cursor<'_>) -> Result<Operator, SyntaxError> {
    let rest = cursor.rest();
    if rest.starts_with(|it: char| it.is_ascii_alphabetic()) {
        let len = rest.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(rest.len());
        let word = &rest[..len];
        if let Some((_, operator)) = OPERATORS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
            cursor.at += len;
            return Ok(*operator);
        }
    } else if let Some((name, operator)) = OPERATORS.iter().find(|(name, _)| rest.starts_with(name)) {
        cursor.at += name.len();
        return Ok(*operator);
    }
    let names = OPERATORS.map(|(name, _)| name).join(" ");
    Err(cursor.error("expected an operator").help(format!("the operators are {names}")))
}

fn read_operand(cursor: &mut Cursor<'_>) -> Result<Operand, SyntaxError> {
    match cursor.peek() {
        Some(root @ ('@' | '$')) => {
            cursor.take(root);
            let (steps, function) = cursor.steps()?;
            Ok(Operand::Path { from_current: root == '@', steps, function })
        }
        Some('\'' | '"') => Ok(Operand::Literal(cursor.quoted()?.into())),
        Some('/') => read_pattern(cursor).map(Operand::Pattern),
        Some('[' | '{') => read_json(cursor).map(Operand::Literal),
        Some('-' | '0'..='9') => {
            let rest = cursor.rest();
            let len = rest.find(|it: char| !matches!(it, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'));
            let number = &rest[..len.unwrap_or(rest.len())];
            let value = match number.parse::<i64>() {
                Ok(value) => Some(Number::Int(value)),
                Err(_) => number.parse::<f64>().ok().and_then(Number::from_f64),
            };
            let Some(value) = value else { return Err(cursor.error("expected a number")) };
            cursor.at += number.len();
            Ok(Operand::Literal(value.into()))
        }
        Some(first) if first.is_alphabetic() || first == '_' => {
            // The library's own parser wants quotes here, but public workflows that run in the service have none:
            // [?(@.Type.Text==AMOUNT_PAID)].
            let rest = cursor.rest();
            let len = rest.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == '-'));
            let word = &rest[..len.unwrap_or(rest.len())];
            cursor.at += word.len();
            Ok(Operand::Literal(match word {
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                "null" => Json::Null,
                _ => Json::from(word),
            }))
        }
        _ => Err(cursor.error("expected a path, a number, a string, a list, true, false, null or a /pattern/")),
    }
}

/// Reads `/…/` and its flags.
fn read_pattern(cursor: &mut Cursor<'_>) -> Result<Regex, SyntaxError> {
    let open = cursor.at;
    cursor.take('/');
    let mut pattern = String::new();
    loop {
        match cursor.next() {
            None => return Err(SyntaxError::new(open, "this / has no second one")),
            Some('/') => break,
            Some('\\') if cursor.take('/') => pattern.push('/'),
            Some('\\') => {
                pattern.push('\\');
                pattern.extend(cursor.next());
            }
            Some(other) => pattern.push(other),
        }
    }
    let rest = cursor.rest();
    let len = rest.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(rest.len());
    let flags = &rest[..len];
    cursor.at += len;
    Regex::parse(&pattern, flags).map_err(|reason| SyntaxError::new(open, reason))
}

/// Reads a JSON list or object; single quotes stand for double ones.
fn read_json(cursor: &mut Cursor<'_>) -> Result<Json, SyntaxError> {
    let open = cursor.at;
    let mut depth = 0_usize;
    let mut source = String::new();
    loop {
        match cursor.peek() {
            None => return Err(SyntaxError::new(open, "this bracket is not closed")),
            Some('\'' | '"') => {
                text::write_quoted(&cursor.quoted()?, &mut source);
                continue;
            }
            Some(other) => {
                cursor.at += other.len_utf8();
                source.push(other);
                match other {
                    '[' | '{' => depth += 1,
                    ']' | '}' => depth -= 1,
                    _ => {}
                }
            }
        }
        if depth == 0 {
            break;
        }
    }
    text::parse(&source).map_err(|error| SyntaxError::new(open, error.message))
}
