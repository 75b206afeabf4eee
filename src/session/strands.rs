//! The strands of a moment, with names: branches and items that run beside each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::StrandId;
use crate::history::{Frame, StrandView};

/// A strand of a moment.
#[derive(Clone, Debug)]
pub struct Live {
    /// Which.
    pub strand: StrandId,
    /// How many strands it runs inside.
    pub depth: usize,
    /// Where it stands.
    pub view: Arc<StrandView>,
}

/// Returns the strands of a moment: each before those that run inside it, in the order in which they began.
pub fn live(frame: &Frame) -> Vec<Live> {
    let mut inside: BTreeMap<Option<StrandId>, Vec<StrandId>> = BTreeMap::new();
    for (id, view) in &frame.strands {
        // One whose opener has gone stands by itself.
        let parent = view.parent.filter(|it| frame.strands.contains_key(it));
        inside.entry(parent).or_default().push(*id);
    }
    let mut all = Vec::with_capacity(frame.strands.len());
    let mut next: Vec<(StrandId, usize)> = Vec::new();
    let push = |next: &mut Vec<_>, of: Option<StrandId>, depth| {
        next.extend(inside.get(&of).into_iter().flatten().rev().map(|it| (*it, depth)));
    };
    push(&mut next, None, 0);
    while let Some((strand, depth)) = next.pop() {
        if let Some(view) = frame.strands.get(&strand) {
            all.push(Live { strand, depth, view: Arc::clone(view) });
        }
        push(&mut next, Some(strand), depth + 1);
    }
    all
}

/// Returns the name of a strand by what it is in what is around it: `branch 2 of Confirm`, `item 17 of Each image`; of
/// the execution's own strand `the execution`. Branches count from 1, items as the service counts them, from 0.
pub fn name(frame: &Frame, strand: StrandId) -> String {
    let outline = frame.outline();
    let Some(view) = frame.strands.get(&strand).filter(|it| it.parent.is_some()) else {
        return "the execution".to_owned();
    };
    let scope = outline.state(view.state).and_then(|it| outline.scopes.get(it.scope.idx()));
    // An item that has entered no state yet is at its Map.
    let owner = if view.entered.0 == 0 { Some(view.state) } else { scope.and_then(|it| it.owner) };
    let of = owner.map_or("", |it| outline.name(it));
    match (view.index, scope) {
        (Some(index), _) => format!("item {index} of {of}"),
        (None, Some(scope)) => format!("branch {} of {of}", scope.branch + 1),
        (None, None) => "a branch".to_owned(),
    }
}

/// Returns the name of a strand with those of the strands around it, the nearest first; without the execution's own.
pub fn full_name(frame: &Frame, strand: StrandId) -> String {
    let parent = |it: &StrandId| frame.strands.get(it)?.parent;
    let inner = std::iter::successors(Some(strand), parent).filter(|it| parent(it).is_some());
    let names: Vec<String> = inner.map(|it| name(frame, it)).collect();
    if names.is_empty() { name(frame, strand) } else { names.join(" in ") }
}
