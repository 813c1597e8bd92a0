//! Deleting an entry: its references first, so that none ever dangles, then the files it owns and their child files.

use std::collections::BTreeSet;

use cache_client::{CacheHash, CacheId, Namespace};

use super::update::Records;
use super::{Cache, Error, RACES, Result, lost_race, parse_hash_reference};
use crate::layout::{self, Kind};
use crate::records::{HashReference, IdReference, Located, Removal, reference_bytes};
use crate::storage::{Batch, Change, Folder, ObjectPath, Outcome, Require, Version};

/// How many files one batch deletes; an entry with more child files takes more batches.
const BATCH: usize = 10_000;

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
            let Some((mut whole, found)) = self.versioned_reference::<IdReference>(namespace, id).await? else {
                return Ok(None);
            };
            let named = std::mem::take(&mut whole.all_paths.data);
            let reference = Located::from(whole);
            let owners = self.owners(&reference, Records::All).await?;
            let own = owners.iter().zip(&reference.file_paths.data_folders);
            let own: Vec<_> = own.filter(|(owned, _)| owned.by(&reference)).collect();
            let mut batch = Batch::new();
            batch.require(Require::Version(layout::by_id(namespace, id), found));
            if let (Some(versions), Some(first)) = (if_match, owners.first()) {
                let head = first.head.as_ref().filter(|head| versions.contains(&head.version)).ok_or(Error::Changed)?;
                batch.require(Require::Version(first.content.clone(), head.version.clone()));
            }
            batch.edit(layout::by_hash(namespace, &reference.cache_hash), leave_hash(id)).then();
            batch.delete(layout::by_id(namespace, id));
            let mut files = Vec::new();
            for (owned, folder) in &own {
                let mut children = match self.stem_is_free(&owned.content).await? {
                    true => self.child_files(folder).await?,
                    false => Vec::new(),
                };
                if !children.is_empty() {
                    batch.requires(sibling(&owned.content).map(Require::Absent));
                }
                // What lies beyond is left to the sweep: another entry may take the path from now on.
                children.truncate(BATCH);
                let with_sidecars = [owned.content.clone(), layout::config_of(&owned.content), owned.sidecar.clone()];
                batch.requires(owned.unchanged());
                batch.own(owned.content.clone(), layout::config_of(&owned.content), owned.sidecar.clone()).then();
                for file in with_sidecars.into_iter().chain(children) {
                    batch.delete(file.clone());
                    files.push(file);
                }
            }
            if let Some(outcomes) = lost_race(self.storage.commit(batch).await)? {
                self.forget_reference(namespace, id);
                let mut deleted = report(namespace, &reference, &named, files, &outcomes);
                for (owned, folder) in own {
                    deleted.paths.extend(self.sweep(&owned.content, folder).await?);
                }
                return Ok(Some(deleted));
            }
        }
        Err(Error::Busy)
    }

    /// Deletes child files that were stored while their entry was being deleted; those of an entry that has taken the path
    /// meanwhile stay. Since the id reference is gone, one that still comes is taken back by who stores it.
    async fn sweep(&self, content: &ObjectPath, folder: &Folder) -> Result<Vec<ObjectPath>> {
        if !self.stem_is_free(content).await? {
            return Ok(Vec::new());
        }
        let mut gone = Vec::new();
        for chunk in self.child_files(folder).await?.chunks(BATCH) {
            let mut batch = Batch::new();
            batch.require(Require::Absent(content.clone())).requires(sibling(content).map(Require::Absent));
            for file in chunk {
                batch.delete(file.clone());
            }
            let Some(outcomes) = lost_race(self.storage.commit(batch).await)? else { break };
            let deleted = chunk.iter().zip(outcomes).filter(|(_, outcome)| *outcome == Outcome::Deleted);
            gone.extend(deleted.map(|(file, _)| file.clone()));
        }
        Ok(gone)
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

    /// Tells whether no content of the other kind shares the stem, and so the child files, of a content file.
    async fn stem_is_free(&self, content: &ObjectPath) -> Result<bool> {
        match sibling(content) {
            Some(sibling) => Ok(!self.storage.exists(&sibling).await?),
            None => Ok(true),
        }
    }

    /// The child files in a data folder: everything but entries that lie in it, and their child files.
    ///
    /// Another entry's key may name a folder in here. A file with a `.metadata` beside it is somebody's content.
    pub(super) async fn child_files(&self, folder: &Folder) -> Result<Vec<ObjectPath>> {
        let mut files = Vec::new();
        let mut after = None;
        loop {
            let page = self.storage.list(folder, after.as_deref(), 1000).await?;
            let full = page.len() == 1000;
            files.extend(page.into_iter().map(|listed| listed.path));
            after = files.last().map(ToString::to_string);
            if !full {
                break;
            }
        }
        let contents: BTreeSet<&str> =
            files.iter().filter_map(|file| file.as_str().strip_suffix(".metadata")).collect();
        let somebodys = |file: &ObjectPath| {
            let file = file.as_str();
            let base = file.strip_suffix(".metadata").or_else(|| file.strip_suffix(".config")).unwrap_or(file);
            let below = contents.iter().filter_map(|content| content.rsplit_once('.'));
            contents.contains(base) || below.into_iter().any(|(stem, _)| is_below(file, &format!("{stem}/data/")))
        };
        Ok(files.iter().filter(|file| !somebodys(file)).cloned().collect())
    }
}

/// Where content of the other kind with the same child files would lie.
fn sibling(content: &ObjectPath) -> Option<ObjectPath> {
    let (json, binary) = (Kind::Json.extension(), Kind::Binary.extension());
    let (stem, extension) = content.as_str().rsplit_once('.')?;
    let other = if extension == json { binary } else { json };
    Some(ObjectPath::from_parsed(format!("{stem}.{other}")))
}

fn is_below(file: &str, prefix: &str) -> bool {
    file.starts_with(prefix)
}

/// Takes an entry out of the reference of its hash, and removes the reference with the last entry.
pub(super) fn leave_hash(id: CacheId) -> impl Fn(Option<&[u8]>) -> Change + Send + Sync + 'static {
    move |now| match now.map(|now| HashReference::remove(now, id)) {
        None => Change::Keep,
        Some(Removal::Left(text)) => Change::Put(text.into()),
        Some(Removal::NotThere) => Change::Keep,
        Some(Removal::Unclear) => leave_parsed(now, id),
    }
}

/// [`leave_hash`] for a reference whose text is not as references are written.
fn leave_parsed(now: Option<&[u8]>, id: CacheId) -> Change {
    match now.and_then(parse_hash_reference) {
        None => Change::Keep,
        Some(reference) => match reference.without(id) {
            Some(left) => Change::Put(reference_bytes(&left)),
            None => Change::Delete,
        },
    }
}

/// Tells what became of the files; one that was named by the reference and not there is missing.
fn report(
    namespace: &Namespace,
    reference: &Located,
    named: &[ObjectPath],
    files: Vec<ObjectPath>,
    outcomes: &[Outcome],
) -> Deleted {
    let hash: &CacheHash = &reference.cache_hash;
    let references = [layout::by_hash(namespace, hash), layout::by_id(namespace, reference.cache_id)];
    let mut deleted = Deleted::default();
    for (path, outcome) in references.into_iter().chain(files).zip(outcomes) {
        match outcome {
            Outcome::Deleted => deleted.paths.push(path),
            Outcome::Unchanged if named.contains(&path) => deleted.missing.push(path),
            Outcome::Unchanged | Outcome::Written(_) => {}
        }
    }
    deleted
}
