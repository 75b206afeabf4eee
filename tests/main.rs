//! The tests that go through the public API and the built program, in one binary.

mod cases;
mod cli;
mod expressions;
