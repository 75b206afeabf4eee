//! What a distributed Map reads and writes: items out of the bytes of objects, batches of items, files of results.
//!
//! Nothing here opens a file or knows a state: bytes and [`Json`] come in and go out. Where objects are kept, an
//! adapter of [`Store`] knows.

mod batch;
mod manifest;
mod read;
mod results;
mod rows;
mod store;

pub use batch::{Batch, Batching};
pub use read::{Format, Load, Location, Reading, read};
pub use results::{Ending, File, OutputType, Record, Transformation, Writing, files, pending, shape};
pub use rows::{Delimiter, Headers};
pub use store::{Listed, Store, Trouble};

use std::sync::Arc;

use crate::json::{Array, Json, Object};

/// What the context object calls the source of items that come from the state's own data.
pub const STATE_DATA: &str = "STATE_DATA";

/// The items of a Map, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Items {
    /// The items; of an object its members, each as `{"Key", "Value"}`.
    pub values: Array,
    /// Whether they are the members of an object.
    pub keyed: bool,
    /// Where they come from: from which item on, and the place as the context object names it.
    sources: Arc<[(usize, Arc<str>)]>,
}

impl Items {
    /// Returns items that all come from `source`.
    pub fn new(values: Array, source: impl Into<Arc<str>>) -> Self {
        Self { values, keyed: false, sources: [(0, source.into())].into() }
    }

    /// Returns the members of an object as items, in order.
    pub fn of_members(members: &Object, source: impl Into<Arc<str>>) -> Self {
        let item = |(name, value): (&Arc<str>, &Json)| {
            Json::object([("Key", Json::String(Arc::clone(name))), ("Value", value.clone())])
        };
        Self { keyed: true, ..Self::new(members.iter().map(item).collect(), source) }
    }

    /// Returns items of several sources: from which item on, and the place. There has to be one.
    pub fn with_sources(values: Array, keyed: bool, sources: Vec<(usize, Arc<str>)>) -> Self {
        Self { values, keyed, sources: sources.into() }
    }

    /// Returns where they come from: from which item on, and the place.
    pub fn sources(&self) -> &[(usize, Arc<str>)] {
        &self.sources
    }

    /// Returns the number of items.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns where the item comes from, as the context object names it.
    pub fn source(&self, idx: usize) -> &Arc<str> {
        let after = self.sources.partition_point(|(first, _)| *first <= idx);
        &self.sources[after.saturating_sub(1)].1
    }

    /// Returns the name of the item and its value: the two parts of a member, no name for others.
    pub fn named(&self, idx: usize) -> (Option<&Json>, Option<&Json>) {
        let Some(item) = self.values.get(idx) else { return (None, None) };
        if self.keyed { (item.get("Key"), item.get("Value")) } else { (None, Some(item)) }
    }
}

/// Why items could not be read or results not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// As the service would fail; the text is its cause.
    Service(String),
    /// Nobody has said where objects are kept.
    NoStore {
        /// The bucket.
        bucket: Arc<str>,
        /// The object, or the beginning of the names of those that were to be listed.
        key: Arc<str>,
    },
}

impl Failed {
    fn service(cause: impl Into<String>) -> Self {
        Self::Service(cause.into())
    }
}
