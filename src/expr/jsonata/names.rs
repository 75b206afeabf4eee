//! What an expression names: variables and the parts of them that it reads, and what has no meaning in a state.

use std::collections::BTreeMap;
use std::sync::Arc;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use super::place;
use super::walk::{filter_mut, parts_mut};

/// A reference that the service refuses when a definition is created, because a state's expression has no input of its
/// own: a name at the top level, `$` there, and `$$` anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As it was written, without quotes: `phone`, `$` or `$$`.
    pub name: Arc<str>,
    /// Where it first stands, in bytes from the beginning of the expression.
    pub offset: usize,
}

impl Reference {
    /// Returns the service's sentence about it (measured, for names and `$$`).
    pub fn sentence(&self) -> String {
        match &*self.name {
            "$$" => "Reference to '$$' is not supported.".to_owned(),
            name => format!("Reference to '{name}' at the top level is not supported."),
        }
    }
}

/// Which parts of a value an expression reads.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Need {
    All,
    /// Of objects, at any depth of lists, these members and no others.
    Members(BTreeMap<String, Need>),
}

/// What an expression names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Names {
    /// Variables and functions by their names without `$`, with what is read of them.
    pub(super) read: BTreeMap<String, Need>,
    /// Names that the expression binds itself: parameters and what `:=`, `@` and `#` name.
    pub(super) bound: Vec<String>,
    /// The variable and the members on the way to one of its parts, if the expression is nothing else.
    pub(super) way: Option<(String, Vec<String>)>,
    /// What has no meaning in a state.
    pub(super) refused: Vec<Reference>,
    /// Whether a value may be fed to where it comes from, so that it can grow without end.
    pub(super) may_loop: bool,
    /// What the reference's parser refuses, in its version that the service has, and the crate's does not: its sentence.
    pub(super) flaw: Option<&'static str>,
}

/// JSONata 2.1 brought `??`, later than the service's version.
pub(super) const NO_COALESCING: &str = "The symbol \"?\" cannot be used as a unary operator";
/// And `?:`.
pub(super) const NO_DEFAULT: &str = "The symbol \":\" cannot be used as a unary operator";
const RANGE_OUTSIDE: &str = "Syntax error: \"..\"";
const EMPTY_PATTERN: &str = "Empty regular expressions are not allowed";
const NOT_ASSIGNABLE: &str = "The left side of := must be a variable name (start with $)";

impl Need {
    /// Calls `visit` with the way to each part that is needed as a whole.
    pub(super) fn ways<'a>(&'a self, way: &mut Vec<&'a str>, visit: &mut dyn FnMut(&[&'a str])) {
        match self {
            Self::Members(members) if !members.is_empty() => {
                for (name, need) in members {
                    way.push(name);
                    need.ways(way, visit);
                    way.pop();
                }
            }
            _ => visit(way),
        }
    }
}

impl Default for Need {
    fn default() -> Self {
        Self::Members(BTreeMap::new())
    }
}

impl Need {
    /// Adds the member at the end of `way`, all of it.
    fn add(&mut self, way: &[&str]) {
        match (&mut *self, way.split_first()) {
            (Self::All, _) => {}
            (_, None) => *self = Self::All,
            (Self::Members(members), Some((name, rest))) => members.entry((*name).to_owned()).or_default().add(rest),
        }
    }
}

impl Names {
    /// Looks through `parsed`, whose text is `text`; nothing is changed.
    pub(super) fn read(parsed: &mut AstNode, text: &str) -> Self {
        let way = way(parsed);
        let mut names =
            Self { way, read: BTreeMap::new(), bound: Vec::new(), refused: Vec::new(), may_loop: false, flaw: None };
        let (mut has_lambda, mut has_binding) = (false, false);
        // What is still to be looked at, and whether it is evaluated at the top level, over nothing.
        let mut stack = vec![(parsed, true)];
        let mut n_listed_ranges = 0;
        while let Some((node, is_top)) = stack.pop() {
            let from = stack.len();
            match &*node {
                // A range stands in a list, and nowhere else: of those that were counted with their list, one is due.
                AstNode::Array(items) | AstNode::ArrayGroup(items) => {
                    n_listed_ranges += items.iter().filter(|it| is_range(it)).count();
                }
                range if is_range(range) => match n_listed_ranges {
                    0 => names.flaw = names.flaw.or(Some(RANGE_OUTSIDE)),
                    _ => n_listed_ranges -= 1,
                },
                AstNode::Regex { pattern, .. } if pattern.is_empty() => {
                    names.flaw = names.flaw.or(Some(EMPTY_PATTERN));
                }
                AstNode::Name(name) if is_top => names.refuse(name, text),
                AstNode::Variable(name) if name.is_empty() && is_top => names.refuse("$", text),
                AstNode::Variable(name) if !name.is_empty() => names.need(name, &[]),
                AstNode::ParentVariable(_) => names.refuse("$$", text),
                AstNode::Function { name, is_builtin: true, .. } => names.need(name, &[]),
                AstNode::Function { name, is_builtin: false, .. } if is_top => names.refuse(name, text),
                AstNode::Lambda { params, .. } => {
                    has_lambda = true;
                    names.bound.extend(params.iter().cloned());
                }
                AstNode::Binary { op: BinaryOp::ColonEqual, lhs, .. } => {
                    has_binding = true;
                    match &**lhs {
                        AstNode::Variable(name) => names.bound.push(name.clone()),
                        _ => names.flaw = names.flaw.or(Some(NOT_ASSIGNABLE)),
                    }
                }
                AstNode::Binary { op: BinaryOp::Coalesce, .. } => names.flaw = names.flaw.or(Some(NO_COALESCING)),
                AstNode::Binary { op: BinaryOp::Default, .. } => names.flaw = names.flaw.or(Some(NO_DEFAULT)),
                AstNode::Path { steps } => {
                    names.bound.extend(steps.iter().flat_map(|it| it.focus.iter().chain(&it.index_var)).cloned());
                    for stage in steps.iter().flat_map(|it| &it.stages) {
                        if let Stage::Index(name) = stage {
                            names.bound.push(name.clone());
                        }
                    }
                }
                _ => {}
            }
            match node {
                AstNode::Path { steps } => {
                    let begins_with_variable = names.need_path(steps);
                    for (nth, step) in steps.iter_mut().enumerate() {
                        if nth > 0 || !begins_with_variable {
                            // The names of later steps are those of what the first one gives.
                            stack.push((&mut step.node, is_top && nth == 0));
                        }
                        stack.extend(step.stages.iter_mut().filter_map(filter_mut).map(|it| (it, false)));
                    }
                }
                AstNode::Binary { op: BinaryOp::ColonEqual, rhs, .. } => stack.push((rhs, is_top)),
                AstNode::Sort { input, terms } => {
                    stack.push((input, is_top));
                    stack.extend(terms.iter_mut().map(|(term, _)| (term, false)));
                }
                AstNode::ObjectTransform { input, pattern } => {
                    stack.push((input, is_top));
                    for (name, value) in pattern {
                        stack.push((name, false));
                        stack.push((value, false));
                    }
                }
                AstNode::Transform { .. } => parts_mut(node, &mut |part| stack.push((part, false))),
                other => parts_mut(other, &mut |part| stack.push((part, is_top))),
            }
            stack[from..].reverse();
        }
        names.may_loop = has_lambda && (has_binding || names.read.contains_key("reduce"));
        names.refused.sort_by_key(|it| it.offset);
        names
    }

    /// Notes what `$name.a.b…` at the beginning of a path reads; `false` if the path begins with something else.
    fn need_path(&mut self, steps: &[PathStep]) -> bool {
        let Some((first, rest)) = steps.split_first() else { return false };
        let AstNode::Variable(variable) = &first.node else { return false };
        if variable.is_empty() {
            return false;
        }
        let mut way = Vec::new();
        let mut before = first;
        for step in rest {
            // Predicates look at all of an item, and `%`, `@` and `#` at what a step begins from.
            let is_seen = !before.stages.is_empty() || before.focus.is_some() || before.index_var.is_some();
            let AstNode::Name(name) = &step.node else { break };
            if is_seen || before.ancestor_label.is_some() || step.ancestor_label.is_some() {
                break;
            }
            way.push(name.as_str());
            before = step;
        }
        self.need(variable, &way);
        true
    }

    fn need(&mut self, name: &str, way: &[&str]) {
        self.read.entry(name.to_owned()).or_default().add(way);
    }

    fn refuse(&mut self, name: &str, text: &str) {
        if self.refused.iter().all(|it| &*it.name != name) {
            self.refused.push(Reference { name: name.into(), offset: place::find(text, name).unwrap_or_default() });
        }
    }
}

/// Returns the variable and the names of `$variable.a.b`; nothing of any other expression.
fn way(parsed: &AstNode) -> Option<(String, Vec<String>)> {
    let steps = match parsed {
        AstNode::Variable(name) => return (!name.is_empty()).then(|| (name.clone(), Vec::new())),
        AstNode::Path { steps } => steps,
        _ => return None,
    };
    let is_plain = |it: &PathStep| it.stages.is_empty() && it.focus.is_none() && it.index_var.is_none();
    let ((first, rest), true) = (steps.split_first()?, steps.iter().all(is_plain)) else { return None };
    let AstNode::Variable(name) = &first.node else { return None };
    let names = rest.iter().map(|it| match &it.node {
        AstNode::Name(name) => Some(name.clone()),
        _ => None,
    });
    (!name.is_empty()).then_some(())?;
    Some((name.clone(), names.collect::<Option<_>>()?))
}

fn is_range(node: &AstNode) -> bool {
    matches!(node, AstNode::Binary { op: BinaryOp::Range, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Names {
        Names::read(&mut jsonata_core::parser::parse(text).expect(text), text)
    }

    /// Writes a need as the members in braces, `*` for all of a value.
    fn show(need: &Need) -> String {
        match need {
            Need::All => "*".to_owned(),
            Need::Members(members) => {
                let members: Vec<String> =
                    members.iter().map(|(name, need)| format!("{name}:{}", show(need))).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    #[test]
    fn only_what_is_read_is_needed() {
        for (text, expected) in [
            ("$states.input.a.b + $states.input.c", "{input:{a:{b:*},c:*}}"),
            ("$states.input.a.b + $states.input.a", "{input:{a:*}}"),
            ("$states . input", "{input:*}"),
            ("$states", "*"),
            ("$merge([$states, {}])", "*"),
            ("$states.input.items[price > 1].id", "{input:{items:*}}"),
            ("$states[0].input.a", "*"),
            ("$states.input.items^(price).id", "{input:{items:*}}"),
            ("$states.input.a.(b + c)", "{input:{a:*}}"),
            ("$states.input.a.*.b", "{input:{a:*}}"),
            ("$states.input.a{k: v}", "{input:{a:*}}"),
            ("$states.input.a.b.%.c", "{input:{a:*}}"),
            ("$states.input.a@$x.b", "{input:{a:*}}"),
            ("$states.input.a#$i.b", "{input:{a:*}}"),
            ("$states.input ~> |a|{'b': 1}|", "{input:*}"),
            (
                "$map($states.input.a, function($x) { $x.b & $states.context.State.Name })",
                "{context:{State:{Name:*}},input:{a:*}}",
            ),
            ("$states.input.'a b'.c", "{input:{a b:{c:*}}}"),
        ] {
            assert_eq!(show(&names(text).read["states"]), expected, "{text}");
        }
        assert_eq!(names("$a + $b.c").read.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(names("'$a' & /* $b */ `$c`").read.len(), 0);
    }

    #[test]
    fn references_at_the_top_level_are_found_with_their_place() {
        for (text, expected) in [
            ("$states.input.a", vec![]),
            ("$states.input.items[price > 3].(price * 2)", vec![]),
            ("$states.input.items^(price)", vec![]),
            ("$states.input.items{name: $sum(price)}", vec![]),
            ("$states.input ~> |a|{'b': c}|", vec![]),
            ("{'a': 'phone'}", vec![]),
            ("$map($states.input.a, function($x) { $x.b })", vec![]),
            ("phone", vec![("phone", 0)]),
            ("$x + order.total", vec![("order", 5)]),
            ("order[total > 1].total", vec![("order", 0)]),
            ("'phone' & phone", vec![("phone", 10)]),
            ("$x.phone & phone", vec![("phone", 11)]),
            ("/* phone */ `phone`", vec![("phone", 12)]),
            ("$match('a', /phone/) & phone", vec![("phone", 23)]),
            ("{phone: 1, 'b': other}", vec![("phone", 1), ("other", 16)]),
            ("$map($states.input.a, function($x) { b })", vec![("b", 37)]),
            ("($y := z; $y)", vec![("z", 7)]),
            ("a + b + a", vec![("a", 0), ("b", 4)]),
            ("$count($)", vec![("$", 7)]),
            ("$states.input.a[$ > 1]", vec![]),
            ("$states.input.a[$$.b]", vec![("$$", 16)]),
            ("upper('a')", vec![("upper", 0)]),
        ] {
            let found = names(text).refused;
            let found: Vec<(&str, usize)> = found.iter().map(|it| (&*it.name, it.offset)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
