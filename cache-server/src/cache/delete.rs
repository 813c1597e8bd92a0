//! Deleting an entry: its references first, so that none ever dangles, then the files it owns and their child files.

use cache_client::{CacheId, Namespace};

use super::update::entry_of;
use super::{Cache, Error, RACES, Result, lost_race};
use crate::layout;
use crate::records::{IdReference, Located};
use crate::storage::{Batch, Done, Intent, ObjectPath, Outcome, Remove, Version};

/// What was deleted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// The files that are gone.
    pub paths: Vec<ObjectPath>,
    /// The files the entry's reference named that were not there.
    pub missing: Vec<ObjectPath>,
}

impl Cache {
    /// Deletes an entry, where `if_match` is given only with its content in one of those versions; `None` when there
    /// is no such entry.
    ///
    /// Files that a newer entry has taken over stay. Costs two reads, a listing of the child files and one commit.
    pub async fn delete(
        &self,
        namespace: &Namespace,
        id: CacheId,
        if_match: Option<&[Version]>,
    ) -> Result<Option<Deleted>> {
        for _ in 0..RACES {
            let found = self.versioned_reference::<IdReference>(namespace, id).await?;
            let Some((mut whole, found, exclusive)) = found else { return Ok(None) };
            let named = std::mem::take(&mut whole.all_paths.data);
            let reference = Located::from(whole);
            let remove = Remove {
                entry: entry_of(namespace, &reference, found, exclusive),
                hash_reference: layout::by_hash(namespace, &reference.cache_hash),
                data_folders: reference.file_paths.data_folders,
                if_version: if_match.map(<[_]>::to_vec),
            };
            let done = self.storage.apply(Intent::Remove(remove)).await;
            // Also where it failed: the reference may be gone.
            self.forget_reference(namespace, id);
            match lost_race(done)? {
                Some(Done::Removed { paths, mut missing }) => {
                    missing.retain(|path| named.contains(path));
                    return Ok(Some(Deleted { paths, missing }));
                }
                Some(Done::Changed) => return Err(Error::Changed),
                Some(_) => return Ok(None),
                None => {}
            }
        }
        Err(Error::Busy)
    }

    /// Deletes files and tells which were there.
    pub(super) async fn delete_files(&self, files: Vec<ObjectPath>) -> Result<Vec<ObjectPath>> {
        let mut batch = Batch::new();
        for file in &files {
            batch.delete(file.clone());
        }
        let outcomes = self.storage.commit(batch).await?;
        let gone = files.into_iter().zip(outcomes).filter(|(_, outcome)| *outcome == Outcome::Deleted);
        Ok(gone.map(|(file, _)| file).collect())
    }

    /// Deletes one object, for administrators; tells whether it was there.
    pub async fn delete_object(&self, path: ObjectPath) -> Result<bool> {
        Ok(!self.delete_files(vec![path]).await?.is_empty())
    }
}
