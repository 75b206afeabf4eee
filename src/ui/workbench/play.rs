//! The pace of virtual time, and playing what has happened once more.

use std::time::Duration;

use crate::engine::EventId;
use crate::session::pace::{Pace, Player};
use crate::ui::bind::clock;

use super::{Cursor, Workbench};

/// How often a clock that goes on by itself is shown anew.
const TICK: Duration = Duration::from_millis(100);

/// What is being played.
#[derive(Debug)]
pub(super) struct Playing {
    player: Player,
    /// Where the cursor was put last; elsewhere, somebody else has moved it.
    at: EventId,
}

impl Workbench {
    /// Returns how fast virtual time passes.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Lets virtual time pass at this pace, in what goes on as well.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        for (_, run) in self.runs.iter_mut() {
            if let Some(worker) = &mut run.worker {
                worker.set_pace(pace);
            }
        }
        if let Some(playing) = &mut self.playing {
            playing.player.set_pace(pace);
        }
    }

    /// Plays what has happened from the cursor on, from the beginning where it is at the end; or stops playing. Returns
    /// what it does, in words; nothing where there is nothing to play.
    pub fn play_or_pause(&mut self) -> Option<String> {
        let at = self.cursor();
        if self.playing.take().is_some() {
            return Some(format!("Paused at event {}", at.0));
        }
        let run = self.shown_run().filter(|it| it.published.done && it.published.log.len() > 1)?;
        let player = Player::start(self.pace, &run.published.log, at);
        self.playing = Some(Playing { player, at });
        let pace = self.pace;
        // The first event may be a long time away.
        Some(format!("Playing, {}: {}", pace.name().to_lowercase(), pace.about()))
    }

    /// Whether something is being played.
    pub fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    /// Goes on with what is played. Returns after which time to call it again, if by itself anything changes.
    pub fn play(&mut self) -> Option<Duration> {
        let Some(mut playing) = self.playing.take() else { return self.live_time().map(|_| TICK) };
        let cursor = self.cursor();
        let run = self.shown_run().filter(|_| playing.at == cursor)?;
        let played = playing.player.advance(&run.published.log);
        playing.at = played.at;
        self.playing = played.stays.map(|_| playing);
        if played.at != cursor {
            self.cursor = Cursor::At(played.at);
            self.attempt = None;
            self.follow();
        }
        played.stays
    }

    /// Returns what the virtual clock shows of a run that goes on at a pace, while the cursor is at its end.
    pub(super) fn live_time(&self) -> Option<String> {
        let run = self.shown_run().filter(|_| self.cursor == Cursor::Live)?;
        let now = run.published.clock?.now()?;
        let start = run.published.log.event(EventId(1)).map_or(now, |it| it.at);
        Some(clock(now - start))
    }
}
