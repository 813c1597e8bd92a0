//! Where objects are kept: one small trait, and one file for each engine behind it.
//!
//! An object is bytes under a path, with an opaque [`Version`] that changes at every write. What is to happen to an entry is
//! an [`Intent`]. `memory`, `embedded` and `local_disk` lower it to a [`Batch`], by one function they share (`lower`); `s3` has a
//! protocol for each intent. Single documents are written by [`Storage::commit`].
//!
//! `memory` and `embedded` apply a batch atomically. `local_disk` applies it stage by stage, so that a crash leaves a prefix
//! of it.

mod batch;
mod children;
mod commits;
mod copies;
mod embedded;
mod intent;
mod local_disk;
mod lower;
mod memory;
mod place;
mod prefixed;
mod room;
mod s3;
mod skipped;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use cache_client::CacheId;
use cache_client::clock::{Clock, SystemClock};
use parking_lot::Mutex;

use crate::coding::Coding;

pub use crate::path::{Folder, InvalidPath, ObjectPath};
pub use batch::{Batch, Change, Edit, Outcome, Require, Write};
pub use children::child_files;
pub(crate) use commits::ShownCommits;
pub use embedded::Embedded;
pub use intent::{ChildCondition, Done, Entry, Intent, PutChild, Remove, Share, Store, Update, leave_hash};
pub use local_disk::LocalDisk;
pub use memory::Memory;
pub use prefixed::Prefixed;
pub use room::Room;
pub use s3::{Connection, S3};
pub(crate) use s3::{ShownRequests, TOMBSTONE};
pub use skipped::Skipped;

/// An engine that keeps objects.
///
/// Calls may be made from any number of tasks. Reads see every commit that was answered before they began.
#[async_trait]
pub trait Storage: fmt::Debug + Send + Sync {
    /// Reads one object; `None` when there is none.
    async fn get(&self, path: &ObjectPath) -> Result<Option<Object>> {
        let mut objects = self.get_many(std::slice::from_ref(path)).await?;
        Ok(objects.pop().flatten())
    }

    /// Reads several objects, in the order asked for; on `memory` and `embedded` as of one instant.
    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>>;

    /// Reads everything about an object but its content; `None` when there is none.
    async fn head(&self, path: &ObjectPath) -> Result<Option<Head>> {
        Ok(self.get(path).await?.map(|Object { version, modified, mark, .. }| Head { version, modified, mark }))
    }

    /// Tells whether there is an object, without reading it; meant for one that hardly ever is there.
    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        Ok(self.head(path).await?.is_some())
    }

    /// Tells of objects that are most likely there whether they are, without reading them.
    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        let mut exist = Vec::with_capacity(paths.len());
        for path in paths {
            exist.push(self.exists(path).await?);
        }
        Ok(exist)
    }

    /// Lists objects below a folder at any depth, in byte order of their paths, after the path `after`.
    ///
    /// Reads no more than one page: at most `limit` objects, and fewer only at the end.
    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>>;

    /// Lists like [`Storage::list`], with what more the engine's listing tells.
    async fn inventory(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<(Listed, Facts)>> {
        Ok(self.list(folder, after, limit).await?.into_iter().map(|listed| (listed, Facts::default())).collect())
    }

    /// What its listings left out so far, where they may have to.
    fn skipped(&self) -> Option<&Skipped> {
        None
    }

    /// Lists objects below a folder at any depth from the last path to the first, before the path `before`.
    ///
    /// Reads no more than one page, but where an engine cannot walk backwards: there it lists the whole folder.
    async fn list_back(&self, folder: &Folder, before: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let mut last = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.list(folder, after.as_deref(), LIST_PAGE).await?;
            let is_last = page.len() < LIST_PAGE;
            after = page.last().map(|listed| listed.path.to_string());
            // Not every engine lists in the order of the paths.
            for listed in page.into_iter().filter(|listed| before.is_none_or(|before| listed.path.as_str() < before)) {
                last.insert(listed.path.to_string(), listed);
                if last.len() > limit {
                    last.pop_first();
                }
            }
            if is_last {
                return Ok(last.into_values().rev().collect());
            }
        }
    }

    /// Lists what lies directly in a folder, in the order of [`Child::sort_key`], after the key `after`.
    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>>;

    /// Carries an intent out, or writes nothing when a condition of it does not hold ([`Error::Precondition`]).
    ///
    /// When it answers, all is as durable as the engine promises.
    async fn apply(&self, intent: Intent) -> Result<Done> {
        lower::apply(self, intent).await
    }

    /// Applies a batch, or nothing of it when a precondition fails ([`Error::Precondition`]).
    ///
    /// When it answers, all is as durable as the engine promises. Outcomes are in the order of the writes.
    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>>;

    /// Makes everything durable before the process ends.
    async fn flush(&self) -> Result<()>;

    /// Tells whether reads and writes would work now, or why not.
    async fn check(&self) -> Result<()>;
}

/// How many objects are looked at together where an engine cannot walk backwards.
const LIST_PAGE: usize = 1000;

/// Any engine, shared.
pub type SharedStorage = Arc<dyn Storage>;

/// An object as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The content.
    pub bytes: Bytes,
    /// Which write made it.
    pub version: Version,
    /// When it was written, in milliseconds since 1970.
    pub modified: u64,
    /// Whose content it is, where the engine keeps that with the object.
    pub mark: Option<Mark>,
}

/// An object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which write made it.
    pub version: Version,
    /// When it was written, in milliseconds since 1970.
    pub modified: u64,
    /// Whose content it is, where the engine keeps that with the object.
    pub mark: Option<Mark>,
}

/// Whose content an object is. `s3` keeps it with the object, so that one request answers both; other engines do not,
/// and have it from the object's sidecar only. On an id reference it says that the entry's places are its own
/// ([`Entry::exclusive`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The entry.
    pub cache_id: CacheId,
    /// How the content is packed.
    pub coding: Option<Coding>,
}

/// An object as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is.
    pub path: ObjectPath,
    /// The length of its content in bytes.
    pub size: u64,
}

/// What some engines tell of an object when they list it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The MD5 of its content.
    pub md5: Option<[u8; 16]>,
    /// When it was written, in milliseconds since 1970.
    pub modified: Option<u64>,
}

/// What lies directly in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Child {
    /// An object of this name.
    File(String),
    /// A folder of this name.
    Folder(String),
}

impl Child {
    /// The name without the folder it lies in.
    pub fn name(&self) -> &str {
        match self {
            Self::File(name) | Self::Folder(name) => name,
        }
    }

    /// What children are ordered by: the name, followed by `/` for a folder.
    pub fn sort_key(&self) -> String {
        match self {
            Self::File(name) => name.clone(),
            Self::Folder(name) => format!("{name}/"),
        }
    }
}

/// Which write an object comes from: never the same for two writes of one path that differ.
///
/// On `s3` it is the object's `ETag`, which two writes of the same bytes share; elsewhere no two writes do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(Tag);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Tag {
    /// The time of the write in microseconds since 1970.
    Time(u64),
    /// What an S3 server calls it.
    Text(Box<str>),
}

impl Version {
    /// Reads the text that `Display` wrote; any other text is a version no object has.
    pub fn parse(text: &str) -> Self {
        match u64::from_str_radix(text, 16) {
            Ok(time) if text.len() == 16 => Self(Tag::Time(time)),
            _ => Self(Tag::Text(text.into())),
        }
    }

    /// Whether it is of no text, which no object has.
    fn is_empty(&self) -> bool {
        matches!(&self.0, Tag::Text(text) if text.is_empty())
    }

    fn from_micros(time: u64) -> Self {
        Self(Tag::Time(time))
    }

    /// The time of the write in microseconds since 1970, for versions drawn by [`Versions`].
    fn micros(&self) -> u64 {
        match self.0 {
            Tag::Time(time) => time,
            Tag::Text(_) => 0,
        }
    }

    /// The time of the write in milliseconds since 1970, for versions drawn by [`Versions`].
    fn millis(&self) -> u64 {
        self.micros() / 1000
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Tag::Time(time) => write!(f, "{time:016x}"),
            Tag::Text(text) => f.write_str(text),
        }
    }
}

/// Why an engine could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A precondition of a batch does not hold; nothing was written.
    #[error("object {path:?} is not as the batch requires")]
    Precondition {
        /// The object that differs.
        path: ObjectPath,
    },
    /// A file would be needed where a folder is, or the reverse (`local_disk` only).
    #[error("path {path:?} needs a file where a folder is, or a folder where a file is")]
    PathConflict {
        /// The path that cannot be written.
        path: ObjectPath,
    },
    /// No space is left for the write; nothing of it was acknowledged.
    #[error("no space left")]
    Full(#[source] std::io::Error),
    /// Too much is being read at once; it can be read later.
    #[error("no room to read a large object")]
    NoRoom,
    /// A path is longer than the engine can store.
    #[error("path {path:?} is too long for this storage")]
    PathTooLong {
        /// The path that cannot be written.
        path: ObjectPath,
    },
    /// The storage cannot be reached or does not serve now; whether a write happened is unknown.
    #[error("storage is not available while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// Why it is not available; names no secret.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The operating system or the engine failed.
    #[error("storage failed while {doing}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// The same failure, to be told to somebody else.
    fn again(&self) -> Self {
        match self {
            Self::Full(io) => Self::Full(io.kind().into()),
            Self::Unavailable { doing, source } => Self::Unavailable { doing, source: source.to_string().into() },
            Self::Failed { doing, source } => Self::Failed { doing, source: source.to_string().into() },
            other => Self::Failed { doing: "working for another one", source: other.to_string().into() },
        }
    }
}

/// How an engine was when it was looked at last. Only one looks at a time, and what it finds holds for half a second, and for
/// whoever waited: whoever asks may be anybody, as often as they like.
#[derive(Debug, Default)]
pub struct Health(tokio::sync::Mutex<Option<(Instant, Result<()>)>>);

/// For how long it holds how an engine was found.
const HOLDS: Duration = Duration::from_millis(500);

impl Health {
    /// Looks at the engine, or tells what was found last.
    pub async fn of(&self, storage: &dyn Storage) -> Result<()> {
        let asked = Instant::now();
        let mut last = self.0.lock().await;
        if !last.as_ref().is_some_and(|(found, _)| *found >= asked || found.elapsed() < HOLDS) {
            let now = storage.check().await;
            *last = Some((Instant::now(), now));
        }
        match last.as_ref() {
            Some((_, Err(error))) => Err(error.again()),
            _ => Ok(()),
        }
    }
}

/// What every storage operation answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Draws versions: the time in microseconds, moved on where needed so that no two are equal.
///
/// An engine that outlives the process writes down a time ahead of all versions ([`Versions::reserve`]) and begins after it next
/// time: a clock that was set back repeats none.
#[derive(Debug)]
struct Versions {
    clock: Arc<dyn Clock>,
    last: AtomicU64,
    reserved: AtomicU64,
    reserving: Mutex<()>,
}

/// How far ahead versions are reserved, in microseconds: by so much they may be later than the clock after a restart.
const RESERVED: u64 = 1_000_000;

impl Versions {
    /// Draws versions later than this one.
    fn after(reserved: u64, clock: Arc<dyn Clock>) -> Self {
        Self { clock, last: reserved.into(), reserved: reserved.into(), reserving: Mutex::default() }
    }

    /// Has it written down that versions up to some time may be in use, where this one is later than what is.
    fn reserve<E>(&self, version: &Version, write: impl FnOnce(u64) -> Result<(), E>) -> Result<(), E> {
        if version.micros() <= self.reserved.load(Relaxed) {
            return Ok(());
        }
        let _one_at_a_time = self.reserving.lock();
        if version.micros() > self.reserved.load(Relaxed) {
            let until = version.micros() + RESERVED;
            write(until)?;
            self.reserved.store(until, Relaxed);
        }
        Ok(())
    }

    fn next(&self) -> Version {
        let now = self.clock.now().saturating_mul(1000);
        let next = |last: u64| Some(now.max(last + 1));
        let last = self.last.fetch_update(Relaxed, Relaxed, next).unwrap_or(0);
        Version::from_micros(now.max(last + 1))
    }
}

impl Default for Versions {
    fn default() -> Self {
        Self::after(0, Arc::new(SystemClock))
    }
}
