//! Reads the text of a path, by hand and from left to right, so that each error knows its place.

use std::sync::Arc;

use super::{Path, Root, Step};
use crate::expr::SyntaxError;

/// Steps that fan out (`*`, `..`, slices, unions, filters) nest their evaluation; more than these are refused.
const MAX_FANS: usize = 64;

/// Reads a whole path.
pub(super) fn path(text: &str) -> Result<Path, SyntaxError> {
    let mut cursor = Cursor { text, at: 0 };
    let root = cursor.root()?;
    let end = text.trim_end().len();
    let steps = cursor.steps(end)?;
    if steps.iter().filter(|step| !matches!(step, Step::Name(_) | Step::Index(_))).count() > MAX_FANS {
        return Err(SyntaxError::new(0, format!("the path has more than {MAX_FANS} steps that select several values")));
    }
    let definite = steps.iter().enumerate().all(|(nth, step)| match step {
        Step::Name(_) | Step::Index(_) => true,
        Step::Names(_) => nth + 1 == steps.len(),
        Step::Indices(_) | Step::Slice(..) | Step::Wildcard | Step::Descend => false,
    });
    Ok(Path { text: text.into(), root, steps: steps.into(), definite })
}

/// A place in the text of a path.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl Cursor<'_> {
    /// Reads `$`, `$$` or `$name`.
    fn root(&mut self) -> Result<Root, SyntaxError> {
        if !self.take('$') {
            return Err(self.error("a path begins with $"));
        }
        if self.take('$') {
            return Ok(Root::Context);
        }
        let rest = &self.text[self.at..];
        let is_first = |it: char| it.is_alphabetic() || it == '_';
        if !rest.starts_with(is_first) {
            return Ok(Root::Input);
        }
        let len = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
        self.at += len;
        Ok(Root::Variable(rest[..len].into()))
    }

    /// Reads steps up to `end`.
    fn steps(&mut self, end: usize) -> Result<Vec<Step>, SyntaxError> {
        let mut steps = Vec::new();
        while self.at < end {
            match self.peek() {
                Some('.') => self.dot(&mut steps)?,
                Some('[') => steps.push(self.bracket()?),
                _ => return Err(self.error("expected . or [")),
            }
        }
        Ok(steps)
    }

    /// Reads `.name`, `.*`, `..`, or the dot that may stand before a bracket.
    fn dot(&mut self, steps: &mut Vec<Step>) -> Result<(), SyntaxError> {
        self.take('.');
        if self.take('.') {
            steps.push(Step::Descend);
        }
        match self.peek() {
            None => Err(self.error("a path does not end with a dot")),
            Some('.') => Err(self.error("a name is missing between two dots")),
            Some('[') => Ok(()),
            Some('*') => {
                self.at += 1;
                steps.push(Step::Wildcard);
                Ok(())
            }
            Some(_) => {
                steps.push(Step::Name(self.plain_name()?.into()));
                Ok(())
            }
        }
    }

    /// Reads a name without quotes; it goes up to the next dot or bracket.
    fn plain_name(&mut self) -> Result<&str, SyntaxError> {
        let rest = &self.text[self.at..];
        let len = rest.find(['.', '[', '(']).unwrap_or(rest.len());
        let name = rest[..len].trim_end();
        if let Some(blank) = name.find(char::is_whitespace) {
            self.at += blank;
            return Err(self.error("a name with blanks needs brackets and quotes, as in $['my name']"));
        }
        if name.is_empty() {
            return Err(self.error("expected a name"));
        }
        self.at += len;
        Ok(name)
    }

    /// Reads `[…]`.
    fn bracket(&mut self) -> Result<Step, SyntaxError> {
        let open = self.at;
        self.take('[');
        self.skip_blanks();
        let step = match self.peek() {
            Some('\'' | '"') => self.names()?,
            Some('*') => {
                self.at += 1;
                Step::Wildcard
            }
            Some('-' | ':' | '0'..='9') => self.numbers()?,
            _ => return Err(self.error("expected a quoted name, a number, * or ?( after [")),
        };
        self.skip_blanks();
        if !self.take(']') {
            return Err(SyntaxError::new(open, "this [ has no ]"));
        }
        Ok(step)
    }

    /// Reads `'a'` or `'a','b'`.
    fn names(&mut self) -> Result<Step, SyntaxError> {
        let mut names: Vec<Arc<str>> = Vec::new();
        loop {
            self.skip_blanks();
            names.push(self.quoted()?.into());
            self.skip_blanks();
            if !self.take(',') {
                break;
            }
        }
        Ok(if names.len() == 1 { Step::Name(names.remove(0)) } else { Step::Names(names.into()) })
    }

    /// Reads a name or string in quotes of either kind.
    ///
    /// A backslash before the closing kind of quote makes it part of the text; any other backslash stands for itself
    /// (recorded: `$['Test\""Name"']` names the member `Test\""Name"`).
    pub(super) fn quoted(&mut self) -> Result<String, SyntaxError> {
        let open = self.at;
        let Some(quote @ ('\'' | '"')) = self.next() else {
            self.at = open;
            return Err(self.error("expected a name in quotes"));
        };
        let mut name = String::new();
        loop {
            match self.next() {
                None => return Err(SyntaxError::new(open, "this quote is not closed")),
                Some('\\') => match self.next() {
                    Some(escaped) if escaped == quote => name.push(escaped),
                    Some(other) => name.extend(['\\', other]),
                    None => {}
                },
                Some(it) if it == quote => return Ok(name),
                Some(it) => name.push(it),
            }
        }
    }

    /// Reads `0`, `-1`, `0,2`, `1:`, `:2` or `1:2`.
    fn numbers(&mut self) -> Result<Step, SyntaxError> {
        let first = self.integer()?;
        self.skip_blanks();
        if self.take(':') {
            self.skip_blanks();
            let second = self.integer()?;
            self.skip_blanks();
            if first.is_none() && second.is_none() {
                return Err(self.error("a slice needs a beginning or an end"));
            }
            if self.peek() == Some(':') {
                return Err(self.error("slices have no step here"));
            }
            return Ok(Step::Slice(first, second));
        }
        let mut indices: Vec<i64> = first.into_iter().collect();
        while self.take(',') {
            self.skip_blanks();
            let Some(index) = self.integer()? else { return Err(self.error("expected a number")) };
            indices.push(index);
            self.skip_blanks();
        }
        Ok(match indices[..] {
            [index] => Step::Index(index),
            _ => Step::Indices(indices.into()),
        })
    }

    /// Reads an integer if there is one.
    fn integer(&mut self) -> Result<Option<i64>, SyntaxError> {
        let rest = &self.text[self.at..];
        let signs = usize::from(rest.starts_with('-'));
        let len = signs + rest[signs..].bytes().take_while(u8::is_ascii_digit).count();
        if len == 0 {
            return Ok(None);
        }
        let value = rest[..len].parse::<i32>().map_err(|_| self.error("expected a whole number of 32 bits"))?;
        self.at += len;
        Ok(Some(value.into()))
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Steps over `expected` if it comes next.
    pub(super) fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    pub(super) fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    pub(super) fn error(&self, message: &str) -> SyntaxError {
        SyntaxError::new(self.at, message)
    }
}
