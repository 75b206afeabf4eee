//! Reads the text of a call of an intrinsic function.

use super::{Arg, Call, Function, format};
use crate::expr::{Path, SyntaxError};
use crate::json::{Json, Number};

/// The most calls inside one another (documented limit of the service).
const MAX_NESTING: usize = 10;

/// Reads a whole call.
pub(super) fn call(text: &str) -> Result<Call, SyntaxError> {
    let mut reader = Reader { text, at: 0 };
    let call = reader.call(1)?;
    reader.skip_blanks();
    if reader.at < text.len() {
        return Err(reader.error("expected nothing after the closing )"));
    }
    Ok(call)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads `States.Name(…)`.
    fn call(&mut self, level: usize) -> Result<Call, SyntaxError> {
        if level > MAX_NESTING {
            return Err(self.error(&format!("more than {MAX_NESTING} calls inside one another")));
        }
        self.skip_blanks();
        let begin = self.at;
        let function = self.function()?;
        self.skip_blanks();
        if !self.take('(') {
            return Err(self.error(&format!("expected ( after {}", function.name())));
        }
        let mut args = Vec::new();
        self.skip_blanks();
        if !self.take(')') {
            loop {
                let is_template = function == Function::Format && args.is_empty();
                args.push(self.arg(is_template, level)?);
                self.skip_blanks();
                if self.take(')') {
                    break;
                }
                if !self.take(',') {
                    return Err(self.error("expected , or ) after the argument"));
                }
            }
        }
        let (fewest, most) = function.arity();
        if !(fewest..=most).contains(&args.len()) {
            let message = format!("{} takes {}, not {}", function.name(), arguments(fewest, most), args.len());
            return Err(SyntaxError::new(begin, message).code("EXP004"));
        }
        Ok(Call { text: self.text[begin..self.at].into(), function, args })
    }

    fn function(&mut self) -> Result<Function, SyntaxError> {
        let rest = self.rest();
        let len = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '.' && it != '_').unwrap_or(rest.len());
        let name = &rest[..len];
        if let Some(function) = Function::all().find(|it| it.name() == name) {
            self.at += len;
            return Ok(function);
        }
        if !name.starts_with("States.") {
            return Err(self.error("expected a path that begins with $ or a call of an intrinsic function"));
        }
        let error = self.error(&format!("there is no function {name}")).code("EXP003");
        let near = Function::all().find(|it| it.name().eq_ignore_ascii_case(name));
        Err(match near {
            Some(function) => error.help(format!("did you mean {}?", function.name())),
            None => error.help(format!(
                "the functions are {}",
                Function::all().map(Function::name).collect::<Vec<_>>().join(", ")
            )),
        })
    }

    fn arg(&mut self, is_template: bool, level: usize) -> Result<Arg, SyntaxError> {
        self.skip_blanks();
        match self.rest().chars().next() {
            Some('\'') if is_template => self.quoted().and_then(|(raw, at)| {
                format::Template::parse(raw)
                    .map(Arg::Template)
                    .map_err(|reason| SyntaxError::new(at, reason).help("write \\{ for a brace that is text"))
            }),
            Some('\'') => self.quoted().map(|(raw, _)| Arg::Literal(Json::from(unescape(raw)))),
            Some('$') => self.path(),
            Some('-' | '0'..='9') => self.number(),
            Some('S') => self.call(level + 1).map(Arg::Call),
            _ => self.word(),
        }
    }

    /// Reads `'…'`; returns what is between the quotes, escapes included, and where it begins.
    fn quoted(&mut self) -> Result<(&'a str, usize), SyntaxError> {
        let open = self.at;
        let inner = &self.text[open + 1..];
        let mut chars = inner.char_indices();
        while let Some((idx, char)) = chars.next() {
            match char {
                '\'' => {
                    self.at = open + 1 + idx + 1;
                    return Ok((&inner[..idx], open + 1));
                }
                '\\' => match chars.next() {
                    Some((_, '\'' | '\\' | '{' | '}')) => {}
                    Some((_, other)) => {
                        let message = format!("\\{other} is no escape");
                        let help = "a string knows the escapes \\' \\\\ \\{ \\}";
                        return Err(SyntaxError::new(open + 1 + idx, message).help(help));
                    }
                    None => break,
                },
                _ => {}
            }
        }
        Err(SyntaxError::new(open, "this quote is not closed"))
    }

    /// Reads a path, which ends before the next comma or closing parenthesis outside of brackets and quotes.
    fn path(&mut self) -> Result<Arg, SyntaxError> {
        let rest = self.rest();
        let end = path_end(rest);
        let path = Path::parse(rest[..end].trim_end()).map_err(|error| error.shifted(self.at))?;
        self.at += end;
        Ok(Arg::Path(path))
    }

    fn number(&mut self) -> Result<Arg, SyntaxError> {
        let rest = self.rest();
        let len = rest.find(|it: char| !matches!(it, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')).unwrap_or(rest.len());
        let text = &rest[..len];
        let number = match text.parse::<i64>() {
            Ok(value) => Some(Number::Int(value)),
            Err(_) => text.parse::<f64>().ok().and_then(Number::from_f64),
        };
        let Some(number) = number else { return Err(self.error(&format!("{text} is no number"))) };
        self.at += len;
        Ok(Arg::Literal(number.into()))
    }

    fn word(&mut self) -> Result<Arg, SyntaxError> {
        let rest = self.rest();
        let len = rest.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(rest.len());
        let value = match &rest[..len] {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "null" => Json::Null,
            _ => {
                let message =
                    "expected an argument: a path, a number, a string in single quotes, true, false, null or a call";
                return Err(self.error(message));
            }
        };
        self.at += len;
        Ok(Arg::Literal(value))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn error(&self, message: &str) -> SyntaxError {
        SyntaxError::new(self.at, message)
    }
}

/// Returns where the path at the beginning of `text` ends.
fn path_end(text: &str) -> usize {
    let (mut brackets, mut parens) = (0_usize, 0_usize);
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((idx, char)) = chars.next() {
        match (quote, char) {
            (Some(_), '\\') => _ = chars.next(),
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if brackets + parens > 0 => quote = Some(char),
            (None, '[') => brackets += 1,
            (None, ']') => brackets = brackets.saturating_sub(1),
            (None, '(') => parens += 1,
            (None, ')') if parens > 0 => parens -= 1,
            (None, ',' | ')') if brackets == 0 && parens == 0 => return idx,
            (None, _) => {}
        }
    }
    text.len()
}

/// Returns the text that a string literal stands for.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(char) = chars.next() {
        out.extend(if char == '\\' { chars.next() } else { Some(char) });
    }
    out
}

fn arguments(fewest: usize, most: usize) -> String {
    let counted = |n: usize| if n == 1 { "1 argument".to_owned() } else { format!("{n} arguments") };
    match most {
        usize::MAX => format!("at least {}", counted(fewest)),
        _ if fewest == most => counted(fewest),
        _ => format!("{fewest} to {}", counted(most)),
    }
}
