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
use super::error::{failed, is_cut_off, is_no_bucket, is_passing, is_uncertain, reason, status, unavailable};
use super::list;
use super::removal::Deleter;
use crate::coding::Coding;

/// The user metadata of objects: whose content it is, how that is packed, which write made it, whether that was an update,
/// that it is being removed, and that it reads as absent.
const CACHE_ID: &str = "cache-id";
const ENCODING: &str = "cache-encoding";
const WRITE: &str = "cache-write";
const UPDATE: &str = "cache-update";
const REMOVING: &str = "cache-removing";
const GONE: &str = "cache-gone";
/// The value of [`GONE`] on a tombstone. Servers of the version before wrote `true`, on what they were about to delete.
const TOMBSTONE: &str = "tombstone";

/// A bucket of an S3 server.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Tries again by itself what may be repeated.
    store: AmazonS3,
    /// Tries everything once: for conditional writes, which are repeated knowing what the attempt before may have done.
    once: AmazonS3,
    retries: usize,
    /// The folder of the probe, which is no part of what is stored.
    own: Folder,
    server: ServerFacts,
    /// Where the bucket deletes on a tag.
    pub(super) deleter: Option<Deleter>,
    /// Asked before a large object is read.
    pub(super) room: Room,
    /// Keys that listings left out.
    pub(super) skipped: Skipped,
}

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
    /// Whether somebody is about to delete it: who wants to write here waits.
    pub(super) removing: bool,
    /// Whether it reads as absent.
    pub(super) gone: bool,
}

/// What a conditional write writes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Writing {
    Document,
    /// The content of an entry.
    Content(Mark),
    /// The content of an update, which leaves the sidecar as it is.
    Update(Mark),
    /// A document that is about to be deleted.
    Removing,
    /// Nothing, which is about to be deleted.
    RemovingNothing,
    /// Nothing.
    Tombstone,
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
    pub(super) fn new(
        store: AmazonS3,
        once: AmazonS3,
        retries: usize,
        own: Folder,
        (server, deleter): (ServerFacts, Option<Deleter>),
    ) -> Self {
        Self { store, once, retries, own, server, deleter, room: Room::default(), skipped: Skipped::default() }
    }

    /// Tells whether a key is one the engine keeps for itself, or the folder of such keys: a server that was killed at
    /// its start leaves some, and some servers keep a folder that is empty.
    pub(super) fn is_own(&self, key: &str) -> bool {
        key.strip_prefix(self.own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// A path at which nothing is ever written, below what the credentials reach.
    pub(super) fn never_there(&self) -> ObjectPath {
        ObjectPath::from_parsed(self.own.join("readiness"))
    }

    /// The order in which the server lists keys.
    pub(super) fn order(&self) -> Order {
        self.server.order
    }

    /// The client that lists pages.
    pub(super) fn store(&self) -> &AmazonS3 {
        &self.store
    }

    /// How often a request is tried again.
    pub(super) fn retries(&self) -> usize {
        self.retries
    }

    pub(super) async fn get(&self, path: &ObjectPath) -> Result<Option<(Seen, Bytes)>> {
        let found = self.get_small(path, u64::MAX).await?;
        Ok(found.map(|(seen, bytes)| (seen, bytes.unwrap_or_default())))
    }

    /// Reads an object, without its content if that has more bytes than this.
    pub(super) async fn get_small(&self, path: &ObjectPath, most: u64) -> Result<Option<(Seen, Option<Bytes>)>> {
        if fits(path, "").is_err() {
            return Ok(None);
        }
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
        if fits(path, "").is_err() {
            return Ok(None);
        }
        match self.store.get_opts(&key(path), GetOptions { head: true, ..GetOptions::default() }).await {
            Ok(found) => Ok(Some(self.seen(&found.meta, &found.attributes))),
            // The answer has no body that could say whether it is the bucket that is not there.
            Err(object_store::Error::NotFound { .. }) => self.look(path).await,
            // Nor what is wrong.
            Err(error) if status(&error) == Some(400) => self.look(path).await,
            Err(error) => Err(failed("looking at an object")(error)),
        }
    }

    /// Looks at an object that is hardly there: one request where there is none, of which [`head`](Self::head) needs two.
    pub(super) async fn look(&self, path: &ObjectPath) -> Result<Option<Seen>> {
        Ok(self.get_small(path, 0).await?.map(|(seen, _)| seen))
    }

    /// Writes an object whatever is there.
    pub(super) async fn put(&self, path: &ObjectPath, bytes: Bytes, mark: Option<Mark>) -> Result<String> {
        fits(path, "")?;
        let options = PutOptions {
            attributes: attributes(mark.map_or(Writing::Document, Writing::Content), None),
            ..PutOptions::default()
        };
        let written =
            self.store.put_opts(&key(path), bytes.into(), options).await.map_err(failed("writing an object"))?;
        Ok(written.e_tag.unwrap_or_default())
    }

    /// Writes an object if the condition holds; tries until it is known what became of it.
    pub(super) async fn put_if(
        &self,
        path: &ObjectPath,
        bytes: &Bytes,
        writing: Writing,
        condition: &If,
    ) -> Result<Put> {
        fits(path, "")?;
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
            let options = PutOptions {
                mode: mode.clone(),
                attributes: attributes(writing, Some(&write)),
                ..PutOptions::default()
            };
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
    pub(super) async fn delete(&self, paths: &[ObjectPath]) -> Result<()> {
        let deleting = failed("deleting objects");
        if paths.is_empty() {
            return Ok(());
        }
        if let [path] = paths {
            return self.store.delete(&key(path)).await.map_err(deleting);
        }
        let keys = stream::iter(paths.iter().map(key).map(Ok).collect::<Vec<_>>()).boxed();
        self.store.delete_stream(keys).try_for_each(|_| async { Ok(()) }).await.map_err(deleting)
    }

    /// The paths of all objects that begin with a text.
    pub(super) async fn keys_with(&self, begin: &str) -> Result<Vec<ObjectPath>> {
        list::keys_with(self, begin).await
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
            removing: value(REMOVING).is_some() || value(GONE).is_some_and(|gone: &str| gone != TOMBSTONE),
            gone: value(GONE).is_some(),
        }
    }
}

/// The longest key S3 takes, in bytes.
const LONGEST_KEY: usize = 1024;

/// Refuses a path that S3 would not take as a key, before anything is written; nothing lies at such a path.
pub(super) fn fits(path: &ObjectPath, suffix: &str) -> Result<()> {
    match path.as_str().len() + suffix.len() <= LONGEST_KEY {
        true => Ok(()),
        false => Err(Error::PathTooLong { path: path.clone() }),
    }
}

/// Pauses between attempts, each about twice as long as the one before, with jitter.
pub(super) fn pauses(most: usize) -> impl Iterator<Item = Duration> {
    let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(20));
    pauses.with_max_delay(Duration::from_secs(1)).with_max_times(most).with_jitter().build()
}

pub(super) fn key(path: &ObjectPath) -> Path {
    Path::parse(path.as_str()).expect("object paths have no empty, `.` or `..` segments")
}

fn attributes(writing: Writing, write: Option<&str>) -> Attributes {
    let mut attributes = Attributes::new();
    let mut set = |name: &'static str, value: &str| {
        attributes.insert(Attribute::Metadata(name.into()), value.to_owned().into());
    };
    if let Some(write) = write {
        set(WRITE, write);
    }
    match writing {
        Writing::Document => {}
        Writing::Content(mark) | Writing::Update(mark) => {
            set(CACHE_ID, &mark.cache_id.to_string());
            if let Some(coding) = mark.coding {
                set(ENCODING, coding.name());
            }
            if let Writing::Update(_) = writing {
                set(UPDATE, "true");
            }
        }
        Writing::Removing => set(REMOVING, "true"),
        Writing::RemovingNothing => set(GONE, "true"),
        Writing::Tombstone => set(GONE, TOMBSTONE),
    }
    attributes
}
