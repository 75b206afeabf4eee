//! `Node`: JSON or YAML as it stands in a file, every value and every member name with its place.
//!
//! Definitions and templates are read into this, so that each finding can point at a field. Payloads, which need no
//! places, are read by `text`. Here are the types and the choice between the formats; bytes become text in `decode`,
//! `json`
//! (with `tokens`) and `yaml` read, `scalar` says what a plain YAML word means, and `build` puts the tree together.
//! [`edit`] and [`rewrite`] change texts in the style of what is around.
//!
//! No reader recurses: nesting is a `Vec`, and beyond [`MAX_DEPTH`](super::MAX_DEPTH) levels it is refused.

mod build;
mod decode;
pub mod edit;
mod json;
pub mod rewrite;
mod scalar;
mod tokens;
mod yaml;

use std::sync::Arc;

use super::{Json, Number};
use crate::diagnostic::{Diagnostic, Span};
pub use decode::decode;

/// The tag of `${Name}` where it stands in place of a value and not inside a string.
pub const UNQUOTED: &str = "${}";

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a text as JSON or YAML, whichever it is by content: what begins with a brace, a bracket or a `//` comment is
/// JSON, everything else YAML.
///
/// Reading goes on after what can be mended, such as a missing comma, so a tree may come with errors: it serves to
/// show the text while it is being written, and must not be run. There is none where nothing could be read.
///
/// Comments and trailing commas in JSON are accepted with a warning. So is `${Name}` without quotes, which SAM fills in
/// before the service sees it: in JSON as in YAML it becomes a string with the tag
/// [`UNQUOTED`].
pub fn parse(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    if let Some(refusal) = decode::refusal(&text[start..], start) {
        return (None, vec![refusal]);
    }
    let begin = text[start..].trim_start();
    if begin.starts_with(['{', '[']) || begin.starts_with("//") || begin.starts_with("/*") {
        json::read(text, start)
    } else {
        yaml::read(text, start)
    }
}

/// Reads the bytes of a file as [`parse`] does, or says why they are no text.
pub fn parse_bytes(bytes: &[u8]) -> (Option<Node>, Vec<Diagnostic>) {
    match decode(bytes) {
        Ok(text) => parse(text),
        Err(refusal) => (None, vec![*refusal]),
    }
}

/// Returns the length of `${Name}` at the beginning of `text`, `None` where there is no such placeholder.
pub fn placeholder_len(text: &str) -> Option<usize> {
    let name = text.strip_prefix("${")?;
    let len = name.bytes().take(256).position(|it| it == b'}')?;
    let is_name = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b':' | b'_' | b'-');
    (len > 0 && name[..len].bytes().all(is_name)).then_some(len + 3)
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where the value stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
    /// A YAML tag such as `!Sub`, which CloudFormation templates use. [`UNQUOTED`] for a placeholder; otherwise `None` in JSON.
    pub tag: Option<Arc<str>>,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// A list.
    Array(Vec<Node>),
    /// Members in order; a name may occur twice (which has been reported), then the last one counts.
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands, with its quotes.
    pub name_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Returns a value without a tag.
    pub fn new(span: Span, value: Value) -> Self {
        Self { span, value, tag: None }
    }

    /// Returns the value of the member `name`, the last one if it is repeated.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.member(name).map(|it| &it.value)
    }

    /// Returns the member `name`, the last one if it is repeated.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().rev().find(|it| &*it.name == name)
    }

    /// Returns the members; none if this is no object.
    pub fn members(&self) -> &[Member] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    /// Returns the items; none if this is no list.
    pub fn items(&self) -> &[Node] {
        if let Value::Array(items) = &self.value { items } else { &[] }
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(value) = &self.value { Some(value) } else { None }
    }

    /// Returns the JSON name of the value's type.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Returns the value without places.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => Json::Number(*value),
            Value::String(value) => Json::String(Arc::clone(value)),
            Value::Array(items) => Json::array(items.iter().map(Node::to_json)),
            Value::Object(members) => Json::object(members.iter().map(|it| (Arc::clone(&it.name), it.value.to_json()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{MAX_DEPTH, text};

    /// Runs `check` on a stack as small as that of a thread.
    fn on_a_small_stack(check: impl FnOnce() + Send + 'static) {
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(check).expect("threads are to be had");
        thread.join().expect("the check passes");
    }

    #[test]
    fn nesting_beyond_the_limit_is_refused_in_every_style() {
        on_a_small_stack(|| {
            let levels = 10_000;
            let by_indentation = (0..levels).map(|it| " ".repeat(it) + "a:\n").collect::<Vec<_>>().concat();
            for (style, text) in [
                ("lists", "[".repeat(levels)),
                ("closed lists", "[".repeat(levels) + &"]".repeat(levels)),
                ("objects", "{\"a\":".repeat(levels)),
                ("YAML lists", "- ".repeat(levels) + "x"),
                ("YAML lists in brackets", format!("a: {}", "[".repeat(levels))),
                ("YAML objects in brackets", format!("a: {}", "{a: ".repeat(levels))),
                ("YAML names", "? ".repeat(levels)),
                ("indentation", by_indentation),
            ] {
                let (node, findings) = parse(&text);
                assert!(node.is_none() || style == "YAML names", "{style}");
                assert_eq!(findings.len(), 1, "{style}");
                assert!(findings[0].code == "TXT003" || style == "YAML names", "{style}: {findings:?}");
            }
        });
    }

    #[test]
    fn the_deepest_tree_that_is_read_can_be_used_and_dropped() {
        on_a_small_stack(|| {
            let levels = MAX_DEPTH as usize;
            for text in [
                "[".repeat(levels) + &"]".repeat(levels),
                "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels),
                "- ".repeat(levels) + "x",
            ] {
                let (node, findings) = parse(&text);
                assert_eq!(findings, []);
                let node = node.expect("it is just deep enough");
                let json = node.clone().to_json();
                assert_eq!(json.depth(), MAX_DEPTH);
                assert!(text::compact(&json).len() > levels);
                drop(node);
            }
        });
    }

    #[test]
    fn what_begins_like_json_is_json_and_the_rest_is_yaml() {
        for text in
            [" {\"a\": 1}", "// why\n{\"a\": 1}", "/* why */ {\"a\": 1}", "a: 1", "---\n{a: 1}", "# why\n{\"a\": 1}"]
        {
            let value = parse(text).0.expect("it can be read").to_json();
            assert_eq!(text::compact(&value), "{\"a\":1}", "{text}");
        }
        let (_, findings) = parse("{a: 1}");
        assert_eq!(findings[0].message, "the name `a` has no quotes");
    }
}
