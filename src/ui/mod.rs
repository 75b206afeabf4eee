//! The window: panels over one published run. It asks through commands and never drives the engine itself.

pub mod graph;
pub mod raster;
