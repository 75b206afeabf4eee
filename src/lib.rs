//! Stepscope: a debugger for AWS Step Functions workflows.
//!
//! The modules in reading order; each uses only those above it, and none at its own height:
//!
//! - `diagnostic`, `json`, `time`: what everything is written in
//! - `expr`: paths, intrinsic functions, payload templates
//! - `asl`: definitions
//!
//! ARCHITECTURE.md has the reasons; `tests/architecture.rs` holds the rule.

pub mod asl;
pub mod diagnostic;
pub mod expr;
pub mod json;
pub mod time;
