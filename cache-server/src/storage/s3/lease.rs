//! The lease of a remover on an ownership sidecar: others who want to write at its place wait for the end of it.
//!
//! 1. The remover rewrites the sidecar on its tag. As long as it is not decided that the entry goes, with the same document,
//!    spaces that make its bytes unique, and a flag that readers ignore: nothing is hidden. When its references are gone, with a
//!    document that reads as absent.
//! 2. It has [`HOLD`] to delete what lies beside the sidecar, and then the sidecar on its tag. After that it must not touch
//!    anything any more, save that it may rewrite the sidecar once more and begin again.
//! 3. A flag that somebody has looked at for [`LEASE`] is what a crash left: the sidecar may be replaced. The clocks of two
//!    machines are never compared.
//!
//! Servers of the version before know only what reads as absent, and wait for that.

use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::try_join;
use tokio::time::Instant;
use uuid::Uuid;

use super::super::{ObjectPath, Result};
use super::bucket::{Bucket, If, Seen, Writing, pauses};
use super::error::unavailable;
use super::removal::nothing;

/// How long a remover may take from before it writes its flag.
const HOLD: Duration = Duration::from_secs(4);
/// How long a flag is waited for. Requests of its remover that are on their way when [`HOLD`] ends have the rest to arrive.
const LEASE: Duration = Duration::from_secs(10);
/// How often a remover that runs out of time begins again.
const HOLDS: usize = 4;

/// What is to be deleted while a lease lasts.
pub(super) type Files<'a> = dyn Fn() -> BoxFuture<'a, Result<Vec<ObjectPath>>> + Send + Sync + 'a;

/// A sidecar that this remover has flagged.
#[derive(Debug)]
pub(super) struct Lease {
    path: ObjectPath,
    tag: String,
    /// The document without the spaces, where there is one.
    document: Option<Bytes>,
    /// A moment before it was written.
    since: Instant,
}

impl Lease {
    /// Flags a sidecar that is as the condition says; `None` when it is not. Costs one request.
    ///
    /// Where there is none, a document that reads as absent takes its place.
    pub(super) async fn take(
        bucket: &Bucket,
        path: &ObjectPath,
        document: Option<Bytes>,
        condition: &If,
    ) -> Result<Option<Self>> {
        let since = Instant::now();
        let put = match &document {
            Some(document) => {
                let unique = [document.as_ref(), b"\n", &spaces(Uuid::new_v4().as_u128())].concat().into();
                bucket.put_if(path, &unique, Writing::Removing, condition).await?
            }
            None => bucket.put_if(path, &nothing(), Writing::RemovingNothing, condition).await?,
        };
        Ok(put.written().map(|tag| Self { path: path.clone(), tag, document, since }))
    }

    /// Deletes files, which are told when their turn has come, and then the sidecar; what another writer has replaced is left to
    /// it. Two requests.
    pub(super) async fn remove(mut self, bucket: &Bucket, files: &Files<'_>) -> Result<()> {
        for _ in 0..HOLDS {
            let is_over = self.since.elapsed() >= HOLD;
            let work = async {
                bucket.delete(&files().await?).await?;
                match bucket.deleter {
                    Some(_) => bucket.remove_if(&self.path, &self.tag).await.map(drop),
                    // Whoever would write it waits for the end of the lease.
                    None => bucket.delete(std::slice::from_ref(&self.path)).await,
                }
            };
            if let Some(removed) = self.in_time(work).await {
                return removed;
            }
            if !is_over {
                // The requests that were sent have arrived by then, and cannot follow the next ones.
                tokio::time::sleep_until(self.since + LEASE).await;
            }
            match Self::take(bucket, &self.path, self.document, &If::Tag(self.tag)).await? {
                Some(fresh) => self = fresh,
                None => return Ok(()),
            }
        }
        Err(unavailable("removing objects", "it took too long"))
    }

    /// Gives the sidecar back as it was.
    pub(super) async fn give_back(self, bucket: &Bucket) -> Result<()> {
        match self.document {
            Some(document) => {
                bucket.put_if(&self.path, &document, Writing::Document, &If::Tag(self.tag)).await.map(drop)
            }
            None => bucket.remove_if(&self.path, &self.tag).await.map(drop),
        }
    }

    /// Does what a remover does while its lease lasts; begins nothing when that time is over.
    pub(super) async fn protect<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.in_time(work).await.unwrap_or_else(|| Err(unavailable("removing objects", "it took too long")))
    }

    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        // A time-out alone would let the work begin before it looks at the time.
        if self.since.elapsed() >= HOLD {
            return None;
        }
        tokio::time::timeout_at(self.since + HOLD, work).await.ok()
    }
}

/// A number in spaces and tabs, which a reader of JSON passes over.
fn spaces(number: u128) -> Vec<u8> {
    (0..128).map(|bit| if number >> bit & 1 == 0 { b' ' } else { b'\t' }).collect()
}

/// Looks at an object, and waits while it is being removed.
///
/// A flag in the answer was left by a crash; the object may be replaced.
pub(super) async fn settled(bucket: &Bucket, path: &ObjectPath) -> Result<Option<Seen>> {
    let mut watched: Option<(String, Instant)> = None;
    let mut pauses = pauses(usize::MAX);
    loop {
        let seen = bucket.head(path).await?;
        let Some(flagged) = seen.as_ref().filter(|seen| seen.removing) else { return Ok(seen) };
        match &watched {
            Some((tag, since)) if *tag == flagged.tag && since.elapsed() >= LEASE => return Ok(seen),
            Some((tag, _)) if *tag == flagged.tag => {}
            _ => watched = Some((flagged.tag.clone(), Instant::now())),
        }
        tokio::time::sleep(pauses.next().unwrap_or(LEASE / 10)).await;
    }
}

/// Looks at a content after its sidecar, and waits for both at once while they are being removed.
pub(super) async fn both_settled(
    bucket: &Bucket,
    metadata: &ObjectPath,
    content: &ObjectPath,
) -> Result<(Option<Seen>, Option<Seen>)> {
    let sidecar = bucket.head(metadata).await?;
    if !sidecar.as_ref().is_some_and(|seen| seen.removing) {
        return Ok((sidecar, settled(bucket, content).await?));
    }
    let (sidecar, before) = try_join!(settled(bucket, metadata), settled(bucket, content))?;
    match before {
        Some(left) if left.removing => Ok((sidecar, Some(left))),
        // It may have been there before the sidecar.
        _ => Ok((sidecar, settled(bucket, content).await?)),
    }
}
