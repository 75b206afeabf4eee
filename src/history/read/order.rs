//! The order of events: pages in any order, reversed lists, events that come twice, events that are not there.

use super::source::Raw;

/// The events of one execution in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    pub(super) events: Vec<Raw>,
    /// The id of the last event; more than there are where some are missing.
    pub(super) last_id: u32,
    /// Events that were there twice.
    pub(super) n_twice: usize,
    /// Events that had no id and got one by their place in the list.
    pub(super) n_numbered: usize,
}

/// Puts the events of one execution in order. Events without an id are numbered by their place.
pub(super) fn order(mut events: Vec<Raw>) -> Ordered {
    let mut ordered = Ordered::default();
    if is_reversed(&events) {
        events.reverse();
    }
    let mut last = 0;
    for event in &mut events {
        if event.id.is_none_or(|it| it == 0) {
            event.id = Some(last + 1);
            ordered.n_numbered += 1;
        }
        last = event.id.unwrap_or(last);
    }
    events.sort_by_key(|it| it.id);
    let n_events = events.len();
    events.dedup_by_key(|it| it.id);
    ordered.n_twice = n_events - events.len();
    ordered.last_id = events.last().and_then(|it| it.id).unwrap_or(0);
    ordered.events = events;
    ordered
}

/// Whether the list begins with the latest event, by ids or, where it has none, by moments.
fn is_reversed(events: &[Raw]) -> bool {
    let falls = |of: &dyn Fn(&Raw) -> Option<i64>| {
        let known: Vec<i64> = events.iter().filter_map(of).collect();
        let (n_falling, n_rising) =
            known.windows(2).fold((0, 0), |(falling, rising), pair| match pair[0].cmp(&pair[1]) {
                std::cmp::Ordering::Greater => (falling + 1, rising),
                std::cmp::Ordering::Less => (falling, rising + 1),
                std::cmp::Ordering::Equal => (falling, rising),
            });
        (n_falling != n_rising).then_some(n_falling > n_rising)
    };
    falls(&|it| it.id.map(i64::from)).or_else(|| falls(&|it| it.at)).unwrap_or(false)
}
