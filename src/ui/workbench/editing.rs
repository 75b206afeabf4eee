//! Changing the newest definition: what a change does to the draft, and what a check of it does to the screen.

use std::sync::Arc;

use super::check::lenses;
use super::undo::Change;
use super::{Checked, Draft, Workbench};
use crate::asl::{Program, StateId};
use crate::diagnostic::{Severity, Span, apply};
use crate::json::source::{Node, Value};
use crate::ui::editor::{Crumb, Splice};
use crate::ui::problems::Problem;

/// Why a definition that stands in a template as a string, or in a file that a template names, is not changed here.
const IN_A_TEMPLATE: &str = "This text is a part of a template or a file that it names; change it there";

impl Workbench {
    /// Returns the newest text, and what was changed in it.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Makes a text that is no file of its own one that cannot be changed.
    pub fn lock_draft(&mut self) {
        let lenses = lenses(&self.newest.document);
        self.draft.lock(IN_A_TEMPLATE, lenses);
    }

    /// Returns what the next run runs; `None` where the newest text cannot be run.
    pub fn runnable(&self) -> Option<Arc<Program>> {
        let is_current = self.draft.broken().is_none() && !self.draft.is_behind();
        self.newest.document.definition.program.clone().filter(|_| is_current)
    }

    /// Whether the definition can be run.
    pub fn can_run(&self) -> bool {
        self.runnable().is_some()
    }

    /// Returns the problems of the text that is on the screen.
    pub fn problems(&self) -> &[Problem] {
        if self.is_earlier { &self.edition.problems } else { self.draft.problems() }
    }

    /// Whether the screen has an earlier definition, with which the run that is shown ran.
    pub fn is_earlier(&self) -> bool {
        self.is_earlier
    }

    /// Whether the graph is that of an earlier text, because the newest cannot be read, or cannot be laid under the run
    /// that is shown.
    pub fn is_stale(&self) -> bool {
        let is_behind = self.shown_run().is_some() && !self.edition.reads_like(&self.newest);
        !self.is_earlier && (self.draft.broken().is_some() || is_behind)
    }

    /// Makes a change of the text; returns whether the text is what the change is for.
    pub fn change_text(&mut self, change: &Splice, typed: bool) -> bool {
        let n_before = self.draft.n_steps();
        let done = self.draft.change(change, typed);
        if self.draft.n_steps() > n_before {
            self.keep_change(Change::Text);
        }
        if done && self.is_earlier {
            self.show_draft();
        }
        done
    }

    /// Takes the last change of the text back; returns whether there was one.
    pub fn undo_text(&mut self) -> bool {
        if let Some(at) = self.changes.iter().rposition(|it| matches!(it, Change::Text)) {
            self.changes.remove(at);
        }
        self.draft_back()
    }

    pub(super) fn draft_back(&mut self) -> bool {
        if self.draft.can_undo() && self.is_earlier {
            self.show_draft();
        }
        self.draft.undo()
    }

    /// Makes the change again that was taken back; returns whether there was one.
    pub fn redo_text(&mut self) -> bool {
        if self.draft.can_redo() && self.is_earlier {
            self.show_draft();
        }
        let done = self.draft.redo();
        if done {
            self.keep_change(Change::Text);
        }
        done
    }

    /// Takes the text of the file in place of the draft's, as a change that can be taken back.
    pub(super) fn take_saved(&mut self, text: &Arc<str>) {
        if let Some(change) = Splice::between(self.draft.text(), text) {
            self.change_text(&change, false);
        }
        self.draft.set_saved(Arc::clone(text));
    }

    /// Puts a text back that was not saved, over what its file had then.
    pub(super) fn put_back_text(&mut self, text: &str, saved: Arc<str>) {
        if let Some(change) = Splice::between(self.draft.text(), text) {
            self.change_text(&change, false);
        }
        self.draft.set_saved(saved);
    }

    /// Applies the fix of the problem at `position` to the draft. Returns what it did; fails, in words, where it cannot
    /// be applied.
    pub fn fix(&mut self, position: usize) -> Result<String, &'static str> {
        if let Some(why) = self.draft.locked() {
            return Err(why);
        }
        if self.is_earlier {
            return Err("This is an earlier definition; show the newest one to change it");
        }
        if self.draft.is_behind() {
            return Err("The text is being checked; try again");
        }
        let fix = self.draft.problems().get(position).and_then(|it| it.diagnostic.fix.clone());
        let Some(fix) = fix else { return Err("This problem has no fix") };
        let changed = apply(self.draft.text(), [&*fix]).and_then(|(text, _)| Splice::between(self.draft.text(), &text));
        match changed {
            Some(change) if self.change_text(&change, false) => Ok(fix.title),
            _ => Err("The fix does not fit the text"),
        }
    }

    /// Returns the position of the first problem with a fix on the line of the text cursor.
    pub fn fixable_here(&self) -> Option<usize> {
        let text = self.draft.text();
        let at = (self.text_cursor as usize).min(text.len());
        let bytes = text.as_bytes();
        let start = bytes[..at].iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
        let end = bytes[at..].iter().position(|it| *it == b'\n').map_or(text.len(), |it| at + it);
        let on_line = |span: Span| (start..=end).contains(&(span.start as usize));
        let fixable = |it: &Problem| it.diagnostic.fix.is_some() && it.diagnostic.span.is_some_and(on_line);
        self.draft.problems().iter().position(fixable)
    }

    /// Takes what a check has found. What is on the screen follows, where the text can be read; the run that is shown
    /// keeps its events, and the definition that it ran with.
    pub fn take_check(&mut self, mut checked: Checked) {
        let was_stale = self.is_stale();
        if !self.draft.take(&mut checked) {
            return;
        }
        if let Ok(edition) = checked.edition
            && !edition.reads_like(&self.newest)
        {
            self.newest = edition;
            if !self.is_earlier {
                self.show_draft();
            }
        }
        if was_stale != self.is_stale() {
            self.refresh();
        }
    }

    /// Notes what the definition's file holds.
    pub fn set_saved(&mut self, text: Arc<str>) {
        self.draft.set_saved(text);
    }

    /// Puts the newest definition on the screen, under the run that is shown: states have their numbers in the run, so
    /// that its events mean the same. One that does not run leaves what is there.
    pub fn show_draft(&mut self) {
        let at = self.cursor();
        let under = self.shown_run().map(|run| (Arc::clone(&run.edition), run.published.program().cloned()));
        let edition = match under {
            None => Arc::clone(&self.newest),
            Some((edition, _)) if edition.reads_like(&self.newest) => edition,
            Some((_, program)) => match (&self.newest.document.definition.program, program) {
                (Some(newest), Some(program)) => {
                    Arc::new(self.newest.numbered_as(&Arc::new(newest.numbered_like(&program))))
                }
                // Without programs one cannot be laid under the other. Where it was asked for, it is shown alone.
                _ if self.is_earlier => return self.show_newest(),
                _ => return,
            },
        };
        self.is_earlier = false;
        self.show_edition(&edition);
        if self.shown_run().is_some() {
            self.show_moment(at);
        } else {
            self.refresh();
        }
    }

    /// Notes where the text cursor is; the state that it is in is selected.
    pub fn set_text_cursor(&mut self, at: u32) {
        self.text_cursor = at;
        // Places are those of the text that was last read.
        if !self.is_earlier && (self.draft.is_behind() || self.is_stale()) {
            return;
        }
        let at = place_on_line(&self.edition.document.text, at);
        self.crumbs = crumbs(&self.edition.document.root, at);
        let holds = |it: &crate::asl::State| (it.name_span.start..=it.span.end).contains(&at);
        let found = self.edition.states().filter(|(_, it)| holds(it)).max_by_key(|(_, it)| it.name_span.start);
        let found: Option<StateId> = found.map(|(id, _)| id);
        if found.is_some() && found != self.focus() {
            self.select(found);
        }
    }

    /// Returns the way to the place of the text cursor.
    pub fn crumbs(&self) -> &[Crumb] {
        &self.crumbs
    }

    /// Returns how far the draft is from what was last run, in words.
    pub fn draft_words(&self) -> Option<String> {
        let last = self.runs().iter().map(|(_, run)| run).max_by_key(|it| it.key)?;
        if *last.edition.document.text == *self.draft.text() {
            return None;
        }
        Some(match self.draft.n_since_run() {
            0 => format!("Draft: changed since {}", last.name),
            1 => format!("Draft: 1 edit since {}", last.name),
            n_edits => format!("Draft: {n_edits} edits since {}", last.name),
        })
    }

    /// Returns why the graph does not follow the text, where it does not: a title, and line, column and reason.
    pub fn stale_words(&self) -> Option<(&'static str, String)> {
        if !self.is_stale() {
            return None;
        }
        let worst = self.draft.problems().iter().find(|it| it.diagnostic.severity == Severity::Error);
        let (title, place, message) = match (self.draft.broken(), worst) {
            (Some(broken), _) => ("The text cannot be read", broken.place, &broken.message),
            (None, Some(worst)) => ("The text cannot be run", worst.place, &worst.diagnostic.message),
            (None, None) => return None,
        };
        let place = place.map_or_else(String::new, |(line, column)| format!("Line {line}, column {column}: "));
        Some((title, format!("{place}{message}. The graph is that of the text before.")))
    }
}

/// Returns where the thing is that a cursor at `at` stands at: in the indent of a line what follows it, behind the comma
/// of a line what is before that.
fn place_on_line(text: &str, at: u32) -> u32 {
    let at = (at as usize).min(text.len());
    if !text.is_char_boundary(at) {
        return at as u32;
    }
    let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
    let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
    let line = &text[start..end];
    let first = start + line.len() - line.trim_start().len();
    let last = start + line.trim_end().trim_end_matches(',').len();
    at.max(first).min(last.max(start)) as u32
}

/// Returns the way from the whole definition to a byte of its text: names of members, and numbers of items from 1.
fn crumbs(root: &Node, at: u32) -> Vec<Crumb> {
    let holds = |span: Span| (span.start..=span.end).contains(&at);
    let mut found: Vec<Crumb> = Vec::new();
    let mut node = root;
    loop {
        match &node.value {
            Value::Object(members) => {
                let within = |it: &&crate::json::source::Member| {
                    holds(Span { start: it.name_span.start, end: it.value.span.end.max(it.name_span.end) })
                };
                let Some(member) = members.iter().rev().find(within) else { return found };
                found.push(Crumb { name: member.name.to_string(), at: member.name_span.start });
                node = &member.value;
            }
            Value::Array(items) => {
                let Some((nth, item)) = items.iter().enumerate().rev().find(|(_, it)| holds(it.span)) else {
                    return found;
                };
                if let Some(last) = found.last_mut() {
                    last.name = format!("{} {}", last.name, nth + 1);
                    last.at = item.span.start;
                }
                node = item;
            }
            _ => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::source;

    #[test]
    fn a_cursor_in_an_indent_or_behind_a_comma_stands_at_what_is_on_the_line() {
        let text = "{\n  \"a\": 1,\n\n}";
        assert_eq!([0, 2, 3, 4, 9, 10, 11].map(|it| place_on_line(text, it)), [0, 4, 4, 4, 9, 10, 10]);
        assert_eq!([12, 13, 14, 99].map(|it| place_on_line(text, it)), [12, 13, 14, 14]);
    }

    #[test]
    fn a_place_is_named_by_members_and_items() {
        let json = r#"{"States": {"BookHotel": {"Type": "Task", "Catch": [{"Next": "A"}, {"Next": "B"}]}}}"#;
        let yaml = "States:\n  BookHotel:\n    Type: Task\n    Catch:\n    - Next: A\n    - Next: B\n";
        for text in [json, yaml] {
            let (root, found) = source::parse(text);
            assert_eq!(found, []);
            let root = root.expect("it can be read");
            let names = |word: &str| {
                let at = text.find(word).expect("it is there") as u32;
                crumbs(&root, at).into_iter().map(|it| it.name).collect::<Vec<_>>().join(" > ")
            };
            assert_eq!(names("BookHotel"), "States > BookHotel");
            assert_eq!(names("Task"), "States > BookHotel > Type");
            let last = if text == json { "\"B\"" } else { "B\n" };
            assert_eq!(names(last), "States > BookHotel > Catch 2 > Next");
        }
    }
}
