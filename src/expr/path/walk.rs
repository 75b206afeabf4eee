//! Evaluates indefinite paths: collects, in the order of the document, every value that the steps lead to.
//!
//! What is missing is left out without an error. Only the steps nest on the stack, of which there are few; the
//! document, which may be deep, does not.

use std::cell::Cell;
use std::sync::Arc;

use super::{Step, position};
use crate::json::{Array, Json};

/// Values that one path may look at. A payload has at most some 130,000; only several `..` in one path go beyond.
const MAX_VISITS: u32 = 2_000_000;

/// What one evaluation of a path has in common: the document, and how much may still be looked at.
pub(super) struct Scope<'a> {
    /// What `$` means inside filters and arguments.
    pub(super) root: &'a Json,
    visits_left: Cell<u32>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(root: &'a Json) -> Self {
        Self { root, visits_left: Cell::new(MAX_VISITS) }
    }

    /// Counts one value; `false` when there have been too many.
    fn visit(&self) -> bool {
        let left = self.visits_left.get();
        self.visits_left.set(left.saturating_sub(1));
        left > 0
    }
}

/// Returns the values that `steps` lead to from `at`.
///
/// Fails where the path, filters included, looks at far more values than a payload has.
pub(super) fn collect(steps: &[Step], at: &Json, scope: &Scope<'_>) -> Result<Vec<Json>, String> {
    let mut walk = Walk { scope, found: Vec::new() };
    walk.follow(steps, at);
    if scope.visits_left.get() == 0 {
        return Err(format!("The path looks at more than {MAX_VISITS} values"));
    }
    Ok(walk.found)
}

struct Walk<'a> {
    scope: &'a Scope<'a>,
    found: Vec<Json>,
}

impl Walk<'_> {
    fn follow(&mut self, mut steps: &[Step], mut at: &Json) {
        if !self.scope.visit() {
            return;
        }
        // Steps to one part are a loop: as many of them as a path has must not nest.
        while let Some((step @ (Step::Name(_) | Step::Index(_)), rest)) = steps.split_first() {
            let Some(next) = part(at, step) else { return };
            (steps, at) = (rest, next);
        }
        let Some((step, rest)) = steps.split_first() else {
            self.found.push(at.clone());
            return;
        };
        match step {
            Step::Name(_) | Step::Index(_) => {}
            Step::Names(names) if rest.is_empty() => {
                if let Some(picked) = pick(names, at) {
                    self.found.push(picked);
                }
            }
            Step::Names(names) => names.iter().for_each(|name| self.follow_if(rest, at.get(name))),
            Step::Indices(indices) => indices.iter().for_each(|it| self.follow_if(rest, item(at, *it))),
            Step::Slice(from, to) => {
                let Some(items) = at.as_array() else { return };
                slice(*from, *to, items.len() as i64).for_each(|it| self.follow_if(rest, item(at, it)));
            }
            Step::Wildcard => children(at).for_each(|child| self.follow(rest, child)),
            Step::Descend => self.descend(rest, at),
            Step::Filter(filter) => match at {
                // An object is tested itself, a list item by item.
                Json::Object(_) if filter.accepts(at, self.scope) => self.follow(rest, at),
                Json::Array(items) => {
                    for item in items.iter() {
                        if !self.scope.visit() {
                            return;
                        }
                        if filter.accepts(item, self.scope) {
                            self.follow(rest, item);
                        }
                    }
                }
                _ => {}
            },
        }
    }

    fn follow_if(&mut self, rest: &[Step], at: Option<&Json>) {
        if let Some(at) = at {
            self.follow(rest, at);
        }
    }

    /// Applies `steps` to `top` and to everything below it, parents before children.
    fn descend(&mut self, steps: &[Step], top: &Json) {
        let Some((step, rest)) = steps.split_first() else { return };
        let mut stack = vec![top];
        while let Some(at) = stack.pop() {
            if !self.scope.visit() {
                return;
            }
            match (at, step) {
                (Json::Object(members), Step::Names(names))
                    if rest.is_empty() && names.iter().any(|name| members.get(name).is_none()) => {}
                (Json::Object(_), Step::Index(_) | Step::Indices(_) | Step::Slice(..)) => {}
                (Json::Object(_), _) => self.follow(steps, at),
                (Json::Array(_), Step::Name(_) | Step::Names(_)) => {}
                (Json::Array(_), Step::Filter(filter)) if !filter.accepts(at, self.scope) => {}
                // Recorded in no case, but so in the Jayway library: in `$..[0].a` the rest applies to every item.
                (Json::Array(items), Step::Index(_) | Step::Indices(_) | Step::Slice(..) | Step::Filter(_))
                    if !rest.is_empty() =>
                {
                    items.iter().for_each(|item| self.follow(rest, item));
                }
                (Json::Array(_), _) => self.follow(steps, at),
                _ => {}
            }
            stack.extend(children(at).rev().filter(|child| child.depth() > 0));
        }
    }
}

/// Returns the one value that `steps`, all of them names and indices, lead to.
pub(super) fn locate<'a>(steps: &[Step], at: &'a Json) -> Option<&'a Json> {
    steps.iter().try_fold(at, part)
}

/// Returns the part of `at` that a name or an index leads to; `None` for the other steps.
pub(super) fn part<'a>(at: &'a Json, step: &Step) -> Option<&'a Json> {
    match step {
        Step::Name(name) => at.get(name),
        Step::Index(index) => item(at, *index),
        Step::Names(_) | Step::Indices(_) | Step::Slice(..) => None,
        Step::Wildcard | Step::Descend | Step::Filter(_) => None,
    }
}

/// Returns the item at `index` of a list.
fn item(at: &Json, index: i64) -> Option<&Json> {
    let items = at.as_array()?;
    items.get(position(index, items.len())?)
}

/// Returns the object of those members of `at` that `names` names, or `None` if it is no object.
pub(super) fn pick(names: &[Arc<str>], at: &Json) -> Option<Json> {
    let object = at.as_object()?;
    let present = names.iter().filter_map(|name| Some((Arc::clone(name), object.get(name)?.clone())));
    Some(Json::object(present))
}

/// Returns the indices of a slice of a list of `len` items.
///
/// With both ends given, negative ones are not counted from the end before they are compared (Jayway library).
fn slice(from: Option<i64>, to: Option<i64>, len: i64) -> std::ops::Range<i64> {
    let from_end = |index: i64| if index < 0 { index + len } else { index };
    match (from, to) {
        (Some(from), Some(to)) => from.max(-len)..to.min(len),
        (Some(from), None) => from_end(from).max(0)..len,
        (None, Some(to)) => 0..from_end(to).min(len),
        (None, None) => 0..len,
    }
}

fn children(at: &Json) -> impl DoubleEndedIterator<Item = &Json> {
    let items = at.as_array().map(Array::iter);
    let members = at.as_object().map(|members| members.iter().map(|(_, value)| value));
    items.into_iter().flatten().chain(members.into_iter().flatten())
}
