//! Zip archives: entries of bytes that are hashed by their members. A change makes a new entry and leaves the one it was
//! made from.
//!
//! The new entry has the strategy of the first one, and neither its key nor its file id: it is named by its own id, so
//! that it takes over no content. What is read and changed is worked on by a thread of its own, a few archives at a time:
//! they are in memory as a whole, and unpacking them takes the processor.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, CacheKey, FileId, MemberPath, Namespace, Strategy};
use tokio::sync::OwnedSemaphorePermit;

use super::batch::{BatchChange, BatchOutcome};
use super::{Cache, Content, Error, NewEntry, Parts, Result, StoreWhen, Stored, Value};
use crate::archive::{self, Archive, EMPTY, Packed};
use crate::blocking;
use crate::records::FileKind;

/// Where a new archive is to be stored.
#[derive(Debug, Clone)]
pub struct NewArchive {
    /// The namespace.
    pub namespace: Namespace,
    /// The strategy.
    pub strategy: Strategy,
    /// The cache key.
    pub cache_key: CacheKey,
    /// The file id.
    pub file_id: FileId,
}

/// An archive that was stored.
#[derive(Debug)]
pub struct StoredArchive {
    /// The entry.
    pub entry: Stored,
    /// How many members the archive has.
    pub count: usize,
}

/// What an archive was asked for its member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpacked {
    /// What the member unpacks to.
    Member(Bytes),
    /// There is no such member.
    NoMember,
    /// There is no such archive.
    NoArchive,
}

impl Cache {
    /// Stores an archive that is empty.
    pub async fn create_archive(&self, at: NewArchive) -> Result<StoredArchive> {
        let packed = Packed { bytes: EMPTY, hash: self.hashes.archive().finish(), count: 0 };
        self.store_packed(at.into_entry(Content::Archive { bytes: packed.bytes, hash: packed.hash }), 0).await
    }

    /// Stores an archive as it was sent, once every member of it is known to be good.
    pub async fn store_archive(&self, at: NewArchive, bytes: Bytes) -> Result<StoredArchive> {
        let hashes = self.hashes;
        let place = self.place_to_work().await?;
        let check = move || {
            let archive = Archive::read(bytes.clone())?;
            Ok::<_, archive::Error>(Packed { hash: archive.check(&hashes)?, count: archive.len(), bytes })
        };
        let (packed, _place) = in_place(place, check).await;
        let Packed { bytes, hash, count } = packed?;
        self.store_packed(at.into_entry(Content::Archive { bytes, hash }), count).await
    }

    async fn store_packed(&self, entry: NewEntry, count: usize) -> Result<StoredArchive> {
        Ok(StoredArchive { entry: self.store(entry).await?, count })
    }

    /// The names of the members of an archive, sorted; `None` when there is no such archive.
    pub async fn archive_members(&self, namespace: &Namespace, id: CacheId) -> Result<Option<Vec<String>>> {
        let place = self.place_to_work().await?;
        let Some((bytes, _)) = self.archive(namespace, id).await? else { return Ok(None) };
        let list = move || Ok::<_, archive::Error>(Archive::read(bytes)?.names().map(str::to_owned).collect());
        let (names, _place) = in_place(place, list).await;
        Ok(Some(names?))
    }

    /// Unpacks a member of an archive, and no other.
    pub async fn archive_member(&self, namespace: &Namespace, id: CacheId, name: String) -> Result<Unpacked> {
        let place = self.place_to_work().await?;
        let Some((bytes, _)) = self.archive(namespace, id).await? else { return Ok(Unpacked::NoArchive) };
        let (member, _place) = in_place(place, move || Archive::read(bytes)?.unpack(&name)).await;
        Ok(member?.map_or(Unpacked::NoMember, Unpacked::Member))
    }

    /// Adds a member, instead of the one that has this name; `None` when there is no such archive.
    pub async fn add_to_archive(
        &self,
        namespace: &Namespace,
        id: CacheId,
        name: MemberPath,
        content: Bytes,
    ) -> Result<Option<StoredArchive>> {
        self.change_archive(namespace, id, move |archive| archive.add(&name, content)).await
    }

    /// Removes a member, which need not be there; `None` when there is no such archive.
    pub async fn remove_from_archive(
        &self,
        namespace: &Namespace,
        id: CacheId,
        name: String,
    ) -> Result<Option<StoredArchive>> {
        let remove = move |archive: &mut Archive| {
            archive.remove(&name);
        };
        self.change_archive(namespace, id, remove).await
    }

    async fn change_archive(
        &self,
        namespace: &Namespace,
        id: CacheId,
        change: impl FnOnce(&mut Archive) + Send + 'static,
    ) -> Result<Option<StoredArchive>> {
        let place = self.place_to_work().await?;
        let Some((bytes, strategy)) = self.archive(namespace, id).await? else { return Ok(None) };
        let (hashes, now) = (self.hashes, self.now());
        let changed = move || {
            let mut archive = Archive::read(bytes)?;
            change(&mut archive);
            archive.finish(&hashes, now)
        };
        let (packed, _place) = in_place(place, changed).await;
        let Packed { bytes, hash, count } = packed?;
        self.store_packed(made_from(namespace, strategy, bytes, hash), count).await.map(Some)
    }

    /// Makes several changes together and stores what they come to once; `None` when there is no such archive.
    ///
    /// Nothing is stored when no change could be made, or, where `atomic`, when one could not.
    pub async fn batch_archive(
        &self,
        namespace: &Namespace,
        id: CacheId,
        changes: Vec<BatchChange>,
        atomic: bool,
    ) -> Result<Option<(BatchOutcome, Option<StoredArchive>)>> {
        let place = self.place_to_work().await?;
        let Some((bytes, strategy)) = self.archive(namespace, id).await? else { return Ok(None) };
        let (hashes, now) = (self.hashes, self.now());
        let changed = move || {
            let (mut archive, size) = (Archive::read(bytes.clone())?, bytes.len() as u64);
            let mut batch = BatchOutcome::apply(&mut archive, changes, atomic)?;
            batch.left(archive.len(), size);
            let is_stored = batch.rolled_back.is_none() && batch.applied() > 0;
            let packed = if is_stored { Some(archive.finish(&hashes, now)?) } else { None };
            Ok::<_, archive::Error>((batch, packed))
        };
        let (done, _place) = in_place(place, changed).await;
        let (mut batch, packed) = done?;
        let Some(Packed { bytes, hash, count }) = packed else { return Ok(Some((batch, None))) };
        batch.left(count, bytes.len() as u64);
        let stored = self.store_packed(made_from(namespace, strategy, bytes, hash), count).await?;
        Ok(Some((batch, Some(stored))))
    }

    /// The bytes of an entry that may be an archive, and its strategy.
    async fn archive(&self, namespace: &Namespace, id: CacheId) -> Result<Option<(Bytes, Strategy)>> {
        let Some(entry) = self.by_id(namespace, id, Parts::Content).await? else { return Ok(None) };
        if entry.reference.file_type != FileKind::Binary {
            return Ok(None);
        }
        let strategy = entry.reference.strategy;
        match blocking::run(entry.work(), move || entry.value()).await? {
            Value::Binary(bytes) => Ok(Some((bytes, strategy))),
            Value::String(_) | Value::Json(_) => Ok(None),
        }
    }

    async fn place_to_work(&self) -> Result<OwnedSemaphorePermit> {
        self.archives.clone().acquire_owned().await.map_err(|_| Error::Busy)
    }
}

/// Works on an archive. The place is held until that is done, also when nobody waits for it any more.
async fn in_place<T: Send + 'static>(
    place: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> (T, OwnedSemaphorePermit) {
    blocking::apart(move || (work(), place)).await
}

impl NewArchive {
    fn into_entry(self, content: Content) -> NewEntry {
        let Self { namespace, strategy, cache_key, file_id } = self;
        let (cache_key, file_id) = (Some(cache_key), Some(file_id));
        NewEntry { namespace, strategy, cache_key, file_id, content, when: StoreWhen::Always }
    }
}

/// The entry of an archive that was made from another one.
fn made_from(namespace: &Namespace, strategy: Strategy, bytes: Bytes, hash: CacheHash) -> NewEntry {
    let content = Content::Archive { bytes, hash };
    let namespace = namespace.clone();
    NewEntry { namespace, strategy, cache_key: None, file_id: None, content, when: StoreWhen::Always }
}
