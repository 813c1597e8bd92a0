//! Storing an entry.
//!
//! **Exclusive places** (one copy: 6 requests in 3 round trips; each further copy 3 more, in the same trips):
//!
//! 1. PUT content if absent, PUT `.config`, PUT `.metadata` of every copy, beside GET hash reference.
//! 2. PUT id reference.
//! 3. PUT hash reference on its tag.
//!
//! **Shared places, nothing there** (6 requests in 5 round trips; each further copy 3 more):
//!
//! 1. PUT content if absent. 2. PUT `.metadata` if absent. 3. PUT `.config`, beside GET hash reference. 4. PUT id reference.
//! 5. PUT hash reference on its tag.
//!
//! **Shared places, over another entry** (11 requests): the content is refused, and looked at.
//!
//! 1. HEAD `.metadata`, HEAD content: in this order, so that a sidecar that is as it was before our content was there belongs to
//!    an earlier writer. 2. PUT `.config`. 3. PUT content on its tag. 4. PUT `.metadata` on its tag, which decides whose the
//!    content is; who loses looks again. 5. HEAD content: an update of the entry before may have replaced it. 6. The references.
//!
//! Who takes over what a crash left swaps the sidecar first: of several, one can.

use futures::future::try_join_all;
use futures::try_join;

use super::super::intent::{Done, Store};
use super::super::{Error, Mark, ObjectPath, Require, Result};
use super::bucket::{If, Put, Writing, fits, pauses};
use super::error::unavailable;
use super::lease::{both_settled, settled};
use super::{RACES, S3, check, edit, refused, tag, version};
use crate::layout;

/// One copy of the content, with its sidecars.
struct Files<'a> {
    s3: &'a S3,
    content: &'a ObjectPath,
    config: ObjectPath,
    metadata: ObjectPath,
    store: &'a Store,
}

/// The tag of a content that was written, and whether its `.config` is there, too.
struct Written {
    tag: String,
    has_config: bool,
}

impl S3 {
    pub(super) async fn store(&self, store: Store) -> Result<Done> {
        store.copies.iter().try_for_each(|content| fits(content, ".metadata"))?;
        [&store.reference, &store.share.path].into_iter().try_for_each(|path| fits(path, ""))?;
        let copies: Vec<_> = store.copies.iter().map(|content| Files::of(self, content, &store)).collect();
        let (first, later) = copies.split_first().expect("every strategy has a content file");
        let hash = &store.share.path;
        let (tag, known);
        if store.is_exclusive {
            let written = try_join_all(copies.iter().map(Files::write_all));
            let (tags, read) = try_join!(written, self.bucket.get(hash))?;
            (tag, known) = (tags.into_iter().next().unwrap_or_default(), read);
        } else {
            let content = first.condition(&store.conditions);
            // A condition on the sidecar takes over what a crash left, save that it be there: that is looked at.
            let takes_over = |condition: &&Require| {
                *condition.path() == first.metadata && !matches!(condition, Require::Present(..))
            };
            let metadata = store.conditions.iter().find(takes_over).map(as_if);
            let others = store.conditions.iter();
            let others = others.filter(|condition| condition.path() != first.content && !takes_over(condition));
            try_join_all(others.map(|condition| check(&self.bucket, condition))).await?;
            let written = match metadata {
                Some(unfinished) => first.take_over(&unfinished).await?,
                None => first.write(content).await?,
            };
            let config = async { if written.has_config { Ok(()) } else { first.write_config().await } };
            let later = try_join_all(later.iter().map(Files::write_later));
            ((), _, known) = try_join!(config, later, self.bucket.get(hash))?;
            tag = written.tag;
        }
        let mark = store.is_exclusive.then_some(store.mark);
        self.bucket.put(&store.reference, store.reference_bytes.clone(), mark).await?;
        // Who has to wait for others of this process finds what they have written.
        let (_turn, known) = match self.edits.try_turn(hash) {
            Some(turn) => (turn, Some(known)),
            None => (self.edits.turn(hash).await, None),
        };
        edit::apply(&self.bucket, hash, &|now| store.share.join(now), known).await?;
        Ok(Done::Written { version: version(&tag), paths: store.copies })
    }
}

impl<'a> Files<'a> {
    fn of(s3: &'a S3, content: &'a ObjectPath, store: &'a Store) -> Self {
        Self { s3, content, config: layout::config_of(content), metadata: layout::metadata_of(content), store }
    }

    /// Writes all at once, where nobody else writes. A late copy of the request finds the content there, or an update of it.
    async fn write_all(&self) -> Result<String> {
        let bucket = &self.s3.bucket;
        let (content, (), _) = try_join!(
            self.put(&If::Absent),
            self.write_config(),
            bucket.put(&self.metadata, self.store.metadata.clone(), None)
        )?;
        content.written().ok_or_else(|| refused(self.content))
    }

    /// Writes content and `.metadata`; of a content that was not there the `.config` is left to the caller.
    async fn write(&self, condition: Option<If>) -> Result<Written> {
        let first = self.put(condition.as_ref().unwrap_or(&If::Absent)).await?;
        let mut written = match first {
            Put::Written(tag) => match self.put_metadata(&If::Absent).await? {
                Put::Written(_) => return Ok(Written { tag, has_config: false }),
                Put::Refused(_) => Some(tag),
            },
            // What has to be there is not, or something else is.
            Put::Refused(_) if matches!(condition, Some(If::Tag(_))) => return Err(refused(self.content)),
            Put::Refused(Some(seen)) if condition.is_some() && !seen.gone => return Err(refused(self.content)),
            Put::Refused(_) => None,
        };
        let mark = Some(self.store.mark);
        for pause in pauses(RACES) {
            let (metadata, now) = both_settled(&self.s3.bucket, &self.metadata, self.content).await?;
            let there = now.as_ref().filter(|now| !now.gone);
            match (&written, there) {
                (Some(tag), Some(now)) if now.mark != mark => {
                    return Ok(Written { tag: tag.clone(), has_config: true });
                }
                (None, Some(_)) if condition == Some(If::Absent) => return Err(refused(self.content)),
                _ => {}
            }
            // Before the content, so that who is overtaken leaves none; and after the look, since a removal that has ended may have
            // taken an earlier one with it.
            self.write_config().await?;
            written = match (written, there) {
                (Some(_), Some(now)) => Some(now.tag.clone()),
                _ => self.put(&If::still(now.as_ref())).await?.written(),
            };
            if let Some(tag) = &written
                && let Put::Written(metadata) = self.put_metadata(&If::still(metadata.as_ref())).await?
            {
                return Ok(Written { tag: self.see_to_content(tag.clone(), &metadata).await?, has_config: true });
            }
            tokio::time::sleep(pause).await;
        }
        Err(contended())
    }

    async fn write_later(&self) -> Result<()> {
        let written = self.write(self.condition(&self.store.conditions)).await?;
        if written.has_config { Ok(()) } else { self.write_config().await }
    }

    /// Sees to a content that was replaced before its sidecar was there: by an update of the entry before, which becomes
    /// this entry's, or by a later entry that is deleted by now. Answers the tag of the content.
    async fn see_to_content(&self, tag: String, metadata: &str) -> Result<String> {
        let bucket = &self.s3.bucket;
        let mark = self.store.mark;
        for _ in 0..RACES {
            let now = bucket.head(self.content).await?;
            if now.as_ref().is_some_and(|now| !now.updated || now.mark == Some(mark)) {
                return Ok(tag);
            }
            if bucket.head(&self.metadata).await?.is_none_or(|seen| seen.tag != metadata) {
                return Ok(tag);
            }
            let (bytes, mark) = match bucket.get(self.content).await? {
                Some((seen, updated)) if now.as_ref().is_some_and(|now| now.tag == seen.tag) => {
                    (updated, Mark { coding: seen.mark.and_then(|mark| mark.coding), ..mark })
                }
                None if now.is_none() => {
                    self.write_config().await?;
                    (self.store.content.clone(), mark)
                }
                _ => continue,
            };
            let still = If::still(now.as_ref());
            if let Put::Written(tag) = bucket.put_if(self.content, &bytes, Writing::Update(mark), &still).await? {
                return Ok(tag);
            }
        }
        Err(contended())
    }

    /// Replaces what a crash left of a content: the sidecar first, which only one of several can swap.
    async fn take_over(&self, unfinished: &If) -> Result<Written> {
        if self.put_metadata(unfinished).await?.written().is_none() {
            return Err(refused(&self.metadata));
        }
        for pause in pauses(RACES) {
            let now = settled(&self.s3.bucket, self.content).await?;
            if let Put::Written(tag) = self.put(&If::still(now.as_ref())).await? {
                return Ok(Written { tag, has_config: false });
            }
            tokio::time::sleep(pause).await;
        }
        Err(contended())
    }

    async fn put(&self, condition: &If) -> Result<Put> {
        let Store { content, mark, .. } = self.store;
        self.s3.bucket.put_if(self.content, content, Writing::Content(*mark), condition).await
    }

    async fn put_metadata(&self, condition: &If) -> Result<Put> {
        self.s3.bucket.put_if(&self.metadata, &self.store.metadata, Writing::Document, condition).await
    }

    async fn write_config(&self) -> Result<()> {
        self.s3.bucket.put(&self.config, self.store.config.clone(), None).await.map(drop)
    }

    fn condition(&self, conditions: &[Require]) -> Option<If> {
        conditions.iter().find(|condition| condition.path() == self.content).map(as_if)
    }
}

/// A condition on an object, as a write of it carries it.
fn as_if(condition: &Require) -> If {
    condition.seen().map_or(If::Absent, |version| If::Tag(tag(version)))
}

pub(super) fn contended() -> Error {
    unavailable("writing objects", "other servers wrote them all the time")
}
