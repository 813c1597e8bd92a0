//! A read-modify-write of one object, by compare-and-swap: GET, PUT (or a removal) on its tag.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use bytes::Bytes;
use futures::FutureExt;
use tokio::sync::{Mutex, MutexGuard};

use super::super::{Change, ObjectPath, Outcome, Result};
use super::bucket::{Bucket, If, Put, Seen, Writing, pauses};
use super::error::unavailable;
use super::lease::{Lease, settled};
use super::{RACES, version};

/// Writers of different objects rarely meet at one of this many locks.
const LOCKS: usize = 4096;

/// The edits of this process, one at a time for each object: writers of one process need not race in the bucket.
#[derive(Debug)]
pub(super) struct Edits {
    locks: Vec<Mutex<()>>,
}

impl Edits {
    pub(super) fn new() -> Self {
        Self { locks: std::iter::repeat_with(Mutex::default).take(LOCKS).collect() }
    }

    fn lock(&self, path: &ObjectPath) -> &Mutex<()> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(path);
        &self.locks[usize::try_from(hash % LOCKS as u64).unwrap_or(0)]
    }

    /// Waits until nobody else in this process edits the object.
    pub(super) async fn turn(&self, path: &ObjectPath) -> MutexGuard<'_, ()> {
        self.lock(path).lock().await
    }

    /// The turn, if nobody else has it.
    pub(super) fn try_turn(&self, path: &ObjectPath) -> Option<MutexGuard<'_, ()>> {
        self.lock(path).try_lock().ok()
    }
}

/// Applies an edit to what is there, until nobody else has changed it in between; `known` is what a read of a moment ago found.
/// The caller has the turn.
pub(super) async fn apply(
    bucket: &Bucket,
    path: &ObjectPath,
    edit: &(dyn Fn(Option<&[u8]>) -> Change + Send + Sync),
    mut known: Option<Option<(Seen, Bytes)>>,
) -> Result<Outcome> {
    for pause in pauses(RACES) {
        let found = match known.take() {
            Some(found) => found,
            None => bucket.get(path).await?,
        };
        let (now, bytes) = match found {
            // A server of the version before removes it: that is waited for, and what a crash left of that is replaced.
            Some((seen, _)) if seen.removing => match settled(bucket, path).await? {
                Some(seen) if !seen.removing => continue,
                seen => (seen, None),
            },
            Some((seen, _)) if seen.gone => (Some(seen), None),
            Some((seen, bytes)) => (Some(seen), Some(bytes)),
            None => (None, None),
        };
        match (edit(bytes.as_deref()), &now) {
            (Change::Put(bytes), now) => {
                let still = If::still(now.as_ref());
                if let Put::Written(tag) = bucket.put_if(path, &bytes, Writing::Document, &still).await? {
                    return Ok(Outcome::Written(version(&tag)));
                }
            }
            // A tombstone that nobody wants goes for good.
            (Change::Delete, Some(seen)) if bytes.is_none() && bucket.deleter.is_none() => {
                if let Some(lease) = Lease::take(bucket, path, None, &If::Tag(seen.tag.clone())).await? {
                    lease.remove(bucket, &|| async { Ok(Vec::new()) }.boxed()).await?;
                    return Ok(Outcome::Unchanged);
                }
            }
            // Also what a crash left of a removal.
            (Change::Delete, Some(seen)) => {
                if bucket.remove_if(path, &seen.tag).await? {
                    return Ok(if bytes.is_some() { Outcome::Deleted } else { Outcome::Unchanged });
                }
            }
            (Change::Delete, None) | (Change::Keep, _) => return Ok(Outcome::Unchanged),
        }
        tokio::time::sleep(pause).await;
    }
    Err(unavailable("editing an object", "other servers changed it all the time"))
}
