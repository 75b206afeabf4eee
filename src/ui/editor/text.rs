//! The panel's copy of the text, and where its lines begin.

use crate::ui::editor::Splice;

/// A text with the places of its lines.
#[derive(Default)]
pub(super) struct Text {
    content: String,
    starts: Vec<u32>,
    longest: usize,
    /// The revision of the draft that it is a copy of, with the changes that were asked for since.
    revision: Option<u64>,
}

impl Text {
    /// Takes a revision of the draft, unless it is what this text has become by itself; returns whether it was taken.
    pub(super) fn sync(&mut self, revision: u64, text: &str) -> bool {
        if self.revision == Some(revision) {
            return false;
        }
        let is_new = self.content != text;
        text.clone_into(&mut self.content);
        self.revision = Some(revision);
        self.read_lines();
        is_new
    }

    pub(super) fn as_str(&self) -> &str {
        &self.content
    }

    /// Makes a change that the draft is asked to make as well.
    pub(super) fn change(&mut self, change: &Splice) {
        if change.apply(&mut self.content) {
            self.changed();
        }
    }

    /// Takes the text as a text field has left it; returns what has changed.
    pub(super) fn replace(&mut self, text: String) -> Option<Splice> {
        let change = Splice::between(&self.content, &text)?;
        self.content = text;
        self.changed();
        Some(change)
    }

    fn changed(&mut self) {
        self.revision = self.revision.map(|it| it + 1);
        self.read_lines();
    }

    fn read_lines(&mut self) {
        self.starts.clear();
        self.starts.push(0);
        self.starts.extend(self.content.match_indices('\n').map(|(at, _)| at as u32 + 1));
        let ends = self.starts.iter().skip(1).copied().chain([self.content.len() as u32]);
        self.longest = self.starts.iter().zip(ends).map(|(start, end)| (end - start) as usize).max().unwrap_or(0);
    }

    pub(super) fn n_lines(&self) -> usize {
        self.starts.len()
    }

    /// Returns the most bytes that a line has.
    pub(super) fn longest_line(&self) -> usize {
        self.longest
    }

    /// Returns the line, from 0, that holds a byte.
    pub(super) fn line_of(&self, byte: u32) -> usize {
        self.starts.partition_point(|&start| start <= byte).saturating_sub(1)
    }

    /// Returns the byte where a line begins; the last line for one beyond it.
    pub(super) fn start_of(&self, line: usize) -> u32 {
        self.starts.get(line).or(self.starts.last()).copied().unwrap_or(0)
    }

    /// Returns a line without its end.
    pub(super) fn line(&self, line: usize) -> &str {
        let start = self.start_of(line) as usize;
        let end = self.starts.get(line + 1).map_or(self.content.len(), |&it| it as usize);
        self.content.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// Returns how many characters of its line stand before a byte.
    pub(super) fn column_of(&self, byte: u32) -> usize {
        let start = self.start_of(self.line_of(byte)) as usize;
        super::char_of(&self.content[start..], (byte as usize).saturating_sub(start))
    }

    /// Returns what ends the lines.
    pub(super) fn line_end(&self) -> &'static str {
        let first = self.content.find('\n').unwrap_or(0);
        if first > 0 && self.content.as_bytes()[first - 1] == b'\r' { "\r\n" } else { "\n" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        let mut it = Text::default();
        it.sync(0, text);
        it
    }

    #[test]
    fn bytes_find_their_line_and_column() {
        let text = text("a\n  é: 1\n");
        assert_eq!(text.n_lines(), 3);
        assert_eq!([0, 1, 2, 9, 10, 99].map(|it| text.line_of(it)), [0, 0, 1, 1, 2, 2]);
        assert_eq!([2, 4, 6, 7].map(|it| text.column_of(it)), [0, 2, 3, 4]);
        assert_eq!((text.line(1), text.start_of(1), text.start_of(9)), ("  é: 1", 2, 10));
        assert_eq!(text.longest_line(), 8);
    }

    #[test]
    fn a_revision_that_the_text_has_become_by_itself_is_not_taken_again() {
        let mut text = text("ab");
        assert!(text.replace("abc".to_owned()).is_some());
        assert!(!text.sync(1, "abc"));
        assert!(!text.sync(2, "abc"), "another revision of the same text moves nothing");
        assert!(text.sync(3, "x"));
    }

    #[test]
    fn lines_end_as_the_first_one_does() {
        assert_eq!([text("a\r\nb").line_end(), text("a\nb").line_end(), text("").line_end()], ["\r\n", "\n", "\n"]);
        assert_eq!(text("a\r\nb").line(0), "a");
    }
}
