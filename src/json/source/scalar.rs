//! What a YAML word means: the core schema of YAML 1.2, and where CloudFormation, which reads YAML 1.1, differs.

use std::sync::Arc;

use super::Value;
use crate::json::Number;

/// Returns the value of a word without quotes, and a remark where readers of YAML disagree about it.
///
/// A number with a leading zero is octal, as it is for CloudFormation: `010` is 8, and `089` is text. Timestamps are
/// text, and so are `yes` and `no`.
pub(super) fn plain(text: &str) -> (Value, Option<String>) {
    let number = |number: Number| (Value::Number(number), None);
    match text.as_bytes() {
        [] | b"~" | b"null" | b"Null" | b"NULL" => return (Value::Null, None),
        b"true" | b"True" | b"TRUE" => return (Value::Bool(true), None),
        b"false" | b"False" | b"FALSE" => return (Value::Bool(false), None),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => {}
        _ => {
            let remark = is_yaml_1_1_bool(text).then(|| {
                format!("`{text}` is read as text; CloudFormation and other readers of YAML 1.1 take it for a boolean")
            });
            return (Value::String(Arc::from(text)), remark);
        }
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(octal) = digits.strip_prefix('0')
        && !octal.is_empty()
        && octal.bytes().all(|it| it.is_ascii_digit())
    {
        let Some(value) = whole(text, octal, 8) else {
            let remark = "read as text, because of the leading zero";
            return (Value::String(Arc::from(text)), Some(format!("`{text}` is {remark}")));
        };
        let remark =
            format!("`{text}` is read as octal, {value}, as CloudFormation does; YAML 1.2 reads it as decimal");
        return (Value::Number(value), Some(remark));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(value) = text.strip_prefix(prefix).and_then(|it| whole(text, it, radix)) {
            return number(value);
        }
    }
    if let Ok(value) = text.parse() {
        return number(Number::Int(value));
    }
    match digits {
        ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN" => {
            let remark = format!("`{text}` is read as text, because JSON has no such number");
            return (Value::String(Arc::from(text)), Some(remark));
        }
        _ if !is_float(digits) => return (Value::String(Arc::from(text)), None),
        _ => {}
    }
    if let Some(value) = text.parse().ok().and_then(Number::from_f64) {
        return number(value);
    }
    (Value::String(Arc::from(text)), Some(format!("`{text}` is read as text, because the number is out of range")))
}

/// Returns the value of a word with a core tag such as `!!int`, `None` where the word is none of these.
pub(super) fn tagged(kind: &str, text: &str) -> Option<Value> {
    let value = plain(text).0;
    match (kind, &value) {
        ("str", _) => Some(Value::String(Arc::from(text))),
        ("null", Value::Null) | ("bool", Value::Bool(_)) | ("int", Value::Number(Number::Int(_))) => Some(value),
        ("float", Value::Number(number)) => Some(Value::Number(Number::Float(number.as_f64()))),
        _ => None,
    }
}

/// Reads digits of the base `radix`, with the sign that `text` begins with.
fn whole(text: &str, digits: &str, radix: u32) -> Option<Number> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = i64::from_str_radix(digits, radix).ok()?;
    Some(Number::Int(if text.starts_with('-') { -value } else { value }))
}

/// Whether the text, without its sign, is `1.5`, `1.`, `.5` or one of these with an exponent.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let is_digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_is_right = exponent.is_none_or(|it| {
        let digits = it.strip_prefix(['+', '-']).unwrap_or(it);
        !digits.is_empty() && is_digits(digits)
    });
    is_digits(before) && is_digits(after) && before.len() + after.len() > 0 && exponent_is_right
}

fn is_yaml_1_1_bool(text: &str) -> bool {
    matches!(text, "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::text::compact;

    fn read(text: &str) -> String {
        compact(&super::super::Node::new(crate::diagnostic::Span::default(), plain(text).0).to_json())
    }

    #[test]
    fn words_follow_the_core_schema() {
        for (word, value) in [
            ("~", "null"),
            ("TRUE", "true"),
            ("yes", "\"yes\""),
            ("tRUE", "\"tRUE\""),
            ("12", "12"),
            ("-12", "-12"),
            ("+12", "12"),
            ("0", "0"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("5.", "5.0"),
            ("1e3", "1000.0"),
            ("-", "\"-\""),
            (".", "\".\""),
            ("1e", "\"1e\""),
            ("1_000", "\"1_000\""),
            ("12:30:45", "\"12:30:45\""),
            ("2024-01-01T00:00:00Z", "\"2024-01-01T00:00:00Z\""),
            ("2012-10-17", "\"2012-10-17\""),
            ("1.2.3", "\"1.2.3\""),
            ("0x+5", "\"0x+5\""),
            (".inf", "\".inf\""),
            ("1e999", "\"1e999\""),
        ] {
            assert_eq!(read(word), value, "{word}");
        }
    }

    #[test]
    fn leading_zeros_are_octal_as_for_cloudformation() {
        assert_eq!(read("010"), "8");
        assert_eq!(read("-017"), "-15");
        assert_eq!(read("012345670123"), "1402433619");
        assert_eq!(read("089"), "\"089\"");
        assert!(plain("010").1.is_some() && plain("089").1.is_some());
        assert!(plain("0").1.is_none() && plain("0.5").1.is_none());
    }
}
