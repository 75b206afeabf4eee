//! Expressions through the public API: a table of JSONata, laws over generated texts, another implementation of JSONPath,
//! and what the service was recorded to answer.

mod jsonata;
mod laws;
mod oracle;
mod recorded;
