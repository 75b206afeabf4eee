//! `Chunks`: a list whose clones share and whose changes copy one piece of at most 256 items.
//!
//! Short lists are one shared `Vec`. From 257 items on the list is a spine of shared pieces, so that
//! changing one item of 130,000 copies 256 items and the spine, not everything.

use std::sync::Arc;

/// Items per piece.
const PIECE: usize = 256;

/// A list. `Clone` shares it.
#[derive(Clone, Debug)]
pub struct Chunks<T>(Form<T>);

#[derive(Clone, Debug)]
enum Form<T> {
    /// At most `PIECE` items.
    Short(Arc<Vec<T>>),
    /// Every piece but the last is full; never empty.
    Long(Arc<Vec<Arc<Vec<T>>>>),
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self(Form::Short(Arc::new(Vec::new())))
    }
}

impl<T: Clone> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::from_vec(items.into_iter().collect())
    }
}

impl<T: Clone> Chunks<T> {
    /// Returns the list of these items.
    pub fn from_vec(items: Vec<T>) -> Self {
        if items.len() <= PIECE {
            return Self(Form::Short(Arc::new(items)));
        }
        let mut pieces = Vec::with_capacity(items.len().div_ceil(PIECE));
        let mut rest = items.into_iter().peekable();
        while rest.peek().is_some() {
            pieces.push(Arc::new(rest.by_ref().take(PIECE).collect()));
        }
        Self(Form::Long(Arc::new(pieces)))
    }

    /// Returns the number of items.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Short(items) => items.len(),
            Form::Long(pieces) => (pieces.len() - 1) * PIECE + pieces.last().map_or(0, |it| it.len()),
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the item at `idx`.
    pub fn get(&self, idx: usize) -> Option<&T> {
        match &self.0 {
            Form::Short(items) => items.get(idx),
            Form::Long(pieces) => pieces.get(idx / PIECE)?.get(idx % PIECE),
        }
    }

    /// Returns the last item.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Returns the item at `idx` for writing; copies its piece if others share it.
    pub fn get_mut(&mut self, idx: usize) -> Option<&mut T> {
        match &mut self.0 {
            Form::Short(items) => Arc::make_mut(items).get_mut(idx),
            Form::Long(pieces) => Arc::make_mut(Arc::make_mut(pieces).get_mut(idx / PIECE)?).get_mut(idx % PIECE),
        }
    }

    /// Appends an item; copies the last piece if others share it.
    pub fn push(&mut self, item: T) {
        match &mut self.0 {
            Form::Short(items) if items.len() < PIECE => Arc::make_mut(items).push(item),
            Form::Short(items) => {
                self.0 = Form::Long(Arc::new(vec![Arc::clone(items), Arc::new(vec![item])]));
            }
            Form::Long(pieces) => {
                let pieces = Arc::make_mut(pieces);
                match pieces.last_mut() {
                    Some(last) if last.len() < PIECE => Arc::make_mut(last).push(item),
                    _ => pieces.push(Arc::new(vec![item])),
                }
            }
        }
    }

    /// Returns the items in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        let (short, pieces): (&[T], &[Arc<Vec<T>>]) = match &self.0 {
            Form::Short(items) => (items, &[]),
            Form::Long(pieces) => (&[], pieces),
        };
        short.iter().chain(pieces.iter().flat_map(|piece| piece.iter()))
    }

    /// Returns the position of the first item from `from` on for which `pred` does not hold, where it holds for all
    /// before that one and for none after it.
    pub fn partition_point_from(&self, from: usize, mut pred: impl FnMut(&T) -> bool) -> usize {
        let (mut low, mut high) = (from.min(self.len()), self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.get(middle).is_some_and(&mut pred) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Whether both are the same list in memory.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::Short(a), Form::Short(b)) => Arc::ptr_eq(a, b),
            (Form::Long(a), Form::Long(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_leaves_the_clone_as_it_was_at_every_length() {
        for len in [0_usize, 1, 255, 256, 257, 512, 1000] {
            let original = Chunks::from_vec((0..len).collect());
            let mut changed = original.clone();
            changed.push(7);
            if let Some(first) = changed.get_mut(0) {
                *first = 42;
            }
            assert_eq!(original.iter().copied().collect::<Vec<_>>(), (0..len).collect::<Vec<_>>());
            assert_eq!(changed.len(), len + 1);
            assert_eq!(changed.get(len).copied(), Some(if len == 0 { 42 } else { 7 }));
        }
    }

    #[test]
    fn a_place_is_found_across_pieces() {
        let numbers: Chunks<usize> = (0..1_000).collect();
        for wanted in [0, 1, 255, 256, 257, 999, 1_000] {
            assert_eq!(numbers.partition_point_from(0, |it| *it < wanted), wanted);
        }
        assert_eq!(numbers.partition_point_from(600, |it| *it < 10), 600);
    }
}
