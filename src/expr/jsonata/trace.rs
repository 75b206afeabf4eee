//! Finds out what was being computed when an evaluation failed.
//!
//! The crate's errors name neither the function nor the values. So an expression that has failed is evaluated once
//! more with marks around arguments and operands, and the last mark that was passed tells.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::value::JValue;

use super::sentence::Culprit;
use super::walk::parts_mut;

/// The function that marks call, with the place of what is marked and its value. No text can name it.
pub(super) const MARK: &str = "mark\u{1427}";

/// The marks that an evaluation passed.
#[derive(Clone, Default)]
pub(super) struct Marks {
    tokens: Rc<RefCell<Vec<String>>>,
    passed: Rc<RefCell<Passed>>,
}

#[derive(Default)]
struct Passed {
    last: Option<usize>,
    /// The latest values by number of the call and of the argument.
    values: BTreeMap<(usize, usize), JValue>,
}

impl Marks {
    /// Returns `parsed` with marks.
    pub(super) fn place(&self, parsed: &AstNode) -> AstNode {
        let mut marked = parsed.clone();
        let mut stack = vec![&mut marked];
        while let Some(node) = stack.pop() {
            if let AstNode::Function { name, args, is_builtin: true } = &*node
                && args.is_empty()
            {
                // A mark comes before the call, which has no argument to carry it.
                let before = mark_call(self.call(name), 0, AstNode::Null);
                let called = std::mem::replace(node, AstNode::Null);
                *node = AstNode::Block(vec![before, called]);
                continue;
            }
            let token = match &*node {
                AstNode::Function { name, is_builtin: true, .. } => Some(name.clone()),
                AstNode::Binary { op: BinaryOp::ChainPipe, rhs, .. } => match &**rhs {
                    AstNode::Function { name, is_builtin: true, .. } => Some(name.clone()),
                    _ => None,
                },
                AstNode::Binary { op, .. } => operator(*op).map(str::to_owned),
                AstNode::Unary { .. } => Some("-".to_owned()),
                _ => None,
            };
            let Some(token) = token else {
                parts_mut(node, &mut |part| stack.push(part));
                continue;
            };
            let call = self.call(&token);
            let mut nth = 0;
            let mut mark = |part| {
                stack.extend(mark(part, call, nth));
                nth += 1;
            };
            match node {
                AstNode::Binary { op: BinaryOp::ChainPipe, lhs, rhs } => {
                    mark(lhs);
                    parts_mut(rhs, &mut mark);
                }
                other => parts_mut(other, &mut mark),
            }
        }
        marked
    }

    /// Notes that a mark is passed, and gives its value back.
    pub(super) fn pass(&self, args: &[JValue]) -> JValue {
        let number = |nth: usize| args.get(nth).and_then(JValue::as_f64).unwrap_or_default() as usize;
        let (call, nth) = (number(0), number(1));
        let value = args.get(2).cloned().unwrap_or(JValue::Undefined);
        let mut passed = self.passed.borrow_mut();
        passed.last = Some(call);
        passed.values.insert((call, nth), value.clone());
        value
    }

    /// Returns what the last mark belongs to.
    pub(super) fn culprit(&self) -> Option<Culprit> {
        let passed = self.passed.borrow();
        let call = passed.last?;
        let values: Vec<JValue> =
            passed.values.range((call, 0)..=(call, usize::MAX)).map(|(_, value)| value.clone()).collect();
        // A built-in function that another one applies is the one to name.
        let applied = values.iter().find_map(|it| match it {
            JValue::Builtin { name } => Some(name.to_string()),
            _ => None,
        });
        Some(Culprit { token: applied.or_else(|| self.tokens.borrow().get(call).cloned())?, values })
    }

    fn call(&self, token: &str) -> usize {
        let mut tokens = self.tokens.borrow_mut();
        tokens.push(token.to_owned());
        tokens.len() - 1
    }
}

/// Puts a mark around `node` and returns what is now inside of it; functions and `?` are left as they are.
fn mark(node: &mut AstNode, call: usize, nth: usize) -> Option<&mut AstNode> {
    if matches!(node, AstNode::Lambda { .. } | AstNode::Transform { .. } | AstNode::Placeholder) {
        return Some(node);
    }
    let inner = std::mem::replace(node, AstNode::Null);
    *node = mark_call(call, nth, inner);
    match node {
        AstNode::Function { args, .. } => args.last_mut(),
        _ => None,
    }
}

fn mark_call(call: usize, nth: usize, value: AstNode) -> AstNode {
    let args = vec![AstNode::Number(call as f64), AstNode::Number(nth as f64), value];
    AstNode::Function { name: MARK.to_owned(), args, is_builtin: true }
}

/// Returns how an operator is written whose operands may be of a wrong type.
fn operator(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::LessThan => "<",
        BinaryOp::LessThanOrEqual => "<=",
        BinaryOp::GreaterThan => ">",
        BinaryOp::GreaterThanOrEqual => ">=",
        BinaryOp::Range => "..",
        _ => return None,
    })
}
