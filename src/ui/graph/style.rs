//! Sizes, colours and glyphs of the graph.
//!
//! The names of colours are those of the window's tokens; sizes are points at zoom 1.

use egui::Color32;
use egui_phosphor::regular as phosphor;

use super::{model::StateKind, status::NodeState};

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

/// The colours of the graph, by the names of the window's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the documentation: they are the tokens of the theme")]
pub struct GraphColors {
    pub bg_panel: Color32,
    pub bg_canvas: Color32,
    pub bg_raised: Color32,
    pub bg_hover: Color32,
    pub line_subtle: Color32,
    pub line_strong: Color32,
    pub text_strong: Color32,
    pub text: Color32,
    pub text_subdued: Color32,
    pub now: Color32,
    pub on_now: Color32,
    pub status_none: Color32,
    pub status_run: Color32,
    pub status_wait: Color32,
    pub status_ok: Color32,
    pub status_retry: Color32,
    pub status_fail: Color32,
    pub status_timeout: Color32,
    pub status_abort: Color32,
    pub status_comp: Color32,
    pub catch_dim: Color32,
    pub heat: [Color32; 4],
    /// How much of a status colour its tint has over `bg_panel`, in percent.
    pub tint_percent: u8,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

impl GraphColors {
    /// The dark theme.
    pub const DARK: Self = Self {
        bg_panel: rgb(0x1B_1C_1F),
        bg_canvas: rgb(0x14_15_17),
        bg_raised: rgb(0x27_29_2E),
        bg_hover: rgb(0x30_33_3A),
        line_subtle: rgb(0x2F_32_37),
        line_strong: rgb(0x66_6C_76),
        text_strong: rgb(0xF4_F5_F6),
        text: rgb(0xD0_D3_D8),
        text_subdued: rgb(0xA0_A5_AE),
        now: rgb(0x56_B4_E9),
        on_now: rgb(0x14_15_17),
        status_none: rgb(0x9A_9A_9A),
        status_run: rgb(0x56_B4_E9),
        status_wait: rgb(0xF0_E4_42),
        status_ok: rgb(0x1F_C2_96),
        status_retry: rgb(0xE6_9F_00),
        status_fail: rgb(0xFF_7A_70),
        status_timeout: rgb(0xFF_9B_70),
        status_abort: rgb(0xB0_B0_B0),
        status_comp: rgb(0xCC_79_A7),
        catch_dim: rgb(0x96_6B_09),
        heat: [rgb(0x23_29_2F), rgb(0x32_3E_47), rgb(0x41_52_60), rgb(0x50_66_78)],
        tint_percent: 16,
    };

    /// The light theme; also that of exported pictures.
    pub const LIGHT: Self = Self {
        bg_panel: rgb(0xFF_FF_FF),
        bg_canvas: rgb(0xF8_F9_FA),
        bg_raised: rgb(0xEF_F1_F3),
        bg_hover: rgb(0xE4_E7_EB),
        line_subtle: rgb(0xDC_DF_E3),
        line_strong: rgb(0x86_8C_96),
        text_strong: rgb(0x14_16_1A),
        text: rgb(0x35_3A_41),
        text_subdued: rgb(0x5B_61_6B),
        now: rgb(0x00_72_B2),
        on_now: rgb(0xFF_FF_FF),
        status_none: rgb(0x70_70_70),
        status_run: rgb(0x00_72_B2),
        status_wait: rgb(0x8A_6D_00),
        status_ok: rgb(0x00_75_5A),
        status_retry: rgb(0xB3_59_00),
        status_fail: rgb(0xB3_26_1E),
        status_timeout: rgb(0xA3_44_00),
        status_abort: rgb(0x5F_5F_5F),
        status_comp: rgb(0x9A_4B_7E),
        catch_dim: rgb(0x00C1_7932),
        heat: [rgb(0xDC_E5_EC), rgb(0xBF_D1_DF), rgb(0xA3_BD_D1), rgb(0x87_A9_C4)],
        tint_percent: 10,
    };

    /// Returns the colour of a status.
    pub fn status(&self, state: NodeState) -> Color32 {
        match state {
            NodeState::NotReached => self.status_none,
            NodeState::Running => self.status_run,
            NodeState::Waiting => self.status_wait,
            NodeState::Succeeded | NodeState::RetriedThenSucceeded => self.status_ok,
            NodeState::FailedAttempt | NodeState::Caught => self.status_retry,
            NodeState::FailedUncaught => self.status_fail,
            NodeState::TimedOut => self.status_timeout,
            NodeState::Aborted => self.status_abort,
            NodeState::Compensated => self.status_comp,
        }
    }

    /// Returns the opaque tint of a colour over a panel.
    pub fn tint(&self, color: Color32) -> Color32 {
        let mix = |over: u8, under: u8| {
            let share = u32::from(self.tint_percent);
            ((u32::from(over) * share + u32::from(under) * (100 - share) + 50) / 100) as u8
        };
        let under = self.bg_panel;
        Color32::from_rgb(mix(color.r(), under.r()), mix(color.g(), under.g()), mix(color.b(), under.b()))
    }
}

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
}

impl Icon {
    /// Returns the glyph of a status.
    pub fn of_status(state: NodeState) -> Self {
        match state {
            NodeState::NotReached => Self::NotReached,
            NodeState::Running => Self::Running,
            NodeState::Waiting => Self::Waiting,
            NodeState::Succeeded | NodeState::RetriedThenSucceeded => Self::Succeeded,
            NodeState::FailedAttempt => Self::Retry,
            NodeState::Caught => Self::Caught,
            NodeState::FailedUncaught => Self::Failed,
            NodeState::TimedOut => Self::TimedOut,
            NodeState::Aborted => Self::Aborted,
            NodeState::Compensated => Self::Undo,
        }
    }

    /// Returns the icon of a type of state.
    pub fn of_kind(kind: StateKind) -> Self {
        match kind {
            StateKind::Task => Self::Task,
            StateKind::Pass => Self::Pass,
            StateKind::Choice => Self::Choice,
            StateKind::Wait => Self::Wait,
            StateKind::Succeed => Self::Succeed,
            StateKind::Fail => Self::Fail,
            StateKind::Parallel => Self::Parallel,
            StateKind::Map => Self::Map,
            StateKind::Unknown => Self::Unknown,
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tints_are_those_of_the_design() {
        // Within one step: halves are rounded the other way there.
        let is_near = |a: Color32, b: Color32| a.to_array().iter().zip(b.to_array()).all(|(a, b)| a.abs_diff(b) <= 1);
        assert!(is_near(GraphColors::LIGHT.tint(GraphColors::LIGHT.status_ok), rgb(0xE6_F1_EE)));
        assert!(is_near(GraphColors::LIGHT.tint(GraphColors::LIGHT.status_fail), rgb(0xF7_E9_E8)));
        assert!(is_near(GraphColors::DARK.tint(GraphColors::DARK.status_retry), rgb(0x3B_31_1A)));
    }

    #[test]
    fn every_status_has_a_glyph_of_its_own_or_its_own_badge() {
        let mut glyphs: Vec<_> = NodeState::ALL.iter().map(|state| Icon::of_status(*state).glyph()).collect();
        glyphs.sort_unstable();
        glyphs.dedup();
        // Retried-then-succeeded is the ok node with the attempts badge.
        assert_eq!(glyphs.len(), NodeState::ALL.len() - 1);
    }
}
