//! The parts of a parsed expression, for whoever looks through all of it.
//!
//! Nothing here recurses: an expression nests as deep as its text, and the one who types it decides that.

use jsonata_core::ast::{AstNode, Stage};

/// Calls `visit` with the parts of `node`, in the order of the text.
pub(super) fn parts_mut<'a>(node: &'a mut AstNode, visit: &mut dyn FnMut(&'a mut AstNode)) {
    match node {
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_) => {}
        AstNode::Path { steps } => {
            for step in steps {
                visit(&mut step.node);
                step.stages.iter_mut().filter_map(filter_mut).for_each(&mut *visit);
            }
        }
        AstNode::Binary { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        AstNode::Unary { operand, .. } => visit(operand),
        AstNode::Function { args, .. } => args.iter_mut().for_each(visit),
        AstNode::Call { procedure, args } => {
            visit(procedure);
            args.iter_mut().for_each(visit);
        }
        AstNode::Lambda { body, .. } => visit(body),
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => items.iter_mut().for_each(visit),
        AstNode::Object(members) => {
            for (name, value) in members {
                visit(name);
                visit(value);
            }
        }
        AstNode::ObjectTransform { input, pattern } => {
            visit(input);
            for (name, value) in pattern {
                visit(name);
                visit(value);
            }
        }
        AstNode::Conditional { condition, then_branch, else_branch } => {
            visit(condition);
            visit(then_branch);
            if let Some(branch) = else_branch {
                visit(branch);
            }
        }
        AstNode::FunctionApplication(inner) => visit(inner),
        AstNode::Sort { input, terms } => {
            visit(input);
            for (term, _) in terms {
                visit(term);
            }
        }
        AstNode::Transform { location, update, delete } => {
            visit(location);
            visit(update);
            if let Some(delete) = delete {
                visit(delete);
            }
        }
    }
}

/// Returns the condition of a predicate.
pub(super) fn filter_mut(stage: &mut Stage) -> Option<&mut AstNode> {
    match stage {
        Stage::Filter(condition) => Some(condition),
        Stage::KeepArray | Stage::Index(_) => None,
    }
}
