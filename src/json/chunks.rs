//! `Chunks`: a list whose clones share and whose changes copy one piece of at most 256 items.
//!
//! Short lists are one shared `Vec`. From 257 items on the list is a spine of shared pieces, so that
//! changing one item of 130,000 copies 256 items and the spine, not everything.

use std::sync::Arc;

/// Items per piece.
const PIECE: usize = 256;

#[derive(Clone, Debug)]
pub(super) enum Chunks<T> {
    /// At most `PIECE` items.
    Short(Arc<Vec<T>>),
    /// Every piece but the last is full; never empty.
    Long(Arc<Vec<Arc<Vec<T>>>>),
}

impl<T: Clone> Chunks<T> {
    pub(super) fn from_vec(items: Vec<T>) -> Self {
        if items.len() <= PIECE {
            return Self::Short(Arc::new(items));
        }
        let mut pieces = Vec::with_capacity(items.len().div_ceil(PIECE));
        let mut rest = items.into_iter().peekable();
        while rest.peek().is_some() {
            pieces.push(Arc::new(rest.by_ref().take(PIECE).collect()));
        }
        Self::Long(Arc::new(pieces))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Short(items) => items.len(),
            Self::Long(pieces) => (pieces.len() - 1) * PIECE + pieces.last().map_or(0, |it| it.len()),
        }
    }

    pub(super) fn get(&self, idx: usize) -> Option<&T> {
        match self {
            Self::Short(items) => items.get(idx),
            Self::Long(pieces) => pieces.get(idx / PIECE)?.get(idx % PIECE),
        }
    }

    /// Returns the item at `idx` for writing; copies its piece if others share it.
    pub(super) fn get_mut(&mut self, idx: usize) -> Option<&mut T> {
        match self {
            Self::Short(items) => Arc::make_mut(items).get_mut(idx),
            Self::Long(pieces) => Arc::make_mut(Arc::make_mut(pieces).get_mut(idx / PIECE)?).get_mut(idx % PIECE),
        }
    }

    pub(super) fn push(&mut self, item: T) {
        match self {
            Self::Short(items) if items.len() < PIECE => Arc::make_mut(items).push(item),
            Self::Short(items) => {
                *self = Self::Long(Arc::new(vec![Arc::clone(items), Arc::new(vec![item])]));
            }
            Self::Long(pieces) => {
                let pieces = Arc::make_mut(pieces);
                match pieces.last_mut() {
                    Some(last) if last.len() < PIECE => Arc::make_mut(last).push(item),
                    _ => pieces.push(Arc::new(vec![item])),
                }
            }
        }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        let pieces: &[Arc<Vec<T>>] = match self {
            Self::Short(_) => &[],
            Self::Long(pieces) => pieces,
        };
        let short: &[T] = match self {
            Self::Short(items) => items,
            Self::Long(_) => &[],
        };
        short.iter().chain(pieces.iter().flat_map(|piece| piece.iter()))
    }

    /// Whether both are the same list in memory.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Short(a), Self::Short(b)) => Arc::ptr_eq(a, b),
            (Self::Long(a), Self::Long(b)) => Arc::ptr_eq(a, b),
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
}
