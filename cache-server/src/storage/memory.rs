//! The `memory` engine: an ordered map, for tests and for in-process use; nothing survives the process.

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::RwLock;

use super::{
    Batch, Change, Child, Error, Folder, Listed, Object, ObjectPath, Outcome, Result, Storage, Version, Versions, Write,
};

/// Objects in an ordered map. A commit is atomic, and so are the reads of one `get_many`.
#[derive(Debug, Default)]
pub struct Memory {
    objects: RwLock<BTreeMap<Box<str>, (Version, Bytes)>>,
    versions: Versions,
}

impl Memory {
    /// Makes an empty storage.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Storage for Memory {
    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        let objects = self.objects.read();
        let read = |path: &ObjectPath| {
            let (version, bytes) = objects.get(path.as_str())?;
            Some(Object { bytes: bytes.clone(), version: version.clone(), modified: version.millis(), mark: None })
        };
        Ok(paths.iter().map(read).collect())
    }

    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        Ok(self.objects.read().contains_key(path.as_str()))
    }

    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        // Whoever lists page after page lets others go on in between.
        tokio::task::yield_now().await;
        let range = Range::new(folder, after, None);
        let objects = self.objects.read();
        Ok(objects.range::<str, _>(range.bounds()).take(limit).map(|(path, (_, bytes))| listed(path, bytes)).collect())
    }

    async fn list_back(&self, folder: &Folder, before: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        tokio::task::yield_now().await;
        let range = Range::new(folder, None, before);
        let objects = self.objects.read();
        Ok(objects
            .range::<str, _>(range.bounds())
            .rev()
            .take(limit)
            .map(|(path, (_, bytes))| listed(path, bytes))
            .collect())
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        tokio::task::yield_now().await;
        let objects = self.objects.read();
        let next = |seek: &str, inclusive: bool| {
            let start = if inclusive { Bound::Included(seek) } else { Bound::Excluded(seek) };
            Ok(objects.range::<str, _>((start, Bound::Unbounded)).next().map(|(path, _)| path.to_string()))
        };
        skip_scan(folder, after, limit, next)
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        let mut objects = self.objects.write();
        for require in &batch.requires {
            let now = objects.get(require.path().as_str()).map(|(version, _)| version);
            if !require.holds(now) {
                return Err(Error::Precondition { path: require.path().clone() });
            }
        }
        let mut outcomes = Vec::with_capacity(8);
        for write in batch.stages.into_iter().flatten() {
            let (path, change) = match write {
                Write::Put(path, bytes) => (path, Change::Put(bytes)),
                Write::Delete(path) => (path, Change::Delete),
                Write::Edit(path, edit) => {
                    let change = edit.apply(objects.get(path.as_str()).map(|(_, bytes)| bytes.as_ref()));
                    (path, change)
                }
            };
            outcomes.push(match change {
                Change::Put(bytes) => {
                    let version = self.versions.next();
                    objects.insert(path.as_str().into(), (version.clone(), bytes));
                    Outcome::Written(version)
                }
                Change::Delete if objects.remove(path.as_str()).is_some() => Outcome::Deleted,
                Change::Delete | Change::Keep => Outcome::Unchanged,
            });
        }
        Ok(outcomes)
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}

fn listed(path: &str, bytes: &Bytes) -> Listed {
    Listed { path: ObjectPath::from_parsed(path.to_owned()), size: bytes.len() as u64 }
}

/// The paths below a folder, after one path and before another, in byte order.
pub(super) struct Range {
    start: Bound<String>,
    end: Bound<String>,
}

impl Range {
    pub(super) fn new(folder: &Folder, after: Option<&str>, before: Option<&str>) -> Self {
        let prefix = folder.prefix();
        let past = (!prefix.is_empty()).then(|| past_folder("", folder.as_str()));
        let end = match (before, past) {
            (Some(before), Some(past)) if *before >= *past => Bound::Excluded(past),
            (None, Some(past)) => Bound::Excluded(past),
            // Nothing is before what comes before the folder itself.
            (Some(before), _) => Bound::Excluded(before.max(prefix.as_str()).to_owned()),
            (None, None) => Bound::Unbounded,
        };
        let start = match after {
            Some(after) if *after >= *prefix => match &end {
                // A range must not begin behind its end.
                Bound::Excluded(end) if after >= end.as_str() => Bound::Included(end.clone()),
                _ => Bound::Excluded(after.to_owned()),
            },
            _ => Bound::Included(prefix),
        };
        Self { start, end }
    }

    pub(super) fn bounds(&self) -> (Bound<&str>, Bound<&str>) {
        (self.start.as_ref().map(String::as_str), self.end.as_ref().map(String::as_str))
    }
}

/// Finds what lies directly in a folder by seeking past each sub-folder, at one seek a child.
///
/// `next(path, inclusive)` gives the first path from (or after) `path` in byte order.
pub(super) fn skip_scan(
    folder: &Folder,
    after: Option<&str>,
    limit: usize,
    next: impl Fn(&str, bool) -> Result<Option<String>>,
) -> Result<Vec<Child>> {
    let prefix = folder.prefix();
    let mut children = Vec::new();
    let (mut seek, mut inclusive) = match after.and_then(|key| key.strip_suffix('/')) {
        Some(folder) => (past_folder(&prefix, folder), true),
        None => (format!("{prefix}{}", after.unwrap_or_default()), after.is_none()),
    };
    while children.len() < limit {
        let Some(path) = next(&seek, inclusive)? else { break };
        let Some(rest) = path.strip_prefix(&prefix) else { break };
        if let Some((name, _)) = rest.split_once('/') {
            (seek, inclusive) = (past_folder(&prefix, name), true);
            children.push(Child::Folder(name.to_owned()));
        } else {
            children.push(Child::File(rest.to_owned()));
            (seek, inclusive) = (path, false);
        }
    }
    Ok(children)
}

/// The first text that sorts after everything in a folder: `0` is the character after `/`.
fn past_folder(prefix: &str, name: &str) -> String {
    format!("{prefix}{name}0")
}
