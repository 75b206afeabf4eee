//! Recorded histories: that they read back to what was written, in every spelling, and what is made of them.

mod laws;
mod recorded;
mod replays;
mod spellings;
