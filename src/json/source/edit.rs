//! Edits of a definition's text: members and items put in, taken out and replaced, in the style of what is around them.
//!
//! What is put in is written as JSON, which is YAML too. In YAML written by indentation it goes before what is there,
//! because the end of a block is not a place in its text; no part of a block that is nothing else is taken out.

use crate::diagnostic::{Edit, Span};
use crate::json::source::{Node, Value};
use crate::json::{Json, text::write_quoted};

/// Returns `value` on one line, with a space after commas and colons.
pub fn line(value: &Json) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Json, out: &mut String) {
    match value {
        Json::Object(object) => {
            out.push('{');
            for (nth, (name, value)) in object.iter().enumerate() {
                out.push_str(if nth == 0 { "" } else { ", " });
                write_quoted(name, out);
                out.push_str(": ");
                write(value, out);
            }
            out.push('}');
        }
        Json::Array(array) => {
            out.push('[');
            for (nth, value) in array.iter().enumerate() {
                out.push_str(if nth == 0 { "" } else { ", " });
                write(value, out);
            }
            out.push(']');
        }
        plain => out.push_str(&crate::json::text::compact(plain)),
    }
}

/// Replaces the value at `span` by a string.
pub fn string(span: Span, value: &str) -> Edit {
    Edit { span, text: line(&Json::from(value)) }
}

/// Adds the member `name` to an object that does not have it.
pub fn add_member(text: &str, object: &Node, name: &str, value: &Json) -> Option<Edit> {
    let members = object.members();
    let quoted = line(&Json::from(name));
    if !is_block(text, object) {
        let content = format!("{quoted}: {}", line(value));
        return append(text, object, members.last().map(|it| (it.name_span.start, it.value.span.end)), &content);
    }
    let at = members.first()?.name_span.start;
    let indent = indent(text, at)?;
    Some(insert(at, format!("{name}: {}\n{indent}", line(value))))
}

/// Adds an item to a list, before its other items if `first`.
pub fn add_item(text: &str, list: &Node, first: bool, value: &Json) -> Option<Edit> {
    let items = list.items();
    let content = line(value);
    if is_block(text, list) {
        let at = items.first()?.span.start;
        let dash = dash(text, at)?;
        let indent = indent(text, dash)?;
        let is_plain = first || items.len() == 1;
        return is_plain.then(|| insert(dash, format!("- {content}\n{indent}")));
    }
    match items.first() {
        Some(item) if first => {
            let at = item.span.start;
            let between = separator(text, list.span.start + 1, at);
            Some(insert(at, format!("{content},{between}")))
        }
        _ => append(text, list, items.last().map(|it| (it.span.start, it.span.end)), &content),
    }
}

/// Adds items behind those of a list in brackets.
pub fn add_items(text: &str, list: &Node, values: &[Json]) -> Option<Edit> {
    let last = list.items().last()?;
    if is_block(text, list) {
        return None;
    }
    let between = separator(text, list.span.start + 1, last.span.start);
    let mut content = String::new();
    for value in values {
        content.push(',');
        content.push_str(&between);
        write(value, &mut content);
    }
    Some(insert(last.span.end, content))
}

/// Takes the item `idx` out of a list that has others.
pub fn remove_item(list: &Node, idx: usize) -> Option<Edit> {
    let spans: Vec<Span> = list.items().iter().map(|it| it.span).collect();
    remove(&spans, idx)
}

/// Takes the member `name` out of an object that has others.
pub fn remove_member(object: &Node, name: &str) -> Option<Edit> {
    let members = object.members();
    let idx = members.iter().rposition(|it| &*it.name == name)?;
    let whole = |it: &crate::json::source::Member| Span { start: it.name_span.start, end: it.value.span.end };
    let spans: Vec<Span> = members.iter().map(whole).collect();
    remove(&spans, idx)
}

/// Exchanges what stands at two places.
pub fn swap(text: &str, a: Span, b: Span) -> Option<Vec<Edit>> {
    let at = |span: Span| text.get(span.start as usize..span.end as usize);
    let (of_a, of_b) = (at(a)?.to_owned(), at(b)?.to_owned());
    // A YAML block hangs by its indentation, and its end may be anywhere before the next.
    let is_json = |it: &str| it.starts_with('{') && it.ends_with('}');
    (is_json(&of_a) && is_json(&of_b)).then(|| vec![Edit { span: a, text: of_b }, Edit { span: b, text: of_a }])
}

/// Takes out what stands at `spans[idx]`, up to its neighbour.
fn remove(spans: &[Span], idx: usize) -> Option<Edit> {
    let span = if let Some(next) = spans.get(idx + 1) {
        Span { start: spans[idx].start, end: next.start }
    } else {
        Span { start: spans.get(idx.checked_sub(1)?)?.end, end: spans[idx].end }
    };
    (span.start < span.end).then(|| Edit { span, text: String::new() })
}

fn insert(at: u32, text: String) -> Edit {
    Edit { span: Span { start: at, end: at }, text }
}

/// Puts `content` behind the last part of a value in brackets, in a line of its own if that has one.
fn append(text: &str, whole: &Node, last: Option<(u32, u32)>, content: &str) -> Option<Edit> {
    match last {
        None => {
            let open = text.get(whole.span.start as usize..)?;
            open.starts_with(['{', '[']).then(|| insert(whole.span.start + 1, content.to_owned()))
        }
        Some((start, end)) => {
            let between = separator(text, whole.span.start + 1, start);
            Some(insert(end, format!(",{between}{content}")))
        }
    }
}

/// Returns what stands before a part that begins at `start`: a line break and its indentation, or a space.
fn separator(text: &str, from: u32, start: u32) -> String {
    let before = text.get(from as usize..start as usize).unwrap_or_default();
    match before.rfind('\n') {
        Some(at) if before[at + 1..].trim().is_empty() => before[at..].to_owned(),
        _ => " ".to_owned(),
    }
}

/// Returns the spaces to write before what shall stand below the place `at`.
fn indent(text: &str, at: u32) -> Option<String> {
    let before = text.get(..at as usize)?;
    let line = before.rsplit('\n').next()?;
    // Behind a dash the members of an object begin, and go on below.
    line.chars().all(|it| it == ' ' || it == '-').then(|| " ".repeat(line.len()))
}

/// Returns where the dash of the item stands that begins at `at`.
pub(super) fn dash(text: &str, at: u32) -> Option<u32> {
    let before = text.get(..at as usize)?;
    let dash = before.rfind('-')?;
    before[dash + 1..].chars().all(|it| it == ' ').then_some(dash as u32)
}

/// Whether an object or a list is written by indentation, as YAML is.
pub(super) fn is_block(text: &str, node: &Node) -> bool {
    let bracket = match node.value {
        Value::Array(_) => '[',
        _ => '{',
    };
    !text.get(node.span.start as usize..).is_some_and(|it| it.starts_with(bracket))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Fix, apply};
    use crate::json::source;
    use crate::json::text::{compact, parse};

    fn edited(text: &str, edit: impl Fn(&Node) -> Option<Edit>) -> String {
        let (root, _) = source::parse(text);
        let edit = edit(root.expect("it can be read").get("x").expect("the part"));
        let fix = Fix { title: String::new(), edits: edit.into_iter().collect() };
        apply(text, [&fix]).map_or_else(|| "not offered".to_owned(), |(text, _)| text)
    }

    fn value(text: &str) -> String {
        let (root, found) = source::parse(text);
        assert_eq!(found, [], "{text}");
        compact(&root.expect("it can be read").get("x").expect("the part").to_json())
    }

    #[test]
    fn members_and_items_are_added_in_every_style() {
        for text in [
            r#"{"x": {"a": 1}}"#,
            "{\"x\": {\n  \"a\": 1\n}}",
            r#"{"x": {}}"#,
            "x: {a: 1}\n",
            "x:\n  a: 1\n",
            "y:\n  - 1\nx:\n  a:\n    - 1\n",
        ] {
            let new = edited(text, |it| add_member(text, it, "b", &Json::array([Json::from(2)])));
            assert!(value(&new).contains(r#""b":[2]"#), "{new}");
        }
        for text in
            [r#"{"x": [1, 3]}"#, "{\"x\": [\n  1,\n  3\n]}", "x: [1, 3]\n", "x:\n  - 1\n  - 3\n", "x:\n- 1\n- 3\n"]
        {
            let new = edited(text, |it| add_item(text, it, true, &parse(r#"{"n": 0}"#).unwrap()));
            assert_eq!(value(&new), r#"[{"n":0},1,3]"#, "{new}");
        }
        let text = "{\"x\": [\n  1,\n  3\n]}";
        let new = edited(text, |it| add_item(text, it, false, &Json::from("end")));
        assert_eq!(new, "{\"x\": [\n  1,\n  3,\n  \"end\"\n]}");
    }

    #[test]
    fn parts_are_taken_out_with_one_comma() {
        for text in [r#"{"x": [1, 2, 3]}"#, "x: [1, 2, 3]\n", "x:\n  - 1\n  - 2\n  - 3\n"] {
            for (idx, left) in [(0, "[2,3]"), (1, "[1,3]"), (2, "[1,2]")] {
                assert_eq!(value(&edited(text, |it| remove_item(it, idx))), left, "{text}");
            }
        }
        for text in [r#"{"x": {"a": 1, "b": 2}}"#, "x:\n  a: 1\n  b: 2\n"] {
            assert_eq!(value(&edited(text, |it| remove_member(it, "a"))), r#"{"b":2}"#);
            assert_eq!(value(&edited(text, |it| remove_member(it, "b"))), r#"{"a":1}"#);
        }
        assert_eq!(edited(r#"{"x": [1]}"#, |it| remove_item(it, 0)), "not offered");
    }
}
