//! The window. Panels read plain view data, paint it, and push `Request`s; `app` alone acts on them.
//!
//! `theme` and `fonts` own colour and size, `widgets` the controls, `command` what has a name and a key. A panel never
//! calls another panel; `frame` places them.

pub mod answer;
mod app;
pub mod bind;
pub mod breakpoint_editor;
pub mod command;
pub mod compare;
pub mod console;
pub mod editor;
pub mod events;
pub mod exploration;
pub mod exploring;
pub mod files;
pub mod find;
pub mod first_run;
pub mod fonts;
pub mod fork;
pub mod frame;
pub mod graph;
pub mod histories;
pub mod inspector;
pub mod jobs;
pub mod key_sheet;
#[cfg(test)]
mod look;
pub mod menus;
pub mod palette;
pub mod problems;
pub mod raster;
pub mod samples;
pub mod status_bar;
pub mod store;
pub mod strands;
pub mod theme;
pub mod thumbnail;
pub mod timeline;
pub mod toasts;
pub mod toolbar;
pub mod unanswered;
pub mod widgets;
pub mod window;
pub mod workbench;
pub mod workspace;

pub use app::{App, Error, run};
