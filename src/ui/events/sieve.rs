//! Which events pass the filters. They are looked at in slices, one a pass, so that a filter over a million events
//! does not stop the window.

use super::{EventFacts, Events};

/// Events that are looked at in one pass, where their facts suffice.
const SLICE: usize = 32_768;
/// The same where their rows have to be written to be searched.
const SLICE_OF_TEXT: usize = 2_048;

/// The filters. Those that are on have to hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only failures.
    pub failed: bool,
    /// Only retries.
    pub retries: bool,
    /// Only events of a state: its dense id and name.
    pub state: Option<(u32, String)>,
    /// Only events in whose row this text occurs, without regard to case.
    pub text: String,
}

impl Filter {
    /// Returns how many filters are on.
    pub(super) fn n_on(&self) -> usize {
        usize::from(self.failed)
            + usize::from(self.retries)
            + usize::from(self.state.is_some())
            + usize::from(!self.text.is_empty())
    }

    fn takes(&self, events: &dyn Events, idx: usize) -> bool {
        let EventFacts { failed, retry, state: of } = events.facts(idx);
        let state = self.state.as_ref().is_none_or(|(state, _)| of == Some(*state));
        if (self.failed && !failed) || (self.retries && !retry) || !state {
            return false;
        }
        if self.text.is_empty() {
            return true;
        }
        let text = self.text.to_lowercase();
        let row = events.row(idx);
        let has = |field: &str| field.to_lowercase().contains(&text);
        has(&row.kind)
            || has(&row.state)
            || row.error.as_deref().is_some_and(has)
            || row.note.as_deref().is_some_and(has)
    }
}

/// The positions that pass the filters, as far as events were looked at.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    run: u64,
    /// The revision of the events when looking at them began.
    revision: u64,
    filter: Filter,
    /// Not used where all pass.
    positions: Vec<u32>,
    /// Events that were looked at.
    n_seen: usize,
}

/// The sieve that is shown, and one that is made anew because of what has become of events since they were looked at.
#[derive(Debug, Default)]
pub(super) struct Sieves {
    shown: Sieve,
    anew: Option<Sieve>,
    /// The revision that was there in the last pass.
    before: u64,
}

impl Sieves {
    /// Looks at a slice of the events that have not been looked at. Returns whether there is more to be done, and whether
    /// the rows are others than they were.
    pub(super) fn advance(&mut self, events: &dyn Events, filter: &Filter) -> (bool, bool) {
        let rests = std::mem::replace(&mut self.before, events.revision()) == events.revision();
        if self.shown.run != events.run() || self.shown.filter != *filter || self.shown.n_seen > events.len() {
            *self = Self { shown: Sieve::new(events, filter), anew: None, before: events.revision() };
            self.shown.advance(events);
            return (!self.shown.is_done(events), true);
        }
        if filter.n_on() == 0 {
            return (false, false);
        }
        if !self.shown.is_done(events) {
            self.shown.advance(events);
            return (true, false);
        }
        // What a failure comes to is known only later, so what was looked at while a run went on is looked at again.
        if self.shown.revision == events.revision() {
            return (false, false);
        }
        if !rests {
            self.anew = None;
            return (true, false);
        }
        let anew = self.anew.get_or_insert_with(|| Sieve::new(events, filter));
        anew.advance(events);
        if !anew.is_done(events) {
            return (true, false);
        }
        self.shown = self.anew.take().unwrap_or_default();
        (false, true)
    }

    pub(super) fn shown(&self) -> &Sieve {
        &self.shown
    }
}

impl Sieve {
    fn new(events: &dyn Events, filter: &Filter) -> Self {
        Self {
            run: events.run(),
            revision: events.revision(),
            filter: filter.clone(),
            positions: Vec::new(),
            n_seen: 0,
        }
    }

    /// Looks at the next slice.
    fn advance(&mut self, events: &dyn Events) {
        if self.filter.n_on() == 0 {
            return;
        }
        let slice = if self.filter.text.is_empty() { SLICE } else { SLICE_OF_TEXT };
        let end = events.len().min(self.n_seen + slice);
        let passing = (self.n_seen..end).filter(|&idx| self.filter.takes(events, idx)).map(|idx| idx as u32);
        self.positions.extend(passing);
        self.n_seen = end;
    }

    fn is_done(&self, events: &dyn Events) -> bool {
        self.filter.n_on() == 0 || self.n_seen == events.len()
    }

    /// Returns the number of rows.
    pub(super) fn len(&self, events: &dyn Events) -> usize {
        if self.filter.n_on() == 0 { events.len() } else { self.positions.len() }
    }

    /// Returns the position of the event in a row.
    pub(super) fn position(&self, row: usize) -> Option<usize> {
        if self.filter.n_on() == 0 { Some(row) } else { self.positions.get(row).map(|&it| it as usize) }
    }

    /// Returns the row of the event `id`, or the last row before it.
    pub(super) fn row_of(&self, events: &dyn Events, id: u64) -> Option<usize> {
        let (mut low, mut high) = (0, self.len(events));
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.position(middle).is_some_and(|idx| events.id(idx) <= id) { low = middle + 1 } else { high = middle }
        }
        low.checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::EventRow;
    use super::*;

    /// Every tenth has failed; from the event `retried` on they were retried as well.
    struct Numbers {
        len: usize,
        revision: u64,
        retried: usize,
    }

    const fn numbers(len: usize) -> Numbers {
        Numbers { len, revision: 0, retried: usize::MAX }
    }

    impl Events for Numbers {
        fn len(&self) -> usize {
            self.len
        }

        fn run(&self) -> u64 {
            1
        }

        fn revision(&self) -> u64 {
            self.revision
        }

        fn row(&self, idx: usize) -> EventRow {
            EventRow {
                id: self.id(idx),
                kind: "TaskFailed".into(),
                state: format!("S{}", idx % 3),
                ..EventRow::default()
            }
        }

        fn facts(&self, idx: usize) -> EventFacts {
            let failed = idx.is_multiple_of(10);
            EventFacts { failed, retry: failed && idx >= self.retried, state: Some(idx as u32 % 3) }
        }

        fn id(&self, idx: usize) -> u64 {
            idx as u64 + 1
        }

        fn related(&self, _: usize, _: u64) -> bool {
            false
        }
    }

    fn all(events: &Numbers, filter: &Filter) -> Sieves {
        let mut sieves = Sieves::default();
        while sieves.advance(events, filter).0 {}
        sieves
    }

    #[test]
    fn filters_hold_together() {
        let filter = Filter { failed: true, state: Some((0, "S0".into())), ..Filter::default() };
        assert_eq!(all(&numbers(100), &filter).shown.positions, [0, 30, 60, 90]);
    }

    #[test]
    fn text_is_found_without_regard_to_case() {
        let filter = Filter { text: "s1".into(), ..Filter::default() };
        assert_eq!(all(&numbers(6), &filter).shown.positions, [1, 4]);
    }

    #[test]
    fn the_cursor_stands_at_its_event_or_the_last_one_before() {
        let shown = all(&numbers(100), &Filter::default()).shown;
        assert_eq!(shown.row_of(&numbers(100), 25), Some(24));
        let failed = all(&numbers(100), &Filter { failed: true, ..Filter::default() }).shown;
        assert_eq!(failed.row_of(&numbers(100), 25), Some(2));
        let none = all(&numbers(0), &Filter::default()).shown;
        assert_eq!(none.row_of(&numbers(0), 25), None);
    }

    #[test]
    fn a_long_run_is_looked_at_in_slices() {
        let (filter, events) = (Filter { failed: true, ..Filter::default() }, numbers(100_000));
        let mut sieves = Sieves::default();
        assert_eq!(sieves.advance(&events, &filter), (true, true));
        assert_eq!(sieves.shown.positions.len(), SLICE.div_ceil(10));
        while sieves.advance(&events, &filter).0 {}
        assert_eq!(sieves.shown.positions.len(), 10_000);
    }

    #[test]
    fn what_a_failure_came_to_later_is_found_once_the_run_rests() {
        let filter = Filter { retries: true, ..Filter::default() };
        let mut sieves = all(&numbers(50), &filter);
        let later = Numbers { len: 60, revision: 1, retried: 30 };
        assert_eq!(sieves.advance(&later, &filter), (true, false));
        while sieves.advance(&later, &filter).0 {}
        assert_eq!(sieves.shown.positions, [30, 40, 50]);
    }
}
