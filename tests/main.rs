//! The tests that go through the public API, the built program and the window, in one binary.

mod architecture;
mod cases;
mod cli;
mod explore;
mod expressions;
mod histories;
mod laws;
mod lint;
mod scenarios;
mod session;
mod support;
mod test_state;
mod ui;
mod validation;
mod workloads;
mod workspace;
