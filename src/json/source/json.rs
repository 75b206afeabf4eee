//! Reads JSON. The grammar is here and not a library's, because it must not recurse and has to go on after an error;
//! `tokens` has the words.

use std::sync::Arc;

use jsonc_parser::ParseStringErrorKind;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::tokens::Token;

use super::build::{Builder, Container, Place};
use super::tokens::{Lexeme, Tokens};
use super::{Node, UNQUOTED, Value};
use crate::diagnostic::{Diagnostic, Span};
use crate::json::Number;

/// Reads the JSON value that begins at the byte `start` of `text`.
pub(super) fn read(text: &str, start: usize) -> (Option<Node>, Vec<Diagnostic>) {
    let mut reader = Reader { text, tokens: Tokens::new(text, start), builder: Builder::new(text), comments: None };
    let outcome = reader.read();
    reader.report_comments();
    match outcome {
        Ok(()) | Err(Stop::Broken) => reader.builder.finish(text.len() as u32),
        Err(Stop::TooDeep) => (None, reader.builder.finish(text.len() as u32).1),
    }
}

/// Why reading ends early; the finding has been reported.
enum Stop {
    Broken,
    TooDeep,
}

struct Reader<'a> {
    text: &'a str,
    tokens: Tokens<'a>,
    builder: Builder<'a>,
    /// The first comment, and how many there are.
    comments: Option<(Span, usize)>,
}

/// What the grammar wants next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value; in a list also its end, after a comma with a warning.
    Value {
        comma: Option<Span>,
    },
    /// A name or the end of the object, after a comma with a warning.
    Name {
        comma: Option<Span>,
    },
    Colon,
    /// A comma or the end of the container.
    Comma,
    /// Nothing.
    End,
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Result<(), Stop> {
        let mut expect = Expect::Value { comma: None };
        loop {
            let before = self.tokens.end;
            let Some(lexeme) = self.next()? else { return self.end_of_text(expect) };
            let at = self.tokens.span();
            expect = match expect {
                Expect::Value { comma } => self.value(lexeme, at, comma)?,
                Expect::Name { comma } => self.member_name(lexeme, at, comma)?,
                Expect::Colon if matches!(lexeme, Lexeme::Token(Token::Colon)) => Expect::Value { comma: None },
                Expect::Colon => {
                    let place = Span::new(before, before);
                    self.broken("`:` is missing after the name of a member", place, "write `\"name\": value`");
                    self.value(lexeme, at, None)?
                }
                Expect::Comma => self.after_value(lexeme, at, before)?,
                Expect::End => {
                    self.broken(
                        "there is more text after the end of the value",
                        at,
                        "remove it, or the bracket too many",
                    );
                    return Ok(());
                }
            };
            if self.builder.is_hopeless() {
                let help = "mend the ones above first";
                self.builder.report(Diagnostic::error("TXT015", "too many errors to go on").help(help), at);
                return Err(Stop::Broken);
            }
        }
    }

    fn value(&mut self, lexeme: Lexeme<'a>, at: Span, comma: Option<Span>) -> Result<Expect, Stop> {
        let token = match lexeme {
            Lexeme::Placeholder(name) => {
                let help = "SAM and CloudFormation fill it in; without a template, write the value itself";
                let message = format!("{name} stands in place of a value");
                self.builder.report(Diagnostic::warning("TXT014", message).help(help), at);
                let tag = Some(Arc::from(UNQUOTED));
                self.builder.add(Node { span: at, value: Value::String(Arc::from(name)), tag });
                return Ok(self.next_in_container());
            }
            Lexeme::Token(token) => token,
        };
        let value = match token {
            Token::OpenBrace => {
                self.open(Container::Object, at)?;
                return Ok(Expect::Name { comma: None });
            }
            Token::OpenBracket => {
                self.open(Container::Array, at)?;
                return Ok(Expect::Value { comma: None });
            }
            Token::String(text) => {
                self.check_string(at)?;
                Value::String(Arc::from(&*text))
            }
            Token::Boolean(value) => Value::Bool(value),
            Token::Null => Value::Null,
            Token::Number(digits) => self.number(digits, at),
            Token::Word(word) => {
                let help = match word {
                    "True" | "False" | "TRUE" | "FALSE" => "write `true` or `false`",
                    "None" | "undefined" | "nil" | "NULL" | "Null" => "write `null`",
                    _ => "put it in double quotes",
                };
                self.broken(format!("`{}` is not a JSON value", shortened(word)), at, help);
                Value::String(Arc::from(word))
            }
            Token::CloseBracket | Token::CloseBrace => {
                match self.builder.place() {
                    Place::Root => {
                        self.broken("a closing bracket without an opening one", at, "remove it");
                        return Err(Stop::Broken);
                    }
                    Place::Value => self.broken("a member has no value", at, "write a value after `:`"),
                    _ => self.report_trailing_comma(comma),
                }
                return Ok(self.close(&token, at));
            }
            Token::Comma => {
                self.broken("a value is missing before `,`", at, "write the value or remove the comma");
                return match self.builder.place() {
                    Place::Root => Err(Stop::Broken),
                    Place::Value => {
                        self.builder.add(Node::new(at, Value::Null));
                        Ok(Expect::Name { comma: Some(at) })
                    }
                    _ => Ok(Expect::Value { comma: Some(at) }),
                };
            }
            Token::Colon => {
                let help = "only members of an object have a name; put the pair in braces";
                self.broken("`:` stands where a value is due", at, help);
                return Err(Stop::Broken);
            }
            Token::CommentLine(_) | Token::CommentBlock(_) => return Ok(Expect::Value { comma }),
        };
        // The span is read again: an unclosed string ends before its token did.
        self.builder.add(Node::new(self.tokens.span(), value));
        Ok(self.next_in_container())
    }

    fn member_name(&mut self, lexeme: Lexeme<'a>, at: Span, comma: Option<Span>) -> Result<Expect, Stop> {
        let unquoted = match lexeme {
            Lexeme::Token(Token::String(name)) => {
                self.check_string(at)?;
                self.builder.name(&name, self.tokens.span());
                return Ok(Expect::Colon);
            }
            Lexeme::Token(token @ (Token::CloseBrace | Token::CloseBracket)) => {
                self.report_trailing_comma(comma);
                return Ok(self.close(&token, at));
            }
            Lexeme::Token(Token::Comma) => {
                self.broken("a member is missing before `,`", at, "remove the comma");
                return Ok(Expect::Name { comma: Some(at) });
            }
            Lexeme::Token(Token::Word(word) | Token::Number(word)) | Lexeme::Placeholder(word) => word,
            Lexeme::Token(Token::Boolean(value)) => {
                if value {
                    "true"
                } else {
                    "false"
                }
            }
            Lexeme::Token(Token::Null) => "null",
            Lexeme::Token(_) => {
                self.broken("the name of a member is missing", at, "write `\"name\": value`");
                return Err(Stop::Broken);
            }
        };
        let message = format!("the name `{}` has no quotes", shortened(unquoted));
        self.broken(message, at, "put it in double quotes");
        self.builder.name(unquoted, at);
        Ok(Expect::Colon)
    }

    fn after_value(&mut self, lexeme: Lexeme<'a>, at: Span, before: usize) -> Result<Expect, Stop> {
        let in_object = self.builder.place() == Place::Name;
        match lexeme {
            Lexeme::Token(Token::Comma) if in_object => return Ok(Expect::Name { comma: Some(at) }),
            Lexeme::Token(Token::Comma) => return Ok(Expect::Value { comma: Some(at) }),
            Lexeme::Token(token @ (Token::CloseBrace | Token::CloseBracket)) => return Ok(self.close(&token, at)),
            Lexeme::Token(Token::Colon) => {
                self.broken("`:` stands where `,` or the end is due", at, "give the value a name, or write a comma");
                if self.builder.turn_value_into_name() {
                    return Ok(Expect::Value { comma: None });
                }
                return Err(Stop::Broken);
            }
            Lexeme::Token(Token::Number(_)) if before == at.start as usize => {
                let help = "write it without leading zeros, or in quotes if it is no number";
                self.broken("a number with leading zeros is not JSON", at, help);
                return Ok(Expect::Comma);
            }
            Lexeme::Token(_) | Lexeme::Placeholder(_) => {}
        }
        self.broken("`,` is missing between two values", Span::new(before, before), "write a comma after the first");
        if in_object { self.member_name(lexeme, at, None) } else { self.value(lexeme, at, None) }
    }

    fn open(&mut self, container: Container, at: Span) -> Result<(), Stop> {
        if self.builder.open(container, at.start, None) { Ok(()) } else { Err(Stop::TooDeep) }
    }

    /// Closes the innermost container; where the bracket is another's, also those that were left open inside it.
    fn close(&mut self, token: &Token<'_>, at: Span) -> Expect {
        let closes = if *token == Token::CloseBrace { Container::Object } else { Container::Array };
        while let Some((container, start)) = self.builder.innermost() {
            if container == closes {
                break;
            }
            let line = self.builder.line(start);
            let (what, opening, bracket) = match container {
                Container::Array => ("list", "[", "]"),
                Container::Object => ("object", "{", "}"),
            };
            let help = format!("write `{bracket}` before this, or remove `{}`", token.as_str());
            self.broken(format!("the {what} that `{opening}` begins on line {line} is not closed"), at, &help);
            if !self.builder.is_inside(closes) {
                return self.next_in_container();
            }
            self.close_innermost(at.start);
        }
        self.close_innermost(at.end);
        self.next_in_container()
    }

    fn close_innermost(&mut self, end: u32) {
        if let Some(node) = self.builder.close(end) {
            self.builder.add(node);
        }
    }

    fn next_in_container(&self) -> Expect {
        if self.builder.place() == Place::End { Expect::End } else { Expect::Comma }
    }

    fn end_of_text(&mut self, expect: Expect) -> Result<(), Stop> {
        if expect == Expect::End {
            return Ok(());
        }
        let end = self.text.len();
        let Some((container, start)) = self.builder.innermost() else {
            self.broken("the text holds only comments", Span::new(0, end), "write a definition");
            return Err(Stop::Broken);
        };
        let line = self.builder.line(start);
        let (what, opening, bracket) = match container {
            Container::Array => ("list", "[", "]"),
            Container::Object => ("object", "{", "}"),
        };
        let depth = self.builder.depth();
        let more = if depth > 1 { format!(", {depth} brackets in all are open") } else { String::new() };
        let message = format!("the text ends inside the {what} that `{opening}` begins on line {line}{more}");
        let help = format!("write the missing `{bracket}`, or get the whole file if it was cut off");
        self.broken(message, Span::new(start as usize, start as usize + 1), &help);
        Err(Stop::Broken)
    }

    fn number(&mut self, digits: &str, at: Span) -> Value {
        let bare = digits.strip_prefix('-').unwrap_or(digits);
        let is_json = bare.starts_with(|it: char| it.is_ascii_digit())
            && !bare.contains(['x', 'X'])
            && !bare.split('e').next().unwrap_or(bare).ends_with('.');
        if !is_json {
            let message = format!("`{}` is not a JSON number", shortened(digits));
            self.broken(message, at, "write plain decimal digits, such as `0.5`");
            return Value::Null;
        }
        if let Ok(value) = digits.parse() {
            return Value::Number(Number::Int(value));
        }
        if let Some(number) = digits.parse().ok().and_then(Number::from_f64) {
            return Value::Number(number);
        }
        let message = format!("the number {} is out of range", shortened(digits));
        self.broken(message, at, "write it as a string, or as a smaller number");
        Value::Null
    }

    /// Reports control characters inside the string token just read, and a string that was never closed.
    fn check_string(&mut self, at: Span) -> Result<(), Stop> {
        let (start, end) = (at.start as usize, at.end as usize);
        let quoted = &self.text.as_bytes()[start..end];
        if quoted[0] == b'\'' {
            self.broken("a string in single quotes is not JSON", at, "use double quotes");
        }
        let Some(position) = quoted.iter().position(|it| *it < 0x20) else { return Ok(()) };
        if !matches!(quoted[position], b'\n' | b'\r') {
            let message = format!("a string holds the control character 0x{:02x}", quoted[position]);
            let help = format!("write it as `\\u{:04x}`, a tab as `\\t`", quoted[position]);
            self.broken(message, Span::new(start + position, start + position + 1), &help);
            return Ok(());
        }
        let goes_on = self.text[end..].trim_start().starts_with([',', ':', '}', ']']);
        if goes_on {
            self.broken("a string goes over several lines", at, "write line breaks as `\\n`");
            return Ok(());
        }
        // The quote that was found begins the next string: what follows on this line belongs to no string.
        let line = self.text[start..start + position].trim_end();
        let line = line.strip_suffix(',').unwrap_or(line);
        self.broken(
            "a string is not closed on its line",
            Span::new(start, start + line.len()),
            "write the closing `\"`",
        );
        self.tokens.resume(start, start + line.len());
        if self.builder.is_hopeless() { Err(Stop::Broken) } else { Ok(()) }
    }

    fn report_trailing_comma(&mut self, comma: Option<Span>) {
        if let Some(at) = comma {
            let finding =
                Diagnostic::warning("TXT007", "a comma before the closing bracket, which the service refuses");
            self.builder.report(finding.help("remove the comma"), at);
        }
    }

    fn report_comments(&mut self) {
        let Some((at, count)) = self.comments else { return };
        let message = match count {
            1 => "a comment, which the service refuses".to_owned(),
            _ => format!("{count} comments, which the service refuses"),
        };
        let finding = Diagnostic::warning("TXT006", message).help("move what they say to `Comment` fields");
        self.builder.report(finding, at);
    }

    fn broken(&mut self, message: impl Into<String>, at: Span, help: &str) {
        self.builder.report(Diagnostic::error("TXT004", message).help(help), at);
    }

    /// Returns the next token that is no comment, `None` at the end of the text.
    fn next(&mut self) -> Result<Option<Lexeme<'a>>, Stop> {
        loop {
            match self.tokens.next() {
                Ok(Some(Lexeme::Token(Token::CommentLine(_) | Token::CommentBlock(_)))) => {
                    let (_, count) = self.comments.get_or_insert((self.tokens.span(), 0));
                    *count += 1;
                }
                Ok(lexeme) => return Ok(lexeme),
                Err(error) => return self.mend(&error).map(Some),
            }
        }
    }

    /// Reports what is no token. Takes a string with a wrong escape as it stands; nothing else can be mended.
    fn mend(&mut self, error: &ParseError) -> Result<Lexeme<'a>, Stop> {
        let at = self.tokens.error_span(error);
        let character = || self.text[at.start as usize..].chars().next().unwrap_or(' ');
        // The scanner takes `True}` for one broken word.
        if let Some(word) = self.tokens.resume_after_word() {
            return Ok(Lexeme::Token(Token::Word(word)));
        }
        let (message, help) = match error.kind() {
            ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
                let start = at.start as usize;
                let line = self.text[start..].lines().next().unwrap_or("").len();
                self.broken("a string is not closed", Span::new(start, start + line), "write the closing `\"`");
                return Err(Stop::Broken);
            }
            ParseErrorKind::String(kind) => {
                let message = match kind {
                    ParseStringErrorKind::InvalidUnicodeEscapeSequence(_) => "half of a surrogate pair in a string",
                    ParseStringErrorKind::ExpectedFourHexDigits => "`\\u` without four hexadecimal digits in a string",
                    _ => "a backslash in a string before a character that has no escape",
                };
                self.broken(message, at, "write a backslash itself as `\\\\`");
                let raw = self.tokens.resume_after_string().ok_or(Stop::Broken)?;
                return Ok(Lexeme::Token(Token::String(raw.into())));
            }
            ParseErrorKind::UnterminatedCommentBlock => {
                ("a comment is not closed".to_owned(), "write the closing `*/`, or remove the comment")
            }
            ParseErrorKind::ExpectedDigit
            | ParseErrorKind::ExpectedDigitFollowingNegativeSign
            | ParseErrorKind::ExpectedPlusMinusOrDigitInNumberLiteral => {
                ("a number breaks off".to_owned(), "write digits after the sign or the `e`")
            }
            _ => (format!("`{}` has no meaning here", character()), "remove it, or put the text in double quotes"),
        };
        self.broken(message, at, help);
        Err(Stop::Broken)
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::diagnostic::has_errors;
    use crate::json::text::compact;

    /// Returns the value as text, and each finding as code, marked text and message.
    fn read(text: &str) -> (String, Vec<String>) {
        let (node, findings) = parse(text);
        let shown = |it: &Diagnostic| {
            let span = it.span.expect("every finding has a place");
            format!("{} `{}` {}", it.code, &text[span.start as usize..span.end as usize], it.message)
        };
        assert!(findings.iter().all(|it| it.help.is_some()), "{findings:?}");
        (node.map_or(String::new(), |it| compact(&it.to_json())), findings.iter().map(shown).collect())
    }

    #[track_caller]
    fn check(text: &str, value: &str, findings: &[&str]) {
        let (read_value, read_findings) = read(text);
        assert_eq!(read_value, value);
        assert_eq!(read_findings, findings);
    }

    #[test]
    fn valid_text_has_no_findings() {
        let text = r#"{"a":[1,-2.5,"x\"\\\né\u00e9",true,null],"b":{},"c":[]}"#;
        check(text, r#"{"a":[1,-2.5,"x\"\\\néé",true,null],"b":{},"c":[]}"#, &[]);
        check(r#"["\ud83d\ude00", 9223372036854775808]"#, r#"["😀",9.223372036854776E18]"#, &[]);
    }

    #[test]
    fn every_value_and_name_has_its_place() {
        let text = r#" {"a": ["é", {"b": -1.5}]} "#;
        let (node, _) = parse(text);
        let node = node.expect("it is valid");
        let shown = |span: Span| &text[span.start as usize..span.end as usize];
        assert_eq!(shown(node.span), text.trim());
        let list = node.member("a").expect("there is an a");
        assert_eq!(shown(list.name_span), "\"a\"");
        assert_eq!(shown(list.value.items()[0].span), "\"é\"");
        assert_eq!(shown(list.value.items()[1].get("b").expect("there is a b").span), "-1.5");
    }

    #[test]
    fn comments_and_trailing_commas_are_warnings() {
        check(
            "// one\n{\"a\": [1, /* two */ 2,],}",
            r#"{"a":[1,2]}"#,
            &[
                "TXT007 `,` a comma before the closing bracket, which the service refuses",
                "TXT007 `,` a comma before the closing bracket, which the service refuses",
                "TXT006 `// one` 2 comments, which the service refuses",
            ],
        );
        assert!(!has_errors(&parse("[1,]").1));
    }

    #[test]
    fn several_errors_are_found_at_once_and_reading_goes_on() {
        check(
            "{\"a\" 1, b: 2, \"c\": 'x' \"d\": True}",
            r#"{"a":1,"b":2,"c":"x","d":"True"}"#,
            &[
                "TXT004 `` `:` is missing after the name of a member",
                "TXT004 `b` the name `b` has no quotes",
                "TXT004 `'x'` a string in single quotes is not JSON",
                "TXT004 `` `,` is missing between two values",
                "TXT004 `True` `True` is not a JSON value",
            ],
        );
        check(
            "[010, +1, .5, 0x1, 1e999]",
            "[0,null,null,null,null]",
            &[
                "TXT004 `10` a number with leading zeros is not JSON",
                "TXT004 `+1` `+1` is not a JSON number",
                "TXT004 `.5` `.5` is not a JSON number",
                "TXT004 `0x1` `0x1` is not a JSON number",
                "TXT004 `1e999` the number 1e999 is out of range",
            ],
        );
    }

    #[test]
    fn text_that_is_cut_off_keeps_what_was_read() {
        check(
            "{\n\"a\": {\"b\": [1, 2",
            r#"{"a":{"b":[1,2]}}"#,
            &["TXT004 `[` the text ends inside the list that `[` begins on line 2, 3 brackets in all are open"],
        );
        check(r#"{"a": 1, "b": "x"#, r#"{"a":1,"b":null}"#, &["TXT004 `\"x` a string is not closed"]);
    }

    #[test]
    fn a_bracket_of_the_wrong_kind_closes_what_was_left_open() {
        check(
            r#"{"a": [1, {"b": 2], "c": 3}"#,
            r#"{"a":[1,{"b":2}],"c":3}"#,
            &["TXT004 `]` the object that `{` begins on line 1 is not closed"],
        );
        check("[1}, 2]", "[1,2]", &["TXT004 `}` the list that `[` begins on line 1 is not closed"]);
        check(r#"{"a": "b": 1, "c": 2}"#, r#"{"b":1,"c":2}"#, &["TXT004 `:` `:` stands where `,` or the end is due"]);
        check("{} }", "{}", &["TXT004 `}` there is more text after the end of the value"]);
    }

    #[test]
    fn an_unclosed_string_ends_with_its_line_and_a_long_one_goes_on() {
        check("{\"a\": \"x,\n\"b\": 1}", r#"{"a":"x,\n","b":1}"#, &["TXT004 `\"x` a string is not closed on its line"]);
        check("{\"a\": \"x\ny\"}", r#"{"a":"x\ny"}"#, &["TXT004 `\"x\ny\"` a string goes over several lines"]);
        check("[\"a\tb\"]", r#"["a\tb"]"#, &["TXT004 `\t` a string holds the control character 0x09"]);
    }

    #[test]
    fn a_wrong_escape_does_not_end_reading() {
        check(
            r#"["\d+", "\ud83d", 1]"#,
            r#"["\\d+","\\ud83d",1]"#,
            &[
                "TXT004 `\\d` a backslash in a string before a character that has no escape",
                "TXT004 `\\ud83d\"` half of a surrogate pair in a string",
            ],
        );
    }

    #[test]
    fn of_repeated_names_the_last_counts_and_both_places_are_named() {
        let (node, findings) = parse("{\"x\": {\"a/b\": 1,\n \"a/b\": 2}}");
        assert_eq!(compact(&node.expect("it is valid").to_json()), r#"{"x":{"a/b":2}}"#);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].pointer, "/x/a~1b");
        assert_eq!(findings[0].span, Some(Span::new(18, 23)));
        assert_eq!(
            findings[0].message,
            "the name \"a/b\" occurs again; the first is on line 1, and the last one counts"
        );
    }

    #[test]
    fn a_placeholder_without_quotes_is_a_tagged_string() {
        let (node, findings) = parse("{\"a\": ${Max}, \"b\": [${X.Arn}, 1]}");
        assert!(!has_errors(&findings));
        let node = node.expect("it is valid");
        let value = node.get("a").expect("there is an a");
        assert_eq!((value.as_str(), value.tag.as_deref()), (Some("${Max}"), Some(UNQUOTED)));
        assert_eq!(value.span, Span::new(6, 12));
        assert_eq!(compact(&node.to_json()), r#"{"a":"${Max}","b":["${X.Arn}",1]}"#);
    }

    #[test]
    fn findings_of_a_kind_are_listed_up_to_a_limit_and_then_counted() {
        let (_, findings) = parse(&format!("[{}0]", "[1,],".repeat(500)));
        assert_eq!(findings.len(), 21);
        assert_eq!(findings[20].message, "480 more findings of this kind (TXT007) are not listed");
        let (_, findings) = parse(&format!("[{}", "? ".repeat(500)));
        assert!(findings.len() < 25);
        let (_, findings) = parse(&"{x".repeat(500));
        assert!(findings.len() < 25);
    }
}
