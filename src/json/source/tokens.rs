//! The tokens of JSON: jsonc-parser's, and what it does not know, which is placeholders and a way to go on after an error.

use jsonc_parser::errors::ParseError;
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::placeholder_len;
use crate::diagnostic::Span;

/// A token of the text.
pub(super) enum Lexeme<'a> {
    Token(Token<'a>),
    /// `${Name}` outside a string.
    Placeholder(&'a str),
}

/// The tokens of a text; scanning can begin again at any place, which the scanner itself does not offer.
pub(super) struct Tokens<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    /// Where the scanner's text begins.
    base: usize,
    start: usize,
    /// The end of the current token, where the next one is looked for.
    pub(super) end: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, start: usize) -> Self {
        Self { text, scanner: scanner(&text[start..]), base: start, start, end: start }
    }

    pub(super) fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    pub(super) fn error_span(&self, error: &ParseError) -> Span {
        Span::new(self.base + error.range().start, self.base + error.range().end)
    }

    pub(super) fn next(&mut self) -> Result<Option<Lexeme<'a>>, ParseError> {
        let rest = &self.text.as_bytes()[self.end..];
        let blank = rest.iter().take_while(|it| it.is_ascii_whitespace()).count();
        if rest.get(blank) == Some(&b'$')
            && let Some(len) = placeholder_len(&self.text[self.end + blank..])
        {
            let start = self.end + blank;
            self.resume(start, start + len);
            return Ok(Some(Lexeme::Placeholder(&self.text[start..start + len])));
        }
        let token = self.scanner.scan();
        self.start = self.base + self.scanner.token_start();
        self.end = self.base + self.scanner.token_end();
        Ok(token?.map(Lexeme::Token))
    }

    /// Takes `start..end` for the current token and goes on after it.
    pub(super) fn resume(&mut self, start: usize, end: usize) {
        (self.start, self.end, self.base) = (start, end, end);
        self.scanner = scanner(&self.text[end..]);
    }

    /// Takes the letters, if any, at which scanning failed for the current token.
    pub(super) fn resume_after_word(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.start..];
        let is_word = |it: char| it.is_alphanumeric() || it == '_';
        let len = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
        if len == 0 || rest.starts_with(|it: char| it.is_ascii_digit()) {
            return None;
        }
        self.resume(self.start, self.start + len);
        Some(&rest[..len])
    }

    /// Takes the string in which scanning failed for the current token, without looking at its escapes; returns what
    /// stands between the quotes, `None` where it is not closed.
    pub(super) fn resume_after_string(&mut self) -> Option<&'a str> {
        let start = self.start;
        let bytes = &self.text.as_bytes()[start..];
        let quote = *bytes.first()?;
        let mut escaped = false;
        let len = bytes.iter().skip(1).position(|&byte| {
            let ends = byte == quote && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        self.resume(start, start + len + 2);
        Some(&self.text[start + 1..=start + len])
    }
}

fn scanner(text: &str) -> Scanner<'_> {
    // All that is not JSON but can be read is read, to be reported in words of its own.
    Scanner::new(text, &ScannerOptions { allow_extended_string_escapes: false, ..ScannerOptions::default() })
}
