//! Values of a text exchanged for others, with as little of the text changed as possible: comments, order and layout of
//! what stays the same stay too.

use super::edit::{add_member, dash, is_block, line, remove_member};
use super::{Member, Node, Value, scalar};
use crate::diagnostic::{Edit, Span};
use crate::json::{Json, Object, text as json_text};

/// Longer values are written over several lines, where the old one was.
const ONE_LINE: usize = 100;

/// Returns the edits that make the value of `member` one that is equal to `new`; none where it is.
pub fn rewrite_member(text: &str, member: &Member, new: &Json) -> Vec<Edit> {
    let mut edits = Vec::new();
    value(text, &member.value, Some(member), new, &mut edits);
    edits
}

/// Returns the edits that make `node`, an item of a list, one that is equal to `new`; none where it is.
pub fn rewrite_item(text: &str, node: &Node, new: &Json) -> Vec<Edit> {
    let mut edits = Vec::new();
    value(text, node, None, new, &mut edits);
    edits
}

/// Returns the edit that puts other members in place of `member`; with none, of an object that has others, it goes.
pub fn exchange_member(text: &str, object: &Node, member: &Member, members: &[(&str, Json)]) -> Option<Edit> {
    if members.is_empty() {
        return remove_member(object, &member.name);
    }
    let span = Span { start: member.name_span.start, end: member.value.span.end };
    let block = is_block(text, object);
    let between = format!("{}\n{}", if block { "" } else { "," }, " ".repeat(column(text, span.start)));
    // Members that share a line go on sharing it.
    let alone = text.get(..span.start as usize)?.rsplit('\n').next()?.trim().trim_start_matches('-').trim().is_empty();
    let between = if block || alone { between.as_str() } else { ", " };
    let written = members.iter().map(|(name, value)| {
        let name = if block { (*name).to_owned() } else { line(&Json::from(*name)) };
        format!("{name}: {}", line(value))
    });
    Some(Edit { span, text: written.collect::<Vec<_>>().join(between) })
}

fn value(text: &str, node: &Node, member: Option<&Member>, new: &Json, edits: &mut Vec<Edit>) {
    if node.to_json() == *new {
        return;
    }
    match (&node.value, new) {
        (Value::Object(members), Json::Object(object))
            if !members.is_empty() && members_of(text, node, members, object, edits) =>
        {
            return;
        }
        (Value::Array(items), Json::Array(array)) if items.len() == array.len() => {
            for (item, new) in items.iter().zip(array.iter()) {
                value(text, item, None, new, edits);
            }
            return;
        }
        _ => {}
    }
    edits.push(whole(text, node, member, new));
}

/// Changes an object member by member; whether that can be done.
fn members_of(text: &str, node: &Node, members: &[Member], new: &Object, edits: &mut Vec<Edit>) -> bool {
    let gone: Vec<&Member> = members.iter().filter(|it| new.get(&it.name).is_none()).collect();
    let added: Vec<_> = new.iter().filter(|(name, _)| node.get(name).is_none()).collect();
    // Two parts that go or come beside one another have one comma between them, which nobody is to take twice.
    if gone.len() > 1 || (!gone.is_empty() && (!added.is_empty() || members.len() == 1)) {
        return false;
    }
    let mut own = Vec::new();
    for member in members.iter().filter(|it| new.get(&it.name).is_some()) {
        let Some(new) = new.get(&member.name) else { continue };
        value(text, &member.value, Some(member), new, &mut own);
    }
    for member in gone {
        let Some(edit) = remove_member(node, &member.name) else { return false };
        own.push(edit);
    }
    for (name, value) in added {
        let Some(edit) = add_member(text, node, name, value) else { return false };
        own.push(edit);
    }
    edits.append(&mut own);
    true
}

/// Exchanges a value as a whole.
fn whole(text: &str, node: &Node, member: Option<&Member>, new: &Json) -> Edit {
    let by_indentation = matches!(node.value, Value::Array(_) | Value::Object(_))
        && node.span.start < node.span.end
        && is_block(text, node);
    let is_container = match new {
        Json::Array(it) => !it.is_empty(),
        Json::Object(it) => !it.is_empty(),
        _ => false,
    };
    let is_same_kind =
        matches!((&node.value, new), (Value::Array(_), Json::Array(_)) | (Value::Object(_), Json::Object(_)));
    if by_indentation && is_container && is_same_kind {
        // A list that is not indented further than its name begins, for the parser, behind its first dash.
        let first = node.items().first().and_then(|it| dash(text, it.span.start));
        let span = Span { start: first.unwrap_or(node.span.start), end: node.span.end };
        return Edit { span, text: block(new, column(text, span.start)) };
    }
    let old = text.get(node.span.start as usize..node.span.end as usize).unwrap_or_default();
    let written = match new {
        Json::String(it) if is_plain(node, old) && reads_back(it) => it.to_string(),
        _ if !by_indentation && is_container && old.contains('\n') => over_lines(text, node, new),
        _ => line(new),
    };
    match member {
        // What stands by indentation, or behind a sign of its own such as `|`, is not where the value begins.
        Some(member) if by_indentation || !is_beside(text, member, node) => {
            let after_name = text.get(member.name_span.end as usize..).unwrap_or_default();
            let colon = after_name.find(':').map_or(0, |it| it as u32 + 1);
            let start = member.name_span.end + colon;
            Edit { span: Span { start, end: node.span.end.max(start) }, text: format!(" {written}") }
        }
        _ => Edit { span: node.span, text: written },
    }
}

/// Whether nothing but a colon and spaces of the same line stand between a name and its value.
fn is_beside(text: &str, member: &Member, node: &Node) -> bool {
    let between = text.get(member.name_span.end as usize..node.span.start as usize);
    node.span.start < node.span.end
        && between.is_some_and(|it| it.trim().trim_start_matches(':').is_empty() && !it.contains('\n'))
}

/// Whether a string stands in YAML without quotes.
fn is_plain(node: &Node, old: &str) -> bool {
    matches!(&node.value, Value::String(value) if **value == *old) && !old.is_empty()
}

/// Whether a text without quotes is read as just this text.
fn reads_back(value: &str) -> bool {
    let is_safe = |it: char| it.is_alphanumeric() || matches!(it, ' ' | '_' | '-' | '.' | '/');
    value.starts_with(char::is_alphabetic)
        && !value.ends_with(' ')
        && value.chars().all(is_safe)
        && matches!(scalar::plain(value), (Value::String(_), None))
}

fn over_lines(text: &str, node: &Node, new: &Json) -> String {
    let one = line(new);
    if one.len() <= ONE_LINE && matches!(new, Json::Array(_)) {
        return one;
    }
    let before = text.get(..node.span.start as usize).unwrap_or_default();
    let own = before.rsplit('\n').next().unwrap_or_default();
    let indent: String = own.chars().take_while(|it| it.is_whitespace()).collect();
    json_text::pretty(new).replace('\n', &format!("\n{indent}"))
}

/// Writes a value by indentation, beginning in the column `indent` of a line that has been begun.
fn block(value: &Json, indent: usize) -> String {
    let pad = format!("\n{}", " ".repeat(indent));
    match value {
        Json::Array(items) if !items.is_empty() => {
            items.iter().map(|it| format!("- {}", scalar_or_line(it))).collect::<Vec<_>>().join(&pad)
        }
        Json::Object(members) if !members.is_empty() => {
            let member = |(name, value): (&std::sync::Arc<str>, &Json)| {
                let name = if reads_back(name) { name.to_string() } else { line(&Json::String(name.clone())) };
                let nested = line(value).len() > ONE_LINE && matches!(value, Json::Array(_) | Json::Object(_));
                if nested {
                    format!("{name}:\n{}{}", " ".repeat(indent + 2), block(value, indent + 2))
                } else {
                    format!("{name}: {}", scalar_or_line(value))
                }
            };
            members.iter().map(member).collect::<Vec<_>>().join(&pad)
        }
        other => scalar_or_line(other),
    }
}

fn scalar_or_line(value: &Json) -> String {
    match value {
        Json::String(it) if reads_back(it) => it.to_string(),
        other => line(other),
    }
}

fn column(text: &str, at: u32) -> usize {
    let before = text.get(..at as usize).unwrap_or_default();
    before.rsplit('\n').next().map_or(0, |it| it.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Fix, apply};
    use crate::json::source;
    use crate::json::text::{compact, parse};

    fn rewritten(text: &str, new: &str) -> String {
        let (root, _) = source::parse(text);
        let root = root.expect("it can be read");
        let edits = rewrite_member(text, root.member("x").expect("the part"), &parse(new).expect("test JSON"));
        let fix = Fix { title: String::new(), edits };
        apply(text, [&fix]).map_or_else(|| text.to_owned(), |(text, _)| text)
    }

    #[test]
    fn a_value_is_exchanged_in_every_style() {
        for text in [
            r#"{"x": {"a": 1, "b": [1, 2]}, "y": 0}"#,
            "{\n  \"x\": {\n    \"a\": 1,\n    \"b\": [\n      1,\n      2\n    ]\n  },\n  \"y\": 0\n}",
            "x: {a: 1, b: [1, 2]}\ny: 0\n",
            "x:\n  a: 1\n  b:\n    - 1\n    - 2\ny: 0\n",
            "x:\n  a: 1 # why\n  b:\n  - 1\n  - 2\ny: 0\n",
            "x: one\ny: 0\n",
            "x: |\n  one\n  two\ny: 0\n",
            "x: 'one'\ny: 0\n",
            "x:\n- a\n- b\ny: 0\n",
            "x:\ny: 0\n",
        ] {
            for new in [
                r#"{"a":2,"b":[1,2]}"#,
                r#"{"a":1,"b":[1,3]}"#,
                r#"{"a":1,"b":[1]}"#,
                r#"{"a":1}"#,
                r#"{"a":1,"b":[1,2],"c":{"d":"e"}}"#,
                r#"{"c":1,"d":2}"#,
                "{}",
                "[]",
                r#"["a","c","true"]"#,
                "null",
                r#""two words""#,
                r#""yes""#,
                r#""a: b # c""#,
                "7",
            ] {
                let result = rewritten(text, new);
                let (root, found) = source::parse(&result);
                let root = root.unwrap_or_else(|| panic!("{text}\n→ {new}\n{result}\n{found:?}")).to_json();
                let wanted = parse(new).expect("test JSON");
                assert_eq!(root.get("x"), Some(&wanted), "{text}\n{result}");
                assert_eq!(compact(root.get("y").unwrap_or(&Json::from(0_i64))), "0", "{text}\n{result}");
                assert_eq!(rewritten(&result, new), result, "writing it again changes nothing");
            }
        }
    }

    #[test]
    fn what_stays_the_same_stays_as_it_is() {
        let text = "x:\n  a: 1 # counted\n  b: [1,   2]\n";
        assert_eq!(rewritten(text, r#"{"a": 2, "b": [1, 2]}"#), "x:\n  a: 2 # counted\n  b: [1,   2]\n");
        let text = "x:\n  # the way\n  - Charge # first\n  - Ship\n";
        assert_eq!(rewritten(text, r#"["Charge", "Refund"]"#), "x:\n  # the way\n  - Charge # first\n  - Refund\n");
        let text = "{\"x\": {\n  \"a\":   1,\n  \"b\": \"no\" // why\n}}";
        assert_eq!(rewritten(text, r#"{"a": 1, "b": "yes"}"#), text.replace("\"no\"", "\"yes\""));
    }
}
