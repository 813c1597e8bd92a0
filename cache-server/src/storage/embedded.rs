//! The `embedded` engine, the default: an LSM tree (`fjall`) in one folder, with one committer thread.
//!
//! Batches wait in a bounded queue. The committer takes all that wait, checks and applies them one after another on
//! top of
//! each other, writes them as one atomic batch with one `fsync`, and only then answers everybody: durability costs
//! one disk flush for a whole group of concurrent requests. A value is stored behind the eight bytes of its version.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use async_trait::async_trait;
use bytes::{BufMut, Bytes, BytesMut};
use cache_client::clock::{Clock, SystemClock};
use fjall::config::PartitioningPolicy;
use fjall::{Database, Guard, Keyspace, KeyspaceCreateOptions, KvSeparationOptions, PersistMode, Readable};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::commits::{Commits, InQueue};
use super::memory::{Range, skip_scan};
use super::place::Place;
use super::{
    Batch, Change, Child, Error, Folder, Listed, Object, ObjectPath, Outcome, Require, Result, Room, Storage, Version,
    Versions, Write,
};

/// How many batches may wait for the committer; more callers wait for a place.
const QUEUE: usize = 1024;
/// How many bytes may wait for the committer; more callers wait until some are written.
const QUEUE_BYTES: usize = 64 << 20;
/// How many batches share one flush at most.
const GROUP: usize = 256;
/// No batch joins a group that has so many bytes.
const GROUP_BYTES: usize = 16 << 20;
/// Journals are replayed at the start after a crash: their size bounds how long that takes.
const MAX_JOURNALS: u64 = 128 << 20;
/// Memory for blocks read from disk.
const BLOCK_CACHE: u64 = 64 << 20;
/// What is written is kept in memory up to this size before it goes to a table on disk; a few such wait at a time.
const MEMTABLE: u64 = 32 << 20;
/// How many threads write tables. The first of them only flushes, and while all others compact it spins on the queue that
/// they share: with two of them, that was a whole processor, and a third of the stores.
const WORKERS: usize = 4;
/// Values from this size on are kept apart, so that compaction does not copy them.
const LARGE_VALUE: u32 = 16 << 10;
/// The bytes of the version in front of every value.
const VERSION: usize = 8;
/// Up to so many objects are read where the caller runs; more are read on a thread that may wait for the disk.
const FEW: usize = 8;
/// What the engine makes first in a folder; a file that marks the folder as a database comes last.
const LOCK: &str = "lock";
const TABLES: &str = "keyspaces";
const JOURNAL: &str = "0.jnl";
/// The key of the version up to which versions may be in use.
const RESERVED: &str = "reserved";

/// Objects in one folder, durable when a commit is answered. Only one process may have the folder open.
#[derive(Debug)]
pub struct Embedded {
    tree: Tree,
    committer: Committer,
    place: Arc<Place>,
    room: Room,
}

#[derive(Clone)]
struct Tree {
    database: Database,
    objects: Keyspace,
    /// What the engine knows of itself.
    own: Keyspace,
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tree")
    }
}

impl Embedded {
    /// Opens the folder, creating it if needed and recovering what a crash left in the journal.
    ///
    /// How blocks are kept is decided when the folder is created: one of an earlier release keeps its own way.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::open_by(folder, Arc::new(SystemClock))
    }

    /// Opens the folder with versions of this clock.
    pub fn open_by(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let open = || {
            make_again(folder)?;
            let database = Database::builder(folder)
                .max_journaling_size(MAX_JOURNALS)
                .cache_size(BLOCK_CACHE)
                .worker_threads(WORKERS)
                .manual_journal_persist(true)
                .open()?;
            let objects = database.keyspace("objects", || {
                let large = KvSeparationOptions::default().separation_threshold(LARGE_VALUE);
                KeyspaceCreateOptions::default()
                    .max_memtable_size(MEMTABLE)
                    .with_kv_separation(Some(large))
                    // In one piece, they are megabytes a table that have to be read for one object when they are not in memory.
                    .index_block_partitioning_policy(PartitioningPolicy::all(true))
                    .filter_block_partitioning_policy(PartitioningPolicy::all(true))
            })?;
            let own = database.keyspace("own", KeyspaceCreateOptions::default)?;
            let reserved = own.get(RESERVED)?.and_then(|value| value.first_chunk().copied());
            let versions = Versions::after(reserved.map_or(0, u64::from_be_bytes), clock);
            Ok((Tree { database, objects, own }, versions))
        };
        let opening = "opening the embedded storage";
        let (tree, versions) = open().map_err(failed(opening))?;
        let place = Place::open(folder).map_err(|error| failed(opening)(error.into()))?;
        let committer = Committer::start(tree.clone(), versions)?;
        Ok(Self { committer, tree, place: Arc::new(place), room: Room::default() })
    }

    /// Tells whether a folder has nothing in it, or what is there of a database that was being made when its process was killed.
    pub(crate) fn is_unmade(folder: &Path) -> io::Result<bool> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            entries => entries?,
        };
        for entry in entries {
            match entry?.file_name().to_str() {
                Some(LOCK | JOURNAL) => {}
                Some(TABLES) if fs::read_dir(folder.join(TABLES))?.next().is_none() => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Asks for room before it reads large objects, when there is little left.
    #[must_use]
    pub fn with_room(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// What is counted of its commits.
    pub(crate) fn commits(&self) -> Arc<Commits> {
        Arc::clone(&self.committer.commits)
    }

    /// Runs `work` on a thread that may wait for the disk.
    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Tree) -> Result<T> + Send + 'static) -> Result<T> {
        let tree = self.tree.clone();
        let done = tokio::task::spawn_blocking(move || work(&tree)).await;
        done.unwrap_or_else(|source| Err(Error::Failed { doing: "reading", source: source.into() }))
    }
}

impl Tree {
    fn exists(&self, path: &ObjectPath) -> Result<bool> {
        self.objects.contains_key(path.as_str()).map_err(failed("reading"))
    }

    fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        let snapshot = self.database.snapshot();
        let read = |path: &ObjectPath| {
            let value = snapshot.get(&self.objects, path.as_str()).map_err(failed("reading"))?;
            Ok(value.map(|value| object(value.into())))
        };
        paths.iter().map(read).collect()
    }

    /// Lists keys with the sizes of their values, which are not read: two walks side by side, since one tells either.
    fn list(&self, range: &Range, backwards: bool, limit: usize) -> Result<Vec<Listed>> {
        let snapshot = self.database.snapshot();
        let walk = || {
            let walk = snapshot.range::<&str, _>(&self.objects, range.bounds());
            let walk: Box<dyn Iterator<Item = Guard>> = if backwards { Box::new(walk.rev()) } else { Box::new(walk) };
            walk.take(limit)
        };
        let listed = walk().zip(walk()).map(|(key, value)| {
            let path = ObjectPath::from_parsed(text(&key.key()?));
            Ok(Listed { path, size: u64::from(value.size()?).saturating_sub(VERSION as u64) })
        });
        listed.collect::<Result<_, fjall::Error>>().map_err(failed("listing"))
    }

    fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        let snapshot = self.database.snapshot();
        skip_scan(folder, after, limit, |seek, inclusive| {
            let start = if inclusive { Bound::Included(seek) } else { Bound::Excluded(seek) };
            let first = snapshot.range::<&str, _>(&self.objects, (start, Bound::Unbounded)).next();
            first.map(|guard| guard.key().map(|key| text(&key))).transpose().map_err(failed("listing"))
        })
    }
}

/// Removes the journal of a database that was being made when its process was killed: nothing was ever in it, and the engine refuses
/// to make it twice.
fn make_again(folder: &Path) -> io::Result<()> {
    if !folder.join(JOURNAL).exists() || !Embedded::is_unmade(folder)? {
        return Ok(());
    }
    let lock = File::options().write(true).create(true).truncate(false).open(folder.join(LOCK))?;
    // Another process may just be making it.
    if lock.try_lock().is_ok() && Embedded::is_unmade(folder)? {
        fs::remove_file(folder.join(JOURNAL))?;
    }
    Ok(())
}

#[async_trait]
impl Storage for Embedded {
    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        if self.room.is_tight() {
            for path in paths {
                let size = self.tree.objects.size_of(path.as_str()).map_err(failed("reading"))?;
                self.room.take(size.unwrap_or(0).into()).await?;
            }
        }
        if let [path] = paths {
            let value = self.tree.objects.get(path.as_str()).map_err(failed("reading"))?;
            return Ok(vec![value.map(|value| object(value.into()))]);
        }
        if paths.len() <= FEW {
            return self.tree.get_many(paths);
        }
        let paths = paths.to_vec();
        self.blocking(move |tree| tree.get_many(&paths)).await
    }

    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        self.tree.exists(path)
    }

    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        let paths = paths.to_vec();
        self.blocking(move |tree| paths.iter().map(|path| tree.exists(path)).collect()).await
    }

    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let range = Range::new(folder, after, None);
        self.blocking(move |tree| tree.list(&range, false, limit)).await
    }

    async fn list_back(&self, folder: &Folder, before: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let range = Range::new(folder, None, before);
        self.blocking(move |tree| tree.list(&range, true, limit)).await
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        let (folder, after) = (folder.clone(), after.map(str::to_owned));
        self.blocking(move |tree| tree.children(&folder, after.as_deref(), limit)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        self.committer.commit(batch).await
    }

    async fn flush(&self) -> Result<()> {
        self.blocking(|tree| tree.database.persist(PersistMode::SyncAll).map_err(failed("flushing"))).await
    }

    async fn check(&self) -> Result<()> {
        self.committer.check()?;
        let place = Arc::clone(&self.place);
        self.blocking(move |tree| {
            // Fails once a write has failed: what was written before it is not known then.
            tree.database.persist(PersistMode::Buffer).map_err(failed("writing"))?;
            place.check().map_err(|error| failed("writing to the folder")(error.into()))
        })
        .await
    }
}

fn text(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}

/// Takes a stored value apart.
fn object(mut value: Bytes) -> Object {
    let version = version(&value);
    let bytes = value.split_off(VERSION.min(value.len()));
    Object { bytes, modified: version.millis(), version, mark: None }
}

fn version(value: &[u8]) -> Version {
    Version::from_micros(value.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes)))
}

/// Puts a value together.
fn value(version: &Version, bytes: &[u8]) -> Bytes {
    let mut value = BytesMut::with_capacity(VERSION + bytes.len());
    value.put_u64(version.micros());
    value.put_slice(bytes);
    value.freeze()
}

fn failed(doing: &'static str) -> impl Fn(fjall::Error) -> Error {
    move |error| match error {
        fjall::Error::Io(io) if is_full(&io) => Error::Full(io),
        other => Error::Failed { doing, source: other.into() },
    }
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// The thread that applies batches, and the way to it. It ends when the last sender is dropped.
#[derive(Debug)]
struct Committer {
    queue: mpsc::Sender<Waiting>,
    bytes: Arc<Semaphore>,
    commits: Arc<Commits>,
}

struct Waiting {
    batch: Batch,
    bytes: usize,
    _share: OwnedSemaphorePermit,
    _in_queue: InQueue,
    answer: oneshot::Sender<Result<Vec<Outcome>>>,
}

impl Committer {
    fn start(tree: Tree, versions: Versions) -> Result<Self> {
        let (queue, mut waiting) = mpsc::channel::<Waiting>(QUEUE);
        let commits = Arc::new(Commits::default());
        let counted = Arc::clone(&commits);
        let run = move || {
            let mut group = Vec::with_capacity(GROUP);
            while let Some(first) = waiting.blocking_recv() {
                let mut bytes = first.bytes;
                group.push(first);
                while group.len() < GROUP
                    && bytes < GROUP_BYTES
                    && let Ok(next) = waiting.try_recv()
                {
                    bytes += next.bytes;
                    group.push(next);
                }
                counted.groups.observe(group.len());
                let begun = Instant::now();
                commit_group(&tree, &versions, group.drain(..));
                counted.writes.observe(begun.elapsed());
            }
        };
        let spawned = std::thread::Builder::new().name("committer".into()).spawn(run);
        spawned.map_err(|source| Error::Failed { doing: "starting the committer", source: source.into() })?;
        Ok(Self { queue, bytes: Arc::new(Semaphore::new(QUEUE_BYTES)), commits })
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        let bytes = batch.bytes();
        let _in_queue = InQueue::new(&self.commits, bytes);
        let share = u32::try_from(bytes.min(QUEUE_BYTES)).unwrap_or(u32::MAX);
        let _share = Arc::clone(&self.bytes).acquire_many_owned(share).await.map_err(|_| gone())?;
        let (answer, answered) = oneshot::channel();
        self.queue.send(Waiting { batch, bytes, _share, _in_queue, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    fn check(&self) -> Result<()> {
        if self.queue.is_closed() { Err(gone()) } else { Ok(()) }
    }
}

fn gone() -> Error {
    Error::Failed { doing: "writing", source: "the committer has ended".into() }
}

/// Applies the batches of a group on top of each other, makes the result durable, and answers each of them.
fn commit_group(tree: &Tree, versions: &Versions, group: impl Iterator<Item = Waiting>) {
    let mut pending = Pending { tree, versions, changed: Changed::new() };
    let decided: Vec<_> = group.map(|waiting| (waiting.answer, pending.apply(waiting.batch))).collect();
    let written = pending.write();
    for (answer, result) in decided {
        let result = match (&written, result) {
            (Err(error), Ok(_)) => Err(error.again()),
            (_, result) => result,
        };
        // A caller that has gone away needs no answer.
        let _ = answer.send(result);
    }
}

/// The changes of a group that are not yet in the tree.
struct Pending<'a> {
    tree: &'a Tree,
    versions: &'a Versions,
    changed: Changed,
}

/// What a batch makes of objects: a value, or nothing.
type Changed = HashMap<ObjectPath, Option<Bytes>>;

impl Pending<'_> {
    /// The value as what this batch has changed, and the batches before it, leave it.
    fn now(&self, own: &Changed, path: &ObjectPath) -> Result<Option<Bytes>> {
        match own.get(path).or_else(|| self.changed.get(path)) {
            Some(value) => Ok(value.clone()),
            None => self.tree.objects.get(path.as_str()).map(|v| v.map(Bytes::from)).map_err(failed("reading")),
        }
    }

    /// Whether there is a value, which is not read.
    fn exists(&self, own: &Changed, path: &ObjectPath) -> Result<bool> {
        match own.get(path).or_else(|| self.changed.get(path)) {
            Some(value) => Ok(value.is_some()),
            None => self.tree.exists(path),
        }
    }

    fn holds(&self, require: &Require) -> Result<bool> {
        let before = Changed::new();
        Ok(match require {
            Require::Absent(path) => !self.exists(&before, path)?,
            Require::Present(path, _) => self.exists(&before, path)?,
            Require::Version(path, expected) => {
                self.now(&before, path)?.is_some_and(|value| version(&value) == *expected)
            }
        })
    }

    /// Applies one batch, or leaves everything as it was.
    fn apply(&mut self, batch: Batch) -> Result<Vec<Outcome>> {
        for require in &batch.requires {
            if !self.holds(require)? {
                return Err(Error::Precondition { path: require.path().clone() });
            }
        }
        // What this batch changes is kept apart until nothing can fail; a later write sees what an earlier one did.
        let mut own = Changed::with_capacity(8);
        let mut outcomes = Vec::with_capacity(8);
        for write in batch.stages.into_iter().flatten() {
            let (path, change) = match write {
                Write::Put(path, bytes, _) => (path, Change::Put(bytes)),
                Write::Delete(path) => (path, Change::Delete),
                Write::Edit(path, edit) => {
                    let change = edit.apply(self.now(&own, &path)?.as_deref().map(|value| &value[VERSION..]));
                    (path, change)
                }
            };
            let (changed, outcome) = match change {
                Change::Put(bytes) => {
                    let version = self.versions.next();
                    (Some(value(&version, &bytes)), Outcome::Written(version))
                }
                Change::Delete if self.exists(&own, &path)? => (None, Outcome::Deleted),
                Change::Delete | Change::Keep => {
                    outcomes.push(Outcome::Unchanged);
                    continue;
                }
            };
            own.insert(path, changed);
            outcomes.push(outcome);
        }
        self.changed.extend(own);
        Ok(outcomes)
    }

    /// Writes all changes as one atomic batch and waits until they are on disk.
    fn write(self) -> Result<()> {
        if self.changed.is_empty() {
            return Ok(());
        }
        // Durable first, visible after: nobody can read what a power loss would take back.
        let mut batch = self.tree.database.batch().durability(Some(PersistMode::SyncData));
        for (path, value) in self.changed {
            match value {
                Some(value) => batch.insert(&self.tree.objects, path.as_str(), value),
                None => batch.remove(&self.tree.objects, path.as_str()),
            }
        }
        let last = Version::from_micros(self.versions.last.load(Relaxed));
        self.versions.reserve(&last, |until| {
            batch.insert(&self.tree.own, RESERVED, until.to_be_bytes());
            Ok::<_, Error>(())
        })?;
        batch.commit().map_err(failed("writing"))
    }
}
