//! The controls: one idea a file. They paint by `theme`, name themselves to assistive technology, carry a tooltip with
//! name and key, and show a ring while they have the focus.

mod banner;
mod breakpoint;
mod button;
mod card;
mod chip;
pub mod code;
pub mod draw;
mod empty;
mod gauge;
pub mod json_field;
pub mod json_tree;
mod key_cap;
mod number;
mod row;
mod section;
mod segmented;
mod status;
mod tabs;
mod tick;

pub use banner::{Banner, BannerLine};
pub use breakpoint::{BreakpointKind, BreakpointMark};
pub use button::{Button, Look};
pub use card::{card, card_titled, heading};
pub use chip::Chip;
pub use empty::Empty;
pub use gauge::gauge;
pub use key_cap::{key_cap, key_cap_at};
pub use number::grouped;
pub use row::{Row, row_ground};
pub use section::Section;
pub use segmented::segmented;
pub use status::Status;
pub use tabs::{Tab, Tabs};
pub use tick::tick;
