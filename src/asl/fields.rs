//! `Fields`: the members of one object read into types, each with a diagnostic where it is not what it has to be.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::json::source::{Member, Node, UNQUOTED, Value};

/// Returns the JSON pointer of the member `name` below `parent`.
pub fn pointer_to(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// In which language a state's expressions are written (ASL, "Query languages").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    JsonPath,
    Jsonata,
}

/// Reads the members of one object.
pub(super) struct Fields<'a> {
    pub(super) node: &'a Node,
    pub(super) pointer: String,
    /// What the object is in words, for messages: `state "Ship"`, `retrier 2 of state "Ship"`.
    pub(super) owner: String,
    pub(super) language: Language,
    /// Where the object stands in its state, as the service names places: empty for the state itself, `Catch[0]`.
    location: String,
}

impl<'a> Fields<'a> {
    pub(super) fn new(node: &'a Node, pointer: impl Into<String>, owner: impl Into<String>) -> Self {
        let (pointer, owner, location) = (pointer.into(), owner.into(), String::new());
        Self { node, pointer, owner, language: Language::JsonPath, location }
    }

    /// Returns the same object, whose expressions are in `language`.
    pub(super) fn in_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// Returns the item `idx` of the list in the member `name`; `word` is what it is called.
    pub(super) fn item(&self, name: &str, idx: usize, node: &'a Node, word: &str) -> Self {
        Self {
            node,
            pointer: format!("{}/{idx}", self.pointer_to(name)),
            owner: format!("{word} {} of {}", idx + 1, self.owner),
            language: self.language,
            location: format!("{}[{idx}]", self.location_of(name)),
        }
    }

    /// Returns the object in the member `name`, if it is one; `word` is what it is called.
    pub(super) fn inside(&self, name: &str, word: &str, out: &mut Vec<Diagnostic>) -> Option<Self> {
        let node = self.object(name, out)?;
        Some(Self {
            node,
            pointer: self.pointer_to(name),
            owner: format!("{word} of {}", self.owner),
            language: self.language,
            location: self.location_of(name),
        })
    }

    /// Returns where the member `name` stands in its state, as the service names places (recorded: `Output/result`).
    pub(super) fn location_of(&self, name: &str) -> String {
        if self.location.is_empty() { name.to_owned() } else { format!("{}/{name}", self.location) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Node> {
        self.node.get(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn pointer_to(&self, name: &str) -> String {
        pointer_to(&self.pointer, name)
    }

    /// Returns an error at the member `name`.
    pub(super) fn wrong(&self, name: &str, code: &'static str, what: &str) -> Diagnostic {
        let span = self.get(name).map_or(self.node.span, |it| it.span);
        Diagnostic::error(code, format!("{} has {what}", self.owner)).at(self.pointer_to(name), span)
    }

    /// Returns an error that says that the member `name` has to be there.
    pub(super) fn missing(&self, name: &str, help: &str) -> Diagnostic {
        let start = self.node.span.start;
        let brace = Span { start, end: (start + 1).min(self.node.span.end) };
        Diagnostic::error("ASL002", format!("{} has no {name}", self.owner)).at(self.pointer.clone(), brace).help(help)
    }

    pub(super) fn wrong_type(&self, name: &str, found: &Node, wanted: &str) -> Diagnostic {
        let message = format!("{} has a {name} that is {}, not {wanted}", self.owner, article(found.type_name()));
        Diagnostic::error("ASL003", message).at(self.pointer_to(name), found.span)
    }

    /// Reads a member that has to be a string if it is there.
    pub(super) fn string(&self, name: &str, out: &mut Vec<Diagnostic>) -> Option<&'a str> {
        let node = self.get(name)?;
        let text = node.as_str();
        if text.is_none() {
            out.push(self.wrong_type(name, node, "a string"));
        }
        text
    }

    /// Reads a member that has to be a string and has to be there.
    pub(super) fn required_string(&self, name: &str, help: &str, out: &mut Vec<Diagnostic>) -> Option<&'a str> {
        if !self.has(name) {
            out.push(self.missing(name, help));
        }
        self.string(name, out)
    }

    /// Reads a member that has to be `true` or `false` if it is there.
    pub(super) fn bool(&self, name: &str, out: &mut Vec<Diagnostic>) -> Option<bool> {
        let node = self.get(name)?;
        if let Value::Bool(value) = node.value {
            return Some(value);
        }
        out.push(self.wrong_type(name, node, "true or false"));
        None
    }

    /// Reads a member that has to be a whole number of at least `least` if it is there.
    pub(super) fn whole(&self, name: &str, least: i64, most: i64, out: &mut Vec<Diagnostic>) -> Option<i64> {
        let node = self.get(name)?;
        if node.tag.as_deref() == Some(UNQUOTED) {
            // A placeholder that a template fills in with a number; until then the field counts as absent.
            return None;
        }
        let number = if let Value::Number(number) = node.value { number.as_i64() } else { None };
        let Some(number) = number else {
            out.push(self.wrong_type(name, node, "a whole number"));
            return None;
        };
        if number < least || number > most {
            let message = format!("{} has a {name} of {number}; it has to be from {least} to {most}", self.owner);
            out.push(Diagnostic::error("ASL004", message).at(self.pointer_to(name), node.span));
            return None;
        }
        Some(number)
    }

    /// Reads a member that has to be a list if it is there.
    pub(super) fn list(&self, name: &str, out: &mut Vec<Diagnostic>) -> Option<&'a [Node]> {
        let node = self.get(name)?;
        if let Value::Array(items) = &node.value {
            return Some(items);
        }
        out.push(self.wrong_type(name, node, "a list"));
        None
    }

    /// Reads a member that has to be an object if it is there.
    pub(super) fn object(&self, name: &str, out: &mut Vec<Diagnostic>) -> Option<&'a Node> {
        let node = self.get(name)?;
        if matches!(node.value, Value::Object(_)) {
            return Some(node);
        }
        out.push(self.wrong_type(name, node, "an object"));
        None
    }

    /// Reads a list of names, none of them empty; at least one.
    pub(super) fn names(&self, name: &str, out: &mut Vec<Diagnostic>) -> Vec<Arc<str>> {
        if !self.has(name) {
            out.push(self.missing(name, "name the errors, for example [\"States.ALL\"]"));
        }
        let Some(items) = self.list(name, out) else { return Vec::new() };
        if items.is_empty() {
            out.push(self.wrong(name, "ASL004", &format!("an empty {name}")).help("name at least one error"));
        }
        let mut names = Vec::new();
        for item in items {
            match item.as_str() {
                Some(text) => names.push(text.into()),
                None => out.push(self.wrong_type(name, item, "a list of strings")),
            }
        }
        names
    }

    /// Reports the members that are not among `known`, with the nearest known name as help.
    pub(super) fn unknown(&self, known: &[&[&str]], out: &mut Vec<Diagnostic>) {
        for Member { name, name_span, .. } in self.node.members() {
            let names = || known.iter().flat_map(|it| it.iter()).copied();
            if names().any(|it| it == &**name) || name.starts_with("//") {
                continue;
            }
            let message = format!("{} has a field {name:?} that is not known here", self.owner);
            let mut diagnostic = Diagnostic::error("ASL005", message).at(self.pointer_to(name), *name_span);
            if let Some(near) = nearest(name, names()) {
                let fix = Fix::replace(format!("write {near:?}"), *name_span, format!("{near:?}"));
                // Where both are there, one would hide the other.
                diagnostic = diagnostic.help(format!("did you mean {near:?}?")).fix((!self.has(near)).then_some(fix));
            }
            out.push(diagnostic);
        }
    }
}

fn article(type_name: &str) -> String {
    match type_name {
        "null" => "null".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "an object".to_owned(),
        other => format!("a {other}"),
    }
}

/// Returns the candidate that `name` is most likely meant to be: one that differs in case alone, or in at most two
/// letters and not in most of them.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let far = |it: &str| if it.eq_ignore_ascii_case(name) { 0 } else { distance(it, name) };
    let close =
        candidates.map(|it| (far(it), it)).filter(|(far, it)| *far <= 2 && *far < it.len().min(name.len()).max(2));
    close.min_by_key(|(far, _)| *far).map(|(_, it)| it)
}

/// Returns how many letters have to be changed, added or dropped to make `a` of `b`; long names count as far apart.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 2 || a.len() > 80 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_near() {
        assert_eq!(distance("ErrorEquals", "ErorEquals"), 1);
        assert_eq!(distance("Next", "Nxet"), 2);
        assert_eq!(distance("Next", "Next"), 0);
        assert_eq!(distance("Next", "ResultPath"), usize::MAX);
    }

    #[test]
    fn the_nearest_name_is_offered_and_nothing_far() {
        assert_eq!(nearest("Bb", ["A", "B"].into_iter()), Some("B"));
        assert_eq!(nearest("Chrage", ["Charge", "Refund"].into_iter()), Some("Charge"));
        assert_eq!(nearest("X", ["Y", "Z"].into_iter()), Some("Y"));
        assert_eq!(nearest("Nowhere", ["A", "B"].into_iter()), None);
    }

    #[test]
    fn pointers_escape_slashes_and_tildes() {
        assert_eq!(pointer_to("/States", "a/b~c"), "/States/a~1b~0c");
    }
}
