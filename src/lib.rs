//! Stepscope: a debugger for AWS Step Functions workflows.
//!
//! The modules in reading order; each uses only those above it, and none at its own height:
//!
//! - `chunks`, `diagnostic`, `json`, `time`: what everything is written in
//! - `expr`: paths, intrinsic functions, payload templates
//! - `items`: what distributed Maps read and write, as bytes
//! - `asl`: definitions, to be drawn and to be run
//! - `engine`: the step function that says what a workflow does
//! - `lint`: holes in a definition that the service takes all the same, and what its retries can cost
//! - `history`: events kept, shown at any moment, written as the service writes them
//! - `session`: what is open, the runs of it, the thread that drives them
//! - `handlers`: what tasks answer
//! - `explore`: every task with every answer, and what comes of it
//! - `ui`: the window
//! - `cli`: the command line, which draws graphs as the window does
//!
//! ARCHITECTURE.md has the reasons; `tests/architecture.rs` holds the rule.

pub mod asl;
pub mod chunks;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod explore;
pub mod expr;
pub mod handlers;
pub mod history;
pub mod items;
pub mod json;
pub mod lint;
pub mod session;
pub mod time;
pub mod ui;
