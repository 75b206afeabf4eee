//! Redaction: which fields must not be seen, and what stands in their places.
//!
//! The same value has the same stand-in wherever it is, so that what is compared stays equal; a stand-in tells the type
//! and nothing else. Values that were found by a pattern are taken out of every text in which they occur, whatever
//! field that is in.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::diagnostic::{Edit, Fix, apply};
use crate::engine::Event;
use crate::json::source::{Node, Value, parse};
use crate::json::text::{compact, write_quoted};
use crate::json::{Json, Object, text};

use super::payloads::map;

/// Texts shorter than this are replaced in their fields alone: they are parts of too many other words.
const SHORTEST: usize = 4;
/// The first of the numbers that stand for others.
const FIRST_NUMBER: i64 = 9_000_000;
/// Members of a definition that lead somewhere: a name there is no data.
const LEADING: [&str; 6] = ["Next", "StartAt", "Default", "Type", "Resource", "QueryLanguage"];

/// Fields to be redacted: `$.card.number` from the root, `card.number` and `$..card.number` anywhere, `*` for any one
/// member or part of a name, `[0]` and `[*]` for items. Lists on the way need not be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Any number of levels.
    Deep,
    /// A member; `*` stands for any letters.
    Name(String),
    /// An item; any, if there is no number.
    Item(Option<usize>),
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Pattern {
    /// Reads a pattern, or says in words what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            |what: &str| Err(format!("{text:?} is no field: {what}; write for example $..password or card.number"));
        let trimmed = text.trim();
        let (mut rest, rooted) = match trimmed.strip_prefix('$') {
            Some(rest) => (rest, true),
            None => (trimmed, false),
        };
        let mut steps = if rooted { Vec::new() } else { vec![Step::Deep] };
        let mut begins = !rooted;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let Some((item, after)) = inner.split_once(']') else { return wrong("a [ has no ]") };
                let item = item.trim();
                let name = ['\'', '"'].iter().find_map(|it| item.strip_prefix(*it)?.strip_suffix(*it));
                steps.push(match (name, item.parse()) {
                    (Some(name), _) => Step::Name(name.to_owned()),
                    (None, Ok(idx)) => Step::Item(Some(idx)),
                    (None, Err(_)) if item == "*" => Step::Item(None),
                    _ => return wrong("between [ and ] stands a number, * or a name in quotes"),
                });
                rest = after;
                begins = false;
                continue;
            }
            match rest.strip_prefix("..") {
                Some(after) => {
                    steps.push(Step::Deep);
                    rest = after;
                }
                None => match rest.strip_prefix('.') {
                    Some(after) => rest = after,
                    None if begins => {}
                    None => return wrong("a . is missing"),
                },
            }
            begins = false;
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end == 0 && !rest.starts_with('[') {
                return wrong("a name is missing");
            }
            if end > 0 {
                steps.push(Step::Name(rest[..end].to_owned()));
            }
            rest = &rest[end..];
        }
        match steps.last() {
            None | Some(Step::Deep) => wrong("it names none"),
            Some(_) => Ok(Self { text: trimmed.to_owned(), steps }),
        }
    }

    /// Returns the last name, which stands before the values that it finds.
    fn last_name(&self) -> Option<&str> {
        self.steps
            .iter()
            .rev()
            .find_map(|it| if let Step::Name(name) = it { Some(name.trim_matches('*')) } else { None })
    }
}

/// Whether a name fits a pattern in which `*` stands for any letters.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((begin, rest)) => {
            let Some(mut left) = name.strip_prefix(begin) else { return false };
            loop {
                if fits(rest, left) {
                    return true;
                }
                let mut letters = left.chars();
                if letters.next().is_none() {
                    return false;
                }
                left = letters.as_str();
            }
        }
    }
}

/// Replaces values. First everything is shown to it, then it replaces what it has found.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    patterns: Vec<Pattern>,
    /// Stand-ins by the type and text of what they stand for.
    values: BTreeMap<String, Json>,
    /// Texts to be replaced wherever they occur, the longest first, with what comes in their places.
    texts: Vec<(String, String)>,
}

/// Where in each pattern a walk stands.
type At = Vec<(usize, usize)>;

impl Redactor {
    /// Returns one that has seen nothing yet.
    pub fn new(patterns: Vec<Pattern>) -> Self {
        Self { patterns, ..Self::default() }
    }

    /// Returns how many different values it has found.
    pub fn n_values(&self) -> usize {
        self.values.len()
    }

    /// Returns the texts that it has found and that still occur in `text`, as it stands or quoted.
    pub fn left_in(&self, text: &str) -> usize {
        let occurs = |secret: &str| {
            let mut quoted = String::new();
            write_quoted(secret, &mut quoted);
            text.contains(&quoted[1..quoted.len() - 1])
        };
        self.texts.iter().filter(|(secret, _)| occurs(secret)).count()
    }

    /// Finds the values in a payload.
    pub fn see(&mut self, payload: &Json) {
        let begin = self.begin();
        self.look(payload, &begin);
    }

    /// Finds the values in a text, if it is JSON.
    pub fn see_text(&mut self, text: &str) {
        if let Some(value) = json_in(text) {
            self.see(&value);
        }
    }

    /// Finds the values in an event.
    pub fn see_event(&mut self, event: &Event) {
        map(event, &mut |payload| {
            self.see(payload);
            payload.clone()
        });
    }

    /// Returns the payload without them.
    pub fn payload(&self, payload: &Json) -> Json {
        self.replaced(payload, &self.begin())
    }

    /// Returns a text without them. In one that is JSON the fields count, in every one the values.
    pub fn text(&self, text: &str) -> String {
        if let Some(value) = json_in(text) {
            let replaced = self.payload(&value);
            return if replaced == value { text.to_owned() } else { compact(&replaced) };
        }
        let cut_off = text.trim_start().starts_with(['{', '[']);
        let names = |it: &Pattern| it.last_name().is_some_and(|name| text.contains(&format!("{name}\"")));
        if cut_off && self.patterns.iter().any(names) {
            return "redacted: what is left of a text that was cut off".to_owned();
        }
        self.without_values(text)
    }

    /// Returns the event without them.
    pub fn event(&self, event: &Event) -> Event {
        map(event, &mut |payload| self.payload(payload))
    }

    /// Returns a definition in which the values do not stand among its data. Names of states stay.
    pub fn definition(&self, definition: &str) -> String {
        // A text that is being changed need not be one that can be read.
        let (Some(root), _) = parse(definition) else { return self.without_values(definition) };
        let mut fixes = Vec::new();
        self.constants(&root, None, &mut fixes);
        apply(definition, &fixes).map_or_else(|| definition.to_owned(), |(text, _)| text)
    }

    fn constants(&self, node: &Node, member: Option<&str>, out: &mut Vec<Fix>) {
        match &node.value {
            Value::Object(members) => members.iter().for_each(|it| self.constants(&it.value, Some(&it.name), out)),
            Value::Array(items) => items.iter().for_each(|it| self.constants(it, member, out)),
            Value::String(text) if member.is_none_or(|it| !LEADING.contains(&it)) => {
                let replaced = self.without_values(text);
                if replaced != **text {
                    let mut quoted = String::new();
                    write_quoted(&replaced, &mut quoted);
                    out.push(Fix { title: String::new(), edits: vec![Edit { span: node.span, text: quoted }] });
                }
            }
            _ => {}
        }
    }

    fn begin(&self) -> At {
        (0..self.patterns.len()).map(|it| (it, 0)).collect()
    }

    /// Returns where the walk stands in a member or item, and whether what is there is meant.
    fn down(&self, at: &At, name: Option<&str>, idx: Option<usize>) -> (At, bool) {
        let (mut next, mut found) = (At::new(), false);
        for (pattern, step) in at {
            let steps = &self.patterns[*pattern].steps;
            let mut step = *step;
            let mut go_on = |step: usize| {
                if !next.contains(&(*pattern, step)) {
                    next.push((*pattern, step));
                }
            };
            if steps.get(step) == Some(&Step::Deep) {
                go_on(step);
                step += 1;
            }
            let goes_on = match (steps.get(step), name, idx) {
                (Some(Step::Name(wanted)), Some(name), _) => fits(wanted, name),
                (Some(Step::Item(wanted)), _, Some(idx)) => wanted.is_none_or(|it| it == idx),
                // Lists on the way need not be named.
                (Some(Step::Name(_)), None, Some(_)) => {
                    go_on(step);
                    false
                }
                _ => false,
            };
            if goes_on {
                found |= step + 1 == steps.len();
                go_on(step + 1);
            }
        }
        (next, found)
    }

    fn look(&mut self, value: &Json, at: &At) {
        let inner = |redactor: &mut Self, name: Option<&str>, idx: Option<usize>, value: &Json| {
            let (next, found) = redactor.down(at, name, idx);
            if found {
                redactor.take(value);
            } else {
                redactor.look(value, &next);
            }
        };
        match value {
            Json::Object(members) => members.iter().for_each(|(name, it)| inner(self, Some(name), None, it)),
            Json::Array(items) => items.iter().enumerate().for_each(|(idx, it)| inner(self, None, Some(idx), it)),
            Json::String(text) => self.see_text(text),
            _ => {}
        }
    }

    /// Takes a value in, and the texts in it.
    fn take(&mut self, value: &Json) {
        let nth = self.values.len() as i64 + 1;
        let word = format!("redacted-{nth}");
        let stand_in = match value {
            Json::Null => return,
            Json::Bool(_) => Json::from(false),
            Json::Number(_) => Json::from(FIRST_NUMBER + nth),
            Json::String(_) => Json::from(word.as_str()),
            Json::Array(_) => Json::array([Json::from(word.as_str())]),
            Json::Object(_) => Json::object([("redacted", Json::from(word.as_str()))]),
        };
        let key = compact(value);
        if self.values.contains_key(&key) {
            return;
        }
        let shown = match value {
            Json::String(text) => Some(text.to_string()),
            Json::Number(_) if key.len() > SHORTEST => Some(key.clone()),
            _ => None,
        };
        self.values.insert(key, stand_in);
        if let Some(text) = shown.filter(|it| it.chars().count() >= SHORTEST) {
            let instead = if matches!(value, Json::Number(_)) { (FIRST_NUMBER + nth).to_string() } else { word };
            let place = self.texts.partition_point(|(it, _)| it.len() >= text.len());
            self.texts.insert(place, (text, instead));
        }
        match value {
            Json::Object(members) => members.iter().for_each(|(_, it)| self.take_inside(it)),
            Json::Array(items) => items.iter().for_each(|it| self.take_inside(it)),
            _ => {}
        }
    }

    /// Of what is inside a value, only texts are known elsewhere.
    fn take_inside(&mut self, value: &Json) {
        match value {
            Json::String(_) => self.take(value),
            Json::Object(members) => members.iter().for_each(|(_, it)| self.take_inside(it)),
            Json::Array(items) => items.iter().for_each(|it| self.take_inside(it)),
            _ => {}
        }
    }

    fn replaced(&self, value: &Json, at: &At) -> Json {
        let inner = |name: Option<&str>, idx: Option<usize>, value: &Json| {
            let (next, found) = self.down(at, name, idx);
            let known = found.then(|| self.values.get(&compact(value))).flatten();
            known.cloned().unwrap_or_else(|| self.replaced(value, &next))
        };
        match value {
            Json::Object(members) => {
                let replaced = members.iter().map(|(name, it)| (Arc::clone(name), inner(Some(name), None, it)));
                Json::Object(replaced.collect::<Object>())
            }
            Json::Array(items) => Json::array(items.iter().enumerate().map(|(idx, it)| inner(None, Some(idx), it))),
            Json::String(text) => Json::from(self.text(text)),
            scalar => scalar.clone(),
        }
    }

    fn without_values(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (secret, instead) in &self.texts {
            if out.contains(secret.as_str()) {
                out = out.replace(secret.as_str(), instead);
            }
        }
        out
    }
}

/// Returns the object or list that a text is.
fn json_in(text: &str) -> Option<Json> {
    text.trim_start().starts_with(['{', '[']).then(|| text::parse(text).ok()).flatten()
}
