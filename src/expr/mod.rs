//! Expressions of both query languages: paths, intrinsic functions, JSONata, payload templates.
//!
//! Parsed once, when a definition is read; evaluated against an [`Env`]. Nothing here knows a state or an event.
//!
//! A field of JSONPath holds a [`Path`], a [`ReferencePath`] where it can be written to, an [`Expr`] where a call of an
//! intrinsic function may stand as well; a field of JSONata a [`JsonataExpr`]. Either may hold a [`Template`].

mod expression;
mod intrinsics;
mod jsonata;
mod path;
mod template;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::sync::Arc;

pub use expression::Expr;
use intrinsics::unique;
pub use intrinsics::{Call, Function};
pub use jsonata::{JsonataExpr, Outcome, Reference};
pub use path::{Miss, Path, ReferencePath, Root};
pub use template::{Spot, Template};

use crate::diagnostic::{Diagnostic, Span};
use crate::json::source::Node;
use crate::json::{Json, MAX_DEPTH};
use crate::time::Timestamp;

/// What an expression can see.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The value that `$` names, and in JSONata `$states.input`.
    pub input: &'a Json,
    /// Builds the context object, `$$` or `$states.context`; called only by expressions that name it.
    pub context: &'a dyn Fn() -> Json,
    /// Looks a workflow variable up by name, without its `$`.
    pub variables: &'a dyn Fn(&str) -> Option<Json>,
    /// Where random numbers come from.
    pub draws: &'a Draws,
    /// What else `$states` holds.
    pub outcome: Outcome<'a>,
    /// The virtual clock, which JSONata reads.
    pub now: Timestamp,
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

    /// Returns a UUID of version 4, made of the next two numbers of the row.
    pub fn next_uuid(&self) -> String {
        let high = self.next_u64() & !0xF000 | 0x4000;
        let low = self.next_u64() & (u64::MAX >> 2) | 1 << 63;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xFFFF,
            high & 0xFFFF,
            low >> 48,
            low & 0xFFFF_FFFF_FFFF
        )
    }

    /// Returns the next number as a fraction in `0.0..1.0`.
    pub fn next_fraction(&self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Returns the first fraction in `0.0..1.0` of Java's `Random` with this seed, by which the service draws (measured:
/// `$random(42)` is 0.7275636800328681).
fn java_fraction(seed: i64) -> f64 {
    const FACTOR: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;
    let step = |state: u64| state.wrapping_mul(FACTOR).wrapping_add(0xB) & MASK;
    let first = step((seed as u64 ^ FACTOR) & MASK);
    let bits = (first >> 22 << 27) + (step(first) >> 21);
    bits as f64 / (1_u64 << 53) as f64
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
    /// Where in the state the expression stands, for example `Output/values[0]`; only JSONata says so (recorded).
    pub location: Option<Arc<str>>,
}

impl Fault {
    /// Returns the fault that no catcher takes (recorded: not even one that names it).
    pub fn runtime(detail: impl Into<Arc<str>>) -> Self {
        Self { error: "States.Runtime", detail: detail.into(), location: None }
    }

    /// Returns the fault of an evaluation in JSONata, which handlers take and which has an event of its own (recorded).
    pub fn query(detail: impl Into<Arc<str>>, location: Option<Arc<str>>) -> Self {
        Self { error: "States.QueryEvaluationError", detail: detail.into(), location }
    }

    /// Whether this is [`Fault::query`].
    pub fn is_query(&self) -> bool {
        self.error == "States.QueryEvaluationError"
    }

    /// Returns the fault of a result that nests deeper than any JSON that is read.
    pub(crate) fn too_deep() -> Self {
        Self::runtime(format!("The result nests deeper than {MAX_DEPTH} levels"))
    }
}

/// Why a text is no path and no call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Code of the finding: `EXP002` not a path, `EXP003` unknown function, `EXP004` wrong number of arguments, `EXP006` in
    /// JSONata a reference to what is not there.
    pub code: &'static str,
    /// What is wrong; lower case, no full stop.
    pub message: String,
    /// Where, in bytes from the beginning of the text.
    pub offset: usize,
    /// What to do, where that is known.
    pub help: Option<String>,
}

impl SyntaxError {
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { code: "EXP002", message: message.into(), offset, help: None }
    }

    fn code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Returns the finding that `node`, at `pointer`, whose text was read, is not what it should be.
    ///
    /// The message is `claim`, for example `InputPath is not a JSONPath`, and the reason. The place is exact where the
    /// text stands in the file as it is, without escapes.
    pub fn diagnose(&self, claim: &str, node: &Node, pointer: &str) -> Diagnostic {
        let len = node.as_str().map_or(0, str::len);
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        let quote = match (end - start).checked_sub(len) {
            Some(0) => Some(0),
            Some(2) => Some(1),
            _ => None,
        };
        let (place, message) = match quote {
            Some(quote) if self.offset < len => {
                (Span::new(start + quote + self.offset, end - quote), format!("{claim}: {}", self.message))
            }
            _ => (node.span, format!("{claim}: {self}")),
        };
        let found = Diagnostic::error(self.code, message).at(pointer, place);
        match &self.help {
            Some(help) => found.help(help.as_str()),
            None => found,
        }
    }

    /// Moves the place of an error in a part of a text, which begins at `by`, to its place in the whole.
    pub(crate) fn shifted(self, by: usize) -> Self {
        Self { offset: self.offset + by, ..self }
    }
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for SyntaxError {}
