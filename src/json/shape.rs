//! The shape of a JSON text: whether it is one, how deep it nests and what white space it has, without building it.

use super::MAX_DEPTH;

/// What is known of a text that is exactly one JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// How deep arrays and objects nest; 0 for scalars.
    pub(super) depth: u32,
    /// Bytes of white space between the parts, before and behind.
    pub(super) n_blanks: usize,
}

/// Looks at a text. `None` where it is not exactly one JSON value, or nests deeper than [`MAX_DEPTH`].
pub(super) fn shape(text: &str) -> Option<Shape> {
    let mut walk = Walk { bytes: text.as_bytes(), at: 0, n_blanks: 0 };
    let depth = walk.value()?;
    walk.blanks();
    (walk.at == walk.bytes.len()).then_some(Shape { depth, n_blanks: walk.n_blanks })
}

/// Returns where the value ends that begins at `start` of `bytes`, whatever follows it; `None` where there is none.
pub(super) fn end_of_value(bytes: &[u8], start: usize) -> Option<usize> {
    let mut walk = Walk { bytes, at: start, n_blanks: 0 };
    walk.value()?;
    Some(walk.at)
}

/// Returns a valid text without the white space between its parts.
pub(super) fn without_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', ' ', '\t', '\n', '\r']) {
        out.push_str(&rest[..at]);
        let len = if rest.as_bytes()[at] == b'"' {
            let len = string_len(&rest.as_bytes()[at..]).unwrap_or(rest.len() - at);
            out.push_str(&rest[at..at + len]);
            len
        } else {
            1
        };
        rest = &rest[at + len..];
    }
    out.push_str(rest);
    out
}

/// Returns the bytes of the string at the beginning of `bytes`, both quotes included.
fn string_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    n_blanks: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
            self.n_blanks += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Walks over one value and returns its depth. Without recursion: a text may nest as deep as it likes.
    fn value(&mut self) -> Option<u32> {
        let mut open: Vec<u8> = Vec::new();
        let mut deepest = 0;
        loop {
            self.blanks();
            match self.peek()? {
                bracket @ (b'{' | b'[') => {
                    self.at += 1;
                    open.push(bracket);
                    deepest = deepest.max(open.len());
                    if deepest as u32 > MAX_DEPTH {
                        return None;
                    }
                    self.blanks();
                    if self.peek()? != bracket + 2 {
                        self.name_in(bracket)?;
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            // A value has ended, or an empty bracket is about to close; so may those around it.
            loop {
                let Some(&bracket) = open.last() else { return Some(deepest as u32) };
                self.blanks();
                // `{` and `[` are two code points before the brackets that close them.
                if self.peek()? == bracket + 2 {
                    self.at += 1;
                    open.pop();
                    continue;
                }
                self.eat(b',')?;
                self.blanks();
                self.name_in(bracket)?;
                break;
            }
        }
    }

    /// In an object, the name of the member and the colon.
    fn name_in(&mut self, bracket: u8) -> Option<()> {
        if bracket == b'{' {
            self.string()?;
            self.blanks();
            self.eat(b':')?;
        }
        Some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    fn string(&mut self) -> Option<()> {
        self.eat(b'"')?;
        loop {
            let rest = &self.bytes[self.at..];
            let plain = rest.iter().position(|&it| it == b'"' || it == b'\\' || it < b' ')?;
            self.at += plain + 1;
            match rest[plain] {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// What stands behind a backslash. Halves of a surrogate pair have to come together.
    fn escape(&mut self) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => match self.hex()? {
                0xd800..=0xdbff => {
                    self.word(b"\\u")?;
                    matches!(self.hex()?, 0xdc00..=0xdfff).then_some(())
                }
                0xdc00..=0xdfff => None,
                _ => Some(()),
            },
            _ => None,
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |value, &it| Some(value * 16 + char::from(it).to_digit(16)?))
    }

    fn digits(&mut self) -> Option<()> {
        let n_digits = self.bytes[self.at..].iter().take_while(|it| it.is_ascii_digit()).count();
        self.at += n_digits;
        (n_digits > 0).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        let _ = self.eat(b'-');
        if self.eat(b'0').is_none() {
            self.digits()?;
        }
        if self.eat(b'.').is_some() {
            self.digits()?;
        }
        let with_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if with_exponent {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        // Only these can be more than a number holds.
        if with_exponent || self.at - start > 300 {
            let value: f64 = std::str::from_utf8(&self.bytes[start..self.at]).ok()?.parse().ok()?;
            return value.is_finite().then_some(());
        }
        Some(())
    }
}
