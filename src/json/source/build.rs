//! The tree under construction, as both readers use it: open containers, their depth and path, and the findings.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Member, Node, Value};
use crate::diagnostic::{Diagnostic, LineIndex, Severity, Span};
use crate::json::MAX_DEPTH;

/// Findings of one code that are listed; the others are counted.
const LISTED: u32 = 20;

/// Puts a tree together from what a reader meets, in the order of the text.
pub(super) struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    root: Option<Node>,
    names: Names,
    lines: Option<LineIndex>,
    findings: Vec<Diagnostic>,
    counts: BTreeMap<&'static str, u32>,
}

/// A container whose end has not been met.
struct Open {
    start: u32,
    tag: Option<Arc<str>>,
    content: Content,
}

enum Content {
    Array(Vec<Node>),
    Object { members: Vec<Member>, name: Option<(Arc<str>, Span)>, merge: bool },
}

/// What can come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The one value of the text.
    Root,
    /// Nothing: the value of the text is complete.
    End,
    /// An item of a list.
    Item,
    /// The name of a member.
    Name,
    /// The value of a member.
    Value,
}

/// Which container begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Array,
    Object,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            open: Vec::new(),
            root: None,
            names: Names::default(),
            lines: None,
            findings: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn place(&self) -> Place {
        match self.open.last().map(|it| &it.content) {
            None if self.root.is_some() => Place::End,
            None => Place::Root,
            Some(Content::Array(_)) => Place::Item,
            Some(Content::Object { name: None, .. }) => Place::Name,
            Some(Content::Object { name: Some(_), .. }) => Place::Value,
        }
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether the container around this place, any level out, is of this kind.
    pub(super) fn is_inside(&self, container: Container) -> bool {
        self.open.iter().any(|it| it.container() == container)
    }

    /// Returns the innermost open container and where it begins.
    pub(super) fn innermost(&self) -> Option<(Container, u32)> {
        self.open.last().map(|it| (it.container(), it.start))
    }

    /// Begins a container; reports and returns `false` where that would be one level too many.
    #[must_use]
    pub(super) fn open(&mut self, container: Container, start: u32, tag: Option<Arc<str>>) -> bool {
        if self.depth() >= MAX_DEPTH as usize {
            self.report_depth(start, MAX_DEPTH);
            return false;
        }
        let content = match container {
            Container::Array => Content::Array(Vec::new()),
            Container::Object => Content::Object { members: Vec::new(), name: None, merge: false },
        };
        self.open.push(Open { start, tag, content });
        true
    }

    /// Sets the name of the member whose value comes next.
    pub(super) fn name(&mut self, text: &str, span: Span) {
        let name = self.names.share(text);
        if let Some(Open { content: Content::Object { name: slot, .. }, .. }) = self.open.last_mut() {
            *slot = Some((name, span));
        }
    }

    /// Takes the text that was the last member's value for the name of one whose value comes next.
    #[must_use]
    pub(super) fn turn_value_into_name(&mut self) -> bool {
        let Some(Open { content: Content::Object { members, name, .. }, .. }) = self.open.last_mut() else {
            return false;
        };
        if members.last().is_none_or(|it| it.value.as_str().is_none()) {
            return false;
        }
        if let Some(Member { value: Node { value: Value::String(text), span, .. }, .. }) = members.pop() {
            *name = Some((text, span));
        }
        true
    }

    /// Remembers that a member of the innermost object is a YAML merge key.
    pub(super) fn mark_merge(&mut self) {
        if let Some(Open { content: Content::Object { merge, .. }, .. }) = self.open.last_mut() {
            *merge = true;
        }
    }

    /// Adds a value where one is due.
    pub(super) fn add(&mut self, value: Node) {
        match self.open.last_mut().map(|it| &mut it.content) {
            None => self.root = Some(value),
            Some(Content::Array(items)) => items.push(value),
            Some(Content::Object { members, name, .. }) => {
                if let Some((name, name_span)) = name.take() {
                    members.push(Member { name, name_span, value });
                }
            }
        }
    }

    /// Ends the innermost container and returns it; it still has to be added.
    pub(super) fn close(&mut self, end: u32) -> Option<Node> {
        let Open { start, tag, content } = self.open.pop()?;
        let span = Span { start, end: end.max(start) };
        let value = match content {
            Content::Array(items) => Value::Array(items),
            Content::Object { mut members, name, merge } => {
                if let Some((name, name_span)) = name {
                    let nothing = Span { start: name_span.end, end: name_span.end };
                    members.push(Member { name, name_span, value: Node::new(nothing, Value::Null) });
                }
                self.report_repeats(&members);
                Value::Object(if merge { merged(members) } else { members })
            }
        };
        Some(Node { span, value, tag })
    }

    /// Closes what is open and returns the tree with the findings.
    pub(super) fn finish(mut self, end: u32) -> (Option<Node>, Vec<Diagnostic>) {
        while let Some(node) = self.close(end) {
            self.add(node);
        }
        for (code, count) in self.counts {
            if count > LISTED {
                let message = format!("{} more findings of this kind ({code}) are not listed", count - LISTED);
                self.findings.push(Diagnostic { severity: Severity::Note, ..Diagnostic::error(code, message) });
            }
        }
        (self.root, self.findings)
    }

    /// Adds a finding about `span`; its pointer continues the path of the value that is being read.
    pub(super) fn report(&mut self, finding: Diagnostic, span: Span) {
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        if *count <= LISTED {
            let pointer = self.pointer() + &finding.pointer;
            self.findings.push(finding.at(pointer, span));
        }
    }

    /// Whether so much is wrong that the rest would be noise.
    pub(super) fn is_hopeless(&self) -> bool {
        self.counts.values().any(|it| *it >= LISTED)
            && self.findings.iter().filter(|it| it.severity == Severity::Error).count() >= LISTED as usize
    }

    pub(super) fn report_depth(&mut self, start: u32, limit: u32) {
        let finding = Diagnostic::error("TXT003", format!("nested deeper than {limit} levels"))
            .help("flatten the value; the service reads at most 1,000 levels");
        let len = self.text[start as usize..].chars().next().map_or(0, char::len_utf8);
        let span = Span { start, end: start + len as u32 };
        // The path to a place that deep is longer than the finding is worth.
        self.findings.push(finding.at("", span));
    }

    /// Returns the 1-based line of a place.
    pub(super) fn line(&mut self, offset: u32) -> usize {
        self.lines.get_or_insert_with(|| LineIndex::new(self.text)).line_column(self.text, offset).0
    }

    /// Returns the JSON pointer of the value that is being read.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for open in &self.open {
            match &open.content {
                Content::Array(items) => {
                    pointer.push('/');
                    pointer.push_str(&items.len().to_string());
                }
                Content::Object { name: Some((name, _)), .. } => {
                    pointer.push_str(&step(name));
                }
                Content::Object { name: None, .. } => {}
            }
        }
        pointer
    }

    fn report_repeats(&mut self, members: &[Member]) {
        for (first, again) in repeats(members) {
            let line = self.line(members[first].name_span.start);
            let name = &members[again].name;
            let message =
                format!("the name \"{name}\" occurs again; the first is on line {line}, and the last one counts");
            let finding = Diagnostic::warning("TXT008", message).help("rename or remove one of them");
            let span = members[again].name_span;
            self.report(finding.at(step(name), span), span);
        }
    }
}

impl Open {
    fn container(&self) -> Container {
        match self.content {
            Content::Array(_) => Container::Array,
            Content::Object { .. } => Container::Object,
        }
    }
}

/// Returns the part of a JSON pointer that leads to the member `name`.
fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Returns the positions of each repeated name and of the occurrence before it.
fn repeats(members: &[Member]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if members.len() <= 12 {
        for (again, member) in members.iter().enumerate() {
            let before = members[..again].iter().position(|it| it.name == member.name);
            found.extend(before.map(|first| (first, again)));
        }
        return found;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (again, member) in members.iter().enumerate() {
        match seen.get(&*member.name) {
            Some(&first) => found.push((first, again)),
            None => {
                seen.insert(&member.name, again);
            }
        }
    }
    found
}

/// Returns the members with those of `<<` in its place, as far as they are not given beside it (YAML 1.1 merge keys).
fn merged(members: Vec<Member>) -> Vec<Member> {
    let is_merge = |it: &Member| {
        &*it.name == "<<"
            && match &it.value.value {
                Value::Object(_) => true,
                Value::Array(items) => items.iter().all(|it| matches!(it.value, Value::Object(_))),
                _ => false,
            }
    };
    let mut given: std::collections::BTreeSet<Arc<str>> =
        members.iter().filter(|it| !is_merge(it)).map(|it| Arc::clone(&it.name)).collect();
    let mut out = Vec::with_capacity(members.len());
    for member in members {
        if !is_merge(&member) {
            out.push(member);
            continue;
        }
        let sources = match member.value.value {
            Value::Array(items) => items,
            _ => vec![member.value],
        };
        for source in sources {
            if let Value::Object(inherited) = source.value {
                out.extend(inherited.into_iter().filter(|it| given.insert(Arc::clone(&it.name))));
            }
        }
    }
    out
}

/// Shares the text of member names, most of which (`Type`, `Next`) occur again and again.
///
/// A slot for each of 256 hashes keeps the last name seen: a miss costs an allocation, never a search.
struct Names(Vec<Option<Arc<str>>>);

impl Default for Names {
    fn default() -> Self {
        Self(vec![None; 256])
    }
}

impl Names {
    fn share(&mut self, text: &str) -> Arc<str> {
        let bytes = text.as_bytes();
        let [first, last] = [bytes.first(), bytes.last()].map(|it| usize::from(it.copied().unwrap_or(0)));
        let slot = &mut self.0[(bytes.len() * 31 + first * 7 + last * 3) % 256];
        match slot {
            Some(name) if **name == *text => Arc::clone(name),
            _ => Arc::clone(slot.insert(Arc::from(text))),
        }
    }
}
