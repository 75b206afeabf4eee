//! `Store`: the port through which objects are read, and what may be wrong with one.

use std::sync::Arc;

use super::Failed;
use crate::time::Timestamp;

/// Where objects are kept.
pub trait Store {
    /// Returns the bytes of an object.
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Trouble>;

    /// Returns the objects whose keys begin with `prefix`, in the order of their keys' bytes.
    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, Trouble>;
}

/// An object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name within the bucket.
    pub key: Arc<str>,
    /// Its bytes.
    pub n_bytes: u64,
    /// When it was written.
    pub modified: Timestamp,
}

/// Why an object could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody has said where objects are kept.
    NoStore,
    /// There is no such bucket.
    NoBucket,
    /// The bucket has no such object.
    NoKey,
    /// Something else, in words.
    Other(String),
}

impl Trouble {
    /// Returns the failure, with the service's sentence where it has one.
    pub fn about(self, bucket: &str, key: &str) -> Failed {
        let answer = |sentence: &str, code: &str| {
            Failed::service(format!(
                "{sentence} (Service: Amazon S3; Status Code: 404; Error Code: {code}; Bucket: {bucket}; Key: {key})"
            ))
        };
        match self {
            Self::NoStore => Failed::NoStore { bucket: bucket.into(), key: key.into() },
            Self::NoBucket => answer("The specified bucket does not exist", "NoSuchBucket"),
            Self::NoKey => answer("The specified key does not exist.", "NoSuchKey"),
            Self::Other(what) => Failed::service(format!("{what} (Bucket: {bucket}; Key: {key})")),
        }
    }
}
