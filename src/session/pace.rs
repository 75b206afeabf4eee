//! How fast virtual time passes: at once, or at some rate on a real clock. The only place that reads a clock.
//!
//! Pace changes when something happens on the screen, never what happens: events and journal are the same at every pace.

use std::time::{Duration as Real, Instant};

use crate::engine::EventId;
use crate::history::LogView;
use crate::time::{Duration, Timestamp};

/// How fast virtual time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Pace {
    /// Waits pass at once.
    #[default]
    Instant,
    /// So many seconds of virtual time pass in a real one.
    Times(f64),
}

/// A virtual clock that goes on by itself.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pace: Pace,
    /// A real moment, and what the clock showed then.
    since: (Instant, Timestamp),
}

/// Plays what has happened once more, event by event.
#[derive(Clone, Debug)]
pub struct Player {
    pace: Pace,
    began: Instant,
    /// Real seconds that the events passed so far have taken.
    spent: f64,
    at: EventId,
    /// What an event may take at most, in real seconds, where waits are shortened.
    most: f64,
}

/// Where a [`Player`] has come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Played {
    /// The event.
    pub at: EventId,
    /// How long it stays there; `None` at the end.
    pub stays: Option<Real>,
}

/// The longest time to look ahead; whoever waits longer asks again.
const LONGEST: f64 = 3_600.0;
/// Shortened, an event takes at least and at most these real seconds.
const SHORTENED: (f64, f64) = (0.04, 0.4);
/// What a whole run takes at most where waits are shortened, in real seconds.
const WHOLE: f64 = 30.0;

impl Pace {
    /// The paces to choose from, the fastest first.
    pub const ALL: [Self; 7] = [
        Self::Instant,
        Self::Times(86_400.0),
        Self::Times(3_600.0),
        Self::Times(100.0),
        Self::Times(10.0),
        Self::Times(1.0),
        Self::Times(1.0 / 60.0),
    ];

    /// Returns its name: `Instant time`, `Real time`, `Time ×100`.
    pub fn name(self) -> String {
        match self {
            Self::Instant => "Instant time".to_owned(),
            Self::Times(1.0) => "Real time".to_owned(),
            Self::Times(rate) if rate < 1.0 => format!("Time ×1/{}", (1.0 / rate).round()),
            Self::Times(rate) => format!("Time ×{rate}"),
        }
    }

    /// Returns what a real second is at this pace, in words.
    pub fn about(self) -> String {
        match self {
            Self::Instant => "waits pass at once".to_owned(),
            Self::Times(1.0) => "waits take as long as they say".to_owned(),
            Self::Times(rate) => format!("{} in a second", Duration::from_secs(rate)),
        }
    }

    /// Returns the next faster pace, or the next slower one; the same where there is none.
    pub fn beside(self, faster: bool) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        let to = if faster { at.saturating_sub(1) } else { (at + 1).min(Self::ALL.len() - 1) };
        Self::ALL[to]
    }
}

impl Clock {
    /// Returns a clock that shows `at` and goes on from there.
    pub fn start(pace: Pace, at: Timestamp) -> Self {
        Self { pace, since: (Instant::now(), at) }
    }

    /// Returns the moment up to which things may have happened; `None` where nothing waits.
    pub fn now(&self) -> Option<Timestamp> {
        let Pace::Times(rate) = self.pace else { return None };
        Some(self.since.1 + Duration::from_secs(self.since.0.elapsed().as_secs_f64() * rate))
    }

    /// Returns how long to wait until `due`, at most an hour; `None` where it may happen now.
    pub fn until(&self, due: Timestamp) -> Option<Real> {
        let Pace::Times(rate) = self.pace else { return None };
        let left = (due - self.now()?).as_secs() / rate;
        // A little more, so that it is due when the wait is over.
        (left > 0.0).then(|| Real::from_secs_f64(left.min(LONGEST) + 0.001))
    }

    /// Goes on at another pace, from the moment it shows; a clock that did not go shows `at`.
    pub fn set_pace(&mut self, pace: Pace, at: Timestamp) {
        let shown = self.now().unwrap_or(at).max(at);
        *self = Self::start(pace, shown);
    }
}

impl Player {
    /// Begins at an event; at the last one, from the beginning.
    pub fn start(pace: Pace, log: &LogView, from: EventId) -> Self {
        let n_events = log.len() as u32;
        let at = if from.0 >= n_events { EventId(n_events.min(1)) } else { from };
        let n_left = n_events.saturating_sub(at.0).max(1);
        Self { pace, began: Instant::now(), spent: 0.0, at, most: WHOLE / f64::from(n_left) }
    }

    /// Goes on at another pace from where it is.
    pub fn set_pace(&mut self, pace: Pace) {
        (self.pace, self.began, self.spent) = (pace, Instant::now(), 0.0);
    }

    /// Returns where it has come to by now.
    pub fn advance(&mut self, log: &LogView) -> Played {
        let elapsed = self.began.elapsed().as_secs_f64();
        self.advance_to(log, elapsed)
    }

    /// Returns where it has come to when it has played for so many real seconds.
    fn advance_to(&mut self, log: &LogView, elapsed: f64) -> Played {
        /// Events that are passed in one call, at most: what a frame has time for.
        const MOST: usize = 16_384;
        for _ in 0..MOST {
            let Some(next) = log.event(EventId(self.at.0 + 1)) else { return Played { at: self.at, stays: None } };
            let before = log.event(self.at).map_or(next.at, |it| it.at);
            let takes = self.takes(next.at - before);
            if self.spent + takes > elapsed {
                let left = (self.spent + takes - elapsed).min(LONGEST);
                return Played { at: self.at, stays: Some(Real::from_secs_f64(left)) };
            }
            self.spent += takes;
            self.at = next.id;
        }
        Played { at: self.at, stays: Some(Real::ZERO) }
    }

    /// Returns how many real seconds a span of virtual time takes.
    fn takes(&self, span: Duration) -> f64 {
        let secs = span.as_secs().max(0.0);
        match self.pace {
            Pace::Times(rate) => secs / rate,
            Pace::Instant => secs.clamp(SHORTENED.0, SHORTENED.1).min(self.most),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::{Outline, StateId};
    use crate::engine::{Event, EventKind, StrandId};
    use crate::history::Log;
    use crate::json::Json;

    /// Returns a log with events at these seconds.
    fn log(secs: &[f64]) -> Log {
        let mut log = Log::new(std::sync::Arc::new(Outline::default()));
        for (secs, id) in secs.iter().zip(1..) {
            log.push(Event {
                id: EventId(id),
                prev: EventId(id - 1),
                at: Timestamp::default() + Duration::from_secs(*secs),
                strand: StrandId::ROOT,
                state: StateId::NONE,
                kind: EventKind::ExecutionStarted { input: Json::Null },
            });
        }
        log
    }

    /// Checks at which event a run is after so many real seconds.
    fn check(pace: Pace, secs: &[f64], from: u32, expected: &[(f64, u32)]) {
        let log = log(secs);
        let mut player = Player::start(pace, log.view(), EventId(from));
        for (elapsed, event) in expected {
            assert_eq!(player.advance_to(log.view(), *elapsed).at, EventId(*event), "{pace:?} after {elapsed} s");
        }
    }

    #[test]
    fn events_are_played_at_their_pace() {
        let secs = [0.0, 10.0, 10.0, 70.0];
        check(Pace::Times(1.0), &secs, 1, &[(9.9, 1), (10.0, 3), (69.0, 3), (70.5, 4)]);
        check(Pace::Times(10.0), &secs, 1, &[(0.9, 1), (1.0, 3), (6.9, 3), (7.5, 4)]);
        check(Pace::Times(1.0 / 60.0), &secs, 1, &[(599.0, 1), (601.0, 3)]);
    }

    #[test]
    fn at_instant_pace_long_waits_are_short_and_events_at_one_moment_can_be_told_apart() {
        let three_days = [0.0, 259_200.0, 259_200.0];
        check(Pace::Instant, &three_days, 1, &[(0.39, 1), (0.41, 2), (0.45, 3)]);
    }

    #[test]
    fn a_long_run_is_over_in_half_a_minute_at_instant_pace() {
        let secs: Vec<f64> = (0..10_000).map(f64::from).collect();
        check(Pace::Instant, &secs, 1, &[(30.1, 10_000)]);
    }

    #[test]
    fn what_is_played_at_the_end_begins_anew() {
        check(Pace::Times(1.0), &[0.0, 1.0], 2, &[(0.5, 1), (1.5, 2)]);
        assert_eq!(
            Player::start(Pace::Instant, log(&[]).view(), EventId(0)).advance_to(log(&[]).view(), 9.0).stays,
            None
        );
    }

    #[test]
    fn an_instant_clock_never_waits_and_a_real_one_does() {
        let at = Timestamp::from_millis(5_000);
        let later = at + Duration::from_secs(86_400.0 * 400.0);
        assert_eq!(Clock::start(Pace::Instant, at).until(later), None);
        let clock = Clock::start(Pace::Times(1.0), at);
        assert_eq!(clock.until(at), None);
        let wait = clock.until(later).expect("it is far away");
        assert!(wait > Real::from_mins(50) && wait < Real::from_mins(67), "{wait:?}");
    }

    #[test]
    fn every_pace_has_a_name_of_its_own_and_one_beside_it() {
        let names: std::collections::BTreeSet<String> = Pace::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(names.len(), Pace::ALL.len());
        assert_eq!(Pace::Times(1.0 / 60.0).name(), "Time ×1/60");
        assert_eq!(Pace::Instant.beside(true), Pace::Instant);
        assert_eq!(Pace::Times(10.0).beside(false), Pace::Times(1.0));
    }
}
