//! States.Format: a text with `{}` where values go, and the form that values take in it.

use std::fmt::Write as _;

use crate::json::Json;

/// The first argument of States.Format, cut at its `{}`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template {
    /// The texts before, between and after the values; one more than there are values.
    texts: Vec<String>,
}

impl Template {
    /// Reads a template; `\'`, `\\`, `\{` and `\}` stand for the second character.
    ///
    /// Fails on a `{` that no `}` follows.
    pub(super) fn parse(raw: &str) -> Result<Self, String> {
        let mut texts = vec![String::new()];
        let mut last = String::new();
        let mut chars = raw.char_indices();
        while let Some((idx, char)) = chars.next() {
            match char {
                '\\' => last.extend(chars.next().map(|(_, escaped)| escaped)),
                '{' if raw[idx + 1..].starts_with('}') => {
                    chars.next();
                    texts.insert(texts.len() - 1, std::mem::take(&mut last));
                }
                '{' if !raw[idx + 1..].contains('}') => return Err("matching '}' not found for '{'".to_owned()),
                _ => last.push(char),
            }
        }
        if let Some(end) = texts.last_mut() {
            *end = last;
        }
        Ok(Self { texts })
    }

    /// Returns the text with `values` in its places; there must be as many of them as `{}`.
    pub(super) fn fill(&self, values: &[Json]) -> Result<Json, String> {
        if self.texts.len() != values.len() + 1 {
            let places = self.texts.len() - 1;
            return Err(format!(
                "number of arguments do not match the occurrences of {{}}: {} for {places}",
                values.len()
            ));
        }
        let mut out = String::new();
        for (nth, text) in self.texts.iter().enumerate() {
            out.push_str(text);
            match values.get(nth) {
                Some(Json::String(value)) => out.push_str(value),
                Some(value) => write_java(value, &mut out),
                None => {}
            }
        }
        Ok(out.into())
    }
}

/// Writes a value as Java prints it: objects and lists are not JSON here (recorded: `{Arg1=1, Arg2=[]}`).
fn write_java(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => _ = write!(out, "{number}"),
        Json::String(value) => out.push_str(value),
        Json::Array(items) => {
            out.push('[');
            for (idx, item) in items.iter().enumerate() {
                out.push_str(if idx > 0 { ", " } else { "" });
                write_java(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (idx, (name, item)) in members.iter().enumerate() {
                out.push_str(if idx > 0 { ", " } else { "" });
                out.push_str(name);
                out.push('=');
                write_java(item, out);
            }
            out.push('}');
        }
    }
}
