//! Files that name the files with the items: inventories of S3 and the lists that Athena writes of its queries.

use std::sync::Arc;

use super::Failed;
use super::read::utf8;
use crate::json::{Json, text};

/// What an inventory says.
pub(super) struct Inventory {
    pub(super) bucket: Arc<str>,
    pub(super) columns: Vec<Arc<str>>,
    pub(super) files: Vec<Arc<str>>,
}

/// Reads the `manifest.json` of an inventory that was found in `bucket`.
pub(super) fn inventory(bytes: &[u8], bucket: &str) -> Result<Inventory, Failed> {
    let wrong = |what: String| Failed::service(format!("The manifest is no inventory of S3: {what}"));
    let root = text::parse(utf8(bytes)?).map_err(|error| wrong(format!("it is not JSON: {error}")))?;
    match root.get("fileFormat").and_then(Json::as_str) {
        Some("CSV") | None => {}
        Some(other) => return Err(wrong(format!("its fileFormat is {other}; only CSV can be read"))),
    }
    let schema = root.get("fileSchema").and_then(Json::as_str).unwrap_or_default();
    let columns: Vec<Arc<str>> = schema.split(',').map(str::trim).filter(|it| !it.is_empty()).map(Arc::from).collect();
    let files = root.get("files").and_then(Json::as_array).ok_or_else(|| wrong("it has no list files".to_owned()))?;
    let key = |file: &Json| file.get("key").and_then(Json::as_str).map(Arc::from);
    let files: Option<Vec<Arc<str>>> = files.iter().map(key).collect();
    let destination = root.get("destinationBucket").and_then(Json::as_str);
    Ok(Inventory {
        // It is written as an ARN.
        bucket: destination.and_then(|it| it.rsplit(':').next()).filter(|it| !it.is_empty()).unwrap_or(bucket).into(),
        columns,
        files: files.ok_or_else(|| wrong("a file in it has no key".to_owned()))?,
    })
}

/// A bucket and a key.
type Place = (Arc<str>, Arc<str>);

/// Reads the list of Athena: one address of an object a line.
pub(super) fn athena(bytes: &[u8]) -> Result<Vec<Place>, Failed> {
    let mut found = Vec::new();
    for (nr, line) in (1..).zip(utf8(bytes)?.lines()) {
        let address = line.trim().trim_matches('"');
        if address.is_empty() {
            continue;
        }
        let place =
            address.get(..5).filter(|it| it.eq_ignore_ascii_case("s3://")).and_then(|_| address[5..].split_once('/'));
        let (bucket, key) = place.ok_or_else(|| {
            Failed::service(format!("Line {nr} of the manifest is no address of an object, such as s3://bucket/key"))
        })?;
        found.push((bucket.into(), key.into()));
    }
    Ok(found)
}
