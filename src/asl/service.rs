//! The service's own sentences about definitions that it refuses, word for word as they were recorded.
//!
//! A finding says in our words what is wrong and carries the service's sentence beside them: it is what people have in
//! front of them and search for. A refusal whose sentence has not been recorded has none here; none is made up.

use std::fmt::Display;

use crate::json::source::{Node, Value};

/// Returns where the service says something is: our pointer, and `/` for the whole definition.
///
/// `None` below a list: how the service writes places in lists has not been recorded.
fn location(pointer: &str) -> Option<&str> {
    let in_list = pointer.split('/').skip(1).any(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()));
    match pointer {
        "" => Some("/"),
        _ => (!in_list).then_some(pointer),
    }
}

fn sentence(code: &str, message: impl Display, pointer: &str) -> Option<String> {
    location(pointer).map(|place| format!("{code}: {message} at {place}"))
}

fn schema(message: impl Display, pointer: &str) -> Option<String> {
    sentence("SCHEMA_VALIDATION_FAILED", message, pointer)
}

/// The definition lacks `names`.
pub(super) fn required(names: &[&str]) -> Option<String> {
    schema(format_args!("These fields are required: [{}]", names.join(", ")), "")
}

/// The object at `pointer` lacks the one field `name`.
pub(super) fn required_member(name: &str, pointer: &str) -> Option<String> {
    schema(format_args!("The field '{name}' is required but was missing"), pointer)
}

/// The list at `pointer` has nothing in it.
pub(super) fn empty(pointer: &str) -> Option<String> {
    schema("Value cannot be empty", pointer)
}

/// The `Type` at `pointer` is none of the eight.
pub(super) fn state_type(pointer: &str) -> Option<String> {
    let types = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]";
    schema(format_args!("The field 'Type' should have one of these values: {types}"), pointer)
}

/// The string at `pointer` is no timestamp.
pub(super) fn timestamp(pointer: &str) -> Option<String> {
    schema("String does not match RFC3339 timestamp", pointer)
}

/// The field `name` of the template at `pointer` is neither a path nor a call.
pub(super) fn computed_field(name: &str, pointer: &str) -> Option<String> {
    let wanted = "must be a valid JSONPath or a valid intrinsic function call";
    schema(format_args!("The value for the field '{name}' {wanted}"), pointer)
}

/// The `Resource` at `pointer` is nothing that can be called.
pub(super) fn resource(arn: &str, pointer: &str) -> Option<String> {
    let why = "The value is not a valid resource ARN, or the resource is not available in this region.";
    schema(format_args!("The resource provided {arn} is not recognized. {why}"), pointer)
}

/// The `Next` at `pointer` names no state.
pub(super) fn next_target(name: &str, pointer: &str) -> Option<String> {
    sentence("MISSING_TRANSITION_TARGET", format_args!("Missing 'Next' target: {name}"), pointer)
}

/// Nothing leads to the state at `pointer`.
pub(super) fn unreachable(name: &str, pointer: &str) -> Option<String> {
    sentence("MISSING_TRANSITION_TARGET", format_args!("State \"{name}\" is not reachable."), pointer)
}

/// Returns what the service says about a text that is no definition at all; `root` is what could be read of it.
pub fn about_text(text: &str, root: Option<&Node>) -> Option<String> {
    if text.trim().is_empty() {
        return Some("SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object".to_owned());
    }
    match &root?.value {
        Value::Object(members) if members.is_empty() => required(&["States", "StartAt"]),
        Value::String(_) => unrecognised_token(text),
        _ => None,
    }
}

/// Says that a text which begins with a bare word is no JSON, as the service's JSON reader does.
fn unrecognised_token(text: &str) -> Option<String> {
    /// Longer texts are shortened in a way that has not been recorded.
    const MOST: usize = 500;
    let begin = text.trim_start_matches([' ', '\t']);
    let word_len = begin.find(|it: char| !it.is_alphanumeric() && it != '_' && it != '$').unwrap_or(begin.len());
    let (word, indent) = (&begin[..word_len], text.len() - begin.len());
    if !word.starts_with(char::is_alphabetic) || matches!(word, "true" | "false" | "null") || text.len() > MOST {
        return None;
    }
    let column = indent + word.chars().count() + 1;
    let place = format!("[Source: (String)\"{text}\"; line: 1, column: {column}]");
    let wanted = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    Some(format!("INVALID_JSON_DESCRIPTION: Unrecognized token '{word}': {wanted}\n at {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_below_a_list_have_no_sentence() {
        assert_eq!(location(""), Some("/"));
        assert_eq!(location("/States/A/Resource"), Some("/States/A/Resource"));
        assert_eq!(location("/States/P/Branches/0/States/A"), None);
    }

    #[test]
    fn a_bare_word_is_refused_with_the_column_after_it() {
        let said = unrecognised_token("not a definition").expect("a word");
        assert!(said.starts_with("INVALID_JSON_DESCRIPTION: Unrecognized token 'not': "), "{said}");
        assert!(said.ends_with("at [Source: (String)\"not a definition\"; line: 1, column: 4]"), "{said}");
        assert_eq!(unrecognised_token("\"quoted\""), None);
        assert_eq!(unrecognised_token("true"), None);
    }
}
