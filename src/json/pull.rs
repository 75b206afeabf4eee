//! `Pull`: reads large JSON piece by piece, without a copy of it. Strings are unescaped where they stand.
//!
//! What is read are ranges of the buffer. A string never gets longer by unescaping, so it stays within its own quotes;
//! what is left over becomes spaces. The buffer is UTF-8 before and after.

use super::shape::end_of_value;

/// A range of bytes of the buffer.
pub type Range = std::ops::Range<usize>;

/// The beginning of a value, or all of it where it is no array and no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// `{` has been read; [`Pull::member`] goes on.
    Object,
    /// `[` has been read; [`Pull::item`] goes on.
    Array,
    /// A string; the range is its content, unescaped.
    String(Range),
    /// A number, `true`, `false` or `null`; the range is its text.
    Word(Range),
}

/// The text is not JSON from this byte of the buffer on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The byte.
    pub at: usize,
}

/// Where in a buffer reading stands.
#[derive(Debug)]
pub struct Pull<'a> {
    buffer: &'a mut [u8],
    at: usize,
    end: usize,
}

impl<'a> Pull<'a> {
    /// Begins to read the range of `buffer`, which has to be UTF-8.
    pub fn new(buffer: &'a mut [u8], range: Range) -> Self {
        let end = range.end.min(buffer.len());
        Self { buffer, at: range.start, end }
    }

    /// Returns the bytes of a range.
    pub fn bytes(&self, range: &Range) -> &[u8] {
        self.buffer.get(range.clone()).unwrap_or_default()
    }

    /// Returns the text of a range.
    pub fn text(&self, range: &Range) -> &str {
        std::str::from_utf8(self.bytes(range)).unwrap_or_default()
    }

    /// Returns where reading stands.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether nothing but white space is left.
    pub fn at_end(&mut self) -> bool {
        self.blanks();
        self.at >= self.end
    }

    /// Goes on at the next `byte`, or at the end.
    pub fn skip_until(&mut self, byte: u8) {
        let rest = self.buffer.get(self.at..self.end).unwrap_or_default();
        self.at = rest.iter().position(|it| *it == byte).map_or(self.end, |it| self.at + it);
    }

    /// Reads a range that was read before as a text of its own, and goes on where reading stood.
    pub fn within(&mut self, range: Range, read: impl FnOnce(&mut Pull<'_>)) {
        read(&mut Pull::new(self.buffer, range));
    }

    /// Reads the beginning of a value.
    pub fn start(&mut self) -> Result<Start, Broken> {
        self.blanks();
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Ok(Start::Object)
            }
            Some(b'[') => {
                self.at += 1;
                Ok(Start::Array)
            }
            Some(b'"') => self.string().map(Start::String),
            _ => self.raw().map(Start::Word),
        }
    }

    /// Reads a whole value and returns whether it is a string: then the range is its content, unescaped; else it is the
    /// text as it stands.
    pub fn whole(&mut self) -> Result<(Range, bool), Broken> {
        self.blanks();
        match self.peek() {
            Some(b'"') => Ok((self.string()?, true)),
            _ => Ok((self.raw()?, false)),
        }
    }

    /// Reads the name of the next member, or the end of the object. `first` says whether none was read before.
    pub fn member(&mut self, first: bool) -> Result<Option<Range>, Broken> {
        if !self.more(b'}', first)? {
            return Ok(None);
        }
        self.blanks();
        let name = self.string()?;
        self.blanks();
        self.eat(b':')?;
        Ok(Some(name))
    }

    /// Reads up to the next item; returns whether there is one. `first` says whether none was read before.
    pub fn item(&mut self, first: bool) -> Result<bool, Broken> {
        self.more(b']', first)
    }

    /// Reads a whole value of any kind as it stands.
    pub fn raw(&mut self) -> Result<Range, Broken> {
        self.blanks();
        let start = self.at;
        let within = self.buffer.get(..self.end).unwrap_or_default();
        self.at = end_of_value(within, start).ok_or(Broken { at: start })?;
        Ok(start..self.at)
    }

    fn more(&mut self, close: u8, first: bool) -> Result<bool, Broken> {
        self.blanks();
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !first => {
                self.at += 1;
                Ok(true)
            }
            Some(_) if first => Ok(true),
            _ => Err(Broken { at: self.at }),
        }
    }

    fn peek(&self) -> Option<u8> {
        (self.at < self.end).then(|| self.buffer[self.at])
    }

    fn eat(&mut self, byte: u8) -> Result<(), Broken> {
        if self.peek() != Some(byte) {
            return Err(Broken { at: self.at });
        }
        self.at += 1;
        Ok(())
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Reads a string and unescapes it in place.
    fn string(&mut self) -> Result<Range, Broken> {
        let quote = self.at;
        self.eat(b'"')?;
        let (start, broken) = (self.at, Broken { at: quote });
        let mut written = start;
        loop {
            let rest = self.buffer.get(self.at..self.end).unwrap_or_default();
            let plain = rest.iter().position(|&it| it == b'"' || it == b'\\').ok_or(broken)?;
            if written < self.at {
                self.buffer.copy_within(self.at..self.at + plain, written);
            }
            written += plain;
            self.at += plain + 1;
            if self.buffer[self.at - 1] == b'"' {
                self.buffer[written..self.at - 1].fill(b' ');
                return Ok(start..written);
            }
            let mut bytes = [0; 4];
            let len = self.escape().ok_or(broken)?.encode_utf8(&mut bytes).len();
            self.buffer[written..written + len].copy_from_slice(&bytes[..len]);
            written += len;
        }
    }

    /// Reads what stands behind a backslash. Half a surrogate pair is no character; it becomes the sign for that.
    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                let low = (0xd800..0xdc00).contains(&unit) && self.buffer[self.at..self.end].starts_with(b"\\u");
                if low {
                    let behind = self.at;
                    self.at += 2;
                    let second = self.hex()?;
                    if (0xdc00..0xe000).contains(&second) {
                        return char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00));
                    }
                    self.at = behind;
                }
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.buffer.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |value, &it| Some(value * 16 + char::from(it).to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_unescaped_in_place_and_the_buffer_stays_text() {
        for (source, expected) in [
            (r#""plain""#, "plain"),
            (r#""{\"a\":\"\\u00e9é\"}""#, r#"{"a":"\u00e9é"}"#),
            (r#""\ud83d\ude00 \u00e9\n""#, "😀 é\n"),
            (r#""\ud83d x""#, "\u{fffd} x"),
            (r#""""#, ""),
        ] {
            let mut buffer = source.as_bytes().to_vec();
            let len = buffer.len();
            let mut pull = Pull::new(&mut buffer, 0..len);
            let Ok(Start::String(range)) = pull.start() else { panic!("{source}") };
            assert_eq!(pull.text(&range), expected);
            assert!(pull.at_end());
            assert!(std::str::from_utf8(&buffer).is_ok(), "{source}");
        }
    }

    #[test]
    fn members_and_items_are_read_in_order() {
        let mut buffer = br#" {"a": [1, {"b": []}], "c": null} x"#.to_vec();
        let len = buffer.len();
        let mut pull = Pull::new(&mut buffer, 0..len);
        assert_eq!(pull.start(), Ok(Start::Object));
        assert_eq!(pull.member(true), Ok(Some(3..4)));
        assert_eq!(pull.start(), Ok(Start::Array));
        assert_eq!(pull.item(true), Ok(true));
        assert_eq!(pull.start(), Ok(Start::Word(8..9)));
        assert_eq!(pull.item(false), Ok(true));
        assert_eq!(pull.raw(), Ok(11..20));
        assert_eq!(pull.item(false), Ok(false));
        assert!(pull.member(false).is_ok_and(|it| it.is_some()));
        assert!(pull.raw().is_ok());
        assert_eq!(pull.member(false), Ok(None));
        assert!(!pull.at_end());
        assert!(pull.start().is_err());
    }
}
