//! `Draft`: the text of the newest definition while it is changed. It knows what the file holds, what can be taken back,
//! and what the last check has found.

use std::sync::Arc;
use std::time::Duration;

use super::check::{Broken, Checked, Draught};
use crate::ui::editor::{Lens, Splice};
use crate::ui::problems::Problem;

/// A change that can be taken back, and whether typing may still go on in it.
#[derive(Clone, Debug)]
struct Step {
    change: Splice,
    open: bool,
}

/// The newest text.
#[derive(Clone, Debug)]
pub struct Draft {
    text: String,
    saved: Arc<str>,
    locked: Option<&'static str>,
    /// Counts the changes.
    revision: u64,
    /// The revision that was last checked; none before the first check.
    checked: Option<u64>,
    undo: Vec<Step>,
    redo: Vec<Splice>,
    /// How many steps there were when the definition was last run.
    n_at_run: usize,
    edited: bool,
    problems: Vec<Problem>,
    lenses: Vec<Lens>,
    broken: Option<Broken>,
    took: Option<Duration>,
    caret: u32,
}

impl Draft {
    /// Returns the draft of a text that a file holds.
    pub(super) fn new(text: &Arc<str>, problems: Vec<Problem>) -> Self {
        Self {
            text: text.to_string(),
            saved: Arc::clone(text),
            locked: None,
            revision: 0,
            checked: None,
            undo: Vec::new(),
            redo: Vec::new(),
            n_at_run: 0,
            edited: false,
            problems,
            lenses: Vec::new(),
            broken: None,
            took: None,
            caret: 0,
        }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the number of the text: another one after each change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns what the file held when it was last read or written.
    pub fn saved(&self) -> &Arc<str> {
        &self.saved
    }

    /// Returns why the text cannot be changed, where that is so.
    pub fn locked(&self) -> Option<&'static str> {
        self.locked
    }

    /// Makes a text that cannot be changed of it, with what its retriers can cost.
    pub(super) fn lock(&mut self, why: &'static str, lenses: Vec<Lens>) {
        self.locked = Some(why);
        self.lenses = lenses;
    }

    /// Whether the text is another one than the file's.
    pub fn is_edited(&self) -> bool {
        self.edited
    }

    /// Whether the text has been changed since it was last checked.
    pub fn is_behind(&self) -> bool {
        self.checked.unwrap_or(0) != self.revision
    }

    /// Whether the text is to be checked. A part of another text has been, with the whole.
    pub fn wants_check(&self) -> bool {
        self.locked.is_none() && self.checked != Some(self.revision)
    }

    /// Returns the problems; their places have moved with the text.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns what retriers can cost.
    pub fn lenses(&self) -> &[Lens] {
        &self.lenses
    }

    /// Returns why the text cannot be read, where it cannot.
    pub fn broken(&self) -> Option<&Broken> {
        self.broken.as_ref()
    }

    /// Returns how long the last check took; nothing before the first one.
    pub fn took(&self) -> Option<Duration> {
        self.took
    }

    /// Returns where the last change that was not typed has left the text: the byte to go on at.
    pub fn caret(&self) -> u32 {
        self.caret
    }

    /// Returns how many changes can be taken back.
    pub(super) fn n_steps(&self) -> usize {
        self.undo.len()
    }

    /// Whether there is a change to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether a change that was taken back can be made again.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Returns how many steps lie between the text and that of the last run.
    pub fn n_since_run(&self) -> usize {
        self.undo.len().abs_diff(self.n_at_run)
    }

    /// Notes that the text is what runs now.
    pub(super) fn is_run(&mut self) {
        self.close_step();
        self.n_at_run = self.undo.len();
    }

    /// Makes a change; one that was typed goes on with the one before, in the same word. Returns whether the text is
    /// what the change is for.
    pub(super) fn change(&mut self, change: &Splice, typed: bool) -> bool {
        if self.locked.is_some() || !change.apply(&mut self.text) {
            return false;
        }
        self.moved(change);
        self.redo.clear();
        // What has been run or taken back to is a place of its own.
        let last = self.undo.last_mut().filter(|it| typed && it.open);
        if last.is_none_or(|it| !it.change.join(change)) {
            self.undo.push(Step { change: change.clone(), open: typed });
        }
        true
    }

    /// Takes the last change back; returns whether there was one.
    pub(super) fn undo(&mut self) -> bool {
        let Some(step) = self.undo.pop() else { return false };
        let back = step.change.inverse();
        let done = back.apply(&mut self.text);
        self.moved(&back);
        self.redo.push(step.change);
        self.close_step();
        done
    }

    /// Makes the change again that was last taken back; returns whether there was one.
    pub(super) fn redo(&mut self) -> bool {
        let Some(change) = self.redo.pop() else { return false };
        let done = change.apply(&mut self.text);
        self.moved(&change);
        self.undo.push(Step { change, open: false });
        done
    }

    /// Notes what the file holds.
    pub(super) fn set_saved(&mut self, text: Arc<str>) {
        self.saved = text;
        self.edited = *self.saved != *self.text;
        self.close_step();
    }

    /// Returns the text to be checked.
    pub fn draught(&self, name: &Arc<str>) -> Draught {
        Draught { revision: self.revision, text: self.text.as_str().into(), name: Arc::clone(name) }
    }

    /// Takes what a check has found; returns whether it is about the text as it is now.
    pub(super) fn take(&mut self, checked: &mut Checked) -> bool {
        if checked.revision != self.revision {
            return false;
        }
        self.checked = Some(checked.revision);
        self.problems = std::mem::take(&mut checked.problems);
        self.took = Some(checked.took);
        self.broken = checked.edition.as_ref().err().cloned();
        if self.broken.is_none() {
            self.lenses = std::mem::take(&mut checked.lenses);
        }
        true
    }

    /// Shows these problems instead.
    pub(super) fn report(&mut self, problems: Vec<Problem>) {
        self.problems = problems;
    }

    fn close_step(&mut self) {
        if let Some(step) = self.undo.last_mut() {
            step.open = false;
        }
    }

    fn moved(&mut self, change: &Splice) {
        self.revision += 1;
        self.edited = *self.saved != *self.text;
        self.caret = change.at + change.added.len() as u32;
        for span in self.problems.iter_mut().filter_map(|it| it.diagnostic.span.as_mut()) {
            *span = change.moved_span(*span);
        }
        for lens in &mut self.lenses {
            lens.at = change.moved(lens.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostic, Span};

    fn draft(text: &str) -> Draft {
        Draft::new(&text.into(), Vec::new())
    }

    fn typed(draft: &mut Draft, at: u32, added: &str) {
        assert!(draft.change(&Splice { at, added: added.to_owned(), ..Splice::default() }, true));
    }

    #[test]
    fn words_are_taken_back_and_made_again() {
        let mut draft = draft("");
        for (at, letter) in "one two".char_indices() {
            typed(&mut draft, at as u32, letter.encode_utf8(&mut [0; 4]));
        }
        assert!(draft.undo() && draft.text() == "one ", "{}", draft.text());
        assert!(draft.undo() && draft.text().is_empty() && !draft.is_edited());
        assert!(!draft.undo());
        assert!(draft.redo() && draft.redo() && draft.text() == "one two");
        assert!(!draft.redo() && draft.is_edited());
    }

    #[test]
    fn a_new_change_forgets_what_was_taken_back() {
        let mut draft = draft("a");
        typed(&mut draft, 1, "b");
        draft.undo();
        typed(&mut draft, 1, "c");
        assert!(!draft.redo());
        assert_eq!(draft.text(), "ac");
    }

    #[test]
    fn a_change_for_another_text_changes_nothing() {
        let mut draft = draft("abc");
        let change = Splice { at: 1, removed: "x".to_owned(), added: String::new() };
        assert!(!draft.change(&change, false));
        assert_eq!((draft.text(), draft.revision(), draft.can_undo()), ("abc", 0, false));
    }

    #[test]
    fn what_is_saved_is_not_edited_until_it_differs() {
        let mut draft = draft("a");
        typed(&mut draft, 1, "b");
        assert!(draft.is_edited());
        draft.set_saved("ab".into());
        assert!(!draft.is_edited());
        // What is typed after saving is a step of its own.
        typed(&mut draft, 2, "c");
        draft.undo();
        assert_eq!((draft.text(), draft.is_edited()), ("ab", false));
    }

    #[test]
    fn problems_move_with_the_text_until_they_are_found_anew() {
        let mut draft = draft("ab");
        let diagnostic = Diagnostic::warning("HND001", "it is wrong").at("", Span::new(1, 2));
        draft.report(vec![Problem { diagnostic, place: None, state: None }]);
        typed(&mut draft, 0, "xyz");
        assert_eq!(draft.problems()[0].diagnostic.span, Some(Span::new(4, 5)));
        assert!(draft.is_behind());
    }

    #[test]
    fn a_locked_text_stays() {
        let mut draft = draft("a");
        draft.lock("it is part of another file", Vec::new());
        assert!(!draft.change(&Splice { at: 0, removed: "a".to_owned(), added: String::new() }, true));
        assert_eq!(draft.text(), "a");
    }
}
