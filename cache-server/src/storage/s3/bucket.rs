//! One bucket: single objects read, written on a condition, and deleted, through `object_store`.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use cache_client::CacheId;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion,
};
use uuid::Uuid;

use super::super::{Error, Folder, Mark, ObjectPath, Result, Room, Skipped};
use super::error::{failed, is_cut_off, is_no_bucket, is_passing, is_uncertain, reason, unavailable};
use crate::coding::Coding;

/// The user metadata of objects: whose content it is, how that is packed, which write made it, whether that was an update,
/// and that it is being removed.
const CACHE_ID: &str = "cache-id";
const ENCODING: &str = "cache-encoding";
const WRITE: &str = "cache-write";
const UPDATE: &str = "cache-update";
const GONE: &str = "cache-gone";

/// A bucket of an S3 server.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Tries again by itself what may be repeated.
    store: AmazonS3,
    /// Tries everything once: for conditional writes, which are repeated knowing what the attempt before may have done,
    /// and for deletes that must not come late.
    once: AmazonS3,
    retries: usize,
    /// The folder of the probe, which is no part of what is stored.
    own: Folder,
    server: ServerFacts,
    /// Asked before a large object is read.
    pub(super) room: Room,
    /// Keys that listings left out.
    pub(super) skipped: Skipped,
}

const TOMBSTONE_BEGIN: &str = "{\n  \"cache_hash\": \"\",\n  \"cache_ids\": [],\n  \"latest_id\": \"";
const TOMBSTONE_END: &str = "\",\n  \"total_versions\": 0\n}";
/// How many bytes a tombstone has; another object may have as many.
pub(crate) const TOMBSTONE: u64 = (TOMBSTONE_BEGIN.len() + 36 + TOMBSTONE_END.len()) as u64;

/// What the probe found out about the server.
#[derive(Debug, Clone, Copy)]
pub(super) struct ServerFacts {
    pub(super) order: Order,
    /// How far this machine's clock is ahead of the server's, in milliseconds.
    pub(super) ahead: i64,
}

/// The order in which a server lists keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// By their bytes, as AWS does: `a-b` before `a/b`.
    Bytes,
    /// Folder by folder, as SeaweedFS does: `a/b` before `a-b`.
    Folders,
}

/// An object without its content.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Its `ETag`, with quotes.
    pub(super) tag: String,
    /// When it was written by this machine's clock, in milliseconds since 1970; exact to a second or two.
    pub(super) modified: u64,
    pub(super) mark: Option<Mark>,
    /// Which write made it, for conditional writes.
    write: Option<String>,
    /// Whether the content is that of an update, which leaves the record as it is.
    pub(super) updated: bool,
    /// Whether it only stands in for an object that is being removed.
    pub(super) gone: bool,
}

/// The condition of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum If {
    Absent,
    Tag(String),
}

impl If {
    /// The condition that an object is as it was seen.
    pub(super) fn still(seen: Option<&Seen>) -> Self {
        seen.map_or(Self::Absent, |seen| Self::Tag(seen.tag.clone()))
    }

    fn holds(&self, seen: Option<&Seen>) -> bool {
        match self {
            Self::Absent => seen.is_none(),
            Self::Tag(tag) => seen.is_some_and(|seen| seen.tag == *tag),
        }
    }
}

/// What became of a conditional write.
#[derive(Debug)]
pub(super) enum Put {
    /// It happened; the new `ETag`.
    Written(String),
    /// The condition did not hold; what is there instead.
    Refused(Option<Seen>),
}

impl Put {
    /// The new `ETag`, if it happened.
    pub(super) fn written(self) -> Option<String> {
        match self {
            Self::Written(tag) => Some(tag),
            Self::Refused(_) => None,
        }
    }
}

impl Bucket {
    pub(super) fn new(store: AmazonS3, once: AmazonS3, retries: usize, own: Folder, server: ServerFacts) -> Self {
        Self { store, once, retries, own, server, room: Room::default(), skipped: Skipped::default() }
    }

    /// Tells whether a key is one the engine keeps for itself, or the folder of such keys: a server that was killed at
    /// its start leaves some, and some servers keep a folder that is empty.
    pub(super) fn is_own(&self, key: &str) -> bool {
        key.strip_prefix(self.own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The order in which the server lists keys.
    pub(super) fn order(&self) -> Order {
        self.server.order
    }

    /// The client that lists pages.
    pub(super) fn store(&self) -> &AmazonS3 {
        &self.store
    }

    pub(super) async fn get(&self, path: &ObjectPath) -> Result<Option<(Seen, Bytes)>> {
        let found = self.get_small(path, u64::MAX).await?;
        Ok(found.map(|(seen, bytes)| (seen, bytes.unwrap_or_default())))
    }

    /// Reads an object, without its content if that has more bytes than this.
    pub(super) async fn get_small(&self, path: &ObjectPath, most: u64) -> Result<Option<(Seen, Option<Bytes>)>> {
        let mut pauses = pauses(self.retries);
        loop {
            match self.try_get(path, most).await {
                Ok(found) => return found.map(Some),
                Err(error @ object_store::Error::NotFound { .. }) if !is_no_bucket(&error) => return Ok(None),
                Err(error) => match pauses.next() {
                    // An answer that was cut off; `object_store` tries again what was not answered at all.
                    Some(pause) if is_cut_off(&error) => tokio::time::sleep(pause).await,
                    _ => return Err(failed("reading an object")(error)),
                },
            }
        }
    }

    async fn try_get(&self, path: &ObjectPath, most: u64) -> object_store::Result<Result<(Seen, Option<Bytes>)>> {
        let found = self.store.get(&key(path)).await?;
        let seen = self.seen(&found.meta, &found.attributes);
        if found.meta.size > most {
            return Ok(Ok((seen, None)));
        }
        if let Err(error) = self.room.take(found.meta.size).await {
            return Ok(Err(error));
        }
        Ok(Ok((seen, Some(found.bytes().await?))))
    }

    pub(super) async fn head(&self, path: &ObjectPath) -> Result<Option<Seen>> {
        match self.store.get_opts(&key(path), GetOptions { head: true, ..GetOptions::default() }).await {
            Ok(found) => Ok(Some(self.seen(&found.meta, &found.attributes))),
            // The answer has no body that could say whether it is the bucket that is not there.
            Err(object_store::Error::NotFound { .. }) => Ok(self.get(path).await?.map(|(seen, _)| seen)),
            Err(error) => Err(failed("looking at an object")(error)),
        }
    }

    /// Looks at an object that is hardly there: one request where there is none, of which [`head`](Self::head) needs two.
    pub(super) async fn look(&self, path: &ObjectPath) -> Result<Option<Seen>> {
        Ok(self.get_small(path, 0).await?.map(|(seen, _)| seen))
    }

    /// Writes an object whatever is there.
    pub(super) async fn put(&self, path: &ObjectPath, bytes: Bytes, mark: Option<Mark>) -> Result<String> {
        let options = PutOptions { attributes: attributes(mark, None, false), ..PutOptions::default() };
        let written =
            self.store.put_opts(&key(path), bytes.into(), options).await.map_err(failed("writing an object"))?;
        Ok(written.e_tag.unwrap_or_default())
    }

    /// Writes an object if the condition holds.
    pub(super) async fn put_if(
        &self,
        path: &ObjectPath,
        bytes: &Bytes,
        mark: Option<Mark>,
        condition: &If,
    ) -> Result<Put> {
        self.write_if(path, bytes, |write| attributes(mark, Some(write), false), condition).await
    }

    /// Writes the content of an update if the condition holds.
    pub(super) async fn update_if(&self, path: &ObjectPath, bytes: &Bytes, mark: Mark, condition: &If) -> Result<Put> {
        let attributes = |write| {
            let mut attributes = attributes(Some(mark), Some(write), false);
            attributes.insert(Attribute::Metadata(UPDATE.into()), "true".into());
            attributes
        };
        self.write_if(path, bytes, attributes, condition).await
    }

    /// Puts a stand-in in the place of an object that is to be removed, if the condition holds.
    ///
    /// Readers see no object then, and writers wait until it is removed. To the Python service it is a hash reference
    /// without entries, which counts as absent there too.
    pub(super) async fn put_stand_in(&self, path: &ObjectPath, condition: &If) -> Result<Put> {
        let unique = Uuid::new_v4();
        let bytes = format!("{TOMBSTONE_BEGIN}{unique}{TOMBSTONE_END}");
        self.write_if(path, &bytes.into(), |write| attributes(None, Some(write), true), condition).await
    }

    /// Tries a conditional write until it is known what became of it.
    async fn write_if(
        &self,
        path: &ObjectPath,
        bytes: &Bytes,
        attributes: impl Fn(String) -> Attributes,
        condition: &If,
    ) -> Result<Put> {
        let write = Uuid::new_v4().to_string();
        let mode = match condition {
            If::Absent => PutMode::Create,
            If::Tag(tag) => PutMode::Update(UpdateVersion { e_tag: Some(tag.clone()), version: None }),
        };
        let mut pauses = pauses(self.retries);
        // Whether an attempt that failed may have written.
        let mut uncertain = false;
        let mut refusals = 0;
        loop {
            let options =
                PutOptions { mode: mode.clone(), attributes: attributes(write.clone()), ..PutOptions::default() };
            let error = match self.once.put_opts(&key(path), bytes.clone().into(), options).await {
                Ok(written) => return Ok(Put::Written(written.e_tag.unwrap_or_default())),
                Err(error) => error,
            };
            match &error {
                object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. } => {
                    let seen = self.head(path).await?;
                    match seen {
                        Some(seen) if seen.write.as_ref() == Some(&write) => return Ok(Put::Written(seen.tag)),
                        // It may have been ours before it was replaced.
                        Some(_) if uncertain => return Err(unavailable("writing an object", "an answer was lost")),
                        seen if !condition.holds(seen.as_ref()) => return Ok(Put::Refused(seen)),
                        // The refusal only meant that somebody else was writing.
                        _ => refusals += 1,
                    }
                }
                passing if is_passing(passing) => uncertain |= is_uncertain(passing),
                _ => return Err(failed("writing an object")(error)),
            }
            let Some(pause) = pauses.next() else {
                // SeaweedFS refuses to create an object where there is a folder of its name.
                return match refusals > self.retries && *condition == If::Absent {
                    true => Err(Error::PathConflict { path: path.clone() }),
                    false => Err(unavailable("writing an object", reason(&error))),
                };
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Deletes objects, whether they are there or not.
    pub(super) async fn delete(&self, paths: Vec<ObjectPath>) -> Result<()> {
        let deleting = failed("deleting objects");
        if let [path] = paths.as_slice() {
            return self.store.delete(&key(path)).await.map_err(deleting);
        }
        let keys = stream::iter(paths.iter().map(key).map(Ok).collect::<Vec<_>>()).boxed();
        self.store.delete_stream(keys).try_for_each(|_| async { Ok(()) }).await.map_err(deleting)
    }

    /// Deletes a stand-in, in one attempt: a second one could come late, when a writer has taken its place.
    pub(super) async fn delete_stand_in(&self, path: &ObjectPath) -> Result<()> {
        self.once.delete(&key(path)).await.map_err(failed("deleting an object"))
    }

    fn seen(&self, meta: &object_store::ObjectMeta, attributes: &Attributes) -> Seen {
        let value = |name: &'static str| attributes.get(&Attribute::Metadata(name.into())).map(AsRef::as_ref);
        let cache_id = value(CACHE_ID).and_then(|id: &str| CacheId::parse(id).ok());
        Seen {
            tag: meta.e_tag.clone().unwrap_or_default(),
            modified: u64::try_from(meta.last_modified.timestamp_millis() + self.server.ahead).unwrap_or(0),
            mark: cache_id.map(|cache_id| Mark { cache_id, coding: value(ENCODING).and_then(Coding::named) }),
            write: value(WRITE).map(str::to_owned),
            updated: value(UPDATE).is_some(),
            gone: value(GONE).is_some(),
        }
    }
}

/// Pauses between attempts, each about twice as long as the one before, with jitter.
pub(super) fn pauses(most: usize) -> impl Iterator<Item = Duration> {
    let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(20));
    pauses.with_max_delay(Duration::from_secs(1)).with_max_times(most).with_jitter().build()
}

fn key(path: &ObjectPath) -> Path {
    Path::parse(path.as_str()).expect("object paths have no empty, `.` or `..` segments")
}

fn attributes(mark: Option<Mark>, write: Option<String>, gone: bool) -> Attributes {
    let mut attributes = Attributes::new();
    let mut set = |name: &'static str, value: String| {
        attributes.insert(Attribute::Metadata(name.into()), value.into());
    };
    if let Some(mark) = mark {
        set(CACHE_ID, mark.cache_id.to_string());
        if let Some(coding) = mark.coding {
            set(ENCODING, coding.name().to_owned());
        }
    }
    if let Some(write) = write {
        set(WRITE, write);
    }
    if gone {
        set(GONE, "true".to_owned());
    }
    attributes
}
