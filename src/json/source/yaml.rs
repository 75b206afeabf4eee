//! Reads YAML: the events are saphyr-parser's, which come one at a time, so nothing here or there recurses.
//!
//! Aliases are expanded in place, each against a budget, because a few lines of them can stand for gigabytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use super::build::{Builder, Container, Place};
use super::{Node, UNQUOTED, Value, placeholder_len, scalar};
use crate::diagnostic::{Diagnostic, Span};
use crate::json::MAX_DEPTH;

/// Values that anchors and aliases may add to a text.
const MAX_EXPANDED: usize = 250_000;

/// The deepest nesting in brackets that saphyr-parser reads.
const MAX_FLOW_DEPTH: u32 = 255;

/// Reads the YAML document that begins at the byte `start` of `text`.
pub(super) fn read(text: &str, start: usize) -> (Option<Node>, Vec<Diagnostic>) {
    let mut reader = Reader {
        text,
        offsets: Offsets::new(text, start),
        builder: Builder::new(text),
        open_anchors: Vec::new(),
        anchored: BTreeMap::new(),
        expanded: 0,
        last_end: start as u32,
        documents: 0,
    };
    let outcome = reader.read(&text[start..]);
    let end = reader.last_end;
    match outcome {
        Ok(()) | Err(Stop::Broken) => {
            let (node, mut findings) = reader.builder.finish(end);
            if node.is_none() && findings.is_empty() {
                let finding = Diagnostic::error("TXT001", "the text holds only comments");
                findings.push(finding.at("", Span::new(0, text.len())).help("write a definition below them"));
            }
            (node, findings)
        }
        Err(Stop::Refused) => (None, reader.builder.finish(end).1),
    }
}

/// Why reading ends early; the finding has been reported.
enum Stop {
    /// What came before still is of use.
    Broken,
    Refused,
}

struct Reader<'a> {
    text: &'a str,
    offsets: Offsets<'a>,
    builder: Builder<'a>,
    /// The anchor of each open container, 0 for none.
    open_anchors: Vec<usize>,
    /// Values by anchor, each with the number of values in it and its depth.
    anchored: BTreeMap<usize, (Node, Extent)>,
    /// Values added on behalf of anchors and aliases so far.
    expanded: usize,
    /// The end of the last thing that was read.
    last_end: u32,
    documents: usize,
}

#[derive(Clone, Copy)]
struct Extent {
    values: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn read(&mut self, text: &'a str) -> Result<(), Stop> {
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| self.report_scan_error(&error))?;
            let span = self.offsets.span(span);
            match event {
                Event::DocumentStart(_) if self.documents == 1 => {
                    let finding = Diagnostic::warning("TXT012", "a second document begins; only the first one is read");
                    self.builder.report(finding.help("keep one definition in a file"), span);
                    return Ok(());
                }
                Event::DocumentStart(_) => self.documents += 1,
                Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), span),
                Event::SequenceStart(anchor, tag) => self.open(Container::Array, anchor, tag, span)?,
                Event::MappingStart(anchor, tag) => self.open(Container::Object, anchor, tag, span)?,
                Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
                Event::Alias(anchor) => self.alias(anchor, span)?,
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
            if self.builder.is_hopeless() {
                return Err(Stop::Broken);
            }
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, span: Span) {
        // The parser writes `~` where nothing stands, with the span of whatever comes next.
        let (start, end) = (span.start as usize, span.end as usize);
        let is_absent =
            style == ScalarStyle::Plain && (text == "~" || text.is_empty()) && &self.text[start..end] != "~";
        let span = if is_absent {
            Span { start: self.last_end, end: self.last_end }
        } else {
            Span::new(start, start + written_len(&self.text[start..end], style))
        };
        let text = if is_absent { "" } else { text };
        self.last_end = span.end.max(self.last_end);
        if self.builder.place() == Place::Name {
            self.builder.name(text, span);
            if text == "<<" && style == ScalarStyle::Plain {
                self.builder.mark_merge();
            }
            return;
        }
        let node = self.scalar_value(text, style, tag, span);
        // A scalar costs an alias nothing, so it is not charged.
        if anchor > 0 {
            self.anchored.insert(anchor, (node.clone(), Extent { values: 1, depth: 0 }));
        }
        self.builder.add(node);
    }

    fn scalar_value(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node {
        let string = || Value::String(Arc::from(text));
        let value = match tag {
            Some(tag) if tag.is_yaml_core_schema() => {
                let value = scalar::tagged(&tag.suffix, text);
                if value.is_none() {
                    let message = format!("`{text}` is not what its tag `!!{}` says", tag.suffix);
                    let finding = Diagnostic::warning("TXT009", message);
                    self.builder.report(finding.help("remove the tag or correct the value"), span);
                }
                value.unwrap_or_else(string)
            }
            // What a function of CloudFormation is given is text, whatever it looks like.
            Some(_) => string(),
            None if style != ScalarStyle::Plain => string(),
            None if placeholder_len(text) == Some(text.len()) => {
                // Filled in before YAML is read, it may turn out to be a number: not the same as text in quotes.
                return Node { span, value: string(), tag: Some(Arc::from(UNQUOTED)) };
            }
            None => {
                let (value, remark) = scalar::plain(text);
                if let Some(remark) = remark {
                    let help = "write it in quotes if it is text, or in a form that all readers agree on";
                    self.builder.report(Diagnostic::warning("TXT009", remark).help(help), span);
                }
                value
            }
        };
        Node { span, value, tag: tag.and_then(local_tag) }
    }

    fn open(&mut self, container: Container, anchor: usize, tag: Option<Cow<'a, Tag>>, span: Span) -> Result<(), Stop> {
        if self.builder.place() == Place::Name {
            let finding = Diagnostic::error("TXT011", "a list or an object stands where a name is due");
            self.builder.report(finding.help("only text can be a name; put it in quotes"), span);
            return Err(Stop::Broken);
        }
        if !self.builder.open(container, span.start, tag.as_deref().and_then(local_tag)) {
            return Err(Stop::Refused);
        }
        self.open_anchors.push(anchor);
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Stop> {
        // A container in brackets ends with its bracket; one by indentation ends with what is in it, although the
        // parser notices only at the next line that is indented less.
        if matches!(&self.text[span.start as usize..span.end as usize], "]" | "}") {
            self.last_end = span.end;
        }
        let Some(node) = self.builder.close(self.last_end) else { return Ok(()) };
        let anchor = self.open_anchors.pop().unwrap_or(0);
        if anchor > 0 {
            let extent = extent(&node);
            self.charge(extent.values, span)?;
            self.anchored.insert(anchor, (node.clone(), extent));
        }
        self.builder.add(node);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        self.last_end = span.end.max(self.last_end);
        let Some((node, extent)) = self.anchored.get(&anchor).map(|(node, extent)| (node.clone(), *extent)) else {
            let finding = Diagnostic::error("TXT010", "an alias stands inside the value that it names");
            self.builder.report(finding.help("a value cannot hold itself; write out what is meant"), span);
            return Err(Stop::Broken);
        };
        if self.builder.place() == Place::Name {
            if let Some(name) = node.as_str() {
                self.builder.name(name, span);
                return Ok(());
            }
            let finding = Diagnostic::error("TXT011", "an alias for something that is not text stands for a name");
            self.builder.report(finding.help("write the name itself"), span);
            return Err(Stop::Broken);
        }
        self.charge(extent.values, span)?;
        if self.builder.depth() + extent.depth > MAX_DEPTH as usize {
            self.builder.report_depth(span.start, MAX_DEPTH);
            return Err(Stop::Refused);
        }
        self.builder.add(Node { span, ..node });
        Ok(())
    }

    fn charge(&mut self, values: usize, span: Span) -> Result<(), Stop> {
        self.expanded += values;
        if self.expanded <= MAX_EXPANDED {
            return Ok(());
        }
        let message = format!("anchors and aliases stand for more than {MAX_EXPANDED} values");
        let finding = Diagnostic::error("TXT010", message);
        self.builder.report(finding.help("write the values out, or use fewer aliases of aliases"), span);
        Err(Stop::Refused)
    }

    fn report_scan_error(&mut self, error: &ScanError) -> Stop {
        let start = self.offsets.byte(error.marker().index());
        let len = self.text[start as usize..].chars().next().map_or(0, char::len_utf8);
        if error.info() == "recursion limit exceeded" {
            self.builder.report_depth(start, MAX_FLOW_DEPTH);
            return Stop::Refused;
        }
        let message = format!("not valid YAML: {}", error.info().trim_end_matches('.'));
        let help = if self.text[start as usize..].starts_with('\t') || error.info().contains("tab") {
            "indent with spaces; YAML does not allow tabs there"
        } else if error.info() == "invalid indentation" {
            "indent the line further than the name it belongs to, also where it is in brackets"
        } else {
            "compare the indentation with the lines above, and put text with `: `, ` #`, quotes or braces in quotes"
        };
        let span = Span { start, end: start + len as u32 };
        self.builder.report(Diagnostic::error("TXT005", message).help(help), span);
        Stop::Broken
    }
}

/// Returns the length of a scalar without the comment and the white space that the parser counts to it.
fn written_len(text: &str, style: ScalarStyle) -> usize {
    let quote = match style {
        ScalarStyle::DoubleQuoted => b'"',
        ScalarStyle::SingleQuoted => b'\'',
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => return text.trim_end().len(),
    };
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        let doubled = bytes.peek().is_some_and(|(_, next)| *next == b'\'');
        if byte == b'\\' && quote == b'"' || byte == b'\'' && quote == byte && doubled {
            bytes.next();
        } else if byte == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Returns a tag as it is written, unless it is one of YAML's own types.
fn local_tag(tag: &Tag) -> Option<Arc<str>> {
    (!tag.is_yaml_core_schema() && !tag.suffix.is_empty() && tag.suffix != "!").then(|| Arc::from(tag.to_string()))
}

/// Counts the values in a tree and its depth.
fn extent(node: &Node) -> Extent {
    let mut extent = Extent { values: 0, depth: 0 };
    let mut rest = vec![(node, 0)];
    while let Some((node, depth)) = rest.pop() {
        let depth = depth + usize::from(matches!(node.value, Value::Array(_) | Value::Object(_)));
        extent.values += 1;
        extent.depth = extent.depth.max(depth);
        rest.extend(node.items().iter().map(|it| (it, depth)));
        rest.extend(node.members().iter().map(|it| (&it.value, depth)));
    }
    extent
}

/// Turns the parser's places, which count characters, into bytes.
struct Offsets<'a> {
    text: &'a str,
    start: usize,
    /// The byte at which each 128th character begins; empty if all characters are one byte.
    marks: Vec<u32>,
}

impl<'a> Offsets<'a> {
    const STRIDE: usize = 128;

    fn new(text: &'a str, start: usize) -> Self {
        let body = &text[start..];
        let marks = if body.is_ascii() {
            Vec::new()
        } else {
            body.char_indices().step_by(Self::STRIDE).map(|(at, _)| (start + at) as u32).collect()
        };
        Self { text, start, marks }
    }

    fn byte(&self, characters: usize) -> u32 {
        let Some(&mark) = self.marks.get(characters / Self::STRIDE) else {
            let all_one_byte = self.marks.is_empty();
            return if all_one_byte { (self.start + characters).min(self.text.len()) } else { self.text.len() } as u32;
        };
        let rest = &self.text[mark as usize..];
        let more = rest.char_indices().nth(characters % Self::STRIDE).map_or(rest.len(), |(at, _)| at);
        mark + more as u32
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let start = self.byte(span.start.index());
        Span { start, end: self.byte(span.end.index()).max(start) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::json::text::compact;

    fn read(text: &str) -> (String, Vec<String>) {
        let (node, findings) = parse(text);
        assert!(findings.iter().all(|it| it.help.is_some()), "{findings:?}");
        let value = node.map_or(String::new(), |it| compact(&it.to_json()));
        (value, findings.iter().map(|it| format!("{} {}", it.code, it.message)).collect())
    }

    #[track_caller]
    fn check(text: &str, value: &str, findings: &[&str]) {
        let (read_value, read_findings) = read(text);
        assert_eq!(read_value, value);
        assert_eq!(read_findings, findings);
    }

    #[test]
    fn block_and_flow_style_give_the_same_values() {
        let value = r#"{"a":[1,"x",{"b":null}],"c":{"d":"e f"}}"#;
        check("a:\n- 1\n- x\n- b:\nc:\n  d: e f\n", value, &[]);
        check("a: [1, 'x', {b: }]\nc: {d: \"e f\"}", value, &[]);
    }

    #[test]
    fn block_scalars_keep_or_fold_their_lines() {
        check("a: |\n  x\n  y\nb: >-\n  x\n  y\n", r#"{"a":"x\ny\n","b":"x y"}"#, &[]);
    }

    #[test]
    fn every_value_and_name_has_its_place() {
        let text = "é: \"ü\"   # \"comment\"\nlist:\r\n  - one  # x\r\n  - {k: v}\nempty:\nlast: é x\n\n# end\n";
        let (node, findings) = parse(text);
        assert_eq!(findings, []);
        let node = node.expect("it is valid");
        let shown = |span: Span| &text[span.start as usize..span.end as usize];
        let get = |name: &str| node.member(name).expect("the member is there");
        assert_eq!(shown(get("é").value.span), "\"ü\"");
        assert_eq!(shown(get("list").name_span), "list");
        assert_eq!(shown(get("list").value.span), "- one  # x\r\n  - {k: v}");
        assert_eq!(shown(get("list").value.items()[0].span), "one");
        assert_eq!(shown(get("list").value.items()[1].span), "{k: v}");
        assert_eq!(get("empty").value.span.start, get("empty").name_span.end);
        assert_eq!(shown(get("last").value.span), "é x");
        assert_eq!(shown(node.span), &text[..text.rfind("\n\n#").expect("there is one")]);
    }

    #[test]
    fn tags_of_cloudformation_are_kept() {
        let text = "a: !Sub 'x'\nb: !GetAtt A.Arn\nc: !Join ['', [1]]\nd: !!str 1\ne: !Ref 12\nf: ! 5\n";
        let (node, findings) = parse(text);
        assert_eq!(findings, []);
        let node = node.expect("it is valid");
        let tag = |name: &str| node.get(name).and_then(|it| it.tag.as_deref());
        assert_eq!([tag("a"), tag("b"), tag("c"), tag("d")], [Some("!Sub"), Some("!GetAtt"), Some("!Join"), None]);
        assert_eq!(compact(&node.to_json()), r#"{"a":"x","b":"A.Arn","c":["",[1]],"d":"1","e":"12","f":"5"}"#);
    }

    #[test]
    fn words_that_readers_disagree_about_are_warnings() {
        check(
            "a: yes\nb: 010\nc: 'no'\nd: 2024-01-01\nyes: 1\n",
            r#"{"a":"yes","b":8,"c":"no","d":"2024-01-01","yes":1}"#,
            &[
                "TXT009 `yes` is read as text; CloudFormation and other readers of YAML 1.1 take it for a boolean",
                "TXT009 `010` is read as octal, 8, as CloudFormation does; YAML 1.2 reads it as decimal",
            ],
        );
        check("a: !!int x\n", r#"{"a":"x"}"#, &["TXT009 `x` is not what its tag `!!int` says"]);
    }

    #[test]
    fn aliases_and_merge_keys_are_expanded() {
        check(
            "base: &b {x: 1, y: 2}\none: *b\ntwo:\n  <<: *b\n  y: 3\nthree:\n  <<: [{z: 1}, *b]\n",
            r#"{"base":{"x":1,"y":2},"one":{"x":1,"y":2},"two":{"x":1,"y":3},"three":{"z":1,"x":1,"y":2}}"#,
            &[],
        );
        check("a: &k key\n*k : 1\n", r#"{"a":"key","key":1}"#, &[]);
    }

    #[test]
    fn an_alias_bomb_and_an_alias_of_itself_are_refused() {
        let line = |level: usize, width: usize| {
            let before = format!("*a{}, ", level - 1).repeat(width);
            format!("a{level}: &a{level} [{before}]\n")
        };
        let lines = |levels: usize, width: usize| (1..levels).map(|it| line(it, width)).collect::<Vec<_>>().concat();
        let bomb = "a0: &a0 [x]\n".to_owned() + &lines(40, 10);
        check(&bomb, "", &["TXT010 anchors and aliases stand for more than 250000 values"]);
        check("a: &a [1, *a]\n", r#"{"a":[1]}"#, &["TXT010 an alias stands inside the value that it names"]);
        let deep = "a0: &a0 [x]\n".to_owned() + &lines(2_000, 1);
        assert!(!read(&deep).1.is_empty());
    }

    #[test]
    fn broken_text_has_a_place_and_keeps_what_came_before() {
        let (node, findings) = parse("a: 1\nb:\n\t- 2\n");
        assert_eq!(node.and_then(|it| it.get("a").map(Node::to_json)), Some(1.into()));
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].code, findings[0].span.expect("a place").start), ("TXT005", 9));
        assert_eq!(findings[0].help.as_deref(), Some("indent with spaces; YAML does not allow tabs there"));
        let (_, findings) = parse("a: 'x\n");
        assert_eq!(findings[0].code, "TXT005");
        check("? [a]\n: 1\n", "{}", &["TXT011 a list or an object stands where a name is due"]);
    }

    #[test]
    fn only_the_first_document_is_read() {
        check("---\na: 1\n---\nb: 2\n", r#"{"a":1}"#, &["TXT012 a second document begins; only the first one is read"]);
        check("# nothing\n", "", &["TXT001 the text holds only comments"]);
        check("---\na: 1\n...\n", r#"{"a":1}"#, &[]);
    }

    #[test]
    fn repeated_names_are_reported_as_in_json() {
        let (_, findings) = read("a: 1\nb: 2\na: 3\n");
        assert_eq!(findings, ["TXT008 the name \"a\" occurs again; the first is on line 1, and the last one counts"]);
    }
}
