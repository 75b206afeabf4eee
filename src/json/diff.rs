//! What two JSON values differ in: places, and what stood and stands there.

use super::{Array, Json, Object};

/// One place in which two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where, as a JSON pointer (RFC 6901). Of an item that moved within a list it is the place before, or after for
    /// one that was not there.
    pub pointer: String,
    /// What stood there; `None` where there was nothing.
    pub before: Option<Json>,
    /// What stands there; `None` where there is nothing any more.
    pub after: Option<Json>,
}

/// Returns the places in which `before` and `after` differ, in the order of `before`, at most `most` of them.
///
/// Objects are compared by name. Of lists the equal items at both ends belong together, so that one item more or less
/// is one difference; those between are compared one by one.
pub fn diff(before: &Json, after: &Json, most: usize) -> Vec<Difference> {
    let mut found = Found { list: Vec::new(), most };
    found.values(&mut String::new(), before, after);
    found.list
}

struct Found {
    list: Vec<Difference>,
    most: usize,
}

impl Found {
    fn add(&mut self, pointer: &str, before: Option<&Json>, after: Option<&Json>) {
        if self.list.len() < self.most {
            let (before, after) = (before.cloned(), after.cloned());
            self.list.push(Difference { pointer: pointer.to_owned(), before, after });
        }
    }

    fn values(&mut self, pointer: &mut String, before: &Json, after: &Json) {
        if self.list.len() >= self.most || before.same(after) || before == after {
            return;
        }
        match (before, after) {
            (Json::Object(before), Json::Object(after)) => self.objects(pointer, before, after),
            (Json::Array(before), Json::Array(after)) => self.arrays(pointer, before, after),
            _ => self.add(pointer, Some(before), Some(after)),
        }
    }

    fn objects(&mut self, pointer: &mut String, before: &Object, after: &Object) {
        for (name, value) in before.iter() {
            self.inside(pointer, name, |found, pointer| match after.get(name) {
                Some(other) => found.values(pointer, value, other),
                None => found.add(pointer, Some(value), None),
            });
        }
        for (name, value) in after.iter().filter(|(name, _)| before.get(name).is_none()) {
            self.inside(pointer, name, |found, pointer| found.add(pointer, None, Some(value)));
        }
    }

    fn arrays(&mut self, pointer: &mut String, before: &Array, after: &Array) {
        let shorter = before.len().min(after.len());
        let head = before.iter().zip(after.iter()).take_while(|(left, right)| left == right).count();
        let tails = before.iter().rev().zip(after.iter().rev());
        let tail = tails.take(shorter - head).take_while(|(left, right)| left == right).count();
        let (n_before, n_after) = (before.len() - tail, after.len() - tail);
        for idx in head..n_before.max(n_after) {
            let left = before.get(idx).filter(|_| idx < n_before);
            let right = after.get(idx).filter(|_| idx < n_after);
            self.inside(pointer, &idx.to_string(), |found, pointer| match (left, right) {
                (Some(left), Some(right)) => found.values(pointer, left, right),
                (left, right) => found.add(pointer, left, right),
            });
        }
    }

    fn inside(&mut self, pointer: &mut String, name: &str, work: impl FnOnce(&mut Self, &mut String)) {
        let len = pointer.len();
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        work(self, pointer);
        pointer.truncate(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::text::{compact, parse};

    fn check(before: &str, after: &str, expected: &[(&str, &str, &str)]) {
        let value = |text| parse(text).expect("test JSON");
        let shown = |it: &Option<Json>| it.as_ref().map_or_else(|| "-".to_owned(), compact);
        let found = diff(&value(before), &value(after), 99);
        let found: Vec<_> = found.iter().map(|it| (it.pointer.clone(), shown(&it.before), shown(&it.after))).collect();
        let expected: Vec<_> =
            expected.iter().map(|(at, old, new)| ((*at).to_owned(), (*old).to_owned(), (*new).to_owned())).collect();
        assert_eq!(found, expected, "{before} → {after}");
    }

    #[test]
    fn what_is_equal_has_no_difference() {
        check(r#"{"a":1,"b":[1,2]}"#, r#"{"b":[1.0,2],"a":1}"#, &[]);
    }

    #[test]
    fn members_come_go_and_change() {
        check(
            r#"{"a":1,"b":{"c/d":2},"e":3}"#,
            r#"{"a":1,"b":{"c/d":4},"f~":5}"#,
            &[("/b/c~1d", "2", "4"), ("/e", "3", "-"), ("/f~0", "-", "5")],
        );
        check("1", "\"1\"", &[("", "1", "\"1\"")]);
    }

    #[test]
    fn one_item_more_or_less_is_one_difference() {
        check("[1,2,3]", "[0,1,2,3]", &[("/0", "-", "0")]);
        check("[1,2,3,4]", "[1,4]", &[("/1", "2", "-"), ("/2", "3", "-")]);
        check("[1,[2],3]", "[1,[5],3]", &[("/1/0", "2", "5")]);
        check("[1,1]", "[1]", &[("/1", "1", "-")]);
    }

    #[test]
    fn it_stops_where_it_is_told_to() {
        let (before, after) = (parse("[1,2,3]").expect("test JSON"), parse("[4,5,6]").expect("test JSON"));
        assert_eq!(diff(&before, &after, 2).len(), 2);
    }
}
