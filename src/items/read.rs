//! `ItemReader`: from the bytes of objects to items.

use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use md5::{Digest as _, Md5};

use super::rows::{Delimiter, Headers, rows};
use super::store::{Listed, Store};
use super::{Failed, Items, manifest};
use crate::json::{Array, Json, Number, text};

/// The most items that a Map Run takes (the service's quota).
const MOST_ITEMS: i64 = 100_000_000;

/// What a reader reads, with everything evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The bucket.
    pub bucket: Arc<str>,
    /// What in the bucket.
    pub location: Location,
    /// How many items at most, as the definition says it: it may be wrong.
    pub max_items: Option<i64>,
}

/// What in a bucket is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Location {
    /// One object.
    Object {
        /// Its name within the bucket.
        key: Arc<str>,
        /// What is in it.
        load: Load,
    },
    /// The objects whose keys begin so.
    Listing {
        /// The beginning, empty for all.
        prefix: Arc<str>,
        /// What is in them, where their items are wanted and not they themselves (`LOAD_AND_FLATTEN`).
        load: Option<Format>,
    },
}

impl Location {
    /// Returns the key, or the beginning of keys.
    pub fn key(&self) -> &Arc<str> {
        match self {
            Self::Object { key, .. } => key,
            Self::Listing { prefix, .. } => prefix,
        }
    }
}

/// What is in an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// The items.
    Items(Format),
    /// An inventory of S3, which names the files with the items and their columns. Other names of columns, if any.
    Inventory(Option<Headers>, Delimiter),
    /// The list that Athena writes of the files of a query, and what these hold.
    AthenaData(Format),
}

/// How items are written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// One a row.
    Csv(Headers, Delimiter),
    /// One list, which stands where the pointer says (RFC 6901; empty for the whole text).
    Json {
        /// `ItemsPointer`
        pointer: Arc<str>,
    },
    /// One a line.
    Jsonl,
}

/// Reads the items that `reading` asks for out of `store`.
///
/// Fails with the cause that the service has for it, or because nobody has said where objects are.
pub fn read(reading: &Reading, store: &dyn Store) -> Result<Items, Failed> {
    let most = match reading.max_items {
        Some(most) if most <= 0 => return Err(Failed::service("field MaxItems must be positive")),
        Some(most) => most.min(MOST_ITEMS) as usize,
        None => MOST_ITEMS as usize,
    };
    let bucket = &*reading.bucket;
    let mut into = Collected { values: Vec::new(), keyed: false, sources: Vec::new(), most };
    match &reading.location {
        Location::Object { key, load: Load::Items(format) } => into.object(store, bucket, key, format)?,
        Location::Object { key, load: Load::Inventory(headers, delimiter) } => {
            let inventory = manifest::inventory(&content(store, bucket, key)?, bucket)?;
            let headers = headers.clone().unwrap_or(Headers::Given(inventory.columns));
            let format = Format::Csv(headers, *delimiter);
            for key in &inventory.files {
                into.object(store, &inventory.bucket, key, &format)?;
            }
        }
        Location::Object { key, load: Load::AthenaData(format) } => {
            for (bucket, key) in manifest::athena(&content(store, bucket, key)?)? {
                into.object(store, &bucket, &key, format)?;
            }
        }
        Location::Listing { prefix, load } => {
            let listed = store.list(bucket, prefix).map_err(|it| it.about(bucket, prefix))?;
            match load {
                None => into.listing(store, bucket, &listed)?,
                Some(format) => {
                    // A key that ends in a slash stands for a folder.
                    for object in listed.iter().filter(|it| !it.key.ends_with('/')) {
                        into.object(store, bucket, &object.key, format)?;
                    }
                }
            }
        }
    }
    Ok(into.items(bucket))
}

/// Items as far as they have been read.
struct Collected {
    values: Vec<Json>,
    keyed: bool,
    sources: Vec<(usize, Arc<str>)>,
    most: usize,
}

impl Collected {
    fn items(self, bucket: &str) -> Items {
        let sources = if self.sources.is_empty() { vec![(0, source(bucket, ""))] } else { self.sources };
        Items { values: self.values.into_iter().collect::<Array>(), keyed: self.keyed, sources: sources.into() }
    }

    fn is_full(&self) -> bool {
        self.values.len() >= self.most
    }

    /// Adds the items of one object.
    fn object(&mut self, store: &dyn Store, bucket: &str, key: &str, format: &Format) -> Result<(), Failed> {
        if self.is_full() {
            return Ok(());
        }
        let bytes = content(store, bucket, key)?;
        let first = self.values.len();
        match format {
            Format::Csv(headers, delimiter) => rows(&bytes, headers, *delimiter, self.most, &mut self.values)?,
            Format::Jsonl => self.lines(&bytes)?,
            Format::Json { pointer } => self.document(&bytes, pointer)?,
        }
        self.sources.push((first, source(bucket, key)));
        Ok(())
    }

    fn lines(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        for (nr, line) in (1..).zip(utf8(bytes)?.lines()) {
            if self.is_full() {
                break;
            }
            if !line.trim().is_empty() {
                let wrong = |error| Failed::service(format!("Line {nr} is not JSON: {error}"));
                self.values.push(text::parse(line).map_err(wrong)?);
            }
        }
        Ok(())
    }

    /// Adds the items of a list, or with a pointer also the members of an object.
    ///
    /// Without a pointer an object is refused, as recorded in 2023; the documents of 2025 take it.
    fn document(&mut self, bytes: &[u8], pointer: &str) -> Result<(), Failed> {
        let parsed = text::parse(utf8(bytes)?);
        let root = parsed.map_err(|error| Failed::service(format!("The file is not JSON: {error}")))?;
        let found = at_pointer(&root, pointer).ok_or_else(|| {
            Failed::service(
                "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.",
            )
        })?;
        let left = self.most - self.values.len();
        match found {
            Json::Array(items) => self.values.extend(items.iter().take(left).cloned()),
            Json::Object(members) if !pointer.is_empty() => {
                self.keyed = true;
                self.values.extend(Items::of_members(members, "").values.iter().take(left).cloned());
            }
            _ => return Err(Failed::service("Attempting to map over non-iterable node.")),
        }
        Ok(())
    }

    /// Adds the objects themselves, as `ListObjectsV2` describes them to a Map.
    fn listing(&mut self, store: &dyn Store, bucket: &str, listed: &[Listed]) -> Result<(), Failed> {
        for object in listed.iter().take(self.most) {
            let bytes = store.get(bucket, &object.key).map_err(|it| it.about(bucket, &object.key))?;
            let digest = Md5::digest(&bytes).iter().fold(String::new(), |mut digits, byte| {
                let _ = write!(digits, "{byte:02x}");
                digits
            });
            // Whole seconds, written as a double.
            let modified = (object.modified.as_millis().div_euclid(1_000)) as f64;
            self.values.push(Json::object([
                ("Etag", Json::from(format!("\"{digest}\""))),
                ("Key", Json::String(Arc::clone(&object.key))),
                ("LastModified", Json::Number(Number::Float(modified))),
                ("Size", Json::from(object.n_bytes as i64)),
                ("StorageClass", "STANDARD".into()),
            ]));
        }
        Ok(())
    }
}

/// Returns a place as the context object names it; of a listing only the bucket.
fn source(bucket: &str, key: &str) -> Arc<str> {
    if key.is_empty() { format!("S3://{bucket}").into() } else { format!("S3://{bucket}/{key}").into() }
}

/// Returns the bytes of an object, unpacked where they are packed.
fn content(store: &dyn Store, bucket: &str, key: &str) -> Result<Vec<u8>, Failed> {
    let bytes = store.get(bucket, key).map_err(|it| it.about(bucket, key))?;
    if bytes.starts_with(b"\x28\xB5\x2F\xFD") {
        return Err(Failed::service(format!("{key} is packed with ZSTD, which Stepscope does not unpack; use GZIP")));
    }
    if !bytes.starts_with(b"\x1F\x8B") {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(&*bytes).read_to_end(&mut unpacked);
    read.map_err(|error| Failed::service(format!("{key} cannot be unpacked with GZIP: {error}")))?;
    Ok(unpacked)
}

pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Failed> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Failed::service(format!("The file is not UTF-8 text: byte {at} does not belong to a character"))
    })
}

/// Returns what the pointer leads to (RFC 6901).
fn at_pointer<'a>(root: &'a Json, pointer: &str) -> Option<&'a Json> {
    if pointer.is_empty() {
        return Some(root);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(root, |it, step| match it {
        Json::Array(items) => items.get(step.parse().ok()?),
        Json::Object(members) => members.get(&step.replace("~1", "/").replace("~0", "~")),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::store::Trouble;
    use super::*;
    use crate::time::Timestamp;

    struct Memory(BTreeMap<&'static str, Vec<u8>>);

    impl Memory {
        fn of<const N: usize>(objects: [(&'static str, &str); N]) -> Self {
            Self(objects.into_iter().map(|(key, text)| (key, text.as_bytes().to_vec())).collect())
        }
    }

    impl Store for Memory {
        fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Trouble> {
            if bucket != "b" {
                return Err(Trouble::NoBucket);
            }
            self.0.get(key).cloned().ok_or(Trouble::NoKey)
        }

        fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, Trouble> {
            let listed = |(key, bytes): (&&str, &Vec<u8>)| Listed {
                key: Arc::from(*key),
                n_bytes: bytes.len() as u64,
                modified: Timestamp::from_millis(1_789_180_622_750),
            };
            let found = self.0.iter().filter(|(key, _)| key.starts_with(prefix)).map(listed);
            if bucket == "b" { Ok(found.collect()) } else { Err(Trouble::NoBucket) }
        }
    }

    fn object(key: &str, load: Load) -> Reading {
        Reading { bucket: "b".into(), location: Location::Object { key: key.into(), load }, max_items: None }
    }

    fn json(pointer: &str) -> Load {
        Load::Items(Format::Json { pointer: pointer.into() })
    }

    fn shown(found: Result<Items, Failed>) -> Result<String, String> {
        found.map(|it| text::compact(&Json::Array(it.values))).map_err(|it| match it {
            Failed::Service(cause) => cause,
            Failed::NoStore { .. } => "no store".to_owned(),
        })
    }

    #[test]
    fn a_list_of_json_is_items_and_anything_else_is_not() {
        let store = Memory::of([
            ("list", "[1,{\"a\":2}]"),
            ("object", "{\"rows\":[7],\"a/b\":{\"x\":1},\"n\":1}"),
            ("broken", "[1,"),
        ]);
        let read = |key, pointer| shown(read(&object(key, json(pointer)), &store));
        assert_eq!(read("list", ""), Ok(r#"[1,{"a":2}]"#.to_owned()));
        assert_eq!(read("object", ""), Err("Attempting to map over non-iterable node.".to_owned()));
        assert_eq!(read("object", "/rows"), Ok("[7]".to_owned()));
        assert_eq!(read("object", "/a~1b"), Ok(r#"[{"Key":"x","Value":1}]"#.to_owned()));
        assert_eq!(read("object", "/n"), Err("Attempting to map over non-iterable node.".to_owned()));
        assert!(read("object", "/none").expect_err("no such place").contains("ItemsPointer"));
        assert!(read("broken", "").expect_err("broken").contains("line 1"));
        assert!(read("none", "").expect_err("missing").contains("NoSuchKey"));
    }

    #[test]
    fn lines_of_json_are_items_and_a_wrong_one_is_named() {
        let store = Memory::of([("good", "1\n\n{\"a\":2}\r\n"), ("bad", "1\n{")]);
        let read = |key| shown(read(&object(key, Load::Items(Format::Jsonl)), &store));
        assert_eq!(read("good"), Ok(r#"[1,{"a":2}]"#.to_owned()));
        assert!(read("bad").expect_err("broken").starts_with("Line 2 is not JSON"));
    }

    #[test]
    fn there_are_at_most_so_many_items() {
        let store = Memory::of([("list", "[1,2,3]")]);
        let read = |max| shown(read(&Reading { max_items: Some(max), ..object("list", json("")) }, &store));
        assert_eq!(read(2), Ok("[1,2]".to_owned()));
        assert_eq!(read(9), Ok("[1,2,3]".to_owned()));
        for wrong in [0, -1] {
            assert_eq!(read(wrong), Err("field MaxItems must be positive".to_owned()));
        }
    }

    fn listing(load: Option<Format>) -> Reading {
        let location = Location::Listing { prefix: "in/".into(), load };
        Reading { bucket: "b".into(), location, max_items: None }
    }

    #[test]
    fn a_listing_gives_the_objects_or_what_is_in_them() {
        let store = Memory::of([("in/", ""), ("in/a.json", "[1,2]"), ("in/b.json", "[3]"), ("other", "")]);
        let mut objects = read(&listing(None), &store).expect("there");
        assert_eq!(objects.len(), 3);
        let last = text::compact(objects.values.get(2).expect("three"));
        let expected = r#"{"Etag":"\"f2577a6fc29b900fe7d4c6321346be48\"","Key":"in/b.json","LastModified":1.789180622E9,"Size":3,"StorageClass":"STANDARD"}"#;
        assert_eq!(last, expected);
        assert_eq!(&**objects.source(1), "S3://b");
        objects = read(&listing(Some(Format::Json { pointer: "".into() })), &store).expect("there");
        assert_eq!(text::compact(&Json::Array(objects.values.clone())), "[1,2,3]");
        let sources = [0, 1, 2].map(|idx| objects.source(idx).to_string());
        assert_eq!(sources, ["S3://b/in/a.json", "S3://b/in/a.json", "S3://b/in/b.json"]);
    }

    #[test]
    fn an_inventory_names_its_files_and_columns() {
        let manifest = r#"{"destinationBucket":"arn:aws:s3:::b","fileFormat":"CSV","fileSchema":"Bucket, Key",
            "files":[{"key":"data/1.csv"},{"key":"data/2.csv.gz"}]}"#;
        let mut store = Memory::of([("m/manifest.json", manifest), ("data/1.csv", "\"x\",\"one\"\n")]);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, b"\"x\",\"two\"\n").expect("memory");
        store.0.insert("data/2.csv.gz", packed.finish().expect("memory"));
        let found = shown(read(&object("m/manifest.json", Load::Inventory(None, Delimiter::Comma)), &store));
        assert_eq!(found, Ok(r#"[{"Bucket":"x","Key":"one"},{"Bucket":"x","Key":"two"}]"#.to_owned()));
    }

    #[test]
    fn a_list_of_athena_names_files_in_any_bucket() {
        let store =
            Memory::of([("q-manifest.csv", "s3://b/part-1\ns3://b/part-2\n"), ("part-1", "1"), ("part-2", "2")]);
        let found = shown(read(&object("q-manifest.csv", Load::AthenaData(Format::Jsonl)), &store));
        assert_eq!(found, Ok("[1,2]".to_owned()));
    }

    #[test]
    fn a_hundred_thousand_rows_share_the_names_of_their_columns() {
        let text: String =
            std::iter::once("id,name\n".to_owned()).chain((0..100_000).map(|it| format!("{it},x\n"))).collect();
        let store = Memory(BTreeMap::from([("rows", text.into_bytes())]));
        let load = Load::Items(Format::Csv(Headers::FirstRow, Delimiter::Comma));
        let found = read(&object("rows", load), &store).expect("sound");
        assert_eq!(found.len(), 100_000);
        let name = |idx| {
            Arc::clone(
                found.values.get(idx).and_then(Json::as_object).and_then(|it| it.iter().next()).expect("two columns").0,
            )
        };
        assert!(Arc::ptr_eq(&name(0), &name(99_999)));
    }
}
