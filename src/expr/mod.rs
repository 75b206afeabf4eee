//! Expressions of the JSONPath query language: paths, intrinsic functions, payload templates.
//!
//! Parsed once, when a definition is read; evaluated against an [`Env`]. Nothing here knows a state or an event.

use std::cell::Cell;
use std::sync::Arc;

use crate::json::Json;

/// What an expression can see.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The value that `$` names.
    pub input: &'a Json,
    /// Builds the context object, which `$$` names; called only by expressions that name it.
    pub context: &'a dyn Fn() -> Json,
    /// Looks a workflow variable up by name, without its `$`.
    pub variables: &'a dyn Fn(&str) -> Option<Json>,
    /// Where random numbers come from.
    pub draws: &'a Draws,
}

/// A reproducible row of random numbers: the nth draw is a hash of a key and n.
#[derive(Clone, Debug)]
pub struct Draws {
    key: u64,
    drawn: Cell<u64>,
}

impl Draws {
    /// Returns the row that belongs to `key`, from its beginning.
    pub fn new(key: u64) -> Self {
        Self { key, drawn: Cell::new(0) }
    }

    /// Returns the next number of the row.
    pub fn next_u64(&self) -> u64 {
        let nth = self.drawn.get();
        self.drawn.set(nth + 1);
        mix(self.key ^ mix(nth.wrapping_add(0x9E37_79B9_7F4A_7C15)))
    }

    /// Returns the next number as a fraction in `0.0..1.0`.
    pub fn next_fraction(&self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Scatters the bits of `value` (the finaliser of SplitMix64); equal values give equal results on every machine.
pub fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Why an expression has no value: an error name and the service's sentence about it, without the prefix that names
/// the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// For example `States.Runtime`.
    pub error: &'static str,
    /// For example `Invalid path '$.a' : Missing property in path $['a']`.
    pub detail: Arc<str>,
}

impl Fault {
    /// Returns the fault that no catcher takes (recorded: not even one that names it).
    pub fn runtime(detail: impl Into<Arc<str>>) -> Self {
        Self { error: "States.Runtime", detail: detail.into() }
    }
}
