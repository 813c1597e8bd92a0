//! References by id: whether they can be read, and what they say of others.

use anyhow::Result;
use cache_client::CacheId;
use futures::{TryStreamExt, stream};
use memchr::memmem;
use serde::Deserialize;

use super::damage::{Damage, Fate};
use super::{AT_ONCE, Known, PAGE, Verify};
use crate::layout;
use crate::records::Located;
use crate::storage::ObjectPath;
use crate::tools::store::Content;

/// When an entry ends.
#[derive(Deserialize)]
struct Ends {
    expires_at: Option<u64>,
}

/// What a reference says of a content: whose it is, since when, and how many contents that one has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) id: CacheId,
    pub(super) timestamp: u64,
    pub(super) copies: u8,
}

impl Named {
    fn bytes(self) -> Vec<u8> {
        let id = uuid::Uuid::from(self.id).into_bytes();
        [id.as_slice(), &self.timestamp.to_be_bytes(), &[self.copies]].concat()
    }

    /// Reads what [`Named::bytes`] wrote.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let id = uuid::Uuid::from_bytes(bytes.get(..16)?.try_into().ok()?).into();
        let timestamp = u64::from_be_bytes(bytes.get(16..24)?.try_into().ok()?);
        Some(Self { id, timestamp, copies: *bytes.get(24)? })
    }
}

impl Verify {
    /// Reads all references by id of a namespace.
    pub(super) async fn references(&self, known: &mut Known) -> Result<()> {
        let section = Self::section(&known.namespace, "refs/by-id")?;
        let walk = self.side.walk(&section).await?;
        let pages = stream::try_unfold(walk, |mut walk| async move {
            let mut page = Vec::with_capacity(PAGE);
            while page.len() < PAGE
                && let Some(item) = walk.next().await?
            {
                page.push(item.path);
            }
            anyhow::Ok((!page.is_empty()).then_some((page, walk)))
        });
        let read = pages.map_ok(|page| async move {
            let found = self.read(&page).await?;
            anyhow::Ok((page, found))
        });
        let mut read = std::pin::pin!(read.try_buffered(AT_ONCE));
        while let Some((page, found)) = read.try_next().await? {
            self.progress.add(page.len() as u64, 0);
            for (path, content) in page.into_iter().zip(found) {
                self.reference(known, path, content).await?;
            }
        }
        Ok(())
    }

    async fn reference(&self, known: &mut Known, path: ObjectPath, content: Option<Content>) -> Result<()> {
        let Some(content) = content else { return self.tombstone(&path).await };
        // What is named like no entry is nobody's.
        let id = path.name().strip_suffix(".json").and_then(|name| CacheId::parse(name).ok());
        let Some(id) = id.filter(|id| layout::by_id(&known.namespace, *id) == path) else { return Ok(()) };
        let Some(reference) = parse(&content.bytes).filter(|reference| reference.cache_id == id) else {
            known.unreadable.get_mut().insert(id, path);
            return Ok(());
        };
        if self.has_ended(&content.bytes) {
            let fate = self.end(known, id, content.modified).await?;
            self.found(Damage::ExpiredEntry, &path, fate);
            // Its deletion has seen to everything that belongs to it.
            if fate == Fate::Mended && self.repairs.is_some() {
                return Ok(());
            }
        }
        let contents = &reference.file_paths.content_files;
        let copies = u8::try_from(contents.len()).unwrap_or(u8::MAX);
        let named = Named { id, timestamp: reference.timestamp, copies }.bytes();
        for content in contents {
            known.contents.push(content.as_str().as_bytes(), &named)?;
        }
        let by_hash = layout::by_hash(&known.namespace, &reference.cache_hash);
        known.hashes.push(by_hash.as_str().as_bytes(), &named)?;
        Ok(())
    }

    fn has_ended(&self, reference: &[u8]) -> bool {
        memmem::find(reference, b"\"expires_at\"").is_some()
            && serde_json::from_slice::<Ends>(reference)
                .ok()
                .and_then(|ends| ends.expires_at)
                .is_some_and(|end| end <= self.now)
    }

    /// Removes an entry that has ended.
    async fn end(&self, known: &Known, id: CacheId, modified: u64) -> Result<Fate> {
        if self.is_young(modified) {
            return Ok(Fate::Young);
        }
        match self.cache() {
            Some(cache) => {
                cache.delete(&known.namespace, id, None).await?;
                Ok(Fate::Mended)
            }
            None if self.would => Ok(Fate::Mended),
            None => Ok(Fate::Left),
        }
    }

    /// What was listed and is not there when it is read: a tombstone, where the engine has such.
    pub(super) async fn tombstone(&self, path: &ObjectPath) -> Result<()> {
        let Some((folder, _)) = path.as_str().rsplit_once('/') else { return Ok(()) };
        if !self.side.store.keeps_marks() {
            return Ok(());
        }
        // From just before it.
        let before = path.as_str().char_indices().next_back().map(|(at, _)| &path.as_str()[..at]);
        let listed = self.side.store.list(&crate::storage::Folder::parse(folder)?, before, 1000).await?;
        let Some(item) = listed.into_iter().find(|item| item.path == *path) else { return Ok(()) };
        if self.read_one(path).await?.is_some() {
            return Ok(());
        }
        if self.is_young(item.modified.unwrap_or(0)) {
            self.found(Damage::LeftoverTombstone, path, Fate::Young);
            return Ok(());
        }
        self.take_away(Damage::LeftoverTombstone, path).await
    }

    /// References that could not be read, and whose entry was not found among the contents either.
    pub(super) async fn unmended_references(&self, known: &Known) -> Result<()> {
        let unreadable: Vec<(CacheId, ObjectPath)> =
            known.unreadable.lock().iter().map(|(id, path)| (*id, path.clone())).collect();
        for (id, path) in unreadable {
            let Some(content) = self.read_one(&path).await? else { continue };
            if parse(&content.bytes).is_some_and(|reference| reference.cache_id == id) {
                continue;
            }
            let fate = self.move_away(&path).await?;
            self.found(Damage::UnreadableReference, &path, fate);
            if fate == Fate::Moved {
                known.gone.lock().insert(id);
            }
        }
        Ok(())
    }
}

/// A reference by id.
pub(super) fn parse(bytes: &[u8]) -> Option<Located> {
    serde_json::from_slice(bytes).ok()
}
