//! `Members`: what is known of the members of an object, in the order of their names. A clone shares them, and putting
//! one in copies a piece of at most 64 and the list of pieces: a row of 2,000 states that put one in each stays quick.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shape::Shape;

/// Members per piece.
const PIECE: usize = 64;
/// Of two objects of which one has so many times more members, those of the smaller one are looked up in the other.
const MUCH_SMALLER: usize = 8;

type Member = (Arc<str>, Shape);

/// Members by their names.
#[derive(Clone, Debug)]
pub(super) struct Members(Arc<List>);

#[derive(Clone, Debug, Default)]
struct List {
    /// None of them is empty.
    pieces: Vec<Arc<Piece>>,
    len: usize,
    height: usize,
}

#[derive(Clone, Debug)]
struct Piece {
    members: Vec<Member>,
    height: usize,
}

impl Piece {
    fn new(members: Vec<Member>) -> Arc<Self> {
        let height = members.iter().map(|it| it.1.height()).max().unwrap_or(0);
        Arc::new(Self { members, height })
    }

    fn first(&self) -> &str {
        self.members.first().map_or("", |it| &it.0)
    }
}

impl Default for Members {
    fn default() -> Self {
        Self(Arc::new(List::default()))
    }
}

impl FromIterator<Member> for Members {
    /// Of members of the same name the last one counts.
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        Self::of_sorted(members.into_iter().collect::<BTreeMap<_, _>>())
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return true;
        }
        if self.0.len != other.0.len || self.0.height != other.0.height {
            return false;
        }
        let mut both = Beside::new(self, other);
        while let Some(next) = both.next_pair() {
            let (Some(a), Some(b)) = next else { return false };
            if a != b {
                return false;
            }
            both.pass(true, true);
        }
        true
    }
}

impl Eq for Members {}

impl Members {
    fn of_sorted(members: impl IntoIterator<Item = Member>) -> Self {
        let mut found = Building::default();
        members.into_iter().for_each(|it| found.push(it));
        found.done()
    }

    fn of_pieces(pieces: Vec<Arc<Piece>>) -> Self {
        let len = pieces.iter().map(|it| it.members.len()).sum();
        let height = pieces.iter().map(|it| it.height).max().unwrap_or(0);
        Self(Arc::new(List { pieces, len, height }))
    }

    /// Returns the height of the highest member; 0 without any.
    pub(super) fn height(&self) -> usize {
        self.0.height
    }

    /// Returns the place of the piece that `name` belongs into.
    fn piece_of(&self, name: &str) -> usize {
        self.0.pieces.partition_point(|it| it.first() <= name).saturating_sub(1)
    }

    /// Returns the member of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Shape> {
        let piece = self.0.pieces.get(self.piece_of(name))?;
        let at = piece.members.binary_search_by(|it| (*it.0).cmp(name)).ok()?;
        piece.members.get(at).map(|it| &it.1)
    }

    /// Returns the members with one put in, or in the place of that of its name.
    pub(super) fn with(&self, name: Arc<str>, shape: Shape) -> Self {
        let mut pieces = self.0.pieces.clone();
        let place = self.piece_of(&name);
        let mut members = pieces.get(place).map(|it| it.members.clone()).unwrap_or_default();
        match members.binary_search_by(|it| it.0.cmp(&name)) {
            Ok(at) => members[at].1 = shape,
            Err(at) => members.insert(at, (name, shape)),
        }
        let rest = if members.len() > PIECE { members.split_off(members.len() / 2) } else { Vec::new() };
        let piece = Piece::new(members);
        match pieces.get_mut(place) {
            Some(before) => *before = piece,
            None => pieces.push(piece),
        }
        if !rest.is_empty() {
            pieces.insert(place + 1, Piece::new(rest));
        }
        Self::of_pieces(pieces)
    }

    /// Returns the members with each made another one.
    pub(super) fn map(&self, mut change: impl FnMut(&Shape) -> Shape) -> Self {
        let members = self.0.pieces.iter().flat_map(|it| &it.members);
        Self::of_sorted(members.map(|(name, shape)| (Arc::clone(name), change(shape))))
    }

    /// Returns the members that both have, each made of both. `merge` returns of two that are equal the same.
    pub(super) fn both(&self, other: &Self, merge: impl Fn(&Shape, &Shape) -> Shape) -> Self {
        let mut found = Building::default();
        let (n_own, n_other) = (self.0.len, other.0.len);
        if n_own.saturating_mul(MUCH_SMALLER) < n_other || n_other.saturating_mul(MUCH_SMALLER) < n_own {
            let is_own = n_own < n_other;
            let (few, many) = if is_own { (self, other) } else { (other, self) };
            for (name, shape) in few.0.pieces.iter().flat_map(|it| &it.members) {
                let Some(beside) = many.get(name) else { continue };
                let merged = if is_own { merge(shape, beside) } else { merge(beside, shape) };
                found.push((Arc::clone(name), merged));
            }
            return found.done();
        }
        let mut both = Beside { shared: Some(&mut found), ..Beside::new(self, other) };
        while let Some((Some(a), Some(b))) = both.next_pair() {
            match a.0.cmp(&b.0) {
                std::cmp::Ordering::Equal => {
                    let merged = (Arc::clone(&a.0), merge(&a.1, &b.1));
                    if let Some(found) = &mut both.shared {
                        found.push(merged);
                    }
                    both.pass(true, true);
                }
                order => both.pass(order.is_lt(), order.is_gt()),
            }
        }
        found.done()
    }
}

/// Members that come in the order of their names.
#[derive(Default)]
struct Building {
    pieces: Vec<Arc<Piece>>,
    last: Vec<Member>,
}

impl Building {
    fn push(&mut self, member: Member) {
        self.last.push(member);
        if self.last.len() == PIECE {
            self.close();
        }
    }

    fn share(&mut self, piece: &Arc<Piece>) {
        self.close();
        self.pieces.push(Arc::clone(piece));
    }

    fn close(&mut self) {
        if !self.last.is_empty() {
            self.pieces.push(Piece::new(std::mem::take(&mut self.last)));
        }
    }

    fn done(mut self) -> Members {
        self.close();
        Members::of_pieces(self.pieces)
    }
}

/// Goes through two lists beside each other; what they share is passed in one go, and noted in `shared`.
struct Beside<'a, 'b> {
    lists: [&'a [Arc<Piece>]; 2],
    /// In each, which piece and which member of it is next.
    at: [(usize, usize); 2],
    shared: Option<&'b mut Building>,
}

impl<'a> Beside<'a, '_> {
    fn new(a: &'a Members, b: &'a Members) -> Self {
        Self { lists: [&a.0.pieces, &b.0.pieces], at: [(0, 0); 2], shared: None }
    }

    /// Returns the next member of each that they do not share as a piece; nothing where both are at their end.
    fn next_pair(&mut self) -> Option<(Option<&'a Member>, Option<&'a Member>)> {
        while let [(a, 0), (b, 0)] = self.at
            && let (Some(one), Some(other)) = (self.lists[0].get(a), self.lists[1].get(b))
            && Arc::ptr_eq(one, other)
        {
            if let Some(shared) = &mut self.shared {
                shared.share(one);
            }
            self.at = [(a + 1, 0), (b + 1, 0)];
        }
        let next = |nth: usize| {
            let (piece, member) = self.at[nth];
            self.lists[nth].get(piece)?.members.get(member)
        };
        let pair = (next(0), next(1));
        (pair.0.is_some() || pair.1.is_some()).then_some(pair)
    }

    fn pass(&mut self, first: bool, second: bool) {
        for (nth, passes) in [first, second].into_iter().enumerate() {
            let (piece, member) = &mut self.at[nth];
            *member += usize::from(passes);
            if self.lists[nth].get(*piece).is_some_and(|it| it.members.len() == *member) {
                (*piece, *member) = (*piece + 1, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(nth: usize) -> Arc<str> {
        format!("n{}", nth * 7_919 % 1_009).into()
    }

    fn shape(nth: usize) -> Shape {
        [Shape::Any, Shape::Scalar, Shape::error_output()][nth % 3].clone()
    }

    /// Returns the members put in one by one, and what they are.
    fn grown(numbers: impl Iterator<Item = usize>) -> (Members, BTreeMap<Arc<str>, Shape>) {
        let mut known = (Members::default(), BTreeMap::new());
        for nth in numbers {
            known.0 = known.0.with(name(nth), shape(nth));
            known.1.insert(name(nth), shape(nth));
        }
        known
    }

    fn listed(members: &Members) -> Vec<&Member> {
        members.0.pieces.iter().flat_map(|it| &it.members).collect()
    }

    #[test]
    fn members_are_those_of_a_map_in_whatever_order_they_came() {
        let (upwards, map) = grown(0..900);
        let (downwards, _) = grown((0..900).rev());
        assert_eq!(listed(&upwards).len(), map.len());
        assert!(listed(&upwards).into_iter().zip(&map).all(|(a, b)| (&a.0, &a.1) == b));
        assert_eq!(upwards, downwards);
        assert_eq!(upwards, map.iter().map(|(name, it)| (Arc::clone(name), it.clone())).collect());
        for nth in 0..1_009 {
            assert_eq!(upwards.get(&name(nth)), map.get(&name(nth)));
        }
        assert_ne!(upwards, upwards.with(name(4), Shape::Any), "it was a scalar");
        assert_eq!(upwards.height(), 2);
    }

    #[test]
    fn what_both_have_is_what_two_maps_have() {
        for (own, other) in [(0..900, 300..1_000), (0..900, 899..905), (5..6, 0..900), (0..0, 0..9)] {
            let ((a, map_a), (b, map_b)) = (grown(own), grown(other));
            let both = a.both(&b, |it, _| it.clone());
            let expected: Vec<_> = map_a.iter().filter(|it| map_b.contains_key(it.0)).collect();
            assert!(listed(&both).into_iter().map(|it| (&it.0, &it.1)).eq(expected));
            let mut longer = a.clone();
            for nth in 950..960 {
                longer = longer.with(name(nth), Shape::Scalar);
            }
            assert_eq!(longer.both(&a, |it, _| it.clone()), a);
        }
    }
}
