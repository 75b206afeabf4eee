//! The Label of a distributed Map, which becomes part of an ARN.

use std::collections::BTreeMap;

use super::{Visited, is_filled_in};
use crate::diagnostic::Diagnostic;

/// The most characters of a Label (documented with the Map state's fields).
const MOST: usize = 40;

/// Reports a Label that is no string, empty, too long, or has a character that ARNs do not take.
pub(super) fn label(state: &Visited<'_>, out: &mut Vec<Diagnostic>) {
    let fields = &state.fields;
    let Some(node) = fields.get("Label").filter(|it| !is_filled_in(it)) else { return };
    let Some(label) = fields.string("Label", out) else { return };
    let n_chars = label.chars().count();
    let (what, help) = if label.is_empty() {
        ("an empty Label".to_owned(), "write a name, or remove the Label")
    } else if n_chars > MOST {
        (format!("a Label of {n_chars} characters; at most {MOST} are allowed"), "shorten it")
    } else if let Some(char) = label.chars().find(|&it| is_refused(it)) {
        (format!("a Label with the character {char:?}, which it must not have"), "use letters, digits, - and _")
    } else {
        return;
    };
    let message = format!("{} has {what}", fields.owner);
    out.push(Diagnostic::error("ASL016", message).at(fields.pointer_to("Label"), node.span).help(help));
}

/// White space, control characters, brackets, wildcards and special characters (documented with the Map state's fields).
fn is_refused(char: char) -> bool {
    char.is_whitespace() || char.is_control() || r##"<>{}[]?*"#%\^|~$&,;:`"##.contains(char)
}

/// Reports Labels that occur twice in the definition (the service's DUPLICATE_LABEL_NAME).
pub(super) fn repeated(states: &[Visited<'_>], out: &mut Vec<Diagnostic>) {
    let mut first = BTreeMap::new();
    for Visited { fields, .. } in states {
        let Some(node) = fields.get("Label").filter(|it| !is_filled_in(it)) else { continue };
        let Some(label) = node.as_str() else { continue };
        if let Some(other) = first.get(label) {
            let message = format!("{} has the Label {label:?}, which {other} has already", fields.owner);
            let help = "give each Map a Label of its own";
            out.push(Diagnostic::error("ASL016", message).at(fields.pointer_to("Label"), node.span).help(help));
        } else {
            first.insert(label, &fields.owner);
        }
    }
}
