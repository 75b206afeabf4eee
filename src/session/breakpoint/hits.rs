//! `Hits`: at which of the times that a breakpoint is met it does something.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A hit count, written as debuggers write it: `3`, `>= 3`, `% 3`.
///
/// Hits are counted from the beginning of the run, so that the same are found forwards and backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Hits {
    /// The nth time only, from 1.
    Exactly(u32),
    /// The nth time and every one after it.
    From(u32),
    /// Every nth time.
    Every(u32),
}

impl Hits {
    /// Whether it does something the nth time, from 1.
    pub fn takes(self, nth: u32) -> bool {
        match self {
            Self::Exactly(wanted) => nth == wanted,
            Self::From(first) => nth >= first,
            Self::Every(step) => nth.is_multiple_of(step),
        }
    }
}

impl FromStr for Hits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (make, number): (fn(u32) -> Self, &str) = if let Some(rest) = text.strip_prefix(">=") {
            (Self::From, rest)
        } else if let Some(rest) = text.strip_prefix('%') {
            (Self::Every, rest)
        } else {
            (Self::Exactly, text.trim_start_matches('='))
        };
        match number.trim().parse() {
            Ok(number) if number > 0 => Ok(make(number)),
            _ => Err(format!("{text:?} is no hit count; write 3, >= 3 or % 3")),
        }
    }
}

impl fmt::Display for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(number) => write!(f, "{number}"),
            Self::From(number) => write!(f, ">= {number}"),
            Self::Every(number) => write!(f, "% {number}"),
        }
    }
}

impl TryFrom<String> for Hits {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Hits> for String {
    fn from(hits: Hits) -> Self {
        hits.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hit_counts_read_as_they_are_written() {
        for (text, taken) in [("3", vec![3]), (">= 3", vec![3, 4, 5, 6]), ("% 2", vec![2, 4, 6])] {
            let hits: Hits = text.parse().unwrap();
            assert_eq!(hits.to_string(), text);
            assert_eq!((1..=6).filter(|nth| hits.takes(*nth)).collect::<Vec<_>>(), taken, "{text}");
        }
        for text in ["", "0", "> 3", "three", "% 0"] {
            assert!(text.parse::<Hits>().is_err(), "{text}");
        }
    }
}
