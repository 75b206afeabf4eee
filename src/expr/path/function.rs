//! Functions at the end of a path, such as `$.items.length()`.

use super::Path;
use super::parse::Cursor;
use super::walk::Scope;
use crate::expr::SyntaxError;
use crate::json::{Array, Json, Number, Object, text};

/// A call at the end of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    function: Function,
    args: Vec<Arg>,
}

#[derive(Clone, Debug, PartialEq)]
enum Arg {
    Literal(Json),
    Path(Path),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Length,
    Min,
    Max,
    Average,
    StandardDeviation,
    Sum,
    Keys,
    Concat,
    Append,
    First,
    Last,
    Index,
    Distinct,
}

const FUNCTIONS: [(&str, Function); 14] = [
    ("length", Function::Length),
    ("size", Function::Length),
    ("min", Function::Min),
    ("max", Function::Max),
    ("avg", Function::Average),
    ("stddev", Function::StandardDeviation),
    ("sum", Function::Sum),
    ("keys", Function::Keys),
    ("concat", Function::Concat),
    ("append", Function::Append),
    ("first", Function::First),
    ("last", Function::Last),
    ("index", Function::Index),
    ("distinct", Function::Distinct),
];

impl Call {
    /// Reads `(…)` after the function's `name`, which begins at `begin`.
    pub(super) fn read(name: &str, begin: usize, cursor: &mut Cursor<'_>) -> Result<Self, SyntaxError> {
        let Some((_, function)) = FUNCTIONS.iter().find(|(it, _)| *it == name) else {
            let names = FUNCTIONS.map(|(name, _)| name).join(", ");
            let error = SyntaxError::new(begin, format!("there is no function {name}() of paths"));
            return Err(error.help(format!("the functions are {names}")));
        };
        let open = cursor.at;
        cursor.take('(');
        cursor.enter()?;
        let mut args = Vec::new();
        loop {
            cursor.skip_blanks();
            if cursor.take(')') {
                cursor.leave();
                return Ok(Self { function: *function, args });
            }
            if !args.is_empty() && !cursor.take(',') {
                return Err(cursor.error("expected , or )"));
            }
            cursor.skip_blanks();
            args.push(read_arg(open, cursor)?);
        }
    }

    /// Returns the function's result for `value`; `scope` knows what `$` means in its arguments.
    ///
    /// Fails where an aggregation has no number, with the sentence of the Jayway library.
    pub(super) fn apply(&self, value: &Json, scope: &Scope<'_>) -> Result<Json, String> {
        let mut args = Vec::with_capacity(self.args.len());
        for arg in &self.args {
            args.push(match arg {
                Arg::Literal(value) => value.clone(),
                Arg::Path(path) => path.eval_in(scope).map_err(|miss| miss.reason)?,
            });
        }
        let items = value.as_array();
        let item = |index: i64| {
            let items = items?;
            items.get(super::position(index, items.len())?).cloned()
        };
        Ok(match self.function {
            Function::Length => {
                let measured = args.first().unwrap_or(value);
                let len = measured.as_array().map(Array::len);
                let len = len.or(measured.as_object().map(Object::len));
                len.map_or(Json::Null, |len| Json::from(len as i64))
            }
            Function::Min | Function::Max | Function::Average | Function::StandardDeviation | Function::Sum => {
                aggregate(self.function, &numbers(value, &args))?
            }
            Function::Keys => match value.as_object() {
                Some(members) => Json::array(members.iter().map(|(name, _)| Json::from(name.clone()))),
                None => Json::Null,
            },
            Function::Concat => concat(value, &args),
            Function::Append => match items {
                Some(items) => Json::array(items.iter().chain(&args).cloned()),
                None => value.clone(),
            },
            Function::First => item(0).unwrap_or_default(),
            Function::Last => item(-1).unwrap_or_default(),
            Function::Index => args.first().and_then(Json::as_i64).and_then(item).unwrap_or_default(),
            Function::Distinct => match items {
                Some(items) => crate::expr::unique(items),
                None => value.clone(),
            },
        })
    }
}

/// Reads a path or a JSON value.
fn read_arg(open: usize, cursor: &mut Cursor<'_>) -> Result<Arg, SyntaxError> {
    if cursor.peek() == Some('$') {
        let begin = cursor.at;
        cursor.take('$');
        let (steps, function) = cursor.steps()?;
        let text = cursor.text[begin..cursor.at].into();
        return Ok(Arg::Path(Path::new(text, super::Root::Input, steps, function)));
    }
    let rest = cursor.rest();
    let (mut depth, mut in_quotes, mut is_escaped) = (0_usize, false, false);
    let end = rest.find(|it: char| {
        match it {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ',' | ')' => return depth == 0,
            _ => {}
        }
        false
    });
    let Some(end) = end else { return Err(SyntaxError::new(open, "this ( has no )")) };
    let value = text::parse(rest[..end].trim_end());
    let value =
        value.map_err(|error| cursor.error(&format!("the argument is no path and no JSON: {}", error.message)))?;
    cursor.at += end;
    Ok(Arg::Literal(value))
}

/// Returns the numbers in a list and in the arguments; lists among the arguments count by item.
fn numbers(value: &Json, args: &[Json]) -> Vec<f64> {
    let listed = std::iter::once(value).filter_map(Json::as_array).flat_map(Array::iter);
    let given = args.iter().flat_map(|arg| {
        let items = arg.as_array().into_iter().flat_map(Array::iter);
        std::iter::once(arg).chain(items)
    });
    listed.chain(given).filter_map(Json::as_number).map(Number::as_f64).collect()
}

fn aggregate(function: Function, numbers: &[f64]) -> Result<Json, String> {
    if numbers.is_empty() {
        return Err("Aggregation function attempted to calculate value using empty array".to_owned());
    }
    let count = numbers.len() as f64;
    let sum = numbers.iter().sum::<f64>();
    let value = match function {
        Function::Min => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        Function::Max => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Function::Average => sum / count,
        Function::StandardDeviation => {
            let squares = numbers.iter().map(|it| it * it).sum::<f64>();
            (squares / count - sum * sum / count / count).max(0.0).sqrt()
        }
        _ => sum,
    };
    Number::from_f64(value).map(Json::from).ok_or_else(|| "the result is out of range".to_owned())
}

/// Joins the strings in a list (or the one string) and the arguments.
fn concat(value: &Json, args: &[Json]) -> Json {
    let listed = value.as_array().into_iter().flat_map(Array::iter);
    let mut out = String::new();
    for part in std::iter::once(value).chain(listed).chain(args) {
        match part {
            Json::String(part) => out.push_str(part),
            Json::Number(part) => out.push_str(&part.to_string()),
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => {}
        }
    }
    out.into()
}
