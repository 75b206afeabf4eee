//! Where the events are in a file: pages, lists, lines, log events and what wraps them.
//!
//! One walk serves all forms: an object that says its type is an event, and what it holds is looked through for more.
//! Nothing is copied; events are ranges of the file's own bytes.

use crate::json::pull::{Broken, Pull, Range, Start};

use super::names::{Field, Plain, Stage, What, field, what};
use super::when::when;

/// How deep lists, pages and messages may nest around events.
const DEEPEST: u32 = 12;

/// An event as it stands in the file.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) id: Option<u32>,
    pub(super) prev: Option<u32>,
    /// Milliseconds since 1970.
    pub(super) at: Option<i64>,
    pub(super) what: What,
    /// Which of [`Found::executions`]; `None` where the event does not say.
    pub(super) execution: Option<u32>,
    /// Its details, in [`Found::entries`].
    pub(super) first: u32,
    pub(super) end: u32,
}

/// A member of an event's details.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) field: Field,
    /// Whether it is the content of a string; else the text of a value.
    pub(super) quoted: bool,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Its name, for those that have no field.
    pub(super) name: (u32, u32),
}

impl Entry {
    fn new(field: Field, quoted: bool, range: &Range) -> Self {
        Self { field, quoted, start: range.start as u32, end: range.end as u32, name: (0, 0) }
    }

    pub(super) fn range(&self) -> Range {
        self.start as usize..self.end as usize
    }
}

/// What was found in a file.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) events: Vec<Raw>,
    pub(super) entries: Vec<Entry>,
    /// The ARNs of the executions that events or pages name.
    pub(super) executions: Vec<Range>,
    /// The execution that a page names for all its events.
    pub(super) of_all: Option<u32>,
    pub(super) machine_arn: Option<Range>,
    /// Whether there is a list of events, an empty one too.
    pub(super) has_list: bool,
    /// Whether the events are log events.
    pub(super) from_log: bool,
    pub(super) n_pages: u32,
    /// Whether the last page names one after it.
    pub(super) has_next_page: bool,
    pub(super) broken: Option<Broken>,
}

/// Finds the events in `buffer`, whose strings are unescaped in place on the way.
pub(super) fn find(buffer: &mut [u8]) -> Found {
    let mut found = Found::default();
    let len = buffer.len();
    let mut pull = Pull::new(buffer, 0..len);
    while !pull.at_end() && found.broken.is_none() {
        // A line of a log may begin with the moment at which it was written.
        if begins_with_year(pull.bytes(&(pull.at()..pull.at() + 5))) {
            found.from_log = true;
            pull.skip_until(b'{');
        } else if let Err(broken) = found.value(&mut pull, 0) {
            found.broken = Some(broken);
        }
    }
    found
}

fn begins_with_year(bytes: &[u8]) -> bool {
    matches!(bytes, [year @ .., b'-'] if year.len() == 4 && year.iter().all(u8::is_ascii_digit))
}

impl Found {
    fn value(&mut self, pull: &mut Pull<'_>, depth: u32) -> Result<(), Broken> {
        match pull.start()? {
            Start::Object => self.object(pull, depth),
            Start::Array => self.list(pull, depth),
            Start::String(range) => {
                self.message(pull, &range, depth);
                Ok(())
            }
            Start::Word(_) => Ok(()),
        }
    }

    fn list(&mut self, pull: &mut Pull<'_>, depth: u32) -> Result<(), Broken> {
        let mut first = true;
        while pull.item(first)? {
            if depth < DEEPEST {
                self.value(pull, depth + 1)?;
            } else {
                pull.raw()?;
            }
            first = false;
        }
        Ok(())
    }

    /// Looks through a string that holds JSON, as the message of a log event does.
    fn message(&mut self, pull: &mut Pull<'_>, range: &Range, depth: u32) {
        let opens = pull.bytes(range).trim_ascii_start().first().copied();
        if depth < DEEPEST && matches!(opens, Some(b'{' | b'[')) {
            let n_events = self.events.len();
            pull.within(range.clone(), |inner| {
                // A message that is no JSON is not the file's fault.
                let _ = self.value(inner, depth + 1);
            });
            self.from_log |= self.events.len() > n_events;
        }
    }

    /// Reads an object: an event, a page of events, or something around them.
    fn object(&mut self, pull: &mut Pull<'_>, depth: u32) -> Result<(), Broken> {
        let first_entry = self.entries.len() as u32;
        let mut event =
            Raw { id: None, prev: None, at: None, what: What::Other, execution: None, first: first_entry, end: 0 };
        let mut has_type = false;
        let mut first = true;
        while let Some(name) = pull.member(first)? {
            first = false;
            let plain = Plain::of(pull.bytes(&name));
            match plain.as_str() {
                "id" => event.id = number(pull)?,
                "previouseventid" => event.prev = number(pull)?,
                "timestamp" | "eventtimestamp" => event.at = moment(pull)?.or(event.at),
                "type" => match pull.start()? {
                    Start::String(range) => {
                        has_type = true;
                        event.what = what(Plain::of(pull.bytes(&range)).as_str());
                        if matches!(event.what, What::Other | What::MapRun(Stage::Redriven | Stage::TimedOut)) {
                            self.entries.push(Entry::new(Field::TypeName, true, &range));
                        }
                    }
                    other => skip(pull, other)?,
                },
                "details" => self.details(pull)?,
                "executionarn" => event.execution = self.execution(pull)?.or(event.execution),
                "statemachinearn" => match pull.start()? {
                    Start::String(range) => self.machine_arn = Some(range),
                    other => skip(pull, other)?,
                },
                "events" | "logevents" | "results" if depth < DEEPEST => match pull.start()? {
                    Start::Array => {
                        self.has_list = true;
                        self.n_pages += 1;
                        self.has_next_page = false;
                        self.list(pull, depth + 1)?;
                    }
                    other => skip(pull, other)?,
                },
                "message" | "value" => match pull.start()? {
                    Start::String(range) => self.message(pull, &range, depth),
                    Start::Object => self.object(pull, depth + 1)?,
                    other => skip(pull, other)?,
                },
                "nexttoken" => match pull.start()? {
                    Start::String(range) => self.has_next_page = !range.is_empty(),
                    other => skip(pull, other)?,
                },
                plain if plain.ends_with("eventdetails") => self.details(pull)?,
                _ => {
                    pull.raw()?;
                }
            }
        }
        if has_type {
            event.end = self.entries.len() as u32;
            self.events.push(event);
        } else if self.of_all.is_none() {
            self.of_all = event.execution;
        }
        Ok(())
    }

    fn details(&mut self, pull: &mut Pull<'_>) -> Result<(), Broken> {
        match pull.start()? {
            Start::Object => {}
            other => return skip(pull, other),
        }
        let mut first = true;
        while let Some(name) = pull.member(first)? {
            first = false;
            let field = field(Plain::of(pull.bytes(&name)).as_str());
            let mut entry = match field {
                // These are values of which the text is kept; what is quoted inside them stays so.
                Field::Assigned | Field::Credentials | Field::Truncation | Field::Other => {
                    let range = pull.raw()?;
                    Entry::new(field, false, &range)
                }
                _ => {
                    let (range, quoted) = pull.whole()?;
                    Entry::new(field, quoted, &range)
                }
            };
            entry.name = (name.start as u32, name.end as u32);
            // What an SDK writes for a member that is not there.
            if entry.quoted || pull.bytes(&entry.range()) != b"null" {
                self.entries.push(entry);
            }
        }
        Ok(())
    }

    fn execution(&mut self, pull: &mut Pull<'_>) -> Result<Option<u32>, Broken> {
        let range = match pull.start()? {
            Start::String(range) => range,
            other => {
                skip(pull, other)?;
                return Ok(None);
            }
        };
        // Events of one execution come together; the latest one is tried first.
        let known = self.executions.iter().rposition(|it| pull.bytes(it) == pull.bytes(&range));
        Ok(Some(known.unwrap_or_else(|| {
            self.executions.push(range);
            self.executions.len() - 1
        }) as u32))
    }
}

/// Reads the rest of a value that was begun.
fn skip(pull: &mut Pull<'_>, start: Start) -> Result<(), Broken> {
    let mut first = true;
    match start {
        Start::Object => {
            while pull.member(first)?.is_some() {
                pull.raw()?;
                first = false;
            }
        }
        Start::Array => {
            while pull.item(first)? {
                pull.raw()?;
                first = false;
            }
        }
        Start::String(_) | Start::Word(_) => {}
    }
    Ok(())
}

/// Reads a number, which log events write in quotes.
fn number(pull: &mut Pull<'_>) -> Result<Option<u32>, Broken> {
    match pull.start()? {
        Start::String(range) | Start::Word(range) => Ok(pull.text(&range).parse().ok()),
        other => skip(pull, other).map(|()| None),
    }
}

fn moment(pull: &mut Pull<'_>) -> Result<Option<i64>, Broken> {
    match pull.start()? {
        Start::String(range) | Start::Word(range) => Ok(when(pull.text(&range))),
        other => skip(pull, other).map(|()| None),
    }
}
