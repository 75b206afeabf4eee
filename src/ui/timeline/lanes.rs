//! What a run looks like in time: a lane per state, with its attempts, back-offs and waits. Plain data and what follows
//! from it; painting is the panel's.

use std::sync::Arc;

use super::axis::{Axis, Mode};
use crate::chunks::Chunks;
use crate::ui::widgets::Status;

/// A run in time. A clone shares; what a run of a million events adds in a frame costs what it adds.
#[derive(Clone, Debug, Default)]
pub struct Lanes {
    /// One for each state that was reached, in the order in which they were.
    pub lanes: Vec<Lane>,
    /// Milliseconds since the start of every event, by id - 1; never falling.
    pub event_millis: Chunks<i64>,
    /// Changes when anything here does.
    pub revision: u64,
}

/// The lane of a state.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Dense id of the state.
    pub state: u32,
    /// Its name.
    pub name: Arc<str>,
    /// What it did, ordered by begin.
    pub spans: Chunks<Span>,
}

/// Something that lasts.
#[derive(Clone, Debug)]
pub struct Span {
    /// First and last event it belongs to.
    pub events: (u64, u64),
    /// Begin and end, in milliseconds since the start of the run.
    pub millis: (i64, i64),
    /// What it is.
    pub kind: SpanKind,
}

/// What lasts.
#[derive(Clone, Debug)]
pub enum SpanKind {
    /// An attempt of a task, or the visit of a state that has no attempts.
    Attempt {
        /// From 1; 0 where there are no attempts to count.
        number: u32,
        /// What it came to.
        outcome: Status,
    },
    /// The time between a failed attempt and the next.
    BackOff {
        /// How its length follows from the retrier, the longest form first.
        formulas: [String; 3],
    },
    /// A Wait, or a task that waits for its token.
    Wait,
}

impl SpanKind {
    /// Returns the words of a back-off of `millis`: `2 s × 2² = 8 s`, `×4 = 8 s`, `8 s`.
    ///
    /// `interval_secs`, `rate` and `retry` are those of the retrier; `retry` counts from 0.
    pub fn back_off(millis: i64, interval_secs: i64, rate: f64, retry: u32) -> Self {
        let length = super::axis::span(millis);
        let power = superscript(retry);
        let by_rule = interval_secs as f64 * rate.powi(retry as i32) * 1_000.0;
        // Jitter or a maximum make it another length; then the rule would be a lie.
        if retry == 0 || (by_rule - millis as f64).abs() > 1.0 {
            return Self::BackOff { formulas: [length.clone(), length.clone(), length] };
        }
        Self::BackOff {
            formulas: [
                format!("{interval_secs} s × {rate}{power} = {length}"),
                format!("×{} = {length}", rate.powi(retry as i32)),
                length,
            ],
        }
    }
}

impl SpanKind {
    /// Returns the words of a back-off of `millis` that no definition asks for: an attempt has followed after it.
    pub fn inferred_back_off(millis: i64) -> Self {
        let length = super::axis::span(millis);
        Self::BackOff { formulas: [format!("{length}, inferred"), length.clone(), length] }
    }
}

fn superscript(number: u32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    if number == 1 {
        return String::new();
    }
    number.to_string().bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect()
}

impl Lanes {
    /// Returns the number of events.
    pub fn n_events(&self) -> u64 {
        self.event_millis.len() as u64
    }

    /// Returns the moment of an event.
    pub fn millis_of(&self, event: u64) -> i64 {
        let idx = (event.max(1) - 1) as usize;
        self.event_millis.get(idx).or(self.event_millis.last()).copied().unwrap_or(0)
    }

    /// Returns the axis of the run at a width.
    pub fn axis(&self, mode: Mode, width: f32) -> Axis {
        // A run that takes no time has nothing to lay out in time.
        let takes_time = self.millis_of(self.n_events()) > 0;
        let mode = if takes_time { mode } else { Mode::ByEvent };
        if mode == Mode::ByEvent {
            return Axis::build(mode, &[], &[], self.n_events() as i64, f64::from(width));
        }
        let mut boundaries = Vec::new();
        let mut attempts = Vec::new();
        for span in self.lanes.iter().flat_map(|lane| lane.spans.iter()) {
            boundaries.extend([span.millis.0, span.millis.1]);
            if matches!(span.kind, SpanKind::Attempt { .. }) {
                attempts.push(span.millis);
            }
        }
        Axis::build(mode, &boundaries, &attempts, self.millis_of(self.n_events()), f64::from(width))
    }

    /// Returns where an event stands on the axis.
    pub fn event_x(&self, axis: &Axis, event: u64) -> f64 {
        match axis.mode() {
            Mode::ByEvent => axis.x_of(event as f64),
            _ => axis.x_of(self.millis_of(event) as f64),
        }
    }

    /// Returns the last event at or before a place on the axis; the first one left of all.
    pub fn event_at(&self, axis: &Axis, x: f64) -> u64 {
        let position = axis.position_of(x);
        let event = match axis.mode() {
            Mode::ByEvent => position.round() as u64,
            _ => self.event_millis.partition_point_from(0, |&it| it as f64 <= position + 0.5) as u64,
        };
        event.clamp(1, self.n_events().max(1))
    }

    /// Returns the worst outcome in each of `n_columns` points of the axis: a failure must be seen, however short it was.
    pub fn columns(&self, axis: &Axis, n_columns: usize) -> Vec<Option<Status>> {
        let mut columns = vec![None; n_columns];
        for span in self.lanes.iter().flat_map(|lane| lane.spans.iter()) {
            let SpanKind::Attempt { outcome, .. } = &span.kind else { continue };
            let (left, right) = self.span_x(axis, span);
            let last = (right as usize).min(n_columns.saturating_sub(1));
            for column in columns.iter_mut().take(last + 1).skip(left.max(0.0) as usize) {
                if column.is_none_or(|it| it == Status::Succeeded) {
                    *column = Some(*outcome);
                }
            }
        }
        columns
    }

    /// Returns the position on the axis at which a span begins.
    pub fn begin(&self, axis: &Axis, span: &Span) -> f64 {
        match axis.mode() {
            Mode::ByEvent => span.events.0 as f64,
            _ => span.millis.0 as f64,
        }
    }

    /// Returns the edges of a span on the axis.
    pub fn span_x(&self, axis: &Axis, span: &Span) -> (f64, f64) {
        match axis.mode() {
            Mode::ByEvent => (axis.x_of(span.events.0 as f64), axis.x_of(span.events.1 as f64)),
            _ => (axis.x_of(span.millis.0 as f64), axis.x_of(span.millis.1 as f64)),
        }
    }
}

impl Lane {
    /// Returns what the state has come to at an event.
    pub fn status_at(&self, event: u64) -> Status {
        let n_begun = self.spans.partition_point_from(0, |span| span.events.0 <= event);
        let Some(span) = n_begun.checked_sub(1).and_then(|idx| self.spans.get(idx)) else { return Status::NotReached };
        match &span.kind {
            SpanKind::Attempt { outcome, .. } if span.events.1 <= event => *outcome,
            SpanKind::Attempt { .. } => Status::Running,
            SpanKind::Wait if span.events.1 <= event => Status::Succeeded,
            SpanKind::BackOff { .. } | SpanKind::Wait => Status::Waiting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(events: (u64, u64), millis: (i64, i64), outcome: Status) -> Span {
        Span { events, millis, kind: SpanKind::Attempt { number: 1, outcome } }
    }

    #[test]
    fn a_wait_is_over_at_its_end() {
        let spans = vec![Span { events: (2, 3), millis: (0, 10), kind: SpanKind::Wait }];
        let lane = Lane { state: 0, name: "Pause".into(), spans: spans.into_iter().collect() };
        assert_eq!(
            [1, 2, 3].map(|event| lane.status_at(event)),
            [Status::NotReached, Status::Waiting, Status::Succeeded]
        );
    }

    #[test]
    fn a_lane_runs_until_its_attempt_has_ended() {
        let spans = vec![
            attempt((2, 5), (0, 10), Status::FailedAttempt),
            Span { events: (5, 6), millis: (10, 30), kind: SpanKind::back_off(2_000, 2, 2.0, 0) },
            attempt((6, 8), (30, 40), Status::Succeeded),
        ];
        let lane = Lane { state: 0, name: "A".into(), spans: spans.into_iter().collect() };
        let statuses: Vec<Status> = [1, 3, 5, 7, 8].into_iter().map(|event| lane.status_at(event)).collect();
        assert_eq!(
            statuses,
            [Status::NotReached, Status::Running, Status::Waiting, Status::Running, Status::Succeeded]
        );
    }

    #[test]
    fn a_place_finds_the_last_event_before_it() {
        let lanes = Lanes { event_millis: [0, 0, 100, 200].into_iter().collect(), ..Lanes::default() };
        let axis = lanes.axis(Mode::Linear, 200.0);
        assert_eq!([lanes.event_at(&axis, 0.0), lanes.event_at(&axis, 150.0), lanes.event_at(&axis, 900.0)], [2, 3, 4]);
        let by_event = lanes.axis(Mode::ByEvent, 200.0);
        assert_eq!(lanes.event_at(&by_event, lanes.event_x(&by_event, 3)), 3);
    }

    #[test]
    fn a_back_off_shows_the_rule_only_where_it_follows_it() {
        let formulas = |kind: SpanKind| match kind {
            SpanKind::BackOff { formulas } => formulas,
            other => panic!("{other:?}"),
        };
        assert_eq!(formulas(SpanKind::back_off(8_000, 2, 2.0, 2)), ["2 s × 2² = 8 s", "×4 = 8 s", "8 s"]);
        assert_eq!(formulas(SpanKind::back_off(4_000, 2, 2.0, 1))[0], "2 s × 2 = 4 s");
        assert_eq!(formulas(SpanKind::back_off(5_500, 2, 2.0, 2))[0], "5.5 s");
    }
}
