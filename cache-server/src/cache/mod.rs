//! The cache itself: what is stored, found, updated and deleted, in terms of entries; it knows neither HTTP nor
//! engines.
//!
//! An entry is a content file in one to three copies, two sidecars beside each copy, a reference by its id and a share
//! in the
//! reference by its hash. It becomes visible with its id reference, which is written after everything it points to.

mod archives;
mod batch;
mod browse;
mod by_key;
mod clear;
mod cut_off;
mod data;
mod delete;
mod entries;
mod fixtures;
mod gzip;
mod namespaces;
mod references;
mod retrieve;
mod store;
mod survey;
mod temporal;
mod test_data;
mod update;
mod versions;

use std::sync::Arc;

use cache_client::hash::HashError;
use cache_client::{CacheHash, CacheHashGenerator, CacheId, FileId, Namespace};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

pub use archives::{NewArchive, StoredArchive, Unpacked};
pub use batch::{Action, BatchChange, BatchOutcome, Condition, NOTHING_REMOVED};
pub use browse::{Browse, Browsed, Summary};
pub use by_key::{Keyed, KeyedName};
pub use clear::Cleared;
pub use data::{ChildContent, ChildFile, ChildName, StoredChild, UpdatedChild};
pub use delete::Deleted;
pub use entries::{ContentFile, EntryFilter, EntryFound, Order, together};
pub use namespaces::Stats;
pub use references::ReadCacheStats;
pub use retrieve::{Compact, Details, Entry, Parts, Value};
pub use store::{Content, NewEntry, StoreWhen, Stored};
pub use survey::{Figures, Held, Wanted};
pub use temporal::{TemporalCursor, TemporalFound, TemporalScan};
pub use test_data::{STRATEGIES, Sample};
pub use update::{NewContent, Updated};

use self::references::{Known, ReferenceCache};
use crate::archive;
use crate::blocking;
use crate::clock::Clock;
use crate::layout;
use crate::records::{HashReference, IdReference, Located};
use crate::storage::{self, Health, Mark, Object, ObjectPath, SharedStorage, Version};

/// How often an operation that lost a race looks again before it gives up.
const RACES: usize = 64;

/// The cache over one storage.
#[derive(Debug, Clone)]
pub struct Cache {
    storage: SharedStorage,
    clock: Arc<dyn Clock>,
    hashes: CacheHashGenerator,
    references: Option<Arc<ReferenceCache>>,
    versions: Arc<versions::Versions>,
    hours: Arc<temporal::Hours>,
    health: Arc<Health>,
    /// The archives that are worked on.
    archives: Arc<Semaphore>,
}

/// Why an operation was refused or failed. What is merely absent is `None`, not an error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value of the request is wrong.
    #[error("{field}: {reason}")]
    InvalidInput {
        /// The field, as the API names it.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// What was to be created is already there.
    #[error("{what} exists already")]
    AlreadyExists {
        /// What is there.
        what: &'static str,
        /// The entry that is there, where it is known.
        cache_id: Option<CacheId>,
    },
    /// An entry and a child file of another entry would lie at one path.
    #[error("path {path:?} is that of {of}")]
    PathConflict {
        /// The path.
        path: ObjectPath,
        /// What lies there.
        of: &'static str,
    },
    /// The content is not the one the request asked for.
    #[error("the content has changed: its tag is another one")]
    Changed,
    /// Several entries have the name that was asked for, or more names lie under it than are looked at.
    #[error("more than one entry of this key may be meant: 'file_id' and 'kind' say which")]
    Ambiguous {
        /// Entries of that name, up to a hundred.
        found: Vec<Keyed>,
        /// Whether there may be more.
        is_cut: bool,
    },
    /// Bytes were sent for an entry that is not binary, or the reverse.
    #[error("{sent} cannot replace the content of a {stored} entry")]
    TypeMismatch {
        /// What was sent.
        sent: &'static str,
        /// What the entry holds.
        stored: &'static str,
    },
    /// What is stored is no valid document, such as JSON with `NaN` that Python wrote.
    #[error("stored object {path:?} cannot be read: {reason}")]
    Unreadable {
        /// The object.
        path: ObjectPath,
        /// What is wrong with it.
        reason: String,
    },
    /// An archive, or a change of one, is refused.
    #[error(transparent)]
    Archive(#[from] archive::Error),
    /// Too many writers wanted the same objects at once.
    #[error("too many concurrent changes of the same entry")]
    Busy,
    /// The storage refused or failed.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

/// What operations answer.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A child file that is no valid JSON.
    pub fn unreadable_child(file_id: &FileId, reason: impl ToString) -> Self {
        Self::Unreadable { path: ObjectPath::from_parsed(format!("{file_id}.json")), reason: reason.to_string() }
    }

    /// A wrong value of a request.
    pub fn invalid(field: &'static str, reason: impl ToString) -> Self {
        Self::InvalidInput { field, reason: reason.to_string() }
    }
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        Self::invalid("json_field_path", error)
    }
}

impl Cache {
    /// Makes a cache over a storage.
    pub fn new(storage: SharedStorage, clock: Arc<dyn Clock>, hashes: CacheHashGenerator) -> Self {
        Self {
            storage,
            clock,
            hashes,
            references: None,
            versions: Arc::default(),
            hours: Arc::default(),
            health: Arc::default(),
            archives: Arc::new(blocking::places()),
        }
    }

    /// Remembers id references in up to so many bytes of memory; none for 0.
    ///
    /// Worth it where a read costs a request to another machine.
    pub fn remembering(self, bytes: u64) -> Self {
        Self { references: (bytes > 0).then(|| Arc::new(ReferenceCache::new(bytes))), ..self }
    }

    /// The time now, in milliseconds since 1970.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Makes everything durable before the process ends.
    pub async fn flush(&self) -> Result<()> {
        Ok(self.storage.flush().await?)
    }

    /// Tells whether the storage can be read and written now; what it tells may be half a second old.
    pub async fn check(&self) -> Result<()> {
        Ok(self.health.of(&*self.storage).await?)
    }

    /// Reads an object of the storage by its path, for administrators.
    pub async fn object(&self, path: &ObjectPath) -> Result<Option<Object>> {
        Ok(self.storage.get(path).await?)
    }

    /// Tells whether there is an object in the storage, for administrators.
    pub async fn object_exists(&self, path: &ObjectPath) -> Result<bool> {
        Ok(self.storage.exists(path).await?)
    }

    /// Where an entry lies, by its id reference.
    pub async fn reference(&self, namespace: &Namespace, id: CacheId) -> Result<Option<Located>> {
        Ok(self.versioned_reference(namespace, id).await?.map(|(reference, ..)| reference))
    }

    /// The id reference of an entry, with the list of all its files.
    pub async fn whole_reference(&self, namespace: &Namespace, id: CacheId) -> Result<Option<IdReference>> {
        Ok(self.versioned_reference(namespace, id).await?.map(|(reference, ..)| reference))
    }

    async fn versioned_reference<T: DeserializeOwned>(
        &self,
        namespace: &Namespace,
        id: CacheId,
    ) -> Result<Option<(T, Version, Option<Mark>)>> {
        let path = layout::by_id(namespace, id);
        let Some(object) = self.storage.get(&path).await? else { return Ok(None) };
        Ok(Some((document(&path, &object)?, object.version, object.mark)))
    }

    /// The hash reference; one that names no entry counts as absent.
    pub async fn hash_reference(&self, namespace: &Namespace, hash: &CacheHash) -> Result<Option<HashReference>> {
        let object = self.storage.get(&layout::by_hash(namespace, hash)).await?;
        let reference = object.and_then(|object| HashReference::parse(&object.bytes));
        Ok(reference.filter(|reference| !reference.cache_ids.is_empty()))
    }

    /// The newest entry of a hash whose id reference exists.
    pub async fn newest_of(&self, namespace: &Namespace, hash: &CacheHash) -> Result<Option<Located>> {
        Ok(self.newest_known(namespace, hash).await?.map(|known| known.reference))
    }

    async fn newest_known(&self, namespace: &Namespace, hash: &CacheHash) -> Result<Option<Known>> {
        let Some(object) = self.storage.get(&layout::by_hash(namespace, hash)).await? else { return Ok(None) };
        if let Some(latest) = HashReference::latest(&object.bytes)
            && let Some(found) = self.known_reference(namespace, latest).await?
        {
            return Ok(Some(found));
        }
        let Some(reference) = HashReference::parse(&object.bytes) else { return Ok(None) };
        let mut ids = reference.cache_ids.iter().rev().map(|entry| entry.cache_id);
        // What a crash, or another hand, has left of deleted entries: more and more are looked at together.
        let mut together = 8;
        loop {
            let paths: Vec<_> = ids.by_ref().take(together).map(|id| layout::by_id(namespace, id)).collect();
            if paths.is_empty() {
                return Ok(None);
            }
            let found = self.storage.get_many(&paths).await?.into_iter();
            let newest = paths.iter().zip(found).find_map(|(path, object)| Some((path, object?)));
            if let Some((path, object)) = newest {
                let reference = document(path, &object)?;
                let (version, exclusive) = (object.version, object.mark);
                return Ok(Some(Known { reference, version, exclusive, remembered: false }));
            }
            together = (together * 2).min(1024);
        }
    }
}

/// A typed document of what was read.
fn document<T: DeserializeOwned>(path: &ObjectPath, object: &Object) -> Result<T> {
    let unreadable = |reason: String| Error::Unreadable { path: path.clone(), reason };
    // As a whole, it is known to be text more quickly than string by string.
    let text = std::str::from_utf8(&object.bytes).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))
}

/// Tells a lost race, which is worth another look, from a failure.
fn lost_race<T>(result: storage::Result<T>) -> Result<Option<T>> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(storage::Error::Precondition { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
