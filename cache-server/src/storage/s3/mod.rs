//! The `s3` engine: a bucket of any S3-compatible server, shared by any number of cache servers.
//!
//! Nothing is kept in the process that another server would have to know: all concurrency control is in conditional
//! requests, which the bucket is probed for at the start. There is a file for each intent, with its protocol at its head: [`store`],
//! [`update`], [`remove`], [`child`], and [`documents`] for batches. Every operation ends within [`Connection::operation_timeout`]; one that does not get its answers in time is
//! [`Error::Unavailable`], and whether its writes happened is unknown then.

mod bucket;
mod child;
mod connections;
mod documents;
mod edit;
mod error;
mod lease;
mod list;
mod open;
mod removal;
mod remove;
mod requests;
mod store;
mod update;

use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use object_store::aws::AmazonS3Builder;

use self::bucket::{Bucket, Seen};
use self::connections::Connections;
use self::edit::Edits;
use self::list::Tombstones;
pub(crate) use self::removal::TOMBSTONE;
pub(crate) use self::requests::ShownRequests;
use super::{
    Batch, Child, Done, Error, Facts, Folder, Head, Intent, Listed, Object, ObjectPath, Outcome, Require, Result,
    Skipped, Storage, Version,
};

/// How many requests one operation has in flight at most.
const FAN_OUT: usize = 16;
/// How often a writer that lost a race looks again.
const RACES: usize = 64;

/// Where the bucket is, and how long to wait for it.
#[derive(Clone)]
pub struct Connection {
    /// The server, the bucket and the credentials.
    pub builder: AmazonS3Builder,
    /// The name of the bucket, for messages.
    pub bucket: String,
    /// The region the bucket is created in when it is missing; `None` leaves that to the server.
    pub region: Option<String>,
    /// The folder the probe writes into.
    pub folder: Folder,
    /// How long one attempt of a request may take.
    pub attempt_timeout: Duration,
    /// How often a request that failed on the way or in the server is tried again.
    pub retries: usize,
    /// How long a whole operation may take.
    pub operation_timeout: Duration,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

/// Objects in a bucket, durable when a commit is answered.
#[derive(Debug)]
pub struct S3 {
    bucket: Bucket,
    edits: Edits,
    operation_timeout: Duration,
    /// Ends with the engine.
    connections: Connections,
}

impl S3 {
    /// Ends an operation that takes too long.
    async fn in_time<T>(&self, doing: &'static str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let done = tokio::time::timeout(self.operation_timeout, work).await;
        done.unwrap_or_else(|_| Err(error::unavailable(doing, "the bucket did not answer in time")))
    }

    /// An object as readers see it: one that is being removed is there no more.
    async fn object(&self, path: &ObjectPath) -> Result<Option<Object>> {
        let found = self.bucket.get(path).await?.filter(|(seen, _)| !seen.gone);
        Ok(found.map(|(seen, bytes)| Object {
            bytes,
            version: version(&seen.tag),
            modified: seen.modified,
            mark: seen.mark,
        }))
    }
}

#[async_trait]
impl Storage for S3 {
    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        let objects = paths.iter().map(|path| self.object(path).boxed()).collect();
        self.in_time("reading", at_most(FAN_OUT, objects)).await
    }

    async fn head(&self, path: &ObjectPath) -> Result<Option<Head>> {
        let seen = self.in_time("looking at an object", self.bucket.head(path)).await?;
        Ok(seen.and_then(head))
    }

    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        let seen = self.in_time("looking at an object", self.bucket.look(path)).await?;
        Ok(seen.is_some_and(|seen| !seen.gone))
    }

    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        let heads = paths.iter().map(|path| self.bucket.head(path).boxed()).collect();
        let seen = self.in_time("looking at objects", at_most(FAN_OUT, heads)).await?;
        Ok(seen.into_iter().map(|seen| seen.is_some_and(|seen| !seen.gone)).collect())
    }

    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let listed = list::objects(&self.bucket, folder, after, limit, Tombstones::Hidden);
        Ok(self.in_time("listing", listed).await?.into_iter().map(|(listed, _)| listed).collect())
    }

    async fn inventory(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<(Listed, Facts)>> {
        self.in_time("listing", list::objects(&self.bucket, folder, after, limit, Tombstones::Shown)).await
    }

    fn skipped(&self) -> Option<&Skipped> {
        Some(&self.bucket.skipped)
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        self.in_time("listing a folder", list::children(&self.bucket, folder, after, limit)).await
    }

    async fn apply(&self, intent: Intent) -> Result<Done> {
        let done = match intent {
            Intent::Store(store) => self.store(store).boxed(),
            Intent::Update(update) => self.update(update).boxed(),
            Intent::Remove(remove) => self.remove(remove).boxed(),
            Intent::PutChild(put) => self.put_child(put).boxed(),
        };
        self.in_time("writing", done).await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        self.in_time("writing", self.write_documents(batch)).await
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    /// Reads an object that is not there: one request.
    async fn check(&self) -> Result<()> {
        self.exists(&self.bucket.never_there()).await.map(drop)
    }
}

/// Awaits all futures, so many at a time; answers in their order.
async fn at_most<T>(at_once: usize, futures: Vec<BoxFuture<'_, Result<T>>>) -> Result<Vec<T>> {
    stream::iter(futures).buffered(at_once).try_collect().await
}

/// Looks at an object with a condition that no write carries.
async fn check(bucket: &Bucket, require: &Require) -> Result<()> {
    let seen = match require {
        Require::Absent(path) => bucket.look(path).await?,
        Require::Version(path, _) | Require::Present(path, _) => bucket.head(path).await?,
    };
    match seen.and_then(head).map(|head| head.version).as_ref() == require.seen() {
        true => Ok(()),
        false => Err(refused(require.path())),
    }
}

fn refused(path: &ObjectPath) -> Error {
    Error::Precondition { path: path.clone() }
}

/// What readers see of an object: one that is being removed is there no more.
fn head(seen: Seen) -> Option<Head> {
    let Seen { tag, modified, mark, .. } = seen;
    (!seen.gone).then(|| Head { version: version(&tag), modified, mark })
}

/// The version an `ETag` stands for. The quotes around it are left to whoever puts it into a header.
fn version(tag: &str) -> Version {
    Version::parse(tag.trim_matches('"'))
}

/// The `ETag` a version stands for.
fn tag(version: &Version) -> String {
    format!("\"{version}\"")
}
