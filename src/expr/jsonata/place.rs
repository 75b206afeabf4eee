//! Finds where in the text of an expression a name stands. The parser does not say, and needs not for a text that is
//! right; so this is a scanner of names alone.

/// Returns the byte at which `name`, with its `$` if it has any, first stands where a path begins.
pub(super) fn find(text: &str, name: &str) -> Option<usize> {
    let mut at = 0;
    // Whether what stands before can be divided, so that a slash is no regular expression.
    let mut after_value = false;
    // Whether what stands before is a dot: then a name is that of a later step.
    let mut after_dot = false;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (len, token, is_value) = match first {
            _ if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |it| it + 2), "", after_value),
            it if it.is_whitespace() => (it.len_utf8(), "", after_value),
            '"' | '\'' | '`' => {
                let len = quoted(rest, first);
                (len, rest[1..len].trim_end_matches(first), true)
            }
            '/' if !after_value => (quoted(rest, '/'), "/", true),
            '$' => {
                let len = 1 + rest[1..].find(|it: char| !is_of_name(it) && it != '$').unwrap_or(rest.len() - 1);
                (len, &rest[..len], true)
            }
            it if is_of_name(it) => {
                let len = rest.find(|it: char| !is_of_name(it)).unwrap_or(rest.len());
                (len, &rest[..len], !matches!(&rest[..len], "and" | "or" | "in"))
            }
            it => (it.len_utf8(), "/", matches!(it, ')' | ']' | '}')),
        };
        if token == name && !after_dot {
            // A string is a name only where something is looked up in it.
            let is_string = matches!(first, '"' | '\'');
            if !is_string || rest[len..].trim_start().starts_with(['.', '[']) {
                return Some(at);
            }
        }
        if !token.is_empty() {
            after_dot = first == '.' && !rest.starts_with("..") && !text[..at].ends_with('.');
        }
        after_value = is_value;
        at += len;
    }
    None
}

/// Returns the length of what begins with `quote` and ends with another one that has no backslash before it.
fn quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = rest[1..].find(|it: char| {
        let is_end = it == quote && !is_escaped;
        is_escaped = it == '\\' && !is_escaped;
        is_end
    });
    end.map_or(rest.len(), |it| it + 2)
}

fn is_of_name(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}
