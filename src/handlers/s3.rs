//! `S3`: a local folder as the buckets and objects that item readers read and result writers write.
//!
//! `DIR/<bucket>/<key>`. Without a folder nothing can be read but what this run has written, which is kept in memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use crate::engine::{EffectId, Failure, Outcome, ReadCall, TaskCall, TaskStep, WriteCall};
use crate::items::{Failed, File, Listed, Store, Trouble, read};
use crate::json::Json;
use crate::session::{Host, Reply};
use crate::time::{Duration, Timestamp};

/// Buckets and their objects.
#[derive(Clone, Debug, Default)]
pub struct S3 {
    root: Option<PathBuf>,
    /// Whether the folder stays as it is.
    spares_folder: bool,
    /// What was written and not put into a folder: by bucket and key, with the moment.
    written: BTreeMap<Name, (Timestamp, Arc<str>)>,
}

/// A bucket and a key.
type Name = (Arc<str>, Arc<str>);

impl S3 {
    /// Returns the buckets that are the folders in `root`.
    pub fn folder(root: PathBuf) -> Self {
        Self { root: Some(root), ..Self::default() }
    }

    /// Returns the buckets that are the folders in `root`, which are only read: what is written is kept in memory, and
    /// read from there.
    pub fn over_folder(root: PathBuf) -> Self {
        Self { root: Some(root), spares_folder: true, written: BTreeMap::new() }
    }

    /// Returns what was written and not put into a folder: buckets and keys.
    pub fn in_memory(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.written.keys().map(|(bucket, key)| (bucket, key))
    }

    /// Writes an object, in place of one that has its name. `at` is the moment on the virtual clock.
    pub fn put(&mut self, bucket: &Arc<str>, file: &File, at: Timestamp) -> Result<(), Trouble> {
        let Some(path) = self.path(bucket, &file.key)?.filter(|_| !self.spares_folder) else {
            let content = Arc::from(file.content.as_str());
            self.written.insert((Arc::clone(bucket), Arc::clone(&file.key)), (at, content));
            return Ok(());
        };
        let wrong = |path: &Path, error: std::io::Error| Trouble::Other(format!("{}: {error}", path.display()));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| wrong(folder, error))?;
        }
        fs::write(&path, &file.content).map_err(|error| wrong(&path, error))
    }

    /// Returns the path of an object; `None` without a folder. Names that would leave their bucket are no objects.
    fn path(&self, bucket: &str, key: &str) -> Result<Option<PathBuf>, Trouble> {
        let Some(root) = &self.root else { return Ok(None) };
        let plain = |name: &str| Path::new(name).components().all(|it| matches!(it, Component::Normal(_)));
        if bucket.is_empty() || bucket.contains(['/', '\\']) || !plain(bucket) {
            return Err(Trouble::NoBucket);
        }
        if key.is_empty() || key.contains('\\') || !plain(key) {
            return Err(Trouble::NoKey);
        }
        Ok(Some(root.join(bucket).join(key)))
    }
}

impl Store for S3 {
    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Trouble> {
        if let Some((_, content)) = self.written.get(&(bucket.into(), key.into())) {
            return Ok(content.as_bytes().to_vec());
        }
        let Some(path) = self.path(bucket, key)? else { return Err(Trouble::NoStore) };
        if key.ends_with('/') && path.is_dir() {
            return Ok(Vec::new());
        }
        fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
                let there =
                    path.components().count() > 1 && self.root.as_ref().is_some_and(|it| it.join(bucket).is_dir());
                if there { Trouble::NoKey } else { Trouble::NoBucket }
            }
            _ => Trouble::Other(format!("{}: {error}", path.display())),
        })
    }

    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, Trouble> {
        let here = self.written.iter().filter(|((it, _), _)| &**it == bucket);
        let mut found: Vec<Listed> = here
            .filter(|((_, key), _)| key.starts_with(prefix))
            .map(|((_, key), (at, content))| Listed {
                key: Arc::clone(key),
                n_bytes: content.len() as u64,
                modified: *at,
            })
            .collect();
        let Some(path) = self.path(bucket, "any")? else {
            return if found.is_empty() { Err(Trouble::NoStore) } else { Ok(found) };
        };
        let root = path.parent().map(Path::to_owned).unwrap_or_default();
        if !root.is_dir() {
            return if found.is_empty() { Err(Trouble::NoBucket) } else { Ok(found) };
        }
        let mut in_folder = Vec::new();
        walk(&root, "", prefix, &mut in_folder)?;
        in_folder.retain(|it| !self.written.contains_key(&(bucket.into(), Arc::clone(&it.key))));
        found.append(&mut in_folder);
        found.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(found)
    }
}

/// Finds the files below `folder` whose keys begin with `prefix`; `above` is the key of the folder, with its slash.
fn walk(folder: &Path, above: &str, prefix: &str, found: &mut Vec<Listed>) -> Result<(), Trouble> {
    let wrong = |path: &Path, error: std::io::Error| Trouble::Other(format!("{}: {error}", path.display()));
    for entry in fs::read_dir(folder).map_err(|error| wrong(folder, error))? {
        let entry = entry.map_err(|error| wrong(folder, error))?;
        let path = entry.path();
        let key = format!("{above}{}", entry.file_name().to_string_lossy());
        // Links to files are objects; links to folders could lead in circles.
        if entry.file_type().map_err(|error| wrong(&path, error))?.is_dir() {
            let key = key + "/";
            if key.starts_with(prefix) || prefix.starts_with(&key) {
                walk(&path, &key, prefix, found)?;
            }
            continue;
        }
        let Ok(about) = fs::metadata(&path) else { continue };
        if about.is_file() && key.starts_with(prefix) {
            let since = about.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            let modified = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
            found.push(Listed { key: key.into(), n_bytes: about.len(), modified });
        }
    }
    Ok(())
}

/// Answers tasks as `tasks` does, and what distributed Maps read and write with objects.
#[derive(Clone, Debug)]
pub struct WithS3<H> {
    /// What tasks answer.
    pub tasks: H,
    /// Where objects are.
    pub s3: S3,
}

impl<H: Host> Host for WithS3<H> {
    fn call(&mut self, id: EffectId, call: &Arc<TaskCall>) -> Reply {
        self.tasks.call(id, call)
    }

    fn read(&mut self, _: EffectId, call: &Arc<ReadCall>) -> Reply {
        match read(&call.reading, &self.s3) {
            Ok(items) => at_once(Outcome::Items(Arc::new(items))),
            Err(failed) => refused("States.ItemReaderFailed", failed),
        }
    }

    fn write(&mut self, _: EffectId, call: &Arc<WriteCall>) -> Reply {
        for file in &call.files {
            if let Err(trouble) = self.s3.put(&call.bucket, file, call.at) {
                return refused("States.ResultWriterFailed", trouble.about(&call.bucket, &file.key));
            }
        }
        at_once(Outcome::Succeeded(Json::Null))
    }

    fn cancel(&mut self, id: EffectId) {
        self.tasks.cancel(id);
    }
}

fn at_once(outcome: Outcome) -> Reply {
    Reply::Answers(vec![(Duration::ZERO, outcome)])
}

fn refused(error: &str, failed: Failed) -> Reply {
    match failed {
        Failed::Service(cause) => at_once(Outcome::Failed(Arc::new(Failure::named(error, cause)), TaskStep::Run)),
        Failed::NoStore { .. } => Reply::Unanswered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("stepscope-s3-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).expect("a folder for temporary files");
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn file(key: &str, content: &str) -> File {
        File { key: key.into(), content: content.to_owned() }
    }

    fn keys(listed: &[Listed]) -> Vec<&str> {
        listed.iter().map(|it| &*it.key).collect()
    }

    #[test]
    fn what_is_written_is_read_and_listed_in_the_order_of_keys() {
        let folder = Folder::new("round");
        let mut s3 = S3::folder(folder.0.clone());
        let bucket: Arc<str> = "b".into();
        for (key, content) in [("in/b.json", "2"), ("in/a/x.json", "11"), ("in.txt", "3"), ("out/c", "")] {
            s3.put(&bucket, &file(key, content), Timestamp::default()).expect("a folder that can be written");
        }
        assert_eq!(s3.get("b", "in/a/x.json"), Ok(b"11".to_vec()));
        let listed = s3.list("b", "in").expect("there");
        assert_eq!(keys(&listed), ["in.txt", "in/a/x.json", "in/b.json"]);
        assert_eq!(keys(&s3.list("b", "in/a").expect("there")), ["in/a/x.json"]);
        assert_eq!(s3.list("b", "none"), Ok(vec![]));
        assert_eq!(listed[1].n_bytes, 2);
    }

    #[test]
    fn what_is_not_there_is_told_apart() {
        let folder = Folder::new("missing");
        fs::create_dir_all(folder.0.join("b/dir")).expect("a folder for temporary files");
        fs::write(folder.0.join("secret"), "x").expect("a folder for temporary files");
        let s3 = S3::folder(folder.0.clone());
        assert_eq!(s3.get("b", "none"), Err(Trouble::NoKey));
        assert_eq!(s3.get("b", "dir"), Err(Trouble::NoKey));
        assert_eq!(s3.get("c", "none"), Err(Trouble::NoBucket));
        assert_eq!(s3.list("c", ""), Err(Trouble::NoBucket));
        for (bucket, key) in [("b", "../secret"), ("..", "x"), ("b", "/etc/hosts"), ("b/dir", "x"), ("", "x")] {
            assert!(s3.get(bucket, key).is_err(), "{bucket} {key}");
        }
    }

    #[test]
    fn a_folder_that_is_spared_is_read_and_not_written() {
        let folder = Folder::new("spared");
        fs::create_dir_all(folder.0.join("b")).expect("a folder for temporary files");
        fs::write(folder.0.join("b/old"), "1").expect("a folder for temporary files");
        let mut s3 = S3::over_folder(folder.0.clone());
        let bucket: Arc<str> = "b".into();
        for (key, content) in [("new", "22"), ("old", "333")] {
            s3.put(&bucket, &file(key, content), Timestamp::default()).expect("memory");
        }
        assert_eq!(s3.get("b", "new"), Ok(b"22".to_vec()));
        assert_eq!(s3.get("b", "old"), Ok(b"333".to_vec()));
        assert_eq!(keys(&s3.list("b", "").expect("there")), ["new", "old"]);
        assert_eq!(fs::read(folder.0.join("b/old")).expect("a file"), b"1");
        assert!(!folder.0.join("b/new").exists());
    }

    #[test]
    fn without_a_folder_only_what_was_written_is_there() {
        let mut s3 = S3::default();
        let bucket: Arc<str> = "b".into();
        assert_eq!(s3.get("b", "k"), Err(Trouble::NoStore));
        assert_eq!(s3.list("b", ""), Err(Trouble::NoStore));
        s3.put(&bucket, &file("k", "1"), Timestamp::from_millis(7)).expect("memory");
        assert_eq!(s3.get("b", "k"), Ok(b"1".to_vec()));
        assert_eq!(s3.list("b", "").expect("there")[0].modified, Timestamp::from_millis(7));
        assert_eq!(s3.in_memory().count(), 1);
    }
}
