//! Sizes and glyphs of the graph; sizes are points at zoom 1. Colours are the window's theme.

use egui_phosphor::regular as phosphor;

use crate::asl::StateKind;
use crate::ui::widgets::Status;

/// The size of a state that is not a container.
pub const NODE_SIZE: egui::Vec2 = egui::vec2(192.0, 44.0);
/// The corner radius of a state.
pub const NODE_RADIUS: f32 = 6.0;
/// The width of the block with the status glyph.
pub const STATUS_BLOCK: f32 = 32.0;
/// Where the words of a state start.
pub const TEXT_LEFT: f32 = 40.0;
/// The width kept free for the breakpoint at the right.
pub const BREAKPOINT_SLOT: f32 = 24.0;
/// The height of an edge's label.
pub const CHIP_HEIGHT: f32 = 20.0;
/// The way from the source to the label of a Catch edge.
pub const CHIP_OFFSET: f32 = 24.0;
/// What a chip adds to the width of its text: padding, glyph, gap.
pub const CHIP_EXTRA: f32 = 30.0;
/// The longest text shown in a chip; longer ones elide in the middle.
pub const CHIP_TEXT_MAX: f32 = 200.0;
/// The height of a container's header.
pub const HEADER_HEIGHT: f32 = 30.0;
/// The padding of a container around its lanes.
pub const CONTAINER_PADDING: f32 = 8.0;
/// The padding of a lane around its states.
pub const LANE_PADDING: f32 = 8.0;
/// The gap between two lanes.
pub const LANE_GAP: f32 = 4.0;
/// The room kept free west of a state with a retrier.
pub const RETRY_ROOM: f32 = 136.0;
/// How far the Retry loop goes out.
pub const RETRY_OUT: f32 = 26.0;
/// The radius of the Start disc.
pub const START_RADIUS: f32 = 6.0;
/// The room around the whole graph when it is fitted or exported.
pub const MARGIN: f32 = 24.0;

/// The icons of the graph: what they stand for, not what they look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Icon {
    NotReached,
    Running,
    Waiting,
    Succeeded,
    Retry,
    Caught,
    Failed,
    TimedOut,
    Aborted,
    Undo,
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
    Unknown,
    Stopped,
    Fold,
    Unfold,
    Always,
}

impl Icon {
    /// Returns the glyph of a status.
    pub fn of_status(state: Status) -> Self {
        match state {
            Status::NotReached => Self::NotReached,
            Status::Running => Self::Running,
            Status::Waiting => Self::Waiting,
            Status::Succeeded | Status::Retried => Self::Succeeded,
            Status::FailedAttempt => Self::Retry,
            Status::Caught => Self::Caught,
            Status::Failed => Self::Failed,
            Status::TimedOut => Self::TimedOut,
            Status::Aborted => Self::Aborted,
            Status::Compensated => Self::Undo,
        }
    }

    /// Returns the icon of a type of state.
    pub fn of_kind(kind: Option<StateKind>) -> Self {
        let Some(kind) = kind else { return Self::Unknown };
        match kind {
            StateKind::Task => Self::Task,
            StateKind::Pass => Self::Pass,
            StateKind::Choice => Self::Choice,
            StateKind::Wait => Self::Wait,
            StateKind::Succeed => Self::Succeed,
            StateKind::Fail => Self::Fail,
            StateKind::Parallel => Self::Parallel,
            StateKind::Map => Self::Map,
        }
    }

    /// Returns the icon as text in the icon font (Phosphor Regular).
    pub fn glyph(self) -> &'static str {
        match self {
            Self::NotReached => phosphor::CIRCLE_DASHED,
            Self::Running => phosphor::PLAY,
            Self::Waiting => phosphor::HOURGLASS,
            Self::Succeeded => phosphor::CHECK,
            Self::Retry => phosphor::ARROW_CLOCKWISE,
            Self::Caught => phosphor::ARROW_ELBOW_RIGHT_DOWN,
            Self::Failed => phosphor::X_SQUARE,
            Self::TimedOut => phosphor::TIMER,
            Self::Aborted => phosphor::PROHIBIT,
            Self::Undo => phosphor::ARROW_U_UP_LEFT,
            Self::Task => phosphor::FUNCTION,
            Self::Pass => phosphor::FAST_FORWARD,
            Self::Choice => phosphor::DIAMOND,
            Self::Wait => phosphor::CLOCK,
            Self::Succeed => phosphor::CHECK_CIRCLE,
            Self::Fail => phosphor::X_CIRCLE,
            Self::Parallel => phosphor::COLUMNS,
            Self::Map => phosphor::REPEAT,
            Self::Unknown => phosphor::QUESTION,
            Self::Stopped => phosphor::ARROW_RIGHT,
            Self::Fold => phosphor::CARET_UP,
            Self::Unfold => phosphor::CARET_DOWN,
            Self::Always => phosphor::SHIELD_CHECK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::status::ORDER;
    use super::*;

    #[test]
    fn every_status_has_a_glyph_of_its_own_or_its_own_badge() {
        let mut glyphs: Vec<_> = ORDER.iter().map(|state| Icon::of_status(*state).glyph()).collect();
        glyphs.sort_unstable();
        glyphs.dedup();
        // Retried-then-succeeded is the ok node with the attempts badge.
        assert_eq!(glyphs.len(), ORDER.len() - 1);
    }
}
