//! The `embedded` engine, the default: an LSM tree (`fjall`) in one folder, with one committer thread.
//!
//! Batches wait in a bounded queue. The committer takes all that wait, checks and applies them one after another on
//! top of
//! each other, writes them as one atomic batch with one `fsync`, and only then answers everybody: durability costs
//! one disk flush for a whole group of concurrent requests. A value is stored behind the eight bytes of its version.

use std::collections::HashMap;
use std::ops::Bound;
use std::path::Path;

use async_trait::async_trait;
use bytes::{BufMut, Bytes, BytesMut};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, KvSeparationOptions, PersistMode, Readable};
use tokio::sync::{mpsc, oneshot};

use super::memory::skip_scan;
use super::{
    Batch, Change, Child, Error, Folder, Listed, Object, ObjectPath, Outcome, Result, Storage, Version, Versions, Write,
};

/// How many batches may wait for the committer; more callers wait for a place.
const QUEUE: usize = 1024;
/// How many batches share one flush at most.
const GROUP: usize = 256;
/// Journals are replayed at the start after a crash: their size bounds how long that takes.
const MAX_JOURNALS: u64 = 128 << 20;
/// Memory for blocks read from disk.
const BLOCK_CACHE: u64 = 64 << 20;
/// What is written is kept in memory up to this size before it goes to a table on disk; a few such wait at a time.
const MEMTABLE: u64 = 32 << 20;
/// Values from this size on are kept apart, so that compaction does not copy them.
const LARGE_VALUE: u32 = 16 << 10;
/// The bytes of the version in front of every value.
const VERSION: usize = 8;

/// Objects in one folder, durable when a commit is answered. Only one process may have the folder open.
#[derive(Debug)]
pub struct Embedded {
    tree: Tree,
    committer: Committer,
}

#[derive(Clone)]
struct Tree {
    database: Database,
    objects: Keyspace,
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tree")
    }
}

impl Embedded {
    /// Opens the folder, creating it if needed and recovering what a crash left in the journal.
    pub fn open(folder: &Path) -> Result<Self> {
        let open = || {
            let database = Database::builder(folder)
                .max_journaling_size(MAX_JOURNALS)
                .cache_size(BLOCK_CACHE)
                .manual_journal_persist(true)
                .open()?;
            let objects = database.keyspace("objects", || {
                let large = KvSeparationOptions::default().separation_threshold(LARGE_VALUE);
                KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE).with_kv_separation(Some(large))
            })?;
            Ok(Tree { database, objects })
        };
        let tree = open().map_err(failed("opening the embedded storage"))?;
        Ok(Self { committer: Committer::start(tree.clone())?, tree })
    }
}

#[async_trait]
impl Storage for Embedded {
    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        let read_failed = failed("reading");
        if let [path] = paths {
            let value = self.tree.objects.get(path.as_str()).map_err(read_failed)?;
            return Ok(vec![value.map(|value| object(value.into()))]);
        }
        let snapshot = self.tree.database.snapshot();
        let read = |path: &ObjectPath| {
            let value = snapshot.get(&self.tree.objects, path.as_str()).map_err(&read_failed)?;
            Ok(value.map(|value| object(value.into())))
        };
        paths.iter().map(read).collect()
    }

    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let list_failed = failed("listing");
        let prefix = folder.prefix();
        let start = match after {
            Some(after) if after >= prefix.as_str() => Bound::Excluded(after.as_bytes()),
            _ => Bound::Included(prefix.as_bytes()),
        };
        let mut listed = Vec::with_capacity(limit.min(1024));
        for guard in self.tree.objects.range::<&[u8], _>((start, Bound::Unbounded)) {
            if listed.len() == limit {
                break;
            }
            let (key, value) = guard.into_inner().map_err(&list_failed)?;
            if !key.starts_with(prefix.as_bytes()) {
                break;
            }
            let size = value.len().saturating_sub(VERSION) as u64;
            listed.push(Listed { path: ObjectPath::from_parsed(text(&key)), size });
        }
        Ok(listed)
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        let list_failed = failed("listing");
        skip_scan(folder, after, limit, |seek, inclusive| {
            let start = if inclusive { Bound::Included(seek) } else { Bound::Excluded(seek) };
            let first = self.tree.objects.range::<&str, _>((start, Bound::Unbounded)).next();
            first.map(|guard| guard.key().map(|key| text(&key))).transpose().map_err(&list_failed)
        })
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        self.committer.commit(batch).await
    }

    async fn flush(&self) -> Result<()> {
        self.tree.database.persist(PersistMode::SyncAll).map_err(failed("flushing"))
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
}

struct Waiting {
    batch: Batch,
    answer: oneshot::Sender<Result<Vec<Outcome>>>,
}

impl Committer {
    fn start(tree: Tree) -> Result<Self> {
        let (queue, mut waiting) = mpsc::channel::<Waiting>(QUEUE);
        let versions = Versions::default();
        let run = move || {
            let mut group = Vec::with_capacity(GROUP);
            while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
                commit_group(&tree, &versions, group.drain(..));
            }
        };
        let spawned = std::thread::Builder::new().name("committer".into()).spawn(run);
        spawned.map_err(|source| Error::Failed { doing: "starting the committer", source: source.into() })?;
        Ok(Self { queue })
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        let (answer, answered) = oneshot::channel();
        let gone = || Error::Failed { doing: "writing", source: "the committer has ended".into() };
        self.queue.send(Waiting { batch, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

/// Applies the batches of a group on top of each other, makes the result durable, and answers each of them.
fn commit_group(tree: &Tree, versions: &Versions, group: impl Iterator<Item = Waiting>) {
    let mut pending = Pending { tree, versions, changed: HashMap::new() };
    let decided: Vec<_> = group.map(|waiting| (waiting.answer, pending.apply(waiting.batch))).collect();
    let written = pending.write();
    for (answer, result) in decided {
        let result = match (&written, result) {
            (Err(error), Ok(_)) => Err(again(error)),
            (_, result) => result,
        };
        // A caller that has gone away needs no answer.
        let _ = answer.send(result);
    }
}

/// One failure, told to everybody in the group.
fn again(error: &Error) -> Error {
    match error {
        Error::Full(io) => Error::Full(std::io::Error::from(io.kind())),
        other => Error::Failed { doing: "writing a group", source: format!("{other:?}").into() },
    }
}

/// The changes of a group that are not yet in the tree.
struct Pending<'a> {
    tree: &'a Tree,
    versions: &'a Versions,
    changed: HashMap<ObjectPath, Option<Bytes>>,
}

impl Pending<'_> {
    /// The value as the batches before this one leave it.
    fn now(&self, path: &ObjectPath) -> Result<Option<Bytes>> {
        match self.changed.get(path) {
            Some(value) => Ok(value.clone()),
            None => self.tree.objects.get(path.as_str()).map(|v| v.map(Bytes::from)).map_err(failed("reading")),
        }
    }

    /// Applies one batch, or leaves everything as it was.
    fn apply(&mut self, batch: Batch) -> Result<Vec<Outcome>> {
        for require in &batch.requires {
            let now = self.now(require.path())?.map(|value| version(&value));
            if !require.holds(now.as_ref()) {
                return Err(Error::Precondition { path: require.path().clone() });
            }
        }
        // What this batch changes is kept apart until nothing can fail; a later write sees what an earlier one did.
        let mut own: HashMap<ObjectPath, Option<Bytes>> = HashMap::with_capacity(8);
        let mut outcomes = Vec::with_capacity(8);
        for write in batch.stages.into_iter().flatten() {
            let now = |path: &ObjectPath| own.get(path).map_or_else(|| self.now(path), |value| Ok(value.clone()));
            let (path, change) = match write {
                Write::Put(path, bytes, _) => (path, Change::Put(bytes)),
                Write::Delete(path) => (path, Change::Delete),
                Write::Edit(path, edit) => {
                    let change = edit.apply(now(&path)?.as_deref().map(|value| &value[VERSION..]));
                    (path, change)
                }
            };
            let (changed, outcome) = match change {
                Change::Put(bytes) => {
                    let version = self.versions.next();
                    (Some(value(&version, &bytes)), Outcome::Written(version))
                }
                Change::Delete if now(&path)?.is_some() => (None, Outcome::Deleted),
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
        batch.commit().map_err(failed("writing"))
    }
}
