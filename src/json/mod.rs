//! `Json`: the value that flows through a workflow, as a shared tree.
//!
//! A clone costs a reference count; changing one member copies the path to it and nothing else, so every event of
//! a history can keep its own payload. Arrays and objects know the size of their text and their depth, which makes
//! the payload quota a comparison instead of a traversal. Text in and out is `text`; definitions, which need to know
//! where each field stands, are read by `source`.

pub mod diff;
mod held;
mod number;
pub mod pull;
mod shape;
pub mod source;
pub mod text;

use std::sync::Arc;

use crate::chunks::Chunks;

pub use held::Piece;
use held::{Held, Node};
pub use number::Number;

/// The deepest nesting that is read or built. The service's own parser stops at 1,000; a stack must hold it.
pub const MAX_DEPTH: u32 = 1_000;

/// A JSON value. `Clone` is cheap for every variant.
#[derive(Clone, Debug, Default)]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// A list.
    Array(Array),
    /// Members in the order in which they were written.
    Object(Object),
}

/// A shared list of values.
#[derive(Clone, Debug)]
pub struct Array(Arc<Held<ArrayNode>>);

#[derive(Clone, Debug)]
struct ArrayNode {
    items: Chunks<Json>,
    /// Bytes of the items' texts and the commas between them, without brackets.
    bytes: usize,
    depth: u32,
}

/// Shared members, in the order in which they were written; names are unique.
#[derive(Clone, Debug)]
pub struct Object(Arc<Held<ObjectNode>>);

#[derive(Clone, Debug)]
struct ObjectNode {
    members: Chunks<(Arc<str>, Json)>,
    /// Positions of the members ordered by name; only from `INDEXED` members on.
    index: Arc<[u32]>,
    bytes: usize,
    depth: u32,
}

/// From this many members on, names are found by binary search instead of one by one.
const INDEXED: usize = 24;

/// Returns the parts of a JSON pointer, as they are named where they lead.
pub fn pointer_parts(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|it| it.replace("~1", "/").replace("~0", "~"))
}

impl Json {
    /// Returns the number of bytes of the value's compact UTF-8 text, as the service counts payloads.
    pub fn size_bytes(&self) -> usize {
        match self {
            Self::Null | Self::Bool(true) => 4,
            Self::Bool(false) => 5,
            Self::Number(Number::Int(value)) => {
                value.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1 + usize::from(*value < 0)
            }
            Self::Number(number) => number.to_string().len(),
            Self::String(value) => text::quoted_len(value),
            Self::Array(array) => array.0.bytes() + 2,
            Self::Object(object) => object.0.bytes() + 2,
        }
    }

    /// Returns how deep arrays and objects nest; 0 for scalars.
    pub fn depth(&self) -> u32 {
        match self {
            Self::Array(array) => array.0.depth(),
            Self::Object(object) => object.0.depth(),
            _ => 0,
        }
    }

    /// Returns the member `name` of an object, or `None` where there is none or this is no object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_object()?.get(name)
    }

    /// Returns the item at `idx` of an array, or `None` where there is none or this is no array.
    pub fn at(&self, idx: usize) -> Option<&Json> {
        self.as_array()?.get(idx)
    }

    /// Returns the member or the item that a part of a JSON pointer names.
    pub fn part(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Array(_) => self.at(name.parse().ok()?),
            _ => self.get(name),
        }
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    /// Returns the value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// Returns a number.
    pub fn as_number(&self) -> Option<Number> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    /// Returns a number that is whole.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// Returns a list.
    pub fn as_array(&self) -> Option<&Array> {
        if let Self::Array(value) = self { Some(value) } else { None }
    }

    /// Returns the members of an object.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(value) = self { Some(value) } else { None }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the JSON name of the value's type: `null`, `boolean`, `number`, `string`, `array` or `object`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Whether both are one value in memory, so that nothing between them can differ. `false` does not mean they do.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::String(a), Self::String(b)) => Arc::ptr_eq(a, b),
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(&a.0, &b.0),
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(&a.0, &b.0),
            _ => false,
        }
    }

    /// Returns an object of `members`; a name that occurs again replaces the earlier value.
    pub fn object<N: Into<Arc<str>>>(members: impl IntoIterator<Item = (N, Json)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Returns a list of `items`.
    pub fn array(items: impl IntoIterator<Item = Json>) -> Self {
        Self::Array(items.into_iter().collect())
    }
}

impl PartialEq for Json {
    /// Compares values: numbers by value, objects without regard to order.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            _ => false,
        }
    }
}

impl Array {
    /// Returns the number of items.
    pub fn len(&self) -> usize {
        self.0.node().items.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the item at `idx`.
    pub fn get(&self, idx: usize) -> Option<&Json> {
        self.0.node().items.get(idx)
    }

    /// Returns the items in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Json> {
        self.0.node().items.iter()
    }

    /// Replaces the item at `idx`; does nothing beyond the end.
    pub fn set(&mut self, idx: usize, value: Json) {
        let node = Arc::make_mut(&mut self.0).node_mut();
        let depth = value.depth() + 1;
        let bytes = value.size_bytes();
        let Some(slot) = node.items.get_mut(idx) else { return };
        let old = std::mem::replace(slot, value);
        node.bytes = node.bytes + bytes - old.size_bytes();
        // Only a value that was as deep as any, and is not replaced by one as deep, leaves the depth open.
        let shrinks = old.depth() + 1 == node.depth && depth < node.depth;
        node.depth = if shrinks { deepest(node.items.iter()) } else { node.depth.max(depth) };
    }

    /// Adds an item at the end.
    pub fn push(&mut self, value: Json) {
        let node = Arc::make_mut(&mut self.0).node_mut();
        node.bytes += value.size_bytes() + usize::from(!node.items.is_empty());
        node.depth = node.depth.max(value.depth() + 1);
        node.items.push(value);
    }
}

impl FromIterator<Json> for Array {
    fn from_iter<I: IntoIterator<Item = Json>>(items: I) -> Self {
        let items: Vec<Json> = items.into_iter().collect();
        let bytes = items.iter().map(Json::size_bytes).sum::<usize>() + items.len().saturating_sub(1);
        let depth = deepest(items.iter());
        Self(Arc::new(Held::Built(ArrayNode { items: Chunks::from_vec(items), bytes, depth })))
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || same_text(self.0.text(), other.0.text())
            || self.0.node().items.same(&other.0.node().items)
            || (self.len() == other.len() && self.iter().eq(other.iter()))
    }
}

impl Object {
    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.0.node().members.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the value of the member `name`.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let position = self.0.node().position(name).ok()?;
        self.0.node().members.get(position).map(|(_, value)| value)
    }

    /// Returns the members in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Arc<str>, &Json)> {
        self.0.node().members.iter().map(|(name, value)| (name, value))
    }

    /// Sets the member `name`, at the end if it is new.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: Json) {
        let name = name.into();
        let node = Arc::make_mut(&mut self.0).node_mut();
        let depth = value.depth() + 1;
        match node.position(&name) {
            Ok(position) => {
                let bytes = value.size_bytes();
                let Some((_, slot)) = node.members.get_mut(position) else { return };
                let old = std::mem::replace(slot, value);
                node.bytes = node.bytes + bytes - old.size_bytes();
                let shrinks = old.depth() + 1 == node.depth && depth < node.depth;
                node.depth =
                    if shrinks { deepest(node.members.iter().map(|(_, value)| value)) } else { node.depth.max(depth) };
            }
            Err(place) => {
                let len = node.members.len();
                node.bytes += text::quoted_len(&name) + 1 + value.size_bytes() + usize::from(len > 0);
                node.depth = node.depth.max(depth);
                node.members.push((name, value));
                if len + 1 == INDEXED {
                    node.index = order(&node.members);
                } else if len + 1 > INDEXED {
                    let mut index = node.index.to_vec();
                    index.insert(place, len as u32);
                    node.index = index.into();
                }
            }
        }
    }
}

impl ObjectNode {
    /// Returns the member's position, or where it would be inserted in `index`.
    fn position(&self, name: &str) -> Result<usize, usize> {
        if self.members.len() < INDEXED {
            return self.members.iter().position(|(it, _)| &**it == name).ok_or(0);
        }
        let found = self.index.binary_search_by(|&it| {
            let member = self.members.get(it as usize).expect("the index holds positions of members");
            (*member.0).cmp(name)
        });
        found.map(|place| self.index[place] as usize)
    }
}

impl FromIterator<(Arc<str>, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Json)>>(members: I) -> Self {
        let mut members: Vec<(Arc<str>, Json)> = members.into_iter().collect();
        drop_repeats(&mut members);
        let bytes = members.iter().map(|(name, value)| text::quoted_len(name) + 1 + value.size_bytes()).sum::<usize>()
            + members.len().saturating_sub(1);
        let depth = deepest(members.iter().map(|(_, value)| value));
        let members = Chunks::from_vec(members);
        let index = if members.len() < INDEXED { Arc::default() } else { order(&members) };
        Self(Arc::new(Held::Built(ObjectNode { members, index, bytes, depth })))
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || same_text(self.0.text(), other.0.text())
            || (self.len() == other.len()
                && self.iter().all(|(name, value)| other.get(name).is_some_and(|it| it == value)))
    }
}

/// Whether two values were read from the same text. `false` does not mean that they differ.
fn same_text(left: Option<&str>, right: Option<&str>) -> bool {
    left.is_some() && left == right
}

impl Default for ArrayNode {
    fn default() -> Self {
        Self { items: Chunks::from_vec(Vec::new()), bytes: 0, depth: 1 }
    }
}

impl Default for ObjectNode {
    fn default() -> Self {
        Self { members: Chunks::from_vec(Vec::new()), index: Arc::default(), bytes: 0, depth: 1 }
    }
}

impl Node for ArrayNode {
    fn of(value: Json) -> Option<Held<Self>> {
        if let Json::Array(array) = value { Arc::into_inner(array.0) } else { None }
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn depth(&self) -> u32 {
        self.depth
    }
}

impl Node for ObjectNode {
    fn of(value: Json) -> Option<Held<Self>> {
        if let Json::Object(object) = value { Arc::into_inner(object.0) } else { None }
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn depth(&self) -> u32 {
        self.depth
    }
}

/// Keeps, of members with the same name, the first place and the last value.
fn drop_repeats(members: &mut Vec<(Arc<str>, Json)>) {
    let mut by_name: Vec<usize> = (0..members.len()).collect();
    by_name.sort_by(|&a, &b| members[a].0.cmp(&members[b].0));
    if by_name.windows(2).all(|pair| members[pair[0]].0 != members[pair[1]].0) {
        return;
    }
    let mut kept: Vec<(Arc<str>, Json)> = Vec::with_capacity(members.len());
    let mut place: std::collections::BTreeMap<Arc<str>, usize> = std::collections::BTreeMap::new();
    for (name, value) in members.drain(..) {
        if let Some(&at) = place.get(&name) {
            kept[at].1 = value;
        } else {
            place.insert(Arc::clone(&name), kept.len());
            kept.push((name, value));
        }
    }
    *members = kept;
}

fn order(members: &Chunks<(Arc<str>, Json)>) -> Arc<[u32]> {
    let mut named: Vec<(&Arc<str>, u32)> =
        members.iter().zip(0..).map(|((name, _), position)| (name, position)).collect();
    named.sort();
    named.into_iter().map(|(_, position)| position).collect()
}

fn deepest<'a>(values: impl Iterator<Item = &'a Json>) -> u32 {
    values.map(Json::depth).max().unwrap_or(0) + 1
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<Arc<str>> for Json {
    fn from(value: Arc<str>) -> Self {
        Self::String(value)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Number(Number::Int(value))
    }
}

impl From<Number> for Json {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        text::parse(text).expect("test JSON")
    }

    #[test]
    fn a_value_is_24_bytes() {
        assert_eq!(size_of::<Json>(), 24);
    }

    #[test]
    fn size_and_depth_stay_those_of_the_text_through_changes() {
        let mut object = match json(r#"{"a":1,"b":{"c":[1,2,"é\n"]}}"#) {
            Json::Object(object) => object,
            other => panic!("{other:?}"),
        };
        let check = |value: &Json| {
            assert_eq!(value.size_bytes(), text::compact(value).len());
            assert_eq!(value.depth(), json(&text::compact(value)).depth());
        };
        check(&Json::Object(object.clone()));
        for idx in 0..300 {
            object.set(format!("key {idx}"), Json::array([Json::from(idx), Json::from("x")]));
        }
        object.set("b", Json::Null);
        check(&Json::Object(object.clone()));
        assert_eq!(object.get("key 299").and_then(|it| it.at(0)).and_then(Json::as_i64), Some(299));
        let mut array = Array::from_iter([Json::Null, json("[[1]]")]);
        array.push(json("{}"));
        array.set(1, Json::from(-10));
        check(&Json::Array(array));
    }

    #[test]
    fn objects_are_equal_in_any_order_and_keep_the_last_of_repeated_names() {
        assert_eq!(json(r#"{"a":1,"b":2}"#), json(r#"{"b":2.0,"a":1}"#));
        assert_eq!(text::compact(&json(r#"{"a":1,"b":2,"a":3}"#)), r#"{"a":3,"b":2}"#);
    }
}
