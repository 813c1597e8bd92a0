//! A read-modify-write of one object, by compare-and-swap.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use tokio::sync::Mutex;

use super::super::batch::Edit;
use super::super::{Change, ObjectPath, Outcome, Result};
use super::bucket::{Bucket, If, Put, pauses};
use super::error::unavailable;
use super::stand_in::{StandIn, settled};
use super::version;

/// Writers of different objects rarely meet at one of this many locks.
const LOCKS: usize = 256;
/// How often an edit that lost a race against another server is tried again.
const RACES: usize = 64;

/// The edits of this process, one at a time for each object: writers of one process need not race in the bucket.
#[derive(Debug)]
pub(super) struct Edits {
    locks: Vec<Mutex<()>>,
}

impl Edits {
    pub(super) fn new() -> Self {
        Self { locks: std::iter::repeat_with(Mutex::default).take(LOCKS).collect() }
    }

    /// Applies an edit to what is there, until nobody else has changed it in between.
    pub(super) async fn apply(&self, bucket: &Bucket, path: &ObjectPath, edit: &Edit) -> Result<Outcome> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(path);
        let _alone = self.locks[usize::try_from(hash % LOCKS as u64).unwrap_or(0)].lock().await;
        for pause in pauses(RACES) {
            let found = bucket.get(path).await?;
            // What is being removed is waited for; what a crash left of a removal is replaced.
            let (now, bytes) = match found {
                Some((seen, _)) if seen.gone => match settled(bucket, path).await? {
                    Some(seen) if !seen.gone => continue,
                    seen => (seen, None),
                },
                Some((seen, bytes)) => (Some(seen), Some(bytes)),
                None => (None, None),
            };
            let still = If::still(now.as_ref());
            match edit.apply(bytes.as_deref()) {
                Change::Put(bytes) => {
                    if let Put::Written(tag) = bucket.put_if(path, &bytes, None, &still).await? {
                        return Ok(Outcome::Written(version(&tag)));
                    }
                }
                // Also what a crash left of a removal.
                Change::Delete if now.is_some() => {
                    if let Some(stand_in) = StandIn::put(bucket, path, &still).await? {
                        stand_in.finish(bucket).await;
                        return Ok(if bytes.is_some() { Outcome::Deleted } else { Outcome::Unchanged });
                    }
                }
                Change::Delete | Change::Keep => return Ok(Outcome::Unchanged),
            }
            tokio::time::sleep(pause).await;
        }
        Err(unavailable("editing an object", "other servers changed it all the time"))
    }
}
