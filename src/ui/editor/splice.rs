//! `Splice`: one change of a text that can be taken back, and where places of the text are after it.

use crate::diagnostic::Span;

/// A piece of a text that was replaced by another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Splice {
    /// The byte where it begins.
    pub at: u32,
    /// What stood there.
    pub removed: String,
    /// What stands there now.
    pub added: String,
}

impl Splice {
    /// Returns the smallest change that makes `new` of `old`; `None` where they are the same.
    pub fn between(old: &str, new: &str) -> Option<Self> {
        let n_same = n_same_at_start(old.as_bytes(), new.as_bytes());
        if n_same == old.len() && n_same == new.len() {
            return None;
        }
        let mut start = n_same;
        while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
            start -= 1;
        }
        let mut n_after = n_same_at_end(&old.as_bytes()[start..], &new.as_bytes()[start..]);
        while !old.is_char_boundary(old.len() - n_after) || !new.is_char_boundary(new.len() - n_after) {
            n_after -= 1;
        }
        let part = |text: &str| text[start..text.len() - n_after].to_owned();
        Some(Self { at: start as u32, removed: part(old), added: part(new) })
    }

    /// Makes the change in `text`; returns whether `text` is what it is for.
    pub fn apply(&self, text: &mut String) -> bool {
        let start = self.at as usize;
        let end = start + self.removed.len();
        if text.get(start..end) != Some(&*self.removed) {
            return false;
        }
        text.replace_range(start..end, &self.added);
        true
    }

    /// Returns the change that takes this one back.
    pub fn inverse(&self) -> Self {
        Self { at: self.at, removed: self.added.clone(), added: self.removed.clone() }
    }

    /// Returns where the byte `offset` of the text before is in the text after.
    pub fn moved(&self, offset: u32) -> u32 {
        let end = self.at + self.removed.len() as u32;
        if offset <= self.at {
            offset
        } else if offset >= end {
            offset - self.removed.len() as u32 + self.added.len() as u32
        } else {
            self.at
        }
    }

    /// Returns where a part of the text before is in the text after.
    pub fn moved_span(&self, span: Span) -> Span {
        Span { start: self.moved(span.start), end: self.moved(span.end) }
    }

    /// Makes one change of this one and `next`, if that goes on with typing or deleting where this one ended, in the
    /// same word. Returns whether it did.
    pub fn join(&mut self, next: &Self) -> bool {
        let is_short = |text: &str| text.chars().count() == 1 && !text.contains(['\n', '\r']);
        let end = self.at + self.added.len() as u32;
        let ends_word = self.added.ends_with(char::is_whitespace) && !next.added.starts_with(char::is_whitespace);
        if next.removed.is_empty() && next.at == end && is_short(&next.added) && !self.added.is_empty() && !ends_word {
            self.added.push_str(&next.added);
            return true;
        }
        // Backspace goes backwards, through what was just typed too.
        let is_back = next.added.is_empty() && is_short(&next.removed) && self.removed.is_empty();
        if is_back && next.at + next.removed.len() as u32 == end && self.added.len() > next.removed.len() {
            self.added.truncate(self.added.len() - next.removed.len());
            return true;
        }
        let goes_on = next.added.is_empty() && self.added.is_empty() && is_short(&next.removed);
        if goes_on && next.at + next.removed.len() as u32 == self.at {
            self.removed.insert_str(0, &next.removed);
            self.at = next.at;
            return true;
        }
        false
    }
}

/// Bytes that are compared at once.
const CHUNK: usize = 1 << 12;

/// Returns how many bytes both begin with.
fn n_same_at_start(a: &[u8], b: &[u8]) -> usize {
    let n_chunks = a.chunks_exact(CHUNK).zip(b.chunks_exact(CHUNK)).take_while(|(a, b)| a == b).count();
    let done = n_chunks * CHUNK;
    done + a[done..].iter().zip(&b[done..]).take_while(|(a, b)| a == b).count()
}

/// Returns how many bytes both end with.
fn n_same_at_end(a: &[u8], b: &[u8]) -> usize {
    let n_chunks = a.rchunks_exact(CHUNK).zip(b.rchunks_exact(CHUNK)).take_while(|(a, b)| a == b).count();
    let done = n_chunks * CHUNK;
    let rest = a[..a.len() - done].iter().rev().zip(b[..b.len() - done].iter().rev());
    done + rest.take_while(|(a, b)| a == b).count()
}

/// Returns the byte of the character at `index`; the end of the text beyond it.
pub fn byte_of(text: &str, index: usize) -> usize {
    if text.is_ascii() {
        return index.min(text.len());
    }
    text.char_indices().nth(index).map_or(text.len(), |(at, _)| at)
}

/// Returns how many characters stand before the byte `offset`.
pub fn char_of(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    if before.is_ascii() { offset } else { before.chars().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(at: u32, removed: &str, added: &str) -> Splice {
        Splice { at, removed: removed.to_owned(), added: added.to_owned() }
    }

    #[test]
    fn the_smallest_change_leaves_whole_characters() {
        assert_eq!(Splice::between("abcd", "abxd"), Some(splice(2, "c", "x")));
        assert_eq!(Splice::between("aa", "aaa"), Some(splice(2, "", "a")));
        assert_eq!(Splice::between("aaa", "aa"), Some(splice(2, "a", "")));
        assert_eq!(Splice::between("same", "same"), None);
        // Both begin and end with the same byte of two.
        assert_eq!(Splice::between("é", "è"), Some(splice(0, "é", "è")));
        assert_eq!(Splice::between("xéy", "xèy"), Some(splice(1, "é", "è")));
        assert_eq!(Splice::between("ĩ", "é"), Some(splice(0, "ĩ", "é")));
    }

    #[test]
    fn every_change_can_be_made_and_taken_back() {
        let texts = ["", "a", "ab\ncd", "aé\nü", "ab\n\ncd", "éé", "{\"a\": 1}\n"];
        for old in texts {
            for new in texts {
                let Some(change) = Splice::between(old, new) else {
                    assert_eq!(old, new);
                    continue;
                };
                let mut text = old.to_owned();
                assert!(change.apply(&mut text));
                assert_eq!(text, new);
                assert!(change.inverse().apply(&mut text));
                assert_eq!(text, old);
                assert!(change.removed.is_empty() || !change.apply(&mut "something else".to_owned()));
            }
        }
    }

    #[test]
    fn a_change_is_found_wherever_it_is_in_a_long_text() {
        let old = "abc\n".repeat(5_000);
        for at in [0, 1, CHUNK - 1, CHUNK, 9_999, old.len()] {
            let mut new = old.clone();
            new.insert(at, 'x');
            assert_eq!(Splice::between(&old, &new), Some(splice(at as u32, "", "x")));
            assert_eq!(Splice::between(&new, &old), Some(splice(at as u32, "x", "")));
        }
    }

    #[test]
    fn places_move_with_the_text_around_them() {
        let change = splice(4, "xx", "yyyyy");
        assert_eq!([0, 4, 5, 6, 9].map(|it| change.moved(it)), [0, 4, 4, 9, 12]);
    }

    #[test]
    fn a_typed_word_is_one_change_and_the_next_word_another() {
        let mut change = splice(0, "", "o");
        assert!(change.join(&splice(1, "", "n")));
        assert!(change.join(&splice(2, "", "x")));
        assert!(change.join(&splice(2, "x", "")));
        assert!(change.join(&splice(2, "", "e")));
        assert!(change.join(&splice(3, "", " ")));
        assert!(!change.join(&splice(4, "", "t")));
        assert!(!change.join(&splice(0, "", "t")));
        assert_eq!(change, splice(0, "", "one "));
        let mut deleted = splice(5, "e", "");
        assert!(deleted.join(&splice(4, "n", "")));
        assert_eq!(deleted, splice(4, "ne", ""));
    }

    #[test]
    fn characters_and_bytes_find_each_other() {
        let text = "aé\nz";
        assert_eq!([0, 1, 2, 3, 4, 9].map(|it| byte_of(text, it)), [0, 1, 3, 4, 5, 5]);
        assert_eq!([0, 1, 2, 3, 4, 5, 9].map(|it| char_of(text, it)), [0, 1, 1, 2, 3, 4, 4]);
    }
}
