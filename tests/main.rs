//! The integration tests, in one binary: what holds for the product as a whole, through its public interface.
//!
//! Unit tests stand beside what they test.

mod expressions;
mod ui;
