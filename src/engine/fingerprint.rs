//! `Machine::fingerprint`: what can still make a difference, as a number.
//!
//! Two machines with the same fingerprint do the same from here on, but for moments, ids and random draws: numbers of
//! events and strands, the clock, UUIDs, timestamps and tokens in the data are left out. What is left is where every
//! strand stands, with which data, how often it has been tried, and what is due after which time.

use std::collections::BTreeMap;

use crate::asl::Program;
use crate::expr::mix;
use crate::json::{Array, Json, Object};
use crate::time::Timestamp;

use super::agenda::Wake;
use super::apply::limit_secs;
use super::event::StrandId;
use super::machine::{Machine, Outcome, Phase, Status, Strand, Variables};

/// From here on the time that has passed counts, because the quota of a year comes near.
const LONG_SECS: f64 = 15_000_000.0;
const YEAR_SECS: f64 = 31_536_000.0;

/// A hash in the making: two lanes, so that equal numbers mean equal machines in all practice.
pub(super) struct Print(u64, u64);

impl Print {
    fn new() -> Self {
        Self(0x9e37_79b9, 0x7f4a_7c15)
    }

    pub(super) fn word(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word);
        self.1 = mix(self.1.rotate_left(23) ^ word.wrapping_mul(0xff51_afd7_ed55_8ccd));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }

    /// Adds a text, without what differs from run to run though it means the same.
    fn text(&mut self, text: &str) {
        if is_uuid(text) {
            return self.word(101);
        }
        if text.len() >= 20 && text.len() < 40 && text.as_bytes()[4] == b'-' && Timestamp::parse(text).is_some() {
            return self.word(102);
        }
        if text.starts_with("token-") {
            return self.word(103);
        }
        match text.split_once("event id #") {
            None => self.bytes(text.as_bytes()),
            Some((before, after)) => {
                self.bytes(before.as_bytes());
                self.bytes(after.trim_start_matches(|it: char| it.is_ascii_digit()).as_bytes());
            }
        }
    }

    pub(super) fn json(&mut self, value: &Json) {
        match value {
            Json::Null => self.word(1),
            Json::Bool(value) => self.word(2 + u64::from(*value)),
            Json::Number(number) => {
                self.word(4);
                self.word(number.as_i64().map_or_else(|| number.as_f64().to_bits(), |it| it as u64));
            }
            Json::String(text) => {
                self.word(5);
                self.text(text);
            }
            Json::Array(items) => self.array(items),
            Json::Object(members) => self.object(members),
        }
    }

    pub(super) fn array(&mut self, items: &Array) {
        self.word(6);
        self.word(items.len() as u64);
        items.iter().for_each(|it| self.json(it));
    }

    fn object(&mut self, members: &Object) {
        self.word(7);
        self.word(members.len() as u64);
        for (name, value) in members.iter() {
            self.bytes(name.as_bytes());
            self.json(value);
        }
    }

    fn variables(&mut self, variables: &Variables) {
        match &variables.own {
            None => self.word(8),
            Some(own) => self.json(own),
        }
        match &variables.outer {
            None => self.word(9),
            Some(outer) => self.variables(outer),
        }
    }

    fn outcome(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Succeeded(value) | Outcome::Submitted(value) => self.json(value),
            Outcome::Items(items) => self.array(&items.values),
            Outcome::Failed(failure, _) => self.json(&failure.output()),
            Outcome::Heartbeat => self.word(10),
        }
    }

    fn strand(&mut self, strand: &Strand) {
        self.word(u64::from(strand.slot));
        self.word(u64::from(strand.state.0));
        self.json(&strand.input);
        strand.retries.iter().for_each(|it| self.word(u64::from(*it)));
        self.variables(&strand.variables);
        if let Some(item) = &strand.item {
            self.word(u64::from(item.index));
            if let Some(shown) = &item.shown {
                self.json(&shown.value);
            }
        }
        match &strand.phase {
            Phase::Enter(input) => {
                self.word(11);
                self.json(input);
            }
            Phase::Act => self.word(12),
            Phase::GoOn => self.word(13),
            Phase::Calling(call) => {
                self.word(14);
                self.word(u64::from(call.submitted));
            }
            Phase::Joining(join) => {
                self.word(15);
                self.array(&join.results);
                self.word(join.n_done as u64);
                self.word(join.next_item as u64);
                self.array(&join.items);
                self.json(&join.input);
            }
            Phase::Mapping(mapping) => {
                self.word(16);
                mapping.print(self);
            }
            Phase::Leave(result) => {
                self.word(17);
                self.json(result);
            }
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

impl Machine {
    /// Returns a number that machines share which do the same from here on. What the caller has in mind with a strand
    /// and the machine does not know, for example whether its task is still to be answered, counts as `tags` say.
    pub fn fingerprint(&self, program: &Program, tags: &BTreeMap<StrandId, u64>) -> u128 {
        let mut print = Print::new();
        match &self.status {
            Status::Running => {}
            Status::Succeeded(output) => print.json(output),
            Status::Failed(it) | Status::TimedOut(it) | Status::Aborted(it) => print.json(&it.output()),
        }
        let ranks = self.ranks();
        let mut ordered: Vec<(u64, StrandId)> = ranks.iter().map(|(id, rank)| (*rank, *id)).collect();
        ordered.sort_unstable();
        for (rank, id) in ordered {
            let strand = &self.strands[&id];
            print.word(rank);
            print.word(strand.parent.and_then(|it| ranks.get(&it)).copied().unwrap_or(u64::MAX));
            print.word(tags.get(&id).copied().unwrap_or(0));
            print.strand(strand);
        }
        let rank = |id: &StrandId| ranks.get(id).copied().unwrap_or(u64::MAX);
        for ((at, order, _), wake) in self.agenda.iter() {
            let (kind, strand) = match wake {
                Wake::ExecutionTimeout => continue,
                Wake::Phase(id) => (1, rank(id)),
                Wake::Answer(id, outcome) => {
                    print.outcome(outcome);
                    (2, rank(id))
                }
                Wake::Timeout(id) => (3, rank(id)),
                Wake::HttpLimit(id) => (4, rank(id)),
                Wake::Heartbeat(id) => (5, rank(id)),
                Wake::ChildTimeout(_) => (6, 0),
            };
            // Orders of answers are told apart by milliseconds, which mean nothing to what waits for seconds.
            print.word((*at - self.now).as_secs().round() as u64);
            print.word(((*order as u64) << 8) | kind);
            print.word(strand);
        }
        let elapsed_secs = (self.now - self.spec.at).as_secs();
        let is_short = limit_secs(program, &self.spec).is_some_and(|it| it < YEAR_SECS);
        if is_short || elapsed_secs > LONG_SECS {
            print.word(elapsed_secs.round() as u64);
        }
        (u128::from(print.0) << 64) | u128::from(print.1)
    }

    /// Returns a number for each strand that depends on where it stands among the others and not on when it began.
    fn ranks(&self) -> BTreeMap<StrandId, u64> {
        let mut ranks: BTreeMap<StrandId, u64> = BTreeMap::new();
        for (id, strand) in &self.strands {
            // A parent has begun before its children.
            let above = strand.parent.and_then(|it| ranks.get(&it)).copied().unwrap_or(0);
            ranks.insert(*id, mix(above ^ mix(u64::from(strand.slot) + 1)));
        }
        ranks
    }
}
