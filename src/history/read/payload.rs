//! Payloads: each distinct text once. What a state puts out is what the next one gets, so most texts come twice.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::json::{Json, Piece};

/// The payloads of a file, by their texts.
#[derive(Debug)]
pub(super) struct Payloads {
    whole: Arc<String>,
    known: BTreeMap<(u64, usize), (usize, Json)>,
    /// The latest, which the next one often is again.
    latest: (Range<usize>, Json),
}

impl Payloads {
    pub(super) fn new(whole: Arc<String>) -> Self {
        Self { whole, known: BTreeMap::new(), latest: (0..0, Json::Null) }
    }

    pub(super) fn text(&self, range: Range<usize>) -> &str {
        self.whole.get(range).unwrap_or_default()
    }

    /// Returns the value that the text in `range` is; `None` where it is not JSON.
    pub(super) fn value(&mut self, range: Range<usize>) -> Option<Json> {
        let text = self.whole.get(range.clone())?;
        if self.whole.get(self.latest.0.clone()) == Some(text) && !text.is_empty() {
            return Some(self.latest.1.clone());
        }
        let key = (hash(text.as_bytes()), text.len());
        if let Some((start, json)) = self.known.get(&key)
            && self.whole.get(*start..*start + text.len()) == Some(text)
        {
            self.latest = (range, json.clone());
            return Some(json.clone());
        }
        let json = Json::of_text(Piece::new(&self.whole, range.start, range.end)?).ok()?;
        self.known.insert(key, (range.start, json.clone()));
        self.latest = (range, json.clone());
        Some(json)
    }
}

/// Mixes eight bytes at a time; the same in every run.
fn hash(bytes: &[u8]) -> u64 {
    let mix = |state: u64, word: u64| (state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let (words, rest) = bytes.as_chunks::<8>();
    let state = words.iter().fold(bytes.len() as u64, |state, word| mix(state, u64::from_le_bytes(*word)));
    rest.iter().fold(state, |state, byte| mix(state, u64::from(*byte)))
}
