//! Expressions through the public API: laws over generated texts, and what the service was recorded to answer.

mod laws;
mod recorded;
