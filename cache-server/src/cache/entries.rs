//! Bulk reads: the entries of a namespace, and the child files of a key, with their content.

use cache_client::{CacheId, DataKey, Namespace, Strategy};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::{Cache, ChildFile, Entry, Error, Parts, Result};
use crate::layout;
use crate::records::IdReference;
use crate::storage::{Object, ObjectPath};

/// How many entries are read at a time.
const AT_ONCE: usize = 8;

/// Which entries of a namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only those of this strategy.
    pub strategy: Option<Strategy>,
    /// Only those whose cache key begins with this.
    pub key_prefix: Option<String>,
}

/// One entry of a bulk read, and where to go on after it.
#[derive(Debug)]
pub struct EntryLine {
    /// The entry.
    pub entry: Entry,
    /// The path of its id reference.
    pub at: String,
}

/// In which order child files are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By name.
    #[default]
    Ascending,
    /// By name, from the last to the first.
    Descending,
}

impl Cache {
    /// Reads entries by walking the id references from `after` on: up to `limit` references, so possibly fewer entries.
    ///
    /// Answers the entries that match and where the next page begins. Costs a listing and at most three reads an entry.
    pub async fn entries(
        &self,
        namespace: &Namespace,
        filter: &EntryFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<EntryLine>, Option<String>)> {
        let folder = layout::references_folder(namespace, "by-id");
        let page = self.storage.list(&folder, after, limit).await?;
        let next = if page.len() == limit { page.last().map(|listed| listed.path.to_string()) } else { None };
        let paths: Vec<_> = page.into_iter().map(|listed| listed.path).collect();
        let objects = self.storage.get_many(&paths).await?;
        let mut entries = Vec::new();
        for (path, object) in paths.into_iter().zip(objects) {
            let Some(reference) = object.and_then(|object| parse_reference(&path, &object)) else { continue };
            if filter.strategy.is_none_or(|strategy| strategy == reference.strategy) {
                entries.push(self.line(path, reference).boxed());
            }
        }
        let lines: Vec<Option<EntryLine>> = stream::iter(entries).buffered(AT_ONCE).try_collect().await?;
        let mut lines: Vec<_> = lines.into_iter().flatten().collect();
        if let Some(prefix) = &filter.key_prefix {
            lines.retain(|line| line.entry.owner.cache_key.starts_with(prefix.as_str()));
        }
        Ok((lines, next))
    }

    async fn line(&self, path: ObjectPath, reference: IdReference) -> Result<Option<EntryLine>> {
        let entry = readable(&path, self.entry(reference, Parts::All).await)?;
        Ok(entry.map(|entry| EntryLine { entry, at: path.to_string() }))
    }

    /// Finds child files of a key in path order, after (or, descending, before) the path `after`.
    ///
    /// Answers the files and where the next page begins; `None` when there is no such entry. Costs a listing of what it
    /// answers; descending on `s3`, of everything up to that.
    pub async fn child_files_of(
        &self,
        namespace: &Namespace,
        id: CacheId,
        key: Option<&DataKey>,
        order: Order,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Option<(Vec<ChildFile>, Option<String>)>> {
        let Some(reference) = self.reference(namespace, id).await? else { return Ok(None) };
        let Some(folder) = reference.file_paths.data_folders.first() else { return Ok(Some((Vec::new(), None))) };
        let page = match order {
            Order::Ascending => self.children(folder, key, true, after, limit).await?,
            Order::Descending => self.children_back(folder, key, after, limit).await?,
        };
        Ok(Some(page))
    }

    /// Reads the content of child files; `None` for one that is gone.
    pub async fn contents(&self, files: &[ChildFile]) -> Result<Vec<Option<Object>>> {
        let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
        Ok(self.storage.get_many(&paths).await?)
    }
}

/// A reference of a bulk read; one that cannot be read is logged and left out, so that it does not hide the others.
fn parse_reference(path: &ObjectPath, object: &Object) -> Option<IdReference> {
    readable(path, super::document(path, object).map(Some)).ok().flatten()
}

/// Leaves out, with a warning, what cannot be read; other failures end the bulk read.
pub(super) fn readable<T>(path: &ObjectPath, result: Result<Option<T>>) -> Result<Option<T>> {
    match result {
        Err(Error::Unreadable { reason, .. }) => {
            tracing::warn!(%path, reason, "left out of a bulk read: cannot be read");
            Ok(None)
        }
        other => other,
    }
}
