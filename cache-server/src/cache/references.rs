//! Id references that were read before: they never change, so only a deletion can make one wrong.
//!
//! A remembered reference is trusted only together with content that says itself that it is the entry's (its
//! [`Mark`](crate::storage::Mark)): an entry that another server deleted has no content any more, or content that another
//! entry owns. Everything else is looked up again. What a delete that was cut off half-way left is forgotten after
//! [`LIFETIME`].

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use cache_client::{CacheId, Namespace};
use quick_cache::Weighter;
use quick_cache::sync::Cache as Remembered;

use super::{Cache, Result};
use crate::layout;
use crate::records::Located;
use crate::storage::{Mark, ObjectPath, Version};

/// How long a reference is remembered.
const LIFETIME: Duration = Duration::from_secs(60);

/// An id reference, and whether it was remembered instead of read.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) reference: Located,
    pub(super) version: Version,
    /// What it says of the content of an entry whose places are its own.
    pub(super) exclusive: Option<Mark>,
    pub(super) remembered: bool,
}

/// References by their path, bounded in bytes.
#[derive(Debug)]
pub(super) struct ReferenceCache {
    remembered: Remembered<ObjectPath, Reading, ByLength>,
    capacity: u64,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Debug, Clone)]
struct Reading {
    reference: Located,
    version: Version,
    exclusive: Option<Mark>,
    length: u64,
    until: Instant,
}

#[derive(Debug, Clone)]
struct ByLength;

impl Weighter<ObjectPath, Reading> for ByLength {
    /// The bytes of the document stand for those of its parsed form, which repeats the paths as it does.
    fn weight(&self, path: &ObjectPath, reading: &Reading) -> u64 {
        path.as_str().len() as u64 + reading.length
    }
}

/// How the read cache does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadCacheStats {
    /// Whether there is one.
    pub enabled: bool,
    /// The most it holds, in bytes.
    pub capacity_bytes: u64,
    /// What it holds, in bytes.
    pub bytes: u64,
    /// How many id references it holds.
    pub references: u64,
    /// How many references were answered from it.
    pub hits: u64,
    /// How many had to be read.
    pub misses: u64,
}

impl ReferenceCache {
    pub(super) fn new(bytes: u64) -> Self {
        let references = usize::try_from(bytes / 1024).unwrap_or(usize::MAX).max(16);
        let remembered = Remembered::with_weighter(references, bytes, ByLength);
        Self { remembered, capacity: bytes, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    fn get(&self, path: &ObjectPath) -> Option<Known> {
        let found = self.remembered.get(path).filter(|reading| reading.until > Instant::now());
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Relaxed);
        found.map(|Reading { reference, version, exclusive, .. }| Known {
            reference,
            version,
            exclusive,
            remembered: true,
        })
    }
}

impl Cache {
    /// The id reference of an entry, remembered or read.
    pub(super) async fn known_reference(&self, namespace: &Namespace, id: CacheId) -> Result<Option<Known>> {
        let path = layout::by_id(namespace, id);
        let Some(references) = &self.references else {
            let found = self.versioned_reference(namespace, id).await?;
            return Ok(found.map(|(reference, version, exclusive)| Known {
                reference,
                version,
                exclusive,
                remembered: false,
            }));
        };
        if let Some(known) = references.get(&path) {
            return Ok(Some(known));
        }
        let Some(object) = self.storage.get(&path).await? else { return Ok(None) };
        let reference: Located = super::document(&path, &object)?;
        let length = object.bytes.len() as u64;
        let until = Instant::now() + LIFETIME;
        let (version, exclusive) = (object.version, object.mark);
        let reading = Reading { reference: reference.clone(), version: version.clone(), exclusive, length, until };
        references.remembered.insert(path, reading);
        Ok(Some(Known { reference, version, exclusive, remembered: false }))
    }

    /// Forgets a reference that is no more, or may be no more.
    pub(super) fn forget_reference(&self, namespace: &Namespace, id: CacheId) {
        if let Some(references) = &self.references {
            references.remembered.remove(&layout::by_id(namespace, id));
        }
    }

    /// How the read cache does.
    pub fn read_cache(&self) -> ReadCacheStats {
        let Some(references) = &self.references else { return ReadCacheStats::default() };
        ReadCacheStats {
            enabled: true,
            capacity_bytes: references.capacity,
            bytes: references.remembered.weight(),
            references: references.remembered.len() as u64,
            hits: references.hits.load(Relaxed),
            misses: references.misses.load(Relaxed),
        }
    }
}
