//! `ItemBatcher`: several items for one child execution.

use crate::json::{Array, Json};

/// How items are put together, with everything evaluated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batching {
    /// `MaxItemsPerBatch`
    pub max_items: Option<u64>,
    /// `MaxInputBytesPerBatch`
    pub max_bytes: Option<u64>,
    /// `BatchInput`
    pub input: Option<Json>,
}

/// Items that will be one input.
#[derive(Clone, Debug)]
pub struct Batch {
    items: Array,
    n_bytes: usize,
}

impl Batching {
    /// Returns a batch without an item.
    pub fn open(&self) -> Batch {
        let empty = Batch { items: Array::from_iter([]), n_bytes: 0 };
        Batch { n_bytes: self.input(&empty).size_bytes(), ..empty }
    }

    /// Whether the item still goes into the batch. The first one always does: no smaller batch would take it.
    pub fn takes(&self, batch: &Batch, item: &Json) -> bool {
        let n_items = batch.items.len() as u64;
        let n_bytes = (batch.n_bytes + 1 + item.size_bytes()) as u64;
        n_items == 0
            || (self.max_items.is_none_or(|most| n_items < most) && self.max_bytes.is_none_or(|most| n_bytes <= most))
    }

    /// Whether no further item goes into the batch, whatever its size.
    pub fn is_full(&self, batch: &Batch) -> bool {
        self.max_items.is_some_and(|most| batch.items.len() as u64 >= most)
    }

    /// Returns the input that the batch is, `{"BatchInput": …, "Items": […]}`.
    pub fn input(&self, batch: &Batch) -> Json {
        let items = ("Items", Json::Array(batch.items.clone()));
        let input = self.input.clone().map(|it| ("BatchInput", it));
        Json::object(input.into_iter().chain([items]))
    }
}

impl Batch {
    /// Adds an item.
    pub fn push(&mut self, item: Json) {
        self.n_bytes += item.size_bytes() + usize::from(!self.items.is_empty());
        self.items.push(item);
    }

    /// Returns the number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::text::{compact, parse};

    fn batches(batching: &Batching, items: &str) -> Vec<String> {
        let items = parse(items).expect("sound");
        let mut batch = batching.open();
        let mut found = Vec::new();
        for item in items.as_array().expect("a list").iter() {
            if !batching.takes(&batch, item) {
                found.push(compact(&batching.input(&batch)));
                batch = batching.open();
            }
            batch.push(item.clone());
        }
        found.push(compact(&batching.input(&batch)));
        found
    }

    #[test]
    fn a_batch_has_so_many_items() {
        let by_two = Batching { max_items: Some(2), ..Batching::default() };
        assert_eq!(batches(&by_two, "[1,2,3]"), [r#"{"Items":[1,2]}"#, r#"{"Items":[3]}"#]);
        let shared = Batching { max_items: Some(9), input: Some(Json::from("x")), ..Batching::default() };
        assert_eq!(batches(&shared, "[1,2]"), [r#"{"BatchInput":"x","Items":[1,2]}"#]);
    }

    #[test]
    fn a_batch_has_so_many_bytes_with_everything_around_its_items() {
        let of = |bytes| Batching { max_bytes: Some(bytes), ..Batching::default() };
        let whole = r#"{"Items":["aa","bb"]}"#;
        assert_eq!(batches(&of(whole.len() as u64), r#"["aa","bb"]"#), [whole]);
        let parts = [r#"{"Items":["aa"]}"#, r#"{"Items":["bb"]}"#];
        assert_eq!(batches(&of(whole.len() as u64 - 1), r#"["aa","bb"]"#), parts);
        assert_eq!(batches(&of(1), r#"["aa","bb"]"#), parts, "an item that is too large stands alone");
    }
}
