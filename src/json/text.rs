//! JSON text of payloads: reading into `Json` and printing it, compactly or indented.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Json, MAX_DEPTH, Number};

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, without the place.
    pub message: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column in bytes.
    pub column: usize,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for ParseError {}

/// Reads one JSON value.
///
/// Of repeated names the last value counts, as for the service. Fails on anything that is not exactly one value, and
/// on nesting beyond [`MAX_DEPTH`].
pub fn parse(text: &str) -> Result<Json, ParseError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.disable_recursion_limit();
    let value = Tree { depth: 0 }.deserialize(&mut deserializer);
    value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        ParseError { message: message.to_owned(), line: error.line().max(1), column: error.column().max(1) }
    })
}

/// Reads any self-describing source into `Json`, counting the depth on the way.
struct Tree {
    depth: u32,
}

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Tree {
    fn inner<E: serde::de::Error>(&self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Json;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(Number::Int(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(i64::try_from(value).map_or(Number::Float(value as f64), Number::Int)))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(self.inner()?)? {
            items.push(item);
        }
        Ok(Json::array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members: Vec<(Arc<str>, Json)> = Vec::new();
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let value = map.next_value_seed(self.inner()?)?;
            members.push((Arc::from(&*name), value));
        }
        Ok(Json::object(members))
    }
}

/// Prints the value on one line without spaces, as the service prints payloads.
pub fn compact(value: &Json) -> String {
    let mut out = String::with_capacity(value.size_bytes());
    write_compact(value, &mut out);
    out
}

/// Prints the value compactly at the end of `out`.
pub fn write_compact(value: &Json, out: &mut String) {
    if let Some(text) = value.text() {
        return out.push_str(text);
    }
    match value {
        Json::Array(array) => {
            out.push('[');
            for (idx, item) in array.iter().enumerate() {
                if idx > 0 {
                    out.push(',');
                }
                write_compact(item, out);
            }
            out.push(']');
        }
        Json::Object(object) => {
            out.push('{');
            for (idx, (name, item)) in object.iter().enumerate() {
                if idx > 0 {
                    out.push(',');
                }
                write_quoted(name, out);
                out.push(':');
                write_compact(item, out);
            }
            out.push('}');
        }
        scalar => write_scalar(scalar, out),
    }
}

/// Prints the value with two spaces per level.
pub fn pretty(value: &Json) -> String {
    pretty_where(value, |_| true)
}

/// Prints the value with two spaces per level. Where `is_long` does not hold, a value stands on one line with all that
/// is in it, with a space after each comma.
pub fn pretty_where(value: &Json, is_long: fn(&Json) -> bool) -> String {
    let mut out = String::with_capacity(value.size_bytes() * 2);
    write_pretty(value, 0, Some(is_long), &mut out);
    out
}

/// Without `is_long` nothing stands on a line of its own any more.
fn write_pretty(value: &Json, level: usize, is_long: Option<fn(&Json) -> bool>, out: &mut String) {
    let is_long = is_long.filter(|it| it(value));
    let line = |out: &mut String, level: usize| {
        if is_long.is_some() {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", level));
        }
    };
    let comma = if is_long.is_some() { "," } else { ", " };
    match value {
        Json::Array(array) if !array.is_empty() => {
            out.push('[');
            for (idx, item) in array.iter().enumerate() {
                if idx > 0 {
                    out.push_str(comma);
                }
                line(out, level + 1);
                write_pretty(item, level + 1, is_long, out);
            }
            line(out, level);
            out.push(']');
        }
        Json::Object(object) if !object.is_empty() => {
            out.push('{');
            for (idx, (name, item)) in object.iter().enumerate() {
                if idx > 0 {
                    out.push_str(comma);
                }
                line(out, level + 1);
                write_quoted(name, out);
                out.push_str(": ");
                write_pretty(item, level + 1, is_long, out);
            }
            line(out, level);
            out.push('}');
        }
        small => write_compact(small, out),
    }
}

fn write_scalar(value: &Json, out: &mut String) {
    match value {
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Json::String(value) => write_quoted(value, out),
        Json::Null | Json::Array(_) | Json::Object(_) => out.push_str("null"),
    }
}

/// Prints `value` as a JSON string at the end of `out`.
pub fn write_quoted(value: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in value.bytes().enumerate() {
        let Some(escape) = escape(byte) else { continue };
        out.push_str(&value[plain..at]);
        plain = at + 1;
        if escape == b'u' {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push('\\');
            out.push(char::from(escape));
        }
    }
    out.push_str(&value[plain..]);
    out.push('"');
}

/// Returns the bytes that [`write_quoted`] writes.
pub(super) fn quoted_len(value: &str) -> usize {
    let extra = value.bytes().map(|byte| match escape(byte) {
        None => 0,
        Some(b'u') => 5,
        Some(_) => 1,
    });
    value.len() + 2 + extra.sum::<usize>()
}

fn escape(byte: u8) -> Option<u8> {
    match byte {
        b'"' => Some(b'"'),
        b'\\' => Some(b'\\'),
        b'\n' => Some(b'n'),
        b'\r' => Some(b'r'),
        b'\t' => Some(b't'),
        0x08 => Some(b'b'),
        0x0c => Some(b'f'),
        0..=0x1f => Some(b'u'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_was() {
        for text in [r#"{"a":[1,2.5,"x\"\\\n\u0001é"],"b":{},"c":null,"d":[true,false]}"#, "[]", "0", "-1.0E-7", "\"\""]
        {
            let value = parse(text).expect("valid");
            assert_eq!(compact(&value), text);
            assert_eq!(parse(&pretty(&value)).expect("valid"), value);
        }
    }

    #[test]
    fn nesting_beyond_the_limit_is_an_error_with_a_place() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(parse(&deep(MAX_DEPTH as usize)).expect("valid").depth(), MAX_DEPTH);
        let error = parse(&deep(10_000)).expect_err("too deep");
        assert_eq!((error.message.as_str(), error.line), ("nested deeper than 1000 levels", 1));
    }

    #[test]
    fn broken_text_says_what_and_where() {
        let error = parse("{\"a\": 1,\n \"b\" 2}").expect_err("broken");
        assert_eq!((error.message.as_str(), error.line, error.column), ("expected `:`", 2, 6));
        assert!(parse("").is_err());
        assert!(parse("1 2").is_err());
        assert!(parse("1e999").is_err());
    }
}
