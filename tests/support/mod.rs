//! What several tests need: random numbers, random workflows and the answers of their tasks, ways to run them.

pub mod random;
pub mod runs;
pub mod workflow;
