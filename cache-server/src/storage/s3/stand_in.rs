//! Removing an object that others may want to write: no S3 server can be relied on to delete on a condition.
//!
//! Whoever removes such an object first puts a stand-in in its place, conditionally. Readers see no object then. Who finds
//! a stand-in and wants to write waits until it is gone. The remover has [`HOLD`] to finish and to delete the stand-in;
//! after that it must not touch anything any more, save that it may put a fresh stand-in in the place of its own and begin
//! again. A stand-in that somebody has looked at for [`LEASE`] is what a crash left: it may be replaced. The clocks of two
//! machines are never compared.

use std::time::Duration;

use futures::try_join;
use tokio::time::Instant;

use super::super::batch::Owned;
use super::super::{ObjectPath, Result};
use super::bucket::{Bucket, If, Seen, pauses};
use super::error::unavailable;

/// How long a remover may take from before it writes a stand-in.
const HOLD: Duration = Duration::from_secs(4);
/// How long a stand-in is waited for. Requests of its remover that are on their way when [`HOLD`] ends have the rest to
/// arrive.
const LEASE: Duration = Duration::from_secs(10);

/// How often a remover that runs out of time begins again.
const HOLDS: usize = 4;

/// A stand-in that was put by this remover.
#[derive(Debug, Clone)]
pub(super) struct StandIn {
    pub(super) path: ObjectPath,
    pub(super) tag: String,
    /// A moment before it was put.
    since: Instant,
}

impl StandIn {
    /// Puts a stand-in in the place of an object; `None` when the condition does not hold.
    pub(super) async fn put(bucket: &Bucket, path: &ObjectPath, condition: &If) -> Result<Option<Self>> {
        let since = Instant::now();
        let tag = bucket.put_stand_in(path, condition).await?.written();
        Ok(tag.map(|tag| Self { path: path.clone(), tag, since }))
    }

    /// Does what a remover does while its stand-in lasts; begins nothing when that time is over.
    pub(super) async fn protect<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.in_time(work).await.unwrap_or_else(|| Err(unavailable("removing objects", "it took too long")))
    }

    /// Deletes what the stand-in protects, and then the stand-in. What another writer has replaced is left to it.
    pub(super) async fn remove(mut self, bucket: &Bucket, files: Vec<ObjectPath>) -> Result<()> {
        for _ in 0..HOLDS {
            let is_over = self.since.elapsed() >= HOLD;
            let work = async {
                if !files.is_empty() {
                    bucket.delete(files.clone()).await?;
                }
                bucket.delete_stand_in(&self.path).await
            };
            if let Some(removed) = self.in_time(work).await {
                return removed;
            }
            if !is_over {
                // The requests that were sent have arrived by then, and cannot follow the next ones.
                tokio::time::sleep_until(self.since + LEASE).await;
            }
            match Self::put(bucket, &self.path, &If::Tag(self.tag)).await? {
                Some(fresh) => self = fresh,
                None => return Ok(()),
            }
        }
        Err(unavailable("removing objects", "it took too long"))
    }

    /// Deletes the stand-in. If that fails it stays, and counts as no object.
    pub(super) async fn finish(self, bucket: &Bucket) {
        let path = self.path.clone();
        if self.remove(bucket, Vec::new()).await.is_err() {
            tracing::warn!(%path, "the stand-in of a removed object stays, since it could not be deleted");
        }
    }

    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        // A time-out alone would let the work begin before it looks at the time.
        if self.since.elapsed() >= HOLD {
            return None;
        }
        tokio::time::timeout_at(self.since + HOLD, work).await.ok()
    }
}

/// Looks at an object, and waits while it is being removed.
///
/// A stand-in in the answer was left by a crash and may be replaced.
pub(super) async fn settled(bucket: &Bucket, path: &ObjectPath) -> Result<Option<Seen>> {
    let mut watched: Option<(String, Instant)> = None;
    let mut pauses = pauses(usize::MAX);
    loop {
        let seen = bucket.head(path).await?;
        let Some(stand_in) = seen.as_ref().filter(|seen| seen.gone) else { return Ok(seen) };
        match &watched {
            Some((tag, since)) if *tag == stand_in.tag && since.elapsed() >= LEASE => return Ok(seen),
            Some((tag, _)) if *tag == stand_in.tag => {}
            _ => watched = Some((stand_in.tag.clone(), Instant::now())),
        }
        tokio::time::sleep(pauses.next().unwrap_or(LEASE / 10)).await;
    }
}

/// Looks at a content after its record, and waits for both at once while they are being removed.
pub(super) async fn both_settled(bucket: &Bucket, own: &Owned) -> Result<(Option<Seen>, Option<Seen>)> {
    let record = bucket.head(&own.record).await?;
    if !record.as_ref().is_some_and(|seen| seen.gone) {
        return Ok((record, settled(bucket, &own.content).await?));
    }
    let (record, content) = try_join!(settled(bucket, &own.record), settled(bucket, &own.content))?;
    match content {
        Some(left) if left.gone => Ok((record, Some(left))),
        // It may have been there before the record.
        _ => Ok((record, settled(bucket, &own.content).await?)),
    }
}
