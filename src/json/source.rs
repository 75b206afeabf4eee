//! `Node`: JSON or YAML as it stands in a file, every value and every member name with its place.
//!
//! Definitions and templates are read into this, so that each finding can point at a field. Payloads, which need no
//! places, are read by `text`.

use std::sync::Arc;

use super::{Json, Number};
use crate::diagnostic::Span;

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where the value stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
    /// A YAML tag such as `!Sub`, which CloudFormation templates use; `None` in JSON.
    pub tag: Option<Arc<str>>,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// A list.
    Array(Vec<Node>),
    /// Members in order; a name may occur twice (which has been reported), then the last one counts.
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands, with its quotes.
    pub name_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Returns the value of the member `name`, the last one if it is repeated.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.member(name).map(|it| &it.value)
    }

    /// Returns the member `name`, the last one if it is repeated.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().rev().find(|it| &*it.name == name)
    }

    /// Returns the members; none if this is no object.
    pub fn members(&self) -> &[Member] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    /// Returns the items; none if this is no list.
    pub fn items(&self) -> &[Node] {
        if let Value::Array(items) = &self.value { items } else { &[] }
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(value) = &self.value { Some(value) } else { None }
    }

    /// Returns the JSON name of the value's type.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Returns the value without places.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => Json::Number(*value),
            Value::String(value) => Json::String(Arc::clone(value)),
            Value::Array(items) => Json::array(items.iter().map(Node::to_json)),
            Value::Object(members) => Json::object(members.iter().map(|it| (Arc::clone(&it.name), it.value.to_json()))),
        }
    }
}
