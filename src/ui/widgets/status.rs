//! What a state, an attempt or a run has come to: its glyph, its word, its colour; never the colour alone.

use egui::{Color32, Painter, Pos2, Rect, Stroke, StrokeKind, vec2};
use egui_phosphor::regular as icons;

use super::draw;
use crate::ui::theme::Theme;

/// A status that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// No event of it yet.
    #[default]
    NotReached,
    /// Entered and not left.
    Running,
    /// In a Wait or in a back-off.
    Waiting,
    /// Left with a result.
    Succeeded,
    /// Succeeded after failed attempts.
    Retried,
    /// An attempt that failed and is tried again.
    FailedAttempt,
    /// Failed, and a catcher took it.
    Caught,
    /// Failed, and nothing took it.
    Failed,
    /// Failed by its time limit.
    TimedOut,
    /// Ended from outside.
    Aborted,
    /// Undone by another state.
    Compensated,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::NotReached,
        Self::Running,
        Self::Waiting,
        Self::Succeeded,
        Self::Retried,
        Self::FailedAttempt,
        Self::Caught,
        Self::Failed,
        Self::TimedOut,
        Self::Aborted,
        Self::Compensated,
    ];

    /// Returns the word.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotReached => "Not reached",
            Self::Running => "Running",
            Self::Waiting => "Waiting",
            Self::Succeeded => "Succeeded",
            Self::Retried => "Retried, then succeeded",
            Self::FailedAttempt => "Failed, will retry",
            Self::Caught => "Caught",
            Self::Failed => "Failed",
            Self::TimedOut => "Timed out",
            Self::Aborted => "Aborted",
            Self::Compensated => "Compensated",
        }
    }

    /// Returns the words in the middle of a sentence or after a count.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotReached => "not reached",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Retried => "succeeded after retry",
            Self::FailedAttempt => "attempt failed, will retry",
            Self::Caught => "caught",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Aborted => "aborted",
            Self::Compensated => "compensated",
        }
    }

    /// Returns the word for narrow places.
    pub fn short_word(self) -> &'static str {
        match self {
            Self::Retried => "Retried",
            Self::FailedAttempt => "Will retry",
            other => other.word(),
        }
    }

    /// Returns the colour of the glyph and the outline.
    pub fn color(self, theme: &Theme) -> Color32 {
        match self {
            Self::NotReached => theme.status_none,
            Self::Running => theme.status_run,
            Self::Waiting => theme.status_wait,
            Self::Succeeded | Self::Retried => theme.status_ok,
            Self::FailedAttempt | Self::Caught => theme.status_retry,
            Self::Failed => theme.status_fail,
            Self::TimedOut => theme.status_timeout,
            Self::Aborted => theme.status_abort,
            Self::Compensated => theme.status_comp,
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::NotReached => icons::CIRCLE_DASHED,
            Self::Running => icons::PLAY,
            Self::Waiting => icons::HOURGLASS_MEDIUM,
            Self::Succeeded | Self::Retried => icons::CHECK,
            Self::FailedAttempt => icons::ARROW_CLOCKWISE,
            Self::Caught => icons::ARROW_ELBOW_RIGHT_DOWN,
            Self::Failed => icons::X_SQUARE,
            Self::TimedOut => icons::TIMER,
            Self::Aborted => icons::PROHIBIT,
            Self::Compensated => icons::ARROW_U_UP_LEFT,
        }
    }

    /// Paints the glyph with its middle at `center`.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, theme: &Theme) {
        draw::icon(painter, center, self.icon(), size, self.color(theme));
    }

    /// Paints the glyph in a block of the status' tint, as on graph nodes.
    pub fn paint_block(self, painter: &Painter, rect: Rect, theme: &Theme) {
        painter.rect(rect, 3.0, theme.tint(self.color(theme)), Stroke::new(1.0, self.color(theme)), StrokeKind::Inside);
        self.paint(painter, rect.center(), rect.height().min(12.0), theme);
    }

    /// Shows the chip of the status: glyph and word on the tint.
    pub fn chip(self, ui: &mut egui::Ui) -> egui::Response {
        let theme = Theme::of(ui);
        let color = self.color(theme);
        let chip = super::Chip::new(self.word()).icon(self.icon(), color);
        if self == Self::NotReached { chip.show(ui) } else { chip.fill(theme.tint(color)).show(ui) }
    }

    /// Returns the size of the glyph and the word on one line, in points, for layouts.
    pub fn word_width(self, ui: &egui::Ui) -> f32 {
        draw::width(ui, self.word(), crate::ui::fonts::text(crate::ui::fonts::BODY)) + vec2(24.0, 0.0).x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_statuses_share_a_word() {
        for (idx, status) in Status::ALL.iter().enumerate() {
            assert!(Status::ALL[idx + 1..].iter().all(|it| it.word() != status.word()));
        }
    }

    #[test]
    fn statuses_of_one_colour_differ_in_glyph_or_are_told_apart_by_a_badge() {
        for (idx, a) in Status::ALL.iter().enumerate() {
            for b in &Status::ALL[idx + 1..] {
                let both_succeeded = [*a, *b] == [Status::Succeeded, Status::Retried];
                let same_colour = a.color(&Theme::DARK) == b.color(&Theme::DARK);
                assert!(!same_colour || both_succeeded || a.icon() != b.icon(), "{a:?} {b:?}");
            }
        }
    }
}
