//! Writes into a file of scenarios what came instead of what was expected.

use std::sync::Arc;

use crate::diagnostic::{Edit, Fix, apply};
use crate::json::source::rewrite::{exchange_member, rewrite_item, rewrite_member};
use crate::json::source::{self, Member, Node};
use crate::session::expect::{Mismatch, Update};

use super::{Scenario, Suite};

/// A file with its records brought up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The new text.
    pub text: String,
    /// Claims that were changed.
    pub n_changed: usize,
    /// Claims that nobody but a person can change, each with its reason.
    pub left: Vec<String>,
}

/// Returns the text of `suite` with the claims that do not hold changed to what came; `None` where none can be.
///
/// Only records are changed: limits, parts and lists of what must not come are rules. A claim that several scenarios
/// share is left alone too, as the others may hold it. What was written is read again; where it does not say what it
/// should, nothing is changed.
pub fn update(suite: &Suite, failed: &[(Arc<Scenario>, Vec<Mismatch>)]) -> Result<Option<Updated>, String> {
    let text = &*suite.text;
    let (Some(root), _) = source::parse(text) else { return Ok(None) };
    let mut edits: Vec<Edit> = Vec::new();
    let mut wanted = Vec::new();
    let mut updated = Updated { text: String::new(), n_changed: 0, left: Vec::new() };
    for (scenario, mismatches) in failed {
        // Where an output gives way to an error, or the other way round, one of them brings its fellows.
        for mismatch in mismatches {
            let claim = &scenario.expect.claims[mismatch.claim];
            let mut leave = |why: &str| {
                if mismatch.update != Update::None {
                    updated.left.push(format!("{}: {}: {why}", scenario.name, mismatch.about));
                }
            };
            let own = claim.pointer.strip_prefix(&scenario.pointer).is_some_and(|it| it.starts_with("/expect/"));
            if !own || (scenario.pointer.is_empty() && root.get("scenarios").is_some()) {
                leave("other scenarios share it");
                continue;
            }
            let Some(found) = find(&root, &claim.pointer) else { continue };
            let (new, value) = match (&mismatch.update, found) {
                (Update::None, _) => continue,
                (Update::Value(new), Found::Member(_, member)) => (rewrite_member(text, member, new), Some(new)),
                (Update::Value(new), Found::Item(item)) => (rewrite_item(text, item, new), Some(new)),
                (Update::Members(members), Found::Member(object, member)) => {
                    let fresh: Vec<_> =
                        members.iter().filter(|(name, _)| object.get(name).is_none()).cloned().collect();
                    if fresh.is_empty() && object.members().len() == 1 {
                        leave("it is all that is expected");
                        continue;
                    }
                    (exchange_member(text, object, member, &fresh).into_iter().collect(), None)
                }
                (Update::Members(_), Found::Item(_)) => continue,
            };
            if new.is_empty() {
                leave("its place in the text cannot be changed by itself");
                continue;
            }
            wanted.extend(value.map(|it| (claim.pointer.clone(), it.clone())));
            edits.extend(new);
            updated.n_changed += 1;
        }
    }
    let Some((new, _)) = apply(text, [&Fix { title: String::new(), edits }]) else {
        return Ok((!updated.left.is_empty()).then(|| Updated { text: text.to_owned(), ..updated }));
    };
    let (again, found) = source::parse(&new);
    let again = again.filter(|_| !crate::diagnostic::has_errors(&found));
    let holds = again.is_some_and(|root| {
        wanted.iter().all(|(pointer, value)| match find(&root, pointer) {
            Some(Found::Member(_, member)) => member.value.to_json() == *value,
            Some(Found::Item(item)) => item.to_json() == *value,
            None => false,
        })
    });
    if !holds {
        return Err("its layout does not let what came be written in place; change it by hand".to_owned());
    }
    updated.text = new;
    Ok(Some(updated))
}

/// What stands at a JSON pointer.
enum Found<'a> {
    /// A member, with its object.
    Member(&'a Node, &'a Member),
    /// An item of a list.
    Item(&'a Node),
}

fn find<'a>(root: &'a Node, pointer: &str) -> Option<Found<'a>> {
    let mut node = root;
    let mut found = None;
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        if let Some(member) = node.member(&name) {
            found = Some(Found::Member(node, member));
            node = &member.value;
        } else {
            let item = node.items().get(name.parse::<usize>().ok()?)?;
            found = Some(Found::Item(item));
            node = item;
        }
    }
    found
}
