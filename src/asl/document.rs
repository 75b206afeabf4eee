//! stub
use crate::diagnostic::Diagnostic;
use crate::json::source::Node;
use std::sync::Arc;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    Definition,
    Template,
    History,
    Mocks,
    Unknown,
}
#[derive(Clone, Debug)]
pub struct Source {
    pub name: Arc<str>,
    pub node: Node,
    pub text: Arc<str>,
    pub express: bool,
}
pub fn recognise(_: &Node) -> Recognised {
    Recognised::Definition
}
pub fn machines(root: &Node, text: &str) -> (Vec<Source>, Vec<Diagnostic>) {
    (vec![Source { name: "x".into(), node: root.clone(), text: text.into(), express: false }], vec![])
}
