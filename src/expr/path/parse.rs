//! Reads the text of a path, by hand and from left to right, so that each error knows its place.

use std::sync::Arc;

use super::filter::Filter;
use super::function::Call;
use super::{Path, Root, Step};
use crate::expr::SyntaxError;

/// Steps that fan out (`*`, `..`, slices, unions, filters) nest their evaluation; more than these are refused.
const MAX_FANS: u32 = 64;

/// Conditions, negations and arguments inside one another; more are refused.
const MAX_NESTING: u32 = 32;

/// Reads a whole path.
pub(super) fn path(text: &str) -> Result<Path, SyntaxError> {
    let mut cursor = Cursor { text: text.trim_end(), at: 0, nesting: 0, n_fans: 0 };
    let root = cursor.root()?;
    let (steps, function) = cursor.steps()?;
    if cursor.at < cursor.text.len() {
        return Err(cursor.error(if function.is_some() { "nothing can follow a function" } else { "expected . or [" }));
    }
    Ok(Path::new(text.into(), root, steps, function))
}

/// A place in the text of a path.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Conditions and arguments that are open here.
    nesting: u32,
    /// Steps so far that fan out, those in filters included.
    n_fans: u32,
}

impl<'a> Cursor<'a> {
    /// Reads `$`, `$$` or `$name`.
    fn root(&mut self) -> Result<Root, SyntaxError> {
        if !self.take('$') {
            return Err(self.error("a path begins with $"));
        }
        if self.take('$') {
            return Ok(Root::Context);
        }
        let rest = self.rest();
        let is_first = |it: char| it.is_alphabetic() || it == '_';
        if !rest.starts_with(is_first) {
            return Ok(Root::Input);
        }
        let len = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
        self.at += len;
        Ok(Root::Variable(rest[..len].into()))
    }

    /// Reads the steps that follow here, and the function that may end them.
    pub(super) fn steps(&mut self) -> Result<(Vec<Step>, Option<Call>), SyntaxError> {
        let mut steps = Vec::new();
        loop {
            let n_before = steps.len();
            let function = match self.peek() {
                Some('.') => self.dot(&mut steps)?,
                Some('[') => {
                    steps.push(self.bracket()?);
                    None
                }
                _ => return Ok((steps, None)),
            };
            let fans = steps[n_before..].iter().filter(|step| !step.is_plain());
            self.n_fans += fans.count() as u32;
            if self.n_fans > MAX_FANS {
                return Err(self.error(&format!("more than {MAX_FANS} steps select several values")));
            }
            if function.is_some() {
                return Ok((steps, function));
            }
        }
    }

    /// Reads `.name`, `.*`, `..`, `.function()`, or the dot that may stand before a bracket.
    fn dot(&mut self, steps: &mut Vec<Step>) -> Result<Option<Call>, SyntaxError> {
        self.take('.');
        if self.take('.') {
            steps.push(Step::Descend);
        }
        match self.peek() {
            None => return Err(self.error("a path does not end with a dot")),
            Some('.') => return Err(self.error("a name is missing between two dots")),
            Some('[') if steps.last() == Some(&Step::Descend) => steps.push(self.bracket()?),
            Some('[') => {}
            Some('*') => {
                self.at += 1;
                steps.push(Step::Wildcard);
            }
            Some(_) => {
                let begin = self.at;
                let name = self.plain_name()?;
                if self.peek() == Some('(') {
                    if steps.last() == Some(&Step::Descend) {
                        return Err(self.error("a function does not follow .."));
                    }
                    return Call::read(name, begin, self).map(Some);
                }
                steps.push(Step::Name(name.into()));
            }
        }
        Ok(None)
    }

    /// Reads a name without quotes. It goes up to the next dot or bracket, inside parentheses also up to an operator.
    fn plain_name(&mut self) -> Result<&'a str, SyntaxError> {
        let rest = self.rest();
        let is_inside = self.nesting > 0;
        let ends = |it: char| match it {
            '.' | '[' | '(' => true,
            ')' | ']' | ',' | '=' | '!' | '<' | '>' | '~' | '&' | '|' => is_inside,
            _ => is_inside && it.is_whitespace(),
        };
        let name = &rest[..rest.find(ends).unwrap_or(rest.len())];
        if let Some(blank) = name.find(char::is_whitespace) {
            self.at += blank;
            return Err(self.error("a name with blanks needs brackets and quotes, as in $['my name']"));
        }
        if name.is_empty() {
            return Err(self.error("expected a name"));
        }
        self.at += name.len();
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
            Some('?') => Step::Filter(Arc::new(Filter::read(self)?)),
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
        let rest = self.rest();
        let signs = usize::from(rest.starts_with('-'));
        let len = signs + rest[signs..].bytes().take_while(u8::is_ascii_digit).count();
        if len == 0 {
            return Ok(None);
        }
        let value = rest[..len].parse::<i32>().map_err(|_| self.error("expected a whole number of 32 bits"))?;
        self.at += len;
        Ok(Some(value.into()))
    }

    /// Goes into a condition or the arguments of a function.
    pub(super) fn enter(&mut self) -> Result<(), SyntaxError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.error(&format!("more than {MAX_NESTING} conditions or functions inside one another")));
        }
        Ok(())
    }

    /// Comes out of what was entered.
    pub(super) fn leave(&mut self) {
        self.nesting -= 1;
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
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

    /// Steps over `expected` if it comes next.
    pub(super) fn take_text(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    pub(super) fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    pub(super) fn error(&self, message: &str) -> SyntaxError {
        SyntaxError::new(self.at, message)
    }
}
