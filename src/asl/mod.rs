//! The Amazon States Language: which text holds a state machine, and what it says.

pub mod document;
