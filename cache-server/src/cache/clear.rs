//! Deleting all entries of a namespace, or those of a key prefix, a page at a time.
//!
//! Nothing is remembered from page to page, so a deletion that was cut off at any moment goes on with the next page:
//!
//! 1. Entries are deleted as [`Cache::delete`] does it, in the order of their ids, until a look finds none.
//! 2. Without a prefix, what is left below the namespace goes then: what crashes left of stores and deletions, and what other
//!    hands put there. A file that was written within the last minute stays, since a store may be under way that still adds the
//!    reference to it; so there is a next page until it is a minute old, or has become an entry and is deleted as one.

use cache_client::{CacheId, Namespace};
use futures::{StreamExt, TryStreamExt, stream};

use super::entries::readable;
use super::{Cache, EntryFilter, Result, lost_race};
use crate::layout;
use crate::storage::{Batch, Change, ObjectPath, Outcome, Require};

/// How many entries, or files, are deleted at the same time.
const AT_ONCE: usize = 8;
/// How many references are looked at for those whose key has the prefix.
const REFERENCES: usize = 1000;

/// What a page of a deletion has deleted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// How many entries.
    pub entries: usize,
    /// How many files, of these entries and beside them.
    pub files: u64,
    /// Where the next page begins; `None` when the deletion is done.
    pub next: Option<String>,
}

impl Cache {
    /// Deletes up to `limit` entries whose key begins with a text, looking at entries from `after` on.
    ///
    /// Costs a listing and two small reads for each entry that is looked at, and a [deletion](Cache::delete) for each that matches.
    pub async fn clear_prefix(
        &self,
        namespace: &Namespace,
        key_prefix: String,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Cleared> {
        let filter = EntryFilter { strategy: None, key_prefix: Some(key_prefix) };
        let (mut found, mut next) = self.entries(namespace, &filter, after, REFERENCES).await?;
        if found.len() > limit {
            found.truncate(limit);
            next = found.last().map(|last| last.at.clone());
        }
        let mut cleared = Cleared { next, ..Cleared::default() };
        self.delete_all(namespace, found.into_iter().map(|found| found.reference.cache_id), &mut cleared).await?;
        Ok(cleared)
    }

    /// Deletes up to `limit` entries of a namespace, and when there are none up to as many of the files that are left.
    pub async fn clear(&self, namespace: &Namespace, limit: usize) -> Result<Cleared> {
        let folder = layout::references_folder(namespace, "by-id");
        let mut cleared = Cleared { next: Some(folder.to_string()), ..Cleared::default() };
        let mut before = None;
        // An entry may have been stored behind the last look.
        while before != Some(cleared.entries) {
            before = Some(cleared.entries);
            let mut after = None;
            loop {
                let wanted = limit - cleared.entries;
                let page = self.storage.list(&folder, after.as_deref(), wanted).await?;
                // What is named like no entry, or cannot be read, is left to the second step.
                let ids = page.iter().filter_map(|listed| listed.path.name().strip_suffix(".json"));
                let ids: Vec<CacheId> = ids.filter_map(|name| CacheId::parse(name).ok()).collect();
                self.delete_all(namespace, ids, &mut cleared).await?;
                if cleared.entries == limit {
                    return Ok(cleared);
                }
                match page.last() {
                    Some(last) if page.len() == wanted => after = Some(last.path.to_string()),
                    _ => break,
                }
            }
        }
        // What reads as absent is taken along.
        let left = self.storage.inventory(&layout::namespace_folder(namespace), None, limit).await?;
        let is_last = left.len() < limit;
        let removed = stream::iter(left).map(|(listed, _)| self.remove_left(listed.path)).buffer_unordered(AT_ONCE);
        let removed: Vec<bool> = removed.try_collect().await?;
        cleared.files += removed.iter().filter(|removed| **removed).count() as u64;
        if is_last && removed.iter().all(|removed| *removed) {
            cleared.next = None;
        }
        Ok(cleared)
    }

    async fn delete_all(
        &self,
        namespace: &Namespace,
        ids: impl IntoIterator<Item = CacheId>,
        cleared: &mut Cleared,
    ) -> Result<()> {
        let delete =
            |id| async move { readable(&layout::by_id(namespace, id), self.delete(namespace, id, None).await) };
        let mut deleted = stream::iter(ids).map(delete).buffer_unordered(AT_ONCE);
        while let Some(deleted) = deleted.try_next().await? {
            let Some(deleted) = deleted else { continue };
            cleared.entries += 1;
            cleared.files += deleted.paths.len() as u64;
        }
        Ok(())
    }

    /// Removes a file that is no entry's, unless it may become one's; tells whether it is gone.
    async fn remove_left(&self, path: ObjectPath) -> Result<bool> {
        let mut batch = Batch::new();
        match self.storage.head(&path).await? {
            Some(head) if self.may_be_under_way(head.modified) => return Ok(false),
            Some(head) => {
                batch.require(Require::Version(path.clone(), head.version)).delete(path);
            }
            // `s3` lists what a crash left of a removal, though nobody reads it any more.
            None => {
                batch.edit(path, |now| if now.is_none() { Change::Delete } else { Change::Keep });
            }
        }
        let outcomes = lost_race(self.storage.commit(batch).await)?;
        Ok(outcomes.is_some_and(|outcomes| outcomes.iter().all(|outcome| !matches!(outcome, Outcome::Written(_)))))
    }
}
