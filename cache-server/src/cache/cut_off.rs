//! What a crash left of a create: its name can be taken over, or the entry is completed.

use cache_client::{CacheId, Namespace};

use super::{Cache, Error, Result, document};
use crate::layout;
use crate::records::{HashEntry, HashReference, Located, Metadata, reference_bytes};
use crate::storage::{Batch, Change, Head, Object, ObjectPath, Require, leave_hash};

/// An entry that was never finished blocks its name for this long, in milliseconds: its store may be under way.
const CUT_OFF: u64 = 60_000;

impl Cache {
    /// Looks at content that stands in the way of a create.
    ///
    /// Returns the conditions on which it may be taken over: it is old enough, and its owner has no id reference. Fails with
    /// [`Error::AlreadyExists`] when it is an entry's; where a crash left that one out of the reference of its hash, it is in it then.
    /// Costs a read of content that is young, else three.
    pub(super) async fn cut_off(
        &self,
        namespace: &Namespace,
        content: &ObjectPath,
        head: Head,
    ) -> Result<Vec<Require>> {
        let sidecar = layout::metadata_of(content);
        let record = self.storage.get(&sidecar).await?;
        let exists = |cache_id| Error::AlreadyExists { what: "content of that key and file id", cache_id };
        let mut owners: Vec<CacheId> = head.mark.map(|mark| mark.cache_id).into_iter().collect();
        if let Some(record) = &record {
            owners.push(document::<Metadata>(&sidecar, record)?.data.cache_id);
        }
        let is_young = |record: &Object| self.may_be_under_way(record.modified);
        if self.may_be_under_way(head.modified) || record.as_ref().is_some_and(is_young) {
            return Err(exists(owners.first().copied()));
        }
        for owner in owners {
            if let Some(reference) = self.reference(namespace, owner).await? {
                self.complete(namespace, &reference).await?;
                return Err(exists(Some(owner)));
            }
        }
        let record = match record {
            Some(record) => Require::Version(sidecar, record.version),
            None => Require::Absent(sidecar),
        };
        Ok(vec![Require::Version(content.clone(), head.version), record])
    }

    /// Tells whether what was written at this time may be part of a store that is under way.
    pub(super) fn may_be_under_way(&self, modified: u64) -> bool {
        // What is of a time far ahead was written while the clock was wrong.
        modified.abs_diff(self.now()) < CUT_OFF
    }

    /// Adds an entry to the reference of its hash, where a crash left it out.
    async fn complete(&self, namespace: &Namespace, reference: &Located) -> Result<()> {
        let path = layout::by_hash(namespace, &reference.cache_hash);
        let id = reference.cache_id;
        let listed = self.storage.get(&path).await?.and_then(|object| HashReference::parse(&object.bytes));
        if listed.is_some_and(|listed| listed.names(id)) {
            return Ok(());
        }
        tracing::info!(%namespace, %id, "an entry that was left out of the reference of its hash is added to it");
        let entry = HashEntry { cache_id: id, timestamp: reference.timestamp };
        let hash = reference.cache_hash.clone();
        let mut batch = Batch::new();
        batch.edit(path.clone(), move |now| {
            let listed = now.and_then(HashReference::parse);
            match listed.as_ref().is_some_and(|listed| listed.names(id)) {
                true => Change::Keep,
                false => Change::Put(reference_bytes(&HashReference::with_left_out(listed, &hash, entry.clone()))),
            }
        });
        self.storage.commit(batch).await?;
        // Deleted meanwhile: its deletion may have looked at the reference before it was in it.
        if self.reference(namespace, id).await?.is_none() {
            let mut batch = Batch::new();
            batch.edit(path, move |now| leave_hash(id, now));
            self.storage.commit(batch).await?;
        }
        Ok(())
    }
}
