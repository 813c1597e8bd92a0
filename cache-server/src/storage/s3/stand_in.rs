//! Removing an object that others may want to write: no S3 server can be relied on to delete on a condition.
//!
//! Whoever removes such an object first puts a stand-in in its place, conditionally. Readers see no object then. Who finds
//! a stand-in and wants to write waits until it is gone. The remover has [`HOLD`] to finish and to delete the stand-in;
//! after that it must not touch anything any more. A stand-in that somebody has looked at for [`LEASE`] is what a crash
//! left: it may be replaced. The clocks of two machines are never compared.

use std::time::Duration;

use futures::try_join;
use tokio::time::Instant;

use super::super::batch::Owned;
use super::super::{ObjectPath, Result};
use super::bucket::{Bucket, Seen, pauses};
use super::error::unavailable;

/// How long a remover may take from before it writes a stand-in.
const HOLD: Duration = Duration::from_secs(4);
/// How long a stand-in is waited for. Requests of its remover that are on their way when [`HOLD`] ends have the rest to
/// arrive.
const LEASE: Duration = Duration::from_secs(10);

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

/// Does what a remover does while its stand-in, put at `since`, protects it; begins nothing when that time is over.
pub(super) async fn protected<T>(since: Instant, work: impl Future<Output = Result<T>>) -> Result<T> {
    let too_late = || unavailable("removing objects", "it took too long");
    // A time-out alone would let the work begin before it looks at the time.
    if since.elapsed() >= HOLD {
        return Err(too_late());
    }
    tokio::time::timeout_at(since + HOLD, work).await.unwrap_or_else(|_| Err(too_late()))
}

/// Deletes a stand-in that was put at `since`, while its time lasts. If that fails it stays, and counts as no object.
pub(super) async fn finish(bucket: &Bucket, path: &ObjectPath, since: Instant) {
    if protected(since, bucket.delete_stand_in(path)).await.is_err() {
        tracing::warn!(%path, "the stand-in of a removed object stays, since it could not be deleted in time");
    }
}
