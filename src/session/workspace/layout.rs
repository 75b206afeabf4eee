//! How a workspace is printed: one thing a line, so that a change of one thing is a change of one line. Lists of things
//! have a line for each, other values where they are too long for one.

use crate::json::{Json, text};

/// What fits into this many bytes stands on one line.
const MOST_BYTES: usize = 96;

/// Prints a value and a line break. What is short stands on one line, with a space after each comma and colon.
pub(super) fn print(value: &Json) -> String {
    text::pretty_where(value, is_long) + "\n"
}

/// Whether a value stands on several lines where it may.
fn is_long(value: &Json) -> bool {
    let holds_things = |it: &Json| it.as_array().is_some_and(|it| it.iter().any(|item| item.depth() > 0));
    value.size_bytes() > MOST_BYTES || holds_things(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_things_stand_on_one_line_and_long_ones_have_a_line_for_each_part() {
        let long = "x".repeat(100);
        let value = text::parse(&format!(r#"{{"a":[1,{{"b":[2]}}],"b":[1,2],"c":["{long}"],"d":{{"e":[[1]]}}}}"#))
            .expect("valid");
        let printed = format!(
            "{{\n  \"a\": [\n    1,\n    {{\"b\": [2]}}\n  ],\n  \"b\": [1, 2],\n  \"c\": [\n    \"{long}\"\n  ],\n  \"d\": {{\"e\": [[1]]}}\n}}\n"
        );
        assert_eq!(print(&value), printed);
        assert_eq!(text::parse(&printed).expect("valid"), value);
    }
}
