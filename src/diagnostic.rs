//! `Diagnostic`: what is wrong with a text, where, and what to do about it.
//!
//! Collected, never thrown: reading goes on after the first one. A workflow that fails is not a diagnostic but data.
//! Where it is clear what to write instead, a finding carries a [`Fix`].

use std::fmt;

/// A range of bytes in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span of the bytes `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The service itself refuses the definition when a state machine is created.
    Error,
    /// It runs here, and it will hurt: the service accepts it, or accepts it once the text has been tidied up.
    Warning,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// One finding about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, for example `ASL003`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What and why; lower case, no full stop.
    pub message: String,
    /// JSON pointer (RFC 6901) of the field; empty for the whole text.
    pub pointer: String,
    /// The place in the text, where it is known.
    pub span: Option<Span>,
    /// What to do.
    pub help: Option<String>,
    /// What the service says when it refuses this, word for word, where that is known.
    pub service: Option<String>,
    /// What to write instead, where that is clear.
    pub fix: Option<Box<Fix>>,
}

/// A change of the text after which a finding is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as one would tell somebody to do it; lower case, no full stop.
    pub title: String,
    /// The changes; they do not overlap.
    pub edits: Vec<Edit>,
}

/// One change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; none where something is only put in.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

impl Fix {
    /// Returns a fix that writes `text` in place of `span`.
    pub fn replace(title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self { title: title.into(), edits: vec![Edit { span, text: text.into() }] }
    }

    fn touches(&self, span: Span) -> bool {
        self.edits.iter().any(|it| it.span.start <= span.end && span.start <= it.span.end)
    }
}

/// Returns `text` after as many of `fixes` as do not touch one another, and how many these are; earlier ones have
/// precedence. `None` where none can be applied.
///
/// What is left out is found again in the new text, at its new place.
pub fn apply<'a>(text: &str, fixes: impl IntoIterator<Item = &'a Fix>) -> Option<(String, usize)> {
    let fits = |edit: &Edit| text.get(edit.span.start as usize..edit.span.end as usize).is_some();
    let mut taken: Vec<&Fix> = Vec::new();
    for fix in fixes {
        let is_free = |edit: &Edit| !taken.iter().any(|it| it.touches(edit.span));
        if !fix.edits.is_empty() && fix.edits.iter().all(|edit| fits(edit) && is_free(edit)) {
            taken.push(fix);
        }
    }
    let mut edits: Vec<&Edit> = taken.iter().flat_map(|it| &it.edits).collect();
    edits.sort_by_key(|it| it.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for Edit { span, text: new } in edits {
        // A fix whose own edits overlap is a mistake of the rule; the later edit is left out.
        let Some(between) = text.get(at..span.start as usize) else { continue };
        out.push_str(between);
        out.push_str(new);
        at = span.end as usize;
    }
    out.push_str(&text[at..]);
    (!taken.is_empty()).then_some((out, taken.len()))
}

impl Diagnostic {
    /// Returns an error without place or help.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            pointer: String::new(),
            span: None,
            help: None,
            service: None,
            fix: None,
        }
    }

    /// Returns a warning without place or help.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Returns a note without place or help.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// Adds the place.
    pub fn at(mut self, pointer: impl Into<String>, span: Span) -> Self {
        self.pointer = pointer.into();
        self.span = Some(span);
        self
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what the service says, where that is known.
    pub fn service(mut self, sentence: Option<String>) -> Self {
        self.service = sentence;
        self
    }

    /// Adds what to write instead, where that is known.
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.map(Box::new);
        self
    }

    /// Returns the message with the service's sentence after it, for readers that show nothing but a message.
    pub fn full_message(&self) -> String {
        match &self.service {
            Some(sentence) => format!("{} (the service says: {sentence})", self.message),
            None => self.message.clone(),
        }
    }
}

/// Whether one of the diagnostics is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|it| it.severity == Severity::Error)
}

/// Where the lines of a text begin; turns byte offsets into lines and columns.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads where the lines of `text` begin.
    pub fn new(text: &str) -> Self {
        let after_breaks = text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next);
        Self { starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// Returns the 1-based line and 1-based column, counted in characters, of the byte `offset` of `text`.
    pub fn line_column(&self, text: &str, offset: u32) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts[line - 1] as usize;
        let end = (offset as usize).min(text.len());
        let column = text.get(start..end).map_or(end.saturating_sub(start), |it| it.chars().count());
        (line, column + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let text = "ab\né€x\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 0), (1, 1));
        assert_eq!(index.line_column(text, 8), (2, 3));
        assert_eq!(index.line_column(text, 999), (3, 1));
    }

    #[test]
    fn fixes_that_touch_one_another_wait_for_the_next_round() {
        let text = "one two three";
        let fix = |start, end, new: &str| Fix::replace("", Span::new(start, end), new);
        let (first, same, other) = (fix(0, 3, "1"), fix(0, 3, "uno"), fix(8, 13, "3"));
        assert_eq!(apply(text, [&other, &first, &same]), Some(("1 two 3".to_owned(), 2)));
        assert_eq!(apply(text, [&fix(0, 0, "a "), &fix(0, 0, "b ")]), Some(("a one two three".to_owned(), 1)));
        assert_eq!(apply(text, [&fix(5, 99, "x")]), None);
    }
}
