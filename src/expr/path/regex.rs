//! Regular expressions of `=~`: does a whole text match.
//!
//! The common part of Java's syntax: classes, groups, alternatives, repetitions, anchors and the usual escapes.
//! Look-around and references to groups are refused. Matching follows all possibilities at once, so its cost is the
//! product of the two lengths and never more.

/// A parsed pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Regex {
    program: Vec<Op>,
}

#[derive(Clone, Debug, PartialEq)]
enum Op {
    One(Set),
    /// Goes on at both places.
    Fork(usize, usize),
    Jump(usize),
    Begin,
    End,
    /// A word boundary, or with `false` the absence of one.
    Boundary(bool),
}

/// A set of characters: ranges, or everything but them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Set {
    ranges: Vec<(char, char)>,
    is_negated: bool,
    ignores_case: bool,
}

/// A piece of a pattern before it is laid out as a program.
enum Piece {
    One(Op),
    Row(Vec<Piece>),
    Either(Vec<Piece>),
    Repeat(Box<Piece>, u32, Option<u32>),
}

/// Groups inside one another.
const MAX_NESTING: u32 = 32;
/// Operations of one program; a repetition counts as often as it is written out.
const MAX_PROGRAM: usize = 1_000;

impl Regex {
    /// Reads a pattern; of the flags, `i` ignores case and `s` lets `.` match line ends.
    pub(super) fn parse(pattern: &str, flags: &str) -> Result<Self, String> {
        if let Some(unknown) = flags.chars().find(|it| !matches!(it, 'i' | 's' | 'u' | 'd')) {
            return Err(format!("the flag {unknown} of a pattern is not supported"));
        }
        let mut reader = Reader {
            chars: pattern.chars().collect(),
            at: 0,
            nesting: 0,
            ignores_case: flags.contains('i'),
            dot_takes_lines: flags.contains('s'),
        };
        let piece = reader.either()?;
        if reader.at < reader.chars.len() {
            return Err("a ) in the pattern has no (".to_owned());
        }
        let mut program = Vec::new();
        lay_out(&piece, &mut program)?;
        Ok(Self { program })
    }

    /// Whether the pattern matches the whole of `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let mut now = vec![false; self.program.len() + 1];
        let mut next = now.clone();
        self.reach(0, 0, &chars, &mut now);
        for at in 0..chars.len() {
            next.fill(false);
            for (nth, op) in self.program.iter().enumerate() {
                if now[nth] && matches!(op, Op::One(set) if set.holds(chars[at])) {
                    self.reach(nth + 1, at + 1, &chars, &mut next);
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        now[self.program.len()]
    }

    /// Marks every operation that can be reached from `start` without taking a character.
    fn reach(&self, start: usize, at: usize, chars: &[char], marks: &mut [bool]) {
        let mut stack = vec![start];
        while let Some(nth) = stack.pop() {
            if std::mem::replace(&mut marks[nth], true) {
                continue;
            }
            let is_word = |at: Option<usize>| {
                at.and_then(|at| chars.get(at)).is_some_and(|it| it.is_ascii_alphanumeric() || *it == '_')
            };
            match self.program.get(nth) {
                Some(Op::Fork(a, b)) => stack.extend([*a, *b]),
                Some(Op::Jump(to)) => stack.push(*to),
                Some(Op::Begin) if at == 0 => stack.push(nth + 1),
                Some(Op::End) if at == chars.len() => stack.push(nth + 1),
                Some(Op::Boundary(wanted)) if (is_word(at.checked_sub(1)) != is_word(Some(at))) == *wanted => {
                    stack.push(nth + 1);
                }
                Some(Op::One(_) | Op::Begin | Op::End | Op::Boundary(_)) | None => {}
            }
        }
    }
}

impl Set {
    fn holds(&self, char: char) -> bool {
        let within = |char: char| self.ranges.iter().any(|&(low, high)| (low..=high).contains(&char));
        let found =
            within(char) || self.ignores_case && (char.to_lowercase().any(within) || char.to_uppercase().any(within));
        found != self.is_negated
    }
}

/// Writes `piece` at the end of `program`.
fn lay_out(piece: &Piece, program: &mut Vec<Op>) -> Result<(), String> {
    if program.len() > MAX_PROGRAM {
        return Err("the pattern is too large".to_owned());
    }
    match piece {
        Piece::One(op) => program.push(op.clone()),
        Piece::Row(pieces) => {
            for piece in pieces {
                lay_out(piece, program)?;
            }
        }
        Piece::Either(pieces) => {
            let mut ends = Vec::new();
            for (nth, piece) in pieces.iter().enumerate() {
                let fork = program.len();
                if nth + 1 < pieces.len() {
                    program.push(Op::Jump(0));
                }
                lay_out(piece, program)?;
                if nth + 1 < pieces.len() {
                    ends.push(program.len());
                    program.push(Op::Jump(0));
                    program[fork] = Op::Fork(fork + 1, program.len());
                }
            }
            for end in ends {
                program[end] = Op::Jump(program.len());
            }
        }
        Piece::Repeat(inner, least, most) => {
            for _ in 0..*least {
                let len_before = program.len();
                lay_out(inner, program)?;
                // Nothing, however often, is nothing.
                if program.len() == len_before {
                    return Ok(());
                }
            }
            let fork = program.len();
            match most {
                None => {
                    program.push(Op::Jump(0));
                    lay_out(inner, program)?;
                    program.push(Op::Jump(fork));
                    program[fork] = Op::Fork(fork + 1, program.len());
                }
                Some(most) => {
                    let mut forks = Vec::new();
                    for _ in *least..*most {
                        forks.push(program.len());
                        program.push(Op::Jump(0));
                        lay_out(inner, program)?;
                    }
                    for fork in forks {
                        program[fork] = Op::Fork(fork + 1, program.len());
                    }
                }
            }
        }
    }
    Ok(())
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    nesting: u32,
    ignores_case: bool,
    dot_takes_lines: bool,
}

impl Reader {
    fn either(&mut self) -> Result<Piece, String> {
        let mut pieces = vec![self.row()?];
        while self.take('|') {
            pieces.push(self.row()?);
        }
        Ok(if pieces.len() == 1 { pieces.remove(0) } else { Piece::Either(pieces) })
    }

    fn row(&mut self) -> Result<Piece, String> {
        let mut pieces = Vec::new();
        while !matches!(self.peek(), None | Some('|' | ')')) {
            let piece = self.one()?;
            pieces.push(self.repeated(piece)?);
        }
        Ok(Piece::Row(pieces))
    }

    fn one(&mut self) -> Result<Piece, String> {
        let Some(char) = self.next() else { return Err("the pattern ends too early".to_owned()) };
        Ok(match char {
            '(' => {
                if self.take('?') && !self.take(':') {
                    return Err("only (?: ) groups are supported in patterns".to_owned());
                }
                self.nesting += 1;
                if self.nesting > MAX_NESTING {
                    return Err(format!("more than {MAX_NESTING} groups inside one another"));
                }
                let inner = self.either()?;
                self.nesting -= 1;
                if !self.take(')') {
                    return Err("a ( in the pattern has no )".to_owned());
                }
                inner
            }
            '[' => Piece::One(Op::One(self.class()?)),
            '.' if self.dot_takes_lines => Piece::One(Op::One(Set { is_negated: true, ..Set::default() })),
            '.' => Piece::One(Op::One(Set {
                ranges: vec![('\n', '\n'), ('\r', '\r')],
                is_negated: true,
                ignores_case: false,
            })),
            '^' => Piece::One(Op::Begin),
            '$' => Piece::One(Op::End),
            '*' | '+' | '?' => return Err(format!("nothing stands before {char} in the pattern")),
            '\\' => match self.peek() {
                Some('b' | 'B') => Piece::One(Op::Boundary(self.next() == Some('b'))),
                Some('A') => self.skip(Op::Begin),
                Some('z' | 'Z') => self.skip(Op::End),
                _ => Piece::One(Op::One(self.escape()?)),
            },
            other => Piece::One(Op::One(self.set(vec![(other, other)]))),
        })
    }

    /// Reads `*`, `+`, `?` or `{m,n}` if one follows. Whether it is greedy makes no difference to a whole match.
    fn repeated(&mut self, piece: Piece) -> Result<Piece, String> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.at += 1;
                let least = self.number()?;
                let most = if self.take(',') {
                    if self.peek() == Some('}') { None } else { Some(self.number()?) }
                } else {
                    Some(least)
                };
                if self.peek() != Some('}') || most.is_some_and(|most| most < least) {
                    return Err("expected {m}, {m,} or {m,n} in the pattern".to_owned());
                }
                (least, most)
            }
            _ => return Ok(piece),
        };
        self.at += 1;
        if !self.take('?') && self.take('+') {
            return Err("possessive repetitions are not supported in patterns".to_owned());
        }
        Ok(Piece::Repeat(Box::new(piece), least, most))
    }

    /// Reads a class after its `[`.
    fn class(&mut self) -> Result<Set, String> {
        let is_negated = self.take('^');
        let mut ranges = Vec::new();
        loop {
            let Some(first) = self.next() else { return Err("a [ in the pattern has no ]".to_owned()) };
            let low = match first {
                ']' if !ranges.is_empty() => break,
                '[' => return Err("a [ inside [ ] needs a backslash".to_owned()),
                '\\' => {
                    let set = self.escape()?;
                    if set.is_negated {
                        return Err("\\D, \\W and \\S are not supported inside [ ]".to_owned());
                    }
                    match set.ranges[..] {
                        [(low, high)] if low == high => low,
                        _ => {
                            ranges.extend(set.ranges);
                            continue;
                        }
                    }
                }
                other => other,
            };
            let is_range = self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|it| *it != ']');
            let high = if is_range {
                self.at += 1;
                match self.next() {
                    Some('\\') => self.escape()?.ranges.first().map_or(low, |range| range.0),
                    Some(high) => high,
                    None => low,
                }
            } else {
                low
            };
            if high < low {
                return Err(format!("the range {low}-{high} in the pattern is the wrong way round"));
            }
            ranges.push((low, high));
        }
        let mut set = self.set(ranges);
        set.is_negated = is_negated;
        Ok(set)
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<Set, String> {
        let Some(char) = self.next() else { return Err("the pattern ends with a backslash".to_owned()) };
        let ranges = match char.to_ascii_lowercase() {
            'd' => vec![('0', '9')],
            'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
            's' => vec![(' ', ' '), ('\t', '\r')],
            _ => {
                let single = match char {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    _ if char.is_ascii_alphanumeric() => {
                        return Err(format!("\\{char} is not supported in patterns"));
                    }
                    _ => char,
                };
                return Ok(self.set(vec![(single, single)]));
            }
        };
        Ok(Set { ranges, is_negated: char.is_ascii_uppercase(), ignores_case: false })
    }

    fn number(&mut self) -> Result<u32, String> {
        let begin = self.at;
        while self.peek().is_some_and(|it| it.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.chars[begin..self.at].iter().collect();
        digits.parse().map_err(|_| "expected a number after { in the pattern".to_owned())
    }

    fn set(&self, ranges: Vec<(char, char)>) -> Set {
        Set { ranges, is_negated: false, ignores_case: self.ignores_case }
    }

    fn skip(&mut self, op: Op) -> Piece {
        self.at += 1;
        Piece::One(op)
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_text_or_not_at_all() {
        for (pattern, flags, yes, no) in [
            ("", "", &[""][..], &["a"][..]),
            ("abc", "", &["abc"], &["ab", "abcd", "ABC"]),
            ("abc", "i", &["ABC", "aBc"], &["ab"]),
            (".*b.*", "", &["b", "abc"], &["", "ac", "b\n"]),
            (".*b.*", "s", &["b\n"], &["\n"]),
            ("a|bc|", "", &["a", "bc", ""], &["b", "abc"]),
            ("(?:ab)+c?", "", &["ab", "ababc"], &["", "abcc"]),
            ("a{2,3}", "", &["aa", "aaa"], &["a", "aaaa"]),
            ("a{2}b{0,}", "", &["aa", "aabb"], &["a", "aaa"]),
            ("(a*)*", "", &["", "aaaa"], &["b"]),
            ("[a-c_\\d-]+", "", &["a1_-"], &["d", ""]),
            ("[^a-c]", "", &["d", "é"], &["a", ""]),
            ("[]x]", "", &["]", "x"], &["y"]),
            ("\\w+@\\w+\\.com", "", &["me@home.com"], &["me@homecom"]),
            ("^\\S+\\s\\D$", "", &["ab c"], &["ab  c", "ab 1"]),
            ("a\\b.*", "", &["a", "a b"], &["ab"]),
            ("x*?y", "", &["y", "xxy"], &["x"]),
        ] {
            let regex = Regex::parse(pattern, flags).expect(pattern);
            let wrong = yes.iter().find(|text| !regex.matches(text)).or(no.iter().find(|text| regex.matches(text)));
            assert_eq!(wrong, None, "{pattern}");
        }
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        for pattern in
            ["(", ")", "[", "[b-a]", "*", "a++", "(?=a)", "\\1", "\\p{L}", "a{2,1}", "a{", "\\", "((a{99}){99}){99}"]
        {
            assert!(Regex::parse(pattern, "").is_err(), "{pattern}");
        }
        assert!(Regex::parse("a", "x").is_err());
    }

    #[test]
    fn matching_takes_time_in_proportion_to_the_text() {
        let regex = Regex::parse("(a|a|aa)*(a*)*b", "").expect("pattern");
        assert!(!regex.matches(&"a".repeat(5_000)));
        assert!(Regex::parse(&format!("{}(){}", "(".repeat(20), "{999999999})".repeat(20)), "").is_ok());
    }
}
